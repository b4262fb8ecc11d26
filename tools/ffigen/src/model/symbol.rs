//! Names of the boundary that follow from the model and that all emitters share: the C type and symbol names.
//!
//! Casing and keyword rules of one target language live in that emitter's `name.rs`; these names
//! are part of the ABI itself.

use super::{Draft, EnumId, HandleId, StructId, StructOrigin};

/// `FileLock` -> `file_lock`.
pub fn snake(camel: &str) -> String {
    let mut out = String::with_capacity(camel.len() + 4);
    for (index, ch) in camel.char_indices() {
        if ch.is_ascii_uppercase() {
            if index > 0 {
                out.push('_');
            }
            out.push(ch.to_ascii_lowercase());
        } else {
            out.push(ch);
        }
    }
    out
}

/// `rt_process_run` -> `RtProcessRun`.
pub fn camel(snake: &str) -> String {
    snake
        .split('_')
        .filter(|part| !part.is_empty())
        .flat_map(|part| {
            let mut chars = part.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars)
        })
        .collect()
}

/// C name of a struct: `rt_env_var`, `rt_process_run_result`.
pub fn struct_type(draft: &Draft, id: StructId) -> String {
    let item = draft.strukt(id);
    match item.origin {
        StructOrigin::Declared => format!("rt_{}", snake(&item.name)),
        StructOrigin::ResultOf(function) => format!("{}_result", draft.function(function).name),
    }
}

/// C name of the list of a struct: `rt_list_env_var`.
pub fn struct_list_type(draft: &Draft, id: StructId) -> String {
    format!("rt_list_{}", struct_type(draft, id).trim_start_matches("rt_"))
}

/// C name of an enumeration: `rt_file_kind`.
pub fn enum_type(draft: &Draft, id: EnumId) -> String {
    format!("rt_{}", snake(&draft.enumeration(id).name))
}

/// C name of an enumeration's value: `RT_FILE_KIND_REGULAR`.
pub fn enum_value(draft: &Draft, id: EnumId, index: usize) -> String {
    let item = draft.enumeration(id);
    format!("{}_{}", enum_type(draft, id).to_ascii_uppercase(), item.values[index].name)
}

/// C macro with a handle kind's tag: `RT_KIND_FILE_LOCK`.
pub fn kind_macro(draft: &Draft, id: HandleId) -> String {
    format!("RT_KIND_{}", snake(&draft.handle(id).name).to_ascii_uppercase())
}

/// Free function of a handle kind: `rt_file_lock_free`.
pub fn handle_free(draft: &Draft, id: HandleId) -> String {
    format!("rt_{}_free", snake(&draft.handle(id).name))
}

/// Free function of a struct: `rt_env_var_free`.
pub fn struct_free(draft: &Draft, id: StructId) -> String {
    format!("{}_free", struct_type(draft, id))
}

/// Free function of the list of a struct: `rt_list_env_var_free`.
pub fn struct_list_free(draft: &Draft, id: StructId) -> String {
    format!("{}_free", struct_list_type(draft, id))
}

/// The module's version symbol: `rt_abi_io_0123456789abcdef`.
pub fn abi(module: &str, hash: u64) -> String {
    format!("rt_abi_{module}_{hash:016x}")
}
