#![doc = include_str!("../README.md")]
#![deny(clippy::disallowed_methods)]

mod diagnostic;
mod print;
mod source;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use print::{Style, json_line, json_message_line, print, print_message};
pub use source::{NotText, Position, SourceFile, Span};
