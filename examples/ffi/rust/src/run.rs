//! `icltheory/run.h`: threads, progress and cancellation of a long computation.

use std::any::Any;
use std::fmt;
use std::ops::ControlFlow;
use std::os::raw::c_void;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr;

use icltheory_sys as sys;

use crate::arrays::size;
use crate::error::{check, Result};
use crate::handle::Handle;

type Progress<'a> = dyn FnMut(i64, Option<i64>) -> ControlFlow<()> + Send + 'a;

/// How a long computation runs. Long functions take `Option<&mut Run>` last; `None` is one thread and no report.
///
/// ```
/// # use icltheory::*;
/// # fn main() -> Result<()> {
/// # let pool = TaskPool::new(5, 3, Distribution::Gaussian, 1)?;
/// # let data = Dataset::new(&pool, 20, 100, 0.01, 1)?;
/// use std::ops::ControlFlow;
/// let mut calls = 0;
/// {
///     let mut run = Run::new()?;
///     run.set_threads(2)?;
///     run.set_progress(|_done, _total| {
///         calls += 1;
///         ControlFlow::Continue(())
///     });
///     Estimator::new()?.fit(&data, Some(&mut run))?;
/// }
/// assert!(calls > 0);
/// # Ok(())
/// # }
/// ```
pub struct Run<'a> {
    handle: Handle<sys::icl_run>,
    progress: Option<Box<Progress<'a>>>,
}

// SAFETY: nothing can be done with `&Run`: the callback, which need not be `Sync`, is called through `&mut Run` only.
unsafe impl Sync for Run<'_> {}

impl<'a> Run<'a> {
    /// One thread and no progress report.
    pub fn new() -> Result<Self> {
        // SAFETY: `out` is what it writes to.
        let handle = Handle::new(|out| unsafe { sys::icl_run_create(out) })?;
        Ok(Run { handle, progress: None })
    }

    /// Sets the number of threads, the calling one included; 0: one per processor available to the process. Results do
    /// not depend on it, to the bit.
    pub fn set_threads(&mut self, threads: usize) -> Result<()> {
        let threads = size(threads, "threads")?;
        // SAFETY: a valid handle.
        check(unsafe { sys::icl_run_set_threads(self.handle.as_mut_ptr(), threads) })
    }

    /// Sets the progress callback, which is given the work done and all work in the same arbitrary unit, `None` when
    /// unknown. It is called from time to time, on the thread that called the library. `Break` cancels the computation,
    /// which then fails with [`Status::Canceled`](crate::Status::Canceled); so does a panic, which goes on once the
    /// library has returned. The callback must not call the library on what the computation uses.
    pub fn set_progress(&mut self, callback: impl FnMut(i64, Option<i64>) -> ControlFlow<()> + Send + 'a) {
        self.progress = Some(Box::new(callback));
    }

    /// No progress report any more.
    pub fn clear_progress(&mut self) {
        self.progress = None;
    }
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("Run");
        fields.field("handle", &self.handle).field("progress", &self.progress.is_some()).finish()
    }
}

/// The callback during one call of the library, and what it panicked with.
struct Call<'c, 'a> {
    progress: &'c mut Progress<'a>,
    panic: Option<Box<dyn Any + Send>>,
}

/// What the library calls. No panic may pass through it.
unsafe extern "C" fn report(done: i64, total: i64, user: *mut c_void) -> i32 {
    // SAFETY: `with_run` gave this pointer to a `Call` that outlives the library's call and is used here only.
    let call = unsafe { &mut *user.cast::<Call>() };
    let total = if total < 0 { None } else { Some(total) };
    match catch_unwind(AssertUnwindSafe(|| (call.progress)(done, total))) {
        Ok(ControlFlow::Continue(())) => 0,
        Ok(ControlFlow::Break(())) => 1,
        Err(panic) => {
            call.panic = Some(panic);
            1
        }
    }
}

/// Calls the library with a run.
///
/// The callback is known to the library during the call only, so that it may be any closure and `Run` may be moved.
/// If it panicked this does not return: what the call changed has to be valid then, too.
pub(crate) fn with_run(
    run: Option<&mut Run<'_>>,
    call: impl FnOnce(*const sys::icl_run) -> sys::icl_status,
) -> Result<()> {
    let run = match run {
        None => return check(call(ptr::null())),
        Some(run) => run,
    };
    let progress = match run.progress.as_deref_mut() {
        None => return check(call(run.handle.as_ptr())),
        Some(progress) => progress,
    };
    let mut state = Call { progress, panic: None };
    let user: *mut Call = &mut state;
    // SAFETY: a valid handle, which forgets the pointer before `state` ends.
    check(unsafe { sys::icl_run_set_progress(run.handle.as_mut_ptr(), Some(report), user.cast()) })?;
    let result = check(call(run.handle.as_ptr()));
    // SAFETY: as above.
    check(unsafe { sys::icl_run_set_progress(run.handle.as_mut_ptr(), None, ptr::null_mut()) })?;
    match state.panic {
        Some(panic) => resume_unwind(panic),
        None => result,
    }
}
