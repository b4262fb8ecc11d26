//! Diagnostics as text: for people through annotate-snippets, for programs as one JSON object per line.
//!
//! Nothing here knows whether it writes to a terminal: the caller says so with [`Style`], so that
//! output is a function of its input.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

use crate::{Diagnostic, Label, Severity, SourceFile, Span};

/// Whether colours may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text only.
    Plain,
    /// With terminal colours.
    Coloured,
}

impl Style {
    fn renderer(self) -> Renderer {
        match self {
            Style::Plain => Renderer::plain(),
            Style::Coloured => Renderer::styled(),
        }
    }
}

/// One diagnostic for people, with its source lines and a final newline.
pub fn print(diagnostic: &Diagnostic, file: &SourceFile, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    // Only the lines from the first to the last label go to the renderer: it scans all that it is given.
    let spans = labels(diagnostic).map(|(label, _)| file.fit(label.span));
    let hull =
        spans.reduce(|a, b| Span::new(a.start.min(b.start), a.end.max(b.end))).unwrap_or_default();
    let lines = file.lines_of(hull);
    let annotations = labels(diagnostic).map(|(label, kind)| {
        let span = file.fit(label.span);
        let text = (!label.text.is_empty()).then(|| label.text.clone());
        kind.span(span.start - lines.start..span.end - lines.start).label(text)
    });
    let snippet = Snippet::source(file.slice(lines))
        .line_start(file.position(lines.start).line)
        .path(file.name())
        .annotations(annotations);
    let mut group = level.primary_title(&diagnostic.title).id(diagnostic.code).element(snippet);
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    let mut out = style.renderer().render(&[group]);
    out.push('\n');
    out
}

/// A message that has no place in a source file, in the same form: `error: title`, then help.
pub fn print_message(title: &str, help: &[String], style: Style) -> String {
    let group = annotate_snippets::Group::with_title(Level::ERROR.primary_title(title));
    let mut out = style.renderer().render(&[group]);
    out.push('\n');
    for help in help {
        out.push_str("  = help: ");
        out.push_str(help);
        out.push('\n');
    }
    out
}

/// One diagnostic as a JSON object on one line, with a final newline. Lines and columns count from
/// 1, columns in characters; `end_column` is the column after the last character.
pub fn json_line(diagnostic: &Diagnostic, file: &SourceFile) -> String {
    let at = file.position(diagnostic.primary.span.start);
    let spans = labels(diagnostic)
        .map(|(label, kind)| {
            let (start, end) = (file.position(label.span.start), file.position(label.span.end));
            JsonSpan {
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
                primary: matches!(kind, AnnotationKind::Primary),
                label: &label.text,
            }
        })
        .collect();
    let object = JsonDiagnostic {
        code: diagnostic.code,
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        title: &diagnostic.title,
        file: file.name(),
        line: at.line,
        column: at.column,
        spans,
        help: &diagnostic.help,
    };
    let mut out = serde_json::to_string(&object).expect("strings and numbers always serialize");
    out.push('\n');
    out
}

/// A message without a place as a JSON object on one line: severity, title and help.
pub fn json_message_line(title: &str, help: &[String]) -> String {
    let object = serde_json::json!({ "severity": "error", "title": title, "help": help });
    format!("{object}\n")
}

fn labels(diagnostic: &Diagnostic) -> impl Iterator<Item = (&Label, AnnotationKind)> {
    let secondary = diagnostic.secondary.iter().map(|label| (label, AnnotationKind::Context));
    std::iter::once((&diagnostic.primary, AnnotationKind::Primary)).chain(secondary)
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'a str,
    severity: &'a str,
    title: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    spans: Vec<JsonSpan<'a>>,
    help: &'a [String],
}

#[derive(Serialize)]
struct JsonSpan<'a> {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    primary: bool,
    label: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_labels_are_folded_and_help_comes_last() {
        let text = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n";
        let file = SourceFile::new("x.toml", text);
        let diagnostic = Diagnostic::error("F0205", "`f` is declared twice")
            .label(Span::new(30, 31), "second")
            .also(Span::new(6, 7), "first")
            .help("rename one");
        let printed = print(&diagnostic, &file, Style::Plain);
        let page = "\
error[F0205]: `f` is declared twice
 --> x.toml:6:1
  |
2 | b = 2
  | - first
...
6 | f = 6
  | ^ second
  |
  = help: rename one
";
        assert_eq!(printed, page);
    }

    #[test]
    fn empty_files_and_ends_of_files_have_a_place() {
        let diagnostic =
            Diagnostic::error("F0103", "the spec is empty").label(Span::new(0, 0), "here");
        let printed = print(&diagnostic, &SourceFile::new("e.toml", ""), Style::Plain);
        assert!(printed.contains("--> e.toml:1:1"), "{printed}");
        let far = Diagnostic::error("F0103", "t").label(Span::new(70, 90), "here");
        let printed = print(&far, &SourceFile::new("e.toml", "a = 1\n"), Style::Plain);
        assert!(printed.contains("--> e.toml:2:1"), "{printed}");
    }

    #[test]
    fn json_has_one_line_and_all_places() {
        let file = SourceFile::new("x.toml", "a = \"ü\"\nb = 2\n");
        let diagnostic = Diagnostic::error("F0104", "say \"why\"")
            .label(Span::new(4, 8), "here")
            .also(Span::new(9, 10), "there")
            .help("do so");
        assert_eq!(
            json_line(&diagnostic, &file),
            concat!(
                r#"{"code":"F0104","severity":"error","title":"say \"why\"","file":"x.toml","line":1,"column":5,"#,
                r#""spans":[{"line":1,"column":5,"end_line":1,"end_column":8,"primary":true,"label":"here"},"#,
                r#"{"line":2,"column":1,"end_line":2,"end_column":2,"primary":false,"label":"there"}],"#,
                r#""help":["do so"]}"#,
                "\n"
            )
        );
    }
}
