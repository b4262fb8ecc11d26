//! Puts compiled functions and data into memory and connects them.

use super::frames::Registered;
use super::memory::{Arena, Free, Piece, Sizes};
use super::registry::{Known, Linked, Placed};
use super::reloc::{self, Way};
use super::{Image, debugger, libcalls};
use crate::data::{Contents, DataItem};
use crate::declarations::{DATA, Declarations, FUNCTIONS};
use crate::line::Locations;
use crate::module::{Compiled, Shared, State};
use crate::types::Linkage;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::ir::Signature;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_module::{ModuleReloc, ModuleRelocTarget};
use ffi_rt::{Error, ErrorCode, Result, ResultExt, fail};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::CString;
use std::sync::{Arc, OnceLock};

/// How many missing names a message lists.
const SHOWN: usize = 10;

/// A function or data object that is linked now.
struct Object<'a> {
    name: String,
    /// Namespace and index.
    item: Item,
    part: Part,
    /// Offset in its part.
    offset: usize,
    size: usize,
    relocs: &'a [ModuleReloc],
    bytes: &'a [u8],
}

/// Namespace and index of a function or data object, as in external names.
type Item = (u32, u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Code,
    ReadOnly,
    Writable,
}

impl Part {
    fn start(self, piece: &Piece) -> usize {
        match self {
            Part::Code => piece.code.start,
            Part::ReadOnly => piece.read_only.start,
            Part::Writable => piece.writable.start,
        }
    }
}

/// What a relocation refers to, once names are resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Target {
    /// An object that is linked now, by its number in the plan.
    Here(usize),
    /// An address.
    There(usize),
}

/// What is linked now, and where it goes.
#[derive(Default)]
struct Plan<'a> {
    objects: Vec<Object<'a>>,
    /// The number of each item in `objects`.
    numbers: HashMap<Item, usize>,
    sizes: Sizes,
    /// Where the stubs and the table of addresses start.
    stubs_at: usize,
    table_at: usize,
    stubs: BTreeMap<Target, usize>,
    table: BTreeMap<Target, usize>,
}

/// Links all that is defined and not linked yet.
pub(super) fn link(module: &Shared, state: &mut State) -> Result<()> {
    let mut plan = Plan::default();
    for (index, function) in state.functions() {
        if let (Some(code), None) = (function.code(), function.address) {
            plan.add_function(module.declared(index)?.name, (FUNCTIONS, index), code);
        }
    }
    for (index, data) in state.data_items() {
        if data.contents != Contents::None && data.address.is_none() {
            let declaration = module.declared_data(index)?;
            plan.add_data(declaration.name, declaration.is_writable, (DATA, index), data);
        }
    }
    if plan.objects.is_empty() {
        return Ok(());
    }
    let targets = resolve(&plan, module.declarations(), state)?;
    plan.place(&targets)?;
    let sizes = plan.sizes;
    let (arena, new, mut piece) = state.image.room(sizes)?;
    plan.write(&arena, &mut piece, &targets)?;
    let mut placed = Vec::new();
    for object in &plan.objects {
        let (FUNCTIONS, index) = object.item else { continue };
        let declaration = module.declared(index)?;
        let Some(code) = state.function_at(index).and_then(|item| item.code()) else { continue };
        placed.push(Placed {
            name: declaration.name,
            signature: declaration.signature,
            start: piece.code.start + object.offset,
            code: Arc::clone(code),
            adapter: OnceLock::new(),
        });
    }
    let isa = module.declarations().isa();
    let options = module.options();
    let told =
        options.debug_jit.then_some(Told { module: module.name(), lines: options.debug_lines });
    let linked = publish(isa, module.locations(), placed, &arena, told)?;
    let place = |object: &Object| (object.item, object.part.start(&piece) + object.offset);
    let addresses: Vec<_> = plan.objects.iter().map(place).collect();
    for ((namespace, index), address) in addresses {
        match namespace {
            FUNCTIONS => state.function(index).address = Some(address),
            _ => state.data(index).address = Some(address),
        }
    }
    state.image.keep(arena, new, &piece, linked);
    Ok(())
}

/// Links one function that refers to nothing but libcalls, in memory of its own.
pub(crate) fn link_alone(
    isa: &OwnedTargetIsa,
    name: &str,
    signature: Signature,
    code: Compiled,
) -> Result<(usize, Arc<Linked>)> {
    let code = Arc::new(code);
    let mut plan = Plan::default();
    plan.add_function(name.to_owned(), (FUNCTIONS, 0), &code);
    let none = Declarations::new(Arc::clone(isa));
    let targets = resolve(&plan, &none, &State::default())?;
    plan.place(&targets)?;
    let (arena, free) = Arena::reserve(plan.sizes, false)?;
    let Some(mut piece) = free.find(plan.sizes) else { return no_room() };
    plan.write(&arena, &mut piece, &targets)?;
    let start = piece.code.start;
    let placed = Placed {
        name: name.to_owned(),
        signature,
        start,
        code: Arc::clone(&code),
        adapter: OnceLock::new(),
    };
    let told = Some(Told { module: name, lines: false });
    Ok((start, publish(isa, &Arc::default(), vec![placed], &Arc::new(arena), told)?))
}

/// What debuggers are told of code.
struct Told<'a> {
    /// The module that it is of.
    module: &'a str,
    /// Whether it says from which lines the code stems.
    lines: bool,
}

fn publish(
    isa: &OwnedTargetIsa,
    locations: &Arc<Locations>,
    placed: Vec<Placed>,
    arena: &Arc<Arena>,
    told: Option<Told>,
) -> Result<Arc<Linked>> {
    let frames = placed.iter().map(|function| (function.start, &*function.code));
    let frames = Registered::new(&**isa, frames)?;
    let tell = |told: Told| {
        let lines = told.lines.then_some(&**locations);
        debugger::Registered::new(&**isa, told.module, lines, &placed, frames.section())
    };
    let debugger = if placed.is_empty() { None } else { told.map(tell).transpose()? };
    let known = Known { _debugger: debugger, _frames: frames };
    Ok(Linked::new(Arc::clone(isa), Arc::clone(locations), placed, known, Arc::clone(arena)))
}

fn no_room<T>() -> Result<T> {
    fail(ErrorCode::OutOfMemory, "there is no room for the module's code and data")
}

impl Image {
    /// Memory with room for these sizes; it is taken only by [`keep`](Image::keep), so that a
    /// failure in between costs nothing.
    fn room(&self, sizes: Sizes) -> Result<(Arc<Arena>, Option<Free>, Piece)> {
        for (arena, free) in &self.arenas {
            if let Some(piece) = free.find(sizes) {
                return Ok((Arc::clone(arena), None, piece));
            }
        }
        let (arena, free) = Arena::reserve(sizes, true)?;
        let Some(piece) = free.find(sizes) else { return no_room() };
        Ok((Arc::new(arena), Some(free), piece))
    }

    /// Keeps what is linked, and marks its memory as taken.
    fn keep(&mut self, arena: Arc<Arena>, new: Option<Free>, piece: &Piece, linked: Arc<Linked>) {
        self.linked.push(linked);
        if let Some(mut free) = new {
            free.take(piece);
            self.arenas.push((arena, free));
            return;
        }
        for (known, free) in &mut self.arenas {
            if Arc::ptr_eq(known, &arena) {
                free.take(piece);
            }
        }
    }
}

impl<'a> Plan<'a> {
    fn add_function(&mut self, name: String, item: Item, code: &'a Compiled) {
        let offset = self.sizes.code.next_multiple_of(code.align.max(1) as usize);
        self.sizes.code = offset + code.code.len();
        self.add(Object {
            name,
            item,
            part: Part::Code,
            offset,
            size: code.code.len(),
            relocs: &code.relocs,
            bytes: &code.code,
        });
    }

    fn add_data(&mut self, name: String, is_writable: bool, item: Item, data: &'a DataItem) {
        // An object of no size has an address too, and no other object has the same.
        let size = data.contents.len().max(1);
        let (part, end) = match is_writable {
            true => (Part::Writable, &mut self.sizes.writable),
            false => (Part::ReadOnly, &mut self.sizes.read_only),
        };
        let offset = end.next_multiple_of(data.alignment() as usize);
        *end = offset + size;
        let bytes: &[u8] = match &data.contents {
            Contents::Bytes(bytes) => bytes,
            _ => &[],
        };
        self.add(Object { name, item, part, offset, size, relocs: &data.relocs, bytes });
    }

    fn add(&mut self, object: Object<'a>) {
        self.numbers.insert(object.item, self.objects.len());
        self.objects.push(object);
    }

    /// Makes room for the stubs and the table of addresses behind code and read-only data.
    fn place(&mut self, targets: &[Vec<Target>]) -> Result<()> {
        let mut stubs = BTreeSet::new();
        let mut table = BTreeSet::new();
        for (object, targets) in self.objects.iter().zip(targets) {
            for (reloc, &target) in object.relocs.iter().zip(targets) {
                match reloc::way(reloc.kind).context(format_args!("`{}`", object.name))? {
                    Way::Table => _ = table.insert(target),
                    Way::Call if matches!(target, Target::There(_)) => _ = stubs.insert(target),
                    _ => {}
                }
            }
        }
        self.stubs_at = self.sizes.code.next_multiple_of(8);
        self.table_at = self.sizes.read_only.next_multiple_of(8);
        self.sizes.code = self.stubs_at + stubs.len() * reloc::STUB;
        self.sizes.read_only = self.table_at + table.len() * 8;
        let (stubs_at, table_at) = (self.stubs_at, self.table_at);
        let stub = |(n, target)| (target, stubs_at + n * reloc::STUB);
        self.stubs = stubs.into_iter().enumerate().map(stub).collect();
        self.table = table.into_iter().enumerate().map(|(n, to)| (to, table_at + n * 8)).collect();
        Ok(())
    }

    /// Writes everything into memory and seals it.
    fn write(&self, arena: &Arena, piece: &mut Piece, targets: &[Vec<Target>]) -> Result<()> {
        let places = piece.clone();
        arena.write(piece, |[code, read_only, writable]| {
            let address = |target| self.address(target, &places) as u64;
            for (&target, &offset) in &self.stubs {
                let stub = reloc::stub(address(target));
                code[offset..offset + reloc::STUB].copy_from_slice(&stub);
            }
            for (&target, &offset) in &self.table {
                let entry = address(target).to_ne_bytes();
                read_only[offset..offset + 8].copy_from_slice(&entry);
            }
            for (object, targets) in self.objects.iter().zip(targets) {
                let part: &mut [u8] = match object.part {
                    Part::Code => code,
                    Part::ReadOnly => read_only,
                    Part::Writable => writable,
                };
                let bytes = &mut part[object.offset..object.offset + object.size];
                bytes[..object.bytes.len()].copy_from_slice(object.bytes);
                for number in 0..object.relocs.len() {
                    self.apply(object, number, bytes, targets, &places)
                        .context(format_args!("`{}`", object.name))?;
                }
            }
            Ok(())
        })
    }

    /// Applies a relocation of an object whose bytes lie at `start`.
    fn apply(
        &self,
        object: &Object,
        number: usize,
        bytes: &mut [u8],
        targets: &[Target],
        piece: &Piece,
    ) -> Result<()> {
        let start = object.part.start(piece) + object.offset;
        let reloc = &object.relocs[number];
        let offset = reloc.offset as usize;
        let (mut place, mut value) = self.reach(reloc, targets[number], start, piece)?;
        if let ModuleRelocTarget::FunctionOffset(_, high) = reloc.name {
            // The low part of an address: the instruction with the high part knows the target.
            let Some(other) = object.relocs.iter().position(|one| one.offset == high) else {
                return fail(ErrorCode::Unsupported, "a low part without its high part");
            };
            (place, value) = self.reach(&object.relocs[other], targets[other], start, piece)?;
        }
        reloc::apply(reloc.kind, bytes, offset, place, value)
    }

    /// Where a relocation is, and the address that it is for.
    fn reach(
        &self,
        reloc: &ModuleReloc,
        target: Target,
        start: usize,
        piece: &Piece,
    ) -> Result<(u64, u64)> {
        let place = (start + reloc.offset as usize) as u64;
        let plus = |address: usize| (address as u64).wrapping_add_signed(reloc.addend);
        let direct = plus(self.address(target, piece));
        let value = match reloc::way(reloc.kind)? {
            Way::Table => plus(piece.read_only.start + self.table[&target]),
            Way::Call if !reloc::is_near(reloc.kind, direct, place) => {
                let stub = self.stubs.get(&target);
                stub.map_or(direct, |stub| plus(piece.code.start + stub))
            }
            _ => direct,
        };
        Ok((place, value))
    }

    fn address(&self, target: Target, piece: &Piece) -> usize {
        match target {
            Target::Here(number) => {
                let object = &self.objects[number];
                object.part.start(piece) + object.offset
            }
            Target::There(address) => address,
        }
    }
}

/// The target of every relocation of every object.
fn resolve(plan: &Plan, names: &Declarations, state: &State) -> Result<Vec<Vec<Target>>> {
    let mut missing = Vec::new();
    let mut outside = HashMap::new();
    let mut all = Vec::with_capacity(plan.objects.len());
    for (number, object) in plan.objects.iter().enumerate() {
        let mut targets = Vec::with_capacity(object.relocs.len());
        for reloc in object.relocs {
            let found = match &reloc.name {
                ModuleRelocTarget::User { namespace, index } => {
                    let item = (*namespace, *index);
                    match plan.numbers.get(&item) {
                        Some(&number) => Ok(Target::Here(number)),
                        None => placed(names, state, item, &mut outside),
                    }
                }
                ModuleRelocTarget::FunctionOffset(..) => {
                    // Within the function itself; see `apply` for the one kind that uses it.
                    targets.push(Target::Here(number));
                    within(reloc)?;
                    continue;
                }
                ModuleRelocTarget::LibCall(call) => match libcalls::address(*call) {
                    Some(address) => Ok(Target::There(address)),
                    None => Err(format!("the library function {call:?}")),
                },
                other => Err(format!("{other:?}")),
            };
            targets.push(found.unwrap_or_else(|name| {
                missing.push((name, &*object.name));
                Target::There(0)
            }));
        }
        all.push(targets);
    }
    if missing.is_empty() { Ok(all) } else { Err(missing_error(&missing)) }
}

/// Only the low part of a RISC-V address refers into its own function.
fn within(reloc: &ModuleReloc) -> Result<()> {
    match reloc.kind {
        Reloc::RiscvPCRelLo12I => Ok(()),
        kind => fail(ErrorCode::Unsupported, format!("{kind:?} into its own function")),
    }
}

/// The address of an item that was linked before, or that is outside of the module.
fn placed(
    names: &Declarations,
    state: &State,
    item: Item,
    outside: &mut HashMap<Item, usize>,
) -> Result<Target, String> {
    if let Some(&address) = outside.get(&item) {
        return Ok(Target::There(address));
    }
    let (namespace, index) = item;
    let (declared, address) = if namespace == FUNCTIONS {
        let declared = names.function(index).map(|one| (one.name, one.linkage));
        (declared, state.function_at(index).and_then(|item| item.address))
    } else {
        let declared = names.data(index).map(|one| (one.name, one.linkage));
        (declared, state.data_at(index).and_then(|item| item.address))
    };
    let (name, linkage) = declared.ok_or("an unknown name")?;
    if address.is_none() && linkage != Linkage::Import {
        return Err(format!("`{name}` (declared, but not defined)"));
    }
    let known = address.or_else(|| state.symbols.get(&name).copied());
    let address = known.or_else(|| process_symbol(&name)).ok_or_else(|| format!("`{name}`"))?;
    outside.insert(item, address);
    Ok(Target::There(address))
}

fn missing_error(missing: &[(String, &str)]) -> Error {
    let mut seen = BTreeSet::new();
    let firsts = missing.iter().filter(|(name, _)| seen.insert(name.clone()));
    let mut list: Vec<_> =
        firsts.map(|(name, user)| format!("{name}, which `{user}` uses")).collect();
    let more = list.len().saturating_sub(SHOWN);
    list.truncate(SHOWN);
    let mut message = format!("undefined: {}", list.join("; "));
    if more > 0 {
        message.push_str(&format!("; and {more} more"));
    }
    Error::new(ErrorCode::NotFound, message)
}

/// The address of a symbol of the program and its libraries.
fn process_symbol(name: &str) -> Option<usize> {
    let name = CString::new(name).ok()?;
    // SAFETY: the name ends with NUL; looking up has no other precondition.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!address.is_null()).then(|| address.expose_provenance())
}
