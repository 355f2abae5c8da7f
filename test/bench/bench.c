/* The library's side of the benchmarks; bench.py runs it beside NumPy and prints the table. Each call measures one
 * thing and prints one line of numbers. Linked against the static library, for the operator on its own. */
#include <cblas.h>
#include <icltheory.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "operator.h"
#include "rng.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void require(icl_status status) {
  if (status == ICL_OK || status == ICL_ERR_NOT_CONVERGED) return;
  fprintf(stderr, "%s\n", icl_last_error_message());
  exit(1);
}

typedef struct {
  int64_t d, threads;
  double tau, alpha, kappa, rho, lambda;
  int32_t method;
  int64_t memory_limit; /* bytes; -1: the default */
  uint64_t seed;
} problem;

static icl_dataset *dataset_of(const problem *s) {
  icl_task_pool *pool;
  icl_dataset *dataset;
  double d = (double)s->d;
  int64_t k = (int64_t)fmax(1.0, round(s->kappa * d));
  require(icl_task_pool_create(s->d, k, ICL_TASKS_GAUSSIAN, s->seed, &pool));
  require(icl_dataset_create(pool, (int64_t)round(s->alpha * d), (int64_t)round(s->tau * d * d), s->rho, s->seed,
                             &dataset));
  if (s->memory_limit >= 0) require(icl_dataset_set_memory_limit(dataset, s->memory_limit));
  icl_task_pool_destroy(pool);
  return dataset;
}

typedef struct {
  double seconds, residual;
  int32_t method;
  int64_t iterations;
} outcome;

/* Draw and fit, from nothing to Gamma. */
static outcome fit(const problem *s) {
  icl_estimator *estimator;
  icl_run *run;
  outcome out;
  require(icl_run_create(&run));
  require(icl_run_set_threads(run, s->threads));
  require(icl_estimator_create(&estimator));
  require(icl_estimator_set_lambda(estimator, s->lambda));
  require(icl_estimator_set_method(estimator, s->method));
  require(icl_estimator_set_max_iterations(estimator, 10000));
  out.seconds = -now();
  icl_dataset *dataset = dataset_of(s);
  require(icl_estimator_fit(estimator, dataset, run));
  out.seconds += now();
  require(icl_estimator_report(estimator, &out.method, &out.iterations, &out.residual, NULL));
  icl_dataset_destroy(dataset);
  icl_estimator_destroy(estimator);
  icl_run_destroy(run);
  return out;
}

/* GFLOP/s of a square matrix product. */
static void bench_dgemm(int64_t size) {
  double *a = malloc((size_t)(3 * size * size) * sizeof *a), *b = &a[size * size], *c = &b[size * size];
  if (!a) exit(1);
  for (int64_t i = 0; i < 3 * size * size; i++) a[i] = (double)(i % 17);
  double seconds = -now();
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)size, (int)size, (int)size, 1.0, a, (int)size, b,
              (int)size, 0.0, c, (int)size);
  seconds += now();
  printf("%g\n", 2e-9 * pow((double)size, 3.0) / seconds);
  free(a);
}

/* GFLOP/s of Gamma -> F'F Gamma on stored rows, 4 n d (d+1) flop. */
static void bench_operator(const problem *s) {
  icl_task_pool *pool;
  icl_run *run;
  icl__operator operator;
  double *rows, d = (double)s->d;
  require(icl_run_create(&run));
  require(icl_run_set_threads(run, s->threads));
  require(icl_task_pool_create(s->d, s->d, ICL_TASKS_GAUSSIAN, 1, &pool));
  icl__sequence_law law = {pool, s->d, s->rho, 1, ICL__FAMILY_DATASET};
  icl__row_source source = {.d = s->d, .n = (int64_t)(s->tau * d * d), .law = &law};
  icl__progress progress = icl__progress_begin(run, -1);
  require(icl__source_load(&source, &progress, &rows));
  require(icl__operator_create(&source, &progress, &operator));
  double *gamma = calloc((size_t)(2 * s->d * (s->d + 1)), sizeof *gamma);
  if (!gamma) exit(1);
  gamma[0] = 1.0;
  require(icl__operator_normal(&operator, gamma, &gamma[s->d * (s->d + 1)])); /* warm */
  int repeats = (int)fmax(1.0, 2e10 / (4.0 * (double)source.n * d * (d + 1.0)));
  double seconds = -now();
  for (int i = 0; i < repeats; i++) require(icl__operator_normal(&operator, gamma, &gamma[s->d * (s->d + 1)]));
  seconds += now();
  printf("%g\n", 4e-9 * repeats * (double)source.n * d * (d + 1.0) / seconds);
}

/* Million Gaussians a second, and microseconds a row of dimension d at two context lengths. */
static void bench_draw(int64_t d) {
  enum { MANY = 100000 };
  static double z[MANY];
  double seconds = -now();
  for (uint64_t i = 0; i < 100; i++) icl__rng_normals(&(icl__stream){{1, 2}, {i, 0, 0}}, MANY, z);
  seconds += now();
  printf("%g", 100.0 * MANY / seconds * 1e-6);
  for (double alpha = 1.0; alpha < 2e6; alpha *= 1e6) {
    problem s = {.d = d, .tau = 2.0, .alpha = alpha, .kappa = 1.0, .rho = 0.1, .memory_limit = -1};
    icl_dataset *dataset = dataset_of(&s);
    int64_t n = icl_dataset_size(dataset);
    double *target = malloc((size_t)n * sizeof *target);
    if (!target) exit(1);
    seconds = -now();
    require(icl_dataset_copy_rows(dataset, 0, n, NULL, NULL, target));
    seconds += now();
    printf(" %g", seconds / (double)n * 1e6);
    free(target);
    icl_dataset_destroy(dataset);
  }
  printf("\n");
}

/* Replicated fits at d = 64, tau = alpha = 10, kappa over {0.2, 1, 4}: `count` of each kappa, in threads of the
 * program, one own thread each. */
typedef struct {
  int64_t first, step, count;
} share;

static void *fit_share(void *argument) {
  const share *mine = argument;
  static const double kappas[] = {0.2, 1.0, 4.0};
  for (int64_t i = mine->first; i < 3 * mine->count; i += mine->step) {
    problem s = {64, 1, 10.0, 10.0, kappas[i % 3], 0.01, 1e-6, ICL_METHOD_AUTO, -1, (uint64_t)i};
    outcome out = fit(&s);
    if (!(out.residual <= 1e-8)) exit(1);
  }
  return NULL;
}

static void bench_replicates(int64_t count, int64_t threads) {
  share shares[64];
  pthread_t handles[64];
  double seconds = -now();
  for (int64_t i = 0; i < threads; i++) {
    shares[i] = (share){i, threads, count};
    if (pthread_create(&handles[i], NULL, fit_share, &shares[i])) exit(1);
  }
  for (int64_t i = 0; i < threads; i++) pthread_join(handles[i], NULL);
  seconds += now();
  printf("%g\n", seconds);
}

int main(int argc, char **argv) {
  double number[10] = {0};
  for (int i = 2; i < argc && i < 12; i++) number[i - 2] = strtod(argv[i], NULL);
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "dgemm")) {
    bench_dgemm((int64_t)number[0]);
  } else if (!strcmp(what, "operator")) { /* d threads tau */
    problem s = {.d = (int64_t)number[0], .threads = (int64_t)number[1], .tau = number[2], .rho = 0.01};
    bench_operator(&s);
  } else if (!strcmp(what, "draw")) { /* d */
    bench_draw((int64_t)number[0]);
  } else if (!strcmp(what, "replicates")) { /* count threads */
    bench_replicates((int64_t)number[0], (int64_t)number[1]);
  } else if (!strcmp(what, "fit")) { /* d threads tau alpha kappa rho lambda method memory_limit */
    problem s = {(int64_t)number[0], (int64_t)number[1], number[2], number[3], number[4], number[5], number[6],
                 (int32_t)number[7], (int64_t)number[8], 1};
    outcome out = fit(&s);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%g %d %" PRId64 " %g %g\n", out.seconds, out.method, out.iterations, out.residual,
           (double)usage.ru_maxrss / 1024.0);
  } else {
    fprintf(stderr, "usage: bench dgemm|operator|draw|replicates|fit NUMBERS; see bench.py\n");
    return 2;
  }
  return 0;
}
