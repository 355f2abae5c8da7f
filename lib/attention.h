/* Checks of raw sequences, shared by features and datasets. */
#ifndef ICL_ATTENTION_H
#define ICL_ATTENTION_H

#include <icltheory/attention.h>

/* x (n x (l+1) x d) and y (n x (l+1)): sizes, pointers, finite data whose features cannot overflow. */
icl_status icl__check_sequences(int64_t d, int64_t l, int64_t n, const double *x, const double *y);

#endif
