//! Whether Rust code nests too deeply, which its tokens tell before it is parsed.
//!
//! The Rust parser and the formatter recurse, so a spec could overflow their stack. Brackets are
//! not the only way to nest: `!!!!a`, `a = b = c = ..` and `if .. else if ..` do it without. So
//! every token counts that stands before a token in the same expression, and those before the
//! brackets around it. Real code stays below a tenth of the limit.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};

/// The most tokens that may stand above one token. The parser needs some 10 KiB of stack for each in the worst case.
const LIMIT: usize = 1000;

/// Where the code nests too deeply, in bytes. Walks over the tokens without recursion.
pub(super) fn find_too_deep(text: &str, tokens: &TokenStream) -> Option<Range<usize>> {
    // A token has a byte at least.
    if text.len() <= LIMIT {
        return None;
    }
    // Each entry is an open bracket: the tokens left in it, and the depth at which an expression in it starts.
    let mut open = vec![(tokens.clone().into_iter().peekable(), 0)];
    let mut depth = 0;
    while let Some((tokens, outer)) = open.last_mut() {
        let Some(token) = tokens.next() else {
            depth = *outer;
            open.pop();
            depth = resume(&mut open, depth);
            continue;
        };
        depth += 1;
        if depth > LIMIT {
            return Some(token.span().byte_range());
        }
        match token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => depth = *outer,
            TokenTree::Group(group) => open.push((group.stream().into_iter().peekable(), depth)),
            _ => {}
        }
    }
    None
}

type Open = (std::iter::Peekable<proc_macro2::token_stream::IntoIter>, usize);

/// The depth after a bracket that opened at `depth`. Where a word other than `else` or `as`
/// follows, something new starts: the next statement, match arm or item.
fn resume(open: &mut [Open], depth: usize) -> usize {
    let Some((tokens, outer)) = open.last_mut() else { return depth };
    match tokens.peek() {
        Some(TokenTree::Ident(word)) if word != "else" && word != "as" => *outer,
        _ => depth,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_deep(text: &str) -> bool {
        find_too_deep(text, &text.parse().unwrap()).is_some()
    }

    #[test]
    fn every_way_to_nest_is_bounded() {
        for (open, close) in [
            ("(", ")"),
            ("{", "}"),
            ("!", ""),
            ("&", ""),
            ("a = ", ""),
            ("a {} = ", ""),
            ("|| ", ""),
            ("return ", ""),
            ("if a {} else ", ""),
            ("a {} as ", ""),
            ("Vec<", ""),
            ("a.b().", ""),
            ("match a { _ => ", "}"),
        ] {
            assert!(
                is_deep(&format!("{}x{}", open.repeat(100_000), close.repeat(100_000))),
                "{open}"
            );
        }
    }

    #[test]
    fn long_code_is_not_deep() {
        assert!(!is_deep(&"let a = f(1, 2);\n".repeat(10_000)));
        assert!(!is_deep(&"fn f(a: i64) -> i64 { if a > 1 { a } else { 1 } }\n".repeat(10_000)));
        assert!(!is_deep(&format!(
            "match a {{ {} }}",
            "A::B(x) if x => { f(x) }\n".repeat(10_000)
        )));
        assert!(!is_deep(&format!("[{}]", "1, ".repeat(10_000))));
    }
}
