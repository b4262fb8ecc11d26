//! Model -> view of the crate: finished strings for the three templates.

use super::name;
use super::recorded::{self, Recorded};
use super::shim::{self, Shim};
use crate::emit::text;
use crate::model::ty::{Scalar, Ty};
use crate::model::{
    Draft, Enum, Field, Function, Handle, Role, StructId, StructOrigin, c_type, layout, symbol,
};
use crate::rust_code;
use serde::Serialize;

/// All that the three files need.
#[derive(Debug, Serialize)]
pub struct View {
    module: String,
    module_doc: Vec<String>,
    abi_symbol: String,
    abi_hash: String,
    /// Version symbols of earlier ABIs that this one only adds to.
    earlier_symbols: Vec<String>,
    structs: Vec<Struct>,
    handles: Vec<Table>,
    enums: Vec<Enumeration>,
    shims: Vec<Shim>,
    /// Whether calls can be recorded.
    is_recording: bool,
    /// The function that tells the origin of a handle.
    origin: String,
    recorded: Vec<Recorded>,
    bodies: Vec<Body>,
    has_items: bool,
    /// The items that bodies share, formatted.
    #[serde(serialize_with = "text::joined")]
    items: Vec<String>,
}

/// One `repr(C)` struct and its idiomatic counterpart.
#[derive(Debug, Serialize)]
struct Struct {
    doc: Vec<String>,
    name: String,
    /// The idiomatic type: `types::EnvVar` or a tuple.
    owned: String,
    /// Its name in `types.rs`; empty for a tuple.
    owned_name: String,
    is_declared: bool,
    fields: Vec<StructField>,
    size: String,
    align: String,
    is_given: bool,
    is_read: bool,
    is_freed: bool,
    is_element: bool,
    /// The sum of the fields' payloads, for a list.
    payload: String,
    /// The parameter with the list's block, which a struct without payload does not touch.
    block: &'static str,
    /// The outcomes of freeing each owned field, joined.
    released: String,
}

#[derive(Debug, Serialize)]
struct StructField {
    doc: Vec<String>,
    ident: String,
    /// A local with a name that is its own.
    local: String,
    /// Its name in the idiomatic value: its own, or a number in a tuple.
    member: String,
    abi: String,
    owned: String,
    offset: String,
    /// From the idiomatic value, alone.
    to_abi: String,
    /// From the idiomatic value, into a list's block.
    write: String,
    /// From the boundary, by reading `value`.
    read: String,
    is_read_unsafely: bool,
    is_freed: bool,
}

#[derive(Debug, Serialize)]
struct Table {
    doc: Vec<String>,
    kind: String,
    /// The table of live handles, as Rust declares it.
    declaration: String,
    rust: String,
}

#[derive(Debug, Serialize)]
struct Enumeration {
    doc: Vec<String>,
    name: String,
    name_string: String,
    values: Vec<EnumerationValue>,
}

#[derive(Debug, Serialize)]
struct EnumerationValue {
    doc: Vec<String>,
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct Body {
    #[serde(serialize_with = "text::rust_doc")]
    doc: Vec<String>,
    /// The whole function, formatted.
    #[serde(serialize_with = "text::joined")]
    lines: Vec<String>,
}

/// The view of a module with bodies.
pub fn view(draft: &Draft) -> View {
    let hash = draft.module.abi_hash;
    let struct_ids = (0..draft.structs.len()).map(|index| StructId(index as u32));
    View {
        module: draft.module.name.clone(),
        module_doc: text::lines(&draft.module.doc),
        abi_symbol: symbol::abi(&draft.module.name, hash),
        abi_hash: format!("0x{hash:016x}"),
        earlier_symbols: draft
            .module
            .predecessors
            .iter()
            .map(|earlier| symbol::abi(&draft.module.name, *earlier))
            .collect(),
        structs: struct_ids.map(|id| strukt(draft, id)).collect(),
        handles: draft.handles.iter().map(table).collect(),
        enums: draft.enums.iter().map(enumeration).collect(),
        shims: draft.functions.iter().map(|function| shim::shim(draft, function)).collect(),
        is_recording: draft.module.record.is_some(),
        origin: draft.module.record.as_ref().map_or_else(String::new, |it| it.origin.text.clone()),
        recorded: draft
            .functions
            .iter()
            .filter_map(|function| recorded::recorded(draft, function))
            .collect(),
        bodies: draft.functions.iter().filter_map(|function| body_view(draft, function)).collect(),
        has_items: !draft.module.item_lines.is_empty(),
        items: draft.module.item_lines.clone(),
    }
}

fn strukt(draft: &Draft, id: StructId) -> Struct {
    let item = draft.strukt(id);
    let layout = layout::of_struct(draft, id);
    let is_declared = item.origin == StructOrigin::Declared;
    let fields: Vec<StructField> = item
        .fields
        .iter()
        .zip(&layout.offsets_bytes)
        .enumerate()
        .map(|(index, (field, offset))| {
            let ident = name::ident(&field.name);
            let member = if is_declared { ident.clone() } else { index.to_string() };
            field_view(draft, id, field, *offset, ident, member)
        })
        .collect();
    let payloads: Vec<String> = fields
        .iter()
        .filter(|field| field.is_freed)
        .map(|field| format!("self.{}.payload()", field.ident))
        .collect();
    let released: Vec<&str> =
        fields.iter().filter(|field| field.is_freed).map(|field| field.local.as_str()).collect();
    Struct {
        released: released.join(", "),
        doc: text::lines(&item.doc),
        name: name::abi_struct(draft, id),
        owned: name::owned_struct(draft, id),
        owned_name: item.name.clone(),
        is_declared,
        fields,
        size: layout.layout.size_bytes.to_string(),
        align: layout.layout.align_bytes.to_string(),
        is_given: shim::is_given(draft, id),
        is_read: shim::is_read(draft, id),
        is_freed: shim::is_freed(draft, id),
        is_element: item.used_in_list,
        block: if payloads.is_empty() { "_" } else { "block" },
        payload: if payloads.is_empty() { "0".to_owned() } else { payloads.join(" + ") },
    }
}

fn field_view(
    draft: &Draft,
    id: StructId,
    field: &Field,
    offset: u64,
    ident: String,
    member: String,
) -> StructField {
    let local = format!("ffi_{}", field.name);
    let place = name::string(&format!("{}.{}", draft.strukt(id).name, field.name));
    let is_freed = c_type::is_owned(draft, &field.ty);
    let (read, is_read_unsafely) = read_field(draft, &place, &ident, &field.ty);
    StructField {
        doc: text::lines(&field.doc),
        to_abi: if is_freed {
            format!("{local}.take()")
        } else {
            plain_to_abi(&field.ty, &format!("value.{member}"), ".to_abi()?")
        },
        write: plain_to_abi(&field.ty, &format!("self.{member}"), ".write(block)"),
        read,
        is_read_unsafely,
        abi: name::abi_field(draft, &field.ty),
        owned: name::owned(draft, &field.ty).replace("types::", ""),
        offset: offset.to_string(),
        ident,
        member,
        local,
        is_freed,
    }
}

/// A field's value at the boundary; `method` converts what is more than a number.
fn plain_to_abi(ty: &Ty, value: &str, method: &str) -> String {
    match ty {
        Ty::Scalar(Scalar::Bool) => format!("u8::from({value})"),
        Ty::Scalar(_) => value.to_owned(),
        Ty::Enum(_) => format!("{value} as i32"),
        _ => format!("{value}{method}"),
    }
}

/// The expression that reads a field of a struct parameter into its idiomatic type, and whether it is unsafe.
fn read_field(draft: &Draft, place: &str, ident: &str, ty: &Ty) -> (String, bool) {
    let read = |prefix: &str, ty: &Ty, convert: &str| {
        let function = shim::input_function(ty);
        let (pointer, len) = match ty {
            Ty::List(_) => {
                (format!("value.{ident}.items.cast_const()"), format!("value.{ident}.len"))
            }
            Ty::Bytes => (format!("value.{ident}.ptr.cast_const()"), format!("value.{ident}.len")),
            _ => (format!("value.{ident}.ptr"), format!("value.{ident}.len")),
        };
        format!("unsafe {{ input::{prefix}{function}({place}, {pointer}, {len})? }}{convert}")
    };
    match ty {
        Ty::Scalar(Scalar::Bool) => (format!("value.{ident} != 0"), false),
        Ty::Scalar(_) => (format!("value.{ident}"), false),
        Ty::Enum(id) => {
            (format!("{}::from_abi({place}, value.{ident})?", name::enumeration(draft, *id)), false)
        }
        Ty::Text | Ty::Bytes | Ty::List(_) => (read("", ty, own(ty)), true),
        Ty::Option(inner) => match &**inner {
            Ty::Scalar(_) => {
                (format!("value.{ident}.present.then_some(value.{ident}.value)"), false)
            }
            inner if own(inner).is_empty() => (read("opt_", inner, ""), true),
            inner => (read("opt_", inner, &format!(".map(|value| value{})", own(inner))), true),
        },
        _ => (format!("value.{ident}"), false),
    }
}

/// The conversion of a borrowed field into an owned one.
fn own(ty: &Ty) -> &'static str {
    match ty {
        Ty::Text => ".to_owned()",
        Ty::List(item) => match **item {
            Ty::Scalar(Scalar::Bool) => "",
            Ty::Text => ".into_iter().map(str::to_owned).collect()",
            Ty::Bytes => ".into_iter().map(<[u8]>::to_vec).collect()",
            _ => ".to_vec()",
        },
        _ => ".to_vec()",
    }
}

fn table(handle: &Handle) -> Table {
    let keeper = name::table_type(handle.bound.is_some());
    let (kind, tag) = (&handle.name, handle.tag);
    let name = symbol::snake(kind).to_ascii_uppercase();
    let string = name::string(kind);
    Table {
        doc: text::lines(&handle.doc),
        kind: kind.clone(),
        declaration: format!(
            "static {name}: {keeper}<types::{kind}> = {keeper}::new({tag}, {string});"
        ),
        rust: handle.rust.text.trim().to_owned(),
    }
}

fn enumeration(item: &Enum) -> Enumeration {
    Enumeration {
        doc: text::lines(&item.doc),
        name: item.name.clone(),
        name_string: name::string(&item.name),
        values: item
            .values
            .iter()
            .map(|value| EnumerationValue {
                doc: text::lines(&value.doc),
                name: name::variant(&value.name),
                value: value.value.to_string(),
            })
            .collect(),
    }
}

fn body_view(draft: &Draft, function: &Function) -> Option<Body> {
    if function.role != Role::Declared {
        return None;
    }
    function.body.as_ref()?;
    let params = shim::body_params(draft, function);
    let result = name::owned(draft, &function.result);
    let signature =
        format!("pub fn {}({params}) -> Result<{result}>", function.name).replace("types::", "");
    // A handle is bound where very many small calls use it. Their bodies belong into the shims,
    // without frames of their own.
    let is_hot = function
        .params
        .iter()
        .any(|param| matches!(param.ty, Ty::Handle(id, _) if draft.handle(id).bound.is_some()));
    let mut lines = if is_hot { vec!["#[inline(always)]".to_owned()] } else { Vec::new() };
    lines.extend(rust_code::signature_lines(&signature));
    lines.extend(function.body_lines.iter().cloned());
    lines.push("}".to_owned());
    Some(Body { doc: text::wrap(&text::summary(&function.doc), 96), lines })
}
