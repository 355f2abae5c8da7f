#include "run.h"

#include <inttypes.h>
#include <sched.h>
#include <unistd.h>

#include "alloc.h"
#include "checked.h"

struct icl_run {
  int64_t threads;
  icl_progress_fn fn;
  void *user;
};

/* What may be asked for, and what is used: OpenBLAS keeps a buffer for each thread within it, has a few hundred of
 * them, and crashes when they run out. */
enum { MAX_THREADS = 4096, MAX_USED = 128 };

icl_status icl_run_create(icl_run **out) {
  icl_run *run;
  ICL__TRY(icl__check_pointer(out, "out"));
  ICL__TRY(icl__new(sizeof *run, &run));
  run->threads = 1;
  *out = run;
  return ICL_OK;
}

icl_status icl_run_set_threads(icl_run *run, int64_t threads) {
  ICL__TRY(icl__check_pointer(run, "run"));
  ICL__TRY(icl__check_at_least(threads, 0, "threads"));
  if (threads > MAX_THREADS) {
    return icl__fail(ICL_ERR_DOMAIN, "threads is %" PRId64 "; at most %d was expected", threads, MAX_THREADS);
  }
  run->threads = threads;
  return ICL_OK;
}

icl_status icl_run_set_progress(icl_run *run, icl_progress_fn fn, void *user) {
  ICL__TRY(icl__check_pointer(run, "run"));
  run->fn = fn;
  run->user = user;
  return ICL_OK;
}

void icl_run_destroy(icl_run *run) { icl__free(run); }

/* The processors the calling thread may use, which a container or taskset limits below those of the machine. */
static int64_t processors(void) {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? online : 1;
}

icl__progress icl__progress_begin(const icl_run *run, int64_t total) {
  int64_t threads = !run ? 1 : run->threads ? run->threads : processors();
  return (icl__progress){run, threads < MAX_USED ? threads : MAX_USED, 0, total};
}

int icl__run_can_cancel(const icl_run *run) { return run && run->fn; }

icl_status icl__progress_add(icl__progress *progress, int64_t amount) {
  progress->done += amount;
  if (!icl__run_can_cancel(progress->run)) return ICL_OK;
  if (progress->run->fn(progress->done, progress->total, progress->run->user)) {
    return icl__fail(ICL_ERR_CANCELED, "canceled by the progress callback");
  }
  return ICL_OK;
}

icl_status icl__progress_reach(icl__progress *progress, int64_t done) {
  return icl__progress_add(progress, done > progress->done ? done - progress->done : 0);
}
