//! Targets and settings: from a code, a triple and `name=value` texts to a Cranelift target.
//!
//! A module's target is fixed when the module is made, since everything compiled for it depends on
//! it. Object modules start from the plain architecture and position-independent code, so that an
//! object is the same from every host; JIT modules start from what the processor can do.

pub use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::isa::{self, CallConv};
use cranelift_codegen::settings::{self, Configurable, SetError, Setting, SettingKind};
use ffi_rt::{Error, ErrorCode, Result, fail};
use target_lexicon::{Architecture, BinaryFormat, Triple};

/// The code that stands for the machine that the library runs on.
pub const HOST: i64 = -1;

/// The targets that have a code, in the order of their codes.
const TARGETS: [&str; 4] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "riscv64gc-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
];

/// What a module is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Its functions run in this process.
    Jit,
    /// It becomes an object file.
    Object,
}

impl Kind {
    /// The word for messages.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Jit => "JIT",
            Kind::Object => "object",
        }
    }
}

/// Settings of this library, beside those of Cranelift.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether functions keep their text, for the text and the disassembly of the module.
    pub keep_text: bool,
    /// Whether code describes source lines to debuggers.
    pub debug_lines: bool,
    /// Whether debuggers are told of JIT code.
    pub debug_jit: bool,
    /// Whether the verifier looks at each function before it is compiled.
    pub verifies: bool,
}

/// The settings of this library as `settings` lists them: name, value at first, meaning.
const OWN: [(&str, bool, &str); 5] = [
    ("keep_text", false, "Keep the text of each function, for `rt_cranelift_module_text`."),
    ("debug_lines", true, "Describe source lines to debuggers (DWARF)."),
    ("enable_verifier", true, "Run the verifier once on each function, before it is compiled."),
    ("verify_passes", false, "Run the verifier between the passes of the compiler, too."),
    ("debug_jit", true, "Tell debuggers of JIT code: names, frames, source lines."),
];

/// Cranelift's own setting, which has it look at a function about six times.
const VERIFY_PASSES: &str = "enable_verifier";

/// A target with its settings.
pub struct Target {
    /// Compiles for it.
    pub isa: OwnedTargetIsa,
    /// The settings that are not Cranelift's.
    pub options: Options,
}

/// The triple that a code stands for.
///
/// # Errors
/// `INVALID_ENUM` for a number that is no code.
pub fn triple_of_code(code: i64) -> Result<Triple> {
    if code == HOST {
        return Ok(Triple::host());
    }
    match usize::try_from(code).ok().and_then(|code| TARGETS.get(code)) {
        Some(name) => parse_triple(name),
        None => fail(ErrorCode::InvalidEnum, format!("{code} is no target code (-1 to 3)")),
    }
}

/// The code of the machine that the library runs on, the same as `rt_get_host_target_code` gives.
///
/// # Errors
/// `UNSUPPORTED` on an architecture without a code.
pub fn host_code() -> Result<i64> {
    let host = Triple::host();
    let unknown = || {
        let message = format!("no code for the architecture {}", host.architecture);
        Error::new(ErrorCode::Unsupported, message)
    };
    code_of(&host).ok_or_else(unknown)
}

/// The code of an architecture, if it has one.
pub fn code_of(triple: &Triple) -> Option<i64> {
    match triple.architecture {
        Architecture::X86_64 => Some(0),
        Architecture::Aarch64(_) => Some(1),
        Architecture::Riscv64(_) => Some(2),
        Architecture::S390x => Some(3),
        _ => None,
    }
}

/// Reads a triple; `host` is the machine that the library runs on.
///
/// # Errors
/// `PARSE` if it is no triple.
pub fn parse_triple(text: &str) -> Result<Triple> {
    if text == "host" {
        return Ok(Triple::host());
    }
    text.parse::<Triple>()
        .map_err(|error| Error::new(ErrorCode::Parse, format!("target `{text}`: {error}")))
}

/// The calling convention of C on a target.
pub fn convention(triple: &Triple) -> CallConv {
    CallConv::triple_default(triple)
}

/// Makes a target from a triple and settings, each `name=value`, a later one over an earlier.
///
/// # Errors
/// `UNSUPPORTED` for a target that the kind of module cannot have, `NOT_FOUND` for an unknown
/// setting, `INVALID_ARGUMENT` for a value that it cannot have.
pub fn target(triple: Triple, kind: Kind, settings: &[&str]) -> Result<Target> {
    check_triple(&triple, kind)?;
    let mut shared = settings::builder();
    let mut native = isa_builder(&triple)?;
    if kind == Kind::Jit {
        cranelift_native::infer_native_flags(&mut native)
            .map_err(|error| Error::new(ErrorCode::Unsupported, error))?;
    }
    for (name, value) in defaults(&triple, kind) {
        shared.set(name, value).map_err(|error| setting_error(name, value, &error))?;
    }
    let mut options = Options {
        keep_text: OWN[0].1,
        debug_lines: OWN[1].1,
        verifies: OWN[2].1,
        debug_jit: OWN[4].1,
    };
    for setting in settings {
        let Some((name, value)) = setting.split_once('=') else {
            let message = format!("setting `{setting}` is not of the form `name=value`");
            return fail(ErrorCode::InvalidArgument, message);
        };
        let (name, value) = (name.trim(), value.trim());
        match name {
            "keep_text" => options.keep_text = own_bool(name, value)?,
            "debug_lines" => options.debug_lines = own_bool(name, value)?,
            "enable_verifier" => options.verifies = own_bool(name, value)?,
            "debug_jit" => options.debug_jit = own_bool(name, value)?,
            "verify_passes" => {
                let value = own_bool(name, value)?.to_string();
                set(&mut shared, &mut native, VERIFY_PASSES, &value)?;
            }
            _ => set(&mut shared, &mut native, name, value)?,
        }
    }
    let isa = native.finish(settings::Flags::new(shared)).map_err(|error| {
        Error::new(ErrorCode::InvalidArgument, format!("the settings do not fit together: {error}"))
    })?;
    Ok(Target { isa, options })
}

/// Whether a module of this kind can be for the triple.
fn check_triple(triple: &Triple, kind: Kind) -> Result<()> {
    let host = Triple::host();
    if kind == Kind::Jit && !is_same_machine(triple, &host) {
        let message = format!("a JIT module for `{triple}` cannot run on this host, `{host}`");
        return fail(ErrorCode::Unsupported, message);
    }
    if triple.binary_format != BinaryFormat::Elf {
        let format = triple.binary_format;
        let message = format!("target `{triple}` has {format} objects; ELF is what is supported");
        return fail(ErrorCode::Unsupported, message);
    }
    Ok(())
}

fn is_same_machine(a: &Triple, b: &Triple) -> bool {
    let architecture = |triple: &Triple| match triple.architecture {
        Architecture::Riscv64(_) => "riscv64".to_owned(),
        other => other.to_string(),
    };
    architecture(a) == architecture(b) && a.operating_system == b.operating_system
}

fn isa_builder(triple: &Triple) -> Result<isa::Builder> {
    isa::lookup(triple.clone()).map_err(|error| {
        let message = format!("target `{triple}`: {error}");
        Error::new(ErrorCode::Unsupported, message)
    })
}

/// Where this library's settings differ from Cranelift's at first.
fn defaults(triple: &Triple, kind: Kind) -> Vec<(&'static str, &'static str)> {
    let mut defaults = vec![("is_pic", if kind == Kind::Jit { "false" } else { "true" })];
    defaults.push((VERIFY_PASSES, "false"));
    // A frame bigger than the guard page must not step over it.
    defaults.push(("enable_probestack", "true"));
    defaults.push(("probestack_strategy", "inline"));
    if kind == Kind::Object && triple.binary_format == BinaryFormat::Elf {
        defaults.push(("tls_model", "elf_gd"));
    }
    defaults
}

fn own_bool(name: &str, value: &str) -> Result<bool> {
    match value {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        _ => fail(
            ErrorCode::InvalidArgument,
            format!("setting `{name}` cannot be `{value}`: expected bool"),
        ),
    }
}

/// The numbers whose range is narrower than the byte that they are kept in: a smaller probe than a
/// page overwrites what it probes for, and padding beyond 8 MiB per block is no program's wish.
const RANGES: [(&str, u8, u8); 2] =
    [("probestack_size_log2", 12, 30), ("bb_padding_log2_minus_one", 0, 22)];

/// The smallest and the largest value of a number.
fn range(name: &str) -> (u8, u8) {
    let known = RANGES.iter().find(|known| known.0 == name);
    known.map_or((0, u8::MAX), |known| (known.1, known.2))
}

/// Sets a setting of Cranelift; a preset of a processor, such as `haswell`, takes a bool.
fn set(
    shared: &mut settings::Builder,
    native: &mut isa::Builder,
    name: &str,
    value: &str,
) -> Result<()> {
    let find = |mut all: Box<dyn Iterator<Item = Setting>>| all.find(|one| one.name == name);
    if let Ok(number) = value.parse::<u8>() {
        let (least, most) = range(name);
        if !(least..=most).contains(&number) {
            let message =
                format!("setting `{name}` cannot be `{value}`: expected {least} to {most}");
            return fail(ErrorCode::InvalidArgument, message);
        }
    }
    if find(Box::new(shared.iter())).is_some() {
        return shared.set(name, value).map_err(|error| setting_error(name, value, &error));
    }
    let Some(found) = find(Box::new(native.iter())) else {
        return fail(ErrorCode::NotFound, unknown_setting(shared, native, name));
    };
    if found.kind != SettingKind::Preset {
        return native.set(name, value).map_err(|error| setting_error(name, value, &error));
    }
    if own_bool(name, value)? {
        native.enable(name).map_err(|error| setting_error(name, value, &error))?;
    }
    Ok(())
}

fn setting_error(name: &str, value: &str, error: &SetError) -> Error {
    let expected = match error {
        SetError::BadValue(expected) => format!("expected {expected}"),
        other => other.to_string(),
    };
    let message = format!("setting `{name}` cannot be `{value}`: {expected}");
    Error::new(ErrorCode::InvalidArgument, message)
}

fn unknown_setting(shared: &settings::Builder, native: &isa::Builder, name: &str) -> String {
    let triple = native.triple();
    let all = shared.iter().chain(native.iter()).map(|setting| setting.name);
    let all = all.chain(OWN.iter().map(|own| own.0));
    let near = all.map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
    let hint = match near {
        Some((distance, known)) if distance <= 3 => format!("; did you mean `{known}`?"),
        _ => String::new(),
    };
    format!("no setting of `{triple}` is called `{name}`{hint}")
}

/// A setting as users see it.
pub struct Described {
    /// Its name.
    pub name: String,
    /// What it is at first in a module of the kind that was asked for.
    pub value: String,
    /// The values that it can have, joined by `|`; `preset` for a processor.
    pub values: String,
    /// What it does, in one sentence.
    pub doc: String,
}

/// Every setting of a target, with its value in a new module of a kind.
///
/// # Errors
/// As for [`target`].
pub fn describe(triple: Triple, kind: Kind) -> Result<Vec<Described>> {
    let native = isa_builder(&triple)?;
    let isa = target(triple, kind, &[])?.isa;
    let set: Vec<_> = isa.flags().iter().chain(isa.isa_flags()).collect();
    let own = OWN.iter().map(|&(name, value, doc)| Described {
        name: name.to_owned(),
        value: value.to_string(),
        values: "true|false".to_owned(),
        doc: doc.to_owned(),
    });
    let record = Described {
        name: crate::record::SETTING.to_owned(),
        value: String::new(),
        values: "the path of a C file".to_owned(),
        doc: "Record the calls for the module in this file, and its functions beside it."
            .to_owned(),
    };
    let cranelift = settings::builder().iter().chain(native.iter()).collect::<Vec<_>>();
    let cranelift =
        cranelift.into_iter().filter(|setting| setting.name != VERIFY_PASSES).map(|setting| {
            let value = set.iter().find(|value| value.name == setting.name);
            Described {
                name: setting.name.to_owned(),
                value: value.map_or_else(|| "false".to_owned(), settings::Value::value_string),
                values: match setting.kind {
                    SettingKind::Enum => setting.values.unwrap_or_default().join("|"),
                    SettingKind::Num => {
                        let (least, most) = range(setting.name);
                        format!("{least} to {most}")
                    }
                    SettingKind::Bool => "true|false".to_owned(),
                    SettingKind::Preset => "preset".to_owned(),
                },
                doc: setting.description.to_owned(),
            }
        });
    Ok(own.chain([record]).chain(cranelift).collect())
}

#[cfg(test)]
mod tests;
