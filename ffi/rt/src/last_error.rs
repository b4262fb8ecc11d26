//! The thread's last error.
//!
//! Success must cost one store, so the code stands apart ([`crate::thread`]) and the message is
//! simply out of date while the code is 0. The message keeps its memory from failure to failure.

use crate::error::{Error, ErrorCode};
use crate::thread::THREAD;
use std::cell::RefCell;

thread_local! {
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The code of the last call on this thread.
pub(crate) fn code() -> i32 {
    THREAD.with(|thread| thread.code.get())
}

/// The message of the last call on this thread: empty after a success.
pub(crate) fn message() -> String {
    if code() == 0 {
        return String::new();
    }
    // The thread-local is gone while the thread is torn down: then there is only a code.
    MESSAGE.try_with(|message| message.borrow().clone()).unwrap_or_default()
}

/// Records a failure of `function`.
#[cold]
#[inline(never)]
pub(crate) fn set(function: &str, error: Error) {
    set_parts(error.code(), &[function, ": ", error.message()]);
}

/// Records a failure whose message is put together from `parts`. A message that does not fit into
/// memory, or comes while the thread is being torn down, is dropped; the code is not.
#[cold]
pub(crate) fn set_parts(code: ErrorCode, parts: &[&str]) {
    THREAD.with(|thread| thread.code.set(code as i32));
    let hidden = parts.iter().flat_map(|part| part.chars()).filter(is_hidden).count();
    let length = parts.iter().map(|part| part.len()).sum::<usize>() + hidden * ESCAPE_BYTES;
    // Gone: see `message`.
    let _gone = MESSAGE.try_with(|message| {
        let mut message = message.borrow_mut();
        message.clear();
        if message.try_reserve(length).is_ok() {
            parts.iter().for_each(|part| push_visible(&mut message, part));
        }
    });
}

/// The longest escape of a control character: `\u{9f}`.
const ESCAPE_BYTES: usize = 6;

/// Whether a message spells a character as an escape.
fn is_hidden(character: &char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
}

/// Adds text in which control characters, but for newline and tab, are spelled as escapes
/// (`\0`, `\u{1b}`): messages quote what the caller gave, and go to terminals, logs and C strings.
fn push_visible(message: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(|character| is_hidden(&character)) {
        let (plain, hidden) = rest.split_at(at);
        let mut characters = hidden.chars();
        message.push_str(plain);
        message.extend(characters.next().into_iter().flat_map(char::escape_debug));
        rest = characters.as_str();
    }
    message.push_str(rest);
}
