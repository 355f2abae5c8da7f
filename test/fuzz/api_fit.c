/* Estimators, and the theory at finite size. */
#include "api.h"

static void estimator_create(input *from) {
  icl_estimator *made = nothing();
  slot *where = pick(from, ESTIMATOR);
  icl_estimator **out = take_byte(from) % 16 == 15 ? NULL : &made;
  slot *estimator = keep(where, ESTIMATOR, CALL(icl_estimator_create, out), made);
  estimator->tolerance = 1e-8;
}

static void estimator_settings(input *from) {
  slot *estimator = pick(from, ESTIMATOR);
  double tolerance = read_number(from);
  switch (take_byte(from) % 4) {
    case 0: CALL(icl_estimator_set_lambda, estimator->handle, read_number(from)); break;
    case 1: CALL(icl_estimator_set_method, estimator->handle, read_code(from, 4) - 1); break;
    case 2: CALL(icl_estimator_set_max_iterations, estimator->handle, read_size(from, 30)); break;
    default:
      if (take_byte(from) % 2) tolerance = pow(2.0, -tolerance);
      if (!CALL(icl_estimator_set_tolerance, estimator->handle, tolerance)) estimator->tolerance = tolerance;
      break;
  }
}

/* Whether there is a Gamma now. Refusals that come before the fit leave the earlier one, others drop it. */
static void note_fit(slot *estimator, const slot *dataset, icl_status status) {
  if (status == ICL_ERR_ARGUMENT) return;
  int begun = status != ICL_ERR_DOMAIN && status != ICL_ERR_SIZE && status != ICL_ERR_MEMORY;
  estimator->has_result = !status || status == ICL_ERR_NOT_CONVERGED ? YES : begun ? NO : UNKNOWN;
  if (begun || dataset->d > estimator->d) estimator->d = dataset->d; /* room enough for either */
}

static void check_report(icl_estimator *handle, const slot *estimator, icl_status status) {
  int32_t method = 0;
  int64_t iterations = -1;
  double residual = -1.0, error = -1.0;
  if (status && status != ICL_ERR_NOT_CONVERGED) return;
  OK(icl_estimator_report(handle, &method, &iterations, &residual, &error));
  EXPECT(method >= ICL_METHOD_PRIMAL && method <= ICL_METHOD_CG && iterations >= 0, "%d, %d", method, (int)iterations);
  EXPECT(residual >= 0.0 && error >= 0.0 && isfinite(residual) && isfinite(error), "%g, %g", residual, error);
  EXPECT(status || residual <= estimator->tolerance, "residual %g, tolerance %g", residual, estimator->tolerance);
}

static void fit(input *from) {
  slot *estimator = pick(from, ESTIMATOR);
  const slot *dataset = pick(from, DATASET), *run = pick(from, RUN);
  if (!spend(4)) return;
  icl_status status = CALL(icl_estimator_fit, estimator->handle, dataset->handle, run->handle);
  note_fit(estimator, dataset, status);
  check_report(estimator->handle, estimator, status);
}

static void fit_path(input *from) {
  slot *estimator = pick(from, ESTIMATOR);
  const slot *dataset = pick(from, DATASET), *run = pick(from, RUN);
  int64_t count = read_array_size(from, 4), d = dataset->handle ? dataset->d : 1;
  const double *lambda = read_numbers(from, cells(count, 1, 1));
  double *gamma = output(from, cells(count, d, d + 1));
  if (lambda && take_byte(from) % 2) { /* most of them negative else */
    double *own = (double *)lambda;
    for (int64_t i = 0; i < cells(count, 1, 1); i++) own[i] = fabs(own[i]);
  }
  if (!spend(12)) return;
  icl_status status = CALL(icl_estimator_fit_path, estimator->handle, dataset->handle, count, lambda, run->handle,
                           gamma);
  note_fit(estimator, dataset, status);
  check_report(estimator->handle, estimator, status);
}

static void check_result(slot *of, icl_status status) {
  if (!of->handle || status == ICL_ERR_ARGUMENT) return;
  EXPECT(of->has_result == UNKNOWN || (status == ICL_ERR_STATE) == !of->has_result, "%d", status);
  of->has_result = status != ICL_ERR_STATE;
}

static void estimator_read(input *from) {
  slot *estimator = pick(from, ESTIMATOR);
  int64_t d = estimator->d ? estimator->d : 1;
  double *gamma = output(from, d * (d + 1));
  check_result(estimator, CALL(icl_estimator_gamma, estimator->handle, gamma));
  int32_t *method = output_codes(from, 1);
  int64_t *iterations = output_integers(from, 1);
  double *residual = output(from, 1), *error = output(from, 1);
  check_result(estimator, CALL(icl_estimator_report, estimator->handle, method, iterations, residual, error));
}

static void finite_create(input *from) {
  const slot *pool = pick(from, POOL);
  int64_t l = read_size(from, 12), n = read_size(from, 40);
  double rho = read_number(from), lambda = read_number(from);
  icl_finite_theory *made = nothing();
  slot *where = pick(from, FINITE);
  int32_t level = read_code(from, 2);
  icl_status status = CALL(icl_finite_theory_create, pool->handle, l, n, rho, lambda, level, &made);
  slot *finite = keep(where, FINITE, status, made);
  finite->d = pool->d;
  finite->rho = rho;
  /* the default number of samples takes seconds */
  if (finite->handle) OK(icl_finite_theory_set_samples(finite->handle, 64 * (pool->d + 1)));
  finite->n = 64 * (pool->d + 1);
}

static void finite_settings(input *from) {
  slot *finite = pick(from, FINITE);
  int64_t samples = take_byte(from) % 2 ? (int64_t)take(from, 2) % 1000 : read_size(from, 1);
  icl_status status;
  if (take_byte(from) % 2) status = CALL(icl_finite_theory_set_seed, finite->handle, read_seed(from));
  else {
    status = CALL(icl_finite_theory_set_samples, finite->handle, samples);
    if (!status) finite->n = samples;
  }
  if (!status) finite->has_result = NO;
}

static void finite_solve(input *from) {
  slot *finite = pick(from, FINITE);
  const slot *run = pick(from, RUN);
  if (!spend(40) || (finite->n > 1000 && finite->n < INT64_C(1) << 38)) return;
  icl_status status = CALL(icl_finite_theory_solve, finite->handle, run->handle);
  if (status != ICL_ERR_ARGUMENT) finite->has_result = !status;
}

/* The noise of the target is a term of the error, the others are not negative. */
static void finite_error(input *from) {
  slot *finite = pick(from, FINITE);
  const slot *law = pick(from, LAW);
  double *error = output_infinite(from, 1), *standard_error = output(from, 1);
  icl_status status = CALL(icl_finite_theory_error, finite->handle, law->handle, error, standard_error);
  check_result(finite, status);
  if (status) return;
  EXPECT(finite->d == law->d, "dimensions");
  EXPECT(*error >= law->rho, "error %.17g below %.17g", *error, law->rho);
  EXPECT(!standard_error || *standard_error >= 0.0, "standard error %g", *standard_error);
}

static const operation list[] = {
  estimator_create, estimator_settings, fit, fit_path, estimator_read, finite_create, finite_settings, finite_solve,
  finite_error, fit};
const operations fit_operations = {sizeof list / sizeof *list, list};
