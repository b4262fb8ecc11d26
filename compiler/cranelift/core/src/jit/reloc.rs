//! Applies relocations to code and data in memory: what the linker does for an object file.
//!
//! Pure arithmetic on bytes, so that every kind can be tested on every host. A value that does not
//! fit is an error; nothing here panics on what a compiler gives.

use cranelift_codegen::binemit::Reloc;
use ffi_rt::{ErrorCode, Result, fail};

/// How a relocation reaches its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// By the target's own address.
    Direct,
    /// A call, which may go through a stub when the target is far away.
    Call,
    /// Through an entry of the table of addresses.
    Table,
}

/// How a kind of relocation reaches its target.
///
/// # Errors
/// `UNSUPPORTED` for kinds that need a dynamic linker: thread-local data.
pub(crate) fn way(kind: Reloc) -> Result<Way> {
    match kind {
        Reloc::Abs4
        | Reloc::Abs8
        | Reloc::X86PCRel4
        | Reloc::S390xPCRel32Dbl
        | Reloc::Aarch64AdrPrelPgHi21
        | Reloc::Aarch64AddAbsLo12Nc
        | Reloc::RiscvPCRelHi20
        | Reloc::RiscvPCRelLo12I => Ok(Way::Direct),
        Reloc::X86CallPCRel4
        | Reloc::X86CallPLTRel4
        | Reloc::Arm64Call
        | Reloc::RiscvCallPlt
        | Reloc::S390xPLTRel32Dbl => Ok(Way::Call),
        Reloc::X86GOTPCRel4
        | Reloc::Aarch64AdrGotPage21
        | Reloc::Aarch64Ld64GotLo12Nc
        | Reloc::RiscvGotHi20 => Ok(Way::Table),
        Reloc::ElfX86_64TlsGd
        | Reloc::Aarch64TlsDescAdrPage21
        | Reloc::Aarch64TlsDescLd64Lo12
        | Reloc::Aarch64TlsDescAddLo12
        | Reloc::Aarch64TlsDescCall
        | Reloc::RiscvTlsGdHi20
        | Reloc::S390xTlsGd64
        | Reloc::S390xTlsGdCall => fail(
            ErrorCode::Unsupported,
            "thread-local data needs an object file and its linker; a JIT module has none",
        ),
        other => fail(ErrorCode::Unsupported, format!("relocation {other:?} in a JIT module")),
    }
}

/// The distance from `place` to `value` if it fits into `bits` bits with sign.
fn distance(value: u64, place: u64, bits: u32) -> Option<i64> {
    let distance = value.wrapping_sub(place) as i64;
    let limit = 1_i64 << (bits - 1);
    (-limit..limit).contains(&distance).then_some(distance)
}

/// Whether a call at `place` reaches `value` without a stub.
pub(crate) fn is_near(kind: Reloc, value: u64, place: u64) -> bool {
    let bits = match kind {
        Reloc::Arm64Call => 28,
        Reloc::S390xPLTRel32Dbl => 33,
        // The low part is added with its sign, so the outermost 2 KiB are out of reach.
        Reloc::RiscvCallPlt => return distance(value.wrapping_add(0x800), place, 32).is_some(),
        _ => 32,
    };
    distance(value, place, bits).is_some()
}

/// Applies a relocation at `offset` of `bytes`, which lies at address `place`; `value` is the
/// address of the target with the addend.
///
/// # Errors
/// `OUT_OF_RANGE` if the value does not fit, `UNSUPPORTED` as for [`way`].
pub(crate) fn apply(
    kind: Reloc,
    bytes: &mut [u8],
    offset: usize,
    place: u64,
    value: u64,
) -> Result<()> {
    let far = || fail(ErrorCode::OutOfRange, format!("{kind:?} does not reach its target"));
    let Some(at) = bytes.get_mut(offset..) else { return far() };
    let near = |bits| distance(value, place, bits);
    match kind {
        Reloc::Abs8 => put(at, value.to_ne_bytes()),
        Reloc::Abs4 => match u32::try_from(value) {
            Ok(value) => put(at, value.to_ne_bytes()),
            Err(_) => far(),
        },
        Reloc::X86PCRel4 | Reloc::X86CallPCRel4 | Reloc::X86CallPLTRel4 | Reloc::X86GOTPCRel4 => {
            near(32).map_or_else(far, |distance| put(at, (distance as i32).to_le_bytes()))
        }
        Reloc::S390xPCRel32Dbl | Reloc::S390xPLTRel32Dbl => {
            near(33).map_or_else(far, |distance| put(at, ((distance >> 1) as i32).to_be_bytes()))
        }
        Reloc::Arm64Call => {
            near(28).map_or_else(far, |distance| or(at, (distance >> 2) as u32 & 0x03ff_ffff))
        }
        Reloc::Aarch64AdrPrelPgHi21 | Reloc::Aarch64AdrGotPage21 => {
            match distance(value & !0xfff, place & !0xfff, 33) {
                Some(pages) => {
                    let pages = (pages >> 12) as u32;
                    or(at, (pages & 3) << 29 | (pages & 0x1f_fffc) << 3)
                }
                None => far(),
            }
        }
        Reloc::Aarch64AddAbsLo12Nc => or(at, (value as u32 & 0xfff) << 10),
        // The immediate of a 64-bit load counts in eights.
        Reloc::Aarch64Ld64GotLo12Nc => or(at, (value as u32 & 0xff8) << 7),
        Reloc::RiscvPCRelHi20 | Reloc::RiscvGotHi20 => {
            match distance(value.wrapping_add(0x800), place, 32) {
                Some(distance) => or(at, distance as u32 & 0xffff_f000),
                None => far(),
            }
        }
        // `place` is the address of the instruction with the high part.
        Reloc::RiscvPCRelLo12I => or(at, (value.wrapping_sub(place) as u32 & 0xfff) << 20),
        Reloc::RiscvCallPlt => match distance(value.wrapping_add(0x800), place, 32) {
            Some(high) => {
                or(at, high as u32 & 0xffff_f000)?;
                let Some(second) = at.get_mut(4..) else { return far() };
                or(second, (value.wrapping_sub(place) as u32 & 0xfff) << 20)
            }
            None => far(),
        },
        other => way(other).map(|_| ()),
    }
}

/// Writes bytes at the start of `at`.
fn put<const N: usize>(at: &mut [u8], value: [u8; N]) -> Result<()> {
    match at.first_chunk_mut() {
        Some(place) => {
            *place = value;
            Ok(())
        }
        None => fail(ErrorCode::OutOfRange, "a relocation lies behind the end of its code"),
    }
}

/// Sets bits of the little-endian instruction at the start of `at`.
fn or(at: &mut [u8], bits: u32) -> Result<()> {
    match at.first_chunk() {
        Some(old) => put(at, (u32::from_le_bytes(*old) | bits).to_le_bytes()),
        None => fail(ErrorCode::OutOfRange, "a relocation lies behind the end of its code"),
    }
}

/// The size of a stub, in bytes.
pub(crate) const STUB: usize = 24;

/// A stub: code of this host that jumps to an address anywhere. It changes no register but the one
/// that the platform sets aside for this.
pub(crate) fn stub(target: u64) -> [u8; STUB] {
    let mut stub = [0; STUB];
    // The instructions, and where the address lies that they load.
    let (code, address): (&[u8], usize) = if cfg!(target_arch = "x86_64") {
        // jmp [rip + 2]: the address must be aligned.
        (&[0xff, 0x25, 2, 0, 0, 0, 0, 0], 8)
    } else if cfg!(target_arch = "aarch64") {
        // ldr x16, 8; br x16
        (&[0x50, 0, 0, 0x58, 0, 2, 0x1f, 0xd6], 8)
    } else if cfg!(target_arch = "riscv64") {
        // auipc t1, 0; ld t1, 16(t1); jr t1
        (&[0x17, 3, 0, 0, 3, 0x33, 3, 1, 0x67, 0, 3, 0], 16)
    } else {
        // lgrl %r1, 8; br %r1
        (&[0xc4, 0x18, 0, 0, 0, 4, 7, 0xf1], 8)
    };
    stub[..code.len()].copy_from_slice(code);
    stub[address..address + 8].copy_from_slice(&target.to_ne_bytes());
    stub
}

#[cfg(test)]
mod tests;
