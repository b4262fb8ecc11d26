//! Pointers and lengths of every bad kind, and good ones.

use super::*;
use crate::testing;
use std::ptr::{dangling, null, null_mut, without_provenance};

fn code<T>(result: Result<T>) -> ErrorCode {
    result.err().expect("the input is refused").code()
}

/// A pointer that no check may follow.
fn wild<T>(address: usize) -> *const T {
    without_provenance(address)
}

#[test]
fn good_input_is_seen_as_it_is() {
    let words = [RtText { ptr: "ab".as_ptr(), len: 2 }, RtText { ptr: null(), len: 0 }];
    let data = [RtBytes { ptr: b"\xff\x01".as_ptr().cast_mut(), len: 2 }];
    // SAFETY: pointers and lengths are those of live values.
    unsafe {
        assert_eq!(text("x", "grüße".as_ptr(), 7).unwrap(), "grüße");
        assert_eq!(bytes("x", [1, 2, 3].as_ptr(), 2).unwrap(), [1, 2]);
        assert_eq!(slice("x", [1.5_f64, 2.5].as_ptr(), 2).unwrap(), [1.5, 2.5]);
        assert_eq!(
            bools("x", [0_u8, 1, 2, 255].as_ptr().cast(), 4).unwrap(),
            [false, true, true, true]
        );
        assert_eq!(texts("x", words.as_ptr(), 2).unwrap(), ["ab", ""]);
        assert_eq!(byte_slices("x", data.as_ptr(), 1).unwrap(), [b"\xff\x01"]);
        assert_eq!(*reference("x", &raw const words[0]).unwrap().ptr, b'a');
    }
}

#[test]
fn length_zero_is_empty_whatever_the_pointer() {
    for address in [0_usize, 1, 7, usize::MAX] {
        // SAFETY: nothing is read at length zero.
        unsafe {
            assert_eq!(text("x", wild(address), 0).unwrap(), "");
            assert_eq!(bytes("x", wild(address), 0).unwrap(), []);
            assert_eq!(slice::<u64>("x", wild(address), 0).unwrap(), []);
            assert!(bools("x", wild(address), 0).unwrap().is_empty());
            assert!(texts("x", wild(address), 0).unwrap().is_empty());
            assert!(byte_slices("x", wild(address), 0).unwrap().is_empty());
        }
    }
}

#[test]
fn null_with_a_length_is_refused_and_named() {
    // SAFETY: the checks come before any reading.
    unsafe {
        let error = text("path", null(), 3).unwrap_err();
        assert_eq!(error.code(), ErrorCode::NullPointer);
        assert_eq!(error.message(), "`path` is null but its length is 3");
        assert_eq!(code(bytes("x", null(), 1)), ErrorCode::NullPointer);
        assert_eq!(code(slice::<i32>("x", null(), 1)), ErrorCode::NullPointer);
        assert_eq!(code(bools("x", null(), 1)), ErrorCode::NullPointer);
        assert_eq!(code(texts("x", null(), 1)), ErrorCode::NullPointer);
        assert_eq!(code(byte_slices("x", null(), 1)), ErrorCode::NullPointer);
        assert_eq!(code(reference::<u64>("x", null())), ErrorCode::NullPointer);
        assert_eq!(code(out::<u64>(null_mut())), ErrorCode::NullPointer);
        assert_eq!(code(opt_text("x", null(), 1)), ErrorCode::NullPointer);
    }
    assert_eq!(code(callback::<extern "C" fn()>("x", None)), ErrorCode::NullPointer);
}

#[test]
fn lengths_over_the_address_space_are_refused() {
    let limit = isize::MAX as u64;
    // SAFETY: the checks come before any reading.
    unsafe {
        for len in [limit + 1, u64::MAX] {
            assert_eq!(code(text("x", dangling(), len)), ErrorCode::LengthTooLarge);
            assert_eq!(code(bools("x", dangling(), len)), ErrorCode::LengthTooLarge);
        }
        // Bytes, not items, must fit.
        for len in [limit / 8 + 1, limit / 2, u64::MAX / 8, u64::MAX / 8 + 2, u64::MAX] {
            assert_eq!(
                code(slice::<u64>("x", dangling(), len)),
                ErrorCode::LengthTooLarge,
                "{len}"
            );
        }
        assert_eq!(code(texts("x", dangling(), limit / 16 + 1)), ErrorCode::LengthTooLarge);
        // The end may not wrap around.
        assert_eq!(code(bytes("x", wild(usize::MAX - 3), 5)), ErrorCode::LengthTooLarge);
    }
}

#[test]
fn misaligned_lists_are_refused() {
    let numbers = [0_u64; 3];
    let odd = numbers.as_ptr().wrapping_byte_add(1);
    // SAFETY: the checks come before any reading.
    unsafe {
        let error = slice("sizes", odd, 1).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Misaligned);
        assert_eq!(error.message(), "`sizes` is not aligned to 8 bytes");
        assert_eq!(code(texts("x", odd.cast(), 1)), ErrorCode::Misaligned);
        assert_eq!(code(byte_slices("x", odd.cast(), 1)), ErrorCode::Misaligned);
        assert_eq!(code(reference("x", odd)), ErrorCode::Misaligned);
        assert_eq!(code(out(odd.cast_mut())), ErrorCode::Misaligned);
        assert_eq!(code(free_struct("x", odd.cast_mut())), ErrorCode::Misaligned);
        assert_eq!(bytes("x", odd.cast(), 1).unwrap(), [0], "bytes may stand anywhere");
    }
}

#[test]
fn texts_that_are_not_utf8_are_refused_with_the_place() {
    for (input, at) in [
        (&b"ab\xff"[..], 2),
        (b"\xc3", 0),
        (b"a\xed\xa0\x80", 1),
        (b"\xf4\x90\x80\x80", 0),
        (b"\xc0\xaf", 0),
    ] {
        // SAFETY: pointer and length are those of a live slice.
        let error = unsafe { text("name", input.as_ptr(), input.len() as u64) }.unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidUtf8);
        assert_eq!(error.message(), format!("`name` is not UTF-8 at byte {at}"));
    }
}

#[test]
fn a_bad_item_is_named_by_its_index() {
    let good = RtText { ptr: "ok".as_ptr(), len: 2 };
    let cases = [
        (
            RtText { ptr: null(), len: 2 },
            ErrorCode::NullPointer,
            "`args[1]` is null but its length is 2",
        ),
        (
            RtText { ptr: dangling(), len: u64::MAX },
            ErrorCode::LengthTooLarge,
            "of `args[1]` does not fit",
        ),
        (
            RtText { ptr: b"a\xff".as_ptr(), len: 2 },
            ErrorCode::InvalidUtf8,
            "`args[1]` is not UTF-8 at byte 1",
        ),
    ];
    for (bad, code, message) in cases {
        let items = [good, bad];
        // SAFETY: the list is live, and what its items point to is live or refused before it is
        // read.
        let error = unsafe { texts("args", items.as_ptr(), 2) }.unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.message().contains(message), "{error}");
    }
}

#[test]
fn optional_input_tells_none_from_empty() {
    // SAFETY: nothing is read at length zero.
    unsafe {
        assert_eq!(opt_text("x", null(), 0).unwrap(), None);
        assert_eq!(opt_text("x", dangling(), 0).unwrap(), Some(""));
        assert_eq!(opt_bytes("x", null(), 0).unwrap(), None);
        assert_eq!(opt_bytes("x", dangling(), 0).unwrap(), Some(&[][..]));
        assert_eq!(opt_slice::<i16>("x", null(), 0).unwrap(), None);
        assert_eq!(opt_slice::<i16>("x", dangling(), 0).unwrap(), Some(&[][..]));
        assert_eq!(opt_bools("x", null(), 0).unwrap(), None);
        assert_eq!(opt_bools("x", dangling(), 0).unwrap(), Some(vec![]));
        assert_eq!(opt_texts("x", null(), 0).unwrap(), None);
        assert_eq!(opt_texts("x", dangling(), 0).unwrap(), Some(vec![]));
        assert_eq!(opt_byte_slices("x", null(), 0).unwrap(), None);
        assert_eq!(opt_byte_slices("x", dangling(), 0).unwrap(), Some(vec![]));
        assert_eq!(opt_text("x", "ab".as_ptr(), 2).unwrap(), Some("ab"));
    }
}

#[test]
fn out_is_written_or_zeroed() {
    let mut place = [7_u64; 2];
    // SAFETY: `place` is live and used by this call only.
    unsafe { out(&raw mut place) }.unwrap().write([1, 2]);
    assert_eq!(place, [1, 2]);

    // SAFETY: as above.
    drop(unsafe { out(&raw mut place) }.unwrap());
    assert_eq!(place, [0, 0]);

    let mut place = [7_u64; 2];
    let pointer = &raw mut place;
    let result = crate::call("rt_x", false, || {
        // SAFETY: as above.
        let _out = unsafe { out(pointer) }?;
        panic!("before the result is there")
    });
    assert!(!result);
    assert_eq!(place, [0, 0]);
}

#[test]
fn callbacks_come_back_callable() {
    extern "C" fn double(x: i64) -> i64 {
        x * 2
    }
    let function: extern "C" fn(i64) -> i64 =
        callback("f", Some(double as extern "C" fn(i64) -> i64)).unwrap();
    assert_eq!(function(21), 42);
}

#[test]
fn freeing_a_null_struct_is_fine() {
    let _blocks = testing::blocks();
    // SAFETY: null is checked.
    assert!(unsafe { free_struct::<RtText>("value", null_mut()) }.unwrap());
}
