//! The files of the repository: what is there, and what kind each file is.
//!
//! The walk takes everything that `.gitignore` does not name, so it sees tracked files and also those not added yet.
//! Tests build a [`Tree`] in memory.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A text file.
#[derive(Debug, Clone)]
pub struct File {
    /// Path from the root, with `/`.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// All files of the repository.
#[derive(Debug, Default)]
pub struct Tree {
    /// Text files, sorted by path.
    pub files: Vec<File>,
    /// Every path that exists: files of any kind, and directories.
    pub paths: BTreeSet<String>,
}

/// Paths that nobody writes by hand; rules of style do not apply to them. A trailing `/` stands for a directory.
const GENERATED: &[&str] = &[
    "snapshots/",
    "third_party/crates/",
    "third_party/crates.bzl",
    "third_party/workspace/",
    "Cargo.lock",
    "flake.lock",
];

/// Inputs of tests, which may be wrong on purpose.
const FIXTURES: &str = "tests/fixtures/";

impl File {
    /// What follows the last dot of the name, or the whole name.
    pub fn extension(&self) -> &str {
        let name = self.name();
        name.rsplit_once('.').map_or(name, |(_, extension)| extension)
    }

    /// The name without the directory.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Lines with their number, counted from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Whether a person wrote it and answers for its style.
    pub fn is_hand_written(&self) -> bool {
        let generated = GENERATED.iter().any(|path| match path.ends_with('/') {
            true => self.path.starts_with(path),
            false => self.path == *path,
        });
        !generated && !self.path.starts_with(FIXTURES) && self.name() != "abi.json"
    }

    /// Hand-written Rust.
    pub fn is_rust(&self) -> bool {
        self.is_hand_written() && self.extension() == "rs"
    }

    /// Hand-written C: programs and headers.
    pub fn is_c(&self) -> bool {
        self.is_hand_written() && matches!(self.extension(), "c" | "h" | "cc")
    }

    /// Hand-written Starlark: BUILD files, macros, MODULE.bazel.
    pub fn is_starlark(&self) -> bool {
        self.is_hand_written() && matches!(self.extension(), "bzl" | "bazel")
    }

    /// A shell script, by its extension or its first line.
    pub fn is_shell(&self) -> bool {
        let first = self.text.lines().next().unwrap_or_default();
        let by_first_line = first.starts_with("#!") && first.ends_with("sh");
        self.is_hand_written() && (self.extension() == "sh" || by_first_line)
    }

    /// A template of the generator.
    pub fn is_template(&self) -> bool {
        self.is_hand_written() && self.extension() == "j2"
    }

    /// A hand-written document.
    pub fn is_markdown(&self) -> bool {
        self.is_hand_written() && self.extension() == "md"
    }
}

impl Tree {
    /// A tree of the given files, for tests.
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.add(path, Some((*text).to_owned()));
        }
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        tree
    }

    /// Reads the repository at `root`.
    pub fn read(root: &Path) -> Result<Tree> {
        let ignore = std::fs::read_to_string(root.join(".gitignore")).context(".gitignore")?;
        let ignore = Ignore::parse(&ignore)?;
        let mut tree = Tree::default();
        walk(root, "", &ignore, &mut tree)?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    /// The text file at a path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file or directory is there.
    pub fn exists(&self, path: &str) -> bool {
        self.paths.contains(path.trim_end_matches('/'))
    }

    fn add(&mut self, path: &str, text: Option<String>) {
        for (index, _) in path.match_indices('/') {
            self.paths.insert(path[..index].to_owned());
        }
        self.paths.insert(path.to_owned());
        if let Some(text) = text {
            self.files.push(File { path: path.to_owned(), text });
        }
    }
}

fn walk(root: &Path, folder: &str, ignore: &Ignore, tree: &mut Tree) -> Result<()> {
    let path = root.join(folder);
    for entry in std::fs::read_dir(&path).with_context(|| path.display().to_string())? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            bail!("{}: a file name is not UTF-8", path.display());
        };
        let relative = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type()?;
        if name == ".git" || ignore.matches(&relative) {
            continue;
        }
        if kind.is_dir() {
            walk(root, &relative, ignore, tree)?;
        } else if kind.is_file() {
            // A file that goes away during the walk, an editor's for example, is no finding.
            let Ok(bytes) = std::fs::read(entry.path()) else { continue };
            tree.add(&relative, String::from_utf8(bytes).ok());
        } else {
            tree.add(&relative, None);
        }
    }
    Ok(())
}

/// The part of `.gitignore`'s language that this repository uses: `/path`, `/path/`, `/prefix*`, `name`, `*.suffix`.
struct Ignore {
    patterns: Vec<String>,
}

impl Ignore {
    fn parse(text: &str) -> Result<Ignore> {
        let mut patterns = Vec::new();
        for line in
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let core = line.trim_start_matches('/').trim_end_matches('/');
            let inner = core.strip_prefix('*').or(core.strip_suffix('*')).unwrap_or(core);
            if inner.contains(['*', '?', '[', '!']) {
                bail!(
                    ".gitignore: tidy does not understand `{line}`; write it with one `*` at an end, or teach tree.rs"
                );
            }
            patterns.push(line.trim_end_matches('/').to_owned());
        }
        Ok(Ignore { patterns })
    }

    fn matches(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.patterns.iter().any(|pattern| {
            let (pattern, subject) = match pattern.strip_prefix('/') {
                Some(anchored) => (anchored, path),
                None if pattern.contains('/') => (pattern.as_str(), path),
                None => (pattern.as_str(), name),
            };
            match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
                (Some(suffix), _) => subject.ends_with(suffix),
                (_, Some(prefix)) => subject.starts_with(prefix),
                _ => subject == pattern,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_paths_are_not_seen() {
        let ignore =
            Ignore::parse("# comment\n/target/\n/bazel-*\n*.snap.new\nuser.bazelrc\n").unwrap();
        for path in ["target", "bazel-bin", "a/b.snap.new", "x/user.bazelrc"] {
            assert!(ignore.matches(path), "{path}");
        }
        for path in ["a/target", "tools/bazel", "tools/bazel-x", "a.snap"] {
            assert!(!ignore.matches(path), "{path}");
        }
        assert!(Ignore::parse("a*b\n").is_err());
    }

    #[test]
    fn the_walk_sees_every_folder() {
        let dir = std::env::temp_dir().join(format!("tidy-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("a/b")).unwrap();
        std::fs::create_dir_all(dir.join("target")).unwrap();
        std::fs::write(dir.join(".gitignore"), "/target/\n").unwrap();
        std::fs::write(dir.join("a/b/c.rs"), "//! C.\n").unwrap();
        std::fs::write(dir.join("a/raw"), [0xff, 0xfe]).unwrap();
        std::fs::write(dir.join("target/d.rs"), "").unwrap();
        let tree = Tree::read(&dir).unwrap();
        std::fs::remove_dir_all(&dir).unwrap();
        let files: Vec<_> = tree.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(files, [".gitignore", "a/b/c.rs"]);
        assert!(tree.exists("a/b/") && tree.exists("a/raw") && !tree.exists("target"));
    }

    #[test]
    fn generated_and_fixture_files_are_not_hand_written() {
        let tree = Tree::of(&[
            ("Cargo.lock", ""),
            ("ffi/io/abi.json", ""),
            ("lib/diag/src/lib.rs", ""),
            ("snapshots/ffigen/a.snap", ""),
            ("tests/fixtures/spec/err/a.toml", ""),
        ]);
        let by_hand: Vec<_> =
            tree.files.iter().filter(|file| file.is_hand_written()).map(File::name).collect();
        assert_eq!(by_hand, ["lib.rs"]);
    }
}
