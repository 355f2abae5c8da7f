#include "tasks.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "checked.h"
#include "rng.h"

static icl_status check_distribution(int32_t distribution) {
  if (distribution == ICL_TASKS_GAUSSIAN || distribution == ICL_TASKS_SPHERE) return ICL_OK;
  return icl__fail(ICL_ERR_ARGUMENT, "distribution is %" PRId32 "; ICL_TASKS_GAUSSIAN (1) or ICL_TASKS_SPHERE (2) was"
                   " expected", distribution);
}

/* w ~ N(0, I), or that vector scaled to the length sqrt(d). A Gaussian vector of length 0 becomes sqrt(d) e_1. */
static void draw_task(const icl__stream *stream, int64_t d, int32_t distribution, double *task) {
  icl__rng_normals(stream, d, task);
  if (distribution == ICL_TASKS_GAUSSIAN) return;
  double norm = icl__rng_dot(d, task, task);
  if (norm == 0.0) task[0] = norm = 1.0;
  double scale = sqrt((double)d / norm);
  for (int64_t j = 0; j < d; j++) task[j] *= scale;
}

static icl_status new_pool(int64_t d, int64_t k, icl_task_pool **out) {
  icl_task_pool *pool;
  int64_t elements = 0;
  if (k) ICL__TRY(icl__check_product(k, d, 1, "tasks", &elements));
  ICL__TRY(icl__new(sizeof *pool, &pool));
  pool->references = 1;
  pool->d = d;
  pool->k = k;
  icl_status status = ICL_OK;
  if (k) {
    status = icl__new_doubles(elements, &pool->tasks);
    if (!status) status = icl__new_doubles(k, &pool->norms);
  }
  if (status) {
    icl_task_pool_destroy(pool);
    return status;
  }
  *out = pool;
  return ICL_OK;
}

icl_status icl_task_pool_create(int64_t d, int64_t k, int32_t distribution, uint64_t seed, icl_task_pool **out) {
  icl_task_pool *pool;
  ICL__TRY(icl__check_pointer(out, "out"));
  ICL__TRY(icl__check_dimension(d));
  ICL__TRY(icl__check_size(k, "k"));
  ICL__TRY(check_distribution(distribution));
  ICL__TRY(new_pool(d, k, &pool));
  pool->distribution = distribution;
  for (int64_t j = 0; j < k; j++) {
    icl__stream stream = {{seed, ICL__PURPOSE_POOL_TASK}, {(uint64_t)j, 0, 0}};
    draw_task(&stream, d, distribution, &pool->tasks[j * d]);
    pool->norms[j] = icl__rng_dot(d, &pool->tasks[j * d], &pool->tasks[j * d]);
  }
  *out = pool;
  return ICL_OK;
}

icl_status icl_task_pool_create_infinite(int64_t d, int32_t distribution, uint64_t seed, icl_task_pool **out) {
  icl_task_pool *pool;
  ICL__TRY(icl__check_pointer(out, "out"));
  ICL__TRY(icl__check_dimension(d));
  ICL__TRY(check_distribution(distribution));
  ICL__TRY(new_pool(d, 0, &pool));
  pool->distribution = distribution;
  pool->seed = seed;
  *out = pool;
  return ICL_OK;
}

icl_status icl__task_pool_create_structured(int64_t d, const double *root, icl_task_pool **out) {
  icl_task_pool *pool;
  ICL__TRY(icl_task_pool_create_infinite(d, ICL_TASKS_GAUSSIAN, 0, &pool));
  icl_status status = icl__new_doubles(d * d, &pool->root);
  if (status) {
    icl_task_pool_destroy(pool);
    return status;
  }
  memcpy(pool->root, root, (size_t)(d * d) * sizeof *root);
  *out = pool;
  return ICL_OK;
}

/* Everything rests on |w|^2, so it must be a normal number, or 0 because w is. */
static icl_status check_norm(int64_t d, const double *task, int64_t index) {
  double norm = icl__rng_dot(d, task, task), largest = 0.0;
  for (int64_t i = 0; i < d; i++) largest = fmax(largest, fabs(task[i]));
  if (isfinite(norm) && (norm >= DBL_MIN || largest == 0.0)) return ICL_OK;
  return icl__fail(ICL_ERR_NONFINITE, "tasks: the squared norm of task %" PRId64 " %s, its entries being up to %g",
                   index, isfinite(norm) ? "underflows" : "overflows", largest);
}

icl_status icl_task_pool_create_from(int64_t d, int64_t k, const double *tasks, icl_task_pool **out) {
  icl_task_pool *pool;
  int64_t elements;
  ICL__TRY(icl__check_pointer(tasks, "tasks"));
  ICL__TRY(icl__check_pointer(out, "out"));
  ICL__TRY(icl__check_dimension(d));
  ICL__TRY(icl__check_size(k, "k"));
  ICL__TRY(icl__check_product(k, d, 1, "tasks", &elements));
  ICL__TRY(icl__check_finite(tasks, elements, "tasks"));
  for (int64_t j = 0; j < k; j++) ICL__TRY(check_norm(d, &tasks[j * d], j));
  ICL__TRY(new_pool(d, k, &pool));
  memcpy(pool->tasks, tasks, (size_t)elements * sizeof *tasks);
  for (int64_t j = 0; j < k; j++) pool->norms[j] = icl__rng_dot(d, &tasks[j * d], &tasks[j * d]);
  *out = pool;
  return ICL_OK;
}

int64_t icl_task_pool_dimension(const icl_task_pool *pool) { return pool ? pool->d : -1; }

int64_t icl_task_pool_size(const icl_task_pool *pool) { return pool ? pool->k : -1; }

icl_status icl_task_pool_copy(const icl_task_pool *pool, double *tasks) {
  ICL__TRY(icl__check_pointer(pool, "pool"));
  ICL__TRY(icl__check_pointer(tasks, "tasks"));
  if (!pool->k) return icl__fail(ICL_ERR_UNSUPPORTED, "pool is infinite; only a finite pool has tasks to copy");
  memcpy(tasks, pool->tasks, (size_t)(pool->k * pool->d) * sizeof *tasks);
  return ICL_OK;
}

icl_task_pool *icl__task_pool_share(const icl_task_pool *pool) {
  icl_task_pool *shared = (icl_task_pool *)pool; /* only the count changes */
  atomic_fetch_add(&shared->references, 1);
  return shared;
}

void icl_task_pool_destroy(icl_task_pool *pool) {
  if (!pool || atomic_fetch_sub(&pool->references, 1) > 1) return;
  icl__free(pool->tasks);
  icl__free(pool->norms);
  icl__free(pool->root);
  icl__free(pool);
}

int64_t icl__task_of_row(const icl_task_pool *pool, uint64_t family, uint64_t seed, int64_t row, double *scratch,
                         const double **task, double *norm) {
  int64_t d = pool->d;
  if (pool->k) {
    icl__stream stream = {{seed, family | ICL__ROLE_TASK_INDEX}, {(uint64_t)row, 0, 0}};
    int64_t index = icl__rng_index(&stream, pool->k);
    *task = &pool->tasks[index * d];
    *norm = pool->norms[index];
    return index;
  }
  icl__stream stream = {{pool->seed, family | ICL__ROLE_FRESH_TASK}, {(uint64_t)row, 0, seed}};
  draw_task(&stream, d, pool->distribution, scratch);
  *task = scratch;
  if (pool->root) {
    for (int64_t j = 0; j < d; j++) scratch[d + j] = icl__rng_dot(d, &pool->root[j * d], scratch);
    *task = &scratch[d];
  }
  *norm = icl__rng_dot(d, *task, *task);
  return -1;
}
