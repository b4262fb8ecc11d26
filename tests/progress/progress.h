/* How far a long run is: a line on standard error whenever ten seconds have passed, for programs in C.
 *
 * `progress.sh` and `tests::progress` say the same in the same form for scripts and for Rust. A short form, a test that
 * Bazel runs, says nothing: whoever watches has Bazel's own words. Environment: PROGRESS_SECONDS, in place of ten. */
#ifndef PROGRESS_H
#define PROGRESS_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include: progress.h names the program"
#endif

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline double progress_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* How many seconds may pass in silence. */
static inline double progress_seconds(void) {
    if (getenv("TEST_TARGET") && !getenv("BUILD_WORKSPACE_DIRECTORY")) return (double)INFINITY;
    const char *given = getenv("PROGRESS_SECONDS");
    return given ? strtod(given, NULL) : 10;
}

/* Says `PROGRAM: DONE of ALL WHAT, N s` if it is time. The first call starts the clock. */
static inline void progress(uint64_t done, uint64_t all, const char *what) {
    static double start, last, seconds;
    double now = progress_now();
    if (start == 0) start = last = now, seconds = progress_seconds();
    if (now - last < seconds) return;
    last = now;
    fprintf(stderr, "%s: %" PRIu64 " of %" PRIu64 " %s, %.0f s\n", program_invocation_short_name, done, all, what,
            now - start);
}

/* Waits for a child as waitpid does, and says meanwhile how far the run is. */
static inline pid_t progress_wait(pid_t child, int *status, uint64_t done, uint64_t all, const char *what) {
    progress(done, all, what);
    struct pollfd end = { .fd = child > 0 ? (int)syscall(SYS_pidfd_open, child, 0) : -1, .events = POLLIN };
    /* Where the kernel has no descriptors for processes, a line comes when the child has ended. */
    while (end.fd >= 0 && poll(&end, 1, 50) == 0) progress(done, all, what);
    if (end.fd >= 0) close(end.fd);
    return waitpid(child, status, 0);
}

#endif
