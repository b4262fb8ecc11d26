//! Arguments and comments as C.

use super::Arg;
use std::collections::HashMap;
use std::fmt::Write;

/// The class of all handles among numbers: no kind has this name.
pub const HANDLE: &str = "handle";

/// The variables of a program, by what their values were: the handle that a number means something
/// in, or 0; what it is; the number.
#[derive(Default)]
pub struct Variables {
    known: HashMap<(i64, &'static str, i64), String>,
}

impl Variables {
    pub fn set(&mut self, scope: i64, class: &'static str, number: i64, variable: String) {
        self.known.insert((scope, class, number), variable);
    }

    pub fn get(&self, scope: i64, class: &'static str, number: i64) -> Option<&String> {
        self.known.get(&(scope, class, number))
    }

    fn handle(&self, number: i64) -> Option<&String> {
        self.get(0, HANDLE, number)
    }

    /// The variable of a number: one of the scope, one of the recording, or a handle.
    fn id(&self, scope: i64, kind: &'static str, number: i64) -> Option<&String> {
        let wide = || self.get(0, kind, number).or_else(|| self.handle(number));
        self.get(scope, kind, number).or_else(wide)
    }
}

/// Adds an argument, or two for a pointer with a length.
pub fn arg(out: &mut String, arg: &Arg<'_>, scope: i64, variables: &Variables) {
    match *arg {
        Arg::Integer(number) => integer(out, number),
        Arg::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
        Arg::Float32(bits) => {
            let _ = write!(out, "bits32({bits:#x}) /* {:?} */", f32::from_bits(bits));
        }
        Arg::Float64(bits) => {
            let _ = write!(out, "bits64({bits:#x}) /* {:?} */", f64::from_bits(bits));
        }
        Arg::Handle(number) => variable(out, variables.handle(number), number),
        Arg::Id(kind, number) => variable(out, variables.id(scope, kind, number), number),
        Arg::Bytes(bytes, len) => match bytes {
            Some([]) | None => empty(out, len),
            Some(bytes) => {
                out.push_str("(const uint8_t *)");
                text(out, bytes);
                let _ = write!(out, ", {len}");
            }
        },
        Arg::File => out.push_str("file, file_len"),
        Arg::Integers(kind, items, len) => match items {
            Some([]) | None => empty(out, len),
            Some(items) => {
                out.push_str("(const int64_t[]){");
                list(out, items, |out, &number| {
                    let known = kind.and_then(|kind| variables.id(scope, kind, number));
                    variable(out, known, number);
                });
                let _ = write!(out, "}}, {len}");
            }
        },
        Arg::Texts(items, len) => match items {
            Some([]) | None => empty(out, len),
            Some(items) => {
                out.push_str("(const rt_text[]){");
                list(out, items, |out, item| {
                    out.push_str("{(const uint8_t *)");
                    // SAFETY: whoever made the argument promised that its texts are there.
                    match unsafe { super::slice(item.ptr, item.len) } {
                        Some(bytes) => text(out, bytes),
                        None => out.push('0'),
                    }
                    let _ = write!(out, ", {}}}", item.len);
                });
                let _ = write!(out, "}}, {len}");
            }
        },
    }
}

/// No memory, with a length that was refused or is 0.
fn empty(out: &mut String, len: u64) {
    let _ = write!(out, "0, {len}u");
}

fn list<T>(out: &mut String, items: &[T], mut one: impl FnMut(&mut String, &T)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        one(out, item);
    }
}

fn variable(out: &mut String, variable: Option<&String>, number: i64) {
    match variable {
        Some(variable) => out.push_str(variable),
        None => integer(out, i128::from(number)),
    }
}

fn integer(out: &mut String, number: i128) {
    let _ = if number == i128::from(i64::MIN) {
        // C has no literal for it.
        write!(out, "(-9223372036854775807 - 1)")
    } else if number > i128::from(i64::MAX) {
        write!(out, "{number}u")
    } else {
        write!(out, "{number}")
    };
}

/// How many characters of a literal stand in one line, about.
const WIDTH: usize = 100;

/// Adds a string literal. Question marks are escaped, because C has trigraphs, and dollar signs,
/// because they stand for variables in statements.
fn text(out: &mut String, bytes: &[u8]) {
    out.push('"');
    let mut width = 0;
    for &byte in bytes {
        if width >= WIDTH {
            out.push_str("\"\n        \"");
            width = 0;
        }
        let before = out.len();
        match byte {
            b'"' | b'\\' | b'?' | b'$' | 0..=31 | 127..=255 => {
                let _ = write!(out, "\\{byte:03o}");
            }
            _ => out.push(char::from(byte)),
        }
        width += out.len() - before;
        if byte == b'\n' {
            width = WIDTH;
        }
    }
    out.push('"');
}

/// A text as two C arguments, for statements of [`Origin::Made`](super::Origin::Made).
pub fn c_text(bytes: &str) -> String {
    let mut out = String::new();
    arg(
        &mut out,
        &Arg::Bytes(Some(bytes.as_bytes()), bytes.len() as u64),
        0,
        &Variables::default(),
    );
    out
}

/// The longest comment, in characters.
const COMMENT: usize = 400;

/// A message within a comment: in one line, and without what ends a comment or begins one.
pub fn comment(message: &str) -> String {
    let mut text: String =
        message.chars().take(COMMENT).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if message.chars().nth(COMMENT).is_some() {
        text.push_str(" ..");
    }
    text.replace('\\', "/").replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?")
}
