//! The command behind `bazel run //snapshots:review`: finds pending snapshots, asks, and does what is answered.
//!
//! See the README for its use and exit codes.

use std::env;
use std::io::{IsTerminal, stdin, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;
use glob::Pattern;
use review::pending;
use review::session::{Answer, Session};

/// Reviews what failed snapshot tests left behind. In a terminal it asks about each; else say what to do.
#[derive(Debug, Parser)]
#[command(name = "review", max_term_width = 100)]
struct Options {
    /// Accept all that is pending (and is chosen by `--only`).
    #[arg(long, conflicts_with = "reject")]
    accept: bool,
    /// Forget all that is pending; the tests go on failing.
    #[arg(long)]
    reject: bool,
    /// Remove the snapshots that no test refers to.
    #[arg(long)]
    prune: bool,
    /// Only names like this, such as `specs/io/*` or `err/*`; `*` matches any text. May be given several times.
    #[arg(long, value_name = "GLOB")]
    only: Vec<Pattern>,
    /// List as JSON on standard output, after what else was asked for is done; ask nothing.
    #[arg(long)]
    json: bool,
    /// Where Bazel keeps the outputs of tests [default: bazel-testlogs in the workspace].
    #[arg(long, value_name = "DIR")]
    testlogs: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// True if nothing is left to review.
fn run(options: &Options) -> Result<bool> {
    let root = env::var_os("BUILD_WORKSPACE_DIRECTORY")
        .map(PathBuf::from)
        .context("the workspace is not known; start this with: ./bazelw run //snapshots:review")?;
    let testlogs = options.testlogs.clone().unwrap_or_else(|| root.join("bazel-testlogs"));
    if !testlogs.is_dir() {
        bail!("there is no {}; run the tests first: ./bazelw test //...", testlogs.display());
    }
    let mut found = pending::find(&root, &testlogs)?;
    if !options.only.is_empty() {
        let is_wanted = |name: &str| options.only.iter().any(|glob| glob.matches(name));
        found.pending.retain(|one| is_wanted(one.name()));
        found.orphans.retain(|path| is_wanted(pending::name(path)));
    }
    let mut session = Session::new(root, found);
    if options.prune {
        session.prune()?;
    }
    let is_asked = !(options.accept || options.reject || options.prune || options.json);
    if options.accept || options.reject {
        let answer = if options.accept { Answer::Accept } else { Answer::Reject };
        session.answer_all(answer, options.json)?;
    } else if is_asked && stdin().is_terminal() && stdout().is_terminal() {
        session.ask(&mut stdin().lock(), &mut stdout())?;
    } else if is_asked && !session.is_done() {
        print!("{}", session.summary());
        println!(
            "\nThis is no terminal to ask in: say --accept, --reject, --prune or --json (and --only GLOB)."
        );
    }
    if options.json {
        println!("{}", session.json()?);
    } else {
        println!("{}", session.state());
    }
    Ok(session.is_done())
}
