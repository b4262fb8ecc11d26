/* One program, one library: the runtime and the backend share errors, results and handles. */
#define _GNU_SOURCE
#include "rt_all.h"

#include "tests/c/check.h"

static void case_results_go_from_one_to_the_other(void) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    const char *source = "function %main() -> i32 system_v {\nblock0:\n    v0 = iconst.i32 7\n    return v0\n}\n";
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), 1);
    rt_bytes object = rt_cranelift_emit_object_bytes(module);
    CHECK(rt_file_write_bytes(RT_STR("main.o"), object.ptr, object.len));
    CHECK_INT(rt_shell(RT_STR("cc main.o -o main && ./main")), 7);
    CHECK(rt_bytes_free(object));
}

static void case_there_is_one_error_and_one_table(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t context = rt_codegen_init();
    CHECK(!rt_codegen_free(module));
    CHECK_ERROR(WRONG_KIND);
    CHECK(rt_file_exists(RT_STR(".")));
    CHECK_ERROR(OK);
    CHECK_INT(rt_cranelift_finalize_module(context), 0);
    CHECK_ERROR(WRONG_KIND);
    CHECK(rt_codegen_free(context));
    rt_cranelift_free_module(module);
}

static const check_case cases[] = {
    CASE(results_go_from_one_to_the_other),
    CASE(there_is_one_error_and_one_table),
};

CHECK_MAIN(cases)
