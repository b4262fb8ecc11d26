/* What the functions of time do: clocks against those of the C library, calendar fields and text of known instants,
 * and every rule of the ISO 8601 reader. Sleeping is in time_sleep_test.c. */
#define _GNU_SOURCE
#include "rt_time.h"

#include "check.h"

#include <time.h>

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

/* 2024-02-29T12:30:45.678901Z, a Thursday. */
#define LEAP INT64_C(1709209845678901)

static int64_t clock_of_c(clockid_t id, int64_t per_second) {
    struct timespec now;
    clock_gettime(id, &now);
    return now.tv_sec * per_second + now.tv_nsec / (1000000000 / per_second);
}

#define CHECK_CLOCK(function, id, per_second)                 \
    do {                                                      \
        int64_t before = clock_of_c(id, per_second);          \
        int64_t now = function();                             \
        int64_t after = clock_of_c(id, per_second);           \
        CHECK(before <= now && now <= after);                 \
        CHECK_ERROR(OK);                                      \
    } while (0)

static void case_wall_clocks_agree_with_the_c_library(void) {
    CHECK_CLOCK(rt_time_now, CLOCK_REALTIME, 1);
    CHECK_CLOCK(rt_time_millis, CLOCK_REALTIME, 1000);
    CHECK_CLOCK(rt_current_time_ms, CLOCK_REALTIME, 1000);
    CHECK_CLOCK(rt_time_now_unix_millis, CLOCK_REALTIME, 1000);
    CHECK_CLOCK(rt_time_now_unix_micros, CLOCK_REALTIME, 1000000);
    CHECK_CLOCK(rt_time_now_unix_nanos, CLOCK_REALTIME, 1000000000);
}

static void case_measuring_clocks_agree_with_the_c_library(void) {
    CHECK_CLOCK(rt_time_monotonic_nanos, CLOCK_MONOTONIC, 1000000000);
    CHECK_CLOCK(rt_time_process_cpu_nanos, CLOCK_PROCESS_CPUTIME_ID, 1000000000);
    int64_t last = rt_time_monotonic_nanos();
    for (int i = 0; i < 1000; i++) {
        int64_t now = rt_time_monotonic_nanos();
        CHECK(now >= last);
        last = now;
    }
}

static void case_now_as_iso_is_now(void) {
    int64_t before = rt_time_now_unix_micros();
    rt_text iso = rt_time_now_iso();
    int64_t after = rt_time_now_unix_micros();
    CHECK_INT(iso.len, 27);
    int64_t now = rt_timestamp_from_iso(iso.ptr, iso.len);
    CHECK(before <= now && now <= after);
    rt_text_free(iso);
}

/* The clock itself: time() may still give the second before. */
static time_t second_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

static void case_fields_of_now_are_those_of_gmtime(void) {
    /* Two looks with the same second around the calls, so that no change of a field falls between them. */
    for (int tries = 0; tries < 20; tries++) {
        time_t before = second_now();
        struct tm want;
        gmtime_r(&before, &want);
        int64_t year = rt_time_year();
        int64_t month = rt_time_month();
        int64_t day = rt_time_day();
        int64_t hour = rt_time_hour();
        int64_t minute = rt_time_minute();
        int64_t second = rt_time_second();
        if (second_now() != before) continue;
        CHECK_INT(year, want.tm_year + 1900);
        CHECK_INT(month, want.tm_mon + 1);
        CHECK_INT(day, want.tm_mday);
        CHECK_INT(hour, want.tm_hour);
        CHECK_INT(minute, want.tm_min);
        CHECK_INT(second, want.tm_sec);
        return;
    }
    CHECK(!"the clock changes its second all the time");
}

/* An instant and what every function says about it. */
typedef struct {
    int64_t micros;
    int32_t year, month, day, hour, minute, second, microsecond, weekday, day_of_year;
    const char *iso;
    const char *shown;
} instant;

static const instant instants[] = {
    {0, 1970, 1, 1, 0, 0, 0, 0, 4, 1, "1970-01-01T00:00:00.000000Z", "1970-01-01 00:00:00"},
    {1, 1970, 1, 1, 0, 0, 0, 1, 4, 1, "1970-01-01T00:00:00.000001Z", "1970-01-01 00:00:00"},
    {-1, 1969, 12, 31, 23, 59, 59, 999999, 3, 365, "1969-12-31T23:59:59.999999Z", "1969-12-31 23:59:59"},
    {-SECOND, 1969, 12, 31, 23, 59, 59, 0, 3, 365, "1969-12-31T23:59:59.000000Z", "1969-12-31 23:59:59"},
    {-SECOND - 1, 1969, 12, 31, 23, 59, 58, 999999, 3, 365, "1969-12-31T23:59:58.999999Z", "1969-12-31 23:59:58"},
    {LEAP, 2024, 2, 29, 12, 30, 45, 678901, 4, 60, "2024-02-29T12:30:45.678901Z", "2024-02-29 12:30:45"},
    {INT64_C(951782400000000), 2000, 2, 29, 0, 0, 0, 0, 2, 60, "2000-02-29T00:00:00.000000Z", "2000-02-29 00:00:00"},
    {INT64_C(-2203891200000000), 1900, 3, 1, 0, 0, 0, 0, 4, 60, "1900-03-01T00:00:00.000000Z", "1900-03-01 00:00:00"},
    {INT64_C(2147483648000000), 2038, 1, 19, 3, 14, 8, 0, 2, 19, "2038-01-19T03:14:08.000000Z", "2038-01-19 03:14:08"},
    {INT64_C(253402300799999999), 9999, 12, 31, 23, 59, 59, 999999, 5, 365, "9999-12-31T23:59:59.999999Z",
     "9999-12-31 23:59:59"},
    {INT64_C(253402300800000000), 10000, 1, 1, 0, 0, 0, 0, 6, 1, "+10000-01-01T00:00:00.000000Z",
     "+10000-01-01 00:00:00"},
    {INT64_C(-62167219200000000), 0, 1, 1, 0, 0, 0, 0, 6, 1, "0000-01-01T00:00:00.000000Z", "0000-01-01 00:00:00"},
    {INT64_C(-62167219200000001), -1, 12, 31, 23, 59, 59, 999999, 5, 365, "-0001-12-31T23:59:59.999999Z",
     "-0001-12-31 23:59:59"},
    {INT64_MAX, 294247, 1, 10, 4, 0, 54, 775807, 7, 10, "+294247-01-10T04:00:54.775807Z", "+294247-01-10 04:00:54"},
    {INT64_MIN, -290308, 12, 21, 19, 59, 5, 224192, 7, 356, "-290308-12-21T19:59:05.224192Z",
     "-290308-12-21 19:59:05"},
};
enum { INSTANTS = sizeof instants / sizeof instants[0] };

static void case_fields_of_known_instants(void) {
    for (size_t i = 0; i < INSTANTS; i++) {
        const instant *t = &instants[i];
        CHECK_INT(rt_timestamp_get_year(t->micros), t->year);
        CHECK_INT(rt_timestamp_get_month(t->micros), t->month);
        CHECK_INT(rt_timestamp_get_day(t->micros), t->day);
        CHECK_INT(rt_timestamp_get_hour(t->micros), t->hour);
        CHECK_INT(rt_timestamp_get_minute(t->micros), t->minute);
        CHECK_INT(rt_timestamp_get_second(t->micros), t->second);
        CHECK_INT(rt_timestamp_get_microsecond(t->micros), t->microsecond);
        CHECK_INT(rt_timestamp_get_weekday(t->micros), t->weekday);
        CHECK_INT(rt_timestamp_get_day_of_year(t->micros), t->day_of_year);
        CHECK_ERROR(OK);
    }
}

static void case_components_there_and_back(void) {
    for (size_t i = 0; i < INSTANTS; i++) {
        const instant *t = &instants[i];
        rt_civil_time got;
        CHECK(rt_timestamp_components(t->micros, &got));
        CHECK_INT(got.year, t->year);
        CHECK_INT(got.month, t->month);
        CHECK_INT(got.day, t->day);
        CHECK_INT(got.hour, t->hour);
        CHECK_INT(got.minute, t->minute);
        CHECK_INT(got.second, t->second);
        CHECK_INT(got.microsecond, t->microsecond);
        CHECK_INT(got.weekday, t->weekday);
        CHECK_INT(got.day_of_year, t->day_of_year);
        CHECK_INT(rt_timestamp_from_components(got.year, got.month, got.day, got.hour, got.minute, got.second,
                                               got.microsecond),
                  t->micros);
    }
    CHECK_FAILS(rt_timestamp_components(0, NULL), false, NULL_POINTER);
}

static void case_components_agree_with_gmtime_on_every_day(void) {
    for (int64_t day = -200000; day <= 200000; day++) {
        time_t seconds = day * 86400 + 86399;
        struct tm want;
        rt_civil_time got;
        gmtime_r(&seconds, &want);
        if (!rt_timestamp_components(seconds * SECOND + 999999, &got) || got.year != want.tm_year + 1900 ||
            got.month != want.tm_mon + 1 || got.day != want.tm_mday || got.day_of_year != want.tm_yday + 1 ||
            got.weekday % 7 != want.tm_wday || got.hour != 23 || got.minute != 59 || got.second != 59) {
            CHECK_INT(day, INT64_MIN);
            return;
        }
    }
}

static void case_components_outside_their_range(void) {
    CHECK_FAILS(rt_timestamp_from_components(2024, 0, 1, 0, 0, 0, 0), -1, OUT_OF_RANGE);
    CHECK_MESSAGE("`month` is 0");
    CHECK_FAILS(rt_timestamp_from_components(2024, 13, 1, 0, 0, 0, 0), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(2024, 2, 30, 0, 0, 0, 0), -1, OUT_OF_RANGE);
    CHECK_MESSAGE("`day` is 30, not 1 to 29");
    CHECK_FAILS(rt_timestamp_from_components(2023, 2, 29, 0, 0, 0, 0), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(2024, 1, 0, 0, 0, 0, 0), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(2024, 1, INT32_MIN, 0, 0, 0, 0), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(2024, 1, 1, 24, 0, 0, 0), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(2024, 1, 1, -1, 0, 0, 0), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(2024, 1, 1, 0, 60, 0, 0), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(2024, 1, 1, 0, 0, 60, 0), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(2024, 1, 1, 0, 0, 0, 1000000), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(2024, 1, 1, 0, 0, 0, -1), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(294247, 1, 10, 4, 0, 54, 775808), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(-290308, 12, 21, 19, 59, 5, 224191), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(INT32_MAX, 1, 1, 0, 0, 0, 0), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_components(INT32_MIN, 1, 1, 0, 0, 0, 0), -1, OUT_OF_RANGE);
    /* The failure value is also a time; only the code tells them apart. */
    CHECK_INT(rt_timestamp_from_components(1969, 12, 31, 23, 59, 59, 999999), -1);
    CHECK_ERROR(OK);
}

static void case_lengths_of_months_and_years(void) {
    static const int want[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int month = 1; month <= 12; month++) CHECK_INT(rt_time_days_in_month(2023, month), want[month - 1]);
    CHECK_INT(rt_time_days_in_month(2024, 2), 29);
    CHECK_INT(rt_time_days_in_month(2000, 2), 29);
    CHECK_INT(rt_time_days_in_month(1900, 2), 28);
    CHECK_INT(rt_time_days_in_month(INT64_MIN, 2), 29);
    CHECK_INT(rt_time_days_in_month(INT64_MAX, 2), 28);
    CHECK_FAILS(rt_time_days_in_month(2024, 0), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_time_days_in_month(2024, 13), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_time_days_in_month(2024, INT64_MIN), 0, OUT_OF_RANGE);
    CHECK(rt_time_is_leap_year(2000) && rt_time_is_leap_year(2024) && rt_time_is_leap_year(0));
    CHECK(rt_time_is_leap_year(-4) && rt_time_is_leap_year(-400));
    CHECK(!rt_time_is_leap_year(1900) && !rt_time_is_leap_year(2023) && !rt_time_is_leap_year(-100));
    CHECK_ERROR(OK);
}

static void case_text_of_known_instants(void) {
    for (size_t i = 0; i < INSTANTS; i++) {
        const instant *t = &instants[i];
        CHECK_TEXT(rt_timestamp_to_iso(t->micros), t->iso);
        CHECK_TEXT(rt_timestamp_to_string(t->micros), t->shown);
        CHECK_INT(rt_timestamp_from_iso(RT_CSTR(t->iso)), t->micros);
        CHECK_INT(rt_timestamp_parse(RT_CSTR(t->iso)), t->micros);
        CHECK_ERROR(OK);
        /* The second of the earliest instant begins before all timestamps. */
        int64_t begin = t->micros == INT64_MIN ? INT64_MIN : t->micros - t->microsecond;
        CHECK_INT(rt_timestamp_parse(RT_CSTR(t->shown)), begin);
        CHECK_INT(rt_timestamp_from_iso(RT_CSTR(t->shown)), begin);
        CHECK_ERROR(OK);
    }
}

static void case_format_follows_strftime(void) {
    static const char *patterns[] = {"%Y-%m-%d %H:%M:%S", "%F %T", "%a %A %b %B", "%j %u %w", "%y %C %e %I %p",
                                     "%D %R", "%G-W%V-%u", "100 %%", "%n%t", "none", "%U %W", "%h %k %l"};
    time_t seconds = LEAP / SECOND;
    struct tm fields;
    gmtime_r(&seconds, &fields);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        char want[128];
        CHECK(strftime(want, sizeof want, patterns[i], &fields) > 0);
        CHECK_TEXT(rt_timestamp_format(LEAP, RT_CSTR(patterns[i])), want);
    }
    /* C's %s takes the fields for local time. */
    CHECK_TEXT(rt_timestamp_format(LEAP, RT_STR("%s")), "1709209845");
    CHECK_TEXT(rt_timestamp_format(LEAP, RT_STR("")), "");
    CHECK_TEXT(rt_timestamp_format(LEAP, RT_STR("%H%.6f \xc3\xa9")), "12.678901 \xc3\xa9");
    CHECK_TEXT(rt_timestamp_format(-1, RT_STR("%F %T%.6f")), "1969-12-31 23:59:59.999999");
    CHECK_TEXT(rt_timestamp_format(LEAP, RT_STR("%z")), "+0000");
}

static void case_format_that_is_wrong(void) {
    CHECK_NO_TEXT(rt_timestamp_format(LEAP, RT_STR("%Y-%Q")));
    CHECK_ERROR(PARSE);
    CHECK_MESSAGE("byte 3");
    CHECK_NO_TEXT(rt_timestamp_format(LEAP, RT_STR("%%Q %")));
    CHECK_ERROR(PARSE);
    CHECK_MESSAGE("byte 4");
    CHECK_NO_TEXT(rt_timestamp_format(LEAP, RT_STR("%\xc3\xa9")));
    CHECK_ERROR(PARSE);
    CHECK_NO_TEXT(rt_timestamp_format(LEAP, RT_STR("%#z")));
    CHECK_ERROR(PARSE);
    CHECK_NO_TEXT(rt_timestamp_format(INT64_MAX, RT_STR("%Y")));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_TEXT(rt_timestamp_format(INT64_MIN, RT_STR("%Y")));
    CHECK_ERROR(OUT_OF_RANGE);
}

/* A text and the timestamp that it must give. */
typedef struct {
    const char *text;
    int64_t micros;
} reading;

static const reading readings[] = {
    {"2024-02-29", LEAP / DAY * DAY},
    {"20240229", LEAP / DAY * DAY},
    {"2024-02-29T12:30:45.678901Z", LEAP},
    {"2024-02-29t12:30:45.678901z", LEAP},
    {"2024-02-29 12:30:45.678901", LEAP},
    {"2024-02-29T12:30:45,678901", LEAP},
    {"20240229T123045.678901Z", LEAP},
    {"2024-02-29T12:30:45.678901234567890123456789Z", LEAP},
    {"2024-02-29T12:30:45.6Z", LEAP - 78901},
    {"2024-02-29T12:30Z", LEAP - 45678901},
    {"20240229T1230", LEAP - 45678901},
    {"2024-02-29T14:30:45.678901+02:00", LEAP},
    {"2024-02-29T14:30:45.678901+0200", LEAP},
    {"2024-02-29T14:30:45.678901+02", LEAP},
    {"2024-02-28T13:30:45.678901-23:00", LEAP},
    {"2024-03-01T12:29:45.678901+23:59", LEAP},
    {"2024-02-29T12:30:45.678901-00:00", LEAP},
    {"2024-02-29T24:00:00Z", LEAP / DAY * DAY + DAY},
    {"2024-02-29T24:00", LEAP / DAY * DAY + DAY},
    {"2016-12-31T23:59:60Z", INT64_C(1483228800000000)},
    {"2016-12-31T23:59:60.5Z", INT64_C(1483228800500000)},
    {"2017-01-01T05:29:60+05:30", INT64_C(1483228800000000)},
    {"1969-12-31T23:59:59.9999999Z", -1},
    {"-0001-12-31", INT64_C(-62167219200000000) - DAY},
    {"+2024-02-29", LEAP / DAY * DAY},
    {"+002024-02-29", LEAP / DAY * DAY},
    {"+294247-01-10T04:00:54.775807Z", INT64_MAX},
    {"-290308-12-21T19:59:05.224192Z", INT64_MIN},
};

static void case_iso_forms_that_are_read(void) {
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        check_int(__FILE__, __LINE__, readings[i].text, rt_timestamp_from_iso(RT_CSTR(readings[i].text)),
                  readings[i].micros);
        CHECK_ERROR(OK);
        CHECK_INT(rt_timestamp_parse(RT_CSTR(readings[i].text)), readings[i].micros);
    }
}

/* A text that is no ISO 8601 time, and what the message says of it. */
typedef struct {
    const char *text;
    const char *message;
} refusal;

static const refusal refusals[] = {
    {"", "byte 0: the year needs 4 digits"},
    {"now", "byte 0: the year needs 4 digits"},
    {" 2024-02-29", "byte 0: the year"},
    {"2024", "byte 4: the hyphen before the month"},
    {"2024-2-29", "byte 5: the month needs 2 digits"},
    {"2024-00-29", "byte 5: the month is 0, not 1 to 12"},
    {"2024-13-29", "byte 5: the month is 13, not 1 to 12"},
    {"2024-02", "byte 7: the hyphen before the day"},
    {"2024-02-00", "byte 8: the day is 0"},
    {"2024-02-32", "byte 8: the day is 32"},
    {"2024-02-30", "byte 8: the month has no day 30"},
    {"2023-02-29", "byte 8: the month has no day 29"},
    {"2024-060", "byte 7: the hyphen before the day"},
    {"2024-W09-4", "byte 5: the month"},
    {"-0000-01-01", "byte 0: the year 0 has no minus sign"},
    {"+20240229", "the hyphen before the month"},
    {"2024-02-29T", "byte 11: the hour needs 2 digits"},
    {"2024-02-29T25:00", "byte 11: the hour is 25"},
    {"2024-02-29T24:01", "byte 11: the hour 24 is midnight only"},
    {"2024-02-29T24:00:00.1", "byte 11: the hour 24 is midnight only"},
    {"2024-02-29T12", "byte 13: the colon before the minute"},
    {"2024-02-29T1230", "byte 13: the colon before the minute"},
    {"2024-02-29T12:60", "byte 14: the minute is 60"},
    {"2024-02-29T12:30:61", "byte 17: the second is 61"},
    {"2024-02-29T12:30:4", "byte 17: the second needs 2 digits"},
    {"2024-02-29T12:30:60Z", "byte 11: a leap second can only be at 23:59:60 UTC"},
    {"2024-02-29T23:59:60+01:00", "byte 11: a leap second"},
    {"2024-02-29T12:30:45.", "byte 20: the fraction has no digits"},
    {"2024-02-29T12:30.5", "byte 16: the time ends here"},
    {"2024-02-29T12:30:45Zx", "byte 20: the time ends here"},
    {"2024-02-29T12:30:45 Z", "byte 19: the time ends here"},
    {"2024-02-29T12:30:45+", "byte 20: the offset's hour needs 2 digits"},
    {"2024-02-29T12:30:45+24:00", "byte 20: the offset's hour is 24"},
    {"2024-02-29T12:30:45+02:60", "byte 23: the offset's minute is 60"},
    {"2024-02-29T12:30:45+02:", "byte 23: the offset's minute needs 2 digits"},
    {"2024-02-29Z", "byte 10: the time ends here"},
    {"2024-02-29T\xc3\xa9", "byte 11: the hour needs 2 digits"},
    {"\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa4-02-29", "byte 0: the year needs 4 digits"},
};

static void case_iso_forms_that_are_refused(void) {
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        check_int(__FILE__, __LINE__, refusals[i].text, rt_timestamp_from_iso(RT_CSTR(refusals[i].text)), -1);
        CHECK_ERROR(PARSE);
        CHECK_MESSAGE(refusals[i].message);
    }
    CHECK_FAILS(rt_timestamp_from_iso((const uint8_t *)"2024-02-29\0", 11), -1, PARSE);
    CHECK_FAILS(rt_timestamp_from_iso((const uint8_t *)"\xff", 1), -1, INVALID_UTF8);
    CHECK_FAILS(rt_timestamp_from_iso(RT_STR("+294247-01-10T04:00:54.775808Z")), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_iso(RT_STR("-290308-12-21T19:59:05.224191Z")), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_iso(RT_STR("+999999-12-31T23:59:59Z")), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_from_iso(RT_STR("-999999-01-01")), -1, OUT_OF_RANGE);
}

static void case_parse_reads_the_usual_forms(void) {
    int64_t whole = LEAP / SECOND * SECOND;
    CHECK_INT(rt_timestamp_parse(RT_STR(" \t2024-02-29 12:30:45\r\n")), whole);
    CHECK_INT(rt_timestamp_parse(RT_STR("Thu, 29 Feb 2024 12:30:45 +0000")), whole);
    CHECK_INT(rt_timestamp_parse(RT_STR("Thu, 29 Feb 2024 12:30:45 GMT")), whole);
    CHECK_INT(rt_timestamp_parse(RT_STR("29 Feb 2024 07:30:45 -0500")), whole);
    CHECK_INT(rt_timestamp_parse(RT_STR("1 Jan 1970 00:00 +0000")), 0);
    CHECK_INT(rt_timestamp_parse(RT_STR("Sat, 31 Dec 2016 23:59:60 GMT")), INT64_C(1483228800000000));
    CHECK_INT(rt_timestamp_parse(RT_STR("@0")), 0);
    CHECK_INT(rt_timestamp_parse(RT_STR("@+1709209845.678901")), LEAP);
    CHECK_INT(rt_timestamp_parse(RT_STR("@1.0000009")), SECOND);
    CHECK_INT(rt_timestamp_parse(RT_STR("@-0.5")), -500000);
    CHECK_INT(rt_timestamp_parse(RT_STR("@-1.5")), -1500000);
    CHECK_INT(rt_timestamp_parse(RT_STR("@9223372036854.775807")), INT64_MAX);
    CHECK_INT(rt_timestamp_parse(RT_STR("@-9223372036854.775808")), INT64_MIN);
    CHECK_ERROR(OK);
}

static void case_parse_refuses_what_is_no_time(void) {
    static const char *texts[] = {"",       " ",         "tomorrow", "@",        "@x",        "@1.",
                                  "@1 2",   "@--1",      "12:30",    "Thu, 29",  "2024/02/29", "T",
                                  "@1e3",   "1709209845", "\xc3\xa9",  "29 Foo 2024 00:00 GMT",
                                  "Fri, 29 Feb 2024 12:30:45 GMT"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check_int(__FILE__, __LINE__, texts[i], rt_timestamp_parse(RT_CSTR(texts[i])), -1);
        CHECK_ERROR(PARSE);
    }
    /* Bytes count from the start of what was given, white space included. */
    CHECK_FAILS(rt_timestamp_parse(RT_STR("  2024-13-01 ")), -1, PARSE);
    CHECK_MESSAGE("byte 7: the month is 13");
    CHECK_FAILS(rt_timestamp_parse(RT_STR("@9223372036854.775808")), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_parse(RT_STR("@-9223372036854.775809")), -1, OUT_OF_RANGE);
    CHECK_FAILS(rt_timestamp_parse(RT_STR("@99999999999999999999999999999999999999999999999")), -1, OUT_OF_RANGE);
}

static void case_difference_in_seconds(void) {
    CHECK_INT(rt_timestamp_diff_seconds(90 * SECOND, 30 * SECOND), 60);
    CHECK_INT(rt_timestamp_diff_seconds(30 * SECOND, 90 * SECOND), -60);
    CHECK_INT(rt_timestamp_diff_seconds(1999999, 0), 1);
    CHECK_INT(rt_timestamp_diff_seconds(0, 1), -1);
    CHECK_INT(rt_timestamp_diff_seconds(0, 0), 0);
    CHECK_INT(rt_timestamp_diff_seconds(INT64_MAX, INT64_MIN), INT64_C(18446744073709));
    CHECK_INT(rt_timestamp_diff_seconds(INT64_MIN, INT64_MAX), INT64_C(-18446744073710));
    CHECK_ERROR(OK);
}

static const check_case cases[] = {
    CASE(wall_clocks_agree_with_the_c_library),
    CASE(measuring_clocks_agree_with_the_c_library),
    CASE(now_as_iso_is_now),
    CASE(fields_of_now_are_those_of_gmtime),
    CASE(fields_of_known_instants),
    CASE(components_there_and_back),
    CASE(components_agree_with_gmtime_on_every_day),
    CASE(components_outside_their_range),
    CASE(lengths_of_months_and_years),
    CASE(text_of_known_instants),
    CASE(format_follows_strftime),
    CASE(format_that_is_wrong),
    CASE(iso_forms_that_are_read),
    CASE(iso_forms_that_are_refused),
    CASE(parse_reads_the_usual_forms),
    CASE(parse_refuses_what_is_no_time),
    CASE(difference_in_seconds),
};

CHECK_MAIN(cases)
