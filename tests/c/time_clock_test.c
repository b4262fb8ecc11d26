/* What the functions of now give where the clock of the system is set far from today. No system lets a test set its
 * clock, so this program answers in the system's place: `clock_gettime` is its own. */
#define _GNU_SOURCE
#include "rt_time.h"

#include "check.h"

#include <sys/syscall.h>
#include <time.h>

/* What the clock shows, in seconds since 1970; 0 is the true time. */
static time_t shown;

int clock_gettime(clockid_t clock, struct timespec *now) {
    if (syscall(SYS_clock_gettime, clock, now) != 0) return -1;
    if (clock == CLOCK_REALTIME && shown != 0) now->tv_sec = shown;
    return 0;
}

static void case_the_clock_is_this_programs(void) {
    shown = 86400;
    CHECK(rt_time_now() >= 86400 && rt_time_now() < 86401);
    CHECK_INT(rt_time_millis() / 1000, 86400);
    CHECK_INT(rt_time_year(), 1970);
    CHECK_INT(rt_time_day(), 2);
    CHECK_TEXT_HAS(rt_time_now_iso(), "1970-01-02T00:00:00");
    shown = -1;
    CHECK_INT(rt_time_year(), 1969);
    CHECK_INT(rt_time_second(), 59);
    shown = 0;
}

/* Every function of now fails, as no result can hold the time. */
static void check_beyond(void) {
    CHECK_FAILS(rt_time_now_unix_millis(), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_time_millis(), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_current_time_ms(), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_time_now_unix_micros(), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_time_now_unix_nanos(), 0, OUT_OF_RANGE);
    CHECK_NO_TEXT(rt_time_now_iso());
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_FAILS(rt_time_year(), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_time_month(), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_time_day(), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_time_hour(), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_time_minute(), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_time_second(), -1, OUT_OF_RANGE);
}

static void case_a_clock_beyond_all_years_is_an_error(void) {
    shown = INT64_MAX;
    check_beyond();
    shown = INT64_MIN;
    check_beyond();
    /* Whole seconds always fit. */
    CHECK_INT(rt_time_now(), INT64_MIN);
    CHECK_ERROR(OK);
    shown = 0;
    CHECK(rt_time_year() >= 2024);
    CHECK_ERROR(OK);
}

static const check_case cases[] = {
    CASE(the_clock_is_this_programs),
    CASE(a_clock_beyond_all_years_is_an_error),
};

CHECK_MAIN(cases)
