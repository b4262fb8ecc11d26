//! What the boundary costs: a scalar call through the barrier against a raw `extern "C"` call, and
//! what texts, lists and handles cost on top.
//!
//! The shims here have the shape of generated ones and are called through function pointers that
//! the compiler cannot see through, as C calls them. Each figure is the median of many rounds, so
//! that a disturbed round does not count.

use ffi_rt::{Handles, RtList, RtText, ToAbi, call, exports, input};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 101;

static COUNTERS: Handles<u64> = Handles::new(1, "Counter");

/// A body that may panic, as the compiler sees it: from around one that cannot, it removes half of
/// the barrier.
#[inline(always)]
fn add(a: i64, b: i64) -> i64 {
    assert!(b >= 0, "a step is not negative");
    a.wrapping_add(b)
}

extern "C" fn raw_add(a: i64, b: i64) -> i64 {
    add(a, b)
}

extern "C" fn shim_add(a: i64, b: i64) -> i64 {
    call("rt_bench_add", 0, || add(a, b).to_abi())
}

/// # Safety
/// The pointer is valid for the length until the call returns.
unsafe extern "C" fn shim_text(text: *const u8, text_len: u64) -> RtText {
    call("rt_bench_text", RtText::NULL, || {
        // SAFETY: the caller's promise is the same.
        let text = unsafe { input::text("text", text, text_len)? };
        text.to_owned().to_abi()
    })
}

extern "C" fn shim_texts(count: u64) -> RtList<RtText> {
    call("rt_bench_texts", RtList::NULL, || {
        let texts: Vec<String> = (0..count).map(|number| format!("text number {number}")).collect();
        texts.to_abi()
    })
}

extern "C" fn shim_get(handle: i64) -> u64 {
    call("rt_bench_get", 0, || {
        let counter = COUNTERS.get("handle", handle)?;
        counter.to_abi()
    })
}

extern "C" fn shim_new(value: u64) -> i64 {
    call("rt_bench_new", 0, || COUNTERS.insert(value))
}

extern "C" fn shim_free(handle: i64) -> bool {
    call("rt_bench_free", false, || COUNTERS.free(handle))
}

/// The median time of one step in nanoseconds, over rounds of `steps` steps.
fn median_ns(steps: u32, mut step: impl FnMut(i64)) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for index in 0..i64::from(steps) {
                step(index);
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(steps)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

fn scalar_call() {
    let raw: extern "C" fn(i64, i64) -> i64 = black_box(raw_add);
    let shim: extern "C" fn(i64, i64) -> i64 = black_box(shim_add);
    let mut sum = 0;
    let raw_ns = median_ns(200_000, |index| sum = raw(sum, index));
    let shim_ns = median_ns(200_000, |index| sum = shim(sum, index));
    black_box(sum);
    let (cost, ratio) = (shim_ns - raw_ns, shim_ns / raw_ns);
    println!("scalar call, raw extern \"C\"        {raw_ns:8.2} ns");
    println!(
        "scalar call, through the barrier   {shim_ns:8.2} ns   +{cost:.2} ns, ratio {ratio:.2}"
    );
}

fn text_round_trip() {
    let shim: unsafe extern "C" fn(*const u8, u64) -> RtText = black_box(shim_text);
    let text = "a text of forty bytes, with some é in it";
    let ns = median_ns(20_000, |_| {
        // SAFETY: the pointer and length are those of a live `str`.
        let result = unsafe { shim(text.as_ptr(), text.len() as u64) };
        assert_eq!(result.len, text.len() as u64, "the text comes back whole");
        // SAFETY: the text was given to us just now.
        assert!(unsafe { exports::rt_text_free(result) }, "a live text can be freed");
    });
    println!("text in, copied out, freed         {ns:8.2} ns");
}

fn list_of_texts() {
    let shim: extern "C" fn(u64) -> RtList<RtText> = black_box(shim_texts);
    let make_ns = median_ns(100, |_| {
        let texts: Vec<String> = (0..1000).map(|number| format!("text number {number}")).collect();
        black_box(texts);
    });
    let ns = median_ns(100, |_| {
        let list = shim(1000);
        assert_eq!(list.len, 1000, "all texts are there");
        // SAFETY: the list was given to us just now.
        assert!(unsafe { exports::rt_list_text_free(list) }, "a live list can be freed");
    });
    println!("list of 1000 texts, made and freed {ns:8.0} ns   the strings alone {make_ns:.0} ns");
}

fn handles() {
    let get: extern "C" fn(i64) -> u64 = black_box(shim_get);
    let (new, free): (extern "C" fn(u64) -> i64, extern "C" fn(i64) -> bool) =
        black_box((shim_new, shim_free));
    let handle = new(7);
    let get_ns = median_ns(100_000, |_| assert_eq!(get(handle), 7, "the value of the handle"));
    assert!(free(handle), "a live handle can be freed");
    let pair_ns = median_ns(20_000, |_| assert!(free(new(7)), "a live handle can be freed"));
    println!("handle get                         {get_ns:8.2} ns");
    println!("handle new and free                {pair_ns:8.2} ns");
}

fn main() {
    scalar_call();
    text_round_trip();
    list_of_texts();
    handles();
}
