//! Model -> view of the header: finished declarations and comment lines.

use super::name;
use crate::emit::text;
use crate::model::ty::{Access, Scalar, Ty};
use crate::model::{Draft, EnumId, Function, HandleId, Role, StructId, c_type, layout, symbol};
use serde::Serialize;

/// All that the header needs.
#[derive(Debug, Serialize)]
pub struct View {
    module: String,
    doc: Vec<String>,
    guard: String,
    is_base: bool,
    uses_base: bool,
    abi_symbol: String,
    abi_reference: String,
    handles: Vec<Handle>,
    enums: Vec<Enum>,
    structs: Vec<Struct>,
    functions: Vec<Declaration>,
    scalars: Vec<ScalarTypes>,
}

#[derive(Debug, Serialize)]
struct Handle {
    doc: Vec<String>,
    kind_macro: String,
    tag: String,
}

#[derive(Debug, Serialize)]
struct Enum {
    doc: Vec<String>,
    name: String,
    values: Vec<EnumValue>,
}

#[derive(Debug, Serialize)]
struct EnumValue {
    doc: String,
    /// `RT_ERROR_OK = 0,`
    definition: String,
}

#[derive(Debug, Serialize)]
struct Struct {
    doc: Vec<String>,
    name: String,
    fields: Vec<Field>,
    assertions: Vec<String>,
    has_list: bool,
    list: String,
}

#[derive(Debug, Serialize)]
struct Field {
    doc: Vec<String>,
    declaration: String,
}

#[derive(Debug, Serialize)]
struct Declaration {
    #[serde(serialize_with = "text::joined")]
    doc: Vec<String>,
    prototype: String,
}

/// The shared types over one scalar.
#[derive(Debug, Serialize)]
struct ScalarTypes {
    c_type: String,
    list: String,
    list_free: String,
    option: String,
    /// `[u8]` is spelled `bytes`, so there is no list of it.
    has_list: bool,
}

/// The view of a module's header.
pub fn view(draft: &Draft) -> View {
    let module = &draft.module.name;
    View {
        module: module.clone(),
        doc: name::contents(&text::module_doc(&draft.module, "RT_ERROR_")),
        guard: name::guard(module),
        is_base: module == "base",
        uses_base: module != "base",
        abi_symbol: symbol::abi(module, draft.module.abi_hash),
        abi_reference: format!("rt_abi_{module}_reference"),
        handles: (0..draft.handles.len())
            .map(|index| handle(draft, HandleId(index as u32)))
            .collect(),
        enums: (0..draft.enums.len())
            .map(|index| enumeration(draft, EnumId(index as u32)))
            .collect(),
        structs: (0..draft.structs.len())
            .map(|index| strukt(draft, StructId(index as u32)))
            .collect(),
        functions: draft.functions.iter().map(|function| declaration(draft, function)).collect(),
        scalars: Scalar::ALL
            .iter()
            .map(|(scalar, spelling)| scalar_types(*scalar, spelling))
            .collect(),
    }
}

fn scalar_types(scalar: Scalar, spelling: &str) -> ScalarTypes {
    ScalarTypes {
        c_type: c_type::scalar(scalar).to_owned(),
        list: format!("rt_list_{spelling}"),
        list_free: format!("rt_list_{spelling}_free"),
        option: format!("rt_opt_{spelling}"),
        has_list: scalar != Scalar::U8,
    }
}

fn handle(draft: &Draft, id: HandleId) -> Handle {
    let item = draft.handle(id);
    let free = symbol::handle_free(draft, id);
    let doc = format!(
        "{}\nThe kind's tag, for rt_live_handles. A handle is an `int64_t`; free it with {free}.",
        item.doc.trim()
    );
    Handle {
        doc: name::comment_block(&doc),
        kind_macro: symbol::kind_macro(draft, id),
        tag: item.tag.to_string(),
    }
}

fn enumeration(draft: &Draft, id: EnumId) -> Enum {
    let item = draft.enumeration(id);
    let value = |(index, value): (usize, &crate::model::EnumValue)| EnumValue {
        doc: name::comment(&text::one_line(&value.doc)),
        definition: format!(
            "{} = {},",
            symbol::enum_value(draft, id, index),
            int_literal(value.value)
        ),
    };
    Enum {
        doc: name::comment_block(&item.doc),
        name: symbol::enum_type(draft, id),
        values: item.values.iter().enumerate().map(value).collect(),
    }
}

/// C has no literal for the smallest `int`.
fn int_literal(value: i32) -> String {
    if value == i32::MIN { "-2147483647 - 1".to_owned() } else { value.to_string() }
}

fn strukt(draft: &Draft, id: StructId) -> Struct {
    let item = draft.strukt(id);
    let name = symbol::struct_type(draft, id);
    let layout = layout::of_struct(draft, id);
    let mut assertions = vec![
        assertion(&format!("sizeof({name})"), layout.layout.size_bytes, &format!("size of {name}")),
        assertion(
            &format!("RT_ALIGNOF({name})"),
            layout.layout.align_bytes,
            &format!("alignment of {name}"),
        ),
    ];
    for (field, offset) in item.fields.iter().zip(&layout.offsets_bytes) {
        let what = format!("offset of {name}.{}", field.name);
        assertions.push(assertion(&format!("offsetof({name}, {})", field.name), *offset, &what));
    }
    Struct {
        doc: name::comment_block(&item.doc),
        fields: item
            .fields
            .iter()
            .map(|field| Field {
                doc: name::comment_block(&field.doc),
                declaration: format!("{} {};", c_type::value(draft, &field.ty), field.name),
            })
            .collect(),
        assertions,
        has_list: item.used_in_list,
        list: symbol::struct_list_type(draft, id),
        name,
    }
}

fn assertion(expression: &str, value: u64, what: &str) -> String {
    format!("RT_STATIC_ASSERT({expression} == {value}, \"{what}\");")
}

fn declaration(draft: &Draft, function: &Function) -> Declaration {
    Declaration {
        doc: name::comment_block(&doc(draft, function)),
        prototype: c_type::wrapped_prototype(draft, function),
    }
}

/// The comment over a declaration: meaning, parameters, result, errors, threads.
fn doc(draft: &Draft, function: &Function) -> String {
    let mut doc = vec![function.doc.trim().to_owned(), String::new()];
    for param in &function.params {
        let note = param_note(draft, function.role, &param.ty);
        doc.push(format!("@param {} {}{note}", param.name, text::one_line(&param.doc)));
    }
    if let Some(result) = result_note(draft, function) {
        doc.push(format!("@return {result}"));
    }
    if !function.errors.is_empty() {
        doc.push("@par Errors".to_owned());
    }
    for error in &function.errors {
        doc.push(format!("- RT_ERROR_{}: {}", error.code, text::one_line(&error.when)));
    }
    if let Some(threads) = &function.threads {
        doc.push(format!("@note {}", text::one_line(threads)));
    }
    if function.keeps_error {
        doc.push("@note Leaves the thread's error as it is.".to_owned());
    }
    doc.join("\n")
}

fn param_note(draft: &Draft, role: Role, ty: &Ty) -> String {
    match ty {
        _ if role != Role::Declared => String::new(),
        Ty::Option(inner) => match &**inner {
            Ty::Scalar(_) => " Counts only where its `_present` is true.".to_owned(),
            Ty::Handle(..) => format!(" Zero for none.{}", param_note(draft, role, inner)),
            _ => " Null for none.".to_owned(),
        },
        Ty::Handle(id, Access::Owned) => {
            format!(
                " The call takes the {} away once it accepts all parameters, also when it fails later.",
                draft.handle(*id).name
            )
        }
        _ => String::new(),
    }
}

fn result_note(draft: &Draft, function: &Function) -> Option<String> {
    let freed =
        c_type::free_function(draft, &function.result).map(|free| format!(" Free it with {free}."));
    let freed = freed.unwrap_or_default();
    let note = match &function.result {
        Ty::Unit => return None,
        _ if function.role != Role::Declared => {
            "True when it was freed or there was nothing to free; false for any other value."
                .to_owned()
        }
        Ty::Struct(_) => {
            format!("True, with the result in `out`; false on failure, with `out` zeroed.{freed}")
        }
        Ty::Option(inner) => match &**inner {
            Ty::Scalar(_) => "The value; `present` is false for none and on failure.".to_owned(),
            Ty::Handle(..) => format!("A new handle; 0 for none and on failure.{freed}"),
            _ => format!("The value; a null pointer for none and on failure.{freed}"),
        },
        Ty::Text | Ty::Bytes | Ty::List(_) => {
            format!("The value; a null pointer on failure.{freed}")
        }
        Ty::Handle(..) => format!("A new handle; 0 on failure.{freed}"),
        _ if function.keeps_error => "The value.".to_owned(),
        _ => format!("The value; {} on failure.", c_type::failure(function)),
    };
    Some(note)
}
