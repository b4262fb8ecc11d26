//! Functions as text, and what Cranelift's verifier says about them.

use crate::declarations::Declarations;
use crate::function::{FinishedFunction, FunctionContext, check_name};
use cranelift_codegen::ir::entities::AnyEntity;
use cranelift_codegen::ir::{
    Block, ExternalName, Function, GlobalValueData, UserExternalNameRef, UserFuncName, ValueDef,
};
use cranelift_codegen::isa::{OwnedTargetIsa, TargetIsa};
use cranelift_codegen::verifier::VerifierErrors;
use ffi_rt::{ErrorCode, Result, fail};
use std::fmt::Write;

/// How many mistakes one message tells.
const MAX_MISTAKES: usize = 100;

/// Lets Cranelift's verifier look at a function.
///
/// # Errors
/// `INVALID_ARGUMENT` with a line per mistake: the place, what is wrong, the instruction, the block.
pub fn verify(func: &Function, name: &str, isa: &dyn TargetIsa) -> Result<()> {
    match cranelift_codegen::verify_function(func, isa) {
        Ok(()) => Ok(()),
        Err(errors) => fail(ErrorCode::InvalidArgument, mistakes(func, name, &errors)),
    }
}

/// What the verifier found, a line per mistake.
pub(crate) fn mistakes(func: &Function, name: &str, errors: &VerifierErrors) -> String {
    let count = errors.0.len();
    let plural = if count == 1 { "mistake" } else { "mistakes" };
    let mut message = format!("function `{name}`: the verifier found {count} {plural}:");
    for error in errors.0.iter().take(MAX_MISTAKES) {
        // Writing into a String cannot fail.
        let _ = write!(message, "\n{}: {}", error.location, error.message);
        if let Some(context) = &error.context {
            let _ = write!(message, " in `{}`", context.trim_end());
        }
        if let Some(block) = block_of(func, error.location) {
            let _ = write!(message, " in {block}");
        }
    }
    if count > MAX_MISTAKES {
        let _ = write!(message, "\n.. and {} more", count - MAX_MISTAKES);
    }
    message
}

/// The block that an instruction is in, or a value is made in.
fn block_of(func: &Function, place: AnyEntity) -> Option<Block> {
    match place {
        AnyEntity::Inst(inst) => func.layout.inst_block(inst),
        AnyEntity::Value(value) if func.dfg.value_is_valid(value) => {
            match func.dfg.value_def(value) {
                ValueDef::Result(inst, _) => func.layout.inst_block(inst),
                ValueDef::Param(block, _) => Some(block),
                ValueDef::Union(..) => None,
            }
        }
        _ => None,
    }
}

/// The name of a function, as a caller gave it or as the text has it.
pub fn name_of(func: &Function) -> String {
    match &func.name {
        UserFuncName::Testcase(name) => String::from_utf8_lossy(name.raw()).into_owned(),
        other => other.to_string(),
    }
}

/// A function in Cranelift's text format. What it takes from its module has the names of the module.
pub fn text(func: &Function, declarations: Option<&Declarations>) -> String {
    let Some(declarations) = declarations else { return func.to_string() };
    let mut named = func.clone();
    let name_of = |reference: UserExternalNameRef| {
        let name = func.params.user_named_funcs().get(reference)?;
        let name = declarations.name_of(name)?;
        Some(ExternalName::testcase(name.as_bytes()))
    };
    for data in named.stencil.dfg.ext_funcs.values_mut() {
        if let ExternalName::User(reference) = data.name
            && let Some(name) = name_of(reference)
        {
            data.name = name;
        }
    }
    for data in named.stencil.global_values.values_mut() {
        if let GlobalValueData::Symbol { name, .. } = data
            && let ExternalName::User(reference) = name
            && let Some(known) = name_of(*reference)
        {
            *name = known;
        }
    }
    named.to_string()
}

/// Reads one function from text, as a finished context.
///
/// # Errors
/// `PARSE` with line and message if it is not one function, `LIMIT_REACHED` if the text is too long
/// or numbers things very high.
pub fn parse(source: &str, isa: OwnedTargetIsa) -> Result<FunctionContext> {
    let mut functions = crate::module::read(source)?;
    let (Some(func), true) = (functions.pop(), functions.is_empty()) else {
        return fail(ErrorCode::Parse, "the text does not have exactly one function");
    };
    let name = name_of(&func);
    check_name(&name)?;
    let function = FinishedFunction { name, func, declarations: None, is_verified: false };
    Ok(FunctionContext::of_finished(function, isa))
}

impl FunctionContext {
    /// The function in Cranelift's text format, finished or not.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it was taken.
    pub fn text(&self) -> Result<String> {
        let declarations = self.declarations().map(std::sync::Arc::as_ref);
        Ok(text(self.function()?, declarations))
    }

    /// Lets Cranelift's verifier look at the function as it is.
    ///
    /// # Errors
    /// As [`verify`].
    pub fn verify(&self) -> Result<()> {
        verify(self.function()?, self.name(), &**self.isa())
    }
}
