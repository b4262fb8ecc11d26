//! One message to the user: what is wrong, where, and what to do about it.
//!
//! Plain data, so that a rule can build one without knowing how it will be shown.

use crate::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is accepted, and probably not what was meant.
    Warning,
}

/// A place with a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be said about it; may be empty.
    pub text: String,
}

/// One message to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, `F0201`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// True when read alone: lower case, no full stop, names in backticks.
    pub title: String,
    /// What is wrong here.
    pub primary: Label,
    /// The other places that matter.
    pub secondary: Vec<Label>,
    /// What to do: one sentence each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error without a place yet; [`Diagnostic::label`] gives it one.
    pub fn error(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            title: title.into(),
            primary: Label { span: Span::default(), text: String::new() },
            secondary: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Sets the primary label: what is wrong at this place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.primary = Label { span, text: text.into() };
        self
    }

    /// Adds a secondary label: the other place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a sentence that says what to do.
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// Orders by place and drops repetitions: the same code at the same place is one mistake,
    /// however often a rule met it.
    pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.sort_by(|a, b| a.key().cmp(&b.key()));
        diagnostics.dedup_by(|a, b| a.key() == b.key());
    }

    fn key(&self) -> (Span, &'static str) {
        (self.primary.span, self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_orders_by_place_and_drops_repetitions() {
        let at = |code, start| Diagnostic::error(code, "t").label(Span::new(start, start + 1), "");
        let mut all = vec![at("B", 5), at("A", 5), at("A", 2), at("A", 5)];
        Diagnostic::sort(&mut all);
        let keys: Vec<_> = all.iter().map(|d| (d.primary.span.start, d.code)).collect();
        assert_eq!(keys, [(2, "A"), (5, "A"), (5, "B")]);
    }
}
