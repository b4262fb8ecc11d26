//! Instructions that compute values from values.
//!
//! Each has one of a few forms; what tells instructions of a form apart is the opcode and the types
//! that it takes ([`class`]). A unit test holds the types against Cranelift's own constraints.

pub mod class;

use super::builder::Building;
use super::{Built, FunctionContext, Problem, refuse};
use crate::types;
use class::Class;
use cranelift_codegen::ir::immediates::{Ieee16, Ieee32, Ieee64, Ieee128, Imm64};
use cranelift_codegen::ir::{InstructionData, MemFlagsData, Opcode, Type, Value, types as ir};
use ffi_rt::{ErrorCode, Result};

impl Building {
    /// A value whose type is in a class.
    #[inline(always)]
    pub(super) fn value_in(
        &self,
        name: &'static str,
        handle: i64,
        class: Class,
    ) -> Built<(Value, Type)> {
        let (value, ty) = self.value(name, handle)?;
        if !class.contains(ty) {
            return Err(wrong_class(name, value, ty, class));
        }
        Ok((value, ty))
    }

    /// A value of a type that another operand has.
    #[inline(always)]
    pub(super) fn value_of(&self, name: &'static str, handle: i64, wanted: Type) -> Built<Value> {
        let (value, ty) = self.value(name, handle)?;
        if ty != wanted {
            return Err(wrong_type(name, value, ty, wanted));
        }
        Ok(value)
    }

    pub(super) fn iconst(&mut self, ty: Type, value: i64) -> Built {
        if ty == ir::I128 {
            let low = self.iconst(ir::I64, value)?;
            return self.convert(Opcode::Sextend, ir::I128, low);
        }
        if !ty.is_int() {
            return refuse(ErrorCode::InvalidArgument, format!("iconst makes integers, not {ty}"));
        }
        let bits = ty.bits();
        let spare = 64 - bits;
        // As a signed number, or as an unsigned one.
        if value << spare >> spare != value && (value as u64) << spare >> spare != value as u64 {
            return refuse(ErrorCode::OutOfRange, format!("{value} has no place in {ty}"));
        }
        let imm = Imm64::new(((value as u64) << spare >> spare) as i64);
        self.append_value(InstructionData::UnaryImm { opcode: Opcode::Iconst, imm }, ty)
    }

    /// Instructions of the form `op.to a`.
    #[inline(always)]
    pub(super) fn convert(&mut self, opcode: Opcode, to: Type, a: i64) -> Built {
        let conversion = class::conversion(opcode);
        let (arg, from) = self.value_in("value", a, conversion.from)?;
        if !conversion.to.contains(to) {
            return Err(wrong_target(to, conversion.to));
        }
        if !conversion.width.accepts(from, to) {
            let message = format!("from {from} to {to}: the new type must be {}", conversion.width);
            return refuse(ErrorCode::InvalidArgument, message);
        }
        self.append_value(InstructionData::Unary { opcode, arg }, to)
    }

    fn constant128(&mut self, low: u64, high: u64) -> Built {
        let bits = u128::from(high) << 64 | u128::from(low);
        let constant_handle = self.dfg_mut().constants.insert(Ieee128::with_bits(bits).into());
        let data = InstructionData::UnaryConst { opcode: Opcode::F128const, constant_handle };
        self.append_value(data, ir::F128)
    }

    fn fconst(&mut self, ty: Type, value: f64) -> Built {
        let data = match ty {
            ir::F32 => {
                let imm = Ieee32::with_float(value as f32);
                InstructionData::UnaryIeee32 { opcode: Opcode::F32const, imm }
            }
            ir::F64 => {
                let imm = Ieee64::with_float(value);
                InstructionData::UnaryIeee64 { opcode: Opcode::F64const, imm }
            }
            ir::F16 | ir::F128 => {
                let message = format!("{ty} is made from its bits: {ty}const");
                return refuse(ErrorCode::Unsupported, message);
            }
            _ => {
                let message = format!("fconst makes floats, not {ty}");
                return refuse(ErrorCode::InvalidArgument, message);
            }
        };
        self.append_value(data, ty)
    }

    fn null(&mut self, ty: Type) -> Built {
        match ty {
            ir::F16 => self.f16const(0),
            ir::F128 => self.constant128(0, 0),
            _ if ty.is_float() => self.fconst(ty, 0.0),
            _ => self.iconst(ty, 0),
        }
    }

    fn f16const(&mut self, bits: i64) -> Built {
        let Ok(bits) = u16::try_from(bits) else {
            return refuse(ErrorCode::OutOfRange, format!("{bits} is no 16 bits"));
        };
        let imm = Ieee16::with_bits(bits);
        self.append_value(InstructionData::UnaryIeee16 { opcode: Opcode::F16const, imm }, ir::F16)
    }
}

/// Two values of one type in a class, and the type. As the result of a function they would take a way
/// through memory that the processor waits for.
macro_rules! two {
    ($b:ident, $class:expr, $x:expr, $y:expr) => {{
        let (x, ty) = $b.value_in("a", $x, $class)?;
        let y = $b.value_of("b", $y, ty)?;
        ([x, y], ty)
    }};
}

#[cold]
#[inline(never)]
fn wrong_class(name: &str, value: Value, ty: Type, class: Class) -> Problem {
    let message = format!("`{name}` is {value} of type {ty}; it takes {class}");
    Problem::new(ErrorCode::InvalidArgument, message)
}

#[cold]
#[inline(never)]
fn wrong_type(name: &str, value: Value, ty: Type, wanted: Type) -> Problem {
    let message = format!("`{name}` is {value} of type {ty}, and must be {wanted}");
    Problem::new(ErrorCode::InvalidArgument, message)
}

#[cold]
#[inline(never)]
fn wrong_target(to: Type, class: Class) -> Problem {
    Problem::new(ErrorCode::InvalidArgument, format!("it gives {class}, not {to}"))
}

/// A form is a step of [`Building`] that is inlined into each exported function, so that opcode and
/// types are known there; a closure in its place would be one function for all opcodes.
macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident($($param:ident: $ty:ty),*) |$b:ident, $op:ident| $step:expr;)*) => {
        impl Building {$(
            #[inline(always)]
            fn $name(&mut self, $op: Opcode, $($param: $ty),*) -> Built {
                let $b = self;
                $step
            }
        )*}

        impl FunctionContext {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// See [`create_block`](FunctionContext::create_block).
            #[inline(always)]
            pub fn $name(&mut self, $op: Opcode, $($param: $ty),*) -> Result<i64> {
                let built = self.building()?.$name($op, $($param),*);
                self.note($op, built)
            }
        )*}
    };
}

forms! {
    /// `op a`, which gives the type that it takes.
    unary(a: i64) |b, opcode| {
        let (arg, ty) = b.value_in("a", a, class::operand(opcode))?;
        b.append_value(InstructionData::Unary { opcode, arg }, ty)
    };
    /// `op a, b` of one type, which is also the result's.
    binary(a: i64, c: i64) |b, opcode| {
        let (args, ty) = two!(b, class::operand(opcode), a, c);
        b.append_value(InstructionData::Binary { opcode, args }, ty)
    };
    /// `op a, b` where `b` is a number of bits of any integer type.
    shift(a: i64, amount: i64) |b, opcode| {
        let (a, ty) = b.value_in("a", a, class::INT)?;
        let (amount, _) = b.value_in("b", amount, class::INT)?;
        b.append_value(InstructionData::Binary { opcode, args: [a, amount] }, ty)
    };
    /// `op a, b, c` of one type.
    ternary(a: i64, c: i64, d: i64) |b, opcode| {
        let ([x, y], ty) = two!(b, class::operand(opcode), a, c);
        let args = [x, y, b.value_of("c", d, ty)?];
        b.append_value(InstructionData::Ternary { opcode, args }, ty)
    };
    /// `op c, a, b`: one of two values by a condition.
    select(cond: i64, a: i64, c: i64) |b, opcode| {
        let (cond, _) = b.value_in("cond", cond, class::INT)?;
        let ([x, y], ty) = two!(b, class::operand(opcode), a, c);
        b.append_value(InstructionData::Ternary { opcode, args: [cond, x, y] }, ty)
    };
    /// `op.to value`.
    conversion(to: i64, value: i64) |b, opcode| {
        let to = types::ty(to)?;
        b.convert(opcode, to, value)
    };
    /// `op a, b, code`, which traps.
    add_trap(a: i64, c: i64, code: i64) |b, opcode| {
        let (args, ty) = two!(b, class::operand(opcode), a, c);
        let code = types::trap_code(code);
        b.append_value(InstructionData::IntAddTrap { opcode, args, code }, ty)
    };
    /// `icmp cond a, b`.
    int_compare(cond: i64, a: i64, c: i64) |b, opcode| {
        let cond = types::int_condition(cond)?;
        let (args, ty) = two!(b, class::INT, a, c);
        b.append_value(InstructionData::IntCompare { opcode, args, cond }, ty)
    };
    /// `fcmp cond a, b`.
    float_compare(cond: i64, a: i64, c: i64) |b, opcode| {
        let cond = types::float_condition(cond)?;
        let (args, ty) = two!(b, class::FLOAT, a, c);
        b.append_value(InstructionData::FloatCompare { opcode, args, cond }, ty)
    };
    /// `iconcat low, high`, which gives an integer of twice the width.
    concat(low: i64, high: i64) |b, opcode| {
        let (args, ty) = two!(b, class::NARROW_INT, low, high);
        b.append_value(InstructionData::Binary { opcode, args }, ty)
    };
    /// An instruction without operands that gives an address.
    register() |b, opcode| b.append_value(InstructionData::NullAry { opcode }, ir::I64);
    /// `op a`, which gives two values: the first is returned, the second is result 1.
    split(a: i64) |b, opcode| {
        let (arg, ty) = b.value_in("a", a, class::WIDE_INT)?;
        b.append_value(InstructionData::Unary { opcode, arg }, ty)
    };
    /// `stack_switch store, load, payload`.
    stack_switch(store: i64, load: i64, payload: i64) |b, opcode| {
        let args = [
            b.value_of("store_context_ptr", store, ir::I64)?,
            b.value_of("load_context_ptr", load, ir::I64)?,
            b.value_of("payload", payload, ir::I64)?,
        ];
        b.append_value(InstructionData::Ternary { opcode, args }, ir::I64)
    };
}

macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident($($param:ident: $ty:ty),*) |$b:ident| $step:expr;)*) => {
        impl FunctionContext {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// See [`create_block`](FunctionContext::create_block).
            #[inline]
            pub fn $name(&mut self, $($param: $ty),*) -> Result<i64> {
                self.build(stringify!($name), |$b| $step)
            }
        )*}
    };
}

constants! {
    /// An integer.
    iconst(ty: i64, value: i64) |b| {
        let ty = types::ty(ty)?;
        b.iconst(ty, value)
    };
    /// An integer of 128 bits.
    iconst128(low: i64, high: i64) |b| {
        let args = [low, high];
        let [low, high] = [b.iconst(ir::I64, args[0])?, b.iconst(ir::I64, args[1])?];
        let args = [b.value("low", low)?.0, b.value("high", high)?.0];
        b.append_value(InstructionData::Binary { opcode: Opcode::Iconcat, args }, ir::I64)
    };
    /// A float of 32 or 64 bits.
    fconst(ty: i64, value: f64) |b| {
        let ty = types::ty(ty)?;
        b.fconst(ty, value)
    };
    /// A float of 16 bits, from them.
    f16const(bits: i64) |b| b.f16const(bits);
    /// A float of 32 bits.
    f32const(value: f32) |b| {
        let imm = Ieee32::with_bits(value.to_bits());
        b.append_value(InstructionData::UnaryIeee32 { opcode: Opcode::F32const, imm }, ir::F32)
    };
    /// A float of 64 bits.
    f64const(value: f64) |b| {
        let imm = Ieee64::with_bits(value.to_bits());
        b.append_value(InstructionData::UnaryIeee64 { opcode: Opcode::F64const, imm }, ir::F64)
    };
    /// A float of 128 bits, from two halves.
    f128const(low: i64, high: i64) |b| b.constant128(low as u64, high as u64);
    /// Zero of a type.
    null(ty: i64) |b| {
        let ty = types::ty(ty)?;
        b.null(ty)
    };
    /// The bits of a value as another type of the same width.
    bitcast(to: i64, value: i64) |b| {
        let to = types::ty(to)?;
        let (arg, from) = b.value_in("value", value, class::ANY)?;
        if from.bits() != to.bits() {
            let message = format!("{from} has {} bits, {to} has {}", from.bits(), to.bits());
            return refuse(ErrorCode::InvalidArgument, message);
        }
        let flags = b.dfg_mut().mem_flags.insert_unchecked(MemFlagsData::new());
        b.append_value(InstructionData::LoadNoOffset { opcode: Opcode::Bitcast, flags, arg }, to)
    };
}

impl FunctionContext {
    /// An instruction that takes nothing and gives nothing.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn plain(&mut self, opcode: Opcode) -> Result<()> {
        self.build(opcode, |building| {
            building.append(InstructionData::NullAry { opcode }, ir::INVALID).map(|_| ())
        })
    }

    /// `set_pinned_reg addr`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn set_pinned_reg(&mut self, addr: i64) -> Result<()> {
        self.build("set_pinned_reg", |building| {
            let arg = building.value_of("addr", addr, ir::I64)?;
            let data = InstructionData::Unary { opcode: Opcode::SetPinnedReg, arg };
            building.append(data, ir::I64).map(|_| ())
        })
    }

    /// The `index`-th result of the last instruction.
    ///
    /// # Errors
    /// `OUT_OF_RANGE` if it has no such result.
    pub fn inst_result(&mut self, index: i64) -> Result<i64> {
        self.build("inst_result", |building| building.result(index))
    }

    /// How many results the last instruction has.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the function is finished.
    pub fn inst_result_count(&self) -> Result<i64> {
        self.look(|building| Ok(building.result_count()))
    }

    /// The code of a value's type.
    ///
    /// # Errors
    /// `INVALID_HANDLE` for a number that is no value.
    pub fn value_type(&self, value: i64) -> Result<i64> {
        self.look(|building| Ok(types::code_of(building.value("value", value)?.1)))
    }

    /// Sets the source location of the instructions to come.
    ///
    /// # Errors
    /// `OUT_OF_RANGE` if it has no place in 32 bits.
    pub fn set_srcloc(&mut self, location: i64) -> Result<()> {
        self.build("set_srcloc", |building| {
            let Some(bits) = u32::try_from(location).ok().filter(|bits| *bits != u32::MAX) else {
                let message = format!("{location} is not in 0 to 4294967294");
                return refuse(ErrorCode::OutOfRange, message);
            };
            building.set_location(cranelift_codegen::ir::SourceLoc::new(bits));
            Ok(())
        })
    }
}
