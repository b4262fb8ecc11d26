//! The threads whose stacks keep objects, stopping and resuming them, and memory from the operating
//! system.
//!
//! A thread is stopped by a real-time signal that nobody else uses. Its handler notes where the
//! thread stands and waits on a futex until the number [`WORLD`] changes; the handler's frame holds
//! all registers, so that they are part of the stack.
//!
//! Invariant: a record lives as long as its thread is registered, and only the thread itself ends
//! that, under the heap's lock.

use crate::error::{Error, ErrorCode, Result, fail};
use rustix::thread::futex;
use std::cell::Cell;
use std::ffi::CStr;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long all threads together may take to stop.
const PATIENCE: Duration = Duration::from_secs(5);

/// Odd while threads are to stop; goes up with each change.
static WORLD: AtomicU32 = AtomicU32::new(0);
/// Goes up with each thread that has stopped; what the collecting thread waits on.
static STOPS: AtomicU32 = AtomicU32::new(0);

/// A registered thread.
pub(super) struct Record {
    thread: libc::pthread_t,
    low: usize,
    high: usize,
    /// Where it stands while stopped: an address in its handler's frame, and that of its registers.
    stands: AtomicUsize,
    context: AtomicUsize,
    /// What AddressSanitizer keeps some of its variables in, if it does.
    fake_stack: AtomicUsize,
    /// The value of `WORLD` that it last stopped for.
    stopped_for: AtomicU32,
}

thread_local! {
    /// This thread's record; null while it is not registered. Without a destructor, so that the
    /// handler may read it.
    static RECORD: Cell<*const Record> = const { Cell::new(ptr::null()) };
    /// Unregisters a thread that ends.
    static END: End = const { End };
}

struct End;

impl Drop for End {
    fn drop(&mut self) {
        unregister_thread();
    }
}

/// Where a stopped thread stands.
pub(super) enum Stopped {
    /// From where it stands to the begin of its stack, where its registers are too; and its fake
    /// stack.
    OnStack(usize, usize, usize),
    /// On memory that is not its stack, such as that of `sigaltstack`.
    Elsewhere { context: usize, low: usize, high: usize },
}

/// The registered threads.
pub(super) struct World {
    #[expect(clippy::vec_box, reason = "a record stays where the pointer of its thread says")]
    threads: Vec<Box<Record>>,
    /// The process that they belong to: a fork has one thread.
    process: u32,
}

/// Makes this thread's stack and registers keep objects, until it ends or unregisters. Again is
/// fine.
///
/// # Errors
/// `UNSUPPORTED` if the thread is being torn down, if its stack is unknown, or if no signal is
/// free; `OUT_OF_MEMORY`.
pub fn register_thread() -> Result<()> {
    if !RECORD.get().is_null() {
        return Ok(());
    }
    if END.try_with(|_| ()).is_err() {
        return fail(ErrorCode::Unsupported, "the thread is being torn down");
    }
    let signal = signal()?;
    sanitizer();
    let (low, high) = stack_of_this_thread()?;
    let mut heap = super::lock();
    heap.world.threads.try_reserve(1)?;
    // SAFETY: the call gives a number.
    let thread = unsafe { libc::pthread_self() };
    let record = Box::new(Record {
        thread,
        low,
        high,
        stands: AtomicUsize::new(0),
        context: AtomicUsize::new(0),
        fake_stack: AtomicUsize::new(0),
        stopped_for: AtomicU32::new(0),
    });
    RECORD.set(&raw const *record);
    heap.world.threads.push(record);
    unblock(signal);
    Ok(())
}

/// Ends what [`register_thread`] began; a thread that is not registered is fine.
pub fn unregister_thread() {
    let mut heap = super::lock();
    let record = RECORD.replace(ptr::null());
    heap.world.threads.retain(|known| !ptr::eq(&raw const **known, record));
}

impl World {
    pub(super) const fn new() -> World {
        World { threads: Vec::new(), process: 0 }
    }

    pub(super) fn count(&self) -> usize {
        self.threads.len()
    }

    /// The stack of the calling thread, if it is registered.
    pub(super) fn own_stack(&self) -> Option<(usize, usize)> {
        let own = RECORD.get();
        let record = self.threads.iter().find(|known| ptr::eq(&raw const ***known, own))?;
        Some((record.low, record.high))
    }

    /// Where a stopped thread stands; none for the calling thread.
    pub(super) fn stopped(&self, at: usize) -> Option<Stopped> {
        let record = &self.threads[at];
        if ptr::eq(&raw const **record, RECORD.get()) {
            return None;
        }
        let stands = record.stands.load(Ordering::Acquire);
        Some(if (record.low..record.high).contains(&stands) {
            Stopped::OnStack(stands, record.high, record.fake_stack.load(Ordering::Acquire))
        } else {
            let context = record.context.load(Ordering::Acquire);
            Stopped::Elsewhere { context, low: record.low, high: record.high }
        })
    }

    /// The registered threads but the calling one.
    fn others(&self) -> impl Iterator<Item = &Record> {
        let own = RECORD.get();
        self.threads.iter().map(|record| &**record).filter(move |record| !ptr::eq(*record, own))
    }

    /// Stops all registered threads but the calling one.
    ///
    /// # Errors
    /// `TIMED_OUT` if one does not stop, as it blocks the signal or cannot run; all go on then.
    pub(super) fn stop(&mut self) -> Result<()> {
        self.forget_others_after_fork();
        let signal = signal()?;
        let round = WORLD.fetch_add(1, Ordering::AcqRel) + 1;
        for record in self.others() {
            // SAFETY: a registered thread lives.
            unsafe { libc::pthread_kill(record.thread, signal) };
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let seen = STOPS.load(Ordering::Acquire);
            if self.others().all(|known| known.stopped_for.load(Ordering::Acquire) == round) {
                return Ok(());
            }
            if Instant::now() >= until {
                self.resume();
                return fail(ErrorCode::TimedOut, "a thread does not stop for the collection");
            }
            let nap = futex::Timespec { tv_sec: 0, tv_nsec: 10_000_000 };
            let _woken = futex::wait(&STOPS, futex::Flags::PRIVATE, seen, Some(&nap));
        }
    }

    /// Lets the threads go on.
    pub(super) fn resume(&self) {
        WORLD.fetch_add(1, Ordering::AcqRel);
        let _count = futex::wake(&WORLD, futex::Flags::PRIVATE, i32::MAX.cast_unsigned());
    }

    /// In a fork of the process that registered them, only the calling thread is there.
    fn forget_others_after_fork(&mut self) {
        let process = std::process::id();
        let before = std::mem::replace(&mut self.process, process);
        if before != 0 && before != process {
            let own = RECORD.get();
            self.threads.retain(|known| ptr::eq(&raw const **known, own));
        }
    }
}

/// The signal, with its handler in place.
fn signal() -> Result<libc::c_int> {
    static SIGNAL: OnceLock<Option<libc::c_int>> = OnceLock::new();
    let none = || Error::new(ErrorCode::Unsupported, "no real-time signal is free");
    SIGNAL.get_or_init(take_signal).ok_or_else(none)
}

/// Finds a real-time signal that nobody handles, from the last one down, and handles it.
fn take_signal() -> Option<libc::c_int> {
    (libc::SIGRTMIN()..libc::SIGRTMAX()).rev().find(|signal| {
        // SAFETY: all zeros are a value of the struct, which is of numbers and null pointers.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        // SAFETY: the call reads an action into memory of the right type.
        let is_known = unsafe { libc::sigaction(*signal, ptr::null(), &raw mut action) } == 0;
        if !is_known || action.sa_sigaction != libc::SIG_DFL {
            return false;
        }
        let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = halt;
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
        // SAFETY: the set is part of the action. The handler has the shape that SA_SIGINFO asks for
        // and does only what a handler may: it reads and writes atomics and a thread-local without
        // destructor, and makes system calls.
        unsafe {
            libc::sigfillset(&raw mut action.sa_mask);
            libc::sigaction(*signal, &raw const action, ptr::null_mut()) == 0
        }
    })
}

/// The handler: notes where the thread stands and waits until the world goes on.
extern "C" fn halt(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let record = RECORD.get();
    let round = WORLD.load(Ordering::Acquire);
    if record.is_null() || round.is_multiple_of(2) {
        return;
    }
    // SAFETY: the record lives while the pointer is set, and only this thread ends that.
    let record = unsafe { &*record };
    // SAFETY: the address of the thread's own error number is valid in the thread.
    let errno = unsafe { *libc::__errno_location() };
    let stands = std::hint::black_box(0_usize);
    record.stands.store((&raw const stands).addr() & !(size_of::<usize>() - 1), Ordering::Release);
    record.context.store(context.expose_provenance(), Ordering::Release);
    record.fake_stack.store(fake_stack(), Ordering::Release);
    record.stopped_for.store(round, Ordering::Release);
    STOPS.fetch_add(1, Ordering::AcqRel);
    let _count = futex::wake(&STOPS, futex::Flags::PRIVATE, 1);
    while WORLD.load(Ordering::Acquire) == round {
        let _woken = futex::wait(&WORLD, futex::Flags::PRIVATE, round, None);
    }
    std::hint::black_box(&stands);
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// What AddressSanitizer offers to collectors: it may put variables into frames of its own beside
/// the stack, to which only a pointer on the stack leads.
struct Sanitizer {
    fake_stack: unsafe extern "C" fn() -> *mut libc::c_void,
    find: FindFrame,
}

type FindFrame = unsafe extern "C" fn(
    *mut libc::c_void,
    *mut libc::c_void,
    *mut *mut libc::c_void,
    *mut *mut libc::c_void,
) -> *mut libc::c_void;

/// The sanitizer that the program runs under, if it does. The first call may not be from a handler.
fn sanitizer() -> Option<&'static Sanitizer> {
    static SANITIZER: OnceLock<Option<Sanitizer>> = OnceLock::new();
    let find = || {
        // SAFETY: the names end with NUL; the call looks them up and does nothing else.
        let named = |name: &CStr| unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
        let fake_stack = named(c"__asan_get_current_fake_stack");
        let find = named(c"__asan_addr_is_in_fake_stack");
        if fake_stack.is_null() || find.is_null() {
            return None;
        }
        // SAFETY: functions of these names, which are reserved for the sanitizer, have these
        // types, as its header `asan_interface.h` says.
        Some(unsafe {
            Sanitizer {
                fake_stack: std::mem::transmute::<
                    *mut libc::c_void,
                    unsafe extern "C" fn() -> *mut libc::c_void,
                >(fake_stack),
                find: std::mem::transmute::<*mut libc::c_void, FindFrame>(find),
            }
        })
    };
    SANITIZER.get_or_init(find).as_ref()
}

/// The fake stack of this thread; 0 for none.
pub(super) fn fake_stack() -> usize {
    // SAFETY: the function reads a thread-local of the sanitizer.
    sanitizer().map_or(0, |sanitizer| unsafe { (sanitizer.fake_stack)() }.expose_provenance())
}

/// The frame of a fake stack that an address is in.
pub(super) fn fake_frame(fake_stack: usize, address: usize) -> Option<(usize, usize)> {
    let sanitizer = sanitizer()?;
    let (mut start, mut end) = (ptr::null_mut(), ptr::null_mut());
    let stack = ptr::with_exposed_provenance_mut(fake_stack);
    let address = ptr::without_provenance_mut(address);
    // SAFETY: the fake stack is that of a thread that lives; the function computes with the address
    // and writes to two places of the right types.
    let found = unsafe { (sanitizer.find)(stack, address, &raw mut start, &raw mut end) };
    (!found.is_null()).then(|| (start.expose_provenance(), end.expose_provenance()))
}

/// Lets the signal through in this thread.
fn unblock(signal: libc::c_int) {
    // SAFETY: the set is made by the first call, and the second adds a signal that exists.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, ptr::null_mut());
    }
}

/// The lowest and the highest address of this thread's stack.
fn stack_of_this_thread() -> Result<(usize, usize)> {
    let mut start = ptr::null_mut();
    let mut size = 0;
    // SAFETY: the attributes are made by the first call and destroyed once if it succeeds; the
    // second one writes to two places of the right types.
    let result = unsafe {
        let mut attributes = std::mem::zeroed();
        let mut result = libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes);
        if result == 0 {
            let (start, size) = (&raw mut start, &raw mut size);
            result = libc::pthread_attr_getstack(&raw const attributes, start, size);
            libc::pthread_attr_destroy(&raw mut attributes);
        }
        result
    };
    if result != 0 || start.is_null() {
        return fail(ErrorCode::Unsupported, "the system does not tell where the stack is");
    }
    let low = start.expose_provenance();
    Ok((low, low + size))
}

/// Maps memory whose address is a multiple of `align`, itself a multiple of the size of a page.
pub(super) fn map_aligned(bytes: usize, align: usize) -> Option<usize> {
    let reserved = bytes.checked_add(align)?;
    // SAFETY: the kernel chooses a place that is free, so nothing of ours is replaced.
    let start = unsafe {
        libc::mmap(
            ptr::null_mut(),
            reserved,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if start == libc::MAP_FAILED {
        return None;
    }
    let start = start.expose_provenance();
    let base = start.next_multiple_of(align);
    if base > start {
        unmap(start, base - start);
    }
    if base + bytes < start + reserved {
        unmap(base + bytes, start + reserved - (base + bytes));
    }
    Some(base)
}

/// Unmaps memory that [`map_aligned`] gave and that nobody uses any more.
pub(super) fn unmap(base: usize, bytes: usize) {
    let start = ptr::with_exposed_provenance_mut(base);
    // SAFETY: the range is one of ours, as all callers are in this module's parent, and no
    // reference to it exists.
    let result = unsafe { libc::munmap(start, bytes) };
    debug_assert_eq!(result, 0, "a mapping of ours can be unmapped");
}

/// Copies memory that may not be there into a buffer; gives how many bytes could be read.
pub(super) fn read(address: usize, buffer: &mut [usize], count: usize) -> usize {
    let count = count.min(size_of_val(buffer));
    let local = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: count };
    let remote =
        libc::iovec { iov_base: ptr::with_exposed_provenance_mut(address), iov_len: count };
    // SAFETY: the kernel writes at most `count` bytes into the buffer, which has them. It reads the
    // other range itself and reports what is not there.
    let done = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
    usize::try_from(done).unwrap_or(0)
}
