/* Every kind of mistake that Cranelift's verifier reports and that a scalar function can have: provoked through text,
 * which is verified as it stands, and by calls, where the library refuses the call that is wrong, or the end.
 *
 * Both messages name function, block and instruction. Kinds that no text can express, since the reader refuses them
 * first, are in `unread` with what the reader says.
 */
#include "compiler/cranelift/tests/message_check.h"

/* A kind: its text in Cranelift's format, and what the verifier says of it, from the place to the end of the line. */
typedef struct {
    const char *source;
    const char *says;
    const char *module_says; /* Where a module sees it otherwise. */
} kind;

/* In the order of the verifier's source. Functions are called `f`. */
static const kind kinds[] = {
    /* Global values. */
    {"function %f(i64 vmctx) {\n gv0 = load.i64 notrap aligned gv1\n gv1 = load.i64 notrap aligned gv0\n"
     " gv2 = symbol %s\n"
     "block0(v0: i64):\n v1 = symbol_value.i64 gv2\n return\n}",
     "gv0: global value cycle: [gv0, gv1]", NULL},
    {"function %f() {\n gv0 = vmctx\nblock0:\n return\n}", "gv0: undeclared vmctx reference gv0", NULL},
    {"function %f(i64 vmctx) {\n gv0 = vmctx\n gv1 = iadd_imm.f32 gv0, 4\nblock0(v0: i64):\n return\n}",
     "gv1: iadd_imm global value with non-int type f32", NULL},
    {"function %f(i64 vmctx) {\n gv0 = vmctx\n gv1 = iadd_imm.i32 gv0, 4\nblock0(v0: i64):\n return\n}",
     "gv1: iadd_imm type i32 differs from operand type i64", NULL},
    {"function %f(i64 vmctx) {\n gv0 = vmctx\n gv1 = load.i32 notrap aligned gv0\n gv2 = load.i32 notrap aligned gv1\n"
     "block0(v0: i64):\n return\n}",
     "gv2: base gv1 has type i32, which is not the pointer type i64", NULL},
    {"function %f() {\n gv0 = symbol %s\nblock0:\n v0 = symbol_value.i32 gv0\n return\n}",
     "inst0: global_value instruction with type i32 references global value with type i64 in "
     "`v0 = symbol_value.i32 gv0` in block0", NULL},
    /* Alias regions. */
    {"function %f(i64) {\nblock0(v0: i64):\n v1 = load.i32 region0 v0\n return\n}",
     "inst0: undefined alias region region0 in `v1 = load.i32 region0 v0` in block0", NULL},
    {"function %f(i64) {\n region0 = 36 \"one\"\n region1 = 36 \"two\"\nblock0(v0: i64):\n"
     " v1 = load.i32 region0 v0\n return\n}",
     "region1: duplicate alias region user_id 36: region0 and region1", NULL},
    /* Blocks. */
    {"function %f() {\nblock0:\n return\n return\n}",
     "inst0: a terminator instruction was encountered before the end of block0 in `return` in block0", NULL},
    {"function %f() {\nblock0:\n v0 = iconst.i32 1\n}", "block0: block does not end in a terminator instruction", NULL},
    {"function %f() {\nblock0:\n jump block9\n}", "inst0: invalid block reference block9 in block0", NULL},
    {"function %f() {\nblock0:\n jump block1\nblock1:\n jump block0\n}",
     "inst1: invalid reference to entry block block0 in block1", NULL},
    {"function %f(i32) {\nblock0:\n return\n}",
     "block0: entry block parameters (0) must match function signature (1)", NULL},
    {"function %f(i32) {\nblock0(v0: f32):\n return\n}",
     "block0: entry block parameter 0 expected to have type i32, got f32", NULL},
    {"function %f() {\nblock0 cold:\n return\n}", "block0: entry block cannot be marked as cold", NULL},
    /* Values that are used where they are not known. */
    {"function %f(i32) -> i32 {\nblock0(v0: i32):\n v1 = iadd.i32 v2, v0\n v2 = iadd.i32 v1, v0\n return v2\n}",
     "inst0: uses value v2 from non-dominating inst1 in `v1 = iadd.i32 v2, v0` in block0", NULL},
    {"function %f(i32) -> i32 {\nblock0(v0: i32):\n v1 = iadd.i32 v1, v0\n return v1\n}",
     "inst0: uses value v1 from itself in `v1 = iadd.i32 v1, v0` in block0", NULL},
    {"function %f(i32) -> i32 {\nblock0(v0: i32):\n v1 = iadd v0, v10\n return v1\nblock1(v10: i32):\n"
     " return v10\n}",
     "inst0: uses value arg from non-dominating block1 in `v1 = iadd.i32 v0, v10` in block0", NULL},
    /* Types. */
    {"function %f(i32, i8) {\nblock0(v0: i32, v1: i8):\n v2 = iadd v0, v1\n return\n}",
     "inst0: arg 1 (v1) has type i8, expected i32 in `v2 = iadd.i32 v0, v1` in block0", NULL},
    {"function %f(i32) {\nblock0(v0: i32):\n v1 = uextend.i16 v0\n return\n}",
     "inst0: arg 0 (v0) with type i32 failed to satisfy type set ", NULL},
    {"function %f(i32) -> i64 {\nblock0(v0: i32):\n v1 = bitcast.i64 v0\n return v1\n}",
     "inst0: The bitcast argument v0 has a type of 32 bits, which doesn't match an expected type of 64 bits in block0",
     NULL},
    {"function %f(i32) {\nblock0(v0: i32):\n v1 = bitcast.f32 notrap v0\n return\n}",
     "inst0: The bitcast instruction only accepts the `big` or `little` memory flags in block0", NULL},
    {"function %f(i32) {\nblock0(v0: i32):\n v1 = load.i8 v0\n return\n}",
     "inst0: invalid pointer width (got 32, expected 64) encountered v0 in `v1 = load.i8 v0` in block0", NULL},
    /* Calls, branches and returns. */
    {"function %f() {\n fn0 = %g(i32, f32)\nblock0:\n call fn0()\n return\n}",
     "inst0: mismatched argument count for `call fn0()`: got 0, expected 2 in `call fn0()` in block0", NULL},
    {"function %f(i64) {\n sig0 = (f32)\nblock0(v0: i64):\n v1 = iconst.i32 5\n call_indirect sig0, v0(v1)\n return\n}",
     "inst1: arg 0 (v1) has type i32, expected f32 in `call_indirect.i64 sig0, v0(v1)  ; v1 = 5` in block0", NULL},
    {"function %f() {\nblock0:\n v0 = iconst.i16 1\n jump block1(v0)\nblock1(v1: i64):\n return\n}",
     "inst1: arg v0 has type i16, expected i64 in `jump block1(v0)  ; v0 = 1` in block0", NULL},
    {"function %f() {\nblock0:\n jump block1\nblock1(v1: i64):\n return\n}",
     "inst0: mismatched argument count for `jump block1`: got 0, expected 1 in `jump block1` in block0", NULL},
    {"function %f() -> f32 {\nblock0:\n v0 = iconst.i32 1\n return v0\n}",
     "inst1: result 0 has type i32, must match function signature of f32 in `return v0  ; v0 = 1` in block0", NULL},
    {"function %f() {\nblock0:\n v0 = iconst.i32 1\n return v0\n}",
     "inst1: arguments of return must match function signature in `return v0  ; v0 = 1` in block0", NULL},
    /* Tail calls. */
    {"function %f() system_v {\n fn0 = %g() system_v\nblock0:\n return_call fn0()\n}",
     "inst0: calling convention `system_v` does not support tail calls in `return_call fn0()` in block0", NULL},
    {"function %f() system_v {\n fn0 = %g() tail\nblock0:\n return_call fn0()\n}",
     "inst0: callee's calling convention must match caller in `return_call fn0()` in block0", NULL},
    {"function %f() -> i32 tail {\n fn0 = %g() tail\nblock0:\n return_call fn0()\n}",
     "inst0: results of callee must match caller in `return_call fn0()` in block0", NULL},
    /* Exceptions. */
    {"function %f(i64) {\n sig0 = (i32) tail\n fn0 = %g(i64) tail\nblock0(v0: i64):\n"
     " try_call fn0(v0), sig0, block1(), [ default: block2() ]\nblock1:\n return\nblock2:\n return\n}",
     "inst0: exception table signature sig0 did not match function fn0's signature sig1 in ", NULL},
    {"function %f() {\n sig0 = () windows_fastcall\n fn0 = %g() windows_fastcall\nblock0:\n"
     " try_call fn0(), sig0, block1(), [ default: block2() ]\nblock1:\n return\nblock2:\n return\n}",
     "inst0: calling convention `windows_fastcall` of callee does not support exceptions in ", NULL},
    {"function %f() {\n sig0 = () tail\n fn0 = %g() tail\nblock0:\n"
     " try_call fn0(), sig0, block1(ret0), [ default: block2() ]\nblock1(v0: i32):\n return\nblock2:\n return\n}",
     "inst0: out-of-bounds `retN` block argument in ", NULL},
    {"function %f() {\n sig0 = () -> i32 tail\n fn0 = %g() -> i32 tail\nblock0:\n"
     " try_call fn0(), sig0, block1(ret0), [ default: block2(ret0) ]\nblock1(v0: i32):\n return\n"
     "block2(v1: i32):\n return\n}",
     "inst0: `retN` block argument used outside normal-return target of `try_call` in ", NULL},
    {"function %f() {\n sig0 = () tail\n fn0 = %g() tail\nblock0:\n"
     " try_call fn0(), sig0, block1(), [ default: block2(exn9) ]\nblock1:\n return\nblock2(v0: i64):\n return\n}",
     "inst0: out-of-bounds `exnN` block argument in ", NULL},
    {"function %f() {\n sig0 = () tail\n fn0 = %g() tail\nblock0:\n"
     " try_call fn0(), sig0, block1(exn0), [ default: block2() ]\nblock1(v0: i64):\n return\nblock2:\n return\n}",
     "inst0: `exnN` block argument used outside normal-return target of `try_call` in ", NULL},
    {"function %f() {\nblock0:\n jump block1(ret0)\nblock1(v0: i32):\n return\n}",
     "inst0: `retN` block argument in block-call not on `try_call` instruction in ", NULL},
    {"function %f() {\nblock0:\n v0 = get_exception_handler_address.i64 block1, -1\n return\nblock1:\n return\n}",
     "inst0: exception handler index -1 cannot be negative in block0", NULL},
    {"function %f() {\nblock0:\n v0 = get_exception_handler_address.i64 block1, 0\n return\nblock1:\n return\n}",
     "inst0: referenced block block1 does not end in a try_call in block0", NULL},
    {"function %f() {\n sig0 = () tail\n fn0 = %g() tail\nblock0:\n"
     " v0 = get_exception_handler_address.i64 block1, 3\n return\nblock1:\n"
     " try_call fn0(), sig0, block2(), [ default: block3() ]\nblock2:\n return\nblock3:\n return\n}",
     "inst0: exception handler index 3 is out-of-range in block0", NULL},
    /* What a setting or a calling convention rules out. */
    {"function %f() {\nblock0:\n v0 = get_pinned_reg.i64\n return\n}",
     "inst0: GetPinnedReg/SetPinnedReg cannot be used without enable_pinned_reg in `v0 = get_pinned_reg.i64` in block0",
     NULL},
    {"function %f() {\nblock0:\n v0 = get_frame_pointer.i64\n return\n}",
     "inst0: `get_frame_pointer`/`get_return_address` cannot be used without enabling `preserve_frame_pointers` in "
     "`v0 = get_frame_pointer.i64` in block0", NULL},
    {"function %f() -> i8 preserve_all {\nblock0:\n v0 = iconst.i8 0\n return v0\n}",
     "function: Signature with `preserve_all` ABI cannot have return values", NULL},
    {"function %f(f32 sext) {\nblock0(v0: f32):\n return\n}",
     "function: Parameter at position 0 has invalid extension Sext", NULL},
    {"function %f() {\n fn0 = patchable %g() system_v\nblock0:\n call fn0()\n return\n}",
     "inst0: patchable call to non-colocated function in `call fn0()` in block0", NULL},
    {"function %f() {\n fn0 = colocated patchable %g() -> i32 system_v\nblock0:\n v0 = call fn0()\n return\n}",
     "inst0: patchable call cannot occur to a function with return values in `v0 = call fn0()` in block0",
     /* An imported function is never near for a module. */
     "inst0: patchable call to non-colocated function in `v0 = call fn0()` in block0"},
    {"function %f(i32) {\nblock0(v0: i32):\n<0, 1> v1 = iadd.i32 v0, v0\n return\n}",
     "inst0: debug tags present on non-call, non-sequence point instruction in block0", NULL},
};

static void case_each_kind_in_text(void) {
    size_t count = sizeof kinds / sizeof kinds[0];
    for (size_t i = 0; i < count; i++) {
        int64_t ctx = rt_cranelift_parse_function(RT_CSTR(kinds[i].source), RT_CRANELIFT_TARGET_X86_64);
        if (ctx == 0) {
            CHECK(ctx != 0);
            printf("    %s\n", kinds[i].says);
            check_print_error();
            continue;
        }
        CHECK(!rt_cranelift_verify(ctx));
        CHECK_ERROR(INVALID_ARGUMENT);
        keep_message();
        PART("function `f`: the verifier found ");
        PART(kinds[i].says);
        CHECK(rt_cranelift_context_free(ctx));
        /* A module refuses it with the same words, and is usable behind it. */
        int64_t module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_X86_64);
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(kinds[i].source)), -1);
        CHECK_ERROR(INVALID_ARGUMENT);
        keep_message();
        PART("function `f`: the verifier found ");
        PART(kinds[i].module_says != NULL ? kinds[i].module_says : kinds[i].says);
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(ADD)), 1);
        rt_cranelift_free_module(module);
    }
    printf("    %zu kinds\n", count);
}

#define I32 RT_CRANELIFT_TYPE_I32
#define I64 RT_CRANELIFT_TYPE_I64
#define F32 RT_CRANELIFT_TYPE_F32

/* A module with the imported functions that the mistakes call. */
typedef struct {
    int64_t module, ctx, entry, other, param, one32, call_two, call_tail, call_fast, address_sig;
} scene;

static int64_t import(int64_t module, int64_t ctx, const char *name, int64_t conv, int64_t params) {
    int64_t sig = rt_cranelift_new_signature(conv);
    for (int64_t i = 0; i < params; i++) rt_cranelift_sig_add_param(sig, I32);
    int64_t func = rt_cranelift_declare_function(module, RT_CSTR(name), sig, RT_CRANELIFT_LINKAGE_IMPORT);
    CHECK(rt_cranelift_signature_free(sig));
    return rt_cranelift_import_function(ctx, func);
}

/* Function `f(i64) -> i32` at its first instruction, with another block that takes an i64. */
static scene begin(void) {
    scene s = {.module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_X86_64)};
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_SYSTEM_V);
    rt_cranelift_sig_add_param(sig, I64);
    rt_cranelift_sig_set_return(sig, I32);
    s.ctx = rt_cranelift_begin_function(s.module, RT_STR("f"), sig);
    s.address_sig = sig;
    s.entry = rt_cranelift_create_block(s.ctx);
    s.other = rt_cranelift_create_block(s.ctx);
    rt_cranelift_append_func_params(s.ctx, s.entry);
    rt_cranelift_append_block_param(s.ctx, s.other, I64);
    rt_cranelift_switch_to_block(s.ctx, s.entry);
    s.param = rt_cranelift_block_param(s.ctx, s.entry, 0);
    s.one32 = rt_cranelift_iconst(s.ctx, I32, 1);
    s.call_two = import(s.module, s.ctx, "two", RT_CRANELIFT_CALL_CONV_SYSTEM_V, 2);
    s.call_tail = import(s.module, s.ctx, "tail", RT_CRANELIFT_CALL_CONV_TAIL, 0);
    s.call_fast = import(s.module, s.ctx, "fast", RT_CRANELIFT_CALL_CONV_WINDOWS_FASTCALL, 0);
    CHECK_ERROR(OK);
    return s;
}

static void end(scene s) {
    CHECK(rt_cranelift_context_free(s.ctx));
    CHECK(rt_cranelift_signature_free(s.address_sig));
    rt_cranelift_free_module(s.module);
}

static void wrong_terminator(scene s) {
    rt_cranelift_return(s.ctx, s.one32);
    rt_cranelift_return(s.ctx, s.one32);
}
static void wrong_entry(scene s) { rt_cranelift_jump_args(s.ctx, s.entry, &s.param, 1); }
static void wrong_type(scene s) { rt_cranelift_iadd(s.ctx, s.param, s.one32); }
static void wrong_class(scene s) { rt_cranelift_fadd(s.ctx, s.param, s.param); }
static void wrong_extension(scene s) { rt_cranelift_uextend(s.ctx, I32, s.param); }
static void wrong_bitcast(scene s) { rt_cranelift_bitcast(s.ctx, F32, s.param); }
static void wrong_pointer(scene s) { rt_cranelift_load(s.ctx, I32, s.one32, 0); }
static void wrong_count(scene s) { rt_cranelift_call(s.ctx, s.call_two, NULL, 0); }
static void wrong_argument(scene s) {
    const int64_t args[] = {s.one32, s.param};
    rt_cranelift_call(s.ctx, s.call_two, args, 2);
}
static void wrong_indirect(scene s) { rt_cranelift_call_indirect(s.ctx, s.address_sig, s.param, &s.one32, 1); }
static void wrong_jump(scene s) { rt_cranelift_jump_args(s.ctx, s.other, &s.one32, 1); }
static void unknown_callee(scene s) { rt_cranelift_call(s.ctx, 99, NULL, 0); }
static void unknown_variable(scene s) { rt_cranelift_use_var(s.ctx, 1); }
static void unknown_block(scene s) { rt_cranelift_jump(s.ctx, 3); }
static void unknown_param(scene s) { rt_cranelift_block_param(s.ctx, s.other, 1); }
static void wrong_jump_count(scene s) { rt_cranelift_jump(s.ctx, s.other); }
static void wrong_return(scene s) { rt_cranelift_return(s.ctx, s.param); }
static void wrong_return_count(scene s) { rt_cranelift_return_void(s.ctx); }
static void wrong_tail_call(scene s) { rt_cranelift_return_call(s.ctx, s.call_tail, NULL, 0); }
static void wrong_exception(scene s) {
    rt_cranelift_try_call(s.ctx, s.call_fast, NULL, 0, s.other, &s.param, 1);
    rt_cranelift_switch_to_block(s.ctx, s.other);
    rt_cranelift_return(s.ctx, rt_cranelift_iconst(s.ctx, I32, 0));
}
static void wrong_result_number(scene s) {
    const int64_t second = RT_CRANELIFT_TRY_RESULT - 1;
    rt_cranelift_try_call(s.ctx, s.call_tail, NULL, 0, s.other, &second, 1);
}
static void wrong_payload(scene s) {
    const int64_t payload = RT_CRANELIFT_TRY_PAYLOAD;
    rt_cranelift_try_call(s.ctx, s.call_tail, NULL, 0, s.other, &payload, 1);
    rt_cranelift_switch_to_block(s.ctx, s.other);
    rt_cranelift_return(s.ctx, rt_cranelift_iconst(s.ctx, I32, 0));
}
static void wrong_payload_number(scene s) {
    const int64_t third = RT_CRANELIFT_TRY_PAYLOAD - 2;
    rt_cranelift_try_handler(s.ctx, -1, s.other, &third, 1);
    rt_cranelift_try_call(s.ctx, s.call_tail, NULL, 0, s.other, &s.param, 1);
}
static void wrong_handler_index(scene s) { rt_cranelift_get_exception_handler_address(s.ctx, s.other, -1); }
static void wrong_handler_block(scene s) {
    rt_cranelift_get_exception_handler_address(s.ctx, s.other, 0);
    rt_cranelift_jump_args(s.ctx, s.other, &s.param, 1);
    rt_cranelift_switch_to_block(s.ctx, s.other);
    rt_cranelift_return(s.ctx, rt_cranelift_iconst(s.ctx, I32, 0));
}
static void wrong_constant(scene s) { rt_cranelift_iconst(s.ctx, I32, INT64_C(1) << 40); }
static void wrong_dominance(scene s) {
    rt_cranelift_jump_args(s.ctx, s.other, &s.param, 1);
    rt_cranelift_switch_to_block(s.ctx, s.other);
    rt_cranelift_return(s.ctx, s.one32);
    int64_t unreached = rt_cranelift_create_block(s.ctx);
    rt_cranelift_switch_to_block(s.ctx, unreached);
    int64_t late = rt_cranelift_iconst(s.ctx, I32, 9);
    int64_t last = rt_cranelift_create_block(s.ctx);
    rt_cranelift_jump(s.ctx, last);
    rt_cranelift_switch_to_block(s.ctx, last);
    rt_cranelift_return(s.ctx, late);
    (void)late;
}
static void wrong_cold(scene s) {
    rt_cranelift_set_cold_block(s.ctx, s.entry);
    rt_cranelift_return(s.ctx, s.one32);
}
static void wrong_pinned(scene s) {
    rt_cranelift_get_pinned_reg(s.ctx);
    rt_cranelift_return(s.ctx, s.one32);
}
static void wrong_frame(scene s) {
    rt_cranelift_get_frame_pointer(s.ctx);
    rt_cranelift_return(s.ctx, s.one32);
}
static void wrong_end(scene s) { rt_cranelift_iconst(s.ctx, I32, 3); }

/* A mistake by calls, and what the first call that is refused, or the end of the function, says. */
static const struct {
    void (*make)(scene);
    const char *says;
} calls[] = {
    {wrong_terminator, "function `f`, block0, return: block0 has its terminator"},
    {wrong_end, "function `f`: block0 has no terminator"},
    {wrong_entry, "function `f`, block0, jump: block0 is the entry of the function, which nobody branches to"},
    {wrong_type, "function `f`, block0, iadd: `b` is v2 of type i32, and must be i64"},
    {wrong_class, "function `f`, block0, fadd: `a` is v0 of type i64; it takes f16, f32, f64, f128"},
    {wrong_extension, "function `f`, block0, uextend: from i64 to i32: the new type must be wider"},
    {wrong_bitcast, "function `f`, block0, bitcast: i64 has 64 bits, f32 has 32"},
    {wrong_pointer, "function `f`, block0, load: `addr` is v2 of type i32, and must be i64"},
    {wrong_count, "function `f`, block0, call: 0 arguments for a function with 2 parameters"},
    {wrong_argument, "function `f`, block0, call: argument 1 is v0 of type i64, not i32"},
    {wrong_indirect, "function `f`, block0, call_indirect: argument 0 is v2 of type i32, not i64"},
    {unknown_callee, "function `f`, block0, call: `func` is 99; this function has the imports 1 to 3"},
    {unknown_variable, "function `f`, block0, use_var: `variable` is 1; this function has no variables"},
    {unknown_block, "function `f`, block0, jump: `block` is 3; this function has the blocks 1 to 2"},
    {unknown_param, "function `f`, block0, block_param: parameter 1 of block1, which has 1 parameter"},
    {wrong_jump, "function `f`, block0, jump: argument 0 for block1 is v2 of type i32, not i64"},
    {wrong_jump_count, "function `f`, block0, jump: 0 arguments for block1, which has 1 parameter"},
    {wrong_return, "function `f`, block0, return: `value` is v0 of type i64, and must be i32"},
    {wrong_return_count, "function `f`, block0, return: 0 values returned, the signature has 1 result"},
    {wrong_tail_call, "function `f`, block0, return_call: caller and callee must both have the convention tail"},
    {wrong_exception, "calling convention `windows_fastcall` of callee does not support exceptions"},
    {wrong_result_number, "function `f`, block0, try_call: -2 is no value, no result and no payload of the call"},
    {wrong_payload, "inst1: `exnN` block argument used outside normal-return target of `try_call` in "},
    {wrong_payload_number, "function `f`, block0, try_call: -1003 is no value, no result and no payload of the call"},
    {wrong_handler_index, "function `f`, block0, get_exception_handler_address: the index -1 is negative"},
    {wrong_handler_block, "referenced block block1 does not end in a try_call in block0"},
    {wrong_constant, "function `f`, block0, iconst: 1099511627776 has no place in i32"},
    {wrong_cold, "block0: entry block cannot be marked as cold"},
    {wrong_pinned, "cannot be used without enable_pinned_reg in `v3 = get_pinned_reg.i64` in block0"},
    {wrong_frame,
     "cannot be used without enabling `preserve_frame_pointers` in `v3 = get_frame_pointer.i64` in block0"},
};

static void case_each_kind_by_calls(void) {
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        scene s = begin();
        calls[i].make(s);
        rt_cranelift_seal_all_blocks(s.ctx);
        CHECK_INT(rt_cranelift_end_function(s.ctx), 0);
        keep_message();
        PART("function `f`");
        PART(calls[i].says);
        /* The context still knows what went wrong, and lets go of it. */
        rt_cranelift_clear_error(s.ctx);
        end(s);
    }
}

/* A value that is used where it is not known: only the verifier sees that. */
static void case_dominance_by_calls(void) {
    scene s = begin();
    wrong_dominance(s);
    rt_cranelift_seal_all_blocks(s.ctx);
    CHECK_INT(rt_cranelift_end_function(s.ctx), s.ctx);
    end(s);
    s = begin();
    int64_t left = rt_cranelift_create_block(s.ctx), right = rt_cranelift_create_block(s.ctx);
    rt_cranelift_brif(s.ctx, s.param, left, right);
    rt_cranelift_switch_to_block(s.ctx, left);
    int64_t value = rt_cranelift_iadd(s.ctx, s.one32, s.one32);
    rt_cranelift_return(s.ctx, value);
    rt_cranelift_switch_to_block(s.ctx, right);
    rt_cranelift_return(s.ctx, value);
    rt_cranelift_seal_all_blocks(s.ctx);
    CHECK_INT(rt_cranelift_end_function(s.ctx), 0);
    CHECK_ERROR(INVALID_ARGUMENT);
    keep_message();
    PART("function `f`: the verifier found 1 mistake:\n");
    PART("uses value v3 from non-dominating inst2 in `return v3` in block3");
    /* Left to the module, it is found there, with the same words. */
    rt_cranelift_set_verifier(s.ctx, false);
    CHECK_INT(rt_cranelift_end_function(s.ctx), s.ctx);
    CHECK(!rt_cranelift_define_function(s.module, s.ctx, s.ctx));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_MESSAGE("uses value v3 from non-dominating inst2 in `return v3` in block3");
    end(s);
}

/* What the reader of text refuses before the verifier could. */
static const kind unread[] = {
    {"function %f(f32) {\nblock0(v0: f32):\n v1 = iadd v0, v0\n return\n}",
     "line 3: f32 is not a valid typevar for iadd", NULL},
    {"function %f() {\nblock0:\n v0 = iconst.i8 300\n return\n}", "line 3: ", NULL},
    {"function %f() {\nblock0:\n call fn0()\n return\n}", "line 3: ", NULL},
    {"function %f() {\nblock0:\n v0 = stack_addr.i64 ss0\n return\n}", "line 3: ", NULL},
    {"function %f() {\nblock0:\n v0 = symbol_value.i64 gv0\n return\n}", "line 3: ", NULL},
    {"function %f(i64) {\nblock0(v0: i64):\n call_indirect sig0, v0()\n return\n}", "line 3: ", NULL},
    {"function %f() {\nblock0:\n return v7\n}", "line ", NULL},
    /* Over these it panics, and the line is found. */
    {"function %f() {\n dt0 = i32*gv0\nblock0:\n return\n}",
     "line 2: Cranelift's reader gave up: expected vector type", NULL},
    {"function %f() {\nblock0:\n return\n}\n\nfunction %g() {\n gv0 = dyn_scale_target_const.i32\nblock0:\n return\n}",
     "line 7: Cranelift's reader gave up: Expected vector type", NULL},
};

static void case_what_the_reader_refuses(void) {
    for (size_t i = 0; i < sizeof unread / sizeof unread[0]; i++) {
        int64_t ctx = rt_cranelift_parse_function(RT_CSTR(unread[i].source), RT_CRANELIFT_TARGET_X86_64);
        CHECK_INT(ctx, 0);
        CHECK_ERROR(PARSE);
        CHECK_MESSAGE(unread[i].says);
        if (ctx != 0) {
            printf("    %zu: %d\n", i, rt_cranelift_verify(ctx));
            check_print_error();
            CHECK(rt_cranelift_context_free(ctx));
        }
    }
    const char *high = "function %f() {\nblock4000000000:\n return\n}";
    CHECK_FAILS(rt_cranelift_parse_function(RT_CSTR(high), RT_CRANELIFT_TARGET_HOST), 0, LIMIT_REACHED);
    CHECK_MESSAGE("line 2: `block4000000000`: numbers go up to");
}

static const check_case cases[] = {
    CASE(each_kind_in_text),
    CASE(each_kind_by_calls),
    CASE(dominance_by_calls),
    CASE(what_the_reader_refuses),
};

CHECK_MAIN(cases)
