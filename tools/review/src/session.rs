//! One review: what is left of it, what was done, and the conversation in a terminal.

use std::fmt::Write as _;
use std::io::{BufRead, Write};
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use crate::pending::{self, Found, Pending};
use crate::{difference, meaning};

/// What to do with a pending snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It becomes the snapshot.
    Accept,
    /// It is forgotten.
    Reject,
    /// It stays for another time.
    Skip,
}

/// A review under way.
pub struct Session {
    root: PathBuf,
    left: Vec<Pending>,
    orphans: Vec<String>,
    accepted: usize,
    rejected: usize,
    pruned: usize,
}

/// A pending snapshot as `--json` lists it.
#[derive(Serialize)]
struct Row<'a> {
    group: String,
    path: &'a str,
    file: String,
    kind: &'static str,
    made_from: &'a str,
    out_of_date: bool,
    class: Option<&'static str>,
    meaning: Vec<String>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct List<'a> {
    pending: Vec<Row<'a>>,
    orphans: &'a [String],
    accepted: usize,
    rejected: usize,
    pruned: usize,
}

impl Session {
    /// A review of what was found in the tree at `root`.
    pub fn new(root: PathBuf, found: Found) -> Session {
        let Found { pending, orphans } = found;
        Session { root, left: pending, orphans, accepted: 0, rejected: 0, pruned: 0 }
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.left.is_empty() && self.orphans.is_empty()
    }

    /// Removes the orphans.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn prune(&mut self) -> Result<()> {
        while let Some(path) = self.orphans.first() {
            pending::prune(&self.root, path)?;
            self.orphans.remove(0);
            self.pruned += 1;
        }
        Ok(())
    }

    /// Answers all questions alike; says what it does unless told to be quiet. What is out of date stays.
    ///
    /// # Errors
    /// A file cannot be written or removed; what was done before stays done.
    pub fn answer_all(&mut self, answer: Answer, is_quiet: bool) -> Result<()> {
        for one in std::mem::take(&mut self.left) {
            if one.is_out_of_date && answer == Answer::Accept {
                eprintln!("{}: out of date; run the tests again", one.path);
                self.left.push(one);
                continue;
            }
            if !is_quiet {
                let verb = if answer == Answer::Accept { "accepting" } else { "rejecting" };
                println!("{verb} {}", one.path);
            }
            self.answer(one, answer)?;
        }
        Ok(())
    }

    fn answer(&mut self, one: Pending, answer: Answer) -> Result<()> {
        match answer {
            Answer::Accept => {
                one.accept(&self.root)?;
                self.accepted += 1;
            }
            Answer::Reject => {
                one.forget()?;
                self.rejected += 1;
            }
            Answer::Skip => self.left.push(one),
        }
        Ok(())
    }

    /// What changed, by group, without any text.
    pub fn summary(&self) -> String {
        let mut out = String::new();
        for group in groups(&self.left) {
            out.push_str(&heading(&group));
        }
        for orphan in &self.orphans {
            let _ = writeln!(out, "no test refers to {orphan}");
        }
        out
    }

    /// How it stands, in a line.
    pub fn state(&self) -> String {
        let mut done = format!("{} accepted, {} rejected", self.accepted, self.rejected);
        if self.pruned > 0 {
            let _ = write!(done, ", {} removed", self.pruned);
        }
        let _ = write!(done, ", {} left", self.left.len());
        if !self.orphans.is_empty() {
            let _ = write!(done, "; {} without a test (--prune removes them)", self.orphans.len());
        }
        done
    }

    /// The list for programs.
    ///
    /// # Errors
    /// It cannot be put into JSON.
    pub fn json(&self) -> Result<String> {
        let rows = self.left.iter().map(|one| {
            let meaning = meaning::of(one);
            Row {
                group: one.group(),
                path: &one.path,
                file: one.file.display().to_string(),
                kind: if one.old.is_some() { "changed" } else { "new" },
                made_from: &one.description,
                out_of_date: one.is_out_of_date,
                class: meaning.class.map(|class| class.words()),
                meaning: meaning.lines,
            }
        });
        let list = List {
            pending: rows.collect(),
            orphans: &self.orphans,
            accepted: self.accepted,
            rejected: self.rejected,
            pruned: self.pruned,
        };
        Ok(serde_json::to_string_pretty(&list)?)
    }

    /// Asks about each, group by group: first what changed in all of the group, then text by text.
    ///
    /// # Errors
    /// A file or the terminal fails; what was answered before stays done.
    pub fn ask(&mut self, input: &mut impl BufRead, output: &mut impl Write) -> Result<()> {
        let mut waiting = groups(&self.left);
        self.left.clear();
        waiting.reverse();
        while let Some(mut group) = waiting.pop() {
            write!(output, "\n{}", heading(&group))?;
            group.reverse();
            while let Some(one) = group.pop() {
                let text = difference::unified(&one.path, one.old.as_deref(), &one.new);
                writeln!(output, "\n{}", difference::coloured(&text))?;
                let reply = question(input, output, &one, group.len())?;
                let Some((answer, is_for_group)) = reply else {
                    self.left.push(one);
                    self.left.extend(group.drain(..).rev());
                    self.left.extend(waiting.drain(..).rev().flatten());
                    return Ok(());
                };
                self.answer(one, answer)?;
                for one in group.drain(..if is_for_group { group.len() } else { 0 }).rev() {
                    let is_possible = answer != Answer::Accept || !one.is_out_of_date;
                    self.answer(one, if is_possible { answer } else { Answer::Skip })?;
                }
            }
        }
        self.ask_to_prune(input, output)
    }

    fn ask_to_prune(&mut self, input: &mut impl BufRead, output: &mut impl Write) -> Result<()> {
        if self.orphans.is_empty() {
            return Ok(());
        }
        writeln!(output, "\nNo test refers to these:\n  {}", self.orphans.join("\n  "))?;
        write!(output, "Remove them? [y/n] ")?;
        output.flush()?;
        let mut line = String::new();
        input.read_line(&mut line)?;
        if line.trim() == "y" { self.prune() } else { Ok(()) }
    }
}

/// Pending snapshots of one spec or fixture stand together, the manifest first: it says what the others follow from.
fn groups(pending: &[Pending]) -> Vec<Vec<Pending>> {
    let mut all: Vec<Vec<Pending>> = Vec::new();
    for one in pending {
        match all.last_mut().filter(|group| group[0].group() == one.group()) {
            Some(group) => group.push(one.clone()),
            None => all.push(vec![one.clone()]),
        }
    }
    for group in &mut all {
        group.sort_by_key(|one| !one.path.contains("/abi/"));
    }
    all
}

/// A group's name and what changed in each of its texts.
fn heading(group: &[Pending]) -> String {
    let mut out = format!("== {} ({} changed)\n", group[0].group(), group.len());
    for one in group {
        let meaning = meaning::of(one);
        let class = meaning.class.map_or(String::new(), |class| format!(" [{}]", class.words()));
        let date = if one.is_out_of_date { " (out of date)" } else { "" };
        let _ = writeln!(out, "  {}{class}{date}", one.name());
        for line in &meaning.lines {
            let _ = writeln!(out, "    {line}");
        }
    }
    out
}

/// Asks about one text; none to stop. The second is whether the answer is for the rest of the group.
fn question(
    input: &mut impl BufRead,
    output: &mut impl Write,
    one: &Pending,
    more: usize,
) -> Result<Option<(Answer, bool)>> {
    if one.is_out_of_date {
        writeln!(output, "Out of date: its source is newer than the test run.")?;
    }
    loop {
        write!(output, "{}\n[a]ccept, [r]eject, [s]kip, [q]uit", one.path)?;
        if more > 0 {
            write!(output, "; A, R, S for this and {more} more of {}", one.group())?;
        }
        write!(output, ": ")?;
        output.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let answer = match line.trim() {
            "a" | "A" if one.is_out_of_date => {
                writeln!(output, "It is out of date: run the tests again before accepting it.")?;
                continue;
            }
            "a" | "A" => Answer::Accept,
            "r" | "R" => Answer::Reject,
            "s" | "S" => Answer::Skip,
            "q" => return Ok(None),
            _ => continue,
        };
        return Ok(Some((answer, line.trim().starts_with(|letter: char| letter.is_uppercase()))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A session on two pending texts of one group and one of another, and an orphan.
    fn session(root: &std::path::Path) -> Session {
        let pending = ["specs/a/c/a.h", "specs/a/doc/a.md", "specs/b/c/b.h"].map(|name| {
            let file = root.join(name.replace('/', "_"));
            fs::write(&file, format!("---\n---\n{name}\n")).unwrap();
            Pending {
                path: format!("snapshots/ffigen/{name}.snap"),
                file,
                old: None,
                new: format!("{name}\n"),
                description: String::new(),
                is_out_of_date: false,
            }
        });
        fs::write(root.join("orphan.snap"), "").unwrap();
        let found = Found { pending: pending.to_vec(), orphans: vec!["orphan.snap".into()] };
        Session::new(root.to_owned(), found)
    }

    fn talk(replies: &str) -> (Session, tempfile::TempDir, String) {
        let root = tempfile::tempdir().unwrap();
        let mut session = session(root.path());
        let mut output = Vec::new();
        session.ask(&mut replies.as_bytes(), &mut output).unwrap();
        (session, root, String::from_utf8(output).unwrap())
    }

    #[test]
    fn each_text_is_asked_about() {
        let (session, root, shown) = talk("a\nr\n?\ns\ny\n");
        assert_eq!(session.state(), "1 accepted, 1 rejected, 1 removed, 1 left");
        assert!(root.path().join("snapshots/ffigen/specs/a/c/a.h.snap").exists());
        assert!(!root.path().join("specs_a_doc_a.md").exists());
        assert!(!root.path().join("orphan.snap").exists());
        assert!(shown.contains("== specs/a (2 changed)"), "{shown}");
        assert!(shown.contains("A, R, S for this and 1 more of specs/a"), "{shown}");
    }

    #[test]
    fn a_capital_letter_answers_for_the_group() {
        let (session, ..) = talk("A\nR\nn\n");
        let state = "2 accepted, 1 rejected, 0 left; 1 without a test (--prune removes them)";
        assert_eq!(session.state(), state);
    }

    #[test]
    fn stopping_leaves_the_rest() {
        for replies in ["q\n", ""] {
            let (session, root, _) = talk(replies);
            assert_eq!(session.left.len(), 3);
            assert!(!session.is_done() && root.path().join("specs_a_c_a.h").exists());
        }
    }
}
