//! Instructions as calls: `iadd v0, v1` is `rt_cranelift_iadd(ctx, a, b)`.
//!
//! Most are found by name: the function is `rt_cranelift_` and the opcode, and what goes into a parameter is said by
//! the parameter's own name in the manifest (`ty`, `cond`, `offset`, ..); all others are operands, in the order of the
//! text. Branches, calls and constants have calls of their own here.

use super::{Built, Names, Rebuild, type_code, unsupported};
use crate::api::Arg;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::Ieee128;
use cranelift_codegen::ir::{
    Endianness, Inst, InstructionData, MemFlagsData, Opcode, TrapCode, Value,
};

impl<N: Names> Rebuild<'_, N> {
    /// Builds one instruction and notes the handles of its results.
    pub(super) fn instruction(&mut self, inst: Inst) -> Built<()> {
        let func = self.func;
        for &result in func.dfg.inst_results(inst) {
            type_code(self.library, func.dfg.value_type(result))?;
        }
        let args = func.dfg.inst_args(inst);
        match func.dfg.insts[inst] {
            InstructionData::UnaryImm { imm, .. } => self.constant(inst, &[imm.bits()]),
            InstructionData::UnaryIeee16 { imm, .. } => self.constant(inst, &[imm.bits().into()]),
            InstructionData::UnaryIeee32 { imm, .. } => {
                self.float(inst, Arg::Single(f32::from_bits(imm.bits())))
            }
            InstructionData::UnaryIeee64 { imm, .. } => {
                self.float(inst, Arg::Double(f64::from_bits(imm.bits())))
            }
            InstructionData::UnaryConst { opcode: Opcode::F128const, constant_handle } => {
                match Ieee128::try_from(func.dfg.constants.get(constant_handle)) {
                    Ok(value) => {
                        let bits = value.bits().cast_signed();
                        self.constant(inst, &[bits as i64, (bits >> 64) as i64])
                    }
                    Err(_) => unsupported("f128 constant of another size"),
                }
            }
            InstructionData::Jump { destination, .. } => self.jump(inst, destination),
            InstructionData::Brif { arg, blocks, .. } => self.brif(inst, arg, blocks),
            InstructionData::BranchTable { arg, table, .. } => self.br_table(inst, arg, table),
            InstructionData::MultiAry { .. } => self.return_values(inst, args),
            InstructionData::Call { func_ref, .. } => {
                let callee = self.function(func_ref, inst)?;
                self.call_with(inst, &[Arg::Int(callee)], args)
            }
            InstructionData::CallIndirect { sig_ref, .. } => {
                let sig = self.signature(sig_ref)?;
                let callee = self.value(args[0])?;
                self.call_with(inst, &[Arg::Int(sig), Arg::Int(callee)], &args[1..])
            }
            InstructionData::TryCall { func_ref, exception, .. } => {
                let sig = func.dfg.exception_tables[exception].signature();
                let own = func.dfg.ext_funcs[func_ref].signature;
                if func.dfg.signatures[sig] != func.dfg.signatures[own] {
                    return unsupported("exception tables with a signature of their own");
                }
                let callee = self.function(func_ref, inst)?;
                self.try_call(inst, &[Arg::Int(callee)], args, exception)
            }
            InstructionData::TryCallIndirect { exception, .. } => {
                let sig = self.signature(func.dfg.exception_tables[exception].signature())?;
                let callee = self.value(args[0])?;
                self.try_call(inst, &[Arg::Int(sig), Arg::Int(callee)], &args[1..], exception)
            }
            InstructionData::FuncAddr { func_ref, .. } => {
                let callee = self.function(func_ref, inst)?;
                let args = [Arg::Int(self.ctx), Arg::Int(callee)];
                let address = self.call(inst.into(), "rt_cranelift_func_addr", &args)?;
                self.note_results(inst, address)
            }
            InstructionData::UnaryGlobalValue { global_value, .. } => {
                self.symbol_value(inst, global_value)
            }
            _ => self.by_name(inst),
        }
    }

    /// An instruction whose function takes what the names of its parameters say.
    fn by_name(&mut self, inst: Inst) -> Built<()> {
        let library = self.library;
        let name = self.function_name(inst)?;
        let mut operands = self.func.dfg.inst_args(inst).iter();
        let mut args = Vec::new();
        for param in library.params(&name) {
            args.push(Arg::Int(match param.as_str() {
                "ctx" => self.ctx,
                "ty" | "type_" | "to_type" => type_code(library, self.func.dfg.ctrl_typevar(inst))?,
                special => match self.immediate(inst, special)? {
                    Some(code) => code,
                    None => match operands.next() {
                        Some(operand) => self.value(*operand)?,
                        None => return unsupported(format!("operand for `{param}` of {name}")),
                    },
                },
            }));
        }
        if operands.next().is_some() {
            return unsupported(format!("parameter for an operand of {name}"));
        }
        if let Some(lost) = self.lost(inst, &name) {
            return unsupported(lost);
        }
        let first = self.call(inst.into(), &name, &args)?;
        self.note_results(inst, first)
    }

    /// The function of an instruction; one that takes flags if the instruction has some.
    fn function_name(&self, inst: Inst) -> Built<String> {
        let opcode = self.func.dfg.insts[inst].opcode();
        let name = format!("rt_cranelift_{opcode}");
        let with_flags = format!("{name}_flags");
        if self.flags(inst).is_some() && self.library.has(&with_flags) {
            return Ok(with_flags);
        }
        match self.library.has(&name) {
            true => Ok(name),
            false => unsupported(format!("instruction {opcode}")),
        }
    }

    /// Flags of a memory access, if they are not the default.
    fn flags(&self, inst: Inst) -> Option<MemFlagsData> {
        let data = self.func.dfg.insts[inst].memflags_data(&self.func.dfg)?;
        (data != MemFlagsData::new()).then_some(data)
    }

    /// What the instruction says and the function has no parameter for.
    fn lost(&self, inst: Inst, name: &str) -> Option<String> {
        let params = self.library.params(name);
        let has = |name: &str| params.iter().any(|param| param == name);
        let data = &self.func.dfg.insts[inst];
        if data.load_store_offset().is_some_and(|offset| offset != 0) && !has("offset") {
            return Some(format!("offset for {name}"));
        }
        if self.flags(inst).is_some() && !has("flags") {
            return Some(format!("flags for {name}"));
        }
        None
    }

    /// The value of an immediate by the name of its parameter; none if the parameter is an operand.
    fn immediate(&self, inst: Inst, param: &str) -> Built<Option<i64>> {
        let code = |group: &str, name: &str| match self.library.code(group, name) {
            Some(code) => Ok(Some(code)),
            None => unsupported(format!("{group} {name}")),
        };
        match (self.func.dfg.insts[inst], param) {
            (InstructionData::IntCompare { cond, .. }, "cond") => {
                code("CraneliftIntCc", int_cc(cond))
            }
            (InstructionData::FloatCompare { cond, .. }, "cond") => {
                code("CraneliftFloatCc", float_cc(cond))
            }
            (data, "code") => Ok(data.trap_code().map(trap_code)),
            (data, "offset") => Ok(data.load_store_offset().map(i64::from)),
            (InstructionData::StackAddr { stack_slot, .. }, "slot") => {
                self.slot(stack_slot).map(Some)
            }
            (InstructionData::AtomicRmw { op, .. }, "op") => {
                code("CraneliftRmw", &op.to_string().to_uppercase())
            }
            (_, "flags") => self.flag_bits(inst).map(Some),
            (InstructionData::ExceptionHandlerAddress { block, .. }, "block") => {
                self.block(block).map(Some)
            }
            (InstructionData::ExceptionHandlerAddress { imm, .. }, "index") => Ok(Some(imm.bits())),
            _ => Ok(None),
        }
    }

    /// Flags as the sum of their codes.
    fn flag_bits(&self, inst: Inst) -> Built<i64> {
        let data = self.func.dfg.insts[inst].memflags_data(&self.func.dfg);
        let data = data.unwrap_or_else(MemFlagsData::new);
        let set = [
            ("ALIGNED", data.aligned()),
            ("NOTRAP", data.notrap()),
            ("READONLY", data.readonly()),
            ("CAN_MOVE", data.can_move()),
            ("LITTLE", data.explicit_endianness() == Some(Endianness::Little)),
            ("BIG", data.explicit_endianness() == Some(Endianness::Big)),
        ];
        // Bits 16 to 31 are the number of the alias region.
        let region = data.alias_region().map(|wanted| {
            let mut known = self.func.dfg.alias_regions.iter();
            known.find(|(region, _)| *region == wanted).map_or(0, |(_, known)| known.user_id)
        });
        let region = match region {
            None => 0,
            Some(number @ 1..=0xffff) => i64::from(number) << 16,
            Some(number) => return unsupported(format!("alias region {number}")),
        };
        // Bits 8 to 15 are the code of the trap that a fault is; the default one is no bits.
        let default = MemFlagsData::new().trap_code();
        let code = data.trap_code().filter(|_| data.trap_code() != default);
        let mut bits = code.map_or(0, |code| trap_code(code) << 8) | region;
        for (name, _) in set.into_iter().filter(|(_, is_set)| *is_set) {
            match self.library.code("CraneliftMem", name) {
                Some(bit) => bits |= bit,
                None => return unsupported(format!("memory flag {name}")),
            }
        }
        Ok(bits)
    }

    /// Notes the handles of an instruction's results, of which a call gave the first.
    pub(super) fn note_results(&mut self, inst: Inst, first: i64) -> Built<()> {
        for (index, &result) in self.func.dfg.inst_results(inst).iter().enumerate() {
            let handle = match index {
                0 => first,
                _ if first == 0 => 0,
                _ => {
                    let args = [Arg::Int(self.ctx), Arg::Int(index as i64)];
                    self.call(inst.into(), "rt_cranelift_inst_result", &args)?
                }
            };
            self.values.insert(result, handle);
        }
        Ok(())
    }

    /// A float, as C passes it.
    fn float(&mut self, inst: Inst, value: Arg<'_>) -> Built<()> {
        let name = self.function_name(inst)?;
        let value = self.call(inst.into(), &name, &[Arg::Int(self.ctx), value])?;
        self.note_results(inst, value)
    }

    /// A constant, from its words.
    fn constant(&mut self, inst: Inst, words: &[i64]) -> Built<()> {
        let library = self.library;
        let name = self.function_name(inst)?;
        let mut words = words.iter();
        let mut args = Vec::new();
        for param in library.params(&name) {
            args.push(Arg::Int(match param.as_str() {
                "ctx" => self.ctx,
                "ty" | "type_" => type_code(library, self.func.dfg.ctrl_typevar(inst))?,
                _ => words.next().copied().unwrap_or(0),
            }));
        }
        let value = self.call(inst.into(), &name, &args)?;
        self.note_results(inst, value)
    }

    /// Handles of values.
    pub(super) fn handles(&self, values: &[Value]) -> Built<Vec<i64>> {
        values.iter().map(|value| self.value(*value)).collect()
    }
}

/// The number of a trap code, as the API has it.
fn trap_code(code: TrapCode) -> i64 {
    i64::from(code.as_raw().get())
}

fn int_cc(cond: IntCC) -> &'static str {
    match cond {
        IntCC::Equal => "EQ",
        IntCC::NotEqual => "NE",
        IntCC::SignedLessThan => "SLT",
        IntCC::SignedLessThanOrEqual => "SLE",
        IntCC::SignedGreaterThan => "SGT",
        IntCC::SignedGreaterThanOrEqual => "SGE",
        IntCC::UnsignedLessThan => "ULT",
        IntCC::UnsignedLessThanOrEqual => "ULE",
        IntCC::UnsignedGreaterThan => "UGT",
        IntCC::UnsignedGreaterThanOrEqual => "UGE",
    }
}

fn float_cc(cond: FloatCC) -> &'static str {
    match cond {
        FloatCC::Ordered => "ORD",
        FloatCC::Unordered => "UNO",
        FloatCC::Equal => "EQ",
        FloatCC::NotEqual => "NE",
        FloatCC::OrderedNotEqual => "ONE",
        FloatCC::UnorderedOrEqual => "UEQ",
        FloatCC::LessThan => "LT",
        FloatCC::LessThanOrEqual => "LE",
        FloatCC::GreaterThan => "GT",
        FloatCC::GreaterThanOrEqual => "GE",
        FloatCC::UnorderedOrLessThan => "ULT",
        FloatCC::UnorderedOrLessThanOrEqual => "ULE",
        FloatCC::UnorderedOrGreaterThan => "UGT",
        FloatCC::UnorderedOrGreaterThanOrEqual => "UGE",
    }
}
