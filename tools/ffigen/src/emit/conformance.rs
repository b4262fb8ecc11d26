//! The conformance program: C that holds every function wrong in every way that the ABI contract allows to be noticed,
//! and then runs its example.
//!
//! It is plain C11 with the public header only, so that it tests what a user of the library gets.

pub mod view;

use crate::files::Files;
use crate::model::Model;

/// Writes the program.
pub fn emit(_model: &Model, _files: &mut Files) {}
