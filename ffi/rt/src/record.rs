//! Recording: the calls of a module, written down as a C program while they are made.
//!
//! A shim of a module that records asks [`is_on`] first, which is one load as long as nothing is
//! recorded. If something is, it hands its arguments to [`call`], which writes the call as C, makes
//! it, and notes what came out. The program does the same again: what a call gave is a variable of
//! the program, and later calls have that variable where they had the number.
//!
//! Each call is written before it is made, and the file is a whole program after each write. So the
//! recording of a process that crashes ends with the call that crashed it, ready to compile.
//!
//! Calls of one recording wait for each other, so that the program makes them in the order in which
//! they were made.
//!
//! Invariant: nothing here panics through a shim, and no failure to write makes a call fail; the
//! recording ends there.

mod spell;
#[cfg(test)]
mod tests;
mod writer;

pub use spell::c_text;

use crate::abi::RtText;
use crate::error::Result;
use crate::last_error;
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use writer::Writer;

/// How many recordings are made just now.
static RECORDINGS: AtomicUsize = AtomicUsize::new(0);

/// The recording that each handle belongs to.
static HANDLES: Mutex<Option<HashMap<i64, Arc<Recording>>>> = Mutex::new(None);

thread_local! {
    /// Whether this thread makes a recorded call.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether a shim has to ask for its call to be recorded.
#[inline(always)]
pub fn is_on() -> bool {
    RECORDINGS.load(Ordering::Relaxed) != 0 && is_outside()
}

#[cold]
#[inline(never)]
fn is_outside() -> bool {
    INSIDE.try_with(|inside| !inside.get()).unwrap_or(false)
}

/// An argument as C gave it.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    /// An integer.
    Integer(i128),
    /// A truth value.
    Bool(bool),
    /// A float, as its bits.
    Float32(u32),
    /// A double, as its bits.
    Float64(u64),
    /// A handle.
    Handle(i64),
    /// A number that an earlier call gave, of a kind.
    Id(&'static str, i64),
    /// A text or bytes; the length alone where there is none.
    Bytes(Option<&'a [u8]>, u64),
    /// A text that names the file to write; the program has its own.
    File,
    /// A list of integers of 64 bits, which may be numbers of a kind.
    Integers(Option<&'static str>, Option<&'a [i64]>, u64),
    /// A list of texts.
    Texts(Option<&'a [RtText]>, u64),
}

impl Arg<'_> {
    /// Text or bytes.
    ///
    /// # Safety
    /// The pointer is null or valid for its length during `'a`.
    pub unsafe fn bytes<'a>(ptr: *const u8, len: u64) -> Arg<'a> {
        // SAFETY: the caller's promise.
        Arg::Bytes(unsafe { slice(ptr, len) }, len)
    }

    /// A list of integers.
    ///
    /// # Safety
    /// As for [`bytes`](Arg::bytes).
    pub unsafe fn integers<'a>(kind: Option<&'static str>, ptr: *const i64, len: u64) -> Arg<'a> {
        // SAFETY: the caller's promise.
        Arg::Integers(kind, unsafe { slice(ptr, len) }, len)
    }

    /// A list of texts.
    ///
    /// # Safety
    /// As for [`bytes`](Arg::bytes), for the list and for each text in it.
    pub unsafe fn texts<'a>(ptr: *const RtText, len: u64) -> Arg<'a> {
        // SAFETY: the caller's promise.
        Arg::Texts(unsafe { slice(ptr, len) }, len)
    }
}

/// The memory at a pointer, unless pointer and length are refused by every function.
unsafe fn slice<'a, T>(ptr: *const T, len: u64) -> Option<&'a [T]> {
    let count = usize::try_from(len).ok()?;
    let size =
        count.checked_mul(size_of::<T>()).filter(|size| *size <= isize::MAX.unsigned_abs())?;
    if count == 0 {
        return Some(&[]);
    }
    if ptr.is_null() || !ptr.is_aligned() || ptr.addr().checked_add(size).is_none() {
        return None;
    }
    // SAFETY: the pointer is aligned and not null, and the length fits; the memory is the caller's
    // promise.
    Some(unsafe { std::slice::from_raw_parts(ptr, count) })
}

/// What a call gives, as far as the program has to know it.
#[derive(Debug, Clone, Copy)]
pub enum Gives {
    /// Nothing that anybody needs later.
    Nothing,
    /// A handle of a kind.
    Handle(&'static str),
    /// A number of a kind.
    Id(&'static str),
    /// Something that goes back through a function.
    Owned(&'static str),
    /// The bytes of the file to write.
    File,
}

/// What a module says about a handle that a recording does not know.
pub enum Origin {
    /// No recording concerns it.
    Unknown,
    /// It is what this recording is about.
    Recorded(Arc<Recording>),
    /// Statements that make the same again, in which `$` stands for the variable, of a kind.
    Made(&'static str, String),
}

/// What a module that records says of itself.
pub struct Recorder {
    /// Tells handles.
    pub origin: fn(i64) -> Origin,
}

/// What the program of a recording begins with.
pub struct Start<'a> {
    /// Lines of the comment at the top.
    pub title: &'a str,
    /// The header that it includes.
    pub header: &'a str,
    /// The kind of what is recorded.
    pub kind: &'static str,
    /// The statements that make it, as in [`Origin::Made`].
    pub made: &'a str,
}

/// One recording.
pub struct Recording {
    writer: Mutex<Writer>,
    is_over: AtomicBool,
}

impl Recording {
    /// Makes the file, which must not be there as a directory, and begins to record.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn start(path: &Path, start: &Start<'_>) -> Result<Arc<Recording>> {
        let writer = Mutex::new(Writer::start(path, start)?);
        RECORDINGS.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Recording { writer, is_over: AtomicBool::new(false) }))
    }

    /// Ends the recording: calls of its handles are not recorded any more.
    pub fn end(&self) {
        if self.is_over.swap(true, Ordering::Relaxed) {
            return;
        }
        RECORDINGS.fetch_sub(1, Ordering::Relaxed);
        if let Some(handles) = &mut *handles() {
            handles.retain(|_, recording| !std::ptr::eq(&raw const **recording, self));
        }
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // Its handles are gone, or it would not be dropped.
        if !*self.is_over.get_mut() {
            RECORDINGS.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

fn handles() -> MutexGuard<'static, Option<HashMap<i64, Arc<Recording>>>> {
    HANDLES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bind(handle: i64, recording: &Arc<Recording>) {
    if !recording.is_over.load(Ordering::Relaxed) {
        handles().get_or_insert_default().insert(handle, Arc::clone(recording));
    }
}

/// Makes a call of the function `name`, and records it if one of its handles belongs to a recording.
/// `number` is the handle or number in a result.
pub fn call<R>(
    recorder: &Recorder,
    name: &'static str,
    gives: Gives,
    args: &[Arg<'_>],
    run: impl FnOnce() -> R,
    number: impl FnOnce(&R) -> i64,
) -> R {
    // The origin of a handle asks the module's own tables.
    let found = guarded(|| find(recorder, args)).flatten();
    let Some(recording) = found else { return inside(run) };
    let mut writer = recording.writer();
    let begun = guarded(|| writer.begin(recorder, name, gives, args));
    let result = inside(run);
    let code = last_error::code();
    let made = if code == 0 { number(&result) } else { 0 };
    if begun.is_some() {
        guarded(|| {
            writer.finish(gives, args, made, code);
            if let (Gives::Handle(_), true) = (gives, made != 0) {
                bind(made, &recording);
            }
        });
    }
    result
}

/// The recording that a call belongs to.
fn find(recorder: &Recorder, args: &[Arg<'_>]) -> Option<Arc<Recording>> {
    for arg in args {
        let Arg::Handle(handle) = *arg else { continue };
        if handle == 0 {
            continue;
        }
        let known = handles().as_ref().and_then(|handles| handles.get(&handle).cloned());
        if known.is_some() {
            return known;
        }
        if let Origin::Recorded(recording) = (recorder.origin)(handle) {
            recording.writer().root(handle);
            bind(handle, &recording);
            return Some(recording);
        }
    }
    None
}

/// Makes a call whose shim does not record it.
fn inside<R>(run: impl FnOnce() -> R) -> R {
    let before = INSIDE.try_with(|inside| inside.replace(true)).unwrap_or(true);
    let result = run();
    let _gone = INSIDE.try_with(|inside| inside.set(before));
    result
}

/// What recording does outside of the shim's barrier; a panic ends here.
fn guarded<T>(step: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(step)).ok()
}
