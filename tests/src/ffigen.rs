//! ffigen as the harnesses use it: the library for snapshots, the executable as a user meets it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs};

use diag::{Diagnostic, SourceFile};
use ffigen::emit::Emitter;
use ffigen::emit::manifest::Manifest;
use ffigen::files::Files;
use ffigen::resolve::Base;

/// The base spec, from the root of the repository.
pub const BASE: &str = "specs/base.toml";

/// A spec of the repository as a source file, under its path from the root.
pub fn source(path: &str) -> Result<SourceFile, String> {
    let bytes = fs::read(super::root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    SourceFile::from_bytes(path, bytes).map_err(|error| format!("{path}: {error}"))
}

/// What every module takes from the base spec.
fn base() -> Result<Base, String> {
    let file = source(BASE)?;
    let (base, diagnostics) = ffigen::base(&file);
    base.ok_or_else(|| print(&file, &diagnostics))
}

/// All files of a spec, or what is wrong with it.
pub fn generate(file: &SourceFile) -> Result<(Option<Files>, Vec<Diagnostic>), String> {
    generate_onto(file, &[])
}

/// The same with the committed manifests that it follows.
pub fn generate_onto(
    file: &SourceFile,
    baselines: &[Manifest],
) -> Result<(Option<Files>, Vec<Diagnostic>), String> {
    let mut compiled =
        ffigen::compile(std::slice::from_ref(file), &base()?, baselines, &Emitter::all());
    let compiled = compiled.pop().ok_or("one spec was given, and none came back")?;
    Ok((compiled.files, compiled.diagnostics))
}

/// All files of a spec that has no mistake.
pub fn generate_clean(file: &SourceFile) -> Result<Files, String> {
    match generate(file)? {
        (Some(files), diagnostics) if diagnostics.is_empty() => Ok(files),
        (_, diagnostics) => Err(print(file, &diagnostics)),
    }
}

/// Diagnostics as a user sees them.
pub fn print(file: &SourceFile, diagnostics: &[Diagnostic]) -> String {
    let printed =
        diagnostics.iter().map(|diagnostic| diag::print(diagnostic, file, diag::Style::Plain));
    printed.collect::<Vec<_>>().join("\n")
}

/// The executable: named by `FFIGEN` under Bazel, beside the tests under cargo.
pub fn executable() -> PathBuf {
    if let Some(path) = env::var_os("FFIGEN") {
        return env::current_dir().unwrap_or_default().join(path);
    }
    let program = env::current_exe().unwrap_or_default();
    let folder = program.parent().and_then(Path::parent).unwrap_or(Path::new(""));
    let path = folder.join("ffigen");
    assert!(path.exists(), "{} is not built; run: cargo build -p ffigen", path.display());
    path
}

/// Runs the executable in a directory, with nothing of this environment but what is given.
pub fn run(directory: &Path, args: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = command(directory, args, environment);
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// The same before it is started.
pub fn command(directory: &Path, args: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(executable());
    command
        .args(args)
        .current_dir(directory)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::null());
    command
}
