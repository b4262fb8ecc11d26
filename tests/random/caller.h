/* What the generated random caller stands on: a generator of numbers, pools of inputs and of live handles, and the
 * judgement of each call. The generated part is one function per function of the runtime. */
#ifndef RANDOM_CALLER_H
#define RANDOM_CALLER_H

#define _GNU_SOURCE
#undef NDEBUG
#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rt.h"

enum { HANDLES_KEPT = 24, SECONDS_PER_CALL = 20, LIST_ITEMS = 4 };

/* One kind of handle: those that live, as far as we know, and those that did. */
typedef struct {
    int64_t live[HANDLES_KEPT];
    int64_t stale;
    bool (*free)(int64_t);
    uint16_t tag;
} caller_kind;

static uint64_t caller_state;
static const char *caller_function = "";
static FILE *caller_log;
/* The codes that the function may fail with, a bit each. */
static uint64_t caller_errors;
static uint64_t caller_calls, caller_failures, caller_problems;

/* xorshift64*: the same calls for the same seed everywhere. */
static inline uint64_t caller_random(void) {
    caller_state ^= caller_state >> 12;
    caller_state ^= caller_state << 25;
    caller_state ^= caller_state >> 27;
    return caller_state * UINT64_C(0x2545F4914F6CDD1D);
}

static inline uint64_t caller_below(uint64_t bound) { return caller_random() % bound; }

static inline bool caller_one_of(uint64_t count) { return caller_below(count) == 0; }

static inline void caller_problem(const char *what) {
    rt_text message = rt_last_error_message();
    caller_problems++;
    fprintf(caller_log, "%s: call %" PRIu64 ": %s (error %" PRId32 ": %s)\n", caller_function, caller_calls, what,
           rt_last_error_code(), message.ptr ? (const char *)message.ptr : "no message");
    rt_text_free(message);
}

/* Texts that functions read: names of files (never a path that leads out of the directory), numbers, times,
 * patterns, documents, and what is no UTF-8. */
static const struct {
    const char *bytes;
    uint64_t len;
} caller_texts[] = {
#define T(literal) { literal, sizeof(literal) - 1 }
    T(""),
    T("a"),
    T("file"),
    T("file"),
    T("file2"),
    T("dir"),
    T("dir/file"),
    T("dir/new"),
    T("none/file"),
    T("link"),
    T("file/x"),
    T("*"),
    T("d*/[a-f]*"),
    T("[ab"),
    T("(a|b)+c"),
    T("(?P<x>a)(b)?"),
    T("(("),
    T("abcabc ac bc"),
    T("$1-$x"),
    T("0"),
    T("-17"),
    T("9223372036854775808"),
    T("1.5e3"),
    T("2024-02-29T12:34:56Z"),
    T("2024-13-01T00:00:00Z"),
    T("%Y-%m-%d %H:%M:%S"),
    T("%Q %"),
    T("{\"a\": {\"b\": [1, 2, {\"c\": null}]}}"),
    T("{\"a\": [1, 2"),
    T("a.b[2].c"),
    T("[x]\ny = 1\nz = \"w\"\n"),
    T("x: [1, 2]\ny: {z: w}\n"),
    T("Sch\303\266ne Gr\303\274\303\237e \360\237\214\261"),
    T("with\0nul"),
    T("\377\376"),
    T("\355\240\200"),
    T("half\303"),
    T("HOME"),
    T("CALLER"),
    T("127.0.0.1"),
    T("00112233445566778899aabbccddeeff"),
#undef T
};

/* A text or bytes: mostly as it should be, sometimes as the contract says that it is refused. */
static inline const uint8_t *caller_text(uint64_t *len) {
    switch (caller_below(24)) {
    case 0: *len = 0; return NULL;
    case 1: *len = 1 + caller_below(100); return NULL;
    case 2: *len = (uint64_t)INT64_MAX + 1 + caller_below(1000); return (const uint8_t *)"x";
    case 3: *len = UINT64_MAX - caller_below(8); return (const uint8_t *)"x";
    case 4: {
        /* Long, so that buffers grow. */
        static uint8_t memory[5000];
        if (memory[0] == 0) memset(memory, 'a', sizeof memory);
        *len = caller_below(sizeof memory);
        return memory;
    }
    default: break;
    }
    size_t index = caller_below(sizeof caller_texts / sizeof caller_texts[0]);
    *len = caller_texts[index].len;
    return (const uint8_t *)caller_texts[index].bytes;
}

/* The same for an item of a list, whose pointer the library must look at, too. */
static inline rt_text caller_text_item(void) {
    rt_text item;
    item.ptr = caller_text(&item.len);
    return item;
}

static inline rt_bytes caller_bytes_item(void) {
    rt_bytes item;
    item.ptr = (uint8_t *)(uintptr_t)caller_text(&item.len);
    return item;
}

static inline uint64_t caller_integer(void) {
    static const uint64_t edges[] = { 0, 1, 2, 7, 63, 64, 100, 1000, 65536, INT32_MAX, (uint64_t)INT32_MIN,
                                      INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX, UINT64_MAX - 1, UINT32_MAX };
    switch (caller_below(4)) {
    case 0: return edges[caller_below(sizeof edges / sizeof edges[0])];
    case 1: return caller_random();
    case 2: return (uint64_t)0 - caller_below(1000);
    default: return caller_below(50);
    }
}

static inline double caller_float(void) {
    static const double edges[] = { 0.0, -0.0, 1.0, -1.5, 1e308, -1e308, 5e-324, 1e18, 0.1 };
    switch (caller_below(6)) {
    case 0: return (double)NAN;
    case 1: return 1e308 * 10;
    case 2: return (double)(int64_t)caller_random();
    default: return edges[caller_below(sizeof edges / sizeof edges[0])];
    }
}

/* A length for memory that holds `fits` items: mostly what fits. */
static inline uint64_t caller_length(uint64_t fits, uint64_t item_size) {
    if (caller_one_of(20)) return (uint64_t)INT64_MAX / item_size + 1 + caller_below(100);
    return caller_below(fits + 1);
}

static inline int64_t caller_handle(const caller_kind *kinds, size_t count, size_t kind) {
    const caller_kind *own = &kinds[kind];
    switch (caller_below(16)) {
    case 0: return 0;
    case 1: return (int64_t)caller_random();
    case 2: return own->stale;
    case 3: return kinds[caller_below(count)].live[caller_below(HANDLES_KEPT)];
    case 4: return -1;
    case 5: return own->live[caller_below(HANDLES_KEPT)] ^ (int64_t)(UINT64_C(1) << caller_below(63));
    default: return own->live[caller_below(HANDLES_KEPT)];
    }
}

/* Takes a new handle in; the one whose place it takes is freed. */
static inline void caller_keep(caller_kind *kind, int64_t handle) {
    int64_t *place = &kind->live[caller_below(HANDLES_KEPT)];
    if (*place != 0) {
        kind->stale = *place;
        kind->free(*place);
    }
    *place = handle;
}

/* After a call: a failure has a code that the manifests give and a message that starts with the function, and gives the
 * failure value. `is_telling`: the result is one that only a failure gives. */
static inline void caller_judge(bool is_telling, bool is_failure) {
    int32_t code = rt_last_error_code();
    caller_calls++;
    if (code == 0) {
        if (is_telling) caller_problem("fails without an error code");
        return;
    }
    caller_failures++;
    bool is_given = code > 0 && code < 64 && (caller_errors >> code & 1) != 0;
    const char *problem = !is_failure                ? "fails and gives another value than its failure value"
                          : code == RT_ERROR_PANIC ? "panics"
                          : !is_given              ? "fails with a code that its manifest does not give"
                                                   : NULL;
    if (problem) {
        caller_problem(problem);
        return;
    }
    rt_text message = rt_last_error_message();
    rt_text name = rt_error_name(code);
    size_t length = strlen(caller_function);
    bool is_named = message.len > length + 1 && memcmp(message.ptr, caller_function, length) == 0;
    bool is_fine = is_named && message.ptr[length] == ':' && name.len > 0;
    rt_text_free(message);
    rt_text_free(name);
    if (!is_fine) caller_problem("fails without a message that names it, or with an unknown code");
}

static inline void caller_too_slow(int signal) {
    (void)signal;
    /* Only what a signal handler may do. */
    const char *words = ": this call does not come back; exclude it with a reason, or mend it\n";
    if (write(2, caller_function, strlen(caller_function)) < 0 || write(2, words, strlen(words)) < 0) _exit(3);
    _exit(3);
}

static inline size_t caller_open_files(void) {
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    if (!directory) return 0;
    while (readdir(directory)) count++;
    closedir(directory);
    return count;
}

/* A file where functions look for one, again and again, as calls remove and rename them. */
static inline void caller_tidy(void) {
    FILE *file = fopen("file", "wb");
    if (file) {
        fputs("one\ntwo\nthree\n", file);
        fclose(file);
    }
    if (mkdir("dir", 0700) == 0 && symlink("file", "link") != 0) return;
}

#endif
