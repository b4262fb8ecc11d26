//! The functions that the library exports beside the base functions. Their signatures, their
//! meaning and their errors are those of `specs/io.toml`, `specs/process.toml` and
//! `specs/system.toml`; tests hold them to it.

use crate::block::{self, RtList, RtText};
use crate::call::call;
use crate::input::{self, Name};
use crate::process::RtProcessRunResult;
use crate::{directory, environment, file, handle, lock, map, process, system};

const PATH: Name = Name::of("path");

/// A function of one path.
///
/// # Safety
/// The pointer is null or valid for the length until the call returns.
unsafe fn of_path<T>(
    function: &'static str,
    failure: T,
    path: *const u8,
    path_len: u64,
    work: impl FnOnce(&str) -> crate::error::Result<T>,
) -> T {
    call(function, failure, || {
        // SAFETY: the caller's promise is the same.
        work(unsafe { input::text(PATH, path, path_len)? })
    })
}

macro_rules! of_path {
    ($($(#[$doc:meta])* $name:ident -> $ty:ty = $failure:expr, $work:expr;)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        /// The pointer is null or valid for the length until the call returns.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(path: *const u8, path_len: u64) -> $ty {
            // SAFETY: the caller's promise is the same.
            unsafe { of_path(stringify!($name), $failure, path, path_len, $work) }
        }
    )*};
}

of_path! {
    /// Tells whether a path names something that is there.
    rt_file_exists -> bool = false, file::exists;
    /// Gives the length of a file in bytes; -1 on failure.
    rt_file_size -> i64 = -1, file::size;
    /// Gives the time when a file's content changed last, in seconds since 1970; -1 on failure.
    rt_file_modified_time -> i64 = -1, file::modified;
    /// Reads a whole file as text.
    rt_file_read_text -> RtText = RtText::NULL, file::read_text;
    /// Reads a whole file as text through a memory map.
    rt_file_mmap_read_text -> RtText = RtText::NULL, |path| file::to_text(path, map::read(path)?);
    /// Reads a whole file through a memory map, as a list with one number per byte.
    rt_file_mmap_read_bytes -> RtList<i64> = RtList::NULL, |path| {
        let data = map::read(path)?;
        let mut numbers = crate::memory::Vector::new();
        numbers.extend_with(data.as_slice(), i64::from)?;
        block::give_numbers(numbers)
    };
    /// Deletes a file.
    rt_file_delete -> bool = false, file::delete;
    /// Deletes a file, as `rt_file_delete` does.
    rt_file_remove -> bool = false, file::delete;
    /// Gives the names of a directory's entries, sorted by their bytes.
    rt_dir_list -> RtList<RtText> = RtList::NULL, directory::list;
}

macro_rules! of_two_texts {
    ($($(#[$doc:meta])* $name:ident($a:ident, $a_len:ident, $b:ident, $b_len:ident) = $work:path;)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        /// The pointers are null or valid for their lengths until the call returns.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            $a: *const u8,
            $a_len: u64,
            $b: *const u8,
            $b_len: u64,
        ) -> bool {
            call(stringify!($name), false, || {
                // SAFETY: the caller's promise is the same.
                let (a, b) = unsafe {
                    (
                        input::text(Name::of(stringify!($a)), $a, $a_len)?,
                        input::text(Name::of(stringify!($b)), $b, $b_len)?,
                    )
                };
                $work(a, b)
            })
        }
    )*};
}

of_two_texts! {
    /// Writes text to a file, in place of what was in it.
    rt_file_write_text(path, path_len, content, content_len) = file::write_text;
    /// Adds text to the end of a file.
    rt_file_append_text(path, path_len, content, content_len) = file::append_text;
    /// Copies the content and the permissions of a file.
    rt_file_copy(src, src_len, dst, dst_len) = file::copy;
    /// Sets an environment variable, for this process and those that it starts from now on.
    rt_env_set(key, key_len, value, value_len) = environment::set;
}

/// Makes a directory, and with `recursive` what is missing above it.
///
/// # Safety
/// The pointer is null or valid for the length until the call returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_dir_create(path: *const u8, path_len: u64, recursive: u8) -> bool {
    let work = |path: &str| directory::create(path, recursive != 0);
    // SAFETY: the caller's promise is the same.
    unsafe { of_path("rt_dir_create", false, path, path_len, work) }
}

/// Takes an exclusive lock on a file.
///
/// # Safety
/// The pointer is null or valid for the length until the call returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_file_lock(path: *const u8, path_len: u64, timeout_secs: i64) -> i64 {
    let work = |path: &str| handle::insert(lock::take(path, timeout_secs)?);
    // SAFETY: the caller's promise is the same.
    unsafe { of_path("rt_file_lock", 0, path, path_len, work) }
}

/// Ends a lock and frees its handle.
#[unsafe(no_mangle)]
pub extern "C" fn rt_file_unlock(lock: i64) -> bool {
    call("rt_file_unlock", false, || lock::end(&handle::take("lock", lock)?))
}

/// Ends a lock. Zero is fine.
#[unsafe(no_mangle)]
pub extern "C" fn rt_file_lock_free(handle: i64) -> bool {
    call("rt_file_lock_free", false, || {
        if handle != 0 {
            drop(handle::take("handle", handle)?);
        }
        Ok(true)
    })
}

/// Gives the current directory of the process, as a path from the root.
#[unsafe(no_mangle)]
pub extern "C" fn rt_env_cwd() -> RtText {
    call("rt_env_cwd", RtText::NULL, environment::cwd)
}

/// Gives the home directory of the user.
#[unsafe(no_mangle)]
pub extern "C" fn rt_env_home() -> RtText {
    call("rt_env_home", RtText::NULL, environment::home)
}

/// Gives the value of an environment variable; null and no error when it is not set.
///
/// # Safety
/// The pointer is null or valid for the length until the call returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_env_get(key: *const u8, key_len: u64) -> RtText {
    call("rt_env_get", RtText::NULL, || {
        // SAFETY: the caller's promise is the same.
        environment::get(unsafe { input::text(Name::of("key"), key, key_len)? })
    })
}

/// Gives the id of this process.
#[unsafe(no_mangle)]
pub extern "C" fn rt_getpid() -> i64 {
    call("rt_getpid", 0, || Ok(system::process_id()))
}

/// Runs a program to its end and gives what it wrote and its exit code.
///
/// # Safety
/// Pointers are null or valid for their lengths until the call returns, and `out` points to a
/// result that only this call uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_process_run(
    cmd: *const u8,
    cmd_len: u64,
    args: *const RtText,
    args_len: u64,
    out: *mut RtProcessRunResult,
) -> bool {
    call("rt_process_run", false, || {
        // SAFETY: the caller's promise is the same.
        let (out, cmd, args) = unsafe {
            (
                input::out(out)?,
                input::text(Name::of("cmd"), cmd, cmd_len)?,
                input::texts("args", args, args_len)?,
            )
        };
        out.write(process::run(cmd, args.as_slice())?);
        Ok(true)
    })
}

/// Frees what a result owns, and zeroes it. Null is fine.
///
/// # Safety
/// `value` is null or points to a result that only this call uses, and nobody uses its texts any
/// more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rt_process_run_result_free(value: *mut RtProcessRunResult) -> bool {
    call("rt_process_run_result_free", false, || {
        // SAFETY: the caller's promise is the same.
        let Some(result) = (unsafe { input::take(Name::of("value"), value)? }) else {
            return Ok(true);
        };
        // SAFETY: the caller's promise is the same. Both are freed, whatever is wrong with one.
        let (out, err) = unsafe {
            (
                block::release(result.out.ptr, block::TEXT),
                block::release(result.err.ptr, block::TEXT),
            )
        };
        Ok(out? && err?)
    })
}

/// Gives the number of logical processors that are online.
#[unsafe(no_mangle)]
pub extern "C" fn rt_system_cpu_count() -> i64 {
    call("rt_system_cpu_count", 0, system::cpu_count)
}

/// Gives the name of this machine in its network.
#[unsafe(no_mangle)]
pub extern "C" fn rt_hostname() -> RtText {
    call("rt_hostname", RtText::NULL, system::hostname)
}
