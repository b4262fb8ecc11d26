//! The lock file of a workspace: what its packages reach in ours.
//!
//! A crate that ours does not have, because only somebody else's spec names it, is left out; cargo adds it at the first
//! build, and keeps the versions of the others.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

/// A package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Names of what it depends on.
    pub dependencies: Vec<String>,
    /// Whether a spec names some of these.
    pub has_foreign: bool,
}

/// An entry of a lock file.
#[derive(Debug, Clone)]
struct Entry {
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    /// As cargo writes them: a name, and the version where there are two.
    dependencies: Vec<String>,
}

/// What the lock file of a workspace is cut from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference<'a> {
    /// The lock file of a workspace with all packages of ours.
    pub lock: &'a str,
    /// Which crate uses which for which packages: `a 1.0.0 > b 2.0.0: ffi_io ffi_net` per line. It depends on the
    /// features of `a` whether it uses `b`, and on the packages which features it has.
    pub edges: &'a str,
}

/// Name and version of a package.
type Key = (String, String);

/// Text of the lock file of some members.
pub(super) fn lock(reference: Reference, members: &[Member]) -> String {
    let known = entries(reference.lock);
    let unused = unused(reference, members);
    let mut wanted: BTreeMap<Key, Entry> = BTreeMap::new();
    let mut open: Vec<(String, Entry)> = Vec::new();
    for member in members {
        let mut dependencies: Vec<_> = member
            .dependencies
            .iter()
            .filter_map(|name| spelled(name, &member.name, members, &known))
            .collect();
        dependencies.sort();
        dependencies.dedup();
        let (version, source, checksum) = (member.version.clone(), None, None);
        open.push((member.name.clone(), Entry { version, source, checksum, dependencies }));
    }
    while let Some((name, mut entry)) = open.pop() {
        let key = (name, entry.version.clone());
        if wanted.contains_key(&key) {
            continue;
        }
        entry.dependencies.retain(|spelling| {
            let used =
                find(spelling, &known).map(|(name, used)| format!("{name} {}", used.version));
            used.is_none_or(|used| !unused.contains(&format!("{} {} > {used}", key.0, key.1)))
        });
        let reached = entry.dependencies.iter().filter_map(|spelling| find(spelling, &known));
        open.extend(reached.map(|(name, entry)| (name.clone(), entry.clone())));
        wanted.insert(key, entry);
    }
    render(&wanted)
}

/// The edges that none of the members needs. Of a member that is not ours nobody knows, so there is none then; cargo
/// drops what it finds superfluous.
fn unused(reference: Reference, members: &[Member]) -> BTreeSet<String> {
    let lines = reference.edges.lines().filter(|line| !line.starts_with('#'));
    let rows: Vec<(&str, Vec<&str>)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(edge, users)| (edge, users.split(' ').collect()))
        .collect();
    let known = entries(reference.lock);
    let is_ours = |member: &Member| {
        let is_member =
            |(name, entry): &(String, Entry)| *name == member.name && entry.source.is_none();
        !member.has_foreign || known.iter().any(is_member)
    };
    if !members.iter().all(is_ours) {
        return BTreeSet::new();
    }
    let is_used = |user: &&str| members.iter().any(|member| member.name == **user);
    rows.into_iter()
        .filter(|(_, users)| !users.iter().any(is_used))
        .map(|(edge, _)| edge.to_owned())
        .collect()
}

/// How a member's dependency is written: as in the reference, where the member is there too.
fn spelled(
    name: &str,
    member: &str,
    members: &[Member],
    known: &[(String, Entry)],
) -> Option<String> {
    if members.iter().any(|other| other.name == name) {
        return Some(name.to_owned());
    }
    let is_it = |spelling: &&String| spelling.split(' ').next() == Some(name);
    let same = known.iter().find(|(other, _)| other == member);
    let spelling = same.and_then(|(_, entry)| entry.dependencies.iter().find(is_it)).cloned();
    let is_from_elsewhere =
        |(other, entry): &&(String, Entry)| other == name && entry.source.is_some();
    spelling.or_else(|| {
        // The newest, if there are two: entries are sorted.
        let (name, entry) = known.iter().rfind(is_from_elsewhere)?;
        let count = known.iter().filter(is_from_elsewhere).count();
        Some(if count > 1 { format!("{name} {}", entry.version) } else { name.clone() })
    })
}

/// The entry from elsewhere that a dependency means.
fn find<'a>(spelling: &str, known: &'a [(String, Entry)]) -> Option<&'a (String, Entry)> {
    let (name, version) = match spelling.split_once(' ') {
        Some((name, version)) => (name, Some(version)),
        None => (spelling, None),
    };
    known.iter().find(|(other, entry)| {
        other == name
            && entry.source.is_some()
            && version.is_none_or(|version| version == entry.version)
    })
}

fn entries(text: &str) -> Vec<(String, Entry)> {
    let table: Table = text.parse().unwrap_or_else(|error| panic!("the lock file: {error}"));
    let packages = table.get("package").and_then(Value::as_array);
    let entry = |package: &Value| {
        let text = |key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
        let dependencies = package.get("dependencies").and_then(Value::as_array);
        let entry = Entry {
            version: text("version")?,
            source: text("source"),
            checksum: text("checksum"),
            dependencies: dependencies
                .into_iter()
                .flatten()
                .filter_map(|it| it.as_str().map(str::to_owned))
                .collect(),
        };
        Some((text("name")?, entry))
    };
    packages.into_iter().flatten().filter_map(entry).collect()
}

/// As cargo writes it, where a version stands only beside the name of a package that has several.
fn render(entries: &BTreeMap<(String, String), Entry>) -> String {
    let mut out = "# This file is automatically @generated by Cargo.\n\
                   # It is not intended for manual editing.\nversion = 4\n"
        .to_owned();
    let count = |name: &str| entries.keys().filter(|(other, _)| other == name).count();
    for ((name, version), entry) in entries {
        out.push_str(&format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n"));
        for (key, value) in [("source", &entry.source), ("checksum", &entry.checksum)] {
            if let Some(value) = value {
                out.push_str(&format!("{key} = \"{value}\"\n"));
            }
        }
        if !entry.dependencies.is_empty() {
            out.push_str("dependencies = [\n");
            for spelling in &entry.dependencies {
                let name = spelling.split(' ').next().unwrap_or(spelling);
                let shown = if count(name) > 1 { spelling.as_str() } else { name };
                out.push_str(&format!(" \"{shown}\",\n"));
            }
            out.push_str("]\n");
        }
    }
    out
}

/// Every package from elsewhere in a lock file: name and version.
pub(super) fn foreign(lock: &str) -> Vec<(String, String)> {
    let entries = entries(lock).into_iter().filter(|(_, entry)| entry.source.is_some());
    entries.map(|(name, entry)| (name, entry.version)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"version = 4

[[package]]
name = "a"
version = "1.0.0"
source = "registry"
checksum = "00"
dependencies = [
 "b 1.0.0",
]

[[package]]
name = "b"
version = "1.0.0"
source = "registry"
checksum = "01"

[[package]]
name = "b"
version = "2.0.0"
source = "registry"
checksum = "02"

[[package]]
name = "mine"
version = "0.1.0"
dependencies = [
 "a",
 "b 2.0.0",
]
"#;

    const REFERENCE: Reference =
        Reference { lock: LOCK, edges: "# A comment.\na 1.0.0 > b 1.0.0: mine\n" };

    fn member(name: &str, dependencies: &[&str]) -> Member {
        let dependencies = dependencies.iter().map(|name| (*name).to_owned()).collect();
        let (name, version) = (name.to_owned(), "0.1.0".to_owned());
        Member { name, version, dependencies, has_foreign: true }
    }

    #[test]
    fn only_what_is_reached_is_there() {
        let text = lock(REFERENCE, &[member("other", &["a"])]);
        assert_eq!(
            foreign(&text),
            [("a", "1.0.0"), ("b", "1.0.0")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        // One version is left, so it needs no number.
        assert!(text.contains("dependencies = [\n \"b\",\n]\n"), "{text}");
    }

    #[test]
    fn a_member_of_both_keeps_its_versions() {
        let text = lock(REFERENCE, &[member("mine", &["b", "a"])]);
        assert!(text.ends_with("dependencies = [\n \"a\",\n \"b 2.0.0\",\n]\n"), "{text}");
    }

    #[test]
    fn a_use_that_only_other_packages_need_is_gone() {
        let library = Member { has_foreign: false, ..member("library", &["a"]) };
        let text = lock(REFERENCE, &[library]);
        assert_eq!(foreign(&text), [("a".to_owned(), "1.0.0".to_owned())]);
    }

    #[test]
    fn members_are_named_and_strangers_left_to_cargo() {
        let text = lock(REFERENCE, &[member("mine", &["other", "nobody"]), member("other", &[])]);
        assert!(text.ends_with(
            "name = \"mine\"\nversion = \"0.1.0\"\ndependencies = [\n \"other\",\n]\n\n\
             [[package]]\nname = \"other\"\nversion = \"0.1.0\"\n"
        ));
    }
}
