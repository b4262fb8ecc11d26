//! In place of the sources, where nobody writes workspaces.

/// Nothing.
pub const FILES: &[(&str, &str)] = &[];
