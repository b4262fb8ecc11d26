//! What recording makes of each function: which calls are recorded, and what their numbers are.
//!
//! Rules and the Rust emitter ask the same questions, so the answers stand here.

use super::ty::{Access, Scalar, Ty};
use super::{Draft, Function, Param, Record, Role, Text, symbol};

/// What an argument is to a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// What its type says.
    Plain,
    /// A handle, whatever its type is.
    Handle,
    /// The name of the file that the program writes.
    File,
    /// A number of a kind.
    Id(&'a str),
}

/// What a result is to a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given<'a> {
    /// Nothing that is needed later.
    Nothing,
    /// A handle of a kind.
    Handle(String),
    /// A number of a kind.
    Id(&'a str),
    /// Something to give back.
    Owned,
    /// The bytes of the file that the program writes.
    File,
}

/// Whether calls of a function are recorded: those that take a handle.
pub fn is_recorded(draft: &Draft, function: &Function) -> bool {
    let Some(record) = &draft.module.record else { return false };
    matches!(function.role, Role::FreeHandle(_))
        || function.params.iter().any(|param| is_handle(record, function, param))
}

fn is_handle(record: &Record, function: &Function, param: &Param) -> bool {
    let is_kind = match &param.ty {
        Ty::Handle(..) => true,
        Ty::Option(inner) => matches!(**inner, Ty::Handle(..)),
        _ => false,
    };
    is_kind || record.handles.iter().any(|name| names(&name.text, function, param))
}

/// What a parameter is.
pub fn place<'a>(record: &'a Record, function: &Function, param: &Param) -> Place<'a> {
    if matches!(function.role, Role::FreeHandle(_)) || is_handle(record, function, param) {
        return Place::Handle;
    }
    if record.files.iter().any(|name| names(&name.text, function, param)) {
        return Place::File;
    }
    // What is said of one function counts more than what is said of all.
    let ids = || record.ids.iter().flat_map(|id| id.params.iter().map(move |name| (id, name)));
    let exact = format!("{}.{}", function.name, param.name);
    let found = ids().find(|(_, name)| name.text == exact);
    let found = found.or_else(|| ids().find(|(_, name)| name.text == param.name));
    match found {
        Some((id, _)) if id.kind.text != NUMBER => Place::Id(&id.kind.text),
        _ => Place::Plain,
    }
}

/// The kind of numbers that are just numbers, for exceptions.
pub const NUMBER: &str = "number";

/// Whether `rt_f.x` or `x` names a parameter.
pub fn names(name: &str, function: &Function, param: &Param) -> bool {
    match name.split_once('.') {
        Some((of, name)) => of == function.name && name == param.name,
        None => name == param.name,
    }
}

/// What a result is.
pub fn given<'a>(draft: &Draft, record: &'a Record, function: &Function) -> Given<'a> {
    let lists = |texts: &[Text], name: &str| texts.iter().any(|text| text.text == name);
    let handle = |ty: &Ty| match ty {
        Ty::Handle(id, _) => Some(handle_kind(&draft.module.name, &draft.handle(*id).name)),
        _ => None,
    };
    match &function.result {
        Ty::Option(inner) if handle(inner).is_some() => {
            Given::Handle(handle(inner).unwrap_or_default())
        }
        ty if handle(ty).is_some() => Given::Handle(handle(ty).unwrap_or_default()),
        Ty::Bytes if lists(&record.files, &function.name) => Given::File,
        Ty::Text | Ty::Bytes | Ty::List(_) | Ty::Option(_) => Given::Owned,
        Ty::Scalar(Scalar::I64) => {
            let listed = record.ids.iter().find(|id| lists(&id.results, &function.name));
            let others = || record.ids.iter().find(|id| lists(&id.results, "*"));
            let is_exclusive = function
                .params
                .iter()
                .any(|param| matches!(param.ty, Ty::Handle(_, Access::Exclusive)));
            match listed.or_else(|| others().filter(|_| is_exclusive)) {
                Some(id) if id.kind.text != NUMBER => Given::Id(&id.kind.text),
                _ => Given::Nothing,
            }
        }
        _ => Given::Nothing,
    }
}

/// What an array of handles is called: `context` for `CraneliftContext` of the module `cranelift`.
pub fn handle_kind(module: &str, handle: &str) -> String {
    let snake = symbol::snake(handle);
    snake.strip_prefix(&format!("{module}_")).map_or_else(|| snake.clone(), str::to_owned)
}

/// The kinds of a module: handles in order of declaration, then numbers.
pub fn kinds(draft: &Draft, record: &Record) -> Vec<String> {
    let handles = draft.handles.iter().map(|handle| handle_kind(&draft.module.name, &handle.name));
    let ids = record.ids.iter().map(|id| id.kind.text.clone()).filter(|kind| kind != NUMBER);
    handles.chain(ids).collect()
}

/// Whether the recording can spell an argument of this type.
pub fn is_spelled(ty: &Ty) -> bool {
    match ty {
        Ty::Scalar(_) | Ty::Enum(_) | Ty::Handle(..) | Ty::Text | Ty::Bytes => true,
        Ty::List(item) => matches!(**item, Ty::Scalar(Scalar::I64) | Ty::Text),
        Ty::Option(inner) => matches!(**inner, Ty::Handle(..) | Ty::Text | Ty::Bytes),
        _ => false,
    }
}
