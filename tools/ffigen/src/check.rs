//! The rules: what turns a draft into a model.
//!
//! Each rule is one file: why it exists, `check`, its tests. A rule sees the whole draft and
//! reports all that breaks it; none relies on another having passed. What is about several specs is
//! in [`across`].

mod dependencies;
mod duplicates;
mod enums;
mod failure;
mod handle_type;
mod handles;
mod names;
mod provider;
mod record;
mod reserved;
mod rust;
mod rust_depth;
mod rust_reach;
mod structs;
mod symbols;
mod types;
mod wrappers;

pub mod across;

use diag::Diagnostic;

use crate::model::{Draft, Model};
use crate::resolve::Base;

/// What a rule sees, and where it reports.
struct Review<'a> {
    draft: &'a Draft,
    /// `None` for the base spec itself.
    base: Option<&'a Base>,
    diagnostics: Vec<Diagnostic>,
    /// What the Rust code of the spec looks like once it is parsed; `rust` fills it in.
    code: rust::Formatted,
}

impl Review<'_> {
    fn report(&mut self, mistake: Diagnostic) {
        self.diagnostics.push(mistake);
    }
}

/// Every rule within one spec.
const RULES: &[fn(&mut Review)] = &[
    names::check,
    duplicates::check,
    symbols::check,
    wrappers::check,
    types::check,
    structs::check,
    enums::check,
    handles::check,
    handle_type::check,
    failure::check,
    provider::check,
    dependencies::check,
    rust::check,
    record::check,
];

/// Checks a draft. `resolving` are the mistakes found on the way to it; the model exists only if there are none at all.
pub fn check(
    draft: Draft,
    base: Option<&Base>,
    resolving: Vec<Diagnostic>,
) -> (Option<Model>, Vec<Diagnostic>) {
    let code = rust::Formatted::default();
    let mut review = Review { draft: &draft, base, diagnostics: resolving, code };
    for rule in RULES {
        rule(&mut review);
    }
    let Review { mut diagnostics, code, .. } = review;
    Diagnostic::sort(&mut diagnostics);
    if !diagnostics.is_empty() {
        return (None, diagnostics);
    }
    let mut draft = draft;
    code.store(&mut draft);
    (Some(Model::seal(draft)), diagnostics)
}

#[cfg(test)]
mod tests {
    use diag::SourceFile;

    use crate::resolve::Base;

    /// What is reported about a spec that consists of a good module and the given items: code and underlined text.
    pub(super) fn report(items: &str) -> Vec<(&'static str, String)> {
        let text = format!("[module]\nname = \"demo\"\ndoc = \"Demo.\"\n{items}");
        report_spec(&text)
    }

    /// The same for a whole spec.
    pub(super) fn report_spec(text: &str) -> Vec<(&'static str, String)> {
        let file = SourceFile::new("demo.toml", text);
        let base = Base {
            codes: vec![("IO".to_owned(), 49)],
            symbols: vec!["rt_last_error_code".to_owned()],
        };
        let (_, diagnostics) = crate::model(&file, &base);
        diagnostics.iter().map(|it| (it.code, file.slice(it.primary.span).to_owned())).collect()
    }

    /// A function with parts of one's own.
    pub(super) fn function(name: &str, rest: &str) -> String {
        let body = if rest.contains("body") { "" } else { "body = \"todo!()\"\n" };
        format!("[[function]]\nname = \"{name}\"\ndoc = \"D.\"\nexample = \"f();\"\n{body}{rest}\n")
    }

    #[test]
    fn a_good_spec_has_no_mistake() {
        assert_eq!(report(&function("rt_f", "result = \"i64\"")), []);
    }

    #[test]
    fn mistakes_of_several_rules_are_all_reported_in_order() {
        let items = function("rt_F", "result = \"[u8]\"") + &function("rt_g", "failure = 1");
        let found: Vec<_> = report(&items).into_iter().map(|(code, _)| code).collect();
        assert_eq!(found, ["F0202", "F0302", "F0309"]);
    }
}
