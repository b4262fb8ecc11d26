//! JIT code, made known to debuggers by the interface that GDB and LLDB watch.
//!
//! A debugger finds a list by the name `__jit_debug_descriptor`, and stops at
//! `__jit_debug_register_code` when the list changes. Each entry is an ELF file in memory, with
//! symbols, unwind information and source lines at their addresses. Both names are seen in the
//! library's symbol table only, which shared libraries of other JIT compilers do not meet: exported,
//! the dynamic linker would make one list of two, whose owners do not share a lock.

use super::elf::{self, Kind, Section};
use super::registry::Placed;
use crate::line::{self, Locations, Target};
use crate::unwind::put;
use cranelift_codegen::isa::TargetIsa;
use ffi_rt::Result;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use target_lexicon::Architecture;

/// A file of the list, laid out as debuggers expect it.
#[repr(C)]
struct Entry {
    next: AtomicPtr<Entry>,
    previous: AtomicPtr<Entry>,
    file: AtomicPtr<u8>,
    size: u64,
}

/// The list, laid out as debuggers expect it.
#[repr(C)]
struct Descriptor {
    version: u32,
    /// What has just happened to the relevant entry.
    action: AtomicU32,
    relevant: AtomicPtr<Entry>,
    first: AtomicPtr<Entry>,
}

const REGISTERED: u32 = 1;
const UNREGISTERED: u32 = 2;

unsafe extern "C" {
    static __jit_debug_descriptor: Descriptor;
    fn __jit_debug_register_code();
}

#[cfg(target_arch = "s390x")]
macro_rules! go_back {
    () => {
        "br %r14"
    };
}

#[cfg(not(target_arch = "s390x"))]
macro_rules! go_back {
    () => {
        "ret"
    };
}

// Written so that a shared library keeps both to itself, which Rust's own symbols would not be. If
// a program links another JIT compiler statically, its definitions take their place.
std::arch::global_asm!(
    ".pushsection .text.__jit_debug_register_code,\"ax\",%progbits",
    ".weak __jit_debug_register_code",
    ".hidden __jit_debug_register_code",
    ".type __jit_debug_register_code,%function",
    "__jit_debug_register_code:",
    go_back!(),
    ".size __jit_debug_register_code, . - __jit_debug_register_code",
    ".popsection",
    ".pushsection .data.__jit_debug_descriptor,\"aw\",%progbits",
    ".balign 8",
    ".weak __jit_debug_descriptor",
    ".hidden __jit_debug_descriptor",
    ".type __jit_debug_descriptor,%object",
    ".size __jit_debug_descriptor, 24",
    "__jit_debug_descriptor:",
    ".4byte 1",
    ".4byte 0",
    ".8byte 0",
    ".8byte 0",
    ".popsection",
);

/// Held while the list changes.
static CHANGING: Mutex<()> = Mutex::new(());

/// What debuggers know of a piece of JIT code, until it is dropped.
pub(super) struct Registered {
    entry: Arc<Entry>,
    /// What the entry points to.
    _file: Box<[u8]>,
}

impl Registered {
    /// Tells debuggers of functions in order of their addresses, with their frames, an `.eh_frame`
    /// section in memory, and their source lines if there are `locations`.
    pub(super) fn new(
        isa: &dyn TargetIsa,
        module: &str,
        locations: Option<&Locations>,
        functions: &[Placed],
        frames: &[u64],
    ) -> Result<Registered> {
        let file = file(isa, module, locations, functions, frames)?.into_boxed_slice();
        let entry = Arc::new(Entry {
            next: AtomicPtr::default(),
            previous: AtomicPtr::default(),
            file: AtomicPtr::new(file.as_ptr().cast_mut()),
            size: file.len() as u64,
        });
        let _held = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
        let first = list().first.load(Ordering::Relaxed);
        entry.next.store(first, Ordering::Relaxed);
        let own = Arc::as_ptr(&entry).cast_mut();
        // SAFETY: null, or an entry that stays until it has left the list, under the lock held.
        if let Some(first) = unsafe { first.as_ref() } {
            first.previous.store(own, Ordering::Relaxed);
        }
        list().first.store(own, Ordering::Relaxed);
        tell(own, REGISTERED);
        Ok(Registered { entry, _file: file })
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let _held = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.entry.next.load(Ordering::Relaxed);
        let previous = self.entry.previous.load(Ordering::Relaxed);
        // SAFETY: null, or an entry that stays until it has left the list, under the lock held.
        if let Some(next) = unsafe { next.as_ref() } {
            next.previous.store(previous, Ordering::Relaxed);
        }
        // SAFETY: as above.
        match unsafe { previous.as_ref() } {
            Some(previous) => previous.next.store(next, Ordering::Relaxed),
            None => list().first.store(next, Ordering::Relaxed),
        }
        tell(Arc::as_ptr(&self.entry).cast_mut(), UNREGISTERED);
    }
}

fn list() -> &'static Descriptor {
    // SAFETY: it is defined above, or by another JIT compiler with the same layout, and what
    // changes in it is atomic.
    unsafe { &__jit_debug_descriptor }
}

/// Tells a debugger what has happened to an entry. The lock is held.
fn tell(entry: *mut Entry, action: u32) {
    list().relevant.store(entry, Ordering::Relaxed);
    list().action.store(action, Ordering::SeqCst);
    // SAFETY: it does nothing; a debugger stops there and reads the list.
    unsafe { __jit_debug_register_code() };
    list().relevant.store(ptr::null_mut(), Ordering::Relaxed);
    list().action.store(0, Ordering::SeqCst);
}

/// The ELF file of functions at their addresses.
fn file(
    isa: &dyn TargetIsa,
    module: &str,
    locations: Option<&Locations>,
    functions: &[Placed],
    frames: &[u64],
) -> Result<Vec<u8>> {
    let end = |function: &Placed| (function.start + function.code.code.len()) as u64;
    let start = functions.first().map_or(0, |first| first.start as u64);
    let size = functions.last().map_or(0, |last| end(last) - start);
    let mut sections = vec![Section {
        name: ".text",
        kind: Kind::Elsewhere,
        flags: elf::IN_MEMORY | elf::IS_CODE,
        address: start,
        size,
        bytes: Vec::new(),
    }];
    if !frames.is_empty() {
        let bytes = frames.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let frames = Section {
            flags: elf::IN_MEMORY,
            address: frames.as_ptr().addr() as u64,
            ..Section::of(".eh_frame", Kind::Data, bytes)
        };
        sections.push(frames);
    }
    if let Some(locations) = locations {
        sections.extend(lines(isa, module, locations, functions)?);
    }
    let symbols = functions.iter();
    let symbols = symbols.map(|one| (&*one.name, one.start as u64, one.code.code.len() as u64));
    sections.extend(elf::symbols(symbols));
    Ok(elf::file(machine(isa), sections))
}

/// The source lines of functions at their addresses.
fn lines(
    isa: &dyn TargetIsa,
    module: &str,
    locations: &Locations,
    functions: &[Placed],
) -> Result<Vec<Section>> {
    let described: Vec<_> = functions
        .iter()
        .map(|one| line::Function { name: one.name.clone(), code: &one.code })
        .collect();
    let mut sections = Vec::new();
    for mut section in line::sections(isa, module, &described, locations)? {
        for reference in &section.references {
            let base = match reference.target {
                Target::Function(number) => functions[number].start as u64,
                // Each section starts at 0.
                Target::Section(_) => 0,
            };
            let value = base.wrapping_add_signed(reference.addend);
            put(&mut section.bytes[reference.offset as usize..], reference.size, value)?;
        }
        sections.push(Section::of(section.name, Kind::Data, section.bytes));
    }
    Ok(sections)
}

/// The number of this machine in ELF files.
fn machine(isa: &dyn TargetIsa) -> u16 {
    match isa.triple().architecture {
        Architecture::X86_64 => 62,
        Architecture::Aarch64(_) => 183,
        Architecture::Riscv64(_) => 243,
        Architecture::S390x => 22,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
