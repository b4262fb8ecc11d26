//! Running a program to its end and capturing what it writes.

use crate::block::{RtText, give_text};
use crate::environment;
use crate::error::{Code, Error, Result, errno};
use crate::input::Name;
use crate::lock::now;
use crate::memory::{Message, Vector};
use crate::path::{Path, terminated};
use crate::stream::{Stream, pipe};
use core::ffi::c_char;
use core::mem::MaybeUninit;
use core::ptr;

/// How long the ends of the streams are waited for after the child has ended, in nanoseconds.
const DRAIN: i64 = 250_000_000;
/// How long a killed child may take to end, in nanoseconds.
const DEATH: i64 = 2_000_000_000;
/// How often a child is looked at on a kernel that has no descriptors for processes, in milliseconds.
const LOOK: i32 = 5;
/// The most that both streams of a child may hold together, in bytes.
const OUTPUT_MAX: usize = 1 << 30;

/// `rt_process_run_result`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RtProcessRunResult {
    /// What the program wrote to its standard output.
    pub out: RtText,
    /// What the program wrote to its standard error.
    pub err: RtText,
    /// Its exit code, or 128 and the signal that ended it.
    pub code: i64,
}

/// Refuses what no program can be given.
fn refuse_nul(name: Name, value: &str) -> Result<()> {
    match value.as_bytes().iter().position(|byte| *byte == 0) {
        Some(at) => {
            let message = name.append_to(Message::new("")).text(" holds a NUL byte (byte ");
            Err(message.number(at as i64).text(")").error(Code::InvalidArgument))
        }
        None => Ok(()),
    }
}

/// Runs a program and gives both streams and the exit code.
pub(crate) fn run(cmd: &str, args: &[&str]) -> Result<RtProcessRunResult> {
    if cmd.is_empty() {
        let what = "`cmd` is empty; it must name a program";
        return Err(Error::new(Code::InvalidArgument, what));
    }
    refuse_nul(Name::of("cmd"), cmd)?;
    for (index, arg) in args.iter().enumerate() {
        refuse_nul(Name::item("args", index), arg)?;
    }
    let (mut streams, child) = start(cmd, args).map_err(|error| error.at(cmd))?;
    let status = match watch(&child, &mut streams) {
        Ok(status) => status,
        Err(error) => {
            child.stop();
            return Err(error.at(cmd));
        }
    };
    let [out, err] = streams.map(|stream| stream.data);
    check_text(cmd, "standard output", &out)?;
    check_text(cmd, "standard error", &err)?;
    let out = give_text(out)?;
    let err = give_text(err).inspect_err(|_| {
        // SAFETY: the caller never sees this result.
        let _ = unsafe { crate::block::release(out.ptr, crate::block::TEXT) };
    })?;
    Ok(RtProcessRunResult { out, err, code: exit_code(status) })
}

/// What a program wrote must be text.
fn check_text(cmd: &str, stream: &str, data: &Vector<u8>) -> Result<()> {
    let Err(error) = core::str::from_utf8(data.as_slice()) else { return Ok(()) };
    let message = Message::new("`").text(cmd).text("`: ").text(stream).text(" is not UTF-8 (byte ");
    let message = message.number(error.valid_up_to() as i64);
    let message = message.text("); rt_process_run_bytes gives it as it is");
    Err(message.error(Code::InvalidUtf8))
}

/// The program's own exit code, or 128 + n for a child that signal n ended.
fn exit_code(status: i32) -> i64 {
    if libc::WIFEXITED(status) {
        libc::WEXITSTATUS(status).into()
    } else {
        128 + i64::from(libc::WTERMSIG(status))
    }
}

/// What is to happen between the two programs, as the C library takes it; freed when dropped.
struct Plan {
    actions: libc::posix_spawn_file_actions_t,
    attributes: libc::posix_spawnattr_t,
}

impl Plan {
    /// An empty standard input, the pipes as output, and signals as a new program expects them.
    fn new(out: i32, err: i32) -> Result<Plan> {
        let (mut actions, mut attributes) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        // SAFETY: both are initialised by the C library before they are used; what is passed is
        // there for the calls, and the path ends with a NUL.
        let (plan, number) = unsafe {
            let number = libc::posix_spawn_file_actions_init(actions.as_mut_ptr());
            if number != 0 {
                return Err(Error::os(number));
            }
            let number = libc::posix_spawnattr_init(attributes.as_mut_ptr());
            if number != 0 {
                libc::posix_spawn_file_actions_destroy(actions.as_mut_ptr());
                return Err(Error::os(number));
            }
            let mut plan =
                Plan { actions: actions.assume_init(), attributes: attributes.assume_init() };
            let actions = &raw mut plan.actions;
            let null = c"/dev/null".as_ptr();
            let mut signals = MaybeUninit::<libc::sigset_t>::uninit();
            let attributes = &raw mut plan.attributes;
            let flags = (libc::POSIX_SPAWN_SETSIGDEF | libc::POSIX_SPAWN_SETSIGMASK) as i16;
            let steps = [
                libc::posix_spawn_file_actions_addopen(actions, 0, null, libc::O_RDONLY, 0),
                libc::posix_spawn_file_actions_adddup2(actions, out, 1),
                libc::posix_spawn_file_actions_adddup2(actions, err, 2),
                libc::sigemptyset(signals.as_mut_ptr()),
                libc::posix_spawnattr_setsigmask(attributes, signals.as_ptr()),
                libc::sigaddset(signals.as_mut_ptr(), libc::SIGPIPE),
                libc::posix_spawnattr_setsigdefault(attributes, signals.as_ptr()),
                libc::posix_spawnattr_setflags(attributes, flags),
            ];
            (plan, steps.into_iter().find(|number| *number != 0))
        };
        match number {
            Some(number) => Err(Error::os(number)),
            None => Ok(plan),
        }
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        // SAFETY: both were initialised and are destroyed once.
        unsafe {
            libc::posix_spawn_file_actions_destroy(&raw mut self.actions);
            libc::posix_spawnattr_destroy(&raw mut self.attributes);
        }
    }
}

/// Starts a program.
fn start(cmd: &str, args: &[&str]) -> Result<([Stream; 2], Child)> {
    let cmd = Path::new(cmd)?;
    // All arguments in one piece of memory that no longer grows when pointers into it are taken.
    let mut texts: Vector<u8> = Vector::new();
    let mut starts = Vector::new();
    for arg in args {
        starts.push(texts.len())?;
        texts.extend(terminated(arg)?.as_slice())?;
    }
    let mut argv: Vector<*const c_char> = Vector::new();
    argv.push(cmd.as_ptr())?;
    for start in starts.as_slice() {
        argv.push(texts.as_slice().as_ptr().wrapping_add(*start).cast())?;
    }
    argv.push(ptr::null())?;
    let ((out, out_end), (err, err_end)) = (pipe()?, pipe()?);
    let plan = Plan::new(out_end.raw(), err_end.raw())?;
    let mut pid = 0;
    let _hold = environment::hold();
    // SAFETY: program and arguments end with a NUL, the list of arguments with null; the plan is
    // initialised; the environment is the process's own, which nobody in here changes meanwhile.
    let number = unsafe {
        let argv = argv.as_slice().as_ptr().cast_mut().cast();
        let program = cmd.as_ptr();
        let environment = libc::environ.cast_const();
        let pid = &raw mut pid;
        libc::posix_spawnp(pid, program, &plan.actions, &plan.attributes, argv, environment)
    };
    if number != 0 {
        return Err(Error::os(number));
    }
    Ok(([out, err], Child::new(pid)))
}

/// A child that is to be collected.
struct Child {
    pid: libc::pid_t,
    /// A descriptor that is readable once the child has ended; negative where the kernel has none.
    watch: i32,
}

impl Child {
    fn new(pid: libc::pid_t) -> Child {
        // SAFETY: the call takes numbers only. The descriptor is not inherited by programs.
        let watch = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        Child { pid, watch: watch as i32 }
    }

    /// Whether the child has ended; it stays uncollected.
    fn has_ended(&self) -> Result<bool> {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        loop {
            // SAFETY: `info` has room for the answer, and zeros are a value.
            let (result, ended) = unsafe {
                let pid = self.pid as libc::id_t;
                let result = libc::waitid(libc::P_PID, pid, info.as_mut_ptr(), options);
                (result, (*info.as_ptr()).si_pid() != 0)
            };
            match (result, errno()) {
                (0, _) => return Ok(ended),
                (_, libc::EINTR) => {}
                (_, libc::ECHILD) => return Err(self.lost()),
                (_, number) => return Err(Error::os(number)),
            }
        }
    }

    fn lost(&self) -> Error {
        let message = Message::new("process ").number(self.pid.into());
        let message = message.text(" was collected elsewhere in this program");
        message.text("; its exit code is lost").error(Code::NoProcess)
    }

    /// Collects a child that has ended.
    fn collect(&self) -> Result<i32> {
        let mut status = 0;
        loop {
            // SAFETY: `status` has room for the answer.
            if unsafe { libc::waitpid(self.pid, &raw mut status, 0) } == self.pid {
                return Ok(status);
            }
            if errno() != libc::EINTR {
                return Err(self.lost());
            }
        }
    }

    /// Kills and collects a child. One that hangs in the kernel is left alone after a while: what is
    /// to be said about the call is known already.
    fn stop(&self) {
        // A child that is not there any more may not be killed: its number may be another's.
        if self.has_ended().is_err() {
            return;
        }
        // SAFETY: the call takes numbers only, and the uncollected child holds its number.
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
        let until = now().saturating_add(DEATH);
        while let Ok(ended) = self.has_ended() {
            if ended {
                let _ = self.collect();
                return;
            }
            let rest = until - now();
            if rest <= 0 || self.sleep(&[], false, rest).is_err() {
                return;
            }
        }
    }

    /// Sleeps until a stream has something, the child has ended (unless that is known), or the time
    /// in nanoseconds is over.
    fn sleep(&self, streams: &[Stream], ended: bool, time: i64) -> Result<()> {
        let mut ready = [libc::pollfd { fd: -1, events: libc::POLLIN, revents: 0 }; 3];
        for (place, stream) in ready.iter_mut().zip(streams) {
            place.fd = stream.pipe.as_ref().map_or(-1, |pipe| pipe.raw());
        }
        let mut nap = i32::try_from(time / 1_000_000 + 1).unwrap_or(i32::MAX);
        if !ended {
            if let Some(last) = ready.last_mut() {
                last.fd = self.watch;
            }
            if self.watch < 0 {
                nap = nap.min(LOOK);
            }
        }
        // SAFETY: the array is there for its length; negative descriptors are passed over.
        let result = unsafe { libc::poll(ready.as_mut_ptr(), 3, nap) };
        if result < 0 && errno() != libc::EINTR { Err(Error::last_os()) } else { Ok(()) }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.watch >= 0 {
            // SAFETY: the descriptor is this value's own.
            unsafe { libc::close(self.watch) };
        }
    }
}

/// Reads both streams while the child runs and for a bounded time after it; gives how it ended.
fn watch(child: &Child, streams: &mut [Stream; 2]) -> Result<i32> {
    let (mut ended, mut until) = (false, i64::MAX);
    loop {
        // Asked before reading: what a child wrote before it ended is then read in any case.
        if !ended && child.has_ended()? {
            ended = true;
            until = now().saturating_add(DRAIN);
        }
        for stream in streams.iter_mut() {
            stream.read_ready()?;
        }
        let total: usize = streams.iter().map(|stream| stream.data.len()).sum();
        if total > OUTPUT_MAX {
            let message = Message::new("more than ").number(OUTPUT_MAX as i64);
            let message = message.text(" bytes of output; the child was killed");
            return Err(message.error(Code::LimitReached));
        }
        let rest = until.saturating_sub(now());
        if ended && (rest <= 0 || streams.iter().all(|stream| stream.pipe.is_none())) {
            return child.collect();
        }
        child.sleep(streams, ended, rest)?;
    }
}
