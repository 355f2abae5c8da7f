/* The smallest sizes and strange numbers, beside what can be said of them exactly; for fits see test_hostile.c. */
#include "support.h"

#include <stdio.h>

static icl_task_pool *single_task(int64_t d, const double *task) {
  icl_task_pool *pool;
  OK(icl_task_pool_create_from(d, 1, task, &pool));
  return pool;
}

/* d = k = 1 without noise: h = S (w, w^2) with l S chi-squared of l degrees, E S^2 = 1 + 2/l. The best predictor is c S
 * w q with c = 1/(1 + 2/l), of error w^2 (1 - c) = 2 w^2/(l + 2). Rounding is of the order of eps l. */
START_TEST(one_task_in_one_dimension) {
  static const double tasks[] = {1.0, -3.0, 1e-60, 1e60};
  static const int64_t lengths[] = {1, 2, 1000};
  for (int i = 0; i < 12; i++) {
    double task = tasks[i % 4], gamma[2], error;
    int64_t l = lengths[i / 4];
    icl_task_pool *pool = single_task(1, &task);
    icl_test_law *law;
    OK(icl_test_law_create_pool(pool, l, 0.0, &law));
    OK(icl_test_law_optimal_gamma(law, 0.0, gamma));
    OK(icl_test_error(law, gamma, &error));
    CLOSE(error, 2.0 * task * task / ((double)l + 2.0), 1e-11);
    icl_test_law_destroy(law);
    icl_task_pool_destroy(pool);
  }
}
END_TEST

/* dMMSE knows one task: |w - w_0|^2/d + rho, whatever the context and its length. */
START_TEST(one_known_task) {
  for (int64_t d = 1; d <= 3; d++) {
    double known[3] = {1.0, -0.5, 2.0}, true_task[3] = {0.5, 0.25, -1.0}, mean, scatter, expected = 0.0;
    icl_task_pool *pool = single_task(d, known), *other = single_task(d, true_task);
    for (int64_t i = 0; i < d; i++) expected += (known[i] - true_task[i]) * (known[i] - true_task[i]) / (double)d;
    for (int i = 0; i < 8; i++) {
      double rho = (const double[]){0.0, 1e-300, 0.25, 1e6}[i / 2];
      icl_test_law *law;
      OK(icl_test_law_create_pool(other, i % 2 ? INT64_C(1000000000000) : 1, rho, &law));
      OK(icl_dmmse_error(pool, law, 2, 1, NULL, &mean, &scatter));
      CLOSE(mean, expected + rho, 1e-14);
      NEAR(scatter, 0.0, 1e-14 * (expected + rho));
      icl_test_law_destroy(law);
    }
    icl_task_pool_destroy(pool);
    icl_task_pool_destroy(other);
  }
}
END_TEST

/* Without noise ridge regression misses what of w is orthogonal to its tokens: (d - l)/d of it, or nothing. */
START_TEST(interpolating_contexts) {
  for (int64_t d = 1; d <= 4; d++) {
    for (int64_t l = 1; l <= 5; l++) {
      double mean, scatter, expected = l < d ? (double)(d - l) / (double)d : 0.0;
      icl_test_law *law;
      OK(icl_test_law_create_fresh(d, l, 0.0, ICL_TASKS_SPHERE, &law));
      OK(icl_bayes_ridge_error(law, 20, 1, NULL, &mean, &scatter));
      NEAR(mean, expected, 1e-12);
      NEAR(scatter, 0.0, 1e-12);
      icl_test_law_destroy(law);
    }
  }
}
END_TEST

/* Every combination of the smallest sizes and strange numbers: an error that is no NaN and not below the noise, and
 * infinite only without ridge, as finite.h says. The corrected level may not find a solution where a ridge is lost
 * beside the features or beside labels of size 1e5; then it says so, and not in the words of LAPACK. One task with a
 * noise of 1e-300 and no ridge to speak of is refused: rounding cannot tell whether its B is regular. */
static void check_finite(const icl_task_pool *pool, int64_t l, int64_t n, double rho, double lambda, int32_t level) {
  char point[200];
  icl_finite_theory *theory;
  icl_test_law *law;
  double error = -1.0, scatter = -1.0;
  snprintf(point, sizeof point, "d = %d, k = %d, l = %d, n = %d, rho = %g, lambda = %g, level %d",
           (int)icl_task_pool_dimension(pool), (int)icl_task_pool_size(pool), (int)l, (int)n, rho, lambda, level);
  if (icl_task_pool_size(pool) == 1 && rho == 1e-300 && lambda <= 1e-300) {
    FAILS(ICL_ERR_NOT_CONVERGED, "trace of noise", icl_finite_theory_create(pool, l, n, rho, lambda, level, &theory));
    return;
  }
  OK(icl_finite_theory_create(pool, l, n, rho, lambda, level, &theory));
  OK(icl_test_law_create_pool(pool, l, rho, &law));
  OK(icl_finite_theory_set_samples(theory, 1000));
  icl_status status = icl_finite_theory_solve(theory, NULL);
  if (status == ICL_OK) {
    OK(icl_finite_theory_error(theory, law, &error, &scatter));
    ck_assert_msg(error >= rho * (1.0 - 1e-12) && scatter >= 0.0, "%s: %g +- %g", point, error, scatter);
    ck_assert_msg(lambda == 0.0 || error < INFINITY, "%s: %g", point, error);
  } else {
    int lost = level == ICL_FINITE_CORRECTED && (lambda == 1e-300 || rho == 1e10);
    ck_assert_msg(lost && status == ICL_ERR_NOT_CONVERGED, "%s: %s", point, icl_last_error_message());
    ck_assert_msg(!strstr(icl_last_error_message(), "LAPACK"), "%s: %s", point, icl_last_error_message());
  }
  icl_finite_theory_destroy(theory);
  icl_test_law_destroy(law);
}

START_TEST(smallest_finite_theories) {
  static const double rhos[] = {0.0, 1e-300, 0.5, 1e10}, ridges[] = {0.0, 1e-300, 1e-3, 1e10};
  for (int i = 0; i < 2 * 3 * 2 * 4; i++) {
    int64_t d = 1 + i % 2, k = i / 2 % 3, l = i / 6 % 2 ? 7 : 1, n = (const int64_t[]){1, 2, 6, 50}[i / 12];
    icl_task_pool *pool;
    if (k) OK(icl_task_pool_create(d, k, ICL_TASKS_GAUSSIAN, 5, &pool));
    else OK(icl_task_pool_create_infinite(d, ICL_TASKS_GAUSSIAN, 5, &pool));
    for (int j = 0; j < 32; j++) {
      check_finite(pool, l, n, rhos[j / 2 % 4], ridges[j / 8], 1 + j % 2);
    }
    icl_task_pool_destroy(pool);
  }
}
END_TEST

START_TEST(smallest_experiments) {
  for (int i = 0; i < 2 * 2 * 2 * 3 * 3; i++) {
    double ratio = i / 2 % 2 ? 1e-300 : 3.0, rho = i / 4 % 2 ? 0.5 : 0.0, mean = -1.0, scatter = -1.0;
    double lambda = (const double[]){0.0, 1e-9, 1e10}[i / 8 % 3];
    double kappa = (const double[]){1e-300, 2.0, INFINITY}[i / 24];
    icl_experiment *experiment;
    OK(icl_experiment_create(1 + i % 2, &experiment));
    OK(icl_experiment_set(experiment, ICL_TAU, ratio));
    OK(icl_experiment_set(experiment, ICL_ALPHA, ratio));
    OK(icl_experiment_set(experiment, ICL_KAPPA, kappa));
    OK(icl_experiment_set(experiment, ICL_RHO, rho));
    OK(icl_experiment_set(experiment, ICL_LAMBDA, lambda));
    OK(icl_experiment_set_replicates(experiment, 20));
    OK(icl_experiment_run(experiment, NULL));
    for (int32_t quantity = ICL_QUANTITY_ICL; quantity <= ICL_QUANTITY_IDG; quantity++) {
      OK(icl_experiment_result(experiment, quantity, &mean, &scatter));
      ck_assert_msg(mean >= rho && mean < INFINITY && scatter >= 0.0, "case %d: %g +- %g", i, mean, scatter);
    }
    icl_experiment_destroy(experiment);
  }
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("smallest");
  TCase *c = tcase_create("smallest");
  tcase_add_test(c, one_task_in_one_dimension);
  tcase_add_test(c, one_known_task);
  tcase_add_test(c, interpolating_contexts);
  tcase_add_test(c, smallest_finite_theories);
  tcase_add_test(c, smallest_experiments);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
