//! The environment and the current directory.
//!
//! All uses of the environment in this library go through one lock; C code that changes it at the
//! same time is outside of that lock, which the documentation of the functions says.

use crate::block::{RtText, give_text};
use crate::error::{Code, Error, Result, errno};
use crate::memory::{Message, Vector};
use crate::mutex::{Guard, Mutex};
use crate::path::terminated;
use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::ptr;

static ENVIRONMENT: Mutex<()> = Mutex::new(());

/// Keeps other threads of this library from changing the environment.
pub(crate) fn hold() -> Guard<()> {
    ENVIRONMENT.lock()
}

/// A path as text for the caller.
fn path_text(bytes: Vector<u8>) -> Result<RtText> {
    if core::str::from_utf8(bytes.as_slice()).is_err() {
        let message = Message::new("the name `").lossy(bytes.as_slice()).text("` is not UTF-8");
        return Err(message.error(Code::InvalidUtf8));
    }
    give_text(bytes)
}

/// The current directory.
pub(crate) fn cwd() -> Result<RtText> {
    let mut path: Vector<u8> = Vector::new();
    path.reserve(512)?;
    loop {
        // SAFETY: there is room for as many bytes.
        if !unsafe { libc::getcwd(path.end().cast(), path.spare()) }.is_null() {
            // SAFETY: the system has written a path that ends with a NUL.
            unsafe {
                let len = libc::strlen(path.end().cast());
                path.grow_by(len);
            }
            return path_text(path);
        }
        if errno() != libc::ERANGE {
            return Err(Error::last_os());
        }
        path.reserve(path.spare() * 2)?;
    }
}

/// Refuses what the environment cannot hold as a key.
fn check_key(key: &str) -> Result<()> {
    if key.is_empty() {
        let what = "the key of an environment variable must not be empty";
        return Err(Error::new(Code::InvalidArgument, what));
    }
    if key.as_bytes().iter().any(|byte| matches!(byte, b'=' | 0)) {
        let message = Message::new("the key `").escaped(key);
        let message = message.text("` of an environment variable has a `=` or a NUL byte");
        return Err(message.error(Code::InvalidArgument));
    }
    Ok(())
}

/// A copy of a variable's value; none if it is not set. `key` holds what `check_key` accepts.
fn value(key: &str) -> Result<Option<Vector<u8>>> {
    let key = terminated(key)?;
    let _hold = hold();
    // SAFETY: the key ends with a NUL, and the value is copied while nobody in here changes it.
    unsafe {
        let found = libc::getenv(key.as_slice().as_ptr().cast());
        if found.is_null() {
            return Ok(None);
        }
        let mut value = Vector::new();
        value.extend(CStr::from_ptr(found).to_bytes())?;
        Ok(Some(value))
    }
}

/// The value of a variable; null if it is not set.
pub(crate) fn get(key: &str) -> Result<RtText> {
    check_key(key)?;
    let Some(value) = value(key)? else { return Ok(RtText::NULL) };
    if core::str::from_utf8(value.as_slice()).is_err() {
        let message = Message::new(key).text(" is not UTF-8: `").lossy(value.as_slice());
        return Err(message.text("`").error(Code::InvalidUtf8));
    }
    give_text(value)
}

/// Sets a variable.
pub(crate) fn set(key: &str, value: &str) -> Result<bool> {
    check_key(key)?;
    if value.as_bytes().contains(&0) {
        let message = Message::new("the value of `").text(key).text("` has a NUL byte");
        return Err(message.error(Code::InvalidArgument));
    }
    let (key, value) = (terminated(key)?, terminated(value)?);
    let _hold = hold();
    // SAFETY: both end with a NUL; that no C code reads the environment meanwhile is the program's
    // duty, as the function's documentation says.
    let result = unsafe {
        libc::setenv(key.as_slice().as_ptr().cast(), value.as_slice().as_ptr().cast(), 1)
    };
    if result == 0 { Ok(true) } else { Err(Error::last_os()) }
}

/// The user's home directory: HOME, else what the account database says.
pub(crate) fn home() -> Result<RtText> {
    match value("HOME")? {
        Some(path) if path.len() > 0 => path_text(path),
        _ => path_text(home_of_account()?),
    }
}

fn home_of_account() -> Result<Vector<u8>> {
    let mut strings: Vector<u8> = Vector::new();
    let mut size = 1024;
    loop {
        strings.reserve(size)?;
        let mut account = MaybeUninit::<libc::passwd>::uninit();
        let mut found: *mut libc::passwd = ptr::null_mut();
        // SAFETY: all that the call fills in is there, the strings for as long as they are looked at.
        let number = unsafe {
            let uid = libc::getuid();
            let (start, size) = (strings.end().cast(), strings.spare());
            libc::getpwuid_r(uid, account.as_mut_ptr(), start, size, &raw mut found)
        };
        if number == libc::ERANGE {
            size = strings.spare() * 2;
            continue;
        }
        // SAFETY: an account that was found is `account`, with strings that end with a NUL.
        let home = unsafe { found.as_ref().map(|found| CStr::from_ptr(found.pw_dir)) };
        let Some(home) = home.filter(|_| number == 0) else {
            return Err(Error::new(
                Code::NotFound,
                "HOME is not set and the account database does not know the user",
            ));
        };
        let mut path = Vector::new();
        path.extend(home.to_bytes())?;
        return Ok(path);
    }
}
