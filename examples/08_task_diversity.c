/* Task diversity: what a model that knows its pretraining tasks loses on fresh ones, g_task = ICL - IDG error, against
 * the number of these tasks. Linear attention stops losing at kappa = k/d of order 1: it has turned from its pool of
 * tasks to regression. dMMSE, which is optimal for the pool, needs a number of tasks that is exponential in d.
 *
 * What it shows of the library: icl_experiment_curve for a difference of errors, and icl_dmmse_error. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "grid.h"
#include "series.h"
#include "store.h"

#define NAME "08_task_diversity"
#define KAPPA_TICS "0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100"
#define GAP ITALIC("g") "_{task}"
#define LOW 0.08
#define HIGH 96.0

const program_text program = {
  .name = NAME,
  .usage = SERIES_USAGE(NAME),
  .help = "The gap g_task between the errors on fresh tasks and on the tasks of pretraining against the task\n"
          "diversity, of linear attention (theory, and simulation with error bars) and of dMMSE (sampled: 1000\n"
          "contexts a point from 10 pools, 200 from 5 with --quick), for four context lengths. --replicates is also\n"
          "the number of pools, whose results are kept in PREFIX.dmmse.\n" SERIES_HELP};

enum { DIVERSITIES = 31 };

static const double kappas[] = {0.2, 0.5, 1.0, 10.0, 50.0};
static double dense[DIVERSITIES];

/* Fits with tau >= 4 are few: they take long and scatter little. */
#define ATTENTION(number, most, text) \
  {.name = "attention alpha=" #number, .label = text, .quantity = ICL_QUANTITY_GAP, .vary = ICL_KAPPA, \
   .tau = 0.2 * number, .alpha = number, .rho = 0.01, .lambda = 1e-6, .max_replicates = most, .at = kappas, \
   .count = COUNT(kappas), .low = LOW, .high = HIGH
#define SAMPLED(number) \
  {.name = "dMMSE alpha=" #number, .label = ALPHA " = " #number, .quantity = ICL_QUANTITY_GAP, .vary = ICL_KAPPA, \
   .alpha = number, .rho = 0.01, .at = dense, .count = DIVERSITIES, .simulate = sample_dmmse
#define LIMIT(title, text, function) \
  {.name = title, .label = text, .low = LOW, .high = HIGH, .style = 7, .dashed = 1, .curve = function}

static void sample_dmmse(const series_settings *set, series *one);
static void attention_limit(const series_settings *set, series *one, int64_t count, const double *x, double *y);
static void dmmse_limit(const series_settings *set, series *one, int64_t count, const double *x, double *y);

static series attention[] = {
  ATTENTION(6, 0, ALPHA " = 6, " TAU " = 1.2"), .style = 1}, ATTENTION(10, 0, ALPHA " = 10, " TAU " = 2"), .style = 2},
  ATTENTION(20, 4, ALPHA " = 20, " TAU " = 4"), .style = 3}};
static series approach[] = {
  ATTENTION(10, 0, ALPHA " = 10, " TAU " = 2"), .style = 2}, ATTENTION(20, 4, ALPHA " = 20, " TAU " = 4"), .style = 3},
  ATTENTION(40, 4, ALPHA " = 40, " TAU " = 8"), .style = 4},
  LIMIT("attention limit", ALPHA " → " INFINITE ", " TAU " = 0.2 " ALPHA, attention_limit)};
static series dmmse[] = {
  SAMPLED(6), .style = 1}, SAMPLED(10), .style = 2}, SAMPLED(20), .style = 3}, SAMPLED(40), .style = 4},
  LIMIT("dMMSE limit", ALPHA " → " INFINITE, dmmse_limit)};

static panel panels[] = {
  {.title = "linear attention: " RHO " = 0.01, " LAMBDA " = 10^{-6}", .x_label = KAPPA_AXIS, .y_label = GAP,
   .series = attention, .count = COUNT(attention), .log_x = 1, .log_y = 1, .x_tics = KAPPA_TICS,
   .key = "bottom left Left reverse"},
  {.title = "linear attention: the limit", .x_label = KAPPA_AXIS, .y_label = GAP, .series = approach,
   .count = COUNT(approach), .log_x = 1, .x_tics = KAPPA_TICS, .key = "top right Left reverse"},
  {.title = "dMMSE: " RHO " = 0.01", .x_label = KAPPA_AXIS, .y_label = GAP, .series = dmmse, .count = COUNT(dmmse),
   .log_x = 1, .x_tics = KAPPA_TICS, .y_low = 0.0, .y_high = 2.1, .key = "bottom left Left reverse"},
};

static figure shown = {
  .title = "Task diversity: linear attention turns to learning in context at " KAPPA " of order 1, dMMSE does not",
  .caption = "g_task, the error on fresh tasks (ICL) minus that on the tasks of pretraining (IDG), against kappa = "
             "k/d, at rho = 0.01. Left and middle: linear attention at lambda = 1e-6, tau = 0.2 alpha; curves: "
             "theory; points: simulation, hollow where g_task is negative. Dashed: the limit (1 - kappa)_+ (1 + "
             "rho/(0.2 (1 + rho))) of large alpha and tau. Right: dMMSE, sampled; dashed: its limit of large alpha, "
             "E min_j |w - w_j|^2/d, at this d. It tends to 2 for large d at any kappa, as no task of a pool that is "
             "polynomial in d is close to a fresh one.",
  .remark = "Where tasks are few the gap of linear attention is above the theory by a shift of order 1/d. The error "
            "bars of dMMSE are standard errors over pools.",
  .panels = panels, .count = COUNT(panels)};

/* Of one point of dMMSE. */
typedef struct {
  const series_settings *set;
  const series *one;
  int64_t pools, contexts;
  double *gaps; /* [point * pools + pool] */
  store *kept;
} work;

/* The pools of a seed are prefixes of each other, and their contexts share random numbers: curves are smooth. */
static icl_task_pool *create_pool(const series_settings *set, int64_t k, int64_t index) {
  icl_task_pool *pool;
  require(icl_task_pool_create(set->d, k, ICL_TASKS_GAUSSIAN, family_seed(set->seed, index), &pool), "a pool");
  return pool;
}

static double sample_pool(const work *job, const series_point *at, int64_t index) {
  uint64_t seed = family_seed(job->set->seed, job->pools + index);
  double icl, idg;
  icl_task_pool *pool = create_pool(job->set, at->k, index);
  icl_test_law *fresh, *seen;
  require(icl_test_law_create_fresh(at->d, at->l, job->one->rho, ICL_TASKS_GAUSSIAN, &fresh), "fresh tasks");
  require(icl_test_law_create_pool(pool, at->l, job->one->rho, &seen), "the pool's tasks");
  require(icl_dmmse_error(pool, fresh, job->contexts, seed, NULL, &icl, NULL), "dMMSE");
  require(icl_dmmse_error(pool, seen, job->contexts, seed, NULL, &idg, NULL), "dMMSE");
  icl_test_law_destroy(fresh);
  icl_test_law_destroy(seen);
  icl_task_pool_destroy(pool);
  return icl - idg;
}

/* The largest pools first: they take longest. */
static void sample_gap(void *context, int64_t index) {
  const work *job = context;
  int64_t point = job->one->count - 1 - index / job->pools, pool = index % job->pools;
  const series_point *at = &job->one->points[point];
  double *gap = &job->gaps[point * job->pools + pool];
  char key[STORE_KEY];
  snprintf(key, sizeof key, "%" PRId64 " %" PRId64 " %" PRId64 " %.17g %" PRId64 " of %" PRId64 ", %" PRId64
           " contexts, seed %" PRIu64, at->d, at->l, at->k, job->one->rho, pool, job->pools, job->contexts,
           job->set->seed);
  if (store_find(job->kept, key, 1, gap)) return;
  *gap = sample_pool(job, at, pool);
  store_add(job->kept, key, 1, gap);
}

/* 100 contexts from each pool, 40 in the quick run. */
static void sample_dmmse(const series_settings *set, series *one) {
  work job = {set, one, set->replicates, set->full ? 100 : 40, NULL, store_open(set->output, "dmmse")};
  job.gaps = malloc((size_t)(one->count * job.pools) * sizeof *job.gaps);
  if (!job.gaps) fail("no memory for %s", one->name);
  for (int64_t i = 0; i < one->count; i++) {
    int64_t k = (int64_t)fmax(1.0, round(one->at[i] * (double)set->d));
    one->points[i] = (series_point){.x = (double)k / (double)set->d, .theory = NAN, .replicates = job.pools,
                                    .d = set->d, .l = (int64_t)round(one->alpha * (double)set->d), .k = k};
  }
  for_each_point(one->count * job.pools, set->threads, one->name, sample_gap, &job);
  store_close(job.kept);
  for (int64_t i = 0; i < one->count; i++) {
    series_mean(&one->points[i], &job.gaps[i * job.pools], 1);
  }
  free(job.gaps);
}

/* tau = 0.2 alpha -> infinity. */
static void attention_limit(const series_settings *set, series *one, int64_t count, const double *x, double *y) {
  const double rho = 0.01;
  (void)set, (void)one;
  for (int64_t i = 0; i < count; i++) y[i] = fmax(0.0, 1.0 - x[i]) * (1.0 + rho / (0.2 * (1.0 + rho)));
}

/* Adds to y the least |w - w_j|^2/d among the first x d tasks; x ascends. */
static void add_nearest(const double *w, const double *tasks, int64_t d, int64_t count, const double *x, double *y) {
  double least = INFINITY;
  int64_t j = 0;
  for (int64_t i = 0; i < count; i++) {
    int64_t k = (int64_t)fmax(1.0, round(x[i] * (double)d));
    for (; j < k; j++) {
      double sum = 0.0;
      for (int64_t c = 0; c < d; c++) sum += (w[c] - tasks[j * d + c]) * (w[c] - tasks[j * d + c]);
      least = fmin(least, sum / (double)d);
    }
    y[i] += least;
  }
}

/* A long context puts all weight on the task that is nearest to w: w itself if it is in the pool. So IDG -> rho and
 * ICL -> rho + E min_j |w - w_j|^2/d, over the pools above and as many fresh tasks as points have contexts, times 5. */
static void dmmse_limit(const series_settings *set, series *one, int64_t count, const double *x, double *y) {
  int64_t d = set->d, most = (int64_t)fmax(1.0, round(x[count - 1] * (double)d)), fresh = set->full ? 500 : 200;
  double *tasks = malloc((size_t)((most + fresh) * d) * sizeof *tasks);
  if (!tasks) fail("no memory for %s", one->name);
  for (int64_t i = 0; i < count; i++) y[i] = 0.0;
  for (int64_t r = 0; r < set->replicates; r++) {
    icl_task_pool *pool = create_pool(set, most, r), *others = create_pool(set, fresh, 2 * set->replicates + r);
    require(icl_task_pool_copy(pool, tasks), "a pool");
    require(icl_task_pool_copy(others, tasks + most * d), "fresh tasks");
    for (int64_t i = 0; i < fresh; i++) add_nearest(tasks + (most + i) * d, tasks, d, count, x, y);
    icl_task_pool_destroy(pool);
    icl_task_pool_destroy(others);
  }
  for (int64_t i = 0; i < count; i++) y[i] /= (double)(set->replicates * fresh);
  free(tasks);
}

int main(int argc, char **argv) {
  for (int64_t i = 0; i < DIVERSITIES; i++) dense[i] = logarithmic_point(LOW, HIGH, DIVERSITIES, i);
  return series_main(argc, argv, &shown);
}
