//! Files: looking, reading, writing, copying, deleting.

use crate::block::{RtText, give_text};
use crate::descriptor::{Descriptor, Stat, is, is_same, stat};
use crate::error::{Code, Error, Result};
use crate::memory::{Message, Vector};
use crate::path::Path;

/// The most that is read from what is no regular file, in bytes.
const STREAM_MAX: usize = 1 << 30;
/// How much is copied at once.
const COPY_CHUNK: usize = 64 << 10;

/// Whether an error number says that nothing can be there.
fn is_absence(number: i32) -> bool {
    matches!(number, libc::ENOENT | libc::ENOTDIR)
}

/// What a path leads to.
pub(crate) fn describe(path: &Path<'_>) -> Result<Stat> {
    stat(path).map_err(|number| Error::os(number).at(path.text))
}

/// Whether something is there.
pub(crate) fn exists(path: &str) -> Result<bool> {
    let path = Path::new(path)?;
    match stat(&path) {
        Ok(_) => Ok(true),
        Err(number) if is_absence(number) => Ok(false),
        Err(number) => Err(Error::os(number).at(path.text)),
    }
}

/// The length of a file in bytes.
pub(crate) fn size(path: &str) -> Result<i64> {
    let path = Path::new(path)?;
    let stat = describe(&path)?;
    if is(&stat, libc::S_IFDIR) {
        return path.fail(Code::IsADirectory, "is a directory");
    }
    Ok(stat.st_size)
}

/// When the content changed last, in seconds since 1970.
pub(crate) fn modified(path: &str) -> Result<i64> {
    Ok(describe(&Path::new(path)?)?.st_mtime)
}

/// Bytes as a text for the caller, or an error about the path that they are from.
pub(crate) fn to_text(path: &str, data: Vector<u8>) -> Result<RtText> {
    if let Err(error) = core::str::from_utf8(data.as_slice()) {
        return Err(Error::utf8(error).at(path));
    }
    give_text(data)
}

/// A whole file as text.
pub(crate) fn read_text(path: &str) -> Result<RtText> {
    let path = Path::new(path)?;
    let file = Descriptor::open(&path, libc::O_RDONLY, 0)?;
    let stat = file.stat().map_err(|error| error.at(path.text))?;
    if is(&stat, libc::S_IFREG) {
        let expected = usize::try_from(stat.st_size).unwrap_or(0);
        let data = file.read_all(expected, usize::MAX).map_err(|error| error.at(path.text))?;
        return to_text(path.text, data);
    }
    let data = file.read_all(0, STREAM_MAX + 1).map_err(|error| error.at(path.text))?;
    if data.len() > STREAM_MAX {
        let message = Message::new("no regular file, and more than ").number(STREAM_MAX as i64);
        return Err(message.text(" bytes").error(Code::LimitReached).at(path.text));
    }
    to_text(path.text, data)
}

/// Writes to a file that is opened with `flags`, and made if it is missing.
fn write(path: &str, content: &str, flags: i32) -> Result<bool> {
    let path = Path::new(path)?;
    let file = Descriptor::open(&path, libc::O_WRONLY | libc::O_CREAT | flags, 0o666)?;
    file.write_all(content.as_bytes()).map_err(|error| error.at(path.text))?;
    Ok(true)
}

/// Replaces the content of a file in place.
pub(crate) fn write_text(path: &str, content: &str) -> Result<bool> {
    write(path, content, libc::O_TRUNC)
}

/// Adds to the end of a file.
pub(crate) fn append_text(path: &str, content: &str) -> Result<bool> {
    write(path, content, libc::O_APPEND)
}

/// Deletes what is no directory.
pub(crate) fn delete(path: &str) -> Result<bool> {
    let path = Path::new(path)?;
    // SAFETY: the path ends with a NUL.
    if unsafe { libc::unlink(path.as_ptr()) } != 0 {
        return Err(path.error());
    }
    Ok(true)
}

/// What the system knows about a file with content. Others are refused unopened: opening a pipe
/// waits for its other end.
pub(crate) fn regular(path: &Path<'_>) -> Result<Stat> {
    let stat = describe(path)?;
    if is(&stat, libc::S_IFDIR) {
        return path.fail(Code::IsADirectory, "is a directory");
    }
    if !is(&stat, libc::S_IFREG) {
        return path.fail(Code::Unsupported, "is no regular file");
    }
    Ok(stat)
}

/// Copies content and permissions into `dst`, which stays the same file when it exists.
pub(crate) fn copy(src: &str, dst: &str) -> Result<bool> {
    let src = Path::new(src)?;
    let from = regular(&src)?;
    let reader = Descriptor::open(&src, libc::O_RDONLY, 0)?;
    let dst = Path::new(dst)?;
    let was_there = match stat(&dst) {
        Ok(_) => true,
        Err(libc::ENOENT) => false,
        Err(number) => return Err(Error::os(number).at(dst.text)),
    };
    let writer = Descriptor::open(&dst, libc::O_WRONLY | libc::O_CREAT, 0o600)?;
    let to = writer.stat().map_err(|error| error.at(dst.text))?;
    // Only now may the old content go: opening a file on itself with truncation would lose it.
    if is_same(&from, &to) {
        let message = Message::new("`").text(src.text).text("` and `").text(dst.text);
        return Err(message.text("` are the same file").error(Code::InvalidArgument));
    }
    let copied = copy_content(&reader, &writer, &from, &to);
    if copied.is_err() && !was_there {
        remove_what_was_made(&dst);
    }
    copied.map_err(|error| error.at(dst.text))?;
    Ok(true)
}

/// The part of a copy that writes. Permissions come first: when they cannot be set, nothing is lost.
fn copy_content(reader: &Descriptor, writer: &Descriptor, from: &Stat, to: &Stat) -> Result<()> {
    if is(to, libc::S_IFREG) {
        // SAFETY: both calls take a descriptor and a number.
        let prepared = unsafe {
            libc::fchmod(writer.raw(), from.st_mode & 0o777) == 0
                && libc::ftruncate(writer.raw(), 0) == 0
        };
        if !prepared {
            return Err(Error::last_os());
        }
    }
    let mut chunk = Vector::new();
    chunk.reserve(COPY_CHUNK)?;
    loop {
        chunk.clear();
        match reader.read_some(&mut chunk)? {
            Some(0) => return Ok(()),
            Some(_) => writer.write_all(chunk.as_slice())?,
            None => return Err(Error::os(libc::EAGAIN)),
        }
    }
}

/// Removes a file that a failed copy made, also where a link pointed to nothing before. The failure
/// of the copy is what the caller must hear of, not that of tidying up.
fn remove_what_was_made(path: &Path<'_>) {
    // SAFETY: the path ends with a NUL, and so does what `realpath` gives, which is freed once.
    unsafe {
        let real = libc::realpath(path.as_ptr(), core::ptr::null_mut());
        if !real.is_null() {
            libc::unlink(real);
            libc::free(real.cast());
        }
    }
}
