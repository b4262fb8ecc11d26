//! What the parts of a tuple are: the words of `parts` for each, or a pointer to the function.

use diag::Diagnostic;

use crate::code;
use crate::model::{Draft, FnId, StructOrigin};
use crate::similar::similar;
use crate::spec::Function;

/// Gives the struct behind a tuple and its fields their documentation.
pub(super) fn document(
    draft: &mut Draft,
    item: &Function,
    id: FnId,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let name = &item.name.text;
    // The result is resolved last, so its struct is the newest.
    let newest = draft.structs.last_mut();
    let Some(tuple) = newest.filter(|it| it.origin == StructOrigin::ResultOf(id)) else {
        if let Some(part) = item.parts.first() {
            let mistake = Diagnostic::error(
                code::UNKNOWN_KEY,
                format!("`{name}` has `parts` and no tuple"),
            )
            .label(part.key.span, "the result of this function has no parts")
            .help("leave `parts` out, or let `result` be a tuple, `(status: i64, output: text)`");
            diagnostics.push(mistake);
        }
        return;
    };
    tuple.doc = format!("What `{name}` gives.");
    for part in &item.parts {
        let key = part.key.text.as_str();
        if tuple.fields.iter().any(|field| field.name == key) {
            continue;
        }
        let title = format!("the result of `{name}` has no part `{key}`");
        let fields = tuple.fields.iter().map(|field| field.name.as_str());
        let help = match similar(key, fields.clone()) {
            Some(meant) => format!("write `{meant}`"),
            None => format!("the parts are {}", fields.collect::<Vec<_>>().join(", ")),
        };
        let mistake = Diagnostic::error(code::UNKNOWN_KEY, title)
            .label(part.key.span, "no part of the tuple has this name")
            .also(tuple.name_span, "the tuple")
            .help(help);
        diagnostics.push(mistake);
    }
    for field in &mut tuple.fields {
        let words = item.parts.iter().find(|part| part.key.text == field.name);
        field.doc = match words {
            Some(part) => super::doc(&part.value),
            None => format!("See `{name}`."),
        };
    }
}
