//! Blocks: making, entering, sealing, their parameters, and branches to them.

use super::builder::{Building, handle_of};
use super::{Built, FunctionContext, counted, no_such, refuse};
use crate::types;
use cranelift_codegen::entity::EntityRef;
use cranelift_codegen::ir::{Block, BlockArg, BlockCall, Type};
use ffi_rt::{ErrorCode, Result};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    Empty,
    Partial,
    Filled,
}

/// What the library knows about a block beside what Cranelift does.
#[derive(Clone, Copy)]
pub(super) struct BlockState {
    fill: Fill,
    is_sealed: bool,
    is_branched_to: bool,
    /// Parameters that the caller made; those of variables come behind.
    params: u32,
}

impl BlockState {
    #[inline(always)]
    pub(super) fn is_partial(&self) -> bool {
        self.fill == Fill::Partial
    }

    pub(super) fn is_filled(&self) -> bool {
        self.fill == Fill::Filled
    }

    pub(super) fn open(&mut self) {
        self.fill = Fill::Partial;
    }

    pub(super) fn fill(&mut self) {
        self.fill = Fill::Filled;
    }
}

/// How many blocks a function may have.
const MAX_BLOCKS: usize = 1 << 24;

/// How many parameters a block may have.
const MAX_PARAMS: u32 = 10_000;

impl Building {
    fn create_block(&mut self) -> Built {
        if self.blocks.len() >= MAX_BLOCKS {
            return refuse(ErrorCode::LimitReached, "the function has too many blocks");
        }
        let block = self.builder().create_block();
        let (is_sealed, is_branched_to) = (false, false);
        self.blocks.push(BlockState { fill: Fill::Empty, is_sealed, is_branched_to, params: 0 });
        Ok(block_handle(block))
    }

    /// The block that a caller means.
    #[inline]
    pub(super) fn block(&self, name: &'static str, handle: i64) -> Built<Block> {
        let index = (handle as u64).wrapping_sub(1);
        if index < self.blocks.len() as u64 {
            return Ok(Block::from_u32(index as u32));
        }
        Err(no_such(name, handle, "block", self.blocks.len()))
    }

    fn switch_to_block(&mut self, handle: i64) -> Built<()> {
        let block = self.block("block", handle)?;
        if self.current == Some(block) && !self.blocks[block.index()].is_filled() {
            return Ok(());
        }
        if let Some(current) = self.current
            && self.blocks[current.index()].is_partial()
        {
            let message = format!("{current} has no terminator; end it before leaving it");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        if self.blocks[block.index()].is_filled() {
            let message = format!("{block} has its terminator and takes nothing more");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        self.builder().switch_to_block(block);
        self.current = Some(block);
        Ok(())
    }

    fn seal_block(&mut self, handle: i64) -> Built<()> {
        let block = self.block("block", handle)?;
        if self.blocks[block.index()].is_sealed {
            return refuse(ErrorCode::InvalidArgument, format!("{block} is sealed already"));
        }
        self.blocks[block.index()].is_sealed = true;
        self.builder().seal_block(block);
        Ok(())
    }

    fn seal_all_blocks(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.is_sealed = true);
        self.builder().seal_all_blocks();
    }

    fn append_param(&mut self, handle: i64, ty: Type) -> Built {
        let block = self.may_get_params(handle)?;
        if self.blocks[block.index()].params >= MAX_PARAMS {
            let message = format!("{block} has {MAX_PARAMS} parameters, which is the limit");
            return refuse(ErrorCode::LimitReached, message);
        }
        self.blocks[block.index()].params += 1;
        Ok(handle_of(self.builder().append_block_param(block, ty)))
    }

    fn append_signature_params(&mut self, handle: i64) -> Built<()> {
        let block = self.may_get_params(handle)?;
        let count = self.function().signature.params.len() as u32;
        self.blocks[block.index()].params += count;
        self.builder().append_block_params_for_function_params(block);
        Ok(())
    }

    fn may_get_params(&self, handle: i64) -> Built<Block> {
        let block = self.block("block", handle)?;
        let state = self.blocks[block.index()];
        if state.fill != Fill::Empty || state.is_branched_to {
            let what = if state.is_branched_to { "is branched to" } else { "has instructions" };
            let message = format!("{block} {what} already; its parameters come first");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        Ok(block)
    }

    fn param(&self, handle: i64, index: i64) -> Built {
        let block = self.block("block", handle)?;
        let count = self.blocks[block.index()].params as usize;
        let params = &self.dfg().block_params(block)[..count];
        match usize::try_from(index).ok().and_then(|index| params.get(index)) {
            Some(&value) => Ok(handle_of(value)),
            None => {
                let wanted = self.function().signature.params.len();
                let mut message = format!(
                    "parameter {index} of {block}, which has {}",
                    counted(count, "parameter")
                );
                if count == 0 && block == Block::from_u32(0) && wanted > 0 {
                    message.push_str(
                        "; rt_cranelift_append_func_params gives it those of the function",
                    );
                }
                refuse(ErrorCode::OutOfRange, message)
            }
        }
    }

    /// A branch to a block with arguments, which fit the parameters of the block.
    pub(super) fn block_call(
        &mut self,
        name: &'static str,
        handle: i64,
        args: &[i64],
    ) -> Built<BlockCall> {
        let block = self.target(name, handle)?;
        let count = self.blocks[block.index()].params as usize;
        if args.len() != count {
            let (given, wanted) = (counted(args.len(), "argument"), counted(count, "parameter"));
            let message = format!("{given} for {block}, which has {wanted}");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        let mut list = Vec::with_capacity(count);
        for (index, &arg) in args.iter().enumerate() {
            let (value, ty) = self.value("args", arg)?;
            let wanted = self.dfg().value_type(self.dfg().block_params(block)[index]);
            if ty != wanted {
                let message =
                    format!("argument {index} for {block} is {value} of type {ty}, not {wanted}");
                return refuse(ErrorCode::InvalidArgument, message);
            }
            list.push(BlockArg::Value(value));
        }
        Ok(BlockCall::new(block, list, &mut self.dfg_mut().value_lists))
    }

    /// A block that may be branched to.
    pub(super) fn target(&self, name: &'static str, handle: i64) -> Built<Block> {
        let block = self.block(name, handle)?;
        let state = self.blocks[block.index()];
        if state.is_sealed {
            let message = format!("{block} is sealed: all branches to it were made before");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        if self.function().layout.entry_block() == Some(block)
            || (self.function().layout.entry_block().is_none() && self.current == Some(block))
        {
            let message = format!("{block} is the entry of the function, which nobody branches to");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        Ok(block)
    }

    pub(super) fn note_branch(&mut self, block: Block) {
        self.blocks[block.index()].is_branched_to = true;
    }

    /// Whether every block is as a finished function has it.
    pub(super) fn check_complete(&self) -> Built<()> {
        let Some(entry) = self.function().layout.entry_block() else {
            return refuse(ErrorCode::InvalidArgument, "there is no block with an instruction");
        };
        for (index, state) in self.blocks.iter().enumerate() {
            let block = Block::new(index);
            let what = match state {
                BlockState { fill: Fill::Partial, .. } => "has no terminator",
                BlockState { fill: Fill::Empty, is_branched_to: true, .. } => {
                    "is branched to and has no instruction"
                }
                BlockState { fill: Fill::Filled, is_sealed: false, .. } => "is not sealed",
                _ => continue,
            };
            return refuse(ErrorCode::InvalidArgument, format!("{block} {what}"));
        }
        let wanted = self.function().signature.params.iter().map(|param| param.value_type);
        let wanted: Vec<Type> = wanted.collect();
        let found: Vec<Type> = self.dfg().block_param_types(entry).collect();
        if wanted != found {
            let list =
                |types: &[Type]| types.iter().map(Type::to_string).collect::<Vec<_>>().join(", ");
            let message = format!(
                "{entry}, the first block, has the parameters ({}), the signature ({})",
                list(&found),
                list(&wanted)
            );
            return refuse(ErrorCode::InvalidArgument, message);
        }
        Ok(())
    }
}

/// The number by which a caller knows a block.
fn block_handle(block: Block) -> i64 {
    i64::from(block.as_u32()) + 1
}

impl FunctionContext {
    /// Makes a block.
    ///
    /// # Errors
    /// Of every building call: `INVALID_ARGUMENT` if the function is finished or the call does not
    /// fit the state, `INVALID_HANDLE` for a number that names nothing here, `INVALID_ENUM` for an
    /// unknown code, `OUT_OF_RANGE`, `LIMIT_REACHED`.
    pub fn create_block(&mut self) -> Result<i64> {
        self.build("create_block", Building::create_block)
    }

    /// Makes a block the one that instructions go to.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn switch_to_block(&mut self, block: i64) -> Result<()> {
        self.build("switch_to_block", |building| building.switch_to_block(block))
    }

    /// Says that all branches to a block are made.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn seal_block(&mut self, block: i64) -> Result<()> {
        self.build("seal_block", |building| building.seal_block(block))
    }

    /// Seals every block that is not sealed.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn seal_all_blocks(&mut self) -> Result<()> {
        self.build("seal_all_blocks", |building| {
            building.seal_all_blocks();
            Ok(())
        })
    }

    /// Adds a parameter to a block and gives its value.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn append_block_param(&mut self, block: i64, ty: i64) -> Result<i64> {
        self.build("append_block_param", |building| building.append_param(block, types::ty(ty)?))
    }

    /// Gives a block one parameter per parameter of the function.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn append_func_params(&mut self, block: i64) -> Result<()> {
        self.build("append_func_params", |building| building.append_signature_params(block))
    }

    /// The value of a parameter.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn block_param(&mut self, block: i64, index: i64) -> Result<i64> {
        self.build("block_param", |building| building.param(block, index))
    }

    /// How many parameters a block has.
    ///
    /// # Errors
    /// `INVALID_HANDLE` for a number that is no block.
    pub fn block_param_count(&self, block: i64) -> Result<i64> {
        self.look(|building| {
            let block = building.block("block", block)?;
            Ok(i64::from(building.blocks[block.index()].params))
        })
    }

    /// Says that a block is rarely run, so that it is moved out of the way.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn set_cold_block(&mut self, block: i64) -> Result<()> {
        self.build("set_cold_block", |building| {
            let block = building.block("block", block)?;
            building.builder().set_cold_block(block);
            Ok(())
        })
    }

    /// The current block; 0 for none.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the function is finished.
    pub fn current_block(&self) -> Result<i64> {
        self.look(|building| Ok(building.current.map_or(0, block_handle)))
    }

    /// Whether a block has its terminator.
    ///
    /// # Errors
    /// `INVALID_HANDLE` for a number that is no block.
    pub fn block_is_filled(&self, block: i64) -> Result<bool> {
        self.block_state(block, |state| state.is_filled())
    }

    /// Whether a block is sealed.
    ///
    /// # Errors
    /// `INVALID_HANDLE` for a number that is no block.
    pub fn block_is_sealed(&self, block: i64) -> Result<bool> {
        self.block_state(block, |state| state.is_sealed)
    }

    /// Whether a block is sealed and nothing branches to it.
    ///
    /// # Errors
    /// `INVALID_HANDLE` for a number that is no block.
    pub fn block_is_unreachable(&self, handle: i64) -> Result<bool> {
        self.look(|building| {
            let block = building.block("block", handle)?;
            let state = building.blocks[block.index()];
            let is_entry = building.function().layout.entry_block() == Some(block);
            Ok(state.is_sealed && !state.is_branched_to && !is_entry)
        })
    }

    fn block_state(&self, block: i64, ask: impl Fn(&BlockState) -> bool) -> Result<bool> {
        self.look(|building| {
            let block = building.block("block", block)?;
            Ok(ask(&building.blocks[block.index()]))
        })
    }
}
