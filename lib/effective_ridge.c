/* xi >= 0 solves  xi M(q + xi) = 1 - tau + tau lambda/xi  [doc/theory.md, eq. 8]. With u = lambda/xi,
 *
 *     t = tau (1 - u),   g = (1 - tau) + tau u,
 *
 * eliminating M by its quadratic equation leaves, divided by kappa,
 *
 *     t xi^2 - b xi - q g^2/kappa = 0,   b = g ((kappa - tau)/kappa + tau u/kappa + q)                [eq. 10]
 *
 * whose positive root X(u) increases with u, from 0 where g = 0 (or the ridgeless xi at u = 0) to infinity where t = 0. The effective ridge is the
 * xi with X(lambda/xi) = xi: one crossing, since the left side decreases in xi. Rounding of X is divided by
 * 1 - dln X/dln xi >= 1, so nothing is lost in the corners where the equation as first written loses digits. */
#include "effective_ridge.h"

#include <float.h>
#include <math.h>

#include "marchenko_pastur.h"

typedef struct {
  double tau, q, lambda;
  double inverse;  /* 1/kappa */
  double distance; /* (kappa - tau)/kappa */
} ridge_equation;

/* lambda = 0: xi = (1 - tau)/(tau M_{kappa/tau}(q)) below the interpolation threshold, 0 above. */
static double ridgeless(const ridge_equation *equation) {
  double tau = equation->tau, q = equation->q;
  if (tau >= 1.0) return 0.0;
  /* kappa/tau takes the place of kappa: its 1/kappa - 1 is (tau - kappa)/kappa. */
  double s = icl__marchenko_pastur_s(q, -equation->distance);
  return (1.0 - tau) / tau * (s + q);
}

/* Sets *ratio = X(lambda/xi)/xi and *slope = -dln X/dln xi >= 0. Returns -1 where xi is too small (t <= 0), 1 where it
 * is too large (g <= 0), 0 where X exists. */
static int crossing(const ridge_equation *equation, double xi, double *ratio, double *slope) {
  double tau = equation->tau, q = equation->q;
  double u = equation->lambda / xi;
  double t = tau * (1.0 - u);
  double g = (1.0 - tau) + tau * u;
  if (t <= 0.0) return -1;
  if (g <= 0.0) return 1;
  double factor = equation->distance + tau * u * equation->inverse + q;
  double b = g * factor, c = q * g * g * equation->inverse;
  double root = sqrt(b * b + 4.0 * t * c);
  double x = b > 0.0 ? (b + root) / (2.0 * t) : 2.0 * c / (root - b);
  /* Implicit derivative: dX/du = (tau X^2 + b' X + 2 q g tau/kappa)/root, with b' = tau (factor + g/kappa). */
  double derivative = x * (tau * x + tau * (factor + g * equation->inverse)) + 2.0 * q * g * tau * equation->inverse;
  *ratio = x / xi;
  *slope = fmax(u / x * (derivative / root), 0.0);
  return 0;
}

double icl__effective_ridge(double tau, double q, double kappa, double lambda) {
  ridge_equation equation = {.tau = tau, .q = q, .lambda = lambda};
  equation.inverse = 1.0 / kappa;
  equation.distance = kappa == INFINITY ? 1.0 : (kappa - tau) / kappa;
  if (lambda == 0.0) return ridgeless(&equation);

  /* xi > lambda since t > 0. Newton on ln X - ln xi = 0 in ln xi, kept inside the bracket. */
  double lower = lambda, upper = INFINITY;
  double xi = lambda + ridgeless(&equation) + sqrt(lambda);
  for (int step = 0; step < 200; step++) {
    double ratio = 0.0, slope = 0.0, next;
    int side = crossing(&equation, xi, &ratio, &slope);
    if (!side) side = ratio > 1.0 ? -1 : ratio < 1.0 ? 1 : 0;
    if (!side) return xi;
    if (side < 0) lower = xi;
    else upper = xi;
    double change = (ratio - 1.0) / (1.0 + slope); /* Newton, with ln ratio = ratio - 1 to first order */
    next = xi + xi * change;
    if (fabs(change) <= 2.0 * DBL_EPSILON) return next;
    if (!(next > lower && next < upper)) next = upper < INFINITY ? sqrt(lower) * sqrt(upper) : 8.0 * xi;
    if (next <= lower || next >= upper) return xi; /* neighbours: no double lies between */
    xi = next;
  }
  return NAN; /* not reached: bisection alone halves the exponent range in every step */
}
