/* A program with functions of objects that throw and catch (write_throw.c): what is thrown reaches the nearest handler
 * of its tag. The library is no part of it. */
#include <stdbool.h>
#include <stdio.h>

#include "compiler/cranelift/tests/resume.h"

#ifdef CAN_RESUME

/* A handler, as the functions of the objects put it into their frames. */
typedef struct handler {
    struct handler *outer;
    uintptr_t stack, frame;
    int64_t tag;
    uintptr_t address;
} handler;

static handler *innermost;

void enter(handler *own);
void leave(const handler *own);
int64_t throws(int64_t number);
int64_t catches_none(int64_t number);
int64_t catches_speed(int64_t number);

void enter(handler *own) {
    own->outer = innermost;
    innermost = own;
}

/* Forgets this one and all within it. */
void leave(const handler *own) { innermost = own->outer; }

/* Numbers below 10 come back; others are thrown, with the tag number / 10. */
int64_t throws(int64_t number) {
    if (number < 10) return number;
    for (handler *at = innermost; at != NULL; at = at->outer) {
        if (at->tag == number / 10 || at->tag == -1) resume(at->frame, at->stack, at->address, number, 7);
    }
    return -1000000;
}

static bool is_fine = true;

static void expect(int64_t actual, int64_t expected, const char *what) {
    if (actual == expected && innermost == NULL) return;
    printf("%s: %lld and not %lld%s\n", what, (long long)actual, (long long)expected,
           innermost == NULL ? "" : ", and handlers are left");
    is_fine = false;
}

static void try_all(int64_t (*catches)(int64_t), const char *what) {
    for (int round = 0; round < 1000; round++) {
        expect(catches(5), 6, what);
        expect(catches(11), 11 + 7 + 11 * 1000, what);
        expect(catches(22), 22, what);
        expect(catches(33), -33, what);
    }
}

int main(void) {
    try_all(catches_none, "opt_level=none");
    try_all(catches_speed, "opt_level=speed");
    return is_fine ? 0 : 1;
}

#else

int main(void) { return 0; }

#endif
