/* xi >= 0 solves  xi M(q + xi) = 1 - tau + tau lambda/xi  [doc/theory.md, eq. 8]. With u = lambda/xi,
 *
 *     t = tau (1 - u),   g = (1 - tau) + tau u,
 *
 * eliminating M by its quadratic equation leaves, divided by kappa,
 *
 *     t xi^2 - b xi - q g^2/kappa = 0,   b = g ((kappa - tau)/kappa + tau u/kappa + q)                [eq. 10]
 *
 * whose positive root is X(u) = g Y/tau, where, with w = min(kappa, 1) and v = 1 - u so that no coefficient is extreme
 * for the sake of kappa or tau alone,
 *
 *     w v Y^2 - B Y - w tau q/kappa = 0,     B = w (kappa - tau)/kappa + w tau u/kappa + w q.
 *
 * X(u) increases with u, from 0 where g = 0 (or the ridgeless xi at u = 0) to infinity where t = 0. The effective
 * ridge is the xi with X(lambda/xi) = xi: one crossing, since the left side decreases in xi. Rounding of X is divided
 * by 1 - dln X/dln xi >= 1, so nothing is lost in the corners where the equation as first written loses digits. */
#include "effective_ridge.h"

#include <float.h>
#include <math.h>

#include "marchenko_pastur.h"

typedef struct {
  double tau, q, lambda;
  double weight;   /* w */
  double inverse;  /* w/kappa */
  double distance; /* w (kappa - tau)/kappa */
  double excess;   /* 1/(kappa/tau) - 1 = (tau - kappa)/kappa */
} ridge_equation;

/* lambda = 0: xi = (1 - tau)/(tau M_{kappa/tau}(q)) below the interpolation threshold, 0 above. */
static double ridgeless(const ridge_equation *equation) {
  double tau = equation->tau, q = equation->q;
  if (tau >= 1.0) return 0.0;
  double s = icl__marchenko_pastur_s(q, equation->excess); /* kappa/tau takes the place of kappa */
  return (1.0 - tau) / tau * (s + q);
}

/* Sets *ratio = X(lambda/xi)/xi and *slope = -dln X/dln xi >= 0. Returns -1 where xi is too small (v <= 0), 1 where it
 * is too large (g <= 0), 0 where X exists. */
static int crossing(const ridge_equation *equation, double xi, double *ratio, double *slope) {
  double tau = equation->tau, q = equation->q;
  double u = equation->lambda / xi;
  double v = 1.0 - u;
  double g = (1.0 - tau) + tau * u;
  if (v <= 0.0) return -1;
  if (g <= 0.0) return 1;
  double w = equation->weight, inverse = equation->inverse;
  double b = equation->distance + tau * u * inverse + w * q;
  double constant = tau * (q * inverse);
  double root = hypot(b, 2.0 * sqrt(w * v) * sqrt(constant)); /* no square overflows */
  double y = b > 0.0 ? (b + root) / (2.0 * w * v) : 2.0 * constant / (root - b);
  *ratio = tau < 1.0 ? g * (y / (tau * xi)) : g * (y / tau / xi);
  *slope = u * (tau / g + (w * y + tau * inverse) / root); /* dln X/dln u, by the implicit derivative of Y */
  return 0;
}

double icl__effective_ridge(double tau, double q, double kappa, double lambda) {
  ridge_equation equation = {.tau = tau, .q = q, .lambda = lambda};
  equation.weight = fmin(kappa, 1.0);
  equation.inverse = kappa < 1.0 ? 1.0 : 1.0 / kappa;
  equation.excess = kappa == INFINITY ? -1.0 : (tau - kappa) / kappa;
  equation.distance = kappa < 1.0 ? kappa - tau : -equation.excess;
  if (lambda == 0.0) return ridgeless(&equation);

  /* xi > lambda since t > 0. Newton on ln X - ln xi = 0 in ln xi where X is near xi, else bisection of the bracket: for
   * small q, X(u) has a kink where b = 0, and a Newton step from its steep side says nothing of how far the root is. */
  double lower = lambda, upper = INFINITY;
  double xi = lambda + ridgeless(&equation) + sqrt(lambda);
  for (int step = 0; step < 400; step++) {
    double ratio = 1.0, slope = 0.0, next = 0.0;
    int side = crossing(&equation, xi, &ratio, &slope);
    if (!side && ratio == 1.0) return xi;
    if (side < 0 || (!side && ratio > 1.0)) lower = xi;
    else upper = xi;
    if (!side && ratio > 0.5 && ratio < 2.0) {
      double change = (ratio - 1.0) / (1.0 + slope);
      next = xi + xi * change;
      if (fabs(change) <= 2.0 * DBL_EPSILON) return next;
    }
    if (!(next > lower && next < upper)) next = upper < INFINITY ? sqrt(lower) * sqrt(upper) : 8.0 * xi;
    if (next <= lower || next >= upper) return xi; /* neighbours: no double lies between */
    xi = next;
  }
  return NAN; /* not reached: bisection takes 11 steps to the binary order and 53 to the last bit */
}
