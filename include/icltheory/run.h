/* How a long computation runs: its threads, its progress report, its cancellation.
 *
 * Every long function takes `const icl_run *run` after its other inputs and before its outputs. NULL means one thread
 * and no progress report. */
#ifndef ICLTHEORY_RUN_H
#define ICLTHEORY_RUN_H

#include <icltheory/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a long computation runs. Opaque. */
typedef struct icl_run icl_run;

/** Reports progress; returning nonzero cancels the computation, which then fails with ICL_ERR_CANCELED.
 *
 * It is called on the thread that called the library and on no other, from time to time. It must not unwind (no C++
 * exception, Rust panic or longjmp) and must not call the library on a handle that the computation uses.
 *
 * @param done work done so far; never decreases within one call of the library.
 * @param total all work, in the same arbitrary unit; -1 when unknown.
 * @param user what was given to icl_run_set_progress. */
typedef int32_t (*icl_progress_fn)(int64_t done, int64_t total, void *user);

/** Creates a run with one thread and no progress report.
 *
 * @param[out] out the new handle, to be given to icl_run_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT (out is NULL), ICL_ERR_MEMORY. Thread-safe. Since 0.1. */
icl_status icl_run_create(icl_run **out);

/** Sets the number of threads the library itself starts, the calling one included.
 *
 * They pay where the BLAS runs on one thread. Results do not depend on it, to the bit. The BLAS's own threads are the
 * program's affair; the library never changes their number.
 *
 * @param run the run.
 * @param threads 1 (default) or more; 0: one per processor available to the process. At most 4096, of which 128 are
 * used: a BLAS keeps a buffer for each, and has so many.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN. Since 0.1. */
icl_status icl_run_set_threads(icl_run *run, int64_t threads);

/** Sets the progress callback.
 *
 * @param run the run.
 * @param fn the callback; NULL for none (default).
 * @param user passed to every call of fn; not owned.
 * @return ICL_OK, ICL_ERR_ARGUMENT. Since 0.1. */
icl_status icl_run_set_progress(icl_run *run, icl_progress_fn fn, void *user);

/** Destroys a run.
 *
 * @param run the run, which no computation uses; or NULL. Since 0.1. */
void icl_run_destroy(icl_run *run);

#ifdef __cplusplus
}
#endif

#endif
