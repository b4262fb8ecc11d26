//! The root of the library: what only a finished library can have. The build adds the versions of
//! the modules whose functions are in it.

#![no_std]

extern crate ffi_syscalls as _;

// The compiled `core` mentions the function that unwinding asks about each frame. Nothing unwinds
// here, so the symbol is only an address, hidden and giving way to a real one.
core::arch::global_asm!(
    ".weak rust_eh_personality",
    ".hidden rust_eh_personality",
    "rust_eh_personality:",
);

unsafe extern "C" {
    /// Nowhere defined: the linker asks for it if a panic is possible.
    fn ffi_syscalls_can_panic() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: a library with this call cannot be linked.
    unsafe { ffi_syscalls_can_panic() }
}
