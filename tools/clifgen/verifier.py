"""Functions that the verifier refuses, each with the text of its message.

The oracle is the list of rules in the verifier of the pinned Cranelift: one function breaks one rule.
"""

from clif import File

X86 = ("target x86_64",)

# Per file: a list of (name, text). The text is a whole function; `; error:` follows what it is about.
STRUCTURE = """
function %no_terminator(i32) -> i32 {
block0(v0: i32): ; error: block does not end in a terminator instruction
    v1 = iadd v0, v0
}
function %empty_block() {
block0:
    jump block1
block1: ; error: block1 cannot be empty
}
function %return_in_the_middle(i32) -> i32 {
block0(v0: i32):
    return v0 ; error: a terminator instruction was encountered before the end of block0
    v1 = iadd v0, v0
    return v1
}
function %jump_in_the_middle() {
block0:
    jump block1 ; error: a terminator instruction was encountered before the end of block0
    return
block1:
    return
}
function %jump_to_entry() {
block0:
    jump block0 ; error: invalid reference to entry block block0
}
function %branch_to_entry(i32) {
block0(v0: i32):
    brif v0, block1, block0 ; error: invalid reference to entry block block0
block1:
    return
}
function %table_with_entry(i32) {
block0(v0: i32):
    br_table v0, block1, [block0] ; error: invalid reference to entry block block0
block1:
    return
}
function %cold_entry() {
block0 cold: ; error: entry block cannot be marked as cold
    return
}
function %too_few_entry_parameters(i32, i64) {
block0(v0: i32): ; error: entry block parameters (1) must match function signature (2)
    return
}
function %entry_parameter_of_another_type(i32) {
block0(v0: i64): ; error: entry block parameter 0 expected to have type i32, got i64
    return
}
"""

DOMINANCE = """
function %from_the_other_branch(i32) -> i32 {
block0(v0: i32):
    brif v0, block1, block2
block1:
    v1 = iadd v0, v0
    jump block3
block2:
    jump block3
block3:
    return v1 ; error: uses value v1 from non-dominating
}
function %parameter_from_the_other_branch(i32) -> i32 {
block0(v0: i32):
    brif v0, block1(v0), block2
block1(v1: i32):
    jump block3
block2:
    jump block3
block3:
    v2 = iadd v1, v0 ; error: uses value arg from non-dominating block1
    return v2
}
"""

TYPES = """
function %operands_of_two_types(i32, i64) -> i32 {
block0(v0: i32, v1: i64):
    v2 = iadd v0, v1 ; error: arg 1 (v1) has type i64, expected i32
    return v2
}
function %compare_of_two_types(i32, i64) -> i8 {
block0(v0: i32, v1: i64):
    v2 = icmp eq v0, v1 ; error: arg 1 (v1) has type i64, expected i32
    return v2
}
function %branch_on_a_float(f32) {
block0(v0: f32):
    brif.i32 v0, block1, block1 ; error: has an invalid controlling type f32
block1:
    return
}
function %shift_by_a_float(i32, f32) -> i32 {
block0(v0: i32, v1: f32):
    v2 = ishl v0, v1 ; error: arg 1 (v1) with type f32 failed to satisfy type set
    return v2
}
function %select_of_two_types(i8, i32, f32) -> i32 {
block0(v0: i8, v1: i32, v2: f32):
    v3 = select v0, v1, v2 ; error: arg 2 (v2) has type f32, expected i32
    return v3
}
function %extend_to_narrower(i64) -> i32 {
block0(v0: i64):
    v1 = uextend.i32 v0 ; error: arg 0 (v0) with type i64 failed to satisfy type set
    return v1
}
function %reduce_to_wider(i32) -> i64 {
block0(v0: i32):
    v1 = ireduce.i64 v0 ; error: arg 0 (v0) with type i32 failed to satisfy type set
    return v1
}
function %float_arithmetic_on_integers(i32, f32) -> f32 {
block0(v0: i32, v1: f32):
    v2 = fadd.f32 v0, v1 ; error: arg 0 (v0) has type i32, expected f32
    return v2
}
function %bitcast_of_another_width(i32) -> i64 {
block0(v0: i32):
    v1 = bitcast.i64 v0 ; error: The bitcast argument v0 has a type of 32 bits, which doesn't match an expected type of 64 bits
    return v1
}
function %address_of_another_width(i32) -> i32 {
block0(v0: i32):
    v1 = load.i32 v0 ; error: invalid pointer width (got 32, expected 64) encountered v0
    return v1
}
function %store_to_read_only(i64, i32) {
block0(v0: i64, v1: i32):
    store readonly v1, v0 ; error: A store instruction cannot have the `readonly` MemFlag
    return
}
function %bitcast_with_flags(i32) -> f32 {
block0(v0: i32):
    v1 = bitcast.f32 notrap v0 ; error: The bitcast instruction only accepts the `big` or `little` memory flags
    return v1
}
"""

RETURNS = """
function %no_result() -> i32 {
block0:
    return ; error: arguments of return must match function signature
}
function %result_of_another_type(i64) -> i32 {
block0(v0: i64):
    return v0 ; error: result 0 has type i64, must match function signature of i32
}
function %too_many_results(i32) -> i32 {
block0(v0: i32):
    return v0, v0 ; error: arguments of return must match function signature
}
function %too_few_block_arguments(i32) -> i32 {
block0(v0: i32):
    jump block1 ; error: mismatched argument count for `jump block1`: got 0, expected 1
block1(v1: i32):
    return v1
}
function %block_argument_of_another_type(i32) -> i64 {
block0(v0: i32):
    jump block1(v0) ; error: arg v0 has type i32, expected i64
block1(v1: i64):
    return v1
}
function %branch_argument_of_another_type(i32) -> i64 {
block0(v0: i32):
    v2 = iconst.i64 1
    brif v0, block1(v2), block1(v0) ; error: arg v0 has type i32, expected i64
block1(v1: i64):
    return v1
}
function %table_without_arguments(i32) -> i32 {
block0(v0: i32):
    br_table v0, block1(v0), [block1] ; error: mismatched argument count for
block1(v1: i32):
    return v1
}
"""

CALLS = """
function %too_few_arguments(i32) {
    fn0 = %far(i32, i32)
block0(v0: i32):
    call fn0(v0) ; error: mismatched argument count for `call fn0(v0)`: got 1, expected 2
    return
}
function %argument_of_another_type(i32) {
    fn0 = %far(i64)
block0(v0: i32):
    call fn0(v0) ; error: arg 0 (v0) has type i32, expected i64
    return
}
function %indirect_argument_of_another_type(i64, i32) {
    sig0 = (f64)
block0(v0: i64, v1: i32):
    call_indirect sig0, v0(v1) ; error: arg 0 (v1) has type i32, expected f64
    return
}
function %tail_call_without_the_convention() system_v {
    fn0 = %far() system_v
block0:
    return_call fn0() ; error: calling convention `system_v` does not support tail calls
}
function %tail_call_of_another_convention() system_v {
    fn0 = %far() tail
block0:
    return_call fn0() ; error: callee's calling convention must match caller
}
function %tail_call_with_other_results() -> i32 tail {
    fn0 = %far() -> i64 tail
block0:
    return_call fn0() ; error: result 0 has type i64, must match function signature of i32
}
function %tail_call_without_results() -> i32 tail {
    fn0 = %far() tail
block0:
    return_call fn0() ; error: results of callee must match caller
}
function %handlers_without_the_convention() windows_fastcall {
    sig0 = () windows_fastcall
    fn0 = %far() windows_fastcall
block0:
    try_call fn0(), sig0, block1, [ default: block2 ] ; error: calling convention `windows_fastcall` of callee does not support exceptions
block1:
    return
block2:
    return
}
function %result_out_of_bounds() tail {
    sig0 = () tail
    fn0 = %far() tail
block0:
    try_call fn0(), sig0, block1(ret0), [] ; error: out-of-bounds `retN` block argument
block1(v0: i64):
    return
}
function %exception_out_of_bounds() tail {
    sig0 = () tail
    fn0 = %far() tail
block0:
    try_call fn0(), sig0, block1, [ default: block2(exn2) ] ; error: out-of-bounds `exnN` block argument
block1:
    return
block2(v0: i64):
    return
}
function %result_in_a_handler() tail {
    sig0 = () -> i64 tail
    fn0 = %far() -> i64 tail
block0:
    try_call fn0(), sig0, block1, [ default: block2(ret0) ] ; error: `retN` block argument used outside normal-return target of `try_call`
block1:
    return
block2(v0: i64):
    return
}
function %table_of_another_signature() tail {
    sig0 = () -> i64 tail
    fn0 = %far() tail
block0:
    try_call fn0(), sig0, block1, [] ; error: did not match function fn0's signature
block1:
    return
}
function %handler_out_of_range() -> i64 tail {
    sig0 = () tail
    fn0 = %far() tail
block0:
    jump block1
block1:
    v0 = get_exception_handler_address.i64 block1, 1 ; error: exception handler index 1 is out-of-range
    try_call fn0(), sig0, block2, [ default: block2 ]
block2:
    return v0
}
function %handler_of_no_call() -> i64 {
block0:
    jump block1
block1:
    v0 = get_exception_handler_address.i64 block1, 0 ; error: referenced block block1 does not end in a try_call
    return v0
}
"""

FRAME = """
function %pinned_register() -> i64 {
block0:
    v0 = get_pinned_reg.i64 ; error: GetPinnedReg/SetPinnedReg cannot be used without enable_pinned_reg
    return v0
}
function %frame_pointer() -> i64 {
block0:
    v0 = get_frame_pointer.i64 ; error: `get_frame_pointer`/`get_return_address` cannot be used without enabling `preserve_frame_pointers`
    return v0
}
function %return_address() -> i64 {
block0:
    v0 = get_return_address.i64 ; error: cannot be used without enabling `preserve_frame_pointers`
    return v0
}
"""

VALID = """
function %valid(i32, i64) -> i32 {
    ss0 = explicit_slot 8
    fn0 = %far(i32) -> i64
block0(v0: i32, v1: i64):
    v2 = call fn0(v0)
    v3 = stack_addr.i64 ss0
    store v2, v3
    brif v1, block1(v0), block2
block1(v4: i32):
    return v4
block2:
    v5 = load.i32 v3+4
    jump block1(v5)
}
function %unreachable_use(i32) -> i32 {
block0(v0: i32):
    return v0
block1:
    v1 = iadd v0, v0
    return v1
}
"""

# Without a target nobody knows how wide an address is.
NO_TARGET = """
function %narrow_address(i32) -> i32 {
block0(v0: i32):
    v1 = load.i32 v0
    return v1
}
function %narrow_address_and_sum(i32, i64) -> i32 {
block0(v0: i32, v1: i64):
    v2 = load.i32 v0
    v3 = iadd v2, v1 ; error: arg 1 (v1) has type i64, expected i32
    return v3
}
"""


def files(_unsupported):
    """One file per group of rules."""
    groups = {
        "structure": (STRUCTURE, "Blocks and their ends, the entry block."),
        "dominance": (DOMINANCE, "A value must be there on each way to where it is used."),
        "types": (TYPES, "Types of operands, widths, flags of memory."),
        "returns": (RETURNS, "Results and arguments of blocks."),
        "calls": (CALLS, "Arguments, conventions, tail calls, handlers."),
        "frame": (FRAME, "Registers that a setting must allow."),
        "valid": (VALID, "What is right is not refused."),
        "no_target": (NO_TARGET, "What is right on some machine is not refused where none is named."),
    }
    for name, (text, doc) in groups.items():
        file = File(f"verifier/{name}.clif", doc, test="verifier", targets=() if name == "no_target" else X86)
        for function in text.strip().split("\nfunction "):
            name = function.split("%")[1].split("(")[0]
            file.functions[name] = ["", "function " + function.removeprefix("function ")]
        yield file
