//! What a trap was: from the signal and the address to a code and a sentence.

use super::stack;
use crate::jit::registry;
use cranelift_codegen::ir::TrapCode;
use ffi_rt::{Error, ErrorCode, Result};
use std::cell::RefCell;

/// What a handler saw.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Raised {
    pub signal: i32,
    /// The address of the instruction.
    pub pc: usize,
    /// The address that it accessed, for a fault of memory.
    pub address: usize,
    /// The stack pointer.
    pub stack: usize,
}

/// What a guarded call was to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    /// Where the code that passes the arguments starts.
    pub adapter: usize,
    /// The address that it calls.
    pub function: usize,
}

/// The kind of a trap, with its number for callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrapKind {
    /// A trap that the code says: 1 to 250 are the program's, 251 and up Cranelift's.
    Code(u8),
    /// An access to memory that is not there, or not allowed.
    Memory,
    /// A breakpoint.
    Breakpoint,
    /// An instruction that raised a signal for no known reason.
    Unknown,
}

impl TrapKind {
    /// The number that the enum `CraneliftTrapReport` of the spec gives it.
    pub fn number(self) -> i64 {
        match self {
            TrapKind::Code(code) => i64::from(code),
            TrapKind::Memory => 256,
            TrapKind::Breakpoint => 257,
            TrapKind::Unknown => 258,
        }
    }
}

/// A trap that was caught.
#[derive(Debug, Clone)]
pub struct Trap {
    /// Why.
    pub kind: TrapKind,
    /// The function, if it is known still.
    pub function: Option<String>,
    /// The offset of the instruction in the function's code.
    pub offset: u32,
    /// The source location of the instruction, the number that the program set.
    pub location: Option<u32>,
    /// The address that was accessed, for a fault of memory.
    pub address: usize,
    /// The sentence that became the error's message.
    pub message: String,
}

thread_local! {
    static LAST: RefCell<Option<Trap>> = const { RefCell::new(None) };
}

/// The last trap that was caught on this thread.
pub fn last_trap() -> Option<Trap> {
    LAST.with_borrow(Clone::clone)
}

/// Turns what was seen into the error of the call, and remembers it.
pub(super) fn report(raised: Raised, call: Call) -> Result<()> {
    let entry = registry::find(raised.pc);
    let code = entry.as_ref().and_then(|entry| entry.trap(raised.pc));
    let kind = kind_of(raised, code);
    let why = match kind {
        TrapKind::Code(code) => reason(code),
        TrapKind::Memory => format!("access to memory at {:#x}", raised.address),
        TrapKind::Breakpoint => "breakpoint".to_owned(),
        TrapKind::Unknown => format!("signal {}", raised.signal),
    };
    // The adapter is no function of the program; what it calls is.
    let is_early = entry.as_ref().is_some_and(|entry| entry.placed().start == call.adapter);
    let entry = if is_early { registry::find_start(call.function) } else { entry };
    let offset = match &entry {
        Some(entry) if !is_early => entry.offset(raised.pc),
        _ => 0,
    };
    let mut message = match &entry {
        Some(entry) if is_early => {
            format!("function `{}`: its call trapped before it began: {why}", entry.placed().name)
        }
        Some(entry) => {
            format!("function `{}` trapped at offset {offset}: {why}", entry.placed().name)
        }
        None if is_early => {
            format!("the call of {:#x} trapped before it began: {why}", call.function)
        }
        None => format!("JIT code trapped at {:#x}: {why}", raised.pc),
    };
    let inside = entry.as_ref().filter(|_| !is_early);
    if let Some(place) = inside.and_then(|entry| entry.place(raised.pc)) {
        message.push_str(&format!(" ({place})"));
    }
    let trap = Trap {
        kind,
        offset,
        location: inside.and_then(|entry| entry.location(raised.pc)),
        function: entry.map(|entry| entry.placed().name.clone()),
        address: if is_memory(raised) { raised.address } else { 0 },
        message: message.clone(),
    };
    LAST.set(Some(trap));
    Err(Error::new(ErrorCode::Trap, message))
}

/// Whether an access to memory failed.
fn is_memory(raised: Raised) -> bool {
    matches!(raised.signal, libc::SIGSEGV | libc::SIGBUS)
}

fn kind_of(raised: Raised, code: Option<TrapCode>) -> TrapKind {
    if is_memory(raised) && stack::is_exhausted(raised.address, raised.stack) {
        return TrapKind::Code(TrapCode::STACK_OVERFLOW.as_raw().get());
    }
    match (code, raised.signal) {
        (Some(code), _) => TrapKind::Code(code.as_raw().get()),
        (None, _) if is_memory(raised) => TrapKind::Memory,
        (None, libc::SIGTRAP) => TrapKind::Breakpoint,
        _ => TrapKind::Unknown,
    }
}

/// The sentence of a trap code.
fn reason(code: u8) -> String {
    let known = TrapCode::non_user_traps().iter().find(|known| known.as_raw().get() == code);
    match known {
        Some(&TrapCode::STACK_OVERFLOW) => "stack overflow".to_owned(),
        Some(&TrapCode::INTEGER_OVERFLOW) => "integer overflow".to_owned(),
        Some(&TrapCode::HEAP_OUT_OF_BOUNDS) => "access out of bounds".to_owned(),
        Some(&TrapCode::INTEGER_DIVISION_BY_ZERO) => "integer division by zero".to_owned(),
        Some(&TrapCode::BAD_CONVERSION_TO_INTEGER) => {
            "float without a counterpart among the integers".to_owned()
        }
        _ => format!("user trap {code}"),
    }
}

#[cfg(test)]
mod tests;
