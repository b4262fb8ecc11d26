//! How long a line, a file and a function may be.

use crate::ratchet::Ratchet;
use crate::{File, Problem, Tree, rust_text};

pub(super) const WHY: &str = "What fits on a page is understood on a page. Limits bind all new text; older excesses \
    are listed in tools/tidy/ratchet.txt and may only shrink.";

const LINE: usize = 120;
const FILE: usize = 500;
const TEMPLATE: usize = 80;
const MACRO_FILE: usize = 150;
const FUNCTION: usize = 70;

/// Prose has one sentence per line; data and patches have the lines they have.
fn has_line_limit(file: &File) -> bool {
    let is_code_template = file.is_template() && !file.path.ends_with(".md.j2");
    file.is_rust() || file.is_c() || file.is_starlark() || file.is_shell() || is_code_template
}

pub(super) fn check_line_length(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| has_line_limit(file)) {
        for (line, text) in file.lines() {
            let length = text.chars().count();
            if length > LINE {
                let what = format!("a line of {length} characters, the limit is {LINE}");
                problems.push(Problem::at(file, line, what, "break it"));
            }
        }
    }
    problems
}

pub(super) fn check_file_length(tree: &Tree) -> Vec<Problem> {
    let mut ratchet = Ratchet::read(tree, "file");
    for file in tree.files.iter().filter(|file| has_line_limit(file) || file.is_template()) {
        let limit = match file.extension() {
            "j2" => TEMPLATE,
            "bzl" => MACRO_FILE,
            _ => FILE,
        };
        ratchet.measure(&file.path, 0, &file.path, file.text.lines().count(), limit);
    }
    ratchet.finish()
}

pub(super) fn check_function_length(tree: &Tree) -> Vec<Problem> {
    let mut ratchet = Ratchet::read(tree, "function");
    for file in &tree.files {
        for function in functions(file) {
            let subject = format!("{}::{}", file.path, function.name);
            ratchet.measure(&file.path, function.line, &subject, function.length, FUNCTION);
        }
    }
    ratchet.finish()
}

fn functions(file: &File) -> Vec<rust_text::Function> {
    if file.is_rust() {
        return rust_text::functions(&rust_text::views(&file.text).code);
    }
    if file.is_c() || file.is_shell() {
        return braced(file);
    }
    if file.is_starlark() {
        return indented(file);
    }
    Vec::new()
}

/// Functions of C and shell, in the layout all of them have here: the closing brace alone at the margin.
fn braced(file: &File) -> Vec<rust_text::Function> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (line, text) in file.lines() {
        let at_margin = text.starts_with(|ch: char| ch.is_alphabetic() || ch == '_');
        if at_margin && text.contains('(') && !text.ends_with(';') {
            let before = text.split('(').next().unwrap_or_default();
            let name = before.rsplit([' ', '*']).next().unwrap_or_default();
            open.get_or_insert((line, name.to_owned()));
        } else if text == "}"
            && let Some((start, name)) = open.take()
        {
            found.push(rust_text::Function { name, line: start, length: line - start + 1 });
        } else if text.starts_with([';', '#']) {
            open = None;
        }
    }
    found
}

/// Functions of Starlark: from `def` to the last indented line. The docstring is documentation and not counted.
fn indented(file: &File) -> Vec<rust_text::Function> {
    let mut found: Vec<rust_text::Function> = Vec::new();
    let (mut inside, mut in_docstring, mut uncounted) = (false, false, 0);
    for (line, text) in file.lines() {
        if let Some(rest) = text.strip_prefix("def ") {
            let name = rest.split('(').next().unwrap_or_default().to_owned();
            found.push(rust_text::Function { name, line, length: 1 });
            (inside, uncounted) = (true, 0);
            continue;
        }
        let marks = text.matches("\"\"\"").count();
        if inside && (in_docstring || text.trim_start().starts_with("\"\"\"")) {
            uncounted += 1;
            in_docstring ^= marks % 2 == 1;
        } else if text.starts_with([' ', ')']) {
            if let Some(last) = found.last_mut().filter(|_| inside) {
                last.length = line - last.line + 1 - uncounted;
            }
        } else if !text.is_empty() {
            inside = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn long_lines_are_caught_outside_prose() {
        let long = format!("{}\n", "é".repeat(121));
        assert_eq!(
            messages(check_line_length, &[("a.md", &long), ("snapshots/a.rs", &long)]),
            Vec::<String>::new()
        );
        let found = messages(check_line_length, &[("a.rs", &format!("//! A.\n{long}"))]);
        assert_eq!(found, ["a.rs:2: a line of 121 characters, the limit is 120; break it"]);
        let fits = format!("{}\n", "é".repeat(120));
        assert_eq!(messages(check_line_length, &[("a.rs", &fits)]), Vec::<String>::new());
    }

    #[test]
    fn each_kind_of_file_has_its_limit() {
        for (path, limit) in [("a.rs", 500), ("b.rs.j2", 80), ("c.bzl", 150), ("d_test.c", 500)] {
            assert_eq!(
                messages(check_file_length, &[(path, &"x\n".repeat(limit))]),
                Vec::<String>::new()
            );
            let found = messages(check_file_length, &[(path, &"x\n".repeat(limit + 1))]);
            assert!(
                found.len() == 1 && found[0].contains(&format!("the limit is {limit}")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn long_functions_are_caught_in_each_language() {
        let body = "    x;\n".repeat(69);
        for (path, open, close) in [
            ("a.rs", "fn long() {\n", "}\n"),
            ("b.c", "static void long(void) {\n", "}\n"),
            ("c.bzl", "def long():\n    \"\"\"Says.\n\n    More.\n    \"\"\"\n", "    pass\n"),
            ("d.sh", "long() {\n", "}\n"),
        ] {
            let found =
                messages(check_function_length, &[(path, &format!("{open}{body}{close}\n"))]);
            assert_eq!(found.len(), 1, "{path}");
            assert!(
                found[0].starts_with(&format!("{path}:1: function of 71 lines, the limit is 70")),
                "{found:?}"
            );
            let shorter = format!("{open}{}{close}\n", "    x;\n".repeat(68));
            assert_eq!(messages(check_function_length, &[(path, &shorter)]), Vec::<String>::new());
        }
    }

    #[test]
    fn the_ratchet_excuses_what_it_lists() {
        let list = "file a.rs 501\n";
        let text = "x\n".repeat(501);
        assert_eq!(
            messages(check_file_length, &[("a.rs", &text), (crate::ratchet::PATH, list)]),
            Vec::<String>::new()
        );
    }
}
