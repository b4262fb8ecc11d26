//! What freeing must do: nothing for nothing, an error for what is no live result, an error the second time.
//!
//! Live results come from the examples: while they run, every free function is a macro that frees twice.

use super::argument;
use super::bad::{self, Bad};
use super::name;
use super::view::Check;
use crate::model::ty::{Scalar, Ty};
use crate::model::{Draft, Function, Param, Role, StructId, c_type, symbol};
use serde::Serialize;

/// A function that stands in for a free function while examples run.
#[derive(Debug, Serialize)]
pub struct Twice {
    /// The free function.
    free: String,
    /// Its stand-in.
    name: String,
    /// The parameter's declaration.
    param: String,
    /// Statements before the first free.
    setup: Vec<String>,
    /// Whether there is something to free twice.
    condition: String,
    /// The second free.
    again: String,
    /// The error of the second free.
    code: String,
    /// What is wrong if there is none.
    what: String,
}

/// The checks of a free function, or of a base function that frees what it is given.
pub fn checks(draft: &Draft, function: &Function) -> Vec<Check> {
    match function.role {
        Role::FreeHandle(_) => handle_checks(draft, function),
        Role::FreeStruct(id) => struct_checks(draft, function, id),
        Role::FreeList(_) => value_checks(draft, function),
        Role::Declared if frees_its_parameter(function) => value_checks(draft, function),
        Role::Declared => Vec::new(),
    }
}

/// Whether the function is declared in a spec and takes an owned value, as those of `base` do.
pub fn frees_its_parameter(function: &Function) -> bool {
    matches!(function.params.as_slice(), [Param { ty: Ty::Owned(_), .. }])
}

fn is_free(function: &Function) -> bool {
    function.role != Role::Declared || frees_its_parameter(function)
}

fn handle_checks(draft: &Draft, function: &Function) -> Vec<Check> {
    let mut checks = vec![Check::succeeds(
        "zero is nothing to free",
        Vec::new(),
        format!("{}(0)", function.name),
    )];
    let param = &function.params[0];
    for Bad { what, argument, code } in bad::values(draft, param) {
        // Zero is fine here, and is checked above.
        if argument.values == ["0"] {
            continue;
        }
        let call = format!("bool ffi_result = {}({});", function.name, argument.values.join(", "));
        checks.push(Check::fails(&what, argument, call, "!ffi_result".to_owned(), code));
    }
    if let Role::FreeHandle(id) = function.role
        && draft.handle(id).bound.is_some()
    {
        checks.push(elsewhere(&function.name, &argument::sample_expression(draft, id)));
    }
    checks
}

/// A bound handle that another thread wants to free.
fn elsewhere(free: &str, sample: &str) -> Check {
    let local = name::local("handle");
    let check = Check::succeeds(
        "another thread may not use it",
        vec![format!("int64_t {local} = {sample};")],
        format!("ffi_is_busy_elsewhere({free}, {local})"),
    );
    check.cleaning(format!("CHECK({free}({local}), \"its own thread may not use it\");"))
}

fn struct_checks(draft: &Draft, function: &Function, id: StructId) -> Vec<Check> {
    let local = name::local("value");
    let call = format!("{}(&{local})", function.name);
    let mut checks = vec![
        Check::succeeds("null is nothing to free", Vec::new(), format!("{}(NULL)", function.name)),
        Check::succeeds(
            "zeros are nothing to free",
            argument::zeroed_struct(draft, id, &local),
            call.clone(),
        ),
    ];
    for field in draft.strukt(id).fields.iter().filter(|field| c_type::is_owned(draft, &field.ty)) {
        let mut setup = argument::zeroed_struct(draft, id, &local);
        setup.extend(forged(draft, &format!("{local}.{}", field.name), &field.ty));
        let argument = argument::Argument { setup, ..Default::default() };
        let condition = format!("!ffi_result && ffi_is_zero(&{local}, sizeof {local})");
        let what = format!("`{}` points to no live result", field.name);
        let call = format!("bool ffi_result = {call};");
        checks.push(Check::fails(&what, argument, call, condition, "RT_ERROR_INVALID_FREE"));
    }
    checks
}

/// Checks of a free function that takes a text, bytes or list by value.
fn value_checks(draft: &Draft, function: &Function) -> Vec<Check> {
    let param = &function.params[0];
    let local = name::local(&param.name);
    let c_name = c_type::value(draft, &param.ty);
    let call = format!("{}({local})", function.name);
    let zeroed =
        vec![format!("{c_name} {local};"), format!("memset(&{local}, 0, sizeof {local});")];
    let mut checks = vec![Check::succeeds("null is nothing to free", zeroed.clone(), call.clone())];
    let ty = owned(&param.ty);
    let mut setup = zeroed.clone();
    setup.extend(forged(draft, &local, ty));
    let failing = format!("bool ffi_result = {call};");
    let refused = |what: &str, argument: argument::Argument| {
        Check::fails(
            what,
            argument,
            failing.clone(),
            "!ffi_result".to_owned(),
            "RT_ERROR_INVALID_FREE",
        )
    };
    let argument = argument::Argument { setup, ..Default::default() };
    checks.push(refused("the pointer is no live result", argument));
    if *ty != Ty::Text {
        checks.push(refused("the pointer is a live text", of_a_text(&zeroed, &local, ty)));
    }
    checks
}

/// A value whose pointer is that of a live result of another type.
fn of_a_text(zeroed: &[String], local: &str, ty: &Ty) -> argument::Argument {
    let pointer = pointer_field(ty);
    let mut setup = zeroed.to_vec();
    setup.push("rt_text ffi_text = rt_error_name(0);".to_owned());
    setup.push(format!("{local}.{pointer} = (void *)(uintptr_t)ffi_text.ptr;"));
    setup.push(format!("{local}.len = 1;"));
    let cleanup =
        "CHECK(rt_text_free(ffi_text), \"the text was freed as something else\");".to_owned();
    argument::Argument { setup, values: Vec::new(), cleanup: vec![cleanup] }
}

/// Statements that make a value point to memory which the library never gave out.
fn forged(draft: &Draft, place: &str, ty: &Ty) -> Vec<String> {
    let ty = owned(ty);
    let pointer = pointer_field(ty);
    let cast = match ty {
        Ty::List(item) => format!("({} *)(void *)ffi_memory", c_type::value(draft, item)),
        _ => "(uint8_t *)(void *)ffi_memory".to_owned(),
    };
    vec![format!("{place}.{pointer} = {cast};"), format!("{place}.len = 1;")]
}

fn owned(ty: &Ty) -> &Ty {
    match ty {
        Ty::Owned(inner) | Ty::Option(inner) => inner,
        ty => ty,
    }
}

fn pointer_field(ty: &Ty) -> &'static str {
    if matches!(ty, Ty::List(_)) { "items" } else { "ptr" }
}

/// Stand-ins for all functions that examples of this module can free with: those of `base` and its own.
pub fn twices(draft: &Draft) -> Vec<Twice> {
    let mut twices = Vec::new();
    if draft.module.name != "base" {
        twices.extend(
            base_types()
                .iter()
                .map(|ty| by_value(draft, &format!("{}_free", c_type::value(draft, ty)), ty)),
        );
    }
    for function in draft.functions.iter().filter(|function| is_free(function)) {
        let param = &function.params[0];
        twices.push(match function.role {
            Role::FreeHandle(_) => of_handle(&function.name),
            Role::FreeStruct(id) => of_struct(draft, &function.name, id),
            _ => by_value(draft, &function.name, owned(&param.ty)),
        });
    }
    twices
}

/// The owned types whose free functions the base spec declares.
fn base_types() -> Vec<Ty> {
    let scalars =
        Scalar::ALL.iter().map(|(scalar, _)| *scalar).filter(|scalar| *scalar != Scalar::U8);
    let items = scalars.map(Ty::Scalar).chain([Ty::Text, Ty::Bytes]);
    [Ty::Text, Ty::Bytes].into_iter().chain(items.map(|item| Ty::List(Box::new(item)))).collect()
}

fn by_value(draft: &Draft, free: &str, ty: &Ty) -> Twice {
    Twice {
        free: free.to_owned(),
        name: name::twice(free),
        param: format!("{} value", c_type::value(draft, ty)),
        setup: Vec::new(),
        condition: format!("value.{} && value.len > 0", pointer_field(ty)),
        again: format!("{free}(value)"),
        code: "RT_ERROR_INVALID_FREE".to_owned(),
        what: "a second free is not refused".to_owned(),
    }
}

fn of_handle(free: &str) -> Twice {
    Twice {
        free: free.to_owned(),
        name: name::twice(free),
        param: "int64_t value".to_owned(),
        setup: Vec::new(),
        condition: "value != 0".to_owned(),
        again: format!("{free}(value)"),
        code: "RT_ERROR_STALE_HANDLE".to_owned(),
        what: "a second free is not refused".to_owned(),
    }
}

/// A struct is zeroed by the first free, so the second one gets a copy.
fn of_struct(draft: &Draft, free: &str, id: StructId) -> Twice {
    let c_name = symbol::struct_type(draft, id);
    let owned_fields =
        draft.strukt(id).fields.iter().filter(|field| c_type::is_owned(draft, &field.ty));
    let has_something = owned_fields.map(|field| {
        let place = format!("copy.{}", field.name);
        format!("({place}.{} && {place}.len > 0)", pointer_field(owned(&field.ty)))
    });
    Twice {
        free: free.to_owned(),
        name: name::twice(free),
        param: format!("{c_name} *value"),
        setup: vec![
            format!("{c_name} copy;"),
            "memset(&copy, 0, sizeof copy);".to_owned(),
            "if (value) copy = *value;".to_owned(),
        ],
        condition: format!("({})", has_something.collect::<Vec<_>>().join(" || ")),
        again: format!("{free}(&copy)"),
        code: "RT_ERROR_INVALID_FREE".to_owned(),
        what: "a second free of the fields is not refused".to_owned(),
    }
}
