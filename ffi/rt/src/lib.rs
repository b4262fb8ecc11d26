#![doc = include_str!("../README.md")]
//!
//! The crate doc is the README, so that a reader of the folder and a reader of the reference see
//! one text.

mod abi;
mod barrier;
mod block;
mod convert;
mod error;
pub mod exports;
pub mod files;
pub mod gc;
mod handles;
pub mod input;
mod last_error;
pub mod memory;
pub mod record;
pub mod sys;
#[cfg(test)]
mod testing;
mod thread;

pub use abi::{RtBytes, RtList, RtOpt, RtText, Scalar, Zero, empty};
pub use barrier::{call, call_depth, call_keeping_error};
pub use block::live_blocks;
pub use convert::{BlockWriter, Element, Pending, Release, ToAbi, first_error, list_to_abi};
pub use error::{Error, ErrorCode, Result, ResultExt, fail};
pub use handles::{
    Bound, BoundHandles, BoundHold, BoundMut, BoundRef, Handles, Hold, Ref, RefMut, live_handles,
};

/// What every body sees.
pub mod prelude {
    pub use crate::{Error, ErrorCode, Result, ResultExt, fail, memory};
    pub use std::path::{Path, PathBuf};
}

#[cfg(not(target_pointer_width = "64"))]
compile_error!("the C boundary is laid out for 64-bit targets");

#[cfg(panic = "abort")]
compile_error!("the panic barrier needs `panic = \"unwind\"`");
