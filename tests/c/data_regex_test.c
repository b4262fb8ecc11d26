/* Regular expressions: each function in its two forms, patterns that are wrong or too large, and texts that would hang
 * a matcher that goes back. */
#define _GNU_SOURCE
#include "rt_data.h"

#include "check.h"

#include <pthread.h>
#include <time.h>

/* A regular expression in its two forms: to be compiled by each call, and compiled once. */
typedef struct {
    const char *text;
    int64_t compiled;
} expression;

static expression open_expression(const char *text) {
    expression opened = {text, rt_pattern_new(RT_CSTR(text))};
    CHECK(opened.compiled != 0);
    return opened;
}

static void close_expression(expression opened) { CHECK(rt_pattern_free(opened.compiled)); }

/* Calls a function in both forms, as BOTH(CHECK_TEXT, find, e, (RT_STR("text")), "found"). */
#define UNPACK(...) __VA_ARGS__
#define BOTH(check, name, opened, arguments, expected)                                   \
    do {                                                                                 \
        check(rt_regex_##name(RT_CSTR((opened).text), UNPACK arguments), expected);      \
        CHECK_ERROR(OK);                                                                 \
        check(rt_pattern_##name((opened).compiled, UNPACK arguments), expected);         \
        CHECK_ERROR(OK);                                                                 \
    } while (0)

/* A list is the C string when it is written as text; null for a list that is none. */
static void check_joined(int line, const char *what, const char *joined, const char *expected) {
    if (joined != NULL && strcmp(joined, expected) == 0) return;
    check_failures++;
    printf("%s:%d: %s: %s is \"%s\", not \"%s\"\n", __FILE__, line, check_name, what,
           joined == NULL ? "no list" : joined, expected);
}

/* The owned list holds the texts of the C string, each behind a `|`; frees it. */
#define CHECK_TEXTS(list, expected) check_texts(__LINE__, #list, list, expected)

static void check_texts(int line, const char *what, rt_list_text list, const char *expected) {
    char joined[4096] = "";
    size_t len = 0;
    for (uint64_t i = 0; i < list.len && len < sizeof joined; i++) {
        len += (size_t)snprintf(joined + len, sizeof joined - len, "|%.*s", (int)list.items[i].len,
                                (const char *)list.items[i].ptr);
    }
    check_joined(line, what, list.items == NULL ? NULL : joined, expected);
    CHECK(rt_list_text_free(list));
}

/* The list holds places, written as `start-end:text;`. */
#define CHECK_PLACES(list, expected) check_places(__LINE__, #list, list, expected)

static void check_places(int line, const char *what, rt_list_regex_place list, const char *expected) {
    char joined[4096] = "";
    size_t len = 0;
    for (uint64_t i = 0; i < list.len && len < sizeof joined; i++) {
        len += (size_t)snprintf(joined + len, sizeof joined - len, "%" PRId64 "-%" PRId64 ":%s;", list.items[i].start,
                                list.items[i].end, (const char *)list.items[i].text.ptr);
    }
    check_joined(line, what, list.items == NULL ? NULL : joined, expected);
    CHECK(rt_list_regex_place_free(list));
}

/* The list holds groups, written as `name=start-end:text;`, `-` for what is none. */
#define CHECK_GROUPS(list, expected) check_groups(__LINE__, #list, list, expected)

static void check_groups(int line, const char *what, rt_list_regex_group list, const char *expected) {
    char joined[4096] = "";
    size_t len = 0;
    for (uint64_t i = 0; i < list.len && len < sizeof joined; i++) {
        const rt_regex_group *group = &list.items[i];
        len += (size_t)snprintf(joined + len, sizeof joined - len, "%s=%" PRId64 "-%" PRId64 ":%s;",
                                group->name.ptr == NULL ? "-" : (const char *)group->name.ptr, group->start, group->end,
                                group->text.ptr == NULL ? "-" : (const char *)group->text.ptr);
    }
    check_joined(line, what, list.items == NULL ? NULL : joined, expected);
    CHECK(rt_list_regex_group_free(list));
}

static void case_matches_anywhere_or_as_a_whole(void) {
    expression word = open_expression("a|ab");
    BOTH(CHECK_INT, match, word, (RT_STR("xaby")), true);
    BOTH(CHECK_INT, match, word, (RT_STR("xyz")), false);
    BOTH(CHECK_INT, match, word, (NULL, 0), false);
    BOTH(CHECK_INT, is_full_match, word, (RT_STR("a")), true);
    BOTH(CHECK_INT, is_full_match, word, (RT_STR("ab")), true);
    BOTH(CHECK_INT, is_full_match, word, (RT_STR("ab ")), false);
    BOTH(CHECK_INT, is_full_match, word, (RT_STR("a\n")), false);
    close_expression(word);
    expression empty = open_expression("");
    BOTH(CHECK_INT, match, empty, (NULL, 0), true);
    BOTH(CHECK_INT, is_full_match, empty, (NULL, 0), true);
    BOTH(CHECK_INT, is_full_match, empty, (RT_STR("x")), false);
    close_expression(empty);
    /* A comment at the end of the pattern does not swallow what the library puts behind it. */
    expression comment = open_expression("(?x) a + # (all of it");
    BOTH(CHECK_INT, is_full_match, comment, (RT_STR("aaa")), true);
    BOTH(CHECK_INT, is_full_match, comment, (RT_STR("aaab")), false);
    BOTH(CHECK_INT, is_full_match, comment, (RT_STR("aaa\n")), false);
    close_expression(comment);
    expression lines = open_expression("(?m)^a$");
    BOTH(CHECK_INT, match, lines, (RT_STR("b\na\nb")), true);
    BOTH(CHECK_INT, is_full_match, lines, (RT_STR("b\na\nb")), false);
    close_expression(lines);
}

static void case_finds_the_first_match_and_its_place(void) {
    expression digits = open_expression("[0-9]+");
    BOTH(CHECK_TEXT, find, digits, (RT_STR("ab 12 345")), "12");
    BOTH(CHECK_INT, count, digits, (RT_STR("ab 12 345")), 2);
    BOTH(CHECK_INT, count, digits, (RT_STR("ab")), 0);
    CHECK_NO_TEXT(rt_regex_find(RT_STR("[0-9]+"), RT_STR("none")));
    CHECK_ERROR(OK);
    CHECK_NO_TEXT(rt_pattern_find(digits.compiled, RT_STR("none")));
    CHECK_ERROR(OK);
    BOTH(CHECK_PLACES, find_places, digits, (RT_STR("\xc3\xa9 12 345")), "3-5:12;6-9:345;");
    BOTH(CHECK_PLACES, find_places, digits, (RT_STR("none")), "");
    rt_pattern_find_at_result at;
    CHECK(rt_pattern_find_at(digits.compiled, RT_STR("12 345"), 1, &at) && at.start == 1 && at.end == 2);
    CHECK(rt_pattern_find_at(digits.compiled, RT_STR("12 345"), 2, &at) && at.start == 3 && at.end == 6);
    CHECK(rt_pattern_find_at(digits.compiled, RT_STR("12 345"), 6, &at) && at.start == -1 && at.end == -1);
    CHECK(!rt_pattern_find_at(digits.compiled, RT_STR("12 345"), 7, &at));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK(!rt_pattern_find_at(digits.compiled, RT_STR("12 345"), -1, &at));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK(!rt_pattern_find_at(digits.compiled, RT_STR("\xc3\xa9"), 1, &at));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_MESSAGE("inside of a character");
    close_expression(digits);
    /* What stands before the offset still counts. */
    rt_regex_find_at_result word;
    CHECK(rt_regex_find_at(RT_STR("\\bb"), RT_STR("abb b"), 1, &word) && word.start == 4);
    CHECK(rt_regex_find_at(RT_STR("^a"), RT_STR("aa"), 1, &word) && word.start == -1);
}

static void case_finds_all_matches(void) {
    expression pair = open_expression("a.");
    BOTH(CHECK_TEXTS, find_all, pair, (RT_STR("abacaaa")), "|ab|ac|aa");
    BOTH(CHECK_TEXTS, find_all, pair, (RT_STR("xyz")), "");
    BOTH(CHECK_TEXTS, find_all, pair, (RT_STR("a\xe2\x82\xac" "a\n")), "|a\xe2\x82\xac");
    close_expression(pair);
    expression empty = open_expression("x*");
    BOTH(CHECK_PLACES, find_places, empty, (RT_STR("axb")), "0-0:;1-2:x;3-3:;");
    close_expression(empty);
}

static void case_gives_groups_by_number_and_name(void) {
    expression date = open_expression("(?<year>[0-9]{4})-(?P<month>[0-9]{2})(-([0-9]{2}))?");
    BOTH(CHECK_GROUPS, captures, date, (RT_STR("on 2024-02-29.")),
         "-=3-13:2024-02-29;year=3-7:2024;month=8-10:02;-=10-13:-29;-=11-13:29;");
    BOTH(CHECK_GROUPS, captures, date, (RT_STR("2024-02")),
         "-=0-7:2024-02;year=0-4:2024;month=5-7:02;-=-1--1:-;-=-1--1:-;");
    BOTH(CHECK_GROUPS, captures, date, (RT_STR("never")), "");
    BOTH(CHECK_GROUPS, captures_all, date, (RT_STR("2024-02 2025-03")),
         "-=0-7:2024-02;year=0-4:2024;month=5-7:02;-=-1--1:-;-=-1--1:-;"
         "-=8-15:2025-03;year=8-12:2025;month=13-15:03;-=-1--1:-;-=-1--1:-;");
    CHECK_TEXTS(rt_pattern_group_names(date.compiled), "||year|month||");
    CHECK_TEXT(rt_pattern_text(date.compiled), date.text);
    close_expression(date);
}

static void case_replaces(void) {
    expression pair = open_expression("(?<key>[a-z]+)=([0-9]+)");
    BOTH(CHECK_TEXT, replace, pair, (RT_STR("a=1, b=2"), RT_STR("$2=$key")), "1=a, 2=b");
    BOTH(CHECK_TEXT, replace, pair, (RT_STR("a=1, b=2"), RT_STR("${key}x$$$9")), "ax$, bx$");
    BOTH(CHECK_TEXT, replace, pair, (RT_STR("a=1, b=2"), NULL, 0), ", ");
    BOTH(CHECK_TEXT, replace, pair, (RT_STR("none"), RT_STR("x")), "none");
    BOTH(CHECK_TEXT, replace, pair, (NULL, 0, RT_STR("x")), "");
    BOTH(CHECK_TEXT, replace_first, pair, (RT_STR("a=1, b=2"), RT_STR("<$0>")), "<a=1>, b=2");
    BOTH(CHECK_TEXT, replace_literal, pair, (RT_STR("a=1, b=2"), RT_STR("$1")), "$1, $1");
    close_expression(pair);
    expression empty = open_expression("");
    BOTH(CHECK_TEXT, replace, empty, (RT_STR("a\xc3\xa9"), RT_STR("-")), "-a-\xc3\xa9-");
    close_expression(empty);
}

static void case_splits(void) {
    expression comma = open_expression(" *, *");
    BOTH(CHECK_TEXTS, split, comma, (RT_STR("a , b,c"), 0), "|a|b|c");
    BOTH(CHECK_TEXTS, split, comma, (RT_STR("a , b,c"), 2), "|a|b,c");
    BOTH(CHECK_TEXTS, split, comma, (RT_STR("a , b,c"), 1), "|a , b,c");
    BOTH(CHECK_TEXTS, split, comma, (RT_STR(",a,,"), 0), "||a||");
    BOTH(CHECK_TEXTS, split, comma, (NULL, 0, 0), "|");
    rt_list_text parts = rt_pattern_split(comma.compiled, RT_STR("a"), -1);
    CHECK(parts.items == NULL);
    CHECK_ERROR(OUT_OF_RANGE);
    close_expression(comma);
}

static void case_options(void) {
    rt_pattern_options options = {.case_insensitive = true, .multi_line = true, .ignore_whitespace = true};
    int64_t pattern = rt_pattern_new_with(RT_STR("^ b . # after a line break"), &options);
    CHECK(rt_pattern_match(pattern, RT_STR("a\nBc")));
    CHECK(!rt_pattern_match(pattern, RT_STR("a\nB\n")));
    CHECK(rt_pattern_is_full_match(pattern, RT_STR("bx")));
    CHECK(rt_pattern_free(pattern));
    options = (rt_pattern_options){.dot_matches_newline = true};
    pattern = rt_pattern_new_with(RT_STR("a.b"), &options);
    CHECK(rt_pattern_match(pattern, RT_STR("a\nb")));
    CHECK(!rt_pattern_match(pattern, RT_STR("A\nb")));
    CHECK(rt_pattern_free(pattern));
}

/* Wrong patterns, with the place and a word of the reason. */
static const struct {
    const char *pattern;
    const char *place;
    const char *reason;
} wrong[] = {
    {"(", "line 1, column 1 (byte 0)", "unclosed group"},
    {"abc)", "column 4 (byte 3)", "unopened group"},
    {"a\n[z-a]", "line 2, column 2 (byte 3)", "invalid character class range"},
    {"\xc3\xa9*{2,1}", "column 3 (byte 3)", "invalid repetition count range"},
    {"*", "column 1", "repetition operator missing expression"},
    {"[a", "column 1", "unclosed character class"},
    {"\\", "column 1", "incomplete escape sequence"},
    {"\\p{Nothing}", "column 1", "Unicode property not found"},
    {"(?<a>.)(?<a>.)", "column 11", "duplicate capture group name"},
    {"(?=a)", "column 1", "look-around"},
    {"(a)\\1", "column 4", "backreferences are not supported"},
    {"a{99999999999}", "column 3", "decimal"},
};

static void case_a_wrong_pattern_is_an_error_with_its_place(void) {
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK(!rt_regex_is_valid(RT_CSTR(wrong[i].pattern)));
        CHECK_ERROR(PARSE);
        CHECK_MESSAGE(wrong[i].place);
        CHECK(!rt_regex_is_valid(RT_CSTR(wrong[i].pattern)));
        CHECK_MESSAGE(wrong[i].reason);
        CHECK(!rt_regex_match(RT_CSTR(wrong[i].pattern), RT_STR("a")));
        CHECK_ERROR(PARSE);
        CHECK_NO_TEXT(rt_regex_replace(RT_CSTR(wrong[i].pattern), RT_STR("a"), RT_STR("b")));
        CHECK_ERROR(PARSE);
        CHECK_INT(rt_pattern_new(RT_CSTR(wrong[i].pattern)), 0);
        CHECK_ERROR(PARSE);
    }
    CHECK(rt_regex_find_all(RT_STR("("), RT_STR("a")).items == NULL);
    CHECK_ERROR(PARSE);
    CHECK_FAILS(rt_regex_count(RT_STR("("), RT_STR("a")), -1, PARSE);
}

static void case_a_pattern_that_is_too_large_is_refused(void) {
    char *pattern = malloc(70000);
    memset(pattern, 'a', 70000);
    CHECK(rt_regex_is_valid((const uint8_t *)pattern, 65536));
    CHECK(!rt_regex_is_valid((const uint8_t *)pattern, 65537));
    CHECK_ERROR(LIMIT_REACHED);
    memset(pattern, '(', 250);
    memset(pattern + 250, ')', 250);
    CHECK(rt_regex_is_full_match((const uint8_t *)pattern, 500, NULL, 0));
    CHECK_ERROR(OK);
    memset(pattern, '(', 20000);
    memset(pattern + 20000, ')', 20000);
    CHECK(!rt_regex_is_valid((const uint8_t *)pattern, 40000));
    CHECK_ERROR(LIMIT_REACHED);
    free(pattern);
    CHECK(!rt_regex_is_valid(RT_STR("((((a{100}){100}){100}){100}){100}")));
    CHECK_ERROR(LIMIT_REACHED);
    CHECK(!rt_regex_is_valid(RT_STR("\\w{1000}\\w{1000}\\w{1000}")));
    CHECK_ERROR(LIMIT_REACHED);
}

/* `count` times `unit` behind `begin`. */
static uint64_t repeated(char *pattern, const char *begin, const char *unit, int count) {
    char *end = stpcpy(pattern, begin);
    for (int i = 0; i < count; i++) end = stpcpy(end, unit);
    return (uint64_t)(end - pattern);
}

/* Each function that compiles its pattern fails with the error, and gives nothing. */
#define EACH_REFUSES(pattern, code)                                                                            \
    do {                                                                                                       \
        CHECK_FAILS(rt_regex_match(pattern, RT_STR("a")), false, code);                                        \
        CHECK_FAILS(rt_regex_is_full_match(pattern, RT_STR("a")), false, code);                                \
        CHECK_FAILS(rt_regex_find(pattern, RT_STR("a")).ptr == NULL, true, code);                              \
        CHECK_FAILS(rt_regex_find_at(pattern, RT_STR("a"), 0, &found), false, code);                           \
        CHECK_FAILS(rt_regex_find_all(pattern, RT_STR("a")).items == NULL, true, code);                        \
        CHECK_FAILS(rt_regex_find_places(pattern, RT_STR("a")).items == NULL, true, code);                     \
        CHECK_FAILS(rt_regex_captures(pattern, RT_STR("a")).items == NULL, true, code);                        \
        CHECK_FAILS(rt_regex_captures_all(pattern, RT_STR("a")).items == NULL, true, code);                    \
        CHECK_FAILS(rt_regex_replace(pattern, RT_STR("a"), RT_STR("b")).ptr == NULL, true, code);              \
        CHECK_FAILS(rt_regex_replace_first(pattern, RT_STR("a"), RT_STR("b")).ptr == NULL, true, code);        \
        CHECK_FAILS(rt_regex_replace_literal(pattern, RT_STR("a"), RT_STR("b")).ptr == NULL, true, code);      \
        CHECK_FAILS(rt_regex_split(pattern, RT_STR("a"), 0).items == NULL, true, code);                        \
        CHECK_FAILS(rt_regex_count(pattern, RT_STR("a")), -1, code);                                           \
        CHECK_FAILS(rt_regex_is_valid(pattern), false, code);                                                  \
        CHECK_FAILS(rt_pattern_new(pattern), 0, code);                                                         \
        CHECK_FAILS(rt_pattern_new_with(pattern, &plain), 0, code);                                            \
    } while (0)

static void case_each_function_refuses_wrong_and_large_patterns(void) {
    static const rt_pattern_options plain;
    rt_regex_find_at_result found;
    EACH_REFUSES(RT_STR("a("), PARSE);
    char deep[601] = "";
    memset(deep, '(', 300), memset(deep + 300, ')', 300);
    EACH_REFUSES(RT_CSTR(deep), LIMIT_REACHED);
    EACH_REFUSES(RT_STR("(a{1000}){1000}"), LIMIT_REACHED);
}

static void case_a_hostile_pattern_is_soon_compiled_or_refused(void) {
    char *pattern = malloc(70000);
    static const struct {
        const char *begin, *unit;
        int count;
    } hostile[] = {
        {"(?i)", "\\pL", 13000},       {"(?i)", "[^\\pL]", 6500},          {"(?i)", "[!-\xf4\x8f\xbf\xbf]", 7000},
        {"(?i)", "\\pL|", 12000},      {"[\\pL--\\pN]", "[\\pL--\\pN]", 4000}, {"(?i)[", "\\w", 30000},
        {"(?i)", "[^a]", 16000},       {"", "(?:a?)", 10000},             {"", ".", 65000},
    };
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        uint64_t length = repeated(pattern, hostile[i].begin, hostile[i].unit, hostile[i].count);
        clock_t start = clock();
        bool is_valid = rt_regex_is_valid((const uint8_t *)pattern, length);
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        CHECK(is_valid || rt_last_error_code() == RT_ERROR_LIMIT_REACHED || rt_last_error_code() == RT_ERROR_PARSE);
        if (seconds > 2.0) printf("%s.. takes %.1f s\n", hostile[i].unit, seconds);
        CHECK(seconds < 2.0);
    }
    uint64_t length = repeated(pattern, "", "\\w|", 1000);
    CHECK(rt_regex_is_valid((const uint8_t *)pattern, length - 1));
    length = repeated(pattern, "", "\\w|", 1001);
    CHECK(!rt_regex_is_valid((const uint8_t *)pattern, length - 1));
    CHECK_ERROR(LIMIT_REACHED);
    CHECK_MESSAGE("1001 classes");
    length = repeated(pattern, "", "\\w|", 600);
    const rt_text both[] = {{(const uint8_t *)pattern, length}, {(const uint8_t *)pattern, length}};
    CHECK(rt_regex_match_set(both, 2, RT_STR("a")).items == NULL);
    CHECK_ERROR(LIMIT_REACHED);
    memset(pattern, 'a', 65536);
    rt_text long_ones[17];
    for (int i = 0; i < 17; i++) long_ones[i] = (rt_text){(const uint8_t *)pattern, 65536};
    CHECK(rt_regex_match_set(long_ones, 17, RT_STR("a")).items == NULL);
    CHECK_ERROR(LIMIT_REACHED);
    free(pattern);
}

static void case_a_hostile_text_takes_linear_time(void) {
    enum { LEN = 1 << 20 };
    uint8_t *text = malloc(LEN);
    memset(text, 'a', LEN);
    clock_t start = clock();
    /* Matchers that go back would need 2^1048576 steps. */
    CHECK(!rt_regex_match(RT_STR("^(a+)+$|^(a|a)*b$|(x+x+)+y"), text, LEN - 1) || rt_last_error_code() == 0);
    text[LEN - 1] = '!';
    CHECK(!rt_regex_is_full_match(RT_STR("(a*)*b"), text, LEN));
    CHECK(!rt_regex_match(RT_STR("^(a|aa)+$"), text, LEN));
    CHECK_ERROR(OK);
    CHECK((double)(clock() - start) / CLOCKS_PER_SEC < 20.0);
    free(text);
}

static void case_a_result_beyond_the_bound_is_refused(void) {
    enum { LEN = 1 << 20 };
    uint8_t *text = malloc(LEN);
    memset(text, 'a', LEN);
    CHECK_NO_TEXT(rt_regex_replace_literal(RT_STR("a"), text, LEN, text, LEN));
    CHECK_ERROR(LIMIT_REACHED);
    uint8_t *dollars = malloc(LEN);
    for (int i = 0; i < LEN; i += 2) memcpy(dollars + i, "$0", 2);
    CHECK_NO_TEXT(rt_regex_replace(RT_STR("a+"), text, LEN, dollars, LEN));
    CHECK_ERROR(LIMIT_REACHED);
    CHECK_NO_TEXT(rt_regex_replace_first(RT_STR("a+"), text, LEN, dollars, LEN));
    CHECK_ERROR(LIMIT_REACHED);
    expression one = open_expression("a"), all = open_expression("a+");
    CHECK_FAILS(rt_pattern_replace_literal(one.compiled, text, LEN, text, LEN).ptr == NULL, true, LIMIT_REACHED);
    CHECK_FAILS(rt_pattern_replace(all.compiled, text, LEN, dollars, LEN).ptr == NULL, true, LIMIT_REACHED);
    CHECK_FAILS(rt_pattern_replace_first(all.compiled, text, LEN, dollars, LEN).ptr == NULL, true, LIMIT_REACHED);
    close_expression(one), close_expression(all);
    expression groups = open_expression("(a)()()()()()()()()()()()()()()()()()");
    CHECK_FAILS(rt_regex_captures_all(RT_CSTR(groups.text), text, LEN).items == NULL, true, LIMIT_REACHED);
    CHECK_FAILS(rt_pattern_captures_all(groups.compiled, text, LEN).items == NULL, true, LIMIT_REACHED);
    close_expression(groups);
    free(dollars);
    free(text);
}

static void case_a_set_tells_which_patterns_match(void) {
    const rt_text patterns[] = {RT_TEXT("^a"), RT_TEXT("x"), RT_TEXT("c$"), RT_TEXT("b")};
    rt_list_i64 matching = rt_regex_match_set(patterns, 4, RT_STR("abc"));
    CHECK(matching.len == 3 && matching.items[0] == 0 && matching.items[1] == 2 && matching.items[2] == 3);
    CHECK(rt_list_i64_free(matching));
    matching = rt_regex_match_set(NULL, 0, RT_STR("abc"));
    CHECK(matching.items != NULL && matching.len == 0);
    CHECK(rt_list_i64_free(matching));
    const rt_text bad[] = {RT_TEXT("a"), RT_TEXT("b(")};
    CHECK(rt_regex_match_set(bad, 2, RT_STR("abc")).items == NULL);
    CHECK_ERROR(PARSE);
    CHECK_MESSAGE("patterns[1]");
    static rt_text many[1001];
    for (int i = 0; i < 1001; i++) many[i] = (rt_text){(const uint8_t *)"a", 1};
    CHECK(rt_regex_match_set(many, 1001, RT_STR("a")).items == NULL);
    CHECK_ERROR(LIMIT_REACHED);
}

static void case_escaped_text_matches_itself(void) {
    const char *text = "^$.|?*+()[]{}\\-#&~ a\n\xc3\xa9";
    rt_text pattern = rt_regex_escape(RT_CSTR(text));
    CHECK(rt_regex_is_full_match(pattern.ptr, pattern.len, RT_CSTR(text)));
    CHECK(!rt_regex_is_full_match(pattern.ptr, pattern.len, RT_STR("a")));
    rt_text_free(pattern);
    CHECK_TEXT(rt_regex_escape(NULL, 0), "");
}

static void *search(void *pattern) {
    for (int i = 0; i < 2000; i++) {
        if (rt_pattern_count(*(int64_t *)pattern, RT_STR("a1 b22 c333")) != 3) return NULL;
    }
    return pattern;
}

static void case_threads_may_share_a_pattern(void) {
    pthread_t threads[4];
    int64_t pattern = rt_pattern_new(RT_STR("\\w[0-9]+"));
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, search, &pattern) == 0);
    for (int i = 0; i < 4; i++) {
        void *done = NULL;
        CHECK(pthread_join(threads[i], &done) == 0 && done == &pattern);
    }
    CHECK(rt_pattern_free(pattern));
    CHECK_FAILS(rt_pattern_match(pattern, RT_STR("a1")), false, STALE_HANDLE);
}

static const check_case cases[] = {
    CASE(matches_anywhere_or_as_a_whole),
    CASE(finds_the_first_match_and_its_place),
    CASE(finds_all_matches),
    CASE(gives_groups_by_number_and_name),
    CASE(replaces),
    CASE(splits),
    CASE(options),
    CASE(a_wrong_pattern_is_an_error_with_its_place),
    CASE(a_pattern_that_is_too_large_is_refused),
    CASE(each_function_refuses_wrong_and_large_patterns),
    CASE(a_hostile_pattern_is_soon_compiled_or_refused),
    CASE(a_hostile_text_takes_linear_time),
    CASE(a_result_beyond_the_bound_is_refused),
    CASE(a_set_tells_which_patterns_match),
    CASE(escaped_text_matches_itself),
    CASE(threads_may_share_a_pattern),
};

CHECK_MAIN(cases)
