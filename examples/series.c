#include "series.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "grid.h"

static int64_t either(int64_t value, int64_t otherwise) {
  return value ? value : otherwise;
}

static void set_option(series_settings *set, int option, const char *text) {
  switch (option) {
    case 'q': set->full = 0; break;
    case 'f': set->full = 1; break;
    case 'd': set->d = parse_integer("d", text, 1, 1000); break;
    case 'n': set->replicates = parse_integer("replicates", text, 2, 100000); break;
    case 's': set->seed = (uint64_t)parse_integer("seed", text, 0, INT64_MAX); break;
    case 'j': set->threads = parse_integer("threads", text, 1, 1024); break;
    case 'o': set->output = text; break;
    case 'P': set->plot = 0; break;
    case 'h': print_help();
    default: fail_option();
  }
}

series_settings series_parse(int argc, char **argv, const figure *shown) {
  static const struct option options[] = {
    {"quick", no_argument, NULL, 'q'},     {"full", no_argument, NULL, 'f'},
    {"d", required_argument, NULL, 'd'},   {"replicates", required_argument, NULL, 'n'},
    {"seed", required_argument, NULL, 's'}, {"threads", required_argument, NULL, 'j'},
    {"output", required_argument, NULL, 'o'}, {"no-plot", no_argument, NULL, 'P'},
    {"help", no_argument, NULL, 'h'},      {NULL, 0, NULL, 0}};
  series_settings set = {.threads = processors(), .seed = 1, .output = program.name, .plot = 1};
  int option;
  while ((option = getopt_long(argc, argv, "d:h", options, NULL)) != -1) set_option(&set, option, optarg);
  if (optind < argc) fail_usage("\"%s\" is not an option", argv[optind]);
  if (!set.d) set.d = set.full ? either(shown->full_d, 100) : either(shown->quick_d, 40);
  if (!set.replicates) {
    set.replicates = set.full ? either(shown->full_replicates, 10) : either(shown->quick_replicates, 5);
  }
  return set;
}

int64_t series_replicates(const series_settings *set, const series *one) {
  return one->max_replicates && one->max_replicates < set->replicates ? one->max_replicates : set->replicates;
}

void series_mean(series_point *point, const double *values, int64_t stride) {
  double count = (double)point->replicates, deviation = 0.0;
  point->mean = 0.0;
  for (int64_t r = 0; r < point->replicates; r++) point->mean += values[r * stride] / count;
  for (int64_t r = 0; r < point->replicates; r++) deviation += pow(values[r * stride] - point->mean, 2.0);
  point->standard_error = sqrt(deviation / (count * (count - 1.0)));
}

/* The parameters in the order of ICL_TAU, ... */
static const double *parameter_of(const series *one, int32_t parameter) {
  switch (parameter) {
    case ICL_TAU: return &one->tau;
    case ICL_ALPHA: return &one->alpha;
    case ICL_KAPPA: return &one->kappa;
    case ICL_RHO: return &one->rho;
    default: return &one->lambda;
  }
}

static void set_checkpoint(const series_settings *set, icl_experiment *experiment) {
  char path[4096];
  if (snprintf(path, sizeof path, "%s.checkpoint", set->output) >= (int)sizeof path) fail("--output is too long");
  require(icl_experiment_set_checkpoint(experiment, path), "the checkpoint");
}

icl_experiment *series_experiment(const series_settings *set, const series *one) {
  icl_experiment *experiment;
  require(icl_experiment_create(either(one->d, set->d), &experiment), one->name);
  for (int32_t parameter = ICL_TAU; parameter <= ICL_LAMBDA; parameter++) {
    /* The one that varies has to be set too, to anything. */
    double value = parameter == one->vary ? 1.0 : *parameter_of(one, parameter);
    require(icl_experiment_set(experiment, parameter, value), one->name);
  }
  if (one->distribution) require(icl_experiment_set_distribution(experiment, one->distribution), one->name);
  require(icl_experiment_set_replicates(experiment, series_replicates(set, one)), one->name);
  require(icl_experiment_set_seed(experiment, set->seed), one->name);
  set_checkpoint(set, experiment);
  return experiment;
}

static void show_progress(const char *name, int64_t done, int64_t total) {
  static int terminal = -1;
  if (terminal < 0) terminal = isatty(STDERR_FILENO);
  if (!terminal) return;
  fputs("\r\033[K", stderr);
  if (done < total) fprintf(stderr, "%s: %" PRId64 " of %" PRId64 " replicates", name, done, total);
}

static int32_t report(int64_t done, int64_t total, void *user) {
  const series *one = user;
  show_progress(one->name, done, total);
  return 0;
}

icl_run *series_start(const series_settings *set, const series *one) {
  icl_run *run;
  require(icl_run_create(&run), "threads");
  require(icl_run_set_threads(run, set->threads), "threads");
  if (one) require(icl_run_set_progress(run, report, (void *)(uintptr_t)one), one->name);
  return run;
}

/* The place on the x axis that the integers realise. */
static double realised(const series *one, int64_t point, const int64_t *size) {
  double d = (double)size[0];
  switch (one->vary) {
    case ICL_TAU: return size[3] ? (double)size[3] / (d * d) : INFINITY;
    case ICL_ALPHA: return (double)size[1] / d;
    case ICL_KAPPA: return size[2] ? (double)size[2] / d : INFINITY;
    default: return one->at[point];
  }
}

static void simulate_curve(const series_settings *set, series *one) {
  size_t count = (size_t)one->count;
  double *numbers = malloc(3 * count * sizeof *numbers), *mean = numbers, *error = numbers + count;
  double *theory = numbers + 2 * count;
  int64_t *sizes = malloc(4 * count * sizeof *sizes);
  if (!numbers || !sizes) fail("no memory for %s", one->name);
  icl_experiment *experiment = series_experiment(set, one);
  icl_run *run = series_start(set, one);
  require(icl_experiment_curve(experiment, one->vary, one->count, one->at, 1, &one->quantity, run, mean, error, theory,
                               sizes), one->name);
  for (int64_t i = 0; i < one->count; i++) {
    const int64_t *size = &sizes[4 * i];
    one->points[i] = (series_point){realised(one, i, size), theory[i], mean[i], error[i],
                                    series_replicates(set, one), size[0], size[1], size[2], size[3], NAN, NAN};
  }
  icl_run_destroy(run);
  icl_experiment_destroy(experiment);
  free(numbers);
  free(sizes);
}

/* The theory where nothing is an integer. */
static void theory_curve(const series *one, int64_t count, const double *x, double *y) {
  double value[5];
  for (int32_t i = 0; i < 5; i++) value[i] = i + ICL_TAU == one->vary ? 1.0 : *parameter_of(one, i + ICL_TAU);
  icl_theory *theory;
  require(icl_theory_create(value[0], value[1], value[2], value[3], value[4], &theory), one->name);
  require(icl_theory_curve(theory, one->quantity, one->vary, count, x, y), one->name);
  icl_theory_destroy(theory);
}

/* Contains 1 where the range does: peaks are there. */
static void compute_curve(const series_settings *set, const panel *axes, series *one) {
  if (!(one->low < one->high)) return;
  one->curve_x = malloc(2 * CURVE_POINTS * sizeof *one->curve_x);
  if (!one->curve_x) fail("no memory for %s", one->name);
  one->curve_y = one->curve_x + CURVE_POINTS;
  int64_t nearest = -1;
  for (int64_t i = 0; i < CURVE_POINTS; i++) {
    one->curve_x[i] = axes->log_x ? logarithmic_point(one->low, one->high, CURVE_POINTS, i)
                                  : linear_point(one->low, one->high, CURVE_POINTS, i);
    if (one->low < 1.0 && one->high > 1.0 &&
        (nearest < 0 || fabs(one->curve_x[i] - 1.0) < fabs(one->curve_x[nearest] - 1.0))) nearest = i;
  }
  if (nearest > 0 && nearest < CURVE_POINTS - 1) one->curve_x[nearest] = 1.0;
  if (one->curve) one->curve(set, one, CURVE_POINTS, one->curve_x, one->curve_y);
  else theory_curve(one, CURVE_POINTS, one->curve_x, one->curve_y);
  int64_t unknown = 0;
  while (unknown < CURVE_POINTS && isnan(one->curve_y[unknown])) unknown++;
  if (unknown < CURVE_POINTS) return;
  free(one->curve_x);
  one->curve_x = one->curve_y = NULL;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void series_run(const series_settings *set, figure *shown) {
  for (int64_t p = 0; p < shown->count; p++) {
    for (int64_t s = 0; s < shown->panels[p].count; s++) {
      series *one = &shown->panels[p].series[s];
      if (!one->count) continue;
      double start = seconds();
      one->points = calloc((size_t)one->count, sizeof *one->points);
      if (!one->points) fail("no memory for %s", one->name);
      if (one->simulate) one->simulate(set, one);
      else simulate_curve(set, one);
      for (int64_t i = 0; i < one->count; i++) one->points[i].finite = one->points[i].finite_error = NAN;
      show_progress(one->name, 0, 0);
      printf("%-40s %3" PRId64 " points %8.1f s\n", one->name, one->count, seconds() - start);
      fflush(stdout);
    }
  }
  for (int64_t p = 0; p < shown->count; p++) {
    for (int64_t s = 0; s < shown->panels[p].count; s++) {
      compute_curve(set, &shown->panels[p], &shown->panels[p].series[s]);
    }
  }
}

void series_free(figure *shown) {
  for (int64_t p = 0; p < shown->count; p++) {
    for (int64_t s = 0; s < shown->panels[p].count; s++) {
      series *one = &shown->panels[p].series[s];
      free(one->points);
      free(one->curve_x);
      one->points = NULL;
      one->curve_x = one->curve_y = NULL;
    }
  }
}

/* A name that cannot be written should not cost the simulation's time. What is there stays until it is replaced. */
static void check_output(const char *prefix) {
  char name[4096];
  FILE *file = NULL;
  errno = ENAMETOOLONG;
  if (snprintf(name, sizeof name, "%s.csv", prefix) < (int)sizeof name) file = fopen(name, "a");
  if (!file || fclose(file)) fail("%s.csv: %s", prefix, strerror(errno));
}

int series_main(int argc, char **argv, figure *shown) {
  series_settings set = series_parse(argc, argv, shown);
  check_output(set.output);
  series_run(&set, shown);
  if (shown->finite) series_predict(&set, shown);
  series_write(&set, shown);
  if (set.plot && !series_draw(&set, shown)) printf("wrote %s.svg and %s.png\n", set.output, set.output);
  series_free(shown);
  return flush_output() ? EXIT_FAILURE : EXIT_SUCCESS;
}
