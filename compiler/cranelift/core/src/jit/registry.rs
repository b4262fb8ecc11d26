//! All JIT code of the process by address: for calls by pointer, and for naming what trapped.

use super::memory::Arena;
use crate::call::Adapter;
use crate::line::Locations;
use crate::module::{CallSite, Compiled, Handler};
use cranelift_codegen::ir::{Signature, TrapCode};
use cranelift_codegen::isa::OwnedTargetIsa;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};

/// Functions that were linked together, and the memory that they are in.
pub(crate) struct Linked {
    /// What it was compiled for.
    isa: OwnedTargetIsa,
    /// What its source locations mean.
    locations: Arc<Locations>,
    /// The address of the first byte of code.
    start: usize,
    /// In order of addresses.
    functions: Vec<Placed>,
    /// What the process knows of it; goes before the memory.
    _known: Known,
    _arena: Arc<Arena>,
}

/// What unwinders and debuggers know of JIT code.
pub(super) struct Known {
    pub _debugger: Option<super::debugger::Registered>,
    pub _frames: super::frames::Registered,
}

/// A function in memory.
pub(crate) struct Placed {
    pub name: String,
    pub signature: Signature,
    pub start: usize,
    pub code: Arc<Compiled>,
    /// Calls it with arguments from memory, once somebody has.
    pub adapter: OnceLock<Arc<Adapter>>,
}

/// A function found by an address, with its memory held.
#[derive(Clone)]
pub(crate) struct Entry {
    linked: Arc<Linked>,
    index: usize,
}

static LINKED: RwLock<BTreeMap<usize, Weak<Linked>>> = RwLock::new(BTreeMap::new());

impl Linked {
    /// Makes functions known; they are in order of addresses.
    pub(super) fn new(
        isa: OwnedTargetIsa,
        locations: Arc<Locations>,
        functions: Vec<Placed>,
        known: Known,
        arena: Arc<Arena>,
    ) -> Arc<Linked> {
        let start = functions.first().map_or(0, |first| first.start);
        let linked =
            Arc::new(Linked { isa, locations, start, functions, _known: known, _arena: arena });
        if start != 0 {
            let mut all = LINKED.write().unwrap_or_else(PoisonError::into_inner);
            all.insert(start, Arc::downgrade(&linked));
        }
        linked
    }
}

impl Drop for Linked {
    fn drop(&mut self) {
        if self.start != 0 {
            LINKED.write().unwrap_or_else(PoisonError::into_inner).remove(&self.start);
        }
    }
}

/// The function that an address lies in.
pub(crate) fn find(address: usize) -> Option<Entry> {
    let linked = {
        let all = LINKED.read().unwrap_or_else(PoisonError::into_inner);
        all.range(..=address).next_back()?.1.upgrade()?
    };
    let behind = linked.functions.partition_point(|function| function.start <= address);
    let index = behind.checked_sub(1)?;
    let function = &linked.functions[index];
    (address - function.start < function.code.code.len()).then_some(Entry { linked, index })
}

/// The function that starts at an address.
pub(crate) fn find_start(address: usize) -> Option<Entry> {
    find(address).filter(|entry| entry.placed().start == address)
}

impl Entry {
    pub(crate) fn placed(&self) -> &Placed {
        &self.linked.functions[self.index]
    }

    pub(crate) fn isa(&self) -> &OwnedTargetIsa {
        &self.linked.isa
    }

    /// The offset of an address in the function.
    pub(crate) fn offset(&self, address: usize) -> u32 {
        // A function is smaller than 4 GiB.
        (address - self.placed().start) as u32
    }

    /// Why the instruction at an address traps, if it is known to.
    pub(crate) fn trap(&self, address: usize) -> Option<TrapCode> {
        let traps = &self.placed().code.traps;
        let found = traps.binary_search_by_key(&self.offset(address), |trap| trap.0).ok()?;
        Some(traps[found].1)
    }

    /// The source location of the instruction at an address, as the caller set it.
    pub(crate) fn location(&self, address: usize) -> Option<u32> {
        let offset = self.offset(address);
        let rows = &self.placed().code.lines;
        let row = rows.iter().rev().find(|row| row.0 <= offset && offset < row.1)?;
        Some(row.2)
    }

    /// The place in the source of the instruction at an address, for messages.
    pub(crate) fn place(&self, address: usize) -> Option<String> {
        let number = self.location(address)?;
        Some(match self.linked.locations.at(number) {
            Some(place) if place.column == 0 => format!("{}:{}", place.file, place.line),
            Some(place) => format!("{}:{}:{}", place.file, place.line, place.column),
            None => format!("source location {number}"),
        })
    }

    /// The call that returns to an address, if it has handlers.
    fn call_site(&self, return_address: usize) -> Option<&CallSite> {
        let offset = self.offset(return_address);
        self.placed().code.call_sites.iter().find(|site| site.return_offset == offset)
    }
}

/// A handler of exceptions in memory.
pub struct FoundHandler {
    /// The tag that it is for; none for all.
    pub tag: Option<u32>,
    /// Where its code is.
    pub address: usize,
    /// The distance from the frame pointer down to the stack pointer of its function.
    pub frame_offset: Option<u32>,
}

/// The handlers of the call that returns to an address, the innermost first; none if it is no such
/// call of JIT code.
pub fn handlers_of(return_address: usize) -> Vec<FoundHandler> {
    // A call may be the last instruction of its function.
    let Some(entry) = find(return_address.wrapping_sub(1)) else { return Vec::new() };
    let Some(site) = entry.call_site(return_address) else { return Vec::new() };
    let found = |handler: &Handler| FoundHandler {
        tag: handler.tag,
        address: entry.placed().start + handler.offset as usize,
        frame_offset: site.frame_offset,
    };
    site.handlers.iter().map(found).collect()
}
