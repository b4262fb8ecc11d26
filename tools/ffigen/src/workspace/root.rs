//! What stands at the top of a workspace: the manifest, the lock file, the licences, the page that says how to use it.

use serde::Serialize;
use toml::{Table, Value};

use super::package::Package;
use super::{Module, Sources, insert, lock, package};
use crate::BASE;
use crate::emit::cargo;
use crate::emit::text;
use crate::files::{Comment, Files};
use crate::template;

const LOCK: &str = "third_party/workspace/Cargo.lock";
const EDGES: &str = "third_party/workspace/edges.txt";
const LICENCES: &str = "third_party/workspace/licences.txt";

/// What a lock file is cut from.
pub(super) fn reference(sources: Sources) -> lock::Reference {
    lock::Reference { lock: sources.text(LOCK), edges: sources.text(EDGES) }
}

/// What `Cargo.toml` of the repository shares with its members.
pub(super) fn shared(sources: Sources) -> Table {
    let root: Table =
        sources.text("Cargo.toml").parse().unwrap_or_else(|error| panic!("Cargo.toml: {error}"));
    let workspace = root.get("workspace").and_then(Value::as_table).cloned();
    workspace.unwrap_or_else(|| panic!("Cargo.toml has no workspace"))
}

/// The lines of one of its tables.
pub(super) fn lines(shared: &Table, key: &str) -> Vec<String> {
    let table = shared.get(key).and_then(Value::as_table);
    table.into_iter().flatten().map(|(key, value)| format!("{key} = {value}")).collect()
}

/// Its lints, as tables.
pub(super) fn lints(shared: &Table) -> String {
    let mut tables = Table::new();
    tables.insert("lints".to_owned(), shared["lints"].clone());
    let workspace = Table::from_iter([("workspace".to_owned(), Value::Table(tables))]);
    let text = toml::to_string(&workspace).unwrap_or_else(|error| panic!("lints: {error}"));
    text.trim_end().to_owned()
}

/// The version of every package.
pub(super) fn version(shared: &Table) -> String {
    shared["package"]["version"].as_str().unwrap_or_default().to_owned()
}

#[derive(Debug, Serialize)]
struct View {
    members: Vec<String>,
    has_minimal: bool,
    package: Vec<String>,
    dependencies: Vec<String>,
    lints: String,
    rust_version: String,
    modules: Vec<Row>,
    umbrellas: Vec<Row>,
    licences: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    library: String,
    summary: String,
}

pub(super) fn write(
    modules: &[Module],
    packages: &[Package],
    has_minimal: bool,
    sources: Sources,
    files: &mut Files,
) {
    let shared = shared(sources);
    let version = version(&shared);
    let members: Vec<_> = packages.iter().map(|package| package.member(&version)).collect();
    let lock = lock::lock(reference(sources), &members);
    let view = View {
        members: packages
            .iter()
            .map(|it| cargo::name::string(&format!("crates/{}", it.name)))
            .collect(),
        has_minimal,
        package: lines(&shared, "package"),
        dependencies: dependencies(&shared, packages, sources),
        lints: lints(&shared),
        rust_version: shared["package"]["rust-version"].as_str().unwrap_or_default().to_owned(),
        modules: modules.iter().filter(|it| it.name() != BASE).map(row).collect(),
        umbrellas: packages.iter().filter_map(umbrella).collect(),
        licences: licences(sources.text(LICENCES), &lock),
    };
    let manifest = template::render("workspace/root.toml.j2", &view);
    insert(files, "Cargo.toml", Comment::Hash, &manifest);
    files.copy("Cargo.lock".to_owned(), &lock);
    let page = template::render("workspace/README.md.j2", &view);
    insert(files, "README.md", Comment::Markup, &page);
    let page = template::render("workspace/THIRD-PARTY.md.j2", &view);
    insert(files, "THIRD-PARTY.md", Comment::Markup, &page);
    files.copy("LICENSE".to_owned(), sources.text("LICENSE"));
}

/// `[workspace.dependencies]`: what the hand-written crates take from it.
fn dependencies(shared: &Table, packages: &[Package], sources: Sources) -> Vec<String> {
    let wanted: Vec<_> = packages
        .iter()
        .filter_map(|it| it.source())
        .flat_map(|folder| package::dependencies(sources.text(&format!("{folder}/Cargo.toml"))))
        .collect();
    let own = shared.get("dependencies").and_then(Value::as_table);
    let rows = own.into_iter().flatten().filter(|(name, _)| wanted.contains(name));
    rows.map(|(name, value)| match value.get("path") {
        Some(_) => format!("{name} = {{ path = \"crates/{name}\" }}"),
        None => format!("{name} = {value}"),
    })
    .collect()
}

fn row(module: &Module) -> Row {
    Row {
        name: module.name().to_owned(),
        library: cargo::name::package(module.name()),
        summary: text::summary(&module.model.module.doc).replace('|', "\\|"),
    }
}

fn umbrella(package: &Package) -> Option<Row> {
    let crates = package.library()?.len();
    let summary = match crates {
        1 => "the base functions alone: errors, frees, counts".to_owned(),
        2 => "the base functions and one module".to_owned(),
        _ => format!("the base functions and {} modules", crates - 1),
    };
    Some(Row { name: package.name.clone(), library: package.name.clone(), summary })
}

/// The rows of the crates that are locked here: `name version: licence`.
fn licences(all: &str, lock: &str) -> Vec<String> {
    let locked = lock::foreign(lock);
    let is_locked = |line: &&str| {
        locked.iter().any(|(name, version)| line.starts_with(&format!("{name} {version}: ")))
    };
    let lines = all.lines().filter(is_locked).filter_map(|line| line.split_once(": "));
    lines.map(|(name, licence)| format!("{name} | {licence}")).collect()
}
