#![doc = include_str!("../README.md")]

pub mod call;
pub mod codegen;
pub mod data;
pub mod declarations;
pub mod disas;
pub mod function;
pub mod isa;
pub mod jit;
pub mod line;
pub mod module;
pub mod object;
pub mod record;
pub mod signature;
#[cfg(test)]
mod testing;
pub mod text;
pub mod types;
pub mod unwind;
