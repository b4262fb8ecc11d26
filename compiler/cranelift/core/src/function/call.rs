//! Calls: direct and through addresses, ordinary, in tail position, and with exception tables.

use super::builder::{Building, handle_of};
use super::{Built, FunctionContext, counted, refuse};
use crate::signature::Signature;
use cranelift_codegen::ir::{
    BlockArg, BlockCall, ExceptionTableData, ExceptionTableItem, ExceptionTag, Inst,
    InstructionData, Opcode, SigRef, Type, Value, types as ir,
};
use ffi_rt::{ErrorCode, Result};

/// The first number that stands for an exception's payload in the arguments of a staged block call.
const EXCEPTION_PAYLOAD: i64 = -1001;
/// The first number that stands for a result.
const RETURNED: i64 = -1;

impl Building {
    /// The arguments of a call: those given, or else those staged. They fit the signature.
    fn arguments(&mut self, signature: SigRef, args: &[i64]) -> Built<Vec<Value>> {
        let values = if args.is_empty() {
            std::mem::take(&mut self.staged_args)
        } else {
            self.values("args", args)?
        };
        let params = &self.dfg().signatures[signature].params;
        if values.len() != params.len() {
            let given = counted(values.len(), "argument");
            let message =
                format!("{given} for a function with {}", counted(params.len(), "parameter"));
            return refuse(ErrorCode::InvalidArgument, message);
        }
        for (index, (value, param)) in values.iter().zip(params).enumerate() {
            let ty = self.dfg().value_type(*value);
            if ty != param.value_type {
                let wanted = param.value_type;
                let message = format!("argument {index} is {value} of type {ty}, not {wanted}");
                return refuse(ErrorCode::InvalidArgument, message);
            }
        }
        Ok(values)
    }

    fn first_result(&self, inst: Inst) -> i64 {
        self.dfg().inst_results(inst).first().map_or(0, |value| handle_of(*value))
    }

    fn call(&mut self, func: i64, args: &[i64]) -> Built {
        let func_ref = self.callee("func", func)?;
        let values = self.arguments(self.dfg().ext_funcs[func_ref].signature, args)?;
        self.open_block()?;
        let args = self.value_list(&values);
        let data = InstructionData::Call { opcode: Opcode::Call, args, func_ref };
        let inst = self.append(data, ir::INVALID)?;
        Ok(self.first_result(inst))
    }

    fn call_indirect(&mut self, sig_ref: SigRef, callee: i64, args: &[i64]) -> Built {
        let callee = self.value_of("addr", callee, ir::I64)?;
        let values = self.arguments(sig_ref, args)?;
        self.open_block()?;
        let args = self.called_list(callee, &values);
        let data = InstructionData::CallIndirect { opcode: Opcode::CallIndirect, args, sig_ref };
        let inst = self.append(data, ir::I64)?;
        Ok(self.first_result(inst))
    }

    fn called_list(&mut self, callee: Value, values: &[Value]) -> cranelift_codegen::ir::ValueList {
        let all: Vec<Value> = std::iter::once(callee).chain(values.iter().copied()).collect();
        self.value_list(&all)
    }

    /// Whether a function may be called in place of returning.
    fn may_tail_call(&self, signature: SigRef) -> Built<()> {
        let (callee, own) = (&self.dfg().signatures[signature], &self.function().signature);
        let types = |params: &[cranelift_codegen::ir::AbiParam]| -> Vec<Type> {
            params.iter().map(|param| param.value_type).collect()
        };
        if callee.call_conv != own.call_conv || !own.call_conv.supports_tail_calls() {
            let message = format!(
                "caller and callee must both have the convention tail; they have {} and {}",
                own.call_conv, callee.call_conv
            );
            return refuse(ErrorCode::InvalidArgument, message);
        }
        if types(&callee.returns) != types(&own.returns) {
            let message = "the callee has other results than this function";
            return refuse(ErrorCode::InvalidArgument, message);
        }
        Ok(())
    }

    fn return_call(&mut self, func: i64, args: &[i64]) -> Built<()> {
        let func_ref = self.callee("func", func)?;
        let signature = self.dfg().ext_funcs[func_ref].signature;
        self.may_tail_call(signature)?;
        let values = self.arguments(signature, args)?;
        self.open_block()?;
        let args = self.value_list(&values);
        let data = InstructionData::Call { opcode: Opcode::ReturnCall, args, func_ref };
        self.append_terminator(data, ir::INVALID).map(|_| ())
    }

    fn return_call_indirect(&mut self, sig_ref: SigRef, callee: i64, args: &[i64]) -> Built<()> {
        let callee = self.value_of("addr", callee, ir::I64)?;
        self.may_tail_call(sig_ref)?;
        let values = self.arguments(sig_ref, args)?;
        self.open_block()?;
        let args = self.called_list(callee, &values);
        let opcode = Opcode::ReturnCallIndirect;
        let data = InstructionData::CallIndirect { opcode, args, sig_ref };
        self.append_terminator(data, ir::I64).map(|_| ())
    }

    /// A branch whose arguments may be what a call returned or an exception's payload.
    fn try_call_target(&mut self, block: i64, args: &[i64], sig: SigRef) -> Built<BlockCall> {
        let block = self.target("block", block)?;
        let wanted: Vec<Type> = self.dfg().block_param_types(block).collect();
        if args.len() != wanted.len() {
            let (given, wanted) =
                (counted(args.len(), "argument"), counted(wanted.len(), "parameter"));
            let message = format!("{given} for {block}, which has {wanted}");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        let mut list = Vec::with_capacity(args.len());
        for (&arg, wanted) in args.iter().zip(wanted) {
            let (arg, ty) = self.try_call_arg(arg, sig)?;
            if ty != wanted {
                let message = format!("an argument for {block} is {ty}, not {wanted}");
                return refuse(ErrorCode::InvalidArgument, message);
            }
            list.push(arg);
        }
        Ok(BlockCall::new(block, list, &mut self.dfg_mut().value_lists))
    }

    fn try_call_arg(&self, arg: i64, sig: SigRef) -> Built<(BlockArg, Type)> {
        let returns = &self.dfg().signatures[sig].returns;
        if arg > 0 {
            let (value, ty) = self.value("args", arg)?;
            return Ok((BlockArg::Value(value), ty));
        }
        if arg <= EXCEPTION_PAYLOAD && arg > EXCEPTION_PAYLOAD - 2 {
            return Ok((BlockArg::TryCallExn((EXCEPTION_PAYLOAD - arg) as u32), ir::I64));
        }
        let index = RETURNED.wrapping_sub(arg);
        match usize::try_from(index).ok().and_then(|index| returns.get(index)) {
            Some(param) => Ok((BlockArg::TryCallRet(index as u32), param.value_type)),
            None => {
                let message = format!("{arg} is no value, no result and no payload of the call");
                refuse(ErrorCode::InvalidHandle, message)
            }
        }
    }

    /// The exception table from what was staged.
    fn exception_table(&mut self, sig: SigRef, normal: &Target) -> Built<ExceptionTableData> {
        let normal = self.try_call_target(normal.block, &normal.args, sig)?;
        let handlers = self.handlers.clone();
        let mut items = Vec::with_capacity(handlers.len());
        for handler in &handlers {
            let call = self.try_call_target(handler.target.block, &handler.target.args, sig)?;
            items.push(match handler.tag {
                Some(tag) => ExceptionTableItem::Tag(ExceptionTag::from_u32(tag), call),
                None => ExceptionTableItem::Default(call),
            });
        }
        Ok(ExceptionTableData::new(sig, normal, items))
    }

    fn end_try_call(
        &mut self,
        data: InstructionData,
        table: &ExceptionTableData,
        ctrl: Type,
    ) -> Built<()> {
        self.append_terminator(data, ctrl)?;
        table.all_branches().iter().for_each(|call| self.note_call(*call));
        self.handlers.clear();
        Ok(())
    }

    fn try_call(&mut self, func: i64, args: &[i64], normal: &Target) -> Built<()> {
        let func_ref = self.callee("func", func)?;
        let sig = self.dfg().ext_funcs[func_ref].signature;
        let values = self.arguments(sig, args)?;
        self.open_block()?;
        let table = self.exception_table(sig, normal)?;
        let exception = self.dfg_mut().exception_tables.push(table.clone());
        let args = self.value_list(&values);
        let data = InstructionData::TryCall { opcode: Opcode::TryCall, args, func_ref, exception };
        self.end_try_call(data, &table, ir::INVALID)
    }

    fn try_call_indirect(
        &mut self,
        sig: SigRef,
        addr: i64,
        args: &[i64],
        normal: &Target,
    ) -> Built<()> {
        let callee = self.value_of("addr", addr, ir::I64)?;
        let values = self.arguments(sig, args)?;
        self.open_block()?;
        let table = self.exception_table(sig, normal)?;
        let exception = self.dfg_mut().exception_tables.push(table.clone());
        let args = self.called_list(callee, &values);
        let opcode = Opcode::TryCallIndirect;
        let data = InstructionData::TryCallIndirect { opcode, args, exception };
        self.end_try_call(data, &table, ir::I64)
    }
}

/// A block and arguments, as a caller gives them.
#[derive(Clone)]
pub(super) struct Target {
    block: i64,
    args: Vec<i64>,
}

/// Where an exception goes.
#[derive(Clone)]
pub(super) struct Handler {
    tag: Option<u32>,
    target: Target,
}

impl FunctionContext {
    /// Forgets the staged arguments.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn call_args_clear(&mut self) -> Result<()> {
        self.build("call_args_clear", |b| {
            b.staged_args.clear();
            Ok(())
        })
    }

    /// Stages one more argument for the next call.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn call_arg(&mut self, value: i64) -> Result<()> {
        self.build("call_arg", |b| {
            let (value, _) = b.value("value", value)?;
            b.check_length(b.staged_args.len() + 1)?;
            b.staged_args.push(value);
            Ok(())
        })
    }

    /// `call func(args)`: gives the first result, 0 if there is none.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn call(&mut self, func: i64, args: &[i64]) -> Result<i64> {
        self.build(Opcode::Call, |b| b.call(func, args))
    }

    /// `call_indirect sig, addr(args)`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn call_indirect(&mut self, sig: &Signature, addr: i64, args: &[i64]) -> Result<i64> {
        let default = self.isa().default_call_conv();
        self.build(Opcode::CallIndirect, |b| {
            let sig = b.signature(sig, default);
            b.call_indirect(sig, addr, args)
        })
    }

    /// `return_call func(args)`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn return_call(&mut self, func: i64, args: &[i64]) -> Result<()> {
        self.build(Opcode::ReturnCall, |b| b.return_call(func, args))
    }

    /// `return_call_indirect sig, addr(args)`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn return_call_indirect(&mut self, sig: &Signature, addr: i64, args: &[i64]) -> Result<()> {
        let default = self.isa().default_call_conv();
        self.build(Opcode::ReturnCallIndirect, |b| {
            let sig = b.signature(sig, default);
            b.return_call_indirect(sig, addr, args)
        })
    }

    /// Stages where an exception with a tag goes, or any with a negative one, in the next
    /// `try_call`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn try_handler(&mut self, tag: i64, block: i64, args: &[i64]) -> Result<()> {
        self.build("try_handler", |b| {
            b.check_length(b.handlers.len() + 1)?;
            b.check_length(args.len())?;
            b.target("block", block)?;
            let Some(tag) = (if tag < 0 { Some(None) } else { u32::try_from(tag).ok().map(Some) })
            else {
                return refuse(ErrorCode::OutOfRange, format!("the tag {tag} is no 32 bits"));
            };
            let target = Target { block, args: args.to_vec() };
            b.handlers.push(Handler { tag, target });
            Ok(())
        })
    }

    /// `try_call func(args), normal(normal_args), [handlers]`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn try_call(
        &mut self,
        func: i64,
        args: &[i64],
        normal: i64,
        normal_args: &[i64],
    ) -> Result<()> {
        self.build(Opcode::TryCall, |b| {
            b.check_length(normal_args.len())?;
            b.try_call(func, args, &Target { block: normal, args: normal_args.to_vec() })
        })
    }

    /// `try_call_indirect addr(args), sig, normal(normal_args), [handlers]`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn try_call_indirect(
        &mut self,
        sig: &Signature,
        addr: i64,
        args: &[i64],
        normal: i64,
        normal_args: &[i64],
    ) -> Result<()> {
        let default = self.isa().default_call_conv();
        self.build(Opcode::TryCallIndirect, |b| {
            b.check_length(normal_args.len())?;
            let sig = b.signature(sig, default);
            let normal = Target { block: normal, args: normal_args.to_vec() };
            b.try_call_indirect(sig, addr, args, &normal)
        })
    }

    /// `get_exception_handler_address.i64 block, index`: the code of a handler.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn get_exception_handler_address(&mut self, block: i64, index: i64) -> Result<i64> {
        self.build(Opcode::GetExceptionHandlerAddress, |b| {
            let block = b.block("block", block)?;
            let opcode = Opcode::GetExceptionHandlerAddress;
            if index < 0 {
                return refuse(ErrorCode::OutOfRange, format!("the index {index} is negative"));
            }
            let imm = index.into();
            b.append_value(InstructionData::ExceptionHandlerAddress { opcode, block, imm }, ir::I64)
        })
    }
}
