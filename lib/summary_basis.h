/* Coordinates of the context summary in which its second moment and the ridge are both diagonal. */
#ifndef ICL_SUMMARY_BASIS_H
#define ICL_SUMMARY_BASIS_H

#include <icltheory/testerror.h>
#include <stdint.h>

#include "status.h"

/* y = Y h with E[y y'] = I and Y Y' = diag(ridge), where E is over a test law: (B + xi)^-1 = Y' (1 + xi ridge)^-1 Y on
 * the range of B. rank is that of B: 0, d or d + 1; d, too, where the ridge hides the rest. */
typedef struct {
  int64_t d, rank;
  double *map;      /* Y, rank x (d+1) */
  double *length;   /* |Y_j|, rank */
  double *ridge;    /* its square */
  double *spectrum; /* 1/ridge, the eigenvalues of B but for those that are 0 */
  double *cross;    /* E[w y'], d x rank */
} icl__summary_basis;

/* For ridges of lambda and more. Squares of lengths may be 0 or infinite where E c^2 and its inverse are close to what a
 * double holds. */
icl_status icl__summary_basis_create(const icl_test_law *law, double lambda, icl__summary_basis *out);
void icl__summary_basis_destroy(icl__summary_basis *basis);

#endif
