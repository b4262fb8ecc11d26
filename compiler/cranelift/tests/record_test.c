/* Recordings: what is written, that it is whole at any moment, and what does not start one. That the programs do the
 * same again is the record_test of the replay tool. */
#include "compiler/cranelift/tests/module_check.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

/* A file's text; the caller frees it. */
static char *text_of(const char *path) {
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    char *text = calloc(1, 1 << 20);
    if (file != NULL) {
        CHECK(fread(text, 1, (1 << 20) - 1, file) > 0);
        fclose(file);
    }
    return text;
}

static int64_t recorded_module(void) {
    const rt_text settings[] = {RT_TEXT("opt_level=speed"), RT_TEXT("record=bug.c")};
    return rt_cranelift_new_aot_module_with(RT_STR("demo"), RT_STR("riscv64gc-unknown-linux-gnu"), settings, 2);
}

/* A function that is half built: `block` is current. */
static int64_t half_built(int64_t module, int64_t *block) {
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    rt_cranelift_sig_add_param(sig, RT_CRANELIFT_TYPE_I64);
    rt_cranelift_sig_add_return(sig, RT_CRANELIFT_TYPE_I64);
    int64_t ctx = rt_cranelift_begin_function(module, RT_STR("half"), sig);
    CHECK(rt_cranelift_signature_free(sig));
    *block = rt_cranelift_create_block(ctx);
    rt_cranelift_append_func_params(ctx, *block);
    rt_cranelift_switch_to_block(ctx, *block);
    int64_t value = rt_cranelift_block_param(ctx, *block, 0);
    rt_cranelift_iadd(ctx, value, value);
    return ctx;
}

static void case_writes_calls_with_variables(void) {
    int64_t block, module = recorded_module();
    CHECK(module != 0);
    int64_t ctx = half_built(module, &block);
    CHECK(rt_cranelift_iadd(ctx, 2, 77) == 0);
    CHECK(rt_cranelift_clear_error(ctx));
    int64_t two = 2;
    rt_cranelift_return_values(ctx, &two, 1);
    rt_cranelift_seal_all_blocks(ctx);
    CHECK_INT(rt_cranelift_end_function(ctx), ctx);
    CHECK(rt_cranelift_define_function(module, ctx, ctx));
    CHECK(rt_cranelift_context_free(ctx));
    rt_bytes object = rt_cranelift_emit_object_bytes(module);
    CHECK(object.len > 0);
    rt_bytes_free(object);
    char *text = text_of("bug.c");
    static const char *const lines[] = {
        "    module[1] = rt_cranelift_new_aot_module_with(",
        "    signature[1] = rt_cranelift_new_signature(4);\n    rt_cranelift_sig_add_param(signature[1], 4);\n",
        "    context[1] = rt_cranelift_begin_function(module[1], (const uint8_t *)\"half\", 4, signature[1]); is(0);\n",
        "    block[1] = rt_cranelift_create_block(context[1]); is(0);\n",
        "    value[1] = rt_cranelift_block_param(context[1], block[1], 0); is(0);\n",
        "    value[2] = rt_cranelift_iadd(context[1], value[1], value[1]); is(0);\n",
        "    value[3] = rt_cranelift_iadd(context[1], value[2], 77); is(6); /* INVALID_HANDLE: ",
        "    rt_cranelift_return_values(context[1], (const int64_t[]){value[2]}, 1); is(0);\n",
        "    rt_cranelift_define_function(module[1], context[1], context[1]); is(0);\n",
        "    write_file(rt_cranelift_emit_object_bytes(module[1]));",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (strstr(text, lines[i]) == NULL) check_failed(__FILE__, __LINE__, lines[i]);
    }
    CHECK(strstr(text, "record=") == NULL && strstr(text, "opt_level=speed") != NULL);
    free(text);
    text = text_of("bug.clif");
    CHECK(strncmp(text, "test compile\nset opt_level=speed\n", 33) == 0);
    CHECK(strstr(text, "\ntarget riscv64") != NULL && strstr(text, "v1 = iadd v0, v0") != NULL);
    free(text);
}

static void case_is_whole_when_the_process_dies(void) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        int64_t block, module = recorded_module();
        int64_t ctx = half_built(module, &block);
        for (int i = 0; i < 2000; i++) rt_cranelift_iconst(ctx, RT_CRANELIFT_TYPE_I32, i);
        raise(SIGKILL);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    char *text = text_of("bug.c");
    CHECK(strstr(text, "= rt_cranelift_iconst(context[1], 3, 1999);\n}\n") != NULL);
    CHECK(strstr(text, "int64_t value[2048];") != NULL);
    CHECK(strstr(text, "void part_5(void) {\n") != NULL);
    CHECK(text[strlen(text) - 2] == '}');
    free(text);
}

/* Functions of one module, built and compiled by several threads. */
struct builder {
    int64_t module;
    int number;
};

static void *build(void *argument) {
    const struct builder *self = argument;
    int64_t module = self->module;
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    for (int i = 0; i < 50; i++) {
        char name[64];
        snprintf(name, sizeof name, "f%d_%d", self->number, i);
        int64_t ctx = rt_cranelift_begin_function(module, RT_CSTR(name), sig);
        rt_cranelift_switch_to_block(ctx, rt_cranelift_create_block(ctx));
        rt_cranelift_return_void(ctx);
        rt_cranelift_seal_all_blocks(ctx);
        CHECK_INT(rt_cranelift_end_function(ctx), ctx);
        CHECK(rt_cranelift_define_function(module, ctx, ctx));
        CHECK(rt_cranelift_context_free(ctx));
    }
    CHECK(rt_cranelift_signature_free(sig));
    return NULL;
}

static void case_takes_calls_of_several_threads(void) {
    int64_t module = recorded_module();
    pthread_t threads[4];
    struct builder builders[4];
    for (int i = 0; i < 4; i++) {
        builders[i] = (struct builder){module, i};
        CHECK_INT(pthread_create(&threads[i], NULL, build, &builders[i]), 0);
    }
    for (int i = 0; i < 4; i++) CHECK_INT(pthread_join(threads[i], NULL), 0);
    rt_cranelift_free_module(module);
    char *text = text_of("bug.c");
    size_t count = 0;
    for (char *at = text; (at = strstr(at, " = rt_cranelift_begin_function(")) != NULL; at++) count++;
    CHECK_U64(count, 200);
    free(text);
}

static void case_other_modules_are_not_recorded(void) {
    int64_t block, module = recorded_module();
    int64_t other = rt_cranelift_new_aot_module(RT_STR("other"), RT_CRANELIFT_TARGET_HOST);
    int64_t ctx = half_built(other, &block);
    CHECK(rt_cranelift_context_free(ctx));
    rt_cranelift_free_module(other);
    rt_cranelift_free_module(module);
    char *text = text_of("bug.c");
    CHECK(strstr(text, "rt_cranelift_begin_function") == NULL);
    CHECK(strstr(text, "rt_cranelift_free_module(module[1]);") != NULL);
    free(text);
}

static void case_refuses_what_cannot_be_written(void) {
    static const char *const wrong[] = {"record=no/such/bug.c", "record=.", "record=bug.clif", "record=/"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        rt_text setting = {(const uint8_t *)wrong[i], strlen(wrong[i])};
        CHECK_INT(rt_cranelift_new_module_with(RT_STR("demo"), &setting, 1), 0);
        CHECK(rt_last_error_code() != 0);
    }
    rt_list_cranelift_setting settings = rt_cranelift_settings(RT_STR("host"), false);
    bool is_listed = false;
    for (uint64_t i = 0; i < settings.len; i++) {
        is_listed |= strcmp((const char *)settings.items[i].name.ptr, "record") == 0;
    }
    CHECK(is_listed);
    rt_list_cranelift_setting_free(settings);
}

static const check_case cases[] = {
    CASE(writes_calls_with_variables),
    CASE(is_whole_when_the_process_dies),
    CASE(takes_calls_of_several_threads),
    CASE(other_modules_are_not_recorded),
    CASE(refuses_what_cannot_be_written),
};

CHECK_MAIN(cases)
