//! In which order blocks are filled, so that each value is built before it is used.
//!
//! In the text a block may use a value of a block further down, as long as control reaches that one first. The API
//! gives a value its handle when it is built, so blocks are filled in an order in which definitions come first.

use super::{Built, unsupported};
use cranelift_codegen::ir::{Block, Function, Inst, Value, ValueDef};
use std::collections::HashMap;

/// The blocks of a function, the entry first, each after those whose values it uses.
///
/// # Errors
/// If there is no such order.
pub fn blocks(func: &Function) -> Built<Vec<Block>> {
    let mut order = Vec::new();
    let mut states = HashMap::new();
    for block in func.layout.blocks() {
        visit(func, block, &mut states, &mut order)?;
    }
    if order.first() != func.layout.entry_block().as_ref() {
        return unsupported("entry block that uses values of other blocks");
    }
    Ok(order)
}

#[derive(PartialEq, Clone, Copy)]
enum State {
    Open,
    Done,
}

fn visit(
    func: &Function,
    block: Block,
    states: &mut HashMap<Block, State>,
    order: &mut Vec<Block>,
) -> Built<()> {
    // An own stack: functions of filetests may have thousands of blocks in a row.
    let mut stack = vec![(block, needed(func, block)?)];
    if states.contains_key(&block) {
        return Ok(());
    }
    states.insert(block, State::Open);
    while let Some((current, needs)) = stack.last_mut() {
        match needs.pop() {
            Some(need) => match states.get(&need) {
                Some(State::Done) => {}
                Some(State::Open) => return unsupported("uses of a value before it is built"),
                None => {
                    states.insert(need, State::Open);
                    let further = needed(func, need)?;
                    stack.push((need, further));
                }
            },
            None => {
                states.insert(*current, State::Done);
                order.push(*current);
                stack.pop();
            }
        }
    }
    Ok(())
}

/// The other blocks whose values a block uses.
fn needed(func: &Function, block: Block) -> Built<Vec<Block>> {
    let mut found = Vec::new();
    let mut place = HashMap::<Inst, usize>::new();
    for (index, inst) in func.layout.block_insts(block).enumerate() {
        place.insert(inst, index);
        for value in used(func, inst) {
            match func.dfg.value_def(func.dfg.resolve_aliases(value)) {
                ValueDef::Result(def, _) => match func.layout.inst_block(def) {
                    Some(other) if other == block && (def == inst || !place.contains_key(&def)) => {
                        return unsupported("uses of a value before it is built");
                    }
                    Some(other) if other != block => found.push(other),
                    _ => {}
                },
                // Parameters are there as soon as their block is.
                ValueDef::Param(..) => {}
                ValueDef::Union(..) => {}
            }
        }
    }
    found.sort();
    found.dedup();
    found.reverse();
    Ok(found)
}

/// All values that an instruction uses, also as arguments of blocks.
fn used(func: &Function, inst: Inst) -> Vec<Value> {
    func.dfg.inst_values(inst).collect()
}
