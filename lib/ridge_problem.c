#include "ridge_problem.h"

#include <math.h>

#include "alloc.h"
#include "blas.h"

icl_status icl__ridge_gradient(const icl__ridge_problem *problem, const double *gamma, double *gradient,
                               double *residual) {
  ICL__TRY(icl__operator_gradient(problem->operator, gamma, gradient, residual));
  icl__axpy(problem->p, -problem->mu, gamma, gradient);
  return ICL_OK;
}

icl_status icl__kernel_residual(const icl__ridge_problem *problem, const double *weights, double *gamma,
                                double *residual, double *error) {
  ICL__TRY(icl__operator_adjoint(problem->operator, weights, gamma));
  ICL__TRY(icl__operator_predict(problem->operator, gamma, residual));
  for (int64_t mu = 0; mu < problem->n; mu++) residual[mu] = problem->target[mu] - residual[mu];
  if (error) *error = icl__norm(problem->n, residual);
  icl__axpy(problem->n, -problem->mu, weights, residual);
  return ICL_OK;
}

icl_status icl__ridge_progress(const icl__ridge_problem *problem, double part) {
  return icl__progress_reach(problem->progress, problem->window + (int64_t)(part * ICL__RIDGE_UNITS));
}

icl_status icl__ridge_sizes(const icl__ridge_problem *problem, double *query, double *product) {
  int64_t d = problem->d;
  double *scratch;
  ICL__TRY(icl__new_doubles(icl__source_scratch(d, 1), &scratch));
  *query = *product = -INFINITY;
  for (int64_t mu = 0; mu < problem->n; mu++) {
    icl__rows row = icl__source_rows(problem->operator->source, mu, 1, scratch);
    double size = log2(icl__norm(d, row.query)), rest = log2(icl__norm(d + 1, row.context)) + log2(fabs(*row.target));
    *query = fmax(*query, size);
    *product = fmax(*product, size + rest);
  }
  icl__free(scratch);
  return ICL_OK;
}
