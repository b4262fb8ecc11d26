//! What stands before the functions of a file: what it asks for, and on which machines.

use crate::direct::quietly;
use crate::filetest::{Kind, Refusal, Target};
use cranelift_codegen::isa::{self, OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Flags};
use cranelift_reader::{Feature, IsaSpec, ParseError, ParseOptions, TestFile, parse_test};
use std::borrow::Cow;
use std::collections::HashMap;
use target_lexicon::{Architecture, Triple};

/// What the reader says about what Cranelift had before this version, or has after it.
const OTHER_VERSIONS: [&str; 3] =
    ["Unknown opcode", "unknown calling convention", "unknown setting"];

/// Has the reader parse a file.
///
/// # Errors
/// Says why the file is not replayed.
pub fn parse(text: &str) -> Result<TestFile<'_>, Refusal> {
    let parsed = quietly(|| parse_test(text, ParseOptions::default())).map_err(|why| {
        // It reads from front to back: the line is the last of the shortest beginning that does it.
        let ends: Vec<_> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        let is_fine = |&end: &usize| {
            quietly(|| drop(parse_test(&text[..end], ParseOptions::default()))).is_ok()
        };
        let line = 1 + ends.partition_point(is_fine);
        Refusal::Fail(format!("cannot be parsed: line {line}: Cranelift's reader gave up: {why}"))
    })?;
    parsed.map_err(|error| refusal(&error))
}

fn refusal(error: &ParseError) -> Refusal {
    let message = format!("line {}: {}", error.location.line_number, error.message);
    if OTHER_VERSIONS.iter().any(|start| error.message.starts_with(start)) {
        return Refusal::Skip(format!(
            "is for another version of Cranelift than {}: {message}",
            cranelift_codegen::VERSION
        ));
    }
    match error.is_warning {
        true => Refusal::Skip(message),
        false => Refusal::Fail(format!("cannot be parsed: {message}")),
    }
}

/// A text without targets that Cranelift was not built with or does not know, and without settings for nothing else.
///
/// The reader takes such settings for a mistake, and a target of another version for a reason to stop.
/// What has no other targets is left as it is.
pub fn without_idle_lines(text: &str) -> Cow<'_, str> {
    let lines: Vec<_> = text.lines().collect();
    let is_idle = |line: &str| target_name(line).is_some_and(is_off);
    let is_target = |line: &&str| target_name(line).is_some() && !is_idle(line);
    let last = lines.iter().rposition(is_target);
    let end = lines.iter().rposition(|line| is_idle(line));
    let (Some(last), Some(end)) = (last, end) else { return Cow::Borrowed(text) };
    let kept = lines.iter().enumerate().map(|(index, line)| {
        let is_for_idle = index > last && index < end && line.starts_with("set ");
        // Lines keep their numbers.
        if is_idle(line) || is_for_idle { "" } else { *line }
    });
    Cow::Owned(kept.collect::<Vec<_>>().join("\n"))
}

/// The name in a `target` line.
fn target_name(line: &str) -> Option<&str> {
    line.strip_prefix("target ")?.split_whitespace().next()
}

/// Whether a target has no code generator in Cranelift as it is built here.
fn is_off(name: &str) -> bool {
    name.parse::<Triple>().is_ok_and(|triple| isa::lookup(triple).is_err())
}

/// What a file asks for.
///
/// # Errors
/// If this tool does not do that.
pub fn kind_of(file: &TestFile<'_>) -> Result<Kind, Refusal> {
    if let Some(feature) = file.features.first() {
        let (how, name) = match feature {
            Feature::With(name) => ("with", name),
            Feature::Without(name) => ("without", name),
        };
        return Err(Refusal::Skip(format!("needs Cranelift built {how} the feature {name}")));
    }
    let kinds: Vec<_> = file.commands.iter().map(|command| command.command).collect();
    match kinds {
        _ if kinds.contains(&"run") => Ok(Kind::Run),
        _ if kinds.contains(&"verifier") => Ok(Kind::Verifier),
        _ if kinds.is_empty() => Err(Refusal::Skip("has no `test` line".to_owned())),
        _ => Err(Refusal::Skip(format!(
            "asks for `test {}` alone; what is replayed is `test run` and `test verifier`",
            kinds.join("`, `test ")
        ))),
    }
}

/// The machines of a file; the host where it names none.
///
/// # Errors
/// If there is none that Cranelift was built with.
pub fn targets_of(text: &str, spec: &IsaSpec, kind: Kind) -> Result<Vec<Target>, Refusal> {
    match spec {
        IsaSpec::Some(isas) => {
            let mut targets: Vec<_> = isas.iter().map(|isa| target(&**isa)).collect();
            // As in Cranelift's own tool, what runs here is code for this system, whatever system a target names.
            let runs = |target: &&mut Target| kind == Kind::Run && target.foreign.is_none();
            targets.iter_mut().filter(runs).for_each(|target| target.triple = Triple::host());
            Ok(targets)
        }
        IsaSpec::None(_) if text.lines().any(|line| target_name(line).is_some()) => {
            let names: Vec<_> = text.lines().filter_map(target_name).collect();
            let names = names.join(", ");
            Err(Refusal::Skip(format!("is for {names}, which Cranelift is not built with here")))
        }
        IsaSpec::None(flags) => {
            let isa = host(flags).map_err(Refusal::Skip)?;
            let mut target = Target { is_assumed: true, ..target(&*isa) };
            if kind == Kind::Verifier {
                target.name = "no target".to_owned();
            }
            Ok(vec![target])
        }
    }
}

fn host(flags: &Flags) -> Result<OwnedTargetIsa, String> {
    let builder = isa::lookup(Triple::host()).map_err(|error| error.to_string())?;
    builder.finish(flags.clone()).map_err(|error| error.to_string())
}

fn target(isa: &dyn TargetIsa) -> Target {
    let plain_flags: HashMap<_, _> = Flags::new(settings::builder())
        .iter()
        .map(|value| (value.name, value.value_string()))
        .collect();
    let changed = |value: settings::Value| {
        let text = value.value_string();
        (plain_flags.get(value.name) != Some(&text)).then(|| (value.name.to_owned(), text))
    };
    let mut found: Vec<_> = isa.flags().iter().filter_map(changed).collect();
    // The reader switches these off for its own needs; no file can tell.
    found.retain(|(name, _)| name != "unwind_info" && name != "machine_code_cfg_info");
    // All of the processor, since a module may start with what this machine has.
    let of_isa: Vec<_> =
        isa.isa_flags().iter().map(|flag| (flag.name.to_owned(), flag.value_string())).collect();
    let mut name = isa.triple().architecture.to_string();
    if let Some((_, level)) = found.iter().find(|(name, _)| name == "opt_level") {
        name += &format!(" {level}");
    }
    let extensions = of_isa.iter().filter(|(_, value)| value == "true").count();
    if extensions > 0 {
        name += &format!(" +{extensions}");
    }
    found.extend(of_isa);
    let (triple, foreign) = (isa.triple().clone(), foreign(isa));
    Target { name, triple, settings: found, foreign, is_assumed: false }
}

/// Why code for a machine cannot run on this one.
fn foreign(isa: &dyn TargetIsa) -> Option<String> {
    let here = Triple::host();
    let there = isa.triple();
    let is_same = match (there.architecture, here.architecture) {
        // Extensions are settings, whatever the name has of them.
        (Architecture::Riscv64(_), Architecture::Riscv64(_)) => true,
        (there, here) => there == here,
    };
    if !is_same {
        return Some(format!(
            "is for {}, this machine is {}",
            there.architecture, here.architecture
        ));
    }
    let native = cranelift_native::builder()
        .ok()
        .and_then(|builder| builder.finish(Flags::new(settings::builder())).ok());
    let native = native?.isa_flags();
    let lacking = isa.isa_flags().into_iter().find(|flag| {
        let has =
            |value: &settings::Value| value.name == flag.name && value.as_bool() == Some(true);
        flag.as_bool() == Some(true) && flag.name.starts_with("has_") && !native.iter().any(has)
    });
    lacking.map(|flag| format!("needs `{}`, which this machine lacks", flag.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "function %f() {\nblock0:\n    return\n}\n";

    fn said(head: &str) -> String {
        let text = format!("{head}\n{BODY}");
        let text = without_idle_lines(&text);
        let file = match parse(&text) {
            Ok(file) => file,
            Err(Refusal::Skip(reason)) => return format!("skip: {reason}"),
            Err(Refusal::Fail(reason)) => return format!("fail: {reason}"),
        };
        let targets = kind_of(&file)
            .and_then(|kind| targets_of(&text, &file.isa_spec, kind).map(|t| t.len()));
        match targets {
            Ok(count) => format!("{count} targets"),
            Err(Refusal::Skip(reason) | Refusal::Fail(reason)) => format!("skip: {reason}"),
        }
    }

    #[test]
    fn settings_for_targets_that_are_off_are_passed_over() {
        assert_eq!(
            said("test run\ntarget s390x\nset opt_level=none\ntarget pulley32"),
            "1 targets"
        );
        assert_eq!(
            said("test run\nset opt_level=none\ntarget pulley32\ntarget x86_64\ntarget pulley64"),
            "1 targets"
        );
        assert_eq!(
            said("test run\nset opt_level=none\ntarget pulley32\ntarget pulley64"),
            "skip: is for pulley32, pulley64, which Cranelift is not built with here"
        );
    }

    #[test]
    fn what_the_reader_panics_over_has_its_line() {
        let head = "test run\nfunction %g() {\n    dt0 = i32*gv0\nblock0:\n    return\n}";
        let why = "Cranelift's reader gave up: expected vector type";
        assert_eq!(said(head), format!("fail: cannot be parsed: line 3: {why}"));
    }

    #[test]
    fn targets_of_another_version_are_passed_over() {
        assert_eq!(said("test run\ntarget sparc64\ntarget s390x\ntarget sparc64"), "1 targets");
        assert_eq!(said("test run\ntarget sparc64"), "skip: line 2: unsupported target 'sparc64'");
        assert!(said("test run\ntarget s390x\ntarget no_machine").starts_with("fail: "));
    }

    #[test]
    fn settings_for_no_target_at_all_are_a_mistake() {
        let dangling = "dangling 'set' command after ISA specification has no effect.";
        assert_eq!(
            said("test run\ntarget s390x\nset opt_level=none"),
            format!("fail: cannot be parsed: line 3: {dangling}")
        );
        assert_eq!(
            said("test run\ntarget s390x\nset opt_level=none\ntarget pulley64\nset opt_level=none"),
            format!("fail: cannot be parsed: line 5: {dangling}")
        );
    }

    #[test]
    fn what_runs_here_is_for_this_system() {
        let here = Triple::host().architecture;
        let text = format!("test run\ntarget {here}-pc-windows-msvc\ntarget s390x\n{BODY}");
        let Ok(file) = parse(&text) else { panic!("{text}") };
        let triples = |kind| {
            let targets = targets_of(&text, &file.isa_spec, kind).unwrap_or_default();
            targets.into_iter().map(|target| target.triple).collect::<Vec<_>>()
        };
        assert_eq!(triples(Kind::Run)[0], Triple::host());
        assert_ne!(triples(Kind::Verifier)[0], Triple::host());
        if here != Architecture::S390x {
            assert_eq!(triples(Kind::Run)[1].architecture, Architecture::S390x);
        }
    }

    #[test]
    fn what_this_version_lacks_is_told_from_mistakes() {
        let version = cranelift_codegen::VERSION;
        let other = format!("skip: is for another version of Cranelift than {version}");
        assert_eq!(
            said("test run\nset no_such_setting=1\ntarget x86_64"),
            format!("{other}: line 2: unknown setting 'no_such_setting=1'")
        );
        let text = "test run\nfunction %f() {\nblock0:\n    no_such_opcode\n}\n";
        let reason = match parse(text) {
            Err(Refusal::Skip(reason)) => format!("skip: {reason}"),
            _ => String::new(),
        };
        assert_eq!(reason, format!("{other}: line 4: Unknown opcode: 'no_such_opcode'"));
        let text = "test run\nfunction %f() {\nblock0:\n    v1 = iadd v2\n}\n";
        assert!(matches!(parse(text), Err(Refusal::Fail(_))));
    }

    #[test]
    fn what_is_not_done_is_said() {
        let done = "what is replayed is `test run` and `test verifier`";
        assert_eq!(
            said("test interpret\ntest compile"),
            format!("skip: asks for `test interpret`, `test compile` alone; {done}")
        );
        assert_eq!(
            said("test run\nfeature ! \"slow\""),
            "skip: needs Cranelift built without the feature slow"
        );
        assert_eq!(said("test interpret\ntest run"), "1 targets");
    }
}
