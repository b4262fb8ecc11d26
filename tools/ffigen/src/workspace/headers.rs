//! The headers that include those of all modules.

use super::{BACKEND, Module};
use crate::files::Files;

/// Writes `rt.h`, and `rt_all.h` where the backend is among the modules.
pub(super) fn write(modules: &[Module], files: &mut Files) {
    let names: Vec<_> = modules.iter().map(Module::name).collect();
    let runtime: Vec<_> = names.iter().copied().filter(|name| *name != BACKEND).collect();
    files.copy("include/rt.h".to_owned(), &umbrella("rt", &runtime));
    if names.len() > runtime.len() {
        files.copy("include/rt_all.h".to_owned(), &umbrella("rt_all", &names));
    }
}

/// A header that includes those of some modules; the rule `umbrella_header` writes the same.
pub(super) fn umbrella(name: &str, modules: &[&str]) -> String {
    let guard = format!("{}_H", name.to_uppercase());
    let includes: String =
        modules.iter().map(|module| format!("#include \"rt_{module}.h\"\n")).collect();
    format!(
        "/* The headers of several modules. Generated; do not edit. */\n\
         #ifndef {guard}\n#define {guard}\n\n{includes}\n#endif\n"
    )
}
