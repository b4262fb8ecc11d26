//! Text of modules and functions: IR as it was given, and machine code.

use crate::declarations::Declarations;
use crate::module::{Compiled, Shared};
use cranelift_codegen::ir::{Function, TrapCode, UserFuncName};
use cranelift_module::{ModuleReloc, ModuleRelocTarget};
use ffi_rt::{Error, ErrorCode, Result, fail};
use std::fmt::Write;

/// The text of a function's IR under its own name; comments say what `u0:1` and the like refer to.
pub(crate) fn text(function: &Function, name: &str, names: &Declarations) -> String {
    let mut text = String::new();
    for (reference, known) in function.params.user_named_funcs().iter() {
        if let Some(name) = names.name_of(known) {
            let (namespace, index) = (known.namespace, known.index);
            // Writing into a String cannot fail.
            let _ = writeln!(text, "; {reference} u{namespace}:{index} is {name:?}");
        }
    }
    let clif = function.display().to_string();
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let own = match &function.name {
        UserFuncName::User(own) => format!("function {own}("),
        UserFuncName::Testcase(own) => format!("function {own}("),
    };
    // A name that CLIF can spell stands in the place of the number.
    if is_plain && !name.is_empty() && clif.starts_with(&own) {
        let _ = write!(text, "function %{name}({}", &clif[own.len()..]);
    } else {
        let _ = write!(text, "; function {name:?}\n{clif}");
    }
    text
}

impl Shared {
    /// The IR of all defined functions, in order of declaration.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the module does not keep text (the setting `keep_text`).
    pub fn text(&self) -> Result<String> {
        self.must_keep_text()?;
        let state = self.open()?;
        let texts = state.functions().filter_map(|(_, item)| item.code()?.text.clone());
        Ok(texts.collect::<Vec<_>>().join("\n"))
    }

    /// The IR of a defined function as it was given to the compiler.
    ///
    /// # Errors
    /// As for [`text`](Shared::text); `NOT_FOUND` if the function has no code.
    pub fn function_text(&self, id: i64) -> Result<String> {
        self.must_keep_text()?;
        Ok(self.compiled(id)?.1.text.clone().unwrap_or_default())
    }

    fn must_keep_text(&self) -> Result<()> {
        if self.options().keep_text {
            return Ok(());
        }
        let message =
            format!("module `{}` keeps no text: make it with `keep_text=true`", self.name());
        fail(ErrorCode::InvalidArgument, message)
    }

    /// The machine code of a function: offset, bytes and instruction per line; what a relocation
    /// fills in and where an instruction traps stand behind it.
    ///
    /// # Errors
    /// `NOT_FOUND` if the function has no code.
    pub fn disassemble(&self, id: i64) -> Result<String> {
        let (name, code) = self.compiled(id)?;
        let failed = |error: &dyn std::fmt::Display| {
            let message = format!("function `{name}`: no disassembly: {error}");
            Error::new(ErrorCode::Unsupported, message)
        };
        let mut decoder = self.isa().to_capstone().map_err(|error| failed(&error))?;
        // Constants between the instructions are shown as bytes.
        decoder.set_skipdata(true).map_err(|error| failed(&error))?;
        let decoded = decoder.disasm_all(&code.code, 0).map_err(|error| failed(&error))?;
        let mut text = format!("{name}:\n");
        for instruction in decoded.iter() {
            let start = instruction.address() as u32;
            let end = start + instruction.len() as u32;
            let bytes: String =
                instruction.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            let mnemonic = instruction.mnemonic().unwrap_or("?");
            let operands = instruction.op_str().unwrap_or("");
            let line = format!("{start:6x}: {bytes:<20} {mnemonic} {operands}");
            text.push_str(line.trim_end());
            for note in notes(self, &code, start, end) {
                // Writing into a String cannot fail.
                let _ = write!(text, " ; {note}");
            }
            text.push('\n');
        }
        Ok(text)
    }
}

/// What is known of the code between two offsets.
fn notes(module: &Shared, code: &Compiled, start: u32, end: u32) -> Vec<String> {
    let inside = |offset: u32| (start..end).contains(&offset);
    let relocs = code.relocs.iter().filter(|reloc| inside(reloc.offset));
    let relocs = relocs.map(|reloc| target(module, reloc));
    let traps = code.traps.iter().filter(|trap| inside(trap.0));
    let traps = traps.map(|(_, code): &(u32, TrapCode)| format!("trap: {code}"));
    relocs.chain(traps).collect()
}

fn target(module: &Shared, reloc: &ModuleReloc) -> String {
    let name = match &reloc.name {
        ModuleRelocTarget::User { namespace, index } => {
            let name = cranelift_codegen::ir::UserExternalName::new(*namespace, *index);
            module.declarations().name_of(&name).unwrap_or_else(|| name.to_string())
        }
        ModuleRelocTarget::FunctionOffset(_, offset) => format!("offset {offset:#x}"),
        other => other.to_string(),
    };
    match reloc.addend {
        0 => format!("{:?} {name}", reloc.kind),
        addend => format!("{:?} {name}{addend:+}", reloc.kind),
    }
}
