//! The ABI lock classes every change rightly: thousands of changed specs, made from ours and from the fixtures.
//!
//! The expected class of a change is fixed by the kind of change (`mutation/kinds.rs`), in words of
//! C: what would a program notice that was compiled before? Nothing there asks the code under test.
//! Each changed spec goes through the whole generator, then its manifest is compared with the
//! manifest of the spec as it was.
//!
//! Besides the class: the report names the item; a change that breaks programs changes the hash and
//! ends the list of predecessors; one that adds keeps programs linking.
//!
//! As a test it compares a sample: of each kind the first two, and one of [`STRIDE`]. `--all`
//! compares every one: `./bazelw run //tests/abi:mutation_test -- --all`.

#[path = "mutation/edit.rs"]
mod edit;
#[path = "mutation/items.rs"]
mod items;
#[path = "mutation/kinds.rs"]
mod kinds;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, ExitCode};
use std::time::Instant;

use diag::SourceFile;
use ffigen::abi_diff::{self, Class};
use ffigen::emit::Emitter;
use ffigen::emit::manifest::Manifest;
use ffigen::resolve::Base;
use kinds::Mutant;
use tests::ffigen as generator;
use tests::progress::Progress;

/// How many changed specs must have been compared, so that the test cannot dwindle unnoticed.
const AT_LEAST: usize = 1_000;

/// Of how many mutants of one kind one is in the sample.
const STRIDE: usize = 4;

/// About how many mutants of one spec are in the sample: a large one takes long to generate, each time.
const PER_SPEC: usize = 300;

/// The one spec that is left out: the values of the TOML library that specs are changed with hold no number of 64 bits
/// without a sign.
const UNREADABLE: &str = "tests/fixtures/spec/ok/failure_value_of_all_bits.toml";

/// What became of the mutants of one kind.
#[derive(Default)]
struct Count {
    made: usize,
    compared: usize,
    refused: usize,
    wrong: usize,
}

fn main() -> ExitCode {
    let start = Instant::now();
    let is_all = std::env::args().any(|arg| arg == "--all");
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut progress = Progress::new("mutation_test");
    let mut specs = tests::cases("specs", "toml");
    specs.extend(tests::cases("tests/fixtures/spec/ok", "toml"));
    specs.retain(|(_, path)| path != UNREADABLE);
    let all = specs.len();
    for (number, (_, path)) in specs.into_iter().enumerate() {
        let say = |compared, of| {
            progress.say(number, all, format_args!("specs, {compared} of {of} changes of {path}"));
        };
        if let Err(error) = run(&path, is_all, &mut counts, &mut problems, say) {
            problems.push(format!("{path}: {error}"));
        }
    }
    let compared: usize = counts.values().map(|count| count.compared).sum();
    let wrong: usize = counts.values().map(|count| count.wrong).sum();
    println!("{:<44} {:<20} compared  refused  wrong", "kind of change", "class");
    for (name, count) in &counts {
        println!("{name:<66}{:>8} {:>8} {:>6}", count.compared, count.refused, count.wrong);
        if count.compared == 0 {
            problems.push(format!("{name}: no spec has anything to change in this way"));
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{compared} changed specs compared in {seconds:.1} s, {wrong} classed wrong");
    if compared < AT_LEAST {
        problems.push(format!("only {compared} changed specs, {AT_LEAST} are asked for"));
    }
    for problem in problems.iter().take(20) {
        let lines: Vec<&str> = problem.lines().take(6).collect();
        println!("{}", lines.join("\n"));
    }
    ExitCode::from(u8::from(!problems.is_empty()))
}

/// All mutants of one spec; `say` is told how many of them are done.
fn run(
    path: &str,
    is_all: bool,
    counts: &mut BTreeMap<String, Count>,
    problems: &mut Vec<String>,
    mut say: impl FnMut(usize, usize),
) -> Result<(), String> {
    let text = generator::source(path)?.text().to_owned();
    let spec = kinds::without_code(text.parse().map_err(|error| format!("{error}"))?);
    let base = base(generator::source(generator::BASE)?.text())?;
    let before = generated(path, &spec, &base, &[])?;
    let singles = kinds::mutants(&spec);
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    let stride = STRIDE.max(singles.len() / PER_SPEC);
    let hidden = kinds::hidden(&singles);
    for (number, mutant) in singles.iter().chain(&hidden).enumerate() {
        say(number, singles.len() + hidden.len());
        let count =
            counts.entry(format!("{:<44} {}", mutant.kind, mutant.expect.words())).or_default();
        count.made += 1;
        if !is_all && count.made > 2 && !count.made.is_multiple_of(stride) {
            continue;
        }
        let other_base = mutant.base.as_deref().map(self::base).transpose()?;
        let base = other_base.as_ref().unwrap_or(&base);
        let Ok(after) = generated(path, &mutant.spec, base, std::slice::from_ref(&before)) else {
            count.refused += 1;
            continue;
        };
        count.compared += 1;
        let mut found: Vec<String> = judge(&before, &after, mutant).into_iter().collect();
        // The executable says the same; once per kind and spec is enough.
        if asked.insert(mutant.kind) {
            found.extend(exit_code(&before, &after, mutant.expect)?);
        }
        count.wrong += usize::from(!found.is_empty());
        problems.extend(found.into_iter().map(|what| format!("{path}: {}: {what}", mutant.what)));
    }
    Ok(())
}

/// What is wrong with how a mutant is classed.
fn judge(before: &Manifest, after: &Manifest, mutant: &Mutant) -> Option<String> {
    // The question is what changed; what the changed one still serves is the answer to it.
    let plain = Manifest { predecessors: Vec::new(), ..after.clone() };
    let report = abi_diff::compare(before, &plain);
    let text = report.render(None);
    if report.class() != mutant.expect {
        return Some(format!("should be {}:\n{text}", mutant.expect.words()));
    }
    if let Some(name) = mutant.names.iter().find(|name| !text.contains(name.as_str())) {
        return Some(format!("the report does not name `{name}`:\n{text}"));
    }
    let serves_old =
        after.abi_hash == before.abi_hash || after.predecessors.contains(&before.abi_hash);
    let (breaks, changes_hash) =
        (report.class() >= Class::AbiBreak, after.abi_hash != before.abi_hash);
    // Where the error codes changed, the hash of the module `base` is what no longer fits.
    let breaks = breaks && mutant.base.is_none();
    if breaks && (serves_old || !changes_hash) {
        return Some(format!("a program compiled before would link:\n{text}"));
    }
    if report.class() <= Class::Addition && !serves_old {
        return Some(format!("a program compiled before would not link:\n{text}"));
    }
    None
}

/// Whether `ffigen abi-diff` ends with the exit code that the class has.
fn exit_code(before: &Manifest, after: &Manifest, expect: Class) -> Result<Option<String>, String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let plain = Manifest { predecessors: Vec::new(), ..after.clone() };
    let mut command = Command::new(generator::executable());
    command.arg("abi-diff");
    for (name, manifest) in [("old.json", before), ("new.json", &plain)] {
        let text = serde_json::to_string(manifest).map_err(|error| error.to_string())?;
        fs::write(directory.path().join(name), text).map_err(|error| error.to_string())?;
        command.arg(directory.path().join(name));
    }
    let output = command.output().map_err(|error| error.to_string())?;
    // The numbers of the specification, once more.
    let expected = match expect {
        Class::Identical => 0,
        Class::DocsOnly => 1,
        Class::Addition => 4,
        Class::SourceBreak => 8,
        Class::AbiBreak => 16,
    };
    let code = output.status.code().unwrap_or(-1);
    Ok((code != expected)
        .then(|| format!("`ffigen abi-diff` ends with {code} instead of {expected}")))
}

fn base(text: &str) -> Result<Base, String> {
    let (base, _) = ffigen::base(&SourceFile::new(generator::BASE, text));
    base.ok_or_else(|| "the base is refused".to_owned())
}

fn generated(
    path: &str,
    spec: &toml::Table,
    base: &Base,
    baselines: &[Manifest],
) -> Result<Manifest, String> {
    let file = SourceFile::new(path, spec.to_string());
    let mut compiled = ffigen::compile(&[file], base, baselines, &[Emitter::Manifest]);
    let files = compiled.pop().and_then(|one| one.files).ok_or("the spec is refused")?;
    let (_, text) = files.iter().next().ok_or("no manifest")?;
    abi_diff::read(text)
}
