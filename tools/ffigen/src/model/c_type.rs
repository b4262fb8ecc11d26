//! How types and parameters are spelled in C: the boundary's own shape, which header, manifest, page and conformance
//! program share.
//!
//! A spec type that is no single C value (text, lists, options, struct results) is spread over
//! several C parameters here and nowhere else.

use super::ty::{Access, Scalar, Ty};
use super::{Draft, Failure, Function, Role, StructOrigin, symbol};

/// One C parameter of an exported function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name: `path`, `path_len`, `limit_present`, `out`.
    pub name: String,
    /// Its type without a name: `const uint8_t *`.
    pub c_type: String,
    /// Type and name together: `const uint8_t *path`.
    pub declaration: String,
}

impl Slot {
    fn new(c_type: String, name: impl Into<String>) -> Slot {
        let name = name.into();
        let gap = if c_type.ends_with('*') { "" } else { " " };
        let declaration = format!("{c_type}{gap}{name}");
        Slot { name, c_type, declaration }
    }
}

/// All C parameters of a function, the `out` of a struct result included.
pub fn slots(draft: &Draft, function: &Function) -> Vec<Slot> {
    let mut slots = Vec::new();
    for param in &function.params {
        slots.extend(param_slots(draft, function.role, &param.name, &param.ty));
    }
    if let Ty::Struct(id) = &function.result {
        slots.push(Slot::new(format!("{} *", symbol::struct_type(draft, *id)), "out"));
    }
    slots
}

/// The C parameters that carry one parameter of a spec.
pub fn param_slots(draft: &Draft, role: Role, name: &str, ty: &Ty) -> Vec<Slot> {
    match ty {
        Ty::Struct(id) => {
            let strukt = symbol::struct_type(draft, *id);
            let constness = if matches!(role, Role::FreeStruct(_)) { "" } else { "const " };
            vec![Slot::new(format!("{constness}{strukt} *"), name)]
        }
        Ty::Text | Ty::Bytes | Ty::List(_) => pointer_and_length(draft, name, ty),
        Ty::Option(inner) => match &**inner {
            Ty::Scalar(_) | Ty::Enum(_) => vec![
                Slot::new("bool".to_owned(), format!("{name}_present")),
                Slot::new(value(draft, inner), name),
            ],
            Ty::Handle(..) => vec![Slot::new(value(draft, inner), name)],
            other => pointer_and_length(draft, name, other),
        },
        Ty::Callback(id) => {
            let callback = draft.callback(*id);
            let params = callback_params(draft, &callback.params);
            let result = value(draft, &callback.result);
            vec![Slot {
                name: name.to_owned(),
                c_type: format!("{result} (*)({params})"),
                declaration: format!("{result} (*{name})({params})"),
            }]
        }
        _ => vec![Slot::new(value(draft, ty), name)],
    }
}

fn pointer_and_length(draft: &Draft, name: &str, ty: &Ty) -> Vec<Slot> {
    let item = match ty {
        Ty::List(item) => value(draft, item),
        _ => "uint8_t".to_owned(),
    };
    vec![
        Slot::new(format!("const {item} *"), name),
        Slot::new("uint64_t".to_owned(), format!("{name}_len")),
    ]
}

fn callback_params(draft: &Draft, params: &[Ty]) -> String {
    if params.is_empty() {
        return "void".to_owned();
    }
    params.iter().map(|ty| value(draft, ty)).collect::<Vec<_>>().join(", ")
}

/// The C type that a function returns: `bool` where the result goes through `out`.
pub fn result(draft: &Draft, function: &Function) -> String {
    match &function.result {
        Ty::Struct(_) => "bool".to_owned(),
        ty => value(draft, ty),
    }
}

/// The C type of a value: a result, a struct's field, a list's item.
pub fn value(draft: &Draft, ty: &Ty) -> String {
    match ty {
        Ty::Unit => "void".to_owned(),
        Ty::Scalar(scalar) => self::scalar(*scalar).to_owned(),
        Ty::Text => "rt_text".to_owned(),
        Ty::Bytes => "rt_bytes".to_owned(),
        Ty::List(item) => list(draft, item),
        Ty::Option(inner) => match &**inner {
            Ty::Scalar(scalar) => format!("rt_opt_{}", scalar.spelling()),
            other => value(draft, other),
        },
        Ty::Struct(id) => symbol::struct_type(draft, *id),
        Ty::Enum(id) => symbol::enum_type(draft, *id),
        Ty::Handle(..) => "int64_t".to_owned(),
        Ty::Callback(_) => "void (*)(void)".to_owned(),
        Ty::Owned(inner) => value(draft, inner),
    }
}

/// The C list type of an item type: `rt_list_i64`, `rt_list_env_var`.
pub fn list(draft: &Draft, item: &Ty) -> String {
    match item {
        Ty::Scalar(scalar) => format!("rt_list_{}", scalar.spelling()),
        Ty::Text => "rt_list_text".to_owned(),
        Ty::Bytes => "rt_list_bytes".to_owned(),
        Ty::Struct(id) => symbol::struct_list_type(draft, *id),
        other => format!("rt_list_{}", value(draft, other).trim_start_matches("rt_")),
    }
}

/// The C name of a scalar.
pub fn scalar(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "bool",
        Scalar::I8 => "int8_t",
        Scalar::I16 => "int16_t",
        Scalar::I32 => "int32_t",
        Scalar::I64 => "int64_t",
        Scalar::U8 => "uint8_t",
        Scalar::U16 => "uint16_t",
        Scalar::U32 => "uint32_t",
        Scalar::U64 => "uint64_t",
        Scalar::F32 => "float",
        Scalar::F64 => "double",
    }
}

/// A function's C declaration without the final semicolon.
pub fn prototype(draft: &Draft, function: &Function) -> String {
    let params: Vec<String> =
        slots(draft, function).into_iter().map(|slot| slot.declaration).collect();
    let params = if params.is_empty() { "void".to_owned() } else { params.join(", ") };
    format!("{} {}({params})", result(draft, function), function.name)
}

/// The longest line of a declaration.
const WIDTH: usize = 100;

/// A function's C declaration with the semicolon, over several lines where one would be too long.
pub fn wrapped_prototype(draft: &Draft, function: &Function) -> String {
    let whole = format!("{};", prototype(draft, function));
    if whole.len() <= WIDTH {
        return whole;
    }
    let mut lines = vec![format!("{} {}(", result(draft, function), function.name)];
    let mut line = String::new();
    let slots = slots(draft, function);
    for (index, slot) in slots.iter().enumerate() {
        let end = if index + 1 == slots.len() { ");" } else { "," };
        let part = format!("{}{end}", slot.declaration);
        if !line.is_empty() && line.len() + 1 + part.len() > WIDTH {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(if line.is_empty() { "    " } else { " " });
        line.push_str(&part);
    }
    lines.push(line);
    lines.join("\n")
}

/// What a failing call returns, in words that hold for every language.
pub fn failure(function: &Function) -> String {
    match (function.failure, &function.result) {
        (Failure::Int(value), _) => value.to_string(),
        (Failure::Float(value), _) if value.is_nan() => "nan".to_owned(),
        (Failure::Float(value), _) => format!("{value:?}"),
        (Failure::Default, Ty::Unit) => "nothing".to_owned(),
        (Failure::Default, Ty::Scalar(Scalar::Bool) | Ty::Struct(_)) => "false".to_owned(),
        (Failure::Default, Ty::Scalar(scalar)) if scalar.is_float() => "0.0".to_owned(),
        (Failure::Default, Ty::Text | Ty::Bytes | Ty::List(_)) => "null".to_owned(),
        (Failure::Default, Ty::Option(_)) => "none".to_owned(),
        (Failure::Default, _) => "0".to_owned(),
    }
}

/// A type as the spec spells it; a tuple result is spelled out.
pub fn spec(draft: &Draft, ty: &Ty) -> String {
    match ty {
        Ty::Unit => "nothing".to_owned(),
        Ty::Scalar(scalar) => scalar.spelling().to_owned(),
        Ty::Text => "text".to_owned(),
        Ty::Bytes => "bytes".to_owned(),
        Ty::List(item) => format!("[{}]", spec(draft, item)),
        Ty::Option(inner) => format!("{}?", spec(draft, inner)),
        Ty::Struct(id) => {
            let strukt = draft.strukt(*id);
            match strukt.origin {
                StructOrigin::Declared => strukt.name.clone(),
                StructOrigin::ResultOf(_) => {
                    let field = |field: &super::Field| {
                        format!("{}: {}", field.name, spec(draft, &field.ty))
                    };
                    format!("({})", strukt.fields.iter().map(field).collect::<Vec<_>>().join(", "))
                }
            }
        }
        Ty::Enum(id) => draft.enumeration(*id).name.clone(),
        Ty::Handle(id, access) => {
            let access = match access {
                Access::Shared => "&",
                Access::Exclusive => "&mut ",
                Access::Owned => "",
            };
            format!("{access}{}", draft.handle(*id).name)
        }
        Ty::Callback(id) => {
            let callback = draft.callback(*id);
            let params: Vec<String> = callback.params.iter().map(|ty| spec(draft, ty)).collect();
            let result = match callback.result {
                Ty::Unit => String::new(),
                ref ty => format!(" -> {}", spec(draft, ty)),
            };
            format!("fn({}){result}", params.join(", "))
        }
        Ty::Owned(inner) => format!("owned {}", spec(draft, inner)),
    }
}

/// Whether a result of this type must be freed by the caller.
pub fn is_owned(draft: &Draft, ty: &Ty) -> bool {
    match ty {
        Ty::Text | Ty::Bytes | Ty::List(_) | Ty::Handle(_, Access::Owned) => true,
        Ty::Option(inner) => is_owned(draft, inner),
        Ty::Struct(id) => draft.strukt(*id).fields.iter().any(|field| is_owned(draft, &field.ty)),
        _ => false,
    }
}

/// The function that frees a result of this type, if it must be freed.
pub fn free_function(draft: &Draft, ty: &Ty) -> Option<String> {
    match ty {
        Ty::Text | Ty::Bytes | Ty::List(_) => Some(format!("{}_free", value(draft, ty))),
        Ty::Option(inner) => free_function(draft, inner),
        Ty::Struct(id) if is_owned(draft, ty) => Some(symbol::struct_free(draft, *id)),
        Ty::Handle(id, Access::Owned) => Some(symbol::handle_free(draft, *id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ty::{CallbackId, HandleId};
    use super::super::{Callback, Handle};
    use super::*;

    fn declarations(ty: Ty) -> Vec<String> {
        let draft = Draft {
            callbacks: vec![Callback {
                params: vec![Ty::Scalar(Scalar::I64), Ty::Scalar(Scalar::Bool)],
                result: Ty::Unit,
            }],
            ..Draft::default()
        };
        let slots = param_slots(&draft, Role::Declared, "x", &ty);
        slots.into_iter().map(|slot| slot.declaration).collect()
    }

    fn option(ty: Ty) -> Ty {
        Ty::Option(Box::new(ty))
    }

    fn list(ty: Ty) -> Ty {
        Ty::List(Box::new(ty))
    }

    #[test]
    fn parameters_spread_over_c_parameters() {
        assert_eq!(declarations(Ty::Scalar(Scalar::Bool)), ["bool x"]);
        assert_eq!(declarations(Ty::Text), ["const uint8_t *x", "uint64_t x_len"]);
        assert_eq!(declarations(option(Ty::Bytes)), ["const uint8_t *x", "uint64_t x_len"]);
        assert_eq!(declarations(list(Ty::Text)), ["const rt_text *x", "uint64_t x_len"]);
        assert_eq!(
            declarations(list(Ty::Scalar(Scalar::Bool))),
            ["const bool *x", "uint64_t x_len"]
        );
        assert_eq!(declarations(option(Ty::Scalar(Scalar::F64))), ["bool x_present", "double x"]);
        assert_eq!(declarations(Ty::Callback(CallbackId(0))), ["void (*x)(int64_t, bool)"]);
        assert_eq!(declarations(Ty::Handle(HandleId(0), Access::Shared)), ["int64_t x"]);
        assert_eq!(declarations(Ty::Owned(Box::new(list(Ty::Bytes)))), ["rt_list_bytes x"]);
    }

    #[test]
    fn results_are_one_c_value() {
        let draft = Draft::default();
        assert_eq!(value(&draft, &option(Ty::Scalar(Scalar::U8))), "rt_opt_u8");
        assert_eq!(value(&draft, &option(list(Ty::Scalar(Scalar::I16)))), "rt_list_i16");
        assert_eq!(value(&draft, &Ty::Unit), "void");
    }

    #[test]
    fn what_is_owned_names_the_function_that_frees_it() {
        let draft = Draft {
            handles: vec![Handle {
                name: "FileLock".to_owned(),
                name_span: Default::default(),
                doc: String::new(),
                tag: 1,
                tag_span: Default::default(),
                rust: Default::default(),
                sample: Default::default(),
                bound: None,
            }],
            ..Draft::default()
        };
        let free = |ty: Ty| free_function(&draft, &ty);
        assert_eq!(free(option(Ty::Text)), Some("rt_text_free".to_owned()));
        assert_eq!(free(list(Ty::Scalar(Scalar::Bool))), Some("rt_list_bool_free".to_owned()));
        assert_eq!(
            free(Ty::Handle(HandleId(0), Access::Owned)),
            Some("rt_file_lock_free".to_owned())
        );
        assert_eq!(free(option(Ty::Scalar(Scalar::I64))), None);
    }
}
