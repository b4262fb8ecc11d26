//! Writes the calls of the fuzzer: a C function per function of the API that picks arguments, prints
//! the call if asked to, makes it, and judges what came out. What is the same for all is in the
//! headers of this folder.

mod kinds;

use std::fmt::Write;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use ffigen::emit::manifest::{Function, Manifest, Param};
use kinds::{Kinds, short};

fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let mut next = || args.next().context("usage: generate OUT KINDS MANIFEST BASE_MANIFEST");
    let (out, kinds, manifest, base) = (next()?, next()?, next()?, next()?);
    let read = |path: String| -> Result<Manifest> {
        let text = fs::read_to_string(&path).context(path.clone())?;
        serde_json::from_str(&text).context(path)
    };
    let (manifest, base) = (read(manifest)?, read(base)?);
    let kinds = fs::read_to_string(&kinds).context(kinds)?;
    let kinds = Kinds::parse(&kinds, &manifest)?;
    fs::write(&out, program(&manifest, &base, &kinds)?).context(out)
}

fn program(manifest: &Manifest, base: &Manifest, kinds: &Kinds) -> Result<String> {
    let mut out = String::from("/* Generated from the manifest and kinds.txt. */\n\n");
    let (mut rows, mut calls) = (String::new(), String::new());
    writeln!(out, "enum {{")?;
    for function in &manifest.functions {
        let name = short(function);
        writeln!(out, "    ROW_{name},")?;
        let flag = |flag| u8::from(kinds.has(flag, function));
        // Only code that takes nothing but the function under construction is known to be harmless.
        let names_place =
            function.params.first().is_some_and(|param| param.ty == "&mut CraneliftContext")
                && function
                    .params
                    .iter()
                    .skip(1)
                    .all(|param| matches!(&*param.ty, "i64" | "f32" | "f64" | "bool"));
        let errors = manifest.errors_of(function, base);
        let errors: Vec<_> = errors.map(|it| format!("UINT64_C(1) << {}", it.number)).collect();
        writeln!(
            rows,
            "    {{ \"{}\", call_{name}, {}, {}, {}, {}, {}, {} }},",
            function.name,
            flag("unsafe"),
            flag("trapping"),
            flag("float"),
            flag("integer"),
            u8::from(names_place),
            errors.join(" | ")
        )?;
        calls.push_str(&call(function, kinds).with_context(|| function.name.clone())?);
    }
    writeln!(
        out,
        "    ROWS,\n}};\n\n#include \"state.h\"\n#include \"keep.h\"\n#include \"pick.h\"\n"
    )?;
    out.push_str(&calls);
    writeln!(out, "static const fuzz_row rows[ROWS] = {{\n{rows}}};\n")?;
    for (group, names) in &kinds.groups {
        let names: Vec<String> = names.iter().map(|name| format!("ROW_{name}")).collect();
        writeln!(out, "static const uint16_t group_{group}[] = {{ {} }};", names.join(", "))?;
    }
    out.push_str("\n#include \"plan.h\"\n#include \"run.h\"\n#include \"main.h\"\n");
    Ok(out)
}

/// C text that makes one argument: statements before the call, arguments, and how it is printed.
#[derive(Default)]
struct Argument {
    setup: String,
    values: Vec<String>,
    print: String,
}

/// The C function that calls one function once.
fn call(function: &Function, kinds: &Kinds) -> Result<String> {
    let name = &function.name;
    let mut all = Argument::default();
    for param in &function.params {
        let one = argument(function, param, kinds)?;
        all.setup.push_str(&one.setup);
        all.print.push_str(&one.print);
        all.values.extend(one.values);
    }
    let has_out = function.c_params.last().is_some_and(|last| last.name == "out");
    if let Some(out) = function.c_params.last().filter(|_| has_out) {
        let ty = out.ty.trim_end_matches('*').trim();
        writeln!(all.setup, "    {ty} out;\n    memset(&out, 0, sizeof out);")?;
        writeln!(all.setup, "    {ty} *p_out = fuzz_rarely() ? NULL : &out;")?;
        writeln!(all.print, "    trace_out(p_out != NULL);")?;
        all.values.push("p_out".to_owned());
    }
    ensure!(all.values.len() == function.c_params.len(), "{} arguments", all.values.len());
    let mut body = format!("static void call_{}(void) {{\n{}", short(function), all.setup);
    writeln!(
        body,
        "    if (fuzz_tracing) {{\n    trace_open(\"{name}\");\n{}    trace_close();\n    }}",
        all.print
    )?;
    let result = if function.c_result == "void" { "" } else { " result =" };
    let result = format!("{}{result} ", if result.is_empty() { "" } else { &function.c_result });
    writeln!(body, "    {}{name}({});", result.trim_start(), all.values.join(", "))?;
    body.push_str(&after(function, kinds, has_out)?);
    body.push_str("}\n\n");
    Ok(body)
}

fn argument(function: &Function, param: &Param, kinds: &Kinds) -> Result<Argument> {
    let name = format!("p_{}", param.name);
    let ty = param.ty.trim_start_matches('&').trim_start_matches("mut ").trim_end_matches('?');
    Ok(match ty {
        "CraneliftModule" => number(&name, "pick_module()"),
        "CraneliftContext" => number(&name, "pick_ctx()"),
        "CraneliftSignature" => number(&name, "pick_sig()"),
        "i64" => number(&name, &format!("pick_{}()", kinds.param(function, param)?)),
        "bool" | "f32" | "f64" => {
            let c_type = match ty {
                "bool" => "bool",
                "f32" => "float",
                _ => "double",
            };
            Argument {
                setup: format!("    {c_type} {name} = pick_{ty}();\n"),
                values: vec![name.clone()],
                print: format!("    trace_{ty}({name});\n"),
            }
        }
        "text" | "bytes" => {
            let kind = kinds.param(function, param)?;
            Argument {
                setup: format!(
                    "    uint64_t {name}_len;\n    const uint8_t *{name} = pick_{kind}(&{name}_len);\n"
                ),
                values: vec![name.clone(), format!("{name}_len")],
                print: format!("    trace_text({name}, {name}_len);\n"),
            }
        }
        "[i64]" | "[text]" => list(&name, ty, kinds.param(function, param)?),
        owned if owned.starts_with("owned ") || function.role == "free" => freed(&name, function)?,
        other => bail!("{name} has the type {other}"),
    })
}

/// A list that the picker fills.
fn list(name: &str, ty: &str, kind: &str) -> Argument {
    let item = if ty == "[i64]" { "int64_t" } else { "rt_text" };
    let suffix = if ty == "[i64]" { "ints" } else { "texts" };
    Argument {
        setup: format!(
            "    {item} {name}_items[LIST];\n    uint64_t {name}_len = pick_{kind}({name}_items);\n    \
             const {item} *{name} = pick_list({name}_items, &{name}_len, sizeof {name}_items[0]);\n"
        ),
        values: vec![name.to_owned(), format!("{name}_len")],
        print: format!("    trace_{suffix}({name}, {name}_len);\n"),
    }
}

/// What is given to a function that frees: a handle, or nothing, or a pointer that the library never gave.
fn freed(name: &str, function: &Function) -> Result<Argument> {
    let c_type = &function.c_params.first().context("a C parameter")?.ty;
    Ok(match c_type.as_str() {
        "int64_t" => number(name, &format!("pick_{}()", handle_of(&function.name)?)),
        pointer if pointer.ends_with('*') => Argument {
            setup: format!(
                "    {0} {name};\n    memset(&{name}, 0, sizeof {name});\n",
                pointer.trim_end_matches('*').trim()
            ),
            values: vec![format!("fuzz_rarely() ? NULL : &{name}")],
            print: "    trace_out(true);\n".to_owned(),
        },
        _ => Argument {
            setup: format!(
                "    static uint64_t memory[4];\n    {c_type} {name} = {{ 0 }};\n    \
                 if (fuzz_rarely()) {name}.items = (void *)memory;\n"
            ),
            values: vec![name.to_owned()],
            print: format!("    trace_items({name}.items != NULL);\n"),
        },
    })
}

fn number(name: &str, expression: &str) -> Argument {
    Argument {
        setup: format!("    int64_t {name} = {expression};\n"),
        values: vec![name.to_owned()],
        print: format!("    trace_i64({name});\n"),
    }
}

fn handle_of(free: &str) -> Result<&'static str> {
    Ok(match free {
        "rt_cranelift_signature_free" => "sig",
        "rt_cranelift_context_free" => "ctx",
        "rt_cranelift_module_free" => "module",
        _ => bail!("{free} frees a kind of handle that the fuzzer does not know"),
    })
}

/// Judges the call, keeps what it gave, and gives back what is not kept.
fn after(function: &Function, kinds: &Kinds, has_out: bool) -> Result<String> {
    let (null, is_owned) = match function.c_result.as_str() {
        "void" => ("true", false),
        "rt_text" | "rt_bytes" => ("result.ptr == NULL", true),
        list if list.starts_with("rt_list_") => ("result.items == NULL", true),
        "bool" => ("!result", false),
        _ => ("result == 0", false),
    };
    let handle = match function.result.as_str() {
        "CraneliftModule" => Some("module"),
        "CraneliftContext" => Some("ctx"),
        "CraneliftSignature" => Some("sig"),
        _ => None,
    };
    let is_failure = match function.failure.as_str() {
        "nothing" => "true".to_owned(),
        "false" | "null" | "0" => null.to_owned(),
        number => format!("result == {number}"),
    };
    let can_tell = is_owned || has_out || handle.is_some();
    let telling = if can_tell { null } else { "false" };
    let row = short(function);
    let mut text = String::new();
    if function.c_result == "int64_t" {
        writeln!(text, "    fuzz_result(result);")?;
    }
    writeln!(text, "    bool ok = fuzz_judge(ROW_{row}, {is_failure}, {telling});")?;
    if let Some(handle) = handle {
        writeln!(text, "    if (ok) keep_{handle}(result);")?;
    } else if function.c_result == "int64_t" {
        match kinds.result(function) {
            "none" => {}
            kind => writeln!(text, "    if (ok && result != 0) keep_{kind}(result);")?,
        }
    }
    if kinds.is_hook(function) {
        writeln!(text, "    after_{row}(ok);")?;
    }
    match &function.free {
        Some(free) if has_out => {
            writeln!(
                text,
                "    if (ok && !{free}(&out)) fuzz_problem(\"gives what cannot be freed\");"
            )?;
        }
        Some(free) if handle.is_none() => {
            let show = matches!(function.c_result.as_str(), "rt_text" | "rt_bytes");
            if show {
                writeln!(text, "    fuzz_touch(result.ptr, result.len);")?;
            }
            writeln!(
                text,
                "    if (!{free}(result)) fuzz_problem(\"gives what cannot be freed\");"
            )?;
        }
        _ => {}
    }
    writeln!(text, "    (void)ok;")?;
    Ok(text)
}
