//! All functions of a file in one module, for one machine, in memory or in an object file that is linked and loaded.

use crate::api::{self, Arg, Library, words_of};
use crate::direct;
use crate::filetest::{Expect, FileTest, Target};
use crate::link;
use crate::rebuild::{self, Built, Failure, Names, Rebuild, libcall_symbol};
use crate::throw;
use cranelift_codegen::data_value::DataValue;
use cranelift_codegen::ir::{ExternalName, Function, LibCall, Signature, TrapCode, Type};
use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroU8;
use std::path::Path;

/// How functions come to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// In memory.
    Jit,
    /// From an object file.
    Aot,
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Mode::Jit => "jit",
            Mode::Aot => "aot",
        })
    }
}

/// How a call ended that gave no results.
#[derive(Debug)]
pub enum CallEnd {
    /// A trap: its code, where that can be known, and what is said of it.
    Trap(Option<TrapCode>, String),
    /// An error.
    Failed(String),
    /// The library cannot make such a call.
    Unsupported(String),
}

/// A built file.
pub struct Unit<'a> {
    library: &'a Library,
    file: &'a FileTest,
    mode: Mode,
    /// Per function whether it can be called.
    states: Vec<Result<(), Failure>>,
    /// Per function its address.
    addresses: Vec<i64>,
    /// Per function a signature handle.
    signatures: Vec<i64>,
}

/// A fresh module for a target.
///
/// # Errors
/// What the library reported.
pub fn new_module(library: &Library, target: &Target, mode: Mode) -> Built<i64> {
    let texts: Vec<_> =
        target.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let settings: Vec<_> = texts.iter().map(String::as_str).collect();
    let (name, triple) = (Arg::Text("replay"), target.triple.to_string());
    Ok(match mode {
        Mode::Jit => library.int("rt_cranelift_new_module_with", &[name, Arg::Texts(&settings)])?,
        Mode::Aot => {
            let triple = match target.triple.operating_system {
                // `target x86_64` names no system; objects are for this machine's where it can be.
                target_lexicon::OperatingSystem::Unknown => {
                    format!("{}-unknown-linux-gnu", target.triple.architecture)
                }
                _ => triple,
            };
            let args = [name, Arg::Text(&triple), Arg::Texts(&settings)];
            library.int("rt_cranelift_new_aot_module_with", &args)?
        }
    })
}

/// The functions of a file, declared in a module.
struct Declared<'a> {
    library: &'a Library,
    module: i64,
    /// By the name in the file: handle, signature, symbol.
    functions: HashMap<String, (i64, &'a Signature, &'a str)>,
    /// By symbol.
    imports: RefCell<HashMap<&'static str, i64>>,
    mode: Mode,
}

impl Names for Declared<'_> {
    fn function(&self, name: &ExternalName, func: &Function, signature: &Signature) -> Built<i64> {
        let text = name.display(Some(&func.params)).to_string();
        match (self.functions.get(&text), name) {
            (Some((handle, known, _)), _) if *known == signature => Ok(*handle),
            (Some(_), _) => unsupported(format!("calls {text} with another signature than it has")),
            (None, ExternalName::LibCall(libcall)) => self.libcall(*libcall, signature),
            (None, ExternalName::TestCase(name)) if name.raw() == throw::SYMBOL.as_bytes() => {
                self.throw(signature)
            }
            (None, _) => unsupported(format!("calls {text}, which the file does not have")),
        }
    }

    fn symbol(&self, name: &ExternalName) -> Built<String> {
        let text = name.display(None).to_string();
        match self.functions.get(&text) {
            Some((_, _, symbol)) => Ok((*symbol).to_owned()),
            None => unsupported(format!("refers to {text}, which the file does not have")),
        }
    }
}

impl Declared<'_> {
    fn libcall(&self, libcall: LibCall, signature: &Signature) -> Built<i64> {
        match libcall_symbol(libcall) {
            Some(symbol) => self.import(symbol, signature),
            None => unsupported(format!("calls the routine {libcall}, whose symbol is not known")),
        }
    }

    fn throw(&self, signature: &Signature) -> Built<i64> {
        if self.mode == Mode::Aot || !throw::IS_POSSIBLE {
            let whose = if self.mode == Mode::Aot { "linked code" } else { "this architecture" };
            return unsupported(format!("throws, and the library lists no handlers of {whose}"));
        }
        let address = Arg::Int(throw::address());
        let args = [Arg::Int(self.module), Arg::Text(throw::SYMBOL), address];
        self.library.int("rt_cranelift_add_symbol", &args)?;
        self.import(throw::SYMBOL, signature)
    }

    fn import(&self, symbol: &'static str, signature: &Signature) -> Built<i64> {
        if let Some(handle) = self.imports.borrow().get(symbol) {
            return Ok(*handle);
        }
        let handle = declare(self.library, self.module, symbol, signature, "IMPORT")?;
        self.imports.borrow_mut().insert(symbol, handle);
        Ok(handle)
    }
}

fn unsupported<T>(reason: String) -> Built<T> {
    Err(Failure::Unsupported(reason))
}

/// Declares a function with a linkage by its name.
///
/// # Errors
/// What the library reported, or that it cannot say the signature.
pub fn declare(
    library: &Library,
    module: i64,
    symbol: &str,
    signature: &Signature,
    linkage: &str,
) -> Built<i64> {
    let Some(linkage) = library.code("CraneliftLinkage", linkage) else {
        return unsupported(format!("linkage {linkage}"));
    };
    let sig = rebuild::signature(library, signature)?;
    let args = [Arg::Int(module), Arg::Text(symbol), Arg::Int(sig), Arg::Int(linkage)];
    let handle = library.int("rt_cranelift_declare_function", &args);
    let _ = library.int("rt_cranelift_signature_free", &[Arg::Int(sig)]);
    Ok(handle?)
}

/// Builds one function, whose symbol is `symbol`, and gives its context.
///
/// # Errors
/// If the API cannot say the function. Errors that it reported are in the second part.
pub fn begin(library: &Library, module: i64, symbol: &str, func: &Function) -> Built<i64> {
    let sig = rebuild::signature(library, &func.signature)?;
    let args = [Arg::Int(module), Arg::Text(symbol), Arg::Int(sig)];
    let ctx = library.int("rt_cranelift_begin_function", &args);
    let _ = library.int("rt_cranelift_signature_free", &[Arg::Int(sig)]);
    Ok(ctx?)
}

impl<'a> Unit<'a> {
    /// Builds, compiles and links what can be. What cannot is left out, with all that calls it.
    pub fn build(
        library: &'a Library,
        file: &'a FileTest,
        target: &Target,
        mode: Mode,
    ) -> Unit<'a> {
        let mut unit = Unit::new(library, file, mode);
        if let Some(module) = unit.define(target) {
            unit.link(module);
        }
        unit
    }

    /// Builds and compiles what can be for a target whose settings have the module recorded, and
    /// ends it: the object file is `object`. Says how many functions there are.
    ///
    /// # Errors
    /// What the library reported.
    pub fn record(
        library: &'a Library,
        file: &'a FileTest,
        target: &Target,
        mode: Mode,
        object: &Path,
    ) -> Built<usize> {
        let mut unit = Unit::new(library, file, mode);
        let Some(module) = unit.define(target) else { return Ok(0) };
        let module = Arg::Int(module);
        match mode {
            Mode::Jit => {
                library.int("rt_cranelift_finalize_module", &[module])?;
                library.int("rt_cranelift_free_module", &[module])?;
            }
            Mode::Aot => {
                let path = object.to_string_lossy();
                library.int("rt_cranelift_emit_object", &[module, Arg::Text(&path)])?;
            }
        }
        Ok(unit.states.iter().filter(|state| state.is_ok()).count())
    }

    fn new(library: &'a Library, file: &'a FileTest, mode: Mode) -> Unit<'a> {
        let count = file.functions.len();
        let (addresses, signatures) = (vec![0; count], vec![0; count]);
        Unit { library, file, mode, states: vec![Ok(()); count], addresses, signatures }
    }

    /// Defines what can be in a module, and gives it if anything could.
    fn define(&mut self, target: &Target) -> Option<i64> {
        // Each round leaves more out, so there are at most as many as functions.
        loop {
            let before = self.states.iter().filter(|state| state.is_ok()).count();
            let module = match new_module(self.library, target, self.mode) {
                Ok(module) => module,
                Err(failure) => {
                    self.fail_all(&failure);
                    return None;
                }
            };
            self.define_all(target, module);
            self.spread();
            let left = self.states.iter().filter(|state| state.is_ok()).count();
            if left == before && left > 0 {
                return Some(module);
            }
            let _ = self.library.int("rt_cranelift_free_module", &[Arg::Int(module)]);
            if left == before {
                return None;
            }
        }
    }

    /// Whether a function can be called.
    ///
    /// # Errors
    /// Why not.
    pub fn function(&self, index: usize) -> Result<(), Failure> {
        self.states[index].clone()
    }

    fn fail_all(&mut self, failure: &Failure) {
        for state in self.states.iter_mut().filter(|state| state.is_ok()) {
            *state = Err(failure.clone());
        }
    }

    /// Declares all functions that are left, then builds and compiles each.
    fn define_all(&mut self, target: &Target, module: i64) {
        let (library, file) = (self.library, self.file);
        let mut declared = Declared {
            library,
            module,
            functions: HashMap::new(),
            imports: RefCell::new(HashMap::new()),
            mode: self.mode,
        };
        for (function, state) in file.functions.iter().zip(&mut self.states) {
            if state.is_err() {
                continue;
            }
            let (symbol, func) = (&function.symbol, &function.func);
            match declare(library, module, symbol, &func.signature, "EXPORT") {
                Ok(handle) => {
                    declared
                        .functions
                        .insert(func.name.to_string(), (handle, &func.signature, symbol));
                }
                Err(failure) => *state = Err(failure),
            }
        }
        self.spread();
        for (function, state) in file.functions.iter().zip(&mut self.states) {
            if state.is_ok() {
                let defined = define(library, module, &declared, &function.symbol, &function.func);
                *state = defined.or_else(|failure| excuse(failure, target, &function.func));
            }
        }
    }

    /// Leaves out what calls something that is left out.
    fn spread(&mut self) {
        loop {
            let out: HashMap<_, _> = self
                .file
                .functions
                .iter()
                .zip(&self.states)
                .filter_map(|(function, state)| {
                    state.as_ref().err().map(|failure| (function.func.name.to_string(), failure))
                })
                .collect();
            let found = self.file.functions.iter().enumerate().find_map(|(index, function)| {
                let mut callees = function.func.dfg.ext_funcs.values();
                let callee = callees.find_map(|data| {
                    let name = data.name.display(Some(&function.func.params)).to_string();
                    out.get(&name).map(|failure| (name, (*failure).clone()))
                });
                callee.filter(|_| self.states[index].is_ok()).map(|callee| (index, callee))
            });
            let Some((index, (name, failure))) = found else { return };
            let calls = |reason| format!("calls {name}: {reason}");
            self.states[index] = Err(match failure {
                Failure::Unsupported(reason) => Failure::Unsupported(reason),
                Failure::Failed(reason) | Failure::Unable(reason) => Failure::Failed(calls(reason)),
            });
        }
    }

    /// Makes the compiled functions callable.
    fn link(&mut self, module: i64) {
        let found = match self.mode {
            Mode::Jit => self.link_jit(module),
            Mode::Aot => self.link_aot(module),
        };
        if let Err(failure) = found {
            self.fail_all(&failure);
        }
    }

    fn link_jit(&mut self, module: i64) -> Built<()> {
        self.library.int("rt_cranelift_finalize_module", &[Arg::Int(module)])?;
        for (index, function) in self.file.functions.iter().enumerate() {
            if self.states[index].is_ok() {
                let args = [Arg::Int(module), Arg::Text(&function.symbol)];
                self.addresses[index] = self.library.int("rt_cranelift_get_function_ptr", &args)?;
            }
        }
        Ok(())
    }

    fn link_aot(&mut self, module: i64) -> Built<()> {
        let folder = tempfile::tempdir().map_err(|error| Failure::Failed(error.to_string()))?;
        let object = folder.path().join("replay.o");
        let path = object.to_string_lossy().into_owned();
        self.library.int("rt_cranelift_emit_object", &[Arg::Int(module), Arg::Text(&path)])?;
        let shared = link::shared_library(&object).map_err(Failure::Failed)?;
        let loaded = api::dlopen(&shared).map_err(Failure::Failed)?;
        for (index, function) in self.file.functions.iter().enumerate() {
            if self.states[index].is_ok() {
                let address = api::symbol(&loaded, &function.symbol).map_err(Failure::Failed)?;
                self.addresses[index] = address as i64;
                self.signatures[index] =
                    rebuild::signature(self.library, &function.func.signature)?;
            }
        }
        Ok(())
    }

    /// Makes the call of a run line.
    ///
    /// # Errors
    /// If it ended without results.
    pub fn run(&self, index: usize, line: usize) -> Result<Vec<DataValue>, CallEnd> {
        let function = &self.file.functions[index];
        let command = &function.commands[line];
        let words: Vec<i64> = command.args.iter().flat_map(words_of).collect();
        let address = Arg::Int(self.addresses[index]);
        let results = match self.mode {
            Mode::Jit => self
                .library
                .ints("rt_cranelift_call_function_catching", &[address, Arg::Ints(&words)]),
            Mode::Aot => {
                let sig = Arg::Int(self.signatures[index]);
                let call = || {
                    let args = [address, sig, Arg::Ints(&words)];
                    self.library.ints("rt_cranelift_call_function_as", &args)
                };
                if let Expect::Trap(_) = command.expect {
                    return Err(link::trap_of(|| drop(call())));
                }
                call()
            }
        };
        match results {
            Ok(words) => values(&words, &function.func.signature),
            Err(error) if self.library.is_error(&error, "TRAP") => {
                let code = self.library.last_trap();
                let code = u8::try_from(code).ok().and_then(NonZeroU8::new);
                Err(CallEnd::Trap(code.map(TrapCode::from_raw), error.message))
            }
            Err(error) if self.library.is_error(&error, "UNSUPPORTED") => {
                Err(CallEnd::Unsupported(error.message))
            }
            Err(error) => Err(CallEnd::Failed(error.message)),
        }
    }
}

/// A function that the library cannot compile is skipped if the crate cannot, either.
fn excuse(failure: Failure, target: &Target, func: &Function) -> Built<()> {
    match failure {
        Failure::Unable(reason) => match direct::refusal(target, func) {
            Some(why) => unsupported(format!("this version of Cranelift cannot compile it: {why}")),
            None => Err(Failure::Failed(reason)),
        },
        other => Err(other),
    }
}

/// Builds, ends and compiles one function.
fn define(
    library: &Library,
    module: i64,
    names: &Declared<'_>,
    symbol: &str,
    func: &Function,
) -> Built<()> {
    let ctx = begin(library, module, symbol, func)?;
    let mut rebuild = Rebuild::new(library, names, func, ctx);
    let built = rebuild.build();
    if built.is_err() {
        rebuild.discard();
    }
    built?;
    if let Some(report) = rebuild.reports.first() {
        let reason = format!("{}: {}", report.entity, report.error.message);
        rebuild.discard();
        return Err(Failure::Failed(reason));
    }
    let id = library.int("rt_cranelift_end_function", &[Arg::Int(ctx)])?;
    let args = [Arg::Int(module), Arg::Int(id), Arg::Int(ctx)];
    match library.int("rt_cranelift_define_function", &args) {
        Ok(_) => Ok(()),
        Err(error) if library.is_error(&error, "UNSUPPORTED") => {
            Err(Failure::Unable(error.message))
        }
        Err(error) => Err(error.into()),
    }
}

/// Words of a call as values of the results' types.
fn values(words: &[i64], signature: &Signature) -> Result<Vec<DataValue>, CallEnd> {
    let mut words = words.iter();
    let mut next = |ty: Type| {
        let mut bytes = Vec::new();
        for _ in 0..ty.bytes().div_ceil(8) {
            bytes.extend_from_slice(&words.next()?.to_le_bytes());
        }
        Some(DataValue::read_from_slice_le(&bytes, ty))
    };
    let results: Option<Vec<_>> =
        signature.returns.iter().map(|param| next(param.value_type)).collect();
    results.ok_or_else(|| CallEnd::Failed("the call gave fewer words than results".to_owned()))
}
