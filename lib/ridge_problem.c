#include "ridge_problem.h"

#include <float.h>
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

/* |F'y|, what the residual of the normal equations is compared with. Where y is orthogonal to the features that is
 * itself rounding, of size eps |F||y|, and tells nothing: then it is |F||y|, |F|^2 = sum |q|^2|h|^2 about tr(Q'Q)
 * tr(H'H)/n, and at most n times the largest |y||q||h|.
 *
 * NAN where residuals cannot be told from 0: r h and (r h) q may lose 2^-1075 each by underflow, which is less than the
 * rounding of F'y only for a largest |y||q||h| of at least 2^-1022 max(1, |q|). That is looked up in the rows, as the
 * moments may have underflown, where the norm of F'y leaves a doubt. */
icl_status icl__normal_scale(const icl__ridge_problem *problem, double *scale) {
  double rows = (double)problem->n, query = 0.0, context = 0.0, target = icl__norm(problem->n, problem->target);
  double longest, product;
  *scale = icl__norm(problem->p, problem->right);
  for (int64_t i = 0; i < problem->d; i++) query += problem->query[i * (problem->d + 1)];
  for (int64_t i = 0; i <= problem->d; i++) context += problem->context[i * (problem->d + 2)];
  double largest = sqrt(query) * sqrt(context) / sqrt(rows) * target, rounding = sqrt(rows) * DBL_EPSILON;
  if (target == 0.0 || *scale >= fmax(rounding * largest, DBL_MIN * fmax(1.0, sqrt(query)))) return ICL_OK;
  ICL__TRY(icl__ridge_sizes(problem, &longest, &product));
  if (product > -INFINITY) {
    largest = product < fmax(longest, 0.0) - 1022.0 ? NAN : fmin(largest, rows * exp2(product));
  }
  if (!(*scale >= rounding * largest)) *scale = largest;
  return ICL_OK;
}
