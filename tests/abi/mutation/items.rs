//! The oracle's other half: structs, enumerations, handles, families, and what is only words.

use ffigen::abi_diff::Class;
use toml::{Table, Value};

use super::edit::{self, items, parts, text};
use super::kinds::{Mutant, Mutants};

/// Fields: a struct is memory that both sides look at.
pub fn structs(spec: &Table, out: &mut Mutants) {
    for (index, item) in items(spec, "struct") {
        let name = format!("rt_{}", snake(&text(item, "name")));
        let with = |change: &dyn Fn(&mut Vec<Value>)| {
            edit::with_parts(spec, "struct", index, "fields", |list| change(list))
        };
        let fields = parts(item, "fields");
        for at in 0..=fields.len() {
            let added = with(&|list| list.insert(at, edit::part("one_more", "i64")));
            out.push("field added", Class::AbiBreak, &[&name, "one_more"], added);
        }
        for (at, field) in fields.iter().enumerate() {
            let (part, ty) = (text(field, "name"), text(field, "type"));
            let names: &[&str] = &[&name, &part];
            out.push("field removed", Class::AbiBreak, names, with(&|list| drop(list.remove(at))));
            let renamed = with(&|list| edit::set(list, at, "name", format!("{part}_x")));
            out.push("field renamed", Class::SourceBreak, names, renamed);
            let types = [
                ("field retyped", Some(edit::retyped(&ty))),
                ("field widened", edit::widened(&ty).map(str::to_owned)),
                ("field made optional, or no longer", edit::optional(&ty)),
            ];
            for (kind, new) in types.into_iter().filter_map(|(kind, new)| Some((kind, new?))) {
                let retyped = with(&|list| edit::set(list, at, "type", new.clone()));
                out.push(kind, Class::AbiBreak, names, retyped);
            }
            if at > 0 {
                let moved = with(&|list| list.swap(at - 1, at));
                out.push("field moved", Class::AbiBreak, names, moved);
            }
        }
        let flipped = edit::with_item(spec, "struct", index, |item| {
            let is_tuple = item.get("tuple").and_then(Value::as_bool) == Some(true);
            item.insert("tuple".to_owned(), (!is_tuple).into());
        });
        out.push("struct a tuple in Simple, or no longer", Class::SourceBreak, &[&name], flipped);
    }
}

/// Values: a number that means something else is worse than a name that is gone.
pub fn enums(spec: &Table, out: &mut Mutants) {
    for (index, item) in items(spec, "enum") {
        let name = text(item, "name");
        let with = |change: &dyn Fn(&mut Vec<Value>)| {
            edit::with_parts(spec, "enum", index, "values", |list| change(list))
        };
        let values = parts(item, "values");
        let added = with(&|list| {
            list.push(edit::part("ONE_MORE", ""));
            let at = list.len() - 1;
            edit::set(list, at, "value", 7_777);
            list[at].as_table_mut().and_then(|value| value.remove("type"));
        });
        out.push("value of an enum added", Class::Addition, &[&name, "ONE_MORE"], added);
        for (at, value) in values.iter().enumerate() {
            let part = text(value, "name");
            let names: &[&str] = &[&name, &part];
            let renumbered = with(&|list| edit::set(list, at, "value", 7_777));
            out.push("value of an enum renumbered", Class::AbiBreak, names, renumbered);
            let renamed = with(&|list| edit::set(list, at, "name", format!("{part}_X")));
            out.push("value of an enum renamed", Class::SourceBreak, names, renamed);
            let removed = with(&|list| drop(list.remove(at)));
            out.push("value of an enum removed", Class::AbiBreak, names, removed);
            if at > 0 {
                let moved = with(&|list| list.swap(at - 1, at));
                out.push("value of an enum moved", Class::DocsOnly, &[&name], moved);
                let number = |list: &[Value], at: usize| list[at]["value"].clone();
                let exchanged = with(&|list| {
                    let (first, second) = (number(list, at - 1), number(list, at));
                    edit::set(list, at - 1, "value", second);
                    edit::set(list, at, "value", first);
                });
                out.push("values of an enum exchanged", Class::AbiBreak, names, exchanged);
            }
        }
    }
}

/// Handles: the tag is in every handle that is out there.
pub fn handles(spec: &Table, out: &mut Mutants) {
    for (index, item) in items(spec, "handle") {
        let name = text(item, "name");
        let retagged = edit::with_item(spec, "handle", index, |item| {
            item.insert("tag".to_owned(), 4_001.into());
        });
        out.push("tag of a handle", Class::AbiBreak, &[&name], retagged);
        let bound = |until: Option<&str>| {
            edit::with_item(spec, "handle", index, |item| match until {
                Some(until) => drop(item.insert("bound".to_owned(), until.into())),
                None => drop(item.remove("bound")),
            })
        };
        let what = "thread of a handle";
        out.push(what, Class::AbiBreak, &[&name], bound(Some("until the end of all days")));
        if item.contains_key("bound") {
            out.push("thread of a handle no longer", Class::Addition, &[&name], bound(None));
        }
        // Everywhere, as its author would: the free function's name follows.
        let renamed = spec.to_string().replace(&name, &format!("{name}X"));
        if let Ok(renamed) = renamed.parse() {
            out.push("handle renamed", Class::AbiBreak, &[&name], renamed);
        }
        let added = edit::with_items(spec, "handle", |list| {
            let mut more = list[index].clone();
            if let Some(more) = more.as_table_mut() {
                more.insert("name".to_owned(), "OneMore".into());
                more.insert("tag".to_owned(), 4_002.into());
            }
            list.push(more);
        });
        out.push("handle added", Class::Addition, &["OneMore"], added);
    }
}

/// Errors that any function of the module may give.
pub fn errors_of_all(spec: &Table, out: &mut Mutants) {
    let with = |change: &dyn Fn(&mut Table)| {
        let mut copy = spec.clone();
        let module = copy["module"].as_table_mut().expect("a module is a table");
        let errors = module.entry("errors").or_insert_with(|| Value::Table(Table::new()));
        change(errors.as_table_mut().expect("errors are a table"));
        copy
    };
    let codes = spec["module"].get("errors").and_then(Value::as_table);
    for code in codes.into_iter().flat_map(Table::keys) {
        let removed = with(&|errors| drop(errors.remove(code)));
        out.push("error of all no longer listed", Class::DocsOnly, &["the module", code], removed);
        let reworded = with(&|errors| drop(errors.insert(code.clone(), "other words".into())));
        out.push("error of all in other words", Class::DocsOnly, &["the module", code], reworded);
    }
    let added = with(&|errors| drop(errors.insert("CROSSES_DEVICES".to_owned(), "far".into())));
    out.push("error of all added", Class::Addition, &["the module", "CROSSES_DEVICES"], added);
}

/// Families: one item, many functions.
pub fn families(spec: &Table, out: &mut Mutants) {
    for (index, family) in items(spec, "family") {
        for at in 0..parts(family, "members").len() {
            let removed = edit::with_parts(spec, "family", index, "members", |list| {
                list.remove(at);
            });
            out.push("member of a family removed", Class::AbiBreak, &[], removed);
        }
        for (at, param) in parts(family, "params").iter().enumerate() {
            let (name, ty) = (text(param, "name"), text(param, "type"));
            // A name that each member has its own of is in no report.
            let names: &[&str] = if name.contains("${") { &[] } else { &[&name] };
            let with = |change: &dyn Fn(&mut Vec<Value>)| {
                edit::with_parts(spec, "family", index, "params", |list| change(list))
            };
            let retyped = with(&|list| edit::set(list, at, "type", edit::retyped(&ty)));
            out.push("parameter of a family retyped", Class::AbiBreak, names, retyped);
            let renamed = with(&|list| edit::set(list, at, "name", format!("{name}_x")));
            out.push("parameter of a family renamed", Class::SourceBreak, names, renamed);
            let removed = with(&|list| drop(list.remove(at)));
            out.push("parameter of a family removed", Class::AbiBreak, names, removed);
        }
    }
}

/// Words, and what stands behind the boundary.
pub fn words(spec: &Table, out: &mut Mutants) {
    for kind in ["function", "struct", "enum", "handle"] {
        for (index, item) in items(spec, kind) {
            let name = match kind {
                "struct" => format!("rt_{}", snake(&text(item, "name"))),
                _ => text(item, "name"),
            };
            for key in ["doc", "example", "threads"].iter().filter(|key| item.contains_key(**key)) {
                let changed = edit::with_item(spec, kind, index, |item| {
                    let more = match *key {
                        "example" => format!("{}\n/* More. */\n", text(item, key)),
                        _ => format!("{} More.", text(item, key)),
                    };
                    item.insert((*key).to_owned(), more.into());
                });
                out.push("words of an item", Class::DocsOnly, &[&name], changed);
            }
            for list in ["params", "fields", "values"] {
                for at in 0..parts(item, list).len() {
                    let changed = edit::with_parts(spec, kind, index, list, |parts| {
                        edit::set(parts, at, "doc", "In other words.");
                    });
                    out.push("words of a part", Class::DocsOnly, &[&name], changed);
                }
            }
            if item.contains_key("body") {
                let changed = edit::with_item(spec, kind, index, |item| {
                    item.insert("body".to_owned(), "todo!()".into());
                });
                out.push("body of a function", Class::Identical, &[], changed);
            }
        }
    }
    let mut changed = spec.clone();
    new_words(&mut changed);
    out.push("words everywhere", Class::DocsOnly, &[], changed);
}

/// Other words in the documentation of the module and of every item.
pub fn new_words(spec: &mut Table) {
    let more = |item: &mut Table| {
        let doc = format!("{} In other words.", text(item, "doc"));
        item.insert("doc".to_owned(), doc.into());
    };
    if let Some(module) = spec.get_mut("module").and_then(Value::as_table_mut) {
        more(module);
    }
    for kind in ["function", "struct", "enum", "handle", "family"] {
        let list = spec.get_mut(kind).and_then(Value::as_array_mut);
        list.into_iter().flatten().filter_map(Value::as_table_mut).for_each(more);
    }
}

/// An error's number is in the base spec; it changes what every function that lists it gives.
pub fn error_numbers(spec: &Table, out: &mut Mutants) {
    let is_base = spec["module"].get("name").and_then(Value::as_str) == Some("base");
    let Ok(base) = tests::ffigen::source(tests::ffigen::BASE) else { return };
    let Ok(base) = base.text().parse::<Table>() else { return };
    if is_base {
        return;
    }
    for (index, item) in items(&base, "enum") {
        for (at, value) in parts(item, "values").iter().enumerate() {
            let code = text(value, "name");
            let lists = |item: &Table| {
                item.get("errors").and_then(Value::as_table).is_some_and(|e| e.contains_key(&code))
            };
            let is_listed = ["function", "family"]
                .iter()
                .any(|kind| items(spec, kind).any(|(_, item)| lists(item)));
            if !is_listed {
                continue;
            }
            let changed = edit::with_parts(&base, "enum", index, "values", |list| {
                edit::set(list, at, "value", 7_777);
            });
            let what = format!("number of the error {code}");
            out.0.push(Mutant {
                kind: "number of an error",
                what,
                spec: spec.clone(),
                base: Some(changed.to_string()),
                expect: Class::AbiBreak,
                names: vec![code.clone()],
            });
        }
    }
}

fn snake(camel: &str) -> String {
    let mut out = String::new();
    for (index, ch) in camel.char_indices() {
        if index > 0 && ch.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(ch.to_ascii_lowercase());
    }
    out
}
