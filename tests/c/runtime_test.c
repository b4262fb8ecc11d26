/* What single values do: making, asking, converting, computing, comparing, text, functions. */
#define _GNU_SOURCE
#include "rt_runtime.h"

#include "runtime_check.h"

#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <signal.h>
#include <sys/wait.h>

static void case_values_know_their_type(void) {
    const int64_t values[] = {
        rt_value_nil(),       rt_value_bool(true),    rt_value_int(-7),
        rt_value_float(2.5),  STRING("plum"),         rt_value_array_new(),
        rt_value_dict_new(),  rt_value_object_new(RT_STR("Point")),
    };
    for (int i = 0; i < 8; i++) {
        CHECK(values[i] != 0);
        CHECK_INT(rt_value_type(values[i]), i);
        CHECK_INT(rt_value_is_nil(values[i]), i == 0);
        CHECK_INT(rt_value_is_bool(values[i]), i == 1);
        CHECK_INT(rt_value_is_int(values[i]), i == 2);
        CHECK_INT(rt_value_is_float(values[i]), i == 3);
        CHECK_INT(rt_value_is_string(values[i]), i == 4);
        CHECK_INT(rt_value_is_array(values[i]), i == 5);
        CHECK_INT(rt_value_is_dict(values[i]), i == 6);
        CHECK_INT(rt_value_is_object(values[i]), i == 7);
        CHECK_INT(rt_value_is_function(values[i]), 0);
        CHECK(rt_value_free(values[i]));
    }
    CHECK_INT(rt_value_type(0), RT_VALUE_KIND_NIL);
    CHECK_ERROR(OK);
    CHECK_FAILS(rt_value_type(values[0]), RT_VALUE_KIND_NIL, STALE_HANDLE);
    CHECK(rt_value_free(0));
}

static void case_null_is_nil_and_empty_is_a_string(void) {
    int64_t null = rt_value_string(NULL, 0);
    int64_t empty = STRING("");
    CHECK(rt_value_is_nil(null));
    CHECK(rt_value_is_string(empty));
    CHECK_INT(rt_value_len(empty), 0);
    CHECK(!rt_value_eq(null, empty));
    CHECK_FAILS(rt_value_string((const uint8_t *)"\xff", 1), 0, INVALID_UTF8);
    CHECK(rt_value_free(null));
    CHECK(rt_value_free(empty));
}

static void case_values_convert(void) {
    const struct {
        int64_t value;
        bool as_bool;
        int64_t as_int;
        double as_float;
    } rows[] = {
        {0, false, 0, 0.0},
        {rt_value_nil(), false, 0, 0.0},
        {rt_value_bool(false), false, 0, 0.0},
        {rt_value_bool(true), true, 1, 0.0},
        {rt_value_int(0), false, 0, 0.0},
        {rt_value_int(INT64_MIN), true, INT64_MIN, -9223372036854775808.0},
        {rt_value_float(0.0), true, 0, 0.0},
        {rt_value_float(2.9), true, 2, 2.9},
        {rt_value_float(-2.9), true, -2, -2.9},
        {rt_value_float(1e300), true, INT64_MAX, 1e300},
        {rt_value_float(-INFINITY), true, INT64_MIN, -INFINITY},
        {STRING(""), true, 0, 0.0},
        {STRING("12"), true, 0, 0.0},
        {rt_value_array_new(), true, 0, 0.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_INT(rt_value_as_bool(rows[i].value), rows[i].as_bool);
        CHECK_INT(rt_value_as_int(rows[i].value), rows[i].as_int);
        CHECK(rt_value_as_float(rows[i].value) == rows[i].as_float);
        CHECK_ERROR(OK);
        CHECK(rt_value_free(rows[i].value));
    }
    int64_t nan = rt_value_float(NAN);
    CHECK_INT(rt_value_as_int(nan), 0);
    CHECK(isnan(rt_value_as_float(nan)));
    CHECK_NO_TEXT(rt_value_as_string(nan));
    CHECK_ERROR(OK);
    CHECK(rt_value_free(nan));
    int64_t text = rt_value_string((const uint8_t *)"a\0b", 3);
    rt_text copy = rt_value_as_string(text);
    CHECK(copy.len == 3 && memcmp(copy.ptr, "a\0b", 4) == 0);
    CHECK(rt_text_free(copy));
    CHECK(rt_value_free(text));
}

typedef int64_t operation(int64_t, int64_t);

static void check_int_operation(operation *apply, int64_t left, int64_t right, int64_t expected) {
    int64_t a = rt_value_int(left);
    int64_t b = rt_value_int(right);
    int64_t result = apply(a, b);
    CHECK(rt_value_is_int(result));
    CHECK_INT(rt_value_as_int(result), expected);
    CHECK(rt_value_free(result));
    CHECK(rt_value_free(a));
    CHECK(rt_value_free(b));
}

static void check_refused(operation *apply, int64_t left, int64_t right) {
    int64_t a = rt_value_int(left);
    int64_t b = rt_value_int(right);
    CHECK_FAILS(apply(a, b), 0, OUT_OF_RANGE);
    CHECK(rt_value_free(a));
    CHECK(rt_value_free(b));
}

static void case_integers_compute_and_overflow_is_an_error(void) {
    check_int_operation(rt_value_add, 2, 3, 5);
    check_int_operation(rt_value_add, INT64_MAX, INT64_MIN, -1);
    check_int_operation(rt_value_sub, 2, 3, -1);
    check_int_operation(rt_value_mul, -4, 3, -12);
    check_int_operation(rt_value_div, -7, 2, -3);
    check_int_operation(rt_value_div, INT64_MIN, 1, INT64_MIN);
    check_int_operation(rt_value_rem, -7, 2, -1);
    check_int_operation(rt_value_rem, 7, -2, 1);
    check_refused(rt_value_add, INT64_MAX, 1);
    check_refused(rt_value_sub, INT64_MIN, 1);
    check_refused(rt_value_mul, INT64_MAX, 2);
    check_refused(rt_value_div, INT64_MIN, -1);
    check_refused(rt_value_rem, INT64_MIN, -1);
    check_refused(rt_value_div, 1, 0);
    check_refused(rt_value_rem, 1, 0);
    int64_t least = rt_value_int(INT64_MIN);
    CHECK_FAILS(rt_value_neg(least), 0, OUT_OF_RANGE);
    CHECK(rt_value_free(least));
}

static void case_floats_and_mixtures_compute_as_floats(void) {
    int64_t seven = rt_value_int(7);
    int64_t half = rt_value_float(0.5);
    int64_t zero = rt_value_float(0.0);
    CHECK_GIVES(rt_value_add(seven, half), "7.5");
    CHECK_GIVES(rt_value_sub(half, seven), "-6.5");
    CHECK_GIVES(rt_value_mul(half, half), "0.25");
    CHECK_GIVES(rt_value_div(seven, half), "14.0");
    CHECK_GIVES(rt_value_rem(seven, half), "0.0");
    CHECK_GIVES(rt_value_div(seven, zero), "inf");
    CHECK_GIVES(rt_value_div(zero, zero), "NaN");
    CHECK_GIVES(rt_value_neg(half), "-0.5");
    CHECK_GIVES(rt_value_neg(seven), "-7");
    CHECK(rt_value_free(seven));
    CHECK(rt_value_free(half));
    CHECK(rt_value_free(zero));
}

static void case_strings_are_joined_and_types_must_fit(void) {
    int64_t left = STRING("sun");
    int64_t right = STRING("rise");
    int64_t one = rt_value_int(1);
    int64_t array = rt_value_array_new();
    CHECK_GIVES(rt_value_add(left, right), "sunrise");
    CHECK_FAILS(rt_value_add(left, one), 0, INVALID_ARGUMENT);
    CHECK_MESSAGE("cannot add a value of type string and one of type int");
    CHECK_FAILS(rt_value_add(array, array), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_add(one, 0), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_sub(left, right), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_mul(0, 0), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_div(one, array), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_neg(left), 0, INVALID_ARGUMENT);
    CHECK(rt_value_free(left));
    CHECK(rt_value_free(right));
    CHECK(rt_value_free(one));
    CHECK(rt_value_free(array));
}

static void case_equality_asks_for_one_type(void) {
    int64_t one = rt_value_int(1);
    int64_t one_float = rt_value_float(1.0);
    int64_t truth = rt_value_bool(true);
    int64_t nan = rt_value_float(NAN);
    int64_t nil = rt_value_nil();
    int64_t text = STRING("1");
    int64_t same = STRING("1");
    CHECK(!rt_value_eq(one, one_float));
    CHECK(!rt_value_eq(one, truth));
    CHECK(!rt_value_eq(one, text));
    CHECK(!rt_value_eq(nan, nan));
    CHECK(rt_value_eq(text, same));
    CHECK(rt_value_eq(nil, 0) && rt_value_eq(0, 0));
    CHECK(!rt_value_eq(nil, truth));
    CHECK_ERROR(OK);
    const int64_t all[] = {one, one_float, truth, nan, nil, text, same};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) CHECK(rt_value_free(all[i]));
}

static bool int_before_float(int64_t left, double right) {
    int64_t a = rt_value_int(left);
    int64_t b = rt_value_float(right);
    bool before = rt_value_lt(a, b);
    CHECK_ERROR(OK);
    CHECK(!(before && rt_value_lt(b, a)));
    CHECK(rt_value_free(a));
    CHECK(rt_value_free(b));
    return before;
}

static bool float_before_int(double left, int64_t right) {
    int64_t a = rt_value_float(left);
    int64_t b = rt_value_int(right);
    bool before = rt_value_lt(a, b);
    CHECK(rt_value_free(a));
    CHECK(rt_value_free(b));
    return before;
}

static void case_integers_and_floats_compare_exactly(void) {
    const int64_t odd = (INT64_C(1) << 53) + 1;
    CHECK(float_before_int(9007199254740992.0, odd));
    CHECK(!int_before_float(odd, 9007199254740992.0));
    CHECK(int_before_float(INT64_MAX, 9223372036854775808.0));
    CHECK(!float_before_int(9223372036854775808.0, INT64_MAX));
    CHECK(!int_before_float(INT64_MIN, -9223372036854775808.0));
    CHECK(!float_before_int(-9223372036854775808.0, INT64_MIN));
    CHECK(int_before_float(2, 2.5) && !float_before_int(2.5, 2));
    CHECK(float_before_int(-2.5, -2) && !int_before_float(-2, -2.5));
    CHECK(!int_before_float(0, -0.0) && !float_before_int(-0.0, 0));
    CHECK(int_before_float(INT64_MAX, INFINITY) && float_before_int(-INFINITY, INT64_MIN));
    CHECK(!int_before_float(1, NAN) && !float_before_int(NAN, 1));
}

static void case_order_is_of_numbers_and_strings(void) {
    int64_t a = STRING("a");
    int64_t b = STRING("ab");
    int64_t one = rt_value_int(1);
    CHECK(rt_value_lt(a, b) && !rt_value_lt(b, a) && !rt_value_lt(a, a));
    CHECK_FAILS(rt_value_lt(a, one), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_lt(0, one), false, INVALID_ARGUMENT);
    CHECK(rt_value_free(a));
    CHECK(rt_value_free(b));
    CHECK(rt_value_free(one));
}

static void case_floats_show_so_that_they_read_back(void) {
    const double floats[] = {0.1, -0.0, 1.0, 1e300, 5e-324, DBL_MAX, 123456789.125};
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
        int64_t value = rt_value_float(floats[i]);
        rt_text text = rt_value_text(value);
        CHECK(strtod((const char *)text.ptr, NULL) == floats[i]);
        CHECK(strpbrk((const char *)text.ptr, ".e") != NULL);
        CHECK(rt_text_free(text));
        CHECK(rt_value_free(value));
    }
}

/* What the standard output gets while `work` runs. */
static void check_written(void (*work)(void), const char *expected) {
    fflush(stdout);
    int before = dup(1);
    int file = open("out", O_RDWR | O_CREAT, 0600);
    CHECK(dup2(file, 1) == 1);
    work();
    CHECK(dup2(before, 1) == 1);
    char found[256] = "";
    CHECK(pread(file, found, sizeof found - 1, 0) >= 0);
    CHECK(strcmp(found, expected) == 0);
    close(before);
    close(file);
}

static void print_some(void) {
    int64_t text = STRING("p\"l");
    int64_t array = rt_value_array_new();
    push(array, rt_value_clone(text));
    rt_value_print(text);
    rt_value_print(0);
    rt_value_println(array);
    rt_value_println(text);
    CHECK(rt_value_free(text));
    CHECK(rt_value_free(array));
}

static void case_printing_writes_at_once(void) {
    check_written(print_some, "p\"lnil[\"p\\\"l\"]\np\"l\n");
}

/* Prints to this output, or to none if it is negative, and checks the error; gives its message. */
static rt_text print_to(int output, void (*print)(int64_t), int64_t value, int32_t expected) {
    fflush(stdout);
    int before = dup(1);
    CHECK(output < 0 ? close(1) == 0 : dup2(output, 1) == 1);
    print(value);
    int32_t code = rt_last_error_code();
    rt_text message = rt_last_error_message();
    CHECK(dup2(before, 1) == 1 && close(before) == 0);
    CHECK_INT(code, expected);
    return message;
}

static void case_printing_to_a_full_disk_or_nobody_is_an_error(void) {
    void (*const prints[])(int64_t) = { rt_value_print, rt_value_println };
    int full = open("/dev/full", O_WRONLY), null = open("/dev/null", O_WRONLY), ends[2];
    CHECK(pipe(ends) == 0 && close(ends[0]) == 0);
    signal(SIGPIPE, SIG_IGN);
    /* 64 times the same text, twice. */
    static uint8_t leaf[1 << 20];
    memset(leaf, 'x', sizeof leaf);
    int64_t string = rt_value_string(leaf, sizeof leaf), large = rt_value_array_new();
    for (int i = 0; i < 64; i++) push(large, rt_value_clone(string));
    for (size_t i = 0; i < 2; i++) {
        CHECK_TEXT_HAS(print_to(full, prints[i], 0, RT_ERROR_STORAGE_FULL), "the standard output: No space left");
        CHECK_TEXT_HAS(print_to(-1, prints[i], 0, RT_ERROR_IO), "the standard output: Bad file descriptor");
        CHECK_TEXT_HAS(print_to(ends[1], prints[i], 0, RT_ERROR_BROKEN_PIPE), "the standard output: Broken pipe");
        CHECK_TEXT_HAS(print_to(null, prints[i], large, RT_ERROR_LIMIT_REACHED), "");
        rt_text_free(print_to(null, prints[i], string, RT_ERROR_OK));
    }
    signal(SIGPIPE, SIG_DFL);
    CHECK(rt_value_free(large) && rt_value_free(string));
    CHECK(close(full) == 0 && close(null) == 0 && close(ends[1]) == 0);
}

/* Adds up its arguments and `data`; "bad" things on demand. */
static int64_t sum(int64_t arguments, int64_t data) {
    int64_t total = data;
    for (int64_t i = 0; i < rt_value_array_len(arguments); i++) {
        int64_t item = rt_value_array_get(arguments, i);
        total += rt_value_as_int(item);
        rt_value_free(item);
    }
    return rt_value_int(total);
}

static int64_t give_nothing(int64_t arguments, int64_t data) {
    (void)arguments;
    (void)data;
    return 0;
}

static int64_t give_back(int64_t arguments, int64_t data) {
    CHECK_FAILS(rt_value_free(arguments), false, HANDLE_BUSY);
    return data == 0 ? arguments : data;
}

static int64_t own_function;

/* n! by calling itself. */
static int64_t factorial(int64_t arguments, int64_t data) {
    (void)data;
    int64_t n = rt_value_array_get(arguments, 0);
    if (rt_value_as_int(n) <= 1) return n;
    int64_t inner = rt_value_array_new();
    push(inner, rt_value_int(rt_value_as_int(n) - 1));
    int64_t rest = rt_value_function_call(own_function, inner);
    int64_t result = rt_value_mul(n, rest);
    rt_value_free(n);
    rt_value_free(rest);
    rt_value_free(inner);
    return result;
}

static void case_functions_are_called(void) {
    int64_t function = rt_value_function_new(RT_STR("sum"), sum, 100);
    int64_t arguments = rt_value_array_new();
    push(arguments, rt_value_int(20));
    push(arguments, rt_value_int(3));
    CHECK(rt_value_is_function(function));
    CHECK_INT(rt_value_type(function), RT_VALUE_KIND_FUNCTION);
    CHECK_SHOWS(function, "<function sum>");
    CHECK_TEXT(rt_value_function_name(function), "sum");
    CHECK_GIVES(rt_value_function_call(function, arguments), "123");
    CHECK_GIVES(rt_value_function_call(function, 0), "100");
    int64_t same = rt_value_clone(function);
    int64_t other = rt_value_function_new(RT_STR("sum"), sum, 100);
    CHECK(rt_value_eq(function, same) && !rt_value_eq(function, other));
    CHECK_FAILS(rt_value_function_call(arguments, arguments), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_function_call(function, function), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_value_function_new(RT_STR("f"), NULL, 0), 0, NULL_POINTER);
    CHECK(rt_value_free(function));
    CHECK(rt_value_free(same));
    CHECK(rt_value_free(other));
    CHECK(rt_value_free(arguments));
}

static void case_functions_may_call_themselves(void) {
    own_function = rt_value_function_new(RT_STR("factorial"), factorial, 0);
    int64_t arguments = rt_value_array_new();
    push(arguments, rt_value_int(20));
    CHECK_GIVES(rt_value_function_call(own_function, arguments), "2432902008176640000");
    CHECK(rt_value_free(arguments));
    CHECK(rt_value_free(own_function));
}

static void case_a_bad_result_of_a_function_is_an_error(void) {
    int64_t nothing = rt_value_function_new(RT_STR("nothing"), give_nothing, 0);
    int64_t back = rt_value_function_new(RT_STR("back"), give_back, 0);
    int64_t number = rt_value_function_new(RT_STR("number"), give_back, 12345);
    CHECK_GIVES(rt_value_function_call(nothing, 0), "nil");
    CHECK_FAILS(rt_value_function_call(back, 0), 0, HANDLE_BUSY);
    CHECK_MESSAGE("back");
    CHECK_FAILS(rt_value_function_call(number, 0), 0, INVALID_HANDLE);
    CHECK(rt_value_free(nothing));
    CHECK(rt_value_free(back));
    CHECK(rt_value_free(number));
}

static const check_case cases[] = {
    CASE(values_know_their_type),
    CASE(null_is_nil_and_empty_is_a_string),
    CASE(values_convert),
    CASE(integers_compute_and_overflow_is_an_error),
    CASE(floats_and_mixtures_compute_as_floats),
    CASE(strings_are_joined_and_types_must_fit),
    CASE(equality_asks_for_one_type),
    CASE(integers_and_floats_compare_exactly),
    CASE(order_is_of_numbers_and_strings),
    CASE(floats_show_so_that_they_read_back),
    CASE(printing_writes_at_once),
    CASE(printing_to_a_full_disk_or_nobody_is_an_error),
    CASE(functions_are_called),
    CASE(functions_may_call_themselves),
    CASE(a_bad_result_of_a_function_is_an_error),
};

CHECK_MAIN(cases)
