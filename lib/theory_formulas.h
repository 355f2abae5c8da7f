/* The closed-form theory, included once for each precision: REAL is its type, ROUNDING its epsilon, NAME(x) its names.
 * doc/theory.md derives every form used here; equation numbers are its.
 *
 * With the effective noise q = (1 + rho)/alpha, the effective ridge xi, nu = q + xi, and s, M = 1/(s + nu), D = s^2 +
 * nu of the Marchenko-Pastur law at nu [eq. 9],
 *
 *     1 - gamma = lambda/xi + xi M V/tau,   V = (s^2 + q)/D,     or  1 - 1/tau where xi = 0            [eq. 11]
 *     e_IDG = (rho + s^2 P E + q r2)/(1 - gamma),   r2 = C (F + E (1-s))                              [eq. 12]
 *     e_ICL = rho' + P E + q' r2 + (e_IDG/tau) (1 + q') M V                                           [eq. 13]
 *     gap   = (1-s) ( P E (1+s) + (e_IDG/tau) M (V - s xi/D) )                                        [eq. 14]
 *
 * in the letters of `resolvent` and `terms`. All but the last are sums and products of positive numbers, so nothing
 * cancels; P, C, E, F, V and 1 - gamma lie between 0 and 1 and have limits where nu -> 0, to which an infinite context
 * without ridge leads. */
#include <icltheory/theory.h>
#include <tgmath.h>

#include "theory_point.h"

typedef struct {
  REAL s, complement; /* complement = 1 - s */
  REAL M;             /* 1/(s + nu) */
  REAL P, C;          /* nu M, s M = 1 - P */
  REAL E, F;          /* nu/D, s^2/D = 1 - E */
  REAL T, inverse_D;  /* s/D, 1/D */
} NAME(resolvent);

/* s/nu as nu -> 0 is 1/excess where kappa < 1; at kappa = 1, s ~ sqrt(nu). */
static inline NAME(resolvent) NAME(resolvent_at_zero)(REAL inverse, REAL excess) {
  NAME(resolvent) r = {.M = INFINITY, .inverse_D = INFINITY};
  int edge = excess == 0;
  r.C = 1 / inverse; /* kappa */
  r.P = excess * r.C;
  r.E = edge ? 1 / (REAL)2 : 1;
  r.F = 1 - r.E;
  r.T = 1 / excess;
  r.complement = 1;
  return r;
}

/* The Marchenko-Pastur law at nu, or its limit nu -> 0+; inverse = 1/kappa, excess = 1/kappa - 1. The root of eq. 9 is
 * taken by the branch that adds. */
static inline NAME(resolvent) NAME(resolvent_at)(REAL nu, REAL inverse, REAL excess) {
  NAME(resolvent) r;
  if (nu == 0 && excess >= 0) return NAME(resolvent_at_zero)(inverse, excess);
  REAL b = nu + excess, root = sqrt(b * b + 4 * nu);
  r.s = inverse == 0 ? 1 : b > 0 ? 2 * nu / (b + root) : (root - b) / 2; /* kappa = infinity: R = 1 */
  r.M = 1 / (r.s + nu);
  r.inverse_D = 1 / (r.s * r.s + nu);
  r.P = nu * r.M;
  r.C = r.s * r.M;
  r.E = nu * r.inverse_D;
  r.T = r.s * r.inverse_D;
  r.F = r.s * r.T;
  r.complement = r.C * inverse;
  return r;
}

/* xi at lambda = 0: (1 - tau)/(tau M_{kappa/tau}(q)) below the interpolation threshold, 0 above. */
static inline REAL NAME(ridgeless)(REAL tau, REAL inverse_tau, REAL q, REAL inverse, REAL distance) {
  if (tau >= 1) return 0;
  REAL b = q - distance, root = sqrt(b * b + 4 * q); /* kappa/tau takes the place of kappa in eq. 9 */
  REAL s = inverse == 0 ? 1 : b > 0 ? 2 * q / (b + root) : (root - b) / 2;
  return (1 - tau) * inverse_tau * (s + q);
}

typedef struct {
  REAL tau, q, lambda;
  REAL inverse_tau;
  REAL inverse;  /* 1/kappa */
  REAL excess;   /* 1/kappa - 1 */
  REAL distance; /* 1 - tau/kappa */
  REAL scale;    /* min(kappa, 1) */
} NAME(ridge_equation);

/* f(xi) = xi (1 - e1/tau) - lambda, e1 = <E/(E + xi)> over the spectrum of E = R + q, is convex, and as e1 is at most
 * (1 + q)/(1 + q + xi) by Jensen's inequality (with equality at kappa = infinity), its root is at most that of
 * xi^2 + ((1+q)(1 - 1/tau) - lambda) xi - lambda (1+q). From there Newton's method goes down to it without passing it,
 * but for rounding. Good to about the square of the last step, of at most 1/1000. *bound is the
 * bound. */
static inline REAL NAME(ridge_from_above)(const NAME(ridge_equation) *equation, REAL *bound) {
  REAL tau = equation->tau, q = equation->q, lambda = equation->lambda, m = 1 + q;
  REAL beta = m * (1 - tau) / tau + lambda, wide = sqrt(beta * beta + 4 * lambda * m);
  REAL xi = beta > 0 ? (beta + wide) / 2 : 2 * lambda * m / (wide - beta);
  REAL change = 1;
  *bound = xi;
  for (int step = 0; step < 40 && change > (REAL)1e-3; step++) {
    REAL nu = q + xi, b = nu + equation->excess, root = sqrt(b * b + 4 * nu);
    REAL s = equation->inverse == 0 ? 1 : b > 0 ? 2 * nu / (b + root) : (root - b) / 2;
    REAL M = 1 / (s + nu), V = (s * s + q) / (s * s + nu), g = (tau - 1) + xi * M;
    REAL next = xi - (xi * g - tau * lambda) / (g + xi * M * V);
    if (!(next > lambda && next <= *bound)) return *bound; /* rounding of f */
    change = fabs(xi - next) / next;
    xi = next;
  }
  return xi;
}

/* Eliminating M from xi M(q + xi) = 1 - tau + tau lambda/xi [eq. 8] leaves xi = X(lambda/xi) with X(u) = g Y/tau,
 *
 *     w v Y^2 - B Y - w tau q/kappa = 0,   B = w (kappa - tau)/kappa + w tau u/kappa + w q,              [eq. 10]
 *     u = lambda/xi,   v = 1 - u,   g = (1 - tau) + tau u,   w = min(kappa, 1).
 *
 * Sets *ratio = X/xi and *slope = -dln X/dln xi >= 0. Returns -1 where xi is too small (v <= 0), 1 where it is too
 * large (g <= 0), 0 where X exists. */
static inline int NAME(crossing)(const NAME(ridge_equation) *equation, REAL xi, REAL *ratio, REAL *slope) {
  REAL tau = equation->tau, w = equation->scale;
  REAL u = equation->lambda / xi, v = 1 - u, g = (1 - tau) + tau * u;
  if (v <= 0) return -1;
  if (g <= 0) return 1;
  REAL inverse = w < 1 ? 1 : equation->inverse; /* w/kappa */
  REAL b = w * equation->distance + tau * u * inverse + w * equation->q;
  REAL constant = tau * inverse * equation->q;
  REAL root = sqrt(b * b + 4 * w * v * constant);
  REAL y = b > 0 ? (b + root) / (2 * w * v) : 2 * constant / (root - b);
  *ratio = g * y / (tau * xi);
  *slope = u * (tau / g + (w * y + tau * inverse) / root);
  return 0;
}

/* The crossing: one, since the left side of X(lambda/xi)/xi = 1 falls in xi. Rounding of X is divided by 1 - dln X/dln
 * xi >= 1, so nothing is lost in the corners where f loses digits. Newton's method in ln xi where X is near xi, else
 * bisection of the bracket: for small q, X has a kink where B = 0, and a step from its steep side says nothing of how
 * far the root is. A step of relative size c leaves an error of at most about c^2 (1 + slope): the slope changes at a
 * rate of the order of its square. */
static inline REAL NAME(effective_ridge)(const NAME(ridge_equation) *equation) {
  REAL lambda = equation->lambda, tau = equation->tau, lower = lambda, upper;
  if (tau == INFINITY) return lambda;
  if (lambda == 0) {
    return NAME(ridgeless)(tau, equation->inverse_tau, equation->q, equation->inverse, equation->distance);
  }
  REAL xi = NAME(ridge_from_above)(equation, &upper);
  upper *= 2; /* rounding of the bound */
  for (int step = 0; step < 400; step++) {
    REAL ratio = 1, slope = 0, next = 0;
    int side = NAME(crossing)(equation, xi, &ratio, &slope);
    if (!side && ratio == 1) return xi;
    if (side < 0 || (!side && ratio > 1)) lower = xi;
    else upper = xi;
    if (!side && ratio > (REAL)0.5 && ratio < 2) {
      REAL change = (ratio - 1) / (1 + slope);
      next = xi + xi * change;
      change = fabs(change);
      if (change <= 2 * ROUNDING || change * change * (1 + slope) <= ROUNDING / 16) return next;
    }
    if (!(next > lower && next < upper)) next = sqrt(lower) * sqrt(upper);
    if (next <= lower || next >= upper) return xi; /* neighbours: no number lies between */
    xi = next;
  }
  return NAN; /* not reached: bisection takes some 20 steps to the binary order and one for each bit */
}

typedef struct {
  REAL tau, kappa, rho, lambda, q;
  REAL inverse_tau;
  REAL inverse, excess; /* 1/kappa, 1/kappa - 1 */
  REAL test_rho, test_q;
  REAL test_ratio; /* q'/q; also where both are 0 */
  REAL xi, nu;
  NAME(resolvent) r;
  REAL A, B; /* q M, q/D */
  REAL V;    /* F + B */
  REAL residual;  /* 1 - gamma */
  REAL noise;     /* r2 */
  REAL idg;       /* e_IDG of the pretraining law */
  REAL idg_M;     /* e_IDG M, which stays where e_IDG -> 0 and M -> infinity */
} NAME(terms);

/* q, xi and what they are made of; kappa and test parameters may be infinite, lambda may not. */
static inline void NAME(find_ridge)(const icl__theory_point *point, NAME(terms) *t) {
  t->tau = point->tau;
  t->kappa = point->kappa;
  t->rho = point->rho;
  t->lambda = point->lambda;
  t->q = (1 + t->rho) / (REAL)point->alpha;
  t->inverse_tau = 1 / t->tau;
  t->inverse = 1 / t->kappa;
  t->excess = t->kappa == INFINITY ? -1 : (1 - t->kappa) * t->inverse;
  NAME(ridge_equation) equation = {.tau = t->tau, .q = t->q, .lambda = t->lambda,
                                   .inverse_tau = t->inverse_tau, .inverse = t->inverse,
                                   .excess = t->excess};
  equation.scale = t->kappa < 1 ? t->kappa : 1;
  equation.distance = t->kappa == INFINITY || t->tau == INFINITY ? 1 : (t->kappa - t->tau) * t->inverse;
  t->xi = NAME(effective_ridge)(&equation);
  if (t->xi < t->lambda) t->xi = t->lambda; /* by rounding */
}

/* The rest. Not at the peak, tau = 1 without ridge, where gamma = 1. */
static inline void NAME(find_terms)(const icl__theory_point *point, NAME(terms) *t) {
  NAME(find_ridge)(point, t);
  REAL tau = t->tau, q = t->q, xi = t->xi, fraction; /* q/nu */
  t->nu = q + xi;
  t->r = NAME(resolvent_at)(t->nu, t->inverse, t->excess);
  const NAME(resolvent) *r = &t->r;
  if (t->nu > 0) {
    t->A = q * r->M;
    t->B = q * r->inverse_D;
  } else { /* q -> 0 without ridge: for tau < 1, xi = q (1 - tau)/(tau - kappa) */
    fraction = tau >= 1 ? 1 : (tau - t->kappa) / (1 - t->kappa);
    t->A = fraction * r->P;
    t->B = fraction * r->E;
  }
  t->V = r->F + t->B;
  if (tau == INFINITY) t->residual = 1;
  else if (t->lambda == 0) t->residual = (tau > 1 ? tau - 1 : (1 - tau) * t->V) * t->inverse_tau;
  else t->residual = t->lambda / xi + xi * r->M * t->V * t->inverse_tau;
  if (t->residual > 1) t->residual = 1; /* by rounding; no error comes out below the noise then */
  REAL mean = r->F + r->E * r->complement; /* r2/C */
  REAL numerator = r->s * r->s * r->P * r->E + r->s * t->A * mean;
  REAL numerator_M = r->C * (r->s * r->P * r->E + t->A * mean);
  t->noise = r->C * mean;
  REAL gain = 1 / t->residual;
  t->idg = t->rho + numerator == 0 ? 0 : (t->rho + numerator) * gain;
  t->idg_M = t->rho == 0 && numerator_M == 0 ? 0 : ((t->rho == 0 ? 0 : t->rho * r->M) + numerator_M) * gain;
  t->test_rho = point->test_rho;
  t->test_q = q;
  t->test_ratio = 1;
  if (point->test_alpha == point->alpha && point->test_rho == point->rho) return;
  t->test_q = (1 + t->test_rho) / (REAL)point->test_alpha;
  t->test_ratio = q > 0 ? t->test_q / q : (1 + t->test_rho) / (1 + t->rho);
}

/* e_IDG tr E_test E G^2 /tau of the shifted in-distribution law: r2 + (q + q') t1 + q q' m2, t1 = C T, m2 = M/D. */
static inline REAL NAME(shifted_variance)(const NAME(terms) *t) {
  const NAME(resolvent) *r = &t->r;
  REAL Z = t->q == 0 ? 0 : t->q * r->T; /* q s/D */
  if (t->tau == INFINITY || t->idg == INFINITY) return t->tau == INFINITY ? 0 : INFINITY;
  if (t->q > 0 || t->test_q == 0) {
    return t->idg / t->tau * (t->noise + r->C * Z * (1 + t->test_ratio) + t->test_ratio * t->A * t->B);
  }
  REAL direct = t->idg == 0 ? 0 : t->idg * (t->noise + r->C * (Z + t->test_q * r->T));
  return (direct + (t->B == 0 ? 0 : t->test_q * t->idg_M * t->B)) / t->tau;
}

static inline REAL NAME(error_of)(const NAME(terms) *t, int in_distribution, int shifted) {
  const NAME(resolvent) *r = &t->r;
  if (in_distribution && !shifted) return t->idg;
  REAL fixed = t->test_rho + t->test_q * t->noise;
  if (in_distribution) return fixed + r->s * r->s * r->P * r->E + NAME(shifted_variance)(t);
  REAL variance = t->tau == INFINITY || t->V == 0 ? 0 : (1 + t->test_q) * t->idg_M * t->V * t->inverse_tau;
  return fixed + r->P * r->E + variance;
}

static inline REAL NAME(gap)(const NAME(terms) *t) {
  const NAME(resolvent) *r = &t->r;
  REAL excess = t->V - (t->xi == 0 ? 0 : t->xi * r->T);
  REAL variance = t->tau == INFINITY || excess == 0 ? 0 : t->idg_M * excess / t->tau;
  return r->complement * (r->P * r->E * (1 + r->s) + variance);
}

/* rho + (rho/alpha) M_alpha(rho/alpha), Marchenko-Pastur with alpha for kappa [eq. 15]. */
static inline REAL NAME(bayes_ridge)(REAL alpha, REAL rho) {
  REAL inverse = 1 / alpha, excess = inverse == 0 ? -1 : (1 - alpha) * inverse;
  return rho + NAME(resolvent_at)(rho * inverse, inverse, excess).P;
}

static inline REAL NAME(evaluate)(const icl__theory_point *point, int32_t quantity) {
  NAME(terms) t;
  int shifted = point->test_alpha != point->alpha || point->test_rho != point->rho;
  if (quantity == ICL_QUANTITY_BAYES) return NAME(bayes_ridge)(point->test_alpha, point->test_rho);
  if (point->lambda == INFINITY) { /* Gamma = 0 */
    return quantity == ICL_QUANTITY_XI ? INFINITY : quantity == ICL_QUANTITY_GAP ? 0 : 1 + (REAL)point->test_rho;
  }
  if (quantity == ICL_QUANTITY_XI) {
    NAME(find_ridge)(point, &t);
    return t.xi;
  }
  if (quantity == ICL_QUANTITY_GAP && point->kappa == INFINITY) return 0;
  if (point->tau == 1.0 && point->lambda == 0.0) return INFINITY; /* the peak: gamma = 1 */
  NAME(find_terms)(point, &t);
  if (t.idg == INFINITY) { /* kappa = tau < 1 at alpha = infinity: s^2 + q - s xi -> q (3 tau - 1)/tau */
    return quantity == ICL_QUANTITY_GAP && 3 * t.tau < 1 ? -INFINITY : INFINITY;
  }
  if (quantity == ICL_QUANTITY_GAP) return NAME(gap)(&t);
  return NAME(error_of)(&t, quantity == ICL_QUANTITY_IDG || point->kappa == INFINITY, shifted);
}
