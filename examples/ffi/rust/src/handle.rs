//! What all handles have in common: one owner, destroyed once.
//!
//! `as_ptr` needs `&self` and gives what C's const functions take; `as_mut_ptr` needs `&mut self` and gives what the
//! others take. So Rust's rules for references are the library's rules for threads: several may use a handle through
//! const functions, one that changes it needs it alone.

use std::fmt;
use std::ptr::{self, NonNull};

use icltheory_sys as sys;

use crate::error::{check, Result};

/// An opaque type of the library.
pub(crate) trait Opaque {
    /// # Safety
    /// `pointer` came from the library's function that creates, and is not used afterwards.
    unsafe fn destroy(pointer: *mut Self);
}

macro_rules! opaque {
    ($($type:ident: $destroy:ident,)*) => {
        $(impl Opaque for sys::$type {
            unsafe fn destroy(pointer: *mut Self) {
                // SAFETY: the caller's.
                unsafe { sys::$destroy(pointer) }
            }
        })*
    };
}

opaque! {
    icl_dataset: icl_dataset_destroy,
    icl_estimator: icl_estimator_destroy,
    icl_experiment: icl_experiment_destroy,
    icl_finite_theory: icl_finite_theory_destroy,
    icl_run: icl_run_destroy,
    icl_task_pool: icl_task_pool_destroy,
    icl_test_law: icl_test_law_destroy,
    icl_theory: icl_theory_destroy,
}

/// The owner of a handle.
pub(crate) struct Handle<T: Opaque>(NonNull<T>);

// SAFETY: a handle owns what it needs and is bound to no thread, and what handles share among themselves (a pool) is
// counted atomically.
unsafe impl<T: Opaque> Send for Handle<T> {}
// SAFETY: `&Handle` gives const functions only, which are thread-safe.
unsafe impl<T: Opaque> Sync for Handle<T> {}

impl<T: Opaque> Handle<T> {
    /// What `create`, one of the library's functions of that name, writes to its last argument.
    pub(crate) fn new(create: impl FnOnce(*mut *mut T) -> sys::icl_status) -> Result<Self> {
        let mut pointer = ptr::null_mut();
        check(create(&mut pointer))?;
        Ok(Handle(NonNull::new(pointer).expect("a handle that was created")))
    }

    pub(crate) fn as_ptr(&self) -> *const T {
        self.0.as_ptr()
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut T {
        self.0.as_ptr()
    }
}

impl<T: Opaque> Drop for Handle<T> {
    fn drop(&mut self) {
        // SAFETY: it came from `new`, and nobody else has it.
        unsafe { T::destroy(self.0.as_ptr()) }
    }
}

impl<T: Opaque> fmt::Debug for Handle<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;
    use std::cell::Cell;

    /// Counts how often it is destroyed.
    struct Counted(Cell<u32>);

    impl Opaque for Counted {
        unsafe fn destroy(pointer: *mut Self) {
            // SAFETY: the tests' own variable.
            let counted = unsafe { &(*pointer).0 };
            counted.set(counted.get() + 1);
        }
    }

    fn create(counted: &mut Counted, out: *mut *mut Counted, status: sys::icl_status) -> sys::icl_status {
        // SAFETY: `out` is `new`'s.
        unsafe { *out = counted };
        status
    }

    #[test]
    fn a_handle_is_destroyed_once() {
        let mut counted = Counted(Cell::new(0));
        let handle = Handle::new(|out| create(&mut counted, out, sys::ICL_OK)).unwrap();
        let moved = Box::new(handle);
        assert_eq!(counted.0.get(), 0);
        drop(moved);
        assert_eq!(counted.0.get(), 1);
    }

    #[test]
    fn what_was_not_created_is_not_destroyed() {
        let mut counted = Counted(Cell::new(0));
        let failed = Handle::new(|out| create(&mut counted, out, sys::ICL_ERR_MEMORY));
        assert_eq!(failed.unwrap_err().status(), Status::Memory);
        assert_eq!(counted.0.get(), 0);
    }
}
