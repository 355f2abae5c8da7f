/* Pretraining sequences in reduced form.
 *
 * A sequence (x_1, y_1, ..., x_l, y_l, x_{l+1}) with target y_{l+1} enters linear attention only through
 * - the query q = x_{l+1} in R^d,
 * - the context summary h = [ (d/l) sum_i y_i x_i ; (1/l) sum_i y_i^2 ] in R^{d+1},
 * - the target y = y_{l+1}.
 * A row of a dataset is (q, h, y). Tokens are x ~ N(0, I_d/d), labels y = x.w + N(0, rho). Rows are drawn from their
 * exact joint law in O(d), whatever the context length (doc/theory.md, "Sampling"). */
#ifndef ICLTHEORY_DATASET_H
#define ICLTHEORY_DATASET_H

#include <icltheory/run.h>
#include <icltheory/status.h>
#include <icltheory/tasks.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Pretraining data: generated on demand, or given by the caller. Opaque. */
typedef struct icl_dataset icl_dataset;

/** A dataset of n sequences whose tasks come from a pool. Nothing is drawn yet: whoever needs rows draws them. Row i
 * depends on (pool, l, rho, seed, i) only, so a dataset is a prefix of a longer one. [eq. 4]
 *
 * @param pool the task pool.
 * @param l context length, >= 1.
 * @param n number of sequences, >= 1.
 * @param rho label-noise variance; finite, >= 0.
 * @param seed any number; independent of the pool's, also when equal to it.
 * @param[out] out the new dataset, to be given to icl_dataset_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_MEMORY. Cost: none that grows with the sizes; the pool is
 * shared. Thread-safe. Since 0.1. */
icl_status icl_dataset_create(const icl_task_pool *pool, int64_t l, int64_t n, double rho, uint64_t seed,
                              icl_dataset **out);

/** An empty dataset, to be filled by the caller in chunks.
 *
 * @param d token dimension, >= 1.
 * @param[out] out the new dataset, to be given to icl_dataset_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_SIZE, ICL_ERR_MEMORY. Thread-safe. Since 0.1. */
icl_status icl_dataset_create_empty(int64_t d, icl_dataset **out);

/** Appends raw sequences, reduced to rows [doc/theory.md, eq. 3]. On failure nothing is appended.
 *
 * @param dataset one of icl_dataset_create_empty.
 * @param l context length of these sequences, >= 1; may differ from call to call.
 * @param count number of sequences, >= 1.
 * @param x tokens, count x (l+1) x d; the last token of each sequence is its query.
 * @param y labels, count x (l+1); the last one is the target.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE (in the data or in the features), ICL_ERR_SIZE,
 * ICL_ERR_MEMORY, ICL_ERR_UNSUPPORTED (a generated dataset). Cost: O(count l d). Since 0.1. */
icl_status icl_dataset_append_sequences(icl_dataset *dataset, int64_t l, int64_t count, const double *x,
                                        const double *y);

/** Appends rows. On failure nothing is appended.
 *
 * @param dataset one of icl_dataset_create_empty.
 * @param count number of rows, >= 1.
 * @param query count x d.
 * @param context context summaries, count x (d+1).
 * @param target labels of the queries, count.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE, ICL_ERR_SIZE, ICL_ERR_MEMORY,
 * ICL_ERR_UNSUPPORTED (a generated dataset). Cost: O(count d). Since 0.1. */
icl_status icl_dataset_append_features(icl_dataset *dataset, int64_t count, const double *query, const double *context,
                                       const double *target);

/** Sets how much memory a fit may use for the rows of a generated dataset. When they need more they are drawn again at
 * each pass over them, by own threads and at about the speed of a pass; the results are the same, to the bit.
 *
 * @param dataset the dataset; the limit has no effect on appended rows.
 * @param bytes >= 0; default 4 GiB. A row takes 16 (d+1) bytes.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN. Since 0.1. */
icl_status icl_dataset_set_memory_limit(icl_dataset *dataset, int64_t bytes);

/** Copies rows first .. first + count - 1 out, drawing them if the dataset is generated.
 *
 * @param dataset the dataset.
 * @param first first row, >= 0.
 * @param count number of rows, >= 1; first + count <= size.
 * @param[out] query count x d, or NULL.
 * @param[out] context count x (d+1), or NULL.
 * @param[out] target count, or NULL.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_MEMORY. Cost: O(count d). Thread-safe. Since 0.1. */
icl_status icl_dataset_copy_rows(const icl_dataset *dataset, int64_t first, int64_t count, double *query,
                                 double *context, double *target);

/** The token dimension.
 *
 * @param dataset the dataset, or NULL.
 * @return d; -1 for NULL. Thread-safe. Since 0.1. */
int64_t icl_dataset_dimension(const icl_dataset *dataset);

/** The number of rows.
 *
 * @param dataset the dataset, or NULL.
 * @return n, which may be 0; -1 for NULL. Thread-safe. Since 0.1. */
int64_t icl_dataset_size(const icl_dataset *dataset);

/** Mean squared error of Gamma on the rows of the dataset: the mean of (y - q' Gamma h)^2 [eq. 6].
 *
 * @param dataset the dataset, of at least one row (two for the standard error).
 * @param gamma d x (d+1).
 * @param run threads and progress, or NULL.
 * @param[out] mean the mean, or NULL.
 * @param[out] standard_error of that mean, over rows taken as independent; or NULL.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_NONFINITE, ICL_ERR_STATE (too few rows), ICL_ERR_MEMORY,
 * ICL_ERR_CANCELED. Cost: O(n d^2). Thread-safe. Since 0.1. */
icl_status icl_dataset_error(const icl_dataset *dataset, const double *gamma, const icl_run *run, double *mean,
                             double *standard_error);

/** Destroys a dataset.
 *
 * @param dataset the dataset, which no computation uses; or NULL. Since 0.1. */
void icl_dataset_destroy(icl_dataset *dataset);

/** Draws raw sequences: the same data as a dataset of the same arguments, whose rows are their features to rounding
 * [eq. 5].
 *
 * @param pool the task pool.
 * @param l context length, >= 1.
 * @param n number of sequences, >= 1.
 * @param rho label-noise variance; finite, >= 0.
 * @param seed the dataset's seed.
 * @param run threads and progress, or NULL.
 * @param[out] x tokens, n x (l+1) x d.
 * @param[out] y labels, n x (l+1); the last one is the target.
 * @param[out] task n indices into the pool, -1 for the infinite pool; or NULL.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_SIZE, ICL_ERR_MEMORY, ICL_ERR_CANCELED. Cost: O(n l d)
 * time; with a progress callback the data are drawn to memory of the library's first. Thread-safe. Since 0.1. */
icl_status icl_sequences_draw(const icl_task_pool *pool, int64_t l, int64_t n, double rho, uint64_t seed,
                              const icl_run *run, double *x, double *y, int64_t *task);

#ifdef __cplusplus
}
#endif

#endif
