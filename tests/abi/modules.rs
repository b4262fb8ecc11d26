//! Modules that are linked together do not clash: no symbol, no type, no handle tag is in two of them.

use std::collections::BTreeMap;

use ffigen::emit::manifest::Manifest;

/// A sentence per clash.
pub fn clashes(manifests: &[Manifest]) -> Vec<String> {
    let mut owners = Owners::default();
    for manifest in manifests {
        let module = &manifest.module;
        owners.claim(module, "module", module);
        for function in &manifest.functions {
            owners.claim(module, "symbol", &function.name);
        }
        let structs = manifest.structs.iter().map(|item| &item.c_type);
        for c_type in structs.chain(manifest.enums.iter().map(|item| &item.c_type)) {
            owners.claim(module, "C type", c_type);
        }
        for handle in &manifest.handles {
            owners.claim(module, "handle tag", &handle.tag.to_string());
            owners.claim(module, "macro", &handle.c_macro);
        }
    }
    owners.clashes
}

#[derive(Default)]
struct Owners {
    modules: BTreeMap<(&'static str, String), String>,
    clashes: Vec<String>,
}

impl Owners {
    fn claim(&mut self, module: &str, kind: &'static str, name: &str) {
        if let Some(other) = self.modules.insert((kind, name.to_owned()), module.to_owned()) {
            self.clashes
                .push(format!("the {kind} {name} is in the module {other} and again in {module}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffigen::emit::manifest::Handle;

    fn module(name: &str, handle: &str, tag: u16) -> Manifest {
        let text = format!(
            r#"{{"generated": "", "format_version": 1, "module": "{name}", "provider": "generated",
            "doc": "", "abi_hash": "",
            "abi_symbol": "rt_abi_{name}", "handles": [], "enums": [], "structs": [], "functions": []}}"#
        );
        let mut manifest: Manifest = serde_json::from_str(&text).unwrap();
        manifest.handles.push(Handle {
            name: handle.to_owned(),
            tag,
            c_macro: format!("RT_KIND_{handle}"),
            free: String::new(),
            doc: String::new(),
        });
        manifest
    }

    #[test]
    fn a_tag_in_two_modules_is_a_clash() {
        assert_eq!(clashes(&[module("a", "A", 1), module("b", "B", 2)]), Vec::<String>::new());
        let found = clashes(&[module("a", "A", 1), module("b", "B", 1)]);
        assert_eq!(found, ["the handle tag 1 is in the module a and again in b"]);
        assert_eq!(clashes(&[module("a", "A", 1), module("a", "A", 1)]).len(), 3);
    }
}
