//! Reading a file through a memory mapping without ever dying of it.
//!
//! A mapped page beyond the end of a file that another process shortened raises SIGBUS when
//! touched. So the copy is done by the kernel (`process_vm_readv` on this process), which reports
//! such a page as an error. Where that call is not permitted, as under some seccomp filters, plain
//! positioned reads take its place.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::ptr::NonNull;

/// Reads a whole file through a mapping. A file that has no size (a device, a pipe, most of
/// `/proc`) is read as a stream from where `file` stands.
///
/// # Errors
/// What the operating system says; `UnexpectedEof` if the file is shortened while it is
/// read; `OutOfMemory` if the content does not fit into memory.
pub fn read_mapped(file: &File) -> io::Result<Vec<u8>> {
    read_mapped_then(file, || ())
}

/// As [`read_mapped`]; `between` runs after mapping and before copying, so that a test can shorten
/// the file there.
pub(super) fn read_mapped_then(file: &File, between: impl FnOnce()) -> io::Result<Vec<u8>> {
    let metadata = file.metadata()?;
    let length = metadata.len();
    if length == 0 || !metadata.is_file() {
        let mut content = Vec::new();
        super::read_into(file, &mut content, usize::MAX)?;
        return Ok(content);
    }
    let length = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
    let mut content = Vec::new();
    content.try_reserve_exact(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
    let mapping = match Mapping::new(file, length) {
        Ok(mapping) => mapping,
        // Some file systems, such as /sys, have no mappings, and sizes that mean nothing.
        Err(error) if error.raw_os_error() == Some(libc::ENODEV) => {
            super::read_into(file, &mut content, usize::MAX)?;
            return Ok(content);
        }
        Err(error) => return Err(error),
    };
    between();
    match mapping.copy_to(&mut content) {
        // A page that the new end lies in reads as zeros behind it, so the length tells what the
        // copy does not.
        Ok(()) if file.metadata()?.len() < metadata.len() => Err(shortened()),
        Ok(()) => Ok(content),
        Err(error) if is_refused(&error) => {
            content.clear();
            read_at_positions(file, length, content)
        }
        Err(error) => Err(error),
    }
}

/// Whether the kernel refuses the call itself, rather than failing at it.
fn is_refused(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EPERM | libc::ENOSYS | libc::EACCES))
}

fn shortened() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the file was shortened while it was read")
}

pub(super) fn read_at_positions(
    file: &File,
    length: usize,
    mut content: Vec<u8>,
) -> io::Result<Vec<u8>> {
    content.resize(length, 0);
    file.read_exact_at(&mut content, 0).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => shortened(),
        _ => error,
    })?;
    Ok(content)
}

/// A private, read-only mapping of the first bytes of a file.
struct Mapping {
    start: NonNull<libc::c_void>,
    length: usize,
}

impl Mapping {
    fn new(file: &File, length: usize) -> io::Result<Mapping> {
        // SAFETY: the kernel chooses a place that is free, so nothing of ours is replaced. The
        // mapping is never made into a reference: only the kernel reads it.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                length,
                libc::PROT_READ,
                libc::MAP_PRIVATE,
                file.as_raw_fd(),
                0,
            )
        };
        match NonNull::new(start) {
            Some(start) if start.as_ptr() != libc::MAP_FAILED => Ok(Mapping { start, length }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Appends the mapping's bytes to `content`, which has room for them.
    fn copy_to(&self, content: &mut Vec<u8>) -> io::Result<()> {
        assert!(content.capacity() - content.len() >= self.length, "no room for the mapping");
        let begin = content.len();
        let mut done = 0;
        while done < self.length {
            let target = content.spare_capacity_mut()[done..].as_mut_ptr();
            let rest = self.length - done;
            let local = libc::iovec { iov_base: target.cast(), iov_len: rest };
            let source = self.start.as_ptr().wrapping_byte_add(done);
            let remote = libc::iovec { iov_base: source, iov_len: rest };
            // SAFETY: `local` is spare capacity of at least `rest` bytes (asserted above) that
            // nothing else refers to. `remote` is read by the kernel, which reports memory that
            // cannot be read instead of raising a signal.
            let copied =
                unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
            match copied {
                0 => return Err(shortened()),
                1.. => done += copied.unsigned_abs(),
                _ => match io::Error::last_os_error() {
                    error if error.raw_os_error() == Some(libc::EFAULT) => return Err(shortened()),
                    error => return Err(error),
                },
            }
        }
        // SAFETY: the kernel has written `self.length` bytes behind the old length.
        unsafe { content.set_len(begin + self.length) };
        Ok(())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the range is the one that `mmap` gave, and no reference to it exists.
        let result = unsafe { libc::munmap(self.start.as_ptr(), self.length) };
        debug_assert_eq!(result, 0, "a mapping of ours can be unmapped");
    }
}
