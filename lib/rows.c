#include "rows.h"

#include <math.h>
#include <stddef.h>

#include "alloc.h"
#include "checked.h"
#include "operator.h"
#include "thread.h"

int64_t icl__row_items(int64_t n) { return n / ICL__ITEM_ROWS + (n % ICL__ITEM_ROWS != 0); }

static int64_t rows_of_item(int64_t n, int64_t item) {
  int64_t first = item * ICL__ITEM_ROWS;
  return n - first < ICL__ITEM_ROWS ? n - first : ICL__ITEM_ROWS;
}

int64_t icl__source_scratch(int64_t d, int64_t count) { return count * (2 * d + 2) + icl__sequence_scratch(d); }

icl__rows icl__source_rows(const icl__row_source *source, int64_t first, int64_t count, double *scratch) {
  int64_t d = source->d;
  if (!source->law) {
    const icl__rows *all = &source->stored;
    return (icl__rows){d, count, &all->query[first * d], &all->context[first * (d + 1)], &all->target[first]};
  }
  double *query = scratch, *context = &query[count * d], *target = &context[count * (d + 1)];
  for (int64_t mu = 0; mu < count; mu++) {
    icl__sequence_row(source->law, first + mu, &target[count], &query[mu * d], &context[mu * (d + 1)], &target[mu]);
  }
  return (icl__rows){d, count, query, context, target};
}

typedef struct {
  const icl__row_source *source;
  double *query, *context, *target; /* all rows */
  double *scratch;                  /* icl__sequence_scratch per worker */
} loading;

static void load_item(void *context, int64_t item, int64_t worker) {
  const loading *load = context;
  int64_t d = load->source->d, first = item * ICL__ITEM_ROWS, count = rows_of_item(load->source->n, item);
  double *scratch = &load->scratch[worker * icl__sequence_scratch(d)];
  for (int64_t mu = first; mu < first + count; mu++) {
    icl__sequence_row(load->source->law, mu, scratch, &load->query[mu * d], &load->context[mu * (d + 1)],
                      &load->target[mu]);
  }
}

int64_t icl__source_bytes(const icl__row_source *source) {
  int64_t row = (2 * source->d + 2) * (int64_t)sizeof(double);
  return source->n > INT64_MAX / row ? INT64_MAX : source->n * row;
}

icl_status icl__source_load(icl__row_source *source, icl__progress *progress, double **memory) {
  int64_t d = source->d, n = source->n, items = icl__row_items(n), elements;
  double *buffer = NULL;
  ICL__TRY(icl__check_product(n, 2 * d + 2, 1, "the rows of the dataset", &elements));
  ICL__TRY(icl__new_doubles(elements + icl__workers(progress, items) * icl__sequence_scratch(d), &buffer));
  loading load = {source, buffer, &buffer[n * d], &buffer[n * (2 * d + 1)], &buffer[elements]};
  icl_status status = icl__parallel(progress, items, 1, load_item, &load);
  if (status) {
    icl__free(buffer);
    return status;
  }
  source->law = NULL;
  source->stored = (icl__rows){d, n, load.query, load.context, load.target};
  *memory = buffer;
  return ICL_OK;
}

typedef struct {
  const icl__row_source *source;
  const double *gamma;
  double *scratch; /* scratch_size per worker */
  int64_t scratch_size;
  double *moments; /* per item: mean of the squared errors, sum of their squared deviations from it */
} scoring;

static void score_item(void *context, int64_t item, int64_t worker) {
  const scoring *score = context;
  int64_t d = score->source->d, count = rows_of_item(score->source->n, item);
  double *errors = &score->scratch[worker * score->scratch_size], *work = &errors[ICL__ITEM_ROWS];
  icl__rows rows = icl__source_rows(score->source, item * ICL__ITEM_ROWS, count, &work[ICL__ITEM_ROWS * (d + 1)]);
  icl__block_predict(&rows, score->gamma, work, errors);
  double mean = 0.0, deviation = 0.0;
  for (int64_t mu = 0; mu < count; mu++) {
    errors[mu] = (rows.target[mu] - errors[mu]) * (rows.target[mu] - errors[mu]);
    mean += errors[mu] / (double)count;
  }
  for (int64_t mu = 0; mu < count; mu++) deviation += (errors[mu] - mean) * (errors[mu] - mean);
  score->moments[2 * item] = mean;
  score->moments[2 * item + 1] = deviation;
}

/* Joins the items in their order (Chan, Golub and LeVeque 1983): no difference of large sums is taken, and the result
 * does not depend on who did which item. */
static void join_items(const scoring *score, int64_t items, double *mean, double *standard_error) {
  double n = 0.0, joint = 0.0, deviation = 0.0;
  for (int64_t item = 0; item < items; item++) {
    double count = (double)rows_of_item(score->source->n, item);
    double step = score->moments[2 * item] - joint;
    n += count;
    joint += step * (count / n);
    deviation += score->moments[2 * item + 1] + step * step * count * ((n - count) / n);
  }
  *mean = joint;
  if (standard_error) *standard_error = sqrt(deviation / (n - 1.0) / n);
}

icl_status icl__source_error(const icl__row_source *source, const double *gamma, icl__progress *progress, double *mean,
                             double *standard_error) {
  int64_t d = source->d, items = icl__row_items(source->n), workers = icl__workers(progress, items), elements;
  scoring score = {.source = source, .gamma = gamma};
  score.scratch_size = ICL__ITEM_ROWS * (d + 2) + icl__source_scratch(d, ICL__ITEM_ROWS);
  ICL__TRY(icl__check_product(workers, score.scratch_size, 1, "scratch memory", &elements));
  ICL__TRY(icl__new_doubles(elements, &score.scratch));
  icl_status status = icl__new_doubles(2 * items, &score.moments);
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
