//! What changed between two ABI manifests of one module, and how bad it is for those who compiled against the old one.
//!
//! Invariant: a change that this file does not know is an ABI break; nothing that breaks a caller
//! is classed lower than a source break.

mod compare;
pub mod predecessors;
#[cfg(test)]
mod tests;

use crate::emit::manifest::{FORMAT_VERSION, Manifest};
pub use compare::compare;

/// How bad a change is, from harmless to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Nothing changed.
    Identical,
    /// Only words changed, or the order of items: no caller can tell.
    DocsOnly,
    /// There is more than before; callers stay as they are.
    Addition,
    /// A caller's source may no longer compile; what is compiled keeps its meaning.
    SourceBreak,
    /// What is compiled against the old ABI misbehaves with the new one.
    AbiBreak,
}

impl Class {
    /// The exit code of `abi-diff`.
    pub fn exit_code(self) -> u8 {
        match self {
            Class::Identical => 0,
            Class::DocsOnly => 1,
            Class::Addition => 4,
            Class::SourceBreak => 8,
            Class::AbiBreak => 16,
        }
    }

    /// The class in words.
    pub fn words(self) -> &'static str {
        match self {
            Class::Identical => "identical",
            Class::DocsOnly => "docs only",
            Class::Addition => "compatible addition",
            Class::SourceBreak => "source break",
            Class::AbiBreak => "ABI break",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// How bad it is.
    pub class: Class,
    /// What changed, with the names of item and part: ``rt_file_copy: parameter `dst` changed from text to bytes``.
    pub text: String,
}

/// All differences of one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The module's name.
    pub module: String,
    /// Worst first; in declaration order within a class.
    pub changes: Vec<Change>,
}

impl Report {
    /// The worst class of all changes.
    pub fn class(&self) -> Class {
        self.changes.iter().map(|change| change.class).max().unwrap_or(Class::Identical)
    }

    /// The report as text; after a change it ends with the command that accepts it, if there is one.
    pub fn render(&self, accept_command: Option<&str>) -> String {
        let class = self.class();
        let mut out = format!("module `{}`: {}\n", self.module, class.words());
        for change in &self.changes {
            out.push_str(&format!("  {} ({})\n", change.text, change.class.words()));
        }
        if let (true, Some(command)) = (class != Class::Identical, accept_command) {
            out.push_str(&format!("to accept the new ABI, run: {command}\n"));
        }
        out
    }
}

/// Reads a manifest; the error is one line without the file's name.
///
/// # Errors
/// The text is no manifest, or one of another format version.
pub fn read(text: &str) -> Result<Manifest, String> {
    #[derive(serde::Deserialize)]
    struct Version {
        format_version: u32,
    }
    let version: Version =
        serde_json::from_str(text).map_err(|error| format!("this is no ABI manifest: {error}"))?;
    if version.format_version != FORMAT_VERSION {
        let found = version.format_version;
        return Err(format!(
            "format version {found} is not {FORMAT_VERSION}, the one that this ffigen reads"
        ));
    }
    serde_json::from_str(text).map_err(|error| format!("this is no ABI manifest: {error}"))
}
