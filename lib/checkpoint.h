/* The file of finished replicates: doc/checkpoints.md is its specification. Not for several threads at once. */
#ifndef ICL_CHECKPOINT_H
#define ICL_CHECKPOINT_H

#include <stdint.h>
#include <time.h>

#include "status.h"

/* Part of every key. It grows whenever a release changes a replicate's numbers beyond rounding: records of older
 * releases are then other experiments'. */
enum { ICL__RESULTS_VERSION = 1 };

/* Everything that a replicate's errors depend on, but for its number. Any member may be 0. */
typedef struct {
  int64_t d, l, k, n;
  double rho, lambda;
  double tolerance;
  int64_t max_iterations;
  int32_t distribution;
  uint64_t seed;
} icl__checkpoint_inputs;

/* The inputs as they stand in a record. Two keys are equal where their bytes are. */
enum { ICL__KEY_BYTES = 80 };
typedef struct {
  unsigned char bytes[ICL__KEY_BYTES];
} icl__checkpoint_key;

icl__checkpoint_key icl__checkpoint_key_of(const icl__checkpoint_inputs *inputs);

typedef struct {
  const char *path; /* the caller's */
  int file;
  int64_t end;            /* where the next record goes */
  int unsynced;           /* something was written since */
  struct timespec synced; /* this moment */
} icl__checkpoint;

/* Opens and locks the file, or creates it. A file that is not a checkpoint is left alone. */
icl_status icl__checkpoint_open(const char *path, icl__checkpoint *out);

/* Hands every undamaged record to `found`, and asks `go_on` after every few hundred places for one: what it returns, if
 * not ICL_OK, ends the reading. */
typedef void (*icl__record_fn)(void *context, const icl__checkpoint_key *key, int64_t replicate,
                               const double errors[2] /* ICL, IDG */);
typedef icl_status (*icl__go_on_fn)(void *context);
icl_status icl__checkpoint_read(icl__checkpoint *checkpoint, icl__record_fn found, icl__go_on_fn go_on, void *context);

/* Appends one record. After a failure there is to be no other. */
icl_status icl__checkpoint_append(icl__checkpoint *checkpoint, const icl__checkpoint_key *key, int64_t replicate,
                                  const double errors[2]);

/* Makes what was written permanent and gives the file and its lock back, the latter even when it fails. */
icl_status icl__checkpoint_close(icl__checkpoint *checkpoint);

#endif
