//! Texts for the operating system: with a NUL behind them and none inside.

use crate::error::{Code, Error, Result};
use crate::memory::Vector;
use core::ffi::c_char;

/// A path as text and as the system takes it.
pub(crate) struct Path<'a> {
    /// As the caller wrote it, for messages.
    pub(crate) text: &'a str,
    bytes: Vector<u8>,
}

impl<'a> Path<'a> {
    /// Checks a path.
    pub(crate) fn new(text: &'a str) -> Result<Path<'a>> {
        let what = "file name contained an unexpected NUL byte";
        if text.as_bytes().contains(&0) {
            return Err(Error::new(Code::InvalidArgument, what).at(text));
        }
        Ok(Path { text, bytes: terminated(text)? })
    }

    /// The path for the system.
    pub(crate) fn as_ptr(&self) -> *const c_char {
        self.bytes.as_slice().as_ptr().cast()
    }

    /// The bytes with the NUL, to be cut for a while.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        self.bytes.as_mut_slice()
    }

    /// What the system has just said about this path.
    pub(crate) fn error(&self) -> Error {
        Error::last_os().at(self.text)
    }

    /// A failure about this path: `` `path`: is a directory``.
    pub(crate) fn fail<T>(&self, code: Code, what: &str) -> Result<T> {
        Err(Error::new(code, what).at(self.text))
    }
}

/// A text without NUL, followed by one.
pub(crate) fn terminated(text: &str) -> Result<Vector<u8>> {
    let mut bytes = Vector::new();
    bytes.reserve(text.len() + 1)?;
    bytes.extend(text.as_bytes())?;
    bytes.push(0)?;
    Ok(bytes)
}
