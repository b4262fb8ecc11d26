//! The Rust type behind a handle is one that the crate sees from everywhere.
//!
//! It is written into another file than the items, where their `use` lines do not count. rustc would call
//! `rust = "Store"` a cycle of a file that the author never wrote.

use std::ops::Range;

use diag::{Diagnostic, Span};

use super::Review;
use crate::code;
use crate::model::{Draft, Handle, StructOrigin};
use crate::similar::similar;

/// Where items are, as seen from the crate.
const ITEMS: &str = "crate::bodies::";

/// What every Rust file sees, as far as a type is made of it.
const PRELUDE: &[&str] = &[
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Into",
    "IntoIterator",
    "Iterator",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

pub(super) fn check(review: &mut Review) {
    let draft = review.draft;
    let items = draft.module.items.as_ref().map_or("", |items| items.text.as_str());
    for handle in &draft.handles {
        let text = handle.rust.text.as_str();
        for word in words(text).filter(|word| word.text.starts_with(|ch: char| ch.is_uppercase())) {
            let before = &text[..word.range.start];
            let after = text[word.range.end..].trim_start();
            let finding = if before.ends_with(ITEMS) {
                item(items, word.text)
            } else if before.ends_with("::") || after.starts_with("::") || after.starts_with('=') {
                None
            } else {
                plain(draft, items, handle, word.text)
            };
            if let Some((label, help)) = finding {
                let span = match handle.rust.exact {
                    Some(base) => Span::new(base + word.range.start, base + word.range.end),
                    None => handle.rust.span,
                };
                let title =
                    format!("`rust` of handle `{}` names no type that it sees", handle.name);
                let mistake =
                    Diagnostic::error(code::UNSEEN_TYPE, title).label(span, label).help(help);
                review.report(mistake);
            }
        }
    }
}

type Finding = (String, String);

/// A name without a path.
fn plain(draft: &Draft, items: &str, handle: &Handle, name: &str) -> Option<Finding> {
    let is_declared = draft.handles.iter().any(|other| other.name == name && name != handle.name)
        || draft.enums.iter().any(|item| item.name == name)
        || draft
            .structs
            .iter()
            .any(|item| item.origin == StructOrigin::Declared && item.name == name);
    if is_declared || PRELUDE.contains(&name) {
        return None;
    }
    let label = "neither `items` nor its `use` lines count here".to_owned();
    let help = match declaration(items, name) {
        Some(_) => format!("write `{ITEMS}{name}`"),
        None => "write the whole path, such as `std::sync::Mutex`".to_owned(),
    };
    Some((label, help))
}

/// A name among the items.
fn item(items: &str, name: &str) -> Option<Finding> {
    if let Some(declaration) = declaration(items, name) {
        let is_public = declaration.is_public || items.contains("pub use");
        return (!is_public).then(|| {
            let help = format!("write `pub {} {name}` among the items", declaration.word);
            (format!("`{name}` is private to the items"), help)
        });
    }
    // A macro or a `use` may make it.
    if words(items).any(|word| word.text == name) {
        return None;
    }
    let help = match similar(name, declarations(items).map(|declaration| declaration.name)) {
        Some(meant) => format!("write `{ITEMS}{meant}`"),
        None => format!("declare it: `pub struct {name}`"),
    };
    Some((format!("`{name}` stands nowhere in `items`"), help))
}

struct Declaration<'t> {
    /// `struct` and the like.
    word: &'t str,
    name: &'t str,
    is_public: bool,
}

fn declaration<'t>(items: &'t str, name: &str) -> Option<Declaration<'t>> {
    declarations(items).find(|declaration| declaration.name == name)
}

fn declarations(items: &str) -> impl Iterator<Item = Declaration<'_>> {
    words(items).zip(words(items).skip(1)).filter_map(|(word, name)| {
        let is_type = matches!(word.text, "enum" | "struct" | "type" | "union");
        let before = items[..word.range.start].trim_end();
        let is_public = before.ends_with("pub") || before.ends_with(')');
        is_type.then_some(Declaration { word: word.text, name: name.text, is_public })
    })
}

struct Word<'t> {
    text: &'t str,
    range: Range<usize>,
}

/// The identifiers and numbers of a text.
fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let is_part = |ch: char| ch.is_alphanumeric() || ch == '_';
        let start = at + text[at..].find(is_part)?;
        at = start + text[start..].find(|ch| !is_part(ch)).unwrap_or(text.len() - start);
        Some(Word { text: &text[start..at], range: start..at })
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::report_spec;

    fn reported(items: &str, rust: &str) -> Vec<(&'static str, String)> {
        report_spec(&format!(
            "[module]\nname = \"demo\"\ndoc = \"D.\"\nitems = '''{items}'''\n\
             [[handle]]\nname = \"Store\"\ntag = 1\ndoc = \"D.\"\nrust = \"{rust}\"\nsample = \"1\"\n\
             [[handle]]\nname = \"Other\"\ntag = 2\ndoc = \"D.\"\nrust = \"u8\"\nsample = \"1\"\n"
        ))
    }

    #[test]
    fn whole_paths_are_fine() {
        let items = "pub struct Store; pub(crate) enum Kind {} pub type Map<T> = Vec<T>;";
        for rust in [
            "u8",
            "String",
            "Vec<Option<Other>>",
            "crate::bodies::Store",
            "std::sync::Mutex<crate::bodies::Map<crate::bodies::Kind>>",
            "Box<dyn Iterator<Item = u8> + Send + Sync>",
            "Box<dyn Fn(i64) -> i64 + Send + Sync>",
        ] {
            assert_eq!(reported(items, rust), [], "{rust}");
        }
        assert_eq!(reported("make!(Store);", "crate::bodies::Store"), []);
    }

    #[test]
    fn what_the_crate_does_not_see_is_shown() {
        let items = "use std::sync::Mutex; pub struct Store; struct Inner;";
        for (rust, name) in [
            ("Store", "Store"),
            ("Mutex<u8>", "Mutex"),
            ("std::sync::Mutex<Inner>", "Inner"),
            ("crate::bodies::Stor", "Stor"),
            ("crate::bodies::Inner", "Inner"),
        ] {
            assert_eq!(reported(items, rust), [("F0211", name.to_owned())], "{rust}");
        }
    }
}
