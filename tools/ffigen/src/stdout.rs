//! Whether the program was started with a standard output.
//!
//! Rust's start-up code opens `/dev/null` in the place of a closed one, before `main`, so that no file gets its number.
//! Nothing tells afterwards, and what is printed there would be lost without an error. So this asks even earlier.

use std::sync::atomic::{AtomicBool, Ordering};

static WAS_OPEN: AtomicBool = AtomicBool::new(true);

/// Whether standard output was open when the program was started; true where that cannot be told.
pub fn was_open() -> bool {
    WAS_OPEN.load(Ordering::Relaxed)
}

#[cfg(target_os = "linux")]
extern "C" fn look() {
    // SAFETY: the call takes two numbers and touches no memory of ours.
    let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
    WAS_OPEN.store(flags != -1, Ordering::Relaxed);
}

// SAFETY: the section holds functions that the loader calls once, before `main`, with arguments that a function without
// parameters leaves alone. `look` needs nothing that Rust's start-up code prepares.
#[cfg(target_os = "linux")]
#[used]
#[unsafe(link_section = ".init_array")]
static LOOK: extern "C" fn() = look;
