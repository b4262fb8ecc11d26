/* String interning, and Base64 with the vectors of RFC 4648. */
#define _GNU_SOURCE
#include "rt_data.h"

#include "check.h"

#include <pthread.h>

static void case_equal_texts_have_one_number(void) {
    int64_t interner = rt_interner_new();
    CHECK_INT(rt_interner_intern(interner, RT_STR("one")), 0);
    CHECK_INT(rt_interner_intern(interner, RT_STR("two")), 1);
    CHECK_INT(rt_interner_intern(interner, RT_STR("one")), 0);
    CHECK_INT(rt_interner_intern(interner, NULL, 0), 2);
    CHECK_INT(rt_interner_intern(interner, RT_STR("on\0e")), 3);
    CHECK_INT(rt_interner_count(interner), 4);
    CHECK_INT(rt_interner_size_bytes(interner), 10);
    CHECK_TEXT(rt_interner_text(interner, 1), "two");
    CHECK_TEXT(rt_interner_text(interner, 2), "");
    CHECK_INT(rt_interner_find(interner, RT_STR("two")).value, 1);
    CHECK(rt_interner_find(interner, RT_STR("one")).present);
    CHECK(!rt_interner_find(interner, RT_STR("three")).present);
    CHECK_ERROR(OK);
    CHECK_INT(rt_interner_count(interner), 4);
    CHECK_NO_TEXT(rt_interner_text(interner, 4));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_TEXT(rt_interner_text(interner, -1));
    CHECK_ERROR(OUT_OF_RANGE);
    const uint8_t bad[] = {0xff};
    CHECK_FAILS(rt_interner_intern(interner, bad, 1), -1, INVALID_UTF8);
    CHECK(rt_interner_free(interner));
    CHECK_FAILS(rt_interner_count(interner), -1, STALE_HANDLE);
}

static void case_many_texts_at_once(void) {
    int64_t interner = rt_interner_new();
    const rt_text texts[] = {RT_TEXT("a"), RT_TEXT("b"), RT_TEXT("a"), RT_TEXT("c")};
    rt_list_i64 numbers = rt_interner_intern_all(interner, texts, 4);
    CHECK(numbers.len == 4 && numbers.items[0] == 0 && numbers.items[1] == 1 && numbers.items[2] == 0 &&
          numbers.items[3] == 2);
    CHECK(rt_list_i64_free(numbers));
    rt_list_text all = rt_interner_texts(interner);
    CHECK(all.len == 3 && all.items[0].ptr[0] == 'a' && all.items[1].ptr[0] == 'b' && all.items[2].ptr[0] == 'c');
    CHECK(rt_list_text_free(all));
    CHECK(rt_interner_clear(interner));
    CHECK_INT(rt_interner_count(interner), 0);
    CHECK_INT(rt_interner_size_bytes(interner), 0);
    CHECK(!rt_interner_find(interner, RT_STR("a")).present);
    CHECK_INT(rt_interner_intern(interner, RT_STR("c")), 0);
    CHECK(rt_interner_free(interner));
}

static void case_numbers_stay_when_the_table_grows(void) {
    int64_t interner = rt_interner_new();
    char name[32];
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "name %d", i);
        CHECK_INT(rt_interner_intern(interner, RT_CSTR(name)), i);
    }
    for (int i = 0; i < 20000; i += 7) {
        snprintf(name, sizeof name, "name %d", i);
        CHECK_INT(rt_interner_find(interner, RT_CSTR(name)).value, i);
        CHECK_TEXT(rt_interner_text(interner, i), name);
    }
    CHECK(rt_interner_free(interner));
}

typedef struct {
    int64_t interner;
    int64_t numbers[500];
} job;

static void *intern_many(void *given) {
    job *own = given;
    char name[32];
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "%d", i);
        own->numbers[i] = rt_interner_intern(own->interner, RT_CSTR(name));
    }
    return NULL;
}

static void case_threads_get_one_number_for_one_text(void) {
    static job jobs[4];
    pthread_t threads[4];
    int64_t interner = rt_interner_new();
    for (int i = 0; i < 4; i++) {
        jobs[i].interner = interner;
        CHECK(pthread_create(&threads[i], NULL, intern_many, &jobs[i]) == 0);
    }
    for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK_INT(rt_interner_count(interner), 500);
    for (int i = 1; i < 4; i++) CHECK(memcmp(jobs[i].numbers, jobs[0].numbers, sizeof jobs[0].numbers) == 0);
    CHECK(rt_interner_free(interner));
}

/* RFC 4648, section 10. */
static const struct {
    const char *data;
    const char *text;
} vectors[] = {
    {"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},        {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
};

static void case_base64_of_rfc_4648(void) {
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        const char *data = vectors[i].data;
        const char *text = vectors[i].text;
        char bare[16];
        snprintf(bare, sizeof bare, "%.*s", (int)strcspn(text, "="), text);
        CHECK_TEXT(rt_base64_encode(RT_CSTR(data)), text);
        CHECK_TEXT(rt_base64_url_encode(RT_CSTR(data)), bare);
        CHECK_BYTES(rt_base64_decode(RT_CSTR(text)), data, strlen(data));
        CHECK_BYTES(rt_base64_decode(RT_CSTR(bare)), data, strlen(data));
        CHECK_BYTES(rt_base64_url_decode(RT_CSTR(text)), data, strlen(data));
        CHECK_BYTES(rt_base64_url_decode(RT_CSTR(bare)), data, strlen(data));
    }
    CHECK_TEXT(rt_base64_encode(RT_STR("\xfb\xff\xfe")), "+//+");
    CHECK_TEXT(rt_base64_url_encode(RT_STR("\xfb\xff\xfe")), "-__-");
}

static void case_bad_base64_is_an_error(void) {
    static const char *const bad[] = {
        "Z", "Zg=", "Zg===", "Z=g=", "Zg==Zg==", "Zm9v\n", "Zm 9", "Zh==", "Zm9*", "\xc3\xa9",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        rt_bytes data = rt_base64_decode(RT_CSTR(bad[i]));
        CHECK(data.ptr == NULL);
        if (data.ptr != NULL) printf("    %s was read\n", bad[i]);
        CHECK_ERROR(PARSE);
    }
    CHECK(rt_base64_decode(RT_STR("-__-")).ptr == NULL);
    CHECK_ERROR(PARSE);
    CHECK(rt_base64_url_decode(RT_STR("+//+")).ptr == NULL);
    CHECK_ERROR(PARSE);
}

static const check_case cases[] = {
    CASE(equal_texts_have_one_number),
    CASE(many_texts_at_once),
    CASE(numbers_stay_when_the_table_grows),
    CASE(threads_get_one_number_for_one_text),
    CASE(base64_of_rfc_4648),
    CASE(bad_base64_is_an_error),
};

CHECK_MAIN(cases)
