/* Conjugate gradients, ridge paths and rows drawn again: each against the direct solution of one ridge from stored
 * rows. The bits and the progress of all of them are in test_run.c as well. */
#include "ridge_problem.h"

typedef struct {
  int32_t method;
  double lambda, tolerance;
  int64_t max_iterations, threads;
} settings;

typedef struct {
  icl_status status;
  int32_t method;
  int64_t iterations;
  double residual, training;
} outcome;

static icl_estimator *estimator_of(const settings *set) {
  icl_estimator *estimator;
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_method(estimator, set->method));
  OK(icl_estimator_set_lambda(estimator, set->lambda));
  OK(icl_estimator_set_tolerance(estimator, set->tolerance));
  if (set->max_iterations) OK(icl_estimator_set_max_iterations(estimator, set->max_iterations));
  return estimator;
}

static icl_run *run_of(const settings *set) {
  icl_run *run;
  OK(icl_run_create(&run));
  OK(icl_run_set_threads(run, set->threads ? set->threads : 1));
  return run;
}

/* gamma is there after ICL_OK and after ICL_ERR_NOT_CONVERGED. */
static outcome fit(const icl_dataset *dataset, const settings *set, double *gamma) {
  outcome out;
  icl_estimator *estimator = estimator_of(set);
  icl_run *run = run_of(set);
  out.status = icl_estimator_fit(estimator, dataset, run);
  ck_assert_msg(out.status == ICL_OK || out.status == ICL_ERR_NOT_CONVERGED, "%d: %s", out.status,
                icl_last_error_message());
  OK(icl_estimator_gamma(estimator, gamma));
  OK(icl_estimator_report(estimator, &out.method, &out.iterations, &out.residual, &out.training));
  icl_estimator_destroy(estimator);
  icl_run_destroy(run);
  return out;
}

static icl_dataset *new_dataset(int64_t d, int64_t l, int64_t k, int64_t n, double rho) {
  icl_task_pool *pool;
  icl_dataset *dataset;
  OK(icl_task_pool_create(d, k, ICL_TASKS_GAUSSIAN, 11, &pool));
  OK(icl_dataset_create(pool, l, n, rho, 12, &dataset));
  icl_task_pool_destroy(pool);
  return dataset;
}

enum { D = 6, P = D * (D + 1) };
static const int64_t sizes[] = {10, 21, 33, 63, 126, 420};
static const double lambdas[] = {0.0, 1e-5, 1e-2, 10.0};
enum { SIZES = 6, LAMBDAS = 4 };

/* The residual r of the normal equations leaves an error A^-1 r in Gamma, |A^-1 r| <= tol |A^-1||F'y| and |F'y| <= |A|
 * |Gamma|: a relative error of tol cond(A). For n < p the equations are K a = y, Gamma = F'K^-1 y, and the singular
 * values s/(s^2 + mu) of F'K^-1 are within a factor cond(K) of each other: the same with K, or with A where the solver
 * chose to solve for Gamma there (with a ridge). Whichever is the larger bounds both. */
START_TEST(agrees_with_the_direct_solution) {
  static const double tolerances[] = {1e-6, 1e-10};
  double gamma[P], exact[P];
  problem s = draw_problem(D, 9, sizes[_i], 0.1);
  for (int j = 0; j < LAMBDAS; j++) {
    double number = condition(&s, s.n < s.p, lambdas[j]);
    if (s.n < s.p && j) number = fmax(number, condition(&s, 0, lambdas[j]));
    reference(&s, lambdas[j], exact);
    for (int i = 0; i < 4; i++) {
      settings set = {i < 2 ? ICL_METHOD_CG : ICL_METHOD_AUTO, lambdas[j], tolerances[i % 2], 5000, 1};
      outcome out = fit(s.dataset, &set, gamma);
      ck_assert_msg(out.status == ICL_OK, "n = %d, lambda = %g: %s", (int)s.n, lambdas[j], icl_last_error_message());
      if (i < 2) ck_assert_int_eq(out.method, ICL_METHOD_CG);
      ck_assert(out.method != ICL_METHOD_AUTO && out.iterations > 0);
      double error = distance(P, gamma, exact) / norm(P, exact);
      ck_assert_msg(error < number * set.tolerance, "n = %d, lambda = %g, tolerance %g: error %g, condition %g",
                    (int)s.n, lambdas[j], set.tolerance, error, number);
    }
  }
  problem_free(&s);
}
END_TEST

/* The residual asked for is reached, recomputed here from the data, and reported as it is. Rounding of the library's
 * own recomputation: eps |A||Gamma|/|F'y|, some 1e-14 of these data. */
START_TEST(tolerance_is_respected) {
  double gamma[P];
  problem s = draw_problem(D, 9, sizes[_i], 0.1);
  for (int j = 0; j < LAMBDAS; j++) {
    for (double tolerance = 1e-4; tolerance > 5e-13; tolerance *= 1e-2) {
      outcome out = fit(s.dataset, &(settings){ICL_METHOD_CG, lambdas[j], tolerance, 5000, 1}, gamma);
      ck_assert_msg(out.status == ICL_OK, "n = %d, lambda = %g: %s", (int)s.n, lambdas[j], icl_last_error_message());
      double normal = normal_residual(&s, lambdas[j], gamma);
      double kernel = s.n < s.p ? kernel_residual(&s, lambdas[j], gamma) : INFINITY;
      double nearer = fabs(normal - out.residual) < fabs(kernel - out.residual) ? normal : kernel;
      if (s.n < s.p && lambdas[j] == 0.0) nearer = kernel; /* which has the minimum norm */
      NEAR(out.residual, nearer, 1e-3 * nearer + 1e-13);
      ck_assert_msg(nearer <= tolerance, "n = %d, lambda = %g: %g, not %g", (int)s.n, lambdas[j], nearer, tolerance);
    }
  }
  problem_free(&s);
}
END_TEST

/* Three iterations are not enough for 1e-12: what was reached is there to be read, and what it is worth. */
START_TEST(iterations_are_bounded) {
  double gamma[P];
  problem s = draw_problem(D, 9, sizes[_i], 0.1);
  outcome out = fit(s.dataset, &(settings){ICL_METHOD_CG, 1e-2, 1e-12, 3, 1}, gamma);
  ck_assert_int_eq(out.status, ICL_ERR_NOT_CONVERGED);
  ck_assert_int_eq(out.iterations, 3);
  double normal = normal_residual(&s, 1e-2, gamma);
  double kernel = s.n < s.p ? kernel_residual(&s, 1e-2, gamma) : normal;
  ck_assert(out.residual > 1e-12 && out.residual <= 1.0); /* 1: nothing better than 0 yet, by the residual */
  ck_assert_msg(fabs(out.residual - normal) < 1e-3 * normal || fabs(out.residual - kernel) < 1e-3 * kernel,
                "residual %g, not %g or %g", out.residual, normal, kernel);
  problem_free(&s);
}
END_TEST

/* Rows of a generated dataset that are not stored are drawn again, with own threads: not a bit may differ. d = 12 and
 * 1100 or 140 rows, p = 156: four lanes of rows, or one. */
enum { STREAM_D = 12, STREAM_P = STREAM_D * (STREAM_D + 1), RIDGES = 3 };
static const struct {
  int32_t method;
  int64_t n;
  double lambda;
} streams[] = {{ICL_METHOD_CG, 1100, 1e-3},     {ICL_METHOD_CG, 140, 1e-3},   {ICL_METHOD_CG, 100, 0.0},
               {ICL_METHOD_PRIMAL, 1100, 1e-3}, {ICL_METHOD_PRIMAL, 100, 0.0}, /* singular */
               {ICL_METHOD_DUAL, 1100, 1e-1},   {ICL_METHOD_DUAL, 140, 0.0}};
enum { STREAMS = sizeof streams / sizeof *streams };

START_TEST(streaming_and_threads_do_not_change_a_bit) {
  double expected[STREAM_P], gamma[STREAM_P], expected_path[RIDGES * STREAM_P], path[RIDGES * STREAM_P];
  const double ridges[RIDGES] = {10.0 * streams[_i].lambda, streams[_i].lambda, 1.0};
  for (int i = 0; i < 6; i++) {
    icl_dataset *dataset = new_dataset(STREAM_D, 9, 24, streams[_i].n, 0.1);
    settings set = {streams[_i].method, streams[_i].lambda, 1e-10, 5000, 1 + i % 3};
    icl_estimator *estimator = estimator_of(&set);
    icl_run *run = run_of(&set);
    if (i >= 3) OK(icl_dataset_set_memory_limit(dataset, 0));
    fit(dataset, &set, i ? gamma : expected);
    OK(icl_estimator_fit_path(estimator, dataset, RIDGES, ridges, run, i ? path : expected_path));
    if (i) {
      ck_assert_msg(!memcmp(gamma, expected, sizeof gamma), "differs with %d threads, %s", 1 + i % 3,
                    i < 3 ? "stored" : "streamed");
      ck_assert_msg(!memcmp(path, expected_path, sizeof path), "path differs with %d threads, %s", 1 + i % 3,
                    i < 3 ? "stored" : "streamed");
    }
    icl_estimator_destroy(estimator);
    icl_run_destroy(run);
    icl_dataset_destroy(dataset);
  }
}
END_TEST

/* The limit counts 16 (d+1) bytes a row, and means nothing to appended rows. */
START_TEST(memory_limits) {
  double gamma[P], again[P];
  problem s = draw_problem(D, 9, 126, 0.1);
  problem appended = given_problem(D, 126, s.query, s.context, s.target);
  settings set = {ICL_METHOD_PRIMAL, 0.1, 1e-8, 1000, 1};
  fit(s.dataset, &set, gamma);
  static const int64_t limits[] = {0, 1, 126 * 16 * (D + 1) - 1, 126 * 16 * (D + 1), INT64_MAX};
  for (int i = 0; i < 5; i++) {
    OK(icl_dataset_set_memory_limit(s.dataset, limits[i]));
    OK(icl_dataset_set_memory_limit(appended.dataset, limits[i]));
    fit(s.dataset, &set, again);
    ck_assert(!memcmp(gamma, again, sizeof gamma));
    fit(appended.dataset, &set, again);
    ck_assert(!memcmp(gamma, again, sizeof gamma));
  }
  FAILS(ICL_ERR_DOMAIN, "bytes is -1", icl_dataset_set_memory_limit(s.dataset, -1));
  FAILS(ICL_ERR_ARGUMENT, "dataset", icl_dataset_set_memory_limit(NULL, 0));
  problem_free(&s);
  problem_free(&appended);
}
END_TEST

/* A path is separate fits, in any order of the ridges, some of them twice: of the direct methods to rounding (1e-10,
 * see test_estimator.c), of conjugate gradients to the tolerance times the condition number (see above; below 1e6 for
 * the ridges that both start from other solutions). The estimator's result is that of the last. */
START_TEST(path_is_separate_fits) {
  static const double orders[][5] = {{1e-2, 0.0, 10.0, 1e-2, 1e-3}, {10.0, 1e-2, 1e-3, 0.0, 0.0},
                                     {0.0, 1e-3, 1e-3, 1e-2, 10.0}};
  static const int64_t rows[] = {21, 126};
  double path[5 * P], single[P], last[P];
  for (int i = 0; i < 24; i++) {
    const double *order = orders[i % 3];
    problem s = draw_problem(D, 9, rows[i / 3 % 2], 0.1);
    settings set = {i / 6, 123.0, 1e-10, 5000, 1};
    icl_estimator *estimator = estimator_of(&set);
    OK(icl_estimator_fit_path(estimator, s.dataset, 5, order, NULL, path));
    for (int j = 0; j < 5; j++) {
      set.lambda = order[j];
      fit(s.dataset, &set, single);
      double number = condition(&s, s.n < s.p, order[j]), error = distance(P, single, &path[j * P]) / norm(P, single);
      if (s.n < s.p && order[j] > 0.0) number = fmax(number, condition(&s, 0, order[j]));
      ck_assert_msg(error < (set.method % 3 ? 1e-10 : 2e-10 * number), "method %d, n = %d, lambda %g: error %g",
                    set.method, (int)s.n, order[j], error);
    }
    OK(icl_estimator_gamma(estimator, last));
    ck_assert(!memcmp(last, &path[4 * P], sizeof last));
    OK(icl_estimator_fit(estimator, s.dataset, NULL)); /* its own ridge is still there */
    set.lambda = 123.0;
    fit(s.dataset, &set, single);
    OK(icl_estimator_gamma(estimator, last));
    ck_assert(!memcmp(last, single, sizeof last));
    icl_estimator_destroy(estimator);
    problem_free(&s);
  }
}
END_TEST

/* One ridge is a plain fit, to the bit, and the report is that of the last ridge given, wherever it comes in the order
 * of the work. */
START_TEST(path_of_one_and_its_report) {
  double path[2 * P], gamma[P], residual, training, expected_training = 0.0;
  problem s = draw_problem(D, 9, 126, 0.1);
  for (int32_t method = ICL_METHOD_PRIMAL; method <= ICL_METHOD_CG; method++) {
    settings set = {method, 0.1, 1e-10, 5000, 1};
    icl_estimator *estimator = estimator_of(&set);
    fit(s.dataset, &set, gamma);
    OK(icl_estimator_fit_path(estimator, s.dataset, 1, &set.lambda, NULL, path));
    ck_assert(!memcmp(path, gamma, sizeof gamma));
    for (int last = 0; last < 2; last++) {
      double ridges[2] = {last ? 1e-3 : 10.0, last ? 10.0 : 1e-3};
      int32_t used;
      long double errors[126];
      OK(icl_estimator_fit_path(estimator, s.dataset, 2, ridges, NULL, path));
      OK(icl_estimator_report(estimator, &used, NULL, &residual, &training));
      training_errors(&s, &path[P], errors);
      expected_training = (double)(long_norm(126, errors) * long_norm(126, errors) / 126.0L);
      CLOSE(training, expected_training, 1e-12);
      ck_assert_int_eq(used, method);
      ck_assert(residual <= 1e-10);
    }
    icl_estimator_destroy(estimator);
  }
  problem_free(&s);
}
END_TEST

/* The first ridge takes steps of refinement, the second, 0, the singular value decomposition. */
START_TEST(path_reports_its_last_fit) {
  static const double ridges[] = {0.1, 0.0};
  double path[2 * P];
  int64_t iterations;
  problem s = draw_problem(D, 9, 21, 0.1);
  icl_estimator *estimator = estimator_of(&(settings){ICL_METHOD_PRIMAL, 0.0, 1e-8, 0, 1});
  OK(icl_estimator_fit_path(estimator, s.dataset, 1, ridges, NULL, path));
  OK(icl_estimator_report(estimator, NULL, &iterations, NULL, NULL));
  ck_assert_int_gt(iterations, 0);
  OK(icl_estimator_fit_path(estimator, s.dataset, 2, ridges, NULL, path));
  OK(icl_estimator_report(estimator, NULL, &iterations, NULL, NULL));
  ck_assert_int_eq(iterations, 0);
  icl_estimator_destroy(estimator);
  problem_free(&s);
}
END_TEST

/* ---- Cancelling and bad input ---- */

typedef struct {
  int64_t calls, cancel_at;
} canceler;

static int32_t count_calls(int64_t done, int64_t total, void *user) {
  canceler *state = user;
  (void)done;
  (void)total;
  return ++state->calls == state->cancel_at;
}

/* Cancelling at any report leaves gamma as it was and the estimator without a result, also when the last ridge given
 * was the first to be solved. */
START_TEST(canceled_path_leaves_nothing) {
  static const double ridges[] = {1e-2, 1e-3, 10.0};
  int32_t method = _i ? ICL_METHOD_CG : ICL_METHOD_PRIMAL;
  double path[3 * P], gamma[P];
  settings set = {method, 0.0, 1e-10, 5000, 1};
  problem s = draw_problem(D, 9, 126, 0.1);
  icl_estimator *estimator = estimator_of(&set);
  icl_run *run = run_of(&set);
  canceler state = {0};
  OK(icl_run_set_progress(run, count_calls, &state));
  OK(icl_estimator_fit_path(estimator, s.dataset, 3, ridges, run, path));
  int64_t calls = state.calls;
  ck_assert_int_gt(calls, 3);
  for (int64_t at = 1; at <= calls; at++) {
    state = (canceler){.cancel_at = at};
    for (int i = 0; i < 3 * P; i++) path[i] = 7.0;
    FAILS(ICL_ERR_CANCELED, "canceled", icl_estimator_fit_path(estimator, s.dataset, 3, ridges, run, path));
    for (int i = 0; i < 3 * P; i++) ck_assert(path[i] == 7.0);
    ck_assert_msg(icl_estimator_gamma(estimator, gamma) == ICL_ERR_STATE, "a result after cancelling at %d of %d",
                  (int)at, (int)calls);
  }
  icl_estimator_destroy(estimator);
  icl_run_destroy(run);
  problem_free(&s);
}
END_TEST

START_TEST(path_bad_input) {
  double path[2 * P] = {7.0}, ridges[2] = {0.1, -1.0};
  problem s = draw_problem(D, 9, 30, 0.1);
  icl_estimator *estimator = estimator_of(&(settings){ICL_METHOD_AUTO, 0.0, 1e-8, 0, 1});
  icl_dataset *empty;
  OK(icl_dataset_create_empty(D, &empty));
  FAILS(ICL_ERR_ARGUMENT, "estimator", icl_estimator_fit_path(NULL, s.dataset, 1, ridges, NULL, path));
  FAILS(ICL_ERR_ARGUMENT, "dataset", icl_estimator_fit_path(estimator, NULL, 1, ridges, NULL, path));
  FAILS(ICL_ERR_ARGUMENT, "lambda is NULL", icl_estimator_fit_path(estimator, s.dataset, 1, NULL, NULL, path));
  FAILS(ICL_ERR_ARGUMENT, "gamma", icl_estimator_fit_path(estimator, s.dataset, 1, ridges, NULL, NULL));
  FAILS(ICL_ERR_DOMAIN, "count is 0", icl_estimator_fit_path(estimator, s.dataset, 0, ridges, NULL, path));
  FAILS(ICL_ERR_DOMAIN, "lambda", icl_estimator_fit_path(estimator, s.dataset, 2, ridges, NULL, path));
  ridges[1] = NAN;
  FAILS(ICL_ERR_DOMAIN, "lambda", icl_estimator_fit_path(estimator, s.dataset, 2, ridges, NULL, path));
  ridges[1] = 1e308; /* n lambda/d overflows */
  FAILS(ICL_ERR_DOMAIN, "lambda is 1e+308", icl_estimator_fit_path(estimator, s.dataset, 2, ridges, NULL, path));
  FAILS(ICL_ERR_STATE, "no rows", icl_estimator_fit_path(estimator, empty, 1, ridges, NULL, path));
  ck_assert(path[0] == 7.0);
  icl_estimator_destroy(estimator);
  icl_dataset_destroy(empty);
  problem_free(&s);
}
END_TEST

/* More ridges than there can be: said before any is looked at. */
START_TEST(path_too_long) {
  double gamma[P], ridges[2] = {0.1, -1.0};
  problem s = draw_problem(D, 9, 30, 0.1);
  icl_estimator *estimator = estimator_of(&(settings){ICL_METHOD_AUTO, 0.0, 1e-8, 0, 1});
  FAILS(ICL_ERR_SIZE, "gamma", icl_estimator_fit_path(estimator, s.dataset, INT64_MAX, ridges, NULL, gamma));
  icl_estimator_destroy(estimator);
  problem_free(&s);
}
END_TEST

/* ---- What it costs ---- */

/* 53 and 134 iterations were measured when these bounds were set. AUTO's answer is the direct one to tolerance times
 * condition number; that is below 2000 for n = 2 d^2: (1+r)^2/(1-r)^2 = 36 of the sampling, r^2 = p/n, and some 58 of
 * the contexts, whose second moments have eigenvalues between d c/l = 0.1 and (1 + sqrt 2)^2. n < p has the ridge
 * alone. */
START_TEST(iteration_counts) {
  int64_t d = 40, n = _i ? 800 : 3200, p = d * (d + 1);
  icl_dataset *dataset = new_dataset(d, 400, 20, n, 0.01);
  double *gamma = doubles(p), *direct = doubles(p);
  outcome out = fit(dataset, &(settings){ICL_METHOD_CG, 1e-5, 1e-8, 0, 1}, gamma);
  ck_assert_int_eq(out.status, ICL_OK);
  ck_assert_msg(out.iterations < (_i ? 230 : 75), "n = %d: %d iterations", (int)n, (int)out.iterations);
  outcome chosen = fit(dataset, &(settings){ICL_METHOD_AUTO, 1e-5, 1e-8, 0, 1}, gamma);
  fit(dataset, &(settings){_i ? ICL_METHOD_DUAL : ICL_METHOD_PRIMAL, 1e-5, 1e-8, 0, 1}, direct);
  ck_assert_int_eq(chosen.status, ICL_OK);
  if (!_i) ck_assert_int_eq(chosen.method, ICL_METHOD_CG); /* 5.6e9 flop by the normal equations, 3e9 these */
  ck_assert_double_lt(distance(p, gamma, direct), 2e-5 * norm(p, direct));
  free(gamma);
  free(direct);
  icl_dataset_destroy(dataset);
}
END_TEST

/* With few tasks, contexts have few directions of much weight, and the fewer of noise beside them the longer they are:
 * the kernel's condition number grows with the context length. 75 and 488 steps of conjugate gradients were
 * measured, at 8.4e6 flop each, where the direct method takes 6e8 flop and the time of as many again: AUTO has to see
 * the steps coming. */
START_TEST(auto_counts_steps) {
  const int64_t length[] = {40, 4000}, steps[] = {75, 488};
  int64_t d = 40, n = 800;
  icl_dataset *dataset = new_dataset(d, length[_i], 12, n, 0.1);
  double *gamma = doubles(d * (d + 1));
  outcome out = fit(dataset, &(settings){ICL_METHOD_CG, 1e-6, 1e-8, 0, 1}, gamma);
  ck_assert_msg(out.iterations > steps[_i] * 4 / 5 && out.iterations < steps[_i] * 6 / 5, "%d steps",
                (int)out.iterations);
  out = fit(dataset, &(settings){ICL_METHOD_AUTO, 1e-6, 1e-8, 0, 1}, gamma);
  ck_assert_int_eq(out.status, ICL_OK);
  ck_assert_int_eq(out.method, _i ? ICL_METHOD_DUAL : ICL_METHOD_CG);
  ck_assert_int_lt(out.iterations, _i ? 20 : 90); /* of refinement: the direct method was the first */
  free(gamma);
  icl_dataset_destroy(dataset);
}
END_TEST

static int32_t counting(int64_t done, int64_t total, void *user) {
  (void)done;
  (void)total;
  ++*(int *)user;
  return 0;
}

/* Features whose products of moments are no numbers: no steps can be foreseen, so AUTO begins with the direct method
 * and not with conjugate gradients. Calls are counted, as it would end with that method in any case. */
START_TEST(auto_without_estimates) {
  enum { N = 30 };
  double query[N * D], context[N * (D + 1)], target[N], size = _i ? 1e-100 : 1e100;
  int calls[2] = {0};
  fill_pseudo(N * D, query, 1);
  fill_pseudo(N * (D + 1), context, 1000);
  fill_pseudo(N, target, 5000);
  for (int i = 0; i < N * D; i++) query[i] *= size;
  for (int i = 0; i < N * (D + 1); i++) context[i] *= size;
  problem s = given_problem(D, N, query, context, target);
  for (int which = 0; which < 2; which++) {
    icl_estimator *estimator = estimator_of(&(settings){which ? ICL_METHOD_DUAL : ICL_METHOD_AUTO, 0.0, 1e-8, 0, 1});
    icl_run *run;
    int32_t method;
    OK(icl_run_create(&run));
    OK(icl_run_set_progress(run, counting, &calls[which]));
    OK(icl_estimator_fit(estimator, s.dataset, run));
    OK(icl_estimator_report(estimator, &method, NULL, NULL, NULL));
    ck_assert_int_eq(method, ICL_METHOD_DUAL);
    icl_estimator_destroy(estimator);
    icl_run_destroy(run);
  }
  ck_assert_int_eq(calls[0], calls[1]);
  problem_free(&s);
}
END_TEST

/* ---- Data without full rank ---- */

/* Every row `copies` times, with targets `apart` from each other whose mean is the row's. With mu copied too, the
 * answer is that of the rows. */
static problem repeat(const problem *s, int64_t copies, double apart) {
  int64_t n = s->n, d = s->d;
  double *query = doubles(copies * n * d), *context = doubles(copies * n * (d + 1)), *target = doubles(copies * n);
  for (int64_t mu = 0; mu < copies * n; mu++) {
    memcpy(&query[mu * d], &s->query[(mu % n) * d], (size_t)d * sizeof *query);
    memcpy(&context[mu * (d + 1)], &s->context[(mu % n) * (d + 1)], (size_t)(d + 1) * sizeof *context);
    target[mu] = s->target[mu % n] + apart * ((double)(mu / n) - 0.5 * (double)(copies - 1));
  }
  problem repeated = given_problem(d, copies * n, query, context, target);
  free(query);
  free(context);
  free(target);
  return repeated;
}

/* An answer that is reported as one has to be right. 10 rows twice, fewer than p: the kernel equations have no solution
 * without ridge. 60 rows twice, more than p: a regular problem. 30 rows twice: the normal equations have many solutions
 * without ridge, which conjugate gradients presume not to be so (see estimator.h); a ridge lambda makes the residual
 * they reach an error of tolerance times condition. */
START_TEST(rank_deficient_rows) {
  static const int64_t rows[] = {10, 30, 60};
  static const double ridges[] = {0.0, 1e-3, 1e-6, 1e-9};
  double gamma[P], expected[P];
  for (int i = 0; i < 12; i++) {
    double lambda = ridges[i % 4], tolerance = 1e-10;
    problem s = draw_problem(D, 9, rows[i / 4], 0.1), twice = repeat(&s, 2, 1.0);
    reference(&s, lambda, expected);
    outcome out = fit(twice.dataset, &(settings){ICL_METHOD_CG, lambda, tolerance, 5000, 1}, gamma);
    double error = distance(P, gamma, expected) / norm(P, expected);
    if (s.n == 10 && lambda == 0.0) ck_assert_int_eq(out.status, ICL_ERR_NOT_CONVERGED);
    if (s.n == 60 || lambda == 1e-3) ck_assert_int_eq(out.status, ICL_OK);
    if (out.status == ICL_OK && !(s.n == 30 && lambda == 0.0)) {
      double number = condition(&s, s.n < P && twice.n < P, lambda); /* A and mu of both rows are twice those of one */
      ck_assert_msg(error < tolerance * number, "n = %d, lambda = %g: error %g", (int)twice.n, lambda, error);
    }
    problem_free(&s);
    problem_free(&twice);
  }
}
END_TEST

/* AUTO knows what it was given: without ridge or with one that is next to nothing it finds the minimum-norm solution. d
 * = 14, p = 210: 200 rows twenty times, so many that conjugate gradients are less work. */
START_TEST(auto_on_rank_deficient_rows) {
  static const double ridges[] = {0.0, 1e-14, 1e-12};
  enum { WIDE = 14 * 15 };
  double gamma[WIDE], expected[WIDE];
  problem s = draw_problem(14, 30, 200, 0.1), many = repeat(&s, 20, 1.0);
  for (int i = 0; i < 3; i++) {
    outcome out = fit(many.dataset, &(settings){ICL_METHOD_AUTO, ridges[i], 1e-8, 0, 1}, gamma);
    reference(&s, ridges[i], expected);
    double error = distance(WIDE, gamma, expected) / norm(WIDE, expected);
    ck_assert_int_eq(out.status, ICL_OK);
    ck_assert_msg(error < 1e-4, "lambda = %g: method %d, error %g", ridges[i], out.method, error);
  }
  problem_free(&s);
  problem_free(&many);
}
END_TEST

/* 93 rows twice, n < p, without ridge. Conjugate gradients find the minimum-norm solution where equal rows have equal
 * targets, but cannot know that; where they have not, K a = y has no solution. The kernel is singular, and only the
 * singular values give the least squares of minimum norm. */
START_TEST(auto_goes_on_to_singular_values) {
  enum { WIDE = 30 * 31 };
  double gamma[WIDE], expected[WIDE];
  problem s = draw_problem(30, 45, 93, 0.1);
  reference(&s, 0.0, expected);
  for (int i = 0; i < 2; i++) {
    problem twice = repeat(&s, 2, (double)i);
    outcome out = fit(twice.dataset, &(settings){ICL_METHOD_AUTO, 0.0, 1e-7, 0, 1}, gamma);
    ck_assert_int_eq(out.status, ICL_OK);
    ck_assert_int_eq(out.method, ICL_METHOD_DUAL);
    ck_assert_double_lt(distance(WIDE, gamma, expected), 1e-7 * condition(&s, 1, 0.0) * norm(WIDE, expected));
    problem_free(&twice);
  }
  problem_free(&s);
}
END_TEST

/* Labels in other units: the last entry of h goes with their square, so the columns of F differ by S. Direct methods
 * are right whatever S: the training error is S^2 times that of S = 1. Conjugate gradients that are asked for say when
 * they cannot. */
START_TEST(labels_in_any_units) {
  static const int exponents[] = {0, 8, 16, 24, 32, 53, 100, 200};
  double gamma[P], expected = 0.0;
  for (int i = 0; i < 8; i++) {
    int exponent = exponents[i];
    for (int sign = -1; sign <= 1; sign += 2) {
      double scale = ldexp(1.0, sign * exponent), tasks[2 * D * D], training;
      icl_task_pool *pool;
      icl_dataset *dataset;
      icl_estimator *estimator;
      fill_pseudo(2 * D * D, tasks, 5);
      for (int j = 0; j < 2 * D * D; j++) tasks[j] *= scale;
      OK(icl_task_pool_create_from(D, 2 * D, tasks, &pool));
      OK(icl_dataset_create(pool, 9, 10 * P, 0.1 * scale * scale, 3, &dataset));
      OK(icl_estimator_create(&estimator));
      for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_CG; method++) {
        OK(icl_estimator_set_method(estimator, method));
        icl_status status = icl_estimator_fit(estimator, dataset, NULL);
        ck_assert(status == ICL_OK || (method == ICL_METHOD_CG && status == ICL_ERR_NOT_CONVERGED));
        OK(icl_estimator_report(estimator, NULL, NULL, NULL, &training));
        if (exponent == 0) expected = training;
        if (status == ICL_OK) CLOSE(training / (scale * scale), expected, 1e-12); /* the square of 1e-8, and rounding */
      }
      OK(icl_estimator_gamma(estimator, gamma));
      icl_estimator_destroy(estimator);
      icl_dataset_destroy(dataset);
      icl_task_pool_destroy(pool);
    }
  }
}
END_TEST

/* n < p without ridge: F Gamma = y, whatever is made of a row and its target. The direct methods, by Cholesky factors
 * or not, see that a row of small numbers is no row of zeros. */
START_TEST(rows_in_any_units) {
  double gamma[P], expected[P];
  problem s = draw_problem(D, 9, 33, 0.1);
  reference(&s, 0.0, expected);
  for (int exponent = 0; exponent <= 90; exponent += 30) {
    double factor = ldexp(1.0, -exponent);
    for (int i = 0; i < D; i++) s.query[5 * D + i] *= factor;
    s.target[5] *= factor;
    problem scaled = given_problem(D, 33, s.query, s.context, s.target);
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      outcome out = fit(scaled.dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma);
      ck_assert_int_eq(out.status, ICL_OK);
      ck_assert_double_lt(distance(P, gamma, expected), 1e-14 * condition(&s, 1, 0.0) * norm(P, expected));
    }
    problem_free(&scaled);
    for (int i = 0; i < D; i++) s.query[5 * D + i] /= factor;
    s.target[5] /= factor;
  }
  problem_free(&s);
}
END_TEST

/* Queries with q_1 = q_0 and contexts of which the last entry has another unit. The features have rank 3, and Gamma of
 * minimum norm has two rows of half the solution g of y = q_0 h'g. Its singular values tell 3 from 2 only while the
 * unit is far above rounding; beyond that there is no answer, and not the one of rank 2. */
START_TEST(units_without_rank) {
  enum { ROWS = 20 };
  for (int exponent = 0; exponent <= 70; exponent += 7) {
    double query[2 * ROWS], context[3 * ROWS], target[ROWS], gamma[6];
    long double matrix[9] = {0}, right[3] = {0}, largest = 0.0L;
    fill_pseudo(2 * ROWS, query, 1);
    fill_pseudo(3 * ROWS, context, 50);
    fill_pseudo(ROWS, target, 150);
    for (int row = 0; row < ROWS; row++) {
      double *h = &context[3 * row], q = query[2 * row + 1] = query[2 * row];
      h[2] *= ldexp(1.0, -exponent);
      for (int i = 0; i < 3; i++) {
        right[i] += (long double)q * h[i] * target[row];
        for (int j = 0; j < 3; j++) matrix[3 * i + j] += (long double)q * h[i] * q * h[j];
      }
    }
    solve_exactly(3, matrix, right);
    for (int i = 0; i < 3; i++) largest = fmaxl(largest, fabsl(right[i]) / 2.0L);
    problem s = given_problem(2, ROWS, query, context, target);
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      icl_estimator *estimator = estimator_of(&(settings){method, 0.0, 1e-8, 0, 1});
      icl_status status = icl_estimator_fit(estimator, s.dataset, NULL);
      ck_assert_msg(status == ICL_OK || (exponent > 14 && status == ICL_ERR_NOT_CONVERGED), "2^-%d: %d", exponent,
                    status);
      if (!status) OK(icl_estimator_gamma(estimator, gamma));
      /* 10 eps s_1/s_3 is at most 1e-8, of the norm and so of the smallest entries, 2^-exponent of it; times 100 */
      for (int j = 0; !status && j < 6; j++) NEAR(gamma[j], (double)(right[j % 3] / 2.0L), 1e-6 * (double)largest);
      icl_estimator_destroy(estimator);
    }
    problem_free(&s);
  }
}
END_TEST

/* Two equal rows q, h of d = 1 with another unit of h's last entry, and a ridge that is small beside them: Gamma = q h'
 * q h'y'/(|q h|^2 + mu/2), y' the mean label. Rounding of the large entry must not get into the small one. */
START_TEST(units_without_rank_and_a_ridge) {
  for (int exponent = 0; exponent <= 60; exponent += 5) {
    double query[2] = {0.7, 0.7}, context[4] = {0.3, ldexp(0.9, exponent), 0.3, ldexp(0.9, exponent)};
    double target[2] = {1.1, 1.2}, gamma[2], lambda = 1e-8;
    double first = query[0] * context[0], second = query[0] * context[1];
    double factor = 1.15 / (first * first + second * second + lambda);
    problem s = given_problem(1, 2, query, context, target);
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      ck_assert_int_eq(fit(s.dataset, &(settings){method, lambda, 1e-8, 0, 1}, gamma).status, ICL_OK);
      NEAR(gamma[0], factor * first, 5e-8 * factor * hypot(first, second)); /* 2e-8 (|Gamma| + |y|/|F|) */
      NEAR(gamma[1], factor * second, 5e-8 * factor * hypot(first, second));
    }
    problem_free(&s);
  }
}
END_TEST

/* Gamma of least norm of five rows of d = 2 without ridge, three with q_1 = 0, then two with q_0 = 0. So the first row
 * of Gamma solves three equations, in any units; the second has two, or one that is there twice. */
static void five_rows(const double *query, const double *context, const double *target, int twice, long double *out) {
  const double *fourth = &context[9], *fifth = &context[12];
  long double matrix[9], gram[4] = {0}, right[2] = {target[3] / query[7], target[4] / query[9]};
  for (int i = 0; i < 9; i++) matrix[i] = context[i];
  for (int i = 0; i < 3; i++) out[i] = target[i] / query[2 * i];
  solve_exactly(3, matrix, out);
  for (int i = 0; i < 3; i++) {
    gram[0] += (long double)fourth[i] * fourth[i];
    gram[1] += (long double)fourth[i] * fifth[i];
    gram[3] += (long double)fifth[i] * fifth[i];
  }
  gram[2] = gram[1];
  if (twice) right[0] /= gram[0], right[1] = 0.0L;
  else solve_exactly(2, gram, right);
  for (int i = 0; i < 3; i++) out[3 + i] = right[0] * fourth[i] + right[1] * fifth[i];
}

/* n < p, in other units of the contexts' last entry: a singular value that is small because of these is no zero, and
 * where rounding hides that, there is no answer. With units of up to 2^-14 the loss is below 1e-8, and there is one. */
START_TEST(few_rows_in_any_units) {
  int answers = 0;
  for (int i = 0; i < 2 * 16; i++) {
    int exponent = 4 * (i / 2), twice = i % 2;
    double query[10], context[15], target[5], gamma[6], largest = 0.0;
    long double expected[6];
    fill_pseudo(10, query, 1);
    fill_pseudo(15, context, 40);
    fill_pseudo(5, target, 90);
    for (int row = 0; row < 5; row++) {
      query[2 * row + (row < 3)] = 0.0;
      context[3 * row + 2] *= ldexp(1.0, -exponent);
    }
    if (twice) {
      query[9] = query[7], target[4] = target[3];
      memcpy(&context[12], &context[9], 3 * sizeof *context);
    }
    five_rows(query, context, target, twice, expected);
    problem s = given_problem(2, 5, query, context, target);
    for (int j = 0; j < 6; j++) {
      expected[j] *= j % 3 == 2 ? ldexpl(1.0L, -exponent) : 1.0L;
      largest = fmax(largest, fabs((double)expected[j]));
    }
    for (int32_t method = ICL_METHOD_AUTO; method <= ICL_METHOD_DUAL; method++) {
      outcome out = fit(s.dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma);
      ck_assert_msg(exponent > 14 || out.status == ICL_OK, "2^-%d: %d", exponent, out.status);
      for (int j = 0; !out.status && j < 6; j++) {
        NEAR(j % 3 == 2 ? gamma[j] * ldexp(1.0, -exponent) : gamma[j], (double)expected[j], 1e-6 * largest);
      }
      answers += !out.status;
    }
    problem_free(&s);
  }
  ck_assert_int_lt(answers, 2 * 16 * 3);
}
END_TEST

/* 39 rows four times, which need the small columns, as 39 > d^2; labels of 3e-5: what is lost to their unit is some eps
 * 1e6. */
START_TEST(small_labels_without_rank) {
  enum { FEW = 39 };
  double gamma[P], expected[P], scale = 3e-5;
  problem s = draw_problem(D, 9, FEW, 0.1);
  for (int row = 0; row < FEW; row++) {
    for (int i = 0; i < D; i++) s.context[row * (D + 1) + i] *= scale;
    s.context[row * (D + 1) + D] *= scale * scale;
    s.target[row] *= scale;
  }
  problem scaled = given_problem(D, FEW, s.query, s.context, s.target);
  reference(&scaled, 0.0, expected);
  problem many = repeat(&scaled, 4, 0.0);
  for (int32_t method = ICL_METHOD_PRIMAL; method <= ICL_METHOD_DUAL; method++) {
    ck_assert_int_eq(fit(many.dataset, &(settings){method, 0.0, 1e-8, 0, 1}, gamma).status, ICL_OK);
    ck_assert_double_lt(distance(P, gamma, expected), 1e-8 * norm(P, expected));
  }
  problem_free(&s);
  problem_free(&scaled);
  problem_free(&many);
}
END_TEST

/* Two or three tasks, 8 rows, no noise: the summary's last entry is then linear in the others for each task, so where
 * one has few of the rows the features lack rank though they were drawn. And contexts so long that those of a task are
 * the same but for 1e-4. AUTO finds what the direct method does; conjugate gradients that are asked for refuse, or find
 * it too. */
START_TEST(drawn_without_rank) {
  static const int64_t lengths[] = {20, 200000000};
  enum { SMALL = 6 };
  double expected[SMALL], gamma[SMALL];
  int refused = 0;
  for (int i = 0; i < 2; i++) {
    for (uint64_t seed = 0; seed < 100; seed++) {
      icl_task_pool *pool;
      icl_dataset *dataset;
      OK(icl_task_pool_create(2, 2 + i, ICL_TASKS_GAUSSIAN, seed, &pool));
      OK(icl_dataset_create(pool, lengths[i], 8, 0.0, seed, &dataset));
      outcome best = fit(dataset, &(settings){ICL_METHOD_PRIMAL, 0.0, 1e-8, 0, 1}, expected);
      outcome usual = fit(dataset, &(settings){ICL_METHOD_AUTO, 0.0, 1e-8, 0, 1}, gamma);
      ck_assert(best.status == ICL_OK && usual.status == ICL_OK);
      ck_assert_double_lt(distance(SMALL, gamma, expected), 1e-3 * norm(SMALL, expected));
      outcome steps = fit(dataset, &(settings){ICL_METHOD_CG, 0.0, 1e-8, 0, 1}, gamma);
      refused += steps.status != ICL_OK;
      if (!steps.status) ck_assert_double_lt(distance(SMALL, gamma, expected), 1e-3 * norm(SMALL, expected));
      icl_dataset_destroy(dataset);
      icl_task_pool_destroy(pool);
    }
  }
  ck_assert(refused > 5 && refused < 190); /* the binomial parts of 8 rows leave some tasks with too few of them */
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("solvers");
  TCase *c = tcase_create("solvers");
  tcase_add_loop_test(c, agrees_with_the_direct_solution, 0, SIZES);
  tcase_add_loop_test(c, tolerance_is_respected, 0, SIZES);
  tcase_add_loop_test(c, iterations_are_bounded, 0, SIZES);
  tcase_add_loop_test(c, streaming_and_threads_do_not_change_a_bit, 0, STREAMS);
  tcase_add_test(c, memory_limits);
  tcase_add_test(c, path_is_separate_fits);
  tcase_add_test(c, path_of_one_and_its_report);
  tcase_add_test(c, path_reports_its_last_fit);
  tcase_add_loop_test(c, canceled_path_leaves_nothing, 0, 2);
  tcase_add_test(c, path_bad_input);
  tcase_add_test(c, path_too_long);
  tcase_add_loop_test(c, auto_without_estimates, 0, 2);
  tcase_add_test(c, rank_deficient_rows);
  tcase_add_test(c, auto_on_rank_deficient_rows);
  tcase_add_test(c, auto_goes_on_to_singular_values);
  tcase_add_test(c, labels_in_any_units);
  tcase_add_test(c, rows_in_any_units);
  tcase_add_test(c, units_without_rank);
  tcase_add_test(c, units_without_rank_and_a_ridge);
  tcase_add_test(c, few_rows_in_any_units);
  tcase_add_test(c, small_labels_without_rank);
  tcase_add_test(c, drawn_without_rank);
  suite_add_tcase(s, c);
  TCase *slow = tcase_create("counts");
  tcase_set_tags(slow, "slow"); /* where the processor is an interpreter: test/long.sh */
  tcase_add_loop_test(slow, iteration_counts, 0, 2);
  tcase_add_loop_test(slow, auto_counts_steps, 0, 2);
  suite_add_tcase(s, slow);
  return s;
}

SUITE_MAIN(suite)
