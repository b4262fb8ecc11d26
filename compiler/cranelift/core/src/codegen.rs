//! Compiling whole texts, one after another, for programs that keep no modules of their own.
//!
//! Each text becomes a module. A text that fails leaves nothing behind; a later text may refer to
//! the functions of earlier ones.

use crate::isa::Kind;
use crate::module::Module;
use crate::types::Linkage;
use ffi_rt::{ErrorCode, Result, fail};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use target_lexicon::Triple;

/// Functions of texts that were compiled into memory.
#[derive(Default)]
pub struct Codegen(Mutex<Texts>);

#[derive(Default)]
struct Texts {
    functions: HashMap<String, usize>,
    /// Keep the code in memory.
    modules: Vec<Module>,
}

impl Codegen {
    /// Compiles the functions of a text in Cranelift's format.
    ///
    /// # Errors
    /// Those of [`define_text`](crate::module::Shared::define_text) and
    /// [`link`](crate::module::Shared::link); `ALREADY_EXISTS` if an earlier text has a function of
    /// the same name.
    pub fn compile(&self, name: &str, source: &str) -> Result<()> {
        let module = Module::new(name, Kind::Jit, Triple::host(), &[])?;
        module.define_text(source)?;
        let texts = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = module.functions()?;
        let (here, imported): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|one| one.linkage != Linkage::Import);
        if let Some(twice) = here.iter().find(|one| texts.functions.contains_key(&one.name)) {
            let message = format!("function `{}` is compiled already", twice.name);
            return fail(ErrorCode::AlreadyExists, message);
        }
        for function in imported {
            if let Some(&address) = texts.functions.get(&function.name) {
                module.add_symbol(&function.name, address)?;
            }
        }
        module.link()?;
        let mut addresses = Vec::with_capacity(here.len());
        for function in here {
            let address = module.function_address(module.find_function(&function.name)?)?;
            addresses.push((function.name, address));
        }
        texts.functions.extend(addresses);
        texts.modules.push(module);
        Ok(())
    }

    /// The address of a compiled function.
    ///
    /// # Errors
    /// `NOT_FOUND` if no text has such a function.
    pub fn function(&self, name: &str) -> Result<usize> {
        let texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match texts.functions.get(name) {
            Some(&address) => Ok(address),
            None => fail(ErrorCode::NotFound, format!("no function `{name}` is compiled")),
        }
    }
}
