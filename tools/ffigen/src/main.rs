//! The command `ffigen`: reads specs, calls the library, prints diagnostics, writes files.
//!
//! Exit codes: 0 fine, 1 diagnostics, 2 usage or I/O, 101 our bug.
//! Invariant: this program alone touches disk and environment; the library is a function of its arguments.
#![expect(clippy::disallowed_methods, reason = "the program is where the outside world is touched")]

mod args;
mod disk;
mod run;
mod stdout;

use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use diag::Style;
use mimalloc::MiMalloc;

/// A run is a few thousand small, short-lived allocations on a few threads: a quarter of its time with the system's
/// allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        eprintln!(
            "error: {info}\n  = help: this is a bug in ffigen, please report it with the spec"
        );
    }));
    let cli = args::Cli::parse();
    let is_plain = std::env::var_os("NO_COLOR").is_some() || !std::io::stderr().is_terminal();
    let style = if is_plain { Style::Plain } else { Style::Coloured };
    let outcome = run::run(cli.verb, style);
    // Messages first: where standard output fails, they still say what happened.
    let _ = std::io::stderr().write_all(outcome.messages.as_bytes());
    // What was closed at the start is `/dev/null` by now, and would take everything.
    let written = match outcome.output.is_empty() || stdout::was_open() {
        true => std::io::stdout().write_all(outcome.output.as_bytes()),
        false => Err(std::io::Error::other("it is closed")),
    };
    match written {
        Ok(()) => ExitCode::from(outcome.code),
        // A closed pipe is the reader's choice, not a failure of ours.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(outcome.code),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: cannot write to standard output: {error}");
            ExitCode::from(2)
        }
    }
}
