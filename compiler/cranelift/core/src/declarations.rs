//! The names of one module: functions and data, with what a context must know to use them.
//!
//! A module and the contexts that build functions for it share one table, so that building a
//! function takes no lock of the module. A caller knows a declaration by a number that also says
//! which module it is of: there is nothing to free, and one of another module is refused.
//!
//! Invariant: entries are only added; the index of a function (of a data object) is the `FuncId`
//! (`DataId`) that `cranelift_module` gives when the declarations are handed to it in order.

use crate::types::Linkage;
use cranelift_codegen::ir::{self, UserExternalName};
use cranelift_codegen::isa::OwnedTargetIsa;
use ffi_rt::{ErrorCode, Result, fail};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The namespace of functions in a `UserExternalName`, as `cranelift_module` has it.
pub const FUNCTIONS: u32 = 0;
/// The namespace of data objects.
pub const DATA: u32 = 1;

/// How many functions, and how many data objects, one module may declare.
pub const MAX_DECLARATIONS: usize = (1 << INDEX_BITS) - 2;

const INDEX_BITS: u32 = 24;

/// A function of a module.
#[derive(Debug, Clone)]
pub struct FunctionDeclaration {
    /// The symbol.
    pub name: String,
    /// How it is called.
    pub signature: ir::Signature,
    /// How it is seen outside.
    pub linkage: Linkage,
}

/// A data object of a module.
#[derive(Debug, Clone)]
pub struct DataDeclaration {
    /// The symbol.
    pub name: String,
    /// How it is seen outside.
    pub linkage: Linkage,
    /// Whether code may write to it.
    pub is_writable: bool,
    /// Whether each thread has its own.
    pub is_thread_local: bool,
}

/// What a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// The function with this index.
    Function(u32),
    /// The data object with this index.
    Data(u32),
}

#[derive(Debug, Default)]
struct Tables {
    functions: Vec<FunctionDeclaration>,
    data: Vec<DataDeclaration>,
    names: HashMap<String, Symbol>,
}

/// All names of a module, and its target.
pub struct Declarations {
    serial: u64,
    isa: OwnedTargetIsa,
    tables: RwLock<Tables>,
}

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);

impl Declarations {
    /// No names, for a target.
    pub fn new(isa: OwnedTargetIsa) -> Declarations {
        let serial = NEXT_SERIAL.fetch_add(1, Ordering::Relaxed);
        Declarations { serial, isa, tables: RwLock::default() }
    }

    /// The target of the module.
    pub fn isa(&self) -> &OwnedTargetIsa {
        &self.isa
    }

    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Declares a function and gives its index. One that is known keeps it; the stronger linkage
    /// holds.
    ///
    /// # Errors
    /// `ALREADY_EXISTS` if the name is known as something else, `LIMIT_REACHED`.
    pub fn declare_function(&self, function: FunctionDeclaration) -> Result<u32> {
        let tables = &mut *self.write();
        let name = function.name.clone();
        match tables.names.entry(name) {
            Entry::Occupied(entry) => {
                let Symbol::Function(index) = *entry.get() else {
                    return taken(entry.key(), "a data object");
                };
                let known = &mut tables.functions[index as usize];
                if known.signature != function.signature {
                    let (old, new) = (&known.signature, &function.signature);
                    let message =
                        format!("`{}` is declared with {old}, not with {new}", entry.key());
                    return fail(ErrorCode::AlreadyExists, message);
                }
                known.linkage = stronger(known.linkage, function.linkage);
                Ok(index)
            }
            Entry::Vacant(entry) => {
                let index = next_index(tables.functions.len())?;
                entry.insert(Symbol::Function(index));
                tables.functions.push(function);
                Ok(index)
            }
        }
    }

    /// Declares a data object and gives its index. One that is known keeps it; the stronger linkage
    /// holds.
    ///
    /// # Errors
    /// `ALREADY_EXISTS` if the name is known as something else, `LIMIT_REACHED`.
    pub fn declare_data(&self, data: DataDeclaration) -> Result<u32> {
        let tables = &mut *self.write();
        match tables.names.entry(data.name.clone()) {
            Entry::Occupied(entry) => {
                let Symbol::Data(index) = *entry.get() else {
                    return taken(entry.key(), "a function");
                };
                let known = &mut tables.data[index as usize];
                if known.is_thread_local != data.is_thread_local {
                    return taken(entry.key(), "data with another kind of storage");
                }
                known.is_writable |= data.is_writable;
                known.linkage = stronger(known.linkage, data.linkage);
                Ok(index)
            }
            Entry::Vacant(entry) => {
                let index = next_index(tables.data.len())?;
                entry.insert(Symbol::Data(index));
                tables.data.push(data);
                Ok(index)
            }
        }
    }

    /// What a name is, if it is declared.
    pub fn symbol(&self, name: &str) -> Option<Symbol> {
        self.read().names.get(name).copied()
    }

    /// The function with an index.
    pub fn function(&self, index: u32) -> Option<FunctionDeclaration> {
        self.read().functions.get(index as usize).cloned()
    }

    /// The data object with an index.
    pub fn data(&self, index: u32) -> Option<DataDeclaration> {
        self.read().data.get(index as usize).cloned()
    }

    /// How many functions and how many data objects there are.
    pub fn counts(&self) -> (usize, usize) {
        let tables = self.read();
        (tables.functions.len(), tables.data.len())
    }

    /// The symbol that a name inside of a function stands for.
    pub fn name_of(&self, name: &UserExternalName) -> Option<String> {
        let tables = self.read();
        let index = name.index as usize;
        match name.namespace {
            FUNCTIONS => tables.functions.get(index).map(|function| function.name.clone()),
            DATA => tables.data.get(index).map(|data| data.name.clone()),
            _ => None,
        }
    }

    /// The number by which a caller knows a function.
    pub fn function_id(&self, index: u32) -> i64 {
        self.id(FUNCTIONS, index)
    }

    /// The number by which a caller knows a data object.
    pub fn data_id(&self, index: u32) -> i64 {
        self.id(DATA, index)
    }

    fn id(&self, namespace: u32, index: u32) -> i64 {
        let number = self.serial << 1 | u64::from(namespace);
        (number << INDEX_BITS | u64::from(index + 1)) as i64
    }

    /// The index of the function that a caller names.
    ///
    /// # Errors
    /// `INVALID_HANDLE`, `WRONG_KIND` if the number names something else or is of another module.
    pub fn function_index(&self, name: &str, id: i64) -> Result<u32> {
        self.index(FUNCTIONS, name, id)
    }

    /// The index of the data object that a caller names.
    ///
    /// # Errors
    /// As [`function_index`](Declarations::function_index).
    pub fn data_index(&self, name: &str, id: i64) -> Result<u32> {
        self.index(DATA, name, id)
    }

    fn index(&self, namespace: u32, name: &str, id: i64) -> Result<u32> {
        let what = if namespace == DATA { "data object" } else { "declared function" };
        let index = (id as u64 & ((1 << INDEX_BITS) - 1)) as u32;
        if id <= 0 || index == 0 {
            return fail(ErrorCode::InvalidHandle, format!("`{name}` is {id}, not a {what}"));
        }
        let owner = id as u64 >> INDEX_BITS;
        if owner >> 1 != self.serial {
            let message = format!("`{name}` is no {what} of this module");
            return fail(ErrorCode::WrongKind, message);
        }
        let (functions, data) = self.counts();
        let count = if namespace == DATA { data } else { functions };
        if owner & 1 != u64::from(namespace) || index as usize > count {
            return fail(ErrorCode::WrongKind, format!("`{name}` is no {what}"));
        }
        Ok(index - 1)
    }
}

fn taken<T>(name: &str, what: &str) -> Result<T> {
    fail(ErrorCode::AlreadyExists, format!("`{name}` is declared as {what}"))
}

fn next_index(count: usize) -> Result<u32> {
    if count >= MAX_DECLARATIONS {
        let message = format!("a module has at most {MAX_DECLARATIONS} declarations of a kind");
        return fail(ErrorCode::LimitReached, message);
    }
    Ok(count as u32)
}

/// What two declarations of one name come to: a definition wins over an import, and an exported one
/// over a local one. It is the rule of `cranelift_module`.
fn stronger(one: Linkage, other: Linkage) -> Linkage {
    match (one, other) {
        (Linkage::Export, _) | (_, Linkage::Export) => Linkage::Export,
        (Linkage::Local, _) | (_, Linkage::Local) => Linkage::Local,
        (Linkage::Import, Linkage::Import) => Linkage::Import,
    }
}
