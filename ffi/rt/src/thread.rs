//! What each thread keeps: how many barriers it is inside of, the code of its last error, and a
//! token by which bound handles know it.
//!
//! All stand in one thread-local without a destructor, so that a call that succeeds computes one
//! address and stores a few words: that is the whole cost of the barrier. The end of a thread that
//! has bound something is noted by a second thread-local. Beside them stands room for one short
//! message, for the time when the thread's message with its memory is gone.
//!
//! Invariant: no two threads ever have the same token, and a thread whose end was noted has none
//! that was noted as living.

use crate::error::{ErrorCode, Result, fail};
use std::cell::Cell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Set until the thread has made sure that the panic hook is installed.
pub(crate) const NEW_THREAD: u32 = 1 << 31;
/// Set by `barrier::panic_next`: the next barrier panics.
pub(crate) const PANIC_NEXT: u32 = 1 << 30;

/// The token of a thread that owns nothing. No thread has it as its own, and it is not the 0 that
/// stands for "nobody" or "in use".
const NO_TOKEN: u64 = u64::MAX;

/// The state of one thread.
pub(crate) struct Thread {
    /// How many barriers the thread is inside of, and the two bits above.
    pub(crate) depth: Cell<u32>,
    /// The code of the last error; 0 after a success.
    pub(crate) code: Cell<i32>,
    /// The thread's token; [`NO_TOKEN`] until it has bound something, and after its end was noted.
    token: Cell<u64>,
    /// The bound handle that was used last, its table and its slot, which never moves.
    pub(crate) last_bound: LastBound,
}

/// Where a bound handle was found; see `handles::bound`.
pub(crate) struct LastBound {
    pub(crate) handle: Cell<i64>,
    pub(crate) table: Cell<*const ()>,
    pub(crate) slot: Cell<*const ()>,
}

impl LastBound {
    /// No handle was used; 0 is none.
    const fn none() -> LastBound {
        LastBound {
            handle: Cell::new(0),
            table: Cell::new(std::ptr::null()),
            slot: Cell::new(std::ptr::null()),
        }
    }
}

/// The longest message while a thread is torn down, in bytes.
pub(crate) const LATE_BYTES: usize = 240;

/// A short message without memory of its own: what a thread can still say while it is torn down.
#[derive(Clone, Copy)]
pub(crate) struct Late {
    length: u8,
    bytes: [u8; LATE_BYTES],
}

impl Late {
    const EMPTY: Late = Late { length: 0, bytes: [0; LATE_BYTES] };

    /// The message; one that is too long is cut between two characters.
    pub(crate) fn new(message: &str) -> Late {
        let mut late = Late::EMPTY;
        let length = message.floor_char_boundary(LATE_BYTES);
        late.bytes[..length].copy_from_slice(&message.as_bytes()[..length]);
        late.length = length as u8;
        late
    }

    /// The message.
    pub(crate) fn text(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

thread_local! {
    pub(crate) static THREAD: Thread =
        const {
            Thread {
                depth: Cell::new(NEW_THREAD),
                code: Cell::new(0),
                token: Cell::new(NO_TOKEN),
                last_bound: LastBound::none(),
            }
        };

    /// The last message of a thread that is being torn down. Without a destructor, so that it is
    /// there to the end.
    pub(crate) static LATE: Cell<Late> = const { Cell::new(Late::EMPTY) };
}

impl Thread {
    /// The thread's token; [`NO_TOKEN`] if the thread has bound nothing.
    #[inline]
    pub(crate) fn token(&self) -> u64 {
        self.token.get()
    }

    /// Whether a barrier would catch a panic of this thread.
    pub(crate) fn is_inside(&self) -> bool {
        self.depth.get() & !(NEW_THREAD | PANIC_NEXT) != 0
    }
}

/// The tokens of threads that have bound something and have not ended.
static LIVING: Mutex<Option<HashSet<u64>>> = Mutex::new(None);

static NEXT_TOKEN: AtomicU64 = AtomicU64::new(1);

fn living() -> MutexGuard<'static, Option<HashSet<u64>>> {
    // A poisoned set is usable: nothing panics while it is changed.
    LIVING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes the end of its thread when dropped.
struct End {
    token: u64,
}

impl Drop for End {
    fn drop(&mut self) {
        // First, so that no later destructor of this thread is taken for the owner of anything.
        THREAD.with(|thread| thread.token.set(NO_TOKEN));
        if let Some(tokens) = &mut *living() {
            tokens.remove(&self.token);
        }
    }
}

thread_local! {
    static END: End = {
        let token = NEXT_TOKEN.fetch_add(1, Ordering::Relaxed);
        living().get_or_insert_default().insert(token);
        End { token }
    };
}

/// This thread's token, whose end will be noted.
///
/// # Errors
/// `UNSUPPORTED` while the thread is being torn down.
pub(crate) fn lasting_token() -> Result<u64> {
    let token = THREAD.with(Thread::token);
    if token != NO_TOKEN {
        return Ok(token);
    }
    match END.try_with(|end| end.token) {
        Ok(token) => {
            THREAD.with(|thread| thread.token.set(token));
            Ok(token)
        }
        Err(_) => fail(ErrorCode::Unsupported, "nothing can be bound to a thread that is ending"),
    }
}

/// Does something if the thread with this token has ended, and gives its result; else false. What
/// that thread did is seen, and no two calls act at once.
pub(crate) fn if_ended(token: u64, act: impl FnOnce() -> bool) -> bool {
    let living = living();
    let has_ended = !living.as_ref().is_some_and(|tokens| tokens.contains(&token));
    has_ended && act()
}
