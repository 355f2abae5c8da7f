/* Progress and cancellation inside one long computation. */
#ifndef ICL_RUN_H
#define ICL_RUN_H

#include <icltheory/run.h>
#include <stdint.h>

#include "status.h"

/* One call's progress: created on its stack, handed down to whatever does the work. */
typedef struct {
  const icl_run *run; /* may be NULL */
  int64_t threads;    /* own threads, 1 .. 128: asked once, since the processors may change meanwhile */
  int64_t done, total;
} icl__progress;

icl__progress icl__progress_begin(const icl_run *run, int64_t total);

/* Whether a run can cancel: it has a callback. */
int icl__run_can_cancel(const icl_run *run);

/* Adds finished work and reports it; ICL_ERR_CANCELED when the callback asks for that. Calling
 * thread only. */
icl_status icl__progress_add(icl__progress *progress, int64_t amount);

/* Reports that `done` units are done, if that is news. */
icl_status icl__progress_reach(icl__progress *progress, int64_t done);

#endif
