//! The ABI test of one library: it exports what the manifests say, and the module's manifest is as its baseline
//! says.
//!
//! A program of its own and not a harness of cases, because Bazel makes one test per module of it (see
//! `ffi/private/tests.bzl`).

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use object::{Object, ObjectSymbol};

/// What the test is to look at.
#[derive(Default)]
struct Options {
    library: PathBuf,
    manifests: Vec<PathBuf>,
    baseline: Option<PathBuf>,
    ffigen: PathBuf,
}

fn main() -> Result<ExitCode> {
    let options = parse_options()?;
    let exports_match = check_exports(&options)?;
    let baseline_matches = check_baseline(&options)?;
    Ok(ExitCode::from(u8::from(!(exports_match && baseline_matches))))
}

fn parse_options() -> Result<Options> {
    let mut options = Options::default();
    let mut args = env::args().skip(1);
    while let Some(flag) = args.next() {
        let value = PathBuf::from(args.next().with_context(|| format!("{flag} needs a value"))?);
        match flag.as_str() {
            "--library" => options.library = value,
            "--manifest" => options.manifests.push(value),
            "--baseline" => options.baseline = Some(value),
            "--ffigen" => options.ffigen = value,
            _ => bail!("unknown option {flag}"),
        }
    }
    ensure!(!options.manifests.is_empty(), "no --manifest given");
    Ok(options)
}

/// Compares the dynamic symbols of the library with those of its manifests; true if they are the same.
fn check_exports(options: &Options) -> Result<bool> {
    let exported = exported_symbols(options)?;
    let mut declared = BTreeSet::new();
    for manifest in &options.manifests {
        let text = fs::read(manifest).with_context(|| manifest.display().to_string())?;
        let json: serde_json::Value = serde_json::from_slice(&text)?;
        let functions = json["functions"].as_array().context("the manifest has no functions")?;
        for function in functions {
            let symbol = function["symbol"].as_str().context("a function has no symbol")?;
            ensure!(declared.insert(symbol.to_owned()), "{symbol} is declared twice");
        }
        let version = json["abi_symbol"].as_str().context("the manifest has no abi_symbol")?;
        declared.insert(version.to_owned());
    }
    ensure!(!declared.is_empty(), "the manifests declare nothing");
    for symbol in declared.difference(&exported) {
        println!("{symbol} is in a manifest, but {} does not export it", options.library.display());
    }
    for symbol in exported.difference(&declared) {
        println!("{} exports {symbol}, but it is in no manifest", options.library.display());
    }
    Ok(declared == exported)
}

fn exported_symbols(options: &Options) -> Result<BTreeSet<String>> {
    let data = fs::read(&options.library).with_context(|| options.library.display().to_string())?;
    let file = object::File::parse(data.as_slice())?;
    let defined =
        file.dynamic_symbols().filter(|symbol| symbol.is_definition() && symbol.is_global());
    Ok(defined.map(|symbol| symbol.name().map(str::to_owned)).collect::<object::Result<_>>()?)
}

/// Lets ffigen compare the last manifest with the baseline; true if the baseline needs no change.
fn check_baseline(options: &Options) -> Result<bool> {
    let (Some(baseline), Some(manifest)) = (&options.baseline, options.manifests.last()) else {
        return Ok(true);
    };
    let accept = "If that is meant, accept it: ./bazelw run //ffi:accept_abi";
    if !baseline.exists() {
        println!("There is no ABI baseline {} yet.\n{accept}", baseline.display());
        return Ok(false);
    }
    let status = Command::new(&options.ffigen)
        .args(["abi-diff".as_ref(), baseline.as_os_str(), manifest.as_os_str()])
        .status()
        .with_context(|| options.ffigen.display().to_string())?;
    // 0: identical, 1: only docs differ.
    match status.code() {
        Some(0 | 1) => Ok(true),
        _ => {
            println!("The ABI differs from the baseline {}.\n{accept}", baseline.display());
            Ok(false)
        }
    }
}
