//! The 64-bit hash over a module's ABI that its version symbol carries.
//!
//! It covers all that a caller compiles against: functions with the names, types and order of their
//! parameters, result, failure value, and every struct, enumeration and handle kind, with the time
//! for which a handle belongs to a thread. Names of parameters and fields count because exchanging
//! two of one type changes the meaning without changing a size. Documentation, error lists and
//! wrappers do not count, nor does the order in which items are declared.

use super::{Draft, Failure, Function, StructId, Ty, c_type, layout, symbol};

/// The hash of a module's ABI: FNV-1a, 64 bits, over one line per item.
pub fn abi(draft: &Draft) -> u64 {
    let mut lines = lines(draft);
    lines.sort_unstable();
    let mut text = format!("module {}\n", draft.module.name);
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    fnv1a(text.as_bytes())
}

fn lines(draft: &Draft) -> Vec<String> {
    let mut lines = Vec::new();
    for handle in &draft.handles {
        let mut line = format!("handle {} tag {}", handle.name, handle.tag);
        if let Some(until) = &handle.bound {
            line.push_str(&format!(" bound {}", until.text.trim()));
        }
        lines.push(line);
    }
    for item in &draft.enums {
        for value in &item.values {
            lines.push(format!("enum {} {}={}", item.name, value.name, value.value));
        }
    }
    for index in 0..draft.structs.len() {
        lines.push(struct_line(draft, StructId(index as u32)));
    }
    for function in &draft.functions {
        lines.push(function_line(draft, function));
    }
    lines
}

fn struct_line(draft: &Draft, id: StructId) -> String {
    let layout = layout::of_struct(draft, id);
    let mut line = format!(
        "struct {} size {} align {}",
        symbol::struct_type(draft, id),
        layout.layout.size_bytes,
        layout.layout.align_bytes
    );
    for (field, offset) in draft.strukt(id).fields.iter().zip(&layout.offsets_bytes) {
        line.push_str(&format!(" {}:{}@{offset}", field.name, spelling(draft, &field.ty)));
    }
    line
}

fn function_line(draft: &Draft, function: &Function) -> String {
    let params: Vec<String> = function
        .params
        .iter()
        .map(|param| format!("{}:{}", param.name, spelling(draft, &param.ty)))
        .collect();
    format!(
        "fn {} {} ({}) -> {} failure {} keeps_error {}",
        function.name,
        c_type::prototype(draft, function),
        params.join(","),
        spelling(draft, &function.result),
        failure(function),
        function.keeps_error
    )
}

fn spelling(draft: &Draft, ty: &Ty) -> String {
    c_type::spec(draft, ty)
}

/// A failure value that the spec names; nothing for the type's own.
fn failure(function: &Function) -> String {
    match function.failure {
        Failure::Default => String::new(),
        _ => c_type::failure(function),
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnv1a_gives_the_published_values() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
