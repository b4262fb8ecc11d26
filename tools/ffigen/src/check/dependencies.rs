//! Dependencies are written as cargo writes them: they go into the generated Cargo.toml and into build rules unchanged.

use diag::Diagnostic;

use super::Review;
use crate::code;

pub(super) fn check(review: &mut Review) {
    for dependency in &review.draft.module.dependencies {
        if !is_crate_name(&dependency.name) {
            let mistake = Diagnostic::error(
                code::BAD_DEPENDENCY,
                format!("`{}` is no crate name", dependency.name),
            )
            .label(dependency.span, "the key of this entry is no crate name")
            .help("a crate name is letters, digits, `-` and `_`, and starts with a letter");
            review.report(mistake);
        } else if !is_requirement(&dependency.requirement) {
            let title = format!("`{}` is no version requirement", dependency.requirement);
            let mistake = Diagnostic::error(code::BAD_DEPENDENCY, title)
                .label(dependency.span, format!("which versions of `{}` will do?", dependency.name))
                .help(
                    "write a version, `\"1\"` or `\"0.3.2\"`, with an operator where needed: \
                     `\"=1.2.3\"`, `\">=1, <3\"`",
                );
            review.report(mistake);
        }
        if let Some(feature) = dependency.features.iter().find(|feature| !is_feature(feature)) {
            let mistake =
                Diagnostic::error(code::BAD_DEPENDENCY, format!("`{feature}` is no feature name"))
                    .label(dependency.span, "one of these features")
                    .help("a feature name is letters, digits, `-`, `_`, `+`, `.` and `/`");
            review.report(mistake);
        }
    }
}

fn is_feature(name: &str) -> bool {
    name.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'.' | b'/')
    })
}

fn is_crate_name(name: &str) -> bool {
    name.starts_with(|ch: char| ch.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Comparators, separated by commas: an operator, then one to three numbers, the last perhaps with a pre-release.
fn is_requirement(text: &str) -> bool {
    text.split(',').all(|comparator| {
        let comparator = comparator.trim();
        let version = [">=", "<=", ">", "<", "=", "^", "~"]
            .into_iter()
            .find_map(|operator| comparator.strip_prefix(operator))
            .unwrap_or(comparator)
            .trim_start();
        let (numbers, pre) =
            version.split_once('-').map_or((version, None), |(numbers, pre)| (numbers, Some(pre)));
        let is_number = |part: &str| {
            !part.is_empty() && part.len() <= 10 && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let count = numbers.split('.').count();
        let is_pre = |pre: &str| {
            !pre.is_empty()
                && pre
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        };
        count <= 3
            && numbers.split('.').all(is_number)
            && pre.is_none_or(|pre| count == 3 && is_pre(pre))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::*;

    #[test]
    fn requirements_are_those_of_cargo() {
        for text in ["1", "0.3", "1.2.3", "^1.2", "~1", "=1.2.3", ">=1, <3", "1.0.0-alpha.5"] {
            assert!(is_requirement(text), "{text}");
        }
        for text in
            ["", "latest", "1.x", "1..2", "1.2.3.4", "1 2", ">", "v1", "1,", "\"1\"", "1-beta"]
        {
            assert!(!is_requirement(text), "{text}");
        }
    }

    #[test]
    fn mistakes_are_shown_at_the_value() {
        assert_eq!(
            report("[dependencies]\nglob = \"latest\"\n"),
            [("F0110", "\"latest\"".to_owned())]
        );
        assert_eq!(report("[dependencies]\n\"a b\" = \"1\"\n"), [("F0110", "\"1\"".to_owned())]);
    }
}
