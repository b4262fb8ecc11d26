//! What the account database says of the user.
//!
//! `std::env::home_dir` gives none for a database that cannot be read, too; here that is an error.

use std::ffi::{CStr, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr;

/// The longest entry that is read, in bytes.
const ENTRY_MAX: usize = 1 << 20;

/// The home directory of the user that this process runs as; none if the database does not know the user, or no home.
///
/// # Errors
/// That of the operating system if the database cannot be read, as for lack of descriptors.
pub fn account_home() -> io::Result<Option<PathBuf>> {
    let user = rustix::process::getuid().as_raw();
    let mut buffer: Vec<libc::c_char> = vec![0; 1024];
    loop {
        // SAFETY: all zeros are a value of the struct, which is of numbers and null pointers.
        let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
        let mut found = ptr::null_mut();
        // SAFETY: the entry, the buffer with its length and the result are ours, and live until the entry is read.
        let code = unsafe {
            libc::getpwuid_r(
                user,
                &raw mut entry,
                buffer.as_mut_ptr(),
                buffer.len(),
                &raw mut found,
            )
        };
        match code {
            0 if found.is_null() || entry.pw_dir.is_null() => return Ok(None),
            0 => {
                // SAFETY: an entry that was found has strings that end with NUL, in the buffer.
                let home = unsafe { CStr::from_ptr(entry.pw_dir) };
                let home = PathBuf::from(OsStr::from_bytes(home.to_bytes()));
                return Ok(Some(home).filter(|home| !home.as_os_str().is_empty()));
            }
            libc::ERANGE if buffer.len() < ENTRY_MAX => buffer.resize(buffer.len() * 4, 0),
            libc::EINTR => {}
            // What some databases say of a user that they do not know, by getpwuid_r(3).
            libc::ENOENT | libc::ESRCH => return Ok(None),
            other => return Err(io::Error::from_raw_os_error(other)),
        }
    }
}
