/* What the verifier accepts and the compiler refuses: the error names the place, whether Cranelift names it or not. */
#include "compiler/cranelift/tests/message_check.h"

static void case_what_a_target_cannot_do(void) {
    static const struct {
        int64_t target;
        const char *source, *says;
    } rows[] = {
        {RT_CRANELIFT_TARGET_X86_64,
         "function %f(i64, i64) -> i64 {\nblock0(v0: i64, v1: i64):\n jump block1(v0, v1)\nblock1(v2: i64, v3: i64):\n"
         " v4 = iconcat v2, v3\n v5 = iconcat v3, v2\n v6 = sdiv v4, v5\n v7 = ireduce.i64 v6\n return v7\n}",
         "function `f`, block1, inst3 `v6 = sdiv.i128 v4, v5` on i128:"},
        {RT_CRANELIFT_TARGET_AARCH64,
         "function %f(i64, i64) -> i64 {\nblock0(v0: i64, v1: i64):\n"
         " v4 = iconcat v0, v1\n v5 = iconcat v1, v0\n v6 = urem v4, v5\n v7 = ireduce.i64 v6\n return v7\n}",
         "urem"},
        {RT_CRANELIFT_TARGET_S390X,
         "function %f(i64, i64) -> i64 {\nblock0(v0: i64, v1: i64):\n"
         " v4 = iconcat v0, v1\n v5 = iconcat v1, v0\n v6 = srem v4, v5\n v7 = ireduce.i64 v6\n return v7\n}",
         "srem"},
        {RT_CRANELIFT_TARGET_X86_64,
         "function %f(f16, f16) -> f16 {\nblock0(v0: f16, v1: f16):\n v2 = fadd v0, v1\n return v2\n}", "fadd"},
        {RT_CRANELIFT_TARGET_X86_64,
         "function %f(f128, f128) -> f128 {\nblock0(v0: f128, v1: f128):\n v2 = fmul v0, v1\n return v2\n}", "fmul"},
        {RT_CRANELIFT_TARGET_AARCH64,
         "function %f(f128) -> f128 {\nblock0(v0: f128):\n v1 = sqrt v0\n return v1\n}", "sqrt"},
        {RT_CRANELIFT_TARGET_RISCV64,
         "function %f(f128, f128) -> i8 {\nblock0(v0: f128, v1: f128):\n v2 = fcmp eq v0, v1\n return v2\n}", "fcmp"},
        {RT_CRANELIFT_TARGET_S390X,
         "function %f(f16) -> f16 {\nblock0(v0: f16):\n v1 = fadd v0, v0\n return v1\n}", "fadd"},
        /* Cranelift names no place in these. */
        {RT_CRANELIFT_TARGET_RISCV64,
         "function %f(i64) -> i64, i64, i64 {\nblock0(v0: i64):\n return v0, v0, v0\n}",
         "function `f`, its signature (i64) -> i64, i64, i64 fast: "},
        {RT_CRANELIFT_TARGET_S390X,
         "function %f(i64) -> i64, i64, i64, i64, i64 {\nblock0(v0: i64):\n return v0, v0, v0, v0, v0\n}",
         "function `f`, its signature (i64) -> i64, i64, i64, i64, i64 fast: "},
        {RT_CRANELIFT_TARGET_RISCV64,
         "function %f(i64) {\n sig0 = (i64) -> i64, i64, i64\nblock0(v0: i64):\n jump block1\nblock1:\n"
         " v1, v2, v3 = call_indirect sig0, v0(v0)\n return\n}",
         "function `f`, block1, inst1 `v1, v2, v3 = call_indirect.i64 sig0, v0(v0)`, sig0 (i64) -> "
         "i64, i64, i64 fast: "},
        {RT_CRANELIFT_TARGET_RISCV64, "function %f() {\n sig0 = () -> i64, i64, i64\nblock0:\n return\n}",
         "function `f`, sig0 () -> i64, i64, i64 fast: "},
        {RT_CRANELIFT_TARGET_X86_64, "function %f(i64, i128) {\nblock0(v0: i64, v1: i128):\n return\n}",
         "function `f`, parameter 2 (i128) of its signature (i64, i128) fast: "},
        {RT_CRANELIFT_TARGET_X86_64,
         "function %f(i64, i64) -> i64, i128 {\nblock0(v0: i64, v1: i64):\n v2 = iconcat v0, v1\n return v0, v2\n}",
         "function `f`, result 2 (i128) of its signature (i64, i64) -> i64, i128 fast: "},
        {RT_CRANELIFT_TARGET_X86_64,
         "function %f(i8x8, i8x8) -> i8x8 {\nblock0(v0: i8x8, v1: i8x8):\n v2 = band v0, v1\n v3 = isub v2, v1\n"
         " v4 = isub v3, v2\n return v4\n}",
         "function `f`, block0, inst1 `v3 = isub.i8x8 v2, v1`: "},
        {RT_CRANELIFT_TARGET_X86_64,
         "function %f(i64, f16) -> f64 {\nblock0(v0: i64, v1: f16):\n brif v0, block1, block2\nblock1:\n"
         " v2 = fpromote.f64 v1\n return v2\nblock2:\n v3 = f64const 0x1.0\n return v3\n}",
         "function `f`, block1, inst1 `v2 = fpromote.f64 v1` on f16: "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t module = rt_cranelift_new_aot_module(RT_STR("test"), rows[i].target);
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(rows[i].source)), -1);
        CHECK_ERROR(UNSUPPORTED);
        keep_message();
        PART(rows[i].says);
        PART("Cranelift accepts this, but cannot compile it for");
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(ADD)), 1);
        rt_cranelift_free_module(module);
    }
}

static void case_a_frame_that_is_too_big(void) {
    const char *source = "function %f(i64) {\n ss0 = explicit_slot 8\n ss1 = explicit_slot 4294967200\n"
                         " ss2 = explicit_slot 100000\nblock0(v0: i64):\n return\n}";
    int64_t module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_X86_64);
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), -1);
    CHECK_ERROR(LIMIT_REACHED);
    CHECK_MESSAGE("function `f`, its stack slots of 4295067208 bytes, the largest ss1 of 4294967200: ");
    rt_cranelift_free_module(module);
}

/* Without the verifier, what the compiler stumbles over is told in the verifier's words. */
static void case_the_verifier_is_off(void) {
    const rt_text settings[] = {RT_TEXT("enable_verifier=false")};
    int64_t module = rt_cranelift_new_aot_module_with(RT_STR("test"), RT_STR("x86_64"), settings, 1);
    CHECK(module != 0);
    const char *source = "function %f(i32) -> i32 {\nblock0(v0: i32):\n v1 = iadd.i32 v2, v0\n"
                         " v2 = iadd.i32 v1, v0\n return v2\n}";
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), -1);
    CHECK_ERROR(INVALID_ARGUMENT);
    keep_message();
    PART("function `f`: the verifier found 1 mistake:\n");
    PART("inst0: uses value v2 from non-dominating inst1 in `v1 = iadd.i32 v2, v0` in block0\n");
    PART("the verifier was off (`enable_verifier=false`), and the compiler met it: ");
    /* Over these the compiler would never come to an end. */
    static const struct {
        const char *source, *says;
    } endless[] = {
        {"function %g() {\nblock0:\n jump block1\n}", "inst0: invalid block reference block1 in block0"},
        {"function %g() {\nblock0:\n jump block1\nblock1:\n nop\n}",
         "block1: block does not end in a terminator instruction"},
        {"function %g() {\nblock0:\n return\n jump block0\n}",
         "inst0: a terminator instruction was encountered before the end of block0"},
    };
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++) {
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(endless[i].source)), -1);
        CHECK_ERROR(INVALID_ARGUMENT);
        keep_message();
        PART("function `g`: the verifier found ");
        PART(endless[i].says);
        PART("the compiler met it: it might never end");
    }
    CHECK_INT(rt_cranelift_define_text(module, RT_STR(ADD)), 1);
    rt_cranelift_free_module(module);
}

/* Cranelift follows global values by recursion. */
static void case_chains_of_global_values(void) {
    static char source[20000];
    const char *tail = "block0(v0: i64):\n return\n}";
    for (int count = 64; count <= 66; count++) {
        int len = snprintf(source, sizeof source, "function %%f(i64 vmctx) {\n gv0 = vmctx\n");
        for (int i = 1; i < count; i++)
            len += snprintf(source + len, sizeof source - (size_t)len, " gv%d = load.i64 notrap aligned gv%d\n", i,
                            i - 1);
        snprintf(source + len, sizeof source - (size_t)len, " stack_limit = gv%d\n%s", count - 1, tail);
        int64_t module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_X86_64);
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), count <= 64 ? 1 : -1);
        if (count > 64) {
            CHECK_ERROR(LIMIT_REACHED);
            CHECK_MESSAGE("function `f`, gv64: more than 64 global values in a chain");
        }
        rt_cranelift_free_module(module);
    }
    /* A circle ends the process if nobody looks. */
    const rt_text settings[] = {RT_TEXT("enable_verifier=false")};
    for (uint64_t off = 0; off < 2; off++) {
        int64_t module = rt_cranelift_new_aot_module_with(RT_STR("test"), RT_STR("x86_64"), settings, off);
        const char *circle = "function %f(i64 vmctx) {\n gv0 = load.i64 notrap aligned gv1\n"
                             " gv1 = load.i64 notrap aligned gv0\n stack_limit = gv0\n ss0 = explicit_slot 100\n"
                             " fn0 = %g()\nblock0(v0: i64):\n call fn0()\n return\n}";
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(circle)), -1);
        CHECK_ERROR(INVALID_ARGUMENT);
        keep_message();
        PART("function `f`: the verifier found 1 mistake:\ngv0: global value cycle: [gv0, gv1]");
        if (off) PART("the verifier was off (`enable_verifier=false`), and the compiler met it: it might never end");
        rt_cranelift_free_module(module);
    }
}

static const check_case cases[] = {
    CASE(what_a_target_cannot_do),
    CASE(a_frame_that_is_too_big),
    CASE(the_verifier_is_off),
    CASE(chains_of_global_values),
};

CHECK_MAIN(cases)
