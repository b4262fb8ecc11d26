//! Facts about the process and the machine.

use crate::block::{RtText, give_text};
use crate::error::{Code, Error, Result};
use crate::memory::Vector;
use core::ffi::CStr;
use core::mem::MaybeUninit;

/// The number of this process.
pub(crate) fn process_id() -> i64 {
    // SAFETY: the call touches no memory.
    unsafe { libc::getpid() }.into()
}

/// How many processors are online.
pub(crate) fn cpu_count() -> Result<i64> {
    // SAFETY: the call takes a number and touches no memory of ours.
    let count = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    if count > 0 {
        return Ok(count);
    }
    Err(Error::new(Code::Unsupported, "the system does not tell its number of processors"))
}

/// The name of this machine in its network.
pub(crate) fn hostname() -> Result<RtText> {
    let mut name = MaybeUninit::<libc::utsname>::zeroed();
    // SAFETY: `name` has room for the answer, and zeros are a value.
    let (result, name) = unsafe { (libc::uname(name.as_mut_ptr()), name.assume_init()) };
    if result != 0 {
        return Err(Error::last_os());
    }
    // SAFETY: the system ends the name with a NUL.
    let node = unsafe { CStr::from_ptr((&raw const name.nodename).cast()) };
    if let Err(error) = node.to_str() {
        return Err(Error::utf8(error));
    }
    let mut text = Vector::new();
    text.extend(node.to_bytes())?;
    give_text(text)
}
