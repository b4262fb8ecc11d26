//! Each kind of relocation against the rules of its architecture.

use super::*;

fn applied(kind: Reloc, place: u64, value: u64) -> Result<[u8; 8]> {
    let mut bytes = [0; 8];
    apply(kind, &mut bytes, 0, place, value).map(|()| bytes)
}

fn first(bytes: [u8; 8]) -> u32 {
    u32::from_le_bytes(*bytes.first_chunk().unwrap())
}

#[test]
fn distances_are_held_to_their_range() {
    for kind in [Reloc::X86PCRel4, Reloc::X86CallPCRel4, Reloc::X86GOTPCRel4] {
        assert_eq!(first(applied(kind, 0x1000, 0x0ffc).unwrap()), 0xffff_fffc);
        assert_eq!(first(applied(kind, 0, 0x7fff_ffff).unwrap()), 0x7fff_ffff);
        assert!(applied(kind, 0, 0x8000_0000).is_err());
        assert!(applied(kind, 0x8000_0001, 0).is_err());
    }
    assert!(applied(Reloc::Abs4, 0, 1 << 32).is_err());
    assert_eq!(applied(Reloc::Abs8, 7, u64::MAX - 1).unwrap(), (u64::MAX - 1).to_ne_bytes());
}

#[test]
fn instructions_keep_their_other_bits() {
    let mut bytes = 0x9400_0000_u32.to_le_bytes();
    apply(Reloc::Arm64Call, &mut bytes, 0, 0x2000, 0x1000).unwrap();
    assert_eq!(u32::from_le_bytes(bytes), 0x97ff_fc00);
    assert!(!is_near(Reloc::Arm64Call, 1 << 27, 0));
    assert!(is_near(Reloc::Arm64Call, (1 << 27) - 4, 0));
    // adrp x0, one page up; add x0, x0, 0x123
    let mut bytes = 0x9000_0000_u32.to_le_bytes();
    apply(Reloc::Aarch64AdrPrelPgHi21, &mut bytes, 0, 0x5ff0, 0x6123).unwrap();
    assert_eq!(u32::from_le_bytes(bytes), 0xb000_0000);
    let mut bytes = 0x9100_0000_u32.to_le_bytes();
    apply(Reloc::Aarch64AddAbsLo12Nc, &mut bytes, 0, 0x5ff4, 0x6123).unwrap();
    assert_eq!(u32::from_le_bytes(bytes), 0x9104_8c00);
}

#[test]
fn both_halves_of_a_riscv_call_add_up() {
    for (place, value) in [(0x1_0000_u64, 0x1_0ffe_u64), (0x1_0000, 0x0_f7fe), (0x8000, 0x8800)] {
        let bytes = applied(Reloc::RiscvCallPlt, place, value).unwrap();
        let high = first(bytes) as i32;
        let low = u32::from_le_bytes(*bytes.last_chunk().unwrap()) as i32 >> 20;
        assert_eq!(place.wrapping_add_signed(i64::from(high) + i64::from(low)), value);
    }
}

#[test]
fn thread_local_data_is_refused_and_truncated_code_too() {
    assert_eq!(way(Reloc::ElfX86_64TlsGd).unwrap_err().code(), ErrorCode::Unsupported);
    assert!(apply(Reloc::Abs8, &mut [0; 7], 0, 0, 0).is_err());
    assert!(apply(Reloc::Abs8, &mut [0; 8], 9, 0, 0).is_err());
    assert!(apply(Reloc::Arm64Call, &mut [0; 3], 0, 0, 0).is_err());
}
