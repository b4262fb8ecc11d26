//! The packages of a workspace, and the text of those that no emitter writes.

use serde::Serialize;

use super::lock::Member;
use super::{BACKEND, Module, Sources, insert};
use crate::BASE;
use crate::emit::cargo;
use crate::files::{Comment, Files};
use crate::template;

/// A folder in `crates/`.
#[derive(Debug)]
pub(super) struct Package {
    pub name: String,
    /// Names of what it depends on.
    pub dependencies: Vec<String>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Written by the emitters.
    Generated,
    /// Copied from this folder of the repository.
    HandWritten(&'static str),
    /// One library of several modules.
    Umbrella,
    /// The conformance programs of all modules.
    Conformance,
}

/// Where the hand-written crates lie that generated ones may use.
const FOLDERS: [(&str, &str); 2] =
    [(cargo::name::RUNTIME, "ffi/rt"), (cargo::name::CORE, "compiler/cranelift/core")];

/// The packages of a workspace, sorted by name.
pub(super) fn packages(modules: &[Module], sources: Sources) -> Vec<Package> {
    let generated: Vec<_> = modules.iter().filter(|it| it.name() != BASE).collect();
    let mut packages: Vec<_> = generated
        .iter()
        .map(|module| {
            let own = module.model.module.dependencies.iter().map(|it| it.name.clone());
            Package {
                name: cargo::name::package(module.name()),
                dependencies: own.chain([cargo::name::RUNTIME.to_owned()]).collect(),
                kind: Kind::Generated,
            }
        })
        .collect();
    for (name, folder) in FOLDERS {
        let is_used = packages.iter().any(|it| it.dependencies.iter().any(|other| other == name));
        if is_used || name == cargo::name::RUNTIME {
            packages.push(Package {
                name: name.to_owned(),
                dependencies: dependencies(sources.text(&format!("{folder}/Cargo.toml"))),
                kind: Kind::HandWritten(folder),
            });
        }
    }
    let names: Vec<_> = generated.iter().map(|module| module.name()).collect();
    let umbrellas = umbrellas(&names);
    let widest = umbrellas.last().map(|package| package.name.clone());
    packages.extend(umbrellas);
    packages.push(Package {
        name: "conformance".to_owned(),
        dependencies: [cargo::name::RUNTIME.to_owned()].into_iter().chain(widest).collect(),
        kind: Kind::Conformance,
    });
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    packages
}

/// The libraries of several modules: the base alone, the runtime, the runtime with the backend.
fn umbrellas(modules: &[&str]) -> Vec<Package> {
    let umbrella = |name: &str, modules: &[&str]| Package {
        name: name.to_owned(),
        dependencies: [cargo::name::RUNTIME.to_owned()]
            .into_iter()
            .chain(modules.iter().map(|module| cargo::name::package(module)))
            .collect(),
        kind: Kind::Umbrella,
    };
    let runtime: Vec<_> = modules.iter().copied().filter(|name| *name != BACKEND).collect();
    let mut umbrellas = vec![umbrella("ffi_base", &[])];
    if !runtime.is_empty() {
        umbrellas.push(umbrella("simple_rt", &runtime));
    }
    if runtime.len() < modules.len() {
        umbrellas.push(umbrella("simple_all", modules));
    }
    umbrellas
}

/// Names of the dependencies in a manifest.
pub(super) fn dependencies(manifest: &str) -> Vec<String> {
    let table: toml::Table = manifest.parse().unwrap_or_else(|error| panic!("Cargo.toml: {error}"));
    let own = table.get("dependencies").and_then(toml::Value::as_table);
    own.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

#[derive(Debug, Serialize)]
struct View {
    package: String,
    description: String,
    is_library: bool,
    is_conformance: bool,
    dependencies: Vec<Dependency>,
    library: String,
    modules: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Dependency {
    name: String,
    requirement: String,
}

impl Package {
    /// What the lock file has to know.
    pub fn member(&self, version: &str) -> Member {
        let (name, version) = (self.name.clone(), version.to_owned());
        let has_foreign = self.kind == Kind::Generated;
        Member { name, version, dependencies: self.dependencies.clone(), has_foreign }
    }

    /// The folder that it is copied from.
    pub fn source(&self) -> Option<&'static str> {
        match self.kind {
            Kind::HandWritten(folder) => Some(folder),
            _ => None,
        }
    }

    /// Whether it gives a library for C, and what is in that.
    pub fn library(&self) -> Option<&[String]> {
        (self.kind == Kind::Umbrella).then_some(&self.dependencies)
    }

    /// Writes what no emitter has written. The conformance programs say themselves which there are.
    pub fn write(&self, sources: Sources, files: &mut Files) {
        let folder = format!("crates/{}", self.name);
        match self.kind {
            Kind::Generated => {}
            Kind::HandWritten(source) => {
                for (path, text) in sources.below(source) {
                    files.copy(format!("{folder}/{path}"), text);
                }
            }
            Kind::Umbrella => {
                let view = self.view(Vec::new());
                let manifest = template::render("workspace/Cargo.toml.j2", &view);
                insert(files, &format!("{folder}/Cargo.toml"), Comment::Hash, &manifest);
                let root = template::render("workspace/umbrella.rs.j2", &view);
                insert(files, &format!("{folder}/src/lib.rs"), Comment::Slashes, &root);
            }
            Kind::Conformance => {
                let programs = format!("{folder}/c/");
                let module = |path: &str| {
                    Some(path.strip_prefix(&programs)?.strip_suffix("_conformance.c")?.to_owned())
                };
                let modules = files.iter().filter_map(|(path, _)| module(path)).collect();
                let view = self.view(modules);
                let manifest = template::render("workspace/Cargo.toml.j2", &view);
                insert(files, &format!("{folder}/Cargo.toml"), Comment::Hash, &manifest);
                let root = template::render("workspace/conformance_lib.rs.j2", &view);
                insert(files, &format!("{folder}/src/lib.rs"), Comment::Slashes, &root);
                let tests = template::render("workspace/conformance.rs.j2", &view);
                let path = format!("{folder}/tests/conformance.rs");
                insert(files, &path, Comment::Slashes, &tests);
            }
        }
    }

    fn view(&self, modules: Vec<String>) -> View {
        let is_library = self.kind == Kind::Umbrella;
        let dependency = |name: &String| Dependency {
            name: name.clone(),
            // Only tests get what lets a call panic: what is built to be used is built without them.
            requirement: if !is_library && name == cargo::name::RUNTIME {
                format!("{{ path = \"../{name}\", features = [\"conformance\"] }}")
            } else {
                format!("{{ path = \"../{name}\" }}")
            },
        };
        let description = match self.kind {
            Kind::Conformance => "Runs the conformance programs of all modules.".to_owned(),
            _ => format!("The library of {} crates.", self.dependencies.len()),
        };
        View {
            package: cargo::name::string(&self.name),
            description: cargo::name::string(&description),
            is_library,
            is_conformance: !is_library,
            dependencies: self.dependencies.iter().map(dependency).collect(),
            library: self.dependencies.last().cloned().unwrap_or_default(),
            modules,
        }
    }
}
