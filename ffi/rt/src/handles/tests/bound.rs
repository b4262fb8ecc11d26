//! Bound handles: their thread alone uses them, until they are let go.

use super::*;
use std::sync::Barrier;
use std::thread;

/// A value that is bound until told otherwise.
struct Word {
    text: String,
    is_bound: bool,
}

impl Bound for Word {
    fn is_bound(&self) -> bool {
        self.is_bound
    }
}

fn word(text: &str) -> Word {
    Word { text: text.to_owned(), is_bound: true }
}

/// A table as generated code has it, alive to the end.
fn table(tag: u16) -> &'static BoundHandles<Word> {
    Box::leak(Box::new(BoundHandles::new(tag, "Word")))
}

/// The error of another thread that uses the handle.
fn elsewhere(table: &'static BoundHandles<Word>, handle: i64) -> Option<ErrorCode> {
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            let codes = [
                table.get("h", handle).err().map(|error| error.code()),
                table.get_mut("h", handle).err().map(|error| error.code()),
                table.hold("h", handle).err().map(|error| error.code()),
            ];
            assert!(codes.iter().all(|code| *code == codes[0]), "{codes:?}");
            codes[0]
        });
        other.join().unwrap()
    })
}

#[test]
fn only_its_thread_uses_a_bound_value() {
    let table = table(4011);
    let handle = table.insert(word("a")).unwrap();
    table.get_mut("h", handle).unwrap().text.push('b');
    assert_eq!(table.get("h", handle).unwrap().text, "ab");
    assert_eq!(elsewhere(table, handle), Some(ErrorCode::HandleBusy));
    assert_eq!(elsewhere(table, handle + 1), Some(ErrorCode::InvalidHandle));
    assert_eq!(table.live(), 1);
    assert!(table.free(handle).unwrap());
    assert_eq!(code(table.free(handle)), ErrorCode::StaleHandle);
    assert_eq!(elsewhere(table, handle), Some(ErrorCode::StaleHandle));
    assert_eq!(table.live(), 0);
}

#[test]
fn a_value_that_is_let_go_is_everybodys() {
    let table = table(4012);
    let handle = table.insert(word("a")).unwrap();
    table.get_mut("h", handle).unwrap().is_bound = false;
    assert_eq!(elsewhere(table, handle), None);
    let (one, other) = (table.get("h", handle).unwrap(), table.get("h", handle).unwrap());
    assert_eq!(one.text, other.text);
    drop((one, other));
    assert_eq!(table.hold("h", handle).unwrap().take().text, "a");
    assert_eq!(code(table.get("h", handle)), ErrorCode::StaleHandle);
    let free = table.insert(Word { text: String::new(), is_bound: false }).unwrap();
    assert_eq!(elsewhere(table, free), None);
    assert!(table.free(free).unwrap());
}

#[test]
fn a_bound_value_is_used_once_at_a_time() {
    let table = table(4013);
    let handle = table.insert(word("a")).unwrap();
    let held = table.get("h", handle).unwrap();
    assert_eq!(code(table.get_mut("h", handle)), ErrorCode::HandleBusy);
    assert_eq!(code(table.free(handle)), ErrorCode::HandleBusy);
    assert_eq!(elsewhere(table, handle), Some(ErrorCode::HandleBusy));
    drop(held);
    // A hold that is not taken gives the value back to its thread.
    drop(table.hold("h", handle).unwrap());
    assert_eq!(elsewhere(table, handle), Some(ErrorCode::HandleBusy));
    assert!(table.opt_get("h", 0).unwrap().is_none());
    assert!(table.free(handle).unwrap());
}

#[test]
fn what_an_ended_thread_left_is_taken_over() {
    let table = table(4014);
    let handle =
        thread::scope(|scope| scope.spawn(|| table.insert(word("left")).unwrap()).join().unwrap());
    // The scope waits for the closure, not for the thread's last destructors.
    let mut value = table.get_mut("h", handle);
    while value.is_err() {
        thread::yield_now();
        value = table.get_mut("h", handle);
    }
    value.unwrap().text.push('!');
    assert_eq!(elsewhere(table, handle), Some(ErrorCode::HandleBusy));
    assert_eq!(table.hold("h", handle).unwrap().take().text, "left!");
}

#[test]
fn slots_go_from_thread_to_thread() {
    let table = table(4015);
    let start = Barrier::new(4);
    thread::scope(|scope| {
        for number in 0..4 {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                for round in 0..steps(2000) {
                    let handle = table.insert(word("")).unwrap();
                    for _ in 0..3 {
                        table.get_mut("h", handle).unwrap().text.push('x');
                    }
                    assert_eq!(table.get("h", handle).unwrap().text, "xxx", "{number} {round}");
                    if round % 2 == 0 {
                        table.get_mut("h", handle).unwrap().is_bound = false;
                        assert_eq!(table.get("h", handle).unwrap().text, "xxx");
                    }
                    assert!(table.free(handle).unwrap());
                }
            });
        }
    });
    assert_eq!(table.live(), 0);
}

#[test]
fn handles_that_take_turns_are_told_apart() {
    let (one, other) = (table(4016), table(4017));
    let handles: Vec<_> = (0..3).map(|_| one.insert(word("")).unwrap()).collect();
    let foreign = other.insert(word("")).unwrap();
    for (round, &handle) in handles.iter().cycle().take(30).enumerate() {
        one.get_mut("h", handle).unwrap().text.push('x');
        assert_eq!(one.get("h", handle).unwrap().text.len(), round / 3 + 1);
        assert_eq!(code(other.get("h", handle)), ErrorCode::WrongKind);
        other.get_mut("h", foreign).unwrap().text.push('y');
        assert_eq!(code(one.get("h", foreign)), ErrorCode::WrongKind);
    }
    assert!(one.free(handles[1]).unwrap());
    assert_eq!(code(one.get("h", handles[1])), ErrorCode::StaleHandle);
    let again = one.insert(word("new")).unwrap();
    assert_eq!(one.get("h", again).unwrap().text, "new");
    assert_eq!(code(one.get("h", handles[1])), ErrorCode::StaleHandle);
    for handle in [handles[0], handles[2], again] {
        assert!(one.free(handle).unwrap());
    }
    assert!(other.free(foreign).unwrap());
}
