//! One file, in a process of its own: all its checks in a fixed order, each told before and after.

use crate::api::Library;
use crate::args::Args;
use crate::filetest::{self, Expect, FileTest, Kind, Refusal, Target};
use crate::outcome::{Event, Events, Outcome};
use crate::rebuild::Failure;
use crate::throw;
use crate::unit::{Mode, Unit};
use crate::verify;
use cranelift_codegen::data_value::DataValue;
use std::collections::HashMap;
use std::io::Stdout;
use std::path::Path;

/// Replays a file from a check on and tells standard output.
pub fn run(path: &Path, args: &Args, from: u64) {
    let mut events = Events::new(std::io::stdout(), from);
    if let Err(outcome) = replay(path, args, &mut events) {
        events.tell(&Event::File(outcome));
    }
    events.tell(&Event::End);
}

fn replay(path: &Path, args: &Args, events: &mut Events<Stdout>) -> Result<(), Outcome> {
    let library = Library::open(&args.library).map_err(Outcome::Failed)?;
    // This process is for this file alone, and code that throws asks the library from anywhere.
    let library: &'static Library = Box::leak(Box::new(library));
    throw::use_library(library);
    let text = std::fs::read(path).map_err(|error| Outcome::Failed(error.to_string()))?;
    let text = String::from_utf8(text).map_err(|_| Outcome::Failed("is no UTF-8".to_owned()))?;
    let file = filetest::parse(&text).map_err(|refusal| match refusal {
        Refusal::Skip(reason) => Outcome::Skipped(reason),
        Refusal::Fail(reason) => Outcome::Failed(reason),
    })?;
    match file.kind {
        Kind::Verifier => verify::verify_file(library, &file, events),
        Kind::Run => run_file(library, &file, args, events),
    }
}

/// All targets that this machine can run, in each mode.
fn run_file(
    library: &Library,
    file: &FileTest,
    args: &Args,
    events: &mut Events<Stdout>,
) -> Result<(), Outcome> {
    if file.functions.iter().all(|function| function.commands.is_empty()) {
        return Err(Outcome::Skipped("has no run line".to_owned()));
    }
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        file.targets.iter().partition(|target| target.foreign.is_none());
    if here.is_empty() {
        let why = elsewhere.iter().find_map(|target| target.foreign.clone());
        return Err(Outcome::Skipped(why.unwrap_or_else(|| "has no target".to_owned())));
    }
    let checks: u64 =
        file.functions.iter().map(|function| function.commands.len() as u64 + 1).sum();
    let mut first = 0;
    for target in here {
        let mut seen = HashMap::new();
        for mode in [Mode::Jit, Mode::Aot] {
            if (mode == Mode::Jit && args.jit) || (mode == Mode::Aot && args.aot) {
                run_unit(library, file, target, mode, first, &mut seen, events);
            }
            first += checks + 1;
        }
    }
    Ok(())
}

/// Results of earlier modes, by check.
type Seen = HashMap<u64, Vec<DataValue>>;

/// Builds all functions for one target in one mode, then makes the calls.
fn run_unit(
    library: &Library,
    file: &FileTest,
    target: &Target,
    mode: Mode,
    first: u64,
    seen: &mut Seen,
    events: &mut Events<Stdout>,
) {
    let checks: u64 =
        file.functions.iter().map(|function| function.commands.len() as u64 + 1).sum();
    let next = first + checks + 1;
    if !events.wants(next - 1) {
        return;
    }
    let place = format!("[{}, {mode}]", target.name);
    // What does not survive the building is not tried again.
    events.tell(&Event::Start(first, format!("building of all functions {place}"), next));
    let unit = Unit::build(library, file, target, mode);
    let mut number = first + 1;
    for (index, function) in file.functions.iter().enumerate() {
        let state = unit.function(index);
        if let (Err(Failure::Failed(reason)), true) = (&state, function.commands.is_empty()) {
            // A function that is only called by others shows there too, unless nobody calls it.
            let outcome = Outcome::Failed(reason.clone());
            events.check(number, &format!("%{} {place}", function.name), || outcome);
        }
        number += 1;
        for (line, command) in function.commands.iter().enumerate() {
            let label = format!("{} {place}", command.text.trim_start_matches("run: "));
            events.check(number, &label, || match &state {
                Err(failure) => failure.outcome(),
                Ok(()) if matches!(command.expect, Expect::Malformed(_)) => {
                    malformed(&command.expect)
                }
                Ok(()) => {
                    let outcome = unit.run(index, line);
                    compare(outcome, &command.expect, mode, number - first, seen)
                }
            });
            number += 1;
        }
    }
}

fn malformed(expect: &Expect) -> Outcome {
    match expect.check(&[]) {
        Err(message) => Outcome::Failed(format!("the line cannot be understood: {message}")),
        Ok(()) => Outcome::Failed("the line cannot be understood".to_owned()),
    }
}

/// What came of a call, compared with the file and with what another mode gave.
fn compare(
    results: Result<Vec<DataValue>, crate::unit::CallEnd>,
    expect: &Expect,
    mode: Mode,
    check: u64,
    seen: &mut Seen,
) -> Outcome {
    use crate::unit::CallEnd;
    let results = match (results, expect) {
        (Ok(results), _) => results,
        (Err(CallEnd::Trap(code, text)), Expect::Trap(wanted)) => {
            let same = code.is_none_or(|code| code == *wanted);
            return match same {
                true => Outcome::Passed,
                false => Outcome::Failed(format!("another trap: {text}")),
            };
        }
        (Err(CallEnd::Trap(_, text) | CallEnd::Failed(text)), _) => return Outcome::Failed(text),
        (Err(CallEnd::Unsupported(text)), _) => return Outcome::Skipped(text),
    };
    if let Err(message) = expect.check(&results) {
        return Outcome::Failed(message);
    }
    let earlier = seen.get(&check);
    let differs = |earlier: &&Vec<DataValue>| {
        earlier.len() != results.len()
            || !earlier.iter().zip(&results).all(|(a, b)| a.bitwise_eq(b))
    };
    if let Some(earlier) = earlier.filter(differs) {
        let (was, is) = (filetest::shown(earlier), filetest::shown(&results));
        return Outcome::Failed(format!("gave {was} in memory and {is} from {mode}"));
    }
    seen.insert(check, results);
    Outcome::Passed
}
