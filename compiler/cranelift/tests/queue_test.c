/* Many functions compiled at once: the same result for any number of threads, and what fails. */
#include "compiler/cranelift/tests/module_check.h"

#include <time.h>
#include <unistd.h>

/* Begins a function of integers, named by `what` and a number, that gives one; in its first block, `*entry`. */
static int64_t begin(int64_t module, const char *what, int number, int params, int64_t *entry) {
    char name[20];
    snprintf(name, sizeof name, "%s%d", what, number);
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    for (int i = 0; i < params; i++) rt_cranelift_sig_add_param(sig, RT_CRANELIFT_TYPE_I64);
    rt_cranelift_sig_set_return(sig, RT_CRANELIFT_TYPE_I64);
    int64_t ctx = rt_cranelift_begin_function(module, RT_CSTR(name), sig);
    rt_cranelift_signature_free(sig);
    *entry = rt_cranelift_create_block(ctx);
    rt_cranelift_append_func_params(ctx, *entry);
    rt_cranelift_switch_to_block(ctx, *entry);
    return ctx;
}

/* A function with loops and arithmetic; its number makes it differ. */
static int64_t build(int64_t module, int number) {
    int64_t entry, ctx = begin(module, "f", number, 1, &entry);
    int64_t value = rt_cranelift_block_param(ctx, entry, 0);
    for (int i = 0; i < 60; i++) {
        int64_t left = rt_cranelift_create_block(ctx);
        int64_t right = rt_cranelift_create_block(ctx);
        int64_t join = rt_cranelift_create_block(ctx);
        int64_t joined = rt_cranelift_append_block_param(ctx, join, RT_CRANELIFT_TYPE_I64);
        int64_t some = rt_cranelift_iconst(ctx, RT_CRANELIFT_TYPE_I64, number + i * 3);
        int64_t sum = rt_cranelift_iadd(ctx, value, some);
        int64_t less = rt_cranelift_icmp(ctx, RT_CRANELIFT_INT_CC_SLT, sum, some);
        rt_cranelift_brif(ctx, less, left, right);
        rt_cranelift_switch_to_block(ctx, left);
        int64_t product = rt_cranelift_imul(ctx, sum, value);
        rt_cranelift_jump_args(ctx, join, &product, 1);
        rt_cranelift_switch_to_block(ctx, right);
        int64_t mixed = rt_cranelift_bxor(ctx, sum, some);
        rt_cranelift_jump_args(ctx, join, &mixed, 1);
        rt_cranelift_switch_to_block(ctx, join);
        value = joined;
    }
    rt_cranelift_return(ctx, value);
    rt_cranelift_seal_all_blocks(ctx);
    CHECK_INT(rt_cranelift_end_function(ctx), ctx);
    if (rt_last_error_code() != 0) check_print_error();
    return ctx;
}

static void queue(int64_t module, int count) {
    for (int i = 0; i < count; i++) {
        int64_t ctx = build(module, i);
        CHECK(rt_cranelift_queue_function(module, ctx, ctx));
        CHECK(rt_cranelift_context_free(ctx));
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void case_the_number_of_threads_changes_nothing(void) {
    rt_bytes first = {0};
    for (int64_t threads = 1; threads <= 4; threads++) {
        int64_t module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
        queue(module, 200);
        double start = now();
        CHECK_INT(rt_cranelift_compile_queued(module, threads), 200);
        printf("    %d threads: 200 functions in %.1f ms\n", (int)threads, (now() - start) * 1e3);
        rt_bytes object = rt_cranelift_emit_object_bytes(module);
        CHECK(object.len > 10000);
        if (threads == 1) {
            first = object;
            continue;
        }
        CHECK(object.len == first.len && memcmp(object.ptr, first.ptr, first.len) == 0);
        CHECK(rt_bytes_free(object));
    }
    CHECK(rt_bytes_free(first));
}

static void case_one_after_another_is_the_same(void) {
    int64_t queued = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    queue(queued, 20);
    CHECK_INT(rt_cranelift_compile_queued(queued, 0), 20);
    CHECK_INT(rt_cranelift_compile_queued(queued, 0), 0);
    int64_t defined = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    for (int i = 0; i < 20; i++) {
        int64_t ctx = build(defined, i);
        CHECK(rt_cranelift_define_function(defined, ctx, ctx));
        CHECK(rt_cranelift_context_free(ctx));
    }
    rt_bytes one = rt_cranelift_emit_object_bytes(queued);
    rt_bytes other = rt_cranelift_emit_object_bytes(defined);
    CHECK(one.len == other.len && memcmp(one.ptr, other.ptr, one.len) == 0);
    CHECK(rt_bytes_free(one) && rt_bytes_free(other));
}

static void case_what_waits_is_not_defined(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    queue(module, 3);
    int64_t again = build(module, 1);
    CHECK(!rt_cranelift_queue_function(module, again, again));
    CHECK_ERROR(ALREADY_EXISTS);
    CHECK_MESSAGE("function `f1` is being defined");
    CHECK(rt_cranelift_context_free(again));
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    CHECK_FAILS(pointer_of(module, "f1"), 0, NOT_FOUND);
    CHECK_FAILS(rt_cranelift_compile_queued(module, -1), -1, INVALID_ARGUMENT);
    CHECK_INT(rt_cranelift_compile_queued(module, 1000), 3);
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    const int64_t args[] = {5};
    CHECK(rt_cranelift_call_function_ptr(pointer_of(module, "f1"), args, 1) != 0);
    rt_cranelift_free_module(module);
    int64_t object = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    queue(object, 2);
    CHECK(rt_cranelift_emit_object_bytes(object).ptr == NULL);
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_MESSAGE("function `f0` waits to be compiled");
}

static void case_a_module_with_a_queue_can_be_freed(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    queue(module, 5);
    rt_cranelift_free_module(module);
    CHECK_ERROR(OK);
}

/* Cranelift panics over a conversion of f16: no thread prints that, and it is the error of the call. */
static void case_what_the_compiler_refuses_is_not_printed(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    for (int i = 0; i < 40; i++) {
        int64_t entry, ctx = begin(module, "half", i, 0, &entry);
        int64_t half = rt_cranelift_f16const(ctx, 0x3c00);
        rt_cranelift_return(ctx, rt_cranelift_fcvt_to_sint(ctx, RT_CRANELIFT_TYPE_I64, half));
        rt_cranelift_seal_all_blocks(ctx);
        CHECK_INT(rt_cranelift_end_function(ctx), ctx);
        CHECK(rt_cranelift_queue_function(module, ctx, ctx));
        CHECK(rt_cranelift_context_free(ctx));
    }
    FILE *printed = tmpfile();
    int before = dup(STDERR_FILENO);
    CHECK(printed != NULL && before >= 0 && dup2(fileno(printed), STDERR_FILENO) == STDERR_FILENO);
    CHECK_FAILS(rt_cranelift_compile_queued(module, 4), -1, UNSUPPORTED);
    CHECK(dup2(before, STDERR_FILENO) == STDERR_FILENO && close(before) == 0);
    CHECK_MESSAGE("(and 39 more functions failed)");
    CHECK_INT(lseek(fileno(printed), 0, SEEK_END), 0);
    CHECK_INT(fclose(printed), 0);
    rt_cranelift_free_module(module);
}

static const check_case cases[] = {
    CASE(the_number_of_threads_changes_nothing),
    CASE(one_after_another_is_the_same),
    CASE(what_waits_is_not_defined),
    CASE(a_module_with_a_queue_can_be_freed),
    CASE(what_the_compiler_refuses_is_not_printed),
};

CHECK_MAIN(cases)
