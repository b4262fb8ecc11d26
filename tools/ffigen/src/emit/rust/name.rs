//! Every identifier, type and literal of generated Rust.

use crate::model::ty::{Access, Scalar, Ty};
use crate::model::{Draft, EnumId, Failure, HandleId, StructId, StructOrigin, symbol};

/// Words that a raw identifier may spell.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Words that not even a raw identifier may spell.
const RESERVED: &[&str] = &["self", "Self", "super", "crate", "_"];

/// An identifier: raw where the name is a keyword.
pub fn ident(name: &str) -> String {
    if RESERVED.contains(&name) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// An enumeration's value: `NOT_FOUND` -> `NotFound`.
pub fn variant(upper_snake: &str) -> String {
    let name = symbol::camel(&upper_snake.to_ascii_lowercase());
    if name == "Self" { "Self_".to_owned() } else { name }
}

/// The `repr(C)` struct: `RtEnvVar`, `RtProcessRunResult`.
pub fn abi_struct(draft: &Draft, id: StructId) -> String {
    symbol::camel(&symbol::struct_type(draft, id))
}

/// The idiomatic struct of `types.rs`: `types::EnvVar`; the tuple type for a tuple result.
pub fn owned_struct(draft: &Draft, id: StructId) -> String {
    let item = draft.strukt(id);
    match item.origin {
        StructOrigin::Declared => format!("types::{}", item.name),
        StructOrigin::ResultOf(_) => {
            let types: Vec<String> =
                item.fields.iter().map(|field| owned(draft, &field.ty)).collect();
            format!("({})", types.join(", "))
        }
    }
}

/// The enumeration of `types.rs`.
pub fn enumeration(draft: &Draft, id: EnumId) -> String {
    format!("types::{}", draft.enumeration(id).name)
}

/// The table of a handle kind: `FILE_LOCK`.
pub fn table(draft: &Draft, id: HandleId) -> String {
    symbol::snake(&draft.handle(id).name).to_ascii_uppercase()
}

/// The type of a handle kind's table.
pub fn table_type(is_bound: bool) -> &'static str {
    if is_bound { "ffi_rt::BoundHandles" } else { "Handles" }
}

/// The Rust type behind a handle kind.
pub fn handle(draft: &Draft, id: HandleId) -> String {
    format!("types::{}", draft.handle(id).name)
}

/// The type of one scalar as a parameter: any byte may arrive as `bool`, so it is `u8`.
pub fn abi_scalar_param(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "u8",
        other => other.spelling(),
    }
}

/// The type of a value at the boundary: a result, a field, a list's item.
pub fn abi(draft: &Draft, ty: &Ty) -> String {
    match ty {
        Ty::Unit => "()".to_owned(),
        Ty::Scalar(scalar) => scalar.spelling().to_owned(),
        Ty::Text => "RtText".to_owned(),
        Ty::Bytes => "RtBytes".to_owned(),
        Ty::List(item) => format!("RtList<{}>", abi(draft, item)),
        Ty::Option(inner) => match &**inner {
            Ty::Scalar(scalar) => format!("RtOpt<{}>", scalar.spelling()),
            other => abi(draft, other),
        },
        Ty::Struct(id) => abi_struct(draft, *id),
        Ty::Enum(_) => "i32".to_owned(),
        Ty::Handle(..) => "i64".to_owned(),
        Ty::Callback(id) => {
            let callback = draft.callback(*id);
            callback_type(draft, &callback.params, &callback.result)
        }
        Ty::Owned(inner) => abi(draft, inner),
    }
}

/// A field of a `repr(C)` struct: like [`abi`], but a foreign `bool` may hold any byte.
pub fn abi_field(draft: &Draft, ty: &Ty) -> String {
    match ty {
        Ty::Scalar(scalar) => abi_scalar_param(*scalar).to_owned(),
        other => abi(draft, other),
    }
}

/// The type that a body gives, and that a field of `types.rs` has.
pub fn owned(draft: &Draft, ty: &Ty) -> String {
    match ty {
        Ty::Unit => "()".to_owned(),
        Ty::Scalar(scalar) => scalar.spelling().to_owned(),
        Ty::Text => "String".to_owned(),
        Ty::Bytes => "Vec<u8>".to_owned(),
        Ty::List(item) => format!("Vec<{}>", owned(draft, item)),
        Ty::Option(inner) => format!("Option<{}>", owned(draft, inner)),
        Ty::Struct(id) => owned_struct(draft, *id),
        Ty::Enum(id) => enumeration(draft, *id),
        Ty::Handle(id, _) => handle(draft, *id),
        Ty::Callback(_) => abi(draft, ty),
        Ty::Owned(inner) => owned(draft, inner),
    }
}

/// The type of a parameter that a body sees.
pub fn borrowed(draft: &Draft, ty: &Ty) -> String {
    match ty {
        Ty::Text => "&str".to_owned(),
        Ty::Bytes => "&[u8]".to_owned(),
        Ty::List(item) => format!("&[{}]", borrowed(draft, item)),
        Ty::Option(inner) => format!("Option<{}>", borrowed(draft, inner)),
        Ty::Handle(id, Access::Shared) => format!("&{}", handle(draft, *id)),
        Ty::Handle(id, Access::Exclusive) => format!("&mut {}", handle(draft, *id)),
        other => owned(draft, other),
    }
}

fn callback_type(draft: &Draft, params: &[Ty], result: &Ty) -> String {
    let params: Vec<String> = params.iter().map(|ty| abi(draft, ty)).collect();
    let result = match result {
        Ty::Unit => String::new(),
        ty => format!(" -> {}", abi(draft, ty)),
    };
    format!("extern \"C\" fn({}){result}", params.join(", "))
}

/// The value that a failing shim returns.
pub fn failure(ty: &Ty, failure: Failure) -> String {
    let float = if *ty == Ty::Scalar(Scalar::F32) { "f32" } else { "f64" };
    match failure {
        Failure::Int(value) => value.to_string(),
        Failure::Float(value) if value.is_nan() => format!("{float}::NAN"),
        Failure::Float(f64::INFINITY) => format!("{float}::INFINITY"),
        Failure::Float(f64::NEG_INFINITY) => format!("{float}::NEG_INFINITY"),
        Failure::Float(value) => format!("{value:?}"),
        Failure::Default => default_failure(ty).to_owned(),
    }
}

fn default_failure(ty: &Ty) -> &'static str {
    match ty {
        Ty::Unit => "()",
        Ty::Scalar(Scalar::Bool) | Ty::Struct(_) => "false",
        Ty::Scalar(scalar) if scalar.is_float() => "0.0",
        Ty::Text => "RtText::NULL",
        Ty::Bytes => "RtBytes::NULL",
        Ty::List(_) => "RtList::NULL",
        Ty::Option(inner) => match &**inner {
            Ty::Scalar(_) => "RtOpt::NONE",
            other => default_failure(other),
        },
        _ => "0",
    }
}

/// A string literal.
pub fn string(text: &str) -> String {
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_become_raw_identifiers() {
        assert_eq!(ident("type"), "r#type");
        assert_eq!(ident("self"), "self_");
        assert_eq!(ident("path"), "path");
    }

    #[test]
    fn variants_are_upper_camel() {
        assert_eq!(variant("NOT_A_DIRECTORY"), "NotADirectory");
        assert_eq!(variant("IO"), "Io");
        assert_eq!(variant("SELF"), "Self_");
    }

    #[test]
    fn failure_values_follow_the_type() {
        assert_eq!(failure(&Ty::Scalar(Scalar::F32), Failure::Float(f64::NAN)), "f32::NAN");
        assert_eq!(failure(&Ty::Scalar(Scalar::I64), Failure::Int(-1)), "-1");
        let infinite = Failure::Float(f64::NEG_INFINITY);
        assert_eq!(failure(&Ty::Scalar(Scalar::F64), infinite), "f64::NEG_INFINITY");
        assert_eq!(failure(&Ty::Scalar(Scalar::F64), Failure::Default), "0.0");
        assert_eq!(
            failure(&Ty::Option(Box::new(Ty::Scalar(Scalar::I64))), Failure::Default),
            "RtOpt::NONE"
        );
        assert_eq!(failure(&Ty::Option(Box::new(Ty::Text)), Failure::Default), "RtText::NULL");
    }
}
