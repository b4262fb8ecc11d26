/* What the functions of system say, against what the C library and the kernel's files say. */
#define _GNU_SOURCE
#include "rt_system.h"

#include "check.h"

#include <mntent.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

static void case_host_and_kernel_are_those_of_uname(void) {
    struct utsname want;
    CHECK(uname(&want) == 0);
    CHECK_TEXT(rt_hostname(), want.nodename);
    CHECK_TEXT(rt_system_kernel_name(), want.sysname);
    CHECK_TEXT(rt_system_kernel_version(), want.release);
    CHECK_TEXT(rt_system_architecture(), want.machine);
    CHECK_ERROR(OK);
}

/* Whether a text is a UUID of version 4 in lower case. */
static bool is_uuid_v4(const char *text) {
    if (strlen(text) != 36) return false;
    for (int i = 0; i < 36; i++) {
        bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_hyphen ? text[i] != '-' : strchr("0123456789abcdef", text[i]) == NULL) return false;
    }
    return text[14] == '4' && strchr("89ab", text[19]) != NULL;
}

enum { UUIDS = 500 };

static int compare_texts(const void *a, const void *b) {
    return memcmp(((const rt_text *)a)->ptr, ((const rt_text *)b)->ptr, 36);
}

static void *make_uuids(void *list) {
    for (int i = 0; i < UUIDS; i++) ((rt_text *)list)[i] = rt_uuid_v4();
    return NULL;
}

static void case_uuids_are_well_formed_and_differ_over_threads(void) {
    static rt_text ids[4 * UUIDS];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, make_uuids, &ids[i * UUIDS]) == 0);
    for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    int bad = 0;
    for (int i = 0; i < 4 * UUIDS; i++) bad += ids[i].ptr == NULL || !is_uuid_v4((const char *)ids[i].ptr);
    CHECK_INT(bad, 0);
    if (bad == 0) qsort(ids, 4 * UUIDS, sizeof ids[0], compare_texts);
    for (int i = 1; bad == 0 && i < 4 * UUIDS; i++) CHECK(compare_texts(&ids[i - 1], &ids[i]) != 0);
    for (int i = 0; i < 4 * UUIDS; i++) CHECK(rt_text_free(ids[i]));
}

static void case_processors_are_those_that_are_online(void) {
    CHECK_INT(rt_system_cpu_count(), sysconf(_SC_NPROCESSORS_ONLN));
    CHECK_INT(rt_cpu_count(), sysconf(_SC_NPROCESSORS_ONLN));
    CHECK_ERROR(OK);
}

static void case_available_processors_follow_the_affinity(void) {
    cpu_set_t before;
    cpu_set_t one;
    CHECK(sched_getaffinity(0, sizeof before, &before) == 0);
    CHECK(rt_system_cpu_available() >= 1);
    CHECK(rt_system_cpu_available() <= CPU_COUNT(&before));
    CPU_ZERO(&one);
    for (size_t cpu = 0; CPU_COUNT(&one) == 0; cpu++) {
        if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
    }
    CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
    CHECK_INT(rt_system_cpu_available(), 1);
    CHECK_INT(rt_system_cpu_count(), sysconf(_SC_NPROCESSORS_ONLN));
    CHECK(sched_setaffinity(0, sizeof before, &before) == 0);
}

static void case_load_is_that_of_the_c_library(void) {
    /* The kernel computes the load anew every five seconds; a second look agrees unless one fell between. */
    for (int tries = 0; tries < 5; tries++) {
        double want[3];
        rt_system_load_average_result got;
        CHECK(getloadavg(want, 3) == 3);
        CHECK(rt_system_load_average(&got));
        CHECK(got.one_minute >= 0 && got.five_minutes >= 0 && got.fifteen_minutes >= 0);
        double off = got.one_minute - want[0];
        if (off > -0.011 && off < 0.011 && got.fifteen_minutes - want[2] < 0.011) return;
    }
    CHECK(!"the load never agrees");
}

static void case_target_code_is_that_of_the_compiler(void) {
#if defined(__x86_64__)
    CHECK_INT(rt_get_host_target_code(), 0);
#elif defined(__aarch64__)
    CHECK_INT(rt_get_host_target_code(), 1);
#elif defined(__riscv) && __riscv_xlen == 64
    CHECK_INT(rt_get_host_target_code(), 2);
#elif defined(__s390x__)
    CHECK_INT(rt_get_host_target_code(), 3);
#else
    CHECK_FAILS(rt_get_host_target_code(), -1, UNSUPPORTED);
#endif
}

static void case_memory_is_that_of_the_kernel(void) {
    struct sysinfo want;
    rt_memory_info got;
    CHECK(sysinfo(&want) == 0);
    CHECK(rt_system_memory(&got));
    CHECK_INT(got.total_bytes / 1024, want.totalram * want.mem_unit / 1024);
    CHECK_INT(got.swap_total_bytes / 1024, want.totalswap * want.mem_unit / 1024);
    CHECK(got.free_bytes > 0 && got.free_bytes <= got.total_bytes);
    CHECK(got.available_bytes > 0 && got.available_bytes <= got.total_bytes);
    CHECK(got.swap_free_bytes >= 0 && got.swap_free_bytes <= got.swap_total_bytes);
    CHECK_INT(rt_system_memory_total_bytes(), got.total_bytes);
    int64_t available = rt_system_memory_available_bytes();
    CHECK(available > 0 && available <= got.total_bytes);
    CHECK_ERROR(OK);
    CHECK_FAILS(rt_system_memory(NULL), false, NULL_POINTER);
}

/* Whether the kernel lists the disk as mounted. */
static bool is_mounted(const rt_disk_info *disk) {
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    bool found = false;
    if (mounts == NULL) return false;
    for (struct mntent *entry; !found && (entry = getmntent(mounts)) != NULL;) {
        found = strcmp(entry->mnt_dir, (const char *)disk->mount_point.ptr) == 0 &&
                strcmp(entry->mnt_type, (const char *)disk->file_system.ptr) == 0;
    }
    endmntent(mounts);
    return found;
}

/* Whether every device that the kernel lists as mounted is among the disks. */
static bool has_every_device(const rt_list_disk_info *disks) {
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    bool has_all = mounts != NULL;
    for (struct mntent *entry; has_all && (entry = getmntent(mounts)) != NULL;) {
        struct stat device;
        struct stat root;
        struct stat disk;
        if (stat(entry->mnt_fsname, &device) != 0 || !S_ISBLK(device.st_mode)) continue;
        if (stat(entry->mnt_dir, &root) != 0 || !S_ISDIR(root.st_mode)) continue;
        has_all = false;
        for (uint64_t i = 0; i < disks->len && !has_all; i++) {
            has_all = stat((const char *)disks->items[i].mount_point.ptr, &disk) == 0 && disk.st_dev == root.st_dev;
        }
    }
    if (mounts != NULL) endmntent(mounts);
    return has_all;
}

static void case_disks_are_mounted_and_have_the_size_of_statvfs(void) {
    rt_list_disk_info disks = rt_system_disks();
    CHECK_ERROR(OK);
    CHECK(disks.items != NULL);
    CHECK(has_every_device(&disks));
    for (uint64_t i = 0; i < disks.len; i++) {
        const rt_disk_info *disk = &disks.items[i];
        struct statvfs want;
        CHECK(is_mounted(disk));
        CHECK(statvfs((const char *)disk->mount_point.ptr, &want) == 0);
        CHECK_INT(disk->total_bytes, want.f_blocks * want.f_frsize);
        CHECK(disk->available_bytes >= 0 && disk->available_bytes <= disk->total_bytes);
        CHECK(disk->read_only == ((want.f_flag & ST_RDONLY) != 0));
        CHECK(disk->device.len > 0);
    }
    CHECK(rt_list_disk_info_free(disks));
}

/* In namespaces of its own, where it may mount: a disk that is mounted again is still one disk. Exit code 0: it is so,
 * or this machine does not allow such namespaces. */
static int count_disks_with_a_second_mount(void) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return 0;
    rt_list_disk_info before = rt_system_disks();
    if (mkdir("again \n", 0700) != 0 || mount(".", "again \n", NULL, MS_BIND, NULL) != 0) return 0;
    rt_list_disk_info after = rt_system_disks();
    bool is_same = before.items != NULL && before.len == after.len;
    for (uint64_t i = 0; is_same && i < after.len; i++) {
        const char *point = (const char *)before.items[i].mount_point.ptr;
        is_same = strcmp(point, (const char *)after.items[i].mount_point.ptr) == 0;
    }
    return is_same ? 0 : 1;
}

static void case_a_disk_comes_once_however_often_it_is_mounted(void) {
    rt_list_disk_info disks = rt_system_disks();
    for (uint64_t i = 0; i < disks.len; i++) {
        for (uint64_t k = 0; k < i; k++) {
            struct stat one;
            struct stat other;
            CHECK(stat((const char *)disks.items[i].mount_point.ptr, &one) == 0);
            CHECK(stat((const char *)disks.items[k].mount_point.ptr, &other) == 0);
            CHECK(one.st_dev != other.st_dev);
        }
    }
    CHECK(rt_list_disk_info_free(disks));
    pid_t child = fork();
    if (child == 0) _exit(count_disks_with_a_second_mount());
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
}

static void case_disk_space_is_that_of_statvfs(void) {
    rt_system_disk_space_result got;
    struct statvfs want;
    CHECK(rt_system_disk_space(RT_STR("."), &got));
    CHECK(statvfs(".", &want) == 0);
    CHECK_INT(got.total_bytes, want.f_blocks * want.f_frsize);
    CHECK(got.free_bytes <= got.total_bytes && got.available_bytes <= got.free_bytes);
    /* A file system without a size. */
    CHECK(rt_system_disk_space(RT_STR("/proc"), &got));
    CHECK_INT(got.total_bytes, 0);
    CHECK_ERROR(OK);
}

static void case_disk_space_of_a_path_that_is_none(void) {
    rt_system_disk_space_result got = {1, 1, 1};
    char name[300];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    CHECK(symlink("loop", "loop") == 0);
    CHECK_FAILS(rt_system_disk_space(RT_STR("missing"), &got), false, NOT_FOUND);
    CHECK_MESSAGE("missing");
    CHECK_INT(got.total_bytes, 0);
    CHECK_INT(got.free_bytes, 0);
    CHECK_INT(got.available_bytes, 0);
    CHECK_FAILS(rt_system_disk_space(RT_STR(""), &got), false, NOT_FOUND);
    CHECK_FAILS(rt_system_disk_space(RT_STR("/etc/passwd/x"), &got), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_system_disk_space((const uint8_t *)"a\0b", 3, &got), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_system_disk_space(RT_CSTR(name), &got), false, NAME_TOO_LONG);
    CHECK_FAILS(rt_system_disk_space(RT_STR("loop"), &got), false, TOO_MANY_LINKS);
    CHECK_FAILS(rt_system_disk_space((const uint8_t *)"\xff", 1, &got), false, INVALID_UTF8);
    CHECK_FAILS(rt_system_disk_space(RT_STR("."), NULL), false, NULL_POINTER);
}

static void case_uptime_is_that_of_the_kernel(void) {
    struct timespec before;
    struct timespec after;
    clock_gettime(CLOCK_BOOTTIME, &before);
    int64_t up = rt_system_uptime_secs();
    clock_gettime(CLOCK_BOOTTIME, &after);
    CHECK(before.tv_sec <= up && up <= after.tv_sec);
    CHECK_ERROR(OK);
}

/* The value of a key of /etc/os-release, or null; the caller frees it. */
static char *os_release(const char *key) {
    FILE *file = fopen("/etc/os-release", "r");
    char line[512];
    char *value = NULL;
    size_t len = strlen(key);
    while (file != NULL && value == NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, len) != 0 || line[len] != '=') continue;
        char *start = line + len + 1;
        start += *start == '"';
        start[strcspn(start, "\"\n")] = 0;
        value = strdup(start);
    }
    if (file != NULL) fclose(file);
    return value;
}

static void case_operating_system_is_that_of_os_release(void) {
    char *name = os_release("NAME");
    char *version = os_release("VERSION_ID");
    CHECK_TEXT(rt_system_os_name(), name != NULL ? name : "Linux");
    if (version != NULL) {
        CHECK_TEXT(rt_system_os_version(), version);
    } else if (name != NULL) {
        CHECK_NO_TEXT(rt_system_os_version());
    }
    CHECK_ERROR(OK);
    free(name);
    free(version);
}

/* In a process that may become somebody else: whether the numbers follow. */
static int count_wrong_numbers(void) {
    bool may = setegid(4711) == 0 && seteuid(4712) == 0;
    bool follows = rt_system_group_id() == getegid() && rt_last_error_code() == RT_ERROR_OK &&
                   rt_system_user_id() == geteuid() && rt_last_error_code() == RT_ERROR_OK;
    return follows && (!may || rt_system_group_id() == 4711) ? 0 : 1;
}

static void case_account_is_that_of_the_process(void) {
    pid_t child = fork();
    if (child == 0) _exit(count_wrong_numbers());
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
    CHECK_INT(rt_system_user_id(), geteuid());
    CHECK_INT(rt_system_group_id(), getegid());
    const struct passwd *account = getpwuid(geteuid());
    rt_text name = rt_system_user_name();
    if (name.ptr == NULL) {
        CHECK_ERROR(NOT_FOUND);
    } else {
        CHECK(account != NULL && strcmp(account->pw_name, (const char *)name.ptr) == 0);
    }
    CHECK(rt_text_free(name));
}

/* The name does not come from the environment. */
static void case_account_name_ignores_the_environment(void) {
    rt_text before = rt_system_user_name();
    const char *user = getenv("USER");
    char *kept = user != NULL ? strdup(user) : NULL;
    CHECK(setenv("USER", "somebody-else", 1) == 0);
    if (before.ptr != NULL) {
        CHECK_TEXT(rt_system_user_name(), (const char *)before.ptr);
    } else {
        CHECK_NO_TEXT(rt_system_user_name());
    }
    CHECK((kept != NULL ? setenv("USER", kept, 1) : unsetenv("USER")) == 0);
    free(kept);
    CHECK(rt_text_free(before));
}

/* Only the administrator may become an account that does not exist; a child does, so that the test stays what it is. */
static void case_an_account_without_a_name(void) {
    enum { NOBODY_HAS_IT = 2123456789 };
    if (geteuid() != 0 || getpwuid(NOBODY_HAS_IT) != NULL) return;
    pid_t child = fork();
    if (child == 0) {
        if (seteuid(NOBODY_HAS_IT) != 0) _exit(0);
        int failures = check_failures;
        CHECK_INT(rt_system_user_id(), NOBODY_HAS_IT);
        CHECK_NO_TEXT(rt_system_user_name());
        CHECK_ERROR(NOT_FOUND);
        CHECK_MESSAGE("2123456789");
        fflush(stdout);
        _exit(check_failures == failures ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
}

static void case_no_descriptor_left(void) {
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {3, 3};
        int failures = check_failures;
        rt_memory_info memory;
        rt_system_load_average_result load;
        CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
        CHECK_FAILS(rt_system_memory(&memory), false, TOO_MANY_FILES);
        CHECK_FAILS(rt_system_load_average(&load), false, TOO_MANY_FILES);
        CHECK_NO_TEXT(rt_system_os_name());
        CHECK_ERROR(TOO_MANY_FILES);
        CHECK_NO_TEXT(rt_system_os_version());
        CHECK_ERROR(TOO_MANY_FILES);
        fflush(stdout);
        _exit(check_failures == failures ? 0 : 1);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
}

static const check_case cases[] = {
    CASE(host_and_kernel_are_those_of_uname),
    CASE(uuids_are_well_formed_and_differ_over_threads),
    CASE(processors_are_those_that_are_online),
    CASE(available_processors_follow_the_affinity),
    CASE(load_is_that_of_the_c_library),
    CASE(target_code_is_that_of_the_compiler),
    CASE(memory_is_that_of_the_kernel),
    CASE(disks_are_mounted_and_have_the_size_of_statvfs),
    CASE(a_disk_comes_once_however_often_it_is_mounted),
    CASE(disk_space_is_that_of_statvfs),
    CASE(disk_space_of_a_path_that_is_none),
    CASE(uptime_is_that_of_the_kernel),
    CASE(operating_system_is_that_of_os_release),
    CASE(account_is_that_of_the_process),
    CASE(account_name_ignores_the_environment),
    CASE(an_account_without_a_name),
    CASE(no_descriptor_left),
};

CHECK_MAIN(cases)
