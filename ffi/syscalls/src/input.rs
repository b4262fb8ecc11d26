//! Parameters on their way in: a C caller's pointers into Rust values. Everything that can be
//! checked is checked here: null, length, alignment, UTF-8.

use crate::block::RtText;
use crate::error::{Code, Error, Result};
use crate::memory::{Message, Vector};

/// The name of a parameter, or of an item of it, in a message.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    name: &'static str,
    index: Option<usize>,
}

impl Name {
    /// A parameter.
    pub(crate) const fn of(name: &'static str) -> Name {
        Name { name, index: None }
    }

    /// An item of a parameter.
    pub(crate) const fn item(name: &'static str, index: usize) -> Name {
        Name { name, index: Some(index) }
    }

    /// Adds the name in backticks.
    pub(crate) fn append_to(self, message: Message) -> Message {
        let message = message.text("`").text(self.name);
        match self.index {
            Some(index) => message.text("[").number(index as i64).text("]`"),
            None => message.text("`"),
        }
    }
}

/// The slice at a pointer.
///
/// # Safety
/// If `len` is not zero, `ptr` points to `len` values that nobody changes or frees during `'a`,
/// which must end with the call; every pattern of bits is a value of `T`.
unsafe fn slice<'a, T>(name: Name, ptr: *const T, len: u64) -> Result<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    let message = Message::new("");
    if ptr.is_null() {
        let message = name.append_to(message).text(" is null but its length is ");
        return Err(length(message, len).error(Code::NullPointer));
    }
    let size = usize::try_from(len).ok().and_then(|len| len.checked_mul(size_of::<T>()));
    let size = size.filter(|size| *size <= isize::MAX as usize);
    if size.and_then(|size| ptr.addr().checked_add(size)).is_none() {
        let message = name.append_to(length(message.text("the length "), len).text(" of "));
        let message = message.text(" does not fit into the address space");
        return Err(message.error(Code::LengthTooLarge));
    }
    check_alignment(name, ptr)?;
    // SAFETY: neither null nor misaligned, and the length fits; the rest is the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts(ptr, len as usize) })
}

/// Adds a length, which may be larger than a signed number.
fn length(message: Message, len: u64) -> Message {
    match i64::try_from(len) {
        Ok(len) => message.number(len),
        Err(_) => message.number((len / 10) as i64).number((len % 10) as i64),
    }
}

fn check_alignment<T>(name: Name, ptr: *const T) -> Result<()> {
    if ptr.is_aligned() {
        return Ok(());
    }
    let message = name.append_to(Message::new("")).text(" is not aligned to ");
    Err(message.number(align_of::<T>() as i64).text(" bytes").error(Code::Misaligned))
}

/// A text.
///
/// # Safety
/// As for [`slice`].
pub(crate) unsafe fn text<'a>(name: Name, ptr: *const u8, len: u64) -> Result<&'a str> {
    // SAFETY: the caller's promise is the same.
    let bytes = unsafe { slice(name, ptr, len) }?;
    core::str::from_utf8(bytes).map_err(|error| {
        let message = name.append_to(Message::new("")).text(" is not UTF-8 at byte ");
        message.number(error.valid_up_to() as i64).error(Code::InvalidUtf8)
    })
}

/// A list of texts.
///
/// # Safety
/// As for [`slice`], for the list and for each item.
pub(crate) unsafe fn texts<'a>(
    name: &'static str,
    ptr: *const RtText,
    len: u64,
) -> Result<Vector<&'a str>> {
    // SAFETY: the caller's promise is the same; any bits are an `RtText`.
    let items = unsafe { slice(Name::of(name), ptr, len) }?;
    let mut texts = Vector::new();
    texts.reserve(items.len())?;
    for (index, item) in items.iter().enumerate() {
        // SAFETY: the caller promises for each item what it promises for the list.
        texts.push(unsafe { text(Name::item(name, index), item.ptr, item.len) }?)?;
    }
    Ok(texts)
}

/// Where a struct result goes. Unless written, it is zeroed at the end of the call.
pub(crate) struct Out<T> {
    ptr: *mut T,
    is_written: bool,
}

/// Checks where a struct result goes.
///
/// # Safety
/// `ptr` points to memory for a `T` that only this call uses until it ends.
pub(crate) unsafe fn out<T>(ptr: *mut T) -> Result<Out<T>> {
    if ptr.is_null() {
        return Err(Error::new(Code::NullPointer, "`out` is null"));
    }
    check_alignment(Name::of("out"), ptr)?;
    Ok(Out { ptr, is_written: false })
}

impl<T> Out<T> {
    /// Writes the result.
    pub(crate) fn write(mut self, value: T) {
        // SAFETY: neither null nor misaligned; that the memory is there is the caller's promise.
        unsafe { self.ptr.write(value) };
        self.is_written = true;
    }
}

impl<T> Drop for Out<T> {
    fn drop(&mut self) {
        if !self.is_written {
            // SAFETY: as in `write`; to C, zero is none everywhere.
            unsafe { self.ptr.write_bytes(0, 1) };
        }
    }
}

/// Takes the struct at a pointer away and leaves zeros; none for null.
///
/// # Safety
/// `ptr` is null or points to a `T` that only this call uses.
pub(crate) unsafe fn take<T: Copy>(name: Name, ptr: *mut T) -> Result<Option<T>> {
    if ptr.is_null() {
        return Ok(None);
    }
    check_alignment(name, ptr)?;
    // SAFETY: neither null nor misaligned; the rest is the caller's promise.
    unsafe {
        let value = ptr.read();
        ptr.write_bytes(0, 1);
        Ok(Some(value))
    }
}
