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

icl__resolvent icl__marchenko_pastur_resolvent(double nu, double kappa) {
  icl__resolvent r;
  if (kappa == INFINITY) {
    r.s = 1.0;
    r.complement = 0.0;
  } else {
    r.s = icl__marchenko_pastur_s(nu, (1.0 - kappa) / kappa);
    r.complement = r.s / (r.s + nu) / kappa; /* 1 - s, by the quadratic equation */
  }
  r.M = 1.0 / (r.s + nu);
  r.D = r.s * r.s + nu;
  return r;
}
