/* Kernel equations K a = y, K = (Q Q') o (H H') + mu I, Gamma = F'a: the features of two rows have the inner product
 * (q.q')(h.h'), so K takes two thin products, 2 n^2 d flop. */
#include <stddef.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "estimator.h"

/* The lower triangle of K. `other` is n x n as well. */
static void kernel(const icl__ridge_problem *problem, double *matrix, double *other) {
  const icl__rows *rows = &problem->rows;
  int64_t n = rows->n, d = rows->d;
  icl__syrk(ICL__PLAIN, n, d, rows->query, 0.0, matrix);
  icl__syrk(ICL__PLAIN, n, d + 1, rows->context, 0.0, other);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j <= i; j++) matrix[i * n + j] *= other[i * n + j];
    matrix[i * n + i] += problem->mu;
  }
}

typedef struct {
  const icl__ridge_problem *problem;
  double *gamma; /* p: F'a */
} dual_residual;

/* y - K a, through Gamma = F'a and not through K. */
static void kernel_residual(void *context, const double *weights, double *residual) {
  const dual_residual *state = context;
  const icl__rows *rows = &state->problem->rows;
  icl__operator_adjoint(rows, weights, state->problem->work, state->gamma);
  icl__operator_predict(rows, state->gamma, state->problem->work, residual);
  for (int64_t mu = 0; mu < rows->n; mu++) {
    residual[mu] = rows->target[mu] - residual[mu] - state->problem->mu * weights[mu];
  }
}

icl_status icl__ridge_dual(const icl__ridge_problem *problem, icl__progress *progress, icl__ridge_solution *solution) {
  int64_t n = problem->rows.n, elements;
  double *matrix = NULL, *other = NULL, norm, inverse_norm;
  solution->accurate = 0;
  if (problem->mu == 0.0 && n > problem->p) return ICL_OK; /* K has rank p at most */
  ICL__TRY(icl__check_product(n, n, 1, "the kernel matrix", &elements));
  icl_status status = icl__new_doubles(elements, &matrix);
  if (!status) status = icl__new_doubles(elements, &other);
  if (status) goto done;
  kernel(problem, matrix, other);
  status = icl__progress_add(progress, icl__row_items(n));
  if (!status) status = icl__cholesky(n, matrix, &norm, &inverse_norm);
  if (status) goto done;
  if (icl__cholesky_accurate(n, norm, inverse_norm, problem->mu)) {
    dual_residual state = {problem, solution->gamma};
    for (int64_t mu = 0; mu < n; mu++) solution->weights[mu] = 0.0;
    solution->iterations = icl__refine(n, matrix, kernel_residual, &state, problem->max_iterations, solution->weights,
                                       other);
    icl__operator_adjoint(&problem->rows, solution->weights, problem->work, solution->gamma);
    solution->accurate = 1;
  }
  status = icl__progress_add(progress, icl__row_items(n));
done:
  icl__free(matrix);
  icl__free(other);
  return status;
}
