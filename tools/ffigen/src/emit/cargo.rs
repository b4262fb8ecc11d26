//! The Cargo package of a module, for a workspace outside Bazel: the crate's Rust files go to `src/`, the runtime lies
//! beside it as `ffi_rt`.

pub mod name;
pub mod view;

use crate::files::{Comment, Files};
use crate::model::Model;
use crate::template;

/// Writes `Cargo.toml`.
pub fn emit(model: &Model, files: &mut Files) {
    let text = template::render("cargo/Cargo.toml.j2", &view::view(model));
    files.insert("cargo/Cargo.toml".to_owned(), Comment::Hash, &model.module.name, text);
}
