//! Families: one pattern and many members become as many functions, each string with its placeholders replaced.
//!
//! A placeholder is `${key}`. Text without placeholders keeps its exact place in the file, so that
//! a mistake in it is still shown to the character; text with placeholders is underlined as a
//! whole.

use std::borrow::Cow;
use std::collections::HashSet;

use diag::{Diagnostic, Span};

use crate::code;
use crate::similar::similar;
use crate::spec::{Function, Member, Pair, Param, Str};

/// A function, and what it has from the member that made it.
pub(super) struct Expanded<'s> {
    /// The function.
    pub(super) function: Cow<'s, Function>,
    member: Option<&'s Member>,
    /// Where texts stand that hold a stand-in for a value which nobody gives; that is reported already.
    incomplete: Vec<Span>,
}

impl Expanded<'_> {
    /// Whether a text is not what its author meant, since a placeholder of it has no value.
    pub(super) fn is_incomplete(&self, text: &Str) -> bool {
        self.incomplete.contains(&text.span)
    }

    /// The value of a member that is this name.
    pub(super) fn value(&self, name: &str) -> Option<Span> {
        let mut pairs = self.member.into_iter().flat_map(|member| &member.pairs);
        pairs.find(|pair| pair.value.text == name).map(|pair| pair.value.span)
    }
}

/// The function itself, or what its members make of it.
pub(super) fn expand<'s>(
    item: &'s Function,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Expanded<'s>> {
    let Some(members) = &item.members else {
        let function = Cow::Borrowed(item);
        return vec![Expanded { function, member: None, incomplete: Vec::new() }];
    };
    if members.value.is_empty() {
        let title = format!("family `{}` has no members", item.name.text);
        let mistake = Diagnostic::error(code::NO_MEMBERS, title)
            .label(members.span, "makes no function")
            .help("add a member, `{ part = \"year\" }`, or remove the family");
        diagnostics.push(mistake);
    }
    let mut seen = Seen::default();
    let mut functions = Vec::with_capacity(members.value.len());
    for index in 0..members.value.len() {
        let mut expansion = Expansion {
            members: &members.value,
            index,
            seen: &mut seen,
            incomplete: Vec::new(),
            diagnostics,
        };
        let function = Cow::Owned(expansion.function(item));
        let incomplete = expansion.incomplete;
        if seen.bytes > MAX_BYTES {
            let title = format!("family `{}` makes more than 16 MiB of text", item.name.text);
            let mistake = Diagnostic::error(code::TOO_LARGE, title)
                .label(item.name.span, format!("too much with its {}th member", index + 1))
                .help("shorten what its placeholders stand for, or split the module");
            diagnostics.push(mistake);
            return functions;
        }
        functions.push(Expanded { function, member: members.value.get(index), incomplete });
    }
    // A placeholder without a key and a key without a placeholder are most likely one slip.
    if seen.unknown.is_empty() {
        report_unused(&members.value, &seen.used, diagnostics);
    }
    functions
}

fn report_unused(members: &[Member], used: &HashSet<String>, diagnostics: &mut Vec<Diagnostic>) {
    let mut reported = HashSet::new();
    for pair in members.iter().flat_map(|member| &member.pairs) {
        let key = &pair.key.text;
        if !used.contains(key) && reported.insert(key) {
            let mistake = Diagnostic::error(
                code::UNUSED_PLACEHOLDER,
                format!("member key `{key}` is never used"),
            )
            .label(pair.key.span, format!("`${{{key}}}` stands nowhere in this family"))
            .help("use it, or remove it from the members");
            diagnostics.push(mistake);
        }
    }
}

/// The most text that one family may make: a few hundred thousand lines, far more than anybody reads.
const MAX_BYTES: usize = 16 << 20;

/// What the placeholders of a family have shown so far.
#[derive(Default)]
struct Seen {
    /// Bytes of text made.
    bytes: usize,
    /// Keys that some text uses.
    used: HashSet<String>,
    /// Keys that no member gives; each is reported once.
    unknown: HashSet<String>,
}

struct Expansion<'a> {
    members: &'a [Member],
    index: usize,
    seen: &'a mut Seen,
    incomplete: Vec<Span>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Expansion<'a> {
    fn member(&self) -> &'a Member {
        &self.members[self.index]
    }

    fn function(&mut self, item: &Function) -> Function {
        Function {
            name: self.name(&item.name),
            doc: self.text(&item.doc),
            params: item
                .params
                .iter()
                .map(|param| Param {
                    name: self.text(&param.name),
                    ty: self.text(&param.ty),
                    doc: self.text(&param.doc),
                })
                .collect(),
            result: self.opt(item.result.as_ref()),
            failure: item.failure,
            parts: self.pairs(&item.parts),
            errors: self.pairs(&item.errors),
            wrappers: item
                .wrappers
                .as_ref()
                .map(|all| all.iter().map(|wrapper| self.text(wrapper)).collect()),
            threads: self.opt(item.threads.as_ref()),
            example: self.text(&item.example),
            body: self.opt(item.body.as_ref()),
            keeps_error: item.keeps_error,
            members: None,
        }
    }

    /// The name stands where the member says what is special about it, unless the pattern itself is no name: then all
    /// functions of the family share that one mistake and its place.
    fn name(&mut self, pattern: &Str) -> Str {
        let mut name = self.text(pattern);
        let is_sound = (pattern.text.starts_with("rt_") || pattern.text.starts_with("${"))
            && literals(&pattern.text)
                .all(|ch| ch.is_ascii_lowercase() || ch.is_ascii_digit() || ch == '_');
        let first_key = placeholders(&pattern.text).next().map(|(key, _)| key);
        let pair =
            self.member().pairs.iter().find(|pair| Some(pair.key.text.as_str()) == first_key);
        if let Some(pair) = pair.filter(|_| is_sound) {
            name.span = pair.value.span;
        }
        name
    }

    fn pairs(&mut self, pairs: &[Pair]) -> Vec<Pair> {
        let pair = |pair: &Pair| Pair { key: pair.key.clone(), value: self.text(&pair.value) };
        pairs.iter().map(pair).collect()
    }

    fn opt(&mut self, value: Option<&Str>) -> Option<Str> {
        value.map(|value| self.text(value))
    }

    fn text(&mut self, value: &Str) -> Str {
        if !value.text.contains("${") {
            return value.clone();
        }
        let mut text = String::with_capacity(value.text.len() + 16);
        let mut end = 0;
        for (key, at) in placeholders(&value.text) {
            // The rest of a text that is too much already is nobody's loss.
            if text.len() + self.seen.bytes > MAX_BYTES {
                break;
            }
            text.push_str(&value.text[end..at]);
            end = at + "${}".len() + key.len();
            match self.member().pairs.iter().find(|pair| pair.key.text == key) {
                Some(pair) => {
                    self.seen.used.insert(key.to_owned());
                    text.push_str(&pair.value.text);
                }
                None => {
                    let span =
                        value.exact.map_or(value.span, |base| Span::new(base + at, base + end));
                    self.report_missing(key, span);
                    self.incomplete.push(value.span);
                    // Another stand-in for each member, so that their names stay different.
                    text.push_str(&format!("x{}", self.index));
                }
            }
        }
        text.push_str(&value.text[end..]);
        self.seen.bytes += text.len();
        Str { text, span: value.span, exact: None }
    }

    fn report_missing(&mut self, key: &str, place: Span) {
        let given = self
            .members
            .iter()
            .find_map(|other| other.pairs.iter().find(|pair| pair.key.text == key));
        let Some(pair) = given else {
            if self.seen.unknown.insert(key.to_owned()) {
                self.report_unknown(key, place);
            }
            return;
        };
        let mistake =
            Diagnostic::error(code::UNKNOWN_PLACEHOLDER, format!("a member does not give `{key}`"))
                .label(self.member().span, format!("`${{{key}}}` has no value here"))
                .also(pair.key.span, "another member gives it here")
                .help(format!("add `{key} = \"..\"` to this member"));
        self.diagnostics.push(mistake);
    }

    fn report_unknown(&mut self, key: &str, place: Span) {
        let keys = self.member().pairs.iter().map(|pair| pair.key.text.as_str());
        let help = match similar(key, keys.clone()).or(keys.clone().next()) {
            Some(other) => format!("write `${{{other}}}`, or add `{key} = \"..\"` to every member"),
            None => format!("add `{key} = \"..\"` to every member"),
        };
        let mistake = Diagnostic::error(
            code::UNKNOWN_PLACEHOLDER,
            format!("unknown placeholder `${{{key}}}`"),
        )
        .label(place, "no member of the family gives this key")
        .help(help);
        self.diagnostics.push(mistake);
    }
}

/// Each `${key}` with the offset of its `$`. An opening without a closing brace is plain text.
fn placeholders(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.match_indices("${").filter_map(|(at, _)| {
        let rest = &text[at + 2..];
        let key = &rest[..rest.find('}')?];
        (!key.contains("${")).then_some((key, at))
    })
}

/// The characters outside placeholders.
fn literals(text: &str) -> impl Iterator<Item = char> {
    let ranges: Vec<_> = placeholders(text).map(|(key, at)| at..at + key.len() + 3).collect();
    text.char_indices()
        .filter(move |(at, _)| !ranges.iter().any(|range| range.contains(at)))
        .map(|(_, ch)| ch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_with_their_offsets() {
        let found: Vec<_> = placeholders("rt_${a}_${b.c}_${").collect();
        assert_eq!(found, [("a", 3), ("b.c", 8)]);
        assert_eq!(literals("rt_${a}!").collect::<String>(), "rt_!");
    }
}
