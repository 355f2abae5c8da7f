/* The replicates of several points, shared among threads.
 *
 * An item of work is one replicate at the points of one group. Every point is computed as if it were alone, so how
 * points are grouped, which thread takes an item and which items the checkpoint saves has no influence on any number;
 * means are formed afterwards, in the order of replicates. Items are taken in order and one that fails lets those
 * before it finish, so that the failure reported is the first one's whatever the number of threads. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "checked.h"
#include "checkpoint.h"
#include "estimator.h"
#include "experiment.h"
#include "run.h"
#include "thread.h"

/* Points are grouped where this many replicates are left to each thread, else dealt out one by one. */
enum { REPLICATES_TO_SHARE = 4, POLL_MILLISECONDS = 50, MESSAGE = 512 };

typedef struct {
  icl__experiment_point point;
  int64_t index;
} sorted_point;

typedef struct {
  int64_t first, count; /* in shared_work.which */
} point_group;

typedef struct {
  int64_t group, replicate;
} work_item;

typedef struct {
  icl__checkpoint_key key; /* first: by_key compares keys alone with these */
  int64_t point;
} keyed_point;

struct shared_work;

typedef struct {
  struct shared_work *shared;
  int64_t number; /* 0: the calling thread */
  int64_t item;
  icl_run *run;   /* of the fits */
  int64_t *which; /* points missing in the item */
} worker_state;

typedef struct shared_work {
  const icl__simulation *simulation;
  int64_t distinct;         /* points that differ */
  int64_t *which;           /* their indices, grouped */
  int64_t *same;            /* for each point the distinct one that it equals */
  int64_t group_count;
  point_group *groups;
  int64_t item_count;
  work_item *items;
  icl__checkpoint_key *keys; /* of each point */
  keyed_point *keyed;        /* the distinct ones, by their keys */
  unsigned char *done;       /* points x replicates */
  worker_state *workers;
  int64_t worker_count;
  icl__progress *progress;
  _Atomic int64_t finished;    /* replicates done */
  _Atomic int64_t failed_item; /* the first one that failed; INT64_MAX: none */
  atomic_int stop;             /* canceled, or the checkpoint failed */
  int canceled;
  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t ended; /* an item was */
  int64_t ended_items;
  icl__checkpoint *checkpoint; /* or NULL */
  int checkpoint_failed;
  int64_t failure_item;
  icl_status failure;
  char message[MESSAGE];
} shared_work;

/* ---- what there is to do ---- */

static int by_group(const void *a, const void *b) {
  const sorted_point *x = a, *y = b;
  const icl__experiment_point *p = &x->point, *q = &y->point;
  if (p->l != q->l) return p->l < q->l ? -1 : 1;
  if (p->k != q->k) return p->k < q->k ? -1 : 1;
  if (p->rho != q->rho) return p->rho < q->rho ? -1 : 1;
  if (p->n != q->n) return p->n > q->n ? -1 : 1;
  if (p->lambda != q->lambda) return p->lambda > q->lambda ? -1 : 1;
  return (x->index > y->index) - (x->index < y->index);
}

static int one_group(const icl__experiment_point *p, const icl__experiment_point *q) {
  return p->l == q->l && p->k == q->k && p->rho == q->rho;
}

static icl_status sort_points(shared_work *shared, int share) {
  const icl__simulation *simulation = shared->simulation;
  sorted_point *sorted;
  ICL__TRY(icl__new(simulation->count * (int64_t)sizeof *sorted, &sorted));
  for (int64_t i = 0; i < simulation->count; i++) sorted[i] = (sorted_point){simulation->points[i], i};
  qsort(sorted, (size_t)simulation->count, sizeof *sorted, by_group);
  for (int64_t i = 0; i < simulation->count; i++) {
    const icl__experiment_point *point = &sorted[i].point, *before = i ? &sorted[i - 1].point : NULL;
    int known = before && one_group(point, before);
    if (known && point->n == before->n && point->lambda == before->lambda) {
      shared->same[sorted[i].index] = shared->which[shared->distinct - 1];
      continue;
    }
    if (!known || !share) shared->groups[shared->group_count++] = (point_group){shared->distinct, 0};
    shared->groups[shared->group_count - 1].count++;
    shared->which[shared->distinct++] = shared->same[sorted[i].index] = sorted[i].index;
  }
  icl__free(sorted);
  return ICL_OK;
}

static unsigned char *done_flag(shared_work *shared, int64_t point, int64_t replicate) {
  return &shared->done[point * shared->simulation->replicates + replicate];
}

static void note_errors(shared_work *shared, int64_t point, int64_t replicate, const double errors[2]) {
  memcpy(&shared->simulation->errors[2 * (point * shared->simulation->replicates + replicate)], errors,
         2 * sizeof *errors);
  *done_flag(shared, point, replicate) = 1;
  atomic_fetch_add(&shared->finished, 1);
}

/* The points of a group that still lack a replicate. */
static int64_t missing_points(shared_work *shared, int64_t group, int64_t replicate, int64_t *missing) {
  const point_group *members = &shared->groups[group];
  int64_t count = 0;
  for (int64_t i = 0; i < members->count; i++) {
    int64_t point = shared->which[members->first + i];
    if (*done_flag(shared, point, replicate)) continue;
    if (missing) missing[count] = point;
    count++;
  }
  return count;
}

static void list_items(shared_work *shared) {
  for (int64_t group = 0; group < shared->group_count; group++) {
    for (int64_t r = 0; r < shared->simulation->replicates; r++) {
      if (!missing_points(shared, group, r, NULL)) continue;
      shared->items[shared->item_count++] = (work_item){group, r};
    }
  }
}

/* ---- the checkpoint ---- */

static int by_key(const void *a, const void *b) { return memcmp(a, b, ICL__KEY_BYTES); }

static void make_keys(shared_work *shared) {
  const icl__simulation *simulation = shared->simulation;
  for (int64_t i = 0; i < simulation->count; i++) {
    const icl__experiment_point *point = &simulation->points[i];
    icl__checkpoint_inputs inputs = {point->d, point->l, point->k, point->n, point->rho, point->lambda,
                                     ICL__DEFAULT_TOLERANCE, ICL__DEFAULT_ITERATIONS, simulation->distribution,
                                     simulation->seed};
    shared->keys[i] = icl__checkpoint_key_of(&inputs);
  }
  for (int64_t i = 0; i < shared->distinct; i++) {
    shared->keyed[i] = (keyed_point){shared->keys[shared->which[i]], shared->which[i]};
  }
  qsort(shared->keyed, (size_t)shared->distinct, sizeof *shared->keyed, by_key);
}

static void take_record(void *context, const icl__checkpoint_key *key, int64_t replicate, const double errors[2]) {
  shared_work *shared = context;
  if (replicate < 0 || replicate >= shared->simulation->replicates) return;
  const keyed_point *at = bsearch(key, shared->keyed, (size_t)shared->distinct, sizeof *shared->keyed, by_key);
  if (at && !*done_flag(shared, at->point, replicate)) note_errors(shared, at->point, replicate, errors);
}

/* A file may be of any length, and take hours to read. */
static icl_status go_on_reading(void *context) {
  const shared_work *shared = context;
  return icl__progress_reach(shared->progress, atomic_load(&shared->finished));
}

/* ---- one thread's work ---- */

static void save_message(int64_t size, char *out) {
  strncpy(out, icl_last_error_message(), (size_t)size - 1);
  out[size - 1] = '\0';
}

static void fail_item(const worker_state *worker, icl_status status) {
  shared_work *shared = worker->shared;
  pthread_mutex_lock(&shared->lock);
  if (worker->item < shared->failure_item) {
    shared->failure_item = worker->item;
    shared->failure = status;
    save_message(sizeof shared->message, shared->message);
    atomic_store(&shared->failed_item, worker->item);
  }
  pthread_mutex_unlock(&shared->lock);
}

static int is_stopped(const worker_state *worker) {
  return atomic_load(&worker->shared->stop) || worker->item > atomic_load(&worker->shared->failed_item);
}

/* On the calling thread only. */
static void report(shared_work *shared) {
  if (atomic_load(&shared->stop)) return;
  if (!icl__progress_reach(shared->progress, atomic_load(&shared->finished))) return;
  shared->canceled = 1;
  atomic_store(&shared->stop, 1);
}

/* Within a fit: the program's callback, if this is the calling thread, and whether to go on. */
static int32_t during_fit(int64_t done, int64_t total, void *user) {
  const worker_state *worker = user;
  (void)done;
  (void)total;
  if (!worker->number) report(worker->shared);
  return is_stopped(worker);
}

/* After one failed write none is tried. */
static icl_status write_record(shared_work *shared, int64_t point, int64_t replicate, const double errors[2]) {
  pthread_mutex_lock(&shared->lock);
  int failed_before = shared->checkpoint_failed;
  icl_status status = ICL_OK;
  if (!failed_before) {
    status = icl__checkpoint_append(shared->checkpoint, &shared->keys[point], replicate, errors);
    if (status) {
      shared->checkpoint_failed = 1;
      atomic_store(&shared->stop, 1); /* before another thread, told so, asks whether it was stopped */
    }
  }
  pthread_mutex_unlock(&shared->lock);
  return failed_before ? icl__fail(ICL_ERR_CANCELED, "the checkpoint could not be written") : status;
}

static icl_status take_errors(void *context, int64_t point, const double errors[2]) {
  const worker_state *worker = context;
  shared_work *shared = worker->shared;
  int64_t replicate = shared->items[worker->item].replicate;
  icl_status status = ICL_OK;
  if (shared->checkpoint) status = write_record(shared, point, replicate, errors);
  if (!status) note_errors(shared, point, replicate, errors);
  if (!worker->number) report(shared);
  return status;
}

/* On the clock that nobody sets back. */
static int init_condition(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  int error = pthread_condattr_init(&attributes);
  if (error) return error;
  error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  if (!error) error = pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
  return error;
}

/* The calling thread has nothing left to do but to report what the others finish. */
static void wait_for_others(void *context) {
  shared_work *shared = context;
  while (!atomic_load(&shared->stop)) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += POLL_MILLISECONDS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&shared->lock);
    int left = shared->ended_items < shared->item_count;
    if (left) pthread_cond_timedwait(&shared->ended, &shared->lock, &until);
    pthread_mutex_unlock(&shared->lock);
    report(shared);
    if (!left) return;
  }
}

/* "replicate 3 at d = 20, ...: " before the message of what failed. */
static icl_status name_replicate(const worker_state *worker, int64_t point, icl_status status) {
  const icl__experiment_point *at = &worker->shared->simulation->points[point];
  char reason[MESSAGE];
  save_message(sizeof reason, reason);
  return icl__fail(status, "replicate %" PRId64 " at d = %" PRId64 ", l = %" PRId64 ", k = %" PRId64 ", n = %" PRId64
                   ", rho = %g, lambda = %g: %s", worker->shared->items[worker->item].replicate, at->d, at->l, at->k,
                   at->n, at->rho, at->lambda, reason);
}

static void do_item(void *context, int64_t item, int64_t number) {
  shared_work *shared = context;
  const icl__simulation *simulation = shared->simulation;
  worker_state *worker = &shared->workers[number];
  worker->item = item;
  if (!is_stopped(worker)) {
    int64_t group = shared->items[item].group, replicate = shared->items[item].replicate;
    int64_t count = missing_points(shared, group, replicate, worker->which);
    icl__replicate work = {simulation->distribution, simulation->seed, replicate, simulation->points, count,
                           worker->which, worker->run, take_errors, worker};
    icl_status status = icl__replicate_errors(&work);
    if (status && !(status == ICL_ERR_CANCELED && is_stopped(worker))) {
      int64_t still = missing_points(shared, group, replicate, worker->which);
      if (still && status != ICL_ERR_IO) status = name_replicate(worker, worker->which[0], status);
      fail_item(worker, status);
    }
  }
  pthread_mutex_lock(&shared->lock);
  shared->ended_items++;
  pthread_cond_signal(&shared->ended);
  pthread_mutex_unlock(&shared->lock);
}

/* ---- all together ---- */

static icl_status new_workers(shared_work *shared, int64_t threads) {
  icl__progress silent = {NULL, threads, 0, 0};
  shared->worker_count = icl__workers(&silent, shared->item_count);
  ICL__TRY(icl__new(shared->worker_count * (int64_t)sizeof *shared->workers, &shared->workers));
  for (int64_t i = 0; i < shared->worker_count; i++) {
    worker_state *worker = &shared->workers[i];
    worker->shared = shared;
    worker->number = i;
    ICL__TRY(icl__new(shared->distinct * (int64_t)sizeof *worker->which, &worker->which));
    ICL__TRY(icl_run_create(&worker->run));
    ICL__TRY(icl_run_set_threads(worker->run, threads / shared->worker_count));
    ICL__TRY(icl_run_set_progress(worker->run, during_fit, worker));
  }
  return ICL_OK;
}

static icl_status compute(shared_work *shared) {
  icl__progress silent = {NULL, shared->progress->threads, 0, 0};
  ICL__TRY(icl__progress_reach(shared->progress, atomic_load(&shared->finished)));
  if (!shared->item_count) return ICL_OK;
  ICL__TRY(new_workers(shared, silent.threads));
  ICL__TRY(icl__parallel_long(&silent, shared->item_count, 0, do_item, wait_for_others, shared));
  report(shared);
  if (shared->failure) return icl__fail(shared->failure, "%s", shared->message);
  return shared->canceled ? icl__fail(ICL_ERR_CANCELED, "canceled by the progress callback") : ICL_OK;
}

static icl_status new_work(shared_work *shared) {
  int64_t count = shared->simulation->count, replicates = shared->simulation->replicates, pairs;
  ICL__TRY(icl__check_product(count, replicates, (int64_t)sizeof(work_item), "the list of replicates", &pairs));
  ICL__TRY(icl__new(count * (int64_t)sizeof *shared->which, &shared->which));
  ICL__TRY(icl__new(count * (int64_t)sizeof *shared->same, &shared->same));
  ICL__TRY(icl__new(count * (int64_t)sizeof *shared->groups, &shared->groups));
  ICL__TRY(icl__new(count * (int64_t)sizeof *shared->keys, &shared->keys));
  ICL__TRY(icl__new(count * (int64_t)sizeof *shared->keyed, &shared->keyed));
  ICL__TRY(icl__new(pairs, &shared->items));
  return icl__new(count * replicates, &shared->done);
}

static void free_work(shared_work *shared) {
  for (int64_t i = 0; shared->workers && i < shared->worker_count; i++) {
    icl_run_destroy(shared->workers[i].run);
    icl__free(shared->workers[i].which);
  }
  icl__free(shared->workers);
  icl__free(shared->which);
  icl__free(shared->same);
  icl__free(shared->groups);
  icl__free(shared->keys);
  icl__free(shared->keyed);
  icl__free(shared->items);
  icl__free(shared->done);
}

/* With the file open: what it has, and then the rest. */
static icl_status resume(shared_work *shared) {
  icl_status status = ICL_OK;
  if (shared->checkpoint) status = icl__checkpoint_read(shared->checkpoint, take_record, go_on_reading, shared);
  if (!status) {
    list_items(shared);
    status = compute(shared);
  }
  return status;
}

static icl_status with_checkpoint(shared_work *shared) {
  icl__checkpoint checkpoint;
  if (!shared->simulation->path) return resume(shared);
  ICL__TRY(icl__checkpoint_open(shared->simulation->path, &checkpoint));
  shared->checkpoint = &checkpoint;
  icl_status status = resume(shared);
  if (!status) return icl__checkpoint_close(&checkpoint);
  char message[MESSAGE]; /* the first failure is the one to tell */
  save_message(sizeof message, message);
  (void)icl__checkpoint_close(&checkpoint);
  return icl__fail(status, "%s", message);
}

/* Points that equal another one. */
static void copy_same(shared_work *shared) {
  const icl__simulation *simulation = shared->simulation;
  int64_t size = 2 * simulation->replicates;
  for (int64_t i = 0; i < simulation->count; i++) {
    if (shared->same[i] == i) continue;
    memcpy(&simulation->errors[i * size], &simulation->errors[shared->same[i] * size], (size_t)size * sizeof(double));
  }
}

static icl_status simulate(const icl__simulation *simulation, const icl_run *run) {
  shared_work shared = {.simulation = simulation, .failed_item = INT64_MAX, .failure_item = INT64_MAX};
  icl__progress progress = icl__progress_begin(run, 0);
  shared.progress = &progress;
  if (pthread_mutex_init(&shared.lock, NULL)) return icl__fail(ICL_ERR_MEMORY, "could not initialise a mutex");
  if (init_condition(&shared.ended)) {
    pthread_mutex_destroy(&shared.lock);
    return icl__fail(ICL_ERR_MEMORY, "could not initialise a condition variable");
  }
  icl_status status = new_work(&shared);
  if (!status) status = sort_points(&shared, simulation->replicates >= REPLICATES_TO_SHARE * progress.threads);
  if (!status) {
    progress.total = shared.distinct * simulation->replicates;
    make_keys(&shared);
    status = with_checkpoint(&shared);
  }
  if (!status) copy_same(&shared);
  free_work(&shared);
  pthread_cond_destroy(&shared.ended);
  pthread_mutex_destroy(&shared.lock);
  return status;
}

/* pthread_cancel would act where the checkpoint is read and written, and leave it locked: it has to wait. */
icl_status icl__simulate(const icl__simulation *simulation, const icl_run *run) {
  int before;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
  icl_status status = simulate(simulation, run);
  pthread_setcancelstate(before, &before);
  return status;
}
