//! The function under construction: Cranelift's builder together with what it builds, and the
//! checks of values.
//!
//! Cranelift's `FunctionBuilder` borrows the function and a scratch memory; here all three live
//! together, because C keeps them by one handle. The builder checks next to nothing in release
//! builds, so everything is checked here first.
//!
//! Invariant: `builder` is the only way to `func` and `scratch` until it is given up.

use super::block::BlockState;
use super::{Built, Problem, counted, no_such, refuse, text_name};
use crate::declarations::Declarations;
use cranelift_codegen::entity::EntityRef;
use cranelift_codegen::ir::{
    self, Block, BlockCall, FuncRef, Function, GlobalValue, Inst, InstBuilderBase, InstructionData,
    MemFlags, Opcode, SigRef, Type, Value,
};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use ffi_rt::ErrorCode;
use std::cell::RefCell;
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::sync::Arc;

/// How many values one list of arguments may have; Cranelift counts results and parameters in 16
/// bits.
pub const FIRST_LIST_LIMIT: usize = 10_000;

/// How many values, and how many blocks, one function may have.
const MAX_ENTITIES: usize = 1 << 26;

thread_local! {
    /// Scratch memory of functions that this thread has finished, to be used again.
    #[expect(clippy::vec_box, reason = "a builder keeps its address")]
    static SCRATCH: RefCell<Vec<Box<FunctionBuilderContext>>> = const { RefCell::new(Vec::new()) };
    /// Functions that this thread has done with, cleared, whose memory is used again.
    static FUNCTIONS: RefCell<Vec<Function>> = const { RefCell::new(Vec::new()) };
}

/// How many scratch memories, and how many functions, a thread keeps.
const MAX_SCRATCH: usize = 2;

/// Up to how many instructions, blocks and values a function may have had to be kept.
const MAX_KEPT: usize = 1 << 16;

/// Gives the memory of a function that nobody needs any more to the next one of this thread.
pub(crate) fn reuse(mut func: Function) {
    let dfg = &func.stencil.dfg;
    let is_small = dfg.num_insts().max(dfg.num_blocks()).max(dfg.num_values()) <= MAX_KEPT;
    // Cranelift forgets to clear this part.
    if !is_small || !dfg.exception_tables.is_empty() {
        return;
    }
    func.clear();
    let _gone = FUNCTIONS.try_with(|kept| {
        let mut kept = kept.borrow_mut();
        if kept.len() < MAX_SCRATCH {
            kept.push(func);
        }
    });
}

/// Where memory flags of a caller stand in the function.
#[derive(Clone, Copy)]
pub(super) struct KnownFlags {
    pub(super) bits: i64,
    pub(super) flags: MemFlags,
}

/// A function that is being built.
pub struct Building {
    builder: ManuallyDrop<FunctionBuilder<'static>>,
    func: *mut Function,
    scratch: *mut FunctionBuilderContext,
    pub(super) blocks: Vec<BlockState>,
    pub(super) current: Option<Block>,
    pub(super) last_inst: Option<Inst>,
    /// What each new instruction is at first; see [`append`](Building::append).
    blank: InstructionData,
    pub(super) known_flags: [Option<KnownFlags>; 4],
    pub(super) staged_args: Vec<Value>,
    pub(super) staged_calls: Vec<BlockCall>,
    pub(super) handlers: Vec<super::call::Handler>,
    pub(super) variables: Vec<Type>,
    pub(super) stack_bytes: u64,
    pub(super) declarations: Option<Arc<Declarations>>,
    pub(super) imports: HashMap<u32, FuncRef>,
    pub(super) data: HashMap<u32, GlobalValue>,
    pub(super) signatures: HashMap<u64, SigRef>,
}

// SAFETY: the two pointers are owned: nobody else has them, and what they point to may move from
// thread to thread.
unsafe impl Send for Building {}
// SAFETY: nothing is changed through a shared reference.
unsafe impl Sync for Building {}

const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Function>();
    is_send::<FunctionBuilderContext>();
};

impl Building {
    pub(super) fn new(
        name: &str,
        signature: ir::Signature,
        declarations: Option<Arc<Declarations>>,
    ) -> Building {
        let kept = FUNCTIONS.try_with(|kept| kept.borrow_mut().pop()).ok().flatten();
        let mut func = Box::new(kept.unwrap_or_else(Function::new));
        func.name = text_name(name);
        func.signature = signature;
        let func = Box::into_raw(func);
        let kept = SCRATCH.try_with(|kept| kept.borrow_mut().pop()).ok().flatten();
        let scratch = Box::into_raw(kept.unwrap_or_default());
        // SAFETY: both pointers are fresh from boxes, so they are valid and not aliased. The builder
        // is dropped, or given up in `finish`, before the boxes are.
        let builder = unsafe { FunctionBuilder::new(&mut *func, &mut *scratch) };
        Building {
            builder: ManuallyDrop::new(builder),
            func,
            scratch,
            blocks: Vec::new(),
            current: None,
            last_inst: None,
            blank: InstructionData::NullAry { opcode: Opcode::Nop },
            known_flags: [None; 4],
            staged_args: Vec::new(),
            staged_calls: Vec::new(),
            handlers: Vec::new(),
            variables: Vec::new(),
            stack_bytes: 0,
            declarations,
            imports: HashMap::new(),
            data: HashMap::new(),
            signatures: HashMap::new(),
        }
    }

    /// Gives the function out, complete as it is.
    pub(super) fn finish(mut self, config: TargetFrontendConfig) -> Function {
        // SAFETY: `self.builder` is not used again: dropping `self` leaves it alone.
        let builder = unsafe { ManuallyDrop::take(&mut self.builder) };
        builder.finalize(config);
        let (func, scratch) = (self.func, self.scratch);
        // What is left of `self` is dropped without its boxes, which are taken here.
        self.func = std::ptr::null_mut();
        drop(self);
        // SAFETY: both came from boxes, the builder over them is gone, and `self` gave them up.
        let (func, scratch) = unsafe { (Box::from_raw(func), Box::from_raw(scratch)) };
        let _gone = SCRATCH.try_with(|kept| {
            let mut kept = kept.borrow_mut();
            if kept.len() < MAX_SCRATCH {
                kept.push(scratch);
            }
        });
        *func
    }

    /// The function as it is now.
    pub fn function(&self) -> &Function {
        self.builder.func
    }

    pub(super) fn builder(&mut self) -> &mut FunctionBuilder<'static> {
        &mut self.builder
    }

    #[inline(always)]
    pub(super) fn dfg(&self) -> &ir::DataFlowGraph {
        &self.builder.func.stencil.dfg
    }

    #[inline(always)]
    pub(super) fn dfg_mut(&mut self) -> &mut ir::DataFlowGraph {
        &mut self.builder.func.stencil.dfg
    }

    /// The value that a caller means, and its type.
    #[inline(always)]
    pub(super) fn value(&self, name: &'static str, handle: i64) -> Built<(Value, Type)> {
        let index = (handle as u64).wrapping_sub(1);
        if index >= self.dfg().len_values() as u64 {
            return Err(self.no_value(name, handle));
        }
        let value = Value::from_u32(index as u32);
        Ok((value, self.dfg().value_type(value)))
    }

    #[cold]
    #[inline(never)]
    fn no_value(&self, name: &'static str, handle: i64) -> Problem {
        if handle != 0 {
            return no_such(name, handle, "value", self.dfg().len_values());
        }
        let message = format!("`{name}` is 0, no value; did the call that was to make it fail?");
        Problem::new(ErrorCode::InvalidHandle, message)
    }

    /// Several values.
    pub(super) fn values(&self, name: &'static str, handles: &[i64]) -> Built<Vec<Value>> {
        if handles.len() > FIRST_LIST_LIMIT {
            let message =
                format!("`{name}` has {} values, the limit is {FIRST_LIST_LIMIT}", handles.len());
            return refuse(ErrorCode::LimitReached, message);
        }
        handles.iter().map(|&handle| Ok(self.value(name, handle)?.0)).collect()
    }

    /// The block that instructions go to, ready for one more.
    #[inline(always)]
    pub(super) fn open_block(&mut self) -> Built<Block> {
        match self.current {
            Some(block) if self.blocks[block.index()].is_partial() => Ok(block),
            _ => self.open_slowly(),
        }
    }

    #[cold]
    #[inline(never)]
    fn open_slowly(&mut self) -> Built<Block> {
        let Some(block) = self.current else {
            let message = "no block is current; call rt_cranelift_switch_to_block first";
            return refuse(ErrorCode::InvalidArgument, message);
        };
        let state = &mut self.blocks[block.index()];
        if state.is_filled() {
            let message = format!("{block} has its terminator; switch to another block");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        if self.dfg().len_values() >= MAX_ENTITIES || self.dfg().num_insts() >= MAX_ENTITIES {
            return refuse(ErrorCode::LimitReached, "the function is too large");
        }
        self.blocks[block.index()].open();
        self.builder.ensure_inserted_block();
        Ok(block)
    }

    /// Appends an instruction that ends no block. What the frontend's own way does beside this
    /// concerns branches only.
    #[inline(always)]
    pub(super) fn append(&mut self, data: InstructionData, ctrl: Type) -> Built<Inst> {
        let block = self.open_block()?;
        let func = &mut *self.builder.func;
        // A copy of what lies in memory goes in and is written over in place. The instruction itself
        // would be written in pieces and copied whole at once, which makes the processor wait.
        let inst = func.stencil.dfg.make_inst(self.blank);
        func.stencil.dfg.insts[inst] = data;
        func.stencil.dfg.make_inst_results(inst, ctrl);
        func.stencil.layout.append_inst(inst, block);
        let location = self.builder.srcloc();
        if !location.is_default() {
            self.builder.func.set_srcloc(inst, location);
        }
        self.last_inst = Some(inst);
        Ok(inst)
    }

    /// Appends an instruction with results, and gives the handle of the first.
    #[inline(always)]
    pub(super) fn append_value(&mut self, data: InstructionData, ctrl: Type) -> Built {
        // Values are numbered as they are made, and the results of an instruction are new.
        let first = Value::from_u32(self.dfg().len_values() as u32);
        self.append(data, ctrl)?;
        Ok(handle_of(first))
    }

    /// Appends an instruction that ends its block, and tells the frontend about its successors.
    pub(super) fn append_terminator(&mut self, data: InstructionData, ctrl: Type) -> Built<Inst> {
        let block = self.open_block()?;
        let (inst, _) = self.builder.ins().build(data, ctrl);
        self.blocks[block.index()].fill();
        self.last_inst = Some(inst);
        Ok(inst)
    }

    /// The `index`-th result of the last instruction.
    pub(super) fn result(&self, index: i64) -> Built {
        let results = self.last_inst.map_or(&[][..], |inst| self.dfg().inst_results(inst));
        match usize::try_from(index).ok().and_then(|index| results.get(index)) {
            Some(&value) => Ok(handle_of(value)),
            None => {
                let results = counted(results.len(), "result");
                let message = format!("result {index} of an instruction that has {results}");
                refuse(ErrorCode::OutOfRange, message)
            }
        }
    }

    /// How many results the last instruction has.
    pub(super) fn result_count(&self) -> i64 {
        self.last_inst.map_or(0, |inst| self.dfg().inst_results(inst).len()) as i64
    }

    /// Where building stands, for messages.
    pub(super) fn place(&self) -> String {
        self.current.map_or(String::new(), |block| format!(", {block}"))
    }

    /// Sets the source location of the instructions to come.
    pub(super) fn set_location(&mut self, location: ir::SourceLoc) {
        self.builder.set_srcloc(location);
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        if self.func.is_null() {
            return;
        }
        // SAFETY: both came from boxes in `new` and were not given up; the builder over them has no
        // destructor and is not used any more. Its scratch memory is not clean, so it is not kept.
        unsafe {
            reuse(*Box::from_raw(self.func));
            drop(Box::from_raw(self.scratch));
        }
    }
}

/// The number by which a caller knows a value.
#[inline(always)]
pub(super) fn handle_of(value: Value) -> i64 {
    i64::from(value.as_u32()) + 1
}
