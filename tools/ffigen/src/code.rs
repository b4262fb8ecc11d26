//! The table of diagnostic codes: constant, code, title and explanation, the text of `ffigen explain`.
//!
//! Codes are stable: a number is never given to another mistake. F01xx shape, F02xx names, F03xx types and layout,
//! F04xx ownership, F05xx support.

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `F0201`.
    pub code: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// Why the rule exists, what breaks it, and what to write instead.
    pub explanation: &'static str,
}

macro_rules! codes {
    ($($name:ident $code:literal $title:literal $explanation:literal)*) => {
        $(
            #[doc = $title]
            pub const $name: &str = $code;
        )*
        /// Every code, in order.
        pub const ALL: &[Code] = &[$(Code { code: $code, title: $title, explanation: $explanation }),*];
    };
}

/// The row of a code, in upper or lower case.
pub fn find(code: &str) -> Option<&'static Code> {
    ALL.iter().find(|row| row.code.eq_ignore_ascii_case(code))
}

codes! {
    SYNTAX "F0101" "the file is no TOML"
"A spec is a TOML 1.0 file. The message names the first place where the file cannot be read, and
every key that one table gives twice.

    name = io          # wrong: a string needs quotes
    name = \"io\"        # right"

    UNKNOWN_KEY "F0102" "unknown key"
"Every key of a spec has a meaning, so a key that nobody knows is a slip, and what was meant would
silently be missing. specs/README.md describes every key with an example.

    exmaple = '''..'''   # wrong
    example = '''..'''   # right"

    MISSING_KEY "F0103" "missing key"
"A table lacks a key that is required. Documentation and an example are required too: the reference
page, the header and the tests are made from them. `rust` is required for a handle, and `body` for a
function, unless the module is hand-written."

    WRONG_TYPE "F0104" "value of another type than the key takes"
"The key is known, but its value is of another TOML type: a number where text belongs, a single
table where an array of tables belongs, an integer beyond 64 bits.

    [function]      # wrong: one table
    [[function]]    # right: one of many"

    NOT_TEXT "F0105" "the file is not UTF-8 text"
"A spec is UTF-8 text without NUL bytes. The message gives the first byte that is neither. A byte
order mark and Windows line ends are fine."

    TOO_LARGE "F0106" "more text than a spec can have"
"A spec has at most 4 MiB, and each of its families makes at most 16 MiB of text; real ones have less
than a hundredth of that. Most likely the path names something else, or a placeholder stands for far
more than was meant."

    EMPTY_TEXT "F0107" "empty text"
"Text that says nothing (documentation, an example, a body of blanks) would be copied into the
header and the reference page. Write what the reader needs, or leave the key out where it is
optional."

    CONTROL_CHARACTER "F0108" "control character in text"
"Text goes into C, Rust, Simple and Markdown files. Newlines and tabs are the only control
characters that survive there. In code, write the escape of the language: in a `'''..'''` string,
`\\0` stays `\\0`."

    UNKNOWN_VALUE "F0109" "unknown value of a key"
"The key takes one of a few words, and this is none of them.

    provider = \"generated\"       # or \"hand_written\""

    BAD_DEPENDENCY "F0110" "dependency that cargo would not understand"
"`[dependencies]` maps a crate's name to a version requirement, as cargo spells both, or to a table
with the features too.

    [dependencies]
    glob = \"0.3\"
    uuid = { version = \"1\", features = [\"v4\"] }"

    RUST_SYNTAX "F0111" "Rust code that does not parse"
"A body is the inside of a Rust block, `items` is a list of Rust items, `rust` is a Rust type. They
are parsed when the spec is checked, so that a mistake is shown in the spec and not in generated
code. Types and names are checked by rustc later."

    RUST_DEPTH "F0112" "Rust code that nests too deeply"
"An expression of a thousand tokens without a separator, or as many nested brackets, is more than
the parser's stack is sure to hold. Split it with `let`."

    UNKNOWN_PLACEHOLDER "F0113" "placeholder that no member gives"
"In a family, `${key}` stands for the member's value of `key`. Every member has to give every key
that the family uses.

    name = \"rt_timestamp_get_${part}\"
    members = [{ part = \"year\" }, { part = \"month\" }]"

    UNUSED_PLACEHOLDER "F0114" "member key that the family never uses"
"A member gives a key whose placeholder `${key}` stands nowhere in the family: a slip in one of the two."

    NO_MEMBERS "F0115" "family without members"
"A family makes one function per member, so one without members makes none. Add a member or remove
the family."

    OUTSIDE_SPEC "F0116" "Rust code that the compiler would read from outside of the spec"
"A spec is the only source of its crate, so that the same spec gives the same crate on every
machine. `include!`, `include_str!`, `include_bytes!`, `env!`, `option_env!` and `mod name;` would
make the compiler read files and its own environment. Write the text or the module into the spec, or
read files and variables when the function runs. A macro that is renamed, or called by a name that
another macro gets, might be one of these, and is refused too.

    include_str!(\"table.txt\")            # wrong: read by the compiler
    std::fs::read_to_string(path)?        # right: read by the function"

    OWN_SYMBOL "F0117" "Rust code with symbols of its own"
"What a library exports is what its manifest says. `#[no_mangle]`, `#[export_name]`,
`#[link_section]` and their like would export or place symbols that no manifest knows, `#[link]` and
`extern` blocks would bind to symbols that nobody checks. Declare a `[[function]]`, use a crate, or
put a safe function into ffi/rt. A function type, `extern \"C\" fn(i64)`, is fine."

    UNKNOWN_TYPE "F0201" "unknown type"
"A type is a scalar (`bool`, `i8`..`i64`, `u8`..`u64`, `f32`, `f64`), `text`, `bytes`, a list `[T]`,
an option `T?`, the name of a struct, enum or handle of the same spec, or one of the forms in
specs/README.md. Text is `text`, not `String`; bytes are `bytes`."

    BAD_NAME "F0202" "name that breaks its pattern"
"Names become identifiers in C, Rust and Simple, so their form is fixed: functions `rt_noun_verb`
and parameters `snake_case` in lower case, handles, structs and enums `UpperCamel`, enum values
`UPPER_SNAKE`, the module a short lower-case word."

    RESERVED_WORD "F0203" "reserved word"
"A parameter, field or wrapper becomes an identifier in C, C++, Rust and Simple, and a type also one
in Rust. A word that one of these languages keeps for itself cannot be used, because no spelling of
it would be the same in all of them."

    RESERVED_PREFIX "F0204" "name that ffigen keeps for itself"
"Generated code uses names that start with `ffi_` for its locals, `rt_abi_` for version symbols and
`rt_conformance_` for tests. A spec that used them could clash with any later generated name."

    DUPLICATE "F0205" "name declared twice"
"Two items of one kind have one name: functions of a module, parameters of a function, fields of a
struct, values of an enum, or handles, structs and enums among each other."

    SYMBOL_CLASH "F0206" "two items with one C name"
"Items of different kinds can end up with one C identifier: struct `FileLock` becomes
`rt_file_lock`, and so does the function `rt_file_lock`. Generated functions (`.._free`) and those
of the base spec take part. Rename one of the two."

    UNKNOWN_ERROR "F0207" "unknown error code"
"The names under `errors` are values of the enum `Error` of base.toml, which lies beside the spec or
is named with `--base`. Take the code that fits best; a new one is added there, once for all
modules."

    DUPLICATE_WRAPPER "F0208" "wrapper declared twice"
"A wrapper is the function's name in the idiomatic Simple module; two functions of one module cannot
share it. Without the key `wrappers` it is the symbol without `rt_`."

    CROSS_MODULE "F0209" "two specs that cannot live together"
"All modules link into one runtime library. So two specs given together may not have one module
name, one symbol or one handle tag; nor may one spec be given twice."

    UNKNOWN_PLACE "F0210" "recording of something that is not there"
"`[record]` names parameters (`block` for every function that has one, `rt_f.block` for one function)
and functions, and one of the items as `origin`. A name that nothing has would leave calls recorded
in another way than was meant."

    UNSEEN_TYPE "F0211" "Rust type that generated code cannot see"
"`rust` of a handle is written into a file of its own, which sees neither the items of the module nor
their `use` lines. Write the whole path: `std::sync::Mutex<u64>`; a type of the items is
`crate::bodies::Name` and `pub`."

    BAD_TYPE "F0301" "text that is no type"
"The type cannot be read. The forms: `text`, `[text]`, `text?`, `Name`, `&Handle`, `&mut Handle`,
`(a: text, b: i64)` as a result, `fn(i64) -> i64` as a parameter. No generics, no pointers, no
lifetimes."

    U8_LIST "F0302" "`[u8]` instead of `bytes`"
"Bytes have a type of their own, because every language has one for them and frees them by another
function. Write `bytes`."

    BAD_LIST "F0303" "list of something that has no list"
"A list holds scalars, text, bytes, or (as a result) structs. It holds neither lists nor options,
enums, handles or callbacks, because a list is one block of memory with one owner."

    BAD_OPTION "F0304" "option of something that has no option"
"An option is a scalar, text, bytes, a list or a handle, or none. An option of an option cannot be
told from an option, and enums and structs have values of their own to say none."

    BAD_PLACE "F0305" "type that is not possible here"
"Some types belong to one place: a tuple is a result only, a callback and `owned` a parameter only,
a list of structs a result only. A field is a scalar, an enum, text, bytes, a list of scalars, text
or bytes, or an option of those."

    CYCLE "F0306" "struct that contains itself"
"A by-value struct that contains itself, directly or through others, would be infinitely large."

    NOTHING_INSIDE "F0307" "struct, enum or tuple without enough parts"
"An empty struct has no size in C and one byte in C++; an empty enum has no value to return; a tuple
of one is the value itself. A function without a result leaves the key `result` out."

    ENUM_VALUE "F0308" "enum value that is taken or out of range"
"An enum is an `int32_t` at the boundary, and each number has one name."

    BAD_FAILURE "F0309" "failure value that the result cannot hold"
"`failure` names the value that a failing call returns. It has to be a value of the result's type,
and only integers and floats have a choice: truth values fail with `false`, text, bytes, lists and
options with null or none, handles with 0, enums with 0."

    BAD_TAG "F0310" "handle tag out of range or taken"
"A handle value carries its kind's tag in 12 bits, so a tag is 1..=4095, and no two kinds of all
modules share one."

    BAD_CALLBACK "F0311" "callback with something else than scalars"
"A callback is called by Rust code with plain numbers and truth values: nobody could say who frees
anything else."

    NOT_A_HANDLE "F0401" "borrow of something that is no handle"
"`&Kind` and `&mut Kind` say how a call uses a handle. Everything else is borrowed for the call
anyway: write it plainly."

    BAD_ACCESS "F0402" "handle access that this place cannot have"
"A parameter takes a handle as `&Kind` (shared), `&mut Kind` (exclusive) or `Kind` (taken away from
the caller). A result is a new handle, owned by the caller: `Kind`."

    BAD_OWNED "F0403" "`owned` where it cannot be"
"`owned T` hands a result back to the library. Only hand-written modules can implement that, and
only for text, bytes and lists."

    UNSAFE_BODY "F0404" "`unsafe` in a body"
"Bodies and items are compiled with `forbid(unsafe_code)`: all unsafe code, assembly included, stands
in generated shims of one shape or in ffi/rt. What std lacks belongs into ffi/rt as a safe function, with its safety
argument."

    WRONG_PROVIDER "F0501" "key that the module's provider cannot have"
"In a generated module each function has a body. In a hand-written one (`provider =
\"hand_written\"`) the code stands elsewhere, so bodies, items and dependencies would be ignored,
and are refused. Only a hand-written function can have `keeps_error`, because every generated shim
sets the error."

    CANNOT_RECORD "F0502" "function that cannot be recorded"
"A module with `[record]` writes down every call that takes a handle, so all its parameters must be
of a type that the recording can spell in C: handles, scalars, enums, text, bytes, `[i64]`, `[text]`
and options of text, bytes and handles. Its result may be anything but a tuple or a struct."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_unique() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn rows_are_found_in_either_case() {
        assert_eq!(find("f0201").map(|row| row.title), Some("unknown type"));
        assert_eq!(find("F9999"), None);
    }
}
