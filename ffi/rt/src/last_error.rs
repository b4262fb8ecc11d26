//! The thread's last error.
//!
//! Success must cost one store, so the code stands apart ([`crate::thread`]) and the message is
//! simply out of date while the code is 0. The message keeps its memory from failure to failure.
//! That memory goes with the first destructors of a thread; failures in later ones (those of
//! pthread keys run last) have a short message in a place without a destructor.

use crate::error::{Error, ErrorCode};
use crate::thread::{LATE, Late, THREAD};
use std::cell::RefCell;

/// The message of a thread, which leaves its begin behind when it goes.
struct Message(RefCell<String>);

impl Drop for Message {
    fn drop(&mut self) {
        LATE.with(|late| late.set(Late::new(self.0.get_mut())));
    }
}

thread_local! {
    static MESSAGE: Message = const { Message(RefCell::new(String::new())) };
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
    let kept = MESSAGE.try_with(|message| message.0.borrow().clone());
    kept.unwrap_or_else(|_| LATE.with(|late| late.get().text().to_owned()))
}

/// Records a failure of `function`.
#[cold]
#[inline(never)]
pub(crate) fn set(function: &str, error: Error) {
    set_parts(error.code(), &[function, ": ", error.message()]);
}

/// Records a failure whose message is put together from `parts`. A message that does not fit into
/// memory is dropped, one that comes while the thread is being torn down is cut; the code is not.
#[cold]
pub(crate) fn set_parts(code: ErrorCode, parts: &[&str]) {
    THREAD.with(|thread| thread.code.set(code as i32));
    let hidden = parts.iter().flat_map(|part| part.chars()).filter(is_hidden).count();
    let length = parts.iter().map(|part| part.len()).sum::<usize>() + hidden * ESCAPE_BYTES;
    let kept = MESSAGE.try_with(|message| fill(&mut message.0.borrow_mut(), parts, length));
    if kept.is_err() {
        let mut message = String::new();
        fill(&mut message, parts, length);
        LATE.with(|late| late.set(Late::new(&message)));
    }
}

/// Makes `message` the parts, which take at most `length` bytes; empty without memory for them.
fn fill(message: &mut String, parts: &[&str], length: usize) {
    message.clear();
    if message.try_reserve(length).is_ok() {
        parts.iter().for_each(|part| push_visible(message, part));
    }
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
