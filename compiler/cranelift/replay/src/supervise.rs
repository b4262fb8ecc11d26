//! A child process per file: what crashes or hangs there is a failure of one check, and the next child goes on behind.

use crate::args::Args;
use crate::outcome::{Event, Outcome};
use crate::report::FileReport;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// After so many crashes in one file the rest of it is given up.
const CRASHES_MAX: u32 = 50;
/// How much of what a dying child wrote to standard error is kept, in bytes.
const STDERR_MAX: u64 = 64 << 10;

/// Replays all files, a few at a time; `show` gets each report, in the order of the paths.
pub fn replay_all(
    paths: Vec<PathBuf>,
    args: &Args,
    show: impl Fn(&FileReport) + Sync,
) -> Vec<FileReport> {
    let count = paths.len();
    let queue: Mutex<VecDeque<_>> = Mutex::new(paths.into_iter().enumerate().collect());
    let done: Mutex<(usize, Vec<Option<FileReport>>)> =
        Mutex::new((0, (0..count).map(|_| None).collect()));
    let workers = thread::available_parallelism().map_or(1, usize::from).min(count.max(1));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = lock(&queue).pop_front();
                    let Some((index, path)) = next else { return };
                    let report = replay(path, args);
                    let (shown, reports) = &mut *lock(&done);
                    reports[index] = Some(report);
                    while let Some(Some(report)) = reports.get(*shown) {
                        show(report);
                        *shown += 1;
                    }
                }
            });
        }
    });
    let (_, reports) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    reports.into_iter().flatten().collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Replays one file with as many children as it takes.
fn replay(path: PathBuf, args: &Args) -> FileReport {
    let mut report = FileReport::new(path);
    let mut from = 0;
    for _ in 0..CRASHES_MAX {
        match run_child(&mut report, args, from) {
            Ending::Done => return report,
            Ending::Lost(next) if next > from => from = next,
            Ending::Lost(_) => return report,
        }
    }
    report.add("the rest of the file".to_owned(), Outcome::Skipped("too many crashes".to_owned()));
    report
}

enum Ending {
    /// The child told the end of the file.
    Done,
    /// It did not; a new one may go on with this check.
    Lost(u64),
}

fn run_child(report: &mut FileReport, args: &Args, from: u64) -> Ending {
    let mut child = match start(&report.path, args, from) {
        Ok(child) => child,
        Err(message) => {
            report.add("start of a child process".to_owned(), Outcome::Failed(message));
            return Ending::Done;
        }
    };
    let stderr = child.stderr.take();
    let said = thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(stderr) = stderr {
            let _ = stderr.take(STDERR_MAX).read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text).into_owned()
    });
    let events = child.stdout.take().map(listen);
    let mut current = None;
    let timed_out = loop {
        let event = match &events {
            Some(events) => events.recv_timeout(Duration::from_secs(args.timeout_secs)),
            None => Err(RecvTimeoutError::Disconnected),
        };
        match event {
            Ok(Event::Start(_, label, next)) => current = Some((label, next)),
            Ok(Event::Done(label, outcome)) => {
                current = None;
                report.add(label, outcome);
            }
            Ok(Event::File(outcome)) => report.add("the file".to_owned(), outcome),
            Ok(Event::End) => {
                let _ = child.wait();
                return Ending::Done;
            }
            Err(error) => {
                let _ = child.kill();
                break error == RecvTimeoutError::Timeout;
            }
        }
    };
    let status = child.wait();
    let said = said.join().unwrap_or_default();
    let why = match status {
        _ if timed_out => format!("still running after {} s", args.timeout_secs),
        Ok(status) => ended(status),
        Err(error) => error.to_string(),
    };
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    let reason = last.map_or(why.clone(), |last| format!("{why}; it said: {last}"));
    match current {
        Some((label, next)) => {
            report.add(label, Outcome::Failed(reason));
            Ending::Lost(next)
        }
        None => {
            report.add("the file".to_owned(), Outcome::Failed(format!("between checks: {reason}")));
            Ending::Done
        }
    }
}

fn start(path: &Path, args: &Args, from: u64) -> Result<Child, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.arg("--child").arg(from.to_string()).args(args.for_child()).arg(path);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| error.to_string())
}

/// The events of a child. The channel closes when the child's output ends or is no event.
fn listen(stdout: ChildStdout) -> Receiver<Event> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            let event = line.ok().and_then(|line| serde_json::from_str(&line).ok());
            let Some(event) = event else { return };
            if sender.send(event).is_err() {
                return;
            }
        }
    });
    receiver
}

/// How a process ended.
fn ended(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("the process was ended by signal {signal} ({})", name(signal)),
        (None, Some(code)) => format!("the process ended with exit code {code}"),
        (None, None) => "the process ended".to_owned(),
    }
}

fn name(signal: i32) -> &'static str {
    match signal {
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGBUS => "SIGBUS",
        libc::SIGILL => "SIGILL",
        libc::SIGFPE => "SIGFPE",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGABRT => "SIGABRT",
        libc::SIGKILL => "SIGKILL",
        _ => "another one",
    }
}
