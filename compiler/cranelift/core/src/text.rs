//! Functions as text, and what Cranelift's verifier says about them.

use crate::declarations::Declarations;
use crate::function::{FinishedFunction, FunctionContext, check_name};
use cranelift_codegen::ir::{
    ExternalName, Function, GlobalValueData, UserExternalNameRef, UserFuncName,
};
use cranelift_codegen::isa::{OwnedTargetIsa, TargetIsa};
use ffi_rt::{Error, ErrorCode, Result, fail};
use std::fmt::Write;

/// The longest text that is read, in bytes.
pub const TEXT_MAX: usize = 64 << 20;

/// How many mistakes one message tells.
const MAX_MISTAKES: usize = 100;

/// Lets Cranelift's verifier look at a function.
///
/// # Errors
/// `INVALID_ARGUMENT` with a line per mistake: the place, the instruction and what is wrong.
pub fn verify(
    func: &Function,
    isa: &dyn TargetIsa,
    declarations: Option<&Declarations>,
) -> Result<()> {
    let Err(errors) = cranelift_codegen::verify_function(func, isa) else { return Ok(()) };
    let name = name_of(func);
    let count = errors.0.len();
    let plural = if count == 1 { "mistake" } else { "mistakes" };
    let mut message = format!("function `{name}`: the verifier found {count} {plural}:");
    for error in errors.0.iter().take(MAX_MISTAKES) {
        let _ = write!(message, "\n{}: {}", error.location, error.message);
        if let Some(context) = &error.context {
            let _ = write!(message, " in `{context}`");
        }
    }
    if count > MAX_MISTAKES {
        let _ = write!(message, "\n.. and {} more", count - MAX_MISTAKES);
    }
    let _ = declarations;
    fail(ErrorCode::InvalidArgument, message)
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
/// `PARSE` with line and message if it is not one function, `LIMIT_REACHED` if the text is too long.
pub fn parse(source: &str, isa: OwnedTargetIsa) -> Result<FunctionContext> {
    if source.len() > TEXT_MAX {
        let message = format!("the text is longer than {TEXT_MAX} bytes");
        return fail(ErrorCode::LimitReached, message);
    }
    let mut functions = cranelift_reader::parse_functions(source).map_err(|error| {
        let line = error.location.line_number;
        Error::new(ErrorCode::Parse, format!("line {line}: {}", error.message))
    })?;
    let (Some(func), true) = (functions.pop(), functions.is_empty()) else {
        return fail(ErrorCode::Parse, "the text does not have exactly one function");
    };
    let name = name_of(&func);
    check_name(&name)?;
    let function = FinishedFunction { name, func, declarations: None };
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
        let declarations = self.declarations().map(std::sync::Arc::as_ref);
        verify(self.function()?, &**self.isa(), declarations)
    }
}
