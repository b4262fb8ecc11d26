//! The file of one recording: a C program that is whole after each write.
//!
//! Its last lines, which close the function at hand, are written with each call and overwritten by
//! the next. Functions are short, each calls the next, so that a compiler takes time in proportion.
//! Arrays are declared in lines of blanks at the top, which are written again when an array grows.

use super::spell::{self, Variables};
use super::{Arg, Gives, Origin, Recorder, Start};
use crate::error::{ErrorCode, Result, ResultExt, fail};
use crate::last_error;
use std::collections::HashMap;
use std::fmt::Write;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// How many calls one function of the program makes.
const PART: u32 = 400;

/// How long a recording may become, in bytes.
const LIMIT: u64 = 1 << 30;

/// What closes the program after each write.
const CLOSE: &str = "\n}\n";

/// How many arrays a program has at most, and how wide the declaration of one is.
const ARRAYS: usize = 32;
const ARRAY_WIDTH: usize = 60;

/// An array of the program.
struct Array {
    kind: &'static str,
    /// How many items are in use; the first is not.
    used: u32,
    room: u32,
}

/// One file.
pub struct Writer {
    file: File,
    /// Where the next call goes.
    end: u64,
    arrays: Vec<Array>,
    /// Where the declarations of arrays stand.
    arrays_at: u64,
    variables: Variables,
    /// What was made again for a handle that no recorded call gave: statements and variable.
    described: HashMap<i64, (String, String)>,
    root: i64,
    calls: u32,
    parts: u32,
    /// What follows the call that was written last, and goes out with the next.
    pending: String,
    is_full: bool,
}

const INCLUDES: &str = "\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n";

/// What the calls in the program use.
const HELPERS: &str = r#"
const uint8_t *file;
uint64_t file_len;
int32_t code;
int result;

#define OWNED(type, free, ...) \
    do { \
        type owned = __VA_ARGS__; \
        code = rt_last_error_code(); \
        free(owned); \
    } while (0)
#define is(recorded) check(rt_last_error_code(), recorded, __LINE__)
#define was(recorded) check(code, recorded, __LINE__)

/* Says where the program does something else than what was recorded. */
void check(int32_t now, int32_t recorded, int line) {
    if (now == recorded) return;
    fprintf(stderr, "line %d: error %d, where %d was recorded\n", line, (int)now, (int)recorded);
    result = 1;
}

double bits64(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float bits32(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void write_file(rt_bytes bytes) {
    code = rt_last_error_code();
    FILE *out = bytes.ptr ? fopen((const char *)file, "wb") : NULL;
    if (bytes.ptr && (!out || fwrite(bytes.ptr, 1, bytes.len, out) != bytes.len || fclose(out) != 0)) {
        perror((const char *)file);
        exit(2);
    }
    rt_bytes_free(bytes);
}

void part_1(void);

int main(int argc, char **argv) {
    file = (const uint8_t *)(argc > 1 ? argv[1] : "recorded.out");
    file_len = strlen((const char *)file);
    part_1();
    return result;
}

void part_1(void) {"#;

impl Writer {
    pub fn start(path: &Path, start: &Start<'_>) -> Result<Writer> {
        let file = File::create(path).at(path)?;
        let mut text = format!("/* {}\n */\n#include \"{}\"\n", start.title, start.header);
        text.push_str(INCLUDES);
        let arrays_at = text.len() as u64;
        text.push_str(&format!("{:ARRAY_WIDTH$}\n", "").repeat(ARRAYS));
        text.push_str(HELPERS);
        let mut writer = Writer {
            file,
            end: 0,
            arrays: Vec::new(),
            arrays_at,
            variables: Variables::default(),
            described: HashMap::new(),
            root: 0,
            calls: 0,
            parts: 1,
            pending: String::new(),
            is_full: false,
        };
        writer.append(&text);
        let variable = writer.reserve(start.kind);
        writer.take(start.kind);
        writer.append(&statements(start.made, &variable));
        if writer.is_full {
            return fail(ErrorCode::Io, "the recording cannot be written").at(path);
        }
        Ok(writer)
    }

    /// Says which handle the recording is about, once that is known.
    pub fn root(&mut self, handle: i64) {
        if self.root == 0
            && let Some(first) = self.arrays.first()
        {
            self.root = handle;
            self.variables.set(0, spell::HANDLE, handle, format!("{}[1]", first.kind));
        }
    }

    /// Writes a call that is to be made.
    pub fn begin(&mut self, recorder: &Recorder, name: &str, gives: Gives, args: &[Arg<'_>]) {
        if self.is_full {
            return;
        }
        self.calls += 1;
        if self.calls.is_multiple_of(PART) {
            self.parts += 1;
            let part = self.parts;
            let next = format!(
                "\n    void part_{part}(void);\n    part_{part}();\n}}\n\nvoid part_{part}(void) {{"
            );
            self.append(&next);
        }
        self.describe(recorder, args);
        let scope = self.scope(args);
        let mut call = format!("{name}(");
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                call.push_str(", ");
            }
            spell::arg(&mut call, arg, scope, &self.variables);
        }
        call.push(')');
        let line = match gives {
            Gives::Nothing => format!("\n    {call};"),
            Gives::Handle(kind) | Gives::Id(kind) => {
                format!("\n    {} = {call};", self.reserve(kind))
            }
            Gives::Owned(free) => {
                format!("\n    OWNED({}, {free}, {call});", free.trim_end_matches("_free"))
            }
            Gives::File => format!("\n    write_file({call});"),
        };
        self.append(&line);
    }

    /// Notes what came of the call that was written last: the handle or number that it gave, or its
    /// error.
    pub fn finish(&mut self, gives: Gives, args: &[Arg<'_>], made: i64, code: i32) {
        if self.is_full {
            return;
        }
        let check = if matches!(gives, Gives::Owned(_) | Gives::File) { "was" } else { "is" };
        let _ = write!(self.pending, " {check}({code});");
        if code != 0 {
            let name = ErrorCode::from_value(code).map_or("unknown", ErrorCode::name);
            let message = spell::comment(&last_error::message());
            let _ = write!(self.pending, " /* {name}: {message} */");
        }
        let (kind, class) = match gives {
            Gives::Handle(kind) => (kind, spell::HANDLE),
            Gives::Id(kind) => (kind, kind),
            _ => return,
        };
        if made == 0 {
            return;
        }
        let scope = if class == spell::HANDLE { 0 } else { self.scope(args) };
        let variable = self.reserve(kind);
        self.take(kind);
        self.variables.set(scope, class, made, variable);
    }

    /// Makes again what the handles of a call stand for and no recorded call gave.
    fn describe(&mut self, recorder: &Recorder, args: &[Arg<'_>]) {
        for arg in args {
            let Arg::Handle(handle) = *arg else { continue };
            let is_given = self.variables.get(0, spell::HANDLE, handle).is_some()
                && !self.described.contains_key(&handle);
            if handle == 0 || is_given {
                continue;
            }
            let Origin::Made(kind, source) = (recorder.origin)(handle) else { continue };
            if self.described.get(&handle).is_some_and(|(known, _)| *known == source) {
                continue;
            }
            let variable = self.reserve(kind);
            self.take(kind);
            self.append(&statements(&source, &variable));
            self.variables.set(0, spell::HANDLE, handle, variable.clone());
            self.described.insert(handle, (source, variable));
        }
    }

    /// What the numbers of a call mean something in: its first handle; 0 for the recording's own.
    fn scope(&self, args: &[Arg<'_>]) -> i64 {
        let first = args.iter().find_map(|arg| match *arg {
            Arg::Handle(handle) => Some(handle),
            _ => None,
        });
        first.filter(|handle| *handle != self.root).unwrap_or(0)
    }

    /// The variable that the next result of a kind gets.
    fn reserve(&mut self, kind: &'static str) -> String {
        let found = self.arrays.iter().position(|array| array.kind == kind);
        let index = found.unwrap_or(self.arrays.len());
        if found.is_none() {
            self.arrays.push(Array { kind, used: 0, room: 0 });
        }
        let array = &mut self.arrays[index];
        let next = array.used + 1;
        if next >= array.room {
            array.room = (array.room * 2).max(16);
            let declaration = format!("int64_t {kind}[{}];", array.room);
            let declaration = format!("{declaration:ARRAY_WIDTH$}");
            let at = self.arrays_at + (index * (ARRAY_WIDTH + 1)) as u64;
            // More kinds than there is room for are more than any module has.
            self.is_full |= index >= ARRAYS
                || declaration.len() != ARRAY_WIDTH
                || self.file.write_all_at(declaration.as_bytes(), at).is_err();
        }
        format!("{kind}[{next}]")
    }

    /// Uses the variable up.
    fn take(&mut self, kind: &str) {
        if let Some(array) = self.arrays.iter_mut().find(|array| array.kind == kind) {
            array.used += 1;
        }
    }

    /// Writes text and what closes the program behind it.
    fn append(&mut self, text: &str) {
        if self.is_full {
            return;
        }
        let mut whole = std::mem::take(&mut self.pending);
        if self.end + text.len() as u64 > LIMIT {
            whole.push_str("\n    /* The recording is as long as it may be. */");
            self.is_full = true;
        } else {
            whole.push_str(text);
        }
        let length = whole.len() as u64;
        whole.push_str(CLOSE);
        self.is_full |= self.file.write_all_at(whole.as_bytes(), self.end).is_err();
        self.end += length;
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.append("");
    }
}

/// Statements of [`Origin::Made`] as lines of a function.
fn statements(source: &str, variable: &str) -> String {
    let mut text = String::new();
    for line in source.lines() {
        let _ = write!(text, "\n    {}", line.replace('$', variable));
    }
    text
}
