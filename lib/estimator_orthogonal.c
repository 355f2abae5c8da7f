/* Orthogonal decompositions of the features themselves, whose condition is the square root of that of the matrices
 * that Cholesky factors need. With m = min(n, p) and orthogonal Q and P,
 *
 *     [F P  y] = Q [T z; 0 r]     so that     |y - F P u|^2 = |z - T u|^2 + r^2,     Gamma = P u,
 *
 * T upper triangular of order m. For n >= p, P = 1, and rows are taken in by blocks; for n < p, F' = P R makes F P = R',
 * and u gives the solution without a part in the null space. Then the triangle of [T z; sqrt(mu) 0] solves
 * (T'T + mu) u = T'z.
 *
 * That needs a T without zeros to working precision. If there may be some, T = U S V' gives
 *
 *     u = sum_j v_j (s_j/(s_j^2 + mu)) (u_j'z)   over   s_j > eps max(n, p) s_1,
 *
 * which for mu = 0 is the least-squares solution of minimum norm. Singular values below that bound are rounding of
 * zeros [Golub and Van Loan, sec. 5.5.8] and belong to no data. Memory O(p^2), or O(n p) for n < p. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "estimator.h"

/* bordered: [T z; 0 r], (m+1) x (m+1) in column-major order. basis: p x n, P as reflectors, and their factors. */
typedef struct {
  int64_t order;
  double *bordered, *basis, *basis_factors;
} reduction;

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

/* n < p: F' = P R, in place. */
static icl_status find_basis(const icl__ridge_problem *problem, double *scratch, reduction *to) {
  int64_t n = problem->n, p = problem->p;
  for (int64_t first = 0; first < n; first += ICL__SOLVER_ROWS) {
    int64_t count = n - first < ICL__SOLVER_ROWS ? n - first : ICL__SOLVER_ROWS;
    icl__rows rows = icl__source_rows(problem->operator->source, first, count, scratch);
    features(&rows, p, 1, &to->basis[first * p]);
  }
  ICL__TRY(icl__check_finite(to->basis, n * p, "the features of dataset"));
  return icl__qr(p, n, to->basis, to->basis_factors);
}

/* Rows first .. of [F P y], which has m + 1 columns, in column-major order. */
static void transformed_rows(const icl__ridge_problem *problem, const reduction *from, int64_t first, int64_t count,
                             double *scratch, double *out) {
  int64_t m = from->order, p = problem->p;
  icl__rows rows = icl__source_rows(problem->operator->source, first, count, scratch);
  memcpy(&out[m * count], rows.target, (size_t)count * sizeof *out);
  if (!from->basis) {
    features(&rows, 1, count, out);
    return;
  }
  for (int64_t j = 0; j < m; j++) { /* R' */
    for (int64_t i = 0; i < count; i++) out[j * count + i] = j <= first + i ? from->basis[(first + i) * p + j] : 0.0;
  }
}

static icl_status reduce(const icl__ridge_problem *problem, double *scratch, reduction *to) {
  int64_t n = problem->n, width = to->order + 1, elements;
  double *block;
  if (to->basis) ICL__TRY(find_basis(problem, scratch, to));
  ICL__TRY(icl__check_product(width, ICL__SOLVER_ROWS, 1, "a block of features", &elements));
  ICL__TRY(icl__new_doubles(elements, &block));
  icl_status status = ICL_OK;
  for (int64_t first = 0; !status && first < n; first += ICL__SOLVER_ROWS) {
    int64_t count = n - first < ICL__SOLVER_ROWS ? n - first : ICL__SOLVER_ROWS;
    transformed_rows(problem, to, first, count, scratch, block);
    status = icl__qr_append(width, to->bordered, count, block);
    if (!status) status = icl__ridge_progress(problem, 0.5 * (double)(first + count) / (double)n);
  }
  icl__free(block);
  return status;
}

/* (T'T + mu) u = T'z. Overwrites T. The ridge that the column of z gets as well ends up in r. */
static icl_status solve_triangle(int64_t m, double mu, double *bordered, double *u) {
  double *work;
  int64_t width = m + 1;
  if (mu > 0.0) {
    ICL__TRY(icl__new_doubles(width * width + icl__qr_ridge_work(width), &work));
    icl__qr_ridge(width, sqrt(mu), bordered, work, &work[width * width]);
    icl__free(work);
  }
  memcpy(u, &bordered[m * width], (size_t)m * sizeof *u);
  icl__triangle_solve(m, 1, bordered, width, u);
  return ICL_OK;
}

/* u from the singular values of T that are above the cut. */
static icl_status filter(const icl__ridge_problem *problem, int64_t m, const double *bordered, double *u) {
  int64_t width = m + 1;
  double *matrix = NULL, *left = NULL, *values = NULL, *vectors = NULL;
  icl_status status = icl__new_doubles(m * m, &matrix);
  if (!status) status = icl__new_doubles(m * m, &left);
  if (!status) status = icl__new_doubles(2 * m, &values);
  if (!status) status = icl__new_doubles(m * m, &vectors);
  for (int64_t i = 0; !status && i < m; i++) {
    for (int64_t j = 0; j < m; j++) matrix[i * m + j] = j < i ? 0.0 : bordered[j * width + i];
  }
  if (!status) status = icl__svd(m, m, matrix, left, values, vectors);
  if (!status) {
    double *coefficients = &values[m];
    double cut = DBL_EPSILON * (double)(problem->n > problem->p ? problem->n : problem->p) * values[0];
    icl__gemv(ICL__TRANSPOSED, m, m, 1.0, left, &bordered[m * width], 0.0, coefficients);
    for (int64_t j = 0; j < m; j++) {
      coefficients[j] = values[j] > cut ? coefficients[j] / (values[j] + problem->mu / values[j]) : 0.0;
    }
    icl__gemv(ICL__TRANSPOSED, m, m, 1.0, vectors, coefficients, 0.0, u);
  }
  icl__free(matrix);
  icl__free(left);
  icl__free(values);
  icl__free(vectors);
  return status;
}

/* 1/(|T|_1 |T^-1|_1) <= m s_m/s_1, estimated (by LAPACK: never too small and hardly ever three times too large), tells
 * whether a singular value can be near the cut. And rows sqrt(mu) I that are larger than T would leave of u, which is
 * T'z/mu then, a relative error of eps sqrt(mu)/|T|. */
static icl_status is_regular(const icl__ridge_problem *problem, const reduction *of, int *answer) {
  int64_t m = of->order, width = m + 1, longer = problem->n > problem->p ? problem->n : problem->p;
  double reciprocal;
  ICL__TRY(icl__triangle_condition(m, of->bordered, width, &reciprocal));
  *answer = reciprocal > 100.0 * (double)m * (double)longer * DBL_EPSILON &&
            sqrt(problem->mu) <= icl__norm(m * width, of->bordered);
  return ICL_OK;
}

static icl_status solve(const icl__ridge_problem *problem, reduction *from, double *u) {
  int64_t m = from->order, width = m + 1;
  int regular;
  ICL__TRY(icl__check_finite(from->bordered, width * width, "the features of dataset"));
  ICL__TRY(is_regular(problem, from, &regular));
  ICL__TRY(regular ? solve_triangle(m, problem->mu, from->bordered, u) : filter(problem, m, from->bordered, u));
  return from->basis ? icl__qr_expand(problem->p, m, from->basis, from->basis_factors, u) : ICL_OK;
}

icl_status icl__ridge_orthogonal(icl__ridge_problem *problem, icl__ridge_solution *solution) {
  int64_t d = problem->d, p = problem->p, n = problem->n, m = n < p ? n : p, elements;
  double *memory, *scratch = NULL;
  ICL__TRY(icl__check_product(m + 1, n < p ? p + n + 2 : p + 1, 1, "the features", &elements));
  ICL__TRY(icl__new_doubles(elements, &memory));
  reduction to = {.order = m, .bordered = memory};
  memset(to.bordered, 0, (size_t)((m + 1) * (m + 1)) * sizeof *memory);
  if (n < p) {
    to.basis = &memory[(m + 1) * (m + 1)];
    to.basis_factors = &to.basis[n * p];
  }
  icl_status status = icl__new_doubles(icl__source_scratch(d, ICL__SOLVER_ROWS), &scratch);
  if (!status) status = reduce(problem, scratch, &to);
  icl__free(scratch);
  if (!status) {
    memset(solution->gamma, 0, (size_t)p * sizeof *solution->gamma);
    status = solve(problem, &to, solution->gamma);
  }
  icl__free(memory);
  solution->iterations = solution->dual = 0;
  return status;
}
