/* What threads share: channels, atomic numbers, locks, conditions, things done once. */
#define _GNU_SOURCE
#include "rt_concurrent.h"

#include "concurrent_check.h"

#define THREADS 8
#define ROUNDS 2000

static int64_t channel;
static int64_t mutex;
static int64_t lock;
static int64_t condvar;
static int64_t once;
static int64_t atomic;

static void case_channels_keep_the_order(void) {
    channel = rt_channel_new(0);
    for (int64_t i = 0; i < 100; i++) CHECK(rt_channel_send(channel, i));
    CHECK_INT(rt_channel_len(channel), 100);
    for (int64_t i = 0; i < 100; i++) CHECK_INT(rt_channel_recv(channel), i);
    CHECK_FAILS(rt_channel_try_recv(channel), 0, WOULD_BLOCK);
    CHECK_FAILS(rt_channel_recv_timeout(channel, MOMENT), 0, TIMED_OUT);
    CHECK_FAILS(rt_channel_recv_timeout(channel, -1), 0, OUT_OF_RANGE);
    CHECK(rt_channel_send(channel, 0));
    CHECK_INT(rt_channel_try_recv(channel), 0);
    CHECK_ERROR(OK);
    CHECK(rt_channel_free(channel));
}

static void case_full_channels_refuse_or_wait(void) {
    channel = rt_channel_new(2);
    CHECK(rt_channel_try_send(channel, 1) && rt_channel_try_send(channel, 2));
    CHECK_FAILS(rt_channel_try_send(channel, 3), false, WOULD_BLOCK);
    CHECK_FAILS(rt_channel_send_timeout(channel, 3, MOMENT), false, TIMED_OUT);
    CHECK_FAILS(rt_channel_send_timeout(channel, 3, -1), false, OUT_OF_RANGE);
    CHECK_INT(rt_channel_recv(channel), 1);
    CHECK(rt_channel_send_timeout(channel, 3, SOON));
    CHECK_INT(rt_channel_recv(channel), 2);
    CHECK_INT(rt_channel_recv(channel), 3);
    CHECK(rt_channel_free(channel));
    CHECK_FAILS(rt_channel_new(-1), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_channel_new((INT64_C(1) << 30) + 1), 0, OUT_OF_RANGE);
}

static void case_closed_channels_are_drained(void) {
    channel = rt_channel_new(2);
    CHECK(rt_channel_send(channel, 7));
    CHECK(!rt_channel_is_closed(channel));
    CHECK(rt_channel_close(channel) && rt_channel_close(channel));
    CHECK(rt_channel_is_closed(channel));
    CHECK_FAILS(rt_channel_send(channel, 8), false, BROKEN_PIPE);
    CHECK_FAILS(rt_channel_try_send(channel, 8), false, BROKEN_PIPE);
    CHECK_INT(rt_channel_recv(channel), 7);
    CHECK_FAILS(rt_channel_recv(channel), 0, BROKEN_PIPE);
    CHECK_FAILS(rt_channel_try_recv(channel), 0, BROKEN_PIPE);
    CHECK_FAILS(rt_channel_recv_timeout(channel, SOON), 0, BROKEN_PIPE);
    CHECK(rt_channel_free(channel));
}

static void *receive_until_closed(void *unused) {
    (void)unused;
    while (rt_channel_recv(channel), rt_last_error_code() == RT_ERROR_OK) continue;
    CHECK_ERROR(BROKEN_PIPE);
    return NULL;
}

static void case_closing_wakes_those_who_wait(void) {
    channel = rt_channel_new(0);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, receive_until_closed, NULL);
    nap_ms(MOMENT);
    CHECK(rt_channel_close(channel));
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    CHECK(rt_channel_free(channel));
}

/* Even threads send numbers, odd ones receive as many and add them up. */
static void *send_or_receive(void *number) {
    for (int64_t i = 1; i <= ROUNDS; i++) {
        if ((intptr_t)number % 2 == 0) {
            CHECK(rt_channel_send(channel, i));
        } else {
            rt_atomic_add(atomic, rt_channel_recv(channel));
        }
    }
    return NULL;
}

static void case_nothing_is_lost_between_threads(void) {
    const int64_t capacities[] = {1, 3, 0};
    for (int i = 0; i < 3; i++) {
        channel = rt_channel_new(capacities[i]);
        atomic = rt_atomic_new(0);
        on_threads(THREADS, send_or_receive);
        CHECK_INT(rt_atomic_load(atomic), (int64_t)THREADS / 2 * ROUNDS * (ROUNDS + 1) / 2);
        CHECK_INT(rt_channel_len(channel), 0);
        CHECK(rt_channel_free(channel));
        CHECK(rt_atomic_free(atomic));
    }
}

static void case_texts_and_bytes_are_copied(void) {
    int64_t texts = rt_text_channel_new(1);
    int64_t bytes = rt_bytes_channel_new(1);
    char word[] = "plum";
    CHECK(rt_text_channel_send(texts, (const uint8_t *)word, 4));
    CHECK(rt_bytes_channel_send(bytes, (const uint8_t *)"\xff\0", 2));
    word[0] = 'X';
    CHECK_FAILS(rt_text_channel_try_send(texts, RT_STR("x")), false, WOULD_BLOCK);
    CHECK_FAILS(rt_bytes_channel_send_timeout(bytes, RT_STR("x"), 1), false, TIMED_OUT);
    CHECK_TEXT(rt_text_channel_recv(texts), "plum");
    CHECK_BYTES(rt_bytes_channel_recv(bytes), "\xff\0", 2);
    CHECK_FAILS(rt_text_channel_send(texts, (const uint8_t *)"\xff", 1), false, INVALID_UTF8);
    CHECK_FAILS(rt_text_channel_try_recv(texts).ptr, NULL, WOULD_BLOCK);
    CHECK_FAILS(rt_bytes_channel_recv_timeout(bytes, 1).ptr, NULL, TIMED_OUT);
    /* Empty is something, and what is never received is freed with the channel. */
    CHECK(rt_text_channel_send(texts, RT_STR("")));
    CHECK_TEXT(rt_text_channel_recv_timeout(texts, SOON), "");
    CHECK(rt_text_channel_send_timeout(texts, RT_STR("never received"), 0));
    CHECK(rt_bytes_channel_try_send(bytes, RT_STR("never received")));
    CHECK_INT(rt_text_channel_len(texts), 1);
    CHECK_INT(rt_bytes_channel_len(bytes), 1);
    CHECK_BYTES(rt_bytes_channel_try_recv(bytes), "never received", 14);
    CHECK(!rt_text_channel_is_closed(texts));
    CHECK(rt_text_channel_close(texts));
    CHECK(rt_text_channel_is_closed(texts));
    CHECK(rt_bytes_channel_close(bytes) && rt_bytes_channel_is_closed(bytes));
    CHECK(rt_text_channel_free(texts));
    CHECK(rt_bytes_channel_free(bytes));
}

static void *count_up(void *unused) {
    (void)unused;
    rt_atomic_compare_exchange_result result;
    for (int i = 0; i < ROUNDS; i++) {
        rt_atomic_add(atomic, 3);
        rt_atomic_sub(atomic, 1);
        do {
            int64_t now = rt_atomic_load(atomic);
            CHECK(rt_atomic_compare_exchange(atomic, now, now + 1, &result));
        } while (!result.exchanged);
    }
    return NULL;
}

static void case_atomic_numbers_lose_nothing(void) {
    atomic = rt_atomic_new(INT64_MAX);
    CHECK_INT(rt_atomic_add(atomic, 1), INT64_MAX);
    CHECK_INT(rt_atomic_load(atomic), INT64_MIN);
    CHECK(rt_atomic_store(atomic, 0));
    on_threads(THREADS, count_up);
    CHECK_INT(rt_atomic_swap(atomic, 12), (int64_t)THREADS * ROUNDS * 3);
    CHECK_INT(rt_atomic_and(atomic, 10), 12);
    CHECK_INT(rt_atomic_or(atomic, 3), 8);
    CHECK_INT(rt_atomic_xor(atomic, 1), 11);
    CHECK_INT(rt_atomic_max(atomic, 20), 10);
    CHECK_INT(rt_atomic_min(atomic, -4), 20);
    CHECK_INT(rt_atomic_load(atomic), -4);
    CHECK(rt_atomic_free(atomic));
}

static int64_t plain;

static void *add_under_mutex(void *unused) {
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        CHECK(rt_mutex_lock(mutex));
        plain = plain + 1;
        CHECK(rt_mutex_unlock(mutex));
    }
    return NULL;
}

static void *fail_at_mutex(void *unused) {
    (void)unused;
    CHECK_FAILS(rt_mutex_try_lock(mutex), false, WOULD_BLOCK);
    CHECK_FAILS(rt_mutex_lock_timeout(mutex, MOMENT), false, TIMED_OUT);
    CHECK_FAILS(rt_mutex_lock_timeout(mutex, -1), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_mutex_unlock(mutex), false, INVALID_ARGUMENT);
    return NULL;
}

static void case_a_mutex_is_for_one(void) {
    mutex = rt_mutex_new();
    plain = 0;
    on_threads(THREADS, add_under_mutex);
    CHECK_INT(plain, THREADS * ROUNDS);
    CHECK(rt_mutex_lock(mutex));
    on_threads(2, fail_at_mutex);
    CHECK_FAILS(rt_mutex_lock(mutex), false, HANDLE_BUSY);
    CHECK_FAILS(rt_mutex_try_lock(mutex), false, HANDLE_BUSY);
    CHECK(rt_mutex_unlock(mutex));
    CHECK_FAILS(rt_mutex_unlock(mutex), false, INVALID_ARGUMENT);
    CHECK(rt_mutex_try_lock(mutex) && rt_mutex_unlock(mutex));
    CHECK(rt_mutex_lock_timeout(mutex, 0) && rt_mutex_unlock(mutex));
    CHECK(rt_mutex_free(mutex));
}

static void *read_or_write(void *number) {
    for (int i = 0; i < ROUNDS; i++) {
        if ((intptr_t)number % 4 == 0) {
            CHECK(rt_rw_lock_write(lock));
            plain = plain + 1;
            CHECK(plain % 2 == 1);
            plain = plain + 1;
        } else {
            CHECK(rt_rw_lock_read(lock));
            CHECK(plain % 2 == 0);
        }
        CHECK(rt_rw_lock_unlock(lock));
    }
    return NULL;
}

static void *read_beside_a_reader(void *unused) {
    (void)unused;
    CHECK(rt_rw_lock_try_read(lock));
    CHECK(rt_rw_lock_read_timeout(lock, SOON));
    CHECK_FAILS(rt_rw_lock_try_write(lock), false, HANDLE_BUSY);
    CHECK(rt_rw_lock_unlock(lock) && rt_rw_lock_unlock(lock));
    CHECK_FAILS(rt_rw_lock_try_write(lock), false, WOULD_BLOCK);
    CHECK_FAILS(rt_rw_lock_write_timeout(lock, MOMENT), false, TIMED_OUT);
    /* Having given up, it does not keep readers out. */
    CHECK(rt_rw_lock_try_read(lock) && rt_rw_lock_unlock(lock));
    return NULL;
}

static void *fail_beside_a_writer(void *unused) {
    (void)unused;
    CHECK_FAILS(rt_rw_lock_try_read(lock), false, WOULD_BLOCK);
    CHECK_FAILS(rt_rw_lock_read_timeout(lock, MOMENT), false, TIMED_OUT);
    CHECK_FAILS(rt_rw_lock_unlock(lock), false, INVALID_ARGUMENT);
    return NULL;
}

static void case_many_read_and_one_writes(void) {
    lock = rt_rw_lock_new();
    plain = 0;
    on_threads(THREADS, read_or_write);
    CHECK_INT(plain, THREADS / 4 * ROUNDS * 2);
    CHECK(rt_rw_lock_read(lock));
    on_threads(1, read_beside_a_reader);
    CHECK(rt_rw_lock_unlock(lock));
    CHECK(rt_rw_lock_write(lock));
    CHECK_FAILS(rt_rw_lock_read(lock), false, HANDLE_BUSY);
    CHECK_FAILS(rt_rw_lock_write(lock), false, HANDLE_BUSY);
    on_threads(2, fail_beside_a_writer);
    CHECK(rt_rw_lock_unlock(lock));
    CHECK(rt_rw_lock_free(lock));
}

static void *take_turns(void *number) {
    for (int i = 0; i < ROUNDS / 10; i++) {
        CHECK(rt_mutex_lock(mutex));
        while (plain % THREADS != (intptr_t)number) CHECK(rt_condvar_wait(condvar, mutex));
        plain = plain + 1;
        CHECK(rt_condvar_notify_all(condvar));
        CHECK(rt_mutex_unlock(mutex));
    }
    return NULL;
}

static void case_conditions_are_waited_for(void) {
    mutex = rt_mutex_new();
    condvar = rt_condvar_new();
    plain = 0;
    on_threads(THREADS, take_turns);
    CHECK_INT(plain, THREADS * (ROUNDS / 10));
    CHECK_FAILS(rt_condvar_wait(condvar, mutex), false, INVALID_ARGUMENT);
    CHECK(rt_mutex_lock(mutex));
    /* A notification without anybody waiting is not kept. */
    CHECK(rt_condvar_notify_one(condvar));
    CHECK_FAILS(rt_condvar_wait_timeout(condvar, mutex, MOMENT), false, TIMED_OUT);
    CHECK_FAILS(rt_condvar_wait_timeout(condvar, mutex, -1), false, OUT_OF_RANGE);
    CHECK(rt_mutex_unlock(mutex));
    CHECK(rt_mutex_free(mutex));
    CHECK(rt_condvar_free(condvar));
}

static void *wait_and_count(void *unused) {
    (void)unused;
    CHECK(rt_mutex_lock(mutex));
    rt_atomic_add(atomic, 1);
    CHECK(rt_condvar_wait(condvar, mutex));
    plain = plain + 1;
    CHECK(rt_mutex_unlock(mutex));
    return NULL;
}

static void case_one_notification_is_for_one(void) {
    mutex = rt_mutex_new();
    condvar = rt_condvar_new();
    atomic = rt_atomic_new(0);
    plain = 0;
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, wait_and_count, NULL);
    while (rt_atomic_load(atomic) < 3) nap_ms(1);
    CHECK(rt_mutex_lock(mutex));
    CHECK(rt_condvar_notify_one(condvar));
    CHECK(rt_mutex_unlock(mutex));
    nap_ms(MOMENT);
    CHECK(rt_mutex_lock(mutex));
    CHECK_INT(plain, 1);
    CHECK(rt_condvar_notify_all(condvar));
    CHECK(rt_mutex_unlock(mutex));
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    CHECK_INT(plain, 3);
    CHECK(rt_mutex_free(mutex));
    CHECK(rt_condvar_free(condvar));
    CHECK(rt_atomic_free(atomic));
}

static void do_slowly(int64_t data) {
    nap_ms(MOMENT);
    plain += data;
    CHECK_FAILS(rt_once_call(once, do_slowly, 1), false, HANDLE_BUSY);
}

static void *ask_once(void *unused) {
    (void)unused;
    if (rt_once_call(once, do_slowly, 5)) rt_atomic_add(atomic, 1);
    CHECK_INT(plain, 5);
    return NULL;
}

static void case_once_is_once_and_all_wait_for_it(void) {
    once = rt_once_new();
    atomic = rt_atomic_new(0);
    plain = 0;
    CHECK(!rt_once_is_done(once));
    on_threads(THREADS, ask_once);
    CHECK_INT(rt_atomic_load(atomic), 1);
    CHECK(rt_once_is_done(once));
    CHECK_FAILS(rt_once_call(once, NULL, 0), false, NULL_POINTER);
    CHECK(rt_once_free(once));
    CHECK(rt_atomic_free(atomic));
}

static const check_case cases[] = {
    CASE(channels_keep_the_order),
    CASE(full_channels_refuse_or_wait),
    CASE(closed_channels_are_drained),
    CASE(closing_wakes_those_who_wait),
    CASE(nothing_is_lost_between_threads),
    CASE(texts_and_bytes_are_copied),
    CASE(atomic_numbers_lose_nothing),
    CASE(a_mutex_is_for_one),
    CASE(many_read_and_one_writes),
    CASE(conditions_are_waited_for),
    CASE(one_notification_is_for_one),
    CASE(once_is_once_and_all_wait_for_it),
};

CHECK_MAIN(cases)
