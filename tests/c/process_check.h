/* Helpers of the tests of the process module: time, and the end of processes that are not our own.
 *
 * The tests need /bin/sh and coreutils. What must not be waited for sleeps for a minute; what must happen is waited for
 * as long as SOON, so that a slow machine changes nothing.
 */
#ifndef PROCESS_CHECK_H
#define PROCESS_CHECK_H

#include "check.h"
#include "clock.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* The arguments `args, count` of a call that runs a script in the shell. */
#define SCRIPT(text) ((const rt_text[]){RT_TEXT("-c"), RT_TEXT(text)}), 2

/* The arguments `args, count` of a call with one argument. */
#define ARG(text) ((const rt_text[]){RT_TEXT(text)}), 1

/* Whether the process has ended; a zombie that nobody collects has. */
static inline bool has_ended(int64_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) return true;
    char state = 'X';
    int got = fscanf(file, "%*d (%*[^)]) %c", &state);
    fclose(file);
    return got != 1 || state == 'Z' || state == 'X';
}

/* Waits for the end of a process that is not our child: SIGKILL takes a moment to work. */
static inline bool ends_soon(int64_t pid) {
    for (int64_t until = now_ms() + SOON; now_ms() < until; nap_ms(2)) {
        if (has_ended(pid)) return true;
    }
    return false;
}

/* Whether this process has a child, be it a zombie. */
static inline bool has_children(void) {
    return waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD;
}

#endif
