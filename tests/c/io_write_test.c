/* What the io module's functions that write, copy and move files do, with good and bad input. */
#define _GNU_SOURCE
#include "io_check.h"

static void case_write(void) {
    CHECK(rt_file_write_text(RT_STR("a.txt"), RT_STR("hello")));
    CHECK_CONTENT("a.txt", "hello");
    CHECK(rt_write_file(RT_STR("a.txt"), RT_STR("bye")));
    CHECK_CONTENT("a.txt", "bye");
    CHECK(rt_file_write_text(RT_STR("a.txt"), RT_STR("")));
    CHECK_CONTENT("a.txt", "");
    CHECK(rt_file_write_bytes(RT_STR("a.bin"), RT_STR("\377\0\n")));
    CHECK_BYTES(rt_file_read_bytes(RT_STR("a.bin")), "\377\0\n", 3);
    CHECK(rt_file_write_bytes(RT_STR("a.bin"), NULL, 0));
    CHECK_CONTENT("a.bin", "");
}

static void case_write_keeps_the_file(void) {
    put("a.txt", "old content");
    CHECK(chmod("a.txt", 0604) == 0 && link("a.txt", "b.txt") == 0 && symlink("a.txt", "c.txt") == 0);
    CHECK(rt_file_write_text(RT_STR("c.txt"), RT_STR("new")));
    CHECK_CONTENT("b.txt", "new");
    CHECK_INT(mode_of("a.txt"), 0604);
    CHECK_INT(rt_file_get_kind(RT_STR("c.txt")), RT_FILE_KIND_SYMLINK);
}

static void case_write_failures(void) {
    put("a.txt", "kept");
    CHECK_FAILS(rt_file_write_text(RT_STR("."), RT_STR("x")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_write_text(RT_STR("no/a"), RT_STR("x")), false, NOT_FOUND);
    CHECK_MESSAGE("rt_file_write_text: `no/a`: ");
    CHECK_FAILS(rt_file_write_text(RT_STR("a.txt/b"), RT_STR("x")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_file_write_text(RT_STR(""), RT_STR("x")), false, NOT_FOUND);
    CHECK_FAILS(rt_file_write_text(RT_STR("/dev/full"), RT_STR("x")), false, STORAGE_FULL);
    CHECK_FAILS(rt_write_file(RT_STR("/dev/full"), RT_STR("x")), false, STORAGE_FULL);
    CHECK_FAILS(rt_file_write_bytes(RT_STR("/dev/full"), RT_STR("x")), false, STORAGE_FULL);
    CHECK_FAILS(rt_file_append_text(RT_STR("/dev/full"), RT_STR("x")), false, STORAGE_FULL);
    CHECK_FAILS(rt_file_write_text(RT_STR("a\0b"), RT_STR("x")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_write_text(RT_STR("new"), RT_STR("\xff")), false, INVALID_UTF8);
    CHECK_FAILS(rt_file_exists(RT_STR("new")), false, OK);
    CHECK_CONTENT("a.txt", "kept");
}

static void case_append(void) {
    CHECK(rt_file_append_text(RT_STR("a.txt"), RT_STR("one")));
    CHECK(rt_file_append_bytes(RT_STR("a.txt"), RT_STR(" two")));
    CHECK(rt_file_append_text(RT_STR("a.txt"), RT_STR("")));
    CHECK_CONTENT("a.txt", "one two");
    CHECK_FAILS(rt_file_append_text(RT_STR("."), RT_STR("x")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_append_bytes(RT_STR("no/a"), RT_STR("x")), false, NOT_FOUND);
    CHECK_FAILS(rt_file_append_bytes(RT_STR("a.txt/b"), RT_STR("x")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_file_append_bytes(RT_STR("a\0b"), RT_STR("x")), false, INVALID_ARGUMENT);
}

/* Nothing that one program appends is overwritten by another. */
static void case_append_from_two_programs(void) {
    pid_t child = fork();
    const char *line = child == 0 ? "child line\n" : "other line\n";
    for (int i = 0; i < 2000; i++) CHECK(rt_file_append_text(RT_STR("log"), RT_CSTR(line)));
    if (child == 0) _exit(0);
    waitpid(child, NULL, 0);
    rt_list_text lines = rt_file_read_lines(RT_STR("log"));
    uint64_t whole = 0;
    for (uint64_t i = 0; i < lines.len; i++) {
        whole += lines.items[i].len == 10 && memcmp(lines.items[i].ptr + 5, " line", 5) == 0;
    }
    CHECK_U64(whole, 4000);
    CHECK(rt_list_text_free(lines));
}

static void case_create_new(void) {
    CHECK(rt_file_create_new(RT_STR("a"), RT_STR("one")));
    CHECK_FAILS(rt_file_create_new(RT_STR("a"), RT_STR("two")), false, ALREADY_EXISTS);
    CHECK_CONTENT("a", "one");
    CHECK(symlink("nowhere", "dangling") == 0);
    CHECK_FAILS(rt_file_create_new(RT_STR("dangling"), RT_STR("x")), false, ALREADY_EXISTS);
    CHECK_FAILS(rt_file_create_new(RT_STR("."), RT_STR("x")), false, ALREADY_EXISTS);
    CHECK_FAILS(rt_file_create_new(RT_STR("no/a"), RT_STR("x")), false, NOT_FOUND);
    CHECK_FAILS(rt_file_create_new(RT_STR("a\0b"), RT_STR("x")), false, INVALID_ARGUMENT);
}

static void case_truncate(void) {
    put("a.txt", "hello");
    CHECK(rt_file_truncate(RT_STR("a.txt"), 2));
    CHECK_CONTENT("a.txt", "he");
    CHECK(rt_file_truncate(RT_STR("a.txt"), 4));
    CHECK_BYTES(rt_file_read_bytes(RT_STR("a.txt")), "he\0\0", 4);
    CHECK(rt_file_truncate(RT_STR("a.txt"), 0));
    CHECK_CONTENT("a.txt", "");
    CHECK_FAILS(rt_file_truncate(RT_STR("a.txt"), -1), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_file_truncate(RT_STR("missing"), 0), false, NOT_FOUND);
    CHECK_FAILS(rt_file_exists(RT_STR("missing")), false, OK);
    CHECK_FAILS(rt_file_truncate(RT_STR("."), 0), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_truncate(RT_STR("/dev/null"), 0), false, UNSUPPORTED);
    CHECK(mkfifo("pipe", 0600) == 0);
    CHECK_FAILS(rt_file_truncate(RT_STR("pipe"), 0), false, UNSUPPORTED);
}

static void case_copy(void) {
    put("a.txt", "hello");
    CHECK(chmod("a.txt", 04751) == 0);
    CHECK(rt_file_copy(RT_STR("a.txt"), RT_STR("b.txt")));
    CHECK_CONTENT("b.txt", "hello");
    CHECK_INT(mode_of("b.txt"), 0751);
    put("long", "something longer");
    CHECK(link("long", "other") == 0);
    CHECK(rt_file_copy(RT_STR("a.txt"), RT_STR("long")));
    CHECK_CONTENT("other", "hello");
    CHECK(symlink("made", "dangling") == 0);
    CHECK(rt_file_copy(RT_STR("a.txt"), RT_STR("dangling")));
    CHECK_CONTENT("made", "hello");
    put("empty", "");
    CHECK(rt_file_copy(RT_STR("empty"), RT_STR("b.txt")));
    CHECK_CONTENT("b.txt", "");
    CHECK(rt_file_copy(RT_STR("/proc/self/status"), RT_STR("status")));
    CHECK(rt_file_size(RT_STR("status")) > 100);
    CHECK(rt_file_copy(RT_STR("a.txt"), RT_STR("/dev/null")));
}

static void case_copy_onto_itself(void) {
    put("a.txt", "kept");
    CHECK(link("a.txt", "hard") == 0 && symlink("a.txt", "soft") == 0);
    CHECK_FAILS(rt_file_copy(RT_STR("a.txt"), RT_STR("a.txt")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_copy(RT_STR("a.txt"), RT_STR("./a.txt")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_copy(RT_STR("a.txt"), RT_STR("hard")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_copy(RT_STR("soft"), RT_STR("a.txt")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_copy(RT_STR("a.txt"), RT_STR("soft")), false, INVALID_ARGUMENT);
    CHECK_MESSAGE("same file");
    CHECK_CONTENT("a.txt", "kept");
}

static void case_copy_failures(void) {
    put("a.txt", "kept");
    make_dir("dir");
    CHECK(mkfifo("pipe", 0600) == 0);
    CHECK_FAILS(rt_file_copy(RT_STR("missing"), RT_STR("b")), false, NOT_FOUND);
    CHECK_FAILS(rt_file_copy(RT_STR("dir"), RT_STR("b")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_copy(RT_STR("a.txt"), RT_STR("dir")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_copy(RT_STR("a.txt"), RT_STR("no/b")), false, NOT_FOUND);
    CHECK_FAILS(rt_file_copy(RT_STR("a.txt/x"), RT_STR("b")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_file_copy(RT_STR("/dev/null"), RT_STR("b")), false, UNSUPPORTED);
    CHECK_FAILS(rt_file_copy(RT_STR("pipe"), RT_STR("b")), false, UNSUPPORTED);
    CHECK_FAILS(rt_file_copy(RT_STR("a.txt"), RT_STR("/dev/full")), false, STORAGE_FULL);
    CHECK_MESSAGE("/dev/full");
    CHECK_FAILS(rt_file_copy(RT_STR("a\0b"), RT_STR("b")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_copy(RT_STR("a.txt"), RT_STR("b\0c")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_exists(RT_STR("b")), false, OK);
    CHECK_CONTENT("a.txt", "kept");
}

/* A file system that ends in the middle of a write leaves no new, partial files behind. */
static void write_too_much(void) {
    size_t len = 1000000;
    char *data = calloc(len, 1);
    CHECK_FAILS(rt_file_create_new(RT_STR("new"), (const uint8_t *)data, len), false, FILE_TOO_LARGE);
    CHECK_FAILS(rt_file_copy(RT_STR("big"), RT_STR("new")), false, FILE_TOO_LARGE);
    CHECK_FAILS(rt_file_atomic_write_bytes(RT_STR("a.txt"), (const uint8_t *)data, len), false, FILE_TOO_LARGE);
    CHECK_FAILS(rt_file_atomic_write_bytes(RT_STR("new"), (const uint8_t *)data, len), false, FILE_TOO_LARGE);
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "a.txt", "big");
    CHECK_CONTENT("a.txt", "kept");
    CHECK_FAILS(rt_file_write_bytes(RT_STR("a.txt"), (const uint8_t *)data, len), false, FILE_TOO_LARGE);
    free(data);
}

static void case_write_that_ends_half_way(void) {
    put("a.txt", "kept");
    put("big", "");
    CHECK(truncate("big", 1000000) == 0);
    in_child(limit_file_size, write_too_much);
}

static void case_move(void) {
    put("a.txt", "hello");
    put("b.txt", "old");
    CHECK(rt_file_move(RT_STR("a.txt"), RT_STR("b.txt")));
    CHECK_CONTENT("b.txt", "hello");
    make_dir("dir");
    make_dir("empty");
    put("dir/c", "in it");
    CHECK(rt_file_move(RT_STR("dir"), RT_STR("empty")));
    CHECK_CONTENT("empty/c", "in it");
    CHECK(symlink("b.txt", "link") == 0);
    CHECK(rt_file_move(RT_STR("link"), RT_STR("moved")));
    CHECK_TEXT(rt_symlink_read(RT_STR("moved")), "b.txt");
    put("d.txt", "over a link");
    CHECK(rt_file_move(RT_STR("d.txt"), RT_STR("moved")));
    CHECK_INT(rt_file_get_kind(RT_STR("moved")), RT_FILE_KIND_REGULAR);
    CHECK_CONTENT("b.txt", "hello");
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "b.txt", "empty", "moved");
}

static void case_move_onto_itself(void) {
    put("a.txt", "kept");
    CHECK(rt_file_move(RT_STR("a.txt"), RT_STR("a.txt")));
    CHECK(rt_file_move(RT_STR("a.txt"), RT_STR("./a.txt")));
    CHECK_CONTENT("a.txt", "kept");
    make_dir("dir");
    CHECK(symlink(".", "dir/here") == 0);
    put("dir/x", "kept too");
    CHECK(rt_file_move(RT_STR("dir/x"), RT_STR("dir/here/x")));
    CHECK_CONTENT("dir/x", "kept too");
    CHECK(rt_file_move(RT_STR("dir"), RT_STR("dir")));
    /* Of two names of one file, the system's rename would leave both. */
    CHECK(link("a.txt", "b.txt") == 0);
    CHECK(rt_file_move(RT_STR("a.txt"), RT_STR("b.txt")));
    CHECK_FAILS(rt_file_exists(RT_STR("a.txt")), false, OK);
    CHECK_CONTENT("b.txt", "kept");
}

static void case_move_failures(void) {
    put("a.txt", "kept");
    make_dir("dir");
    put("dir/x", "kept");
    make_dir("other");
    CHECK_FAILS(rt_file_move(RT_STR("missing"), RT_STR("b")), false, NOT_FOUND);
    CHECK_FAILS(rt_file_move(RT_STR("a.txt"), RT_STR("no/b")), false, NOT_FOUND);
    CHECK_MESSAGE("`a.txt` to `no/b`");
    CHECK_FAILS(rt_file_move(RT_STR("a.txt"), RT_STR("dir")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_move(RT_STR("dir"), RT_STR("a.txt")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_file_move(RT_STR("other"), RT_STR("dir")), false, DIRECTORY_NOT_EMPTY);
    CHECK_FAILS(rt_file_move(RT_STR("dir"), RT_STR("dir/sub")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_move(RT_STR("a\0b"), RT_STR("b")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_move(RT_STR("a.txt"), RT_STR("b\0c")), false, INVALID_ARGUMENT);
    CHECK_CONTENT("a.txt", "kept");
    CHECK_TEXTS(rt_dir_walk(RT_STR(".")), "./a.txt", "./dir", "./dir/x", "./other");
}

/* A file of /proc is on another file system and cannot be deleted: the copy must be whole, the message clear. */
static void case_move_from_another_device(void) {
    put("b.txt", "old");
    CHECK_FAILS(rt_file_move(RT_STR("/proc/self/status"), RT_STR("b.txt")), false, PERMISSION_DENIED);
    CHECK_MESSAGE("`b.txt` is complete, but `/proc/self/status` cannot be removed");
    CHECK_TEXT_HAS(rt_file_read_text(RT_STR("b.txt")), "Name:");
    CHECK_FAILS(rt_file_move(RT_STR("/proc/self/fd"), RT_STR("fd")), false, CROSSES_DEVICES);
    CHECK_FAILS(rt_file_move(RT_STR("/dev/null"), RT_STR("null")), false, CROSSES_DEVICES);
    CHECK_FAILS(rt_file_move(RT_STR("/proc/self/status"), RT_STR("no/b")), false, NOT_FOUND);
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "b.txt");
}

static void case_delete(void) {
    put("a.txt", "hello");
    make_dir("dir");
    put("target", "kept");
    CHECK(symlink("target", "link") == 0 && symlink("dir", "dirlink") == 0);
    CHECK(rt_file_delete(RT_STR("a.txt")));
    CHECK(rt_file_delete(RT_STR("link")));
    CHECK(rt_file_delete(RT_STR("dirlink")));
    CHECK_FAILS(rt_file_delete(RT_STR("a.txt")), false, NOT_FOUND);
    CHECK_FAILS(rt_file_delete(RT_STR("dir")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_delete(RT_STR("target/")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_file_delete(RT_STR("/proc/self/status")), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_file_delete(RT_STR("")), false, NOT_FOUND);
    CHECK(rt_file_write_text(RT_STR("b.txt"), RT_STR("x")));
    CHECK(rt_file_remove(RT_STR("b.txt")));
    CHECK_FAILS(rt_file_remove(RT_STR("b.txt")), false, NOT_FOUND);
    CHECK_FAILS(rt_file_remove(RT_STR("dir")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_delete(RT_STR("a\0b")), false, INVALID_ARGUMENT);
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "dir", "target");
}

static const check_case cases[] = {
    CASE(write),
    CASE(write_keeps_the_file),
    CASE(write_failures),
    CASE(append),
    CASE(append_from_two_programs),
    CASE(create_new),
    CASE(truncate),
    CASE(copy),
    CASE(copy_onto_itself),
    CASE(copy_failures),
    CASE(write_that_ends_half_way),
    CASE(move),
    CASE(move_onto_itself),
    CASE(move_failures),
    CASE(move_from_another_device),
    CASE(delete),
};

CHECK_MAIN(cases)
