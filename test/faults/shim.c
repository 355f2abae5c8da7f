#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const names[FAULT_KINDS] = {"calloc and posix_memalign", "pthread_create", "pthread_mutex_init",
                                               "pthread_cond_init", "open", "flock", "flock that unlocks", "fstat",
                                               "pread", "pwrite", "fsync", "close",
                                               "open, fsync or close of the directory"};

static fault current;
static atomic_int active;
static _Atomic int64_t calls[FAULT_KINDS], struck, unsynced;
static _Atomic int64_t *totals; /* of all processes */

void fault_begin(const fault *what) {
  current = *what;
  for (int kind = 0; kind < FAULT_KINDS; kind++) atomic_store(&calls[kind], 0);
  atomic_store(&struck, 0);
  atomic_store(&unsynced, 0);
  atomic_store(&active, 1);
}

int64_t fault_end(void) {
  atomic_store(&active, 0);
  return atomic_load(&struck);
}

int64_t fault_calls(fault_kind kind) { return atomic_load(&calls[kind]); }

void fault_count_begin(void) {
  void *shared = mmap(NULL, FAULT_KINDS * sizeof *totals, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) abort();
  totals = shared;
}

void fault_count_print(void) {
  for (int kind = 0; kind < FAULT_KINDS; kind++) {
    if (totals[kind]) printf("# %" PRId64 " faults in %s\n", atomic_load(&totals[kind]), names[kind]);
  }
}

/* Whether this call is struck; what it then has to do, in `action` order. */
static int strikes(fault_kind kind) {
  if (!atomic_load(&active)) return 0;
  int64_t number = atomic_fetch_add(&calls[kind], 1) + 1;
  if (kind != current.kind || number < current.first || number > current.last) return 0;
  atomic_fetch_add(&struck, 1);
  if (totals) atomic_fetch_add(&totals[kind], 1);
  if (current.action == FAULT_KILLS_BEFORE) raise(SIGKILL);
  errno = current.error;
  return 1;
}

static int fails(int struck_now) { return struck_now && current.action == FAULT_FAILS; }
static int is_empty(int struck_now) { return struck_now && current.action == FAULT_IS_EMPTY; }

static void kill_after(int struck_now) {
  if (struck_now && current.action > FAULT_IS_SHORT) raise(SIGKILL);
}

/* So that other threads get to where they do what they must not, if they can. */
static void give_time(void) { nanosleep(&(struct timespec){0, 1000000}, NULL); }

/* ---- memory ---- */

enum { SLOTS = 1 << 14 };
static void *held[SLOTS];
static _Atomic int64_t outstanding;
static pthread_mutex_t held_lock = PTHREAD_MUTEX_INITIALIZER;
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);

static void *hold(void *memory) {
  pthread_mutex_lock(&held_lock);
  int slot = 0;
  while (slot < SLOTS && held[slot]) slot++;
  if (slot == SLOTS) abort();
  held[slot] = memory;
  outstanding++;
  __real_pthread_mutex_unlock(&held_lock);
  return memory;
}

int64_t fault_outstanding(void) { return outstanding; }

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size) {
  void *memory = strikes(FAULT_MEMORY) ? NULL : __real_calloc(count, size);
  return memory ? hold(memory) : NULL;
}

int __real_posix_memalign(void **memory, size_t alignment, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size) {
  int error = strikes(FAULT_MEMORY) ? ENOMEM : __real_posix_memalign(memory, alignment, size);
  if (!error) hold(*memory);
  return error;
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory) {
  pthread_mutex_lock(&held_lock);
  for (int slot = 0; memory && slot < SLOTS; slot++) {
    if (held[slot] != memory) continue;
    held[slot] = NULL;
    outstanding--;
    break;
  }
  __real_pthread_mutex_unlock(&held_lock);
  __real_free(memory);
}

/* ---- threads ---- */

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
  if (!strikes(FAULT_THREAD)) return __real_pthread_create(thread, attributes, start, argument);
  give_time(); /* to those that were started before */
  return current.error;
}

/* What is let go after a thread could not be started. */
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex) {
  int result = __real_pthread_mutex_unlock(mutex);
  if (current.kind == FAULT_THREAD && atomic_load(&struck)) give_time();
  return result;
}

int __real_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
int __wrap_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes) {
  return strikes(FAULT_MUTEX) ? current.error : __real_pthread_mutex_init(mutex, attributes);
}

int __real_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes);
int __wrap_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes);
int __wrap_pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes) {
  return strikes(FAULT_CONDITION) ? current.error : __real_pthread_cond_init(condition, attributes);
}

/* ---- files, by the names that headers give them where file offsets have 64 bits ---- */

static int directory = -1; /* the one that is open, of the only checkpoint at a time */

int64_t fault_unsynced(void) { return atomic_load(&unsynced); }

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  int of_directory = flags & O_DIRECTORY, now = strikes(of_directory ? FAULT_DIRECTORY : FAULT_OPEN);
  if (fails(now)) return -1;
  int file = __real_open64(path, flags, mode);
  if (of_directory) directory = file;
  kill_after(now);
  return file;
}

int __real_flock(int file, int operation);
int __wrap_flock(int file, int operation);
int __wrap_flock(int file, int operation) {
  int now = strikes(operation == LOCK_UN ? FAULT_UNLOCK : FAULT_LOCK);
  if (fails(now)) return -1;
  int result = __real_flock(file, operation);
  kill_after(now);
  return result;
}

int __real_fstat64(int file, struct stat *out);
int __wrap_fstat64(int file, struct stat *out);
int __wrap_fstat64(int file, struct stat *out) { return strikes(FAULT_EXAMINE) ? -1 : __real_fstat64(file, out); }

/* One byte goes whole. */
static size_t half(int now, size_t count) { return now ? (count + 1) / 2 : count; }

ssize_t __real_pread64(int file, void *bytes, size_t count, off_t offset);
ssize_t __wrap_pread64(int file, void *bytes, size_t count, off_t offset);
ssize_t __wrap_pread64(int file, void *bytes, size_t count, off_t offset) {
  int now = strikes(FAULT_READ);
  if (is_empty(now)) return 0;
  return fails(now) ? -1 : __real_pread64(file, bytes, half(now, count), offset);
}

ssize_t __real_pwrite64(int file, const void *bytes, size_t count, off_t offset);
ssize_t __wrap_pwrite64(int file, const void *bytes, size_t count, off_t offset);
ssize_t __wrap_pwrite64(int file, const void *bytes, size_t count, off_t offset) {
  int now = strikes(FAULT_WRITE), in_part = current.action == FAULT_IS_SHORT || current.action == FAULT_KILLS_HALFWAY;
  if (fails(now) || is_empty(now)) {
    int error = errno;
    give_time();
    errno = error;
    return fails(now) ? -1 : 0;
  }
  ssize_t result = __real_pwrite64(file, bytes, half(now && in_part, count), offset);
  if (result > 0) atomic_fetch_add(&unsynced, result);
  kill_after(now);
  return result;
}

int __wrap_fsync(int file);
int __wrap_fsync(int file) {
  int now = strikes(file == directory ? FAULT_DIRECTORY : FAULT_SYNC);
  if (fails(now)) return -1;
  if (file != directory) atomic_store(&unsynced, 0);
  kill_after(now);
  return 0;
}

/* A close that fails has closed. */
int __real_close(int file);
int __wrap_close(int file);
int __wrap_close(int file) {
  int of_directory = file == directory, now = strikes(of_directory ? FAULT_DIRECTORY : FAULT_CLOSE);
  if (of_directory) directory = -1;
  int result = __real_close(file), error = errno;
  kill_after(now);
  errno = now ? current.error : error;
  return fails(now) ? -1 : result;
}

/* ---- the clock ---- */

static int haste;
static _Atomic int64_t looks;

void fault_hasten(int seconds) { haste = seconds; }

int __real_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out) {
  int result = __real_clock_gettime(clock, out);
  if (clock == CLOCK_MONOTONIC && atomic_load(&active)) out->tv_sec += haste * (atomic_fetch_add(&looks, 1) + 1);
  return result;
}
