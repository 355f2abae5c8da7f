/* Squared errors by items of rows, each with its mean and its sum of squared deviations, joined in order. */
#include "score.h"

#include <math.h>
#include <stddef.h>

#include "alloc.h"
#include "checked.h"
#include "deviation.h"
#include "operator.h"
#include "thread.h"

/* Of the squared errors of an item: their mean, and the sum of their squared deviations from it in units of unit^2. */
typedef struct {
  double mean, deviation, unit;
} item_moments;

typedef struct {
  const icl__row_source *source;
  const double *gamma;
  double *scratch; /* scratch_size per worker */
  int64_t scratch_size;
  item_moments *moments; /* per item */
} scoring;

static void score_item(void *context, int64_t item, int64_t worker) {
  const scoring *score = context;
  int64_t d = score->source->d, count = icl__rows_of_item(score->source->n, item);
  double *errors = &score->scratch[worker * score->scratch_size], *work = &errors[ICL__ITEM_ROWS];
  icl__rows rows = icl__source_rows(score->source, item * ICL__ITEM_ROWS, count, &work[ICL__ITEM_ROWS * (d + 1)]);
  icl__block_predict(&rows, score->gamma, work, errors);
  double mean = 0.0, deviation, unit;
  for (int64_t mu = 0; mu < count; mu++) {
    errors[mu] = (rows.target[mu] - errors[mu]) * (rows.target[mu] - errors[mu]);
    mean += errors[mu] / (double)count;
  }
  deviation = icl__squared_deviations(count, errors, mean, &unit);
  score->moments[item] = (item_moments){mean, deviation, unit};
}

/* Joins the items in their order (Chan, Golub and LeVeque 1983): no difference of large sums is taken, and the result
 * does not depend on who did which item. */
static void join_items(const scoring *score, int64_t items, double *mean, double *standard_error) {
  double n = 0.0, joint = 0.0, deviation = 0.0, unit = 0.0; /* of deviation: one that suits the items so far */
  for (int64_t item = 0; item < items; item++) {
    const item_moments *moments = &score->moments[item];
    double count = (double)icl__rows_of_item(score->source->n, item), step = moments->mean - joint;
    n += count;
    joint += step * (count / n);
    double before = unit;
    unit = fmax(fmax(unit, moments->unit), icl__power_below(fabs(step)));
    double own = moments->deviation * (moments->unit / unit) * (moments->unit / unit);
    double between = (step / unit) * (step / unit) * count * ((n - count) / n);
    deviation = deviation * (before / unit) * (before / unit) + (own + between);
  }
  *mean = joint;
  if (standard_error) *standard_error = unit * sqrt(deviation / (n - 1.0) / n);
}

icl_status icl__source_error(const icl__row_source *source, const double *gamma, icl__progress *progress, double *mean,
                             double *standard_error) {
  int64_t d = source->d, items = icl__row_items(source->n), workers = icl__workers(progress, items), elements;
  scoring score = {.source = source, .gamma = gamma};
  score.scratch_size = icl__whole_lines(ICL__ITEM_ROWS * (d + 2) + icl__source_scratch(d, ICL__ITEM_ROWS));
  ICL__TRY(icl__check_product(workers, score.scratch_size, 1, "scratch memory", &elements));
  ICL__TRY(icl__new_doubles(elements, &score.scratch));
  icl_status status = icl__new(items * (int64_t)sizeof *score.moments, &score.moments);
  if (!status) status = icl__parallel(progress, items, 1, score_item, &score);
  double joint, error = 0.0;
  if (!status) {
    join_items(&score, items, &joint, standard_error ? &error : NULL);
    if (!isfinite(joint) || !isfinite(error)) {
      status = icl__fail(ICL_ERR_NONFINITE, "gamma, or the rows, are so large that squared errors overflow");
    }
  }
  if (!status && mean) *mean = joint;
  if (!status && standard_error) *standard_error = error;
  icl__free(score.moments);
  icl__free(score.scratch);
  return status;
}
