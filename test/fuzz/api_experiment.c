/* Experiments. All checkpoints are one file in memory, or no file at all. */
#include "api.h"

enum { MOST_REPLICATES = 4 };

static void create(input *from) {
  int64_t d = read_size(from, 4);
  icl_experiment *made = nothing();
  slot *where = pick(from, EXPERIMENT);
  slot *experiment = keep(where, EXPERIMENT, CALL(icl_experiment_create, d, &made), made);
  experiment->d = d;
  experiment->n = 10;
  if (!experiment->handle) return;
  if (take_byte(from) % 8 == 7) return; /* without what has no default */
  OK(icl_experiment_set(made, ICL_TAU, 1.5));
  OK(icl_experiment_set(made, ICL_ALPHA, 2.0));
  OK(icl_experiment_set(made, ICL_KAPPA, 1.0));
  OK(icl_experiment_set_replicates(made, 2));
  experiment->n = 2;
}

static void set(input *from) {
  slot *experiment = pick(from, EXPERIMENT);
  int32_t parameter = read_code(from, 5);
  double value = read_number(from);
  if (!CALL(icl_experiment_set, experiment->handle, parameter, value)) experiment->has_result = NO;
}

static void settings(input *from) {
  slot *experiment = pick(from, EXPERIMENT);
  int64_t count;
  icl_status status;
  switch (take_byte(from) % 3) {
    case 0: status = CALL(icl_experiment_set_distribution, experiment->handle, read_code(from, 2)); break;
    case 1: status = CALL(icl_experiment_set_seed, experiment->handle, read_seed(from)); break;
    default:
      count = read_size(from, MOST_REPLICATES);
      status = CALL(icl_experiment_set_replicates, experiment->handle, count);
      if (!status) experiment->n = count;
      break;
  }
  if (!status) experiment->has_result = NO;
}

static void set_checkpoint(input *from) {
  static char longest[5000];
  const slot *experiment = pick(from, EXPERIMENT);
  memset(longest, 'x', sizeof longest - 1);
  const char *paths[] = {memory_file_path(), NULL, "", "/", "/dev/null", "/nowhere/else", longest};
  CALL(icl_experiment_set_checkpoint, experiment->handle, paths[take_byte(from) % 16 % 7]);
}

/* What begins takes no longer than an input may: sizes are small, or so large that nothing begins. */
static int is_feasible(const slot *experiment, int64_t k, int64_t n) {
  const int64_t beyond = INT64_C(1) << 31;
  int replicates = experiment->n <= MOST_REPLICATES || experiment->n >= beyond * 32;
  return replicates && (k <= 40 || k >= beyond) && (n <= 80 || n >= beyond);
}

static int run_is_feasible(const slot *experiment) {
  int64_t k = 0, n = 0;
  if (experiment->handle) (void)icl_experiment_sizes(experiment->handle, NULL, NULL, &k, &n);
  return is_feasible(experiment, k, n);
}

static void run(input *from) {
  slot *experiment = pick(from, EXPERIMENT);
  const slot *watched = pick(from, RUN);
  if (!run_is_feasible(experiment) || !spend(15)) return;
  icl_status status = CALL(icl_experiment_run, experiment->handle, watched->handle);
  if (status != ICL_ERR_ARGUMENT) experiment->has_result = !status;
}

static void check_state(const slot *experiment, icl_status status) {
  if (!experiment->handle || status == ICL_ERR_ARGUMENT) return;
  EXPECT((status == ICL_ERR_STATE) == !experiment->has_result, "%d", status);
}

static void result(input *from) {
  const slot *experiment = pick(from, EXPERIMENT);
  int32_t quantity = read_code(from, 3);
  double *mean = output(from, 1), *error = output_infinite(from, 1);
  icl_status status = CALL(icl_experiment_result, experiment->handle, quantity, mean, error);
  check_state(experiment, status);
  if (status) return;
  EXPECT(!mean || quantity == ICL_QUANTITY_GAP || *mean >= 0.0, "mean %g", *mean);
  EXPECT(!error || (*error >= 0.0 && isinf(*error) == (experiment->n == 1)), "standard error %g", *error);
}

static void replicates(input *from) {
  const slot *experiment = pick(from, EXPERIMENT);
  int32_t quantity = read_code(from, 3);
  double *values = output(from, cells(experiment->n, 1, 1));
  check_state(experiment, CALL(icl_experiment_replicates, experiment->handle, quantity, values));
}

static void read_sizes(input *from) {
  const slot *experiment = pick(from, EXPERIMENT);
  int64_t *d = output_integers(from, 1), *l = output_integers(from, 1);
  int64_t *k = output_integers(from, 1), *n = output_integers(from, 1);
  if (CALL(icl_experiment_sizes, experiment->handle, d, l, k, n)) return;
  EXPECT((!d || *d == experiment->d) && (!l || *l >= 1) && (!k || *k >= 0) && (!n || *n >= 0), "sizes");
}

static void theory(input *from) {
  const slot *experiment = pick(from, EXPERIMENT);
  int32_t quantity = read_code(from, 5);
  double *value = output_infinite(from, 1);
  icl_status status = CALL(icl_experiment_theory, experiment->handle, quantity, value);
  EXPECT(status || *value >= 0.0 || quantity == ICL_QUANTITY_GAP, "%g", *value);
}

static int curve_is_feasible(const slot *experiment, int32_t vary, int64_t count, const double *at) {
  double d = (double)experiment->d;
  if (!experiment->handle || !at) return 1;
  for (int64_t i = 0; i < count; i++) {
    int64_t k = (int64_t)fmin(fmax(at[i], 0.0) * d, 1e18), n = (int64_t)fmin(fmax(at[i], 0.0) * d * d, 1e18);
    if (isinf(at[i]) || (vary != ICL_KAPPA && vary != ICL_TAU)) continue;
    if (!is_feasible(experiment, vary == ICL_KAPPA ? k : 1, vary == ICL_TAU ? n : 1)) return 0;
  }
  return run_is_feasible(experiment);
}

static void curve(input *from) {
  slot *experiment = pick(from, EXPERIMENT);
  const slot *watched = pick(from, RUN);
  int32_t vary = read_code(from, 5), quantities[3];
  int64_t count = read_array_size(from, 3), quantity_count = read_array_size(from, 3), cell;
  double *at = (double *)read_numbers(from, cells(count, 1, 1)); /* this program's own */
  int only_theory = take_byte(from) % 2;
  for (int64_t i = 0; at && i < cells(count, 1, 1); i++) at[i] = i % 4 == 3 ? at[i] : fabs(at[i]);
  for (int i = 0; i < 3; i++) quantities[i] = read_code(from, only_theory ? 5 : 3);
  cell = cells(count, quantity_count, 1);
  if (!curve_is_feasible(experiment, vary, cells(count, 1, 1), at) || !spend(30)) return;
  double *mean = only_theory ? NULL : output(from, cell), *error = only_theory ? NULL : output_infinite(from, cell);
  double *limit = output_infinite(from, cell);
  int64_t *sizes = output_integers(from, cells(count, 4, 1));
  icl_status status = CALL(icl_experiment_curve, experiment->handle, vary, count, at, quantity_count, quantities,
                           watched->handle, mean, error, limit, sizes);
  for (int64_t i = 0; !status && error && i < count * quantity_count; i++) {
    EXPECT(error[i] >= 0.0 && isinf(error[i]) == (experiment->n == 1), "standard error %g", error[i]);
  }
}

static const operation list[] = {create, set, settings, set_checkpoint, run, result, replicates, read_sizes, theory,
                                 curve, run};
const operations experiment_operations = {sizeof list / sizeof *list, list};
