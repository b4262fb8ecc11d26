//! Small helpers on prose that all emitters share: splitting documentation into lines, wrapping, indenting.

use serde::Serializer;

use crate::model::Module;

/// For the fields of views that are written as they are: lines as one text. A loop in the template costs ten times as
/// much, and most of what is generated are such lines.
pub fn joined<S: Serializer>(lines: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&lines.join("\n"))
}

/// The same, each line as documentation in Rust.
pub fn rust_doc<S: Serializer>(lines: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&prefixed("///", lines))
}

/// The same, each line as a comment in Simple.
pub fn hash_comment<S: Serializer>(lines: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&prefixed("#", lines))
}

/// The same, one level of C deeper.
pub fn indented<S: Serializer>(lines: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&prefixed("    ", lines))
}

/// The same, two levels deeper.
pub fn indented_twice<S: Serializer>(lines: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&prefixed("        ", lines))
}

fn prefixed(prefix: &str, lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(prefix);
        text.push_str(line);
    }
    text
}

/// Documentation as the contents of comment lines: a blank before each text, nothing before an empty line, so that no
/// generated line ends with a blank.
pub fn lines(doc: &str) -> Vec<String> {
    doc.trim().lines().map(line).collect()
}

/// The sentence before the errors that any function of a module may give.
pub fn errors_of_all(module: &str) -> &'static str {
    match module {
        crate::BASE => "Any function of any module may fail with:",
        _ => "Beside its own errors and those of the base module, any function here may fail with:",
    }
}

/// A module's documentation with the errors that any of its functions may give; `prefix` stands before a code.
pub fn module_doc(module: &Module, prefix: &str) -> String {
    let mut doc = module.doc.trim().to_owned();
    if !module.errors.is_empty() {
        doc.push_str("\n\n");
        doc.push_str(errors_of_all(&module.name));
    }
    for error in &module.errors {
        doc.push_str(&format!("\n- {prefix}{}: {}", error.code, one_line(&error.when)));
    }
    doc
}

/// One line as the contents of a comment.
pub fn line(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() { String::new() } else { format!(" {text}") }
}

/// Prose broken into lines of at most `width` bytes, each with the blank of a comment before it.
pub fn wrap(prose: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in prose.split_whitespace() {
        let line =
            lines.last_mut().filter(|line| line.is_empty() || line.len() + 1 + word.len() <= width);
        match line {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(format!(" {word}")),
        }
    }
    lines
}

/// The first sentence of documentation, on one line.
pub fn summary(doc: &str) -> String {
    let paragraph = doc.trim().split("\n\n").next().unwrap_or("");
    let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    match paragraph.find(". ") {
        Some(end) => paragraph[..=end].to_owned(),
        None => paragraph,
    }
}

/// Documentation on one line.
pub fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// C or Rust statements as lines, without empty lines at either end; inner indentation stays.
pub fn code_lines(code: &str) -> Vec<String> {
    let lines: Vec<&str> = code.lines().map(str::trim_end).collect();
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |index| index + 1);
    lines[first..last].iter().map(|line| (*line).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use diag::Span;

    use super::*;
    use crate::model::ErrorCase;

    #[test]
    fn summary_is_the_first_sentence() {
        assert_eq!(summary("Copies a file. Then more."), "Copies a file.");
        assert_eq!(summary("Copies\na file.\n\nMore."), "Copies a file.");
        assert_eq!(summary("Version 1.5 only"), "Version 1.5 only");
    }

    #[test]
    fn errors_of_all_functions_follow_the_documentation() {
        let mut module =
            Module { name: "m".to_owned(), doc: "Doc.\n".to_owned(), ..Module::default() };
        assert_eq!(module_doc(&module, "E_"), "Doc.");
        let when = "It breaks\nnow.".to_owned();
        module.errors =
            vec![ErrorCase { code: "IO".to_owned(), number: 49, span: Span::default(), when }];
        let doc = module_doc(&module, "E_");
        assert!(doc.starts_with("Doc.\n\n") && doc.ends_with(":\n- E_IO: It breaks now."), "{doc}");
    }

    #[test]
    fn wrapped_lines_are_no_longer_than_asked_for() {
        assert_eq!(wrap("one two three", 8), [" one two", " three"]);
        assert_eq!(wrap("unbreakable", 3), [" unbreakable"]);
    }

    #[test]
    fn code_lines_keep_inner_indentation() {
        assert_eq!(code_lines("\nif (x) {\n  y();\n}\n\n"), ["if (x) {", "  y();", "}"]);
        assert!(code_lines("\n \n").is_empty());
    }
}
