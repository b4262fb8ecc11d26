//! The arguments that the process was started with.

use crate::error::Result;
use crate::memory;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;

/// The arguments, the program as it was called first. The kernel gives a program at most 6 MiB of
/// arguments and environment.
///
/// # Errors
/// `OUT_OF_MEMORY`.
pub fn args() -> Result<Vec<OsString>> {
    let (bytes, count) = size();
    // The standard library copies them all without asking; here comes a list of them.
    memory::need(bytes + 2 * count * size_of::<OsString>())?;
    memory::collect(std::env::args_os().map(Ok))
}

/// How many bytes the arguments have, and how many there are; nothing where the system does not
/// tell.
fn size() -> (usize, usize) {
    let mut buffer = [0; 4096];
    let (mut bytes, mut count) = (0, 0);
    let Ok(mut file) = File::open("/proc/self/cmdline") else { return (0, 0) };
    while let Ok(length @ 1..) = file.read(&mut buffer) {
        bytes += length;
        count += buffer[..length].iter().filter(|byte| **byte == 0).count();
    }
    (bytes, count)
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_what_the_arguments_take() {
        let all = args().unwrap();
        assert_eq!(all, std::env::args_os().collect::<Vec<_>>());
        let bytes = all.iter().map(|one| one.len() + 1).sum::<usize>();
        assert_eq!(size(), (bytes, all.len()));
    }
}
