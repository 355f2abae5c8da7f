//! `icltheory/version.h`: the version of the library that is linked.

use std::os::raw::c_char;

extern "C" {
    /// The version as text, "major.minor.patch".
    pub fn icl_version_string() -> *const c_char;

    /// The version as one number that can be compared.
    pub fn icl_version_number() -> i32;
}
