//! What came of each check, and how a child process tells its parent.

use serde::{Deserialize, Serialize};
use std::io::Write;

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Not as expected; the reason.
    Failed(String),
    /// Not tried; the reason.
    Skipped(String),
}

/// A line from child to parent.
///
/// Checks are numbered in an order that depends on the file and the modes alone, so that a new child can go on where
/// one ended against its will.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// A check begins: its number, what it is, and the number to go on with if the child does not survive it.
    Start(u64, String, u64),
    /// A check is over.
    Done(String, Outcome),
    /// The file as a whole has no checks.
    File(Outcome),
    /// The file is done.
    End,
}

/// Where the events of a child go.
pub struct Events<W: Write> {
    out: W,
    from: u64,
}

impl<W: Write> Events<W> {
    /// Tells `out`; checks below `from` were done by an earlier child.
    pub fn new(out: W, from: u64) -> Events<W> {
        Events { out, from }
    }

    /// Whether a check is still to be done.
    pub fn wants(&self, number: u64) -> bool {
        number >= self.from
    }

    /// Tells an event. A parent that is gone wants no more of it.
    pub fn tell(&mut self, event: &Event) {
        let mut line = serde_json::to_vec(event).unwrap_or_default();
        line.push(b'\n');
        if self.out.write_all(&line).and_then(|()| self.out.flush()).is_err() {
            std::process::exit(1);
        }
    }

    /// Does a check, with its announcement, unless an earlier child did.
    pub fn check(&mut self, number: u64, label: &str, check: impl FnOnce() -> Outcome) {
        if !self.wants(number) {
            return;
        }
        self.tell(&Event::Start(number, label.to_owned(), number + 1));
        let outcome = check();
        self.tell(&Event::Done(label.to_owned(), outcome));
    }
}
