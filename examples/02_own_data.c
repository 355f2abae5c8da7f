/* Pretrains on sequences that somebody else produced, and measures on those held back.
 *
 *     02_own_data --train 0.8 --lambda 1e-5 --kappa 2 --rho 0.1 x.npy y.npy
 *
 * The files are read in chunks and reduced to rows (q, h, y) on the way, so they may be larger than the memory: a row
 * takes 2 (d+1) numbers instead of (l+1)(d+1). */
#include <getopt.h>
#include <icltheory.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "command_line.h"
#include "npy.h"

#define NAME "02_own_data"

enum { CHUNK_BYTES = 8 << 20 };

typedef struct {
  const char *x_path, *y_path;
  double train, lambda, kappa;
  double rho; /* NAN: not given, no theory then */
  int kappa_given, quiet;
} settings;

/* A line on the terminal that is written over and over; not shown elsewhere. */
typedef struct {
  const char *what;
  int shown, open, percent;
} progress_line;

typedef struct {
  npy_reader x, y;
  int64_t n, l, d, n_train;
  icl_dataset *training, *rest;
  icl_run *run;
  icl_estimator *estimator;
  double *gamma; /* two d x (d+1) matrices: the fitted Gamma, and zeros */
  progress_line progress;
} evaluation;

const program_text program = {
  .name = NAME,
  .usage = "Usage: " NAME " [--train FRACTION] [--lambda L] [--kappa K] [--rho R] [--quiet] X.npy Y.npy\n",
  .help =
    "Fits Gamma of linear attention to in-context regression sequences of your own, and reports its error on the\n"
    "sequences held back, beside the error of Gamma = 0 and the theory.\n"
    "\n"
    "  X.npy             tokens, shape (n, l+1, d); the last token of a sequence is its query\n"
    "  Y.npy             labels, shape (n, l+1); the last label of a sequence is the target\n"
    "                    Both as numpy.save writes them: float64 or float32, C order.\n"
    "  --train FRACTION  part of the n sequences to fit on, in (0, 1); default 0.8. It is the first part: shuffle the\n"
    "                    sequences before saving them if their order means something.\n"
    "  --lambda L        ridge, >= 0; default 1e-5. The fit minimises\n"
    "                    sum (y - q' Gamma h)^2 + (n_train/d) L |Gamma|^2; 0 is the limit L -> 0+.\n"
    "  --rho R           variance of the label noise, >= 0, for the theory. The data cannot tell it, so without this\n"
    "                    option no theory is printed.\n"
    "  --kappa K         task diversity k/d, > 0, for the theory: the sequences share k tasks. Default inf: every\n"
    "                    sequence has a task of its own.\n"
    "  --quiet           nothing on standard error but errors\n"
    "  --help            this text (also -h)\n"
    "\n"
    "Standard output is CSV, quantity,value,standard_error, the last one empty where there is none:\n"
    "  training_error    mean squared error of the fitted Gamma on the sequences fitted on\n"
    "  test_error        the same on the rest; its standard error takes the sequences as independent\n"
    "  null_error        mean squared error of Gamma = 0 on the rest\n"
    "  theory_idg        limit of the test error for d -> infinity at the same tau = n_train/d^2, alpha = l/d, kappa,\n"
    "                    rho, lambda. The rest has the tasks of the first part, so this is the one to compare.\n"
    "  theory_icl        the same on tasks never seen; only for a finite kappa, otherwise it equals theory_idg\n"
    "The theory assumes tokens x ~ N(0, I/d), tasks w ~ N(0, I) and labels y = x.w + N(0, rho). The errors make no\n"
    "assumption.\n"
    "\n"
    "Exit status: 0 success, 1 failure, 2 wrong usage.\n"};

/* Starts a fresh line if a progress report is on the current one. */
static void finish_progress(progress_line *progress) {
  if (progress->open) fputc('\n', stderr);
  progress->open = 0;
}

static int32_t show_progress(int64_t done, int64_t total, void *user) {
  progress_line *progress = user;
  int percent = total > 0 ? (int)(100.0 * ((double)done / (double)total)) : 0;
  if (!progress->shown || (progress->open && percent == progress->percent)) return 0;
  fprintf(stderr, "\r%s: %3d %%", progress->what, percent);
  progress->open = 1;
  progress->percent = percent;
  return 0;
}

static void begin_progress(progress_line *progress, const char *what) {
  finish_progress(progress);
  progress->what = what;
}

static int fail_job(evaluation *job, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Complains and returns -1, so that a caller with something to release can return what it returns. */
static int fail_job(evaluation *job, const char *format, ...) {
  va_list arguments;
  finish_progress(&job->progress);
  va_start(arguments, format);
  vcomplain(format, arguments);
  va_end(arguments);
  return -1;
}

/* 0, or -1 after the library's message. */
static int check(evaluation *job, icl_status status, const char *what) {
  if (status == ICL_OK) return 0;
  return fail_job(job, "%s: %s: %s", what, icl_status_string(status), icl_last_error_message());
}

static void set_option(settings *set, int option, const char *text) {
  switch (option) {
    case 't': set->train = parse_number("train", text, FRACTION); break;
    case 'l': set->lambda = parse_number("lambda", text, NONNEGATIVE); break;
    case 'r': set->rho = parse_number("rho", text, NONNEGATIVE); break;
    case 'k':
      set->kappa = parse_number("kappa", text, POSITIVE_OR_INFINITE);
      set->kappa_given = 1;
      break;
    case 'q': set->quiet = 1; break;
    case 'h': print_help();
    default: fail_option();
  }
}

static settings parse_command_line(int argc, char **argv) {
  static const struct option options[] = {
    {"train", required_argument, NULL, 't'}, {"lambda", required_argument, NULL, 'l'},
    {"rho", required_argument, NULL, 'r'},   {"kappa", required_argument, NULL, 'k'},
    {"quiet", no_argument, NULL, 'q'},       {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0}};
  settings set = {.train = 0.8, .lambda = 1e-5, .kappa = INFINITY, .rho = NAN};
  int option;
  while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) set_option(&set, option, optarg);
  if (argc - optind != 2) {
    fail_usage("%d files were given; two were expected, the tokens and the labels", argc - optind);
  }
  if (set.kappa_given && isnan(set.rho)) fail_usage("--kappa is for the theory, which needs --rho too");
  set.x_path = argv[optind];
  set.y_path = argv[optind + 1];
  return set;
}

static int check_shapes(evaluation *job, const settings *set) {
  char x[NPY_TEXT], y[NPY_TEXT];
  const int64_t *tokens = job->x.shape, *labels = job->y.shape;
  npy_format_shape(&job->x, sizeof x, x);
  npy_format_shape(&job->y, sizeof y, y);
  if (job->x.rank != 3) return fail_job(job, "%s: the shape is %s; (n, l+1, d) was expected", set->x_path, x);
  if (job->y.rank != 2) return fail_job(job, "%s: the shape is %s; (n, l+1) was expected", set->y_path, y);
  if (tokens[0] != labels[0] || tokens[1] != labels[1]) {
    return fail_job(job, "%s: the shape is %s; (%" PRId64 ", %" PRId64 ") was expected, since %s has %s", set->y_path,
                    y, tokens[0], tokens[1], set->x_path, x);
  }
  if (tokens[1] < 2) {
    return fail_job(job, "%s: the shape is %s; at least 2 tokens a sequence were expected, one of context and the"
                    " query", set->x_path, x);
  }
  if (tokens[0] >= 3) return 0;
  return fail_job(job, "%s: the shape is %s; at least 3 sequences were expected, 1 for the fit and 2 for the test",
                  set->x_path, x);
}

static int split(evaluation *job, const settings *set) {
  job->n = job->x.shape[0];
  job->l = job->x.shape[1] - 1;
  job->d = job->x.shape[2];
  job->n_train = (int64_t)(set->train * (double)job->n + 0.5);
  if (job->n_train >= 1 && job->n - job->n_train >= 2) return 0;
  return fail_job(job, "--train %g takes %" PRId64 " of the %" PRId64 " sequences of %s; at least 1 for the fit and 2"
                  " for the test were expected", set->train, job->n_train, job->n, set->x_path);
}

static int open_files(evaluation *job, const settings *set) {
  if (npy_open(&job->x, set->x_path)) return fail_job(job, "%s: %s", set->x_path, job->x.message);
  if (npy_open(&job->y, set->y_path)) return fail_job(job, "%s: %s", set->y_path, job->y.message);
  return check_shapes(job, set) || split(job, set) ? -1 : 0;
}

/* The first element that is not a finite number; count if there is none. */
static int64_t find_nonfinite(const double *array, int64_t count) {
  int64_t i = 0;
  while (i < count && isfinite(array[i])) i++;
  return i;
}

/* The library would find such a number too, but says where in the chunk it is and not where in the file. */
static int check_finite(evaluation *job, const settings *set, int64_t row, int64_t count, const double *x,
                        const double *y) {
  int64_t length = job->l + 1, x_size = count * length * job->d, y_size = count * length;
  int64_t at = find_nonfinite(x, x_size);
  if (at < x_size) {
    return fail_job(job, "%s: sequence %" PRId64 ", token %" PRId64 ", coordinate %" PRId64 " (from 0) is %g; finite"
                    " numbers were expected", set->x_path, row + at / job->d / length, at / job->d % length,
                    at % job->d, x[at]);
  }
  at = find_nonfinite(y, y_size);
  if (at == y_size) return 0;
  return fail_job(job, "%s: sequence %" PRId64 ", label %" PRId64 " (from 0) is %g; finite numbers were expected",
                  set->y_path, row + at / length, at % length, y[at]);
}

static int read_chunk(evaluation *job, const settings *set, int64_t row, int64_t count, double *x, double *y) {
  int64_t length = job->l + 1;
  if (npy_read(&job->x, count * length * job->d, x)) return fail_job(job, "%s: %s", set->x_path, job->x.message);
  if (npy_read(&job->y, count * length, y)) return fail_job(job, "%s: %s", set->y_path, job->y.message);
  if (check_finite(job, set, row, count, x, y)) return -1;
  icl_dataset *dataset = row < job->n_train ? job->training : job->rest;
  icl_status status = icl_dataset_append_sequences(dataset, job->l, count, x, y);
  if (status == ICL_OK) return 0;
  /* The library sees one chunk, so its indices begin there. */
  return fail_job(job, "%s, %s: sequences %" PRId64 " to %" PRId64 " (from 0): %s; indices count from sequence %"
                  PRId64, set->x_path, set->y_path, row, row + count - 1, icl_last_error_message(), row);
}

/* NULL also for more than can be addressed: a file from a large machine may hold one sequence of gigabytes. */
static double *allocate(int64_t count) {
  return count > PTRDIFF_MAX / (int64_t)sizeof(double) ? NULL : malloc((size_t)count * sizeof(double));
}

/* Chunks of CHUNK_BYTES, or of one sequence if that is longer. None has rows of both parts. */
static int read_data(evaluation *job, const settings *set) {
  int64_t length = job->l + 1, row = 0, most;
  int result = -1;
  most = CHUNK_BYTES / (int64_t)sizeof(double) / length / (job->d + 1);
  if (most < 1) most = 1;
  if (most > job->n) most = job->n;
  double *x = allocate(most * length * job->d);
  double *y = allocate(most * length);
  if (!x || !y) {
    fail_job(job, "no memory for %" PRId64 " sequences at a time", most);
    goto cleanup;
  }
  begin_progress(&job->progress, "reading");
  while (row < job->n) {
    int64_t end = row < job->n_train ? job->n_train : job->n;
    int64_t count = end - row < most ? end - row : most;
    if (read_chunk(job, set, row, count, x, y)) goto cleanup;
    row += count;
    show_progress(row, job->n, &job->progress);
  }
  result = 0;
cleanup:
  finish_progress(&job->progress);
  free(x);
  free(y);
  return result;
}

static int prepare(evaluation *job) {
  if (check(job, icl_dataset_create_empty(job->d, &job->training), "the first part")) return -1;
  if (check(job, icl_dataset_create_empty(job->d, &job->rest), "the rest")) return -1;
  if (check(job, icl_estimator_create(&job->estimator), "the estimator")) return -1;
  if (check(job, icl_run_create(&job->run), "the run")) return -1;
  if (!job->progress.shown) return 0;
  return check(job, icl_run_set_progress(job->run, show_progress, &job->progress), "the progress report");
}

static int fit(evaluation *job, double lambda) {
  size_t elements = (size_t)(job->d * (job->d + 1));
  job->gamma = calloc(2 * elements, sizeof *job->gamma);
  if (!job->gamma) return fail_job(job, "no memory for Gamma of %zu numbers", elements);
  begin_progress(&job->progress, "fitting");
  if (check(job, icl_estimator_set_lambda(job->estimator, lambda), "the ridge")) return -1;
  if (check(job, icl_estimator_fit(job->estimator, job->training, job->run), "the fit")) return -1;
  finish_progress(&job->progress);
  return check(job, icl_estimator_gamma(job->estimator, job->gamma), "Gamma");
}

static void print_row(const char *quantity, double value, const double *standard_error) {
  printf("%s,", quantity);
  print_number(stdout, value);
  putchar(',');
  if (standard_error) print_number(stdout, *standard_error);
  putchar('\n');
}

static int print_errors(evaluation *job) {
  double training, test, null, test_deviation, null_deviation;
  const double *zeros = job->gamma + job->d * (job->d + 1);
  icl_status status = icl_estimator_report(job->estimator, NULL, NULL, NULL, &training);
  if (check(job, status, "the training error")) return -1;
  status = icl_dataset_error(job->rest, job->gamma, NULL, &test, &test_deviation);
  if (check(job, status, "the test error")) return -1;
  status = icl_dataset_error(job->rest, zeros, NULL, &null, &null_deviation);
  if (check(job, status, "the error of Gamma = 0")) return -1;
  puts("quantity,value,standard_error");
  print_row("training_error", training, NULL);
  print_row("test_error", test, &test_deviation);
  print_row("null_error", null, &null_deviation);
  return 0;
}

static int print_theory(evaluation *job, const settings *set) {
  double d = (double)job->d, tau = (double)job->n_train / (d * d), alpha = (double)job->l / d, idg, icl;
  icl_theory *theory = NULL;
  int result = -1;
  if (isnan(set->rho)) return 0;
  if (check(job, icl_theory_create(tau, alpha, set->kappa, set->rho, set->lambda, &theory), "the theory")) return -1;
  if (check(job, icl_theory_value(theory, ICL_QUANTITY_IDG, &idg), "the theory")) goto cleanup;
  if (check(job, icl_theory_value(theory, ICL_QUANTITY_ICL, &icl), "the theory")) goto cleanup;
  print_row("theory_idg", idg, NULL);
  if (set->kappa < INFINITY) print_row("theory_icl", icl, NULL);
  result = 0;
cleanup:
  icl_theory_destroy(theory);
  return result;
}

static void describe(const evaluation *job, const settings *set) {
  double d = (double)job->d;
  if (set->quiet) return;
  fprintf(stderr, "n = %" PRId64 " sequences, context length l = %" PRId64 ", token dimension d = %" PRId64 "\n",
          job->n, job->l, job->d);
  fprintf(stderr, "fit on the first %" PRId64 ", test on the other %" PRId64 ": tau = %g, alpha = %g, lambda = %g\n",
          job->n_train, job->n - job->n_train, (double)job->n_train / (d * d), (double)job->l / d, set->lambda);
  if (isnan(set->rho)) {
    fputs("no theory: it needs the variance of the label noise, --rho\n", stderr);
    return;
  }
  fprintf(stderr, "theory at kappa = %g, rho = %g, for d -> infinity; it assumes tokens ~ N(0, I/d), tasks ~ N(0, I)\n",
          set->kappa, set->rho);
}

static void release(evaluation *job) {
  finish_progress(&job->progress);
  npy_close(&job->x);
  npy_close(&job->y);
  icl_dataset_destroy(job->training);
  icl_dataset_destroy(job->rest);
  icl_run_destroy(job->run);
  icl_estimator_destroy(job->estimator);
  free(job->gamma);
}

static int process(const settings *set) {
  evaluation job = {0};
  int result = -1;
  job.progress.shown = !set->quiet && isatty(fileno(stderr));
  if (open_files(&job, set) || prepare(&job)) goto cleanup;
  describe(&job, set);
  if (read_data(&job, set) || fit(&job, set->lambda)) goto cleanup;
  if (print_errors(&job) || print_theory(&job, set)) goto cleanup;
  result = 0;
cleanup:
  release(&job);
  return result;
}

int main(int argc, char **argv) {
  settings set = parse_command_line(argc, argv);
  return process(&set) || flush_output() ? EXIT_FAILURE : EXIT_SUCCESS;
}
