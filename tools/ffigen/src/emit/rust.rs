//! The Rust crate: shims in `lib.rs`, idiomatic types in `types.rs`, bodies in `bodies.rs`.
//!
//! All `unsafe` is in `lib.rs` and has one fixed shape, which its templates lay out as rustfmt
//! would; the other two files forbid it. What a spec's author wrote is formatted with prettyplease,
//! in `rust_code.rs`.

mod name;
mod recorded;
mod shim;
pub mod view;

use crate::files::{Comment, Files};
use crate::model::Model;
use crate::template;

/// Writes the three files of the crate.
pub fn emit(model: &Model, files: &mut Files) {
    let view = view::view(model);
    let module = &model.module.name;
    for file in ["lib", "types", "bodies"] {
        let text = template::render(&format!("rust/{file}.rs.j2"), &view);
        files.insert(format!("rust/{file}.rs"), Comment::Slashes, module, text);
    }
}
