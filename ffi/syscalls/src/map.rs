//! Reading a file through a memory map without ever dying of it.
//!
//! A mapped page beyond the end of a file that another program shortened raises SIGBUS when
//! touched. So the copy is done by the kernel (`process_vm_readv` on this process), which reports
//! such a page as an error; where that call is refused, as under some seccomp filters, positioned
//! reads take its place.

use crate::descriptor::Descriptor;
use crate::error::{Code, Error, Result, errno};
use crate::file::regular;
use crate::memory::Vector;
use crate::path::Path;
use core::ffi::c_void;
use core::ptr;

/// The content of a regular file.
pub(crate) fn read(path: &str) -> Result<Vector<u8>> {
    let path = Path::new(path)?;
    regular(&path)?;
    let file = Descriptor::open(&path, libc::O_RDONLY, 0)?;
    read_open(&file).map_err(|error| error.at(path.text))
}

fn read_open(file: &Descriptor) -> Result<Vector<u8>> {
    let len = file.stat()?.st_size as usize;
    if len == 0 {
        // A file of /proc has content and no length.
        return file.read_all(0, usize::MAX);
    }
    let mut content = Vector::new();
    // One more for the NUL of a text.
    content.reserve(len.saturating_add(1))?;
    let map = Map::new(file, len)?;
    match map.copy_to(&mut content) {
        // A page that the new end lies in reads as zeros behind it, so the length tells what the
        // copy does not.
        Ok(()) if (file.stat()?.st_size as usize) < len => Err(shortened()),
        Ok(()) => Ok(content),
        Err(libc::EPERM | libc::ENOSYS | libc::EACCES) => read_at_positions(file, len),
        Err(libc::EFAULT) => Err(shortened()),
        Err(number) => Err(Error::os(number)),
    }
}

fn shortened() -> Error {
    Error::new(Code::Io, "the file was shortened while it was read")
}

fn read_at_positions(file: &Descriptor, len: usize) -> Result<Vector<u8>> {
    let mut content: Vector<u8> = Vector::new();
    content.reserve(len.saturating_add(1))?;
    while content.len() < len {
        let rest = len - content.len();
        let offset = content.len() as libc::off_t;
        // SAFETY: there is room for `rest` bytes behind the last.
        let count = unsafe { libc::pread(file.raw(), content.end().cast(), rest, offset) };
        match usize::try_from(count) {
            Ok(0) => return Err(shortened()),
            // SAFETY: the system has written them.
            Ok(count) => unsafe { content.grow_by(count) },
            Err(_) if errno() == libc::EINTR => {}
            Err(_) => return Err(Error::last_os()),
        }
    }
    Ok(content)
}

/// A private, read-only mapping of the first bytes of a file.
struct Map {
    start: *mut c_void,
    len: usize,
}

impl Map {
    fn new(file: &Descriptor, len: usize) -> Result<Map> {
        // SAFETY: the kernel chooses a free place. The mapping is never made into a reference: only
        // the kernel reads it.
        let start = unsafe {
            libc::mmap(ptr::null_mut(), len, libc::PROT_READ, libc::MAP_PRIVATE, file.raw(), 0)
        };
        if start == libc::MAP_FAILED {
            return Err(Error::last_os());
        }
        Ok(Map { start, len })
    }

    /// Appends the mapping to `content`, which has room for it; the error number on failure.
    fn copy_to(&self, content: &mut Vector<u8>) -> core::result::Result<(), i32> {
        let mut done = 0;
        while done < self.len {
            let rest = self.len - done;
            let local = libc::iovec { iov_base: content.end().cast(), iov_len: rest };
            let source = self.start.wrapping_byte_add(done);
            let remote = libc::iovec { iov_base: source, iov_len: rest };
            // SAFETY: `local` is reserved memory of at least `rest` bytes that nothing else refers
            // to. The kernel reports memory that it cannot read instead of raising a signal.
            let copied =
                unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
            match usize::try_from(copied) {
                Ok(0) => return Err(libc::EFAULT),
                Ok(copied) => {
                    // SAFETY: the kernel has written them.
                    unsafe { content.grow_by(copied) };
                    done += copied;
                }
                Err(_) => return Err(errno()),
            }
        }
        Ok(())
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: the range is the one that `mmap` gave, and no reference to it exists.
        unsafe { libc::munmap(self.start, self.len) };
    }
}
