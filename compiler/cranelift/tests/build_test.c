/* Building functions: what runs, what is refused, and what a refused call leaves behind. */
#include "compiler/cranelift/tests/module_check.h"

#include <pthread.h>

#define I32 RT_CRANELIFT_TYPE_I32
#define I64 RT_CRANELIFT_TYPE_I64

/* A function without parameters and results, at its first block. */
static int64_t begin(void) {
    int64_t ctx = rt_cranelift_begin_standalone(RT_STR("f"), RT_CRANELIFT_TARGET_HOST, 0);
    rt_cranelift_switch_to_block(ctx, rt_cranelift_create_block(ctx));
    CHECK_ERROR(OK);
    return ctx;
}

/* A signature (params x I64) -> I64. */
static int64_t signature(int params) {
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    for (int i = 0; i < params; i++) rt_cranelift_sig_add_param(sig, I64);
    rt_cranelift_sig_set_return(sig, I64);
    return sig;
}

/* Ends, defines and frees a function; true if all went well. */
static bool define(int64_t module, int64_t ctx) {
    int64_t ended = rt_cranelift_end_function(ctx);
    if (ended == 0) check_print_error();
    bool is_defined = rt_cranelift_define_function(module, ended, ctx);
    if (!is_defined) check_print_error();
    return rt_cranelift_context_free(ctx) && is_defined;
}

/* The sum of 1 to n, with a variable per thing that changes. */
static void case_loop_with_variables(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t sig = signature(1);
    int64_t ctx = rt_cranelift_begin_function(module, RT_STR("sum"), sig);
    int64_t entry = rt_cranelift_create_block(ctx), head = rt_cranelift_create_block(ctx);
    int64_t body = rt_cranelift_create_block(ctx), end = rt_cranelift_create_block(ctx);
    rt_cranelift_append_func_params(ctx, entry);
    rt_cranelift_switch_to_block(ctx, entry);
    rt_cranelift_seal_block(ctx, entry);
    int64_t n = rt_cranelift_declare_var(ctx, I64), sum = rt_cranelift_declare_var(ctx, I64);
    rt_cranelift_def_var(ctx, n, rt_cranelift_block_param(ctx, entry, 0));
    rt_cranelift_def_var(ctx, sum, rt_cranelift_iconst(ctx, I64, 0));
    rt_cranelift_jump(ctx, head);
    rt_cranelift_switch_to_block(ctx, head);
    rt_cranelift_brif(ctx, rt_cranelift_use_var(ctx, n), body, end);
    rt_cranelift_switch_to_block(ctx, body);
    rt_cranelift_seal_block(ctx, body);
    int64_t now = rt_cranelift_use_var(ctx, n);
    rt_cranelift_def_var(ctx, sum, rt_cranelift_iadd(ctx, rt_cranelift_use_var(ctx, sum), now));
    rt_cranelift_def_var(ctx, n, rt_cranelift_isub(ctx, now, rt_cranelift_iconst(ctx, I64, 1)));
    rt_cranelift_jump(ctx, head);
    rt_cranelift_seal_block(ctx, head);
    rt_cranelift_switch_to_block(ctx, end);
    rt_cranelift_seal_block(ctx, end);
    rt_cranelift_return(ctx, rt_cranelift_use_var(ctx, sum));
    CHECK_ERROR(OK);
    CHECK(define(module, ctx));
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    int64_t (*run)(int64_t) = (int64_t(*)(int64_t))(intptr_t)pointer_of(module, "sum");
    if (run != NULL) CHECK_INT(run(100), 5050);
    CHECK(rt_cranelift_signature_free(sig));
    rt_cranelift_free_module(module);
}

/* Recursion through the function's own declaration, with block arguments: n! */
static void case_recursion_with_block_arguments(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t sig = signature(1);
    int64_t func = rt_cranelift_declare_function(module, RT_STR("fact"), sig, RT_CRANELIFT_LINKAGE_EXPORT);
    int64_t ctx = rt_cranelift_begin_declared(module, func);
    int64_t entry = rt_cranelift_create_block(ctx), more = rt_cranelift_create_block(ctx);
    int64_t end = rt_cranelift_create_block(ctx);
    rt_cranelift_append_func_params(ctx, entry);
    int64_t result = rt_cranelift_append_block_param(ctx, end, I64);
    rt_cranelift_switch_to_block(ctx, entry);
    int64_t n = rt_cranelift_block_param(ctx, entry, 0);
    int64_t one = rt_cranelift_iconst(ctx, I64, 1);
    int64_t is_more = rt_cranelift_icmp(ctx, RT_CRANELIFT_INT_CC_SGT, n, one);
    rt_cranelift_brif_args(ctx, is_more, more, NULL, 0, end, &one, 1);
    rt_cranelift_switch_to_block(ctx, more);
    CHECK(rt_cranelift_call_arg(ctx, rt_cranelift_isub(ctx, n, one)));
    int64_t rest = rt_cranelift_call(ctx, func, NULL, 0);
    int64_t product = rt_cranelift_imul(ctx, n, rest);
    rt_cranelift_jump_args(ctx, end, &product, 1);
    rt_cranelift_switch_to_block(ctx, end);
    rt_cranelift_return(ctx, result);
    rt_cranelift_seal_all_blocks(ctx);
    CHECK_ERROR(OK);
    CHECK_INT(rt_cranelift_end_function(ctx), ctx);
    CHECK(rt_cranelift_define_function(module, func, ctx));
    CHECK(rt_cranelift_context_free(ctx));
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    int64_t (*run)(int64_t) = (int64_t(*)(int64_t))(intptr_t)pointer_of(module, "fact");
    if (run != NULL) CHECK_INT(run(10), 3628800);
    CHECK(rt_cranelift_signature_free(sig));
    rt_cranelift_free_module(module);
}

static void case_stack_memory_and_tables(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t sig = signature(1);
    int64_t ctx = rt_cranelift_begin_function(module, RT_STR("pick"), sig);
    int64_t entry = rt_cranelift_create_block(ctx);
    rt_cranelift_append_func_params(ctx, entry);
    rt_cranelift_switch_to_block(ctx, entry);
    int64_t slot = rt_cranelift_stack_slot(ctx, 16, 8);
    int64_t n = rt_cranelift_block_param(ctx, entry, 0);
    rt_cranelift_stack_store(ctx, n, slot, 8);
    int64_t address = rt_cranelift_stack_addr(ctx, slot, 0);
    int64_t low = rt_cranelift_uload8(ctx, I64, RT_CRANELIFT_MEM_NOTRAP, address, 8);
    int64_t blocks[3], cases[3] = {10, 20, 30};
    for (int i = 0; i < 3; i++) blocks[i] = rt_cranelift_create_block(ctx);
    rt_cranelift_br_table(ctx, rt_cranelift_ireduce(ctx, I32, low), blocks[2], blocks, 2);
    for (int i = 0; i < 3; i++) {
        rt_cranelift_switch_to_block(ctx, blocks[i]);
        rt_cranelift_return(ctx, rt_cranelift_iconst(ctx, I64, cases[i]));
    }
    rt_cranelift_seal_all_blocks(ctx);
    CHECK(define(module, ctx));
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    int64_t (*run)(int64_t) = (int64_t(*)(int64_t))(intptr_t)pointer_of(module, "pick");
    if (run != NULL) {
        CHECK_INT(run(0), 10);
        CHECK_INT(run(1), 20);
        CHECK_INT(run(7), 30);
        CHECK_INT(run(0x101), 20);
    }
    CHECK(rt_cranelift_signature_free(sig));
    rt_cranelift_free_module(module);
}

static void case_wrong_order_is_refused(void) {
    int64_t ctx = rt_cranelift_begin_standalone(RT_STR("f"), RT_CRANELIFT_TARGET_HOST, 0);
    CHECK_FAILS(rt_cranelift_iconst(ctx, I64, 1), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("no block is current");
    CHECK_FAILS(rt_cranelift_end_function(ctx), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("no block is current");
    CHECK(rt_cranelift_clear_error(ctx));
    CHECK_FAILS(rt_cranelift_end_function(ctx), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("no block with an instruction");
    int64_t a = rt_cranelift_create_block(ctx), b = rt_cranelift_create_block(ctx);
    rt_cranelift_switch_to_block(ctx, a);
    CHECK(rt_cranelift_iconst(ctx, I64, 1) != 0);
    rt_cranelift_switch_to_block(ctx, b);
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_MESSAGE("block0 has no terminator");
    rt_cranelift_jump(ctx, a);
    CHECK_MESSAGE("entry of the function");
    CHECK_FAILS(rt_cranelift_append_block_param(ctx, a, I64), 0, INVALID_ARGUMENT);
    rt_cranelift_jump(ctx, b);
    CHECK_ERROR(OK);
    CHECK_FAILS(rt_cranelift_append_block_param(ctx, b, I64), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("branched to already");
    CHECK_FAILS(rt_cranelift_iconst(ctx, I64, 1), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("function `f`, block0, iconst: block0 has its terminator");
    CHECK(rt_cranelift_clear_error(ctx));
    CHECK_FAILS(rt_cranelift_end_function(ctx), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("block0 is not sealed");
    rt_cranelift_seal_block(ctx, a);
    rt_cranelift_seal_block(ctx, a);
    CHECK_MESSAGE("sealed already");
    CHECK(rt_cranelift_clear_error(ctx));
    CHECK_FAILS(rt_cranelift_end_function(ctx), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("block1 is branched to and has no instruction");
    rt_cranelift_seal_block(ctx, b);
    rt_cranelift_switch_to_block(ctx, b);
    rt_cranelift_jump(ctx, b);
    CHECK_MESSAGE("block1 is sealed");
    rt_cranelift_return_void(ctx);
    CHECK(rt_cranelift_clear_error(ctx));
    CHECK_INT(rt_cranelift_end_function(ctx), ctx);
    CHECK_FAILS(rt_cranelift_end_function(ctx), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_create_block(ctx), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("function `f` is finished");
    CHECK(rt_cranelift_context_free(ctx));
}

static void case_operands_are_checked(void) {
    int64_t ctx = begin();
    int64_t i = rt_cranelift_iconst(ctx, I64, 1), f = rt_cranelift_f64const(ctx, 1);
    int64_t n = rt_cranelift_iconst(ctx, I32, 1);
    CHECK_FAILS(rt_cranelift_iadd(ctx, i, n), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("`b` is v2 of type i32, and must be i64");
    CHECK_FAILS(rt_cranelift_fadd(ctx, i, i), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("fadd: `a` is v0 of type i64; it takes f16, f32, f64, f128");
    CHECK_FAILS(rt_cranelift_iadd(ctx, 0, i), 0, INVALID_HANDLE);
    CHECK_FAILS(rt_cranelift_iadd(ctx, -1, i), 0, INVALID_HANDLE);
    CHECK_FAILS(rt_cranelift_iadd(ctx, INT64_MIN, i), 0, INVALID_HANDLE);
    CHECK_FAILS(rt_cranelift_iadd(ctx, i, 99), 0, INVALID_HANDLE);
    CHECK_FAILS(rt_cranelift_icmp(ctx, 10, i, i), 0, INVALID_ENUM);
    CHECK_FAILS(rt_cranelift_sextend(ctx, I32, i), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("from i64 to i32: the new type must be wider");
    CHECK_FAILS(rt_cranelift_sextend(ctx, I64, i), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_bitcast(ctx, I32, f), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_load(ctx, I64, n, 0), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_load(ctx, I64, i, INT64_C(1) << 31), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_cranelift_load_flags(ctx, I64, 64, i, 0), 0, INVALID_ENUM);
    CHECK_FAILS(rt_cranelift_load_flags(ctx, I64, 48, i, 0), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_stack_slot(ctx, -1, 8), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_cranelift_stack_slot(ctx, INT64_MAX, 8), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_cranelift_stack_slot(ctx, 8, 3), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_iconst(ctx, RT_CRANELIFT_TYPE_I8, 256), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_cranelift_iconst(ctx, RT_CRANELIFT_TYPE_I8, -129), 0, OUT_OF_RANGE);
    CHECK(rt_cranelift_iconst(ctx, RT_CRANELIFT_TYPE_I8, -128) != 0);
    CHECK_FAILS(rt_cranelift_iconst(ctx, RT_CRANELIFT_TYPE_F32, 1), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_call(ctx, 1, NULL, 0), 0, INVALID_HANDLE);
    CHECK_FAILS(rt_cranelift_use_var(ctx, 1), 0, INVALID_HANDLE);
    rt_cranelift_return(ctx, i);
    CHECK_ERROR(INVALID_ARGUMENT);
    rt_cranelift_return_void(ctx);
    rt_cranelift_seal_all_blocks(ctx);
    CHECK_FAILS(rt_cranelift_end_function(ctx), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("iadd: `b` is v2");
    CHECK(rt_cranelift_context_free(ctx));
}

/* What only the verifier sees: a value that is used where it is not known. */
static void case_the_verifier_speaks(void) {
    int64_t ctx = begin();
    int64_t a = rt_cranelift_create_block(ctx), b = rt_cranelift_create_block(ctx);
    rt_cranelift_brif(ctx, rt_cranelift_bconst(ctx, true), a, b);
    rt_cranelift_switch_to_block(ctx, a);
    int64_t value = rt_cranelift_iconst(ctx, I64, 1);
    rt_cranelift_return_void(ctx);
    rt_cranelift_switch_to_block(ctx, b);
    CHECK(rt_cranelift_ineg(ctx, value) != 0);
    rt_cranelift_return_void(ctx);
    rt_cranelift_seal_all_blocks(ctx);
    CHECK_FAILS(rt_cranelift_end_function(ctx), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("uses value v1 from non-dominating inst2 in `v2 = ineg.i64 v1");
    rt_cranelift_set_verifier(ctx, false);
    CHECK_INT(rt_cranelift_end_function(ctx), ctx);
    CHECK(!rt_cranelift_verify(ctx));
    CHECK(rt_cranelift_context_free(ctx));
}

static void *use_elsewhere(void *argument) {
    int64_t ctx = *(int64_t *)argument;
    int64_t block = rt_cranelift_create_block(ctx);
    bool is_busy = block == 0 && rt_last_error_code() == RT_ERROR_HANDLE_BUSY;
    rt_text text = rt_cranelift_context_text(ctx);
    bool has_text = text.ptr != NULL;
    rt_text_free(text);
    return (void *)(intptr_t)(is_busy ? 1 : has_text ? 2 : 3);
}

static int elsewhere(int64_t ctx) {
    pthread_t thread;
    void *outcome = NULL;
    CHECK(pthread_create(&thread, NULL, use_elsewhere, &ctx) == 0);
    CHECK(pthread_join(thread, &outcome) == 0);
    return (int)(intptr_t)outcome;
}

static void case_a_context_belongs_to_its_thread(void) {
    int64_t ctx = begin();
    CHECK_INT(elsewhere(ctx), 1);
    rt_cranelift_return_void(ctx);
    rt_cranelift_seal_all_blocks(ctx);
    CHECK_INT(rt_cranelift_end_function(ctx), ctx);
    CHECK_INT(elsewhere(ctx), 2);
    CHECK(rt_cranelift_context_free(ctx));
}

static void case_contexts_do_not_mix_modules(void) {
    int64_t one = rt_cranelift_new_module(RT_STR("one"), RT_CRANELIFT_TARGET_HOST);
    int64_t two = rt_cranelift_new_module(RT_STR("two"), RT_CRANELIFT_TARGET_HOST);
    int64_t sig = signature(0);
    int64_t func = rt_cranelift_declare_function(two, RT_STR("g"), sig, RT_CRANELIFT_LINKAGE_IMPORT);
    int64_t ctx = rt_cranelift_begin_function(one, RT_STR("f"), sig);
    rt_cranelift_switch_to_block(ctx, rt_cranelift_create_block(ctx));
    CHECK_FAILS(rt_cranelift_call(ctx, func, NULL, 0), 0, WRONG_KIND);
    CHECK_FAILS(rt_cranelift_import_function(ctx, func), 0, WRONG_KIND);
    CHECK_FAILS(rt_cranelift_func_addr(ctx, func + 1), 0, WRONG_KIND);
    CHECK(rt_cranelift_clear_error(ctx));
    rt_cranelift_return(ctx, rt_cranelift_iconst(ctx, I64, 1));
    rt_cranelift_seal_all_blocks(ctx);
    CHECK_INT(rt_cranelift_end_function(ctx), ctx);
    CHECK_FAILS(rt_cranelift_define_function(two, ctx, ctx), false, INVALID_ARGUMENT);
    CHECK(rt_cranelift_context_free(ctx) && rt_cranelift_signature_free(sig));
    rt_cranelift_free_module(one);
    rt_cranelift_free_module(two);
}

static void case_freeing_at_any_time_leaks_nothing(void) {
    for (int step = 0; step < 6; step++) {
        int64_t ctx = rt_cranelift_begin_standalone(RT_STR("f"), RT_CRANELIFT_TARGET_HOST, 0);
        int64_t block = step > 0 ? rt_cranelift_create_block(ctx) : 0;
        if (step > 1) rt_cranelift_switch_to_block(ctx, block);
        if (step > 2) rt_cranelift_use_var(ctx, rt_cranelift_declare_var(ctx, I64));
        if (step > 3) rt_cranelift_return_void(ctx);
        if (step > 4) rt_cranelift_seal_all_blocks(ctx);
        CHECK(rt_cranelift_context_free(ctx));
    }
}

static void case_text_comes_and_goes(void) {
    const char *source = "function %f(i32) -> i32 system_v {\nblock0(v0: i32):\n    return v0\n}\n";
    int64_t ctx = rt_cranelift_parse_function(RT_CSTR(source), RT_CRANELIFT_TARGET_HOST);
    CHECK(rt_cranelift_verify(ctx));
    CHECK_TEXT(rt_cranelift_context_text(ctx), source);
    CHECK_FAILS(rt_cranelift_create_block(ctx), 0, INVALID_ARGUMENT);
    CHECK(rt_cranelift_context_free(ctx));
    CHECK_FAILS(rt_cranelift_parse_function(RT_STR(""), RT_CRANELIFT_TARGET_HOST), 0, PARSE);
    CHECK_FAILS(rt_cranelift_parse_function(RT_STR("function %f() {\ndt0 = i32"), 0), 0, PARSE);
    CHECK_FAILS(rt_cranelift_parse_function(RT_STR("function %f() {\nblock0:\n    nonsense\n}"), 0), 0, PARSE);
    CHECK_MESSAGE("line 3");
}

static const check_case cases[] = {
    CASE(loop_with_variables),
    CASE(recursion_with_block_arguments),
    CASE(stack_memory_and_tables),
    CASE(wrong_order_is_refused),
    CASE(operands_are_checked),
    CASE(the_verifier_speaks),
    CASE(a_context_belongs_to_its_thread),
    CASE(contexts_do_not_mix_modules),
    CASE(freeing_at_any_time_leaks_nothing),
    CASE(text_comes_and_goes),
};

CHECK_MAIN(cases)
