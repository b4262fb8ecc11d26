//! What Rust code in a spec may not say: `unsafe`, what the compiler would read from outside of the spec, and symbols
//! that no manifest knows.
//!
//! The words are looked for in the tokens, so they are found inside of macros too. This is against slips: whoever hides
//! such a word behind a macro of a crate gets past it, and rustc's `forbid(unsafe_code)` still holds.

use std::ops::Range;

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};

/// Macros by which the compiler reads files and its own environment.
const READING: [&str; 5] = ["include", "include_str", "include_bytes", "env", "option_env"];
/// Macros that hold assembly.
const ASSEMBLY: [&str; 3] = ["asm", "global_asm", "naked_asm"];
/// Attributes that make symbols, choose their names and places, or say what to link.
const LINKING: [&str; 8] = [
    "no_mangle",
    "export_name",
    "link",
    "link_name",
    "link_section",
    "linkage",
    "global_allocator",
    "panic_handler",
];

/// Why something may not be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `unsafe`.
    Unsafe,
    /// A macro of assembly.
    Assembly,
    /// A macro by which the compiler reads what is outside of the spec.
    Reading,
    /// A macro under a name by which it would not be found.
    Renamed,
    /// A module in a file of its own.
    Module,
    /// An attribute about symbols.
    Linking,
    /// A block that declares foreign functions.
    Foreign,
}

/// One thing that may not be said.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) kind: Kind,
    /// The word.
    pub(super) word: String,
    /// Where it stands, in bytes.
    pub(super) range: Range<usize>,
}

/// The tokens of one bracket, how far they are looked at, and what is known about the place.
struct Frame {
    tokens: Vec<TokenTree>,
    next: usize,
    is_attribute: bool,
    is_use: bool,
}

impl Frame {
    fn new(tokens: TokenStream, is_attribute: bool, is_use: bool) -> Frame {
        Frame { tokens: tokens.into_iter().collect(), next: 0, is_attribute, is_use }
    }

    fn take(&mut self) -> Option<TokenTree> {
        self.next += 1;
        self.tokens.get(self.next - 1).cloned()
    }

    /// Whether the token at a place, counted from the next one, is what is wanted.
    fn next_is(&self, place: usize, is_wanted: impl FnOnce(&TokenTree) -> bool) -> bool {
        self.tokens.get(self.next + place).is_some_and(is_wanted)
    }

    /// Whether a call of a macro goes on here, behind its name.
    fn is_call(&self) -> bool {
        self.next_is(0, |token| is_punct(token, '!'))
            && self.next_is(1, |token| is_group(token, None))
    }

    fn judge(&self, word: &Ident, name: &str, after_dollar: bool) -> Option<Kind> {
        let is_word =
            |token: &TokenTree, wanted: &str| matches!(token, TokenTree::Ident(it) if it == wanted);
        let is_renamed = || self.is_use && self.next_is(0, |token| is_word(token, "as"));
        let is_block = |place| self.next_is(place, |token| is_group(token, Some(Delimiter::Brace)));
        match name {
            "unsafe" if self.next_is(0, |token| is_word(token, "extern")) => None,
            "unsafe" if self.is_attribute => None,
            "unsafe" if word == "unsafe" => Some(Kind::Unsafe),
            "extern" if is_block(0) => Some(Kind::Foreign),
            "extern"
                if self.next_is(0, |token| matches!(token, TokenTree::Literal(_)))
                    && is_block(1) =>
            {
                Some(Kind::Foreign)
            }
            "mod" if self.next_is(1, |token| is_punct(token, ';')) => Some(Kind::Module),
            name if self.is_attribute && LINKING.contains(&name) => Some(Kind::Linking),
            name if READING.contains(&name) && self.is_call() => Some(Kind::Reading),
            name if ASSEMBLY.contains(&name) && self.is_call() => Some(Kind::Assembly),
            name if (READING.contains(&name) || ASSEMBLY.contains(&name)) && is_renamed() => {
                Some(Kind::Renamed)
            }
            _ if after_dollar && self.is_call() => Some(Kind::Renamed),
            _ => None,
        }
    }
}

/// What is in every text that says something of it; `link` is in several of its words.
const HINTS: [&str; 12] = [
    "unsafe",
    "include",
    "env",
    "asm",
    "$",
    "mod",
    "extern",
    "no_mangle",
    "export_name",
    "link",
    "global_allocator",
    "panic_handler",
];

/// Whether a text may say any of it: most texts do not, and looking at every token takes time.
pub(super) fn is_suspect(text: &str) -> bool {
    HINTS.iter().any(|hint| text.contains(hint))
}

/// Everything that may not be said, in the order of the text. Walks without recursion.
pub(super) fn find(tokens: TokenStream) -> Vec<Reach> {
    let mut found = Vec::new();
    let mut open = vec![Frame::new(tokens, false, false)];
    let mut after_dollar = false;
    let mut after_hash = false;
    while let Some(frame) = open.last_mut() {
        let Some(token) = frame.take() else {
            open.pop();
            continue;
        };
        let was_dollar = std::mem::replace(&mut after_dollar, is_punct(&token, '$'));
        // `#![..]` is an attribute too.
        let was_hash = after_hash;
        after_hash = is_punct(&token, '#') || (was_hash && is_punct(&token, '!'));
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => frame.is_use = false,
            TokenTree::Ident(word) => {
                frame.is_use |= word == "use";
                let spelled = word.to_string();
                let name = spelled.strip_prefix("r#").unwrap_or(&spelled);
                if let Some(kind) = frame.judge(&word, name, was_dollar) {
                    let range = word.span().byte_range();
                    found.push(Reach { kind, word: name.to_owned(), range });
                }
            }
            TokenTree::Group(group) => {
                let is_bracket = group.delimiter() == Delimiter::Bracket;
                let is_attribute = frame.is_attribute || (was_hash && is_bracket);
                let is_use = frame.is_use && group.delimiter() == Delimiter::Brace;
                open.push(Frame::new(group.stream(), is_attribute, is_use));
            }
            _ => {}
        }
    }
    found
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted
        && (wanted != '!' || punct.spacing() == Spacing::Alone))
}

fn is_group(token: &TokenTree, wanted: Option<Delimiter>) -> bool {
    matches!(token, TokenTree::Group(group) if wanted.is_none_or(|wanted| group.delimiter() == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, String)> {
        find(text.parse().unwrap()).into_iter().map(|it| (it.kind, it.word)).collect()
    }

    #[track_caller]
    fn says(text: &str, kind: Kind, word: &str) {
        assert!(is_suspect(text), "{text}");
        assert_eq!(kinds(text), [(kind, word.to_owned())], "{text}");
    }

    #[test]
    fn what_reaches_out_is_found() {
        says("unsafe { f() }", Kind::Unsafe, "unsafe");
        says("vec![unsafe { f() }]", Kind::Unsafe, "unsafe");
        says("include!(\"a.rs\");", Kind::Reading, "include");
        says("let a = std::include_str ! { \"a\" };", Kind::Reading, "include_str");
        says("println!(\"{}\", core::env!(\"HOME\"))", Kind::Reading, "env");
        says("r#option_env![\"HOME\"]", Kind::Reading, "option_env");
        says("#[doc = include_str!(\"a.md\")] fn f() {}", Kind::Reading, "include_str");
        says("use std::{fs, env as e};", Kind::Renamed, "env");
        says("macro_rules! m { ($n:ident) => { $n!(\"HOME\") } }", Kind::Renamed, "n");
        says("core::arch::asm!(\"nop\");", Kind::Assembly, "asm");
        says("mod other;", Kind::Module, "mod");
        says("#[no_mangle] pub fn f() {}", Kind::Linking, "no_mangle");
        says("#[unsafe(export_name = \"f\")] pub fn f() {}", Kind::Linking, "export_name");
        says("#![cfg_attr(all(), link_section = \"x\")]", Kind::Linking, "link_section");
        says("extern \"C\" { fn getpid() -> i32; }", Kind::Foreign, "extern");
        says("unsafe extern { fn getpid() -> i32; }", Kind::Foreign, "extern");
    }

    #[test]
    fn every_word_makes_a_text_suspect() {
        for word in READING.iter().chain(&ASSEMBLY).chain(&LINKING) {
            assert!(is_suspect(word), "{word}");
        }
        assert!(!is_suspect("let path = std::fs::read_to_string(path)?;"));
    }

    #[test]
    fn what_only_looks_alike_is_not() {
        for text in [
            "std::env::var(\"HOME\")",
            "use std::env; env::args()",
            "let include = 1; include as i64",
            "if env != link { no_mangle }",
            "let call: extern \"C\" fn(i64) -> i64 = f;",
            "extern \"C\" fn f(a: i64) -> i64 { a }",
            "mod inner { pub fn f() {} }",
            "\"unsafe include!() asm!()\".len() // unsafe",
            "fn f() -> impl Iterator<Item = u8> + use<> { [].into_iter() } x as u8",
            "#[derive(Debug)] struct A;",
            "macro_rules! m { ($n:ident) => { $n != 1 } }",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }
}
