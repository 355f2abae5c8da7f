/* First derivatives. Each letter x of theory_formulas.h has its derivative d.x with respect to one parameter, by the
 * product rule; xi by the implicit function theorem: 1 - gamma is the derivative of lambda = xi (1 - e1/tau), so
 *
 *     (1 - gamma) dxi = dlambda - ((xi - lambda)/tau) dtau + (xi^2/tau) (m2 dq - M^2 (s/root) d(1/kappa))  [eq. 16]
 *
 * with root = sqrt(b^2 + 4 nu), b = nu + 1/kappa - 1, and ds = ((1-s) dnu - s d(1/kappa))/root. In long double: beside
 * the peak at tau = 1 terms of the size Q/sqrt(lambda) cancel. */
#include <float.h>

#define REAL long double
#define ROUNDING LDBL_EPSILON
#define NAME(x) long_##x
#include "theory_formulas.h"

/* Derivatives; inverse is that of 1/kappa. */
typedef struct {
  long double tau, q, inverse, rho, lambda, test_q, test_rho; /* of the parameters */
  long double xi, nu, s, M, inverse_D, P, E, T, A, B, V, residual, mean, noise, idg, idg_M;
} tangent;

static tangent seed(const icl__theory_point *point, int32_t parameter) {
  long double alpha = point->alpha, test_alpha = point->test_alpha, kappa = point->kappa;
  int follows_alpha = !point->has_test_alpha, follows_rho = !point->has_test_rho;
  tangent d = {0};
  if (parameter == ICL_TAU) d.tau = 1;
  if (parameter == ICL_LAMBDA) d.lambda = 1;
  if (parameter == ICL_KAPPA) d.inverse = -1 / kappa / kappa;
  if (parameter == ICL_ALPHA) d.q = -(1 + (long double)point->rho) / alpha / alpha;
  if (parameter == ICL_RHO) {
    d.rho = 1;
    d.q = 1 / alpha;
  }
  if (parameter == ICL_TEST_ALPHA || (parameter == ICL_ALPHA && follows_alpha)) {
    d.test_q = -(1 + (long double)point->test_rho) / test_alpha / test_alpha;
  }
  if (parameter == ICL_TEST_RHO || (parameter == ICL_RHO && follows_rho)) {
    d.test_rho = 1;
    d.test_q = 1 / test_alpha;
  }
  return d;
}

/* Of s, M, 1/D, P = 1 - C, E = 1 - F and T, from those of nu and 1/kappa. For nu -> 0, kappa < 1, s/nu = 1/excess. */
static void differentiate_resolvent(long double nu, long double excess, const long_resolvent *r, tangent *d) {
  long double b = nu + excess, root = sqrtl(b * b + 4 * nu);
  if (nu == 0 && excess > 0) {
    d->s = d->nu / excess;
    d->P = r->C * r->C * (d->inverse + d->nu + d->nu / excess);
    d->T = -d->inverse / excess / excess;
    return;
  }
  long double square = r->inverse_D * r->inverse_D;
  d->s = (r->complement * d->nu - r->s * d->inverse) / root;
  d->M = -r->M * r->M * (d->s + d->nu);
  d->inverse_D = -square * (2 * r->s * d->s + d->nu);
  d->P = r->M * r->M * (r->s * d->nu - nu * d->s);
  d->E = r->s * square * (r->s * d->nu - 2 * nu * d->s);
  d->T = square * (d->s * (nu - r->s * r->s) - r->s * d->nu);
}

static long double ridge_derivative(const long_terms *t, const tangent *d) {
  if (t->tau == INFINITY) return d->lambda;
  long double change = d->lambda - (t->xi - t->lambda) / t->tau * d->tau;
  if (t->xi > 0) {
    const long_resolvent *r = &t->r;
    long double b = t->nu + t->excess, root = sqrtl(b * b + 4 * t->nu);
    change += t->xi * t->xi / t->tau * r->M * (r->inverse_D * d->q - r->M * r->s / root * d->inverse);
  }
  return change / t->residual;
}

/* 1 - gamma = 1 - e2/tau with e2 = <E^2/(E + xi)^2> = 1 - 2 xi M + xi^2 m2. */
static long double residual_derivative(const long_terms *t, const tangent *d) {
  const long_resolvent *r = &t->r;
  long double tau = t->tau;
  if (tau == INFINITY) return 0;
  if (t->lambda == 0 && d->lambda == 0) {
    return tau > 1 ? d->tau / tau / tau : ((1 - tau) * d->V - t->V * d->tau / tau) / tau;
  }
  long double moment = d->M * r->inverse_D + r->M * d->inverse_D; /* of m2 = M/D */
  long double e2 = -2 * d->xi * r->M * t->V - 2 * t->xi * d->M + t->xi * t->xi * moment;
  return ((1 - t->residual) * d->tau - e2) / tau;
}

static void differentiate_terms(const long_terms *t, tangent *d) {
  const long_resolvent *r = &t->r;
  long double mean = r->F + r->E * r->complement;
  d->xi = ridge_derivative(t, d);
  d->nu = d->q + d->xi;
  differentiate_resolvent(t->nu, t->excess, r, d);
  if (t->nu > 0 || t->excess < 0) {
    d->A = d->q * r->M + t->q * d->M;
    d->B = d->q * r->inverse_D + t->q * d->inverse_D;
  } else if (t->excess > 0) { /* A = aP, B = aE, E = 1, a = q/nu = 1 or (tau - kappa)/(1 - kappa) */
    long double rest = 1 - t->kappa, a = t->B;
    long double fraction = t->tau >= 1 ? 0 : d->tau / rest + (1 - t->tau) * (t->kappa / rest) * (t->kappa / rest)
                                                           * d->inverse;
    d->A = fraction * r->P + a * d->P;
    d->B = fraction;
  }
  d->V = d->B - d->E;
  d->residual = residual_derivative(t, d);
  d->mean = -d->E * r->s - r->E * d->s;
  d->noise = r->C * d->mean - d->P * mean;
  long double bias = r->s * r->P * r->E, bias_slope = d->s * r->P * r->E + r->s * (d->P * r->E + r->P * d->E);
  long double numerator = d->s * (bias + t->A * mean) + r->s * (bias_slope + d->A * mean + t->A * d->mean);
  long double numerator_M = -d->P * (bias + t->A * mean) + r->C * (bias_slope + d->A * mean + t->A * d->mean);
  d->idg = (d->rho + numerator - (t->idg == 0 ? 0 : t->idg * d->residual)) / t->residual;
  if (t->rho != 0) numerator_M += t->rho * d->M;
  if (d->rho != 0) numerator_M += d->rho * r->M;
  d->idg_M = (numerator_M - (t->idg_M == 0 ? 0 : t->idg_M * d->residual)) / t->residual;
}

/* Of (x y)/tau, x >= 0 having the derivative dx; 0 where tau is infinite. */
static long double variance_derivative(const long_terms *t, const tangent *d, long double x, long double dx,
                                       long double y, long double dy) {
  if (t->tau == INFINITY) return 0;
  return ((dx == 0 ? 0 : dx * y) + (dy == 0 ? 0 : x * dy) - (d->tau == 0 ? 0 : x * y * d->tau / t->tau)) / t->tau;
}

static long double icl_derivative(const long_terms *t, const tangent *d) {
  const long_resolvent *r = &t->r;
  long double fixed = d->test_rho + d->P * r->E + r->P * d->E + d->test_q * t->noise + t->test_q * d->noise;
  long double seen = (1 + t->test_q) * t->V, seen_slope = d->test_q * t->V + (1 + t->test_q) * d->V;
  return fixed + variance_derivative(t, d, t->idg_M, d->idg_M, seen, seen_slope);
}

static long double gap_derivative(const long_terms *t, const tangent *d) {
  const long_resolvent *r = &t->r;
  long double y = t->V - (t->xi == 0 ? 0 : t->xi * r->T);
  long double dy = d->V - (d->xi == 0 ? 0 : d->xi * r->T) - (t->xi == 0 ? 0 : t->xi * d->T);
  long double square = r->P * r->E, variance = t->tau == INFINITY ? 0 : t->idg_M * y / t->tau;
  long double change = (d->P * r->E + r->P * d->E) * (1 + r->s) + square * d->s +
                       variance_derivative(t, d, t->idg_M, d->idg_M, y, dy);
  return r->complement * change - d->s * (square * (1 + r->s) + variance);
}

/* See shifted_variance. */
static long double shifted_derivative(const long_terms *t, const tangent *d) {
  const long_resolvent *r = &t->r;
  long double Z = t->q == 0 ? 0 : t->q * r->T, Z_slope = t->q == 0 ? 0 : d->q * r->T + t->q * d->T;
  long double bias = 2 * r->s * d->s * r->P * r->E + r->s * r->s * (d->P * r->E + r->P * d->E);
  long double fixed = d->test_rho + bias + d->test_q * t->noise + t->test_q * d->noise;
  if (t->q > 0 || t->test_q == 0) {
    long double ratio = t->test_ratio;
    long double ratio_slope = t->q > 0 ? (d->test_q - ratio * d->q) / t->q
                                       : (d->test_rho - ratio * d->rho) / (1 + t->rho);
    long double y = t->noise + r->C * Z * (1 + ratio) + ratio * t->A * t->B;
    long double dy = d->noise + (r->C * Z_slope - d->P * Z) * (1 + ratio) + ratio * (d->A * t->B + t->A * d->B) +
                     ratio_slope * (r->C * Z + t->A * t->B);
    return fixed + variance_derivative(t, d, t->idg, d->idg, y, dy);
  }
  long double y = t->noise + t->test_q * r->C * r->T; /* q = 0 < q' */
  long double dy = d->noise + d->test_q * r->C * r->T + t->test_q * (r->C * d->T - d->P * r->T);
  long double w = t->test_q * t->B, dw = d->test_q * t->B + t->test_q * d->B;
  return fixed + variance_derivative(t, d, t->idg, d->idg, y, dy) +
         (w == 0 && dw == 0 ? 0 : variance_derivative(t, d, t->idg_M, d->idg_M, w, dw));
}

static long double bayes_derivative(const icl__theory_point *point, int32_t parameter) {
  tangent d = seed(point, parameter);
  long double alpha = point->test_alpha, inverse = 1 / alpha, excess = inverse == 0 ? -1 : (1 - alpha) * inverse;
  long double x = point->test_rho * inverse;
  int by_alpha = d.test_q != 0 && d.test_rho == 0;
  if (d.test_q == 0 && d.test_rho == 0) return 0;
  if (x == 0 && excess == 0) return NAN;
  d.inverse = by_alpha ? -inverse * inverse : 0;
  d.nu = by_alpha ? -x * inverse : inverse;
  long_resolvent r = long_resolvent_at(x, inverse, excess);
  differentiate_resolvent(x, excess, &r, &d);
  return d.test_rho + d.P;
}

/* Where an infinite context without ridge has a kink: at kappa = 1, and for tau < 1 at kappa = tau. */
static int has_kink(const icl__theory_point *point, int32_t quantity, int32_t parameter) {
  double kappa = point->kappa, tau = point->tau;
  if (point->alpha < INFINITY || point->lambda > 0.0) return 0;
  if (tau < 1.0) return kappa == tau && (parameter == ICL_KAPPA || parameter == ICL_TAU);
  int shifted = point->test_alpha != point->alpha || point->test_rho != point->rho;
  return kappa == 1.0 && parameter == ICL_KAPPA && (quantity != ICL_QUANTITY_IDG || shifted);
}

static long double derivative(const icl__theory_point *point, int32_t quantity, int32_t parameter) {
  long_terms t;
  tangent d = seed(point, parameter);
  int is_test = parameter == ICL_TEST_ALPHA || parameter == ICL_TEST_RHO;
  int separate = is_test || point->has_test_alpha || point->has_test_rho; /* moves without the test law or it alone */
  if (quantity == ICL_QUANTITY_BAYES) return bayes_derivative(point, parameter);
  if (is_test && (quantity == ICL_QUANTITY_XI || quantity == ICL_QUANTITY_GAP)) return 0;
  if (point->lambda == INFINITY) return quantity == ICL_QUANTITY_GAP ? 0 : d.test_rho;
  if (quantity == ICL_QUANTITY_GAP && point->kappa == INFINITY) return 0;
  if (point->tau == 1.0 && point->lambda == 0.0) {
    return parameter == ICL_TAU || parameter == ICL_LAMBDA ? (long double)NAN : 0; /* of xi: the others diverge */
  }
  if (quantity != ICL_QUANTITY_XI && has_kink(point, quantity, parameter)) return NAN;
  long_find_terms(point, &t);
  if (quantity == ICL_QUANTITY_XI) {
    if (t.residual == 0) return parameter == ICL_LAMBDA || has_kink(point, quantity, parameter) ? (long double)NAN : 0;
    return ridge_derivative(&t, &d);
  }
  differentiate_terms(&t, &d);
  if (quantity == ICL_QUANTITY_GAP) return gap_derivative(&t, &d);
  if (quantity == ICL_QUANTITY_ICL && point->kappa < INFINITY) return icl_derivative(&t, &d);
  return separate ? shifted_derivative(&t, &d) : d.idg;
}

int icl__theory_derivative(const icl__theory_point *point, int32_t quantity, int32_t parameter, double *value) {
  double at = icl__theory_value(point, quantity);
  if (!isfinite(at)) return 0;
  double result = (double)derivative(point, quantity, parameter);
  if (!isfinite(result)) return 0;
  *value = result;
  return 1;
}
