//! The base functions, which every library built on this crate exports; `specs/base.toml` declares
//! them.
//!
//! They are written by hand because their parameters are owned results, and because those that look
//! at the thread's error must leave it alone.

use crate::abi::{RtBytes, RtList, RtText};
use crate::convert::{Release, ToAbi};
use crate::error::{Error, ErrorCode, Result};
use crate::{block, call, call_keeping_error, handles, last_error};

/// The version of the base ABI, `specs/base.toml`; its name ends with the value, so that a stale
/// header is a link error.
#[unsafe(no_mangle)]
pub extern "C" fn rt_abi_base_0f476815197041ad() -> u64 {
    0x0f47_6815_1970_41ad
}

/// A version to which this one only adds error codes: programs that were compiled against it still
/// link.
#[unsafe(no_mangle)]
pub extern "C" fn rt_abi_base_28154f032f6f6932() -> u64 {
    0x2815_4f03_2f6f_6932
}

/// Another such version.
#[unsafe(no_mangle)]
pub extern "C" fn rt_abi_base_6e168faf029e2315() -> u64 {
    0x6e16_8faf_029e_2315
}

/// The code of the last call on this thread; 0 after a success.
#[unsafe(no_mangle)]
pub extern "C" fn rt_last_error_code() -> i32 {
    call_keeping_error("rt_last_error_code", ErrorCode::Panic as i32, last_error::code)
}

/// The message of the last call on this thread, owned by the caller; empty after a success, null
/// without memory.
#[unsafe(no_mangle)]
pub extern "C" fn rt_last_error_message() -> RtText {
    call_keeping_error("rt_last_error_message", RtText::NULL, || {
        last_error::message().to_abi().unwrap_or(RtText::NULL)
    })
}

/// Forgets the thread's last error.
#[unsafe(no_mangle)]
pub extern "C" fn rt_last_error_clear() {
    call("rt_last_error_clear", (), || Ok(()));
}

/// The name of an error code, owned by the caller; null and `INVALID_ENUM` for a number that is no
/// code.
#[unsafe(no_mangle)]
pub extern "C" fn rt_error_name(code: i32) -> RtText {
    call("rt_error_name", RtText::NULL, || {
        let found = ErrorCode::from_value(code).ok_or_else(|| {
            Error::new(ErrorCode::InvalidEnum, format!("`code` is {code}, which is no error code"))
        })?;
        found.name().to_owned().to_abi()
    })
}

/// How many results the callers own now.
#[unsafe(no_mangle)]
pub extern "C" fn rt_live_blocks() -> u64 {
    call_keeping_error("rt_live_blocks", 0, block::live_blocks)
}

/// How many handles of a kind live; 0 for a number that is no kind.
#[unsafe(no_mangle)]
pub extern "C" fn rt_live_handles(tag: i32) -> u64 {
    call_keeping_error("rt_live_handles", 0, || handles::live_handles(tag))
}

/// The body of a free function.
///
/// # Safety
/// As for [`Release::release`].
unsafe fn free(value: impl Release) -> Result<bool> {
    // SAFETY: the caller's promise is the same.
    unsafe { value.release() }?;
    Ok(true)
}

macro_rules! frees {
    ($($name:ident($ty:ty) $what:literal;)*) => {$(
        #[doc = concat!("Frees a ", $what, "; true if it was freed or null.")]
        ///
        /// # Safety
        /// Nobody uses the value, or what it points to, any more. A pointer that is no live result
        /// is an error.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(value: $ty) -> bool {
            // SAFETY: the caller's promise is the same.
            call(stringify!($name), false, || unsafe { free(value) })
        }
    )*};
}

frees! {
    rt_text_free(RtText) "text";
    rt_bytes_free(RtBytes) "byte string";
    rt_list_bool_free(RtList<bool>) "list of `bool`";
    rt_list_i8_free(RtList<i8>) "list of `i8`";
    rt_list_i16_free(RtList<i16>) "list of `i16`";
    rt_list_i32_free(RtList<i32>) "list of `i32`";
    rt_list_i64_free(RtList<i64>) "list of `i64`";
    rt_list_u16_free(RtList<u16>) "list of `u16`";
    rt_list_u32_free(RtList<u32>) "list of `u32`";
    rt_list_u64_free(RtList<u64>) "list of `u64`";
    rt_list_f32_free(RtList<f32>) "list of `f32`";
    rt_list_f64_free(RtList<f64>) "list of `f64`";
    rt_list_text_free(RtList<RtText>) "list of texts and the texts in it";
    rt_list_bytes_free(RtList<RtBytes>) "list of byte strings and the byte strings in it";
}

/// Makes the next call on this thread panic inside its barrier: for the conformance tests, which
/// see so what a panic does.
#[cfg(feature = "conformance")]
#[unsafe(no_mangle)]
pub extern "C" fn rt_conformance_panic_next() {
    crate::barrier::panic_next();
}

#[cfg(test)]
mod tests;
