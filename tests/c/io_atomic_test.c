/* What atomic writing keeps, refuses and survives: a kill at any moment, a full disk, another file system. */
#define _GNU_SOURCE
#include "io_check.h"

#include <sched.h>
#include <sys/mount.h>

/* How often the writer is killed, and the length of what it writes: long enough to be hit in the middle. */
#define KILLS 300
#define CONTENT_LEN 600000

static void case_atomic_write(void) {
    umask(027);
    CHECK(rt_file_atomic_write(RT_STR("a.txt"), RT_STR("one")));
    CHECK_CONTENT("a.txt", "one");
    CHECK_INT(mode_of("a.txt"), 0640);
    umask(022);
    CHECK(chmod("a.txt", 0604) == 0);
    CHECK(rt_file_atomic_write(RT_STR("a.txt"), RT_STR("two")));
    CHECK_CONTENT("a.txt", "two");
    CHECK_INT(mode_of("a.txt"), 0604);
    CHECK(chmod("a.txt", 0400) == 0);
    CHECK(rt_file_atomic_write_bytes(RT_STR("./a.txt"), RT_STR("\0\377")));
    CHECK_BYTES(rt_file_read_bytes(RT_STR("a.txt")), "\0\377", 2);
    CHECK_INT(mode_of("a.txt"), 0400);
    CHECK(rt_file_atomic_write(RT_STR("a.txt"), RT_STR("")));
    CHECK_CONTENT("a.txt", "");
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "a.txt");
}

static void case_atomic_write_and_links(void) {
    make_dir("sub");
    put("sub/a.txt", "old");
    CHECK(link("sub/a.txt", "hard") == 0);
    CHECK(symlink("sub/two", "one") == 0 && symlink("../sub/a.txt", "sub/two") == 0);
    CHECK(rt_file_atomic_write(RT_STR("one"), RT_STR("new")));
    CHECK_CONTENT("sub/a.txt", "new");
    CHECK_CONTENT("hard", "old");
    CHECK_TEXT(rt_symlink_read(RT_STR("one")), "sub/two");
    CHECK_TEXT(rt_symlink_read(RT_STR("sub/two")), "../sub/a.txt");
    CHECK(symlink("sub/made", "dangling") == 0);
    CHECK(rt_file_atomic_write(RT_STR("dangling"), RT_STR("made")));
    CHECK_CONTENT("sub/made", "made");
    CHECK(symlink("loop", "loop") == 0);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("loop"), RT_STR("x")), false, TOO_MANY_LINKS);
}

static void case_atomic_write_failures(void) {
    put("a.txt", "kept");
    make_dir("dir");
    CHECK(mkfifo("pipe", 0600) == 0 && symlink("dir", "link") == 0 && symlink("missing/", "slash") == 0);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("dir"), RT_STR("x")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("link"), RT_STR("x")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("slash"), RT_STR("x")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("new/"), RT_STR("x")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("new/."), RT_STR("x")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_atomic_write(RT_STR(".."), RT_STR("x")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_atomic_write(RT_STR(""), RT_STR("x")), false, NOT_FOUND);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("no/a"), RT_STR("x")), false, NOT_FOUND);
    CHECK_MESSAGE("no");
    CHECK_FAILS(rt_file_atomic_write(RT_STR("a.txt/b"), RT_STR("x")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("pipe"), RT_STR("x")), false, UNSUPPORTED);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("/dev/null"), RT_STR("x")), false, UNSUPPORTED);
    CHECK_INT(rt_file_get_kind(RT_STR("/dev/null")), RT_FILE_KIND_CHAR_DEVICE);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("a\0b"), RT_STR("x")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("a.txt"), RT_STR("\xff")), false, INVALID_UTF8);
    char part[LONG_PART + 1] = {0};
    memset(part, 'x', LONG_PART);
    CHECK_FAILS(rt_file_atomic_write(RT_CSTR(part), RT_STR("x")), false, NAME_TOO_LONG);
    CHECK_CONTENT("a.txt", "kept");
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "a.txt", "dir", "link", "pipe", "slash");
}

/* Writes `a`s and `b`s in turn, of different lengths, until somebody kills the process. */
static void write_in_turn(char *data) {
    for (int turn = 0;; turn++) {
        memset(data, turn % 2 == 0 ? 'a' : 'b', CONTENT_LEN);
        size_t len = turn % 2 == 0 ? CONTENT_LEN : CONTENT_LEN / 3;
        if (!rt_file_atomic_write_bytes(RT_STR("target"), (const uint8_t *)data, len)) _exit(1);
    }
}

/* Whether the file holds one of the two contents, whole. */
static bool is_whole(void) {
    size_t len = 0;
    char *data = get_bytes("target", &len);
    bool whole = data != NULL && (len == CONTENT_LEN || len == CONTENT_LEN / 3);
    for (size_t i = 0; whole && i < len; i++) whole = data[i] == (len == CONTENT_LEN ? 'a' : 'b');
    free(data);
    return whole;
}

/* Removes the new files that killed writers left; gives their number. */
static int remove_leftovers(void) {
    int removed = 0;
    rt_list_text names = rt_dir_list(RT_STR("."));
    for (uint64_t i = 0; i < names.len; i++) {
        if (memmem(names.items[i].ptr, names.items[i].len, ".rt-", 4) == NULL) continue;
        CHECK(rt_file_delete(names.items[i].ptr, names.items[i].len));
        removed++;
    }
    CHECK(rt_list_text_free(names));
    return removed;
}

/* A writer that is killed at any moment leaves the old content or the new, and readers never see anything else. */
static void case_atomic_write_survives_a_kill(void) {
    char *data = malloc(CONTENT_LEN);
    int leftovers = 0;
    unsigned seed = 7;
    memset(data, 'a', CONTENT_LEN);
    put_bytes("target", data, CONTENT_LEN);
    for (int i = 0; i < KILLS; i++) {
        pid_t writer = fork();
        if (writer == 0) write_in_turn(data);
        struct timespec pause = {0, rand_r(&seed) % 8000000};
        nanosleep(&pause, NULL);
        if (i % 4 == 0) CHECK(is_whole());
        kill(writer, SIGKILL);
        int status = 0;
        CHECK(waitpid(writer, &status, 0) == writer && WIFSIGNALED(status));
        CHECK(is_whole());
        leftovers += remove_leftovers();
    }
    printf("    killed %d writers, %d of them between making a new file and renaming it\n", KILLS, leftovers);
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "target");
    free(data);
}

/* Many writers at once: one of their contents stays, whole, and no new file is left. */
static void case_atomic_write_from_many_programs(void) {
    pid_t writers[8];
    for (int i = 0; i < 8; i++) {
        writers[i] = fork();
        if (writers[i] != 0) continue;
        char text[1001];
        memset(text, 'a' + i, 1000);
        text[1000] = 0;
        for (int turn = 0; turn < 20; turn++) {
            if (!rt_file_atomic_write(RT_STR("target"), RT_CSTR(text))) _exit(1);
        }
        _exit(0);
    }
    for (int i = 0; i < 8; i++) {
        int status = 1;
        CHECK(waitpid(writers[i], &status, 0) == writers[i] && status == 0);
    }
    rt_text content = rt_file_read_text(RT_STR("target"));
    CHECK(content.len == 1000);
    for (uint64_t i = 1; i < content.len; i++) CHECK(content.ptr[i] == content.ptr[0]);
    CHECK(rt_text_free(content));
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "target");
}

/* Writes one line into a file of /proc/self. */
static bool put_proc(const char *path, const char *line) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line);
    if (fd >= 0) close(fd);
    return done;
}

/* Mounts a file system of one megabyte at `small`, seen by this process alone. */
static bool mount_small(void) {
    char users[64];
    char groups[64];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)geteuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && put_proc("/proc/self/setgroups", "deny") &&
           put_proc("/proc/self/uid_map", users) && put_proc("/proc/self/gid_map", groups) &&
           mount("none", "small", "tmpfs", 0, "size=1m") == 0;
}

static void use_small_disk(void) {
    size_t len = 2000000;
    char *data = calloc(len, 1);
    put("small/a.txt", "kept");
    CHECK_FAILS(rt_file_atomic_write_bytes(RT_STR("small/a.txt"), (const uint8_t *)data, len), false, STORAGE_FULL);
    CHECK_CONTENT("small/a.txt", "kept");
    CHECK_FAILS(rt_file_copy(RT_STR("big"), RT_STR("small/big")), false, STORAGE_FULL);
    CHECK_FAILS(rt_file_move(RT_STR("big"), RT_STR("small/a.txt")), false, STORAGE_FULL);
    CHECK_CONTENT("small/a.txt", "kept");
    CHECK_INT(rt_file_size(RT_STR("big")), 2000000);
    CHECK_TEXTS(rt_dir_list(RT_STR("small")), "a.txt");
    free(data);
}

static void move_across(void) {
    put("file", "content");
    CHECK(chmod("file", 0640) == 0);
    CHECK(rt_file_set_modified_micros(RT_STR("file"), 1234567890000000));
    put("small/file", "old");
    CHECK(rt_file_move(RT_STR("file"), RT_STR("small/file")));
    CHECK_CONTENT("small/file", "content");
    CHECK_INT(mode_of("small/file"), 0640);
    CHECK_INT(rt_file_modified(RT_STR("small/file")), 1234567890);
    CHECK_FAILS(rt_file_exists(RT_STR("file")), false, OK);
    CHECK(symlink("../somewhere", "link") == 0);
    CHECK(rt_file_move(RT_STR("link"), RT_STR("small/link")));
    CHECK_TEXT(rt_symlink_read(RT_STR("small/link")), "../somewhere");
    CHECK_INT(rt_file_get_kind(RT_STR("link")), RT_FILE_KIND_UNKNOWN);
    make_dir("dir");
    put("dir/a", "kept");
    CHECK_FAILS(rt_file_move(RT_STR("dir"), RT_STR("small/dir")), false, CROSSES_DEVICES);
    CHECK_CONTENT("dir/a", "kept");
    put("one", "one");
    CHECK_FAILS(rt_file_move(RT_STR("one"), RT_STR("small")), false, IS_A_DIRECTORY);
    CHECK_FAILS(rt_hard_link_create(RT_STR("one"), RT_STR("small/one")), false, CROSSES_DEVICES);
    CHECK_CONTENT("one", "one");
    CHECK_TEXTS(rt_dir_list(RT_STR("small")), "file", "link");
}

/* A directory that is seen at two places: moving a file from one to the other must not lose it. */
static void move_within_two_views(void) {
    make_dir("view");
    CHECK(mount("small", "view", NULL, MS_BIND, NULL) == 0);
    put("small/a.txt", "kept");
    CHECK_FAILS(rt_file_move(RT_STR("small/a.txt"), RT_STR("view/a.txt")), false, INVALID_ARGUMENT);
    CHECK_CONTENT("small/a.txt", "kept");
}

static void case_full_disk(void) {
    make_dir("small");
    put("big", "");
    CHECK(truncate("big", 2000000) == 0);
    in_child(mount_small, use_small_disk);
}

static void case_move_to_another_device(void) {
    make_dir("small");
    in_child(mount_small, move_across);
}

static void case_move_within_two_views(void) {
    make_dir("small");
    in_child(mount_small, move_within_two_views);
}

static const check_case cases[] = {
    CASE(atomic_write),
    CASE(atomic_write_and_links),
    CASE(atomic_write_failures),
    CASE(atomic_write_survives_a_kill),
    CASE(atomic_write_from_many_programs),
    CASE(full_disk),
    CASE(move_to_another_device),
    CASE(move_within_two_views),
};

CHECK_MAIN(cases)
