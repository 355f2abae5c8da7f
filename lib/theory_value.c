#include <float.h>

#define REAL double
#define ROUNDING DBL_EPSILON
#define NAME(x) double_##x
#include "theory_formulas.h"
#undef REAL
#undef ROUNDING
#undef NAME

#define REAL long double
#define ROUNDING LDBL_EPSILON
#define NAME(x) long_##x
#include "theory_formulas.h"

/* Products of five such numbers and their squares stay in the range of double. No branches: a point takes 50 ns. */
static int ordinary(double x, double also) { return ((x >= 1e-30) & (x <= 1e30)) | (x == also); }

static int all_ordinary(const icl__theory_point *point) {
  return ordinary(point->tau, INFINITY) & ordinary(point->alpha, INFINITY) & ordinary(point->kappa, INFINITY) &
         ordinary(point->rho, 0.0) & (ordinary(point->lambda, 0.0) | (point->lambda == INFINITY)) &
         ordinary(point->test_alpha, INFINITY) & ordinary(point->test_rho, 0.0);
}

double icl__theory_value(const icl__theory_point *point, int32_t quantity) {
  if (all_ordinary(point)) return double_evaluate(point, quantity);
  return (double)long_evaluate(point, quantity);
}
