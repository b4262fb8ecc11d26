//! Enums have values, and each number one name: a result of the enum must be readable back into a name.

use std::collections::HashMap;

use diag::Diagnostic;

use super::Review;
use crate::code;

pub(super) fn check(review: &mut Review) {
    for item in &review.draft.enums {
        if item.values.is_empty() {
            let mistake = Diagnostic::error(
                code::NOTHING_INSIDE,
                format!("enum `{}` has no values", item.name),
            )
            .label(item.name_span, "nothing could ever be of this type")
            .help("add a value: `{ name = \"..\", value = 0, doc = \"..\" }`");
            review.report(mistake);
        }
        let mut first = HashMap::new();
        for value in &item.values {
            let Some((name, place)) = first.insert(value.value, (&value.name, value.value_span))
            else {
                continue;
            };
            first.insert(value.value, (name, place));
            let title = format!(
                "values `{name}` and `{}` of enum `{}` have one number",
                value.name, item.name
            );
            let mistake = Diagnostic::error(code::ENUM_VALUE, title)
                .label(value.value_span, format!("{} again", value.value))
                .also(place, "first used here")
                .help("take another number");
            review.report(mistake);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;

    fn values(values: &str) -> Vec<(&'static str, String)> {
        report(&format!("[[enum]]\nname = \"Kind\"\ndoc = \"D.\"\nvalues = [{values}]\n"))
    }

    #[test]
    fn numbers_are_unique_and_fit() {
        let value = |name: &str, number: &str| {
            format!("{{ name = \"{name}\", value = {number}, doc = \"D.\" }},")
        };
        assert_eq!(values(&(value("A", "-1") + &value("B", "2147483647"))), []);
        assert_eq!(values(&(value("A", "1") + &value("B", "0x1"))), [("F0308", "0x1".to_owned())]);
        assert_eq!(
            values(&(value("A", "1") + &value("B", "2147483648"))),
            [("F0308", "2147483648".to_owned())]
        );
    }

    #[test]
    fn an_enum_without_values_is_refused() {
        assert_eq!(values(""), [("F0307", "\"Kind\"".to_owned())]);
    }
}
