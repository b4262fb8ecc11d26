//! More memory than any machine has is asked for, so nothing has to be used up.

use super::*;
use std::io::Write as _;

/// More than any address space holds, and less than a vector may be asked for.
const HUGE: usize = isize::MAX.unsigned_abs() / 2;

fn code<T: std::fmt::Debug>(result: Result<T>) -> ErrorCode {
    result.unwrap_err().code()
}

#[test]
fn what_is_not_there_is_an_error() {
    assert_eq!(code(need(HUGE)), ErrorCode::OutOfMemory);
    assert_eq!(code(list::<u8>(HUGE)), ErrorCode::OutOfMemory);
    assert_eq!(code(zeros(HUGE)), ErrorCode::OutOfMemory);
    assert_eq!(code(text(usize::MAX)), ErrorCode::OutOfMemory);
    let endless = std::iter::repeat_with(|| Ok::<u8, Error>(0)).take(HUGE);
    assert_eq!(code(collect(endless)), ErrorCode::OutOfMemory);
}

#[test]
fn what_is_there_is_given() {
    need(0).unwrap();
    need(1 << 20).unwrap();
    assert_eq!(available(1 << 20), 1 << 20);
    assert_eq!(available(1), 0);
    let some = available(HUGE);
    assert!((1 << 20..HUGE).contains(&some), "{some}");
    assert_eq!(zeros(3).unwrap(), [0, 0, 0]);
    assert_eq!(copy("kept").unwrap(), "kept");
    assert!(copy("kept").unwrap().capacity() >= 5, "the NUL needs no second allocation");
    assert_eq!(copy_bytes(b"kept").unwrap(), b"kept");
    let items = ["1", "2"].map(|digit| digit.parse::<u8>().map_err(Error::from));
    assert_eq!(collect(items).unwrap(), [1, 2]);
    let items = ["1", "x"].map(|digit| digit.parse::<u8>().map_err(Error::from));
    assert_eq!(code(collect(items)), ErrorCode::Parse);
}

#[test]
fn what_is_written_is_there() {
    let mut bytes = Bytes::default();
    bytes.write_all(b"a").unwrap();
    bytes.write_all(b"bc").unwrap();
    assert_eq!(bytes.into_vec(), b"abc");
    let mut text = Text::default();
    text.push("a").unwrap();
    write!(text, "{}", 12).unwrap();
    assert_eq!(text.length(), 3);
    assert_eq!(text.into_string(), "a12");
}
