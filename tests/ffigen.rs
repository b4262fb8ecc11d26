//! Snapshots of all that ffigen writes: every file of every spec, every diagnostic.
//!
//! The folder of a fixture is the expectation: one in `ok` generates without a diagnostic, one in
//! `err` has at least one. Files are found, not listed, and each is one named test:
//! `--test_arg=err/unknown_type`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use diag::Diagnostic;
use tests::ffigen::{generate, generate_clean, print, source};
use tests::snapshot::{self, Case, Page, Suite};

fn main() -> ExitCode {
    let mut all = Vec::new();
    for (group, folder) in [("ok", "tests/fixtures/spec/ok"), ("specs", "specs")] {
        for (name, path) in tests::cases(folder, "toml") {
            let name = format!("{group}/{name}");
            all.push(Case { name: name.clone(), pages: Box::new(move || files(&name, &path)) });
        }
    }
    let errors = tests::cases("tests/fixtures/spec/err", "toml");
    for (name, path) in errors.clone() {
        let name = format!("err/{name}");
        all.push(Case { name: name.clone(), pages: Box::new(move || diagnostics(&name, &path)) });
    }
    // No page of its own: it holds the fixtures against the table of codes.
    all.push(Case {
        name: "every_code_has_a_fixture".into(),
        pages: Box::new(move || codes(&errors)),
    });
    snapshot::run(Suite { folder: "snapshots/ffigen", cases: all })
}

/// One page per generated file.
fn files(name: &str, path: &str) -> Result<Vec<Page>, String> {
    let files = generate_clean(&source(path)?)?;
    let page = |(file, text): (&str, &str)| Page {
        path: format!("{name}/{file}"),
        description: format!("{file} of {path}"),
        text: text.to_owned(),
    };
    Ok(files.iter().map(page).collect())
}

/// One page with the source and what is said about it.
fn diagnostics(name: &str, path: &str) -> Result<Vec<Page>, String> {
    let file = source(path)?;
    let (files, diagnostics) = generate(&file)?;
    if diagnostics.is_empty() {
        return Err(format!("{path} has no mistake; it belongs into the folder `ok`"));
    }
    if files.is_some()
        && diagnostics.iter().any(|diagnostic| diagnostic.severity == diag::Severity::Error)
    {
        return Err(format!("{path} has a mistake, and files all the same"));
    }
    for diagnostic in &diagnostics {
        well_formed(diagnostic).map_err(|what| format!("{path}: {}: {what}", diagnostic.title))?;
    }
    let printed = print(&file, &diagnostics);
    let text =
        format!("SOURCE\n{}\n\nDIAGNOSTICS\n{}\n", file.text().trim_end(), printed.trim_end());
    Ok(vec![Page { path: name.to_owned(), description: path.to_owned(), text }])
}

/// The rules of house style that hold for every message.
fn well_formed(diagnostic: &Diagnostic) -> Result<(), &'static str> {
    let title = &diagnostic.title;
    if title.starts_with(|ch: char| ch.is_uppercase()) || title.ends_with('.') {
        return Err("a title starts in lower case and has no full stop");
    }
    if title.starts_with("invalid") {
        return Err("a title says what exactly is wrong");
    }
    if diagnostic.help.is_empty() || diagnostic.help.iter().any(String::is_empty) {
        return Err("a diagnostic says what to do");
    }
    if diagnostic.primary.text.is_empty() {
        return Err("the primary label says what is wrong here");
    }
    if ffigen::code::find(diagnostic.code).is_none() {
        return Err("the code is not in the table that `ffigen explain` reads");
    }
    Ok(())
}

/// Codes that no fixture in this folder can show, with the suite that does: they are about bytes,
/// size or several files.
const SHOWN_ELSEWHERE: [(&str, &str); 3] = [("F0105", "cli"), ("F0106", "cli"), ("F0209", "cli")];

/// Every code of the table is shown by a fixture, except those above, which are shown by none.
fn codes(errors: &[(String, String)]) -> Result<Vec<Page>, String> {
    let mut shown = BTreeSet::new();
    for (_, path) in errors {
        shown.extend(generate(&source(path)?)?.1.into_iter().map(|diagnostic| diagnostic.code));
    }
    let elsewhere = |code: &str| SHOWN_ELSEWHERE.iter().any(|(other, _)| *other == code);
    let rows =
        ffigen::code::ALL.iter().filter(|row| shown.contains(row.code) == elsewhere(row.code));
    let wrong: Vec<_> = rows.map(|row| format!("{} ({})", row.code, row.title)).collect();
    if wrong.is_empty() {
        return Ok(Vec::new());
    }
    Err(format!(
        "add a fixture to tests/fixtures/spec/err, or correct SHOWN_ELSEWHERE, for {}",
        wrong.join(", ")
    ))
}
