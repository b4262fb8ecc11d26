//! The same spec gives the same bytes: in another directory, time zone, language, home and number
//! of threads, alone or with others.
//!
//! It runs the executable as a user would, twice per spec, and compares whole directories.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;
use tests::ffigen::{BASE, run};

/// The generated files of one run: path and bytes.
type Output = BTreeMap<String, Vec<u8>>;

fn main() {
    let args = Arguments::from_args();
    let mut trials = Vec::new();
    for (name, path) in tests::cases("specs", "toml") {
        let spec = path.clone();
        trials.push(Trial::test(format!("same_bytes/{name}"), move || same_bytes(&spec)));
        trials.push(Trial::test(format!("subsets/{name}"), move || subsets(&path)));
    }
    trials.push(Trial::test("order_of_specs", order_of_specs));
    libtest_mimic::run(&args, trials).exit();
}

/// Two runs that share nothing but the spec.
fn same_bytes(spec: &str) -> Result<(), Failed> {
    let here = Run::new()?;
    let first = here.generate(
        &[spec],
        &[],
        &[("TZ", "UTC"), ("LANG", "C"), ("HOME", "/"), ("RAYON_NUM_THREADS", "1")],
    )?;
    let there = Run::new()?;
    let home = there.path("home");
    fs::create_dir_all(&home)?;
    // The working directory is another one too, so the paths of spec and output are spelled differently.
    let environment = [
        ("TZ", "Pacific/Kiritimati"),
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("HOME", home.as_str()),
        ("USER", "somebody"),
        ("RAYON_NUM_THREADS", "7"),
        ("SOURCE_DATE_EPOCH", "1"),
        ("TERM", "xterm-256color"),
    ];
    let second = there.generate_relative(spec, &environment)?;
    equal(&first, &second)
}

/// Each emitter alone writes what it writes among the others, and all together write no more.
fn subsets(spec: &str) -> Result<(), Failed> {
    let full = Run::new()?.generate(&[spec], &[], &[])?;
    if full.is_empty() {
        return Err("nothing was written".into());
    }
    let mut parts = Output::new();
    for emitter in ffigen::emit::Emitter::all() {
        parts.extend(Run::new()?.generate(&[spec], &["--emit", emitter.name()], &[])?);
    }
    equal(&full, &parts)?;
    // In another order than that of the emitters, and one of them twice.
    let pair = Run::new()?.generate(&[spec], &["--emit", "manifest,c,c"], &[])?;
    let wanted: Output = full
        .into_iter()
        .filter(|(path, _)| path.starts_with("c/") || path.starts_with("abi/"))
        .collect();
    equal(&wanted, &pair)
}

/// All specs in one call, in one order and in the other, give what each gives alone, in a folder per module.
fn order_of_specs() -> Result<(), Failed> {
    let mut specs = tests::cases("specs", "toml");
    let mut alone = Output::new();
    for (module, spec) in &specs {
        let output = Run::new()?.generate(&[spec], &[], &[])?;
        alone.extend(output.into_iter().map(|(path, bytes)| (format!("{module}/{path}"), bytes)));
    }
    for _ in 0..2 {
        let paths: Vec<_> = specs.iter().map(|(_, path)| path.as_str()).collect();
        equal(&alone, &Run::new()?.generate(&paths, &[], &[])?)?;
        specs.reverse();
    }
    Ok(())
}

/// An output directory of its own.
struct Run {
    directory: TempDir,
}

impl Run {
    fn new() -> Result<Run, Failed> {
        Ok(Run { directory: TempDir::new()? })
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    /// Generates with absolute paths from the root directory.
    fn generate(
        &self,
        specs: &[&str],
        options: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Output, Failed> {
        let root = tests::root();
        let specs: Vec<_> =
            specs.iter().map(|spec| root.join(spec).display().to_string()).collect();
        let (base, out) = (root.join(BASE).display().to_string(), self.path("out"));
        let mut args = vec!["generate", "--base", &base, "--out", &out];
        args.extend(options);
        args.extend(specs.iter().map(String::as_str));
        finish(run(Path::new("/"), &args, environment), &out)
    }

    /// Generates with relative paths from a copy of the specs.
    fn generate_relative(
        &self,
        spec: &str,
        environment: &[(&str, &str)],
    ) -> Result<Output, Failed> {
        let copy = self.directory.path().join("copy/specs");
        fs::create_dir_all(&copy)?;
        for path in [spec, BASE] {
            fs::copy(tests::root().join(path), self.directory.path().join("copy").join(path))?;
        }
        let spec = Path::new(spec).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let args = ["generate", spec.as_str(), "--out", "../../other/../out"];
        fs::create_dir_all(self.directory.path().join("other"))?;
        finish(run(&copy, &args, environment), &self.path("out"))
    }
}

fn finish(output: std::process::Output, out: &str) -> Result<Output, Failed> {
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let mut files = Output::new();
    read(Path::new(out), "", &mut files)?;
    Ok(files)
}

fn read(folder: &Path, prefix: &str, files: &mut Output) -> Result<(), Failed> {
    // An emitter that has nothing to write for a hand-written module may leave no folder either.
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn equal(first: &Output, second: &Output) -> Result<(), Failed> {
    let paths = |output: &Output| output.keys().cloned().collect::<Vec<_>>();
    if paths(first) != paths(second) {
        return Err(format!("other files: {:?} and {:?}", paths(first), paths(second)).into());
    }
    match first.iter().find(|(path, bytes)| second[*path] != **bytes) {
        Some((path, _)) => Err(format!("{path} differs between the two runs").into()),
        None => Ok(()),
    }
}
