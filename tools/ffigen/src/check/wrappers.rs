//! Wrapper names are the functions of the Simple module: they have their form, are no reserved
//! word, and no two functions share one.

use std::collections::HashMap;

use diag::Diagnostic;

use super::{Review, names, reserved};
use crate::code;

pub(super) fn check(review: &mut Review) {
    let mut first = HashMap::new();
    for function in &review.draft.functions {
        for (wrapper, span) in function.wrappers.iter().zip(&function.wrapper_spans) {
            let is_default = *span == function.name_span;
            if let Some((owner, place)) = first.insert(wrapper, (&function.name, *span)) {
                first.insert(wrapper, (owner, place));
                // Two functions of one name are one mistake, which `duplicates` and `symbols` report.
                if owner != &function.name || !is_default {
                    let mut mistake = Diagnostic::error(
                        code::DUPLICATE_WRAPPER,
                        format!("wrapper `{wrapper}` is declared twice"),
                    )
                    .label(*span, format!("`{}` would be called so", function.name))
                    .help(
                        "name other ones with `wrappers = [\"..\"]`, or none with `wrappers = []`",
                    );
                    if place != *span {
                        mistake = mistake.also(place, format!("`{owner}` is called so already"));
                    }
                    review.report(mistake);
                }
            } else if reserved::is_simple(wrapper) {
                let mistake = Diagnostic::error(
                    code::RESERVED_WORD,
                    format!("wrapper `{wrapper}` is a reserved word"),
                )
                .label(*span, "Simple keeps this word for itself")
                .help("name another one with `wrappers = [\"..\"]`");
                review.report(mistake);
            } else if !is_default && wrapper.starts_with("rt_") {
                let mistake = Diagnostic::error(
                    code::RESERVED_PREFIX,
                    format!("wrapper `{wrapper}` has the prefix of functions"),
                )
                .label(*span, "the raw function has such a name")
                .help("leave out `rt_`");
                review.report(mistake);
            } else if !is_default && !names::is_snake(wrapper) {
                let mistake = Diagnostic::error(
                    code::BAD_NAME,
                    format!("wrapper name `{wrapper}` breaks its pattern"),
                )
                .label(
                    *span,
                    "a wrapper is named by words of lower-case letters and digits, joined by `_`",
                )
                .help("write it in `snake_case`");
                review.report(mistake);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, report};

    #[test]
    fn wrappers_are_unique_in_the_module() {
        let items = function("rt_a", "") + &function("rt_b", "wrappers = [\"b\", \"a\"]");
        assert_eq!(report(&items), [("F0208", "\"a\"".to_owned())]);
        assert_eq!(
            report(&function("rt_b", "wrappers = [\"b\", \"b\"]")),
            [("F0208", "\"b\"".to_owned())]
        );
        assert_eq!(
            report(&(function("rt_a", "wrappers = []") + &function("rt_b", "wrappers = [\"a\"]"))),
            []
        );
    }

    #[test]
    fn wrappers_have_the_form_of_functions() {
        assert_eq!(report(&function("rt_match", "")), [("F0203", "\"rt_match\"".to_owned())]);
        assert_eq!(report(&function("rt_match", "wrappers = [\"matches\"]")), []);
        assert_eq!(
            report(&function("rt_a", "wrappers = [\"rt_b\"]")),
            [("F0204", "\"rt_b\"".to_owned())]
        );
        assert_eq!(
            report(&function("rt_a", "wrappers = [\"aB\"]")),
            [("F0202", "\"aB\"".to_owned())]
        );
    }
}
