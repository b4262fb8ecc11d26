//! Catching traps: signal handlers that end a guarded call instead of the process.
//!
//! The handlers are installed at the first guarded call, once. A signal that JIT code raised while
//! its thread is in a guarded call ends that call; every other signal goes to the handler that was
//! there before. Handlers touch nothing but this thread's activations and the lock-free table of
//! code.
//!
//! A trap is not caught if the thread has entered a function of this library since the guarded call
//! began and has not left it, as when that function called the JIT code back: ending the call would
//! jump over it, and what it locked would stay locked. The process meets such a trap.

use super::enter::{self, Registers};
use super::trap::{self, Raised};
use super::{adapter::Adapter, stack};
use crate::jit::ranges;
use ffi_rt::{Result, call_depth};
use std::cell::Cell;
use std::io;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, OnceLock};

/// The signals that a processor raises for its own instruction.
const SIGNALS: [i32; 5] = [libc::SIGFPE, libc::SIGILL, libc::SIGSEGV, libc::SIGBUS, libc::SIGTRAP];

/// A guarded call that runs. The code in [`enter`] knows the first two fields by their place.
#[repr(C)]
pub(super) struct Activation {
    stack_pointer: usize,
    landing: usize,
    previous: *const Activation,
    raised: Cell<Raised>,
    /// How many functions of this library the thread was inside of when the call began.
    depth: u32,
}

thread_local! {
    /// The innermost guarded call of this thread.
    static INNERMOST: Cell<*const Activation> = const { Cell::new(ptr::null()) };
}

/// What was there before; set once, before the handler can run.
static PREVIOUS: [AtomicPtr<libc::sigaction>; SIGNALS.len()] =
    [const { AtomicPtr::new(ptr::null_mut()) }; SIGNALS.len()];

/// Whether this thread is in a guarded call.
pub(super) fn is_catching() -> bool {
    !INNERMOST.get().is_null()
}

/// Calls through an adapter; a trap becomes an error.
pub(super) fn catch(
    adapter: &Arc<Adapter>,
    address: usize,
    args: &[i64],
    results: &mut [i64],
) -> Result<()> {
    install()?;
    stack::prepare_thread()?;
    let mut activation = Activation {
        stack_pointer: 0,
        landing: 0,
        previous: INNERMOST.get(),
        raised: Cell::new(Raised::default()),
        depth: call_depth(),
    };
    let _leave = Leave(activation.previous);
    let pointer = ptr::from_mut(&mut activation);
    INNERMOST.set(pointer);
    // SAFETY: the adapter is for the function at `address`, as its caller found, and the words
    // are as many as the signature says. The activation outlives the call.
    let outcome = unsafe {
        enter::enter(pointer, adapter.entry(), address, args.as_ptr(), results.as_mut_ptr())
    };
    if outcome == 0 {
        return Ok(());
    }
    let call = trap::Call { adapter: adapter.entry() as usize, function: address };
    trap::report(activation.raised.get(), call)
}

/// Makes the outer guarded call the innermost again, however the inner one ends.
struct Leave(*const Activation);

impl Drop for Leave {
    fn drop(&mut self) {
        INNERMOST.set(self.0);
    }
}

/// Installs the handlers, once in the life of the process.
fn install() -> Result<()> {
    static INSTALLED: OnceLock<Result<(), i32>> = OnceLock::new();
    let result = INSTALLED.get_or_init(|| {
        for (signal, previous) in SIGNALS.into_iter().zip(&PREVIOUS) {
            // SAFETY: all-zero bytes are a valid sigaction.
            let mut old: libc::sigaction = unsafe { std::mem::zeroed() };
            // SAFETY: reads the present action into a valid place.
            if unsafe { libc::sigaction(signal, ptr::null(), &raw mut old) } != 0 {
                return Err(io::Error::last_os_error().raw_os_error().unwrap_or(0));
            }
            // Leaked on purpose: a handler may read it as long as the process lives.
            previous.store(Box::leak(Box::new(old)), Ordering::Release);
            // SAFETY: as above.
            let mut new: libc::sigaction = unsafe { std::mem::zeroed() };
            let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) = handle;
            new.sa_sigaction = handler as usize;
            new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
            // SAFETY: the handler has the type that SA_SIGINFO asks for and is safe in a signal.
            if unsafe { libc::sigaction(signal, &raw const new, ptr::null_mut()) } != 0 {
                return Err(io::Error::last_os_error().raw_os_error().unwrap_or(0));
            }
        }
        Ok(())
    });
    result.map_err(|code| io::Error::from_raw_os_error(code).into())
}

extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel gives the context of the interrupted thread.
    let registers = unsafe { enter::registers(context) };
    // A breakpoint of x86 leaves the address behind itself.
    let is_behind = cfg!(target_arch = "x86_64") && signal == libc::SIGTRAP;
    let mut pc = registers.pc.wrapping_sub(usize::from(is_behind));
    // SAFETY: the kernel gives information on the signal. These signals carry an address.
    let address = unsafe { (*info).si_addr() }.addr();
    let is_memory = matches!(signal, libc::SIGSEGV | libc::SIGBUS);
    if is_memory && address == pc && !ranges::contains(pc) {
        // There is no code: what called it trapped, at the last byte of its call.
        // SAFETY: the kernel gave the context, and nothing has run since the call.
        pc = unsafe { enter::return_address(context) }.wrapping_sub(1);
    }
    if ranges::contains(pc) {
        let innermost = INNERMOST.get();
        // SAFETY: null, or an activation further up this very thread's stack, alive until its call
        // ends, which it has not.
        if let Some(activation) = unsafe { innermost.as_ref() }
            && activation.depth == call_depth()
        {
            activation.raised.set(Raised { signal, pc, address, stack: registers.sp });
            let at = Registers { pc: activation.landing, sp: activation.stack_pointer };
            // SAFETY: `enter` noted both for this purpose and is still on the stack.
            unsafe { enter::resume(context, &at) };
            return;
        }
    }
    pass_on(signal, info, context);
}

/// Does what would have happened without this library.
fn pass_on(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let known = SIGNALS.iter().position(|&one| one == signal);
    let previous = known.map_or(ptr::null_mut(), |index| PREVIOUS[index].load(Ordering::Acquire));
    // SAFETY: null or a leaked action that nobody changes.
    let action = unsafe { previous.as_ref() };
    match action {
        Some(action) if ![libc::SIG_DFL, libc::SIG_IGN].contains(&action.sa_sigaction) => {
            let handler: *const () = ptr::with_exposed_provenance(action.sa_sigaction);
            if action.sa_flags & libc::SA_SIGINFO != 0 {
                type Handler = extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);
                // SAFETY: the flag says that the handler has this type.
                let handler = unsafe { std::mem::transmute::<*const (), Handler>(handler) };
                handler(signal, info, context);
            } else {
                // SAFETY: without the flag, it has this type.
                let handler =
                    unsafe { std::mem::transmute::<*const (), extern "C" fn(i32)>(handler) };
                handler(signal);
            }
        }
        // What another process sent was to be ignored; what an instruction raised cannot be.
        Some(action)
            if action.sa_sigaction == libc::SIG_IGN
                // SAFETY: the kernel gives information on the signal.
                && unsafe { (*info).si_code } <= 0 => {}
        _ => {
            // SAFETY: both are safe in a signal handler. The instruction runs once more, or the
            // signal that was sent comes once more, and ends the process.
            unsafe {
                libc::signal(signal, libc::SIG_DFL);
                let is_sent = (*info).si_code <= 0 || signal == libc::SIGTRAP;
                if is_sent {
                    libc::raise(signal);
                }
            }
        }
    }
}
