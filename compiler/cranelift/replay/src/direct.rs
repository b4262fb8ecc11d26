//! Functions without the API: whether Cranelift itself, in the version of the library, can compile one.
//!
//! Filetests are written for one version of Cranelift. What a version cannot compile is no fault of
//! the API, and what it can compile must not be excused. Likewise with what its verifier says.

use crate::filetest::Target;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{Context, isa, verify_function};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

/// What a verifier says: about what, and the message.
pub type Messages = Vec<(String, String)>;

/// What the crate's own verifier says about a function for a target, and what of it does not depend on a target.
///
/// # Errors
/// If there is no such target.
pub fn messages(target: &Target, func: &Function) -> Result<[Messages; 2], String> {
    let isa = isa_of(target)?;
    let list = |result: Result<(), cranelift_codegen::verifier::VerifierErrors>| {
        let errors = result.err().map(|errors| errors.0).unwrap_or_default();
        errors.into_iter().map(|error| (error.location.to_string(), error.message)).collect()
    };
    Ok([list(verify_function(func, &*isa)), list(verify_function(func, isa.flags()))])
}

/// Why the crate cannot compile a function for a target; none if it can.
pub fn refusal(target: &Target, func: &Function) -> Option<String> {
    match quietly(|| compile(target, func)) {
        Ok(result) => result.err(),
        Err(why) => Some(why),
    }
}

/// Runs what may panic in Cranelift, and prints nothing then.
///
/// # Errors
/// The text of a panic.
pub fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(work));
    set_hook(hook);
    result.map_err(|payload| text_of(&*payload))
}

fn isa_of(target: &Target) -> Result<OwnedTargetIsa, String> {
    let mut shared = settings::builder();
    let mut native = isa::lookup(target.triple.clone()).map_err(|error| error.to_string())?;
    if target.foreign.is_none() {
        cranelift_native::infer_native_flags(&mut native)?;
    }
    for (name, value) in &target.settings {
        let known = shared.set(name, value).or_else(|_| native.set(name, value));
        known.or_else(|_| native.enable(name)).map_err(|error| error.to_string())?;
    }
    native.finish(settings::Flags::new(shared)).map_err(|error| error.to_string())
}

fn compile(target: &Target, func: &Function) -> Result<(), String> {
    let isa = isa_of(target)?;
    let mut context = Context::for_function(func.clone());
    let compiled = context.compile(&*isa, &mut ControlPlane::default());
    compiled.map(|_| ()).map_err(|error| error.inner.to_string())
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&'static str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}
