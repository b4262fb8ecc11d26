//! One argument of a random call, by the type that the spec gives it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use ffigen::emit::manifest::{Enum, Function, Handle, Manifest, Param, Struct};

/// What one parameter adds to a call.
pub struct Argument {
    /// C statements before the call.
    pub setup: String,
    /// C arguments.
    pub values: Vec<String>,
}

/// The types of all manifests.
pub struct Types<'a> {
    /// Kinds of handles; the index is the one in the C table.
    pub kinds: Vec<&'a Handle>,
    structs: Vec<&'a Struct>,
    enums: Vec<&'a Enum>,
}

impl<'a> Types<'a> {
    /// Those of all modules.
    pub fn of(manifests: &'a [Manifest]) -> Types<'a> {
        Types {
            kinds: manifests.iter().flat_map(|manifest| &manifest.handles).collect(),
            structs: manifests.iter().flat_map(|manifest| &manifest.structs).collect(),
            enums: manifests.iter().flat_map(|manifest| &manifest.enums).collect(),
        }
    }

    /// The place of a kind in the C table.
    pub fn kind(&self, name: &str) -> Option<usize> {
        self.kinds.iter().position(|kind| kind.name == name)
    }

    /// A random argument for a parameter.
    pub fn argument(
        &self,
        param: &Param,
        function: &Function,
        callbacks: &mut BTreeMap<String, usize>,
    ) -> Result<Argument> {
        let name = format!("p_{}", param.name);
        let ty = param.ty.as_str();
        let (inner, is_optional) = match ty.strip_suffix('?') {
            Some(inner) => (inner, true),
            None => (ty, false),
        };
        let kind = inner.trim_start_matches('&').trim_start_matches("mut ");
        if let Some(index) = self.kind(kind) {
            return Ok(plain(format!("caller_handle(kinds, KINDS, {index})")));
        }
        if inner == "text" || inner == "bytes" {
            let setup = format!(
                "    uint64_t {name}_len;\n    const uint8_t *{name} = caller_text(&{name}_len);\n"
            );
            return Ok(Argument { setup, values: vec![name.clone(), format!("{name}_len")] });
        }
        if ty.starts_with("fn(") {
            let next = callbacks.len();
            let index = *callbacks.entry(ty.to_owned()).or_insert(next);
            return Ok(plain(format!("caller_callback_{index}")));
        }
        if ty.starts_with("owned ") {
            // What is freed here is nobody's: nothing, or a pointer that the library never gave.
            let c_type = &function.c_params.first().context("a C parameter")?.ty;
            let pointer = if c_type == "rt_text" || c_type == "rt_bytes" { "ptr" } else { "items" };
            let setup = format!(
                "    static uint64_t memory[4];\n    {c_type} {name} = {{ 0 }};\n    \
                 if (caller_one_of(2)) {name}.{pointer} = (void *)memory;\n"
            );
            return Ok(Argument { setup, values: vec![name] });
        }
        if let Some(item) = inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
            return self.list(&name, item);
        }
        if let Some(value) = self.scalar(inner) {
            return Ok(match is_optional {
                true => Argument {
                    setup: String::new(),
                    values: vec!["caller_one_of(2)".to_owned(), value],
                },
                false => plain(value),
            });
        }
        self.structure(&name, inner, function)
    }

    /// The C expression of a random number, truth value or enum.
    fn scalar(&self, ty: &str) -> Option<String> {
        if let Some(item) = self.enums.iter().find(|item| item.name == ty) {
            let values: Vec<String> =
                item.values.iter().map(|value| value.value.to_string()).collect();
            return Some(format!(
                "({})(caller_one_of(10) ? (int32_t)caller_integer() : (const int32_t[]){{ {} }}[caller_below({})])",
                item.c_type,
                values.join(", "),
                values.len()
            ));
        }
        let c_type = c_scalar(ty)?;
        Some(match ty {
            "bool" => "caller_one_of(2)".to_owned(),
            "f32" | "f64" => format!("({c_type})caller_float()"),
            _ => format!("({c_type})caller_integer()"),
        })
    }

    fn list(&self, name: &str, item: &str) -> Result<Argument> {
        let (c_type, value) = match item {
            "text" => ("rt_text", "caller_text_item()".to_owned()),
            "bytes" => ("rt_bytes", "caller_bytes_item()".to_owned()),
            _ => (
                c_scalar(item).with_context(|| format!("a list of {item}"))?,
                self.scalar(item).with_context(|| format!("a list of {item}"))?,
            ),
        };
        let setup = format!(
            "    {c_type} {name}[LIST_ITEMS];\n    \
             for (size_t index = 0; index < LIST_ITEMS; index++) {name}[index] = {value};\n    \
             uint64_t {name}_len = caller_length(LIST_ITEMS, sizeof {name}[0]);\n"
        );
        let pointer = format!("caller_one_of(20) ? NULL : {name}");
        Ok(Argument { setup, values: vec![pointer, format!("{name}_len")] })
    }

    /// A struct by pointer. One to be freed is empty: what it would own is nobody's.
    fn structure(&self, name: &str, ty: &str, function: &Function) -> Result<Argument> {
        let is_freed = function.role == "free";
        let found = self.structs.iter().find(|item| match is_freed {
            true => format!("{}_free", item.c_type) == function.name,
            false => item.name == ty && item.result_of.is_none(),
        });
        let Some(item) = found else { bail!("no manifest has the type {ty}") };
        let mut setup =
            format!("    {0} {name};\n    memset(&{name}, 0, sizeof {name});\n", item.c_type);
        for field in item.fields.iter().filter(|_| !is_freed) {
            let place = format!("{name}.{}", field.name);
            let inner = field.ty.trim_end_matches('?');
            let line = match inner {
                "text" => format!("    {place} = caller_text_item();\n"),
                "bytes" => format!("    {place} = caller_bytes_item();\n"),
                _ if inner.starts_with('[') => String::new(),
                _ => {
                    let value = self.scalar(inner).with_context(|| field.name.clone())?;
                    match inner == field.ty {
                        true => format!("    {place} = {value};\n"),
                        false => format!(
                            "    {place}.present = caller_one_of(2);\n    {place}.value = {value};\n"
                        ),
                    }
                }
            };
            setup.push_str(&line);
        }
        Ok(Argument { setup, values: vec![format!("caller_one_of(20) ? NULL : &{name}")] })
    }
}

fn plain(value: String) -> Argument {
    Argument { setup: String::new(), values: vec![value] }
}

fn c_scalar(ty: &str) -> Option<&'static str> {
    Some(match ty {
        "bool" => "bool",
        "i8" => "int8_t",
        "i16" => "int16_t",
        "i32" => "int32_t",
        "i64" => "int64_t",
        "u8" => "uint8_t",
        "u16" => "uint16_t",
        "u32" => "uint32_t",
        "u64" => "uint64_t",
        "f32" => "float",
        "f64" => "double",
        _ => return None,
    })
}

/// A function to be called back, which gives what it got, or nothing.
pub fn callback(ty: &str, index: usize) -> Result<String> {
    let inner = ty.strip_prefix("fn(").context("a function type")?;
    let (params, result) = inner.split_once(')').context("a function type")?;
    let result = result.trim().strip_prefix("->").map(str::trim);
    let c_result = result.map_or(Some("void"), c_scalar).context("a scalar result")?;
    let mut declared = Vec::new();
    let mut used = String::new();
    for (at, param) in
        params.split(',').map(str::trim).filter(|param| !param.is_empty()).enumerate()
    {
        let c_type = c_scalar(param).with_context(|| format!("a callback with {param}"))?;
        declared.push(format!("{c_type} p{at}"));
        used.push_str(&format!(" (void)p{at};"));
    }
    let declared = if declared.is_empty() { "void".to_owned() } else { declared.join(", ") };
    let give = match (c_result, params.trim().is_empty()) {
        ("void", _) => String::new(),
        (_, true) => " return 0;".to_owned(),
        (ty, false) => format!(" return ({ty})p0;"),
    };
    Ok(format!("static {c_result} caller_callback_{index}({declared}) {{{used}{give} }}\n\n"))
}
