//! A recording of made-up calls, read back as text. That such programs compile and do the same is
//! tested where real modules record.

use super::*;
use crate::error::{Error, ErrorCode};
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    let folder = std::env::var_os("TEST_TMPDIR").map_or_else(std::env::temp_dir, PathBuf::from);
    folder.join(format!("record-{}-{name}.c", std::process::id()))
}

static RECORDING: Mutex<Option<Arc<Recording>>> = Mutex::new(None);

/// Handle 7 is what is recorded; handle 8 was made before.
fn origin(handle: i64) -> Origin {
    match handle {
        7 => RECORDING.lock().unwrap().clone().map_or(Origin::Unknown, Origin::Recorded),
        8 => Origin::Made("shape", "$ = rt_shape_new();\nrt_shape_grow($);".to_owned()),
        _ => Origin::Unknown,
    }
}

static RECORDER: Recorder = Recorder { origin };

fn succeed(value: i64) -> i64 {
    crate::call("rt_f", 0, || Ok(value))
}

fn fail() -> i64 {
    crate::call("rt_f", 0, || Err(Error::new(ErrorCode::NotFound, "no */ such \"thing\"\n??/")))
}

#[test]
fn what_calls_give_is_a_variable() {
    let path = path("variables");
    let start = Start { title: "T.", header: "rt_x.h", kind: "box", made: "$ = rt_box_new();" };
    assert!(!is_on());
    let recording = Recording::start(&path, &start).unwrap();
    assert!(is_on());
    *RECORDING.lock().unwrap() = Some(Arc::clone(&recording));
    let args = [Arg::Handle(7), Arg::Handle(8), Arg::Bool(true)];
    let made = call(&RECORDER, "rt_open", Gives::Handle("box"), &args, || succeed(9), |id| *id);
    assert_eq!(made, 9);
    for number in 1..=20 {
        let args = [Arg::Handle(9), Arg::Integer(number.into())];
        call(&RECORDER, "rt_add", Gives::Id("item"), &args, || succeed(number), |id| *id);
    }
    let items = [2, 99];
    let args = [
        Arg::Handle(9),
        Arg::Id("item", 1),
        Arg::Id("shape", 1),
        Arg::Integers(Some("item"), Some(&items), 2),
        Arg::Bytes(Some(b"a\"?$\n\xff"), 6),
        Arg::Bytes(None, 5),
        Arg::Integer(i64::MIN.into()),
        Arg::Float64(1.5f64.to_bits()),
    ];
    call(&RECORDER, "rt_join", Gives::Nothing, &args, fail, |_| 0);
    // A handle that no recording concerns.
    call(&RECORDER, "rt_other", Gives::Nothing, &[Arg::Handle(50)], || succeed(1), |_| 0);
    recording.end();
    assert!(!is_on());
    *RECORDING.lock().unwrap() = None;
    drop(recording);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let (head, body) = text.split_once("void part_1(void) {\n").unwrap();
    assert!(head.contains("int64_t item[32];"), "{head}");
    let mut lines: Vec<&str> = body.lines().map(str::trim).collect();
    lines.drain(5..24);
    assert_eq!(
        lines,
        [
            "box[1] = rt_box_new();",
            "shape[1] = rt_shape_new();",
            "rt_shape_grow(shape[1]);",
            "box[2] = rt_open(box[1], shape[1], true); is(0);",
            "item[1] = rt_add(box[2], 1); is(0);",
            "rt_join(box[2], item[1], 1, (const int64_t[]){item[2], 99}, 2, \
             (const uint8_t *)\"a\\042\\077\\044\\012\"",
            "\"\\377\", 6, 0, 5u, (-9223372036854775807 - 1), bits64(0x3ff8000000000000) /* 1.5 */); \
             is(30); /* NOT_FOUND: rt_f: no * / such \"thing\" ? ?/ */",
            "}",
        ]
    );
}

#[test]
fn a_file_that_cannot_be_made_is_an_error() {
    let start = Start { title: "T.", header: "x.h", kind: "box", made: "" };
    let error = Recording::start(Path::new("/no/such/folder/a.c"), &start).err().unwrap();
    assert_eq!(error.code(), ErrorCode::NotFound);
}
