/* What stands between the library and the system: calls that fail when told to, and a count of the memory in use. The
 * programs here are linked against the static library with --wrap for each function of shim.c (meson.build), so that
 * the library's calls, and no others', come through it. No fsync reaches the disk: thousands would take minutes. */
#ifndef ICL_TEST_FAULTS_SHIM_H
#define ICL_TEST_FAULTS_SHIM_H

#include <stdint.h>

/* Which call. A directory's open and fsync are told from the checkpoint's: it may refuse them without harm. */
typedef enum {
  FAULT_MEMORY,
  FAULT_THREAD,
  FAULT_MUTEX,
  FAULT_CONDITION,
  FAULT_OPEN,
  FAULT_LOCK,
  FAULT_UNLOCK,
  FAULT_EXAMINE,
  FAULT_READ,
  FAULT_WRITE,
  FAULT_SYNC,
  FAULT_CLOSE,
  FAULT_DIRECTORY,
  FAULT_KINDS
} fault_kind;

/* What becomes of it. Halves are of the bytes asked for. A kill is SIGKILL, of this process. */
typedef enum {
  FAULT_FAILS,
  FAULT_IS_EMPTY, /* 0 bytes */
  FAULT_IS_SHORT, /* half of them */
  FAULT_KILLS_BEFORE,
  FAULT_KILLS_HALFWAY,
  FAULT_KILLS_AFTER
} fault_action;

typedef struct {
  fault_kind kind;
  fault_action action;
  int error;           /* errno, or what a function of pthread.h returns */
  int64_t first, last; /* calls, from 1, that it strikes */
} fault;

/* Before a call of the library, and after it: the number of calls that were struck. */
void fault_begin(const fault *what);
int64_t fault_end(void);

/* Calls of one kind between the two. */
int64_t fault_calls(fault_kind kind);

/* Bytes written since the last fsync that did not fail; what a loss of power would take. */
int64_t fault_unsynced(void);

/* From now on, within calls, each look at the monotonic clock finds it so many seconds later. */
void fault_hasten(int seconds);

/* Pieces of memory that the library holds. */
int64_t fault_outstanding(void);

/* The number struck so far by this process and all that it has forked since fault_count_begin, in TAP comments. */
void fault_count_begin(void);
void fault_count_print(void);

#endif
