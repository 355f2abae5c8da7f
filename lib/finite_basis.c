/* Coordinates in which the second moment B of the context summary and the ridge are both diagonal:
 *
 *     y = Y h,      Y B Y' = 1,      Y Y' = diag(ridge)                                                [eq. F3]
 *
 * so that (B + xi)^-1 = Y' (1 + xi ridge)^-1 Y on the range of B, and all that the fixed points of level (b) meet is of
 * order 1 whatever the units of labels and the length of contexts. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "finite.h"

void icl__summary_basis_destroy(icl__summary_basis *basis) {
  icl__free(basis->map);
  icl__free(basis->ridge);
  icl__free(basis->spectrum);
  icl__free(basis->cross);
}

/* W with W B W' = 1: from the eigenvectors U of S B S, W = v^-1/2 U' S, S = diag(scale) or 1 for NULL. Eigenvalues that
 * are rounding of zeros are left out. `work` holds (d+1)^2. Sets *rank. */
static icl_status whiten(int64_t width, const double *B, const double *scale, double *work, double *values,
                         double *map, int64_t *rank) {
  for (int64_t i = 0; i < width * width; i++) {
    /* Without a scale there is work all the same. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    work[i] = B[i] * (scale ? scale[i / width] * scale[i % width] : 1.0);
  }
  ICL__TRY(icl__eigen(width, work, values));
  double cut = (double)width * DBL_EPSILON * fabs(values[width - 1]);
  int64_t first = 0;
  while (first < width && values[first] <= cut) first++;
  for (int64_t j = first; j < width; j++) {
    for (int64_t i = 0; i < width; i++) {
      map[(j - first) * width + i] = work[j * width + i] * (scale ? scale[i] : 1.0) / sqrt(values[j]);
    }
  }
  *rank = width - first;
  return ICL_OK;
}

/* Y = Z W for the eigenvectors Z of W W', whose eigenvalues are the ridge. `work` holds 2 (d+1)^2. */
static icl_status rotate(icl__summary_basis *basis, double *work) {
  int64_t width = basis->d + 1, rank = basis->rank;
  double *rotation = work, *rotated = &work[width * width];
  icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, rank, rank, width, 1.0, basis->map, basis->map, 0.0, rotation);
  ICL__TRY(icl__eigen(rank, rotation, basis->ridge));
  icl__gemm(ICL__PLAIN, ICL__PLAIN, rank, width, rank, 1.0, rotation, basis->map, 0.0, rotated);
  memcpy(basis->map, rotated, (size_t)(rank * width) * sizeof *rotated);
  return ICL_OK;
}

/* The two diagonal blocks of B differ in the units of labels, so whether B is singular is decided after scaling by its
 * diagonal, as for icl_test_law_optimal_gamma; a singular one is diagonalised in the original units, in which the
 * minimum norm of lambda -> 0+ is meant. */
static icl_status find_map(icl__summary_basis *basis, const double *B, double *work) {
  int64_t width = basis->d + 1;
  double *scale = &work[2 * width * width], *values = &scale[width];
  for (int64_t i = 0; i < width; i++) {
    scale[i] = B[i * (width + 1)] > 0.0 ? 1.0 / sqrt(B[i * (width + 1)]) : 1.0;
  }
  ICL__TRY(whiten(width, B, scale, work, values, basis->map, &basis->rank));
  if (basis->rank < width) ICL__TRY(whiten(width, B, NULL, work, values, basis->map, &basis->rank));
  return basis->rank ? rotate(basis, work) : ICL_OK;
}

static void diagonal_map(icl__summary_basis *basis, const double *B) {
  int64_t width = basis->d + 1;
  memset(basis->map, 0, (size_t)(width * width) * sizeof *basis->map);
  for (int64_t i = 0; i < width; i++) {
    basis->ridge[i] = 1.0 / B[i * (width + 1)];
    basis->map[i * (width + 1)] = sqrt(basis->ridge[i]);
  }
  basis->rank = width;
}

icl_status icl__summary_basis_create(int64_t d, const double *A, const double *B, int diagonal,
                                     icl__summary_basis *out) {
  icl__summary_basis basis = {.d = d};
  int64_t width = d + 1;
  double *work = NULL;
  icl_status status = icl__new_doubles(width * width, &basis.map);
  if (!status) status = icl__new_doubles(width, &basis.ridge);
  if (!status) status = icl__new_doubles(width, &basis.spectrum);
  if (!status) status = icl__new_doubles(d * width, &basis.cross);
  if (!status) status = icl__new_doubles(2 * width * (width + 1), &work);
  if (!status && diagonal) diagonal_map(&basis, B);
  else if (!status) status = find_map(&basis, B, work);
  icl__free(work);
  if (status) {
    icl__summary_basis_destroy(&basis);
    return status;
  }
  for (int64_t j = 0; j < basis.rank; j++) basis.spectrum[j] = 1.0 / basis.ridge[j];
  if (basis.rank) {
    icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, d, basis.rank, width, 1.0, A, basis.map, 0.0, basis.cross);
  }
  *out = basis;
  return ICL_OK;
}

void icl__prediction_set(const icl__summary_basis *basis, const double *coefficients, const double *moment,
                         double factor, double *work, icl__prediction *out) {
  int64_t d = basis->d, width = d + 1, rank = basis->rank;
  icl__gemm(ICL__PLAIN, ICL__PLAIN, d, width, rank, 1.0, coefficients, basis->map, 0.0, out->gamma);
  icl__gemm(ICL__PLAIN, ICL__PLAIN, rank, width, rank, 1.0, moment, basis->map, 0.0, work);
  icl__gemm(ICL__TRANSPOSED, ICL__PLAIN, width, width, rank, factor / (double)d, basis->map, work, 0.0, out->spread);
}
