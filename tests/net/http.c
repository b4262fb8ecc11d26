/* What the HTTP functions do, against the server of server.rs: its directory is the only argument. */
#define _GNU_SOURCE
#include "rt_net.h"

#undef NDEBUG
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int failures;
static char roots[10000], url[256];
static rt_http_options options;
static rt_http_response response;

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            rt_text ffi_message = rt_last_error_message();                          \
            printf("%s:%d: %s; error %d %s\n", __FILE__, __LINE__, #condition,      \
                   rt_last_error_code(), (const char *)ffi_message.ptr);            \
            rt_text_free(ffi_message);                                              \
            failures++;                                                             \
        }                                                                           \
    } while (0)

/* The port of a server. */
static int port(const char *name) {
    FILE *file = fopen("ports", "r");
    char found[32];
    int number;
    assert(file);
    while (fscanf(file, "%31s %d", found, &number) == 2) {
        if (strcmp(found, name) == 0) {
            fclose(file);
            return number;
        }
    }
    abort();
}

static void make_url(const char *scheme, const char *server, const char *path) {
    snprintf(url, sizeof url, "%s://127.0.0.1:%d/%s", scheme, port(server), path);
}

#define URL (const uint8_t *)url, strlen(url)

static bool get(const char *scheme, const char *server, const char *path) {
    make_url(scheme, server, path);
    return rt_http_request(RT_STR("GET"), URL, NULL, 0, NULL, 0, &options, &response);
}

static bool is_body(const char *text) {
    return response.body.len == strlen(text) && memcmp(response.body.ptr, text, response.body.len) == 0;
}

static bool fails(const char *scheme, const char *server, const char *path, int32_t code, const char *says) {
    if (get(scheme, server, path)) {
        printf("%s: status %d, no error\n", url, response.status);
        rt_http_response_free(&response);
        return false;
    }
    rt_text message = rt_last_error_message();
    bool is_fine = rt_last_error_code() == code && strstr((const char *)message.ptr, says) != NULL;
    if (!is_fine) printf("%s: error %d, %s\n", url, rt_last_error_code(), (const char *)message.ptr);
    rt_text_free(message);
    return is_fine && response.status == 0 && response.body.ptr == NULL;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void plain(void) {
    make_url("http", "http", "hello");
    rt_text text = rt_http_get(URL);
    CHECK(text.len == 10 && strcmp((const char *)text.ptr, "hello, \303\251\n") == 0);
    rt_text_free(text);
    make_url("http", "http", "echo");
    text = rt_http_post(URL, RT_STR("some text"));
    CHECK(text.ptr && strcmp((const char *)text.ptr, "POST content-type=text/plain; charset=utf-8; some text") == 0);
    rt_text_free(text);
}

/* What a server does, and which error it is for each function; `status` ones are answers where all is told. */
static const struct { const char *server, *path; int32_t code; bool is_status; } failing[] = {
    { "http", "missing", RT_ERROR_NOT_FOUND, true },
    { "http", "status/410", RT_ERROR_NOT_FOUND, true },
    { "http", "status/403", RT_ERROR_PERMISSION_DENIED, true },
    { "http", "status/500", RT_ERROR_IO, true },
    { "http", "status/504", RT_ERROR_TIMED_OUT, true },
    { "http", "binary", RT_ERROR_INVALID_UTF8, true },
    { "http", "loop", RT_ERROR_LIMIT_REACHED, false },
    { "http", "headers", RT_ERROR_LIMIT_REACHED, false },
    { "http", "short", RT_ERROR_IO, false },
    { "http", "nonsense", RT_ERROR_IO, false },
    { "http", "elsewhere", RT_ERROR_UNSUPPORTED, false },
    { "refused", "", RT_ERROR_CONNECTION_REFUSED, false },
    { "reset", "", RT_ERROR_CONNECTION_RESET, false },
};

static void failures_of_all(void) {
    for (size_t index = 0; index < sizeof failing / sizeof failing[0]; index++) {
        const char *path = failing[index].path;
        make_url("http", failing[index].server, path);
        CHECK(rt_http_get(URL).ptr == NULL);
        CHECK(rt_last_error_code() == failing[index].code);
        CHECK(rt_http_post(URL, RT_STR("x")).ptr == NULL);
        CHECK(rt_last_error_code() == failing[index].code);
        if (failing[index].is_status) {
            CHECK(get("http", failing[index].server, path));
            rt_http_response_free(&response);
        } else {
            CHECK(fails("http", failing[index].server, path, failing[index].code, ""));
        }
    }
    make_url("http", "http", "again");
    CHECK(rt_http_post(URL, RT_STR("x")).ptr == NULL && rt_last_error_code() == RT_ERROR_UNSUPPORTED);
    CHECK(!rt_http_request(RT_STR("POST"), URL, NULL, 0, RT_STR("x"), &options, &response));
    CHECK(rt_last_error_code() == RT_ERROR_UNSUPPORTED);
    /* No host has a name with two dots in a row, so nobody is asked. */
    const char *nowhere = "http://no..host/";
    CHECK(rt_http_post(RT_CSTR(nowhere), RT_STR("x")).ptr == NULL && rt_last_error_code() == RT_ERROR_NOT_FOUND);
    CHECK(!rt_http_request(RT_STR("GET"), RT_CSTR(nowhere), NULL, 0, NULL, 0, &options, &response));
    CHECK(rt_last_error_code() == RT_ERROR_NOT_FOUND);
    CHECK(rt_http_get(RT_STR("ftp://127.0.0.1/")).ptr == NULL && rt_last_error_code() == RT_ERROR_INVALID_ARGUMENT);
    CHECK(rt_http_post(RT_STR(""), RT_STR("x")).ptr == NULL && rt_last_error_code() == RT_ERROR_INVALID_ARGUMENT);
}

static void answers(void) {
    CHECK(get("http", "http", "hello") && response.status == 200 && is_body("hello, \303\251\n"));
    bool is_seen = false;
    for (uint64_t index = 0; index < response.headers.len; index++) {
        if (strcmp((const char *)response.headers.items[index].ptr, "x-seen: yes") == 0) is_seen = true;
    }
    CHECK(is_seen);
    CHECK(rt_http_response_free(&response) && rt_http_response_free(&response));
    CHECK(get("http", "http", "status/404") && response.status == 404 && is_body("what went wrong"));
    rt_http_response_free(&response);
    CHECK(get("http", "http", "empty") && response.status == 204 && response.body.ptr && response.body.len == 0);
    rt_http_response_free(&response);
    CHECK(get("http", "http", "chunked") && is_body("abcdefg"));
    rt_http_response_free(&response);
    CHECK(get("http", "http", "binary") && response.body.len == 3 && response.body.ptr[0] == 255);
    rt_http_response_free(&response);
    const rt_text headers[] = { RT_TEXT("X-One: 1"), RT_TEXT("X-Two:two") };
    make_url("http", "http", "echo");
    CHECK(rt_http_request(RT_STR("PUT"), URL, headers, 2, RT_STR("body"), &options, &response));
    CHECK(is_body("PUT x-one=1;x-two=two; body"));
    rt_http_response_free(&response);
    CHECK(rt_http_request(RT_STR("DELETE"), URL, NULL, 0, NULL, 0, &options, &response) && is_body("DELETE  "));
    rt_http_response_free(&response);
    CHECK(rt_http_request(RT_STR("HEAD"), URL, NULL, 0, NULL, 0, &options, &response) && response.body.len == 0);
    rt_http_response_free(&response);
}

static void redirects(void) {
    CHECK(get("http", "http", "redirect/10") && is_body("arrived"));
    CHECK(strstr((const char *)response.url.ptr, "/redirect/0") != NULL);
    rt_http_response_free(&response);
    CHECK(fails("http", "http", "redirect/11", RT_ERROR_LIMIT_REACHED, "redirect"));
    CHECK(fails("http", "http", "loop", RT_ERROR_LIMIT_REACHED, "redirect"));
    options.max_redirects = 12;
    CHECK(get("http", "http", "redirect/11") && is_body("arrived"));
    rt_http_response_free(&response);
    options.max_redirects = -1;
    CHECK(get("http", "http", "redirect/1") && response.status == 302);
    rt_http_response_free(&response);
    options.max_redirects = 0;
    CHECK(fails("http", "http", "elsewhere", RT_ERROR_UNSUPPORTED, "ftp://127.0.0.1/"));
}

/* The text stands in the body of the answer. */
static bool has(const char *text) {
    return memmem(response.body.ptr, response.body.len, text, strlen(text)) != NULL;
}

static void redirects_to_other_servers(void) {
    const rt_text headers[] = { RT_TEXT("Authorization: secret"), RT_TEXT("Cookie: secret"), RT_TEXT("X-Own: yes"),
                                RT_TEXT("Proxy-Authorization: secret"), RT_TEXT("host: elsewhere"),
                                RT_TEXT("content-type: text/plain") };
    char path[128], wanted[64];
    for (int is_other = 0; is_other < 2; is_other++) {
        snprintf(path, sizeof path, "to/http://127.0.0.1:%d/all", port(is_other ? "other" : "http"));
        make_url("http", "http", path);
        CHECK(rt_http_request(RT_STR("POST"), URL, headers, 6, RT_STR("body"), &options, &response));
        CHECK(has("GET ") && has("x-own=yes;") && !has("content-"));
        CHECK(has("secret") == !is_other && has("host=elsewhere;") == !is_other);
        snprintf(wanted, sizeof wanted, "host=127.0.0.1:%d;", port("other"));
        CHECK(has(wanted) == is_other);
        rt_http_response_free(&response);
    }
    /* Places that are relative to `to/..`, and those that are no place. */
    const char *fine[] = { "to/?x", "to/../hello", "to/.././to/../hello?x=../y", "to//hello",
                           "to/../../../hello#part" };
    const char *ends[] = { "/to/?x", "/hello", "/hello?x=../y", "/hello", "/hello" };
    options.max_redirects = 1;
    for (size_t index = 0; index < sizeof fine / sizeof fine[0]; index++) {
        bool is_fine = get("http", "http", fine[index]);
        make_url("http", "http", ends[index] + 1);
        if (index == 0) CHECK(!is_fine && rt_last_error_code() == RT_ERROR_LIMIT_REACHED);
        else CHECK(is_fine && strcmp((const char *)response.url.ptr, url) == 0);
        rt_http_response_free(&response);
    }
    options.max_redirects = 0;
    const char *bad[] = { "to/http://127.0.0.1:99999/", "to/http://127.0.0.1:x/", "to/file:///etc/passwd",
                          "to/javascript:x", "nowhere", "to/http://", "to/http:///x", "to/mailto:a@b", "to///" };
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        CHECK(fails("http", "http", bad[index], RT_ERROR_UNSUPPORTED, "the redirect to"));
    }
}

/* Names that begin like numbers or that nobody can have. */
static void hosts_that_are_not_there(void) {
    const char *hosts[] = { "http://no-such-host.invalid/", "http://a..b/", "https://no-such-host.invalid:1/" };
    for (size_t index = 0; index < sizeof hosts / sizeof hosts[0]; index++) {
        rt_text text = rt_http_get((const uint8_t *)hosts[index], strlen(hosts[index]));
        CHECK(text.ptr == NULL && rt_last_error_code() == RT_ERROR_NOT_FOUND);
    }
}

static void limits(void) {
    options.max_body_bytes = 1000;
    CHECK(get("http", "http", "large/1000") && response.body.len == 1000);
    rt_http_response_free(&response);
    CHECK(fails("http", "http", "large/1001", RT_ERROR_LIMIT_REACHED, "more than 1000 bytes"));
    CHECK(fails("http", "http", "endless", RT_ERROR_LIMIT_REACHED, "more than 1000 bytes"));
    options.max_body_bytes = 0;
    CHECK(get("http", "http", "large/20000000") && response.body.len == 20000000);
    rt_http_response_free(&response);
    CHECK(fails("http", "http", "headers", RT_ERROR_LIMIT_REACHED, ""));
    options.timeout_ms = 300;
    const char *slow[] = { "hang", "drip" };
    for (int index = 0; index < 2; index++) {
        double start = now();
        CHECK(fails("http", "http", slow[index], RT_ERROR_TIMED_OUT, "timeout"));
        CHECK(now() - start > 0.25 && now() - start < 5);
    }
    options.timeout_ms = 0;
    CHECK(fails("http", "refused", "", RT_ERROR_CONNECTION_REFUSED, "onnection refused"));
    CHECK(fails("http", "http", "short", RT_ERROR_IO, ""));
    CHECK(fails("http", "http", "nonsense", RT_ERROR_IO, ""));
    CHECK(fails("http", "http", "silent", RT_ERROR_IO, ""));
    CHECK(fails("http", "good", "hello", RT_ERROR_IO, ""));
}

static void bad_input(void) {
    const char *bad[] = { "", "hello", "http://", "http:///x", "http://127.0.0.1:99999/", "ftp://127.0.0.1/",
                          "http://a b/", "file:///etc/passwd" };
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        bool is_fine = rt_http_request(RT_STR("GET"), (const uint8_t *)bad[index], strlen(bad[index]), NULL, 0, NULL, 0,
                                       &options, &response);
        if (is_fine || rt_last_error_code() != RT_ERROR_INVALID_ARGUMENT) {
            printf("`%s`: ", bad[index]);
            CHECK(false);
        }
    }
    make_url("http", "http", "hello");
    const rt_text headers[] = { RT_TEXT("no colon") }, evil[] = { RT_TEXT("X-A: b\r\nX-C: d") };
    CHECK(!rt_http_request(RT_STR("GET"), URL, headers, 1, NULL, 0, &options, &response));
    CHECK(rt_last_error_code() == RT_ERROR_INVALID_ARGUMENT);
    CHECK(!rt_http_request(RT_STR("GET"), URL, evil, 1, NULL, 0, &options, &response));
    CHECK(rt_last_error_code() == RT_ERROR_INVALID_ARGUMENT);
    CHECK(!rt_http_request(RT_STR("G T"), URL, NULL, 0, NULL, 0, &options, &response));
    CHECK(rt_last_error_code() == RT_ERROR_INVALID_ARGUMENT);
    rt_http_options wrong[] = { { -1, 0, 0, 0, { NULL, 0 } }, { 0, -1, 0, 0, { NULL, 0 } },
                                { 0, 0, -1, 0, { NULL, 0 } }, { 0, 0, (1 << 30) + 1, 0, { NULL, 0 } },
                                { 0, 0, 0, -2, { NULL, 0 } } };
    for (size_t index = 0; index < 5; index++) {
        CHECK(!rt_http_request(RT_STR("GET"), URL, NULL, 0, NULL, 0, &wrong[index], &response));
        CHECK(rt_last_error_code() == RT_ERROR_OUT_OF_RANGE);
    }
    rt_http_options pem = { 0, 0, 0, 0, RT_TEXT("no certificate") };
    CHECK(!rt_http_request(RT_STR("GET"), URL, NULL, 0, NULL, 0, &pem, &response));
    CHECK(rt_last_error_code() == RT_ERROR_PARSE);
}

static void certificates(void) {
    CHECK(fails("https", "good", "hello", RT_ERROR_PERMISSION_DENIED, "UnknownIssuer"));
    options.roots.ptr = (const uint8_t *)roots;
    options.roots.len = strlen(roots);
    CHECK(get("https", "good", "hello") && response.status == 200 && is_body("hello, \303\251\n"));
    rt_http_response_free(&response);
    CHECK(get("https", "good", "large/3000000") && response.body.len == 3000000);
    rt_http_response_free(&response);
    CHECK(fails("https", "good", "downgrade", RT_ERROR_UNSUPPORTED, "leaves https"));
    CHECK(get("https", "good", "unsized") && is_body("all that"));
    rt_http_response_free(&response);
    CHECK(fails("https", "good", "cut", RT_ERROR_CONNECTION_RESET, "broke off"));
    CHECK(fails("https", "wrong", "hello", RT_ERROR_PERMISSION_DENIED, "not valid for name"));
    CHECK(fails("https", "expired", "hello", RT_ERROR_PERMISSION_DENIED, "expired"));
    CHECK(fails("https", "self", "hello", RT_ERROR_PERMISSION_DENIED, "certificate"));
    CHECK(fails("https", "http", "hello", RT_ERROR_IO, ""));
    CHECK(fails("https", "refused", "hello", RT_ERROR_CONNECTION_REFUSED, "onnection refused"));
    options.timeout_ms = 300;
    CHECK(fails("https", "good", "hang", RT_ERROR_TIMED_OUT, "timeout"));
    options.timeout_ms = 0;
    make_url("https", "good", "hello");
    CHECK(rt_http_get(URL).ptr == NULL && rt_last_error_code() == RT_ERROR_PERMISSION_DENIED);
    CHECK(rt_http_post(URL, RT_STR("x")).ptr == NULL && rt_last_error_code() == RT_ERROR_PERMISSION_DENIED);
}

int main(int argc, char **argv) {
    assert(argc == 2 && chdir(argv[1]) == 0);
    FILE *file = fopen("roots.pem", "r");
    assert(file && fread(roots, 1, sizeof roots - 1, file) > 100);
    fclose(file);
    plain();
    failures_of_all();
    answers();
    redirects();
    redirects_to_other_servers();
    hosts_that_are_not_there();
    limits();
    bad_input();
    certificates();
    CHECK(rt_live_blocks() == 0);
    printf("%d failures\n", failures);
    return failures != 0;
}
