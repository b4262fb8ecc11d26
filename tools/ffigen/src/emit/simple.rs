//! The Simple module: raw externs (tier 1) and idiomatic functions over them (tier 2).
//!
//! Functions that free texts, lists and structs are left out: such values belong to the language, whose compiler frees
//! what it has copied. Handles are numbers there, so their free functions stay.

pub mod name;
pub mod view;

use crate::files::{Comment, Files};
use crate::model::Model;
use crate::template;

/// Writes the module.
pub fn emit(model: &Model, files: &mut Files) {
    let text = template::render("simple/module.spl.j2", &view::view(model));
    let module = &model.module.name;
    files.insert(format!("simple/{module}.spl"), Comment::Hash, module, text);
}
