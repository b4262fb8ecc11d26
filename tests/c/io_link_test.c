/* What the io module's functions about kinds, permissions, links and locks do, with good and bad input. */
#define _GNU_SOURCE
#include "io_check.h"

#include <sys/socket.h>
#include <sys/un.h>

static void make_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    close(fd);
}

static void case_kind(void) {
    put("file", "hello");
    make_dir("dir");
    make_socket("socket");
    CHECK(mkfifo("pipe", 0600) == 0 && symlink("nowhere", "link") == 0);
    CHECK_INT(rt_file_get_kind(RT_STR("file")), RT_FILE_KIND_REGULAR);
    CHECK_INT(rt_file_get_kind(RT_STR("dir")), RT_FILE_KIND_DIRECTORY);
    CHECK_INT(rt_file_get_kind(RT_STR("link")), RT_FILE_KIND_SYMLINK);
    CHECK_INT(rt_file_get_kind(RT_STR("pipe")), RT_FILE_KIND_FIFO);
    CHECK_INT(rt_file_get_kind(RT_STR("socket")), RT_FILE_KIND_SOCKET);
    CHECK_INT(rt_file_get_kind(RT_STR("/dev/null")), RT_FILE_KIND_CHAR_DEVICE);
    CHECK_FAILS(rt_file_get_kind(RT_STR("missing")), RT_FILE_KIND_UNKNOWN, NOT_FOUND);
    CHECK_FAILS(rt_file_get_kind(RT_STR("file/x")), RT_FILE_KIND_UNKNOWN, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_file_get_kind(RT_STR("a\0b")), RT_FILE_KIND_UNKNOWN, INVALID_ARGUMENT);
}

static void case_info(void) {
    put("file", "hello");
    CHECK(chmod("file", 0640) == 0 && link("file", "hard") == 0 && symlink("file", "soft") == 0);
    CHECK(rt_file_set_modified_micros(RT_STR("file"), -1));
    struct stat raw;
    CHECK(stat("file", &raw) == 0);
    rt_file_info info;
    CHECK(rt_file_get_info(RT_STR("soft"), &info));
    CHECK_INT(info.kind, RT_FILE_KIND_REGULAR);
    CHECK_INT(info.size_bytes, 5);
    CHECK_INT(info.permissions, 0640);
    CHECK_INT(info.modified_micros, -1);
    CHECK_INT(info.accessed_micros / 1000000, raw.st_atime);
    CHECK_INT(info.owner, raw.st_uid);
    CHECK_INT(info.group, raw.st_gid);
    CHECK_INT(info.links, 2);
    CHECK_U64(info.device, raw.st_dev);
    CHECK_U64(info.inode, raw.st_ino);
    if (info.created_micros.present) {
        int64_t age = time(NULL) - info.created_micros.value / 1000000;
        CHECK(age >= -5 && age < 600);
    }
    CHECK(rt_link_get_info(RT_STR("soft"), &info));
    CHECK_INT(info.kind, RT_FILE_KIND_SYMLINK);
    CHECK_INT(info.size_bytes, 4);
    CHECK_FAILS(rt_file_get_info(RT_STR("missing"), &info), false, NOT_FOUND);
    CHECK_INT(info.size_bytes, 0);
    CHECK_FAILS(rt_link_get_info(RT_STR("file/x"), &info), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_file_get_info(RT_STR("file"), NULL), false, NULL_POINTER);
}

static void case_permissions(void) {
    put("file", "hello");
    make_dir("dir");
    CHECK(symlink("file", "link") == 0);
    CHECK(rt_file_set_permissions(RT_STR("link"), 04711));
    CHECK_INT(mode_of("file"), 04711);
    CHECK_INT(rt_file_get_permissions(RT_STR("link")), 04711);
    CHECK(rt_file_set_permissions(RT_STR("file"), 0));
    CHECK_FAILS(rt_file_get_permissions(RT_STR("file")), 0, OK);
    CHECK(rt_file_set_permissions(RT_STR("dir"), 01777));
    CHECK_INT(rt_file_get_permissions(RT_STR("dir")), 01777);
    CHECK_FAILS(rt_file_set_permissions(RT_STR("file"), 010000), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_file_set_permissions(RT_STR("file"), -1), false, OUT_OF_RANGE);
    CHECK_MESSAGE("`permissions` is -1");
    CHECK_FAILS(rt_file_set_permissions(RT_STR("missing"), 0644), false, NOT_FOUND);
    CHECK_FAILS(rt_file_set_permissions(RT_STR("/proc/self/status"), 0644), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_file_get_permissions(RT_STR("missing")), -1, NOT_FOUND);
    CHECK_FAILS(rt_file_get_permissions(RT_STR("a\0b")), -1, INVALID_ARGUMENT);
}

static void case_symlinks(void) {
    put("file", "hello");
    CHECK(rt_symlink_create(RT_STR("file"), RT_STR("link")));
    CHECK_CONTENT("link", "hello");
    CHECK(rt_symlink_create(RT_STR("../no/where"), RT_STR("dangling")));
    CHECK_TEXT(rt_symlink_read(RT_STR("dangling")), "../no/where");
    CHECK_FAILS(rt_symlink_create(RT_STR("x"), RT_STR("dangling")), false, ALREADY_EXISTS);
    CHECK_FAILS(rt_symlink_create(RT_STR("x"), RT_STR("file")), false, ALREADY_EXISTS);
    CHECK_FAILS(rt_symlink_create(RT_STR("x"), RT_STR("no/link")), false, NOT_FOUND);
    CHECK_FAILS(rt_symlink_create(RT_STR(""), RT_STR("new")), false, NOT_FOUND);
    CHECK_FAILS(rt_symlink_create(RT_STR("a\0b"), RT_STR("new")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_symlink_create(RT_STR("a"), RT_STR("new\0")), false, INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_symlink_read(RT_STR("file")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_symlink_read(RT_STR(".")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_symlink_read(RT_STR("missing")), NOT_FOUND);
    CHECK(symlink("bad\377name", "foreign") == 0);
    CHECK_TEXT_FAILS(rt_symlink_read(RT_STR("foreign")), INVALID_UTF8);
    CHECK_MESSAGE("bad\xef\xbf\xbdname");
}

static void case_hard_links(void) {
    put("file", "hello");
    make_dir("dir");
    CHECK(rt_hard_link_create(RT_STR("file"), RT_STR("name")));
    CHECK(rt_file_append_text(RT_STR("name"), RT_STR("!")));
    CHECK_CONTENT("file", "hello!");
    CHECK_FAILS(rt_hard_link_create(RT_STR("file"), RT_STR("name")), false, ALREADY_EXISTS);
    CHECK_FAILS(rt_hard_link_create(RT_STR("missing"), RT_STR("b")), false, NOT_FOUND);
    CHECK_MESSAGE("`missing` to `b`");
    CHECK_FAILS(rt_hard_link_create(RT_STR("file"), RT_STR("no/b")), false, NOT_FOUND);
    CHECK_FAILS(rt_hard_link_create(RT_STR("dir"), RT_STR("b")), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_hard_link_create(RT_STR("a\0b"), RT_STR("b")), false, INVALID_ARGUMENT);
}

static void case_lock(void) {
    uint64_t live = rt_live_handles(RT_KIND_FILE_LOCK);
    int64_t lock = rt_file_lock(RT_STR("a.lock"), 0);
    CHECK(lock > 0);
    CHECK_U64(rt_live_handles(RT_KIND_FILE_LOCK), live + 1);
    CHECK_CONTENT("a.lock", "");
    CHECK_FAILS(rt_file_lock(RT_STR("a.lock"), 0), 0, TIMED_OUT);
    CHECK_MESSAGE("`a.lock`: somebody else holds the lock");
    CHECK_FAILS(rt_file_lock_shared(RT_STR("./a.lock"), 0), 0, TIMED_OUT);
    CHECK(rt_file_unlock(lock));
    CHECK_FAILS(rt_file_unlock(lock), false, STALE_HANDLE);
    CHECK_FAILS(rt_file_unlock(0), false, INVALID_HANDLE);
    CHECK_FAILS(rt_file_unlock(-7), false, INVALID_HANDLE);
    lock = rt_file_lock(RT_STR("a.lock"), -1);
    CHECK(lock > 0);
    CHECK(rt_file_lock_free(lock));
    CHECK(rt_file_lock_free(0));
    CHECK_FAILS(rt_file_lock_free(lock), false, STALE_HANDLE);
    CHECK_U64(rt_live_handles(RT_KIND_FILE_LOCK), live);
}

static void case_shared_locks(void) {
    int64_t one = rt_file_lock_shared(RT_STR("a.lock"), 0);
    int64_t two = rt_file_lock_shared(RT_STR("a.lock"), INT64_MAX);
    CHECK(one > 0 && two > 0 && one != two);
    CHECK_FAILS(rt_file_lock(RT_STR("a.lock"), 0), 0, TIMED_OUT);
    CHECK(rt_file_unlock(one));
    CHECK_FAILS(rt_file_lock(RT_STR("a.lock"), 0), 0, TIMED_OUT);
    CHECK(rt_file_unlock(two));
    int64_t three = rt_file_lock(RT_STR("a.lock"), 0);
    CHECK(rt_file_unlock(three));
}

static void case_lock_failures(void) {
    CHECK_FAILS(rt_file_lock(RT_STR("."), 0), 0, IS_A_DIRECTORY);
    CHECK_FAILS(rt_file_lock(RT_STR("no/a.lock"), -1), 0, NOT_FOUND);
    CHECK_FAILS(rt_file_lock(RT_STR(""), 5), 0, NOT_FOUND);
    CHECK_FAILS(rt_file_lock_shared(RT_STR("a\0b"), 0), 0, INVALID_ARGUMENT);
}

static void lock_what_cannot_be_made(void) {
    CHECK_FAILS(rt_file_lock(RT_STR("closed/new.lock"), 0), 0, PERMISSION_DENIED);
}

static void case_lock_without_permission(void) {
    CHECK(mkdir("closed", 0755) == 0 && chmod(".", 0755) == 0);
    in_child(become_nobody, lock_what_cannot_be_made);
}

static void case_lock_keeps_content(void) {
    put("data", "kept");
    CHECK(chmod("data", 0444) == 0);
    int64_t lock = rt_file_lock(RT_STR("data"), 0);
    CHECK(lock > 0);
    CHECK_CONTENT("data", "kept");
    CHECK(rt_file_unlock(lock));
}

/* Waits until a file is there, for a minute at most. */
static void wait_for(const char *path) {
    for (int i = 0; i < 6000 && access(path, F_OK) != 0; i++) sleep_ms(10);
}

/* A child that takes the lock, says so by making `held`, and keeps it until a while after somebody made `go`. */
static pid_t hold_lock(const char *path) {
    pid_t child = fork();
    if (child == 0) {
        if (rt_file_lock(RT_CSTR(path), 0) == 0) _exit(1);
        put("held", "");
        wait_for("go");
        sleep_ms(200);
        _exit(0);
    }
    wait_for("held");
    CHECK(unlink("held") == 0);
    return child;
}

static void case_lock_waits(void) {
    int64_t timeouts[] = {60, -1};
    for (int i = 0; i < 2; i++) {
        pid_t child = hold_lock("a.lock");
        CHECK_FAILS(rt_file_lock(RT_STR("a.lock"), 0), 0, TIMED_OUT);
        put("go", "");
        int64_t lock = rt_file_lock(RT_STR("a.lock"), timeouts[i]);
        CHECK(lock > 0);
        CHECK(rt_file_unlock(lock));
        waitpid(child, NULL, 0);
        CHECK(unlink("go") == 0);
    }
}

static void case_lock_times_out(void) {
    pid_t child = hold_lock("a.lock");
    double start = now();
    CHECK_FAILS(rt_file_lock(RT_STR("a.lock"), 1), 0, TIMED_OUT);
    CHECK(now() - start >= 0.99);
    /* Who dies gives the lock up. */
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    int64_t lock = rt_file_lock(RT_STR("a.lock"), 0);
    CHECK(lock > 0);
    CHECK(rt_file_unlock(lock));
}

/* A lock on a file that another one replaced does not keep others from the new one. */
static void case_lock_of_a_replaced_file(void) {
    pid_t child = hold_lock("a.lock");
    put("other", "new");
    CHECK(rename("other", "a.lock") == 0);
    int64_t lock = rt_file_lock(RT_STR("a.lock"), 0);
    CHECK(lock > 0);
    CHECK_FAILS(rt_file_lock(RT_STR("a.lock"), 0), 0, TIMED_OUT);
    CHECK_CONTENT("a.lock", "new");
    CHECK(rt_file_unlock(lock));
    put("go", "");
    waitpid(child, NULL, 0);
}

/* Whoever waits for a file that is deleted meanwhile ends with a lock on the one that is there then. */
static void case_lock_of_a_deleted_file(void) {
    pid_t child = hold_lock("a.lock");
    pid_t waiter = fork();
    if (waiter == 0) {
        int64_t lock = rt_file_lock(RT_STR("a.lock"), -1);
        bool mine = lock > 0 && access("a.lock", F_OK) == 0 && rt_file_lock(RT_STR("a.lock"), 0) == 0;
        _exit(mine ? 0 : 1);
    }
    sleep_ms(200);
    CHECK(unlink("a.lock") == 0);
    put("go", "");
    int status = 1;
    CHECK(waitpid(waiter, &status, 0) == waiter && status == 0);
    waitpid(child, NULL, 0);
}

/* Programs that count in a file, each step under the lock: no step is lost. */
static void case_lock_guards(void) {
    put("count", "0");
    for (int i = 0; i < 4; i++) {
        if (fork() != 0) continue;
        for (int step = 0; step < 50; step++) {
            int64_t lock = rt_file_lock(RT_STR("count.lock"), step % 2 == 0 ? -1 : 60);
            rt_text before = rt_file_read_text(RT_STR("count"));
            char after[32];
            snprintf(after, sizeof after, "%d", atoi((const char *)before.ptr) + 1);
            rt_file_write_text(RT_STR("count"), RT_CSTR(after));
            rt_text_free(before);
            if (!rt_file_unlock(lock)) _exit(1);
        }
        _exit(0);
    }
    for (int i = 0; i < 4; i++) {
        int status = 1;
        CHECK(wait(&status) > 0 && status == 0);
    }
    CHECK_CONTENT("count", "200");
}

static const check_case cases[] = {
    CASE(kind),
    CASE(info),
    CASE(permissions),
    CASE(symlinks),
    CASE(hard_links),
    CASE(lock),
    CASE(shared_locks),
    CASE(lock_without_permission), CASE(lock_failures),
    CASE(lock_keeps_content),
    CASE(lock_waits),
    CASE(lock_times_out),
    CASE(lock_of_a_replaced_file),
    CASE(lock_of_a_deleted_file),
    CASE(lock_guards),
};

CHECK_MAIN(cases)
