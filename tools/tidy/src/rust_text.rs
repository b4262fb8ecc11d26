//! Splits Rust text into code and comments, so that a rule about code is not fooled by a string or a comment.
//!
//! A hand-written scanner and not `syn`, because rules need comments, exact lines, and files that do not parse yet.

/// Two views of one text. Both have the length and the line breaks of the original; what belongs to the other is blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Views {
    /// Code, with the content of strings and characters blank.
    pub code: String,
    /// Comments, with their marks.
    pub comments: String,
}

/// Where one function of a file begins and ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Line of `fn`, counted from 1.
    pub line: usize,
    /// Lines from `fn` to the closing brace.
    pub length: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Code,
    Comment,
    Literal,
}

/// Splits a Rust text.
pub fn views(text: &str) -> Views {
    let bytes = text.as_bytes();
    let mut parts = vec![Part::Code; bytes.len()];
    let mut at = 0;
    while at < bytes.len() {
        let (part, end) = token(bytes, at);
        if part != Part::Code {
            parts[at..end].fill(part);
        }
        at = end;
    }
    Views { code: keep(bytes, &parts, Part::Code), comments: keep(bytes, &parts, Part::Comment) }
}

fn keep(bytes: &[u8], parts: &[Part], part: Part) -> String {
    let kept = bytes.iter().zip(parts).map(|(byte, of)| match *byte {
        b'\n' => b'\n',
        byte if *of == part => byte,
        _ => b' ',
    });
    // A part begins and ends at ASCII marks, so no character is torn.
    String::from_utf8_lossy(&kept.collect::<Vec<u8>>()).into_owned()
}

/// The part that begins at `at`, and where it ends.
fn token(bytes: &[u8], at: usize) -> (Part, usize) {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return (Part::Comment, at + find(rest, b'\n'));
    }
    if rest.starts_with(b"/*") {
        return (Part::Comment, at + block_comment(rest));
    }
    if rest[0] == b'"' {
        return (Part::Literal, at + string(rest));
    }
    let starts_word = at == 0 || !is_word(bytes[at - 1]);
    if starts_word && let Some(length) = raw_string(rest) {
        return (Part::Literal, at + length);
    }
    if rest[0] == b'\''
        && let Some(length) = character(rest)
    {
        return (Part::Literal, at + length);
    }
    (Part::Code, at + 1)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn find(rest: &[u8], byte: u8) -> usize {
    rest.iter().position(|found| *found == byte).unwrap_or(rest.len())
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_string(rest: &[u8]) -> Option<usize> {
    let prefix = [&b"br"[..], b"cr", b"r"].into_iter().find(|prefix| rest.starts_with(prefix))?;
    let hashes = rest[prefix.len()..].iter().take_while(|byte| **byte == b'#').count();
    let open = prefix.len() + hashes;
    if rest.get(open) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    let body = &rest[open + 1..];
    let end = body.windows(close.len()).position(|window| window == close);
    Some(end.map_or(rest.len(), |end| open + 1 + end + close.len()))
}

/// A character literal; `None` for a lifetime.
fn character(rest: &[u8]) -> Option<usize> {
    if rest.get(1) == Some(&b'\\') {
        return Some(3 + find(rest.get(3..)?, b'\'') + 1);
    }
    let text = std::str::from_utf8(&rest[1..rest.len().min(6)]);
    let valid = text.map_or_else(|error| error.valid_up_to(), str::len);
    let first = std::str::from_utf8(&rest[1..1 + valid]).ok()?.chars().next()?;
    let close = 1 + first.len_utf8();
    (rest.get(close) == Some(&b'\'')).then_some(close + 1)
}

/// All functions with a body in the code view of a file.
pub fn functions(code: &str) -> Vec<Function> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        if at > 0 && is_word(bytes[at - 1]) {
            continue;
        }
        let name: String =
            code[at + 3..].chars().take_while(|ch| ch.is_alphanumeric() || *ch == '_').collect();
        if name.is_empty() {
            continue;
        }
        if let Some(end) = body_end(bytes, at) {
            let line = code[..at].matches('\n').count() + 1;
            found.push(Function { name, line, length: code[at..end].matches('\n').count() + 1 });
        }
    }
    found
}

/// The end of the body that follows a signature; `None` for a declaration.
fn body_end(bytes: &[u8], signature: usize) -> Option<usize> {
    let mut parens = 0;
    let mut braces = 0;
    for (at, byte) in bytes.iter().enumerate().skip(signature) {
        match byte {
            b'(' | b'[' if braces == 0 => parens += 1,
            b')' | b']' if braces == 0 => parens -= 1,
            b';' if braces == 0 && parens == 0 => return None,
            b'{' if parens == 0 => braces += 1,
            b'}' if parens == 0 => {
                braces -= 1;
                if braces == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_are_not_code() {
        let text = "a(\"x // y\"); // c \"d\"\nb('\"', '\\'', 'é', &'life); /* e /* f */ g */ h\n";
        let views = views(text);
        assert_eq!(views.code.len(), text.len());
        assert!(
            views.code.contains("a(") && views.code.contains("&'life") && views.code.contains(" h")
        );
        assert!(
            !views.code.contains('x') && !views.code.contains('d') && !views.code.contains('g')
        );
        assert_eq!(
            views.comments.split_whitespace().collect::<Vec<_>>().join(" "),
            "// c \"d\" /* e /* f */ g */"
        );
    }

    #[test]
    fn raw_strings_end_at_their_own_mark() {
        let views = views("x(r#\"one \" two\"#, br\"three\"); for_r(\"four\") // five");
        let words: Vec<_> = views.code.split_whitespace().collect();
        assert_eq!(words, ["x(", ",", ");", "for_r(", ")"]);
        assert_eq!(views.comments.trim(), "// five");
    }

    #[test]
    fn functions_are_measured_from_signature_to_brace() {
        let text = "trait T {\n    fn a(&self);\n    fn b(x: [u8; 2])\n    {\n        let s = \"}\";\n    }\n}\n";
        let found = functions(&views(text).code);
        assert_eq!(found, [Function { name: "b".into(), line: 3, length: 4 }]);
    }
}
