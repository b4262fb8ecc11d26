//! Values on their way out, alone, in lists and in structs as generated code has them.

use super::*;
use crate::error::ErrorCode;
use crate::testing;
use crate::{call, input, live_blocks};

/// A struct as a spec declares it, and its C shape, written as the emitter writes them.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    name: String,
    size: i64,
    tags: Vec<String>,
    data: Option<Vec<u8>>,
    weights: Vec<f64>,
    is_open: bool,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct RtEntry {
    name: RtText,
    size: i64,
    tags: RtList<RtText>,
    data: RtBytes,
    weights: RtList<f64>,
    is_open: u8,
}

impl RtEntry {
    fn new(value: Entry) -> Result<RtEntry> {
        let name = Pending::new(value.name)?;
        let tags = Pending::new(value.tags)?;
        let data = Pending::new(value.data)?;
        let weights = Pending::new(value.weights)?;
        Ok(RtEntry {
            name: name.take(),
            size: value.size,
            tags: tags.take(),
            data: data.take(),
            weights: weights.take(),
            is_open: u8::from(value.is_open),
        })
    }
}

impl Release for RtEntry {
    unsafe fn release(self) -> Result<()> {
        // SAFETY: the caller gives all fields up.
        unsafe {
            first_error([
                self.name.release(),
                self.tags.release(),
                self.data.release(),
                self.weights.release(),
            ])
        }
    }
}

impl Element for Entry {
    type Abi = RtEntry;

    fn payload(&self) -> usize {
        self.name.payload() + self.tags.payload() + self.data.payload() + self.weights.payload()
    }

    fn write(self, block: &mut BlockWriter) -> RtEntry {
        RtEntry {
            name: self.name.write(block),
            size: self.size,
            tags: self.tags.write(block),
            data: self.data.write(block),
            weights: self.weights.write(block),
            is_open: u8::from(self.is_open),
        }
    }
}

fn entry(seed: usize) -> Entry {
    Entry {
        name: "n".repeat(seed % 17),
        size: seed as i64 - 3,
        tags: (0..seed % 4).map(|tag| "t".repeat(tag * 3 + 1)).collect(),
        data: (!seed.is_multiple_of(3)).then(|| vec![seed as u8; seed % 5]),
        weights: (0..seed % 3).map(|weight| weight as f64 / 2.0).collect(),
        is_open: seed.is_multiple_of(2),
    }
}

/// Reads an entry back as a C caller would.
///
/// # Safety
/// The entry is live.
unsafe fn read(entry: &RtEntry) -> Entry {
    // SAFETY: the entry is live, so all that it points to is there.
    unsafe {
        Entry {
            name: input::text("name", entry.name.ptr, entry.name.len).unwrap().to_owned(),
            size: entry.size,
            tags: input::texts("tags", entry.tags.items, entry.tags.len)
                .unwrap()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            data: input::opt_bytes("data", entry.data.ptr, entry.data.len)
                .unwrap()
                .map(<[u8]>::to_vec),
            weights: input::slice("weights", entry.weights.items, entry.weights.len)
                .unwrap()
                .to_vec(),
            is_open: entry.is_open != 0,
        }
    }
}

#[test]
fn scalars_cross_as_themselves() {
    assert_eq!(7_u8.to_abi().unwrap(), 7);
    assert!(true.to_abi().unwrap());
    assert_eq!((-1.5_f32).to_abi().unwrap(), -1.5);
    assert_eq!(Some(3_i16).to_abi().unwrap(), RtOpt { present: true, value: 3 });
    assert_eq!(None::<u64>.to_abi().unwrap(), RtOpt::NONE);
    assert_eq!(None::<bool>.to_abi().unwrap(), RtOpt { present: false, value: false });
}

#[test]
fn none_is_null_and_empty_is_not() {
    assert!(None::<String>.to_abi().unwrap().ptr.is_null());
    assert!(None::<Vec<u8>>.to_abi().unwrap().ptr.is_null());
    assert!(None::<Vec<i64>>.to_abi().unwrap().items.is_null());
    assert!(None::<Vec<String>>.to_abi().unwrap().items.is_null());
    assert!(!Some(String::new()).to_abi().unwrap().ptr.is_null());
    assert!(!Some(Vec::<String>::new()).to_abi().unwrap().items.is_null());
}

#[test]
fn a_list_of_texts_is_one_block() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    let texts: Vec<String> = ["", "a", "grüße", "x\0y"].map(str::to_owned).to_vec();
    let list = texts.clone().to_abi().unwrap();
    assert_eq!(live_blocks(), before + 1);
    // SAFETY: the list is live until it is released below.
    unsafe {
        assert_eq!(input::texts("list", list.items, list.len).unwrap(), texts);
        for item in std::slice::from_raw_parts(list.items, 4) {
            assert!(!item.ptr.is_null());
            assert_eq!(item.ptr.add(item.len as usize).read(), 0, "a NUL follows each text");
            assert_eq!(item.release().unwrap_err().code(), ErrorCode::InvalidFree);
        }
        list.release().unwrap();
        assert_eq!(list.release().unwrap_err().code(), ErrorCode::InvalidFree);
    }
    assert_eq!(live_blocks(), before);
}

#[test]
fn lists_of_every_item_come_back() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    macro_rules! check {
        ($($items:expr),*) => {$(
            let items = $items;
            let list = items.clone().to_abi().unwrap();
            // SAFETY: the list is live until it is released.
            unsafe {
                assert_eq!(std::slice::from_raw_parts(list.items, list.len as usize), &items[..]);
                list.release().unwrap();
            }
        )*};
    }
    check!(
        vec![true, false, true],
        vec![i8::MIN, 0, i8::MAX],
        vec![i16::MIN, 1],
        vec![i32::MAX],
        vec![i64::MIN, i64::MAX],
        vec![u16::MAX],
        vec![u32::MAX],
        vec![u64::MAX],
        vec![1.5_f32],
        vec![f64::INFINITY, -0.0]
    );
    let byte_strings = vec![vec![], vec![0_u8, 255], vec![1; 100]];
    let list = byte_strings.clone().to_abi().unwrap();
    // SAFETY: the list is live until it is released.
    unsafe {
        assert_eq!(input::byte_slices("list", list.items, list.len).unwrap(), byte_strings);
        list.release().unwrap();
    }
    assert_eq!(live_blocks(), before);
}

#[test]
fn a_list_of_structs_is_one_block_with_aligned_lists_inside() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    for length in [1, 2, 3, 40] {
        let entries: Vec<Entry> = (0..length).map(entry).collect();
        let list = list_to_abi(entries.clone()).unwrap();
        assert_eq!(live_blocks(), before + 1);
        // SAFETY: the list is live until it is released.
        unsafe {
            for (item, entry) in std::slice::from_raw_parts(list.items, length).iter().zip(&entries)
            {
                assert!(item.tags.items.is_aligned() && item.weights.items.is_aligned());
                assert_eq!(read(item), *entry);
            }
            list.release().unwrap();
        }
    }
    assert_eq!(live_blocks(), before);
    assert!(!list_to_abi(Vec::<Entry>::new()).unwrap().items.is_null());
}

#[test]
fn a_struct_owns_one_block_per_field_and_is_freed_once() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    let value = Entry { data: Some(vec![1]), ..entry(23) };
    let mut abi = RtEntry::new(value.clone()).unwrap();
    assert_eq!(live_blocks(), before + 4);
    let copy = abi;
    // SAFETY: the struct is live until freed; the copy is released to see that its pointers are
    // refused.
    unsafe {
        assert_eq!(read(&abi), value);
        assert!(input::free_struct("value", &raw mut abi).unwrap());
        assert!(abi.name.ptr.is_null() && abi.tags.items.is_null() && abi.size == 0);
        assert!(input::free_struct("value", &raw mut abi).unwrap(), "a freed struct is empty");
        assert_eq!(copy.release().unwrap_err().code(), ErrorCode::InvalidFree);
    }
    assert_eq!(live_blocks(), before);
}

#[test]
fn a_bad_field_does_not_keep_the_others_from_being_freed() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    let mut abi = RtEntry::new(Entry { data: Some(vec![1]), ..entry(23) }).unwrap();
    // SAFETY: the name is released once here; the struct is not used after it is freed.
    unsafe {
        abi.name.release().unwrap();
        let error = input::free_struct("value", &raw mut abi).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidFree);
    }
    assert_eq!(live_blocks(), before);
    assert!(abi.weights.items.is_null());
}

#[test]
fn pending_fields_are_freed_when_a_later_one_fails() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    let make = || -> Result<(RtText, RtText)> {
        let first = Pending::new("first".to_owned())?;
        assert_eq!(live_blocks(), before + 1);
        let second: Pending<RtText> = Err(crate::error::Error::out_of_memory())?;
        Ok((first.take(), second.take()))
    };
    assert_eq!(make().unwrap_err().code(), ErrorCode::OutOfMemory);
    assert_eq!(live_blocks(), before);
}

/// An element whose `payload` is not what it writes.
struct Wrong {
    payload: usize,
    text: &'static str,
}

impl Element for Wrong {
    type Abi = RtText;

    fn payload(&self) -> usize {
        self.payload
    }

    fn write(self, block: &mut BlockWriter) -> RtText {
        block.text(self.text)
    }
}

#[test]
fn an_element_that_announces_too_little_panics_and_leaks_nothing() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    let list = call("rt_x", RtList::NULL, || {
        list_to_abi(vec![
            Wrong { payload: 20, text: "fits" },
            Wrong { payload: 0, text: "this text is longer than what is left of the block" },
        ])
    });
    assert!(list.items.is_null());
    assert_eq!(crate::exports::rt_last_error_code(), ErrorCode::Panic as i32);
    assert_eq!(live_blocks(), before);
}

#[test]
fn a_list_that_cannot_be_allocated_is_an_error() {
    for payload in [isize::MAX.unsigned_abs() - 64, usize::MAX] {
        let error = list_to_abi(vec![Wrong { payload, text: "" }]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::OutOfMemory);
    }
}
