//! Holds the table of `failures.c` against the specs: every function that names the error of a situation is
//! called in that situation, or `elsewhere.txt` says where it is shown or why it cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use ffigen::emit::manifest::Manifest;

/// In which situations of the table an error is met.
const PLACES: [(&str, &[&str]); 5] = [
    ("STORAGE_FULL", &["FULL", "NODES"]),
    ("PERMISSION_DENIED", &["CLOSED"]),
    ("TOO_MANY_FILES", &["FILES"]),
    ("TIMED_OUT", &["STUBBORN", "HANGS"]),
    ("OUT_OF_MEMORY", &["MEMORY"]),
];

fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let mut read = || -> Result<String> {
        let path = args.next().context("usage: covered TABLE ELSEWHERE MANIFEST..")?;
        fs::read_to_string(&path).context(path)
    };
    let rows = rows(&read()?)?;
    let mut elsewhere = elsewhere(&read()?)?;
    let mut missing = Vec::new();
    let mut held = 0;
    for path in args {
        let manifest: Manifest = serde_json::from_str(&fs::read_to_string(&path)?).context(path)?;
        for function in &manifest.functions {
            for error in &function.errors {
                let Some((code, places)) = PLACES.iter().find(|(code, _)| *code == error.code)
                else {
                    continue;
                };
                held += 1;
                let is_row =
                    |place: &&str| rows.contains(&((*place).to_owned(), function.name.clone()));
                let is_elsewhere = elsewhere.remove(&((*code).to_owned(), function.name.clone()));
                match (places.iter().any(is_row), is_elsewhere) {
                    (false, None) => missing.push(format!("{code} of {}: no row", function.name)),
                    (true, Some(reason)) => {
                        missing.push(format!(
                            "{code} of {}: a row, and elsewhere: {reason}",
                            function.name
                        ));
                    }
                    _ => {}
                }
            }
        }
    }
    missing.extend(elsewhere.keys().map(|(code, name)| format!("no spec names {code} of {name}")));
    ensure!(missing.is_empty(), "{}", missing.join("\n"));
    ensure!(held > 100, "only {held} errors of functions were found");
    println!("{held} errors of functions are in {} rows or shown elsewhere", rows.len());
    Ok(())
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
            (used, "ROWS") if rest.starts_with("ROW,") => {
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
