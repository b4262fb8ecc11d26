//! Error codes, and the error that ends a function.
//!
//! Codes and texts are those of the full runtime, so that a program cannot tell the two apart.

use crate::memory::Message;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $value:literal $name:literal,)*) => {
        /// Why a call failed; the numbers never change, see `specs/base.toml`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(i32)]
        #[expect(dead_code, reason = "the table is that of the spec; some codes only have a name")]
        pub(crate) enum Code {
            $($(#[$doc])* $variant = $value,)*
        }

        /// The name of a code's number, if there is one.
        pub(crate) fn name_of(value: i32) -> Option<&'static str> {
            match value {
                $($value => Some($name),)*
                _ => None,
            }
        }
    };
}

codes! {
    /// The call succeeded.
    Ok = 0 "OK",
    /// The function panicked; the library stays usable.
    Panic = 1 "PANIC",
    /// A pointer that must not be null is null.
    NullPointer = 2 "NULL_POINTER",
    /// A length does not fit into the address space.
    LengthTooLarge = 3 "LENGTH_TOO_LARGE",
    /// A text is not UTF-8.
    InvalidUtf8 = 4 "INVALID_UTF8",
    /// A pointer is not aligned for its type.
    Misaligned = 5 "MISALIGNED",
    /// A handle is zero or was never given out.
    InvalidHandle = 6 "INVALID_HANDLE",
    /// A handle was freed or taken before.
    StaleHandle = 7 "STALE_HANDLE",
    /// A handle is of another kind.
    WrongKind = 8 "WRONG_KIND",
    /// A handle is in use in a way that excludes this use.
    HandleBusy = 9 "HANDLE_BUSY",
    /// A pointer to free is no live result, or one of another type.
    InvalidFree = 10 "INVALID_FREE",
    /// A number names no value of the enumeration.
    InvalidEnum = 11 "INVALID_ENUM",
    /// A table of the library is full, or a bound that the function states is exceeded.
    LimitReached = 12 "LIMIT_REACHED",
    /// An argument makes no sense for the function.
    InvalidArgument = 20 "INVALID_ARGUMENT",
    /// A number lies outside the range that the function accepts or can give.
    OutOfRange = 21 "OUT_OF_RANGE",
    /// A text does not have the form that the function reads.
    Parse = 22 "PARSE",
    /// The platform or the file system lacks the operation.
    Unsupported = 23 "UNSUPPORTED",
    /// A file, directory, program or name does not exist.
    NotFound = 30 "NOT_FOUND",
    /// The operating system denies the access.
    PermissionDenied = 31 "PERMISSION_DENIED",
    /// What was to be created exists.
    AlreadyExists = 32 "ALREADY_EXISTS",
    /// A part of the path is not a directory.
    NotADirectory = 33 "NOT_A_DIRECTORY",
    /// A directory stands where a file is needed.
    IsADirectory = 34 "IS_A_DIRECTORY",
    /// A directory to remove or replace has entries.
    DirectoryNotEmpty = 35 "DIRECTORY_NOT_EMPTY",
    /// The time allowed has passed.
    TimedOut = 36 "TIMED_OUT",
    /// A signal interrupted the operation.
    Interrupted = 37 "INTERRUPTED",
    /// The reader of a pipe has gone.
    BrokenPipe = 38 "BROKEN_PIPE",
    /// The file system or the quota is full.
    StorageFull = 39 "STORAGE_FULL",
    /// The process or the system has too many open files.
    TooManyFiles = 40 "TOO_MANY_FILES",
    /// The operation would have to wait and was told not to.
    WouldBlock = 41 "WOULD_BLOCK",
    /// The file system is read-only.
    ReadOnly = 42 "READ_ONLY",
    /// There is not enough memory.
    OutOfMemory = 43 "OUT_OF_MEMORY",
    /// Symbolic links form a loop or too long a chain.
    TooManyLinks = 44 "TOO_MANY_LINKS",
    /// The operation would cross from one file system to another.
    CrossesDevices = 45 "CROSSES_DEVICES",
    /// A file name or path is too long.
    NameTooLong = 46 "NAME_TOO_LONG",
    /// The process does not exist or is not a child of this one.
    NoProcess = 47 "NO_PROCESS",
    /// A file would grow over the allowed size.
    FileTooLarge = 48 "FILE_TOO_LARGE",
    /// Any other error of the operating system.
    Io = 49 "IO",
    /// Nobody listens at the other end of a connection.
    ConnectionRefused = 50 "CONNECTION_REFUSED",
    /// The other end broke the connection off.
    ConnectionReset = 51 "CONNECTION_RESET",
    /// Somebody listens at the address already.
    AddressInUse = 52 "ADDRESS_IN_USE",
    /// The address is none of this machine, or no port is left.
    AddressNotAvailable = 53 "ADDRESS_NOT_AVAILABLE",
    /// No way leads to the network or the host.
    Unreachable = 54 "UNREACHABLE",
    /// The socket is not connected.
    NotConnected = 55 "NOT_CONNECTED",
    /// Generated code trapped.
    Trap = 60 "TRAP",
}

/// The most of a path that a message quotes, in bytes; no file has a longer one.
const QUOTED_MAX: usize = 4096;

/// The result of a function's work.
pub(crate) type Result<T> = core::result::Result<T, Error>;

/// A failure on its way to the thread's last error.
#[derive(Debug)]
pub(crate) struct Error {
    /// What the caller will see.
    pub(crate) code: Code,
    /// What was wrong, without the function's name.
    pub(crate) message: Message,
}

impl Error {
    /// A failure with a fixed message.
    pub(crate) fn new(code: Code, message: &str) -> Error {
        Message::new(message).error(code)
    }

    /// No memory is left for what the function is to give.
    pub(crate) fn out_of_memory() -> Error {
        Error::new(Code::OutOfMemory, "there is not enough memory for the result")
    }

    /// What the operating system has just said.
    pub(crate) fn last_os() -> Error {
        Error::os(errno())
    }

    /// What an error number of the operating system means.
    pub(crate) fn os(number: i32) -> Error {
        let mut buffer = [0_u8; 128];
        let start = buffer.as_mut_ptr().cast();
        // SAFETY: the buffer is there for its length; the last byte stays NUL for `from_bytes_until`.
        unsafe { libc::strerror_r(number, start, buffer.len() - 1) };
        let text = core::ffi::CStr::from_bytes_until_nul(&buffer).unwrap_or_default();
        let message = Message::new("").lossy(text.to_bytes());
        message.text(" (os error ").number(number.into()).text(")").error(code_of(number))
    }

    /// Puts the path that was worked on in front; one that no file has is cut.
    pub(crate) fn at(self, path: &str) -> Error {
        let prefix = match path.len() {
            0..QUOTED_MAX => Message::new("`").text(path).text("`: "),
            _ => {
                let start = path.get(..path.floor_char_boundary(QUOTED_MAX)).unwrap_or_default();
                Message::new("`").text(start).text("..`: ")
            }
        };
        let message = prefix.lossy(self.message.0.as_slice());
        Error { message, ..self }
    }

    /// Bytes that are no text.
    pub(crate) fn utf8(error: core::str::Utf8Error) -> Error {
        let message = match error.error_len() {
            Some(len) => {
                Message::new("invalid utf-8 sequence of ").number(len as i64).text(" bytes")
            }
            None => Message::new("incomplete utf-8 byte sequence"),
        };
        let message = message.text(" from index ").number(error.valid_up_to() as i64);
        message.error(Code::InvalidUtf8)
    }
}

/// The number of the last error of the operating system on this thread.
pub(crate) fn errno() -> i32 {
    // SAFETY: the C library gives a valid address for each thread.
    unsafe { *libc::__errno_location() }
}

/// Makes a failure of a call that reports by `errno` alone visible.
pub(crate) fn clear_errno() {
    // SAFETY: as in `errno`.
    unsafe { *libc::__errno_location() = 0 };
}

fn code_of(number: i32) -> Code {
    match number {
        libc::ENOENT => Code::NotFound,
        libc::EPERM | libc::EACCES => Code::PermissionDenied,
        libc::EEXIST => Code::AlreadyExists,
        libc::ENOTDIR => Code::NotADirectory,
        libc::EISDIR => Code::IsADirectory,
        libc::ENOTEMPTY => Code::DirectoryNotEmpty,
        libc::ETIMEDOUT => Code::TimedOut,
        libc::EINTR => Code::Interrupted,
        libc::EPIPE => Code::BrokenPipe,
        libc::ENOSPC | libc::EDQUOT => Code::StorageFull,
        libc::EMFILE | libc::ENFILE => Code::TooManyFiles,
        libc::EAGAIN => Code::WouldBlock,
        libc::EROFS => Code::ReadOnly,
        libc::ENOMEM => Code::OutOfMemory,
        libc::ELOOP => Code::TooManyLinks,
        libc::EXDEV => Code::CrossesDevices,
        libc::ENAMETOOLONG => Code::NameTooLong,
        libc::ESRCH | libc::ECHILD => Code::NoProcess,
        libc::EFBIG => Code::FileTooLarge,
        libc::EINVAL => Code::InvalidArgument,
        libc::ERANGE | libc::EOVERFLOW => Code::OutOfRange,
        libc::ENOSYS | libc::EOPNOTSUPP => Code::Unsupported,
        libc::ECONNREFUSED => Code::ConnectionRefused,
        libc::ECONNRESET | libc::ECONNABORTED | libc::ENETRESET => Code::ConnectionReset,
        libc::EADDRINUSE => Code::AddressInUse,
        libc::EADDRNOTAVAIL => Code::AddressNotAvailable,
        libc::ENETUNREACH | libc::EHOSTUNREACH | libc::ENETDOWN | libc::EHOSTDOWN => {
            Code::Unreachable
        }
        libc::ENOTCONN => Code::NotConnected,
        _ => Code::Io,
    }
}
