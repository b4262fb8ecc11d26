//! Where JIT code lies, for signal handlers: a table that is read without a lock.
//!
//! Slots live in chunks that are never freed, so a handler may walk them at any time. A slot is
//! claimed and released under no lock either; a reader that meets a slot in change skips it, since
//! the code that it runs in cannot be the one that changes.

use std::ops::Range;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

const CHUNK: usize = 256;

/// The state of a slot's `end` that says "free", and while its start changes "taken".
const FREE: usize = 0;
const TAKEN: usize = 1;

#[derive(Debug)]
struct Entry {
    start: AtomicUsize,
    end: AtomicUsize,
}

struct Chunk {
    entries: [Entry; CHUNK],
    next: AtomicPtr<Chunk>,
}

impl Chunk {
    const fn new() -> Chunk {
        let entries =
            [const { Entry { start: AtomicUsize::new(0), end: AtomicUsize::new(FREE) } }; CHUNK];
        Chunk { entries, next: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// The next chunk, if there is one.
    fn next(&self) -> Option<&'static Chunk> {
        // SAFETY: a pointer here is null or a leaked box, which lives for ever.
        unsafe { self.next.load(Ordering::Acquire).as_ref() }
    }
}

static FIRST: Chunk = Chunk::new();

/// An entry of the table; leaves it when dropped.
#[derive(Debug)]
pub(crate) struct Slot(&'static Entry);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.end.store(FREE, Ordering::Release);
    }
}

/// Adds a range, none if there is no memory for it.
pub(crate) fn add(range: Range<usize>) -> Option<Slot> {
    let mut chunk = &FIRST;
    loop {
        for entry in &chunk.entries {
            let claim =
                entry.end.compare_exchange(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed);
            if claim.is_ok() {
                entry.start.store(range.start, Ordering::Relaxed);
                entry.end.store(range.end.max(TAKEN), Ordering::Release);
                return Some(Slot(entry));
            }
        }
        chunk = match chunk.next() {
            Some(next) => next,
            None => append(chunk)?,
        };
    }
}

/// The chunk after `last`, made here unless another thread was quicker.
fn append(last: &'static Chunk) -> Option<&'static Chunk> {
    let mut room: Vec<Chunk> = Vec::new();
    room.try_reserve_exact(1).ok()?;
    room.push(Chunk::new());
    let made: *mut Chunk = Box::leak(room.into_boxed_slice()).as_mut_ptr();
    let old = std::ptr::null_mut();
    if last.next.compare_exchange(old, made, Ordering::AcqRel, Ordering::Acquire).is_err() {
        // SAFETY: leaked just above as a slice of one, and nobody has seen it.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(made, 1)) });
    }
    last.next()
}

/// Whether an address lies in JIT code. Safe in a signal handler.
pub(crate) fn contains(address: usize) -> bool {
    let mut chunk = Some(&FIRST);
    while let Some(here) = chunk {
        for entry in &here.entries {
            let end = entry.end.load(Ordering::Acquire);
            let start = entry.start.load(Ordering::Acquire);
            // The second look at the end rules out that the slot changed hands in between.
            if end > TAKEN
                && (start..end).contains(&address)
                && entry.end.load(Ordering::Acquire) == end
            {
                return true;
            }
        }
        chunk = here.next();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_known_as_long_as_its_slot_lives() {
        let far = usize::MAX - 1000;
        let slots: Vec<_> =
            (0..600).map(|n| add(far - n * 10..far - n * 10 + 5).expect("there is room")).collect();
        assert!(contains(far) && contains(far + 4) && !contains(far + 5));
        assert!(contains(far - 5990) && !contains(far - 5991));
        drop(slots);
        assert!(!contains(far) && !contains(far - 5990));
    }
}
