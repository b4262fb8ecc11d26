#![doc = include_str!("../README.md")]
#![no_std]

#[cfg(test)]
extern crate std;

pub mod base;
mod block;
mod call;
mod descriptor;
mod directory;
mod environment;
mod error;
pub mod exports;
mod file;
mod handle;
mod input;
mod lock;
mod map;
mod memory;
mod mutex;
mod path;
mod process;
mod stream;
mod system;
mod thread;

/// The types that cross the boundary.
pub mod types {
    pub use crate::block::{RtBytes, RtList, RtText};
    pub use crate::process::RtProcessRunResult;
}

#[cfg(not(target_pointer_width = "64"))]
compile_error!("the C boundary is laid out for 64-bit targets");
