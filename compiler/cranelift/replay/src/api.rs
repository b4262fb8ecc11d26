//! The C API of the built shared library, called as an outside user calls it.
//!
//! The library is opened at run time. What each function takes and gives is read from the ABI manifest, and every call
//! is checked against it, so that a function that the library lacks, or has with another signature, is an answer and
//! not a crash. Nothing of the library's own Rust is linked.

use cranelift_codegen::data_value::DataValue;
use serde::Deserialize;
use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_void};
use std::path::Path;

/// The manifest that the library is held to, as committed.
const MANIFEST: &str = include_str!("../../abi.json");
/// The manifest of the runtime in each library, which has the error codes.
const BASE_MANIFEST: &str = include_str!("../../../../ffi/rt/abi.json");

#[derive(Deserialize)]
struct Manifest {
    abi_symbol: String,
    enums: Vec<ManifestEnum>,
    functions: Vec<ManifestFunction>,
}

#[derive(Deserialize)]
struct ManifestEnum {
    name: String,
    values: Vec<ManifestValue>,
}

#[derive(Deserialize)]
struct ManifestValue {
    name: String,
    value: i64,
}

#[derive(Deserialize)]
struct ManifestFunction {
    name: String,
    params: Vec<ManifestParam>,
    c_params: Vec<ManifestCParam>,
    c_result: String,
}

#[derive(Deserialize)]
struct ManifestParam {
    name: String,
}

#[derive(Deserialize)]
struct ManifestCParam {
    #[serde(rename = "type")]
    ty: String,
}

/// An argument of a call.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    /// An integer, code or handle.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// A float.
    Single(f32),
    /// A double.
    Double(f64),
    /// A text: address and length.
    Text(&'a str),
    /// Bytes: address and length.
    Bytes(&'a [u8]),
    /// A list of integers: address and length.
    Ints(&'a [i64]),
    /// A list of texts: address and length.
    Texts(&'a [&'a str]),
    /// The address of a struct that the function fills.
    Out(&'a [std::cell::Cell<u64>]),
}

/// The code of an error that no library reports: it has no such function.
pub const LACKING: i32 = -1;

/// A failure that the library reported.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// The code of `rt_last_error_code`.
    pub code: i32,
    /// The message.
    pub message: String,
}

/// Two words: how C gives an `rt_text`, an `rt_list_i64` or an optional integer back.
#[repr(C)]
#[derive(Clone, Copy)]
struct Pair(u64, u64);

/// Where an exception can go on, as the library says it.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Handler {
    /// The tag that it is for, -1 for any exception.
    pub tag: i64,
    /// Its code.
    pub address: i64,
    /// How far below the frame pointer the stack pointer is there.
    pub frame_offset: i64,
}

struct Function {
    address: *const c_void,
    params: Vec<String>,
    c_params: Vec<String>,
    c_result: String,
}

/// The opened library.
pub struct Library {
    functions: HashMap<String, Function>,
    codes: HashMap<String, i64>,
    errors: HashMap<String, i64>,
    last_error_code: extern "C" fn() -> i32,
    last_error_message: extern "C" fn() -> Pair,
    text_free: extern "C" fn(Pair) -> bool,
    list_i64_free: Option<extern "C" fn(Pair) -> bool>,
}

impl Library {
    /// Opens a library and finds the functions of the manifest in it.
    ///
    /// # Errors
    /// If it cannot be opened or is of another ABI.
    pub fn open(path: &Path) -> Result<Library, String> {
        let manifest: Manifest = serde_json::from_str(MANIFEST).map_err(|e| e.to_string())?;
        let library = &dlopen(path)?;
        // Routines of the mathematical part of the C library, which files may call, are to be names of this process.
        // SAFETY: the name ends in a NUL; a machine without this file lacks the names, which is an answer of its own.
        unsafe { libc::dlopen(c"libm.so.6".as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
        symbol(library, &manifest.abi_symbol).map_err(|_| {
            format!("{} is of another version: it lacks {}", path.display(), manifest.abi_symbol)
        })?;
        let mut functions = HashMap::new();
        for function in manifest.functions {
            let address = symbol(library, &function.name)?;
            let c_params = function.c_params.into_iter().map(|param| param.ty).collect();
            let params = function.params.into_iter().map(|param| param.name).collect();
            let entry = Function { address, params, c_params, c_result: function.c_result };
            functions.insert(function.name, entry);
        }
        let base: Manifest = serde_json::from_str(BASE_MANIFEST).map_err(|e| e.to_string())?;
        let errors = base.enums.into_iter().filter(|group| group.name == "Error");
        let errors = errors.flat_map(|group| group.values).map(|v| (v.name, v.value)).collect();
        let values = manifest.enums.into_iter().flat_map(|group| {
            let name = group.name;
            group.values.into_iter().map(move |v| (format!("{name}.{}", v.name), v.value))
        });
        let codes = values.collect();
        // SAFETY: these four are of the runtime that every library carries; their types are those of `rt_base.h`.
        unsafe {
            Ok(Library {
                functions,
                codes,
                errors,
                last_error_code: std::mem::transmute::<*const c_void, extern "C" fn() -> i32>(
                    symbol(library, "rt_last_error_code")?,
                ),
                last_error_message: std::mem::transmute::<*const c_void, extern "C" fn() -> Pair>(
                    symbol(library, "rt_last_error_message")?,
                ),
                text_free: std::mem::transmute::<*const c_void, extern "C" fn(Pair) -> bool>(
                    symbol(library, "rt_text_free")?,
                ),
                list_i64_free: symbol(library, "rt_list_i64_free").ok().map(|address| {
                    std::mem::transmute::<*const c_void, extern "C" fn(Pair) -> bool>(address)
                }),
            })
        }
    }

    /// Whether the library has a function.
    pub fn has(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// The names of a function's parameters, as the manifest has them.
    pub fn params(&self, name: &str) -> &[String] {
        self.functions.get(name).map_or(&[], |function| &function.params)
    }

    /// The number of a code by its enum and name, e.g. `CraneliftType` and `I32`.
    pub fn code(&self, group: &str, name: &str) -> Option<i64> {
        self.codes.get(&format!("{group}.{name}")).copied()
    }

    /// The error of the last call, if it failed.
    pub fn error(&self) -> Option<ApiError> {
        let code = (self.last_error_code)();
        (code != 0).then(|| ApiError { code, message: self.take_text((self.last_error_message)()) })
    }

    /// Calls a function whose result is an integer, a truth value (0 or 1) or nothing (0).
    ///
    /// # Errors
    /// What the library reported.
    pub fn int(&self, name: &str, args: &[Arg<'_>]) -> Result<i64, ApiError> {
        let function = self.function(name)?;
        let result = function.call_word(name, args);
        self.error().map_or(Ok(result), Err)
    }

    /// Calls a function whose result is a text.
    ///
    /// # Errors
    /// What the library reported.
    pub fn text(&self, name: &str, args: &[Arg<'_>]) -> Result<String, ApiError> {
        let function = self.function(name)?;
        assert!(matches!(function.c_result.as_str(), "rt_text" | "rt_bytes"), "{name}: not a text");
        let pair = function.call_pair(name, args);
        match self.error() {
            Some(error) => Err(error),
            None => Ok(self.take_text(pair)),
        }
    }

    /// Calls a function whose result is a list of integers.
    ///
    /// # Errors
    /// What the library reported.
    pub fn ints(&self, name: &str, args: &[Arg<'_>]) -> Result<Vec<i64>, ApiError> {
        let function = self.function(name)?;
        assert_eq!(function.c_result, "rt_list_i64", "{name}");
        let pair = function.call_pair(name, args);
        if let Some(error) = self.error() {
            return Err(error);
        }
        let list = match pair.0 {
            0 => Vec::new(),
            // SAFETY: the library gave this many items, and they are ours until they are freed below.
            address => unsafe {
                std::slice::from_raw_parts(address as *const i64, pair.1 as usize).to_vec()
            },
        };
        if let Some(free) = self.list_i64_free {
            free(pair);
        }
        Ok(list)
    }

    /// The handlers of the call in JIT code that returns to an address.
    ///
    /// # Errors
    /// What the library reported.
    pub fn handlers(&self, return_address: i64) -> Result<Vec<Handler>, ApiError> {
        let name = "rt_cranelift_exception_handlers";
        let function = self.function(name)?;
        let free = self.function("rt_list_cranelift_handler_free")?.address;
        assert_eq!(function.c_result, "rt_list_cranelift_handler", "{name}");
        let pair = function.call_pair(name, &[Arg::Int(return_address)]);
        if let Some(error) = self.error() {
            return Err(error);
        }
        // SAFETY: the library gave this many items, which are of this shape, and they are ours until they are freed.
        let list = unsafe {
            std::slice::from_raw_parts(pair.0 as *const Handler, pair.1 as usize).to_vec()
        };
        // SAFETY: the manifest has this function with a list, which C passes as two words, and a truth value.
        unsafe { std::mem::transmute::<*const c_void, extern "C" fn(Pair) -> bool>(free)(pair) };
        Ok(list)
    }

    /// Whether an error has the code with this name.
    pub fn is_error(&self, error: &ApiError, name: &str) -> bool {
        self.errors.get(name).is_some_and(|code| *code == i64::from(error.code))
    }

    /// The code of the last trap that a call caught.
    pub fn last_trap(&self) -> i64 {
        // code, function (2 words), offset, location, address, message (2 words).
        let cells: [std::cell::Cell<u64>; 8] = Default::default();
        if self.int("rt_cranelift_last_trap", &[Arg::Out(&cells)]).is_err() {
            return 0;
        }
        self.take_text(Pair(cells[1].get(), cells[2].get()));
        self.take_text(Pair(cells[6].get(), cells[7].get()));
        cells[0].get().cast_signed()
    }

    fn function(&self, name: &str) -> Result<&Function, ApiError> {
        let lacking = || ApiError { code: LACKING, message: format!("the library has no {name}") };
        self.functions.get(name).ok_or_else(lacking)
    }

    fn take_text(&self, text: Pair) -> String {
        if text.0 == 0 {
            return String::new();
        }
        // SAFETY: the library gave this many bytes, and they are ours until they are freed below.
        let bytes = unsafe { std::slice::from_raw_parts(text.0 as *const u8, text.1 as usize) };
        let copy = String::from_utf8_lossy(bytes).into_owned();
        (self.text_free)(text);
        copy
    }
}

/// Calls an address with a number of words; what it is cast to has exactly as many parameters.
macro_rules! by_count {
    ($address:expr, $words:expr, $result:ty, [$($count:literal: $($word:ident)*;)*]) => {
        match $words {
            $([$($word),*] => {
                type Callee = extern "C" fn($(by_count!(@u64 $word)),*) -> $result;
                // SAFETY: the manifest, which `words` checked the arguments against, has this many parameters, all of
                // them integers or addresses; C passes each in a word of its own, and narrower ones in its low part.
                let callee = unsafe { std::mem::transmute::<*const c_void, Callee>($address) };
                callee($(*$word),*)
            })*
            words => panic!("{} words of arguments are more than any function has", words.len()),
        }
    };
    (@u64 $word:ident) => { u64 };
}

impl Function {
    fn call_word(&self, name: &str, args: &[Arg<'_>]) -> i64 {
        let result = match *args {
            [Arg::Int(ctx), Arg::Single(value)] => self.call_single(name, ctx, value),
            [Arg::Int(ctx), Arg::Double(value)] => self.call_double(name, ctx, value),
            _ => self.call_words(name, args),
        };
        match self.c_result.as_str() {
            "int64_t" | "uint64_t" => result.cast_signed(),
            "bool" => i64::from(result & 0xff != 0),
            "int32_t" => i64::from((result & 0xffff_ffff) as u32 as i32),
            "void" => 0,
            other => panic!("{name} gives {other}"),
        }
    }

    fn call_words(&self, name: &str, args: &[Arg<'_>]) -> u64 {
        let texts = texts(args);
        let words = self.words(name, args, &texts);
        by_count!(self.address, words.as_slice(), u64, [
            0:; 1: a; 2: a b; 3: a b c; 4: a b c d; 5: a b c d e; 6: a b c d e f; 7: a b c d e f g;
            8: a b c d e f g h; 9: a b c d e f g h i; 10: a b c d e f g h i j;
            11: a b c d e f g h i j k; 12: a b c d e f g h i j k l;
        ])
    }

    fn call_pair(&self, name: &str, args: &[Arg<'_>]) -> Pair {
        let texts = texts(args);
        let words = self.words(name, args, &texts);
        by_count!(self.address, words.as_slice(), Pair, [
            0:; 1: a; 2: a b; 3: a b c; 4: a b c d; 5: a b c d e; 6: a b c d e f; 7: a b c d e f g;
            8: a b c d e f g h; 9: a b c d e f g h i; 10: a b c d e f g h i j;
        ])
    }

    /// The one shape with a float: a handle before it.
    fn call_single(&self, name: &str, ctx: i64, value: f32) -> u64 {
        type Callee = extern "C" fn(i64, f32) -> u64;
        assert_eq!(self.c_params, ["int64_t", "float"], "{name}");
        // SAFETY: the line above says that this is the function's type.
        let callee = unsafe { std::mem::transmute::<*const c_void, Callee>(self.address) };
        callee(ctx, value)
    }

    /// The one shape with a double: a handle before it.
    fn call_double(&self, name: &str, ctx: i64, value: f64) -> u64 {
        type Callee = extern "C" fn(i64, f64) -> u64;
        assert_eq!(self.c_params, ["int64_t", "double"], "{name}");
        // SAFETY: the line above says that this is the function's type.
        let callee = unsafe { std::mem::transmute::<*const c_void, Callee>(self.address) };
        callee(ctx, value)
    }

    /// Arguments as words, checked against the manifest.
    fn words(&self, name: &str, args: &[Arg<'_>], texts: &[Vec<Pair>]) -> Vec<u64> {
        let mut lists = texts.iter();
        let mut words = Vec::new();
        for arg in args {
            let (ty, flat): (&str, [u64; 2]) = match *arg {
                Arg::Int(value) => ("int64_t", [value.cast_unsigned(), 0]),
                Arg::Bool(value) => ("bool", [u64::from(value), 0]),
                Arg::Single(_) | Arg::Double(_) => panic!("{name}: a float where none is known"),
                Arg::Text(text) => ("const uint8_t *", list(text.as_bytes())),
                Arg::Bytes(bytes) => ("const uint8_t *", list(bytes)),
                Arg::Ints(ints) => ("const int64_t *", list(ints)),
                Arg::Texts(_) => ("const rt_text *", lists.next().map_or([0, 0], |l| list(l))),
                Arg::Out(cells) => ("_result *", [cells.as_ptr() as u64, 0]),
            };
            let wanted = self.c_params.get(words.len()).map_or("nothing", String::as_str);
            assert!(wanted.ends_with(ty), "{name}, parameter {}: {wanted}", words.len());
            words.push(flat[0]);
            if ty.ends_with('*') && !matches!(arg, Arg::Out(_)) {
                words.push(flat[1]);
            }
        }
        assert_eq!(words.len(), self.c_params.len(), "{name}: number of parameters");
        words
    }
}

fn list<T>(items: &[T]) -> [u64; 2] {
    [items.as_ptr() as u64, items.len() as u64]
}

/// The `rt_text` items of each list of texts.
fn texts(args: &[Arg<'_>]) -> Vec<Vec<Pair>> {
    let lists = args.iter().filter_map(|arg| match arg {
        Arg::Texts(texts) => {
            let pairs = texts.iter().map(|t| Pair(t.as_ptr() as u64, t.len() as u64));
            Some(pairs.collect())
        }
        _ => None,
    });
    lists.collect()
}

/// A shared library that stays open.
pub struct Loaded(*mut c_void);

/// Opens a shared library for good.
///
/// # Errors
/// What the loader says.
pub fn dlopen(path: &Path) -> Result<Loaded, String> {
    let name = CString::new(path.as_os_str().as_encoded_bytes()).map_err(|e| e.to_string())?;
    // SAFETY: `name` ends in a NUL; initialisers of the library run, which is what opening it is for.
    let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if library.is_null() { Err(dlerror()) } else { Ok(Loaded(library)) }
}

/// The address of a symbol.
///
/// # Errors
/// What the loader says.
pub fn symbol(library: &Loaded, name: &str) -> Result<*const c_void, String> {
    let name = CString::new(name).map_err(|e| e.to_string())?;
    // SAFETY: `library` is from `dlopen` and never closed; `name` ends in a NUL.
    let address = unsafe { libc::dlsym(library.0, name.as_ptr().cast::<c_char>()) };
    if address.is_null() { Err(dlerror()) } else { Ok(address) }
}

fn dlerror() -> String {
    // SAFETY: gives null or a text that holds until the next call of the loader on this thread.
    unsafe {
        let text = libc::dlerror();
        match text.is_null() {
            true => "the loader does not say why".to_owned(),
            false => CStr::from_ptr(text).to_string_lossy().into_owned(),
        }
    }
}

/// A value as the words of a call: one, or two for 128 bits, the low one first.
pub fn words_of(value: &DataValue) -> Vec<i64> {
    let mut bytes = [0; 16];
    value.write_to_slice_le(&mut bytes);
    let word = |range: std::ops::Range<usize>| {
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[range]);
        i64::from_le_bytes(eight)
    };
    match value.ty().bytes() {
        16 => vec![word(0..8), word(8..16)],
        _ => vec![word(0..8)],
    }
}
