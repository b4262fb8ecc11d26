//! The recorded form of a shim: a function off the usual way that hands the arguments to the
//! recording and calls the shim again.

use super::name;
use super::shim;
use crate::emit::text;
use crate::model::record::{self, Given, Place};
use crate::model::ty::{Scalar, Ty};
use crate::model::{Draft, Function, Param, Record, Role};
use serde::Serialize;

/// What the template needs to write one.
#[derive(Debug, Clone, Serialize)]
pub struct Recorded {
    /// The symbol.
    name: String,
    /// The lines from `pub` to the opening brace.
    #[serde(serialize_with = "text::indented")]
    signature: Vec<String>,
    /// The arguments as the recording takes them.
    args: Vec<String>,
    /// What the call gives.
    gives: String,
    /// The call of the shim.
    call: String,
    /// A closure that takes the number out of the result.
    number: String,
}

/// The recorded form of a function; none where nothing is recorded.
pub fn recorded(draft: &Draft, function: &Function) -> Option<Recorded> {
    let table = draft.module.record.as_ref()?;
    if !record::is_recorded(draft, function) {
        return None;
    }
    let given = record::given(draft, table, function);
    let number = match given {
        Given::Handle(_) | Given::Id(_) => "|number| *number",
        _ => "|_| 0",
    };
    Some(Recorded {
        name: function.name.clone(),
        signature: shim::signature(draft, function, "unsafe fn"),
        args: function.params.iter().map(|param| arg(table, function, param)).collect(),
        gives: gives(draft, function, &given),
        call: call(function),
        number: number.to_owned(),
    })
}

/// The call that a shim makes of its recorded form.
pub fn call_of_recorded(draft: &Draft, function: &Function) -> String {
    match record::is_recorded(draft, function) {
        true => format!("recorded::{}", call(function)),
        false => String::new(),
    }
}

fn call(function: &Function) -> String {
    let mut values = Vec::new();
    for param in &function.params {
        values.push(name::ident(&param.name));
        let has_length = match &param.ty {
            Ty::Text | Ty::Bytes | Ty::List(_) => true,
            Ty::Option(inner) => !matches!(**inner, Ty::Handle(..)),
            _ => false,
        };
        if has_length {
            values.push(format!("{}_len", param.name));
        }
    }
    format!("{}({})", function.name, values.join(", "))
}

fn gives(draft: &Draft, function: &Function, given: &Given<'_>) -> String {
    match given {
        Given::Nothing => "Gives::Nothing".to_owned(),
        Given::Handle(kind) => format!("Gives::Handle({})", name::string(kind)),
        Given::Id(kind) => format!("Gives::Id({})", name::string(kind)),
        Given::Owned => match crate::model::c_type::free_function(draft, &function.result) {
            Some(free) => format!("Gives::Owned({})", name::string(&free)),
            None => "Gives::Nothing".to_owned(),
        },
        Given::File => "Gives::File".to_owned(),
    }
}

fn arg(table: &Record, function: &Function, param: &Param) -> String {
    let ident = name::ident(&param.name);
    let len = format!("{}_len", param.name);
    let place = record::place(table, function, param);
    if matches!(function.role, Role::FreeHandle(_)) || place == Place::Handle {
        return format!("Arg::Handle({ident})");
    }
    let inner = match &param.ty {
        Ty::Option(inner) => inner,
        ty => ty,
    };
    match (inner, place) {
        (Ty::Text | Ty::Bytes, Place::File) => "Arg::File".to_owned(),
        (Ty::Text | Ty::Bytes, _) => format!("Arg::bytes({ident}, {len})"),
        (Ty::List(item), _) if **item == Ty::Text => format!("Arg::texts({ident}, {len})"),
        (Ty::List(_), Place::Id(kind)) => {
            format!("Arg::integers(Some({}), {ident}, {len})", name::string(kind))
        }
        (Ty::List(_), _) => format!("Arg::integers(None, {ident}, {len})"),
        (Ty::Scalar(Scalar::I64), Place::Id(kind)) => {
            format!("Arg::Id({}, {ident})", name::string(kind))
        }
        (Ty::Scalar(Scalar::Bool), _) => format!("Arg::Bool({ident} != 0)"),
        (Ty::Scalar(Scalar::F32), _) => format!("Arg::Float32({ident}.to_bits())"),
        (Ty::Scalar(Scalar::F64), _) => format!("Arg::Float64({ident}.to_bits())"),
        _ => format!("Arg::Integer(i128::from({ident}))"),
    }
}
