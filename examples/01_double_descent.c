/* Double descent: the test error of pretrained linear attention against the pretraining sample size tau = n/d^2, in
 * closed form and simulated. Both errors peak at tau = 1, where the number of sequences meets the number of unknowns.
 *
 * What it shows of the library: a task pool, a dataset drawn from it, a fit, the exact test error of that fit on fresh
 * tasks (ICL) and on the pool's (IDG), and the theory of both. Replicates run in threads of this program: handles that
 * are not shared need no locks. */
#include <getopt.h>
#include <icltheory.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line.h"

enum { MAX_TAUS = 200, CURVE_POINTS = 401 };
enum { ICL, IDG, ERRORS };

typedef struct {
  int64_t d, replicates, threads;
  double alpha, kappa, rho, lambda;
  uint64_t seed;
  const char *output;
  int plot;
  int64_t tau_count;
  double tau[MAX_TAUS];
} settings;

/* What the figure's axes have to hold. */
typedef struct {
  double tau_low, tau_high, error_low, error_high;
} extent;

/* The integers that the ratios stand for, and what the theory is evaluated at. */
typedef struct {
  int64_t l, k, n;
} sizes;

/* errors[(point * replicates + replicate) * ERRORS + which] */
typedef struct {
  const settings *set;
  double *errors;
  _Atomic int64_t next;
  _Atomic int64_t finished;
  atomic_int failed;
} work;

static void usage(FILE *out, const char *program) {
  fprintf(out,
          "usage: %s [options]\n"
          "Test error against pretraining sample size tau = n/d^2: theory beside simulation.\n"
          "Writes PREFIX.csv, PREFIX_theory.csv and, through gnuplot, PREFIX.svg and PREFIX.png.\n\n"
          "  -d, --dimension D     token dimension d (40)\n"
          "  -a, --alpha X         context length l/d (10)\n"
          "  -k, --kappa X         task diversity k/d, or inf for a fresh task per sequence (0.5)\n"
          "  -r, --rho X           label-noise variance (0.01)\n"
          "  -l, --lambda X        ridge (1e-5)\n"
          "  -t, --tau X,X,...     sample sizes (17 values from 0.1 to 4)\n"
          "  -n, --replicates N    independent pools and datasets per point, at least 2 (10)\n"
          "  -s, --seed N          seed (1)\n"
          "  -j, --threads N       replicates at a time (one per processor)\n"
          "  -o, --output PREFIX   files to write (double_descent)\n"
          "      --no-plot         only the CSV files\n"
          "  -h, --help            this text\n\n"
          "Threads pay most with OPENBLAS_NUM_THREADS=1 in the environment.\n",
          program);
}

static void parse_taus(settings *set, const char *text) {
  char *copy = strdup(text), *rest = copy, *item;
  set->tau_count = 0;
  while (copy && (item = strtok_r(rest, ",", &rest))) {
    if (set->tau_count == MAX_TAUS) {
      fprintf(stderr, "--tau has more than %d values\n", MAX_TAUS);
      exit(EXIT_USAGE);
    }
    set->tau[set->tau_count++] = parse_positive("--tau", item, 1e6);
  }
  free(copy);
  if (set->tau_count) return;
  fprintf(stderr, "--tau is '%s'; numbers separated by commas were expected\n", text);
  exit(EXIT_USAGE);
}

static settings parse(int argc, char **argv) {
  static const struct option options[] = {
    {"dimension", required_argument, NULL, 'd'}, {"alpha", required_argument, NULL, 'a'},
    {"kappa", required_argument, NULL, 'k'},     {"rho", required_argument, NULL, 'r'},
    {"lambda", required_argument, NULL, 'l'},    {"tau", required_argument, NULL, 't'},
    {"replicates", required_argument, NULL, 'n'}, {"seed", required_argument, NULL, 's'},
    {"threads", required_argument, NULL, 'j'},   {"output", required_argument, NULL, 'o'},
    {"no-plot", no_argument, NULL, 'P'},         {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
  };
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  settings set = {.d = 40, .replicates = 10, .threads = processors > 0 ? processors : 1, .alpha = 10.0, .kappa = 0.5,
                  .rho = 0.01, .lambda = 1e-5, .seed = 1, .output = "double_descent", .plot = 1};
  parse_taus(&set, "0.1,0.15,0.2,0.3,0.4,0.5,0.65,0.8,0.9,1,1.1,1.25,1.5,2,2.5,3,4");
  int option;
  while ((option = getopt_long(argc, argv, "d:a:k:r:l:t:n:s:j:o:h", options, NULL)) != -1) {
    switch (option) {
      case 'd': set.d = parse_integer("--dimension", optarg, 1, 1000); break;
      case 'a': set.alpha = parse_positive("--alpha", optarg, 1e12); break;
      case 'k': set.kappa = parse_positive("--kappa", optarg, INFINITY); break;
      case 'r': set.rho = parse_number("--rho", optarg, 0.0, 1e6); break;
      case 'l': set.lambda = parse_number("--lambda", optarg, 0.0, 1e6); break;
      case 't': parse_taus(&set, optarg); break;
      case 'n': set.replicates = parse_integer("--replicates", optarg, 2, 100000); break;
      case 's': set.seed = (uint64_t)parse_integer("--seed", optarg, 0, INT64_MAX); break;
      case 'j': set.threads = parse_integer("--threads", optarg, 1, 1024); break;
      case 'o': set.output = optarg; break;
      case 'P': set.plot = 0; break;
      case 'h': usage(stdout, argv[0]); exit(EXIT_SUCCESS);
      default: usage(stderr, argv[0]); exit(EXIT_USAGE);
    }
  }
  if (optind == argc) return set;
  fprintf(stderr, "'%s' is not an option\n", argv[optind]);
  exit(EXIT_USAGE);
}

static sizes realise(const settings *set, double tau) {
  double d = (double)set->d;
  sizes size = {.l = (int64_t)fmax(1.0, round(set->alpha * d)), .n = (int64_t)fmax(1.0, round(tau * d * d))};
  size.k = isinf(set->kappa) ? 0 : (int64_t)fmax(1.0, round(set->kappa * d)); /* 0: the infinite pool */
  return size;
}

/* One replicate: a pool, a dataset, a fit, and the exact errors of that fit. */
static icl_status replicate(const settings *set, const sizes *size, uint64_t seed, double *errors) {
  icl_task_pool *pool = NULL;
  icl_dataset *dataset = NULL;
  icl_estimator *estimator = NULL;
  icl_test_law *fresh = NULL, *seen = NULL;
  double *gamma = malloc((size_t)(set->d * (set->d + 1)) * sizeof *gamma);
  icl_status status = gamma ? ICL_OK : ICL_ERR_MEMORY;
  if (!status && size->k) status = icl_task_pool_create(set->d, size->k, ICL_TASKS_GAUSSIAN, seed, &pool);
  if (!status && !size->k) status = icl_task_pool_create_infinite(set->d, ICL_TASKS_GAUSSIAN, seed, &pool);
  if (!status) status = icl_dataset_create(pool, size->l, size->n, set->rho, seed, &dataset);
  if (!status) status = icl_estimator_create(&estimator);
  if (!status) status = icl_estimator_set_lambda(estimator, set->lambda);
  if (!status) status = icl_estimator_fit(estimator, dataset, NULL);
  if (!status) status = icl_estimator_gamma(estimator, gamma);
  if (!status) status = icl_test_law_create_fresh(set->d, size->l, set->rho, ICL_TASKS_GAUSSIAN, &fresh);
  if (!status) status = icl_test_law_create_pool(pool, size->l, set->rho, &seen);
  if (!status) status = icl_test_error(fresh, gamma, &errors[ICL]);
  if (!status) status = icl_test_error(seen, gamma, &errors[IDG]);
  free(gamma);
  icl_task_pool_destroy(pool);
  icl_dataset_destroy(dataset);
  icl_estimator_destroy(estimator);
  icl_test_law_destroy(fresh);
  icl_test_law_destroy(seen);
  return status;
}

/* Takes replicates until none is left. The seed is that of the replicate, so threads do not change the numbers. */
static void *work_on(void *argument) {
  work *job = argument;
  const settings *set = job->set;
  int64_t total = set->tau_count * set->replicates, index;
  while (!job->failed && (index = atomic_fetch_add(&job->next, 1)) < total) {
    sizes size = realise(set, set->tau[index / set->replicates]);
    if (replicate(set, &size, set->seed + (uint64_t)index, &job->errors[index * ERRORS])) {
      job->failed = 1;
      fail_library("replicate");
    }
    int64_t finished = atomic_fetch_add(&job->finished, 1) + 1;
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r%" PRId64 " of %" PRId64 " fits", finished, total);
  }
  return NULL;
}

static double *simulate(const settings *set) {
  work job = {.set = set};
  pthread_t *threads = malloc((size_t)set->threads * sizeof *threads);
  job.errors = malloc((size_t)(set->tau_count * set->replicates * ERRORS) * sizeof *job.errors);
  if (!threads || !job.errors) {
    fprintf(stderr, "out of memory\n");
    exit(EXIT_FAILURE);
  }
  int64_t started = 0;
  while (started < set->threads - 1 && !pthread_create(&threads[started], NULL, work_on, &job)) started++;
  work_on(&job);
  for (int64_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  if (isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K");
  free(threads);
  return job.errors;
}

static void mean_and_error(const settings *set, const double *errors, double *mean, double *standard_error) {
  double count = (double)set->replicates, deviation = 0.0;
  *mean = 0.0;
  for (int64_t r = 0; r < set->replicates; r++) *mean += errors[r * ERRORS] / count;
  for (int64_t r = 0; r < set->replicates; r++) deviation += pow(errors[r * ERRORS] - *mean, 2.0);
  *standard_error = sqrt(deviation / (count * (count - 1.0)));
}

/* The theory at the ratios that the integers realise. */
static icl_theory *theory_at(const settings *set, const sizes *size) {
  icl_theory *theory;
  double d = (double)set->d, kappa = size->k ? (double)size->k / d : INFINITY;
  require(icl_theory_create((double)size->n / (d * d), (double)size->l / d, kappa, set->rho, set->lambda, &theory),
          "theory");
  return theory;
}

static FILE *open_output(const settings *set, const char *ending) {
  char name[4096];
  FILE *file = NULL;
  if (snprintf(name, sizeof name, "%s%s", set->output, ending) < (int)sizeof name) file = fopen(name, "w");
  if (file) return file;
  perror(set->output);
  exit(EXIT_FAILURE);
}

static void close_output(FILE *file, const char *what) {
  if (!fclose(file)) return;
  perror(what);
  exit(EXIT_FAILURE);
}

static void include_error(extent *range, double error) {
  if (isinf(error)) return; /* without ridge the theory diverges at tau = 1 */
  range->error_low = fmin(range->error_low, error);
  range->error_high = fmax(range->error_high, error);
}

static void write_points(const settings *set, const double *errors, extent *range) {
  FILE *csv = open_output(set, ".csv");
  fprintf(csv, "tau,d,l,k,n,rho,lambda,icl_theory,icl_mean,icl_standard_error,idg_theory,idg_mean,"
               "idg_standard_error\n");
  printf("%8s %8s   %-10s %-23s   %-10s %-23s\n", "tau", "n", "ICL theory", "simulated", "IDG theory", "simulated");
  for (int64_t point = 0; point < set->tau_count; point++) {
    sizes size = realise(set, set->tau[point]);
    icl_theory *theory = theory_at(set, &size);
    double mean[ERRORS], error[ERRORS], expected[ERRORS], tau;
    require(icl_theory_get(theory, ICL_TAU, &tau), "theory");
    for (int which = 0; which < ERRORS; which++) {
      mean_and_error(set, &errors[point * set->replicates * ERRORS + which], &mean[which], &error[which]);
      require(icl_theory_value(theory, which == ICL ? ICL_QUANTITY_ICL : ICL_QUANTITY_IDG, &expected[which]),
              "theory");
    }
    fprintf(csv, "%.17g,%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%.17g,%.17g", tau, set->d, size.l, size.k,
            size.n, set->rho, set->lambda);
    printf("%8.4f %8" PRId64, tau, size.n);
    for (int which = 0; which < ERRORS; which++) {
      fprintf(csv, ",%.17g,%.17g,%.17g", expected[which], mean[which], error[which]);
      printf("   %-10.5g %-10.5g +- %-9.2g", expected[which], mean[which], error[which]);
      include_error(range, mean[which]);
    }
    fprintf(csv, "\n");
    printf("\n");
    icl_theory_destroy(theory);
  }
  close_output(csv, "writing the simulation");
}

/* The curve, on a grid in log tau that covers the points with some margin and contains tau = 1. */
static void write_curve(const settings *set, extent *range) {
  double least = 1.0, most = 1.0, tau[CURVE_POINTS], value[ERRORS][CURVE_POINTS];
  for (int64_t point = 0; point < set->tau_count; point++) {
    least = fmin(least, set->tau[point] / 1.1);
    most = fmax(most, set->tau[point] * 1.1);
  }
  for (int i = 0; i < CURVE_POINTS; i++) tau[i] = least * pow(most / least, (double)i / (CURVE_POINTS - 1));
  int nearest = (int)round(log(1.0 / least) / log(most / least) * (CURVE_POINTS - 1));
  if (most > least) tau[nearest] = 1.0;
  sizes size = realise(set, 1.0);
  icl_theory *theory = theory_at(set, &size);
  require(icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_TAU, CURVE_POINTS, tau, value[ICL]), "theory");
  require(icl_theory_curve(theory, ICL_QUANTITY_IDG, ICL_TAU, CURVE_POINTS, tau, value[IDG]), "theory");
  icl_theory_destroy(theory);
  FILE *csv = open_output(set, "_theory.csv");
  fprintf(csv, "tau,icl,idg\n");
  for (int i = 0; i < CURVE_POINTS; i++) {
    fprintf(csv, "%.17g,%.17g,%.17g\n", tau[i], value[ICL][i], value[IDG][i]);
    include_error(range, value[ICL][i]);
    include_error(range, value[IDG][i]);
  }
  range->tau_low = least;
  range->tau_high = most;
  close_output(csv, "writing the theory");
}

/* Commands for one picture. File names reach gnuplot in single quotes, where only ' is special. */
static void plot_commands(FILE *gnuplot, const settings *set, const extent *range, const char *terminal,
                          const char *ending) {
  fprintf(gnuplot, "set terminal %s\nset output '%s%s'\n", terminal, set->output, ending);
  fprintf(gnuplot,
          "set datafile separator ','\nset logscale xy\nset key top right\nset grid lc rgb '#e0e0e0'\n"
          "set xlabel 'pretraining sample size  {/Symbol t} = n/d^2'\nset ylabel 'test error'\n"
          "set xrange [%g:%g]\nset yrange [%g:%g]\n"
          "set xtics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)\nset format y '%%g'\n"
          "set title 'Double descent at d = %" PRId64 ", {/Symbol a} = %g, {/Symbol k} = %g, {/Symbol r} = %g,"
          " {/Symbol l} = %g; %" PRId64 " replicates'\n"
          "set arrow from 1, graph 0 to 1, graph 1 nohead dashtype 2 lc rgb '#808080'\n",
          range->tau_low, range->tau_high, range->error_low / 1.3, range->error_high * 1.3, set->d, set->alpha,
          set->kappa, set->rho, set->lambda, set->replicates);
  fprintf(gnuplot,
          "plot '%s_theory.csv' skip 1 using 1:2 with lines lw 2 lc rgb '#c04020' title 'ICL, theory', \\\n"
          "     '%s_theory.csv' skip 1 using 1:3 with lines lw 2 lc rgb '#2060a0' title 'IDG, theory', \\\n"
          "     '%s.csv' skip 1 using 1:9:10 with yerrorbars pt 7 ps 0.7 lc rgb '#c04020' title 'ICL, simulation', \\\n"
          "     '%s.csv' skip 1 using 1:12:13 with yerrorbars pt 5 ps 0.7 lc rgb '#2060a0' title 'IDG, simulation'\n"
          "unset output\n",
          set->output, set->output, set->output, set->output);
}

static void plot(const settings *set, const extent *range) {
  if (strchr(set->output, '\'')) {
    fprintf(stderr, "no figure: gnuplot cannot take a ' in a file name\n");
    return;
  }
  if (system("gnuplot --version >/dev/null 2>&1")) {
    fprintf(stderr, "no figure: gnuplot is not installed; %s.csv has the numbers\n", set->output);
    return;
  }
  FILE *gnuplot = popen("gnuplot", "w");
  if (gnuplot) {
    plot_commands(gnuplot, set, range, "svg size 800,560 enhanced background rgb 'white'", ".svg");
    plot_commands(gnuplot, set, range, "pngcairo size 800,560 enhanced", ".png");
  }
  if (!gnuplot || pclose(gnuplot)) fprintf(stderr, "gnuplot failed; %s.csv has the numbers\n", set->output);
  else printf("wrote %s.csv, %s_theory.csv, %s.svg and %s.png\n", set->output, set->output, set->output, set->output);
}

int main(int argc, char **argv) {
  settings set = parse(argc, argv);
  double *errors = simulate(&set);
  extent range = {.error_low = INFINITY, .error_high = 0.0};
  write_points(&set, errors, &range);
  write_curve(&set, &range);
  if (set.plot) plot(&set, &range);
  free(errors);
  return EXIT_SUCCESS;
}
