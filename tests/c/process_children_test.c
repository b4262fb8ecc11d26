/* What looking after children does: spawning, waiting, killing; and that nothing is left behind, from many threads. */
#define _GNU_SOURCE
#include "rt_process.h"

#include "process_check.h"

#include <dirent.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define THREADS 8
#define RUNS_PER_THREAD 12

/* The number that a child wrote into a file; waits for it. */
static int64_t read_pid(const char *path) {
    for (int64_t until = now_ms() + SOON; now_ms() < until; nap_ms(2)) {
        FILE *file = fopen(path, "r");
        if (file == NULL) continue;
        int64_t pid = 0;
        char end = 0;
        int got = fscanf(file, "%" SCNd64 "%c", &pid, &end);
        fclose(file);
        if (got == 2 && end == '\n') return pid;
    }
    return -1;
}

static int open_descriptors(void) {
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;
    while (readdir(directory) != NULL) count++;
    closedir(directory);
    return count;
}

static void case_a_spawned_child_is_waited_for_once(void) {
    int64_t pid = rt_process_spawn(RT_STR("sh"), SCRIPT("exit 7"));
    CHECK(pid > 0);
    CHECK_INT(rt_process_wait(pid), 7);
    CHECK_ERROR(OK);
    CHECK_FAILS(rt_process_wait(pid), -1, NO_PROCESS);
    CHECK_FAILS(rt_process_kill(pid), false, NO_PROCESS);
    CHECK_FAILS(rt_process_signal(pid, SIGTERM), false, NO_PROCESS);
    CHECK_INT(rt_process_try_wait(pid).present, false);
    CHECK_ERROR(NO_PROCESS);
}

static void case_only_children_can_be_waited_for_or_killed(void) {
    const int64_t strangers[] = {0, -1, 1, getpid(), INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        CHECK_FAILS(rt_process_wait(strangers[i]), -1, NO_PROCESS);
        CHECK_FAILS(rt_process_wait_timeout(strangers[i], 10), -1, NO_PROCESS);
        CHECK_FAILS(rt_process_kill(strangers[i]), false, NO_PROCESS);
        CHECK_FAILS(rt_process_signal(strangers[i], SIGTERM), false, NO_PROCESS);
    }
    pid_t stranger = fork();
    if (stranger == 0) _exit(3);
    CHECK_FAILS(rt_process_wait(stranger), -1, NO_PROCESS);
    int status = 0;
    CHECK_INT(waitpid(stranger, &status, 0), stranger);
    CHECK_INT(WEXITSTATUS(status), 3);
}

static void case_waiting_can_be_bounded(void) {
    int64_t pid = rt_process_spawn(
        RT_STR("sh"), SCRIPT("exec 2>&-; trap 'exit 8' TERM; echo $$ > up; while :; do sleep 0.01; done"));
    CHECK_FAILS(rt_process_wait_timeout(pid, 0), -1, TIMED_OUT);
    CHECK_FAILS(rt_process_wait_timeout(pid, 30), -1, TIMED_OUT);
    CHECK_FAILS(rt_process_wait_timeout(pid, -1), -1, OUT_OF_RANGE);
    CHECK_INT(rt_process_try_wait(pid).present, false);
    CHECK_ERROR(OK);
    CHECK(rt_process_is_alive(pid));
    CHECK_INT(read_pid("up"), pid);
    CHECK(rt_process_signal(pid, SIGTERM));
    CHECK_INT(rt_process_wait_timeout(pid, SOON), 8);
    CHECK(!rt_process_is_alive(pid));
}

static void case_killing_ends_the_whole_group(void) {
    int64_t pid = rt_process_spawn(RT_STR("sh"), SCRIPT("sleep 60 & echo $! > grandchild; trap '' TERM; wait"));
    int64_t grandchild = read_pid("grandchild");
    CHECK(grandchild > 0 && !has_ended(grandchild));
    CHECK(rt_process_kill(pid));
    CHECK(rt_process_kill(pid));
    CHECK_INT(rt_process_wait(pid), 128 + SIGKILL);
    CHECK(ends_soon(grandchild));
}

static void case_killing_reaches_what_an_ended_child_left(void) {
    int64_t pid = rt_process_spawn(RT_STR("sh"), SCRIPT("sleep 60 & echo $! > grandchild; exit 6"));
    int64_t grandchild = read_pid("grandchild");
    while (rt_process_is_alive(pid)) nap_ms(2);
    CHECK(!has_ended(grandchild));
    CHECK(rt_process_kill(pid));
    CHECK(ends_soon(grandchild));
    CHECK_INT(rt_process_wait(pid), 6);
}

static void case_signals_are_checked(void) {
    int64_t pid = rt_process_spawn(RT_STR("sleep"), ARG("60"));
    CHECK_FAILS(rt_process_signal(pid, 0), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_process_signal(pid, -9), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_process_signal(pid, 1000), false, OUT_OF_RANGE);
    CHECK(rt_process_signal(pid, SIGINT));
    CHECK_INT(rt_process_wait(pid), 128 + SIGINT);
}

static void case_children_lists_those_not_waited_for(void) {
    int64_t first = rt_process_spawn(RT_STR("true"), NULL, 0);
    int64_t second = rt_process_spawn(RT_STR("sleep"), ARG("60"));
    rt_list_i64 children = rt_process_children();
    CHECK_U64(children.len, 2);
    CHECK(children.len == 2 && children.items[0] + children.items[1] == first + second);
    CHECK(rt_list_i64_free(children));
    CHECK_INT(rt_process_wait(first), 0);
    CHECK(rt_process_kill(second));
    CHECK_INT(rt_process_wait(second), 128 + SIGKILL);
    children = rt_process_children();
    CHECK(children.items != NULL && children.len == 0);
    CHECK(rt_list_i64_free(children));
}

static void *wait_for_child(void *pid) {
    int64_t code = rt_process_wait(*(int64_t *)pid);
    return (void *)(intptr_t)(code == -1 && rt_last_error_code() == RT_ERROR_NO_PROCESS ? -1 : code);
}

static void case_one_of_several_waiting_threads_gets_the_code(void) {
    int64_t pid = rt_process_spawn(RT_STR("sh"), SCRIPT("sleep 0.1; exit 5"));
    pthread_t threads[THREADS];
    int64_t sum = 0;
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, wait_for_child, &pid);
    for (int i = 0; i < THREADS; i++) {
        void *code;
        pthread_join(threads[i], &code);
        sum += (intptr_t)code;
    }
    CHECK_INT(sum, 5 - (THREADS - 1));
}

/* Runs, spawns and times out, over and over; gives the number of surprises. */
static void *run_often(void *argument) {
    intptr_t wrong = 0;
    char line[64];
    char expected[64];
    for (int i = 0; i < RUNS_PER_THREAD; i++) {
        int number = *(int *)argument * 1000 + i;
        snprintf(line, sizeof line, "echo %d; echo e%d >&2; exit %d", number, number, i);
        snprintf(expected, sizeof expected, "%d\n", number);
        const rt_text args[] = {RT_TEXT("-c"), {(const uint8_t *)line, strlen(line)}};
        rt_process_run_timeout_result result;
        if (!rt_process_run_timeout(RT_STR("sh"), args, 2, SOON, &result)) return (void *)1000;
        wrong += result.code != i || strcmp((const char *)result.out.ptr, expected) != 0 || result.err.ptr[0] != 'e';
        rt_process_run_timeout_result_free(&result);
        wrong += rt_process_wait(rt_process_spawn(RT_STR("sh"), SCRIPT("exit 3"))) != 3;
        wrong += rt_process_run_timeout(RT_STR("sleep"), ARG("60"), 1, &result);
        wrong += rt_last_error_code() != RT_ERROR_TIMED_OUT;
    }
    return (void *)wrong;
}

static void case_threads_run_at_once(void) {
    pthread_t threads[THREADS];
    int numbers[THREADS];
    int before = open_descriptors();
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, run_often, &numbers[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        CHECK_INT((intptr_t)wrong, 0);
    }
    CHECK_INT(open_descriptors(), before);
    CHECK(!has_children());
}

static void case_hundreds_of_runs_leave_no_descriptor_and_no_zombie(void) {
    const uint8_t input[] = "some input";
    const rt_process_limits limits = {.timeout_ms = SOON, .memory_mb = 1024};
    int before = open_descriptors();
    for (int i = 0; i < 300; i++) {
        rt_process_result result;
        CHECK(rt_process_run_bytes(RT_STR("cat"), NULL, 0, input, sizeof input, NULL, 0, NULL, 0, &limits, &result));
        CHECK_BYTES(result.out, input, sizeof input);
        CHECK(rt_bytes_free(result.err));
        CHECK_INT(rt_process_spawn(RT_STR("no-such-program"), NULL, 0), 0);
    }
    CHECK_INT(open_descriptors(), before);
    CHECK(!has_children());
}

/* Spawns children that live for a moment, so that descriptors of a run may leak into them. */
static void *spawn_often(void *stop) {
    do {
        rt_process_wait(rt_process_spawn(RT_STR("sh"), SCRIPT("ls /proc/self/fd > list.$$")));
    } while (!__atomic_load_n((bool *)stop, __ATOMIC_SEQ_CST));
    return NULL;
}

static void case_children_inherit_no_descriptor_of_a_run(void) {
    bool stop = false;
    pthread_t thread;
    /* What any child sees: what this process inherited itself, and the directory that ls reads. */
    CHECK_INT(system("ls /proc/self/fd > expected"), 0);
    pthread_create(&thread, NULL, spawn_often, &stop);
    for (int i = 0; i < 60; i++) {
        rt_process_result result;
        const rt_process_limits limits = {0};
        CHECK(rt_process_run_bytes(RT_STR("cat"), NULL, 0, RT_STR("x"), NULL, 0, NULL, 0, &limits, &result));
        CHECK(rt_process_result_free(&result));
    }
    __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
    pthread_join(thread, NULL);
    CHECK_INT(rt_shell(RT_STR("for f in list.*; do test -e \"$f\" && cmp -s \"$f\" expected || exit 1; done")), 0);
}

/* The program around */

static void case_a_host_that_ignores_sigchld_gets_an_error_and_no_hang(void) {
    rt_process_run_result result;
    signal(SIGCHLD, SIG_IGN);
    CHECK_FAILS(rt_process_run(RT_STR("echo"), ARG("x"), &result), false, NO_PROCESS);
    CHECK_FAILS(rt_shell(RT_STR("true")), -1, NO_PROCESS);
    int64_t pid = rt_process_spawn(RT_STR("true"), NULL, 0);
    CHECK_FAILS(rt_process_wait(pid), -1, NO_PROCESS);
    CHECK_FAILS(rt_process_kill(pid), false, NO_PROCESS);
    signal(SIGCHLD, SIG_DFL);
    rt_list_i64 children = rt_process_children();
    CHECK_U64(children.len, 0);
    CHECK(rt_list_i64_free(children));
}

static void case_a_fork_of_the_host_has_none_of_its_children(void) {
    int64_t pid = rt_process_spawn(RT_STR("sleep"), ARG("60"));
    pid_t fork_of_us = fork();
    if (fork_of_us == 0) {
        bool refused = !rt_process_kill(pid) && rt_last_error_code() == RT_ERROR_NO_PROCESS;
        _exit(refused ? 0 : 1);
    }
    int status = -1;
    CHECK_INT(waitpid(fork_of_us, &status, 0), fork_of_us);
    CHECK_INT(status, 0);
    CHECK(rt_process_is_alive(pid));
    CHECK(rt_process_kill(pid));
    CHECK_INT(rt_process_wait(pid), 128 + SIGKILL);
}

/* Makes this process see the calls as a kernel without descriptors for processes would answer them. */
static bool forget_pidfd(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Runs in a fork: what waits must work there as well. Gives the number of surprises. */
static int run_without_pidfd(void) {
    int wrong = syscall(SYS_pidfd_open, getpid(), 0) != -1;
    rt_process_run_timeout_result result;
    wrong += !rt_process_run_timeout(RT_STR("sh"), SCRIPT("exec >&- 2>&-; sleep 0.05; exit 5"), SOON, &result);
    wrong += result.code != 5;
    rt_process_run_timeout_result_free(&result);
    wrong += rt_process_run_timeout(RT_STR("sleep"), ARG("60"), 50, &result);
    wrong += rt_last_error_code() != RT_ERROR_TIMED_OUT;
    int64_t pid = rt_process_spawn(RT_STR("sleep"), ARG("60"));
    wrong += rt_process_wait_timeout(pid, 20) != -1;
    wrong += !rt_process_kill(pid);
    wrong += rt_process_wait(pid) != 128 + SIGKILL;
    return wrong;
}

static void case_old_kernels_serve_as_well(void) {
    pid_t fork_of_us = fork();
    if (fork_of_us == 0) _exit(forget_pidfd() ? run_without_pidfd() : 100);
    int status = -1;
    CHECK_INT(waitpid(fork_of_us, &status, 0), fork_of_us);
    CHECK_INT(status, 0);
}

static void case_process_ids_are_those_of_the_system(void) {
    CHECK_INT(rt_getpid(), getpid());
    CHECK_INT(rt_getppid(), getppid());
    CHECK(rt_process_is_alive(rt_getpid()));
    CHECK(rt_process_is_alive(1));
    CHECK(!rt_process_is_alive(INT32_MAX));
    CHECK_ERROR(OK);
    CHECK_FAILS(rt_process_is_alive(0), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_process_is_alive(-1), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_process_is_alive(INT64_MAX), false, OUT_OF_RANGE);
}

static const check_case cases[] = {
    CASE(a_spawned_child_is_waited_for_once),
    CASE(only_children_can_be_waited_for_or_killed),
    CASE(waiting_can_be_bounded),
    CASE(killing_ends_the_whole_group),
    CASE(killing_reaches_what_an_ended_child_left),
    CASE(signals_are_checked),
    CASE(children_lists_those_not_waited_for),
    CASE(one_of_several_waiting_threads_gets_the_code),
    CASE(threads_run_at_once),
    CASE(hundreds_of_runs_leave_no_descriptor_and_no_zombie),
    CASE(children_inherit_no_descriptor_of_a_run),
    CASE(a_host_that_ignores_sigchld_gets_an_error_and_no_hang),
    CASE(a_fork_of_the_host_has_none_of_its_children),
    CASE(old_kernels_serve_as_well),
    CASE(process_ids_are_those_of_the_system),
};

CHECK_MAIN(cases)
