/* What the sleeping functions of time do: never too short, whatever signals arrive, and no wait for a negative time. */
#define _GNU_SOURCE
#include "rt_time.h"

#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t alarms;

static void count_alarm(int signal) {
    (void)signal;
    alarms = alarms + 1;
}

#define CHECK_SLEEP(call, nanos)                                   \
    do {                                                           \
        int64_t start = rt_time_monotonic_nanos();                 \
        call;                                                      \
        CHECK_ERROR(OK);                                           \
        CHECK(rt_time_monotonic_nanos() - start >= INT64_C(nanos)); \
    } while (0)

static void case_sleep_lasts_as_long_as_asked(void) {
    CHECK_SLEEP(rt_sleep_micros(1500), 1500000);
    CHECK_SLEEP(rt_sleep_ms(20), 20000000);
    CHECK_SLEEP(rt_sleep_secs(1), 1000000000);
    CHECK_SLEEP(rt_sleep_micros(0), 0);
    CHECK_SLEEP(rt_sleep_ms(0), 0);
    CHECK_SLEEP(rt_sleep_secs(0), 0);
}

static void case_a_signal_does_not_end_the_sleep(void) {
    struct sigaction action = {.sa_handler = count_alarm};
    struct sigaction before;
    struct itimerval every = {.it_interval = {0, 5000}, .it_value = {0, 5000}};
    struct itimerval never = {.it_interval = {0, 0}, .it_value = {0, 0}};
    alarms = 0;
    CHECK(sigaction(SIGALRM, &action, &before) == 0);
    CHECK(setitimer(ITIMER_REAL, &every, NULL) == 0);
    CHECK_SLEEP(rt_sleep_ms(60), 60000000);
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    CHECK(sigaction(SIGALRM, &before, NULL) == 0);
    CHECK(alarms >= 2);
}

static void case_a_negative_sleep_is_an_error_at_once(void) {
    int64_t start = rt_time_monotonic_nanos();
    rt_sleep_micros(-1);
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_MESSAGE("`microseconds` is negative: -1");
    rt_sleep_ms(INT64_MIN);
    CHECK_ERROR(INVALID_ARGUMENT);
    rt_sleep_secs(INT64_MIN);
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK(rt_time_monotonic_nanos() - start < INT64_C(5000000000));
}

static void *sleep_for_ever(void *unit) {
    switch (*(const int *)unit) {
    case 0: rt_sleep_micros(INT64_MAX); break;
    case 1: rt_sleep_ms(INT64_MAX); break;
    default: rt_sleep_secs(INT64_MAX); break;
    }
    return NULL;
}

/* The longest times must neither overflow into a short wait nor crash; the sleepers end with the program. */
static void case_the_longest_sleep_sleeps(void) {
    static const int units[] = {0, 1, 2};
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        CHECK(pthread_create(&threads[i], NULL, sleep_for_ever, (void *)(uintptr_t)&units[i]) == 0);
    }
    usleep(50000);
    for (int i = 0; i < 3; i++) {
        CHECK(pthread_tryjoin_np(threads[i], NULL) == EBUSY);
        CHECK(pthread_detach(threads[i]) == 0);
    }
}

static const check_case cases[] = {
    CASE(sleep_lasts_as_long_as_asked),
    CASE(a_signal_does_not_end_the_sleep),
    CASE(a_negative_sleep_is_an_error_at_once),
    CASE(the_longest_sleep_sleeps),
};

CHECK_MAIN(cases)
