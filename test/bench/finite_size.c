/* The table of doc/finite.md: simulation at finite size beside the asymptotic theory and both levels of finite.h, pool
 * by pool, since pools scatter by more than the theories differ.
 *
 *     finite_size simulate D POOLS DATASETS > simulation     fits every dataset of every pool at the points below
 *     finite_size compare [SAMPLES] < simulation             solves the theories for the same pools, prints the table
 *     finite_size cost D [SAMPLES]                           seconds and iterations of level (b)
 *
 * A line of the simulation: d, set, tau, lambda, pool, datasets, then mean and variance over its datasets of the ICL
 * and of the IDG error. Lines of several runs may be concatenated in any order of pools. Environment:
 * OPENBLAS_NUM_THREADS=1. */
#include <icltheory.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void require(icl_status status) {
  if (status == ICL_OK) return;
  fprintf(stderr, "%s\n", icl_last_error_message());
  exit(1);
}

enum { SETS = 3, TAUS = 4, LAMBDAS = 5, ERRORS = 2 };

static const struct {
  double alpha, kappa, rho;
} set[SETS] = {{2.0, 0.5, 0.1}, {10.0, 1.5, 0.01}, {1.0, 5.0, 0.01}};
static const double taus[TAUS] = {0.3, 0.5, 2.0, 5.0}, lambdas[LAMBDAS] = {0.0, 1e-3, 1e-2, 0.1, 1.0};

typedef struct {
  int64_t d, l, n;
  icl_task_pool *pool;
  icl_test_law *law[ERRORS]; /* ICL, IDG */
} model;

static model model_of(int64_t d, int which, double tau, int64_t pool) {
  model m = {d, llround(set[which].alpha * (double)d), llround(tau * (double)(d * d)), NULL, {NULL, NULL}};
  int64_t k = llround(set[which].kappa * (double)d);
  require(icl_task_pool_create(d, k, ICL_TASKS_GAUSSIAN, (uint64_t)pool, &m.pool));
  require(icl_test_law_create_fresh(d, m.l, set[which].rho, ICL_TASKS_GAUSSIAN, &m.law[0]));
  require(icl_test_law_create_pool(m.pool, m.l, set[which].rho, &m.law[1]));
  return m;
}

static void model_destroy(model *m) {
  icl_task_pool_destroy(m->pool);
  for (int i = 0; i < ERRORS; i++) icl_test_law_destroy(m->law[i]);
}

static void simulate(int64_t d, int64_t pool, int which, double tau, int64_t datasets) {
  model m = model_of(d, which, tau, pool);
  double mean[LAMBDAS][ERRORS] = {{0}}, square[LAMBDAS][ERRORS] = {{0}}, error;
  double *gamma = malloc((size_t)(LAMBDAS * d * (d + 1)) * sizeof *gamma);
  if (!gamma) exit(2);
  for (int64_t r = 0; r < datasets; r++) {
    icl_dataset *dataset;
    icl_estimator *estimator;
    uint64_t seed = UINT64_C(1000000) + (uint64_t)(1000 * pool + r);
    require(icl_dataset_create(m.pool, m.l, m.n, set[which].rho, seed, &dataset));
    require(icl_estimator_create(&estimator));
    require(icl_estimator_fit_path(estimator, dataset, LAMBDAS, lambdas, NULL, gamma));
    for (int j = 0; j < LAMBDAS * ERRORS; j++) {
      int i = j / ERRORS, e = j % ERRORS;
      require(icl_test_error(m.law[e], &gamma[i * d * (d + 1)], &error));
      double step = error - mean[i][e];
      mean[i][e] += step / (double)(r + 1);
      square[i][e] += step * (error - mean[i][e]);
    }
    icl_estimator_destroy(estimator);
    icl_dataset_destroy(dataset);
  }
  for (int i = 0; i < LAMBDAS; i++) {
    double over = (double)(datasets - 1);
    printf("%" PRId64 " %d %g %g %" PRId64 " %" PRId64 " %.10g %.6g %.10g %.6g\n", d, which, tau, lambdas[i], pool,
           datasets, mean[i][0], square[i][0] / over, mean[i][1], square[i][1] / over);
  }
  fflush(stdout);
  free(gamma);
  model_destroy(&m);
}

/* Sums over the pools of one point. */
typedef struct {
  int64_t d, pools, replicates;
  double simulation[ERRORS], level[2][ERRORS], own[ERRORS]; /* of the theory: squared standard errors */
  double paired[2][ERRORS], paired_square[2][ERRORS];       /* simulation - level */
} point;

static void add_levels(const model *m, int which, double lambda, int64_t samples, uint64_t seed,
                       const double *simulation, point *p) {
  for (int32_t level = ICL_FINITE_POOL; level <= ICL_FINITE_CORRECTED; level++) {
    icl_finite_theory *theory;
    double error, standard_error;
    require(icl_finite_theory_create(m->pool, m->l, m->n, set[which].rho, lambda, level, &theory));
    if (samples) require(icl_finite_theory_set_samples(theory, samples));
    require(icl_finite_theory_set_seed(theory, seed));
    require(icl_finite_theory_solve(theory, NULL));
    for (int e = 0; e < ERRORS; e++) {
      require(icl_finite_theory_error(theory, m->law[e], &error, &standard_error));
      p->level[level - 1][e] += error;
      p->own[e] += standard_error * standard_error;
      p->paired[level - 1][e] += simulation[e] - error;
      p->paired_square[level - 1][e] += (simulation[e] - error) * (simulation[e] - error);
    }
    icl_finite_theory_destroy(theory);
  }
}

static void print_point(const point *p, int which, double tau, double lambda) {
  icl_theory *theory;
  double pools = (double)p->pools, limit;
  require(icl_theory_create(tau, set[which].alpha, set[which].kappa, set[which].rho, lambda, &theory));
  for (int e = 0; e < ERRORS; e++) {
    double mean = p->simulation[e] / pools, difference = p->paired[1][e] / pools;
    double error = sqrt((p->paired_square[1][e] / pools - difference * difference) / (pools - 1.0));
    limit = INFINITY;
    require(icl_theory_value(theory, e ? ICL_QUANTITY_IDG : ICL_QUANTITY_ICL, &limit));
    printf("%3" PRId64 " (%g, %g, %g) %-4g %-6g %s %8.4f %8.4f %8.4f %8.4f  %+7.2f %+7.2f %+7.2f  %.2f  %.2f\n", p->d,
           set[which].alpha, set[which].kappa, set[which].rho, tau, lambda, e ? "IDG" : "ICL", mean, limit,
           p->level[0][e] / pools, p->level[1][e] / pools, 100.0 * (limit / mean - 1.0),
           100.0 * (p->level[0][e] / p->simulation[e] - 1.0), 100.0 * (p->level[1][e] / p->simulation[e] - 1.0),
           100.0 * error / mean, 100.0 * sqrt(p->own[e] / pools) / mean);
  }
  icl_theory_destroy(theory);
}

enum { MAX_DIMENSIONS = 8 };
static point points[MAX_DIMENSIONS][SETS][TAUS][LAMBDAS];

static int find(const double *list, int count, double value) {
  for (int i = 0; i < count; i++) {
    if (fabs(list[i] - value) <= 1e-9 * value) return i;
  }
  fprintf(stderr, "%g is not on the grid\n", value);
  exit(1);
}

static void compare(int64_t samples) {
  int64_t d, pool, datasets;
  int which, used = 0;
  double tau, lambda, mean[ERRORS], variance[ERRORS];
  printf("  d (alpha, kappa, rho) tau lambda test: simulation, asymptotic, (a), (b); deviations from simulation in %%;"
         " standard error of (b)'s, and (b)'s own per pool, in %%\n");
  while (scanf("%" SCNd64 " %d %lf %lf %" SCNd64 " %" SCNd64 " %lf %lf %lf %lf", &d, &which, &tau, &lambda, &pool,
               &datasets, &mean[0], &variance[0], &mean[1], &variance[1]) == 10) {
    int size = 0;
    while (size < used && points[size][0][0][0].d != d) size++;
    if (size == MAX_DIMENSIONS || which < 0 || which >= SETS) exit(1);
    if (size == used) points[used++][0][0][0].d = d;
    point *p = &points[size][which][find(taus, TAUS, tau)][find(lambdas, LAMBDAS, lambda)];
    model m = model_of(d, which, tau, pool);
    p->d = d;
    p->pools++;
    p->replicates += datasets;
    for (int e = 0; e < ERRORS; e++) p->simulation[e] += mean[e];
    add_levels(&m, which, lambda, samples, (uint64_t)pool, mean, p);
    model_destroy(&m);
  }
  for (int size = 0; size < used; size++) {
    for (int j = 0; j < SETS * TAUS * LAMBDAS; j++) {
      int t = j / LAMBDAS % TAUS, i = j % LAMBDAS;
      which = j / LAMBDAS / TAUS;
      if (points[size][which][t][i].pools > 1) print_point(&points[size][which][t][i], which, taus[t], lambdas[i]);
    }
  }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of level (b) for one pool, near the threshold too, and with no pool at all. */
static void cost(int64_t d, int64_t samples) {
  static const double own_taus[] = {0.5, 1.0, 2.0}, own_lambdas[] = {0.0, 1e-6, 1e-2};
  for (int j = 0; j < 2 * 9; j++) {
    int which = 1, infinite = j / 9;
    double tau = own_taus[j / 3 % 3], lambda = own_lambdas[j % 3], error[ERRORS], own[ERRORS];
    model m = model_of(d, which, tau, 0);
    icl_finite_theory *theory;
    if (infinite) {
      icl_task_pool_destroy(m.pool);
      icl_test_law_destroy(m.law[1]);
      require(icl_task_pool_create_infinite(d, ICL_TASKS_GAUSSIAN, 0, &m.pool));
      require(icl_test_law_create_pool(m.pool, m.l, set[which].rho, &m.law[1]));
    }
    require(icl_finite_theory_create(m.pool, m.l, m.n, set[which].rho, lambda, ICL_FINITE_CORRECTED, &theory));
    if (samples) require(icl_finite_theory_set_samples(theory, samples));
    double start = now();
    require(icl_finite_theory_solve(theory, NULL));
    double seconds = now() - start;
    for (int e = 0; e < ERRORS; e++) require(icl_finite_theory_error(theory, m.law[e], &error[e], &own[e]));
    printf("d %" PRId64 ", kappa %s, tau %g, lambda %g: %.3f s; ICL %.5f (%.2f %%), IDG %.5f (%.2f %%)\n", d,
           infinite ? "inf" : "1.5", tau, lambda, seconds, error[0], 100.0 * own[0] / error[0], error[1],
           100.0 * own[1] / error[1]);
    icl_finite_theory_destroy(theory);
    model_destroy(&m);
  }
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  int64_t number[3] = {0};
  for (int i = 2; i < argc && i < 5; i++) number[i - 2] = strtoll(argv[i], NULL, 10);
  if (!strcmp(mode, "simulate") && argc == 5 && number[2] > 1) {
    for (int64_t pool = 0; pool < number[1]; pool++) {
      for (int j = 0; j < SETS * TAUS; j++) simulate(number[0], pool, j / TAUS, taus[j % TAUS], number[2]);
    }
  } else if (!strcmp(mode, "compare")) {
    compare(number[0]);
  } else if (!strcmp(mode, "cost") && argc > 2) {
    cost(number[0], number[1]);
  } else {
    fprintf(stderr, "usage: finite_size simulate D POOLS DATASETS | compare [SAMPLES] | cost D [SAMPLES]\n");
    return 2;
  }
  return 0;
}
