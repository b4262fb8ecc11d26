//! Rust code in a spec parses, nests within bounds, has no `unsafe` and keeps to itself.
//!
//! It is parsed here so that a slip is shown where it was made, at its character in the spec, and
//! not in generated code. Types and names are rustc's business.

use std::ops::Range;

use diag::{Diagnostic, Span};
use proc_macro2::TokenStream;
use syn::Block;
use syn::parse::{ParseStream, Parser};

use super::rust_reach::{self, Kind, Reach};
use super::{Review, rust_depth};
use crate::code;
use crate::model::{Draft, Text, Ty};
use crate::rust_code;

/// The parsed code as formatted lines, for those who emit it.
#[derive(Debug, Default)]
pub(super) struct Formatted {
    items: Vec<String>,
    /// One per function; empty without a body.
    bodies: Vec<Vec<String>>,
}

impl Formatted {
    /// Puts the lines beside the code that they were made from.
    pub(super) fn store(self, draft: &mut Draft) {
        draft.module.item_lines = self.items;
        for (function, lines) in draft.functions.iter_mut().zip(self.bodies) {
            function.body_lines = lines;
        }
    }
}

pub(super) fn check(review: &mut Review) {
    let draft = review.draft;
    if let Some(items) = &draft.module.items
        && let Some(items) = check_text(review, items, "items", &parse_items)
    {
        check_item_names(review, &items);
        review.code.items = rust_code::item_lines(items);
    }
    for handle in draft.handles.iter().filter(|handle| !handle.rust.text.is_empty()) {
        check_text(review, &handle.rust, "rust", &|input: ParseStream| input.parse::<syn::Type>());
    }
    for function in &draft.functions {
        let body = function.body.as_ref();
        let parsed = body.and_then(|body| check_text(review, body, "body", &Block::parse_within));
        let gives_nothing = function.result == Ty::Unit;
        let lines = parsed.map(|stmts| rust_code::body_lines(stmts, gives_nothing));
        review.code.bodies.push(lines.unwrap_or_default());
    }
}

/// Items as they stand inside a module: without the attributes of a whole file.
fn parse_items(input: ParseStream) -> syn::Result<Vec<syn::Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(input.parse()?);
    }
    Ok(items)
}

fn check_text<T>(
    review: &mut Review,
    text: &Text,
    key: &str,
    parse: &dyn Fn(ParseStream) -> syn::Result<T>,
) -> Option<T> {
    let tokens = match text.text.parse::<TokenStream>() {
        Ok(tokens) => tokens,
        Err(error) => {
            let range = or_end(text, error.span().byte_range());
            let what =
                "no Rust token, or a bracket, quote or comment without its partner before here";
            let mistake = Diagnostic::error(code::RUST_SYNTAX, format!("`{key}` is no Rust code"))
                .label(place(text, range.clone()), remark(text, range, what))
                .help("check that every bracket, quote and comment has its partner");
            review.report(mistake);
            return None;
        }
    };
    if let Some(range) = rust_depth::find_too_deep(&text.text, &tokens) {
        let mistake = Diagnostic::error(
            code::RUST_DEPTH,
            format!("the code of `{key}` nests too deeply"),
        )
        .label(
            place(text, range.clone()),
            remark(text, range, "deeper than the parser's stack is sure to hold"),
        )
        .help("split the expression with `let`, or move parts of it into functions under `items`");
        review.report(mistake);
        return None;
    }
    if rust_reach::is_suspect(&text.text) {
        for reach in rust_reach::find(tokens.clone()) {
            review.report(reaches_out(text, key, reach));
        }
    }
    // A closure, because `Parser` is implemented for functions that are sized.
    match (|input: ParseStream| parse(input)).parse2(tokens) {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            let range = or_end(text, error.span().byte_range());
            let found = text.text.get(range.clone()).unwrap_or_default();
            let (title, label) = words(&error.to_string(), key, found);
            let mistake = Diagnostic::error(code::RUST_SYNTAX, title)
                .label(place(text, range.clone()), remark(text, range, &label))
                .help(match key {
                    "items" => "`items` holds Rust items: `use`, `fn`, `const`, `struct` ..",
                    "rust" => "`rust` is a Rust type, such as `std::fs::File`",
                    _ => "a body is the inside of a Rust block: statements, then the value",
                });
            review.report(mistake);
            None
        }
    }
}

/// What the code may not say, and why.
fn reaches_out(text: &Text, key: &str, reach: Reach) -> Diagnostic {
    let Reach { kind, word, range } = reach;
    let unsafe_help =
        "use a safe function of std, of a crate or of ffi_rt; unsafe code belongs into ffi/rt";
    let reading_help =
        "write it into the spec, or read it when the function runs, with `std::fs` or `std::env`";
    let (code, what, label, help) = match kind {
        Kind::Unsafe => (
            code::UNSAFE_BODY,
            "`unsafe`".to_owned(),
            "the crate of this code forbids `unsafe`",
            unsafe_help,
        ),
        Kind::Assembly => {
            (code::UNSAFE_BODY, format!("`{word}!`"), "assembly is unsafe code", unsafe_help)
        }
        Kind::Reading => {
            let label = "the compiler would read this from outside of the spec";
            (code::OUTSIDE_SPEC, format!("`{word}!`"), label, reading_help)
        }
        Kind::Renamed => {
            let label = "a macro that is called by another name may be one that reads from outside of the spec";
            (
                code::OUTSIDE_SPEC,
                format!("a hidden macro `{word}`"),
                label,
                "call macros by their own names",
            )
        }
        Kind::Module => {
            let label = "the code of this module would stand in another file";
            (
                code::OUTSIDE_SPEC,
                "`mod` without a block".to_owned(),
                label,
                "write its items here: `mod name { .. }`",
            )
        }
        Kind::Linking => {
            let label = "a symbol or an order to the linker that no manifest knows";
            let help = "declare what is to be exported as a `[[function]]`";
            (code::OWN_SYMBOL, format!("the attribute `{word}`"), label, help)
        }
        Kind::Foreign => {
            let label =
                "foreign functions: nothing holds their declarations against their definitions";
            (code::OWN_SYMBOL, "an `extern` block".to_owned(), label, unsafe_help)
        }
    };
    Diagnostic::error(code, format!("{what} in `{key}`"))
        .label(place(text, range.clone()), remark(text, range, label))
        .help(help)
}

/// The parser's message as title and label. It may list every token that could stand there; three of them say enough.
fn words(message: &str, key: &str, found: &str) -> (String, String) {
    let what = message.lines().next().unwrap_or_default();
    let Some(list) = what.strip_prefix("expected one of: ") else {
        return (format!("`{key}` is no Rust code: {what}"), what.to_owned());
    };
    let mut alternatives: Vec<_> = list.split(", ").take(4).collect();
    if alternatives.len() == 4 {
        alternatives[3] = "..";
    }
    let title = format!(
        "`{key}` is no Rust code: unexpected `{}`",
        found.lines().next().unwrap_or_default()
    );
    (title, format!("expected {}", alternatives.join(", ")))
}

/// A function among the items that has the name of an exported one would be a second definition.
fn check_item_names(review: &mut Review, items: &[syn::Item]) {
    let draft = review.draft;
    let Some(text) = &draft.module.items else { return };
    for item in items {
        let syn::Item::Fn(item) = item else { continue };
        let name = &item.sig.ident;
        let Some(function) = draft.functions.iter().find(|function| name == &function.name) else {
            continue;
        };
        let mistake = Diagnostic::error(
            code::SYMBOL_CLASH,
            format!("`{name}` is a function and one of the `items`"),
        )
        .label(
            place(text, name.span().byte_range()),
            remark(text, name.span().byte_range(), "defined again here"),
        )
        .also(function.name_span, "the function of this module")
        .help("rename the item");
        review.report(mistake);
    }
}

/// The last character instead of nothing: only the end of the text has no token to point to.
fn or_end(text: &Text, range: Range<usize>) -> Range<usize> {
    if !range.is_empty() {
        return range;
    }
    let end = text.text.trim_end().len();
    text.text.floor_char_boundary(end.saturating_sub(1))..end
}

/// A range of the text as a span of the spec.
fn place(text: &Text, range: Range<usize>) -> Span {
    match text.exact {
        Some(base) => Span::new(base + range.start, base + range.end),
        None => text.span,
    }
}

/// What a label says: with the line, where the label has to underline the whole text.
fn remark(text: &Text, range: Range<usize>, what: &str) -> String {
    if text.exact.is_some() {
        return what.to_owned();
    }
    let before = text.text.get(..range.start).unwrap_or_default();
    let line = text.text[before.rfind('\n').map_or(0, |newline| newline + 1)..]
        .lines()
        .next()
        .unwrap_or_default();
    format!("{what}, in its line {}: `{}`", before.matches('\n').count() + 1, line.trim())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, report, report_spec};

    fn body(body: &str) -> Vec<(&'static str, String)> {
        report(&function("rt_f", &format!("body = {body}")))
    }

    #[test]
    fn mistakes_are_shown_to_the_character() {
        assert_eq!(body("'''\nlet a = 1;\nlet = 2;\n'''"), [("F0111", "=".to_owned())]);
        assert_eq!(body("'a + (b'"), [("F0111", "b".to_owned())]);
        assert_eq!(body("'a +'"), [("F0111", "+".to_owned())]);
        assert_eq!(body("\"a\\u0020b\""), [("F0111", "\"a\\u0020b\"".to_owned())]);
        assert_eq!(body("'''let a = '\\0'; a'''"), []);
    }

    #[test]
    fn unsafe_is_found_everywhere() {
        assert_eq!(body("'unsafe { f() }'"), [("F0404", "unsafe".to_owned())]);
        assert_eq!(body("'vec![(unsafe { f() })].len()'"), [("F0404", "unsafe".to_owned())]);
        assert_eq!(body("'\"unsafe\".len() // unsafe'"), []);
    }

    #[test]
    fn what_reaches_out_is_shown_where_it_stands() {
        assert_eq!(body("'include_str!(\"a\").len()'"), [("F0116", "include_str".to_owned())]);
        assert_eq!(body("'std::arch::asm!(\"nop\")'"), [("F0404", "asm".to_owned())]);
        let two = "'''env!(\"A\"); #[no_mangle] fn f() {}'''";
        assert_eq!(body(two), [("F0116", "env".to_owned()), ("F0117", "no_mangle".to_owned())]);
    }

    #[test]
    fn items_and_types_are_parsed_as_such() {
        let spec = |items: &str| {
            let function = function("rt_f", "");
            report_spec(&format!(
                "[module]\nname = \"m\"\ndoc = \"D.\"\nitems = '''{items}'''\n{function}"
            ))
        };
        assert_eq!(spec("use std::fs;\nconst A: u8 = 1;\nfn f() {}\n"), []);
        assert_eq!(spec("let a = 1;"), [("F0111", "let".to_owned())]);
        assert_eq!(spec("fn rt_f() {}"), [("F0206", "rt_f".to_owned())]);
        let handle =
            "[[handle]]\nname = \"A\"\ntag = 1\ndoc = \"D.\"\nrust = \"fn fn\"\nsample = \"1\"\n";
        assert_eq!(report(handle), [("F0111", "fn".to_owned())]);
    }

    #[test]
    fn a_family_reports_a_mistake_of_its_pattern_once() {
        let family = function(
            "rt_${n}",
            "body = '''let ${n} = = 1;'''\nmembers = [{ n = \"a\" }, { n = \"b\" }]",
        );
        let found = report(&family.replace("function", "family"));
        assert_eq!(found, [("F0111", "'''let ${n} = = 1;'''".to_owned())]);
    }
}
