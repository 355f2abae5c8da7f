/* Experiments: replicates against ones made by hand, threads, curves against runs, the theory beside them. */
#include "support.h"

#include <float.h>
#include <inttypes.h>
#include <pthread.h>

enum { ICL, IDG, ERRORS };

static icl_experiment *new_experiment(int64_t d, double tau, double alpha, double kappa, double rho, double lambda) {
  icl_experiment *experiment;
  OK(icl_experiment_create(d, &experiment));
  OK(icl_experiment_set(experiment, ICL_TAU, tau));
  OK(icl_experiment_set(experiment, ICL_ALPHA, alpha));
  OK(icl_experiment_set(experiment, ICL_KAPPA, kappa));
  OK(icl_experiment_set(experiment, ICL_RHO, rho));
  OK(icl_experiment_set(experiment, ICL_LAMBDA, lambda));
  return experiment;
}

static icl_run *new_run(int64_t threads) {
  icl_run *run;
  OK(icl_run_create(&run));
  OK(icl_run_set_threads(run, threads));
  return run;
}

/* ---- a second Philox, as doc/streams.md has it ---- */

static void multiply(uint64_t a, uint64_t b, uint64_t *high, uint64_t *low) {
  uint64_t a0 = a & UINT32_MAX, a1 = a >> 32, b0 = b & UINT32_MAX, b1 = b >> 32;
  uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (middle & UINT32_MAX);
  *high = a1 * b1 + (middle >> 32) + (other >> 32);
  *low = a * b;
}

static void replicate_seeds(uint64_t seed, int64_t d, int64_t replicate, uint64_t *pool, uint64_t *dataset) {
  uint64_t c[4] = {0, (uint64_t)replicate, (uint64_t)d, 0}, k0 = seed, k1 = 0x0400;
  for (int round = 0; round < 10; round++) {
    uint64_t high_a, low_a, high_b, low_b;
    multiply(UINT64_C(0xD2E7470EE14C6C93), c[0], &high_a, &low_a);
    multiply(UINT64_C(0xCA5A826395121157), c[2], &high_b, &low_b);
    uint64_t next[4] = {high_b ^ c[1] ^ k0, low_b, high_a ^ c[3] ^ k1, low_a};
    memcpy(c, next, sizeof c);
    k0 += UINT64_C(0x9E3779B97F4A7C15);
    k1 += UINT64_C(0xBB67AE8584CAA73B);
  }
  *pool = c[0];
  *dataset = c[1];
}

/* One replicate through the public interface. n = 0 and k = 0: infinitely many. */
typedef struct {
  int64_t d, l, k, n;
  double rho, lambda;
  int32_t distribution;
} hand_made;

static void replicate_by_hand(const hand_made *at, uint64_t seed, int64_t number, double *out) {
  uint64_t pool_seed, dataset_seed;
  icl_task_pool *pool;
  icl_test_law *fresh, *seen;
  double *gamma = doubles(at->d * (at->d + 1));
  replicate_seeds(seed, at->d, number, &pool_seed, &dataset_seed);
  if (at->k) OK(icl_task_pool_create(at->d, at->k, at->distribution, pool_seed, &pool));
  else OK(icl_task_pool_create_infinite(at->d, at->distribution, pool_seed, &pool));
  OK(icl_test_law_create_fresh(at->d, at->l, at->rho, at->distribution, &fresh));
  OK(icl_test_law_create_pool(pool, at->l, at->rho, &seen));
  if (at->n) {
    icl_dataset *dataset;
    icl_estimator *estimator;
    OK(icl_dataset_create(pool, at->l, at->n, at->rho, dataset_seed, &dataset));
    OK(icl_estimator_create(&estimator));
    OK(icl_estimator_set_lambda(estimator, at->lambda));
    OK(icl_estimator_fit(estimator, dataset, NULL));
    OK(icl_estimator_gamma(estimator, gamma));
    icl_dataset_destroy(dataset);
    icl_estimator_destroy(estimator);
  } else {
    OK(icl_test_law_optimal_gamma(seen, at->lambda, gamma));
  }
  OK(icl_test_error(fresh, gamma, &out[ICL]));
  OK(icl_test_error(seen, gamma, &out[IDG]));
  icl_task_pool_destroy(pool);
  icl_test_law_destroy(fresh);
  icl_test_law_destroy(seen);
  free(gamma);
}

static void same_as_by_hand(const hand_made *at, icl_experiment *experiment, uint64_t seed, int64_t replicates) {
  double *values[4];
  int64_t sizes[4];
  for (int32_t quantity = ICL_QUANTITY_ICL; quantity <= ICL_QUANTITY_GAP; quantity++) {
    values[quantity] = doubles(replicates);
    OK(icl_experiment_replicates(experiment, quantity, values[quantity]));
  }
  OK(icl_experiment_sizes(experiment, &sizes[0], &sizes[1], &sizes[2], &sizes[3]));
  ck_assert(sizes[0] == at->d && sizes[1] == at->l && sizes[2] == at->k && sizes[3] == at->n);
  for (int64_t r = 0; r < replicates; r++) {
    double errors[ERRORS];
    replicate_by_hand(at, seed, r, errors);
    ck_assert_double_eq(values[ICL_QUANTITY_ICL][r], errors[ICL]);
    ck_assert_double_eq(values[ICL_QUANTITY_IDG][r], errors[IDG]);
    ck_assert_double_eq(values[ICL_QUANTITY_GAP][r], errors[ICL] - errors[IDG]);
    if (!at->k) ck_assert_double_eq(values[ICL_QUANTITY_GAP][r], 0.0);
  }
  for (int32_t quantity = ICL_QUANTITY_ICL; quantity <= ICL_QUANTITY_GAP; quantity++) free(values[quantity]);
}

START_TEST(replicates_made_by_hand) {
  static const struct {
    double tau, kappa;
    hand_made at;
  } cases[] = {{2.0, 0.5, {10, 20, 5, 200, 0.1, 1e-3, ICL_TASKS_GAUSSIAN}},
               {0.3, 1.5, {10, 20, 15, 30, 0.0, 0.0, ICL_TASKS_SPHERE}},
               {0.5, INFINITY, {8, 16, 0, 32, 0.25, 0.1, ICL_TASKS_GAUSSIAN}},
               {1.3, INFINITY, {8, 16, 0, 83, 0.25, 0.1, ICL_TASKS_SPHERE}},
               {INFINITY, 0.5, {12, 24, 6, 0, 0.1, 1e-3, ICL_TASKS_GAUSSIAN}},
               {INFINITY, 2.0, {12, 24, 24, 0, 0.1, 0.0, ICL_TASKS_SPHERE}},
               {INFINITY, INFINITY, {6, 12, 0, 0, 0.1, 1e-3, ICL_TASKS_GAUSSIAN}}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const hand_made *at = &cases[i].at;
    uint64_t seed = i ? 17 * i : UINT64_MAX;
    icl_experiment *experiment = new_experiment(at->d, cases[i].tau, 2.0, cases[i].kappa, at->rho, at->lambda);
    OK(icl_experiment_set_distribution(experiment, at->distribution));
    OK(icl_experiment_set_replicates(experiment, 5));
    OK(icl_experiment_set_seed(experiment, seed));
    OK(icl_experiment_run(experiment, NULL));
    same_as_by_hand(at, experiment, seed, 5);
    icl_experiment_destroy(experiment);
  }
}
END_TEST

/* Gamma = 0: ICL is 1 + rho, IDG tr(R)/d + rho. */
START_TEST(infinite_ridge) {
  icl_experiment *experiment = new_experiment(10, 1.0, 2.0, 0.5, 0.25, INFINITY);
  double mean, error, theory;
  OK(icl_experiment_run(experiment, NULL));
  OK(icl_experiment_result(experiment, ICL_QUANTITY_ICL, &mean, &error));
  OK(icl_experiment_theory(experiment, ICL_QUANTITY_ICL, &theory));
  CLOSE(mean, 1.25, 4 * DBL_EPSILON);
  ck_assert_double_eq(error, 0.0);
  ck_assert_double_eq(theory, 1.25);
  OK(icl_experiment_result(experiment, ICL_QUANTITY_IDG, &mean, &error));
  ck_assert(error > 0.0);
  NEAR(mean, 1.25, 5.0 * error);
  icl_experiment_destroy(experiment);
}
END_TEST

/* ---- means ---- */

/* Mean and standard error by the textbook, in long double; the library's to 1e-13, where values scatter by more than
 * 1e-3 of themselves, so that no more than three of sixteen digits cancel. */
START_TEST(mean_and_standard_error) {
  enum { REPLICATES = 40 };
  icl_experiment *experiment = new_experiment(6, 1.5, 2.0, 0.5, 0.1, 0.01);
  OK(icl_experiment_set_replicates(experiment, REPLICATES));
  OK(icl_experiment_run(experiment, NULL));
  double means[4];
  for (int32_t quantity = ICL_QUANTITY_ICL; quantity <= ICL_QUANTITY_GAP; quantity++) {
    double values[REPLICATES], mean, error;
    long double sum = 0.0L, square = 0.0L;
    OK(icl_experiment_replicates(experiment, quantity, values));
    for (int r = 0; r < REPLICATES; r++) sum += values[r];
    sum /= REPLICATES;
    for (int r = 0; r < REPLICATES; r++) square += (values[r] - sum) * (values[r] - sum);
    OK(icl_experiment_result(experiment, quantity, &mean, &error));
    CLOSE(mean, (double)sum, 1e-13);
    CLOSE(error, (double)sqrtl(square / (REPLICATES * (REPLICATES - 1.0L))), 1e-12);
    means[quantity] = mean;
  }
  NEAR(means[ICL_QUANTITY_GAP], means[ICL_QUANTITY_ICL] - means[ICL_QUANTITY_IDG], 1e-14);
  double mean, error = -1.0;
  OK(icl_experiment_result(experiment, ICL_QUANTITY_ICL, NULL, NULL));
  OK(icl_experiment_result(experiment, ICL_QUANTITY_ICL, &mean, NULL));
  OK(icl_experiment_result(experiment, ICL_QUANTITY_ICL, NULL, &error));
  ck_assert(error > 0.0);
  OK(icl_experiment_set_replicates(experiment, 1));
  OK(icl_experiment_run(experiment, NULL));
  OK(icl_experiment_result(experiment, ICL_QUANTITY_ICL, &mean, &error));
  ck_assert(error == INFINITY);
  icl_experiment_destroy(experiment);
}
END_TEST

/* More replicates extend fewer; seeds and dimensions differ; common random numbers at other parameters. */
START_TEST(replicates_and_seeds) {
  icl_experiment *experiment = new_experiment(6, 1.5, 2.0, 0.5, 0.1, 0.01);
  double few[3], many[7], other[7];
  OK(icl_experiment_set_replicates(experiment, 3));
  OK(icl_experiment_run(experiment, NULL));
  OK(icl_experiment_replicates(experiment, ICL_QUANTITY_ICL, few));
  OK(icl_experiment_set_replicates(experiment, 7));
  OK(icl_experiment_run(experiment, NULL));
  OK(icl_experiment_replicates(experiment, ICL_QUANTITY_ICL, many));
  ck_assert_mem_eq(few, many, sizeof few);
  for (int i = 0; i < 7; i++) {
    for (int j = 0; j < i; j++) ck_assert_double_ne(many[i], many[j]);
  }
  OK(icl_experiment_set_seed(experiment, 1));
  OK(icl_experiment_run(experiment, NULL));
  OK(icl_experiment_replicates(experiment, ICL_QUANTITY_ICL, other));
  for (int i = 0; i < 7; i++) ck_assert_double_ne(many[i], other[i]);
  icl_experiment_destroy(experiment);
}
END_TEST

/* ---- threads, progress, canceling ---- */

static const double curve_tau[] = {0.5, 3.0, 1.2, 0.5, INFINITY}, curve_lambda[] = {0.1, 1e-4, 0.0, 10.0, INFINITY};
enum { POINTS = 5, QUANTITIES = 3, ANSWERS = POINTS * QUANTITIES };
static const int32_t quantities[QUANTITIES] = {ICL_QUANTITY_GAP, ICL_QUANTITY_ICL, ICL_QUANTITY_IDG};

typedef struct {
  double mean[ANSWERS], error[ANSWERS], theory[ANSWERS];
  int64_t sizes[4 * POINTS];
} answers;

static icl_status curve(icl_experiment *experiment, int32_t vary, const double *at, const icl_run *run, answers *out) {
  return icl_experiment_curve(experiment, vary, POINTS, at, QUANTITIES, quantities, run, out->mean, out->error,
                              out->theory, out->sizes);
}

/* 9 replicates: on 1 and 2 threads points share work, on 3 and more they do not; on 12 fits get threads of their own
 * where there is one point. */
START_TEST(the_same_bits_on_any_number_of_threads) {
  static const int64_t threads[] = {1, 2, 3, 4, 12};
  icl_experiment *experiment = new_experiment(8, 1.5, 2.0, 0.5, 0.1, 0.01);
  answers expected[2], found;
  double values[9], first[9];
  OK(icl_experiment_set_replicates(experiment, 9));
  for (int i = 0; i < 5; i++) {
    icl_run *run = new_run(threads[i]);
    for (int which = 0; which < 2; which++) {
      memset(&found, 0, sizeof found);
      OK(curve(experiment, which ? ICL_LAMBDA : ICL_TAU, which ? curve_lambda : curve_tau, run, &found));
      if (i) ck_assert_mem_eq(&found, &expected[which], sizeof found);
      else expected[which] = found;
    }
    OK(icl_experiment_run(experiment, run));
    OK(icl_experiment_replicates(experiment, ICL_QUANTITY_IDG, i ? values : first));
    if (i) ck_assert_mem_eq(values, first, sizeof first);
    icl_run_destroy(run);
  }
  icl_experiment_destroy(experiment);
}
END_TEST

typedef struct {
  pthread_t caller;
  int64_t calls, last, total, cancel_at; /* cancel_at < 0: never */
  int strange, after_cancel, canceled;
} watch;

static int32_t watching(int64_t done, int64_t total, void *user) {
  watch *state = user;
  if (!pthread_equal(pthread_self(), state->caller) || done < state->last || done > total) state->strange = 1;
  if (state->canceled) state->after_cancel = 1;
  state->calls++;
  state->last = done;
  state->total = total;
  state->canceled = state->cancel_at >= 0 && done >= state->cancel_at;
  return state->canceled;
}

START_TEST(progress) {
  for (int64_t threads = 1; threads <= 4; threads += 3) {
    icl_experiment *experiment = new_experiment(8, 1.5, 2.0, 0.5, 0.1, 0.01);
    icl_run *run = new_run(threads);
    watch state = {.caller = pthread_self(), .cancel_at = -1};
    OK(icl_experiment_set_replicates(experiment, 12));
    OK(icl_run_set_progress(run, watching, &state));
    OK(icl_experiment_run(experiment, run));
    ck_assert(!state.strange && state.calls >= 2);
    ck_assert_int_eq(state.last, 12);
    ck_assert_int_eq(state.total, 12);
    answers found;
    state = (watch){.caller = pthread_self(), .cancel_at = -1};
    OK(curve(experiment, ICL_TAU, curve_tau, run, &found)); /* two of the five points are one */
    ck_assert(!state.strange);
    ck_assert_int_eq(state.last, 48);
    ck_assert_int_eq(state.total, 48);
    icl_run_destroy(run);
    icl_experiment_destroy(experiment);
  }
}
END_TEST

/* Canceled at the start, within and at the very end: no result, outputs untouched, and usable afterwards. */
START_TEST(canceling) {
  icl_experiment *experiment = new_experiment(8, 1.5, 2.0, 0.5, 0.1, 0.01);
  OK(icl_experiment_set_replicates(experiment, 12));
  for (int64_t threads = 1; threads <= 4; threads += 3) {
    for (int64_t at = 0; at <= 12; at += 4) {
      icl_run *run = new_run(threads);
      watch state = {.caller = pthread_self(), .cancel_at = at};
      double mean = 7.0;
      OK(icl_run_set_progress(run, watching, &state));
      OK(icl_experiment_run(experiment, NULL));
      FAILS(ICL_ERR_CANCELED, "canceled by the progress callback", icl_experiment_run(experiment, run));
      ck_assert(!state.strange && !state.after_cancel);
      FAILS(ICL_ERR_STATE, "no results", icl_experiment_result(experiment, ICL_QUANTITY_ICL, &mean, &mean));
      answers found, untouched;
      memset(&found, 1, sizeof found);
      memset(&untouched, 1, sizeof found);
      state = (watch){.caller = pthread_self(), .cancel_at = at};
      FAILS(ICL_ERR_CANCELED, "canceled", curve(experiment, ICL_TAU, curve_tau, run, &found));
      ck_assert_mem_eq(&found, &untouched, sizeof found);
      ck_assert_double_eq(mean, 7.0);
      icl_run_destroy(run);
    }
  }
  icl_experiment_destroy(experiment);
}
END_TEST

typedef struct {
  struct timespec last;
  int64_t calls; /* with two replicates done */
} late_cancel;

/* Until one replicate is done, waits after each piece of the caller's fit as long as that took. */
static int32_t cancel_late(int64_t done, int64_t total, void *user) {
  late_cancel *state = user;
  struct timespec now, pause;
  (void)total;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t passed = (now.tv_sec - state->last.tv_sec) * 1000000000 + now.tv_nsec - state->last.tv_nsec;
  pause = (struct timespec){passed / 1000000000, passed % 1000000000};
  if (done == 0 && state->last.tv_sec) nanosleep(&pause, NULL);
  clock_gettime(CLOCK_MONOTONIC, &state->last);
  return done == 2 && ++state->calls == 2;
}

/* Three equal replicates on two threads, of which the calling one is made the slower in its first: then the other has
 * the third as well, and the calling thread nothing left to do but to wait for it. It goes on to report, and so can
 * cancel. */
START_TEST(canceling_while_others_work) {
  icl_experiment *experiment = new_experiment(2, 1e6, 1.0, 1.0, 0.1, 0.1);
  OK(icl_experiment_set_replicates(experiment, 3));
  icl_run *run = new_run(2);
  late_cancel state = {.calls = 0};
  OK(icl_run_set_progress(run, cancel_late, &state));
  FAILS(ICL_ERR_CANCELED, "canceled", icl_experiment_run(experiment, run));
  ck_assert_int_eq(state.calls, 2);
  icl_run_destroy(run);
  icl_experiment_destroy(experiment);
}
END_TEST

/* ---- curves ---- */

static void curve_of_runs(icl_experiment *experiment, int32_t vary, const double *at, answers *out) {
  for (int i = 0; i < POINTS; i++) {
    int64_t *sizes = &out->sizes[4 * i];
    OK(icl_experiment_set(experiment, vary, at[i]));
    OK(icl_experiment_run(experiment, NULL));
    OK(icl_experiment_sizes(experiment, &sizes[0], &sizes[1], &sizes[2], &sizes[3]));
    for (int j = 0; j < QUANTITIES; j++) {
      int entry = i * QUANTITIES + j;
      OK(icl_experiment_result(experiment, quantities[j], &out->mean[entry], &out->error[entry]));
      OK(icl_experiment_theory(experiment, quantities[j], &out->theory[entry]));
    }
  }
}

/* Each point of a curve is the run there, bit by bit: with points sharing work (1 thread) and not (4). Along lambda at
 * n < p and n > p, so that all solvers meet ridges that others went before. */
START_TEST(a_curve_is_its_runs) {
  static const double alpha[] = {0.05, 1.0, 2.0, 5.0, 30.0}, rho[] = {0.0, -0.0, 1.0, 0.3, 0.3},
                      kappa[] = {INFINITY, 0.1, 0.5, 1.0, 4.0}, strong[] = {100.0, 0.0, 1.0, 1e-8, 0.01};
  static const struct {
    int32_t vary;
    const double *at;
    double tau;
    int64_t d;
  } cases[] = {{ICL_TAU, curve_tau, 0.0, 8},       {ICL_ALPHA, alpha, 1.5, 8},         {ICL_KAPPA, kappa, 0.5, 8},
               {ICL_RHO, rho, 1.5, 8},             {ICL_LAMBDA, curve_lambda, 1.5, 8}, {ICL_LAMBDA, strong, 2.0, 24},
               {ICL_LAMBDA, curve_lambda, 0.4, 8}, {ICL_LAMBDA, strong, 0.6, 24},      {ICL_LAMBDA, strong, 0.2, 24},
               {ICL_TAU, curve_tau, 0.0, 20},      {ICL_LAMBDA, strong, INFINITY, 8}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    answers expected, found;
    double tau = cases[i].vary == ICL_TAU ? 7.0 : cases[i].tau;
    icl_experiment *experiment = new_experiment(cases[i].d, tau, 2.0, 0.5, 0.1, 0.01);
    OK(icl_experiment_set_replicates(experiment, 4));
    curve_of_runs(experiment, cases[i].vary, cases[i].at, &expected);
    for (int64_t threads = 1; threads <= 4; threads += 3) {
      icl_run *run = new_run(threads);
      OK(curve(experiment, cases[i].vary, cases[i].at, run, &found));
      for (int j = 0; j < ANSWERS; j++) {
        ck_assert_msg(found.mean[j] == expected.mean[j] && found.error[j] == expected.error[j] &&
                      found.theory[j] == expected.theory[j], "curve %zu, entry %d: %.17g, %.17g", i, j, found.mean[j],
                      expected.mean[j]);
      }
      ck_assert_mem_eq(found.sizes, expected.sizes, sizeof found.sizes);
      icl_run_destroy(run);
    }
    icl_experiment_destroy(experiment);
  }
}
END_TEST

/* A curve leaves parameters and results alone; each output may be missing; without mean and error nothing is fitted
 * (here it could not be: 10^18 rows), and the theory's other quantities are allowed. */
START_TEST(outputs_of_curves) {
  icl_experiment *experiment = new_experiment(8, 1.5, 2.0, 0.5, 0.1, 0.01);
  answers all, some;
  double mean, error, same_mean, same_error, theory[POINTS];
  int64_t n;
  OK(icl_experiment_set_replicates(experiment, 3));
  OK(icl_experiment_run(experiment, NULL));
  OK(icl_experiment_result(experiment, ICL_QUANTITY_ICL, &mean, &error));
  OK(curve(experiment, ICL_TAU, curve_tau, NULL, &all));
  OK(icl_experiment_result(experiment, ICL_QUANTITY_ICL, &same_mean, &same_error));
  OK(icl_experiment_sizes(experiment, NULL, NULL, NULL, &n));
  ck_assert(mean == same_mean && error == same_error && n == 96);
  memset(&some, 1, sizeof some);
  OK(icl_experiment_curve(experiment, ICL_TAU, POINTS, curve_tau, QUANTITIES, quantities, NULL, NULL, some.error, NULL,
                          NULL));
  ck_assert_mem_eq(some.error, all.error, sizeof all.error);
  OK(icl_experiment_curve(experiment, ICL_TAU, POINTS, curve_tau, QUANTITIES, quantities, NULL, some.mean, NULL, NULL,
                          NULL));
  ck_assert_mem_eq(some.mean, all.mean, sizeof all.mean);
  OK(icl_experiment_curve(experiment, ICL_TAU, POINTS, curve_tau, QUANTITIES, quantities, NULL, NULL, NULL, some.theory,
                          some.sizes));
  ck_assert_mem_eq(some.theory, all.theory, sizeof all.theory);
  ck_assert_mem_eq(some.sizes, all.sizes, sizeof all.sizes);
  OK(icl_experiment_curve(experiment, ICL_TAU, POINTS, curve_tau, QUANTITIES, quantities, NULL, NULL, NULL, NULL,
                          NULL));
  const double large = 1e14;
  const int32_t bayes = ICL_QUANTITY_BAYES;
  OK(icl_experiment_curve(experiment, ICL_TAU, 1, &large, 1, &bayes, NULL, NULL, NULL, theory, NULL));
  OK(icl_experiment_theory(experiment, ICL_QUANTITY_BAYES, &mean));
  ck_assert_double_eq(theory[0], mean);
  icl_experiment_destroy(experiment);
}
END_TEST

/* ---- sizes and the theory ---- */

START_TEST(sizes_are_rounded) {
  static const struct {
    double tau, alpha, kappa;
    int64_t d, l, k, n;
  } cases[] = {{1.0, 1.0, 1.0, 1, 1, 1, 1},      {0.25, 0.25, 0.25, 10, 3, 3, 25}, /* halves go up */
               {0.5, 0.125, 0.375, 4, 1, 2, 8},  {1e-9, 1e-9, 1e-9, 7, 1, 1, 1},   {0.005, 0.049, 0.05, 10, 1, 1, 1},
               {0.015, 0.149, 0.15, 10, 1, 2, 2}, {INFINITY, 2.0, INFINITY, 5, 10, 0, 0},
               {3.0, 1e12, 2.0, 1000, INT64_C(1000000000000000), 2000, 3000000}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    icl_experiment *experiment = new_experiment(cases[i].d, cases[i].tau, cases[i].alpha, cases[i].kappa, 0.1, 0.0);
    int64_t d = -7, l = -7, k = -7, n = -7;
    OK(icl_experiment_sizes(experiment, &d, &l, &k, &n));
    ck_assert_int_eq(d, cases[i].d);
    ck_assert_int_eq(l, cases[i].l);
    ck_assert_int_eq(k, cases[i].k);
    ck_assert_int_eq(n, cases[i].n);
    OK(icl_experiment_sizes(experiment, NULL, NULL, NULL, NULL));
    icl_theory *theory;
    double wide = (double)cases[i].d;
    OK(icl_theory_create(n ? (double)n / (wide * wide) : INFINITY, (double)l / wide, k ? (double)k / wide : INFINITY,
                         0.1, 0.0, &theory));
    for (int32_t quantity = ICL_QUANTITY_ICL; quantity <= ICL_QUANTITY_XI; quantity++) {
      double expected, found;
      OK(icl_theory_value(theory, quantity, &expected));
      OK(icl_experiment_theory(experiment, quantity, &found));
      ck_assert_double_eq(found, expected);
    }
    icl_theory_destroy(theory);
    icl_experiment_destroy(experiment);
  }
}
END_TEST

/* At d = 40 both errors deviate from their limits by less than 20 % (test_finite_size measures the deviations' order,
 * 1/d) beside 4 standard errors of the mean, which themselves are below 3 %. */
START_TEST(near_the_theory) {
  icl_experiment *experiment = new_experiment(40, 0.3, 2.0, 0.5, 0.1, 1e-3);
  OK(icl_experiment_set_replicates(experiment, 40));
  OK(icl_experiment_set_seed(experiment, 3));
  OK(icl_experiment_run(experiment, NULL));
  for (int32_t quantity = ICL_QUANTITY_ICL; quantity <= ICL_QUANTITY_IDG; quantity++) {
    double mean, error, theory;
    OK(icl_experiment_result(experiment, quantity, &mean, &error));
    OK(icl_experiment_theory(experiment, quantity, &theory));
    ck_assert(error < 0.03 * theory);
    NEAR(mean, theory, 0.2 * theory + 4.0 * error);
  }
  icl_experiment_destroy(experiment);
}
END_TEST

/* ---- failures ---- */

START_TEST(arguments_of_settings) {
  icl_experiment *experiment, *untouched = NULL;
  FAILS(ICL_ERR_DOMAIN, "d is 0", icl_experiment_create(0, &untouched));
  FAILS(ICL_ERR_SIZE, "d is", icl_experiment_create(INT64_MAX, &untouched));
  FAILS(ICL_ERR_ARGUMENT, "out", icl_experiment_create(5, NULL));
  ck_assert_ptr_null(untouched);
  icl_experiment_destroy(NULL);
  OK(icl_experiment_create(5, &experiment));
  for (int32_t parameter = ICL_TAU; parameter <= ICL_LAMBDA; parameter++) {
    FAILS(ICL_ERR_DOMAIN, "nan", icl_experiment_set(experiment, parameter, NAN));
    FAILS(ICL_ERR_DOMAIN, "-1", icl_experiment_set(experiment, parameter, -1.0));
    FAILS(ICL_ERR_DOMAIN, "-inf", icl_experiment_set(experiment, parameter, -INFINITY));
    FAILS(ICL_ERR_ARGUMENT, "experiment", icl_experiment_set(NULL, parameter, 1.0));
  }
  FAILS(ICL_ERR_DOMAIN, "tau is 0", icl_experiment_set(experiment, ICL_TAU, 0.0));
  FAILS(ICL_ERR_DOMAIN, "kappa is 0", icl_experiment_set(experiment, ICL_KAPPA, 0.0));
  FAILS(ICL_ERR_DOMAIN, "alpha is inf; a finite number", icl_experiment_set(experiment, ICL_ALPHA, INFINITY));
  FAILS(ICL_ERR_DOMAIN, "rho is inf", icl_experiment_set(experiment, ICL_RHO, INFINITY));
  FAILS(ICL_ERR_ARGUMENT, "parameter is 6", icl_experiment_set(experiment, ICL_TEST_ALPHA, 1.0));
  FAILS(ICL_ERR_ARGUMENT, "parameter is 0", icl_experiment_set(experiment, 0, 1.0));
  FAILS(ICL_ERR_ARGUMENT, "distribution is 3", icl_experiment_set_distribution(experiment, 3));
  FAILS(ICL_ERR_ARGUMENT, "experiment", icl_experiment_set_distribution(NULL, 1));
  FAILS(ICL_ERR_DOMAIN, "count is 0", icl_experiment_set_replicates(experiment, 0));
  FAILS(ICL_ERR_ARGUMENT, "experiment", icl_experiment_set_replicates(NULL, 1));
  FAILS(ICL_ERR_ARGUMENT, "experiment", icl_experiment_set_seed(NULL, 1));
  FAILS(ICL_ERR_ARGUMENT, "path is empty", icl_experiment_set_checkpoint(experiment, ""));
  FAILS(ICL_ERR_ARGUMENT, "experiment", icl_experiment_set_checkpoint(NULL, "x"));
  icl_experiment_destroy(experiment);
}
END_TEST

START_TEST(arguments_of_results) {
  icl_experiment *experiment;
  double value = 7.0;
  int64_t size = 7;
  const int32_t good = ICL_QUANTITY_ICL;
  OK(icl_experiment_create(5, &experiment));
  FAILS(ICL_ERR_STATE, "tau was not set", icl_experiment_run(experiment, NULL));
  FAILS(ICL_ERR_STATE, "tau was not set", icl_experiment_sizes(experiment, &size, NULL, NULL, NULL));
  OK(icl_experiment_set(experiment, ICL_TAU, 1.0));
  FAILS(ICL_ERR_STATE, "alpha was not set", icl_experiment_run(experiment, NULL));
  OK(icl_experiment_set(experiment, ICL_ALPHA, 1.0));
  FAILS(ICL_ERR_STATE, "kappa was not set", icl_experiment_theory(experiment, ICL_QUANTITY_ICL, &value));
  OK(icl_experiment_set(experiment, ICL_KAPPA, 1.0));
  FAILS(ICL_ERR_STATE, "no results", icl_experiment_result(experiment, good, &value, NULL));
  FAILS(ICL_ERR_STATE, "no results", icl_experiment_replicates(experiment, good, &value));
  FAILS(ICL_ERR_ARGUMENT, "quantity is 4", icl_experiment_result(experiment, ICL_QUANTITY_BAYES, &value, NULL));
  FAILS(ICL_ERR_ARGUMENT, "quantity is 0", icl_experiment_replicates(experiment, 0, &value));
  FAILS(ICL_ERR_ARGUMENT, "quantity is 9", icl_experiment_theory(experiment, 9, &value));
  FAILS(ICL_ERR_ARGUMENT, "value", icl_experiment_theory(experiment, good, NULL));
  FAILS(ICL_ERR_ARGUMENT, "experiment", icl_experiment_theory(NULL, good, &value));
  FAILS(ICL_ERR_ARGUMENT, "experiment", icl_experiment_run(NULL, NULL));
  FAILS(ICL_ERR_ARGUMENT, "experiment", icl_experiment_sizes(NULL, &size, NULL, NULL, NULL));
  FAILS(ICL_ERR_ARGUMENT, "experiment", icl_experiment_result(NULL, good, &value, NULL));
  FAILS(ICL_ERR_ARGUMENT, "experiment", icl_experiment_replicates(NULL, good, &value));
  ck_assert(value == 7.0 && size == 7);
  icl_experiment_destroy(experiment);
}
END_TEST

START_TEST(arguments_of_a_curve) {
  icl_experiment *experiment = new_experiment(5, 1.0, 1.0, 1.0, 0.0, 0.0);
  double value = 7.0, at[2] = {1.0, NAN};
  const int32_t good = ICL_QUANTITY_ICL, bad[] = {0, ICL_QUANTITY_BAYES};
#define CURVE(vary, count, at, quantity_count, quantities) \
  icl_experiment_curve(experiment, vary, count, at, quantity_count, quantities, NULL, &value, NULL, NULL, NULL)
  FAILS(ICL_ERR_ARGUMENT, "vary is 7", CURVE(ICL_TEST_RHO, 1, at, 1, &good));
  FAILS(ICL_ERR_DOMAIN, "count is 0", CURVE(ICL_TAU, 0, at, 1, &good));
  FAILS(ICL_ERR_ARGUMENT, "at is NULL", CURVE(ICL_TAU, 1, NULL, 1, &good));
  FAILS(ICL_ERR_DOMAIN, "quantity_count is -1", CURVE(ICL_TAU, 1, at, -1, &good));
  FAILS(ICL_ERR_ARGUMENT, "quantities is NULL", CURVE(ICL_TAU, 1, at, 1, NULL));
  FAILS(ICL_ERR_ARGUMENT, "quantities[0] is 0", CURVE(ICL_TAU, 1, at, 1, &bad[0]));
  FAILS(ICL_ERR_ARGUMENT, "quantities[0] is 4", CURVE(ICL_TAU, 1, at, 1, &bad[1]));
  FAILS(ICL_ERR_DOMAIN, "tau is nan", CURVE(ICL_TAU, 2, at, 1, &good));
  FAILS(ICL_ERR_SIZE, "", CURVE(ICL_TAU, INT64_MAX, at, 1, &good));
  FAILS(ICL_ERR_SIZE, "", CURVE(ICL_TAU, 1, at, INT64_MAX, &good)); /* and no second quantity is looked at */
  ck_assert(value == 7.0);
  icl_experiment_destroy(experiment);
}
END_TEST

/* Settings drop results, since these are no longer theirs; a new checkpoint does not. */
START_TEST(settings_drop_results) {
  icl_experiment *experiment = new_experiment(4, 1.5, 2.0, 0.5, 0.1, 0.01);
  double mean;
  for (int setting = 0; setting < 5; setting++) {
    OK(icl_experiment_run(experiment, NULL));
    OK(icl_experiment_result(experiment, ICL_QUANTITY_ICL, &mean, NULL));
    if (setting == 0) OK(icl_experiment_set(experiment, ICL_RHO, 0.2));
    if (setting == 1) OK(icl_experiment_set_seed(experiment, 2));
    if (setting == 2) OK(icl_experiment_set_replicates(experiment, 2));
    if (setting == 3) OK(icl_experiment_set_distribution(experiment, ICL_TASKS_SPHERE));
    if (setting == 4) OK(icl_experiment_set_checkpoint(experiment, NULL));
    if (setting == 4) OK(icl_experiment_result(experiment, ICL_QUANTITY_ICL, &mean, NULL));
    else FAILS(ICL_ERR_STATE, "no results", icl_experiment_result(experiment, ICL_QUANTITY_ICL, &mean, NULL));
  }
  icl_experiment_destroy(experiment);
}
END_TEST

/* Whatever the number of threads, the first replicate that fails is the one reported. */
START_TEST(a_replicate_that_fails) {
  static const int64_t threads[] = {1, 2, 4};
  for (int i = 0; i < 3; i++) {
    icl_run *run = new_run(threads[i]);
    double mean = 7.0, at[] = {0.1, 1e307, 1e308};
    const int32_t quantity = ICL_QUANTITY_ICL;
    icl_experiment *experiment = new_experiment(4, 1.5, 2.0, 0.5, 1e307, 1.0);
    FAILS(ICL_ERR_NONFINITE, "replicate 0 at d = 4, l = 8, k = 2, n = 24, rho = 1e+307, lambda = 1: the second",
          icl_experiment_run(experiment, run));
    FAILS(ICL_ERR_NONFINITE, "replicate 0 at d = 4, l = 8, k = 2, n = 24, rho = 1e+307",
          icl_experiment_curve(experiment, ICL_RHO, 3, at, 1, &quantity, run, &mean, NULL, NULL, NULL));
    ck_assert_double_eq(mean, 7.0);
    OK(icl_experiment_set(experiment, ICL_RHO, 0.1));
    OK(icl_experiment_set(experiment, ICL_TAU, 1e10)); /* more rows than BLAS can index */
    FAILS(ICL_ERR_SIZE, "replicate 0 at d = 4", icl_experiment_run(experiment, run));
    OK(icl_experiment_set(experiment, ICL_TAU, 1e300));
    FAILS(ICL_ERR_SIZE, "n would be 1", icl_experiment_run(experiment, run));
    icl_experiment_destroy(experiment);
    icl_run_destroy(run);
  }
}
END_TEST

/* All replicates fail, late enough that several threads do so at once. */
START_TEST(replicates_that_fail_at_once) {
  icl_run *run = new_run(4);
  icl_experiment *experiment = new_experiment(16, 2.0, 2.0, 1.0, 1e154, 2.0);
  OK(icl_experiment_set_replicates(experiment, 40));
  for (int i = 0; i < 20; i++) {
    FAILS(ICL_ERR_NONFINITE, "replicate 0 at d = 16, l = 32, k = 16, n = 512, rho = 1e+154, lambda = 2: the second",
          icl_experiment_run(experiment, run));
  }
  icl_experiment_destroy(experiment);
  icl_run_destroy(run);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("experiment");
  TCase *c = tcase_create("experiment");
  tcase_add_test(c, replicates_made_by_hand);
  tcase_add_test(c, infinite_ridge);
  tcase_add_test(c, mean_and_standard_error);
  tcase_add_test(c, replicates_and_seeds);
  tcase_add_test(c, the_same_bits_on_any_number_of_threads);
  tcase_add_test(c, progress);
  tcase_add_test(c, canceling);
  tcase_add_test(c, a_curve_is_its_runs);
  tcase_add_test(c, outputs_of_curves);
  tcase_add_test(c, sizes_are_rounded);
  tcase_add_test(c, near_the_theory);
  tcase_add_test(c, arguments_of_settings);
  tcase_add_test(c, arguments_of_results);
  tcase_add_test(c, arguments_of_a_curve);
  tcase_add_test(c, settings_drop_results);
  tcase_add_test(c, a_replicate_that_fails);
  tcase_add_test(c, replicates_that_fail_at_once);
  suite_add_tcase(s, c);
  TCase *slow = tagged_case(s, "slow");
  tcase_add_test(slow, canceling_while_others_work);
  return s;
}

SUITE_MAIN(suite)
