//! Every file of the crates that a Cargo workspace takes along is named in `tools/sources`.

use std::collections::BTreeSet;

use crate::{Problem, Tree};

pub(super) const WHY: &str = "A workspace that `ffigen workspace` writes has the files that tools/sources names: one \
    that is missing there is missing with every user.";

const LIST: &str = "tools/sources/src/lib.rs";
/// Folders of crates that are taken along whole.
const FOLDERS: [&str; 6] = [
    "compiler/cranelift/core/src/",
    "ffi/rt/src/",
    "ffi/rt/tests/",
    "ffi/syscalls/src/",
    "ffi/syscalls/tests/",
    "third_party/workspace/",
];

pub(super) fn check_sources(tree: &Tree) -> Vec<Problem> {
    let Some(list) = tree.file(LIST) else { return Vec::new() };
    let named: BTreeSet<_> = list
        .lines()
        .filter_map(|(line, text)| {
            Some((text.trim().strip_prefix('"')?.strip_suffix("\",")?, line))
        })
        .collect();
    let is_named = |path: &str| named.iter().any(|(name, _)| *name == path);
    let is_taken = |path: &str| FOLDERS.iter().any(|folder| path.starts_with(folder));
    let mut problems: Vec<_> = tree
        .files
        .iter()
        .filter(|file| is_taken(&file.path) && !is_named(&file.path))
        .map(|file| Problem::at(file, 1, "no workspace has this file", format!("add it to {LIST}")))
        .collect();
    for (name, line) in named.iter().filter(|(name, _)| !tree.exists(name)) {
        problems.push(Problem::at(list, *line, format!("`{name}` is not there"), "remove it"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn what_is_missing_or_gone_is_named() {
        let list = "//! List.\nfiles! {\n    \"LICENSE\",\n    \"ffi/rt/src/lib.rs\",\n}\n";
        let good =
            [(LIST, list), ("LICENSE", ""), ("ffi/rt/src/lib.rs", ""), ("ffi/rt/BUILD.bazel", "")];
        assert_eq!(messages(check_sources, &good), Vec::<String>::new());
        let more = [good[0], good[1], good[2], ("ffi/rt/src/new.rs", "")];
        assert_eq!(messages(check_sources, &more).len(), 1);
        let gone = messages(check_sources, &good[..2]);
        assert!(gone.len() == 1 && gone[0].contains("ffi/rt/src/lib.rs"), "{gone:?}");
    }
}
