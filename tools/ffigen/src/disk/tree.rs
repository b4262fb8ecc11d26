//! Replacing a directory that ffigen wrote by a new one.
//!
//! A list of all files of the tree lies in it (`.ffigen-workspace`). It tells a tree of ours from a directory that
//! happens to be there, and our files from those that somebody put beside them, which are carried over.
//!
//! Invariant: the directory is the old tree or the new one at each moment, where the file system can exchange two
//! directories, as the usual ones can; elsewhere it is absent for the moment between two renames. What goes wrong
//! before leaves everything as it was. Edits of files that ffigen wrote are lost, as with `generate`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::{Changes, Failure, make_staging};

/// The list; its first line says what it is.
const LIST: &str = ".ffigen-workspace";
const TITLE: &str = "Files of a workspace that ffigen wrote; it writes them anew as a whole.";

/// Puts a tree of these files at `out`, in place of an empty directory or an earlier tree, or changes nothing.
pub fn replace(out: &Path, files: &[(String, &str)]) -> Result<(), Failure> {
    let place = find(out)?;
    foreign(out, &place, files)?;
    let parent = place.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new("."));
    let mut changes = Changes::default();
    let result = changes
        .make_folders(parent)
        .map_err(|error| Failure::new("make the directory", parent, &error))
        .and_then(|()| make_staging(parent))
        .and_then(|staging| {
            let result = write(&staging, files)
                .map_err(|(path, error)| Failure::new("write", &path, &error))
                .and_then(|()| exchange(out, &staging, &place, files));
            // Now the old tree, or what was to be the new one; nothing, if the place was free.
            match fs::remove_dir_all(&staging) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    result.and(Err(Failure::new("remove", &staging, &error)))
                }
                _ => result,
            }
        });
    if result.is_err() {
        changes.remove_folders();
    }
    result
}

/// The directory that `out` means, behind links.
fn find(out: &Path) -> Result<PathBuf, Failure> {
    let refused = |what: &str, help: &str| {
        Err(Failure {
            title: format!("cannot write the workspace to `{}`: {what}", out.display()),
            help: vec![help.to_owned()],
        })
    };
    match fs::symlink_metadata(out) {
        // An entry without a name, `x/..`, is there or below something that is not.
        Err(error) if error.kind() == ErrorKind::NotFound && out.file_name().is_some() => {
            return Ok(out.to_owned());
        }
        Err(error) => return Err(Failure::new("write the workspace to", out, &error)),
        Ok(_) => {}
    }
    let Ok(place) = fs::canonicalize(out) else {
        return refused("it is a link that leads nowhere", "name a directory with `--out`");
    };
    if !place.is_dir() {
        return refused("it is a file", "name a directory with `--out`");
    }
    let here = std::env::current_dir().and_then(fs::canonicalize);
    if here.is_ok_and(|here| here.starts_with(&place)) {
        let help = "go to another directory: this one is replaced as a whole";
        return refused("the current directory is in it", help);
    }
    Ok(place)
}

/// What somebody else put into the earlier tree at `place`: paths in it. Each has to have a place in the new one.
fn foreign(out: &Path, place: &Path, files: &[(String, &str)]) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: io::Error| Failure::new("read", out, &error);
    if !place.is_dir() || fs::read_dir(place).map_err(failed)?.next().is_none() {
        return Ok(Vec::new());
    }
    let list = fs::read_to_string(place.join(LIST)).unwrap_or_default();
    let Some((TITLE, paths)) = list.split_once('\n') else {
        return Err(Failure {
            title: format!(
                "cannot write the workspace to `{}`: it is not empty, and nothing that ffigen wrote",
                out.display()
            ),
            help: vec!["name a new directory, or an empty one".to_owned()],
        });
    };
    let old = Tree::of(paths.lines().chain([LIST]));
    let mut found = Vec::new();
    old.collect_foreign(place, Path::new(""), &mut found).map_err(failed)?;
    let new = Tree::of(files.iter().map(|(path, _)| path.as_str()).chain([LIST]));
    match found.iter().find(|path| !new.has_room_for(path)) {
        None => Ok(found),
        Some(path) => Err(Failure {
            title: format!(
                "`{}` is not from ffigen, and has no place in the new workspace",
                out.join(path).display()
            ),
            help: vec!["move it away; nothing was changed".to_owned()],
        }),
    }
}

/// Files and folders of a tree.
#[derive(Debug, Default)]
struct Tree<'a> {
    files: BTreeSet<&'a Path>,
    folders: BTreeSet<&'a Path>,
}

impl<'a> Tree<'a> {
    fn of(files: impl Iterator<Item = &'a str>) -> Tree<'a> {
        let files: BTreeSet<_> = files.map(Path::new).collect();
        let folders = files.iter().flat_map(|file| file.ancestors().skip(1)).collect();
        Tree { files, folders }
    }

    fn has_room_for(&self, path: &Path) -> bool {
        let is_free = !self.files.contains(path) && !self.folders.contains(path);
        is_free && path.parent().is_some_and(|folder| self.folders.contains(folder))
    }

    /// Entries below `folder` that are not of this tree; a folder that is not counts as one, whatever is in it.
    fn collect_foreign(
        &self,
        root: &Path,
        folder: &Path,
        found: &mut Vec<PathBuf>,
    ) -> io::Result<()> {
        for entry in fs::read_dir(root.join(folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let is_folder = entry.file_type()?.is_dir();
            if is_folder && self.folders.contains(path.as_path()) {
                self.collect_foreign(root, &path, found)?;
            } else if is_folder || !self.files.contains(path.as_path()) {
                found.push(path);
            }
        }
        Ok(())
    }
}

fn write(root: &Path, files: &[(String, &str)]) -> Result<(), (PathBuf, io::Error)> {
    let mut list = format!("{TITLE}\n");
    for (path, text) in files {
        let target = root.join(path);
        let folder = target.parent().unwrap_or(root);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&target, text))
            .map_err(|error| (target, error))?;
        list.push_str(path);
        list.push('\n');
    }
    let target = root.join(LIST);
    fs::write(&target, list).map_err(|error| (target, error))
}

/// Puts the new tree to its place, and what is foreign in the old one into it. Takes all back after a failure.
fn exchange(out: &Path, new: &Path, place: &Path, files: &[(String, &str)]) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::new("replace", out, &error);
    if !place.is_dir() || fs::read_dir(place).map_err(failed)?.next().is_none() {
        return fs::rename(new, place).map_err(failed);
    }
    swap(new, place).map_err(failed)?;
    let old = new;
    let mut moved = Vec::new();
    // Looked for once more: nobody can put anything into the old tree by its name now.
    let result = foreign(out, old, files).and_then(|foreign| {
        foreign.into_iter().try_for_each(|path| {
            fs::rename(old.join(&path), place.join(&path)).map_err(failed)?;
            moved.push(path);
            Ok(())
        })
    });
    if result.is_err() {
        for path in &moved {
            let _ = fs::rename(place.join(path), old.join(path));
        }
        let _ = swap(old, place);
    }
    result
}

/// Two directories change their names.
fn swap(one: &Path, other: &Path) -> io::Result<()> {
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => return Ok(()),
        // Not every file system can.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::OPNOTSUPP) => {
        }
        Err(error) => return Err(error.into()),
    }
    let aside = one.with_extension("old");
    fs::rename(other, &aside)?;
    if let Err(error) = fs::rename(one, other) {
        let _ = fs::rename(&aside, other);
        return Err(error);
    }
    fs::rename(&aside, one)
}
