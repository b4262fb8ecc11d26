//! Every name and string of a Cargo package.

use crate::model::Dependency;

/// The runtime under all generated code.
pub const RUNTIME: &str = "ffi_rt";

/// The core of the backend.
pub const CORE: &str = "cranelift_core";

/// Hand-written crates of this repository: they lie beside the package, in no registry.
const BESIDE: [&str; 1] = [CORE];

/// The package of a module.
pub fn package(module: &str) -> String {
    format!("ffi_{module}")
}

/// A TOML basic string.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for ch in text.chars() {
        match ch {
            '"' | '\\' => {
                out.push('\\');
                out.push(ch);
            }
            '\n' => out.push_str("\\n"),
            ch if ch.is_control() => out.push_str(&format!("\\u{:04X}", ch as u32)),
            ch => out.push(ch),
        }
    }
    out.push('"');
    out
}

/// The value of a dependency: a version alone, or a table.
pub fn requirement(item: &Dependency) -> String {
    let is_beside = BESIDE.contains(&item.name.as_str());
    if item.features.is_empty() && item.default_features && !is_beside {
        return string(&item.requirement);
    }
    let mut keys = vec![format!("version = {}", string(&item.requirement))];
    if is_beside {
        keys.push(format!("path = {}", string(&format!("../{}", item.name))));
    }
    if !item.default_features {
        keys.push("default-features = false".to_owned());
    }
    if !item.features.is_empty() {
        let features: Vec<_> = item.features.iter().map(|feature| string(feature)).collect();
        keys.push(format!("features = [{}]", features.join(", ")));
    }
    format!("{{ {} }}", keys.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        assert_eq!(string("a \"b\" \\ \u{1}\n"), "\"a \\\"b\\\" \\\\ \\u0001\\n\"");
    }

    #[test]
    fn a_dependency_is_a_table_only_where_it_must_be() {
        let mut item = Dependency {
            name: "uuid".to_owned(),
            requirement: "1".to_owned(),
            features: Vec::new(),
            default_features: true,
            span: diag::Span::new(0, 0),
        };
        assert_eq!(requirement(&item), "\"1\"");
        item.features = vec!["v4".to_owned(), "v7".to_owned()];
        assert_eq!(requirement(&item), "{ version = \"1\", features = [\"v4\", \"v7\"] }");
        item.features.clear();
        item.default_features = false;
        assert_eq!(requirement(&item), "{ version = \"1\", default-features = false }");
        item = Dependency { name: CORE.to_owned(), default_features: true, ..item };
        let beside = "{ version = \"1\", path = \"../cranelift_core\" }";
        assert_eq!(requirement(&item), beside);
    }
}
