//! Whatever bytes a spec consists of, ffigen answers with files or with diagnostics: it never
//! panics, hangs or overflows a stack.
//!
//! Mutations are a function of a fixed seed, so a failure repeats. Each one starts from a spec with
//! every construct, because random bytes would not come past the TOML parser.

use diag::{Style, json_line, print};

use crate::code;
use crate::emit::Emitter;
use crate::resolve::Base;

const SEED: &str = r#"[module]
name = "demo"
doc = "Every construct."
items = '''
use std::sync::atomic::{AtomicI64, Ordering};
fn helper(word: &str) -> Result<u64> { Ok(word.len() as u64) }
'''

[dependencies]
glob = "0.3"
uuid = { version = "1", features = ["v4"], default-features = false }

[[handle]]
name = "Counter"
tag = 900
doc = "A number that counts."
rust = "std::sync::atomic::AtomicI64"
sample = 'rt_counter_new(1)'

[[struct]]
name = "Entry"
doc = "One entry."
tuple = true
fields = [
    { name = "name", type = "text", doc = "Its name." },
    { name = "size", type = "i64?", doc = "Its size." },
]

[[enum]]
name = "Parity"
doc = "Even or odd."
values = [{ name = "EVEN", value = 0, doc = "Even." }, { name = "ODD", value = 0x1, doc = "Odd." }]

[[function]]
name = "rt_counter_new"
doc = """Makes a \"counter\".

It counts."""
params = [{ name = "start", type = "i64", doc = "Start." }, { name = "step", type = "fn(i64) -> i64", doc = "Step." }]
result = "Counter"
errors = { IO = "it cannot" }
threads = "None."
example = "int64_t a = 0;\n(void)a;"
body = "AtomicI64::new(step(start))"

[[function]]
name = "rt_counter_get"
doc = "Gives it."
params = [{ name = "counter", type = "&mut Counter", doc = "It." }, { name = "words", type = "[text]", doc = "Words." }]
result = "(value: i64, rest: [bytes]?)"
wrappers = ["counter_get", "get"]
example = '(void)0;'
body = '''
let sum = words.iter().map(|word| word.len()).sum::<usize>() as i64;
(counter.load(Ordering::SeqCst) + sum, None)
'''

[[family]]
name = "rt_entry_${kind}"
doc = "Gives ${kind} entries."
params = [{ name = "entry", type = "Entry", doc = "It." }]
result = "i64"
failure = -1
example = '(void)"${kind}";'
body = "${expr}"
members = [{ kind = "even", expr = "0" }, { kind = "odd", expr = "1" }]
"#;

/// A small generator of numbers, enough to pick places; the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Pieces that mean something somewhere in a spec.
const PIECES: &[&str] = &[
    "\"",
    "'''",
    "\"\"\"",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "=",
    "\n",
    ",",
    "?",
    "&",
    "&mut ",
    "fn(",
    "->",
    "owned ",
    "${kind}",
    "${",
    "[[function]]\n",
    "[[family]]\n",
    "[module]\n",
    "rt_",
    "text",
    "u8",
    "Counter",
    "Entry",
    "unsafe",
    "\\u0000",
    "\\",
    "#",
    "-1",
    "nan",
    "99999999999999999999",
    "ü",
    "\u{feff}",
    "\t",
    "\r\n",
    "name = ",
    "members = []\n",
    "true",
    "!",
];

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len());
    let end = (at + 1 + random.below(40)).min(bytes.len());
    match random.below(7) {
        0 => drop(bytes.drain(at..end)),
        1 => {
            let copy = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, copy);
        }
        2 => bytes[at] ^= 1 << random.below(8),
        3 if random.below(20) == 0 => bytes.truncate(at.max(1)),
        3 | 4 => bytes[at] = b'a' + random.below(26) as u8,
        _ => {
            let piece = PIECES[random.below(PIECES.len())];
            let end = if random.below(2) == 0 { at } else { end };
            bytes.splice(at..end, piece.bytes());
        }
    }
}

fn base() -> Base {
    Base { codes: vec![("IO".to_owned(), 49)], symbols: vec!["rt_text_free".to_owned()] }
}

/// Everything that the program would do with these bytes, printing included; how many diagnostics there were.
fn run(bytes: Vec<u8>) -> usize {
    let file = match crate::source::from_bytes("demo.toml", bytes) {
        Ok(file) => file,
        Err(bad) => {
            assert!(!print(&bad.1, &bad.0, Style::Plain).is_empty());
            return 1;
        }
    };
    let files = [file];
    let compiled = crate::compile(&files, &base(), &[], &Emitter::all()).remove(0);
    assert_eq!(compiled.files.is_some(), compiled.diagnostics.is_empty());
    for diagnostic in &compiled.diagnostics {
        assert!(code::find(diagnostic.code).is_some(), "{diagnostic:?}");
        assert!(!diagnostic.help.is_empty(), "{diagnostic:?}");
        assert!(print(diagnostic, &files[0], Style::Plain).starts_with("error[F0"));
        assert_eq!(json_line(diagnostic, &files[0]).lines().count(), 1);
    }
    compiled.diagnostics.len()
}

#[test]
fn the_seed_is_right() {
    let broken = run(SEED.as_bytes().to_vec());
    assert_eq!(broken, 0);
}

#[test]
fn mutated_specs_never_panic() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let seed = SEED.as_bytes().to_vec();
    let mut fine = 0;
    for round in 0..3000 {
        let mut bytes = seed.clone();
        for _ in 0..=(round % 4) {
            mutate(&mut bytes, &mut random);
        }
        fine += usize::from(run(bytes) == 0);
    }
    // Many mutations only touch prose: both outcomes must occur, or the test says nothing.
    assert!((100..2900).contains(&fine), "{fine} of 3000 mutated specs were right");
}

#[test]
fn code_that_nests_as_deeply_as_allowed_fits_the_stack() {
    let ways = [
        ("(", ")"),
        ("!", ""),
        ("&", ""),
        ("{", "}"),
        ("if a {} else ", ""),
        ("|a| ", ""),
        ("[", "]"),
        ("a = ", ""),
    ];
    for (open, close) in ways {
        for depth in [90, 190, 320, 480, 950, 2000] {
            let body = format!("let x = {}{{}}{};", open.repeat(depth), close.repeat(depth));
            let spec = SEED.replace("AtomicI64::new(step(start))", &body);
            run(spec.into_bytes());
        }
    }
}

#[test]
fn large_specs_take_time_in_proportion() {
    let function = |index: usize| {
        format!(
            "\n[[function]]\nname = \"rt_f{index}\"\ndoc = \"D.\"\n\
             params = [{{ name = \"a\", type = \"text\", doc = \"D.\" }}]\n\
             example = '(void)0;'\nbody = 'drop(a)'\n"
        )
    };
    let spec: String = SEED.to_owned() + &(0..500).map(function).collect::<String>();
    assert_eq!(run(spec.into_bytes()), 0);
}
