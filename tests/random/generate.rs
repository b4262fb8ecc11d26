//! Writes the random caller: a C program with one function per function of the runtime, made from the
//! manifests. What is the same for all is in `caller.h`.
//!
//! Arguments stay within the contract: a pointer points to as much memory as its length says, or the
//! length is one that no memory has, and addresses that are numbers are left out (`excluded.txt`).

mod argument;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use argument::Types;
use ffigen::emit::manifest::{Function, Manifest};

/// How often a function is called that takes long: once where others are called this often.
const RARELY: u32 = 2_000;

fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let out = args.next().context("usage: generate OUT EXCLUDED MANIFEST..")?;
    let excluded = args.next().context("which functions are excluded?")?;
    let excluded = fs::read_to_string(&excluded).context(excluded)?;
    let read = |path: String| -> Result<Manifest> {
        let text = fs::read_to_string(&path).context(path.clone())?;
        serde_json::from_str(&text).context(path)
    };
    let manifests = args.map(read).collect::<Result<Vec<_>>>()?;
    ensure!(!manifests.is_empty(), "no manifest given");
    let excluded = parse_excluded(&excluded)?;
    check_excluded(&excluded, &manifests)?;
    fs::write(&out, program(&manifests, &excluded)?).context(out)
}

/// Functions that are not called, or rarely, or not with everything.
struct Excluded {
    never: BTreeSet<String>,
    rarely: BTreeSet<String>,
    /// Parameters that always get one value: `function.parameter` and the C expression.
    pinned: BTreeMap<String, String>,
}

fn parse_excluded(text: &str) -> Result<Excluded> {
    let mut excluded =
        Excluded { never: BTreeSet::new(), rarely: BTreeSet::new(), pinned: BTreeMap::new() };
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some((name, reason)) = line.split_once(": ") else { bail!("no reason given: {line}") };
        ensure!(!reason.trim().is_empty(), "no reason given: {line}");
        let is_new = match (name.strip_prefix('~'), name.split_once('=')) {
            (Some(name), _) => excluded.rarely.insert(name.to_owned()),
            (None, Some((place, value))) => {
                excluded.pinned.insert(place.to_owned(), value.to_owned()).is_none()
            }
            (None, None) => excluded.never.insert(name.to_owned()),
        };
        ensure!(is_new, "excluded twice: {name}");
    }
    Ok(excluded)
}

/// A name that nobody has would exclude nothing, and is a mistake. The first word after `rt_` tells
/// whether its module is there.
fn check_excluded(excluded: &Excluded, manifests: &[Manifest]) -> Result<()> {
    let word = |name: &str| name.split('_').nth(1).unwrap_or_default().to_owned();
    let names: BTreeSet<&str> = manifests
        .iter()
        .flat_map(|manifest| manifest.functions.iter().map(|function| function.name.as_str()))
        .collect();
    let words: BTreeSet<String> = names.iter().map(|name| word(name)).collect();
    let pinned = excluded.pinned.keys().map(|place| place.split('.').next().unwrap_or_default());
    let listed = excluded.never.iter().chain(&excluded.rarely).map(String::as_str);
    for name in listed.chain(pinned) {
        let is_unknown = !names.contains(name) && words.contains(&word(name));
        ensure!(!is_unknown, "excluded.txt names {name}, which no manifest has");
    }
    Ok(())
}

fn program(manifests: &[Manifest], excluded: &Excluded) -> Result<String> {
    let types = Types::of(manifests);
    let mut out = String::from(
        "/* Generated from the manifests; see tests/random. */\n#include \"caller.h\"\n\n",
    );
    writeln!(out, "enum {{ KINDS = {} }};", types.kinds.len().max(1))?;
    writeln!(out, "static caller_kind kinds[KINDS] = {{")?;
    for kind in &types.kinds {
        writeln!(out, "    {{ .free = {}, .tag = {} }},", kind.free, kind.c_macro)?;
    }
    writeln!(out, "}};\n")?;
    let mut callbacks = BTreeMap::new();
    let mut bodies = String::new();
    let mut rows = String::new();
    let (mut called, mut left_out) = (0, 0);
    let base = manifests
        .iter()
        .find(|manifest| manifest.module == "base")
        .context("which errors may every function give? Name the manifest of `base`, too")?;
    let functions = manifests
        .iter()
        .flat_map(|manifest| manifest.functions.iter().map(move |function| (manifest, function)));
    for (manifest, function) in functions {
        if excluded.never.contains(&function.name) {
            left_out += 1;
            continue;
        }
        called += 1;
        let every = if excluded.rarely.contains(&function.name) { RARELY } else { 1 };
        let errors = manifest.errors_of(function, base);
        let errors: Vec<_> = errors.map(|it| format!("UINT64_C(1) << {}", it.number)).collect();
        let errors = errors.join(" | ");
        writeln!(rows, "    {{ \"{0}\", call_{0}, {every}, {errors}, 0, 0 }},", function.name)?;
        bodies.push_str(&call(&types, function, &excluded.pinned, &mut callbacks)?);
    }
    for (ty, index) in &callbacks {
        out.push_str(&argument::callback(ty, *index)?);
    }
    out.push_str(&bodies);
    writeln!(out, "static struct caller_row {{\n    const char *name;\n    void (*call)(void);")?;
    writeln!(
        out,
        "    unsigned every;\n    uint64_t errors, calls, successes;\n}} rows[] = {{\n{rows}}};\n"
    )?;
    writeln!(out, "enum {{ CALLED = {called}, LEFT_OUT = {left_out} }};\n")?;
    out.push_str("#include \"main.h\"\n");
    Ok(out)
}

/// The C function that calls one function once.
fn call(
    types: &Types,
    function: &Function,
    pinned: &BTreeMap<String, String>,
    callbacks: &mut BTreeMap<String, usize>,
) -> Result<String> {
    let name = &function.name;
    let mut setup = String::new();
    let mut values = Vec::new();
    for param in &function.params {
        if let Some(value) = pinned.get(&format!("{name}.{}", param.name)) {
            values.push(value.clone());
            continue;
        }
        let argument = types
            .argument(param, function, callbacks)
            .with_context(|| format!("{name}: parameter {}", param.name))?;
        setup.push_str(&argument.setup);
        values.extend(argument.values);
    }
    let out_type =
        function.c_params.last().filter(|last| last.name == "out" && last.ty.ends_with('*'));
    let has_out = out_type.is_some()
        && function.c_result == "bool"
        && values.len() + 1 == function.c_params.len();
    if let Some(out) = out_type.filter(|_| has_out) {
        let ty = out.ty.trim_end_matches('*').trim();
        writeln!(setup, "    {ty} out;\n    {ty} *p_out = caller_one_of(30) ? NULL : &out;")?;
        writeln!(setup, "    memset(&out, 0, sizeof out);")?;
        values.push("p_out".to_owned());
    }
    ensure!(
        values.len() == function.c_params.len(),
        "{name}: {} arguments for {} parameters",
        values.len(),
        function.c_params.len()
    );
    let mut body = format!("static void call_{name}(void) {{\n{setup}");
    let values = values.join(", ");
    match function.c_result.as_str() {
        "void" => writeln!(body, "    {name}({values});")?,
        ty => writeln!(body, "    {ty} result = {name}({values});")?,
    }
    let after = After::of(types, function, has_out)?;
    match function.keeps_error {
        true => writeln!(body, "    caller_calls++;")?,
        false => writeln!(body, "    caller_judge({}, {});", after.is_telling, after.is_failure)?,
    }
    body.push_str(&after.release);
    body.push_str("}\n\n");
    Ok(body)
}

/// What a call's result says, and how it goes back.
struct After {
    /// The C expression that is true where only a failure gives this result.
    is_telling: String,
    /// The C expression that is true for the failure value.
    is_failure: String,
    release: String,
}

impl After {
    fn of(types: &Types, function: &Function, has_out: bool) -> Result<After> {
        let is_optional = function.result.ends_with('?');
        let (null, is_pointer) = match function.c_result.as_str() {
            "rt_text" | "rt_bytes" => ("result.ptr == NULL", true),
            ty if ty.starts_with("rt_list_") => ("result.items == NULL", true),
            ty if ty.starts_with("rt_opt_") => ("!result.present", false),
            "bool" => ("!result", false),
            _ => ("result == 0", false),
        };
        let kind = types.kind(function.result.trim_end_matches('?'));
        let is_failure = match function.failure.as_str() {
            "nothing" => "true".to_owned(),
            "false" | "null" | "none" => null.to_owned(),
            "nan" => "result != result".to_owned(),
            number => format!("result == {number}"),
        };
        let is_telling = match is_pointer || kind.is_some() || has_out {
            true if !is_optional => null.to_owned(),
            _ => "false".to_owned(),
        };
        let release = match (&function.free, kind) {
            (_, Some(index)) => {
                format!("    if (result != 0) caller_keep(&kinds[{index}], result);\n")
            }
            (Some(free), None) if has_out => format!(
                "    if (result && !{free}(&out)) caller_problem(\"gives what cannot be freed\");\n"
            ),
            (Some(free), None) => {
                format!(
                    "    if (!{free}(result)) caller_problem(\"gives what cannot be freed\");\n"
                )
            }
            (None, None) if function.c_result == "void" => String::new(),
            (None, None) => "    (void)result;\n".to_owned(),
        };
        Ok(After { is_telling, is_failure, release })
    }
}
