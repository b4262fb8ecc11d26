/* Checks and the runner of the behaviour tests in C.
 *
 * A test program lists its cases in a table and hands it to check_main. Every case runs in a fresh, empty current
 * directory that is removed afterwards, and must leave as many results and handles alive as it found. A failed check is
 * reported and the case goes on, so one run shows every difference.
 *
 * Include the header of the module under test first; rt_base.h comes with it.
 */
#ifndef CHECK_H
#define CHECK_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include: check.h uses nftw"
#endif

#include "tests/c/scratch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One named case. */
typedef struct {
    const char *name;
    void (*run)(void);
} check_case;

/* Names a function `case_<name>` in the table of cases. */
#define CASE(name) { #name, case_##name }

/* The highest handle tag of any module whose handles a case may make; see `tag` in specs/README.md. */
#define CHECK_TAGS 255

/* Failed checks of the case that runs. */
static int check_failures;
/* The case that runs, for messages. */
static const char *check_name = "";

static inline void check_failed(const char *file, int line, const char *what) {
    check_failures++;
    printf("%s:%d: %s: %s\n", file, line, check_name, what);
}

/* The condition holds. */
#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

/* Two integers are equal; both are shown when they are not. */
#define CHECK_INT(actual, expected) \
    check_int(__FILE__, __LINE__, #actual, (int64_t)(actual), (int64_t)(expected))

/* Two unsigned 64-bit integers are equal. */
#define CHECK_U64(actual, expected) \
    check_u64(__FILE__, __LINE__, #actual, (uint64_t)(actual), (uint64_t)(expected))

/* The last call on this thread ended with the error RT_ERROR_<code>, for example CHECK_ERROR(NOT_FOUND). */
#define CHECK_ERROR(code) check_error(__FILE__, __LINE__, RT_ERROR_##code, #code)

/* The message of the last error contains the C string. */
#define CHECK_MESSAGE(part) check_message(__FILE__, __LINE__, part)

/* The owned text is the C string; frees it. */
#define CHECK_TEXT(text, expected) check_text(__FILE__, __LINE__, #text, text, expected)

/* The owned text contains the C string; frees it. */
#define CHECK_TEXT_HAS(text, part) check_text_has(__FILE__, __LINE__, #text, text, part)

/* The owned text is null: a failure or none. */
#define CHECK_NO_TEXT(text) check_no_text(__FILE__, __LINE__, #text, text)

/* The owned bytes are these; frees them. */
#define CHECK_BYTES(bytes, expected, expected_len) \
    check_bytes(__FILE__, __LINE__, #bytes, bytes, expected, (uint64_t)(expected_len))

/* The call fails with the error; `failure` is the value that it must give. */
#define CHECK_FAILS(call, failure, code)     \
    do {                                     \
        CHECK_INT(call, failure);            \
        CHECK_ERROR(code);                   \
    } while (0)

static inline void check_int(const char *file, int line, const char *what, int64_t actual, int64_t expected) {
    if (actual == expected) return;
    check_failures++;
    printf("%s:%d: %s: %s is %" PRId64 ", not %" PRId64 "\n", file, line, check_name, what, actual, expected);
}

static inline void check_u64(const char *file, int line, const char *what, uint64_t actual, uint64_t expected) {
    if (actual == expected) return;
    check_failures++;
    printf("%s:%d: %s: %s is %" PRIu64 ", not %" PRIu64 "\n", file, line, check_name, what, actual, expected);
}

/* Prints the error of this thread, so that a failure explains itself. */
static inline void check_print_error(void) {
    int32_t code = rt_last_error_code();
    rt_text message = rt_last_error_message();
    if (code != 0) {
        printf("    last error %" PRId32 ": %.*s\n", code, (int)message.len, (const char *)message.ptr);
    }
    rt_text_free(message);
}

static inline void check_error(const char *file, int line, int32_t expected, const char *name) {
    int32_t actual = rt_last_error_code();
    if (actual == expected) return;
    check_failures++;
    printf("%s:%d: %s: the error is %" PRId32 ", not %" PRId32 " (%s)\n", file, line, check_name, actual, expected,
           name);
    check_print_error();
}

static inline void check_message(const char *file, int line, const char *part) {
    rt_text message = rt_last_error_message();
    bool found = message.ptr != NULL && memmem(message.ptr, message.len, part, strlen(part)) != NULL;
    if (!found) {
        check_failures++;
        printf("%s:%d: %s: the message \"%.*s\" lacks \"%s\"\n", file, line, check_name, (int)message.len,
               message.ptr == NULL ? "" : (const char *)message.ptr, part);
    }
    rt_text_free(message);
}

static inline void check_text(const char *file, int line, const char *what, rt_text actual, const char *expected) {
    size_t len = strlen(expected);
    if (actual.ptr == NULL) {
        check_failures++;
        printf("%s:%d: %s: %s is null, not \"%s\"\n", file, line, check_name, what, expected);
        check_print_error();
        return;
    }
    if (actual.len != len || memcmp(actual.ptr, expected, len) != 0) {
        check_failures++;
        printf("%s:%d: %s: %s is \"%.*s\", not \"%s\"\n", file, line, check_name, what, (int)actual.len,
               (const char *)actual.ptr, expected);
    }
    if (actual.ptr[actual.len] != 0) check_failed(file, line, "the text has no NUL byte behind it");
    if (!rt_text_free(actual)) check_failed(file, line, "the text cannot be freed");
}

static inline void check_text_has(const char *file, int line, const char *what, rt_text actual, const char *part) {
    bool found = actual.ptr != NULL && memmem(actual.ptr, actual.len, part, strlen(part)) != NULL;
    if (!found) {
        check_failures++;
        printf("%s:%d: %s: %s is \"%.*s\" and lacks \"%s\"\n", file, line, check_name, what, (int)actual.len,
               actual.ptr == NULL ? "" : (const char *)actual.ptr, part);
        if (actual.ptr == NULL) check_print_error();
    }
    if (!rt_text_free(actual)) check_failed(file, line, "the text cannot be freed");
}

static inline void check_no_text(const char *file, int line, const char *what, rt_text actual) {
    if (actual.ptr == NULL && actual.len == 0) return;
    check_failures++;
    printf("%s:%d: %s: %s is \"%.*s\", not null\n", file, line, check_name, what, (int)actual.len,
           actual.ptr == NULL ? "" : (const char *)actual.ptr);
    rt_text_free(actual);
}

static inline void check_bytes(const char *file, int line, const char *what, rt_bytes actual, const void *expected,
                               uint64_t expected_len) {
    if (actual.ptr == NULL) {
        check_failures++;
        printf("%s:%d: %s: %s is null\n", file, line, check_name, what);
        check_print_error();
        return;
    }
    if (actual.len != expected_len || memcmp(actual.ptr, expected, expected_len) != 0) {
        check_failures++;
        printf("%s:%d: %s: %s has other bytes (%" PRIu64 " of them, not %" PRIu64 ")\n", file, line, check_name, what,
               actual.len, expected_len);
    }
    if (!rt_bytes_free(actual)) check_failed(file, line, "the bytes cannot be freed");
}

/* Live handles of all kinds. */
static inline uint64_t check_live_handles(void) {
    uint64_t live = 0;
    for (int32_t tag = 1; tag <= CHECK_TAGS; tag++) live += rt_live_handles(tag);
    return live;
}

/* Removes a directory and all in it, also directories that a case made unreadable. */
static inline void check_remove_tree(const char *path) {
    if (scratch_remove(path) != 0) {
        check_failures++;
        printf("%s: cannot remove %s: %s\n", check_name, path, strerror(errno));
    }
}

/* Where all cases have their directories. */
static char check_root[3000];

/* Makes a fresh directory and enters it; exits when the machine does not allow that. */
static inline void check_enter(char *path, size_t size) {
    snprintf(path, size, "%s/%s", check_root, check_name);
    if (mkdir(path, 0700) != 0 || chdir(path) != 0) {
        printf("%s: %s\n", path, strerror(errno));
        exit(2);
    }
}

/* Runs one case; true when it passed. */
static inline bool check_run(const check_case *test) {
    char directory[4096];
    check_name = test->name;
    check_failures = 0;
    check_enter(directory, sizeof directory);
    uint64_t blocks = rt_live_blocks();
    uint64_t handles = check_live_handles();
    rt_last_error_clear();
    test->run();
    rt_last_error_clear();
    CHECK_U64(rt_live_blocks(), blocks);
    CHECK_U64(check_live_handles(), handles);
    if (chdir("/") != 0) check_failed(__FILE__, __LINE__, "cannot leave the directory");
    check_remove_tree(directory);
    printf("%s %s\n", check_failures == 0 ? "ok  " : "FAIL", test->name);
    fflush(stdout);
    return check_failures == 0;
}

/* Runs the cases that the arguments name, all without arguments; gives the exit code. */
static inline int check_main(const check_case *cases, size_t count, int argc, char **argv) {
    int passed = 0;
    int failed = 0;
    scratch_enter("check", check_root, sizeof check_root);
    for (size_t i = 0; i < count; i++) {
        bool wanted = argc < 2;
        for (int a = 1; a < argc; a++) wanted = wanted || strcmp(argv[a], cases[i].name) == 0;
        if (!wanted) continue;
        if (check_run(&cases[i])) {
            passed++;
        } else {
            failed++;
        }
    }
    scratch_leave(check_root);
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}

/* The main function of a test program, from its table `cases`. */
#define CHECK_MAIN(cases)                                                        \
    int main(int argc, char **argv) {                                            \
        return check_main(cases, sizeof(cases) / sizeof((cases)[0]), argc, argv); \
    }

#endif
