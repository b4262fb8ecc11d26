//! Unwind information of JIT code, made known to the process: backtraces and exceptions of C++
//! go through it.

use crate::module::Compiled;
use crate::unwind;
use cranelift_codegen::isa::TargetIsa;
use ffi_rt::Result;

unsafe extern "C" {
    // Of the unwinder (libgcc_s), which Rust's own unwinding links.
    fn __register_frame(begin: *const u8);
    fn __deregister_frame(begin: *const u8);
}

/// Registered unwind information; unregistered when dropped.
pub(crate) struct Registered {
    /// An `.eh_frame` section with its end mark; empty for none. It never moves.
    section: Box<[u64]>,
}

impl Registered {
    /// Registers the frames of functions at their addresses.
    pub(crate) fn new<'a>(
        isa: &dyn TargetIsa,
        functions: impl Iterator<Item = (usize, &'a Compiled)>,
    ) -> Result<Registered> {
        let section = unwind::in_memory(isa, functions)?;
        if let Some(first) = section.first() {
            // SAFETY: the section is well formed, ends with a length of zero, and stays where it
            // is until it is deregistered.
            unsafe { __register_frame(std::ptr::from_ref(first).cast()) };
        }
        Ok(Registered { section })
    }

    /// The section.
    pub(crate) fn section(&self) -> &[u64] {
        &self.section
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        if let Some(first) = self.section.first() {
            // SAFETY: registered by `new` and not deregistered since.
            unsafe { __deregister_frame(std::ptr::from_ref(first).cast()) };
        }
    }
}
