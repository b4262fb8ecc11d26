//! The Cargo workspace of several modules: all that cargo needs to build their libraries without this repository.
//!
//! Generated packages stand beside the hand-written crates that they use, which come as text (`sources`), because the
//! generator does not depend on what it generates for. Versions are pinned by a lock file cut down from ours.
//!
//! Invariant: the same specs and sources give the same bytes, in whatever order the specs are named.

mod headers;
mod lock;
mod minimal;
mod package;
mod root;

use crate::BASE;
use crate::emit::manifest::{self, Manifest};
use crate::emit::{self, cargo};
use crate::files::{Comment, Files};
use crate::model::{Model, Provider, hash};

/// One module of the workspace.
#[derive(Debug, Clone, Copy)]
pub struct Module<'a> {
    /// The checked model.
    pub model: &'a Model,
    /// All that the emitters made of it.
    pub files: &'a Files,
    /// Text of its spec.
    pub spec: &'a str,
}

impl Module<'_> {
    fn name(&self) -> &str {
        &self.model.module.name
    }
}

/// Why there is no workspace of these modules.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub title: String,
    /// What to do.
    pub help: String,
}

/// The hand-written files: path from the root of the repository, and text.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a>(pub &'a [(&'a str, &'a str)]);

impl<'a> Sources<'a> {
    /// A file that is there, whatever happens.
    fn text(&self, path: &str) -> &'a str {
        self.find(path).unwrap_or_else(|| panic!("the sources lack `{path}`"))
    }

    fn find(&self, path: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
    }

    /// Every file of a folder: path below it, and text.
    fn below(&self, folder: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let files = self.0.iter().filter_map(move |(path, text)| {
            Some((path.strip_prefix(folder)?.strip_prefix('/')?, *text))
        });
        files.filter(|(path, _)| *path != "abi.json")
    }
}

/// The module with the code generator: the library of the runtime is there without it, too.
const BACKEND: &str = "cranelift";

/// Names of modules whose files would be those of the workspace itself: `ffi_rt`, `rt_all.h`, `rt_min.h`.
const TAKEN: [&str; 3] = ["all", "min", "rt"];

/// All files of the workspace, or why there can be none. `base` is among the modules.
pub fn workspace(modules: &[Module], sources: Sources) -> Result<Files, Refusal> {
    let modules = sorted(modules);
    refuse(&modules, sources)?;
    let packages = package::packages(&modules, sources);
    let mut files = Files::default();
    for module in &modules {
        copy_generated(module, &mut files);
    }
    for package in &packages {
        package.write(sources, &mut files);
    }
    headers::write(&modules, &mut files);
    let manifests: Vec<_> = modules.iter().map(|it| manifest::manifest(it.model)).collect();
    files.copy("doc/index.md".to_owned(), &emit::doc::index::render(&manifests));
    let has_minimal = minimal::fits(&modules, sources);
    if has_minimal {
        minimal::write(&modules, sources, &mut files);
    }
    root::write(&modules, &packages, has_minimal, sources, &mut files);
    Ok(files)
}

/// The order everywhere: `base`, then by name, the backend last.
fn sorted<'a>(modules: &[Module<'a>]) -> Vec<Module<'a>> {
    let mut modules = modules.to_vec();
    modules.sort_by_key(|module| {
        let name = module.model.module.name.as_str();
        (name != BASE, name == BACKEND, name)
    });
    modules
}

fn refuse(modules: &[Module], sources: Sources) -> Result<(), Refusal> {
    for module in modules {
        let name = module.name();
        if TAKEN.contains(&name) {
            return Err(Refusal {
                title: format!("module `{name}` has the name of a part of each workspace"),
                help: "give the module another name".to_owned(),
            });
        }
        let is_base = name == BASE;
        if !is_base && module.model.module.provider == Provider::HandWritten {
            return Err(Refusal {
                title: format!("module `{name}` is hand-written: its spec has no crate to write"),
                help: "leave it out, and put your crate beside the workspace".to_owned(),
            });
        }
        if is_base && !is_accepted(module, "ffi/rt", sources) {
            return Err(Refusal {
                title: "the base spec is not the one that this ffigen's runtime is written for"
                    .to_owned(),
                help: "use the `base.toml` that came with ffigen, or the ffigen that belongs to it"
                    .to_owned(),
            });
        }
    }
    Ok(())
}

/// Whether a module's ABI is that of the baseline in a folder of the repository.
fn is_accepted(module: &Module, folder: &str, sources: Sources) -> bool {
    let baseline: Option<Manifest> = sources
        .find(&format!("{folder}/abi.json"))
        .and_then(|text| crate::abi_diff::read(text).ok());
    baseline
        .is_some_and(|baseline| baseline.abi_hash == format!("{:016x}", hash::abi(module.model)))
}

/// What the emitters wrote, each file in its folder of the workspace.
fn copy_generated(module: &Module, files: &mut Files) {
    let package = format!("crates/{}", cargo::name::package(module.name()));
    for (path, text) in module.files.iter() {
        let (folder, name) = path.split_once('/').unwrap_or(("", path));
        let folder = match folder {
            "c" => "include",
            "cargo" => &package,
            "rust" => &format!("{package}/src"),
            "test" => "crates/conformance/c",
            other => other,
        };
        files.copy(format!("{folder}/{name}"), text);
    }
    files.copy(format!("specs/{}.toml", module.name()), module.spec);
}

/// A text of the workspace itself, which belongs to no one module.
fn insert(files: &mut Files, path: &str, comment: Comment, text: &str) {
    files.insert_line(path.to_owned(), comment, HEADER, text.to_owned());
}

/// The sentence that opens every file of the workspace itself.
const HEADER: &str = "Generated by ffigen workspace. Do not edit; run it again.";
