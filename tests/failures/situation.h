/* The situations in which functions are called: what each takes away from a process, and what is then looked at.
 *
 * Each call is made in a process of its own, in a fresh directory with the same files, so that nothing has to be given
 * back. */
#ifndef SITUATION_H
#define SITUATION_H

#define _GNU_SOURCE
#undef NDEBUG
#include <arpa/inet.h>
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rt_all.h"

enum {
    /* What is written where there is too little room, in bytes. */
    BIG = 300000,
    /* The room on the small file system; what fits beside it is less than BIG. */
    SMALL = 128 << 10,
    /* What a process that is short of memory may still reserve, in bytes. */
    ROOM = 48 << 20,
    /* A file that is larger. */
    LARGE = 256 << 20,
    /* How long a call that waits may take, in milliseconds. */
    SOON = 300,
};

/* What is taken away. */
typedef enum {
    FULL, NODES, CLOSED, FILES, STUBBORN, HANGS, MEMORY, SEALED,
    /* Nothing is taken away here, but paths are wrong. */
    FOLDER, NULS, ABSENT, BELOW, LONG, CIRCLE, SITUATIONS
} situation;

static const char *const situation_names[SITUATIONS] = {
    "disk full", "no inodes", "no permission", "no descriptors", "stubborn child", "hanging server", "no memory",
    "read-only disk", "a directory", "NUL byte", "nothing there", "below a file", "long name", "links in circle",
};

static const int32_t situation_codes[SITUATIONS] = {
    RT_ERROR_STORAGE_FULL, RT_ERROR_STORAGE_FULL, RT_ERROR_PERMISSION_DENIED, RT_ERROR_TOO_MANY_FILES,
    RT_ERROR_TIMED_OUT,    RT_ERROR_TIMED_OUT,    RT_ERROR_OUT_OF_MEMORY,
    RT_ERROR_READ_ONLY,    RT_ERROR_IS_A_DIRECTORY, RT_ERROR_INVALID_ARGUMENT,  RT_ERROR_NOT_FOUND,
    RT_ERROR_NOT_A_DIRECTORY, RT_ERROR_NAME_TOO_LONG, RT_ERROR_TOO_MANY_LINKS,
};

/* Noise of BIG bytes: nothing packs it. */
static uint8_t big[BIG];

static inline void fill_big(void) {
    uint32_t state = 7;
    for (size_t at = 0; at < sizeof big; at++) {
        state = state * 1664525 + 1013904223;
        big[at] = (uint8_t)(1 + (state >> 24) % 120);
    }
}

static inline void put(const char *path, const void *data, size_t length) {
    FILE *file = fopen(path, "w");
    assert(file && fwrite(data, 1, length, file) == length && fclose(file) == 0);
}

/* ---- What there is, to be compared ---- */

static uint64_t tree_hash;

static inline void hash_bytes(const void *data, size_t length) {
    for (size_t at = 0; at < length; at++) {
        tree_hash = (tree_hash ^ ((const uint8_t *)data)[at]) * UINT64_C(0x100000001b3);
    }
}

static inline int hash_entry(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)place;
    /* The order in a directory is nobody's: entries are added up. */
    uint64_t sum = tree_hash;
    tree_hash = UINT64_C(0xcbf29ce484222325);
    hash_bytes(path, strlen(path));
    hash_bytes(&status->st_mode, sizeof status->st_mode);
    char buffer[4096];
    if (type == FTW_F && status->st_size <= 4 << 20) {
        int file = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got;
        while (file >= 0 && (got = read(file, buffer, sizeof buffer)) > 0) hash_bytes(buffer, (size_t)got);
        if (file >= 0) close(file);
    } else if (type == FTW_F) {
        hash_bytes(&status->st_size, sizeof status->st_size);
    } else if (type == FTW_SL) {
        ssize_t got = readlink(path, buffer, sizeof buffer);
        if (got > 0) hash_bytes(buffer, (size_t)got);
    }
    tree_hash += sum;
    return 0;
}

/* Names, permissions and content of all below a directory, as one number. */
static inline uint64_t hash_tree(const char *directory) {
    tree_hash = 0;
    nftw(directory, hash_entry, 16, FTW_PHYS);
    return tree_hash;
}

static inline int count_descriptors(void) {
    int count = 0;
    /* By number, as there may be none left to read a directory with. */
    for (int fd = 0; fd < 256; fd++) count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static inline int64_t count_handles(void) {
    int64_t count = 0;
    for (int32_t tag = 1; tag <= 255; tag++) count += (int64_t)rt_live_handles(tag);
    return count;
}

/* ---- Taking away ---- */

static inline bool put_line(const char *path, const char *line) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line);
    if (fd >= 0) close(fd);
    return done;
}

/* A file system of its own at `small`, seen by this process alone; false where the machine does not allow that. */
static inline bool mount_small(const char *options) {
    char users[64], groups[64];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)geteuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getegid());
    bool is_own = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && put_line("/proc/self/setgroups", "deny") &&
                  put_line("/proc/self/uid_map", users) && put_line("/proc/self/gid_map", groups);
    /* As the administrator, without a user of its own, where those are forbidden. */
    if (!is_own && unshare(CLONE_NEWNS) != 0) return false;
    if (!is_own && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return false;
    return mount("none", "small", "tmpfs", 0, options) == 0;
}

/* Permission bits bind this process from now on, whoever it runs as. */
static inline bool drop_privileges(void) {
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct none[2] = { 0 };
    return syscall(SYS_capset, &header, none) == 0;
}

static inline bool leave_no_descriptor(void) {
    int next = dup(0);
    struct rlimit limit = { (rlim_t)next, (rlim_t)next };
    return next >= 0 && close(next) == 0 && setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static inline bool leave_little_memory(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld", &pages) != 1) return false;
    fclose(file);
    rlim_t bytes = (rlim_t)(pages * sysconf(_SC_PAGESIZE)) + ROOM;
    struct rlimit limit = { bytes, bytes };
    return setrlimit(RLIMIT_AS, &limit) == 0;
}

/* ---- Servers that hang ---- */

/* How far a server goes before it hangs. */
typedef enum { SILENT, HALF, DRIPS } manner;

static char silent_url[64], half_url[64], drips_url[64];

static inline void hang(int listener, manner manner) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    static const char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it";
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (manner != SILENT && write(connection, half, sizeof half - 1) < 0) continue;
        while (manner == DRIPS && write(connection, ".", 1) == 1) usleep(50000);
        pause();
    }
}

static inline int listen_somewhere(int backlog, struct sockaddr_in *place) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *place = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof *place;
    assert(bind(listener, (struct sockaddr *)place, size) == 0 && listen(listener, backlog) == 0);
    assert(getsockname(listener, (struct sockaddr *)place, &size) == 0);
    return listener;
}

static inline void serve(manner manner, char url[64]) {
    struct sockaddr_in place;
    int listener = listen_somewhere(4, &place);
    pid_t server = fork();
    assert(server >= 0);
    if (server == 0) hang(listener, manner);
    close(listener);
    snprintf(url, 64, "http://127.0.0.1:%d/", ntohs(place.sin_port));
}

#endif
