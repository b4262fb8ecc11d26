//! Two texts side by side, as a unified difference.

use similar::{ChangeTag, TextDiff};

/// Lines around each change.
const CONTEXT: usize = 3;

/// How many lines were removed and added. A last line without its line feed counts as another line.
pub fn count(old: &str, new: &str) -> (usize, usize) {
    let diff = TextDiff::from_lines(old, new);
    let of = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (of(ChangeTag::Delete), of(ChangeTag::Insert))
}

/// The difference as text; a missing line feed at the end is said.
pub fn unified(name: &str, old: Option<&str>, new: &str) -> String {
    let diff = TextDiff::from_lines(old.unwrap_or_default(), new);
    let before = if old.is_some() { format!("a/{name}") } else { "/dev/null".to_owned() };
    diff.unified_diff().context_radius(CONTEXT).header(&before, &format!("b/{name}")).to_string()
}

/// The same with the colours of a terminal.
pub fn coloured(unified: &str) -> String {
    let colour = |line: &str| match line.as_bytes().first() {
        Some(b'+') => Some("32"),
        Some(b'-') => Some("31"),
        Some(b'@') => Some("36"),
        _ => None,
    };
    let mut out = String::new();
    for line in unified.lines() {
        match colour(line) {
            Some(code) => out.push_str(&format!("\u{1b}[{code}m{line}\u{1b}[0m\n")),
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_its_context() {
        let text = unified("a.h", Some("1\n2\n3\n4\n5\n"), "1\n2\n3\n4\nfive\n");
        assert_eq!(text, "--- a/a.h\n+++ b/a.h\n@@ -2,4 +2,4 @@\n 2\n 3\n 4\n-5\n+five\n");
        assert!(coloured(&text).contains("\u{1b}[31m-5\u{1b}[0m\n"));
    }

    #[test]
    fn a_missing_line_feed_is_said() {
        assert_eq!(count("a\n", "a"), (1, 1));
        assert!(unified("a.h", Some("a\n"), "a").contains("No newline at end of file"));
    }
}
