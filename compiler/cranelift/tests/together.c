/* One program, one library: the runtime and the backend share errors, results and handles. */
#define _GNU_SOURCE
#include "rt_all.h"

#include "tests/c/check.h"

#include <signal.h>
#include <sys/wait.h>

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

static int64_t pointer_of(int64_t module, const char *name) {
    return rt_cranelift_get_function_ptr(module, RT_CSTR(name));
}

static int64_t guarded_address;

/* A function of the program that keeps a trap to itself. */
static int64_t guarded(int64_t arguments, int64_t data) {
    const int64_t args[] = {arguments, data};
    rt_list_i64 results = rt_cranelift_call_function_catching(guarded_address, args, 2);
    CHECK(results.items == NULL);
    CHECK_ERROR(TRAP);
    return 0;
}

static void case_no_trap_jumps_over_the_runtime(void) {
    const char *source =
        "function %bad(i64, i64) -> i64 system_v {\nblock0(v0: i64, v1: i64):\n    trap user7\n}\n"
        "function %outer(i64) -> i64 system_v {\n"
        "    fn0 = %rt_value_function_call(i64, i64) -> i64 system_v\n"
        "block0(v0: i64):\n    v1 = iconst.i64 0\n    v2 = call fn0(v0, v1)\n    return v2\n}\n";
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    CHECK(rt_cranelift_add_symbol(module, RT_STR("rt_value_function_call"), (int64_t)(intptr_t)rt_value_function_call));
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), 2);
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    guarded_address = pointer_of(module, "bad");
    int64_t code = guarded_address;
    int64_t (*bad)(int64_t, int64_t) = (int64_t(*)(int64_t, int64_t))(intptr_t)code;
    int64_t careless = rt_value_function_new(RT_STR("careless"), bad, 0);
    int64_t careful = rt_value_function_new(RT_STR("careful"), guarded, 0);
    CHECK(careless != 0 && careful != 0);
    pid_t child = fork();
    if (child == 0) {
        rt_list_i64_free(rt_cranelift_call_function_catching(pointer_of(module, "outer"), &careless, 1));
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGILL);
    rt_list_i64 results = rt_cranelift_call_function_catching(pointer_of(module, "outer"), &careful, 1);
    CHECK(results.len == 1 && rt_value_is_nil(results.items[0]));
    CHECK(results.len == 1 && rt_value_free(results.items[0]));
    CHECK(rt_list_i64_free(results));
    CHECK(rt_value_free(careless));
    CHECK(rt_value_free(careful));
    rt_cranelift_free_module(module);
}

/* What the guide says of functions of the runtime that generated code calls: each shape as parameters and results. */
static const char *calls_of_each_shape =
    "function %shapes(i64, i64, i64, i64, i64) -> i64 system_v {\n"
    "    ss0 = explicit_slot 16\n"
    "    fn0 = %rt_json_get_int(i64, i64, i64, i64) -> i8, i64 system_v\n"
    "    fn1 = %rt_json_quote(i64, i64) -> i64, i64 system_v\n"
    "    fn2 = %rt_text_free(i64, i64) -> i8 system_v\n"
    "    fn3 = %rt_atomic_compare_exchange(i64, i64, i64, i64) -> i8 system_v\n"
    "    fn4 = %rt_value_bool(i8 uext) -> i64 system_v\n"
    "    fn5 = %rt_value_free(i64) -> i8 system_v\n"
    "block0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64):\n"
    "    v5, v6 = call fn0(v0, v1, v2, v3)\n"
    "    v7, v8 = call fn1(v0, v1)\n"
    "    v9 = call fn2(v7, v8)\n"
    "    v10 = stack_addr.i64 ss0\n"
    "    v11 = call fn3(v4, v6, v8, v10)\n"
    "    v12 = load.i8 v10\n"
    "    v13 = load.i64 v10+8\n"
    "    v14 = call fn4(v12)\n"
    "    v15 = call fn5(v14)\n"
    "    v16 = iadd v5, v9\n"
    "    v17 = iadd v11, v12\n"
    "    v18 = iadd v16, v17\n"
    "    v19 = iadd v18, v15\n"
    "    v20 = uextend.i64 v19\n"
    "    v21 = imul v20, v13\n"
    "    return v21\n"
    "}\n";

#define SYMBOL(name) CHECK(rt_cranelift_add_symbol(module, RT_STR(#name), (int64_t)(intptr_t)name))

static void case_code_calls_functions_of_each_shape(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    SYMBOL(rt_json_get_int);
    SYMBOL(rt_json_quote);
    SYMBOL(rt_text_free);
    SYMBOL(rt_atomic_compare_exchange);
    SYMBOL(rt_value_bool);
    SYMBOL(rt_value_free);
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(calls_of_each_shape)), 1);
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    const char *json = "{\"a\": 42}";
    int64_t atomic = rt_atomic_new(42);
    const int64_t args[] = {(int64_t)(intptr_t)json, (int64_t)strlen(json), (int64_t)(intptr_t)"a", 1, atomic};
    rt_list_i64 results = rt_cranelift_call_function_catching(pointer_of(module, "shapes"), args, 5);
    /* Five truths, one of each call, times what the atomic was before: the number of the JSON. */
    CHECK(results.len == 1 && results.items[0] == 5 * 42);
    /* It became the length of the quoted text. */
    CHECK_INT(rt_atomic_load(atomic), (int64_t)strlen("\"{\\\"a\\\": 42}\""));
    CHECK(rt_list_i64_free(results));
    CHECK(rt_atomic_free(atomic));
    rt_cranelift_free_module(module);
}

static const check_case cases[] = {
    CASE(results_go_from_one_to_the_other),
    CASE(there_is_one_error_and_one_table),
    CASE(no_trap_jumps_over_the_runtime),
    CASE(code_calls_functions_of_each_shape),
};

CHECK_MAIN(cases)
