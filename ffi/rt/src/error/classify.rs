//! How an error of another library becomes an [`Error`]: its code from the first error in the chain
//! that tells, its message from all of them.
//!
//! The operating system's number decides before `io::ErrorKind` does, because the kind is coarser.

use super::{Error, ErrorCode};
use std::collections::TryReserveError;
use std::error::Error as StdError;
use std::io;

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    #[cold]
    fn from(error: E) -> Error {
        if (&error as &dyn StdError).is::<TryReserveError>() {
            return Error::out_of_memory();
        }
        Error { code: code_of_chain(&error), message: message_of_chain(&error).into() }
    }
}

/// The code of the outermost error that tells one. An error that tells nothing came from an
/// argument, as a rule: what the operating system says arrives as `io::Error`.
fn code_of_chain(error: &(dyn StdError + 'static)) -> ErrorCode {
    code_of_wrapped(error).unwrap_or(ErrorCode::InvalidArgument)
}

fn code_of_wrapped(error: &(dyn StdError + 'static)) -> Option<ErrorCode> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(code) = code_of(error) {
            return Some(code);
        }
        next = error.source();
    }
    None
}

fn code_of(error: &(dyn StdError + 'static)) -> Option<ErrorCode> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return Some(code_of_io(error));
    }
    if let Some(errno) = error.downcast_ref::<rustix::io::Errno>() {
        return Some(code_of_os(errno.raw_os_error()));
    }
    let code = if error.is::<std::str::Utf8Error>() || error.is::<std::string::FromUtf8Error>() {
        ErrorCode::InvalidUtf8
    } else if error.is::<std::num::ParseIntError>()
        || error.is::<std::num::ParseFloatError>()
        || error.is::<std::str::ParseBoolError>()
        || error.is::<std::char::ParseCharError>()
    {
        ErrorCode::Parse
    } else if error.is::<std::num::TryFromIntError>() || error.is::<std::time::SystemTimeError>() {
        ErrorCode::OutOfRange
    } else if error.is::<TryReserveError>() {
        ErrorCode::OutOfMemory
    } else if let Some(error) = error.downcast_ref::<std::env::VarError>() {
        match error {
            std::env::VarError::NotPresent => ErrorCode::NotFound,
            std::env::VarError::NotUnicode(_) => ErrorCode::InvalidUtf8,
        }
    } else {
        return None;
    };
    Some(code)
}

/// The code of an I/O error: by number, else by what it wraps, else by kind.
fn code_of_io(error: &io::Error) -> ErrorCode {
    if let Some(number) = error.raw_os_error() {
        return code_of_os(number);
    }
    match (error.kind(), error.get_ref()) {
        (io::ErrorKind::Other, Some(inner)) => code_of_wrapped(inner).unwrap_or(ErrorCode::Io),
        (io::ErrorKind::InvalidData, Some(inner)) => {
            code_of_wrapped(inner).unwrap_or(ErrorCode::Parse)
        }
        // Kinds are fewer than error numbers; what is wrapped may still have its number.
        (kind, inner) => match code_of_kind(kind) {
            ErrorCode::Io => inner.and_then(|it| code_of_wrapped(it)).unwrap_or(ErrorCode::Io),
            code => code,
        },
    }
}

fn code_of_os(number: i32) -> ErrorCode {
    match number {
        libc::ENOENT => ErrorCode::NotFound,
        libc::EPERM | libc::EACCES => ErrorCode::PermissionDenied,
        libc::EEXIST => ErrorCode::AlreadyExists,
        libc::ENOTDIR => ErrorCode::NotADirectory,
        libc::EISDIR => ErrorCode::IsADirectory,
        libc::ENOTEMPTY => ErrorCode::DirectoryNotEmpty,
        libc::ETIMEDOUT => ErrorCode::TimedOut,
        libc::EINTR => ErrorCode::Interrupted,
        libc::EPIPE => ErrorCode::BrokenPipe,
        libc::ENOSPC | libc::EDQUOT => ErrorCode::StorageFull,
        libc::EMFILE | libc::ENFILE => ErrorCode::TooManyFiles,
        libc::EAGAIN => ErrorCode::WouldBlock,
        libc::EROFS => ErrorCode::ReadOnly,
        libc::ENOMEM => ErrorCode::OutOfMemory,
        libc::ELOOP => ErrorCode::TooManyLinks,
        libc::EXDEV => ErrorCode::CrossesDevices,
        libc::ENAMETOOLONG => ErrorCode::NameTooLong,
        libc::ESRCH | libc::ECHILD => ErrorCode::NoProcess,
        libc::EFBIG => ErrorCode::FileTooLarge,
        libc::EINVAL => ErrorCode::InvalidArgument,
        libc::ERANGE | libc::EOVERFLOW => ErrorCode::OutOfRange,
        libc::ENOSYS | libc::EOPNOTSUPP => ErrorCode::Unsupported,
        libc::ECONNREFUSED => ErrorCode::ConnectionRefused,
        libc::ECONNRESET | libc::ECONNABORTED | libc::ENETRESET => ErrorCode::ConnectionReset,
        libc::EADDRINUSE => ErrorCode::AddressInUse,
        libc::EADDRNOTAVAIL => ErrorCode::AddressNotAvailable,
        libc::ENETUNREACH | libc::EHOSTUNREACH | libc::ENETDOWN | libc::EHOSTDOWN => {
            ErrorCode::Unreachable
        }
        libc::ENOTCONN => ErrorCode::NotConnected,
        _ => ErrorCode::Io,
    }
}

fn code_of_kind(kind: io::ErrorKind) -> ErrorCode {
    use io::ErrorKind as Kind;
    match kind {
        Kind::NotFound => ErrorCode::NotFound,
        Kind::PermissionDenied => ErrorCode::PermissionDenied,
        Kind::AlreadyExists => ErrorCode::AlreadyExists,
        Kind::NotADirectory => ErrorCode::NotADirectory,
        Kind::IsADirectory => ErrorCode::IsADirectory,
        Kind::DirectoryNotEmpty => ErrorCode::DirectoryNotEmpty,
        Kind::TimedOut => ErrorCode::TimedOut,
        Kind::Interrupted => ErrorCode::Interrupted,
        Kind::BrokenPipe => ErrorCode::BrokenPipe,
        Kind::StorageFull | Kind::QuotaExceeded => ErrorCode::StorageFull,
        Kind::WouldBlock => ErrorCode::WouldBlock,
        Kind::ReadOnlyFilesystem => ErrorCode::ReadOnly,
        Kind::OutOfMemory => ErrorCode::OutOfMemory,
        Kind::CrossesDevices => ErrorCode::CrossesDevices,
        Kind::InvalidFilename => ErrorCode::NameTooLong,
        Kind::FileTooLarge => ErrorCode::FileTooLarge,
        Kind::InvalidInput => ErrorCode::InvalidArgument,
        // Without an inner error this is what reading a text from a file gives.
        Kind::InvalidData => ErrorCode::InvalidUtf8,
        Kind::Unsupported => ErrorCode::Unsupported,
        Kind::ConnectionRefused => ErrorCode::ConnectionRefused,
        Kind::ConnectionReset | Kind::ConnectionAborted => ErrorCode::ConnectionReset,
        Kind::AddrInUse => ErrorCode::AddressInUse,
        Kind::AddrNotAvailable => ErrorCode::AddressNotAvailable,
        Kind::NetworkUnreachable | Kind::HostUnreachable | Kind::NetworkDown => {
            ErrorCode::Unreachable
        }
        Kind::NotConnected => ErrorCode::NotConnected,
        _ => ErrorCode::Io,
    }
}

/// The texts of an error and its sources, joined; a source that its parent quotes already is left
/// out.
fn message_of_chain(error: &(dyn StdError + 'static)) -> String {
    let mut message = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let text = error.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        next = error.source();
    }
    message
}
