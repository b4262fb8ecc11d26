/* JSON, TOML, YAML and CBOR that are too deep, too long, or unfold to too much. */
#define _GNU_SOURCE
#include "rt_serde.h"

#include "serde_check.h"

static void case_yaml_bombs_are_refused(void) {
    char bomb[4096] = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; i++) {
        char line[200];
        snprintf(line, sizeof line, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i,
            i - 1,
                 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
        strcat(bomb, line);
    }
    CHECK_NO_TEXT(rt_yaml_to_json(RT_CSTR(bomb)));
    CHECK_ERROR(LIMIT_REACHED);
    /* One long text, many times. */
    size_t len = 1 << 20;
    char *text = malloc(len + 200000);
    strcpy(text, "a: &a \"");
    memset(text + 7, 'x', len);
    strcpy(text + 7 + len, "\"\nb: [");
    char *at = text + 7 + len + 6;
    for (int i = 0; i < 20000; i++) at = stpcpy(at, "*a, ");
    strcpy(at, "1]\n");
    CHECK_NO_TEXT(rt_yaml_to_json(RT_CSTR(text)));
    CHECK_ERROR(LIMIT_REACHED);
    free(text);
    /* A mapping that holds itself. */
    CHECK_NO_TEXT(rt_yaml_to_json(RT_STR("&a {b: *a}\n")));
    CHECK(rt_last_error_code() == RT_ERROR_PARSE || rt_last_error_code() == RT_ERROR_LIMIT_REACHED);
}

/* TOML with a header, and inline tables whose keys have several names, each alone no deeper than the parser wants. */
static char *toml_of(size_t header, size_t keys, size_t tables) {
    char *names = nested("a.", "a", "", header - 1);
    char *key = nested("b.", "b = ", "", keys - 1);
    char *part = nested("{", key, "", 1);
    char *value = nested(part, "1", "}", tables);
    size_t size = strlen(names) + strlen(value) + 100;
    char *text = malloc(size);
    snprintf(text, size, "# [ { a.b\n[%s] # ]\n'[x' = \"[\\\"[\" #[\nx = %s\n", names, value);
    free(names);
    free(key);
    free(part);
    free(value);
    return text;
}

static void case_depth_of_toml_is_bounded_as_a_whole(void) {
    static const struct { size_t header, keys, tables; bool is_fine; } forms[] = {
        {1, 1, 0, true},    {80, 1, 0, true},  {81, 1, 0, false},  {1, 79, 1, true},   {1, 80, 1, false},
        {40, 40, 1, true},  {41, 40, 1, false}, {40, 20, 2, true}, {41, 20, 2, false}, {80, 80, 79, false},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char *toml = toml_of(forms[i].header, forms[i].keys, forms[i].tables);
        rt_text json = rt_toml_to_json(RT_CSTR(toml));
        CHECK((json.ptr != NULL) == forms[i].is_fine);
        CHECK_INT(rt_last_error_code(), forms[i].is_fine ? RT_ERROR_OK : RT_ERROR_LIMIT_REACHED);
        CHECK(json.ptr == NULL || rt_json_parse(json.ptr, json.len));
        rt_text_free(json);
        free(toml);
    }
    /* Dots and brackets side by side, and in strings, nest nothing. */
    char *flat = nested("[[a.b.c.d]]\nx.y = [1.5, [2.5], {z.z = 3.5}, '''[\n[''', \"\"]\n"
                        "u = { v = [ ], w.w = \"\"\"[\n\\\"{.\"\"\" }\n",
                        "", "", 100);
    CHECK(rt_toml_parse(RT_CSTR(flat)));
    free(flat);
}

static void case_depth_is_bounded(void) {
    static const struct { const char *open, *middle, *close; } forms[] = {{"[", "", "]"}, {"{\"a\":", "1", "}"}};
    for (size_t i = 0; i < 2; i++) {
        char *most = nested(forms[i].open, forms[i].middle, forms[i].close, 127);
        char *over = nested(forms[i].open, forms[i].middle, forms[i].close, 128);
        char *huge = nested(forms[i].open, forms[i].middle, forms[i].close, 100000);
        CHECK(rt_json_parse(RT_CSTR(most)));
        CHECK_FAILS(rt_json_parse(RT_CSTR(over)), false, LIMIT_REACHED);
        CHECK_FAILS(rt_json_parse(RT_CSTR(huge)), false, LIMIT_REACHED);
        CHECK_NO_TEXT(rt_json_stringify(RT_CSTR(huge)));
        CHECK_ERROR(LIMIT_REACHED);
        /* YAML reads JSON, too. */
        CHECK(rt_yaml_parse(RT_CSTR(most)));
        CHECK_FAILS(rt_yaml_parse(RT_CSTR(over)), false, LIMIT_REACHED);
        CHECK_FAILS(rt_yaml_parse(RT_CSTR(huge)), false, LIMIT_REACHED);
        rt_bytes cbor = rt_json_to_cbor(RT_CSTR(most));
        CHECK(rt_cbor_parse(cbor.ptr, cbor.len));
        rt_bytes_free(cbor);
        free(most);
        free(over);
        free(huge);
    }
    char *cbor = nested("\x81", "\x01", "", 127);
    CHECK(rt_cbor_parse(RT_CSTR(cbor)));
    free(cbor);
    cbor = nested("\x81", "\x01", "", 128);
    CHECK_FAILS(rt_cbor_parse(RT_CSTR(cbor)), false, LIMIT_REACHED);
    free(cbor);
    cbor = nested("\xc1", "\x01", "", 100000);
    CHECK_FAILS(rt_cbor_parse(RT_CSTR(cbor)), false, LIMIT_REACHED);
    free(cbor);
    char *brackets = nested("[", "", "]", 60);
    char *toml = nested("a = ", brackets, "", 1);
    CHECK(rt_toml_parse(RT_CSTR(toml)));
    free(toml);
    free(brackets);
    brackets = nested("[", "", "]", 100000);
    toml = nested("a = ", brackets, "", 1);
    CHECK_FAILS(rt_toml_parse(RT_CSTR(toml)), false, LIMIT_REACHED);
    free(toml);
    free(brackets);
    char *block = nested("- ", "a", "", 100000);
    CHECK(!rt_yaml_parse(RT_CSTR(block)));
    CHECK_ERROR(LIMIT_REACHED);
    free(block);
    char *path = nested("/0", "", "", 128);
    CHECK_NO_TEXT(rt_json_get(RT_STR("[]"), RT_CSTR(path)));
    CHECK_ERROR(LIMIT_REACHED);
    free(path);
}

static void case_size_is_bounded(void) {
    size_t most = 32 << 20;
    char *text = malloc(most + 1);
    memset(text, ' ', most + 1);
    text[0] = '1';
    CHECK(rt_json_parse((const uint8_t *)text, most));
    CHECK_FAILS(rt_json_parse((const uint8_t *)text, most + 1), false, LIMIT_REACHED);
    CHECK_FAILS(rt_toml_parse((const uint8_t *)text, most + 1), false, LIMIT_REACHED);
    CHECK_FAILS(rt_yaml_parse((const uint8_t *)text, most + 1), false, LIMIT_REACHED);
    CHECK_FAILS(rt_cbor_parse((const uint8_t *)text, (16 << 20) + 1), false, LIMIT_REACHED);
    free(text);
    /* Lengths that nobody sent take no memory. */
    CHECK_FAILS(rt_cbor_parse(RT_STR("\x9b\x00\xff\xff\xff\xff\xff\xff\xff")), false, PARSE);
    CHECK_FAILS(rt_cbor_parse(RT_STR("\xbb\x00\xff\xff\xff\xff\xff\xff\xff")), false, PARSE);
}

static const check_case cases[] = {
    CASE(yaml_bombs_are_refused),
    CASE(depth_of_toml_is_bounded_as_a_whole),
    CASE(depth_is_bounded),
    CASE(size_is_bounded),
};

CHECK_MAIN(cases)
