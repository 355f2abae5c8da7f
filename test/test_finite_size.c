/* The whole line tasks -> dataset -> estimator -> testerror against the theory: the errors of simulations approach it,
 * like 1/d. */
#include "support.h"

enum { SIZES = 3, ERRORS = 2 };

/* Sizes at which l, k and n are whole numbers. A replicate takes time like d^4 or more, and scatters like 1/d. */
static const int64_t dimension[SIZES] = {20, 40, 80};
static const int64_t replicates[SIZES] = {6000, 1500, 500};
static const double alpha = 2.0, kappa = 0.5, rho = 0.1, tau = 0.3, lambda = 1e-3;

/* ICL and IDG error of one replicate, each divided by its limit, minus 1. */
static void deviations(int64_t d, uint64_t seed, double *out) {
  int64_t l = (int64_t)(alpha * (double)d), k = (int64_t)(kappa * (double)d);
  int64_t n = (int64_t)(tau * (double)(d * d) + 0.5);
  icl_task_pool *pool;
  icl_dataset *dataset;
  icl_estimator *estimator;
  icl_test_law *fresh, *seen;
  icl_theory *theory;
  double *gamma = doubles(d * (d + 1));
  OK(icl_task_pool_create(d, k, ICL_TASKS_GAUSSIAN, seed, &pool));
  OK(icl_dataset_create(pool, l, n, rho, seed, &dataset));
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_lambda(estimator, lambda));
  OK(icl_estimator_fit(estimator, dataset, NULL));
  OK(icl_estimator_gamma(estimator, gamma));
  OK(icl_test_law_create_fresh(d, l, rho, ICL_TASKS_GAUSSIAN, &fresh));
  OK(icl_test_law_create_pool(pool, l, rho, &seen));
  OK(icl_theory_create(tau, alpha, kappa, rho, lambda, &theory));
  for (int which = 0; which < ERRORS; which++) {
    double error, limit;
    OK(icl_test_error(which ? seen : fresh, gamma, &error));
    OK(icl_theory_value(theory, which ? ICL_QUANTITY_IDG : ICL_QUANTITY_ICL, &limit));
    out[which] = error / limit - 1.0;
  }
  icl_task_pool_destroy(pool);
  icl_dataset_destroy(dataset);
  icl_estimator_destroy(estimator);
  icl_test_law_destroy(fresh);
  icl_test_law_destroy(seen);
  icl_theory_destroy(theory);
  free(gamma);
}

static void measure(int size, double *mean, double *error) {
  double count = (double)replicates[size], square[ERRORS] = {0}, value[ERRORS];
  mean[0] = mean[1] = 0.0;
  for (int64_t r = 0; r < replicates[size]; r++) {
    deviations(dimension[size], (uint64_t)(1000000 * size + r), value); /* sizes share no seed */
    for (int which = 0; which < ERRORS; which++) {
      mean[which] += value[which] / count;
      square[which] += value[which] * value[which] / count;
    }
  }
  for (int which = 0; which < ERRORS; which++) {
    error[which] = sqrt((square[which] - mean[which] * mean[which]) / (count - 1.0));
  }
}

/* With deviation = D + a/d + b/d^2 + c/d^3, three sizes in the ratio 2 give
 *
 *     D = (dev(20) - 6 dev(40) + 8 dev(80))/3 - 1.6e-5 c,
 *
 * which is to be 0: within 4 standard errors (P = 6e-5 for a right program; the seeds are fixed) and 5e-4 for the last
 * term, |c| <= 30 (about 6 was measured for ICL). The standard errors come to 0.0015 (ICL) and 0.0044 (IDG). */
static void check_limit(int which, double mean[SIZES][ERRORS], double error[SIZES][ERRORS]) {
  double limit = (mean[0][which] - 6.0 * mean[1][which] + 8.0 * mean[2][which]) / 3.0;
  double sigma = hypot(error[0][which], hypot(6.0 * error[1][which], 8.0 * error[2][which])) / 3.0;
  ck_assert_msg(sigma < 0.006, "error %d: the limit has an error of %g", which, sigma); /* else the next says little */
  ck_assert_msg(fabs(limit) < 4.0 * sigma + 5e-4, "error %d: the limit is off by %g +- %g", which, limit, sigma);
}

/* The exponent from 20 to 80 is log4(dev(20)/dev(80)) = 1 + log4((a + b/20)/(a + b/80)), with b/a about 4 for both
 * errors 1.1. It is to exclude 1/2 and 3/2 by 4 standard errors, of 0.03 (ICL) and 0.06 (IDG). */
static void check_exponent(int which, double mean[SIZES][ERRORS], double error[SIZES][ERRORS]) {
  double exponent = log2(mean[0][which] / mean[2][which]) / 2.0;
  double sigma = hypot(error[0][which] / mean[0][which], error[2][which] / mean[2][which]) / log(4.0);
  ck_assert_msg(exponent - 4.0 * sigma > 0.5 && exponent + 4.0 * sigma < 1.5, "error %d: exponent %g +- %g", which,
                exponent, sigma);
}

START_TEST(approach_like_one_over_d) {
  double mean[SIZES][ERRORS], error[SIZES][ERRORS];
  for (int size = 0; size < SIZES; size++) measure(size, mean[size], error[size]);
  for (int which = 0; which < ERRORS; which++) {
    check_limit(which, mean, error);
    check_exponent(which, mean, error);
  }
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("finite size");
  TCase *c = tcase_create("finite size");
  tcase_add_test(c, approach_like_one_over_d);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
