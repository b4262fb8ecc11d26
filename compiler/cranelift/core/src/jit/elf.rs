//! ELF files in memory, as debuggers read them: sections that have their addresses already.
//!
//! Of this machine and of 64 bits, since JIT code is.

/// What a section is, the numbers of the ELF specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Data = 1,
    Symbols = 2,
    Strings = 3,
    /// It has no bytes in the file.
    Elsewhere = 8,
}

/// That a section lies in the memory of the process, and that it is code.
pub(super) const IN_MEMORY: u64 = 2;
pub(super) const IS_CODE: u64 = 4;

/// The section that holds the names of symbols.
pub(super) const STRINGS: &str = ".strtab";

/// The size of the file's header, of a section's header, and of a symbol, in bytes.
const FILE_HEADER: usize = 64;
const SECTION_HEADER: usize = 64;
const SYMBOL: u64 = 24;

/// An executable.
const EXECUTABLE: u16 = 2;

/// A section to be.
pub(super) struct Section {
    pub name: &'static str,
    pub kind: Kind,
    pub flags: u64,
    pub address: u64,
    pub size: u64,
    pub bytes: Vec<u8>,
}

impl Section {
    /// A section with these bytes.
    pub(super) fn of(name: &'static str, kind: Kind, bytes: Vec<u8>) -> Section {
        Section { name, kind, flags: 0, address: 0, size: bytes.len() as u64, bytes }
    }
}

/// The symbols of functions: name, address and size each. They lie in section 1. Gives the section
/// of the symbols and that of their names.
pub(super) fn symbols<'a>(functions: impl Iterator<Item = (&'a str, u64, u64)>) -> [Section; 2] {
    const GLOBAL_FUNCTION: u8 = 0x12;
    let mut symbols = vec![0; SYMBOL as usize];
    let mut names = vec![0];
    for (name, address, size) in functions {
        symbols.extend((names.len() as u32).to_ne_bytes());
        symbols.extend([GLOBAL_FUNCTION, 0]);
        symbols.extend(1_u16.to_ne_bytes());
        symbols.extend(address.to_ne_bytes());
        symbols.extend(size.to_ne_bytes());
        names.extend(name.as_bytes());
        names.push(0);
    }
    let symbols = Section::of(".symtab", Kind::Symbols, symbols);
    [symbols, Section::of(STRINGS, Kind::Strings, names)]
}

/// The file with these sections, for a machine by its number.
pub(super) fn file(machine: u16, mut sections: Vec<Section>) -> Vec<u8> {
    let mut names = vec![0];
    let mut name_offsets = Vec::with_capacity(sections.len() + 1);
    let own_name = ".shstrtab";
    for name in sections.iter().map(|section| section.name).chain([own_name]) {
        name_offsets.push(names.len() as u32);
        names.extend(name.as_bytes());
        names.push(0);
    }
    sections.push(Section::of(own_name, Kind::Strings, names));
    let mut bytes = vec![0; FILE_HEADER];
    let mut offsets = Vec::with_capacity(sections.len());
    for section in &sections {
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        offsets.push(bytes.len() as u64);
        bytes.extend(&section.bytes);
    }
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let headers_at = bytes.len() as u64;
    // The first header is none.
    bytes.resize(bytes.len() + SECTION_HEADER, 0);
    let strings = sections.iter().position(|section| section.name == STRINGS);
    for ((section, name), offset) in sections.iter().zip(name_offsets).zip(offsets) {
        let is_symbols = section.kind == Kind::Symbols;
        let link = if is_symbols { strings.map_or(0, |at| at as u32 + 1) } else { 0 };
        bytes.extend(name.to_ne_bytes());
        bytes.extend((section.kind as u32).to_ne_bytes());
        for word in [section.flags, section.address, offset, section.size] {
            bytes.extend(word.to_ne_bytes());
        }
        bytes.extend(link.to_ne_bytes());
        // The number of the first symbol that others see.
        bytes.extend(u32::from(is_symbols).to_ne_bytes());
        bytes.extend(8_u64.to_ne_bytes());
        bytes.extend((if is_symbols { SYMBOL } else { 0 }).to_ne_bytes());
    }
    let header = header(machine, headers_at, sections.len() as u16 + 1);
    bytes[..FILE_HEADER].copy_from_slice(&header);
    bytes
}

fn header(machine: u16, headers_at: u64, count: u16) -> [u8; FILE_HEADER] {
    let order = if cfg!(target_endian = "little") { 1 } else { 2 };
    let mut header = Vec::with_capacity(FILE_HEADER);
    header.extend(b"\x7fELF");
    // 64 bits, the byte order, version 1 of the format, and no particular system.
    header.extend([2, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.extend(EXECUTABLE.to_ne_bytes());
    header.extend(machine.to_ne_bytes());
    header.extend(1_u32.to_ne_bytes());
    // No start, no segments.
    header.extend([0_u64, 0, headers_at].iter().flat_map(|word| word.to_ne_bytes()));
    header.extend(0_u32.to_ne_bytes());
    let sizes = [FILE_HEADER as u16, 0, 0, SECTION_HEADER as u16, count, count - 1];
    header.extend(sizes.iter().flat_map(|half| half.to_ne_bytes()));
    let mut bytes = [0; FILE_HEADER];
    bytes.copy_from_slice(&header);
    bytes
}
