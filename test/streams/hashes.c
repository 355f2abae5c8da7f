/* Prints a hash of the bits of every kind of draw, one a line. check.sh compares them with hashes.txt, for several
 * compilers and optimisation levels: the streams of doc/streams.md are frozen. */
#include <stdlib.h>

#include "../hash.h"
#include "context.h"
#include "rng.h"
#include "sequence.h"
#include "thread.h"

enum { ROWS = 40, THREADS = 4, MEETINGS = 20 };

static void *require(void *memory) {
  if (!memory) exit(3);
  return memory;
}

static void variates(void) {
  static const int64_t degrees[] = {1, 2, 3, 10, 1000, INT64_C(1000000000000)};
  static const int64_t bounds[] = {1, 3, 1000, INT64_C(6000000000000000000)};
  double values[1001];
  icl__stream stream = {{12345, 77}, {3, 4, 5}};
  icl__rng_normals(&stream, 1001, values);
  report("normals", 1001, 1001, values);
  for (int which = 0; which < 6; which++) {
    for (uint64_t i = 0; i < 1000; i++) {
      icl__stream own = {{12345, 78}, {i, 0, 0}};
      values[i] = icl__rng_chi_squared(&own, degrees[which]);
    }
    report("chi-squared", degrees[which], 1000, values);
  }
  for (int which = 0; which < 4; which++) {
    for (uint64_t i = 0; i < 1000; i++) {
      icl__stream own = {{12345, 79}, {i, 0, 0}};
      values[i] = (double)icl__rng_index(&own, bounds[which]);
    }
    report("index", bounds[which], 1000, values);
  }
}

static void pools(void) {
  for (int32_t distribution = ICL_TASKS_GAUSSIAN; distribution <= ICL_TASKS_SPHERE; distribution++) {
    icl_task_pool *pool;
    double tasks[9 * 13];
    if (icl_task_pool_create(13, 9, distribution, UINT64_MAX, &pool)) exit(3);
    if (icl_task_pool_copy(pool, tasks)) exit(3);
    report("pool", distribution, 9 * 13, tasks);
    icl_task_pool_destroy(pool);
  }
}

typedef struct {
  icl__sequence_law law;
  double *rows, *tokens, *scratch; /* of ROWS sequences */
} drawing;

/* (query, context, target) and then (x, y). */
static void draw(void *context, int64_t item, int64_t worker) {
  const drawing *to = context;
  int64_t d = to->law.pool->d, l = to->law.l, size = icl__sequence_scratch(d);
  double *row = &to->rows[item * (2 * d + 2)], *token = &to->tokens[item * (l + 1) * (d + 1)];
  icl__sequence_row(&to->law, item, &to->scratch[worker * size], row, &row[d], &row[2 * d + 1]);
  icl__sequence_tokens(&to->law, item, &to->scratch[worker * size], token, &token[(l + 1) * d]);
}

static drawing draw_all(const icl__sequence_law *law, int64_t threads) {
  int64_t d = law->pool->d;
  drawing all = {*law, require(calloc((size_t)(ROWS * (2 * d + 2)), sizeof(double))),
                 require(calloc((size_t)(ROWS * (law->l + 1) * (d + 1)), sizeof(double))),
                 require(calloc((size_t)(threads * icl__sequence_scratch(d)), sizeof(double)))};
  icl__progress progress = {NULL, threads, 0, 0};
  if (icl__parallel(&progress, ROWS, 1, draw, &all)) exit(3);
  free(all.scratch);
  return all;
}

/* Whether several threads draw the same, as often as it takes them to meet. */
static int are_the_same(const icl__sequence_law *law, const drawing *one, size_t rows, size_t tokens) {
  int same = 1;
  for (int again = 0; again < MEETINGS; again++) {
    drawing other = draw_all(law, THREADS);
    same &= !memcmp(one->rows, other.rows, rows * sizeof(double));
    same &= !memcmp(one->tokens, other.tokens, tokens * sizeof(double));
    free(other.rows);
    free(other.tokens);
  }
  return same;
}

/* Rows and tokens of one law, and a line more where threads disagree. */
static void sequences(const char *name, const icl_task_pool *pool, int64_t l, double rho, uint64_t family) {
  icl__sequence_law law = {pool, l, rho, 2026, family};
  drawing one = draw_all(&law, 1);
  size_t rows = (size_t)(ROWS * (2 * pool->d + 2)), tokens = (size_t)(ROWS * (l + 1) * (pool->d + 1));
  char label[64];
  snprintf(label, sizeof label, "%s-rows", name);
  report(label, l, (int64_t)rows, one.rows);
  snprintf(label, sizeof label, "%s-tokens", name);
  report(label, l, (int64_t)tokens, one.tokens);
  if (!are_the_same(&law, &one, rows, tokens)) printf("%s, l = %d: other bits on %d threads\n", name, (int)l, THREADS);
  free(one.rows);
  free(one.tokens);
}

/* The words themselves, as the bits of doubles. */
static void replicates(void) {
  static const int64_t dimension[] = {1, 40};
  double values[200];
  for (int which = 0; which < 2; which++) {
    for (int64_t r = 0; r < 100; r++) {
      uint64_t seeds[2];
      icl__rng_replicate(12345, dimension[which], r, &seeds[0], &seeds[1]);
      memcpy(&values[2 * r], seeds, sizeof seeds);
    }
    report("replicates", dimension[which], 200, values);
  }
}

/* Contexts in reduced form: (factor, noise) of each. */
static void contexts(const icl_task_pool *pool, int64_t l, double rho) {
  icl__sequence_law law = {pool, l, rho, 2026, ICL__FAMILY_TEST};
  int64_t d = pool->d, rank = icl__context_rank(&law), size = rank * (d + 1);
  double *values = require(malloc((size_t)(ROWS * size) * sizeof *values));
  for (int64_t i = 0; i < ROWS; i++) {
    icl__context_factor(&law, i, &values[i * size]);
    icl__context_noise(&law, i, &values[i * size + rank * d]);
  }
  report("contexts", l, ROWS * size, values);
  free(values);
}

/* Context summaries of a family without rows: with given tasks, and with fresh ones. */
static void summaries(const char *name, const icl_task_pool *pool, int64_t l, double rho) {
  int64_t d = pool->d;
  double *values = require(malloc((size_t)(ROWS * (2 * d + 1)) * sizeof *values));
  double *scratch = require(malloc((size_t)icl__sequence_scratch(d) * sizeof *scratch));
  icl__sequence_law law = {pool, l, rho, 2026, ICL__FAMILY_FEATURES};
  for (int64_t i = 0; i < ROWS; i++) {
    double *value = &values[i * (2 * d + 1)];
    const double *task = icl__sequence_context(&law, i, pool->k ? i % pool->k : -1, scratch, value);
    memcpy(&value[d + 1], task, (size_t)d * sizeof *task);
  }
  report(name, l, ROWS * (2 * d + 1), values);
  free(values);
  free(scratch);
}

int main(void) {
  icl_task_pool *finite, *fresh, *sphere;
  variates();
  pools();
  if (icl_task_pool_create(11, 7, ICL_TASKS_GAUSSIAN, 1, &finite)) return 3;
  if (icl_task_pool_create_infinite(11, ICL_TASKS_GAUSSIAN, 1, &fresh)) return 3;
  if (icl_task_pool_create_infinite(11, ICL_TASKS_SPHERE, 1, &sphere)) return 3;
  sequences("dataset-finite", finite, 1, 0.25, ICL__FAMILY_DATASET);
  sequences("dataset-finite", finite, 20, 0.25, ICL__FAMILY_DATASET);
  sequences("dataset-noiseless", finite, 20, 0.0, ICL__FAMILY_DATASET);
  sequences("dataset-fresh", fresh, 20, 0.25, ICL__FAMILY_DATASET);
  sequences("dataset-sphere", sphere, 20, 0.25, ICL__FAMILY_DATASET);
  sequences("test-fresh", fresh, 20, 0.25, ICL__FAMILY_TEST);
  contexts(fresh, 1, 0.25);
  contexts(fresh, 8, 0.25);
  contexts(fresh, 20, 0.25);
  summaries("features-finite", finite, 20, 0.25);
  summaries("features-fresh", fresh, 20, 0.25);
  icl_task_pool_destroy(finite);
  icl_task_pool_destroy(fresh);
  icl_task_pool_destroy(sphere);
  replicates();
  return 0;
}
