#include "rows.h"

#include <stddef.h>

#include "alloc.h"
#include "checked.h"
#include "thread.h"

int64_t icl__row_items(int64_t n) { return n / ICL__ITEM_ROWS + (n % ICL__ITEM_ROWS != 0); }

int64_t icl__rows_of_item(int64_t n, int64_t item) {
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
  int64_t d = load->source->d, first = item * ICL__ITEM_ROWS, count = icl__rows_of_item(load->source->n, item);
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
