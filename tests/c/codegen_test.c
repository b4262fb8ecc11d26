/* Compiling texts into memory: what runs, what refers to what, and what is refused as a whole. */
#define _GNU_SOURCE
#include "rt_codegen.h"

#include "check.h"

#define ADD                                       \
    "function %add(i64, i64) -> i64 system_v {\n" \
    "block0(v0: i64, v1: i64):\n"                 \
    "    v2 = iadd v0, v1\n"                      \
    "    return v2\n"                             \
    "}\n"

/* Calls an earlier function and one of the process. */
#define USE                                              \
    "function %use(i64) -> i64 system_v {\n"             \
    "    fn0 = %add(i64, i64) -> i64 system_v\n"         \
    "    fn1 = %strlen(i64) -> i64 system_v\n"           \
    "block0(v0: i64):\n"                                 \
    "    v1 = call fn1(v0)\n"                            \
    "    v2 = call fn0(v1, v1)\n"                        \
    "    return v2\n"                                    \
    "}\n"

typedef int64_t (*add_function)(int64_t, int64_t);
typedef int64_t (*use_function)(const char *);

static bool compile(int64_t context, const char *source) {
    return rt_codegen_compile_module(RT_STR("test"), RT_CSTR(source), context);
}

static int64_t address(int64_t context, const char *name) {
    return rt_codegen_get_function_ptr(RT_CSTR(name), context);
}

static void case_texts_build_on_each_other(void) {
    int64_t context = rt_codegen_init();
    CHECK(compile(context, ADD));
    add_function add = (add_function)(intptr_t)address(context, "add");
    CHECK_INT(add(40, 2), 42);
    CHECK(compile(context, USE));
    use_function use = (use_function)(intptr_t)address(context, "use");
    CHECK_INT(use("three"), 10);
    CHECK_INT(add(1, INT64_MAX), INT64_MIN);
    CHECK(compile(context, ""));
    CHECK(rt_codegen_context_free(context));
}

static void case_a_text_counts_as_a_whole(void) {
    int64_t context = rt_codegen_init();
    CHECK(!compile(context, ADD "function %bad() -> i64 system_v {\nblock0:\n return\n}\n"));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_MESSAGE("`bad`");
    CHECK_FAILS(address(context, "add"), 0, NOT_FOUND);
    CHECK(!compile(context, USE));
    CHECK_ERROR(NOT_FOUND);
    CHECK_MESSAGE("undefined: `add`, which `use` uses");
    CHECK_FAILS(address(context, "use"), 0, NOT_FOUND);
    CHECK(compile(context, USE ADD));
    CHECK(!compile(context, ADD));
    CHECK_ERROR(ALREADY_EXISTS);
#define TWICE "function %x() system_v {\nblock0:\n    return\n}\n"
    CHECK(!compile(context, TWICE TWICE));
    CHECK_ERROR(ALREADY_EXISTS);
    CHECK(rt_codegen_free(context));
}

static void case_bad_input_is_refused(void) {
    int64_t context = rt_codegen_init();
    CHECK(!compile(context, "function %f() {\nblock0:\n    nonsense\n}"));
    CHECK_ERROR(PARSE);
    CHECK_MESSAGE("line 3");
    CHECK(!compile(context, "function %w(i128) system_v {\nblock0(v0: i128):\n    return\n}"));
    CHECK_ERROR(UNSUPPORTED);
    CHECK(!rt_codegen_compile_module(RT_STR("a\0b"), RT_STR(ADD), context));
    CHECK_ERROR(INVALID_ARGUMENT);
    size_t len = (64 << 20) + 1;
    char *blanks = malloc(len);
    memset(blanks, ' ', len);
    CHECK_FAILS(rt_codegen_compile_module(RT_STR("t"), (const uint8_t *)blanks, len, context), false, LIMIT_REACHED);
    free(blanks);
    CHECK(!rt_codegen_compile_module(RT_STR("t"), RT_STR(ADD), 0));
    CHECK_ERROR(INVALID_HANDLE);
    CHECK(rt_codegen_free(context));
    CHECK(!rt_codegen_free(context));
    CHECK_ERROR(STALE_HANDLE);
    CHECK(rt_codegen_free(0));
}

static void case_contexts_are_apart(void) {
    int64_t one = rt_codegen_init();
    int64_t other = rt_codegen_init();
    CHECK(compile(one, ADD) && compile(other, ADD));
    CHECK(address(one, "add") != address(other, "add"));
    CHECK(rt_codegen_free(one));
    CHECK_INT(((add_function)(intptr_t)address(other, "add"))(2, 3), 5);
    CHECK(rt_codegen_free(other));
}

static const check_case cases[] = {
    CASE(texts_build_on_each_other),
    CASE(a_text_counts_as_a_whole),
    CASE(bad_input_is_refused),
    CASE(contexts_are_apart),
};

CHECK_MAIN(cases)
