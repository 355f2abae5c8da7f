/* Fits by a table of settings, and what came of them. */
#ifndef ICL_TEST_RIDGE_FIT_H
#define ICL_TEST_RIDGE_FIT_H

#include "ridge_problem.h"

typedef struct {
  int32_t method;
  double lambda, tolerance;
  int64_t max_iterations, threads;
} settings;

typedef struct {
  icl_status status;
  int32_t method;
  int64_t iterations;
  double residual, training;
} outcome;

static inline icl_estimator *estimator_of(const settings *set) {
  icl_estimator *estimator;
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_method(estimator, set->method));
  OK(icl_estimator_set_lambda(estimator, set->lambda));
  OK(icl_estimator_set_tolerance(estimator, set->tolerance));
  if (set->max_iterations) OK(icl_estimator_set_max_iterations(estimator, set->max_iterations));
  return estimator;
}

static inline icl_run *run_of(const settings *set) {
  icl_run *run;
  OK(icl_run_create(&run));
  OK(icl_run_set_threads(run, set->threads ? set->threads : 1));
  return run;
}

/* gamma is there after ICL_OK and after ICL_ERR_NOT_CONVERGED. */
static inline outcome fit(const icl_dataset *dataset, const settings *set, double *gamma) {
  outcome out;
  icl_estimator *estimator = estimator_of(set);
  icl_run *run = run_of(set);
  out.status = icl_estimator_fit(estimator, dataset, run);
  ck_assert_msg(out.status == ICL_OK || out.status == ICL_ERR_NOT_CONVERGED, "%d: %s", out.status,
                icl_last_error_message());
  OK(icl_estimator_gamma(estimator, gamma));
  OK(icl_estimator_report(estimator, &out.method, &out.iterations, &out.residual, &out.training));
  icl_estimator_destroy(estimator);
  icl_run_destroy(run);
  return out;
}

#endif
