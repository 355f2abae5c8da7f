/* The model itself: linear attention on one prompt, and its reduced form.
 *
 * A prompt is the (d+1) x (l+1) matrix Z = [x_1 .. x_l x_{l+1}; y_1 .. y_l 0]. Linear attention returns
 * Z + (1/l) (V Z)(K Z)' (Q Z), and its prediction of y_{l+1} is entry (d+1, l+1). It depends on V and M = K'Q only.
 * With V = [V11 v12; v21' v22], M = [M11 m12; m21' m22] and v21 = 0 the prediction is q' Gamma h, where
 * Gamma = v22 [ M11'/d , m21 ] is d x (d+1) and q, h are the query and the context summary (dataset.h). */
#ifndef ICLTHEORY_ATTENTION_H
#define ICLTHEORY_ATTENTION_H

#include <icltheory/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Reduces n raw sequences to rows (q, h, y) [doc/theory.md, eq. 3].
 *
 * @param d token dimension, >= 1.
 * @param l context length, >= 1.
 * @param n number of sequences, >= 1.
 * @param x tokens, n x (l+1) x d; the last of each sequence is its query.
 * @param y labels, n x (l+1); the last one is the target.
 * @param[out] query n x d, or NULL.
 * @param[out] context n x (d+1), or NULL.
 * @param[out] target n, or NULL.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE (also data so large that
 * features could overflow), ICL_ERR_SIZE. Cost: O(n l d). Thread-safe. Since 0.1. */
icl_status icl_features(int64_t d, int64_t l, int64_t n, const double *x, const double *y, double *query,
                        double *context, double *target);

/** Predictions q' Gamma h of the reduced model [eq. 3].
 *
 * @param d token dimension, >= 1.
 * @param n number of rows, >= 1.
 * @param gamma attention matrix, d x (d+1).
 * @param query n x d.
 * @param context context summaries, n x (d+1).
 * @param[out] prediction of each row, n.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE, ICL_ERR_SIZE, ICL_ERR_MEMORY. Cost: O(n d^2).
 * Thread-safe. Since 0.1. */
icl_status icl_gamma_predict(int64_t d, int64_t n, const double *gamma, const double *query, const double *context,
                             double *prediction);

/** The prediction of full linear attention, any V and M, on one prompt [eq. 2].
 *
 * @param d token dimension, >= 1.
 * @param l context length, >= 1.
 * @param V value matrix, (d+1) x (d+1).
 * @param M key-query product K'Q, (d+1) x (d+1).
 * @param x tokens, (l+1) x d.
 * @param y labels of the context, l.
 * @param[out] prediction one number.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE, ICL_ERR_SIZE, ICL_ERR_MEMORY. Cost: O(l d +
 * d^2). Thread-safe. Since 0.1. */
icl_status icl_attention_predict(int64_t d, int64_t l, const double *V, const double *M, const double *x,
                                 const double *y, double *prediction);

/** The Gamma of a linear attention whose v21 (the first d entries of V's last row) is 0 [eq. 3].
 *
 * @param d token dimension, >= 1.
 * @param V value matrix, (d+1) x (d+1).
 * @param M key-query product K'Q, (d+1) x (d+1).
 * @param[out] gamma v22 [ M11'/d , m21 ], d x (d+1).
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN (v21 is not exactly 0), ICL_ERR_NONFINITE, ICL_ERR_SIZE. Cost:
 * O(d^2). Thread-safe. Since 0.1. */
icl_status icl_attention_reduce(int64_t d, const double *V, const double *M, double *gamma);

#ifdef __cplusplus
}
#endif

#endif
