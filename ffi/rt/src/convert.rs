//! Results on their way out: Rust values into ABI values, and ABI values back into nothing.
//!
//! A conversion can fail for lack of memory only. Fields of a struct convert one by one, so
//! [`Pending`] frees the first ones when a later one fails.

mod list;

pub use list::{BlockWriter, Element, list_to_abi};

use crate::abi::{RtBytes, RtList, RtOpt, RtText, Zero};
use crate::block::{self, Kind};
use crate::error::Result;

/// A result of a body that crosses the boundary by value.
pub trait ToAbi {
    /// What C sees.
    type Abi;

    /// Converts the value; what is owned belongs to the caller from then on.
    ///
    /// # Errors
    /// `OUT_OF_MEMORY`.
    fn to_abi(self) -> Result<Self::Abi>;
}

/// An ABI value that may own blocks.
pub trait Release: Copy {
    /// Frees the blocks.
    ///
    /// # Errors
    /// `INVALID_FREE` if a pointer is neither null nor a live result of this type; other fields are
    /// freed nevertheless.
    ///
    /// # Safety
    /// Nobody uses the blocks any more. Pointers that are no blocks are found out, not trusted.
    unsafe fn release(self) -> Result<()>;
}

macro_rules! plain {
    ($($ty:ty),*) => {$(
        impl ToAbi for $ty {
            type Abi = $ty;
            #[inline]
            fn to_abi(self) -> Result<$ty> {
                Ok(self)
            }
        }
        impl Release for $ty {
            unsafe fn release(self) -> Result<()> {
                Ok(())
            }
        }
    )*};
}

plain!((), bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

macro_rules! options {
    ($($ty:ty),*) => {$(
        impl ToAbi for Option<$ty> {
            type Abi = RtOpt<$ty>;
            #[inline]
            fn to_abi(self) -> Result<RtOpt<$ty>> {
                Ok(self.map_or(RtOpt::NONE, |value| RtOpt { present: true, value }))
            }
        }
    )*};
}

options!(bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

/// Owned results, and the same behind an option, whose none is null.
macro_rules! owned {
    ($($ty:ty => $abi:ty, $give:path;)*) => {$(
        impl ToAbi for $ty {
            type Abi = $abi;
            fn to_abi(self) -> Result<$abi> {
                $give(self)
            }
        }
        impl ToAbi for Option<$ty> {
            type Abi = $abi;
            fn to_abi(self) -> Result<$abi> {
                self.map_or(Ok(<$abi>::NULL), ToAbi::to_abi)
            }
        }
    )*};
}

owned! {
    String => RtText, block::give_text;
    Vec<u8> => RtBytes, block::give_bytes;
    Vec<bool> => RtList<bool>, block::give_list;
    Vec<i8> => RtList<i8>, block::give_list;
    Vec<i16> => RtList<i16>, block::give_list;
    Vec<i32> => RtList<i32>, block::give_list;
    Vec<i64> => RtList<i64>, block::give_list;
    Vec<u16> => RtList<u16>, block::give_list;
    Vec<u32> => RtList<u32>, block::give_list;
    Vec<u64> => RtList<u64>, block::give_list;
    Vec<f32> => RtList<f32>, block::give_list;
    Vec<f64> => RtList<f64>, block::give_list;
    Vec<String> => RtList<RtText>, list_to_abi;
    Vec<Vec<u8>> => RtList<RtBytes>, list_to_abi;
}

impl Release for RtText {
    unsafe fn release(self) -> Result<()> {
        // SAFETY: the caller's promise is the same.
        unsafe { block::release(self.ptr, Kind::of::<RtText>()) }
    }
}

impl Release for RtBytes {
    unsafe fn release(self) -> Result<()> {
        // SAFETY: the caller's promise is the same.
        unsafe { block::release(self.ptr, Kind::of::<RtBytes>()) }
    }
}

impl<T: Copy + 'static> Release for RtList<T> {
    unsafe fn release(self) -> Result<()> {
        // SAFETY: the caller's promise is the same; what the items point to is in the list's own
        // block.
        unsafe { block::release(self.items.cast(), Kind::of::<RtList<T>>()) }
    }
}

impl<T: Zero> Release for RtOpt<T> {
    unsafe fn release(self) -> Result<()> {
        Ok(())
    }
}

/// A converted field that is freed again unless [`take`](Pending::take)n: for a struct whose later
/// field may fail.
#[derive(Debug)]
pub struct Pending<A: Release>(Option<A>);

impl<A: Release> Pending<A> {
    /// Converts a field.
    ///
    /// # Errors
    /// `OUT_OF_MEMORY`.
    pub fn new(field: impl ToAbi<Abi = A>) -> Result<Pending<A>> {
        Ok(Pending(Some(field.to_abi()?)))
    }

    /// The converted field, which the caller owns from then on.
    pub fn take(mut self) -> A {
        self.0.take().expect("a pending field is taken once, since `take` consumes it")
    }
}

impl<A: Release> Drop for Pending<A> {
    fn drop(&mut self) {
        if let Some(field) = self.0.take() {
            // SAFETY: the field was converted here and has not been given to anybody.
            let freed = unsafe { field.release() };
            debug_assert!(freed.is_ok(), "a field just converted is live");
        }
    }
}

/// The first error of several releases. They stand in an array, so that all have run.
pub fn first_error<const N: usize>(results: [Result<()>; N]) -> Result<()> {
    results.into_iter().find(Result::is_err).unwrap_or(Ok(()))
}

#[cfg(test)]
mod tests;
