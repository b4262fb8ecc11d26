//! Data objects of a module: strings, scalars, bytes and zeros, with addresses of other items in
//! them.

use crate::declarations::{DataDeclaration, Symbol};
use crate::isa::Kind;
use crate::module::{Shared, check_name};
use crate::types::Linkage;
use cranelift_codegen::binemit::Reloc;
use cranelift_module::{DataId, FuncId, ModuleReloc, ModuleRelocTarget};
use ffi_rt::{ErrorCode, Result, fail};
use target_lexicon::Endianness;

/// The biggest data object, in bytes.
pub const DATA_MAX: u64 = 1 << 30;

/// The biggest zero-initialised data of an object module that can hold addresses, in bytes: the
/// file has to hold its zeros, too.
pub const FILLED_MAX: usize = 64 << 20;

/// The biggest alignment, in bytes; a page.
pub const ALIGN_MAX: u64 = 4096;

/// The alignment of strings and of data without one of its own.
const ALIGN: u64 = 8;

/// A data object of a module beside its declaration.
#[derive(Default)]
pub(crate) struct DataItem {
    pub contents: Contents,
    /// In bytes, a power of two; 0 for the usual one.
    pub align: u64,
    /// Whether other code may rely on the contents staying as they are.
    pub is_shared: bool,
    /// Addresses of other items to put into the contents.
    pub relocs: Vec<ModuleReloc>,
    /// Where it is in memory, once linked.
    pub address: Option<usize>,
}

/// What a data object holds at first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Contents {
    /// It is declared only.
    #[default]
    None,
    Zeros(usize),
    Bytes(Vec<u8>),
}

impl Contents {
    /// Its size in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Contents::None => 0,
            Contents::Zeros(size) => *size,
            Contents::Bytes(bytes) => bytes.len(),
        }
    }
}

/// What a declaration of data says beside its name.
#[derive(Debug, Clone, Copy)]
pub struct DataForm {
    /// Who defines and who sees it.
    pub linkage: Linkage,
    /// Whether the program may change it.
    pub is_writable: bool,
    /// Whether each thread has its own.
    pub is_thread_local: bool,
    /// In bytes; 0 for the usual one.
    pub align: u64,
}

impl DataForm {
    const LOCAL: DataForm =
        DataForm { linkage: Linkage::Local, is_writable: false, is_thread_local: false, align: 8 };
}

impl Shared {
    /// Local read-only bytes; equal bytes are one object, which has a name of its own that starts
    /// with `.L`.
    ///
    /// # Errors
    /// `LIMIT_REACHED` if they are too many.
    pub fn string(&self, bytes: &[u8]) -> Result<i64> {
        check_size(bytes.len() as u64)?;
        let mut state = self.open()?;
        if let Some(&index) = state.strings.get(bytes) {
            return Ok(self.declarations().data_id(index));
        }
        let name = format!(".Lstring{}", state.strings.len());
        let index = self.add_data(&name, DataForm::LOCAL)?;
        let item = state.data(index);
        if item.contents != Contents::None {
            let message = format!("the name `{name}` is for strings");
            return fail(ErrorCode::AlreadyExists, message);
        }
        item.contents = Contents::Bytes(bytes.to_vec());
        item.is_shared = true;
        state.strings.insert(bytes.to_vec(), index);
        Ok(self.declarations().data_id(index))
    }

    /// A local writable scalar of `size` bytes (1 to 16), the low bytes of `bits` in the target's
    /// byte order.
    ///
    /// # Errors
    /// `ALREADY_EXISTS` if the name is taken.
    pub fn scalar(&self, name: &str, size: usize, bits: u128) -> Result<i64> {
        let size = size.clamp(1, 16);
        let mut bytes = bits.to_le_bytes()[..size].to_vec();
        if self.isa().triple().endianness() == Ok(Endianness::Big) {
            bytes.reverse();
        }
        let align = size.next_power_of_two() as u64;
        let form = DataForm { is_writable: true, align, ..DataForm::LOCAL };
        let id = self.declare_data(name, form)?;
        self.define_contents(id, Contents::Bytes(bytes))?;
        Ok(id)
    }

    /// Declares data; one that is known keeps its number.
    ///
    /// # Errors
    /// `ALREADY_EXISTS` if the name has another meaning, `INVALID_ARGUMENT` for an impossible name
    /// or alignment, `UNSUPPORTED` for thread-local data of a JIT module.
    pub fn declare_data(&self, name: &str, form: DataForm) -> Result<i64> {
        check_name(name)?;
        let align = form.align;
        if align != 0 && (!align.is_power_of_two() || align > ALIGN_MAX) {
            let message = format!("{align} is no alignment: a power of two up to {ALIGN_MAX}");
            return fail(ErrorCode::InvalidArgument, message);
        }
        if form.is_thread_local && self.kind() == Kind::Jit {
            let message = format!("data `{name}`: a JIT module has no thread-local data");
            return fail(ErrorCode::Unsupported, message);
        }
        let mut state = self.open()?;
        if let Some(Symbol::Data(index)) = self.declarations().symbol(name) {
            let old = state.data(index);
            let is_other = align != 0 && old.align != 0 && align != old.align;
            let declaration = self.declarations().data(index);
            let changes = declaration.is_some_and(|old| {
                old.linkage != form.linkage || old.is_writable != form.is_writable
            });
            if is_other || changes && old.contents != Contents::None {
                let message = format!("data `{name}` is declared in another way already");
                return fail(ErrorCode::AlreadyExists, message);
            }
        }
        let index = self.add_data(name, form)?;
        let item = state.data(index);
        item.align = item.align.max(align);
        Ok(self.declarations().data_id(index))
    }

    fn add_data(&self, name: &str, form: DataForm) -> Result<u32> {
        self.declarations().declare_data(DataDeclaration {
            name: name.to_owned(),
            linkage: form.linkage,
            is_writable: form.is_writable,
            is_thread_local: form.is_thread_local,
        })
    }

    /// Defines data as these bytes.
    ///
    /// # Errors
    /// `ALREADY_EXISTS` if it is imported or defined, `LIMIT_REACHED` if it is too big.
    pub fn define_bytes(&self, id: i64, bytes: &[u8]) -> Result<()> {
        check_size(bytes.len() as u64)?;
        self.define_contents(id, Contents::Bytes(bytes.to_vec()))
    }

    /// Defines data as so many zero bytes.
    ///
    /// # Errors
    /// As for [`define_bytes`](Shared::define_bytes).
    pub fn define_zeros(&self, id: i64, size: u64) -> Result<()> {
        check_size(size)?;
        self.define_contents(id, Contents::Zeros(size as usize))
    }

    fn define_contents(&self, id: i64, contents: Contents) -> Result<()> {
        let mut state = self.open()?;
        let index = self.declarations().data_index("data", id)?;
        let declaration = self.declared_data(index)?;
        let item = state.data(index);
        let wrong = if declaration.linkage == Linkage::Import {
            "is declared as imported"
        } else if item.contents != Contents::None {
            "is defined already"
        } else {
            item.contents = contents;
            return Ok(());
        };
        fail(ErrorCode::AlreadyExists, format!("data `{}` {wrong}", declaration.name))
    }

    /// The declaration with this index.
    pub(crate) fn declared_data(&self, index: u32) -> Result<DataDeclaration> {
        match self.declarations().data(index) {
            Some(declaration) => Ok(declaration),
            None => fail(ErrorCode::NotFound, format!("data {index} is not declared")),
        }
    }

    /// Puts the address of a function or data object, plus `addend`, at an offset of defined data.
    ///
    /// # Errors
    /// `OUT_OF_RANGE` if it does not fit there, `INVALID_ARGUMENT` if the data is not defined or
    /// linked already, `ALREADY_EXISTS` if an address is there, `LIMIT_REACHED` for zeros of an
    /// object module that are more than [`FILLED_MAX`].
    pub fn write_address(&self, id: i64, offset: i64, target: i64, addend: i64) -> Result<()> {
        let mut state = self.open()?;
        let index = self.declarations().data_index("data", id)?;
        let shown = self.declared_data(index)?.name;
        let name = self.reference(target)?;
        let size = i64::from(self.isa().pointer_bytes());
        let item = state.data(index);
        let refuse =
            |code, why: &str| fail(code, format!("data `{shown}`, offset {offset}: {why}"));
        if item.is_shared {
            return refuse(ErrorCode::InvalidArgument, "strings are shared and stay as they are");
        }
        if item.contents == Contents::None {
            return refuse(ErrorCode::InvalidArgument, "it is not defined");
        }
        if item.address.is_some() {
            return refuse(ErrorCode::InvalidArgument, "it is linked already");
        }
        let end = item.contents.len() as i64 - size;
        if !(0..=end).contains(&offset) {
            return refuse(ErrorCode::OutOfRange, "an address does not fit there");
        }
        if offset % size != 0 {
            return refuse(ErrorCode::InvalidArgument, "addresses lie at multiples of their size");
        }
        let offset = offset as u32;
        if item.relocs.iter().any(|reloc| reloc.offset == offset) {
            return refuse(ErrorCode::AlreadyExists, "an address is there already");
        }
        let is_filled = matches!(item.contents, Contents::Zeros(size) if size > FILLED_MAX);
        if is_filled && self.kind() == Kind::Object {
            let why = format!(
                "an object file holds the zeros around an address, which are {} bytes; the limit \
                 is {FILLED_MAX}",
                item.contents.len()
            );
            return refuse(ErrorCode::LimitReached, &why);
        }
        let kind = if size == 4 { Reloc::Abs4 } else { Reloc::Abs8 };
        item.relocs.push(ModuleReloc { offset, kind, name, addend });
        Ok(())
    }

    /// The number of a data object by its name.
    ///
    /// # Errors
    /// `NOT_FOUND` if the module has no such data.
    pub fn find_data(&self, name: &str) -> Result<i64> {
        drop(self.open()?);
        match self.declarations().symbol(name) {
            Some(Symbol::Data(index)) => Ok(self.declarations().data_id(index)),
            Some(Symbol::Function(_)) => {
                fail(ErrorCode::WrongKind, format!("`{name}` is a function, not data"))
            }
            None => {
                let message = format!("module `{}` has no data `{name}`", self.name());
                fail(ErrorCode::NotFound, message)
            }
        }
    }

    /// The external name of the function or data object with this number.
    fn reference(&self, id: i64) -> Result<ModuleRelocTarget> {
        if let Ok(index) = self.declarations().data_index("target", id) {
            return Ok(DataId::from_u32(index).into());
        }
        let index = self.declarations().function_index("target", id)?;
        Ok(FuncId::from_u32(index).into())
    }
}

impl DataItem {
    /// Its alignment in bytes.
    pub(crate) fn alignment(&self) -> u64 {
        if self.align == 0 { ALIGN } else { self.align }
    }
}

fn check_size(size: u64) -> Result<()> {
    if size > DATA_MAX {
        let message = format!("{size} bytes of data; an object holds at most {DATA_MAX}");
        return fail(ErrorCode::LimitReached, message);
    }
    Ok(())
}
