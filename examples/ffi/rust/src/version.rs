//! `icltheory/version.h`.

use icltheory_sys as sys;

use crate::error::text;

/// The version of the library that is linked, `major.minor.patch`.
///
/// ```
/// let numbers = icltheory::version().split('.').map(|part| part.parse().unwrap());
/// assert_eq!(numbers.fold(0, |sum, part: i32| 100 * sum + part), icltheory::version_number());
/// ```
pub fn version() -> &'static str {
    // SAFETY: a string that lives for ever.
    unsafe { text(sys::icl_version_string()) }
}

/// The same as one number that can be compared: 10000 major + 100 minor + patch.
pub fn version_number() -> i32 {
    // SAFETY: no arguments.
    unsafe { sys::icl_version_number() }
}
