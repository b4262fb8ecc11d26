#![doc = include_str!("../README.md")]

pub mod declarations;
pub mod function;
pub mod signature;
pub mod types;
