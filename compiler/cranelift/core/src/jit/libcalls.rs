//! The functions that generated code calls on its own, where the processor lacks an instruction.
//!
//! They are part of this library, so that they are there in a program that is linked statically
//! or without a mathematics library.

use cranelift_codegen::ir::LibCall;

unsafe extern "C" {
    fn memcpy(to: *mut u8, from: *const u8, size: usize) -> *mut u8;
    fn memmove(to: *mut u8, from: *const u8, size: usize) -> *mut u8;
    fn memset(to: *mut u8, byte: i32, size: usize) -> *mut u8;
    fn memcmp(a: *const u8, b: *const u8, size: usize) -> i32;
}

macro_rules! float {
    ($($name:ident($($arg:ident),+: $ty:ty) = $body:expr;)*) => {
        $(extern "C" fn $name($($arg: $ty),+) -> $ty { $body })*
    };
}

float! {
    ceil_f32(x: f32) = x.ceil();
    ceil_f64(x: f64) = x.ceil();
    floor_f32(x: f32) = x.floor();
    floor_f64(x: f64) = x.floor();
    trunc_f32(x: f32) = x.trunc();
    trunc_f64(x: f64) = x.trunc();
    nearest_f32(x: f32) = x.round_ties_even();
    nearest_f64(x: f64) = x.round_ties_even();
    fma_f32(x, y, z: f32) = x.mul_add(y, z);
    fma_f64(x, y, z: f64) = x.mul_add(y, z);
}

/// The address of a function that generated code may call, none if only a linker can give it.
pub(super) fn address(call: LibCall) -> Option<usize> {
    let pointer: *const () = match call {
        LibCall::CeilF32 => ceil_f32 as *const (),
        LibCall::CeilF64 => ceil_f64 as *const (),
        LibCall::FloorF32 => floor_f32 as *const (),
        LibCall::FloorF64 => floor_f64 as *const (),
        LibCall::TruncF32 => trunc_f32 as *const (),
        LibCall::TruncF64 => trunc_f64 as *const (),
        LibCall::NearestF32 => nearest_f32 as *const (),
        LibCall::NearestF64 => nearest_f64 as *const (),
        LibCall::FmaF32 => fma_f32 as *const (),
        LibCall::FmaF64 => fma_f64 as *const (),
        LibCall::Memcpy => memcpy as *const (),
        LibCall::Memmove => memmove as *const (),
        LibCall::Memset => memset as *const (),
        LibCall::Memcmp => memcmp as *const (),
        _ => return None,
    };
    Some(pointer.expose_provenance())
}
