//! What the reader says about mistakes that more than one key can have, and the words for it.

use diag::{Diagnostic, Span};
use toml::Spanned;
use toml::de::DeValue;

use super::Reader;
use crate::code;

/// Syntax mistakes: the first one, because the parser's recovery guesses; but each key that is given
/// twice.
pub(super) fn syntax_errors(errors: &[toml::de::Error]) -> Vec<Diagnostic> {
    let is_duplicate = |error: &toml::de::Error| error.message() == "duplicate key";
    let first = errors.iter().find(|error| !is_duplicate(error));
    errors
        .iter()
        .filter(|error| is_duplicate(error))
        .chain(first)
        .map(|error| {
            let span = error.span().map_or(Span::new(0, 0), Span::from);
            if is_duplicate(error) {
                return Diagnostic::error(code::SYNTAX, "a key is given twice in one table")
                    .label(span, "given again here")
                    .help("remove one of the two, or start a new item with `[[..]]` before it");
            }
            let (what, expected) =
                error.message().split_once(", expected ").unwrap_or((error.message(), ""));
            let label = if expected.is_empty() {
                "here".to_owned()
            } else {
                format!("expected {expected}")
            };
            let mistake = Diagnostic::error(code::SYNTAX, format!("the spec is no TOML: {what}"))
                .label(span, label);
            match what {
                "string values must be quoted" => mistake.help("put the value into quotes"),
                "cannot recurse further; max recursion depth met" => {
                    mistake.help("nest arrays and tables less deeply")
                }
                _ if expected.is_empty() => {
                    mistake.help("a spec is TOML 1.0; specs/README.md shows one")
                }
                _ => mistake.help(format!("write {expected} here, or remove what stands here")),
            }
        })
        .collect()
}

impl<'s> Reader<'_, 's> {
    /// Reports a value of another type than `wanted` and gives a stand-in.
    pub(super) fn wrong_type<T: Default>(
        &mut self,
        key: &str,
        wanted: &str,
        value: &Spanned<DeValue<'s>>,
    ) -> T {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a truth value",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        let mistake = Diagnostic::error(
            code::WRONG_TYPE,
            format!("`{key}` is {found} instead of {wanted}{}", self.of_whom()),
        )
        .label(value.span().into(), format!("expected {wanted}"))
        .help(match (value.get_ref(), wanted) {
            (DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_), "a string") => {
                "put the value into quotes".to_owned()
            }
            (DeValue::String(_), "an integer" | "`true` or `false`") => {
                "write the value without quotes".to_owned()
            }
            _ => format!("write {wanted}; specs/README.md shows an example of each key"),
        });
        self.diagnostics.push(mistake);
        T::default()
    }

    /// Reports an integer beyond 64 bits and gives a stand-in.
    pub(super) fn too_big<T: Default>(&mut self, key: &str, span: Span) -> T {
        let mistake = Diagnostic::error(
            code::WRONG_TYPE,
            format!("`{key}` does not fit 64 bits{}", self.of_whom()),
        )
        .label(span, "beyond the integers of TOML")
        .help(format!("take a number from {} to {}", i64::MIN, i64::MAX));
        self.diagnostics.push(mistake);
        T::default()
    }
}

/// `a`, `b` and `c`.
pub(super) fn list(keys: &[&str]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// What to write for a key that is missing.
pub(super) fn example(what: &str, key: &str) -> String {
    let value = match (what, key) {
        ("spec", "module") => {
            return "start the spec with `[module]`, `name = \"..\"` and `doc = \"..\"`".to_owned();
        }
        (_, "tag") => "1",
        ("value", "value") => "0",
        (_, "fields") => "[{ name = \"..\", type = \"..\", doc = \"..\" }]",
        (_, "values") => "[{ name = \"..\", value = 0, doc = \"..\" }]",
        (_, "members") => "[{ part = \"..\" }]",
        (_, "example" | "body") => "'''..'''",
        (_, "type") => "\"text\"",
        _ => "\"..\"",
    };
    format!("add `{key} = {value}`")
}
