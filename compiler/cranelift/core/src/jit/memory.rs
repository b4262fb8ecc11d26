//! Address space of one JIT module: reserved at once, made usable piece by piece.
//!
//! Code, read-only data and writable data have a part each, so that pieces of one protection lie
//! side by side and everything is within reach of everything else. No page is writable and
//! executable at one time.

use super::ranges::{self, Slot};
use ffi_rt::{Error, ErrorCode, Result, fail};
use std::io;
use std::ops::Range;

/// What is tried to reserve, in bytes, before what is needed at least. It costs address space only.
const RESERVES: [usize; 3] = [256 << 20, 32 << 20, 4 << 20];

/// How many bytes of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub code: usize,
    pub read_only: usize,
    pub writable: usize,
}

/// A piece of each part, as addresses; each starts at a page.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub code: Range<usize>,
    pub read_only: Range<usize>,
    pub writable: Range<usize>,
}

/// A reserved stretch of address space, given back when dropped.
#[derive(Debug)]
pub(crate) struct Arena {
    base: usize,
    length: usize,
    /// Tells signal handlers where the code is.
    _code: Slot,
}

/// What of an arena is still free.
#[derive(Debug)]
pub(crate) struct Free {
    parts: [Range<usize>; 3],
}

fn page_size() -> usize {
    // SAFETY: sysconf has no preconditions.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).unwrap_or(4096)
}

fn os_error(what: &str) -> Error {
    let error = io::Error::last_os_error();
    Error::new(ErrorCode::OutOfMemory, format!("{what}: {error}"))
}

/// Rounds up to whole pages; none if that is more than there can be.
fn pages(size: usize) -> Option<usize> {
    size.checked_next_multiple_of(page_size()).filter(|&size| size <= isize::MAX as usize / 8)
}

impl Arena {
    /// Reserves room for at least these sizes, and for `spare` more of each if there is room.
    pub(crate) fn reserve(sizes: Sizes, spare: bool) -> Result<(Arena, Free)> {
        let needed = [sizes.code, sizes.read_only, sizes.writable].map(pages);
        let [Some(code), Some(read_only), Some(writable)] = needed else {
            return fail(ErrorCode::OutOfMemory, "the code and data are bigger than memory");
        };
        let least = (code + read_only + writable).max(page_size());
        let tries = RESERVES.iter().copied().filter(|&size| spare && size / 4 >= least);
        for length in tries.chain([least]) {
            // SAFETY: a new private mapping at an address that the kernel chooses.
            let base = unsafe {
                let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
                libc::mmap(std::ptr::null_mut(), length, libc::PROT_NONE, flags, -1, 0)
            };
            if base == libc::MAP_FAILED {
                continue;
            }
            let base = base.expose_provenance();
            // Half for code, a quarter for each kind of data; exactly what is needed if tight.
            let (first, second) = if length == least {
                (code, code + read_only)
            } else {
                (length / 2, length / 4 * 3)
            };
            let bounds = [0, first, second, length].map(|offset| base + offset);
            let Some(slot) = ranges::add(bounds[0]..bounds[1]) else {
                // SAFETY: the mapping made above, which nobody else knows.
                unsafe { unmap(base, length) };
                return fail(ErrorCode::OutOfMemory, "no memory for the table of code");
            };
            let parts = [0, 1, 2].map(|part| bounds[part]..bounds[part + 1]);
            return Ok((Arena { base, length, _code: slot }, Free { parts }));
        }
        Err(os_error("cannot reserve address space for code"))
    }

    fn protect(&self, range: &Range<usize>, protection: i32) -> Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        assert!(range.start >= self.base && range.end <= self.base + self.length);
        let start = std::ptr::with_exposed_provenance_mut(range.start);
        // SAFETY: the range lies in this arena's own mapping, as asserted.
        match unsafe { libc::mprotect(start, range.len(), protection) } {
            0 => Ok(()),
            _ => Err(os_error("cannot change the protection of memory")),
        }
    }

    /// Writes a piece: each part is filled by `fill`, then sealed with its protection.
    pub(crate) fn write(
        &self,
        piece: &mut Piece,
        fill: impl FnOnce([&mut [u8]; 3]) -> Result<()>,
    ) -> Result<()> {
        let ranges = [&piece.code, &piece.read_only, &piece.writable];
        for range in ranges {
            self.protect(range, libc::PROT_READ | libc::PROT_WRITE)?;
        }
        // SAFETY: the pages are mapped and writable, they belong to this piece alone, which is
        // borrowed for writing, and nothing in them runs or is known yet. Empty ranges give empty
        // slices.
        let parts = ranges.map(|range| unsafe {
            if range.is_empty() {
                return Default::default();
            }
            let start = std::ptr::with_exposed_provenance_mut(range.start);
            std::slice::from_raw_parts_mut(start, range.len())
        });
        fill(parts)?;
        self.protect(&piece.code, libc::PROT_READ | libc::PROT_EXEC)?;
        self.protect(&piece.read_only, libc::PROT_READ)?;
        flush(&piece.code)
    }
}

/// Makes new code visible to the processor's instruction fetch on all cores.
fn flush(code: &Range<usize>) -> Result<()> {
    let start = std::ptr::with_exposed_provenance(code.start);
    // SAFETY: the range is mapped and readable.
    unsafe { wasmtime_internal_jit_icache_coherence::clear_cache(start, code.len())? };
    wasmtime_internal_jit_icache_coherence::pipeline_flush_mt()?;
    Ok(())
}

/// # Safety
/// The stretch was mapped by this module and nobody uses it any more.
unsafe fn unmap(base: usize, length: usize) {
    // SAFETY: the caller's promise. It cannot fail for a whole mapping.
    unsafe { libc::munmap(std::ptr::with_exposed_provenance_mut(base), length) };
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: the mapping is this arena's own. Those who run its code through this library
        // hold it; those who call a bare pointer promise that the module lives.
        unsafe { unmap(self.base, self.length) };
    }
}

impl Free {
    /// A piece of these sizes, if there is room for it; it stays free until [`take`](Free::take).
    pub(crate) fn find(&self, sizes: Sizes) -> Option<Piece> {
        let sizes = [sizes.code, sizes.read_only, sizes.writable];
        let range = |part: usize| {
            let free = &self.parts[part];
            let size = pages(sizes[part]).filter(|&size| size <= free.len())?;
            Some(free.start..free.start + size)
        };
        Some(Piece { code: range(0)?, read_only: range(1)?, writable: range(2)? })
    }

    /// Marks the piece that [`find`](Free::find) gave as taken.
    pub(crate) fn take(&mut self, piece: &Piece) {
        let ends = [piece.code.end, piece.read_only.end, piece.writable.end];
        for (part, end) in self.parts.iter_mut().zip(ends) {
            part.start = end;
        }
    }
}
