//! Ways to hold ffigen wrong, and what a user then sees: where, why, what to do, and an output
//! directory as it was.
//!
//! Each way is one named test against the executable. A mistake in a spec ends with 1 and a place
//! in the file; a mistake in how the program is called, or in what surrounds it, ends with 2.
//! Nothing ever ends with 101, which is a bug.

use std::fs;
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use tests::ffigen::{command, run};
use tests::place::{check_wrong, prepare, tree};
use tests::ways::{BYTES, CALLS, End, GENERATE, SPECS, Way};

fn main() {
    let args = Arguments::from_args();
    let mut trials: Vec<_> = [BYTES, SPECS, CALLS]
        .into_iter()
        .flatten()
        .map(|way| Trial::test(format!("wrong/{}", way.name), || Ok(check_wrong(way)?)))
        .collect();
    for way in BYTES.iter().chain(SPECS) {
        trials.push(Trial::test(format!("json/{}", way.name), || check_json(way)));
    }
    trials.push(Trial::test("right/generate", generates));
    trials.push(Trial::test("right/odd_names", odd_names));
    trials.push(Trial::test("right/explain", explains));
    trials.push(Trial::test("wrong/full_output", full_output));
    trials.push(Trial::test("wrong/closed_output", closed_output));
    trials.push(Trial::test("right/stages", stages));
    libtest_mimic::run(&args, trials).exit();
}

/// The same mistakes for programs: each line is an object with place and help, and the codes are
/// those that people see.
fn check_json(way: &Way) -> Result<(), Failed> {
    let place = prepare(way)?;
    let human = String::from_utf8(run(&place.path(), way.args, &[]).stderr)?;
    let args: Vec<_> = way.args.iter().copied().chain(["--message-format", "json"]).collect();
    let output = run(&place.path(), &args, &[]);
    let mut codes = Vec::new();
    // Programs read what is meant for them from standard output or error, wherever it is: one
    // object per line.
    let lines = [output.stdout, output.stderr].concat();
    for line in String::from_utf8(lines)?.lines() {
        let object: serde_json::Value =
            serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
        let is_place = |key: &str| object[key].as_u64().is_some_and(|number| number > 0);
        let has_help = object["help"].as_array().is_some_and(|help| !help.is_empty());
        if !is_place("line") || !is_place("column") || !object["file"].is_string() || !has_help {
            return Err(format!("no place or no help: {line}").into());
        }
        codes.push(object["code"].as_str().unwrap_or_default().to_owned());
    }
    let shown: Vec<_> = human
        .lines()
        .filter_map(|line| Some(line.strip_prefix("error[")?.split(']').next()?.to_owned()))
        .collect();
    if output.status.code() != Some(1) || codes.is_empty() || codes != shown {
        return Err(format!("{}: {codes:?} as JSON, {shown:?} for people", output.status).into());
    }
    Ok(())
}

const RIGHT: Way =
    Way { name: "right", prepare: |_| {}, args: GENERATE, end: End { code: 0, says: &[] } };

/// What is right ends with 0, says nothing, and is there, also over an older output and beside what
/// others put there.
fn generates() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    let out = place.path().join("out");
    fs::create_dir_all(out.join("abi"))?;
    fs::write(out.join("abi/demo.json"), "old")?;
    fs::write(out.join("mine"), "mine")?;
    for _ in 0..2 {
        let output = run(&place.path(), GENERATE, &[]);
        if output.status.code() != Some(0) || !output.stderr.is_empty() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
    }
    let written = tree(&out);
    let names: Vec<_> = written
        .iter()
        .filter(|(path, _)| path.is_file())
        .map(|(path, _)| path.strip_prefix(&out))
        .collect();
    let wanted = [
        "abi/demo.json",
        "c/rt_demo.h",
        "cargo/Cargo.toml",
        "doc/demo.md",
        "mine",
        "rust/bodies.rs",
        "rust/lib.rs",
        "rust/types.rs",
        "simple/demo.spl",
        "test/demo_conformance.c",
    ];
    if names != wanted.map(|name| Ok(Path::new(name))) {
        return Err(format!("these files are there: {names:?}").into());
    }
    let is_new = fs::read_to_string(out.join("abi/demo.json"))?.contains("rt_add");
    let is_left_alone = fs::read_to_string(out.join("mine"))? == "mine";
    if is_new && is_left_alone {
        Ok(())
    } else {
        Err("an old file stayed, or a foreign one changed".into())
    }
}

/// Paths are used as they are: blanks, quotes, letters of any script, a leading hyphen behind `--`.
fn odd_names() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    for name in ["a b.toml", "\"quoted\".toml", "schön.toml", "-x.toml"] {
        fs::copy(place.path().join("demo.toml"), place.path().join(name))?;
        let output = run(&place.path(), &["check", "--", name], &[]);
        if output.status.code() != Some(0) {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
    }
    Ok(())
}

/// Every code can be asked for, in upper and lower case.
fn explains() -> Result<(), Failed> {
    for row in ffigen::code::ALL {
        for code in [row.code.to_owned(), row.code.to_lowercase()] {
            let output = run(Path::new("/"), &["explain", &code], &[]);
            let text = String::from_utf8(output.stdout)?;
            if output.status.code() != Some(0) || !text.contains(row.title) {
                return Err(format!("{code}: {}: {text}", output.status).into());
            }
        }
    }
    Ok(())
}

/// Output that cannot be written is not a success.
fn full_output() -> Result<(), Failed> {
    let full = fs::OpenOptions::new().write(true).open("/dev/full")?;
    let output = command(Path::new("/"), &["explain"], &[]).stdout(full).output()?;
    let text = String::from_utf8(output.stderr)?;
    if output.status.code() == Some(2) && text.contains("cannot write to standard output") {
        Ok(())
    } else {
        Err(format!("{}: {text}", output.status).into())
    }
}

/// Nor is one that was closed before the program began; where nothing is printed, it is not missed.
fn closed_output() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    for (stage, code) in [(" --stage model", 2), ("", 0)] {
        let check = format!("exec \"$0\" check demo.toml{stage} >&-");
        let mut shell = std::process::Command::new("/bin/sh");
        shell.current_dir(place.path()).args(["-c", &check]).arg(tests::ffigen::executable());
        let output = shell.output()?;
        let text = String::from_utf8(output.stderr)?;
        if output.status.code() != Some(code) || text.contains("standard output") != (code == 2) {
            return Err(format!("`{check}`: {}: {text}", output.status).into());
        }
    }
    Ok(())
}

/// Every stage can be looked at.
fn stages() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    let views =
        ffigen::emit::Emitter::all().into_iter().map(|emitter| format!("view:{}", emitter.name()));
    for stage in ["spec".to_owned(), "model".to_owned()].into_iter().chain(views) {
        let output = run(&place.path(), &["check", "demo.toml", "--stage", &stage], &[]);
        let text = String::from_utf8(output.stdout)?;
        if output.status.code() != Some(0) || !text.contains("rt_add") && stage != "view:cargo" {
            return Err(format!("{stage}: {}: {text}", output.status).into());
        }
    }
    Ok(())
}
