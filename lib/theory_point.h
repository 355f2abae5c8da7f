/* One point of parameter space, and what is computed there. */
#ifndef ICL_THEORY_POINT_H
#define ICL_THEORY_POINT_H

#include <stdint.h>

/* Checked: tau, alpha, kappa, test_alpha in (0, infinity], lambda in [0, infinity], rho, test_rho in [0, infinity).
 * A test parameter that was not set equals pretraining's and moves with it. */
typedef struct {
  double tau, alpha, kappa, rho, lambda, test_alpha, test_rho;
  int has_test_alpha, has_test_rho; /* set */
} icl__theory_point;

/* The quantity ICL_QUANTITY_... there; +infinity where it diverges or is too large for a double. NaN only where long
 * double has no wider exponent than double and something overflows on the way. */
double icl__theory_value(const icl__theory_point *point, int32_t quantity);

/* Its derivative with respect to the parameter ICL_TAU .. ICL_TEST_RHO. Returns 0, and sets nothing, where there is
 * none: the quantity diverges or has a kink, or its slope is infinite. */
int icl__theory_derivative(const icl__theory_point *point, int32_t quantity, int32_t parameter, double *value);

/* p dQ/dp for the parameter's value p, likewise; also where dQ/dp alone is beyond the range of double. */
int icl__theory_slope(const icl__theory_point *point, int32_t quantity, int32_t parameter, double p, double *slope);

#endif
