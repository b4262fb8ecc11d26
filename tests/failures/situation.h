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
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
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

#include "tests/c/scratch.h"
#include "tests/progress/progress.h"

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
    FOLDER, DEVICE, NULS, ABSENT, BELOW, LONG, CIRCLE,
    /* The system itself lacks something, or answers calls of one kind as its manual says that it may. */
    HIDDENPROC, STRANGER, ODD, SHELLLESS, REAPED, OFFLINE, FLOOD, DEAF, FAR,
    BROKEN, RANDOMLESS, CROWDED, THREADLESS, BLIND, LOCKLESS, FOREIGN, UNKILLABLE, PORTLESS, REFILLED, SITUATIONS
} situation;

/* How a situation is called, which error it makes, and which calls of the system fail in it, with what. */
typedef struct {
    const char *name;
    int32_t code;
    int answer;
    /* Ends with -1. */
    const int *calls;
} kind;

#define CALLS(...) (const int[]) { __VA_ARGS__, -1 }
#define FORKS CALLS(SYS_clone, SYS_clone3 OLDER(SYS_fork, SYS_vfork))
#ifdef SYS_open
#define OLDER(...) , __VA_ARGS__
#else
#define OLDER(...)
#endif

static const kind kinds[SITUATIONS] = {
    [FULL] = { "disk full", RT_ERROR_STORAGE_FULL, 0, NULL },
    [NODES] = { "no inodes", RT_ERROR_STORAGE_FULL, 0, NULL },
    [CLOSED] = { "no permission", RT_ERROR_PERMISSION_DENIED, 0, NULL },
    [FILES] = { "no descriptors", RT_ERROR_TOO_MANY_FILES, 0, NULL },
    [STUBBORN] = { "stubborn child", RT_ERROR_TIMED_OUT, 0, NULL },
    [HANGS] = { "hanging server", RT_ERROR_TIMED_OUT, 0, NULL },
    [MEMORY] = { "no memory", RT_ERROR_OUT_OF_MEMORY, 0, NULL },
    [SEALED] = { "read-only disk", RT_ERROR_READ_ONLY, 0, NULL },
    [FOLDER] = { "a directory", RT_ERROR_IS_A_DIRECTORY, 0, NULL },
    [DEVICE] = { "a device", RT_ERROR_UNSUPPORTED, 0, NULL },
    [NULS] = { "NUL byte", RT_ERROR_INVALID_ARGUMENT, 0, NULL },
    [ABSENT] = { "nothing there", RT_ERROR_NOT_FOUND, 0, NULL },
    [BELOW] = { "below a file", RT_ERROR_NOT_A_DIRECTORY, 0, NULL },
    [LONG] = { "long name", RT_ERROR_NAME_TOO_LONG, 0, NULL },
    [CIRCLE] = { "links in circle", RT_ERROR_TOO_MANY_LINKS, 0, NULL },
    [HIDDENPROC] = { "no /proc", RT_ERROR_UNSUPPORTED, 0, NULL },
    [STRANGER] = { "unknown user", RT_ERROR_NOT_FOUND, 0, NULL },
    [ODD] = { "odd names", RT_ERROR_INVALID_UTF8, 0, NULL },
    [SHELLLESS] = { "no shell", RT_ERROR_NOT_FOUND, 0, NULL },
    [REAPED] = { "child collected", RT_ERROR_NO_PROCESS, 0, NULL },
    [OFFLINE] = { "no network", RT_ERROR_UNREACHABLE, 0, NULL },
    [FLOOD] = { "endless output", RT_ERROR_LIMIT_REACHED, 0, NULL },
    [DEAF] = { "deaf thread", RT_ERROR_TIMED_OUT, 0, NULL },
    [FAR] = { "far future", RT_ERROR_OUT_OF_RANGE, 0, NULL },
    [BROKEN] = { "broken disk", RT_ERROR_IO, EIO,
                 CALLS(SYS_openat, SYS_statx, SYS_newfstatat, SYS_statfs, SYS_readlinkat, SYS_mkdirat, SYS_symlinkat,
                       SYS_linkat, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_fchmodat, SYS_utimensat, SYS_chdir,
                       SYS_inotify_add_watch
                       OLDER(SYS_open, SYS_stat, SYS_lstat, SYS_readlink, SYS_mkdir, SYS_symlink, SYS_link, SYS_unlink,
                             SYS_rename, SYS_rmdir, SYS_chmod)) },
    [RANDOMLESS] = { "no randomness", RT_ERROR_IO, EIO, CALLS(SYS_getrandom) },
    [CROWDED] = { "no processes", RT_ERROR_WOULD_BLOCK, EAGAIN, FORKS },
    [THREADLESS] = { "no threads", RT_ERROR_LIMIT_REACHED, EAGAIN, FORKS },
    [BLIND] = { "no watches", RT_ERROR_LIMIT_REACHED, ENOSPC, CALLS(SYS_inotify_add_watch) },
    [LOCKLESS] = { "no locks", RT_ERROR_UNSUPPORTED, EOPNOTSUPP, CALLS(SYS_flock) },
    [FOREIGN] = { "another's child", RT_ERROR_PERMISSION_DENIED, EPERM, CALLS(SYS_kill) },
    [UNKILLABLE] = { "unkillable", RT_ERROR_TIMED_OUT, EPERM, CALLS(SYS_kill) },
    [PORTLESS] = { "no ports", RT_ERROR_ADDRESS_NOT_AVAILABLE, EADDRNOTAVAIL, CALLS(SYS_connect) },
    [REFILLED] = { "refilled", RT_ERROR_DIRECTORY_NOT_EMPTY, ENOTEMPTY, CALLS(SYS_unlinkat OLDER(SYS_rmdir)) },
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
    if (S_ISREG(status->st_mode) && status->st_size <= 4 << 20) {
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

/* Makes this process the administrator of a part of the system of its own; false where the machine forbids that. */
static inline bool enter_own(int parts) {
    char users[64], groups[64];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)geteuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getegid());
    if (unshare(CLONE_NEWUSER | parts) == 0) {
        return put_line("/proc/self/setgroups", "deny") && put_line("/proc/self/uid_map", users) &&
               put_line("/proc/self/gid_map", groups);
    }
    /* As the administrator, without a user of its own, where those are forbidden. */
    return unshare(parts) == 0 &&
           (!(parts & CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
}

/* An empty file system at a directory, seen by this process alone. */
static inline bool mount_at(const char *directory, const char *options) {
    return enter_own(CLONE_NEWNS) && mount("none", directory, "tmpfs", 0, options) == 0;
}

static inline bool mount_small(const char *options) { return mount_at("small", options); }

/* What this process takes for the list of accounts from now on. */
static inline bool have_accounts(const char *lines) {
    put("accounts", lines, strlen(lines));
    bool done = mount("accounts", "/etc/passwd", NULL, MS_BIND, NULL) == 0;
    return unlink("accounts") == 0 && done;
}

/* The system answers these calls with an error from now on. */
static inline bool refuse(const int *calls, int answer) {
    struct sock_filter steps[80];
    unsigned short count = 0;
    steps[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (; *calls >= 0; calls++) {
        steps[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)*calls, 0, 1);
        steps[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)answer);
    }
    steps[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = { count, steps };
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
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
