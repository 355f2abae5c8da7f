/* The test error of any Gamma, exactly, at finite size.
 *
 *     e(Gamma) = E (y_{l+1} - q' Gamma h)^2
 *
 * over the law of test sequences. It is a quadratic form in Gamma whose matrices A = E[w h'], B = E[h h'] are known in
 * closed form (doc/theory.md, "Test error"), so no test data are needed. */
#ifndef ICLTHEORY_TESTERROR_H
#define ICLTHEORY_TESTERROR_H

#include <icltheory/run.h>
#include <icltheory/status.h>
#include <icltheory/tasks.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A law of test sequences; never changes once created. Opaque. */
typedef struct icl_test_law icl_test_law;

/** Fresh tasks, never seen in pretraining: the ICL error [doc/theory.md, section 5].
 *
 * @param d token dimension, >= 1.
 * @param l context length, >= 1.
 * @param rho label-noise variance; finite, >= 0.
 * @param distribution ICL_TASKS_GAUSSIAN or ICL_TASKS_SPHERE.
 * @param[out] out the new law, to be given to icl_test_law_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE (moments overflow), ICL_ERR_SIZE, ICL_ERR_MEMORY,
 * ICL_ERR_NOT_CONVERGED (LAPACK gave up). Cost: O(d^3) time, O(d^2) memory. Thread-safe. Since 0.1. */
icl_status icl_test_law_create_fresh(int64_t d, int64_t l, double rho, int32_t distribution, icl_test_law **out);

/** Fresh Gaussian tasks w ~ N(0, C): the ICL error on structured tasks.
 *
 * @param d token dimension, >= 1.
 * @param l context length, >= 1.
 * @param rho label-noise variance; finite, >= 0.
 * @param covariance C, d x d, symmetric (to 1e-12 of its largest entry) and positive semidefinite.
 * @param[out] out the new law, to be given to icl_test_law_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN (not a covariance), ICL_ERR_NONFINITE, ICL_ERR_SIZE, ICL_ERR_MEMORY,
 * ICL_ERR_NOT_CONVERGED (LAPACK gave up). Cost: O(d^3). Thread-safe. Since 0.1. */
icl_status icl_test_law_create_gaussian(int64_t d, int64_t l, double rho, const double *covariance,
                                        icl_test_law **out);

/** Tasks of a pool, each as likely as the others: the IDG error. For an infinite pool it is the law of fresh tasks.
 *
 * @param pool the task pool.
 * @param l context length, >= 1.
 * @param rho label-noise variance; finite, >= 0.
 * @param[out] out the new law, to be given to icl_test_law_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE (tasks so large that moments overflow),
 * ICL_ERR_SIZE, ICL_ERR_MEMORY, ICL_ERR_NOT_CONVERGED (LAPACK gave up). Cost: O(k d^2 + d^3).
 * Thread-safe. Since 0.1. */
icl_status icl_test_law_create_pool(const icl_task_pool *pool, int64_t l, double rho, icl_test_law **out);

/** The exact test error of Gamma [eq. 7], as a sum of squares: nothing cancels, and it is never below rho.
 *
 * @param law the law of test sequences.
 * @param gamma d x (d+1).
 * @param[out] error mean squared error of a test prediction, label noise included.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_NONFINITE, ICL_ERR_MEMORY. Cost: O(d^3). Thread-safe. Since 0.1. */
icl_status icl_test_error(const icl_test_law *law, const double *gamma, double *error);

/** The same error estimated from drawn test sequences: a check of icl_test_error that shares none of its algebra.
 *
 * @param law the law of test sequences.
 * @param gamma d x (d+1).
 * @param count number of test sequences, >= 2.
 * @param seed any number; independent of every dataset, also one of the same seed.
 * @param run threads and progress, or NULL.
 * @param[out] mean the estimate, or NULL.
 * @param[out] standard_error of the estimate, or NULL.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE, ICL_ERR_MEMORY, ICL_ERR_CANCELED. Cost:
 * O(count d^2). Thread-safe. Since 0.1. */
icl_status icl_test_error_sampled(const icl_test_law *law, const double *gamma, int64_t count, uint64_t seed,
                                  const icl_run *run, double *mean, double *standard_error);

/** The moments: e(Gamma) = c + tr(Gamma B Gamma')/d - 2 tr(Gamma A')/d. Each output may be NULL.
 *
 * @param law the law of test sequences.
 * @param[out] A E[w h'], d x (d+1).
 * @param[out] B E[h h'], (d+1) x (d+1).
 * @param[out] c E|w|^2/d + rho, the error of Gamma = 0.
 * @return ICL_OK, ICL_ERR_ARGUMENT. Cost: O(d^2). Thread-safe. Since 0.1. */
icl_status icl_test_law_moments(const icl_test_law *law, double *A, double *B, double *c);

/** The Gamma that pretraining on infinitely many sequences of this law gives: A (B + lambda I)^-1
 * [doc/theory.md, sections 4 and 5].
 *
 * @param law the law of test sequences.
 * @param lambda ridge; finite, >= 0; 0 is the limit lambda -> 0+. B is not formed, but taken from its root: what
 * long contexts leave of their noise in it counts, whatever the units of labels. For lambda = 0 it is
 * found to some eps sqrt(l), or eps sqrt(c l/rho) for one task, c = |w|^2/d + rho, 1e-5 at worst.
 * @param[out] gamma d x (d+1).
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE (also where moments underflow: labels below
 * some 1e-77), ICL_ERR_SIZE, ICL_ERR_MEMORY, ICL_ERR_NOT_CONVERGED (LAPACK gave up, or one task has so little
 * noise, rho below some 1e-20 c l, that rounding hides it and a ridge does not; 0 is fine). Cost: O(d^3).
 * Thread-safe. Since 0.1. */
icl_status icl_test_law_optimal_gamma(const icl_test_law *law, double lambda, double *gamma);

/** Destroys a law.
 *
 * @param law the law, which no computation uses; or NULL. Since 0.1. */
void icl_test_law_destroy(icl_test_law *law);

#ifdef __cplusplus
}
#endif

#endif
