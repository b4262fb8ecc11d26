//! Reading specs and writing outputs, with errors that name the path and say what to do.
//!
//! Invariant: after `write` either all files are new, or none changed. Everything is first written
//! into a staging directory inside the output directory (same file system, other files there are
//! left alone) and then renamed; a failing rename takes back those before it. A killed process may
//! leave a directory `.ffigen-*` behind, never half a file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ffigen::source::MAX_SPEC_BYTES;

pub mod tree;

/// What went wrong outside, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    /// `cannot read ..`.
    pub title: String,
    /// A sentence each.
    pub help: Vec<String>,
}

impl Failure {
    fn new(what: &str, path: &Path, error: &io::Error) -> Failure {
        let help = match error.kind() {
            io::ErrorKind::NotFound => {
                vec!["check the path; it counts from the current directory".to_owned()]
            }
            io::ErrorKind::PermissionDenied => {
                vec!["check the permissions of the file and its directory".to_owned()]
            }
            io::ErrorKind::IsADirectory => vec!["name a file".to_owned()],
            io::ErrorKind::NotADirectory => {
                vec!["a part of the path is a file; name a directory".to_owned()]
            }
            io::ErrorKind::StorageFull => {
                vec!["make room on the disk; nothing was changed".to_owned()]
            }
            io::ErrorKind::ReadOnlyFilesystem => {
                vec!["name a directory that can be written".to_owned()]
            }
            _ => vec!["check that the path names what you meant".to_owned()],
        };
        Failure { title: format!("cannot {what} `{}`: {}", path.display(), plain(error)), help }
    }
}

/// The operating system's text without the number that Rust adds.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// Reads a spec's bytes, at most one more than a spec can have, so that an endless file ends.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_SPEC_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::new("read", path, &error))?;
    Ok(bytes)
}

/// Reads a text file whole.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::new("read", path, &error))
}

/// The base spec of a spec: base.toml beside it, else in the directory above (so that fixtures in
/// folders can share one).
pub fn find_base(spec: &Path) -> Result<PathBuf, Failure> {
    let folder = match spec.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let places = [folder.join("base.toml"), folder.join("../base.toml")];
    places.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        let spec = spec.display();
        let help = "it holds the error codes that all modules share: put it there, or name it with \
             `--base FILE`";
        Failure {
            title: format!("cannot find `base.toml` beside `{spec}` or in the directory above"),
            help: vec![help.to_owned()],
        }
    })
}

/// Writes all files below `out`, or none.
pub fn write(out: &Path, files: &[(String, &str)]) -> Result<(), Failure> {
    let mut changes = Changes::default();
    let result = changes.make_folders(out).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure {
            title: format!("cannot write into `{}`: it is a file", out.display()),
            help: vec!["name a directory with `--out`".to_owned()],
        },
        _ => Failure::new("make the directory", out, &error),
    });
    let result = result.and_then(|()| make_staging(out)).and_then(|staging| {
        let result = stage(out, &staging, files).and_then(|staged| changes.publish(&staged));
        if result.is_err() {
            changes.move_back();
        }
        let removed = fs::remove_dir_all(&staging);
        result.and(removed.map_err(|error| Failure::new("remove", &staging, &error)))
    });
    if result.is_err() {
        changes.remove_folders();
    }
    result
}

/// A new directory for this run. Process numbers repeat in sandboxes that share an output
/// directory, so a second one counts on.
fn make_staging(out: &Path) -> Result<PathBuf, Failure> {
    for attempt in 0.. {
        let staging = out.join(format!(".ffigen-{}-{attempt}", std::process::id()));
        match fs::create_dir(&staging) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Failure::new("write into", out, &error)),
            Ok(()) => return Ok(staging),
        }
    }
    unreachable!("a free number is found before numbers run out")
}

/// Writes every file that is new or changed into the staging directory, under its number; whatever
/// can go wrong with space and quota goes wrong here. A file that stays as it is keeps its time, so
/// that nothing is built again for it.
fn stage(out: &Path, staging: &Path, files: &[(String, &str)]) -> Result<Vec<Staged>, Failure> {
    let mut staged = Vec::with_capacity(files.len());
    for (index, (path, text)) in files.iter().enumerate() {
        let target = out.join(path);
        if fs::read(&target).is_ok_and(|old| old == text.as_bytes()) {
            continue;
        }
        let new = staging.join(index.to_string());
        fs::write(&new, text).map_err(|error| Failure::new("write", &new, &error))?;
        staged.push(Staged { new, target, backup: staging.join(format!("{index}.old")) });
    }
    Ok(staged)
}

/// A file that waits for its place.
struct Staged {
    new: PathBuf,
    target: PathBuf,
    backup: PathBuf,
}

/// What was done to the output directory so far, to be taken back in reverse.
#[derive(Default)]
struct Changes {
    folders: Vec<PathBuf>,
    moves: Vec<(PathBuf, PathBuf)>,
}

impl Changes {
    /// Moves the staged files to their places.
    fn publish(&mut self, staged: &[Staged]) -> Result<(), Failure> {
        for file in staged {
            self.replace(file).map_err(|error| Failure::new("write", &file.target, &error))?;
        }
        Ok(())
    }

    fn replace(&mut self, file: &Staged) -> io::Result<()> {
        if let Some(folder) = file.target.parent() {
            self.make_folders(folder)?;
        }
        match fs::symlink_metadata(&file.target) {
            Ok(meta) if meta.is_dir() => return Err(io::Error::from(io::ErrorKind::IsADirectory)),
            Ok(_) => self.rename(&file.target, &file.backup)?,
            Err(_) => {}
        }
        self.rename(&file.new, &file.target)
    }

    fn make_folders(&mut self, folder: &Path) -> io::Result<()> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        if let Some(parent) = folder.parent() {
            self.make_folders(parent)?;
        }
        match fs::create_dir(folder) {
            Ok(()) => self.folders.push(folder.to_owned()),
            // Another process made it in between.
            Err(_) if folder.is_dir() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)?;
        self.moves.push((from.to_owned(), to.to_owned()));
        Ok(())
    }

    /// Puts every file back. The first failure is the one to report; what cannot be taken back is left to the user.
    fn move_back(&mut self) {
        for (from, to) in self.moves.drain(..).rev() {
            let _ = fs::rename(to, from);
        }
    }

    /// Removes the directories that were made; one that somebody else uses by now stays.
    fn remove_folders(&mut self) {
        for folder in self.folders.drain(..).rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}
