/* The Marchenko-Pastur law of R = (1/k) sum_j w_j w_j', ratio 1/kappa: traces of its resolvent, without cancellation.
 * */
#ifndef ICL_MARCHENKO_PASTUR_H
#define ICL_MARCHENKO_PASTUR_H

/* The resolvent at nu > 0. Its traces (1/d) tr are
 *     (R + nu)^-1 : M,   (R + nu)^-2 : M/D,   R (R + nu)^-2 : s^2 M/D,   R^2 (R + nu)^-2 : s M (s^2 + nu (1-s))/D. */
typedef struct {
  double s;
  double complement; /* 1 - s */
  double M;          /* 1/(s + nu) */
  double D;          /* s^2 + nu */
} icl__resolvent;

/* s(nu), where excess = 1/kappa - 1; the caller knows it better than from a rounded 1/kappa. */
double icl__marchenko_pastur_s(double nu, double excess);

icl__resolvent icl__marchenko_pastur_resolvent(double nu, double kappa);

#endif
