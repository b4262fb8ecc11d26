//! What was over a limit when the limit came: a list from which entries go and to which none come.
//!
//! Lines of `tools/tidy/ratchet.txt`: `file PATH LINES` and `function PATH::NAME LINES`. An entry
//! may neither be exceeded nor lag behind: who shortens a function lowers its entry, so the next
//! one cannot grow it again.

use std::collections::BTreeMap;

use crate::{Problem, Tree};

/// Where the list is.
pub const PATH: &str = "tools/tidy/ratchet.txt";

/// Compares measured sizes with a limit and with the entries of one kind.
pub struct Ratchet {
    kind: &'static str,
    entries: BTreeMap<String, (usize, usize)>,
    problems: Vec<Problem>,
}

impl Ratchet {
    /// Reads the entries of a kind. A tree without the list has no entries.
    pub fn read(tree: &Tree, kind: &'static str) -> Ratchet {
        let mut ratchet = Ratchet { kind, entries: BTreeMap::new(), problems: Vec::new() };
        let Some(file) = tree.file(PATH) else { return ratchet };
        for (line, text) in
            file.lines().filter(|(_, text)| !text.is_empty() && !text.starts_with('#'))
        {
            let words: Vec<_> = text.split_whitespace().collect();
            match words[..] {
                [of, subject, size]
                    if matches!(of, "file" | "function") && size.parse::<usize>().is_ok() =>
                {
                    if of == kind {
                        let size = size.parse().unwrap_or_default();
                        ratchet.entries.insert(subject.to_owned(), (size, line));
                    }
                }
                _ => ratchet.problems.push(Problem::at(
                    file,
                    line,
                    "this is no entry",
                    "write `file PATH LINES` or `function PATH::NAME LINES`",
                )),
            }
        }
        ratchet
    }

    /// Judges one measured size.
    pub fn measure(&mut self, path: &str, line: usize, subject: &str, size: usize, limit: usize) {
        let kind = self.kind;
        let mut report = |path: &str, line: usize, what: String, help: String| {
            self.problems.push(Problem { path: path.to_owned(), line, what, help });
        };
        match self.entries.remove(subject) {
            None if size > limit => {
                let help = "split it where a name for a part comes to mind".to_owned();
                report(path, line, format!("{kind} of {size} lines, the limit is {limit}"), help);
            }
            Some((listed, _)) if size > listed => {
                let what = format!("{kind} of {size} lines grew past its {listed}");
                report(path, line, what, "shorten it; the ratchet only turns one way".into());
            }
            Some((_, entry)) if size <= limit => {
                let what =
                    format!("`{subject}` has {size} lines and is within the limit of {limit}");
                report(PATH, entry, what, "remove this entry".into());
            }
            Some((listed, entry)) if size < listed => {
                let what = format!("`{subject}` has {size} lines, not {listed}");
                report(PATH, entry, what, format!("lower this entry to {size}"));
            }
            _ => {}
        }
    }

    /// All problems, with those entries that fit nothing.
    pub fn finish(mut self) -> Vec<Problem> {
        for (subject, (_, line)) in self.entries {
            let what = format!("there is no {} `{subject}`", self.kind);
            self.problems.push(Problem {
                path: PATH.into(),
                line,
                what,
                help: "remove this entry".into(),
            });
        }
        self.problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(list: &str, sizes: &[(&str, usize)]) -> Vec<String> {
        let tree = Tree::of(&[(PATH, list)]);
        let mut ratchet = Ratchet::read(&tree, "file");
        for (path, size) in sizes {
            ratchet.measure(path, 0, path, *size, 10);
        }
        ratchet.finish().iter().map(Problem::to_string).collect()
    }

    #[test]
    fn a_new_excess_is_a_problem() {
        assert_eq!(measured("", &[("a", 10)]), Vec::<String>::new());
        assert!(measured("", &[("a", 11)])[0].contains("file of 11 lines, the limit is 10"));
    }

    #[test]
    fn a_listed_excess_may_not_grow_and_not_lag() {
        assert_eq!(measured("file a 12\n", &[("a", 12)]), Vec::<String>::new());
        assert!(measured("file a 12\n", &[("a", 13)])[0].contains("grew past its 12"));
        assert!(measured("file a 12\n", &[("a", 11)])[0].contains("lower this entry to 11"));
        assert!(measured("file a 12\n", &[("a", 9)])[0].contains("remove this entry"));
        assert!(measured("file a 12\n", &[])[0].contains("there is no file `a`"));
        assert!(measured("files a 12\n", &[])[0].contains("this is no entry"));
    }
}
