//! The two ways out of a guarded call: back from the function, or from a signal handler.
//!
//! [`enter`] saves what the C convention lets a function expect to be kept, notes where it saved
//! it, and calls. A handler that gives up on the call sets the stack pointer to what was noted and
//! goes on at the place that was noted: all registers come from the stack then.

use super::signals::Activation;

/// Calls `code(function, args, results)`; gives 0 when it came back, 1 after a trap.
///
/// # Safety
/// `code` is an adapter for the function at `function`, whose arguments and results lie there,
/// and the activation is this thread's innermost one.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn enter(
    activation: *mut Activation,
    code: extern "C" fn(usize, *const i64, *mut i64),
    function: usize,
    args: *const i64,
    results: *mut i64,
) -> usize {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        ".cfi_offset rbx, -24",
        ".cfi_offset r12, -32",
        ".cfi_offset r13, -40",
        ".cfi_offset r14, -48",
        ".cfi_offset r15, -56",
        "sub rsp, 8",
        "mov [rdi], rsp",
        "lea rax, [rip + 2f]",
        "mov [rdi + 8], rax",
        "mov rax, rsi",
        "mov rdi, rdx",
        "mov rsi, rcx",
        "mov rdx, r8",
        "call rax",
        "xor eax, eax",
        "3:",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_def_cfa rbp, 16",
        "2:",
        "mov eax, 1",
        "jmp 3b",
        ".cfi_endproc",
    )
}

/// As above.
///
/// # Safety
/// As above.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn enter(
    activation: *mut Activation,
    code: extern "C" fn(usize, *const i64, *mut i64),
    function: usize,
    args: *const i64,
    results: *mut i64,
) -> usize {
    std::arch::naked_asm!(
        ".cfi_startproc",
        "stp x29, x30, [sp, #-160]!",
        ".cfi_def_cfa_offset 160",
        ".cfi_offset x29, -160",
        ".cfi_offset x30, -152",
        "mov x29, sp",
        ".cfi_def_cfa_register x29",
        "stp x19, x20, [sp, #16]",
        "stp x21, x22, [sp, #32]",
        "stp x23, x24, [sp, #48]",
        "stp x25, x26, [sp, #64]",
        "stp x27, x28, [sp, #80]",
        "stp d8, d9, [sp, #96]",
        "stp d10, d11, [sp, #112]",
        "stp d12, d13, [sp, #128]",
        "stp d14, d15, [sp, #144]",
        ".cfi_offset x19, -144",
        ".cfi_offset x20, -136",
        ".cfi_offset x21, -128",
        ".cfi_offset x22, -120",
        ".cfi_offset x23, -112",
        ".cfi_offset x24, -104",
        ".cfi_offset x25, -96",
        ".cfi_offset x26, -88",
        ".cfi_offset x27, -80",
        ".cfi_offset x28, -72",
        "mov x9, sp",
        "str x9, [x0]",
        "adr x9, 2f",
        "str x9, [x0, #8]",
        "mov x9, x1",
        "mov x0, x2",
        "mov x1, x3",
        "mov x2, x4",
        "blr x9",
        "mov x0, #0",
        "3:",
        "ldp x19, x20, [sp, #16]",
        "ldp x21, x22, [sp, #32]",
        "ldp x23, x24, [sp, #48]",
        "ldp x25, x26, [sp, #64]",
        "ldp x27, x28, [sp, #80]",
        "ldp d8, d9, [sp, #96]",
        "ldp d10, d11, [sp, #112]",
        "ldp d12, d13, [sp, #128]",
        "ldp d14, d15, [sp, #144]",
        "ldp x29, x30, [sp], #160",
        "ret",
        "2:",
        "mov x0, #1",
        "b 3b",
        ".cfi_endproc",
    )
}

/// What a handler changes in the state that it returns to.
pub(super) struct Registers {
    /// The address of the instruction.
    pub pc: usize,
    /// The stack pointer.
    pub sp: usize,
}

/// The registers of an interrupted thread.
///
/// # Safety
/// `context` is what the kernel gave a handler with `SA_SIGINFO`.
pub(super) unsafe fn registers(context: *mut libc::c_void) -> Registers {
    // SAFETY: the caller's promise.
    let machine = unsafe { &(*context.cast::<libc::ucontext_t>()).uc_mcontext };
    #[cfg(target_arch = "x86_64")]
    return Registers {
        pc: machine.gregs[libc::REG_RIP as usize] as usize,
        sp: machine.gregs[libc::REG_RSP as usize] as usize,
    };
    #[cfg(target_arch = "aarch64")]
    return Registers { pc: machine.pc as usize, sp: machine.sp as usize };
}

/// Where the function that a thread has just called would return to.
///
/// # Safety
/// As for [`registers`], and no instruction of that function has run.
pub(super) unsafe fn return_address(context: *mut libc::c_void) -> usize {
    // SAFETY: the caller's promise.
    let machine = unsafe { &(*context.cast::<libc::ucontext_t>()).uc_mcontext };
    #[cfg(target_arch = "x86_64")]
    let top = machine.gregs[libc::REG_RSP as usize] as usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the call has just written it there.
    return unsafe { *std::ptr::with_exposed_provenance::<usize>(top) };
    #[cfg(target_arch = "aarch64")]
    return machine.regs[30] as usize;
}

/// Lets an interrupted thread go on elsewhere.
///
/// # Safety
/// As for [`registers`], and there is code at `pc` that expects that stack.
pub(super) unsafe fn resume(context: *mut libc::c_void, at: &Registers) {
    // SAFETY: the caller's promise.
    let machine = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext };
    #[cfg(target_arch = "x86_64")]
    {
        machine.gregs[libc::REG_RIP as usize] = at.pc as i64;
        machine.gregs[libc::REG_RSP as usize] = at.sp as i64;
    }
    #[cfg(target_arch = "aarch64")]
    {
        machine.pc = at.pc as u64;
        machine.sp = at.sp as u64;
    }
}
