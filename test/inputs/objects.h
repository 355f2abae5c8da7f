/* Handles of every kind by name, in the states that the table speaks of. */
#ifndef ICL_TEST_OBJECTS_H
#define ICL_TEST_OBJECTS_H

#include "../support.h"

static inline int is(const char *text, const char *other) { return strcmp(text, other) == 0; }

static int32_t cancel(int64_t done, int64_t total, void *user) {
  (void)done, (void)total, (void)user;
  return 1;
}

static icl_run *make_run(const char *state) {
  icl_run *run;
  OK(icl_run_create(&run));
  if (is(state, "canceling")) OK(icl_run_set_progress(run, cancel, NULL));
  return run;
}

static icl_task_pool *make_pool(const char *state) {
  double loud[6] = {1e150, 0.0, 0.0, 1e150, 1e150, 0.0};
  icl_task_pool *pool;
  int64_t vast = 46341; /* (d+1)^2 is beyond the BLAS integer; with addresses of 64 bits */
  if (is(state, "infinite")) OK(icl_task_pool_create_infinite(2, ICL_TASKS_GAUSSIAN, 1, &pool));
  else if (is(state, "vast")) OK(icl_task_pool_create_infinite(vast, ICL_TASKS_GAUSSIAN, 1, &pool));
  else if (is(state, "loud")) OK(icl_task_pool_create_from(2, 3, loud, &pool));
  else OK(icl_task_pool_create(is(state, "wide") ? 3 : 2, 3, ICL_TASKS_GAUSSIAN, 1, &pool));
  return pool;
}

static icl_test_law *make_law(const char *state) {
  icl_test_law *law;
  icl_task_pool *pool = make_pool("finite");
  if (is(state, "pool")) OK(icl_test_law_create_pool(pool, 3, 0.25, &law));
  else OK(icl_test_law_create_fresh(is(state, "wide") ? 3 : 2, 3, 0.25, ICL_TASKS_GAUSSIAN, &law));
  icl_task_pool_destroy(pool);
  return law;
}

static icl_dataset *make_dataset(const char *state) {
  double query[4] = {0.5, 0.25, -0.5, 1.0}, context[6] = {1.0, -0.5, 0.25, 0.75, 1.5, -1.0}, target[2] = {1.0, -1.0};
  icl_dataset *dataset;
  if (is(state, "empty") || is(state, "appended") || is(state, "huge")) {
    OK(icl_dataset_create_empty(2, &dataset));
    for (int i = 0; i < 6 && is(state, "huge"); i++) query[i % 4] = context[i] = 1e200;
    if (!is(state, "empty")) OK(icl_dataset_append_features(dataset, 2, query, context, target));
    return dataset;
  }
  icl_task_pool *pool = make_pool(is(state, "wide") || is(state, "vast") ? state : "finite");
  int64_t n = is(state, "single") ? 1 : is(state, "long") ? INT64_C(1) << 31 : is(state, "endless") ? INT64_MAX : 4;
  OK(icl_dataset_create(pool, 3, n, 0.25, 2, &dataset));
  icl_task_pool_destroy(pool);
  return dataset;
}

/* A fit that is to end in this way. */
static void fit(icl_estimator *estimator, const char *dataset, const char *run, icl_status status) {
  icl_dataset *data = make_dataset(dataset);
  icl_run *how = make_run(run);
  ck_assert_int_eq(icl_estimator_fit(estimator, data, how), status);
  icl_dataset_destroy(data);
  icl_run_destroy(how);
}

static icl_estimator *make_estimator(const char *state) {
  icl_estimator *estimator;
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_lambda(estimator, 0.125));
  if (is(state, "new")) return estimator;
  fit(estimator, "generated", "plain", ICL_OK);
  if (is(state, "failed")) fit(estimator, "empty", "plain", ICL_ERR_STATE);
  if (is(state, "canceled")) fit(estimator, "generated", "canceling", ICL_ERR_CANCELED);
  if (is(state, "heavy")) OK(icl_estimator_set_lambda(estimator, 1e308));
  if (is(state, "greedy") || is(state, "missed")) OK(icl_estimator_set_tolerance(estimator, 1e-300));
  if (is(state, "missed")) fit(estimator, "generated", "plain", ICL_ERR_NOT_CONVERGED);
  return estimator;
}

static icl_experiment *make_experiment(const char *state) {
  icl_experiment *experiment;
  icl_run *run = make_run("canceling");
  OK(icl_experiment_create(2, &experiment));
  if (!is(state, "new")) {
    for (int32_t parameter = ICL_TAU; parameter <= ICL_KAPPA; parameter++) {
      OK(icl_experiment_set(experiment, parameter, 1.5));
    }
    OK(icl_experiment_set(experiment, ICL_LAMBDA, 0.125));
    OK(icl_experiment_set_replicates(experiment, 2));
    OK(icl_experiment_run(experiment, NULL));
  }
  if (is(state, "endless") || is(state, "failed")) OK(icl_experiment_set(experiment, ICL_TAU, 1e300));
  if (is(state, "failed")) FAILS(ICL_ERR_SIZE, "n would be", icl_experiment_run(experiment, NULL));
  if (is(state, "canceled")) FAILS(ICL_ERR_CANCELED, "canceled", icl_experiment_run(experiment, run));
  if (is(state, "many")) OK(icl_experiment_set_replicates(experiment, INT64_MAX));
  if (is(state, "lost")) OK(icl_experiment_set_checkpoint(experiment, "/nowhere/at/all"));
  if (is(state, "loud")) OK(icl_experiment_set(experiment, ICL_RHO, 1e300));
  icl_run_destroy(run);
  return experiment;
}

static icl_finite_theory *make_finite_theory(const char *state) {
  icl_finite_theory *theory;
  icl_task_pool *pool = make_pool("finite");
  icl_run *run = make_run("canceling");
  int32_t level = is(state, "solved") ? ICL_FINITE_POOL : ICL_FINITE_CORRECTED;
  OK(icl_finite_theory_create(pool, 3, 4, 0.25, 0.25, level, &theory));
  if (is(state, "endless") || is(state, "failed")) OK(icl_finite_theory_set_samples(theory, INT64_MAX));
  else OK(icl_finite_theory_set_samples(theory, 500));
  if (is(state, "solved")) OK(icl_finite_theory_solve(theory, NULL));
  if (is(state, "failed")) FAILS(ICL_ERR_SIZE, "samples", icl_finite_theory_solve(theory, NULL));
  if (is(state, "canceled")) {
    OK(icl_finite_theory_solve(theory, NULL));
    FAILS(ICL_ERR_CANCELED, "canceled", icl_finite_theory_solve(theory, run));
  }
  icl_task_pool_destroy(pool);
  icl_run_destroy(run);
  return theory;
}

static icl_theory *make_theory(const char *state) {
  icl_theory *theory;
  int peak = is(state, "peak");
  OK(icl_theory_create(peak ? 1.0 : 1.5, 2.0, 0.5, 0.25, peak ? 0.0 : 0.125, &theory));
  return theory;
}

static void *make(const char *type, const char *state) {
  if (is(type, "icl_run")) return make_run(state);
  if (is(type, "icl_task_pool")) return make_pool(state);
  if (is(type, "icl_test_law")) return make_law(state);
  if (is(type, "icl_dataset")) return make_dataset(state);
  if (is(type, "icl_estimator")) return make_estimator(state);
  if (is(type, "icl_experiment")) return make_experiment(state);
  if (is(type, "icl_finite_theory")) return make_finite_theory(state);
  ck_assert_msg(is(type, "icl_theory"), "no object of type %s", type);
  return make_theory(state);
}

static void destroy(const char *type, void *object) {
  if (is(type, "icl_run")) icl_run_destroy(object);
  if (is(type, "icl_task_pool")) icl_task_pool_destroy(object);
  if (is(type, "icl_test_law")) icl_test_law_destroy(object);
  if (is(type, "icl_dataset")) icl_dataset_destroy(object);
  if (is(type, "icl_estimator")) icl_estimator_destroy(object);
  if (is(type, "icl_experiment")) icl_experiment_destroy(object);
  if (is(type, "icl_finite_theory")) icl_finite_theory_destroy(object);
  if (is(type, "icl_theory")) icl_theory_destroy(object);
}

/* What can be read from an object; what cannot stays 0. */
enum { FACTS = 40 };
static void read_facts(const char *type, const void *object, double facts[FACTS]) {
  memset(facts, 0, FACTS * sizeof *facts);
  if (is(type, "icl_estimator")) icl_estimator_gamma(object, facts);
  if (is(type, "icl_experiment")) icl_experiment_result(object, ICL_QUANTITY_ICL, &facts[0], &facts[1]);
  if (is(type, "icl_experiment")) icl_experiment_theory(object, ICL_QUANTITY_ICL, &facts[2]);
  if (is(type, "icl_dataset") && icl_dataset_dimension(object) <= 3) {
    int64_t n = icl_dataset_size(object), d = icl_dataset_dimension(object), rows = n < 4 ? n : 4;
    facts[0] = (double)n;
    double *context = &facts[1 + rows * d];
    if (rows > 0) icl_dataset_copy_rows(object, 0, rows, &facts[1], context, &context[rows * (d + 1)]);
  }
  if (is(type, "icl_task_pool")) {
    facts[0] = (double)icl_task_pool_dimension(object);
    facts[1] = (double)icl_task_pool_size(object);
    if (facts[0] * facts[1] < FACTS - 2) icl_task_pool_copy(object, &facts[2]);
  }
  if (is(type, "icl_test_law")) icl_test_law_moments(object, facts, &facts[12], &facts[28]); /* d <= 3 */
  for (int32_t j = ICL_TAU; j <= ICL_TEST_RHO && is(type, "icl_theory"); j++) icl_theory_get(object, j, &facts[j]);
  if (is(type, "icl_finite_theory")) {
    icl_test_law *law = make_law("fresh");
    icl_finite_theory_error(object, law, &facts[0], NULL);
    icl_test_law_destroy(law);
  }
}

#endif
