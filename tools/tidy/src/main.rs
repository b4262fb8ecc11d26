//! Runs the rules on the working tree: `tidy` runs all, `tidy words hosts` runs two. Exit code 1 if a rule is broken.
//!
//! Under Bazel the test of it runs outside the sandbox and is never cached (see BUILD.bazel), as it reads the working
//! tree itself: a list of files as inputs would be one more thing to forget.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use tidy::{RULES, Tree};

/// Fewer files than the repository ever had, so that a wrong root is not taken for a clean tree.
const FEWEST_FILES: usize = 50;

fn main() -> Result<ExitCode> {
    let names: Vec<String> = env::args().skip(1).collect();
    if let Some(name) = names.iter().find(|name| RULES.iter().all(|rule| rule.name != **name)) {
        let known: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        bail!("no rule is named `{name}`; there are {}", known.join(", "));
    }
    let root = root()?;
    let tree = Tree::read(&root)?;
    ensure!(tree.files.len() >= FEWEST_FILES, "{} is not the whole tree", root.display());
    let mut count = 0;
    for rule in
        RULES.iter().filter(|rule| names.is_empty() || names.iter().any(|name| name == rule.name))
    {
        let mut problems = (rule.check)(&tree);
        problems.sort();
        if !problems.is_empty() {
            println!("\n{}: {}\n", rule.name, rule.why);
        }
        for problem in &problems {
            println!("{problem}");
        }
        count += problems.len();
    }
    println!("\n{} files, {count} problems", tree.files.len());
    Ok(ExitCode::from(u8::from(count > 0)))
}

/// The root of the repository: the folder of the real `MODULE.bazel`, which a test under Bazel has as a link.
fn root() -> Result<PathBuf> {
    if let Some(workspace) = env::var_os("BUILD_WORKSPACE_DIRECTORY") {
        return Ok(workspace.into());
    }
    let start = match env::var_os("CARGO_MANIFEST_DIR") {
        Some(package) => PathBuf::from(package).join("../.."),
        None => env::current_dir()?,
    };
    let module = start
        .join("MODULE.bazel")
        .canonicalize()
        .context("MODULE.bazel; run this through Bazel")?;
    Ok(module.parent().context("MODULE.bazel is in no folder")?.to_path_buf())
}
