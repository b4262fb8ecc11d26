//! The by-value types of the C boundary, as `rt_base.h` declares them.
//!
//! Invariant: null means none or failure; an empty value points to [`empty`], which is never freed.

use std::fmt;

/// `rt_text`: UTF-8. As a result it is owned by the caller and followed by a NUL that `len` does
/// not count.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RtText {
    /// First byte; null for none.
    pub ptr: *const u8,
    /// Length in bytes.
    pub len: u64,
}

/// `rt_bytes`: any bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RtBytes {
    /// First byte; null for none.
    pub ptr: *mut u8,
    /// Length in bytes.
    pub len: u64,
}

/// `rt_list_<T>`: one block that holds the items and all that they point to.
#[repr(C)]
pub struct RtList<T> {
    /// First item; null for none.
    pub items: *mut T,
    /// Number of items.
    pub len: u64,
}

/// `rt_opt_<T>`: a scalar or none.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RtOpt<T> {
    /// Whether there is a value.
    pub present: bool,
    /// The value; zero if there is none.
    pub value: T,
}

impl RtText {
    /// None, or a failure.
    pub const NULL: RtText = RtText { ptr: std::ptr::null(), len: 0 };
}

impl RtBytes {
    /// None, or a failure.
    pub const NULL: RtBytes = RtBytes { ptr: std::ptr::null_mut(), len: 0 };
}

impl<T> RtList<T> {
    /// None, or a failure.
    pub const NULL: RtList<T> = RtList { items: std::ptr::null_mut(), len: 0 };
}

// Derived, these would ask for `T: Clone` and `T: Debug`; the list is a pointer and a number
// whatever `T` is.
impl<T> Clone for RtList<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RtList<T> {}

impl<T> fmt::Debug for RtList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RtList").field("items", &self.items).field("len", &self.len).finish()
    }
}

impl<T: Zero> RtOpt<T> {
    /// No value, or a failure.
    pub const NONE: RtOpt<T> = RtOpt { present: false, value: T::ZERO };
}

mod sealed {
    pub trait Sealed {}
}

/// A number or truth value that an optional result can hold.
pub trait Zero: sealed::Sealed + Copy + 'static {
    /// What an absent value holds.
    const ZERO: Self;
}

/// A number: every pattern of its bits is a value, so that a caller's memory may be read as one.
pub trait Scalar: Zero {}

macro_rules! scalars {
    ($($ty:ty = $zero:literal),*) => {$(
        impl sealed::Sealed for $ty {}
        impl Zero for $ty {
            const ZERO: $ty = $zero;
        }
        impl Scalar for $ty {}
    )*};
}

scalars!(
    i8 = 0,
    i16 = 0,
    i32 = 0,
    i64 = 0,
    u8 = 0,
    u16 = 0,
    u32 = 0,
    u64 = 0,
    f32 = 0.0,
    f64 = 0.0
);

impl sealed::Sealed for bool {}
impl Zero for bool {
    const ZERO: bool = false;
}

/// The largest alignment of anything in a block.
pub(crate) const MAX_ALIGN: usize = 16;

#[repr(align(16))]
struct Empty([u8; MAX_ALIGN]);

/// Zeros, so that an empty text is NUL-terminated as well.
static EMPTY: Empty = Empty([0; MAX_ALIGN]);

/// What empty texts, bytes and lists point to. Nobody may write there.
pub fn empty<T>() -> *mut T {
    const { assert!(align_of::<T>() <= MAX_ALIGN) };
    EMPTY.0.as_ptr().cast_mut().cast()
}

const _: () = {
    assert!(size_of::<RtText>() == 16 && align_of::<RtText>() == 8);
    assert!(size_of::<RtBytes>() == 16 && align_of::<RtBytes>() == 8);
    assert!(size_of::<RtList<u8>>() == 16 && align_of::<RtList<u8>>() == 8);
    assert!(size_of::<RtOpt<bool>>() == 2 && size_of::<RtOpt<f64>>() == 16);
    assert!(std::mem::offset_of!(RtOpt<i64>, value) == 8);
    assert!(std::mem::offset_of!(RtText, len) == 8);
};
