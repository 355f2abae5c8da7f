/* One replicate: a pool, a dataset, fits, and the exact errors of each. Points that differ in n and lambda only share
 * the pool and its test laws; rows of a smaller n are the first ones of a larger; ridges on the same rows share moments
 * and matrices. None of this changes a bit: rows depend on their number alone, and each fit starts anew. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "checked.h"
#include "dataset.h"
#include "estimator.h"
#include "experiment.h"
#include "rng.h"
#include "run.h"

typedef struct {
  const icl__replicate *replicate;
  uint64_t dataset_seed;
  icl_task_pool *pool;
  icl_test_law *fresh, *seen; /* of ICL; of IDG */
  icl_estimator *estimator;
  icl__row_source stored; /* the rows of the largest n that fitted memory; n = 0: none so far */
  double *rows;           /* their memory */
  double *gamma;          /* d x (d+1) */
  double *lambda;         /* replicate->count */
  const int64_t *batch;   /* the points being fitted, of equal n */
} replicate_state;

static const icl__experiment_point *first_point(const icl__replicate *replicate) {
  return &replicate->points[replicate->which[0]];
}

static icl_status prepare(replicate_state *state) {
  const icl__replicate *replicate = state->replicate;
  const icl__experiment_point *point = first_point(replicate);
  uint64_t pool_seed;
  int64_t elements;
  icl__rng_replicate(replicate->seed, point->d, replicate->number, &pool_seed, &state->dataset_seed);
  if (point->k) {
    ICL__TRY(icl_task_pool_create(point->d, point->k, replicate->distribution, pool_seed, &state->pool));
  } else {
    ICL__TRY(icl_task_pool_create_infinite(point->d, replicate->distribution, pool_seed, &state->pool));
  }
  ICL__TRY(icl_test_law_create_fresh(point->d, point->l, point->rho, replicate->distribution, &state->fresh));
  ICL__TRY(icl_test_law_create_pool(state->pool, point->l, point->rho, &state->seen));
  ICL__TRY(icl_estimator_create(&state->estimator));
  ICL__TRY(icl__check_product(point->d, point->d + 1, 1, "gamma", &elements));
  ICL__TRY(icl__new_doubles(elements, &state->gamma));
  return icl__new_doubles(replicate->count, &state->lambda);
}

static void clean_up(replicate_state *state) {
  icl_task_pool_destroy(state->pool);
  icl_test_law_destroy(state->fresh);
  icl_test_law_destroy(state->seen);
  icl_estimator_destroy(state->estimator);
  icl__free(state->rows);
  icl__free(state->gamma);
  icl__free(state->lambda);
}

/* In the infinite pool a pretraining task is a fresh one. */
static icl_status give_errors(const replicate_state *state, int64_t point, const double *gamma) {
  double errors[2];
  ICL__TRY(icl_test_error(state->fresh, gamma, &errors[0]));
  errors[1] = errors[0];
  if (first_point(state->replicate)->k) ICL__TRY(icl_test_error(state->seen, gamma, &errors[1]));
  return state->replicate->found(state->replicate->context, point, errors);
}

static icl_status take_solution(void *context, int64_t index, const double *gamma, double relative_residual) {
  const replicate_state *state = context;
  if (!(relative_residual <= ICL__DEFAULT_TOLERANCE)) {
    return icl__fail(ICL_ERR_NOT_CONVERGED, "the relative residual of lambda = %g is %.3g; at most %.3g was expected",
                     state->lambda[index], relative_residual, ICL__DEFAULT_TOLERANCE);
  }
  return give_errors(state, state->batch[index], gamma);
}

/* Fits without rows: of infinitely many, or against an infinite ridge. */
static icl_status give_limit(const replicate_state *state, int64_t index) {
  const icl__experiment_point *point = &state->replicate->points[index];
  if (point->lambda == INFINITY) memset(state->gamma, 0, (size_t)(point->d * (point->d + 1)) * sizeof(double));
  else ICL__TRY(icl_test_law_optimal_gamma(state->seen, point->lambda, state->gamma));
  return give_errors(state, index, state->gamma);
}

/* The rows of the dataset: the first ones of a larger one, or its own, stored where that is allowed. */
static icl_status find_rows(replicate_state *state, const icl_dataset *dataset, icl__row_source *rows) {
  *rows = icl__dataset_source(dataset);
  int64_t n = rows->n;
  if (!state->stored.n && icl__dataset_fits(dataset)) {
    icl__progress progress = icl__progress_begin(state->replicate->run, icl__row_items(n));
    ICL__TRY(icl__source_load(rows, &progress, &state->rows));
    state->stored = *rows;
  }
  if (!state->stored.n) return ICL_OK;
  *rows = state->stored;
  rows->n = rows->stored.n = n;
  return ICL_OK;
}

/* Points first .. first + count - 1 of the list have equal n and finite ridges. */
static icl_status fit_batch(replicate_state *state, int64_t first, int64_t count) {
  const icl__replicate *replicate = state->replicate;
  state->batch = &replicate->which[first];
  const icl__experiment_point *point = &replicate->points[state->batch[0]];
  icl_dataset *dataset;
  icl__row_source rows;
  for (int64_t i = 0; i < count; i++) state->lambda[i] = replicate->points[state->batch[i]].lambda;
  ICL__TRY(icl_dataset_create(state->pool, point->l, point->n, point->rho, state->dataset_seed, &dataset));
  icl_status status = find_rows(state, dataset, &rows);
  if (!status) {
    status = icl__estimator_fit_each(state->estimator, &rows, icl__dataset_source(dataset).law, count, state->lambda,
                                     replicate->run, take_solution, state);
  }
  icl_dataset_destroy(dataset);
  return status;
}

static int is_limit(const icl__experiment_point *point) { return !point->n || point->lambda == INFINITY; }

icl_status icl__replicate_errors(const icl__replicate *replicate) {
  replicate_state state = {.replicate = replicate};
  const icl__experiment_point *points = replicate->points;
  const int64_t *which = replicate->which;
  icl_status status = prepare(&state);
  for (int64_t i = 0, count; !status && i < replicate->count; i += count) {
    count = 1;
    if (is_limit(&points[which[i]])) {
      status = give_limit(&state, which[i]);
      continue;
    }
    while (i + count < replicate->count && points[which[i + count]].n == points[which[i]].n &&
           !is_limit(&points[which[i + count]])) {
      count++;
    }
    status = fit_batch(&state, i, count);
  }
  clean_up(&state);
  return status;
}
