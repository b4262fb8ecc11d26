//! Limits for a process about to be started.
//!
//! They must be set between fork and exec, where only async-signal-safe calls are allowed: no
//! allocation, no lock.

use rustix::process::{Rlimit, setrlimit};
use std::os::unix::process::CommandExt;
use std::process::Command;

pub use rustix::process::Resource;

/// Limits the address space of the process that `command` will start, in bytes. Allocations beyond
/// it fail there.
pub fn limit_address_space(command: &mut Command, size_bytes: u64) -> &mut Command {
    limit_resource(command, Resource::As, size_bytes)
}

/// Sets the soft and hard limit of a resource for the process that `command` will start; the unit
/// is that of `setrlimit(2)`. `Command::spawn` fails with the operating system's error if the limit
/// cannot be set, as when it is above the hard limit of this process.
pub fn limit_resource(command: &mut Command, resource: Resource, limit: u64) -> &mut Command {
    let set = move || {
        let limit = Rlimit { current: Some(limit), maximum: Some(limit) };
        setrlimit(resource, limit).map_err(Into::into)
    };
    // SAFETY: the closure makes one system call (rustix calls the kernel without libc) and builds
    // an `io::Error` from a number: no allocation, no lock, no memory that another thread may have
    // left half written at the fork.
    unsafe { command.pre_exec(set) }
}
