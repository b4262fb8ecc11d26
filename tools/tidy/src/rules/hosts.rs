//! No host of a package registry and no path of one machine stands in the tree.

use crate::{Problem, Tree};

pub(super) const WHY: &str = "Packages come through cargo and apt, from whatever registry or mirror the machine is \
    configured for; a path of one machine is wrong on every other.";

/// Hosts of registries and mirrors, joined here so that this file passes its own rule.
const HOSTS: [&str; 11] = [
    concat!("crates", ".io"),
    concat!("static.rust-lang", ".org"),
    concat!("pypi", ".org"),
    concat!("files.pythonhosted", ".org"),
    concat!("registry.npmjs", ".org"),
    concat!("deb.debian", ".org"),
    concat!("archive.ubuntu", ".com"),
    concat!("snapshot.debian", ".org"),
    concat!("bcr.bazel", ".build"),
    concat!("cache.nixos", ".org"),
    concat!("proxy.golang", ".org"),
];
/// Beginnings of paths that exist on one machine only.
const MACHINE_PATHS: [&str; 3] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tm", "p/target-")];

pub(super) fn check_hosts(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    // Lock files say where a package was resolved in the spelling that their tool prescribes.
    for file in tree.files.iter().filter(|file| !matches!(file.name(), "Cargo.lock" | "flake.lock"))
    {
        for (line, text) in file.lines() {
            for host in HOSTS.iter().filter(|host| text.contains(**host)) {
                let help = "let the machine's own configuration say where packages come from";
                problems.push(Problem::at(file, line, format!("the registry host `{host}`"), help));
            }
            for path in MACHINE_PATHS.iter().filter(|path| names_path(text, path)) {
                let help = "name it relative to the repository, or through a variable";
                problems.push(Problem::at(
                    file,
                    line,
                    format!("a path of one machine, `{path}..`"),
                    help,
                ));
            }
        }
    }
    problems
}

/// Whether the line has the path itself, not a longer one that happens to contain it.
fn names_path(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|ch| ch.is_alphanumeric() || matches!(ch, '_' | '-' | '.' | '}' | ')'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn hosts_and_machine_paths_are_caught() {
        let host = format!("//! A.\nconst URL: &str = \"https://{}/x\";\n", HOSTS[0]);
        assert_eq!(messages(check_hosts, &[("a.rs", &host)]).len(), 1);
        let path = format!("cd {}main\n", MACHINE_PATHS[0]);
        assert_eq!(messages(check_hosts, &[("snapshots/a.snap", &path)]).len(), 1);
        assert_eq!(messages(check_hosts, &[("Cargo.lock", &host)]), Vec::<String>::new());
        let longer = format!("a{0} $x{0} frame{0}\n", MACHINE_PATHS[0]);
        assert_eq!(
            messages(check_hosts, &[("a.md", &longer.replace("$x", "${x}"))]),
            Vec::<String>::new()
        );
    }
}
