/* write_throw NONE.o SPEED.o: objects whose functions throw and catch, at two levels of optimization; throw.c is the
 * rest of the program.
 *
 * Nobody lists the handlers of an object for a runtime. So its functions tell them: before a `try_call`, each puts what
 * a runtime needs to go on there (stack pointer, frame pointer, tag, the address of the handler) into its frame, and
 * enters that into a list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt_cranelift.h"

/* `$` is for the level in names. */
static const char source[] =
    "function %catches_$(i64) -> i64 system_v {\n"
    "    sig0 = (i64) -> i64 tail\n"
    "    fn0 = colocated %passes_$(i64) -> i64 tail\n"
    "    fn1 = %enter(i64) system_v\n"
    "    fn2 = %leave(i64) system_v\n"
    "    ss0 = explicit_slot 80\n"
    "block0(v0: i64):\n"
    "    v1 = stack_addr.i64 ss0\n    v2 = stack_addr.i64 ss0+40\n"
    "    v3 = get_stack_pointer.i64\n    v4 = get_frame_pointer.i64\n"
    "    v5 = get_exception_handler_address.i64 block1, 0\n"
    "    v6 = get_exception_handler_address.i64 block1, 1\n"
    "    v7 = iconst.i64 1\n    v8 = iconst.i64 -1\n    v17 = iconst.i64 1000\n    v9 = imul v0, v17\n"
    "    store v3, v1+8\n    store v4, v1+16\n    store v8, v1+24\n    store v6, v1+32\n"
    "    store v3, v2+8\n    store v4, v2+16\n    store v7, v2+24\n    store v5, v2+32\n"
    "    call fn1(v1)\n    call fn1(v2)\n    jump block1\n"
    "block1:\n    try_call fn0(v0), sig0, block2(ret0), [ tag1: block3(exn0, exn1), default: block4(exn0) ]\n"
    "block2(v10: i64):\n    call fn2(v1)\n    return v10\n"
    "block3(v11: i64, v12: i64):\n    call fn2(v1)\n    v13 = iadd v11, v12\n    v14 = iadd v13, v9\n    return v14\n"
    "block4(v15: i64):\n    call fn2(v1)\n    v16 = ineg v15\n    return v16\n}\n"
    "function %passes_$(i64) -> i64 tail {\n"
    "    sig0 = (i64) -> i64 tail\n"
    "    fn0 = colocated %leaf_$(i64) -> i64 tail\n"
    "    fn1 = %enter(i64) system_v\n"
    "    fn2 = %leave(i64) system_v\n"
    "    ss0 = explicit_slot 40\n"
    "block0(v0: i64):\n"
    "    v1 = stack_addr.i64 ss0\n    v2 = get_stack_pointer.i64\n    v3 = get_frame_pointer.i64\n"
    "    v4 = get_exception_handler_address.i64 block1, 0\n    v5 = iconst.i64 2\n"
    "    store v2, v1+8\n    store v3, v1+16\n    store v5, v1+24\n    store v4, v1+32\n"
    "    call fn1(v1)\n    jump block1\n"
    "block1:\n    try_call fn0(v0), sig0, block2(ret0), [ tag2: block3(exn0) ]\n"
    "block2(v6: i64):\n    call fn2(v1)\n    v7 = iconst.i64 1\n    v8 = iadd v6, v7\n    return v8\n"
    "block3(v9: i64):\n    call fn2(v1)\n    return v9\n}\n"
    "function %leaf_$(i64) -> i64 tail {\n"
    "    fn0 = %throws(i64) -> i64 system_v\n"
    "block0(v0: i64):\n    v1 = call fn0(v0)\n    return v1\n}\n";

static void check(void) {
    if (rt_last_error_code() == 0) return;
    rt_text message = rt_last_error_message();
    fprintf(stderr, "%s\n", (const char *)message.ptr);
    exit(1);
}

static void write_object(const char *level, const char *path) {
    char text[2 * sizeof source], setting[40];
    size_t len = 0;
    for (const char *at = source; *at != '\0'; at++) {
        len += (size_t)snprintf(text + len, sizeof text - len, *at == '$' ? "%s" : "%.1s", *at == '$' ? level : at);
    }
    snprintf(setting, sizeof setting, "opt_level=%s", level);
    const rt_text settings[] = {RT_TEXT("preserve_frame_pointers=true"),
                                {(const uint8_t *)setting, strlen(setting)}};
    int64_t module = rt_cranelift_new_aot_module_with(RT_CSTR(level), RT_STR("host"), settings, 2);
    check();
    rt_cranelift_define_text(module, (const uint8_t *)text, len);
    check();
    rt_cranelift_emit_object(module, RT_CSTR(path));
    check();
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: write_throw NONE.o SPEED.o\n");
        return 2;
    }
    write_object("none", argv[1]);
    write_object("speed", argv[2]);
    return 0;
}
