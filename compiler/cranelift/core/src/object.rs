//! Object files: what a linker, a debugger and an unwinder want to know about a module.
//!
//! Everything goes in in order of declaration, so that the bytes depend on the calls alone.

use crate::data::{Contents, DataItem};
use crate::declarations::{DATA, FUNCTIONS};
use crate::isa::Kind;
use crate::line;
use crate::module::{Compiled, Module, Shared, State, panic_text};
use crate::types::Linkage;
use crate::unwind::{self, Pointers, Reference};
use cranelift_module::{
    DataDescription, DataId, FuncId, Module as _, ModuleError, ModuleReloc, ModuleRelocTarget,
};
use cranelift_object::object::write::{Object, Relocation, SectionId, StandardSection, SymbolId};
use cranelift_object::object::{RelocationEncoding, RelocationFlags, RelocationKind, SectionKind};
use cranelift_object::{ObjectBuilder, ObjectModule, ObjectProduct};
use ffi_rt::files::write_whole;
use ffi_rt::{Error, ErrorCode, Result, ResultExt, fail};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

impl Module {
    /// Writes the module to an object file in memory; the module is used up.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is no object module or a function is not compiled yet, `NOT_FOUND`
    /// if something is declared here and not defined: the message lists it.
    pub fn into_object(self) -> Result<Vec<u8>> {
        if self.kind() != Kind::Object {
            let message = format!("module `{}` is a JIT module: it has no object", self.name());
            return fail(ErrorCode::InvalidArgument, message);
        }
        let (shared, state) = self.into_parts("was written to an object");
        check(&shared, &state)?;
        let write = AssertUnwindSafe(|| write(&shared, &state));
        catch_unwind(write).unwrap_or_else(|payload| {
            let why = panic_text(&*payload);
            let message = format!("module `{}` cannot become an object: {why}", shared.name());
            fail(ErrorCode::Unsupported, message)
        })
    }

    /// Writes the module to an object file, all of it or nothing; the module is used up. What is no
    /// regular file, such as a device, gets the bytes as they come.
    ///
    /// # Errors
    /// As for [`into_object`](Module::into_object), and those of writing.
    pub fn emit(self, path: &str) -> Result<()> {
        if path.is_empty() || path.contains('\0') {
            let message = "the path is empty or has a NUL byte";
            return fail(ErrorCode::InvalidArgument, message);
        }
        let bytes = self.into_object()?;
        write_whole(Path::new(path), &bytes, 0o666).at(path)
    }
}

/// Whether all is there that the object must define.
fn check(shared: &Shared, state: &State) -> Result<()> {
    if let Some(index) = state.pending() {
        let name = shared.declared(index)?.name;
        let message = format!("function `{name}` waits to be compiled");
        return fail(ErrorCode::InvalidArgument, message);
    }
    let mut missing = Vec::new();
    for (index, item) in state.functions() {
        let declaration = shared.declared(index)?;
        let is_missing = item.code().is_none() && declaration.linkage != Linkage::Import;
        if is_missing && item.is_declared {
            missing.push(format!("function `{}`", declaration.name));
        }
    }
    for (index, item) in state.data_items() {
        let declaration = shared.declared_data(index)?;
        if item.contents == Contents::None && declaration.linkage != Linkage::Import {
            missing.push(format!("data `{}`", declaration.name));
        }
    }
    let used = all_relocs(state).filter_map(|reloc| match reloc.name {
        ModuleRelocTarget::User { namespace, index } => Some((namespace, index)),
        _ => None,
    });
    for (namespace, index) in used.collect::<BTreeSet<_>>() {
        if namespace != FUNCTIONS {
            continue;
        }
        let declaration = shared.declared(index)?;
        let item = state.function_at(index);
        let is_known = item.is_some_and(|item| item.is_declared || item.code().is_some());
        if !is_known && declaration.linkage != Linkage::Import {
            missing.push(format!("function `{}`", declaration.name));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let more = missing.len().saturating_sub(10);
    missing.truncate(10);
    let mut message = format!("declared, but not defined: {}", missing.join(", "));
    if more > 0 {
        message.push_str(&format!(", and {more} more"));
    }
    fail(ErrorCode::NotFound, message)
}

fn all_relocs(state: &State) -> impl Iterator<Item = &ModuleReloc> {
    let code = state.functions().filter_map(|(_, item)| item.code());
    let code = code.flat_map(|code| &code.relocs);
    code.chain(state.data_items().flat_map(|(_, item)| &item.relocs))
}

fn linkage_of(linkage: Linkage) -> cranelift_module::Linkage {
    match linkage {
        Linkage::Export => cranelift_module::Linkage::Export,
        Linkage::Import => cranelift_module::Linkage::Import,
        Linkage::Local => cranelift_module::Linkage::Local,
    }
}

fn module_error(error: ModuleError) -> Error {
    Error::new(ErrorCode::Unsupported, error.to_string())
}

/// Builds the object; all has been checked.
fn write(shared: &Shared, state: &State) -> Result<Vec<u8>> {
    let isa = Arc::clone(shared.declarations().isa());
    let names = cranelift_module::default_libcall_names();
    let builder = ObjectBuilder::new(isa, shared.name(), names).map_err(module_error)?;
    let mut module = ObjectModule::new(builder);
    declare(shared, &mut module)?;
    for (index, item) in state.functions() {
        if let Some(code) = item.code() {
            let id = FuncId::from_u32(index);
            module
                .define_function_bytes(id, code.align, &code.code, &code.relocs)
                .map_err(module_error)?;
        }
    }
    for (index, item) in state.data_items() {
        if item.contents != Contents::None {
            let id = DataId::from_u32(index);
            module.define_data(id, &description(item)).map_err(module_error)?;
        }
    }
    let mut product = module.finish();
    let codes: Vec<(u32, &Compiled)> =
        state.functions().filter_map(|(index, item)| Some((index, &**item.code()?))).collect();
    add_frames(shared, &mut product, &codes)?;
    if shared.options().debug_lines {
        add_lines(shared, &mut product, &codes)?;
    }
    product.emit().map_err(|error| Error::new(ErrorCode::Unsupported, error.to_string()))
}

/// Declares everything in order, so that the indices are the same.
fn declare(shared: &Shared, module: &mut ObjectModule) -> Result<()> {
    let (functions, data) = shared.declarations().counts();
    for index in 0..functions as u32 {
        let one = shared.declared(index)?;
        let id = module.declare_function(&one.name, linkage_of(one.linkage), &one.signature);
        if id.map_err(module_error)? != FuncId::from_u32(index) {
            return fail(ErrorCode::AlreadyExists, format!("`{}` is declared twice", one.name));
        }
    }
    for index in 0..data as u32 {
        let one = shared.declared_data(index)?;
        let linkage = linkage_of(one.linkage);
        let id = module.declare_data(&one.name, linkage, one.is_writable, one.is_thread_local);
        if id.map_err(module_error)? != DataId::from_u32(index) {
            return fail(ErrorCode::AlreadyExists, format!("`{}` is declared twice", one.name));
        }
    }
    Ok(())
}

fn description(item: &DataItem) -> DataDescription {
    let mut description = DataDescription::new();
    match &item.contents {
        Contents::Bytes(bytes) => description.define(bytes.clone().into_boxed_slice()),
        // What holds addresses is no zeros in the file.
        Contents::Zeros(size) if !item.relocs.is_empty() => {
            description.define(vec![0; *size].into_boxed_slice());
        }
        other => description.define_zeroinit(other.len()),
    }
    description.set_align(item.alignment());
    for reloc in &item.relocs {
        if let ModuleRelocTarget::User { namespace: DATA, .. } = reloc.name {
            let data = description.import_global_value(reloc.name.clone());
            description.write_data_addr(reloc.offset, data, reloc.addend);
        } else if reloc.addend == 0 {
            let function = description.import_function(reloc.name.clone());
            description.write_function_addr(reloc.offset, function);
        } else {
            // A function's address takes an addend only as data does; the name says what it is.
            let any = description.import_global_value(reloc.name.clone());
            description.write_data_addr(reloc.offset, any, reloc.addend);
        }
    }
    description
}

/// Adds `.eh_frame`.
fn add_frames(
    shared: &Shared,
    product: &mut ObjectProduct,
    codes: &[(u32, &Compiled)],
) -> Result<()> {
    let isa = shared.isa();
    let numbered = codes.iter().enumerate().map(|(number, &(_, code))| (number, code));
    let Some((bytes, references)) = unwind::section(isa, numbered, Pointers::Relative)? else {
        return Ok(());
    };
    let section = product.object.section_id(StandardSection::EhFrame);
    product.object.append_section_data(section, &bytes, u64::from(isa.pointer_bytes()));
    let symbol = |product: &ObjectProduct, number: usize| {
        product.function_symbol(FuncId::from_u32(codes[number].0))
    };
    for mut reference in references {
        let function = product.object.symbol(symbol(product, reference.function));
        let Some(text) = function.section.id() else { continue };
        // By the section: the linker may put another function in the place of an exported one.
        reference.addend += function.value as i64;
        let text = product.object.section_symbol(text);
        add_reference(&mut product.object, section, text, &reference)?;
    }
    Ok(())
}

/// Adds `.debug_info` and `.debug_line` with what they need, if a function has source lines.
fn add_lines(
    shared: &Shared,
    product: &mut ObjectProduct,
    codes: &[(u32, &Compiled)],
) -> Result<()> {
    let mut functions = Vec::new();
    for &(index, code) in codes {
        functions.push(line::Function { name: shared.declared(index)?.name, code });
    }
    let sections = line::sections(shared.isa(), shared.name(), &functions, shared.locations())?;
    let mut ids = Vec::new();
    for section in &sections {
        let name = section.name.as_bytes().to_vec();
        let kind = if section.is_strings { SectionKind::DebugString } else { SectionKind::Debug };
        let id = product.object.add_section(Vec::new(), name, kind);
        product.object.append_section_data(id, &section.bytes, 1);
        ids.push(id);
    }
    for (section, &id) in sections.iter().zip(&ids) {
        for reference in &section.references {
            let symbol = match reference.target {
                line::Target::Function(number) => {
                    product.function_symbol(FuncId::from_u32(codes[number].0))
                }
                line::Target::Section(name) => {
                    let found = sections.iter().position(|other| other.name == name);
                    let Some(found) = found else {
                        return fail(ErrorCode::Unsupported, format!("no section {name}"));
                    };
                    product.object.section_symbol(ids[found])
                }
            };
            let reference = Reference {
                offset: reference.offset,
                size: reference.size,
                function: 0,
                addend: reference.addend,
                is_relative: false,
            };
            add_reference(&mut product.object, id, symbol, &reference)?;
        }
    }
    Ok(())
}

fn add_reference(
    object: &mut Object<'static>,
    section: SectionId,
    symbol: SymbolId,
    reference: &Reference,
) -> Result<()> {
    let kind = match reference.is_relative {
        true => RelocationKind::Relative,
        false => RelocationKind::Absolute,
    };
    let flags = RelocationFlags::Generic {
        kind,
        encoding: RelocationEncoding::Generic,
        size: reference.size * 8,
    };
    let relocation =
        Relocation { offset: reference.offset, symbol, addend: reference.addend, flags };
    object
        .add_relocation(section, relocation)
        .map_err(|error| Error::new(ErrorCode::Unsupported, error.to_string()))
}
