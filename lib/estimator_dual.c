/* Kernel equations K a = y, K = (Q Q') o (H H') + mu I, Gamma = F'a: the features of two rows have the inner product
 * (q.q')(h.h'), so K takes two thin products, 2 n^2 d flop, here by square tiles. */
#include <stddef.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "estimator.h"

/* Rows first .. first + count - 1 of K against columns column .. column + width - 1. `work` holds a tile. */
static void fill_tile(const icl__rows *rows, const icl__rows *columns, double *work, int64_t stride, double *tile) {
  int64_t d = rows->d;
  icl__gemm_strided(rows->n, columns->n, d, rows->query, columns->query, stride, tile);
  icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, rows->n, columns->n, d + 1, 1.0, rows->context, columns->context, 0.0, work);
  for (int64_t i = 0; i < rows->n; i++) {
    for (int64_t j = 0; j < columns->n; j++) tile[i * stride + j] *= work[i * columns->n + j];
  }
}

enum { TILE = 512 };

/* The lower triangle of FF'. Columns are drawn once for each row of tiles, where rows are not stored. */
static icl_status fill_kernel(const icl__ridge_problem *problem, icl__ridge_matrix *kernel) {
  int64_t n = problem->n, d = problem->d, size = icl__source_scratch(d, TILE);
  const icl__row_source *source = problem->operator->source;
  double *scratch;
  ICL__TRY(icl__new_doubles(2 * size + (int64_t)TILE * TILE, &scratch));
  icl_status status = icl__ridge_matrix_create(n, kernel);
  for (int64_t first = 0; !status && first < n; first += TILE) {
    int64_t count = n - first < TILE ? n - first : TILE;
    icl__rows rows = icl__source_rows(source, first, count, scratch);
    for (int64_t column = 0; column <= first; column += TILE) {
      int64_t width = n - column < TILE ? n - column : TILE;
      icl__rows columns = icl__source_rows(source, column, width, &scratch[size]);
      fill_tile(&rows, &columns, &scratch[2 * size], n, &kernel->entries[first * n + column]);
    }
    status = icl__ridge_progress(problem, 0.5 * (double)(first + count) / (double)n);
  }
  if (!status) icl__ridge_matrix_filled(kernel);
  else icl__ridge_matrix_destroy(kernel);
  icl__free(scratch);
  return status;
}

typedef struct {
  const icl__ridge_problem *problem;
  double *gamma; /* p: F'a */
} dual_residual;

static icl_status residual_of_weights(void *context, const double *weights, double *residual) {
  const dual_residual *state = context;
  return icl__kernel_residual(state->problem, weights, state->gamma, residual, NULL);
}

icl_status icl__ridge_dual(icl__ridge_problem *problem, icl__ridge_solution *solution) {
  int64_t n = problem->n;
  double *correction;
  solution->accurate = 0;
  solution->dual = 1;
  if (problem->mu == 0.0 && n > problem->p) return ICL_OK; /* K has rank p at most */
  if (!problem->kernel.entries) ICL__TRY(fill_kernel(problem, &problem->kernel));
  icl_status status = ICL_OK;
  if (!icl__ridge_matrix_factor(&problem->kernel, problem->mu, &status)) return status;
  ICL__TRY(icl__new_doubles(n, &correction));
  dual_residual state = {problem, solution->gamma};
  memset(solution->weights, 0, (size_t)n * sizeof *solution->weights);
  status = icl__refine(&problem->kernel, residual_of_weights, &state, problem->max_iterations,
                                  solution->weights, correction, &solution->iterations);
  icl__free(correction);
  if (!status) status = icl__operator_adjoint(problem->operator, solution->weights, solution->gamma);
  solution->accurate = 1;
  return status;
}
