//! The thread's last error.
//!
//! A library without the standard one has no thread-local variables, so each thread's state is one
//! block behind a key of the C library, made at the thread's first call and freed when it ends.

use crate::error::{Code, Error};
use crate::memory::{Message, Vector};
use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicI32, AtomicU64, Ordering};

/// What one thread keeps.
struct Thread {
    code: i32,
    message: Vector<u8>,
    /// Set by the conformance test: the next call fails.
    #[cfg(feature = "conformance")]
    fail_next: bool,
}

/// The key plus one; 0 until it is made.
static KEY: AtomicU64 = AtomicU64::new(0);
/// The code of threads whose state does not fit into memory.
static SHARED_CODE: AtomicI32 = AtomicI32::new(0);

/// Frees a thread's state when the thread ends.
extern "C" fn end_thread(thread: *mut c_void) {
    let thread: *mut Thread = thread.cast();
    // SAFETY: the C library passes what `state` has stored, once, and the thread uses it no more.
    unsafe {
        ptr::drop_in_place(thread);
        libc::free(thread.cast());
    }
}

/// The key of all threads, or none if the process has no key left.
fn key() -> Option<libc::pthread_key_t> {
    let known = KEY.load(Ordering::Relaxed);
    if known != 0 {
        return Some((known - 1) as libc::pthread_key_t);
    }
    let mut new: libc::pthread_key_t = 0;
    // SAFETY: `new` is a place for a key, and `end_thread` takes what the key will hold.
    if unsafe { libc::pthread_key_create(&raw mut new, Some(end_thread)) } != 0 {
        return None;
    }
    match KEY.compare_exchange(0, u64::from(new) + 1, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => Some(new),
        Err(first) => {
            // SAFETY: no thread has seen this key; another thread was faster with its own.
            unsafe { libc::pthread_key_delete(new) };
            Some((first - 1) as libc::pthread_key_t)
        }
    }
}

/// This thread's state, made if need be.
fn state() -> Option<&'static mut Thread> {
    let key = key()?;
    // SAFETY: the key was made by `key`.
    let mut thread: *mut Thread = unsafe { libc::pthread_getspecific(key) }.cast();
    if thread.is_null() {
        // SAFETY: an ordinary allocation.
        thread = unsafe { libc::malloc(size_of::<Thread>()) }.cast();
        if thread.is_null() {
            return None;
        }
        let new = Thread {
            code: 0,
            message: Vector::new(),
            #[cfg(feature = "conformance")]
            fail_next: false,
        };
        // SAFETY: the memory is large enough and, as all of `malloc`, aligned.
        unsafe { thread.write(new) };
        // SAFETY: the key was made by `key`.
        if unsafe { libc::pthread_setspecific(key, thread.cast()) } != 0 {
            end_thread(thread.cast());
            return None;
        }
    }
    // SAFETY: the state belongs to this thread alone. No function of this module calls another
    // while it holds the reference, and none keeps it.
    unsafe { thread.as_mut() }
}

/// The code of the last call on this thread.
pub(crate) fn code() -> i32 {
    state().map_or_else(|| SHARED_CODE.load(Ordering::Relaxed), |thread| thread.code)
}

/// The message of the last call on this thread: empty after a success.
pub(crate) fn message() -> Message {
    match state() {
        Some(thread) if thread.code != 0 => Message::new("").lossy(thread.message.as_slice()),
        _ => Message::new(""),
    }
}

/// Records a success.
pub(crate) fn succeed() {
    match state() {
        Some(thread) => thread.code = 0,
        None => SHARED_CODE.store(0, Ordering::Relaxed),
    }
}

/// Records a failure of `function`. A message that does not fit into memory is cut; the code stays.
#[cold]
#[inline(never)]
pub(crate) fn fail(function: &str, error: &Error) {
    debug_assert!(error.code != Code::Ok, "a failure has a code");
    let Some(thread) = state() else {
        SHARED_CODE.store(error.code as i32, Ordering::Relaxed);
        return;
    };
    thread.code = error.code as i32;
    thread.message.clear();
    let mut message = Message(core::mem::replace(&mut thread.message, Vector::new()));
    message = message.text(function).text(": ");
    message = message.visible(core::str::from_utf8(error.message.0.as_slice()).unwrap_or_default());
    thread.message = message.0;
}

/// Makes the next call of this thread fail.
#[cfg(feature = "conformance")]
pub(crate) fn fail_next() {
    if let Some(thread) = state() {
        thread.fail_next = true;
    }
}

/// Whether this call is to fail.
#[cfg(feature = "conformance")]
pub(crate) fn is_to_fail() -> bool {
    state().is_some_and(|thread| core::mem::replace(&mut thread.fail_next, false))
}
