//! Values, errors and panics through the barrier, and what stderr sees of them.

use super::*;
use crate::error::{Error, fail};
use crate::last_error::{code, message};
use std::panic::panic_any;
use std::process::{Command, Output};

fn depth() -> u32 {
    THREAD.with(|thread| thread.depth.get())
}

#[test]
fn a_value_passes_and_clears_the_error() {
    assert!(!call("rt_x", false, || fail(ErrorCode::Io, "before")));
    assert_eq!((code(), message().as_str()), (49, "rt_x: before"));
    assert_eq!(call("rt_x", 0, || Ok(7)), 7);
    assert_eq!((code(), message().as_str()), (0, ""));
}

#[test]
fn an_error_gives_the_failure_value_and_is_recorded() {
    assert_eq!(call("rt_y", -1, || Err(Error::new(ErrorCode::NotFound, "`a`: missing"))), -1);
    assert_eq!(code(), ErrorCode::NotFound as i32);
    assert_eq!(message(), "rt_y: `a`: missing");
}

#[test]
fn a_panic_becomes_an_error_with_text_and_place() {
    assert_eq!(call::<i32>("rt_z", -1, || panic!("at {}", 3)), -1);
    assert_eq!(code(), ErrorCode::Panic as i32);
    let text = message();
    assert!(text.starts_with("rt_z: panicked at "), "{text}");
    assert!(text.contains("tests.rs:"), "{text}");
    assert!(text.ends_with(": at 3"), "{text}");
    assert_eq!(depth(), 0);
    assert_eq!(call("rt_z", 0, || Ok(1)), 1);
}

#[test]
fn panics_of_every_payload_are_recorded() {
    assert!(!call("rt_z", false, || panic!("plain")));
    assert!(message().ends_with(": plain"));
    assert!(!call("rt_z", false, || panic_any(String::from("owned"))));
    assert!(message().ends_with(": owned"));
    assert!(!call("rt_z", false, || panic_any(7_u8)));
    assert!(message().ends_with(": a value that is not text"));
    // Without the hook there is no place.
    assert!(!call("rt_z", false, || std::panic::resume_unwind(Box::new("silent"))));
    assert_eq!(message(), "rt_z: panicked: silent");
}

struct PanicsOnDrop;

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

#[test]
fn a_payload_whose_drop_panics_does_not_escape() {
    assert!(!call("rt_z", false, || panic_any(PanicsOnDrop)));
    assert_eq!(code(), ErrorCode::Panic as i32);
    assert!(message().ends_with(": a value that is not text"));
    assert_eq!(depth(), 0);
}

#[test]
fn a_panic_in_drop_at_the_end_of_a_body_is_caught() {
    let body = || {
        let _value = PanicsOnDrop;
        Ok(true)
    };
    assert!(!call("rt_z", false, body));
    assert!(message().ends_with(": in drop"));
}

#[test]
fn nested_calls_each_record_their_own_outcome() {
    let outer = call("rt_outer", 0, || {
        assert_eq!(call::<i32>("rt_inner", -1, || panic!("inner")), -1);
        assert!(message().starts_with("rt_inner: panicked"), "{}", message());
        assert_eq!(depth(), 1);
        Ok(5)
    });
    assert_eq!((outer, code(), depth()), (5, 0, 0));

    let outer = call::<i32>("rt_outer", 0, || {
        assert!(call("rt_inner", false, || Ok(true)));
        panic!("outer")
    });
    assert_eq!((outer, code(), depth()), (0, 1, 0));
    assert!(message().starts_with("rt_outer: panicked"), "{}", message());
}

#[test]
fn a_panic_that_the_body_catches_leaves_no_trace() {
    let value = call("rt_z", 0, || {
        assert!(catch_unwind(|| panic!("caught")).is_err());
        Ok(2)
    });
    assert_eq!((value, code()), (2, 0));
    // Its place is not taken for that of a later panic without one.
    assert!(!call("rt_z", false, || std::panic::resume_unwind(Box::new("later"))));
    assert_eq!(message(), "rt_z: panicked: later");
}

#[test]
fn keeping_calls_leave_the_error_alone() {
    assert!(!call("rt_a", false, || fail(ErrorCode::Parse, "kept")));
    assert_eq!(call_keeping_error("rt_b", 0, || 3), 3);
    assert_eq!((code(), message().as_str()), (ErrorCode::Parse as i32, "rt_a: kept"));
    assert_eq!(call_keeping_error::<i32>("rt_b", -1, || panic!("new")), -1);
    assert_eq!(code(), ErrorCode::Panic as i32);
}

#[test]
fn an_injected_panic_hits_the_next_call_only() {
    panic_next();
    assert!(!call("rt_z", false, || Ok(true)));
    assert!(message().ends_with(": injected by the conformance test"), "{}", message());
    assert!(call("rt_z", false, || Ok(true)));
    panic_next();
    assert_eq!(call_keeping_error("rt_z", 0, || 1), 0);
    assert_eq!((code(), depth()), (1, 0));
}

#[test]
fn each_thread_has_its_own_error() {
    assert!(!call("rt_here", false, || fail(ErrorCode::Io, "here")));
    std::thread::spawn(|| {
        assert_eq!((code(), message().as_str()), (0, ""));
        assert!(!call("rt_there", false, || fail(ErrorCode::Parse, "there")));
        assert_eq!(message(), "rt_there: there");
    })
    .join()
    .unwrap();
    assert_eq!((code(), message().as_str()), (49, "rt_here: here"));
}

/// Runs the test of this name in a process of its own, where it does `case` and ends.
fn in_child(test: &str, case: fn()) -> Output {
    const VARIABLE: &str = "FFI_RT_CHILD_CASE";
    if std::env::var(VARIABLE).as_deref() == Ok(test) {
        case();
        std::process::exit(0);
    }
    let name = format!("barrier::tests::{test}");
    Command::new(std::env::current_exe().unwrap())
        .args([&name, "--exact", "--nocapture", "--test-threads=1"])
        .env(VARIABLE, test)
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap()
}

#[test]
#[cfg_attr(miri, ignore = "starts a process")]
fn a_caught_panic_prints_nothing() {
    let output = in_child("a_caught_panic_prints_nothing", || {
        assert!(!call("rt_z", false, || panic!("quiet")));
        assert!(!call("rt_z", false, || panic_any(PanicsOnDrop)));
    });
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, "");
}

#[test]
#[cfg_attr(miri, ignore = "starts a process")]
fn a_panic_that_no_barrier_catches_is_printed() {
    let output = in_child("a_panic_that_no_barrier_catches_is_printed", || {
        assert!(call("rt_z", false, || {
            let thread = std::thread::spawn(|| panic!("on a thread of the body"));
            Ok(thread.join().is_err())
        }));
        assert!(catch_unwind(|| panic!("outside")).is_err());
    });
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("on a thread of the body"), "{stderr}");
    assert!(stderr.contains("outside"), "{stderr}");
}

#[test]
#[cfg_attr(miri, ignore = "starts a process")]
fn a_panic_in_a_destructor_during_unwinding_aborts_and_says_why() {
    let output = in_child("a_panic_in_a_destructor_during_unwinding_aborts_and_says_why", || {
        call::<bool>("rt_z", false, || {
            let _value = PanicsOnDrop;
            panic!("the first")
        });
    });
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{stderr}");
    assert!(stderr.contains("the first"), "{stderr}");
    assert!(stderr.contains("in drop"), "{stderr}");
    assert!(stderr.contains("panic in a destructor during cleanup"), "{stderr}");
}

#[test]
fn messages_show_control_characters_as_escapes() {
    let quoted = "`a\0b`: \u{1b}[31m\r\u{9f}\n\tschön";
    let value = call("rt_test", 0, || fail(ErrorCode::InvalidArgument, quoted));
    assert_eq!(value, 0);
    let shown = "rt_test: `a\\0b`: \\u{1b}[31m\\r\\u{9f}\n\tschön";
    assert_eq!(message(), shown);
}

#[test]
fn the_depth_counts_the_functions_that_a_thread_is_in() {
    let outside = call_depth();
    let inside = call("outer", (0, 0), || {
        let inner = call("inner", 0, || Ok(call_depth()));
        Ok((call_depth(), inner))
    });
    assert_eq!((inside.0, inside.1, call_depth()), (outside + 1, outside + 2, outside));
}
