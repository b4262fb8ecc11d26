//! Changing the process environment.
//!
//! The standard library guards its own reads and writes with one lock; C code that calls `getenv`
//! at the same time is outside of that lock, which is why its functions are unsafe and why `#
//! Threads` below passes the duty on.

use crate::error::{ErrorCode, Result, fail};

/// Sets an environment variable of this process.
///
/// # Errors
/// `INVALID_ARGUMENT` for an empty key, a key with `=` or NUL, or a value with NUL.
///
/// # Threads
/// Any thread may call it while others read or write the environment through Rust. C code of the
/// same process must not read the environment (`getenv`, `localtime`, `getaddrinfo`) at the same
/// time.
pub fn set_env(key: &str, value: &str) -> Result<()> {
    check_key(key)?;
    if value.contains('\0') {
        return fail(ErrorCode::InvalidArgument, format!("the value of `{key}` contains NUL"));
    }
    // SAFETY: the key and value are checked, so the call does not panic. The standard library
    // serialises this with all other uses of the environment through Rust; that no C code reads it
    // meanwhile is the documented duty of the program, which the spec of every function that calls
    // this repeats to its callers.
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
