//! What targets and settings are accepted, and what the refusals say.

use super::*;

fn code_of<T>(result: Result<T>) -> (ErrorCode, String) {
    let error = result.err().expect("it fails");
    (error.code(), error.message().to_owned())
}

#[test]
fn every_code_has_its_architecture() {
    let names: Vec<_> =
        (0..4).map(|code| triple_of_code(code).unwrap().architecture.to_string()).collect();
    assert_eq!(names, ["x86_64", "aarch64", "riscv64gc", "s390x"]);
    assert_eq!(code_of(triple_of_code(4)).0, ErrorCode::InvalidEnum);
    assert_eq!(code_of(triple_of_code(-2)).0, ErrorCode::InvalidEnum);
    let host = triple_of_code(host_code().unwrap()).unwrap();
    assert!(is_same_machine(&host, &Triple::host()));
}

#[test]
fn a_wrong_setting_says_what_is_wrong() {
    let make = |setting: &str| target(Triple::host(), Kind::Object, &[setting]);
    let (code, message) = code_of(make("opt_levl=none"));
    assert_eq!(code, ErrorCode::NotFound);
    assert!(message.ends_with("did you mean `opt_level`?"), "{message}");
    let (code, message) = code_of(make("opt_level=fast"));
    assert_eq!(code, ErrorCode::InvalidArgument);
    assert!(message.contains("none, speed, speed_and_size"), "{message}");
    assert_eq!(code_of(make("opt_level")).0, ErrorCode::InvalidArgument);
    assert_eq!(code_of(make("keep_text=maybe")).0, ErrorCode::InvalidArgument);
    assert!(make("opt_level=speed").is_ok());
}

#[test]
fn all_four_targets_describe_their_settings() {
    for code in 0..4 {
        let settings = describe(triple_of_code(code).unwrap(), Kind::Object).unwrap();
        let pic = settings.iter().find(|setting| setting.name == "is_pic").unwrap();
        assert_eq!((&*pic.value, &*pic.values), ("true", "true|false"));
        assert!(settings.iter().all(|setting| !setting.doc.is_empty()));
    }
}

#[test]
fn a_jit_module_is_for_this_machine_only() {
    let other = if host_code().unwrap() == 3 { 0 } else { 3 };
    let (code, _) = code_of(target(triple_of_code(other).unwrap(), Kind::Jit, &[]));
    assert_eq!(code, ErrorCode::Unsupported);
}
