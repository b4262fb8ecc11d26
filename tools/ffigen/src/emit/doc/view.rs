//! Model -> view of the reference page.

use super::name;
use crate::emit::simple_spelling as spelling;
use crate::emit::text;
use crate::model::ty::{Access, Ty};
use crate::model::{
    Draft, EnumId, ErrorCase, Function, HandleId, StructId, StructOrigin, c_type, layout, symbol,
};
use serde::Serialize;

/// All that the page needs.
#[derive(Debug, Serialize)]
pub struct View {
    module: String,
    doc: Vec<String>,
    header: String,
    has_errors: bool,
    /// The sentence before the errors.
    errors_of: &'static str,
    errors: Vec<ErrorView>,
    has_handles: bool,
    handles: Vec<Handle>,
    has_enums: bool,
    enums: Vec<Enum>,
    has_structs: bool,
    structs: Vec<Struct>,
    functions: Vec<FunctionView>,
}

#[derive(Debug, Serialize)]
struct Handle {
    title: String,
    doc: String,
    tag: String,
    free: String,
}

#[derive(Debug, Serialize)]
struct Enum {
    title: String,
    doc: Vec<String>,
    values: Vec<EnumValue>,
}

#[derive(Debug, Serialize)]
struct EnumValue {
    name: String,
    value: String,
    doc: String,
}

#[derive(Debug, Serialize)]
struct Struct {
    title: String,
    doc: Vec<String>,
    size: String,
    fields: Vec<Field>,
}

#[derive(Debug, Serialize)]
struct Field {
    name: String,
    c_type: String,
    offset: String,
    doc: String,
}

#[derive(Debug, Serialize)]
struct FunctionView {
    title: String,
    summary: String,
    anchor: String,
    #[serde(serialize_with = "text::joined")]
    doc: Vec<String>,
    c: String,
    has_simple: bool,
    #[serde(serialize_with = "text::joined")]
    simple: Vec<String>,
    has_params: bool,
    params: Vec<Param>,
    result: String,
    has_errors: bool,
    errors: Vec<ErrorView>,
    has_threads: bool,
    threads: String,
    has_example: bool,
    #[serde(serialize_with = "text::joined")]
    example: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Param {
    name: String,
    ty: String,
    doc: String,
}

#[derive(Debug, Serialize)]
struct ErrorView {
    code: String,
    when: String,
}

/// The view of a module's page.
pub fn view(draft: &Draft) -> View {
    View {
        module: draft.module.name.clone(),
        doc: plain_lines(&draft.module.doc),
        header: format!("rt_{}.h", draft.module.name),
        has_errors: !draft.module.errors.is_empty(),
        errors_of: text::errors_of_all(&draft.module.name),
        errors: draft.module.errors.iter().map(error).collect(),
        has_handles: !draft.handles.is_empty(),
        handles: (0..draft.handles.len())
            .map(|index| handle(draft, HandleId(index as u32)))
            .collect(),
        has_enums: !draft.enums.is_empty(),
        enums: (0..draft.enums.len())
            .map(|index| enumeration(draft, EnumId(index as u32)))
            .collect(),
        has_structs: !draft.structs.is_empty(),
        structs: (0..draft.structs.len())
            .map(|index| strukt(draft, StructId(index as u32)))
            .collect(),
        functions: draft.functions.iter().map(|item| function(draft, item)).collect(),
    }
}

fn plain_lines(doc: &str) -> Vec<String> {
    doc.trim().lines().map(|line| line.trim_end().to_owned()).collect()
}

fn handle(draft: &Draft, id: HandleId) -> Handle {
    let item = draft.handle(id);
    Handle {
        title: name::code(&item.name),
        doc: name::cell(&item.doc),
        tag: format!("`{}` = {}", symbol::kind_macro(draft, id), item.tag),
        free: name::code(&symbol::handle_free(draft, id)),
    }
}

fn enumeration(draft: &Draft, id: EnumId) -> Enum {
    let item = draft.enumeration(id);
    let value = |(index, value): (usize, &crate::model::EnumValue)| EnumValue {
        name: name::code(&symbol::enum_value(draft, id, index)),
        value: value.value.to_string(),
        doc: name::cell(&value.doc),
    };
    Enum {
        title: name::code(&symbol::enum_type(draft, id)),
        doc: plain_lines(&item.doc),
        values: item.values.iter().enumerate().map(value).collect(),
    }
}

fn strukt(draft: &Draft, id: StructId) -> Struct {
    let item = draft.strukt(id);
    let layout = layout::of_struct(draft, id);
    let field = |(field, offset): (&crate::model::Field, &u64)| Field {
        name: name::code(&field.name),
        c_type: name::code(&c_type::value(draft, &field.ty)),
        offset: offset.to_string(),
        doc: name::cell(&field.doc),
    };
    Struct {
        title: name::code(&symbol::struct_type(draft, id)),
        doc: match item.origin {
            StructOrigin::Declared => plain_lines(&item.doc),
            StructOrigin::ResultOf(function) => {
                vec![format!("What `{}` gives.", draft.function(function).name)]
            }
        },
        size: format!(
            "{} bytes, aligned to {}.",
            layout.layout.size_bytes, layout.layout.align_bytes
        ),
        fields: item.fields.iter().zip(&layout.offsets_bytes).map(field).collect(),
    }
}

fn error(error: &ErrorCase) -> ErrorView {
    ErrorView { code: name::error(&error.code, error.number), when: name::cell(&error.when) }
}

fn function(draft: &Draft, function: &Function) -> FunctionView {
    let param = |param: &crate::model::Param| Param {
        name: name::code(&param.name),
        ty: name::code(&name::cell(&c_type::spec(draft, &param.ty))),
        doc: format!("{}{}", name::cell(&param.doc), ownership_of_param(&param.ty)),
    };
    let simple = simple_signatures(draft, function);
    let example =
        function.example.as_ref().map_or_else(Vec::new, |example| text::code_lines(&example.text));
    FunctionView {
        title: function.name.clone(),
        summary: name::cell(&text::summary(&function.doc)),
        anchor: format!("#{}", function.name),
        doc: plain_lines(&function.doc),
        c: c_type::wrapped_prototype(draft, function),
        has_simple: !simple.is_empty(),
        simple,
        has_params: !function.params.is_empty(),
        params: function.params.iter().map(param).collect(),
        result: result(draft, function),
        has_errors: !function.errors.is_empty(),
        errors: function.errors.iter().map(error).collect(),
        has_threads: function.threads.is_some(),
        threads: function.threads.as_deref().map_or_else(String::new, text::one_line),
        has_example: !example.is_empty(),
        example,
    }
}

fn ownership_of_param(ty: &Ty) -> &'static str {
    match ty {
        Ty::Handle(_, Access::Owned) => {
            " The call takes the handle away once it accepts all parameters, also when it fails later."
        }
        Ty::Owned(_) => " The call takes it away.",
        Ty::Option(inner) => ownership_of_param(inner),
        _ => "",
    }
}

/// The result in words: its type, the value on failure, and how to free it.
fn result(draft: &Draft, function: &Function) -> String {
    if function.result == Ty::Unit {
        return "Gives nothing; `rt_last_error_code()` tells a failure.".to_owned();
    }
    let ty = name::code(&c_type::spec(draft, &function.result));
    let failure = name::code(&c_type::failure(function));
    let free = match c_type::free_function(draft, &function.result) {
        Some(free) => format!(" Free it with `{free}`."),
        None => String::new(),
    };
    format!("Gives {ty}; {failure} on failure.{free}")
}

/// The extern and the wrappers; none for functions that only free what belongs to the language there.
fn simple_signatures(draft: &Draft, function: &Function) -> Vec<String> {
    if !spelling::is_callable(function) {
        return Vec::new();
    }
    let signature = format!(
        "({}){}",
        spelling::params(draft, function),
        spelling::result(draft, &function.result)
    );
    let externs = std::iter::once(format!("extern fn {}{signature}", function.name));
    externs
        .chain(function.wrappers.iter().map(|wrapper| format!("fn {wrapper}{signature}")))
        .collect()
}
