#include "dataset.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "attention.h"
#include "checked.h"
#include "rng.h"
#include "score.h"
#include "thread.h"

#define DEFAULT_MEMORY_LIMIT (INT64_C(4) << 30)

struct icl_dataset {
  int64_t d, n;
  icl__sequence_law law; /* generated: owns a share of law.pool; appended: law.pool is NULL */
  int64_t memory_limit;  /* generated: bytes of rows that a fit may store */
  int64_t capacity;      /* appended: rows that the arrays hold */
  double *query, *context, *target;
};

/* The largest number met in drawing a row is d S, with S = c chi-squared(l), c = |w|^2/d + rho. A chi-squared variate
 * exceeds 2 l + 1000 with a probability below e^-100. */
static icl_status check_law(const icl_task_pool *pool, int64_t l, int64_t n, double rho) {
  ICL__TRY(icl__check_pointer(pool, "pool"));
  ICL__TRY(icl__check_size(l, "l"));
  ICL__TRY(icl__check_size(n, "n"));
  ICL__TRY(icl__check_nonnegative(rho, "rho"));
  double largest = pool->k ? 0.0 : 100.0 * (double)pool->d;
  for (int64_t j = 0; j < pool->k; j++) largest = fmax(largest, pool->norms[j]);
  if ((largest + (double)pool->d * rho) * (2.0 * (double)l + 1000.0) < DBL_MAX) return ICL_OK;
  return icl__fail(ICL_ERR_DOMAIN, "rho is %g and the largest |w|^2 of pool %g; features of l = %" PRId64
                   " tokens with such labels overflow", rho, largest, l);
}

icl_status icl_dataset_create(const icl_task_pool *pool, int64_t l, int64_t n, double rho, uint64_t seed,
                              icl_dataset **out) {
  icl_dataset *dataset;
  ICL__TRY(check_law(pool, l, n, rho));
  ICL__TRY(icl__check_pointer(out, "out"));
  ICL__TRY(icl__new(sizeof *dataset, &dataset));
  dataset->d = icl_task_pool_dimension(pool);
  dataset->n = n;
  dataset->memory_limit = DEFAULT_MEMORY_LIMIT;
  dataset->law = (icl__sequence_law){icl__task_pool_share(pool), l, rho, seed, ICL__FAMILY_DATASET};
  *out = dataset;
  return ICL_OK;
}

icl_status icl_dataset_create_empty(int64_t d, icl_dataset **out) {
  icl_dataset *dataset;
  ICL__TRY(icl__check_dimension(d));
  ICL__TRY(icl__check_pointer(out, "out"));
  ICL__TRY(icl__new(sizeof *dataset, &dataset));
  dataset->d = d;
  *out = dataset;
  return ICL_OK;
}

void icl_dataset_destroy(icl_dataset *dataset) {
  if (!dataset) return;
  icl_task_pool_destroy((icl_task_pool *)dataset->law.pool);
  icl__free(dataset->query);
  icl__free(dataset->context);
  icl__free(dataset->target);
  icl__free(dataset);
}

int64_t icl_dataset_dimension(const icl_dataset *dataset) { return dataset ? dataset->d : -1; }

int64_t icl_dataset_size(const icl_dataset *dataset) { return dataset ? dataset->n : -1; }

icl_status icl_dataset_set_memory_limit(icl_dataset *dataset, int64_t bytes) {
  ICL__TRY(icl__check_pointer(dataset, "dataset"));
  ICL__TRY(icl__check_at_least(bytes, 0, "bytes"));
  dataset->memory_limit = bytes;
  return ICL_OK;
}

/* Room for `count` more rows, at least doubling, so that appending in chunks copies each row O(1) times. */
static icl_status reserve(icl_dataset *dataset, int64_t count) {
  int64_t d = dataset->d, elements;
  if (count <= dataset->capacity - dataset->n) return ICL_OK;
  if (count > INT64_MAX - dataset->n) return icl__fail(ICL_ERR_SIZE, "count is %" PRId64 "; too many rows", count);
  int64_t wanted = dataset->n + count;
  ICL__TRY(icl__check_product(wanted, d + 1, 2, "the rows of the dataset", &elements));
  if (wanted < 2 * dataset->n) wanted = 2 * dataset->n;
  ICL__TRY(icl__grow_doubles(&dataset->query, dataset->n * d, wanted * d));
  ICL__TRY(icl__grow_doubles(&dataset->context, dataset->n * (d + 1), wanted * (d + 1)));
  ICL__TRY(icl__grow_doubles(&dataset->target, dataset->n, wanted));
  dataset->capacity = wanted;
  return ICL_OK;
}

static icl_status check_appendable(const icl_dataset *dataset, int64_t count) {
  ICL__TRY(icl__check_pointer(dataset, "dataset"));
  ICL__TRY(icl__check_size(count, "count"));
  if (!dataset->law.pool) return ICL_OK;
  return icl__fail(ICL_ERR_UNSUPPORTED, "dataset generates its rows; only one of icl_dataset_create_empty takes more");
}

icl_status icl_dataset_append_sequences(icl_dataset *dataset, int64_t l, int64_t count, const double *x,
                                        const double *y) {
  ICL__TRY(check_appendable(dataset, count));
  int64_t d = dataset->d, n = dataset->n;
  ICL__TRY(icl__check_sequences(d, l, count, x, y));
  ICL__TRY(reserve(dataset, count));
  icl__write_features(d, l, count, x, y, &dataset->query[n * d], &dataset->context[n * (d + 1)], &dataset->target[n]);
  dataset->n += count;
  return ICL_OK;
}

icl_status icl_dataset_append_features(icl_dataset *dataset, int64_t count, const double *query, const double *context,
                                       const double *target) {
  ICL__TRY(check_appendable(dataset, count));
  int64_t d = dataset->d, n = dataset->n, elements;
  ICL__TRY(icl__check_pointer(query, "query"));
  ICL__TRY(icl__check_pointer(context, "context"));
  ICL__TRY(icl__check_pointer(target, "target"));
  ICL__TRY(icl__check_product(count, d + 1, 1, "context", &elements));
  ICL__TRY(icl__check_finite(query, count * d, "query"));
  ICL__TRY(icl__check_finite(context, elements, "context"));
  ICL__TRY(icl__check_finite(target, count, "target"));
  ICL__TRY(reserve(dataset, count));
  memcpy(&dataset->query[n * d], query, (size_t)(count * d) * sizeof *query);
  memcpy(&dataset->context[n * (d + 1)], context, (size_t)elements * sizeof *context);
  memcpy(&dataset->target[n], target, (size_t)count * sizeof *target);
  dataset->n += count;
  return ICL_OK;
}

icl__row_source icl__dataset_source(const icl_dataset *dataset) {
  icl__row_source source = {.d = dataset->d, .n = dataset->n};
  if (dataset->law.pool) source.law = &dataset->law;
  source.stored = (icl__rows){dataset->d, dataset->n, dataset->query, dataset->context, dataset->target};
  return source;
}

int icl__dataset_fits(const icl_dataset *dataset) {
  icl__row_source source = icl__dataset_source(dataset);
  return icl__source_bytes(&source) <= dataset->memory_limit;
}

icl_status icl_dataset_copy_rows(const icl_dataset *dataset, int64_t first, int64_t count, double *query,
                                 double *context, double *target) {
  double *scratch;
  ICL__TRY(icl__check_pointer(dataset, "dataset"));
  ICL__TRY(icl__check_at_least(first, 0, "first"));
  ICL__TRY(icl__check_size(count, "count"));
  if (first > dataset->n || count > dataset->n - first) {
    return icl__fail(ICL_ERR_DOMAIN, "first is %" PRId64 " and count is %" PRId64 "; at most %" PRId64
                     " rows exist", first, count, dataset->n);
  }
  int64_t d = dataset->d;
  icl__row_source source = icl__dataset_source(dataset);
  ICL__TRY(icl__new_doubles(icl__source_scratch(d, 1), &scratch));
  for (int64_t mu = 0; mu < count; mu++) {
    icl__rows row = icl__source_rows(&source, first + mu, 1, scratch);
    if (query) memcpy(&query[mu * d], row.query, (size_t)d * sizeof *query);
    if (context) memcpy(&context[mu * (d + 1)], row.context, (size_t)(d + 1) * sizeof *context);
    if (target) target[mu] = row.target[0];
  }
  icl__free(scratch);
  return ICL_OK;
}

icl_status icl_dataset_error(const icl_dataset *dataset, const double *gamma, const icl_run *run, double *mean,
                             double *standard_error) {
  ICL__TRY(icl__check_pointer(dataset, "dataset"));
  ICL__TRY(icl__check_pointer(gamma, "gamma"));
  ICL__TRY(icl__check_finite(gamma, dataset->d * (dataset->d + 1), "gamma"));
  int64_t least = standard_error ? 2 : 1;
  if (dataset->n < least) {
    return icl__fail(ICL_ERR_STATE, "dataset has %" PRId64 " rows; at least %" PRId64 " were expected", dataset->n,
                     least);
  }
  icl__row_source source = icl__dataset_source(dataset);
  icl__progress progress = icl__progress_begin(run, icl__row_items(dataset->n));
  return icl__source_error(&source, gamma, &progress, mean, standard_error);
}

typedef struct {
  const icl__sequence_law *law;
  double *x, *y;
  int64_t *task;
  double *scratch; /* icl__sequence_scratch per worker */
} token_drawing;

static void draw_tokens(void *context, int64_t row, int64_t worker) {
  const token_drawing *draw = context;
  int64_t d = draw->law->pool->d, l = draw->law->l;
  double *scratch = &draw->scratch[worker * icl__sequence_scratch(d)];
  int64_t index = icl__sequence_tokens(draw->law, row, scratch, &draw->x[row * (l + 1) * d], &draw->y[row * (l + 1)]);
  if (draw->task) draw->task[row] = index;
}

icl_status icl_sequences_draw(const icl_task_pool *pool, int64_t l, int64_t n, double rho, uint64_t seed,
                              const icl_run *run, double *x, double *y, int64_t *task) {
  int64_t tokens, labels;
  ICL__TRY(check_law(pool, l, n, rho));
  ICL__TRY(icl__check_pointer(x, "x"));
  ICL__TRY(icl__check_pointer(y, "y"));
  if (l == INT64_MAX) return icl__fail(ICL_ERR_SIZE, "l is %" PRId64 "; too large", l);
  ICL__TRY(icl__check_product(n, l + 1, pool->d, "x", &tokens));
  labels = n * (l + 1);
  icl__sequence_law law = {pool, l, rho, seed, ICL__FAMILY_DATASET};
  icl__progress progress = icl__progress_begin(run, n);
  token_drawing draw = {.law = &law, .x = x, .y = y, .task = task};
  double *staged = NULL;
  int64_t scratch = icl__workers(&progress, n) * icl__sequence_scratch(pool->d);
  /* A run that can be canceled draws into memory of its own first: a failure leaves the caller's arrays alone. */
  int64_t staging = icl__run_can_cancel(run) ? tokens + labels + (task ? n : 0) : 0;
  ICL__TRY(icl__new_doubles(staging + scratch, &staged));
  draw.scratch = &staged[staging];
  if (staging) {
    draw.x = staged;
    draw.y = &staged[tokens];
    if (task) draw.task = (int64_t *)&staged[tokens + labels];
  }
  icl_status status = icl__parallel(&progress, n, 1, draw_tokens, &draw);
  if (!status && staging) {
    memcpy(x, draw.x, (size_t)tokens * sizeof *x);
    memcpy(y, draw.y, (size_t)labels * sizeof *y);
    if (task) memcpy(task, draw.task, (size_t)n * sizeof *task);
  }
  icl__free(staged);
  return status;
}
