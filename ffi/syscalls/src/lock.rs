//! Locks on files: `flock`, as the full runtime takes them, so that the two exclude each other.

use crate::descriptor::{Descriptor, is_same, stat};
use crate::error::{Code, Error, Result, errno};
use crate::path::Path;
use core::mem::MaybeUninit;

/// The longest pause between two attempts, in nanoseconds.
const LONGEST_PAUSE: i64 = 20_000_000;

/// A moment of the clock that only goes forward, in nanoseconds.
pub(crate) fn now() -> i64 {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: `time` has room for the answer; without one it stays zero, which is a value.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_MONOTONIC, time.as_mut_ptr());
        time.assume_init()
    };
    time.tv_sec.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec)
}

/// Sleeps; a signal ends it early, which nobody here minds.
fn sleep(nanoseconds: i64) {
    let time = libc::timespec {
        tv_sec: nanoseconds / 1_000_000_000,
        tv_nsec: nanoseconds % 1_000_000_000,
    };
    // SAFETY: the time is there, and what is left of it is not asked for.
    unsafe { libc::nanosleep(&time, core::ptr::null_mut()) };
}

/// Opens the file that carries a lock, and makes it when it is missing; one that may only be read
/// will do.
fn open(path: &Path<'_>) -> Result<Descriptor> {
    match Descriptor::open(path, libc::O_RDWR | libc::O_CREAT, 0o666) {
        Err(error) if matches!(error.code, Code::PermissionDenied | Code::ReadOnly) => {
            Descriptor::open(path, libc::O_RDONLY, 0)
        }
        opened => opened,
    }
}

/// Takes the exclusive lock on the file that `path` names when the lock is there.
pub(crate) fn take(path: &str, timeout_secs: i64) -> Result<Descriptor> {
    let path = Path::new(path)?;
    // Negative waits forever, and so does a deadline that the clock does not reach.
    let limit = if timeout_secs < 0 { None } else { timeout_secs.checked_mul(1_000_000_000) };
    let deadline = limit.and_then(|limit| now().checked_add(limit));
    loop {
        let file = open(&path)?;
        wait(&path, &file, deadline)?;
        // Whoever had the lock may have deleted or replaced the file: then ours protects nothing.
        let locked = file.stat().map_err(|error| error.at(path.text))?;
        if stat(&path).is_ok_and(|now| is_same(&locked, &now)) {
            return Ok(file);
        }
    }
}

/// Attempts to take the lock until the deadline, at least once.
fn wait(path: &Path<'_>, file: &Descriptor, deadline: Option<i64>) -> Result<()> {
    let how = if deadline.is_some() { libc::LOCK_NB } else { 0 };
    let mut pause = 1_000_000;
    loop {
        // SAFETY: the call takes a descriptor and a number.
        if unsafe { libc::flock(file.raw(), libc::LOCK_EX | how) } == 0 {
            return Ok(());
        }
        match errno() {
            libc::EINTR if deadline.is_none() => continue,
            libc::EINTR | libc::EWOULDBLOCK => {}
            number => return Err(Error::os(number).at(path.text)),
        }
        let left = deadline.map_or(0, |deadline| deadline - now());
        if left <= 0 {
            return path.fail(Code::TimedOut, "somebody else holds the lock");
        }
        sleep(pause.min(left));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Ends a lock.
pub(crate) fn end(file: &Descriptor) -> Result<bool> {
    // SAFETY: the call takes a descriptor and a number.
    if unsafe { libc::flock(file.raw(), libc::LOCK_UN) } != 0 {
        return Err(Error::last_os());
    }
    Ok(true)
}
