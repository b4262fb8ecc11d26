/* What work on several threads does: parallel maps, threads, pools. */
#define _GNU_SOURCE
#include "rt_concurrent.h"

#include "concurrent_check.h"

#include <stdatomic.h>

#define ITEMS 20000

static int64_t square(int64_t item) {
    return item * item;
}

static void case_a_map_keeps_the_order(void) {
    static int64_t items[ITEMS];
    for (int64_t i = 0; i < ITEMS; i++) items[i] = i - 5;
    rt_list_i64 squares = rt_parallel_map(items, ITEMS, square);
    CHECK_U64(squares.len, ITEMS);
    for (int64_t i = 0; i < ITEMS; i++) {
        if (squares.items[i] != (i - 5) * (i - 5)) CHECK_INT(squares.items[i], (i - 5) * (i - 5));
    }
    CHECK(rt_list_i64_free(squares));
    rt_list_i64 none = rt_parallel_map(NULL, 0, square);
    CHECK(none.items != NULL && none.len == 0);
    CHECK(rt_list_i64_free(none));
    CHECK_FAILS(rt_parallel_map(items, 3, NULL).items, NULL, NULL_POINTER);
    CHECK(rt_thread_count() >= 1);
}

static atomic_int calls;

static int64_t refuse_seven(int64_t item) {
    atomic_fetch_add(&calls, 1);
    if (item == 7) CHECK(rt_parallel_fail(RT_ERROR_PARSE, RT_STR("seven is no fruit")));
    return item;
}

static int64_t refuse_all(int64_t item) {
    CHECK(rt_parallel_fail(RT_ERROR_IO, RT_STR("first")));
    CHECK(rt_parallel_fail(RT_ERROR_NOT_FOUND, RT_STR("last")));
    atomic_fetch_add(&calls, 1);
    return item;
}

static void case_a_failing_call_is_the_error_of_the_map(void) {
    static int64_t items[ITEMS];
    for (int64_t i = 0; i < ITEMS; i++) items[i] = i;
    CHECK_FAILS(rt_parallel_map(items, 10, refuse_seven).items, NULL, PARSE);
    rt_list_i64 failed = rt_parallel_map(items, 10, refuse_seven);
    CHECK(failed.items == NULL);
    CHECK_MESSAGE("items[7] is 7: seven is no fruit");
    CHECK(failed.items == NULL && failed.len == 0);
    atomic_store(&calls, 0);
    CHECK_FAILS(rt_parallel_map(items, ITEMS, refuse_all).items, NULL, NOT_FOUND);
    CHECK(atomic_load(&calls) < ITEMS);
    /* A failure stays with its map. */
    rt_list_i64 good = rt_parallel_map(items, 5, square);
    CHECK_U64(good.len, 5);
    CHECK(rt_list_i64_free(good));
    CHECK_FAILS(rt_parallel_fail(RT_ERROR_IO, RT_STR("late")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_parallel_fail(RT_ERROR_OK, RT_STR("ok")), false, INVALID_ENUM);
    CHECK_FAILS(rt_parallel_fail(-5, RT_STR("no code")), false, INVALID_ENUM);
}

/* 0 + 1 + .. + item, by a map of its own; 13 fails in there. */
static int64_t sum_below(int64_t item) {
    int64_t items[20];
    int64_t sum = 0;
    for (int64_t i = 0; i <= item; i++) items[i] = i;
    rt_list_i64 same = rt_parallel_map(items, (uint64_t)item + 1, item == 13 ? refuse_seven : labs);
    if (same.items == NULL) {
        CHECK_ERROR(PARSE);
        return -1;
    }
    for (uint64_t i = 0; i < same.len; i++) sum += same.items[i];
    rt_list_i64_free(same);
    return sum;
}

static void case_maps_nest(void) {
    int64_t items[20];
    for (int64_t i = 0; i < 20; i++) items[i] = i;
    rt_list_i64 sums = rt_parallel_map(items, 20, sum_below);
    CHECK_U64(sums.len, 20);
    for (int64_t i = 0; i < (int64_t)sums.len; i++) CHECK_INT(sums.items[i], i == 13 ? -1 : i * (i + 1) / 2);
    CHECK(rt_list_i64_free(sums));
}

static int64_t gate;

/* Waits at the gate. */
static int64_t wait_at_gate(int64_t data) {
    return data + rt_channel_recv(gate);
}

static void case_threads_give_their_result(void) {
    gate = rt_channel_new(0);
    int64_t thread = rt_thread_spawn(wait_at_gate, 40);
    CHECK(!rt_thread_is_finished(thread));
    CHECK_FAILS(rt_thread_join_timeout(thread, 0), 0, TIMED_OUT);
    CHECK_FAILS(rt_thread_join_timeout(thread, MOMENT), 0, TIMED_OUT);
    CHECK_FAILS(rt_thread_join_timeout(thread, -1), 0, OUT_OF_RANGE);
    CHECK(rt_channel_send(gate, 2));
    CHECK_INT(rt_thread_join_timeout(thread, SOON), 42);
    CHECK(rt_thread_is_finished(thread));
    CHECK_INT(rt_thread_join_timeout(thread, 0), 42);
    CHECK_INT(rt_thread_join(thread), 42);
    CHECK_FAILS(rt_thread_join(thread), 0, STALE_HANDLE);
    CHECK_FAILS(rt_thread_spawn(NULL, 0), 0, NULL_POINTER);
    CHECK(rt_channel_free(gate));
    rt_thread_yield();
    CHECK_ERROR(OK);
}

static void case_a_freed_thread_goes_on(void) {
    gate = rt_channel_new(0);
    int64_t done = rt_channel_new(0);
    int64_t thread = rt_thread_spawn(wait_at_gate, 0);
    CHECK(rt_thread_free(thread));
    CHECK(rt_channel_send(gate, 1));
    while (rt_channel_len(gate) > 0) nap_ms(1);
    CHECK(rt_channel_free(done));
    CHECK(rt_channel_free(gate));
}

static int64_t own_thread;

static int64_t join_itself(int64_t data) {
    (void)data;
    int64_t own = rt_channel_recv(gate);
    CHECK_FAILS(rt_thread_join_timeout(own, SOON), 0, HANDLE_BUSY);
    return 1;
}

static void case_a_thread_cannot_join_itself(void) {
    gate = rt_channel_new(0);
    own_thread = rt_thread_spawn(join_itself, 0);
    CHECK(rt_channel_send(gate, own_thread));
    while (rt_channel_len(gate) > 0) nap_ms(1);
    CHECK_INT(rt_thread_join(own_thread), 1);
    CHECK(rt_channel_free(gate));
}

static int64_t number;

static void add(int64_t data) {
    rt_atomic_add(number, data);
}

static void case_a_pool_runs_all_jobs(void) {
    number = rt_atomic_new(0);
    int64_t pool = rt_thread_pool_new(4);
    CHECK_INT(rt_thread_pool_size(pool), 4);
    for (int64_t i = 1; i <= 1000; i++) CHECK(rt_thread_pool_submit(pool, add, i));
    CHECK(rt_thread_pool_wait(pool));
    CHECK_INT(rt_atomic_load(number), 500500);
    CHECK_INT(rt_thread_pool_pending(pool), 0);
    /* Freeing runs what waits. */
    for (int64_t i = 1; i <= 1000; i++) CHECK(rt_thread_pool_submit(pool, add, i));
    CHECK(rt_thread_pool_free(pool));
    CHECK_INT(rt_atomic_load(number), 1001000);
    CHECK_FAILS(rt_thread_pool_submit(pool, add, 1), false, STALE_HANDLE);
    CHECK(rt_atomic_free(number));
}

static void wait_in_job(int64_t data) {
    rt_channel_send(gate, rt_channel_recv(data));
}

static void case_waiting_for_a_pool_can_be_bounded(void) {
    gate = rt_channel_new(0);
    int64_t begin = rt_channel_new(0);
    int64_t pool = rt_thread_pool_new(1);
    CHECK(rt_thread_pool_submit(pool, wait_in_job, begin));
    CHECK(rt_thread_pool_submit(pool, wait_in_job, begin));
    CHECK_FAILS(rt_thread_pool_wait_timeout(pool, MOMENT), false, TIMED_OUT);
    CHECK_FAILS(rt_thread_pool_wait_timeout(pool, -1), false, OUT_OF_RANGE);
    CHECK_INT(rt_thread_pool_pending(pool), 2);
    CHECK(rt_channel_send(begin, 1) && rt_channel_send(begin, 2));
    CHECK(rt_thread_pool_wait_timeout(pool, SOON));
    CHECK_INT(rt_channel_recv(gate), 1);
    CHECK_INT(rt_channel_recv(gate), 2);
    CHECK(rt_thread_pool_free(pool));
    CHECK(rt_channel_free(begin));
    CHECK(rt_channel_free(gate));
}

static void wait_for_own_pool(int64_t pool) {
    bool waited = rt_thread_pool_wait(pool);
    rt_channel_send(gate, waited ? 0 : rt_last_error_code());
}

static void free_own_pool(int64_t pool) {
    rt_channel_send(gate, rt_thread_pool_free(pool));
}

static void case_a_job_may_not_wait_for_its_pool_but_may_free_it(void) {
    gate = rt_channel_new(0);
    int64_t pool = rt_thread_pool_new(2);
    CHECK(rt_thread_pool_submit(pool, wait_for_own_pool, pool));
    CHECK_INT(rt_channel_recv(gate), RT_ERROR_HANDLE_BUSY);
    CHECK(rt_thread_pool_submit(pool, free_own_pool, pool));
    CHECK_INT(rt_channel_recv(gate), true);
    CHECK_FAILS(rt_thread_pool_pending(pool), -1, STALE_HANDLE);
    CHECK(rt_channel_free(gate));
}

static void case_sizes_of_pools_are_checked(void) {
    CHECK_FAILS(rt_thread_pool_new(-1), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_thread_pool_new(1025), 0, OUT_OF_RANGE);
    int64_t pool = rt_thread_pool_new(0);
    CHECK(rt_thread_pool_size(pool) >= 1);
    CHECK_FAILS(rt_thread_pool_submit(pool, NULL, 0), false, NULL_POINTER);
    CHECK(rt_thread_pool_free(pool));
}

static const check_case cases[] = {
    CASE(a_map_keeps_the_order),
    CASE(a_failing_call_is_the_error_of_the_map),
    CASE(maps_nest),
    CASE(threads_give_their_result),
    CASE(a_freed_thread_goes_on),
    CASE(a_thread_cannot_join_itself),
    CASE(a_pool_runs_all_jobs),
    CASE(waiting_for_a_pool_can_be_bounded),
    CASE(a_job_may_not_wait_for_its_pool_but_may_free_it),
    CASE(sizes_of_pools_are_checked),
};

CHECK_MAIN(cases)
