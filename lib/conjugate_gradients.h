/* Preconditioned conjugate gradients for A x = b, A symmetric and positive semidefinite, b in its range. */
#ifndef ICL_CONJUGATE_GRADIENTS_H
#define ICL_CONJUGATE_GRADIENTS_H

#include <stdint.h>

#include "status.h"

typedef struct {
  int64_t size;
  void *context;
  const double *right; /* b */
  icl_status (*apply)(void *context, const double *x, double *out);    /* out = A x */
  icl_status (*residual)(void *context, const double *x, double *out); /* out = b - A x, from the data */
  void (*precondition)(void *context, const double *x, double *out);   /* out = M^-1 x */
  icl_status (*report)(void *context, double part);                    /* progress: the part of the wanted digits won */
} icl__linear_system;

/* Improves x until |b - A x| <= tolerance * scale, that residual being recomputed from the data; or until no progress
 * is made or max_iterations are done, which is not a failure of the call: x is then the best found, and the caller
 * measures it. Sets *iterations. `work` holds 6 size doubles. */
icl_status icl__conjugate_gradients(const icl__linear_system *system, double scale, double tolerance,
                                    int64_t max_iterations, double *work, double *x, int64_t *iterations);

#endif
