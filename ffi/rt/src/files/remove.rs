//! Removing all that is in a directory.
//!
//! The standard library does the same with recursion, which ends the process when a tree is deeper
//! than the stack. Here a list of open directories takes its place: a tree is never deeper than the
//! process may open files.

use crate::error::{ErrorCode, Result, ResultExt};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, unlinkat};
use rustix::io::Errno;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Removes all that is in a directory, never what a symbolic link leads to. What somebody else
/// removes meanwhile is fine. Everything is found by its name in an open directory, so that nobody
/// can lead this elsewhere by moving things.
///
/// # Errors
/// Those of the operating system; what was removed before stays so.
pub fn remove_content(path: &Path) -> Result<()> {
    let first = CString::new(path.as_os_str().as_bytes()).code(ErrorCode::InvalidArgument)?;
    // Each with its name in the one before it.
    let mut inside = vec![(open(CWD, &first).map_err(io::Error::from)?, first)];
    while let Some((directory, _)) = inside.last_mut() {
        let Some(entry) = directory.read() else {
            let Some((_, name)) = inside.pop() else { break };
            if let Some((above, _)) = inside.last() {
                remove(above, &name, AtFlags::REMOVEDIR)?;
            }
            continue;
        };
        let entry = entry.map_err(io::Error::from)?;
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        // Some file systems do not tell what an entry is.
        let is_file = !matches!(entry.file_type(), FileType::Directory | FileType::Unknown);
        let place = directory.fd().map_err(io::Error::from)?;
        match if is_file { Err(Errno::NOTDIR) } else { open(place, name) } {
            Ok(found) => {
                inside.try_reserve(1)?;
                inside.push((found, name.to_owned()));
            }
            Err(Errno::NOENT) => {}
            Err(Errno::NOTDIR | Errno::LOOP) => remove(directory, name, AtFlags::empty())?,
            Err(errno) => return Err(io::Error::from(errno).into()),
        }
    }
    Ok(())
}

fn open(place: BorrowedFd<'_>, name: &CStr) -> rustix::io::Result<Dir> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Dir::new(openat(place, name, flags, Mode::empty())?)
}

fn remove(directory: &Dir, name: &CStr, flags: AtFlags) -> Result<()> {
    let place = directory.fd().map_err(io::Error::from)?;
    match unlinkat(place, name, flags) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(io::Error::from(errno).into()),
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;
    use crate::testing::TempDir;
    use rustix::fs::mkdirat;
    use std::fs;

    /// As deep as half of the files that the process may open; deeper than paths may be long.
    fn make_deep(place: &Path) -> usize {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let depth = limit.map_or(1_500, |limit| (limit / 2).min(1_500)) as usize;
        let mut directory =
            open(CWD, &CString::new(place.as_os_str().as_bytes()).unwrap()).unwrap();
        for _ in 0..depth {
            mkdirat(directory.fd().unwrap(), c"d", Mode::RWXU).unwrap();
            directory = open(directory.fd().unwrap(), c"d").unwrap();
        }
        depth
    }

    #[test]
    fn depth_takes_no_stack() {
        let place = TempDir::new("deep");
        let path = place.path().to_owned();
        assert!(make_deep(&path) > 100);
        let work = move || remove_content(&path).unwrap();
        std::thread::Builder::new().stack_size(64 << 10).spawn(work).unwrap().join().unwrap();
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_links_lead_to_stays() {
        let (place, other) = (TempDir::new("links"), TempDir::new("other"));
        fs::write(other.path().join("kept"), "").unwrap();
        fs::create_dir_all(place.path().join("a/b")).unwrap();
        fs::write(place.path().join("a/b/file"), "").unwrap();
        std::os::unix::fs::symlink(other.path(), place.path().join("a/link")).unwrap();
        std::os::unix::fs::symlink("nowhere", place.path().join("broken")).unwrap();
        remove_content(place.path()).unwrap();
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
        assert!(other.path().join("kept").exists());
        let error = remove_content(&other.path().join("kept")).unwrap_err();
        assert_eq!(error.code(), ErrorCode::NotADirectory);
    }
}
