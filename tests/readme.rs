//! The page about specs shows specs that are right: what a reader copies from it works.

use std::fs;

use diag::SourceFile;
use libtest_mimic::{Arguments, Failed, Trial};
use tests::ffigen::generate_clean;

const PAGE: &str = "specs/README.md";

fn main() {
    let args = Arguments::from_args();
    let trials = vec![Trial::test("examples_of_specs", examples_of_specs)];
    libtest_mimic::run(&args, trials).exit();
}

/// The examples are two specs, the smallest one and one with everything; each goes from a `[module]` to the next.
fn examples_of_specs() -> Result<(), Failed> {
    let page = fs::read_to_string(tests::root().join(PAGE))?;
    let fences = page.split("```").skip(1).step_by(2);
    let blocks: Vec<_> = fences.filter_map(|fence| fence.strip_prefix("toml\n")).collect();
    let examples = blocks.join("\n");
    let specs: Vec<_> = examples.split("[module]").skip(1).collect();
    for spec in &specs {
        generate_clean(&SourceFile::new(PAGE, format!("[module]{spec}")))?;
    }
    if specs.len() == 2 { Ok(()) } else { Err(format!("{PAGE} has {} specs", specs.len()).into()) }
}
