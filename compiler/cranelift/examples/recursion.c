/* A function that calls itself, built call by call: run in memory, with an end and without, and written to an object.
 *
 * The guide, ../GUIDE.md, takes its pieces from here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rt_cranelift.h"

static void print_error(void) {
    int32_t code = rt_last_error_code();
    rt_text message = rt_last_error_message();
    printf("  error %" PRId32 ": %.*s\n", code, (int)message.len, (const char *)message.ptr);
    rt_text_free(message);
}

/* fib(n) is n for n < 2, else fib(n - 1) + fib(n - 2). */
static bool define_fib(int64_t module) {
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    rt_cranelift_sig_add_param(sig, RT_CRANELIFT_TYPE_I64);
    rt_cranelift_sig_set_return(sig, RT_CRANELIFT_TYPE_I64);
    int64_t fib = rt_cranelift_declare_function(module, RT_STR("fib"), sig, RT_CRANELIFT_LINKAGE_EXPORT);
    rt_cranelift_signature_free(sig);

    int64_t ctx = rt_cranelift_begin_declared(module, fib);
    int64_t entry = rt_cranelift_create_block(ctx);
    int64_t small = rt_cranelift_create_block(ctx);
    int64_t large = rt_cranelift_create_block(ctx);
    rt_cranelift_append_func_params(ctx, entry);

    rt_cranelift_switch_to_block(ctx, entry);
    int64_t n = rt_cranelift_block_param(ctx, entry, 0);
    int64_t two = rt_cranelift_iconst(ctx, RT_CRANELIFT_TYPE_I64, 2);
    int64_t is_small = rt_cranelift_icmp(ctx, RT_CRANELIFT_INT_CC_SLT, n, two);
    rt_cranelift_brif(ctx, is_small, small, large);

    rt_cranelift_switch_to_block(ctx, small);
    rt_cranelift_return(ctx, n);

    rt_cranelift_switch_to_block(ctx, large);
    int64_t one = rt_cranelift_iconst(ctx, RT_CRANELIFT_TYPE_I64, 1);
    int64_t less = rt_cranelift_isub(ctx, n, one);
    int64_t first = rt_cranelift_call(ctx, fib, &less, 1);
    less = rt_cranelift_isub(ctx, n, two);
    int64_t second = rt_cranelift_call(ctx, fib, &less, 1);
    rt_cranelift_return(ctx, rt_cranelift_iadd(ctx, first, second));

    rt_cranelift_seal_all_blocks(ctx);
    bool is_defined = rt_cranelift_end_function(ctx) != 0 && rt_cranelift_define_function(module, fib, ctx);
    if (!is_defined) print_error();
    rt_cranelift_context_free(ctx);
    return is_defined;
}

/* Runs fib in memory, in the two ways that there are. */
static void run_fib(int64_t module) {
    if (!define_fib(module) || rt_cranelift_finalize_module(module) == 0) {
        print_error();
        return;
    }
    int64_t address = rt_cranelift_get_function_ptr(module, RT_STR("fib"));

    printf("With checks:\n ");
    for (int64_t n = 0; n < 10; n++) {
        rt_list_i64 results = rt_cranelift_call_function_catching(address, &n, 1);
        if (results.items != NULL) printf(" %" PRId64, results.items[0]);
        rt_list_i64_free(results);
    }

    int64_t (*fib)(int64_t) = (int64_t (*)(int64_t))(intptr_t)address;
    printf("\nAs a C function:\n  fib(30) = %" PRId64 "\n", fib(30));
}

static void show_text(int64_t module) {
    rt_text text = rt_cranelift_module_text(module);
    printf("As text:\n%.*s", (int)text.len, (const char *)text.ptr);
    rt_text_free(text);
}

/* The same functions may come from text. This one never stops calling itself. */
static const char endless[] =
    "function %down(i64) -> i64 system_v {\n"
    "    fn0 = colocated %down(i64) -> i64 system_v\n"
    "block0(v0: i64):\n"
    "    v1 = iconst.i64 1\n"
    "    v2 = isub v0, v1\n"
    "    v3 = call fn0(v2)\n"
    "    v4 = iadd v3, v0\n"
    "    return v4\n"
    "}\n";

static void run_endless(int64_t module) {
    printf("Without an end:\n");
    if (rt_cranelift_define_text(module, RT_CSTR(endless)) < 0 || rt_cranelift_finalize_module(module) == 0) {
        print_error();
        return;
    }
    const int64_t args[] = {1};
    rt_list_i64 results =
        rt_cranelift_call_function_catching(rt_cranelift_get_function_ptr(module, RT_STR("down")), args, 1);
    rt_cranelift_last_trap_result trap;
    if (results.items == NULL && rt_last_error_code() == RT_ERROR_TRAP && rt_cranelift_last_trap(&trap)) {
        bool is_overflow = trap.code == RT_CRANELIFT_TRAP_REPORT_STACK_OVERFLOW;
        printf("  %s: %s\n", (const char *)trap.function.ptr, is_overflow ? "stack overflow" : "another trap");
        rt_cranelift_last_trap_result_free(&trap);
    }
    rt_list_i64_free(results);
}

static void show_mistake(int64_t module) {
    printf("With a mistake:\n");
    const char *source = "function %half(f64) -> f64 system_v {\n"
                         "block0(v0: f64):\n"
                         "    v1 = iadd v0, v0\n"
                         "    return v1\n"
                         "}\n";
    if (rt_cranelift_define_text(module, RT_CSTR(source)) < 0) print_error();
}

/* The same code for a machine that this one is not. */
static void write_object(void) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("fib"), RT_CRANELIFT_TARGET_AARCH64);
    define_fib(module);
    rt_bytes object = rt_cranelift_emit_object_bytes(module);
    bool is_elf = object.len > 4 && memcmp(object.ptr, "\177ELF", 4) == 0;
    printf("An object for AArch64: %s\n", is_elf ? "written" : "failed");
    rt_bytes_free(object);
}

int main(void) {
    const rt_text settings[] = {RT_TEXT("opt_level=speed"), RT_TEXT("keep_text=true")};
    int64_t module = rt_cranelift_new_module_with(RT_STR("guide"), settings, 2);
    if (module == 0) {
        print_error();
        return 1;
    }
    run_fib(module);
    show_text(module);
    run_endless(module);
    show_mistake(module);
    rt_cranelift_free_module(module);
    write_object();
    return rt_live_handles(RT_KIND_CRANELIFT_MODULE) != 0;
}
