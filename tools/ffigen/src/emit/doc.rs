//! The reference page: Markdown, one section per function with both signatures, ownership, errors and an example.

pub mod index;
pub mod name;
pub mod view;

use crate::files::{Comment, Files};
use crate::model::Model;
use crate::template;

/// Writes the page.
pub fn emit(model: &Model, files: &mut Files) {
    let text = template::render("doc/page.md.j2", &view::view(model));
    let module = &model.module.name;
    files.insert(format!("doc/{module}.md"), Comment::Markup, module, text);
}
