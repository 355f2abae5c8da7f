/* Factoring, and solving with every digit.
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
 *   of 2e-8 beside |y|/|F|. That is said of the unknowns D^-1 x: of x = Gamma the relative error is up to |D| |D^-1 x|
 *   /|x| times as large, as columns of very different size carry it from one to the other, and 2e-7 is the most. Of
 *   weights of rows, F' takes away what is in the null space.
 *
 * All this is said of A after scaling by its diagonal, D A D with entries of D next to 1/sqrt(a_ii), which is within a
 * factor N of the best condition that scaling can give (van der Sluis, doi:10.1007/BF02165096) and makes the verdict
 * independent of the units of labels; mu stands for the largest of mu d_i^2 then.
 *
 * What fails goes to orthogonal decompositions of F itself (estimator_orthogonal.c), which see singular values down to
 * eps |F| where A would have lost those below sqrt(eps) |F|, and leave the null space out. */
#include "ridge_matrix.h"

#include <float.h>
#include <math.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"

icl_status icl__ridge_matrix_create(int64_t size, icl__ridge_matrix *out) {
  int64_t elements;
  double *memory;
  ICL__TRY(icl__check_product(size, size + 2, 1, "the matrix of the equations", &elements));
  ICL__TRY(icl__new_doubles(elements, &memory));
  *out = (icl__ridge_matrix){.size = size, .entries = memory, .diagonal = &memory[size * size]};
  out->scale = &out->diagonal[size];
  return ICL_OK;
}

void icl__ridge_matrix_destroy(icl__ridge_matrix *matrix) {
  icl__free(matrix->entries);
  *matrix = (icl__ridge_matrix){0};
}

void icl__ridge_matrix_filled(icl__ridge_matrix *matrix) {
  icl__mirror(matrix->size, ICL__LOWER, matrix->entries);
  for (int64_t i = 0; i < matrix->size; i++) matrix->diagonal[i] = matrix->entries[i * (matrix->size + 1)];
}

/* Powers of two near 1/sqrt(diagonal), so that scaling rounds nothing; 1 where there is nothing to scale. */
static double power_near(double diagonal) {
  int exponent;
  if (!(diagonal > 0.0) || !isfinite(diagonal)) return 1.0;
  frexp(diagonal, &exponent);
  return ldexp(1.0, -exponent / 2);
}

int icl__ridge_matrix_factor(icl__ridge_matrix *matrix, double mu, icl_status *status) {
  int64_t size = matrix->size;
  double norm = 0.0, inverse_norm = INFINITY, largest = 0.0;
  icl__mirror(size, ICL__UPPER, matrix->entries);
  for (int64_t i = 0; i < size; i++) {
    matrix->scale[i] = power_near(matrix->diagonal[i] + mu);
    largest = fmax(largest, matrix->scale[i]);
  }
  for (int64_t i = 0; i < size; i++) {
    matrix->entries[i * (size + 1)] = matrix->diagonal[i] + mu;
    for (int64_t j = 0; j <= i; j++) matrix->entries[i * size + j] *= matrix->scale[i] * matrix->scale[j];
  }
  *status = icl__cholesky(size, matrix->entries, &norm, &inverse_norm);
  double condition = norm * inverse_norm, bound = 1.0 / (10.0 * (double)size * DBL_EPSILON);
  if (*status || !(condition <= bound)) return 0;
  matrix->condition = inverse_norm * (largest * largest * mu) * sqrt((double)size) < 1.0 ? 0.0 : condition;
  return matrix->condition <= 1e8;
}

/* |D^-1 x| */
static double scaled_norm(const icl__ridge_matrix *matrix, const double *x) {
  double norm = 0.0;
  for (int64_t i = 0; i < matrix->size; i++) norm = hypot(norm, x[i] / matrix->scale[i]);
  return norm;
}

int icl__ridge_matrix_confirms(const icl__ridge_matrix *matrix, const double *x) {
  double largest = 0.0;
  if (matrix->condition == 0.0) return 1;
  for (int64_t i = 0; i < matrix->size; i++) largest = fmax(largest, matrix->scale[i]);
  return matrix->condition * (largest * scaled_norm(matrix, x)) <= 1e9 * icl__norm(matrix->size, x);
}

static void solve(const icl__ridge_matrix *matrix, double *x) {
  for (int64_t i = 0; i < matrix->size; i++) x[i] *= matrix->scale[i];
  icl__cholesky_solve(matrix->size, matrix->entries, x);
  for (int64_t i = 0; i < matrix->size; i++) x[i] *= matrix->scale[i];
}

/* Corrections are measured as D^-1 x, like the condition: in x itself the first error of a column in small units may
 * exceed all others by its unit, and the right correction of it would look like no progress. */
icl_status icl__refine(const icl__ridge_matrix *matrix, icl__residual_fn residual, void *context,
                       int64_t max_iterations, double *x, double *correction, int64_t *iterations) {
  int64_t n = matrix->size;
  double previous = INFINITY;
  for (*iterations = 1;; ++*iterations) {
    ICL__TRY(residual(context, x, correction));
    solve(matrix, correction);
    double size = scaled_norm(matrix, correction);
    if (!(size < 0.5 * previous)) return ICL_OK;
    icl__axpy(n, 1.0, correction, x);
    if (size <= DBL_EPSILON * scaled_norm(matrix, x) || *iterations == max_iterations) return ICL_OK;
    previous = size;
  }
}
