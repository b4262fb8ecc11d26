//! Who may know whom: the absences that ARCHITECTURE.md promises.

use crate::{File, Problem, Tree};

pub(super) const WHY: &str = "Each promise of an absence (what a crate does not touch, mention or \
    depend on) is one import away from being broken.";

/// Crates that promise I1, with the attribute that makes clippy hold them to it.
const PURE: [&str; 2] = ["lib/diag/src/lib.rs", "tools/ffigen/src/lib.rs"];
const PURITY: &str = "#![deny(clippy::disallowed_methods)]";

pub(super) fn check_boundaries(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in &tree.files {
        if PURE.contains(&file.path.as_str()) && !file.text.contains(PURITY) {
            let what =
                "a crate that touches nothing outside (I1) without the lint that holds it to it";
            problems.push(Problem::at(file, 1, what, format!("add `{PURITY}`")));
        }
        if file.path.starts_with("ffi/rt/src/") {
            runtime(tree, file, &mut problems);
        }
        let is_manifest = matches!(file.name(), "Cargo.toml" | "BUILD.bazel");
        if is_manifest && (file.path.starts_with("tools/ffigen/") || file.path.starts_with("lib/"))
        {
            mentions(
                file,
                &["//ffi", "ffi_rt", "//compiler"],
                "a dependency of the generator on what it generates",
                &mut problems,
            );
        }
    }
    problems
}

/// The runtime may not mention any one module.
fn runtime(tree: &Tree, file: &File, problems: &mut Vec<Problem>) {
    let modules = tree
        .files
        .iter()
        .filter_map(|spec| spec.path.strip_prefix("specs/")?.strip_suffix(".toml"));
    for module in modules.filter(|module| *module != "base") {
        let (krate, header, spec) =
            (format!("ffi_{module}"), format!("rt_{module}.h"), format!("specs/{module}.toml"));
        let what = format!("the runtime mentions the module `{module}`");
        mentions(file, &[&krate, &header, &spec], &what, problems);
    }
}

fn mentions(file: &File, names: &[&str], what: &str, problems: &mut Vec<Problem>) {
    for (line, text) in file.lines() {
        if let Some(name) = names.iter().find(|name| text.contains(**name)) {
            problems.push(Problem::at(
                file,
                line,
                format!("{what}: `{name}`"),
                "turn the dependency around",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn a_broken_promise_is_caught() {
        let good = [
            ("lib/diag/src/lib.rs", "//! Diag.\n#![deny(clippy::disallowed_methods)]\n"),
            ("specs/io.toml", ""),
            ("ffi/rt/src/a.rs", "//! Used by ffi_base and any module.\n"),
            ("tools/ffigen/BUILD.bazel", "deps = [\"//lib/diag\"]\n"),
        ];
        assert_eq!(messages(check_boundaries, &good), Vec::<String>::new());
        for (path, text) in [
            ("lib/diag/src/lib.rs", "//! Diag.\n"),
            ("ffi/rt/src/b.rs", "//! Only for ffi_io.\n"),
            ("tools/ffigen/BUILD.bazel", "deps = [\"//ffi/rt:ffi_rt\"]\n"),
            ("lib/diag/Cargo.toml", "ffi_rt.workspace = true\n"),
        ] {
            let found = messages(check_boundaries, &[(path, text), ("specs/io.toml", "")]);
            assert_eq!(found.len(), 1, "{path}: {found:?}");
        }
    }
}
