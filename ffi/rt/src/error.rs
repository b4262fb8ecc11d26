//! Error codes, the error type of bodies, and the extensions that let a body say what it was doing.
//!
//! [`Error`] does not implement `std::error::Error`, as `anyhow::Error` does not: only so can `?`
//! convert every other error into it.

mod classify;

use crate::memory::Text;
use std::borrow::Cow;
use std::fmt::{self, Display};
use std::path::Path;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $value:literal $name:literal,)*) => {
        /// Why a call failed; the numbers never change, see `specs/base.toml`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum ErrorCode {
            $($(#[$doc])* $variant = $value,)*
        }

        impl ErrorCode {
            /// Every code, by number.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The name in specs and headers: `NOT_FOUND`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(ErrorCode::$variant => $name,)*
                }
            }

            /// The code with this number, if there is one.
            pub const fn from_value(value: i32) -> Option<ErrorCode> {
                match value {
                    $($value => Some(ErrorCode::$variant),)*
                    _ => None,
                }
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

/// The result of a body.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// A failure on its way to the thread's last error: a code and a sentence.
pub struct Error {
    code: ErrorCode,
    message: Cow<'static, str>,
}

impl Error {
    /// Makes an error. The message names the subject and what is wrong with it; the function's name
    /// is put in front later.
    #[cold]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Error {
        debug_assert!(code != ErrorCode::Ok, "an error needs a code other than OK");
        Error { code, message: Cow::Owned(message.into()) }
    }

    /// The error about memory, which takes none.
    #[cold]
    pub(crate) fn out_of_memory() -> Error {
        let message = Cow::Borrowed("there is not enough memory for the result");
        Error { code: ErrorCode::OutOfMemory, message }
    }

    /// The code that the caller will see.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The message without the function's name.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Puts something in front of the message, if there is memory for that.
    fn prefixed(mut self, what: &dyn Display) -> Error {
        let mut message = Text::default();
        if write!(message, "{what}: {}", self.message).is_ok() {
            self.message = Cow::Owned(message.into_string());
        }
        self
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code.name())
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Fails with a code and a message; for the tail of a body or after `return`.
#[cold]
pub fn fail<T>(code: ErrorCode, message: impl Into<String>) -> Result<T> {
    Err(Error::new(code, message))
}

/// The most of a path that a message quotes, in bytes; no file has a longer one.
const QUOTED_MAX: usize = 4096;

/// A path in a message.
struct Quoted<'a>(&'a Path);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_os_str().as_encoded_bytes().get(..QUOTED_MAX) {
            // A character that is cut in two is left out.
            Some(start) => {
                write!(f, "`{}..`", String::from_utf8_lossy(start).trim_end_matches('\u{fffd}'))
            }
            None => write!(f, "`{}`", self.0.display()),
        }
    }
}

/// What a body adds to a failure of something it called.
pub trait ResultExt<T> {
    /// Puts the path that was worked on in front of the message: `` `a/b`: No such file or
    /// directory``.
    fn at(self, subject: impl AsRef<Path>) -> Result<T>;

    /// Puts a subject or activity in front of the message.
    fn context(self, what: impl Display) -> Result<T>;

    /// Replaces the code and keeps the message.
    fn code(self, code: ErrorCode) -> Result<T>;
}

impl<T, E: Into<Error>> ResultExt<T> for Result<T, E> {
    fn at(self, subject: impl AsRef<Path>) -> Result<T> {
        self.map_err(|error| error.into().prefixed(&Quoted(subject.as_ref())))
    }

    fn context(self, what: impl Display) -> Result<T> {
        self.map_err(|error| error.into().prefixed(&what))
    }

    fn code(self, code: ErrorCode) -> Result<T> {
        self.map_err(|error| Error { code, ..error.into() })
    }
}

#[cfg(test)]
mod tests;
