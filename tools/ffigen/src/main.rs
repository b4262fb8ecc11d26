//! The command `ffigen`: reads specs, calls the library, prints diagnostics, writes files.
//!
//! Exit codes: 0 fine, 1 diagnostics, 2 usage or I/O, 101 our bug.
//! Invariant: this program alone touches disk and environment; the library is a function of its arguments.
#![expect(clippy::disallowed_methods, reason = "the program is where the outside world is touched")]

mod args;
mod disk;
mod run;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use diag::Style;

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
    // A closed pipe is the reader's choice, not a failure of ours.
    let _ = std::io::stdout().write_all(outcome.output.as_bytes());
    let _ = std::io::stderr().write_all(outcome.messages.as_bytes());
    ExitCode::from(outcome.code)
}
