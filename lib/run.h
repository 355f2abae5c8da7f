/* Progress and cancellation inside one long computation. */
#ifndef ICL_RUN_H
#define ICL_RUN_H

#include <icltheory/run.h>
#include <stdint.h>

#include "status.h"

/* One call's progress: created on its stack, handed down to whatever does the work. */
typedef struct {
  const icl_run *run; /* may be NULL */
  int64_t done, total;
} icl__progress;

/* The number of own threads a run asks for, at least 1. */
int64_t icl__run_threads(const icl_run *run);

/* Whether a run can cancel: it has a callback. */
int icl__run_can_cancel(const icl_run *run);

/* Adds finished work, up to the total, and reports it; ICL_ERR_CANCELED when the callback asks for that. Calling thread only. */
icl_status icl__progress_add(icl__progress *progress, int64_t amount);

/* Reports whatever is left of the total. */
icl_status icl__progress_finish(icl__progress *progress);

#endif
