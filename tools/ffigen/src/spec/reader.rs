//! Takes toml's spanned tree apart key by key and reports every mistake of shape: unknown, missing
//! and wrongly typed keys.
//!
//! The keys that a table may have are those that its reader asked for, so no list of keys exists
//! beside the struct's fields.
//!
//! Invariant: whatever is reported, reading goes on with a stand-in value; the caller drops the
//! spec if anything was reported.

mod mistake;

use diag::{Diagnostic, SourceFile, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{At, Dependency, Failure, Member, Pair, Str};
use crate::code;
use crate::similar::similar;
use mistake::{example, list, syntax_errors};

/// Reads the whole file as one table.
pub(super) fn read<T>(
    file: &SourceFile,
    read: impl FnOnce(&mut Reader) -> T,
) -> (Option<T>, Vec<Diagnostic>) {
    if file.text().trim().is_empty() {
        let empty = Diagnostic::error(code::MISSING_KEY, "the spec is empty")
            .label(Span::new(0, 0), "a spec starts with its `[module]` table")
            .help(
                "write `[module]` with `name = \"..\"` and `doc = \"..\"` first; specs/README.md \
                 describes every key",
            );
        return (None, vec![empty]);
    }
    let (table, errors) = DeTable::parse_recoverable(file.text());
    if !errors.is_empty() {
        return (None, syntax_errors(&errors));
    }
    let mut diagnostics = Vec::new();
    let mut reader = Reader {
        file,
        diagnostics: &mut diagnostics,
        what: "spec",
        name: None,
        table: table.into_inner(),
        span: Span::new(0, 0),
        known: Vec::new(),
        missing: Vec::new(),
    };
    let value = read(&mut reader);
    reader.close();
    Diagnostic::sort(&mut diagnostics);
    (diagnostics.is_empty().then_some(value), diagnostics)
}

/// Whether a string may say nothing: only a family's member has a use for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blank {
    Refused,
    Allowed,
}

/// One table that is being read.
pub(super) struct Reader<'c, 's> {
    file: &'s SourceFile,
    diagnostics: &'c mut Vec<Diagnostic>,
    what: &'static str,
    name: Option<String>,
    table: DeTable<'s>,
    span: Span,
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl<'s> Reader<'_, 's> {
    /// A required, non-blank string.
    pub(super) fn text(&mut self, key: &'static str) -> Str {
        match self.take(key) {
            Some(value) => self.convert_text(key, value, Blank::Refused).unwrap_or_default(),
            None => self.lacks(key),
        }
    }

    /// A non-blank string that may be left out.
    pub(super) fn opt_text(&mut self, key: &'static str) -> Option<Str> {
        let value = self.take(key)?;
        self.convert_text(key, value, Blank::Refused)
    }

    /// A required integer.
    pub(super) fn int(&mut self, key: &'static str) -> At<i64> {
        let Some(value) = self.take(key) else { return self.lacks(key) };
        let span = Span::from(value.span());
        match value.get_ref() {
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(value) => At { value, span },
                    Err(_) => self.too_big(key, span),
                }
            }
            _ => self.wrong_type(key, "an integer", &value),
        }
    }

    /// A truth value that may be left out.
    pub(super) fn opt_bool(&mut self, key: &'static str) -> Option<At<bool>> {
        let value = self.take(key)?;
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(At { value: *truth, span: value.span().into() }),
            _ => self.wrong_type(key, "`true` or `false`", &value),
        }
    }

    /// A failure value that may be left out.
    pub(super) fn opt_failure(&mut self, key: &'static str) -> Option<At<Failure>> {
        let value = self.take(key)?;
        let span = Span::from(value.span());
        let failure = match value.get_ref() {
            DeValue::Integer(number) => {
                match i128::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) if (i128::from(i64::MIN)..=u64::MAX.into()).contains(&number) => {
                        Failure::Int(number)
                    }
                    _ => return self.too_big(key, span),
                }
            }
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => Failure::Float(number),
                Err(_) => return self.wrong_type(key, "a number", &value),
            },
            DeValue::String(text) if text == "nan" => Failure::Float(f64::NAN),
            _ => return self.wrong_type(key, "a number or \"nan\"", &value),
        };
        Some(At { value: failure, span })
    }

    /// A table of strings under names that the author chooses, in the order of the file; empty if left out.
    pub(super) fn pairs(&mut self, key: &'static str) -> Vec<Pair> {
        let Some(value) = self.take(key) else { return Vec::new() };
        self.convert_pairs(key, value, Blank::Refused)
    }

    /// A table of crates, each with a version or with a table as cargo has it, in the order of the file; empty
    /// if left out.
    pub(super) fn dependencies(&mut self, key: &'static str) -> Vec<Dependency> {
        let Some(value) = self.take(key) else { return Vec::new() };
        if !value.get_ref().is_table() {
            return self.wrong_type(key, "a table of crates", &value);
        }
        let DeValue::Table(table) = value.into_inner() else { return Vec::new() };
        let mut dependencies: Vec<Dependency> = table
            .into_iter()
            .filter_map(|(name, value)| {
                let span = Span::from(name.span());
                let name = Str { text: name.into_inner().into_owned(), span, exact: None };
                if value.get_ref().is_table() {
                    let mut read = self.nested("dependency", key, value, Dependency::read)?;
                    read.name = name;
                    return Some(read);
                }
                let version = self.convert_text(&name.text, value, Blank::Refused)?;
                Some(Dependency { name, version, ..Dependency::default() })
            })
            .collect();
        dependencies.sort_by_key(|dependency| dependency.name.span.start);
        dependencies
    }

    /// An array of strings that may be left out.
    pub(super) fn opt_texts(&mut self, key: &'static str) -> Option<Vec<Str>> {
        let value = self.take(key)?;
        let array = self.array(key, value)?;
        Some(
            array
                .into_iter()
                .filter_map(|element| self.convert_text(key, element, Blank::Refused))
                .collect(),
        )
    }

    /// A required array of inline tables.
    pub(super) fn entries<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        read: fn(&mut Reader) -> T,
    ) -> Vec<T> {
        if !self.table.contains_key(key) {
            return self.lacks(key);
        }
        self.opt_entries(key, what, read)
    }

    /// An array of inline tables; empty if left out.
    pub(super) fn opt_entries<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        read: fn(&mut Reader) -> T,
    ) -> Vec<T> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let array = self.array(key, value).unwrap_or_default();
        array.into_iter().filter_map(|element| self.nested(what, key, element, read)).collect()
    }

    /// A required array of tables of strings.
    pub(super) fn members(&mut self, key: &'static str) -> At<Vec<Member>> {
        let Some(value) = self.take(key) else { return self.lacks(key) };
        let span = Span::from(value.span());
        let array = self.array(key, value).unwrap_or_default();
        let value = array
            .into_iter()
            .map(|element| Member {
                span: element.span().into(),
                pairs: self.convert_pairs(key, element, Blank::Allowed),
            })
            .collect();
        At { value, span }
    }

    /// A required table.
    pub(super) fn table<T: Default>(&mut self, key: &'static str, read: fn(&mut Reader) -> T) -> T {
        let Some(value) = self.take(key) else { return self.lacks(key) };
        self.nested(key, key, value, read).unwrap_or_default()
    }

    /// A table that may be left out.
    pub(super) fn opt_table<T>(
        &mut self,
        key: &'static str,
        read: fn(&mut Reader) -> T,
    ) -> Option<T> {
        let value = self.take(key)?;
        self.nested(key, key, value, read)
    }

    /// `[[key]]` tables with their places; none if left out.
    pub(super) fn items<T>(
        &mut self,
        key: &'static str,
        read: fn(&mut Reader) -> T,
    ) -> Vec<(Span, T)> {
        let Some(value) = self.take(key) else { return Vec::new() };
        if value.get_ref().is_table() {
            let wrong = Diagnostic::error(code::WRONG_TYPE, format!("`[{key}]` is a single table"))
                .label(
                    value.span().into(),
                    format!("a spec may have many of these: `{key}` is an array of tables"),
                )
                .help(format!("write `[[{key}]]`"));
            self.diagnostics.push(wrong);
            return Vec::new();
        }
        let array = self.array(key, value).unwrap_or_default();
        array
            .into_iter()
            .filter_map(|element| {
                Some((element.span().into(), self.nested(key, key, element, read)?))
            })
            .collect()
    }

    fn nested<T>(
        &mut self,
        what: &'static str,
        key: &'static str,
        value: Spanned<DeValue<'s>>,
        read: fn(&mut Reader) -> T,
    ) -> Option<T> {
        let span = Span::from(value.span());
        if !value.get_ref().is_table() {
            return self.wrong_type(key, "a table", &value);
        }
        let DeValue::Table(table) = value.into_inner() else { return None };
        let name = table.get("name").and_then(|name| name.get_ref().as_str()).map(str::to_owned);
        let mut reader = Reader {
            file: self.file,
            diagnostics: self.diagnostics,
            what,
            name,
            table,
            span,
            known: Vec::new(),
            missing: Vec::new(),
        };
        let value = read(&mut reader);
        reader.close();
        Some(value)
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'s>>> {
        self.known.push(key);
        self.table.remove(key)
    }

    fn lacks<T: Default>(&mut self, key: &'static str) -> T {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.missing.push(key);
        T::default()
    }

    /// Reports what is left over, which nobody asked for, and what was asked for in vain.
    fn close(mut self) {
        let mut left: Vec<_> =
            std::mem::take(&mut self.table).into_iter().map(|(key, _)| key).collect();
        left.sort_by_key(|key| key.span().start);
        for key in left {
            let name: &str = key.get_ref();
            let mut mistake = Diagnostic::error(
                code::UNKNOWN_KEY,
                format!("unknown key `{name}`{}", self.of_whom()),
            )
            .label(key.span().into(), format!("a {} has no such key", self.what));
            match similar(name, self.known.iter().copied()) {
                Some(meant) => {
                    self.missing.retain(|missing| *missing != meant);
                    mistake = mistake.help(format!("write `{meant}`"));
                }
                None => mistake = mistake.help(format!("the keys are {}", list(&self.known))),
            }
            self.diagnostics.push(mistake);
        }
        let missing = std::mem::take(&mut self.missing);
        if missing.is_empty() {
            return;
        }
        let noun = if missing.len() == 1 { "key" } else { "keys" };
        let title = format!("missing {noun} {}{}", list(&missing), self.of_whom());
        let mistake = Diagnostic::error(code::MISSING_KEY, title)
            .label(self.span, format!("this {} has no {}", self.what, list(&missing)));
        self.diagnostics.push(
            missing.iter().fold(mistake, |mistake, key| mistake.help(example(self.what, key))),
        );
    }

    fn of_whom(&self) -> String {
        match &self.name {
            Some(name) if !name.is_empty() => format!(" in {} `{name}`", self.what),
            _ if self.what == "spec" => String::new(),
            _ => format!(" in a {}", self.what),
        }
    }

    fn array(
        &mut self,
        key: &'static str,
        value: Spanned<DeValue<'s>>,
    ) -> Option<Vec<Spanned<DeValue<'s>>>> {
        if !value.get_ref().is_array() {
            return self.wrong_type(key, "an array", &value);
        }
        let DeValue::Array(array) = value.into_inner() else { return None };
        Some(array.into_iter().collect())
    }

    fn convert_pairs(&mut self, key: &str, value: Spanned<DeValue<'s>>, blank: Blank) -> Vec<Pair> {
        if !value.get_ref().is_table() {
            return self
                .wrong_type::<Option<Vec<Pair>>>(key, "a table of strings", &value)
                .unwrap_or_default();
        }
        let DeValue::Table(table) = value.into_inner() else { return Vec::new() };
        let mut pairs: Vec<Pair> = table
            .into_iter()
            .filter_map(|(name, value)| {
                let span = Span::from(name.span());
                let text = name.into_inner().into_owned();
                let value = self.convert_text(&text, value, blank)?;
                Some(Pair { key: Str { text, span, exact: None }, value })
            })
            .collect();
        pairs.sort_by_key(|pair| pair.key.span.start);
        pairs
    }

    fn convert_text(
        &mut self,
        key: &str,
        value: Spanned<DeValue<'s>>,
        blank: Blank,
    ) -> Option<Str> {
        let span = Span::from(value.span());
        if !value.get_ref().is_str() {
            return self.wrong_type(key, "a string", &value);
        }
        let DeValue::String(text) = value.into_inner() else { return None };
        if text.trim().is_empty() && blank == Blank::Refused {
            let mistake =
                Diagnostic::error(code::EMPTY_TEXT, format!("`{key}` is empty{}", self.of_whom()))
                    .label(span, "says nothing")
                    .help(format!("write something, or leave `{key}` out where it is optional"));
            self.diagnostics.push(mistake);
        }
        if let Some(control) = find_invisible(&text) {
            let name = control as u32;
            let title =
                format!("`{key}` holds the control character U+{name:04X}{}", self.of_whom());
            let mistake = Diagnostic::error(code::CONTROL_CHARACTER, title)
                .label(span, "only newlines and tabs can go into generated text")
                .help("remove it, or write it as an escape of the language that it is meant for");
            self.diagnostics.push(mistake);
        }
        let exact = self.exact(&text, span);
        Some(Str { text: text.into_owned(), span, exact })
    }

    /// Offset of the text's first byte if the file holds the text byte by byte.
    fn exact(&self, text: &str, span: Span) -> Option<usize> {
        let raw = self.file.slice(span);
        let quote = match raw.get(..3) {
            Some(quote @ ("'''" | "\"\"\"")) => quote,
            _ => raw.get(..1)?,
        };
        let inner = raw.strip_prefix(quote)?.strip_suffix(quote)?;
        // A newline right after the opening quotes is not part of a multi-line string.
        let trimmed =
            if quote.len() == 3 { inner.strip_prefix('\n').unwrap_or(inner) } else { inner };
        (trimmed == text).then(|| span.start + quote.len() + inner.len() - trimmed.len())
    }
}

/// Control characters that would vanish from generated text, end it or turn it around: those of
/// ASCII and beyond, the byte order mark, and the marks that change the direction of writing, which
/// can make code look like other code.
fn find_invisible(text: &str) -> Option<char> {
    // Nearly all text is plain, which bytes tell faster than characters.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return None;
    }
    text.chars().find(|ch| {
        (ch.is_control() && !matches!(ch, '\n' | '\t'))
            || matches!(ch, '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}
