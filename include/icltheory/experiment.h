/* Replicated experiments at finite size, beside the theory.
 *
 * A replicate is one line tasks -> dataset -> estimator -> testerror with a pool and a dataset of its own:
 *
 *     pool of k tasks -> n rows of context length l, noise rho -> Gamma of ridge lambda -> ICL error, IDG error
 *
 * Both test errors are exact for that Gamma (icl_test_error), so that results scatter with the pool and the dataset
 * alone. GAP is their difference in each replicate.
 *
 * Sizes follow from ratios, halves rounded away from zero:
 *
 *     l = max(1, round(alpha d)),   k = max(1, round(kappa d)),   n = max(1, round(tau d^2)),
 *
 * with k = 0 for kappa = INFINITY, the infinite pool, where IDG is ICL and GAP exactly 0; and n = 0 for tau = INFINITY,
 * the population Gamma of the pool (icl_test_law_optimal_gamma). The theory beside it is evaluated at the ratios that
 * these integers realise.
 *
 * Replicate r depends on (seed, d, r) and the sizes only [doc/streams.md], so more replicates extend fewer. Two
 * experiments of one seed and one d share their random numbers as far as their sizes allow: a dataset of more rows, a
 * pool of more tasks extends the smaller one. Points of a curve are therefore correlated, which makes its shape more
 * certain than its height. Where points have to be independent, give them different seeds; different d always are. */
#ifndef ICLTHEORY_EXPERIMENT_H
#define ICLTHEORY_EXPERIMENT_H

#include <icltheory/run.h>
#include <icltheory/status.h>
#include <icltheory/tasks.h>
#include <icltheory/theory.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Settings and results of an experiment. Opaque. */
typedef struct icl_experiment icl_experiment;

/** Creates an experiment: rho 0, lambda 0, Gaussian tasks, 10 replicates, seed 0, no checkpoint. ICL_TAU, ICL_ALPHA and
 * ICL_KAPPA have no default.
 *
 * @param d token dimension, >= 1.
 * @param[out] out the new experiment, to be given to icl_experiment_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_SIZE, ICL_ERR_MEMORY. Thread-safe. Since 0.1. */
icl_status icl_experiment_create(int64_t d, icl_experiment **out);

/** Sets a parameter. Like every setting that results depend on, it drops those of an earlier run.
 *
 * @param experiment the experiment.
 * @param parameter ICL_TAU, ICL_ALPHA, ICL_KAPPA, ICL_RHO or ICL_LAMBDA.
 * @param value tau, kappa > 0, may be INFINITY; alpha > 0, finite; rho >= 0, finite; lambda >= 0, may be INFINITY
 * (Gamma = 0), and 0 is the limit lambda -> 0+.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN. Since 0.1. */
icl_status icl_experiment_set(icl_experiment *experiment, int32_t parameter, double value);

/** Sets the law of tasks, of the pool and of fresh test tasks.
 *
 * @param experiment the experiment.
 * @param distribution ICL_TASKS_GAUSSIAN (default) or ICL_TASKS_SPHERE.
 * @return ICL_OK, ICL_ERR_ARGUMENT. Since 0.1. */
icl_status icl_experiment_set_distribution(icl_experiment *experiment, int32_t distribution);

/** Sets the number of replicates.
 *
 * @param experiment the experiment.
 * @param count >= 1; default 10. One replicate has no standard error: it is given as INFINITY.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN. Since 0.1. */
icl_status icl_experiment_set_replicates(icl_experiment *experiment, int64_t count);

/** Sets the seed of all random numbers.
 *
 * @param experiment the experiment.
 * @param seed any number; default 0.
 * @return ICL_OK, ICL_ERR_ARGUMENT. Since 0.1. */
icl_status icl_experiment_set_seed(icl_experiment *experiment, uint64_t seed);

/** Sets a file in which finished replicates are kept, so that they survive the end of the process, however sudden: a
 * later run or curve takes from it what it needs and computes the rest, with the same results to the bit.
 *
 * Any number of experiments and curves may share a file, one at a time: records are keyed by sizes, noise, ridge,
 * distribution, seed and replicate. The file is created by the first run, only ever grows, and is locked (flock) while
 * a run or curve lasts. Its format and what it withstands are in doc/checkpoints.md.
 *
 * @param experiment the experiment; it copies the path.
 * @param path name of the file, relative to the working directory of the run; or NULL for none (default).
 * @return ICL_OK, ICL_ERR_ARGUMENT (experiment is NULL, path is empty), ICL_ERR_MEMORY. Since 0.1. */
icl_status icl_experiment_set_checkpoint(icl_experiment *experiment, const char *path);

/** Computes the replicates. Results of an earlier run are dropped first.
 *
 * The run's threads share out replicates; where there are fewer replicates than threads, each fit gets several. Results
 * do not depend on their number, to the bit. Progress counts replicates, those of the checkpoint included; the callback
 * is also called within fits and while the checkpoint is read, with an unchanged count too, and canceling takes effect
 * there. What is finished when a run fails or is canceled stays in the checkpoint.
 *
 * @param experiment the experiment; not to be used by another thread meanwhile.
 * @param run threads and progress, or NULL.
 * @return ICL_OK; ICL_ERR_ARGUMENT; ICL_ERR_STATE (a parameter without default was not set); ICL_ERR_SIZE (sizes beyond
 * what can be indexed); ICL_ERR_IO (the checkpoint cannot be opened, locked, read or written, or is another file);
 * ICL_ERR_MEMORY; ICL_ERR_CANCELED; and ICL_ERR_NOT_CONVERGED, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE from the first
 * replicate that fails, which the message names. Cost: that of replicates fits (icl_estimator_fit, with method AUTO and
 * the default tolerance), each thread with the memory of one. Since 0.1. */
icl_status icl_experiment_run(icl_experiment *experiment, const icl_run *run);

/** Reads the mean over replicates and its standard error, after a run.
 *
 * @param experiment the experiment.
 * @param quantity ICL_QUANTITY_ICL, ICL_QUANTITY_IDG or ICL_QUANTITY_GAP (paired: the mean of differences).
 * @param[out] mean summed in the order of replicates, or NULL.
 * @param[out] standard_error standard deviation of the replicates over the root of their number, or NULL. INFINITY for
 * one replicate.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_STATE (no run, or a setting changed since), ICL_ERR_NONFINITE (the mean,
 * or a deviation from it, overflows). Thread-safe. Since 0.1. */
icl_status icl_experiment_result(const icl_experiment *experiment, int32_t quantity, double *mean,
                                 double *standard_error);

/** Reads the replicates one by one, after a run.
 *
 * @param experiment the experiment.
 * @param quantity ICL_QUANTITY_ICL, ICL_QUANTITY_IDG or ICL_QUANTITY_GAP.
 * @param[out] values as many as icl_experiment_set_replicates asked for, in the order of replicates.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_STATE. Thread-safe. Since 0.1. */
icl_status icl_experiment_replicates(const icl_experiment *experiment, int32_t quantity, double *values);

/** Reads the sizes, before or after a run. Each output may be NULL.
 *
 * @param experiment the experiment.
 * @param[out] d token dimension.
 * @param[out] l context length.
 * @param[out] k tasks in the pool; 0: infinite.
 * @param[out] n pretraining sequences; 0: the population Gamma.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_STATE (a parameter was not set), ICL_ERR_SIZE (a size above 2^53).
 * Thread-safe. Since 0.1. */
icl_status icl_experiment_sizes(const icl_experiment *experiment, int64_t *d, int64_t *l, int64_t *k, int64_t *n);

/** Evaluates the theory at the ratios that the sizes realise: n/d^2, l/d, k/d.
 *
 * @param experiment the experiment.
 * @param quantity ICL_QUANTITY_ICL .. ICL_QUANTITY_XI.
 * @param[out] value as of icl_theory_value.
 * @return as icl_experiment_sizes and icl_theory_value, and ICL_ERR_MEMORY. Thread-safe. Since 0.1. */
icl_status icl_experiment_theory(const icl_experiment *experiment, int32_t quantity, double *value);

/** Computes a curve: the experiment at each value of one parameter, the others as they are.
 *
 * Each point is, to the bit, what icl_experiment_run gives there, and shares its checkpoint records. Where there are at
 * least four replicates per thread, work is shared along the curve: the points of a replicate whose pool and noise
 * agree (along ICL_TAU and ICL_LAMBDA) take their rows from one dataset, of which the smaller ones are a prefix, and
 * ridges on the same rows share moments and matrices. Points of equal sizes, noise and ridge are computed once.
 *
 * The experiment's own parameters and results stay as they are.
 *
 * @param experiment the experiment; not to be used by another thread meanwhile.
 * @param vary ICL_TAU, ICL_ALPHA, ICL_KAPPA, ICL_RHO or ICL_LAMBDA.
 * @param count number of points, >= 1.
 * @param at count values of that parameter, in the ranges of icl_experiment_set, in any order.
 * @param quantity_count number of quantities, >= 1.
 * @param quantities ICL_QUANTITY_ICL, _IDG, _GAP; where mean and standard_error are NULL also the others of theory.h.
 * @param run threads and progress (over all replicates of all points), or NULL.
 * @param[out] mean count x quantity_count, or NULL. Where standard_error is NULL too, nothing is simulated.
 * @param[out] standard_error count x quantity_count, or NULL.
 * @param[out] theory count x quantity_count, at the ratios realised, or NULL.
 * @param[out] sizes count x 4: d, l, k, n; or NULL.
 * @return as icl_experiment_run, icl_experiment_result and icl_experiment_theory. Cost: at most that of
 * icl_experiment_run at each point; what sharing saves is in doc/threads.md. Since 0.1. */
icl_status icl_experiment_curve(icl_experiment *experiment, int32_t vary, int64_t count, const double *at,
                                int64_t quantity_count, const int32_t *quantities, const icl_run *run, double *mean,
                                double *standard_error, double *theory, int64_t *sizes);

/** Destroys an experiment; its checkpoint file stays.
 *
 * @param experiment the experiment, which no computation uses; or NULL. Since 0.1. */
void icl_experiment_destroy(icl_experiment *experiment);

#ifdef __cplusplus
}
#endif

#endif
