//! Reading and changing the process environment.
//!
//! The standard library guards its own reads and writes with one lock; C code that calls `getenv`
//! at the same time is outside of that lock, which is why its functions are unsafe and why `#
//! Threads` below passes the duty on. Its reads copy a value before anybody can ask whether there
//! is memory for that, so the reads here are not its; they are guarded by a lock of their own, which
//! the changes here take, too.

use crate::error::{ErrorCode, Result, fail};
use crate::memory;
use std::ffi::{CStr, CString, OsString, c_char};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

/// Held by reads here, and by changes here alone.
static LOCK: RwLock<()> = RwLock::new(());

unsafe extern "C" {
    /// The C library's list of `KEY=VALUE`, with null behind the last one.
    static environ: *const *const c_char;
}

/// The value of an environment variable of this process; none if it is not set.
///
/// # Errors
/// `OUT_OF_MEMORY`.
///
/// # Threads
/// Any thread may call it while others change the environment through this module. Other code of
/// the same process must not change it (`setenv`) at the same time.
pub fn env(key: &str) -> Result<Option<OsString>> {
    let Ok(key) = CString::new(key) else { return Ok(None) };
    let _held = LOCK.read().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the key ends with NUL. Nobody changes the environment here while the lock is held, and
    // elsewhere by the duty above.
    let value = unsafe { libc::getenv(key.as_ptr()) };
    if value.is_null() {
        return Ok(None);
    }
    // SAFETY: a value that is there ends with NUL, and stays as long as nobody changes it, as above.
    copy(unsafe { CStr::from_ptr(value) }.to_bytes()).map(Some)
}

/// All environment variables of this process, in their order there. What has no `=` is none, unless
/// that is its first character, which belongs to the name.
///
/// # Errors
/// `OUT_OF_MEMORY`.
///
/// # Threads
/// As for [`env`].
pub fn env_all() -> Result<Vec<(OsString, OsString)>> {
    let mut all = Vec::new();
    each(|entry| {
        let end = entry.iter().skip(1).position(|byte| *byte == b'=');
        if let Some(at) = end.map(|at| at + 1) {
            all.try_reserve(1)?;
            all.push((copy(&entry[..at])?, copy(&entry[at + 1..])?));
        }
        Ok(())
    })?;
    Ok(all)
}

/// How many bytes all environment variables of this process have together, for what copies them
/// without asking.
///
/// # Threads
/// As for [`env`].
pub fn env_bytes() -> usize {
    let mut bytes = 0;
    // Adding up does not fail.
    let _ = each(|entry| {
        bytes += entry.len() + 1;
        Ok(())
    });
    bytes
}

/// The directory for temporary files, as `std::env::temp_dir` tells it.
///
/// # Errors
/// `OUT_OF_MEMORY`.
///
/// # Threads
/// As for [`env`].
pub fn temp_dir() -> Result<PathBuf> {
    Ok(env("TMPDIR")?.map_or_else(|| PathBuf::from("/tmp"), PathBuf::from))
}

/// Looks at each entry of the environment, until the first error.
fn each(mut look: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let _held = LOCK.read().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the C library has defined it, and nobody changes it, as in `env`.
    let mut place = unsafe { environ };
    // `clearenv` leaves no list.
    while !place.is_null() {
        // SAFETY: the end of the list, null, was not met yet, so this is a place of it.
        let entry = unsafe { *place };
        if entry.is_null() {
            break;
        }
        // SAFETY: an entry ends with NUL and stays as long as nobody changes the environment.
        look(unsafe { CStr::from_ptr(entry) }.to_bytes())?;
        // SAFETY: behind a place that is not the end there is another one.
        place = unsafe { place.add(1) };
    }
    Ok(())
}

/// A copy with room for the NUL that C gets behind it.
fn copy(bytes: &[u8]) -> Result<OsString> {
    let mut copy = memory::list(bytes.len() + 1)?;
    copy.extend_from_slice(bytes);
    Ok(OsString::from_vec(copy))
}

/// Sets an environment variable of this process.
///
/// # Errors
/// `INVALID_ARGUMENT` for an empty key, a key with `=` or NUL, or a value with NUL;
/// `OUT_OF_MEMORY`.
///
/// # Threads
/// Any thread may call it while others read or write the environment through this module. C code of
/// the same process must not read the environment (`getenv`, `localtime`, `getaddrinfo`) at the
/// same time.
pub fn set_env(key: &str, value: &str) -> Result<()> {
    check_key(key)?;
    if value.contains('\0') {
        return fail(ErrorCode::InvalidArgument, format!("the value of `{key}` contains NUL"));
    }
    // The standard library makes one copy of both, the C library another one.
    memory::need((key.len() + value.len()).saturating_mul(2))?;
    let _held = LOCK.write().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the key and value are checked, so the call does not panic. The lock and the standard
    // library serialise this with all other uses of the environment through Rust; that no C code
    // reads it meanwhile is the documented duty of the program, which the spec of every function
    // that calls this repeats to its callers.
    unsafe { std::env::set_var(key, value) };
    Ok(())
}

/// Removes an environment variable of this process; one that is not set is fine.
///
/// # Errors
/// `INVALID_ARGUMENT` for an empty key or a key with `=` or NUL.
///
/// # Threads
/// As for [`set_env`].
pub fn remove_env(key: &str) -> Result<()> {
    check_key(key)?;
    let _held = LOCK.write().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: as in `set_env`.
    unsafe { std::env::remove_var(key) };
    Ok(())
}

fn check_key(key: &str) -> Result<()> {
    if key.is_empty() {
        return fail(ErrorCode::InvalidArgument, "the name of the variable is empty");
    }
    if key.contains(['=', '\0']) {
        let key = key.escape_debug();
        return fail(ErrorCode::InvalidArgument, format!("the name `{key}` contains `=` or NUL"));
    }
    Ok(())
}
