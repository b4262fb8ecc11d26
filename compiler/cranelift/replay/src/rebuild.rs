//! A function of the reader as calls of the C API.
//!
//! Nothing but numbers of the API's own (codes, handles) and texts goes over. What has no counterpart there is
//! [`Failure::Unsupported`], before anything is built where that can be known.

mod control;
mod instruction;
mod order;

use crate::api::{ApiError, Arg, LACKING, Library};
use crate::outcome::Outcome;
use cranelift_codegen::ir::entities::AnyEntity;
use cranelift_codegen::ir::{
    ArgumentExtension, ArgumentPurpose, Block, ExternalName, FuncRef, Function, GlobalValue,
    GlobalValueData, Inst, LibCall, SigRef, Signature, StackSlot, StackSlotKind, Type, Value,
    types,
};
use cranelift_codegen::isa::CallConv;
use std::collections::{BTreeMap, HashMap};

/// Why a function, or a call of it, did not come about.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The API has no function for it, or it depends on one of that kind.
    Unsupported(String),
    /// The API reported an error.
    Failed(String),
    /// The API reported that the target cannot do this.
    Unable(String),
}

impl Failure {
    /// What that is for a check.
    pub fn outcome(&self) -> Outcome {
        match self {
            Failure::Unsupported(reason) => Outcome::Skipped(reason.clone()),
            Failure::Failed(reason) | Failure::Unable(reason) => Outcome::Failed(reason.clone()),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Failure {
        match error.code {
            LACKING => Failure::Unsupported(error.message),
            code => Failure::Failed(format!("{} (code {code})", error.message)),
        }
    }
}

/// An error that the API reported about one thing of the function.
#[derive(Debug)]
pub struct Report {
    /// What the call was about, as the reader numbers it.
    pub entity: AnyEntity,
    /// The error.
    pub error: ApiError,
}

/// What comes of building.
pub type Built<T> = Result<T, Failure>;

/// Functions of the module by their name in the file.
pub trait Names {
    /// The handle of a declared function for an external name with its signature.
    ///
    /// # Errors
    /// If there is no such function.
    fn function(&self, name: &ExternalName, func: &Function, signature: &Signature) -> Built<i64>;

    /// The symbol of a function of the file.
    ///
    /// # Errors
    /// If there is no such function.
    fn symbol(&self, name: &ExternalName) -> Built<String>;
}

/// A function that is being built.
pub struct Rebuild<'a, N: Names> {
    library: &'a Library,
    names: &'a N,
    func: &'a Function,
    /// The context, a handle.
    pub ctx: i64,
    blocks: HashMap<Block, i64>,
    values: HashMap<Value, i64>,
    slots: HashMap<StackSlot, i64>,
    functions: HashMap<FuncRef, i64>,
    signatures: BTreeMap<SigRef, i64>,
    /// Instructions in the order of building: the API numbers them so.
    pub built: Vec<Inst>,
    /// Errors that calls reported, in order.
    pub reports: Vec<Report>,
}

/// What the function has and the API has nothing for.
fn unsupported<T>(what: impl std::fmt::Display) -> Built<T> {
    Err(Failure::Unsupported(format!("the C API has no {what}")))
}

/// The API's code of a type.
pub fn type_code(library: &Library, ty: Type) -> Built<i64> {
    let name = match ty {
        types::I8 => "I8",
        types::I16 => "I16",
        types::I32 => "I32",
        types::I64 => "I64",
        types::I128 => "I128",
        types::F16 => "F16",
        types::F32 => "F32",
        types::F64 => "F64",
        types::F128 => "F128",
        ty if ty.is_vector() || ty.is_dynamic_vector() => {
            return unsupported("vector types");
        }
        ty => return unsupported(format!("type {ty}")),
    };
    match library.code("CraneliftType", name) {
        Some(code) => Ok(code),
        None => unsupported(format!("type {ty}")),
    }
}

/// A handle of a signature.
///
/// # Errors
/// If the API cannot say it.
pub fn signature(library: &Library, signature: &Signature) -> Built<i64> {
    let name = match signature.call_conv {
        CallConv::SystemV => "SYSTEM_V",
        CallConv::WindowsFastcall => "WINDOWS_FASTCALL",
        CallConv::Fast => "FAST",
        CallConv::Tail => "TAIL",
        CallConv::PreserveAll => "PRESERVE_ALL",
        other => return unsupported(format!("calling convention {other}")),
    };
    let Some(convention) = library.code("CraneliftCallConv", name) else {
        return unsupported(format!("calling convention {}", signature.call_conv));
    };
    let params: Vec<_> =
        signature.params.iter().map(|p| param(library, p)).collect::<Result<_, _>>()?;
    let returns: Vec<_> =
        signature.returns.iter().map(|p| param(library, p)).collect::<Result<_, _>>()?;
    let handle = library.int("rt_cranelift_new_signature", &[Arg::Int(convention)])?;
    let add = |kind: &str, [ty, extension, purpose]: [i64; 3]| {
        let plain = [Arg::Int(handle), Arg::Int(ty)];
        let special = [plain[0], plain[1], Arg::Int(extension), Arg::Int(purpose)];
        match (extension, purpose) {
            (0, 0) => library.int(&format!("rt_cranelift_sig_add_{kind}"), &plain),
            _ => library.int(&format!("rt_cranelift_sig_add_special_{kind}"), &special),
        }
    };
    for codes in params {
        add("param", codes)?;
    }
    for codes in returns {
        if codes[1..] != [0, 0] && !library.has("rt_cranelift_sig_add_special_return") {
            return unsupported("results with an extension or a purpose");
        }
        add("return", codes)?;
    }
    Ok(handle)
}

/// Type, extension and purpose of a parameter as codes.
fn param(library: &Library, param: &cranelift_codegen::ir::AbiParam) -> Built<[i64; 3]> {
    let extension = match param.extension {
        ArgumentExtension::None => "NONE",
        ArgumentExtension::Uext => "UEXT",
        ArgumentExtension::Sext => "SEXT",
    };
    let purpose = match param.purpose {
        ArgumentPurpose::Normal => "NORMAL",
        ArgumentPurpose::StructReturn => "STRUCT_RETURN",
        ArgumentPurpose::VMContext => "VMCONTEXT",
        other => return unsupported(format!("parameters marked {other}")),
    };
    let code = |group, name| match library.code(group, name) {
        Some(code) => Ok(code),
        None => unsupported(format!("{group} {name}")),
    };
    Ok([
        type_code(library, param.value_type)?,
        code("CraneliftExtension", extension)?,
        code("CraneliftPurpose", purpose)?,
    ])
}

/// The symbol of a routine that compiled code may call.
pub fn libcall_symbol(libcall: LibCall) -> Option<&'static str> {
    Some(match libcall {
        LibCall::CeilF32 => "ceilf",
        LibCall::CeilF64 => "ceil",
        LibCall::FloorF32 => "floorf",
        LibCall::FloorF64 => "floor",
        LibCall::TruncF32 => "truncf",
        LibCall::TruncF64 => "trunc",
        LibCall::NearestF32 => "nearbyintf",
        LibCall::NearestF64 => "nearbyint",
        LibCall::FmaF32 => "fmaf",
        LibCall::FmaF64 => "fma",
        LibCall::Memcpy => "memcpy",
        LibCall::Memset => "memset",
        LibCall::Memmove => "memmove",
        LibCall::Memcmp => "memcmp",
        _ => return None,
    })
}

impl<'a, N: Names> Rebuild<'a, N> {
    /// Builds a function in a fresh context of the module.
    ///
    /// Errors of single calls are collected in `reports`, and building goes on as long as it can.
    ///
    /// # Errors
    /// If the API has no way to say the function.
    pub fn new(library: &'a Library, names: &'a N, func: &'a Function, ctx: i64) -> Self {
        Rebuild {
            library,
            names,
            func,
            ctx,
            blocks: HashMap::new(),
            values: HashMap::new(),
            slots: HashMap::new(),
            functions: HashMap::new(),
            signatures: BTreeMap::new(),
            built: Vec::new(),
            reports: Vec::new(),
        }
    }

    /// Makes all calls that build the function.
    ///
    /// # Errors
    /// If the API has no way to say the function.
    pub fn build(&mut self) -> Built<()> {
        let func = self.func;
        self.check_preamble()?;
        for (slot, data) in &self.func.sized_stack_slots {
            let align = 1_i64 << data.align_shift;
            let args = [Arg::Int(self.ctx), Arg::Int(i64::from(data.size)), Arg::Int(align)];
            let handle = self.call(slot.into(), "rt_cranelift_stack_slot", &args)?;
            self.slots.insert(slot, handle);
        }
        for block in self.func.layout.blocks() {
            let handle =
                self.call(block.into(), "rt_cranelift_create_block", &[Arg::Int(self.ctx)])?;
            self.blocks.insert(block, handle);
        }
        for block in self.func.layout.blocks() {
            self.block_params(block)?;
            if self.func.layout.is_cold(block) {
                self.block_flag(block, "rt_cranelift_set_cold_block", "cold blocks")?;
            }
        }
        for block in order::blocks(self.func)? {
            let args = [Arg::Int(self.ctx), Arg::Int(self.block(block)?)];
            self.call(block.into(), "rt_cranelift_switch_to_block", &args)?;
            for inst in self.func.layout.block_insts(block) {
                if func.debug_tags.has(inst) {
                    return unsupported("debug tags");
                }
                self.source_location(inst)?;
                self.built.push(inst);
                self.instruction(inst)?;
            }
        }
        self.call(AnyEntity::Function, "rt_cranelift_seal_all_blocks", &[Arg::Int(self.ctx)])?;
        Ok(())
    }

    /// Gives up a function that was begun.
    pub fn discard(&self) {
        let free = "rt_cranelift_context_free";
        if self.library.has(free) {
            let _ = self.library.int(free, &[Arg::Int(self.ctx)]);
        }
    }

    /// What stands before the blocks and has no counterpart.
    fn check_preamble(&self) -> Built<()> {
        let func = self.func;
        if func.stack_limit.is_some() {
            return unsupported("stack limits");
        }
        if func.dynamic_stack_slots.keys().next().is_some() {
            return unsupported("dynamic stack slots");
        }
        if func.sized_stack_slots.values().any(|data| data.kind != StackSlotKind::ExplicitSlot) {
            return unsupported("stack slots of other kinds");
        }
        if func.dfg.ext_funcs.values().any(|data| data.patchable) {
            return unsupported("patchable calls");
        }
        Ok(())
    }

    fn block_params(&mut self, block: Block) -> Built<()> {
        let handle = self.block(block)?;
        for &param in self.func.dfg.block_params(block) {
            let ty = type_code(self.library, self.func.dfg.value_type(param))?;
            let args = [Arg::Int(self.ctx), Arg::Int(handle), Arg::Int(ty)];
            let value = self.call(block.into(), "rt_cranelift_append_block_param", &args)?;
            self.values.insert(param, value);
        }
        Ok(())
    }

    fn block_flag(&mut self, block: Block, function: &str, what: &str) -> Built<()> {
        if !self.library.has(function) {
            return unsupported(what);
        }
        let args = [Arg::Int(self.ctx), Arg::Int(self.block(block)?)];
        self.call(block.into(), function, &args).map(drop)
    }

    fn source_location(&mut self, inst: Inst) -> Built<()> {
        let location = self.func.srcloc(inst);
        if !location.is_default() && self.library.has("rt_cranelift_set_srcloc") {
            let args = [Arg::Int(self.ctx), Arg::Int(i64::from(location.bits()))];
            self.call(inst.into(), "rt_cranelift_set_srcloc", &args)?;
        }
        Ok(())
    }

    /// Makes a call; an error is noted with what it was about, and 0 stands for the result.
    fn call(&mut self, entity: AnyEntity, name: &str, args: &[Arg<'_>]) -> Built<i64> {
        if !self.library.has(name) {
            return unsupported(format!("function {name}"));
        }
        match self.library.int(name, args) {
            Ok(result) => Ok(result),
            Err(error) => {
                self.reports.push(Report { entity, error });
                Ok(0)
            }
        }
    }

    fn block(&self, block: Block) -> Built<i64> {
        match self.blocks.get(&block) {
            Some(handle) => Ok(*handle),
            None => unsupported(format!("block without a place in the function: {block}")),
        }
    }

    fn value(&self, value: Value) -> Built<i64> {
        let value = self.func.dfg.resolve_aliases(value);
        match self.values.get(&value) {
            Some(handle) => Ok(*handle),
            None => unsupported("uses of a value before it is built"),
        }
    }

    fn slot(&self, slot: StackSlot) -> Built<i64> {
        self.slots
            .get(&slot)
            .copied()
            .map_or_else(|| unsupported("slots that are not declared"), Ok)
    }

    fn signature(&mut self, sig: SigRef) -> Built<i64> {
        if let Some(handle) = self.signatures.get(&sig) {
            return Ok(*handle);
        }
        let handle = signature(self.library, &self.func.dfg.signatures[sig])?;
        self.signatures.insert(sig, handle);
        Ok(handle)
    }

    fn function(&mut self, function: FuncRef, inst: Inst) -> Built<i64> {
        if let Some(handle) = self.functions.get(&function) {
            return Ok(*handle);
        }
        let data = &self.func.dfg.ext_funcs[function];
        let sig = &self.func.dfg.signatures[data.signature];
        let declared = self.names.function(&data.name, self.func, sig)?;
        let args = [Arg::Int(self.ctx), Arg::Int(declared)];
        let handle = self.call(inst.into(), "rt_cranelift_import_function", &args)?;
        self.functions.insert(function, handle);
        Ok(handle)
    }

    /// The function that a symbol names, and the offset from its start.
    fn global_symbol(&self, global: GlobalValue) -> Built<(&'a ExternalName, i64)> {
        match &self.func.global_values[global] {
            GlobalValueData::Symbol { name, offset, tls: false, .. } => Ok((name, offset.bits())),
            GlobalValueData::Symbol { .. } => unsupported("thread-local symbols"),
            GlobalValueData::VMContext => unsupported("global values of kind vmctx"),
            _ => unsupported("global values of kind load and iadd_imm"),
        }
    }
}

impl<N: Names> Drop for Rebuild<'_, N> {
    fn drop(&mut self) {
        for handle in self.signatures.values() {
            let _ = self.library.int("rt_cranelift_signature_free", &[Arg::Int(*handle)]);
        }
    }
}
