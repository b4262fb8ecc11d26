//! The Rust crate: shims in `lib.rs`, idiomatic types in `types.rs`, bodies in `bodies.rs`.
//!
//! All `unsafe` is in `lib.rs` and has one fixed shape; the other two files forbid it. The text is formatted here with
//! prettyplease, so that no external formatter is part of a build. prettyplease knows only doc comments, so a template
//! writes a SAFETY comment as a doc comment, which becomes a plain one after formatting.

mod body;
mod name;
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
        let text = format(&template::render(&format!("rust/{file}.rs.j2"), &view));
        files.insert(format!("rust/{file}.rs"), Comment::Slashes, module, &text);
    }
}

/// Formats Rust text and turns `/// SAFETY:` into `// SAFETY:`.
fn format(text: &str) -> String {
    let file = syn::parse_file(text).unwrap_or_else(|error| {
        let start = error.span().start();
        panic!("generated Rust does not parse at line {}: {error}\n{text}", start.line)
    });
    let mut out = String::with_capacity(text.len());
    for line in prettyplease::unparse(&file).lines() {
        match line.trim_start().strip_prefix("/// SAFETY:") {
            Some(reason) => {
                let indent = line.len() - line.trim_start().len();
                out.push_str(&line[..indent]);
                out.push_str("// SAFETY:");
                out.push_str(reason);
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}
