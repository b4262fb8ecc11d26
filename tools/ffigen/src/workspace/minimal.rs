//! The minimal runtime: a workspace of its own, because cargo lets panics abort only for a workspace as a whole.

use serde::Serialize;

use super::lock::{self, Member};
use super::{Module, Sources, headers, insert, is_accepted, package, root};
use crate::BASE;
use crate::files::{Comment, Files};
use crate::model::{hash, symbol};
use crate::template;

const FOLDER: &str = "ffi/syscalls";

/// The modules that it has functions of.
const MODULES: [&str; 4] = [BASE, "io", "process", "system"];

/// Whether all of them are there, with the ABI that it is written for.
pub(super) fn fits(modules: &[Module], sources: Sources) -> bool {
    let parts = parts(modules);
    parts.len() == MODULES.len()
        && parts.iter().all(|module| {
            let folder = if module.name() == BASE { "rt" } else { module.name() };
            is_accepted(module, &format!("ffi/{folder}"), sources)
        })
}

fn parts<'a>(modules: &'a [Module<'a>]) -> Vec<&'a Module<'a>> {
    modules.iter().filter(|module| MODULES.contains(&module.name())).collect()
}

#[derive(Debug, Serialize)]
struct View {
    package: Vec<String>,
    libc: String,
    lints: String,
    versions: Vec<Version>,
}

#[derive(Debug, Serialize)]
struct Version {
    symbol: String,
    value: String,
}

/// Writes `rt_min/` and its header.
pub(super) fn write(modules: &[Module], sources: Sources, files: &mut Files) {
    let parts = parts(modules);
    files.copy("include/rt_min.h".to_owned(), &headers::umbrella("rt_min", &MODULES));
    for (path, text) in sources.below(FOLDER).filter(|(path, _)| *path != "root.rs") {
        files.copy(format!("rt_min/ffi_syscalls/{path}"), text);
    }
    let versions = parts.iter().flat_map(|module| {
        let current = hash::abi(module.model);
        let hashes = module.model.module.predecessors.iter().copied();
        hashes.chain([current]).map(move |hash| Version {
            symbol: symbol::abi(module.name(), hash),
            value: format!("0x{current:016x}"),
        })
    });
    let manifest = root::shared(sources);
    let view = View {
        package: root::lines(&manifest, "package"),
        libc: manifest["dependencies"]["libc"].to_string(),
        lints: root::lints(&manifest),
        versions: versions.collect(),
    };
    let text = template::render("workspace/minimal.toml.j2", &view);
    insert(files, "rt_min/Cargo.toml", Comment::Hash, &text);
    let script = template::render("workspace/minimal_build.rs.j2", &view);
    insert(files, "rt_min/build.rs", Comment::Slashes, &script);
    let library = template::render("rust/versions.rs.j2", &view);
    let source = sources.text(&format!("{FOLDER}/root.rs"));
    insert(files, "rt_min/src/lib.rs", Comment::Slashes, &format!("{source}\n{library}"));
    let version = root::version(&manifest);
    let member = |name: &str, dependencies| Member {
        name: name.to_owned(),
        version: version.clone(),
        dependencies,
        has_foreign: false,
    };
    let members = [
        member("rt_min", vec!["ffi_syscalls".to_owned()]),
        member(
            "ffi_syscalls",
            package::dependencies(sources.text(&format!("{FOLDER}/Cargo.toml"))),
        ),
    ];
    let text = lock::lock(root::reference(sources), &members);
    files.copy("rt_min/Cargo.lock".to_owned(), &text);
}
