//! Invariant I3: a template decides nothing.

use crate::{File, Problem, Tree};

pub(super) const WHY: &str = "A template decides nothing (I3): no comparison, arithmetic, filter or name building. \
    Names and choices are made in the view, in Rust, where they have types and tests. \
    Allowed: `{{ name }}`, `{% for x in xs %}`, `{% if flag %}`, `{% else %}`, `{% include \
    \"file\" %}`, `{# comment #}`.";

pub(super) fn check_templates(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_template()) {
        tags(file, &mut problems);
    }
    problems
}

fn tags(file: &File, problems: &mut Vec<Problem>) {
    let text = &file.text;
    let mut at = 0;
    while let Some(open) = text[at..]
        .find("{{")
        .into_iter()
        .chain(text[at..].find("{%"))
        .chain(text[at..].find("{#"))
        .min()
    {
        let start = at + open;
        let line = text[..start].matches('\n').count() + 1;
        let close = match &text[start..start + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let Some(length) = text[start + 2..].find(close) else {
            problems.push(Problem::at(
                file,
                line,
                "a tag that does not end",
                format!("end it with `{close}`"),
            ));
            return;
        };
        let end = start + 2 + length + 2;
        let inner = text[start + 2..end - 2].trim_matches('-').trim();
        let verdict = match close {
            "}}" => output(inner, &text[..start], &text[end..]),
            "%}" => statement(inner),
            _ => Ok(()),
        };
        if let Err((what, help)) = verdict {
            problems.push(Problem::at(
                file,
                line,
                format!("`{}`: {what}", &text[start..end]),
                help,
            ));
        }
        at = end;
    }
}

type Verdict = Result<(), (&'static str, &'static str)>;

/// `{{ name }}`, not glued to another part of an identifier.
fn output(inner: &str, before: &str, after: &str) -> Verdict {
    if !is_name(inner) {
        return Err(("an expression", "finish the text in the view and print it as `{{ name }}`"));
    }
    let is_part = |ch: char| ch.is_alphanumeric() || ch == '_';
    if before.ends_with(is_part) || after.starts_with(is_part) || before.ends_with("}}") {
        return Err(("a name built from parts", "let the view hold the finished name"));
    }
    Ok(())
}

fn statement(inner: &str) -> Verdict {
    let words: Vec<_> = inner.split_whitespace().collect();
    match words[..] {
        ["for", item, "in", list] if is_name(item) && is_name(list) => Ok(()),
        ["if", flag] | ["if", "not", flag] if is_name(flag) => Ok(()),
        ["else" | "endif" | "endfor"] => Ok(()),
        ["include", file] if file.len() > 2 && file.starts_with('"') && file.ends_with('"') => {
            Ok(())
        }
        ["if" | "elif", ..] => {
            Err(("a decision", "give the view one flag and write `{% if flag %}`"))
        }
        _ => Err(("a tag that is not allowed", "move what it does into the view")),
    }
}

/// `name` or `name.name`.
fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.chars().all(|ch| ch.is_ascii_alphanumeric() || ch == '_')
    };
    text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn plain_tags_pass() {
        let good = "{# Says x. #}\n{% for x in y.xs %}\n{% if x.flag -%}\n({{ x.name }});\n{% if not a %}\
            {%- else %}\n{% include \"a.j2\" %}\n{% endif %}{% endfor %}\n";
        assert_eq!(messages(check_templates, &[("a.j2", good)]), Vec::<String>::new());
    }

    #[test]
    fn decisions_and_name_building_are_caught() {
        for (bad, what) in [
            ("{{ a | upper }}", "an expression"),
            ("{{ a + 1 }}", "an expression"),
            ("{{ a[0] }}", "an expression"),
            ("{{ f(a) }}", "an expression"),
            ("{{ a }}_{{ b }}", "a name built from parts"),
            ("rt_{{ a }}", "a name built from parts"),
            ("{{ a }}{{ b }}", "a name built from parts"),
            ("{% if a == b %}", "a decision"),
            ("{% if a and b %}", "a decision"),
            ("{% elif a %}", "a decision"),
            ("{% set a = b %}", "a tag that is not allowed"),
            ("{% macro a() %}", "a tag that is not allowed"),
            ("{% for a in b if c %}", "a tag that is not allowed"),
            ("{{ a ", "a tag that does not end"),
        ] {
            let found = messages(check_templates, &[("a.j2", &format!("x\n{bad}\n"))]);
            assert!(!found.is_empty(), "{bad}");
            assert!(
                found[0].starts_with("a.j2:2: ") && found[0].contains(what),
                "{bad}: {found:?}"
            );
        }
    }
}
