//! Owned results: every text, bytes or list that a caller must free is one block of `malloc`, and
//! every live block is registered, so that a pointer that is none is an error and not a corrupted
//! heap.
//!
//! The registry is a table with open addressing; a removed entry is filled from behind, so that it
//! never holds dead entries.

use crate::error::{Code, Error, Result};
use crate::memory::{Message, Vector};
use crate::mutex::Mutex;
use core::ptr;

/// `rt_text`: UTF-8. As a result it is followed by a NUL that `len` does not count.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RtText {
    /// First byte; null for none.
    pub ptr: *const u8,
    /// Length in bytes.
    pub len: u64,
}

/// `rt_bytes`: any bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RtBytes {
    /// First byte; null for none.
    pub ptr: *mut u8,
    /// Length in bytes.
    pub len: u64,
}

/// `rt_list_<T>`: one block that holds the items and all that they point to.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RtList<T> {
    /// First item; null for none.
    pub items: *mut T,
    /// Number of items.
    pub len: u64,
}

impl RtText {
    /// None, or a failure.
    pub const NULL: RtText = RtText { ptr: ptr::null(), len: 0 };
}

impl<T> RtList<T> {
    /// None, or a failure.
    pub const NULL: RtList<T> = RtList { items: ptr::null_mut(), len: 0 };
}

/// What a block holds, and so which function frees it; the text is for messages.
pub(crate) type Kind = &'static str;

/// The kind of a text.
pub(crate) const TEXT: Kind = "text";

#[repr(align(16))]
struct Empty([u8; 16]);

/// What empty results point to. It is never freed and nobody may write there.
static EMPTY: Empty = Empty([0; 16]);

/// The address of empty results.
pub(crate) fn empty() -> *mut u8 {
    EMPTY.0.as_ptr().cast_mut()
}

#[derive(Clone, Copy)]
struct Entry {
    /// The block's address; 0 for no block.
    address: usize,
    kind: Kind,
}

const NO_ENTRY: Entry = Entry { address: 0, kind: "" };

/// The live blocks.
struct Registry {
    entries: Vector<Entry>,
    used: usize,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry { entries: Vector::new(), used: 0 });

// SAFETY: the registry is memory of its own and numbers.
unsafe impl Send for Registry {}

impl Registry {
    /// Where an address belongs. The table's length is a power of two.
    fn home(&self, address: usize) -> usize {
        let spread = (address >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (spread >> 32) & self.mask()
    }

    fn mask(&self) -> usize {
        self.entries.len().wrapping_sub(1)
    }

    fn at(&mut self, index: usize) -> Option<&mut Entry> {
        self.entries.as_mut_slice().get_mut(index)
    }

    /// The place of a block, or the free place where it would be. The table has a free place.
    fn place(&mut self, address: usize) -> usize {
        let mut index = self.home(address);
        let mask = self.mask();
        while self.at(index).is_some_and(|entry| entry.address != 0 && entry.address != address) {
            index = (index + 1) & mask;
        }
        index
    }

    /// Makes sure that half of the table stays free with one block more.
    fn reserve(&mut self) -> Result<()> {
        let len = self.entries.len();
        if (self.used + 1) * 2 <= len {
            return Ok(());
        }
        let mut larger = Vector::new();
        larger.reserve((len * 2).max(64))?;
        for _ in 0..(len * 2).max(64) {
            larger.push(NO_ENTRY)?;
        }
        let old = core::mem::replace(&mut self.entries, larger);
        for entry in old.as_slice().iter().filter(|entry| entry.address != 0) {
            self.put(*entry);
        }
        Ok(())
    }

    fn put(&mut self, entry: Entry) {
        let index = self.place(entry.address);
        if let Some(place) = self.at(index) {
            *place = entry;
        }
    }

    /// Takes out the entry at `hole` and moves those behind it that the hole would hide.
    fn remove(&mut self, mut hole: usize) {
        let mask = self.mask();
        let mut index = hole;
        loop {
            index = (index + 1) & mask;
            let Some(entry) = self.at(index).copied().filter(|entry| entry.address != 0) else {
                break;
            };
            let home = self.home(entry.address);
            // The entry may move up if its home is not between the hole and itself.
            if (index.wrapping_sub(home) & mask) >= (index.wrapping_sub(hole) & mask) {
                if let Some(place) = self.at(hole) {
                    *place = entry;
                }
                hole = index;
            }
        }
        if let Some(place) = self.at(hole) {
            *place = NO_ENTRY;
        }
        self.used -= 1;
    }
}

/// How many blocks callers own.
pub(crate) fn live() -> u64 {
    REGISTRY.lock().used as u64
}

/// Registers memory of `malloc` and gives it to the caller; frees it when that fails.
fn give<T: Copy>(mut memory: Vector<T>, kind: Kind) -> Result<*mut T> {
    memory.shrink();
    let mut registry = REGISTRY.lock();
    registry.reserve()?;
    let start = memory.into_raw();
    registry.put(Entry { address: start.addr(), kind });
    registry.used += 1;
    Ok(start)
}

/// Gives a text, which is UTF-8, to the caller.
pub(crate) fn give_text(mut text: Vector<u8>) -> Result<RtText> {
    let len = text.len();
    if len == 0 {
        return Ok(RtText { ptr: empty(), len: 0 });
    }
    text.push(0)?;
    Ok(RtText { ptr: give(text, TEXT)?, len: len as u64 })
}

/// Gives a list of numbers to the caller.
pub(crate) fn give_numbers(numbers: Vector<i64>) -> Result<RtList<i64>> {
    let len = numbers.len() as u64;
    if len == 0 {
        return Ok(RtList { items: empty().cast(), len: 0 });
    }
    Ok(RtList { items: give(numbers, "list of i64")?, len })
}

/// Gives a list of texts to the caller: one block with the items and, behind them, the texts.
pub(crate) fn give_texts<'a>(
    count: usize,
    bytes: usize,
    texts: impl Iterator<Item = &'a [u8]>,
) -> Result<RtList<RtText>> {
    if count == 0 {
        return Ok(RtList { items: empty().cast(), len: 0 });
    }
    let table = count.saturating_mul(size_of::<RtText>());
    let mut block: Vector<u8> = Vector::new();
    block.reserve(table.saturating_add(bytes).saturating_add(count))?;
    let items: *mut RtText = block.end().cast();
    // SAFETY: the room for the table was reserved and is written below before anybody reads it:
    // the bytes in between are zeroed here.
    unsafe {
        block.end().write_bytes(0, table);
        block.grow_by(table);
    }
    for (index, text) in texts.take(count).enumerate() {
        let item = RtText { ptr: block.end(), len: text.len() as u64 };
        block.extend(text)?;
        block.push(0)?;
        // SAFETY: `index` is below `count`, and `malloc` aligns for every type. The block has not
        // moved: all its room was reserved above.
        unsafe { items.add(index).write(item) };
    }
    Ok(RtList { items: give(block, "list of text")?.cast(), len: count as u64 })
}

/// Frees the block at `start`; null and the address of empty values are fine.
///
/// # Safety
/// If `start` is a live block of this kind, nobody uses it any more. Any other pointer is found out
/// here.
pub(crate) unsafe fn release(start: *const u8, kind: Kind) -> Result<bool> {
    if start.is_null() || ptr::eq(start, empty()) {
        return Ok(true);
    }
    let mut registry = REGISTRY.lock();
    let index = registry.place(start.addr());
    let found = registry.at(index).copied().filter(|entry| entry.address == start.addr());
    let Some(found) = found else {
        return Err(Error::new(
            Code::InvalidFree,
            "the pointer is no live result: it was freed before, or it is not from this library",
        ));
    };
    if found.kind != kind {
        let message = Message::new("the pointer is a live `").text(found.kind);
        return Err(message.text("`, not a `").text(kind).text("`").error(Code::InvalidFree));
    }
    registry.remove(index);
    drop(registry);
    // SAFETY: the registry held this very address of `malloc`, and it was taken out once.
    unsafe { libc::free(start.cast_mut().cast()) };
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn text(len: usize) -> RtText {
        let mut bytes = Vector::new();
        for _ in 0..len {
            bytes.push(b'x').unwrap();
        }
        give_text(bytes).unwrap()
    }

    #[test]
    fn the_registry_keeps_what_is_live_and_nothing_else() {
        let mut live = BTreeMap::new();
        let mut random = 1_u64;
        for step in 0..20_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if random >> 62 != 0 {
                let given = text(1 + (random >> 40) as usize % 60);
                assert!(live.insert(given.ptr.addr(), given).is_none(), "given twice");
            } else if let Some((_, given)) = live.pop_first() {
                // SAFETY: the text was given above and is used no more.
                let (first, second) =
                    unsafe { (release(given.ptr, TEXT), release(given.ptr, TEXT)) };
                assert!(first.unwrap(), "step {step}");
                assert_eq!(second.unwrap_err().code, Code::InvalidFree);
            }
        }
        for given in live.into_values() {
            // SAFETY: as above; first with the wrong kind, which frees nothing.
            let (wrong, right) =
                unsafe { (release(given.ptr, "list of i64"), release(given.ptr, TEXT)) };
            assert_eq!(wrong.unwrap_err().code, Code::InvalidFree);
            assert!(right.unwrap());
        }
    }

    #[test]
    fn a_list_is_one_block_with_its_texts() {
        let texts = ["b", "", "long enough"];
        let list = give_texts(3, 12, texts.iter().map(|text| text.as_bytes())).unwrap();
        // SAFETY: the list has three texts, each followed by a NUL.
        unsafe {
            for (index, text) in texts.iter().enumerate() {
                let item = *list.items.add(index);
                let bytes = core::slice::from_raw_parts(item.ptr, text.len() + 1);
                assert_eq!(
                    (bytes.strip_suffix(&[0]), item.len),
                    (Some(text.as_bytes()), text.len() as u64)
                );
            }
            assert!(release(list.items.cast(), "list of text").unwrap());
        }
    }
}
