//! One thread, one table: what each handle gives, and what every wrong one gives.
//!
//! Each test has a tag of its own, because live counts are per tag and tests run at once.

mod bound;
mod model;
mod threads;

use super::*;
use crate::testing::{Random, steps};
use std::cell::Cell;
use std::sync::Arc;

fn code<T>(result: Result<T>) -> ErrorCode {
    result.err().expect("the handle is refused").code()
}

/// A table with few slots and generations.
fn small(tag: u16, slots: u32, last_generation: u32) -> Handles<u64> {
    Handles::with_limits(tag, "Number", Limits { slots, last_generation })
}

#[test]
fn a_handle_has_the_documented_bits() {
    let parts = Parts { tag: 1, generation: 1, index: 0 };
    assert_eq!(parts.pack(), 1 << 51 | 1 << 26);
    let last = Parts { tag: 4095, generation: (1 << 25) - 1, index: (1 << 26) - 1 };
    assert_eq!(last.pack(), i64::MAX);
    let mut random = Random::new(2);
    for _ in 0..steps(1000) {
        let number = random.next() >> 1;
        assert_eq!(Parts::unpack(number).pack().unsigned_abs(), number);
    }
}

#[test]
fn every_slot_has_a_place_of_its_own() {
    let mut expected = (0, 0);
    for index in 0..steps(100_000) as u32 {
        assert_eq!(place_of(index), expected);
        expected.1 += 1;
        if expected.1 == chunk_length(expected.0) {
            expected = (expected.0 + 1, 0);
        }
    }
    let (chunk, offset) = place_of((1 << INDEX_BITS) - 1);
    assert!(chunk < CHUNKS && offset < chunk_length(chunk));
}

#[test]
fn a_value_is_kept_used_and_given_back() {
    let table: Handles<String> = Handles::new(4001, "Word");
    let handle = table.insert("a".to_owned()).unwrap();
    assert!(handle > 0);
    assert_eq!((table.live(), live_handles(4001)), (1, 1));
    assert_eq!(*table.get("h", handle).unwrap(), "a");
    table.get_mut("h", handle).unwrap().push('b');
    assert_eq!(table.take("h", handle).unwrap(), "ab");
    assert_eq!((table.live(), live_handles(4001)), (0, 0));
}

#[test]
fn freed_and_taken_handles_are_stale_for_ever() {
    let table = small(4002, 4, 1000);
    let first = table.insert(1).unwrap();
    let second = table.insert(2).unwrap();
    table.take("h", first).unwrap();
    assert!(table.free(second).unwrap());
    for _ in 0..100 {
        for handle in [first, second] {
            assert_eq!(code(table.get("h", handle)), ErrorCode::StaleHandle);
            assert_eq!(code(table.get_mut("h", handle)), ErrorCode::StaleHandle);
            assert_eq!(code(table.take("h", handle)), ErrorCode::StaleHandle);
            assert_eq!(code(table.free(handle)), ErrorCode::StaleHandle);
        }
        let next = table.insert(3).unwrap();
        assert!(next != first && next != second);
        table.free(next).unwrap();
    }
}

#[test]
fn zero_is_fine_to_free_and_none_where_optional_only() {
    let table = small(4003, 4, 4);
    assert!(table.free(0).unwrap());
    assert!(table.opt_get("h", 0).unwrap().is_none());
    assert!(table.opt_get_mut("h", 0).unwrap().is_none());
    assert!(table.opt_hold("h", 0).unwrap().is_none());
    assert_eq!(table.opt_insert(None).unwrap(), 0);
    let error = table.get("h", 0).err().unwrap();
    assert_eq!(error.code(), ErrorCode::InvalidHandle);
    assert_eq!(error.message(), "`h` is zero, not a `Number`");
    assert_eq!(code(table.get_mut("h", 0)), ErrorCode::InvalidHandle);
    assert_eq!(code(table.take("h", 0)), ErrorCode::InvalidHandle);

    let handle = table.opt_insert(Some(5)).unwrap();
    assert_eq!(*table.opt_get("h", handle).unwrap().unwrap(), 5);
    *table.opt_get_mut("h", handle).unwrap().unwrap() = 6;
    assert_eq!(table.opt_hold("h", handle).unwrap().map(Hold::take), Some(6));
    assert_eq!(code(table.opt_get("h", handle)), ErrorCode::StaleHandle);
}

#[test]
fn a_handle_of_another_kind_is_told_apart() {
    let numbers = small(4004, 4, 4);
    let words: Handles<String> = Handles::new(4005, "Word");
    let number = numbers.insert(1).unwrap();
    let error = words.get("word", number).err().unwrap();
    assert_eq!(error.code(), ErrorCode::WrongKind);
    assert_eq!(error.message(), "`word` is a handle of kind 4004, not a `Word` (kind 4005)");
    assert_eq!(code(words.free(number)), ErrorCode::WrongKind);
    assert_eq!(*numbers.get("h", number).unwrap(), 1);
}

#[test]
fn forged_handles_are_refused() {
    let table = small(4006, 100, 100);
    let live = table.insert(9).unwrap();
    let parts = Parts::unpack(live.unsigned_abs());
    let forged = [
        Parts { generation: 0, ..parts }.pack(),
        Parts { generation: parts.generation + 1, ..parts }.pack(),
        Parts { generation: (1 << 25) - 1, ..parts }.pack(),
        Parts { index: 1, ..parts }.pack(),
        Parts { index: 99, ..parts }.pack(),
        Parts { index: (1 << 26) - 1, ..parts }.pack(),
        Parts { tag: 0, ..parts }.pack(),
        1,
        -1,
        -live,
        i64::MIN,
    ];
    for handle in forged {
        assert_eq!(code(table.get("h", handle)), ErrorCode::InvalidHandle, "{handle:#x}");
        assert_eq!(code(table.free(handle)), ErrorCode::InvalidHandle, "{handle:#x}");
    }
    let mut random = Random::new(3);
    for _ in 0..steps(20_000) {
        let handle = random.next() as i64;
        assert!(handle == live || table.get("h", handle).is_err(), "{handle:#x}");
    }
    assert_eq!((*table.get("h", live).unwrap(), table.live()), (9, 1));
}

#[test]
fn one_call_may_share_a_handle_and_not_more() {
    let table = small(4007, 4, 4);
    let handle = table.insert(1).unwrap();
    {
        let first = table.get("a", handle).unwrap();
        let second = table.get("b", handle).unwrap();
        assert_eq!(*first + *second, 2);
        assert_eq!(code(table.get_mut("c", handle)), ErrorCode::HandleBusy);
        assert_eq!(code(table.take("c", handle)), ErrorCode::HandleBusy);
        assert_eq!(code(table.free(handle)), ErrorCode::HandleBusy);
        drop(first);
        assert_eq!(code(table.get_mut("c", handle)), ErrorCode::HandleBusy);
    }
    {
        let mut owner = table.get_mut("a", handle).unwrap();
        let error = table.get("b", handle).err().unwrap();
        assert_eq!(error.code(), ErrorCode::HandleBusy);
        assert_eq!(error.message(), "the `Number` handle `b` is in use by this call or its caller");
        assert_eq!(code(table.get_mut("b", handle)), ErrorCode::HandleBusy);
        assert_eq!(code(table.free(handle)), ErrorCode::HandleBusy);
        *owner = 2;
    }
    assert_eq!(table.take("a", handle).unwrap(), 2);
}

#[test]
fn what_is_held_but_not_taken_stays() {
    let table = small(4018, 4, 4);
    let (first, second) = (table.insert(1).unwrap(), table.insert(2).unwrap());
    let refused = || -> Result<u64> {
        let first = table.hold("a", first)?;
        let again = table.hold("b", second)?;
        let same = table.hold("c", second)?;
        Ok(first.take() + again.take() + same.take())
    };
    assert_eq!(code(refused()), ErrorCode::HandleBusy);
    assert_eq!((table.live(), *table.get("h", first).unwrap()), (2, 1));
    let (one, two) = (table.hold("a", first).unwrap(), table.hold("b", second).unwrap());
    assert_eq!(code(table.get("h", first)), ErrorCode::HandleBusy);
    assert_eq!((one.take(), two.take(), table.live()), (1, 2, 0));
    assert_eq!(code(table.get("h", first)), ErrorCode::StaleHandle);
}

#[test]
fn a_stale_handle_is_stale_even_where_its_slot_is_in_use() {
    let table = small(4008, 1, 4);
    let old = table.insert(1).unwrap();
    table.free(old).unwrap();
    let new = table.insert(2).unwrap();
    let _owner = table.get_mut("a", new).unwrap();
    assert_eq!(code(table.get("b", old)), ErrorCode::StaleHandle);
    assert_eq!(code(table.take("b", old)), ErrorCode::StaleHandle);
}

#[test]
fn several_handles_are_used_at_once_and_released_in_any_order() {
    let table = small(4009, 8, 8);
    let handles: Vec<i64> = (0..5).map(|number| table.insert(number).unwrap()).collect();
    let mut uses: Vec<_> =
        handles.iter().map(|&handle| table.get_mut("h", handle).unwrap()).collect();
    for index in [2, 0, 1, 1, 0] {
        drop(uses.remove(index));
    }
    for &handle in &handles {
        assert!(table.free(handle).unwrap());
    }
}

#[test]
fn a_slot_retires_when_its_generations_are_used_up() {
    let table = small(4010, 2, 3);
    let mut seen = Vec::new();
    for number in 0..6 {
        let handle = table.insert(number).unwrap();
        assert!(!seen.contains(&handle));
        seen.push(handle);
        table.free(handle).unwrap();
    }
    let error = table.insert(6).unwrap_err();
    assert_eq!(error.code(), ErrorCode::LimitReached);
    assert_eq!(error.message(), "the table of `Number` handles is full");
    for handle in seen {
        assert_eq!(code(table.get("h", handle)), ErrorCode::StaleHandle);
    }
    assert_eq!(table.live(), 0);
}

#[test]
fn the_last_generation_of_the_full_width_works() {
    let table = small(4011, 1, (1 << GENERATION_BITS) - 1);
    let first = table.insert(0).unwrap();
    table.free(first).unwrap();
    // Stands for 33 million inserts and frees.
    table.slot(0).unwrap().skip_to_generation(table.limits.last_generation);
    let last = table.insert(1).unwrap();
    assert_eq!(Parts::unpack(last.unsigned_abs()).generation, table.limits.last_generation);
    assert_eq!(*table.get("h", last).unwrap(), 1);
    assert_eq!(code(table.get("h", first)), ErrorCode::StaleHandle);
    table.free(last).unwrap();
    assert_eq!(code(table.get("h", last)), ErrorCode::StaleHandle);
    assert_eq!(code(table.insert(2)), ErrorCode::LimitReached);
}

#[test]
fn a_full_table_takes_values_again_after_a_free() {
    let table = small(4012, 3, 100);
    let handles: Vec<i64> = (0..3).map(|number| table.insert(number).unwrap()).collect();
    assert_eq!(code(table.insert(3)), ErrorCode::LimitReached);
    table.free(handles[1]).unwrap();
    let new = table.insert(4).unwrap();
    assert_eq!(*table.get("h", new).unwrap(), 4);
    assert_eq!(code(table.insert(5)), ErrorCode::LimitReached);
}

#[test]
fn many_handles_live_at_once() {
    let table: Handles<usize> = Handles::new(4013, "Number");
    let count = steps(50_000);
    let handles: Vec<i64> = (0..count).map(|number| table.insert(number).unwrap()).collect();
    assert_eq!(table.live(), count as u64);
    for (number, &handle) in handles.iter().enumerate() {
        assert_eq!(*table.get("h", handle).unwrap(), number);
    }
    for &handle in handles.iter().step_by(2) {
        table.free(handle).unwrap();
    }
    for (number, &handle) in handles.iter().enumerate() {
        assert_eq!(table.get("h", handle).is_ok(), number % 2 == 1);
    }
}

#[test]
fn every_value_is_dropped_once() {
    let value = Arc::new(());
    let table: Handles<Arc<()>> =
        Handles::with_limits(4014, "Value", Limits { slots: 2, last_generation: 9 });
    let freed = table.insert(value.clone()).unwrap();
    let kept = table.insert(value.clone()).unwrap();
    assert_eq!(code(table.insert(value.clone())), ErrorCode::LimitReached);
    assert_eq!(Arc::strong_count(&value), 3, "a value that finds no place is dropped");
    table.free(freed).unwrap();
    assert_eq!(Arc::strong_count(&value), 2);
    drop(table.take("h", kept).unwrap());
    assert_eq!(Arc::strong_count(&value), 1);
    let _left = table.insert(value.clone()).unwrap();
    assert_eq!(live_handles(4014), 1);
    drop(table);
    assert_eq!((Arc::strong_count(&value), live_handles(4014)), (1, 0));
}

/// A value whose drop panics, or uses the table that it was in.
struct Awkward(Cell<Option<Box<dyn FnOnce() + Send>>>);

// SAFETY: the cell is touched in `drop` only, which has the value to itself.
unsafe impl Sync for Awkward {}

impl Drop for Awkward {
    fn drop(&mut self) {
        if let Some(action) = self.0.take() {
            action();
        }
    }
}

#[test]
fn a_value_whose_drop_panics_leaves_the_table_usable() {
    static TABLE: Handles<Awkward> = Handles::new(4015, "Awkward");
    let handle = TABLE.insert(Awkward(Cell::new(Some(Box::new(|| panic!("in drop")))))).unwrap();
    assert!(!crate::call("rt_awkward_free", false, || TABLE.free(handle)));
    assert_eq!(crate::last_error::code(), ErrorCode::Panic as i32);
    assert_eq!((TABLE.live(), code(TABLE.get("h", handle))), (0, ErrorCode::StaleHandle));
    let again = TABLE.insert(Awkward(Cell::new(None))).unwrap();
    assert!(TABLE.free(again).unwrap());
}

#[test]
fn a_value_may_use_its_table_while_it_is_dropped() {
    static TABLE: Handles<Awkward> = Handles::new(4016, "Awkward");
    let inner = TABLE.insert(Awkward(Cell::new(None))).unwrap();
    let action = move || {
        assert!(TABLE.free(inner).unwrap());
        let new = TABLE.insert(Awkward(Cell::new(None))).unwrap();
        assert!(TABLE.free(new).unwrap());
    };
    let outer = TABLE.insert(Awkward(Cell::new(Some(Box::new(action))))).unwrap();
    assert!(TABLE.free(outer).unwrap());
    assert_eq!(TABLE.live(), 0);
}

#[test]
fn a_panic_in_a_body_releases_its_handles() {
    let table = small(4017, 4, 4);
    let (shared, owned) = (table.insert(1).unwrap(), table.insert(2).unwrap());
    let result = crate::call("rt_x", false, || {
        let _shared = table.get("a", shared)?;
        let _owned = table.get_mut("b", owned)?;
        panic!("while both are in use")
    });
    assert!(!result);
    assert!(table.free(shared).unwrap() && table.free(owned).unwrap());
}
