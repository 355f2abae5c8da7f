/* Closed-form learning curves. doc/theory.md derives every form used here; equation numbers are its. With the effective
 * noise q = (1 + rho)/alpha, the effective ridge xi, nu = q + xi, and s, M = 1/(s + nu), D = s^2 + nu of the
 * Marchenko-Pastur law at nu [eq. 9],
 *
 *     1 - gamma = lambda/xi + (xi M/tau) (s^2 + q)/D         (= 1 - 1/tau where xi = 0)               [eq. 11]
 *     R = q r2 = q M s (s^2 + nu (1-s))/D
 *     e_IDG = (rho + s^2 nu^2 M/D + R)/(1 - gamma)                                                    [eq. 12]
 *     e_ICL = rho + nu^2 M/D + R + (e_IDG/tau) (1 + q) M (s^2 + q)/D                                  [eq. 13]
 *     gap   = (1-s) ( (nu^2 M/D)(1+s) + (e_IDG/tau) M (s^2 + q - s xi)/D )                            [eq. 14]
 *
 * All terms of the first four are positive, so nothing cancels; and they are taken as products of nu M, nu/D, (s^2 +
 * q)/D and the like, which lie between 0 and 1, so that nothing over- or underflows on the way to an answer that does
 * not. */
#include <icltheory/theory.h>
#include <inttypes.h>
#include <math.h>

#include "alloc.h"
#include "checked.h"
#include "effective_ridge.h"
#include "marchenko_pastur.h"

enum { PARAMETERS = 5 };

struct icl_theory {
  double parameter[PARAMETERS]; /* ICL_TAU - 1 .. ICL_LAMBDA - 1 */
};

static const char *const parameter_name[PARAMETERS] = {"tau", "alpha", "kappa", "rho", "lambda"};

static icl_status check_value(int32_t parameter, double value) {
  const char *name = parameter_name[parameter - 1];
  if (parameter == ICL_RHO || parameter == ICL_LAMBDA) return icl__check_nonnegative(value, name);
  if (parameter != ICL_KAPPA) return icl__check_positive(value, name);
  if (value > 0.0) return ICL_OK;
  return icl__fail(ICL_ERR_DOMAIN, "kappa is %.17g; a number > 0 or infinity was expected", value);
}

static icl_status check_parameter(int32_t parameter, const char *name) {
  if (parameter >= ICL_TAU && parameter <= ICL_LAMBDA) return ICL_OK;
  return icl__fail(ICL_ERR_ARGUMENT, "%s is %" PRId32 "; ICL_TAU (1) .. ICL_LAMBDA (5) was expected", name, parameter);
}

static icl_status check_quantity(int32_t quantity) {
  if (quantity >= ICL_QUANTITY_ICL && quantity <= ICL_QUANTITY_XI) return ICL_OK;
  return icl__fail(ICL_ERR_ARGUMENT, "quantity is %" PRId32 "; ICL_QUANTITY_ICL (1) .. ICL_QUANTITY_XI (5) was"
                   " expected", quantity);
}

/* rho + (rho/alpha) M_alpha(rho/alpha), Marchenko-Pastur with alpha for kappa [eq. 15]. x M(x) = x/(s+x) tends to
 * (1 - alpha)_+ as x -> 0. */
static double bayes_ridge(double alpha, double rho) {
  double x = rho / alpha;
  if (x == 0.0) return rho + fmax(1.0 - alpha, 0.0);
  if (x == INFINITY) return rho + 1.0;
  return rho + x / (icl__marchenko_pastur_s(x, (1.0 - alpha) / alpha) + x);
}

static double evaluate(const double *parameter, int32_t quantity) {
  double tau = parameter[ICL_TAU - 1], alpha = parameter[ICL_ALPHA - 1], kappa = parameter[ICL_KAPPA - 1];
  double rho = parameter[ICL_RHO - 1], lambda = parameter[ICL_LAMBDA - 1];
  if (quantity == ICL_QUANTITY_BAYES) return bayes_ridge(alpha, rho);

  double q = (1.0 + rho) / alpha;
  double xi = icl__effective_ridge(tau, q, kappa, lambda);
  if (quantity == ICL_QUANTITY_XI) return xi;
  if (quantity == ICL_QUANTITY_GAP && kappa == INFINITY) return 0.0;
  if (tau == 1.0 && lambda == 0.0) return INFINITY; /* the peak: gamma = 1 */

  double nu = q + xi;
  icl__resolvent r = icl__marchenko_pastur_resolvent(nu, kappa);
  double square = r.s * r.s + q;
  double variance = tau < 1.0 ? square / (tau * r.D) : square / r.D / tau;              /* (t1 + q m2)/(M tau) */
  double residual = xi > 0.0 ? lambda / xi + (xi * r.M) * variance : (tau - 1.0) / tau; /* 1 - gamma */
  double shrinkage = (nu * r.M) * (nu / r.D);                                           /* nu^2 m2 */
  double noise = (q * r.M) * r.s * (r.s * r.s / r.D + (nu / r.D) * r.complement); /* q r2 */
  double idg = (rho + r.s * r.s * shrinkage + noise) / residual;
  if (quantity == ICL_QUANTITY_IDG || (quantity == ICL_QUANTITY_ICL && kappa == INFINITY)) return idg;
  if (quantity == ICL_QUANTITY_ICL) return rho + shrinkage + noise + idg * ((1.0 + q) * r.M) * variance;
  return r.complement * (shrinkage * (1.0 + r.s) + (idg / tau) * r.M * ((r.s * r.s + q - r.s * xi) / r.D));
}

/* The formulas over- or underflow only for several parameters beyond any use at once. What comes out then, not a
 * number or an error below the noise, must not pass for an answer. */
static icl_status evaluate_checked(const double *parameter, int32_t quantity, double *value) {
  double result = evaluate(parameter, quantity);
  int diverges = parameter[ICL_TAU - 1] == 1.0 && parameter[ICL_LAMBDA - 1] == 0.0;
  int error = quantity == ICL_QUANTITY_ICL || quantity == ICL_QUANTITY_IDG;
  int below = error && result < parameter[ICL_RHO - 1] * (1.0 - 1e-12); /* an error is at least rho */
  if (isnan(result) || (isinf(result) && !diverges) || below) {
    return icl__fail(ICL_ERR_NONFINITE, "the theory over- or underflows at tau = %g, alpha = %g, kappa = %g, rho = %g,"
                     " lambda = %g", parameter[0], parameter[1], parameter[2], parameter[3], parameter[4]);
  }
  *value = result;
  return ICL_OK;
}

icl_status icl_theory_create(double tau, double alpha, double kappa, double rho, double lambda, icl_theory **out) {
  const double parameter[PARAMETERS] = {tau, alpha, kappa, rho, lambda};
  icl_theory *theory;
  ICL__TRY(icl__check_pointer(out, "out"));
  for (int32_t j = ICL_TAU; j <= ICL_LAMBDA; j++) ICL__TRY(check_value(j, parameter[j - 1]));
  ICL__TRY(icl__new(sizeof *theory, &theory));
  for (int j = 0; j < PARAMETERS; j++) theory->parameter[j] = parameter[j];
  *out = theory;
  return ICL_OK;
}

void icl_theory_destroy(icl_theory *theory) { icl__free(theory); }

icl_status icl_theory_set(icl_theory *theory, int32_t parameter, double value) {
  ICL__TRY(icl__check_pointer(theory, "theory"));
  ICL__TRY(check_parameter(parameter, "parameter"));
  ICL__TRY(check_value(parameter, value));
  theory->parameter[parameter - 1] = value;
  return ICL_OK;
}

icl_status icl_theory_get(const icl_theory *theory, int32_t parameter, double *value) {
  ICL__TRY(icl__check_pointer(theory, "theory"));
  ICL__TRY(check_parameter(parameter, "parameter"));
  ICL__TRY(icl__check_pointer(value, "value"));
  *value = theory->parameter[parameter - 1];
  return ICL_OK;
}

icl_status icl_theory_value(const icl_theory *theory, int32_t quantity, double *value) {
  ICL__TRY(icl__check_pointer(theory, "theory"));
  ICL__TRY(check_quantity(quantity));
  ICL__TRY(icl__check_pointer(value, "value"));
  return evaluate_checked(theory->parameter, quantity, value);
}

/* Parameters of point `index`: entry j of an array, or the fixed number where there is none. */
typedef struct {
  const double *array[PARAMETERS];
  double fixed[PARAMETERS];
} point_list;

static icl_status evaluate_points(const point_list *points, int64_t count, int32_t quantity, double *values) {
  double parameter[PARAMETERS];
  int64_t elements;
  ICL__TRY(icl__check_product(count, 1, 1, "values", &elements));
  for (int32_t j = ICL_TAU; j <= ICL_LAMBDA; j++) {
    const double *array = points->array[j - 1];
    for (int64_t index = 0; array && index < count; index++) ICL__TRY(check_value(j, array[index]));
  }
  double *results;
  ICL__TRY(icl__new_doubles(count, &results));
  icl_status status = ICL_OK;
  for (int64_t index = 0; !status && index < count; index++) {
    for (int j = 0; j < PARAMETERS; j++) parameter[j] = points->array[j] ? points->array[j][index] : points->fixed[j];
    status = evaluate_checked(parameter, quantity, &results[index]);
  }
  for (int64_t index = 0; !status && index < count; index++) values[index] = results[index];
  icl__free(results);
  return status;
}

icl_status icl_theory_curve(const icl_theory *theory, int32_t quantity, int32_t vary, int64_t count, const double *at,
                            double *values) {
  point_list points = {0};
  ICL__TRY(icl__check_pointer(theory, "theory"));
  ICL__TRY(check_quantity(quantity));
  ICL__TRY(check_parameter(vary, "vary"));
  ICL__TRY(icl__check_size(count, "count"));
  ICL__TRY(icl__check_pointer(at, "at"));
  ICL__TRY(icl__check_pointer(values, "values"));
  for (int j = 0; j < PARAMETERS; j++) points.fixed[j] = theory->parameter[j];
  points.array[vary - 1] = at;
  return evaluate_points(&points, count, quantity, values);
}

icl_status icl_theory_batch(int64_t count, const double *tau, const double *alpha, const double *kappa,
                            const double *rho, const double *lambda, int32_t quantity, double *values) {
  point_list points = {.array = {tau, alpha, kappa, rho, lambda}};
  ICL__TRY(icl__check_size(count, "count"));
  for (int j = 0; j < PARAMETERS; j++) ICL__TRY(icl__check_pointer(points.array[j], parameter_name[j]));
  ICL__TRY(check_quantity(quantity));
  ICL__TRY(icl__check_pointer(values, "values"));
  return evaluate_points(&points, count, quantity, values);
}
