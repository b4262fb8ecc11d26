/* What watching does: files, directories, signals. */
#define _GNU_SOURCE
#include "rt_cli.h"

#include "cli_check.h"

#include <pthread.h>
#include <sys/stat.h>

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* The next change is this one. */
static void check_next(int line, int64_t watch, rt_watch_kind kind, const char *path) {
    rt_watch_event event;
    if (!rt_watch_next_timeout(watch, SOON, &event)) {
        check_failed(__FILE__, line, "no change came");
        return;
    }
    if (event.kind != kind || strcmp((const char *)event.path.ptr, path) != 0) {
        check_failures++;
        printf("%d: %s: the change is %d of %s\n", line, check_name, event.kind, (const char *)event.path.ptr);
    }
    CHECK(rt_watch_event_free(&event));
}

#define NEXT(watch, kind, path) check_next(__LINE__, watch, RT_WATCH_KIND_##kind, path)

static void check_quiet(int64_t watch) {
    rt_watch_event event;
    CHECK_FAILS(rt_watch_next_timeout(watch, 30, &event), false, TIMED_OUT);
    CHECK(event.path.ptr == NULL);
}

static void case_a_file_is_watched_through_its_life(void) {
    int64_t watch = rt_cli_watch_file(RT_STR("plan.txt"));
    check_quiet(watch);
    write_file("other.txt", "x");
    check_quiet(watch);
    write_file("plan.txt", "one");
    NEXT(watch, CREATED, "plan.txt");
    NEXT(watch, MODIFIED, "plan.txt");
    write_file("plan.new", "two");
    CHECK(rename("plan.new", "plan.txt") == 0);
    NEXT(watch, CREATED, "plan.txt");
    write_file("plan.txt", "three");
    NEXT(watch, MODIFIED, "plan.txt");
    CHECK(remove("plan.txt") == 0);
    NEXT(watch, REMOVED, "plan.txt");
    write_file("plan.txt", "");
    NEXT(watch, CREATED, "plan.txt");
    check_quiet(watch);
    CHECK(rt_watch_free(watch));
    CHECK_FAILS(rt_watch_next_timeout(watch, 0, &(rt_watch_event){0}), false, STALE_HANDLE);
}

static void case_a_directory_is_watched(void) {
    CHECK(mkdir("garden", 0700) == 0 && mkdir("garden/beds", 0700) == 0);
    int64_t watch = rt_watch_new(RT_STR("garden"), false);
    write_file("garden/beds/deep.txt", "x");
    write_file("garden/plan.txt", "");
    NEXT(watch, CREATED, "garden/plan.txt");
    CHECK(rename("garden/plan.txt", "garden/moved.txt") == 0);
    NEXT(watch, REMOVED, "garden/plan.txt");
    NEXT(watch, CREATED, "garden/moved.txt");
    CHECK(rename("garden/moved.txt", "outside.txt") == 0);
    NEXT(watch, REMOVED, "garden/moved.txt");
    CHECK(rename("garden", "yard") == 0);
    NEXT(watch, REMOVED, "garden");
    check_quiet(watch);
    CHECK(rt_watch_free(watch));
}

static void case_directories_below_are_watched_too(void) {
    CHECK(mkdir("garden", 0700) == 0 && mkdir("garden/beds", 0700) == 0);
    int64_t watch = rt_watch_new(RT_STR("garden"), true);
    write_file("garden/beds/deep.txt", "");
    NEXT(watch, CREATED, "garden/beds/deep.txt");
    /* A directory that comes with things in it. */
    CHECK(mkdir("shed", 0700) == 0 && mkdir("shed/inner", 0700) == 0);
    write_file("shed/inner/tool", "");
    CHECK(rename("shed", "garden/shed") == 0);
    NEXT(watch, CREATED, "garden/shed");
    NEXT(watch, CREATED, "garden/shed/inner");
    NEXT(watch, CREATED, "garden/shed/inner/tool");
    CHECK(remove("garden/shed/inner/tool") == 0);
    NEXT(watch, REMOVED, "garden/shed/inner/tool");
    /* One that leaves is watched no more. */
    CHECK(rename("garden/shed", "shed") == 0);
    NEXT(watch, REMOVED, "garden/shed");
    write_file("shed/inner/later", "");
    CHECK(rmdir("garden/beds") != 0 && remove("garden/beds/deep.txt") == 0 && rmdir("garden/beds") == 0);
    NEXT(watch, REMOVED, "garden/beds/deep.txt");
    NEXT(watch, REMOVED, "garden/beds");
    /* Links are not followed. */
    CHECK(symlink("../shed", "garden/link") == 0);
    NEXT(watch, CREATED, "garden/link");
    write_file("shed/inner/last", "");
    check_quiet(watch);
    CHECK(rt_watch_free(watch));
}

static void *touch_later(void *unused) {
    (void)unused;
    usleep(50000);
    write_file("late.txt", "");
    return NULL;
}

static void case_waiting_ends_with_a_change(void) {
    pthread_t thread;
    rt_watch_event event;
    int64_t watch = rt_watch_new(RT_STR("."), false);
    pthread_create(&thread, NULL, touch_later, NULL);
    CHECK(rt_watch_next(watch, &event));
    CHECK(event.kind == RT_WATCH_KIND_CREATED && strcmp((const char *)event.path.ptr, "./late.txt") == 0);
    CHECK(rt_watch_event_free(&event));
    pthread_join(thread, NULL);
    CHECK(rt_watch_free(watch));
}

static void case_what_cannot_be_watched_is_an_error(void) {
    rt_watch_event event;
    CHECK_FAILS(rt_watch_new(RT_STR("missing/file"), false), 0, NOT_FOUND);
    CHECK_FAILS(rt_watch_new(RT_STR(""), false), 0, NOT_FOUND);
    CHECK_FAILS(rt_watch_new((const uint8_t *)"a\0b", 3, false), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_cli_watch_file(RT_STR("missing/..")), 0, NOT_FOUND);
    int64_t watch = rt_watch_new(RT_STR("."), false);
    CHECK_FAILS(rt_watch_next_timeout(watch, -1, &event), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_watch_next_timeout(watch, 0, NULL), false, NULL_POINTER);
    CHECK(rt_watch_free(watch));
}

static void case_signals_have_names(void) {
    CHECK_INT(rt_signal_number(RT_STR("SIGHUP")), SIGHUP);
    CHECK_INT(rt_signal_number(RT_STR("CHLD")), SIGCHLD);
    CHECK_INT(rt_signal_number(RT_STR("WINCH")), SIGWINCH);
    CHECK_FAILS(rt_signal_number(RT_STR("int")), 0, NOT_FOUND);
    CHECK_FAILS(rt_signal_number(RT_STR("SIGSIGINT")), 0, NOT_FOUND);
    CHECK_TEXT(rt_signal_name(SIGUSR2), "SIGUSR2");
    CHECK_FAILS(rt_signal_name(0).ptr, NULL, NOT_FOUND);
    CHECK_FAILS(rt_signal_name(-3).ptr, NULL, NOT_FOUND);
}

static const int32_t two[] = {SIGUSR1, SIGTERM};

static void case_watched_signals_are_taken(void) {
    int64_t watch = rt_signal_watch(two, 2);
    CHECK_FAILS(rt_signal_wait_timeout(watch, 30), 0, TIMED_OUT);
    CHECK(raise(SIGTERM) == 0);
    CHECK_INT(rt_signal_wait_timeout(watch, SOON), SIGTERM);
    CHECK(raise(SIGUSR1) == 0 && raise(SIGUSR1) == 0);
    CHECK_INT(rt_signal_wait(watch), SIGUSR1);
    CHECK_INT(rt_signal_wait_timeout(watch, 0), SIGUSR1);
    CHECK_FAILS(rt_signal_wait_timeout(watch, 0), 0, TIMED_OUT);
    CHECK_FAILS(rt_signal_wait_timeout(watch, -1), 0, OUT_OF_RANGE);
    int64_t other = rt_signal_watch(two, 1);
    CHECK(raise(SIGUSR1) == 0);
    CHECK_INT(rt_signal_wait(watch), SIGUSR1);
    CHECK_INT(rt_signal_wait(other), SIGUSR1);
    /* While one watch has it, it is taken. */
    CHECK(rt_signal_watch_free(other));
    CHECK(raise(SIGUSR1) == 0);
    CHECK_INT(rt_signal_wait(watch), SIGUSR1);
    CHECK(rt_signal_watch_free(watch));
}

static void *signal_later(void *unused) {
    (void)unused;
    usleep(50000);
    kill(getpid(), SIGTERM);
    return NULL;
}

static void case_waiting_ends_with_a_signal(void) {
    pthread_t thread;
    int64_t watch = rt_signal_watch(two, 2);
    pthread_create(&thread, NULL, signal_later, NULL);
    CHECK_INT(rt_signal_wait(watch), SIGTERM);
    pthread_join(thread, NULL);
    CHECK(rt_signal_watch_free(watch));
}

static volatile sig_atomic_t handled;

static void handle(int signal) {
    handled = signal;
}

/* What becomes of a signal after its watch was freed, in a child. */
static int status_after_watch(int32_t signal) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int64_t watch = rt_signal_watch(&signal, 1);
        raise(signal);
        if (rt_signal_wait_timeout(watch, SOON) != signal) _exit(1);
        rt_signal_watch_free(watch);
        raise(signal);
        _exit(handled == signal ? 3 : 2);
    }
    int status = -1;
    CHECK_INT(waitpid(child, &status, 0), child);
    return status;
}

static void case_a_freed_watch_gives_the_action_back(void) {
    int status = status_after_watch(SIGINT);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    signal(SIGQUIT, handle);
    status = status_after_watch(SIGQUIT);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    signal(SIGQUIT, SIG_DFL);
    signal(SIGALRM, SIG_IGN);
    status = status_after_watch(SIGALRM);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    signal(SIGALRM, SIG_DFL);
}

static void case_what_is_no_signal_is_refused(void) {
    const int32_t bad[] = {0, -1, 1000, SIGKILL, SIGSTOP, SIGSEGV};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_FAILS(rt_signal_watch(&bad[i], 1), 0, INVALID_ARGUMENT);
    }
    CHECK_FAILS(rt_signal_watch(NULL, 0), 0, INVALID_ARGUMENT);
    const int32_t mixed[] = {SIGUSR1, SIGKILL};
    CHECK_FAILS(rt_signal_watch(mixed, 2), 0, INVALID_ARGUMENT);
}

static const check_case cases[] = {
    CASE(a_file_is_watched_through_its_life),
    CASE(a_directory_is_watched),
    CASE(directories_below_are_watched_too),
    CASE(waiting_ends_with_a_change),
    CASE(what_cannot_be_watched_is_an_error),
    CASE(signals_have_names),
    CASE(watched_signals_are_taken),
    CASE(waiting_ends_with_a_signal),
    CASE(a_freed_watch_gives_the_action_back),
    CASE(what_is_no_signal_is_refused),
};

CHECK_MAIN(cases)
