#include "things.h"

#include <stdio.h>
#include <unistd.h>

arguments given;
char checkpoint_path[64], other_path[64];

static void fill_arguments(void) {
  uint64_t offset = 1;
  fill_pseudo(GAMMA, given.gamma, offset += 1000);
  for (int m = 0; m < 2; m++) fill_pseudo(WIDTH * WIDTH, given.matrix[m], offset += 1000);
  for (int i = 0; i < D; i++) given.matrix[0][D * WIDTH + i] = 0.0; /* v21 */
  for (int i = 0; i < D * D; i++) given.covariance[i] = i % (D + 1) == 0 ? 1.0 + i : 0.25;
  fill_pseudo(FEW * (L + 1) * D, given.tokens, offset += 1000);
  fill_pseudo(FEW * (L + 1), given.labels, offset += 1000);
  fill_pseudo(MANY * D, given.query, offset += 1000);
  fill_pseudo(MANY * WIDTH, given.context, offset += 1000);
  fill_pseudo(MANY, given.target, offset += 1000);
  for (int i = 0; i < 3; i++) given.lambda[i] = 0.1 + i;
  for (int i = 0; i < 3; i++) given.parameter[i] = 0.5 + i;
  given.quantity[0] = ICL_QUANTITY_ICL;
  given.quantity[1] = ICL_QUANTITY_GAP;
}

static void set_up_experiment(things *t) {
  OK(icl_experiment_create(D, &t->experiment));
  OK(icl_experiment_set(t->experiment, ICL_TAU, 2.0));
  OK(icl_experiment_set(t->experiment, ICL_ALPHA, 2.0));
  OK(icl_experiment_set(t->experiment, ICL_KAPPA, 1.0));
  OK(icl_experiment_set(t->experiment, ICL_RHO, 0.1));
  OK(icl_experiment_set(t->experiment, ICL_LAMBDA, 0.01));
  OK(icl_experiment_set_replicates(t->experiment, 4));
}

void set_up(things *t, int64_t threads) {
  memset(t, 0, sizeof *t);
  if (given.lambda[0] == 0.0) fill_arguments();
  snprintf(checkpoint_path, sizeof checkpoint_path, "faults-%ld.checkpoint", (long)getpid());
  snprintf(other_path, sizeof other_path, "faults-%ld.other", (long)getpid());
  OK(icl_run_create(&t->run));
  OK(icl_run_set_threads(t->run, threads));
  OK(icl_theory_create(0.5, 2.0, 1.0, 0.1, 0.01, &t->theory));
  OK(icl_task_pool_create(D, K, ICL_TASKS_GAUSSIAN, 1, &t->pool));
  OK(icl_task_pool_create_infinite(D, ICL_TASKS_SPHERE, 2, &t->infinite));
  OK(icl_dataset_create(t->pool, L, MANY, 0.1, 3, &t->many));
  OK(icl_dataset_create(t->pool, L, LANES, 0.1, 3, &t->lanes));
  OK(icl_dataset_create(t->pool, L, FEW, 0.1, 3, &t->few));
  OK(icl_dataset_create_empty(D, &t->appended));
  OK(icl_dataset_append_features(t->appended, FEW, given.query, given.context, given.target));
  OK(icl_test_law_create_pool(t->pool, L, 0.1, &t->law));
  OK(icl_test_law_create_fresh(D, L, 0.1, ICL_TASKS_GAUSSIAN, &t->fresh));
  OK(icl_estimator_create(&t->estimator));
  OK(icl_estimator_set_lambda(t->estimator, 0.01));
  set_up_experiment(t);
  OK(icl_finite_theory_create(t->pool, L, 40, 0.1, 0.01, ICL_FINITE_CORRECTED, &t->finite));
  OK(icl_finite_theory_set_samples(t->finite, 64 * WIDTH));
}

void tear_down(things *t) {
  icl_run_destroy(t->run);
  icl_theory_destroy(t->theory);
  icl_task_pool_destroy(t->pool);
  icl_task_pool_destroy(t->infinite);
  icl_dataset_destroy(t->many);
  icl_dataset_destroy(t->lanes);
  icl_dataset_destroy(t->few);
  icl_dataset_destroy(t->appended);
  icl_test_law_destroy(t->law);
  icl_test_law_destroy(t->fresh);
  icl_estimator_destroy(t->estimator);
  icl_experiment_destroy(t->experiment);
  icl_finite_theory_destroy(t->finite);
  unlink(checkpoint_path);
  unlink(other_path);
}
