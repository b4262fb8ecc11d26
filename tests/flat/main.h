/* The end of the generated program: runs the loops and judges them. */

/* What may be resident more at the end of a loop, in bytes: pages come in steps. */
enum { RESIDENT_ALLOWED = 1 << 20 };

/* In the process of the loop. */
static void flat_child(const flat_case *one, flat_run *run, const char *directory) {
    if (chdir(directory) != 0 || !freopen("/dev/null", "r", stdin) || !freopen("/dev/null", "w", stdout)) _exit(2);
    signal(SIGPIPE, SIG_IGN);
    alarm((unsigned)(run->seconds_allowed * 4) + 60);
    one->loop(run);
    if (!run->is_over && !run->problem) run->problem = "the loop ended early";
    _exit(0);
}

static bool flat_is_asked_for(const char *name, int count, char **names) {
    for (int index = 0; index < count; index++) {
        if (strcmp(names[index], name) == 0) return true;
    }
    return count == 0;
}

/* Runs one loop, the one with this number of all; false if memory is not flat. */
static bool flat_one(const flat_case *one, flat_run *run, const char *root, unsigned number, unsigned all) {
    char directory[4200];
    snprintf(directory, sizeof directory, "%s/%s", root, one->name);
    if (mkdir(directory, 0700) != 0) return false;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) flat_child(one, run, directory);
    int status = 0;
    char what[200];
    snprintf(what, sizeof what, "functions, now %s", one->name);
    if (child < 0 || progress_wait(child, &status, number, all, what) != child) return false;
    scratch_remove(directory);
    if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0) {
        printf("%-44s ended with status %d\n", one->name, status);
        return false;
    }
    if (run->gives_none && one->reason) {
        printf("%-44s gives nothing here: %s\n", one->name, one->reason);
        return true;
    }
    if (run->problem) {
        printf("%-44s %s, at call %" PRIu64 ": error %d, %s\n", one->name, run->problem, run->calls, (int)run->code,
               run->message);
        return false;
    }
    flat_state *a = &run->before, *b = &run->after;
    int64_t results = b->results - a->results, handles = b->handles - a->handles;
    int64_t descriptors = b->descriptors - a->descriptors;
    int64_t heap = b->heap_bytes - a->heap_bytes, resident = b->resident_bytes - a->resident_bytes;
    bool is_flat = results == 0 && handles == 0 && descriptors == 0 && flat_is_heap_flat(run);
    is_flat = is_flat && resident <= RESIDENT_ALLOWED;
    uint64_t calls = run->calls - run->warm_up;
    printf("%-44s %9" PRIu64 " %12.0f %9" PRId64 " %9" PRId64 "  ", one->name, calls,
           (b->seconds - a->seconds) * 1e9 / (double)calls, heap, resident);
    if (is_flat) {
        puts("flat");
        return true;
    }
    printf("GROWS: %" PRId64 " results, %" PRId64 " handles, %" PRId64 " descriptors%s%s\n", results, handles,
           descriptors, flat_is_heap_flat(run) ? "" : ", heap", resident > RESIDENT_ALLOWED ? ", resident" : "");
    return false;
}

/* flat CALLS SECONDS [FUNCTION..] */
int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: %s CALLS SECONDS [FUNCTION..]\n", argv[0]);
        return 2;
    }
    /* What a thread keeps of freed blocks would count as in use. */
    const char *tunables = getenv("GLIBC_TUNABLES");
    if (!tunables || !strstr(tunables, "tcache_count=0")) {
        setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
        execv("/proc/self/exe", argv);
        perror("/proc/self/exe");
        return 2;
    }
    char root[4096];
    scratch_enter("flat", root, sizeof root);
    flat_run *run = mmap(NULL, sizeof *run, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run == MAP_FAILED) {
        perror("mmap");
        return 2;
    }
    const char *plant = getenv("FLAT_PLANT");
    unsigned looped = 0, grown = 0, left_out = 0, all = 0;
    uint64_t calls = 0;
    double start = progress_now();
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        all += cases[index].loop && flat_is_asked_for(cases[index].name, argc - 3, argv + 3);
    }
    printf("%-44s %9s %12s %9s %9s\n", "function", "calls", "ns per call", "heap", "resident");
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const flat_case *one = &cases[index];
        if (!flat_is_asked_for(one->name, argc - 3, argv + 3)) continue;
        if (!one->loop) {
            printf("%-44s left out: %s\n", one->name, one->reason);
            left_out++;
            continue;
        }
        *run = (flat_run){ .calls_wanted = strtoull(argv[1], NULL, 10), .seconds_allowed = strtod(argv[2], NULL) };
        if (plant && *plant) run->plant = plant;
        if (!flat_one(one, run, root, looped, all)) grown++;
        looped++;
        calls += run->calls;
    }
    scratch_leave(root);
    printf("%u functions called in loops, %" PRIu64 " calls in %.0f s: %u flat, %u not; %u left out\n", looped, calls,
           progress_now() - start, looped - grown, grown, left_out);
    return looped == 0 || grown > 0 ? 1 : 0;
}
