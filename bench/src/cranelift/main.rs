//! What Cranelift costs through the C API of libsimple_cranelift.so, against the Rust crates: one
//! process, one run, one optimisation level, rounds of both in turn, medians.
//!
//! The sample is a function with variables, branches, memory accesses and arithmetic. Its size is that
//! of a function of a small program: 12 loops in a row, 578 instructions.
//!
//! Arguments choose parts of the table: `build`, `link`, `allocators`, `threads`, `calls`.

mod c;
mod rust;

use std::hint::black_box;
use std::time::Instant;

/// How many loops the sample has, and how many memory cells each works on.
const LOOPS: usize = 12;
const STEPS: i64 = 8;

/// How many functions a module gets.
const FUNCTIONS: usize = 50;

fn time_ns<T>(act: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let result = act();
    let time = start.elapsed().as_secs_f64() * 1e9;
    drop(result);
    time
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The medians of two ways, which take turns.
fn compare(
    rounds: usize,
    mut one: impl FnMut() -> f64,
    mut other: impl FnMut() -> f64,
) -> [f64; 2] {
    let pairs: Vec<_> = (0..rounds).map(|_| (one(), other())).collect();
    let (one, other) = pairs.into_iter().unzip();
    [median(one), median(other)]
}

/// A line of the table: two figures, their ratio, and what the second is.
fn row(what: &str, unit: &str, [this, reference]: [f64; 2], of: &str) {
    let ratio = this / reference;
    println!("{what:<42} {this:9.1} {reference:9.1} {unit:<3} {ratio:7.3}  {of}");
}

fn building(compiler: &mut rust::Compiler) {
    let instructions = compiler.build() as f64;
    let module = c::Module::new(&[]);
    let times = compare(2000, || time_ns(|| module.build()), || time_ns(|| compiler.build()));
    let per_instruction = times.map(|time| time / instructions);
    row("build, per instruction", "ns", per_instruction, "the crates");
    let mut number = 0;
    let define = || {
        number += 1;
        let name = format!("f{number}");
        time_ns(|| module.define(&name))
    };
    let times = compare(300, define, || time_ns(|| compiler.compile()));
    row("build, verify, compile, per function", "us", times.map(|time| time / 1e3), "the crates");
}

fn linking(compiler: &mut rust::Compiler) {
    let names: Vec<_> = (0..FUNCTIONS).map(|number| format!("f{number}")).collect();
    let ours = || {
        time_ns(|| {
            let module = c::Module::new(&[]);
            names.iter().for_each(|name| module.define(name));
            black_box(module.link("f7"));
        })
    };
    let theirs = || {
        time_ns(|| {
            let mut module = compiler.jit();
            for name in &names {
                black_box(compiler.define(&mut module, name));
            }
            module.finalize_definitions().expect("it links");
            // SAFETY: none of its functions runs, or is called later.
            unsafe { module.free_memory() };
        })
    };
    let times = compare(20, ours, theirs);
    let per_function = times.map(|time| time / 1e3 / FUNCTIONS as f64);
    row("the same and link, a module of 50", "us", per_function, "cranelift-jit's JITModule");
}

/// Compiles a module and runs one function: both times, the first one per function.
fn with_settings(settings: &[&str]) -> (f64, f64) {
    let module = c::Module::new(settings);
    (0..FUNCTIONS).for_each(|number| module.queue(&format!("f{number}")));
    let compiling = time_ns(|| module.compile_queued(1)) / 1e3 / FUNCTIONS as f64;
    let address = module.link("f0");
    let running = time_ns(|| black_box(c::call(address, 2000))) / 1e3;
    (compiling, running)
}

fn allocators() {
    for level in ["none", "speed"] {
        let text = format!("opt_level={level}");
        // Per allocator, single-pass first: times of compiling, and of running.
        let mut times = [const { (Vec::new(), Vec::new()) }; 2];
        for _ in 0..9 {
            for (which, allocator) in ["single_pass", "backtracking"].into_iter().enumerate() {
                let setting = format!("regalloc_algorithm={allocator}");
                let (compiling, running) = with_settings(&[&text, &setting]);
                times[which].0.push(compiling);
                times[which].1.push(running);
            }
        }
        let [single, default] =
            times.map(|(compiling, running)| [median(compiling), median(running)]);
        let of = "the default allocator";
        let what = format!("single-pass: compile, opt_level={level}");
        row(&what, "us", [single[0], default[0]], of);
        let what = format!("single-pass: run the code, opt_level={level}");
        row(&what, "us", [single[1], default[1]], of);
    }
}

fn threads() {
    let compile = |threads| {
        let module = c::Module::new(&[]);
        (0..FUNCTIONS * 4).for_each(|number| module.queue(&format!("f{number}")));
        time_ns(|| module.compile_queued(threads)) / 1e3 / (FUNCTIONS * 4) as f64
    };
    let times = compare(9, || compile(2), || compile(1));
    row("compile a queue of 200, two threads", "us", times, "one thread");
}

/// The time of one call, from many in a row.
fn call_ns(mut call: impl FnMut(i64) -> i64) -> f64 {
    const CALLS: i64 = 20_000;
    let calls = || {
        for argument in 0..CALLS {
            black_box(call(argument));
        }
    };
    time_ns(calls) / CALLS as f64
}

/// What the compiled function is compared with: as little as a function can do.
extern "C" fn native(argument: i64) -> i64 {
    argument
}

fn calls() {
    let module = c::Module::new(&[]);
    let address = module.identity("same");
    // SAFETY: the function takes and gives an integer, and its module lives until the end.
    let pointer: extern "C" fn(i64) -> i64 =
        unsafe { std::mem::transmute(std::ptr::with_exposed_provenance::<()>(address as usize)) };
    let (raw, compiled) = (black_box(native as extern "C" fn(i64) -> i64), black_box(pointer));
    let of = "an indirect call of a native function";
    let reference = || call_ns(|argument| raw(argument));
    let times = compare(101, || call_ns(|argument| compiled(argument)), reference);
    row("call JIT code by its pointer", "ns", times, of);
    let times = compare(101, || call_ns(|argument| c::call(address, argument)), reference);
    row("the same by rt_cranelift_call_function_ptr", "ns", times, of);
    let times = compare(101, || call_ns(|argument| c::call_catching(address, argument)), reference);
    row("the same by .._call_function_catching", "ns", times, of);
}

fn main() {
    println!(
        "{:<42} {:>9} {:>9} {:<3} {:>7}  the second is",
        "what", "C API", "second", "", "ratio"
    );
    let mut compiler = rust::Compiler::new();
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|one| one == part);
    if is_wanted("build") {
        building(&mut compiler);
    }
    if is_wanted("link") {
        linking(&mut compiler);
    }
    if is_wanted("allocators") {
        allocators();
    }
    if is_wanted("threads") {
        threads();
    }
    if is_wanted("calls") {
        calls();
    }
}
