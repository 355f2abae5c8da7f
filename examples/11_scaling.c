/* How the limit of large d is approached: at fixed ratios the simulated errors differ from the theory by c d^-p, whose
 * exponent is fitted; and the peak of double descent, at n = d^2 in the limit, is at n = d(d+1), the number of entries
 * of Gamma, at any d. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "series.h"

#define NAME "11_scaling"

enum { EXPONENTS = 1001, RESAMPLES = 400, TEXT = 1200, MANY = 40, LEAST = 4, QUICK_PEAK = 24 };

const program_text program = {
  .name = NAME,
  .usage = SERIES_USAGE(NAME),
  .help = "Finite size: the difference between simulation and theory against d at fixed ratios, with the fitted\n"
          "exponent, and the position of the peak in the number n of sequences. --d is the largest dimension,\n"
          "--replicates the number of replicates up to d = 40; it falls as d^-3 from there on, to not less than 4.\n"
          "The series named \"near peak\" have the geometric mean over replicates in place of the mean, which a few\n"
          "of them would dominate, and no theory to compare with.\n" SERIES_HELP};

static const double dimensions[] = {10.0, 14.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0, 140.0, 200.0};
static const double peak_dimensions[] = {8.0, 12.0, 16.0, 24.0, 32.0};
/* n - d(d+1), in units of d/8. */
static const double offsets[] = {-16, -8, -4, -2, 0, 2, 4, 8, 16};
enum { OFFSETS = sizeof offsets / sizeof *offsets, PEAKS = sizeof peak_dimensions / sizeof *peak_dimensions };

static char exponents[TEXT] = "";

static int64_t replicates_at(const series_settings *set, double d) {
  double wanted = d <= MANY ? (double)set->replicates : (double)set->replicates * pow(MANY / d, 3.0);
  int64_t count = (int64_t)round(fmax(wanted, LEAST));
  return count < set->replicates ? count : set->replicates;
}

/* One experiment at dimension d, and its point. */
static void simulate_at(const series_settings *set, const series *one, double d, series_point *point) {
  series here = *one;
  here.d = (int64_t)d;
  here.max_replicates = replicates_at(set, d);
  icl_experiment *experiment = series_experiment(set, &here);
  icl_run *run = series_start(set, one);
  require(icl_experiment_run(experiment, run), one->name);
  point->x = d;
  point->replicates = series_replicates(set, &here);
  require(icl_experiment_result(experiment, one->quantity, &point->mean, &point->standard_error), one->name);
  require(icl_experiment_theory(experiment, one->quantity, &point->theory), one->name);
  require(icl_experiment_sizes(experiment, &point->d, &point->l, &point->k, &point->n), one->name);
  icl_run_destroy(run);
  icl_experiment_destroy(experiment);
}

static void simulate_dimensions(const series_settings *set, series *one) {
  while (one->count > 1 && one->at[one->count - 1] > (double)set->d) one->count--;
  for (int64_t i = 0; i < one->count; i++) simulate_at(set, one, one->at[i], &one->points[i]);
}

/* The least squares of mean - theory = c d^-p over c, weighted with the standard errors. */
static double misfit(const series *one, double exponent, double *factor) {
  double product = 0.0, square = 0.0, sum = 0.0;
  for (int64_t i = 0; i < one->count; i++) {
    const series_point *point = &one->points[i];
    double model = pow(point->x, -exponent) / point->standard_error;
    product += model * (point->mean - point->theory) / point->standard_error;
    square += model * model;
  }
  *factor = product / square;
  for (int64_t i = 0; i < one->count; i++) {
    const series_point *point = &one->points[i];
    double difference = point->mean - point->theory - *factor * pow(point->x, -exponent);
    sum += pow(difference / point->standard_error, 2.0);
  }
  return sum;
}

/* The exponent in [0, 4], with the half-width of the interval in which the sum of squares is within 1 of the least. */
static double fit_exponent(const series *one, double *factor, double *error) {
  double best = 0.0, least = INFINITY, low = INFINITY, high = 0.0;
  for (int i = 0; i < EXPONENTS; i++) {
    double exponent = 4.0 * i / (EXPONENTS - 1), sum = misfit(one, exponent, factor);
    if (!(sum < least)) continue;
    least = sum;
    best = exponent;
  }
  for (int i = 0; i < EXPONENTS; i++) {
    double exponent = 4.0 * i / (EXPONENTS - 1);
    if (misfit(one, exponent, factor) > least + 1.0) continue;
    low = fmin(low, exponent);
    high = fmax(high, exponent);
  }
  misfit(one, best, factor);
  *error = 0.5 * (high - low);
  return best;
}

static void curve_of_fit(const series_settings *set, series *one, int64_t count, const double *x, double *y) {
  double factor, error;
  for (int64_t i = 0; i < count; i++) y[i] = NAN;
  if (one->count < 3) return; /* a line through two points says nothing */
  (void)set;
  double exponent = fit_exponent(one, &factor, &error);
  for (int64_t i = 0; i < count; i++) y[i] = fabs(factor) * pow(x[i], -exponent);
  size_t used = strlen(exponents);
  snprintf(exponents + used, sizeof exponents - used, "%s%s: %.2f +- %.2f", *exponents ? ", " : "Fitted exponents: ",
           one->name, exponent, error);
  char *label = malloc(TEXT);
  if (!label) return;
  snprintf(label, TEXT, "%s: " ITALIC("d") "^{ -%.2f ± %.2f}", one->label, exponent, error);
  one->label = label;
}

/* The peak of one dimension. */
typedef struct {
  int64_t count;     /* of n that are different and positive */
  int64_t n[OFFSETS];
  double at, error; /* the n of the peak */
} peak;

static peak peaks[PEAKS];

static void choose_sizes(peak *found, int64_t d) {
  found->count = 0;
  for (int i = 0; i < OFFSETS; i++) {
    int64_t n = d * (d + 1) + (int64_t)round(offsets[i] * (double)d / 8.0);
    if (found->count && n == found->n[found->count - 1]) continue;
    found->n[found->count++] = n;
  }
}

/* The n whose mean of logarithms, [n][replicate], over the chosen replicates is the largest. */
static double largest(const peak *found, int64_t replicates, const double *logs, const int64_t *chosen) {
  double best = -INFINITY, at = 0.0;
  for (int64_t i = 0; i < found->count; i++) {
    double sum = 0.0;
    for (int64_t r = 0; r < replicates; r++) sum += logs[i * replicates + (chosen ? chosen[r] : r)];
    if (!(sum > best)) continue;
    best = sum;
    at = (double)found->n[i];
  }
  return at;
}

/* Where the peak is, and by how much that would be another place with other replicates: the bootstrap's deviation, and
 * that of a number rounded to the distance of neighbours. */
static void locate(peak *found, int64_t d, int64_t replicates, const double *logs) {
  int64_t *chosen = malloc((size_t)replicates * sizeof *chosen);
  if (!chosen) fail("no memory for %" PRId64 " replicates", replicates);
  found->at = largest(found, replicates, logs, NULL);
  double step = (double)d / 4.0, square = step * step / 12.0;
  for (int i = 0; i < RESAMPLES; i++) {
    for (int64_t r = 0; r < replicates; r++) {
      chosen[r] = (int64_t)(family_seed((uint64_t)d, i * replicates + r) % (uint64_t)replicates);
    }
    square += pow(largest(found, replicates, logs, chosen) - found->at, 2.0) / RESAMPLES;
  }
  found->error = sqrt(square);
  free(chosen);
}

/* All sizes in one go, which shares work between them; then each from the checkpoint. */
static void simulate_sizes(const series_settings *set, const series *one, const peak *found, double *values) {
  double d = (double)one->d, tau[OFFSETS], mean[OFFSETS], error[OFFSETS];
  icl_experiment *experiment = series_experiment(set, one);
  icl_run *run = series_start(set, one);
  for (int64_t i = 0; i < found->count; i++) tau[i] = (double)found->n[i] / (d * d);
  require(icl_experiment_curve(experiment, ICL_TAU, found->count, tau, 1, &one->quantity, run, mean, error, NULL, NULL),
          one->name);
  for (int64_t i = 0; i < found->count; i++) {
    require(icl_experiment_set(experiment, ICL_TAU, tau[i]), one->name);
    require(icl_experiment_run(experiment, run), one->name);
    require(icl_experiment_replicates(experiment, one->quantity, &values[i * set->replicates]), one->name);
  }
  icl_run_destroy(run);
  icl_experiment_destroy(experiment);
}

/* The geometric mean and its standard error, at one n. */
static void summarise(int64_t replicates, const double *logs, series_point *point) {
  double count = (double)replicates, mean = 0.0, square = 0.0;
  for (int64_t r = 0; r < replicates; r++) mean += logs[r] / count;
  for (int64_t r = 0; r < replicates; r++) square += pow(logs[r] - mean, 2.0);
  point->mean = exp(mean);
  point->standard_error = point->mean * sqrt(square / (count * (count - 1.0)));
}

/* The errors around n = d(d+1). The two panels that show them differ in x: it is n/d^2 where the series' `vary` is
 * ICL_TAU, otherwise n/(d(d+1)). */
static void simulate_peak(const series_settings *set, series *one) {
  int64_t which = 0;
  while (which < PEAKS && (int64_t)peak_dimensions[which] != one->d) which++;
  peak *found = &peaks[which];
  if (which > 0 && (one->d > set->d || (!set->full && one->d > QUICK_PEAK))) {
    one->count = 0;
    one->label = NULL;
    return;
  }
  choose_sizes(found, one->d);
  double *logs = malloc((size_t)(found->count * set->replicates) * sizeof *logs);
  if (!logs) fail("no memory for %s", one->name);
  simulate_sizes(set, one, found, logs);
  for (int64_t i = 0; i < found->count * set->replicates; i++) logs[i] = log(logs[i]);
  locate(found, one->d, set->replicates, logs);
  one->count = found->count;
  for (int64_t i = 0; i < found->count; i++) {
    double d = (double)one->d, n = (double)found->n[i];
    one->points[i] = (series_point){.x = n / (one->vary == ICL_TAU ? d * d : d * (d + 1.0)), .theory = NAN,
                                    .replicates = set->replicates, .d = one->d, .n = found->n[i],
                                    .l = (int64_t)round(one->alpha * d), .k = (int64_t)round(one->kappa * d)};
    summarise(set->replicates, &logs[i * set->replicates], &one->points[i]);
  }
  free(logs);
}

/* The peaks that were found, in units of d^2 or of d(d+1). */
static void collect_peaks(const series_settings *set, series *one) {
  int64_t count = 0;
  for (int which = 0; which < PEAKS; which++) {
    if (!peaks[which].count) continue;
    double d = peak_dimensions[which], unit = one->vary == ICL_TAU ? d * d : d * (d + 1.0);
    one->points[count++] = (series_point){
      .x = d, .theory = d * (d + 1.0) / unit, .mean = peaks[which].at / unit,
      .standard_error = peaks[which].error / unit, .replicates = set->replicates, .d = (int64_t)d,
      .l = (int64_t)round(one->alpha * d), .k = (int64_t)round(one->kappa * d), .n = (int64_t)peaks[which].at};
  }
  one->count = count;
}

static void curve_of_peak(const series_settings *set, series *one, int64_t count, const double *x, double *y) {
  (void)set;
  for (int64_t i = 0; i < count; i++) y[i] = one->vary == ICL_TAU ? 1.0 + 1.0 / x[i] : 1.0;
}

#define DIMENSIONS(which, setting, hollow_marks, color) \
  {.name = #which " " setting, .label = #which " " setting, .quantity = ICL_QUANTITY_##which, .at = dimensions, \
   .count = COUNT(dimensions), .low = 8.0, .high = 250.0, .simulate = simulate_dimensions, .curve = curve_of_fit, \
   .hollow = hollow_marks, .dashed = hollow_marks, .style = color
#define FEW(which, marks) \
  DIMENSIONS(which, "A", marks, 1), .tau = 0.5, .alpha = 2.0, .kappa = 0.5, .rho = 0.1, .lambda = 1e-3}
#define MORE(which, marks) \
  DIMENSIONS(which, "B", marks, 2), .tau = 2.0, .alpha = 2.0, .kappa = 0.5, .rho = 0.1, .lambda = 1e-3}
#define DIVERSE(which, marks) \
  DIMENSIONS(which, "C", marks, 3), .tau = 2.0, .alpha = 10.0, .kappa = 1.5, .rho = 0.01, .lambda = 0.1}
static series differences[] = {FEW(ICL, 0), MORE(ICL, 0), DIVERSE(ICL, 0), FEW(IDG, 1), MORE(IDG, 1), DIVERSE(IDG, 1)};

#define AT_PEAK .quantity = ICL_QUANTITY_ICL, .tau = 1.0, .alpha = 10.0, .kappa = 0.5, .rho = 0.01, .lambda = 1e-8
#define NEAR(dimension, variable, unit) \
  {.name = "near peak d=" #dimension " " unit, .label = ITALIC("d") " = " #dimension, .vary = variable, \
   .d = dimension, .joined = 1, .simulate = simulate_peak, .at = offsets, .count = OFFSETS, AT_PEAK}
static series squares[] = {NEAR(8, ICL_TAU, "n/d^2"), NEAR(12, ICL_TAU, "n/d^2"), NEAR(16, ICL_TAU, "n/d^2"),
                           NEAR(24, ICL_TAU, "n/d^2"), NEAR(32, ICL_TAU, "n/d^2")};
static series unknowns[] = {NEAR(8, 0, "n/(d(d+1))"), NEAR(12, 0, "n/(d(d+1))"), NEAR(16, 0, "n/(d(d+1))"),
                            NEAR(24, 0, "n/(d(d+1))"), NEAR(32, 0, "n/(d(d+1))")};
static series positions[] = {
  {.name = "peak n/d^2", .label = ITALIC("n") "/" ITALIC("d") "^2  (curve: 1 + 1/" ITALIC("d") ")", .vary = ICL_TAU,
   .at = peak_dimensions, .count = PEAKS, .low = 7.0, .high = 36.0, .simulate = collect_peaks, .curve = curve_of_peak,
   AT_PEAK},
  {.name = "peak n/(d(d+1))", .label = ITALIC("n") "/(" ITALIC("d") "(" ITALIC("d") "+1))  (curve: 1)",
   .at = peak_dimensions, .count = PEAKS, .low = 7.0, .high = 36.0, .simulate = collect_peaks, .curve = curve_of_peak,
   AT_PEAK}};

#define AT_ONE "set arrow from 1, graph 0 to 1, graph 1 nohead dt 3 lc rgb '#808080'"
static panel panels[] = {
  {.title = "Simulation − theory at fixed ratios", .x_label = ITALIC("d"), .y_label = "|" ITALIC("e") " − theory|",
   .series = differences, .count = COUNT(differences), .log_x = 1, .log_y = 1, .difference = 1,
   .x_tics = "10, 20, 50, 100, 200",
   .y_low = 1e-4, .y_high = 2.0, .key = "bottom left"},
  {.title = "Errors around the peak", .x_label = ITALIC("n") "/" ITALIC("d") "^2",
   .y_label = ERROR_ICL ", geometric mean", .series = squares, .count = COUNT(squares), .log_y = 1, .commands = AT_ONE},
  {.title = "The same, by the number of unknowns", .x_label = ITALIC("n") "/(" ITALIC("d") "(" ITALIC("d") "+1))",
   .y_label = ERROR_ICL ", geometric mean", .series = unknowns, .count = COUNT(unknowns), .log_y = 1,
   .commands = AT_ONE},
  {.title = "Position of the peak", .x_label = ITALIC("d"), .y_label = "position", .series = positions,
   .count = COUNT(positions), .log_x = 1, .x_tics = "8, 12, 16, 24, 32", .y_low = 0.95, .y_high = 1.16},
};

static figure shown = {
  .title = "Finite size: the approach to the theory, and the place of the peak",
  .caption = "Top left: difference between simulated errors and theory against d at fixed ratios, with fits of c d^-p; "
             "(tau, alpha, kappa, rho, lambda) is A (0.5, 2, 0.5, 0.1, 1e-3), B (2, 2, 0.5, 0.1, 1e-3), "
             "C (2, 10, 1.5, 0.01, 0.1). Top right and bottom left: the error on fresh tasks around its peak, in units "
             "of the limit's and of the fit's threshold, at alpha = 10, kappa = 0.5, rho = 0.01, lambda = 1e-8. Bottom "
             "right: the position of the peak.",
  .remark = exponents,
  .panels = panels, .count = COUNT(panels), .columns = 2, .width = 1040, .height = 860,
  .quick_d = 40, .quick_replicates = 40, .full_d = 200, .full_replicates = 200};

int main(int argc, char **argv) {
  return series_main(argc, argv, &shown);
}
