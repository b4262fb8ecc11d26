/* What the collector does, seen from C: what is in use stays untouched, and the rest makes room. */
#define _GNU_SOURCE
#include "rt_core.h"

#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define THREADS 6
#define MIB (INT64_C(1) << 20)

typedef struct node {
    struct node *next;
    int64_t number;
} node;

/* A list of `count` nodes that only its head keeps. */
static __attribute__((noinline)) node *make_list(int64_t count) {
    node *first = NULL;
    for (int64_t i = 0; i < count; i++) {
        node *made = (node *)rt_gc_malloc(sizeof(node));
        made->next = first;
        made->number = i;
        first = made;
    }
    return first;
}

static bool is_list(const node *list, int64_t count) {
    for (; count > 0; count--, list = list->next) {
        if (list == NULL || list->number != count - 1) return false;
    }
    return list == NULL;
}

/* A full binary tree whose leaves count from `first` on. */
static __attribute__((noinline)) int64_t **make_tree(int depth, int64_t first) {
    int64_t **made = (int64_t **)rt_gc_malloc(2 * sizeof *made);
    if (depth == 0) {
        made[0] = (int64_t *)rt_gc_malloc_atomic(8);
        *made[0] = first;
        return made;
    }
    made[0] = (int64_t *)make_tree(depth - 1, first);
    made[1] = (int64_t *)make_tree(depth - 1, first + (INT64_C(1) << (depth - 1)));
    return made;
}

static bool is_tree(int64_t **tree, int depth, int64_t first) {
    if (depth == 0) return *tree[0] == first && tree[1] == NULL;
    return is_tree((int64_t **)tree[0], depth - 1, first) &&
           is_tree((int64_t **)tree[1], depth - 1, first + (INT64_C(1) << (depth - 1)));
}

static int64_t used_bytes(void) {
    return rt_gc_get_heap_size() - rt_gc_get_free_bytes();
}

/* Writes over what earlier calls left on the stack. */
static __attribute__((noinline)) void scrub(void) {
    volatile char trash[32 * 1024];
    for (size_t i = 0; i < sizeof trash; i++) trash[i] = 0;
}

static void case_objects_are_zero_and_aligned(void) {
    rt_gc_init();
    CHECK_ERROR(OK);
    for (int64_t size = 1; size < 40000; size += 1 + size / 7) {
        for (int again = 0; again < 3; again++) {
            char *object = (char *)(again == 2 ? rt_gc_malloc_atomic(size) : rt_gc_malloc(size));
            CHECK(object != NULL && (intptr_t)object % 16 == 0);
            for (int64_t i = 0; i < size; i++) {
                if (object[i] != 0) CHECK_INT(object[i], 0);
            }
            memset(object, 0xa5, (size_t)size);
            CHECK_INT(rt_gc_object_base((int64_t)object + size), (int64_t)object);
            CHECK(rt_gc_object_size((int64_t)object + size - 1) >= size);
        }
    }
}

static void case_sizes_are_checked(void) {
    CHECK_INT(rt_gc_malloc(0), 0);
    CHECK_ERROR(OK);
    CHECK_INT(rt_gc_malloc_atomic(0), 0);
    CHECK_ERROR(OK);
    CHECK_FAILS(rt_gc_malloc(-1), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_gc_malloc_atomic(INT64_MIN), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_gc_malloc(INT64_MAX), 0, OUT_OF_MEMORY);
    CHECK_FAILS(rt_gc_malloc_atomic(INT64_C(1) << 50), 0, OUT_OF_MEMORY);
    CHECK_INT(rt_gc_object_base(0), 0);
    CHECK_INT(rt_gc_object_base(-1), 0);
    CHECK_INT(rt_gc_object_size((int64_t)&used_bytes), 0);
    CHECK_ERROR(OK);
}

static void case_lists_and_trees_stay_as_they_were(void) {
    node *list = make_list(50000);
    int64_t **tree = make_tree(12, 0);
    int64_t collections = rt_gc_get_collection_count();
    for (int i = 0; i < 100; i++) CHECK(is_list(make_list(10000), 10000));
    CHECK(rt_gc_get_collection_count() > collections);
    rt_gc_collect();
    CHECK_ERROR(OK);
    CHECK(is_list(list, 50000));
    CHECK(is_tree(tree, 12, 0));
}

static void case_garbage_makes_room(void) {
    scrub();
    rt_gc_collect();
    int64_t before = used_bytes();
    for (int i = 0; i < 64; i++) CHECK(rt_gc_malloc(MIB) != 0);
    scrub();
    rt_gc_collect();
    CHECK(used_bytes() < before + 8 * MIB);
    /* What 64 objects had is free now, as far as it was not given back to the system. */
    CHECK(rt_gc_get_free_bytes() > 0 && rt_gc_get_free_bytes() <= rt_gc_get_heap_size());
}

/* Runs `work` in a child whose memory may grow by `bytes` from what it is now. */
static void in_limited_child(int64_t bytes, void (*work)(void)) {
    pid_t child = fork();
    if (child == 0) {
        long pages = 0;
        FILE *file = fopen("/proc/self/statm", "r");
        int got = fscanf(file, "%ld", &pages);
        fclose(file);
        struct rlimit limit = {(rlim_t)(pages * sysconf(_SC_PAGESIZE) + bytes), RLIM_INFINITY};
        check_failures = 0;
        CHECK_INT(got, 1);
        CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
        work();
        fflush(stdout);
        _exit(check_failures == 0 ? 0 : 1);
    }
    int status = -1;
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
}

/* 2 GiB in small pieces and 1 GiB in large ones, with 192 MiB of memory, while 20 MiB of lists are in use. */
static void allocate_more_than_there_is(void) {
    node *lists[8];
    for (int i = 0; i < 8; i++) lists[i] = make_list(80000 + i);
    int64_t **tree = make_tree(14, 5);
    for (int64_t i = 0; i < 2 * 1024 * 1024; i++) {
        int64_t *object = (int64_t *)rt_gc_malloc(1000);
        if (object == NULL) {
            CHECK_ERROR(OK);
            return;
        }
        object[i % 125] = (int64_t)object;
    }
    for (int64_t i = 0; i < 256; i++) {
        char *object = (char *)rt_gc_malloc_atomic(4 * MIB);
        if (object == NULL) {
            CHECK_ERROR(OK);
            return;
        }
        object[4 * MIB - 1] = 1;
    }
    for (int i = 0; i < 8; i++) CHECK(is_list(lists[i], 80000 + i));
    CHECK(is_tree(tree, 14, 5));
    CHECK(rt_gc_get_heap_size() < 192 * MIB);
}

static void case_more_than_the_limit_can_be_allocated(void) {
    in_limited_child(192 * MIB, allocate_more_than_there_is);
}

/* Keeps all it gets until nothing is left; then lets go of it and goes on. */
static void run_out(void) {
    int64_t **kept = NULL;
    int64_t *made = NULL;
    int64_t count = 0;
    while ((made = (int64_t *)rt_gc_malloc(100000)) != NULL) {
        made[0] = (int64_t)kept;
        made[1] = count++;
        kept = (int64_t **)made;
    }
    CHECK_ERROR(OUT_OF_MEMORY);
    CHECK(count > 100);
    for (int64_t i = count - 1; i >= 0; i--, kept = (int64_t **)kept[0]) {
        if ((int64_t)kept[1] != i) CHECK_INT((int64_t)kept[1], i);
    }
    CHECK(kept == NULL);
    scrub();
    CHECK(rt_gc_malloc(100000) != 0);
}

static void case_running_out_is_an_error_and_not_the_end(void) {
    in_limited_child(64 * MIB, run_out);
}

static int64_t *global;

static void case_globals_keep_once_they_are_roots(void) {
    CHECK(rt_gc_add_roots((int64_t)&global, sizeof global));
    CHECK_FAILS(rt_gc_add_roots((int64_t)&global, sizeof global), false, INVALID_ARGUMENT);
    global = (int64_t *)rt_gc_malloc(16);
    *global = (int64_t)make_list(1000);
    for (int i = 0; i < 40; i++) make_list(20000);
    scrub();
    rt_gc_collect();
    CHECK(is_list((node *)*global, 1000));
    CHECK(rt_gc_remove_roots((int64_t)&global));
    CHECK_FAILS(rt_gc_remove_roots((int64_t)&global), false, NOT_FOUND);
    CHECK_FAILS(rt_gc_add_roots(16, 16), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_gc_add_roots((int64_t)&global, -1), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_gc_add_roots(-8, 16), false, INVALID_ARGUMENT);
    global = NULL;
}

static void *build_and_check(void *number) {
    intptr_t seed = (intptr_t)number;
    node *kept = make_list(3000 + seed);
    int64_t **tree = make_tree(8, seed);
    for (int round = 0; round < 60; round++) {
        node *list = make_list(2000);
        if (round % 12 == seed) rt_gc_collect();
        if (round % 7 == seed) rt_gc_malloc_atomic(3 * MIB);
        CHECK(is_list(list, 2000));
    }
    CHECK(is_list(kept, 3000 + seed));
    CHECK(is_tree(tree, 8, seed));
    return NULL;
}

static void case_threads_share_the_heap(void) {
    pthread_t threads[THREADS];
    for (intptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, build_and_check, (void *)i);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

static atomic_int stage;
static node *volatile handed_over;

/* Has a list from another thread only in its own variables, and sleeps and computes while others collect.
 * `inits`: it is known by the function that only programs without threads need. */
static void *hold(void *inits) {
    if (inits != NULL) rt_gc_init();
    else CHECK(rt_gc_thread_register());
    CHECK_ERROR(OK);
    node *list = handed_over;
    handed_over = NULL;
    atomic_store(&stage, 1);
    while (atomic_load(&stage) == 1) {
        struct timespec nap = {0, 1000000};
        nanosleep(&nap, NULL);
    }
    while (atomic_load(&stage) == 2) continue;
    CHECK(is_list(list, 20000));
    CHECK(rt_gc_thread_unregister() && rt_gc_thread_unregister());
    return NULL;
}

static void keep_in_a_thread(void *inits) {
    pthread_t thread;
    atomic_store(&stage, 0);
    handed_over = make_list(20000);
    pthread_create(&thread, NULL, hold, inits);
    /* The list is on this thread's stack no more, once the other one has it. */
    while (atomic_load(&stage) == 0) sched_yield();
    scrub();
    for (int next = 2; next <= 3; next++) {
        for (int i = 0; i < 5; i++) {
            make_list(30000);
            rt_gc_collect();
            CHECK_ERROR(OK);
        }
        atomic_store(&stage, next);
    }
    pthread_join(thread, NULL);
}

static void case_registered_threads_keep_what_they_hold(void) {
    int inits = 1;
    keep_in_a_thread(NULL);
    keep_in_a_thread(&inits);
}

static atomic_int finalized;

static void count_finalized(int64_t object, int64_t data) {
    CHECK_INT(*(int64_t *)object, data);
    CHECK(rt_gc_malloc(100) != 0);
    atomic_fetch_add(&finalized, 1);
}

static __attribute__((noinline)) void make_finalized(int count) {
    for (int i = 0; i < count; i++) {
        int64_t *object = (int64_t *)rt_gc_malloc(64);
        *object = i;
        CHECK(rt_gc_set_finalizer((int64_t)object, count_finalized, i));
    }
}

static void case_finalizers_are_called(void) {
    int64_t *kept = (int64_t *)rt_gc_malloc(64);
    int64_t *cleared = (int64_t *)rt_gc_malloc(64);
    *kept = 7;
    CHECK(rt_gc_set_finalizer((int64_t)kept + 8, count_finalized, 7));
    CHECK(rt_gc_set_finalizer((int64_t)cleared, count_finalized, 1));
    CHECK(rt_gc_clear_finalizer((int64_t)cleared));
    make_finalized(100);
    scrub();
    rt_gc_collect();
    rt_gc_collect();
    CHECK(atomic_load(&finalized) >= 80 && atomic_load(&finalized) <= 100);
    CHECK_INT(*kept, 7);
    CHECK(rt_gc_clear_finalizer((int64_t)kept));
    CHECK_FAILS(rt_gc_set_finalizer(8, count_finalized, 0), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_gc_set_finalizer((int64_t)kept, NULL, 0), false, NULL_POINTER);
    CHECK_FAILS(rt_gc_clear_finalizer(8), false, INVALID_ARGUMENT);
}

static const check_case cases[] = {
    CASE(objects_are_zero_and_aligned),
    CASE(sizes_are_checked),
    CASE(lists_and_trees_stay_as_they_were),
    CASE(garbage_makes_room),
    CASE(more_than_the_limit_can_be_allocated),
    CASE(running_out_is_an_error_and_not_the_end),
    CASE(globals_keep_once_they_are_roots),
    CASE(threads_share_the_heap),
    CASE(registered_threads_keep_what_they_hold),
    CASE(finalizers_are_called),
};

CHECK_MAIN(cases)
