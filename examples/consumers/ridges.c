/* The test error of four ridges: fits at d = 10 on two threads, beside the limit of large d. */
#include <icltheory.h>
#include <stdio.h>

enum { D = 10, L = 20, K = 40, N = 500, COUNT = 4 };

int main(void) {
  const double lambda[COUNT] = {1.0, 0.1, 0.01, 0.001}, rho = 0.1;
  double gamma[COUNT][D * (D + 1)], error, limit[COUNT];
  icl_task_pool *pool = NULL;
  icl_dataset *data = NULL;
  icl_estimator *estimator = NULL;
  icl_run *threads = NULL;
  icl_test_law *fresh = NULL;
  icl_theory *theory = NULL;
  int i, exit_code = 1;

  if (icl_run_create(&threads) || icl_run_set_threads(threads, 2) ||
      icl_task_pool_create(D, K, ICL_TASKS_GAUSSIAN, 1, &pool) || icl_dataset_create(pool, L, N, rho, 1, &data) ||
      icl_estimator_create(&estimator) ||
      icl_estimator_fit_path(estimator, data, COUNT, lambda, threads, gamma[0]) ||
      icl_test_law_create_fresh(D, L, rho, ICL_TASKS_GAUSSIAN, &fresh) ||
      icl_theory_create(N / (double)(D * D), L / (double)D, K / (double)D, rho, 0, &theory) ||
      icl_theory_curve(theory, ICL_QUANTITY_ICL, ICL_LAMBDA, COUNT, lambda, limit)) {
    goto done;
  }
  for (i = 0; i < COUNT; i++) {
    if (icl_test_error(fresh, gamma[i], &error)) goto done;
    printf("lambda %5.3f: error %.4f, limit %.4f\n", lambda[i], error, limit[i]);
  }
  exit_code = 0;
done:
  if (exit_code) fprintf(stderr, "%s\n", icl_last_error_message());
  icl_theory_destroy(theory);
  icl_test_law_destroy(fresh);
  icl_estimator_destroy(estimator);
  icl_dataset_destroy(data);
  icl_task_pool_destroy(pool);
  icl_run_destroy(threads);
  return exit_code;
}
