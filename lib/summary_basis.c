/* Coordinates in which the second moment B of the context summary and the ridge are both diagonal:
 *
 *     y = Y h,      Y B Y' = 1,      Y Y' = diag(ridge)                                                [eq. F3]
 *
 * so that (B + xi)^-1 = Y' (1 + xi ridge)^-1 Y on the range of B, and all that the fixed points of level (b) meet is of
 * order 1 whatever the units of labels and the length of contexts.
 *
 * B itself would lose its small eigenvalues: h_i is in units of labels and h_last in their square, and what of B is
 * noise of the context is 1/l of the rest. So it is held as B = F F' [eq. F17], and
 *
 *     D F = V s U'   (singular values s),   Y_0 = s^-1 V' D,   Y_0 F = U',
 *
 * where D, powers of two, takes the units out: other units of labels change no bit of V, s and U. Then
 *
 *     Y_0 = Z' diag(length) X',   Y = Z Y_0 = diag(length) X',   ridge = length^2.
 *
 * Y_0 has columns as different as the units are, so this decomposition is by rotations of Y_0's columns (Jacobi), which
 * keep the small ones' digits. Y is taken from X, as products with Y_0 would lose them again. */
#include "summary_basis.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "testerror.h"

typedef struct {
  int64_t width, columns, inner; /* d + 1; those of F; those of them that are the task's */
  const icl_test_law *law;
  double *root;                    /* F, then D F; width x columns */
  double *units;                   /* D */
  double *left, *values, *right;   /* V in columns, s descending, U' in rows */
  double *square;                  /* Y_0 without its null space in rows of Z, width x width */
  double *turned;                  /* Z times a matrix; width x columns */
  double *null;                    /* where B is singular: the unit vector with F' null = 0 */
} workspace;

void icl__summary_basis_destroy(icl__summary_basis *basis) {
  icl__free(basis->map);
  icl__free(basis->length);
  icl__free(basis->ridge);
  icl__free(basis->spectrum);
  icl__free(basis->cross);
}

static icl_status workspace_create(const icl_test_law *law, workspace *out, double **memory) {
  int64_t width = icl__test_law_dimension(law) + 1, inner;
  icl__test_law_task_root(law, &inner);
  int64_t columns = inner + width - 1, wide = width * columns, square = width * width;
  ICL__TRY(icl__new_doubles(3 * wide + 2 * square + 3 * width, memory));
  double *next = *memory;
  *out = (workspace){.width = width, .columns = columns, .inner = inner, .law = law};
  out->root = next, next += wide;
  out->right = next, next += wide;
  out->turned = next, next += wide;
  out->left = next, next += square;
  out->square = next, next += square;
  out->units = next, next += width;
  out->values = next, next += width;
  out->null = next;
  return ICL_OK;
}

/* A direction of B whose singular value s is below this part of the largest is lost to rounding, eps/s of it: it
 * belongs to one task with a trace of noise, s about sqrt(rho/(c l)), or to tasks that are nearly equal, s about their
 * relative distance. Others are 1/sqrt(l) at least. */
static const double least_part = 1e5 * DBL_EPSILON;
static const double hidden = 1e12; /* where lambda times the ridge is that, 1/(1 + lambda ridge) does not matter */

/* The rank of B, but for directions that lambda hides whatever their value, and whether rounding leaves it in doubt. */
static icl_status find_rank(const workspace *this, double lambda, int64_t *rank) {
  int64_t width = this->width;
  double least = this->values[width - 1], bound = least_part * this->values[0], length = 0.0;
  for (int64_t i = 0; i < width; i++) {
    length = hypot(length, this->left[i * width + width - 1] * this->units[i] / bound);
  }
  *rank = bound == 0.0 ? 0 : icl__test_law_is_singular(this->law) ? width - 1 : width;
  if (*rank < width || least >= bound) return ICL_OK;
  *rank = width - 1;
  if (sqrt(lambda) * length >= sqrt(hidden)) return ICL_OK;
  return icl__fail(ICL_ERR_NOT_CONVERGED, "the second moment of the context summary is singular but for a trace of"
                   " noise or of other tasks, of %.1e in its root; 0 or at least %.1e was expected, or a larger ridge",
                   least / this->values[0], least_part);
}

/* map = Y_0, and its rank. */
static icl_status whiten(workspace *this, double lambda, icl__summary_basis *basis) {
  int64_t width = this->width, columns = this->columns;
  for (int64_t i = 0; i < width; i++) {
    int exponent;
    frexp(icl__norm(columns, &this->root[i * columns]), &exponent);
    this->units[i] = ldexp(1.0, -exponent);
    for (int64_t j = 0; j < columns; j++) this->root[i * columns + j] *= this->units[i];
  }
  ICL__TRY(icl__svd(width, columns, this->root, this->left, this->values, this->right));
  ICL__TRY(find_rank(this, lambda, &basis->rank));
  for (int64_t i = 0; i < width; i++) {
    for (int64_t j = 0; j < basis->rank; j++) {
      basis->map[j * width + i] = this->left[i * width + j] * this->units[i] / this->values[j];
    }
    this->null[i] = this->left[i * width + width - 1] * this->units[i];
  }
  return ICL_OK;
}

/* The minimum norm of lambda -> 0+ has rows of Gamma in the range of B: so Y_0 loses what it has along `null`. */
static void project(workspace *this, icl__summary_basis *basis) {
  int64_t width = this->width;
  double norm = icl__norm(width, this->null);
  for (int64_t i = 0; i < width; i++) this->null[i] /= norm;
  for (int64_t j = 0; j < basis->rank; j++) {
    double *row = &basis->map[j * width];
    icl__axpy(width, -icl__dot(width, row, this->null), this->null, row);
  }
}

/* For a singular B the reflection that turns null into e_k, null_k its largest entry: v_i = null_i, but v_k = null_k +-
 * 1, |v|^2 = 2 |v_k|. What is orthogonal to null has no entry k then. */
static int64_t pivot_of(const workspace *this) {
  int64_t k = 0;
  for (int64_t i = 1; i < this->width; i++) k = fabs(this->null[i]) > fabs(this->null[k]) ? i : k;
  return k;
}

/* square = Y_0, or for a singular B its columns without the k-th after that reflection, y_i - null_i y_k/v_k. Column by
 * column. */
static void make_square(workspace *this, const icl__summary_basis *basis) {
  int64_t width = this->width, rank = basis->rank, k = pivot_of(this), column = 0;
  double pivot = this->null[k] + copysign(1.0, this->null[k]);
  for (int64_t i = 0; i < width; i++) {
    if (rank < width && i == k) continue;
    for (int64_t j = 0; j < rank; j++) {
      const double *row = &basis->map[j * width];
      this->square[column * rank + j] = row[i] - (rank < width ? row[k] * (this->null[i] / pivot) : 0.0);
    }
    column++;
  }
}

/* map = Y, from X' and the reflection back. */
static void take_map(const workspace *this, const double *right, icl__summary_basis *basis) {
  int64_t width = this->width, rank = basis->rank, k = rank < width ? pivot_of(this) : width;
  for (int64_t j = 0; j < rank; j++) {
    double *row = &basis->map[j * width], along = 0.0;
    for (int64_t i = 0; i < width; i++) {
      row[i] = i == k ? 0.0 : basis->length[j] * right[j * rank + i - (i > k)];
      if (k < width) along += this->null[i] * row[i];
    }
    if (k == width) continue;
    double pivot = this->null[k] + copysign(1.0, this->null[k]);
    for (int64_t i = 0; i < width; i++) row[i] -= (i == k ? pivot : this->null[i]) * along / fabs(pivot);
  }
}

/* Y, and with W, the task's d rows of its root T, A = W T': E[w y'] = A Y' = W (U_T' Z'), where U_T' are the
 * columns of Y_0 F = sqrt(1 + 2/l) Y_0 T that are the task's, over that number. They are not taken from A and Y, as
 * most of what A Y' adds up cancels for long contexts. */
static icl_status rotate(workspace *this, icl__summary_basis *basis) {
  int64_t rank = basis->rank, d = basis->d, inner = this->inner;
  const double *tasks = icl__test_law_task_root(this->law, &inner);
  make_square(this, basis);
  ICL__TRY(icl__check_finite(this->square, rank * rank, "Y")); /* LAPACK would print what it thinks of others */
  ICL__TRY(icl__jacobi(rank, this->square, basis->length, this->left));
  take_map(this, this->left, basis);
  icl__gemm(ICL__PLAIN, ICL__PLAIN, rank, this->columns, rank, 1.0, this->square, this->right, 0.0, this->turned);
  double *image = this->right;
  for (int64_t j = 0; j < rank; j++) {
    memcpy(&image[j * inner], &this->turned[j * this->columns], (size_t)inner * sizeof *image);
  }
  icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, d, rank, inner, 1.0 / icl__test_law_root_factor(this->law), tasks, image, 0.0,
            basis->cross);
  return ICL_OK;
}

static icl_status general_map(const icl_test_law *law, double lambda, icl__summary_basis *basis) {
  workspace this;
  double *memory;
  ICL__TRY(workspace_create(law, &this, &memory));
  icl_status status = icl__test_law_summary_root(law, this.root);
  if (!status) status = whiten(&this, lambda, basis);
  if (!status && basis->rank && basis->rank < this.width) project(&this, basis);
  if (!status && basis->rank) status = rotate(&this, basis);
  icl__free(memory);
  return status;
}

static icl_status diagonal_map(const icl_test_law *law, icl__summary_basis *basis) {
  int64_t d = basis->d, width = d + 1;
  double *A;
  ICL__TRY(icl__new_doubles((d + width) * width, &A));
  const double *B = &A[d * width];
  icl_test_law_moments(law, A, &A[d * width], NULL);
  memset(basis->map, 0, (size_t)(width * width) * sizeof *basis->map);
  memset(basis->cross, 0, (size_t)(d * width) * sizeof *basis->cross);
  for (int64_t i = 0; i < width; i++) {
    basis->length[i] = basis->map[i * (width + 1)] = 1.0 / sqrt(B[i * (width + 1)]);
    if (i < d) basis->cross[i * (width + 1)] = A[i * (width + 1)] * basis->length[i];
  }
  basis->rank = width;
  icl__free(A);
  return ICL_OK;
}

icl_status icl__summary_basis_create(const icl_test_law *law, double lambda, icl__summary_basis *out) {
  int64_t d = icl__test_law_dimension(law), width = d + 1;
  icl__summary_basis basis = {.d = d};
  icl_status status = icl__new_doubles(width * width, &basis.map);
  if (!status) status = icl__new_doubles(width, &basis.length);
  if (!status) status = icl__new_doubles(width, &basis.ridge);
  if (!status) status = icl__new_doubles(width, &basis.spectrum);
  if (!status) status = icl__new_doubles(d * width, &basis.cross);
  if (!status) status = icl__test_law_is_diagonal(law) ? diagonal_map(law, &basis) : general_map(law, lambda, &basis);
  if (status) {
    icl__summary_basis_destroy(&basis);
    return status;
  }
  for (int64_t j = 0; j < basis.rank; j++) {
    basis.ridge[j] = basis.length[j] * basis.length[j];
    basis.spectrum[j] = 1.0 / basis.ridge[j];
  }
  *out = basis;
  return ICL_OK;
}
