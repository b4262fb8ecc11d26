//! How far a long run is: a line on standard error whenever ten seconds have passed.
//!
//! `tests/progress/progress.h` and `progress.sh` say the same in the same form for C and for
//! scripts. A short form, a test that Bazel runs, says nothing: whoever watches has Bazel's own
//! words. Environment: `PROGRESS_SECONDS`, in place of ten.

use std::env;
use std::fmt::Display;
use std::time::{Duration, Instant};

/// The clock of a run.
pub struct Progress {
    program: &'static str,
    start: Instant,
    last: Instant,
    /// None where nothing is said.
    silence: Option<Duration>,
}

impl Progress {
    /// Starts the clock of a run of the program with this name.
    pub fn new(program: &'static str) -> Progress {
        let start = Instant::now();
        let is_set = |name| env::var_os(name).is_some();
        let is_short = is_set("TEST_TARGET") && !is_set("BUILD_WORKSPACE_DIRECTORY");
        let given = env::var("PROGRESS_SECONDS").ok().and_then(|text| text.parse().ok());
        let given = given.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let silence = given.unwrap_or(Duration::from_secs(10));
        Progress { program, start, last: start, silence: (!is_short).then_some(silence) }
    }

    /// Says `PROGRAM: DONE of ALL WHAT, N s` if it is time.
    pub fn say(&mut self, done: usize, all: usize, what: impl Display) {
        if let Some(line) = self.line(done, all, what) {
            eprintln!("{line}");
        }
    }

    fn line(&mut self, done: usize, all: usize, what: impl Display) -> Option<String> {
        if self.last.elapsed() < self.silence? {
            return None;
        }
        self.last = Instant::now();
        let seconds = self.start.elapsed().as_secs();
        Some(format!("{}: {done} of {all} {what}, {seconds} s", self.program))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_once_in_a_while() {
        let mut progress = Progress { silence: Some(Duration::ZERO), ..Progress::new("program") };
        assert_eq!(progress.line(3, 9, "specs").as_deref(), Some("program: 3 of 9 specs, 0 s"));
        progress.silence = Some(Duration::from_secs(3600));
        assert_eq!(progress.line(4, 9, "specs"), None);
    }

    #[test]
    fn a_test_that_bazel_runs_says_nothing() {
        if env::var_os("TEST_TARGET").is_some() {
            assert_eq!(Progress::new("program").silence, None);
        }
    }
}
