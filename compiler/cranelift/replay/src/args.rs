//! The command line.

use crate::record::Extent;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What is printed for a wrong command line.
pub const USAGE: &str = "\
usage: replay [--jit] [--aot] [--record DIR] [--json FILE] [--timeout SECONDS] [--library FILE] PATH..

Replays Cranelift filetests (.clif) through the C API of the shared library.
PATH is a file or a folder, which is searched for *.clif.

  --jit              run functions in memory
  --aot              run functions from an object file that is linked and loaded
                     (without either, both)
  --record DIR       check nothing; record how each file is built, for four machines
                     and in memory, as C programs beside the objects they write
  --record-turns DIR the same, each file once, for the machines in turn
  --json FILE        write everything as JSON as well
  --timeout SECONDS  the most that one check may take (default 60)
  --library FILE     the shared library, instead of the one it was built with

Exit code: 0 if nothing failed, 1 if something failed, 2 for a wrong command line.";

/// A parsed command line.
#[derive(Debug, Clone, Default)]
pub struct Args {
    /// Run in memory.
    pub jit: bool,
    /// Run from an object file.
    pub aot: bool,
    /// Where to write JSON.
    pub json: Option<PathBuf>,
    /// A folder for recordings, instead of checks, and how much is recorded.
    pub record: Option<(PathBuf, Extent)>,
    /// The most that one check may take.
    pub timeout_secs: u64,
    /// The library.
    pub library: PathBuf,
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Set in a child: the check to begin with.
    pub child: Option<u64>,
}

impl Args {
    /// Parses a command line. Paths are relative to `base`, where the user is.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(
        words: impl IntoIterator<Item = OsString>,
        base: &Path,
        library: Option<PathBuf>,
    ) -> Result<Args, String> {
        let mut args = Args { timeout_secs: 60, ..Args::default() };
        let mut words = words.into_iter();
        let mut given_library = None;
        while let Some(word) = words.next() {
            let mut value =
                || words.next().ok_or_else(|| format!("{} needs a value", word.display()));
            match word.to_str() {
                Some("--jit") => args.jit = true,
                Some("--aot") => args.aot = true,
                Some("--json") => args.json = Some(base.join(value()?)),
                Some("--record") => args.record = Some((base.join(value()?), Extent::All)),
                Some("--record-turns") => args.record = Some((base.join(value()?), Extent::Turns)),
                Some("--library") => given_library = Some(base.join(value()?)),
                Some("--timeout") => args.timeout_secs = number(&value()?)?,
                Some("--child") => args.child = Some(number(&value()?)?),
                Some(flag) if flag.starts_with('-') => return Err(format!("unknown flag {flag}")),
                _ => args.paths.push(base.join(word)),
            }
        }
        if args.paths.is_empty() {
            return Err("no PATH is given".to_owned());
        }
        if !args.jit && !args.aot {
            (args.jit, args.aot) = (true, true);
        }
        args.library = given_library.or(library).ok_or("no --library is given")?;
        Ok(args)
    }

    /// The flags that a child needs too.
    pub fn for_child(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec!["--library".into(), self.library.clone().into()];
        if self.jit {
            words.push("--jit".into());
        }
        if self.aot {
            words.push("--aot".into());
        }
        words
    }
}

fn number(word: &OsString) -> Result<u64, String> {
    let text = word.to_str().and_then(|text| text.parse().ok());
    text.ok_or_else(|| format!("{} is no number", word.display()))
}

/// The files of the given files and folders, sorted within each folder.
///
/// # Errors
/// If one does not exist or a folder cannot be read.
pub fn find_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in paths {
        find(path, &mut found, true)?;
    }
    Ok(found)
}

fn find(path: &Path, found: &mut Vec<PathBuf>, is_given: bool) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if !path.metadata().map_err(failed)?.is_dir() {
        if is_given || path.extension().is_some_and(|extension| extension == "clif") {
            found.push(path.to_owned());
        }
        return Ok(());
    }
    let entries = path.read_dir().map_err(failed)?;
    let mut inside: Vec<_> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    inside.sort();
    inside.iter().try_for_each(|path| find(path, found, false))
}
