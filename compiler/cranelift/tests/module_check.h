/* What the tests of modules share: modules made from text, and shorter calls. */
#ifndef MODULE_CHECK_H
#define MODULE_CHECK_H

#include "compiler/cranelift/tests/cranelift_check.h"

#define ADD                                     \
    "function %add(i64, i64) -> i64 system_v {\n" \
    "block0(v0: i64, v1: i64):\n"               \
    "    v2 = iadd v0, v1\n"                    \
    "    return v2\n"                           \
    "}\n"

/* A JIT module with these functions, finalized. */
static inline int64_t jit_of(const char *source, int64_t functions) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    CHECK(module != 0);
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), functions);
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    if (rt_last_error_code() != 0) check_print_error();
    return module;
}

static inline int64_t pointer_of(int64_t module, const char *name) {
    return rt_cranelift_get_function_ptr(module, RT_CSTR(name));
}

/* A file with the object of a module with these functions. */
static inline void object_of(const char *source, int64_t functions, const char *path) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), functions);
    CHECK(rt_cranelift_emit_object(module, RT_CSTR(path)));
    if (rt_last_error_code() != 0) check_print_error();
}

static inline void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    if (file == NULL) return;
    fputs(text, file);
    fclose(file);
}

#endif
