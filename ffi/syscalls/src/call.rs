//! What surrounds the work of every exported function.
//!
//! There is no barrier against panics, because there is none to catch: nothing in this crate can
//! panic, which a test reads off the finished library.

use crate::error::Result;
use crate::thread;

/// Runs a function's work: gives its value and clears the thread's error, or records the error and
/// gives `failure`.
#[inline]
pub(crate) fn call<T>(function: &'static str, failure: T, work: impl FnOnce() -> Result<T>) -> T {
    #[cfg(feature = "conformance")]
    if thread::is_to_fail() {
        let what = "injected by the conformance test";
        thread::fail(function, &crate::error::Error::new(crate::error::Code::Panic, what));
        return failure;
    }
    match work() {
        Ok(value) => {
            thread::succeed();
            value
        }
        Err(error) => {
            thread::fail(function, &error);
            failure
        }
    }
}
