//! Invariant I5: exported symbols are those of the manifests, no more and no fewer. Read from the
//! ELF file itself, because what a linker exports is decided there and nowhere else.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use ffigen::emit::manifest::Manifest;
use object::{Object, ObjectSymbol};

use crate::functions;

/// Symbols that are declared and not exported, or exported and not declared: a sentence each.
/// `subset` names the functions of a library that does not have all of the manifests.
pub fn differences(
    library: &[u8],
    manifests: &[Manifest],
    subset: Option<&BTreeSet<String>>,
) -> Result<Vec<String>> {
    let exported = exported(library)?;
    let declared = declared(manifests, subset);
    ensure!(!declared.is_empty(), "the manifests declare nothing");
    let mut findings = compare(&declared, &exported);
    let unknown = subset.into_iter().flatten().filter(|name| !declared.contains(*name));
    findings.extend(unknown.map(|name| format!("no manifest has {name}, which the list names")));
    Ok(findings)
}

/// The functions of all manifests, and their version symbols, those of accepted earlier ABIs included.
fn declared(manifests: &[Manifest], subset: Option<&BTreeSet<String>>) -> BTreeSet<String> {
    let symbols = manifests.iter().flat_map(|manifest| {
        let functions = functions::of(manifest, subset).map(|function| function.name.clone());
        functions.chain(manifest.abi_symbols())
    });
    symbols.collect()
}

/// The dynamic symbols that a library defines for others.
fn exported(library: &[u8]) -> Result<BTreeSet<String>> {
    let file = object::File::parse(library)?;
    let defined =
        file.dynamic_symbols().filter(|symbol| symbol.is_definition() && symbol.is_global());
    Ok(defined.map(|symbol| symbol.name().map(str::to_owned)).collect::<object::Result<_>>()?)
}

fn compare(declared: &BTreeSet<String>, exported: &BTreeSet<String>) -> Vec<String> {
    let missing = declared
        .difference(exported)
        .map(|symbol| format!("the library does not export {symbol}, which a manifest has"));
    let extra = exported
        .difference(declared)
        .map(|symbol| format!("the library exports {symbol}, which no manifest has"));
    missing.chain(extra).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_and_an_extra_symbol_are_found() {
        let set =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(compare(&set(&["a", "b"]), &set(&["a", "b"])), Vec::<String>::new());
        assert_eq!(
            compare(&set(&["a", "b"]), &set(&["b", "c"])),
            [
                "the library does not export a, which a manifest has",
                "the library exports c, which no manifest has"
            ]
        );
    }

    #[test]
    fn what_is_no_library_is_an_error() {
        assert!(exported(b"not an object").is_err());
    }
}
