//! Pending snapshots: where failed tests left them, and what becomes of them.
//!
//! The files have insta's form (`NAME.snap.new` under the path that the snapshot has in the tree), so that `cargo
//! insta` reads them too. Orphans, snapshots that no test refers to, are listed by the tests in a file of their own.
//!
//! Invariant: the tree changes only in `accept` and `prune`, one file at a time, by a rename or a removal.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The list of orphans that a suite leaves beside its pending snapshots: paths from the root, one per line.
pub const ORPHANS: &str = "orphans.txt";

/// The folder of pending snapshots in the outputs of a test.
const FOLDER: &str = "pending";

/// Between the metadata of a snapshot and its text.
const RULE: &str = "\n---\n";

/// One text that a test made and that is not the stored one.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The snapshot in the tree, from the root: `snapshots/ffigen/specs/io/c/rt_io.h.snap`.
    pub path: String,
    /// The file that the test left.
    pub file: PathBuf,
    /// What the tree holds now; none for a new snapshot.
    pub old: Option<String>,
    /// What the test made, without metadata.
    pub new: String,
    /// What it was made from, as the metadata say: `c/rt_io.h of specs/io.toml`.
    pub description: String,
    /// Whether what it was made from is newer than the test run.
    pub is_out_of_date: bool,
}

/// All that is to be reviewed.
#[derive(Debug, Default)]
pub struct Found {
    /// Sorted by path.
    pub pending: Vec<Pending>,
    /// Snapshots that no test refers to, from the root, sorted.
    pub orphans: Vec<String>,
}

/// Finds what the tests left below `testlogs` for the tree at `root`. What is as in the tree by now is left out.
///
/// # Errors
/// A file cannot be read, or has not the form of a snapshot.
pub fn find(root: &Path, testlogs: &Path) -> Result<Found> {
    let mut files = Vec::new();
    for folder in folders(testlogs, 0) {
        collect(&folder, &folder, &mut files)?;
    }
    let mut found = Found::default();
    for (file, relative) in files {
        if relative == ORPHANS {
            let list = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            let is_there = |path: &&str| root.join(path).is_file();
            found.orphans.extend(list.lines().filter(is_there).map(str::to_owned));
        } else if let Some(path) = relative.strip_suffix(".new") {
            found.pending.extend(read(root, &file, path)?);
        }
    }
    found.pending.sort_by(|a, b| a.path.cmp(&b.path));
    found.orphans.sort();
    Ok(found)
}

/// The folders of pending snapshots. Tests nest as deep as packages do.
fn folders(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let pending = folder.join("test.outputs").join(FOLDER);
    let mut all: Vec<_> = pending.is_dir().then_some(pending).into_iter().collect();
    if depth < 12 {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && entry.file_name() != "test.outputs" {
                all.extend(folders(&entry.path(), depth + 1));
            }
        }
    }
    all.sort();
    all
}

/// All files below a folder, with their paths from `top`.
fn collect(top: &Path, folder: &Path, files: &mut Vec<(PathBuf, String)>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(top, &path, files)?;
        } else {
            let relative = path.strip_prefix(top)?.to_string_lossy().into_owned();
            files.push((path, relative));
        }
    }
    Ok(())
}

fn read(root: &Path, file: &Path, path: &str) -> Result<Option<Pending>> {
    let whole = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let (metadata, new) = split(&whole)
        .with_context(|| format!("{}: not a snapshot: it has no metadata", file.display()))?;
    let stored = fs::read_to_string(root.join(path)).ok();
    if stored.as_deref().and_then(split).is_some_and(|(_, old)| old == new) {
        return Ok(None);
    }
    let old = stored.map(|stored| split(&stored).map_or(stored.clone(), |(_, old)| old.to_owned()));
    let description = metadata
        .lines()
        .find_map(|line| line.strip_prefix("description: "))
        .unwrap_or_default()
        .trim_matches('"')
        .to_owned();
    let source = description.rsplit(' ').next().unwrap_or_default();
    Ok(Some(Pending {
        path: path.to_owned(),
        file: file.to_owned(),
        old,
        new: new.to_owned(),
        is_out_of_date: is_newer(&root.join(source), file),
        description,
    }))
}

/// The path of a snapshot within its suite, `specs/io/c/rt_io.h`.
pub fn name(path: &str) -> &str {
    path.splitn(3, '/').nth(2).unwrap_or(path).trim_end_matches(".snap")
}

/// The metadata and the text of a snapshot.
fn split(whole: &str) -> Option<(&str, &str)> {
    whole.strip_prefix("---\n")?;
    whole.split_once(RULE)
}

/// Whether a file was changed after another one; false where it does not exist.
fn is_newer(file: &Path, than: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified());
    matches!((time(file), time(than)), (Ok(file), Ok(than)) if file > than)
}

impl Pending {
    /// The group that a reader looks at as one thing: `specs/io`, `ok/lists`, `err/unknown_type`.
    pub fn group(&self) -> String {
        let name: Vec<_> = self.name().split('/').take(2).collect();
        name.join("/")
    }

    /// The path within the suite, without `.snap`: what `--only` is held against.
    pub fn name(&self) -> &str {
        name(&self.path)
    }

    /// Puts the text into the tree and forgets the pending file.
    ///
    /// # Errors
    /// It is out of date, or a file cannot be written.
    pub fn accept(&self, root: &Path) -> Result<()> {
        ensure!(
            !self.is_out_of_date,
            "{}: its source is newer than the test run; run the tests again",
            self.path
        );
        let target = root.join(&self.path);
        let folder = target.parent().context("a snapshot without a folder")?;
        let write = || -> Result<()> {
            fs::create_dir_all(folder)?;
            let staged = folder.join(format!(".review-{}", std::process::id()));
            let written = fs::copy(&self.file, &staged)
                .and_then(|_| make_writable(&staged))
                .and_then(|()| fs::rename(&staged, &target));
            if written.is_err() {
                // The error of the write is the one to report.
                let _ = fs::remove_file(&staged);
            }
            Ok(written?)
        };
        write().with_context(|| format!("cannot write {}", self.path))?;
        self.forget()
    }

    /// Removes the pending file; the test goes on failing until its text or the snapshot changes.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn forget(&self) -> Result<()> {
        fs::remove_file(&self.file)
            .with_context(|| format!("cannot remove {}", self.file.display()))
    }
}

/// Bazel keeps outputs of tests read-only; a file of the tree is not.
fn make_writable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o644))
}

/// Removes a snapshot that no test refers to, and folders that are empty then.
///
/// # Errors
/// The file cannot be removed.
pub fn prune(root: &Path, path: &str) -> Result<()> {
    let file = root.join(path);
    fs::remove_file(&file).with_context(|| format!("cannot remove {path}"))?;
    let mut folder = file.parent();
    while let Some(empty) = folder.filter(|folder| fs::remove_dir(folder).is_ok()) {
        folder = empty.parent();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(path: &str) -> Pending {
        Pending {
            path: path.into(),
            file: PathBuf::new(),
            old: None,
            new: String::new(),
            description: String::new(),
            is_out_of_date: false,
        }
    }

    #[test]
    fn a_group_is_a_spec_or_a_fixture() {
        let cases = [
            ("snapshots/ffigen/specs/io/c/rt_io.h.snap", "specs/io", "specs/io/c/rt_io.h"),
            ("snapshots/ffigen/err/unknown_type.snap", "err/unknown_type", "err/unknown_type"),
        ];
        for (path, group, name) in cases {
            assert_eq!((pending(path).group().as_str(), pending(path).name()), (group, name));
        }
    }

    #[test]
    fn metadata_end_at_the_first_rule() {
        let whole = "---\nsource: a.rs\n---\ntext\n---\nmore\n";
        assert_eq!(split(whole), Some(("---\nsource: a.rs", "text\n---\nmore\n")));
        assert_eq!(split("text"), None);
    }
}
