//! The kinds of change and the class that each must get.
//!
//! This is the oracle. A class is chosen by what a program compiled before would notice: whether it
//! would pass, expect or free something else (ABI break), only no longer compile (source break), or
//! notice nothing.

use ffigen::abi_diff::Class;
use toml::{Table, Value};

use super::edit::{self, items, parts, text};
use super::items as other_items;

/// A changed spec.
pub struct Mutant {
    /// The kind of change.
    pub kind: &'static str,
    /// The change in words.
    pub what: String,
    /// The spec with it.
    pub spec: Table,
    /// The base spec, where that is what changed.
    pub base: Option<String>,
    /// What it must be classed as.
    pub expect: Class,
    /// What the report must name.
    pub names: Vec<String>,
}

/// Collects mutants.
#[derive(Default)]
pub struct Mutants(pub Vec<Mutant>);

impl Mutants {
    /// Adds one; `names` is what the report must name.
    pub fn push(&mut self, kind: &'static str, class: Class, names: &[&str], spec: Table) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let what = format!("{kind} ({})", names.join(", "));
        self.0.push(Mutant { kind, what, spec, base: None, expect: class, names });
    }
}

/// The spec with bodies that do nothing, for speed: none of them is part of the ABI. A family keeps
/// its own, which must name what its members give.
pub fn without_code(mut spec: Table) -> Table {
    let is_hand_written =
        spec["module"].get("provider").and_then(Value::as_str) == Some("hand_written");
    if let Some(module) = spec.get_mut("module").and_then(Value::as_table_mut) {
        module.remove("items");
    }
    // What names the items that are gone.
    spec.remove("record");
    let handles = spec.get_mut("handle").and_then(Value::as_array_mut);
    for handle in handles.into_iter().flatten().filter_map(Value::as_table_mut) {
        if !is_hand_written {
            handle.insert("rust".to_owned(), "u8".into());
        }
    }
    // The words for parts of a tuple, whose names are to change.
    for kind in ["function", "family"] {
        let items = spec.get_mut(kind).and_then(Value::as_array_mut);
        for item in items.into_iter().flatten().filter_map(Value::as_table_mut) {
            item.remove("parts");
        }
    }
    let functions = spec.get_mut("function").and_then(Value::as_array_mut);
    for function in functions.into_iter().flatten().filter_map(Value::as_table_mut) {
        if !is_hand_written {
            function.insert("body".to_owned(), "unimplemented!()".into());
        }
    }
    spec
}

/// Every single change of a spec.
pub fn mutants(spec: &Table) -> Vec<Mutant> {
    let mut out = Mutants::default();
    functions(spec, &mut out);
    for (index, function) in items(spec, "function") {
        params(spec, index, function, &mut out);
        result(spec, index, function, &mut out);
        around(spec, index, function, &mut out);
    }
    other_items::structs(spec, &mut out);
    other_items::enums(spec, &mut out);
    other_items::handles(spec, &mut out);
    other_items::families(spec, &mut out);
    other_items::errors_of_all(spec, &mut out);
    other_items::words(spec, &mut out);
    other_items::error_numbers(spec, &mut out);
    out.0
}

/// Every third change with another one beside it that is harmless and much: a function more, and other
/// words everywhere. The class of the two is the worse one, so that no addition hides a break.
pub fn hidden(singles: &[Mutant]) -> Vec<Mutant> {
    let hide = |mutant: &Mutant| {
        let mut spec = mutant.spec.clone();
        add_function(&mut spec, "rt_hidden_behind");
        other_items::new_words(&mut spec);
        Mutant {
            kind: "any of these, beside an addition",
            what: format!("{}, beside an addition", mutant.what),
            spec,
            base: mutant.base.clone(),
            expect: mutant.expect.max(Class::Addition),
            names: mutant.names.clone(),
        }
    };
    // Words that change twice are words that changed once; there is nothing to name.
    let is_seen = |mutant: &&Mutant| mutant.expect >= Class::Addition;
    singles.iter().filter(is_seen).step_by(3).map(hide).collect()
}

/// Puts a function that needs nothing of the spec at its end.
fn add_function(spec: &mut Table, name: &str) {
    let is_hand_written =
        spec["module"].get("provider").and_then(Value::as_str) == Some("hand_written");
    let mut function = Table::new();
    for (key, value) in [("name", name), ("doc", "More."), ("result", "i64")] {
        function.insert(key.to_owned(), value.into());
    }
    function.insert("example".to_owned(), format!("assert({name}() == 1);").into());
    if !is_hand_written {
        function.insert("body".to_owned(), "1".into());
    }
    *spec = edit::with_items(spec, "function", |list| list.push(Value::Table(function)));
}

/// Functions that come, leave, move.
fn functions(spec: &Table, out: &mut Mutants) {
    let mut more = spec.clone();
    add_function(&mut more, "rt_one_more");
    out.push("function added", Class::Addition, &["rt_one_more"], more);
    for (index, function) in items(spec, "function") {
        let name = text(function, "name");
        let spec_without = edit::with_items(spec, "function", |list| drop(list.remove(index)));
        out.push("function removed", Class::AbiBreak, &[&name], spec_without);
        let renamed = edit::with_item(spec, "function", index, |item| {
            item.insert("name".to_owned(), format!("{name}_x").into());
        });
        out.push("function renamed", Class::AbiBreak, &[&name], renamed);
        if index > 0 {
            let moved = edit::with_items(spec, "function", |list| list.swap(index - 1, index));
            out.push("function moved", Class::DocsOnly, &[], moved);
        }
    }
}

/// Parameters: each that leaves, comes, moves or changes shape is a call with other registers, or
/// with the same ones and another meaning.
fn params(spec: &Table, index: usize, function: &Table, out: &mut Mutants) {
    let name = text(function, "name");
    let list = parts(function, "params");
    let with = |change: &dyn Fn(&mut Vec<Value>)| {
        edit::with_parts(spec, "function", index, "params", |list| change(list))
    };
    for at in 0..=list.len() {
        let spec = with(&|list| list.insert(at, edit::part("one_more", "i64")));
        out.push("parameter added", Class::AbiBreak, &[&name, "one_more"], spec);
    }
    for (at, param) in list.iter().enumerate() {
        let (part, ty) = (text(param, "name"), text(param, "type"));
        let names: &[&str] = &[&name, &part];
        let removed = with(&|list| drop(list.remove(at)));
        out.push("parameter removed", Class::AbiBreak, names, removed);
        let renamed = with(&|list| edit::set(list, at, "name", format!("{part}_x")));
        out.push("parameter renamed", Class::SourceBreak, names, renamed);
        let types = [
            ("parameter retyped", Some(edit::retyped(&ty))),
            ("parameter widened", edit::widened(&ty).map(str::to_owned)),
            ("parameter made optional, or no longer", edit::optional(&ty)),
            ("access to a handle", edit::other_access(&ty)),
        ];
        for (kind, new) in types.into_iter().filter_map(|(kind, new)| Some((kind, new?))) {
            out.push(
                kind,
                Class::AbiBreak,
                names,
                with(&|list| edit::set(list, at, "type", new.clone())),
            );
        }
        if at > 0 {
            let moved = with(&|list| list.swap(at - 1, at));
            out.push("parameter moved", Class::AbiBreak, names, moved);
        }
    }
}

/// The result, and a tuple's parts.
fn result(spec: &Table, index: usize, function: &Table, out: &mut Mutants) {
    let name = text(function, "name");
    let ty = text(function, "result");
    let with = |ty: String| {
        edit::with_item(spec, "function", index, |item| {
            // A failure value fits one type only; which one it is now is not the question.
            item.remove("failure");
            item.insert("result".to_owned(), ty.into());
        })
    };
    if ty.is_empty() {
        out.push("result added", Class::AbiBreak, &[&name], with("i64".to_owned()));
        return;
    }
    let without = edit::with_item(spec, "function", index, |item| {
        item.remove("failure");
        item.remove("result");
    });
    out.push("result removed", Class::AbiBreak, &[&name], without);
    out.push("result retyped", Class::AbiBreak, &[&name], with(edit::retyped(&ty)));
    if let Some(wide) = edit::widened(&ty) {
        out.push("result widened", Class::AbiBreak, &[&name], with(wide.to_owned()));
    }
    if let Some(optional) = edit::optional(&ty) {
        out.push("result made optional, or no longer", Class::AbiBreak, &[&name], with(optional));
    }
    let Some(tuple) = edit::tuple(&ty) else { return };
    for at in 0..tuple.len() {
        let with = |change: &dyn Fn(&mut Vec<edit::Part>)| {
            let mut parts = tuple.clone();
            change(&mut parts);
            with(edit::tuple_type(&parts))
        };
        let names: &[&str] = &[&name, &tuple[at].0];
        let renamed = with(&|parts| parts[at].0.push_str("_x"));
        out.push("part of a tuple renamed", Class::SourceBreak, names, renamed);
        let added = with(&|parts| parts.insert(at, ("one_more".to_owned(), "i64".to_owned())));
        out.push("part of a tuple added", Class::AbiBreak, &[&name, "one_more"], added);
        let retyped = with(&|parts| parts[at].1 = edit::retyped(&parts[at].1));
        out.push("part of a tuple retyped", Class::AbiBreak, names, retyped);
        let removed = with(&|parts| drop(parts.remove(at)));
        out.push("part of a tuple removed", Class::AbiBreak, names, removed);
        if at > 0 {
            let moved = with(&|parts| parts.swap(at - 1, at));
            out.push("part of a tuple moved", Class::AbiBreak, names, moved);
        }
    }
}

/// What else a function promises: its value on failure, its errors, its names in Simple.
fn around(spec: &Table, index: usize, function: &Table, out: &mut Mutants) {
    let name = text(function, "name");
    let with =
        |change: &dyn Fn(&mut Table)| edit::with_item(spec, "function", index, |item| change(item));
    let ty = text(function, "result");
    if matches!(ty.as_str(), "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "f64") {
        let other: Value = if ty == "f64" { 77.5.into() } else { 77.into() };
        let changed = with(&|item| drop(item.insert("failure".to_owned(), other.clone())));
        out.push("failure value changed", Class::AbiBreak, &[&name], changed);
        if function.contains_key("failure") {
            let removed = with(&|item| drop(item.remove("failure")));
            out.push("failure value removed", Class::AbiBreak, &[&name], removed);
        }
    }
    if function.contains_key("keeps_error") {
        let changed = with(&|item| drop(item.remove("keeps_error")));
        out.push("error no longer kept", Class::AbiBreak, &[&name], changed);
    }
    let wrappers = function.get("wrappers").and_then(Value::as_array);
    for at in 0..wrappers.map_or(0, Vec::len) {
        let removed = with(&|item| {
            item["wrappers"].as_array_mut().map(|list| list.remove(at));
        });
        out.push("wrapper removed", Class::SourceBreak, &[&name], removed);
        let added = with(&|item| {
            if let Some(list) = item["wrappers"].as_array_mut() {
                list.push("one_more_wrapper".into());
            }
        });
        out.push("wrapper added", Class::Addition, &[&name, "one_more_wrapper"], added);
    }
    let codes: Vec<String> = function
        .get("errors")
        .and_then(Value::as_table)
        .map_or_else(Vec::new, |errors| errors.keys().cloned().collect());
    for code in &codes {
        let errors = |item: &mut Table, new: Option<&str>| {
            let errors = item["errors"].as_table_mut().expect("errors are a table");
            match new {
                Some(when) => errors.insert(code.clone(), when.into()),
                None => errors.remove(code),
            };
        };
        let removed = with(&|item| errors(item, None));
        out.push("error no longer listed", Class::DocsOnly, &[&name, code], removed);
        let reworded = with(&|item| errors(item, Some("something else happens")));
        out.push("error in other words", Class::DocsOnly, &[&name, code], reworded);
    }
    if !codes.iter().any(|code| code == "TOO_MANY_LINKS") {
        let added = with(&|item| {
            let errors = item.entry("errors").or_insert_with(|| Value::Table(Table::new()));
            if let Some(errors) = errors.as_table_mut() {
                errors.insert("TOO_MANY_LINKS".to_owned(), "links go in circles".into());
            }
        });
        out.push("error added", Class::Addition, &[&name, "TOO_MANY_LINKS"], added);
    }
}
