/* What each function of channels, locks, threads and pools refuses: closed channels, negative limits of time, waiting
 * for oneself, and calls of a map that fail. */
#define _GNU_SOURCE
#include "rt_concurrent.h"

#include "concurrent_check.h"

/* One kind of channel: how it is called, an item as arguments, and what receiving gives when it fails. */
#define EACH_KIND(use)                      \
    use(channel, (int64_t)7, == 0)          \
    use(text_channel, RT_STR("x"), .ptr == NULL) \
    use(bytes_channel, RT_STR("x"), .ptr == NULL)

#define REFUSES(call, code) CHECK_FAILS(call, true, code);

static void case_closed_channels_refuse(void) {
#define CLOSED(kind, item, nothing)                                                            \
    {                                                                                          \
        int64_t closed = rt_##kind##_new(1);                                                   \
        CHECK(rt_##kind##_close(closed));                                                      \
        REFUSES(!rt_##kind##_send(closed, item), BROKEN_PIPE)                                  \
        REFUSES(!rt_##kind##_try_send(closed, item), BROKEN_PIPE)                              \
        REFUSES(!rt_##kind##_send_timeout(closed, item, MOMENT), BROKEN_PIPE)                  \
        REFUSES(rt_##kind##_recv(closed) nothing, BROKEN_PIPE)                                 \
        REFUSES(rt_##kind##_try_recv(closed) nothing, BROKEN_PIPE)                             \
        REFUSES(rt_##kind##_recv_timeout(closed, MOMENT) nothing, BROKEN_PIPE)                 \
        CHECK(rt_##kind##_free(closed));                                                       \
    }
    EACH_KIND(CLOSED)
}

static void case_negative_limits_are_refused(void) {
#define NEGATIVE(kind, item, nothing)                                                          \
    {                                                                                          \
        int64_t open = rt_##kind##_new(1);                                                     \
        REFUSES(!rt_##kind##_send_timeout(open, item, -1), OUT_OF_RANGE)                       \
        CHECK_INT(rt_##kind##_len(open), 0);                                                   \
        REFUSES(rt_##kind##_recv_timeout(open, -1) nothing, OUT_OF_RANGE)                      \
        CHECK(rt_##kind##_free(open));                                                         \
    }
    EACH_KIND(NEGATIVE)
    int64_t mutex = rt_mutex_new();
    REFUSES(!rt_mutex_lock_timeout(mutex, -1), OUT_OF_RANGE)
    CHECK(rt_mutex_free(mutex));
    int64_t lock = rt_rw_lock_new();
    REFUSES(!rt_rw_lock_write_timeout(lock, -1), OUT_OF_RANGE)
    REFUSES(!rt_rw_lock_read_timeout(lock, -1), OUT_OF_RANGE)
    /* Nothing was taken. */
    CHECK(rt_rw_lock_try_write(lock) && rt_rw_lock_unlock(lock));
    CHECK(rt_rw_lock_free(lock));
}

static void case_what_this_thread_holds_is_no_wait(void) {
    int64_t mutex = rt_mutex_new();
    CHECK(rt_mutex_lock(mutex));
    REFUSES(!rt_mutex_lock_timeout(mutex, SOON), HANDLE_BUSY)
    CHECK(rt_mutex_unlock(mutex) && rt_mutex_free(mutex));
    int64_t lock = rt_rw_lock_new();
    CHECK(rt_rw_lock_write(lock));
    REFUSES(!rt_rw_lock_try_read(lock), HANDLE_BUSY)
    REFUSES(!rt_rw_lock_read_timeout(lock, SOON), HANDLE_BUSY)
    REFUSES(!rt_rw_lock_write_timeout(lock, SOON), HANDLE_BUSY)
    CHECK(rt_rw_lock_unlock(lock) && rt_rw_lock_free(lock));
}

static int64_t gate;
static int64_t answers;

static int64_t join_itself(int64_t unused) {
    (void)unused;
    int64_t own = rt_channel_recv(gate);
    REFUSES(rt_thread_join(own) == 0, HANDLE_BUSY)
    CHECK(rt_channel_send(answers, 1));
    return 1;
}

static void case_a_thread_that_joins_itself_uses_its_handle_up(void) {
    gate = rt_channel_new(0), answers = rt_channel_new(0);
    int64_t thread = rt_thread_spawn(join_itself, 0);
    CHECK(rt_channel_send(gate, thread));
    CHECK_INT(rt_channel_recv(answers), 1);
    REFUSES(rt_thread_join(thread) == 0, STALE_HANDLE)
    CHECK(rt_channel_free(gate) && rt_channel_free(answers));
}

static void wait_for_own_pool(int64_t pool) {
    REFUSES(!rt_thread_pool_wait_timeout(pool, SOON), HANDLE_BUSY)
    CHECK(rt_channel_send(answers, 1));
}

static void case_a_job_cannot_wait_for_its_pool(void) {
    answers = rt_channel_new(0);
    int64_t pool = rt_thread_pool_new(2);
    CHECK(rt_thread_pool_submit(pool, wait_for_own_pool, pool));
    CHECK_INT(rt_channel_recv(answers), 1);
    CHECK(rt_thread_pool_wait(pool) && rt_thread_pool_free(pool) && rt_channel_free(answers));
}

static int64_t fail_with(int64_t code) {
    CHECK(rt_parallel_fail((int32_t)code, RT_STR("as asked")));
    return 0;
}

static void case_a_map_fails_with_any_code_of_a_call(void) {
    static const int64_t codes[] = { RT_ERROR_INVALID_ARGUMENT, RT_ERROR_TIMED_OUT, RT_ERROR_IO };
    for (size_t i = 0; i < 3; i++) {
        CHECK(rt_parallel_map(&codes[i], 1, fail_with).items == NULL);
        CHECK_INT(rt_last_error_code(), codes[i]);
        CHECK_MESSAGE("as asked");
    }
}

static const check_case cases[] = {
    CASE(closed_channels_refuse),
    CASE(negative_limits_are_refused),
    CASE(what_this_thread_holds_is_no_wait),
    CASE(a_thread_that_joins_itself_uses_its_handle_up),
    CASE(a_job_cannot_wait_for_its_pool),
    CASE(a_map_fails_with_any_code_of_a_call),
};

CHECK_MAIN(cases)
