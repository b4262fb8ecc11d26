//! What this process does about signals.

use std::io;

/// Whether a signal has its default action: it is neither ignored nor handled.
///
/// # Errors
/// `INVALID_ARGUMENT` for a number that is no signal.
pub fn has_default_action(signal: i32) -> io::Result<bool> {
    // SAFETY: all zeros are a value of the struct, which is of numbers and null pointers.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: the call reads the present action into memory of the right type and changes nothing.
    match unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut action) } {
        0 => Ok(action.sa_sigaction == libc::SIG_DFL),
        _ => Err(io::Error::last_os_error()),
    }
}
