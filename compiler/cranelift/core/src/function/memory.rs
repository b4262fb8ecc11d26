//! Loads, stores, atomics and the stack.

use super::builder::{Building, KnownFlags};
use super::{Built, FunctionContext, inst::class, no_such, refuse};
use crate::types;
use cranelift_codegen::entity::EntityRef;
use cranelift_codegen::ir::immediates::Offset32;
use cranelift_codegen::ir::{
    AliasRegionData, AtomicRmwOp, Endianness, InstructionData, MemFlags, MemFlagsData, Opcode,
    StackSlot, StackSlotData, StackSlotKind, Type, types as ir,
};
use ffi_rt::{ErrorCode, Result};

/// How much memory the stack slots of a function may have together, in bytes.
const MAX_STACK: u64 = 256 << 20;

/// The largest alignment of a stack slot, in bytes.
const MAX_ALIGN: i64 = 1 << 12;

/// The bits of memory flags: see the enum `CraneliftMem`.
const NOTRAP: i64 = 1;
const ALIGNED: i64 = 2;
const READONLY: i64 = 4;
const CAN_MOVE: i64 = 8;
const LITTLE: i64 = 16;
const BIG: i64 = 32;
const TRAP_SHIFT: u32 = 8;
const TRAP: i64 = 0xff << TRAP_SHIFT;
const REGION_SHIFT: u32 = 16;
const REGION: i64 = 0xffff << REGION_SHIFT;
const KNOWN: i64 = NOTRAP | ALIGNED | READONLY | CAN_MOVE | LITTLE | BIG | TRAP | REGION;

const RMW: [AtomicRmwOp; 11] = [
    AtomicRmwOp::Add,
    AtomicRmwOp::Sub,
    AtomicRmwOp::And,
    AtomicRmwOp::Nand,
    AtomicRmwOp::Or,
    AtomicRmwOp::Xor,
    AtomicRmwOp::Xchg,
    AtomicRmwOp::Umin,
    AtomicRmwOp::Umax,
    AtomicRmwOp::Smin,
    AtomicRmwOp::Smax,
];

impl Building {
    /// The memory flags that a caller gives as bits.
    #[inline(always)]
    fn flags(&mut self, bits: i64) -> Built<MemFlags> {
        match self.known_flags[(bits & 3) as usize] {
            Some(known) if known.bits == bits => Ok(known.flags),
            _ => self.new_flags(bits),
        }
    }

    #[cold]
    #[inline(never)]
    fn new_flags(&mut self, bits: i64) -> Built<MemFlags> {
        if bits & !KNOWN != 0 {
            let message = format!("{bits:#x} has bits that are no memory flag");
            return refuse(ErrorCode::InvalidEnum, message);
        }
        if bits & LITTLE != 0 && bits & BIG != 0 || bits & NOTRAP != 0 && bits & TRAP != 0 {
            let message = format!("the memory flags {bits:#x} contradict each other");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        let mut data = MemFlagsData::new();
        if bits & TRAP != 0 {
            data = data.with_trap_code(Some(types::trap_code(bits >> TRAP_SHIFT)));
        }
        if bits & NOTRAP != 0 {
            data.set_notrap();
        }
        if bits & ALIGNED != 0 {
            data.set_aligned();
        }
        if bits & READONLY != 0 {
            data.set_readonly();
        }
        if bits & CAN_MOVE != 0 {
            data.set_can_move();
        }
        if bits & (LITTLE | BIG) != 0 {
            let is_big = bits & BIG != 0;
            data.set_endianness(if is_big { Endianness::Big } else { Endianness::Little });
        }
        if bits & REGION != 0 {
            let user_id = (bits >> REGION_SHIFT) as u32;
            let description = format!("region {user_id}").into();
            let region = AliasRegionData { user_id, description };
            data.set_alias_region(Some(self.dfg_mut().alias_regions.insert(region)));
        }
        let Ok(flags) = self.dfg_mut().mem_flags.insert(data) else {
            let message = "the function has too many kinds of memory flags";
            return refuse(ErrorCode::LimitReached, message);
        };
        self.known_flags[(bits & 3) as usize] = Some(KnownFlags { bits, flags });
        Ok(flags)
    }

    #[inline(always)]
    fn offset(&self, offset: i64) -> Built<Offset32> {
        match i32::try_from(offset) {
            Ok(offset) => Ok(Offset32::new(offset)),
            Err(_) => refuse(ErrorCode::OutOfRange, format!("the offset {offset} is no 32 bits")),
        }
    }

    #[inline(always)]
    fn load(&mut self, opcode: Opcode, ty: Type, addr: i64, offset: i64, flags: i64) -> Built {
        let arg = self.value_of("addr", addr, ir::I64)?;
        let (offset, flags) = (self.offset(offset)?, self.flags(flags)?);
        self.append_value(InstructionData::Load { opcode, arg, flags, offset }, ty)
    }

    #[inline(always)]
    fn load_of(&mut self, ty: i64, flags: i64, addr: i64, offset: i64) -> Built {
        let ty = types::ty(ty)?;
        self.load(Opcode::Load, ty, addr, offset, flags)
    }

    #[inline(always)]
    fn store(
        &mut self,
        opcode: Opcode,
        value: i64,
        addr: i64,
        offset: i64,
        flags: i64,
    ) -> Built<()> {
        let (value, ty) = self.value_in("value", value, stored(opcode))?;
        let args = [value, self.value_of("addr", addr, ir::I64)?];
        let (offset, flags) = (self.offset(offset)?, self.flags(flags)?);
        self.append(InstructionData::Store { opcode, args, flags, offset }, ty).map(|_| ())
    }

    fn stack_slot(&mut self, size: i64, align: i64) -> Built {
        if align <= 0 || align > MAX_ALIGN || align & (align - 1) != 0 {
            let message = format!("the alignment {align} is no power of two up to {MAX_ALIGN}");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        let total = u64::try_from(size).ok().and_then(|size| self.stack_bytes.checked_add(size));
        let Some(total) = total.filter(|total| *total <= MAX_STACK) else {
            let message =
                format!("a slot of {size} bytes; all slots may have {MAX_STACK} bytes together");
            return refuse(ErrorCode::OutOfRange, message);
        };
        self.stack_bytes = total;
        let shift = align.trailing_zeros() as u8;
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size as u32, shift);
        let slot = self.builder().create_sized_stack_slot(data);
        Ok(slot.index() as i64 + 1)
    }

    fn slot(&self, handle: i64, offset: i64, bytes: u32) -> Built<(StackSlot, Offset32)> {
        let slots = &self.function().sized_stack_slots;
        let index = (handle as u64).wrapping_sub(1);
        if index >= slots.len() as u64 {
            return Err(no_such("slot", handle, "slot", slots.len()));
        }
        let slot = StackSlot::from_u32(index as u32);
        let size = i64::from(slots[slot].size);
        if offset < 0 || offset > size - i64::from(bytes) {
            let message = format!("{bytes} bytes at {offset} in {slot}, which has {size} bytes");
            return refuse(ErrorCode::OutOfRange, message);
        }
        Ok((slot, Offset32::new(offset as i32)))
    }

    fn stack_addr(&mut self, handle: i64, offset: i64, bytes: u32) -> Built {
        let (stack_slot, offset) = self.slot(handle, offset, bytes)?;
        let data = InstructionData::StackAddr { opcode: Opcode::StackAddr, stack_slot, offset };
        self.append_value(data, ir::I64)
    }
}

/// The types that a store takes.
#[inline(always)]
const fn stored(opcode: Opcode) -> class::Class {
    match opcode {
        Opcode::Istore8 => class::STORE8,
        Opcode::Istore16 => class::STORE16,
        Opcode::Istore32 => class::STORE32,
        _ => class::ANY,
    }
}

/// The types that a narrow load gives.
const fn loaded(opcode: Opcode) -> class::Class {
    match opcode {
        Opcode::Uload8 | Opcode::Sload8 => class::STORE8,
        Opcode::Uload16 | Opcode::Sload16 => class::STORE16,
        _ => class::STORE32,
    }
}

/// What the flags of stack accesses are: they cannot trap.
const STACK_FLAGS: i64 = NOTRAP | ALIGNED;

impl FunctionContext {
    /// `load.ty flags addr+offset`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    #[inline(always)]
    pub fn load(&mut self, ty: i64, flags: i64, addr: i64, offset: i64) -> Result<i64> {
        let built = self.building()?.load_of(ty, flags, addr, offset);
        self.note(Opcode::Load, built)
    }

    /// `uload8.ty` and its kin: a load of fewer bits, extended to a type.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn narrow_load(
        &mut self,
        opcode: Opcode,
        ty: i64,
        flags: i64,
        addr: i64,
        offset: i64,
    ) -> Result<i64> {
        self.build(opcode, |b| {
            let ty = types::ty(ty)?;
            if !loaded(opcode).contains(ty) {
                let message = format!("it gives {}, not {ty}", loaded(opcode));
                return refuse(ErrorCode::InvalidArgument, message);
            }
            b.load(opcode, ty, addr, offset, flags)
        })
    }

    /// `store` and its narrow kin.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    #[inline(always)]
    pub fn store(
        &mut self,
        opcode: Opcode,
        flags: i64,
        value: i64,
        addr: i64,
        offset: i64,
    ) -> Result<()> {
        let built = self.building()?.store(opcode, value, addr, offset, flags);
        self.note(opcode, built)
    }

    /// A piece of the function's stack frame.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn stack_slot(&mut self, size: i64, align: i64) -> Result<i64> {
        self.build("stack_slot", |b| b.stack_slot(size, align))
    }

    /// The address of a byte of a stack slot, or of the byte behind it.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn stack_addr(&mut self, slot: i64, offset: i64) -> Result<i64> {
        self.build(Opcode::StackAddr, |b| b.stack_addr(slot, offset, 0))
    }

    /// A load from a stack slot.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn stack_load(&mut self, ty: i64, slot: i64, offset: i64) -> Result<i64> {
        self.build("stack_load", |b| {
            let ty = types::ty(ty)?;
            let addr = b.stack_addr(slot, offset, ty.bytes())?;
            b.load(Opcode::Load, ty, addr, 0, STACK_FLAGS & !ALIGNED)
        })
    }

    /// A store to a stack slot.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn stack_store(&mut self, value: i64, slot: i64, offset: i64) -> Result<()> {
        self.build("stack_store", |b| {
            let (_, ty) = b.value("value", value)?;
            let addr = b.stack_addr(slot, offset, ty.bytes())?;
            b.store(Opcode::Store, value, addr, 0, STACK_FLAGS & !ALIGNED)
        })
    }

    /// `atomic_load.ty flags addr`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn atomic_load(&mut self, ty: i64, flags: i64, addr: i64) -> Result<i64> {
        self.build(Opcode::AtomicLoad, |b| {
            let ty = integer(types::ty(ty)?)?;
            let (arg, flags) = (b.value_of("addr", addr, ir::I64)?, b.flags(flags)?);
            let opcode = Opcode::AtomicLoad;
            b.append_value(InstructionData::LoadNoOffset { opcode, arg, flags }, ty)
        })
    }

    /// `atomic_store flags value, addr`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn atomic_store(&mut self, flags: i64, value: i64, addr: i64) -> Result<()> {
        self.build(Opcode::AtomicStore, |b| {
            let (value, ty) = b.value_in("value", value, class::INT)?;
            let args = [value, b.value_of("addr", addr, ir::I64)?];
            let (opcode, flags) = (Opcode::AtomicStore, b.flags(flags)?);
            let data = InstructionData::StoreNoOffset { opcode, args, flags };
            b.append(data, ty).map(|_| ())
        })
    }

    /// `atomic_rmw.ty flags op addr, value`: gives what was there before.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn atomic_rmw(
        &mut self,
        ty: i64,
        flags: i64,
        op: i64,
        addr: i64,
        value: i64,
    ) -> Result<i64> {
        self.build(Opcode::AtomicRmw, |b| {
            let ty = integer(types::ty(ty)?)?;
            let Some(&op) = usize::try_from(op).ok().and_then(|index| RMW.get(index)) else {
                let message = format!("{op} is the code of no atomic operation");
                return refuse(ErrorCode::InvalidEnum, message);
            };
            let args = [b.value_of("addr", addr, ir::I64)?, b.value_of("value", value, ty)?];
            let (opcode, flags) = (Opcode::AtomicRmw, b.flags(flags)?);
            b.append_value(InstructionData::AtomicRmw { opcode, args, flags, op }, ty)
        })
    }

    /// `atomic_cas flags addr, expected, new`: gives what was there before.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn atomic_cas(&mut self, flags: i64, addr: i64, expected: i64, new: i64) -> Result<i64> {
        self.build(Opcode::AtomicCas, |b| {
            let addr = b.value_of("addr", addr, ir::I64)?;
            let (expected, ty) = b.value_in("expected", expected, class::INT)?;
            let args = [addr, expected, b.value_of("new", new, ty)?];
            let (opcode, flags) = (Opcode::AtomicCas, b.flags(flags)?);
            b.append_value(InstructionData::AtomicCas { opcode, args, flags }, ty)
        })
    }
}

fn integer(ty: Type) -> Built<Type> {
    if ty.is_int() {
        return Ok(ty);
    }
    refuse(ErrorCode::InvalidArgument, format!("atomics work on {}, not on {ty}", class::INT))
}
