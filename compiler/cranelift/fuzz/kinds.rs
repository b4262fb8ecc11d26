//! What `kinds.txt` says about parameters, results and functions.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use ffigen::emit::manifest::{Function, Manifest, Param};

/// What all functions of the API begin with.
pub const PREFIX: &str = "rt_cranelift_";

/// The file, as it was read.
#[derive(Default)]
pub struct Kinds {
    params: BTreeMap<String, String>,
    results: BTreeMap<String, String>,
    /// Functions by group, in the order of the file, each as often as it is there.
    pub groups: BTreeMap<String, Vec<String>>,
    flags: BTreeMap<String, BTreeSet<String>>,
    hooks: BTreeSet<String>,
}

impl Kinds {
    /// Reads the file and holds it against the manifest: a name that nobody has is a mistake.
    pub fn parse(text: &str, manifest: &Manifest) -> Result<Kinds> {
        let mut kinds = Kinds::default();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (head, names) =
                line.split_once(": ").with_context(|| format!("no `: ` in {line}"))?;
            let mut words = head.split(' ');
            let (what, which) =
                (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            for name in names.split(' ').map(str::to_owned) {
                let is_new = match what {
                    "kind" => kinds.params.insert(name.clone(), which.to_owned()).is_none(),
                    "result" => kinds.results.insert(name.clone(), which.to_owned()).is_none(),
                    "hook" => kinds.hooks.insert(name.clone()),
                    "flag" => kinds.flags.entry(which.to_owned()).or_default().insert(name.clone()),
                    _ => {
                        ensure!(what == "group", "what is `{what}`?");
                        kinds.groups.entry(which.to_owned()).or_default().push(name.clone());
                        true
                    }
                };
                ensure!(is_new, "{name} is there twice: {line}");
            }
        }
        kinds.check(manifest)?;
        Ok(kinds)
    }

    fn check(&self, manifest: &Manifest) -> Result<()> {
        let functions: BTreeSet<&str> = manifest.functions.iter().map(short).collect();
        let params: BTreeSet<&str> = manifest
            .functions
            .iter()
            .flat_map(|function| function.params.iter().map(|param| param.name.as_str()))
            .collect();
        for name in self.params.keys() {
            let (function, param) = name.split_once('.').unwrap_or(("", name));
            let is_known =
                params.contains(param) && (function.is_empty() || functions.contains(function));
            ensure!(is_known, "kinds.txt names the parameter {name}, which no function has");
        }
        let groups = self.groups.values().flatten().chain(self.flags.values().flatten());
        for name in groups.chain(self.results.keys()).chain(&self.hooks) {
            ensure!(
                functions.contains(name.as_str()),
                "kinds.txt names the function {name}, which nobody has"
            );
        }
        Ok(())
    }

    /// The kind of a parameter; every one must have one.
    pub fn param(&self, function: &Function, param: &Param) -> Result<&str> {
        let exact = format!("{}.{}", short(function), param.name);
        let found = self.params.get(&exact).or_else(|| self.params.get(&param.name));
        let kind = found.with_context(|| format!("kinds.txt does not say what {exact} is"))?;
        Ok(kind)
    }

    /// The kind of an integer result.
    pub fn result(&self, function: &Function) -> &str {
        let takes_ctx = function.params.first().is_some_and(|param| param.name == "ctx");
        let usual = if takes_ctx { "value" } else { "none" };
        self.results.get(short(function)).map_or(usual, String::as_str)
    }

    /// Whether a function has a flag.
    pub fn has(&self, flag: &str, function: &Function) -> bool {
        self.flags.get(flag).is_some_and(|names| names.contains(short(function)))
    }

    /// Whether something is done after a function.
    pub fn is_hook(&self, function: &Function) -> bool {
        self.hooks.contains(short(function))
    }
}

/// The name of a function without what all begin with.
pub fn short(function: &Function) -> &str {
    function.name.strip_prefix(PREFIX).unwrap_or(&function.name)
}
