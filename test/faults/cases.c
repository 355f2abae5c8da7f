/* The calls that allocate, on each path of the library that does. */
#include "things.h"

#include <stdio.h>
#include <unistd.h>

/* ---- settings ---- */

static void fitted(things *t) { OK(icl_estimator_fit(t->estimator, t->many, NULL)); }

static void by_method(things *t, int32_t method, double lambda) {
  fitted(t);
  OK(icl_estimator_set_method(t->estimator, method));
  OK(icl_estimator_set_lambda(t->estimator, lambda));
}

static void primal(things *t) { by_method(t, ICL_METHOD_PRIMAL, 0.01); }
static void dual(things *t) { by_method(t, ICL_METHOD_DUAL, 0.01); }
static void conjugate(things *t) { by_method(t, ICL_METHOD_CG, 0.01); }
static void conjugate_ridgeless(things *t) { by_method(t, ICL_METHOD_CG, 0.0); }
/* Neither matrix has full rank: the singular value decomposition, of F or of its triangle. */
static void primal_ridgeless(things *t) { by_method(t, ICL_METHOD_PRIMAL, 0.0); }
static void dual_ridgeless(things *t) { by_method(t, ICL_METHOD_DUAL, 0.0); }

static void redrawn(things *t) {
  conjugate(t);
  OK(icl_dataset_set_memory_limit(t->many, 0));
}

/* A tolerance below rounding: AUTO goes through all its methods. */
static void insatiable(things *t) {
  fitted(t);
  OK(icl_estimator_set_tolerance(t->estimator, 1e-30));
}

static int32_t go_on(int64_t done, int64_t total, void *user) {
  (void)done;
  (void)total;
  (void)user;
  return 0;
}

static void reporting(things *t) { OK(icl_run_set_progress(t->run, go_on, NULL)); }

static void has_run(things *t) { OK(icl_experiment_run(t->experiment, NULL)); }

static void checkpointed(things *t) {
  has_run(t);
  unlink(checkpoint_path);
  OK(icl_experiment_set_checkpoint(t->experiment, checkpoint_path));
}

/* Fewer replicates than threads: each fit gets several. */
static void one_replicate(things *t) {
  OK(icl_experiment_set_replicates(t->experiment, 1));
  OK(icl_experiment_set(t->experiment, ICL_TAU, 20.0)); /* 180 rows */
}

static void population(things *t) {
  OK(icl_experiment_set(t->experiment, ICL_TAU, INFINITY));
  OK(icl_experiment_set(t->experiment, ICL_KAPPA, INFINITY));
}

static void finite_of(things *t, const icl_task_pool *pool, int32_t level) {
  icl_finite_theory_destroy(t->finite);
  OK(icl_finite_theory_create(pool, L, 40, 0.1, 0.01, level, &t->finite));
  OK(icl_finite_theory_set_samples(t->finite, 64 * WIDTH));
}

static void finite_pool(things *t) { finite_of(t, t->pool, ICL_FINITE_POOL); }
static void finite_infinite(things *t) { finite_of(t, t->infinite, ICL_FINITE_CORRECTED); }
static void finite_solved(things *t) { OK(icl_finite_theory_solve(t->finite, NULL)); }
/* Two lanes. */
static void finite_many(things *t) { OK(icl_finite_theory_set_samples(t->finite, 600)); }

/* ---- results ---- */

static void read_run(things *t) { icl_run_destroy(t->out.made.run); }
static void read_experiment(things *t) { icl_experiment_destroy(t->out.made.experiment); }

static void read_theory(things *t) {
  OK(icl_theory_value(t->out.made.theory, ICL_QUANTITY_ICL, t->out.number));
  icl_theory_destroy(t->out.made.theory);
}

static void read_pool(things *t) {
  t->out.integer[0] = icl_task_pool_size(t->out.made.pool);
  if (t->out.integer[0]) OK(icl_task_pool_copy(t->out.made.pool, t->out.number));
  icl_task_pool_destroy(t->out.made.pool);
}

static void read_rows(const icl_dataset *dataset, outputs *out) {
  int64_t n = out->integer[0] = icl_dataset_size(dataset);
  if (n) OK(icl_dataset_copy_rows(dataset, 0, n, out->number, &out->number[n * D], &out->number[n * (D + WIDTH)]));
}

static void read_dataset(things *t) {
  read_rows(t->out.made.dataset, &t->out);
  icl_dataset_destroy(t->out.made.dataset);
}

static void read_appended(things *t) { read_rows(t->appended, &t->out); }

static void read_law(things *t) {
  double *number = t->out.number;
  OK(icl_test_law_moments(t->out.made.law, number, &number[GAMMA], &number[GAMMA + WIDTH * WIDTH]));
  OK(icl_test_error_sampled(t->out.made.law, given.gamma, 10, 1, NULL, &number[GAMMA + WIDTH * WIDTH + 1], NULL));
  icl_test_law_destroy(t->out.made.law);
}

static void read_estimator(things *t) { icl_estimator_destroy(t->out.made.estimator); }

static void read_fit(things *t) {
  double *number = &t->out.number[3 * GAMMA]; /* behind what fit_path gives */
  int32_t method;
  OK(icl_estimator_gamma(t->estimator, number));
  OK(icl_estimator_report(t->estimator, &method, &t->out.integer[0], &number[GAMMA], &number[GAMMA + 1]));
  t->out.integer[1] = method;
}

static void read_replicates(things *t) {
  OK(icl_experiment_replicates(t->experiment, ICL_QUANTITY_ICL, t->out.number));
  OK(icl_experiment_replicates(t->experiment, ICL_QUANTITY_IDG, &t->out.number[4]));
}

static void read_prediction(things *t) {
  OK(icl_finite_theory_error(t->finite, t->fresh, &t->out.number[0], &t->out.number[1]));
}

static void read_finite(things *t) {
  OK(icl_finite_theory_solve(t->out.made.finite, NULL));
  OK(icl_finite_theory_error(t->out.made.finite, t->law, &t->out.number[0], NULL));
  icl_finite_theory_destroy(t->out.made.finite);
}

/* A new path was set. */
static void read_path(things *t) {
  has_run(t);
  t->out.integer[0] = access(checkpoint_path, F_OK) * 2 + access(other_path, F_OK);
}

/* ---- after a failure ---- */

static void no_fit(things *t) {
  double gamma[GAMMA];
  FAILS(ICL_ERR_STATE, "no Gamma", icl_estimator_gamma(t->estimator, gamma));
}

static void no_run(things *t) {
  FAILS(ICL_ERR_STATE, "no results", icl_experiment_result(t->experiment, ICL_QUANTITY_ICL, NULL, NULL));
}

static void no_prediction(things *t) {
  double error;
  FAILS(ICL_ERR_STATE, "not solved", icl_finite_theory_error(t->finite, t->law, &error, NULL));
}

/* The experiment's own results stay as they are. */
static void old_run(things *t) { OK(icl_experiment_result(t->experiment, ICL_QUANTITY_ICL, NULL, NULL)); }

static void as_many_rows(things *t) { ck_assert_int_eq(icl_dataset_size(t->appended), FEW); }

/* And so does the path. */
static void old_path(things *t) {
  OK(icl_experiment_run(t->experiment, NULL));
  ck_assert_int_eq(access(checkpoint_path, F_OK), 0);
  ck_assert_int_eq(access(other_path, F_OK), -1);
  unlink(checkpoint_path);
}

/* ---- the calls ---- */

#define NUMBER t->out.number
#define MADE t->out.made
#define RESULT &t->out.number[0], &t->out.number[1]

/* function, name of the case, threads, settings, reading, after a failure, status expected, arguments */
#define CASES(X)                                                                                                      \
  X(icl_attention_predict, tokens, 1, NULL, NULL, NULL, ICL_OK, D, L, given.matrix[0], given.matrix[1], given.tokens, \
    given.labels, NUMBER)                                                                                             \
  X(icl_gamma_predict, rows, 1, NULL, NULL, NULL, ICL_OK, D, MANY, given.gamma, given.query, given.context, NUMBER)   \
  X(icl_bayes_ridge_error, fresh, 3, NULL, NULL, NULL, ICL_OK, t->fresh, 300, 1, t->run, RESULT)                      \
  X(icl_bayes_ridge_error, pool, 1, NULL, NULL, NULL, ICL_OK, t->law, 300, 1, t->run, RESULT)                         \
  X(icl_dmmse_error, pool, 3, NULL, NULL, NULL, ICL_OK, t->pool, t->law, 300, 1, t->run, RESULT)                      \
  X(icl_dataset_append_features, twice, 1, NULL, read_appended, as_many_rows, ICL_OK, t->appended, MANY, given.query, \
    given.context, given.target)                                                                                      \
  X(icl_dataset_append_sequences, once, 1, NULL, read_appended, as_many_rows, ICL_OK, t->appended, L, FEW,            \
    given.tokens, given.labels)                                                                                       \
  X(icl_dataset_copy_rows, drawn, 1, NULL, NULL, NULL, ICL_OK, t->many, 5, 20, NUMBER, &NUMBER[60], &NUMBER[140])     \
  X(icl_dataset_create, pool, 1, NULL, read_dataset, NULL, ICL_OK, t->pool, L, FEW, 0.1, 1, &MADE.dataset)            \
  X(icl_dataset_create_empty, empty, 1, NULL, read_dataset, NULL, ICL_OK, D, &MADE.dataset)                           \
  X(icl_dataset_error, drawn, 3, NULL, NULL, NULL, ICL_OK, t->many, given.gamma, t->run, RESULT)                      \
  X(icl_estimator_create, new, 1, NULL, read_estimator, NULL, ICL_OK, &MADE.estimator)                                \
  X(icl_estimator_fit, automatic, 1, fitted, read_fit, no_fit, ICL_OK, t->estimator, t->many, t->run)                 \
  X(icl_estimator_fit, primal, 3, primal, read_fit, no_fit, ICL_OK, t->estimator, t->many, t->run)                    \
  X(icl_estimator_fit, primal_few, 1, primal_ridgeless, read_fit, no_fit, ICL_OK, t->estimator, t->few, t->run)       \
  X(icl_estimator_fit, dual, 1, dual, read_fit, no_fit, ICL_OK, t->estimator, t->few, t->run)                         \
  X(icl_estimator_fit, dual_many, 1, dual_ridgeless, read_fit, no_fit, ICL_OK, t->estimator, t->many, t->run)         \
  X(icl_estimator_fit, gradients, 1, conjugate, read_fit, no_fit, ICL_OK, t->estimator, t->many, t->run)              \
  X(icl_estimator_fit, gradients_few, 1, conjugate_ridgeless, read_fit, no_fit, ICL_OK, t->estimator, t->few, t->run) \
  X(icl_estimator_fit, lanes, 2, conjugate, read_fit, no_fit, ICL_OK, t->estimator, t->lanes, t->run)                 \
  X(icl_estimator_fit, redrawn, 1, redrawn, read_fit, no_fit, ICL_OK, t->estimator, t->many, t->run)                  \
  X(icl_estimator_fit, appended, 1, fitted, read_fit, no_fit, ICL_OK, t->estimator, t->appended, t->run)              \
  X(icl_estimator_fit, insatiable, 1, insatiable, read_fit, no_fit, ICL_ERR_NOT_CONVERGED, t->estimator, t->many,     \
    t->run)                                                                                                           \
  X(icl_estimator_fit, insatiable_few, 1, insatiable, read_fit, no_fit, ICL_ERR_NOT_CONVERGED, t->estimator, t->few,  \
    t->run)                                                                                                           \
  X(icl_estimator_fit_path, automatic, 1, fitted, read_fit, no_fit, ICL_OK, t->estimator, t->many, 3, given.lambda,   \
    t->run, NUMBER)                                                                                                   \
  X(icl_estimator_fit_path, dual, 3, dual, read_fit, no_fit, ICL_OK, t->estimator, t->many, 3, given.lambda, t->run,  \
    NUMBER)                                                                                                           \
  X(icl_experiment_create, new, 1, NULL, read_experiment, NULL, ICL_OK, D, &MADE.experiment)                          \
  X(icl_experiment_run, alone, 1, has_run, read_replicates, no_run, ICL_OK, t->experiment, t->run)                    \
  X(icl_experiment_run, threads, 3, has_run, read_replicates, no_run, ICL_OK, t->experiment, t->run)                  \
  X(icl_experiment_run, one_replicate, 3, one_replicate, NULL, no_run, ICL_OK, t->experiment, t->run)                 \
  X(icl_experiment_run, population, 1, population, read_replicates, no_run, ICL_OK, t->experiment, t->run)            \
  X(icl_experiment_run, checkpoint, 1, checkpointed, read_replicates, no_run, ICL_OK, t->experiment, t->run)          \
  X(icl_experiment_run, checkpoint_threads, 3, checkpointed, read_replicates, no_run, ICL_OK, t->experiment, t->run)  \
  X(icl_experiment_curve, shared, 1, has_run, NULL, old_run, ICL_OK, t->experiment, ICL_TAU, 3, given.parameter, 2,   \
    given.quantity, t->run, NUMBER, &NUMBER[6], &NUMBER[12], t->out.integer)                                          \
  X(icl_experiment_curve, dealt_out, 3, checkpointed, NULL, old_run, ICL_OK, t->experiment, ICL_LAMBDA, 3,            \
    given.parameter, 2, given.quantity, t->run, NUMBER, &NUMBER[6], &NUMBER[12], t->out.integer)                      \
  X(icl_experiment_curve, theory, 1, NULL, NULL, NULL, ICL_OK, t->experiment, ICL_ALPHA, 3, given.parameter, 2,       \
    given.quantity, NULL, NULL, NULL, NUMBER, NULL)                                                                   \
  X(icl_experiment_set_checkpoint, other, 1, checkpointed, read_path, old_path, ICL_OK, t->experiment, other_path)    \
  X(icl_experiment_theory, ratios, 1, NULL, NULL, NULL, ICL_OK, t->experiment, ICL_QUANTITY_ICL, NUMBER)              \
  X(icl_finite_theory_create, pool, 1, NULL, read_finite, NULL, ICL_OK, t->pool, L, 40, 0.1, 0.01, ICL_FINITE_POOL,   \
    &MADE.finite)                                                                                                     \
  X(icl_finite_theory_create, infinite, 1, NULL, read_finite, NULL, ICL_OK, t->infinite, L, 40, 0.1, 0.01,            \
    ICL_FINITE_POOL, &MADE.finite)                                                                                    \
  X(icl_finite_theory_error, corrected, 1, finite_solved, NULL, NULL, ICL_OK, t->finite, t->law, RESULT)              \
  X(icl_finite_theory_solve, pool, 1, finite_pool, read_prediction, no_prediction, ICL_OK, t->finite, t->run)         \
  X(icl_finite_theory_solve, corrected, 1, finite_solved, read_prediction, no_prediction, ICL_OK, t->finite, t->run)  \
  X(icl_finite_theory_solve, threads, 3, finite_many, read_prediction, no_prediction, ICL_OK, t->finite, t->run)      \
  X(icl_finite_theory_solve, infinite, 1, finite_infinite, read_prediction, no_prediction, ICL_OK, t->finite, t->run) \
  X(icl_run_create, new, 1, NULL, read_run, NULL, ICL_OK, &MADE.run)                                                  \
  X(icl_sequences_draw, plain, 3, NULL, NULL, NULL, ICL_OK, t->pool, L, MANY, 0.1, 1, t->run, NUMBER, &NUMBER[4000],  \
    t->out.integer)                                                                                                   \
  X(icl_sequences_draw, staged, 3, reporting, NULL, NULL, ICL_OK, t->infinite, L, MANY, 0.1, 1, t->run, NUMBER,       \
    &NUMBER[4000], t->out.integer)                                                                                    \
  X(icl_task_pool_create, sphere, 1, NULL, read_pool, NULL, ICL_OK, D, K, ICL_TASKS_SPHERE, 1, &MADE.pool)            \
  X(icl_task_pool_create_from, tasks, 1, NULL, read_pool, NULL, ICL_OK, D, K, given.query, &MADE.pool)                \
  X(icl_task_pool_create_infinite, sphere, 1, NULL, read_pool, NULL, ICL_OK, D, ICL_TASKS_SPHERE, 1, &MADE.pool)      \
  X(icl_test_error, pool, 1, NULL, NULL, NULL, ICL_OK, t->law, given.gamma, NUMBER)                                   \
  X(icl_test_error_sampled, pool, 3, NULL, NULL, NULL, ICL_OK, t->law, given.gamma, MANY, 1, t->run, RESULT)          \
  X(icl_test_law_create_fresh, gaussian, 1, NULL, read_law, NULL, ICL_OK, D, L, 0.1, ICL_TASKS_GAUSSIAN, &MADE.law)   \
  X(icl_test_law_create_gaussian, structured, 1, NULL, read_law, NULL, ICL_OK, D, L, 0.1, given.covariance, &MADE.law) \
  X(icl_test_law_create_pool, pool, 1, NULL, read_law, NULL, ICL_OK, t->pool, L, 0.1, &MADE.law)                      \
  X(icl_test_law_create_pool, infinite, 1, NULL, read_law, NULL, ICL_OK, t->infinite, L, 0.1, &MADE.law)              \
  X(icl_test_law_optimal_gamma, ridge, 1, NULL, NULL, NULL, ICL_OK, t->law, 0.1, NUMBER)                              \
  X(icl_theory_batch, points, 1, NULL, NULL, NULL, ICL_OK, 3, given.parameter, given.parameter, given.parameter,      \
    given.parameter, given.parameter, ICL_QUANTITY_IDG, NUMBER)                                                       \
  X(icl_theory_create, point, 1, NULL, read_theory, NULL, ICL_OK, 1.5, 2.0, 1.0, 0.1, 0.0, &MADE.theory)              \
  X(icl_theory_curve, along_tau, 1, NULL, NULL, NULL, ICL_OK, t->theory, ICL_QUANTITY_GAP, ICL_TAU, 3,                \
    given.parameter, NUMBER)                                                                                          \
  X(icl_theory_minimum, ridge, 1, NULL, NULL, NULL, ICL_OK, t->theory, ICL_QUANTITY_ICL, ICL_LAMBDA, 0.0, INFINITY,   \
    RESULT)                                                                                                           \
  X(icl_theory_stationary, along_tau, 1, NULL, NULL, NULL, ICL_OK, t->theory, ICL_QUANTITY_ICL, ICL_TAU, 0.1, 10.0,   \
    5, NUMBER, t->out.integer)

#define CALL(function, name, threads, prepare, read, failed, expected, ...)      \
  static icl_status function##_##name(things *t) { (void)t; return function(__VA_ARGS__); }
CASES(CALL)

#define ENTRY(function, name, threads, prepare, read, failed, expected, ...) \
  {#name, #function, threads, prepare, function##_##name, expected, read, failed},
const fault_case cases[] = {CASES(ENTRY)};
const int case_count = sizeof cases / sizeof *cases;
