//! Recordings of modules: the calls as a C program, and the functions as Cranelift's text.
//!
//! The C program is written by [`ffi_rt::record`]; here is what that cannot know: how a module, a
//! signature and a function that was read from text are made. The text is a filetest of its own,
//! written function by function before each is compiled, so that it holds the one that crashes.

use crate::function::FunctionContext;
use crate::isa::Kind;
use crate::module::Shared;
use crate::signature::Signature;
use crate::types;
use cranelift_codegen::ir::{AbiParam, ArgumentExtension, ArgumentPurpose};
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::settings::{self, SettingKind};
use ffi_rt::record::{Origin, Recording, Start, c_text};
use ffi_rt::{ErrorCode, Result, ResultExt, fail};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use target_lexicon::Triple;

/// The setting that says where a module is recorded.
pub const SETTING: &str = "record";

/// The ending of the file with the text.
const TEXT_ENDING: &str = "clif";

/// The recording of one module.
pub struct Record {
    recording: Arc<Recording>,
    text: Mutex<File>,
}

/// What a module is made from.
pub struct Made<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is for.
    pub kind: Kind,
    /// Its machine.
    pub triple: &'a Triple,
    /// Its settings, but for the one that has it recorded.
    pub settings: &'a [&'a str],
}

impl Record {
    /// Makes both files.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a path that cannot be two files; if one cannot be written.
    pub fn start(path: &str, made: &Made<'_>, isa: &dyn TargetIsa) -> Result<Record> {
        let path = Path::new(path);
        if path.file_stem().is_none() || path.extension().is_some_and(|end| end == TEXT_ENDING) {
            let message = format!("`{SETTING}` names a C file, as `bug.c`");
            return fail(ErrorCode::InvalidArgument, message);
        }
        let text_path = path.with_extension(TEXT_ENDING);
        let start = Start {
            title: "The calls of a Cranelift module, recorded: the program makes the same calls.\n \
                    * Compile it with rt_cranelift.h, link libsimple_cranelift, and run it; if an\n \
                    * object was emitted, it goes to the file that the first argument names.",
            header: "rt_cranelift.h",
            kind: "module",
            made: &made.statement(),
        };
        let recording = Recording::start(path, &start)?;
        let mut text = File::create(&text_path).at(&text_path)?;
        text.write_all(head(isa).as_bytes()).at(&text_path)?;
        Ok(Record { recording, text: Mutex::new(text) })
    }

    /// Adds a function that is to be compiled to the text. A file that is full loses it.
    pub fn function(&self, text: &str) {
        self.write(&format!("\n{}\n", text.trim_end()));
    }

    /// Adds why the function before was refused.
    pub fn failure(&self, message: &str) {
        let lines = message.lines().fold(String::new(), |text, line| text + "; " + line + "\n");
        self.write(&lines);
    }

    fn write(&self, text: &str) {
        let mut file = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        let _full = file.write_all(text.as_bytes());
    }

    /// Ends both.
    pub fn end(&self) {
        self.recording.end();
    }
}

impl Made<'_> {
    fn statement(&self) -> String {
        let name = c_text(self.name);
        let settings: Vec<String> =
            self.settings.iter().map(|setting| format!("{{{}}}", c_text(setting))).collect();
        let settings = match settings.len() {
            0 => "0, 0".to_owned(),
            count => format!("(const rt_text[]){{{}}}, {count}", settings.join(", ")),
        };
        match self.kind {
            Kind::Jit => format!("$ = rt_cranelift_new_module_with({name}, {settings});"),
            Kind::Object => {
                let triple = c_text(&self.triple.to_string());
                format!("$ = rt_cranelift_new_aot_module_with({name}, {triple}, {settings});")
            }
        }
    }
}

/// The head of a filetest for a target: what its settings are beside their defaults.
fn head(isa: &dyn TargetIsa) -> String {
    let mut text = String::from("test compile\n");
    let usual = settings::Flags::new(settings::builder());
    for (flag, usual) in isa.flags().iter().zip(usual.iter()) {
        if flag.value_string() != usual.value_string() && flag.kind() != SettingKind::Preset {
            let _ = writeln!(text, "set {}={}", flag.name, flag.value_string());
        }
    }
    let _ = write!(text, "target {}", isa.triple().architecture);
    for flag in isa.isa_flags() {
        if flag.kind() == SettingKind::Bool && flag.as_bool() == Some(true) {
            let _ = write!(text, " {}", flag.name);
        }
    }
    text.push('\n');
    text
}

impl Shared {
    /// What the module's handle is to recordings.
    pub fn origin(&self) -> Origin {
        match self.record() {
            Some(record) => Origin::Recorded(Arc::clone(&record.recording)),
            None => Origin::Unknown,
        }
    }
}

impl Signature {
    /// How a recording makes the same signature.
    pub fn origin(&self) -> Origin {
        let convention = types::code_of_convention(self.convention());
        let mut text = format!("$ = rt_cranelift_new_signature({convention});");
        for param in self.params() {
            text.push_str(&statement(param, "param"));
        }
        for result in self.returns() {
            text.push_str(&statement(result, "return"));
        }
        Origin::Made("signature", text)
    }
}

/// The call that adds a parameter or a result, which is the word in its name.
fn statement(param: &AbiParam, word: &str) -> String {
    let ty = types::code_of(param.value_type);
    let extension = match param.extension {
        ArgumentExtension::None => 0,
        ArgumentExtension::Uext => 1,
        ArgumentExtension::Sext => 2,
    };
    let purpose = match param.purpose {
        ArgumentPurpose::StructReturn => 1,
        ArgumentPurpose::VMContext => 2,
        _ => 0,
    };
    match (extension, purpose) {
        (0, 0) => format!("\nrt_cranelift_sig_add_{word}($, {ty});"),
        _ => {
            format!("\nrt_cranelift_sig_add_special_{word}($, {ty}, {extension}, {purpose});")
        }
    }
}

impl FunctionContext {
    /// How a recording makes the same function: from its text, if it is finished and of no module.
    /// One that is being built cannot be made again.
    pub fn origin(&self) -> Origin {
        if self.declarations().is_some() || self.finished().is_err() {
            return Origin::Unknown;
        }
        let (Ok(text), Some(target)) = (self.text(), crate::isa::code_of(self.isa().triple()))
        else {
            return Origin::Unknown;
        };
        let statement = format!("$ = rt_cranelift_parse_function({}, {target});", c_text(&text));
        Origin::Made("context", statement)
    }
}
