/* JSON, TOML, YAML and CBOR: values by path, changes, conversion there and back, errors with their place. */
#define _GNU_SOURCE
#include "rt_serde.h"

#include "serde_check.h"

#include <math.h>

#define DOC                                                   \
    "{\"a\": {\"b\": [1, {\"c\": \"x\"}], \"\": 5}, " \
    "\"d.e\": -2.5, \"t\": true, \"n\": null, \"/\": 7, \"~\": 8}"

/* A path and what it leads to; null is none. */
static const struct {
    const char *path;
    const char *value;
} places[] = {
    {"a.b[0]", "1"},       {"a.b[1].c", "\"x\""}, {"/a/b/1/c", "\"x\""}, {"a[\"b\"][1][\"c\"]", "\"x\""},
    {"/a/", "5"},          {"a[\"\"]", "5"},      {"[\"d.e\"]", "-2.5"}, {"/d.e", "-2.5"},
    {"/~1", "7"},          {"/~0", "8"},          {"n", "null"},         {"a.b", "[1,{\"c\":\"x\"}]"},
    {"a.b[2]", NULL},      {"a.b.c", NULL},       {"x", NULL},           {"x.y[0]", NULL},
    {"/a/b/-", NULL},      {"/a/b/01", NULL},     {"/a/b/-1", NULL},     {"t.x", NULL},
    {"[0]", NULL},         {"a.b[99999999999999999999]", ""},            {"/a/b/99999999999999999999", NULL},
    {"a..b", ""},          {"a.", ""},            {".a", ""},            {"a[", ""},
    {"a[x]", ""},          {"a[-1]", ""},         {"a[01]", ""},         {"a]", ""},
    {"a[0]b", ""},         {"a[\"b]", ""},        {"a[\"b\"x]", ""},     {"/a~2", ""},
    {"/~", ""},            {"a[]", ""},
};

static void case_json_values_by_path(void) {
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        rt_text found = rt_json_get(RT_STR(DOC), RT_CSTR(places[i].path));
        if (places[i].value == NULL) {
            CHECK_NO_TEXT(found);
            CHECK_ERROR(OK);
        } else if (*places[i].value == 0) {
            CHECK_NO_TEXT(found);
            CHECK_ERROR(PARSE);
            CHECK_MESSAGE("path");
        } else {
            CHECK_TEXT(found, places[i].value);
        }
    }
    CHECK_TEXT(rt_json_get(RT_STR("[1, 2 ]"), NULL, 0), "[1,2]");
    CHECK_TEXT(rt_json_get(RT_STR("{\"a\": 1, \"a\": 2}"), RT_STR("a")), "2");
    CHECK_NO_TEXT(rt_json_get(RT_STR("{"), RT_STR("a")));
    CHECK_ERROR(PARSE);
}

static void case_json_values_of_one_kind(void) {
    CHECK_TEXT(rt_json_get_text(RT_STR(DOC), RT_STR("a.b[1].c")), "x");
    CHECK_TEXT(rt_json_get_text(RT_STR("\"\\u00e9\\ud83d\\ude00\""), NULL, 0), "\xc3\xa9\xf0\x9f\x98\x80");
    CHECK_NO_TEXT(rt_json_get_text(RT_STR(DOC), RT_STR("t")));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_MESSAGE("`t` is a boolean, not a string");
    CHECK_NO_TEXT(rt_json_get_text(RT_STR(DOC), RT_STR("none")));
    CHECK_ERROR(OK);
    CHECK(rt_json_get_bool(RT_STR(DOC), RT_STR("t")).value);
    CHECK(!rt_json_get_bool(RT_STR(DOC), RT_STR("n")).present);
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_INT(rt_json_get_int(RT_STR("[-9223372036854775808]"), RT_STR("[0]")).value, INT64_MIN);
    CHECK(!rt_json_get_int(RT_STR("9223372036854775808"), NULL, 0).present);
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK(!rt_json_get_int(RT_STR("1.0"), NULL, 0).present);
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK(rt_json_get_float(RT_STR(DOC), RT_STR("/d.e")).value == -2.5);
    CHECK(rt_json_get_float(RT_STR("18446744073709551615"), NULL, 0).value == 18446744073709551615.0);
    CHECK(!rt_json_get_float(RT_STR("\"1\""), NULL, 0).present);
    CHECK_ERROR(INVALID_ARGUMENT);
    static const struct { const char *path; rt_json_kind kind; } kinds[] = {
        {"n", RT_JSON_KIND_NULL}, {"t", RT_JSON_KIND_BOOL}, {"a.b[0]", RT_JSON_KIND_INTEGER},
        {"/d.e", RT_JSON_KIND_FLOAT}, {"a.b[1].c", RT_JSON_KIND_STRING}, {"a.b", RT_JSON_KIND_ARRAY},
        {"a", RT_JSON_KIND_OBJECT}, {"none", RT_JSON_KIND_MISSING}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        CHECK_INT(rt_json_type(RT_STR(DOC), RT_CSTR(kinds[i].path)), kinds[i].kind);
        CHECK_ERROR(OK);
    }
    CHECK_INT(rt_json_length(RT_STR(DOC), NULL, 0), 6);
    CHECK_INT(rt_json_length(RT_STR(DOC), RT_STR("a.b")), 2);
    CHECK_FAILS(rt_json_length(RT_STR(DOC), RT_STR("t")), -1, INVALID_ARGUMENT);
    CHECK_FAILS(rt_json_length(RT_STR(DOC), RT_STR("none")), -1, NOT_FOUND);
    rt_list_text keys = rt_json_keys(RT_STR(DOC), NULL, 0);
    CHECK(keys.len == 6 && keys.items[0].ptr[0] == 'a' && keys.items[5].ptr[0] == '~');
    CHECK(rt_list_text_free(keys));
    CHECK(rt_json_keys(RT_STR(DOC), RT_STR("a.b")).items == NULL);
    CHECK_ERROR(INVALID_ARGUMENT);
}

static void case_json_with_a_value_set(void) {
    CHECK_TEXT(rt_json_set(RT_STR("{\"b\": 1, \"a\": 2}"), RT_STR("b"), RT_STR("[3]")), "{\"b\":[3],\"a\":2}");
    CHECK_TEXT(rt_json_set(RT_STR("{}"), RT_STR("a.b.c"), RT_STR("1")), "{\"a\":{\"b\":{\"c\":1}}}");
    CHECK_TEXT(rt_json_set(RT_STR("null"), RT_STR("/a/b"), RT_STR("1")), "{\"a\":{\"b\":1}}");
    CHECK_TEXT(rt_json_set(RT_STR("[1]"), RT_STR("[1]"), RT_STR("2")), "[1,2]");
    CHECK_TEXT(rt_json_set(RT_STR("[1]"), RT_STR("/-"), RT_STR("2")), "[1,2]");
    CHECK_TEXT(rt_json_set(RT_STR("[1]"), RT_STR("/0"), RT_STR("2")), "[2]");
    CHECK_TEXT(rt_json_set(RT_STR("[1]"), NULL, 0, RT_STR("\"x\"")), "\"x\"");
    CHECK_NO_TEXT(rt_json_set(RT_STR("[1]"), RT_STR("[2]"), RT_STR("2")));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_TEXT(rt_json_set(RT_STR("[1]"), RT_STR("/x"), RT_STR("2")));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_TEXT(rt_json_set(RT_STR("[1]"), RT_STR("a"), RT_STR("2")));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_NO_TEXT(rt_json_set(RT_STR("{}"), RT_STR("[0]"), RT_STR("2")));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_NO_TEXT(rt_json_set(RT_STR("{\"a\": 1}"), RT_STR("a.b"), RT_STR("2")));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_NO_TEXT(rt_json_set(RT_STR("{}"), RT_STR("a"), RT_STR("{")));
    CHECK_ERROR(PARSE);
    CHECK_MESSAGE("the value, line 1");
    char *deep = nested("[", "", "]", 127);
    CHECK_NO_TEXT(rt_json_set(RT_STR("{}"), RT_STR("a"), RT_CSTR(deep)));
    CHECK_ERROR(LIMIT_REACHED);
    free(deep);
}

static void case_json_without_a_value(void) {
    CHECK_TEXT(rt_json_remove(RT_STR("{\"a\": 1, \"b\": 2, \"c\": 3}"), RT_STR("b")), "{\"a\":1,\"c\":3}");
    CHECK_TEXT(rt_json_remove(RT_STR("[1, [2, 3]]"), RT_STR("[1][0]")), "[1,[3]]");
    CHECK_TEXT(rt_json_remove(RT_STR("[1, [2, 3]]"), RT_STR("/1/1")), "[1,[2]]");
    CHECK_TEXT(rt_json_remove(RT_STR("[1]"), RT_STR("[1]")), "[1]");
    CHECK_TEXT(rt_json_remove(RT_STR("{\"a\": 1}"), RT_STR("b.c")), "{\"a\":1}");
    CHECK_NO_TEXT(rt_json_remove(RT_STR("[1]"), NULL, 0));
    CHECK_ERROR(INVALID_ARGUMENT);
}

static void case_json_written(void) {
    CHECK_TEXT(rt_json_stringify(RT_STR(" { \"b\" : [ ] , \"a\" : \"\\u0041\\/\" } ")), "{\"b\":[],\"a\":\"A/\"}");
    CHECK_TEXT(rt_json_stringify(RT_STR("[18446744073709551615, -9223372036854775808, 1.0, 1e2, 0.1]")),
               "[18446744073709551615,-9223372036854775808,1.0,100.0,0.1]");
    CHECK_TEXT(rt_json_stringify_pretty(RT_STR("{\"a\":[1,{}],\"b\":[]}"), 2),
               "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
    CHECK_TEXT(rt_json_stringify_pretty(RT_STR("[1]"), 0), "[\n1\n]");
    CHECK_NO_TEXT(rt_json_stringify_pretty(RT_STR("[1]"), 17));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_TEXT(rt_json_stringify_sorted(RT_STR("{\"b\":1,\"B\":2,\"\":{\"z\":[{\"y\":0,\"x\":1}]}}")),
               "{\"\":{\"z\":[{\"x\":1,\"y\":0}]},\"B\":2,\"b\":1}");
    CHECK_TEXT(rt_json_quote(RT_STR("\"\\/\b\t\x01\x7f\xc3\xa9")), "\"\\\"\\\\/\\b\\t\\u0001\x7f\xc3\xa9\"");
    CHECK_NO_TEXT(rt_json_stringify(RT_STR("not json")));
    CHECK_ERROR(PARSE);
    CHECK(rt_json_equal(RT_STR("[{\"a\":1,\"b\":2}]"), RT_STR(" [ { \"b\" : 2, \"a\" : 1 } ] ")));
    CHECK(!rt_json_equal(RT_STR("1"), RT_STR("1.0")));
    CHECK_ERROR(OK);
    CHECK(!rt_json_equal(RT_STR("1"), RT_STR("x")));
    CHECK_MESSAGE("right");
}

static void case_errors_name_line_and_column(void) {
    CHECK(!rt_json_parse(RT_STR("{\n  \"a\": 1,,\n}")));
    CHECK_MESSAGE("JSON, line 2, column 10");
    CHECK(!rt_json_parse(RT_STR("")));
    CHECK_MESSAGE("line 1, column 1");
    CHECK(!rt_json_parse(RT_STR("[1] x")));
    CHECK_MESSAGE("trailing characters");
    CHECK(!rt_toml_parse(RT_STR("a = 1\n\nb = [1,,]\n")));
    CHECK_MESSAGE("TOML, line 3, column 8");
    CHECK(!rt_toml_parse(RT_STR("[a]\nb = 1\n[a]\n")));
    CHECK_ERROR(PARSE);
    CHECK_MESSAGE("line 3");
    CHECK(!rt_yaml_parse(RT_STR("a: 1\nb: [2\nc: 3\n")));
    CHECK_ERROR(PARSE);
    CHECK_MESSAGE("YAML, line");
    CHECK(!rt_yaml_parse(RT_STR("a: 1\na: 2\n")));
    CHECK_ERROR(PARSE);
    CHECK_MESSAGE("line 2");
    /* What stands in the text does not decide what kind of error it is. */
    CHECK_FAILS(rt_yaml_parse(RT_STR("limit: 1\nlimit: 2\n")), false, PARSE);
    CHECK_FAILS(rt_toml_parse(RT_STR("recursion = 1\nrecursion = 2\n")), false, PARSE);
    const uint8_t bad[] = {'"', 0xff, '"'};
    CHECK_FAILS(rt_json_parse(bad, 3), false, INVALID_UTF8);
}

static void case_toml_there_and_back(void) {
    CHECK_TEXT(rt_toml_to_json(RT_STR("z = 1\na = 'x'\n[t]\n"
                                      "d = 1979-05-27T07:32:00Z\nf = 1e3\n[[l]]\n[[l]]\nb = true")),
               "{\"z\":1,\"a\":\"x\",\"t\":{\"d\":\"1979-05-27T07:32:00Z\",\"f\":1000.0},\"l\":[{},{\"b\":true}]}");
    CHECK_TEXT(rt_toml_get(RT_STR("[a]\nb = [{c = 1}]\n"), RT_STR("/a/b/0/c")), "1");
    CHECK_NO_TEXT(rt_toml_get(RT_STR("[a]\n"), RT_STR("b")));
    CHECK_ERROR(OK);
    CHECK_TEXT(rt_toml_to_json(NULL, 0), "{}");
    CHECK_NO_TEXT(rt_toml_to_json(RT_STR("a = inf")));
    CHECK_ERROR(UNSUPPORTED);
    CHECK_NO_TEXT(rt_json_to_toml(RT_STR("[1]")));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK_NO_TEXT(rt_json_to_toml(RT_STR("{\"a\": {\"b\": [1, null]}}")));
    CHECK_ERROR(UNSUPPORTED);
    CHECK_NO_TEXT(rt_json_to_toml(RT_STR("{\"a\": {\"b\": [1, null]}}")));
    CHECK_MESSAGE("`a`: `b`: [1]: TOML has no null");
    CHECK_NO_TEXT(rt_json_to_toml(RT_STR("{\"a\": 9223372036854775808}")));
    CHECK_ERROR(OUT_OF_RANGE);
    const char *json = "{\"t\":{\"x\":1},\"a\":[1,\"two\",[3.5]],\"l\":[{\"k\":true},{}],"
                       "\"key with . and \\\"\":\"a\\nb\\\"\\\\\"}";
    rt_text toml = rt_json_to_toml(RT_CSTR(json));
    rt_text back = rt_toml_to_json(toml.ptr, toml.len);
    CHECK(rt_json_equal(back.ptr, back.len, RT_CSTR(json)));
    rt_text_free(back);
    rt_text_free(toml);
}

/* Strings that a careless writer of YAML would not quote. */
static const char *const tricky[] = {
    "", " ", "~", "null", "Null", "true", "no", "yes", "on", "1", "1.0", "1e3", "0x1f", "0o7", ".inf", ".nan", "-",
    "- a",
    "a: b", "a #b", "#a", "[a", "{a", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "\"a", "'a", "a\nb", "a\n", "\na",
    " a", "a ", "\t", "a\tb", "\r\n", "2024-02-29", "12:30:45", "<<", "=", "---", "...", "? a", "\xc3\xa9", "\x01",
    "\x7f",
    "\xe2\x80\xa8", "\xf0\x9f\x98\x80", "a\n\n\nb\n", "  a\n b", "\\", "a\\nb", "-1", "+1", "1_000", "0b1",
    "trailing: ",
    "\xef\xbb\xbf" "bom", "key: |\n  text\n", "0", "-0", "00", "1.", ".5", "e", "1e", "nan",
};

static void case_strings_survive_yaml(void) {
    for (size_t i = 0; i < sizeof tricky / sizeof tricky[0]; i++) {
        char json[512];
        rt_text text = rt_json_quote(RT_CSTR(tricky[i]));
        snprintf(json, sizeof json, "{%s:[%s,{\"k\":%s}]}", text.ptr, text.ptr, text.ptr);
        rt_text yaml = rt_json_to_yaml(RT_CSTR(json));
        rt_text back = rt_yaml_to_json(yaml.ptr, yaml.len);
        CHECK(back.ptr != NULL && rt_json_equal(back.ptr, back.len, RT_CSTR(json)));
        if (back.ptr == NULL || !rt_json_equal(back.ptr, back.len, RT_CSTR(json))) printf("    %s\n%s\n", json,
            yaml.ptr);
        rt_text_free(back);
        rt_text_free(yaml);
        rt_text_free(text);
    }
}

static void case_yaml_to_json(void) {
    CHECK_TEXT(rt_yaml_to_json(RT_STR("a: &x [1, 2]\nb: *x\nc: {<<: {d: 1}, e: 0x10}\n")),
               "{\"a\":[1,2],\"b\":[1,2],\"c\":{\"e\":16,\"d\":1}}");
    CHECK_TEXT(rt_yaml_to_json(RT_STR("[yes, no, on, True, ~, null, 1.5, -3, '5', \"a\\n\"]")),
               "[\"yes\",\"no\",\"on\",true,null,null,1.5,-3,\"5\",\"a\\n\"]");
    CHECK_TEXT(rt_yaml_to_json(RT_STR("1: a\ntrue: b\n")), "{\"1\":\"a\",\"true\":\"b\"}");
    CHECK_TEXT(rt_yaml_to_json(RT_STR("a: |\n  x\n  y\nb: >\n  x\n  y\n")), "{\"a\":\"x\\ny\\n\",\"b\":\"x y\\n\"}");
    CHECK_TEXT(rt_yaml_to_json(RT_STR("[0o17, 1_000, 0b11, -0x1F, 0777, 09, 1:30]")),
               "[15,1000,3,-31,777.0,9.0,\"1:30\"]");
    CHECK_TEXT(rt_yaml_to_json(NULL, 0), "null");
    CHECK_TEXT(rt_yaml_to_json(RT_STR("# only a comment\n")), "null");
    CHECK_TEXT(rt_yaml_get(RT_STR("a:\n- b: {c: d}\n"), RT_STR("a[0].b.c")), "\"d\"");
    CHECK_NO_TEXT(rt_yaml_get(RT_STR("a: 1\n"), RT_STR("b")));
    CHECK_ERROR(OK);
    CHECK_NO_TEXT(rt_yaml_to_json(RT_STR("--- 1\n--- 2\n")));
    CHECK_ERROR(INVALID_ARGUMENT);
    rt_list_text documents = rt_yaml_documents_to_json(RT_STR("--- {a: 1}\n--- 2\n...\n"));
    CHECK(documents.len == 2 && strcmp((const char *)documents.items[0].ptr, "{\"a\":1}") == 0);
    CHECK(rt_list_text_free(documents));
    CHECK_NO_TEXT(rt_yaml_to_json(RT_STR("? [a, b]\n: c\n")));
    CHECK_ERROR(PARSE);
    CHECK_NO_TEXT(rt_yaml_to_json(RT_STR("a: .inf\n")));
    CHECK_ERROR(PARSE);
    CHECK_NO_TEXT(rt_yaml_to_json(RT_STR("a: *nobody\n")));
    CHECK_ERROR(PARSE);
}

/* RFC 8949, appendix A: those that JSON can say, and that must be written in just these bytes. */
static const struct {
    const char *json;
    const char *cbor;
} exact[] = {
    {"0", "00"}, {"1", "01"}, {"10", "0a"}, {"23", "17"}, {"24", "1818"}, {"25", "1819"}, {"100", "1864"},
    {"1000", "1903e8"}, {"1000000", "1a000f4240"}, {"1000000000000", "1b000000e8d4a51000"},
    {"18446744073709551615", "1bffffffffffffffff"}, {"-1", "20"}, {"-10", "29"}, {"-100", "3863"}, {"-1000", "3903e7"},
    {"0.0", "f90000"}, {"-0.0", "f98000"}, {"1.0", "f93c00"}, {"1.1", "fb3ff199999999999a"}, {"1.5", "f93e00"},
    {"65504.0", "f97bff"}, {"100000.0", "fa47c35000"}, {"3.4028234663852886e+38", "fa7f7fffff"},
    {"1e+300", "fb7e37e43c8800759c"}, {"5.960464477539063e-8", "f90001"}, {"0.00006103515625", "f90400"}, {"-4.0",
    "f9c400"},
    {"-4.1", "fbc010666666666666"}, {"false", "f4"}, {"true", "f5"}, {"null", "f6"}, {"\"\"", "60"}, {"\"a\"", "6161"},
    {"\"IETF\"", "6449455446"}, {"\"\\\"\\\\\"", "62225c"}, {"\"\xc3\xbc\"", "62c3bc"}, {"\"\xe6\xb0\xb4\"",
    "63e6b0b4"},
    {"\"\xf0\x90\x85\x91\"", "64f0908591"}, {"[]", "80"}, {"[1,2,3]", "83010203"}, {"[1,[2,3],[4,5]]",
    "8301820203820405"},
    {"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]",
     "98190102030405060708090a0b0c0d0e0f101112131415161718181819"},
    {"{}", "a0"}, {"{\"a\":1,\"b\":[2,3]}", "a26161016162820203"}, {"[\"a\",{\"b\":\"c\"}]", "826161a161626163"},
    {"{\"a\":\"A\",\"b\":\"B\",\"c\":\"C\",\"d\":\"D\",\"e\":\"E\"}", "a56161614161626142616361436164614461656145"},
};

/* The same appendix: other forms that are read, and what they mean as JSON by section 6.1. */
static const struct {
    const char *cbor;
    const char *json;
} readable[] = {
    {"c249010000000000000000", "\"AQAAAAAAAAAA\""}, {"c349010000000000000000", "\"~AQAAAAAAAAAA\""},
    {"f97c00", "null"}, {"f97e00", "null"}, {"faff800000", "null"}, {"f7", "null"}, {"fb3ff0000000000000", "1.0"},
    {"c074323031332d30332d32315432303a30343a30305a", "\"2013-03-21T20:04:00Z\""}, {"c11a514b67b0", "1363896240"},
    {"d74401020304", "\"01020304\""}, {"d818456449455446", "\"ZElFVEY\""}, {"40", "\"\""}, {"4401020304", "\"AQIDBA\""},
    {"d64401020304", "\"AQIDBA==\""}, {"d5824101fb3ff0000000000000", NULL}, {"5f42010243030405ff", "\"AQIDBAU\""},
    {"7f657374726561646d696e67ff", "\"streaming\""}, {"9fff", "[]"}, {"9f018202039f0405ffff", "[1,[2,3],[4,5]]"},
    {"bf61610161629f0203ffff", "{\"a\":1,\"b\":[2,3]}"}, {"1800", "0"}, {"fa47c35000", "100000.0"},
    {"3b7fffffffffffffff", "-9223372036854775808"},
};

/* From the same RFC (appendix F): not well-formed. */
static const char *const malformed[] = {
    "", "18", "19", "1a", "1b", "1901", "1a0102", "1b01020304050607", "38", "58", "78", "98", "9a01ff00", "b8", "d8",
    "f8",
    "f900", "fa0000", "fb000000", "41", "61", "5affffffff00", "5bffffffffffffffff010203", "7affffffff00",
    "7b7fffffffffffffff010203", "81", "818181818181818181", "8200", "a1", "a20102", "a100", "a2000000", "c0", "5f4100",
    "7f6100", "9f", "9f0102", "bf", "bf01020102", "819f", "9f8000", "9f9f9f9f9fffffffff", "9f819f819f9fffffff", "1c",
    "1d",
    "1e", "3c", "5c", "7c", "9c", "bc", "dc", "fc", "fd", "fe", "5f00ff", "5f21ff", "5f6100ff", "5f80ff", "5fa0ff",
    "5fc000ff",
    "5fe0ff", "7f4100ff", "ff", "81ff", "8200ff", "a1ff", "a1ff00", "a100ff", "a20000ff", "9f81ff",
    "9f829f819f9fffffffff",
    "bf00ff", "bf000000ff", "1f", "3f", "df", "0000", "61ff", "62c328",
};

static size_t from_hex(const char *digits, uint8_t *data) {
    size_t len = strlen(digits) / 2;
    for (size_t i = 0; i < len; i++) {
        char pair[3] = {digits[2 * i], digits[2 * i + 1], 0};
        data[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return len;
}

static void case_cbor_of_rfc_8949(void) {
    uint8_t data[128];
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++) {
        size_t len = from_hex(exact[i].cbor, data);
        CHECK_BYTES(rt_json_to_cbor(RT_CSTR(exact[i].json)), data, len);
        rt_text json = rt_cbor_to_json(data, len);
        CHECK(json.ptr != NULL && rt_json_equal(json.ptr, json.len, RT_CSTR(exact[i].json)));
        rt_text_free(json);
        CHECK(rt_cbor_parse(data, len));
        /* Every prefix is incomplete. */
        for (size_t part = 0; part < len; part++) CHECK_FAILS(rt_cbor_parse(data, part), false, PARSE);
    }
    for (size_t i = 0; i < sizeof readable / sizeof readable[0]; i++) {
        size_t len = from_hex(readable[i].cbor, data);
        CHECK(rt_cbor_parse(data, len));
        rt_text json = rt_cbor_to_json(data, len);
        if (readable[i].json != NULL) CHECK_TEXT(json, readable[i].json);
        if (readable[i].json == NULL) rt_text_free(json);
    }
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        size_t len = from_hex(malformed[i], data);
        bool refused = !rt_cbor_parse(data, len) && rt_last_error_code() == RT_ERROR_PARSE;
        CHECK(refused);
        if (!refused) printf("    %s\n", malformed[i]);
    }
}

static void case_cbor_that_json_cannot_say(void) {
    CHECK_NO_TEXT(rt_cbor_to_json(RT_STR("\xa1\x01\x02")));
    CHECK_ERROR(UNSUPPORTED);
    CHECK_NO_TEXT(rt_cbor_to_json(RT_STR("\x3b\xff\xff\xff\xff\xff\xff\xff\xff")));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_TEXT(rt_cbor_to_json(RT_STR("\xa2\x61" "a\x01\x61" "a\x02")));
    CHECK_ERROR(PARSE);
}

static const check_case cases[] = {
    CASE(json_values_by_path),
    CASE(json_values_of_one_kind),
    CASE(json_with_a_value_set),
    CASE(json_without_a_value),
    CASE(json_written),
    CASE(errors_name_line_and_column),
    CASE(toml_there_and_back),
    CASE(strings_survive_yaml),
    CASE(yaml_to_json),
    CASE(cbor_of_rfc_8949),
    CASE(cbor_that_json_cannot_say),
};

CHECK_MAIN(cases)
