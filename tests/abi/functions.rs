//! The list of functions that a library has which does not provide whole modules.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use ffigen::emit::manifest::{Function, Manifest};

/// The names in a file, one per line; `#` begins a remark.
pub fn read(path: &PathBuf) -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let names =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(names.map(str::to_owned).collect())
}

/// The functions of a manifest that are in the library: those of the list, and all of the module
/// `base`, without which no other can be used.
pub fn of<'a>(
    manifest: &'a Manifest,
    subset: Option<&'a BTreeSet<String>>,
) -> impl Iterator<Item = &'a Function> {
    manifest.functions.iter().filter(move |function| {
        manifest.module == "base" || subset.is_none_or(|names| names.contains(&function.name))
    })
}
