/* The target `api`: an input is a sequence of calls on a few handles. api.c runs it and judges each call; the calls of
 * each part of the interface are in a file of their own. */
#ifndef ICL_TEST_FUZZ_API_H
#define ICL_TEST_FUZZ_API_H

#include <math.h>

#include "documented.h"
#include "fuzz.h"

/* A call with a status, which is judged; another call, which is counted. */
#define CALL(function, ...) (before_call(), after_call(#function, DOCUMENTED_##function, function(__VA_ARGS__)))
#define COUNTED(function, ...) (count_call(#function, 1), function(__VA_ARGS__))

void before_call(void);
icl_status after_call(const char *name, const icl_status *documented, icl_status status);
void count_call(const char *name, int succeeded);

/* Outputs are as they should be after this call, and inputs from now on. */
void judge_outputs(const char *name, icl_status status);
void free_arrays(void);

/* ---- handles ---- */

typedef enum { POOL, DATASET, ESTIMATOR, LAW, THEORY, EXPERIMENT, FINITE, RUN, KINDS } handle_kind;
enum { SLOTS = 3, MOST_D = 6, MOST_ROWS = 200 };
enum { NO = 0, YES = 1, UNKNOWN = 2 };

/* A handle, or NULL, and what is known of it. */
typedef struct {
  void *handle;
  int64_t d, n; /* n: rows, replicates or feature samples */
  double rho, tolerance;
  int has_result;
  int64_t cancel_at, calls, done; /* of a run; cancel_at: number of the call of its callback, 0: never */
} slot;

slot *pick(input *from, handle_kind kind); /* its handle may be NULL */

/* For the out of a constructor: points where nothing is. keep() puts the new handle in the place of the slot's, or
 * checks that there is none. */
void *nothing(void);
slot *keep(slot *where, handle_kind kind, icl_status status, void *made);
void destroy(slot *where, handle_kind kind);

/* The callback of runs; user is the slot. */
int32_t on_progress(int64_t done, int64_t total, void *user);

/* An input has so much work to spend; 0 if it has not that much left. */
int spend(int work);

/* ---- arguments ---- */

int64_t read_size(input *from, int most);       /* 1 .. most; sometimes 0, negative, or above 2^39 */
int64_t read_array_size(input *from, int most); /* likewise; too large for any array then */
int32_t read_code(input *from, int most);       /* 1 .. most; sometimes another */
double read_number(input *from);                /* of order 1; sometimes any */
uint64_t read_seed(input *from);

/* size + 1, and what stands for too large a size stays. */
int64_t and_one(int64_t size);

/* The product, or 1 if that is no size of an array here. */
int64_t cells(int64_t a, int64_t b, int64_t c);

/* Arrays live until the next operation, and have just this size. NULL sometimes. Outputs are checked after the call: as
 * they were if it failed, written if not; finite, or numbers that may be infinite. */
const double *read_numbers(input *from, int64_t count);
double *output(input *from, int64_t count);
double *output_infinite(input *from, int64_t count);
int64_t *output_integers(input *from, int64_t count);
int32_t *output_codes(input *from, int64_t count);

/* ---- the calls: functions of these tables ---- */

typedef void (*operation)(input *from);
typedef struct {
  int count;
  const operation *list;
} operations;

extern const operations data_operations, fit_operations, error_operations, theory_operations, experiment_operations;

#endif
