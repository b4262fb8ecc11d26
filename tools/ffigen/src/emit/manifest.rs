//! The ABI manifest: JSON with every symbol, type and layout of a module, for tools and for the ABI lock.
//!
//! It has its own serde structs, so that the file's format changes only on purpose; a change that an old reader would
//! misread raises [`FORMAT_VERSION`].
//!
//! Invariant: the order is the declaration order, so equal specs give equal bytes.

use crate::files::{self, Comment, Files};
use crate::model::{
    self, Draft, EnumId, HandleId, Model, Provider, Role, StructId, StructOrigin, c_type, layout,
    symbol,
};
use serde::{Deserialize, Serialize};

/// The version of the file format.
pub const FORMAT_VERSION: u32 = 1;

/// One module's ABI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The sentence that every generated file opens with.
    pub generated: String,
    /// [`FORMAT_VERSION`] of the writer.
    pub format_version: u32,
    /// Name of the module: `io`.
    pub module: String,
    /// `generated` or `hand_written`.
    pub provider: String,
    /// Documentation.
    pub doc: String,
    /// Sixteen hexadecimal digits over all that is ABI; see `model::hash`.
    pub abi_hash: String,
    /// The version symbol that the library exports beside the functions.
    pub abi_symbol: String,
    /// Hashes of earlier ABIs that this one only adds to, oldest first; the library exports a
    /// version symbol for each, so that what was compiled against them still links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predecessors: Vec<String>,
    /// Error codes that any of its functions gives beyond its own; those of the base module hold for all modules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorCase>,
    /// Handle kinds.
    pub handles: Vec<Handle>,
    /// Enumerations.
    pub enums: Vec<Enum>,
    /// By-value types, tuple results included.
    pub structs: Vec<Struct>,
    /// Exported functions, the generated free functions included.
    pub functions: Vec<Function>,
}

/// A handle kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handle {
    /// `FileLock`.
    pub name: String,
    /// Number in the handle's upper bits and for `rt_live_handles`.
    pub tag: u16,
    /// The macro that holds the tag.
    pub c_macro: String,
    /// The function that ends a handle.
    pub free: String,
    /// Documentation.
    pub doc: String,
}

/// An enumeration; `int32_t` at the boundary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enum {
    /// `FileKind`.
    pub name: String,
    /// `rt_file_kind`.
    pub c_type: String,
    /// Documentation.
    pub doc: String,
    /// Values in declaration order.
    pub values: Vec<EnumValue>,
}

/// One value of an enumeration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnumValue {
    /// `REGULAR`.
    pub name: String,
    /// `RT_FILE_KIND_REGULAR`.
    pub c_name: String,
    /// Its number.
    pub value: i32,
    /// Documentation.
    pub doc: String,
}

/// A by-value struct.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Struct {
    /// `EnvVar`.
    pub name: String,
    /// `rt_env_var`.
    pub c_type: String,
    /// The function whose tuple result it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_of: Option<String>,
    /// Whether Simple spells it as a tuple.
    pub tuple: bool,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Alignment in bytes.
    pub align_bytes: u64,
    /// Documentation.
    pub doc: String,
    /// Fields in layout order.
    pub fields: Vec<Field>,
}

/// One field of a struct.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type as the spec spells it.
    #[serde(rename = "type")]
    pub ty: String,
    /// Its C type.
    pub c_type: String,
    /// Distance from the struct's start in bytes.
    pub offset_bytes: u64,
    /// Documentation.
    pub doc: String,
}

/// One exported function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The exported symbol.
    pub name: String,
    /// `declared` or `free`.
    pub role: String,
    /// Documentation.
    pub doc: String,
    /// Parameters as the spec has them.
    pub params: Vec<Param>,
    /// The result's type as the spec spells it.
    pub result: String,
    /// The type that the C function returns.
    pub c_result: String,
    /// All C parameters in order, `out` included.
    pub c_params: Vec<CParam>,
    /// What a failing call returns.
    pub failure: String,
    /// The function that frees the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<String>,
    /// Error codes that it gives beyond those of the contract.
    pub errors: Vec<ErrorCase>,
    /// Names in the Simple module.
    pub wrappers: Vec<String>,
    /// Whether it leaves the thread's error as it is.
    pub keeps_error: bool,
    /// A sentence about threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threads: Option<String>,
    /// C statements that show it at work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// One parameter as the spec has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type as the spec spells it.
    #[serde(rename = "type")]
    pub ty: String,
    /// Documentation.
    pub doc: String,
}

/// One parameter of the C function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CParam {
    /// Its name.
    pub name: String,
    /// Its C type.
    #[serde(rename = "type")]
    pub ty: String,
}

/// One error that a function gives, or any function of a module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorCase {
    /// Name in the enumeration `Error`.
    pub code: String,
    /// Its number.
    pub number: i32,
    /// When it happens.
    pub when: String,
}

impl Manifest {
    /// Every version symbol that the library exports: its own first, then those of the predecessors.
    pub fn abi_symbols(&self) -> impl Iterator<Item = String> {
        let module = &self.module;
        let earlier = self.predecessors.iter().map(move |hash| format!("rt_abi_{module}_{hash}"));
        std::iter::once(self.abi_symbol.clone()).chain(earlier)
    }

    /// Every error that one of its functions may give: its own, those of the module and those of the base module.
    pub fn errors_of<'a>(
        &'a self,
        function: &'a Function,
        base: &'a Manifest,
    ) -> impl Iterator<Item = &'a ErrorCase> {
        function.errors.iter().chain(&self.errors).chain(&base.errors)
    }
}

/// Writes the manifest.
pub fn emit(model: &Model, files: &mut Files) {
    let manifest = manifest(model);
    let text = serde_json::to_string_pretty(&manifest)
        .unwrap_or_else(|error| panic!("manifest as JSON: {error}"));
    let module = &model.module.name;
    files.insert(format!("abi/{module}.json"), Comment::Absent, module, text);
}

/// The manifest of a module.
pub fn manifest(draft: &Draft) -> Manifest {
    let module = &draft.module;
    let hash = draft.module.abi_hash;
    Manifest {
        generated: files::header(&module.name),
        format_version: FORMAT_VERSION,
        module: module.name.clone(),
        provider: match module.provider {
            Provider::Generated => "generated".to_owned(),
            Provider::HandWritten => "hand_written".to_owned(),
        },
        doc: doc(&module.doc),
        abi_hash: format!("{hash:016x}"),
        abi_symbol: symbol::abi(&module.name, hash),
        predecessors: module.predecessors.iter().map(|hash| format!("{hash:016x}")).collect(),
        errors: module.errors.iter().map(error).collect(),
        handles: (0..draft.handles.len())
            .map(|index| handle(draft, HandleId(index as u32)))
            .collect(),
        enums: (0..draft.enums.len())
            .map(|index| enumeration(draft, EnumId(index as u32)))
            .collect(),
        structs: (0..draft.structs.len())
            .map(|index| strukt(draft, StructId(index as u32)))
            .collect(),
        functions: draft.functions.iter().map(|item| function(draft, item)).collect(),
    }
}

fn doc(text: &str) -> String {
    text.trim().to_owned()
}

fn handle(draft: &Draft, id: HandleId) -> Handle {
    let item = draft.handle(id);
    Handle {
        name: item.name.clone(),
        tag: item.tag,
        c_macro: symbol::kind_macro(draft, id),
        free: symbol::handle_free(draft, id),
        doc: doc(&item.doc),
    }
}

fn enumeration(draft: &Draft, id: EnumId) -> Enum {
    let item = draft.enumeration(id);
    let value = |(index, value): (usize, &model::EnumValue)| EnumValue {
        name: value.name.clone(),
        c_name: symbol::enum_value(draft, id, index),
        value: value.value,
        doc: doc(&value.doc),
    };
    Enum {
        name: item.name.clone(),
        c_type: symbol::enum_type(draft, id),
        doc: doc(&item.doc),
        values: item.values.iter().enumerate().map(value).collect(),
    }
}

fn strukt(draft: &Draft, id: StructId) -> Struct {
    let item = draft.strukt(id);
    let layout = layout::of_struct(draft, id);
    let field = |(field, offset): (&model::Field, &u64)| Field {
        name: field.name.clone(),
        ty: c_type::spec(draft, &field.ty),
        c_type: c_type::value(draft, &field.ty),
        offset_bytes: *offset,
        doc: doc(&field.doc),
    };
    Struct {
        name: item.name.clone(),
        c_type: symbol::struct_type(draft, id),
        result_of: match item.origin {
            StructOrigin::Declared => None,
            StructOrigin::ResultOf(function) => Some(draft.function(function).name.clone()),
        },
        tuple: item.is_tuple,
        size_bytes: layout.layout.size_bytes,
        align_bytes: layout.layout.align_bytes,
        doc: doc(&item.doc),
        fields: item.fields.iter().zip(&layout.offsets_bytes).map(field).collect(),
    }
}

fn error(error: &model::ErrorCase) -> ErrorCase {
    ErrorCase { code: error.code.clone(), number: error.number, when: doc(&error.when) }
}

fn function(draft: &Draft, function: &model::Function) -> Function {
    let param = |param: &model::Param| Param {
        name: param.name.clone(),
        ty: c_type::spec(draft, &param.ty),
        doc: doc(&param.doc),
    };
    let slots = c_type::slots(draft, function).into_iter();
    Function {
        name: function.name.clone(),
        role: if function.role == Role::Declared {
            "declared".to_owned()
        } else {
            "free".to_owned()
        },
        doc: doc(&function.doc),
        params: function.params.iter().map(param).collect(),
        result: c_type::spec(draft, &function.result),
        c_result: c_type::result(draft, function),
        c_params: slots.map(|slot| CParam { name: slot.name, ty: slot.c_type }).collect(),
        failure: c_type::failure(function),
        free: c_type::free_function(draft, &function.result),
        errors: function.errors.iter().map(error).collect(),
        wrappers: function.wrappers.clone(),
        keeps_error: function.keeps_error,
        threads: function.threads.as_deref().map(doc),
        example: function.example.as_ref().map(|example| doc(&example.text)),
    }
}
