//! The collector against itself: what is in use stays as it was, what is not goes.
//!
//! Whether a single object is freed cannot be tested, as any word may look like its address; tests
//! count many.

use super::*;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Collections find garbage of the whole process, so tests that count take turns.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sets the `at`-th word of an object.
fn set(object: usize, at: usize, value: usize) {
    let (start, size) = object_at(object).expect("an object");
    assert!(object == start && (at + 1) * 8 <= size, "word {at} of {size} bytes");
    // SAFETY: the word is within a live object, which only this test writes.
    unsafe { std::ptr::with_exposed_provenance_mut::<usize>(object).add(at).write_volatile(value) };
}

fn get(object: usize, at: usize) -> usize {
    // SAFETY: as in `set`; tests pass objects that they keep.
    unsafe { std::ptr::with_exposed_provenance::<usize>(object).add(at).read_volatile() }
}

fn pointers(size: usize) -> usize {
    allocate(size, Content::Pointers).unwrap()
}

/// A list of `count` nodes: next, number.
#[inline(never)]
fn list(count: usize) -> usize {
    let mut first = 0;
    for number in 0..count {
        let node = pointers(16);
        set(node, 0, first);
        set(node, 1, number);
        first = node;
    }
    first
}

fn check_list(mut node: usize, count: usize) {
    for number in (0..count).rev() {
        assert_eq!(get(node, 1), number);
        node = get(node, 0);
    }
    assert_eq!(node, 0);
}

/// Overwrites what earlier calls left on the stack.
#[inline(never)]
fn scrub() {
    black_box([0_u8; 64 * 1024]);
}

#[test]
fn objects_are_zeroed_aligned_and_apart() {
    let _turn = turn();
    let mut objects = Vec::new();
    for size in (1..600).chain([4095, 8191, 8192, 8193, 100_000, 1 << 20, 3 << 20]) {
        let object = allocate(size, Content::Plain).unwrap();
        assert_eq!(object % 16, 0);
        assert!(object_at(object).is_some_and(|(start, usable)| start == object && usable >= size));
        // The end of an object belongs to it.
        assert!(object_at(object + size).is_some_and(|(start, _)| start == object), "{size}");
        objects.push((object, size));
    }
    for (object, size) in &objects {
        // SAFETY: the object has that size and is kept by `roots` below or was not collected yet.
        let bytes = unsafe {
            std::slice::from_raw_parts_mut(
                std::ptr::with_exposed_provenance_mut::<u8>(*object),
                *size,
            )
        };
        assert!(bytes.iter().all(|byte| *byte == 0), "{size} bytes at {object:#x}");
        bytes.fill(0xab);
    }
    assert_eq!(allocate(0, Content::Pointers).unwrap(), 0);
    assert_eq!(allocate(usize::MAX, Content::Plain).unwrap_err().code(), ErrorCode::OutOfMemory);
    assert_eq!(allocate(1 << 62, Content::Plain).unwrap_err().code(), ErrorCode::OutOfMemory);
}

#[test]
fn what_the_stack_reaches_stays_and_the_rest_goes() {
    let _turn = turn();
    let kept = black_box(list(20_000));
    for _ in 0..200 {
        black_box(list(5_000));
    }
    scrub();
    collect().unwrap();
    let Statistics { heap_bytes, free_bytes, .. } = statistics();
    // A million nodes of 32 bytes were made, of which about 20,000 are in use.
    assert!(heap_bytes - free_bytes < 12 << 20, "{heap_bytes} of heap, {free_bytes} free");
    check_list(kept, 20_000);
}

#[test]
fn a_pointer_into_an_object_keeps_it_and_a_hidden_one_does_not() {
    let _turn = turn();
    let hidden: Vec<usize> = (0..1000).map(|_| !pointers(4000)).collect();
    // Vectors are no roots, so only what is on this stack counts.
    let inside = black_box(pointers(100_000) + 54_321);
    scrub();
    collect().unwrap();
    let gone = hidden.iter().filter(|object| object_at(!**object).is_none()).count();
    assert!(gone > 900, "{gone} of 1000");
    assert!(object_at(black_box(inside)).is_some());
}

#[test]
fn plain_objects_keep_nothing() {
    let _turn = turn();
    let plain = black_box(allocate(8000, Content::Plain).unwrap());
    let real = black_box(pointers(8000));
    let hidden: Vec<(usize, usize)> = (0..900)
        .map(|at| {
            let (lost, kept) = (pointers(64), pointers(64));
            set(plain, at, lost);
            set(real, at, kept);
            (!lost, !kept)
        })
        .collect();
    scrub();
    collect().unwrap();
    let lost = hidden.iter().filter(|(lost, _)| object_at(!*lost).is_none()).count();
    assert!(lost > 800, "{lost} of 900");
    assert!(hidden.iter().all(|(_, kept)| object_at(!*kept).is_some()));
    black_box((plain, real));
}

#[test]
fn ranges_of_roots_keep_until_they_are_removed() {
    let _turn = turn();
    let range: Box<[usize]> = (0..1000).map(|_| pointers(48)).collect();
    let address = range.as_ptr().expose_provenance();
    add_roots(address, 8000).unwrap();
    assert_eq!(add_roots(address, 8).unwrap_err().code(), ErrorCode::InvalidArgument);
    scrub();
    collect().unwrap();
    assert!(range.iter().all(|object| object_at(*object).is_some()));
    assert!(remove_roots(address) && !remove_roots(address));
    scrub();
    collect().unwrap();
    let gone = range.iter().filter(|object| object_at(**object).is_none()).count();
    assert!(gone > 900, "{gone} of 1000");
    assert_eq!(add_roots(8, 8).unwrap_err().code(), ErrorCode::InvalidArgument);
    assert_eq!(add_roots(usize::MAX, 8).unwrap_err().code(), ErrorCode::InvalidArgument);
}

#[test]
fn roots_that_go_away_are_no_harm() {
    let _turn = turn();
    let page = world::map_aligned(4096 * 3, 4096).unwrap();
    add_roots(page, 4096 * 3).unwrap();
    world::unmap(page + 4096, 4096);
    let kept = pointers(48);
    // SAFETY: the third page is still mapped, and ours.
    unsafe { std::ptr::with_exposed_provenance_mut::<usize>(page + 8192).write(kept) };
    let hidden = !kept;
    scrub();
    collect().unwrap();
    assert!(object_at(!hidden).is_some());
    assert!(remove_roots(page));
    world::unmap(page, 4096);
    world::unmap(page + 8192, 4096);
}

#[test]
fn threads_build_and_check_while_others_collect() {
    let _turn = turn();
    let work = |seed: usize| {
        register_thread().unwrap();
        let kept = black_box(list(1000 + seed));
        for round in 0..200 {
            let short = black_box(list(300));
            if round % 20 == seed % 20 {
                collect().unwrap();
            }
            check_list(short, 300);
        }
        check_list(kept, 1000 + seed);
    };
    std::thread::scope(|scope| {
        for seed in 0..6 {
            scope.spawn(move || work(seed));
        }
    });
}

#[test]
fn a_thread_that_waits_keeps_its_objects_and_one_that_ended_does_not() {
    let _turn = turn();
    let (begin, end) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
    let hidden = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let kept = black_box(list(2000));
            hidden.store(!kept, Ordering::SeqCst);
            begin.wait();
            end.wait();
            check_list(black_box(kept), 2000);
        });
        begin.wait();
        for _ in 0..3 {
            collect().unwrap();
            assert!(object_at(!hidden.load(Ordering::SeqCst)).is_some());
        }
        end.wait();
    });
    let before = statistics();
    scrub();
    collect().unwrap();
    let after = statistics();
    assert!(after.free_bytes >= before.free_bytes || after.heap_bytes < before.heap_bytes);
}

static FINALIZED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn note(object: i64, data: i64) {
    let object = usize::try_from(object).unwrap();
    assert!(object_at(object).is_some_and(|(start, _)| start == object));
    // Allocating in a finalizer is fine, and so is a collection there.
    pointers(32);
    FINALIZED.fetch_add(usize::try_from(data).unwrap(), Ordering::SeqCst);
}

#[test]
fn finalizers_run_once_when_the_object_is_out_of_use() {
    let _turn = turn();
    let kept = black_box(pointers(64));
    set_finalizer(kept, Some((note, 1_000_000))).unwrap();
    for _ in 0..100 {
        let object = pointers(64);
        set_finalizer(object + 8, Some((note, 1))).unwrap();
    }
    scrub();
    collect().unwrap();
    collect().unwrap();
    let count = FINALIZED.load(Ordering::SeqCst);
    assert!((80..=100).contains(&count), "{count} of 100");
    set_finalizer(black_box(kept), None).unwrap();
    assert_eq!(set_finalizer(8, None).unwrap_err().code(), ErrorCode::InvalidArgument);
}

#[test]
fn collections_happen_by_themselves() {
    let _turn = turn();
    let before = statistics();
    let kept = black_box(list(1000));
    for _ in 0..30_000 {
        black_box(pointers(10_000));
    }
    let after = statistics();
    assert!(after.collections > before.collections);
    assert!(after.heap_bytes < before.heap_bytes + (100 << 20), "{before:?} {after:?}");
    check_list(kept, 1000);
}

#[test]
fn a_marking_stack_that_cannot_grow_costs_time_only() {
    let _turn = turn();
    // An object with more pointers than the stack begins with has place for, to lists.
    let wide = black_box(pointers(100_000 * 8));
    for at in 0..100_000 {
        set(wide, at, list(2));
    }
    lock().marks.limit_for_test(1 << 20);
    collect().unwrap();
    lock().marks.limit_for_test(1 << 30);
    for at in 0..100_000 {
        check_list(get(wide, at), 2);
    }
    black_box(wide);
}
