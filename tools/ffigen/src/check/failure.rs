//! A failure value is a value of the result, and only numbers have a choice: everything else has
//! one natural way to be nothing.

use diag::Diagnostic;

use super::Review;
use crate::code;
use crate::model::ty::Scalar;
use crate::model::{Failure, Ty, c_type};

pub(super) fn check(review: &mut Review) {
    for function in &review.draft.functions {
        let (label, help) = match (function.failure, &function.result) {
            (Failure::Default, _) => continue,
            (Failure::Int(value), Ty::Scalar(scalar)) => match range(*scalar) {
                Some((low, high)) if value < low || high < value => (
                    format!("{value} is no value of the result"),
                    format!("take a number from {low} to {high}"),
                ),
                Some(_) => continue,
                None if scalar.is_float() => {
                    ("an integer".to_owned(), format!("write `{value}.0`"))
                }
                None => (
                    "`false` is the only failure value of `bool`".to_owned(),
                    "leave `failure` out".to_owned(),
                ),
            },
            (Failure::Float(_), Ty::Scalar(scalar)) if scalar.is_float() => continue,
            (Failure::Float(_), Ty::Scalar(scalar)) if range(*scalar).is_some() => {
                ("a float".to_owned(), "write an integer".to_owned())
            }
            (_, Ty::Unit) => (
                "the function has no result to hold it".to_owned(),
                "leave `failure` out, or add a `result`".to_owned(),
            ),
            _ => ("this type fails in one way only".to_owned(), "leave `failure` out".to_owned()),
        };
        let result = c_type::spec(review.draft, &function.result);
        let title = match function.result {
            Ty::Unit => format!("`{}` has a failure value but no result", function.name),
            _ => format!(
                "the failure value of `{}` does not fit its result `{result}`",
                function.name
            ),
        };
        let mut mistake = Diagnostic::error(code::BAD_FAILURE, title)
            .label(function.failure_span, label)
            .help(help);
        if function.result != Ty::Unit {
            mistake = mistake.also(function.result_span, "the result");
        }
        review.report(mistake);
    }
}

/// The values of an integer type; `None` for `bool` and floats.
fn range(scalar: Scalar) -> Option<(i128, i128)> {
    let bits = 8 * scalar.size_bytes();
    match scalar {
        Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64 => {
            Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1))
        }
        Scalar::U8 | Scalar::U16 | Scalar::U32 | Scalar::U64 => Some((0, (1 << bits) - 1)),
        Scalar::Bool | Scalar::F32 | Scalar::F64 => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, report};

    fn codes(result: &str, failure: &str) -> usize {
        let found = report(&function("rt_f", &format!("{result}\nfailure = {failure}")));
        assert!(found.iter().all(|it| *it == ("F0309", failure.to_owned())), "{found:?}");
        found.len()
    }

    #[test]
    fn numbers_hold_what_fits() {
        for (result, failure) in [
            ("i8", "-128"),
            ("u64", "0"),
            ("u64", "18446744073709551615"),
            ("u64", "0xffff_ffff_ffff_ffff"),
            ("i64", "-1"),
            ("f64", "\"nan\""),
            ("f32", "-1.5"),
            ("f64", "nan"),
        ] {
            assert_eq!(codes(&format!("result = \"{result}\""), failure), 0, "{result} {failure}");
        }
        for (result, failure) in [
            ("i8", "128"),
            ("u64", "-1"),
            ("i64", "9223372036854775808"),
            ("i64", "1.5"),
            ("f64", "1"),
            ("i32", "\"nan\""),
        ] {
            assert_eq!(codes(&format!("result = \"{result}\""), failure), 1, "{result} {failure}");
        }
    }

    #[test]
    fn nothing_else_has_a_choice() {
        for result in ["bool", "text", "[i64]", "i64?", "(a: i64, b: i64)"] {
            assert_eq!(codes(&format!("result = \"{result}\""), "1"), 1, "{result}");
        }
        assert_eq!(codes("", "1"), 1);
    }
}
