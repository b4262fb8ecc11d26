//! The error codes here are those of `specs/base.toml`, which headers and Simple modules are made
//! from: same names and numbers, in the same order.
//!
//! The runtime may not depend on the generator, so the few lines that matter are picked out as text.

use ffi_rt::ErrorCode;
use std::path::PathBuf;

/// The file in the runfiles under Bazel, in the tree under cargo.
fn base_spec() -> String {
    let candidates = ["specs/base.toml", "../../specs/base.toml"].map(PathBuf::from);
    let found = candidates.iter().find(|path| path.exists()).expect("specs/base.toml is there");
    std::fs::read_to_string(found).expect("specs/base.toml can be read")
}

/// The values of the enum `Error`: name, number and sentence.
fn codes_of(spec: &str) -> Vec<(String, i32, String)> {
    let start = spec.find("name = \"Error\"").expect("the enum Error");
    let values = spec[start..].lines().skip_while(|line| !line.starts_with("values = ["));
    let entries = values.skip(1).take_while(|line| *line != "]");
    entries.map(|line| entry_of(line).unwrap_or_else(|| panic!("not an entry: {line}"))).collect()
}

/// `  { name = "OK", value = 0, doc = "The call succeeded." },`
fn entry_of(line: &str) -> Option<(String, i32, String)> {
    let rest = line.trim().strip_prefix("{ name = \"")?.strip_suffix("\" },")?;
    let (name, rest) = rest.split_once("\", value = ")?;
    let (value, doc) = rest.split_once(", doc = \"")?;
    Some((name.to_owned(), value.parse().ok()?, doc.to_owned()))
}

#[test]
fn error_codes_equal_the_spec() {
    let here: Vec<(String, i32)> =
        ErrorCode::ALL.iter().map(|code| (code.name().to_owned(), *code as i32)).collect();
    let spec: Vec<(String, i32)> =
        codes_of(&base_spec()).into_iter().map(|(name, value, _)| (name, value)).collect();
    assert_eq!(here, spec);
}

#[test]
fn every_code_is_one_sentence() {
    for (name, _, doc) in codes_of(&base_spec()) {
        let is_sentence = doc.starts_with(char::is_uppercase) && doc.ends_with('.');
        assert!(is_sentence && !doc.contains(". "), "{name}: {doc}");
    }
}
