/* What the fuzzer knows while it runs one sequence: a generator of numbers, the modules, signatures and functions that
 * it has made, and how calls are printed. */
#ifndef FUZZ_STATE_H
#define FUZZ_STATE_H

#define _GNU_SOURCE
#undef NDEBUG
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rt_cranelift.h"

enum {
    LIST = 8, NAMES = 10, MODULES = 4, SIGNATURES = 8, CONTEXTS = 4, VALUES = 64, ITEMS = 16, TYPES = 8,
    POINTERS = 8, HANDLES = 256, STEPS = 512
};

typedef struct {
    const char *name;
    void (*call)(void);
    /* Code with such an instruction is never run; only where traps are errors. */
    bool is_unsafe, can_trap;
    /* Operands are floats; are integers. */
    bool is_float, is_integer;
    /* A failure of the body names the function that is built. */
    bool names_place;
    /* The codes that it may fail with, a bit each. */
    uint64_t errors;
} fuzz_row;

static const fuzz_row rows[ROWS];

/* One call: which function, arguments by a seed, and whether they are chosen to be right. */
typedef struct {
    uint16_t row;
    bool is_wild;
    uint64_t seed;
} fuzz_step;

typedef struct {
    int64_t handle;
    uint8_t params[TYPES], returns[TYPES];
    int param_count, return_count;
    bool is_plain;
} fuzz_sig;

typedef struct {
    int64_t id;
    fuzz_sig sig;
    int name;
    bool is_defined, is_safe, can_trap;
} fuzz_func;

typedef struct {
    int64_t handle;
    bool is_jit;
    fuzz_func funcs[ITEMS];
    int64_t data[ITEMS];
    int func_count, data_count;
} fuzz_module;

typedef struct {
    int64_t number;
    uint8_t type;
    int block;
} fuzz_value;

typedef struct {
    int64_t handle;
    int module;
    int name;
    fuzz_sig sig;
    fuzz_value values[VALUES];
    int value_count, blocks, current, variables, slots, imports, staged;
    bool is_finished, is_safe, can_trap;
    /* What `call_arg` staged waits for a signature. */
    int waiting;
} fuzz_ctx;

typedef struct {
    int64_t address, module, sig;
    int name, words;
    bool can_trap;
} fuzz_pointer;

/* All of one sequence. */
static struct {
    fuzz_module modules[MODULES];
    fuzz_sig sigs[SIGNATURES];
    fuzz_ctx contexts[CONTEXTS];
    fuzz_pointer pointers[POINTERS];
    int module_count, sig_count, context_count, pointer_count;
    /* Every handle that was given out, for the end. */
    int64_t handles[HANDLES];
    int handle_count;
    int64_t stale;
} S;

/* What the arguments of the call at hand are. */
static struct {
    fuzz_module *module;
    fuzz_ctx *ctx;
    fuzz_sig *sig;
    fuzz_func *func;
    fuzz_pointer *pointer;
    int64_t block, type, number;
    int name, value_type;
} G;

/* What a worker shares with its supervisor. */
typedef struct {
    uint64_t sequence, calls, failures, counted[1024][2];
    uint32_t row;
    char problem[4096];
} fuzz_shared;

static fuzz_shared *shared;
static uint64_t fuzz_random_state;
static bool fuzz_tracing, fuzz_wild;
static uint16_t fuzz_row_now;
static int fuzz_problems;
/* What the names of recordings begin with; empty if nothing is recorded. */
static char fuzz_record[4096];

/* xorshift64*: the same calls for the same seed everywhere. */
static inline uint64_t fuzz_random(void) {
    fuzz_random_state ^= fuzz_random_state >> 12;
    fuzz_random_state ^= fuzz_random_state << 25;
    fuzz_random_state ^= fuzz_random_state >> 27;
    return fuzz_random_state * UINT64_C(0x2545F4914F6CDD1D);
}

static inline void fuzz_seed(uint64_t seed) {
    seed += UINT64_C(0x9E3779B97F4A7C15);
    seed = (seed ^ seed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    seed = (seed ^ seed >> 27) * UINT64_C(0x94D049BB133111EB);
    fuzz_random_state = (seed ^ seed >> 31) | 1;
}

static inline uint64_t fuzz_below(uint64_t bound) { return fuzz_random() % bound; }
static inline bool fuzz_one_of(uint64_t count) { return fuzz_below(count) == 0; }

/* For what the contract refuses: never while arguments are chosen to be right. */
static inline bool fuzz_rarely(void) { return fuzz_wild && fuzz_one_of(20); }

static inline void fuzz_problem(const char *what) {
    rt_text message = rt_last_error_message();
    if (fuzz_problems++ == 0)
        snprintf(shared->problem, sizeof shared->problem, "%s: %s (error %" PRId32 ": %.3000s)",
                 rows[fuzz_row_now].name, what, rt_last_error_code(), message.ptr ? (const char *)message.ptr : "");
    rt_text_free(message);
}

/* ---- printing a call as C */

static int trace_count;

static inline void trace_next(void) {
    if (trace_count++) printf(", ");
}

static inline void trace_open(const char *name) {
    trace_count = 0;
    printf("    %s(", name);
}

static inline void trace_close(void) {
    printf(");");
    fflush(stdout);
}

static inline void trace_i64(int64_t value) {
    trace_next();
    printf("%" PRId64, value);
}

static inline void trace_bool(bool value) { trace_i64(value); }

static inline void trace_f64(double value) {
    trace_next();
    printf("%a", value);
}

static inline void trace_f32(float value) { trace_f64((double)value); }

static inline void trace_text(const uint8_t *text, uint64_t len) {
    trace_next();
    if (!text || len > 1 << 20) {
        printf("%s, %" PRIu64, text ? "\"x\"" : "0", len);
        return;
    }
    printf("\"");
    for (uint64_t index = 0; index < len; index++) {
        uint8_t byte = text[index];
        if (byte == '"' || byte == '\\' || byte < 32 || byte > 126) printf("\\%03o", byte);
        else putchar(byte);
    }
    printf("\", %" PRIu64, len);
}

static inline void trace_ints(const int64_t *items, uint64_t len) {
    trace_next();
    if (!items || len > LIST) {
        printf("%s, %" PRIu64, items ? "items" : "0", len);
        return;
    }
    printf("(int64_t[]){ ");
    for (uint64_t index = 0; index < len; index++) printf("%" PRId64 ", ", items[index]);
    printf("}, %" PRIu64, len);
}

static inline void trace_texts(const rt_text *items, uint64_t len) {
    trace_next();
    printf("%s, %" PRIu64 " /*", items ? "texts" : "0", len);
    for (uint64_t index = 0; items && len <= LIST && index < len; index++)
        printf(" %.*s", items[index].len < 100 ? (int)items[index].len : 0, (const char *)items[index].ptr);
    printf(" */");
}

static inline void trace_out(bool is_there) {
    trace_next();
    printf("%s", is_there ? "&out" : "NULL");
}

static inline void trace_items(bool is_there) {
    trace_next();
    printf("%s", is_there ? "memory" : "(nothing)");
}

static inline void fuzz_result(int64_t result) {
    if (fuzz_tracing) printf(" /* %" PRId64 " */", result);
}

/* Reads what was given, so that the sanitizer sees it. */
static inline void fuzz_touch(const uint8_t *bytes, uint64_t len) {
    static volatile uint8_t sink;
    for (uint64_t index = 0; bytes && index < len; index += 61) sink = bytes[index];
    if (bytes && len > 0) sink = bytes[len - 1];
    (void)sink;
}

/* After a call: a failure has a code that the manifests give and a message that begins with the function,
 * names what is being built, and gives
 * the failure value. `is_telling`: the result is one that only a failure gives. */
static inline bool fuzz_judge(uint16_t row, bool is_failure, bool is_telling) {
    int32_t code = rt_last_error_code();
    shared->calls++;
    shared->counted[row][code != 0]++;
    if (code == 0) {
        if (fuzz_tracing) printf("\n");
        if (is_telling) fuzz_problem("fails without an error code");
        return true;
    }
    shared->failures++;
    rt_text message = rt_last_error_message();
    if (fuzz_tracing) printf(" /* error %" PRId32 ": %s */\n", code, (const char *)message.ptr);
    if (!is_failure) fuzz_problem("fails and gives another value than its failure value");
    if (code == RT_ERROR_PANIC) fuzz_problem("panics");
    if (code < 0 || code > 63 || !(rows[row].errors >> code & 1))
        fuzz_problem("fails with a code that its manifest does not give");
    rt_text name = rt_error_name(code);
    size_t length = strlen(rows[row].name);
    bool is_named = message.len > length + 2 && memcmp(message.ptr, rows[row].name, length) == 0;
    if (!is_named || message.ptr[length] != ':' || name.len == 0)
        fuzz_problem("fails without a message that names it, or with an unknown code");
    bool is_handle = code == RT_ERROR_STALE_HANDLE || code == RT_ERROR_WRONG_KIND || code == RT_ERROR_HANDLE_BUSY;
    bool is_built = rows[row].names_place && G.ctx && G.ctx->handle != 0 && !is_handle;
    if (is_built && !strstr((const char *)message.ptr, "function `"))
        fuzz_problem("fails and does not name the function");
    rt_text_free(message);
    rt_text_free(name);
    return false;
}

#endif
