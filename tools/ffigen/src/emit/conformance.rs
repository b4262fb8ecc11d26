//! The conformance program: C that holds every function wrong in every way that the ABI contract allows to be noticed,
//! and then runs its example.
//!
//! It is plain C11 over the public header, so that it tests what a user of the library gets; the one thing beside it is
//! `rt_conformance_panic_next`, which a library built with the feature `conformance` has.
//!
//! No check calls a function with success, so it does not matter what the function would do: only examples do that.

mod argument;
mod bad;
mod free;
mod name;
pub mod view;

use crate::files::{Comment, Files};
use crate::model::Model;
use crate::template;

/// Writes the program.
pub fn emit(model: &Model, files: &mut Files) {
    let text = template::render("conformance/program.c.j2", &view::view(model));
    let module = &model.module.name;
    files.insert(format!("test/{module}_conformance.c"), Comment::Block, module, text);
}
