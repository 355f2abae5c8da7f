//! `icltheory/run.h`: how a long computation runs.

use crate::status::icl_status;
use std::os::raw::c_void;

opaque!(
    /// How a long computation runs.
    icl_run
);

/// Reports progress; returning nonzero cancels the computation, which then fails with ICL_ERR_CANCELED.
pub type icl_progress_fn = Option<unsafe extern "C" fn(done: i64, total: i64, user: *mut c_void) -> i32>;

extern "C" {
    /// Creates a run with one thread and no progress report.
    pub fn icl_run_create(out: *mut *mut icl_run) -> icl_status;

    /// Sets the number of threads the library itself starts, the calling one included.
    pub fn icl_run_set_threads(run: *mut icl_run, threads: i64) -> icl_status;

    /// Sets the progress callback.
    pub fn icl_run_set_progress(run: *mut icl_run, r#fn: icl_progress_fn, user: *mut c_void) -> icl_status;

    /// Destroys a run.
    pub fn icl_run_destroy(run: *mut icl_run);
}
