//! Files with `test verifier`: the API must refuse each function at the places and with the texts that the file says.
//!
//! Twice. The text of the function is given to the API, whose verifier must give exactly the expected messages about
//! exactly the expected things. And the function is built call by call, where a wrong one must be refused, by the call
//! that is wrong or at the end: those checks come before the verifier's and have words of their own.

use crate::api::{Arg, Library};
use crate::direct::{self, Messages};
use crate::filetest::{FileTest, Target, TestFunction};
use crate::outcome::{Events, Outcome};
use crate::rebuild::{Built, Failure, Names, Rebuild};
use crate::unit::{self, Mode};
use cranelift_codegen::ir::entities::AnyEntity;
use cranelift_codegen::ir::{ExternalName, Function, Signature};
use std::io::Stdout;
use target_lexicon::Architecture;

/// Verifies all functions of a file for each of its targets.
///
/// # Errors
/// If the file has nothing to verify.
pub fn verify_file(
    library: &Library,
    file: &FileTest,
    events: &mut Events<Stdout>,
) -> Result<(), Outcome> {
    if file.functions.is_empty() {
        return Err(Outcome::Skipped("has no function".to_owned()));
    }
    let mut number = 0;
    for target in &file.targets {
        for function in &file.functions {
            let label = format!("%{} (line {}) [{}]", function.name, function.line, target.name);
            events.check(number, &label, || match verify(library, target, function) {
                Ok(()) => Outcome::Passed,
                Err(failure) => failure.outcome(),
            });
            number += 1;
        }
    }
    Ok(())
}

fn verify(library: &Library, target: &Target, function: &TestFunction) -> Built<()> {
    let mut found = messages(library, target, function)?;
    let [own, without] = direct::messages(target, &function.func).map_err(Failure::Failed)?;
    // The API has no function without a target, which the file asks for.
    let extra: Vec<_> = if target.is_assumed { less(&own, &without) } else { Vec::new() };
    found = less(&found, &extra);
    compare(function, &found).map_err(|problems| {
        let agree = less(&found, &own).is_empty() && found.len() + extra.len() == own.len();
        let version = cranelift_codegen::VERSION;
        let verdict = if agree { "the same" } else { "something else" };
        Failure::Failed(format!(
            "{problems}\nCranelift's own verifier, of version {version}, says {verdict}"
        ))
    })?;
    if !extra.is_empty() {
        return Ok(());
    }
    // Calls do not declare what is not used, so a wrong declaration alone does not come about.
    let is_built = |entity: &AnyEntity| {
        matches!(entity, AnyEntity::Function | AnyEntity::Block(_) | AnyEntity::Inst(_))
    };
    if !function.errors.iter().all(|(entity, _)| is_built(entity)) {
        return Ok(());
    }
    let refused = build(library, target, function);
    match (refused, function.errors.is_empty()) {
        // What the API has no calls for was verified as text all the same.
        (Err(Failure::Unsupported(_)), _) => Ok(()),
        (Ok(None), true) | (Ok(Some(_)) | Err(Failure::Failed(_)), false) => Ok(()),
        (Ok(Some(message)), true) => failed(format!("built by calls, it is refused: {message}")),
        (Ok(None), false) => failed("built by calls, it is not refused".to_owned()),
        (Err(failure), _) => Err(failure),
    }
}

fn failed<T>(reason: String) -> Built<T> {
    Err(Failure::Failed(reason))
}

/// Messages without others, each of which takes away one that is about the same and has its text.
fn less(messages: &Messages, others: &Messages) -> Messages {
    let mut left = messages.clone();
    for (at, text) in others {
        let same = left.iter().position(|one| one.0 == *at && one.1.contains(text));
        if let Some(index) = same {
            left.remove(index);
        }
    }
    left
}

/// Holds messages against what the file expects, each used once.
fn compare(function: &TestFunction, messages: &Messages) -> Result<(), String> {
    let mut messages = messages.clone();
    let mut problems = Vec::new();
    for (entity, wanted) in &function.errors {
        let place = place(*entity);
        let found = messages.iter().position(|(at, text)| *at == place && text.contains(wanted));
        match found {
            Some(index) => drop(messages.remove(index)),
            None => problems.push(format!("no error about {place}: {wanted}")),
        }
    }
    problems
        .extend(messages.iter().map(|(at, text)| format!("unexpected error about {at}: {text}")));
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn place(entity: AnyEntity) -> String {
    entity.to_string()
}

/// What the API's verifier says about the text of a function: about what, and the message.
fn messages(library: &Library, target: &Target, function: &TestFunction) -> Built<Messages> {
    let error = if target.settings.iter().all(|(_, value)| value == "false") {
        let Some(code) = target_code(library, target) else {
            return Err(Failure::Unsupported(format!("the C API has no target {}", target.triple)));
        };
        let args = [Arg::Text(&function.source), Arg::Int(code)];
        let ctx = Arg::Int(library.int("rt_cranelift_parse_function", &args)?);
        let verified = library.int("rt_cranelift_verify", &[ctx]);
        let _ = library.int("rt_cranelift_context_free", &[ctx]);
        verified.err()
    } else {
        // With settings a module is needed; what the compiler says beside the verifier is no message of it.
        let module = Arg::Int(unit::new_module(library, target, Mode::Aot)?);
        let defined =
            library.int("rt_cranelift_define_text", &[module, Arg::Text(&function.source)]);
        let _ = library.int("rt_cranelift_free_module", &[module]);
        defined.err().filter(|error| error.message.contains("the verifier found"))
    };
    let Some(error) = error else { return Ok(Vec::new()) };
    let Some((_, list)) = error.message.split_once(":\n") else {
        return failed(format!("the verifier's error has no list: {}", error.message));
    };
    let lines = list.lines().map(|line| match line.split_once(": ") {
        Some((place, text)) => Ok((place.to_owned(), text.to_owned())),
        None => failed(format!("the verifier's error has a line without a place: {line}")),
    });
    lines.collect()
}

fn target_code(library: &Library, target: &Target) -> Option<i64> {
    let name = match target.triple.architecture {
        Architecture::X86_64 => "X86_64",
        Architecture::Aarch64(_) => "AARCH64",
        Architecture::Riscv64(_) => "RISCV64",
        Architecture::S390x => "S390X",
        _ => return None,
    };
    library.code("CraneliftTarget", name)
}

/// Every name stands for an imported function with the signature that is asked for.
struct Imports<'a> {
    library: &'a Library,
    module: i64,
}

impl Names for Imports<'_> {
    fn function(&self, name: &ExternalName, func: &Function, signature: &Signature) -> Built<i64> {
        let symbol = name.display(Some(&func.params)).to_string();
        let symbol = format!("imported{symbol}");
        unit::declare(self.library, self.module, &symbol, signature, "IMPORT")
    }

    fn symbol(&self, name: &ExternalName) -> Built<String> {
        Err(Failure::Unsupported(format!("refers to the symbol {}", name.display(None))))
    }
}

/// Builds the function call by call and gives what was said against it.
fn build(library: &Library, target: &Target, function: &TestFunction) -> Built<Option<String>> {
    let module = unit::new_module(library, target, Mode::Aot)?;
    let names = Imports { library, module };
    let refused = unit::begin(library, module, &function.name, &function.func).and_then(|ctx| {
        let mut rebuild = Rebuild::new(library, &names, &function.func, ctx);
        let built = rebuild.build();
        let first = rebuild.reports.first().map(|report| report.error.message.clone());
        let ended = library.int("rt_cranelift_end_function", &[Arg::Int(ctx)]);
        rebuild.discard();
        built.map(|()| first.or(ended.err().map(|error| error.message)))
    });
    let _ = library.int("rt_cranelift_free_module", &[Arg::Int(module)]);
    refused
}
