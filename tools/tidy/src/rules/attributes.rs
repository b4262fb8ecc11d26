//! No lint is silenced without a reason, and none for longer than it fires.

use crate::{Problem, Tree, rust_text};

pub(super) const WHY: &str = "`#[expect(lint, reason = \"..\")]` says why, and warns when it is no longer needed. \
    `allow` does neither.";

pub(super) fn check_attributes(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in &tree.files {
        let generated = file.is_template();
        if !generated && !file.is_rust() {
            continue;
        }
        // A template is not Rust, but its attributes look the same.
        let code = if generated { file.text.clone() } else { rust_text::views(&file.text).code };
        for (name, at, length) in attributes(&code) {
            let line = code[..at].matches('\n').count() + 1;
            let has_reason = file.text[at..at + length].contains("reason = \"");
            if name == "allow" && !generated {
                let help = "write `expect(.., reason = \"..\")`";
                problems.push(Problem::at(file, line, "a bare `allow`", help));
            } else if !has_reason {
                let what = format!("`{name}` without a reason");
                problems.push(Problem::at(file, line, what, "add `reason = \"..\"`"));
            }
        }
    }
    problems
}

/// The `allow(..)` and `expect(..)` attributes of a text: name, offset, length.
fn attributes(code: &str) -> Vec<(&'static str, usize, usize)> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices('#') {
        let rest = code[start + 1..].strip_prefix('!').unwrap_or(&code[start + 1..]);
        let Some(inner) = rest.strip_prefix('[') else { continue };
        let Some(close) = inner.find(']') else { continue };
        let attribute = &inner[..close];
        let offset = code.len() - inner.len();
        for name in ["allow", "expect"] {
            let direct = attribute.strip_prefix(name).is_some_and(|rest| rest.starts_with('('));
            let conditional =
                attribute.starts_with("cfg_attr(") && attribute.contains(&format!(" {name}("));
            if direct || conditional {
                found.push((name, offset, close));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn only_an_expectation_with_a_reason_passes() {
        let good = "#[expect(clippy::x, reason = \"the API wants it\")]\nfn a() { b.expect(\"c\"); } // #[allow(x)]\n";
        assert_eq!(messages(check_attributes, &[("a.rs", good)]), Vec::<String>::new());
        for bad in [
            "#[allow(x)]",
            "#![allow(x, reason = \"y\")]",
            "#[cfg_attr(test, allow(x))]",
            "#[expect(x)]",
        ] {
            let found = messages(check_attributes, &[("a.rs", &format!("//! A.\n{bad}\n"))]);
            assert!(found.len() == 1 && found[0].starts_with("a.rs:2: "), "{bad}: {found:?}");
        }
    }

    #[test]
    fn generated_code_may_allow_with_a_reason() {
        let good = "#![allow(clippy::x, reason = \"shims have a fixed shape\")]\n";
        assert_eq!(messages(check_attributes, &[("lib.rs.j2", good)]), Vec::<String>::new());
        let found = messages(check_attributes, &[("lib.rs.j2", "#![allow(clippy::x)]\n")]);
        assert_eq!(found, ["lib.rs.j2:1: `allow` without a reason; add `reason = \"..\"`"]);
    }
}
