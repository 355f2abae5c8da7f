/* Experiments: settings, sizes and ratios, and means over replicates. */
#include "experiment.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "checked.h"

static const char *const parameter_name[ICL__EXPERIMENT_PARAMETERS] = {"tau", "alpha", "kappa", "rho", "lambda"};

icl_status icl_experiment_create(int64_t d, icl_experiment **out) {
  icl_experiment *experiment;
  ICL__TRY(icl__check_dimension(d));
  ICL__TRY(icl__check_pointer(out, "out"));
  ICL__TRY(icl__new(sizeof *experiment, &experiment));
  experiment->d = d;
  for (int32_t j = ICL_TAU; j <= ICL_KAPPA; j++) experiment->parameter[j - 1] = NAN;
  experiment->distribution = ICL_TASKS_GAUSSIAN;
  experiment->replicates = 10;
  *out = experiment;
  return ICL_OK;
}

void icl_experiment_destroy(icl_experiment *experiment) {
  if (!experiment) return;
  icl__free(experiment->path);
  icl__free(experiment->errors);
  icl__free(experiment);
}

static void drop_results(icl_experiment *experiment) {
  icl__free(experiment->errors);
  experiment->errors = NULL;
}

icl_status icl__experiment_check_parameter(int32_t parameter, const char *name) {
  if (parameter >= ICL_TAU && parameter <= ICL_LAMBDA) return ICL_OK;
  return icl__fail(ICL_ERR_ARGUMENT, "%s is %" PRId32 "; ICL_TAU (1) .. ICL_LAMBDA (5) was expected", name, parameter);
}

icl_status icl__experiment_check_value(int32_t parameter, double value) {
  const char *name = parameter_name[parameter - 1];
  switch (parameter) {
    case ICL_ALPHA: return icl__check_positive(value, name);
    case ICL_RHO: return icl__check_nonnegative(value, name);
    case ICL_LAMBDA: return icl__check_nonnegative_or_infinite(value, name);
    default: return icl__check_positive_or_infinite(value, name);
  }
}

icl_status icl_experiment_set(icl_experiment *experiment, int32_t parameter, double value) {
  ICL__TRY(icl__check_pointer(experiment, "experiment"));
  ICL__TRY(icl__experiment_check_parameter(parameter, "parameter"));
  ICL__TRY(icl__experiment_check_value(parameter, value));
  experiment->parameter[parameter - 1] = value;
  drop_results(experiment);
  return ICL_OK;
}

icl_status icl_experiment_set_distribution(icl_experiment *experiment, int32_t distribution) {
  ICL__TRY(icl__check_pointer(experiment, "experiment"));
  if (distribution != ICL_TASKS_GAUSSIAN && distribution != ICL_TASKS_SPHERE) {
    return icl__fail(ICL_ERR_ARGUMENT, "distribution is %" PRId32 "; ICL_TASKS_GAUSSIAN (1) or ICL_TASKS_SPHERE (2)"
                     " was expected", distribution);
  }
  experiment->distribution = distribution;
  drop_results(experiment);
  return ICL_OK;
}

icl_status icl_experiment_set_replicates(icl_experiment *experiment, int64_t count) {
  ICL__TRY(icl__check_pointer(experiment, "experiment"));
  ICL__TRY(icl__check_size(count, "count"));
  experiment->replicates = count;
  drop_results(experiment);
  return ICL_OK;
}

icl_status icl_experiment_set_seed(icl_experiment *experiment, uint64_t seed) {
  ICL__TRY(icl__check_pointer(experiment, "experiment"));
  experiment->seed = seed;
  drop_results(experiment);
  return ICL_OK;
}

icl_status icl_experiment_set_checkpoint(icl_experiment *experiment, const char *path) {
  char *copy = NULL;
  ICL__TRY(icl__check_pointer(experiment, "experiment"));
  if (path && !*path) return icl__fail(ICL_ERR_ARGUMENT, "path is empty; the name of a file was expected");
  if (path) {
    int64_t size = (int64_t)strlen(path) + 1;
    ICL__TRY(icl__new(size, &copy));
    memcpy(copy, path, (size_t)size);
  }
  icl__free(experiment->path);
  experiment->path = copy;
  return ICL_OK;
}

/* max(1, round(ratio unit)), halves away from zero; 0 for an infinite ratio. Up to 2^53 doubles are exact. */
static icl_status size_of(double ratio, double unit, const char *name, int64_t *size) {
  double rounded = round(ratio * unit);
  if (ratio == INFINITY) {
    *size = 0;
    return ICL_OK;
  }
  if (!(rounded <= 0x1p53)) {
    return icl__fail(ICL_ERR_SIZE, "%s would be %.17g x %.17g = %.17g; at most 2^53 was expected", name, ratio, unit,
                     rounded);
  }
  *size = rounded < 1.0 ? 1 : (int64_t)rounded;
  return ICL_OK;
}

icl_status icl__experiment_point_of(int64_t d, const double *parameter, icl__experiment_point *out) {
  for (int32_t j = ICL_TAU; j <= ICL_LAMBDA; j++) {
    if (!isnan(parameter[j - 1])) continue;
    return icl__fail(ICL_ERR_STATE, "%s was not set; icl_experiment_set was expected first", parameter_name[j - 1]);
  }
  double width = (double)d;
  /* adding 0 makes -0.0 the 0.0 that it equals: keys are compared by their bits */
  icl__experiment_point point = {.d = d};
  point.rho = parameter[ICL_RHO - 1] + 0.0;
  point.lambda = parameter[ICL_LAMBDA - 1] + 0.0;
  ICL__TRY(size_of(parameter[ICL_ALPHA - 1], width, "l", &point.l));
  ICL__TRY(size_of(parameter[ICL_KAPPA - 1], width, "k", &point.k));
  ICL__TRY(size_of(parameter[ICL_TAU - 1], width * width, "n", &point.n));
  *out = point;
  return ICL_OK;
}

icl_status icl_experiment_sizes(const icl_experiment *experiment, int64_t *d, int64_t *l, int64_t *k, int64_t *n) {
  icl__experiment_point point;
  ICL__TRY(icl__check_pointer(experiment, "experiment"));
  ICL__TRY(icl__experiment_point_of(experiment->d, experiment->parameter, &point));
  if (d) *d = point.d;
  if (l) *l = point.l;
  if (k) *k = point.k;
  if (n) *n = point.n;
  return ICL_OK;
}

icl_status icl__experiment_point_theory(const icl__experiment_point *point, int32_t quantity, double *value) {
  icl_theory *theory;
  double width = (double)point->d;
  double tau = point->n ? (double)point->n / (width * width) : INFINITY;
  double kappa = point->k ? (double)point->k / width : INFINITY;
  ICL__TRY(icl_theory_create(tau, (double)point->l / width, kappa, point->rho, point->lambda, &theory));
  icl_status status = icl_theory_value(theory, quantity, value);
  icl_theory_destroy(theory);
  return status;
}

icl_status icl_experiment_theory(const icl_experiment *experiment, int32_t quantity, double *value) {
  icl__experiment_point point;
  ICL__TRY(icl__check_pointer(experiment, "experiment"));
  ICL__TRY(icl__experiment_point_of(experiment->d, experiment->parameter, &point));
  return icl__experiment_point_theory(&point, quantity, value);
}

static icl_status check_quantity(int32_t quantity) {
  if (quantity >= ICL_QUANTITY_ICL && quantity <= ICL_QUANTITY_GAP) return ICL_OK;
  return icl__fail(ICL_ERR_ARGUMENT, "quantity is %" PRId32 "; of an experiment, ICL_QUANTITY_ICL (1), _IDG (2) or _GAP"
                   " (3) was expected", quantity);
}

static double replicate_value(const double *errors, int64_t replicate, int32_t quantity) {
  const double *pair = &errors[2 * replicate];
  return quantity == ICL_QUANTITY_ICL ? pair[0] : quantity == ICL_QUANTITY_IDG ? pair[1] : pair[0] - pair[1];
}

/* The mean as the first value plus the mean deviation from it, so that equal values have exactly that mean and no
 * scatter; the deviations scaled by the largest, so that no square overflows. */
icl_status icl__experiment_mean(int64_t replicates, const double *errors, int32_t quantity, double *mean,
                                double *standard_error) {
  ICL__TRY(check_quantity(quantity));
  double first = replicate_value(errors, 0, quantity), count = (double)replicates, sum = 0.0, largest = 0.0;
  for (int64_t r = 0; r < replicates; r++) sum += (replicate_value(errors, r, quantity) - first) / count;
  double center = first + sum, square = 0.0;
  for (int64_t r = 0; r < replicates; r++) {
    largest = fmax(largest, fabs(replicate_value(errors, r, quantity) - center));
  }
  if (!isfinite(center) || !isfinite(largest)) {
    return icl__fail(ICL_ERR_NONFINITE, "the mean of quantity %" PRId32 " over %" PRId64 " replicates, or a deviation"
                     " from it, overflows", quantity, replicates);
  }
  for (int64_t r = 0; largest > 0.0 && r < replicates; r++) {
    double deviation = (replicate_value(errors, r, quantity) - center) / largest;
    square += deviation * deviation;
  }
  if (mean) *mean = center;
  if (standard_error) *standard_error = replicates > 1 ? largest * sqrt(square / count / (count - 1.0)) : INFINITY;
  return ICL_OK;
}

icl_status icl_experiment_run(icl_experiment *experiment, const icl_run *run) {
  icl__experiment_point point;
  double *errors;
  int64_t elements;
  ICL__TRY(icl__check_pointer(experiment, "experiment"));
  drop_results(experiment);
  ICL__TRY(icl__experiment_point_of(experiment->d, experiment->parameter, &point));
  ICL__TRY(icl__check_product(experiment->replicates, 2, 1, "the errors of all replicates", &elements));
  ICL__TRY(icl__new_doubles(elements, &errors));
  icl__simulation simulation = {experiment->distribution, experiment->seed, experiment->replicates, experiment->path,
                                1, &point, errors};
  icl_status status = icl__simulate(&simulation, run);
  if (status) icl__free(errors);
  else experiment->errors = errors;
  return status;
}

static icl_status check_results(const icl_experiment *experiment, int32_t quantity) {
  ICL__TRY(icl__check_pointer(experiment, "experiment"));
  ICL__TRY(check_quantity(quantity));
  if (experiment->errors) return ICL_OK;
  return icl__fail(ICL_ERR_STATE, "experiment has no results; a successful icl_experiment_run since the last change of"
                   " a setting was expected first");
}

icl_status icl_experiment_result(const icl_experiment *experiment, int32_t quantity, double *mean,
                                 double *standard_error) {
  ICL__TRY(check_results(experiment, quantity));
  return icl__experiment_mean(experiment->replicates, experiment->errors, quantity, mean, standard_error);
}

icl_status icl_experiment_replicates(const icl_experiment *experiment, int32_t quantity, double *values) {
  ICL__TRY(check_results(experiment, quantity));
  ICL__TRY(icl__check_pointer(values, "values"));
  for (int64_t r = 0; r < experiment->replicates; r++) {
    values[r] = replicate_value(experiment->errors, r, quantity);
  }
  return ICL_OK;
}
