//! Function contexts: one function while it is built, and when it is finished.
//!
//! A context is *building* until `end_function`, bound to the thread that began it; then it is
//! *finished*, and any thread may compile it or look at it; a module that takes the function out
//! leaves it *spent*. The first error of a building call is kept and reported again by
//! `end_function`, so that a caller who builds a large function may look at errors once.

mod block;
mod builder;
mod call;
mod control;
mod import;
mod inst;
mod memory;
mod variable;

pub(crate) use builder::reuse;
pub use builder::{Building, FIRST_LIST_LIMIT};
pub use cranelift_codegen::ir::Opcode;
pub use inst::class;

use crate::declarations::Declarations;
use crate::signature::Signature;
use crate::text;
use cranelift_codegen::ir::{self, UserFuncName};
use cranelift_codegen::isa::OwnedTargetIsa;
use ffi_rt::{Bound, Error, ErrorCode, Result, fail};
use std::fmt::Display;
use std::sync::Arc;

/// A function whose building is over and whose checks have passed; what a module compiles.
///
/// References to other functions and to data are `ExternalName::User` whose `UserExternalName` has
/// the namespaces and indices of [`Declarations`]. Source locations are those that the caller set.
pub struct FinishedFunction {
    /// The symbol that the caller named.
    pub name: String,
    /// The function.
    pub func: ir::Function,
    /// The module it was built for; `None` if it was built for none.
    pub declarations: Option<Arc<Declarations>>,
    /// Whether Cranelift's verifier was content with it.
    pub is_verified: bool,
}

/// What went wrong in a building call, before function, block and instruction are named.
pub(crate) struct Problem(Box<(ErrorCode, String)>);

/// The result of a building step.
pub(crate) type Built<T = i64> = core::result::Result<T, Problem>;

impl Problem {
    #[cold]
    #[inline(never)]
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Problem {
        Problem(Box::new((code, message.into())))
    }
}

impl From<Error> for Problem {
    #[cold]
    fn from(error: Error) -> Problem {
        Problem::new(error.code(), error.message())
    }
}

/// Fails a building step.
#[cold]
pub(crate) fn refuse<T>(code: ErrorCode, message: impl Into<String>) -> Built<T> {
    Err(Problem::new(code, message))
}

/// A number of things, `1 parameter`, for messages.
fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// The error for a number that names none of the `count` things of a function.
#[cold]
fn no_such(name: &str, handle: i64, thing: &str, count: usize) -> Problem {
    let there = match count {
        0 => format!("no {thing}s"),
        1 => format!("one {thing}, number 1"),
        _ => format!("the {thing}s 1 to {count}"),
    };
    let message = format!("`{name}` is {handle}; this function has {there}");
    Problem::new(ErrorCode::InvalidHandle, message)
}

#[expect(clippy::large_enum_variant, reason = "a box would cost every building call a look-up")]
enum State {
    Building(Building),
    Finished(Box<FinishedFunction>),
    Spent,
}

/// One function of a caller.
pub struct FunctionContext {
    state: State,
    name: String,
    declarations: Option<Arc<Declarations>>,
    isa: OwnedTargetIsa,
    first_error: Option<Box<(ErrorCode, String)>>,
    skips_verifier: bool,
}

impl Bound for FunctionContext {
    #[inline]
    fn is_bound(&self) -> bool {
        matches!(self.state, State::Building(_))
    }
}

impl Drop for FunctionContext {
    fn drop(&mut self) {
        if let State::Finished(function) = std::mem::replace(&mut self.state, State::Spent) {
            reuse(function.func);
        }
    }
}

/// The longest name of a function, in bytes.
pub const MAX_NAME: usize = 64 * 1024;

impl FunctionContext {
    /// Begins a function of a module; its name is declared when the module defines it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the name is empty or has a NUL, `NAME_TOO_LONG`.
    pub fn begin(
        declarations: Arc<Declarations>,
        name: &str,
        signature: ir::Signature,
    ) -> Result<FunctionContext> {
        let isa = declarations.isa().clone();
        Self::begin_with(Some(declarations), isa, name, signature)
    }

    /// Begins a function that belongs to no module, for a target. Without a signature it takes and
    /// gives nothing.
    ///
    /// # Errors
    /// As [`begin`](FunctionContext::begin).
    pub fn begin_standalone(
        isa: OwnedTargetIsa,
        name: &str,
        signature: Option<&Signature>,
    ) -> Result<FunctionContext> {
        let default = isa.default_call_conv();
        let signature =
            signature.map_or_else(|| ir::Signature::new(default), |known| known.lower(default));
        Self::begin_with(None, isa, name, signature)
    }

    fn begin_with(
        declarations: Option<Arc<Declarations>>,
        isa: OwnedTargetIsa,
        name: &str,
        signature: ir::Signature,
    ) -> Result<FunctionContext> {
        check_name(name)?;
        let building = Building::new(name, signature, declarations.clone());
        Ok(FunctionContext {
            state: State::Building(building),
            name: name.to_owned(),
            declarations,
            isa,
            first_error: None,
            skips_verifier: false,
        })
    }

    /// A context around a function that is complete, as a reader of text gives it.
    pub(crate) fn of_finished(function: FinishedFunction, isa: OwnedTargetIsa) -> FunctionContext {
        FunctionContext {
            name: function.name.clone(),
            declarations: function.declarations.clone(),
            state: State::Finished(Box::new(function)),
            isa,
            first_error: None,
            skips_verifier: false,
        }
    }

    /// The symbol that the caller named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The target that the function is for.
    pub fn isa(&self) -> &OwnedTargetIsa {
        &self.isa
    }

    /// Says whether `end_function` runs Cranelift's verifier, or leaves that to the module that
    /// compiles the function; the checks of this library stay.
    pub fn set_verifier(&mut self, is_on: bool) {
        self.skips_verifier = !is_on;
    }

    /// The function, as long as it is being built.
    #[inline(always)]
    pub(crate) fn building(&mut self) -> Result<&mut Building> {
        if !matches!(self.state, State::Building(_)) {
            return Err(self.not_building());
        }
        match &mut self.state {
            State::Building(building) => Ok(building),
            _ => unreachable!("the state was looked at above"),
        }
    }

    /// Remembers what went wrong in a building step, under the name `what` of an instruction or an
    /// action.
    #[inline(always)]
    pub(crate) fn note<T>(&mut self, what: impl Display, built: Built<T>) -> Result<T> {
        match built {
            Ok(value) => Ok(value),
            Err(problem) => Err(self.record(what, problem)),
        }
    }

    /// Does one building step. What goes wrong is named after `what`, an instruction or an action.
    #[inline(always)]
    pub(crate) fn build<T>(
        &mut self,
        what: impl Display,
        step: impl FnOnce(&mut Building) -> Built<T>,
    ) -> Result<T> {
        let built = step(self.building()?);
        self.note(what, built)
    }

    /// Looks at a function that is being built; a failure does not count as its first error.
    pub(crate) fn look<T>(&self, step: impl FnOnce(&Building) -> Built<T>) -> Result<T> {
        let State::Building(building) = &self.state else { return Err(self.not_building()) };
        step(building).map_err(|problem| {
            let (code, message) = *problem.0;
            Error::new(code, format!("function `{}`: {message}", self.name))
        })
    }

    #[cold]
    #[inline(never)]
    fn record(&mut self, what: impl Display, problem: Problem) -> Error {
        let (code, message) = *problem.0;
        let place = match &self.state {
            State::Building(building) => building.place(),
            _ => String::new(),
        };
        let message = format!("function `{}`{place}, {what}: {message}", self.name);
        if self.first_error.is_none() {
            self.first_error = Some(Box::new((code, message.clone())));
        }
        Error::new(code, message)
    }

    #[cold]
    #[inline(never)]
    fn not_building(&self) -> Error {
        let state = match self.state {
            State::Building(_) => "is still being built",
            State::Finished(_) => "is finished",
            State::Spent => "was taken by a module",
        };
        Error::new(ErrorCode::InvalidArgument, format!("function `{}` {state}", self.name))
    }

    /// Forgets the first error, so that `end_function` can succeed; true if there was one.
    pub fn clear_error(&mut self) -> bool {
        self.first_error.take().is_some()
    }

    /// Ends building: all blocks are filled and sealed, and the verifier is content. After a failure
    /// the context is as it was, and building may go on.
    ///
    /// # Errors
    /// The first error of a building call; `INVALID_ARGUMENT` for what is missing or refused by the
    /// verifier, whose messages are given.
    pub fn end(&mut self) -> Result<()> {
        let State::Building(building) = &mut self.state else { return Err(self.not_building()) };
        if let Some(first) = &self.first_error {
            return fail(first.0, first.1.as_str());
        }
        if let Err(problem) = building.check_complete() {
            let (code, message) = *problem.0;
            return fail(code, format!("function `{}`: {message}", self.name));
        }
        if !self.skips_verifier {
            text::verify(building.function(), &self.name, &*self.isa)?;
        }
        let State::Building(building) = std::mem::replace(&mut self.state, State::Spent) else {
            unreachable!("the state was looked at above");
        };
        let func = building.finish(self.isa.frontend_config());
        let declarations = self.declarations.clone();
        let name = self.name.clone();
        let is_verified = !self.skips_verifier;
        let finished = FinishedFunction { name, func, declarations, is_verified };
        self.state = State::Finished(Box::new(finished));
        Ok(())
    }

    /// The finished function.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is not finished, or was taken.
    pub fn finished(&self) -> Result<&FinishedFunction> {
        match &self.state {
            State::Finished(function) => Ok(function),
            _ => Err(self.not_building()),
        }
    }

    /// Takes the finished function out; the context is spent then.
    ///
    /// # Errors
    /// As [`finished`](FunctionContext::finished).
    pub fn take(&mut self) -> Result<FinishedFunction> {
        match std::mem::replace(&mut self.state, State::Spent) {
            State::Finished(function) => Ok(*function),
            state => {
                self.state = state;
                Err(self.not_building())
            }
        }
    }

    /// The function as it is now, finished or not.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it was taken.
    pub fn function(&self) -> Result<&ir::Function> {
        match &self.state {
            State::Building(building) => Ok(building.function()),
            State::Finished(function) => Ok(&function.func),
            State::Spent => Err(self.not_building()),
        }
    }

    /// The names of the module that the function is for, if it is for one.
    pub fn declarations(&self) -> Option<&Arc<Declarations>> {
        self.declarations.as_ref()
    }
}

/// A name that a symbol can have.
///
/// # Errors
/// `INVALID_ARGUMENT` if it is empty or has a NUL, `NAME_TOO_LONG`.
pub fn check_name(name: &str) -> Result<()> {
    if name.is_empty() || name.contains('\0') {
        let what = if name.is_empty() { "is empty" } else { "has a NUL" };
        return fail(ErrorCode::InvalidArgument, format!("the name {what}"));
    }
    if name.len() > MAX_NAME {
        let message = format!("a name of {} bytes, the limit is {MAX_NAME}", name.len());
        return fail(ErrorCode::NameTooLong, message);
    }
    Ok(())
}

/// The name that Cranelift's text form shows for a symbol.
pub(crate) fn text_name(name: &str) -> UserFuncName {
    UserFuncName::testcase(name.as_bytes())
}
