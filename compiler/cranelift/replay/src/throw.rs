//! The function `__cranelift_throw` that Cranelift's own tool gives to its files: it throws an exception.
//!
//! It is what the runtime of a user would be: it walks outwards over the frames of code in memory and asks the library
//! for the handlers behind each return address.
//!
//! Invariant: nothing is owned where [`throw`] leaves for a handler, since what lies between is given up.

use crate::api::Library;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use std::arch::asm;
use std::cell::Cell;

/// The symbol that files call it by.
pub const SYMBOL: &str = "__cranelift_throw";

/// Whether this machine's registers are known here.
pub const IS_POSSIBLE: bool = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));

thread_local! {
    static LIBRARY: Cell<Option<&'static Library>> = const { Cell::new(None) };
}

/// Has this library asked for handlers when code on this thread throws.
pub fn use_library(library: &'static Library) {
    LIBRARY.set(Some(library));
}

/// The address to call.
pub fn address() -> i64 {
    throw as *const () as i64
}

/// Throws out of `frame`, whose code is at `code`, but not out of the frame `last`.
///
/// Only code of files calls this, with frames of functions that keep frame pointers.
extern "C" fn throw(last: usize, frame: usize, code: usize, tag: u32, first: usize, second: usize) {
    match LIBRARY.get().and_then(|library| find(library, last, frame, code, tag)) {
        // SAFETY: the library says that this is a handler of the call that the frame is in, and where its stack ends.
        Some(place) => unsafe { resume(place, first, second) },
        None => {
            eprintln!("an exception with the tag {tag} was thrown, for which there is no handler");
            std::process::exit(1);
        }
    }
}

/// Where an exception goes on.
struct Place {
    frame: usize,
    stack: usize,
    code: usize,
}

fn find(
    library: &Library,
    last: usize,
    mut frame: usize,
    mut code: usize,
    tag: u32,
) -> Option<Place> {
    while frame != last {
        let handlers = library.handlers(code as i64).ok()?;
        let found = handlers.iter().find(|one| one.tag == i64::from(tag) || one.tag == -1);
        if let Some(found) = found {
            let below = usize::try_from(found.frame_offset).ok()?;
            return Some(Place { frame, stack: frame - below, code: found.address as usize });
        }
        // SAFETY: the frame pointer of a function points to that of its caller and to the address behind the call;
        // what passes a wrong one ends this process, which is a child that runs this file alone.
        let [outer, back] = unsafe { *(frame as *const [usize; 2]) };
        if outer <= frame {
            return None;
        }
        (frame, code) = (outer, back);
    }
    None
}

/// Goes on at a place, with what the exception carries.
///
/// # Safety
/// The place is a handler of a call which is not over, and which keeps nothing in registers.
unsafe fn resume(place: Place, first: usize, second: usize) -> ! {
    let Place { frame, stack, code } = place;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller's promise; registers of this machine that a handler expects to be set are set.
    unsafe {
        asm!(
            "mov rbp, {frame}",
            "mov rsp, {stack}",
            "jmp {code}",
            frame = in(reg) frame,
            stack = in(reg) stack,
            code = in(reg) code,
            in("rax") first,
            in("rdx") second,
            options(noreturn),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the caller's promise; registers of this machine that a handler expects to be set are set.
    unsafe {
        asm!(
            "mov x29, {frame}",
            "mov sp, {stack}",
            "br {code}",
            frame = in(reg) frame,
            stack = in(reg) stack,
            code = in(reg) code,
            in("x0") first,
            in("x1") second,
            options(noreturn),
        );
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    unreachable!("nothing throws here: {frame} {stack} {code} {first} {second}");
}
