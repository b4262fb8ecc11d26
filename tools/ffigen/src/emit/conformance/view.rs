//! Model -> view of the conformance program.

use super::argument::{self, Argument};
use super::bad::{self, Bad};
use super::free::{self, Twice};
use super::name;
use crate::emit::text;
use crate::model::ty::{Scalar, Ty};
use crate::model::{Draft, Failure, Function, Param, Role, c_type, symbol};
use serde::Serialize;

/// All that the program needs.
#[derive(Debug, Serialize)]
pub struct View {
    module: String,
    /// The program's name.
    program: String,
    header: String,
    kinds: Vec<String>,
    kind_count: String,
    /// Whether a kind belongs to threads, so that the program needs some.
    has_bound: bool,
    callbacks: Vec<String>,
    functions: Vec<FunctionView>,
    twices: Vec<Twice>,
}

#[derive(Debug, Serialize)]
struct FunctionView {
    name: String,
    string: String,
    test: String,
    example_function: String,
    has_example: bool,
    #[serde(serialize_with = "text::indented")]
    example: Vec<String>,
    checks: Vec<Check>,
}

/// One call with an outcome that the contract fixes.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    what: String,
    what_string: String,
    has_setup: bool,
    #[serde(serialize_with = "text::indented_twice")]
    setup: Vec<String>,
    /// The call, with its result in `ffi_result`.
    call: String,
    /// Whether the call must fail; else it must succeed.
    must_fail: bool,
    must_succeed: bool,
    /// The expression that says whether the result is as it must be.
    condition: String,
    code: String,
    has_cleanup: bool,
    #[serde(serialize_with = "text::indented_twice")]
    cleanup: Vec<String>,
    /// Whether a panic is injected.
    panics: bool,
}

impl Check {
    /// A call that must fail.
    pub fn fails(
        what: &str,
        argument: Argument,
        call: String,
        condition: String,
        code: &str,
    ) -> Check {
        Check {
            what: what.to_owned(),
            what_string: name::string(what),
            has_setup: !argument.setup.is_empty(),
            setup: argument.setup,
            call,
            must_fail: true,
            must_succeed: false,
            condition,
            code: code.to_owned(),
            has_cleanup: !argument.cleanup.is_empty(),
            cleanup: argument.cleanup,
            panics: false,
        }
    }

    /// The same check, with a statement that runs after it.
    pub fn cleaning(mut self, statement: String) -> Check {
        self.has_cleanup = true;
        self.cleanup.push(statement);
        self
    }

    /// A call that frees nothing and must succeed.
    pub fn succeeds(what: &str, setup: Vec<String>, call: String) -> Check {
        Check {
            what: what.to_owned(),
            what_string: name::string(what),
            has_setup: !setup.is_empty(),
            setup,
            call: format!("bool ffi_result = {call};"),
            must_fail: false,
            must_succeed: true,
            condition: "ffi_result".to_owned(),
            code: "RT_ERROR_OK".to_owned(),
            has_cleanup: false,
            cleanup: Vec::new(),
            panics: false,
        }
    }
}

/// The view of a module's program.
pub fn view(draft: &Draft) -> View {
    let kinds: Vec<String> = (0..draft.handles.len())
        .map(|index| symbol::kind_macro(draft, crate::model::HandleId(index as u32)))
        .collect();
    View {
        module: draft.module.name.clone(),
        program: format!("{}_conformance", draft.module.name),
        header: format!("rt_{}.h", draft.module.name),
        kind_count: (kinds.len() + 1).to_string(),
        has_bound: draft.handles.iter().any(|handle| handle.bound.is_some()),
        kinds,
        callbacks: (0..draft.callbacks.len()).map(|index| callback(draft, index)).collect(),
        functions: draft.functions.iter().map(|item| function(draft, item)).collect(),
        twices: free::twices(draft),
    }
}

/// The definition of a callback that no check calls.
fn callback(draft: &Draft, index: usize) -> String {
    let item = &draft.callbacks[index];
    let params: Vec<String> = item.params.iter().map(|ty| c_type::value(draft, ty)).collect();
    let declared: Vec<String> =
        params.iter().enumerate().map(|(index, ty)| format!("{ty} ffi_{index}")).collect();
    let used: Vec<String> = (0..params.len()).map(|index| format!("(void)ffi_{index};")).collect();
    let declared = if declared.is_empty() { "void".to_owned() } else { declared.join(", ") };
    let value = if item.result == Ty::Unit { "" } else { " return 0;" };
    let result = c_type::value(draft, &item.result);
    format!(
        "static inline {result} {}({declared}) {{ {}{value} }}",
        name::callback(index),
        used.join(" ")
    )
}

fn function(draft: &Draft, function: &Function) -> FunctionView {
    let mut checks = Vec::new();
    if let Ty::Struct(_) = function.result {
        checks.extend(bad_outs(draft, function));
    }
    if function.role == Role::Declared && !free::frees_its_parameter(function) {
        for (index, param) in function.params.iter().enumerate() {
            checks.extend(
                bad::values(draft, param)
                    .into_iter()
                    .map(|bad| bad_param(draft, function, index, bad)),
            );
        }
    }
    checks.extend(free::checks(draft, function));
    checks.push(panic(draft, function));
    let example =
        function.example.as_ref().map_or_else(Vec::new, |example| text::code_lines(&example.text));
    FunctionView {
        name: function.name.clone(),
        string: name::string(&function.name),
        test: name::test(&function.name),
        example_function: name::example(&function.name),
        has_example: !example.is_empty(),
        example,
        checks,
    }
}

/// One parameter is bad, those that are checked before it are fine.
fn bad_param(draft: &Draft, function: &Function, bad_index: usize, bad: Bad) -> Check {
    let mut whole = Argument::default();
    let mut cleanup = Vec::new();
    for (index, param) in function.params.iter().enumerate() {
        let argument = if index == bad_index {
            bad.argument.clone()
        } else {
            argument::harmless(draft, param, index < bad_index)
        };
        whole.setup.extend(argument.setup);
        whole.values.extend(argument.values);
        cleanup.push(argument.cleanup);
    }
    whole.cleanup = cleanup.into_iter().rev().flatten().collect();
    failing(draft, function, &bad.what, whole, "&ffi_out", bad.code)
}

fn bad_outs(draft: &Draft, function: &Function) -> Vec<Check> {
    let arguments = || harmless(draft, &function.params);
    let mut checks = vec![failing(
        draft,
        function,
        "`out` is null",
        arguments(),
        "NULL",
        "RT_ERROR_NULL_POINTER",
    )];
    if crate::model::layout::of_ty(draft, &function.result).align_bytes > 1 {
        let c_name = c_type::value(draft, &function.result);
        let pointer = format!("({c_name} *)(void *)((char *)ffi_memory + 1)");
        checks.push(failing(
            draft,
            function,
            "`out` is misaligned",
            arguments(),
            &pointer,
            "RT_ERROR_MISALIGNED",
        ));
    }
    checks
}

/// Arguments that nothing looks at, because the call ends before.
fn harmless(draft: &Draft, params: &[Param]) -> Argument {
    let mut whole = Argument::default();
    for param in params {
        let argument = argument::harmless(draft, param, false);
        whole.setup.extend(argument.setup);
        whole.values.extend(argument.values);
    }
    whole
}

fn panic(draft: &Draft, function: &Function) -> Check {
    let arguments = match function.role {
        Role::FreeStruct(_) => Argument::plain(&["NULL"]),
        _ => harmless(draft, &function.params),
    };
    let mut check =
        failing(draft, function, "a panic inside", arguments, "&ffi_out", "RT_ERROR_PANIC");
    check.panics = true;
    check.condition = check.condition.replace(ZEROED_OUT, "");
    check
}

/// A panic strikes before the function has looked at `out`.
const ZEROED_OUT: &str = " && ffi_is_zero(&ffi_out, sizeof ffi_out)";

fn failing(
    draft: &Draft,
    function: &Function,
    what: &str,
    arguments: Argument,
    out: &str,
    code: &str,
) -> Check {
    let mut arguments = arguments;
    let mut values = std::mem::take(&mut arguments.values);
    let mut condition = failure_condition(function);
    if let Ty::Struct(_) = function.result {
        values.push(out.to_owned());
        if out == "&ffi_out" {
            let c_name = c_type::value(draft, &function.result);
            arguments.setup.push(format!("{c_name} ffi_out;"));
            arguments.setup.push("memset(&ffi_out, 0xAA, sizeof ffi_out);".to_owned());
            condition.push_str(ZEROED_OUT);
        }
    }
    let call = format!("{}({});", function.name, values.join(", "));
    let call = match function.result {
        Ty::Unit => call,
        _ => format!("{} ffi_result = {call}", c_type::result(draft, function)),
    };
    Check::fails(what, arguments, call, condition, code)
}

/// The number that C cannot spell, since a minus is no part of a C literal.
const I64_MIN: i128 = i64::MIN as i128;

/// The C expression that is true for the failure value.
fn failure_condition(function: &Function) -> String {
    match function.failure {
        Failure::Int(I64_MIN) => return "ffi_result == INT64_MIN".to_owned(),
        Failure::Int(value) if value > i64::MAX.into() => return format!("ffi_result == {value}u"),
        Failure::Int(value) => return format!("ffi_result == {value}"),
        Failure::Float(value) if value.is_nan() => return "ffi_result != ffi_result".to_owned(),
        Failure::Float(f64::INFINITY) => return format!("ffi_result > {:e}", f64::MAX),
        Failure::Float(f64::NEG_INFINITY) => return format!("ffi_result < {:e}", f64::MIN),
        Failure::Float(value) if function.result == Ty::Scalar(Scalar::F32) => {
            return format!("ffi_result == (float){value:?}");
        }
        Failure::Float(value) => return format!("ffi_result == {value:?}"),
        Failure::Default => {}
    }
    fn of_ty(ty: &Ty) -> &'static str {
        match ty {
            Ty::Unit => "true",
            Ty::Scalar(Scalar::Bool) | Ty::Struct(_) => "!ffi_result",
            Ty::Text | Ty::Bytes => "!ffi_result.ptr && ffi_result.len == 0",
            Ty::List(_) => "!ffi_result.items && ffi_result.len == 0",
            Ty::Option(inner) => match &**inner {
                Ty::Scalar(_) => "!ffi_result.present && ffi_result.value == 0",
                inner => of_ty(inner),
            },
            _ => "ffi_result == 0",
        }
    }
    of_ty(&function.result).to_owned()
}
