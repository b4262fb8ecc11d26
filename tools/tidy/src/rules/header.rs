//! Every file says at its top what it holds.

use crate::{File, Problem, Tree};

pub(super) const WHY: &str = "A reader who opens a file should learn from its first line what it holds and why it is \
    there.";

pub(super) fn check_header(tree: &Tree) -> Vec<Problem> {
    tree.files.iter().filter_map(problem).collect()
}

fn problem(file: &File) -> Option<Problem> {
    let first = file.text.lines().next().unwrap_or_default();
    let (present, help) = if file.is_rust() {
        let is_readme = first == "#![doc = include_str!(\"../README.md\")]";
        (is_readme || sentence(first.strip_prefix("//!")), "open it with `//! What it holds.`")
    } else if file.is_c() {
        let comment = first.strip_prefix("/*").or_else(|| first.strip_prefix("//"));
        (sentence(comment), "open it with `/* What it holds. */`")
    } else if file.is_starlark() && file.extension() == "bzl" || file.name() == "MODULE.bazel" {
        (sentence(first.strip_prefix("\"\"\"")), "open it with `\"\"\"What it holds.`")
    } else if file.is_starlark() {
        let comment = first.strip_prefix("\"\"\"").or_else(|| first.strip_prefix('#'));
        // A package of one load and one call needs no title.
        let is_plain = file.text.matches("load(").count() == 1;
        (is_plain || sentence(comment), "open it with `\"\"\"What this package is.\"\"\"`")
    } else if file.is_shell() {
        let second = file.text.lines().nth(1).unwrap_or_default();
        (sentence(second.strip_prefix('#')), "write `# What it does.` under its first line")
    } else if file.is_markdown() {
        // The README of a crate is also its documentation, where the crate's name is the title.
        let is_crate_doc = file.path.ends_with("/README.md") && sentence(Some(first));
        (is_crate_doc || sentence(first.strip_prefix("# ")), "open it with `# Title`")
    } else {
        return None;
    };
    (!present).then(|| Problem::at(file, 1, "the file does not say what it is", help))
}

/// Whether a comment has words: something that begins like a sentence, or like a name.
fn sentence(comment: Option<&str>) -> bool {
    comment.is_some_and(|text| {
        text.trim_matches(['*', '!', ' ']).chars().next().is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn a_title_is_wanted_in_each_language() {
        let good = [
            ("a.rs", "//! Holds a.\n"),
            ("b.c", "/* Tests b. */\n"),
            ("c.bzl", "\"\"\"Macro c.\"\"\"\n"),
            (
                "d/BUILD.bazel",
                "load(\"//ffi:defs.bzl\", \"ffi_crate\")\n\nffi_crate(name = \"d\")\n",
            ),
            ("e", "#!/bin/sh\n# Runs e.\n"),
            ("f.md", "# F\n"),
            ("g/README.md", "What g is.\n"),
            ("g/src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n"),
            ("tests/fixtures/g.rs", ""),
        ];
        assert_eq!(messages(check_header, &good), Vec::<String>::new());
        let bad = [
            ("a.rs", "// Holds a.\n"),
            ("b.c", "#include <b.h>\n"),
            ("c.bzl", "def c():\n    pass\n"),
            ("d/BUILD.bazel", "load(\"//x:y.bzl\", \"y\")\nload(\"//x:z.bzl\", \"z\")\n"),
            ("e", "#!/bin/sh\nset -eu\n"),
            ("f.md", "F\n"),
            ("g.rs", "//!\n"),
        ];
        let found = messages(check_header, &bad);
        assert_eq!(found.len(), bad.len(), "{found:#?}");
        assert_eq!(
            found[0],
            "a.rs:1: the file does not say what it is; open it with `//! What it holds.`"
        );
    }
}
