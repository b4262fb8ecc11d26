//! Holds the table of `failures.c` against the specs: every function that names the error of a situation is
//! called in that situation, or `elsewhere.txt` says where it is shown or why it cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use ffigen::emit::manifest::Manifest;

/// An error that the table shows, and in which situations.
struct Shown {
    code: &'static str,
    places: &'static [&'static str],
    /// What the condition of an error says that the situations show; nothing if each of this code is meant.
    says: &'static [&'static str],
}

const SHOWN: [Shown; 16] = [
    shown("STORAGE_FULL", &["FULL", "NODES"], &[]),
    shown("PERMISSION_DENIED", &["CLOSED", "FOREIGN"], &[]),
    shown("TOO_MANY_FILES", &["FILES"], &[]),
    shown("TIMED_OUT", &["STUBBORN", "HANGS", "UNKILLABLE", "DEAF"], &[]),
    shown("OUT_OF_MEMORY", &["MEMORY"], &[]),
    shown("READ_ONLY", &["SEALED"], &[]),
    shown("IS_A_DIRECTORY", &["FOLDER"], &[]),
    shown("INVALID_ARGUMENT", &["NULS"], &["a NUL"]),
    shown(
        "NOT_FOUND",
        &["ABSENT", "SHELLLESS", "STRANGER"],
        &["exist", "no such program", "no such file", "/bin/sh", "account"],
    ),
    shown("WOULD_BLOCK", &["CROWDED"], &["number of processes"]),
    shown("NO_PROCESS", &["REAPED"], &["collected the child"]),
    shown("UNREACHABLE", &["OFFLINE"], &[]),
    shown(
        "LIMIT_REACHED",
        &["FLOOD", "THREADLESS", "BLIND"],
        &[
            "exceeds 1 GiB",
            "no further thread",
            "watches as many",
            "holds more than 1 GiB",
            "more than 64 MiB.",
        ],
    ),
    shown("OUT_OF_RANGE", &["FAR"], &["of the file system does not fit", "hold the microseconds"]),
    shown("DIRECTORY_NOT_EMPTY", &["REFILLED"], &["while it was removed"]),
    shown(
        "UNSUPPORTED",
        &["HIDDENPROC", "LOCKLESS", "DEVICE"],
        &["/proc", "no locks", "Collecting does not", "is a device", "directory holds a device"],
    ),
];

const fn shown(
    code: &'static str,
    places: &'static [&'static str],
    says: &'static [&'static str],
) -> Shown {
    Shown { code, places, says }
}

/// What the doc of a module says about all its functions, so that no table has to.
const OF_MODULES: [&str; 2] = ["TOO_MANY_FILES", "OUT_OF_MEMORY"];

fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let mut read = || -> Result<String> {
        let path = args.next().context("usage: covered TABLE FAMILIES ELSEWHERE MANIFEST..")?;
        fs::read_to_string(&path).context(path)
    };
    let (table, families) = (read()?, read()?);
    let rows = rows(&[families, table].concat())?;
    let mut elsewhere = elsewhere(&read()?)?;
    let mut wrong = Vec::new();
    let mut undeclared = declarable(&rows);
    let mut held = 0;
    for path in args {
        let manifest: Manifest = serde_json::from_str(&fs::read_to_string(&path)?).context(path)?;
        for function in &manifest.functions {
            for error in &function.errors {
                let pair = (error.code.clone(), function.name.clone());
                undeclared.remove(&pair);
                let says = |part: &&str| error.when.contains(part);
                let Some(shown) = SHOWN.iter().find(|shown| {
                    shown.code == error.code
                        && (shown.says.is_empty() || shown.says.iter().any(says))
                }) else {
                    continue;
                };
                held += 1;
                let is_row =
                    |place: &&str| rows.contains(&((*place).to_owned(), function.name.clone()));
                let is_elsewhere = elsewhere.remove(&pair);
                let what = format!("{} of {}", pair.0, pair.1);
                match (shown.places.iter().any(is_row), is_elsewhere) {
                    (false, None) => wrong.push(format!("{what}: no row")),
                    (true, Some(reason)) => {
                        wrong.push(format!("{what}: a row, and elsewhere: {reason}"));
                    }
                    _ => {}
                }
            }
        }
    }
    wrong.extend(elsewhere.keys().map(|(code, name)| format!("no spec names {code} of {name}")));
    wrong.extend(
        undeclared.iter().map(|(code, name)| format!("{code} of {name}: a row, and no spec")),
    );
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    ensure!(held > 100, "only {held} errors of functions were found");
    println!("{held} errors of functions are in {} rows or shown elsewhere", rows.len());
    Ok(())
}

/// Code and function of the rows whose error a spec has to name.
fn declarable(rows: &BTreeSet<(String, String)>) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for shown in SHOWN.iter().filter(|shown| !OF_MODULES.contains(&shown.code)) {
        let here = rows.iter().filter(|(place, _)| shown.places.contains(&place.as_str()));
        found.extend(here.map(|(_, function)| (shown.code.to_owned(), function.clone())));
    }
    found
}

/// Situation and function of each row. A macro with rows gets its situation where it is used.
fn rows(table: &str) -> Result<BTreeSet<(String, String)>> {
    let mut families: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut rows = BTreeSet::new();
    let mut family = None;
    for line in table.lines() {
        if let Some(defined) = line.strip_prefix("#define ") {
            family = defined.split_once("(ROW").map(|(name, _)| name.to_owned());
            continue;
        }
        let Some(name) = &family else { continue };
        let Some((call, rest)) = line.trim_start().split_once('(') else { continue };
        let mut words = rest.split(',').map(str::trim);
        match (call, name.as_str()) {
            ("ROW", "ROWS") => {
                let place = words.next().context("a situation")?;
                rows.insert((place.to_owned(), words.next().context("a function")?.to_owned()));
            }
            ("ROW", _) => {
                let function = words.nth(1).context("a function")?;
                families.entry(name.clone()).or_default().push(function.to_owned());
            }
            (used, within) if within != "ROWS" && rest.starts_with("ROW,") => {
                let Some(functions) = families.get(used).cloned() else {
                    bail!("no rows in {used}")
                };
                families.entry(name.clone()).or_default().extend(functions);
            }
            (used, _) if rest.starts_with("ROW,") => {
                let place = words.nth(1).context("a situation")?;
                let end = place.find(|letter: char| !letter.is_ascii_uppercase());
                let place = place[..end.unwrap_or(place.len())].to_owned();
                let Some(functions) = families.get(used) else { bail!("no rows in {used}") };
                rows.extend(functions.iter().map(|function| (place.clone(), function.clone())));
            }
            _ => {}
        }
        if !line.ends_with('\\') {
            family = None;
        }
    }
    ensure!(rows.len() > 100, "only {} rows were found", rows.len());
    Ok(rows)
}

/// `CODE rt_function: where it is shown, or why it cannot be`.
fn elsewhere(text: &str) -> Result<BTreeMap<(String, String), String>> {
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (place, reason) =
            line.split_once(": ").with_context(|| format!("no reason: {line}"))?;
        let (code, name) = place.split_once(' ').with_context(|| format!("no function: {line}"))?;
        let is_new = found.insert((code.to_owned(), name.to_owned()), reason.to_owned()).is_none();
        ensure!(is_new, "twice: {line}");
    }
    Ok(found)
}
