//! Parameters on their way in: a C caller's pointers into Rust values.
//!
//! Everything that can be checked is checked here: null, length, alignment, UTF-8. What cannot be
//! checked, that the memory is there and stays as it is for the call, is the caller's promise, and
//! the `# Safety` of every function below.
//!
//! Null with length 0 is empty; a pointer with length 0 is not looked at.
//!
//! What is done with a text needs memory, as a rule: a path becomes a C string, a message quotes it.
//! So a text comes in only where there is room for a copy of it. Bytes are read where they are.

use crate::abi::{RtBytes, RtText, Scalar};
use crate::convert::Release;
use crate::error::{Error, ErrorCode, Result, fail};
use crate::memory;
use std::fmt::Display;

/// Checks a pointer and length; `Ok(None)` for an empty slice.
fn check<T>(name: &dyn Display, ptr: *const T, len: u64) -> Result<Option<usize>> {
    if len == 0 {
        return Ok(None);
    }
    if ptr.is_null() {
        return fail(ErrorCode::NullPointer, format!("`{name}` is null but its length is {len}"));
    }
    let size = usize::try_from(len)
        .ok()
        .and_then(|len| len.checked_mul(size_of::<T>()))
        .filter(|size| *size <= isize::MAX.unsigned_abs());
    if size.and_then(|size| ptr.addr().checked_add(size)).is_none() {
        return fail(
            ErrorCode::LengthTooLarge,
            format!("the length {len} of `{name}` does not fit into the address space"),
        );
    }
    check_alignment(name, ptr)?;
    Ok(usize::try_from(len).ok())
}

fn check_alignment<T>(name: &dyn Display, ptr: *const T) -> Result<()> {
    if ptr.is_aligned() {
        return Ok(());
    }
    let align = align_of::<T>();
    fail(ErrorCode::Misaligned, format!("`{name}` is not aligned to {align} bytes"))
}

/// The slice at a pointer of any item type.
///
/// # Safety
/// As for [`slice()`]; and the memory holds valid values of `T`.
unsafe fn any_slice<'a, T>(name: &dyn Display, ptr: *const T, len: u64) -> Result<&'a [T]> {
    match check(name, ptr, len)? {
        None => Ok(&[]),
        // SAFETY: `check` has seen that the pointer is neither null nor misaligned and that the
        // length fits; that the memory is there, is unchanged during `'a`, and holds values of `T`
        // is the caller's promise.
        Some(len) => Ok(unsafe { std::slice::from_raw_parts(ptr, len) }),
    }
}

/// A list of numbers.
///
/// # Errors
/// `NULL_POINTER`, `LENGTH_TOO_LARGE`, `MISALIGNED`.
///
/// # Safety
/// If `len` is not zero, `ptr` points to `len` values that nobody changes or frees during
/// `'a`, which must end with the call.
pub unsafe fn slice<'a, T: Scalar>(name: &str, ptr: *const T, len: u64) -> Result<&'a [T]> {
    // SAFETY: the caller's promise is the same, and every pattern of bits is a value of a scalar.
    unsafe { any_slice(&name, ptr, len) }
}

/// Bytes.
///
/// # Errors
/// `NULL_POINTER`, `LENGTH_TOO_LARGE`.
///
/// # Safety
/// As for [`slice()`].
pub unsafe fn bytes<'a>(name: &str, ptr: *const u8, len: u64) -> Result<&'a [u8]> {
    // SAFETY: the caller's promise is the same.
    unsafe { any_slice(&name, ptr, len) }
}

/// A text.
///
/// # Errors
/// `NULL_POINTER`, `LENGTH_TOO_LARGE`, `INVALID_UTF8`; `OUT_OF_MEMORY` if there is no room for a
/// copy.
///
/// # Safety
/// As for [`slice()`].
pub unsafe fn text<'a>(name: &str, ptr: *const u8, len: u64) -> Result<&'a str> {
    // SAFETY: the caller's promise is the same.
    let bytes = unsafe { any_slice(&name, ptr, len) }?;
    memory::need(bytes.len())?;
    utf8(&name, bytes)
}

fn utf8<'a>(name: &dyn Display, bytes: &'a [u8]) -> Result<&'a str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Error::new(ErrorCode::InvalidUtf8, format!("`{name}` is not UTF-8 at byte {at}"))
    })
}

/// A list of truth values: any byte that is not zero is true.
///
/// # Errors
/// `NULL_POINTER`, `LENGTH_TOO_LARGE`, `OUT_OF_MEMORY`.
///
/// # Safety
/// As for [`slice()`]; the memory need not hold values that Rust accepts as `bool`.
pub unsafe fn bools(name: &str, ptr: *const bool, len: u64) -> Result<Vec<bool>> {
    // SAFETY: the caller's promise is the same; read as bytes, every pattern of bits is a value.
    let bytes = unsafe { any_slice::<u8>(&name, ptr.cast(), len) }?;
    collect(bytes, |_, byte| Ok(*byte != 0))
}

/// A list of texts.
///
/// # Errors
/// `NULL_POINTER`, `LENGTH_TOO_LARGE`, `MISALIGNED`, `INVALID_UTF8`, for the list or for
/// an item, which the message names; `OUT_OF_MEMORY`.
///
/// # Safety
/// As for [`slice()`], for the list and for each item.
pub unsafe fn texts<'a>(name: &str, ptr: *const RtText, len: u64) -> Result<Vec<&'a str>> {
    // SAFETY: the caller's promise is the same; an `RtText` is a pointer and a number, so any bits
    // are a value.
    let items = unsafe { any_slice(&name, ptr, len) }?;
    let texts = collect(items, |index, item| {
        let name = Item { name, index };
        // SAFETY: the caller promises for each item what it promises for the list.
        let bytes = unsafe { any_slice(&name, item.ptr, item.len) }?;
        utf8(&name, bytes)
    })?;
    memory::need(texts.iter().fold(0, |sum: usize, text| sum.saturating_add(text.len())))?;
    Ok(texts)
}

/// A list of byte strings.
///
/// # Errors
/// As for [`texts`], without `INVALID_UTF8`.
///
/// # Safety
/// As for [`texts`].
pub unsafe fn byte_slices<'a>(name: &str, ptr: *const RtBytes, len: u64) -> Result<Vec<&'a [u8]>> {
    // SAFETY: the caller's promise is the same; an `RtBytes` is a pointer and a number, so any bits
    // are a value.
    let items = unsafe { any_slice(&name, ptr, len) }?;
    collect(items, |index, item| {
        // SAFETY: the caller promises for each item what it promises for the list.
        unsafe { any_slice(&Item { name, index }, item.ptr.cast_const(), item.len) }
    })
}

/// The name of a list's item in a message: `args[3]`.
struct Item<'a> {
    name: &'a str,
    index: usize,
}

impl Display for Item<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}]", self.name, self.index)
    }
}

fn collect<'a, T, U>(
    items: &'a [T],
    mut convert: impl FnMut(usize, &'a T) -> Result<U>,
) -> Result<Vec<U>> {
    let mut out = memory::list(items.len())?;
    for (index, item) in items.iter().enumerate() {
        out.push(convert(index, item)?);
    }
    Ok(out)
}

macro_rules! optional {
    ($($(#[$doc:meta])* $name:ident $(<$item:ident>)? = $inner:ident($ptr:ty) -> $result:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// As for the same function without `opt_`.
        ///
        /// # Safety
        /// As for the same function without `opt_`.
        pub unsafe fn $name<'a $(, $item: Scalar)?>(
            name: &str,
            ptr: $ptr,
            len: u64,
        ) -> Result<Option<$result>> {
            if ptr.is_null() && len == 0 {
                return Ok(None);
            }
            // SAFETY: the caller's promise is the same.
            unsafe { $inner(name, ptr, len) }.map(Some)
        }
    )*};
}

optional! {
    /// An optional text: null is none.
    opt_text = text(*const u8) -> &'a str;
    /// Optional bytes: null is none.
    opt_bytes = bytes(*const u8) -> &'a [u8];
    /// An optional list of numbers: null is none.
    opt_slice<T> = slice(*const T) -> &'a [T];
    /// An optional list of texts: null is none.
    opt_texts = texts(*const RtText) -> Vec<&'a str>;
    /// An optional list of byte strings: null is none.
    opt_byte_slices = byte_slices(*const RtBytes) -> Vec<&'a [u8]>;
}

/// An optional list of truth values: null is none.
///
/// # Errors
/// As for [`bools`].
///
/// # Safety
/// As for [`bools`].
pub unsafe fn opt_bools(name: &str, ptr: *const bool, len: u64) -> Result<Option<Vec<bool>>> {
    if ptr.is_null() && len == 0 {
        return Ok(None);
    }
    // SAFETY: the caller's promise is the same.
    unsafe { bools(name, ptr, len) }.map(Some)
}

/// A struct that the caller passes by pointer.
///
/// # Errors
/// `NULL_POINTER`, `MISALIGNED`.
///
/// # Safety
/// `ptr` points to a value of `T`, whose truth values hold 0 or 1, that nobody changes or
/// frees during `'a`, which must end with the call.
pub unsafe fn reference<'a, T>(name: &str, ptr: *const T) -> Result<&'a T> {
    if ptr.is_null() {
        return fail(ErrorCode::NullPointer, format!("`{name}` is null"));
    }
    check_alignment(&name, ptr)?;
    // SAFETY: neither null nor misaligned; the rest is the caller's promise.
    Ok(unsafe { &*ptr })
}

/// A function pointer, which C may pass as null.
///
/// # Errors
/// `NULL_POINTER`.
pub fn callback<F>(name: &str, function: Option<F>) -> Result<F> {
    function.ok_or_else(|| Error::new(ErrorCode::NullPointer, format!("`{name}` is null")))
}

/// Where a struct result goes. Unless written, it is zeroed at the end of the call, on failure and
/// on panic.
///
/// A shim makes it before it looks at other parameters, so that their errors zero it too.
#[derive(Debug)]
pub struct Out<T> {
    ptr: *mut T,
    is_written: bool,
}

/// Checks where a struct result goes.
///
/// # Errors
/// `NULL_POINTER`, `MISALIGNED`.
///
/// # Safety
/// `ptr` points to memory for a `T` that only this call uses until it ends.
pub unsafe fn out<T>(ptr: *mut T) -> Result<Out<T>> {
    if ptr.is_null() {
        return fail(ErrorCode::NullPointer, "`out` is null");
    }
    check_alignment(&"out", ptr.cast_const())?;
    Ok(Out { ptr, is_written: false })
}

impl<T> Out<T> {
    /// Writes the result.
    pub fn write(mut self, value: T) {
        // SAFETY: `out` has checked null and alignment; that the memory is there is what its caller
        // promised.
        unsafe { self.ptr.write(value) };
        self.is_written = true;
    }
}

impl<T> Drop for Out<T> {
    fn drop(&mut self) {
        if !self.is_written {
            // SAFETY: as in `write`. The memory becomes bytes, not a `T`: C reads it, and there
            // zero is none everywhere.
            unsafe { self.ptr.write_bytes(0, 1) };
        }
    }
}

/// Frees what a struct owns and zeroes it, so that freeing it again finds nothing. Null is fine.
///
/// # Errors
/// `MISALIGNED`; `INVALID_FREE` if a field is no live result; the struct is zeroed nevertheless.
///
/// # Safety
/// `ptr` is null or points to a value of `T` that only this call uses, and nobody uses its fields
/// any more.
pub unsafe fn free_struct<T: Release>(name: &str, ptr: *mut T) -> Result<bool> {
    if ptr.is_null() {
        return Ok(true);
    }
    check_alignment(&name, ptr.cast_const())?;
    // SAFETY: neither null nor misaligned; the rest is the caller's promise.
    let value = unsafe { ptr.read() };
    // SAFETY: as above; zero bytes are none in every field.
    unsafe { ptr.write_bytes(0, 1) };
    // SAFETY: that nobody uses the fields any more is the caller's promise.
    unsafe { value.release() }?;
    Ok(true)
}

#[cfg(test)]
mod tests;
