//! Calling JIT code: by its address, with arguments and results in words.
//!
//! A call goes through an adapter that is compiled for the function's signature, so that every
//! signature that Cranelift can call can be called. Functions of JIT modules are known by their
//! address, with their signature: a wrong address or wrong arguments are an error, and the code
//! stays in memory until the call is over, whoever frees the module meanwhile.

mod adapter;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod enter;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod signals;
mod stack;
mod trap;

/// Where no guarded call can be written: none is.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod signals {
    use super::Adapter;
    use ffi_rt::{ErrorCode, Result, fail};
    use std::sync::Arc;

    pub(super) fn is_catching() -> bool {
        false
    }

    pub(super) fn catch(_: &Arc<Adapter>, _: usize, _: &[i64], _: &mut [i64]) -> Result<()> {
        fail(ErrorCode::Unsupported, "traps cannot be caught on this architecture")
    }
}

use crate::jit::registry::{self, Entry};
use cranelift_codegen::ir::{Signature, Type, types};
use ffi_rt::{ErrorCode, Result, fail};
use std::sync::Arc;

pub(crate) use adapter::Adapter;
pub use trap::{Trap, TrapKind, last_trap};

/// The most arguments of [`call_words`].
const WORDS_MAX: usize = 8;

/// What a call does about traps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnTrap {
    /// They are met by the process: it ends, unless it has arranged for something else.
    Pass,
    /// They become the error `TRAP`.
    Catch,
}

/// Calls a JIT function of integers: up to 8 arguments, at most one result, 0 without one.
///
/// # Errors
/// `NULL_POINTER`, `NOT_FOUND` if no JIT function starts at `address`, `INVALID_ARGUMENT` if its
/// signature is not of this kind or has another number of arguments.
pub fn call_words(address: usize, args: &[i64]) -> Result<i64> {
    let entry = entry_at(address)?;
    let signature = &entry.placed().signature;
    let is_word = |ty: Type| ty.is_int() && ty.bits() <= 64;
    let all_words = signature.params.iter().chain(&signature.returns);
    let fits = signature.params.len() <= WORDS_MAX && signature.returns.len() <= 1;
    if !fits || !all_words.into_iter().all(|param| is_word(param.value_type)) {
        let name = &entry.placed().name;
        let message = format!(
            "function `{name}` has the signature {signature}: this form takes up to {WORDS_MAX} \
             integers and gives at most one"
        );
        return fail(ErrorCode::InvalidArgument, message);
    }
    let mut result = [0];
    run(&entry, args, &mut result[..signature.returns.len()], OnTrap::Pass)?;
    Ok(result[0])
}

/// Calls a JIT function of any signature; see [`words_of`] for how values are spelled.
///
/// # Errors
/// As for [`call_words`], but for the kinds of values; `UNSUPPORTED` if Cranelift cannot call the
/// signature on this host; `TRAP` if it trapped and that is caught.
pub fn call(address: usize, args: &[i64], on_trap: OnTrap) -> Result<Vec<i64>> {
    let entry = entry_at(address)?;
    let mut results = vec![0; words_of_all(&entry.placed().signature, Part::Returns)];
    run(&entry, args, &mut results, on_trap)?;
    Ok(results)
}

/// Calls the function of a signature at an address, which may be any of the process.
///
/// # Errors
/// As for [`call`]; `INVALID_ARGUMENT` if the address is that of a JIT function with another
/// signature.
pub fn call_as(
    address: usize,
    signature: &Signature,
    args: &[i64],
    on_trap: OnTrap,
) -> Result<Vec<i64>> {
    if address == 0 {
        return fail(ErrorCode::NullPointer, "the function's address is null");
    }
    if let Some(entry) = registry::find_start(address) {
        let known = &entry.placed().signature;
        if known != signature {
            let name = &entry.placed().name;
            let message = format!("function `{name}` has the signature {known}, not {signature}");
            return fail(ErrorCode::InvalidArgument, message);
        }
        return call(address, args, on_trap);
    }
    check_count(&"the function", signature, args)?;
    let adapter = Adapter::of(adapter::host()?, signature)?;
    let mut results = vec![0; words_of_all(signature, Part::Returns)];
    adapter.run(address, args, &mut results, on_trap)?;
    Ok(results)
}

fn entry_at(address: usize) -> Result<Entry> {
    if address == 0 {
        return fail(ErrorCode::NullPointer, "the function's address is null");
    }
    match registry::find_start(address) {
        Some(entry) => Ok(entry),
        None => {
            let message = format!("no finalized JIT function starts at {address:#x}");
            fail(ErrorCode::NotFound, message)
        }
    }
}

fn run(entry: &Entry, args: &[i64], results: &mut [i64], on_trap: OnTrap) -> Result<()> {
    let placed = entry.placed();
    check_count(&format_args!("function `{}`", placed.name), &placed.signature, args)?;
    let adapter = match placed.adapter.get() {
        Some(known) => known,
        None => {
            let made = Adapter::of(entry.isa(), &placed.signature)?;
            placed.adapter.get_or_init(|| made)
        }
    };
    adapter.run(placed.start, args, results, on_trap)
}

fn check_count(what: &dyn std::fmt::Display, signature: &Signature, args: &[i64]) -> Result<()> {
    let needed = words_of_all(signature, Part::Params);
    if args.len() != needed {
        let given = args.len();
        let message = format!("{what} takes {needed} words of arguments, {given} are given");
        return fail(ErrorCode::InvalidArgument, message);
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Params,
    Returns,
}

fn words_of_all(signature: &Signature, part: Part) -> usize {
    let values = match part {
        Part::Params => &signature.params,
        Part::Returns => &signature.returns,
    };
    values.iter().map(|value| words_of(value.value_type)).sum()
}

/// How many words a value takes: one, or two for 128 bits, the low one first. A float's bits are
/// the low bits of its word; an integer result is sign-extended.
pub(crate) fn words_of(ty: Type) -> usize {
    (ty.bytes() as usize).div_ceil(types::I64.bytes() as usize)
}

impl Adapter {
    /// Calls a function through this adapter, whose signature fits the words.
    fn run(
        self: &Arc<Self>,
        address: usize,
        args: &[i64],
        results: &mut [i64],
        on_trap: OnTrap,
    ) -> Result<()> {
        match on_trap {
            OnTrap::Catch => signals::catch(self, address, args, results),
            // A call inside of one that catches must not be jumped over.
            OnTrap::Pass if signals::is_catching() => signals::catch(self, address, args, results),
            OnTrap::Pass => {
                self.call(address, args, results);
                Ok(())
            }
        }
    }
}
