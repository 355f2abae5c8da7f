/* The Marchenko-Pastur law of R = (1/k) sum_j w_j w_j', ratio 1/kappa: traces of its resolvent, without cancellation.
 * */
#ifndef ICL_MARCHENKO_PASTUR_H
#define ICL_MARCHENKO_PASTUR_H

/* Traces (1/d) tr of functions of R at nu > 0. */
typedef struct {
  double s;          /* s(nu): M = 1/(s + nu) */
  double complement; /* 1 - s */
  double M;          /* (R + nu)^-1 */
  double D;          /* s^2 + nu */
  double m2;         /* (R + nu)^-2 */
  double t1;         /* R (R + nu)^-2 */
  double r2;         /* R^2 (R + nu)^-2 */
} icl__traces;

/* s(nu), where excess = 1/kappa - 1; the caller knows it better than from a rounded 1/kappa. */
double icl__marchenko_pastur_s(double nu, double excess);

icl__traces icl__marchenko_pastur_traces(double nu, double kappa);

#endif
