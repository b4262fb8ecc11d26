//! Branches, returns and traps.

use super::builder::{Building, FIRST_LIST_LIMIT};
use super::{Built, FunctionContext, counted, inst::class, refuse};
use crate::types;
use cranelift_codegen::ir::{
    BlockCall, InstructionData, JumpTableData, Opcode, Type, Value, ValueList, types as ir,
};
use ffi_rt::{ErrorCode, Result};

impl Building {
    pub(super) fn value_list(&mut self, values: &[Value]) -> ValueList {
        ValueList::from_slice(values, &mut self.dfg_mut().value_lists)
    }

    fn jump_to(&mut self, destination: BlockCall) -> Built<()> {
        let data = InstructionData::Jump { opcode: Opcode::Jump, destination };
        self.append_terminator(data, ir::INVALID)?;
        self.note_call(destination);
        Ok(())
    }

    pub(super) fn note_call(&mut self, call: BlockCall) {
        let block = call.block(&self.dfg().value_lists);
        self.note_branch(block);
    }

    fn brif(&mut self, cond: i64, blocks: [(i64, &[i64]); 2]) -> Built<()> {
        let (arg, ty) = self.value_in("cond", cond, class::INT)?;
        self.open_block()?;
        let then = self.block_call("then_block", blocks[0].0, blocks[0].1)?;
        let other = self.block_call("else_block", blocks[1].0, blocks[1].1)?;
        let data = InstructionData::Brif { opcode: Opcode::Brif, arg, blocks: [then, other] };
        self.append_terminator(data, ty)?;
        self.note_call(then);
        self.note_call(other);
        Ok(())
    }

    fn br_table(&mut self, index: i64, default: BlockCall, calls: &[BlockCall]) -> Built<()> {
        let arg = self.value_of("index", index, ir::I32)?;
        self.open_block()?;
        let table = self.builder().create_jump_table(JumpTableData::new(default, calls));
        let data = InstructionData::BranchTable { opcode: Opcode::BrTable, arg, table };
        self.append_terminator(data, ir::I32)?;
        self.note_call(default);
        calls.iter().for_each(|call| self.note_call(*call));
        Ok(())
    }

    /// Values that fit the results of the function.
    fn results(&self, values: &[i64]) -> Built<Vec<Value>> {
        let wanted: Vec<Type> =
            self.function().signature.returns.iter().map(|param| param.value_type).collect();
        if values.len() != wanted.len() {
            let (given, wanted) = (counted(values.len(), "value"), counted(wanted.len(), "result"));
            let message = format!("{given} returned, the signature has {wanted}");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        let pairs = values.iter().zip(wanted);
        pairs.map(|(&value, ty)| self.value_of("value", value, ty)).collect()
    }

    fn return_(&mut self, values: &[i64]) -> Built<()> {
        let values = self.results(values)?;
        self.open_block()?;
        let args = self.value_list(&values);
        let data = InstructionData::MultiAry { opcode: Opcode::Return, args };
        self.append_terminator(data, ir::INVALID).map(|_| ())
    }

    /// The staged call that a caller means. It has arguments of its own each time: the frontend adds
    /// those of variables to each branch by itself.
    pub(super) fn staged_call(&mut self, name: &'static str, handle: i64) -> Built<BlockCall> {
        let index = (handle as u64).wrapping_sub(1) as usize;
        match self.staged_calls.get(index).copied() {
            Some(call) => Ok(call.deep_clone(&mut self.dfg_mut().value_lists)),
            None => {
                let staged = counted(self.staged_calls.len(), "staged block call");
                let message = format!("`{name}` is {handle}; this function has {staged}");
                refuse(ErrorCode::InvalidHandle, message)
            }
        }
    }

    pub(super) fn check_length(&self, length: usize) -> Built<()> {
        if length > FIRST_LIST_LIMIT {
            let message = format!("a list of {length}, the limit is {FIRST_LIST_LIMIT}");
            return refuse(ErrorCode::LimitReached, message);
        }
        Ok(())
    }
}

impl FunctionContext {
    /// `jump block(args)`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn jump(&mut self, block: i64, args: &[i64]) -> Result<()> {
        self.build(Opcode::Jump, |b| {
            b.open_block()?;
            let call = b.block_call("block", block, args)?;
            b.jump_to(call)
        })
    }

    /// `brif cond, then(args), else(args)`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn brif(
        &mut self,
        cond: i64,
        then_block: i64,
        then_args: &[i64],
        else_block: i64,
        else_args: &[i64],
    ) -> Result<()> {
        self.build(Opcode::Brif, |b| {
            b.brif(cond, [(then_block, then_args), (else_block, else_args)])
        })
    }

    /// `br_table index, default, [blocks]`, without arguments.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn br_table(&mut self, index: i64, default: i64, blocks: &[i64]) -> Result<()> {
        self.build(Opcode::BrTable, |b| {
            b.check_length(blocks.len())?;
            let default = b.block_call("default_block", default, &[])?;
            let calls: Built<Vec<BlockCall>> =
                blocks.iter().map(|&block| b.block_call("blocks", block, &[])).collect();
            b.br_table(index, default, &calls?)
        })
    }

    /// Stages a branch to a block with arguments, for an instruction that has many; gives its
    /// number.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn block_call(&mut self, block: i64, args: &[i64]) -> Result<i64> {
        self.build("block_call", |b| {
            b.check_length(b.staged_calls.len() + 1)?;
            let call = b.block_call("block", block, args)?;
            b.staged_calls.push(call);
            Ok(b.staged_calls.len() as i64)
        })
    }

    /// `br_table` whose branches were staged.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn br_table_calls(&mut self, index: i64, default: i64, calls: &[i64]) -> Result<()> {
        self.build(Opcode::BrTable, |b| {
            b.check_length(calls.len())?;
            let default = b.staged_call("default_call", default)?;
            let table: Built<Vec<BlockCall>> =
                calls.iter().map(|&call| b.staged_call("calls", call)).collect();
            b.br_table(index, default, &table?)?;
            b.staged_calls.clear();
            Ok(())
        })
    }

    /// `return values`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn return_(&mut self, values: &[i64]) -> Result<()> {
        self.build(Opcode::Return, |b| b.return_(values))
    }

    /// `trap code`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn trap(&mut self, code: i64) -> Result<()> {
        self.build(Opcode::Trap, |b| {
            let code = types::trap_code(code);
            let data = InstructionData::Trap { opcode: Opcode::Trap, code };
            b.append_terminator(data, ir::INVALID).map(|_| ())
        })
    }

    /// `trapz` and `trapnz`: a trap if a condition is zero, or is not.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn trap_if(&mut self, opcode: Opcode, cond: i64, code: i64) -> Result<()> {
        self.build(opcode, |b| {
            let (arg, ty) = b.value_in("cond", cond, class::INT)?;
            let code = types::trap_code(code);
            b.append(InstructionData::CondTrap { opcode, arg, code }, ty).map(|_| ())
        })
    }
}
