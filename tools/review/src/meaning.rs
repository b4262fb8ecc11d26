//! What a change of a snapshot means to a reader, before any text is shown.
//!
//! Only two kinds of text have a meaning of their own here: manifests, whose changes `ffigen` can class, and pages of
//! diagnostics, whose messages are counted. Of all others the number of lines is said.

use std::collections::BTreeMap;

use ffigen::abi_diff::{self, Class};
use ffigen::emit::manifest::Manifest;

use crate::difference;
use crate::pending::Pending;

/// What changed.
#[derive(Debug, PartialEq, Eq)]
pub struct Meaning {
    /// How bad it is for those who compiled against it; none where that is no question.
    pub class: Option<Class>,
    /// A sentence each.
    pub lines: Vec<String>,
}

/// The meaning of one change.
pub fn of(pending: &Pending) -> Meaning {
    let (old, new) = (pending.old.as_deref(), pending.new.as_str());
    if let Some(new) = manifest(&pending.path, new) {
        return of_manifest(old.and_then(|old| manifest(&pending.path, old)), &new);
    }
    if is_diagnostics(new) || old.is_some_and(is_diagnostics) {
        return Meaning { class: None, lines: of_diagnostics(old.unwrap_or_default(), new) };
    }
    let lines = match old {
        None => format!("new, {} lines", new.lines().count()),
        Some(old) => {
            let (removed, added) = difference::count(old, new);
            match (removed, added) {
                (0, 0) => "only the end of the text".to_owned(),
                _ => format!("{added} lines added, {removed} removed"),
            }
        }
    };
    Meaning { class: None, lines: vec![lines] }
}

fn manifest(path: &str, text: &str) -> Option<Manifest> {
    if path.contains("/abi/") { abi_diff::read(text).ok() } else { None }
}

fn of_manifest(old: Option<Manifest>, new: &Manifest) -> Meaning {
    let Some(old) = old else {
        return Meaning { class: Some(Class::Addition), lines: vec!["a new module".to_owned()] };
    };
    let report = abi_diff::compare(&old, new);
    let mut lines: Vec<_> = report
        .changes
        .iter()
        .map(|change| format!("{} ({})", change.text, change.class.words()))
        .collect();
    if lines.is_empty() {
        lines.push("the same ABI; only the text of the manifest".to_owned());
    }
    Meaning { class: Some(report.class()), lines }
}

/// Whether a page shows a source and what is said about it.
fn is_diagnostics(text: &str) -> bool {
    text.starts_with("SOURCE\n") && text.contains("\n\nDIAGNOSTICS\n")
}

/// Messages that came and went, each with its code.
fn of_diagnostics(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (titles(old), titles(new));
    let mut lines = Vec::new();
    for (one, other, verb) in [(&old, &new, "gone"), (&new, &old, "new")] {
        for (title, count) in one {
            let more = count - other.get(title).copied().unwrap_or(0).min(*count);
            lines.extend((0..more).map(|_| format!("{verb}: {title}")));
        }
    }
    if lines.is_empty() {
        lines.push("the same messages; other places, labels or help".to_owned());
    }
    lines
}

/// The first lines of all messages of a page, counted.
fn titles(page: &str) -> BTreeMap<&str, usize> {
    let (_, messages) = page.split_once("\n\nDIAGNOSTICS\n").unwrap_or(("", ""));
    let is_title = |line: &&str| line.starts_with("error") || line.starts_with("warning");
    let mut titles = BTreeMap::new();
    for title in messages.lines().filter(is_title) {
        *titles.entry(title).or_insert(0) += 1;
    }
    titles
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn change(path: &str, old: Option<&str>, new: &str) -> Meaning {
        of(&Pending {
            path: path.into(),
            file: PathBuf::new(),
            old: old.map(str::to_owned),
            new: new.into(),
            description: String::new(),
            is_out_of_date: false,
        })
    }

    #[test]
    fn messages_that_came_and_went_are_named() {
        let page = |messages: &str| format!("SOURCE\nx\n\nDIAGNOSTICS\n{messages}\n");
        let old = page("error[F0201]: unknown type `A`\n --> a\nerror[F0201]: unknown type `A`");
        let new = page("error[F0201]: unknown type `A`\n --> b\nerror[F0202]: `b` is reserved");
        let lines = change("snapshots/ffigen/err/a.snap", Some(&old), &new).lines;
        let expected =
            ["gone: error[F0201]: unknown type `A`", "new: error[F0202]: `b` is reserved"];
        assert_eq!(lines, expected);
        let moved = old.replace("--> a", "--> c");
        let lines = change("snapshots/ffigen/err/a.snap", Some(&old), &moved).lines;
        assert_eq!(lines, ["the same messages; other places, labels or help"]);
    }

    #[test]
    fn lines_of_other_texts_are_counted() {
        let meaning = change("snapshots/ffigen/specs/a/c/a.h.snap", Some("a\nb\n"), "a\nc\nd\n");
        assert_eq!(meaning.lines, ["2 lines added, 1 removed"]);
        let meaning = change("snapshots/ffigen/specs/a/c/a.h.snap", None, "a\nb\n");
        assert_eq!(meaning.lines, ["new, 2 lines"]);
        let meaning = change("snapshots/ffigen/specs/a/c/a.h.snap", Some("a\n"), "a\n\n");
        assert_eq!(meaning.lines, ["1 lines added, 0 removed"]);
    }
}
