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
use syn::Item;

/// Writes the three files of the crate.
pub fn emit(model: &Model, files: &mut Files) {
    let view = view::view(model);
    let module = &model.module.name;
    for file in ["lib", "types", "bodies"] {
        let mut text = format(&template::render(&format!("rust/{file}.rs.j2"), &view));
        if file == "lib" {
            text = plain_safety_comments(&text);
        }
        files.insert(format!("rust/{file}.rs"), Comment::Slashes, module, &text);
    }
}

/// Formats Rust text, with an empty line between items that are not of one kind and line.
fn format(text: &str) -> String {
    let mut file = syn::parse_file(text).unwrap_or_else(|error| {
        let start = error.span().start();
        panic!("generated Rust does not parse at line {}: {error}\n{text}", start.line)
    });
    let items = std::mem::take(&mut file.items);
    let mut out = prettyplease::unparse(&file);
    let mut before = None;
    for item in items {
        let kind = Grouping::of(&item);
        if before != Some(Grouping::Together(std::mem::discriminant(&item)))
            || kind == Grouping::Apart
        {
            out.push('\n');
        }
        before = Some(kind);
        file.items = vec![item];
        file.attrs.clear();
        out.push_str(&prettyplease::unparse(&file));
    }
    out
}

/// Whether items follow each other without an empty line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grouping {
    /// With others of this kind.
    Together(std::mem::Discriminant<Item>),
    /// Alone.
    Apart,
}

impl Grouping {
    fn of(item: &Item) -> Grouping {
        match item {
            Item::Use(_) | Item::Mod(_) => Grouping::Together(std::mem::discriminant(item)),
            Item::Const(item_const) if item_const.attrs.is_empty() => {
                Grouping::Together(std::mem::discriminant(item))
            }
            _ => Grouping::Apart,
        }
    }
}

/// Turns `/// SAFETY:` into `// SAFETY:`. Only for the shims: no text of a spec's author is code there.
fn plain_safety_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.split_once("/// SAFETY:") {
            Some((indent, reason)) if indent.trim().is_empty() => {
                out.push_str(&format!("{indent}// SAFETY:{reason}"));
            }
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}
