//! The C interface of libicltheory as its headers declare it, item by item, under the same names. The headers are the
//! manual: `icltheory/TOPIC.h` of the installed library. The crate `icltheory` is the safe way to use it.
//!
//! The build script asks `pkg-config` for the library; with `ICLTHEORY_STATIC=1` in the environment it is linked
//! statically, and its BLAS as the system provides it.

#![deny(missing_docs)]
#![allow(non_camel_case_types, non_snake_case)]

/// A type of which only pointers exist. Not constructible, and neither `Send`, `Sync` nor `Unpin` by itself.
macro_rules! opaque {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[repr(C)]
        pub struct $name {
            _data: [u8; 0],
            _marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
        }
    };
}

mod attention;
mod baseline;
mod dataset;
mod estimator;
mod experiment;
mod finite;
mod run;
mod status;
mod tasks;
mod testerror;
mod theory;
mod version;

pub use attention::*;
pub use baseline::*;
pub use dataset::*;
pub use estimator::*;
pub use experiment::*;
pub use finite::*;
pub use run::*;
pub use status::*;
pub use tasks::*;
pub use testerror::*;
pub use theory::*;
pub use version::*;
