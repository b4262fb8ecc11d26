//! Ways to hold ffigen wrong: what each does to a directory with a good spec, what it calls, and how that
//! should end. `tests/cli.rs` runs them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

/// A module that is right; the ways below spoil it.
pub const GOOD: &str = r#"[module]
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
pub struct End {
    /// Exit code.
    pub code: i32,
    /// Parts of the message, in any order.
    pub says: &'static [&'static str],
}

/// One way: what it prepares in a directory that has `demo.toml` and `base.toml`, what it calls,
/// and how that ends.
pub struct Way {
    /// Name of its test.
    pub name: &'static str,
    /// What it does to the directory.
    pub prepare: fn(&Path),
    /// The command line.
    pub args: &'static [&'static str],
    /// How it ends.
    pub end: End,
}

/// The call that most ways make.
pub const GENERATE: &[&str] = &["generate", "demo.toml", "--out", "out"];

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
pub const BYTES: &[Way] = &[
    written!("empty_file", "", "demo.toml:1:1", "F0103"),
    written!("binary_file", b"\x7fELF\x02\x01\x01\0\0\0\0", "demo.toml:1:", "F0105"),
    written!("wrong_utf8", b"[module]\nname = \"d\xffemo\"\n", "demo.toml:2:10", "F0105"),
    written!("huge_file", vec![b'#'; 5 << 20], "demo.toml:1:1", "F0106", "4 MiB"),
    written!(
        "huge_family",
        format!(
            "[module]\nname = \"demo\"\ndoc = \"D.\"\n[[family]]\nname = \"rt_${{a}}\"\ndoc = \"{}\"\n\
             example = \"rt_${{a}}();\"\nbody = \"1\"\nmembers = [{{ a = \"x\", b = \"{}\" }}]\n",
            "${b}".repeat(200_000),
            "b".repeat(1_000_000)
        ),
        "demo.toml:5:8",
        "F0106",
        "16 MiB"
    ),
    written!("not_toml", "[module\nname = 1\n", "demo.toml:1:", "F0101"),
    written!("a_page_of_html", "<!DOCTYPE html>\n<p>not found</p>\n", "demo.toml:1:1", "F0101"),
    written!("deeply_nested_toml", format!("a = {}", "[".repeat(100_000)), "demo.toml:1:", "F0101"),
    written!("nothing_but_blanks", " \n\t\n\n", "demo.toml:", "F0103"),
];

/// What is wrong with what the spec says.
pub const SPECS: &[Way] = &[
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
pub const CALLS: &[Way] = &[
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

/// Replaces text of the good spec, which must have it once.
fn spoil(directory: &Path, from: &str, to: &str) {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` must stand once in the good spec");
    fs::write(directory.join("demo.toml"), GOOD.replace(from, to)).unwrap();
}
