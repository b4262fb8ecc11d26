//! Global values that rest upon each other, which a text may have.
//!
//! Cranelift follows them by recursion, and its verifier looks at each chain from each of its
//! members, so that a long chain takes a stack or minutes; a circle that nobody looks at, because
//! the verifier is off, never ends.

use cranelift_codegen::ir::{Function, GlobalValue, GlobalValueData};
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

/// Whether a global value rests upon itself.
pub(super) fn is_circular(func: &Function) -> bool {
    func.global_values.keys().any(|value| chain(func, value) == Chain::Circle)
}
