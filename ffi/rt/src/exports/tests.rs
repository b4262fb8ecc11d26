//! The base functions as C calls them.

use super::*;
use crate::error::fail;
use crate::testing;

fn read(text: RtText) -> String {
    // SAFETY: the caller passes a live text.
    let bytes = unsafe { std::slice::from_raw_parts(text.ptr, text.len as usize) };
    std::str::from_utf8(bytes).unwrap().to_owned()
}

/// Reads a text and frees it.
fn consume(text: RtText) -> String {
    let content = read(text);
    // SAFETY: the text is not used any more.
    assert!(unsafe { rt_text_free(text) });
    content
}

#[test]
fn the_message_is_owned_and_leaves_the_error() {
    let _blocks = testing::blocks();
    assert!(!call("rt_f", false, || fail(ErrorCode::Parse, "line 1")));
    let message = rt_last_error_message();
    assert_eq!(rt_last_error_code(), ErrorCode::Parse as i32);
    assert_eq!(read(message), "rt_f: line 1");
    assert_eq!(consume(rt_last_error_message()), "rt_f: line 1");
    // Freeing sets the error like any other call.
    assert_eq!(consume(message), "rt_f: line 1");
    assert_eq!(rt_last_error_code(), 0);
    assert_eq!(consume(rt_last_error_message()), "");
}

#[test]
fn clear_forgets_the_error() {
    assert!(!call("rt_f", false, || fail(ErrorCode::Io, "x")));
    rt_last_error_clear();
    assert_eq!((rt_last_error_code(), rt_last_error_message().len), (0, 0));
}

#[test]
fn every_code_has_its_name_and_no_other_number_has() {
    let _blocks = testing::blocks();
    for &code in ErrorCode::ALL {
        assert_eq!(consume(rt_error_name(code as i32)), code.name());
    }
    for number in [-1, 13, 56, i32::MAX, i32::MIN] {
        assert!(rt_error_name(number).ptr.is_null());
        assert_eq!(rt_last_error_code(), ErrorCode::InvalidEnum as i32);
    }
}

#[test]
fn live_blocks_go_up_and_down() {
    let _blocks = testing::blocks();
    let before = rt_live_blocks();
    let name = rt_error_name(0);
    assert_eq!(rt_live_blocks(), before + 1);
    assert_eq!(consume(name), "OK");
    assert_eq!(rt_live_blocks(), before);
}

#[test]
fn live_handles_of_a_number_that_is_no_tag_are_none() {
    for tag in [0, -1, 4095, 4096, i32::MAX, i32::MIN] {
        assert_eq!(rt_live_handles(tag), 0);
    }
}

#[test]
fn freeing_twice_or_by_the_wrong_function_fails_and_says_so() {
    let _blocks = testing::blocks();
    let name = rt_error_name(0);
    // SAFETY: the text is freed once; all other calls are refused.
    unsafe {
        assert!(!rt_bytes_free(RtBytes { ptr: name.ptr.cast_mut(), len: name.len }));
        assert_eq!(rt_last_error_code(), ErrorCode::InvalidFree as i32);
        assert!(!rt_list_text_free(RtList { items: name.ptr.cast_mut().cast(), len: 1 }));
        assert!(rt_text_free(name));
        assert_eq!(rt_last_error_code(), 0);
        assert!(!rt_text_free(name));
        assert_eq!(rt_last_error_code(), ErrorCode::InvalidFree as i32);
    }
    let message = consume(rt_last_error_message());
    assert!(message.starts_with("rt_text_free: the pointer is no live result"), "{message}");
}

#[test]
fn every_list_has_its_free_function() {
    let _blocks = testing::blocks();
    let before = rt_live_blocks();
    macro_rules! check {
        ($($free:ident($items:expr);)*) => {$(
            let list = $items.to_abi().unwrap();
            assert_eq!(rt_live_blocks(), before + 1);
            // SAFETY: the list is not used any more; the second call is refused, null is fine.
            unsafe {
                assert!($free(list), stringify!($free));
                assert!(!$free(list), stringify!($free));
                assert!($free(RtList::NULL), stringify!($free));
            }
        )*};
    }
    check! {
        rt_list_bool_free(vec![true]);
        rt_list_i8_free(vec![1_i8]);
        rt_list_i16_free(vec![1_i16]);
        rt_list_i32_free(vec![1_i32]);
        rt_list_i64_free(vec![1_i64]);
        rt_list_u16_free(vec![1_u16]);
        rt_list_u32_free(vec![1_u32]);
        rt_list_u64_free(vec![1_u64]);
        rt_list_f32_free(vec![1_f32]);
        rt_list_f64_free(vec![1_f64]);
        rt_list_text_free(vec![String::new()]);
        rt_list_bytes_free(vec![vec![0_u8]]);
    }
    assert_eq!(rt_live_blocks(), before);
}
