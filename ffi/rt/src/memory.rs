//! Memory whose amount a caller decides: having none of it is an error, not the end of the process.
//!
//! What is written here asks before it grows. A library that grows by itself ends the process when
//! it gets nothing, so [`need`] asks in its place for as much as that can take, and gives it back at
//! once. That is no reservation: another thread may take the memory in between.

use crate::error::{Error, ErrorCode, Result};
use crate::sys;
use std::collections::TryReserveError;
use std::fmt;
use std::io;

/// Fewer bytes than these are not asked for: that much is nearly always left in what the process
/// has already, and asking is a system call.
pub const SMALL: usize = 64 << 10;

/// Makes sure that so many bytes can be had now, for what takes them without asking.
///
/// # Errors
/// `OUT_OF_MEMORY`.
#[inline]
pub fn need(bytes: usize) -> Result<()> {
    if bytes < SMALL || sys::has_room(bytes) { Ok(()) } else { Err(too_much(bytes)) }
}

#[cold]
fn too_much(bytes: usize) -> Error {
    let what = format!("there is not enough memory: {bytes} bytes may be needed");
    Error::new(ErrorCode::OutOfMemory, what)
}

/// How many bytes can be had now, `most` or a half, a quarter and so on of it; 0 if that is small.
pub fn available(most: usize) -> usize {
    let mut bytes = most;
    while bytes >= SMALL && !sys::has_room(bytes) {
        bytes /= 2;
    }
    if bytes < SMALL { 0 } else { bytes }
}

/// A list with room for so many items, and none in it.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn list<T>(capacity: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(capacity)?;
    Ok(list)
}

/// So many zeros.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn zeros(length: usize) -> Result<Vec<u8>> {
    let mut zeros = list(length)?;
    zeros.resize(length, 0);
    Ok(zeros)
}

/// An empty text with room for so many bytes, and for the NUL that C gets behind them.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn text(capacity: usize) -> Result<String> {
    let mut text = String::new();
    text.try_reserve_exact(capacity.saturating_add(1))?;
    Ok(text)
}

/// A copy of a text.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn copy(original: &str) -> Result<String> {
    let mut copy = text(original.len())?;
    copy.push_str(original);
    Ok(copy)
}

/// A copy of bytes.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn copy_bytes(original: &[u8]) -> Result<Vec<u8>> {
    let mut copy = list(original.len())?;
    copy.extend_from_slice(original);
    Ok(copy)
}

/// All items, or the first error.
///
/// # Errors
/// That of an item, and `OUT_OF_MEMORY`.
pub fn collect<T>(items: impl IntoIterator<Item = Result<T>>) -> Result<Vec<T>> {
    let items = items.into_iter();
    let mut all = list(items.size_hint().0)?;
    for item in items {
        all.try_reserve(1)?;
        all.push(item?);
    }
    Ok(all)
}

/// Bytes that grow as long as there is memory: what is written to.
#[derive(Debug, Default)]
pub struct Bytes(Vec<u8>);

impl Bytes {
    /// What was written.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl io::Write for Bytes {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.try_reserve(data.len())?;
        self.0.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A text that grows as long as there is memory. `write!` to it gives our own errors.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// Adds a text.
    ///
    /// # Errors
    /// `OUT_OF_MEMORY`.
    #[inline]
    pub fn push(&mut self, text: &str) -> Result<(), TryReserveError> {
        self.0.try_reserve(text.len())?;
        self.0.push_str(text);
        Ok(())
    }

    /// Adds what `write!` is given.
    ///
    /// # Errors
    /// `OUT_OF_MEMORY`.
    pub fn write_fmt(&mut self, what: fmt::Arguments<'_>) -> Result<()> {
        fmt::Write::write_fmt(self, what).map_err(|_| Error::out_of_memory())
    }

    /// How many bytes there are.
    pub fn length(&self) -> usize {
        self.0.len()
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text).map_err(|_| fmt::Error)
    }
}

#[cfg(all(test, not(miri)))]
mod tests;
