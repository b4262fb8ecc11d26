//! JIT modules: compiled functions linked into memory, as often as there are new ones.
//!
//! Linking is all or nothing: every name is resolved before a byte is written, so that a missing
//! symbol leaves the module as it was.

mod debugger;
mod elf;
mod frames;
mod libcalls;
mod link;
mod memory;
pub(crate) mod ranges;
pub(crate) mod registry;
mod reloc;

use crate::isa::Kind;
use crate::module::{Body, Module, Shared};
use ffi_rt::{ErrorCode, Result, fail};
use std::sync::Arc;

pub(crate) use link::link_alone;
pub(crate) use registry::Linked;
pub use registry::{FoundHandler, handlers_of};

/// What of a JIT module is in memory.
#[derive(Default)]
pub(crate) struct Image {
    /// Where there is room for more.
    arenas: Vec<(Arc<memory::Arena>, memory::Free)>,
    /// What is linked; dropping it makes the code unknown.
    linked: Vec<Arc<Linked>>,
}

impl Shared {
    /// Links all that is defined and not linked yet, and makes it callable.
    ///
    /// # Errors
    /// `NOT_FOUND` if something refers to a name that is defined neither here nor in the table of
    /// symbols nor in the process: the message lists them. The module stays as it was.
    pub fn link(&self) -> Result<()> {
        let mut state = self.open()?;
        if self.kind() != Kind::Jit {
            return Ok(());
        }
        link::link(self, &mut state)
    }

    /// Gives the address of an imported name; it counts before the names of the process.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a null address, an impossible name, or a module that is no JIT
    /// module; `ALREADY_EXISTS` if the name has another address already.
    pub fn add_symbol(&self, name: &str, address: usize) -> Result<()> {
        self.must_be_jit("symbols have addresses in a JIT module only")?;
        crate::module::check_name(name)?;
        if address == 0 {
            let message = format!("the address of symbol `{name}` is null");
            return fail(ErrorCode::InvalidArgument, message);
        }
        let mut state = self.open()?;
        match state.symbols.get(name) {
            Some(&old) if old != address => {
                fail(ErrorCode::AlreadyExists, format!("symbol `{name}` has an address already"))
            }
            _ => {
                state.symbols.insert(name.to_owned(), address);
                Ok(())
            }
        }
    }

    /// The address of a linked function.
    ///
    /// # Errors
    /// `NOT_FOUND` if it is not defined or not linked, `INVALID_ARGUMENT` for an object module.
    pub fn function_address(&self, id: i64) -> Result<usize> {
        self.must_be_jit("functions have addresses in a JIT module only")?;
        let mut state = self.open()?;
        let index = self.declarations().function_index("function", id)?;
        let name = self.declared(index)?.name;
        let function = state.function(index);
        match (function.address, &function.body) {
            (Some(address), _) => Ok(address),
            (None, Body::Compiled(_)) => {
                let message = format!("function `{name}` is not finalized; finalize the module");
                fail(ErrorCode::NotFound, message)
            }
            _ => fail(ErrorCode::NotFound, format!("function `{name}` is not defined")),
        }
    }

    /// The address of a linked data object.
    ///
    /// # Errors
    /// As for [`function_address`](Shared::function_address).
    pub fn data_address(&self, id: i64) -> Result<usize> {
        self.must_be_jit("data has addresses in a JIT module only")?;
        let mut state = self.open()?;
        let index = self.declarations().data_index("data", id)?;
        match state.data(index).address {
            Some(address) => Ok(address),
            None => {
                let name = self.declared_data(index)?.name;
                let message = format!("data `{name}` is not defined or not finalized");
                fail(ErrorCode::NotFound, message)
            }
        }
    }

    fn must_be_jit(&self, why: &str) -> Result<()> {
        match self.kind() {
            Kind::Jit => Ok(()),
            Kind::Object => fail(
                ErrorCode::InvalidArgument,
                format!("module `{}` is an object module: {why}", self.name()),
            ),
        }
    }
}

impl Module {
    /// Frees the module, as dropping does. Calls that run keep the memory until they end.
    pub fn free(self) {
        drop(self);
    }
}
