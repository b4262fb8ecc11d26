//! Model -> view of the Simple module.

use super::name;
use crate::emit::simple_spelling as spelling;
use crate::emit::text;
use crate::model::ty::Ty;
use crate::model::{Draft, EnumId, Function, HandleId, Struct, c_type, symbol};
use serde::Serialize;

/// All that the module needs.
#[derive(Debug, Serialize)]
pub struct View {
    doc: Vec<String>,
    abi_symbol: String,
    constants: Vec<Constant>,
    structs: Vec<StructView>,
    externs: Vec<Extern>,
    wrappers: Vec<Wrapper>,
}

#[derive(Debug, Serialize)]
struct Constant {
    doc: Vec<String>,
    name: String,
    ty: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct StructView {
    doc: Vec<String>,
    name: String,
    fields: Vec<Field>,
}

#[derive(Debug, Serialize)]
struct Field {
    doc: Vec<String>,
    name: String,
    ty: String,
}

#[derive(Debug, Serialize)]
struct Extern {
    name: String,
    params: String,
    result: String,
}

#[derive(Debug, Serialize)]
struct Wrapper {
    #[serde(serialize_with = "text::hash_comment")]
    doc: Vec<String>,
    name: String,
    params: String,
    result: String,
    call: String,
}

/// The view of a module.
pub fn view(draft: &Draft) -> View {
    let callable = || draft.functions.iter().filter(|function| spelling::is_callable(function));
    let kinds = (0..draft.handles.len()).map(|index| kind(draft, HandleId(index as u32)));
    let values = (0..draft.enums.len()).flat_map(|index| constants(draft, EnumId(index as u32)));
    View {
        doc: text::lines(&text::module_doc(&draft.module, "")),
        abi_symbol: symbol::abi(&draft.module.name, draft.module.abi_hash),
        constants: kinds.chain(values).collect(),
        structs: draft
            .structs
            .iter()
            .filter(|item| !spelling::is_tuple(item))
            .map(|item| strukt(draft, item))
            .collect(),
        externs: callable().map(|function| raw(draft, function)).collect(),
        wrappers: callable().flat_map(|function| wrappers(draft, function)).collect(),
    }
}

/// The tag of a handle kind, for `live_handles`.
fn kind(draft: &Draft, id: HandleId) -> Constant {
    let item = draft.handle(id);
    Constant {
        doc: text::lines(&format!("The kind of a `{}`.", item.name)),
        name: name::kind(draft, id),
        ty: "i32".to_owned(),
        value: item.tag.to_string(),
    }
}

fn constants(draft: &Draft, id: EnumId) -> Vec<Constant> {
    let values = draft.enumeration(id).values.iter().enumerate();
    values
        .map(|(index, value)| Constant {
            doc: text::lines(&value.doc),
            name: name::constant(draft, id, index),
            ty: spelling::ty(draft, &Ty::Enum(id)),
            value: value.value.to_string(),
        })
        .collect()
}

fn strukt(draft: &Draft, item: &Struct) -> StructView {
    StructView {
        doc: text::lines(&item.doc),
        name: item.name.clone(),
        fields: item
            .fields
            .iter()
            .map(|field| Field {
                doc: text::lines(&field.doc),
                name: spelling::ident(&field.name),
                ty: spelling::ty(draft, &field.ty),
            })
            .collect(),
    }
}

fn raw(draft: &Draft, function: &Function) -> Extern {
    Extern {
        name: function.name.clone(),
        params: spelling::params(draft, function),
        result: spelling::result(draft, &function.result),
    }
}

fn wrappers(draft: &Draft, function: &Function) -> Vec<Wrapper> {
    let arguments: Vec<String> =
        function.params.iter().map(|param| spelling::ident(&param.name)).collect();
    let wrapper = |wrapper: &String| Wrapper {
        doc: doc(function),
        name: spelling::ident(wrapper),
        params: spelling::params(draft, function),
        result: spelling::result(draft, &function.result),
        call: format!("{}({})", function.name, arguments.join(", ")),
    };
    function.wrappers.iter().map(wrapper).collect()
}

fn doc(function: &Function) -> Vec<String> {
    let mut doc = text::lines(&function.doc);
    for param in &function.params {
        doc.push(text::line(&format!(
            "- {}: {}",
            spelling::ident(&param.name),
            text::one_line(&param.doc)
        )));
    }
    if function.result != Ty::Unit && !function.keeps_error {
        doc.push(text::line(&format!("- on failure: {}", c_type::failure(function))));
    }
    for error in &function.errors {
        doc.push(text::line(&format!(
            "- fails with {}: {}",
            error.code,
            text::one_line(&error.when)
        )));
    }
    if let Some(threads) = &function.threads {
        doc.extend(text::lines(threads));
    }
    doc
}
