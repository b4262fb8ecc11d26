/* The end of the generated program: the loop over random calls, and what must be true after it. */

#include "tests/c/scratch.h"
#include "tests/progress/progress.h"

/* A fresh directory to be in; everything that calls write is in it. */
static inline void caller_enter(char *root, size_t size) {
    scratch_enter("random", root, size);
    if (setenv("TMPDIR", root, 1) != 0 || setenv("HOME", root, 1) != 0) exit(2);
    /* No file grows without end, and a call that does not come back is told by its name. */
    struct rlimit size_limit = { 1 << 20, 1 << 20 };
    setrlimit(RLIMIT_FSIZE, &size_limit);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGALRM, caller_too_slow);
}

static inline void caller_one_call(void) {
    struct caller_row *row = &rows[caller_below(CALLED)];
    if (!caller_one_of(row->every)) return;
    caller_function = row->name;
    caller_errors = row->errors;
    uint64_t failures = caller_failures;
    alarm(SECONDS_PER_CALL);
    row->call();
    row->calls++;
    if (caller_failures == failures) row->successes++;
}

static inline void caller_free_handles(void) {
    caller_function = "the end";
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        if (!kinds[kind].free) continue;
        for (size_t index = 0; index < HANDLES_KEPT; index++) kinds[kind].free(kinds[kind].live[index]);
        uint64_t live = rt_live_handles(kinds[kind].tag);
        if (live != 0) {
            fprintf(caller_log, "%" PRIu64 " handles of the kind %u are left\n", live, (unsigned)kinds[kind].tag);
            caller_problems++;
        }
    }
    if (rt_live_blocks() != 0) {
        fprintf(caller_log, "%" PRIu64 " results are left\n", rt_live_blocks());
        caller_problems++;
    }
}

/* random SEED CALLS; the last two count, as `bazel run` puts those of the test first. */
int main(int argc, char **argv) {
    char root[4096];
    uint64_t seed = argc > 2 ? strtoull(argv[argc - 2], NULL, 10) : 1;
    uint64_t calls = argc > 2 ? strtoull(argv[argc - 1], NULL, 10) : 20000;
    caller_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    /* What functions print goes nowhere; what this program says goes where standard output was. */
    int log = dup(STDOUT_FILENO);
    if (log < 0 || !freopen("/dev/null", "r", stdin)) return 2;
    caller_enter(root, sizeof root);
    caller_tidy();
    size_t open_files = 0;
    double start = progress_now();
    caller_log = fdopen(log, "w");
    if (!caller_log || !freopen("/dev/null", "w", stdout)) return 2;
    for (uint64_t count = 0; caller_calls < calls && count < 100 * calls; count++) {
        if (count % 512 == 0) {
            caller_tidy();
            progress(caller_calls, calls, "calls");
        }
        if (count == 1000) open_files = caller_open_files();
        caller_one_call();
        if (caller_problems > 20) break;
    }
    alarm(0);
    double seconds = progress_now() - start;
    caller_free_handles();
    size_t open_now = caller_open_files();
    if (open_files != 0 && open_now > open_files + 2 * HANDLES_KEPT) {
        fprintf(caller_log, "%zu files are open at the end, %zu were at the start\n", open_now, open_files);
        caller_problems++;
    }
    size_t succeeded = 0;
    for (size_t index = 0; index < CALLED; index++) {
        if (rows[index].successes > 0) succeeded++;
        else if (getenv("CALLER_VERBOSE")) fprintf(caller_log, "%s: never succeeds\n", rows[index].name);
    }
    fprintf(caller_log,
            "seed %" PRIu64 ": %" PRIu64 " calls of %d functions in %.1f s, %" PRIu64 " of them failed as they should; "
            "%zu functions also succeeded; %d functions are left out; %" PRIu64 " problems\n",
            seed, caller_calls, CALLED, seconds, caller_failures, succeeded, LEFT_OUT, caller_problems);
    fflush(caller_log);
    scratch_leave(root);
    return caller_problems == 0 ? 0 : 1;
}
