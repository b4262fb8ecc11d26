//! Words that a target language keeps for itself, or that generated code already uses.
//!
//! C and C++ lists include words that common headers and compilers define as macros, because a macro replaces a name
//! wherever it stands.

/// C up to C23, and macros and types of common headers.
const C: &[&str] = &[
    "alignas",
    "alignof",
    "asm",
    "assert",
    "auto",
    "bool",
    "break",
    "case",
    "char",
    "complex",
    "const",
    "constexpr",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "errno",
    "extern",
    "false",
    "float",
    "for",
    "goto",
    "i386",
    "if",
    "imaginary",
    "inline",
    "int",
    "int16_t",
    "int32_t",
    "int64_t",
    "int8_t",
    "intmax_t",
    "intptr_t",
    "linux",
    "long",
    "max_align_t",
    "noreturn",
    "nullptr",
    "offsetof",
    "ptrdiff_t",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "size_t",
    "sizeof",
    "ssize_t",
    "static",
    "static_assert",
    "stderr",
    "stdin",
    "stdout",
    "struct",
    "switch",
    "thread_local",
    "true",
    "typedef",
    "typeof",
    "typeof_unqual",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "uint8_t",
    "uintmax_t",
    "uintptr_t",
    "union",
    "unix",
    "unsigned",
    "void",
    "volatile",
    "wchar_t",
    "while",
];

/// C++ beyond C.
const CPP: &[&str] = &[
    "and",
    "and_eq",
    "bitand",
    "bitor",
    "catch",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const_cast",
    "consteval",
    "constinit",
    "contract_assert",
    "decltype",
    "delete",
    "dynamic_cast",
    "explicit",
    "export",
    "friend",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "reinterpret_cast",
    "requires",
    "static_cast",
    "template",
    "this",
    "throw",
    "try",
    "typeid",
    "typename",
    "using",
    "virtual",
    "wchar_t",
    "xor",
    "xor_eq",
];

/// Rust, all editions.
const RUST: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Simple.
const SIMPLE: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "case", "class", "const", "continue", "def",
    "elif", "else", "enum", "export", "extern", "false", "fn", "for", "from", "if", "impl",
    "import", "in", "is", "let", "loop", "match", "mod", "mut", "nil", "none", "not", "or", "pass",
    "pub", "return", "self", "static", "struct", "super", "trait", "true", "type", "use", "val",
    "var", "while", "with", "yield",
];

/// Type names of Rust's prelude and of `ffi_rt::prelude`: a spec's type of that name would hide or be hidden in bodies.
pub(super) const TYPES: &[&str] = &[
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "ErrorCode",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Hash",
    "Into",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Path",
    "PathBuf",
    "Result",
    "ResultExt",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// The first language that keeps a word which would be a parameter or field, if any does.
pub(super) fn language(word: &str) -> Option<&'static str> {
    let languages = [("C", C), ("C++", CPP), ("Rust", RUST), ("Simple", SIMPLE)];
    languages.into_iter().find(|(_, words)| words.contains(&word)).map(|(language, _)| language)
}

/// Whether Simple keeps a word that would be a function there.
pub(super) fn is_simple(word: &str) -> bool {
    SIMPLE.contains(&word)
}

/// Whether a word cannot be the name of a Simple module or part of a crate's name.
pub(super) fn is_module(word: &str) -> bool {
    SIMPLE.contains(&word) || RUST.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_without_repetition() {
        for list in [C, CPP, RUST, SIMPLE, TYPES] {
            assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
        }
    }

    #[test]
    fn each_word_has_its_language() {
        assert_eq!(language("register"), Some("C"));
        assert_eq!(language("template"), Some("C++"));
        assert_eq!(language("loop"), Some("Rust"));
        assert_eq!(language("elif"), Some("Simple"));
        assert_eq!(language("path"), None);
    }
}
