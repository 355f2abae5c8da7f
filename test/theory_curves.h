/* What the tests of derivatives, stationary points and minima share: points of parameter space and numbers there. */
#ifndef ICL_TEST_THEORY_CURVES_H
#define ICL_TEST_THEORY_CURVES_H

#include "support.h"

#include <stdio.h>

enum { QUANTITIES = 5, PARAMETERS = 7 };

static inline icl_theory *theory_at(double tau, double alpha, double kappa, double rho, double lambda) {
  icl_theory *theory;
  OK(icl_theory_create(tau, alpha, kappa, rho, lambda, &theory));
  return theory;
}

static inline double get(const icl_theory *theory, int32_t parameter) {
  double value;
  OK(icl_theory_get(theory, parameter, &value));
  return value;
}

static inline double value_of(const icl_theory *theory, int32_t quantity) {
  double value;
  OK(icl_theory_value(theory, quantity, &value));
  return value;
}

/* The value at one place of the curve along `vary`. */
static inline double value_at(const icl_theory *theory, int32_t quantity, int32_t vary, double at) {
  double value;
  OK(icl_theory_curve(theory, quantity, vary, 1, &at, &value));
  return value;
}

static inline double derivative_of(const icl_theory *theory, int32_t quantity, int32_t parameter) {
  double value;
  OK(icl_theory_derivative(theory, quantity, parameter, &value));
  return value;
}

/* p dQ/dp at p = at, which stays the parameter's value. */
static inline double slope_at(icl_theory *theory, int32_t quantity, int32_t vary, double at) {
  OK(icl_theory_set(theory, vary, at));
  return at * derivative_of(theory, quantity, vary);
}

/* What rounding is relative to: the errors and xi are sums of positive terms, the gap is a difference of two errors. */
static inline double scale_of(const icl_theory *theory, int32_t quantity) {
  if (quantity != ICL_QUANTITY_GAP) return fabs(value_of(theory, quantity));
  return value_of(theory, ICL_QUANTITY_ICL) + value_of(theory, ICL_QUANTITY_IDG);
}

static inline const char *describe(const icl_theory *theory, int32_t quantity, int32_t parameter) {
  static char text[512];
  snprintf(text, sizeof text, "quantity %d by parameter %d at tau %.17g alpha %.17g kappa %.17g rho %.17g lambda %.17g"
           " test alpha %.17g test rho %.17g", quantity, parameter, get(theory, ICL_TAU), get(theory, ICL_ALPHA),
           get(theory, ICL_KAPPA), get(theory, ICL_RHO), get(theory, ICL_LAMBDA), get(theory, ICL_TEST_ALPHA),
           get(theory, ICL_TEST_RHO));
  return text;
}

#define NEAR_AT(value, expected, tolerance, theory, quantity, parameter)                                            \
  do {                                                                                                              \
    double at_value_ = (value), at_expected_ = (expected), at_tolerance_ = (tolerance);                             \
    ck_assert_msg(fabs(at_value_ - at_expected_) <= at_tolerance_, "%s is %.17g, not %.17g +- %.3g: %s", #value,    \
                  at_value_, at_expected_, at_tolerance_, describe(theory, quantity, parameter));                   \
  } while (0)

/* Between e^-2 and e^2, for rho between e^-3 and e; lambda 0 for every third point, else between e^-8 and 1. Test
 * parameters are set in one point of three each. */
static inline icl_theory *random_theory(uint64_t seed) {
  double u[7];
  fill_pseudo(7, u, 7 * seed);
  double lambda = seed % 3 ? exp(4.0 * u[4] - 4.0) : 0.0;
  icl_theory *theory = theory_at(exp(2.0 * u[0]), exp(2.0 * u[1]), exp(2.0 * u[2]), exp(2.0 * u[3] - 1.0), lambda);
  if (seed / 3 % 3 == 0) OK(icl_theory_set(theory, ICL_TEST_ALPHA, exp(2.0 * u[5])));
  if (seed / 9 % 3 == 0) OK(icl_theory_set(theory, ICL_TEST_RHO, exp(2.0 * u[6] - 1.0)));
  return theory;
}

#endif
