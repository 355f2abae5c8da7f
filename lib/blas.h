/* Linear algebra. blas.c is the only file that sees cblas.h and lapacke.h, and the only one that narrows sizes to
 * their integers. Matrices are row-major and contiguous; every dimension must have passed icl__check_blas. */
#ifndef ICL_BLAS_H
#define ICL_BLAS_H

#include <stdint.h>

#include "status.h"

/* `value` fits the integer of BLAS and LAPACK. */
icl_status icl__check_blas(int64_t value, const char *name);

double icl__norm(int64_t count, const double *x);
double icl__dot(int64_t count, const double *x, const double *y);

/* y += factor x. */
void icl__axpy(int64_t count, double factor, const double *x, double *y);

/* The number of threads the BLAS runs on, where it can be asked; 1 otherwise. Never changes it. */
int64_t icl__blas_threads(void);

/* C (m x n) = alpha op(A) op(B) + beta C, op(A) m x k, op(B) k x n. */
enum { ICL__PLAIN = 0, ICL__TRANSPOSED = 1 };
void icl__gemm(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k, double alpha, const double *a,
               const double *b, double beta, double *c);

/* Copies one triangle of a square matrix to the other. */
enum { ICL__LOWER = 0, ICL__UPPER = 1 };
void icl__mirror(int64_t size, int from, double *matrix);

/* C += A'A in the lower triangle of C (n x n), A k x n. */
void icl__add_gram(int64_t n, int64_t k, const double *a, double *c);

/* C = A B' for A m x k, B n x k, into the corner of a matrix whose rows are `stride` apart. */
void icl__gemm_strided(int64_t m, int64_t n, int64_t k, const double *a, const double *b, int64_t stride, double *c);

/* product (count x m) = x F' for x count x n and F m x n, m <= n, whose entries below the diagonal are 0: by panels of
 * rows of F without their zeros, each one product of ICL__PANEL columns. */
enum { ICL__PANEL = 32 };
void icl__apply_trapezoid(int64_t count, int64_t m, int64_t n, const double *factor, const double *x, double *product);

/* y = alpha op(A) x + beta y, A m x n. */
void icl__gemv(int transpose, int64_t m, int64_t n, double alpha, const double *a, const double *x, double beta,
               double *y);

/* Cholesky A = L L' in the lower triangle of a, which it replaces. Sets *norm to |A|_1 and *inverse_norm to LAPACK's
 * estimate of |A^-1|_1; to infinity when A is not positive definite or not finite, and then a is lost. */
icl_status icl__cholesky(int64_t n, double *a, double *norm, double *inverse_norm);
/* Solves A x = b in place with that factor. */
void icl__cholesky_solve(int64_t n, const double *factor, double *b);

/* Eigenvalues (ascending) and eigenvectors of the symmetric a, which the vectors replace: row j is that of values[j].
 * */
icl_status icl__eigen(int64_t n, double *a, double *values);
/* The eigenvalues alone, in a fraction of the time; a is lost. */
icl_status icl__eigenvalues(int64_t n, double *a, double *values);

/* Thin singular value decomposition of a (m x n, lost): u m x r, values r (descending), vt r x n, r = min(m, n). */
icl_status icl__svd(int64_t m, int64_t n, double *a, double *u, double *values, double *vt);

/* Singular values (descending) and vectors of a square matrix, which is given by columns, and which the left vectors
 * replace: row j is that of values[j], and row j of right (n x n) the right one. By Jacobi's rotations of columns: good
 * to eps times the condition of the matrix after its columns are scaled to one length, however different they are.
 * Entries must be finite. */
icl_status icl__jacobi(int64_t n, double *a, double *values, double *right);

/* a = Q R (m x n, m >= n, column-major): R in the upper triangle, Q as reflectors below it with their n factors. */
icl_status icl__qr(int64_t m, int64_t n, double *a, double *factors);
/* x = Q x for the Q of that, x of m numbers. */
icl_status icl__qr_expand(int64_t m, int64_t n, const double *a, const double *factors, double *x);

/* Updates an R factor by more rows: r (n x n, upper triangle in column-major order; the rest is left alone) becomes
 * that of [r; b], b (m x n, column-major, lost). */
icl_status icl__qr_append(int64_t n, double *r, int64_t m, double *b);

/* The same for rows that are a multiple of the identity, and without allocation: the upper triangle of r (n x n,
 * column-major) becomes the R factor of [r; factor I]. reflectors (n x n, column-major) and work (icl__qr_ridge_work(n)
 * doubles) receive what icl__qr_ridge_apply needs. */
int64_t icl__qr_ridge_work(int64_t n);
void icl__qr_ridge(int64_t n, double factor, double *r, double *reflectors, double *work);
/* [top; bottom] = Q' [top; bottom] for the Q of that factorisation; both n x columns, column-major. */
void icl__qr_ridge_apply(int64_t n, int64_t columns, const double *reflectors, const double *work, double *top,
                         double *bottom, double *more_work /* 32 columns */);

/* Inverts the upper triangle of r, column-major n x n with no zero on its diagonal. */
void icl__triangle_invert(int64_t n, double *r);
/* Estimates 1/(|r|_1 |r^-1|_1), 0 if r is singular, of the n x n upper triangle in columns of `stride`. */
icl_status icl__triangle_condition(int64_t n, const double *r, int64_t stride, double *reciprocal);
/* x = op(r)^-1 x for such an r and x n x columns, column-major. */
void icl__triangle_solve(int transpose, int64_t n, int64_t columns, const double *r, int64_t stride, double *x);

#endif
