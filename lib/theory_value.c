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

/* Products of five such numbers and their squares stay in the range of double. */
static int ordinary(double x) { return x >= 1e-30 && x <= 1e30; }

static int all_ordinary(const icl__theory_point *point) {
  return (ordinary(point->tau) || point->tau == INFINITY) && (ordinary(point->alpha) || point->alpha == INFINITY) &&
         (ordinary(point->kappa) || point->kappa == INFINITY) && (ordinary(point->rho) || point->rho == 0.0) &&
         (ordinary(point->lambda) || point->lambda == 0.0 || point->lambda == INFINITY) &&
         (ordinary(point->test_alpha) || point->test_alpha == INFINITY) &&
         (ordinary(point->test_rho) || point->test_rho == 0.0);
}

double icl__theory_value(const icl__theory_point *point, int32_t quantity) {
  if (all_ordinary(point)) return double_evaluate(point, quantity);
  return (double)long_evaluate(point, quantity);
}
