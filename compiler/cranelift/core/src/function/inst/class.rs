//! Which types an instruction takes.
//!
//! Constant functions of the opcode, so that a check in an exported function is one bit test.

use cranelift_codegen::ir::{Opcode, Type, types as ir};
use std::fmt;

/// A set of scalar types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Class(u16);

/// One bit per scalar type, in the order in which Cranelift numbers them; a test holds them to it.
const I8: u16 = 1;
const I16: u16 = 2;
const I32: u16 = 4;
const I64: u16 = 8;
const I128: u16 = 16;
const F16: u16 = 32;
const F32: u16 = 64;
const F64: u16 = 128;
const F128: u16 = 256;

/// Integers.
pub const INT: Class = Class(I8 | I16 | I32 | I64 | I128);
/// Integers that have one of twice the width.
pub const NARROW_INT: Class = Class(I8 | I16 | I32 | I64);
/// Integers that have one of half the width.
pub const WIDE_INT: Class = Class(I16 | I32 | I64 | I128);
/// Integers that hold more than 8 bits.
pub const STORE8: Class = Class(I16 | I32 | I64);
/// Integers that hold more than 16 bits.
pub const STORE16: Class = Class(I32 | I64);
/// Integers that hold more than 32 bits.
pub const STORE32: Class = Class(I64);
/// Integers of more than 8 bits, which bytes can be swapped in.
const SWAPPABLE: Class = WIDE_INT;
/// Integers of 32 and of 64 bits.
const REGISTER: Class = Class(I32 | I64);
/// Floats.
pub const FLOAT: Class = Class(F16 | F32 | F64 | F128);
/// Every scalar type.
pub const ANY: Class = Class(INT.0 | FLOAT.0);

impl Class {
    /// Whether a type is in the set.
    #[inline(always)]
    pub fn contains(self, ty: Type) -> bool {
        let bit = ty.index().wrapping_sub(ir::I8.index());
        bit < 16 && self.0 >> bit & 1 != 0
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known =
            [ir::I8, ir::I16, ir::I32, ir::I64, ir::I128, ir::F16, ir::F32, ir::F64, ir::F128];
        let mut types = known.into_iter().filter(|ty| self.contains(*ty));
        if let Some(first) = types.next() {
            write!(f, "{first}")?;
        }
        types.try_for_each(|ty| write!(f, ", {ty}"))
    }
}

/// The types of the operands (and, unless it says otherwise, of the result) of an instruction whose
/// operands have one type.
#[inline(always)]
pub const fn operand(opcode: Opcode) -> Class {
    match opcode {
        Opcode::Iadd
        | Opcode::Isub
        | Opcode::Imul
        | Opcode::Ineg
        | Opcode::Iabs
        | Opcode::Umulhi
        | Opcode::Smulhi
        | Opcode::Udiv
        | Opcode::Sdiv
        | Opcode::Urem
        | Opcode::Srem
        | Opcode::Smin
        | Opcode::Smax
        | Opcode::Umin
        | Opcode::Umax
        | Opcode::Bitrev
        | Opcode::Clz
        | Opcode::Cls
        | Opcode::Ctz
        | Opcode::Popcnt
        | Opcode::UaddOverflow
        | Opcode::SaddOverflow
        | Opcode::UsubOverflow
        | Opcode::SsubOverflow => INT,
        Opcode::UmulOverflow | Opcode::SmulOverflow => NARROW_INT,
        Opcode::Bswap => SWAPPABLE,
        Opcode::UaddOverflowTrap => REGISTER,
        Opcode::Fadd
        | Opcode::Fsub
        | Opcode::Fmul
        | Opcode::Fdiv
        | Opcode::Sqrt
        | Opcode::Fma
        | Opcode::Fneg
        | Opcode::Fabs
        | Opcode::Fcopysign
        | Opcode::Fmin
        | Opcode::Fmax
        | Opcode::Ceil
        | Opcode::Floor
        | Opcode::Trunc
        | Opcode::Nearest => FLOAT,
        Opcode::Band
        | Opcode::Bor
        | Opcode::Bxor
        | Opcode::Bnot
        | Opcode::Bitselect
        | Opcode::Select
        | Opcode::SelectSpectreGuard => ANY,
        _ => Class(0),
    }
}

/// How the widths of a conversion's two types must stand to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    /// The result is wider.
    Wider,
    /// The result is narrower.
    Narrower,
    /// Any two.
    Any,
}

impl Width {
    #[inline(always)]
    pub(super) fn accepts(self, from: Type, to: Type) -> bool {
        match self {
            Width::Wider => to.bits() > from.bits(),
            Width::Narrower => to.bits() < from.bits(),
            Width::Any => true,
        }
    }
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Width::Wider => "wider",
            Width::Narrower => "narrower",
            Width::Any => "any",
        })
    }
}

/// What a conversion takes and gives.
#[derive(Clone, Copy, Debug)]
pub struct Conversion {
    /// Types of the operand.
    pub from: Class,
    /// Types of the result.
    pub to: Class,
    /// How they stand to each other.
    pub width: Width,
}

/// The types of a conversion.
#[inline(always)]
pub const fn conversion(opcode: Opcode) -> Conversion {
    let (from, to, width) = match opcode {
        Opcode::Uextend | Opcode::Sextend => (INT, INT, Width::Wider),
        Opcode::Ireduce => (INT, INT, Width::Narrower),
        Opcode::Bmask => (INT, INT, Width::Any),
        Opcode::Fpromote => (FLOAT, FLOAT, Width::Wider),
        Opcode::Fdemote => (FLOAT, FLOAT, Width::Narrower),
        Opcode::FcvtToUint | Opcode::FcvtToSint | Opcode::FcvtToUintSat | Opcode::FcvtToSintSat => {
            (FLOAT, INT, Width::Any)
        }
        Opcode::FcvtFromUint | Opcode::FcvtFromSint => (INT, FLOAT, Width::Any),
        _ => (Class(0), Class(0), Width::Any),
    };
    Conversion { from, to, width }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALARS: [Type; 9] =
        [ir::I8, ir::I16, ir::I32, ir::I64, ir::I128, ir::F16, ir::F32, ir::F64, ir::F128];

    #[test]
    fn bits_follow_the_numbers_of_cranelift() {
        for (bit, ty) in SCALARS.into_iter().enumerate() {
            assert!(Class(1 << bit).contains(ty) && !Class(!(1 << bit)).contains(ty), "{ty}");
        }
        assert!(!Class(!0).contains(ir::INVALID) && !Class(!0).contains(ir::I8X16));
    }

    #[test]
    fn types_are_those_that_cranelift_takes() {
        let mut wrong = Vec::new();
        for &opcode in Opcode::all().iter().filter(|opcode| operand(**opcode).0 != 0) {
            let set = opcode.constraints().ctrl_typeset().expect("it is polymorphic");
            for ty in SCALARS {
                if set.contains(ty) != operand(opcode).contains(ty) {
                    wrong.push(format!("{opcode}.{ty}: Cranelift says {}", set.contains(ty)));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
