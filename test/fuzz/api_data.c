/* Tasks, datasets, attention. */
#include "api.h"

static void pool_create(input *from) {
  int64_t d = read_size(from, MOST_D), k = read_size(from, 12);
  int32_t distribution = read_code(from, 2);
  icl_task_pool *made = nothing();
  slot *where = pick(from, POOL);
  icl_status status = CALL(icl_task_pool_create, d, k, distribution, read_seed(from), &made);
  slot *pool = keep(where, POOL, status, made);
  pool->d = d;
  pool->n = k;
}

/* d may be too large for what is made of the pool: then it is not kept. */
static void pool_create_infinite(input *from) {
  int64_t d = read_size(from, MOST_D);
  int32_t distribution = read_code(from, 2);
  icl_task_pool *made = nothing();
  slot *where = pick(from, POOL);
  icl_status status = CALL(icl_task_pool_create_infinite, d, distribution, read_seed(from), &made);
  slot *pool = keep(where, POOL, status, made);
  pool->d = d;
  if (!status && d > MOST_D) destroy(pool, POOL);
}

static void pool_create_from(input *from) {
  int64_t d = read_array_size(from, MOST_D), k = read_array_size(from, 12);
  const double *tasks = read_numbers(from, cells(d, k, 1));
  icl_task_pool *made = nothing();
  slot *where = pick(from, POOL);
  slot *pool = keep(where, POOL, CALL(icl_task_pool_create_from, d, k, tasks, &made), made);
  pool->d = d;
  pool->n = k;
}

static void pool_read(input *from) {
  const slot *pool = pick(from, POOL);
  int64_t d = COUNTED(icl_task_pool_dimension, pool->handle), k = COUNTED(icl_task_pool_size, pool->handle);
  EXPECT(d == (pool->handle ? pool->d : -1) && k == (pool->handle ? pool->n : -1), "%d, %d", (int)d, (int)k);
  double *tasks = output(from, cells(d, k, 1));
  CALL(icl_task_pool_copy, pool->handle, tasks);
}

static void dataset_create(input *from) {
  const slot *pool = pick(from, POOL);
  int64_t l = read_size(from, 12), n = read_size(from, 40);
  double rho = read_number(from);
  icl_dataset *made = nothing();
  slot *where = pick(from, DATASET);
  icl_status status = CALL(icl_dataset_create, pool->handle, l, n, rho, read_seed(from), &made);
  slot *dataset = keep(where, DATASET, status, made);
  dataset->d = pool->d;
  dataset->n = n;
}

static void dataset_create_empty(input *from) {
  int64_t d = read_size(from, MOST_D);
  icl_dataset *made = nothing();
  slot *where = pick(from, DATASET);
  icl_status status = CALL(icl_dataset_create_empty, d, &made);
  slot *dataset = keep(where, DATASET, status, made);
  dataset->d = d;
  if (!status && d > MOST_D) destroy(dataset, DATASET);
}

static void append_features(input *from) {
  slot *dataset = pick(from, DATASET);
  int64_t d = dataset->handle ? dataset->d : 1, count = read_array_size(from, 40);
  const double *query = read_numbers(from, cells(count, d, 1)), *context = read_numbers(from, cells(count, d + 1, 1));
  const double *target = read_numbers(from, cells(count, 1, 1));
  if (dataset->n > MOST_ROWS) return;
  if (!CALL(icl_dataset_append_features, dataset->handle, count, query, context, target)) dataset->n += count;
}

static void append_sequences(input *from) {
  slot *dataset = pick(from, DATASET);
  int64_t d = dataset->handle ? dataset->d : 1, l = read_array_size(from, 8), count = read_array_size(from, 16);
  int64_t tokens = and_one(l);
  const double *x = read_numbers(from, cells(count, tokens, d)), *y = read_numbers(from, cells(count, tokens, 1));
  if (dataset->n > MOST_ROWS) return;
  if (!CALL(icl_dataset_append_sequences, dataset->handle, l, count, x, y)) dataset->n += count;
}

static void dataset_read(input *from) {
  const slot *dataset = pick(from, DATASET);
  int64_t d = COUNTED(icl_dataset_dimension, dataset->handle), n = COUNTED(icl_dataset_size, dataset->handle);
  EXPECT(d == (dataset->handle ? dataset->d : -1), "d %d", (int)d);
  EXPECT(n == (dataset->handle ? dataset->n : -1), "n %d", (int)n);
  int64_t first = take_byte(from) % 8 == 7 ? read_size(from, 8) : take_byte(from) % 40;
  int64_t count = read_array_size(from, 40);
  double *query = output(from, cells(count, d, 1)), *context = output(from, cells(count, d + 1, 1));
  double *target = output(from, cells(count, 1, 1));
  icl_status status = CALL(icl_dataset_copy_rows, dataset->handle, first, count, query, context, target);
  EXPECT(status || (first >= 0 && count >= 1 && count <= n - first), "rows that are not there");
}

static void dataset_settings(input *from) {
  const slot *dataset = pick(from, DATASET);
  int64_t bytes = take_byte(from) % 2 ? (int64_t)take(from, 2) : read_size(from, 1);
  CALL(icl_dataset_set_memory_limit, dataset->handle, bytes);
}

/* More rows than any input has time for: only where the callback will stop it. */
static int takes_too_long(const slot *dataset, const slot *run) {
  return dataset->n > 2 * MOST_ROWS && !(run->handle && run->cancel_at);
}

static void dataset_error(input *from) {
  const slot *dataset = pick(from, DATASET), *run = pick(from, RUN);
  int64_t d = dataset->handle ? dataset->d : 1;
  const double *gamma = read_numbers(from, cells(d, d + 1, 1));
  double *mean = output(from, 1), *error = output(from, 1);
  if (takes_too_long(dataset, run)) return;
  icl_status status = CALL(icl_dataset_error, dataset->handle, gamma, run->handle, mean, error);
  EXPECT(status || !mean || *mean >= 0.0, "mean square %g", *mean);
  EXPECT(status || !error || *error >= 0.0, "standard error %g", *error);
}

static void sequences_draw(input *from) {
  const slot *pool = pick(from, POOL), *run = pick(from, RUN);
  int64_t d = pool->handle ? pool->d : 1, l = read_array_size(from, 12), n = read_array_size(from, 8);
  double rho = read_number(from), *x = output(from, cells(n, and_one(l), d));
  double *y = output(from, cells(n, and_one(l), 1));
  int64_t *task = output_integers(from, cells(n, 1, 1));
  if (CALL(icl_sequences_draw, pool->handle, l, n, rho, read_seed(from), run->handle, x, y, task)) return;
  for (int64_t i = 0; task && i < n; i++) {
    EXPECT(pool->n ? task[i] >= 0 && task[i] < pool->n : task[i] == -1, "task %d of %d", (int)task[i], (int)pool->n);
  }
}

static void features(input *from) {
  int64_t d = read_array_size(from, MOST_D), l = read_array_size(from, 12), n = read_array_size(from, 8);
  int64_t tokens = and_one(l);
  const double *x = read_numbers(from, cells(n, tokens, d)), *y = read_numbers(from, cells(n, tokens, 1));
  double *query = output(from, cells(n, d, 1)), *context = output(from, cells(n, and_one(d), 1));
  double *target = output(from, cells(n, 1, 1));
  CALL(icl_features, d, l, n, x, y, query, context, target);
}

static void gamma_predict(input *from) {
  int64_t d = read_array_size(from, MOST_D), n = read_array_size(from, 16), width = and_one(d);
  const double *gamma = read_numbers(from, cells(d, width, 1)), *query = read_numbers(from, cells(n, d, 1));
  const double *context = read_numbers(from, cells(n, width, 1));
  double *prediction = output(from, cells(n, 1, 1));
  CALL(icl_gamma_predict, d, n, gamma, query, context, prediction);
}

static void attention(input *from) {
  int64_t d = read_array_size(from, MOST_D), l = read_array_size(from, 12);
  int64_t width = and_one(d), tokens = and_one(l);
  const double *M = read_numbers(from, cells(width, width, 1)), *x = read_numbers(from, cells(tokens, d, 1));
  const double *y = read_numbers(from, cells(l, 1, 1));
  double *V = (double *)read_numbers(from, cells(width, width, 1)); /* this program's own */
  double *prediction = output(from, 1);
  CALL(icl_attention_predict, d, l, V, M, x, y, prediction);
  if (V && cells(width, width, 1) > 1 && take_byte(from) % 4) memset(&V[d * width], 0, (size_t)d * sizeof *V);
  double *gamma = output(from, cells(d, width, 1));
  CALL(icl_attention_reduce, d, V, M, gamma);
}

static const operation list[] = {
  pool_create, dataset_create, pool_create_infinite, pool_create_from, pool_read, dataset_create_empty,
  append_features, append_sequences, dataset_read, dataset_settings, dataset_error, sequences_draw, features,
  gamma_predict, attention};
const operations data_operations = {sizeof list / sizeof *list, list};
