//! The rules: what turns a draft into a model.
//!
//! Each rule is one file: why it exists, `check`, its code, its tests. A rule sees the whole draft and reports all that breaks
//! it; nothing here stops at the first mistake.

pub mod across;

use diag::Diagnostic;

use crate::model::{Draft, Model};
use crate::resolve::Base;

/// Checks a draft. `resolving` are the mistakes found on the way to it; the model exists only if there are none at all.
pub fn check(
    draft: Draft,
    base: Option<&Base>,
    resolving: Vec<Diagnostic>,
) -> (Option<Model>, Vec<Diagnostic>) {
    let mut diagnostics = resolving;
    let _ = base;
    Diagnostic::sort(&mut diagnostics);
    (diagnostics.is_empty().then(|| Model::seal(draft)), diagnostics)
}
