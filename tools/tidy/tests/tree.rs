//! Runs every rule on the working tree, one named test per rule: `--test_arg=words` runs one.
//!
//! Under Bazel the test runs outside the sandbox and is never cached (see BUILD.bazel), as it reads
//! the working tree itself: a list of files as inputs would be one more thing to forget.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::{Arguments, Failed, Trial};
use tidy::{RULES, Rule, Tree};

fn main() -> Result<()> {
    let args = Arguments::from_args();
    let root = root()?;
    let tree = Arc::new(Tree::read(&root)?);
    ensure!(tree.files.len() > 50, "{}: this is not the whole tree", root.display());
    let trials = RULES.iter().map(|rule| {
        let tree = Arc::clone(&tree);
        Trial::test(rule.name, move || check(rule, &tree))
    });
    libtest_mimic::run(&args, trials.collect()).exit()
}

fn check(rule: &Rule, tree: &Tree) -> Result<(), Failed> {
    let mut problems = (rule.check)(tree);
    problems.sort();
    if problems.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    Err(format!("{}\n\n{}", rule.why, lines.join("\n")).into())
}

/// The root of the repository: the folder above the real `MODULE.bazel`, which Bazel gives as a link.
fn root() -> Result<PathBuf> {
    let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(package) => PathBuf::from(package).join("../.."),
        None => std::env::current_dir()?,
    };
    let module = start.join("MODULE.bazel").canonicalize().context("MODULE.bazel")?;
    let root = module.parent().context("MODULE.bazel is in no folder")?;
    Ok(root.to_path_buf())
}
