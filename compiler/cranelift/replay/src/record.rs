//! Records the building of each file: a C program that does it again, and the object file to compare with.
//!
//! For each file, each of the four machines has an object module, and this one a module in memory. A shell script
//! compiles and runs the programs.

use crate::api::Library;
use crate::filetest::{self, FileTest, Refusal, Target};
use crate::rebuild::Failure;
use crate::unit::{Mode, Unit};
use cranelift_codegen::settings::{self, Flags};
use std::path::{Path, PathBuf};
use target_lexicon::Triple;

/// The machines that objects are recorded for.
const MACHINES: [&str; 4] = ["x86_64", "aarch64", "riscv64gc", "s390x"];

/// How much is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Each file for every machine, and in memory.
    All,
    /// Each file once: for the machines in turn, and in memory.
    Turns,
}

/// Records files into a folder; gives how many recordings there are, of how many functions.
///
/// # Errors
/// What went wrong first, and where.
pub fn record_all(
    library: &Library,
    paths: &[PathBuf],
    folder: &Path,
    extent: Extent,
) -> Result<(usize, usize), String> {
    let (mut recordings, mut functions) = (0, 0);
    for (index, path) in paths.iter().enumerate() {
        let failed = |what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
        let file = match filetest::parse(&text) {
            Ok(file) => file,
            Err(Refusal::Skip(_)) => continue,
            Err(Refusal::Fail(reason)) => return Err(failed(&reason)),
        };
        let turn = index % (MACHINES.len() + 1);
        for place in 0..=MACHINES.len() {
            if extent == Extent::Turns && place != turn {
                continue;
            }
            let count = record(library, &file, place, &folder.join(format!("{index}_{place}.c")));
            let count = count.map_err(|reason| failed(&reason))?;
            recordings += usize::from(count > 0);
            functions += count;
        }
    }
    Ok((recordings, functions))
}

/// Records a file for a machine, or in memory for the number after the last. The recording stays if there is something
/// in it.
fn record(library: &Library, file: &FileTest, place: usize, path: &Path) -> Result<usize, String> {
    let machine = MACHINES.get(place);
    let triple = match machine {
        Some(machine) => format!("{machine}-unknown-linux-gnu")
            .parse::<Triple>()
            .map_err(|error| error.to_string())?,
        None => Triple::host(),
    };
    // Those of a processor are for one machine only.
    let shared = Flags::new(settings::builder());
    let is_shared = |name: &str| shared.iter().any(|flag| flag.name == name);
    let given = file.targets.first().map(|target| target.settings.clone()).unwrap_or_default();
    let mut settings: Vec<_> = given.into_iter().filter(|(name, _)| is_shared(name)).collect();
    settings.push(("record".to_owned(), path.to_string_lossy().into_owned()));
    let target = Target { name: String::new(), triple, settings, foreign: None, is_assumed: false };
    let mode = if machine.is_some() { Mode::Aot } else { Mode::Jit };
    let object = path.with_extension("o");
    match Unit::record(library, file, &target, mode, &object) {
        Ok(0) => {
            // Nothing can be built for this machine; what was tried is of no use.
            for path in [path.to_owned(), path.with_extension("clif")] {
                std::fs::remove_file(&path).map_err(|error| error.to_string())?;
            }
            Ok(0)
        }
        Ok(count) => Ok(count),
        Err(Failure::Unsupported(reason) | Failure::Unable(reason) | Failure::Failed(reason)) => {
            Err(reason)
        }
    }
}
