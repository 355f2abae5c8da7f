#include "blas.h"

#include <cblas.h>
#include <inttypes.h>
#include <lapacke.h>
#include <math.h>

#include "alloc.h"

/* LAPACKE is called through its *_work functions and in column-major order only: the high-level ones scan for NaN with
 * 32-bit products and copy row-major matrices. A row-major matrix is its own transpose in column-major, so 'U' below
 * means the lower triangle of ours. */

icl_status icl__check_blas(int64_t value, const char *name) {
  if (value <= INT32_MAX) return ICL_OK;
  return icl__fail(ICL_ERR_SIZE, "%s is %" PRId64 "; BLAS can index at most %" PRId32, name, value, INT32_MAX);
}

double icl__norm(int64_t count, const double *x) { return cblas_dnrm2((int)count, x, 1); }

double icl__dot(int64_t count, const double *x, const double *y) {
  return cblas_ddot((int)count, x, 1, y, 1);
}

void icl__axpy(int64_t count, double factor, const double *x, double *y) {
  cblas_daxpy((int)count, factor, x, 1, y, 1);
}

/* OpenBLAS's own function, there or not; its cblas.h has it as strong. */
/* NOLINTNEXTLINE(readability-redundant-declaration) */
extern int openblas_get_num_threads(void) __attribute__((weak));

int64_t icl__blas_threads(void) { return openblas_get_num_threads ? openblas_get_num_threads() : 1; }

/* The standard asks for 1 at least, also where there are no columns; the reference BLAS ends the program otherwise. */
static int row_stride(int64_t columns) { return columns > 0 ? (int)columns : 1; }

void icl__gemm(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k, double alpha, const double *a,
               const double *b, double beta, double *c) {
  cblas_dgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, (int)m,
              (int)n, (int)k, alpha, a, row_stride(transpose_a ? m : k), b, row_stride(transpose_b ? k : n), beta, c,
              row_stride(n));
}

/* By tiles that both stay in the cache. */
enum { TILE = 64 };

void icl__mirror(int64_t size, int from, double *matrix) {
  for (int64_t row = 0; row < size; row += TILE) {
    for (int64_t column = 0; column <= row; column += TILE) {
      for (int64_t i = row; i < size && i < row + TILE; i++) {
        for (int64_t j = column; j < i && j < column + TILE; j++) {
          double *lower = &matrix[i * size + j], *upper = &matrix[j * size + i];
          if (from == ICL__UPPER) *lower = *upper;
          else *upper = *lower;
        }
      }
    }
  }
}

void icl__add_gram(int64_t n, int64_t k, const double *a, double *c) {
  cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)k, 1.0, a, (int)n, 1.0, c, (int)n);
}

void icl__gemm_strided(int64_t m, int64_t n, int64_t k, const double *a, const double *b, int64_t stride, double *c) {
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0, a, (int)k, b, (int)k, 0.0, c,
              (int)stride);
}

/* Panels of 32 rows were measured best, or next to it, for n from 50 to 400: 0.7 of the time of the full product. */
void icl__apply_trapezoid(int64_t count, int64_t m, int64_t n, const double *factor, const double *x,
                          double *product) {
  for (int64_t first = 0; first < m; first += ICL__PANEL) {
    int64_t rows = m - first < ICL__PANEL ? m - first : ICL__PANEL;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)rows, (int)(n - first), 1.0, &x[first],
                (int)n, &factor[first * (n + 1)], (int)n, 0.0, &product[first], (int)m);
  }
}

void icl__gemv(int transpose, int64_t m, int64_t n, double alpha, const double *a, const double *x, double beta,
               double *y) {
  cblas_dgemv(CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, (int)m, (int)n, alpha, a, row_stride(n), x, 1,
              beta, y, 1);
}

/* A LAPACK routine asks for its workspace by length -1; the answer comes back as a double. */
static icl_status new_work(double wanted, double **work) { return icl__new_doubles((int64_t)wanted + 1, work); }

/* LAPACK computes its workspace sizes in 32 bits, where they may wrap unseen; so they are computed here first. */
static icl_status check_work(double wanted, const char *routine, int64_t m, int64_t n) {
  if (wanted <= INT32_MAX) return ICL_OK;
  return icl__fail(ICL_ERR_SIZE, "LAPACK's %s of a %" PRId64 " x %" PRId64 " matrix needs more workspace than it can"
                   " index", routine, m, n);
}

static icl_status check_info(lapack_int info, const char *routine) {
  if (!info) return ICL_OK;
  return icl__fail(ICL_ERR_NOT_CONVERGED, "LAPACK's %s failed with info = %d", routine, (int)info);
}

icl_status icl__cholesky(int64_t n, double *a, double *norm, double *inverse_norm) {
  double *work, rcond = 0.0;
  lapack_int size = (lapack_int)n;
  ICL__TRY(icl__new_doubles(4 * n, &work)); /* 3 n for dpocon, and its n integers in the last n places */
  *norm = LAPACKE_dlansy_work(LAPACK_COL_MAJOR, '1', 'U', size, a, size, work);
  if (isfinite(*norm) && LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', size, a, size) == 0) {
    LAPACKE_dpocon_work(LAPACK_COL_MAJOR, 'U', size, a, size, *norm, &rcond, work, (lapack_int *)&work[3 * n]);
  }
  icl__free(work);
  *inverse_norm = rcond > 0.0 ? 1.0 / rcond / *norm : INFINITY;
  return ICL_OK;
}

void icl__cholesky_solve(int64_t n, const double *factor, double *b) {
  LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, 'U', (lapack_int)n, 1, factor, (lapack_int)n, b, (lapack_int)n);
}

/* With vectors for 'V', without for 'N'. */
static icl_status eigen(char vectors, int64_t n, double *a, double *values) {
  double wanted, *work;
  lapack_int integers, size = (lapack_int)n;
  ICL__TRY(check_work(1.0 + 6.0 * (double)n + 2.0 * (double)n * (double)n, "dsyevd", n, n));
  ICL__TRY(check_info(LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, vectors, 'U', size, a, size, values, &wanted, -1,
                                          &integers, -1), "dsyevd"));
  ICL__TRY(new_work(wanted + integers, &work)); /* an integer takes at most the place of a double */
  lapack_int *integer_work = (lapack_int *)&work[(int64_t)wanted];
  lapack_int info = LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, vectors, 'U', size, a, size, values, work,
                                        (lapack_int)wanted, integer_work, integers);
  icl__free(work);
  return check_info(info, "dsyevd");
}

icl_status icl__eigen(int64_t n, double *a, double *values) { return eigen('V', n, a, values); }

icl_status icl__eigenvalues(int64_t n, double *a, double *values) { return eigen('N', n, a, values); }

/* a = U S V' is, in column-major order, a' = V S U': so LAPACK's left vectors are our right ones. */
icl_status icl__svd(int64_t m, int64_t n, double *a, double *u, double *values, double *vt) {
  double wanted, *work;
  lapack_int rows = (lapack_int)m, columns = (lapack_int)n, rank = rows < columns ? rows : columns;
  lapack_int *integer_work;
  double order = (double)rank, longer = (double)(m > n ? m : n);
  ICL__TRY(check_work(4.0 * order * order + 7.0 * order + 64.0 * longer, "dgesdd", m, n));
  ICL__TRY(check_info(LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, 'S', columns, rows, a, columns, values, vt, columns, u,
                                          rank, &wanted, -1, NULL), "dgesdd"));
  ICL__TRY(new_work(wanted + 8.0 * rank, &work));
  integer_work = (lapack_int *)&work[(int64_t)wanted];
  lapack_int info = LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, 'S', columns, rows, a, columns, values, vt, columns, u, rank,
                                        work, (lapack_int)wanted, integer_work);
  icl__free(work);
  return check_info(info, "dgesdd");
}

icl_status icl__jacobi(int64_t n, double *a, double *values, double *right) {
  double *work;
  lapack_int size = (lapack_int)n, length = size < 3 ? 6 : 2 * size;
  ICL__TRY(check_work(2.0 * (double)n, "dgesvj", n, n));
  ICL__TRY(icl__new_doubles(length, &work));
  lapack_int info = LAPACKE_dgesvj_work(LAPACK_COL_MAJOR, 'G', 'U', 'V', size, size, a, size, values, 0, right,
                                        size, work, length);
  for (int64_t j = 0; j < n; j++) values[j] *= work[0];
  icl__free(work);
  return check_info(info, "dgesvj");
}

icl_status icl__qr(int64_t m, int64_t n, double *a, double *factors) {
  double wanted, *work;
  lapack_int rows = (lapack_int)m, columns = (lapack_int)n;
  ICL__TRY(check_work(64.0 * (double)n, "dgeqrf", m, n));
  ICL__TRY(check_info(LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, rows, columns, a, rows, factors, &wanted, -1), "dgeqrf"));
  ICL__TRY(new_work(wanted, &work));
  lapack_int info = LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, rows, columns, a, rows, factors, work, (lapack_int)wanted);
  icl__free(work);
  return check_info(info, "dgeqrf");
}

icl_status icl__qr_expand(int64_t m, int64_t n, const double *a, const double *factors, double *x) {
  double wanted, *work;
  lapack_int rows = (lapack_int)m, columns = (lapack_int)n;
  ICL__TRY(check_info(LAPACKE_dormqr_work(LAPACK_COL_MAJOR, 'L', 'N', rows, 1, columns, a, rows, factors, x, rows,
                                          &wanted, -1), "dormqr"));
  ICL__TRY(new_work(wanted, &work));
  lapack_int info = LAPACKE_dormqr_work(LAPACK_COL_MAJOR, 'L', 'N', rows, 1, columns, a, rows, factors, x, rows, work,
                                        (lapack_int)wanted);
  icl__free(work);
  return check_info(info, "dormqr");
}

icl_status icl__qr_append(int64_t n, double *r, int64_t m, double *b) {
  double *work;
  int64_t block = n < 32 ? n : 32;
  ICL__TRY(icl__new_doubles(2 * block * n, &work));
  lapack_int info = LAPACKE_dtpqrt_work(LAPACK_COL_MAJOR, (lapack_int)m, (lapack_int)n, 0, (lapack_int)block, r,
                                        (lapack_int)n, b, (lapack_int)m, work, (lapack_int)block, &work[block * n]);
  icl__free(work);
  return check_info(info, "dtpqrt");
}

/* Columns of a block reflector: its T, in the first part of the workspace, has as many rows. */
static int64_t ridge_block(int64_t n) { return n < 32 ? n : 32; }

int64_t icl__qr_ridge_work(int64_t n) { return 2 * ridge_block(n) * n; }

void icl__qr_ridge(int64_t n, double factor, double *r, double *reflectors, double *work) {
  lapack_int size = (lapack_int)n, block = (lapack_int)ridge_block(n);
  for (int64_t i = 0; i < n * n; i++) reflectors[i] = 0.0;
  for (int64_t i = 0; i < n; i++) reflectors[i * (n + 1)] = factor;
  LAPACKE_dtpqrt_work(LAPACK_COL_MAJOR, size, size, size, block, r, size, reflectors, size, work, block,
                      &work[block * n]);
}

void icl__qr_ridge_apply(int64_t n, int64_t columns, const double *reflectors, const double *work, double *top,
                         double *bottom, double *more_work) {
  lapack_int size = (lapack_int)n, block = (lapack_int)ridge_block(n);
  LAPACKE_dtpmqrt_work(LAPACK_COL_MAJOR, 'L', 'T', size, (lapack_int)columns, size, size, block, reflectors, size, work,
                       block, top, size, bottom, size, more_work);
}

void icl__triangle_invert(int64_t n, double *r) {
  LAPACKE_dtrtri_work(LAPACK_COL_MAJOR, 'U', 'N', (lapack_int)n, r, (lapack_int)n);
}

icl_status icl__triangle_condition(int64_t n, const double *r, int64_t stride, double *reciprocal) {
  double *work;
  ICL__TRY(icl__new_doubles(4 * n, &work)); /* 3 n, and its n integers in the last n places */
  lapack_int info = LAPACKE_dtrcon_work(LAPACK_COL_MAJOR, '1', 'U', 'N', (lapack_int)n, r, (lapack_int)stride,
                                        reciprocal, work, (lapack_int *)&work[3 * n]);
  icl__free(work);
  return check_info(info, "dtrcon");
}

void icl__triangle_solve(int transpose, int64_t n, int64_t columns, const double *r, int64_t stride, double *x) {
  cblas_dtrsm(CblasColMajor, CblasLeft, CblasUpper, transpose ? CblasTrans : CblasNoTrans, CblasNonUnit, (int)n,
              (int)columns, 1.0, r, (int)stride, x, (int)n);
}
