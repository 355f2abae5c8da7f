/* Where the transition from memorising tasks to learning in context is: kappa_half, the task diversity at which the gap
 * g_task = ICL - IDG error has fallen to half of what it is for few tasks,
 *
 *     kappa_half = max { kappa : g_task(kappa) = g_task(0+)/2 },
 *
 * against each of the other parameters. For few tasks xi M -> xi/nu, and the gap becomes
 *
 *     g_task(0+) = 1 + rho q/(tau nu^2 - q^2),    q = (1+rho)/alpha, nu = q + xi,
 *
 * which is 1 + alpha rho/(1+rho) min(tau, 1)/|1-tau| without ridge. It is at least 1, and g_task -> 0 for many tasks:
 * kappa_half exists wherever g_task(0+) is finite, that is but for tau = 1 without ridge, and infinite contexts with
 * noise. Of 3000 random points 5, with noise, ridge and alpha > 100, had three crossings: there the last one counts.
 *
 * What it shows of the library: finding a root of icl_theory_value, and icl_experiment_replicates for the error of what
 * is computed from several experiments that share random numbers. */
#include <math.h>
#include <stdlib.h>

#include "series.h"

#define NAME "09_transition"
#define KAPPA_HALF KAPPA "_{1/2}"
#define HALF_TICS "0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 2, 5"

const program_text program = {
  .name = NAME,
  .usage = SERIES_USAGE(NAME),
  .help = "The task diversity kappa_half at which the gap between the errors on fresh tasks and on the tasks of\n"
          "pretraining has fallen to half of its value for few tasks, against sample size, context length, noise and\n"
          "ridge: theory, and simulation with error bars. A point is simulated at three numbers of tasks: few, and\n"
          "below and above the transition, between which it is interpolated; k in the CSV is the second.\n"
          "The curves of theory are of kind fit.\n" SERIES_HELP};

static void simulate_half(const series_settings *set, series *one);
static void half_curve(const series_settings *set, series *one, int64_t count, const double *x, double *y);
static void noisy(const series_settings *set, series *one, int64_t count, const double *x, double *y);
static void large_ridge(const series_settings *set, series *one, int64_t count, const double *x, double *y);

static const double taus[] = {0.2, 0.5, 2.0, 5.0}, alphas[] = {1.0, 10.0, 100.0}, rhos[] = {0.001, 0.1, 1.0},
                    ridges[] = {1e-3, 0.1, 2.0};

#define HALF(title, text, varied, size, context, noise, ridge) \
  {.name = title, .label = text, .quantity = ICL_QUANTITY_GAP, .vary = varied, .tau = size, .alpha = context, \
   .rho = noise, .lambda = ridge, .curve = half_curve, .simulate = simulate_half
#define AT(values, least, most) .at = values, .count = COUNT(values), .low = least, .high = most

static series by_tau[] = {
  HALF("tau alpha=10 rho=0.01", ALPHA " = 10, " RHO " = 0.01", ICL_TAU, 1, 10, 0.01, 1e-6), AT(taus, 0.05, 50)},
  HALF("tau alpha=100 rho=0.01", ALPHA " = 100, " RHO " = 0.01", ICL_TAU, 1, 100, 0.01, 1e-6), AT(taus, 0.05, 50)},
  HALF("tau alpha=100 rho=0.5", ALPHA " = 100, " RHO " = 0.5", ICL_TAU, 1, 100, 0.5, 1e-6), AT(taus, 0.05, 50)},
  {.name = "min(tau 1)/2", .label = "min(" TAU ", 1)/2", .low = 0.05, .high = 50, .curve = noisy, .dashed = 1,
   .style = 7}};
static series by_alpha[] = {
  HALF("alpha tau=0.5", TAU " = 0.5", ICL_ALPHA, 0.5, 1, 0.01, 1e-6), AT(alphas, 0.3, 3000)},
  HALF("alpha tau=2", TAU " = 2", ICL_ALPHA, 2, 1, 0.01, 1e-6), AT(alphas, 0.3, 3000)},
  HALF("alpha tau=10", TAU " = 10", ICL_ALPHA, 10, 1, 0.01, 1e-6), .low = 0.3, .high = 3000}};
static series by_rho[] = {
  HALF("rho tau=0.5", TAU " = 0.5", ICL_RHO, 0.5, 100, 1, 1e-6), AT(rhos, 1e-4, 10)},
  HALF("rho tau=2", TAU " = 2", ICL_RHO, 2, 100, 1, 1e-6), AT(rhos, 1e-4, 10)},
  HALF("rho tau=10", TAU " = 10", ICL_RHO, 10, 100, 1, 1e-6), .low = 1e-4, .high = 10}};
static series by_lambda[] = {
  HALF("lambda tau=0.5", TAU " = 0.5", ICL_LAMBDA, 0.5, 10, 0.01, 1), AT(ridges, 1e-4, 100)},
  HALF("lambda tau=2", TAU " = 2", ICL_LAMBDA, 2, 10, 0.01, 1), AT(ridges, 1e-4, 100)},
  HALF("lambda tau=10", TAU " = 10", ICL_LAMBDA, 10, 10, 0.01, 1), .low = 1e-4, .high = 100},
  {.name = "large ridge", .label = "(1 + √2)/" LAMBDA, .low = 2.1, .high = 100, .curve = large_ridge, .dashed = 1,
   .style = 7}};

static panel panels[] = {
  {.title = LAMBDA " = 10^{-6}", .x_label = TAU_AXIS, .y_label = KAPPA_HALF, .series = by_tau, .count = COUNT(by_tau),
   .log_x = 1, .log_y = 1, .x_tics = "0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50", .y_tics = HALF_TICS,
   .y_low = 0.02, .y_high = 8.0, .key = "bottom right Left reverse"},
  {.title = RHO " = 0.01, " LAMBDA " = 10^{-6}", .x_label = ALPHA_AXIS, .y_label = KAPPA_HALF, .series = by_alpha,
   .count = COUNT(by_alpha), .log_x = 1, .log_y = 1, .y_tics = HALF_TICS, .y_low = 0.15, .y_high = 1.2,
   .key = "top right Left reverse"},
  {.title = ALPHA " = 100, " LAMBDA " = 10^{-6}", .x_label = "label noise  " RHO, .y_label = KAPPA_HALF,
   .series = by_rho, .count = COUNT(by_rho), .log_x = 1, .log_y = 1, .y_tics = HALF_TICS, .y_low = 0.15, .y_high = 1.2,
   .key = "bottom left Left reverse"},
  {.title = ALPHA " = 10, " RHO " = 0.01", .x_label = "ridge  " LAMBDA, .y_label = KAPPA_HALF, .series = by_lambda,
   .count = COUNT(by_lambda), .log_x = 1, .log_y = 1, .y_tics = HALF_TICS, .y_low = 0.02,
   .y_high = 1.4, .key = "bottom left Left reverse"},
};

static figure shown = {
  .title = "The task diversity at which memorising ends",
  .caption = "kappa_half, the task diversity kappa = k/d at which g_task = ICL - IDG error has fallen to half of its "
             "limit for few tasks, against tau, alpha, rho and lambda. Curves: theory; points: simulation. "
             "kappa_half is 1/2 for many data. With noise and long contexts it is min(tau, 1)/2, so d/2 tasks, or "
             "where data are scarce one task in 2 d sequences. With little noise, scarce data put the transition off "
             "to more tasks, most near tau = 1, where the error made by fitting the noise of the data adds a gap "
             "that falls only like 1/kappa. A ridge takes this away, and one above 1 makes the gap fall earlier, at "
             "kappa = (1 + sqrt(2))/lambda.",
  .remark = "kappa_half exists wherever the gap for few tasks is finite. In the simulation that gap is the one at "
            "about kappa_half/3, times what the theory says is missing. Its deviation at finite d, which is of order "
            "1/d and largest for few tasks, mostly cancels.",
  .panels = panels, .count = COUNT(panels), .columns = 2, .quick_d = 30, .quick_replicates = 6, .full_d = 60,
  .full_replicates = 8};

/* g_task at this kappa. */
static double gap_at(icl_theory *theory, double kappa) {
  double gap;
  require(icl_theory_set(theory, ICL_KAPPA, kappa), "kappa");
  require(icl_theory_value(theory, ICL_QUANTITY_GAP, &gap), "the gap");
  return gap;
}

/* Its limit for few tasks: what is left of terms in kappa is rounding. */
static double gap_of_few(icl_theory *theory) {
  return gap_at(theory, 1e-18);
}

/* From many tasks down to the first grid point above half, then by bisection of log kappa. NAN where it does not exist.
 * The other parameters of `theory` are given. */
static double find_half(icl_theory *theory) {
  const double target = 0.5 * gap_of_few(theory), step = pow(10.0, 0.05);
  double above = 1e6, below;
  if (!(target > 0.0 && target < INFINITY)) return NAN;
  while (above > 1e-8 && gap_at(theory, above) < target) above /= step;
  if (above == 1e6 || above <= 1e-8) return NAN;
  below = above * step;
  for (int i = 0; i < 50; i++) {
    double middle = sqrt(above * below);
    if (gap_at(theory, middle) < target) below = middle;
    else above = middle;
  }
  return above;
}

static icl_theory *create_theory(const series *one) {
  icl_theory *theory;
  require(icl_theory_create(one->tau, one->alpha, 1.0, one->rho, one->lambda, &theory), one->name);
  return theory;
}

static void half_curve(const series_settings *set, series *one, int64_t count, const double *x, double *y) {
  icl_theory *theory = create_theory(one);
  (void)set;
  for (int64_t i = 0; i < count; i++) {
    require(icl_theory_set(theory, one->vary, x[i]), one->name);
    y[i] = find_half(theory);
  }
  icl_theory_destroy(theory);
}

/* With noise and long contexts. */
static void noisy(const series_settings *set, series *one, int64_t count, const double *x, double *y) {
  (void)set, (void)one;
  for (int64_t i = 0; i < count; i++) y[i] = 0.5 * fmin(x[i], 1.0);
}

/* There nu is lambda, and the gap 1 - (kappa lambda/(1 + kappa lambda))^2. */
static void large_ridge(const series_settings *set, series *one, int64_t count, const double *x, double *y) {
  (void)set, (void)one;
  for (int64_t i = 0; i < count; i++) y[i] = (1.0 + sqrt(2.0)) / x[i];
}

enum { FEW, BEFORE, AFTER, PLACES };

/* The gaps of a point, [place * replicates + replicate]. */
typedef struct {
  int64_t replicates, tasks[PLACES];
  double missing; /* g_task(0+) over that at tasks[FEW], in theory */
  double *gaps;
} bracket;

/* log of the number of tasks where the gap is half, interpolated; the replicate `without` is left out, none for -1. */
static double interpolate(const bracket *around, int64_t without) {
  double mean[PLACES] = {0.0}, before = log((double)around->tasks[BEFORE]), after = log((double)around->tasks[AFTER]);
  for (int place = 0; place < PLACES; place++) {
    for (int64_t r = 0; r < around->replicates; r++) {
      if (r != without) mean[place] += around->gaps[place * around->replicates + r];
    }
  }
  double target = 0.5 * around->missing * mean[FEW];
  return before + (after - before) * (mean[BEFORE] - target) / (mean[BEFORE] - mean[AFTER]);
}

/* Standard error by the jackknife: the three means come from the same replicates and share random numbers. */
static void estimate(const bracket *around, series_point *point) {
  double count = (double)around->replicates, mean = 0.0, sum = 0.0, value = interpolate(around, -1);
  for (int64_t r = 0; r < around->replicates; r++) mean += interpolate(around, r) / count;
  for (int64_t r = 0; r < around->replicates; r++) sum += pow(interpolate(around, r) - mean, 2.0);
  point->mean = exp(value) / (double)point->d;
  point->standard_error = point->mean * sqrt(sum * (count - 1.0) / count);
}

/* Somewhat below the transition and above, and a third of it. The gap of still fewer tasks tends to the theory's
 * slowest as d grows; from there on the deviations are about the same factor, and cancel. */
static void place(const series_point *point, icl_theory *theory, bracket *around) {
  double half = point->theory * (double)point->d;
  around->tasks[FEW] = (int64_t)fmax(1.0, round(half / 3.0));
  around->tasks[BEFORE] = (int64_t)fmax((double)around->tasks[FEW] + 1.0, round(half / 1.4));
  around->tasks[AFTER] = (int64_t)fmax((double)around->tasks[BEFORE] + 1.0, round(half * 1.4));
  around->missing = gap_of_few(theory) / gap_at(theory, (double)around->tasks[FEW] / (double)point->d);
}

/* The point's sizes and theory at the ratios that they realise. */
static icl_theory *realise(const series *one, int64_t i, icl_experiment *experiment, series_point *point) {
  icl_theory *theory = create_theory(one);
  require(icl_experiment_set(experiment, one->vary, one->at[i]), one->name);
  require(icl_experiment_sizes(experiment, &point->d, &point->l, NULL, &point->n), one->name);
  require(icl_theory_set(theory, one->vary, one->at[i]), one->name);
  require(icl_theory_set(theory, ICL_TAU, (double)point->n / (double)(point->d * point->d)), one->name);
  require(icl_theory_set(theory, ICL_ALPHA, (double)point->l / (double)point->d), one->name);
  require(icl_theory_get(theory, one->vary, &point->x), one->name);
  point->theory = find_half(theory);
  return theory;
}

static void simulate_point(icl_experiment *experiment, const icl_run *run, const series *one, bracket *around,
                           series_point *point) {
  for (int which = 0; which < PLACES; which++) {
    double kappa = (double)around->tasks[which] / (double)point->d;
    require(icl_experiment_set(experiment, ICL_KAPPA, kappa), one->name);
    require(icl_experiment_run(experiment, run), one->name);
    require(icl_experiment_replicates(experiment, ICL_QUANTITY_GAP, &around->gaps[which * around->replicates]),
            one->name);
  }
  point->k = around->tasks[BEFORE];
  point->replicates = around->replicates;
  estimate(around, point);
}

static void simulate_half(const series_settings *set, series *one) {
  bracket around = {.replicates = series_replicates(set, one)};
  one->kappa = 1.0; /* until it is placed */
  icl_experiment *experiment = series_experiment(set, one);
  around.gaps = malloc((size_t)(PLACES * around.replicates) * sizeof *around.gaps);
  if (!around.gaps) fail("no memory for %s", one->name);
  icl_run *run = series_start(set, one);
  for (int64_t i = 0; i < one->count; i++) {
    icl_theory *theory = realise(one, i, experiment, &one->points[i]);
    place(&one->points[i], theory, &around);
    simulate_point(experiment, run, one, &around, &one->points[i]);
    icl_theory_destroy(theory);
  }
  icl_run_destroy(run);
  icl_experiment_destroy(experiment);
  free(around.gaps);
}

int main(int argc, char **argv) {
  return series_main(argc, argv, &shown);
}
