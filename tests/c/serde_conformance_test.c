/* Published test suites for JSON, TOML and YAML; tests/fixtures/conformance/README.md says where they come from.
 *
 * A line of a suite is a name, a verdict, the input and what it means as JSON. Verdicts: y must be read (and mean
 * that), n must be refused, i may be either, u has no form in JSON.
 */
#define _GNU_SOURCE
#include "rt_serde.h"

#include "check.h"

/* One line of a suite, unescaped. */
typedef struct {
    char *name;
    char verdict;
    uint8_t *input;
    size_t input_len;
    uint8_t *meaning;
    size_t meaning_len;
} suite_case;

/* Turns \xNN into bytes, in place; gives the length. */
static size_t unescape(char *text) {
    size_t len = 0;
    for (char *from = text; *from != 0; len++) {
        if (*from == '\\') {
            char digits[3] = {from[2], from[3], 0};
            text[len] = (char)strtoul(digits, NULL, 16);
            from += 4;
        } else {
            text[len] = *from++;
        }
    }
    text[len] = 0;
    return len;
}

/* Opens a suite: below the runfiles of a test, or where CONFORMANCE_DIR says. */
static FILE *open_suite(const char *name) {
    char path[4096];
    const char *own = getenv("CONFORMANCE_DIR");
    const char *runfiles = getenv("TEST_SRCDIR");
    snprintf(path, sizeof path, "%s%s/%s", own != NULL ? own : runfiles != NULL ? runfiles : ".",
             own != NULL ? "" : "/_main/tests/fixtures/conformance", name);
    FILE *file = fopen(path, "r");
    if (file == NULL) printf("    %s: %s\n", path, strerror(errno));
    return file;
}

/* Runs `check` on each case of a suite, which must have `expected` of them. */
static void run_suite(const char *name, int expected, bool (*check)(const suite_case *)) {
    char *line = NULL;
    size_t size = 0;
    int count = 0;
    FILE *file = open_suite(name);
    CHECK(file != NULL);
    if (file == NULL) return;
    while (getline(&line, &size, file) > 0) {
        if (line[0] == '#') continue;
        char *rest = line;
        line[strcspn(line, "\n")] = 0;
        suite_case one = {.name = strsep(&rest, "\t")};
        one.verdict = *strsep(&rest, "\t");
        char *input = strsep(&rest, "\t");
        char *meaning = strsep(&rest, "\t");
        CHECK(meaning != NULL && rest == NULL);
        if (meaning == NULL) break;
        one.input = (uint8_t *)input;
        one.input_len = unescape(input);
        one.meaning = (uint8_t *)meaning;
        one.meaning_len = unescape(meaning);
        if (!check(&one)) {
            check_failures++;
            printf("    %s, verdict %c: differs\n", one.name, one.verdict);
            check_print_error();
        }
        count++;
    }
    CHECK_INT(count, expected);
    free(line);
    fclose(file);
}

static bool check_json(const suite_case *one) {
    bool is_json = rt_json_parse(one->input, one->input_len);
    /* One case nests deeper than the module allows. */
    bool has_error = rt_last_error_code() == RT_ERROR_PARSE || rt_last_error_code() == RT_ERROR_LIMIT_REACHED;
    rt_text written = rt_json_stringify(one->input, one->input_len);
    bool agrees = is_json == (written.ptr != NULL) && is_json != has_error;
    if (written.ptr != NULL) {
        agrees = agrees && rt_json_equal(written.ptr, written.len, one->input, one->input_len);
        rt_bytes cbor = rt_json_to_cbor(written.ptr, written.len);
        rt_text back = rt_cbor_to_json(cbor.ptr, cbor.len);
        agrees = agrees && back.len == written.len && memcmp(back.ptr, written.ptr, back.len) == 0;
        rt_text yaml = rt_json_to_yaml(written.ptr, written.len);
        rt_text again = rt_yaml_to_json(yaml.ptr, yaml.len);
        agrees = agrees && again.ptr != NULL && rt_json_equal(again.ptr, again.len, written.ptr, written.len);
        if (!agrees) printf("    %s\n    %s\n    %s\n", written.ptr, back.ptr, again.ptr);
        rt_text_free(again);
        rt_text_free(yaml);
        rt_text_free(back);
        rt_bytes_free(cbor);
    }
    rt_text_free(written);
    return agrees && (one->verdict == 'i' || is_json == (one->verdict == 'y'));
}

static void case_json_test_suite(void) { run_suite("json.txt", 291, check_json); }

static bool check_toml(const suite_case *one) {
    bool is_toml = rt_toml_parse(one->input, one->input_len);
    if (one->verdict == 'n') return !is_toml && rt_last_error_code() == RT_ERROR_PARSE;
    rt_text json = rt_toml_to_json(one->input, one->input_len);
    if (one->verdict == 'u') return is_toml && json.ptr == NULL && rt_last_error_code() == RT_ERROR_UNSUPPORTED;
    bool agrees = is_toml && json.ptr != NULL && rt_json_equal(json.ptr, json.len, one->meaning, one->meaning_len);
    if (!agrees && json.ptr != NULL) printf("    %s\n    %s\n", json.ptr, one->meaning);
    /* What is written is read back as the same. */
    rt_text toml = rt_json_to_toml(json.ptr, json.len);
    rt_text back = rt_toml_to_json(toml.ptr, toml.len);
    agrees = agrees && back.ptr != NULL && rt_json_equal(back.ptr, back.len, json.ptr, json.len);
    rt_text_free(back);
    rt_text_free(toml);
    rt_text_free(json);
    return agrees;
}

static void case_toml_test(void) { run_suite("toml.txt", 703, check_toml); }

/* Where the parser is known to differ from the suite, with the reason. */
static const struct {
    const char *name;
    const char *reason;
} known[] = {
    {"6XDY/0", "a document without content is left out"},
    {"6ZKB/0", "a document without content is left out"},
    {"9DXL/0", "a document without content is left out"},
    {"PUW8/0", "a document without content is left out"},
    {"UT92/0", "a document without content is left out"},
    {"W4TN/0", "a document without content is left out"},
    {"UGM3/0", "450.00 is a float here, an integer in the suite"},
    {"9C9N/0", "a flow sequence may be indented less than its parent"},
    {"QB6E/0", "a quoted scalar may be indented less than its parent"},
    {"DK95/1", "a tab where blanks should stand is accepted"},
    {"DK95/7", "a document without content is left out"},
    {"MUS6/2", "a document without content is left out"},
};

static bool check_yaml(const suite_case *one) {
    rt_list_text documents = rt_yaml_documents_to_json(one->input, one->input_len);
    bool agrees = (documents.items != NULL) == (one->verdict == 'y');
    const char *meaning = (const char *)one->meaning;
    for (uint64_t i = 0; agrees && i < documents.len; i++) {
        size_t len = strcspn(meaning, "\n");
        agrees = rt_json_equal((const uint8_t *)meaning, len, documents.items[i].ptr, documents.items[i].len);
        if (!agrees) printf("    %.*s\n    %s\n", (int)len, meaning, documents.items[i].ptr);
        meaning += len + (meaning[len] == '\n');
    }
    agrees = agrees && (one->verdict == 'n' || *meaning == 0);
    rt_list_text_free(documents);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        /* A difference that is gone is to be taken out of the list. */
        if (strcmp(known[i].name, one->name) == 0) return !agrees;
    }
    return agrees;
}

static void case_yaml_test_suite(void) { run_suite("yaml.txt", 360, check_yaml); }

static const check_case cases[] = {
    CASE(json_test_suite),
    CASE(toml_test),
    CASE(yaml_test_suite),
};

CHECK_MAIN(cases)
