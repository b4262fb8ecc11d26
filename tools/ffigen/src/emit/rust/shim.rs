//! One shim: an exported function of fixed shape that checks its parameters, calls the body inside
//! the panic barrier and gives the result a C shape.

use super::{name, recorded};
use crate::emit::text;
use crate::model::ty::{Access, Scalar, Ty};
use crate::model::{Draft, Function, Param, Role, StructId, StructOrigin, record};
use serde::Serialize;

/// A statement of a shim, with the reason why it may be `unsafe`.
#[derive(Debug, Clone, Serialize)]
pub struct Statement {
    /// The lines of the SAFETY comment; none where nothing is unsafe.
    pub safety: Vec<String>,
    /// The statement.
    pub code: String,
}

/// What the template needs to write one shim.
#[derive(Debug, Clone, Serialize)]
pub struct Shim {
    /// Documentation lines.
    #[serde(serialize_with = "text::rust_doc")]
    pub doc: Vec<String>,
    /// Lines of the `# Safety` section.
    #[serde(serialize_with = "text::rust_doc")]
    pub safety: Vec<String>,
    /// The exported symbol.
    pub name: String,
    /// The lines from `pub` to the opening brace.
    #[serde(serialize_with = "text::joined")]
    pub signature: Vec<String>,
    /// Whether the call is recorded, if anything is.
    pub is_recorded: bool,
    /// The call of the recorded form.
    pub recorded_call: String,
    /// The value of a failing call.
    pub failure: String,
    /// Conversions of parameters, in order.
    pub statements: Vec<Statement>,
    /// The lines of what gives the closure's result.
    #[serde(serialize_with = "text::indented_twice")]
    pub value: Vec<String>,
}

const BORROWED: &str = "the caller keeps this memory readable and unchanged for the call; the check refuses null, \
                        misaligned and oversized input.";
const OUT: &str = "the caller owns `out` and uses it from this thread only; the check refuses null and misaligned \
                   pointers.";
const FREED: &str =
    "the caller gives the value up; the registry of live results refuses any other pointer.";

fn safe(code: String) -> Statement {
    Statement { safety: Vec::new(), code }
}

fn by_promise(reason: &str, code: String) -> Statement {
    Statement { safety: text::wrap(&format!("SAFETY: {reason}"), 88), code }
}

/// The shim of a function.
pub fn shim(draft: &Draft, function: &Function) -> Shim {
    let mut statements = Vec::new();
    if let Ty::Struct(_) = function.result {
        statements.push(by_promise(OUT, "let out = unsafe { input::out(out)? };".to_owned()));
    }
    let value = match function.role {
        Role::Declared => {
            statements.extend(conversions(draft, &function.params));
            body_call(draft, function)
        }
        Role::FreeStruct(_) => {
            let param = free_param(function);
            let code =
                format!("let was_freed = unsafe {{ input::free_struct(\"{param}\", {param})? }};");
            statements.push(by_promise(FREED, code));
            vec!["Ok(was_freed)".to_owned()]
        }
        Role::FreeList(_) => {
            let param = free_param(function);
            statements.push(by_promise(FREED, format!("unsafe {{ {param}.release() }}?;")));
            vec!["Ok(true)".to_owned()]
        }
        Role::FreeHandle(id) => {
            vec![format!("{}.free({})", name::table(draft, id), free_param(function))]
        }
    };
    Shim {
        doc: doc(function),
        safety: safety(function),
        name: function.name.clone(),
        signature: signature(draft, function, "unsafe extern \"C\" fn"),
        recorded_call: recorded::call_of_recorded(draft, function),
        is_recorded: record::is_recorded(draft, function),
        failure: name::failure(&function.result, function.failure),
        statements,
        value,
    }
}

fn free_param(function: &Function) -> String {
    name::ident(function.params.first().map_or("value", |param| param.name.as_str()))
}

fn doc(function: &Function) -> Vec<String> {
    let mut doc = text::lines(&function.doc);
    if let Some(threads) = &function.threads {
        doc.push(String::new());
        doc.extend(text::lines(threads));
    }
    doc
}

fn safety(function: &Function) -> Vec<String> {
    let line = match function.role {
        Role::Declared
            if function.params.is_empty() && !matches!(function.result, Ty::Struct(_)) =>
        {
            "None beyond the C calling convention: there is no parameter."
        }
        Role::Declared => {
            "Pointers are null or valid for their lengths until the call returns. All else is checked: null, length, \
             alignment, UTF-8, handles."
        }
        _ => "The value came from this library or is zero; anything else is refused.",
    };
    text::wrap(line, 96)
}

fn result(draft: &Draft, function: &Function) -> String {
    match &function.result {
        Ty::Unit => String::new(),
        Ty::Struct(_) => " -> bool".to_owned(),
        ty => format!(" -> {}", name::abi(draft, ty)),
    }
}

/// The longest line that a signature may have.
const WIDTH: usize = 100;

/// The head of the function, with a line per parameter where one line would be too long.
pub fn signature(draft: &Draft, function: &Function, kind: &str) -> Vec<String> {
    let mut params = Vec::new();
    for param in &function.params {
        params.extend(param_declarations(draft, function.role, param));
    }
    if let Ty::Struct(id) = function.result {
        params.push(format!("out: *mut {}", name::abi_struct(draft, id)));
    }
    let start = format!("pub {kind} {}(", function.name);
    let end = format!("){} {{", result(draft, function));
    let whole = format!("{start}{}{end}", params.join(", "));
    if whole.len() <= WIDTH {
        return vec![whole];
    }
    let params = params.into_iter().map(|param| format!("    {param},"));
    std::iter::once(start).chain(params).chain([end]).collect()
}

fn param_declarations(draft: &Draft, role: Role, param: &Param) -> Vec<String> {
    let ident = name::ident(&param.name);
    let len = format!("{}_len: u64", param.name);
    let pointer = |ty: &Ty| match ty {
        Ty::List(item) => format!("{ident}: *const {}", name::abi(draft, item)),
        _ => format!("{ident}: *const u8"),
    };
    match &param.ty {
        Ty::Scalar(scalar) => vec![format!("{ident}: {}", name::abi_scalar_param(*scalar))],
        Ty::Text | Ty::Bytes | Ty::List(_) => vec![pointer(&param.ty), len],
        Ty::Option(inner) => match &**inner {
            Ty::Scalar(scalar) => vec![
                format!("{}_present: u8", param.name),
                format!("{ident}: {}", name::abi_scalar_param(*scalar)),
            ],
            Ty::Handle(..) => vec![format!("{ident}: i64")],
            inner => vec![pointer(inner), len],
        },
        Ty::Struct(id) => {
            let constness = if matches!(role, Role::FreeStruct(_)) { "mut" } else { "const" };
            vec![format!("{ident}: *{constness} {}", name::abi_struct(draft, *id))]
        }
        Ty::Callback(_) => vec![format!("{ident}: Option<{}>", name::abi(draft, &param.ty))],
        ty => vec![format!("{ident}: {}", name::abi(draft, ty))],
    }
}

/// Conversions in the order of the parameters. Handles that the call takes away are only held at
/// first: nothing is taken when a parameter is refused.
fn conversions(draft: &Draft, params: &[Param]) -> Vec<Statement> {
    let checks = params.iter().filter_map(|param| conversion(draft, param));
    checks.chain(params.iter().filter_map(|param| taking(draft, param))).collect()
}

/// The statement that takes a held handle away.
fn taking(draft: &Draft, param: &Param) -> Option<Statement> {
    let ident = name::ident(&param.name);
    match &param.ty {
        Ty::Handle(_, Access::Owned) => Some(safe(format!("let {ident} = {ident}.take();"))),
        Ty::Option(inner) => match **inner {
            Ty::Handle(id, Access::Owned) => {
                let is_bound = draft.handle(id).bound.is_some();
                let hold = if is_bound { "ffi_rt::BoundHold" } else { "Hold" };
                Some(safe(format!("let {ident} = {ident}.map({hold}::take);")))
            }
            _ => None,
        },
        _ => None,
    }
}

fn conversion(draft: &Draft, param: &Param) -> Option<Statement> {
    let ident = name::ident(&param.name);
    let name = name::string(&param.name);
    let len = format!("{}_len", param.name);
    let borrow = |function: &str| {
        by_promise(
            BORROWED,
            format!("let {ident} = unsafe {{ input::{function}({name}, {ident}, {len})? }};"),
        )
    };
    Some(match &param.ty {
        Ty::Scalar(Scalar::Bool) => safe(format!("let {ident} = {ident} != 0;")),
        Ty::Scalar(_) => return None,
        Ty::Text | Ty::Bytes | Ty::List(_) => borrow(input_function(&param.ty)),
        Ty::Option(inner) => match &**inner {
            Ty::Scalar(scalar) => {
                let value =
                    if *scalar == Scalar::Bool { format!("{ident} != 0") } else { ident.clone() };
                safe(format!("let {ident} = ({}_present != 0).then_some({value});", param.name))
            }
            Ty::Handle(id, access) => {
                let (mutability, method) = handle_method(*access);
                safe(format!(
                    "let {mutability}{ident} = {}.opt_{method}({name}, {ident})?;",
                    name::table(draft, *id)
                ))
            }
            inner => borrow(&format!("opt_{}", input_function(inner))),
        },
        Ty::Struct(id) => by_promise(
            BORROWED,
            format!(
                "let {ident} = unsafe {{ {}::read(input::reference({name}, {ident})?)? }};",
                name::abi_struct(draft, *id)
            ),
        ),
        Ty::Enum(id) => safe(format!(
            "let {ident} = {}::from_abi({name}, {ident})?;",
            name::enumeration(draft, *id)
        )),
        Ty::Handle(id, access) => {
            let (mutability, method) = handle_method(*access);
            safe(format!(
                "let {mutability}{ident} = {}.{method}({name}, {ident})?;",
                name::table(draft, *id)
            ))
        }
        Ty::Callback(_) => safe(format!("let {ident} = input::callback({name}, {ident})?;")),
        Ty::Unit | Ty::Owned(_) => return None,
    })
}

/// The function of `ffi_rt::input` that reads a pointer and a length.
pub fn input_function(ty: &Ty) -> &'static str {
    match ty {
        Ty::Text => "text",
        Ty::List(item) => match **item {
            Ty::Scalar(Scalar::Bool) => "bools",
            Ty::Text => "texts",
            Ty::Bytes => "byte_slices",
            _ => "slice",
        },
        _ => "bytes",
    }
}

fn handle_method(access: Access) -> (&'static str, &'static str) {
    match access {
        Access::Shared => ("", "get"),
        Access::Exclusive => ("mut ", "get_mut"),
        Access::Owned => ("", "hold"),
    }
}

/// How a converted parameter is handed to the body.
fn argument(param: &Param) -> String {
    let ident = name::ident(&param.name);
    let is_collected = |item: &Ty| matches!(item, Ty::Scalar(Scalar::Bool) | Ty::Text | Ty::Bytes);
    match &param.ty {
        Ty::List(item) if is_collected(item) => format!("&{ident}"),
        Ty::Handle(_, Access::Shared) => format!("&{ident}"),
        Ty::Handle(_, Access::Exclusive) => format!("&mut {ident}"),
        Ty::Option(inner) => match &**inner {
            Ty::List(item) if is_collected(item) => format!("{ident}.as_deref()"),
            Ty::Handle(_, Access::Shared) => format!("{ident}.as_deref()"),
            Ty::Handle(_, Access::Exclusive) => format!("{ident}.as_deref_mut()"),
            _ => ident,
        },
        _ => ident,
    }
}

fn body_call(draft: &Draft, function: &Function) -> Vec<String> {
    let arguments: Vec<String> = function.params.iter().map(argument).collect();
    let call = format!("bodies::{}({})", function.name, arguments.join(", "));
    let value = match &function.result {
        Ty::Unit | Ty::Scalar(_) => call,
        Ty::Handle(id, _) => format!("{}.insert({call}?)", name::table(draft, *id)),
        Ty::Option(inner) => match &**inner {
            Ty::Handle(id, _) => {
                format!("{call}?.map_or(Ok(0), |value| {}.insert(value))", name::table(draft, *id))
            }
            Ty::List(item) if matches!(**item, Ty::Struct(_)) => {
                format!("{call}?.map_or(Ok(RtList::NULL), ffi_rt::list_to_abi)")
            }
            _ => format!("{call}?.to_abi()"),
        },
        Ty::Struct(id) => {
            let write = format!("out.write({}::new({call}?)?);", name::abi_struct(draft, *id));
            return vec![write, "Ok(true)".to_owned()];
        }
        Ty::List(item) => match **item {
            Ty::Struct(_) => format!("ffi_rt::list_to_abi({call}?)"),
            _ => format!("{call}?.to_abi()"),
        },
        _ => format!("{call}?.to_abi()"),
    };
    vec![value]
}

/// The signature of a body: parameters as idiomatic Rust types.
pub fn body_params(draft: &Draft, function: &Function) -> String {
    let param = |param: &Param| {
        format!("{}: {}", name::ident(&param.name), name::borrowed(draft, &param.ty))
    };
    function.params.iter().map(param).collect::<Vec<_>>().join(", ")
}

/// Whether a struct is read from a parameter somewhere.
pub fn is_read(draft: &Draft, id: StructId) -> bool {
    let reads = |function: &Function| {
        function.role == Role::Declared
            && function.params.iter().any(|param| param.ty == Ty::Struct(id))
    };
    draft.strukt(id).origin == StructOrigin::Declared && draft.functions.iter().any(reads)
}

/// Whether the library frees results of this struct field by field.
pub fn is_freed(draft: &Draft, id: StructId) -> bool {
    draft.functions.iter().any(|function| function.role == Role::FreeStruct(id))
}

/// Whether a function gives this struct through `out`.
pub fn is_given(draft: &Draft, id: StructId) -> bool {
    draft.functions.iter().any(|function| function.result == Ty::Struct(id))
}
