//! Where `unsafe` may stand.

use crate::{File, Problem, Tree, rust_text};

pub(super) const WHY: &str = "All `unsafe` is in the hand-written runtime, in the core of the Cranelift backend \
    and its replay tool, in the one file that asks before Rust's start-up code whether ffigen has an output, or in \
    shims of one fixed shape, so that there are few places to review. Bodies and tools are safe Rust.";

/// Folders and files whose Rust may be unsafe.
const MAY: [&str; 6] = [
    "ffi/rt/",
    "ffi/syscalls/",
    "compiler/cranelift/core/",
    "compiler/cranelift/replay/",
    "bench/",
    "tools/ffigen/src/stdout.rs",
];
/// Folder of the templates that print shims.
const SHIMS: &str = "tools/ffigen/templates/rust/";

pub(super) fn check_unsafety(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in &tree.files {
        if file.is_rust() && !MAY.iter().any(|folder| file.path.starts_with(folder)) {
            let code = rust_text::views(&file.text).code;
            for (index, text) in code.lines().enumerate() {
                if keyword(text) {
                    let help = "move it into ffi/rt behind a safe function";
                    problems.push(Problem::at(file, index + 1, "`unsafe` outside ffi/rt", help));
                }
            }
        } else if file.is_template() {
            template(file, &mut problems);
        }
    }
    problems
}

/// In templates: `unsafe` only where shims are printed, and each block under a `// SAFETY:` comment.
fn template(file: &File, problems: &mut Vec<Problem>) {
    let lines: Vec<_> = file.text.lines().collect();
    for (index, text) in lines.iter().enumerate() {
        let code = text.split("//").next().unwrap_or_default();
        if !keyword(code) {
            continue;
        }
        if !file.path.starts_with(SHIMS) {
            let help = format!("only {SHIMS} prints shims");
            problems.push(Problem::at(
                file,
                index + 1,
                "`unsafe` in a template that prints no shim",
                help,
            ));
        } else if code.contains("unsafe {") && !explained(&lines, index) {
            let help = "say above it why it is sound: `// SAFETY: ..`";
            problems.push(Problem::at(
                file,
                index + 1,
                "an unsafe block without its argument",
                help,
            ));
        }
    }
}

/// Whether the comment block above the line, or above the statement it continues, is a SAFETY comment.
fn explained(lines: &[&str], index: usize) -> bool {
    let above = lines[..index].iter().rev();
    above
        .take(6)
        .map(|line| line.trim_start())
        .take_while(|line| !line.ends_with('}'))
        .any(|line| line.starts_with("// SAFETY:") || line.starts_with("/// SAFETY:"))
}

fn keyword(code: &str) -> bool {
    code.split(|ch: char| !ch.is_alphanumeric() && ch != '_').any(|word| word == "unsafe")
}

#[cfg(test)]
mod tests {
    use super::super::messages;
    use super::*;

    #[test]
    fn unsafe_code_has_its_place() {
        let code = "//! A.\nfn a() { unsafe { b() } }\n";
        assert_eq!(messages(check_unsafety, &[("ffi/rt/src/a.rs", code)]), Vec::<String>::new());
        let found = messages(check_unsafety, &[("tools/x/src/a.rs", code)]);
        assert_eq!(
            found,
            [
                "tools/x/src/a.rs:2: `unsafe` outside ffi/rt; move it into ffi/rt behind a safe function"
            ]
        );
        let mention = "//! About unsafe.\n#![forbid(unsafe_code)]\nconst A: &str = \"unsafe\";\n";
        assert_eq!(
            messages(check_unsafety, &[("tools/x/src/a.rs", mention)]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn shims_argue_for_each_block() {
        let path = "tools/ffigen/templates/rust/shim.rs.j2";
        let good = "    // SAFETY: The caller promises it.\n    let x = unsafe { f() };\n";
        assert_eq!(messages(check_unsafety, &[(path, good)]), Vec::<String>::new());
        assert_eq!(messages(check_unsafety, &[(path, "    let x = unsafe { f() };\n")]).len(), 1);
        assert_eq!(messages(check_unsafety, &[("tools/ffigen/templates/c/h.j2", good)]).len(), 1);
    }
}
