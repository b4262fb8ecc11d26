//! Adapters: code that loads arguments from memory, calls, and stores results.

use super::words_of;
use crate::isa::{self, Kind};
use crate::jit::{Linked, link_alone};
use crate::module::compile_for;
use cranelift_codegen::ir::{
    AbiParam, Endianness, Function, InstBuilder, MemFlagsData, Signature, Type, UserFuncName,
    Value, types,
};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use ffi_rt::{Result, ResultExt};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use target_lexicon::Triple;

/// How many adapters are kept for further modules before they are made anew.
const KEPT_MAX: usize = 512;

/// What an adapter depends on: the signature, and whether i128 follows LLVM's rules.
type Key = (Signature, bool);

static KEPT: Mutex<Option<HashMap<Key, Arc<Adapter>>>> = Mutex::new(None);

/// Compiled code that calls functions of one signature.
pub(crate) struct Adapter {
    entry: extern "C" fn(usize, *const i64, *mut i64),
    /// Keeps the code in memory.
    _linked: Arc<Linked>,
}

/// The host's target, for functions that are in no module.
pub(super) fn host() -> Result<&'static OwnedTargetIsa> {
    static HOST: OnceLock<OwnedTargetIsa> = OnceLock::new();
    if let Some(known) = HOST.get() {
        return Ok(known);
    }
    let settings = ["enable_llvm_abi_extensions=true", "enable_multi_ret_implicit_sret=true"];
    let made = isa::target(Triple::host(), Kind::Jit, &settings)?.isa;
    Ok(HOST.get_or_init(|| made))
}

impl Adapter {
    /// The adapter for a signature, made or known.
    ///
    /// # Errors
    /// `UNSUPPORTED` if Cranelift cannot call the signature on this host.
    pub(super) fn of(isa: &OwnedTargetIsa, signature: &Signature) -> Result<Arc<Adapter>> {
        let key = (signature.clone(), isa.flags().enable_llvm_abi_extensions());
        let lock = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get_or_insert_default().get(&key) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(Adapter::new(isa, signature)?);
        let mut kept = lock();
        let kept = kept.get_or_insert_default();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&made));
        Ok(made)
    }

    fn new(isa: &OwnedTargetIsa, signature: &Signature) -> Result<Adapter> {
        let function = build(isa, signature);
        let own = function.signature.clone();
        let code = compile_for(&**isa, function, 0, "a call", None)
            .context(format_args!("calling a function of the signature {signature}"))?;
        let (address, linked) = link_alone(isa, "(call)", own, code)?;
        let pointer: *const () = std::ptr::with_exposed_provenance(address);
        // SAFETY: `build` gives a function with these parameters and no result in the convention
        // of the host's C, linked at this address.
        let entry = unsafe {
            std::mem::transmute::<*const (), extern "C" fn(usize, *const i64, *mut i64)>(pointer)
        };
        Ok(Adapter { entry, _linked: linked })
    }

    /// Calls the function at `address`, which has this signature; traps are not caught.
    pub(super) fn call(&self, address: usize, args: &[i64], results: &mut [i64]) {
        (self.entry)(address, args.as_ptr(), results.as_mut_ptr());
    }

    /// The code, for a caller that prepares for traps.
    pub(super) fn entry(&self) -> extern "C" fn(usize, *const i64, *mut i64) {
        self.entry
    }
}

/// `fn(function, args, results)`: loads, calls, stores.
fn build(isa: &OwnedTargetIsa, signature: &Signature) -> Function {
    let pointer = isa.pointer_type();
    let mut own = Signature::new(CallConv::triple_default(isa.triple()));
    own.params = vec![AbiParam::new(pointer); 3];
    let mut function = Function::with_name_signature(UserFuncName::user(0, 0), own);
    let mut context = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(&mut function, &mut context);
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    builder.seal_block(block);
    let [target, args, results] = [0, 1, 2].map(|index| builder.block_params(block)[index]);
    let is_big = isa.endianness() == Endianness::Big;
    let mut offset = 0;
    let mut values = Vec::new();
    for param in &signature.params {
        values.push(load(&mut builder, args, offset, param.value_type, is_big));
        offset += 8 * words_of(param.value_type) as i32;
    }
    let called = builder.import_signature(signature.clone());
    let call = builder.ins().call_indirect(called, target, &values);
    let mut offset = 0;
    for index in 0..signature.returns.len() {
        let value = builder.inst_results(call)[index];
        let ty = signature.returns[index].value_type;
        store(&mut builder, results, offset, ty, value, is_big);
        offset += 8 * words_of(ty) as i32;
    }
    builder.ins().return_(&[]);
    builder.finalize(isa.frontend_config());
    function
}

/// Where in its word a value lies that is smaller than it.
fn place(offset: i32, ty: Type, is_big: bool) -> i32 {
    if is_big && ty.bytes() < 8 { offset + 8 - ty.bytes() as i32 } else { offset }
}

fn load(b: &mut FunctionBuilder, base: Value, offset: i32, ty: Type, is_big: bool) -> Value {
    let flags = MemFlagsData::trusted();
    if ty == types::I128 {
        let low = b.ins().load(types::I64, flags, base, offset);
        let high = b.ins().load(types::I64, flags, base, offset + 8);
        return b.ins().iconcat(low, high);
    }
    b.ins().load(ty, flags, base, place(offset, ty, is_big))
}

fn store(b: &mut FunctionBuilder, base: Value, offset: i32, ty: Type, value: Value, is_big: bool) {
    let flags = MemFlagsData::trusted();
    if ty == types::I128 {
        let (low, high) = b.ins().isplit(value);
        b.ins().store(flags, low, base, offset);
        b.ins().store(flags, high, base, offset + 8);
    } else if ty.is_int() && ty.bits() < 64 {
        let wide = b.ins().sextend(types::I64, value);
        b.ins().store(flags, wide, base, offset);
    } else {
        b.ins().store(flags, value, base, place(offset, ty, is_big));
    }
}
