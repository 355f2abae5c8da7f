/* Pretraining: Gamma by ridge regression on a dataset.
 *
 *     Gamma* = argmin sum_mu (y_mu - q_mu' Gamma h_mu)^2 + (n/d) lambda |Gamma|_F^2,   p = d(d+1) unknowns
 *
 * [doc/theory.md, eq. 6].
 *
 * lambda = 0 is the limit lambda -> 0+: the least-squares solution of minimum norm, also for n < p and where the data
 * are rank-deficient, or ICL_ERR_NOT_CONVERGED where a method cannot tell. */
#ifndef ICLTHEORY_ESTIMATOR_H
#define ICLTHEORY_ESTIMATOR_H

#include <icltheory/dataset.h>
#include <icltheory/run.h>
#include <icltheory/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How the ridge problem is solved. The direct methods use Cholesky factors where these are accurate; where they are
 * not (nearly singular data with little or no ridge) both turn to a QR decomposition of the n x p features, of up to 6
 * n p min(n, p) flop, and where that finds the rank deficient to singular values, of tens of min(n, p)^3 flop more; up
 * to 120 min(n, p) p bytes. Where features without full rank differ in size by many orders of magnitude, as with
 * labels of 1e-8, that ends with ICL_ERR_NOT_CONVERGED. Conjugate gradients work on Gamma, preconditioned by the
 * second moments of the data, or for n < p with little ridge on the weights of the rows. They need features of full
 * rank, or a ridge that matters beside the data. Where neither the ridge, as |residual|/mu bounds the error, nor the
 * law of generated rows (rho at least 1e-3 of the labels' variance, l <= 1000 d, d >= 16, tasks that were drawn too)
 * vouches for Gamma, they solve for two random right-hand sides as well, in up to max_iterations more each, and end
 * with ICL_ERR_NOT_CONVERGED if by these (an estimate: of 300,000 fits of rows of very different size one was off by
 * 10 times as much) Gamma is off by more than 1e-4 of its norm, or 1e4 times a larger tolerance. AUTO then turns to
 * the direct method, unless its matrix would exceed 4 GiB, and also where they take longer than that. */
enum {
  ICL_METHOD_AUTO = 0,   /**< the one of least estimated time: CG, or else dual for n < p, primal for n >= p */
  ICL_METHOD_PRIMAL = 1, /**< normal equations: p x p; n p^2/2 + p^3/3 flop, 10 p^2 bytes */
  ICL_METHOD_DUAL = 2,   /**< kernel equations: n x n; 2 n^2 d + n^3/3 flop, 8 n^2 bytes */
  ICL_METHOD_CG = 3      /**< preconditioned conjugate gradients: 4 n d (d+1) flop an iteration, no matrix at all */
};

/** Settings and results of a fit. Opaque. */
typedef struct icl_estimator icl_estimator;

/** Creates an estimator: lambda 0, method AUTO, tolerance 1e-8, at most 1000 iterations.
 *
 * @param[out] out the new estimator, to be given to icl_estimator_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_MEMORY. Thread-safe. Since 0.1. */
icl_status icl_estimator_create(icl_estimator **out);

/** Sets the ridge.
 *
 * @param estimator the estimator.
 * @param lambda finite, >= 0; 0 (default) is the limit lambda -> 0+.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN. Since 0.1. */
icl_status icl_estimator_set_lambda(icl_estimator *estimator, double lambda);

/** Sets the method.
 *
 * @param estimator the estimator.
 * @param method ICL_METHOD_AUTO (default), ICL_METHOD_PRIMAL, ICL_METHOD_DUAL or ICL_METHOD_CG.
 * @return ICL_OK, ICL_ERR_ARGUMENT. Since 0.1. */
icl_status icl_estimator_set_method(icl_estimator *estimator, int32_t method);

/** Sets the relative residual that a fit must reach, see icl_estimator_report. Conjugate gradients stop there; the
 * direct methods refine their answer until it stops improving, so they usually end far below it.
 *
 * @param estimator the estimator.
 * @param relative in (0, 1); default 1e-8.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN. Since 0.1. */
icl_status icl_estimator_set_tolerance(icl_estimator *estimator, double relative);

/** Bounds the iterations, of conjugate gradients or of the refinement of a direct solution.
 *
 * @param estimator the estimator.
 * @param count >= 1; default 1000.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN. Since 0.1. */
icl_status icl_estimator_set_max_iterations(icl_estimator *estimator, int64_t count);

/** Fits Gamma. Replaces the result of an earlier fit; after a failure there is no result, but after
 * ICL_ERR_NOT_CONVERGED the best Gamma found and its report can be read (unless it was LAPACK that gave up); its
 * residual may be small, where the rank of the features is in doubt.
 *
 * @param estimator the estimator; it keeps no reference to the dataset.
 * @param dataset the data, at least one row.
 * @param run threads and progress, or NULL. A factorisation cannot be interrupted, so cancelling may take its time.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_STATE (no rows), ICL_ERR_SIZE (a matrix larger than BLAS can index),
 * ICL_ERR_DOMAIN (n lambda/d overflows), ICL_ERR_NONFINITE (products of the data overflow, or underflow so far that no
 * residual can be told from 0), ICL_ERR_MEMORY, ICL_ERR_NOT_CONVERGED, ICL_ERR_CANCELED. Cost: see the methods.
 * Since 0.1. */
icl_status icl_estimator_fit(icl_estimator *estimator, const icl_dataset *dataset, const icl_run *run);

/** Fits Gamma for several ridges at once: one draw of the data and one set of moments or equations for all of them, and
 * conjugate gradients that start from the next larger ridge's solution. The estimator's own ridge is not used. Its
 * result is afterwards that of the last ridge given.
 *
 * @param estimator the estimator; it keeps no reference to the dataset.
 * @param dataset the data, at least one row.
 * @param count number of ridges, >= 1.
 * @param lambda count ridges, finite, >= 0, in any order.
 * @param run threads and progress, or NULL.
 * @param[out] gamma count x d x (d+1), in the order of lambda.
 * @return as icl_estimator_fit, and ICL_ERR_DOMAIN for a bad count or ridge; ICL_ERR_NOT_CONVERGED if any of them
 * misses the tolerance: gamma is then untouched, and the estimator's result is that of the last ridge. Since 0.1. */
icl_status icl_estimator_fit_path(icl_estimator *estimator, const icl_dataset *dataset, int64_t count,
                                  const double *lambda, const icl_run *run, double *gamma);

/** Reads the fitted Gamma.
 *
 * @param estimator the estimator, after a fit.
 * @param[out] gamma d x (d+1).
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_STATE. Thread-safe. Since 0.1. */
icl_status icl_estimator_gamma(const icl_estimator *estimator, double *gamma);

/** Reads how the fit went. Each output may be NULL.
 *
 * @param estimator the estimator, after a fit.
 * @param[out] method ICL_METHOD_PRIMAL, ICL_METHOD_DUAL or ICL_METHOD_CG: what AUTO chose.
 * @param[out] iterations of conjugate gradients, without those for a random right-hand side; or steps of iterative
 * refinement, the first solution included; or 0 where orthogonal decompositions were used.
 * @param[out] relative_residual recomputed from the data after the solve. With F the map from Gamma to predictions and
 * mu = n lambda/d: |F'(y - F Gamma) - mu Gamma| / |F'y|, or over |F||y| where F'y is nothing but rounding, or 0 where
 * that is 0. Where n < p and Gamma was found as F'a (dual, and conjugate gradients on the rows; not orthogonal
 * decompositions): |K a - y|/|y| with K = FF' + mu I.
 * @param[out] training_error mean squared error on the training rows.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_STATE. Thread-safe. Since 0.1. */
icl_status icl_estimator_report(const icl_estimator *estimator, int32_t *method, int64_t *iterations,
                                double *relative_residual, double *training_error);

/** Destroys an estimator.
 *
 * @param estimator the estimator, which no computation uses; or NULL. Since 0.1. */
void icl_estimator_destroy(icl_estimator *estimator);

#ifdef __cplusplus
}
#endif

#endif
