/* Exceptions of a runtime: `try_call`, and a throw that finds its handler through the library. */
#include "compiler/cranelift/tests/module_check.h"
#include "compiler/cranelift/tests/resume.h"

#ifdef CAN_RESUME

static const char *source =
    "function %catches(i64) -> i64 system_v {\n"
    "    sig0 = (i64) -> i64 tail\n"
    "    fn0 = %passes(i64) -> i64 tail\n"
    "block0(v0: i64):\n"
    "    v10 = iconst.i64 1000\n"
    "    try_call fn0(v0), sig0, block1(ret0), [ tag1: block2(exn0, exn1), default: block3(exn0) ]\n"
    "block1(v1: i64):\n    return v1\n"
    "block2(v2: i64, v3: i64):\n    v4 = iadd v2, v3\n    v5 = iadd v4, v10\n    return v5\n"
    "block3(v6: i64):\n    v7 = ineg v6\n    return v7\n}\n"
    "function %passes(i64) -> i64 tail {\n"
    "    sig0 = (i64) -> i64 tail\n"
    "    fn0 = %leaf(i64) -> i64 tail\n"
    "block0(v0: i64):\n"
    "    try_call fn0(v0), sig0, block1(ret0), [ tag2: block2(exn0) ]\n"
    "block1(v1: i64):\n    v2 = iconst.i64 1\n    v3 = iadd v1, v2\n    return v3\n"
    "block2(v4: i64):\n    return v4\n}\n"
    "function %leaf(i64) -> i64 tail {\n"
    "    fn0 = %throws(i64) -> i64 system_v\n"
    "block0(v0: i64):\n    v1 = call fn0(v0)\n    return v1\n}\n";

/* Throws an exception with this tag to the next handler outwards; comes back if there is none. */
static void throw(int64_t tag, int64_t one, int64_t two, uintptr_t *frame) {
    for (int depth = 0; depth < 10; depth++) {
        uintptr_t *caller = (uintptr_t *)frame[0];
        rt_list_cranelift_handler handlers = rt_cranelift_exception_handlers((int64_t)frame[1]);
        rt_cranelift_handler found = {0};
        for (uint64_t i = 0; i < handlers.len && found.address == 0; i++) {
            if (handlers.items[i].tag == tag || handlers.items[i].tag == -1) found = handlers.items[i];
        }
        rt_list_cranelift_handler_free(handlers);
        if (found.address != 0) {
            CHECK(found.frame_offset >= 0);
            resume((uintptr_t)caller, (uintptr_t)caller - (uintptr_t)found.frame_offset, (uintptr_t)found.address, one,
                   two);
        }
        frame = caller;
    }
}

/* Called by generated code. Numbers below 10 come back; others are thrown, with the tag number / 10. */
__attribute__((noinline)) static int64_t throws(int64_t number) {
    if (number >= 10) throw(number / 10, number, 7, __builtin_frame_address(0));
    return number;
}

static void case_exceptions_reach_their_handlers(void) {
    static const char *const levels[] = {"opt_level=none", "opt_level=speed"};
    for (size_t i = 0; i < 2; i++) {
        const rt_text settings[] = {RT_TEXT("preserve_frame_pointers=true"),
                                    {(const uint8_t *)levels[i], strlen(levels[i])}};
        int64_t module = rt_cranelift_new_module_with(RT_STR("test"), settings, 2);
        CHECK(rt_cranelift_add_symbol(module, RT_STR("throws"), (int64_t)(intptr_t)throws));
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), 3);
        if (rt_last_error_code() != 0) check_print_error();
        CHECK_INT(rt_cranelift_finalize_module(module), module);
        int64_t (*catches)(int64_t) = (int64_t (*)(int64_t))(intptr_t)pointer_of(module, "catches");
        for (int round = 0; round < 100; round++) {
            CHECK_INT(catches(5), 6);
            CHECK_INT(catches(11), 11 + 7 + 1000);
            CHECK_INT(catches(22), 22);
            CHECK_INT(catches(33), -33);
        }
        rt_cranelift_free_module(module);
    }
}

static void case_other_addresses_have_no_handlers(void) {
    static const int64_t addresses[] = {0, 1, -1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        rt_list_cranelift_handler none = rt_cranelift_exception_handlers(addresses[i]);
        CHECK(none.items != NULL && none.len == 0);
        CHECK_ERROR(OK);
        CHECK(rt_list_cranelift_handler_free(none));
    }
}

static const check_case cases[] = {
    CASE(exceptions_reach_their_handlers),
    CASE(other_addresses_have_no_handlers),
};

CHECK_MAIN(cases)

#else

int main(void) { return 0; }

#endif
