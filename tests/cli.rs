//! Ways to hold ffigen wrong, and what a user then sees: where, why, what to do, and an output
//! directory as it was.
//!
//! Each way is one named test against the executable. A mistake in a spec ends with 1 and a place
//! in the file; a mistake in how the program is called, or in what surrounds it, ends with 2.
//! Nothing ever ends with 101, which is a bug.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;
use tests::ffigen::{BASE, run};

/// A module that is right; the ways below spoil it.
const GOOD: &str = r#"[module]
name = "demo"
doc = "A module for tests."

[[handle]]
name = "Lock"
tag = 900
doc = "A lock."
rust = "std::fs::File"
sample = 'rt_lock_new(RT_STR("a"))'

[[function]]
name = "rt_lock_new"
doc = "Makes a lock."
params = [{ name = "path", type = "text", doc = "Where." }]
result = "Lock"
errors = { IO = "it cannot be made" }
example = 'assert(rt_lock_free(rt_lock_new(RT_STR("a"))));'
body = '''
std::fs::File::create(path).at(path)?
'''

[[function]]
name = "rt_add"
doc = "Adds."
params = [
    { name = "a", type = "i64", doc = "One." },
    { name = "b", type = "i64", doc = "Other." },
]
result = "i64"
example = "assert(rt_add(1, 2) == 3);"
body = "a + b"
"#;

/// How a run should end.
struct End {
    code: i32,
    /// Parts of the message, in any order.
    says: &'static [&'static str],
}

/// One way: what it prepares in a directory that has `demo.toml` and `base.toml`, what it calls,
/// and how that ends.
struct Way {
    name: &'static str,
    prepare: fn(&Path),
    args: &'static [&'static str],
    end: End,
}

const GENERATE: &[&str] = &["generate", "demo.toml", "--out", "out"];

/// A way that spoils the spec by replacing text.
macro_rules! spoiled {
    ($name:literal, $from:expr => $to:expr, $($says:literal),+) => {
        Way {
            name: $name,
            prepare: |directory| spoil(directory, $from, $to),
            args: GENERATE,
            end: End { code: 1, says: &[$($says),+] },
        }
    };
}

/// A way that writes other bytes as the spec.
macro_rules! written {
    ($name:literal, $bytes:expr, $($says:literal),+) => {
        Way {
            name: $name,
            prepare: |directory| fs::write(directory.join("demo.toml"), $bytes).unwrap(),
            args: GENERATE,
            end: End { code: 1, says: &[$($says),+] },
        }
    };
}

/// A way to call the program.
macro_rules! called {
    ($name:literal, [$($arg:literal),*], $code:literal, $($says:literal),+) => {
        Way { name: $name, prepare: |_| {}, args: &[$($arg),*], end: End { code: $code, says: &[$($says),+] } }
    };
}

/// What is wrong with the bytes of the spec.
const BYTES: &[Way] = &[
    written!("empty_file", "", "demo.toml:1:1", "F0103"),
    written!("binary_file", b"\x7fELF\x02\x01\x01\0\0\0\0", "demo.toml:1:", "F0105"),
    written!("wrong_utf8", b"[module]\nname = \"d\xffemo\"\n", "demo.toml:2:10", "F0105"),
    written!("huge_file", vec![b'#'; 5 << 20], "demo.toml:1:1", "F0106", "4 MiB"),
    written!("not_toml", "[module\nname = 1\n", "demo.toml:1:", "F0101"),
    written!("a_page_of_html", "<!DOCTYPE html>\n<p>not found</p>\n", "demo.toml:1:1", "F0101"),
    written!("deeply_nested_toml", format!("a = {}", "[".repeat(100_000)), "demo.toml:1:", "F0101"),
    written!("nothing_but_blanks", " \n\t\n\n", "demo.toml:", "F0103"),
];

/// What is wrong with what the spec says.
const SPECS: &[Way] = &[
    spoiled!("misspelt_key", "params = [{" => "parms = [{", "demo.toml:15:1", "F0102", "`params`"),
    spoiled!("missing_key", "doc = \"Adds.\"\n" => "", "demo.toml:", "F0103", "`doc`"),
    spoiled!("value_of_another_type", "tag = 900" => "tag = \"900\"", "demo.toml:7:7", "F0104"),
    spoiled!("duplicate_function", "name = \"rt_add\"" => "name = \"rt_lock_new\"", "demo.toml:24:8", "F0205"),
    spoiled!("duplicate_parameter", "\"b\", type" => "\"a\", type", "demo.toml:28:14", "F0205"),
    spoiled!("reserved_word", "name = \"a\", type" => "name = \"struct\", type", "demo.toml:27:14", "F0203", "struct"),
    spoiled!("reserved_prefix", "name = \"a\", type" => "name = \"ffi_a\", type", "demo.toml:27:14", "F0204"),
    spoiled!("bad_name", "name = \"Lock\"" => "name = \"lock\"", "demo.toml:6:8", "F0202"),
    spoiled!("unknown_type", "type = \"text\"" => "type = \"txet\"", "demo.toml:15:36", "F0201", "`text`"),
    spoiled!("unknown_handle", "result = \"Lock\"" => "result = \"Lok\"", "demo.toml:16:11", "F0201", "`Lock`"),
    spoiled!("text_that_is_no_type", "type = \"text\"" => "type = \"[text\"", "demo.toml:15:", "F0301"),
    spoiled!("unknown_error_code", "{ IO = " => "{ OI = ", "demo.toml:17:12", "F0207"),
    spoiled!("tag_out_of_range", "tag = 900" => "tag = 4096", "demo.toml:7:7", "F0310"),
    spoiled!("bad_body", "body = \"a + b\"" => "body = '''\nlet c = a + b;\nlet = c\n'''", "demo.toml:34:5", "F0111"),
    spoiled!("unsafe_body", "body = \"a + b\"" => "body = \"unsafe { a + b }\"", "demo.toml:32:", "F0404"),
    spoiled!("no_body", "body = \"a + b\"\n" => "", "demo.toml:", "F0103", "`body`"),
    Way {
        name: "cyclic_struct",
        prepare: |directory| {
            let strukt = |name: &str, other: &str| {
                let field = format!("{{ name = \"x\", type = \"{other}\", doc = \"X.\" }}");
                format!("\n[[struct]]\nname = \"{name}\"\ndoc = \"One.\"\nfields = [{field}]\n")
            };
            let cycle = strukt("A", "B") + &strukt("B", "A");
            fs::write(directory.join("demo.toml"), format!("{GOOD}{cycle}")).unwrap();
        },
        args: GENERATE,
        end: End { code: 1, says: &["demo.toml:", "F0306", "`A`", "`B`"] },
    },
    Way {
        name: "deeply_nested_body",
        prepare: |directory| {
            let body = format!("body = \"{}a{}\"", "(".repeat(20_000), ")".repeat(20_000));
            spoil(directory, "body = \"a + b\"", &body);
        },
        args: GENERATE,
        end: End { code: 1, says: &["demo.toml:32:", "F0112"] },
    },
    Way {
        name: "one_good_one_bad",
        prepare: |directory| {
            let bad = GOOD
                .replace("demo", "bad")
                .replace("rt_", "rt_bad_")
                .replace("900", "901")
                .replace("i64", "i46");
            fs::write(directory.join("bad.toml"), bad).unwrap();
        },
        args: &["generate", "demo.toml", "bad.toml", "--out", "out"],
        end: End { code: 1, says: &["bad.toml:27:27", "F0201", "help: write"] },
    },
    Way {
        name: "two_specs_one_symbol",
        prepare: |directory| {
            fs::write(directory.join("two.toml"), GOOD.replace("\"demo\"", "\"two\"")).unwrap()
        },
        args: &["generate", "demo.toml", "two.toml", "--out", "out"],
        end: End { code: 1, says: &["two.toml:", "F0209", "rt_add"] },
    },
    called!(
        "one_spec_twice",
        ["generate", "demo.toml", "./demo.toml", "--out", "out"],
        1,
        "demo.toml:",
        "F0209"
    ),
];

/// What is wrong with the call, or around it.
const CALLS: &[Way] = &[
    called!("missing_file", ["generate", "dmeo.toml", "--out", "out"], 2, "dmeo.toml", "help"),
    called!("directory_as_spec", ["generate", ".", "--out", "out"], 2, "`.`", "help"),
    called!("no_spec", ["generate", "--out", "out"], 2, "SPEC"),
    called!("no_output", ["generate", "demo.toml"], 2, "--out"),
    called!("no_verb", [], 2, "generate"),
    called!("unknown_verb", ["genrate", "demo.toml"], 2, "generate"),
    called!("unknown_option", ["generate", "demo.toml", "--outt", "out"], 2, "--out"),
    called!(
        "unknown_emitter",
        ["generate", "demo.toml", "--out", "out", "--emit", "java"],
        2,
        "java",
        "simple"
    ),
    called!("unknown_stage", ["check", "demo.toml", "--stage", "tree"], 2, "view:<emitter>"),
    called!("unknown_format", ["check", "demo.toml", "--message-format", "xml"], 2, "json"),
    called!("unknown_code", ["explain", "F9999"], 2, "F9999"),
    called!(
        "missing_base",
        ["check", "demo.toml", "--base", "nobase.toml"],
        2,
        "nobase.toml",
        "help"
    ),
    called!("missing_manifest", ["abi-diff", "old.json", "new.json"], 2, "old.json", "help"),
    called!("spec_as_manifest", ["abi-diff", "demo.toml", "demo.toml"], 2, "demo.toml", "help"),
    Way {
        name: "no_base_beside_the_spec",
        prepare: |directory| fs::remove_file(directory.join("base.toml")).unwrap(),
        args: GENERATE,
        end: End { code: 2, says: &["base.toml", "--base"] },
    },
    Way {
        name: "loop_of_links",
        prepare: |directory| symlink("loop.toml", directory.join("loop.toml")).unwrap(),
        args: &["generate", "loop.toml", "--out", "out"],
        end: End { code: 2, says: &["loop.toml"] },
    },
    called!(
        "endless_device",
        ["generate", "/dev/zero", "--base", "base.toml", "--out", "out"],
        1,
        "/dev/zero:1:1"
    ),
    Way {
        name: "output_is_a_file",
        prepare: |directory| fs::write(directory.join("out"), "mine").unwrap(),
        args: GENERATE,
        end: End { code: 2, says: &["`out`", "help"] },
    },
    Way {
        name: "output_below_a_file",
        prepare: |directory| fs::write(directory.join("out"), "mine").unwrap(),
        args: &["generate", "demo.toml", "--out", "out/deeper"],
        end: End { code: 2, says: &["out/deeper", "help"] },
    },
    // The system's own directories cannot be written even by root, which may write into any
    // read-only directory of its own.
    called!(
        "read_only_output",
        ["generate", "demo.toml", "--out", "/proc/self/out"],
        2,
        "/proc/self/out"
    ),
    Way {
        name: "read_only_directory",
        prepare: |directory| {
            fs::create_dir(directory.join("out")).unwrap();
            fs::set_permissions(directory.join("out"), fs::Permissions::from_mode(0o555)).unwrap();
        },
        args: GENERATE,
        end: End { code: 2, says: &["out", "help"] },
    },
    Way {
        name: "a_directory_where_a_file_goes",
        prepare: |directory| {
            fs::create_dir_all(directory.join("out/simple/demo.spl/mine")).unwrap();
            fs::create_dir_all(directory.join("out/abi")).unwrap();
            fs::write(directory.join("out/abi/demo.json"), "old").unwrap();
        },
        args: GENERATE,
        end: End { code: 2, says: &["simple/demo.spl", "help"] },
    },
];

fn main() {
    let args = Arguments::from_args();
    let mut trials: Vec<_> = [BYTES, SPECS, CALLS]
        .into_iter()
        .flatten()
        .map(|way| Trial::test(format!("wrong/{}", way.name), || check_wrong(way)))
        .collect();
    for way in BYTES.iter().chain(SPECS) {
        trials.push(Trial::test(format!("json/{}", way.name), || check_json(way)));
    }
    trials.push(Trial::test("right/generate", generates));
    trials.push(Trial::test("right/odd_names", odd_names));
    trials.push(Trial::test("right/explain", explains));
    trials.push(Trial::test("right/stages", stages));
    libtest_mimic::run(&args, trials).exit();
}

/// A directory of its own, in a parent that is empty: ffigen also looks for base.toml one directory above.
struct Place {
    parent: TempDir,
}

impl Place {
    fn path(&self) -> PathBuf {
        self.parent.path().join("here")
    }
}

/// A directory with a good spec, and what the way makes of it.
fn prepare(way: &Way) -> Result<Place, Failed> {
    let place = Place { parent: TempDir::new()? };
    fs::create_dir(place.path())?;
    fs::write(place.path().join("demo.toml"), GOOD)?;
    fs::copy(tests::root().join(BASE), place.path().join("base.toml"))?;
    (way.prepare)(&place.path());
    Ok(place)
}

fn spoil(directory: &Path, from: &str, to: &str) {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` must stand once in the good spec");
    fs::write(directory.join("demo.toml"), GOOD.replace(from, to)).unwrap();
}

fn check_wrong(way: &Way) -> Result<(), Failed> {
    let place = prepare(way)?;
    if way.name == "read_only_directory" && fs::write(place.path().join("out/probe"), "").is_ok() {
        // This user may write anywhere; `read_only_output` shows the same for such users.
        return Ok(());
    }
    let before = tree(&place.path());
    let output = run(&place.path(), way.args, &[]);
    let message = String::from_utf8(output.stderr)?;
    if output.status.code() != Some(way.end.code) {
        return Err(format!("ended with {}, not {}\n{message}", output.status, way.end.code).into());
    }
    if let Some(part) = way.end.says.iter().find(|part| !message.contains(**part)) {
        return Err(format!("the message does not say `{part}`:\n{message}").into());
    }
    // Without any argument, the usage is the message.
    let is_error = message.contains("error") || message.contains("Usage:");
    if !is_error || (way.end.code == 1 && !message.contains("= help: ")) {
        return Err(format!("the message says no error, or not what to do:\n{message}").into());
    }
    if message.contains('\u{1b}') || message.lines().any(|line| line.len() > 2000) {
        return Err("the message has control characters or an endless line".into());
    }
    let after = tree(&place.path());
    if before != after {
        let is_new = |path: &&PathBuf| before.get(*path) != after.get(*path);
        return Err(format!(
            "it left traces: {:?}",
            after.keys().filter(is_new).collect::<Vec<_>>()
        )
        .into());
    }
    Ok(())
}

/// The same mistakes for programs: each line is an object with place and help, and the codes are
/// those that people see.
fn check_json(way: &Way) -> Result<(), Failed> {
    let place = prepare(way)?;
    let human = String::from_utf8(run(&place.path(), way.args, &[]).stderr)?;
    let args: Vec<_> = way.args.iter().copied().chain(["--message-format", "json"]).collect();
    let output = run(&place.path(), &args, &[]);
    let mut codes = Vec::new();
    // Programs read what is meant for them from standard output or error, wherever it is: one
    // object per line.
    let lines = [output.stdout, output.stderr].concat();
    for line in String::from_utf8(lines)?.lines() {
        let object: serde_json::Value =
            serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
        let is_place = |key: &str| object[key].as_u64().is_some_and(|number| number > 0);
        let has_help = object["help"].as_array().is_some_and(|help| !help.is_empty());
        if !is_place("line") || !is_place("column") || !object["file"].is_string() || !has_help {
            return Err(format!("no place or no help: {line}").into());
        }
        codes.push(object["code"].as_str().unwrap_or_default().to_owned());
    }
    let shown: Vec<_> = human
        .lines()
        .filter_map(|line| Some(line.strip_prefix("error[")?.split(']').next()?.to_owned()))
        .collect();
    if output.status.code() != Some(1) || codes.is_empty() || codes != shown {
        return Err(format!("{}: {codes:?} as JSON, {shown:?} for people", output.status).into());
    }
    Ok(())
}

/// Everything below a directory, with content.
fn tree(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let is_folder = entry.file_type().unwrap().is_dir();
            found.insert(
                path.clone(),
                if is_folder { Vec::new() } else { fs::read(&path).unwrap_or_default() },
            );
            if is_folder {
                folders.push(path);
            }
        }
    }
    found
}

const RIGHT: Way =
    Way { name: "right", prepare: |_| {}, args: GENERATE, end: End { code: 0, says: &[] } };

/// What is right ends with 0, says nothing, and is there, also over an older output and beside what
/// others put there.
fn generates() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    let out = place.path().join("out");
    fs::create_dir_all(out.join("abi"))?;
    fs::write(out.join("abi/demo.json"), "old")?;
    fs::write(out.join("mine"), "mine")?;
    for _ in 0..2 {
        let output = run(&place.path(), GENERATE, &[]);
        if output.status.code() != Some(0) || !output.stderr.is_empty() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
    }
    let written = tree(&out);
    let names: Vec<_> = written
        .iter()
        .filter(|(path, _)| path.is_file())
        .map(|(path, _)| path.strip_prefix(&out))
        .collect();
    let wanted = [
        "abi/demo.json",
        "c/rt_demo.h",
        "cargo/Cargo.toml",
        "doc/demo.md",
        "mine",
        "rust/bodies.rs",
        "rust/lib.rs",
        "rust/types.rs",
        "simple/demo.spl",
        "test/demo_conformance.c",
    ];
    if names != wanted.map(|name| Ok(Path::new(name))) {
        return Err(format!("these files are there: {names:?}").into());
    }
    let is_new = fs::read_to_string(out.join("abi/demo.json"))?.contains("rt_add");
    let is_left_alone = fs::read_to_string(out.join("mine"))? == "mine";
    if is_new && is_left_alone {
        Ok(())
    } else {
        Err("an old file stayed, or a foreign one changed".into())
    }
}

/// Paths are used as they are: blanks, quotes, letters of any script, a leading hyphen behind `--`.
fn odd_names() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    for name in ["a b.toml", "\"quoted\".toml", "schön.toml", "-x.toml"] {
        fs::copy(place.path().join("demo.toml"), place.path().join(name))?;
        let output = run(&place.path(), &["check", "--", name], &[]);
        if output.status.code() != Some(0) {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
    }
    Ok(())
}

/// Every code can be asked for, in upper and lower case.
fn explains() -> Result<(), Failed> {
    for row in ffigen::code::ALL {
        for code in [row.code.to_owned(), row.code.to_lowercase()] {
            let output = run(Path::new("/"), &["explain", &code], &[]);
            let text = String::from_utf8(output.stdout)?;
            if output.status.code() != Some(0) || !text.contains(row.title) {
                return Err(format!("{code}: {}: {text}", output.status).into());
            }
        }
    }
    Ok(())
}

/// Every stage can be looked at.
fn stages() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    let views =
        ffigen::emit::Emitter::all().into_iter().map(|emitter| format!("view:{}", emitter.name()));
    for stage in ["spec".to_owned(), "model".to_owned()].into_iter().chain(views) {
        let output = run(&place.path(), &["check", "demo.toml", "--stage", &stage], &[]);
        let text = String::from_utf8(output.stdout)?;
        if output.status.code() != Some(0) || !text.contains("rt_add") && stage != "view:cargo" {
            return Err(format!("{stage}: {}: {text}", output.status).into());
        }
    }
    Ok(())
}
