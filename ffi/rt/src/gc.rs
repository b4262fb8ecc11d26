//! A conservative garbage collector: mark and sweep, nothing moves, any word that could point into
//! an object keeps it.
//!
//! Why one of our own: generated code keeps pointers in registers and on stacks that no compiler
//! describes, so only a conservative collector serves, and the one that all know needs build tools
//! that a machine with cargo alone does not have.
//!
//! [`heap`] gives memory out and takes it back, [`mark`] finds what is in use, [`world`] stops the
//! threads meanwhile. Everything is behind one lock; a collection holds it from its begin to its
//! end.
//!
//! Invariant: from the moment that the threads stop until they go on, the collecting thread neither
//! allocates from nor frees to the system's allocator, nor takes a lock: a stopped thread may hold
//! it.

mod heap;
mod mark;
mod world;

use crate::error::{ErrorCode, Result, fail};
use heap::Heap;
use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use world::{register_thread, unregister_thread};

static HEAP: Mutex<Heap> = Mutex::new(Heap::new());

thread_local! {
    /// Whether this thread is running finalizers; one of them may allocate.
    static FINALIZES: Cell<bool> = const { Cell::new(false) };
}

/// What an object may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Pointers to other objects, at addresses divisible by 8.
    Pointers,
    /// Anything but such pointers; it is not looked at.
    Plain,
}

/// What to call when an object is no longer in use, with the object and a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finalizer {
    object: usize,
    call: extern "C" fn(i64, i64),
    data: i64,
    is_due: bool,
}

/// How much memory the heap has and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Memory from the operating system, in bytes.
    pub heap_bytes: usize,
    /// What of it no object takes up.
    pub free_bytes: usize,
    /// Finished collections.
    pub collections: u64,
}

fn lock() -> MutexGuard<'static, Heap> {
    // A poisoned heap is usable: what panics is a bug that leaves memory unused at worst.
    HEAP.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives the address of a new object, zeroed, aligned to 16 bytes; 0 for a size of 0. The calling
/// thread is registered.
///
/// # Errors
/// `OUT_OF_MEMORY` if there is no room after a collection either; as [`register_thread`].
pub fn allocate(size_bytes: usize, content: Content) -> Result<usize> {
    if size_bytes == 0 {
        return Ok(0);
    }
    register_thread()?;
    let mut heap = lock();
    let mut collected = heap.is_due() && heap.collect().is_ok();
    let mut found = heap.allocate(size_bytes, content);
    if found.is_none() && !collected {
        heap.collect()?;
        collected = true;
        found = heap.allocate(size_bytes, content);
    }
    drop(heap);
    if let Some(found) = &found {
        found.clear();
    }
    if collected {
        finalize();
    }
    match found {
        Some(found) => Ok(found.address),
        None => fail(ErrorCode::OutOfMemory, format!("there is no room for {size_bytes} bytes")),
    }
}

/// Frees what is not in use and runs finalizers. The calling thread is registered.
///
/// # Errors
/// `TIMED_OUT` if a registered thread cannot be stopped; nothing is freed then; as
/// [`register_thread`].
pub fn collect() -> Result<()> {
    register_thread()?;
    lock().collect()?;
    finalize();
    Ok(())
}

/// How much memory there is.
pub fn statistics() -> Statistics {
    lock().statistics()
}

/// Makes a range of memory one whose words keep objects, until it is removed. It is read by the
/// kernel, so memory that goes away is no harm; its words are those at addresses divisible by 8.
///
/// # Errors
/// `INVALID_ARGUMENT` if the memory cannot be read or the range is known already; `OUT_OF_MEMORY`.
pub fn add_roots(address: usize, size_bytes: usize) -> Result<()> {
    lock().add_roots(address, size_bytes)
}

/// Ends what [`add_roots`] began; says whether there was such a range.
pub fn remove_roots(address: usize) -> bool {
    lock().remove_roots(address)
}

/// The begin of the object that an address points into, and its usable size.
pub fn object_at(address: usize) -> Option<(usize, usize)> {
    lock().object_at(address)
}

/// Sets what to call once the object at an address is no longer in use; none to call nothing.
///
/// The object lives until the call returns; the next collection frees it, unless it is in use
/// again.
///
/// # Errors
/// `INVALID_ARGUMENT` if there is no object at the address; `OUT_OF_MEMORY`.
pub fn set_finalizer(address: usize, call: Option<(extern "C" fn(i64, i64), i64)>) -> Result<()> {
    let mut heap = lock();
    let Some((object, _)) = heap.object_at(address) else {
        return fail(ErrorCode::InvalidArgument, format!("there is no object at {address:#x}"));
    };
    heap.finalizers.retain(|known| known.object != object || known.is_due);
    if let Some((call, data)) = call {
        heap.finalizers.try_reserve(1)?;
        heap.finalizers.push(Finalizer { object, call, data, is_due: false });
    }
    Ok(())
}

/// Calls the finalizers that are due, unless this thread is doing so already.
fn finalize() {
    if FINALIZES.replace(true) {
        return;
    }
    loop {
        let mut heap = lock();
        let due = heap.finalizers.iter().position(|known| known.is_due);
        let due = due.map(|at| heap.finalizers.swap_remove(at));
        drop(heap);
        let Some(due) = due else { break };
        // `due` is on this stack, so its object stays for the call.
        (due.call)(due.object.cast_signed() as i64, std::hint::black_box(&due).data);
    }
    FINALIZES.set(false);
}

#[cfg(all(test, not(miri)))]
mod tests;
