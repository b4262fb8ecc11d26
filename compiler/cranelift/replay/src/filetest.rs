//! A filetest as this tool sees it: what is to be built, on which machines, and what is to come out.
//!
//! `cranelift-reader` parses; here its comments become expectations. A run line belongs to the function that it
//! follows, whatever name it calls, as in Cranelift's own tool.

use crate::preamble;
use cranelift_codegen::data_value::DataValue;
use cranelift_codegen::ir::entities::AnyEntity;
use cranelift_codegen::ir::{Function, Signature, TrapCode};
use cranelift_reader::{Comparison, Details, RunCommand, TestFile};
use std::collections::HashMap;
use target_lexicon::Triple;

/// What a file asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Run functions and compare results.
    Run,
    /// Verify functions and compare messages.
    Verifier,
}

/// A parsed file.
pub struct FileTest {
    /// What it asks for.
    pub kind: Kind,
    /// On which machines.
    pub targets: Vec<Target>,
    /// Its functions, in order.
    pub functions: Vec<TestFunction>,
}

/// A machine, with settings.
#[derive(Debug, Clone)]
pub struct Target {
    /// Short name for messages: architecture, optimisation, number of processor flags.
    pub name: String,
    /// The triple.
    pub triple: Triple,
    /// Settings of the compiler that differ from their default, then all of the processor.
    pub settings: Vec<(String, String)>,
    /// Why code for it cannot run here.
    pub foreign: Option<String>,
    /// Whether the file names none, and this is the machine that the tool runs on.
    pub is_assumed: bool,
}

/// A function with its expectations.
pub struct TestFunction {
    /// Name that is unique in the file.
    pub name: String,
    /// Its symbol: not the name alone, which may be a routine's, such as `floor`, or the linker's, such as `_init`.
    pub symbol: String,
    /// Where it begins.
    pub line: usize,
    /// Its text, as in the file.
    pub source: String,
    /// The function as parsed.
    pub func: Function,
    /// Calls to make.
    pub commands: Vec<Command>,
    /// Messages that the verifier is to give: about what, and a part of the text.
    pub errors: Vec<(AnyEntity, String)>,
}

/// A call to make.
pub struct Command {
    /// As the file has it.
    pub text: String,
    /// Arguments.
    pub args: Vec<DataValue>,
    /// What is to come out.
    pub expect: Expect,
}

/// What is to come out of a call.
#[derive(Debug)]
pub enum Expect {
    /// These results, bit by bit.
    Equal(Vec<DataValue>),
    /// Anything else.
    NotEqual(Vec<DataValue>),
    /// A `() -> integer` function that is to give no zero.
    NotZero,
    /// Nothing in particular.
    Return,
    /// A trap with this code.
    Trap(TrapCode),
    /// The line could not be understood.
    Malformed(String),
}

/// Why a file is not replayed.
#[derive(Debug)]
pub enum Refusal {
    /// It asks for what this tool does not do.
    Skip(String),
    /// It is wrong.
    Fail(String),
}

/// Parses a file.
///
/// # Errors
/// Says why the file is not replayed.
pub fn parse(text: &str) -> Result<FileTest, Refusal> {
    let text = &*preamble::without_idle_lines(text);
    let file = preamble::parse(text)?;
    let kind = preamble::kind_of(&file)?;
    let targets = preamble::targets_of(text, &file.isa_spec, kind)?;
    let names = unique_names(&file);
    let sources = sources(text, &file);
    let functions = file.functions.into_iter().zip(names.into_iter().zip(sources));
    let functions = functions
        .map(|((func, details), (name, source))| test_function(name, source, func, &details, kind))
        .collect();
    Ok(FileTest { kind, targets, functions })
}

/// Names that can be part of symbols: that of the file, numbered where it is no plain name or comes again.
fn unique_names(file: &TestFile<'_>) -> Vec<String> {
    let mut seen = HashMap::new();
    let names = file.functions.iter().map(|(func, _)| {
        let text = func.name.to_string();
        let plain: String = text
            .trim_start_matches('%')
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '$' { c } else { '_' }
            })
            .collect();
        let count = seen.entry(plain.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { plain } else { format!("{plain}__{count}") }
    });
    names.collect()
}

/// The lines of each function, up to the next one.
fn sources(text: &str, file: &TestFile<'_>) -> Vec<String> {
    let starts: Vec<_> =
        file.functions.iter().map(|(_, details)| details.location.line_number).collect();
    let lines: Vec<_> = text.lines().collect();
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([lines.len()]);
    let parts = starts.iter().zip(ends).map(|(start, end)| lines[start - 1..end].join("\n"));
    parts.collect()
}

fn test_function(
    name: String,
    source: String,
    func: Function,
    details: &Details<'_>,
    kind: Kind,
) -> TestFunction {
    let mut commands = Vec::new();
    let mut errors = Vec::new();
    for comment in &details.comments {
        let text = comment.text.trim_start_matches(';').trim();
        match kind {
            Kind::Run => commands.extend(command(text, &func.signature)),
            Kind::Verifier => {
                if let Some(tail) = text.strip_prefix("error:") {
                    errors.push((comment.entity, tail.trim().to_owned()));
                }
            }
        }
    }
    let line = details.location.line_number;
    let symbol = format!("clif_{name}");
    TestFunction { name, symbol, line, source, func, commands, errors }
}

/// A comment as a call to make, if it is one.
fn command(text: &str, signature: &Signature) -> Option<Command> {
    let done = |args, expect| Some(Command { text: text.to_owned(), args, expect });
    if let Some(tail) = text.strip_prefix("trap:") {
        return match trap(tail, signature) {
            Ok((args, code)) => done(args, Expect::Trap(code)),
            Err(message) => done(Vec::new(), Expect::Malformed(message)),
        };
    }
    match cranelift_reader::parse_run_command(text, signature) {
        Ok(None) => None,
        Ok(Some(RunCommand::Print(call))) => done(call.args, Expect::Return),
        Ok(Some(RunCommand::Run(call, Comparison::NotEquals, _))) if text == "run" => {
            done(call.args, Expect::NotZero)
        }
        Ok(Some(RunCommand::Run(call, Comparison::Equals, results))) => {
            done(call.args, Expect::Equal(results))
        }
        Ok(Some(RunCommand::Run(call, Comparison::NotEquals, results))) => {
            done(call.args, Expect::NotEqual(results))
        }
        Err(error) => done(Vec::new(), Expect::Malformed(error.message)),
    }
}

/// `%f(1, 2) == int_divz`: a call that ends in a trap. Not of Cranelift's own tool, to which it is a comment.
fn trap(text: &str, signature: &Signature) -> Result<(Vec<DataValue>, TrapCode), String> {
    let (call, code) = text.rsplit_once("==").ok_or("`==` is missing")?;
    let code = code.trim().parse().map_err(|()| format!("`{}` is no trap code", code.trim()))?;
    let mut without_results = signature.clone();
    without_results.returns.clear();
    let text = format!("run: {} == []", call.trim());
    match cranelift_reader::parse_run_command(&text, &without_results) {
        Ok(Some(RunCommand::Run(call, ..))) => Ok((call.args, code)),
        Ok(_) => Err("no call".to_owned()),
        Err(error) => Err(error.message),
    }
}

impl Expect {
    /// Whether results are as expected; the message says what they are instead.
    ///
    /// # Errors
    /// What came out instead.
    pub fn check(&self, results: &[DataValue]) -> Result<(), String> {
        let same = |wanted: &[DataValue]| {
            results.len() == wanted.len()
                && results.iter().zip(wanted).all(|(a, b)| a.bitwise_eq(b))
        };
        let is_zero = |value: &DataValue| {
            use DataValue::{I8, I16, I32, I64, I128};
            matches!(value, I8(0) | I16(0) | I32(0) | I64(0) | I128(0))
        };
        let fits = match self {
            Expect::Equal(wanted) => same(wanted),
            Expect::NotEqual(wanted) => !same(wanted),
            Expect::NotZero => !results.iter().any(is_zero),
            Expect::Return => true,
            Expect::Trap(code) => return Err(format!("returned instead of the trap {code}")),
            Expect::Malformed(message) => return Err(message.clone()),
        };
        if fits { Ok(()) } else { Err(format!("gave {}", shown(results))) }
    }
}

/// Values as a run line has them.
pub fn shown(values: &[DataValue]) -> String {
    let texts: Vec<_> = values.iter().map(ToString::to_string).collect();
    if let [text] = texts.as_slice() { text.clone() } else { format!("[{}]", texts.join(", ")) }
}
