//! Specs that are given together belong to one runtime library, so no two may claim one module
//! name, symbol or handle tag.
//!
//! Between modules that are generated one by one, the linker and the test over all specs find the same.

use std::collections::HashMap;

use diag::{Diagnostic, SourceFile, Span};

use crate::{Compiled, code};

/// Adds to each spec what it claims after an earlier one did.
pub fn check(files: &[SourceFile], all: &mut [Compiled]) {
    let mut claims = Claims { files, owners: HashMap::new() };
    for (index, compiled) in all.iter_mut().enumerate() {
        let mistakes = claims.of_one(index, compiled);
        if !mistakes.is_empty() {
            compiled.diagnostics.extend(mistakes);
        }
    }
}

struct Claims<'f> {
    files: &'f [SourceFile],
    /// Who came first: what is claimed, by which spec, where.
    owners: HashMap<String, (usize, Span)>,
}

impl Claims<'_> {
    fn of_one(&mut self, index: usize, compiled: &Compiled) -> Vec<Diagnostic> {
        let Some(model) = &compiled.model else { return Vec::new() };
        let module = &model.module;
        if let Some(first) = self.claim(format!("module {}", module.name), index, module.name_span)
        {
            // Everything else in it would clash as well; that is the same mistake.
            let is_same = self.files[first.0].text() == self.files[index].text();
            let help = if is_same { "name each spec once" } else { "rename one of the modules" };
            return vec![
                Diagnostic::error(
                    code::CROSS_MODULE,
                    format!("two of the specs are module `{}`", module.name),
                )
                .label(module.name_span, format!("{} is it, too", self.place(first)))
                .help(help),
            ];
        }
        let mut mistakes = Vec::new();
        for function in &model.functions {
            if let Some(first) =
                self.claim(format!("symbol {}", function.name), index, function.name_span)
            {
                mistakes.push(
                    Diagnostic::error(
                        code::CROSS_MODULE,
                        format!("`{}` is a symbol of two modules", function.name),
                    )
                    .label(function.name_span, format!("{} has it, too", self.place(first)))
                    .help("rename one of the two: all modules link into one library"),
                );
            }
        }
        for handle in &model.handles {
            if let Some(first) = self.claim(format!("tag {}", handle.tag), index, handle.tag_span) {
                let title = format!(
                    "tag {} of handle `{}` is taken by another module",
                    handle.tag, handle.name
                );
                mistakes.push(
                    Diagnostic::error(code::BAD_TAG, title)
                        .label(handle.tag_span, format!("{} has it, too", self.place(first)))
                        .help("take a free number of this module's range; specs/README.md lists the ranges"),
                );
            }
        }
        Diagnostic::sort(&mut mistakes);
        mistakes
    }

    fn claim(&mut self, what: String, index: usize, span: Span) -> Option<(usize, Span)> {
        match self.owners.entry(what) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert((index, span));
                None
            }
        }
    }

    fn place(&self, (index, span): (usize, Span)) -> String {
        let file = &self.files[index];
        let at = file.position(span.start);
        format!("{}:{}:{}", file.name(), at.line, at.column)
    }
}
