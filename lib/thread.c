#include "thread.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "alloc.h"

typedef struct {
  icl__work_fn work;
  void *context;
  int64_t count;
  _Atomic int64_t next;     /* first item nobody has taken */
  _Atomic int64_t finished; /* items done */
  atomic_int stop;
  pthread_mutex_t gate; /* held while workers are started: none begins before all exist, so a failure does nothing */
} shared_work;

typedef struct {
  shared_work *shared;
  int64_t worker;
  pthread_t thread;
} worker_state;

static int work_on_one(shared_work *shared, int64_t worker) {
  if (atomic_load(&shared->stop)) return 0;
  int64_t item = atomic_fetch_add(&shared->next, 1);
  if (item >= shared->count) return 0;
  shared->work(shared->context, item, worker);
  atomic_fetch_add(&shared->finished, 1);
  return 1;
}

static void *worker_main(void *argument) {
  worker_state *state = argument;
  pthread_mutex_lock(&state->shared->gate);
  pthread_mutex_unlock(&state->shared->gate);
  while (work_on_one(state->shared, state->worker)) {
  }
  return NULL;
}

int64_t icl__workers(const icl__progress *progress, int64_t count) {
  return progress->threads < count ? progress->threads : count;
}

/* Starts workers 1 .. workers - 1 with signals blocked, so that the program's handlers never run on them; but for
 * faults of their own, which a crash handler wants to see. */
static icl_status start_workers(worker_state *states, int64_t workers, shared_work *shared, int64_t *started) {
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
  sigset_t all, before;
  int error = 0;
  pthread_mutex_lock(&shared->gate);
  sigfillset(&all);
  for (int j = 0; j < 4; j++) sigdelset(&all, faults[j]);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (*started = 1; *started < workers; ++*started) {
    worker_state *state = &states[*started];
    state->shared = shared;
    state->worker = *started;
    error = pthread_create(&state->thread, NULL, worker_main, state);
    if (error) break;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error) atomic_store(&shared->stop, 1);
  pthread_mutex_unlock(&shared->gate);
  if (!error) return ICL_OK;
  return icl__fail(ICL_ERR_MEMORY, "could not start thread %" PRId64 " of %" PRId64 " (error %d)", *started + 1,
                   workers, error);
}

int64_t icl__lane_start(int64_t n, int64_t lanes, int64_t lane) {
  return n / lanes * lane + n % lanes * lane / lanes;
}

static icl_status share_out(icl__progress *progress, int64_t count, int64_t weight, icl__work_fn work,
                            icl__wait_fn wait, void *context) {
  shared_work shared = {.work = work, .context = context, .count = count};
  worker_state *states;
  int64_t workers = icl__workers(progress, count), started, reported = 0;
  ICL__TRY(icl__new((workers ? workers : 1) * (int64_t)sizeof *states, &states));
  if (pthread_mutex_init(&shared.gate, NULL)) {
    icl__free(states);
    return icl__fail(ICL_ERR_MEMORY, "could not initialise a mutex");
  }
  icl_status status = start_workers(states, workers, &shared, &started);
  while (!status && work_on_one(&shared, 0)) {
    int64_t finished = atomic_load(&shared.finished);
    status = icl__progress_add(progress, (finished - reported) * weight);
    reported = finished;
  }
  if (status) atomic_store(&shared.stop, 1);
  else if (wait) wait(context);
  for (int64_t worker = 1; worker < started; worker++) pthread_join(states[worker].thread, NULL);
  if (!status && reported < count) status = icl__progress_add(progress, (count - reported) * weight);
  pthread_mutex_destroy(&shared.gate);
  icl__free(states);
  return status;
}

/* What the workers use is on this thread's stack, which pthread_cancel would take away: it has to wait. */
icl_status icl__parallel_long(icl__progress *progress, int64_t count, int64_t weight, icl__work_fn work,
                              icl__wait_fn wait, void *context) {
  int before;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
  icl_status status = share_out(progress, count, weight, work, wait, context);
  pthread_setcancelstate(before, &before);
  return status;
}

icl_status icl__parallel(icl__progress *progress, int64_t count, int64_t weight, icl__work_fn work, void *context) {
  return icl__parallel_long(progress, count, weight, work, NULL, context);
}
