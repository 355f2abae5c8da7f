/* The handle of the closed-form theory and its value along curves; theory_formulas.h has the mathematics. */
#include <float.h>
#include <icltheory/theory.h>
#include <inttypes.h>
#include <math.h>
#include <stddef.h>

#include "alloc.h"
#include "checked.h"
#include "theory_curve.h"
#include "theory_point.h"

enum { PARAMETERS = 7 };

struct icl_theory {
  double parameter[PARAMETERS]; /* ICL_TAU - 1 .. ICL_TEST_RHO - 1; NaN where a test parameter follows pretraining's */
};

static const char *const parameter_name[PARAMETERS] = {"tau", "alpha", "kappa", "rho", "lambda", "test alpha",
                                                       "test rho"};

static int is_test_parameter(int32_t parameter) { return parameter == ICL_TEST_ALPHA || parameter == ICL_TEST_RHO; }

static icl_status check_value(int32_t parameter, double value) {
  const char *name = parameter_name[parameter - 1];
  switch (parameter) {
    case ICL_RHO:
    case ICL_TEST_RHO: return icl__check_nonnegative(value, name);
    case ICL_LAMBDA: return icl__check_nonnegative_or_infinite(value, name);
    default: return icl__check_positive_or_infinite(value, name);
  }
}

static icl_status check_parameter(int32_t parameter, const char *name) {
  if (parameter >= ICL_TAU && parameter <= ICL_TEST_RHO) return ICL_OK;
  return icl__fail(ICL_ERR_ARGUMENT, "%s is %" PRId32 "; ICL_TAU (1) .. ICL_TEST_RHO (7) was expected", name,
                   parameter);
}

static icl_status check_quantity(int32_t quantity) {
  if (quantity >= ICL_QUANTITY_ICL && quantity <= ICL_QUANTITY_XI) return ICL_OK;
  return icl__fail(ICL_ERR_ARGUMENT, "quantity is %" PRId32 "; ICL_QUANTITY_ICL (1) .. ICL_QUANTITY_XI (5) was"
                   " expected", quantity);
}

static icl__theory_point point_of(const double *parameter) {
  icl__theory_point point = {parameter[0], parameter[1], parameter[2], parameter[3], parameter[4], parameter[5],
                             parameter[6], !isnan(parameter[5]), !isnan(parameter[6])};
  if (!point.has_test_alpha) point.test_alpha = point.alpha;
  if (!point.has_test_rho) point.test_rho = point.rho;
  return point;
}

static icl_status evaluate(const icl__theory_point *point, int32_t quantity, double *value) {
  double result = icl__theory_value(point, quantity);
  if (isnan(result)) {
    return icl__fail(ICL_ERR_NONFINITE, "the theory overflows at tau = %g, alpha = %g, kappa = %g, rho = %g, lambda ="
                     " %g", point->tau, point->alpha, point->kappa, point->rho, point->lambda);
  }
  *value = result;
  return ICL_OK;
}

icl_status icl_theory_create(double tau, double alpha, double kappa, double rho, double lambda, icl_theory **out) {
  const double parameter[PARAMETERS] = {tau, alpha, kappa, rho, lambda, NAN, NAN};
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

icl_status icl_theory_clear(icl_theory *theory, int32_t parameter) {
  ICL__TRY(icl__check_pointer(theory, "theory"));
  if (!is_test_parameter(parameter)) {
    return icl__fail(ICL_ERR_ARGUMENT, "parameter is %" PRId32 "; ICL_TEST_ALPHA (6) or ICL_TEST_RHO (7) was expected",
                     parameter);
  }
  theory->parameter[parameter - 1] = NAN;
  return ICL_OK;
}

icl_status icl_theory_get(const icl_theory *theory, int32_t parameter, double *value) {
  ICL__TRY(icl__check_pointer(theory, "theory"));
  ICL__TRY(check_parameter(parameter, "parameter"));
  ICL__TRY(icl__check_pointer(value, "value"));
  icl__theory_point point = point_of(theory->parameter);
  *value = parameter == ICL_TEST_ALPHA ? point.test_alpha :
           parameter == ICL_TEST_RHO   ? point.test_rho : theory->parameter[parameter - 1];
  return ICL_OK;
}

icl_status icl_theory_value(const icl_theory *theory, int32_t quantity, double *value) {
  ICL__TRY(icl__check_pointer(theory, "theory"));
  ICL__TRY(check_quantity(quantity));
  ICL__TRY(icl__check_pointer(value, "value"));
  icl__theory_point point = point_of(theory->parameter);
  return evaluate(&point, quantity, value);
}

/* check_value for each of many; the loop has no branches, since points are cheap. */
static icl_status check_values(int32_t parameter, int64_t count, const double *values) {
  int finite = parameter == ICL_RHO || parameter == ICL_TEST_RHO, valid = 1;
  double least = finite || parameter == ICL_LAMBDA ? 0.0 : 5e-324, most = finite ? DBL_MAX : INFINITY;
  for (int64_t i = 0; i < count; i++) valid &= (values[i] >= least) & (values[i] <= most);
  for (int64_t i = 0; !valid && i < count; i++) ICL__TRY(check_value(parameter, values[i]));
  return ICL_OK;
}

/* Parameters of point `index`: entry `index` of an array, or the fixed number where there is none. */
typedef struct {
  const double *array[PARAMETERS];
  double fixed[PARAMETERS];
} point_list;

static icl_status evaluate_points(const point_list *points, int64_t count, int32_t quantity, double *values) {
  int64_t elements;
  ICL__TRY(icl__check_product(count, 1, 1, "values", &elements));
  const double *from[PARAMETERS];
  int64_t stride[PARAMETERS];
  for (int32_t j = 0; j < PARAMETERS; j++) {
    stride[j] = points->array[j] != NULL;
    from[j] = stride[j] ? points->array[j] : &points->fixed[j];
    if (stride[j]) ICL__TRY(check_values(j + 1, count, from[j]));
  }
  double *results;
  ICL__TRY(icl__new_doubles(count, &results));
  icl_status status = ICL_OK;
  for (int64_t index = 0; !status && index < count; index++) {
    double parameter[PARAMETERS];
    for (int j = 0; j < PARAMETERS; j++) parameter[j] = from[j][stride[j] * index];
    icl__theory_point point = point_of(parameter);
    status = evaluate(&point, quantity, &results[index]);
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
  point_list points = {.array = {tau, alpha, kappa, rho, lambda}, .fixed = {[ICL_TEST_ALPHA - 1] = NAN, NAN}};
  ICL__TRY(icl__check_size(count, "count"));
  for (int j = 0; j < ICL_LAMBDA; j++) ICL__TRY(icl__check_pointer(points.array[j], parameter_name[j]));
  ICL__TRY(check_quantity(quantity));
  ICL__TRY(icl__check_pointer(values, "values"));
  return evaluate_points(&points, count, quantity, values);
}

icl_status icl_theory_derivative(const icl_theory *theory, int32_t quantity, int32_t parameter, double *value) {
  ICL__TRY(icl__check_pointer(theory, "theory"));
  ICL__TRY(check_quantity(quantity));
  ICL__TRY(check_parameter(parameter, "parameter"));
  ICL__TRY(icl__check_pointer(value, "value"));
  icl__theory_point point = point_of(theory->parameter);
  if (icl__theory_derivative(&point, quantity, parameter, value)) return ICL_OK;
  return icl__fail(ICL_ERR_SINGULAR, "quantity %" PRId32 " has no derivative with respect to %s at %s = %.17g",
                   quantity, parameter_name[parameter - 1], parameter_name[parameter - 1],
                   theory->parameter[parameter - 1]);
}

static icl_status check_curve(const icl_theory *theory, int32_t quantity, int32_t vary, double lower, double upper,
                              icl__theory_curve *curve) {
  ICL__TRY(icl__check_pointer(theory, "theory"));
  ICL__TRY(check_quantity(quantity));
  ICL__TRY(check_parameter(vary, "vary"));
  if (!(lower >= 0.0 && lower < INFINITY)) {
    return icl__fail(ICL_ERR_DOMAIN, "lower is %.17g; a finite number >= 0 was expected", lower);
  }
  if (!(upper > lower)) {
    return icl__fail(ICL_ERR_DOMAIN, "upper is %.17g; a number above lower, %.17g, or infinity was expected", upper,
                     lower);
  }
  *curve = (icl__theory_curve){point_of(theory->parameter), quantity, vary, lower, upper};
  return ICL_OK;
}

icl_status icl_theory_minimum(const icl_theory *theory, int32_t quantity, int32_t vary, double lower, double upper,
                              double *at, double *value) {
  icl__theory_curve curve;
  double best_at, best;
  ICL__TRY(check_curve(theory, quantity, vary, lower, upper, &curve));
  ICL__TRY(icl__theory_minimum(&curve, &best_at, &best));
  if (at) *at = best_at;
  if (value) *value = best;
  return ICL_OK;
}

icl_status icl_theory_stationary(const icl_theory *theory, int32_t quantity, int32_t vary, double lower, double upper,
                                 int64_t capacity, double *at, int64_t *count) {
  icl__theory_curve curve;
  ICL__TRY(check_curve(theory, quantity, vary, lower, upper, &curve));
  ICL__TRY(icl__check_at_least(capacity, 0, "capacity"));
  if (capacity > 0) ICL__TRY(icl__check_pointer(at, "at"));
  ICL__TRY(icl__check_pointer(count, "count"));
  return icl__theory_stationary(&curve, capacity, at, count);
}
