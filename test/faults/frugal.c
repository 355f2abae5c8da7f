/* The calls that allocate nothing: they work however little memory there is. */
#include "things.h"

#define NUMBER t->out.number
#define INTEGER t->out.integer

/* Calls with a status, each with its arguments. */
#define STATUS_CALLS(X)                                                                                             \
  X(icl_attention_reduce, D, given.matrix[0], given.matrix[1], NUMBER)                                              \
  X(icl_dataset_set_memory_limit, t->many, 1)                                                                       \
  X(icl_estimator_gamma, t->estimator, NUMBER)                                                                      \
  X(icl_estimator_report, t->estimator, NULL, INTEGER, &NUMBER[0], &NUMBER[1])                                      \
  X(icl_estimator_set_lambda, t->estimator, 1.0)                                                                    \
  X(icl_estimator_set_max_iterations, t->estimator, 5)                                                              \
  X(icl_estimator_set_method, t->estimator, ICL_METHOD_CG)                                                          \
  X(icl_estimator_set_tolerance, t->estimator, 1e-3)                                                                \
  X(icl_experiment_replicates, t->experiment, ICL_QUANTITY_ICL, NUMBER)                                             \
  X(icl_experiment_result, t->experiment, ICL_QUANTITY_GAP, &NUMBER[0], &NUMBER[1])                                 \
  X(icl_experiment_sizes, t->experiment, &INTEGER[0], &INTEGER[1], &INTEGER[2], &INTEGER[3])                        \
  X(icl_experiment_set, t->experiment, ICL_TAU, 1.0)                                                                \
  X(icl_experiment_set_distribution, t->experiment, ICL_TASKS_SPHERE)                                               \
  X(icl_experiment_set_replicates, t->experiment, 7)                                                                \
  X(icl_experiment_set_seed, t->experiment, 1)                                                                      \
  X(icl_features, D, L, FEW, given.tokens, given.labels, &NUMBER[0], &NUMBER[D * FEW], &NUMBER[(D + WIDTH) * FEW])  \
  X(icl_finite_theory_set_samples, t->finite, 1000)                                                                 \
  X(icl_finite_theory_set_seed, t->finite, 1)                                                                       \
  X(icl_run_set_progress, t->run, NULL, NULL)                                                                       \
  X(icl_run_set_threads, t->run, 0)                                                                                 \
  X(icl_task_pool_copy, t->pool, NUMBER)                                                                            \
  X(icl_test_law_moments, t->law, &NUMBER[0], &NUMBER[GAMMA], &NUMBER[GAMMA + WIDTH * WIDTH])                       \
  X(icl_theory_set, t->theory, ICL_TEST_RHO, 1.0)                                                                   \
  X(icl_theory_clear, t->theory, ICL_TEST_RHO)                                                                      \
  X(icl_theory_derivative, t->theory, ICL_QUANTITY_ICL, ICL_RHO, NUMBER)                                            \
  X(icl_theory_get, t->theory, ICL_ALPHA, NUMBER)                                                                   \
  X(icl_theory_value, t->theory, ICL_QUANTITY_ICL, NUMBER)

/* Those without: an argument, or what a result is. */
#define DESTROY_CALLS(X)                    \
  X(icl_dataset_destroy, many)              \
  X(icl_estimator_destroy, estimator)       \
  X(icl_experiment_destroy, experiment)     \
  X(icl_finite_theory_destroy, finite)      \
  X(icl_run_destroy, run)                   \
  X(icl_task_pool_destroy, pool)            \
  X(icl_test_law_destroy, law)              \
  X(icl_theory_destroy, theory)

#define READING_CALLS(X)                          \
  X(icl_dataset_dimension, D, t->many)            \
  X(icl_dataset_size, MANY, t->many)              \
  X(icl_task_pool_dimension, D, t->pool)          \
  X(icl_task_pool_size, K, t->pool)

#define TEXT_CALLS(X)                        \
  X(icl_last_error_message, )                \
  X(icl_status_string, ICL_ERR_MEMORY)       \
  X(icl_version_string, )

#define STATUS(function, ...) \
  static void call_##function(things *t, icl_status *status) { (void)t; *status = function(__VA_ARGS__); }
#define DESTROY(function, member)                                \
  static void call_##function(things *t, icl_status *status) { \
    function(t->member);                                         \
    t->member = NULL;                                            \
    *status = ICL_OK;                                            \
  }
#define READING(function, expected, ...) \
  static void call_##function(things *t, icl_status *status) { *status = function(__VA_ARGS__) != (expected); }
#define TEXT(function, ...) \
  static void call_##function(things *t, icl_status *status) { (void)t; *status = function(__VA_ARGS__) == NULL; }
STATUS_CALLS(STATUS)
DESTROY_CALLS(DESTROY)
READING_CALLS(READING)
TEXT_CALLS(TEXT)

static void call_icl_version_number(things *t, icl_status *status) {
  (void)t;
  *status = icl_version_number() < 0;
}

#define ENTRY(function, ...) {#function, call_##function},
const frugal_case frugal_cases[] = {
  STATUS_CALLS(ENTRY) DESTROY_CALLS(ENTRY) READING_CALLS(ENTRY) TEXT_CALLS(ENTRY) ENTRY(icl_version_number, )
};
const int frugal_count = sizeof frugal_cases / sizeof *frugal_cases;
