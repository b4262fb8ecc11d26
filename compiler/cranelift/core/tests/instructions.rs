//! Every instruction of the pinned Cranelift has a function, or a reason why it has none: an upgrade
//! that adds or drops one fails here.

use cranelift_codegen::ir::Opcode;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A file of the repository, under cargo and under Bazel.
fn read(path: &str) -> String {
    let candidates = [PathBuf::from(path), PathBuf::from("../../..").join(path)];
    let found = candidates.iter().find(|path| path.exists()).expect("the file is there");
    std::fs::read_to_string(found).expect("the file can be read")
}

/// The names in the first column of the table of INSTRUCTIONS.md.
fn left_out() -> BTreeSet<String> {
    let page = read("compiler/cranelift/core/INSTRUCTIONS.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    rows.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_instruction_has_a_function_or_a_reason() {
    let baseline = read("compiler/cranelift/abi.json");
    let is_function = |name: &str| baseline.contains(&format!("\"name\": \"rt_cranelift_{name}\""));
    let mut left_out = left_out();
    let (mut exposed, mut reasoned, mut wrong) = (0, 0, Vec::new());
    for opcode in Opcode::all() {
        let name = opcode.to_string();
        match (is_function(&name), left_out.remove(&name)) {
            (true, false) => exposed += 1,
            (false, true) => reasoned += 1,
            (true, true) => wrong.push(format!("{name} has a function and is in the table")),
            (false, false) => wrong.push(format!("{name} has neither function nor reason")),
        }
    }
    wrong.extend(left_out.iter().map(|name| format!("{name} is in the table and unknown")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!((exposed, reasoned), (120, 43));
}
