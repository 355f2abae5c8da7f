/* A symmetric matrix A that is factored as A + mu I for one mu after the other: the normal or the kernel equations. */
#ifndef ICL_RIDGE_MATRIX_H
#define ICL_RIDGE_MATRIX_H

#include <stdint.h>

#include "status.h"

/* Cholesky's factor takes the lower triangle; A itself stays in the upper one, its diagonal apart. */
typedef struct {
  int64_t size;
  double *entries;  /* size x size; NULL: not made yet */
  double *diagonal; /* size */
  double *scale;    /* size: what was factored is diag(scale) (A + mu I) diag(scale) */
  double condition; /* of that, where a null space may be hidden by mu; else 0 */
} icl__ridge_matrix;

/* Memory for a matrix of this size, whose lower triangle the caller then fills. */
icl_status icl__ridge_matrix_create(int64_t size, icl__ridge_matrix *out);
void icl__ridge_matrix_destroy(icl__ridge_matrix *matrix);

/* The lower triangle is complete: saves it. */
void icl__ridge_matrix_filled(icl__ridge_matrix *matrix);

/* Factors A + mu I, again for each mu. Returns whether the factor, followed by refinement, gives every digit: see the
 * note in ridge_matrix.c. Sets *status when it could not be tried. */
int icl__ridge_matrix_factor(icl__ridge_matrix *matrix, double mu, icl_status *status);

/* Whether it did so for this solution x = Gamma. */
int icl__ridge_matrix_confirms(const icl__ridge_matrix *matrix, const double *x);

/* Iterative refinement of x under (A + mu I) x = b, factored: `residual` writes b - (A + mu I) x, evaluated from the
 * data, to `correction`. Sets *iterations to the number of corrections tried. Stops when a correction no
 * longer matters or no longer shrinks. */
typedef icl_status (*icl__residual_fn)(void *context, const double *x, double *correction);
icl_status icl__refine(const icl__ridge_matrix *matrix, icl__residual_fn residual, void *context,
                       int64_t max_iterations, double *x, double *correction, int64_t *iterations);

#endif
