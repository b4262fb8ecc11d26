//! The ABI lock closes: each way to break an ABI, done to each real spec, fails the ABI test with a
//! message that names what changed and the one command that accepts it.
//!
//! Specs are changed in memory, and what the test of a module runs is run: `ffigen` to generate,
//! `abi_check` to compare.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use diag::SourceFile;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::Value;
use tempfile::TempDir;
use tests::ffigen as generator;
use toml::{Table, Value as Toml};

/// A way to change a spec, and what the message must then say. `None` where the spec has nothing to
/// change in this way.
type Change = fn(&mut Table) -> Option<Vec<String>>;

/// Every change that programs would notice.
const BREAKS: &[(&str, Change)] = &[
    ("remove_a_function", remove_a_function),
    ("change_the_type_of_a_parameter", change_the_type_of_a_parameter),
    ("remove_a_parameter", remove_a_parameter),
    ("change_a_result", change_a_result),
    ("rename_a_field", rename_a_field),
    ("rename_a_field_of_a_tuple", rename_a_field_of_a_tuple),
    ("change_the_number_of_a_value", change_the_number_of_a_value),
    ("change_a_tag", change_a_tag),
    ("add_a_function", add_a_function),
];

fn main() {
    let args = Arguments::from_args();
    let mut trials = Vec::new();
    for (name, path) in tests::cases("specs", "toml") {
        for (change, apply) in BREAKS {
            let path = path.clone();
            trials
                .push(Trial::test(format!("{name}/{change}"), move || check_break(&path, *apply)));
        }
        let unchanged = path.clone();
        trials.push(Trial::test(format!("{name}/nothing"), move || check_pass(&unchanged, |_| {})));
        let documented = path.clone();
        trials.push(Trial::test(format!("{name}/documentation"), move || {
            check_pass(&documented, change_documentation)
        }));
        trials.push(Trial::test(format!("{name}/no_baseline"), move || check_no_baseline(&path)));
    }
    for (change, _) in BREAKS {
        trials.push(Trial::test(format!("every_change_is_tried/{change}"), move || {
            check_tried(change)
        }));
    }
    trials.push(Trial::test("error_codes", error_codes));
    for (name, change) in EXPORTS {
        trials
            .push(Trial::ignorable_test(format!("exports/{name}"), move || check_exports(*change)));
    }
    libtest_mimic::run(&args, trials).exit();
}

fn check_break(path: &str, apply: Change) -> Result<(), Failed> {
    let old = table(path)?;
    let mut new = old.clone();
    let Some(says) = apply(&mut new) else { return Ok(()) };
    let output = compare(path, Some(&old), &new)?;
    let text = String::from_utf8(output.stdout)?;
    let command = "./bazelw run //ffi:accept_abi".to_owned();
    if output.status.code() != Some(1) {
        return Err(format!("ended with {}: {text}", output.status).into());
    }
    match says.iter().chain([&command]).find(|part| !text.contains(*part)) {
        Some(part) => Err(format!("the message does not say `{part}`:\n{text}").into()),
        None => Ok(()),
    }
}

fn check_pass(path: &str, apply: fn(&mut Table)) -> Result<(), Failed> {
    let old = table(path)?;
    let mut new = old.clone();
    apply(&mut new);
    let output = compare(path, Some(&old), &new)?;
    match output.status.code() {
        Some(0) => Ok(()),
        _ => Err(String::from_utf8_lossy(&output.stdout).into_owned().into()),
    }
}

fn check_no_baseline(path: &str) -> Result<(), Failed> {
    let output = compare(path, None, &table(path)?)?;
    let text = String::from_utf8(output.stdout)?;
    match output.status.code() {
        Some(1) if text.contains("./bazelw run //ffi:accept_abi") => Ok(()),
        _ => Err(format!("ended with {}: {text}", output.status).into()),
    }
}

/// A change that no spec has room for would be a test of nothing.
fn check_tried(change: &str) -> Result<(), Failed> {
    let (_, apply) = BREAKS.iter().find(|(name, _)| *name == change).ok_or("no such change")?;
    for (_, path) in tests::cases("specs", "toml") {
        if apply(&mut table(&path)?).is_some() {
            return Ok(());
        }
    }
    Err("no spec has anything to change in this way".into())
}

fn table(path: &str) -> Result<Table, Failed> {
    Ok(generator::source(path)?.text().parse()?)
}

/// Generates the manifests of two versions of a spec and runs what the module's ABI test runs.
fn compare(path: &str, old: Option<&Table>, new: &Table) -> Result<Output, Failed> {
    let directory = TempDir::new()?;
    let baseline = directory.path().join("abi.json");
    if let Some(old) = old {
        fs::write(&baseline, manifest(path, old)?)?;
    }
    let manifest_file = directory.path().join("new.json");
    fs::write(&manifest_file, manifest(path, new)?)?;
    let mut command = Command::new(abi_check());
    command
        .arg("--ffigen")
        .arg(generator::executable())
        .arg("--baseline")
        .arg(&baseline)
        .arg("--manifest")
        .arg(&manifest_file);
    Ok(command.output()?)
}

fn manifest(path: &str, spec: &Table) -> Result<String, Failed> {
    let files = generator::generate_clean(&SourceFile::new(path, spec.to_string()))?;
    let found =
        files.iter().find(|(name, _)| name.starts_with("abi/")).map(|(_, text)| text.to_owned());
    found.ok_or_else(|| "no manifest was generated".into())
}

fn abi_check() -> PathBuf {
    match std::env::var_os("ABI_CHECK") {
        Some(path) => std::env::current_dir().unwrap_or_default().join(path),
        None => generator::executable().parent().unwrap_or(Path::new("")).join("abi_check"),
    }
}

/// The items of a kind: `function`, `struct`, ...
fn items<'a>(spec: &'a mut Table, kind: &str) -> impl Iterator<Item = &'a mut Table> {
    spec.get_mut(kind)
        .and_then(Toml::as_array_mut)
        .into_iter()
        .flatten()
        .filter_map(Toml::as_table_mut)
}

fn text(item: &Table, key: &str) -> String {
    item.get(key).and_then(Toml::as_str).unwrap_or_default().to_owned()
}

fn remove_a_function(spec: &mut Table) -> Option<Vec<String>> {
    let functions = spec.get_mut("function")?.as_array_mut()?;
    let removed = functions.pop()?;
    Some(vec![text(removed.as_table()?, "name")])
}

fn change_the_type_of_a_parameter(spec: &mut Table) -> Option<Vec<String>> {
    for function in items(spec, "function") {
        let name = text(function, "name");
        for param in items(function, "params") {
            let old = text(param, "type");
            let new = match old.as_str() {
                "text" => "bytes",
                "i64" => "i32",
                "i32" => "i64",
                "bool" => "u64",
                _ => continue,
            };
            param.insert("type".into(), new.into());
            return Some(vec![name, text(param, "name"), old, new.to_owned()]);
        }
    }
    None
}

fn remove_a_parameter(spec: &mut Table) -> Option<Vec<String>> {
    for function in items(spec, "function") {
        let name = text(function, "name");
        if let Some(param) =
            function.get_mut("params").and_then(Toml::as_array_mut).and_then(Vec::pop)
        {
            return Some(vec![name, text(param.as_table()?, "name")]);
        }
    }
    None
}

fn change_a_result(spec: &mut Table) -> Option<Vec<String>> {
    let function = items(spec, "function").find(|function| text(function, "result") == "bool")?;
    function.insert("result".into(), "u64".into());
    Some(vec![text(function, "name"), "bool".into(), "u64".into()])
}

fn rename_a_field(spec: &mut Table) -> Option<Vec<String>> {
    let item = items(spec, "struct").next()?;
    let c_type = format!("rt_{}", ffigen::model::symbol::snake(&text(item, "name")));
    let field = items(item, "fields").next()?;
    let old = text(field, "name");
    field.insert("name".into(), format!("{old}_renamed").into());
    Some(vec![c_type, old.clone(), format!("{old}_renamed")])
}

fn rename_a_field_of_a_tuple(spec: &mut Table) -> Option<Vec<String>> {
    let function =
        items(spec, "function").find(|function| text(function, "result").starts_with('('))?;
    let result = text(function, "result");
    let old = result.trim_start_matches('(').split(':').next()?.trim().to_owned();
    function.insert("result".into(), result.replacen(&old, &format!("{old}_renamed"), 1).into());
    function.remove("parts");
    Some(vec![text(function, "name"), old.clone(), format!("{old}_renamed")])
}

fn change_the_number_of_a_value(spec: &mut Table) -> Option<Vec<String>> {
    let item = items(spec, "enum").next()?;
    let value = items(item, "values").last()?;
    value.insert("value".into(), 9_999.into());
    Some(vec![text(value, "name"), "9999".into()])
}

fn change_a_tag(spec: &mut Table) -> Option<Vec<String>> {
    let handle = items(spec, "handle").next()?;
    handle.insert("tag".into(), 4_000.into());
    Some(vec![text(handle, "name"), "4000".into()])
}

fn add_a_function(spec: &mut Table) -> Option<Vec<String>> {
    let functions = spec.get_mut("function")?.as_array_mut()?;
    let mut added = functions.first()?.as_table()?.clone();
    let name = format!("{}_added", text(&added, "name"));
    added.insert("name".into(), name.clone().into());
    added.remove("wrappers");
    functions.push(Toml::Table(added));
    Some(vec![name])
}

fn change_documentation(spec: &mut Table) {
    for function in items(spec, "function") {
        function.insert("doc".into(), "Says something else.".into());
    }
}

/// A way to change a manifest, and the symbol that must then be named; `None` when nothing is wrong.
type ExportChange = fn(&mut Value) -> Option<String>;

/// Manifests that fit a real library, and that do not.
const EXPORTS: &[(&str, ExportChange)] = &[
    ("as_they_are", |_| None),
    ("one_less_in_the_manifest", |functions| {
        functions.as_array_mut().and_then(Vec::pop).map(|function| name_of(&function))
    }),
    ("one_more_in_the_manifest", |functions| {
        let functions = functions.as_array_mut()?;
        let mut more = functions.first()?.clone();
        more["name"] = "rt_not_there".into();
        functions.push(more);
        Some("rt_not_there".to_owned())
    }),
];

fn name_of(function: &Value) -> String {
    function["name"].as_str().unwrap_or_default().to_owned()
}

/// Holds a library against its manifest, changed. Bazel says where they are; cargo does not build generated crates.
fn check_exports(change: ExportChange) -> Result<Completion, Failed> {
    let (Some(library), Some(manifests)) =
        (std::env::var_os("LIBRARY"), std::env::var("MANIFESTS").ok())
    else {
        return Ok(Completion::ignored_with("only under Bazel"));
    };
    let (base, module) = manifests.split_once(' ').ok_or("MANIFESTS names two")?;
    let mut manifest: Value = serde_json::from_slice(&fs::read(module)?)?;
    let wrong = change(&mut manifest["functions"]);
    let directory = TempDir::new()?;
    let changed = directory.path().join("changed.json");
    fs::write(&changed, manifest.to_string())?;
    let mut command = Command::new(abi_check());
    command
        .arg("--library")
        .arg(library)
        .arg("--manifest")
        .arg(base)
        .arg("--manifest")
        .arg(changed);
    let output = command.output()?;
    let text = String::from_utf8(output.stdout)?;
    let is_right = match &wrong {
        None => output.status.success(),
        Some(symbol) => output.status.code() == Some(1) && text.contains(symbol.as_str()),
    };
    match is_right {
        true => Ok(Completion::Completed),
        false => {
            Err(format!("ended with {} and should name {wrong:?}: {text}", output.status).into())
        }
    }
}

/// The error codes of the runtime are those of base.toml: number, name and documentation.
fn error_codes() -> Result<(), Failed> {
    let mut base = table(generator::BASE)?;
    let values = items(&mut base, "enum")
        .find(|item| text(item, "name") == "Error")
        .ok_or("no enum Error")?;
    let declared: Vec<_> = items(values, "values")
        .map(|value| {
            (value.get("value").and_then(Toml::as_integer).unwrap_or(-1), text(value, "name"))
        })
        .collect();
    let compiled: Vec<_> = ffi_rt::ErrorCode::ALL
        .iter()
        .map(|code| (i64::from(*code as i32), code.name().to_owned()))
        .collect();
    if declared == compiled {
        return Ok(());
    }
    Err(format!("specs/base.toml has {declared:?}\nffi/rt/src/error.rs has {compiled:?}").into())
}
