//! Each function is compiled as its manifest says: as many parameters, of these types, in this order,
//! with structs laid out like this.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};
use ffigen::emit::manifest::{Function, Manifest, Struct};

use crate::dwarf::{self, Field, Shape, Signature};

/// A sentence per function that the debug information of a library tells otherwise.
pub fn differences(library: &[u8], manifests: &[Manifest]) -> Result<Vec<String>> {
    let functions = || manifests.iter().flat_map(|manifest| &manifest.functions);
    let wanted: BTreeSet<String> = functions().map(|function| function.name.clone()).collect();
    let found = dwarf::signatures(library, &wanted)?;
    ensure!(!found.is_empty(), "the library has no debug information about its functions");
    let types = Types { manifests };
    let mut findings = Vec::new();
    let mut compared = 0;
    for function in functions() {
        let Some(signature) = found.get(&function.name) else {
            findings.push(format!("the debug information lacks {}", function.name));
            continue;
        };
        compared += 1;
        findings.extend(
            types
                .compare(function, signature)?
                .into_iter()
                .map(|what| format!("{}: {what}", function.name)),
        );
    }
    println!("{compared} signatures read back");
    Ok(findings)
}

/// The types that manifests name.
struct Types<'a> {
    manifests: &'a [Manifest],
}

impl Types<'_> {
    fn compare(&self, function: &Function, found: &Signature) -> Result<Vec<String>> {
        let mut findings = Vec::new();
        let (declared, compiled) = (function.c_params.len(), found.params.len());
        if declared != compiled {
            findings.push(format!("declared with {declared} parameters, compiled with {compiled}"));
        }
        for (param, (name, shape)) in function.c_params.iter().zip(&found.params) {
            if param.name != *name {
                findings.push(format!("the parameter `{}` is compiled as `{name}`", param.name));
            }
            let expected = self.shape(&param.ty).with_context(|| param.name.clone())?;
            findings.extend(mismatch(&format!("parameter `{}`", param.name), &expected, shape));
        }
        match (function.c_result.as_str(), &found.result) {
            ("void", None) => {}
            ("void", Some(shape)) => {
                findings.push(format!("declared void, compiled to give {shape:?}"))
            }
            (ty, None) => findings.push(format!("declared to give {ty}, compiled to give nothing")),
            (ty, Some(shape)) => findings.extend(mismatch("result", &self.shape(ty)?, shape)),
        }
        Ok(findings)
    }

    /// A C type as the manifest spells it.
    fn shape(&self, ty: &str) -> Result<Shape> {
        let pointer = |to: Shape| Shape::Pointer(Some(Box::new(to)));
        let field = |name: &str, offset, shape| Field { name: name.to_owned(), offset, shape };
        let pair = |name, to| Shape::Struct {
            size: 16,
            fields: vec![field(name, 0, pointer(to)), field("len", 8, Shape::Unsigned(8))],
        };
        if ty.contains("(*") {
            return Ok(Shape::Pointer(None));
        }
        if let Some(to) = ty.strip_suffix('*') {
            return Ok(pointer(self.shape(to.trim().trim_start_matches("const "))?));
        }
        if let Some(shape) = scalar(ty) {
            return Ok(shape);
        }
        if let Some(item) = self.declared(ty) {
            return self.structure(item);
        }
        if self.manifests.iter().any(|manifest| manifest.enums.iter().any(|item| item.c_type == ty))
        {
            return Ok(Shape::Signed(4));
        }
        match ty.strip_prefix("rt_").map(|rest| rest.split_once('_').unwrap_or((rest, ""))) {
            Some(("text" | "bytes", "")) => Ok(pair("ptr", Shape::Unsigned(1))),
            Some(("list", item)) => Ok(pair("items", self.item(item)?)),
            Some(("opt", item)) => {
                let value = self.item(item)?;
                let offset = size(&value);
                let fields =
                    vec![field("present", 0, Shape::Unsigned(1)), field("value", offset, value)];
                Ok(Shape::Struct { size: 2 * offset, fields })
            }
            _ => bail!("no manifest declares the type {ty}"),
        }
    }

    /// What a list or an option holds: `i64`, `text`, or a struct by its name without `rt_`.
    fn item(&self, name: &str) -> Result<Shape> {
        let c_type = match name {
            "bool" => "bool".to_owned(),
            "f32" => "float".to_owned(),
            "f64" => "double".to_owned(),
            _ if name.starts_with('u') && name[1..].parse::<u8>().is_ok() => {
                format!("uint{}_t", &name[1..])
            }
            _ if name.starts_with('i') && name[1..].parse::<u8>().is_ok() => {
                format!("int{}_t", &name[1..])
            }
            _ => format!("rt_{name}"),
        };
        self.shape(&c_type)
    }

    fn declared(&self, c_type: &str) -> Option<&Struct> {
        self.manifests
            .iter()
            .flat_map(|manifest| &manifest.structs)
            .find(|item| item.c_type == c_type)
    }

    fn structure(&self, item: &Struct) -> Result<Shape> {
        let field = |field: &ffigen::emit::manifest::Field| -> Result<Field> {
            Ok(Field {
                name: field.name.clone(),
                offset: field.offset_bytes,
                shape: self.shape(&field.c_type)?,
            })
        };
        let fields = item.fields.iter().map(field).collect::<Result<_>>()?;
        Ok(Shape::Struct { size: item.size_bytes, fields })
    }
}

fn scalar(ty: &str) -> Option<Shape> {
    Some(match ty {
        "bool" => Shape::Unsigned(1),
        "float" => Shape::Float(4),
        "double" => Shape::Float(8),
        _ => {
            let (is_signed, bits) = match ty.strip_prefix("uint") {
                Some(bits) => (false, bits),
                None => (true, ty.strip_prefix("int")?),
            };
            let bytes = bits.strip_suffix("_t")?.parse::<u64>().ok()? / 8;
            if is_signed { Shape::Signed(bytes) } else { Shape::Unsigned(bytes) }
        }
    })
}

fn size(shape: &Shape) -> u64 {
    match shape {
        Shape::Unsigned(size) | Shape::Signed(size) | Shape::Float(size) => *size,
        Shape::Pointer(_) => 8,
        Shape::Struct { size, .. } => *size,
    }
}

/// Where two types differ, if they do.
fn mismatch(place: &str, declared: &Shape, compiled: &Shape) -> Option<String> {
    match (declared, compiled) {
        (Shape::Pointer(Some(declared)), Shape::Pointer(Some(compiled))) => {
            mismatch(&format!("what {place} points to"), declared, compiled)
        }
        // Code, or further away than anybody looks.
        (Shape::Pointer(_), Shape::Pointer(_)) => None,
        (
            Shape::Struct { size, fields },
            Shape::Struct { size: compiled_size, fields: compiled_fields },
        ) => {
            let layout = |fields: &[Field]| -> Vec<String> {
                fields.iter().map(|field| format!("{}@{}", field.name, field.offset)).collect()
            };
            let (before, after) = (layout(fields), layout(compiled_fields));
            if size != compiled_size || before != after {
                return Some(format!(
                    "{place}: declared with {size} bytes ({}), compiled with {compiled_size} ({})",
                    before.join(" "),
                    after.join(" ")
                ));
            }
            fields.iter().zip(compiled_fields).find_map(|(declared, compiled)| {
                mismatch(
                    &format!("{place}: field `{}`", declared.name),
                    &declared.shape,
                    &compiled.shape,
                )
            })
        }
        _ if declared == compiled => None,
        _ => Some(format!("{place}: declared as {declared:?}, compiled as {compiled:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(params: &[(&str, &str)], result: &str) -> Function {
        let params: Vec<String> = params
            .iter()
            .map(|(name, ty)| format!(r#"{{"name": "{name}", "type": "{ty}"}}"#))
            .collect();
        let text = format!(
            r#"{{"name": "rt_x", "role": "declared", "doc": "", "params": [], "result": "",
            "c_result": "{result}", "c_params": [{}], "failure": "", "errors": [], "wrappers": [],
            "keeps_error": false}}"#,
            params.join(", ")
        );
        serde_json::from_str(&text).unwrap()
    }

    fn compare(
        function: &Function,
        params: &[(&str, Shape)],
        result: Option<Shape>,
    ) -> Vec<String> {
        let params =
            params.iter().map(|(name, shape)| ((*name).to_owned(), shape.clone())).collect();
        Types { manifests: &[] }.compare(function, &Signature { params, result }).unwrap()
    }

    #[test]
    fn what_fits_is_no_finding() {
        let text = Shape::Pointer(Some(Box::new(Shape::Unsigned(1))));
        let fits = function(&[("x", "const uint8_t *"), ("x_len", "uint64_t")], "void");
        let none: [String; 0] = [];
        assert_eq!(compare(&fits, &[("x", text), ("x_len", Shape::Unsigned(8))], None), none);
    }

    #[test]
    fn another_count_size_kind_name_or_result_is_found() {
        let one = function(&[("x", "int64_t")], "bool");
        let given = Some(Shape::Unsigned(1));
        for (params, result, word) in [
            (vec![], given.clone(), "compiled with 0"),
            (vec![("x", Shape::Signed(4))], given.clone(), "Signed(4)"),
            (vec![("x", Shape::Unsigned(8))], given.clone(), "Unsigned(8)"),
            (vec![("x", Shape::Float(8))], given.clone(), "Float(8)"),
            (vec![("y", Shape::Signed(8))], given, "compiled as `y`"),
            (vec![("x", Shape::Signed(8))], None, "give nothing"),
            (vec![("x", Shape::Signed(8))], Some(Shape::Signed(8)), "result"),
        ] {
            let found = compare(&one, &params, result);
            assert!(found.len() == 1 && found[0].contains(word), "{found:?} should say {word}");
        }
    }

    #[test]
    fn a_field_that_moved_is_found() {
        let text = function(&[], "rt_text");
        let shape = |first: &str, second: &str| {
            let pointer = Shape::Pointer(Some(Box::new(Shape::Unsigned(1))));
            let field = |name: &str, offset, shape| Field { name: name.to_owned(), offset, shape };
            let fields = vec![field(first, 0, pointer), field(second, 8, Shape::Unsigned(8))];
            Shape::Struct { size: 16, fields }
        };
        assert_eq!(compare(&text, &[], Some(shape("ptr", "len"))).len(), 0);
        assert_eq!(compare(&text, &[], Some(shape("len", "ptr"))).len(), 1);
    }
}
