#![doc = include_str!("../README.md")]
//!
//! The program `main` only reads the command line.

pub mod difference;
pub mod meaning;
pub mod pending;
pub mod session;
