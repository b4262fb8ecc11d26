//! The thread's last error.
//!
//! Success must cost one store, so the code stands in a thread-local without a destructor and the message beside it is
//! simply out of date while the code is [`ErrorCode::Ok`]. The message keeps its memory from failure to failure.

use crate::error::{Error, ErrorCode};
use std::cell::{Cell, RefCell};

thread_local! {
    static CODE: Cell<i32> = const { Cell::new(0) };
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The code of the last call on this thread.
pub fn code() -> i32 {
    CODE.get()
}

/// The message of the last call on this thread: empty after a success.
pub fn message() -> String {
    if CODE.get() == 0 {
        return String::new();
    }
    // The thread-local is gone while the thread is torn down: then there is only a code.
    MESSAGE.try_with(|message| message.borrow().clone()).unwrap_or_default()
}

/// Records success.
#[inline(always)]
pub(crate) fn clear() {
    CODE.set(0);
}

/// Records a failure of `function`.
#[cold]
pub(crate) fn set(function: &str, error: &Error) {
    set_parts(error.code(), &[function, ": ", error.message()]);
}

/// Records a failure whose message is put together from `parts`. A message that does not fit into memory, or comes
/// while the thread is being torn down, is dropped; the code is not.
#[cold]
pub(crate) fn set_parts(code: ErrorCode, parts: &[&str]) {
    CODE.set(code as i32);
    let length = parts.iter().map(|part| part.len()).sum();
    // The thread-local is gone while the thread is torn down: then there is only a code.
    let _gone = MESSAGE.try_with(|message| {
        if let Ok(mut message) = message.try_borrow_mut() {
            message.clear();
            if message.try_reserve(length).is_ok() {
                message.extend(parts.iter().copied());
            }
        }
    });
}
