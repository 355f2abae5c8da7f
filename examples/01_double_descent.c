/* Double descent: the test error of pretrained linear attention against the pretraining sample size tau = n/d^2, in
 * closed form and simulated. Both errors peak where the number n of sequences meets the number d(d+1) of unknowns: at
 * tau = 1 in the limit of large d, at tau = 1 + 1/d in the simulation.
 *
 * What it shows of the library: a task pool, a dataset drawn from it, a fit, the exact test error of that fit on fresh
 * tasks (ICL) and on the pool's (IDG), and the theory of both. Replicates run in threads of this program: handles that
 * are not shared need no locks. */
#include <getopt.h>
#include <icltheory.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line.h"
#include "figure.h"
#include "grid.h"

#define NAME "01_double_descent"

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

/* The integers that the ratios asked for stand for, and the ratios that these integers realise: theory and simulation
 * are compared at the latter. */
typedef struct {
  int64_t l, k, n;
  double alpha, kappa, tau;
} sizes;

/* What the figure's axes have to hold. */
typedef struct {
  double tau_low, tau_high, error_low, error_high;
} extent;

/* The replicates, and under the lock what their threads share. */
typedef struct {
  const settings *set;
  double *errors; /* [(point * replicates + replicate) * ERRORS + which] */
  int64_t total;
  int progress;
  pthread_mutex_t lock;
  int64_t next, finished;
  char failure[512]; /* the first one's message */
} work;

const program_text program = {
  .name = NAME,
  .usage =
    "Usage: " NAME " [--d D] [--alpha A] [--kappa K] [--rho R] [--lambda L] [--tau T,T,...]\n"
    "       [--replicates N] [--seed S] [--threads N] [--output PREFIX] [--no-plot]\n",
  .help =
    "Test error of pretrained linear attention against the pretraining sample size tau = n/d^2: theory beside\n"
    "simulation. Prints a table, writes PREFIX.csv and PREFIX_theory.csv, and draws PREFIX.svg and PREFIX.png\n"
    "through gnuplot.\n"
    "\n"
    "  --d D             token dimension; default 40\n"
    "  --alpha A         context length l/d; default 10\n"
    "  --kappa K         task diversity k/d, or inf for a fresh task per sequence; default 0.5\n"
    "  --rho R           variance of the label noise, >= 0; default 0.01\n"
    "  --lambda L        ridge, >= 0; default 1e-5. 0 is the limit L -> 0+.\n"
    "  --tau T,T,...     sample sizes; default 17 values from 0.1 to 4\n"
    "  --replicates N    independent pools and datasets per sample size, at least 2; default 10\n"
    "  --seed S          default 1\n"
    "  --threads N       replicates at a time; default one per processor. They pay most with\n"
    "                    OPENBLAS_NUM_THREADS=1 in the environment.\n"
    "  --output PREFIX   files to write; default double_descent\n"
    "  --no-plot         only the CSV files\n"
    "  --help            this text (also -h; and -d is --d)\n"
    "\n"
    "PREFIX.csv has one line per sample size. Its tau, alpha and kappa are those that the integers n, l and k\n"
    "realise, and the theory is evaluated there; k = 0 means an infinite pool, kappa = inf. ICL is the error on\n"
    "fresh tasks, IDG that on the tasks of the pool, both with label noise.\n"
    "\n"
    "Exit status: 0 success, 1 failure, 2 wrong usage.\n"};

static void parse_taus(settings *set, const char *text) {
  char *copy = strdup(text), *rest = copy, *item;
  set->tau_count = 0;
  while (copy && (item = strtok_r(rest, ",", &rest))) {
    if (set->tau_count == MAX_TAUS) fail_usage("--tau has more than %d numbers", MAX_TAUS);
    set->tau[set->tau_count++] = parse_number("tau", item, POSITIVE);
  }
  free(copy);
  if (!set->tau_count) fail_usage("--tau is \"%s\"; numbers separated by commas were expected", text);
}

static void set_option(settings *set, int option, const char *text) {
  switch (option) {
    case 'd': set->d = parse_integer("d", text, 1, 1000); break;
    case 'a': set->alpha = parse_number("alpha", text, POSITIVE); break;
    case 'k': set->kappa = parse_number("kappa", text, POSITIVE_OR_INFINITE); break;
    case 'r': set->rho = parse_number("rho", text, NONNEGATIVE); break;
    case 'l': set->lambda = parse_number("lambda", text, NONNEGATIVE); break;
    case 't': parse_taus(set, text); break;
    case 'n': set->replicates = parse_integer("replicates", text, 2, 100000); break;
    case 's': set->seed = (uint64_t)parse_integer("seed", text, 0, INT64_MAX); break;
    case 'j': set->threads = parse_integer("threads", text, 1, 1024); break;
    case 'o': set->output = text; break;
    case 'P': set->plot = 0; break;
    case 'h': print_help();
    default: fail_option();
  }
}

/* Beyond 2^53 a double does not tell integers apart any more, and beyond 2^63 its conversion to one is undefined. */
static void check_size(const char *option, double ratio, const char *what, double size) {
  if (size < 0x1p53) return;
  fail_usage("--%s is %g, which makes %s = %g; a number below 2^53 was expected", option, ratio, what, size);
}

static void check_sizes(const settings *set) {
  double d = (double)set->d;
  check_size("alpha", set->alpha, "l", set->alpha * d);
  if (set->kappa < INFINITY) check_size("kappa", set->kappa, "k", set->kappa * d);
  for (int64_t point = 0; point < set->tau_count; point++) {
    check_size("tau", set->tau[point], "n", set->tau[point] * d * d);
  }
}

static settings parse_command_line(int argc, char **argv) {
  static const struct option options[] = {
    {"d", required_argument, NULL, 'd'},       {"alpha", required_argument, NULL, 'a'},
    {"kappa", required_argument, NULL, 'k'},   {"rho", required_argument, NULL, 'r'},
    {"lambda", required_argument, NULL, 'l'},  {"tau", required_argument, NULL, 't'},
    {"seed", required_argument, NULL, 's'},    {"replicates", required_argument, NULL, 'n'},
    {"threads", required_argument, NULL, 'j'}, {"output", required_argument, NULL, 'o'},
    {"no-plot", no_argument, NULL, 'P'},       {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0}};
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  settings set = {.d = 40, .replicates = 10, .threads = processors > 0 ? processors : 1, .alpha = 10.0, .kappa = 0.5,
                  .rho = 0.01, .lambda = 1e-5, .seed = 1, .output = "double_descent", .plot = 1};
  int option;
  parse_taus(&set, "0.1,0.15,0.2,0.3,0.4,0.5,0.65,0.8,0.9,1,1.1,1.25,1.5,2,2.5,3,4");
  while ((option = getopt_long(argc, argv, "d:h", options, NULL)) != -1) set_option(&set, option, optarg);
  if (optind < argc) fail_usage("\"%s\" is not an option", argv[optind]);
  check_sizes(&set);
  return set;
}

static sizes realise(const settings *set, double tau) {
  double d = (double)set->d;
  sizes size = {.l = (int64_t)fmax(1.0, round(set->alpha * d)), .n = (int64_t)fmax(1.0, round(tau * d * d))};
  size.k = isinf(set->kappa) ? 0 : (int64_t)fmax(1.0, round(set->kappa * d)); /* 0: the infinite pool */
  size.alpha = (double)size.l / d;
  size.kappa = size.k ? (double)size.k / d : INFINITY;
  size.tau = (double)size.n / (d * d);
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

/* The number of a replicate to do, or -1 if none is left or one has failed. */
static int64_t take(work *job) {
  pthread_mutex_lock(&job->lock);
  int64_t index = job->failure[0] || job->next == job->total ? -1 : job->next++;
  pthread_mutex_unlock(&job->lock);
  return index;
}

/* Under the lock, so that the count on the terminal never steps back. The library keeps its message per thread, so it
 * is read here. */
static void finish(work *job, icl_status status) {
  pthread_mutex_lock(&job->lock);
  job->finished++;
  if (status && !job->failure[0]) {
    snprintf(job->failure, sizeof job->failure, "%s: %s", icl_status_string(status), icl_last_error_message());
  }
  if (job->progress) fprintf(stderr, "\r%" PRId64 " of %" PRId64 " fits", job->finished, job->total);
  pthread_mutex_unlock(&job->lock);
}

/* A thread. The seed is that of the replicate, so which thread does it changes nothing. */
static void *work_on(void *argument) {
  work *job = argument;
  const settings *set = job->set;
  int64_t index;
  while ((index = take(job)) >= 0) {
    sizes size = realise(set, set->tau[index / set->replicates]);
    finish(job, replicate(set, &size, family_seed(set->seed, index), &job->errors[index * ERRORS]));
  }
  return NULL;
}

static double *simulate(const settings *set) {
  work job = {.set = set, .total = set->tau_count * set->replicates, .progress = isatty(STDERR_FILENO),
              .lock = PTHREAD_MUTEX_INITIALIZER};
  pthread_t *threads = malloc((size_t)set->threads * sizeof *threads);
  job.errors = malloc((size_t)(job.total * ERRORS) * sizeof *job.errors);
  if (!threads || !job.errors) fail("no memory for %" PRId64 " replicates", job.total);
  int64_t started = 0;
  while (started < set->threads - 1 && !pthread_create(&threads[started], NULL, work_on, &job)) started++;
  work_on(&job);
  for (int64_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  if (job.progress) fprintf(stderr, "\r\033[K");
  if (job.failure[0]) fail("a replicate: %s", job.failure);
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

static icl_theory *theory_at(const settings *set, const sizes *size) {
  icl_theory *theory;
  require(icl_theory_create(size->tau, size->alpha, size->kappa, set->rho, set->lambda, &theory), "the theory");
  return theory;
}

/* What a logarithmic axis can show: not the theory's infinity at tau = 1 without ridge. */
static void include_error(extent *range, double error) {
  if (!(error > 0.0 && error < INFINITY)) return;
  range->error_low = fmin(range->error_low, error);
  range->error_high = fmax(range->error_high, error);
}

/* One sample size: a line of the CSV file and of the table. */
static void write_point(FILE *csv, const settings *set, const sizes *size, const double *errors, extent *range) {
  static const int32_t quantity[ERRORS] = {[ICL] = ICL_QUANTITY_ICL, [IDG] = ICL_QUANTITY_IDG};
  icl_theory *theory = theory_at(set, size);
  print_number(csv, size->tau);
  write_number(csv, size->alpha);
  write_number(csv, size->kappa);
  write_number(csv, set->rho);
  write_number(csv, set->lambda);
  fprintf(csv, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRIu64 ",%" PRId64, set->d, size->l, size->k,
          size->n, set->seed, set->replicates);
  printf("%8.4f %8" PRId64, size->tau, size->n);
  for (int which = 0; which < ERRORS; which++) {
    double expected, mean, error;
    require(icl_theory_value(theory, quantity[which], &expected), "the theory");
    mean_and_error(set, &errors[which], &mean, &error);
    write_number(csv, expected);
    write_number(csv, mean);
    write_number(csv, error);
    printf("   %-10.5g %-10.5g +- %-9.2g", expected, mean, error);
    include_error(range, mean - error);
    include_error(range, mean + error);
  }
  fputc('\n', csv);
  putchar('\n');
  icl_theory_destroy(theory);
}

static void write_points(FILE *csv, const settings *set, const double *errors, extent *range) {
  fputs("tau,alpha,kappa,rho,lambda,d,l,k,n,seed,replicates,icl_theory,icl_mean,icl_standard_error,idg_theory,idg_mean,"
        "idg_standard_error\n", csv);
  printf("%8s %8s   %-10s %-23s   %-10s %-23s\n", "tau", "n", "ICL theory", "simulated", "IDG theory", "simulated");
  for (int64_t point = 0; point < set->tau_count; point++) {
    sizes size = realise(set, set->tau[point]);
    write_point(csv, set, &size, &errors[point * set->replicates * ERRORS], range);
    range->tau_low = fmin(range->tau_low, size.tau / 1.1);
    range->tau_high = fmax(range->tau_high, size.tau * 1.1);
  }
}

/* The curve, on a grid in log tau from tau_low to tau_high that contains tau = 1. */
static void write_curve(FILE *csv, const settings *set, extent *range) {
  double least = range->tau_low, ratio = range->tau_high / least;
  double tau[CURVE_POINTS], value[ERRORS][CURVE_POINTS];
  for (int i = 0; i < CURVE_POINTS; i++) tau[i] = least * pow(ratio, (double)i / (CURVE_POINTS - 1));
  tau[(int)round(log(1.0 / least) / log(ratio) * (CURVE_POINTS - 1))] = 1.0;
  sizes size = realise(set, 1.0);
  icl_theory *theory = theory_at(set, &size);
  require(icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_TAU, CURVE_POINTS, tau, value[ICL]), "the theory");
  require(icl_theory_curve(theory, ICL_QUANTITY_IDG, ICL_TAU, CURVE_POINTS, tau, value[IDG]), "the theory");
  icl_theory_destroy(theory);
  fputs("tau,icl,idg\n", csv);
  for (int i = 0; i < CURVE_POINTS; i++) {
    print_number(csv, tau[i]);
    for (int which = 0; which < ERRORS; which++) {
      write_number(csv, value[which][i]);
      include_error(range, value[which][i]);
    }
    fputc('\n', csv);
  }
}

static void plot_axes(FILE *gnuplot, const settings *set, const extent *range) {
  sizes size = realise(set, 1.0);
  fputs("set encoding utf8\nset datafile separator ','\nset datafile columnheaders\nset logscale xy\nset format '%g'\n"
        "set bmargin 6\nset key at screen 0.53, screen 0.01 bottom center horizontal maxrows 2 samplen 3\n"
        "set grid lt 1 lc rgb '#e8e8e8'\n"
        "set xlabel 'pretraining sample size  τ = n/d²'\nset ylabel 'test error'\n"
        "set xtics (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 10, 20, 50)\n"
        "set arrow from 1, graph 0 to 1, graph 1 nohead dashtype 2 lc rgb '#808080'\n", gnuplot);
  fprintf(gnuplot, "set xrange [%.17g:%.17g]\n", range->tau_low, range->tau_high);
  if (range->error_high > 0.0) {
    fprintf(gnuplot, "set yrange [%.17g:%.17g]\n", range->error_low / 1.3, range->error_high * 1.3);
  }
  fprintf(gnuplot, "set title \"Double descent: theory, and simulation at d = %" PRId64 " (%" PRId64 " replicates)\\n"
          "α = l/d = %g,  κ = k/d = %g,  ρ = %g,  λ = %g\"\n", set->d, set->replicates, size.alpha, size.kappa,
          set->rho, set->lambda);
}

static void plot_picture(FILE *gnuplot, const settings *set, const char *terminal, const char *ending) {
  static const char *const column[ERRORS] = {"icl", "idg"}, *const name[ERRORS] = {"ICL", "IDG"},
                    *const color[ERRORS] = {"#c04020", "#2060a0"};
  static const int mark[ERRORS] = {7, 5};
  start_picture(gnuplot, set->output, terminal, ending);
  for (int which = 0; which < ERRORS; which++) {
    fputs(which ? ", " : "plot ", gnuplot);
    quote_name(gnuplot, set->output, "_theory.csv");
    fprintf(gnuplot, " using 'tau':'%s' with lines lw 2 lc rgb '%s' title '%s, theory'", column[which], color[which],
            name[which]);
    fputs(", ", gnuplot);
    quote_name(gnuplot, set->output, ".csv");
    fprintf(gnuplot, " using 'tau':'%s_mean':'%s_standard_error' with yerrorbars pt %d ps 0.7 lc rgb '%s'"
            " title '%s, simulation'", column[which], column[which], mark[which], color[which], name[which]);
  }
  fputs("\nunset output\n", gnuplot);
}

/* 0, or -1 after saying why there is no figure. */
static int plot(const settings *set, const extent *range) {
  FILE *gnuplot = start_gnuplot(set->output);
  if (!gnuplot) return -1;
  plot_axes(gnuplot, set, range);
  plot_picture(gnuplot, set, "svg size 800,600 noenhanced background rgb 'white'", ".svg");
  plot_picture(gnuplot, set, "pngcairo size 800,600 noenhanced", ".png");
  return finish_gnuplot(gnuplot);
}

int main(int argc, char **argv) {
  settings set = parse_command_line(argc, argv);
  extent range = {.tau_low = 1.0, .tau_high = 1.0, .error_low = INFINITY, .error_high = 0.0};
  /* Before the simulation: a name that cannot be written should not cost its time. */
  FILE *points = open_output(set.output, ".csv"), *curve = open_output(set.output, "_theory.csv");
  double *errors = simulate(&set);
  write_points(points, &set, errors, &range);
  write_curve(curve, &set, &range);
  close_output(set.output, ".csv", points);
  close_output(set.output, "_theory.csv", curve);
  free(errors);
  printf("wrote %s.csv and %s_theory.csv\n", set.output, set.output);
  if (set.plot && !plot(&set, &range)) printf("wrote %s.svg and %s.png\n", set.output, set.output);
  return flush_output() ? EXIT_FAILURE : EXIT_SUCCESS;
}
