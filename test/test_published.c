/* Against simulations that others have published: the gap g_task = ICL - IDG at d = 64, alpha = tau = 10, rho = 0.01,
 * lambda = 1e-6, tasks on the sphere, means of 20 replicates with their standard errors. The theory of large d is
 * 1 to 7 % below them, 21 standard errors in the first case: it is the simulation that is compared.
 *
 * Four replicates here; ICL_TEST_REPLICATES=20 in the environment makes it as many as theirs. Measured with 20 (seed
 * 1): z = 1.5, 1.2, 0.0, 0.6. */
#include "support.h"

enum { D = 64, POINTS = 4 };

static const double kappa[POINTS] = {25.0 / 64.0, 1.0, 2.0, 8.0}, published[POINTS] = {0.6823, 0.1757, 0.0317, 0.00378},
                    published_error[POINTS] = {0.0020, 0.0015, 0.0004, 0.00011};

static int64_t replicates(void) {
  const char *text = getenv("ICL_TEST_REPLICATES");
  return text ? strtoll(text, NULL, 10) : 4;
}

/* Four standard errors of the difference: with few replicates the one estimated here is uncertain itself, so it is
 * taken as what theirs makes of this number of replicates, if that is larger. */
START_TEST(the_gap_is_the_published_one) {
  icl_experiment *experiment;
  double mean, error, at = kappa[_i];
  int64_t count = replicates(), n;
  OK(icl_experiment_create(D, &experiment));
  OK(icl_experiment_set(experiment, ICL_TAU, 10.0));
  OK(icl_experiment_set(experiment, ICL_ALPHA, 10.0));
  OK(icl_experiment_set(experiment, ICL_KAPPA, at));
  OK(icl_experiment_set(experiment, ICL_RHO, 0.01));
  OK(icl_experiment_set(experiment, ICL_LAMBDA, 1e-6));
  OK(icl_experiment_set_distribution(experiment, ICL_TASKS_SPHERE));
  OK(icl_experiment_set_replicates(experiment, count));
  OK(icl_experiment_set_seed(experiment, 1));
  OK(icl_experiment_sizes(experiment, NULL, NULL, NULL, &n));
  ck_assert_int_eq(n, 10 * D * D);
  OK(icl_experiment_run(experiment, NULL));
  OK(icl_experiment_result(experiment, ICL_QUANTITY_GAP, &mean, &error));
  error = fmax(error, published_error[_i] * sqrt(20.0 / (double)count));
  NEAR(mean, published[_i], 4.0 * hypot(error, published_error[_i]));
  icl_experiment_destroy(experiment);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("published");
  TCase *c = tcase_create("published");
  tcase_add_loop_test(c, the_gap_is_the_published_one, 0, POINTS);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
