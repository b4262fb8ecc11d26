//! Every crate is in the workspace and takes from it what all crates share: lints, edition, versions.
//!
//! Bazel reads the lint levels from there too (tools/bazel/lints.bzl), so what one refuses the other refuses.

use crate::{Problem, Tree};

pub(super) const WHY: &str = "A crate that sets its own lints, edition or versions is a house of its own; \
    a crate outside the workspace is built and checked by nobody.";

/// Keys of `[package]` that every crate takes from the workspace.
const SHARED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

pub(super) fn check_cargo(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Some(root) = tree.file("Cargo.toml") else { return problems };
    let Ok(table) = root.text.parse::<toml::Table>() else {
        return vec![Problem::at(root, 1, "this is not TOML", "run: cargo metadata")];
    };
    let workspace = table.get("workspace");
    let members = workspace.and_then(|it| it.get("members")).and_then(toml::Value::as_array);
    let lints = levels(workspace.and_then(|it| it.get("lints")));
    for member in members.into_iter().flatten().filter_map(toml::Value::as_str) {
        check_member(tree, &format!("{member}/Cargo.toml"), &lints, &mut problems);
    }
    for file in tree.files.iter().filter(|file| {
        file.name() == "Cargo.toml" && file.is_hand_written() && file.path.contains('/')
    }) {
        let folder = file.path.trim_end_matches("/Cargo.toml");
        if !members.into_iter().flatten().any(|member| member.as_str() == Some(folder)) {
            problems.push(Problem::at(
                file,
                1,
                "a crate outside the workspace",
                "add it to `members` in Cargo.toml",
            ));
        }
    }
    problems
}

/// The lints of a table with their levels: `clippy::name` and `"deny"`.
fn levels(lints: Option<&toml::Value>) -> Vec<(String, String)> {
    let tools = lints.and_then(toml::Value::as_table).into_iter().flatten();
    let levels = tools.filter_map(|(tool, levels)| Some((tool, levels.as_table()?)));
    levels
        .flat_map(|(tool, levels)| {
            levels.iter().map(move |(name, level)| (format!("{tool}::{name}"), level.to_string()))
        })
        .collect()
}

fn check_member(tree: &Tree, path: &str, shared: &[(String, String)], problems: &mut Vec<Problem>) {
    let Some(file) = tree.file(path) else {
        problems.push(Problem::of(
            path,
            "a member of the workspace that is not there",
            "remove it from Cargo.toml",
        ));
        return;
    };
    let Ok(table) = file.text.parse::<toml::Table>() else {
        problems.push(Problem::at(file, 1, "this is not TOML", "run: cargo metadata"));
        return;
    };
    let inherits = |table: Option<&toml::Value>| {
        table.and_then(|it| it.get("workspace")).and_then(toml::Value::as_bool)
    };
    // Cargo lets a crate inherit all lints or none: one that needs a lint of its own repeats the others.
    let own = levels(table.get("lints"));
    if inherits(table.get("lints")) != Some(true) && own.is_empty() {
        problems.push(Problem::at(file, 1, "no `[lints] workspace = true`", "add it"));
    }
    let is_missing = |lint: &&(String, String)| !own.contains(lint) && lint.1 != "\"allow\"";
    for (lint, level) in shared.iter().filter(is_missing).take_while(|_| !own.is_empty()) {
        let what = format!("its own lints, without `{lint}` of the workspace");
        problems.push(Problem::at(file, 1, what, format!("add it with the level {level}")));
    }
    for key in SHARED {
        if inherits(table.get("package").and_then(|package| package.get(key))) != Some(true) {
            problems.push(Problem::at(
                file,
                1,
                format!("its own `{key}`"),
                format!("write `{key}.workspace = true`"),
            ));
        }
    }
    for (name, value) in
        table.get("dependencies").and_then(toml::Value::as_table).into_iter().flatten()
    {
        // A crate that only pins a version for Bazel's sake says so with an exact requirement.
        let is_exact = value.as_str().is_some_and(|requirement| requirement.starts_with('='));
        if inherits(Some(value)) != Some(true) && !is_exact {
            let help = "list it in [workspace.dependencies] and write `.workspace = true`";
            problems.push(Problem::at(file, 1, format!("its own version of `{name}`"), help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    const ROOT: &str = "[workspace]\nmembers = [\"a\"]\n[workspace.lints.clippy]\nx = \"deny\"\n";
    const MEMBER: &str = "[package]
name = \"a\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true
[lints]
workspace = true
[dependencies]
b.workspace = true
";

    #[test]
    fn a_crate_takes_its_keys_from_the_workspace() {
        assert_eq!(
            messages(check_cargo, &[("Cargo.toml", ROOT), ("a/Cargo.toml", MEMBER)]),
            Vec::<String>::new()
        );
        for (change, what) in [
            (("[lints]\nworkspace = true\n", ""), "no `[lints] workspace = true`"),
            (("[lints]\nworkspace = true", "[lints.rust]\ny = \"deny\""), "without `clippy::x`"),
            (("edition.workspace = true", "edition = \"2021\""), "its own `edition`"),
            (("b.workspace = true", "b = \"1\""), "its own version of `b`"),
        ] {
            let found = messages(
                check_cargo,
                &[("Cargo.toml", ROOT), ("a/Cargo.toml", &MEMBER.replace(change.0, change.1))],
            );
            assert!(found.len() == 1 && found[0].contains(what), "{what}: {found:?}");
        }
        assert_eq!(messages(check_cargo, &[("Cargo.toml", ROOT)]).len(), 1);
        let stray = [("Cargo.toml", ROOT), ("a/Cargo.toml", MEMBER), ("b/Cargo.toml", MEMBER)];
        assert!(messages(check_cargo, &stray)[0].contains("a crate outside the workspace"));
    }
}
