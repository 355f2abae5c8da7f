/* dMMSE: the posterior over the k tasks of a pool, given a context in reduced form (F, b) [doc/baselines.md, eq. B4].
 *
 *     p_j ~ exp(-e_j/(2 rho)),   e_j = |b - F w_j|^2 = |noise - F u_j|^2,   u_j = w_j - w,
 *     error = |sum_j p_j u_j|^2/d + rho.
 *
 * Everything is taken from the differences u_j, which are exactly 0 for the task behind the context: then its e_j is
 * that of the noise alone, however small rho is, and the error keeps its digits when nearly all weight is on it; for
 * b - F w_j both would be lost in the rounding of b. F u_j is a matrix product over blocks of tasks. The e_j of all
 * tasks are kept (k numbers), so that weights are relative to the least of them (log-sum-exp) and the many that
 * underflow to 0 cost nothing further.
 *
 * rho = 0: the limit of p for fixed F and labels b = F w. It is uniform over the tasks with the least |F u_j|. With
 * eps = DBL_EPSILON (two units of rounding), the difference w_j - w and the d products of an entry of F u_j are off by
 * at most (d + 1) eps/2 |F| |u_j| in the Frobenius norm of F, and the root of a sum of m <= d squares by (m/2 + 2)
 * eps/2 of itself, so |F u_j| is known to (d + 4) eps |F| |u_j|: two that agree to the sum of their bounds count as
 * equal [eq. B7]. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "baseline.h"
#include "blas.h"
#include "checked.h"
#include "context.h"
#include "machine.h"
#include "rng.h"
#include "tasks.h"
#include "testerror.h"

typedef struct {
  const icl_task_pool *pool;
  icl__sequence_law law;
  int64_t rank, block;
} dmmse;

/* Scratch memory of one context. */
typedef struct {
  double *fresh;    /* 2 d, for a task */
  double *factor;   /* F, rank x d */
  double *noise;    /* rank */
  double *energies; /* e_j, then weights: k */
  double *shift;    /* d: u_j of one task, then sum p_j u_j */
  double *shifts;   /* u_j, block x d */
  double *products; /* F u_j, block x rank */
} workspace;

static int64_t workspace_size(const dmmse *s) {
  int64_t d = s->pool->d;
  return 4 * d + s->rank * (d + 1) + s->pool->k + s->block * (d + s->rank);
}

static workspace divide(const dmmse *s, double *scratch) {
  int64_t d = s->pool->d;
  workspace w = {.factor = scratch};
  w.shifts = &w.factor[s->rank * d];
  w.products = &w.shifts[s->block * d];
  w.energies = &w.products[s->block * s->rank];
  w.noise = &w.energies[s->pool->k];
  w.fresh = &w.noise[s->rank];
  w.shift = &w.fresh[2 * d];
  return w;
}

static void subtract(int64_t d, const double *a, const double *b, double *difference) {
  for (int64_t i = 0; i < d; i++) difference[i] = a[i] - b[i];
}

/* energies = |noise - row|^2 for each row of products, in eight partial sums for vectors of any width. */
ICL__FOR_EACH_MACHINE
static void energies_of(int64_t count, int64_t rank, const double *products, const double *noise, double *energies) {
  for (int64_t task = 0; task < count; task++) {
    const double *row = &products[task * rank];
    double part[8] = {0};
    int64_t i = 0;
    for (; i + 8 <= rank; i += 8) {
      for (int lane = 0; lane < 8; lane++) {
        double residual = noise[i + lane] - row[i + lane];
        part[lane] += residual * residual;
      }
    }
    for (; i < rank; i++) part[0] += (noise[i] - row[i]) * (noise[i] - row[i]);
    energies[task] = ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
  }
}

/* All e_j; returns the number of the least one. */
static int64_t find_energies(const dmmse *s, const double *task, const workspace *w) {
  int64_t d = s->pool->d, k = s->pool->k, least = 0;
  for (int64_t first = 0; first < k; first += s->block) {
    int64_t count = k - first < s->block ? k - first : s->block;
    for (int64_t j = 0; j < count; j++) subtract(d, &s->pool->tasks[(first + j) * d], task, &w->shifts[j * d]);
    icl__apply_trapezoid(count, s->rank, d, w->factor, w->shifts, w->products);
    energies_of(count, s->rank, w->products, w->noise, &w->energies[first]);
  }
  for (int64_t j = 1; j < k; j++) least = w->energies[j] < w->energies[least] ? j : least;
  return least;
}

/* |F u_j| is known to this times |u_j|. */
static double relative_rounding(const dmmse *s, const workspace *w) {
  int64_t d = s->pool->d;
  return (double)(d + 4) * DBL_EPSILON * icl__norm(s->rank * d, w->factor);
}

/* Unnormalised weights in place of the energies. */
static void weigh(const dmmse *s, const double *task, const workspace *w, int64_t least) {
  int64_t d = s->pool->d, k = s->pool->k;
  double lowest = w->energies[least];
  if (s->law.rho > 0.0) {
    for (int64_t j = 0; j < k; j++) w->energies[j] = exp(-(w->energies[j] - lowest) / (2.0 * s->law.rho));
    return;
  }
  double rounding = relative_rounding(s, w), distance = sqrt(lowest);
  subtract(d, &s->pool->tasks[least * d], task, w->shift);
  double bound = rounding * icl__norm(d, w->shift);
  for (int64_t j = 0; j < k; j++) {
    subtract(d, &s->pool->tasks[j * d], task, w->shift);
    double above = sqrt(w->energies[j]) - distance;
    w->energies[j] = above <= bound + rounding * icl__norm(d, w->shift) ? 1.0 : 0.0;
  }
}

static double dmmse_excess(const void *predictor, int64_t row, double *scratch) {
  const dmmse *s = predictor;
  const double *task;
  int64_t d = s->pool->d;
  double norm, total = 0.0, square = 0.0;
  workspace w = divide(s, scratch);
  icl__task_of_row(s->law.pool, s->law.family, s->law.seed, row, w.fresh, &task, &norm);
  icl__context_factor(&s->law, row, w.factor);
  icl__context_noise(&s->law, row, w.noise);
  int64_t least = find_energies(s, task, &w);
  if (!isfinite(w.energies[least])) return INFINITY;
  weigh(s, task, &w, least);
  memset(w.shift, 0, (size_t)d * sizeof *w.shift);
  for (int64_t j = 0; j < s->pool->k; j++) {
    double weight = w.energies[j];
    const double *known = &s->pool->tasks[j * d];
    if (weight == 0.0) continue;
    total += weight;
    for (int64_t i = 0; i < d; i++) w.shift[i] += weight * (known[i] - task[i]);
  }
  for (int64_t i = 0; i < d; i++) square += (w.shift[i] / total) * (w.shift[i] / total);
  return square / (double)d;
}

/* 128 tasks were measured best, or next to it, for d from 20 to 800. As in operator.c: where the BLAS has threads of
 * its own, products of m n k <= 2^18 run on the calling thread; where that leaves too few tasks to be fast, the BLAS's
 * threads work on large blocks, and own threads would be in their way. */
static int64_t tasks_of_block(const dmmse *s, int *own_threads) {
  int64_t k = s->pool->k, block = 128, limit = (1 << 18) / (ICL__PANEL * s->pool->d);
  *own_threads = 1;
  if (icl__blas_threads() > 1) {
    *own_threads = limit >= 8;
    block = limit < 8 ? 512 : limit < block ? limit : block;
  }
  return block < k ? block : k;
}

icl_status icl_dmmse_error(const icl_task_pool *pool, const icl_test_law *law, int64_t count, uint64_t seed,
                           const icl_run *run, double *mean, double *standard_error) {
  int64_t d, elements;
  ICL__TRY(icl__check_pointer(pool, "pool"));
  ICL__TRY(icl__check_pointer(law, "law"));
  d = icl__test_law_dimension(law);
  if (pool->d != d) {
    return icl__fail(ICL_ERR_ARGUMENT, "pool has tasks of dimension %" PRId64 ", law of %" PRId64 "; the same was"
                     " expected", pool->d, d);
  }
  if (!pool->k) return icl__fail(ICL_ERR_UNSUPPORTED, "pool is infinite; dMMSE needs a finite one");
  ICL__TRY(icl__check_at_least(count, 2, "count"));
  dmmse s = {.pool = pool, .law = icl__test_law_sequences(law, seed)};
  icl__baseline baseline = {.law = &s.law, .excess = dmmse_excess, .predictor = &s};
  s.rank = icl__context_rank(&s.law);
  s.block = tasks_of_block(&s, &baseline.own_threads);
  ICL__TRY(icl__check_product(s.block + d, d + 8, 2, "scratch memory", &elements));
  baseline.scratch_size = icl__whole_lines(workspace_size(&s));
  baseline.operations = (double)d * (double)s.rank * (2.0 * (double)pool->k + 10.0);
  return icl__baseline_error(&baseline, count, run, mean, standard_error);
}
