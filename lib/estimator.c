/* Gamma by ridge regression: settings, the choice of solver, and the measurement of what it found.
 *
 * Note on numerical properties. The Cholesky solvers factor a matrix A of order N (normal equations: N = p; kernel:
 * N = n) whose condition number is the square of that of the features F. Two things could go wrong without notice:
 *
 * - Accuracy. Forming and factoring A loses about N eps cond(A) of the solution. Refinement wins it back: the residual
 *   is evaluated from the rows themselves (never from A), and every step multiplies the error by N eps cond(A). We ask
 *   for a factor of at most 1/10, i.e. cond(A) <= 1/(10 N eps), so that each step gains a digit or more.
 * - Rank. Where F is rank-deficient and mu = 0, A is singular, but rounding may leave tiny positive pivots, with which
 *   Cholesky "succeeds" with an arbitrary component in the null space. Such an A has cond(A) of 1/eps or more, above
 *   the same bound, so it never gets through. With a small mu > 0 the bound may hold, but rounding of the residual,
 *   eps |F||y| in the null space, is divided by mu: a relative error of eps |A|/mu. Were F deficient, |A^-1|_1 would
 *   be at least |A^-1|_2/sqrt(N) = 1/(mu sqrt(N)). So where |A^-1|_1 is that large we ask for cond(A) <= 1e8, an error
 *   of 2e-8.
 *
 * What fails goes to the singular value decomposition of F itself, which sees singular values down to eps |F| where A
 * would have lost those below sqrt(eps) |F|, and which leaves the null space out. */
#include "estimator.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "dataset.h"

struct icl_estimator {
  double lambda, tolerance;
  int32_t method;
  int64_t max_iterations;
  /* result; gamma is NULL when there is none */
  int64_t d, iterations;
  int32_t method_used;
  double *gamma;
  double relative_residual, training_error;
};

icl_status icl_estimator_create(icl_estimator **out) {
  icl_estimator *estimator;
  ICL__TRY(icl__check_pointer(out, "out"));
  ICL__TRY(icl__new(sizeof *estimator, &estimator));
  estimator->tolerance = 1e-8;
  estimator->max_iterations = 1000;
  *out = estimator;
  return ICL_OK;
}

icl_status icl_estimator_set_lambda(icl_estimator *estimator, double lambda) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  ICL__TRY(icl__check_nonnegative(lambda, "lambda"));
  estimator->lambda = lambda;
  return ICL_OK;
}

icl_status icl_estimator_set_method(icl_estimator *estimator, int32_t method) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  if (method < ICL_METHOD_AUTO || method > ICL_METHOD_DUAL) {
    return icl__fail(ICL_ERR_ARGUMENT, "method is %" PRId32 "; ICL_METHOD_AUTO (0), ICL_METHOD_PRIMAL (1) or"
                     " ICL_METHOD_DUAL (2) was expected", method);
  }
  estimator->method = method;
  return ICL_OK;
}

icl_status icl_estimator_set_tolerance(icl_estimator *estimator, double relative) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  if (!(relative > 0.0 && relative < 1.0)) {
    return icl__fail(ICL_ERR_DOMAIN, "relative is %.17g; a number between 0 and 1 was expected", relative);
  }
  estimator->tolerance = relative;
  return ICL_OK;
}

icl_status icl_estimator_set_max_iterations(icl_estimator *estimator, int64_t count) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  ICL__TRY(icl__check_size(count, "count"));
  estimator->max_iterations = count;
  return ICL_OK;
}

int icl__cholesky_accurate(int64_t n, double norm, double inverse_norm, double mu) {
  double condition = norm * inverse_norm;
  if (!(condition <= 1.0 / (10.0 * (double)n * DBL_EPSILON))) return 0;
  return inverse_norm * mu * sqrt((double)n) < 1.0 || condition <= 1e8;
}

int64_t icl__refine(int64_t n, const double *factor, icl__residual_fn residual, void *context, int64_t max_iterations,
                    double *x, double *correction) {
  double previous = INFINITY;
  for (int64_t step = 1;; step++) {
    residual(context, x, correction);
    icl__cholesky_solve(n, factor, 1, correction);
    double size = icl__norm(n, correction);
    if (!(size < 0.5 * previous)) return step;
    for (int64_t i = 0; i < n; i++) x[i] += correction[i];
    if (size <= DBL_EPSILON * icl__norm(n, x) || step == max_iterations) return step;
    previous = size;
  }
}

void icl__ridge_gradient(const icl__ridge_problem *problem, const double *gamma, double *residual, double *gradient) {
  const icl__rows *rows = &problem->rows;
  icl__operator_predict(rows, gamma, problem->work, residual);
  for (int64_t mu = 0; mu < rows->n; mu++) residual[mu] = rows->target[mu] - residual[mu];
  icl__operator_adjoint(rows, residual, problem->work, gradient);
  for (int64_t i = 0; i < problem->p; i++) gradient[i] -= problem->mu * gamma[i];
}

/* The report, from the rows: see icl_estimator_report. `dual` says that |K a - y|/|y| is the measure. */
static icl_status measure(const icl__ridge_problem *problem, const icl__ridge_solution *solution, int dual,
                          icl_estimator *estimator) {
  const icl__rows *rows = &problem->rows;
  int64_t n = rows->n, p = problem->p;
  double *residual, scale, size;
  ICL__TRY(icl__new_doubles(n + p, &residual));
  double *gradient = &residual[n];
  icl__ridge_gradient(problem, solution->gamma, residual, gradient);
  double error = icl__norm(n, residual);
  if (dual) {
    for (int64_t mu = 0; mu < n; mu++) residual[mu] -= problem->mu * solution->weights[mu];
    size = icl__norm(n, residual);
    scale = icl__norm(n, rows->target);
  } else {
    size = icl__norm(p, gradient);
    icl__operator_adjoint(rows, rows->target, problem->work, gradient);
    scale = icl__norm(p, gradient);
  }
  icl__free(residual);
  estimator->relative_residual = scale > 0.0 ? size / scale : 0.0;
  estimator->training_error = error * (error / (double)n);
  if (isfinite(estimator->relative_residual) && isfinite(estimator->training_error)) return ICL_OK;
  return icl__fail(ICL_ERR_NONFINITE, "products of the rows of dataset overflow");
}

static icl_status solve(const icl__ridge_problem *problem, icl__progress *progress, icl__ridge_solution *solution,
                        icl_estimator *estimator) {
  int64_t n = problem->rows.n;
  estimator->method_used = estimator->method;
  if (estimator->method == ICL_METHOD_AUTO) {
    estimator->method_used = n < problem->p ? ICL_METHOD_DUAL : ICL_METHOD_PRIMAL;
  }
  int dual = estimator->method_used == ICL_METHOD_DUAL;
  ICL__TRY((dual ? icl__ridge_dual : icl__ridge_primal)(problem, progress, solution));
  if (solution->accurate) {
    ICL__TRY(measure(problem, solution, dual && n < problem->p, estimator));
    if (estimator->relative_residual <= estimator->tolerance) return ICL_OK;
  }
  ICL__TRY(icl__ridge_svd(problem, progress, solution));
  ICL__TRY(icl__progress_finish(progress)); /* how far the first attempt had come depends on why it ended */
  return measure(problem, solution, 0, estimator);
}

static icl_status fit_rows(const icl__rows *rows, icl__progress *progress, icl_estimator *estimator) {
  int64_t d = rows->d, n = rows->n, p = d * (d + 1);
  icl__ridge_problem problem = {.rows = *rows, .p = p, .max_iterations = estimator->max_iterations};
  icl__ridge_solution solution = {0};
  double *memory;
  problem.mu = (double)n / (double)d * estimator->lambda;
  if (!isfinite(problem.mu)) {
    return icl__fail(ICL_ERR_DOMAIN, "lambda is %.17g; n lambda/d overflows", estimator->lambda);
  }
  ICL__TRY(icl__check_blas(n, "the number of rows"));
  ICL__TRY(icl__check_blas(p, "d (d+1)"));
  ICL__TRY(icl__new_doubles(icl__operator_work(d) + n, &memory));
  icl_status status = icl__new_doubles(p, &solution.gamma);
  problem.work = memory;
  solution.weights = &memory[icl__operator_work(d)];
  if (!status) status = solve(&problem, progress, &solution, estimator);
  icl__free(memory);
  if (status) {
    icl__free(solution.gamma);
    return status;
  }
  estimator->d = d;
  estimator->gamma = solution.gamma;
  estimator->iterations = solution.iterations;
  if (estimator->relative_residual <= estimator->tolerance) return ICL_OK;
  return icl__fail(ICL_ERR_NOT_CONVERGED, "the relative residual is %.3g; at most %.3g was asked for",
                   estimator->relative_residual, estimator->tolerance);
}

icl_status icl_estimator_fit(icl_estimator *estimator, const icl_dataset *dataset, const icl_run *run) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  ICL__TRY(icl__check_pointer(dataset, "dataset"));
  icl__free(estimator->gamma);
  estimator->gamma = NULL;
  icl__row_source source = icl__dataset_source(dataset);
  if (!source.n) return icl__fail(ICL_ERR_STATE, "dataset has no rows; at least 1 was expected");
  icl__progress progress = {run, 0, 3 * icl__row_items(source.n)};
  icl__rows rows;
  double *memory;
  ICL__TRY(icl__source_load(&source, &progress, &rows, &memory));
  icl_status status = fit_rows(&rows, &progress, estimator);
  icl__free(memory);
  return status;
}

static icl_status check_fitted(const icl_estimator *estimator) {
  ICL__TRY(icl__check_pointer(estimator, "estimator"));
  if (estimator->gamma) return ICL_OK;
  return icl__fail(ICL_ERR_STATE, "estimator has no Gamma; a successful icl_estimator_fit was expected first");
}

icl_status icl_estimator_gamma(const icl_estimator *estimator, double *gamma) {
  ICL__TRY(check_fitted(estimator));
  ICL__TRY(icl__check_pointer(gamma, "gamma"));
  memcpy(gamma, estimator->gamma, (size_t)(estimator->d * (estimator->d + 1)) * sizeof *gamma);
  return ICL_OK;
}

icl_status icl_estimator_report(const icl_estimator *estimator, int32_t *method, int64_t *iterations,
                                double *relative_residual, double *training_error) {
  ICL__TRY(check_fitted(estimator));
  if (method) *method = estimator->method_used;
  if (iterations) *iterations = estimator->iterations;
  if (relative_residual) *relative_residual = estimator->relative_residual;
  if (training_error) *training_error = estimator->training_error;
  return ICL_OK;
}

void icl_estimator_destroy(icl_estimator *estimator) {
  if (!estimator) return;
  icl__free(estimator->gamma);
  icl__free(estimator);
}
