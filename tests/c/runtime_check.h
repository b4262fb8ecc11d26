/* Helpers of the tests of the runtime module: short ways to make values, and to see what they are. */
#ifndef RUNTIME_CHECK_H
#define RUNTIME_CHECK_H

#include "check.h"

/* A string value. */
#define STRING(text) rt_value_string(RT_STR(text))

/* The text form of a value is the C string. */
#define CHECK_SHOWS(value, expected) CHECK_TEXT(rt_value_text(value), expected)

/* An owned value has a text form; frees it. */
#define CHECK_GIVES(value, expected) check_gives(__FILE__, __LINE__, #value, value, expected)

static inline void check_gives(const char *file, int line, const char *what, int64_t value, const char *expected) {
    check_text(file, line, what, rt_value_text(value), expected);
    CHECK(rt_value_free(value));
}

/* Puts a value, which is freed, at the end of an array. */
static inline void push(int64_t array, int64_t value) {
    CHECK(rt_value_array_push(array, value));
    CHECK(rt_value_free(value));
}

/* Sets a key to a value, which is freed. */
#define SET(dict, key, value) set(dict, RT_STR(key), value)

static inline void set(int64_t dict, const uint8_t *key, uint64_t key_len, int64_t value) {
    CHECK(rt_value_dict_set(dict, key, key_len, value));
    CHECK(rt_value_free(value));
}

/* An array in an array in an array .., `depth` times, around nil. */
static inline int64_t nested(int64_t depth) {
    int64_t value = rt_value_nil();
    for (int64_t i = 0; i < depth; i++) {
        int64_t outer = rt_value_array_new();
        push(outer, value);
        value = outer;
    }
    return value;
}

#endif
