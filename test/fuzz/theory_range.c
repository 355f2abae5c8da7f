/* Derivatives against differences of values; minima and stationary points against values of the range. */
#include <math.h>

#include "theory.h"

static double value_at(const icl_theory *theory, const request *asked, double at) {
  double value;
  OK(icl_theory_curve(theory, asked->quantity, asked->vary, 1, &at, &value));
  return value;
}

static double parameter_of(const icl_theory *theory, int32_t parameter) {
  double value;
  OK(icl_theory_get(theory, parameter, &value));
  return value;
}

/* A place where the curves change over less than a tenth of their parameter: doc/theory.md, 6.9, and for BAYES
 * alpha = 1. */
static int is_rough(const icl_theory *theory) {
  double tau = parameter_of(theory, ICL_TAU), kappa = parameter_of(theory, ICL_KAPPA);
  double ratios[] = {tau, kappa, parameter_of(theory, ICL_TEST_ALPHA), isinf(tau) || isinf(kappa) ? 0.0 : kappa / tau};
  for (int i = 0; i < 4; i++) {
    if (ratios[i] > 0.85 && ratios[i] < 1.18) return 1;
  }
  return 0;
}

/* As check_difference of test_theory_derivative.c, closer to the rough places: on a circle of radius 0.08 p around p
 * the values are within 10 times their scale S, so |p^5 Q^(5)| <= 5! 10 S 0.08^-5 and with h = 2e-4 the formula
 * (4 D(h) - D(2h))/3 is off by at most h^4/30 of that, 2e-8 S; rounding, 5e-14 S of each value, adds 7e-10 S. */
static void check_difference(const icl_theory *theory, const request *asked, double p, double slope, double scale) {
  const double h = 2e-4;
  double difference[2];
  for (int i = 0; i < 2; i++) {
    double above = p + p * h * (i + 1), below = p - p * h * (i + 1);
    difference[i] = (value_at(theory, asked, above) - value_at(theory, asked, below)) / ((above - below) / p);
  }
  double expected = (4.0 * difference[0] - difference[1]) / 3.0;
  EXPECT(fabs(p * slope - expected) <= 3e-8 * scale, "quantity %d by %d: p dQ/dp = %.17g, not %.17g +- %.3g",
         asked->quantity, asked->vary, p * slope, expected, 3e-8 * scale);
}

void check_derivative(const icl_theory *theory, const request *asked, const double *value) {
  double slope = -7.0, p = parameter_of(theory, asked->vary);
  double scale = asked->quantity == ICL_QUANTITY_GAP ? value[0] + value[1] : value[asked->quantity - 1];
  icl_status status = icl_theory_derivative(theory, asked->quantity, asked->vary, &slope);
  EXPECT(status == ICL_OK || status == ICL_ERR_SINGULAR, "%d", status);
  EXPECT(status == ICL_OK ? isfinite(slope) : slope == -7.0, "slope %g", slope);
  if (!status && isinf(p)) EXPECT(slope == 0.0, "by an infinite parameter: %g", slope);
  if (!status) EXPECT(isfinite(value[asked->quantity - 1]), "of an infinite quantity");
  int ordinary = p >= 1e-140 && p <= 1e140 && scale >= 1e-140 && scale <= 1e140;
  if (!ordinary || is_rough(theory)) return;
  EXPECT(!status, "no derivative of quantity %d by %d", asked->quantity, asked->vary);
  check_difference(theory, asked, p, slope, scale);
}

/* Whether the minimum is promised to be that of the whole range. */
static int is_global(const icl_theory *theory) {
  for (int32_t j = ICL_TAU; j <= ICL_TEST_RHO; j++) {
    double p = parameter_of(theory, j);
    if (p > 0.0 && p < INFINITY && !(p >= 1e-100 && p <= 1e100)) return 0;
  }
  return 1;
}

/* No value of the range is below the minimum: by more than the error of either, 5e-14 of the value, or of ICL + IDG for
 * the gap; or what a number below the normal ones is rounded by. */
static void check_above(const icl_theory *theory, const request *asked, double at, double least) {
  int positive = asked->vary != ICL_RHO && asked->vary != ICL_TEST_RHO && asked->vary != ICL_LAMBDA;
  int finite = asked->vary == ICL_RHO || asked->vary == ICL_TEST_RHO;
  if (!(at >= asked->lower && at <= asked->upper) || (positive && at == 0.0) || (finite && isinf(at))) return;
  /* at the ends the limit counts: not the value there, for an infinite alpha */
  if ((at == 0.0 || isinf(at)) && asked->vary != ICL_ALPHA && isinf(parameter_of(theory, ICL_ALPHA))) return;
  double value = value_at(theory, asked, at), scale = fabs(value);
  if (asked->quantity == ICL_QUANTITY_GAP) {
    request error = *asked;
    scale = 0.0;
    for (error.quantity = ICL_QUANTITY_ICL; error.quantity <= ICL_QUANTITY_IDG; error.quantity++) {
      scale += value_at(theory, &error, at);
    }
  }
  double rounding = 1e-13 * (scale + fabs(least) + 0x1p-1022);
  EXPECT(isinf(scale) || value >= least - rounding, "%.17g at %.17g below the minimum %.17g", value, at, least);
}

static void check_minimum(const icl_theory *theory, const request *asked) {
  double at = -7.0, least = -7.0, low = fmax(asked->lower, 1e-300), high = fmin(asked->upper, 1e300);
  OK(icl_theory_minimum(theory, asked->quantity, asked->vary, asked->lower, asked->upper, &at, &least));
  EXPECT(!isnan(least) && at >= asked->lower && at <= asked->upper, "%g at %g", least, at);
  if (at > 0.0 && at < INFINITY) {
    double value = value_at(theory, asked, at);
    EXPECT(same_bits(&value, &least, 1), "the minimum is %.17g, its place has %.17g", least, value);
  }
  if (!is_global(theory)) return;
  for (int i = 0; i < PLACES; i++) check_above(theory, asked, asked->places[i], least);
  for (int i = -20; i <= 20; i++) { /* around every scale of the problem, and from end to end */
    check_above(theory, asked, exp(i / 4.0), least);
    for (int32_t j = ICL_TAU; j <= ICL_TEST_RHO; j++) {
      check_above(theory, asked, parameter_of(theory, j) * exp(i / 4.0), least);
    }
    check_above(theory, asked, exp(log(low) + (i + 20) / 40.0 * (log(high) - log(low))), least);
  }
  check_above(theory, asked, asked->lower, least);
  check_above(theory, asked, asked->upper, least);
}

static void check_stationary(const icl_theory *theory, const request *asked) {
  double points[PLACES] = {-7.0, -7.0, -7.0, -7.0};
  int64_t count = -7;
  OK(icl_theory_stationary(theory, asked->quantity, asked->vary, asked->lower, asked->upper, asked->capacity,
                           asked->capacity ? points : NULL, &count));
  EXPECT(count >= 0, "%d stationary points", (int)count);
  for (int i = 0; i < PLACES; i++) {
    int given = i < count && i < asked->capacity;
    EXPECT(given || points[i] == -7.0, "more was written than %d of %d", asked->capacity, (int)count);
    /* rounded, so that they may coincide with an end or each other */
    if (given) EXPECT(points[i] >= (i ? points[i - 1] : asked->lower) && points[i] <= asked->upper, "%g", points[i]);
  }
}

void check_range(const icl_theory *theory, const request *asked) {
  double at = -7.0;
  int valid = asked->lower >= 0.0 && asked->lower < INFINITY && asked->upper > asked->lower;
  if (!valid) {
    icl_status status = icl_theory_minimum(theory, asked->quantity, asked->vary, asked->lower, asked->upper, &at, NULL);
    EXPECT(status == ICL_ERR_DOMAIN && at == -7.0, "%d", status);
    return;
  }
  check_minimum(theory, asked);
  check_stationary(theory, asked);
}
