//! Stacks of threads: a second one for signal handlers, and where the first one ends.
//!
//! A thread whose stack is exhausted cannot run a handler on it.

use ffi_rt::{Error, ErrorCode, Result};
use std::cell::RefCell;
use std::io;
use std::ptr;

/// The size of a stack for handlers, in bytes: theirs, and those that they pass signals on to.
const SIZE: usize = 128 << 10;

/// What a stack for handlers must have at least to be left as it is.
const ENOUGH: usize = 16 << 10;

/// A stack for handlers that this library made; unmade when its thread ends.
struct Stack {
    base: *mut libc::c_void,
}

thread_local! {
    /// Whether this thread has a stack for handlers, and its stack if it is ours.
    static PREPARED: RefCell<Option<Option<Stack>>> = const { RefCell::new(None) };
}

/// Makes sure that handlers of this thread have a stack of their own.
pub(super) fn prepare_thread() -> Result<()> {
    let prepared = PREPARED.try_with(|prepared| {
        let prepared = &mut *prepared.borrow_mut();
        if prepared.is_none() {
            *prepared = Some(if has_stack() { None } else { Some(Stack::new()?) });
        }
        Ok(())
    });
    // A thread that ends already has had its stack or never gets one.
    prepared.unwrap_or_else(|_| {
        Err(Error::new(ErrorCode::Unsupported, "traps cannot be caught while a thread ends"))
    })
}

fn has_stack() -> bool {
    // SAFETY: all-zero bytes are a valid stack_t.
    let mut old: libc::stack_t = unsafe { std::mem::zeroed() };
    // SAFETY: reads the present one into a valid place.
    let result = unsafe { libc::sigaltstack(ptr::null(), &raw mut old) };
    result == 0 && old.ss_flags & libc::SS_DISABLE == 0 && old.ss_size >= ENOUGH
}

impl Stack {
    fn new() -> Result<Stack> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new private mapping at an address that the kernel chooses.
        let base = unsafe { libc::mmap(ptr::null_mut(), SIZE, access, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error().into());
        }
        let stack = Stack { base };
        let new = libc::stack_t { ss_sp: base, ss_flags: 0, ss_size: SIZE };
        // SAFETY: the memory is ours until the thread ends.
        if unsafe { libc::sigaltstack(&raw const new, ptr::null_mut()) } != 0 {
            return Err(io::Error::last_os_error().into());
        }
        Ok(stack)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: all-zero bytes are a valid stack_t; the calls get valid places.
        unsafe {
            let mut now: libc::stack_t = std::mem::zeroed();
            libc::sigaltstack(ptr::null(), &raw mut now);
            if now.ss_sp == self.base {
                let off = libc::stack_t { ss_flags: libc::SS_DISABLE, ..now };
                libc::sigaltstack(&raw const off, ptr::null_mut());
            }
            libc::munmap(self.base, SIZE);
        }
    }
}

/// Whether an access at `address` with the stack pointer at `pointer` ran out of this thread's
/// stack.
pub(super) fn is_exhausted(address: usize, pointer: usize) -> bool {
    /// How far beyond its end a frame that is not probed can reach.
    const BEYOND: usize = 1 << 20;
    /// How near to its end is at its end.
    const NEAR: usize = 64 << 10;
    match bottom() {
        Some(low) if pointer >= low.saturating_sub(BEYOND) && pointer < low + (1 << 40) => {
            (low.saturating_sub(BEYOND)..low + NEAR).contains(&address)
        }
        // A stack that the program switched to: all that is known is its pointer.
        _ => address.abs_diff(pointer) < NEAR,
    }
}

/// The lowest address of this thread's stack.
fn bottom() -> Option<usize> {
    // SAFETY: all-zero bytes are a place for attributes, which the first call fills.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return None;
        }
        let (mut base, mut size) = (ptr::null_mut(), 0);
        let result =
            libc::pthread_attr_getstack(&raw const attributes, &raw mut base, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attributes);
        (result == 0).then(|| base.addr())
    }
}
