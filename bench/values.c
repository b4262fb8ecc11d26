/* What dynamic values and collected memory cost, in nanoseconds of processor time.
 *
 * A figure is the least of several rounds: other work on the machine makes it larger, nothing makes it smaller. */
#define _GNU_SOURCE
#include "rt_core.h"
#include "rt_runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 15
#define CALLS 200000
#define DEPTH 18

typedef struct tree {
    struct tree *left, *right;
} tree;

static double now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static volatile int64_t sink;

/* Calls `calls` times per round; a figure is the time of a round, divided by `parts`. */
#define BENCH(name, calls, parts, call)                                            \
    do {                                                                           \
        double best = 1e18;                                                        \
        for (int round = 0; round < ROUNDS; round++) {                             \
            double start = now_ns();                                               \
            for (int64_t count = 0; count < (calls); count++) sink += (call) != 0; \
            double each = (now_ns() - start) / (double)(parts);                    \
            best = each < best ? each : best;                                      \
        }                                                                          \
        printf("%-36s %8.1f\n", name, best);                                       \
    } while (0)

static tree *collected_tree(int depth) {
    tree *made = (tree *)rt_gc_malloc(sizeof(tree));
    if (depth > 0) {
        made->left = collected_tree(depth - 1);
        made->right = collected_tree(depth - 1);
    }
    return made;
}

static tree *allocated_tree(int depth) {
    tree *made = calloc(1, sizeof(tree));
    if (made != NULL && depth > 0) {
        made->left = allocated_tree(depth - 1);
        made->right = allocated_tree(depth - 1);
    }
    return made;
}

static bool free_tree(tree *node) {
    if (node == NULL) return true;
    free_tree(node->left);
    free_tree(node->right);
    free(node);
    return true;
}

static bool collect(void) {
    rt_gc_collect();
    return true;
}

int main(void) {
    const int64_t nodes = (INT64_C(2) << DEPTH) - 1;
    int64_t one = rt_value_int(1), two = rt_value_int(2);
    int64_t array = rt_value_array_new();
    for (int i = 0; i < 1000; i++) rt_value_array_push(array, one);
    rt_gc_init();
    BENCH("value_as_int", CALLS, CALLS, rt_value_as_int(one));
    BENCH("value_lt", CALLS, CALLS, rt_value_lt(one, two));
    BENCH("value_int and free", CALLS, CALLS, rt_value_free(rt_value_int(count)));
    BENCH("value_add and free", CALLS, CALLS, rt_value_free(rt_value_add(one, two)));
    BENCH("value_array_get and free", CALLS, CALLS, rt_value_free(rt_value_array_get(array, count % 1000)));
    BENCH("value_array_new and free", CALLS, CALLS, rt_value_free(rt_value_array_new()));
    BENCH("gc_malloc of 32 bytes", CALLS, CALLS, rt_gc_malloc(32));
    BENCH("gc_malloc_atomic of 1000 bytes", CALLS, CALLS, rt_gc_malloc_atomic(1000));
    printf("a tree of %ld nodes of 16 bytes, per node:\n", (long)nodes);
    BENCH("  made of collected memory", 1, nodes, collected_tree(DEPTH));
    BENCH("  calloc and free", 1, nodes, free_tree(allocated_tree(DEPTH)));
    tree *kept = collected_tree(DEPTH);
    BENCH("  a collection while it is in use", 1, nodes, collect());
    /* Read last, so that the tree is in use until here. */
    return kept->left == NULL || sink == 0;
}
