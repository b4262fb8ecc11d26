//! Owned blocks: every text, bytes or list that a caller must free is one block, and every live
//! block is registered.
//!
//! The registry knows size, alignment and kind, so freeing needs the pointer only, and a pointer
//! that is no live block (freed before, forged, or of another kind) is an error instead of a
//! corrupted heap. It is split into shards by address, so that threads seldom meet.
//!
//! Invariant: memory is given back through the pointer that the allocator gave, never through the
//! caller's.

use crate::abi::{self, RtBytes, RtList, RtText};
use crate::error::{Error, ErrorCode, Result, fail};
use std::alloc::Layout;
use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a block holds, and so which function frees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    id: TypeId,
    name: &'static str,
}

impl Kind {
    /// The kind of an ABI type: [`RtText`], [`RtBytes`] or an [`RtList`].
    pub(crate) fn of<A: 'static>() -> Kind {
        Kind { id: TypeId::of::<A>(), name: type_name::<A>() }
    }

    /// For messages: `text`, `list of i64`.
    fn describe(self) -> String {
        let list = self.name.split_once('<').map(|(_, item)| item.trim_end_matches('>'));
        let short = |path: &str| {
            let name = path.rsplit("::").next().unwrap_or(path);
            match name {
                "RtText" => "text".to_owned(),
                "RtBytes" => "bytes".to_owned(),
                name => name.trim_start_matches("Rt").to_owned(),
            }
        };
        match list {
            Some(item) => format!("list of {}", short(item)),
            None => short(self.name),
        }
    }
}

/// Memory that this module has allocated and not given out yet, or has taken back: it is freed when
/// dropped.
#[derive(Debug)]
pub(crate) struct Allocation {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: an allocation is memory that nobody else frees; which thread frees it does not matter to
// the allocator.
unsafe impl Send for Allocation {}

impl Allocation {
    /// Allocates uninitialised memory; `layout` must not be of size zero.
    pub(crate) fn new(layout: Layout) -> Result<Allocation> {
        assert!(layout.size() > 0, "an empty value needs no block");
        // SAFETY: the size is not zero, asserted above.
        let start = unsafe { std::alloc::alloc(layout) };
        match NonNull::new(start) {
            Some(start) => Ok(Allocation { start, layout }),
            None => Err(Error::out_of_memory()),
        }
    }

    /// Takes over the memory of a vector, whose capacity must not be zero.
    fn from_vec<T: Copy>(items: Vec<T>) -> Allocation {
        let mut items = ManuallyDrop::new(items);
        // A vector holds this layout already, so it is a valid one.
        let layout = Layout::array::<T>(items.capacity()).expect("the layout of a live vector");
        assert!(layout.size() > 0, "an empty value needs no block");
        // SAFETY: a vector's pointer is never null.
        let start = unsafe { NonNull::new_unchecked(items.as_mut_ptr()) };
        Allocation { start: start.cast(), layout }
    }

    pub(crate) fn start(&self) -> NonNull<u8> {
        self.start
    }

    pub(crate) fn size(&self) -> usize {
        self.layout.size()
    }

    /// Registers the block and gives it to the caller.
    pub(crate) fn give(self, kind: Kind) -> Result<NonNull<u8>> {
        let start = self.start;
        let mut shard = shard_of(start.as_ptr());
        if shard.try_reserve(1).is_err() {
            return Err(Error::out_of_memory());
        }
        let before = shard.insert(start.as_ptr().addr(), Block { allocation: self, kind });
        debug_assert!(before.is_none(), "the allocator gave out a live block again");
        Ok(start)
    }
}

impl Drop for Allocation {
    fn drop(&mut self) {
        // SAFETY: `start` and `layout` are those of the global allocator's (`new`) or of a vector
        // that was given up (`from_vec`), and an allocation is not copied, so this is the only
        // release.
        unsafe { std::alloc::dealloc(self.start.as_ptr(), self.layout) };
    }
}

#[derive(Debug)]
struct Block {
    allocation: Allocation,
    kind: Kind,
}

/// Addresses of blocks differ in their middle bits; one multiplication spreads them.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = spread(self.0 ^ u64::from(*byte));
        }
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = spread(address as u64);
    }
}

fn spread(address: u64) -> u64 {
    let product = (address >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    product ^ (product >> 32)
}

const SHARDS: usize = 64;

type Shard = HashMap<usize, Block, BuildHasherDefault<AddressHasher>>;

static REGISTRY: [Mutex<Shard>; SHARDS] =
    [const { Mutex::new(HashMap::with_hasher(BuildHasherDefault::new())) }; SHARDS];

fn shard_of(start: *const u8) -> MutexGuard<'static, Shard> {
    // The bits that choose the shard are not those that choose the bucket.
    let index = (spread(start.addr() as u64) >> 40) as usize % SHARDS;
    lock(&REGISTRY[index])
}

/// A poisoned shard is usable: no operation on it panics half done.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of blocks that callers own now.
pub fn live_blocks() -> u64 {
    REGISTRY.iter().map(|shard| lock(shard).len() as u64).sum()
}

/// Gives a text to the caller, without copying it where its memory has room for the NUL.
pub(crate) fn give_text(text: String) -> Result<RtText> {
    if text.is_empty() {
        return Ok(RtText { ptr: abi::empty(), len: 0 });
    }
    let mut bytes = text.into_bytes();
    let len = bytes.len() as u64;
    bytes.try_reserve_exact(1).map_err(|_| Error::out_of_memory())?;
    bytes.push(0);
    let start = Allocation::from_vec(without_slack(bytes)).give(Kind::of::<RtText>())?;
    Ok(RtText { ptr: start.as_ptr(), len })
}

/// Gives bytes to the caller without copying them.
pub(crate) fn give_bytes(bytes: Vec<u8>) -> Result<RtBytes> {
    if bytes.is_empty() {
        return Ok(RtBytes { ptr: abi::empty(), len: 0 });
    }
    let len = bytes.len() as u64;
    let start = Allocation::from_vec(without_slack(bytes)).give(Kind::of::<RtBytes>())?;
    Ok(RtBytes { ptr: start.as_ptr(), len })
}

/// Gives a list of plain values to the caller without copying them.
pub(crate) fn give_list<T: Copy + 'static>(items: Vec<T>) -> Result<RtList<T>> {
    if items.is_empty() {
        return Ok(RtList { items: abi::empty(), len: 0 });
    }
    let len = items.len() as u64;
    let start = Allocation::from_vec(without_slack(items)).give(Kind::of::<RtList<T>>())?;
    Ok(RtList { items: start.as_ptr().cast(), len })
}

/// A result lives as long as the caller wants: one that grew with doubling gives the unused part
/// back.
fn without_slack<T>(mut items: Vec<T>) -> Vec<T> {
    if items.capacity() > items.len() + items.len() / 4 + 16 {
        items.shrink_to_fit();
    }
    items
}

/// Frees the block at `start`; null and the address of empty values are fine.
///
/// # Safety
/// If `start` is a live block of this kind, nobody uses it any more. Any other pointer is found out
/// here.
pub(crate) unsafe fn release(start: *const u8, kind: Kind) -> Result<()> {
    if start.is_null() || std::ptr::eq(start, abi::empty::<u8>()) {
        return Ok(());
    }
    let mut shard = shard_of(start);
    let Some(found) = shard.get(&start.addr()).map(|block| block.kind) else {
        drop(shard);
        return fail(
            ErrorCode::InvalidFree,
            "the pointer is no live result: it was freed before, or it is not from this library",
        );
    };
    if found.id != kind.id {
        drop(shard);
        let (found, kind) = (found.describe(), kind.describe());
        return fail(
            ErrorCode::InvalidFree,
            format!("the pointer is a live `{found}`, not a `{kind}`"),
        );
    }
    let block = shard.remove(&start.addr());
    drop(shard);
    drop(block.map(|block| block.allocation));
    Ok(())
}

#[cfg(test)]
mod tests;
