/* What does not fit into memory, in a process whose memory is limited: here it is the system that says no. And the
 * number of threads, which is limited by the library itself. */
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../support.h"
#include "shim.h"

enum { D = 3, L = 5, K = 6, GAMMA = 12, ROWS = 100000000, LIMIT = 256 << 20 };

static icl_task_pool *pool, *infinite;
static icl_dataset *few, *huge, *many;
static icl_test_law *law;
static icl_estimator *estimator;
static icl_run *run, *crowd;
static double gamma_given[GAMMA], number[2 * GAMMA];
static void *made;

static int32_t go_on(int64_t done, int64_t total, void *user) {
  (void)done;
  (void)total;
  (void)user;
  return 0;
}

static void set_up(void) {
  fill_pseudo(GAMMA, gamma_given, 1);
  OK(icl_task_pool_create(D, K, ICL_TASKS_GAUSSIAN, 1, &pool));
  OK(icl_task_pool_create_infinite(D, ICL_TASKS_GAUSSIAN, 1, &infinite));
  OK(icl_dataset_create(pool, L, 40, 0.1, 1, &few));
  OK(icl_dataset_create(pool, L, ROWS, 0.1, 1, &huge));
  OK(icl_dataset_set_memory_limit(huge, INT64_MAX));
  OK(icl_dataset_create(pool, L, 64 * 200, 0.1, 1, &many)); /* 200 items of work */
  OK(icl_test_law_create_pool(pool, L, 0.1, &law));
  OK(icl_estimator_create(&estimator));
  OK(icl_run_create(&run));
  OK(icl_run_set_progress(run, go_on, NULL));
  OK(icl_run_create(&crowd));
  OK(icl_run_set_threads(crowd, 4096));
}

/* Checkers run all checks in one process. */
static void lift_limit(void) {
  struct rlimit limit;
  ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

static void tear_down(void) {
  lift_limit();
  icl_task_pool_destroy(pool);
  icl_task_pool_destroy(infinite);
  icl_dataset_destroy(few);
  icl_dataset_destroy(huge);
  icl_dataset_destroy(many);
  icl_test_law_destroy(law);
  icl_estimator_destroy(estimator);
  icl_run_destroy(run);
  icl_run_destroy(crowd);
}

/* Each asks for 300 MB or more at once, most for gigabytes. */
static icl_status large_pool(void) {
  return icl_task_pool_create(1000, 1000000, ICL_TASKS_GAUSSIAN, 1, (icl_task_pool **)&made);
}
static icl_status wide_law(void) {
  return icl_test_law_create_fresh(12000, L, 0.1, ICL_TASKS_SPHERE, (icl_test_law **)&made);
}
static icl_status wide_theory(void) { /* its law fits, its predictions do not */
  icl_task_pool *wide;
  OK(icl_task_pool_create(1200, 1, ICL_TASKS_GAUSSIAN, 1, &wide));
  icl_finite_theory **out = (icl_finite_theory **)&made;
  icl_status status = icl_finite_theory_create(wide, L, 40, 0.1, 0.01, ICL_FINITE_CORRECTED, out);
  icl_task_pool_destroy(wide);
  return status;
}
static icl_status many_samples(void) {
  icl_finite_theory *theory;
  OK(icl_finite_theory_create(infinite, L, 40, 0.1, 0.01, ICL_FINITE_CORRECTED, &theory));
  OK(icl_finite_theory_set_samples(theory, 1000000000));
  icl_status status = icl_finite_theory_solve(theory, NULL);
  icl_finite_theory_destroy(theory);
  return status;
}
static icl_status many_rows(void) { return icl_estimator_fit(estimator, huge, NULL); }
static icl_status many_ridges(void) {
  static double lambda[4000000];
  return icl_estimator_fit_path(estimator, few, 4000000, lambda, NULL, number);
}
static icl_status large_kernel(void) {
  icl_dataset *rows;
  OK(icl_dataset_create(pool, L, 20000, 0.1, 1, &rows));
  OK(icl_estimator_set_method(estimator, ICL_METHOD_DUAL));
  OK(icl_estimator_set_lambda(estimator, 0.1));
  icl_status status = icl_estimator_fit(estimator, rows, NULL);
  icl_dataset_destroy(rows);
  return status;
}
static icl_status many_tests(void) {
  return icl_test_error_sampled(law, gamma_given, INT64_C(10000000000), 1, NULL, number, NULL);
}
static icl_status many_contexts(void) { return icl_dmmse_error(pool, law, 1000000000, 1, NULL, number, NULL); }
static icl_status many_regressions(void) { return icl_bayes_ridge_error(law, 1000000000, 1, NULL, number, NULL); }
static icl_status many_tokens(void) {
  return icl_sequences_draw(pool, 100000, 10000, 0.1, 1, run, number, &number[1], NULL);
}
static icl_status many_replicates(void) {
  icl_experiment *experiment;
  OK(icl_experiment_create(D, &experiment));
  OK(icl_experiment_set(experiment, ICL_TAU, 1.0));
  OK(icl_experiment_set(experiment, ICL_ALPHA, 1.0));
  OK(icl_experiment_set(experiment, ICL_KAPPA, 1.0));
  OK(icl_experiment_set_replicates(experiment, 1000000000));
  icl_status status = icl_experiment_run(experiment, NULL);
  icl_experiment_destroy(experiment);
  return status;
}

static int64_t address_space(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(fscanf(file, "%ld", &pages), 1);
  fclose(file);
  return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void limit_memory(int64_t more) {
  struct rlimit limit;
  ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
  limit.rlim_cur = (rlim_t)(address_space() + more);
  ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

/* The stacks of so many threads, of at least 2 MB each, exceed the limit. None of them begins, and those that started
 * end. */
static icl_status many_threads(void) {
  limit_memory(LIMIT / 16);
  return icl_dataset_error(many, gamma_given, crowd, number, NULL);
}

static icl_status (*const requests[])(void) = {
  large_pool, wide_law, wide_theory, many_samples, many_rows, many_ridges, large_kernel, many_tests, many_contexts,
  many_regressions, many_tokens, many_replicates, many_threads,
};
enum { REQUESTS = sizeof requests / sizeof *requests };

/* Where an address has 32 bits, most of these sizes are refused before any memory is asked for. */
static int is_refused(icl_status status, const char *message) {
  if (sizeof(void *) < sizeof(int64_t) && status == ICL_ERR_SIZE) return 1;
  return status == ICL_ERR_MEMORY && (strstr(message, "out of memory") || strstr(message, "could not start thread"));
}

START_TEST(too_large) {
  double before[GAMMA], after[GAMMA], untouched[2 * GAMMA];
  /* Here the BLAS takes the memory it works with and keeps it. Without this fit it would ask for that under the limit,
   * and OpenBLAS asks for ever: this test is of the library's own requests (doc/security.md, "The BLAS"). */
  OK(icl_estimator_fit(estimator, few, NULL));
  OK(icl_estimator_gamma(estimator, before));
  memset(number, 0x5a, sizeof number);
  memset(untouched, 0x5a, sizeof untouched);
  made = &made;
  limit_memory(LIMIT);
  icl_status status = requests[_i]();
  const char *message = icl_last_error_message();
  ck_assert_msg(is_refused(status, message), "request %d: %d, %s", _i, status, message);
  ck_assert_mem_eq(number, untouched, sizeof number);
  ck_assert_ptr_eq(made, &made);
  OK(icl_estimator_set_method(estimator, ICL_METHOD_AUTO));
  OK(icl_estimator_set_lambda(estimator, 0.0));
  OK(icl_estimator_fit(estimator, few, NULL)); /* still within the limit */
  OK(icl_estimator_gamma(estimator, after));
  ck_assert_mem_eq(before, after, sizeof before);
}
END_TEST

static icl_status replicates(int64_t count) {
  icl_experiment *experiment;
  OK(icl_experiment_create(D, &experiment));
  OK(icl_experiment_set(experiment, ICL_TAU, 20.0)); /* 180 rows are three items of work within the fit */
  OK(icl_experiment_set(experiment, ICL_ALPHA, 1.0));
  OK(icl_experiment_set(experiment, ICL_KAPPA, 1.0));
  OK(icl_experiment_set(experiment, ICL_LAMBDA, 0.1));
  OK(icl_experiment_set_replicates(experiment, count));
  icl_status status = icl_experiment_run(experiment, crowd);
  icl_experiment_destroy(experiment);
  return status;
}

/* 4096 threads are allowed, and 128 used, the calling one among them: those of the fits in each of 100 threads, too. */
START_TEST(a_crowd_is_bounded) {
  const fault none = {FAULT_THREAD, FAULT_FAILS, 0, 0, 0};
  fault_begin(&none);
  OK(icl_dataset_error(many, gamma_given, crowd, number, NULL));
  ck_assert_int_eq(fault_calls(FAULT_THREAD), 127);
  fault_begin(&none);
  OK(replicates(200));
  ck_assert_int_eq(fault_calls(FAULT_THREAD), 127);
  fault_begin(&none);
  OK(replicates(100));
  ck_assert_int_eq(fault_calls(FAULT_THREAD), 99);
  fault_end();
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("requests");
  TCase *c = tcase_create("requests");
  tcase_add_checked_fixture(c, set_up, tear_down);
  tcase_add_loop_test(c, too_large, 0, REQUESTS);
  tcase_add_test(c, a_crowd_is_bounded);
  suite_add_tcase(s, c);
  return s;
}

extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak)); /* in an address sanitizer's build */

int main(void) {
  if (!__lsan_do_recoverable_leak_check) return run_suite(suite);
  puts("1..0 # SKIP an address sanitizer takes terabytes of address space, which cannot be limited then");
  return 0;
}
