//! The emitters: one table, one function each from a checked model to files.
//!
//! Invariant: emitting cannot fail; what an emitter does not support is refused by `check/support.rs` before.
//! Invariant: an emitter reads the model only, never another emitter.

pub mod cargo;
pub mod conformance;
pub mod doc;
pub mod manifest;
pub mod simple;
pub mod simple_spelling;
pub mod text;

pub mod c;
pub mod rust;

use crate::files::Files;
use crate::model::{Model, Provider};

/// One kind of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Emitter {
    /// The crate: shims, types and bodies.
    Rust,
    /// The C header.
    C,
    /// The Simple module.
    Simple,
    /// The ABI manifest.
    Manifest,
    /// The reference page.
    Doc,
    /// The Cargo package.
    Cargo,
    /// The conformance program in C.
    Conformance,
}

/// What the table knows about an emitter.
struct Entry {
    emitter: Emitter,
    /// Its name on the command line.
    name: &'static str,
    /// Whether it needs bodies, which a hand-written module does not have.
    needs_bodies: bool,
    emit: fn(&Model, &mut Files),
    /// Its view as JSON, for those who want to look inside.
    view: fn(&Model) -> serde_json::Value,
}

/// Every emitter, in the order in which they run.
const EMITTERS: &[Entry] = &[
    Entry {
        emitter: Emitter::Rust,
        name: "rust",
        needs_bodies: true,
        emit: rust::emit,
        view: |model| json(&rust::view::view(model)),
    },
    Entry {
        emitter: Emitter::C,
        name: "c",
        needs_bodies: false,
        emit: c::emit,
        view: |model| json(&c::view::view(model)),
    },
    Entry {
        emitter: Emitter::Simple,
        name: "simple",
        needs_bodies: false,
        emit: simple::emit,
        view: |model| json(&simple::view::view(model)),
    },
    Entry {
        emitter: Emitter::Manifest,
        name: "manifest",
        needs_bodies: false,
        emit: manifest::emit,
        view: |model| json(&manifest::manifest(model)),
    },
    Entry {
        emitter: Emitter::Doc,
        name: "doc",
        needs_bodies: false,
        emit: doc::emit,
        view: |model| json(&doc::view::view(model)),
    },
    Entry {
        emitter: Emitter::Cargo,
        name: "cargo",
        needs_bodies: true,
        emit: cargo::emit,
        view: |model| json(&cargo::view::view(model)),
    },
    Entry {
        emitter: Emitter::Conformance,
        name: "conformance",
        needs_bodies: false,
        emit: conformance::emit,
        view: |model| json(&conformance::view::view(model)),
    },
];

impl Emitter {
    /// Every emitter.
    pub fn all() -> Vec<Emitter> {
        EMITTERS.iter().map(|entry| entry.emitter).collect()
    }

    /// The emitter with a name, as `--emit` spells it.
    pub fn named(name: &str) -> Option<Emitter> {
        EMITTERS.iter().find(|entry| entry.name == name).map(|entry| entry.emitter)
    }

    /// The name, as `--emit` spells it.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    fn entry(self) -> &'static Entry {
        EMITTERS
            .iter()
            .find(|entry| entry.emitter == self)
            .unwrap_or_else(|| panic!("the table lacks {self:?}"))
    }
}

/// Emits a model. Emitters that need bodies write nothing for a hand-written module.
pub fn emit(model: &Model, emitters: &[Emitter]) -> Files {
    let mut files = Files::default();
    for entry in EMITTERS {
        let is_asked_for = emitters.contains(&entry.emitter);
        let has_bodies = model.module.provider == Provider::Generated;
        if is_asked_for && (has_bodies || !entry.needs_bodies) {
            (entry.emit)(model, &mut files);
        }
    }
    files
}

/// One emitter's view of a model, as JSON text.
pub fn view(model: &Model, emitter: Emitter) -> String {
    let value = (emitter.entry().view)(model);
    serde_json::to_string_pretty(&value).unwrap_or_else(|error| panic!("view as JSON: {error}"))
}

fn json<View: serde::Serialize>(view: &View) -> serde_json::Value {
    serde_json::to_value(view).unwrap_or_else(|error| panic!("view as JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Draft, Module};

    fn model(provider: Provider) -> Model {
        let module = Module { name: "sample".to_owned(), provider, ..Module::default() };
        Model::seal(Draft { module, ..Draft::default() })
    }

    fn paths(model: &Model, emitters: &[Emitter]) -> Vec<String> {
        emit(model, emitters).iter().map(|(path, _)| path.to_owned()).collect()
    }

    #[test]
    fn every_emitter_is_found_by_its_name() {
        for emitter in Emitter::all() {
            assert_eq!(Emitter::named(emitter.name()), Some(emitter));
        }
        assert_eq!(Emitter::named("perl"), None);
    }

    #[test]
    fn a_generated_module_has_all_files() {
        let expected = [
            "abi/sample.json",
            "c/rt_sample.h",
            "cargo/Cargo.toml",
            "doc/sample.md",
            "rust/bodies.rs",
            "rust/lib.rs",
            "rust/types.rs",
            "simple/sample.spl",
            "test/sample_conformance.c",
        ];
        assert_eq!(paths(&model(Provider::Generated), &Emitter::all()), expected);
    }

    #[test]
    fn a_hand_written_module_has_no_crate() {
        let files =
            paths(&model(Provider::HandWritten), &[Emitter::Rust, Emitter::Cargo, Emitter::C]);
        assert_eq!(files, ["c/rt_sample.h"]);
    }

    #[test]
    fn every_file_opens_with_its_origin_and_ends_with_one_newline() {
        for (path, text) in emit(&model(Provider::Generated), &Emitter::all()).iter() {
            let opening: String = text.lines().take(2).collect();
            assert!(opening.contains("Generated by ffigen from specs/sample.toml."), "{path}");
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path}");
        }
    }

    #[test]
    fn every_view_can_be_looked_at() {
        for emitter in Emitter::all() {
            let view = view(&model(Provider::Generated), emitter);
            assert!(view.starts_with('{') && view.contains("sample"), "{emitter:?}: {view}");
        }
    }
}
