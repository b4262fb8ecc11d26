//! The C header, clean as C11 and as C++17.
//!
//! The header of the module `base` also holds the types that all modules share.

pub mod name;
pub mod view;

use crate::files::{Comment, Files};
use crate::model::Model;
use crate::template;

/// Writes the header.
pub fn emit(model: &Model, files: &mut Files) {
    let text = template::render("c/header.h.j2", &view::view(model));
    let module = &model.module.name;
    files.insert(format!("c/{}", name::header(module)), Comment::Block, module, text);
}
