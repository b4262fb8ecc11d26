/* A calculator that compiles: each expression becomes a function of x in memory and is run for a few values of x.
 *
 * Grammar: sum = product {("+" | "-") product}; product = factor {("*" | "/" | "%") factor};
 * factor = number | "x" | "-" factor | "(" sum ")". Numbers are integers of 64 bits.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt_cranelift.h"

/* An expression on its way to code. */
typedef struct {
    int64_t ctx;      /* The function that is being built. */
    int64_t x;        /* Its parameter. */
    const char *text; /* The whole expression. */
    const char *next; /* What is not read yet. */
    const char *wrong;
} parser;

static int64_t parse_sum(parser *p);

static char peek(parser *p) {
    while (isspace((unsigned char)*p->next)) p->next++;
    return *p->next;
}

static int64_t fail(parser *p, const char *what) {
    if (p->wrong == NULL) p->wrong = what;
    return 0;
}

static int64_t parse_factor(parser *p) {
    char c = peek(p);
    if (isdigit((unsigned char)c)) {
        char *end;
        int64_t value = strtoll(p->next, &end, 10);
        p->next = end;
        return rt_cranelift_iconst(p->ctx, RT_CRANELIFT_TYPE_I64, value);
    }
    if (c == 'x' || c == '-' || c == '(') p->next++;
    if (c == 'x') return p->x;
    if (c == '-') return rt_cranelift_ineg(p->ctx, parse_factor(p));
    if (c == '(') {
        int64_t inner = parse_sum(p);
        if (peek(p) != ')') return fail(p, "`)` is missing");
        p->next++;
        return inner;
    }
    return fail(p, "a number, `x`, `-` or `(` is missing");
}

static int64_t parse_product(parser *p) {
    int64_t left = parse_factor(p);
    for (char c = peek(p); p->wrong == NULL && (c == '*' || c == '/' || c == '%'); c = peek(p)) {
        p->next++;
        int64_t right = parse_factor(p);
        if (p->wrong != NULL) return 0;
        if (c == '*') left = rt_cranelift_imul(p->ctx, left, right);
        if (c == '/') left = rt_cranelift_sdiv(p->ctx, left, right);
        if (c == '%') left = rt_cranelift_srem(p->ctx, left, right);
    }
    return left;
}

static int64_t parse_sum(parser *p) {
    int64_t left = parse_product(p);
    for (char c = peek(p); p->wrong == NULL && (c == '+' || c == '-'); c = peek(p)) {
        p->next++;
        int64_t right = parse_product(p);
        if (p->wrong != NULL) return 0;
        left = c == '+' ? rt_cranelift_iadd(p->ctx, left, right) : rt_cranelift_isub(p->ctx, left, right);
    }
    return left;
}

static void print_error(void) {
    rt_text message = rt_last_error_message();
    printf("%.*s\n", (int)message.len, (const char *)message.ptr);
    rt_text_free(message);
}

/* Says why the last call failed; most failures here are traps. */
static void print_trap(void) {
    rt_cranelift_last_trap_result trap;
    if (rt_last_error_code() != RT_ERROR_TRAP || !rt_cranelift_last_trap(&trap)) {
        print_error();
        return;
    }
    if (trap.code == RT_CRANELIFT_TRAP_REPORT_INTEGER_DIVISION_BY_ZERO) {
        printf("division by zero\n");
    } else if (trap.code == RT_CRANELIFT_TRAP_REPORT_INTEGER_OVERFLOW) {
        printf("the quotient is too big\n");
    } else {
        printf("%.*s\n", (int)trap.message.len, (const char *)trap.message.ptr);
    }
    rt_cranelift_last_trap_result_free(&trap);
}

/* The address of `fn(x) -> expression`, 0 if it is none. */
static int64_t compile(int64_t module, const char *name, const char *text) {
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    rt_cranelift_sig_add_param(sig, RT_CRANELIFT_TYPE_I64);
    rt_cranelift_sig_set_return(sig, RT_CRANELIFT_TYPE_I64);
    int64_t ctx = rt_cranelift_begin_function(module, RT_CSTR(name), sig);
    rt_cranelift_signature_free(sig);
    int64_t block = rt_cranelift_create_block(ctx);
    rt_cranelift_append_func_params(ctx, block);
    rt_cranelift_switch_to_block(ctx, block);

    parser p = {.ctx = ctx, .x = rt_cranelift_block_param(ctx, block, 0), .text = text, .next = text};
    int64_t result = parse_sum(&p);
    if (p.wrong == NULL && peek(&p) != 0) p.wrong = "an operator is missing";
    if (p.wrong != NULL) {
        printf("  column %d: %s\n", (int)(p.next - p.text) + 1, p.wrong);
        rt_cranelift_context_free(ctx);
        return 0;
    }
    rt_cranelift_return(ctx, result);
    rt_cranelift_seal_all_blocks(ctx);
    int64_t function = rt_cranelift_end_function(ctx);
    if (function == 0 || !rt_cranelift_define_function(module, function, ctx) ||
        rt_cranelift_finalize_module(module) == 0) {
        print_error();
        rt_cranelift_context_free(ctx);
        return 0;
    }
    rt_cranelift_context_free(ctx);
    return rt_cranelift_get_function_ptr(module, RT_CSTR(name));
}

int main(int argc, char **argv) {
    static const char *samples[] = {"x * x + 1", "100 / x", "(x + 3) * -(x - 3) % 7", "2 * (x", "1 + * 2"};
    int count = argc > 1 ? argc - 1 : (int)(sizeof samples / sizeof samples[0]);
    int64_t module = rt_cranelift_new_module(RT_STR("calculator"), RT_CRANELIFT_TARGET_HOST);
    if (module == 0) {
        print_error();
        return 1;
    }
    for (int i = 0; i < count; i++) {
        const char *text = argc > 1 ? argv[i + 1] : samples[i];
        char name[20];
        snprintf(name, sizeof name, "f%d", i);
        printf("%s\n", text);
        int64_t function = compile(module, name, text);
        for (int64_t x = 0; function != 0 && x < 4; x++) {
            rt_list_i64 results = rt_cranelift_call_function_catching(function, &x, 1);
            printf("  x = %" PRId64 ": ", x);
            if (results.items != NULL) {
                printf("%" PRId64 "\n", results.items[0]);
            } else {
                print_trap();
            }
            rt_list_i64_free(results);
        }
    }
    rt_cranelift_free_module(module);
    return 0;
}
