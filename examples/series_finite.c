/* The finite-size theory at a figure's simulated points: the mean over task pools of icl_finite_theory_error.
 *
 * The corrected level is what fits do, but costs seconds at d = 100; the pool's own level costs milliseconds and knows
 * how pools differ. So the latter is averaged over many pools, and the difference of the two over few of them, where
 * it hardly varies. Values are kept in PREFIX.finite, one line each, for the next run. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"
#include "store.h"

enum { MANY_POOLS = 64, SAMPLES = 70, ERRORS = 2 };

typedef struct {
  int64_t d, l, k, n;
  double rho, lambda;
  int32_t distribution;
} model;

typedef struct {
  double value[ERRORS], error[ERRORS]; /* ICL, IDG */
} prediction;

/* Sums over pools. */
typedef struct {
  double count, sum[ERRORS], squares[ERRORS];
} sample;

static void add(sample *all, const double *values) {
  all->count += 1.0;
  for (int i = 0; i < ERRORS; i++) {
    all->sum[i] += values[i];
    all->squares[i] += values[i] * values[i];
  }
}

/* Adds the mean to value and its variance to square. */
static void finish(const sample *all, int which, double *value, double *square) {
  double mean = all->sum[which] / all->count;
  *value += mean;
  if (all->count > 1.0) *square += fmax(0.0, all->squares[which] / all->count - mean * mean) / (all->count - 1.0);
}

static icl_status create_pool(const model *at, uint64_t seed, icl_task_pool **pool) {
  if (!at->k) return icl_task_pool_create_infinite(at->d, at->distribution, seed, pool);
  return icl_task_pool_create(at->d, at->k, at->distribution, seed, pool);
}

/* Both errors of one pool, at one level. */
static icl_status predict(const model *at, const icl_task_pool *pool, int32_t level, int64_t samples, uint64_t seed,
                          const icl_run *run, double *value, double *error) {
  icl_test_law *law[ERRORS] = {NULL, NULL};
  icl_finite_theory *theory = NULL;
  icl_status status = icl_finite_theory_create(pool, at->l, at->n, at->rho, at->lambda, level, &theory);
  if (!status && level == ICL_FINITE_CORRECTED) status = icl_finite_theory_set_samples(theory, samples);
  if (!status) status = icl_finite_theory_set_seed(theory, seed);
  if (!status) status = icl_finite_theory_solve(theory, run);
  if (!status) status = icl_test_law_create_fresh(at->d, at->l, at->rho, at->distribution, &law[0]);
  if (!status) status = icl_test_law_create_pool(pool, at->l, at->rho, &law[1]);
  for (int i = 0; !status && i < ERRORS; i++) status = icl_finite_theory_error(theory, law[i], &value[i], &error[i]);
  for (int i = 0; i < ERRORS; i++) icl_test_law_destroy(law[i]);
  icl_finite_theory_destroy(theory);
  return status;
}

/* Pools of the mean and of the difference: what scatters between pools, and most of all their difference, falls with
 * d. */
static int64_t many_pools(const model *at) {
  return at->d < 80 ? MANY_POOLS : MANY_POOLS / 2;
}

static int64_t few_pools(const model *at) {
  return at->d < 80 ? 2 : 1;
}

/* One pool's share: its own level, and for the first few the difference to the corrected one. */
static icl_status add_pool(const model *at, const series_settings *set, const icl_run *run, int64_t which,
                           sample *plain, sample *shift, double *own) {
  double low[ERRORS], high[ERRORS], error[ERRORS];
  int64_t samples = SAMPLES * (at->d + 1); /* 64 (d + 1) are needed; 0.4 % at d = 100 [doc/finite.md] */
  uint64_t seed = set->seed * MANY_POOLS + (uint64_t)which;
  icl_task_pool *pool = NULL;
  icl_status status = create_pool(at, seed, &pool);
  if (!status) status = predict(at, pool, ICL_FINITE_POOL, 0, 0, run, low, error);
  if (!status) add(plain, low);
  if (!status && which < few_pools(at)) {
    status = predict(at, pool, ICL_FINITE_CORRECTED, samples, seed, run, high, error);
    for (int i = 0; !status && i < ERRORS; i++) {
      high[i] -= low[i];
      own[i] += error[i] * error[i] / (double)(few_pools(at) * few_pools(at));
    }
    if (!status) add(shift, high);
  }
  icl_task_pool_destroy(pool);
  return status;
}

/* NAN where the theory does not converge: there is nothing to compare with then. */
static prediction compute(const model *at, const series_settings *set, const icl_run *run) {
  prediction result = {{NAN, NAN}, {NAN, NAN}};
  sample plain = {0}, shift = {0};
  double own[ERRORS] = {0.0};
  int64_t pools = at->k ? many_pools(at) : few_pools(at); /* infinite pools are all the same */
  for (int64_t which = 0; which < pools; which++) {
    if (add_pool(at, set, run, which, &plain, &shift, own)) return result;
  }
  for (int i = 0; i < ERRORS; i++) {
    double value = 0.0, square = own[i];
    finish(&plain, i, &value, &square);
    finish(&shift, i, &value, &square);
    result.value[i] = value;
    result.error[i] = sqrt(square);
  }
  return result;
}

static prediction predict_point(store *kept, const model *at, const series_settings *set, const icl_run *run) {
  char key[STORE_KEY];
  double values[2 * ERRORS]; /* ICL, its error, IDG, its error */
  prediction result;
  snprintf(key, sizeof key, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %.17g %.17g %" PRId32 " %" PRIu64, at->d,
           at->l, at->k, at->n, at->rho, at->lambda, at->distribution, set->seed);
  if (store_find(kept, key, 2 * ERRORS, values)) {
    return (prediction){{values[0], values[2]}, {values[1], values[3]}};
  }
  result = compute(at, set, run);
  store_add(kept, key, 2 * ERRORS, (double[]){result.value[0], result.error[0], result.value[1], result.error[1]});
  return result;
}

static void predict_series(store *kept, const series_settings *set, series *one) {
  icl_run *run = series_start(set, NULL);
  for (int64_t i = 0; i < one->count; i++) {
    series_point *point = &one->points[i];
    model at = {point->d, point->l, point->k, point->n, one->vary == ICL_RHO ? point->x : one->rho,
                one->vary == ICL_LAMBDA ? point->x : one->lambda,
                one->distribution ? one->distribution : ICL_TASKS_GAUSSIAN};
    prediction found = predict_point(kept, &at, set, run);
    if (one->quantity != ICL_QUANTITY_ICL && one->quantity != ICL_QUANTITY_IDG) continue;
    point->finite = found.value[one->quantity == ICL_QUANTITY_IDG];
    point->finite_error = found.error[one->quantity == ICL_QUANTITY_IDG];
  }
  icl_run_destroy(run);
}

void series_predict(const series_settings *set, figure *shown) {
  store *kept = store_open(set->output, "finite");
  for (int64_t p = 0; p < shown->count; p++) {
    for (int64_t s = 0; s < shown->panels[p].count; s++) {
      if (!shown->panels[p].series[s].simulate) predict_series(kept, set, &shown->panels[p].series[s]);
    }
  }
  store_close(kept);
}
