/* What each function of the minimal runtime costs: one program, linked with it and with the full runtime.
 *
 * A figure is the median over rounds of the time of one call, freeing included, in nanoseconds. */
#define _GNU_SOURCE
#include "rt_min.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 31

static double now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

#define BENCH(name, calls, call)                                                                                     \
    do {                                                                                                             \
        double rounds[ROUNDS];                                                                                       \
        for (int round = 0; round < ROUNDS; round++) {                                                               \
            double start = now_ns();                                                                                 \
            for (int count = 0; count < (calls); count++) {                                                          \
                if (!(call)) {                                                                                       \
                    fprintf(stderr, "%s failed\n", name);                                                            \
                    exit(1);                                                                                         \
                }                                                                                                    \
            }                                                                                                        \
            rounds[round] = (now_ns() - start) / (calls);                                                            \
        }                                                                                                            \
        qsort(rounds, ROUNDS, sizeof rounds[0], compare);                                                            \
        printf("%s %.0f\n", name, rounds[ROUNDS / 2]);                                                               \
    } while (0)

static bool run(void) {
    rt_process_run_result result;
    return rt_process_run(RT_STR("/bin/true"), NULL, 0, &result) && rt_process_run_result_free(&result);
}

int main(void) {
    /* In memory where that can be had: what a disk adds is no cost of the library. */
    char folder[] = "/dev/shm/bench-syscalls.XXXXXX";
    if (!mkdtemp(folder) || chdir(folder) != 0) return 2;
    rt_env_set(RT_STR("HOME"), RT_STR("/home/bench"));
    rt_dir_create(RT_STR("list"), false);
    for (int index = 0; index < 100; index++) {
        char name[32];
        int len = snprintf(name, sizeof name, "list/file%d", index);
        rt_file_write_text((const uint8_t *)name, (uint64_t)len, RT_STR("x"));
    }
    char content[1000];
    memset(content, 'x', sizeof content);
    const uint8_t *bytes = (const uint8_t *)content;
    rt_file_write_text(RT_STR("small"), bytes, sizeof content);
    BENCH("rt_getpid", 20000, rt_getpid() != 0);
    BENCH("rt_system_cpu_count", 50, rt_system_cpu_count() > 0);
    BENCH("rt_hostname", 2000, rt_text_free(rt_hostname()));
    BENCH("rt_env_get", 5000, rt_text_free(rt_env_get(RT_STR("HOME"))));
    BENCH("rt_env_set", 5000, rt_env_set(RT_STR("BENCH"), RT_STR("value")));
    BENCH("rt_env_home", 5000, rt_text_free(rt_env_home()));
    BENCH("rt_env_cwd", 2000, rt_text_free(rt_env_cwd()));
    BENCH("rt_file_exists", 2000, rt_file_exists(RT_STR("small")));
    BENCH("rt_file_exists(missing)", 2000, !rt_file_exists(RT_STR("missing")));
    BENCH("rt_file_size", 2000, rt_file_size(RT_STR("small")) == 1000);
    BENCH("rt_file_size(missing)", 2000, rt_file_size(RT_STR("missing")) == -1);
    BENCH("rt_file_modified_time", 2000, rt_file_modified_time(RT_STR("small")) != 0);
    BENCH("rt_file_read_text(1_kB)", 1000, rt_text_free(rt_file_read_text(RT_STR("small"))));
    BENCH("rt_file_mmap_read_text(1_kB)", 1000, rt_text_free(rt_file_mmap_read_text(RT_STR("small"))));
    BENCH("rt_file_mmap_read_bytes(1_kB)", 500, rt_list_i64_free(rt_file_mmap_read_bytes(RT_STR("small"))));
    BENCH("rt_file_write_text(1_kB)", 300, rt_file_write_text(RT_STR("new"), bytes, sizeof content));
    BENCH("rt_file_append_text", 300, rt_file_append_text(RT_STR("log"), RT_STR("line\n")));
    BENCH("rt_file_copy(1_kB)", 300, rt_file_copy(RT_STR("small"), RT_STR("copy")));
    BENCH("create_and_rt_file_delete", 300,
          rt_file_write_text(RT_STR("gone"), NULL, 0) && rt_file_delete(RT_STR("gone")));
    BENCH("create_and_rt_file_remove", 300,
          rt_file_write_text(RT_STR("gone"), NULL, 0) && rt_file_remove(RT_STR("gone")));
    BENCH("rt_file_lock_and_unlock", 500, rt_file_unlock(rt_file_lock(RT_STR("lock"), 0)));
    BENCH("rt_dir_create(existing,recursive)", 1000, rt_dir_create(RT_STR("list"), true));
    BENCH("rt_dir_list(100_entries)", 100, rt_list_text_free(rt_dir_list(RT_STR("list"))));
    BENCH("rt_process_run(true)", 10, run());
    rt_process_run_result result;
    const rt_text args[] = { RT_TEXT("-rf"), { (const uint8_t *)folder, strlen(folder) } };
    return rt_process_run(RT_STR("rm"), args, 2, &result) && rt_process_run_result_free(&result) ? 0 : 1;
}
