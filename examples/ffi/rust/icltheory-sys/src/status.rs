//! `icltheory/status.h`: status codes and error messages.

use std::os::raw::c_char;

/// Success
pub const ICL_OK: icl_status = 0;
/// NULL where not allowed, unknown code, contradictory sizes
pub const ICL_ERR_ARGUMENT: icl_status = -1;
/// A number outside its range, or NaN
pub const ICL_ERR_DOMAIN: icl_status = -2;
/// Array data with NaN or infinity, or results that overflow
pub const ICL_ERR_NONFINITE: icl_status = -3;
/// Too large: a product overflows or exceeds what BLAS can index
pub const ICL_ERR_SIZE: icl_status = -4;
/// A result asked for before it was computed, or after a failure
pub const ICL_ERR_STATE: icl_status = -5;
/// The accuracy asked for was not reached
pub const ICL_ERR_NOT_CONVERGED: icl_status = -100;
/// The answer does not exist here
pub const ICL_ERR_SINGULAR: icl_status = -101;
/// Out of memory, or a thread could not be started
pub const ICL_ERR_MEMORY: icl_status = -200;
/// A file could not be read or written
pub const ICL_ERR_IO: icl_status = -201;
/// The progress callback asked to stop
pub const ICL_ERR_CANCELED: icl_status = -300;
/// Not possible for this kind of object
pub const ICL_ERR_UNSUPPORTED: icl_status = -301;

/// What a function reports.
pub type icl_status = i32;

extern "C" {
    /// A short English description of a status code.
    pub fn icl_status_string(status: icl_status) -> *const c_char;

    /// What went wrong in this thread's last failing call.
    pub fn icl_last_error_message() -> *const c_char;
}
