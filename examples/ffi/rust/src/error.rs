//! `icltheory/status.h`: status codes as an enumeration, and an error that keeps the message.

use std::ffi::CStr;
use std::fmt;
use std::os::raw::c_char;

use icltheory_sys as sys;

/// What every function that can fail returns.
pub type Result<T> = std::result::Result<T, Error>;

/// The kind of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Contradictory sizes, a slice of another length than they say, or a code that means nothing here.
    Argument,
    /// A number outside its range, or NaN.
    Domain,
    /// Array data with NaN or infinity, or results that overflow.
    NonFinite,
    /// Too large: a product overflows or exceeds what can be indexed.
    Size,
    /// A result asked for before it was computed, or after a failure.
    State,
    /// The accuracy asked for was not reached.
    NotConverged,
    /// The answer does not exist here.
    Singular,
    /// Out of memory, or a thread could not be started.
    Memory,
    /// A file could not be read or written.
    Io,
    /// The progress callback asked to stop.
    Canceled,
    /// Not possible for this kind of object.
    Unsupported,
    /// A code of a library newer than this crate.
    Unknown(i32),
}

/// Codes and kinds, one to one.
const CODES: [(i32, Status); 11] = [
    (sys::ICL_ERR_ARGUMENT, Status::Argument),
    (sys::ICL_ERR_DOMAIN, Status::Domain),
    (sys::ICL_ERR_NONFINITE, Status::NonFinite),
    (sys::ICL_ERR_SIZE, Status::Size),
    (sys::ICL_ERR_STATE, Status::State),
    (sys::ICL_ERR_NOT_CONVERGED, Status::NotConverged),
    (sys::ICL_ERR_SINGULAR, Status::Singular),
    (sys::ICL_ERR_MEMORY, Status::Memory),
    (sys::ICL_ERR_IO, Status::Io),
    (sys::ICL_ERR_CANCELED, Status::Canceled),
    (sys::ICL_ERR_UNSUPPORTED, Status::Unsupported),
];

impl Status {
    /// The kind of a code that reports a failure.
    ///
    /// ```
    /// use icltheory::Status;
    /// assert_eq!(Status::from_code(-2), Status::Domain);
    /// assert_eq!(Status::from_code(-7).code(), -7);
    /// ```
    pub fn from_code(code: i32) -> Self {
        let known = CODES.iter().find(|entry| entry.0 == code);
        known.map_or(Status::Unknown(code), |entry| entry.1)
    }

    /// The library's code.
    pub fn code(self) -> i32 {
        match self {
            Status::Unknown(code) => code,
            known => CODES.iter().find(|entry| entry.1 == known).map_or(0, |entry| entry.0),
        }
    }

    /// The library's short description.
    ///
    /// ```
    /// assert_eq!(icltheory::Status::Domain.description(), "number outside its range");
    /// ```
    pub fn description(self) -> &'static str {
        // SAFETY: any number is allowed; the string lives for ever.
        unsafe { text(sys::icl_status_string(self.code())) }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.description())
    }
}

/// A failure: its kind, and a message that names the argument, its value and what was expected.
///
/// ```
/// use icltheory::{Distribution, Status, TaskPool};
/// let error = TaskPool::new(20, 0, Distribution::Gaussian, 1).unwrap_err();
/// assert_eq!(error.status(), Status::Domain);
/// assert_eq!(error.to_string(), "number outside its range: k is 0; a number >= 1 was expected");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    status: Status,
    message: String,
}

impl Error {
    pub(crate) fn new(status: Status, message: String) -> Self {
        Error { status, message }
    }

    /// The kind.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The library's message.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.status, self.message)
    }
}

impl std::error::Error for Error {}

/// The result of a call that has just returned on this thread.
pub(crate) fn check(code: sys::icl_status) -> Result<()> {
    if code == sys::ICL_OK {
        return Ok(());
    }
    // SAFETY: valid until this thread's next failing call; copied before.
    let message = unsafe { text(sys::icl_last_error_message()) }.to_owned();
    Err(Error::new(Status::from_code(code), message))
}

/// The one number that a call gives.
pub(crate) fn read<T: Default>(call: impl FnOnce(*mut T) -> sys::icl_status) -> Result<T> {
    let mut value = T::default();
    check(call(&mut value))?;
    Ok(value)
}

/// A string of the library, empty if it were not UTF-8.
///
/// # Safety
/// `pointer` is a C string that lives as long as the result is used.
pub(crate) unsafe fn text<'a>(pointer: *const c_char) -> &'a str {
    // SAFETY: the caller's.
    unsafe { CStr::from_ptr(pointer) }.to_str().unwrap_or("")
}
