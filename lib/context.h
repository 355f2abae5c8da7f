/* The context of a sequence in reduced form: all that a posterior over tasks needs, in O(d^2) numbers. */
#ifndef ICL_CONTEXT_H
#define ICL_CONTEXT_H

#include <stdint.h>

#include "sequence.h"

/* The rank of a context: m = min(l, d). */
int64_t icl__context_rank(const icl__sequence_law *law);

/* The factor F of row `row`, m x d, zero below the diagonal: F'F has the law of X'X. */
void icl__context_factor(const icl__sequence_law *law, int64_t row, double *factor);

/* The noise of its rotated labels, N(0, rho I) in R^m: the labels are F w + noise. */
void icl__context_noise(const icl__sequence_law *law, int64_t row, double *noise);

#endif
