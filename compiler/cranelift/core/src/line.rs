//! Source locations: places in a source by number, and line tables that debuggers read.
//!
//! Cranelift carries an opaque number per instruction. A module keeps what the numbers mean, so
//! that equal places have one number in all functions of the module.

use crate::module::Compiled;
use crate::unwind::{endian, write_error};
use cranelift_codegen::isa::TargetIsa;
use ffi_rt::{ErrorCode, Result, fail};
use gimli::write::{
    Address, AttributeValue, DwarfUnit, EndianVec, LineProgram, LineString, Range, RangeList,
    RelocateWriter, Relocation, RelocationTarget, Sections, Unit, Writer,
};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    /// The path of the file, as the program named it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1; 0 for the whole line.
    pub column: u32,
}

/// The most places of one module.
const PLACES_MAX: usize = 1 << 28;

/// The places of one module; number n is the n-th, from 1.
#[derive(Debug, Default)]
pub struct Locations(RwLock<Table>);

#[derive(Debug, Default)]
struct Table {
    places: Vec<Location>,
    numbers: HashMap<Location, u32>,
    files: HashMap<String, Arc<str>>,
}

impl Locations {
    /// The number of a place, the same for the same place.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a file name that is empty or has a NUL, `OUT_OF_RANGE` for a line or
    /// column that is no such thing, `LIMIT_REACHED`.
    pub fn number(&self, file: &str, line: i64, column: i64) -> Result<i64> {
        if file.is_empty() || file.contains('\0') {
            return fail(ErrorCode::InvalidArgument, "the file name is empty or has a NUL byte");
        }
        let (Ok(line @ 1..), Ok(column)) = (u32::try_from(line), u32::try_from(column)) else {
            let message = format!("line {line}, column {column}: lines start at 1, columns at 0");
            return fail(ErrorCode::OutOfRange, message);
        };
        let table = &mut *self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !table.files.contains_key(file) {
            table.files.insert(file.to_owned(), Arc::from(file));
        }
        let location = Location { file: Arc::clone(&table.files[file]), line, column };
        if let Some(&number) = table.numbers.get(&location) {
            return Ok(i64::from(number));
        }
        if table.places.len() >= PLACES_MAX {
            let message = format!("a module has at most {PLACES_MAX} source locations");
            return fail(ErrorCode::LimitReached, message);
        }
        table.places.push(location.clone());
        let number = table.places.len() as u32;
        table.numbers.insert(location, number);
        Ok(i64::from(number))
    }

    /// The place with this number.
    pub fn at(&self, number: u32) -> Option<Location> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.places.get((number as usize).checked_sub(1)?).cloned()
    }
}

/// A function whose lines are to be described.
pub(crate) struct Function<'a> {
    pub name: String,
    pub code: &'a Compiled,
}

/// A section of an object file.
pub(crate) struct Section {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub references: Vec<Reference>,
    /// Whether it holds strings that a linker may merge.
    pub is_strings: bool,
}

/// An address to fill in.
pub(crate) struct Reference {
    pub offset: u64,
    pub size: u8,
    pub target: Target,
    pub addend: i64,
}

/// What an address is of.
pub(crate) enum Target {
    /// A function, as numbered by the caller.
    Function(usize),
    Section(&'static str),
}

/// The name that the producer of the line tables gives itself.
const PRODUCER: &str = "simple_cranelift";

/// The debugging sections that say which code stems from which line; none without lines.
///
/// The paths stand as the program gave them. The directory of compilation is left out, since it
/// would make objects differ from place to place.
pub(crate) fn sections(
    isa: &dyn TargetIsa,
    module: &str,
    functions: &[Function],
    locations: &Locations,
) -> Result<Vec<Section>> {
    if functions.iter().all(|function| rows(function, locations).next().is_none()) {
        return Ok(Vec::new());
    }
    let encoding = gimli::Encoding {
        format: gimli::Format::Dwarf32,
        version: 4,
        address_size: isa.pointer_bytes(),
    };
    let program = LineProgram::new(
        encoding,
        gimli::LineEncoding::default(),
        LineString::String(b".".to_vec()),
        None,
        LineString::String(module.as_bytes().to_vec()),
        None,
    );
    let mut unit = Unit::new(encoding, program);
    let mut ranges = Vec::new();
    for (number, function) in functions.iter().enumerate() {
        let address = Address::Symbol { symbol: number, addend: 0 };
        let length = function.code.code.len() as u64;
        if add_rows(&mut unit.line_program, address, function, locations) {
            ranges.push(Range::StartLength { begin: address, length });
            add_function(&mut unit, address, function, locations);
        }
    }
    let ranges = unit.ranges.add(RangeList(ranges));
    let root = unit.root();
    let entry = unit.get_mut(root);
    entry.set(gimli::DW_AT_producer, AttributeValue::String(PRODUCER.into()));
    entry.set(gimli::DW_AT_language, AttributeValue::Language(gimli::DW_LANG_C99));
    entry.set(gimli::DW_AT_name, AttributeValue::String(module.into()));
    entry.set(gimli::DW_AT_stmt_list, AttributeValue::LineProgramRef);
    entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));
    entry.set(gimli::DW_AT_ranges, AttributeValue::RangeListRef(ranges));
    let mut dwarf = DwarfUnit::new(encoding);
    dwarf.unit = unit;
    let mut sections = Sections::new(Writing::new(endian(isa)));
    dwarf.write(&mut sections).map_err(write_error)?;
    let mut all = Vec::new();
    sections.for_each_mut(|id, section| -> Result<()> {
        let writing = std::mem::replace(section, Writing::new(endian(isa)));
        if writing.writer.len() > 0 {
            all.push(writing.finish(id.name()));
        }
        Ok(())
    })?;
    Ok(all)
}

/// The rows of a function whose place is known: start, end, place.
fn rows<'a>(
    function: &'a Function,
    locations: &'a Locations,
) -> impl Iterator<Item = (u32, u32, Location)> + 'a {
    let rows = function.code.lines.iter();
    rows.filter_map(|&(start, end, number)| Some((start, end, locations.at(number)?)))
}

/// Adds the lines of a function; gives whether it has any.
fn add_rows(
    program: &mut LineProgram,
    address: Address,
    function: &Function,
    locations: &Locations,
) -> bool {
    let mut last = None;
    for (start, end, location) in rows(function, locations) {
        if last.is_none() {
            program.begin_sequence(Some(address));
        }
        let directory = program.default_directory();
        let file = LineString::String(location.file.as_bytes().to_vec());
        let file = program.add_file(file, directory, None);
        // Code without a place, before or between the rows, belongs to no line.
        if last != Some(start) {
            let row = program.row();
            row.address_offset = u64::from(last.unwrap_or(0));
            row.file = file;
            row.line = 0;
            row.column = 0;
            program.generate_row();
        }
        let row = program.row();
        row.address_offset = u64::from(start);
        row.file = file;
        row.line = u64::from(location.line);
        row.column = u64::from(location.column);
        row.is_statement = true;
        program.generate_row();
        last = Some(end);
    }
    if last.is_some() {
        program.end_sequence(function.code.code.len() as u64);
    }
    last.is_some()
}

/// Adds the entry that gives a debugger the function's name and bounds.
fn add_function(unit: &mut Unit, address: Address, function: &Function, locations: &Locations) {
    let root = unit.root();
    let id = unit.add(root, gimli::DW_TAG_subprogram);
    let first = rows(function, locations).next();
    let file = first.as_ref().map(|(_, _, place)| {
        let program = &mut unit.line_program;
        let directory = program.default_directory();
        program.add_file(LineString::String(place.file.as_bytes().to_vec()), directory, None)
    });
    let entry = unit.get_mut(id);
    entry.set(gimli::DW_AT_name, AttributeValue::String(function.name.as_str().into()));
    entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(address));
    let length = function.code.code.len() as u64;
    entry.set(gimli::DW_AT_high_pc, AttributeValue::Udata(length));
    entry.set(gimli::DW_AT_external, AttributeValue::Flag(true));
    if let (Some(file), Some((_, _, place))) = (file, first) {
        entry.set(gimli::DW_AT_decl_file, AttributeValue::FileIndex(Some(file)));
        entry.set(gimli::DW_AT_decl_line, AttributeValue::Udata(u64::from(place.line)));
    }
}

/// A section in the making.
#[derive(Debug, Clone)]
struct Writing {
    writer: EndianVec<gimli::RunTimeEndian>,
    relocations: Vec<Relocation>,
}

impl Writing {
    fn new(endian: gimli::RunTimeEndian) -> Writing {
        Writing { writer: EndianVec::new(endian), relocations: Vec::new() }
    }

    fn finish(self, name: &'static str) -> Section {
        let references = self.relocations.into_iter().map(|relocation| Reference {
            offset: relocation.offset as u64,
            size: relocation.size,
            target: match relocation.target {
                RelocationTarget::Symbol(number) => Target::Function(number),
                RelocationTarget::Section(id) => Target::Section(id.name()),
            },
            addend: relocation.addend,
        });
        let references = references.collect();
        let is_strings = name.ends_with("str");
        Section { name, bytes: self.writer.into_vec(), references, is_strings }
    }
}

impl RelocateWriter for Writing {
    type Writer = EndianVec<gimli::RunTimeEndian>;

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
