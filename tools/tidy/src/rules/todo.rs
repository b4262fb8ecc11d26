//! Work that is left has an issue, and nothing half-done is left in the code.

use crate::{File, Problem, Tree, rust_text};

pub(super) const WHY: &str = "A note without an issue is never read again. `TODO(#12): sentence.` can be found from \
    the issue and back.";

/// Marks that mean the same in other houses, joined here so that this file passes its own rule.
const OTHER_MARKS: [&str; 3] = [concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
const MARK: &str = concat!("TO", "DO");
/// Macros that stand for work not done, or for work on the desk.
const MACROS: [&str; 3] = [concat!("to", "do!("), "unimplemented!(", "dbg!("];

pub(super) fn check_todo(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_hand_written()) {
        for (line, text) in file.lines() {
            marks(file, line, text, &mut problems);
        }
        if file.is_rust() {
            let code = rust_text::views(&file.text).code;
            for (index, text) in code.lines().enumerate() {
                for name in MACROS.iter().filter(|name| text.contains(**name)) {
                    let what = format!("`{name}..)` is left in the code");
                    problems.push(Problem::at(file, index + 1, what, "finish it or take it out"));
                }
            }
        }
    }
    problems
}

fn marks(file: &File, line: usize, text: &str, problems: &mut Vec<Problem>) {
    let mut words = text.split(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_');
    if let Some(word) = words.find(|word| OTHER_MARKS.contains(word)) {
        let what = format!("`{word}`");
        problems.push(Problem::at(file, line, what, format!("write `{MARK}(#issue): sentence.`")));
    }
    for (at, _) in text.match_indices(MARK) {
        let stands_alone =
            !text[..at].ends_with(|ch: char| ch.is_alphanumeric() || ch == '`' || ch == '_');
        if stands_alone && !is_well_formed(&text[at + MARK.len()..]) {
            let help = format!("write `{MARK}(#issue): sentence.`");
            problems.push(Problem::at(
                file,
                line,
                format!("a `{MARK}` without an issue or a sentence"),
                help,
            ));
        }
    }
}

/// Whether what follows the mark is `(#12): Sentence.`
fn is_well_formed(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix("(#") else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let Some(sentence) = rest[digits..].strip_prefix("): ") else { return false };
    digits > 0 && sentence.trim_end_matches("*/").trim_end().ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn a_note_names_its_issue() {
        let good = format!("// {MARK}(#12): Say it.\n");
        assert_eq!(messages(check_todo, &[("a.rs", &good)]), Vec::<String>::new());
        for bad in [
            format!("// {MARK}: say it."),
            format!("// {MARK}(#12) say"),
            format!("# {}", OTHER_MARKS[0]),
        ] {
            let found = messages(check_todo, &[("a.bzl", &bad)]);
            assert!(found.len() == 1 && found[0].starts_with("a.bzl:1: "), "{bad}: {found:?}");
        }
    }

    #[test]
    fn nothing_half_done_is_left() {
        for name in MACROS {
            let found = messages(check_todo, &[("a.rs", &format!("fn a() {{ {name}) }}\n"))]);
            assert_eq!(found.len(), 1, "{name}");
        }
        assert_eq!(
            messages(check_todo, &[("a.rs", "// dbg!(x) would print.\n")]),
            Vec::<String>::new()
        );
    }
}
