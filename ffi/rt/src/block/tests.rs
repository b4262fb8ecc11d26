//! The registry of blocks: what can be freed, how often, and by what.

use super::*;
use crate::testing::{self, Random, steps};

fn text_code(ptr: *const u8) -> Result<(), ErrorCode> {
    // SAFETY: no test uses a block after it has freed it.
    unsafe { release(ptr, Kind::of::<RtText>()) }.map_err(|error| error.code())
}

fn read(text: RtText) -> &'static str {
    // SAFETY: the caller passes a live text and drops the result before freeing it.
    let bytes = unsafe { std::slice::from_raw_parts(text.ptr, text.len as usize) };
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_text_is_counted_read_and_freed_once() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    let text = give_text("grüße".to_owned()).unwrap();
    assert_eq!(live_blocks(), before + 1);
    assert_eq!((read(text), text.len), ("grüße", 7));
    // SAFETY: a text has a NUL behind it.
    assert_eq!(unsafe { text.ptr.add(7).read() }, 0);
    assert_eq!(text_code(text.ptr), Ok(()));
    assert_eq!(text_code(text.ptr), Err(ErrorCode::InvalidFree));
    assert_eq!(live_blocks(), before);
}

#[test]
fn every_capacity_survives() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    for extra in [0, 1, 2, 7, 100, 10_000] {
        let mut text = String::with_capacity(5 + extra);
        text.push_str("abc\0d");
        let text = give_text(text).unwrap();
        assert_eq!(read(text), "abc\0d");
        // SAFETY: a text has a NUL behind it.
        assert_eq!(unsafe { text.ptr.add(5).read() }, 0);
        assert_eq!(text_code(text.ptr), Ok(()));

        let mut items = Vec::with_capacity(3 + extra);
        items.extend([1_u64, 2, u64::MAX]);
        let list = give_list(items).unwrap();
        // SAFETY: the list is live and has three items.
        assert_eq!(unsafe { std::slice::from_raw_parts(list.items, 3) }, [1, 2, u64::MAX]);
        // SAFETY: the list is not used any more.
        unsafe { release(list.items.cast(), Kind::of::<RtList<u64>>()) }.unwrap();
    }
    assert_eq!(live_blocks(), before);
}

#[test]
fn empty_values_are_not_null_and_own_nothing() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    let text = give_text(String::with_capacity(100)).unwrap();
    let bytes = give_bytes(Vec::new()).unwrap();
    let list = give_list(Vec::<f64>::new()).unwrap();
    assert!(!text.ptr.is_null() && !bytes.ptr.is_null() && !list.items.is_null());
    assert!(list.items.is_aligned());
    // SAFETY: an empty text is NUL-terminated as well.
    assert_eq!((text.len, unsafe { text.ptr.read() }), (0, 0));
    assert_eq!(live_blocks(), before);
    for _ in 0..2 {
        assert_eq!(text_code(text.ptr), Ok(()));
        assert_eq!(text_code(bytes.ptr), Ok(()));
        assert_eq!(text_code(list.items.cast()), Ok(()));
    }
}

#[test]
fn null_is_freed_in_every_kind() {
    for kind in [Kind::of::<RtText>(), Kind::of::<RtBytes>(), Kind::of::<RtList<i8>>()] {
        // SAFETY: null is no block.
        assert!(unsafe { release(std::ptr::null(), kind) }.is_ok());
    }
}

#[test]
fn the_wrong_kind_is_refused_and_frees_nothing() {
    let _blocks = testing::blocks();
    let text = give_text("x".to_owned()).unwrap();
    let bytes = give_bytes(vec![1]).unwrap();
    let list = give_list(vec![1_i8]).unwrap();
    let cases = [
        (text.ptr, Kind::of::<RtBytes>(), "the pointer is a live `text`, not a `bytes`"),
        (
            bytes.ptr.cast_const(),
            Kind::of::<RtText>(),
            "the pointer is a live `bytes`, not a `text`",
        ),
        (
            list.items.cast_const().cast(),
            Kind::of::<RtList<u8>>(),
            "a live `list of i8`, not a `list of u8`",
        ),
        (list.items.cast_const().cast(), Kind::of::<RtList<RtText>>(), "not a `list of text`"),
    ];
    for (ptr, kind, expected) in cases {
        // SAFETY: the block is of another kind, so nothing is freed.
        let error = unsafe { release(ptr, kind) }.unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidFree);
        assert!(error.message().contains(expected), "{error}");
    }
    assert_eq!(read(text), "x");
    assert_eq!(text_code(text.ptr), Ok(()));
    // SAFETY: neither is used any more.
    unsafe {
        release(bytes.ptr, Kind::of::<RtBytes>()).unwrap();
        release(list.items.cast(), Kind::of::<RtList<i8>>()).unwrap();
    }
}

#[test]
fn forged_pointers_are_refused() {
    let _blocks = testing::blocks();
    let text = give_text("a longer text".to_owned()).unwrap();
    let local = 5_u8;
    for forged in [
        text.ptr.wrapping_add(1),
        text.ptr.wrapping_sub(1),
        std::ptr::without_provenance(1),
        std::ptr::without_provenance(usize::MAX),
        &raw const local,
    ] {
        assert_eq!(text_code(forged), Err(ErrorCode::InvalidFree));
    }
    assert_eq!(text_code(text.ptr), Ok(()));
}

#[test]
fn a_result_that_cannot_be_allocated_is_an_error() {
    let layout = Layout::from_size_align(isize::MAX.unsigned_abs() & !15, 16).unwrap();
    assert_eq!(Allocation::new(layout).unwrap_err().code(), ErrorCode::OutOfMemory);
}

#[test]
fn random_gives_and_frees_agree_with_a_model() {
    let _blocks = testing::blocks();
    let mut random = Random::new(1);
    let before = live_blocks();
    let mut live: Vec<(RtText, String)> = Vec::new();
    let mut freed: Vec<*const u8> = Vec::new();
    for step in 0..steps(20_000) {
        match random.below(5) {
            0 | 1 => {
                let content = format!("{step}:{}", "x".repeat(1 + random.below(60)));
                let text = give_text(content.clone()).unwrap();
                freed.retain(|ptr| *ptr != text.ptr);
                live.push((text, content));
            }
            2 | 3 if !live.is_empty() => {
                let (text, content) = live.swap_remove(random.below(live.len()));
                assert_eq!(read(text), content);
                assert_eq!(text_code(text.ptr), Ok(()));
                freed.push(text.ptr);
            }
            _ if !freed.is_empty() => {
                let ptr = freed[random.below(freed.len())];
                assert_eq!(text_code(ptr), Err(ErrorCode::InvalidFree));
            }
            _ => assert_eq!(live_blocks(), before + live.len() as u64),
        }
    }
    for (text, content) in live {
        assert_eq!(read(text), content);
        assert_eq!(text_code(text.ptr), Ok(()));
    }
    assert_eq!(live_blocks(), before);
}

#[test]
fn one_of_two_threads_that_free_the_same_block_fails() {
    let _blocks = testing::blocks();
    for _ in 0..steps(500) {
        let text = give_text("shared".to_owned()).unwrap();
        let address = text.ptr.expose_provenance();
        let free = move || text_code(std::ptr::with_exposed_provenance(address)).is_ok();
        let other = std::thread::spawn(free);
        let mine = free();
        assert!(mine ^ other.join().unwrap(), "exactly one frees it");
    }
}

#[test]
fn threads_give_and_free_each_others_blocks() {
    let _blocks = testing::blocks();
    let before = live_blocks();
    let (sender, receiver) = std::sync::mpsc::channel::<usize>();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let sender = sender.clone();
            scope.spawn(move || {
                for number in 0..steps(2_000) {
                    let text = give_text(format!("{thread}-{number}")).unwrap();
                    sender.send(text.ptr.expose_provenance()).unwrap();
                }
            });
        }
        drop(sender);
        for address in receiver {
            assert_eq!(text_code(std::ptr::with_exposed_provenance(address)), Ok(()));
        }
    });
    assert_eq!(live_blocks(), before);
}
