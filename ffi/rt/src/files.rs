//! Files that are written whole or not at all, and directories with all that is below them.

mod remove;
mod walk;

pub use remove::remove_content;
pub use walk::{Found, joined, walk};

use crate::error::{ErrorCode, Result, fail};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Gives a file this content, all of it or none; `mode` holds for a new file.
///
/// What a path leads to stays what it is: a link stays a link, and a device or a pipe gets the bytes
/// as they come, since a new file in its place would take it away from everybody.
///
/// # Errors
/// `IS_A_DIRECTORY` if the path names a directory, and those of the operating system.
pub fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => fail(ErrorCode::IsADirectory, "a directory has this name"),
        Ok(meta) if meta.is_file() && is_link => replace(&fs::canonicalize(path)?, bytes, mode),
        Ok(meta) if meta.is_file() => replace(path, bytes, mode),
        Err(_) if !is_link => replace(path, bytes, mode),
        // No regular file, or a link to a name that is free.
        _ => {
            let mut options = OpenOptions::new();
            let mut file = options.write(true).create(true).mode(mode).open(path)?;
            Ok(file.write_all(bytes)?)
        }
    }
}

/// Gives a new file in the same directory the name of `path`.
fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    if path.file_name().is_none() {
        return fail(ErrorCode::IsADirectory, "a file's name is missing");
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (mut file, temporary) = new_file(path, directory, mode)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        // The first error counts.
        let _ = fs::remove_file(&temporary);
        return Err(error.into());
    }
    // The name is durable once the directory is; some file systems cannot do that.
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
    Ok(())
}

/// A file beside `path` with a name that was free.
fn new_file(path: &Path, directory: &Path, mode: u32) -> io::Result<(File, PathBuf)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let start = String::from_utf8_lossy(&name[..name.len().min(100)]);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = directory.join(format!(".{start}.{}.{number}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary) {
            // What an earlier process of the same number has left.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => return result.map(|file| (file, temporary)),
        }
    }
}
