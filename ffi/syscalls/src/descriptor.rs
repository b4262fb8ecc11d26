//! Open files: closed when dropped, and read and written whole, however little the system does at
//! once and whatever signal comes in between.

use crate::error::{Code, Error, Result, errno};
use crate::memory::Vector;
use crate::path::Path;
use core::mem::MaybeUninit;

/// An open file.
#[derive(Debug)]
pub(crate) struct Descriptor(i32);

/// What the system knows about a file.
pub(crate) type Stat = libc::stat;

/// The largest request that Linux serves at once is a little less than this.
const CHUNK: usize = 1 << 30;

impl Descriptor {
    /// Takes over an open file.
    pub(crate) fn new(fd: i32) -> Descriptor {
        Descriptor(fd)
    }

    /// Opens a file; the programs that the process starts do not get it.
    pub(crate) fn open(path: &Path<'_>, flags: i32, mode: libc::mode_t) -> Result<Descriptor> {
        loop {
            let mode = libc::c_uint::from(mode);
            // SAFETY: the path ends with a NUL, and the mode is there for when the file is made.
            let fd = unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC, mode) };
            if fd >= 0 {
                return Ok(Descriptor(fd));
            }
            if errno() != libc::EINTR {
                return Err(path.error());
            }
        }
    }

    /// The number, which stays this value's.
    pub(crate) fn raw(&self) -> i32 {
        self.0
    }

    /// The number, which is the caller's from now on.
    pub(crate) fn into_raw(self) -> i32 {
        let fd = self.0;
        core::mem::forget(self);
        fd
    }

    /// What the system knows about the file.
    pub(crate) fn stat(&self) -> Result<Stat> {
        let mut stat = MaybeUninit::uninit();
        // SAFETY: `stat` has room for the answer.
        if unsafe { libc::fstat(self.0, stat.as_mut_ptr()) } != 0 {
            return Err(Error::last_os());
        }
        // SAFETY: a successful call has filled it.
        Ok(unsafe { stat.assume_init() })
    }

    /// Reads once, at most what is reserved; none at the end. `Ok(None)` for a pipe that is empty
    /// for now.
    pub(crate) fn read_some(&self, into: &mut Vector<u8>) -> Result<Option<usize>> {
        loop {
            let room = into.spare().min(CHUNK);
            // SAFETY: there is room for as many bytes behind the last.
            let count = unsafe { libc::read(self.0, into.end().cast(), room) };
            if let Ok(count) = usize::try_from(count) {
                // SAFETY: the system has written them.
                unsafe { into.grow_by(count) };
                return Ok(Some(count));
            }
            match errno() {
                libc::EINTR => {}
                libc::EAGAIN => return Ok(None),
                number => return Err(Error::os(number)),
            }
        }
    }

    /// Reads to the end, but a little more than `most` bytes at most. `expected` saves growing when
    /// it is right.
    pub(crate) fn read_all(&self, expected: usize, most: usize) -> Result<Vector<u8>> {
        let mut data = Vector::new();
        // One more, so that the end is seen without growing, and one for the NUL of a text.
        data.reserve(expected.saturating_add(2))?;
        while data.len() < most {
            if data.spare() == 0 {
                data.reserve(64 << 10)?;
            }
            match self.read_some(&mut data)? {
                Some(0) => break,
                Some(_) => {}
                None => return Err(Error::os(libc::EAGAIN)),
            }
        }
        Ok(data)
    }

    /// Writes everything.
    pub(crate) fn write_all(&self, mut data: &[u8]) -> Result<()> {
        while !data.is_empty() {
            // SAFETY: the memory is there for its length.
            let count = unsafe { libc::write(self.0, data.as_ptr().cast(), data.len().min(CHUNK)) };
            match usize::try_from(count) {
                Ok(0) => return Err(Error::new(Code::Io, "failed to write whole buffer")),
                Ok(count) => data = data.get(count..).unwrap_or_default(),
                Err(_) if errno() == libc::EINTR => {}
                Err(_) => return Err(Error::last_os()),
            }
        }
        Ok(())
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: the file is this value's own. What closing says changes nothing: it is closed.
        unsafe { libc::close(self.0) };
    }
}

/// What the system knows about what a path leads to; the error number on failure.
pub(crate) fn stat(path: &Path<'_>) -> core::result::Result<Stat, i32> {
    let mut stat = MaybeUninit::uninit();
    // SAFETY: the path ends with a NUL, and `stat` has room for the answer.
    if unsafe { libc::stat(path.as_ptr(), stat.as_mut_ptr()) } != 0 {
        return Err(errno());
    }
    // SAFETY: a successful call has filled it.
    Ok(unsafe { stat.assume_init() })
}

/// Whether the file is of a kind, `S_IFDIR` and the like.
pub(crate) fn is(stat: &Stat, kind: libc::mode_t) -> bool {
    stat.st_mode & libc::S_IFMT == kind
}

/// Whether two descriptions are of one file.
pub(crate) fn is_same(a: &Stat, b: &Stat) -> bool {
    a.st_dev == b.st_dev && a.st_ino == b.st_ino
}
