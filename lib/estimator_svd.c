/* The rank-revealing way: F = U S V' gives
 *
 *     Gamma = sum_j v_j (s_j/(s_j^2 + mu)) (u_j'y)   over   s_j > eps max(n, p) s_1,
 *
 * which for mu = 0 is the least-squares solution of minimum norm. Singular values below that bound are rounding of
 * zeros [Golub and Van Loan, sec. 5.5.8] and belong to no data. For n >= p, F is first reduced to its R factor by
 * blocks of rows, so the memory is O(p^2), or O(n p) for n < p; time 6 n p min(n, p) flop and more. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "estimator.h"

/* Feature column (i, a) of the rows is q_i h_a, at out[column * column_step + row * row_step]. */
static void features(const icl__rows *rows, int64_t row_step, int64_t column_step, double *out) {
  int64_t d = rows->d, width = d + 1;
  for (int64_t mu = 0; mu < rows->n; mu++) {
    const double *query = &rows->query[mu * d], *context = &rows->context[mu * width];
    for (int64_t i = 0; i < d; i++) {
      for (int64_t a = 0; a < width; a++) out[mu * row_step + (i * width + a) * column_step] = query[i] * context[a];
    }
  }
}

/* n >= p: [F y] = Q [R z; 0 r], so |y - F x|^2 = |z - R x|^2 + r^2. Sets matrix (p x p) to R and right (p) to z. */
static icl_status reduce(const icl__ridge_problem *problem, double *scratch, double *matrix, double *right) {
  int64_t n = problem->n, p = problem->p, width = p + 1, elements, block_elements;
  double *triangle, *chunk = NULL;
  ICL__TRY(icl__check_product(width, width, 1, "the triangular factor", &elements));
  ICL__TRY(icl__check_product(width, ICL__SOLVER_ROWS, 1, "a block of features", &block_elements));
  ICL__TRY(icl__new_doubles(elements, &triangle));
  icl_status status = icl__new_doubles(block_elements, &chunk);
  memset(triangle, 0, (size_t)elements * sizeof *triangle);
  for (int64_t first = 0; !status && first < n; first += ICL__SOLVER_ROWS) {
    int64_t count = n - first < ICL__SOLVER_ROWS ? n - first : ICL__SOLVER_ROWS;
    icl__rows rows = icl__source_rows(problem->operator->source, first, count, scratch);
    features(&rows, 1, count, chunk);
    memcpy(&chunk[p * count], rows.target, (size_t)count * sizeof *chunk);
    status = icl__qr_append(width, triangle, count, chunk);
    if (!status) status = icl__ridge_progress(problem, 0.5);
  }
  if (!status) {
    for (int64_t i = 0; i < p; i++) {
      for (int64_t j = 0; j < p; j++) matrix[i * p + j] = j < i ? 0.0 : triangle[j * width + i];
      right[i] = triangle[p * width + i];
    }
  }
  icl__free(triangle);
  icl__free(chunk);
  return status;
}

/* Gamma from the decomposition of an m x p matrix with right-hand side `right`. */
static icl_status filter(const icl__ridge_problem *problem, int64_t m, double *matrix, const double *right,
                         double *gamma) {
  int64_t p = problem->p, n = problem->n, rank = m < p ? m : p;
  double *left = NULL, *values = NULL, *vectors = NULL;
  icl_status status = icl__new_doubles(m * rank, &left);
  if (!status) status = icl__new_doubles(2 * rank, &values);
  if (!status) status = icl__new_doubles(rank * p, &vectors);
  if (!status) status = icl__check_finite(matrix, m * p, "the features of dataset");
  if (!status) status = icl__svd(m, p, matrix, left, values, vectors);
  if (!status) {
    double *coefficients = &values[rank];
    double cut = DBL_EPSILON * (double)(n > p ? n : p) * values[0];
    icl__gemv(ICL__TRANSPOSED, m, rank, 1.0, left, right, 0.0, coefficients);
    for (int64_t j = 0; j < rank; j++) {
      coefficients[j] = values[j] > cut ? coefficients[j] / (values[j] + problem->mu / values[j]) : 0.0;
    }
    icl__gemv(ICL__TRANSPOSED, rank, p, 1.0, vectors, coefficients, 0.0, gamma);
  }
  icl__free(left);
  icl__free(values);
  icl__free(vectors);
  return status;
}

icl_status icl__ridge_svd(icl__ridge_problem *problem, icl__ridge_solution *solution) {
  int64_t d = problem->d, p = problem->p, n = problem->n, m = n < p ? n : p, elements;
  double *matrix, *scratch = NULL;
  ICL__TRY(icl__check_product(m + 1, p, 1, "the features", &elements));
  ICL__TRY(icl__new_doubles(elements, &matrix));
  icl_status status = icl__new_doubles(icl__source_scratch(d, ICL__SOLVER_ROWS), &scratch);
  double *right = &matrix[m * p];
  if (!status && n >= p) status = reduce(problem, scratch, matrix, right);
  for (int64_t first = 0; !status && n < p && first < n; first += ICL__SOLVER_ROWS) {
    int64_t count = n - first < ICL__SOLVER_ROWS ? n - first : ICL__SOLVER_ROWS;
    icl__rows rows = icl__source_rows(problem->operator->source, first, count, scratch);
    features(&rows, p, 1, &matrix[first * p]);
    memcpy(&right[first], rows.target, (size_t)count * sizeof *right);
  }
  icl__free(scratch);
  if (!status) status = icl__ridge_progress(problem, 0.5);
  if (!status) status = filter(problem, m, matrix, right, solution->gamma);
  icl__free(matrix);
  solution->iterations = solution->dual = 0;
  return status;
}
