/* A compiler of a small language: it writes an object file, has `cc` link it, and runs the program.
 *
 * A program is lines `name = sum` and `print sum`; a sum is names and numbers joined by + - *. Variables are data of
 * the object; printing is a call of printf of the C library.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rt_cranelift.h"

static const char *sample =
    "width = 6\n"
    "height = 7\n"
    "print width * height\n"
    "width = width + height - 1\n"
    "print width * width\n";

/* What is being compiled. */
typedef struct {
    int64_t module;
    int64_t ctx;
    int64_t print;  /* The imported function, as this function knows it. */
    int64_t format; /* The text "%lld\n". */
    const char *next;
    int line;
} compiler;

static void stop_at(const compiler *c, const char *what) {
    fprintf(stderr, "line %d: %s\n", c->line, what);
    exit(1);
}

/* Ends the program if the last call failed. */
static void check(void) {
    if (rt_last_error_code() == 0) return;
    rt_text message = rt_last_error_message();
    fprintf(stderr, "%.*s\n", (int)message.len, (const char *)message.ptr);
    exit(1);
}

static char peek(compiler *c) {
    while (*c->next == ' ') c->next++;
    return *c->next;
}

/* Reads a name; gives its length. */
static size_t read_name(compiler *c, char *name, size_t size) {
    size_t len = 0;
    peek(c);
    while (isalpha((unsigned char)*c->next) && len + 1 < size) name[len++] = *c->next++;
    name[len] = 0;
    return len;
}

/* The address of a variable, which exists from its first use on. */
static int64_t variable(compiler *c, const char *name) {
    int64_t data = rt_cranelift_find_data(c->module, RT_CSTR(name));
    if (data == 0) data = rt_cranelift_declare_global_data(c->module, RT_CSTR(name), RT_CRANELIFT_TYPE_I64, 0);
    int64_t address = rt_cranelift_data_addr_in_func(c->ctx, data);
    check();
    return address;
}

static int64_t compile_value(compiler *c) {
    char name[32];
    if (isdigit((unsigned char)peek(c))) {
        char *end;
        int64_t value = strtoll(c->next, &end, 10);
        c->next = end;
        return rt_cranelift_iconst(c->ctx, RT_CRANELIFT_TYPE_I64, value);
    }
    if (read_name(c, name, sizeof name) == 0) stop_at(c, "a name or a number is missing");
    return rt_cranelift_load(c->ctx, RT_CRANELIFT_TYPE_I64, variable(c, name), 0);
}

static int64_t compile_product(compiler *c) {
    int64_t left = compile_value(c);
    while (peek(c) == '*') {
        c->next++;
        left = rt_cranelift_imul(c->ctx, left, compile_value(c));
    }
    return left;
}

static int64_t compile_sum(compiler *c) {
    int64_t left = compile_product(c);
    for (char op = peek(c); op == '+' || op == '-'; op = peek(c)) {
        c->next++;
        int64_t right = compile_product(c);
        left = op == '+' ? rt_cranelift_iadd(c->ctx, left, right) : rt_cranelift_isub(c->ctx, left, right);
    }
    return left;
}

static void compile_line(compiler *c) {
    char name[32];
    if (read_name(c, name, sizeof name) == 0) stop_at(c, "a name or `print` is missing");
    if (strcmp(name, "print") == 0) {
        int64_t args[2];
        args[0] = rt_cranelift_data_addr_in_func(c->ctx, c->format);
        args[1] = compile_sum(c);
        rt_cranelift_call(c->ctx, c->print, args, 2);
    } else {
        if (peek(c) != '=') stop_at(c, "`=` is missing");
        c->next++;
        int64_t value = compile_sum(c);
        rt_cranelift_store(c->ctx, value, variable(c, name), 0);
    }
    check();
    if (peek(c) != '\n') stop_at(c, "the line goes on where it should end");
    c->next++;
}

/* Compiles a program into an object file with the function main. */
static void compile(const char *source, const char *path) {
    compiler c = {.next = source, .line = 1};
    c.module = rt_cranelift_new_aot_module(RT_STR("program"), RT_CRANELIFT_TARGET_HOST);
    c.format = rt_cranelift_declare_string_data(c.module, RT_STR("%lld\n\0"));
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    rt_cranelift_sig_set_return(sig, RT_CRANELIFT_TYPE_I32);
    c.ctx = rt_cranelift_begin_function(c.module, RT_STR("main"), sig);
    rt_cranelift_sig_add_param(sig, RT_CRANELIFT_TYPE_PTR);
    rt_cranelift_sig_add_param(sig, RT_CRANELIFT_TYPE_I64);
    /* A function with `...` is called like any other on x86-64 as long as no float is passed. */
    int64_t print = rt_cranelift_declare_function(c.module, RT_STR("printf"), sig, RT_CRANELIFT_LINKAGE_IMPORT);
    c.print = rt_cranelift_import_function(c.ctx, print);
    rt_cranelift_signature_free(sig);
    rt_cranelift_switch_to_block(c.ctx, rt_cranelift_create_block(c.ctx));
    check();
    for (; *c.next != 0; c.line++) compile_line(&c);
    rt_cranelift_return(c.ctx, rt_cranelift_iconst(c.ctx, RT_CRANELIFT_TYPE_I32, 0));
    rt_cranelift_seal_all_blocks(c.ctx);
    int64_t function = rt_cranelift_end_function(c.ctx);
    check();
    rt_cranelift_define_function(c.module, function, c.ctx);
    check();
    rt_cranelift_context_free(c.ctx);
    rt_cranelift_emit_object(c.module, RT_CSTR(path));
    check();
}

int main(void) {
    char directory[] = "/tmp/simple-compiler-XXXXXX";
    if (mkdtemp(directory) == NULL || chdir(directory) != 0) {
        perror(directory);
        return 1;
    }
    printf("The program:\n%s", sample);
    fflush(stdout);
    compile(sample, "program.o");
    int status = system("cc program.o -o program && echo 'It prints:' && ./program");
    if (unlink("program.o") != 0 || unlink("program") != 0 || rmdir(directory) != 0) perror(directory);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
