//! Objects as shared libraries, and calls that may end in a signal.

use crate::unit::CallEnd;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Links an object file, with the C library and its mathematical part, to a shared library beside it.
///
/// The linker is `cc`, or what `REPLAY_CC` names.
///
/// # Errors
/// What the linker says.
pub fn shared_library(object: &Path) -> Result<PathBuf, String> {
    let library = object.with_extension("so");
    let linker = std::env::var_os("REPLAY_CC").unwrap_or_else(|| "cc".into());
    let mut command = Command::new(&linker);
    // Names of the file come before those of the process, which may have the same.
    command.arg("-shared").arg("-Wl,-Bsymbolic").arg("-o").arg(&library).arg(object).arg("-lm");
    match command.output() {
        Err(error) => Err(format!("{}: {error}", linker.display())),
        Ok(output) if output.status.success() => Ok(library),
        Ok(output) => Err(format!(
            "{} does not link the object: {}",
            linker.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}

/// Makes a call that is to trap, in a process of its own, and says how that ended.
///
/// Which code of the trap it was cannot be told from the signal.
pub fn trap_of(call: impl FnOnce()) -> CallEnd {
    // SAFETY: the child calls `call` and ends; it has one thread, as this process has, so that no lock is held by
    // a thread that the child lacks.
    let child = unsafe { libc::fork() };
    if child == 0 {
        call();
        // SAFETY: ends the child without running what is to run at the end of the parent.
        unsafe { libc::_exit(0) };
    }
    if child < 0 {
        return CallEnd::Failed(std::io::Error::last_os_error().to_string());
    }
    let mut status = 0;
    // SAFETY: `child` is a child of this process that nobody else waits for; `status` outlives the call.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    if waited < 0 {
        return CallEnd::Failed(std::io::Error::last_os_error().to_string());
    }
    if !libc::WIFSIGNALED(status) {
        return CallEnd::Failed("returned instead of a trap".to_owned());
    }
    match libc::WTERMSIG(status) {
        libc::SIGILL | libc::SIGFPE | libc::SIGTRAP => CallEnd::Trap(None, "a trap".to_owned()),
        other => CallEnd::Failed(format!("ended by signal {other} instead of a trap")),
    }
}
