/* Helpers of the tests of the crypto module: bytes as hexadecimal digits, and the inputs of published vectors. */
#ifndef CRYPTO_CHECK_H
#define CRYPTO_CHECK_H

#include "check.h"

enum { MILLION = 1000000 };

/* The owned bytes are those that the C string of hexadecimal digits names; frees them. */
#define CHECK_HEX(bytes, digits) check_hex(__FILE__, __LINE__, #bytes, bytes, digits)

/* The owned bytes are null: a failure. */
#define CHECK_NO_BYTES(bytes) check_no_bytes(__FILE__, __LINE__, #bytes, bytes)

static inline void check_hex(const char *file, int line, const char *what, rt_bytes actual, const char *digits) {
    size_t len = strlen(digits) / 2;
    bool equal = actual.ptr != NULL && actual.len == len;
    for (size_t i = 0; equal && i < len; i++) {
        char pair[3] = {0};
        snprintf(pair, sizeof pair, "%02x", actual.ptr[i]);
        equal = memcmp(pair, digits + 2 * i, 2) == 0;
    }
    if (!equal) {
        check_failures++;
        printf("%s:%d: %s: %s (%" PRIu64 " bytes) is not %s\n", file, line, check_name, what, actual.len, digits);
        if (actual.ptr == NULL) check_print_error();
    }
    if (!rt_bytes_free(actual)) check_failed(file, line, "the bytes cannot be freed");
}

static inline void check_no_bytes(const char *file, int line, const char *what, rt_bytes actual) {
    if (actual.ptr == NULL && actual.len == 0) return;
    check_failures++;
    printf("%s:%d: %s: %s has %" PRIu64 " bytes and is not null\n", file, line, check_name, what, actual.len);
    rt_bytes_free(actual);
}

/* Fills `data` with `count` bytes of value `value`. */
static inline const uint8_t *repeat(uint8_t *data, uint8_t value, size_t count) {
    memset(data, value, count);
    return data;
}

/* Fills `data` with `first`, `first` + 1 and so on. */
static inline const uint8_t *run_of(uint8_t *data, uint8_t first, size_t count) {
    for (size_t i = 0; i < count; i++) data[i] = (uint8_t)(first + i);
    return data;
}

/* A million times the letter a, the long vector of FIPS 180-4. The caller frees it. */
static inline uint8_t *million(void) {
    uint8_t *text = malloc(MILLION);
    if (text != NULL) memset(text, 'a', MILLION);
    return text;
}

#endif
