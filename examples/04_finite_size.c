/* What finite size does to the error on fresh tasks (ICL): simulation at d = 10 .. 80 beside three theories, the limit
 * of large d, the one that keeps the pool's own moments, and the one that keeps the fluctuations of the features too.
 * Theory and simulation are compared pool by pool, because pools scatter by more than the theories differ.
 *
 * What it shows of the library: icl_finite_theory_create, _solve and _error, with the same pool and the same test law
 * as a fit. */
#include <getopt.h>
#include <icltheory.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "command_line.h"
#include "figure.h"
#include "grid.h"

#define NAME "04_finite_size"

/* Strong effects: few tasks more than dimensions, little ridge. */
static const double alpha = 10.0, kappa = 1.5, rho = 0.01, lambda = 1e-3;

static const double taus[] = {0.2, 0.25, 0.32, 0.4, 0.5, 0.63, 0.75, 0.87, 0.95, 1.0, 1.05, 1.15,
                              1.35, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0};
static const int64_t dimensions[] = {10, 20, 40, 80};
enum { TAUS = sizeof taus / sizeof *taus, DIMENSIONS = sizeof dimensions / sizeof *dimensions, MOST_POOLS = 1000 };

/* Away from the peak, where all theories are off. */
static int is_far(double tau) { return tau < 0.7 || tau > 1.5; }

enum { LIMIT, POOL, CORRECTED, THEORIES };
static const char *const theory_name[THEORIES] = {"limit", "pool", "corrected"};

typedef struct {
  int full;
  int64_t pools, most, samples; /* 0: the mode's; most is the largest d, samples are of features */
  int64_t threads, seed;
  const char *output;
  int plot;
} settings;

/* The model at one d and tau: each pool's mean over its datasets, and the theories of that pool. */
typedef struct {
  double simulation[MOST_POOLS], theory[THEORIES][MOST_POOLS];
} point;

typedef struct {
  const settings *set;
  int64_t dimensions;
  point *points; /* [d * TAUS + tau] */
} study;

const program_text program = {
  .name = NAME,
  .usage = "Usage: " NAME " [--quick | --full] [--d D] [--pools N] [--samples N] [--seed S] [--threads N]\n"
           "       [--output PREFIX] [--no-plot]\n",
  .help =
    "Simulation at d = 10, 20, 40 and 80 beside three theories: the limit of large d, the theory of finite size with\n"
    "the pool's own moments, and the same with the fluctuations of the features. The error on fresh tasks against the\n"
    "pretraining sample size tau = n/d^2, at alpha = 10, kappa = 1.5, rho = 0.01, lambda = 1e-3. Writes PREFIX.csv\n"
    "and PREFIX_deviation.csv, and draws PREFIX.svg and PREFIX.png through gnuplot.\n"
    "\n"
    "  --quick           d to 40, 6 pools, 4000 feature samples; the default\n"
    "  --full            d to 80, 4 pools, 5400 feature samples\n"
    "  --d D             largest dimension, 10 to 80\n"
    "  --samples N       feature samples of each theory of finite size, at least 64 (d + 1)\n"
    "  --pools N         pools at each point, 2 to 1000, with 80/d datasets each\n"
    "  --seed S          default 1\n"
    "  --threads N       points at a time; default one per processor\n"
    "  --output PREFIX   files to write; default finite_size\n"
    "  --no-plot         only the CSV files\n"
    "  --help            this text (also -h)\n"
    "\n"
    "PREFIX.csv: d, tau (as realised), pools, simulation and its standard error over pools, and for each theory its\n"
    "mean over the same pools, and the mean and standard error of its difference to simulation pool by pool.\n"
    "PREFIX_deviation.csv: for each d the root mean square of these differences over tau away from the peak, in per\n"
    "cent of the simulated error, and that of their standard errors.\n"
    "\n"
    "Exit status: 0 success, 1 failure, 2 wrong usage.\n"};

static void set_option(settings *set, int option, const char *text) {
  switch (option) {
    case 'q': set->full = 0; break;
    case 'f': set->full = 1; break;
    case 'n': set->pools = parse_integer("pools", text, 2, MOST_POOLS); break;
    case 'd': set->most = parse_integer("d", text, dimensions[0], dimensions[DIMENSIONS - 1]); break;
    case 'm': set->samples = parse_integer("samples", text, 64, 100000000); break;
    case 's': set->seed = parse_integer("seed", text, 0, INT64_MAX); break;
    case 'j': set->threads = parse_integer("threads", text, 1, 1024); break;
    case 'o': set->output = text; break;
    case 'P': set->plot = 0; break;
    case 'h': print_help();
    default: fail_option();
  }
}

static settings parse_command_line(int argc, char **argv) {
  static const struct option options[] = {
    {"quick", no_argument, NULL, 'q'},        {"full", no_argument, NULL, 'f'},
    {"d", required_argument, NULL, 'd'},      {"samples", required_argument, NULL, 'm'},
    {"pools", required_argument, NULL, 'n'},  {"seed", required_argument, NULL, 's'},
    {"threads", required_argument, NULL, 'j'}, {"output", required_argument, NULL, 'o'},
    {"no-plot", no_argument, NULL, 'P'},      {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0}};
  settings set = {.threads = processors(), .seed = 1, .output = "finite_size", .plot = 1};
  int option;
  while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) set_option(&set, option, optarg);
  if (optind < argc) fail_usage("\"%s\" is not an option", argv[optind]);
  if (!set.pools) set.pools = set.full ? 4 : 6;
  if (!set.most) set.most = set.full ? 80 : 40;
  if (!set.samples) set.samples = set.full ? 5400 : 4000;
  return set;
}

static double realised_tau(int64_t d, double tau) { return round(tau * (double)(d * d)) / (double)(d * d); }

/* The mean error over datasets of one pool. Every pool has its own seeds. */
static double simulate(const icl_task_pool *pool, const icl_test_law *law, int64_t d, int64_t n, uint64_t seed) {
  int64_t datasets = dimensions[DIMENSIONS - 1] / d;
  double sum = 0.0, error, *gamma = malloc((size_t)(d * (d + 1)) * sizeof *gamma);
  icl_estimator *estimator;
  if (!gamma) fail("no memory for Gamma");
  require(icl_estimator_create(&estimator), "the estimator");
  require(icl_estimator_set_lambda(estimator, lambda), "the ridge");
  for (int64_t i = 0; i < datasets; i++) {
    icl_dataset *dataset;
    require(icl_dataset_create(pool, llround(alpha * (double)d), n, rho, seed * 1000 + (uint64_t)i, &dataset),
            "the dataset");
    require(icl_estimator_fit(estimator, dataset, NULL), "the fit");
    require(icl_estimator_gamma(estimator, gamma), "the fit");
    require(icl_test_error(law, gamma, &error), "the test error");
    sum += error / (double)datasets;
    icl_dataset_destroy(dataset);
  }
  icl_estimator_destroy(estimator);
  free(gamma);
  return sum;
}

static double solve(const settings *set, const icl_task_pool *pool, const icl_test_law *law, int64_t d, int64_t n,
                    int32_t level, uint64_t seed) {
  icl_finite_theory *theory;
  double error;
  require(icl_finite_theory_create(pool, llround(alpha * (double)d), n, rho, lambda, level, &theory), "finite size");
  require(icl_finite_theory_set_samples(theory, set->samples), "feature samples");
  require(icl_finite_theory_set_seed(theory, seed), "feature samples");
  require(icl_finite_theory_solve(theory, NULL), "finite size");
  require(icl_finite_theory_error(theory, law, &error, NULL), "finite size");
  icl_finite_theory_destroy(theory);
  return error;
}

static double limit(int64_t d, int64_t n) {
  icl_theory *theory;
  double value;
  require(icl_theory_create((double)n / (double)(d * d), round(alpha * (double)d) / (double)d,
                            round(kappa * (double)d) / (double)d, rho, lambda, &theory), "the theory");
  require(icl_theory_value(theory, ICL_QUANTITY_ICL, &value), "the theory");
  icl_theory_destroy(theory);
  return value;
}

/* One pool at one d and tau. Largest d first, for it takes longest. */
static void evaluate(void *context, int64_t index) {
  const study *all = context;
  int64_t pool_index = index % all->set->pools, at = index / all->set->pools;
  int64_t which = all->dimensions - 1 - at / TAUS, d = dimensions[which];
  int64_t n = llround(taus[at % TAUS] * (double)(d * d));
  /* The same pools at every tau: what scatters is the height of a curve, more than its shape. */
  uint64_t seed = (uint64_t)all->set->seed * 1000003 + (uint64_t)(d * MOST_POOLS + pool_index);
  point *here = &all->points[which * TAUS + at % TAUS];
  icl_task_pool *pool;
  icl_test_law *law;
  require(icl_task_pool_create(d, llround(kappa * (double)d), ICL_TASKS_GAUSSIAN, seed, &pool), "the tasks");
  require(icl_test_law_create_fresh(d, llround(alpha * (double)d), rho, ICL_TASKS_GAUSSIAN, &law), "the test law");
  here->simulation[pool_index] = simulate(pool, law, d, n, seed);
  here->theory[LIMIT][pool_index] = limit(d, n);
  here->theory[POOL][pool_index] = solve(all->set, pool, law, d, n, ICL_FINITE_POOL, seed);
  here->theory[CORRECTED][pool_index] = solve(all->set, pool, law, d, n, ICL_FINITE_CORRECTED, seed);
  icl_test_law_destroy(law);
  icl_task_pool_destroy(pool);
}

/* Of x - y, y may be NULL. */
static void summarise(int64_t count, const double *x, const double *y, double *mean, double *standard_error) {
  double sum = 0.0, square = 0.0;
  for (int64_t i = 0; i < count; i++) sum += (x[i] - (y ? y[i] : 0.0)) / (double)count;
  for (int64_t i = 0; i < count; i++) square += pow(x[i] - (y ? y[i] : 0.0) - sum, 2.0);
  *mean = sum;
  *standard_error = sqrt(square / (double)count / (double)(count - 1));
}

static void write_points(FILE *csv, const study *all) {
  fputs("d,tau,pools,simulation,standard_error", csv);
  for (int j = 0; j < THEORIES; j++) fprintf(csv, ",%s,%s_difference,%s_error", theory_name[j], theory_name[j],
                                             theory_name[j]);
  fputc('\n', csv);
  for (int64_t i = 0; i < all->dimensions * TAUS; i++) {
    const point *here = &all->points[i];
    int64_t d = dimensions[i / TAUS], pools = all->set->pools;
    double row[5 + 3 * THEORIES] = {(double)d, realised_tau(d, taus[i % TAUS]), (double)pools}, unused;
    summarise(pools, here->simulation, NULL, &row[3], &row[4]);
    for (int j = 0; j < THEORIES; j++) {
      summarise(pools, here->theory[j], NULL, &row[5 + 3 * j], &unused);
      summarise(pools, here->theory[j], here->simulation, &row[6 + 3 * j], &row[7 + 3 * j]);
    }
    write_row(csv, 5 + 3 * THEORIES, row);
  }
}

/* Root mean square over the taus far from the peak, in per cent of the simulated error: each theory's difference, and
 * the standard error that it has. */
static void write_deviations(FILE *csv, const study *all) {
  fputs("d", csv);
  for (int j = 0; j < THEORIES; j++) fprintf(csv, ",%s,%s_error", theory_name[j], theory_name[j]);
  fputc('\n', csv);
  for (int64_t which = 0; which < all->dimensions; which++) {
    double row[1 + 2 * THEORIES] = {(double)dimensions[which]}, mean, unused, difference, error, count = 0.0;
    for (int64_t i = 0; i < TAUS; i++) {
      const point *here = &all->points[which * TAUS + i];
      if (!is_far(taus[i])) continue;
      count += 1.0;
      summarise(all->set->pools, here->simulation, NULL, &mean, &unused);
      for (int j = 0; j < THEORIES; j++) {
        summarise(all->set->pools, here->theory[j], here->simulation, &difference, &error);
        row[1 + 2 * j] += pow(100.0 * difference / mean, 2.0);
        row[2 + 2 * j] += pow(100.0 * error / mean, 2.0);
      }
    }
    for (int j = 1; j <= 2 * THEORIES; j++) row[j] = sqrt(row[j] / count);
    write_row(csv, 1 + 2 * THEORIES, row);
  }
}

static const char *const dimension_color[DIMENSIONS] = {"#7b3294", "#d95f02", "#1b9e77", "#2166ac"};

static void plot_errors(FILE *gnuplot, const study *all) {
  const char *separator = "plot";
  fputs("set title '{/:Bold a}   error on fresh tasks' offset 0, -0.4\nset logscale xy\nset xrange [0.18:5.6]\n"
        "set xlabel 'pretraining sample size  {/:Italic τ} = {/:Italic n}/{/:Italic d}^2'\n"
        "set ylabel '{/:Italic e}_{ICL}' offset 1, 0\nset xtics (0.2, 0.5, 1, 2, 5)\n"
        "set yrange [0.08:4]\nset ytics (0.1, 0.2, 0.5, 1, 2)\n"
        "set key bottom left Left reverse samplen 2 font ',12'\n", gnuplot);
  for (int64_t which = 0; which < all->dimensions; which++) {
    int64_t d = dimensions[which];
    const char *data[3] = {":(column('simulation')):(column('standard_error')) with yerrorbars pt 7 ps 0.7",
                           ":(column('corrected')) with lines lw 1.8", ":(column('pool')) with lines lw 1.2 dt (3,3)"};
    for (int part = 0; part < 3; part++) {
      fprintf(gnuplot, "%s ", separator);
      quote_name(gnuplot, all->set->output, ".csv");
      fprintf(gnuplot, " using (column('d') == %" PRId64 " ? column('tau') : NaN)%s lc rgb '%s' ", d, data[part],
              dimension_color[which]);
      if (part == 0) fprintf(gnuplot, "title 'simulation, {/:Italic d} = %" PRId64 "'", d);
      else fputs("notitle", gnuplot);
      separator = ", \\\n  ";
    }
  }
  fputs(", \\\n  ", gnuplot);
  quote_name(gnuplot, all->set->output, ".csv");
  fprintf(gnuplot, " using (column('d') == %" PRId64 " ? column('tau') : NaN):(column('limit')) with lines lw 1.5"
          " lc rgb 'black' dt (8,3) title 'limit {/:Italic d} → ∞', \\\n  NaN with lines lw 1.8 lc rgb 'gray40' title"
          " '(b)', NaN with lines lw 1.2 dt (3,3) lc rgb 'gray40' title '(a)'\n", dimensions[all->dimensions - 1]);
}

static void plot_deviations(FILE *gnuplot, const study *all) {
  static const char *const label[THEORIES] = {"limit {/:Italic d} → ∞", "(a) the pool''s moments",
                                              "(b) and fluctuations"};
  static const char *const color[THEORIES] = {"black", "#d95f02", "#2166ac"};
  fputs("set title '{/:Bold b}   deviation of the theories from simulation' offset 0, -0.4\n"
        "set xrange [8:100]\nset yrange [0.03:60]\nset xlabel 'token dimension  {/:Italic d}'\n"
        "set ylabel 'root mean square over {/:Italic τ}  (%)' offset 1, 0\nset xtics (10, 20, 40, 80)\n"
        "set ytics (0.1, 0.3, 1, 3, 10, 30)\n"
        "set key bottom left Left reverse samplen 2.5 font ',12'\n", gnuplot);
  for (int j = 0; j < THEORIES; j++) {
    fputs(j ? ", \\\n  " : "plot ", gnuplot);
    quote_name(gnuplot, all->set->output, "_deviation.csv");
    fprintf(gnuplot, " using (column('d')):(column('%s')) with linespoints pt %d ps 0.8 lw 2 lc rgb '%s' title '%s'",
            theory_name[j], 5 + 2 * (j % 2), color[j], label[j]);
  }
  fputs(", \\\n  ", gnuplot);
  quote_name(gnuplot, all->set->output, "_deviation.csv");
  fputs(" using (column('d')):(column('corrected_error')) with lines lw 1.5 dt (2,3) lc rgb '#2166ac'"
        " title 'statistical error of (b)'\n", gnuplot);
}

static void plot_picture(FILE *gnuplot, const study *all, const char *terminal, const char *ending) {
  start_picture(gnuplot, all->set->output, terminal, ending);
  fputs("set encoding utf8\nset datafile separator ','\nset datafile columnheaders\nset tics nomirror\nset border 3\n"
        "set multiplot\nset bmargin at screen 0.16\nset tmargin at screen 0.9\n"
        "set lmargin at screen 0.07\nset rmargin at screen 0.48\n", gnuplot);
  plot_errors(gnuplot, all);
  fputs("set lmargin at screen 0.57\nset rmargin at screen 0.98\n", gnuplot);
  plot_deviations(gnuplot, all);
  fputs("unset multiplot\nunset output\nreset\n", gnuplot);
}

/* 0, or -1 after saying why there is no figure. */
static int plot(const study *all) {
  FILE *gnuplot = start_gnuplot(all->set->output);
  if (!gnuplot) return -1;
  plot_picture(gnuplot, all, "svg size 1000,430 enhanced font ',14' background rgb 'white'", ".svg");
  plot_picture(gnuplot, all, "pngcairo size 2000,860 enhanced font ',13' fontscale 2 linewidth 2", ".png");
  return finish_gnuplot(gnuplot);
}

int main(int argc, char **argv) {
  settings set = parse_command_line(argc, argv);
  study all = {.set = &set};
  while (all.dimensions < DIMENSIONS && dimensions[all.dimensions] <= set.most) all.dimensions++;
  all.points = calloc((size_t)(all.dimensions * TAUS), sizeof *all.points);
  if (!all.points) fail("no memory for %" PRId64 " points", all.dimensions * TAUS);
  /* Before the work: a name that cannot be written should not cost its time. */
  FILE *points = open_output(set.output, ".csv"), *deviations = open_output(set.output, "_deviation.csv");
  for_each_point(all.dimensions * TAUS * set.pools, set.threads, "pools", evaluate, &all);
  write_points(points, &all);
  write_deviations(deviations, &all);
  close_output(set.output, ".csv", points);
  close_output(set.output, "_deviation.csv", deviations);
  printf("wrote %s.csv and %s_deviation.csv\n", set.output, set.output);
  if (set.plot && !plot(&all)) printf("wrote %s.svg and %s.png\n", set.output, set.output);
  free(all.points);
  return flush_output() ? EXIT_FAILURE : EXIT_SUCCESS;
}
