//! One name, one item: within a module for functions and types, within their owner for parameters, fields and values.

use std::collections::HashMap;

use diag::{Diagnostic, Span};

use super::Review;
use crate::code;
use crate::model::{Role, StructOrigin};

pub(super) fn check(review: &mut Review) {
    let draft = review.draft;
    let declared = draft.functions.iter().filter(|function| function.role == Role::Declared);
    check_names(
        review,
        "function",
        declared.clone().map(|function| (function.name.as_str(), function.name_span)),
    );
    let handles = draft.handles.iter().map(|item| (item.name.as_str(), item.name_span));
    let structs = draft.structs.iter().filter(|item| item.origin == StructOrigin::Declared);
    let structs = structs.map(|item| (item.name.as_str(), item.name_span));
    let enums = draft.enums.iter().map(|item| (item.name.as_str(), item.name_span));
    check_names(review, "type", handles.chain(structs).chain(enums));
    for item in &draft.structs {
        check_names(
            review,
            "field",
            item.fields.iter().map(|field| (field.name.as_str(), field.name_span)),
        );
    }
    for item in &draft.enums {
        check_names(
            review,
            "value",
            item.values.iter().map(|value| (value.name.as_str(), value.name_span)),
        );
    }
    for function in declared {
        check_names(
            review,
            "parameter",
            function.params.iter().map(|param| (param.name.as_str(), param.name_span)),
        );
        check_names(
            review,
            "error code",
            function.errors.iter().map(|error| (error.code.as_str(), error.span)),
        );
    }
    check_names(
        review,
        "error code",
        draft.module.errors.iter().map(|error| (error.code.as_str(), error.span)),
    );
    check_names(
        review,
        "crate",
        draft.module.dependencies.iter().map(|it| (it.name.as_str(), it.span)),
    );
}

fn check_names<'a>(review: &mut Review, kind: &str, names: impl Iterator<Item = (&'a str, Span)>) {
    let mut first = HashMap::new();
    // In the order of the file, so that the later place is the one to blame.
    let mut names: Vec<_> = names.collect();
    names.sort_by_key(|(_, span)| *span);
    for (name, span) in names {
        let Some(other) = first.insert(name, span) else { continue };
        first.insert(name, other);
        let mut mistake =
            Diagnostic::error(code::DUPLICATE, format!("{kind} `{name}` is declared twice"))
                .label(span, "declared again here")
                .help(format!("rename or remove one {kind}"));
        if other != span {
            mistake = mistake.also(other, "first declared here");
        }
        review.report(mistake);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, report};

    #[test]
    fn the_later_one_is_blamed() {
        let twice = function("rt_f", "") + &function("rt_f", "result = \"i64\"");
        assert_eq!(report(&twice), [("F0205", "\"rt_f\"".to_owned())]);
    }

    #[test]
    fn types_of_different_kinds_share_their_names() {
        let value = "{ name = \"V\", value = 0, doc = \"D.\" }";
        let items = format!(
            "[[enum]]\nname = \"A\"\ndoc = \"D.\"\nvalues = [{value}]\n\
             [[handle]]\nname = \"A\"\ntag = 1\ndoc = \"D.\"\nrust = \"u8\"\nsample = \"1\"\n"
        );
        assert_eq!(report(&items), [("F0205", "\"A\"".to_owned())]);
    }

    #[test]
    fn values_fields_and_parameters_are_unique_in_their_owner() {
        let part = "{ name = \"a\", type = \"i64\", doc = \"D.\" }";
        let field = format!("[[struct]]\nname = \"S\"\ndoc = \"D.\"\nfields = [{part}, {part}]\n");
        assert_eq!(report(&field), [("F0205", "\"a\"".to_owned())]);
        let params = format!("params = [{part}, {part}]");
        assert_eq!(report(&function("rt_f", &params)), [("F0205", "\"a\"".to_owned())]);
        assert_eq!(
            report(&function("rt_f", "result = \"(a: i64, a: i64)\"")),
            [("F0205", "a".to_owned())]
        );
    }

    #[test]
    fn a_family_whose_members_agree_makes_one_function_twice() {
        let family = function("rt_${n}", "members = [{ n = \"a\" }, { n = \"a\" }]");
        assert_eq!(report(&family.replace("function", "family")), [("F0205", "\"a\"".to_owned())]);
    }
}
