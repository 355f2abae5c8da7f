/* Threads, progress, cancellation: what every long computation owes its caller. */
#include "support.h"

#include <dirent.h>
#include <pthread.h>
#include <time.h>

/* Sizes such that several threads really overlap: the work takes milliseconds, the start of a thread microseconds. */
enum { D = 4, P = D * (D + 1), L = 40, SEQUENCES = 1000, ROWS = 5000, TOKENS = SEQUENCES * (L + 1) * D,
       LABELS = SEQUENCES * (L + 1) };

/* ---- Long computations with outputs to be compared byte by byte ---- */

typedef struct {
  double x[TOKENS], y[LABELS];
  int64_t task[SEQUENCES];
} drawn_sequences;

/* From an infinite pool every sequence needs memory for its task, which threads must not share. */
static icl_status draw_sequences(const icl_run *run, void *out) {
  drawn_sequences *sequences = out;
  icl_task_pool *pool;
  OK(icl_task_pool_create_infinite(D, ICL_TASKS_GAUSSIAN, 1, &pool));
  icl_status status = icl_sequences_draw(pool, L, SEQUENCES, 0.1, 2, run, sequences->x, sequences->y, sequences->task);
  icl_task_pool_destroy(pool);
  return status;
}

static icl_dataset *new_dataset(int64_t n) {
  icl_task_pool *pool;
  icl_dataset *dataset;
  OK(icl_task_pool_create_infinite(D, ICL_TASKS_GAUSSIAN, 1, &pool));
  OK(icl_dataset_create(pool, L, n, 0.1, 2, &dataset));
  icl_task_pool_destroy(pool);
  return dataset;
}

static icl_status mean_over_dataset(const icl_run *run, void *out) {
  double gamma[P], *numbers = out;
  icl_dataset *dataset = new_dataset(ROWS);
  fill_pseudo(P, gamma, 0);
  icl_status status = icl_dataset_error(dataset, gamma, run, &numbers[0], &numbers[1]);
  icl_dataset_destroy(dataset);
  return status;
}

static icl_status sampled_error(const icl_run *run, void *out) {
  double gamma[P], *numbers = out;
  icl_test_law *law;
  fill_pseudo(P, gamma, 0);
  OK(icl_test_law_create_fresh(D, L, 0.1, ICL_TASKS_SPHERE, &law));
  icl_status status = icl_test_error_sampled(law, gamma, ROWS, 3, run, &numbers[0], &numbers[1]);
  icl_test_law_destroy(law);
  return status;
}

typedef struct {
  double gamma[P], residual, training;
  int64_t iterations;
} fitted;

/* Rows that are stored, drawn again at each pass, or appended. */
typedef enum { STORED, STREAMED, APPENDED } origin;

static icl_dataset *dataset_of(int64_t n, origin from) {
  icl_dataset *dataset = new_dataset(n), *appended;
  if (from == STREAMED) OK(icl_dataset_set_memory_limit(dataset, 0));
  if (from != APPENDED) return dataset;
  double *query = doubles(n * D), *context = doubles(n * (D + 1)), *target = doubles(n);
  OK(icl_dataset_copy_rows(dataset, 0, n, query, context, target));
  OK(icl_dataset_create_empty(D, &appended));
  OK(icl_dataset_append_features(appended, n, query, context, target));
  icl_dataset_destroy(dataset);
  free(query);
  free(context);
  free(target);
  return appended;
}

/* A fit that fails for want of work done leaves no result behind; `out` is then not written by anyone. */
static icl_status fit_rows(origin from, int64_t n, int32_t method, double lambda, const icl_run *run, void *out) {
  fitted *result = out;
  icl_estimator *estimator;
  icl_dataset *dataset = dataset_of(n, from);
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_method(estimator, method));
  OK(icl_estimator_set_lambda(estimator, lambda));
  OK(icl_estimator_fit(estimator, dataset, NULL)); /* an earlier result, which the next fit replaces or loses */
  icl_status status = icl_estimator_fit(estimator, dataset, run);
  if (status) {
    FAILS(ICL_ERR_STATE, "estimator", icl_estimator_gamma(estimator, result->gamma));
    FAILS(ICL_ERR_STATE, "estimator",
          icl_estimator_report(estimator, NULL, &result->iterations, &result->residual, &result->training));
    double gamma[P];
    OK(icl_estimator_fit(estimator, dataset, NULL)); /* and it can be used again */
    OK(icl_estimator_gamma(estimator, gamma));
  } else {
    OK(icl_estimator_gamma(estimator, result->gamma));
    OK(icl_estimator_report(estimator, NULL, &result->iterations, &result->residual, &result->training));
  }
  icl_estimator_destroy(estimator);
  icl_dataset_destroy(dataset);
  return status;
}

static icl_status fit(int64_t n, int32_t method, double lambda, const icl_run *run, void *out) {
  return fit_rows(STORED, n, method, lambda, run, out);
}

static icl_status fit_primal(const icl_run *run, void *out) { return fit(ROWS, ICL_METHOD_PRIMAL, 0.01, run, out); }
static icl_status fit_dual(const icl_run *run, void *out) { return fit(P / 2, ICL_METHOD_DUAL, 0.01, run, out); }
static icl_status fit_dual_long(const icl_run *run, void *out) { return fit(300, ICL_METHOD_DUAL, 0.01, run, out); }
/* The kernel matrix of 300 rows has rank 20: without ridge this goes to the singular value decomposition. */
static icl_status fit_singular(const icl_run *run, void *out) { return fit(300, ICL_METHOD_DUAL, 0.0, run, out); }

static icl_status fit_cg(const icl_run *run, void *out) { return fit(ROWS, ICL_METHOD_CG, 0.01, run, out); }
static icl_status fit_cg_dual(const icl_run *run, void *out) { return fit(P / 2, ICL_METHOD_CG, 0.0, run, out); }
static icl_status fit_appended(const icl_run *run, void *out) {
  return fit_rows(APPENDED, ROWS, ICL_METHOD_PRIMAL, 0.01, run, out);
}
static icl_status fit_appended_cg(const icl_run *run, void *out) {
  return fit_rows(APPENDED, ROWS, ICL_METHOD_CG, 0.01, run, out);
}
static icl_status fit_streamed(const icl_run *run, void *out) {
  return fit_rows(STREAMED, ROWS / 5, ICL_METHOD_PRIMAL, 0.01, run, out);
}
static icl_status fit_streamed_cg(const icl_run *run, void *out) {
  return fit_rows(STREAMED, ROWS / 5, ICL_METHOD_CG, 0.01, run, out);
}

/* The last ridge is the smallest, hence the last to be solved; for other orders see test_solvers.c. */
static icl_status fit_path(int32_t method, const icl_run *run, void *out) {
  static const double ridges[] = {0.1, 10.0, 0.01};
  icl_estimator *estimator;
  icl_dataset *dataset = new_dataset(ROWS);
  double gamma[P];
  OK(icl_estimator_create(&estimator));
  OK(icl_estimator_set_method(estimator, method));
  icl_status status = icl_estimator_fit_path(estimator, dataset, 3, ridges, run, out);
  if (status) FAILS(ICL_ERR_STATE, "estimator", icl_estimator_gamma(estimator, gamma));
  icl_estimator_destroy(estimator);
  icl_dataset_destroy(dataset);
  return status;
}

static icl_status path_primal(const icl_run *run, void *out) { return fit_path(ICL_METHOD_PRIMAL, run, out); }
static icl_status path_cg(const icl_run *run, void *out) { return fit_path(ICL_METHOD_CG, run, out); }

typedef struct {
  const char *name;
  icl_status (*compute)(const icl_run *run, void *out);
  size_t bytes;
} long_computation;

static const long_computation computations[] = {
  {"icl_sequences_draw", draw_sequences, sizeof(drawn_sequences)},
  {"icl_dataset_error", mean_over_dataset, 2 * sizeof(double)},
  {"icl_test_error_sampled", sampled_error, 2 * sizeof(double)},
  {"icl_estimator_fit, primal", fit_primal, sizeof(fitted)},
  {"icl_estimator_fit, dual", fit_dual, sizeof(fitted)},
  {"icl_estimator_fit, dual, n > p", fit_dual_long, sizeof(fitted)},
  {"icl_estimator_fit, singular", fit_singular, sizeof(fitted)},
  {"icl_estimator_fit, conjugate gradients", fit_cg, sizeof(fitted)},
  {"icl_estimator_fit, conjugate gradients, n < p", fit_cg_dual, sizeof(fitted)},
  {"icl_estimator_fit, appended rows", fit_appended, sizeof(fitted)},
  {"icl_estimator_fit, appended rows, conjugate gradients", fit_appended_cg, sizeof(fitted)},
  {"icl_estimator_fit, streamed", fit_streamed, sizeof(fitted)},
  {"icl_estimator_fit, streamed, conjugate gradients", fit_streamed_cg, sizeof(fitted)},
  {"icl_estimator_fit_path", path_primal, 3 * P * sizeof(double)},
  {"icl_estimator_fit_path, conjugate gradients", path_cg, 3 * P * sizeof(double)},
};
enum { COMPUTATIONS = sizeof computations / sizeof computations[0], MARK = 0x5a };

/* Memory for the outputs, every byte of it marked. */
static unsigned char *marked(size_t bytes) {
  unsigned char *memory = malloc(bytes);
  ck_assert_ptr_nonnull(memory);
  memset(memory, MARK, bytes);
  return memory;
}

static int all_marked(const unsigned char *memory, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    if (memory[i] != MARK) return 0;
  }
  return 1;
}

/* ---- A progress callback that keeps the books ---- */

typedef struct {
  pthread_t caller;
  int64_t calls, done, total, cancel_at; /* cancel_at: the call that cancels, 0 for none */
  int strangers, decreases, excesses, changes;
} progress_record;

static int32_t keep_record(int64_t done, int64_t total, void *user) {
  progress_record *record = user;
  record->strangers += !pthread_equal(pthread_self(), record->caller);
  record->decreases += done < record->done;
  record->excesses += done > total || done < 0;
  record->changes += record->calls && total != record->total;
  record->done = done;
  record->total = total;
  return ++record->calls == record->cancel_at;
}

static icl_run *new_run(int64_t threads, progress_record *record) {
  icl_run *run;
  OK(icl_run_create(&run));
  OK(icl_run_set_threads(run, threads));
  if (record) {
    *record = (progress_record){.caller = pthread_self(), .cancel_at = record->cancel_at};
    OK(icl_run_set_progress(run, keep_record, record));
  }
  return run;
}

/* ---- Tests; each runs once per computation ---- */

START_TEST(threads_do_not_change_a_bit) {
  static const int64_t threads[] = {1, 2, 3, 7, 0};
  const long_computation *computation = &computations[_i];
  unsigned char *alone = marked(computation->bytes);
  OK(computation->compute(NULL, alone));
  ck_assert(!all_marked(alone, computation->bytes));
  for (int i = 0; i < 10; i++) { /* without and with a progress callback */
    progress_record record = {0};
    icl_run *run = new_run(threads[i / 2], i % 2 ? &record : NULL);
    unsigned char *out = marked(computation->bytes);
    OK(computation->compute(run, out));
    ck_assert_msg(memcmp(out, alone, computation->bytes) == 0, "%s differs with %d threads", computation->name,
                  (int)threads[i / 2]);
    free(out);
    icl_run_destroy(run);
  }
  free(alone);
}
END_TEST

START_TEST(progress_is_reported_in_order) {
  static const int64_t threads[] = {1, 2, 7};
  const long_computation *computation = &computations[_i];
  for (int i = 0; i < 3; i++) {
    progress_record record = {0};
    icl_run *run = new_run(threads[i], &record);
    unsigned char *out = marked(computation->bytes);
    OK(computation->compute(run, out));
    ck_assert_int_gt(record.calls, 0);
    ck_assert_int_eq(record.strangers, 0);
    ck_assert_int_eq(record.decreases, 0);
    ck_assert_int_eq(record.excesses, 0);
    ck_assert_int_eq(record.changes, 0);
    ck_assert_int_gt(record.total, 0);
    ck_assert_msg(record.done == record.total, "%s ends at %d of %d", computation->name, (int)record.done,
                  (int)record.total);
    free(out);
    icl_run_destroy(run);
  }
}
END_TEST

/* Cancels at the first report, at the second, ... and at the last: an answer is never given after a cancellation. */
START_TEST(canceling_leaves_outputs_alone) {
  const long_computation *computation = &computations[_i];
  unsigned char *out = marked(computation->bytes);
  progress_record record = {0};
  icl_run *run = new_run(1, &record);
  OK(computation->compute(run, out));
  icl_run_destroy(run);
  int64_t calls = record.calls;
  for (int64_t next = 1; next <= 2 * calls; next += 1 + next / 2) {
    int64_t cancel_at = next < calls ? next : calls;
    record.cancel_at = cancel_at;
    run = new_run(1, &record);
    memset(out, MARK, computation->bytes);
    icl_status status = computation->compute(run, out);
    ck_assert_msg(status == ICL_ERR_CANCELED, "%s: %d after cancellation at report %d of %d", computation->name, status,
                  (int)cancel_at, (int)calls);
    ck_assert_msg(all_marked(out, computation->bytes), "%s wrote something", computation->name);
    ck_assert_int_eq(record.calls, cancel_at); /* no more reports once canceled */
    icl_run_destroy(run);
  }
  free(out);
}
END_TEST

START_TEST(canceling_works_with_threads) {
  const long_computation *computation = &computations[_i];
  unsigned char *out = marked(computation->bytes);
  for (int threads = 2; threads <= 7; threads += 5) {
    progress_record record = {.cancel_at = 1};
    icl_run *run = new_run(threads, &record);
    FAILS(ICL_ERR_CANCELED, "", computation->compute(run, out));
    ck_assert(all_marked(out, computation->bytes));
    ck_assert_int_eq(record.calls, 1);
    ck_assert_int_eq(record.strangers, 0);
    icl_run_destroy(run);
  }
  free(out);
}
END_TEST

/* The threads of this process; 0 where the system does not list them. */
static int64_t count_threads(void) {
  int64_t entries = 0;
  DIR *directory = opendir("/proc/self/task");
  if (!directory) return 0;
  while (readdir(directory)) entries++;
  closedir(directory);
  return entries - 2; /* . and .. */
}

/* A thread that was joined may be listed for another moment: up to a second is allowed. */
static void expect_threads(int64_t expected) {
  for (int trial = 0; trial < 1000 && count_threads() != expected; trial++) {
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  ck_assert_int_eq(count_threads(), expected);
}

static int32_t record_most_threads(int64_t done, int64_t total, void *user) {
  int64_t *most = user, now = count_threads();
  if (now > *most) *most = now;
  return done > total; /* never */
}

/* The calling thread is one of the run's. It may be kept from running until the others are done, so we look at ten
 * computations. */
START_TEST(threads_are_started) {
  icl_run *run;
  double numbers[2];
  int64_t before = count_threads(), most = before;
  OK(icl_run_create(&run));
  OK(icl_run_set_progress(run, record_most_threads, &most));
  OK(mean_over_dataset(run, numbers));
  ck_assert_int_eq(most, before);
  OK(icl_run_set_threads(run, 3));
  for (int i = 0; i < 10; i++) {
    OK(mean_over_dataset(run, numbers));
    expect_threads(before); /* all of them are gone */
  }
  if (before) ck_assert_int_gt(most, before);
  ck_assert_int_le(most, before + 2);
  icl_run_destroy(run);
}
END_TEST

START_TEST(message_says_canceled) {
  progress_record record = {.cancel_at = 1};
  icl_run *run = new_run(1, &record);
  double numbers[2];
  FAILS(ICL_ERR_CANCELED, "canceled", mean_over_dataset(run, numbers));
  icl_run_destroy(run);
}
END_TEST

START_TEST(callback_can_be_taken_away) {
  progress_record record = {.cancel_at = 1};
  icl_run *run = new_run(2, &record);
  double numbers[2];
  OK(icl_run_set_progress(run, NULL, NULL));
  OK(mean_over_dataset(run, numbers));
  ck_assert_int_eq(record.calls, 0);
  icl_run_destroy(run);
}
END_TEST

/* Every thread gets its share even when there is less work than threads. */
START_TEST(more_threads_than_work) {
  icl_task_pool *pool;
  icl_run *run = new_run(7, NULL);
  double x[2][2 * (L + 1) * D], y[2][2 * (L + 1)];
  OK(icl_task_pool_create(D, 9, ICL_TASKS_GAUSSIAN, 1, &pool));
  OK(icl_sequences_draw(pool, L, 2, 0.1, 2, NULL, x[0], y[0], NULL));
  OK(icl_sequences_draw(pool, L, 2, 0.1, 2, run, x[1], y[1], NULL));
  ck_assert_int_eq(memcmp(x[0], x[1], sizeof x[0]), 0);
  ck_assert_int_eq(memcmp(y[0], y[1], sizeof y[0]), 0);
  icl_task_pool_destroy(pool);
  icl_run_destroy(run);
}
END_TEST

START_TEST(bad_input) {
  static const int64_t bad[] = {-1, -100, INT64_MIN, 4097, INT64_MAX};
  icl_run *run;
  FAILS(ICL_ERR_ARGUMENT, "out", icl_run_create(NULL));
  FAILS(ICL_ERR_ARGUMENT, "run", icl_run_set_threads(NULL, 1));
  FAILS(ICL_ERR_ARGUMENT, "run", icl_run_set_progress(NULL, keep_record, NULL));
  OK(icl_run_create(&run));
  for (int i = 0; i < 5; i++) FAILS(ICL_ERR_DOMAIN, "threads is", icl_run_set_threads(run, bad[i]));
  OK(icl_run_set_threads(run, 0));
  OK(icl_run_set_threads(run, 4096));
  icl_run_destroy(run);
  icl_run_destroy(NULL);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("run");
  TCase *computing = tcase_create("computing"), *interface = tcase_create("interface");
  tcase_add_loop_test(computing, threads_do_not_change_a_bit, 0, COMPUTATIONS);
  tcase_add_loop_test(computing, progress_is_reported_in_order, 0, COMPUTATIONS);
  tcase_add_loop_test(computing, canceling_leaves_outputs_alone, 0, COMPUTATIONS);
  tcase_add_loop_test(computing, canceling_works_with_threads, 0, COMPUTATIONS);
  tcase_add_test(interface, threads_are_started);
  tcase_add_test(interface, message_says_canceled);
  tcase_add_test(interface, callback_can_be_taken_away);
  tcase_add_test(interface, more_threads_than_work);
  tcase_add_test(interface, bad_input);
  suite_add_tcase(s, computing);
  suite_add_tcase(s, interface);
  return s;
}

SUITE_MAIN(suite)
