#include "baseline.h"

#include <math.h>
#include <stddef.h>

#include "alloc.h"
#include "checked.h"
#include "deviation.h"
#include "run.h"
#include "thread.h"

typedef struct {
  const icl__baseline *baseline;
  int64_t count, per_item;
  double *scratch; /* scratch_size per worker */
  double *excess;  /* count */
} sampling;

static void sample_item(void *context, int64_t item, int64_t worker) {
  const sampling *s = context;
  const icl__baseline *baseline = s->baseline;
  int64_t first = item * s->per_item, end = s->count - first < s->per_item ? s->count : first + s->per_item;
  double *scratch = &s->scratch[worker * baseline->scratch_size];
  for (int64_t row = first; row < end; row++) s->excess[row] = baseline->excess(baseline->predictor, row, scratch);
}

/* In the order of the contexts, so that nothing depends on who did which. */
static icl_status summarise(const sampling *s, double *mean, double *standard_error) {
  double average = 0.0;
  for (int64_t i = 0; i < s->count; i++) average += s->excess[i] / (double)s->count;
  double error = standard_error ? icl__standard_error(s->count, s->excess, average) : 0.0;
  average += s->baseline->law->rho;
  if (!isfinite(average) || !isfinite(error)) {
    return icl__fail(ICL_ERR_NONFINITE, "tasks are so large that squared errors overflow");
  }
  if (mean) *mean = average;
  if (standard_error) *standard_error = error;
  return ICL_OK;
}

/* A million operations take some 0.1 ms: far more than handing out an item does, and far less than anybody waits. */
static int64_t contexts_of_item(double operations) {
  double contexts = 1e6 / operations;
  return contexts > 64.0 ? 64 : contexts < 1.0 ? 1 : (int64_t)contexts;
}

icl_status icl__baseline_error(const icl__baseline *baseline, int64_t count, const icl_run *run, double *mean,
                               double *standard_error) {
  sampling s = {.baseline = baseline, .count = count, .per_item = contexts_of_item(baseline->operations)};
  int64_t items = (count - 1) / s.per_item + 1, elements;
  icl__progress progress = icl__progress_begin(run, items);
  if (!baseline->own_threads) progress.threads = 1;
  ICL__TRY(icl__check_product(icl__workers(&progress, items), baseline->scratch_size, 1, "scratch memory", &elements));
  ICL__TRY(icl__new_doubles(elements, &s.scratch));
  icl_status status = icl__new_doubles(count, &s.excess);
  if (!status) status = icl__parallel(&progress, items, 1, sample_item, &s);
  if (!status) status = summarise(&s, mean, standard_error);
  icl__free(s.excess);
  icl__free(s.scratch);
  return status;
}
