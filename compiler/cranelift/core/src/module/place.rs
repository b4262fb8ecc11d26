//! The place in a function that a target cannot do, for the error that says so.
//!
//! Cranelift says why, and mostly not where. The place is found by compiling pieces of the
//! function: a piece that fails for the same reason as the whole is the place. None of this runs
//! unless a function was refused.

use super::compile::panic_text;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, Function, Inst, InstBuilder, MemFlagsData, Opcode, Signature,
    TrapCode, Type, UserFuncName, Value, types,
};
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{CodegenError, Context};
use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most instructions that are compiled alone.
const ALONE_MAX: usize = 500;

/// How many instructions the copies of the function that this takes may have together.
const COPIED_MAX: usize = 4_000_000;

/// How much of a signature a message shows, in characters.
const SHOWN_MAX: usize = 200;

/// What the compiler says of a failure, the same for the whole and for a piece.
pub(super) fn reason(error: &CodegenError) -> String {
    match error {
        CodegenError::Unsupported(why) => why.clone(),
        other => other.to_string(),
    }
}

/// The place of a failure, as it stands behind the function's name: `, block0, inst3 ..`. Empty if
/// no piece fails alone.
pub(super) fn find(isa: &dyn TargetIsa, func: &Function, why: &str) -> String {
    let search = Search { isa, func, why };
    let found = catch_unwind(AssertUnwindSafe(|| {
        search
            .shown()
            .or_else(|| search.own_signature())
            .or_else(|| search.called_signature())
            .or_else(|| search.stack_slots())
            .or_else(|| search.instruction())
    }));
    found.ok().flatten().map_or(String::new(), |place| format!(", {place}"))
}

struct Search<'a> {
    isa: &'a dyn TargetIsa,
    func: &'a Function,
    why: &'a str,
}

impl Search<'_> {
    /// The instruction that the reason shows.
    fn shown(&self) -> Option<String> {
        let shown = ["inst = `", "branch = `"].iter().find_map(|mark| {
            let (_, rest) = self.why.split_once(mark)?;
            rest.split_once('`').map(|(text, _)| text)
        })?;
        let dfg = &self.func.dfg;
        self.named(|inst| dfg.display_inst(inst).to_string() == shown)
    }

    fn own_signature(&self) -> Option<String> {
        let signature = &self.func.signature;
        let fails = self.fails(with_signature(signature.clone()));
        fails.then(|| self.part_of(signature, "its signature"))
    }

    /// A signature of what the function calls, with the first call.
    fn called_signature(&self) -> Option<String> {
        let dfg = &self.func.dfg;
        let (called, signature) = dfg.signatures.iter().find(|&(_, signature)| {
            let mut piece = with_signature(Signature::new(self.func.signature.call_conv));
            piece.import_signature(signature.clone());
            self.fails(piece)
        })?;
        let part = self.part_of(signature, &called.to_string());
        let call = self.named(|inst| dfg.call_signature(inst) == Some(called));
        Some(call.map_or(part.clone(), |call| format!("{call}, {part}")))
    }

    /// What of a signature fails: one parameter or result, or else all of it.
    fn part_of(&self, signature: &Signature, name: &str) -> String {
        let all: String = signature.to_string().chars().take(SHOWN_MAX).collect();
        let params = signature.params.iter().enumerate();
        let param = params.map(|(index, param)| {
            let alone =
                Signature { params: vec![*param], returns: Vec::new(), ..signature.clone() };
            (alone, format!("parameter {} ({}) of ", index + 1, param.value_type))
        });
        let results = signature.returns.iter().enumerate();
        let result = results.map(|(index, result)| {
            let alone =
                Signature { params: Vec::new(), returns: vec![*result], ..signature.clone() };
            (alone, format!("result {} ({}) of ", index + 1, result.value_type))
        });
        let mut parts = param.chain(result);
        let found = parts.find(|(alone, _)| self.fails(with_signature(alone.clone())));
        format!("{}{name} {all}", found.map_or(String::new(), |(_, text)| text))
    }

    fn stack_slots(&self) -> Option<String> {
        let slots = &self.func.sized_stack_slots;
        let (largest, data) = slots.iter().max_by_key(|(_, data)| data.size)?;
        let mut piece = with_signature(self.func.signature.clone());
        piece.sized_stack_slots = slots.clone();
        let total: u64 = slots.values().map(|data| u64::from(data.size)).sum();
        self.fails(piece).then(|| {
            format!("its stack slots of {total} bytes, the largest {largest} of {}", data.size)
        })
    }

    /// The first instruction that fails alone.
    fn instruction(&self) -> Option<String> {
        let dfg = &self.func.dfg;
        let shape = |inst: Inst| -> (Opcode, Vec<Type>) {
            let values = dfg.inst_values(inst).chain(dfg.inst_results(inst).iter().copied());
            (dfg.insts[inst].opcode(), values.map(|value| dfg.value_type(value)).collect())
        };
        let mut seen = HashSet::new();
        // One of each shape before all the others: equal ones mostly fare equally.
        let (first, others): (Vec<_>, Vec<_>) =
            self.instructions().map(|(_, inst)| inst).partition(|&inst| seen.insert(shape(inst)));
        let most = (COPIED_MAX / dfg.num_insts().max(1)).min(ALONE_MAX);
        let mut tried = first.into_iter().chain(others).take(most);
        let fails = |inst, operands| self.fails(alone(self.isa, self.func, inst, operands));
        let found = tried
            .find(|&inst| fails(inst, Operands::InRegisters) || fails(inst, Operands::InMemory))?;
        self.named(|inst| inst == found)
    }

    fn instructions(&self) -> impl Iterator<Item = (Block, Inst)> {
        let layout = &self.func.layout;
        let of = move |block| layout.block_insts(block).map(move |inst| (block, inst));
        layout.blocks().flat_map(of)
    }

    /// An instruction with its block, its text, and its type if that is rare.
    fn named(&self, is_it: impl Fn(Inst) -> bool) -> Option<String> {
        let (block, inst) = self.instructions().find(|&(_, inst)| is_it(inst))?;
        let on = rare_type(self.func, inst).map_or(String::new(), |ty| format!(" on {ty}"));
        Some(format!("{block}, {inst} `{}`{on}", self.func.dfg.display_inst(inst)))
    }

    /// Whether a piece fails for the same reason as the whole.
    fn fails(&self, piece: Function) -> bool {
        let mut context = Context::for_function(piece);
        let compile = AssertUnwindSafe(|| {
            let compiled = context.compile(self.isa, &mut ControlPlane::default());
            compiled.err().map(|error| reason(&error.inner))
        });
        let why =
            catch_unwind(compile).unwrap_or_else(|payload| Some(panic_text(&*payload).to_owned()));
        why.is_some_and(|why| is_same(&why, self.why))
    }
}

/// Whether two reasons are one but for the numbers of registers and the like.
fn is_same(one: &str, other: &str) -> bool {
    let words = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    words(one) == words(other)
}

/// The type of an instruction's operands or results that not every target computes with.
fn rare_type(func: &Function, inst: Inst) -> Option<Type> {
    let values = func.dfg.inst_results(inst).iter().chain(func.dfg.inst_args(inst));
    let mut types = values.map(|&value| func.dfg.value_type(value));
    types.find(|ty| [types::I128, types::F16, types::F128].contains(ty))
}

/// A function that has a signature and does nothing.
fn with_signature(signature: Signature) -> Function {
    let mut func = Function::with_name_signature(UserFuncName::default(), signature);
    let block = begin(&mut func);
    end(&mut func, block);
    func
}

/// Begins a function that has no block in its layout, with its parameters.
fn begin(func: &mut Function) -> Block {
    let block = func.dfg.make_block();
    for index in 0..func.signature.params.len() {
        let ty = func.signature.params[index].value_type;
        func.dfg.append_block_param(block, ty);
    }
    func.layout.append_block(block);
    block
}

fn end(func: &mut Function, block: Block) {
    FuncCursor::new(func).at_bottom(block).ins().trap(TrapCode::unwrap_user(1));
}

/// Where an instruction alone has its operands from; a load may become a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operands {
    InRegisters,
    InMemory,
}

/// The function with this instruction alone: its operands and its results lie in memory, and where
/// it branches to is a trap.
fn alone(isa: &dyn TargetIsa, func: &Function, inst: Inst, operands: Operands) -> Function {
    let mut piece = func.clone();
    piece.layout.clear();
    piece.signature.params.push(AbiParam::new(isa.pointer_type()));
    let mut block = begin(&mut piece);
    let Some(&memory) = piece.dfg.block_params(block).last() else { return piece };
    let values: Vec<Value> = piece.dfg.inst_values(inst).collect();
    let types: Vec<Type> = values.iter().map(|&value| piece.dfg.value_type(value)).collect();
    let mut known = load(&mut piece, block, memory, &types);
    if operands == Operands::InRegisters {
        // Where two ways meet, nobody knows where a value comes from.
        let others = load(&mut piece, block, memory, &types);
        let next = piece.dfg.make_block();
        let args = |values: Vec<Value>| values.into_iter().map(BlockArg::from).collect::<Vec<_>>();
        let (args, others) = (args(known), args(others));
        let mut cursor = FuncCursor::new(&mut piece).at_bottom(block);
        cursor.ins().brif(memory, next, &args, next, &others);
        piece.layout.append_block(next);
        known = types.iter().map(|&ty| piece.dfg.append_block_param(next, ty)).collect();
        block = next;
    }
    let mut known = known.into_iter();
    piece.dfg.map_inst_values(inst, |old| known.next().unwrap_or(old));
    piece.layout.append_inst(inst, block);
    finish(&mut piece, block, inst, memory);
    piece
}

/// Loads values of these types.
fn load(func: &mut Function, block: Block, memory: Value, types: &[Type]) -> Vec<Value> {
    let one = |(index, &ty)| {
        let mut cursor = FuncCursor::new(func).at_bottom(block);
        cursor.ins().load(ty, MemFlagsData::trusted(), memory, 64 * index as i32)
    };
    types.iter().enumerate().map(one).collect()
}

/// Stores what an instruction gives, or makes traps of where it branches to.
fn finish(func: &mut Function, block: Block, inst: Inst, memory: Value) {
    let data = &func.dfg.insts[inst];
    let is_terminator = data.opcode().is_terminator();
    let targets = data.branch_destination(&func.dfg.jump_tables, &func.dfg.exception_tables);
    let targets: BTreeSet<u32> =
        targets.iter().map(|call| call.block(&func.dfg.value_lists).as_u32()).collect();
    for target in targets {
        func.layout.append_block(Block::from_u32(target));
        end(func, Block::from_u32(target));
    }
    if is_terminator {
        return;
    }
    for result in func.dfg.inst_results(inst).to_vec() {
        let mut cursor = FuncCursor::new(func).at_bottom(block);
        cursor.ins().store(MemFlagsData::trusted(), result, memory, 0);
    }
    end(func, block);
}
