//! A spec as it is written: one struct per TOML table, one field per key, each value with its place.
//!
//! Values are read from toml's spanned tree with [`reader::Reader`] instead of a derived
//! `Deserialize`, because serde stops at its first mistake and a spec's author wants to see all of
//! them.
//!
//! Invariant: no defaults and no rules here; what a value means is decided in `resolve` and `check`.

mod reader;

use diag::{Diagnostic, SourceFile, Span};

use reader::Reader;

/// A string with its place.
#[derive(Debug, Clone, Default)]
pub struct Str {
    /// The text after TOML unescaping.
    pub text: String,
    /// Where the value stands, quotes included.
    pub span: Span,
    /// Offset of the text's first byte, where the text stands in the file byte by byte (no escapes).
    pub exact: Option<usize>,
}

/// Any other value with its place.
#[derive(Debug, Clone, Copy, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// `key = "value"` where the key is a name that the author chooses.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The key.
    pub key: Str,
    /// The value.
    pub value: Str,
}

/// One entry of `[dependencies]`: `glob = "0.3"`, or `uuid = { version = "1", features = ["v4"] }`.
#[derive(Debug, Clone, Default)]
pub struct Dependency {
    /// The crate.
    pub name: Str,
    /// The version requirement.
    pub version: Str,
    /// `features = [..]`.
    pub features: Vec<Str>,
    /// `default-features = false`.
    pub default_features: Option<bool>,
}

/// A whole file.
#[derive(Debug, Clone, Default)]
pub struct Spec {
    /// `[module]`.
    pub module: Module,
    /// `[dependencies]`.
    pub dependencies: Vec<Dependency>,
    /// `[record]`.
    pub record: Option<Record>,
    /// `[[handle]]`.
    pub handles: Vec<Handle>,
    /// `[[struct]]`.
    pub structs: Vec<Struct>,
    /// `[[enum]]`.
    pub enums: Vec<Enum>,
    /// `[[function]]` and `[[family]]`, in the order of the file.
    pub functions: Vec<Function>,
}

/// `[module]`.
#[derive(Debug, Clone, Default)]
pub struct Module {
    /// `name = "io"`.
    pub name: Str,
    /// `doc = ".."`.
    pub doc: Str,
    /// `provider = "hand_written"`.
    pub provider: Option<Str>,
    /// `errors = { NOT_A_DIRECTORY = ".." }`.
    pub errors: Vec<Pair>,
    /// `items = '''..'''`.
    pub items: Option<Str>,
}

/// `[record]`: how the module's calls can be recorded.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// `origin = "recorded"`.
    pub origin: Str,
    /// `handles = ["rt_f.x"]`.
    pub handles: Option<Vec<Str>>,
    /// `files = ["rt_emit.path"]`.
    pub files: Option<Vec<Str>>,
    /// `[[record.id]]`.
    pub ids: Vec<RecordId>,
}

/// `[[record.id]]`.
#[derive(Debug, Clone)]
pub struct RecordId {
    /// `kind = "block"`.
    pub kind: Str,
    /// `params = ["block"]`.
    pub params: Option<Vec<Str>>,
    /// `results = ["rt_create_block"]`.
    pub results: Option<Vec<Str>>,
}

/// `[[handle]]`.
#[derive(Debug, Clone)]
pub struct Handle {
    /// `name = "FileLock"`.
    pub name: Str,
    /// `tag = 1`.
    pub tag: At<i64>,
    /// `doc = ".."`.
    pub doc: Str,
    /// `rust = "std::fs::File"`.
    pub rust: Option<Str>,
    /// `sample = 'rt_file_lock(..)'`.
    pub sample: Str,
    /// `bound = "until .."`.
    pub bound: Option<Str>,
}

/// `[[struct]]`.
#[derive(Debug, Clone)]
pub struct Struct {
    /// `name = "EnvVar"`.
    pub name: Str,
    /// `doc = ".."`.
    pub doc: Str,
    /// `tuple = true`.
    pub tuple: Option<bool>,
    /// `fields = [..]`.
    pub fields: Vec<Param>,
}

/// One entry of `params` or `fields`: both have the same keys.
#[derive(Debug, Clone)]
pub struct Param {
    /// `name = "path"`.
    pub name: Str,
    /// `type = "text"`.
    pub ty: Str,
    /// `doc = ".."`.
    pub doc: Str,
}

/// `[[enum]]`.
#[derive(Debug, Clone)]
pub struct Enum {
    /// `name = "FileKind"`.
    pub name: Str,
    /// `doc = ".."`.
    pub doc: Str,
    /// `values = [..]`.
    pub values: Vec<EnumValue>,
}

/// One entry of an enum's `values`.
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// `name = "REGULAR"`.
    pub name: Str,
    /// `value = 0`.
    pub value: At<i64>,
    /// `doc = ".."`.
    pub doc: Str,
}

/// `[[function]]` or, with members, `[[family]]`.
#[derive(Debug, Clone)]
pub struct Function {
    /// `name = "rt_file_copy"`.
    pub name: Str,
    /// `doc = ".."`.
    pub doc: Str,
    /// `params = [..]`.
    pub params: Vec<Param>,
    /// `result = "bool"`.
    pub result: Option<Str>,
    /// `parts = { code = ".." }`.
    pub parts: Vec<Pair>,
    /// `failure = -1`.
    pub failure: Option<At<Failure>>,
    /// `errors = { NOT_FOUND = ".." }`.
    pub errors: Vec<Pair>,
    /// `wrappers = [".."]`.
    pub wrappers: Option<Vec<Str>>,
    /// `threads = ".."`.
    pub threads: Option<Str>,
    /// `example = '''..'''`.
    pub example: Str,
    /// `body = '''..'''`.
    pub body: Option<Str>,
    /// `keeps_error = true`.
    pub keeps_error: Option<At<bool>>,
    /// `members = [..]`; only a family has it.
    pub members: Option<At<Vec<Member>>>,
}

/// A failure value as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Failure {
    /// An integer of at most 64 bits, with or without a sign.
    Int(i128),
    /// A float, or the string `nan`.
    Float(f64),
}

/// One entry of a family's `members`.
#[derive(Debug, Clone)]
pub struct Member {
    /// Where the entry stands.
    pub span: Span,
    /// Its keys and values, in the order of the file.
    pub pairs: Vec<Pair>,
}

/// Reads a file. The spec is there only if its shape is right.
pub fn parse(file: &SourceFile) -> (Option<Spec>, Vec<Diagnostic>) {
    reader::read(file, Spec::read)
}

impl Spec {
    fn read(r: &mut Reader) -> Spec {
        let mut functions = r.items("function", Function::read_one);
        functions.extend(r.items("family", Function::read_family));
        functions.sort_by_key(|(at, _)| *at);

        Spec {
            module: r.table("module", Module::read),
            dependencies: r.dependencies("dependencies"),
            record: r.opt_table("record", Record::read),
            handles: r.items("handle", Handle::read).into_iter().map(|(_, item)| item).collect(),
            structs: r.items("struct", Struct::read).into_iter().map(|(_, item)| item).collect(),
            enums: r.items("enum", Enum::read).into_iter().map(|(_, item)| item).collect(),
            functions: functions.into_iter().map(|(_, item)| item).collect(),
        }
    }
}

impl Dependency {
    /// Reads all but the name, which is the key of the table.
    fn read(r: &mut Reader) -> Dependency {
        Dependency {
            name: Str::default(),
            version: r.text("version"),
            features: r.opt_texts("features").unwrap_or_default(),
            default_features: r.opt_bool("default-features").map(|at| at.value),
        }
    }
}

impl Module {
    fn read(r: &mut Reader) -> Module {
        Module {
            name: r.text("name"),
            doc: r.text("doc"),
            provider: r.opt_text("provider"),
            errors: r.pairs("errors"),
            items: r.opt_text("items"),
        }
    }
}

impl Record {
    fn read(r: &mut Reader) -> Record {
        Record {
            origin: r.text("origin"),
            handles: r.opt_texts("handles"),
            files: r.opt_texts("files"),
            ids: r.items("id", RecordId::read).into_iter().map(|(_, item)| item).collect(),
        }
    }
}

impl RecordId {
    fn read(r: &mut Reader) -> RecordId {
        RecordId {
            kind: r.text("kind"),
            params: r.opt_texts("params"),
            results: r.opt_texts("results"),
        }
    }
}

impl Handle {
    fn read(r: &mut Reader) -> Handle {
        Handle {
            name: r.text("name"),
            tag: r.int("tag"),
            doc: r.text("doc"),
            rust: r.opt_text("rust"),
            sample: r.text("sample"),
            bound: r.opt_text("bound"),
        }
    }
}

impl Struct {
    fn read(r: &mut Reader) -> Struct {
        Struct {
            name: r.text("name"),
            doc: r.text("doc"),
            tuple: r.opt_bool("tuple").map(|at| at.value),
            fields: r.entries("fields", "field", Param::read),
        }
    }
}

impl Param {
    fn read(r: &mut Reader) -> Param {
        Param { name: r.text("name"), ty: r.text("type"), doc: r.text("doc") }
    }
}

impl Enum {
    fn read(r: &mut Reader) -> Enum {
        Enum {
            name: r.text("name"),
            doc: r.text("doc"),
            values: r.entries("values", "value", EnumValue::read),
        }
    }
}

impl EnumValue {
    fn read(r: &mut Reader) -> EnumValue {
        EnumValue { name: r.text("name"), value: r.int("value"), doc: r.text("doc") }
    }
}

impl Function {
    fn read_one(r: &mut Reader) -> Function {
        Function {
            name: r.text("name"),
            doc: r.text("doc"),
            params: r.opt_entries("params", "parameter", Param::read),
            result: r.opt_text("result"),
            parts: r.pairs("parts"),
            failure: r.opt_failure("failure"),
            errors: r.pairs("errors"),
            wrappers: r.opt_texts("wrappers"),
            threads: r.opt_text("threads"),
            example: r.text("example"),
            body: r.opt_text("body"),
            keeps_error: r.opt_bool("keeps_error"),
            members: None,
        }
    }

    fn read_family(r: &mut Reader) -> Function {
        let members = r.members("members");
        Function { members: Some(members), ..Function::read_one(r) }
    }
}
