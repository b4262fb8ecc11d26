//! The filetests of the tree have every scalar instruction at every type that it accepts and that it can be compiled
//! with for x86_64, where they run. What is missing is named here with the reason.

use cranelift_codegen::ir::types::{F16, F32, F64, F128, I8, I16, I32, I64, I128, INVALID};
use cranelift_codegen::ir::{Opcode, Type};
use cranelift_reader::{ParseOptions, parse_test};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const SCALARS: [Type; 9] = [I8, I16, I32, I64, I128, F16, F32, F64, F128];

/// Instructions whose type is that of an address or of a lane, but which give or take vectors.
const VECTOR: [&str; 10] = [
    "dynamic_stack_addr",
    "extract_vector",
    "sload16x4",
    "sload32x2",
    "sload8x8",
    "uload16x4",
    "uload32x2",
    "uload8x8",
    "vhigh_bits",
    "x86_cvtt2dq",
];

/// Instructions that accept scalars and are compiled with scalars for no native target.
const NOWHERE: [&str; 5] =
    ["blendv", "sadd_overflow_cin", "ssub_overflow_bin", "uadd_overflow_cin", "usub_overflow_bin"];

/// Instructions whose type is that of an address: 64 bits on every target of ours.
const ADDRESSES: [&str; 15] = [
    "call_indirect",
    "func_addr",
    "get_exception_handler_address",
    "get_frame_pointer",
    "get_pinned_reg",
    "get_return_address",
    "get_stack_pointer",
    "return_call_indirect",
    "set_pinned_reg",
    "sload32",
    "stack_addr",
    "stack_switch",
    "symbol_value",
    "try_call_indirect",
    "uload32",
];

/// Why an instruction at a type is in no file.
fn excuse(opcode: &str, ty: Type) -> Option<&'static str> {
    let is_wide_float = ty == F16 || ty == F128;
    let moves = ["load", "store", "select", "select_spectre_guard", "bitcast", "bxor", "bnot"];
    Some(match opcode {
        "tls_value" => "a filetest has no thread-local data",
        "f16const" | "f32const" | "f64const" | "f128const" => return None,
        _ if ADDRESSES.contains(&opcode) && ty != I64 => "addresses have 64 bits",
        _ if is_wide_float && !moves.contains(&opcode) => "x86_64 has no arithmetic for it",
        "ireduce" if ty == I128 => "nothing is wider",
        "uextend" | "sextend" if ty == I8 => "nothing is narrower",
        "fpromote" if ty == F32 => "from f16, which x86_64 does not convert",
        "fdemote" if ty == F64 => "from f128, which x86_64 does not convert",
        "iconcat" if ty != I64 => "x86_64 has it for two i64 alone",
        "isplit" if ty != I128 => "x86_64 has it for i128 alone",
        "smin" | "smax" | "umin" | "umax" | "smulhi" | "umulhi" if ty == I128 => {
            "x86_64 does not compile it"
        }
        "udiv" | "sdiv" | "urem" | "srem" if ty == I128 => "x86_64 does not compile it",
        "fcvt_to_uint" | "fcvt_to_sint" | "fcvt_to_uint_sat" | "fcvt_to_sint_sat"
            if ty != I32 && ty != I64 =>
        {
            "x86_64 does not compile it"
        }
        _ => return None,
    })
}

fn folder() -> PathBuf {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(|dir| Path::new(&dir).join("../../.."));
    let from_bazel = PathBuf::from("tests/fixtures/clif");
    match from_bazel.exists() {
        true => from_bazel,
        false => root.unwrap_or_default().join(from_bazel),
    }
}

/// Every opcode with every controlling type that some run file has.
fn used() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder().join("run")).expect("the folder of filetests") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a file");
        let file = parse_test(&text, ParseOptions::default());
        let file = file.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for (func, _) in &file.functions {
            for inst in func.layout.blocks().flat_map(|block| func.layout.block_insts(block)) {
                let opcode = func.dfg.insts[inst].opcode().to_string();
                found.insert((opcode, format!("{:?}", func.dfg.ctrl_typevar(inst))));
            }
        }
    }
    found
}

#[test]
fn every_scalar_instruction_is_run_at_every_type() {
    let used = used();
    let mut scalar_instructions = 0;
    let mut problems = Vec::new();
    for &opcode in Opcode::all() {
        let name = opcode.to_string();
        let types: Vec<_> = match opcode.constraints().ctrl_typeset() {
            Some(set) => SCALARS.into_iter().filter(|ty| set.contains(*ty)).collect(),
            None => vec![INVALID],
        };
        // Instructions for vectors alone have a type, which is no scalar, or a fixed signature.
        if types.is_empty() || VECTOR.contains(&name.as_str()) || NOWHERE.contains(&name.as_str()) {
            continue;
        }
        if types == [INVALID] && is_for_vectors(opcode) {
            continue;
        }
        scalar_instructions += 1;
        for ty in types {
            let is_used = used.contains(&(name.clone(), format!("{ty:?}")));
            match (is_used, excuse(&name, ty)) {
                (false, None) => problems.push(format!("{name} is missing at {ty:?}")),
                (true, Some(reason)) => {
                    problems.push(format!("{name} at {ty:?} is there: {reason}"))
                }
                _ => {}
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(scalar_instructions, 120);
}

/// Whether an instruction without a controlling type has a vector as its result or operand.
fn is_for_vectors(opcode: Opcode) -> bool {
    use cranelift_codegen::ir::instructions::ResolvedConstraint::Bound;
    let constraints = opcode.constraints();
    let operand = |n| match constraints.value_argument_constraint(n, INVALID) {
        Bound(ty) => ty.is_vector(),
        _ => false,
    };
    (0..constraints.num_fixed_results()).any(|n| constraints.result_type(n, INVALID).is_vector())
        || (0..constraints.num_fixed_value_arguments()).any(operand)
}
