//! What the test harnesses share: where the repository is, the `ffigen` executable, snapshots.
//!
//! The same programs run under Bazel, where the inputs are in the runfiles, and under cargo, where
//! they are in the tree.

pub mod ffigen;
pub mod place;
pub mod progress;
pub mod snapshot;
pub mod ways;

use std::env;
use std::path::PathBuf;

/// The root of the repository as this program may see it: the workspace under `bazel run`, the
/// runfiles under `bazel test`, the tree under cargo.
pub fn root() -> PathBuf {
    if let Some(workspace) = env::var_os("BUILD_WORKSPACE_DIRECTORY") {
        return workspace.into();
    }
    // Bazel starts a test in its runfiles. It sets cargo's variable too, with another meaning.
    match env::var_os("CARGO_MANIFEST_DIR").filter(|_| env::var_os("TEST_SRCDIR").is_none()) {
        Some(package) => PathBuf::from(package).parent().map(PathBuf::from).unwrap_or_default(),
        None => env::current_dir().unwrap_or_default(),
    }
}

/// Files with an extension directly in a folder of the repository, sorted: name without the
/// extension, and path from the root.
pub fn cases(folder: &str, extension: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(root().join(folder)).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut cases: Vec<_> = names
        .filter_map(|name| {
            let case = name.strip_suffix(extension)?.strip_suffix('.')?;
            Some((case.to_owned(), format!("{folder}/{name}")))
        })
        .collect();
    cases.sort();
    cases
}
