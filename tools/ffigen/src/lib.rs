#![doc = include_str!("../README.md")]
#![deny(clippy::disallowed_methods)]

pub mod abi_diff;
pub mod check;
pub mod code;
pub mod emit;
pub mod files;
pub mod model;
pub mod resolve;
mod rust_code;
mod similar;
pub mod source;
pub mod spec;
mod template;
pub mod workspace;

#[cfg(test)]
mod robustness;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use diag::{Diagnostic, SourceFile};

use emit::Emitter;
use emit::manifest::{self, Manifest};
use files::Files;
use model::Model;
use resolve::Base;

/// How much stack a spec's thread has. The Rust parser recurses; `check/rust_depth.rs` keeps it far below this.
const STACK_BYTES: usize = 64 << 20;

/// How many jobs are worked on at once, if there are so many cores: more threads would wait for each other.
const MAX_THREADS: usize = 4;

/// The module that gives the error codes of all others.
const BASE: &str = "base";

/// What became of one spec.
#[derive(Debug)]
pub struct Compiled {
    /// The checked model, if there was no mistake.
    pub model: Option<Model>,
    /// The generated files, if there was no mistake.
    pub files: Option<Files>,
    /// All mistakes, sorted by position.
    pub diagnostics: Vec<Diagnostic>,
}

/// The whole pipeline for one spec: text -> spec -> draft -> model -> files.
pub fn generate(
    file: &SourceFile,
    base: &Base,
    emitters: &[Emitter],
) -> (Option<Files>, Vec<Diagnostic>) {
    let (model, diagnostics) = model(file, base);
    (model.map(|model| emit::emit(&model, emitters)), diagnostics)
}

/// The first half of it: parse, resolve, check. The base spec is its own base.
pub fn model(file: &SourceFile, base: &Base) -> (Option<Model>, Vec<Diagnostic>) {
    let (spec, diagnostics) = spec::parse(file);
    let Some(spec) = spec else { return (None, diagnostics) };
    let base = (spec.module.name.text != BASE).then_some(base);
    let (draft, diagnostics) = resolve::resolve(&spec, base);
    check::check(draft, base, diagnostics)
}

/// What all specs take from the base spec.
pub fn base(file: &SourceFile) -> (Option<Base>, Vec<Diagnostic>) {
    on_deep_stacks(&[file], |_| 1, |file| read_base(file)).remove(0)
}

fn read_base(file: &SourceFile) -> (Option<Base>, Vec<Diagnostic>) {
    let (spec, diagnostics) = spec::parse(file);
    let Some(spec) = spec else { return (None, diagnostics) };
    let name = &spec.module.name;
    let help = "name the spec with the error codes, base.toml, with `--base`";
    if name.text != BASE {
        let title = format!("the base spec is module `{}` instead of `{BASE}`", name.text);
        let label = "this module gives no error codes";
        let mistake = Diagnostic::error(code::UNKNOWN_VALUE, title).label(name.span, label);
        return (None, vec![mistake.help(help)]);
    }
    let (draft, diagnostics) = resolve::resolve(&spec, None);
    let (model, mut diagnostics) = check::check(draft, None, diagnostics);
    let base = model.map(|model| Base::of(&model));
    if base.as_ref().is_some_and(|base| base.codes.is_empty()) {
        let mistake = Diagnostic::error(code::MISSING_KEY, "the base spec has no enum `Error`");
        diagnostics.push(mistake.label(name.span, "this module gives no error codes").help(help));
    }
    (base.filter(|_| diagnostics.is_empty()), diagnostics)
}

/// The pipeline for specs that are meant for one runtime library, in parallel, and the rules between
/// them. A module with a baseline among `baselines` also links with programs that were compiled
/// against the ABIs that the baseline accepts and that this one only adds to.
pub fn compile(
    files: &[SourceFile],
    base: &Base,
    baselines: &[Manifest],
    emitters: &[Emitter],
) -> Vec<Compiled> {
    let models = on_deep_stacks(files, |file| file.text().len(), |file| model(file, base));
    let mut all: Vec<_> = models
        .into_iter()
        .map(|(model, diagnostics)| Compiled { model, files: None, diagnostics })
        .collect();
    check::across::check(files, &mut all);
    for model in all.iter_mut().filter_map(|one| one.model.as_mut()) {
        if let Some(baseline) = baselines.iter().find(|one| one.module == model.module.name) {
            let hashes = abi_diff::predecessors::of(baseline, &manifest::manifest(model));
            model.set_predecessors(hashes);
        }
    }
    emit_all(&mut all, emitters);
    all
}

/// Emits every model without a mistake. Each emitter of each module is a job of its own, so that a
/// large module keeps all threads busy.
fn emit_all(all: &mut [Compiled], emitters: &[Emitter]) {
    let is_fine = |one: &Compiled| one.model.is_some() && one.diagnostics.is_empty();
    let jobs: Vec<_> = all
        .iter()
        .filter(|one| is_fine(one))
        .filter_map(|one| one.model.as_ref())
        .flat_map(|model| emitters.iter().map(move |emitter| (model, *emitter)))
        .collect();
    let size = |(model, _): &(&Model, Emitter)| model.functions.len();
    let parts = on_deep_stacks(&jobs, size, |(model, emitter)| emit::emit(model, &[*emitter]));
    let mut parts = parts.into_iter();
    for one in all.iter_mut().filter(|one| is_fine(one)) {
        let mut files = Files::default();
        for part in parts.by_ref().take(emitters.len()) {
            files.append(part);
        }
        one.files = Some(files);
    }
}

/// Works on all inputs with a few threads, the largest first, so that none is alone at work at the
/// end. Results are in the order of the inputs.
fn on_deep_stacks<I: Sync, O: Send + Sync>(
    inputs: &[I],
    size: impl Fn(&I) -> usize,
    work: impl Fn(&I) -> O + Sync,
) -> Vec<O> {
    let jobs: Vec<_> = inputs.iter().map(|input| (input, OnceLock::new())).collect();
    let mut queue: Vec<_> = jobs.iter().collect();
    queue.sort_by_key(|(input, _)| std::cmp::Reverse(size(input)));
    let next = AtomicUsize::new(0);
    let worker = || {
        // Each place in the queue is handed out once, so the result's is free.
        while let Some((input, result)) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
            let _ = result.set(work(input));
        }
    };
    std::thread::scope(|scope| {
        let spawn = |_| {
            let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
            builder.spawn_scoped(scope, worker).unwrap_or_else(|error| panic!("no thread: {error}"))
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let count = inputs.len().min(cores).min(MAX_THREADS);
        let threads: Vec<_> = (0..count).map(spawn).collect();
        for thread in threads {
            // A panic is our bug; it goes on here, so that the program ends with its code.
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    jobs.into_iter()
        .map(|(_, result)| result.into_inner().expect("every input has been worked on"))
        .collect()
}
