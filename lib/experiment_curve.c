/* Experiments along one parameter. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "checked.h"
#include "experiment.h"

/* What a curve is asked for, and its answers before they are the caller's. */
typedef struct {
  const icl_experiment *experiment;
  int64_t count, quantity_count;
  const int32_t *quantities;
  icl__experiment_point *points; /* count */
  double *errors;                /* count x replicates x 2 */
  double *mean, *standard_error, *theory; /* count x quantity_count */
} curve_request;

static void free_curve(curve_request *curve) {
  icl__free(curve->points);
  icl__free(curve->errors);
  icl__free(curve->mean);
}

static icl_status check_quantities(int64_t count, const int32_t *quantities, int simulated) {
  int32_t last = simulated ? ICL_QUANTITY_GAP : ICL_QUANTITY_XI;
  for (int64_t j = 0; j < count; j++) {
    if (quantities[j] >= ICL_QUANTITY_ICL && quantities[j] <= last) continue;
    return icl__fail(ICL_ERR_ARGUMENT, "quantities[%" PRId64 "] is %" PRId32 "; %s was expected", j, quantities[j],
                     simulated ? "of a simulation, ICL_QUANTITY_ICL (1), _IDG (2) or _GAP (3)" :
                                 "ICL_QUANTITY_ICL (1) .. ICL_QUANTITY_XI (5)");
  }
  return ICL_OK;
}

static icl_status new_curve(curve_request *curve, int simulated) {
  int64_t elements, bytes, replicates = curve->experiment->replicates;
  ICL__TRY(icl__check_product(curve->count, (int64_t)sizeof *curve->points, 1, "the points", &bytes));
  ICL__TRY(icl__new(bytes, &curve->points));
  ICL__TRY(icl__check_product(curve->count, curve->quantity_count, 3, "the answers", &elements));
  ICL__TRY(icl__new_doubles(elements, &curve->mean));
  curve->standard_error = &curve->mean[elements / 3];
  curve->theory = &curve->standard_error[elements / 3];
  if (!simulated) return ICL_OK;
  ICL__TRY(icl__check_product(curve->count, replicates, 2, "the errors of all replicates", &elements));
  return icl__new_doubles(elements, &curve->errors);
}

/* The sizes of every point, which have to be right before anything is computed. */
static icl_status find_points(curve_request *curve, int32_t vary, const double *at) {
  double parameter[ICL__EXPERIMENT_PARAMETERS];
  memcpy(parameter, curve->experiment->parameter, sizeof parameter);
  for (int64_t i = 0; i < curve->count; i++) {
    ICL__TRY(icl__experiment_check_value(vary, at[i]));
    parameter[vary - 1] = at[i];
    ICL__TRY(icl__experiment_point_of(curve->experiment->d, parameter, &curve->points[i]));
  }
  return ICL_OK;
}

static icl_status evaluate_theory(curve_request *curve) {
  for (int64_t i = 0; i < curve->count; i++) {
    for (int64_t j = 0; j < curve->quantity_count; j++) {
      ICL__TRY(icl__experiment_point_theory(&curve->points[i], curve->quantities[j],
                                            &curve->theory[i * curve->quantity_count + j]));
    }
  }
  return ICL_OK;
}

static icl_status simulate(curve_request *curve, const icl_run *run) {
  const icl_experiment *experiment = curve->experiment;
  icl__simulation simulation = {experiment->distribution, experiment->seed, experiment->replicates, experiment->path,
                                curve->count, curve->points, curve->errors};
  ICL__TRY(icl__simulate(&simulation, run));
  for (int64_t i = 0; i < curve->count; i++) {
    const double *errors = &curve->errors[2 * i * experiment->replicates];
    for (int64_t j = 0; j < curve->quantity_count; j++) {
      int64_t entry = i * curve->quantity_count + j;
      ICL__TRY(icl__experiment_mean(experiment->replicates, errors, curve->quantities[j], &curve->mean[entry],
                                    &curve->standard_error[entry]));
    }
  }
  return ICL_OK;
}

static void give(const curve_request *curve, double *mean, double *standard_error, double *theory, int64_t *sizes) {
  size_t bytes = (size_t)(curve->count * curve->quantity_count) * sizeof *mean;
  if (mean) memcpy(mean, curve->mean, bytes);
  if (standard_error) memcpy(standard_error, curve->standard_error, bytes);
  if (theory) memcpy(theory, curve->theory, bytes);
  for (int64_t i = 0; sizes && i < curve->count; i++) {
    const icl__experiment_point *point = &curve->points[i];
    memcpy(&sizes[4 * i], (int64_t[]){point->d, point->l, point->k, point->n}, 4 * sizeof *sizes);
  }
}

icl_status icl_experiment_curve(icl_experiment *experiment, int32_t vary, int64_t count, const double *at,
                                int64_t quantity_count, const int32_t *quantities, const icl_run *run, double *mean,
                                double *standard_error, double *theory, int64_t *sizes) {
  int simulated = mean || standard_error;
  curve_request curve = {experiment, count, quantity_count, quantities, NULL, NULL, NULL, NULL, NULL};
  ICL__TRY(icl__check_pointer(experiment, "experiment"));
  ICL__TRY(icl__experiment_check_parameter(vary, "vary"));
  ICL__TRY(icl__check_size(count, "count"));
  ICL__TRY(icl__check_pointer(at, "at"));
  ICL__TRY(icl__check_size(quantity_count, "quantity_count"));
  ICL__TRY(icl__check_pointer(quantities, "quantities"));
  icl_status status = new_curve(&curve, simulated); /* counts that no array has are refused before one is read */
  if (!status) status = check_quantities(quantity_count, quantities, simulated);
  if (!status) status = find_points(&curve, vary, at);
  if (!status && theory) status = evaluate_theory(&curve);
  if (!status && simulated) status = simulate(&curve, run);
  if (!status) give(&curve, mean, standard_error, theory, sizes);
  free_curve(&curve);
  return status;
}
