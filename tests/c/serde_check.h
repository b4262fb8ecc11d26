/* Helpers of the tests of the serde module. */
#ifndef SERDE_CHECK_H
#define SERDE_CHECK_H

#include "check.h"

/* A text of `count` times `part`, then `middle`, then `count` times `end`. The caller frees it. */
static inline char *nested(const char *part, const char *middle, const char *end, size_t count) {
    char *text = malloc(count * (strlen(part) + strlen(end)) + strlen(middle) + 1);
    char *at = text;
    for (size_t i = 0; i < count; i++) at = stpcpy(at, part);
    at = stpcpy(at, middle);
    for (size_t i = 0; i < count; i++) at = stpcpy(at, end);
    return text;
}

#endif
