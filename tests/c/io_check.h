/* What the tests of the io module share: lists of names, raw file access that does not go through the module, and
 * children that lack privileges or are killed.
 *
 * Raw access is by system calls on purpose: a fault of the module must not hide behind itself.
 */
#ifndef IO_CHECK_H
#define IO_CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "rt_io.h"

#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>

/* A name that no file system of ours allows, and a path that is too long as a whole. */
#define LONG_PART 300

/* The list of texts is exactly these C strings, in this order; frees it. */
#define CHECK_TEXTS(list, ...)                                                             \
    check_texts(__FILE__, __LINE__, #list, list, (const char *[]){__VA_ARGS__, NULL})

/* The list of texts is empty and not null; frees it. */
#define CHECK_NO_ITEMS(list) check_texts(__FILE__, __LINE__, #list, list, (const char *[]){NULL})

/* The list is null with this error. */
#define CHECK_LIST_FAILS(call, code)          \
    do {                                      \
        CHECK((call).items == NULL);          \
        CHECK_ERROR(code);                    \
    } while (0)

/* The text is null with this error. */
#define CHECK_TEXT_FAILS(call, code)          \
    do {                                      \
        CHECK_NO_TEXT(call);                  \
        CHECK_ERROR(code);                    \
    } while (0)

/* The bytes are null with this error. */
#define CHECK_BYTES_FAIL(call, code)          \
    do {                                      \
        CHECK((call).ptr == NULL);            \
        CHECK_ERROR(code);                    \
    } while (0)

/* The file has exactly this content (a C string). */
#define CHECK_CONTENT(path, expected) check_content(__FILE__, __LINE__, path, expected, strlen(expected))

static inline void check_texts(const char *file, int line, const char *what, rt_list_text list,
                               const char *const *expected) {
    uint64_t count = 0;
    while (expected[count] != NULL) count++;
    bool equal = list.items != NULL && list.len == count;
    for (uint64_t i = 0; equal && i < count; i++) {
        size_t len = strlen(expected[i]);
        equal = list.items[i].len == len && memcmp(list.items[i].ptr, expected[i], len) == 0;
    }
    if (!equal) {
        check_failures++;
        printf("%s:%d: %s: %s is", file, line, check_name, what);
        for (uint64_t i = 0; list.items != NULL && i < list.len; i++) {
            printf(" \"%.*s\"", (int)list.items[i].len, (const char *)list.items[i].ptr);
        }
        printf("%s\n", list.items == NULL ? " null" : "");
        check_print_error();
    }
    if (!rt_list_text_free(list)) check_failed(file, line, "the list cannot be freed");
}

/* Writes a file by system calls; ends the program when that fails, since nothing can be tested then. */
static inline void put_bytes(const char *path, const void *data, size_t len) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, data, len) != (ssize_t)len || close(fd) != 0) {
        perror(path);
        exit(2);
    }
}

static inline void put(const char *path, const char *content) { put_bytes(path, content, strlen(content)); }

static inline void make_dir(const char *path) {
    if (mkdir(path, 0755) != 0) {
        perror(path);
        exit(2);
    }
}

/* Reads a file by system calls into a block that the caller frees; null when it cannot be opened. */
static inline char *get_bytes(const char *path, size_t *len) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) return NULL;
    char *data = malloc((size_t)info.st_size + 1);
    ssize_t got = 0;
    for (*len = 0; (got = read(fd, data + *len, (size_t)info.st_size - *len)) > 0;) *len += (size_t)got;
    close(fd);
    return data;
}

static inline void check_content(const char *file, int line, const char *path, const char *expected, size_t len) {
    size_t actual_len = 0;
    char *actual = get_bytes(path, &actual_len);
    if (actual == NULL || actual_len != len || memcmp(actual, expected, len) != 0) {
        check_failures++;
        printf("%s:%d: %s: %s holds \"%.*s\", not \"%s\"\n", file, line, check_name, path,
               actual == NULL ? 0 : (int)actual_len, actual == NULL ? "" : actual, expected);
    }
    free(actual);
}

/* The permission bits of a path, by system call. */
static inline int mode_of(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 ? (int)(info.st_mode & 07777) : -1;
}

/* Runs checks in a child and takes its failures over; false when `prepare` says that this machine cannot do it. */
static inline bool in_child(bool (*prepare)(void), void (*run)(void)) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (prepare != NULL && !prepare()) _exit(200);
        check_failures = 0;
        run();
        fflush(stdout);
        _exit(check_failures > 100 ? 100 : check_failures);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
        check_failed(__FILE__, __LINE__, "the child died");
        return true;
    }
    if (WEXITSTATUS(status) == 200) {
        printf("    %s: left out, this machine does not let a test do that\n", check_name);
        return false;
    }
    check_failures += WEXITSTATUS(status);
    return true;
}

/* Makes the process one that permission bits bind; the current directory must be open to all. */
static inline bool become_nobody(void) {
    return geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
}

/* Files of the process end at 64 KiB: what a full disk does, in the middle of a write. */
static inline bool limit_file_size(void) {
    struct rlimit limit = {65536, 65536};
    signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* Seconds of a clock that nobody sets. */
static inline double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static inline void sleep_ms(long ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&time, &time) != 0 && errno == EINTR) continue;
}

#endif
