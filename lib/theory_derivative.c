/* First derivatives, in long double. Everything is made of the traces
 *
 *     m_j = (1/d) tr (R + nu)^-j,   t_j = (1/d) tr R (R + nu)^-j,   r_j = (1/d) tr R^2 (R + nu)^-j
 *
 * for j = 2 and, as their derivatives with respect to nu, j = 3; and of derivatives with respect to c = 1/kappa. All
 * have forms that do not cancel, see doc/theory.md, section 6.8. With E = R + q, G = (R + nu)^-1, the effective ridge
 * follows from the implicit function theorem,
 *
 *     (1 - gamma) dxi = dlambda + (xi/tau) ( xi m2 dq - xi M^2 F dc - ((1/d) tr E G) dtau/tau ).       [eq. 16] */
#include <float.h>

#define REAL long double
#define ROUNDING LDBL_EPSILON
#define NAME(x) long_##x
#include "theory_formulas.h"

/* Derivatives of the parameters, c = 1/kappa in place of kappa; then of xi and nu. cross = q dq' - q' dq. */
typedef struct {
  long double tau, q, c, rho, lambda, test_q, test_rho, cross;
  long double xi, nu;
} tangent;

typedef struct {
  long double m2, t1, r2;    /* of the squares: m2, t2, r2 of doc/theory.md */
  long double m3, t3, r3;    /* of the cubes */
  long double m2_c, t1_c, r2_c;
  long double w, e2;         /* (1/d) tr E G^2, E^2 G^2 */
  long double EG3, E2G3;     /* (1/d) tr E G^3, E^2 G^3 */
  long double w_c, e2_c;
} traces;

static tangent seed(const icl__theory_point *point, int32_t parameter) {
  long double kappa = point->kappa, rise = 1 + (long double)point->rho, test_rise = 1 + (long double)point->test_rho;
  long double q = rise / point->alpha, test_q = test_rise / point->test_alpha;
  long double log_q = 0, log_test_q = 0; /* derivatives of the logarithms */
  int with_alpha = !point->has_test_alpha && parameter == ICL_ALPHA;
  int with_rho = !point->has_test_rho && parameter == ICL_RHO;
  tangent d = {.tau = parameter == ICL_TAU, .rho = parameter == ICL_RHO, .lambda = parameter == ICL_LAMBDA};
  if (parameter == ICL_KAPPA) d.c = -1 / kappa / kappa;
  if (parameter == ICL_ALPHA) log_q = -1 / (long double)point->alpha;
  if (parameter == ICL_RHO) log_q = 1 / rise;
  if (parameter == ICL_TEST_ALPHA || with_alpha) log_test_q = -1 / (long double)point->test_alpha;
  if (parameter == ICL_TEST_RHO || with_rho) {
    d.test_rho = 1;
    log_test_q = 1 / test_rise;
  }
  d.q = q * log_q;
  d.test_q = test_q * log_test_q;
  d.cross = q * test_q * (log_test_q - log_q); /* exactly 0 where both follow one alpha */
  return d;
}

/* Where nu > 0, or kappa > 1 so that no eigenvalue of R is 0. */
static traces find_traces(const long_terms *t) {
  const long_resolvent *r = &t->r;
  long double s = r->s, rest = r->complement, q = t->q, xi = t->xi;
  traces m;
  m.m2 = r->M * r->inverse_D;
  m.t1 = r->C * r->T;
  m.r2 = t->noise;
  m.m3 = m.m2 * r->inverse_D * (1 + r->F * rest);
  m.t3 = m.m2 * r->F * (s + r->F * rest);
  m.r3 = m.m2 * s * s * (r->F + r->E * r->E * rest);
  long double fall = 3 - 2 * r->E * rest, step = r->M * r->C * r->T; /* step = dM/dc */
  m.m2_c = step * r->inverse_D * fall;
  m.t1_c = r->C * r->T * r->T * (r->C - 2 * r->P * (1 + r->T * rest));
  m.r2_c = -r->P * m.t1 - t->nu * m.t1_c;
  m.w = m.t1 + q * m.m2;
  m.e2 = m.r2 + q * (2 * m.t1 + q * m.m2);
  m.EG3 = m.t3 + q * m.m3;
  m.E2G3 = m.r3 + q * (2 * m.t3 + q * m.m3);
  m.w_c = m.t1_c + q * m.m2_c;
  m.e2_c = -xi * step * (2 - xi * r->inverse_D * fall);
  return m;
}

static long double ridge_derivative(const long_terms *t, const traces *m, const tangent *d) {
  const long_resolvent *r = &t->r;
  long double tau = t->tau, xi = t->xi;
  if (tau == INFINITY) return d->lambda;
  long double change = xi * (m->m2 * d->q - r->M * m->t1 * d->c) - (r->C + t->A) * d->tau / tau;
  return (d->lambda + xi / tau * change) / t->residual;
}

/* Of (1/d) tr E G^2 and E^2 G^2, with G^2 = (E + xi) G^3. */
static long double w_derivative(const long_terms *t, const traces *m, const tangent *d) {
  return (t->xi * m->m3 - m->EG3) * d->q - 2 * m->EG3 * d->xi + m->w_c * d->c;
}

static long double e2_derivative(const long_terms *t, const traces *m, const tangent *d) {
  return 2 * t->xi * m->EG3 * d->q - 2 * m->E2G3 * d->xi + m->e2_c * d->c;
}

/* At lambda = 0 < 1 - tau, of 1 - gamma = (1 - tau) V/tau with V = (s^2 + q)/D and 1 - V = xi/D. */
static long double ridgeless_derivative(const long_terms *t, const tangent *d) {
  const long_resolvent *r = &t->r;
  long double tau = t->tau, ds = r->T * r->complement * d->nu - r->F * d->c;
  long double dV = r->inverse_D * (t->xi * r->inverse_D * (2 * r->s * ds + d->q) - t->V * d->xi);
  return ((1 - tau) * dV - t->V * d->tau / tau) / tau;
}

/* Of 1 - gamma = 1 - e2/tau = lambda/xi + xi w/tau. The first form is a difference of large terms beside the peak, and
 * the second one, by lambda/xi - xi w/tau = ((tau - 1) + xi^2 m2)/tau, which is eq. 8 again, with few data and at small
 * lambda: the one of the smaller terms is good. */
static long double residual_derivative(const long_terms *t, const traces *m, const tangent *d) {
  long double tau = t->tau, xi = t->xi, direct = m->e2 / tau * d->tau, change = e2_derivative(t, m, d);
  if (t->lambda == 0 && d->lambda == 0 && tau < 1) return ridgeless_derivative(t, d);
  if (xi > 0) {
    long double by_w = xi * w_derivative(t, m, d), by_xi = -xi * m->m2 * d->xi, pole = (1 - tau) / xi * d->xi;
    long double by_tau = -xi * m->w / tau * d->tau, by_lambda = tau / xi * d->lambda;
    long double size = fabsl(by_w) + fabsl(by_xi) + fabsl(pole) + fabsl(by_tau) + fabsl(by_lambda);
    if (size < fabsl(direct) + fabsl(change)) return (by_w + by_xi + pole + by_tau + by_lambda) / tau;
  }
  return (direct - change) / tau;
}

/* Of e_IDG = (rho + nu^2 t1 + q r2)/(1 - gamma). */
static long double idg_derivative(const long_terms *t, const traces *m, const tangent *d) {
  const long_resolvent *r = &t->r;
  long double bias_c = t->nu * t->xi * m->t1_c - t->q * r->P * m->t1;
  long double numerator = d->rho + m->r2 * d->q + 2 * t->xi * m->r3 * d->nu + bias_c * d->c;
  if (t->tau == INFINITY) return numerator;
  return (numerator - t->idg * residual_derivative(t, m, d)) / t->residual;
}

/* Of (e_IDG/tau) x; 0 where tau is infinite. */
static long double variance_derivative(const long_terms *t, const traces *m, const tangent *d, long double x,
                                       long double dx) {
  if (t->tau == INFINITY) return 0;
  return (idg_derivative(t, m, d) * x + t->idg * (dx - x * d->tau / t->tau)) / t->tau;
}

static long double icl_derivative(const long_terms *t, const traces *m, const tangent *d) {
  const long_resolvent *r = &t->r;
  long double bias = 2 * t->nu * m->t3 * d->nu + r->P * r->E * r->T * (r->C + 2 * r->F) * d->c;
  long double noise = d->test_q * m->r2 + t->test_q * (m->r2_c * d->c - 2 * m->r3 * d->nu);
  long double x = (1 + t->test_q) * m->w, dx = d->test_q * m->w + (1 + t->test_q) * w_derivative(t, m, d);
  return d->test_rho + bias + noise + variance_derivative(t, m, d, x, dx);
}

/* Of rho' + nu^2 t1 + q' r2 + (e_IDG/tau) x, x = (1/d) tr E' E G^2 with E' = R + q'. As G^2 = (E + xi) G^3,
 *     dx = (1/d) tr G^3 ( xi (E' dq + E dq') + E (E dq' - E' dq) - 2 E E' dxi ). */
static long double shifted_derivative(const long_terms *t, const traces *m, const tangent *d) {
  long double q = t->q, test_q = t->test_q, nu = t->nu, xi = t->xi;
  long double ERG3 = m->r3 + q * m->t3, EEG3 = ERG3 + test_q * m->EG3, testG3 = m->t3 + test_q * m->m3;
  long double bias = 2 * nu * m->r3 * d->nu + nu * nu * m->t1_c * d->c;
  long double noise = d->test_q * m->r2 + test_q * (m->r2_c * d->c - 2 * m->r3 * d->nu);
  long double x = m->r2 + (q + test_q) * m->t1 + q * test_q * m->m2;
  long double x_c = m->e2_c + (test_q - q) * m->w_c;
  long double dx = xi * (d->q * testG3 + d->test_q * m->EG3) + (d->test_q - d->q) * ERG3 + d->cross * m->EG3;
  dx += x_c * d->c - 2 * EEG3 * d->xi;
  return d->test_rho + bias + noise + variance_derivative(t, m, d, x, dx);
}

/* Of nu^2 u + (e_IDG/tau) v,  u = m2 - t1,  v = t1 - r2 + q u: differences with the factor 1 - s, and so are those of
 * the cubes. */
static long double gap_derivative(const long_terms *t, const traces *m, const tangent *d) {
  const long_resolvent *r = &t->r;
  long double s = r->s, rest = r->complement, nu = t->nu, q = t->q;
  long double u = m->m2 * rest * (1 + s), v = m->m2 * rest * (s * s + q - s * t->xi);
  long double u3 = m->m2 * r->inverse_D * rest * (1 + s + s * s + r->F * rest * (1 + s)); /* m3 - t3 */
  long double v3 = m->m2 * r->F * rest * (s + r->F - nu * r->E);                          /* t3 - r3 */
  long double u_c = m->m2_c - m->t1_c, v_c = (1 + nu) * m->t1_c + r->P * m->t1 + q * u_c;
  long double bias = 2 * nu * v3 * d->nu + nu * nu * u_c * d->c;
  return bias + variance_derivative(t, m, d, v, u * d->q - 2 * (v3 + q * u3) * d->nu + v_c * d->c);
}

/* Of rho' + P at nu = rho'/alpha', c = 1/alpha' [eq. 15]. */
static long double bayes_derivative(const icl__theory_point *point, const tangent *d) {
  long double alpha = point->test_alpha, c = 1 / alpha, excess = c == 0 ? -1 : (1 - alpha) * c;
  long double nu = point->test_rho * c;
  if (d->test_q == 0 && d->test_rho == 0) return 0;
  long_resolvent r = long_resolvent_at(nu, c, excess);
  if (d->test_rho != 0) return 1 + r.C * r.T * c;
  return -r.C * r.T * c * (nu + r.P * c);
}

/* alpha infinite, lambda = 0, kappa <= min(tau, 1): the limits of doc/theory.md, section 8, differentiated. With
 * a = q/nu, y = 1 - gamma and W = kappa (1 - kappa) a^2/(tau y) there,
 *     e_IDG = rho/y,   e'_IDG = rho' + (e_IDG/tau) (kappa + (q'/q) (1 - kappa) a^2)  for q' = 0,
 * and, for rho = 0,
 *     e'_ICL = rho' + 1 - kappa + q' kappa + (1 + q') W,   e'_IDG = rho' + q' (kappa + W),   gap = 1 - kappa + W. */
typedef struct {
  long double a, y, W;
} limits;

static void find_limits(const icl__theory_point *point, const tangent *d, limits *at, limits *slope) {
  long double tau = point->tau, kappa = point->kappa, dkappa = -d->c * kappa * kappa;
  *at = (limits){.a = 1, .y = 1};
  *slope = (limits){0};
  if (tau == INFINITY) return;
  if (tau > 1) {
    at->y = (tau - 1) / tau;
    slope->y = d->tau / tau / tau;
    at->W = kappa * (1 - kappa) / (tau - 1);
    slope->W = ((1 - 2 * kappa) * dkappa - at->W * d->tau) / (tau - 1);
  } else {
    at->a = (tau - kappa) / (1 - kappa);
    slope->a = (d->tau - (1 - at->a) * dkappa) / (1 - kappa);
    at->y = (1 - tau) / tau * at->a;
    slope->y = (1 - tau) / tau * slope->a - at->a * d->tau / tau / tau;
    at->W = kappa * (tau - kappa) / (1 - tau);
    slope->W = ((tau - 2 * kappa) * dkappa + (kappa + at->W) * d->tau) / (1 - tau);
  }
}

static long double limit_derivative(const icl__theory_point *point, int32_t quantity, const tangent *d, int shifted) {
  limits at, slope;
  long double tau = point->tau, kappa = point->kappa, rho = point->rho, dkappa = -d->c * kappa * kappa;
  long double rise = 1 + rho, test_rise = 1 + (long double)point->test_rho, test_q = test_rise / point->test_alpha;
  if (d->lambda != 0 && tau < INFINITY) return NAN; /* a ridge changes the limits discontinuously */
  if (quantity == ICL_QUANTITY_XI) return d->lambda;
  find_limits(point, d, &at, &slope);
  long double idg = rho == 0 ? 0 : rho / at.y; /* y = 0 at kappa = tau */
  long double didg = rho == 0 && d->rho == 0 ? 0 : (d->rho - idg * slope.y) / at.y;
  if (quantity == ICL_QUANTITY_IDG && !shifted) return didg;
  long double noise = test_q * dkappa + d->test_q * kappa;
  if (d->lambda != 0 && test_q != 0) noise -= 2 * test_q * kappa * kappa / (1 - kappa); /* -2 q' r3 */
  if (quantity == ICL_QUANTITY_IDG && test_q == 0) {
    if (tau == INFINITY) return d->test_rho;
    long double ratio = test_rise / rise, dratio = (d->test_rho - ratio * d->rho) / rise, square = at.a * at.a;
    long double x = kappa + ratio * square * (1 - kappa);
    long double dx = dkappa * (1 - ratio * square) + (1 - kappa) * (dratio * square + 2 * ratio * at.a * slope.a);
    return d->test_rho + (didg * x + idg * (dx - x * d->tau / tau)) / tau;
  }
  if (tau < INFINITY && d->rho != 0) return NAN; /* infinite for rho > 0 */
  if (quantity == ICL_QUANTITY_GAP) return slope.W - dkappa;
  long double variance = quantity == ICL_QUANTITY_ICL ? (1 + test_q) * slope.W - dkappa : test_q * slope.W;
  return d->test_rho + noise + d->test_q * at.W + variance;
}

/* Where an infinite context without ridge has a kink: at kappa = 1, and for tau < 1 at kappa = tau. */
static int has_kink(const icl__theory_point *point, int32_t quantity, int32_t parameter) {
  double kappa = point->kappa, tau = point->tau;
  if (point->alpha < INFINITY || point->lambda > 0.0) return 0;
  if (tau < 1.0) return kappa == tau && (parameter == ICL_KAPPA || parameter == ICL_TAU);
  if (kappa != 1.0 || parameter != ICL_KAPPA) return 0;
  if (quantity != ICL_QUANTITY_IDG) return quantity != ICL_QUANTITY_XI;
  return point->test_alpha < INFINITY || (point->test_rho != point->rho && point->rho > 0.0 && tau < INFINITY);
}

static long double derivative(const icl__theory_point *point, int32_t quantity, int32_t parameter) {
  long_terms t;
  tangent d = seed(point, parameter);
  int is_test = parameter == ICL_TEST_ALPHA || parameter == ICL_TEST_RHO;
  int shifted = is_test || point->has_test_alpha || point->has_test_rho;
  if (quantity == ICL_QUANTITY_BAYES) return bayes_derivative(point, &d);
  if (is_test && (quantity == ICL_QUANTITY_XI || quantity == ICL_QUANTITY_GAP)) return 0;
  if (point->lambda == INFINITY) return quantity == ICL_QUANTITY_GAP ? 0 : d.test_rho;
  if (quantity == ICL_QUANTITY_GAP && point->kappa == INFINITY) return 0;
  if (point->tau == 1.0 && point->lambda == 0.0) {
    return parameter == ICL_TAU || parameter == ICL_LAMBDA ? (long double)NAN : 0; /* of xi: the others diverge */
  }
  if (has_kink(point, quantity, parameter)) return NAN;
  long_find_terms(point, &t);
  if (t.nu == 0 && t.excess >= 0) return limit_derivative(point, quantity, &d, shifted);
  traces m = find_traces(&t);
  d.xi = ridge_derivative(&t, &m, &d);
  d.nu = d.q + d.xi;
  if (quantity == ICL_QUANTITY_XI) return d.xi;
  if (quantity == ICL_QUANTITY_GAP) return gap_derivative(&t, &m, &d);
  if (quantity == ICL_QUANTITY_ICL && point->kappa < INFINITY) return icl_derivative(&t, &m, &d);
  return shifted ? shifted_derivative(&t, &m, &d) : idg_derivative(&t, &m, &d);
}

/* factor dQ/dp, the product in long double. */
static int scaled_derivative(const icl__theory_point *point, int32_t quantity, int32_t parameter, double factor,
                             double *value) {
  double at = icl__theory_value(point, quantity);
  if (!isfinite(at)) return 0;
  double result = (double)(factor * derivative(point, quantity, parameter));
  if (!isfinite(result)) return 0;
  *value = result;
  return 1;
}

int icl__theory_derivative(const icl__theory_point *point, int32_t quantity, int32_t parameter, double *value) {
  return scaled_derivative(point, quantity, parameter, 1.0, value);
}

int icl__theory_slope(const icl__theory_point *point, int32_t quantity, int32_t parameter, double p, double *slope) {
  return scaled_derivative(point, quantity, parameter, p, slope);
}
