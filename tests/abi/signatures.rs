//! Prints a Rust file that compiles only if a hand-written crate has the signatures and struct layouts
//! of manifests: `signatures FUNCTIONS MANIFEST..`.
//!
//! The compiler does the comparing, because nothing else sees through macros and type aliases.
//! Structs of a crate are expected in its module `process` or wherever its root exports them.

mod functions;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use ffigen::emit::manifest::{Function, Manifest, Struct};

fn main() -> Result<()> {
    let mut paths = env::args().skip(1).map(PathBuf::from);
    let list = paths.next().context("no list of functions given")?;
    let subset = functions::read(&list)?;
    println!("//! Signatures and layouts of a hand-written crate, as the manifests say.\n");
    println!("#![allow(unused_imports, reason = \"not each manifest needs each type\")]\n");
    println!("use ffi_syscalls::types::*;\nuse std::mem::{{align_of, offset_of, size_of}};");
    for path in paths {
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        let manifest: Manifest = serde_json::from_slice(&bytes)?;
        let module = if manifest.module == "base" { "base" } else { "exports" };
        let mut used = BTreeSet::new();
        for function in functions::of(&manifest, Some(&subset)) {
            println!("\n{}", assertion(module, function)?);
            used.extend(function.c_params.iter().filter_map(|param| param.ty.strip_suffix(" *")));
        }
        for item in manifest.structs.iter().filter(|item| used.contains(item.c_type.as_str())) {
            println!("\n{}", layout(item)?);
        }
    }
    Ok(())
}

/// That a function can be used as one of this signature.
fn assertion(module: &str, function: &Function) -> Result<String> {
    let name = &function.name;
    let types = function.c_params.iter().map(|param| parameter(&param.ty));
    let types = types.collect::<Result<Vec<_>>>().with_context(|| name.clone())?.join(", ");
    let result = match function.c_result.as_str() {
        "void" => "()".to_owned(),
        "bool" => "bool".to_owned(),
        c_type => parameter(c_type).with_context(|| name.clone())?,
    };
    Ok(format!(
        "const _: unsafe extern \"C\" fn({types}) -> {result} = ffi_syscalls::{module}::{name};"
    ))
}

/// The Rust type of a C parameter. A truth value comes in as a byte, of which any but 0 is true.
fn parameter(c_type: &str) -> Result<String> {
    if let Some(target) = c_type.strip_prefix("const ").and_then(|rest| rest.strip_suffix(" *")) {
        return Ok(format!("*const {}", parameter(target)?));
    }
    if let Some(target) = c_type.strip_suffix(" *") {
        return Ok(format!("*mut {}", parameter(target)?));
    }
    let plain = c_type.strip_suffix("_t").map(|name| name.replace("uint", "u").replace("int", "i"));
    Ok(match (c_type, plain) {
        ("bool", _) => "u8".to_owned(),
        ("float", _) => "f32".to_owned(),
        ("double", _) => "f64".to_owned(),
        (_, Some(plain)) => plain,
        ("rt_list_text", _) => "RtList<RtText>".to_owned(),
        ("rt_list_bytes", _) => "RtList<RtBytes>".to_owned(),
        _ => match (c_type.strip_prefix("rt_list_"), c_type.strip_prefix("rt_")) {
            (Some(item), _) => format!("RtList<{item}>"),
            (None, Some(name)) => format!("Rt{}", camel(name)),
            (None, None) => bail!("no Rust type is known for the C type `{c_type}`"),
        },
    })
}

fn camel(name: &str) -> String {
    let upper = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').filter(|word| !word.is_empty()).map(upper).collect()
}

/// That a struct has the size, alignment and offsets of the manifest.
fn layout(item: &Struct) -> Result<String> {
    let name = parameter(&item.c_type)?;
    let (size, align) = (item.size_bytes, item.align_bytes);
    let mut lines = vec![format!("    assert!(size_of::<{name}>() == {size});")];
    lines.push(format!("    assert!(align_of::<{name}>() == {align});"));
    for field in &item.fields {
        let (field, offset) = (&field.name, field.offset_bytes);
        lines.push(format!("    assert!(offset_of!({name}, {field}) == {offset});"));
    }
    Ok(format!("const _: () = {{\n{}\n}};", lines.join("\n")))
}
