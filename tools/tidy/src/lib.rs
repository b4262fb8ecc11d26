//! The rules of this repository that a machine can check, as a test.
//!
//! A rule that only a reviewer knows is broken within a month. Each rule here is one file in
//! `rules/`, with the reason for it and with unit tests that show a violation being caught: a check
//! that cannot fail is worth nothing.
//!
//! The test `tree` reads the working tree itself, not a list of files somebody has to keep: a file
//! in a new folder is seen without anybody's doing.

pub mod ratchet;
pub mod rules;
pub mod rust_text;
pub mod tree;

use std::fmt;

pub use rules::{RULES, Rule};
pub use tree::{File, Tree};

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Path from the root of the repository.
    pub path: String,
    /// Line, counted from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong here.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

impl Problem {
    /// A problem at a line of a file.
    pub fn at(
        file: &File,
        line: usize,
        what: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        Problem { path: file.path.clone(), line, what: what.into(), help: help.into() }
    }

    /// A problem of a path as a whole; the path need not exist.
    pub fn of(path: &str, what: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem { path: path.to_owned(), line: 0, what: what.into(), help: help.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path)?;
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
        }
        write!(f, " {}; {}", self.what, self.help)
    }
}
