//! What a function takes from its module: functions, data and signatures.

use super::builder::Building;
use super::{Built, FunctionContext, no_such, refuse};
use crate::declarations::{DATA, Declarations, FUNCTIONS, Symbol};
use crate::signature::Signature;
use crate::types::Linkage;
use cranelift_codegen::entity::EntityRef;
use cranelift_codegen::ir::immediates::Imm64;
use cranelift_codegen::ir::{
    ExtFuncData, ExternalName, FuncRef, GlobalValue, GlobalValueData, InstructionData, Opcode,
    SigRef, UserExternalName, types as ir,
};
use cranelift_codegen::isa::CallConv;
use ffi_rt::{ErrorCode, Result};
use std::sync::Arc;

/// Whether code may reach a symbol by its distance: not what lies elsewhere, and not what a linker may
/// put another in place of.
fn is_near(module: &Declarations, linkage: Linkage) -> bool {
    match linkage {
        Linkage::Local => true,
        Linkage::Import => false,
        Linkage::Export => !module.isa().flags().is_pic(),
    }
}

impl Building {
    fn module(&self) -> Built<Arc<Declarations>> {
        match &self.declarations {
            Some(declarations) => Ok(declarations.clone()),
            None => refuse(ErrorCode::InvalidArgument, "the function was begun for no module"),
        }
    }

    fn import(&mut self, index: u32) -> Built<FuncRef> {
        if let Some(&known) = self.imports.get(&index) {
            return Ok(known);
        }
        let module = self.module()?;
        let Some(declared) = module.function(index) else {
            return refuse(ErrorCode::InvalidHandle, "the function is not declared");
        };
        let name = UserExternalName { namespace: FUNCTIONS, index };
        let name = self.builder().func.declare_imported_user_function(name);
        let signature = self.builder().import_signature(declared.signature);
        let colocated = is_near(&module, declared.linkage);
        let data =
            ExtFuncData { name: ExternalName::user(name), signature, colocated, patchable: false };
        let func = self.builder().import_function(data);
        self.imports.insert(index, func);
        Ok(func)
    }

    /// The function that a caller means: a number that `import_function` gave, or a declared
    /// function of the module, which is imported.
    pub(super) fn callee(&mut self, name: &'static str, handle: i64) -> Built<FuncRef> {
        let index = (handle as u64).wrapping_sub(1);
        if index < self.dfg().ext_funcs.len() as u64 {
            return Ok(FuncRef::from_u32(index as u32));
        }
        if handle < 1 << 24 {
            return Err(no_such(name, handle, "import", self.dfg().ext_funcs.len()));
        }
        let declared = self.module()?.function_index(name, handle)?;
        self.import(declared)
    }

    fn data_value(&mut self, handle: i64) -> Built<(GlobalValue, bool)> {
        let module = self.module()?;
        let index = module.data_index("data", handle)?;
        let Some(declared) = module.data(index) else {
            return refuse(ErrorCode::InvalidHandle, "the data is not declared");
        };
        if let Some(&known) = self.data.get(&index) {
            return Ok((known, declared.is_thread_local));
        }
        let name = UserExternalName { namespace: DATA, index };
        let name = self.builder().func.declare_imported_user_function(name);
        let value = self.builder().create_global_value(GlobalValueData::Symbol {
            name: ExternalName::user(name),
            offset: Imm64::new(0),
            colocated: is_near(&module, declared.linkage),
            tls: declared.is_thread_local,
        });
        self.data.insert(index, value);
        Ok((value, declared.is_thread_local))
    }

    fn data_addr(&mut self, handle: i64, wants_thread_local: Option<bool>) -> Built {
        let (global_value, is_thread_local) = self.data_value(handle)?;
        if wants_thread_local.is_some_and(|wanted| wanted != is_thread_local) {
            let what = if is_thread_local { "is" } else { "is not" };
            let message = format!("the data {what} thread-local");
            return refuse(ErrorCode::InvalidArgument, message);
        }
        let opcode = if is_thread_local { Opcode::TlsValue } else { Opcode::SymbolValue };
        self.append_value(InstructionData::UnaryGlobalValue { opcode, global_value }, ir::I64)
    }

    pub(super) fn signature(&mut self, signature: &Signature, default: CallConv) -> SigRef {
        if let Some(&known) = self.signatures.get(&signature.version()) {
            return known;
        }
        let imported = self.builder().import_signature(signature.lower(default));
        self.signatures.insert(signature.version(), imported);
        imported
    }

    fn func_addr(&mut self, func_ref: FuncRef) -> Built {
        let data = InstructionData::FuncAddr { opcode: Opcode::FuncAddr, func_ref };
        self.append_value(data, ir::I64)
    }
}

impl FunctionContext {
    /// Makes a declared function known to this one; gives the number for `call`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block); `WRONG_KIND` for what another module
    /// declared.
    pub fn import_function(&mut self, func: i64) -> Result<i64> {
        self.build("import_function", |b| {
            let index = b.module()?.function_index("func", func)?;
            Ok(b.import(index)?.index() as i64 + 1)
        })
    }

    /// `func_addr.i64 func`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn func_addr(&mut self, func: i64) -> Result<i64> {
        self.build(Opcode::FuncAddr, |b| {
            let func = b.callee("func", func)?;
            b.func_addr(func)
        })
    }

    /// The address of a function that is declared under a name.
    ///
    /// # Errors
    /// `NOT_FOUND` if there is none; see [`create_block`](FunctionContext::create_block).
    pub fn function_addr_in_func(&mut self, name: &str) -> Result<i64> {
        self.build(Opcode::FuncAddr, |b| match b.module()?.symbol(name) {
            Some(Symbol::Function(index)) => {
                let func = b.import(index)?;
                b.func_addr(func)
            }
            _ => refuse(ErrorCode::NotFound, format!("no function `{name}` is declared")),
        })
    }

    /// The address of a data object: `symbol_value`, or `tls_value` for a thread-local one.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn data_addr(&mut self, data: i64) -> Result<i64> {
        self.build("data_addr_in_func", |b| b.data_addr(data, None))
    }

    /// `symbol_value.i64 data`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn symbol_value(&mut self, data: i64) -> Result<i64> {
        self.build(Opcode::SymbolValue, |b| b.data_addr(data, Some(false)))
    }

    /// `tls_value.i64 data`.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn tls_value(&mut self, data: i64) -> Result<i64> {
        self.build(Opcode::TlsValue, |b| b.data_addr(data, Some(true)))
    }
}
