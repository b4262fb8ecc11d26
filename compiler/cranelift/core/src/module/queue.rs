//! Compiling many functions at once: finished functions wait in a queue until several threads
//! compile them together.

use super::{Compiled, Shared, compile};
use crate::function::FinishedFunction;
use ffi_rt::{Error, ErrorCode, Result, fail};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The most threads that one call starts.
const THREADS_MAX: usize = 256;

/// A function in the queue, claimed already.
pub(super) struct Queued {
    index: u32,
    finished: FinishedFunction,
}

impl Shared {
    /// Puts a function into the queue, with the checks of [`define`](Shared::define).
    ///
    /// # Errors
    /// As for [`define`](Shared::define), but for what the compiler reports.
    pub fn queue(&self, finished: FinishedFunction, declared: Option<i64>) -> Result<i64> {
        let index = self.start(&finished, declared)?;
        self.open()?.queue.push(Queued { index, finished });
        Ok(self.declarations.function_id(index))
    }

    /// Compiles the functions in the queue with this many threads, 0 for one per processor, and
    /// defines them. Gives how many there were.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a negative number of threads; the first failing function's error, in
    /// the order of the queue. The others are defined all the same.
    pub fn compile_queue(&self, threads: i64) -> Result<u64> {
        let threads = thread_count(threads)?;
        let queued = std::mem::take(&mut self.open()?.queue);
        let jobs: Vec<_> = queued.into_iter().map(Job::new).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                job.run(self);
            }
        };
        // Inside of a barrier, which keeps panics of the compiler from being printed, as in a shim.
        let help = || ffi_rt::call_keeping_error("rt_cranelift_compile_queued", (), work);
        let helpers = threads.min(jobs.len()).saturating_sub(1);
        std::thread::scope(|scope| {
            for _ in 0..helpers {
                // Fewer threads than wanted are slower, not wrong.
                if std::thread::Builder::new().spawn_scoped(scope, help).is_err() {
                    break;
                }
            }
            work();
        });
        let count = jobs.len() as u64;
        let mut failures = jobs.into_iter().filter_map(|job| job.store(self).err());
        let Some(first) = failures.next() else { return Ok(count) };
        let more = failures.count();
        if more == 0 {
            return Err(first);
        }
        let message = format!("{} (and {more} more functions failed)", first.message());
        Err(Error::new(first.code(), message))
    }
}

fn thread_count(threads: i64) -> Result<usize> {
    match usize::try_from(threads) {
        Ok(0) => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
        Ok(count) => Ok(count.min(THREADS_MAX)),
        Err(_) => fail(ErrorCode::InvalidArgument, format!("{threads} threads")),
    }
}

/// A function on its way through the compiler.
struct Job {
    index: u32,
    finished: Mutex<Option<FinishedFunction>>,
    result: OnceLock<Result<Compiled>>,
}

impl Job {
    fn new(queued: Queued) -> Job {
        let Queued { index, finished } = queued;
        Job { index, finished: Mutex::new(Some(finished)), result: OnceLock::new() }
    }

    fn run(&self, module: &Shared) {
        let finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(finished) = finished {
            // Each job is run once, so its result is not there yet.
            let _ = self.result.set(compile(module, finished, self.index));
        }
    }

    fn store(self, module: &Shared) -> Result<()> {
        let never = || fail(ErrorCode::Panic, "a compiling thread ended early");
        let result = self.result.into_inner().unwrap_or_else(never);
        module.finish(self.index, result)
    }
}
