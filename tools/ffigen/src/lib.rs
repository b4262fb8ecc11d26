//! ffigen.

pub mod abi_diff;
pub mod check;
pub mod code;
pub mod emit;
pub mod files;
pub mod model;
pub mod resolve;
mod similar;
pub mod source;
pub mod spec;
mod template;

use diag::{Diagnostic, SourceFile};

use emit::Emitter;
use files::Files;
use model::Model;
use resolve::Base;

/// How much stack a spec's thread has. The Rust parser recurses; `check/rust_depth.rs` keeps it far below this.
const STACK_BYTES: usize = 64 << 20;

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
pub fn generate(file: &SourceFile, base: &Base, emitters: &[Emitter]) -> (Option<Files>, Vec<Diagnostic>) {
    let (model, diagnostics) = model(file, base);
    (model.map(|model| emit::emit(&model, emitters)), diagnostics)
}

/// The first half of it: parse, resolve, check. The base spec is its own base.
pub fn model(file: &SourceFile, base: &Base) -> (Option<Model>, Vec<Diagnostic>) {
    let (spec, diagnostics) = spec::parse(file);
    let Some(spec) = spec else { return (None, diagnostics) };
    let base = (spec.module.name.text != "base").then_some(base);
    let (draft, diagnostics) = resolve::resolve(&spec, base);
    check::check(draft, base, diagnostics)
}

/// What all specs take from the base spec.
pub fn base(file: &SourceFile) -> (Option<Base>, Vec<Diagnostic>) {
    let (model, diagnostics) = on_deep_stack(|| model(file, &Base::default()));
    (model.map(|model| Base::of(&model)), diagnostics)
}

/// The pipeline for specs that are meant for one runtime library, in parallel, and the rules between them.
pub fn compile(files: &[SourceFile], base: &Base, emitters: &[Emitter]) -> Vec<Compiled> {
    let one = |file| {
        let (model, diagnostics) = model(file, base);
        let files = model.as_ref().map(|model| emit::emit(model, emitters));
        Compiled { model, files, diagnostics }
    };
    let mut all: Vec<Compiled> = std::thread::scope(|scope| {
        let threads: Vec<_> = files.iter().map(|file| spawn(scope, move || one(file))).collect();
        threads.into_iter().map(join).collect()
    });
    check::across::check(files, &mut all);
    all
}

fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| join(spawn(scope, work)))
}

fn spawn<'s, T: Send + 's>(
    scope: &'s std::thread::Scope<'s, '_>,
    work: impl FnOnce() -> T + Send + 's,
) -> std::thread::ScopedJoinHandle<'s, T> {
    let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
    builder.spawn_scoped(scope, work).unwrap_or_else(|error| panic!("no thread could be started: {error}"))
}

fn join<T>(thread: std::thread::ScopedJoinHandle<T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
