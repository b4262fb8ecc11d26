//! Lists whose items own something: one block with the items in front and all that they point to
//! behind.
//!
//! The block is sized first ([`Element::payload`]) and filled afterwards, so that a list of a
//! thousand texts is one allocation and one free. The writer checks every step against the size: an
//! element that says too little panics, which the barrier reports, instead of writing out of
//! bounds.

use crate::abi::{self, MAX_ALIGN, RtBytes, RtList, RtOpt, RtText, Zero};
use crate::block::{Allocation, Kind};
use crate::error::{Error, Result};
use std::alloc::Layout;
use std::ptr::NonNull;

/// A value that can stand in a list, or in a field of a struct that stands in a list.
pub trait Element {
    /// What C sees.
    type Abi: Copy + 'static;

    /// At most how many bytes it needs behind the items of its list.
    fn payload(&self) -> usize;

    /// Writes those bytes and gives the item.
    fn write(self, block: &mut BlockWriter) -> Self::Abi;
}

/// The rest of a list's block, filled from front to back.
#[derive(Debug)]
pub struct BlockWriter {
    allocation: Allocation,
    used: usize,
}

impl BlockWriter {
    /// Room for `count` values of type `T`, aligned for it.
    fn reserve<T>(&mut self, count: usize) -> NonNull<T> {
        const { assert!(align_of::<T>() <= MAX_ALIGN) };
        let begin = self.used.next_multiple_of(align_of::<T>());
        let end = size_of::<T>().checked_mul(count).and_then(|size| size.checked_add(begin));
        assert!(
            end.is_some_and(|end| end <= self.allocation.size()),
            "an element wrote more than its `payload` announced"
        );
        self.used = end.unwrap_or(begin);
        // SAFETY: `begin` is at most the size of the allocation, asserted above with `end`.
        unsafe { self.allocation.start().byte_add(begin) }.cast()
    }

    /// Copies bytes and a NUL behind them.
    fn copy(&mut self, bytes: &[u8]) -> NonNull<u8> {
        let start = self.reserve::<u8>(bytes.len() + 1);
        // SAFETY: `reserve` gave one byte more than `bytes` has, in memory that only this writer
        // refers to.
        unsafe {
            start.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len());
            start.add(bytes.len()).write(0);
        }
        start
    }

    /// Puts a text into the block.
    pub fn text(&mut self, text: &str) -> RtText {
        RtText { ptr: self.copy(text.as_bytes()).as_ptr(), len: text.len() as u64 }
    }

    /// Puts bytes into the block.
    pub fn bytes(&mut self, bytes: &[u8]) -> RtBytes {
        RtBytes { ptr: self.copy(bytes).as_ptr(), len: bytes.len() as u64 }
    }

    /// Puts a list into the block.
    pub fn list<E: Element>(&mut self, items: Vec<E>) -> RtList<E::Abi> {
        let len = items.len();
        if len == 0 {
            return RtList { items: abi::empty(), len: 0 };
        }
        let start = self.reserve::<E::Abi>(len);
        for (index, item) in items.into_iter().enumerate() {
            let item = item.write(self);
            // SAFETY: `reserve` gave room for `len` items and `index` is below `len`.
            unsafe { start.add(index).write(item) };
        }
        RtList { items: start.as_ptr(), len: len as u64 }
    }
}

/// At most how many bytes a list needs in a block, padding for its alignment included.
fn list_size<E: Element>(items: &[E]) -> usize {
    if items.is_empty() {
        return 0;
    }
    let table = items.len().saturating_mul(size_of::<E::Abi>());
    let payload = items.iter().fold(0_usize, |sum, item| sum.saturating_add(item.payload()));
    (align_of::<E::Abi>() - 1).saturating_add(table).saturating_add(payload)
}

/// Gives a list to the caller, as one block.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn list_to_abi<E: Element>(items: Vec<E>) -> Result<RtList<E::Abi>> {
    if items.is_empty() {
        return Ok(RtList { items: abi::empty(), len: 0 });
    }
    let size = list_size(&items).max(1);
    let too_large = |_| -> Error { Error::out_of_memory() };
    let layout = Layout::from_size_align(size, MAX_ALIGN).map_err(too_large)?;
    let mut block = BlockWriter { allocation: Allocation::new(layout)?, used: 0 };
    let list = block.list(items);
    block.allocation.give(Kind::of::<RtList<E::Abi>>())?;
    Ok(list)
}

macro_rules! plain {
    ($($ty:ty),*) => {$(
        impl Element for $ty {
            type Abi = $ty;
            fn payload(&self) -> usize {
                0
            }
            fn write(self, _block: &mut BlockWriter) -> $ty {
                self
            }
        }
    )*};
}

plain!(bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

impl<T: Zero> Element for Option<T> {
    type Abi = RtOpt<T>;

    fn payload(&self) -> usize {
        0
    }

    fn write(self, _block: &mut BlockWriter) -> RtOpt<T> {
        self.map_or(RtOpt::NONE, |value| RtOpt { present: true, value })
    }
}

/// Elements with a payload, and the same behind an option, whose none is null.
macro_rules! owned {
    ($($ty:ty => $abi:ty, $payload:expr, $write:expr;)*) => {$(
        impl Element for $ty {
            type Abi = $abi;
            fn payload(&self) -> usize {
                let payload: fn(&$ty) -> usize = $payload;
                payload(self)
            }
            fn write(self, block: &mut BlockWriter) -> $abi {
                let write: fn($ty, &mut BlockWriter) -> $abi = $write;
                write(self, block)
            }
        }
        impl Element for Option<$ty> {
            type Abi = $abi;
            fn payload(&self) -> usize {
                self.as_ref().map_or(0, Element::payload)
            }
            fn write(self, block: &mut BlockWriter) -> $abi {
                self.map_or(<$abi>::NULL, |value| value.write(block))
            }
        }
    )*};
}

owned! {
    String => RtText, |text| text.len() + 1, |text, block| block.text(&text);
    Vec<u8> => RtBytes, |bytes| bytes.len() + 1, |bytes, block| block.bytes(&bytes);
    Vec<bool> => RtList<bool>, |items| list_size(items), |items, block| block.list(items);
    Vec<i8> => RtList<i8>, |items| list_size(items), |items, block| block.list(items);
    Vec<i16> => RtList<i16>, |items| list_size(items), |items, block| block.list(items);
    Vec<i32> => RtList<i32>, |items| list_size(items), |items, block| block.list(items);
    Vec<i64> => RtList<i64>, |items| list_size(items), |items, block| block.list(items);
    Vec<u16> => RtList<u16>, |items| list_size(items), |items, block| block.list(items);
    Vec<u32> => RtList<u32>, |items| list_size(items), |items, block| block.list(items);
    Vec<u64> => RtList<u64>, |items| list_size(items), |items, block| block.list(items);
    Vec<f32> => RtList<f32>, |items| list_size(items), |items, block| block.list(items);
    Vec<f64> => RtList<f64>, |items| list_size(items), |items, block| block.list(items);
    Vec<String> => RtList<RtText>, |items| list_size(items), |items, block| block.list(items);
    Vec<Vec<u8>> => RtList<RtBytes>, |items| list_size(items), |items, block| block.list(items);
}
