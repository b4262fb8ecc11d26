//! The pipes that a child writes its output into.

use crate::descriptor::Descriptor;
use crate::error::{Error, Result};
use crate::memory::Vector;

/// The most that is read from one stream before the other one and the child are looked at.
const BURST: usize = 1 << 20;
/// How much is read at once.
const CHUNK: usize = 16 << 10;

/// One output stream of a child: what was read, and the pipe until its end.
pub(crate) struct Stream {
    pub(crate) pipe: Option<Descriptor>,
    pub(crate) data: Vector<u8>,
}

/// A pipe: the end that is read here, which never waits, and the end for the child.
pub(crate) fn pipe() -> Result<(Stream, Descriptor)> {
    let mut ends = [-1; 2];
    // SAFETY: there is room for two numbers.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return Err(Error::last_os());
    }
    let [reader, writer] = ends.map(Descriptor::new);
    let (reader, writer) = (above_standard(reader)?, above_standard(writer)?);
    // SAFETY: the call takes numbers only.
    if unsafe { libc::fcntl(reader.raw(), libc::F_SETFL, libc::O_NONBLOCK) } != 0 {
        return Err(Error::last_os());
    }
    Ok((Stream { pipe: Some(reader), data: Vector::new() }, writer))
}

/// The same file under a number that is no standard stream: in the child, those are replaced one
/// after the other, and would overwrite each other where this process has closed its own.
fn above_standard(file: Descriptor) -> Result<Descriptor> {
    if file.raw() > 2 {
        return Ok(file);
    }
    // SAFETY: the call takes numbers only.
    let moved = unsafe { libc::fcntl(file.raw(), libc::F_DUPFD_CLOEXEC, 3) };
    if moved < 0 { Err(Error::last_os()) } else { Ok(Descriptor::new(moved)) }
}

impl Stream {
    /// Reads what is there, at most `BURST`.
    pub(crate) fn read_ready(&mut self) -> Result<()> {
        let begin = self.data.len();
        while self.data.len() - begin < BURST {
            let Some(pipe) = &self.pipe else { return Ok(()) };
            if self.data.spare() < CHUNK {
                self.data.reserve(CHUNK)?;
            }
            match pipe.read_some(&mut self.data)? {
                Some(0) => self.pipe = None,
                Some(_) => {}
                None => return Ok(()),
            }
        }
        Ok(())
    }
}
