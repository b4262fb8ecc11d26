//! Names have one form per kind, and none that a target language or ffigen keeps for itself.
//!
//! A name goes unchanged into C, Rust and Simple, so what one of them cannot say is refused here,
//! instead of being spelled differently in each.

use diag::{Diagnostic, Span};

use super::{Review, reserved};
use crate::code;
use crate::model::{Role, StructOrigin, symbol};

/// Prefixes that generated code uses for names of its own.
const PREFIXES: [&str; 3] = ["ffi_", "rt_abi_", "rt_conformance_"];

pub(super) fn check(review: &mut Review) {
    let draft = review.draft;
    let module = &draft.module;
    if !is_snake(&module.name) {
        bad_form(review, "module", &module.name, module.name_span, Form::Snake);
    } else if reserved::is_module(&module.name) {
        reserved_word(
            review,
            "module",
            &module.name,
            module.name_span,
            "Rust or Simple keeps this word for itself",
        );
    }
    for item in &draft.handles {
        check_type(review, "handle", &item.name, item.name_span);
    }
    for item in draft.structs.iter().filter(|item| item.origin == StructOrigin::Declared) {
        check_type(review, "struct", &item.name, item.name_span);
    }
    for field in draft.structs.iter().flat_map(|item| &item.fields) {
        check_variable(review, "field", &field.name, field.name_span);
    }
    for item in &draft.enums {
        check_type(review, "enum", &item.name, item.name_span);
        for value in &item.values {
            if !is_upper_snake(&value.name) {
                bad_form(review, "value", &value.name, value.name_span, Form::UpperSnake);
            } else if value.name == "SELF" {
                reserved_word(
                    review,
                    "value",
                    &value.name,
                    value.name_span,
                    "would be `Self` in Rust",
                );
            }
        }
    }
    for function in draft.functions.iter().filter(|function| function.role == Role::Declared) {
        check_function(review, &function.name, function.name_span);
        for param in &function.params {
            check_variable(review, "parameter", &param.name, param.name_span);
        }
    }
}

fn check_function(review: &mut Review, name: &str, span: Span) {
    if name.strip_prefix("rt_").is_none_or(|rest| !is_snake_part(rest)) {
        bad_form(review, "function", name, span, Form::Symbol);
    } else {
        check_prefix(review, name, span);
    }
}

fn check_type(review: &mut Review, kind: &str, name: &str, span: Span) {
    if !is_camel(name) {
        bad_form(review, kind, name, span, Form::Camel);
    } else if review.base.is_some() && reserved::TYPES.contains(&name) {
        reserved_word(
            review,
            kind,
            name,
            span,
            "a name of Rust or `ffi_rt::prelude`, which every body sees",
        );
    }
}

/// Parameters and fields.
fn check_variable(review: &mut Review, kind: &str, name: &str, span: Span) {
    if !is_snake(name) {
        bad_form(review, kind, name, span, Form::Snake);
    } else if let Some(language) = reserved::language(name) {
        reserved_word(review, kind, name, span, &format!("{language} keeps this word for itself"));
    } else if name.starts_with("rt_") {
        let mistake = Diagnostic::error(
            code::RESERVED_PREFIX,
            format!("{kind} `{name}` has the prefix of functions"),
        )
        .label(span, "would hide a function or type of the runtime in C")
        .help("leave out `rt_`");
        review.report(mistake);
    } else {
        check_prefix(review, name, span);
    }
}

fn check_prefix(review: &mut Review, name: &str, span: Span) {
    if let Some(prefix) = PREFIXES.into_iter().find(|prefix| name.starts_with(prefix)) {
        let mistake = Diagnostic::error(
            code::RESERVED_PREFIX,
            format!("`{name}` starts with the reserved prefix `{prefix}`"),
        )
        .label(span, "could clash with a generated name")
        .help("take another name");
        review.report(mistake);
    }
}

fn reserved_word(review: &mut Review, kind: &str, name: &str, span: Span, label: &str) {
    let mistake =
        Diagnostic::error(code::RESERVED_WORD, format!("{kind} `{name}` is a reserved word"))
            .label(span, label)
            .help("take another name");
    review.report(mistake);
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Symbol,
    Snake,
    Camel,
    UpperSnake,
}

fn bad_form(review: &mut Review, kind: &str, name: &str, span: Span, form: Form) {
    let words = words(name);
    let (pattern, fixed) = match form {
        Form::Symbol => {
            let words = words.strip_prefix(["rt".to_owned()].as_slice()).unwrap_or(&words);
            ("`rt_` and words of lower-case letters and digits", format!("rt_{}", words.join("_")))
        }
        Form::Snake => ("words of lower-case letters and digits, joined by `_`", words.join("_")),
        Form::Camel => {
            ("words with a capital letter each, `UpperCamel`", symbol::camel(&words.join("_")))
        }
        Form::UpperSnake => {
            ("words in capital letters, joined by `_`", words.join("_").to_ascii_uppercase())
        }
    };
    let is_sound = match form {
        Form::Symbol => fixed.strip_prefix("rt_").is_some_and(is_snake_part),
        Form::Snake => is_snake(&fixed),
        Form::Camel => is_camel(&fixed),
        Form::UpperSnake => is_upper_snake(&fixed),
    };
    let help = if is_sound {
        format!("write `{fixed}`")
    } else {
        "take a name of ASCII letters".to_owned()
    };
    let mistake =
        Diagnostic::error(code::BAD_NAME, format!("{kind} name `{name}` breaks its pattern"))
            .label(span, format!("a {kind} is named by {pattern}"))
            .help(help);
    review.report(mistake);
}

/// The words of a name in any of the usual forms, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for ch in name.chars() {
        if !ch.is_ascii_alphanumeric() {
            words.push(String::new());
        } else {
            if ch.is_ascii_uppercase() && was_lower {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.push(ch.to_ascii_lowercase());
            }
        }
        was_lower = ch.is_ascii_lowercase() || ch.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `snake_case`: a letter first; C++ keeps names with `__` for itself.
pub(super) fn is_snake(name: &str) -> bool {
    name.starts_with(|ch: char| ch.is_ascii_lowercase()) && is_snake_part(name)
}

fn is_snake_part(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.starts_with('_')
        && !name.ends_with('_')
        && !name.contains("__")
}

fn is_camel(name: &str) -> bool {
    name.starts_with(|ch: char| ch.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_upper_snake(name: &str) -> bool {
    name.bytes().all(|byte| !byte.is_ascii_lowercase()) && is_snake(&name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, report};
    use super::*;

    fn param(name: &str) -> String {
        let rest = format!("params = [{{ name = \"{name}\", type = \"i64\", doc = \"D.\" }}]");
        function("rt_f", &rest)
    }

    #[test]
    fn forms_are_told_apart() {
        assert!(
            is_snake("a1_b")
                && !is_snake("_a")
                && !is_snake("a__b")
                && !is_snake("a_")
                && !is_snake("")
        );
        assert!(
            is_camel("EnvVar") && !is_camel("envVar") && !is_camel("Env_Var") && !is_camel("Ünder")
        );
        assert!(is_upper_snake("NOT_FOUND") && !is_upper_snake("Not") && !is_upper_snake("1A"));
        assert_eq!(words("HTTPServer2 isUp"), ["httpserver2", "is", "up"]);
    }

    #[test]
    fn a_broken_pattern_is_shown_at_the_name() {
        assert_eq!(report(&function("file_copy", "")), [("F0202", "\"file_copy\"".to_owned())]);
        assert_eq!(report(&param("fileName")), [("F0202", "\"fileName\"".to_owned())]);
    }

    #[test]
    fn reserved_words_of_each_language_are_refused() {
        for word in ["register", "delete", "impl", "elif", "unix"] {
            assert_eq!(report(&param(word)), [("F0203", format!("\"{word}\""))]);
        }
        let handle =
            "[[handle]]\nname = \"Vec\"\ntag = 1\ndoc = \"D.\"\nrust = \"u8\"\nsample = \"1\"\n";
        assert_eq!(report(handle), [("F0203", "\"Vec\"".to_owned())]);
    }

    #[test]
    fn reserved_prefixes_are_refused() {
        assert_eq!(report(&param("ffi_x")), [("F0204", "\"ffi_x\"".to_owned())]);
        assert_eq!(report(&param("rt_x")), [("F0204", "\"rt_x\"".to_owned())]);
        assert_eq!(report(&function("rt_abi_x", "")), [("F0204", "\"rt_abi_x\"".to_owned())]);
    }
}
