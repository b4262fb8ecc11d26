//! Several threads on one table: nobody sees a value half changed or gone, nobody waits for ever.

use super::*;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// A value that shows if two threads change it at once, and counts those that are alive.
struct Pair {
    number: u64,
    complement: u64,
    alive: Arc<AtomicUsize>,
}

impl Pair {
    fn new(alive: &Arc<AtomicUsize>) -> Pair {
        alive.fetch_add(1, Ordering::Relaxed);
        Pair { number: 0, complement: !0, alive: alive.clone() }
    }

    fn check(&self) {
        assert_eq!(self.number, !self.complement, "a value half changed");
    }

    fn change(&mut self) {
        self.check();
        self.number += 1;
        thread::yield_now();
        self.complement = !self.number;
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.check();
        self.alive.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One random operation of a thread that uses no handle: only a handle that another thread took may
/// refuse it.
fn operate(
    table: &Handles<Pair>,
    handles: &[AtomicU64],
    alive: &Arc<AtomicUsize>,
    random: &mut Random,
) {
    let place = &handles[random.below(handles.len())];
    let handle = place.load(Ordering::Relaxed) as i64;
    let outcome = match random.below(10) {
        0 => table.take("h", handle).map(|value| {
            drop(value);
            let new = table.insert(Pair::new(alive)).unwrap();
            place.store(new as u64, Ordering::Relaxed);
        }),
        1..=4 => table.get_mut("h", handle).map(|mut value| value.change()),
        _ => table.get("h", handle).map(|value| value.check()),
    };
    if let Err(error) = outcome {
        assert_eq!(error.code(), ErrorCode::StaleHandle, "{error}");
    }
}

#[test]
fn threads_that_change_and_free_the_same_handles_keep_them_whole() {
    static TABLE: Handles<Pair> = Handles::new(4050, "Pair");
    let alive = Arc::new(AtomicUsize::new(0));
    let handles: Vec<AtomicU64> =
        (0..4).map(|_| AtomicU64::new(TABLE.insert(Pair::new(&alive)).unwrap() as u64)).collect();
    thread::scope(|scope| {
        for seed in 0..6 {
            let (handles, alive) = (&handles, &alive);
            scope.spawn(move || {
                let mut random = Random::new(seed + 100);
                for _ in 0..steps(10_000) {
                    operate(&TABLE, handles, alive, &mut random);
                }
            });
        }
    });
    assert_eq!(TABLE.live(), alive.load(Ordering::Relaxed) as u64);
    for handle in &handles {
        assert!(TABLE.free(handle.load(Ordering::Relaxed) as i64).unwrap());
    }
    assert_eq!((TABLE.live(), alive.load(Ordering::Relaxed)), (0, 0));
}

#[test]
fn changes_of_several_threads_all_count() {
    let table = small(4051, 1, 1);
    let handle = table.insert(0).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..steps(5_000) {
                    *table.get_mut("h", handle).unwrap() += 1;
                }
            });
        }
    });
    assert_eq!(*table.get("h", handle).unwrap(), 4 * steps(5_000) as u64);
}

#[test]
fn threads_that_insert_and_free_get_handles_of_their_own() {
    let table: Handles<u64> = Handles::new(4052, "Number");
    let all: Vec<i64> = thread::scope(|scope| {
        let insert = |thread: u64| {
            let table = &table;
            move || -> Vec<i64> {
                let work = (0..steps(3_000) as u64).map(|number| {
                    let value = thread << 32 | number;
                    let handle = table.insert(value).unwrap();
                    assert_eq!(*table.get("h", handle).unwrap(), value);
                    if number % 3 != 0 {
                        assert_eq!(table.take("h", handle).unwrap(), value);
                    }
                    handle
                });
                work.collect()
            }
        };
        let threads: Vec<_> = (0..4).map(|thread| scope.spawn(insert(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut unique = all.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), all.len(), "no handle is given out twice");
    assert_eq!(table.live(), 4 * steps(3_000).div_ceil(3) as u64);
}

#[test]
fn freeing_waits_for_the_user_and_makes_those_who_wait_find_it_stale() {
    let table = small(4053, 1, 9);
    let handle = table.insert(5).unwrap();
    let used = table.get("h", handle).unwrap();
    let is_freed = AtomicBool::new(false);
    thread::scope(|scope| {
        let freeing = scope.spawn(|| {
            assert!(table.free(handle).unwrap());
            is_freed.store(true, Ordering::SeqCst);
        });
        thread::sleep(Duration::from_millis(30));
        let waiting = scope.spawn(|| table.get_mut("h", handle).map(|value| *value));
        thread::sleep(Duration::from_millis(30));
        assert!(!is_freed.load(Ordering::SeqCst), "freed under its user");
        assert_eq!(*used, 5);
        drop(used);
        freeing.join().unwrap();
        // The other one may have come first; the handle is stale in the end.
        if let Err(error) = waiting.join().unwrap() {
            assert_eq!(error.code(), ErrorCode::StaleHandle);
        }
    });
    assert_eq!(code(table.get("h", handle)), ErrorCode::StaleHandle);
}

#[test]
fn two_threads_that_want_each_others_handle_both_end() {
    let table = small(4054, 2, 1);
    let handles = [table.insert(0).unwrap(), table.insert(0).unwrap()];
    let both_hold = Barrier::new(2);
    let outcomes: Vec<Option<ErrorCode>> = thread::scope(|scope| {
        let threads = [0, 1].map(|mine| {
            let (table, both_hold) = (&table, &both_hold);
            scope.spawn(move || {
                let _mine = table.get_mut("mine", handles[mine]).unwrap();
                both_hold.wait();
                table.get_mut("other", handles[1 - mine]).err().map(|error| error.code())
            })
        });
        threads.map(|thread| thread.join().unwrap()).to_vec()
    });
    assert!(outcomes.contains(&Some(ErrorCode::HandleBusy)), "{outcomes:?}");
    assert!(outcomes.iter().all(|one| one.is_none_or(|code| code == ErrorCode::HandleBusy)));
}

#[test]
fn a_thread_that_uses_a_handle_waits_a_moment_for_another() {
    let table = small(4055, 2, 1);
    let (first, second) = (table.insert(1).unwrap(), table.insert(2).unwrap());
    let is_held = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _second = table.get_mut("h", second).unwrap();
            is_held.wait();
            thread::sleep(Duration::from_millis(20));
        });
        is_held.wait();
        let _first = table.get("a", first).unwrap();
        assert_eq!(*table.get("b", second).unwrap(), 2);
    });
}

#[test]
fn a_stream_of_readers_does_not_keep_a_writer_out() {
    let table = small(4056, 1, 1);
    let handle = table.insert(0).unwrap();
    let is_written = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let end = Instant::now() + Duration::from_secs(20);
                while !is_written.load(Ordering::Relaxed) && Instant::now() < end {
                    let _value = table.get("h", handle).unwrap();
                    thread::sleep(Duration::from_micros(200));
                }
            });
        }
        thread::sleep(Duration::from_millis(5));
        *table.get_mut("h", handle).unwrap() = 1;
        is_written.store(true, Ordering::Relaxed);
    });
    assert_eq!(*table.get("h", handle).unwrap(), 1);
}

#[test]
fn a_reader_passes_a_writer_who_waits_for_one_that_waits_for_the_reader() {
    let table = small(4057, 1, 1);
    let handle = table.insert(3).unwrap();
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        let holder = table.get("h", handle).unwrap();
        scope.spawn(|| *table.get_mut("h", handle).unwrap() = 4);
        // Until the writer is waiting a second reader may pass at once; either way it must come
        // through.
        thread::sleep(Duration::from_millis(30));
        scope.spawn(|| sender.send(*table.get("h", handle).unwrap()).unwrap());
        let seen =
            receiver.recv_timeout(Duration::from_secs(20)).expect("the reader comes through");
        assert_eq!((seen, *holder), (3, 3));
        // Sharing once more on the same thread does not queue at all.
        assert_eq!(*table.get("h", handle).unwrap(), 3);
        drop(holder);
    });
    assert_eq!(*table.get("h", handle).unwrap(), 4);
}

/// Uses the table when its thread ends, after or before the thread's own notes are gone.
struct AtExit(i64);

static AT_EXIT: Handles<u64> = Handles::new(4058, "Number");

impl Drop for AtExit {
    fn drop(&mut self) {
        let handle = self.0;
        let value = crate::call("rt_x", 0, || {
            let mut value = AT_EXIT.get_mut("h", handle)?;
            *value += 1;
            Ok(*value)
        });
        assert_eq!(value, 2);
        assert!(!crate::call("rt_x", false, || fail(ErrorCode::Io, "no place for this text")));
        assert_eq!(crate::last_error::code(), ErrorCode::Io as i32);
        assert!(crate::call("rt_x", false, || AT_EXIT.free(handle)));
    }
}

#[test]
fn handles_work_while_a_thread_is_torn_down() {
    thread_local! {
        static GUARD: Cell<Option<AtExit>> = const { Cell::new(None) };
    }
    let use_first = |is_first: bool| {
        let handle = AT_EXIT.insert(1).unwrap();
        let used =
            move || assert!(crate::call("rt_x", false, || AT_EXIT.get("h", handle).map(|_| true)));
        let thread = thread::spawn(move || {
            if is_first {
                used();
            }
            GUARD.set(Some(AtExit(handle)));
            used();
        });
        thread.join().unwrap();
        assert_eq!(code(AT_EXIT.get("h", handle)), ErrorCode::StaleHandle);
    };
    use_first(true);
    use_first(false);
}
