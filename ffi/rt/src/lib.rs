#![doc = include_str!("../README.md")]
//!
//! The crate doc is the README, so that a reader of the folder and a reader of the reference see one text.

pub mod barrier;
mod error;
pub mod last_error;
pub mod sys;

pub use barrier::{call, call_keeping_error};
pub use error::{Error, ErrorCode, Result, ResultExt, fail};

/// What every body sees.
pub mod prelude {
    pub use crate::{Error, ErrorCode, Result, ResultExt, fail};
    pub use std::path::{Path, PathBuf};
}

#[cfg(not(target_pointer_width = "64"))]
compile_error!("the C boundary is laid out for 64-bit targets");

#[cfg(panic = "abort")]
compile_error!("the panic barrier needs `panic = \"unwind\"`");
