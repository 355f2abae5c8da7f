/* Orthogonal decompositions of the features themselves, whose condition is the square root of that of the matrices
 * that Cholesky factors need. With m = min(n, p) and orthogonal Q and P,
 *
 *     [F P  y] = Q [T z; 0 r]     so that     |y - F P u|^2 = |z - T u|^2 + r^2,     Gamma = P u,
 *
 * T upper triangular of order m. For n >= p, P = 1, and rows are taken in by blocks; for n < p, F' = P R makes F P =
 * R', and u gives the solution without a part in the null space. Then the triangle of [T z; sqrt(mu) 0] solves (T'T
 * + mu) u = T'z.
 *
 * That needs a T without zeros to working precision. If there may be some, T = U S V' gives
 *
 *     u = sum_j v_j (s_j/(s_j^2 + mu)) (u_j'z)   over   s_j > eps max(n, p) s_1,
 *
 * which for mu = 0 is the least-squares solution of minimum norm. Singular values below that bound are rounding of
 * zeros [Golub and Van Loan, sec. 5.5.8] and belong to no data.
 *
 * Whether there may be zeros must not depend on units, of labels above all: a column of small numbers is no column of
 * zeros. Triangular solutions do not depend on them: scaled by powers of two, columns give the same bits. So columns
 * of T (n >= p), or for n < p and mu = 0 the rows of F, which are the columns of R and R'u = y, are looked at with
 * the same norm. Where there are zeros, the solution of minimum norm does depend on the units, and comes from
 * singular values in those of the data; but they are counted once more with rows and columns of F of one norm, and
 * where more of these are surely no zeros, or much is lost to the units, there is no answer.
 *
 * Memory O(p^2), or O(n p) for n < p. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "deviation.h"
#include "estimator.h"

/* bordered: [T z; 0 r], (m+1) x (m+1) in column-major order. basis: p x n, P as reflectors, and their factors; NULL for
 * n >= p. equal: rows and columns of F are scaled to one size. scratch: for blocks of rows. All memory is that of
 * `bordered`. */
typedef struct {
  int64_t order;
  double *bordered, *basis, *basis_factors, *scratch;
  int equal;
} reduction;

static icl_status reduction_create(const icl__ridge_problem *problem, int equal, reduction *out) {
  int64_t n = problem->n, p = problem->p, d = problem->d, order = n < p ? n : p, elements;
  int64_t square = (order + 1) * (order + 1), basis = n < p ? n * p : 0;
  int64_t scratch = icl__source_scratch(d, ICL__SOLVER_ROWS) + ICL__SOLVER_ROWS * (2 * d + 1);
  ICL__TRY(icl__check_product(order + 1, n < p ? p + n + 2 : p + 1, 1, "the features", &elements));
  *out = (reduction){.order = order, .equal = equal};
  ICL__TRY(icl__new_doubles(elements + scratch, &out->bordered));
  memset(out->bordered, 0, (size_t)square * sizeof *out->bordered);
  out->scratch = &out->bordered[elements];
  if (basis) {
    out->basis = &out->bordered[square];
    out->basis_factors = &out->basis[basis];
  }
  return ICL_OK;
}

static void reduction_destroy(reduction *this) { icl__free(this->bordered); }

/* Rows first .. first + count - 1, count up to ICL__SOLVER_ROWS; those of F of norm 1 to 4 if they are to be equal. */
static icl__rows take_rows(const icl__ridge_problem *problem, const reduction *to, int64_t first, int64_t count) {
  int64_t d = problem->d, width = d + 1;
  icl__rows rows = icl__source_rows(problem->operator->source, first, count, to->scratch);
  if (!to->equal) return rows;
  double *query = &to->scratch[icl__source_scratch(d, ICL__SOLVER_ROWS)], *context = &query[count * d];
  for (int64_t mu = 0; mu < count; mu++) {
    double size = icl__power_below(icl__norm(d, &rows.query[mu * d]));
    double rest = icl__power_below(icl__norm(width, &rows.context[mu * width]));
    for (int64_t i = 0; i < d; i++) query[mu * d + i] = rows.query[mu * d + i] / size;
    for (int64_t i = 0; i < width; i++) context[mu * width + i] = rows.context[mu * width + i] / rest;
  }
  rows.query = query;
  rows.context = context;
  return rows;
}

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

/* Rows are finite, but their products need not be. */
static icl_status check_products(const double *array, int64_t count) {
  if (!icl__check_finite(array, count, "a product")) return ICL_OK;
  return icl__fail(ICL_ERR_NONFINITE, "products of the rows of dataset overflow");
}

/* Columns of F, rows of basis, to norms in [1, 2). */
static void equalise_features(int64_t p, int64_t n, double *basis) {
  for (int64_t j = 0; j < p; j++) {
    double norm = 0.0;
    for (int64_t mu = 0; mu < n; mu++) norm = hypot(norm, basis[mu * p + j]);
    norm = icl__power_below(norm);
    for (int64_t mu = 0; mu < n; mu++) basis[mu * p + j] /= norm;
  }
}

/* n < p: F' = P R, in place. */
static icl_status find_basis(const icl__ridge_problem *problem, reduction *to) {
  int64_t n = problem->n, p = problem->p;
  for (int64_t first = 0; first < n; first += ICL__SOLVER_ROWS) {
    int64_t count = n - first < ICL__SOLVER_ROWS ? n - first : ICL__SOLVER_ROWS;
    icl__rows rows = take_rows(problem, to, first, count);
    features(&rows, p, 1, &to->basis[first * p]);
  }
  ICL__TRY(check_products(to->basis, n * p));
  if (to->equal) equalise_features(p, n, to->basis);
  return icl__qr(p, n, to->basis, to->basis_factors);
}

/* Rows first .. of [F P y], which has m + 1 columns, in column-major order. */
static void transformed_rows(const icl__ridge_problem *problem, const reduction *from, int64_t first, int64_t count,
                             double *out) {
  int64_t m = from->order, p = problem->p;
  icl__rows rows = take_rows(problem, from, first, count);
  memcpy(&out[m * count], rows.target, (size_t)count * sizeof *out);
  if (!from->basis) {
    features(&rows, 1, count, out);
    return;
  }
  for (int64_t j = 0; j < m; j++) { /* R' */
    for (int64_t i = 0; i < count; i++) out[j * count + i] = j <= first + i ? from->basis[(first + i) * p + j] : 0.0;
  }
}

static icl_status reduce(const icl__ridge_problem *problem, reduction *to) {
  int64_t n = problem->n, width = to->order + 1, elements;
  double *block;
  ICL__TRY(icl__check_product(width, ICL__SOLVER_ROWS, 1, "a block of features", &elements));
  ICL__TRY(icl__new_doubles(elements, &block));
  icl_status status = ICL_OK;
  for (int64_t first = 0; !status && first < n; first += ICL__SOLVER_ROWS) {
    int64_t count = n - first < ICL__SOLVER_ROWS ? n - first : ICL__SOLVER_ROWS;
    transformed_rows(problem, to, first, count, block);
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
  icl__triangle_solve(ICL__PLAIN, m, 1, bordered, width, u);
  return ICL_OK;
}

/* Scales the columns of an upper triangle to norms in [1, 2) by powers of two, which go to units. */
static void equalise(int64_t m, double *triangle, int64_t stride, double *units) {
  for (int64_t j = 0; j < m; j++) {
    double *column = &triangle[j * stride], norm = icl__norm(j + 1, column);
    units[j] = norm > 0.0 ? icl__power_below(norm) : 1.0;
    for (int64_t i = 0; i <= j; i++) column[i] /= units[j];
  }
}

static void undo(int64_t m, double *triangle, int64_t stride, const double *units) {
  for (int64_t j = 0; j < m; j++) {
    for (int64_t i = 0; i <= j; i++) triangle[j * stride + i] *= units[j];
  }
}

static double longer_side(const icl__ridge_problem *problem) {
  return (double)(problem->n > problem->p ? problem->n : problem->p);
}

/* 1/(|T|_1 |T^-1|_1) <= m s_m/s_1, estimated (by LAPACK: never too small and hardly ever three times too large), tells
 * whether a singular value can be near the cut. */
static icl_status is_regular(const icl__ridge_problem *problem, int64_t m, const double *triangle, int64_t stride,
                             int *answer) {
  double reciprocal;
  ICL__TRY(icl__triangle_condition(m, triangle, stride, &reciprocal));
  *answer = reciprocal > 100.0 * (double)m * longer_side(problem) * DBL_EPSILON;
  return ICL_OK;
}

/* The same with columns of one norm. */
static icl_status is_regular_in_units(const icl__ridge_problem *problem, int64_t m, double *triangle, int64_t stride,
                                      int *answer) {
  double *units;
  ICL__TRY(icl__new_doubles(m, &units));
  equalise(m, triangle, stride, units);
  icl_status status = is_regular(problem, m, triangle, stride, answer);
  undo(m, triangle, stride, units);
  icl__free(units);
  return status;
}

/* T = U S V' of an upper triangle, and how many singular values are above the cut, or a multiple of it. */
typedef struct {
  double *memory, *left, *values, *vectors;
  int64_t rank;
} decomposition;

static icl_status decompose(const icl__ridge_problem *problem, int64_t m, const double *triangle, int64_t stride,
                            double multiple, decomposition *out) {
  double *matrix, cut = multiple * DBL_EPSILON * longer_side(problem);
  ICL__TRY(icl__new_doubles(3 * m * m + m, &matrix));
  *out = (decomposition){.memory = matrix, .left = &matrix[m * m], .vectors = &matrix[2 * m * m],
                         .values = &matrix[3 * m * m]};
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < m; j++) matrix[i * m + j] = j < i ? 0.0 : triangle[j * stride + i];
  }
  ICL__TRY(icl__svd(m, m, matrix, out->left, out->values, out->vectors));
  while (out->rank < m && out->values[out->rank] > cut * out->values[0]) out->rank++;
  return ICL_OK;
}

/* The quotient of the largest and the least of the numbers that are not 0; 1 if all are. */
static double range_of(int64_t count, const double *numbers) {
  double least = INFINITY, largest = 0.0;
  for (int64_t i = 0; i < count; i++) {
    largest = fmax(largest, numbers[i]);
    if (numbers[i] > 0.0) least = fmin(least, numbers[i]);
  }
  return largest > 0.0 ? largest / least : 1.0;
}

static const double vanishing = DBL_MIN * DBL_EPSILON; /* the least number */

/* How much the largest entries of columns, or of rows, differ, and whether all of one underflow, which are no zeros. */
static icl_status find_range(const icl__ridge_problem *problem, const reduction *from, double *range, int *vanishes) {
  int64_t width = problem->d + 1, n = problem->n, p = problem->p;
  double *rows;
  ICL__TRY(icl__new_doubles(n + p, &rows));
  double *columns = &rows[n];
  memset(rows, 0, (size_t)(n + p) * sizeof *rows);
  for (int64_t mu = 0; mu < n; mu++) {
    icl__rows row = icl__source_rows(problem->operator->source, mu, 1, from->scratch);
    for (int64_t j = 0; j < p; j++) {
      double query = row.query[j / width], context = row.context[j % width], entry = fabs(query * context);
      if (entry == 0.0 && query != 0.0 && context != 0.0) entry = vanishing;
      rows[mu] = fmax(rows[mu], entry);
      columns[j] = fmax(columns[j], entry);
    }
  }
  *range = fmax(range_of(n, rows), range_of(p, columns));
  *vanishes = 0;
  for (int64_t i = 0; i < n + p; i++) *vanishes |= rows[i] == vanishing;
  icl__free(rows);
  return ICL_OK;
}

/* How many singular values are surely no zeros: above a hundred times the cut, as rows that lack rank do so to some eps
 * of themselves each, and none of them is small here. */
static icl_status rank_of_equal(const icl__ridge_problem *problem, int64_t *rank) {
  reduction scaled;
  decomposition found = {0};
  double *norms = NULL;
  ICL__TRY(reduction_create(problem, 1, &scaled));
  int64_t m = scaled.order, stride = scaled.basis ? problem->p : m + 1;
  double *triangle = scaled.basis ? scaled.basis : scaled.bordered;
  icl_status status = scaled.basis ? find_basis(problem, &scaled) : reduce(problem, &scaled);
  if (!status) status = icl__new_doubles(m, &norms);
  if (!status) {
    equalise(m, triangle, stride, norms); /* columns of F, or of F', whose rows are equal already */
    status = decompose(problem, m, triangle, stride, 100.0, &found);
  }
  *rank = found.rank;
  icl__free(norms);
  icl__free(found.memory);
  reduction_destroy(&scaled);
  return status;
}

/* Rows and columns whose sizes are within this factor cannot change which singular values are zeros but for those at
 * the cut. */
static const double of_one_size = 16.0;
static const double lost = 1e-8; /* of the solution, at most */

/* Whether the units of rows and columns matter to singular values, which were found in those of the data: see above. A
 * value s that is taken for a zero in these and is none in the others would add s/(s^2 + mu) u_j'z < cut/mu u_j'z to u.
 * solution: V'u, and behind the rank what is left of U'z. */
static icl_status check_units(const icl__ridge_problem *problem, const reduction *from, const decomposition *found,
                              const double *solution, int *sure) {
  double range, largest = found->values[0], least = found->values[found->rank - 1];
  double cut = DBL_EPSILON * longer_side(problem) * largest;
  int64_t rank = found->rank + 1;
  int vanishes;
  ICL__TRY(find_range(problem, from, &range, &vanishes));
  if (range <= of_one_size) return ICL_OK;
  if (!vanishes) ICL__TRY(rank_of_equal(problem, &rank));
  double dropped = icl__norm(from->order - found->rank, &solution[found->rank]) / problem->mu * cut;
  *sure = rank > found->rank ? dropped <= lost * icl__norm(found->rank, solution)
                             : 10.0 * DBL_EPSILON * largest <= lost * fmax(least, sqrt(problem->mu));
  return ICL_OK;
}

/* u from the singular values of T that are above the cut. */
static icl_status filter(const icl__ridge_problem *problem, const reduction *from, double *u, int *sure) {
  int64_t m = from->order, width = m + 1;
  decomposition found = {0};
  double *coefficients = NULL;
  icl_status status = decompose(problem, m, from->bordered, width, 1.0, &found);
  if (!status) {
    coefficients = found.memory; /* the matrix is not needed any more */
    icl__gemv(ICL__TRANSPOSED, m, m, 1.0, found.left, &from->bordered[m * width], 0.0, coefficients);
    for (int64_t j = 0; j < found.rank; j++) coefficients[j] /= found.values[j] + problem->mu / found.values[j];
    if (found.rank) status = check_units(problem, from, &found, coefficients, sure);
  }
  if (!status) {
    memset(&coefficients[found.rank], 0, (size_t)(m - found.rank) * sizeof *coefficients);
    icl__gemv(ICL__TRANSPOSED, m, m, 1.0, found.vectors, coefficients, 0.0, u);
  }
  icl__free(found.memory);
  return status;
}

/* Rows sqrt(mu) I that are larger than T would leave of u, which is T'z/mu then, a relative error of eps sqrt(mu)/|T|.
 * For n < p without ridge the rows' condition is known to be bad, or u is known. */
static icl_status solve(const icl__ridge_problem *problem, const reduction *from, double *u, int *sure) {
  int64_t m = from->order, width = m + 1;
  int regular = 0;
  ICL__TRY(check_products(from->bordered, width * width));
  if (!from->basis) ICL__TRY(is_regular_in_units(problem, m, from->bordered, width, &regular));
  else if (problem->mu > 0.0) ICL__TRY(is_regular(problem, m, from->bordered, width, &regular));
  double size = 0.0;
  for (int64_t j = 0; j < m; j++) size = hypot(size, icl__norm(j + 1, &from->bordered[j * width]));
  regular = regular && sqrt(problem->mu) <= size;
  return regular ? solve_triangle(m, problem->mu, from->bordered, u) : filter(problem, from, u, sure);
}

/* n < p without ridge: R'u = y, if that is regular. */
static icl_status solve_rows(const icl__ridge_problem *problem, reduction *from, double *u, int *solved) {
  int64_t n = problem->n, p = problem->p;
  ICL__TRY(is_regular_in_units(problem, n, from->basis, p, solved));
  if (!*solved) return ICL_OK;
  memcpy(u, problem->target, (size_t)n * sizeof *u);
  icl__triangle_solve(ICL__TRANSPOSED, n, 1, from->basis, p, u);
  return ICL_OK;
}

icl_status icl__ridge_orthogonal(icl__ridge_problem *problem, icl__ridge_solution *solution) {
  int solved = 0, sure = 1;
  reduction to;
  ICL__TRY(reduction_create(problem, 0, &to));
  icl_status status = ICL_OK;
  memset(solution->gamma, 0, (size_t)problem->p * sizeof *solution->gamma);
  if (to.basis) status = find_basis(problem, &to);
  if (!status && to.basis && problem->mu == 0.0) status = solve_rows(problem, &to, solution->gamma, &solved);
  if (!status && !solved) status = reduce(problem, &to);
  if (!status && !solved) status = solve(problem, &to, solution->gamma, &sure);
  if (!status && to.basis) status = icl__qr_expand(problem->p, to.order, to.basis, to.basis_factors, solution->gamma);
  reduction_destroy(&to);
  solution->iterations = solution->dual = 0;
  solution->accurate = sure;
  return status;
}
