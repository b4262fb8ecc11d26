//! One version of Rust, one major version of Bazel and one edition everywhere.

use crate::{File, Problem, Tree};

pub(super) const WHY: &str = "rust-toolchain.toml alone says which Rust this is; every other place that names a \
    version must name the same one.";

/// Files that name a Rust version because a reader or a tool needs it there.
const PLACES: [&str; 9] = [
    "Cargo.toml",
    "MODULE.bazel",
    "README.md",
    "CONTRIBUTING.md",
    "ARCHITECTURE.md",
    "flake.nix",
    ".ci/run",
    "bazelw",
    "tools/bazel/rust.bzl",
];

/// Files that take the version from where it is pinned, each with the text that does so. They name none, hence a
/// version that comes in beside the pin would not be seen.
const READERS: [(&str, &str); 3] = [
    ("flake.nix", "readFile ./rust-toolchain.toml"),
    ("flake.nix", "readFile ./.bazelversion"),
    ("tools/bazel/rust_sysroot.bzl", "//:rust-toolchain.toml"),
];

/// What stands in for nixpkgs cannot read the pins, being an input of its own, and repeats them.
const STAND_IN: &str = "nix/offline/packages.nix";

pub(super) fn check_versions(tree: &Tree) -> Vec<Problem> {
    let Some(channel) = tree.file("rust-toolchain.toml").and_then(|file| quoted(file, "channel"))
    else {
        return vec![Problem::of(
            "rust-toolchain.toml",
            "no `channel = \"x.y.z\"`",
            "pin the version of Rust there",
        )];
    };
    let mut problems = Vec::new();
    for file in tree
        .files
        .iter()
        .filter(|file| PLACES.contains(&file.path.as_str()) || file.extension() == "nix")
    {
        for (line, text) in file.lines() {
            for version in rust_versions(text) {
                if version != channel && !channel.starts_with(&format!("{version}.")) {
                    let what = format!("Rust {version}, but rust-toolchain.toml says {channel}");
                    problems.push(Problem::at(file, line, what, "make them one"));
                }
            }
        }
    }
    edition(tree, &mut problems);
    readers(tree, &mut problems);
    stand_in(tree, &mut problems);
    problems
}

fn readers(tree: &Tree, problems: &mut Vec<Problem>) {
    for (path, text) in READERS {
        if tree.file(path).is_some_and(|file| !file.text.contains(text)) {
            let what = format!("`{text}` is not there");
            problems.push(Problem::of(path, what, "take the version from where it is pinned"));
        }
    }
}

/// The stand-in says both versions; that of Rust is compared above, that of Bazel in its major part.
fn stand_in(tree: &Tree, problems: &mut Vec<Problem>) {
    let Some(file) = tree.file(STAND_IN) else { return };
    if !file.lines().any(|(_, text)| !rust_versions(text).is_empty()) {
        problems.push(Problem::of(STAND_IN, "no `rustVersion = \"x.y.z\"`", "name it"));
    }
    let Some(pin) = tree.file(".bazelversion").map(|pin| major(&pin.text)) else { return };
    let named = file.lines().find_map(|(line, text)| {
        let version = text.trim_start().strip_prefix("bazelVersion = \"")?;
        Some((line, major(version)))
    });
    match named {
        Some((_, named)) if named == pin => {}
        Some((line, named)) => {
            let what = format!("Bazel {named}, but .bazelversion says {pin}");
            problems.push(Problem::at(file, line, what, "make them one"));
        }
        None => problems.push(Problem::of(STAND_IN, "no `bazelVersion = \"x.y.z\"`", "name it")),
    }
}

/// What precedes the first dot of a version.
fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// The edition of Cargo.toml and that of the Bazel macros, which cannot read it.
fn edition(tree: &Tree, problems: &mut Vec<Problem>) {
    let Some(edition) = tree.file("Cargo.toml").and_then(|file| quoted(file, "edition")) else {
        return;
    };
    for file in tree.files.iter().filter(|file| file.is_starlark()) {
        for (line, text) in file.lines() {
            let named = text
                .trim_start()
                .strip_prefix("edition = \"")
                .and_then(|rest| rest.split('"').next());
            if named.is_some_and(|named| named != edition) {
                let what = format!("another edition than {edition}, that of Cargo.toml");
                problems.push(Problem::at(file, line, what, "make them one"));
            }
        }
    }
}

/// The value of `key = "value"` at the beginning of a line.
fn quoted(file: &File, key: &str) -> Option<String> {
    file.text.lines().find_map(|line| {
        let value = line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim();
        Some(value.strip_prefix('"')?.split('"').next()?.to_owned())
    })
}

/// Versions like 1.95 or 1.95.0 that follow the word Rust, rustc or rust-version on a line.
fn rust_versions(text: &str) -> Vec<&str> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, _) in lower.match_indices("rust") {
        let word_before = lower[..at].ends_with(|ch: char| ch.is_alphanumeric() || ch == '_');
        let rest = text[at..].trim_start_matches(|ch: char| ch.is_ascii_alphabetic() || ch == '-');
        let rest = rest.trim_start_matches([' ', '=', '"', ':', '`']);
        let length = rest.find(|ch: char| !ch.is_ascii_digit() && ch != '.').unwrap_or(rest.len());
        let version = rest[..length].trim_end_matches('.');
        if !word_before && version.starts_with("1.") {
            found.push(version);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    const PIN: (&str, &str) = ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.95.0\"\n");

    #[test]
    fn a_second_version_is_caught() {
        let good = "rust-version = \"1.95\"\nedition = \"2024\"\nserde = \"1.0\"\nrustix = \"2\"\n";
        let readme =
            "You need Rust 1.95.0.\nbazel_dep(name = \"rules_rust\", version = \"0.54.1\")\n";
        assert_eq!(
            messages(check_versions, &[PIN, ("Cargo.toml", good), ("README.md", readme)]),
            Vec::<String>::new()
        );
        let found = messages(check_versions, &[PIN, ("README.md", "Install Rust 1.94.\n")]);
        assert_eq!(
            found,
            ["README.md:1: Rust 1.94, but rust-toolchain.toml says 1.95.0; make them one"]
        );
        assert_eq!(
            messages(check_versions, &[PIN, ("Cargo.toml", "rust-version = \"1.9\"\n")]).len(),
            1
        );
        assert_eq!(messages(check_versions, &[]).len(), 1);
    }

    #[test]
    fn a_second_edition_is_caught() {
        let cargo = ("Cargo.toml", "[workspace.package]\nedition = \"2024\"\n");
        let found = messages(
            check_versions,
            &[PIN, cargo, ("x/rust.bzl", "f(\n    edition = \"2021\",\n)\n")],
        );
        assert_eq!(
            found,
            ["x/rust.bzl:2: another edition than 2024, that of Cargo.toml; make them one"]
        );
    }

    #[test]
    fn the_shell_has_the_pinned_versions() {
        let bazel = (".bazelversion", "7.7.1\n");
        let flake = ("flake.nix", "readFile ./rust-toolchain.toml\nreadFile ./.bazelversion\n");
        let of = |text| messages(check_versions, &[PIN, bazel, flake, (STAND_IN, text)]);
        assert_eq!(
            of("  rustVersion = \"1.95.0\";\n  bazelVersion = \"7.6.0\";\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            of("  rustVersion = \"1.94.0\";\n  bazelVersion = \"8.7.0\";\n"),
            [
                format!(
                    "{STAND_IN}:1: Rust 1.94.0, but rust-toolchain.toml says 1.95.0; make them one"
                ),
                format!("{STAND_IN}:2: Bazel 8, but .bazelversion says 7; make them one"),
            ]
        );
        assert_eq!(of("").len(), 2);
    }

    #[test]
    fn a_pin_that_is_not_read_is_caught() {
        let flake = ("flake.nix", "readFile ./.bazelversion\n");
        let found = messages(check_versions, &[PIN, flake]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`readFile ./rust-toolchain.toml` is not there"), "{found:?}");
    }
}
