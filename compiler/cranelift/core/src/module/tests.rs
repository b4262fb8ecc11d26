//! Modules from declaration to running code and object files.

use super::*;
use crate::call::{OnTrap, call, call_words, last_trap};
use crate::data::DataForm;
use crate::isa::triple_of_code;
use crate::testing::{ADD, failure, finished, jit, parse};
use crate::types::Linkage;

/// Calls function 0 of the module.
const TWICE: &str = "function %twice(i64) -> i64 system_v {
    sig0 = (i64, i64) -> i64 system_v
    fn0 = colocated u0:0 sig0
block0(v0: i64):
    v1 = call fn0(v0, v0)
    return v1
}";

fn address(module: &Module, name: &str) -> usize {
    module.function_address(module.find_function(name).unwrap()).unwrap()
}

#[test]
fn functions_are_linked_as_they_come() {
    for pic in ["is_pic=false", "is_pic=true"] {
        let module = jit(&[pic]);
        module.define(finished("add", ADD), None).unwrap();
        module.link().unwrap();
        let add = address(&module, "add");
        assert_eq!(call_words(add, &[40, 2]).unwrap(), 42);
        module.define(finished("twice", TWICE), None).unwrap();
        assert_eq!(
            failure(module.function_address(module.find_function("twice").unwrap())).0,
            ErrorCode::NotFound
        );
        module.link().unwrap();
        module.link().unwrap();
        assert_eq!(address(&module, "add"), add);
        assert_eq!(call_words(address(&module, "twice"), &[21]).unwrap(), 42);
        drop(module);
        assert_eq!(failure(call_words(add, &[1, 2])).0, ErrorCode::NotFound);
    }
}

#[test]
fn a_missing_symbol_is_named_and_changes_nothing() {
    let module = jit(&[]);
    let signature = parse(ADD).signature.clone();
    module.declare_function("no_such_symbol", Linkage::Import, signature).unwrap();
    let far = TWICE.replace("colocated ", "");
    module.define(finished("twice", &far), None).unwrap();
    let (code, message) = failure(module.link());
    assert_eq!(code, ErrorCode::NotFound);
    assert_eq!(message, "undefined: `no_such_symbol`, which `twice` uses");
    extern "C" fn product(a: i64, b: i64) -> i64 {
        a * b
    }
    module.add_symbol("no_such_symbol", product as *const () as usize).unwrap();
    module.link().unwrap();
    assert_eq!(call_words(address(&module, "twice"), &[9]).unwrap(), 81);
}

#[test]
fn a_definition_must_fit_its_declaration() {
    let module = jit(&[]);
    module.define(finished("add", ADD), None).unwrap();
    let again = failure(module.define(finished("add", ADD), None));
    assert_eq!(again, (ErrorCode::AlreadyExists, "function `add` is defined already".to_owned()));
    let signature = parse("function %f() system_v {\nblock0:\n    return\n}").signature.clone();
    module.declare_function("f", Linkage::Local, signature.clone()).unwrap();
    assert_eq!(failure(module.define(finished("f", ADD), None)).0, ErrorCode::AlreadyExists);
    module.declare_function("g", Linkage::Import, signature).unwrap();
    assert_eq!(failure(module.define(finished("g", ADD), None)).0, ErrorCode::AlreadyExists);
    assert_eq!(failure(module.define(finished("", ADD), None)).0, ErrorCode::InvalidArgument);
}

#[test]
fn what_the_compiler_panics_on_is_an_error_and_the_module_stays() {
    let module = jit(&[]);
    let wide = "function %wide(i128) -> i128 system_v {\nblock0(v0: i128):\n    return v0\n}";
    let (code, message) = failure(module.define(finished("wide", wide), None));
    assert_eq!(code, ErrorCode::Unsupported, "{message}");
    let place = "function `wide`, parameter 1 (i128) of its signature (i128) -> i128 system_v: ";
    assert!(message.starts_with(place), "{message}");
    module.define(finished("add", ADD), None).unwrap();
    module.link().unwrap();
    let module = jit(&["enable_llvm_abi_extensions=true"]);
    module.define(finished("wide", wide), None).unwrap();
    module.link().unwrap();
    let pair = call(address(&module, "wide"), &[-3, 7], OnTrap::Catch).unwrap();
    assert_eq!(pair, [-3, 7]);
}

#[test]
fn every_kind_of_value_passes_a_call() {
    let module = jit(&[]);
    let text = "function %mixed(i8, f32, f64, i16, i32) -> i16, f32, i32, f64 system_v {
block0(v0: i8, v1: f32, v2: f64, v3: i16, v4: i32):
    v5 = ineg v3
    v6 = fneg v1
    v7 = ineg v4
    v8 = fneg v2
    return v5, v6, v7, v8
}";
    module.define(finished("mixed", text), None).unwrap();
    module.link().unwrap();
    let float = |x: f32| i64::from(x.to_bits());
    let double = |x: f64| x.to_bits() as i64;
    let mixed = address(&module, "mixed");
    let results = call(mixed, &[1, float(2.5), double(3.5), 4, 5], OnTrap::Pass).unwrap();
    assert_eq!(results, [-4, float(-2.5), -5, double(-3.5)]);
    assert_eq!(failure(call(mixed, &[1], OnTrap::Pass)).0, ErrorCode::InvalidArgument);
    assert_eq!(failure(call_words(mixed, &[1; 5])).0, ErrorCode::InvalidArgument);
    assert_eq!(failure(call_words(mixed + 1, &[])).0, ErrorCode::NotFound);
    assert_eq!(failure(call_words(0, &[])).0, ErrorCode::NullPointer);
}

#[test]
fn traps_become_errors_that_name_the_place() {
    let module = jit(&[]);
    let place = module.locations().number("a.txt", 3, 5).unwrap();
    let text = format!(
        "function %divide(i64, i64) -> i64 system_v {{
block0(v0: i64, v1: i64):
@{place:04x} v2 = sdiv v0, v1
    return v2
}}"
    );
    module.define(finished("divide", &text), None).unwrap();
    let user = "function %user() system_v {\nblock0:\n    trap user7\n}";
    module.define(finished("user", user), None).unwrap();
    let peek = "function %peek(i64) -> i8 system_v {\nblock0(v0: i64):\n    v1 = load.i8 v0\n    return v1\n}";
    module.define(finished("peek", peek), None).unwrap();
    let deep = "function %deep(i64) -> i64 system_v {
    sig0 = (i64) -> i64 system_v
    fn0 = colocated u0:3 sig0
    ss0 = explicit_slot 20000
block0(v0: i64):
    v1 = stack_addr.i64 ss0
    store v0, v1
    v2 = call fn0(v1)
    v3 = iadd v2, v0
    return v3
}";
    module.define(finished("deep", deep), None).unwrap();
    module.link().unwrap();
    let run = |name: &str, args: &[i64]| call(address(&module, name), args, OnTrap::Catch);
    assert_eq!(run("divide", &[7, 2]).unwrap(), [3]);
    for _ in 0..3 {
        let (code, message) = failure(run("divide", &[7, 0]));
        assert_eq!(code, ErrorCode::Trap);
        assert!(message.ends_with("integer division by zero (a.txt:3:5)"), "{message}");
        assert_eq!(last_trap().unwrap().kind.number(), 254);
        failure(run("divide", &[i64::MIN, -1]));
        assert_eq!(last_trap().unwrap().kind.number(), 252);
        failure(run("user", &[]));
        assert_eq!(last_trap().unwrap().kind.number(), 7);
        failure(run("peek", &[16]));
        let trap = last_trap().unwrap();
        assert_eq!((trap.kind.number(), trap.address), (253, 16));
        failure(run("deep", &[1]));
        let trap = last_trap().unwrap();
        assert_eq!(trap.kind.number(), 251, "{}", trap.message);
        assert_eq!(trap.function.as_deref(), Some("deep"));
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    failure(run("divide", &[1, 0]));
                    failure(run("deep", &[1]));
                    assert_eq!(last_trap().unwrap().kind.number(), 251);
                }
            });
        }
    });
}

#[test]
fn data_holds_addresses() {
    let module = jit(&[]);
    let hello = module.string(b"hello").unwrap();
    assert_eq!(module.string(b"hello").unwrap(), hello);
    assert_ne!(module.string(b"").unwrap(), hello);
    module.define(finished("add", ADD), None).unwrap();
    let form =
        DataForm { linkage: Linkage::Local, is_writable: true, is_thread_local: false, align: 64 };
    let table = module.declare_data("table", form).unwrap();
    module.define_zeros(table, 24).unwrap();
    module.write_address(table, 0, hello, 1).unwrap();
    module.write_address(table, 16, module.find_function("add").unwrap(), 0).unwrap();
    let error = |offset| failure(module.write_address(table, offset, hello, 0)).0;
    assert_eq!(error(17), ErrorCode::OutOfRange);
    assert_eq!(error(-8), ErrorCode::OutOfRange);
    assert_eq!(error(4), ErrorCode::InvalidArgument);
    assert_eq!(error(16), ErrorCode::AlreadyExists);
    let counter = module.scalar("counter", 4, 0x1_2345_6789).unwrap();
    module.link().unwrap();
    let base = module.data_address(table).unwrap();
    assert_eq!(base % 64, 0);
    let words: [usize; 3] =
        // SAFETY: the module has put 24 bytes there.
        unsafe { std::ptr::with_exposed_provenance::<[usize; 3]>(base).read() };
    assert_eq!(words, [module.data_address(hello).unwrap() + 1, 0, address(&module, "add")]);
    let counter: *const u32 =
        std::ptr::with_exposed_provenance(module.data_address(counter).unwrap());
    // SAFETY: the module has put a scalar of four bytes there.
    assert_eq!(unsafe { counter.read() }, 0x2345_6789);
}

#[test]
fn objects_are_the_same_each_time_on_every_target() {
    let make = |code: i64| {
        let triple = triple_of_code(code).unwrap();
        let module = Module::new("m", Kind::Object, triple, &[]).unwrap();
        let place = module.locations().number("a.txt", 3, 5).unwrap();
        let text = ADD.replace("v2 = ", &format!("@{place:04x} v2 = "));
        module.queue(finished("add", &text), None).unwrap();
        module.queue(finished("twice", TWICE), None).unwrap();
        assert_eq!(module.compile_queue(2).unwrap(), 2);
        let text = module.disassemble(module.find_function("twice").unwrap()).unwrap();
        assert!(text.contains("add"), "{text}");
        module.string(b"text").unwrap();
        module.scalar("counter", 8, 1).unwrap();
        module.into_object().unwrap()
    };
    for code in 0..4 {
        let first = make(code);
        assert_eq!(&first[..4], b"\x7fELF");
        assert_eq!(first, make(code));
    }
}

#[test]
fn an_object_without_its_definitions_is_refused() {
    let make = || Module::new("m", Kind::Object, Triple::host(), &[]).unwrap();
    let module = make();
    module.declare_function("gone", Linkage::Export, parse(ADD).signature.clone()).unwrap();
    let (code, message) = failure(module.into_object());
    assert_eq!(code, ErrorCode::NotFound);
    assert_eq!(message, "declared, but not defined: function `gone`");
    let module = make();
    module.queue(finished("add", ADD), None).unwrap();
    assert_eq!(failure(module.into_object()).0, ErrorCode::InvalidArgument);
    assert_eq!(failure(jit(&[]).into_object()).0, ErrorCode::InvalidArgument);
}

#[test]
fn many_threads_define_functions_of_one_module() {
    let module = jit(&[]);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let module = &module;
            scope.spawn(move || {
                for number in 0..50 {
                    let name = format!("f{thread}_{number}");
                    module.define(finished(&name, ADD), None).unwrap();
                    if number % 10 == 0 {
                        module.link().unwrap();
                    }
                }
            });
        }
    });
    module.link().unwrap();
    assert_eq!(module.functions().unwrap().iter().filter(|one| one.is_defined).count(), 200);
    assert_eq!(call_words(address(&module, "f3_49"), &[1, 2]).unwrap(), 3);
}

#[test]
fn text_names_what_the_module_has() {
    let module = jit(&["keep_text=true"]);
    module.scalar("counter", 8, 40).unwrap();
    let text = "function %twice(i64) -> i64 system_v {
    fn0 = %add(i64, i64) -> i64 system_v
    gv0 = symbol colocated %counter
block0(v0: i64):
    v1 = call fn0(v0, v0)
    v2 = symbol_value.i64 gv0
    v3 = load.i64 v2
    v4 = iadd v1, v3
    return v4
}
";
    assert_eq!(module.define_text(&format!("{text}{ADD}")).unwrap(), 2);
    module.link().unwrap();
    assert_eq!(call_words(address(&module, "twice"), &[1]).unwrap(), 42);
    let kept = module.text().unwrap();
    assert!(kept.contains("function %twice(") && kept.contains("\"counter\""), "{kept}");
    assert_eq!(failure(module.define_text("function %x( {")).0, ErrorCode::Parse);
    assert_eq!(failure(module.define_text(ADD)).0, ErrorCode::AlreadyExists);
    let wrong =
        "function %w() system_v {\n    fn0 = u0:99()\nblock0:\n    call fn0()\n    return\n}";
    assert_eq!(failure(module.define_text(wrong)).0, ErrorCode::NotFound);
}

#[test]
fn a_text_cannot_fill_memory() {
    let module = jit(&[]);
    for number in ["v", "block", "ss", "sig", "fn", "gv"] {
        let text = format!("function %x() {{\nblock0:\n    {number}2000000000\n}}");
        let (code, message) = failure(module.define_text(&text));
        assert_eq!(code, ErrorCode::LimitReached);
        assert!(message.starts_with("line 3: "), "{message}");
    }
    let fine = "function %v9999999999() system_v {\nblock65000: ; v2000000000\n    return\n}";
    assert_eq!(module.define_text(fine).unwrap(), 1);
}
