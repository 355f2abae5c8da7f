/* The effective ridge of a sample of finite size. */
#ifndef ICL_EFFECTIVE_RIDGE_H
#define ICL_EFFECTIVE_RIDGE_H

#include <stdint.h>

typedef struct {
  double xi;
  double ratio; /* lambda/xi, which has a limit where both tend to 0 */
} icl__effective_ridge;

/* lambda = xi (1 - (m/n) sum_j s_j/(s_j + xi)) for n rows of features whose covariance has `count` eigenvalues s_j,
 * each m times [doc/finite.md, eq. F4]; lambda = 0 is the limit lambda -> 0+. */
icl__effective_ridge icl__sampled_effective_ridge(int64_t n, int64_t count, const double *spectrum, int64_t m,
                                                  double lambda);

#endif
