/* What every module stands on: the last error, its names, the freeing of each kind of result. */
#define _GNU_SOURCE
#include "rt.h"

#include "check.h"

#include <pthread.h>

static void case_codes_have_names(void) {
    CHECK_TEXT(rt_error_name(0), "OK");
    CHECK_TEXT(rt_error_name(RT_ERROR_INVALID_FREE), "INVALID_FREE");
    CHECK_TEXT(rt_error_name(RT_ERROR_IO), "IO");
    const int32_t unknown[] = { -1, 13, 9999, INT32_MAX, INT32_MIN };
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        CHECK_NO_TEXT(rt_error_name(unknown[i]));
        CHECK_ERROR(INVALID_ENUM);
    }
}

static void case_an_error_stays_until_the_next_call(void) {
    CHECK_NO_TEXT(rt_error_name(-1));
    CHECK_ERROR(INVALID_ENUM);
    CHECK_ERROR(INVALID_ENUM);
    CHECK_MESSAGE("rt_error_name: ");
    rt_last_error_clear();
    CHECK_ERROR(OK);
    rt_text none = rt_last_error_message();
    CHECK(none.ptr == NULL || none.len == 0);
    rt_text_free(none);
    CHECK_NO_TEXT(rt_error_name(-1));
    CHECK_TEXT(rt_error_name(0), "OK");
    CHECK_ERROR(OK);
}

static void *other_thread(void *code) {
    *(int32_t *)code = rt_last_error_code();
    rt_text_free(rt_error_name(-2));
    return NULL;
}

static void case_each_thread_has_its_own_error(void) {
    CHECK_NO_TEXT(rt_error_name(-1));
    int32_t code = -1;
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, other_thread, &code), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK_INT(code, 0);
    CHECK_MESSAGE("-1");
}

/* What the destructors of a thread's keys saw, which run when most of the thread is gone. */
static struct {
    int32_t earlier, own;
    char earlier_message[300], own_message[300];
} late;

static void late_error(int32_t *code, char message[300]) {
    *code = rt_last_error_code();
    rt_text text = rt_last_error_message();
    snprintf(message, 300, "%.*s", (int)text.len, text.ptr ? (const char *)text.ptr : "(null)");
    rt_text_free(text);
}

static void late_calls(void *unused) {
    (void)unused;
    late_error(&late.earlier, late.earlier_message);
    /* More than a message can have here, of characters of three bytes each: it is cut between two of them. */
    char path[600];
    for (size_t at = 0; at < sizeof path; at += 3) memcpy(path + at, "\xe2\x82\xac", 3);
    CHECK(rt_file_read_text((const uint8_t *)path, sizeof path).ptr == NULL);
    late_error(&late.own, late.own_message);
}

static void *ending_thread(void *key) {
    pthread_setspecific(*(pthread_key_t *)key, key);
    CHECK(rt_error_name(-3).ptr == NULL);
    return NULL;
}

static void case_errors_have_messages_until_a_thread_has_ended(void) {
    pthread_key_t key;
    CHECK_INT(pthread_key_create(&key, late_calls), 0);
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, ending_thread, &key), 0);
    CHECK_INT(pthread_join(thread, NULL), 0);
    pthread_key_delete(key);
    CHECK_INT(late.earlier, RT_ERROR_INVALID_ENUM);
    CHECK(strncmp(late.earlier_message, "rt_error_name: `code` is -3", 27) == 0);
    CHECK_INT(late.own, RT_ERROR_NAME_TOO_LONG);
    CHECK(strncmp(late.own_message, "rt_file_read_text: `\xe2\x82\xac", 23) == 0);
    size_t length = strlen(late.own_message);
    CHECK(length > 236 && length <= 240);
    CHECK(memcmp(late.own_message + length - 3, "\xe2\x82\xac", 3) == 0);
}

/* A list that owns nothing can be freed; memory that the library never gave, and a list of something else, cannot. */
#define CASE_LIST(item, c_type)                                                           \
    static void case_a_list_of_##item##_goes_back_once(void) {                            \
        rt_list_##item none = { NULL, 0 };                                                \
        CHECK(rt_list_##item##_free(none));                                               \
        CHECK_ERROR(OK);                                                                  \
        c_type memory[2];                                                                 \
        memset(memory, 0, sizeof memory);                                                 \
        rt_list_##item forged = { memory, 2 };                                            \
        CHECK_FAILS(rt_list_##item##_free(forged), false, INVALID_FREE);                  \
        CHECK_MESSAGE("rt_list_" #item "_free: ");                                        \
        rt_bytes other = rt_random_bytes(64);                                             \
        CHECK(other.ptr != NULL);                                                         \
        rt_list_##item wrong = { (void *)other.ptr, 1 };                                  \
        CHECK_FAILS(rt_list_##item##_free(wrong), false, INVALID_FREE);                   \
        CHECK(rt_bytes_free(other));                                                      \
        CHECK_FAILS(rt_bytes_free(other), false, INVALID_FREE);                           \
    }

CASE_LIST(bool, bool)
CASE_LIST(i8, int8_t)
CASE_LIST(i16, int16_t)
CASE_LIST(i32, int32_t)
CASE_LIST(i64, int64_t)
CASE_LIST(u16, uint16_t)
CASE_LIST(u32, uint32_t)
CASE_LIST(u64, uint64_t)
CASE_LIST(f32, float)
CASE_LIST(f64, double)
CASE_LIST(text, rt_text)
CASE_LIST(bytes, rt_bytes)

static void case_counts_follow_what_lives(void) {
    uint64_t blocks = rt_live_blocks();
    rt_text name = rt_error_name(0);
    CHECK_U64(rt_live_blocks(), blocks + 1);
    CHECK(rt_text_free(name));
    CHECK_FAILS(rt_text_free(name), false, INVALID_FREE);
    CHECK_U64(rt_live_blocks(), blocks);
    CHECK_U64(rt_live_handles(0), 0);
    CHECK_U64(rt_live_handles(-1), 0);
    CHECK_U64(rt_live_handles(INT32_MAX), 0);
}

static const check_case cases[] = {
    CASE(codes_have_names),
    CASE(an_error_stays_until_the_next_call),
    CASE(each_thread_has_its_own_error),
    CASE(errors_have_messages_until_a_thread_has_ended),
    CASE(a_list_of_bool_goes_back_once),
    CASE(a_list_of_i8_goes_back_once),
    CASE(a_list_of_i16_goes_back_once),
    CASE(a_list_of_i32_goes_back_once),
    CASE(a_list_of_i64_goes_back_once),
    CASE(a_list_of_u16_goes_back_once),
    CASE(a_list_of_u32_goes_back_once),
    CASE(a_list_of_u64_goes_back_once),
    CASE(a_list_of_f32_goes_back_once),
    CASE(a_list_of_f64_goes_back_once),
    CASE(a_list_of_text_goes_back_once),
    CASE(a_list_of_bytes_goes_back_once),
    CASE(counts_follow_what_lives),
};

CHECK_MAIN(cases)
