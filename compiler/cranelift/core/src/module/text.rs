//! Functions from Cranelift's text format: names stand for names of the module.

use super::{Shared, panic_text, shape};
use crate::declarations::{DATA, DataDeclaration, FUNCTIONS, FunctionDeclaration, Symbol};
use crate::function::FinishedFunction;
use crate::types::Linkage;
use cranelift_codegen::ir::{
    ExtFuncData, ExternalName, Function, GlobalValueData, UserExternalName, UserFuncName,
};
use ffi_rt::{Error, ErrorCode, Result, fail};
use std::collections::HashSet;
use std::panic::catch_unwind;
use std::sync::Arc;

/// The longest text, in bytes.
pub const TEXT_MAX: usize = 64 << 20;

/// The longest text that is read again and again for the line of a mistake, in bytes.
const SEARCHED_MAX: usize = 4 << 20;

/// How high blocks, values and the like may be numbered in any text; in a longer text, up to its
/// length.
const NUMBER_MAX: usize = 1 << 16;

impl Shared {
    /// Defines every function of a text, in its order, and gives how many there are. A name that
    /// is neither in the text nor declared is declared as imported.
    ///
    /// # Errors
    /// `PARSE` for what is no such text, with the line; else as for [`define`](Shared::define). The
    /// functions in front of one that fails are defined.
    pub fn define_text(&self, source: &str) -> Result<u64> {
        let functions = read(source)?;
        let mut names = HashSet::new();
        for function in &functions {
            let name = name_of(function);
            if !names.insert(name.clone()) {
                let message = format!("function `{name}` is there twice");
                return fail(ErrorCode::AlreadyExists, message);
            }
        }
        drop(self.open()?);
        let count = functions.len() as u64;
        for mut function in functions {
            let name = name_of(&function);
            self.connect(&mut function, &name, &names)?;
            let finished = FinishedFunction {
                name,
                func: function,
                declarations: Some(Arc::clone(self.declarations())),
                is_verified: false,
            };
            self.define(finished, None)?;
        }
        Ok(count)
    }

    /// Lets the names of a function stand for functions and data of the module.
    fn connect(&self, function: &mut Function, own: &str, here: &HashSet<String>) -> Result<()> {
        let references: Vec<_> = function.dfg.ext_funcs.keys().collect();
        for reference in references {
            let ExtFuncData { name, signature, .. } = function.dfg.ext_funcs[reference].clone();
            let signature = function.dfg.signatures[signature].clone();
            let index = match name {
                ExternalName::TestCase(name) => {
                    let name = String::from_utf8_lossy(name.raw()).into_owned();
                    let is_here = here.contains(&name);
                    let known = self.function_named(&name)?.map(|(_, known)| known.linkage);
                    let linkage = match (known, is_here) {
                        (Some(linkage), _) => linkage,
                        (None, true) => Linkage::Export,
                        (None, false) => Linkage::Import,
                    };
                    let declaration = FunctionDeclaration { name, signature, linkage };
                    self.declarations().declare_function(declaration)?
                }
                ExternalName::User(user) => {
                    let known = function.params.user_named_funcs()[user].clone();
                    self.known(&known, FUNCTIONS, own)?;
                    let declaration = self.declared(known.index)?;
                    if declaration.signature != signature {
                        let (name, old) = (&declaration.name, &declaration.signature);
                        let message = format!(
                            "function `{own}`: {reference} is `{name}` with {old}, not {signature}"
                        );
                        return fail(ErrorCode::InvalidArgument, message);
                    }
                    known.index
                }
                _ => continue,
            };
            let linkage = self.declared(index)?.linkage;
            let name = UserExternalName::new(FUNCTIONS, index);
            let name = ExternalName::User(function.declare_imported_user_function(name));
            let data = &mut function.dfg.ext_funcs[reference];
            data.name = name;
            data.colocated &= self.is_near(linkage);
        }
        self.connect_data(function, own)
    }

    fn connect_data(&self, function: &mut Function, own: &str) -> Result<()> {
        let values: Vec<_> = function.global_values.keys().collect();
        for value in values {
            let GlobalValueData::Symbol { name, tls, .. } = function.global_values[value].clone()
            else {
                continue;
            };
            let symbol = match name {
                ExternalName::TestCase(name) => {
                    let name = String::from_utf8_lossy(name.raw()).into_owned();
                    match self.declarations().symbol(&name) {
                        Some(symbol) => symbol,
                        None => {
                            Symbol::Data(self.declarations().declare_data(DataDeclaration {
                                name,
                                linkage: Linkage::Import,
                                is_writable: true,
                                is_thread_local: tls,
                            })?)
                        }
                    }
                }
                ExternalName::User(user) => {
                    let known = function.params.user_named_funcs()[user].clone();
                    self.known(&known, known.namespace, own)?;
                    match known.namespace {
                        FUNCTIONS => Symbol::Function(known.index),
                        _ => Symbol::Data(known.index),
                    }
                }
                _ => continue,
            };
            let (namespace, index, linkage, is_tls) = match symbol {
                Symbol::Function(index) => (FUNCTIONS, index, self.declared(index)?.linkage, false),
                Symbol::Data(index) => {
                    let data = self.declared_data(index)?;
                    (DATA, index, data.linkage, data.is_thread_local)
                }
            };
            if tls != is_tls {
                let message = format!(
                    "function `{own}`: {value} and what it names differ in being thread-local"
                );
                return fail(ErrorCode::InvalidArgument, message);
            }
            let name = UserExternalName::new(namespace, index);
            let new = ExternalName::User(function.declare_imported_user_function(name));
            if let GlobalValueData::Symbol { name, colocated, .. } =
                &mut function.global_values[value]
            {
                *name = new;
                *colocated &= self.is_near(linkage);
            }
        }
        Ok(())
    }

    /// Whether the module has what a number in the text stands for.
    fn known(&self, name: &UserExternalName, namespace: u32, own: &str) -> Result<()> {
        let (functions, data) = self.declarations().counts();
        let count = if name.namespace == FUNCTIONS { functions } else { data };
        let is_known = name.namespace == namespace
            && (name.namespace == FUNCTIONS || name.namespace == DATA)
            && (name.index as usize) < count;
        if is_known {
            return Ok(());
        }
        let message = format!("function `{own}`: {name} is no function or data of the module");
        fail(ErrorCode::NotFound, message)
    }

    /// Whether code of this module may reach an item by its distance, because no linker puts
    /// another in its place.
    pub fn is_near(&self, linkage: Linkage) -> bool {
        use crate::isa::Kind;
        match (linkage, self.kind()) {
            (Linkage::Local, _) => true,
            (Linkage::Import, _) => false,
            (Linkage::Export, Kind::Jit) => true,
            (Linkage::Export, Kind::Object) => !self.isa().flags().is_pic(),
        }
    }
}

/// Reads the functions of a text.
///
/// # Errors
/// `PARSE` with the line, `LIMIT_REACHED` for a text that is too long, that numbers things so high
/// that they would fill memory, or that has long chains of global values.
pub(crate) fn read(source: &str) -> Result<Vec<Function>> {
    if source.len() > TEXT_MAX {
        let message = format!("the text is longer than {TEXT_MAX} bytes");
        return fail(ErrorCode::LimitReached, message);
    }
    check_numbers(source)?;
    // The reader panics over a few mistakes, such as a dynamic type of what is no vector.
    let read = catch_unwind(|| cranelift_reader::parse_functions(source));
    let read = read.map_err(|payload| {
        let why = panic_text(&*payload);
        let line = line_of_panic(source).map_or(String::new(), |line| format!("line {line}: "));
        Error::new(ErrorCode::Parse, format!("{line}Cranelift's reader gave up: {why}"))
    })?;
    let functions = read.map_err(|error| {
        let line = error.location.line_number;
        Error::new(ErrorCode::Parse, format!("line {line}: {}", error.message))
    })?;
    for function in &functions {
        shape::check(function, &name_of(function))?;
    }
    Ok(functions)
}

/// The line where the reader panics. It reads from front to back, so that it is the last line of
/// the shortest beginning of the text that makes it panic.
fn line_of_panic(source: &str) -> Option<usize> {
    if source.len() > SEARCHED_MAX {
        return None;
    }
    let ends: Vec<usize> =
        source.match_indices('\n').map(|(at, _)| at + 1).chain([source.len()]).collect();
    let is_fine = |&end: &usize| {
        catch_unwind(|| drop(cranelift_reader::parse_functions(&source[..end]))).is_ok()
    };
    Some(ends.partition_point(is_fine) + 1)
}

/// The reader makes all blocks up to the highest number that it meets, and so on; hence no number
/// may be far above what the text has room for.
fn check_numbers(source: &str) -> Result<()> {
    const MADE: [&str; 8] = ["block", "dss", "dt", "fn", "gv", "sig", "ss", "v"];
    let limit = source.len().max(NUMBER_MAX);
    for (index, line) in source.lines().enumerate() {
        let code = line.split(';').next().unwrap_or_default();
        let is_other = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '%');
        for word in code.split(is_other) {
            let kind = word.trim_end_matches(|c: char| c.is_ascii_digit());
            let number = &word[kind.len()..];
            if number.is_empty() || !MADE.contains(&kind) {
                continue;
            }
            if number.parse().is_ok_and(|number: usize| number <= limit) {
                continue;
            }
            let line = index + 1;
            let message = format!("line {line}: `{word}`: numbers go up to {limit} in this text");
            return fail(ErrorCode::LimitReached, message);
        }
    }
    Ok(())
}

/// The symbol of a function in a text: `%name`, or `u0:1` as it stands.
fn name_of(function: &Function) -> String {
    match &function.name {
        UserFuncName::Testcase(name) => String::from_utf8_lossy(name.raw()).into_owned(),
        other => other.to_string(),
    }
}
