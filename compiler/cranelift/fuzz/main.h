/* The supervisor: runs sequences in a child process, a batch at a time, and, when one crashes, hangs, leaks or breaks a
 * promise, shrinks it and prints it. */
#ifndef FUZZ_MAIN_H
#define FUZZ_MAIN_H

#include <sanitizer/lsan_interface.h>

#include "tests/c/scratch.h"
#include "tests/progress/progress.h"

enum { BATCH = 1000, EXIT_PROBLEM = 90, EXIT_LEAK = 91, SHRINK_TRIES = 1500 };

/* What the sanitizers do unless ASAN_OPTIONS says otherwise. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "detect_leaks=1:exitcode=92:hard_rss_limit_mb=6000:allocator_may_return_null=1:handle_abort=1";
}

static uint64_t fuzz_first_seed;

/* How many sequences there are to be. */
static uint64_t fuzz_count;

/* Where recordings go: the folder that the program was started from. */
static char fuzz_start[3000];

/* Each sequence has a seed of its own, which is what a report names. */
static inline uint64_t seed_of(uint64_t index) { return fuzz_first_seed * UINT64_C(1000000007) + index; }

static inline int wait_for(pid_t child) {
    int status = 0;
    if (child < 0 || progress_wait(child, &status, shared->sequence, fuzz_count, "sequences") != child) {
        perror("fork");
        exit(2);
    }
    return status;
}

/* The sequences from `first` on, in a child; gives its status. */
static inline int run_batch(uint64_t first, uint64_t count) {
    fflush(stdout);
    pid_t child = fork();
    if (child != 0) return wait_for(child);
    for (uint64_t index = first; index < first + count; index++) {
        shared->sequence = index;
        plan_sequence(seed_of(index));
        if (!run_sequence()) _exit(EXIT_PROBLEM);
    }
    _exit(__lsan_do_recoverable_leak_check() ? EXIT_LEAK : 0);
}

/* Runs `steps` in a child. */
static inline int run_alone(bool is_shown) {
    fflush(stdout);
    pid_t child = fork();
    if (child != 0) return wait_for(child);
    fuzz_tracing = is_shown;
    if (!is_shown && (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))) _exit(2);
    bool is_fine = run_sequence();
    fflush(stdout);
    if (!is_fine) _exit(EXIT_PROBLEM);
    _exit(__lsan_do_recoverable_leak_check() ? EXIT_LEAK : 0);
}

/* Leaves out whatever is not needed for the same end. */
static inline void shrink(int status) {
    static fuzz_step kept[STEPS];
    int tries = 0;
    for (int size = step_count / 2; size > 0; size = size > 1 ? size / 2 : 0) {
        for (int at = 0; at < step_count && tries < SHRINK_TRIES;) {
            int count = step_count, gone = at + size > count ? count - at : size;
            memcpy(kept, steps, sizeof kept);
            memmove(&steps[at], &steps[at + gone], (size_t)(count - at - gone) * sizeof steps[0]);
            step_count = count - gone;
            tries++;
            if (run_alone(false) == status) continue;
            memcpy(steps, kept, sizeof kept);
            step_count = count;
            at += size;
        }
    }
}

/* Makes the steps once more with every module recorded, in files that stay. Modules without settings are made by the
 * function that takes some. */
static inline void record(const char *prefix, int status) {
    snprintf(fuzz_record, sizeof fuzz_record, "%s", prefix);
    for (int index = 0; index < step_count; index++) {
        uint16_t *row = &steps[index].row;
        if (*row == ROW_new_module || *row == ROW_module_new) *row = ROW_new_module_with;
        if (*row == ROW_new_aot_module || *row == ROW_new_aot_module_triple) *row = ROW_new_aot_module_with;
    }
    bool is_same = run_alone(false) == status;
    printf("recorded as %s-*.c and .clif, where it ends in %s way\n", prefix, is_same ? "the same" : "ANOTHER");
    fuzz_record[0] = 0;
}

static inline const char *meaning(int status) {
    static char text[100];
    if (WIFSIGNALED(status)) {
        bool is_slow = WTERMSIG(status) == SIGPROF;
        snprintf(text, sizeof text, "signal %d%s", WTERMSIG(status), is_slow ? ": it does not come back" : "");
        return text;
    }
    switch (WEXITSTATUS(status)) {
    case EXIT_PROBLEM: return "a broken promise";
    case EXIT_LEAK: return "a leak";
    default: snprintf(text, sizeof text, "exit code %d, of the sanitizer", WEXITSTATUS(status)); return text;
    }
}

static inline void report(uint64_t index, int status) {
    printf("sequence %" PRIu64 " of seed %" PRIu64 ": %s, in or after %s\n", index, fuzz_first_seed, meaning(status),
           rows[shared->row].name);
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_PROBLEM) printf("%s\n", shared->problem);
    plan_sequence(seed_of(index));
    if (run_alone(false) != status) printf("alone it does not fail so; the whole batch is needed\n");
    else shrink(status);
    printf("%d steps are left:\n{\n", step_count);
    run_alone(true);
    printf("\n}\n");
    char prefix[sizeof fuzz_record];
    snprintf(prefix, sizeof prefix, "%s/fuzz-%" PRIu64 "-%" PRIu64, fuzz_start, fuzz_first_seed, index);
    record(prefix, status);
    fflush(stdout);
}

/* A leak shows at the end of a batch only: which sequence was it? */
static inline void report_leak(uint64_t first, uint64_t count) {
    for (uint64_t index = first; index < first + count; index++) {
        plan_sequence(seed_of(index));
        int status = run_alone(false);
        if (status == 0) continue;
        shared->row = steps[step_count - 1].row;
        report(index, status);
        return;
    }
    printf("sequences %" PRIu64 " to %" PRIu64 " leak together, none of them alone\n", first, first + count - 1);
}

static inline int summary(uint64_t done, uint64_t failed, double seconds) {
    int never = 0;
    bool is_long = getenv("FUZZ_VERBOSE") != NULL;
    for (int row = 0; row < ROWS; row++) {
        uint64_t fine = shared->counted[row][0], bad = shared->counted[row][1];
        if (is_long) printf("%10" PRIu64 " succeeded %10" PRIu64 " failed  %s\n", fine, bad, rows[row].name);
        if (fine > 0) continue;
        never++;
        if (!is_long) printf("%s: never succeeded, failed %" PRIu64 " times\n", rows[row].name, bad);
    }
    printf("seed %" PRIu64 ": %" PRIu64 " sequences in %.0f s, %" PRIu64 " calls of %d functions, %" PRIu64
           " of them failed as they should; %d functions never succeeded; %" PRIu64 " sequences went wrong\n",
           fuzz_first_seed, done, seconds, shared->calls, ROWS, shared->failures, never, failed);
    /* In a short run chance decides. */
    return failed > 0 || (never > 0 && done >= 2000);
}

/* Notes where recordings go, and enters a fresh directory to write in. */
static inline void enter(char *root, size_t size) {
    /* `bazel run` starts programs elsewhere and tells where it was called. */
    const char *called = getenv("BUILD_WORKING_DIRECTORY");
    if (called) snprintf(fuzz_start, sizeof fuzz_start, "%s", called);
    else if (!getcwd(fuzz_start, sizeof fuzz_start)) fuzz_start[0] = 0;
    scratch_enter("clfuzz", root, size);
    struct rlimit no_core = { 0, 0 };
    setrlimit(RLIMIT_CORE, &no_core);
}

/* fuzz SEED COUNT FILETEST..; with FUZZ_ONE set, only the sequence with this number, printed, and recorded if
 * FUZZ_RECORD says what the names of the files begin with. */
int main(int argc, char **argv) {
    char root[4096];
    uint64_t failed = 0, done = 0;
    fuzz_count = argc > 2 ? strtoull(argv[2], NULL, 10) : 2000;
    const char *one = getenv("FUZZ_ONE");
    fuzz_first_seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    if (argc > 3) read_corpus(argv + 3, argc - 3);
    enter(root, sizeof root);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return 2;
    double start = progress_now();
    if (one) {
        plan_sequence(seed_of(strtoull(one, NULL, 10)));
        int status = run_alone(true);
        printf("\n%s\n", status == 0 ? "fine" : meaning(status));
        if (getenv("FUZZ_RECORD")) record(getenv("FUZZ_RECORD"), status);
        scratch_leave(root);
        return status != 0;
    }
    while (done < fuzz_count && failed < 10) {
        uint64_t size = fuzz_count - done < BATCH ? fuzz_count - done : BATCH;
        int status = run_batch(done, size);
        if (status == 0) {
            done += size;
            continue;
        }
        failed++;
        bool is_leak = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_LEAK;
        if (is_leak) report_leak(done, size);
        else report(shared->sequence, status);
        done = is_leak ? done + size : shared->sequence + 1;
    }
    int wrong = summary(done, failed, progress_now() - start);
    scratch_leave(root);
    return wrong;
}

#endif
