//! Variables that are assigned many times: the frontend turns them into values and block
//! parameters.

use super::builder::{Building, handle_of};
use super::{Built, FunctionContext, no_such, refuse};
use crate::types;
use cranelift_codegen::entity::EntityRef;
use cranelift_codegen::ir::Type;
use cranelift_frontend::Variable;
use ffi_rt::{ErrorCode, Result};

/// How many variables a function may have.
const MAX_VARIABLES: usize = 1 << 24;

impl Building {
    fn variable(&self, handle: i64) -> Built<(Variable, Type)> {
        let index = (handle as u64).wrapping_sub(1) as usize;
        match self.variables.get(index) {
            Some(&ty) => Ok((Variable::new(index), ty)),
            None => Err(no_such("variable", handle, "variable", self.variables.len())),
        }
    }
}

impl FunctionContext {
    /// Makes a variable of a type.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    pub fn declare_var(&mut self, ty: i64) -> Result<i64> {
        self.build("declare_var", |building| {
            let ty = types::ty(ty)?;
            if building.variables.len() >= MAX_VARIABLES {
                return refuse(ErrorCode::LimitReached, "the function has too many variables");
            }
            building.variables.push(ty);
            let variable = building.builder().declare_var(ty);
            Ok(variable.index() as i64 + 1)
        })
    }

    /// Assigns a value to a variable in the current block.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    #[inline]
    pub fn def_var(&mut self, variable: i64, value: i64) -> Result<()> {
        self.build("def_var", |building| {
            let (variable, wanted) = building.variable(variable)?;
            let (value, ty) = building.value("value", value)?;
            if ty != wanted {
                let message = format!("{value} is {ty}, the variable {wanted}");
                return refuse(ErrorCode::InvalidArgument, message);
            }
            building.open_block()?;
            building.builder().def_var(variable, value);
            Ok(())
        })
    }

    /// The value that a variable has in the current block.
    ///
    /// # Errors
    /// See [`create_block`](FunctionContext::create_block).
    #[inline]
    pub fn use_var(&mut self, variable: i64) -> Result<i64> {
        self.build("use_var", |building| {
            let (variable, _) = building.variable(variable)?;
            building.open_block()?;
            Ok(handle_of(building.builder().use_var(variable)))
        })
    }
}
