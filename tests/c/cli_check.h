/* Helpers of the tests of the cli module: children with an input of their own, or at a terminal of their own. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "check.h"
#include "clock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

/* Where a child writes what it found. */
static int report_to = -1;

static inline void report(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vdprintf(report_to, format, arguments);
    va_end(arguments);
}

/* Reports a line and frees it: the text, `none`, or the number of the error. */
static inline void report_line(rt_text line) {
    if (line.ptr != NULL) {
        report("[%.*s]", (int)line.len, (const char *)line.ptr);
    } else if (rt_last_error_code() == RT_ERROR_OK) {
        report("none ");
    } else {
        report("error%" PRId32 " ", rt_last_error_code());
    }
    rt_text_free(line);
}

/* Reads until the end, or until `wanted` is there. */
static inline void read_until(int from, char *found, size_t size, const char *wanted) {
    size_t len = strlen(found);
    for (int64_t until = now_ms() + SOON; now_ms() < until;) {
        if (wanted != NULL && strstr(found, wanted) != NULL) return;
        struct pollfd ready = {from, POLLIN, 0};
        if (poll(&ready, 1, 100) <= 0) continue;
        ssize_t got = read(from, found + len, size - 1 - len);
        if (got <= 0 || len + (size_t)got >= size - 1) break;
        len += (size_t)got;
        found[len] = 0;
    }
    if (wanted == NULL) return;
    check_failures++;
    printf("%s: \"%s\" did not come, but \"%s\"\n", check_name, wanted, found);
}

/* What is shown before keys are pressed, and the keys. */
typedef struct {
    const char *shown;
    const char *keys;
} step;

/* Waits for a child and compares what it reported. */
static inline void check_report(pid_t child, int from, const char *expected) {
    static char found[1 << 16];
    found[0] = 0;
    read_until(from, found, sizeof found, NULL);
    int status = -1;
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    if (strcmp(found, expected) != 0) {
        check_failures++;
        printf("%s: the child reports \"%s\", not \"%s\"\n", check_name, found, expected);
    }
}

/* In the child: works, and ends with the number of failed checks. */
static inline void work_and_exit(void (*work)(void)) {
    check_failures = 0;
    work();
    fflush(stdout);
    _exit(check_failures == 0 ? 0 : 1);
}

/* Runs `work` in a child whose standard input is `from`, which is closed. */
static inline void with_stdin(int from, void (*work)(void), const char *expected) {
    int pipes[2];
    CHECK(from >= 0 && pipe(pipes) == 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        report_to = pipes[1];
        if (dup2(from, 0) != 0) _exit(9);
        work_and_exit(work);
    }
    close(from);
    close(pipes[1]);
    check_report(child, pipes[0], expected);
    close(pipes[0]);
}

/* Runs `work` in a child that reads `input`. */
static inline void with_input(const char *input, size_t len, void (*work)(void), const char *expected) {
    FILE *file = fopen("input", "w");
    CHECK(file != NULL && fwrite(input, 1, len, file) == len && fclose(file) == 0);
    with_stdin(open("input", O_RDONLY), work, expected);
}

/* Runs `work` in a child at a terminal of its own, and presses keys there; gives what was shown in `shown`. */
static inline void at_terminal(const step *steps, size_t count, void (*work)(void), const char *expected,
                               char *shown, size_t size) {
    int pipes[2];
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    CHECK(pipe(pipes) == 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        report_to = pipes[1];
        setsid();
        int end = open(ptsname(terminal), O_RDWR);
        struct winsize window = {.ws_row = 24, .ws_col = 80};
        if (end < 0 || ioctl(end, TIOCSWINSZ, &window) != 0) _exit(8);
        for (int stream = 0; stream < 3; stream++) dup2(end, stream);
        close(terminal);
        setenv("TERM", "xterm", 1);
        work_and_exit(work);
    }
    close(pipes[1]);
    shown[0] = 0;
    char *from = shown;
    for (size_t i = 0; i < count; i++) {
        read_until(terminal, from, size - (size_t)(from - shown), steps[i].shown);
        from += strlen(from);
        CHECK(write(terminal, steps[i].keys, strlen(steps[i].keys)) == (ssize_t)strlen(steps[i].keys));
    }
    check_report(child, pipes[0], expected);
    close(pipes[0]);
    struct pollfd rest = {terminal, POLLIN, 0};
    if (poll(&rest, 1, 0) == 1 && (rest.revents & POLLIN) != 0) {
        ssize_t got = read(terminal, from, size - 1 - (size_t)(from - shown));
        if (got > 0) from[got] = 0;
    }
    close(terminal);
}

#endif
