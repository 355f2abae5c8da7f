/* Learning curves at finite size: the mean test error of pretraining on n sequences of a given pool.
 *
 * theory.h gives the limit d -> infinity, which is off by several per cent at d = 20 and by tens of per cent near the
 * interpolation threshold. Here d, l, n and the pool's tasks are those of the model, and what is predicted is the mean
 * over datasets of icl_test_error of the Gamma that icl_estimator_fit finds. Two levels [doc/finite.md]:
 *
 * - ICL_FINITE_POOL keeps the pool: the second moments of its own tasks take the place of their limits.
 * - ICL_FINITE_CORRECTED also keeps the fluctuations of the features from row to row, of relative variance 2/d and
 *   more, which the limit averages away. Its averages are over feature samples drawn from the rows' own law.
 *
 * Accuracy against simulation, and the table behind it, are in doc/finite.md. */
#ifndef ICLTHEORY_FINITE_H
#define ICLTHEORY_FINITE_H

#include <icltheory/run.h>
#include <icltheory/status.h>
#include <icltheory/tasks.h>
#include <icltheory/testerror.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How much of the finite size is kept. */
enum {
  ICL_FINITE_POOL = 1,     /**< the pool's own second moments [eq. F4 to F6] */
  ICL_FINITE_CORRECTED = 2 /**< and the fluctuations of the features [eq. F7 to F16] */
};

/** A finite model and what is predicted of it. Opaque. */
typedef struct icl_finite_theory icl_finite_theory;

/** Creates the theory of one finite model, unsolved.
 *
 * @param pool the pretraining pool; shared, so it may be destroyed. The infinite pool is allowed.
 * @param l pretraining's context length, >= 1.
 * @param n number of pretraining sequences, >= 1.
 * @param rho pretraining's label-noise variance; finite, >= 0.
 * @param lambda ridge, as of icl_estimator_set_lambda; finite, >= 0; 0 is the limit lambda -> 0+.
 * @param level ICL_FINITE_POOL or ICL_FINITE_CORRECTED.
 * @param[out] out the new theory, to be given to icl_finite_theory_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN (also where n lambda/d overflows), ICL_ERR_NONFINITE (moments
 * overflow or underflow, the latter for labels below some 1e-77, or their eigenvalues or the inverses of these do),
 * ICL_ERR_SIZE, ICL_ERR_MEMORY, ICL_ERR_NOT_CONVERGED (LAPACK gave up, or one task has too little noise, see
 * icl_test_law_optimal_gamma). Cost: O(k d^2 + d^3). Thread-safe. Since 0.1. */
icl_status icl_finite_theory_create(const icl_task_pool *pool, int64_t l, int64_t n, double rho, double lambda,
                                    int32_t level, icl_finite_theory **out);

/** Sets the number of feature samples of ICL_FINITE_CORRECTED, and drops the result. The other level draws none.
 *
 * @param theory the theory.
 * @param count at least 64 (d+1); it is rounded up to 16 equal batches, in which, where they have k samples or more,
 * every task of the pool is as frequent. The default is 800000/d, within 40000 and 100000, or
 * 400 d if that is more: for a standard error below 0.3 % away from the interpolation threshold [doc/finite.md,
 * section 6]. The error falls like count^-1/2, the time grows like count.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN. Since 0.1. */
icl_status icl_finite_theory_set_samples(icl_finite_theory *theory, int64_t count);

/** Sets the seed of the feature samples, and drops the result.
 *
 * @param theory the theory.
 * @param seed any number; default 0. The samples are independent of every dataset, also one of the same seed, since
 * their random streams have a purpose of their own [doc/streams.md].
 * @return ICL_OK, ICL_ERR_ARGUMENT. Since 0.1. */
icl_status icl_finite_theory_set_seed(icl_finite_theory *theory, uint64_t seed);

/** Solves. Replaces an earlier result; after a failure there is none.
 *
 * Cost: ICL_FINITE_POOL O(d^3). ICL_FINITE_CORRECTED 120 to 300 averages over all samples, up to 470 at the
 * interpolation threshold, of 4 (d+1)^2 flop a sample each [doc/finite.md, section 6]; memory of samples x (d+4)
 * doubles, for the infinite pool samples x (2 d+4).
 *
 * @param theory the theory.
 * @param run threads and progress (total unknown), or NULL.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_NONFINITE, ICL_ERR_SIZE, ICL_ERR_MEMORY, ICL_ERR_NOT_CONVERGED,
 * ICL_ERR_SINGULAR (too few samples for so singular a pool), ICL_ERR_CANCELED. Since 0.1. */
icl_status icl_finite_theory_solve(icl_finite_theory *theory, const icl_run *run);

/** The predicted test error, of any test law.
 *
 * @param theory the theory, solved.
 * @param law the law of test sequences, of the same d: fresh tasks for ICL, the pool's for IDG, or any other.
 * @param[out] error the mean test error over datasets, noise of the target included; +INFINITY where it diverges: for
 * lambda = 0 at the interpolation threshold n = d rank, where rank is that of the pool's B (icl_test_law_moments),
 * d + 1, or d for one task without noise; and, for ICL_FINITE_CORRECTED, for lambda = 0 and fewer rows than that at d
 * <= 2 with noise.
 * @param[out] standard_error of the feature samples' own sampling, or NULL; 0 for ICL_FINITE_POOL and where the error
 * is infinite. It does not measure what the theory neglects. Where it is about as large as the error, that is an
 * extrapolation [eq. F16] from too few samples and may lie below rho or 0: set more (icl_finite_theory_set_samples).
 * @return ICL_OK, ICL_ERR_ARGUMENT (NULL, or a law of another d), ICL_ERR_STATE (not solved), ICL_ERR_NONFINITE,
 * ICL_ERR_MEMORY. Cost: O(d^3). Thread-safe. Since 0.1. */
icl_status icl_finite_theory_error(const icl_finite_theory *theory, const icl_test_law *law, double *error,
                                   double *standard_error);

/** Destroys a theory.
 *
 * @param theory the theory, which no computation uses; or NULL. Since 0.1. */
void icl_finite_theory_destroy(icl_finite_theory *theory);

#ifdef __cplusplus
}
#endif

#endif
