/* What arrays, dictionaries and objects do: items and keys, sharing, walks, depth, cycles, threads. */
#define _GNU_SOURCE
#include "rt_runtime.h"

#include "runtime_check.h"

#include <pthread.h>

#define DEEP 300000
#define THREADS 8
#define ROUNDS 2000

static void case_arrays_grow_and_shrink(void) {
    int64_t array = rt_value_array_new();
    for (int64_t i = 0; i < 4; i++) push(array, rt_value_int(i));
    int64_t nine = rt_value_int(9);
    CHECK_SHOWS(array, "[0, 1, 2, 3]");
    CHECK(rt_value_array_set(array, 1, nine));
    CHECK(rt_value_array_insert(array, 0, nine));
    CHECK(rt_value_array_insert(array, 5, 0));
    CHECK_SHOWS(array, "[9, 0, 9, 2, 3, nil]");
    CHECK_GIVES(rt_value_array_remove(array, 2), "9");
    CHECK_GIVES(rt_value_array_pop(array), "nil");
    CHECK_SHOWS(array, "[9, 0, 2, 3]");
    CHECK_GIVES(rt_value_array_get(array, 3), "3");
    CHECK_INT(rt_value_array_len(array), 4);
    CHECK_INT(rt_value_len(array), 4);
    CHECK(rt_value_clear(array));
    CHECK_INT(rt_value_array_len(array), 0);
    CHECK(rt_value_free(nine));
    CHECK(rt_value_free(array));
}

static void case_places_outside_of_an_array_are_errors(void) {
    int64_t array = rt_value_array_new();
    push(array, rt_value_int(1));
    const int64_t outside[] = {1, 2, -1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        CHECK_FAILS(rt_value_array_get(array, outside[i]), 0, OUT_OF_RANGE);
        CHECK_FAILS(rt_value_array_set(array, outside[i], 0), false, OUT_OF_RANGE);
        CHECK_FAILS(rt_value_array_remove(array, outside[i]), 0, OUT_OF_RANGE);
        if (i > 0) CHECK_FAILS(rt_value_array_insert(array, outside[i], 0), false, OUT_OF_RANGE);
    }
    CHECK_SHOWS(array, "[1]");
    CHECK(rt_value_clear(array));
    CHECK_FAILS(rt_value_array_pop(array), 0, OUT_OF_RANGE);
    CHECK(rt_value_free(array));
}

static void case_functions_of_arrays_ask_for_one(void) {
    int64_t dict = rt_value_dict_new();
    int64_t one = rt_value_int(1);
    const int64_t others[] = {dict, one};
    for (int i = 0; i < 2; i++) {
        CHECK_FAILS(rt_value_array_push(others[i], 0), false, INVALID_ARGUMENT);
        CHECK_FAILS(rt_value_array_pop(others[i]), 0, INVALID_ARGUMENT);
        CHECK_FAILS(rt_value_array_get(others[i], 0), 0, INVALID_ARGUMENT);
        CHECK_FAILS(rt_value_array_set(others[i], 0, 0), false, INVALID_ARGUMENT);
        CHECK_FAILS(rt_value_array_insert(others[i], 0, 0), false, INVALID_ARGUMENT);
        CHECK_FAILS(rt_value_array_remove(others[i], 0), 0, INVALID_ARGUMENT);
        CHECK_FAILS(rt_value_array_len(others[i]), -1, INVALID_ARGUMENT);
    }
    CHECK_FAILS(rt_value_array_push(0, one), false, INVALID_HANDLE);
    CHECK_FAILS(rt_value_len(one), -1, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_clear(one), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_iter_new(one), 0, INVALID_ARGUMENT);
    CHECK(rt_value_free(dict));
    CHECK(rt_value_free(one));
}

static void case_dictionaries_keep_the_order_of_their_keys(void) {
    int64_t dict = rt_value_dict_new();
    SET(dict, "pear", rt_value_int(1));
    SET(dict, "", rt_value_int(2));
    SET(dict, "apple", rt_value_int(3));
    SET(dict, "pear", STRING("four"));
    CHECK_SHOWS(dict, "{\"pear\": \"four\", \"\": 2, \"apple\": 3}");
    CHECK_INT(rt_value_dict_len(dict), 3);
    CHECK(rt_value_dict_has(dict, RT_STR("apple")) && !rt_value_dict_has(dict, RT_STR("appl")));
    CHECK_GIVES(rt_value_dict_get(dict, RT_STR("")), "2");
    CHECK_INT(rt_value_dict_get(dict, RT_STR("plum")), 0);
    CHECK_ERROR(OK);
    CHECK_GIVES(rt_value_dict_remove(dict, RT_STR("")), "2");
    CHECK_INT(rt_value_dict_remove(dict, RT_STR("")), 0);
    CHECK_ERROR(OK);
    SET(dict, "", rt_value_nil());
    rt_list_text keys = rt_value_dict_keys(dict);
    CHECK_U64(keys.len, 3);
    CHECK(keys.len == 3 && memcmp(keys.items[0].ptr, "pear", 5) == 0 && keys.items[2].len == 0);
    CHECK(rt_list_text_free(keys));
    CHECK_GIVES(rt_value_dict_values(dict), "[\"four\", 3, nil]");
    CHECK(rt_value_clear(dict));
    CHECK_SHOWS(dict, "{}");
    CHECK(rt_value_free(dict));
}

static void case_functions_of_dictionaries_ask_for_one(void) {
    int64_t array = rt_value_array_new();
    CHECK_FAILS(rt_value_dict_set(array, RT_STR("a"), 0), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_dict_get(array, RT_STR("a")), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_dict_has(array, RT_STR("a")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_dict_remove(array, RT_STR("a")), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_dict_len(array), -1, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_dict_keys(array).items, NULL, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_dict_values(array), 0, INVALID_ARGUMENT);
    CHECK(rt_value_free(array));
}

static void case_objects_have_a_class_and_fields(void) {
    int64_t point = rt_value_object_new(RT_STR("Point"));
    int64_t place = rt_value_object_new(RT_STR("Place"));
    int64_t dict = rt_value_dict_new();
    SET(point, "x", rt_value_int(1));
    SET(place, "x", rt_value_int(1));
    SET(dict, "x", rt_value_int(1));
    CHECK_TEXT(rt_value_object_class(point), "Point");
    CHECK_NO_TEXT(rt_value_object_class(dict));
    CHECK_ERROR(OK);
    CHECK_SHOWS(point, "Point {\"x\": 1}");
    int64_t copy = rt_value_deep_clone(point);
    CHECK(rt_value_eq(point, copy));
    CHECK(!rt_value_eq(point, place) && !rt_value_eq(point, dict));
    CHECK(rt_value_free(copy));
    CHECK(rt_value_free(point));
    CHECK(rt_value_free(place));
    CHECK(rt_value_free(dict));
}

static void case_text_within_containers_is_quoted(void) {
    int64_t array = rt_value_array_new();
    push(array, STRING("a\"\\\n\r\t\x01\xc3\xa9"));
    CHECK_SHOWS(array, "[\"a\\\"\\\\\\n\\r\\t\\u{1}\xc3\xa9\"]");
    CHECK(rt_value_free(array));
}

static void case_clones_share_and_deep_clones_do_not(void) {
    int64_t inner = rt_value_array_new();
    int64_t outer = rt_value_array_new();
    CHECK(rt_value_array_push(outer, inner) && rt_value_array_push(outer, inner));
    int64_t shared = rt_value_clone(outer);
    int64_t copy = rt_value_deep_clone(outer);
    push(inner, rt_value_int(1));
    CHECK_SHOWS(shared, "[[1], [1]]");
    CHECK_SHOWS(copy, "[[], []]");
    /* What occurs twice is one in the copy, too. */
    int64_t first = rt_value_array_get(copy, 0);
    push(first, rt_value_int(2));
    CHECK_SHOWS(copy, "[[2], [2]]");
    CHECK_SHOWS(outer, "[[1], [1]]");
    CHECK(rt_value_free(first));
    CHECK(rt_value_free(inner));
    CHECK(rt_value_free(outer));
    CHECK(rt_value_free(shared));
    CHECK(rt_value_free(copy));
}

static void case_containers_are_equal_by_content(void) {
    int64_t a = rt_value_dict_new();
    int64_t b = rt_value_dict_new();
    SET(a, "x", rt_value_int(1));
    SET(a, "y", nested(3));
    SET(b, "y", nested(3));
    SET(b, "x", rt_value_int(1));
    CHECK(rt_value_eq(a, b));
    SET(b, "x", rt_value_float(1.0));
    CHECK(!rt_value_eq(a, b));
    SET(b, "x", rt_value_int(1));
    SET(b, "y", nested(4));
    CHECK(!rt_value_eq(a, b));
    SET(b, "y", nested(3));
    SET(b, "z", rt_value_nil());
    CHECK(!rt_value_eq(a, b));
    CHECK(rt_value_free(rt_value_dict_remove(b, RT_STR("x"))));
    CHECK(!rt_value_eq(a, b));
    int64_t nan = rt_value_array_new();
    push(nan, rt_value_float(0.0 / 0.0));
    int64_t copy = rt_value_deep_clone(nan);
    CHECK(rt_value_eq(nan, nan) && !rt_value_eq(nan, copy));
    CHECK(rt_value_free(nan));
    CHECK(rt_value_free(copy));
    CHECK(rt_value_free(a));
    CHECK(rt_value_free(b));
}

static void case_a_walk_sees_what_was_there(void) {
    int64_t array = rt_value_array_new();
    for (int64_t i = 1; i <= 3; i++) push(array, rt_value_int(i));
    int64_t iter = rt_value_iter_new(array);
    CHECK_INT(rt_value_iter_value(iter), 0);
    CHECK_ERROR(OK);
    CHECK(rt_value_clear(array));
    CHECK(rt_value_free(array));
    int64_t sum = 0;
    while (rt_value_iter_next(iter)) {
        CHECK_NO_TEXT(rt_value_iter_key(iter));
        int64_t item = rt_value_iter_value(iter);
        sum = sum * 10 + rt_value_as_int(item);
        CHECK(rt_value_free(item));
    }
    CHECK_INT(sum, 123);
    CHECK_INT(rt_value_iter_value(iter), 0);
    CHECK(!rt_value_iter_next(iter));
    CHECK_ERROR(OK);
    CHECK(rt_value_iter_free(iter));
    int64_t dict = rt_value_dict_new();
    SET(dict, "k", STRING("v"));
    iter = rt_value_iter_new(dict);
    CHECK(rt_value_iter_next(iter));
    CHECK_TEXT(rt_value_iter_key(iter), "k");
    CHECK_GIVES(rt_value_iter_value(iter), "v");
    CHECK(rt_value_iter_free(iter));
    CHECK(rt_value_free(dict));
}

static void *work_on_deep_values(void *unused) {
    (void)unused;
    int64_t deep = nested(DEEP);
    int64_t copy = rt_value_deep_clone(deep);
    CHECK(rt_value_eq(deep, copy));
    rt_text text = rt_value_text(deep);
    CHECK_U64(text.len, 2 * DEEP + 3);
    CHECK(rt_text_free(text));
    CHECK(rt_value_free(deep));
    int64_t deeper = nested(DEEP + 1);
    CHECK(!rt_value_eq(deeper, copy));
    CHECK(rt_value_free(deeper));
    CHECK(rt_value_free(copy));
    return NULL;
}

static void case_depth_uses_no_stack(void) {
    int64_t before = rt_value_container_count();
    pthread_attr_t small;
    pthread_t thread;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 128 * 1024);
    CHECK(pthread_create(&thread, &small, work_on_deep_values, NULL) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
    CHECK_INT(rt_value_container_count(), before);
}

static void case_cycles_end(void) {
    int64_t before = rt_value_container_count();
    int64_t array = rt_value_array_new();
    int64_t dict = rt_value_dict_new();
    CHECK(rt_value_array_push(array, array) && rt_value_array_push(array, dict));
    CHECK(rt_value_dict_set(dict, RT_STR("up"), array));
    CHECK_SHOWS(array, "[[...], {\"up\": [...]}]");
    int64_t copy = rt_value_deep_clone(array);
    CHECK_SHOWS(copy, "[[...], {\"up\": [...]}]");
    CHECK(rt_value_eq(array, copy));
    push(copy, rt_value_nil());
    CHECK(!rt_value_eq(array, copy));
    CHECK(rt_value_free(array));
    CHECK(rt_value_free(dict));
    CHECK(rt_value_free(copy));
    CHECK_INT(rt_value_container_count(), before + 4);
    CHECK_INT(rt_value_collect_cycles(), 4);
    CHECK_INT(rt_value_container_count(), before);
    CHECK_INT(rt_value_collect_cycles(), 0);
}

static void case_only_what_nobody_reaches_is_collected(void) {
    int64_t before = rt_value_container_count();
    int64_t root = rt_value_array_new();
    int64_t ring[3];
    for (int i = 0; i < 3; i++) ring[i] = rt_value_array_new();
    for (int i = 0; i < 3; i++) CHECK(rt_value_array_push(ring[i], ring[(i + 1) % 3]));
    push(ring[1], STRING("kept"));
    CHECK(rt_value_array_push(root, ring[0]));
    for (int i = 0; i < 3; i++) CHECK(rt_value_free(ring[i]));
    /* A walk holds on to what it saw. */
    int64_t iter = rt_value_iter_new(root);
    CHECK_INT(rt_value_collect_cycles(), 0);
    CHECK_SHOWS(root, "[[[[[...]], \"kept\"]]]");
    CHECK(rt_value_free(root));
    CHECK_INT(rt_value_collect_cycles(), 0);
    CHECK(rt_value_iter_next(iter));
    CHECK_GIVES(rt_value_iter_value(iter), "[[[[...]], \"kept\"]]");
    CHECK(rt_value_iter_free(iter));
    CHECK_INT(rt_value_collect_cycles(), 3);
    CHECK_INT(rt_value_container_count(), before);
}

static void case_forgotten_cycles_do_not_pile_up(void) {
    int64_t most = 0;
    for (int i = 0; i < 200000; i++) {
        int64_t array = rt_value_array_new();
        CHECK(rt_value_array_push(array, array));
        CHECK(rt_value_free(array));
        if (rt_value_container_count() > most) most = rt_value_container_count();
    }
    CHECK(most <= 10001);
    rt_value_collect_cycles();
}

static void case_a_text_that_explodes_is_refused(void) {
    static uint8_t leaf[1024];
    memset(leaf, 'x', sizeof leaf);
    int64_t value = rt_value_string(leaf, sizeof leaf);
    for (int i = 0; i < 64; i++) {
        int64_t outer = rt_value_array_new();
        CHECK(rt_value_array_push(outer, value));
        push(outer, value);
        value = outer;
    }
    CHECK_FAILS(rt_value_text(value).ptr, NULL, LIMIT_REACHED);
    int64_t copy = rt_value_deep_clone(value);
    CHECK(rt_value_eq(value, copy));
    CHECK(rt_value_free(copy));
    CHECK(rt_value_free(value));
}

static int64_t shared;

/* Changes, reads, copies, makes cycles and drops them, all at once on one array and one dictionary. */
static void *mix(void *seed) {
    uint64_t random = (uint64_t)(uintptr_t)seed * 0x9e3779b97f4a7c15u + 1;
    for (int i = 0; i < ROUNDS; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        int64_t child = rt_value_array_new();
        switch (random >> 60) {
            case 0: case 1: case 2:
                CHECK(rt_value_array_push(child, shared));
                CHECK(rt_value_array_push(shared, child));
                break;
            case 3: case 4: case 5:
                if (rt_value_array_len(shared) > 20) rt_value_clear(shared);
                break;
            case 6: {
                int64_t copy = rt_value_deep_clone(shared);
                CHECK(copy != 0 && rt_value_free(copy));
                break;
            }
            case 7: CHECK(rt_text_free(rt_value_text(shared))); break;
            case 8: CHECK(rt_value_collect_cycles() >= 0); break;
            case 9: CHECK(!rt_value_eq(shared, 0)); break;
            default: {
                int64_t item = rt_value_array_get(shared, (int64_t)(random >> 20 & 15));
                if (item != 0 && rt_value_array_len(item) > 0) {
                    int64_t back = rt_value_array_get(item, 0);
                    CHECK(back != 0 && rt_value_is_array(back) && rt_value_free(back));
                }
                rt_value_free(item);
            }
        }
        CHECK(rt_value_free(child));
    }
    return NULL;
}

static void case_threads_share_containers(void) {
    int64_t before = rt_value_container_count();
    pthread_t threads[THREADS];
    shared = rt_value_array_new();
    for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, mix, (void *)(i + 1));
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    CHECK(rt_value_free(shared));
    rt_value_collect_cycles();
    CHECK_INT(rt_value_container_count(), before);
}

static const check_case cases[] = {
    CASE(arrays_grow_and_shrink),
    CASE(places_outside_of_an_array_are_errors),
    CASE(functions_of_arrays_ask_for_one),
    CASE(dictionaries_keep_the_order_of_their_keys),
    CASE(functions_of_dictionaries_ask_for_one),
    CASE(objects_have_a_class_and_fields),
    CASE(text_within_containers_is_quoted),
    CASE(clones_share_and_deep_clones_do_not),
    CASE(containers_are_equal_by_content),
    CASE(a_walk_sees_what_was_there),
    CASE(depth_uses_no_stack),
    CASE(cycles_end),
    CASE(only_what_nobody_reaches_is_collected),
    CASE(forgotten_cycles_do_not_pile_up),
    CASE(a_text_that_explodes_is_refused),
    CASE(threads_share_containers),
};

CHECK_MAIN(cases)
