//! Directories: making and listing them.

use crate::block::{RtList, RtText, give_texts};
use crate::descriptor::{is, stat};
use crate::error::{Code, Error, Result, clear_errno, errno};
use crate::memory::{Message, Vector};
use crate::path::Path;
use core::cmp::Ordering;
use core::ffi::{CStr, c_void};

/// Makes a directory, and with `recursive` what is missing above it.
pub(crate) fn create(text: &str, recursive: bool) -> Result<bool> {
    if recursive && text.is_empty() {
        return Err(Error::new(Code::NotFound, "the path is empty"));
    }
    let mut path = Path::new(text)?;
    match make(&path) {
        Ok(()) => Ok(true),
        Err(number) if recursive => create_all(&mut path, number),
        Err(number) => Err(Error::os(number).at(text)),
    }
}

/// Makes one directory; the error number on failure.
fn make(path: &Path<'_>) -> core::result::Result<(), i32> {
    // SAFETY: the path ends with a NUL.
    if unsafe { libc::mkdir(path.as_ptr(), 0o777) } == 0 { Ok(()) } else { Err(errno()) }
}

/// Goes up until a directory can be made or is there, and down again. `number` is why the whole
/// path could not be made.
fn create_all(path: &mut Path<'_>, mut number: i32) -> Result<bool> {
    let text = path.text.as_bytes();
    // The ends of the paths that are still to be made, the longest first.
    let mut missing = Vector::new();
    let mut end = text.len();
    loop {
        if number == libc::ENOENT {
            missing.push(end)?;
            end = parent_end(text, end);
            if end == 0 {
                return Err(Error::os(number).at(path.text));
            }
        } else {
            with_end(path, end, |path| is_fine(path, number))?;
            break;
        }
        match with_end(path, end, make) {
            Ok(()) => break,
            Err(next) => number = next,
        }
    }
    while let Some(end) = missing.pop() {
        with_end(path, end, |path| match make(path) {
            Ok(()) => Ok(()),
            Err(number) => is_fine(path, number),
        })?;
    }
    Ok(true)
}

/// A failure to make a directory is none if one is there.
fn is_fine(path: &Path<'_>, number: i32) -> Result<()> {
    match stat(path) {
        Ok(found) if is(&found, libc::S_IFDIR) => Ok(()),
        _ => Err(Error::os(number).at(path.text)),
    }
}

/// Where the path of the directory above ends; 0 for none.
fn parent_end(text: &[u8], end: usize) -> usize {
    let strip = |mut end: usize, is_slash: bool| {
        while end > 0 && (text.get(end - 1) == Some(&b'/')) == is_slash {
            end -= 1;
        }
        end
    };
    strip(strip(strip(end, true), false), true)
}

/// Works with a path that is cut at `end`.
fn with_end<T>(path: &mut Path<'_>, end: usize, work: impl FnOnce(&Path<'_>) -> T) -> T {
    let swap = |path: &mut Path<'_>, byte| {
        path.bytes_mut().get_mut(end).map(|place| core::mem::replace(place, byte))
    };
    let cut = swap(path, 0);
    let result = work(path);
    if let Some(byte) = cut {
        swap(path, byte);
    }
    result
}

/// A name in the memory that holds all names.
#[derive(Clone, Copy)]
struct Name {
    start: usize,
    len: usize,
}

/// A name while the names are sorted.
#[derive(Clone, Copy)]
struct Sorted {
    ptr: *const u8,
    len: usize,
}

/// An open directory.
struct Directory(*mut libc::DIR);

impl Drop for Directory {
    fn drop(&mut self) {
        // SAFETY: the directory was opened and is closed once.
        unsafe { libc::closedir(self.0) };
    }
}

/// The names of a directory's entries, sorted by their bytes.
pub(crate) fn list(text: &str) -> Result<RtList<RtText>> {
    let path = Path::new(text)?;
    // SAFETY: the path ends with a NUL.
    let directory = Directory(unsafe { libc::opendir(path.as_ptr()) });
    if directory.0.is_null() {
        core::mem::forget(directory);
        return Err(path.error());
    }
    let (mut bytes, mut names) = (Vector::new(), Vector::new());
    while let Some(name) = next(&directory).map_err(|error| error.at(text))? {
        if core::str::from_utf8(name).is_err() {
            let message = Message::new("the name `").lossy(name).text("` is not UTF-8");
            return Err(message.error(Code::InvalidUtf8).at(text));
        }
        names.push(Name { start: bytes.len(), len: name.len() })?;
        bytes.extend(name)?;
    }
    let mut sorted = Vector::new();
    sorted.reserve(names.len())?;
    for name in names.as_slice() {
        let ptr = bytes.as_slice().as_ptr().wrapping_add(name.start);
        sorted.push(Sorted { ptr, len: name.len })?;
    }
    let items = sorted.as_mut_slice();
    // SAFETY: `compare` takes pointers to items, which `qsort` passes.
    unsafe {
        let size = size_of::<Sorted>();
        libc::qsort(items.as_mut_ptr().cast(), items.len(), size, Some(compare));
    }
    // SAFETY: each pointer and length is that of a name in `bytes`, which lives until the end.
    let texts = items.iter().map(|name| unsafe { core::slice::from_raw_parts(name.ptr, name.len) });
    give_texts(items.len(), bytes.len(), texts)
}

/// The next name that is neither `.` nor `..`; none at the end.
fn next(directory: &Directory) -> Result<Option<&[u8]>> {
    loop {
        clear_errno();
        // SAFETY: the directory is open, and only this call reads from it.
        let entry = unsafe { libc::readdir(directory.0) };
        if entry.is_null() {
            return if errno() == 0 { Ok(None) } else { Err(Error::last_os()) };
        }
        // SAFETY: the system ends the name with a NUL; it stays until the next call.
        let name = unsafe { CStr::from_ptr((&raw const (*entry).d_name).cast()) }.to_bytes();
        if name != b"." && name != b".." {
            return Ok(Some(name));
        }
    }
}

/// The order of two names by their bytes.
unsafe extern "C" fn compare(a: *const c_void, b: *const c_void) -> i32 {
    // SAFETY: `qsort` passes pointers to items of the list, whose names live while it runs.
    let order = unsafe {
        let (a, b) = (*a.cast::<Sorted>(), *b.cast::<Sorted>());
        let (a, b) =
            (core::slice::from_raw_parts(a.ptr, a.len), core::slice::from_raw_parts(b.ptr, b.len));
        a.cmp(b)
    };
    match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}
