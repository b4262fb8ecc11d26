/* Calls that catch traps: what each trap becomes, nesting, threads, and signals of others. */
#include "compiler/cranelift/tests/module_check.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>

static const char *source =
    "function %divide(i64, i64) -> i64 system_v {\n"
    "block0(v0: i64, v1: i64):\n    v2 = sdiv v0, v1\n    return v2\n}\n"
    "function %udivide(i32, i32) -> i32 system_v {\n"
    "block0(v0: i32, v1: i32):\n    v2 = urem v0, v1\n    return v2\n}\n"
    "function %user() system_v {\nblock0:\n    trap user250\n}\n"
    "function %convert(f64) -> i32 system_v {\n"
    "block0(v0: f64):\n    v1 = fcvt_to_sint.i32 v0\n    return v1\n}\n"
    "function %peek(i64) -> i64 system_v {\n"
    "block0(v0: i64):\n    v1 = load.i64 v0\n    return v1\n}\n"
    "function %stop() system_v {\nblock0:\n    debugtrap\n    return\n}\n"
    "function %deep(i64) -> i64 system_v {\n"
    "    fn0 = colocated %deep(i64) -> i64 system_v\n"
    "    ss0 = explicit_slot 5000\n"
    "block0(v0: i64):\n"
    "    v1 = stack_addr.i64 ss0\n    store v0, v1\n"
    "    v2 = call fn0(v1)\n    v3 = iadd v2, v0\n    return v3\n}\n"
    "function %back(i64, i64) -> i64 system_v {\n"
    "    sig0 = (i64) -> i64 system_v\n"
    "block0(v0: i64, v1: i64):\n"
    "    v2 = call_indirect sig0, v0(v1)\n    v3 = sdiv v2, v1\n    return v3\n}\n"
    "function %nowhere(i64) system_v {\n"
    "    sig0 = () system_v\n"
    "block0(v0: i64):\n    call_indirect sig0, v0()\n    return\n}\n";

/* Calls a function of the module, whose trap has this code. */
static void check_trap(int64_t module, const char *name, const int64_t *args, uint64_t len, int64_t code) {
    rt_list_i64 results = rt_cranelift_call_function_catching(pointer_of(module, name), args, len);
    CHECK(results.items == NULL);
    CHECK_ERROR(TRAP);
    CHECK_MESSAGE(name);
    rt_cranelift_last_trap_result trap;
    CHECK(rt_cranelift_last_trap(&trap));
    CHECK_INT(trap.code, code);
    CHECK(strcmp((const char *)trap.function.ptr, name) == 0);
    CHECK(rt_cranelift_last_trap_result_free(&trap));
}

static void check_all_traps(int64_t module) {
    const int64_t by_zero[] = {7, 0};
    const int64_t overflow[] = {INT64_MIN, -1};
    const int64_t nan[] = {0x7ff8000000000000};
    const int64_t low[] = {24};
    check_trap(module, "divide", by_zero, 2, RT_CRANELIFT_TRAP_REPORT_INTEGER_DIVISION_BY_ZERO);
    check_trap(module, "divide", overflow, 2, RT_CRANELIFT_TRAP_REPORT_INTEGER_OVERFLOW);
    check_trap(module, "udivide", by_zero, 2, RT_CRANELIFT_TRAP_REPORT_INTEGER_DIVISION_BY_ZERO);
    check_trap(module, "user", NULL, 0, 250);
    check_trap(module, "convert", nan, 1, RT_CRANELIFT_TRAP_REPORT_BAD_CONVERSION_TO_INTEGER);
    check_trap(module, "peek", low, 1, RT_CRANELIFT_TRAP_REPORT_HEAP_OUT_OF_BOUNDS);
    const int64_t null[] = {0};
    const int64_t data[] = {(int64_t)(intptr_t)&source};
    check_trap(module, "nowhere", null, 1, RT_CRANELIFT_TRAP_REPORT_MEMORY);
    check_trap(module, "nowhere", data, 1, RT_CRANELIFT_TRAP_REPORT_MEMORY);
    check_trap(module, "stop", NULL, 0, RT_CRANELIFT_TRAP_REPORT_BREAKPOINT);
    check_trap(module, "deep", low, 1, RT_CRANELIFT_TRAP_REPORT_STACK_OVERFLOW);
    const int64_t fine[] = {7, 2};
    rt_list_i64 results = rt_cranelift_call_function_catching(pointer_of(module, "divide"), fine, 2);
    CHECK(results.len == 1 && results.items[0] == 3);
    CHECK(rt_list_i64_free(results));
}

static void case_each_trap_has_its_code(void) {
    int64_t module = jit_of(source, 9);
    for (int i = 0; i < 3; i++) check_all_traps(module);
    rt_cranelift_free_module(module);
}

static void *trap_often(void *argument) {
    int64_t module = *(int64_t *)argument;
    for (int i = 0; i < 100; i++) check_all_traps(module);
    return NULL;
}

static void case_threads_trap_at_once(void) {
    int64_t module = jit_of(source, 9);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, trap_often, &module) == 0);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    rt_cranelift_free_module(module);
}

static int64_t inner_module;

/* Called by JIT code: traps in a call of its own, catches that, and goes on. */
static int64_t trap_inside(int64_t value) {
    const int64_t args[] = {1, 0};
    check_trap(inner_module, "divide", args, 2, RT_CRANELIFT_TRAP_REPORT_INTEGER_DIVISION_BY_ZERO);
    /* The plain form inside of a call that catches is an error too. */
    CHECK_FAILS(rt_cranelift_call_function_ptr(pointer_of(inner_module, "divide"), args, 2), 0, TRAP);
    return value * 10;
}

static void case_calls_nest(void) {
    inner_module = jit_of(source, 9);
    const int64_t fine[] = {(int64_t)(intptr_t)trap_inside, 4};
    const int64_t zero[] = {(int64_t)(intptr_t)trap_inside, 0};
    int64_t back = pointer_of(inner_module, "back");
    for (int i = 0; i < 3; i++) {
        rt_list_i64 results = rt_cranelift_call_function_catching(back, fine, 2);
        CHECK(results.len == 1 && results.items[0] == 10);
        CHECK(rt_list_i64_free(results));
        check_trap(inner_module, "back", zero, 2, RT_CRANELIFT_TRAP_REPORT_INTEGER_DIVISION_BY_ZERO);
    }
    rt_cranelift_free_module(inner_module);
}

static void case_a_trap_names_the_source(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t place = rt_cranelift_source_location(module, RT_STR("garden.simple"), 12, 7);
    char text[300];
    snprintf(text, sizeof text,
             "function %%f(i64) -> i64 system_v {\nblock0(v0: i64):\n    v1 = iconst.i64 9\n"
             "@%04x v2 = udiv v1, v0\n    return v2\n}\n",
             (unsigned)place);
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(text)), 1);
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    const int64_t zero[] = {0};
    CHECK(rt_cranelift_call_function_catching(pointer_of(module, "f"), zero, 1).items == NULL);
    CHECK_MESSAGE("integer division by zero (garden.simple:12:7)");
    rt_cranelift_last_trap_result trap;
    CHECK(rt_cranelift_last_trap(&trap));
    CHECK_INT(trap.location, place);
    CHECK(trap.offset > 0);
    CHECK(rt_cranelift_last_trap_result_free(&trap));
    rt_cranelift_free_module(module);
}

static sigjmp_buf jump;
static volatile sig_atomic_t seen;

static void on_signal(int signal) {
    seen = signal;
    siglongjmp(jump, 1);
}

#ifndef __SANITIZE_ADDRESS__
/* How a child ends that runs a trapping function in one of the plain ways. */
static int status_of_plain_trap(int64_t module, bool is_direct) {
    pid_t child = fork();
    if (child == 0) {
        const int64_t args[] = {1, 0};
        int64_t divide = pointer_of(module, "divide");
        if (is_direct) ((int64_t (*)(int64_t, int64_t))(intptr_t)divide)(1, 0);
        rt_cranelift_call_function_ptr(divide, args, 2);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}
#endif

static void case_other_signals_go_where_they_went(void) {
    int64_t module = jit_of(source, 9);
    check_all_traps(module);
#ifndef __SANITIZE_ADDRESS__
    for (int direct = 0; direct < 2; direct++) {
        int status = status_of_plain_trap(module, direct);
        /* Some processors raise a signal for the division, others have code that tests for zero. */
        CHECK(WIFSIGNALED(status) && (WTERMSIG(status) == SIGFPE || WTERMSIG(status) == SIGILL));
    }
    pid_t child = fork();
    if (child == 0) {
        raise(SIGILL);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGILL);
#endif
    /* A handler that the program installs itself, for its own fault. */
    struct sigaction mine = {0}, old;
    mine.sa_handler = on_signal;
    CHECK(sigaction(SIGFPE, &mine, &old) == 0);
    if (sigsetjmp(jump, 1) == 0) raise(SIGFPE);
    CHECK_INT(seen, SIGFPE);
    CHECK(sigaction(SIGFPE, &old, NULL) == 0);
    check_all_traps(module);
    rt_cranelift_free_module(module);
}

static void case_the_last_trap_is_the_threads(void) {
    rt_cranelift_last_trap_result trap;
    CHECK(rt_cranelift_last_trap(&trap));
    CHECK(rt_cranelift_last_trap_result_free(&trap));
    CHECK(!rt_cranelift_last_trap(NULL));
    CHECK_ERROR(NULL_POINTER);
}

static const check_case cases[] = {
    CASE(each_trap_has_its_code),
    CASE(threads_trap_at_once),
    CASE(calls_nest),
    CASE(a_trap_names_the_source),
    CASE(other_signals_go_where_they_went),
    CASE(the_last_trap_is_the_threads),
};

CHECK_MAIN(cases)
