//! Growable memory straight over `malloc`.
//!
//! `alloc::vec::Vec` would end the process where memory ends, and brings code that can panic; here
//! every growth can fail, and no operation indexes.

use crate::error::{Code, Error, Result};
use core::ptr;

/// The kinds of values that live in a [`Vector`]: nothing to drop.
#[derive(Debug)]
pub(crate) struct Vector<T: Copy> {
    start: *mut T,
    len: usize,
    capacity: usize,
}

impl<T: Copy> Vector<T> {
    /// Nothing, and no memory.
    pub(crate) const fn new() -> Vector<T> {
        Vector { start: ptr::null_mut(), len: 0, capacity: 0 }
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The values.
    pub(crate) fn as_slice(&self) -> &[T] {
        if self.start.is_null() {
            return &[];
        }
        // SAFETY: the first `len` values at `start` are initialised.
        unsafe { core::slice::from_raw_parts(self.start, self.len) }
    }

    /// The values, to be changed.
    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        if self.start.is_null() {
            return &mut [];
        }
        // SAFETY: as in `as_slice`, and `&mut self` makes this the only access.
        unsafe { core::slice::from_raw_parts_mut(self.start, self.len) }
    }

    /// Makes room for more values.
    pub(crate) fn reserve(&mut self, more: usize) -> Result<()> {
        let Some(wanted) = self.len.checked_add(more) else { return Err(Error::out_of_memory()) };
        if wanted <= self.capacity {
            return Ok(());
        }
        self.resize_memory(wanted.max(self.capacity.saturating_mul(2)).max(16))
    }

    /// Makes the memory as large as the values; a failure leaves it as it is.
    pub(crate) fn shrink(&mut self) {
        if self.len < self.capacity && self.len > 0 {
            // A block that cannot be made smaller is as good as before.
            let _ = self.resize_memory(self.len);
        }
    }

    fn resize_memory(&mut self, capacity: usize) -> Result<()> {
        let size = capacity.checked_mul(size_of::<T>()).filter(|size| *size <= isize::MAX as usize);
        let Some(size) = size else { return Err(Error::out_of_memory()) };
        // SAFETY: `start` is null or what `realloc` gave, and its size is not zero.
        let start = unsafe { libc::realloc(self.start.cast(), size.max(1)) };
        if start.is_null() {
            return Err(Error::out_of_memory());
        }
        self.start = start.cast();
        self.capacity = capacity;
        Ok(())
    }

    /// Adds a value.
    pub(crate) fn push(&mut self, value: T) -> Result<()> {
        self.reserve(1)?;
        // SAFETY: `reserve` made room for one value behind the last.
        unsafe { self.start.add(self.len).write(value) };
        self.len += 1;
        Ok(())
    }

    /// Adds values.
    pub(crate) fn extend(&mut self, values: &[T]) -> Result<()> {
        self.reserve(values.len())?;
        // SAFETY: `reserve` made room for them, in memory that `values` is no part of.
        unsafe { self.start.add(self.len).copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        self.len += values.len();
        Ok(())
    }

    /// Adds what values of another kind convert.
    pub(crate) fn extend_with<S: Copy>(&mut self, values: &[S], convert: fn(S) -> T) -> Result<()> {
        self.reserve(values.len())?;
        for value in values {
            // SAFETY: `reserve` made room for as many values as there are.
            unsafe { self.start.add(self.len).write(convert(*value)) };
            self.len += 1;
        }
        Ok(())
    }

    /// Removes the last value.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let last = self.as_slice().last().copied()?;
        self.len -= 1;
        Some(last)
    }

    /// Removes all values and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Where the next value goes; there is room for as many as were reserved.
    pub(crate) fn end(&mut self) -> *mut T {
        self.start.wrapping_add(self.len)
    }

    /// How many values fit behind the last without growing.
    pub(crate) fn spare(&self) -> usize {
        self.capacity - self.len
    }

    /// Counts values in that somebody else has written.
    ///
    /// # Safety
    /// `more` values behind the last are initialised.
    pub(crate) unsafe fn grow_by(&mut self, more: usize) {
        self.len += more;
    }

    /// Gives the memory away: it is to be freed with `free`.
    pub(crate) fn into_raw(self) -> *mut T {
        let start = self.start;
        core::mem::forget(self);
        start
    }
}

impl<T: Copy> Drop for Vector<T> {
    fn drop(&mut self) {
        // SAFETY: `start` is null or what `realloc` gave, and nobody else has it.
        unsafe { libc::free(self.start.cast()) };
    }
}

/// A text that a message is put together in. What does not fit into memory is left out.
#[derive(Debug)]
pub(crate) struct Message(pub(crate) Vector<u8>);

impl Message {
    /// A message that begins with `text`.
    pub(crate) fn new(text: &str) -> Message {
        Message(Vector::new()).text(text)
    }

    /// Adds a text.
    pub(crate) fn text(mut self, text: &str) -> Message {
        // A message without memory is shorter; its code is not lost.
        let _ = self.0.extend(text.as_bytes());
        self
    }

    /// Adds bytes; what is not UTF-8 becomes U+FFFD, once for each part that begins a character.
    pub(crate) fn lossy(mut self, mut bytes: &[u8]) -> Message {
        // `utf8_chunks` does the same and brings code that unwinds, which this crate cannot have.
        loop {
            let error = match core::str::from_utf8(bytes) {
                Ok(text) => return self.text(text),
                Err(error) => error,
            };
            let (valid, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or_default();
            self = self.text(core::str::from_utf8(valid).unwrap_or_default()).text("\u{fffd}");
            let skipped = error.error_len().unwrap_or(rest.len());
            bytes = rest.get(skipped..).unwrap_or_default();
        }
    }

    /// Adds a text with special characters escaped.
    pub(crate) fn escaped(mut self, text: &str) -> Message {
        for ch in text.chars().flat_map(char::escape_default) {
            self = self.text(ch.encode_utf8(&mut [0; 4]));
        }
        self
    }

    /// Adds a text in which control characters, but for newline and tab, are spelled as escapes:
    /// messages quote what the caller gave, and go to terminals, logs and C strings.
    pub(crate) fn visible(mut self, text: &str) -> Message {
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
        if text.as_bytes().iter().all(is_plain) {
            return self.text(text);
        }
        for ch in text.chars() {
            self = match ch {
                '\0' => self.text("\\0"),
                '\r' => self.text("\\r"),
                '\n' | '\t' => self.text(ch.encode_utf8(&mut [0; 4])),
                _ if ch.is_control() => self.escaped(ch.encode_utf8(&mut [0; 4])),
                _ => self.text(ch.encode_utf8(&mut [0; 4])),
            };
        }
        self
    }

    /// Adds a number in decimal.
    pub(crate) fn number(self, number: i64) -> Message {
        let mut digits = [0_u8; 20];
        let mut begin = digits.len();
        let mut rest = number.unsigned_abs();
        for (index, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' + (rest % 10) as u8;
            begin = index;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let sign = if number < 0 { "-" } else { "" };
        let text = digits.get(begin..).and_then(|digits| core::str::from_utf8(digits).ok());
        self.text(sign).text(text.unwrap_or_default())
    }

    /// The error with this message.
    pub(crate) fn error(self, code: Code) -> Error {
        Error { code, message: self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(message: &Message) -> &str {
        core::str::from_utf8(message.0.as_slice()).unwrap()
    }

    #[test]
    fn numbers_are_written_whole() {
        for (number, text) in [
            (0, "0"),
            (7, "7"),
            (-10, "-10"),
            (i64::MAX, "9223372036854775807"),
            (i64::MIN, "-9223372036854775808"),
        ] {
            assert_eq!(shown(&Message::new("").number(number)), text);
        }
    }

    #[test]
    fn bytes_are_shown_as_the_standard_library_shows_them() {
        for bytes in [
            &b"abc"[..],
            b"",
            b"\xff",
            b"a\xffb\xe2\x82",
            b"\xf0\x9f\x98\xff\xe2x",
            b"\xc3\xa9\xc3",
        ] {
            let message = Message::new("").lossy(bytes);
            assert_eq!(shown(&message), std::string::String::from_utf8_lossy(bytes));
        }
    }
}
