//! The ABI tests of one module: its library exports what the manifests say, compiled as they say, and loads on
//! old machines, the modules in it do not clash, and the last manifest is as its baseline says.
//!
//! A program of its own and not a harness of cases, because Bazel makes three tests per module of it:
//! one with the library, one with a library that has debug information, and one with the baseline
//! alone, which also runs where a change breaks the build (see `ffi/private/tests.bzl`).

mod baseline;
mod compiled;
mod dwarf;
mod exports;
mod functions;
mod glibc;
mod modules;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use ffigen::emit::manifest::Manifest;

/// What the test is to look at.
#[derive(Default)]
struct Options {
    /// The shared library; without it, its exports are not looked at.
    library: Option<PathBuf>,
    /// The oldest glibc that the library is to load with.
    glibc: Option<String>,
    /// A shared library of the same code with debug information; without it, no signatures are read.
    debug_library: Option<PathBuf>,
    /// The manifests of all modules in the library.
    manifests: Vec<PathBuf>,
    /// Names the functions that are in the library, where it does not have all of the manifests.
    functions: Option<PathBuf>,
    /// The committed manifest of the last module.
    baseline: Option<PathBuf>,
    /// The executable that compares manifests.
    ffigen: PathBuf,
}

fn main() -> Result<ExitCode> {
    let options = parse_options()?;
    let manifests = options.manifests.iter().map(read).collect::<Result<Vec<_>>>()?;
    let mut findings = modules::clashes(&manifests);
    if let Some(library) = &options.library {
        let data = fs::read(library).with_context(|| library.display().to_string())?;
        let subset = options.functions.as_ref().map(functions::read).transpose()?;
        findings.extend(exports::differences(&data, &manifests, subset.as_ref())?);
        if let Some(floor) = &options.glibc {
            findings.extend(glibc::obstacles(&data, floor)?);
        }
    }
    if let Some(library) = &options.debug_library {
        let data = fs::read(library).with_context(|| library.display().to_string())?;
        findings.extend(compiled::differences(&data, &manifests)?);
    }
    if let (Some(baseline), Some(manifest)) = (&options.baseline, options.manifests.last()) {
        findings.extend(baseline::differences(&options.ffigen, baseline, manifest)?);
    }
    for finding in &findings {
        println!("{finding}");
    }
    Ok(ExitCode::from(u8::from(!findings.is_empty())))
}

fn parse_options() -> Result<Options> {
    let mut options = Options::default();
    let mut args = env::args().skip(1);
    while let Some(flag) = args.next() {
        let value = PathBuf::from(args.next().with_context(|| format!("{flag} needs a value"))?);
        match flag.as_str() {
            "--library" => options.library = Some(value),
            "--debug-library" => options.debug_library = Some(value),
            "--manifest" => options.manifests.push(value),
            "--functions" => options.functions = Some(value),
            "--baseline" => options.baseline = Some(value),
            "--glibc" => options.glibc = Some(value.display().to_string()),
            "--ffigen" => options.ffigen = value,
            _ => bail!("unknown option {flag}"),
        }
    }
    ensure!(!options.manifests.is_empty(), "no --manifest given");
    Ok(options)
}

fn read(path: &PathBuf) -> Result<Manifest> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&bytes).with_context(|| path.display().to_string())
}
