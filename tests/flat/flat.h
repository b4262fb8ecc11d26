/* What the generated loops stand on: how long a loop goes on, and what is counted before and after.
 *
 * Each loop runs in a process of its own, in a fresh directory. After some calls to warm up (tables grow, caches fill)
 * it notes what there is, goes on, and notes it again. */
#ifndef FLAT_H
#define FLAT_H

#define _GNU_SOURCE
#undef NDEBUG
#include <arpa/inet.h>
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rt_all.h"

#include "tests/c/scratch.h"
#include "tests/progress/progress.h"

enum {
    /* The highest handle tag of all modules; see `tag` in specs/README.md. */
    FLAT_TAGS = 255,
    /* What the heap may have more at the end of a loop, in bytes. */
    FLAT_HEAP_ALLOWED = 4 << 10,
    /* How often a loop is measured at most until its heap is flat. */
    FLAT_WINDOWS = 3,
};

/* What there is at one moment. */
typedef struct {
    double seconds;
    int64_t results, handles, descriptors;
    int64_t heap_bytes, resident_bytes;
} flat_state;

/* One loop; its process shares it with the one that reports. */
typedef struct {
    uint64_t calls_wanted;
    double seconds_allowed;
    const char *plant;
    uint64_t calls, warm_up, next_look;
    unsigned windows;
    double start;
    bool is_warm, is_over, gives_none;
    flat_state before, after;
    /* What ended the loop early, and the last error then. */
    const char *problem;
    int32_t code;
    char message[256];
} flat_run;

/* A function of the runtime: its loop, and why there is none or it may give nothing. */
typedef struct {
    const char *name;
    void (*loop)(flat_run *);
    const char *reason;
} flat_case;

static inline int64_t flat_descriptors(void) {
    int64_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory && readdir(directory)) count++;
    if (directory) closedir(directory);
    return count;
}

static inline int64_t flat_resident(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1) abort();
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static inline flat_state flat_look(void) {
    flat_state state = { .results = (int64_t)rt_live_blocks(), .descriptors = flat_descriptors() };
    for (int32_t tag = 1; tag <= FLAT_TAGS; tag++) state.handles += (int64_t)rt_live_handles(tag);
    state.resident_bytes = flat_resident();
    struct mallinfo2 heap = mallinfo2();
    state.heap_bytes = (int64_t)(heap.uordblks + heap.hblkhd);
    state.seconds = progress_now();
    return state;
}

static inline bool flat_is_heap_flat(const flat_run *run) {
    return run->after.heap_bytes - run->before.heap_bytes <= FLAT_HEAP_ALLOWED;
}

/* Calls whose time is not yet known are timed one by one, quick ones in lots. */
static inline uint64_t flat_lot(const flat_run *run, double seconds) {
    if (run->calls < 16 || seconds <= 0) return 1;
    double lot = run->seconds_allowed / 50 / (seconds / (double)run->calls);
    return lot < 1 ? 1 : lot > 4096 ? 4096 : (uint64_t)lot;
}

/* Whether another call is to be made; also takes the looks. */
static inline bool flat_goes_on(flat_run *run) {
    if (run->calls < run->next_look) {
        run->calls++;
        return true;
    }
    if (run->calls == 0) run->start = progress_now();
    double seconds = progress_now() - run->start;
    bool is_late = seconds >= run->seconds_allowed && run->calls > run->warm_up + 8;
    if (!run->is_warm && run->calls >= 16 &&
        (run->calls * 5 >= run->calls_wanted || seconds * 5 >= run->seconds_allowed)) {
        run->is_warm = true;
        run->warm_up = run->calls;
        /* The first look itself takes memory for the first time. */
        flat_look();
        run->before = flat_look();
        is_late = false;
    }
    if (run->is_warm && (run->calls >= run->warm_up + run->calls_wanted || is_late)) {
        run->after = flat_look();
        /* Queues between threads grow and shrink in steps; what is lost in each call is lost the next time, too. */
        run->is_over = flat_is_heap_flat(run) || ++run->windows == FLAT_WINDOWS;
        if (run->is_over) return false;
        run->before = run->after;
        run->warm_up = run->calls;
        run->start = progress_now();
        seconds = 0;
    }
    uint64_t lot = flat_lot(run, seconds);
    uint64_t most = run->is_warm ? run->warm_up + run->calls_wanted : run->calls_wanted / 5 + 16;
    run->next_look = run->calls + lot > most && most > run->calls ? most : run->calls + lot;
    run->calls++;
    return true;
}

static inline void flat_note(flat_run *run, const char *problem) {
    run->problem = problem;
    run->code = rt_last_error_code();
    rt_text message = rt_last_error_message();
    if (message.ptr) snprintf(run->message, sizeof run->message, "%s", (const char *)message.ptr);
}

static inline void flat_gives_nothing(flat_run *run) {
    flat_note(run, "the call gives nothing");
    run->gives_none = run->calls == 1 && run->code == RT_ERROR_OK;
}

static inline void flat_is_not_freed(flat_run *run) { flat_note(run, "the result cannot be freed"); }

/* Whether the result is to be kept: the mistakes that planted_test.sh looks for are made here. */
static inline bool flat_keeps(const flat_run *run) {
    if (!run->plant) return false;
    if (strcmp(run->plant, "memory") == 0) {
        char *volatile lost = malloc(24);
        *lost = 1;
    } else if (strcmp(run->plant, "pages") == 0) {
        char *lost = mmap(NULL, 1 << 14, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(lost, 1, 1 << 14);
    } else if (strcmp(run->plant, "descriptor") == 0) {
        if (dup(0) < 0) abort();
    }
    return strcmp(run->plant, "result") == 0;
}

/* ---- What calls.toml uses ---- */

/* A value for values: a function that gives another value. */
static inline int64_t flat_value(int64_t arguments, int64_t data) {
    (void)arguments;
    return rt_value_int(data);
}

/* A callback for threads. */
static inline int64_t flat_same(int64_t number) { return number; }

/* A file with some text. */
static inline void flat_write(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* Standard input from a file of one line. */
static inline void flat_input(const char *line) {
    flat_write("input", line);
    assert(freopen("input", "r", stdin));
}

/* Where the server is, once it is there. */
static char flat_url[64];

/* Serves every request of HTTP on loopback with five bytes, in a process that ends with this one. */
static inline void flat_serve(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof place;
    assert(bind(listener, (struct sockaddr *)&place, size) == 0 && listen(listener, 16) == 0);
    assert(getsockname(listener, (struct sockaddr *)&place, &size) == 0);
    pid_t server = fork();
    assert(server >= 0);
    if (server > 0) {
        close(listener);
        snprintf(flat_url, sizeof flat_url, "http://127.0.0.1:%d/", ntohs(place.sin_port));
        return;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        char request[4096];
        size_t length = 0;
        ssize_t got;
        /* A body ends with the letter z. */
        while ((got = read(connection, request + length, sizeof request - 1 - length)) > 0) {
            request[length += (size_t)got] = 0;
            if (strstr(request, "\r\n\r\n") && (strncmp(request, "GET", 3) == 0 || request[length - 1] == 'z')) break;
        }
        if (write(connection, answer, sizeof answer - 1) < 0) perror("answer");
        close(connection);
    }
}

#endif
