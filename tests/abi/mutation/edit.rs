//! Places in a spec, and how to write a changed copy of it.

use toml::{Table, Value};

/// A part of a tuple type: name and type.
pub type Part = (String, String);

/// The items of a kind (`function`, `struct` ..) of a spec.
pub fn items<'a>(spec: &'a Table, kind: &str) -> impl Iterator<Item = (usize, &'a Table)> {
    let list = spec.get(kind).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_table()?)))
}

/// The tables in a list of an item: its `params`, `fields`, `values`.
pub fn parts<'a>(item: &'a Table, key: &str) -> Vec<&'a Table> {
    let list = item.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(Value::as_table).collect()
}

/// A text of an item; empty if there is none.
pub fn text(item: &Table, key: &str) -> String {
    item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A copy of the spec in which one item is changed.
pub fn with_item(spec: &Table, kind: &str, index: usize, change: impl FnOnce(&mut Table)) -> Table {
    let mut copy = spec.clone();
    let item =
        copy.get_mut(kind).and_then(Value::as_array_mut).and_then(|list| list.get_mut(index));
    change(item.and_then(Value::as_table_mut).expect("an item of the spec"));
    copy
}

/// A copy in which the list of all items of a kind is changed.
pub fn with_items(spec: &Table, kind: &str, change: impl FnOnce(&mut Vec<Value>)) -> Table {
    let mut copy = spec.clone();
    let list = copy.entry(kind).or_insert_with(|| Value::Array(Vec::new()));
    change(list.as_array_mut().expect("items are a list"));
    copy
}

/// A copy in which the list of parts of one item is changed.
pub fn with_parts(
    spec: &Table,
    kind: &str,
    index: usize,
    key: &str,
    change: impl FnOnce(&mut Vec<Value>),
) -> Table {
    with_item(spec, kind, index, |item| {
        let list = item.entry(key).or_insert_with(|| Value::Array(Vec::new()));
        change(list.as_array_mut().expect("parts are a list"));
    })
}

/// Sets a key of one part.
pub fn set(list: &mut [Value], index: usize, key: &str, value: impl Into<Value>) {
    let part = list.get_mut(index).and_then(Value::as_table_mut).expect("a part of the item");
    part.insert(key.to_owned(), value.into());
}

/// A part of a list: a parameter or a field.
pub fn part(name: &str, ty: &str) -> Value {
    let mut part = Table::new();
    for (key, value) in [("name", name), ("type", ty), ("doc", "Something more.")] {
        part.insert(key.to_owned(), value.into());
    }
    Value::Table(part)
}

/// Another type for the same place, for which another C type or another meaning goes with it.
pub fn retyped(ty: &str) -> String {
    match ty {
        "text" => "bytes",
        "bytes" => "text",
        "bool" => "i64",
        "i64" => "f64",
        "f64" => "i64",
        "[text]" => "[bytes]",
        "owned text" => "owned bytes",
        "owned bytes" => "owned text",
        _ if ty.starts_with("fn(") => "fn(i64, bool, f64) -> f64",
        _ if ty.starts_with("owned [") => "owned text",
        _ if ty.starts_with('[') => "[text]",
        _ => "i64",
    }
    .to_owned()
}

/// The same type with more or fewer bits, or with another sign.
pub fn widened(ty: &str) -> Option<&'static str> {
    Some(match ty {
        "i8" => "i16",
        "i16" => "i32",
        "i32" => "i64",
        "i64" => "i32",
        "u8" => "u16",
        "u16" => "u32",
        "u32" => "u64",
        "u64" => "i64",
        "f32" => "f64",
        "f64" => "f32",
        _ => return None,
    })
}

/// The same type made optional, or no longer so.
pub fn optional(ty: &str) -> Option<String> {
    match ty.strip_suffix('?') {
        Some(inner) => Some(inner.to_owned()),
        None if ty.starts_with("fn(") || ty.starts_with('(') || ty.starts_with("owned ") => None,
        None => Some(format!("{ty}?")),
    }
}

/// Another way to pass a handle.
pub fn other_access(ty: &str) -> Option<String> {
    if let Some(kind) = ty.strip_prefix("&mut ") {
        return Some(format!("&{kind}"));
    }
    ty.strip_prefix('&').map(|kind| format!("&mut {kind}"))
}

/// The parts of a tuple type: name and type.
pub fn tuple(ty: &str) -> Option<Vec<Part>> {
    let inner = ty.strip_prefix('(')?.strip_suffix(')')?;
    let part = |part: &str| {
        let (name, ty) = part.split_once(':')?;
        Some((name.trim().to_owned(), ty.trim().to_owned()))
    };
    inner.split(',').map(part).collect()
}

/// Parts as a tuple type.
pub fn tuple_type(parts: &[Part]) -> String {
    let parts: Vec<_> = parts.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    format!("({})", parts.join(", "))
}
