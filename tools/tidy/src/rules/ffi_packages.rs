//! Every spec has its package, and every package is one call.

use crate::{File, Problem, Tree};

pub(super) const WHY: &str = "A BUILD file is a fact: one load, one `ffi_crate` call. What is clever is in \
    ffi/defs.bzl, once. A spec without a package would be built and locked by nobody.";

const LIMIT: usize = 15;

pub(super) fn check_ffi_packages(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| is_spec(file)) {
        let module = file.name().trim_end_matches(".toml");
        let package = package(module);
        for (name, help) in [
            (
                "BUILD.bazel",
                format!(
                    "add it with one call: ffi_crate(name = \"ffi_{module}\", spec = \"//specs:{module}.toml\")"
                ),
            ),
            ("abi.json", "run: ./bazelw run //ffi:accept_abi".to_owned()),
        ] {
            let path = format!("{package}/{name}");
            if !tree.exists(&path) {
                problems.push(Problem::of(&path, format!("{} has no {name}", file.path), help));
            }
        }
        if package.ends_with(module)
            && let Some(build) = tree.file(&format!("{package}/BUILD.bazel"))
        {
            plain(build, &mut problems);
        }
    }
    problems
}

/// Where a module is made: the ABI of the runtime itself is provided by its crate, and the backend is part of the
/// compiler.
fn package(module: &str) -> String {
    match module {
        "base" => "ffi/rt".to_owned(),
        "cranelift" => "compiler/cranelift".to_owned(),
        _ => format!("ffi/{module}"),
    }
}

/// A spec at the top of `specs/`.
fn is_spec(file: &File) -> bool {
    file.path
        .strip_prefix("specs/")
        .is_some_and(|name| name.ends_with(".toml") && !name.contains('/'))
}

fn plain(build: &File, problems: &mut Vec<Problem>) {
    let count = build.text.lines().count();
    if count > LIMIT {
        let what = format!("{count} lines, the limit for an FFI package is {LIMIT}");
        problems.push(Problem::at(build, LIMIT + 1, what, "move what is clever into ffi/defs.bzl"));
    }
    let calls = build.text.matches("ffi_crate(").count();
    if calls != 1 {
        let help = "call it once, with the spec of this package";
        problems.push(Problem::at(build, 1, format!("{calls} calls of ffi_crate"), help));
    }
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    const BUILD: &str = "load(\"//ffi:defs.bzl\", \"ffi_crate\")\n\nffi_crate(name = \"ffi_io\")\n";

    #[test]
    fn a_spec_has_a_package_and_a_baseline() {
        let good = [
            ("specs/io.toml", ""),
            ("ffi/io/BUILD.bazel", BUILD),
            ("ffi/io/abi.json", "{}"),
            ("specs/README.md", ""),
        ];
        assert_eq!(messages(check_ffi_packages, &good), Vec::<String>::new());
        let found = messages(check_ffi_packages, &good[..2]);
        assert_eq!(
            found,
            ["ffi/io/abi.json: specs/io.toml has no abi.json; run: ./bazelw run //ffi:accept_abi"]
        );
        assert_eq!(messages(check_ffi_packages, &good[..1]).len(), 2);
    }

    #[test]
    fn a_package_is_one_short_call() {
        let long = format!("{BUILD}{}", "\n".repeat(13));
        for (build, what) in [(long.as_str(), "16 lines"), ("ffi_crates()\n", "0 calls")] {
            let found = messages(
                check_ffi_packages,
                &[("specs/io.toml", ""), ("ffi/io/BUILD.bazel", build), ("ffi/io/abi.json", "")],
            );
            assert!(found.len() == 1 && found[0].contains(what), "{found:?}");
        }
    }
}
