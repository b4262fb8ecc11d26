//! A directory in which a way to hold ffigen wrong is tried.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::ffigen::{BASE, run};
use crate::ways::{GOOD, Way};

/// What went wrong, for people.
type Failure = Box<dyn std::error::Error>;

/// A directory of its own, in a parent that is empty: ffigen also looks for base.toml one directory above.
pub struct Place {
    parent: TempDir,
}

impl Place {
    /// The directory.
    pub fn path(&self) -> PathBuf {
        self.parent.path().join("here")
    }
}

/// A directory with a good spec, and what the way makes of it.
pub fn prepare(way: &Way) -> Result<Place, Failure> {
    let place = Place { parent: TempDir::new()? };
    fs::create_dir(place.path())?;
    fs::write(place.path().join("demo.toml"), GOOD)?;
    fs::copy(crate::root().join(BASE), place.path().join("base.toml"))?;
    (way.prepare)(&place.path());
    Ok(place)
}

/// Runs a way: it ends as it should, with a message that helps, and leaves no trace.
pub fn check_wrong(way: &Way) -> Result<(), Failure> {
    let place = prepare(way)?;
    if way.name == "read_only_directory" && fs::write(place.path().join("out/probe"), "").is_ok() {
        // This user may write anywhere; `read_only_output` shows the same for such users.
        return Ok(());
    }
    let before = tree(&place.path());
    let output = run(&place.path(), way.args, &[]);
    let message = String::from_utf8(output.stderr)?;
    if output.status.code() != Some(way.end.code) {
        return Err(format!("ended with {}, not {}\n{message}", output.status, way.end.code).into());
    }
    if let Some(part) = way.end.says.iter().find(|part| !message.contains(**part)) {
        return Err(format!("the message does not say `{part}`:\n{message}").into());
    }
    // Without any argument, the usage is the message.
    let is_error = message.contains("error") || message.contains("Usage:");
    if !is_error || (way.end.code == 1 && !message.contains("= help: ")) {
        return Err(format!("the message says no error, or not what to do:\n{message}").into());
    }
    if message.contains('\u{1b}') || message.lines().any(|line| line.len() > 2000) {
        return Err("the message has control characters or an endless line".into());
    }
    let after = tree(&place.path());
    if before != after {
        let is_new = |path: &&PathBuf| before.get(*path) != after.get(*path);
        return Err(format!(
            "it left traces: {:?}",
            after.keys().filter(is_new).collect::<Vec<_>>()
        )
        .into());
    }
    Ok(())
}

/// Everything below a directory, with content.
pub fn tree(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let is_folder = entry.file_type().unwrap().is_dir();
            found.insert(
                path.clone(),
                if is_folder { Vec::new() } else { fs::read(&path).unwrap_or_default() },
            );
            if is_folder {
                folders.push(path);
            }
        }
    }
    found
}
