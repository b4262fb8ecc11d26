//! Snapshots: reviewed text that a test compares with, stored by insta, one file per page.
//!
//! A suite says which pages it has; everything else is the same for all suites: comparing, reporting,
//! finding snapshots that no page refers to, accepting. Tests write nothing into the tree: a failure
//! shows where the texts differ, and leaves the new text among the outputs of the test, where
//! `bazel run //snapshots:review` finds it. `bazel run //snapshots:accept` runs the same program with
//! `SNAPSHOTS=accept` on the workspace, and what it wrote is reviewed as a change of the tree.

use std::collections::BTreeSet;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, panic};

use libtest_mimic::{Arguments, Failed, Trial};

/// What to run when a snapshot is to change; the last line of every failure.
pub const ACCEPT: &str =
    "Review and accept: ./bazelw run //snapshots:review (or all at once: //snapshots:accept)";

/// One stored text.
pub struct Page {
    /// Path below the suite's folder, without `.snap`.
    pub path: String,
    /// What it is made from, for the reader of the snapshot.
    pub description: String,
    /// The text, ended by one line feed.
    pub text: String,
}

/// One input of a suite, and what is to be seen of it.
pub struct Case {
    /// Its name, `err/unknown_type`.
    pub name: String,
    /// Makes its pages; an `Err` is a failure that no snapshot can excuse.
    pub pages: Box<dyn Fn() -> Result<Vec<Page>, String> + Send + Sync>,
}

/// A set of cases whose snapshots are in one folder.
pub struct Suite {
    /// The folder, `snapshots/ffigen`.
    pub folder: &'static str,
    /// All cases.
    pub cases: Vec<Case>,
}

/// The main function of a suite: tests, or accepts when the environment says so.
pub fn run(suite: Suite) -> ExitCode {
    if let Err(code) = with_settings() {
        return code;
    }
    panic::set_hook(Box::new(|info| {
        // insta reports a difference by a panic; the report is ours.
        let is_difference =
            info.payload_as_str().is_some_and(|text| text.starts_with("snapshot assertion"));
        if !is_difference {
            eprintln!("{info}");
        }
    }));
    if env::var_os("SNAPSHOTS").is_some_and(|mode| mode == "accept") {
        return accept(&suite);
    }
    let args = Arguments::from_args();
    let suite: &'static Suite = Box::leak(Box::new(suite));
    let mut trials: Vec<_> = suite
        .cases
        .iter()
        .map(|case| Trial::test(&case.name, move || check(suite, case)))
        .collect();
    trials.push(Trial::test("every_snapshot_has_a_case", move || check_orphans(suite)));
    libtest_mimic::run(&args, trials).exit_code()
}

/// Starts this program again with insta's settings in the environment, which is where insta reads
/// them; to change the environment of a running program would be unsafe. `Err` only if the program
/// cannot be started.
fn with_settings() -> Result<(), ExitCode> {
    if env::var_os("INSTA_WORKSPACE_ROOT").is_some() {
        return Ok(());
    }
    let program =
        env::current_exe().unwrap_or_else(|_| env::args_os().next().unwrap_or_default().into());
    let mut again = Command::new(program);
    again.args(env::args_os().skip(1)).env("INSTA_WORKSPACE_ROOT", super::root());
    // insta writes the path of this file into each snapshot, as it looks from the current directory.
    again.current_dir(super::root());
    if env::var_os("SNAPSHOTS").is_some_and(|mode| mode == "accept") {
        again.env("INSTA_UPDATE", "always");
    }
    eprintln!("cannot start again with insta's settings: {}", again.exec());
    Err(ExitCode::from(101))
}

/// The one way by which all cases of all suites go.
fn check(suite: &Suite, case: &Case) -> Result<(), Failed> {
    let pages = (case.pages)()?;
    let mut reports = Vec::new();
    for page in &pages {
        ends_well(page)?;
        if let Err(report) = compare(suite, page) {
            // One difference is read; of more, their names say enough.
            let is_first = reports.is_empty();
            let line = report.lines().next().unwrap_or_default().to_owned();
            reports.push(if is_first { report } else { line });
        }
    }
    if reports.is_empty() {
        return Ok(());
    }
    reports.push(ACCEPT.to_owned());
    Err(reports.join("\n").into())
}

/// insta does not see white space at the end, so it is held here.
fn ends_well(page: &Page) -> Result<(), String> {
    let body = page
        .text
        .strip_suffix('\n')
        .ok_or_else(|| format!("{}: no line feed at the end", page.path))?;
    if body.is_empty() || body.ends_with(char::is_whitespace) {
        return Err(format!("{}: empty, or white space at the end", page.path));
    }
    if page.text.contains('\r') {
        return Err(format!("{}: a carriage return", page.path));
    }
    Ok(())
}

/// Lets insta compare, and write the new text where its settings say.
fn compare(suite: &Suite, page: &Page) -> Result<(), String> {
    let file = file(suite, page);
    let stored = fs::read_to_string(&file);
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(file.parent().unwrap_or(Path::new("")));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(&page.description);
    let assertion = || settings.bind(|| insta::assert_snapshot!(name, page.text));
    let is_same = panic::catch_unwind(panic::AssertUnwindSafe(assertion)).is_ok();
    let shown = format!("{}/{}.snap", suite.folder, page.path);
    let report = match stored {
        Err(_) => format!("{shown} does not exist yet"),
        Ok(stored) if is_same && stored.ends_with(&format!("\n---\n{}", page.text)) => {
            return Ok(());
        }
        Ok(stored) => {
            let (_, stored) = stored.split_once("\n---\n").unwrap_or(("", &stored));
            format!("{shown} differs:\n{}", difference(stored, &page.text))
        }
    };
    let metadata = format!("source: tests/src/snapshot.rs\ndescription: {}", page.description);
    leave(&format!("{shown}.new"), &format!("---\n{metadata}\n---\n{}", page.text))?;
    Err(report)
}

/// Leaves a file for the review among the outputs of this test. Outside of `bazel test` there is no such place.
fn leave(path: &str, text: &str) -> Result<(), String> {
    let Some(outputs) = env::var_os("TEST_UNDECLARED_OUTPUTS_DIR") else { return Ok(()) };
    let file = PathBuf::from(outputs).join("pending").join(path);
    let written = fs::create_dir_all(file.parent().unwrap_or(Path::new("")))
        .and_then(|()| fs::write(&file, text));
    written.map_err(|error| format!("cannot leave {} for the review: {error}", file.display()))
}

fn file(suite: &Suite, page: &Page) -> PathBuf {
    super::root().join(suite.folder).join(format!("{}.snap", page.path))
}

fn from_root(path: &Path) -> String {
    path.strip_prefix(super::root()).unwrap_or(path).display().to_string()
}

/// Fails when a snapshot is stored that no case refers to.
fn check_orphans(suite: &Suite) -> Result<(), Failed> {
    let orphans = orphans(suite)?;
    if orphans.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = orphans.iter().map(|orphan| from_root(orphan)).collect();
    let names = names.join("\n");
    leave("orphans.txt", &format!("{names}\n"))?;
    Err(format!(
        "no case refers to these:\n{names}\nTo remove them: ./bazelw run //snapshots:review -- --prune"
    )
    .into())
}

fn orphans(suite: &Suite) -> Result<Vec<PathBuf>, String> {
    let mut known = BTreeSet::new();
    let mut unknown = Vec::new();
    for case in &suite.cases {
        let Ok(pages) = (case.pages)() else {
            // It has its own report; what it would refer to is not known.
            unknown.push(super::root().join(suite.folder).join(&case.name));
            continue;
        };
        for page in &pages {
            if !known.insert(file(suite, page)) {
                return Err(format!("two cases have the page {}", page.path));
            }
        }
    }
    let mut found = Vec::new();
    walk(&super::root().join(suite.folder), &mut found);
    let is_excused = |path: &PathBuf| {
        unknown.iter().any(|case| path.starts_with(case) || path.with_extension("") == *case)
    };
    Ok(found.into_iter().filter(|path| !known.contains(path) && !is_excused(path)).collect())
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => walk(&path, found),
            path => found.push(path),
        }
    }
    found.sort();
}

/// Writes all snapshots and removes those without a case.
fn accept(suite: &Suite) -> ExitCode {
    let mut failed = false;
    let mut written = 0;
    for case in &suite.cases {
        let pages =
            (case.pages)().and_then(|pages| pages.iter().try_for_each(ends_well).map(|()| pages));
        match pages {
            Err(error) => {
                failed = true;
                eprintln!("{}: {error}", case.name);
            }
            Ok(pages) => written += pages.iter().filter(|page| rewrite(suite, page)).count(),
        }
    }
    let orphans = orphans(suite).unwrap_or_default();
    for orphan in &orphans {
        println!("removed {}", from_root(orphan));
        failed |= fs::remove_file(orphan).is_err();
        let mut folder = orphan.parent();
        while let Some(empty) = folder.filter(|folder| fs::remove_dir(folder).is_ok()) {
            folder = empty.parent();
        }
    }
    println!("{}: {written} snapshots written, {} removed", suite.folder, orphans.len());
    ExitCode::from(u8::from(failed))
}

/// Writes one snapshot if it differs; true if it did.
fn rewrite(suite: &Suite, page: &Page) -> bool {
    if compare(suite, page).is_ok() {
        return false;
    }
    let file = file(suite, page);
    if compare(suite, page).is_err() {
        // insta finds no difference in white space at the end of a file; without the file it writes anew.
        let _ = fs::remove_file(&file);
        let _ = compare(suite, page);
    }
    println!("wrote {}", from_root(&file));
    true
}

/// Where two texts differ, with what is around: stored lines with `-`, new ones with `+`.
fn difference(stored: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (stored.split('\n').collect(), new.split('\n').collect());
    let (mut a, mut b) = (0, 0);
    let mut lines = Vec::new();
    while a < old.len() || b < new.len() {
        if old.get(a) == new.get(b) {
            (a, b) = (a + 1, b + 1);
            continue;
        }
        if lines.len() > SHOWN {
            lines.push("..".to_owned());
            break;
        }
        let (removed, added) = meeting(&old[a..], &new[b..]);
        lines.push(format!("line {}:", b + 1));
        let before = &new[b.saturating_sub(2)..b];
        let after = &new[(b + added).min(new.len())..(b + added + 2).min(new.len())];
        for (mark, part) in
            [(' ', before), ('-', &old[a..a + removed]), ('+', &new[b..b + added]), (' ', after)]
        {
            lines.extend(
                part.iter().take(SHOWN).map(|line| format!("{mark} {line}").trim_end().to_owned()),
            );
            if part.len() > SHOWN {
                lines.push(format!("{mark} .. {} more lines", part.len() - SHOWN));
            }
        }
        (a, b) = (a + removed, b + added);
    }
    lines.join("\n")
}

/// How many lines of either text to leave out until both go on with the same two lines, or end.
fn meeting(old: &[&str], new: &[&str]) -> (usize, usize) {
    for skipped in 1..=(old.len() + new.len()).min(400) {
        for removed in skipped.saturating_sub(new.len())..=skipped.min(old.len()) {
            if old[removed..].iter().take(2).eq(new[skipped - removed..].iter().take(2)) {
                return (removed, skipped - removed);
            }
        }
    }
    (old.len(), new.len())
}

/// How many lines of a difference are shown.
const SHOWN: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_each_place_with_what_is_around() {
        let shown = difference("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nX\nd\ne\nf\nf2\ng\nh\n");
        assert_eq!(
            shown,
            "line 3:\n  a\n  b\n- c\n+ X\n  d\n  e\nline 7:\n  e\n  f\n+ f2\n  g\n  h"
        );
        assert_eq!(difference("a\n", "a"), "line 2:\n  a\n-");
        assert_eq!(difference("", "a"), "line 1:\n-\n+ a");
        let long = "x\n".repeat(500);
        assert!(difference(&long, "y").ends_with("more lines\n+ y"));
    }

    #[test]
    fn a_page_ends_with_one_line_feed() {
        let ends = |text: &str| {
            ends_well(&Page { path: "p".into(), description: String::new(), text: text.into() })
        };
        assert!(ends("a\n").is_ok());
        for bad in ["", "\n", "a", "a\n\n", "a \n", "a\r\n"] {
            assert!(ends(bad).is_err(), "{bad:?}");
        }
    }
}
