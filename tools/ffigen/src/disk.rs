//! Reading specs and writing outputs, with errors that name the path and say what to do.
//!
//! Invariant: after `write` either all files are new, or none changed. Everything is first written into a staging directory
//! inside the output directory (same file system, other files there are left alone) and then renamed; a failing rename
//! takes back those before it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ffigen::source::MAX_SPEC_BYTES;

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
            _ => Vec::new(),
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

/// The base spec of a spec: base.toml beside it, else in the directory above (so that fixtures in folders can share one).
pub fn find_base(spec: &Path) -> Result<PathBuf, Failure> {
    let folder = match spec.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    [folder.join("base.toml"), folder.join("../base.toml")].into_iter().find(|path| path.is_file()).ok_or_else(|| Failure {
        title: format!("cannot find `base.toml` beside `{}` or in the directory above", spec.display()),
        help: vec!["it holds the error codes that all modules share: put it there, or name it with `--base FILE`".to_owned()],
    })
}

/// Writes all files below `out`, or none.
pub fn write(out: &Path, files: &[(String, &str)]) -> Result<(), Failure> {
    fs::create_dir_all(out).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure {
            title: format!("cannot write into `{}`: it is a file", out.display()),
            help: vec!["name a directory with `--out`".to_owned()],
        },
        _ => Failure::new("make the directory", out, &error),
    })?;
    let staging = out.join(format!(".ffigen-{}", std::process::id()));
    let result = stage(&staging, files).and_then(|()| publish(out, &staging, files));
    let removed = fs::remove_dir_all(&staging);
    result?;
    removed.map_err(|error| Failure::new("remove", &staging, &error))
}

/// Writes every file into the staging directory; whatever can go wrong with space and quota goes wrong here.
fn stage(staging: &Path, files: &[(String, &str)]) -> Result<(), Failure> {
    for (path, text) in files {
        let target = staging.join("new").join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)
                .map_err(|error| Failure::new("make the directory", folder, &error))?;
        }
        fs::write(&target, text).map_err(|error| Failure::new("write", &target, &error))?;
    }
    fs::create_dir_all(staging.join("old"))
        .map_err(|error| Failure::new("make the directory", staging, &error))
}

/// Renames the staged files to their places, and takes all back if one of them cannot be.
fn publish(out: &Path, staging: &Path, files: &[(String, &str)]) -> Result<(), Failure> {
    let mut undo = Undo::default();
    for (index, (path, _)) in files.iter().enumerate() {
        let target = out.join(path);
        let backup = staging.join("old").join(index.to_string());
        let moved = undo.replace(out, &staging.join("new").join(path), &target, backup);
        if let Err(error) = moved {
            undo.roll_back();
            return Err(Failure::new("write", &target, &error));
        }
    }
    Ok(())
}

/// What was done so far, to be taken back in reverse.
#[derive(Default)]
struct Undo {
    steps: Vec<Step>,
}

enum Step {
    MadeFolder(PathBuf),
    Moved { from: PathBuf, to: PathBuf },
}

impl Undo {
    fn replace(
        &mut self,
        out: &Path,
        new: &Path,
        target: &Path,
        backup: PathBuf,
    ) -> io::Result<()> {
        self.make_folders(out, target.parent().unwrap_or(out))?;
        match fs::symlink_metadata(target) {
            Ok(meta) if meta.is_dir() => return Err(io::Error::from(io::ErrorKind::IsADirectory)),
            Ok(_) => self.rename(target.to_owned(), backup)?,
            Err(_) => {}
        }
        self.rename(new.to_owned(), target.to_owned())
    }

    fn make_folders(&mut self, out: &Path, folder: &Path) -> io::Result<()> {
        if folder.is_dir() || folder == out {
            return Ok(());
        }
        if let Some(parent) = folder.parent() {
            self.make_folders(out, parent)?;
        }
        fs::create_dir(folder)?;
        self.steps.push(Step::MadeFolder(folder.to_owned()));
        Ok(())
    }

    fn rename(&mut self, from: PathBuf, to: PathBuf) -> io::Result<()> {
        fs::rename(&from, &to)?;
        self.steps.push(Step::Moved { from, to });
        Ok(())
    }

    fn roll_back(self) {
        for step in self.steps.into_iter().rev() {
            // The first failure is the one to report; a step that cannot be taken back leaves the rest to the user.
            let _ = match step {
                Step::MadeFolder(folder) => fs::remove_dir(folder),
                Step::Moved { from, to } => fs::rename(to, from),
            };
        }
    }
}
