/* A quantity along one parameter, the others fixed. */
#ifndef ICL_THEORY_CURVE_H
#define ICL_THEORY_CURVE_H

#include "status.h"
#include "theory_point.h"

typedef struct {
  icl__theory_point point;
  int32_t quantity, vary;
  double lower, upper; /* 0 <= lower <= upper <= infinity */
} icl__theory_curve;

/* The stationary points between the ends, ascending: sets *count to their number and writes at most capacity. */
icl_status icl__theory_stationary(const icl__theory_curve *curve, int64_t capacity, double *points, int64_t *count);

/* The least value, limits at the ends included; of equal ones the one of smallest parameter. */
icl_status icl__theory_minimum(const icl__theory_curve *curve, double *best_at, double *best);

#endif
