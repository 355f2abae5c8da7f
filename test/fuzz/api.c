/* After each call of an input:
 *
 * - its status is one that the header documents for the function;
 * - outputs are as they were if it failed; if not, every number is written, none is NaN, and none infinite but where
 *   the header says so;
 * - a failure has a message of its own, and a success leaves the last one as it is;
 * - the callback was called on this thread, with work that never decreases, and ICL_ERR_CANCELED is its wish.
 *
 * With FUZZ_CALLS=FILE in the environment the program ends with a list of the functions called, and how often they
 * succeeded and failed. */
#include "api.h"

#include <pthread.h>

enum { CALLS = 80, BUDGET = 100, MESSAGE = 512, MOST_OPERATIONS = 60 };

/* ---- what was called ---- */

static struct {
  const char *name;
  long succeeded, failed;
} counts[CALLS];

static void write_counts(void) {
  FILE *file = fopen(getenv("FUZZ_CALLS"), "w");
  EXPECT(file, "FUZZ_CALLS");
  for (int i = 0; i < CALLS && counts[i].name; i++) {
    fprintf(file, "%s\t%ld\t%ld\n", counts[i].name, counts[i].succeeded, counts[i].failed);
  }
  EXPECT(!fclose(file), "FUZZ_CALLS");
}

void count_call(const char *name, int succeeded) {
  int i = 0;
  while (i < CALLS - 1 && counts[i].name && strcmp(counts[i].name, name)) i++;
  if (!counts[0].name && getenv("FUZZ_CALLS")) atexit(write_counts);
  counts[i].name = name;
  if (succeeded) counts[i].succeeded++;
  else counts[i].failed++;
}

/* ---- handles ---- */

static slot slots[KINDS][SLOTS], empty;
static pthread_t own_thread;
static int left; /* work */

int spend(int work) {
  if (work > left) return 0;
  left -= work;
  return 1;
}

slot *pick(input *from, handle_kind kind) {
  int index = take_byte(from) % 16;
  empty = (slot){0};
  return index == 15 ? &empty : &slots[kind][index % SLOTS];
}

void *nothing(void) { return &empty; }

void destroy(slot *where, handle_kind kind) {
  switch (kind) {
    case POOL: COUNTED(icl_task_pool_destroy, where->handle); break;
    case DATASET: COUNTED(icl_dataset_destroy, where->handle); break;
    case ESTIMATOR: COUNTED(icl_estimator_destroy, where->handle); break;
    case LAW: COUNTED(icl_test_law_destroy, where->handle); break;
    case THEORY: COUNTED(icl_theory_destroy, where->handle); break;
    case EXPERIMENT: COUNTED(icl_experiment_destroy, where->handle); break;
    case FINITE: COUNTED(icl_finite_theory_destroy, where->handle); break;
    default: COUNTED(icl_run_destroy, where->handle); break;
  }
  *where = (slot){0};
}

slot *keep(slot *where, handle_kind kind, icl_status status, void *made) {
  EXPECT(status ? made == nothing() : made && made != nothing(), "status %d and handle %p", status, made);
  slot fresh = {.handle = made};
  if (status) return &empty;
  destroy(where, kind);
  if (where == &empty) { /* no place to keep it */
    destroy(&fresh, kind);
    return where;
  }
  *where = fresh;
  return where;
}

int32_t on_progress(int64_t done, int64_t total, void *user) {
  slot *run = user;
  EXPECT(pthread_equal(pthread_self(), own_thread), "the callback on another thread");
  EXPECT(done >= run->done && done >= 0, "done %d after %d", (int)done, (int)run->done);
  EXPECT(total == -1 || done <= total, "done %d of %d", (int)done, (int)total);
  run->done = done;
  return run->cancel_at && ++run->calls >= run->cancel_at;
}

/* ---- one call ---- */

static char marker[MESSAGE]; /* the message of a failure that no input causes */

void before_call(void) {
  icl_theory *theory;
  EXPECT(icl_theory_create(-987654321.0, 1.0, 1.0, 1.0, 1.0, &theory) == ICL_ERR_DOMAIN, "the marker");
  snprintf(marker, sizeof marker, "%s", icl_last_error_message());
  for (int i = 0; i < SLOTS; i++) slots[RUN][i].calls = slots[RUN][i].done = 0;
}

static int was_canceled(void) {
  int canceled = 0;
  for (int i = 0; i < SLOTS; i++) {
    const slot *run = &slots[RUN][i];
    canceled |= run->cancel_at && run->calls >= run->cancel_at;
  }
  return canceled;
}

icl_status after_call(const char *name, const icl_status *documented, icl_status status) {
  const char *message = icl_last_error_message();
  count_call(name, !status);
  while (*documented <= 0 && *documented != status) documented++;
  EXPECT(*documented == status, "%s: %d (%s) is not documented; %s", name, status, icl_status_string(status), message);
  EXPECT(status ? *message && strcmp(message, marker) : !strcmp(message, marker), "%s: %d, message \"%s\"", name,
         status, message);
  EXPECT((status == ICL_ERR_CANCELED) == was_canceled() || (status && was_canceled()), "%s: %d", name, status);
  judge_outputs(name, status);
  return status;
}

/* ---- one input ---- */

static void destroy_one(input *from) {
  handle_kind kind = (handle_kind)(take_byte(from) % KINDS);
  destroy(pick(from, kind), kind);
}

/* So that most calls find a handle. */
static void begin(void) {
  static const uint8_t zeros[1];
  input from = {zeros, zeros};
  own_thread = pthread_self();
  memory_file(zeros, 0);
  left = BUDGET;
  data_operations.list[0](&from);
  data_operations.list[1](&from);
  fit_operations.list[0](&from);
  error_operations.list[0](&from);
  theory_operations.list[0](&from);
  theory_operations.list[1](&from);
  experiment_operations.list[0](&from);
  free_arrays();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const operations *const parts[] = {&data_operations, &fit_operations, &error_operations, &theory_operations,
                                            &experiment_operations};
  input from = {data, data + size};
  begin();
  for (int i = 0; i < MOST_OPERATIONS && from.at < from.end; i++) {
    int which = take_byte(&from), part = which % 6;
    if (part == 5) destroy_one(&from);
    else parts[part]->list[which / 6 % parts[part]->count](&from);
    free_arrays();
  }
  for (int kind = 0; kind < KINDS; kind++) {
    for (int i = 0; i < SLOTS; i++) destroy(&slots[kind][i], (handle_kind)kind);
  }
  return 0;
}
