//! Signatures: what a function takes, gives and how it is called.

use crate::types::{self, Convention};
use cranelift_codegen::ir::{self, AbiParam, ArgumentExtension, ArgumentPurpose};
use cranelift_codegen::isa::CallConv;
use ffi_rt::{ErrorCode, Result, fail};
use std::sync::atomic::{AtomicU64, Ordering};

/// How many parameters, and how many results, a signature may have.
pub const MAX_PARAMS: usize = 1000;

/// A signature that a caller is putting together. It belongs to no module and to no target.
#[derive(Debug)]
pub struct Signature {
    convention: Convention,
    params: Vec<AbiParam>,
    returns: Vec<AbiParam>,
    /// Changes with each change, so that a context knows a signature that it has met before.
    version: u64,
}

static NEXT_VERSION: AtomicU64 = AtomicU64::new(1);

fn next_version() -> u64 {
    NEXT_VERSION.fetch_add(1, Ordering::Relaxed)
}

impl Signature {
    /// No parameters, no results.
    ///
    /// # Errors
    /// `INVALID_ENUM` if `convention` is the code of no calling convention.
    pub fn new(convention: i64) -> Result<Signature> {
        let convention = types::convention(convention)?;
        let (params, returns) = (Vec::new(), Vec::new());
        Ok(Signature { convention, params, returns, version: next_version() })
    }

    /// Adds a parameter at the end.
    ///
    /// # Errors
    /// `INVALID_ENUM`, or `LIMIT_REACHED` after [`MAX_PARAMS`].
    pub fn add_param(&mut self, code: i64) -> Result<()> {
        let param = AbiParam::new(types::ty(code)?);
        self.changed();
        push(&mut self.params, "parameters", param)
    }

    /// Adds a parameter with an extension to a register's width and a special purpose: the codes of
    /// the enums `CraneliftExtension` and `CraneliftPurpose`.
    ///
    /// # Errors
    /// As [`add_param`](Signature::add_param); `INVALID_ARGUMENT` if the type does not fit.
    pub fn add_special_param(&mut self, code: i64, extension: i64, purpose: i64) -> Result<()> {
        let param = special(code, extension, purpose)?;
        self.changed();
        push(&mut self.params, "parameters", param)
    }

    /// Adds a result at the end.
    ///
    /// # Errors
    /// As [`add_param`](Signature::add_param).
    pub fn add_return(&mut self, code: i64) -> Result<()> {
        let result = AbiParam::new(types::ty(code)?);
        self.changed();
        push(&mut self.returns, "results", result)
    }

    /// Adds a result with an extension to a register's width and a special purpose.
    ///
    /// # Errors
    /// As [`add_special_param`](Signature::add_special_param); `INVALID_ARGUMENT` for a context,
    /// which nobody returns.
    pub fn add_special_return(&mut self, code: i64, extension: i64, purpose: i64) -> Result<()> {
        let result = special(code, extension, purpose)?;
        if result.purpose == ArgumentPurpose::VMContext {
            return fail(ErrorCode::InvalidArgument, "a context is a parameter, not a result");
        }
        self.changed();
        push(&mut self.returns, "results", result)
    }

    /// Makes the type the only result.
    ///
    /// # Errors
    /// `INVALID_ENUM` if `code` is the code of no type.
    pub fn set_return(&mut self, code: i64) -> Result<()> {
        let result = AbiParam::new(types::ty(code)?);
        self.changed();
        self.returns.clear();
        push(&mut self.returns, "results", result)
    }

    /// The signature as Cranelift has it, for a target whose C convention is `default`.
    pub fn lower(&self, default: CallConv) -> ir::Signature {
        let call_conv = match self.convention {
            Convention::Fixed(convention) => convention,
            Convention::TargetDefault => default,
        };
        ir::Signature { params: self.params.clone(), returns: self.returns.clone(), call_conv }
    }

    /// A number that no other signature, and no other state of this one, has.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The calling convention, as it was asked for.
    pub fn convention(&self) -> Convention {
        self.convention
    }

    /// The parameters.
    pub fn params(&self) -> &[AbiParam] {
        &self.params
    }

    /// The results.
    pub fn returns(&self) -> &[AbiParam] {
        &self.returns
    }

    fn changed(&mut self) {
        self.version = next_version();
    }
}

fn push(list: &mut Vec<AbiParam>, what: &str, param: AbiParam) -> Result<()> {
    if list.len() >= MAX_PARAMS {
        let message = format!("a signature has at most {MAX_PARAMS} {what}");
        return fail(ErrorCode::LimitReached, message);
    }
    list.push(param);
    Ok(())
}

fn special(code: i64, extension: i64, purpose: i64) -> Result<AbiParam> {
    let ty = types::ty(code)?;
    let extension = match extension {
        0 => ArgumentExtension::None,
        1 => ArgumentExtension::Uext,
        2 => ArgumentExtension::Sext,
        _ => {
            let message = format!("{extension} is the code of no extension");
            return fail(ErrorCode::InvalidEnum, message);
        }
    };
    let purpose = match purpose {
        0 => ArgumentPurpose::Normal,
        1 => ArgumentPurpose::StructReturn,
        2 => ArgumentPurpose::VMContext,
        _ => {
            let message = format!("{purpose} is the code of no purpose");
            return fail(ErrorCode::InvalidEnum, message);
        }
    };
    if extension != ArgumentExtension::None && !ty.is_int() {
        return fail(ErrorCode::InvalidArgument, format!("{ty} cannot be extended"));
    }
    if purpose != ArgumentPurpose::Normal && ty != ir::types::I64 {
        let message = format!("a parameter with this purpose is a pointer, not {ty}");
        return fail(ErrorCode::InvalidArgument, message);
    }
    Ok(AbiParam { value_type: ty, purpose, extension })
}
