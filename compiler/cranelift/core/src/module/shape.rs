//! The shape that a function needs for the compiler to come to an end. Functions that are built call
//! by call have it; texts may not, and where the verifier is off nobody else looks.
//!
//! Cranelift follows global values that rest upon each other by recursion, and its verifier looks at
//! each chain from each of its members, so that a long chain takes a stack or minutes.

use cranelift_codegen::ir::{Block, Function, GlobalValue, GlobalValueData};
use ffi_rt::{ErrorCode, Result, fail};

/// How many global values may rest upon each other.
pub const CHAIN_MAX: usize = 64;

/// What following a global value comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chain {
    Ends,
    /// It leads into a circle.
    Circle,
    Long,
}

fn chain(func: &Function, from: GlobalValue) -> Chain {
    let mut seen = vec![from];
    let mut at = from;
    while seen.len() <= CHAIN_MAX {
        at = match func.global_values.get(at) {
            Some(GlobalValueData::Load { base, .. } | GlobalValueData::IAddImm { base, .. }) => {
                *base
            }
            _ => return Chain::Ends,
        };
        if seen.contains(&at) {
            return Chain::Circle;
        }
        seen.push(at);
    }
    Chain::Long
}

/// Refuses chains that are too long; circles are the verifier's.
///
/// # Errors
/// `LIMIT_REACHED`.
pub(super) fn check(func: &Function, name: &str) -> Result<()> {
    match func.global_values.keys().find(|&value| chain(func, value) == Chain::Long) {
        Some(value) => fail(
            ErrorCode::LimitReached,
            format!("function `{name}`, {value}: more than {CHAIN_MAX} global values in a chain"),
        ),
        None => Ok(()),
    }
}

/// Whether the compiler could run for ever: a global value rests upon itself, a branch leads to a
/// block that is not there, or a block does not end with its only terminator.
pub(super) fn may_never_end(func: &Function) -> bool {
    let is_circular = |value| chain(func, value) == Chain::Circle;
    func.global_values.keys().any(is_circular)
        || func.layout.blocks().any(|block| is_open(func, block))
}

fn is_open(func: &Function, block: Block) -> bool {
    let dfg = &func.dfg;
    let is_terminator = |inst| dfg.insts[inst].opcode().is_terminator();
    let first = func.layout.block_insts(block).find(|&inst| is_terminator(inst));
    let Some(first) = first.filter(|_| first == func.layout.last_inst(block)) else { return true };
    let targets = dfg.insts[first].branch_destination(&dfg.jump_tables, &dfg.exception_tables);
    let mut targets = targets.iter().map(|call| call.block(&dfg.value_lists));
    !targets.all(|target| func.layout.is_block_inserted(target))
}
