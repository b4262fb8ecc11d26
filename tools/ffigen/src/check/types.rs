//! Which type may stand where: every type that passes has one C shape, one owner and one spelling in each language.

use diag::{Diagnostic, Span};

use super::Review;
use crate::code;
use crate::model::ty::Scalar;
use crate::model::{Access, CallbackId, Provider, Role, Ty, c_type};

/// Where a type stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Param,
    Result,
    Field,
}

impl Place {
    fn noun(self) -> &'static str {
        match self {
            Place::Param => "parameter",
            Place::Result => "result",
            Place::Field => "field",
        }
    }
}

pub(super) fn check(review: &mut Review) {
    let draft = review.draft;
    for field in draft.structs.iter().flat_map(|item| &item.fields) {
        check_ty(review, &field.ty, field.ty_span, Place::Field);
    }
    for function in draft.functions.iter().filter(|function| function.role == Role::Declared) {
        for param in &function.params {
            check_ty(review, &param.ty, param.ty_span, Place::Param);
        }
        check_ty(review, &function.result, function.result_span, Place::Result);
    }
}

fn check_ty(review: &mut Review, ty: &Ty, span: Span, place: Place) {
    match ty {
        Ty::Unit | Ty::Scalar(_) | Ty::Text | Ty::Bytes | Ty::Enum(_) => {}
        Ty::List(element) => check_list(review, element, span, place),
        Ty::Option(inner) => match **inner {
            Ty::Scalar(_) | Ty::Text | Ty::Bytes => {}
            Ty::List(_) | Ty::Handle(..) => check_ty(review, inner, span, place),
            _ => {
                let spelled = c_type::spec(review.draft, inner);
                let help = match **inner {
                    Ty::Option(_) => "write one `?`",
                    Ty::Enum(_) => "give the enum a value that says none",
                    _ => "say none in another way, by an error or by a `bool` beside it",
                };
                let mistake =
                    Diagnostic::error(code::BAD_OPTION, format!("`{spelled}` has no option"))
                        .label(
                            span,
                            "an option is a scalar, text, bytes, a list or a handle, or none",
                        )
                        .help(help);
                review.report(mistake);
            }
        },
        // A struct inside a struct that leads back to it is the business of `structs`.
        Ty::Struct(id) => {
            if place == Place::Field && !super::structs::is_cyclic(review.draft, *id) {
                misplaced(
                    review,
                    ty,
                    span,
                    place,
                    "a struct is a whole parameter or result, and the element of a list",
                    "write its fields here instead",
                );
            }
        }
        Ty::Handle(_, access) => check_handle(review, ty, *access, span, place),
        Ty::Callback(id) => match place {
            Place::Param => check_callback(review, *id, span),
            _ => misplaced(
                review,
                ty,
                span,
                place,
                "a callback is a parameter only",
                "take the callback as a parameter",
            ),
        },
        Ty::Owned(inner) => check_owned(review, inner, span, place),
    }
}

fn check_handle(review: &mut Review, ty: &Ty, access: Access, span: Span, place: Place) {
    match (place, access) {
        (Place::Field, _) => {
            misplaced(
                review,
                ty,
                span,
                place,
                "a handle is a whole parameter or result",
                "give the handle by a function of its own",
            );
        }
        (Place::Result, Access::Shared | Access::Exclusive) => {
            let plain = c_type::spec(review.draft, ty);
            let plain = plain.trim_start_matches("&mut ").trim_start_matches('&');
            let mistake = Diagnostic::error(
                code::BAD_ACCESS,
                format!("a result borrows the handle `{plain}`"),
            )
            .label(span, "a result is a new handle, owned by the caller")
            .help(format!("write `{plain}`"));
            review.report(mistake);
        }
        _ => {}
    }
}

fn check_list(review: &mut Review, element: &Ty, span: Span, place: Place) {
    match element {
        Ty::Scalar(Scalar::U8) => {
            let mistake = Diagnostic::error(code::U8_LIST, "`[u8]` has a type of its own")
                .label(span, "a list of bytes")
                .help("write `bytes`");
            review.report(mistake);
        }
        Ty::Scalar(_) | Ty::Text | Ty::Bytes => {}
        Ty::Struct(_) if place == Place::Result => {}
        Ty::Struct(_) => {
            let ty = Ty::List(Box::new(element.clone()));
            misplaced(
                review,
                &ty,
                span,
                place,
                "a list of structs is a result only",
                "take one list per field",
            );
        }
        _ => {
            let spelled = c_type::spec(review.draft, element);
            let help = match element {
                Ty::List(_) => "return a list of texts, or a list of structs with a text each",
                Ty::Option(_) => "leave the missing ones out",
                Ty::Enum(_) => {
                    "write `[i32]`, and say in the documentation which enum the numbers are of"
                }
                _ => "give one at a time",
            };
            let mistake = Diagnostic::error(
                code::BAD_LIST,
                format!("`{spelled}` cannot be the element of a list"),
            )
            .label(span, "a list holds scalars, text, bytes or structs")
            .help(help);
            review.report(mistake);
        }
    }
}

fn check_callback(review: &mut Review, id: CallbackId, span: Span) {
    let callback = review.draft.callback(id);
    let is_scalar = |ty: &&Ty| matches!(ty, Ty::Scalar(_));
    let parts =
        callback.params.iter().chain(Some(&callback.result).filter(|result| **result != Ty::Unit));
    if let Some(part) = parts.into_iter().find(|part| !is_scalar(part)) {
        let spelled = c_type::spec(review.draft, part);
        let mistake =
            Diagnostic::error(code::BAD_CALLBACK, format!("a callback takes or gives `{spelled}`"))
                .label(span, "a callback takes and gives scalars only")
                .help("pass a number that stands for it, such as a handle or an index, as `i64`");
        review.report(mistake);
    }
}

fn check_owned(review: &mut Review, inner: &Ty, span: Span, place: Place) {
    let spelled = c_type::spec(review.draft, inner);
    let (where_, label) = if review.draft.module.provider == Provider::Generated {
        ("in a generated module", "only a hand-written module can take ownership of a value")
    } else if place != Place::Param {
        ("outside parameters", "every result is owned anyway")
    } else if !matches!(inner, Ty::Text | Ty::Bytes | Ty::List(_)) {
        ("for this type", "only text, bytes and lists are handed back")
    } else {
        return check_ty(review, inner, span, Place::Result);
    };
    let mistake =
        Diagnostic::error(code::BAD_OWNED, format!("`owned {spelled}` is not possible {where_}"))
            .label(span, label)
            .help(format!("write `{spelled}`"));
    review.report(mistake);
}

fn misplaced(review: &mut Review, ty: &Ty, span: Span, place: Place, label: &str, help: &str) {
    let spelled = c_type::spec(review.draft, ty);
    let title = format!("`{spelled}` is not possible as a {}", place.noun());
    let mistake = Diagnostic::error(code::BAD_PLACE, title).label(span, label).help(help);
    review.report(mistake);
}

#[cfg(test)]
mod tests {
    use super::super::tests::{function, report, report_spec};

    const TYPES: &str = "\
[[handle]]\nname = \"Lock\"\ntag = 1\ndoc = \"D.\"\nrust = \"u8\"\nsample = \"1\"\n
[[enum]]\nname = \"Kind\"\ndoc = \"D.\"\nvalues = [{ name = \"A\", value = 0, doc = \"D.\" }]\n
[[struct]]\nname = \"Pair\"\ndoc = \"D.\"\nfields = [{ name = \"a\", type = \"text\", doc = \"D.\" }]\n";

    fn codes(items: &str) -> Vec<&'static str> {
        report(&format!("{TYPES}{items}")).into_iter().map(|(code, _)| code).collect()
    }

    fn param(ty: &str) -> Vec<&'static str> {
        codes(&function(
            "rt_f",
            &format!("params = [{{ name = \"a\", type = \"{ty}\", doc = \"D.\" }}]"),
        ))
    }

    fn result(ty: &str) -> Vec<&'static str> {
        codes(&function("rt_f", &format!("result = \"{ty}\"")))
    }

    fn field(ty: &str) -> Vec<&'static str> {
        codes(&format!(
            "[[struct]]\nname = \"S\"\ndoc = \"D.\"\nfields = [{{ name = \"a\", type = \"{ty}\", doc = \"D.\" }}]\n"
        ))
    }

    #[test]
    fn every_form_of_the_contract_is_accepted() {
        for ty in [
            "bool",
            "i64",
            "f32",
            "text",
            "bytes",
            "[i64]",
            "[bool]",
            "[text]",
            "[bytes]",
            "i64?",
            "text?",
            "[text]?",
            "Pair",
            "Kind",
            "&Lock",
            "&mut Lock",
            "Lock",
            "&Lock?",
            "fn(i64, f64) -> i64",
            "fn()",
        ] {
            assert!(param(ty).is_empty(), "{ty}");
        }
        for ty in [
            "i64?",
            "text",
            "bytes?",
            "[Pair]",
            "[Pair]?",
            "Pair",
            "Kind",
            "Lock",
            "Lock?",
            "(a: text, b: [i64]?)",
        ] {
            assert!(result(ty).is_empty(), "{ty}");
        }
        for ty in ["i64", "Kind", "text", "[bytes]", "[text]?", "f64?"] {
            assert!(field(ty).is_empty(), "{ty}");
        }
    }

    #[test]
    fn every_other_form_has_one_code() {
        assert_eq!(param("[u8]"), ["F0302"]);
        for ty in ["[[i64]]", "[i64?]", "[Kind]", "[&Lock]", "[fn()]"] {
            assert_eq!(param(ty), ["F0303"], "{ty}");
        }
        for ty in ["i64??", "Kind?", "Pair?", "fn()?"] {
            assert_eq!(param(ty), ["F0304"], "{ty}");
        }
        assert_eq!(param("[Pair]"), ["F0305"]);
        assert_eq!(param("(a: i64, b: i64)"), ["F0305"]);
        assert_eq!(result("fn()"), ["F0305"]);
        for ty in ["Pair", "[Pair]", "Lock", "&Lock", "fn()", "Lock?"] {
            assert_eq!(field(ty), ["F0305"], "{ty}");
        }
        assert_eq!(result("(a: Lock, b: i64)"), ["F0305"]);
        assert_eq!(param("fn(text)"), ["F0311"]);
        assert_eq!(param("fn() -> Lock"), ["F0311"]);
        assert_eq!(param("&text"), ["F0401"]);
        assert_eq!(result("&Lock"), ["F0402"]);
        assert_eq!(result("&mut Lock?"), ["F0402"]);
        assert_eq!(param("owned text"), ["F0403"]);
    }

    #[test]
    fn hand_written_modules_take_ownership_of_memory() {
        let spec = |ty: &str, place: &str| {
            let function =
                function("rt_f", &place.replace("TYPE", ty)).replace("body = \"todo!()\"\n", "");
            let text = format!(
                "[module]\nname = \"m\"\ndoc = \"D.\"\nprovider = \"hand_written\"\n{function}"
            );
            report_spec(&text).into_iter().map(|(code, _)| code).collect::<Vec<_>>()
        };
        let param = "params = [{ name = \"a\", type = \"TYPE\", doc = \"D.\" }]";
        assert_eq!(spec("owned text", param), [""; 0]);
        assert_eq!(spec("owned [i64]", param), [""; 0]);
        assert_eq!(spec("owned i64", param), ["F0403"]);
        assert_eq!(spec("owned [u8]", param), ["F0302"]);
        assert_eq!(spec("owned text", "result = \"TYPE\""), ["F0403"]);
    }
}
