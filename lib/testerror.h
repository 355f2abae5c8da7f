/* Test laws from the inside. */
#ifndef ICL_TESTERROR_H
#define ICL_TESTERROR_H

#include <icltheory/testerror.h>

#include "sequence.h"

/* The token dimension of a law. */
int64_t icl__test_law_dimension(const icl_test_law *law);

/* The sequences that a sample with this seed consists of. A view: valid while the law is. */
icl__sequence_law icl__test_law_sequences(const icl_test_law *law, uint64_t seed);

/* Whether B can be solved with: E c^2, its last entry and of the fourth power of the labels, must not underflow, unless
 * all labels are 0. */
icl_status icl__test_law_check_moments(const icl_test_law *law);

/* Whether B is diagonal: for fresh tasks of covariance 1. */
int icl__test_law_is_diagonal(const icl_test_law *law);

/* Whether B is singular: for rho = 0 and tasks that are all equal or 0. Its rank is d then, or 0. */
int icl__test_law_is_singular(const icl_test_law *law);

/* Sets *rank and returns the first d rows, each of *rank numbers, of a matrix W with E ww' = W W'. */
const double *icl__test_law_task_root(const icl_test_law *law, int64_t *rank);

/* A root of B, (d+1) x (rank + d) for the rank of that matrix: B = F F', F = [factor T, K/sqrt(l)], W the first rows
 * of T [eq. F17]. */
icl_status icl__test_law_summary_root(const icl_test_law *law, double *root);
double icl__test_law_root_factor(const icl_test_law *law);

#endif
