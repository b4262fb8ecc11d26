//! Compiles one function: from Cranelift's IR to code, relocations and what belongs to each address.
//!
//! Cranelift panics on some IR that its verifier accepts. Such a panic ends here: it becomes an
//! error that names the function, and the thread's compiler state is thrown away.

use super::{Shared, place, shape};
use crate::function::{FinishedFunction, reuse};
use crate::{disas, text};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{Function, TrapCode};
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::isa::unwind::UnwindInfo;
use cranelift_codegen::{CodegenError, CompiledCode, Context, FinalizedMachExceptionHandler};
use cranelift_module::{FuncId, ModuleReloc};
use ffi_rt::{Error, ErrorCode, Result, fail};
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A compiled function, not yet linked.
pub struct Compiled {
    /// The machine code, with room for the relocations.
    pub code: Vec<u8>,
    /// Its alignment in bytes.
    pub align: u64,
    /// What the code refers to.
    pub relocs: Vec<ModuleReloc>,
    /// Where it can trap: offset and why, in order of offsets.
    pub traps: Vec<(u32, TrapCode)>,
    /// Which ranges of code stem from which source location, in order of offsets: start, end, and
    /// the number that the caller set.
    pub lines: Vec<(u32, u32, u32)>,
    /// How to unwind its frame, if the target describes that.
    pub unwind: Option<UnwindInfo>,
    /// Calls that can continue at a handler.
    pub call_sites: Vec<CallSite>,
    /// The text of its IR, if the module keeps it.
    pub text: Option<String>,
}

/// A call with exception handlers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSite {
    /// Offset behind the call.
    pub return_offset: u32,
    /// The distance from the frame pointer down to the stack pointer at the call.
    pub frame_offset: Option<u32>,
    /// Where control can go on, the innermost handler first.
    pub handlers: Vec<Handler>,
}

/// One handler of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// The tag that it is for; none for all.
    pub tag: Option<u32>,
    /// Offset of the code that handles.
    pub offset: u32,
}

thread_local! {
    /// The compiler's working memory, used again for the next function.
    static CONTEXT: RefCell<Option<Box<Context>>> = const { RefCell::new(None) };
}

/// Compiles a function that is the one at `index` of its module, after the verifier has seen it.
///
/// # Errors
/// `INVALID_ARGUMENT` for IR that the verifier refuses, `UNSUPPORTED` for what the target cannot
/// do, `LIMIT_REACHED` for a function that is too big.
pub(crate) fn compile(module: &Shared, finished: FinishedFunction, index: u32) -> Result<Compiled> {
    let FinishedFunction { name, func, is_verified, .. } = finished;
    if let Some(record) = module.record() {
        record.function(&disas::text(&func, &name, module.declarations()));
    }
    if module.options().verifies && !is_verified {
        let verify = || text::verify(&func, &name, module.isa());
        catch_unwind(AssertUnwindSafe(verify)).unwrap_or_else(|payload| {
            let why = panic_text(&*payload);
            let message = format!("function `{name}`: the verifier cannot judge it: {why}");
            fail(ErrorCode::InvalidArgument, message)
        })?;
    }
    let keep_text = module.options().keep_text;
    let text = keep_text.then(|| disas::text(&func, &name, module.declarations()));
    // The compiler changes the function that it gets.
    let unseen = (!module.options().verifies && !is_verified).then(|| func.clone());
    if unseen.is_some() && shape::may_never_end(&func) {
        let error = Error::new(ErrorCode::InvalidArgument, "it might never end");
        return Err(unverified(module, &name, &func, error));
    }
    let result = compile_for(module.isa(), func, index, &name, text);
    let result = match unseen {
        Some(func) => result.map_err(|error| unverified(module, &name, &func, error)),
        None => result,
    };
    if let (Some(record), Err(error)) = (module.record(), &result) {
        record.failure(error.message());
    }
    result
}

/// Compiles a function for a target, whatever module it is of. It is not verified.
///
/// # Errors
/// As for [`compile`].
pub(crate) fn compile_for(
    isa: &dyn TargetIsa,
    function: Function,
    index: u32,
    name: &str,
    text: Option<String>,
) -> Result<Compiled> {
    let mut context = CONTEXT.take().unwrap_or_else(|| Box::new(Context::new()));
    context.func = function;
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut plane = ControlPlane::default();
        match context.compile(isa, &mut plane) {
            Ok(_) => {}
            Err(error) => return Err(explain(isa, name, &error.inner, error.func)),
        }
        let Some(code) = context.compiled_code() else {
            return Err(Error::new(ErrorCode::Unsupported, format!("function `{name}`: no code")));
        };
        let mut compiled = collect(isa, code, &context.func, index)
            .map_err(|error| explain(isa, name, &error, &context.func))?;
        compiled.text = text;
        Ok(compiled)
    }));
    match result {
        Ok(result) => {
            reuse(std::mem::replace(&mut context.func, Function::new()));
            context.clear();
            CONTEXT.set(Some(context));
            result
        }
        // What the panic left half done is dropped with the context.
        Err(payload) => Err(unsupported(isa, name, &context.func, panic_text(&*payload))),
    }
}

/// What of compiled code outlives the compiler.
fn collect(
    isa: &dyn TargetIsa,
    code: &CompiledCode,
    function: &Function,
    index: u32,
) -> Result<Compiled, CodegenError> {
    let buffer = &code.buffer;
    let id = FuncId::from_u32(index);
    let relocs = buffer.relocs().iter();
    let places = buffer.get_srclocs_sorted().iter();
    let mut traps: Vec<_> = buffer.traps().iter().map(|trap| (trap.offset, trap.code)).collect();
    traps.sort_by_key(|trap| trap.0);
    Ok(Compiled {
        code: buffer.data().to_vec(),
        align: u64::from(buffer.alignment).max(u64::from(isa.function_alignment().minimum)),
        relocs: relocs.map(|reloc| ModuleReloc::from_mach_reloc(reloc, function, id)).collect(),
        traps,
        lines: places
            .filter(|row| !row.loc.is_default() && row.start < row.end)
            .map(|row| (row.start, row.end, row.loc.bits()))
            .collect(),
        unwind: if isa.flags().unwind_info() { code.create_unwind_info(isa)? } else { None },
        call_sites: call_sites(code),
        text: None,
    })
}

fn call_sites(code: &CompiledCode) -> Vec<CallSite> {
    let with_handlers = code.buffer.call_sites().filter(|site| !site.exception_handlers.is_empty());
    let site = with_handlers.map(|site| CallSite {
        return_offset: site.ret_addr,
        frame_offset: site.frame_offset,
        handlers: site
            .exception_handlers
            .iter()
            .filter_map(|handler| match *handler {
                FinalizedMachExceptionHandler::Tag(tag, offset) => {
                    Some(Handler { tag: Some(tag.as_u32()), offset })
                }
                FinalizedMachExceptionHandler::Default(offset) => {
                    Some(Handler { tag: None, offset })
                }
                FinalizedMachExceptionHandler::Context(_) => None,
            })
            .collect(),
    });
    site.collect()
}

/// The error for what the compiler reports. It still has the function, which the place is in.
fn explain(isa: &dyn TargetIsa, name: &str, error: &CodegenError, func: &Function) -> Error {
    let place = || place::find(isa, func, &place::reason(error));
    match error {
        CodegenError::Verifier(errors) => {
            Error::new(ErrorCode::InvalidArgument, text::mistakes(func, name, errors))
        }
        CodegenError::ImplLimitExceeded | CodegenError::CodeTooLarge => {
            let message = format!("function `{name}`{}: {error}", place());
            Error::new(ErrorCode::LimitReached, message)
        }
        CodegenError::Unsupported(why) => unsupported(isa, name, func, why),
        _ => Error::new(ErrorCode::Unsupported, format!("function `{name}`{}: {error}", place())),
    }
}

/// The error for IR that the verifier accepts and the target cannot do.
fn unsupported(isa: &dyn TargetIsa, name: &str, func: &Function, why: &str) -> Error {
    let place = place::find(isa, func, why);
    let triple = isa.triple();
    let message = format!(
        "function `{name}`{place}: Cranelift accepts this, but cannot compile it for {triple}: {why}"
    );
    Error::new(ErrorCode::Unsupported, message)
}

/// The error for a function that the compiler refused and the verifier has not seen: what the
/// verifier says of it, if it says anything.
fn unverified(module: &Shared, name: &str, func: &Function, error: Error) -> Error {
    const OFF: &str = "the verifier was off (`enable_verifier=false`)";
    let why = error.message();
    match catch_unwind(AssertUnwindSafe(|| text::verify(func, name, module.isa()))) {
        Ok(Ok(())) => error,
        Ok(Err(mistakes)) => {
            let message = format!("{}\n{OFF}, and the compiler met it: {why}", mistakes.message());
            Error::new(mistakes.code(), message)
        }
        Err(payload) => {
            let cannot = panic_text(&*payload);
            let message = format!("{why}; {OFF}, and cannot judge the function: {cannot}");
            Error::new(ErrorCode::InvalidArgument, message)
        }
    }
}

/// What a panic said.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given")
}
