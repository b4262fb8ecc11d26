/* What the tests of long messages share: a message that is looked at more than once. */
#ifndef MESSAGE_CHECK_H
#define MESSAGE_CHECK_H

#include "compiler/cranelift/tests/module_check.h"

/* The message of the last error, and whether it has a part; freeing a message clears the error. */
static char message[4096];

static inline void keep_message(void) {
    rt_text text = rt_last_error_message();
    snprintf(message, sizeof message, "%.*s", (int)text.len, (const char *)text.ptr);
    rt_text_free(text);
}

static inline void check_part(const char *file, int line, const char *part) {
    if (strstr(message, part) != NULL) return;
    check_failed(file, line, part);
    printf("    is not in: %s\n", message);
}

#define PART(part) check_part(__FILE__, __LINE__, part)

#endif
