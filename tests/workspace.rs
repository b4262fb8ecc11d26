//! The verb `workspace` as a user meets it: what it writes, what it leaves alone, and ways to hold it wrong, after
//! which everything is as it was.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use tests::ffigen::{executable, run};
use tests::place::{Place, check_wrong, prepare, tree};
use tests::ways::{End, GOOD, Way};

const CALL: &[&str] = &["workspace", "demo.toml", "--out", "out"];
const LIST: &str = ".ffigen-workspace";

type Test = fn() -> Result<(), Failed>;

fn main() {
    let args = Arguments::from_args();
    let mut trials: Vec<_> = WAYS
        .iter()
        .map(|way| Trial::test(format!("wrong/{}", way.name), || Ok(check_wrong(way)?)))
        .collect();
    let rights: [(&str, Test); 9] = [
        ("files_of_generate", files_of_generate),
        ("nothing_is_left_behind", nothing_is_left_behind),
        ("own_files_stay", own_files_stay),
        ("own_files_without_a_place", own_files_without_a_place),
        ("empty_directory_and_link", empty_directory_and_link),
        ("order_of_specs", order_of_specs),
        ("the_base_that_ffigen_carries", the_base_that_ffigen_carries),
        ("a_module_of_somebody_else", a_module_of_somebody_else),
        ("a_file_that_cannot_be_written", a_file_that_cannot_be_written),
    ];
    trials.extend(rights.map(|(name, test)| Trial::test(format!("right/{name}"), test)));
    libtest_mimic::run(&args, trials).exit();
}

/// A way that is about what lies at `out`.
macro_rules! placed {
    ($name:literal, $prepare:expr, $args:expr, $($says:literal),+) => {
        Way { name: $name, prepare: $prepare, args: $args, end: End { code: 2, says: &[$($says),+] } }
    };
}

const WAYS: &[Way] = &[
    placed!(
        "output_is_a_file",
        |here| fs::write(here.join("out"), "mine").unwrap(),
        CALL,
        "`out`",
        "it is a file",
        "help"
    ),
    placed!(
        "output_below_a_file",
        |here| fs::write(here.join("file"), "mine").unwrap(),
        &["workspace", "demo.toml", "--out", "file/out"],
        "file",
        "help"
    ),
    placed!(
        "somebody_elses_directory",
        |here| {
            fs::create_dir(here.join("out")).unwrap();
            fs::write(here.join("out/Cargo.toml"), "mine").unwrap();
        },
        CALL,
        "`out`",
        "not empty",
        "help"
    ),
    placed!(
        "a_list_that_is_none",
        |here| {
            fs::create_dir(here.join("out")).unwrap();
            fs::write(here.join("out").join(LIST), "mine\nCargo.toml\n").unwrap();
            fs::write(here.join("out/Cargo.toml"), "mine").unwrap();
        },
        CALL,
        "`out`",
        "not empty"
    ),
    placed!(
        "link_to_nowhere",
        |here| symlink("nowhere", here.join("out")).unwrap(),
        CALL,
        "`out`",
        "leads nowhere",
        "help"
    ),
    placed!(
        "link_to_a_file",
        |here| symlink("demo.toml", here.join("out")).unwrap(),
        CALL,
        "`out`",
        "it is a file"
    ),
    placed!("loop_of_links", |here| symlink("out", here.join("out")).unwrap(), CALL, "`out`"),
    placed!(
        "the_current_directory",
        |_| {},
        &["workspace", "demo.toml", "--out", "."],
        "`.`",
        "current directory",
        "help"
    ),
    placed!(
        "a_directory_around_it",
        |_| {},
        &["workspace", "demo.toml", "--out", "../../here/.."],
        "current directory"
    ),
    // The system's own directories cannot be written even by root.
    placed!(
        "read_only_place",
        |_| {},
        &["workspace", "demo.toml", "--out", "/proc/self/out"],
        "/proc/self",
        "help"
    ),
    placed!("no_output", |_| {}, &["workspace", "demo.toml"], "--out"),
    placed!("no_spec", |_| {}, &["workspace", "--out", "out"], "SPEC"),
    placed!("missing_spec", |_| {}, &["workspace", "dmeo.toml", "--out", "out"], "dmeo.toml"),
    placed!(
        "no_base",
        |_| {},
        &["workspace", "demo.toml", "--base", "bse.toml", "--out", "out"],
        "bse.toml",
        "help"
    ),
    placed!(
        "another_base",
        |here| {
            let base = fs::read_to_string(here.join("base.toml")).unwrap();
            fs::write(here.join("base.toml"), base.replacen("value = 1,", "value = 9001,", 1))
                .unwrap();
        },
        CALL,
        "base spec",
        "help"
    ),
    placed!(
        "a_hand_written_module",
        |here| {
            let spec = "[module]\nname = \"demo\"\ndoc = \"D.\"\nprovider = \"hand_written\"\n";
            fs::write(here.join("demo.toml"), spec).unwrap();
        },
        CALL,
        "`demo`",
        "hand-written",
        "help"
    ),
    placed!(
        "a_name_that_is_taken",
        |here| {
            fs::write(here.join("demo.toml"), GOOD.replace("\"demo\"", "\"rt\"")).unwrap();
        },
        CALL,
        "`rt`",
        "help"
    ),
    Way {
        name: "a_mistake_in_the_spec",
        prepare: |here| {
            fs::write(here.join("demo.toml"), GOOD.replace("result = \"i64\"", "result = \"i46\""))
                .unwrap();
        },
        args: CALL,
        end: End { code: 1, says: &["demo.toml:", "F0201"] },
    },
];

const RIGHT: Way =
    Way { name: "right", prepare: |_| {}, args: CALL, end: End { code: 0, says: &[] } };

/// Writes a workspace; nothing is said.
fn write(here: &Path, args: &[&str]) -> Result<(), Failed> {
    let output = run(here, args, &[]);
    if output.status.code() == Some(0) && output.stderr.is_empty() && output.stdout.is_empty() {
        return Ok(());
    }
    Err(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)).into())
}

fn written() -> Result<Place, Failed> {
    let place = prepare(&RIGHT)?;
    write(&place.path(), CALL)?;
    Ok(place)
}

/// The files of a directory, relative to it.
fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = tree(directory).into_iter().filter(|(path, _)| path.is_file());
    files.map(|(path, text)| (path.strip_prefix(directory).unwrap().to_owned(), text)).collect()
}

/// What `generate` writes for each spec of the repository stands in the workspace, byte for byte; and the list names
/// every file.
fn files_of_generate() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    let specs: Vec<_> = tests::cases("specs", "toml")
        .into_iter()
        .map(|(_, path)| tests::root().join(path).display().to_string())
        .collect();
    let specs: Vec<_> = specs.iter().map(String::as_str).collect();
    write(&place.path(), &[&["workspace", "--out", "out"], &specs[..]].concat())?;
    write(&place.path(), &[&["generate", "--out", "generated"], &specs[..]].concat())?;
    let workspace = files(&place.path().join("out"));
    let mut count = 0;
    for (path, text) in files(&place.path().join("generated")) {
        let path = path.display().to_string();
        let (module, path) = path.split_once('/').ok_or("no module")?;
        let (kind, name) = path.split_once('/').ok_or("no kind")?;
        let place = match kind {
            "rust" => format!("crates/ffi_{module}/src/{name}"),
            "cargo" => format!("crates/ffi_{module}/{name}"),
            "test" => format!("crates/conformance/c/{name}"),
            "c" => format!("include/{name}"),
            _ => path.to_owned(),
        };
        if workspace.get(Path::new(&place)) != Some(&text) {
            return Err(format!("{place} is not what `generate` writes").into());
        }
        count += 1;
    }
    let list = fs::read_to_string(place.path().join("out").join(LIST))?;
    let listed: Vec<_> = list.lines().skip(1).map(PathBuf::from).collect();
    let there: Vec<_> = workspace.into_keys().filter(|path| path != Path::new(LIST)).collect();
    let is_same = listed.len() == there.len() && there.iter().all(|path| listed.contains(path));
    if count > 100 && is_same { Ok(()) } else { Err(format!("{count} files; {list}").into()) }
}

/// Neither beside the workspace nor in it, the second time neither; and the second is equal to the first.
fn nothing_is_left_behind() -> Result<(), Failed> {
    let place = written()?;
    let first = tree(&place.path());
    write(&place.path(), CALL)?;
    let names: Vec<_> =
        fs::read_dir(place.path())?.map(|entry| entry.unwrap().file_name()).collect();
    if names.len() != 3 {
        return Err(format!("there is more: {names:?}").into());
    }
    if first == tree(&place.path()) { Ok(()) } else { Err("the second is another".into()) }
}

/// What cargo and the user put into the workspace is in the next one, wherever it lies; what only the earlier one had
/// is gone.
fn own_files_stay() -> Result<(), Failed> {
    let place = written()?;
    let out = place.path().join("out");
    let own = [
        "target/debug/libdemo.so",
        ".git/HEAD",
        "notes.md",
        "crates/mine/src/lib.rs",
        "include/mine.h",
    ];
    for path in own {
        fs::create_dir_all(out.join(path).parent().unwrap())?;
        fs::write(out.join(path), path)?;
    }
    symlink("/nowhere", out.join("doc/link"))?;
    fs::write(out.join("README.md"), "edited")?;
    let spec = GOOD.replace("\"demo\"", "\"other\"");
    fs::write(place.path().join("other.toml"), spec)?;
    write(&place.path(), &["workspace", "other.toml", "--out", "out"])?;
    for path in own {
        if fs::read_to_string(out.join(path)).ok().as_deref() != Some(path) {
            return Err(format!("{path} is not there any more").into());
        }
    }
    let is_gone = !out.join("crates/ffi_demo").exists() && !out.join("include/rt_demo.h").exists();
    let is_new = out.join("include/rt_other.h").exists()
        && fs::read_to_string(out.join("README.md"))? != "edited";
    let is_linked = fs::read_link(out.join("doc/link"))? == Path::new("/nowhere");
    if is_gone && is_new && is_linked {
        Ok(())
    } else {
        Err("an old file, or none of the new".into())
    }
}

/// A file of the user in a package that the next workspace lacks would be lost; one at a place that the next one needs,
/// too. Both stop it.
fn own_files_without_a_place() -> Result<(), Failed> {
    for (own, next) in [
        ("crates/ffi_demo/src/mine.rs", "other"),
        ("include/rt_other.h", "other"),
        ("crates/ffi_other/mine", "other"),
    ] {
        let place = written()?;
        let out = place.path().join("out");
        fs::create_dir_all(out.join(own).parent().unwrap())?;
        fs::write(out.join(own), "mine")?;
        fs::write(
            place.path().join("other.toml"),
            GOOD.replace("\"demo\"", &format!("\"{next}\"")),
        )?;
        let before = tree(&place.path());
        let output = run(&place.path(), &["workspace", "other.toml", "--out", "out"], &[]);
        let message = String::from_utf8(output.stderr)?;
        let is_named = message.contains(own)
            || message.contains(Path::new(own).parent().unwrap().to_str().unwrap());
        if output.status.code() != Some(2) || !is_named || before != tree(&place.path()) {
            return Err(format!("{own}: {}: {message}", output.status).into());
        }
    }
    Ok(())
}

/// An empty directory is taken; behind a link, the link stays one.
fn empty_directory_and_link() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    fs::create_dir(place.path().join("real"))?;
    symlink("real", place.path().join("out"))?;
    for _ in 0..2 {
        write(&place.path(), CALL)?;
    }
    let is_link = fs::symlink_metadata(place.path().join("out"))?.is_symlink();
    let is_there = place.path().join("real/crates/ffi_demo/src/lib.rs").exists();
    write(&place.path(), &["workspace", "demo.toml", "--out", "new/and/deeper/"])?;
    let is_deep = place.path().join("new/and/deeper/Cargo.toml").exists();
    if is_link && is_there && is_deep { Ok(()) } else { Err("not where it belongs".into()) }
}

/// The order in which specs are named, the base spec among them, changes nothing.
fn order_of_specs() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    let other =
        GOOD.replace("\"demo\"", "\"other\"").replace("900", "901").replace("Lock", "Latch");
    let other = other.replace("rt_lock", "rt_latch").replace("rt_add", "rt_sum");
    fs::write(place.path().join("other.toml"), other)?;
    write(&place.path(), &["workspace", "demo.toml", "other.toml", "--out", "one"])?;
    let specs = ["other.toml", "./base.toml", "demo.toml"];
    write(&place.path(), &[&["workspace"], &specs[..], &["--out", "two"]].concat())?;
    let equal = files(&place.path().join("one")) == files(&place.path().join("two"));
    if equal { Ok(()) } else { Err("another order, other files".into()) }
}

/// A spec that lies alone is read with the base spec of the runtime that a workspace takes along: the same files.
fn the_base_that_ffigen_carries() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    let write_both = |workspace: &str, generated: &str| -> Result<(), Failed> {
        write(&place.path(), &["workspace", "demo.toml", "--out", workspace])?;
        write(&place.path(), &["generate", "demo.toml", "--out", generated])
    };
    write_both("one", "generated/one")?;
    fs::remove_file(place.path().join("base.toml"))?;
    write_both("two", "generated/two")?;
    let equal =
        |one: &str, two: &str| files(&place.path().join(one)) == files(&place.path().join(two));
    let is_same = equal("one", "two") && equal("generated/one", "generated/two");
    if is_same { Ok(()) } else { Err("without base.toml there are other files".into()) }
}

/// A crate that ours does not know is for cargo to find; the lock file has what is known.
fn a_module_of_somebody_else() -> Result<(), Failed> {
    let place = prepare(&RIGHT)?;
    let spec = format!("{GOOD}\n[dependencies]\nsomebodys-crate = \"3.1\"\nuuid = \"1\"\n");
    fs::write(place.path().join("demo.toml"), spec)?;
    write(&place.path(), CALL)?;
    let read = |path: &str| fs::read_to_string(place.path().join("out").join(path));
    let (lock, manifest) = (read("Cargo.lock")?, read("crates/ffi_demo/Cargo.toml")?);
    let is_known = lock.contains("name = \"uuid\"") && lock.contains("name = \"ffi_demo\"");
    let is_fine =
        is_known && !lock.contains("somebodys") && manifest.contains("somebodys-crate = \"3.1\"");
    // The minimal runtime is for the specs that it was written for.
    if is_fine && !place.path().join("out/rt_min").exists() { Ok(()) } else { Err(lock.into()) }
}

/// A bound on the size of files stands for a full disk: the earlier workspace stays, and nothing else does.
fn a_file_that_cannot_be_written() -> Result<(), Failed> {
    let place = written()?;
    let before = tree(&place.path());
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" workspace demo.toml --out out";
    let output = std::process::Command::new("sh")
        .args(["-c", script])
        .arg(executable())
        .current_dir(place.path())
        .output()?;
    let message = String::from_utf8(output.stderr)?;
    if output.status.code() != Some(2)
        || !message.contains("cannot write")
        || !message.contains("help")
    {
        return Err(format!("{}: {message}", output.status).into());
    }
    if before == tree(&place.path()) { Ok(()) } else { Err("something changed".into()) }
}
