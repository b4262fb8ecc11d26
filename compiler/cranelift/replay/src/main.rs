//! Replays filetests: `bazel run //compiler/cranelift/replay -- [--jit] [--aot] [--json FILE] PATH..`

use replay::args::{Args, USAGE, find_files};
use replay::report::Report;
use std::path::PathBuf;
use std::process::ExitCode;

/// Where the library is, from the folder of this program's runfiles.
const LIBRARY: Option<&str> = option_env!("REPLAY_LIBRARY");

fn main() -> ExitCode {
    let base = std::env::var_os("BUILD_WORKING_DIRECTORY").map(PathBuf::from);
    let here = std::env::current_dir().unwrap_or_default();
    let args = Args::parse(std::env::args_os().skip(1), &base.unwrap_or(here), built_library());
    let args = match args {
        Ok(args) => args,
        Err(message) => return usage(&message),
    };
    if let (Some(from), [path]) = (args.child, args.paths.as_slice()) {
        replay::child::run(path, &args, from);
        return ExitCode::SUCCESS;
    }
    let paths = match find_files(&args.paths) {
        Ok(paths) if paths.is_empty() => return usage("there is no .clif file"),
        Ok(paths) => paths,
        Err(message) => return usage(&message),
    };
    let library = match replay::api::Library::open(&args.library) {
        Ok(library) => library,
        Err(message) => return usage(&message),
    };
    if let Some((folder, extent)) = &args.record {
        return match replay::record::record_all(&library, &paths, folder, *extent) {
            Ok((recordings, functions)) => {
                println!("{recordings} recordings of {functions} functions");
                ExitCode::SUCCESS
            }
            Err(message) => {
                eprintln!("replay: {message}");
                ExitCode::FAILURE
            }
        };
    }
    let files = replay::supervise::replay_all(paths, &args, |file| println!("{}", file.text()));
    let report = Report::new(files);
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report).unwrap_or_default();
        if let Err(error) = std::fs::write(path, text + "\n") {
            eprintln!("replay: {}: {error}", path.display());
            return ExitCode::from(2);
        }
    }
    println!("{}", report.text());
    ExitCode::from(u8::from(report.checks.failed > 0))
}

fn usage(message: &str) -> ExitCode {
    eprintln!("replay: {message}\n{USAGE}");
    ExitCode::from(2)
}

/// The library that Bazel built beside this program, if it is there.
fn built_library() -> Option<PathBuf> {
    let inside = LIBRARY?;
    let program = std::env::current_exe().ok()?;
    let runfiles = program.with_added_extension("runfiles").join("_main").join(inside);
    let roots = [runfiles, std::env::current_dir().ok()?.join(inside)];
    roots.into_iter().find(|path| path.exists())
}
