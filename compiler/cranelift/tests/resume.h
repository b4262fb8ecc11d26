/* How a runtime goes on at a handler of code that Cranelift compiled, on the machines whose registers are known. */
#ifndef RESUME_H
#define RESUME_H

#include <stdint.h>

#if defined(__x86_64__) || defined(__aarch64__)
#define CAN_RESUME

/* Goes on at a handler of the frame whose frame pointer is `frame`. */
_Noreturn static void resume(uintptr_t frame, uintptr_t stack, uintptr_t handler, int64_t one, int64_t two) {
#ifdef __x86_64__
    __asm__ volatile("mov %0, %%rbp\n mov %1, %%rsp\n jmp *%2\n"
                     :
                     : "c"(frame), "S"(stack), "D"(handler), "a"(one), "d"(two)
                     : "memory");
#else
    register int64_t x0 __asm__("x0") = one;
    register int64_t x1 __asm__("x1") = two;
    register uintptr_t x9 __asm__("x9") = frame;
    register uintptr_t x10 __asm__("x10") = stack;
    register uintptr_t x11 __asm__("x11") = handler;
    __asm__ volatile("mov x29, x9\n mov sp, x10\n br x11\n"
                     :
                     : "r"(x0), "r"(x1), "r"(x9), "r"(x10), "r"(x11)
                     : "memory");
#endif
    __builtin_unreachable();
}

#endif

#endif
