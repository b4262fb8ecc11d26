//! The checked description of one module's ABI: what every emitter reads.
//!
//! Items live in arenas and refer to each other by id, so that a view never looks a name up.
//! `resolve` fills a [`Draft`]; `check` turns it into a [`Model`] once every rule has passed.
//!
//! Invariant: whoever holds a [`Model`] knows that every rule in `check/` has passed (private constructor).
//! Invariant: declaration order is output order; nothing here is hashed or sorted.

pub mod c_type;
pub mod hash;
pub mod layout;
pub mod record;
pub mod symbol;
pub mod ty;

use diag::Span;
pub use ty::{Access, CallbackId, EnumId, FnId, HandleId, StructId, Ty};

/// A resolved module whose rules have not been checked yet. Every name is an id; every default is filled in.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The module itself.
    pub module: Module,
    /// Opaque types, in declaration order.
    pub handles: Vec<Handle>,
    /// By-value types: first those declared, in order, then those that tuple results became.
    pub structs: Vec<Struct>,
    /// Enumerations, in declaration order.
    pub enums: Vec<Enum>,
    /// Functions: first those declared (families expanded in place), then the generated `free` functions.
    pub functions: Vec<Function>,
    /// Function pointer types that parameters use.
    pub callbacks: Vec<Callback>,
}

/// A module that every rule has accepted.
#[derive(Debug, Clone)]
pub struct Model {
    draft: Draft,
}

impl Model {
    /// Seals a draft. Only `check` may call this, after all rules passed.
    pub(crate) fn seal(mut draft: Draft) -> Model {
        draft.module.abi_hash = hash::abi(&draft);
        Model { draft }
    }

    /// Notes the earlier ABIs that this one only adds to. No rule depends on them.
    pub fn set_predecessors(&mut self, hashes: Vec<u64>) {
        self.draft.module.predecessors = hashes;
    }
}

impl std::ops::Deref for Model {
    type Target = Draft;
    fn deref(&self) -> &Draft {
        &self.draft
    }
}

/// Text from the spec together with the place it stands at; emitters read `text`, rules also use `span`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// The text after TOML unescaping and family substitution.
    pub text: String,
    /// Where the value stands in the spec file, quotes included.
    pub span: Span,
    /// Whether byte offsets in `text` map to the file one to one, and from where: the offset of the text's first byte.
    /// `None` for text with escapes or with family substitutions: a message then underlines the whole value.
    pub exact: Option<usize>,
}

/// Who implements the functions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Provider {
    /// The generated crate: bodies stand in the spec.
    #[default]
    Generated,
    /// A hand-written crate; the spec holds only the ABI.
    HandWritten,
}

/// The `[module]` table.
#[derive(Debug, Clone, Default)]
pub struct Module {
    /// Short name, lower case: `io`.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Documentation, first sentence is the summary.
    pub doc: String,
    /// Who implements the functions.
    pub provider: Provider,
    /// Error codes that any of its functions can give beyond its own, with the condition.
    pub errors: Vec<ErrorCase>,
    /// Safe Rust items shared by the bodies.
    pub items: Option<Text>,
    /// The same items, formatted: one line each. The rule that parses them fills this in.
    pub item_lines: Vec<String>,
    /// Crates the bodies use.
    pub dependencies: Vec<Dependency>,
    /// The hash of the whole ABI, see [`hash`]; zero until the model is sealed.
    pub abi_hash: u64,
    /// How calls of the module can be recorded; none where they cannot.
    pub record: Option<Record>,
    /// Hashes of accepted earlier ABIs that this one only adds to, oldest first. They are history
    /// and not in the spec; a baseline tells them.
    pub predecessors: Vec<u64>,
}

/// How calls of a module can be recorded, the `[record]` table. It is no part of the ABI.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The function among the items that tells the origin of a handle.
    pub origin: Text,
    /// Integer parameters that are handles: `rt_f.x`.
    pub handles: Vec<Text>,
    /// Text parameters that name the file to write, `rt_f.path`, and functions that give its bytes.
    pub files: Vec<Text>,
    /// Kinds of numbers that calls give and take.
    pub ids: Vec<RecordId>,
}

/// A kind of numbers in recordings.
#[derive(Debug, Clone)]
pub struct RecordId {
    /// What an array of the recording is called: `block`.
    pub kind: Text,
    /// Parameters that are such numbers: `block` of every function, or `rt_f.x`.
    pub params: Vec<Text>,
    /// Functions that give one; `*` for all others that take a handle exclusively.
    pub results: Vec<Text>,
}

/// One entry of `[dependencies]`.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// Crate name as cargo knows it.
    pub name: String,
    /// Cargo version requirement.
    pub requirement: String,
    /// Features of the crate beside its default ones.
    pub features: Vec<String>,
    /// Whether the crate's default features are on.
    pub default_features: bool,
    /// Where the entry's value stands.
    pub span: Span,
}

/// What begins the sentence in a handle's documentation that says until when it belongs to a thread.
pub const BOUND_START: &str = "It belongs to the thread that made it ";
/// What follows there.
pub const BOUND_END: &str = "; until then another thread ";

/// An opaque type: the boundary carries an `int64_t`.
#[derive(Debug, Clone)]
pub struct Handle {
    /// UpperCamel name: `FileLock`.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Documentation.
    pub doc: String,
    /// Kind tag, 1..=4095.
    pub tag: u16,
    /// Where the tag stands.
    pub tag_span: Span,
    /// The Rust type behind the handle.
    pub rust: Text,
    /// C expression that makes one, for the conformance tests.
    pub sample: Text,
    /// Until when a value belongs to the thread that made it, if it does; the documentation says it too.
    pub bound: Option<Text>,
}

/// Where a struct comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StructOrigin {
    /// A `[[struct]]` table.
    Declared,
    /// The tuple result of a function: C name `rt_<fn>_result`; Rust bodies give a tuple.
    ResultOf(FnId),
}

/// A by-value `repr(C)` type.
#[derive(Debug, Clone)]
pub struct Struct {
    /// UpperCamel name: `EnvVar`; for a tuple result the function's name in camel case and `Result`.
    pub name: String,
    /// Where the name (or the tuple type) stands.
    pub name_span: Span,
    /// Documentation.
    pub doc: String,
    /// Where it comes from.
    pub origin: StructOrigin,
    /// Whether Simple spells it as a tuple.
    pub is_tuple: bool,
    /// Fields, in layout order.
    pub fields: Vec<Field>,
    /// Whether a result is a list of it (then it needs a list type and a list free function).
    pub used_in_list: bool,
}

/// One field of a struct.
#[derive(Debug, Clone)]
pub struct Field {
    /// snake_case name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Its type: scalar, enum, text, bytes, list of those, or an option of those.
    pub ty: Ty,
    /// Where the type stands.
    pub ty_span: Span,
    /// Documentation.
    pub doc: String,
}

/// An enumeration; an `int32_t` at the boundary.
#[derive(Debug, Clone)]
pub struct Enum {
    /// UpperCamel name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Documentation.
    pub doc: String,
    /// Values in declaration order.
    pub values: Vec<EnumValue>,
}

/// One value of an enumeration.
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// UPPER_SNAKE name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Its number.
    pub value: i32,
    /// Where the number stands.
    pub value_span: Span,
    /// Documentation: one sentence.
    pub doc: String,
}

/// Why a function exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The spec declares it.
    Declared,
    /// Frees the owned fields of a struct.
    FreeStruct(StructId),
    /// Frees a list of structs.
    FreeList(StructId),
    /// Ends a handle.
    FreeHandle(HandleId),
}

/// The value that a failing function returns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Failure {
    /// The type's own: `false`, 0, 0.0, null, none, nothing.
    Default,
    /// An integer the spec names, of at most 64 bits with or without a sign.
    Int(i128),
    /// A float the spec names; NaN is allowed.
    Float(f64),
}

/// One exported function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Exported symbol: `rt_file_copy`.
    pub name: String,
    /// Where the name stands (for an expanded family: the member's value, or the pattern).
    pub name_span: Span,
    /// Where the item is named: the same, except that all functions of a family share the pattern's place.
    pub item_span: Span,
    /// Why it exists.
    pub role: Role,
    /// Documentation, first sentence is the summary.
    pub doc: String,
    /// A sentence about threads, where there is something to say.
    pub threads: Option<String>,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// Result type; [`Ty::Unit`] for none.
    pub result: Ty,
    /// Where the result type stands.
    pub result_span: Span,
    /// What a failing call returns.
    pub failure: Failure,
    /// Where `failure` stands.
    pub failure_span: Span,
    /// Error codes that it can give beyond those of the ABI contract, with the condition.
    pub errors: Vec<ErrorCase>,
    /// Wrapper names in Simple, tier 2.
    pub wrappers: Vec<String>,
    /// Where each of `wrappers` stands; a default stands where the function's name does.
    pub wrapper_spans: Vec<Span>,
    /// C statements that show it at work.
    pub example: Option<Text>,
    /// Rust block body; `None` in hand-written modules and for generated roles.
    pub body: Option<Text>,
    /// The body as the lines between the function's braces, formatted, with its value wrapped in
    /// `Ok`. The rule that parses it fills this in.
    pub body_lines: Vec<String>,
    /// Whether it leaves the thread's error as it is.
    pub keeps_error: bool,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// snake_case name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Its type.
    pub ty: Ty,
    /// Where the type stands.
    pub ty_span: Span,
    /// Documentation.
    pub doc: String,
}

/// One entry of `errors`, of a function or of the module.
#[derive(Debug, Clone)]
pub struct ErrorCase {
    /// Name in the enum `Error` of the base spec: `NOT_FOUND`.
    pub code: String,
    /// Its number, from the base spec.
    pub number: i32,
    /// Where the name stands.
    pub span: Span,
    /// When it happens.
    pub when: String,
}

/// A function pointer type.
#[derive(Debug, Clone)]
pub struct Callback {
    /// Parameter types, scalars only.
    pub params: Vec<Ty>,
    /// Result type, scalar or unit.
    pub result: Ty,
}

impl Draft {
    /// The handle behind an id.
    pub fn handle(&self, id: HandleId) -> &Handle {
        &self.handles[id.0 as usize]
    }
    /// The struct behind an id.
    pub fn strukt(&self, id: StructId) -> &Struct {
        &self.structs[id.0 as usize]
    }
    /// The enumeration behind an id.
    pub fn enumeration(&self, id: EnumId) -> &Enum {
        &self.enums[id.0 as usize]
    }
    /// The function behind an id.
    pub fn function(&self, id: FnId) -> &Function {
        &self.functions[id.0 as usize]
    }
    /// The function pointer type behind an id.
    pub fn callback(&self, id: CallbackId) -> &Callback {
        &self.callbacks[id.0 as usize]
    }
}
