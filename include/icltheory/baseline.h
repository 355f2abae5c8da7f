/* What could be known from one context: the errors of two predictors that are optimal for their prior over tasks.
 *
 *     dMMSE          the posterior mean of w when it is one of the pool's k tasks, all equally likely
 *     Bayes ridge    the posterior mean of w when it is N(0, I): ridge regression on the context with the ridge rho
 *
 * Linear attention is measured against both: a model that has memorised its pool predicts like the first, one that has
 * learned to regress like the second. Contexts are drawn in the reduced form of doc/baselines.md, in which their length
 * costs nothing, and what can be integrated in closed form is: the query for both, and the labels and the task for
 * Bayes ridge. */
#ifndef ICLTHEORY_BASELINE_H
#define ICLTHEORY_BASELINE_H

#include <icltheory/run.h>
#include <icltheory/status.h>
#include <icltheory/tasks.h>
#include <icltheory/testerror.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The error of dMMSE, the discrete minimum-mean-squared-error predictor, by sampling contexts:
 *
 *     e = E |w - what|^2/d + rho,    what = sum_j p_j w_j,    p_j ~ exp(-sum_{i<=l} (y_i - x_i.w_j)^2/(2 rho))
 *
 * [doc/baselines.md, eq. B4, B5]. The w_j are the pool's tasks and are what the predictor knows. Contexts, and the task
 * w behind each, come from the law: with a law of the same pool this is the IDG error, which no predictor undercuts;
 * with fresh tasks it is the ICL error. The l of the law and its rho are those of the contexts, and the predictor is
 * told that rho.
 *
 * rho = 0 is the limit of the posterior for labels without noise: all weight on the tasks with the least
 * sum_i (x_i.(w - w_j))^2, shared equally among those that have it (w itself, if it is one of them and l or the pool
 * leaves no other). Sums that agree to rounding, by the bound of eq. B7, count as equal.
 *
 * @param pool a finite task pool of the law's dimension.
 * @param law the law of test sequences.
 * @param count number of contexts, >= 2.
 * @param seed any number; independent of every dataset, also one of the same seed. Context i depends on (law, seed, i)
 * only. Its task is that of test sequence i of icl_test_error_sampled with the same law and seed.
 * @param run threads and progress, or NULL. Results do not depend on the number of threads.
 * @param[out] mean the estimate, label noise of the target included; never below rho. NULL if not wanted.
 * @param[out] standard_error of the estimate: standard deviation over contexts/sqrt(count). NULL if not wanted.
 * @return ICL_OK, ICL_ERR_ARGUMENT (NULL, or dimensions that differ), ICL_ERR_UNSUPPORTED (an infinite pool),
 * ICL_ERR_DOMAIN (count), ICL_ERR_NONFINITE (tasks so large that squared errors overflow), ICL_ERR_SIZE,
 * ICL_ERR_MEMORY, ICL_ERR_CANCELED. With m = min(l, d), cost: O(count k d m) time whatever l is; 8 count bytes and, for
 * each thread, 8 (k + d m) bytes and 2 kB for each dimension. Thread-safe. Since 0.1. */
icl_status icl_dmmse_error(const icl_task_pool *pool, const icl_test_law *law, int64_t count, uint64_t seed,
                           const icl_run *run, double *mean, double *standard_error);

/** The error of Bayes ridge regression, by sampling the tokens of contexts:
 *
 *     e = E |w - what|^2/d + rho,    what = argmin_v sum_{i<=l} (y_i - x_i.v)^2 + rho |v|^2
 *
 * [doc/baselines.md, eq. B8]. The ridge is always rho, that of the isotropic prior w ~ N(0, I), whatever the law's
 * tasks are: for fresh Gaussian tasks no predictor has a smaller error, for structured tasks or those of a pool it is
 * one that does not know their law. rho = 0 is the limit rho -> 0+: the interpolator of minimum norm for l < d, w
 * itself otherwise.
 *
 * Given the tokens, the mean over labels and tasks (as over the query) is known exactly and depends on E ww' only; it
 * is that mean which is averaged [eq. B9]. The standard error is therefore small: for fresh tasks, relative to the
 * error, a fraction of order 1/d for one context. icl_theory_value(ICL_QUANTITY_BAYES) is the limit d -> infinity, from
 * which the mean differs by O(1/d).
 *
 * @param law the law of test sequences.
 * @param count number of contexts, >= 2.
 * @param seed any number; independent of every dataset, also one of the same seed. Context i depends on (law, seed, i)
 * only; its tokens are those of context i of icl_dmmse_error with the same law and seed.
 * @param run threads and progress, or NULL. Results do not depend on the number of threads.
 * @param[out] mean the estimate, label noise of the target included; never below rho. NULL if not wanted.
 * @param[out] standard_error of the estimate: standard deviation over contexts/sqrt(count). NULL if not wanted.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN (count), ICL_ERR_NONFINITE (tasks so large that squared errors
 * overflow), ICL_ERR_SIZE, ICL_ERR_MEMORY, ICL_ERR_CANCELED. Cost: O(count d^3) time whatever l is, for laws other than
 * icl_test_law_create_fresh several times as much; 8 count bytes and, for each thread, 16 d^2 bytes (48 d^2 for those
 * other laws) and 1 kB for each dimension. Thread-safe. Since 0.1. */
icl_status icl_bayes_ridge_error(const icl_test_law *law, int64_t count, uint64_t seed, const icl_run *run,
                                 double *mean, double *standard_error);

#ifdef __cplusplus
}
#endif

#endif
