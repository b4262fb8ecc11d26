//! Every key that a spec can have is documented.

use crate::{Problem, Tree};

pub(super) const WHY: &str = "specs/README.md is where an author of a spec looks; a key that is \
    read but not documented there does not exist for them.";

/// Where keys are read, one call of the reader per key.
const READER: &str = "tools/ffigen/src/spec.rs";
/// Where they are documented.
const PAGE: &str = "specs/README.md";

pub(super) fn check_spec_keys(tree: &Tree) -> Vec<Problem> {
    let Some(reader) = tree.file(READER) else { return Vec::new() };
    let Some(page) = tree.file(PAGE) else {
        return vec![Problem::of(PAGE, "the keys of a spec are not documented", "write it")];
    };
    let undocumented = keys(&reader.text).into_iter().filter(|(_, key)| {
        // In running text, in a table's heading, or at the start of a line of an example.
        let forms =
            [format!("`{key}`"), format!("[{key}]"), format!("`{key} ="), format!("\n{key} =")];
        !forms.iter().any(|form| page.text.contains(form))
    });
    undocumented
        .map(|(line, key)| {
            Problem::at(
                reader,
                line,
                format!("the key `{key}` is not in {PAGE}"),
                "document it, with an example",
            )
        })
        .collect()
}

/// The keys that the reader asks for: `r.text("key")`, also with the key on the next line.
fn keys(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for (at, _) in text.match_indices("r.") {
        let stands_alone = !text[..at].ends_with(|ch: char| ch.is_alphanumeric() || ch == '_');
        let call =
            text[at + 2..].trim_start_matches(|ch: char| ch.is_ascii_lowercase() || ch == '_');
        let key =
            call.strip_prefix('(').map(str::trim_start).and_then(|rest| rest.strip_prefix('"'));
        let Some(key) = key.filter(|_| stands_alone).and_then(|rest| rest.split('"').next()) else {
            continue;
        };
        if !found.iter().any(|(_, other)| other == key) {
            found.push((text[..at].matches('\n').count() + 1, key.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn an_undocumented_key_is_caught() {
        let code = "fn a(r: &mut Reader) {\n    r.text(\"name\");\n    r.tables(\n        \"function\",\n    );\n\
                    other.text(\"x\");\n}\n";
        let all = "# Keys\n`name`, `[[function]]`\n";
        assert_eq!(messages(check_spec_keys, &[(READER, code), (PAGE, all)]), Vec::<String>::new());
        let found = messages(check_spec_keys, &[(READER, code), (PAGE, "# Keys\n`name`\n")]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with(&format!("{READER}:3: the key `function` is not in {PAGE}")),
            "{found:?}"
        );
        assert_eq!(messages(check_spec_keys, &[(READER, code)]).len(), 1);
    }
}
