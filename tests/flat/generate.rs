//! Writes the program that looks whether memory stays flat: a C program with one loop per function that
//! gives something owned, made from the manifests. What is the same for all is in `flat.h`.
//!
//! A loop makes the call that the function's own example shows, behind what the example does before it;
//! `calls.toml` has what differs. So a new function is in the program as soon as its spec has an example.

mod example;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use ffigen::emit::manifest::{Function, Manifest};
use serde::Deserialize;

/// How one function is called, where its example does not say it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    /// Why it is left out.
    skip: Option<String>,
    /// Why it may give nothing on this machine, which is then no failure.
    none: Option<String>,
    /// C statements before the loop, instead of those of the example.
    setup: Option<String>,
    /// C arguments, without a last `out`, instead of those of the example.
    args: Option<String>,
    /// C statements before each call.
    each: Option<String>,
    /// C statements after each call, before its `result` goes back.
    after: Option<String>,
    /// The C expression by which `result` goes back, true if it did, instead of the function of the manifest.
    free: Option<String>,
}

fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let out = args.next().context("usage: generate OUT CALLS MANIFEST..")?;
    let calls = args.next().context("how are functions called?")?;
    let calls = fs::read_to_string(&calls).context(calls)?;
    let calls: BTreeMap<String, Call> = toml::from_str(&calls).context("calls.toml")?;
    let read = |path: String| -> Result<Manifest> {
        let text = fs::read_to_string(&path).context(path.clone())?;
        serde_json::from_str(&text).context(path)
    };
    let manifests = args.map(read).collect::<Result<Vec<_>>>()?;
    let functions: Vec<&Function> = manifests
        .iter()
        .flat_map(|manifest| &manifest.functions)
        .filter(|function| function.free.is_some())
        .collect();
    ensure!(!functions.is_empty(), "no manifest given");
    for name in calls.keys() {
        let is_known = functions.iter().any(|function| function.name == *name);
        ensure!(is_known, "calls.toml names {name}, which gives nothing that is owned");
    }
    fs::write(&out, program(&functions, &calls)?).context(out)
}

fn program(functions: &[&Function], calls: &BTreeMap<String, Call>) -> Result<String> {
    let mut out = String::from(
        "/* Generated from the manifests; see tests/flat. */\n#include \"flat.h\"\n\n",
    );
    let mut rows = String::new();
    let usual = Call::default();
    for function in functions {
        let name = &function.name;
        let call = calls.get(name).unwrap_or(&usual);
        if let Some(reason) = &call.skip {
            ensure!(reason.split_whitespace().count() > 2, "{name}: no reason given");
            writeln!(rows, "    {{ \"{name}\", NULL, {reason:?} }},")?;
            continue;
        }
        let none = call.none.as_ref().map_or("NULL".to_owned(), |reason| format!("{reason:?}"));
        writeln!(rows, "    {{ \"{name}\", flat_{name}, {none} }},")?;
        out.push_str(&looped(function, call).with_context(|| name.clone())?);
    }
    writeln!(out, "static const flat_case cases[] = {{\n{rows}}};\n")?;
    out.push_str("#include \"main.h\"\n");
    Ok(out)
}

/// The C function that calls one function again and again.
fn looped(function: &Function, call: &Call) -> Result<String> {
    let name = &function.name;
    let shown = function.example.as_deref().and_then(|text| example::call_of(text, name));
    let out_type = function
        .c_params
        .last()
        .filter(|last| last.name == "out" && last.ty.ends_with('*') && function.c_result == "bool");
    let setup = match (&call.setup, &shown) {
        (Some(setup), _) => setup.clone(),
        (None, Some(shown)) => shown.before.clone(),
        (None, None) => String::new(),
    };
    let mut args = match (&call.args, &shown) {
        (Some(args), _) => args.clone(),
        (None, Some(shown)) if out_type.is_some() => shown.arguments_but_last(),
        (None, Some(shown)) => shown.arguments.join(", "),
        (None, None) => anyhow::bail!("the example does not call it; calls.toml has to say how"),
    };
    let mut body = format!("static void flat_{name}(flat_run *run) {{\n{setup}\n");
    writeln!(body, "    while (flat_goes_on(run)) {{")?;
    writeln!(body, "        {}", call.each.as_deref().unwrap_or_default())?;
    let free = function.free.as_deref().context("what frees it?")?;
    let (is_given, mut freed) = match out_type {
        Some(out) => {
            let ty = out.ty.trim_end_matches('*').trim();
            writeln!(body, "        {ty} flat_result;")?;
            args = if args.trim().is_empty() {
                "&flat_result".to_owned()
            } else {
                format!("{args}, &flat_result")
            };
            writeln!(body, "        bool is_given = {name}({args});")?;
            ("is_given", format!("{free}(&flat_result)"))
        }
        None => {
            writeln!(body, "        {} flat_result = {name}({args});", function.c_result)?;
            let is_given = match function.c_result.as_str() {
                "rt_text" | "rt_bytes" => "flat_result.ptr != NULL",
                list if list.starts_with("rt_list_") => "flat_result.items != NULL",
                _ => "flat_result != 0",
            };
            (is_given, format!("{free}(flat_result)"))
        }
    };
    if let Some(own) = &call.free {
        freed.clone_from(own);
    }
    writeln!(
        body,
        "        if (!({is_given})) {{\n            flat_gives_nothing(run);\n            return;\n        }}"
    )?;
    writeln!(body, "        {}", call.after.as_deref().unwrap_or_default())?;
    writeln!(body, "        if (!flat_keeps(run) && !({freed})) {{")?;
    writeln!(body, "            flat_is_not_freed(run);\n            return;\n        }}")?;
    body.push_str("    }\n}\n\n");
    Ok(body)
}
