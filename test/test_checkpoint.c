/* The checkpoint file: whatever becomes of it, the numbers of the next run are those of an undisturbed one, and what it
 * kept is not computed again. This program stands between the library and the disk: pread, pwrite and fsync are its
 * own. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syscall */
#endif
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 128, RECORD = 128, POINTS = 3, REPLICATES = 8, PAIRS = POINTS * REPLICATES };

/* ---- a disk that fails when told to ---- */

static int64_t writes_left = -1;    /* until pwrite fails with disk_error; -1: never */
static int64_t syncs_left = -1;     /* likewise of fsync */
static int really_sync = 0;         /* else fsync only looks as if: thousands of real ones take minutes */
static int64_t bytes_per_write = 0; /* short writes; 0: as asked for */
static int interrupted = 0;         /* every second call is */
static int disk_error = EIO;
static int calls = 0;
static int reads = 0;
static ino_t synced_directory; /* the last one */

/* By whichever of its two names the headers give it, as in the library. */
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  if (interrupted && ++calls % 2) {
    errno = EINTR;
    return -1;
  }
  if (writes_left == 0) {
    errno = disk_error;
    return -1;
  }
  if (writes_left > 0) writes_left--;
  if (bytes_per_write && count > (size_t)bytes_per_write) count = (size_t)bytes_per_write;
  return syscall(SYS_pwrite64, file, bytes, count, offset);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
  reads++;
  return syscall(SYS_pread64, file, bytes, count, offset);
}

int fsync(int file) {
  if (interrupted && ++calls % 2) {
    errno = EINTR;
    return -1;
  }
  if (syncs_left == 0) {
    errno = disk_error;
    return -1;
  }
  if (syncs_left > 0) syncs_left--;
  struct stat information;
  if (!fstat(file, &information) && S_ISDIR(information.st_mode)) synced_directory = information.st_ino;
  return really_sync ? (int)syscall(SYS_fsync, file) : 0;
}

/* ---- an experiment and its undisturbed answers ---- */

static const double tau[POINTS] = {1.5, 0.5, 3.0};
static const int32_t quantities[2] = {ICL_QUANTITY_ICL, ICL_QUANTITY_GAP};

typedef struct {
  double mean[2 * POINTS], error[2 * POINTS];
} answers;

static char path[64];
static answers expected;

static icl_experiment *new_experiment(int64_t d, const char *checkpoint) {
  icl_experiment *experiment;
  OK(icl_experiment_create(d, &experiment));
  OK(icl_experiment_set(experiment, ICL_TAU, tau[0]));
  OK(icl_experiment_set(experiment, ICL_ALPHA, 2.0));
  OK(icl_experiment_set(experiment, ICL_KAPPA, 0.5));
  OK(icl_experiment_set(experiment, ICL_RHO, 0.1));
  OK(icl_experiment_set(experiment, ICL_LAMBDA, 0.01));
  OK(icl_experiment_set_replicates(experiment, REPLICATES));
  OK(icl_experiment_set_seed(experiment, UINT64_C(0xfedcba9876543210)));
  OK(icl_experiment_set_checkpoint(experiment, checkpoint));
  return experiment;
}

static icl_status curve(icl_experiment *experiment, const icl_run *run, answers *out) {
  return icl_experiment_curve(experiment, ICL_TAU, POINTS, tau, 2, quantities, run, out->mean, out->error, NULL, NULL);
}

typedef struct {
  int64_t first, last, cancel_at; /* done at the first and at the last call; cancel_at < 0: never */
} watch;

static int32_t watching(int64_t done, int64_t total, void *user) {
  watch *state = user;
  (void)total;
  if (state->first < 0) state->first = done;
  state->last = done;
  return state->cancel_at >= 0 && done >= state->cancel_at;
}

static icl_status watched(int64_t threads, watch *state, answers *out) {
  icl_experiment *experiment = new_experiment(4, path);
  icl_run *run;
  OK(icl_run_create(&run));
  OK(icl_run_set_threads(run, threads));
  OK(icl_run_set_progress(run, watching, state));
  icl_status status = curve(experiment, run, out);
  icl_run_destroy(run);
  icl_experiment_destroy(experiment);
  return status;
}

/* The whole curve, of which the file has `known` replicates: the same answers. */
static void resumes_with(int64_t known) {
  watch state = {-1, -1, -1};
  answers found;
  OK(watched(1, &state, &found));
  ck_assert_int_eq(state.first, known);
  ck_assert_int_eq(state.last, PAIRS);
  ck_assert_mem_eq(&found, &expected, sizeof found);
}

static void fails_with(icl_status status, const char *text) {
  watch state = {-1, -1, -1};
  answers found, untouched;
  memset(&found, 1, sizeof found);
  memset(&untouched, 1, sizeof found);
  icl_status got = watched(1, &state, &found);
  const char *message = icl_last_error_message();
  ck_assert_msg(got == status && strstr(message, text) && strstr(message, path), "%d: %s", got, message);
  ck_assert_mem_eq(&found, &untouched, sizeof found);
}

static void set_up(void) {
  snprintf(path, sizeof path, "checkpoint-test-%ld", (long)getpid());
  unlink(path);
  icl_experiment *experiment = new_experiment(4, NULL);
  OK(curve(experiment, NULL, &expected));
  icl_experiment_destroy(experiment);
}

static void tear_down(void) { unlink(path); }

/* ---- bytes of the file ---- */

enum { ROOM = HEADER + (PAIRS + 1) * RECORD };

static int64_t load(unsigned char *bytes) {
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  int64_t size = (int64_t)fread(bytes, 1, ROOM, file);
  fclose(file);
  return size;
}

/* As a new file: some file systems write out at once what replaces the contents of an old one. */
static void store(const unsigned char *bytes, int64_t size) {
  unlink(path);
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq((int64_t)fwrite(bytes, 1, (size_t)size, file), size);
  ck_assert_int_eq(fclose(file), 0);
}

/* CRC-64/XZ bit by bit, as doc/checkpoints.md has it. */
static uint64_t check_sum(const unsigned char *bytes, int count) {
  uint64_t sum = UINT64_MAX;
  for (int i = 0; i < count; i++) {
    sum ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ (sum & 1 ? UINT64_C(0xC96C5795D7870F42) : 0);
  }
  return ~sum;
}

/* The check sum of a record that was changed. */
static void seal(unsigned char *record) {
  uint64_t sum = check_sum(record, 120);
  for (int i = 0; i < 8; i++) record[120 + i] = (unsigned char)(sum >> (8 * i));
}

static uint64_t number_at(const unsigned char *bytes, int width) {
  uint64_t value = 0;
  for (int i = width - 1; i >= 0; i--) value = value << 8 | bytes[i];
  return value;
}

static double double_at(const unsigned char *bytes) {
  uint64_t bits = number_at(bytes, 8);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The file of a run on one thread, byte by byte from the specification. */
START_TEST(the_format) {
  unsigned char bytes[ROOM];
  double icl[REPLICATES], idg[REPLICATES];
  icl_experiment *experiment = new_experiment(4, path);
  really_sync = 1;
  ck_assert_uint_eq(check_sum((const unsigned char *)"123456789", 9), UINT64_C(0x995DC9BBDF1939FA));
  OK(icl_experiment_run(experiment, NULL));
  OK(icl_experiment_replicates(experiment, ICL_QUANTITY_ICL, icl));
  OK(icl_experiment_replicates(experiment, ICL_QUANTITY_IDG, idg));
  icl_experiment_destroy(experiment);
  ck_assert_int_eq(load(bytes), HEADER + REPLICATES * RECORD);
  ck_assert_mem_eq(bytes, "\x89ICL\r\n\x1a\n", 8);
  ck_assert_uint_eq(number_at(&bytes[8], 4), 1);
  ck_assert_uint_eq(number_at(&bytes[12], 4), RECORD);
  ck_assert_mem_eq(&bytes[16], "libicltheory: finished replicates of experiments\n", 50);
  for (int i = 66; i < 120; i++) ck_assert_int_eq(bytes[i], 0);
  ck_assert_uint_eq(number_at(&bytes[120], 8), check_sum(bytes, 120));
  for (int r = 0; r < REPLICATES; r++) {
    const unsigned char *record = &bytes[HEADER + r * RECORD];
    ck_assert_mem_eq(record, "\x89replic\n", 8);
    ck_assert_uint_eq(number_at(&record[8], 4), 1);  /* version of the results */
    ck_assert_uint_eq(number_at(&record[12], 4), ICL_TASKS_GAUSSIAN);
    ck_assert_uint_eq(number_at(&record[16], 8), 4);  /* d */
    ck_assert_uint_eq(number_at(&record[24], 8), 8);  /* l */
    ck_assert_uint_eq(number_at(&record[32], 8), 2);  /* k */
    ck_assert_uint_eq(number_at(&record[40], 8), 24); /* n */
    ck_assert_double_eq(double_at(&record[48]), 0.1);
    ck_assert_double_eq(double_at(&record[56]), 0.01);
    ck_assert_double_eq(double_at(&record[64]), 1e-8);
    ck_assert_uint_eq(number_at(&record[72], 8), 1000);
    ck_assert_uint_eq(number_at(&record[80], 8), UINT64_C(0xfedcba9876543210));
    ck_assert_uint_eq(number_at(&record[88], 8), (uint64_t)r);
    ck_assert_double_eq(double_at(&record[96]), icl[r]);
    ck_assert_double_eq(double_at(&record[104]), idg[r]);
    ck_assert_uint_eq(number_at(&record[112], 8), 0);
    ck_assert_uint_eq(number_at(&record[120], 8), check_sum(record, 120));
  }
}
END_TEST

/* ---- resuming ---- */

/* Runs and curves share records; other experiments in the same file are other keys. */
START_TEST(one_file_for_many) {
  struct stat information;
  icl_experiment *experiment = new_experiment(4, path);
  OK(icl_experiment_run(experiment, NULL)); /* tau[0] */
  resumes_with(REPLICATES);
  resumes_with(PAIRS);
  ck_assert_int_eq(stat(path, &information), 0);
  ck_assert_int_eq(information.st_size, HEADER + PAIRS * RECORD);
  for (int other = 0; other < 6; other++) {
    double with[REPLICATES], without[REPLICATES];
    if (other == 0) OK(icl_experiment_set_seed(experiment, 1));
    if (other == 1) OK(icl_experiment_set_distribution(experiment, ICL_TASKS_SPHERE));
    if (other == 2) OK(icl_experiment_set(experiment, ICL_ALPHA, 3.0));
    if (other == 3) OK(icl_experiment_set(experiment, ICL_KAPPA, 1.0));
    if (other == 4) OK(icl_experiment_set(experiment, ICL_RHO, nextafter(0.1, 1.0)));
    if (other == 5) OK(icl_experiment_set(experiment, ICL_LAMBDA, nextafter(0.01, 1.0)));
    OK(icl_experiment_set_checkpoint(experiment, path));
    OK(icl_experiment_run(experiment, NULL));
    OK(icl_experiment_replicates(experiment, ICL_QUANTITY_IDG, with));
    OK(icl_experiment_set_checkpoint(experiment, NULL));
    OK(icl_experiment_run(experiment, NULL));
    OK(icl_experiment_replicates(experiment, ICL_QUANTITY_IDG, without));
    ck_assert_mem_eq(with, without, sizeof with);
    ck_assert_int_eq(stat(path, &information), 0);
    ck_assert_int_eq(information.st_size, HEADER + (PAIRS + (other + 1) * REPLICATES) * RECORD);
  }
  OK(icl_experiment_set_checkpoint(experiment, path));
  for (int sign = 1; sign >= -1; sign -= 2) { /* 0.0 and -0.0 are equal, their bits are not */
    OK(icl_experiment_set(experiment, ICL_RHO, 0.0 * sign));
    OK(icl_experiment_set(experiment, ICL_LAMBDA, 0.0 * sign));
    OK(icl_experiment_run(experiment, NULL));
  }
  ck_assert_int_eq(stat(path, &information), 0);
  ck_assert_int_eq(information.st_size, HEADER + (PAIRS + 7 * REPLICATES) * RECORD);
  icl_experiment_destroy(experiment);
  resumes_with(PAIRS);
}
END_TEST

START_TEST(cancel_and_resume) {
  for (int64_t threads = 1; threads <= 4; threads++) {
    for (int64_t at = 1; at <= PAIRS; at += 5) {
      watch state = {-1, -1, at};
      answers found;
      unlink(path);
      FAILS(ICL_ERR_CANCELED, "canceled", watched(threads, &state, &found));
      state = (watch){-1, -1, -1};
      OK(watched(threads, &state, &found));
      ck_assert_int_ge(state.first, at);
      ck_assert_mem_eq(&found, &expected, sizeof found);
    }
  }
}
END_TEST

/* Kills a run at moments spread over its duration until one run is over, at least five times. */
static void run_to_be_killed(int64_t threads) {
  icl_experiment *experiment = new_experiment(12, path);
  icl_run *run;
  answers found;
  if (icl_run_create(&run) || icl_run_set_threads(run, threads)) _exit(2);
  if (icl_experiment_set_replicates(experiment, 60)) _exit(2);
  _exit(curve(experiment, run, &found) ? 1 : 0);
}

START_TEST(killed_at_any_moment) {
  for (int64_t threads = 1; threads <= 2; threads++) {
    answers found, undisturbed;
    icl_experiment *experiment = new_experiment(12, NULL);
    int kills = 0, status = 1;
    unlink(path);
    OK(icl_experiment_set_replicates(experiment, 60));
    OK(curve(experiment, NULL, &undisturbed));
    for (int attempt = 0; status && attempt < 2000; attempt++) {
      pid_t child = fork();
      if (!child) run_to_be_killed(threads);
      double wait = 0.004 * (1.0 + pseudo((uint64_t)attempt)) * (attempt < 8 ? 1.0 : 4.0);
      nanosleep(&(struct timespec){0, (long)(wait * 1e9)}, NULL);
      kill(child, SIGKILL);
      ck_assert_int_eq(waitpid(child, &status, 0), child);
      ck_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
      kills += WIFSIGNALED(status) != 0;
    }
    ck_assert_int_ge(kills, 5);
    OK(icl_experiment_set_checkpoint(experiment, path));
    OK(curve(experiment, NULL, &found));
    ck_assert_mem_eq(&found, &undisturbed, sizeof found);
    icl_experiment_destroy(experiment);
    struct stat information; /* no replicate was written twice */
    ck_assert_int_eq(stat(path, &information), 0);
    ck_assert_int_eq(information.st_size, HEADER + 60 * POINTS * RECORD);
  }
}
END_TEST

/* ---- damage ---- */

START_TEST(truncated_at_every_byte) {
  unsigned char bytes[ROOM], after[ROOM];
  resumes_with(0);
  int64_t size = load(bytes), step = 1;
  ck_assert_int_eq(size, HEADER + PAIRS * RECORD);
  for (int64_t length = 0; length <= size; length += step) {
    int64_t whole = length < HEADER ? 0 : (length - HEADER) / RECORD;
    store(bytes, length);
    resumes_with(whole);
    ck_assert_int_eq(load(after), size); /* made whole again, to the byte */
    ck_assert_mem_eq(after, bytes, (size_t)size);
    if (length == HEADER + 3 * RECORD) step = 37; /* 37 and 128 have no common factor */
  }
}
END_TEST

/* One byte wrong: in the header it costs nothing, in a record that record, which is computed again and appended. */
START_TEST(every_byte_flipped) {
  unsigned char bytes[ROOM], after[ROOM];
  resumes_with(0);
  int64_t size = load(bytes);
  for (int64_t at = 0; at < size; at += at < HEADER + 2 * RECORD ? 1 : 7) {
    int64_t known = at < HEADER ? PAIRS : PAIRS - 1;
    for (int flip = 1; flip < 256; flip = flip == 1 ? 128 : flip == 128 ? 255 : 256) {
      bytes[at] ^= (unsigned char)flip;
      store(bytes, size);
      resumes_with(known);
      resumes_with(PAIRS);
      ck_assert_int_eq(load(after), known < PAIRS ? size + RECORD : size);
      ck_assert_mem_eq(after, bytes, (size_t)size); /* nothing that was there has changed */
      bytes[at] ^= (unsigned char)flip;
    }
  }
}
END_TEST

/* A whole record of zeros, as a lost sector leaves it; a record twice; the file of a later version of results; records
 * of impossible replicates; and numbers that are none, whose check sum is right. */
START_TEST(strange_records) {
  unsigned char bytes[ROOM], record[RECORD];
  resumes_with(0);
  int64_t size = load(bytes);
  memcpy(record, &bytes[HEADER + 5 * RECORD], RECORD);
  memset(&bytes[HEADER + 5 * RECORD], 0, RECORD);
  store(bytes, size);
  resumes_with(PAIRS - 1);
  memcpy(&bytes[HEADER + 5 * RECORD], &bytes[HEADER + 4 * RECORD], RECORD);
  store(bytes, size);
  resumes_with(PAIRS - 1);
  for (int field = 0; field < 6; field++) {
    static const unsigned char infinity[8] = {0, 0, 0, 0, 0, 0, 0xf0, 0x7f};
    unsigned char *changed = &bytes[HEADER + 5 * RECORD];
    memcpy(changed, record, RECORD);
    if (field == 0) changed[8] = 2;                 /* results version */
    if (field == 1) memset(&changed[88], 0xff, 8);  /* replicate -1 */
    if (field == 2) memset(&changed[96], 0xff, 8);  /* NaN */
    if (field == 3) changed[111] |= 0x80;           /* a negative IDG error */
    if (field >= 4) memcpy(&changed[field == 4 ? 96 : 104], infinity, sizeof infinity);
    seal(changed);
    store(bytes, size);
    resumes_with(PAIRS - 1);
  }
}
END_TEST

/* Behind the records a hole of 16 MB: 256 times what is read at once, 512 records. The callback comes, and can cancel,
 * after each of these reads; the first of all is the header's. The last record of the first read, and the first ones of
 * the second and the third, are of those that were at the beginning, where a hole is now. */
START_TEST(a_long_file) {
  enum { MOVED = 3 };
  static const int64_t to[MOVED] = {511, 512, 1024};
  unsigned char bytes[ROOM], nothing[RECORD] = {0};
  struct stat information;
  answers found;
  resumes_with(0);
  ck_assert_int_eq(load(bytes), HEADER + PAIRS * RECORD);
  int file = open(path, O_WRONLY);
  for (int i = 0; i < MOVED; i++) {
    ck_assert_int_eq(pwrite(file, nothing, RECORD, HEADER + i * RECORD), RECORD);
    ck_assert_int_eq(pwrite(file, &bytes[HEADER + i * RECORD], RECORD, HEADER + to[i] * RECORD), RECORD);
  }
  ck_assert_int_eq(close(file), 0);
  ck_assert_int_eq(truncate(path, HEADER + (1 << 24)), 0);
  watch state = {-1, -1, 0};
  reads = 0;
  FAILS(ICL_ERR_CANCELED, "canceled by the progress callback", watched(1, &state, &found));
  ck_assert_int_eq(reads, 2);
  ck_assert_int_eq(state.first, PAIRS - MOVED + 1);
  reads = 0;
  state = (watch){-1, -1, -1};
  OK(watched(1, &state, &found));
  ck_assert_mem_eq(&found, &expected, sizeof found);
  ck_assert_int_eq(reads, 1 + 256);
  ck_assert_int_eq(stat(path, &information), 0); /* nothing had to be computed and written */
  ck_assert_int_eq(information.st_size, HEADER + (1 << 24));
}
END_TEST

/* Least significant byte first, on any machine. */
static void put_number(unsigned char *bytes, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(bits >> (8 * i));
}

/* Errors as large as doubles are, of which all gaps are finite, but not every deviation from their mean: gaps 0, then
 * six times -M, and M. */
START_TEST(largest_records) {
  static const double most = 0x1.fffffffffffffp+1023;
  unsigned char bytes[ROOM];
  double values[REPLICATES], mean = -7.0, error = -7.0;
  icl_experiment *experiment = new_experiment(4, path);
  OK(icl_experiment_run(experiment, NULL));
  ck_assert_int_eq(load(bytes), HEADER + REPLICATES * RECORD);
  for (int r = 0; r < REPLICATES; r++) { /* in the order of replicates, as they ran on one thread */
    put_number(&bytes[HEADER + r * RECORD + 96], r == REPLICATES - 1 ? most : 0.0);
    put_number(&bytes[HEADER + r * RECORD + 104], r > 0 && r < REPLICATES - 1 ? most : 0.0);
    seal(&bytes[HEADER + r * RECORD]);
  }
  store(bytes, HEADER + REPLICATES * RECORD);
  OK(icl_experiment_run(experiment, NULL));
  OK(icl_experiment_replicates(experiment, ICL_QUANTITY_GAP, values));
  ck_assert(values[0] == 0.0 && values[1] == -most && values[REPLICATES - 1] == most);
  FAILS(ICL_ERR_NONFINITE, "overflows", icl_experiment_result(experiment, ICL_QUANTITY_GAP, &mean, &error));
  ck_assert(mean == -7.0 && error == -7.0);
  OK(icl_experiment_result(experiment, ICL_QUANTITY_ICL, &mean, &error));
  CLOSE(mean, most / REPLICATES, 1e-15);
  CLOSE(error, most / REPLICATES, 1e-15); /* of seven zeros and M: sqrt((7 + 49)/64/(8 7)) M */
  icl_experiment_destroy(experiment);
}
END_TEST

/* What is not a checkpoint is refused and left as it is; so is one of a later format. */
START_TEST(other_files) {
  static const char text[] = "These are the only copies of my measurements.\n";
  unsigned char bytes[ROOM], after[ROOM];
  for (int64_t size = 1; size < (int64_t)sizeof text; size++) {
    store((const unsigned char *)text, size);
    fails_with(ICL_ERR_IO, "is not a checkpoint");
    ck_assert_int_eq(load(after), size);
    ck_assert_mem_eq(after, text, (size_t)size);
  }
  fill_pseudo(64, (double *)bytes, 1);
  store(bytes, 512);
  fails_with(ICL_ERR_IO, "is not a checkpoint");
  ck_assert_int_eq(load(after), 512);
  ck_assert_mem_eq(after, bytes, 512);
  unlink(path);
  resumes_with(0);
  int64_t size = load(bytes);
  for (int i = 0; i < 9; i++) bytes[20 + i] ^= 1; /* a byte more than the header may lose */
  store(bytes, size);
  fails_with(ICL_ERR_IO, "is not a checkpoint");
  for (int i = 0; i < 9; i++) bytes[20 + i] ^= 1;
  bytes[8] = 2;
  uint64_t sum = check_sum(bytes, 120);
  for (int i = 0; i < 8; i++) bytes[120 + i] = (unsigned char)(sum >> (8 * i));
  store(bytes, size);
  fails_with(ICL_ERR_IO, "has format version 2; 1 was expected");
  ck_assert_int_eq(load(after), size);
  ck_assert_mem_eq(after, bytes, (size_t)size);
}
END_TEST

static icl_status run_at(const char *name) {
  icl_experiment *experiment = new_experiment(4, name);
  icl_status status = icl_experiment_run(experiment, NULL);
  icl_experiment_destroy(experiment);
  return status;
}

START_TEST(paths_that_cannot_be) {
  char pipe_path[80], directory[80], inside[90];
  FAILS(ICL_ERR_IO, "could not open the checkpoint no/such/directory/x: No such file", run_at("no/such/directory/x"));
  FAILS(ICL_ERR_IO, "/dev/full is not a regular file", run_at("/dev/full"));
  FAILS(ICL_ERR_IO, "/dev/null is not a regular file", run_at("/dev/null"));
  FAILS(ICL_ERR_IO, "could not open the checkpoint .: Is a directory", run_at("."));
  snprintf(pipe_path, sizeof pipe_path, "%s-pipe", path);
  ck_assert_int_eq(mkfifo(pipe_path, 0600), 0);
  FAILS(ICL_ERR_IO, "is not a regular file", run_at(pipe_path));
  unlink(pipe_path);
  store((const unsigned char *)"", 0);
  ck_assert_int_eq(chmod(path, 0400), 0);
  if (geteuid()) FAILS(ICL_ERR_IO, "Permission denied", run_at(path)); /* root may write anything */
  unlink(path);
  snprintf(directory, sizeof directory, "%s-directory", path);
  snprintf(inside, sizeof inside, "%s/file", directory);
  ck_assert_int_eq(mkdir(directory, 0700), 0);
  OK(run_at(inside));
  OK(run_at(inside));
  unlink(inside);
  rmdir(directory);
}
END_TEST

static void expect_synced(const char *directory) {
  struct stat information;
  ck_assert_int_eq(stat(directory, &information), 0);
  ck_assert_uint_eq(synced_directory, information.st_ino);
}

/* The name that has to outlast a loss of power is where the file is, whatever leads there. */
START_TEST(links) {
  char directory[80], target[90];
  OK(run_at(path));
  expect_synced(".");
  unlink(path);
  snprintf(directory, sizeof directory, "%s-directory", path);
  snprintf(target, sizeof target, "%s/file", directory);
  ck_assert_int_eq(mkdir(directory, 0700), 0);
  ck_assert_int_eq(symlink(target, path), 0);
  OK(run_at(path));
  expect_synced(directory);
  OK(run_at(target));
  ck_assert_int_eq(unlink(target), 0);
  ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

/* ---- the lock ---- */

typedef struct {
  icl_status status;
  char message[512];
} attempt;

static int32_t second_computation(int64_t done, int64_t total, void *user) {
  attempt *state = user;
  (void)done;
  (void)total;
  if (state->status) return 0;
  state->status = run_at(path);
  strncpy(state->message, icl_last_error_message(), sizeof state->message - 1);
  return 0;
}

START_TEST(locked_within_a_process) {
  attempt state = {0};
  icl_run *run;
  answers found;
  icl_experiment *experiment = new_experiment(4, path);
  OK(icl_run_create(&run));
  OK(icl_run_set_progress(run, second_computation, &state));
  OK(curve(experiment, run, &found));
  ck_assert_mem_eq(&found, &expected, sizeof found);
  ck_assert_int_eq(state.status, ICL_ERR_IO);
  ck_assert_msg(strstr(state.message, path) && strstr(state.message, "in use by another"), "%s", state.message);
  OK(run_at(path)); /* given back */
  icl_run_destroy(run);
  icl_experiment_destroy(experiment);
}
END_TEST

static int32_t fork_once(int64_t done, int64_t total, void *user) {
  pid_t *child = user;
  (void)done;
  (void)total;
  if (*child) return 0;
  *child = fork();
  if (!*child) {
    sleep(60);
    _exit(0);
  }
  return 0;
}

/* The end of a run gives the lock back though a child, forked meanwhile, has the file open. */
START_TEST(unlocked_despite_a_child) {
  pid_t child = 0;
  icl_run *run;
  icl_experiment *experiment = new_experiment(4, path);
  OK(icl_run_create(&run));
  OK(icl_run_set_progress(run, fork_once, &child));
  icl_status first = icl_experiment_run(experiment, run), second = run_at(path);
  kill(child, SIGKILL);
  ck_assert_int_eq(waitpid(child, NULL, 0), child);
  ck_assert_int_eq(first, ICL_OK);
  ck_assert_int_eq(second, ICL_OK);
  icl_run_destroy(run);
  icl_experiment_destroy(experiment);
}
END_TEST

/* In the callback of the first process, which holds the lock: says so, and waits to be killed. */
static int32_t hold_lock(int64_t done, int64_t total, void *user) {
  const int *pipe_end = user;
  (void)done;
  (void)total;
  if (write(*pipe_end, "x", 1) != 1) _exit(2);
  for (;;) pause();
}

START_TEST(locked_against_another_process) {
  int ends[2], status;
  char byte;
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = fork();
  if (!child) {
    icl_run *run;
    icl_experiment *experiment = new_experiment(4, path);
    if (icl_run_create(&run) || icl_run_set_progress(run, hold_lock, &ends[1])) _exit(2);
    _exit(icl_experiment_run(experiment, run) != ICL_OK);
  }
  ck_assert_int_eq(read(ends[0], &byte, 1), 1);
  fails_with(ICL_ERR_IO, "is in use by another process or computation");
  kill(child, SIGKILL);
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  resumes_with(0);
  close(ends[0]);
  close(ends[1]);
}
END_TEST

/* ---- disks that fail ---- */

static void repair_disk(void) {
  writes_left = syncs_left = -1;
  bytes_per_write = 0;
  interrupted = 0;
}

START_TEST(failing_writes) {
  static const int errors[] = {ENOSPC, EIO};
  for (int kind = 0; kind < 2; kind++) {
    for (int64_t good = 0; good <= PAIRS; good += 6) {
      unlink(path);
      disk_error = errors[kind];
      writes_left = good; /* the first one is the header's */
      fails_with(ICL_ERR_IO, strerror(disk_error));
      repair_disk();
      resumes_with(good ? good - 1 : 0);
    }
    for (int64_t good = 0; good <= 40; good++) { /* and in the middle of a record */
      unlink(path);
      bytes_per_write = 50;
      writes_left = good;
      fails_with(ICL_ERR_IO, strerror(disk_error));
      repair_disk();
      resumes_with(good < 3 ? 0 : (good - 3) / 3);
    }
  }
}
END_TEST

START_TEST(failing_syncs) {
  for (int64_t good = 0; good < 3; good++) {
    unlink(path);
    disk_error = EIO;
    syncs_left = good; /* the header's, its directory's, the last one; none is due between them */
    if (good == 1) syncs_left = 2;
    fails_with(ICL_ERR_IO, "could not make permanent");
    repair_disk();
    resumes_with(good ? PAIRS : 0);
  }
}
END_TEST

START_TEST(short_and_interrupted_writes) {
  for (int64_t size = 1; size <= 127; size += 63) {
    unlink(path);
    bytes_per_write = size;
    interrupted = 1;
    resumes_with(0);
    resumes_with(PAIRS);
  }
  repair_disk();
  resumes_with(PAIRS);
}
END_TEST

/* A real limit: the file may not exceed so many bytes. */
START_TEST(file_size_limit) {
  struct rlimit before, limit;
  signal(SIGXFSZ, SIG_IGN); /* the program's affair */
  ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
  for (int64_t size = 0; size < HEADER + 3 * RECORD; size += 50) {
    limit = before;
    limit.rlim_cur = (rlim_t)size;
    unlink(path);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    watch state = {-1, -1, -1};
    answers found;
    icl_status status = watched(1, &state, &found);
    const char *message = icl_last_error_message();
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_msg(status == ICL_ERR_IO && strstr(message, "File too large"), "%d: %s", status, message);
    resumes_with(size < HEADER ? 0 : (size - HEADER) / RECORD);
  }
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("checkpoint");
  TCase *c = tcase_create("checkpoint");
  tcase_add_checked_fixture(c, set_up, tear_down);
  tcase_add_test(c, the_format);
  tcase_add_test(c, one_file_for_many);
  tcase_add_test(c, cancel_and_resume);
  tcase_add_test(c, killed_at_any_moment);
  tcase_add_test(c, truncated_at_every_byte);
  tcase_add_test(c, every_byte_flipped);
  tcase_add_test(c, strange_records);
  tcase_add_test(c, a_long_file);
  tcase_add_test(c, largest_records);
  tcase_add_test(c, other_files);
  tcase_add_test(c, paths_that_cannot_be);
  tcase_add_test(c, links);
  tcase_add_test(c, locked_within_a_process);
  tcase_add_test(c, unlocked_despite_a_child);
  tcase_add_test(c, locked_against_another_process);
  tcase_add_test(c, failing_writes);
  tcase_add_test(c, failing_syncs);
  tcase_add_test(c, short_and_interrupted_writes);
  tcase_add_test(c, file_size_limit);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
