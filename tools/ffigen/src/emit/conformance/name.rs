//! The names that the conformance program gives; all start with `ffi_`, which no spec may use.

/// The local that holds what a parameter points to, or its sample.
pub fn local(param: &str) -> String {
    format!("ffi_{param}")
}

/// The function that holds one function wrong.
pub fn test(function: &str) -> String {
    format!("ffi_test_{function}")
}

/// The function that runs one example.
pub fn example(function: &str) -> String {
    format!("ffi_example_{function}")
}

/// The function that frees a value and then frees it again.
pub fn twice(free: &str) -> String {
    format!("ffi_twice_{free}")
}

/// A callback that is never called.
pub fn callback(index: usize) -> String {
    format!("ffi_callback_{index}")
}

/// A string literal. Tools that read the program as text see no odd bytes.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b'\n' => out.push_str("\\n"),
            b' '..=b'~' => out.push(char::from(byte)),
            // Three octal digits always: a following digit cannot join them, as it would join a hexadecimal escape.
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_escape_what_c_would_read() {
        assert_eq!(string("a\"b\\\n\u{e9}1"), "\"a\\\"b\\\\\\n\\303\\2511\"");
    }
}
