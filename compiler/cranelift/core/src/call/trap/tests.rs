//! What is said of a trap in the code that passes the arguments.

use super::*;
use crate::call::Adapter;
use crate::testing::{ADD, failure, finished, jit, parse};

#[test]
fn a_trap_before_the_function_begins_names_it() {
    let module = jit(&[]);
    module.define(finished("add", ADD), None).unwrap();
    module.link().unwrap();
    let function = module.function_address(module.find_function("add").unwrap()).unwrap();
    let isa = module.declarations().isa();
    let adapter = Adapter::of(isa, &parse(ADD).signature).unwrap();
    let start = adapter.entry() as usize;
    let raised = Raised { signal: libc::SIGTRAP, pc: start + 1, address: 0, stack: 0 };
    let (code, message) = failure(report(raised, Call { adapter: start, function }));
    assert_eq!(code, ErrorCode::Trap);
    assert_eq!(message, "function `add`: its call trapped before it began: breakpoint");
    let trap = last_trap().unwrap();
    assert_eq!((trap.function.as_deref(), trap.offset), (Some("add"), 0));
    let (_, message) = failure(report(raised, Call { adapter: start, function: 0x10 }));
    assert_eq!(message, "the call of 0x10 trapped before it began: breakpoint");
    assert_eq!(last_trap().unwrap().function, None);
    let inside = Raised { pc: function + 1, ..raised };
    let (_, message) = failure(report(inside, Call { adapter: start, function }));
    assert_eq!(message, "function `add` trapped at offset 1: breakpoint");
}
