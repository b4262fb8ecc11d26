//! What each thread keeps: how many barriers it is inside of, and the code of its last error.
//!
//! Both stand in one thread-local without a destructor, so that a call that succeeds computes one
//! address and stores a few words: that is the whole cost of the barrier.

use std::cell::Cell;

/// Set until the thread has made sure that the panic hook is installed.
pub(crate) const NEW_THREAD: u32 = 1 << 31;
/// Set by `barrier::panic_next`: the next barrier panics.
pub(crate) const PANIC_NEXT: u32 = 1 << 30;

/// The state of one thread.
pub(crate) struct Thread {
    /// How many barriers the thread is inside of, and the two bits above.
    pub(crate) depth: Cell<u32>,
    /// The code of the last error; 0 after a success.
    pub(crate) code: Cell<i32>,
}

thread_local! {
    pub(crate) static THREAD: Thread =
        const { Thread { depth: Cell::new(NEW_THREAD), code: Cell::new(0) } };
}

impl Thread {
    /// Whether a barrier would catch a panic of this thread.
    pub(crate) fn is_inside(&self) -> bool {
        self.depth.get() & !(NEW_THREAD | PANIC_NEXT) != 0
    }
}
