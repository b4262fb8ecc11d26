//! The barrier around every exported function: no panic crosses it, and each call leaves the
//! thread's error set.
//!
//! The thread counts the barriers it is inside of, so that the panic hook can tell a panic that a
//! barrier will catch (kept, not printed) from all others (printed by the hook that was there
//! before).
//!
//! Invariant: nothing after the `catch_unwind` of a barrier can panic.

mod hook;

use crate::error::{ErrorCode, Result};
use crate::last_error;
use crate::thread::{NEW_THREAD, PANIC_NEXT, THREAD, Thread};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the body of an exported function: gives its value and clears the thread's error, or records
/// the error, or the panic, under the function's name and gives `failure`.
#[inline]
pub fn call<T>(function: &'static str, failure: T, body: impl FnOnce() -> Result<T>) -> T {
    THREAD.with(|thread| match guarded(thread, body) {
        Ok(Ok(value)) => {
            thread.code.set(0);
            value
        }
        Ok(Err(error)) => {
            last_error::set(function, error);
            failure
        }
        Err(payload) => {
            record_panic(function, payload);
            failure
        }
    })
}

/// Runs the body of a function that only looks at the thread's error or at counters: the thread's
/// error stays as it is, unless the body panics.
#[inline]
pub fn call_keeping_error<T>(function: &'static str, failure: T, body: impl FnOnce() -> T) -> T {
    THREAD.with(|thread| match guarded(thread, body) {
        Ok(value) => value,
        Err(payload) => {
            record_panic(function, payload);
            failure
        }
    })
}

/// How many exported functions this thread is inside of. A signal handler may ask.
pub fn call_depth() -> u32 {
    THREAD.with(|thread| thread.depth.get() & !(NEW_THREAD | PANIC_NEXT))
}

/// Makes the next barrier of this thread panic inside, for tests of what a panic does.
#[cfg(any(test, feature = "conformance"))]
pub(crate) fn panic_next() {
    THREAD.with(|thread| thread.depth.set(thread.depth.get() | PANIC_NEXT));
}

#[inline(always)]
fn guarded<R>(thread: &Thread, body: impl FnOnce() -> R) -> std::thread::Result<R> {
    let mut depth = thread.depth.get();
    let is_injected = cfg!(any(test, feature = "conformance")) && depth & PANIC_NEXT != 0;
    if depth & (NEW_THREAD | PANIC_NEXT) != 0 {
        depth = prepare_thread(depth);
    }
    thread.depth.set(depth + 1);
    // Unwind safety: what a panicking body leaves half done is either its own or behind a handle,
    // where the next user meets it as it would after an error.
    let result = catch_unwind(AssertUnwindSafe(|| {
        if is_injected {
            panic!("injected by the conformance test");
        }
        body()
    }));
    thread.depth.set(depth);
    result
}

/// The slow start of a barrier: installs the hook and clears the bits of `depth` that are dealt
/// with.
#[cold]
#[inline(never)]
fn prepare_thread(depth: u32) -> u32 {
    let depth = depth & !PANIC_NEXT;
    if depth & NEW_THREAD != 0 && hook::install() { depth & !NEW_THREAD } else { depth }
}

#[cold]
#[inline(never)]
fn record_panic(function: &'static str, payload: Box<dyn Any + Send>) {
    let text = hook::text_of(&*payload);
    let place = hook::take_place(text);
    let at = if place.is_empty() { "" } else { " at " };
    last_error::set_parts(
        ErrorCode::Panic,
        &[function, ": panicked", at, place.as_str(), ": ", text],
    );
    // The payload's own drop may panic too. What that throws is dropped if it is plain text, else
    // given up: its drop could panic again.
    if let Err(second) = THREAD.with(|thread| guarded(thread, || drop(payload)))
        && !(second.is::<&'static str>() || second.is::<String>())
    {
        std::mem::forget(second);
    }
}

#[cfg(test)]
mod tests;
