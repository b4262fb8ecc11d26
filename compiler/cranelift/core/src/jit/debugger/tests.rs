//! What a debugger would read.

use super::*;
use crate::module::Module;
use crate::testing::{ADD, finished, jit};

/// The files of the list that have a function of this name.
fn files_with(name: &str) -> Vec<Vec<u8>> {
    let _held = CHANGING.lock().unwrap();
    let mut found = Vec::new();
    let mut previous: *mut Entry = ptr::null_mut();
    let mut at = list().first.load(Ordering::Relaxed);
    // SAFETY: entries stay while the lock is held.
    while let Some(entry) = unsafe { at.as_ref() } {
        assert_eq!(entry.previous.load(Ordering::Relaxed), previous);
        // SAFETY: the file of an entry in the list.
        let file = unsafe {
            std::slice::from_raw_parts(entry.file.load(Ordering::Relaxed), entry.size as usize)
        };
        let wanted = format!("\0{name}\0");
        if file.windows(wanted.len()).any(|part| part == wanted.as_bytes()) {
            found.push(file.to_vec());
        }
        previous = at;
        at = entry.next.load(Ordering::Relaxed);
    }
    found
}

/// A number of the file.
fn number(file: &[u8], at: usize, size: usize) -> usize {
    let mut bytes = [0; 8];
    bytes[..size].copy_from_slice(&file[at..at + size]);
    usize::from_le_bytes(bytes)
}

/// A section by its name: where its header is, and its bytes.
fn section<'a>(file: &'a [u8], name: &str) -> Option<(usize, &'a [u8])> {
    let (headers, count, names) = (number(file, 40, 8), number(file, 60, 2), number(file, 62, 2));
    let header = |index: usize| headers + index * 64;
    let bytes = |header: usize| {
        let is_elsewhere = number(file, header + 4, 4) == 8;
        let size = if is_elsewhere { 0 } else { number(file, header + 32, 8) };
        &file[number(file, header + 24, 8)..][..size]
    };
    let names = bytes(header(names));
    let of = |header: usize| {
        let name = &names[number(file, header, 4)..];
        &name[..name.iter().position(|&byte| byte == 0).unwrap()]
    };
    let found = (1..count).map(header).find(|&header| of(header) == name.as_bytes())?;
    Some((found, bytes(found)))
}

fn module_with(name: &str, location: bool) -> (Module, usize) {
    let module = jit(&[]);
    let place = module.locations().number("garden.simple", 12, 7).unwrap();
    let text = match location {
        true => ADD.replace("v2 = ", &format!("@{place:04x} v2 = ")),
        false => ADD.to_owned(),
    };
    module.define(finished(name, &text), None).unwrap();
    module.link().unwrap();
    let address = module.function_address(module.find_function(name).unwrap()).unwrap();
    (module, address)
}

#[test]
fn a_debugger_finds_functions_as_long_as_they_are_there() {
    let (module, address) = module_with("seen_by_debuggers", true);
    let files = files_with("seen_by_debuggers");
    let [file] = &*files else { panic!("{} files", files.len()) };
    assert_eq!(&file[..4], b"\x7fELF");
    assert_eq!(number(file, 18, 2), usize::from(machine(module.isa())));
    let (text, _) = section(file, ".text").unwrap();
    assert_eq!(number(file, text + 16, 8), address);
    let size = number(file, text + 32, 8);
    let code = module.compiled(module.find_function("seen_by_debuggers").unwrap()).unwrap().1;
    assert_eq!(size, code.code.len());
    let (_, symbols) = section(file, ".symtab").unwrap();
    assert_eq!(symbols.len(), 48);
    assert_eq!((number(symbols, 32, 8), number(symbols, 40, 8)), (address, size));
    let (_, frames) = section(file, ".eh_frame").unwrap();
    assert!(frames.windows(8).any(|word| word == address.to_ne_bytes()));
    let (_, lines) = section(file, ".debug_line").unwrap();
    assert!(lines.windows(13).any(|part| part == b"garden.simple"));
    assert!(lines.windows(8).any(|word| word == address.to_ne_bytes()));
    let (_, info) = section(file, ".debug_info").unwrap();
    assert!(info.windows(8).any(|word| word == address.to_ne_bytes()));
    drop(module);
    assert!(files_with("seen_by_debuggers").is_empty());
}

#[test]
fn without_places_there_are_no_lines() {
    let (_module, _) = module_with("seen_without_lines", false);
    let files = files_with("seen_without_lines");
    assert_eq!(files.len(), 1);
    assert!(section(&files[0], ".debug_line").is_none() && section(&files[0], ".symtab").is_some());
}

#[test]
fn the_list_holds_while_threads_change_it() {
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for round in 0..50 {
                    let name = format!("seen_{thread}_{round}");
                    let (module, _) = module_with(&name, round % 2 == 0);
                    assert_eq!(files_with(&name).len(), 1);
                    drop(module);
                    assert!(files_with(&name).is_empty());
                }
            });
        }
    });
}
