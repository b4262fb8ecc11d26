//! The list of rules; one file per rule, or per few rules about one kind of file.

mod attributes;
mod boundaries;
mod cargo;
mod doors;
mod ffi_packages;
mod header;
mod hosts;
mod layout;
mod limits;
mod markdown;
mod sources;
mod spec_keys;
mod templates;
mod todo;
mod unsafety;
mod versions;
mod words;

use crate::{Problem, Tree};

/// A rule of the repository.
pub struct Rule {
    /// Its name, which is also that of its test.
    pub name: &'static str,
    /// Why it exists: printed with its problems.
    pub why: &'static str,
    /// Finds all problems of a tree.
    pub check: fn(&Tree) -> Vec<Problem>,
}

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule { name: "header", why: header::WHY, check: header::check_header },
    Rule { name: "layout", why: layout::WHY, check: layout::check_layout },
    Rule { name: "line_length", why: limits::WHY, check: limits::check_line_length },
    Rule { name: "file_length", why: limits::WHY, check: limits::check_file_length },
    Rule { name: "function_length", why: limits::WHY, check: limits::check_function_length },
    Rule { name: "attributes", why: attributes::WHY, check: attributes::check_attributes },
    Rule { name: "todo", why: todo::WHY, check: todo::check_todo },
    Rule { name: "unsafety", why: unsafety::WHY, check: unsafety::check_unsafety },
    Rule { name: "boundaries", why: boundaries::WHY, check: boundaries::check_boundaries },
    Rule { name: "templates", why: templates::WHY, check: templates::check_templates },
    Rule { name: "words", why: words::WHY, check: words::check_words },
    Rule { name: "hosts", why: hosts::WHY, check: hosts::check_hosts },
    Rule { name: "versions", why: versions::WHY, check: versions::check_versions },
    Rule { name: "cargo", why: cargo::WHY, check: cargo::check_cargo },
    Rule { name: "ffi_packages", why: ffi_packages::WHY, check: ffi_packages::check_ffi_packages },
    Rule { name: "sources", why: sources::WHY, check: sources::check_sources },
    Rule { name: "spec_keys", why: spec_keys::WHY, check: spec_keys::check_spec_keys },
    Rule { name: "markdown", why: markdown::WHY, check: markdown::check_markdown },
    Rule { name: "doors", why: doors::WHY, check: doors::check_doors },
];

/// The messages of a rule on a tree in memory.
#[cfg(test)]
fn messages(check: fn(&Tree) -> Vec<Problem>, files: &[(&str, &str)]) -> Vec<String> {
    check(&Tree::of(files)).iter().map(Problem::to_string).collect()
}
