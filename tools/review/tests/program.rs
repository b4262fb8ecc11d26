//! The program as it is called: on a small tree with pending snapshots, as failed tests leave them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const PENDING: &str = "bazel-testlogs/tests/ffigen_test/test.outputs/pending";

/// A tree with three pending snapshots (changed, new, and one whose source is newer) and an orphan.
fn tree() -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let file = tree.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    let page =
        |text: &str, source: &str| format!("---\nsource: s.rs\ndescription: {source}\n---\n{text}");
    write("specs/a.toml", "");
    write("snapshots/ffigen/specs/a/c/a.h.snap", &page("one\ntwo\n", "c/a.h of specs/a.toml"));
    write("snapshots/ffigen/specs/a/doc/same.md.snap", &page("same\n", "doc of specs/a.toml"));
    write("snapshots/ffigen/err/gone.snap", &page("gone\n", "gone.toml"));
    let pending = |path: &str, text: &str, source: &str| {
        write(&format!("{PENDING}/snapshots/ffigen/{path}.snap.new"), &page(text, source));
    };
    pending("specs/a/c/a.h", "one\n2\n", "c/a.h of specs/a.toml");
    pending("specs/a/doc/same.md", "same\n", "doc of specs/a.toml");
    pending("err/new", "SOURCE\nx\n\nDIAGNOSTICS\nerror[F0101]: it is new\n", "specs/a.toml");
    pending("ok/late/c/late.h", "late\n", "c/late.h of specs/late.toml");
    write(&format!("{PENDING}/orphans.txt"), "snapshots/ffigen/err/gone.snap\n");
    write("specs/late.toml", "");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    let late = fs::File::options().write(true).open(tree.path().join("specs/late.toml")).unwrap();
    late.set_modified(later).unwrap();
    tree
}

fn review(tree: &Path, args: &[&str]) -> Output {
    // cargo says it when compiling, Bazel when running.
    let program = std::env::var("REVIEW")
        .ok()
        .or(option_env!("CARGO_BIN_EXE_review").map(str::to_owned))
        .expect("REVIEW is set by the BUILD file");
    Command::new(fs::canonicalize(program).unwrap())
        .args(args)
        .env("BUILD_WORKSPACE_DIRECTORY", tree)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn exists(tree: &Path, path: &str) -> bool {
    tree.join(path).exists()
}

#[test]
fn without_a_terminal_it_lists_and_changes_nothing() {
    let tree = tree();
    let output = review(tree.path(), &[]);
    let shown = text(&output.stdout);
    for line in [
        "== err/new (1 changed)\n  err/new\n    new: error[F0101]: it is new\n",
        "== specs/a (1 changed)\n  specs/a/c/a.h\n    1 lines added, 1 removed\n",
        "  ok/late/c/late.h (out of date)\n",
        "no test refers to snapshots/ffigen/err/gone.snap\n",
        "0 accepted, 0 rejected, 3 left; 1 without a test (--prune removes them)\n",
    ] {
        assert!(shown.contains(line), "{line:?} is not in:\n{shown}");
    }
    assert!(!shown.contains("same.md"), "{shown}");
    assert_eq!(output.status.code(), Some(1));
    assert!(exists(tree.path(), "snapshots/ffigen/err/gone.snap"));
}

#[test]
fn accepting_writes_the_tree_and_leaves_what_is_out_of_date() {
    let tree = tree();
    let output = review(tree.path(), &["--accept"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("late.h.snap: out of date"));
    let stored =
        fs::read_to_string(tree.path().join("snapshots/ffigen/specs/a/c/a.h.snap")).unwrap();
    assert_eq!(stored, "---\nsource: s.rs\ndescription: c/a.h of specs/a.toml\n---\none\n2\n");
    assert!(exists(tree.path(), "snapshots/ffigen/err/new.snap"));
    assert!(!exists(tree.path(), "snapshots/ffigen/ok"));
    assert!(
        text(&output.stdout)
            .ends_with("2 accepted, 0 rejected, 1 left; 1 without a test (--prune removes them)\n")
    );
    let again = review(tree.path(), &["--accept", "--only", "specs/*"]);
    assert_eq!(
        (again.status.code(), text(&again.stdout)),
        (Some(0), "0 accepted, 0 rejected, 0 left\n".into())
    );
}

#[test]
fn only_chooses_and_rejecting_forgets() {
    let tree = tree();
    let output = review(tree.path(), &["--reject", "--only", "err/*", "--only", "ok/*"]);
    assert!(text(&output.stdout).contains("0 accepted, 2 rejected, 0 left; 1 without a test"));
    assert!(!exists(tree.path(), "snapshots/ffigen/err/new.snap"));
    assert!(!exists(tree.path(), &format!("{PENDING}/snapshots/ffigen/err/new.snap.new")));
    assert!(exists(tree.path(), &format!("{PENDING}/snapshots/ffigen/specs/a/c/a.h.snap.new")));
}

#[test]
fn pruning_removes_snapshots_without_a_test() {
    let tree = tree();
    let output = review(tree.path(), &["--prune"]);
    assert!(!exists(tree.path(), "snapshots/ffigen/err"));
    assert!(text(&output.stdout).contains("0 accepted, 0 rejected, 1 removed, 3 left\n"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_list_for_programs_is_json() {
    let tree = tree();
    let output = review(tree.path(), &["--json", "--only", "specs/*"]);
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let row = &list["pending"][0];
    assert_eq!(row["path"], "snapshots/ffigen/specs/a/c/a.h.snap");
    assert_eq!((&row["kind"], &row["group"]), (&"changed".into(), &"specs/a".into()));
    assert_eq!(row["meaning"][0], "1 lines added, 1 removed");
    assert_eq!(list["orphans"].as_array().unwrap().len(), 0);
}

#[test]
fn wrong_calls_say_what_to_do() {
    let tree = tempfile::tempdir().unwrap();
    let output = review(tree.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("./bazelw test //..."), "{}", text(&output.stderr));
    assert_eq!(review(tree.path(), &["--accept", "--reject"]).status.code(), Some(2));
    assert_eq!(review(tree.path(), &["--only", "["]).status.code(), Some(2));
}
