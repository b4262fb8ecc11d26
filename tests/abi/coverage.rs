//! What there is of each function: specified, exported, documented, with an example that runs, with a
//! behaviour test, with a conformance test; and whether every promised function is there.
//!
//! Whether something is there is read from what was built: symbols from the ELF files of the library
//! and of the test programs, headings from the reference pages, test names from the conformance programs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use ffigen::emit::manifest::Manifest;
use object::read::archive::ArchiveFile;
use object::{Object, ObjectSymbol};

/// What each function must have, in the order of the table.
const COLUMNS: [&str; 5] = ["exported", "documented", "example", "behaviour", "conformance"];

/// The module of the list that another library provides.
const SYSCALLS: &str = "syscalls";

/// What to look at.
#[derive(Default)]
struct Options {
    manifests: Vec<PathBuf>,
    library: Vec<PathBuf>,
    syscalls: Vec<PathBuf>,
    surface: Vec<PathBuf>,
    pages: Vec<PathBuf>,
    conformance: Vec<PathBuf>,
    programs: Vec<PathBuf>,
}

/// What was found in all of it.
struct Found {
    exported: BTreeSet<String>,
    documented: BTreeSet<String>,
    examples: BTreeSet<String>,
    behaviour: BTreeSet<String>,
    conformance: BTreeSet<String>,
}

fn main() -> Result<ExitCode> {
    let options = parse_options()?;
    let manifests = options.manifests.iter().map(manifest).collect::<Result<Vec<_>>>()?;
    ensure!(!manifests.is_empty(), "no --manifest given");
    let found = find(&options)?;
    let mut findings = table(&manifests, &found);
    let surface = options.surface.iter().map(read).collect::<Result<String>>()?;
    let syscalls = exported(&options.syscalls)?;
    findings.extend(promised(&surface, &manifests, &found.exported, &syscalls)?);
    for finding in &findings {
        println!("{finding}");
    }
    Ok(ExitCode::from(u8::from(!findings.is_empty())))
}

fn parse_options() -> Result<Options> {
    let mut options = Options::default();
    let mut into = None;
    for arg in env::args().skip(1) {
        let list = match arg.as_str() {
            "--manifests" => Some(0),
            "--library" => Some(1),
            "--syscalls" => Some(2),
            "--surface" => Some(3),
            "--pages" => Some(4),
            "--conformance" => Some(5),
            "--programs" => Some(6),
            flag if flag.starts_with("--") => bail!("unknown option {flag}"),
            _ => None,
        };
        if list.is_some() {
            into = list;
            continue;
        }
        let lists = [
            &mut options.manifests,
            &mut options.library,
            &mut options.syscalls,
            &mut options.surface,
            &mut options.pages,
            &mut options.conformance,
            &mut options.programs,
        ];
        let index = into.with_context(|| format!("{arg}: which kind of file is it?"))?;
        lists.into_iter().nth(index).context("a list per option")?.push(arg.into());
    }
    Ok(options)
}

fn read(path: &PathBuf) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

fn manifest(path: &PathBuf) -> Result<Manifest> {
    serde_json::from_str(&read(path)?).with_context(|| path.display().to_string())
}

fn find(options: &Options) -> Result<Found> {
    let mut documented = BTreeSet::new();
    for page in &options.pages {
        let text = read(page)?;
        documented
            .extend(text.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned));
    }
    let (mut conformance, mut examples) = (BTreeSet::new(), BTreeSet::new());
    for program in &options.conformance {
        for (function, test) in tests_of(&read(program)?) {
            let is_example = test.starts_with("ffi_example_");
            if is_example { &mut examples } else { &mut conformance }.insert(function);
        }
    }
    Ok(Found {
        exported: exported(&options.library)?,
        documented,
        examples,
        behaviour: called(&options.programs)?,
        conformance,
    })
}

/// The rows of a conformance program's table: `{ "rt_x", ffi_test_rt_x },`.
fn tests_of(program: &str) -> Vec<(String, String)> {
    let rows =
        program.lines().filter_map(|line| line.trim().strip_prefix("{ \"")?.strip_suffix(" },"));
    rows.filter_map(|row| row.split_once("\", "))
        .map(|(function, test)| (function.to_owned(), test.to_owned()))
        .collect()
}

/// The dynamic symbols that libraries define for others.
fn exported(libraries: &[PathBuf]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for path in libraries {
        let data = fs::read(path).with_context(|| path.display().to_string())?;
        let file = object::File::parse(&*data).with_context(|| path.display().to_string())?;
        for symbol in file.dynamic_symbols().filter(ObjectSymbol::is_definition) {
            found.insert(symbol.name()?.to_owned());
        }
    }
    Ok(found)
}

/// The symbols that the objects in archives want from others: what their code calls, macros seen through.
fn called(archives: &[PathBuf]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for path in archives {
        let data = fs::read(path).with_context(|| path.display().to_string())?;
        let archive = ArchiveFile::parse(&*data).with_context(|| path.display().to_string())?;
        for member in archive.members() {
            let object = object::File::parse(member?.data(&*data)?)?;
            for symbol in object.symbols().filter(ObjectSymbol::is_undefined) {
                found.insert(symbol.name()?.to_owned());
            }
        }
    }
    Ok(found)
}

/// Prints the table; a sentence per function that lacks something.
fn table(manifests: &[Manifest], found: &Found) -> Vec<String> {
    let mut findings = Vec::new();
    print!("{:<12}{:>10}", "module", "specified");
    COLUMNS.iter().for_each(|column| print!("{column:>13}"));
    println!();
    let mut sums = [0; COLUMNS.len()];
    let mut all = 0;
    for manifest in manifests {
        let mut counts = [0; COLUMNS.len()];
        for function in &manifest.functions {
            let name = &function.name;
            // Functions that the generator adds to free what others give are shown by the examples of those.
            let is_shown = function.role == "free" || found.examples.contains(name);
            let has = [
                found.exported.contains(name),
                found.documented.contains(name) && !function.doc.is_empty(),
                is_shown,
                found.behaviour.contains(name),
                found.conformance.contains(name),
            ];
            for (index, has) in has.into_iter().enumerate() {
                counts[index] += usize::from(has);
                if !has {
                    findings.push(format!("{}: {name} lacks: {}", manifest.module, COLUMNS[index]));
                }
            }
        }
        row(&manifest.module, manifest.functions.len(), &counts);
        all += manifest.functions.len();
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    row("all", all, &sums);
    findings
}

fn row(name: &str, specified: usize, counts: &[usize]) {
    print!("{name:<12}{specified:>10}");
    counts.iter().for_each(|count| print!("{count:>13}"));
    println!();
}

/// A sentence per promised function that a built library lacks; prints what is still to come.
fn promised(
    surface: &str,
    manifests: &[Manifest],
    exported: &BTreeSet<String>,
    syscalls: &BTreeSet<String>,
) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let mut to_come = BTreeMap::new();
    let (mut module, mut count) = ("", 0);
    for line in
        surface.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            module = name;
            continue;
        }
        ensure!(!module.is_empty(), "{line} stands under no module");
        count += 1;
        let is_built = match module {
            SYSCALLS => !syscalls.is_empty(),
            _ => manifests.iter().any(|manifest| manifest.module == module),
        };
        let is_there =
            if module == SYSCALLS { syscalls.contains(line) } else { exported.contains(line) };
        if !is_built {
            to_come.entry(module).or_insert_with(Vec::new).push(line);
        } else if !is_there {
            findings
                .push(format!("{module}: {line} is promised, and the library does not export it"));
        }
    }
    let missing: usize = to_come.values().map(Vec::len).sum();
    println!("{count} functions are promised; {missing} of them in modules that are not built yet");
    for (module, names) in to_come {
        println!("  {module}: {}", names.join(", "));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str) -> Manifest {
        let text = format!(
            r#"{{"generated": "", "format_version": 1, "module": "{name}", "provider": "generated",
            "doc": "", "abi_hash": "", "abi_symbol": "", "handles": [], "enums": [], "structs": [],
            "functions": [{{"name": "rt_a", "role": "declared", "doc": "A.", "params": [], "result": "",
            "c_result": "void", "c_params": [], "failure": "", "errors": [], "wrappers": [],
            "keeps_error": false}}]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_a_function_lacks_is_named() {
        let mut found = Found {
            exported: set(&["rt_a"]),
            documented: set(&["rt_a"]),
            examples: set(&["rt_a"]),
            behaviour: set(&["rt_a"]),
            conformance: set(&["rt_a"]),
        };
        assert_eq!(table(&[module("m")], &found), Vec::<String>::new());
        found.behaviour.clear();
        found.examples.clear();
        assert_eq!(
            table(&[module("m")], &found),
            ["m: rt_a lacks: example", "m: rt_a lacks: behaviour"]
        );
    }

    #[test]
    fn a_promised_function_must_be_there_once_its_module_is() {
        let surface = "# A list.\n[m]\nrt_a\nrt_b\n\n[later]\nrt_c\n[syscalls]\nrt_a\nrt_d\n";
        let found = |syscalls: &[&str]| {
            promised(surface, &[module("m")], &set(&["rt_a"]), &set(syscalls)).unwrap()
        };
        assert_eq!(found(&[]), ["m: rt_b is promised, and the library does not export it"]);
        assert_eq!(found(&["rt_a"]).len(), 2);
    }

    #[test]
    fn the_table_of_a_conformance_program_is_read() {
        let program =
            "    { \"rt_a\", ffi_test_rt_a },\n    { \"rt_a\", ffi_example_rt_a },\n} x[];\n";
        let rows = tests_of(program);
        assert_eq!(rows[0], ("rt_a".to_owned(), "ffi_test_rt_a".to_owned()));
        assert_eq!(rows[1].1, "ffi_example_rt_a");
        assert_eq!(rows.len(), 2);
    }
}
