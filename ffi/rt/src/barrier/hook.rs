//! The panic hook: it keeps quiet about panics that a barrier catches and remembers where they
//! happened.
//!
//! A library must not print what it reports as an error. The hook is process-wide, so it hands
//! every panic that happens outside of a barrier to the hook that it replaced.
//!
//! A panic that cannot unwind (in a destructor during unwinding, or in a function that must not
//! unwind) ends the process: then the remembered panic is printed too, because it is the cause.

use crate::thread::{THREAD, Thread};
use std::any::Any;
use std::cell::RefCell;
use std::panic::PanicHookInfo;
use std::sync::Once;

/// What the last panic inside of a barrier said, and where.
struct Remembered {
    text: String,
    place: String,
    /// The one before it, in one line, for the message at the end of the process.
    before: String,
}

impl Remembered {
    fn line(&self) -> String {
        format!("panicked at {}: {}", self.place, self.text)
    }
}

thread_local! {
    static REMEMBERED: RefCell<Option<Remembered>> = const { RefCell::new(None) };
}

/// The messages of the standard library's panics that end the process.
const FINAL: [&str; 2] =
    ["panic in a function that cannot unwind", "panic in a destructor during cleanup"];

/// Makes sure that the hook is installed; `false` if that must wait, because this thread is
/// unwinding.
pub(super) fn install() -> bool {
    static INSTALLED: Once = Once::new();
    if std::thread::panicking() {
        return INSTALLED.is_completed();
    }
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| on_panic(info, &*previous)));
    });
    true
}

/// The text of a panic payload.
pub(super) fn text_of(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "a value that is not text"
    }
}

/// Forgets the remembered panic and gives its place, `file:line:column`, if it is the one with this
/// text.
pub(super) fn take_place(text: &str) -> String {
    match REMEMBERED.try_with(|remembered| remembered.take()) {
        Ok(Some(remembered)) if remembered.text == text => remembered.place,
        _ => String::new(),
    }
}

fn on_panic(info: &PanicHookInfo<'_>, previous: &(dyn Fn(&PanicHookInfo<'_>) + Send + Sync)) {
    if !THREAD.with(Thread::is_inside) {
        return previous(info);
    }
    let text = text_in(info);
    if FINAL.contains(&text) {
        if let Ok(Some(last)) = REMEMBERED.try_with(|remembered| remembered.take()) {
            eprintln!("{}\n{}", last.before, last.line());
        }
        return previous(info);
    }
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    // While the thread is torn down there is nowhere to remember it; the message then lacks the
    // place.
    let _gone = REMEMBERED.try_with(|slot| {
        let before = slot.take().map(|last| last.line()).unwrap_or_default();
        slot.replace(Some(Remembered { text: text.to_owned(), place, before }));
    });
}

fn text_in<'a>(info: &'a PanicHookInfo<'_>) -> &'a str {
    info.payload_as_str().unwrap_or("a value that is not text")
}
