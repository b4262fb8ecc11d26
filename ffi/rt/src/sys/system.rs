//! Facts about the machine.

use crate::error::{ErrorCode, Result, fail};

/// How many processors are online, whatever this process may use of them
/// (`std::thread::available_parallelism` says that).
///
/// # Errors
/// `UNSUPPORTED` if the system does not tell.
pub fn online_cpus() -> Result<u32> {
    // SAFETY: `sysconf` takes a number and touches no memory of ours.
    let count = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    match u32::try_from(count) {
        Ok(count) if count > 0 => Ok(count),
        _ => fail(ErrorCode::Unsupported, "the system does not tell its number of processors"),
    }
}
