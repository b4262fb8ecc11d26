/* Runs the steps of a sequence, and says what must be true after it. */
#ifndef FUZZ_RUN_H
#define FUZZ_RUN_H

enum { SECONDS_PER_SEQUENCE = 20, MEMORY_PER_SEQUENCE_KIB = 1 << 20 };

static inline void run_step(const fuzz_step *step) {
    memset(&G, 0, sizeof G);
    fuzz_seed(step->seed);
    fuzz_wild = step->is_wild;
    fuzz_row_now = step->row;
    shared->row = step->row;
    rows[step->row].call();
    if (!G.ctx || rt_last_error_code() != 0) return;
    if (rows[step->row].is_unsafe) G.ctx->is_safe = false;
    if (rows[step->row].can_trap) G.ctx->can_trap = true;
}

static inline void *run_elsewhere(void *step) {
    run_step(step);
    return NULL;
}

/* Frees all, twice as far as that goes wrong only with an error, and counts what is left. */
static inline void end_sequence(void) {
    fuzz_wild = false;
    for (int round = 0; round < 2; round++) {
        for (int index = 0; index < S.handle_count; index++) {
            int64_t handle = S.handles[index];
            if (!rt_cranelift_context_free(handle) && !rt_cranelift_signature_free(handle))
                rt_cranelift_module_free(handle);
        }
    }
    static const uint16_t tags[] = { RT_KIND_CRANELIFT_SIGNATURE, RT_KIND_CRANELIFT_CONTEXT,
                                     RT_KIND_CRANELIFT_MODULE };
    for (size_t index = 0; index < sizeof tags / sizeof tags[0]; index++)
        if (rt_live_handles(tags[index]) != 0) fuzz_problem("was the last call; handles are left at the end");
    if (rt_live_blocks() != 0) fuzz_problem("was the last call; results are left at the end");
}

static inline long memory_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* A sequence that takes this long on the processor hangs. */
static inline void set_alarm(int seconds) {
    struct itimerval timer = { .it_value = { .tv_sec = seconds } };
    setitimer(ITIMER_PROF, &timer, NULL);
}

/* Runs what is in `steps`; false if something is wrong, which `shared->problem` tells. */
static inline bool run_sequence(void) {
    memset(&S, 0, sizeof S);
    fuzz_problems = 0;
    long before = memory_kib();
    set_alarm(SECONDS_PER_SEQUENCE);
    for (int index = 0; index < step_count && fuzz_problems == 0; index++) {
        pthread_t thread;
        /* Some calls come from another thread. */
        bool is_elsewhere = steps[index].is_wild && steps[index].seed % 64 == 0;
        if (is_elsewhere && pthread_create(&thread, NULL, run_elsewhere, &steps[index]) == 0)
            pthread_join(thread, NULL);
        else run_step(&steps[index]);
    }
    end_sequence();
    set_alarm(0);
    bool is_large = memory_kib() - before > MEMORY_PER_SEQUENCE_KIB;
    if (is_large) fuzz_problem("was the last call; the sequence took much memory");
    return fuzz_problems == 0;
}

#endif
