//! The base functions, which every library exports; `specs/base.toml` declares them.

use crate::block::{self, RtBytes, RtList, RtText};
use crate::call::call;
use crate::error::{Code, name_of};
use crate::memory::{Message, Vector};
use crate::{handle, thread};

/// The code of the last call on this thread; 0 after a success.
#[unsafe(no_mangle)]
pub extern "C" fn rt_last_error_code() -> i32 {
    #[cfg(feature = "conformance")]
    if thread::is_to_fail() {
        return call_injected("rt_last_error_code", Code::Panic as i32);
    }
    thread::code()
}

/// The message of the last call on this thread, owned by the caller; empty after a success, null
/// without memory.
#[unsafe(no_mangle)]
pub extern "C" fn rt_last_error_message() -> RtText {
    #[cfg(feature = "conformance")]
    if thread::is_to_fail() {
        return call_injected("rt_last_error_message", RtText::NULL);
    }
    block::give_text(thread::message().0).unwrap_or(RtText::NULL)
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
        let Some(name) = name_of(code) else {
            let message = Message::new("`code` is ").number(code.into());
            return Err(message.text(", which is no error code").error(Code::InvalidEnum));
        };
        let mut text = Vector::new();
        text.extend(name.as_bytes())?;
        block::give_text(text)
    })
}

/// How many results the callers own now.
#[unsafe(no_mangle)]
pub extern "C" fn rt_live_blocks() -> u64 {
    #[cfg(feature = "conformance")]
    if thread::is_to_fail() {
        return call_injected("rt_live_blocks", 0);
    }
    block::live()
}

/// How many handles of a kind live; 0 for a number that is no kind.
#[unsafe(no_mangle)]
pub extern "C" fn rt_live_handles(tag: i32) -> u64 {
    #[cfg(feature = "conformance")]
    if thread::is_to_fail() {
        return call_injected("rt_live_handles", 0);
    }
    if tag == handle::FILE_LOCK { handle::live() } else { 0 }
}

/// Fails as `call` does when the conformance test asks for it.
#[cfg(feature = "conformance")]
fn call_injected<T>(function: &'static str, failure: T) -> T {
    let error = crate::error::Error::new(Code::Panic, "injected by the conformance test");
    thread::fail(function, &error);
    failure
}

macro_rules! frees {
    ($($name:ident($ty:ty, $ptr:ident) $kind:literal;)*) => {$(
        #[doc = concat!("Frees a ", $kind, "; true if it was freed or null.")]
        ///
        /// # Safety
        /// Nobody uses the value, or what it points to, any more. A pointer that is no live result
        /// is an error.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(value: $ty) -> bool {
            call(stringify!($name), false, || {
                // SAFETY: the caller's promise is the same.
                unsafe { block::release(value.$ptr.cast_const().cast(), $kind) }
            })
        }
    )*};
}

/// Frees a text; true if it was freed or null.
///
/// # Safety
/// Nobody uses the text any more. A pointer that is no live result is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_text_free(value: RtText) -> bool {
    // SAFETY: the caller's promise is the same.
    call("rt_text_free", false, || unsafe { block::release(value.ptr, block::TEXT) })
}

frees! {
    rt_bytes_free(RtBytes, ptr) "bytes";
    rt_list_bool_free(RtList<bool>, items) "list of bool";
    rt_list_i8_free(RtList<i8>, items) "list of i8";
    rt_list_i16_free(RtList<i16>, items) "list of i16";
    rt_list_i32_free(RtList<i32>, items) "list of i32";
    rt_list_i64_free(RtList<i64>, items) "list of i64";
    rt_list_u16_free(RtList<u16>, items) "list of u16";
    rt_list_u32_free(RtList<u32>, items) "list of u32";
    rt_list_u64_free(RtList<u64>, items) "list of u64";
    rt_list_f32_free(RtList<f32>, items) "list of f32";
    rt_list_f64_free(RtList<f64>, items) "list of f64";
    rt_list_text_free(RtList<RtText>, items) "list of text";
    rt_list_bytes_free(RtList<RtBytes>, items) "list of bytes";
}

/// Makes the next call on this thread fail with the code of a panic: for the conformance tests.
/// Nothing here can panic, so it is the way out of a function that the tests see, not an unwinding.
#[cfg(feature = "conformance")]
#[unsafe(no_mangle)]
pub extern "C" fn rt_conformance_panic_next() {
    thread::fail_next();
}
