//! Every way to hold a parameter wrong, with the error that it must give.

use super::argument::{self, Argument};
use super::name;
use crate::model::ty::Ty;
use crate::model::{Draft, EnumId, Field, HandleId, Param, StructId, c_type, layout, symbol};

/// A bad value for one parameter.
#[derive(Debug, Clone)]
pub struct Bad {
    /// What is wrong, in words.
    pub what: String,
    /// The value.
    pub argument: Argument,
    /// The code of the error that it must give.
    pub code: &'static str,
}

impl Bad {
    fn new(what: String, values: &[&str], code: &'static str) -> Bad {
        Bad { what, argument: Argument::plain(values), code }
    }
}

const NULL_POINTER: &str = "RT_ERROR_NULL_POINTER";
const LENGTH_TOO_LARGE: &str = "RT_ERROR_LENGTH_TOO_LARGE";
const INVALID_UTF8: &str = "RT_ERROR_INVALID_UTF8";
const MISALIGNED: &str = "RT_ERROR_MISALIGNED";
const INVALID_HANDLE: &str = "RT_ERROR_INVALID_HANDLE";

/// Byte strings that are no UTF-8: a byte that never occurs, a surrogate, a sequence that is cut off.
const BROKEN_TEXTS: [(&str, &str, &str); 3] = [
    ("\\377", "1", "a byte 0xFF"),
    ("\\355\\240\\200", "3", "a surrogate"),
    ("a\\303", "2", "half a character"),
];

/// All bad values of a parameter.
pub fn values(draft: &Draft, param: &Param) -> Vec<Bad> {
    let name = &param.name;
    match &param.ty {
        Ty::Option(inner) => match &**inner {
            Ty::Handle(id, _) => handle(draft, name, *id, true),
            inner => values(draft, &Param { ty: inner.clone(), ..param.clone() }),
        },
        Ty::Text | Ty::Bytes => pointer_and_length(name, &param.ty),
        Ty::List(item) => list(draft, name, item),
        Ty::Struct(id) => strukt(draft, name, *id),
        Ty::Enum(id) => vec![Bad::new(
            format!("`{name}` is a number without a name"),
            &[&unknown_value(draft, *id)],
            "RT_ERROR_INVALID_ENUM",
        )],
        Ty::Handle(id, _) => handle(draft, name, *id, false),
        Ty::Callback(_) => vec![Bad::new(format!("`{name}` is null"), &["NULL"], NULL_POINTER)],
        Ty::Unit | Ty::Scalar(_) | Ty::Owned(_) => Vec::new(),
    }
}

/// Bad pointers and lengths of a text or bytes; `place` is what the words call it.
fn pointer_and_length(place: &str, ty: &Ty) -> Vec<Bad> {
    let mut bad = vec![
        Bad::new(format!("`{place}` is null with a length"), &["NULL", "1"], NULL_POINTER),
        Bad::new(
            format!("`{place}` is longer than memory"),
            &[OCTET, "(uint64_t)INT64_MAX + 1"],
            LENGTH_TOO_LARGE,
        ),
    ];
    if *ty == Ty::Text {
        for (bytes, len, what) in BROKEN_TEXTS {
            let pointer = format!("(const uint8_t *)\"{bytes}\"");
            bad.push(Bad::new(format!("`{place}` has {what}"), &[&pointer, len], INVALID_UTF8));
        }
    }
    bad
}

const OCTET: &str = "(const uint8_t *)\"x\"";

fn list(draft: &Draft, name: &str, item: &Ty) -> Vec<Bad> {
    let c_item = c_type::value(draft, item);
    let pointer = format!("(const {c_item} *)(const void *)ffi_memory");
    let too_long = format!("(uint64_t)INT64_MAX / sizeof({c_item}) + 1");
    let mut bad = vec![
        Bad::new(format!("`{name}` is null with a length"), &["NULL", "1"], NULL_POINTER),
        Bad::new(
            format!("`{name}` is longer than memory"),
            &[&pointer, &too_long],
            LENGTH_TOO_LARGE,
        ),
    ];
    if layout::of_ty(draft, item).align_bytes > 1 {
        let pointer = format!("(const {c_item} *)(const void *)((const char *)ffi_memory + 1)");
        bad.push(Bad::new(format!("`{name}` is misaligned"), &[&pointer, "1"], MISALIGNED));
    }
    if matches!(item, Ty::Text | Ty::Bytes) {
        bad.extend(
            pointer_and_length(&format!("{name}[1]"), item)
                .into_iter()
                .map(|inner| in_list(name, item, inner)),
        );
    }
    bad
}

/// A list whose second item is bad.
fn in_list(name: &str, item: &Ty, inner: Bad) -> Bad {
    let local = name::local(name);
    let (c_item, first) = match item {
        Ty::Text => ("rt_text", "RT_TEXT(\"fine\")".to_owned()),
        _ => ("rt_bytes", "{ NULL, 0 }".to_owned()),
    };
    let pointer = inner.argument.values[0].replace("(const uint8_t *)", cast_of(item));
    let second = format!("{{ {pointer}, {} }}", inner.argument.values[1]);
    Bad {
        what: inner.what,
        argument: Argument {
            setup: vec![format!("const {c_item} {local}[2] = {{ {first}, {second} }};")],
            values: vec![local, "2".to_owned()],
            cleanup: Vec::new(),
        },
        code: inner.code,
    }
}

/// The cast to the pointer that an item holds: bytes may be written to once they are a result.
fn cast_of(item: &Ty) -> &'static str {
    if *item == Ty::Text { "(const uint8_t *)" } else { "(uint8_t *)(uintptr_t)" }
}

fn strukt(draft: &Draft, name: &str, id: StructId) -> Vec<Bad> {
    let c_name = symbol::struct_type(draft, id);
    let mut bad = vec![Bad::new(format!("`{name}` is null"), &["NULL"], NULL_POINTER)];
    if layout::of_struct(draft, id).layout.align_bytes > 1 {
        let pointer = format!("(const {c_name} *)(const void *)((const char *)ffi_memory + 1)");
        bad.push(Bad::new(format!("`{name}` is misaligned"), &[&pointer], MISALIGNED));
    }
    let local = name::local(name);
    for field in &draft.strukt(id).fields {
        for (what, assignments, code) in bad_field(draft, &local, field) {
            let mut setup = argument::zeroed_struct(draft, id, &local);
            setup.extend(assignments);
            let argument =
                Argument { setup, values: vec![format!("&{local}")], cleanup: Vec::new() };
            bad.push(Bad { what: format!("in `{name}`, {what}"), argument, code });
        }
    }
    bad
}

fn bad_field(
    draft: &Draft,
    local: &str,
    field: &Field,
) -> Vec<(String, Vec<String>, &'static str)> {
    let place = format!("{local}.{}", field.name);
    let ty = match &field.ty {
        Ty::Option(inner) => inner,
        ty => ty,
    };
    match ty {
        Ty::Enum(id) => {
            let what = format!("`{}` is a number without a name", field.name);
            vec![(
                what,
                vec![format!("{place} = {};", unknown_value(draft, *id))],
                "RT_ERROR_INVALID_ENUM",
            )]
        }
        Ty::Text | Ty::Bytes => pointer_and_length(&field.name, ty)
            .into_iter()
            .map(|bad| {
                let pointer = bad.argument.values[0].replace("(const uint8_t *)", cast_of(ty));
                let assignments = vec![
                    format!("{place}.ptr = {pointer};"),
                    format!("{place}.len = {};", bad.argument.values[1]),
                ];
                (bad.what, assignments, bad.code)
            })
            .collect(),
        Ty::List(_) => {
            let what = format!("`{}` is null with a length", field.name);
            vec![(what, vec![format!("{place}.len = 1;")], NULL_POINTER)]
        }
        _ => Vec::new(),
    }
}

/// The smallest number above all of an enumeration's that it does not have.
fn unknown_value(draft: &Draft, id: EnumId) -> String {
    let values = &draft.enumeration(id).values;
    let largest = values.iter().map(|value| value.value).max().unwrap_or(0);
    match largest.checked_add(1) {
        Some(value) => value.to_string(),
        None => {
            values.iter().map(|value| value.value).min().unwrap_or(0).saturating_sub(1).to_string()
        }
    }
}

fn handle(draft: &Draft, name: &str, id: HandleId, is_optional: bool) -> Vec<Bad> {
    let mut bad = Vec::new();
    if !is_optional {
        bad.push(Bad::new(format!("`{name}` is zero"), &["0"], INVALID_HANDLE));
    }
    let forged = format!("FFI_FORGED_HANDLE({})", symbol::kind_macro(draft, id));
    bad.push(Bad::new(format!("`{name}` is forged"), &[&forged], INVALID_HANDLE));
    bad.push(Bad::new(format!("`{name}` is negative"), &["-1"], INVALID_HANDLE));
    bad.push(stale(draft, name, id));
    bad.push(wrong_kind(draft, name, id));
    bad
}

fn stale(draft: &Draft, name: &str, id: HandleId) -> Bad {
    let local = name::local(name);
    let free = symbol::handle_free(draft, id);
    let setup = vec![
        "ffi_enter_fresh_directory();".to_owned(),
        format!("int64_t {local} = {};", argument::sample_expression(draft, id)),
        format!("CHECK({local} != 0, \"the sample of {} fails\");", draft.handle(id).name),
        format!("CHECK({free}({local}), \"the sample cannot be freed\");"),
    ];
    Bad {
        what: format!("`{name}` is stale"),
        argument: Argument { setup, values: vec![local], cleanup: Vec::new() },
        code: "RT_ERROR_STALE_HANDLE",
    }
}

/// A live handle of another kind of this module; where there is none, a number with another kind's tag.
fn wrong_kind(draft: &Draft, name: &str, id: HandleId) -> Bad {
    let what = format!("`{name}` is of another kind");
    let code = "RT_ERROR_WRONG_KIND";
    let other =
        (0..draft.handles.len()).map(|index| HandleId(index as u32)).find(|other| *other != id);
    let Some(other) = other else {
        let tag = draft.handle(id).tag;
        let other = if tag == 4095 { tag - 1 } else { tag + 1 };
        return Bad::new(what, &[&format!("FFI_FORGED_HANDLE({other})")], code);
    };
    let local = name::local(name);
    let free = symbol::handle_free(draft, other);
    let setup = vec![
        "ffi_enter_fresh_directory();".to_owned(),
        format!("int64_t {local} = {};", argument::sample_expression(draft, other)),
        format!("CHECK({local} != 0, \"the sample of {} fails\");", draft.handle(other).name),
    ];
    let cleanup =
        vec![format!("CHECK({free}({local}), \"a call took a handle of another kind\");")];
    Bad { what, argument: Argument { setup, values: vec![local], cleanup }, code }
}
