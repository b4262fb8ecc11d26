//! Links in documents lead somewhere.

use crate::{File, Problem, Tree};

pub(super) const WHY: &str =
    "A link that leads nowhere costs every reader what it would have cost one writer.";

pub(super) fn check_markdown(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_markdown()) {
        let mut in_code = false;
        for (line, text) in file.lines() {
            if text.trim_start().starts_with("```") {
                in_code = !in_code;
            }
            if in_code {
                continue;
            }
            for target in targets(text) {
                if let Some(what) = broken(tree, file, target) {
                    problems.push(Problem::at(file, line, what, "correct the link"));
                }
            }
        }
    }
    problems
}

/// The targets of `[text](target)` on a line, outside `code`.
fn targets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("](") {
        let is_code = text[..at].matches('`').count() % 2 == 1 && !text[..at].ends_with('`');
        if let (false, Some(end)) = (is_code, text[at + 2..].find(')')) {
            found.push(&text[at + 2..at + 2 + end]);
        }
    }
    found
}

fn broken(tree: &Tree, file: &File, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let to = if path.is_empty() { file.path.clone() } else { join(&file.path, path) };
    if !tree.exists(&to) {
        return Some(format!("a link to `{to}`, which is not there"));
    }
    let document = tree.file(&to).filter(|_| !heading.is_empty())?;
    let has = document
        .text
        .lines()
        .filter(|line| line.starts_with('#'))
        .any(|line| anchor(line) == heading);
    (!has).then(|| format!("a link to `{to}#{heading}`, which has no such heading"))
}

/// A path relative to the folder of a file.
fn join(from: &str, path: &str) -> String {
    let mut parts: Vec<_> =
        if path.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The anchor of a heading: lower case, blanks as hyphens, no punctuation.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|ch| ch.is_alphanumeric() || matches!(ch, ' ' | '-' | '_'))
        .map(|ch| if ch == ' ' { '-' } else { ch })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn links_lead_somewhere() {
        let good = "# A\n[b](b.md), [h](b.md#a-heading), [d](../lib/), [w](https://x.y/z), `[n](o)`\n\
            ## Own\n[o](#own)\n```\n[c](no)\n```\n";
        let files = [("doc/a.md", good), ("doc/b.md", "# B\n## A heading\n"), ("lib/c.rs", "")];
        assert_eq!(messages(check_markdown, &files), Vec::<String>::new());
        for (bad, what) in [
            ("[x](no.md)", "a link to `doc/no.md`, which is not there"),
            ("[x](../no)", "a link to `no`, which is not there"),
            ("[x](b.md#no)", "a link to `doc/b.md#no`, which has no such heading"),
        ] {
            let found =
                messages(check_markdown, &[("doc/a.md", &format!("# A\n{bad}\n")), files[1]]);
            assert_eq!(found, [format!("doc/a.md:2: {what}; correct the link")]);
        }
    }
}
