/* What the io module's functions that read and describe file content do, with good and bad input. */
#define _GNU_SOURCE
#include "io_check.h"

static void case_exists(void) {
    put("a.txt", "hello");
    CHECK(rt_file_exists(RT_STR("a.txt")));
    CHECK(rt_file_exists(RT_STR(".")));
    CHECK(rt_file_exists(RT_STR("/dev/null")));
    CHECK_FAILS(rt_file_exists(RT_STR("missing")), false, OK);
    CHECK_FAILS(rt_file_exists(RT_STR("")), false, OK);
    CHECK_FAILS(rt_file_exists(RT_STR("a.txt/below")), false, OK);
    CHECK(symlink("nowhere", "dangling") == 0);
    CHECK_FAILS(rt_file_exists(RT_STR("dangling")), false, OK);
}

static void case_exists_failures(void) {
    char part[LONG_PART + 1] = {0};
    memset(part, 'x', LONG_PART);
    CHECK_FAILS(rt_file_exists(RT_CSTR(part)), false, NAME_TOO_LONG);
    CHECK(symlink("two", "one") == 0 && symlink("one", "two") == 0);
    CHECK_FAILS(rt_file_exists(RT_STR("one")), false, TOO_MANY_LINKS);
    CHECK_MESSAGE("rt_file_exists: `one`: ");
    CHECK_FAILS(rt_file_exists(RT_STR("a\0b")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_exists(RT_STR("a\377b")), false, INVALID_UTF8);
    CHECK_FAILS(rt_file_exists(NULL, 3), false, NULL_POINTER);
}

static void case_size(void) {
    put("a.txt", "hello");
    put("empty", "");
    CHECK_INT(rt_file_size(RT_STR("a.txt")), 5);
    CHECK_FAILS(rt_file_size(RT_STR("empty")), 0, OK);
    CHECK_INT(rt_file_size(RT_STR("/dev/null")), 0);
    CHECK(truncate("empty", 5000000000) == 0);
    CHECK_INT(rt_file_size(RT_STR("empty")), 5000000000);
    CHECK(symlink("a.txt", "link") == 0);
    CHECK_INT(rt_file_size(RT_STR("link")), 5);
    CHECK_FAILS(rt_file_size(RT_STR(".")), -1, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_size(RT_STR("missing")), -1, NOT_FOUND);
    CHECK_MESSAGE("rt_file_size: `missing`: ");
    CHECK_FAILS(rt_file_size(RT_STR("a.txt/x")), -1, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_file_size(RT_STR("a\0b")), -1, INVALID_ARGUMENT);
}

static void case_modified(void) {
    put("a.txt", "hello");
    time_t before = time(NULL);
    int64_t modified = rt_file_modified(RT_STR("a.txt"));
    CHECK(modified >= before - 2 && modified <= time(NULL) + 2);
    CHECK(rt_file_set_modified_micros(RT_STR("a.txt"), 1234567890123456));
    CHECK_INT(rt_file_modified(RT_STR("a.txt")), 1234567890);
    CHECK_INT(rt_file_modified_time(RT_STR("a.txt")), 1234567890);
    CHECK_INT(rt_file_modified_micros(RT_STR("a.txt")), 1234567890123456);
    /* Before 1970, seconds are rounded down as well. */
    CHECK(rt_file_set_modified_micros(RT_STR("a.txt"), -1500000));
    CHECK_FAILS(rt_file_modified(RT_STR("a.txt")), -2, OK);
    CHECK_FAILS(rt_file_modified_micros(RT_STR("a.txt")), -1500000, OK);
    CHECK(rt_file_set_modified_micros(RT_STR("."), 1000000));
    CHECK_INT(rt_file_modified_time(RT_STR(".")), 1);
    CHECK_FAILS(rt_file_modified(RT_STR("missing")), -1, NOT_FOUND);
    CHECK_FAILS(rt_file_modified_time(RT_STR("a.txt/x")), -1, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_file_modified_micros(RT_STR("a\0b")), -1, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_set_modified_micros(RT_STR("missing"), 0), false, NOT_FOUND);
    CHECK_FAILS(rt_file_set_modified_micros(RT_STR("a\0b"), 0), false, INVALID_ARGUMENT);
    CHECK(chmod("a.txt", 0) == 0 && mkfifo("pipe", 0600) == 0);
    CHECK(rt_file_set_modified_micros(RT_STR("a.txt"), 7000000));
    CHECK_INT(rt_file_modified(RT_STR("a.txt")), 7);
    CHECK(rt_file_set_modified_micros(RT_STR("pipe"), 7000000));
}

static void case_read_text(void) {
    put("a.txt", "gr\xc3\xbc\xc3\x9f dich\r\n");
    CHECK_TEXT(rt_file_read_text(RT_STR("a.txt")), "gr\xc3\xbc\xc3\x9f dich\r\n");
    put("empty", "");
    CHECK_TEXT(rt_file_read_text(RT_STR("empty")), "");
    put_bytes("nul", "a\0b", 3);
    rt_text content = rt_file_read_text(RT_STR("nul"));
    CHECK(content.len == 3 && memcmp(content.ptr, "a\0b", 4) == 0);
    CHECK(rt_text_free(content));
    CHECK_TEXT_HAS(rt_file_read_text(RT_STR("/proc/self/status")), "Name:");
    CHECK_TEXT(rt_file_read_text(RT_STR("/dev/null")), "");
}

static void case_read_text_failures(void) {
    put("latin", "gr\xfc\xdf");
    CHECK_TEXT_FAILS(rt_file_read_text(RT_STR("latin")), INVALID_UTF8);
    CHECK_MESSAGE("`latin`: invalid utf-8 sequence of 1 bytes from index 2");
    CHECK_TEXT_FAILS(rt_file_read_text(RT_STR("missing")), NOT_FOUND);
    CHECK_TEXT_FAILS(rt_file_read_text(RT_STR("")), NOT_FOUND);
    CHECK_TEXT_FAILS(rt_file_read_text(RT_STR(".")), IS_A_DIRECTORY);
    CHECK_TEXT_FAILS(rt_file_read_text(RT_STR("latin/x")), NOT_A_DIRECTORY);
    CHECK_TEXT_FAILS(rt_file_read_text(RT_STR("a\0b")), INVALID_ARGUMENT);
}

static void case_read_bytes(void) {
    put_bytes("a.bin", "\377\0\n", 3);
    CHECK_BYTES(rt_file_read_bytes(RT_STR("a.bin")), "\377\0\n", 3);
    put("empty", "");
    CHECK_BYTES(rt_file_read_bytes(RT_STR("empty")), "", 0);
    CHECK_BYTES_FAIL(rt_file_read_bytes(RT_STR("missing")), NOT_FOUND);
    CHECK_BYTES_FAIL(rt_file_read_bytes(RT_STR(".")), IS_A_DIRECTORY);
    CHECK_BYTES_FAIL(rt_file_read_bytes(RT_STR("a.bin/x")), NOT_A_DIRECTORY);
    CHECK_BYTES_FAIL(rt_file_read_bytes(RT_STR("a\0b")), INVALID_ARGUMENT);
}

/* Tens of megabytes in which every place differs from its neighbours. */
static void case_large_content(void) {
    size_t len = 40 * 1024 * 1024 + 7;
    uint8_t *data = malloc(len);
    uint32_t state = 1;
    for (size_t i = 0; i < len; i++) {
        state = state * 1664525 + 1013904223;
        data[i] = (uint8_t)(state >> 24);
    }
    CHECK(rt_file_write_bytes(RT_STR("big"), data, len));
    CHECK_BYTES(rt_file_read_bytes(RT_STR("big")), data, len);
    CHECK_BYTES(rt_file_mmap_bytes(RT_STR("big")), data, len);
    CHECK_BYTES(rt_file_read_range(RT_STR("big"), 30000000, 1000), data + 30000000, 1000);
    CHECK(rt_file_copy(RT_STR("big"), RT_STR("copy")));
    CHECK_BYTES(rt_file_read_bytes(RT_STR("copy")), data, len);
    CHECK(rt_file_atomic_write_bytes(RT_STR("copy"), data, len - 1));
    CHECK_BYTES(rt_file_read_bytes(RT_STR("copy")), data, len - 1);
    free(data);
}

static void case_read_lines(void) {
    put("a.txt", "one\r\ntwo\n\n\rthr\ree\nlast\r");
    CHECK_TEXTS(rt_file_read_lines(RT_STR("a.txt")), "one", "two", "", "\rthr\ree", "last\r");
    put("a.txt", "a\nb\n");
    CHECK_TEXTS(rt_file_read_lines(RT_STR("a.txt")), "a", "b");
    put("a.txt", "a\nb");
    CHECK_TEXTS(rt_file_read_lines(RT_STR("a.txt")), "a", "b");
    put("a.txt", "\n");
    CHECK_TEXTS(rt_file_read_lines(RT_STR("a.txt")), "");
    put("a.txt", "");
    CHECK_NO_ITEMS(rt_file_read_lines(RT_STR("a.txt")));
    CHECK_LIST_FAILS(rt_file_read_lines(RT_STR("missing")), NOT_FOUND);
    CHECK_LIST_FAILS(rt_file_read_lines(RT_STR(".")), IS_A_DIRECTORY);
    put("a.txt", "fine\n\xff\n");
    CHECK_LIST_FAILS(rt_file_read_lines(RT_STR("a.txt")), INVALID_UTF8);
}

static void case_many_lines(void) {
    FILE *file = fopen("many", "w");
    for (int i = 0; i < 300000; i++) fprintf(file, "line %d\n", i);
    fclose(file);
    rt_list_text lines = rt_file_read_lines(RT_STR("many"));
    CHECK_U64(lines.len, 300000);
    CHECK(lines.len == 300000 && lines.items[299999].len == 11);
    CHECK(lines.len == 300000 && memcmp(lines.items[299999].ptr, "line 299999", 11) == 0);
    CHECK(rt_list_text_free(lines));
}

static void case_read_range(void) {
    put("a.txt", "0123456789");
    CHECK_BYTES(rt_file_read_range(RT_STR("a.txt"), 2, 3), "234", 3);
    CHECK_BYTES(rt_file_read_range(RT_STR("a.txt"), 8, 100), "89", 2);
    CHECK_BYTES(rt_file_read_range(RT_STR("a.txt"), 10, 1), "", 0);
    CHECK_BYTES(rt_file_read_range(RT_STR("a.txt"), 1000, 1), "", 0);
    CHECK_BYTES(rt_file_read_range(RT_STR("a.txt"), 0, 0), "", 0);
    CHECK_BYTES(rt_file_read_range(RT_STR("a.txt"), 9, INT64_MAX), "9", 1);
    CHECK_BYTES_FAIL(rt_file_read_range(RT_STR("a.txt"), -1, 1), OUT_OF_RANGE);
    CHECK_MESSAGE("`offset` is -1");
    CHECK_BYTES_FAIL(rt_file_read_range(RT_STR("a.txt"), 0, -5), OUT_OF_RANGE);
    CHECK_MESSAGE("`len` is -5");
    CHECK_BYTES(rt_file_read_range(RT_STR("a.txt"), INT64_MAX, 1), "", 0);
    CHECK_BYTES(rt_file_read_range(RT_STR("/dev/zero"), 5, 3), "\0\0\0", 3);
    CHECK_BYTES(rt_file_read_range(RT_STR("/dev/null"), 0, INT64_MAX), "", 0);
    CHECK_BYTES_FAIL(rt_file_read_range(RT_STR("missing"), 0, 1), NOT_FOUND);
    CHECK_BYTES_FAIL(rt_file_read_range(RT_STR("."), 0, 1), IS_A_DIRECTORY);
}

static void case_mmap(void) {
    put("a.txt", "hello");
    CHECK_TEXT(rt_file_mmap_read_text(RT_STR("a.txt")), "hello");
    CHECK_BYTES(rt_file_mmap_bytes(RT_STR("a.txt")), "hello", 5);
    put("empty", "");
    CHECK_TEXT(rt_file_mmap_read_text(RT_STR("empty")), "");
    CHECK_BYTES(rt_file_mmap_bytes(RT_STR("empty")), "", 0);
    rt_list_i64 none = rt_file_mmap_read_bytes(RT_STR("empty"));
    CHECK(none.items != NULL && none.len == 0);
    CHECK(rt_list_i64_free(none));
    put_bytes("a.bin", "\377\0\x80", 3);
    rt_list_i64 bytes = rt_file_mmap_read_bytes(RT_STR("a.bin"));
    CHECK(bytes.len == 3 && bytes.items[0] == 255 && bytes.items[1] == 0 && bytes.items[2] == 128);
    CHECK(rt_list_i64_free(bytes));
    CHECK_TEXT_HAS(rt_file_mmap_read_text(RT_STR("/proc/self/status")), "Name:");
    /* Files of sysfs say that they have a page, hold less, and cannot be mapped. */
    const char *sysfs = "/sys/kernel/mm/transparent_hugepage/enabled";
    if (access(sysfs, R_OK) == 0) CHECK_TEXT_HAS(rt_file_mmap_read_text(RT_CSTR(sysfs)), "never");
}

static void case_mmap_failures(void) {
    put_bytes("a.bin", "ab\377", 3);
    CHECK_TEXT_FAILS(rt_file_mmap_read_text(RT_STR("a.bin")), INVALID_UTF8);
    CHECK_MESSAGE("index 2");
    CHECK_TEXT_FAILS(rt_file_mmap_read_text(RT_STR("missing")), NOT_FOUND);
    CHECK_BYTES_FAIL(rt_file_mmap_bytes(RT_STR(".")), IS_A_DIRECTORY);
    CHECK_BYTES_FAIL(rt_file_mmap_bytes(RT_STR("/dev/null")), UNSUPPORTED);
    CHECK_LIST_FAILS(rt_file_mmap_read_bytes(RT_STR("missing")), NOT_FOUND);
    CHECK_LIST_FAILS(rt_file_mmap_read_bytes(RT_STR("/dev/full")), UNSUPPORTED);
    CHECK(mkfifo("pipe", 0600) == 0);
    CHECK_BYTES_FAIL(rt_file_mmap_bytes(RT_STR("pipe")), UNSUPPORTED);
    CHECK_BYTES_FAIL(rt_file_mmap_bytes(RT_STR("a\0b")), INVALID_ARGUMENT);
}

/* A program that shortens a file while it is mapped must not kill the reader. */
static void case_mmap_survives_shortening(void) {
    size_t len = 8 * 1024 * 1024;
    CHECK(truncate("big", 0) != 0);
    put("big", "");
    pid_t child = fork();
    if (child == 0) {
        for (;;) {
            (void)!truncate("big", (off_t)len);
            (void)!truncate("big", 4096);
        }
    }
    double end = now() + 1;
    while (now() < end) {
        rt_bytes data = rt_file_mmap_bytes(RT_STR("big"));
        int32_t code = rt_last_error_code();
        CHECK(data.ptr != NULL || code == RT_ERROR_IO);
        CHECK(rt_bytes_free(data));
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* Everything that an unreadable file and an unsearchable directory refuse. */
static void deny_all(void) {
    CHECK_TEXT_FAILS(rt_file_read_text(RT_STR("secret")), PERMISSION_DENIED);
    CHECK_MESSAGE("secret");
    CHECK_BYTES_FAIL(rt_file_read_bytes(RT_STR("secret")), PERMISSION_DENIED);
    CHECK_BYTES_FAIL(rt_file_mmap_bytes(RT_STR("secret")), PERMISSION_DENIED);
    CHECK_INT(rt_file_size(RT_STR("secret")), 6);
    CHECK_FAILS(rt_file_exists(RT_STR("closed/a.txt")), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_dir_exists(RT_STR("closed/sub")), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_file_size(RT_STR("closed/a.txt")), -1, PERMISSION_DENIED);
    CHECK_FAILS(rt_file_write_text(RT_STR("secret"), RT_STR("x")), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_file_append_text(RT_STR("secret"), RT_STR("x")), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("fixed/a.txt"), RT_STR("x")), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_file_copy(RT_STR("secret"), RT_STR("open/copy")), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_file_exists(RT_STR("open/copy")), false, OK);
    CHECK_FAILS(rt_file_delete(RT_STR("fixed/a.txt")), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_file_move(RT_STR("fixed/a.txt"), RT_STR("open/b")), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_dir_create(RT_STR("fixed/new"), false), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_dir_remove_all(RT_STR("fixed")), false, PERMISSION_DENIED);
    CHECK_LIST_FAILS(rt_dir_list(RT_STR("closed")), PERMISSION_DENIED);
    CHECK_LIST_FAILS(rt_dir_walk(RT_STR(".")), PERMISSION_DENIED);
    CHECK_MESSAGE("closed");
    CHECK_LIST_FAILS(rt_glob(RT_STR("*/*.txt")), PERMISSION_DENIED);
    CHECK_TEXTS(rt_glob(RT_STR("fixed/*.txt")), "fixed/a.txt");
    CHECK_FAILS(rt_file_lock(RT_STR("secret"), 0), 0, PERMISSION_DENIED);
    CHECK_FAILS(rt_env_set_cwd(RT_STR("closed")), false, PERMISSION_DENIED);
    CHECK_CONTENT("fixed/a.txt", "kept");
}

static void case_permission_denied(void) {
    put("secret", "secret");
    make_dir("open");
    make_dir("fixed");
    put("fixed/a.txt", "kept");
    make_dir("closed");
    put("closed/a.txt", "hidden");
    CHECK(chmod(".", 0777) == 0 && chmod("open", 0777) == 0 && chmod("fixed", 0555) == 0);
    CHECK(chmod("secret", 0) == 0 && chmod("closed", 0) == 0);
    in_child(become_nobody, deny_all);
}

static const check_case cases[] = {
    CASE(exists),         CASE(exists_failures),     CASE(size),
    CASE(modified),       CASE(read_text),           CASE(read_text_failures),
    CASE(read_bytes),     CASE(large_content),       CASE(read_lines),
    CASE(many_lines),     CASE(read_range),          CASE(mmap),
    CASE(mmap_failures),  CASE(mmap_survives_shortening),
    CASE(permission_denied),
};

CHECK_MAIN(cases)
