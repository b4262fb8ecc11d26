//! What is shown: a line per file, the reasons, the totals, and all of it as JSON.

use crate::outcome::Outcome;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How many failures of one file are shown; JSON has all.
const SHOWN: usize = 5;

/// What came of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Something was checked and nothing failed.
    Passed,
    /// Something failed.
    Failed,
    /// Nothing was checked.
    Skipped,
}

/// A check that did not pass.
#[derive(Debug, Serialize)]
pub struct Remark {
    /// Which check.
    pub check: String,
    /// What is said of it.
    pub outcome: Outcome,
}

/// The checks of a file.
#[derive(Debug, Serialize)]
pub struct FileReport {
    /// Path as found.
    pub path: PathBuf,
    /// What came of it.
    pub status: Status,
    /// Checks that passed.
    pub passed: u64,
    /// Checks that failed.
    pub failed: u64,
    /// Checks that were not tried.
    pub skipped: u64,
    /// Those that did not pass.
    pub remarks: Vec<Remark>,
}

impl FileReport {
    /// A file of which nothing is known yet.
    pub fn new(path: PathBuf) -> FileReport {
        let status = Status::Skipped;
        FileReport { path, status, passed: 0, failed: 0, skipped: 0, remarks: Vec::new() }
    }

    /// Adds a check.
    pub fn add(&mut self, check: String, outcome: Outcome) {
        match &outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Skipped(_) => self.skipped += 1,
        }
        self.status = match (self.failed, self.passed) {
            (0, 0) => Status::Skipped,
            (0, _) => Status::Passed,
            _ => Status::Failed,
        };
        if outcome != Outcome::Passed {
            self.remarks.push(Remark { check, outcome });
        }
    }

    /// The lines of this file.
    pub fn text(&self) -> String {
        let path = self.path.display();
        let mut text = match self.status {
            Status::Passed => format!("passed   {path}: {} checks", self.passed),
            Status::Failed => {
                format!("failed   {path}: {} of {} checks", self.failed, self.passed + self.failed)
            }
            Status::Skipped => format!("skipped  {path}"),
        };
        let mut reasons = BTreeMap::new();
        for remark in &self.remarks {
            if let Outcome::Skipped(reason) = &remark.outcome {
                *reasons.entry(reason).or_insert(0_u64) += 1;
            }
        }
        for (index, (reason, count)) in reasons.iter().enumerate() {
            let times = if *count > 1 { format!(" ({count} checks)") } else { String::new() };
            match (self.status, index) {
                (Status::Skipped, 0) => text += &format!(": {reason}{times}"),
                (Status::Skipped, _) => text += &format!("; {reason}{times}"),
                _ => text += &format!("\n         not tried: {reason}{times}"),
            }
        }
        let failures = self.remarks.iter().filter_map(|remark| match &remark.outcome {
            Outcome::Failed(reason) => Some((&remark.check, reason)),
            _ => None,
        });
        for (index, (check, reason)) in failures.enumerate() {
            if index == SHOWN {
                text += &format!("\n         .. and {} more", self.failed - SHOWN as u64);
                break;
            }
            text += &format!(
                "\n         {check}: {}",
                reason.trim_end().replace('\n', "\n           ")
            );
        }
        text
    }
}

/// Counts of one kind of thing.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// How many passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
    /// How many were not tried.
    pub skipped: u64,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// Everything.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Counts of files.
    pub total: Counts,
    /// Counts of checks.
    pub checks: Counts,
    /// Each file, in the order of the paths.
    pub files: Vec<FileReport>,
}

impl Report {
    /// Adds it all up.
    pub fn new(files: Vec<FileReport>) -> Report {
        let (mut total, mut checks) = (Counts::default(), Counts::default());
        for file in &files {
            match file.status {
                Status::Passed => total.passed += 1,
                Status::Failed => total.failed += 1,
                Status::Skipped => total.skipped += 1,
            }
            checks.passed += file.passed;
            checks.failed += file.failed;
            checks.skipped += file.skipped;
        }
        Report { total, checks, files }
    }

    /// The last two lines: checks, then files.
    pub fn text(&self) -> String {
        format!("checks: {}\ntotal: {}", self.checks, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(outcomes: &[Outcome]) -> FileReport {
        let mut file = FileReport::new("a.clif".into());
        for (index, outcome) in outcomes.iter().enumerate() {
            file.add(format!("check {index}"), outcome.clone());
        }
        file
    }

    #[test]
    fn one_failure_fails_the_file_and_is_shown() {
        let file = file(&[
            Outcome::Passed,
            Outcome::Failed("gave 2".to_owned()),
            Outcome::Skipped("vector types".to_owned()),
        ]);
        assert_eq!(file.status, Status::Failed);
        assert_eq!(
            file.text(),
            "failed   a.clif: 1 of 2 checks\n         not tried: vector types\n         check 1: gave 2"
        );
    }

    #[test]
    fn a_file_without_a_check_that_was_tried_has_not_passed() {
        let file = file(&[Outcome::Skipped("vector types".to_owned())]);
        assert_eq!(file.status, Status::Skipped);
        assert_eq!(file.text(), "skipped  a.clif: vector types");
    }

    #[test]
    fn the_last_line_counts_files() {
        let report = Report::new(vec![
            file(&[Outcome::Passed, Outcome::Passed]),
            file(&[Outcome::Skipped("x".to_owned())]),
        ]);
        assert_eq!(
            report.text(),
            "checks: 2 passed, 0 failed, 1 skipped\ntotal: 1 passed, 0 failed, 1 skipped"
        );
    }
}
