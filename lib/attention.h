/* Raw sequences, x (n x (l+1) x d) and y (n x (l+1)): shared by features and datasets. */
#ifndef ICL_ATTENTION_H
#define ICL_ATTENTION_H

#include <icltheory/attention.h>

/* Sizes, pointers, finite data whose features cannot overflow. */
icl_status icl__check_sequences(int64_t d, int64_t l, int64_t n, const double *x, const double *y);

/* icl_features of what was checked. */
void icl__write_features(int64_t d, int64_t l, int64_t n, const double *x, const double *y, double *query,
                         double *context, double *target);

#endif
