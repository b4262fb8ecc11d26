/* Mistakes made on purpose, one per case: the checks that watch all other programs must catch each of them. See
 * planted_test.sh, which says what each has to print.
 */
#define _GNU_SOURCE
#include "rt_base.h"

#include "check.h"

/* Memory of C's own that nobody frees: for the leak sanitizer. */
static __attribute__((noinline)) void case_leaked_memory(void) {
    for (int i = 0; i < 50; i++) {
        char *block = malloc(64);
        memset(block, i, 64);
        CHECK(block[0] == i);
    }
}

/* Memory that is used after it was freed: for the address sanitizer. */
static void case_freed_memory(void) {
    char *volatile block = malloc(64);
    memset(block, 7, 64);
    free(block);
    CHECK(block[3] == 7);
}

/* A result that is not given back. The runtime still knows it, so for the sanitizer it is no leak: check.h counts. */
static void case_leaked_result(void) {
    CHECK(rt_error_name(RT_ERROR_NOT_FOUND).len > 0);
}

/* A result that is given back twice: an error of the runtime, and no crash. */
static void case_freed_result(void) {
    rt_text name = rt_error_name(RT_ERROR_NOT_FOUND);
    CHECK(rt_text_free(name));
    CHECK(rt_text_free(name));
}

/* A wrong expectation. */
static void case_wrong_value(void) {
    CHECK_INT(rt_last_error_code(), 77);
}

static const check_case cases[] = {
    CASE(leaked_memory), CASE(freed_memory), CASE(leaked_result), CASE(freed_result), CASE(wrong_value),
};

CHECK_MAIN(cases)
