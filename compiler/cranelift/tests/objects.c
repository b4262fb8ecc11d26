/* objects DIRECTORY THREADS: writes the object of one program for each of the four targets, compiled by so many
 * threads. What it writes depends on nothing else: not on where and when it runs, nor on who else does.
 */
#include <stdio.h>
#include <stdlib.h>

#include "rt_cranelift.h"

#define FUNCTIONS 60

static const char *const targets[] = {"x86_64", "aarch64", "riscv64", "s390x"};

/* Ends the program if the last call failed. */
static void check(void) {
    if (rt_last_error_code() == 0) return;
    rt_text message = rt_last_error_message();
    fprintf(stderr, "%.*s\n", (int)message.len, (const char *)message.ptr);
    exit(1);
}

/* Exception handlers, tail calls, 128 bits and data of threads, which have relocations of their own. */
static const char *source =
    "function %mine() -> i64 system_v {\n    gv0 = symbol tls %counter\n"
    "block0:\n    v0 = tls_value.i64 gv0\n    v1 = load.i64 v0\n    return v1\n}\n"
    "function %wide(i64, i64) -> i64 system_v {\n"
    "block0(v0: i64, v1: i64):\n    v2 = iconcat v0, v1\n    v3 = imul v2, v2\n    v4, v5 = isplit v3\n"
    "    v6 = bxor v4, v5\n    return v6\n}\n"
    "function %float(f64, f64) -> f64 system_v {\n    fn0 = %fma(f64, f64, f64) -> f64 system_v\n"
    "block0(v0: f64, v1: f64):\n    v2 = fmul v0, v1\n    v3 = f64const 0x1.8p4\n    v4 = fmax v2, v3\n"
    "    v5 = call fn0(v4, v0, v1)\n    return v5\n}\n";

/* A function with branches, a table, memory, calls of its neighbours and data; its number makes it differ. */
static int64_t build(int64_t module, int64_t sig, int number, const int64_t *functions, int64_t data) {
    int64_t ctx = rt_cranelift_begin_declared(module, functions[number]);
    int64_t entry = rt_cranelift_create_block(ctx);
    rt_cranelift_append_func_params(ctx, entry);
    rt_cranelift_switch_to_block(ctx, entry);
    int64_t value = rt_cranelift_block_param(ctx, entry, 0);
    int64_t slot = rt_cranelift_stack_slot(ctx, 32, 16);
    int64_t address = rt_cranelift_data_addr_in_func(ctx, data);
    for (int i = 0; i < 8; i++) {
        int64_t place = rt_cranelift_source_location(module, RT_STR("garden/plan.simple"), number + 1, i + 1);
        rt_cranelift_set_srcloc(ctx, place);
        int64_t blocks[4];
        for (int b = 0; b < 4; b++) blocks[b] = rt_cranelift_create_block(ctx);
        int64_t joined = rt_cranelift_append_block_param(ctx, blocks[3], RT_CRANELIFT_TYPE_I64);
        int64_t index = rt_cranelift_ireduce(ctx, RT_CRANELIFT_TYPE_I32, value);
        rt_cranelift_stack_store(ctx, value, slot, 8);
        rt_cranelift_br_table(ctx, index, blocks[2], blocks, 2);
        for (int b = 0; b < 3; b++) {
            rt_cranelift_switch_to_block(ctx, blocks[b]);
            int64_t loaded = rt_cranelift_load(ctx, RT_CRANELIFT_TYPE_I64, address, 8 * b);
            int64_t constant = rt_cranelift_iconst(ctx, RT_CRANELIFT_TYPE_I64, (int64_t)number << (4 * i));
            int64_t sum = b == 0 ? rt_cranelift_iadd(ctx, loaded, constant) : rt_cranelift_imul(ctx, loaded, value);
            if (b == 2) {
                int64_t next = functions[(number + i + 1) % FUNCTIONS];
                sum = rt_cranelift_call(ctx, rt_cranelift_import_function(ctx, next), &sum, 1);
                sum = rt_cranelift_call_indirect(ctx, sig, rt_cranelift_func_addr(ctx, next), &sum, 1);
            }
            rt_cranelift_jump_args(ctx, blocks[3], &sum, 1);
        }
        rt_cranelift_switch_to_block(ctx, blocks[3]);
        value = rt_cranelift_bxor(ctx, joined, rt_cranelift_stack_load(ctx, RT_CRANELIFT_TYPE_I64, slot, 8));
    }
    rt_cranelift_return(ctx, value);
    rt_cranelift_seal_all_blocks(ctx);
    rt_cranelift_end_function(ctx);
    check();
    return ctx;
}

static int64_t program(int64_t target, int64_t threads) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("garden"), target);
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    rt_cranelift_sig_add_param(sig, RT_CRANELIFT_TYPE_I64);
    rt_cranelift_sig_set_return(sig, RT_CRANELIFT_TYPE_I64);
    int64_t counter = rt_cranelift_declare_data(module, RT_STR("counter"), RT_CRANELIFT_LINKAGE_LOCAL, true, true, 8);
    const uint8_t initial[8] = {7};
    rt_cranelift_define_data(module, counter, initial, sizeof initial);
    int64_t words = rt_cranelift_declare_data(module, RT_STR("words"), RT_CRANELIFT_LINKAGE_EXPORT, false, false, 16);
    rt_cranelift_define_data_zero(module, words, 24);
    int64_t text = rt_cranelift_declare_string_data(module, RT_STR("roots and herbs"));
    rt_cranelift_data_write_address(module, words, 8, text, 2);
    check();
    rt_cranelift_define_text(module, RT_CSTR(source));
    check();
    int64_t functions[FUNCTIONS];
    for (int i = 0; i < FUNCTIONS; i++) {
        char name[20];
        snprintf(name, sizeof name, "f%d", i);
        int64_t linkage = i % 3 == 0 ? RT_CRANELIFT_LINKAGE_EXPORT : RT_CRANELIFT_LINKAGE_LOCAL;
        functions[i] = rt_cranelift_declare_function(module, RT_CSTR(name), sig, linkage);
        check();
    }
    for (int i = 0; i < FUNCTIONS; i++) {
        int64_t ctx = build(module, sig, i, functions, words);
        rt_cranelift_queue_function(module, functions[i], ctx);
        check();
        rt_cranelift_context_free(ctx);
    }
    rt_cranelift_compile_queued(module, threads);
    check();
    rt_cranelift_signature_free(sig);
    return module;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: objects DIRECTORY THREADS\n");
        return 2;
    }
    for (int64_t target = RT_CRANELIFT_TARGET_X86_64; target <= RT_CRANELIFT_TARGET_S390X; target++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s.o", argv[1], targets[target]);
        int64_t module = program(target, strtoll(argv[2], NULL, 10));
        rt_cranelift_emit_object(module, RT_CSTR(path));
        check();
    }
    return 0;
}
