//! One source file in memory: its name, its text, and the way from byte offsets to lines and columns.
//!
//! Line ends are `\n` only: `\r\n` is folded when bytes become a file, so that a file says and
//! generates the same on every system. No line or column moves by that, because the dropped byte
//! ends its line.

use std::fmt;

/// A range of bytes in a source file; `start..end`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Span {
    /// The range `start..end`.
    pub const fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// Whether `other` lies wholly inside, or is the same.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Span {
        Span { start: range.start, end: range.end }
    }
}

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A file's name, as the user gave it, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl SourceFile {
    /// A file from text that is at hand.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> SourceFile {
        let text = text.into();
        let line_starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        SourceFile { name: name.into(), text, line_starts }
    }

    /// A file from the bytes on disk: UTF-8, with or without byte order mark, with either line end.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<SourceFile, NotText> {
        let name = name.into();
        let mut text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let byte = error.as_bytes()[valid];
                return Err(NotText::new(
                    name,
                    &String::from_utf8_lossy(error.as_bytes()),
                    valid,
                    byte,
                ));
            }
        };
        if let Some(at) = text.find('\0') {
            return Err(NotText::new(name, &text, at, 0));
        }
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        if text.contains("\r\n") {
            text = text.replace("\r\n", "\n");
        }
        Ok(SourceFile::new(name, text))
    }

    /// The name, as the user gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty where the span does not fit the text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or("")
    }

    /// Line and column of an offset; an offset past the end counts as the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.floor(offset);
        let line = self.line_starts.partition_point(|start| *start <= offset) - 1;
        let column = self.text[self.line_starts[line]..offset].chars().count() + 1;
        Position { line: line + 1, column }
    }

    /// The span of the lines that `span` touches, without the last line's end.
    pub(crate) fn lines_of(&self, span: Span) -> Span {
        let first = self.position(span.start).line - 1;
        let last = self.position(span.end).line - 1;
        let end = self.line_starts.get(last + 1).map_or(self.text.len(), |next| next - 1);
        Span::new(self.line_starts[first], end)
    }

    /// `span` with both ends on character borders inside the text.
    pub(crate) fn fit(&self, span: Span) -> Span {
        let start = self.floor(span.start);
        Span::new(start, self.floor(span.end).max(start))
    }

    fn floor(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }
}

/// Bytes that are no text: where the first bad one is, and the file as far as it can be shown.
#[derive(Debug)]
pub struct NotText {
    /// The file with a replacement character for each bad byte.
    pub file: Box<SourceFile>,
    /// Where the replacement of the first bad byte stands in `file`.
    pub span: Span,
    /// The byte.
    pub byte: u8,
}

impl NotText {
    /// `at` is the offset of the bad byte; text before it is the same in `lossy`.
    fn new(name: String, lossy: &str, at: usize, byte: u8) -> NotText {
        // A binary file may be one endless line: show what leads to the byte and little more.
        let line_start = lossy[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = lossy.ceil_char_boundary((at + 40).min(lossy.len()));
        let end = lossy[at..end].find('\n').map_or(end, |newline| at + newline);
        let mut text = lossy[..line_start].to_owned();
        text.extend(lossy[line_start..end].chars().map(|ch| match ch {
            '\t' => '\t',
            ch if ch.is_control() => char::REPLACEMENT_CHARACTER,
            ch => ch,
        }));
        let start = line_start
            + lossy[line_start..at]
                .chars()
                .map(|ch| if ch.is_control() && ch != '\t' { 3 } else { ch.len_utf8() })
                .sum::<usize>();
        let span = Span::new(start, start + char::REPLACEMENT_CHARACTER.len_utf8());
        NotText { file: Box::new(SourceFile::new(name, text)), span, byte }
    }
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.file.position(self.span.start);
        write!(
            f,
            "byte 0x{:02x} at line {}, column {} is no UTF-8 text",
            self.byte, at.line, at.column
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let file = SourceFile::new("a", "ä = 1\nö = 2\n");
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(2), Position { line: 1, column: 2 });
        assert_eq!(file.position(7), Position { line: 2, column: 1 });
        assert_eq!(file.position(999), Position { line: 3, column: 1 });
    }

    #[test]
    fn mark_and_carriage_returns_vanish() {
        let file = SourceFile::from_bytes("a", b"\xef\xbb\xbfa = 1\r\nb = 2\r\n".to_vec()).unwrap();
        assert_eq!(file.text(), "a = 1\nb = 2\n");
    }

    #[test]
    fn bad_byte_is_located() {
        let bad = SourceFile::from_bytes("a", b"ok = 1\nb = \"\xff\"\n".to_vec()).unwrap_err();
        assert_eq!(bad.to_string(), "byte 0xff at line 2, column 6 is no UTF-8 text");
        assert_eq!(bad.file.slice(bad.span), "\u{fffd}");
    }

    #[test]
    fn nul_and_other_control_characters_are_shown_as_replacements() {
        let bad = SourceFile::from_bytes("a", b"\x7fELF\x01\x00\x02".to_vec()).unwrap_err();
        assert_eq!(bad.byte, 0);
        assert_eq!(bad.file.slice(bad.span), "\u{fffd}");
        assert_eq!(bad.file.position(bad.span.start).column, 6);
    }
}
