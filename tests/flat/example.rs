//! Finds the first call of a function in an example, and what the example does before it.
//!
//! Examples are plain C statements. Only strings, characters, comments and brackets have to be told
//! apart for this; what is inside of a block is no place to look at.

/// The first call of a function.
#[derive(Debug, PartialEq)]
pub struct Shown {
    /// The statements before the one with the call.
    pub before: String,
    /// The arguments, as they stand there.
    pub arguments: Vec<String>,
}

impl Shown {
    /// All arguments but an `out` at the end.
    pub fn arguments_but_last(&self) -> String {
        let count = self.arguments.len().saturating_sub(1);
        self.arguments[..count].join(", ")
    }
}

/// A piece of C text: from where to where, how deep in brackets, and whether it is code.
struct Piece {
    at: usize,
    byte: u8,
    depth: usize,
}

/// Every character of the text that is code, outside of strings and comments.
fn code(text: &str) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'"' | b'\'' => {
                at += 1;
                while at < bytes.len() && bytes[at] != byte {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = text[at..].find("*/").map_or(bytes.len(), |end| at + end + 1);
            }
            _ => {
                if matches!(byte, b')' | b']' | b'}') {
                    depth = depth.saturating_sub(1);
                }
                pieces.push(Piece { at, byte, depth });
                if matches!(byte, b'(' | b'[' | b'{') {
                    depth += 1;
                }
            }
        }
        at += 1;
    }
    pieces
}

/// The first call of `name` in an example.
pub fn call_of(example: &str, name: &str) -> Option<Shown> {
    let pieces = code(example);
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let start = pieces.iter().position(|piece| {
        let rest = &example[piece.at..];
        let is_whole = piece.at == 0 || !is_part(example.as_bytes()[piece.at - 1]);
        is_whole && rest.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('('))
    })?;
    let open = (start..pieces.len()).find(|index| pieces[*index].byte == b'(')?;
    let depth = pieces[open].depth;
    let mut arguments = Vec::new();
    let mut from = pieces[open].at + 1;
    for piece in &pieces[open + 1..] {
        let is_end = piece.byte == b')' && piece.depth == depth;
        if is_end || (piece.byte == b',' && piece.depth == depth + 1) {
            arguments.push(example[from..piece.at].trim().to_owned());
            from = piece.at + 1;
        }
        if is_end {
            break;
        }
    }
    if arguments.len() == 1 && arguments[0].is_empty() {
        arguments.clear();
    }
    let before = pieces[..start].iter().rfind(|piece| piece.byte == b';' && piece.depth == 0);
    let before = before.map_or(0, |piece| piece.at + 1);
    Some(Shown { before: example[..before].to_owned(), arguments })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, arguments: &[&str]) -> Option<Shown> {
        let arguments = arguments.iter().map(|text| (*text).to_owned()).collect();
        Some(Shown { before: before.to_owned(), arguments })
    }

    #[test]
    fn a_call_is_found_with_what_stands_before_it() {
        let text = "int a = f(1);\nassert(g(a, h(2, 3), \"x,)\") && g(4));";
        assert_eq!(call_of(text, "g"), shown("int a = f(1);", &["a", "h(2, 3)", "\"x,)\""]));
        assert_eq!(call_of(text, "h"), shown("int a = f(1);", &["2", "3"]));
        assert_eq!(call_of(text, "f"), shown("", &["1"]));
    }

    #[test]
    fn what_only_looks_like_a_call_is_none() {
        assert_eq!(
            call_of("fg(1); \"g(2)\"; /* g(3) */ g (4);", "g"),
            shown("fg(1); \"g(2)\";", &["4"])
        );
        assert_eq!(call_of("g_free(1); g;", "g"), None);
        assert_eq!(call_of("for (;;) { f(';'); g(); }", "g"), shown("", &[]));
    }
}
