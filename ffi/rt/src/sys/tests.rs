//! The wrappers against the real system. They are outside of Miri's reach.

use super::map::{read_at_positions, read_mapped_then};
use super::*;
use crate::error::ErrorCode;
use rustix::fs::{MemfdFlags, memfd_create};
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::process::Command;

/// A file in memory.
fn file(content: &[u8]) -> File {
    let mut file = File::from(memfd_create("test", MemfdFlags::CLOEXEC).unwrap());
    file.write_all(content).unwrap();
    file
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 31 % 251) as u8).collect()
}

#[test]
fn mapped_files_of_every_size_are_read_whole() {
    for length in [0, 1, 4095, 4096, 4097, 3_000_001] {
        let content = pattern(length);
        assert_eq!(read_mapped(&file(&content)).unwrap(), content, "{length} bytes");
    }
}

#[test]
fn a_file_that_is_shortened_meanwhile_is_an_error() {
    for (length, rest) in
        [(100_000, 0), (100_000, 5000), (3 << 20, 4096), (4097, 1), (50, 49), (50, 0)]
    {
        let file = file(&pattern(length));
        let result = read_mapped_then(&file, || file.set_len(rest).unwrap());
        assert_eq!(result.unwrap_err().kind(), ErrorKind::UnexpectedEof, "{length} to {rest}");
    }
}

#[test]
fn plain_reads_can_stand_in() {
    let content = pattern(10_000);
    let file = file(&content);
    assert_eq!(read_at_positions(&file, content.len(), Vec::new()).unwrap(), content);
    file.set_len(9_999).unwrap();
    let error = read_at_positions(&file, content.len(), Vec::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn files_without_a_size_are_read_as_streams() {
    let content = read_mapped(&File::open("/proc/self/status").unwrap()).unwrap();
    assert!(content.starts_with(b"Name:"), "{content:?}");
}

#[test]
fn a_directory_is_refused_as_one() {
    let error = read_mapped(&File::open("/").unwrap()).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EISDIR));
}

#[test]
fn reading_ends_at_the_end_or_at_the_bound() {
    for length in [0, 1, 31, 65_536, 65_537, 200_000] {
        let content = pattern(length);
        for most in [0, 1, 32, 65_535, 65_536, 65_537, 200_000, usize::MAX] {
            let mut data = b"old".to_vec();
            let read = read_into(&*content, &mut data, most).unwrap();
            assert_eq!(read, length.min(most), "{length} bytes, at most {most}");
            assert!(data.starts_with(b"old") && data[3..] == content[..read]);
        }
    }
}

#[test]
fn what_was_read_before_an_error_is_kept() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(ErrorKind::WouldBlock.into())
        }
    }
    let mut data = Vec::new();
    let error = read_into(b"some".chain(Broken), &mut data, 100).unwrap_err();
    assert_eq!((error.kind(), &*data), (ErrorKind::WouldBlock, &b"some"[..]));
}

#[test]
fn the_environment_can_be_changed() {
    set_env("FFI_RT_TEST_VARIABLE", "a=b é").unwrap();
    assert_eq!(std::env::var("FFI_RT_TEST_VARIABLE").unwrap(), "a=b é");
    assert_eq!(env("FFI_RT_TEST_VARIABLE").unwrap().unwrap(), "a=b é");
    let entry = ("FFI_RT_TEST_VARIABLE".into(), "a=b é".into());
    assert!(env_all().unwrap().contains(&entry));
    assert!(env_bytes() > "FFI_RT_TEST_VARIABLE=a=b é".len());
    set_env("FFI_RT_TEST_VARIABLE", "").unwrap();
    assert_eq!(std::env::var("FFI_RT_TEST_VARIABLE").unwrap(), "");
    assert_eq!(env("FFI_RT_TEST_VARIABLE").unwrap().unwrap(), "");
    remove_env("FFI_RT_TEST_VARIABLE").unwrap();
    assert!(std::env::var_os("FFI_RT_TEST_VARIABLE").is_none());
    assert!(env("FFI_RT_TEST_VARIABLE").unwrap().is_none());
    remove_env("FFI_RT_TEST_VARIABLE").unwrap();
}

#[test]
fn the_environment_is_read_as_the_standard_library_does() {
    for name in ["", "=", "FFI_RT\0", "FFI_RT_NONE", "PATH", "HOME"] {
        assert_eq!(env(name).unwrap(), std::env::var_os(name), "{name:?}");
    }
    assert_eq!(temp_dir().unwrap(), std::env::temp_dir());
    // Other tests change others meanwhile.
    let is_ours = |(key, _): &(OsString, OsString)| !key.to_string_lossy().starts_with("FFI_RT");
    let ours: Vec<_> = env_all().unwrap().into_iter().filter(is_ours).collect();
    assert_eq!(ours, std::env::vars_os().filter(is_ours).collect::<Vec<_>>());
}

#[test]
fn names_and_values_that_the_environment_cannot_hold_are_refused() {
    for (key, value) in [("", "x"), ("a=b", "x"), ("a\0b", "x"), ("FFI_RT_TEST_OTHER", "x\0")] {
        let error = set_env(key, value).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument, "{key:?}");
    }
    for key in ["", "=", "a\0"] {
        assert_eq!(remove_env(key).unwrap_err().code(), ErrorCode::InvalidArgument, "{key:?}");
    }
    assert!(std::env::var_os("FFI_RT_TEST_OTHER").is_none());
}

#[test]
fn there_is_a_processor() {
    assert!(online_cpus().unwrap() >= 1);
}

fn output_of(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn limits_reach_the_process_to_start_and_not_this_one() {
    let before = rustix::process::getrlimit(Resource::As);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v"]);
    assert_eq!(output_of(limit_address_space(&mut command, 64 << 20)), "65536");

    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n; ulimit -Hn"]);
    assert_eq!(output_of(limit_resource(&mut command, Resource::Nofile, 77)), "77\n77");
    assert_eq!(rustix::process::getrlimit(Resource::As), before);
}

#[test]
fn the_default_action_of_a_signal_is_known() {
    assert!(has_default_action(libc::SIGUSR2).unwrap());
    // Rust ignores it before `main`.
    assert!(!has_default_action(libc::SIGPIPE).unwrap());
    assert!(has_default_action(-1).is_err());
}

#[test]
fn the_account_database_tells_the_home() {
    // What the tests run as has an account or none; the database can be read in either case.
    let home = account_home().unwrap();
    assert!(home.is_none_or(|home| home.is_absolute()));
}
