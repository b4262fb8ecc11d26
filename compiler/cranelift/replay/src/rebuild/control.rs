//! Instructions that end a block, and calls.

use super::{Built, Names, Rebuild, unsupported};
use crate::api::Arg;
use cranelift_codegen::ir::{
    BlockArg, BlockCall, ExceptionTable, ExceptionTableItem, GlobalValue, Inst, JumpTable, Value,
};

/// How the API spells the first result of a call with handlers as an argument of a block; further ones count down.
const RESULT: i64 = -1;
/// How it spells the first word that an exception carries.
const PAYLOAD: i64 = -1001;
/// How it spells a handler for all tags.
const ANY_TAG: i64 = -1;

impl<N: Names> Rebuild<'_, N> {
    /// Calls a function of the context for an instruction without results.
    fn end(&mut self, inst: Inst, name: &str, args: &[Arg<'_>]) -> Built<()> {
        let mut all = vec![Arg::Int(self.ctx)];
        all.extend_from_slice(args);
        self.call(inst.into(), name, &all).map(drop)
    }

    /// The block and the arguments, handles of values, of a destination.
    fn destination(&self, call: BlockCall) -> Built<(i64, Vec<i64>)> {
        let pool = &self.func.dfg.value_lists;
        let args = call.args(pool).map(|arg| match arg {
            BlockArg::Value(value) => self.value(value),
            other => unsupported(format!("{other} outside of try_call")),
        });
        Ok((self.block(call.block(pool))?, args.collect::<Result<_, _>>()?))
    }

    pub(super) fn jump(&mut self, inst: Inst, destination: BlockCall) -> Built<()> {
        let (block, args) = self.destination(destination)?;
        match args.is_empty() {
            true => self.end(inst, "rt_cranelift_jump", &[Arg::Int(block)]),
            false => self.end(inst, "rt_cranelift_jump_args", &[Arg::Int(block), Arg::Ints(&args)]),
        }
    }

    pub(super) fn brif(&mut self, inst: Inst, cond: Value, blocks: [BlockCall; 2]) -> Built<()> {
        let cond = Arg::Int(self.value(cond)?);
        let (then, then_args) = self.destination(blocks[0])?;
        let (other, other_args) = self.destination(blocks[1])?;
        if then_args.is_empty() && other_args.is_empty() {
            return self.end(inst, "rt_cranelift_brif", &[cond, Arg::Int(then), Arg::Int(other)]);
        }
        let args =
            [cond, Arg::Int(then), Arg::Ints(&then_args), Arg::Int(other), Arg::Ints(&other_args)];
        self.end(inst, "rt_cranelift_brif_args", &args)
    }

    pub(super) fn br_table(&mut self, inst: Inst, index: Value, table: JumpTable) -> Built<()> {
        let index = Arg::Int(self.value(index)?);
        let table = &self.func.dfg.jump_tables[table];
        let default = self.destination(table.default_block())?;
        let entries: Vec<_> = table
            .as_slice()
            .iter()
            .map(|call| self.destination(*call))
            .collect::<Result<_, _>>()?;
        if default.1.is_empty() && entries.iter().all(|(_, args)| args.is_empty()) {
            let blocks: Vec<_> = entries.iter().map(|(block, _)| *block).collect();
            let args = [index, Arg::Int(default.0), Arg::Ints(&blocks)];
            return self.end(inst, "rt_cranelift_br_table", &args);
        }
        let mut staged = Vec::new();
        for (block, args) in std::iter::once(&default).chain(&entries) {
            let args = [Arg::Int(self.ctx), Arg::Int(*block), Arg::Ints(args)];
            staged.push(self.call(inst.into(), "rt_cranelift_block_call", &args)?);
        }
        let args = [index, Arg::Int(staged[0]), Arg::Ints(&staged[1..])];
        self.end(inst, "rt_cranelift_br_table_calls", &args)
    }

    pub(super) fn return_values(&mut self, inst: Inst, values: &[Value]) -> Built<()> {
        let values = self.handles(values)?;
        match values.as_slice() {
            [] => self.end(inst, "rt_cranelift_return_void", &[]),
            [value] => self.end(inst, "rt_cranelift_return", &[Arg::Int(*value)]),
            values => self.end(inst, "rt_cranelift_return_values", &[Arg::Ints(values)]),
        }
    }

    /// A call: the callee as given, then the arguments.
    pub(super) fn call_with(
        &mut self,
        inst: Inst,
        callee: &[Arg<'_>],
        args: &[Value],
    ) -> Built<()> {
        let args = self.handles(args)?;
        let mut all = vec![Arg::Int(self.ctx)];
        all.extend_from_slice(callee);
        all.push(Arg::Ints(&args));
        let name = format!("rt_cranelift_{}", self.func.dfg.insts[inst].opcode());
        let first = self.call(inst.into(), &name, &all)?;
        self.note_results(inst, first)
    }

    /// The block and the arguments of a destination of a call with handlers: handles of values, and the codes of
    /// what the call itself gives.
    fn try_destination(&self, call: BlockCall) -> Built<(i64, Vec<i64>)> {
        let pool = &self.func.dfg.value_lists;
        let args = call.args(pool).map(|arg| match arg {
            BlockArg::Value(value) => self.value(value),
            BlockArg::TryCallRet(index) => Ok(RESULT - i64::from(index)),
            BlockArg::TryCallExn(index) => Ok(PAYLOAD - i64::from(index)),
        });
        Ok((self.block(call.block(pool))?, args.collect::<Result<_, _>>()?))
    }

    /// A call with handlers; what says the callee, then the arguments.
    pub(super) fn try_call(
        &mut self,
        inst: Inst,
        callee: &[Arg<'_>],
        args: &[Value],
        exception: ExceptionTable,
    ) -> Built<()> {
        let func = self.func;
        let table = &func.dfg.exception_tables[exception];
        let (normal, normal_args) = self.try_destination(*table.normal_return())?;
        for item in table.items() {
            let (tag, call) = match item {
                ExceptionTableItem::Tag(tag, call) => (i64::from(tag.as_u32()), call),
                ExceptionTableItem::Default(call) => (ANY_TAG, call),
                ExceptionTableItem::Context(_) => return unsupported("contexts of handlers"),
            };
            let (block, args) = self.try_destination(call)?;
            let args = [Arg::Int(tag), Arg::Int(block), Arg::Ints(&args)];
            self.end(inst, "rt_cranelift_try_handler", &args)?;
        }
        let args = self.handles(args)?;
        let mut all = callee.to_vec();
        all.extend([Arg::Ints(&args), Arg::Int(normal), Arg::Ints(&normal_args)]);
        let name = format!("rt_cranelift_{}", func.dfg.insts[inst].opcode());
        self.end(inst, &name, &all)
    }

    /// The address that a symbol stands for, which can only be a function of the file.
    pub(super) fn symbol_value(&mut self, inst: Inst, global: GlobalValue) -> Built<()> {
        let (name, offset) = self.global_symbol(global)?;
        if offset != 0 {
            return unsupported("symbols with an offset");
        }
        let symbol = self.names.symbol(name)?;
        let args = [Arg::Int(self.ctx), Arg::Text(&symbol)];
        let address = self.call(inst.into(), "rt_cranelift_function_addr_in_func", &args)?;
        self.note_results(inst, address)
    }
}
