/* The whole line tasks -> dataset -> estimator -> testerror against the theory: simulated errors approach it like 1/d.
 * */
#include "support.h"

enum { SIZES = 3, ERRORS = 2 };

static const int64_t dimension[SIZES] = {20, 40, 80};
static const int64_t replicates[SIZES] = {600, 300, 150};
static const double alpha = 2.0, kappa = 0.5, rho = 0.1, tau = 0.3, lambda = 1e-3;

/* ICL and IDG error of one replicate, each divided by its limit, minus 1. */
static void deviations(int64_t d, uint64_t seed, double *out) {
  int64_t l = (int64_t)(alpha * (double)d), k = (int64_t)(kappa * (double)d), n = (int64_t)(tau * (double)(d * d));
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
    deviations(dimension[size], 100 + (uint64_t)r, value);
    for (int which = 0; which < ERRORS; which++) {
      mean[which] += value[which] / count;
      square[which] += value[which] * value[which] / count;
    }
  }
  for (int which = 0; which < ERRORS; which++) {
    error[which] = sqrt((square[which] - mean[which] * mean[which]) / (count - 1.0));
  }
}

/* The deviation is a/d (1 + b/d + ...). Its exponent between two sizes is the slope in logarithms, with the statistical
 * error sigma of relative errors in quadrature; the next term moves it by ln((1 + b/20)/(1 + b/80))/ln 4 < 0.17 for
 * |b| < 8 (b is near 6 for ICL, 0 for IDG). Bound: 4 sigma + 0.17, which an exponent of 1/2 or 3/2, or a limit that is
 * off by 2 %, would break. */
START_TEST(approach_like_one_over_d) {
  double mean[SIZES][ERRORS], error[SIZES][ERRORS];
  for (int size = 0; size < SIZES; size++) measure(size, mean[size], error[size]);
  for (int which = 0; which < ERRORS; which++) {
    ck_assert_msg(mean[0][which] > 10.0 * error[0][which], "error %d at d = 20 is off by %g +- %g", which,
                  mean[0][which], error[0][which]);
    double exponent = log(mean[0][which] / mean[2][which]) / log(4.0);
    double sigma = hypot(error[0][which] / mean[0][which], error[2][which] / mean[2][which]) / log(4.0);
    ck_assert_msg(sigma < 0.1, "error %d: the exponent %g has an error of %g", which, exponent, sigma);
    ck_assert_msg(fabs(exponent - 1.0) < 4.0 * sigma + 0.17, "error %d: exponent %g +- %g", which, exponent, sigma);
    /* and the size between lies on the same line */
    double between = log(mean[0][which] / mean[1][which]) / log(2.0);
    sigma = hypot(error[0][which] / mean[0][which], error[1][which] / mean[1][which]) / log(2.0);
    ck_assert_msg(fabs(between - 1.0) < 4.0 * sigma + 0.2, "error %d: exponent %g +- %g from 20 to 40", which, between,
                  sigma);
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
