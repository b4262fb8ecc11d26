/* Bounds, of each function that reads a form: what nests one deeper than allowed, and paths of too many steps. */
#define _GNU_SOURCE
#include "rt_serde.h"

#include "serde_check.h"

/* The call gives nothing, with the error. */
#define NOTHING(call, field, code) CHECK_FAILS((call).field == NULL, true, code)
#define ABSENT(call, code) CHECK_FAILS((call).present, false, code)

/* A byte more than most functions read. */
#define BLANKS blanks, (32 << 20) + 1

/* Each function that reads JSON as its first argument fails with the error. */
#define EACH_OF_JSON(json, path, code)                              \
    do {                                                            \
        NOTHING(rt_json_get(json, path), ptr, code);                \
        NOTHING(rt_json_get_text(json, path), ptr, code);           \
        ABSENT(rt_json_get_int(json, path), code);                  \
        ABSENT(rt_json_get_float(json, path), code);                \
        ABSENT(rt_json_get_bool(json, path), code);                 \
        CHECK_FAILS(rt_json_type(json, path), 0, code);             \
        CHECK_FAILS(rt_json_length(json, path), -1, code);          \
        NOTHING(rt_json_keys(json, path), items, code);             \
        NOTHING(rt_json_set(json, path, RT_STR("1")), ptr, code);   \
        NOTHING(rt_json_remove(json, path), ptr, code);             \
    } while (0)

static void case_json_nests_128_deep(void) {
    char *most = nested("[", "1", "]", 127);
    char *over = nested("[", "1", "]", 128);
    EACH_OF_JSON(RT_CSTR(over), RT_STR("[0]"), LIMIT_REACHED);
    CHECK_FAILS(rt_json_parse(RT_CSTR(over)), false, LIMIT_REACHED);
    CHECK(rt_json_equal(RT_CSTR(most), RT_CSTR(most)));
    CHECK_FAILS(rt_json_equal(RT_CSTR(over), RT_STR("1")), false, LIMIT_REACHED);
    CHECK_FAILS(rt_json_equal(RT_STR("1"), RT_CSTR(over)), false, LIMIT_REACHED);
    NOTHING(rt_json_set(RT_STR("[]"), RT_STR("[0]"), RT_CSTR(over)), ptr, LIMIT_REACHED);
    NOTHING(rt_json_stringify(RT_CSTR(over)), ptr, LIMIT_REACHED);
    NOTHING(rt_json_stringify_pretty(RT_CSTR(over), 2), ptr, LIMIT_REACHED);
    NOTHING(rt_json_stringify_sorted(RT_CSTR(over)), ptr, LIMIT_REACHED);
    NOTHING(rt_json_to_toml(RT_CSTR(over)), ptr, LIMIT_REACHED);
    NOTHING(rt_json_to_yaml(RT_CSTR(over)), ptr, LIMIT_REACHED);
    NOTHING(rt_json_to_cbor(RT_CSTR(over)), ptr, LIMIT_REACHED);
    CHECK_TEXT(rt_json_stringify_sorted(RT_CSTR(most)), most);
    free(most);
    free(over);
}

static void case_paths_have_128_steps(void) {
    char *path = nested("[0]", "", "", 128);
    EACH_OF_JSON(RT_STR("[]"), RT_CSTR(path), LIMIT_REACHED);
    NOTHING(rt_toml_get(RT_STR("a = 1"), RT_CSTR(path)), ptr, LIMIT_REACHED);
    NOTHING(rt_yaml_get(RT_STR("a: 1"), RT_CSTR(path)), ptr, LIMIT_REACHED);
    path[127 * 3] = 0;
    CHECK_NO_TEXT(rt_json_get(RT_STR("[]"), RT_CSTR(path)));
    CHECK_ERROR(OK);
    free(path);
}

static void case_json_is_longer_than_32_mib(void) {
    uint8_t *blanks = malloc((32 << 20) + 1);
    memset(blanks, ' ', (32 << 20) + 1);
    EACH_OF_JSON(BLANKS, RT_STR("[0]"), LIMIT_REACHED);
    CHECK_FAILS(rt_json_equal(RT_STR("1"), BLANKS), false, LIMIT_REACHED);
    NOTHING(rt_json_stringify(BLANKS), ptr, LIMIT_REACHED);
    NOTHING(rt_json_stringify_pretty(BLANKS, 2), ptr, LIMIT_REACHED);
    NOTHING(rt_json_stringify_sorted(BLANKS), ptr, LIMIT_REACHED);
    NOTHING(rt_json_to_toml(BLANKS), ptr, LIMIT_REACHED);
    NOTHING(rt_json_to_yaml(BLANKS), ptr, LIMIT_REACHED);
    NOTHING(rt_json_to_cbor(BLANKS), ptr, LIMIT_REACHED);
    NOTHING(rt_toml_get(BLANKS, RT_STR("a")), ptr, LIMIT_REACHED);
    NOTHING(rt_toml_to_json(BLANKS), ptr, LIMIT_REACHED);
    NOTHING(rt_yaml_get(BLANKS, RT_STR("a")), ptr, LIMIT_REACHED);
    NOTHING(rt_yaml_to_json(BLANKS), ptr, LIMIT_REACHED);
    NOTHING(rt_yaml_documents_to_json(BLANKS), items, LIMIT_REACHED);
    NOTHING(rt_cbor_to_json(blanks, (16 << 20) + 1), ptr, LIMIT_REACHED);
    free(blanks);
}

static void case_other_forms_nest_too_deep(void) {
    char *array = nested("[", "1", "]", 81);
    char *toml = nested("a = ", array, "", 1);
    CHECK_FAILS(rt_toml_parse(RT_CSTR(toml)), false, LIMIT_REACHED);
    NOTHING(rt_toml_get(RT_CSTR(toml), RT_STR("a")), ptr, LIMIT_REACHED);
    NOTHING(rt_toml_to_json(RT_CSTR(toml)), ptr, LIMIT_REACHED);
    free(toml);
    free(array);
    char *yaml = nested("[", "1", "]", 128);
    NOTHING(rt_yaml_get(RT_CSTR(yaml), RT_STR("[0]")), ptr, LIMIT_REACHED);
    NOTHING(rt_yaml_to_json(RT_CSTR(yaml)), ptr, LIMIT_REACHED);
    NOTHING(rt_yaml_documents_to_json(RT_CSTR(yaml)), items, LIMIT_REACHED);
    free(yaml);
    char *cbor = nested("\x81", "\x01", "", 128);
    NOTHING(rt_cbor_to_json(RT_CSTR(cbor)), ptr, LIMIT_REACHED);
    free(cbor);
}

static void case_what_a_path_cannot_ask_for(void) {
    NOTHING(rt_toml_get(RT_STR("a = inf"), RT_STR("a")), ptr, UNSUPPORTED);
    NOTHING(rt_toml_get(RT_STR("a = [1, nan]"), RT_STR("a")), ptr, UNSUPPORTED);
    NOTHING(rt_yaml_get(RT_STR("a: 1\n---\na: 2\n"), RT_STR("a")), ptr, INVALID_ARGUMENT);
}

static const check_case cases[] = {
    CASE(json_nests_128_deep),
    CASE(paths_have_128_steps),
    CASE(json_is_longer_than_32_mib),
    CASE(other_forms_nest_too_deep),
    CASE(what_a_path_cannot_ask_for),
};

CHECK_MAIN(cases)
