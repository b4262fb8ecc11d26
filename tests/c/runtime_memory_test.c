/* Values where no memory is left: what there is can still be freed, however deep it nests.
 *
 * The address space of this process is bounded, so the address sanitizer, which reserves terabytes of it, cannot
 * watch. */
#define _GNU_SOURCE
#include "rt_runtime.h"

#include "runtime_check.h"

#include <sys/resource.h>

#ifndef LEVELS
#define LEVELS 1000000
#endif

/* Blocks that a list holds in themselves. */
static void **taken;

static void take_all_of(size_t size) {
    void **block;
    while ((block = malloc(size)) != NULL) {
        *block = taken;
        taken = block;
    }
}

/* Leaves not even what was freed before. */
static void take_all_memory(void) {
    for (size_t size = 64 << 20; size >= 2048; size /= 2) take_all_of(size);
    for (size_t size = 2048; size >= 16; size -= 16) take_all_of(size);
}

static void give_back(void) {
    while (taken) {
        void **block = taken;
        taken = *block;
        free(block);
    }
}

/* What this process has reserved, in bytes. */
static rlim_t reserved(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%ld", &pages) == 1 && fclose(file) == 0);
    return (rlim_t)(pages * sysconf(_SC_PAGESIZE));
}

static void case_deep_values_are_freed_without_memory(void) {
    int64_t before = rt_value_container_count();
    int64_t deep = rt_value_nil();
    for (int64_t level = 0; level < LEVELS; level++) {
        bool is_array = level < LEVELS / 10 * 9;
        int64_t outer = is_array ? rt_value_array_new() : rt_value_dict_new();
        if (is_array) push(outer, deep);
        else SET(outer, "deeper", deep);
        deep = outer;
    }
    CHECK_INT(rt_value_container_count(), before + LEVELS);
    struct rlimit usual, now;
    CHECK(getrlimit(RLIMIT_AS, &usual) == 0);
    now = usual;
    now.rlim_cur = reserved();
    CHECK(setrlimit(RLIMIT_AS, &now) == 0);
    take_all_memory();
    bool is_freed = rt_value_free(deep);
    give_back();
    CHECK(setrlimit(RLIMIT_AS, &usual) == 0);
    CHECK(is_freed);
    CHECK_INT(rt_value_container_count(), before);
}

static const check_case cases[] = {
    CASE(deep_values_are_freed_without_memory),
};

CHECK_MAIN(cases)
