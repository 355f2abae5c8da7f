/* A disk that fails, and a process that ends, at every single call that a checkpoint makes: the run that comes after
 * gives the numbers of an undisturbed one, to the bit, and computes nothing that was finished. What becomes of the file
 * itself, bytes lost or wrong, is in test_checkpoint. */
#include "../support.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim.h"

enum { HEADER = 128, RECORD = 128, POINTS = 2, REPLICATES = 4, PAIRS = POINTS * REPLICATES };

static const double tau[POINTS] = {1.0, 3.0};
static const int32_t quantities[2] = {ICL_QUANTITY_ICL, ICL_QUANTITY_GAP};
static const fault none = {FAULT_OPEN, FAULT_FAILS, 0, 0, 0};

typedef struct {
  double mean[2 * POINTS], error[2 * POINTS];
} answers;

static char path[64];
static answers expected, untouched;
static icl_progress_fn callback; /* of all runs, or NULL */
static int64_t reports;          /* calls of it */

static icl_run *new_run(int64_t threads) {
  icl_run *run;
  OK(icl_run_create(&run));
  OK(icl_run_set_threads(run, threads));
  OK(icl_run_set_progress(run, callback, NULL));
  return run;
}

static icl_experiment *new_experiment(const char *checkpoint, int64_t replicates) {
  icl_experiment *experiment;
  OK(icl_experiment_create(3, &experiment));
  OK(icl_experiment_set(experiment, ICL_TAU, 1.0));
  OK(icl_experiment_set(experiment, ICL_ALPHA, 2.0));
  OK(icl_experiment_set(experiment, ICL_KAPPA, 1.0));
  OK(icl_experiment_set(experiment, ICL_LAMBDA, 0.01));
  OK(icl_experiment_set_replicates(experiment, replicates));
  OK(icl_experiment_set_checkpoint(experiment, checkpoint));
  return experiment;
}

static icl_status curve(const char *checkpoint, int64_t threads, int64_t replicates, answers *out) {
  icl_experiment *experiment = new_experiment(checkpoint, replicates);
  icl_run *run = new_run(threads);
  icl_status status =
    icl_experiment_curve(experiment, ICL_TAU, POINTS, tau, 2, quantities, run, out->mean, out->error, NULL, NULL);
  icl_experiment_destroy(experiment);
  icl_run_destroy(run);
  return status;
}

static void set_up(void) {
  snprintf(path, sizeof path, "faults-disk-%ld", (long)getpid());
  unlink(path);
  memset(&untouched, 0x5a, sizeof untouched);
  callback = NULL;
  reports = 0;
  fault_hasten(0);
  OK(curve(NULL, 1, REPLICATES, &expected));
}

static void tear_down(void) { unlink(path); }

/* No file, one with half of the replicates, with all. */
enum { STARTS = 3 };

static void start_with(int start) {
  answers ignored;
  unlink(path);
  if (start) OK(curve(path, 1, start == 1 ? REPLICATES / 2 : REPLICATES, &ignored));
}

static int64_t file_size(void) {
  struct stat information;
  return stat(path, &information) ? -1 : (int64_t)information.st_size;
}

static int64_t records(void) { return file_size() < HEADER ? 0 : (file_size() - HEADER) / RECORD; }

static int open_files(void) {
  int count = 0;
  DIR *files = opendir("/proc/self/fd");
  while (files && readdir(files)) count++;
  if (files) closedir(files);
  return count;
}

/* The right numbers, and nothing written but what the file lacks: records, and the header if that is not whole. */
static void resumes(void) {
  answers found;
  int64_t missing = PAIRS - records() + (file_size() < HEADER);
  fault_begin(&none);
  OK(curve(path, 1, REPLICATES, &found));
  fault_end();
  ck_assert_int_eq(fault_calls(FAULT_WRITE), missing);
  ck_assert_mem_eq(&found, &expected, sizeof found);
  ck_assert_int_eq(file_size(), HEADER + PAIRS * RECORD);
}

/* After one failed write, or fsync, none is tried; what was written before is permanent, whatever failed. */
static void expect_calls(const fault *what) {
  if (what->kind == FAULT_WRITE || what->kind == FAULT_SYNC) ck_assert_int_eq(fault_calls(what->kind), what->first);
  if (what->kind != FAULT_SYNC) ck_assert_int_eq(fault_unsynced(), 0);
}

/* One run with a fault; 0 where it did not get as far. `text` is in the message, NULL: the fault does no harm. */
static int is_struck(int start, int64_t threads, const fault *what, const char *text) {
  answers found = untouched;
  start_with(start);
  int64_t before = records(), memory = fault_outstanding();
  int files = open_files();
  fault_begin(what);
  icl_status status = curve(path, threads, REPLICATES, &found);
  int struck = fault_end() > 0;
  const char *message = icl_last_error_message();
  ck_assert_int_eq(open_files(), files);
  ck_assert_int_eq(fault_outstanding(), memory);
  if (!struck || !text) {
    ck_assert_msg(status == ICL_OK, "call %d of kind %d: %d, %s", (int)what->first, what->kind, status, message);
    ck_assert_mem_eq(&found, &expected, sizeof found);
    ck_assert_int_eq(records(), PAIRS);
    ck_assert_int_eq(fault_unsynced(), 0);
    resumes(); /* every record is right */
    return struck;
  }
  ck_assert_msg(status == ICL_ERR_IO && strstr(message, text) && strstr(message, path),
                "call %d of kind %d: %d, %s; %s was expected", (int)what->first, what->kind, status, message, text);
  ck_assert_mem_eq(&found, &untouched, sizeof found);
  expect_calls(what);
  int64_t written = what->kind == FAULT_WRITE ? what->first - 1 - (start == 0) : 0; /* but for the header */
  ck_assert_int_ge(records(), before + (written > 0 ? written : 0));
  if (what->kind == FAULT_CLOSE) ck_assert_int_eq(records(), PAIRS);
  resumes();
  return struck;
}

/* Every call of a kind, alone and with all that follow, on one thread and on two. At least `least` of them. */
static void strike_all(fault_kind kind, fault_action action, int error, const char *text, int64_t least) {
  int64_t calls = 0;
  for (int start = 0; start < STARTS; start++) {
    for (int64_t threads = 1; threads <= 2; threads++) {
      for (int for_good = 0; for_good < 2; for_good++) {
        if (for_good && error == EINTR) continue; /* nothing ends that */
        fault what = {kind, action, error, 1, for_good ? INT64_MAX : 1};
        for (; is_struck(start, threads, &what, text); what.last += !for_good) {
          what.first++;
          calls++;
        }
      }
    }
  }
  ck_assert_msg(calls >= least, "kind %d: %d calls", kind, (int)calls);
}

START_TEST(failing_calls) {
  strike_all(FAULT_OPEN, FAULT_FAILS, EMFILE, "could not open the checkpoint", 12);
  strike_all(FAULT_OPEN, FAULT_FAILS, EROFS, strerror(EROFS), 12);
  strike_all(FAULT_LOCK, FAULT_FAILS, ENOLCK, strerror(ENOLCK), 12);
  strike_all(FAULT_LOCK, FAULT_FAILS, EWOULDBLOCK, "in use by another process or computation", 12);
  strike_all(FAULT_EXAMINE, FAULT_FAILS, EIO, "could not examine the checkpoint", 12);
  strike_all(FAULT_READ, FAULT_FAILS, EIO, "could not read the checkpoint", 16);
  strike_all(FAULT_READ, FAULT_IS_EMPTY, 0, "became shorter while it was read", 16);
  strike_all(FAULT_CLOSE, FAULT_FAILS, EIO, "could not close the checkpoint", 12);
}
END_TEST

START_TEST(failing_writes) {
  strike_all(FAULT_WRITE, FAULT_FAILS, ENOSPC, strerror(ENOSPC), 4 * (PAIRS + 1 + PAIRS / 2));
  strike_all(FAULT_WRITE, FAULT_FAILS, EIO, "could not write to the checkpoint", 4 * (PAIRS + 1 + PAIRS / 2));
  strike_all(FAULT_WRITE, FAULT_FAILS, EDQUOT, strerror(EDQUOT), 4 * (PAIRS + 1 + PAIRS / 2));
  strike_all(FAULT_WRITE, FAULT_IS_EMPTY, 0, strerror(ENOSPC), 4 * (PAIRS + 1 + PAIRS / 2));
}
END_TEST

/* Also between records, where one is due after each. */
START_TEST(failing_syncs) {
  strike_all(FAULT_SYNC, FAULT_FAILS, EIO, "could not make permanent", 4 * (2 + 1));
  fault_hasten(2);
  strike_all(FAULT_SYNC, FAULT_FAILS, EIO, "could not make permanent", 4 * (PAIRS + 1 + PAIRS / 2));
}
END_TEST

START_TEST(harmless_faults) {
  fault_hasten(2);
  strike_all(FAULT_OPEN, FAULT_FAILS, EINTR, NULL, 6);
  strike_all(FAULT_LOCK, FAULT_FAILS, EINTR, NULL, 6);
  strike_all(FAULT_UNLOCK, FAULT_FAILS, ENOLCK, NULL, 12); /* closing does it, too */
  strike_all(FAULT_READ, FAULT_FAILS, EINTR, NULL, 8);
  strike_all(FAULT_READ, FAULT_IS_SHORT, 0, NULL, 16);
  strike_all(FAULT_WRITE, FAULT_FAILS, EINTR, NULL, 2 * (PAIRS + 1 + PAIRS / 2));
  strike_all(FAULT_WRITE, FAULT_IS_SHORT, 0, NULL, 4 * (PAIRS + 1 + PAIRS / 2));
  strike_all(FAULT_SYNC, FAULT_FAILS, EINTR, NULL, 2 * (PAIRS + 1 + PAIRS / 2));
  strike_all(FAULT_CLOSE, FAULT_FAILS, EINTR, NULL, 6);
  strike_all(FAULT_DIRECTORY, FAULT_FAILS, EIO, NULL, 12); /* not every file system syncs one */
}
END_TEST

static int32_t expect_synced(int64_t done, int64_t total, void *user) {
  (void)done, (void)total, (void)user;
  ck_assert_int_eq(fault_unsynced(), 0);
  reports++;
  return 0;
}

static int32_t cancel(int64_t done, int64_t total, void *user) {
  (void)total, (void)user;
  return done >= PAIRS / 2;
}

/* Where one is due after each record, none is reported before. */
START_TEST(synced_when_due) {
  answers found;
  fault_hasten(2);
  callback = expect_synced;
  fault_begin(&none);
  OK(curve(path, 1, REPLICATES, &found));
  fault_end();
  ck_assert_int_ge(reports, PAIRS);
  ck_assert_int_eq(fault_calls(FAULT_SYNC), 1 + PAIRS);
}
END_TEST

/* None is due but the last one, which a canceled run makes as well. */
START_TEST(synced_when_canceled) {
  for (int64_t threads = 1; threads <= 2; threads++) {
    answers found;
    unlink(path);
    callback = cancel;
    fault_begin(&none);
    FAILS(ICL_ERR_CANCELED, "canceled", curve(path, threads, REPLICATES, &found));
    fault_end();
    ck_assert_int_ge(records(), PAIRS / 2);
    ck_assert_int_eq(fault_unsynced(), 0);
    callback = NULL;
    resumes();
  }
}
END_TEST

/* And one of which a replicate fails: the points are taken in the order of their noise. */
START_TEST(synced_when_failed) {
  static const double rho[POINTS] = {0.1, 1e300};
  for (int64_t threads = 1; threads <= 2; threads++) {
    answers found;
    icl_experiment *experiment = new_experiment(path, REPLICATES);
    icl_run *run = new_run(threads);
    unlink(path);
    fault_begin(&none);
    FAILS(ICL_ERR_NONFINITE, "replicate 0", icl_experiment_curve(experiment, ICL_RHO, POINTS, rho, 2, quantities, run,
                                                                 found.mean, NULL, NULL, NULL));
    fault_end();
    ck_assert_int_eq(records(), REPLICATES);
    ck_assert_int_eq(fault_unsynced(), 0);
    icl_experiment_destroy(experiment);
    icl_run_destroy(run);
  }
}
END_TEST

/* 0 where the process ended by itself. */
static int is_killed(int start, int64_t threads, const fault *what) {
  int status;
  start_with(start);
  int64_t before = records();
  pid_t child = fork();
  if (!child) {
    answers found;
    fault_begin(what);
    _exit(curve(path, threads, REPLICATES, &found) != ICL_OK);
  }
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFSIGNALED(status) || !WEXITSTATUS(status), "%d", status);
  if (WIFSIGNALED(status)) ck_assert_int_eq(WTERMSIG(status), SIGKILL);
  int64_t written = what->kind != FAULT_WRITE ? 0 : what->first - 1 - (start == 0) +
                    (what->action == FAULT_KILLS_AFTER);
  if (WIFSIGNALED(status)) ck_assert_int_ge(records(), before + (written > 0 ? written : 0));
  resumes();
  return WIFSIGNALED(status);
}

START_TEST(killed_at_every_call) {
  static const fault_kind kinds[] = {FAULT_OPEN, FAULT_LOCK, FAULT_UNLOCK, FAULT_READ, FAULT_WRITE, FAULT_SYNC,
                                     FAULT_CLOSE, FAULT_DIRECTORY};
  int kills = 0;
  fault_hasten(2);
  for (int i = 0; i < (int)(sizeof kinds / sizeof *kinds); i++) {
    for (int action = FAULT_KILLS_BEFORE; action <= FAULT_KILLS_AFTER; action++) {
      if (action == FAULT_KILLS_HALFWAY && kinds[i] != FAULT_WRITE) continue;
      for (int start = 0; start < STARTS; start++) {
        fault what = {kinds[i], (fault_action)action, 0, 1, 1};
        for (; is_killed(start, 1 + start % 2, &what); what.last = ++what.first) kills++;
      }
    }
  }
  ck_assert_int_ge(kills, 3 * (PAIRS + 1 + PAIRS / 2));
  printf("# killed at %d calls\n", kills);
  fflush(stdout);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("disk");
  TCase *c = tcase_create("disk");
  tcase_add_checked_fixture(c, set_up, tear_down);
  tcase_add_test(c, failing_calls);
  tcase_add_test(c, failing_writes);
  tcase_add_test(c, failing_syncs);
  tcase_add_test(c, harmless_faults);
  tcase_add_test(c, synced_when_due);
  tcase_add_test(c, synced_when_canceled);
  tcase_add_test(c, synced_when_failed);
  tcase_add_test(c, killed_at_every_call);
  suite_add_tcase(s, c);
  return s;
}

int main(void) {
  fault_count_begin();
  int status = run_suite(suite);
  fault_count_print();
  return status;
}
