//! What the documents at the door name is there.

use crate::{File, Problem, Tree};

pub(super) const WHY: &str = "A newcomer takes the map at its word: each folder, file and target it names must be \
    there, and each folder at the top must be on it.";

const MAP: &str = "ARCHITECTURE.md";
const DOORS: [&str; 4] = ["README.md", MAP, "CONTRIBUTING.md", "specs/README.md"];
/// Folders at the top that need no place on the map.
const UNMAPPED: [&str; 4] = [".ci", ".config", ".github", "nix"];

pub(super) fn check_doors(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in DOORS.iter().filter_map(|path| tree.file(path)) {
        for (line, text) in file.lines() {
            for name in text.split('`').skip(1).step_by(2) {
                if let Some(what) = missing(tree, name) {
                    problems.push(Problem::at(file, line, what, "correct the document"));
                }
            }
        }
    }
    if let Some(map) = tree.file(MAP) {
        unmapped(tree, map, &mut problems);
    }
    problems
}

/// Says what is missing when the text in backticks names a path or a target of ours.
fn missing(tree: &Tree, name: &str) -> Option<String> {
    let is_plain = |ch: char| ch.is_ascii_alphanumeric() || "_-./:".contains(ch);
    if !name.chars().all(is_plain) || name.contains("..") {
        return None;
    }
    if let Some(label) = name.strip_prefix("//") {
        let (package, target) = label.split_once(':').unwrap_or((label, label.rsplit('/').next()?));
        let build = if package.is_empty() {
            "BUILD.bazel".to_owned()
        } else {
            format!("{package}/BUILD.bazel")
        };
        let Some(build) = tree.file(&build) else {
            return Some(format!("`{name}`: there is no package {package}"));
        };
        // Macros make targets whose name is longer than what they are given, so the beginning counts; and each FFI
        // package has an alias with the name of its folder.
        let is_named = build.text.split('"').skip(1).step_by(2).any(|given| {
            target == given
                || target.starts_with(&format!("{given}_"))
                || given.strip_prefix("ffi_") == Some(target)
        });
        let is_file = tree.exists(&format!("{package}/{target}"));
        return (!is_named && !is_file)
            .then(|| format!("`{name}`: {package} has no target {target}"));
    }
    let top = name.split('/').next()?;
    let is_path =
        name.contains('/') && !name.starts_with('/') && !name.contains(':') && tree.exists(top);
    (is_path && !tree.exists(name)).then(|| format!("`{name}` is not there"))
}

/// Folders at the top that the map does not name.
fn unmapped(tree: &Tree, map: &File, problems: &mut Vec<Problem>) {
    let is_folder =
        |path: &str| tree.paths.iter().any(|other| other.starts_with(&format!("{path}/")));
    for folder in tree.paths.iter().filter(|path| !path.contains('/') && is_folder(path)) {
        if !map.text.contains(&format!("`{folder}/")) && !UNMAPPED.contains(&folder.as_str()) {
            let what = format!("the folder `{folder}/` is not on the map");
            problems.push(Problem::at(map, 1, what, "give it a line in the code map"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    fn with(text: &str) -> Vec<String> {
        let build = "rust_crate(name = \"x\")\nffi_crate(name = \"ffi_y\")\n";
        messages(check_doors, &[(MAP, text), ("lib/BUILD.bazel", build), ("lib/src/a.rs", "")])
    }

    #[test]
    fn what_is_named_is_there() {
        let good = "`lib/` `lib/src/a.rs` `//lib:x` `//lib:ffi_y_shared` \
            `specs/<m>.toml` `cargo test` `a/b` `x::y` `/proc/self`\n";
        assert_eq!(with(good), Vec::<String>::new());
        for (bad, what) in [
            ("`lib/src/b.rs`", "`lib/src/b.rs` is not there"),
            ("`//lib:z`", "`//lib:z`: lib has no target z"),
            ("`//nolib:x`", "`//nolib:x`: there is no package nolib"),
        ] {
            assert_eq!(
                with(&format!("`lib/`\n{bad}\n")),
                [format!("{MAP}:2: {what}; correct the document")]
            );
        }
    }

    #[test]
    fn each_folder_is_on_the_map() {
        assert_eq!(
            with("# Map\n"),
            [format!(
                "{MAP}:1: the folder `lib/` is not on the map; give it a line in the code map"
            )]
        );
    }
}
