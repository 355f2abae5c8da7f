/* Several threads of the program call the library at once: on handles of their own, on shared ones that are const, and
 * with errors of their own. Each answer has to be, to the bit, the one that the same calls give one after the other.
 * The test thread_sanitizer runs this program under ThreadSanitizer. */
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 3, VALUES = 128, D = 6, GAMMA = D * (D + 1) };

/* What all threads read. */
typedef struct {
  icl_task_pool *pool;
  icl_dataset *dataset;
  icl_test_law *fresh, *seen;
  icl_theory *theory;
  icl_finite_theory *finite;
} handles;

static handles shared;

static void make_shared(void) {
  OK(icl_task_pool_create(D, 9, ICL_TASKS_GAUSSIAN, 3, &shared.pool));
  OK(icl_dataset_create(shared.pool, 12, 90, 0.1, 4, &shared.dataset));
  OK(icl_test_law_create_fresh(D, 12, 0.1, ICL_TASKS_GAUSSIAN, &shared.fresh));
  OK(icl_test_law_create_pool(shared.pool, 12, 0.1, &shared.seen));
  OK(icl_theory_create(2.0, 3.0, 1.5, 0.1, 0.01, &shared.theory));
  OK(icl_finite_theory_create(shared.pool, 12, 90, 0.1, 0.01, ICL_FINITE_POOL, &shared.finite));
  OK(icl_finite_theory_solve(shared.finite, NULL));
}

static void destroy_shared(void) {
  icl_finite_theory_destroy(shared.finite);
  icl_theory_destroy(shared.theory);
  icl_test_law_destroy(shared.seen);
  icl_test_law_destroy(shared.fresh);
  icl_dataset_destroy(shared.dataset);
  icl_task_pool_destroy(shared.pool);
}

/* What thread `number` does; its answers go to values. Returns how many calls failed: Check's assertions are for the
 * main thread only. */
typedef int (*job_fn)(int number, double *values);

typedef struct {
  job_fn job;
  int number, rounds, failures;
  double values[VALUES];
  pthread_barrier_t *start;
  pthread_t thread;
} worker;

static void *work(void *argument) {
  worker *self = argument;
  pthread_barrier_wait(self->start);
  for (int round = 0; round < self->rounds; round++) {
    double again[VALUES] = {0};
    self->failures += self->job(self->number, again);
    if (round && memcmp(again, self->values, sizeof again) != 0) self->failures++;
    memcpy(self->values, again, sizeof again);
  }
  return NULL;
}

/* All workers at once, `rounds` times; they fill in their failures and values. */
static void together(job_fn job, int rounds, worker *workers) {
  pthread_barrier_t start;
  ck_assert_int_eq(pthread_barrier_init(&start, NULL, THREADS), 0);
  for (int number = 0; number < THREADS; number++) {
    workers[number] = (worker){.job = job, .number = number, .rounds = rounds, .start = &start};
    ck_assert_int_eq(pthread_create(&workers[number].thread, NULL, work, &workers[number]), 0);
  }
  for (int number = 0; number < THREADS; number++) pthread_join(workers[number].thread, NULL);
  pthread_barrier_destroy(&start);
}

/* The answers in threads are those of one thread; the jobs, whose parameters differ, have different ones. */
static void same_answers(job_fn job) {
  worker workers[THREADS];
  together(job, ROUNDS, workers);
  for (int number = 0; number < THREADS; number++) {
    double alone[VALUES] = {0};
    ck_assert_int_eq(job(number, alone), 0);
    ck_assert_msg(workers[number].failures == 0, "thread %d: %d calls failed", number, workers[number].failures);
    ck_assert_mem_eq(workers[number].values, alone, sizeof alone);
    if (number) ck_assert_mem_ne(alone, workers[number - 1].values, sizeof alone);
  }
}

/* Fits of one dataset, each thread with a method and a ridge of its own, half of them with threads of the library. */
static int fit(int number, double *values) {
  icl_run *run = NULL;
  icl_estimator *estimator = NULL;
  double *error = &values[GAMMA];
  int failures = !!icl_run_create(&run);
  failures += !!icl_run_set_threads(run, 1 + number % 2);
  failures += !!icl_estimator_create(&estimator);
  failures += !!icl_estimator_set_method(estimator, ICL_METHOD_AUTO + number);
  failures += !!icl_estimator_set_lambda(estimator, 0.01 * (number + 1));
  failures += !!icl_estimator_fit(estimator, shared.dataset, run);
  failures += !!icl_estimator_gamma(estimator, values);
  failures += !!icl_test_error(shared.fresh, values, &error[0]);
  failures += !!icl_test_error(shared.seen, values, &error[1]);
  failures += !!icl_test_error_sampled(shared.seen, values, 50, 7, run, &error[2], &error[3]);
  failures += !!icl_dataset_error(shared.dataset, values, run, &error[4], &error[5]);
  failures += !!icl_dataset_copy_rows(shared.dataset, number, 2, &error[6], NULL, NULL);
  icl_estimator_destroy(estimator);
  icl_run_destroy(run);
  return failures;
}

START_TEST(fits_share_a_dataset) {
  same_answers(fit);
}
END_TEST

/* Closed forms, finite sizes and baselines, from shared handles. */
static int evaluate(int number, double *values) {
  static const double lambda[] = {0.0, 0.01, 0.1, 1.0, INFINITY};
  icl_run *run = NULL;
  int32_t quantity = number % 2 ? ICL_QUANTITY_IDG : ICL_QUANTITY_ICL;
  int failures = !!icl_run_create(&run);
  failures += !!icl_run_set_threads(run, 2);
  failures += !!icl_theory_curve(shared.theory, quantity, ICL_LAMBDA, 5, lambda, values);
  failures += !!icl_theory_derivative(shared.theory, quantity, ICL_TAU, &values[5]);
  failures += !!icl_finite_theory_error(shared.finite, number % 2 ? shared.seen : shared.fresh, &values[6], NULL);
  failures += !!icl_dmmse_error(shared.pool, shared.seen, 20 + number, 5, run, &values[7], &values[8]);
  failures += !!icl_bayes_ridge_error(shared.fresh, 20 + number, 5, run, &values[9], &values[10]);
  failures += !!icl_test_law_optimal_gamma(shared.fresh, 0.1 * (number + 1), &values[11]);
  icl_run_destroy(run);
  return failures;
}

START_TEST(theory_and_baselines_share_handles) {
  same_answers(evaluate);
}
END_TEST

/* An experiment of its own, with threads of its own, and a checkpoint unless `path` is NULL. */
static icl_status experiment_at(uint64_t seed, const char *path, double *values) {
  icl_run *run = NULL;
  icl_experiment *experiment = NULL;
  static const double at[] = {0.5, 1.0, 2.0};
  static const int32_t quantities[] = {ICL_QUANTITY_ICL, ICL_QUANTITY_IDG};
  icl_status status = icl_run_create(&run);
  if (!status) status = icl_run_set_threads(run, 2);
  if (!status) status = icl_experiment_create(4, &experiment);
  if (!status) status = icl_experiment_set(experiment, ICL_ALPHA, 2.0);
  if (!status) status = icl_experiment_set(experiment, ICL_KAPPA, 1.0);
  if (!status) status = icl_experiment_set(experiment, ICL_RHO, 0.1);
  if (!status) status = icl_experiment_set(experiment, ICL_LAMBDA, 0.01);
  if (!status) status = icl_experiment_set_seed(experiment, seed);
  if (!status) status = icl_experiment_set_replicates(experiment, 8);
  if (!status) status = icl_experiment_set_checkpoint(experiment, path);
  if (!status) {
    status = icl_experiment_curve(experiment, ICL_TAU, 3, at, 2, quantities, run, values, &values[6], &values[12],
                                  NULL);
  }
  icl_experiment_destroy(experiment);
  icl_run_destroy(run);
  return status;
}

static int experiment(int number, double *values) {
  return !!experiment_at((uint64_t)number, NULL, values);
}

START_TEST(experiments_beside_each_other) {
  same_answers(experiment);
}
END_TEST

static char checkpoint_name[] = "/tmp/icl-threads-XXXXXX";

static void new_checkpoint(void) {
  strcpy(&checkpoint_name[sizeof checkpoint_name - 7], "XXXXXX"); /* also where another test had its own */
  close(mkstemp(checkpoint_name));
}

static int experiment_on_file(int number, double *values) {
  char path[64];
  snprintf(path, sizeof path, "%s-%d", checkpoint_name, number);
  return !!experiment_at((uint64_t)number, path, values);
}

/* One file for all: the one that holds the lock computes, the others are told so. */
static int experiment_on_one_file(int number, double *values) {
  (void)number;
  icl_status status = experiment_at(1, checkpoint_name, values);
  if (!status) return 0;
  values[VALUES - 1] = 1.0;
  return status != ICL_ERR_IO || !strstr(icl_last_error_message(), "in use");
}

START_TEST(checkpoints_beside_each_other) {
  worker workers[THREADS];
  double alone[VALUES] = {0}, after[VALUES] = {0};
  new_checkpoint();
  same_answers(experiment_on_file);
  together(experiment_on_one_file, 1, workers);
  OK(experiment_at(1, NULL, alone));
  OK(experiment_at(1, checkpoint_name, after));
  ck_assert_mem_eq(alone, after, sizeof alone);
  int done = 0;
  for (int number = 0; number < THREADS; number++) {
    char path[64];
    snprintf(path, sizeof path, "%s-%d", checkpoint_name, number);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(workers[number].failures, 0);
    if (workers[number].values[VALUES - 1] > 0.0) continue;
    done++;
    ck_assert_mem_eq(workers[number].values, alone, sizeof alone);
  }
  ck_assert_int_ge(done, 1);
  ck_assert_int_eq(unlink(checkpoint_name), 0);
}
END_TEST

/* Handles made of one pool, which count their references to it. */
static int make_and_destroy(int number, double *values) {
  int failures = 0;
  for (int i = 0; i < 50; i++) {
    icl_dataset *dataset = NULL;
    icl_test_law *law = NULL;
    failures += !!icl_dataset_create(shared.pool, 3, 10, 0.1, (uint64_t)number, &dataset);
    failures += !!icl_test_law_create_pool(shared.pool, 3 + number, 0.1, &law);
    failures += !!icl_dataset_copy_rows(dataset, 0, 1, values, &values[D], &values[2 * D + 1]);
    failures += !!icl_test_law_moments(law, NULL, NULL, &values[2 * D + 2]);
    icl_dataset_destroy(dataset);
    icl_test_law_destroy(law);
  }
  return failures;
}

START_TEST(handles_share_a_pool) {
  same_answers(make_and_destroy);
}
END_TEST

static icl_dataset *orphans[THREADS];

static int destroy_orphan(int number, double *values) {
  int failures = !!icl_dataset_copy_rows(orphans[number], 0, 1, values, NULL, NULL);
  icl_dataset_destroy(orphans[number]);
  return failures;
}

/* The pool is destroyed first, and freed by whichever thread is the last. */
START_TEST(the_last_one_frees_the_pool) {
  worker workers[THREADS];
  for (int round = 0; round < 20; round++) {
    icl_task_pool *pool;
    OK(icl_task_pool_create(D, 5, ICL_TASKS_SPHERE, 1, &pool));
    for (int i = 0; i < THREADS; i++) OK(icl_dataset_create(pool, 3, 10, 0.1, (uint64_t)i, &orphans[i]));
    icl_task_pool_destroy(pool);
    together(destroy_orphan, 1, workers);
    for (int i = 0; i < THREADS; i++) ck_assert_int_eq(workers[i].failures, 0);
  }
}
END_TEST

static pthread_barrier_t everyone;

/* Each thread fails in its own way; when all have, each still reads its own message. */
static int provoke(int number, double *values) {
  int failures = 0;
  char expected[32];
  for (int i = 0; i < 200; i++) {
    int64_t d = -1 - number - THREADS * i;
    icl_dataset *dataset = NULL;
    failures += icl_dataset_create_empty(d, &dataset) != ICL_ERR_DOMAIN;
    pthread_barrier_wait(&everyone);
    snprintf(expected, sizeof expected, "d is %d;", (int)d);
    failures += !strstr(icl_last_error_message(), expected);
    pthread_barrier_wait(&everyone);
  }
  values[0] = number;
  return failures;
}

START_TEST(messages_are_the_threads_own) {
  worker workers[THREADS];
  ck_assert_int_eq(pthread_barrier_init(&everyone, NULL, THREADS), 0);
  ck_assert_int_eq(icl_dataset_create_empty(-7777, NULL), ICL_ERR_DOMAIN);
  together(provoke, 1, workers);
  pthread_barrier_destroy(&everyone);
  for (int number = 0; number < THREADS; number++) ck_assert_int_eq(workers[number].failures, 0);
  ck_assert_ptr_nonnull(strstr(icl_last_error_message(), "-7777"));
}
END_TEST

typedef struct {
  pthread_t caller;
  int calls, strangers, cancel_at;
} progress;

static int32_t note(int64_t done, int64_t total, void *user) {
  progress *self = user;
  (void)done, (void)total;
  self->strangers += !pthread_equal(pthread_self(), self->caller);
  return ++self->calls == self->cancel_at;
}

/* Odd threads cancel their fits, even ones do not notice. */
static int cancel(int number, double *values) {
  icl_run *run = NULL;
  icl_estimator *estimator = NULL;
  progress mine = {.caller = pthread_self(), .cancel_at = number % 2 ? 2 : -1};
  int failures = !!icl_run_create(&run);
  failures += !!icl_run_set_threads(run, 3);
  failures += !!icl_run_set_progress(run, note, &mine);
  failures += !!icl_estimator_create(&estimator);
  failures += !!icl_estimator_set_method(estimator, ICL_METHOD_CG);
  failures += !!icl_estimator_set_lambda(estimator, 0.01 * (number + 1));
  icl_status status = icl_estimator_fit(estimator, shared.dataset, run);
  failures += status != (number % 2 ? ICL_ERR_CANCELED : ICL_OK);
  if (!status) failures += !!icl_estimator_gamma(estimator, values);
  values[GAMMA] = number;
  icl_estimator_destroy(estimator);
  icl_run_destroy(run);
  return failures + mine.strangers;
}

START_TEST(canceling_stops_one_thread_only) {
  same_answers(cancel);
}
END_TEST

static int32_t cancel_own_thread(int64_t done, int64_t total, void *user) {
  int *calls = user;
  (void)done, (void)total;
  if (!(*calls)++) pthread_cancel(pthread_self());
  return 0;
}

typedef struct {
  int with_file, calls;
  icl_status status;
  double values[4];
} doomed;

/* Has its thread canceled from the callback, in the midst of a call with threads of its own that read its stack. */
static void *run_doomed(void *argument) {
  static const double gamma[GAMMA] = {0.5, 0.25};
  static const double at[] = {1.0, 2.0};
  static const int32_t quantity = ICL_QUANTITY_ICL;
  doomed *self = argument;
  icl_run *run = NULL;
  icl_experiment *experiment = NULL;
  icl_status status = icl_run_create(&run);
  if (!status) status = icl_run_set_threads(run, 3);
  if (!status) status = icl_run_set_progress(run, cancel_own_thread, &self->calls);
  if (!status) status = icl_experiment_create(10, &experiment);
  if (!status) status = icl_experiment_set(experiment, ICL_ALPHA, 2.0);
  if (!status) status = icl_experiment_set(experiment, ICL_KAPPA, 1.0);
  if (!status) status = icl_experiment_set_replicates(experiment, 40);
  if (!status) status = icl_experiment_set_checkpoint(experiment, checkpoint_name);
  if (!status && self->with_file) {
    status = icl_experiment_curve(experiment, ICL_TAU, 2, at, 1, &quantity, run, self->values, &self->values[2], NULL,
                                  NULL);
  } else if (!status) {
    status = icl_test_error_sampled(shared.fresh, gamma, 100000, 7, run, self->values, &self->values[1]);
  }
  icl_experiment_destroy(experiment);
  icl_run_destroy(run);
  self->status = status;
  pthread_testcancel();
  return NULL;
}

/* The call is finished first, the checkpoint closed and unlocked, and only then the thread is no more. */
START_TEST(threads_that_are_canceled) {
  new_checkpoint();
  for (int with_file = 0; with_file < 2; with_file++) {
    doomed first = {.with_file = with_file, .status = ICL_ERR_STATE}, second = first;
    doomed *both[] = {&first, &second};
    for (int i = 0; i < 2; i++) {
      pthread_t thread;
      void *result = NULL;
      ck_assert_int_eq(pthread_create(&thread, NULL, run_doomed, both[i]), 0);
      ck_assert_int_eq(pthread_join(thread, &result), 0);
      ck_assert_ptr_eq(result, PTHREAD_CANCELED);
      ck_assert_int_gt(both[i]->calls, 0);
      ck_assert_int_eq(both[i]->status, ICL_OK);
    }
    ck_assert_mem_eq(first.values, second.values, sizeof first.values);
  }
  ck_assert_int_eq(unlink(checkpoint_name), 0);
}
END_TEST

static pthread_t caller;
static volatile sig_atomic_t handled, elsewhere;

static void on_signal(int number) {
  (void)number;
  if (pthread_equal(pthread_self(), caller)) handled++;
  else elsewhere++;
}

typedef struct {
  sigset_t before;
  int sent, changed;
} mask_watch;

static int is_changed(const sigset_t *before) {
  sigset_t now;
  int changed = 0;
  pthread_sigmask(SIG_SETMASK, NULL, &now);
  for (int number = 1; number <= SIGRTMAX; number++) {
    changed += sigismember(&now, number) != sigismember(before, number);
  }
  return changed;
}

/* The caller's thread does not take the signal for a millisecond, so another one would, if any could. */
static int32_t send_signal(int64_t done, int64_t total, void *user) {
  mask_watch *self = user;
  sigset_t one;
  (void)done, (void)total;
  self->changed += is_changed(&self->before);
  sigemptyset(&one);
  sigaddset(&one, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &one, NULL);
  kill(getpid(), SIGUSR1);
  nanosleep(&(struct timespec){0, 1000000}, NULL);
  pthread_sigmask(SIG_SETMASK, &self->before, NULL);
  self->sent++;
  return 0;
}

/* The program's handlers run on no thread of the library, and its mask is its own, in the callback and afterwards. */
START_TEST(signals_are_the_callers) {
  static const double gamma[GAMMA] = {0.5, 0.25};
  struct sigaction action = {.sa_handler = on_signal}, old;
  mask_watch watch = {.sent = 0};
  sigset_t blocked, old_mask;
  double mean;
  icl_run *run;
  OK(icl_run_create(&run));
  OK(icl_run_set_threads(run, THREADS));
  OK(icl_run_set_progress(run, send_signal, &watch));
  caller = pthread_self();
  handled = elsewhere = 0;
  ck_assert_int_eq(sigaction(SIGUSR1, &action, &old), 0);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &blocked, &old_mask);
  pthread_sigmask(SIG_SETMASK, NULL, &watch.before);
  OK(icl_test_error_sampled(shared.fresh, gamma, 100000, 7, run, &mean, NULL));
  int changed = is_changed(&watch.before);
  pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
  ck_assert_int_eq(sigaction(SIGUSR1, &old, NULL), 0);
  ck_assert_int_gt(watch.sent, 1);
  ck_assert_int_eq(handled, watch.sent);
  ck_assert_int_eq(elsewhere, 0);
  ck_assert_int_eq(watch.changed, 0);
  ck_assert_int_eq(changed, 0);
  icl_run_destroy(run);
}
END_TEST

static Suite *threads_suite(void) {
  Suite *suite = suite_create("threads");
  TCase *test = tcase_create("threads");
  tcase_add_unchecked_fixture(test, make_shared, destroy_shared);
  tcase_add_test(test, fits_share_a_dataset);
  tcase_add_test(test, theory_and_baselines_share_handles);
  tcase_add_test(test, experiments_beside_each_other);
  tcase_add_test(test, checkpoints_beside_each_other);
  tcase_add_test(test, handles_share_a_pool);
  tcase_add_test(test, the_last_one_frees_the_pool);
  tcase_add_test(test, messages_are_the_threads_own);
  tcase_add_test(test, canceling_stops_one_thread_only);
  tcase_add_test(test, threads_that_are_canceled);
  tcase_add_test(test, signals_are_the_callers);
  suite_add_tcase(suite, test);
  return suite;
}

SUITE_MAIN(threads_suite)
