//! What the unit tests share: functions from text.

use crate::function::FinishedFunction;
use crate::isa::Kind;
use crate::module::Module;
use cranelift_codegen::ir::Function;
use ffi_rt::{ErrorCode, Result};
use target_lexicon::Triple;

/// The only function of a text.
pub(crate) fn parse(text: &str) -> Function {
    let mut functions = cranelift_reader::parse_functions(text).expect("the text is CLIF");
    functions.pop().expect("there is a function")
}

/// A function as a context finishes it.
pub(crate) fn finished(name: &str, text: &str) -> FinishedFunction {
    let func = parse(text);
    FinishedFunction { name: name.to_owned(), func, declarations: None, is_verified: false }
}

/// A module for this machine.
pub(crate) fn jit(settings: &[&str]) -> Module {
    Module::new("test", Kind::Jit, Triple::host(), settings).expect("the host has a JIT")
}

/// The code and message of a failure.
pub(crate) fn failure<T>(result: Result<T>) -> (ErrorCode, String) {
    let error = result.err().expect("it fails");
    (error.code(), error.message().to_owned())
}

/// `fn(a, b) -> a + b`.
pub(crate) const ADD: &str = "function %add(i64, i64) -> i64 system_v {
block0(v0: i64, v1: i64):
    v2 = iadd v0, v1
    return v2
}";
