//! Unwind information in the form of `.eh_frame`, for objects and for code in memory.

use crate::module::Compiled;
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::isa::unwind::UnwindInfo;
use ffi_rt::{Error, ErrorCode, Result};
use gimli::RunTimeEndian;
use gimli::write::{
    Address, EhFrame, EndianVec, FrameTable, RelocateWriter, Relocation, RelocationTarget,
};
use target_lexicon::Endianness;

/// An `.eh_frame` section in the making: its bytes and where addresses of functions go.
#[derive(Debug, Clone)]
struct Section {
    writer: EndianVec<RunTimeEndian>,
    relocations: Vec<Relocation>,
}

impl RelocateWriter for Section {
    type Writer = EndianVec<RunTimeEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.writer
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.writer
    }

    fn relocate(&mut self, relocation: Relocation) {
        self.relocations.push(relocation);
    }
}

/// Where the address of a function goes in a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Offset in the section.
    pub offset: u64,
    /// Size in bytes.
    pub size: u8,
    /// Which function, as numbered by the caller.
    pub function: usize,
    /// What to add to its address.
    pub addend: i64,
    /// Whether the distance from here is meant instead of the address.
    pub is_relative: bool,
}

/// How a section refers to functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pointers {
    /// By address: code in memory may be anywhere.
    Absolute,
    /// By distance, which a linker knows: the section stays read-only when the program is moved.
    Relative,
}

/// The byte order of a target.
pub(crate) fn endian(isa: &dyn TargetIsa) -> RunTimeEndian {
    match isa.triple().endianness() {
        Ok(Endianness::Big) => RunTimeEndian::Big,
        _ => RunTimeEndian::Little,
    }
}

pub(crate) fn write_error(error: gimli::write::Error) -> Error {
    Error::new(ErrorCode::Unsupported, format!("debug information: {error}"))
}

/// The section of functions with their numbers, none if no function describes its frame.
pub(crate) fn section<'a>(
    isa: &dyn TargetIsa,
    functions: impl Iterator<Item = (usize, &'a Compiled)>,
    pointers: Pointers,
) -> Result<Option<(Vec<u8>, Vec<Reference>)>> {
    let place = |symbol| Address::Symbol { symbol, addend: 0 };
    let functions = functions.map(|(number, code)| (place(number), code));
    let Some(table) = table(isa, functions, pointers) else { return Ok(None) };
    let writer = EndianVec::new(endian(isa));
    let mut section = EhFrame(Section { writer, relocations: Vec::new() });
    table.write_eh_frame(&mut section).map_err(write_error)?;
    let Section { writer, relocations } = section.0;
    let references = relocations.into_iter().filter_map(|relocation| {
        let RelocationTarget::Symbol(function) = relocation.target else { return None };
        let application = relocation.eh_pe.map(|pe| pe.application());
        Some(Reference {
            offset: relocation.offset as u64,
            size: relocation.size,
            function,
            addend: relocation.addend,
            is_relative: application == Some(gimli::constants::DW_EH_PE_pcrel),
        })
    });
    let references = references.collect();
    Ok(Some((writer.into_vec(), references)))
}

/// The section of functions at their addresses, with its end mark; empty if there is none.
pub(crate) fn in_memory<'a>(
    isa: &dyn TargetIsa,
    functions: impl Iterator<Item = (usize, &'a Compiled)>,
) -> Result<Box<[u64]>> {
    let functions: Vec<_> = functions.collect();
    let numbered = functions.iter().enumerate().map(|(number, &(_, code))| (number, code));
    let Some((mut bytes, references)) = section(isa, numbered, Pointers::Absolute)? else {
        return Ok(Box::default());
    };
    bytes.extend([0; 4]);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let mut words = vec![0_u64; bytes.len() / 8].into_boxed_slice();
    let base = std::ptr::from_ref(&words[0]).addr();
    for reference in references {
        let at = reference.offset as usize;
        let address = functions[reference.function].0 as u64;
        let mut value = address.wrapping_add_signed(reference.addend);
        if reference.is_relative {
            value = value.wrapping_sub((base + at) as u64);
        }
        put(&mut bytes[at..], reference.size, value)?;
    }
    for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_ne_bytes(chunk.try_into().unwrap_or_default());
    }
    Ok(words)
}

/// Writes an address, or a distance with sign, of four or eight bytes in this machine's order.
pub(crate) fn put(at: &mut [u8], size: u8, value: u64) -> Result<()> {
    match size {
        8 => at[..8].copy_from_slice(&value.to_ne_bytes()),
        4 if i32::try_from(value.cast_signed()).is_ok() => {
            at[..4].copy_from_slice(&(value as i32).to_ne_bytes());
        }
        _ => {
            let message = "information for unwinders or debuggers does not reach its function";
            return Err(Error::new(ErrorCode::OutOfRange, message));
        }
    }
    Ok(())
}

/// The frames of functions, none if no function describes its frame.
fn table<'a>(
    isa: &dyn TargetIsa,
    functions: impl Iterator<Item = (Address, &'a Compiled)>,
    pointers: Pointers,
) -> Option<FrameTable> {
    let mut table = FrameTable::default();
    let mut common = None;
    for (address, code) in functions {
        let Some(UnwindInfo::SystemV(info)) = &code.unwind else { continue };
        let id = match common {
            Some(id) => id,
            None => {
                let mut cie = isa.create_systemv_cie()?;
                if pointers == Pointers::Relative {
                    let relative = gimli::DW_EH_PE_pcrel.0 | gimli::DW_EH_PE_sdata4.0;
                    cie.fde_address_encoding = gimli::DwEhPe(relative);
                }
                let id = table.add_cie(cie);
                common = Some(id);
                id
            }
        };
        table.add_fde(id, info.to_fde(address));
    }
    common.map(|_| table)
}
