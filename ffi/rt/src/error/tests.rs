//! Codes, classification of foreign errors, and what bodies add.

use super::*;
use std::fmt;
use std::io;

fn code_of(error: impl Into<Error>) -> ErrorCode {
    error.into().code()
}

#[test]
fn codes_are_found_by_number() {
    for &code in ErrorCode::ALL {
        assert_eq!(ErrorCode::from_value(code as i32), Some(code));
    }
    for number in [-1, 13, 19, 24, 29, 56, i32::MIN, i32::MAX] {
        assert_eq!(ErrorCode::from_value(number), None);
    }
}

#[test]
fn codes_rise_and_names_differ() {
    for pair in ErrorCode::ALL.windows(2) {
        assert!((pair[0] as i32) < pair[1] as i32, "{pair:?}");
    }
    let mut names: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ErrorCode::ALL.len());
}

#[test]
fn the_number_of_the_system_tells_the_code() {
    let cases = [
        (libc::ENOENT, ErrorCode::NotFound),
        (libc::EACCES, ErrorCode::PermissionDenied),
        (libc::EPERM, ErrorCode::PermissionDenied),
        (libc::EEXIST, ErrorCode::AlreadyExists),
        (libc::ENOTDIR, ErrorCode::NotADirectory),
        (libc::EISDIR, ErrorCode::IsADirectory),
        (libc::ENOTEMPTY, ErrorCode::DirectoryNotEmpty),
        (libc::ETIMEDOUT, ErrorCode::TimedOut),
        (libc::EINTR, ErrorCode::Interrupted),
        (libc::EPIPE, ErrorCode::BrokenPipe),
        (libc::ENOSPC, ErrorCode::StorageFull),
        (libc::EMFILE, ErrorCode::TooManyFiles),
        (libc::ENFILE, ErrorCode::TooManyFiles),
        (libc::EAGAIN, ErrorCode::WouldBlock),
        (libc::EROFS, ErrorCode::ReadOnly),
        (libc::ENOMEM, ErrorCode::OutOfMemory),
        (libc::ELOOP, ErrorCode::TooManyLinks),
        (libc::EXDEV, ErrorCode::CrossesDevices),
        (libc::ENAMETOOLONG, ErrorCode::NameTooLong),
        (libc::ESRCH, ErrorCode::NoProcess),
        (libc::ECHILD, ErrorCode::NoProcess),
        (libc::EFBIG, ErrorCode::FileTooLarge),
        (libc::EINVAL, ErrorCode::InvalidArgument),
        (libc::ENOSYS, ErrorCode::Unsupported),
        (libc::ECONNREFUSED, ErrorCode::ConnectionRefused),
        (libc::ECONNRESET, ErrorCode::ConnectionReset),
        (libc::ECONNABORTED, ErrorCode::ConnectionReset),
        (libc::EADDRINUSE, ErrorCode::AddressInUse),
        (libc::EADDRNOTAVAIL, ErrorCode::AddressNotAvailable),
        (libc::ENETUNREACH, ErrorCode::Unreachable),
        (libc::EHOSTUNREACH, ErrorCode::Unreachable),
        (libc::ENOTCONN, ErrorCode::NotConnected),
        (libc::EIO, ErrorCode::Io),
        (libc::ENODEV, ErrorCode::Io),
    ];
    for (number, code) in cases {
        assert_eq!(code_of(io::Error::from_raw_os_error(number)), code, "io, number {number}");
        let errno = rustix::io::Errno::from_raw_os_error(number);
        assert_eq!(code_of(errno), code, "rustix, number {number}");
    }
}

#[test]
fn the_kind_tells_where_there_is_no_number() {
    let cases = [
        (io::ErrorKind::NotFound, ErrorCode::NotFound),
        (io::ErrorKind::TimedOut, ErrorCode::TimedOut),
        (io::ErrorKind::WouldBlock, ErrorCode::WouldBlock),
        (io::ErrorKind::InvalidInput, ErrorCode::InvalidArgument),
        (io::ErrorKind::InvalidData, ErrorCode::InvalidUtf8),
        (io::ErrorKind::InvalidFilename, ErrorCode::NameTooLong),
        (io::ErrorKind::ConnectionRefused, ErrorCode::ConnectionRefused),
        (io::ErrorKind::AddrInUse, ErrorCode::AddressInUse),
        (io::ErrorKind::NetworkDown, ErrorCode::Unreachable),
        (io::ErrorKind::UnexpectedEof, ErrorCode::Io),
        (io::ErrorKind::Other, ErrorCode::Io),
    ];
    for (kind, code) in cases {
        assert_eq!(code_of(io::Error::from(kind)), code, "{kind:?}");
    }
    assert_eq!(code_of(io::Error::new(io::ErrorKind::InvalidData, "header")), ErrorCode::Parse);
    assert_eq!(code_of(io::Error::new(io::ErrorKind::NotFound, "it")), ErrorCode::NotFound);
}

#[test]
fn errors_of_the_standard_library_have_their_codes() {
    let not_utf8 = vec![0xff];
    assert_eq!(code_of(std::str::from_utf8(&not_utf8).unwrap_err()), ErrorCode::InvalidUtf8);
    assert_eq!(code_of(String::from_utf8(not_utf8).unwrap_err()), ErrorCode::InvalidUtf8);
    assert_eq!(code_of("x".parse::<i32>().unwrap_err()), ErrorCode::Parse);
    assert_eq!(code_of("x".parse::<f64>().unwrap_err()), ErrorCode::Parse);
    assert_eq!(code_of("x".parse::<bool>().unwrap_err()), ErrorCode::Parse);
    assert_eq!(code_of("xy".parse::<char>().unwrap_err()), ErrorCode::Parse);
    assert_eq!(code_of(u8::try_from(300).unwrap_err()), ErrorCode::OutOfRange);
    assert_eq!(
        code_of(Vec::<u64>::new().try_reserve(usize::MAX).unwrap_err()),
        ErrorCode::OutOfMemory
    );
    assert_eq!(code_of(std::env::VarError::NotPresent), ErrorCode::NotFound);
    assert_eq!(code_of(std::ffi::CString::new("a\0b").unwrap_err()), ErrorCode::InvalidArgument);
}

/// An error of some library, with or without a source.
#[derive(Debug)]
struct Outer(&'static str, Option<io::Error>);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_ref().map(|error| error as _)
    }
}

#[test]
fn a_source_tells_the_code_and_is_in_the_message() {
    let error: Error = Outer("cannot open", Some(io::ErrorKind::NotFound.into())).into();
    assert_eq!(error.code(), ErrorCode::NotFound);
    assert_eq!(error.message(), "cannot open: entity not found");
    assert_eq!(code_of(Outer("odd", None)), ErrorCode::InvalidArgument);
}

#[test]
fn a_source_that_is_quoted_already_is_not_repeated() {
    let error: Error = Outer("entity not found: x", Some(io::ErrorKind::NotFound.into())).into();
    assert_eq!(error.message(), "entity not found: x");
}

#[test]
fn an_error_inside_of_an_io_error_tells_the_code() {
    let wrap = |inner: Outer| io::Error::other(inner);
    assert_eq!(
        code_of(wrap(Outer("x", Some(io::ErrorKind::PermissionDenied.into())))),
        ErrorCode::PermissionDenied
    );
    assert_eq!(code_of(wrap(Outer("x", None))), ErrorCode::Io);
}

#[test]
fn bodies_add_subject_context_and_code() {
    let missing = || Err::<(), _>(io::Error::from_raw_os_error(libc::ENOENT));
    let error = missing().at("a/b").unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotFound);
    assert!(error.message().starts_with("`a/b`: No such file"), "{error}");

    let error = missing().at(Path::new("x")).context("while copying").unwrap_err();
    assert!(error.message().starts_with("while copying: `x`: "), "{error}");

    let error = missing().code(ErrorCode::Unsupported).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Unsupported);
    assert!(error.message().starts_with("No such file"), "{error}");

    assert_eq!(Ok::<_, io::Error>(3).at("x").context("y").code(ErrorCode::Io).unwrap(), 3);
}

#[test]
fn question_mark_keeps_an_error_of_ours() {
    fn inner() -> Result<u8> {
        fail(ErrorCode::Parse, "line 3")
    }
    fn outer() -> Result<u8> {
        Ok(inner()? + 1)
    }
    let error = outer().unwrap_err();
    assert_eq!((error.code(), error.message()), (ErrorCode::Parse, "line 3"));
    assert_eq!(format!("{error:?}"), "line 3 (PARSE)");
}

#[test]
fn a_path_that_no_file_has_is_cut() {
    let missing = || io::Error::from(io::ErrorKind::NotFound);
    let longest = "x".repeat(QUOTED_MAX - 1);
    let error = Err::<(), _>(missing()).at(&longest).unwrap_err();
    assert!(error.message().starts_with(&format!("`{longest}`: ")));
    let error = Err::<(), _>(missing()).at("\u{e4}".repeat(1 << 20)).unwrap_err();
    assert!(error.message().len() < QUOTED_MAX + 100, "{}", error.message().len());
    assert!(error.message().contains("\u{e4}..`: "), "{error:?}");
}
