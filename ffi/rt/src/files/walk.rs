//! What lies below a directory.
//!
//! With a list of what is still to be looked at in place of recursion, and one directory open at a
//! time, so that the depth of a tree costs memory only; and that is asked for.

use crate::error::{Result, ResultExt};
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

/// Something below a directory.
#[derive(Debug)]
pub struct Found {
    /// Its path, which begins with that of the directory as it was given.
    pub path: PathBuf,
    /// What it is; a link is a link, whatever it leads to.
    pub kind: FileType,
}

/// All that lies below a directory: each directory before its content, names in the order of their
/// bytes. Links are not followed.
///
/// # Errors
/// Those of the operating system, with the path where it happened, and `OUT_OF_MEMORY`.
pub fn walk(directory: &Path) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    // The next one is the last one.
    let mut rest = inside(directory)?;
    while let Some(next) = rest.pop() {
        if next.kind.is_dir() {
            let mut inside = inside(&next.path)?;
            rest.try_reserve(inside.len())?;
            rest.append(&mut inside);
        }
        found.try_reserve(1)?;
        found.push(next);
    }
    Ok(found)
}

/// What is in a directory, in falling order of names.
fn inside(directory: &Path) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).at(directory)? {
        let entry = entry.at(directory)?;
        let path = joined(directory, &entry.file_name())?;
        found.try_reserve(1)?;
        found.push(Found { kind: entry.file_type().at(&path)?, path });
    }
    // All in one directory, so the order of the paths is that of the names.
    found.sort_unstable_by(|a, b| b.path.as_os_str().cmp(a.path.as_os_str()));
    Ok(found)
}

/// A path with one more part.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn joined(path: &Path, part: &OsStr) -> Result<PathBuf> {
    let mut joined = OsString::new();
    joined
        .try_reserve_exact(path.as_os_str().len().saturating_add(part.len()).saturating_add(1))?;
    joined.push(path);
    let mut joined = PathBuf::from(joined);
    joined.push(part);
    Ok(joined)
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;
    use crate::testing::TempDir;

    #[test]
    fn directories_come_before_their_content_and_names_in_order() {
        let place = TempDir::new("walk");
        for directory in ["b", "b/y", "b/x", "a-"] {
            fs::create_dir(place.path().join(directory)).unwrap();
        }
        for file in ["a", "b/x/1", "b-", "c"] {
            fs::write(place.path().join(file), "").unwrap();
        }
        std::os::unix::fs::symlink(".", place.path().join("b/y/link")).unwrap();
        let found = walk(place.path()).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|one| one.path.strip_prefix(place.path()).unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["a", "a-", "b", "b/x", "b/x/1", "b/y", "b/y/link", "b-", "c"]);
        assert!(found[6].kind.is_symlink());
    }

    #[test]
    fn paths_are_joined_as_the_standard_library_does() {
        for (path, part) in [("", "a"), ("a", "b"), ("a/", "b"), ("/", "b"), ("a", "/b"), ("a", "")]
        {
            assert_eq!(joined(path.as_ref(), part.as_ref()).unwrap(), Path::new(path).join(part));
        }
    }
}
