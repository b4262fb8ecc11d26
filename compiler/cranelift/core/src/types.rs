//! The numbers by which callers name types, conditions, calling conventions, linkages and traps.
//!
//! They are those of the enums in `specs/cranelift.toml`; a test there holds the two equal. A number
//! that names nothing is an error that says what it was meant to be.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{TrapCode, Type, types};
use cranelift_codegen::isa::CallConv;
use ffi_rt::{Error, ErrorCode, Result, fail};

/// What each type code means, by number. Code 7 is a truth value, kept as an `i8`; code 8 is a
/// pointer, which has 64 bits on every target of this library.
const TYPES: [Type; 12] = [
    types::INVALID,
    types::I8,
    types::I16,
    types::I32,
    types::I64,
    types::F32,
    types::F64,
    types::I8,
    types::I64,
    types::I128,
    types::F16,
    types::F128,
];

/// The type that a code names.
///
/// # Errors
/// `INVALID_ENUM` if it names none.
#[inline]
pub fn ty(code: i64) -> Result<Type> {
    match usize::try_from(code).ok().and_then(|index| TYPES.get(index)) {
        Some(&ty) if ty != types::INVALID => Ok(ty),
        _ => Err(unknown("type", code)),
    }
}

/// The code of a type; the first one where two codes mean the same. 0 for a type that has none.
pub fn code_of(ty: Type) -> i64 {
    TYPES.iter().position(|&known| known == ty).unwrap_or(0) as i64
}

const INT_CONDITIONS: [IntCC; 10] = [
    IntCC::Equal,
    IntCC::NotEqual,
    IntCC::SignedLessThan,
    IntCC::SignedLessThanOrEqual,
    IntCC::SignedGreaterThan,
    IntCC::SignedGreaterThanOrEqual,
    IntCC::UnsignedLessThan,
    IntCC::UnsignedLessThanOrEqual,
    IntCC::UnsignedGreaterThan,
    IntCC::UnsignedGreaterThanOrEqual,
];

/// The integer comparison that a code names.
///
/// # Errors
/// `INVALID_ENUM` if it names none.
#[inline]
pub fn int_condition(code: i64) -> Result<IntCC> {
    named(&INT_CONDITIONS, "integer condition", code)
}

/// Float comparisons. `NOT_EQUAL` is also true for unordered operands, as `!=` is in C.
const FLOAT_CONDITIONS: [FloatCC; 14] = [
    FloatCC::Equal,
    FloatCC::NotEqual,
    FloatCC::LessThan,
    FloatCC::LessThanOrEqual,
    FloatCC::GreaterThan,
    FloatCC::GreaterThanOrEqual,
    FloatCC::Ordered,
    FloatCC::Unordered,
    FloatCC::OrderedNotEqual,
    FloatCC::UnorderedOrEqual,
    FloatCC::UnorderedOrLessThan,
    FloatCC::UnorderedOrLessThanOrEqual,
    FloatCC::UnorderedOrGreaterThan,
    FloatCC::UnorderedOrGreaterThanOrEqual,
];

/// The float comparison that a code names.
///
/// # Errors
/// `INVALID_ENUM` if it names none.
#[inline]
pub fn float_condition(code: i64) -> Result<FloatCC> {
    named(&FLOAT_CONDITIONS, "float condition", code)
}

/// A calling convention, which may wait for the target to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Convention {
    /// The same on every target.
    Fixed(CallConv),
    /// What C uses on the target.
    TargetDefault,
}

const CONVENTIONS: [Convention; 6] = [
    Convention::Fixed(CallConv::SystemV),
    Convention::Fixed(CallConv::WindowsFastcall),
    Convention::Fixed(CallConv::Fast),
    Convention::Fixed(CallConv::Tail),
    Convention::TargetDefault,
    Convention::Fixed(CallConv::PreserveAll),
];

/// The calling convention that a code names.
///
/// # Errors
/// `INVALID_ENUM` if it names none.
pub fn convention(code: i64) -> Result<Convention> {
    named(&CONVENTIONS, "calling convention", code)
}

/// The code of a calling convention.
pub fn code_of_convention(convention: Convention) -> i64 {
    CONVENTIONS.iter().position(|known| *known == convention).unwrap_or(0) as i64
}

/// How a symbol is seen outside of its module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linkage {
    /// Defined here, seen outside.
    Export,
    /// Defined elsewhere.
    Import,
    /// Defined here, not seen outside.
    Local,
}

/// The linkage that a code names.
///
/// # Errors
/// `INVALID_ENUM` if it names none.
pub fn linkage(code: i64) -> Result<Linkage> {
    named(&[Linkage::Export, Linkage::Import, Linkage::Local], "linkage", code)
}

/// The trap that a code names: 1 to 250 are the caller's own, 251 and up Cranelift's. Only the low
/// byte counts, and 0 is the trap for an exhausted stack.
#[inline]
pub fn trap_code(code: i64) -> TrapCode {
    std::num::NonZeroU8::new(code as u8).map_or(TrapCode::STACK_OVERFLOW, TrapCode::from_raw)
}

#[inline]
fn named<T: Copy>(table: &[T], what: &str, code: i64) -> Result<T> {
    match usize::try_from(code).ok().and_then(|index| table.get(index)) {
        Some(&value) => Ok(value),
        None => fail(ErrorCode::InvalidEnum, format!("{code} is the code of no {what}")),
    }
}

#[cold]
fn unknown(what: &str, code: i64) -> Error {
    Error::new(ErrorCode::InvalidEnum, format!("{code} is the code of no {what}"))
}
