//! Functions as the compiler has compiled them: parameters and results from a library's debug information.
//!
//! It is the one description of a signature that neither the spec nor a template of ours has written.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use gimli::{AttributeValue, DwTag, Dwarf, EndianSlice, RunTimeEndian, Unit, UnitOffset};
use gimli::{constants as dw, read::DebuggingInformationEntry};
use object::{Object, ObjectSection};

/// A type as far as a call cares about it.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// An integer without a sign, or a truth value, and its size in bytes.
    Unsigned(u64),
    /// An integer with a sign.
    Signed(u64),
    /// A floating-point number.
    Float(u64),
    /// A pointer; to what, where it is known and no code.
    Pointer(Option<Box<Shape>>),
    /// Fields in memory.
    Struct {
        /// Size in bytes.
        size: u64,
        /// In the order of their offsets.
        fields: Vec<Field>,
    },
}

/// A field of a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Distance from the start in bytes.
    pub offset: u64,
    /// Its type.
    pub shape: Shape,
}

/// A compiled function.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// Parameters in order: name and type.
    pub params: Vec<(String, Shape)>,
    /// The result; `None` for none.
    pub result: Option<Shape>,
}

type Reader<'a> = EndianSlice<'a, RunTimeEndian>;
type Entry<'a> = DebuggingInformationEntry<Reader<'a>>;

/// How deep types may nest; a struct that holds pointers to itself would have no end.
const MAX_DEPTH: usize = 6;

/// The signatures of those functions in a library that are asked for.
pub fn signatures(
    library: &[u8],
    wanted: &BTreeSet<String>,
) -> Result<BTreeMap<String, Signature>> {
    let file = object::File::parse(library)?;
    let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
    let load = |id: gimli::SectionId| -> Result<Reader<'_>> {
        let section = file.section_by_name(id.name());
        let data = section.map(|section| section.data()).transpose()?.unwrap_or(&[]);
        Ok(EndianSlice::new(data, endian))
    };
    let dwarf = Dwarf::load(load)?;
    let mut units = Vec::new();
    let mut headers = dwarf.units();
    while let Some(header) = headers.next()? {
        units.push(dwarf.unit(header)?);
    }
    let mut found = BTreeMap::new();
    for unit in &units {
        let source = Source { dwarf: &dwarf, units: &units, unit };
        let mut entries = unit.entries();
        while let Some(entry) = entries.next_dfs()? {
            if entry.tag() != dw::DW_TAG_subprogram {
                continue;
            }
            let Some(name) = source.symbol(entry)? else { continue };
            if wanted.contains(&name) && !found.contains_key(&name) {
                let signature = source.signature(entry).with_context(|| name.clone())?;
                found.insert(name, signature);
            }
        }
    }
    Ok(found)
}

/// One compilation unit, among all of them.
#[derive(Clone, Copy)]
struct Source<'a> {
    dwarf: &'a Dwarf<Reader<'a>>,
    units: &'a [Unit<Reader<'a>>],
    unit: &'a Unit<Reader<'a>>,
}

impl<'a> Source<'a> {
    fn text(&self, entry: &Entry<'a>, name: gimli::DwAt) -> Result<Option<String>> {
        let Some(value) = entry.attr_value(name) else { return Ok(None) };
        Ok(Some(self.dwarf.attr_string(self.unit, value)?.to_string()?.to_owned()))
    }

    /// The symbol of a function: its name, where no other is given.
    fn symbol(&self, entry: &Entry<'a>) -> Result<Option<String>> {
        match self.text(entry, dw::DW_AT_linkage_name)? {
            Some(symbol) => Ok(Some(symbol)),
            None => self.text(entry, dw::DW_AT_name),
        }
    }

    /// What an entry's type refers to, and the unit that holds it; `None` for no type.
    fn target(&self, entry: &Entry<'a>) -> Result<Option<(Source<'a>, Entry<'a>)>> {
        let (source, offset) = match entry.attr_value(dw::DW_AT_type) {
            None => return Ok(None),
            Some(AttributeValue::UnitRef(offset)) => (*self, offset),
            Some(AttributeValue::DebugInfoRef(place)) => {
                let inside = |unit: &'a Unit<Reader<'a>>| {
                    let offset = place.to_unit_offset(&unit.header)?;
                    Some((Source { unit, ..*self }, offset))
                };
                self.units.iter().find_map(inside).context("a type outside of all units")?
            }
            Some(value) => bail!("a type given as {value:?}"),
        };
        Ok(Some((source, source.unit.entry(offset)?)))
    }

    /// The direct children with a tag.
    fn children(&self, offset: UnitOffset, tag: DwTag) -> Result<Vec<Entry<'a>>> {
        let mut tree = self.unit.entries_tree(Some(offset))?;
        let mut nodes = tree.root()?.children();
        let mut found = Vec::new();
        while let Some(node) = nodes.next()? {
            if node.entry().tag() == tag {
                found.push(node.entry().clone());
            }
        }
        Ok(found)
    }

    fn signature(&self, entry: &Entry<'a>) -> Result<Signature> {
        let mut params = Vec::new();
        for param in self.children(entry.offset(), dw::DW_TAG_formal_parameter)? {
            let name = self.text(&param, dw::DW_AT_name)?.unwrap_or_default();
            let shape = self.type_of(&param, 0)?.context("a parameter without a type")?;
            params.push((name, shape));
        }
        Ok(Signature { params, result: self.type_of(entry, 0)? })
    }

    fn type_of(&self, entry: &Entry<'a>, depth: usize) -> Result<Option<Shape>> {
        let target = self.target(entry)?;
        target.map(|(source, entry)| source.shape(&entry, depth)).transpose()
    }

    fn shape(&self, entry: &Entry<'a>, depth: usize) -> Result<Shape> {
        let size = entry.attr_value(dw::DW_AT_byte_size).and_then(|size| size.udata_value());
        match entry.tag() {
            dw::DW_TAG_base_type => self.base(entry, size.context("a number without a size")?),
            dw::DW_TAG_pointer_type if depth >= MAX_DEPTH => Ok(Shape::Pointer(None)),
            dw::DW_TAG_pointer_type => self.pointer(entry, depth),
            dw::DW_TAG_typedef | dw::DW_TAG_enumeration_type => {
                self.type_of(entry, depth + 1)?.context("a name for no type")
            }
            dw::DW_TAG_structure_type => {
                self.structure(entry, size.context("a struct without a size")?, depth)
            }
            tag => bail!("a type of the kind {tag}"),
        }
    }

    fn base(&self, entry: &Entry<'a>, size: u64) -> Result<Shape> {
        match entry.attr_value(dw::DW_AT_encoding) {
            Some(AttributeValue::Encoding(
                dw::DW_ATE_unsigned | dw::DW_ATE_unsigned_char | dw::DW_ATE_boolean,
            )) => Ok(Shape::Unsigned(size)),
            Some(AttributeValue::Encoding(dw::DW_ATE_signed | dw::DW_ATE_signed_char)) => {
                Ok(Shape::Signed(size))
            }
            Some(AttributeValue::Encoding(dw::DW_ATE_float)) => Ok(Shape::Float(size)),
            encoding => bail!("a number of the kind {encoding:?}"),
        }
    }

    fn pointer(&self, entry: &Entry<'a>, depth: usize) -> Result<Shape> {
        match self.target(entry)? {
            Some((source, target)) if target.tag() != dw::DW_TAG_subroutine_type => {
                Ok(Shape::Pointer(Some(Box::new(source.shape(&target, depth + 1)?))))
            }
            _ => Ok(Shape::Pointer(None)),
        }
    }

    fn structure(&self, entry: &Entry<'a>, size: u64, depth: usize) -> Result<Shape> {
        // `Option` of a function pointer: one word, null for none.
        let variants = self.children(entry.offset(), dw::DW_TAG_variant_part)?;
        if !variants.is_empty() && size == 8 {
            return Ok(Shape::Pointer(None));
        }
        let mut fields = Vec::new();
        for member in self.children(entry.offset(), dw::DW_TAG_member)? {
            let place = member.attr_value(dw::DW_AT_data_member_location);
            fields.push(Field {
                name: self.text(&member, dw::DW_AT_name)?.unwrap_or_default(),
                offset: place.and_then(|place| place.udata_value()).unwrap_or(0),
                shape: self.type_of(&member, depth + 1)?.context("a field without a type")?,
            });
        }
        fields.sort_by_key(|field| field.offset);
        Ok(Shape::Struct { size, fields })
    }
}
