#include "marchenko_pastur.h"

#include <math.h>

/* The Stieltjes transform M(nu) = lim (1/d) tr (R + nu)^-1 solves nu M^2/kappa + (nu + 1 - 1/kappa) M - 1 = 0. With
 * M = 1/(s + nu) that is
 *
 *     s^2 + s (nu + 1/kappa - 1) - nu = 0                                           [doc/theory.md, eq. 9]
 *
 * whose positive root is taken by the branch that adds. Solving for M instead would cancel for kappa < 1. */
double icl__marchenko_pastur_s(double nu, double excess) {
  double b = nu + excess;
  double root = hypot(b, 2.0 * sqrt(nu)); /* b^2 may overflow */
  return b > 0.0 ? 2.0 * nu / (b + root) : 0.5 * (root - b);
}

icl__traces icl__marchenko_pastur_traces(double nu, double kappa) {
  icl__traces t;
  if (kappa == INFINITY) {
    t.s = 1.0;
    t.complement = 0.0;
  } else {
    t.s = icl__marchenko_pastur_s(nu, (1.0 - kappa) / kappa);
    t.complement = t.s / (kappa * (t.s + nu)); /* 1 - s, by the quadratic equation */
  }
  t.M = 1.0 / (t.s + nu);
  t.D = t.s * t.s + nu;
  t.m2 = t.M / t.D;
  t.t1 = t.s * t.s * t.m2;
  t.r2 = t.s * t.m2 * (t.s * t.s + nu * t.complement);
  return t;
}
