//! One parameter of a call: the statements before, the C arguments, the statements after.
//!
//! A harmless argument passes every check and means nothing; a handle is a fresh sample of its kind.

use super::name;
use crate::model::ty::{Scalar, Ty};
use crate::model::{Draft, EnumId, HandleId, Param, StructId, symbol};

/// What one parameter adds to a call.
#[derive(Debug, Clone, Default)]
pub struct Argument {
    /// Statements before the call.
    pub setup: Vec<String>,
    /// C arguments.
    pub values: Vec<String>,
    /// Statements after the result was looked at.
    pub cleanup: Vec<String>,
}

impl Argument {
    /// An argument that needs no statements.
    pub fn plain(values: &[&str]) -> Argument {
        Argument {
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            ..Argument::default()
        }
    }
}

/// A valid value; a handle is a sample only where `is_checked`: where its check comes before the one under test.
pub fn harmless(draft: &Draft, param: &Param, is_checked: bool) -> Argument {
    match &param.ty {
        Ty::Handle(id, _) if is_checked => sample(draft, *id, &param.name),
        Ty::Struct(id) => {
            let local = name::local(&param.name);
            Argument {
                setup: zeroed_struct(draft, *id, &local),
                values: vec![format!("&{local}")],
                cleanup: Vec::new(),
            }
        }
        ty => Argument { values: harmless_values(draft, ty), ..Argument::default() },
    }
}

fn harmless_values(draft: &Draft, ty: &Ty) -> Vec<String> {
    let values: &[&str] = match ty {
        Ty::Text => &["RT_STR(\"\")"],
        Ty::Bytes | Ty::List(_) => &["NULL", "0"],
        Ty::Option(inner) => match &**inner {
            Ty::Scalar(_) | Ty::Enum(_) => &["false", "0"],
            Ty::Handle(..) => &["0"],
            _ => &["NULL", "0"],
        },
        Ty::Scalar(Scalar::Bool) => &["false"],
        Ty::Enum(id) => return vec![first_value(draft, *id)],
        Ty::Callback(id) => return vec![name::callback(id.0 as usize)],
        Ty::Owned(_) => return vec![format!("({}){{0}}", crate::model::c_type::value(draft, ty))],
        _ => &["0"],
    };
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// The constant of an enumeration's first value.
pub fn first_value(draft: &Draft, id: EnumId) -> String {
    if draft.enumeration(id).values.is_empty() {
        "0".to_owned()
    } else {
        symbol::enum_value(draft, id, 0)
    }
}

/// A struct of zeros, which is empty everywhere, with enumerations that have a value.
pub fn zeroed_struct(draft: &Draft, id: StructId, local: &str) -> Vec<String> {
    let mut setup = vec![
        format!("{} {local};", symbol::struct_type(draft, id)),
        format!("memset(&{local}, 0, sizeof {local});"),
    ];
    for field in &draft.strukt(id).fields {
        if let Ty::Enum(id) = field.ty {
            setup.push(format!("{local}.{} = {};", field.name, first_value(draft, id)));
        }
    }
    setup
}

/// A fresh handle, which is still live after a call that another parameter made fail.
fn sample(draft: &Draft, id: HandleId, param: &str) -> Argument {
    let local = name::local(param);
    let mut setup = vec!["ffi_enter_fresh_directory();".to_owned()];
    setup.push(format!("int64_t {local} = {};", sample_expression(draft, id)));
    setup.push(format!("CHECK({local} != 0, \"the sample of {} fails\");", draft.handle(id).name));
    let free = symbol::handle_free(draft, id);
    Argument {
        setup,
        values: vec![local.clone()],
        cleanup: vec![format!(
            "CHECK({free}({local}), \"the failing call took the sample away\");"
        )],
    }
}

/// The C expression that makes a handle.
pub fn sample_expression(draft: &Draft, id: HandleId) -> String {
    draft.handle(id).sample.text.trim().to_owned()
}
