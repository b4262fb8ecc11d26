/* Modules: declaring, defining, finalizing, running, and every order in which that goes wrong. */
#include "compiler/cranelift/tests/module_check.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>

static void case_runs_what_is_defined(void) {
    int64_t module = jit_of(ADD, 1);
    const int64_t args[] = {INT64_MAX, 1, 0};
    int64_t add = pointer_of(module, "add");
    CHECK_INT(rt_cranelift_call_function_ptr(add, args, 2), INT64_MIN);
    CHECK_ERROR(OK);
    int64_t (*direct)(int64_t, int64_t) = (int64_t (*)(int64_t, int64_t))(intptr_t)add;
    CHECK_INT(direct(40, 2), 42);
    CHECK_FAILS(rt_cranelift_call_function_ptr(add, args, 1), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("function `add` takes 2 words of arguments, 1 are given");
    CHECK_FAILS(rt_cranelift_call_function_ptr(add, args, 3), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_call_function_ptr(add + 1, args, 2), 0, NOT_FOUND);
    CHECK_FAILS(rt_cranelift_call_function_ptr(0, args, 2), 0, NULL_POINTER);
    CHECK_FAILS(rt_cranelift_call_function_ptr(-1, args, 2), 0, NOT_FOUND);
    CHECK_FAILS(rt_cranelift_call_function_ptr(add, NULL, 2), 0, NULL_POINTER);
    rt_cranelift_free_module(module);
    CHECK_FAILS(rt_cranelift_call_function_ptr(add, args, 2), 0, NOT_FOUND);
}

static void case_finalizes_again_as_functions_come(void) {
    int64_t module = jit_of(ADD, 1);
    int64_t add = pointer_of(module, "add");
    for (int i = 0; i < 50; i++) {
        char source[300];
        snprintf(source, sizeof source,
                 "function %%f%d(i64) -> i64 system_v {\n"
                 "    fn0 = colocated %%add(i64, i64) -> i64 system_v\n"
                 "block0(v0: i64):\n"
                 "    v1 = iconst.i64 %d\n"
                 "    v2 = call fn0(v0, v1)\n"
                 "    return v2\n"
                 "}\n",
                 i, i);
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), 1);
        CHECK_INT(rt_cranelift_finalize_module(module), module);
        char name[20];
        snprintf(name, sizeof name, "f%d", i);
        const int64_t args[] = {100};
        CHECK_INT(rt_cranelift_call_function_ptr(pointer_of(module, name), args, 1), 100 + i);
    }
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    CHECK_INT(pointer_of(module, "add"), add);
    rt_list_cranelift_function_info functions = rt_cranelift_module_functions(module);
    CHECK_U64(functions.len, 51);
    CHECK(functions.items[50].is_defined && functions.items[50].code_size > 0);
    CHECK(strcmp((const char *)functions.items[50].name.ptr, "f49") == 0);
    CHECK(rt_list_cranelift_function_info_free(functions));
    rt_cranelift_free_module(module);
}

static void case_wrong_orders_are_errors(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    CHECK_FAILS(pointer_of(module, "add"), 0, NOT_FOUND);
    CHECK_MESSAGE("has no function `add`");
    CHECK_INT(rt_cranelift_define_text(module, RT_STR(ADD)), 1);
    CHECK_FAILS(pointer_of(module, "add"), 0, NOT_FOUND);
    CHECK_MESSAGE("function `add` is not finalized");
    CHECK_FAILS(rt_cranelift_define_text(module, RT_STR(ADD)), -1, ALREADY_EXISTS);
    CHECK_MESSAGE("function `add` is defined already");
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    CHECK_FAILS(rt_cranelift_define_text(module, RT_STR(ADD)), -1, ALREADY_EXISTS);
    CHECK(!rt_cranelift_emit_object(module, RT_STR("a.o")));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_finalize_module(module), 0, STALE_HANDLE);
    rt_cranelift_free_module(module);
    CHECK_ERROR(STALE_HANDLE);
    rt_cranelift_free_module(0);
    CHECK_ERROR(OK);
    CHECK_FAILS(rt_cranelift_finalize_module(0), 0, INVALID_HANDLE);
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    CHECK_FAILS(rt_cranelift_finalize_module(sig), 0, WRONG_KIND);
    CHECK(rt_cranelift_signature_free(sig));
}

static void case_an_object_module_has_no_addresses(void) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    CHECK_INT(rt_cranelift_define_text(module, RT_STR(ADD)), 1);
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    CHECK_FAILS(pointer_of(module, "add"), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("is an object module");
    CHECK(!rt_cranelift_add_symbol(module, RT_STR("x"), 1));
    CHECK_ERROR(INVALID_ARGUMENT);
    rt_cranelift_free_module(module);
}

static void case_declarations_must_agree(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t other = rt_cranelift_new_module(RT_STR("other"), RT_CRANELIFT_TARGET_HOST);
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    int64_t f = rt_cranelift_declare_function(module, RT_STR("f"), sig, RT_CRANELIFT_LINKAGE_IMPORT);
    CHECK(f > 0);
    CHECK_INT(rt_cranelift_declare_function(module, RT_STR("f"), sig, RT_CRANELIFT_LINKAGE_IMPORT), f);
    CHECK_INT(rt_cranelift_find_function(module, RT_STR("f")), f);
    CHECK_FAILS(rt_cranelift_function_address(other, f), 0, WRONG_KIND);
    CHECK_FAILS(rt_cranelift_function_address(module, f), 0, NOT_FOUND);
    CHECK_FAILS(rt_cranelift_function_address(module, 7), 0, WRONG_KIND);
    CHECK_FAILS(rt_cranelift_function_address(module, -7), 0, INVALID_HANDLE);
    CHECK_FAILS(rt_cranelift_data_address(module, f), 0, WRONG_KIND);
    CHECK_FAILS(rt_cranelift_declare_function(module, RT_STR("g"), sig, 3), 0, INVALID_ENUM);
    CHECK_FAILS(rt_cranelift_declare_function(module, RT_STR(""), sig, 0), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_declare_function(module, RT_STR("a\0b"), sig, 0), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cranelift_declare_data(module, RT_STR("f"), 0, true, false, 0), 0, ALREADY_EXISTS);
    rt_cranelift_sig_add_param(sig, RT_CRANELIFT_TYPE_I64);
    CHECK_FAILS(rt_cranelift_declare_function(module, RT_STR("f"), sig, 1), 0, ALREADY_EXISTS);
    CHECK_MESSAGE("`f` is declared with");
    CHECK(rt_cranelift_signature_free(sig));
    rt_cranelift_free_module(module);
    rt_cranelift_free_module(other);
}

static void case_missing_symbols_are_listed(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    const char *source =
        "function %f() system_v {\n"
        "    fn0 = %no_such_one() system_v\n"
        "    fn1 = %no_such_two() system_v\n"
        "block0:\n    call fn0()\n    call fn1()\n    call fn0()\n    return\n}\n"
        "function %g() system_v {\nblock0:\n    return\n}\n";
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), 2);
    CHECK_FAILS(rt_cranelift_finalize_module(module), 0, NOT_FOUND);
    CHECK_MESSAGE("undefined: `no_such_one`, which `f` uses; `no_such_two`, which `f` uses");
    CHECK_FAILS(pointer_of(module, "g"), 0, NOT_FOUND);
    CHECK_INT(rt_cranelift_define_text(module, RT_STR("function %h() system_v {\nblock0:\n return\n}")), 1);
    int64_t known = (int64_t)(intptr_t)&abort;
    CHECK(rt_cranelift_add_symbol(module, RT_STR("no_such_one"), known));
    CHECK(rt_cranelift_add_symbol(module, RT_STR("no_such_one"), known));
    CHECK(!rt_cranelift_add_symbol(module, RT_STR("no_such_one"), known + 1));
    CHECK_ERROR(ALREADY_EXISTS);
    CHECK(!rt_cranelift_add_symbol(module, RT_STR("no_such_two"), 0));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK(rt_cranelift_add_symbol(module, RT_STR("no_such_two"), known));
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    CHECK(pointer_of(module, "h") != 0);
    rt_cranelift_free_module(module);
}

static void case_symbols_come_from_the_process(void) {
    const char *source =
        "function %length(i64) -> i64 system_v {\n"
        "    fn0 = %strlen(i64) -> i64 system_v\n"
        "block0(v0: i64):\n    v1 = call fn0(v0)\n    return v1\n}\n";
    for (int pic = 0; pic < 2; pic++) {
        rt_text settings[] = {RT_TEXT("is_pic=false")};
        if (pic) settings[0] = (rt_text)RT_TEXT("is_pic=true");
        int64_t module = rt_cranelift_new_module_with(RT_STR("test"), settings, 1);
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), 1);
        CHECK_INT(rt_cranelift_finalize_module(module), module);
        const int64_t args[] = {(int64_t)(intptr_t)"seven.."};
        CHECK_INT(rt_cranelift_call_function_ptr(pointer_of(module, "length"), args, 1), 7);
        rt_cranelift_free_module(module);
    }
}

static void case_settings_are_checked(void) {
    const rt_text good[] = {RT_TEXT("opt_level=speed"), RT_TEXT("regalloc_algorithm=single_pass"),
                            RT_TEXT("enable_verifier = false")};
    int64_t module = rt_cranelift_new_module_with(RT_STR("test"), good, 3);
    CHECK(module != 0);
    CHECK_INT(rt_cranelift_define_text(module, RT_STR(ADD)), 1);
    rt_cranelift_free_module(module);
    static const struct {
        const char *setting;
        int32_t code;
        const char *message;
    } bad[] = {
        {"opt_levl=speed", RT_ERROR_NOT_FOUND, "did you mean `opt_level`?"},
        {"opt_level=fast", RT_ERROR_INVALID_ARGUMENT, "any among none, speed, speed_and_size"},
        {"opt_level", RT_ERROR_INVALID_ARGUMENT, "name=value"},
        {"enable_verifier=maybe", RT_ERROR_INVALID_ARGUMENT, "expected bool"},
        {"probestack_size_log2=x", RT_ERROR_INVALID_ARGUMENT, "expected number"},
        {"probestack_size_log2=1", RT_ERROR_INVALID_ARGUMENT, "expected 12 to 30"},
        {"bb_padding_log2_minus_one=63", RT_ERROR_INVALID_ARGUMENT, "expected 0 to 22"},
        {"", RT_ERROR_INVALID_ARGUMENT, "name=value"},
        {"=1", RT_ERROR_NOT_FOUND, "no setting"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const rt_text setting[] = {{(const uint8_t *)bad[i].setting, strlen(bad[i].setting)}};
        CHECK_INT(rt_cranelift_new_module_with(RT_STR("test"), setting, 1), 0);
        CHECK_INT(rt_last_error_code(), bad[i].code);
        CHECK_MESSAGE(bad[i].message);
    }
    for (int64_t target = 0; target <= 3; target++) {
        int64_t aot = rt_cranelift_new_aot_module(RT_STR("test"), target);
        CHECK(aot != 0);
        rt_cranelift_free_module(aot);
    }
    CHECK_FAILS(rt_cranelift_new_module(RT_STR("test"), 4), 0, INVALID_ENUM);
    CHECK_FAILS(rt_cranelift_new_module(RT_STR("test"), -2), 0, INVALID_ENUM);
    CHECK_FAILS(rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_S390X), 0, UNSUPPORTED);
    CHECK_FAILS(rt_cranelift_new_aot_module_triple(RT_STR("t"), RT_STR("no triple")), 0, PARSE);
    CHECK_FAILS(rt_cranelift_new_aot_module_triple(RT_STR("t"), RT_STR("x86_64-apple-darwin")), 0, UNSUPPORTED);
}

static void case_bad_code_is_refused_and_the_module_stays(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    CHECK_FAILS(rt_cranelift_define_text(module, RT_STR("function %f( {")), -1, PARSE);
    CHECK_MESSAGE("line 1");
    CHECK_FAILS(rt_cranelift_define_text(module, RT_STR("function %f() -> i64 system_v {\nblock0:\n return\n}")), -1,
                INVALID_ARGUMENT);
    CHECK_MESSAGE("inst0");
    CHECK_FAILS(rt_cranelift_define_text(
                    module, RT_STR("function %w(i128) system_v {\nblock0(v0: i128):\n return\n}")),
                -1, UNSUPPORTED);
    CHECK_MESSAGE("function `w`");
    CHECK_FAILS(rt_cranelift_define_text(
                    module, RT_STR("function %f16(f16, f16) -> f16 system_v {\nblock0(v0: f16, v1: f16):\n"
                                   " v2 = fadd v0, v1\n return v2\n}")),
                -1, UNSUPPORTED);
    CHECK_INT(rt_cranelift_define_text(module, RT_STR(ADD)), 1);
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    rt_cranelift_free_module(module);
}

static void case_text_and_machine_code_can_be_read(void) {
    const rt_text keep[] = {RT_TEXT("keep_text=true")};
    int64_t module = rt_cranelift_new_module_with(RT_STR("test"), keep, 1);
    CHECK_INT(rt_cranelift_define_text(module, RT_STR(ADD)), 1);
    CHECK_TEXT(rt_cranelift_module_text(module), ADD);
    int64_t add = rt_cranelift_find_function(module, RT_STR("add"));
    CHECK_TEXT_HAS(rt_cranelift_function_disassembly(module, add), "ret");
    rt_bytes code = rt_cranelift_function_code(module, add);
    CHECK(code.len > 4);
    CHECK(rt_bytes_free(code));
    rt_cranelift_free_module(module);
    module = jit_of(ADD, 1);
    CHECK_NO_TEXT(rt_cranelift_module_text(module));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_MESSAGE("keep_text=true");
    rt_cranelift_free_module(module);
}

static void *define_many(void *argument) {
    int64_t module = *(int64_t *)argument;
    for (int i = 0; i < 40; i++) {
        char source[200];
        snprintf(source, sizeof source,
                 "function %%t%lx_%d(i64) -> i64 system_v {\nblock0(v0: i64):\n v1 = iconst.i64 %d\n return v1\n}",
                 (unsigned long)pthread_self(), i, i);
        if (rt_cranelift_define_text(module, RT_CSTR(source)) != 1) return argument;
        if (i % 8 == 0 && rt_cranelift_finalize_module(module) != module) return argument;
    }
    return NULL;
}

static void case_threads_share_a_module(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, define_many, &module) == 0);
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        CHECK(failed == NULL);
    }
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    rt_list_cranelift_function_info functions = rt_cranelift_module_functions(module);
    CHECK_U64(functions.len, 160);
    CHECK(rt_list_cranelift_function_info_free(functions));
    rt_cranelift_free_module(module);
}

/* The resident memory of this process, in KiB. */
static long resident(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
        fclose(file);
    }
    return pages * 4;
}

static void case_memory_is_flat_over_many_modules(void) {
    long before = 0;
    for (int i = 0; i < 10000; i++) {
        int64_t module = jit_of(ADD, 1);
        const int64_t args[] = {i, 1};
        CHECK_INT(rt_cranelift_call_function_ptr(pointer_of(module, "add"), args, 2), i + 1);
        rt_cranelift_free_module(module);
        if (i == 1000) before = resident();
    }
    long grown = resident() - before;
    printf("    10000 modules: resident memory changed by %ld KiB over the last 9000\n", grown);
#ifndef __SANITIZE_ADDRESS__
    CHECK(grown < 2048);
#endif
}

static const check_case cases[] = {
    CASE(runs_what_is_defined),
    CASE(finalizes_again_as_functions_come),
    CASE(wrong_orders_are_errors),
    CASE(an_object_module_has_no_addresses),
    CASE(declarations_must_agree),
    CASE(missing_symbols_are_listed),
    CASE(symbols_come_from_the_process),
    CASE(settings_are_checked),
    CASE(bad_code_is_refused_and_the_module_stays),
    CASE(text_and_machine_code_can_be_read),
    CASE(threads_share_a_module),
    CASE(memory_is_flat_over_many_modules),
};

CHECK_MAIN(cases)
