//! White space and file names.

use crate::{File, Problem, Tree};

pub(super) const WHY: &str =
    "Text that differs only in what one cannot see makes diffs nobody can read.";

pub(super) fn check_layout(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_hand_written()) {
        white_space(file, &mut problems);
        if file.name() == "mod.rs" {
            let folder = file.path.trim_end_matches("/mod.rs");
            problems.push(Problem::of(
                &file.path,
                "a module in `mod.rs`",
                format!("name it `{folder}.rs`"),
            ));
        }
    }
    problems
}

fn white_space(file: &File, problems: &mut Vec<Problem>) {
    let is_patch = matches!(file.extension(), "patch" | "diff");
    let split = file.text.split('\n').enumerate();
    for (line, text) in split.map(|(index, text)| (index + 1, text)).filter(|_| !is_patch) {
        if text.ends_with('\r') {
            problems.push(Problem::at(
                file,
                line,
                "a carriage return",
                "end lines with a line feed only",
            ));
        } else if text.ends_with([' ', '\t']) {
            problems.push(Problem::at(
                file,
                line,
                "white space at the end of the line",
                "remove it",
            ));
        }
        if text.starts_with('\t') && file.name() != ".gitmodules" {
            problems.push(Problem::at(file, line, "a tab", "indent with four blanks"));
        }
    }
    let count = file.text.lines().count();
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        problems.push(Problem::at(file, count, "no line feed at the end of the file", "add one"));
    }
    // In a template it is output.
    if file.text.ends_with("\n\n") && !file.is_template() {
        problems.push(Problem::at(
            file,
            count,
            "an empty line at the end of the file",
            "remove it",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn invisible_differences_are_caught() {
        assert_eq!(
            messages(check_layout, &[("a.rs", "a\n\nb\n"), ("b.patch", "a \n")]),
            Vec::<String>::new()
        );
        for (text, what) in [
            ("a \n", "a.rs:1: white space at the end"),
            ("a\r\n", "a.rs:1: a carriage return"),
            ("\ta\n", "a.rs:1: a tab"),
            ("a\nb", "a.rs:2: no line feed at the end"),
            ("a\n\n", "a.rs:2: an empty line at the end"),
        ] {
            let found = messages(check_layout, &[("a.rs", text)]);
            assert!(found.len() == 1 && found[0].starts_with(what), "{text:?}: {found:?}");
        }
    }

    #[test]
    fn modules_have_their_own_name() {
        let found = messages(check_layout, &[("x/src/rules/mod.rs", "//! Rules.\n")]);
        assert_eq!(found, ["x/src/rules/mod.rs: a module in `mod.rs`; name it `x/src/rules.rs`"]);
    }
}
