/* One program for two libraries: it calls each function that both have with good and bad input and prints results,
 * codes and messages. What it prints must be the same, whichever library it is linked with.
 *
 * It runs in an empty current directory, which is its only argument. */
#define _GNU_SOURCE
#include "rt_min.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void print_bytes(const uint8_t *bytes, uint64_t len) {
    for (uint64_t index = 0; index < len; index++) {
        if (bytes[index] >= ' ' && bytes[index] < 127) putchar(bytes[index]);
        else printf("\\x%02x", bytes[index]);
    }
}

/* The code and the message that the last call left behind. */
static void print_error(void) {
    int32_t code = rt_last_error_code();
    rt_text message = rt_last_error_message();
    printf("    error %" PRId32 " ", code);
    print_bytes(message.ptr, message.len);
    printf("%s\n", message.ptr[message.len] == 0 ? "" : " NOT TERMINATED");
    rt_text_free(message);
}

static void print_text(const char *what, rt_text text) {
    if (text.ptr == NULL) {
        printf("%s: null, %" PRIu64 "\n", what, text.len);
    } else {
        printf("%s: %" PRIu64 " `", what, text.len);
        print_bytes(text.ptr, text.len < 200 ? text.len : 200);
        printf("` terminated %d\n", text.ptr[text.len] == 0);
    }
    print_error();
    printf("    freed %d\n", rt_text_free(text));
}

#define NUMBER(call) (printf("%s = %" PRId64 "\n", #call, (int64_t)(call)), print_error())
#define TEXT(call) print_text(#call, call)

static void print_list(const char *what, rt_list_text list) {
    printf("%s: %s, %" PRIu64 "\n", what, list.items ? "list" : "null", list.len);
    for (uint64_t index = 0; index < list.len; index++) {
        printf("    `");
        print_bytes(list.items[index].ptr, list.items[index].len);
        printf("` %d\n", list.items[index].ptr[list.items[index].len]);
    }
    print_error();
    printf("    freed %d\n", rt_list_text_free(list));
}

static void print_numbers(const char *what, rt_list_i64 list) {
    int64_t sum = 0;
    for (uint64_t index = 0; index < list.len; index++) sum = sum * 31 + list.items[index];
    printf("%s: %s, %" PRIu64 ", sum %" PRId64 "\n", what, list.items ? "list" : "null", list.len, sum);
    print_error();
    printf("    freed %d\n", rt_list_i64_free(list));
}

static void bad_input(void) {
    const uint8_t wrong[] = { 'a', 0xff, 'b' };
    NUMBER(rt_file_exists(NULL, 3));
    NUMBER(rt_file_exists(NULL, 0));
    NUMBER(rt_file_exists(wrong, sizeof wrong));
    NUMBER(rt_file_exists(wrong, UINT64_MAX));
    NUMBER(rt_file_size(wrong, (uint64_t)INT64_MAX + 1));
    NUMBER(rt_file_write_text(RT_STR("x"), wrong, 3));
    NUMBER(rt_file_copy(wrong, 3, RT_STR("x")));
    NUMBER(rt_file_copy(RT_STR("x"), NULL, 1));
    NUMBER(rt_env_set(RT_STR("x"), NULL, 1));
    NUMBER(rt_dir_create(RT_STR("a\0b"), true));
    NUMBER(rt_dir_create(RT_STR(""), true));
    NUMBER(rt_dir_create(RT_STR(""), false));
    TEXT(rt_file_read_text(RT_STR("a\r\x1b[31m\0b")));
    TEXT(rt_file_read_text(RT_STR("")));
    TEXT(rt_file_mmap_read_text(RT_STR("")));
    NUMBER(rt_file_lock(RT_STR("a\0b"), 0));
    print_list("rt_dir_list", rt_dir_list(RT_STR("a\0b")));
}

static void files(void) {
    NUMBER(rt_file_write_text(RT_STR("a.txt"), RT_STR("hello, \303\251\n")));
    NUMBER(rt_file_append_text(RT_STR("a.txt"), RT_STR("more")));
    TEXT(rt_file_read_text(RT_STR("a.txt")));
    TEXT(rt_file_mmap_read_text(RT_STR("a.txt")));
    print_numbers("rt_file_mmap_read_bytes", rt_file_mmap_read_bytes(RT_STR("a.txt")));
    NUMBER(rt_file_size(RT_STR("a.txt")));
    NUMBER(rt_file_exists(RT_STR("a.txt")));
    NUMBER(rt_file_exists(RT_STR("a.txt/below")));
    NUMBER(rt_file_exists(RT_STR("missing")));
    NUMBER(rt_file_size(RT_STR(".")));
    NUMBER(rt_file_size(RT_STR("missing")));
    NUMBER(rt_file_size(RT_STR("a.txt/below")));
    struct timespec times[] = { { 1, 5 }, { -7, 5 } };
    printf("times %d\n", utimensat(AT_FDCWD, "a.txt", times, 0));
    NUMBER(rt_file_modified_time(RT_STR("a.txt")));
    NUMBER(rt_file_modified_time(RT_STR("missing")));
    NUMBER(rt_file_write_text(RT_STR("empty"), NULL, 0));
    TEXT(rt_file_read_text(RT_STR("empty")));
    TEXT(rt_file_mmap_read_text(RT_STR("empty")));
    print_numbers("empty", rt_file_mmap_read_bytes(RT_STR("empty")));
    NUMBER(rt_file_write_text(RT_STR("."), RT_STR("x")));
    NUMBER(rt_file_write_text(RT_STR("missing/x"), RT_STR("x")));
    NUMBER(rt_file_append_text(RT_STR("a.txt/x"), RT_STR("x")));
    TEXT(rt_file_read_text(RT_STR(".")));
    TEXT(rt_file_mmap_read_text(RT_STR(".")));
    TEXT(rt_file_read_text(RT_STR("/dev/null")));
    TEXT(rt_file_mmap_read_text(RT_STR("/dev/null")));
    NUMBER(rt_file_write_text(RT_STR("/dev/full"), RT_STR("x")));
    printf("links %d %d\n", symlink("loop", "loop"), symlink("nowhere", "broken"));
    NUMBER(rt_file_exists(RT_STR("loop")));
    NUMBER(rt_file_exists(RT_STR("broken")));
    TEXT(rt_file_read_text(RT_STR("loop")));
    FILE *file = fopen("binary", "wb");
    fwrite("ab\xff\xfe", 1, 4, file);
    fclose(file);
    TEXT(rt_file_read_text(RT_STR("binary")));
    TEXT(rt_file_mmap_read_text(RT_STR("binary")));
    print_numbers("binary", rt_file_mmap_read_bytes(RT_STR("binary")));
    printf("cut %d\n", truncate("binary", 3));
    file = fopen("half", "wb");
    fwrite("abc\xe2\x82", 1, 5, file);
    fclose(file);
    TEXT(rt_file_read_text(RT_STR("half")));
    char name[300];
    memset(name, 'n', sizeof name);
    NUMBER(rt_file_exists((const uint8_t *)name, sizeof name));
    rt_text status = rt_file_mmap_read_text(RT_STR("/proc/self/status"));
    printf("/proc: %d %d\n", status.len > 100, status.ptr != NULL && strncmp((char *)status.ptr, "Name:", 5) == 0);
    rt_text_free(status);
}

static void large(void) {
    size_t size = 3 * 1000 * 1000 + 7;
    uint8_t *content = malloc(size);
    for (size_t index = 0; index < size; index++) content[index] = (uint8_t)('a' + index % 23);
    NUMBER(rt_file_write_text(RT_STR("large"), content, size));
    NUMBER(rt_file_append_text(RT_STR("large"), content, size));
    NUMBER(rt_file_size(RT_STR("large")));
    NUMBER(rt_file_copy(RT_STR("large"), RT_STR("large2")));
    rt_text read = rt_file_read_text(RT_STR("large2")), mapped = rt_file_mmap_read_text(RT_STR("large2"));
    printf("large: %" PRIu64 " %" PRIu64 " %d %d\n", read.len, mapped.len, memcmp(read.ptr, content, size),
           memcmp(mapped.ptr, read.ptr, read.len));
    rt_text_free(read);
    rt_text_free(mapped);
    free(content);
    /* No room: what was written until then is there. */
    struct rlimit old, small = { 1000, 1000 };
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    NUMBER(rt_file_copy(RT_STR("large"), RT_STR("limited")));
    NUMBER(rt_file_exists(RT_STR("limited")));
    NUMBER(rt_file_copy(RT_STR("large"), RT_STR("empty")));
    NUMBER(rt_file_size(RT_STR("empty")));
    setrlimit(RLIMIT_FSIZE, &old);
}

static void copies(void) {
    struct stat status;
    printf("mode %d\n", chmod("a.txt", 0640));
    NUMBER(rt_file_copy(RT_STR("a.txt"), RT_STR("b.txt")));
    printf("mode %o\n", stat("b.txt", &status) == 0 ? status.st_mode : 0);
    NUMBER(rt_file_copy(RT_STR("a.txt"), RT_STR("./a.txt")));
    NUMBER(rt_file_copy(RT_STR("missing"), RT_STR("c")));
    NUMBER(rt_file_copy(RT_STR("."), RT_STR("c")));
    NUMBER(rt_file_copy(RT_STR("/dev/null"), RT_STR("c")));
    NUMBER(rt_file_copy(RT_STR("a.txt"), RT_STR(".")));
    NUMBER(rt_file_copy(RT_STR("a.txt"), RT_STR("missing/c")));
    NUMBER(rt_file_copy(RT_STR("a.txt"), RT_STR("a.txt/c")));
    NUMBER(rt_file_copy(RT_STR("a.txt"), RT_STR("broken")));
    NUMBER(rt_file_copy(RT_STR("a.txt"), RT_STR("/dev/full")));
    NUMBER(rt_file_exists(RT_STR("nowhere")));
    NUMBER(rt_file_delete(RT_STR("b.txt")));
    NUMBER(rt_file_delete(RT_STR("b.txt")));
    NUMBER(rt_file_remove(RT_STR("broken")));
    NUMBER(rt_file_remove(RT_STR("nowhere")));
    NUMBER(rt_file_remove(RT_STR(".")));
    NUMBER(rt_file_remove(RT_STR("loop/x")));
}

static void locks(void) {
    int64_t lock = rt_file_lock(RT_STR("lock"), 0);
    print_error();
    printf("lock %" PRIx64 ", %" PRIu64 " live\n", lock, rt_live_handles(RT_KIND_FILE_LOCK));
    NUMBER(rt_file_lock(RT_STR("lock"), 0));
    NUMBER(rt_file_lock(RT_STR("missing/lock"), 0));
    NUMBER(rt_file_lock(RT_STR("."), 0));
    NUMBER(rt_file_unlock(lock));
    NUMBER(rt_file_unlock(lock));
    NUMBER(rt_file_unlock(0));
    NUMBER(rt_file_unlock(-5));
    NUMBER(rt_file_unlock(12345));
    NUMBER(rt_file_unlock(lock + (1 << 26) * 2));
    NUMBER(rt_file_unlock(lock + ((int64_t)1 << 51)));
    NUMBER(rt_file_lock_free(0));
    NUMBER(rt_file_lock_free(lock));
    int64_t next = rt_file_lock(RT_STR("lock"), -1);
    printf("next %" PRIx64 ", %" PRIu64 " live\n", next, rt_live_handles(RT_KIND_FILE_LOCK));
    /* Another process waits for the lock until it is free. */
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) _exit(rt_file_lock(RT_STR("lock"), 10) != 0 ? 7 : 8);
    usleep(50000);
    NUMBER(rt_file_unlock(next)); /* Closing alone leaves the lock with the copy that the child got. */
    int status;
    waitpid(child, &status, 0);
    printf("child %d\n", WEXITSTATUS(status));
    int64_t many[100];
    for (int index = 0; index < 100; index++) {
        char name[16];
        int length = snprintf(name, sizeof name, "lock%d", index);
        many[index] = rt_file_lock((const uint8_t *)name, (uint64_t)length, 0);
        printf("%" PRIx64 " ", many[index]);
        if (index % 3 == 0) rt_file_unlock(many[index]);
    }
    printf("live %" PRIu64 "\n", rt_live_handles(RT_KIND_FILE_LOCK));
    for (int index = 0; index < 100; index++) printf("%d", rt_file_unlock(many[index]));
    printf("\nlive %" PRIu64 "\n", rt_live_handles(RT_KIND_FILE_LOCK));
}

static void directories(void) {
    NUMBER(rt_dir_create(RT_STR("d"), false));
    NUMBER(rt_dir_create(RT_STR("d"), false));
    NUMBER(rt_dir_create(RT_STR("d"), true));
    NUMBER(rt_dir_create(RT_STR("d/x/y"), false));
    NUMBER(rt_dir_create(RT_STR("d//x/./y/../z//"), true));
    NUMBER(rt_dir_create(RT_STR("a.txt"), true));
    NUMBER(rt_dir_create(RT_STR("a.txt/x"), true));
    NUMBER(rt_dir_create(RT_STR("/proc/none/x"), true));
    NUMBER(rt_dir_create(RT_STR("/"), true));
    print_list("d/x", rt_dir_list(RT_STR("d/x")));
    print_list("d/x/y", rt_dir_list(RT_STR("d/x/y")));
    print_list("missing", rt_dir_list(RT_STR("missing")));
    print_list("a.txt", rt_dir_list(RT_STR("a.txt")));
    for (int index = 0; index < 3000; index++) {
        char name[64];
        snprintf(name, sizeof name, "d/x/y/%d-%s", index * 7919 % 3000, index % 2 ? "\303\251" : "e");
        fclose(fopen(name, "w"));
    }
    rt_list_text list = rt_dir_list(RT_STR("d/x/y"));
    printf("many: %" PRIu64 "\n", list.len);
    uint64_t wrong = 0;
    for (uint64_t index = 1; index < list.len; index++) {
        if (strcmp((const char *)list.items[index - 1].ptr, (const char *)list.items[index].ptr) >= 0) wrong++;
    }
    printf("out of order: %" PRIu64 ", freed %d, again %d\n", wrong, rt_list_text_free(list), rt_list_text_free(list));
    print_error();
    fclose(fopen("d/x/\xffname", "w"));
    print_list("not UTF-8", rt_dir_list(RT_STR("d/x")));
}

static void environment(void) {
    NUMBER(rt_env_set(RT_STR("TWIN"), RT_STR("value \303\251")));
    TEXT(rt_env_get(RT_STR("TWIN")));
    NUMBER(rt_env_set(RT_STR("TWIN"), RT_STR("")));
    TEXT(rt_env_get(RT_STR("TWIN")));
    TEXT(rt_env_get(RT_STR("TWIN_UNSET")));
    TEXT(rt_env_get(RT_STR("")));
    TEXT(rt_env_get(RT_STR("A=\"B")));
    NUMBER(rt_env_set(RT_STR("A\0\303\251"), RT_STR("x")));
    NUMBER(rt_env_set(RT_STR("A"), RT_STR("x\0y")));
    setenv("TWIN", "\xff!", 1);
    TEXT(rt_env_get(RT_STR("TWIN")));
    unsetenv("TWIN");
    setenv("HOME", "/home/twin", 1);
    TEXT(rt_env_home());
    setenv("HOME", "/home/\xff", 1);
    TEXT(rt_env_home());
    setenv("HOME", "", 1);
    TEXT(rt_env_home());
    unsetenv("HOME");
    TEXT(rt_env_home());
    char *expected = getcwd(NULL, 0);
    rt_text cwd = rt_env_cwd();
    printf("cwd %d\n", strcmp((const char *)cwd.ptr, expected));
    rt_text_free(cwd);
    mkdir("gone", 0700);
    if (chdir("gone") != 0 || rmdir("../gone") != 0) exit(3);
    TEXT(rt_env_cwd());
    if (chdir(expected) != 0) exit(3);
    free(expected);
    printf("getpid %d\n", rt_getpid() == getpid());
    print_error();
    TEXT(rt_hostname());
    NUMBER(rt_system_cpu_count());
}

static void print_run(const char *what, bool is_fine, rt_process_run_result *result) {
    printf("%s: %d code %" PRId64 "\n", what, is_fine, result->code);
    printf("    out %d %" PRIu64 " `", result->out.ptr != NULL, result->out.len);
    print_bytes(result->out.ptr, result->out.len < 100 ? result->out.len : 100);
    printf("`\n    err %d %" PRIu64 " `", result->err.ptr != NULL, result->err.len);
    print_bytes(result->err.ptr, result->err.len < 100 ? result->err.len : 100);
    printf("`\n");
    print_error();
    printf("    freed %d %d\n", rt_process_run_result_free(result), rt_process_run_result_free(result));
}

static void run(const char *what, const char *program, const rt_text *args, uint64_t args_len) {
    rt_process_run_result result;
    memset(&result, 0xAA, sizeof result);
    bool is_fine = rt_process_run((const uint8_t *)program, strlen(program), args, args_len, &result);
    print_run(what, is_fine, &result);
}

static void shell(const char *line) {
    rt_text args[] = { RT_TEXT("-c"), { (const uint8_t *)line, strlen(line) } };
    run(line, "sh", args, 2);
}

static void processes(void) {
    rt_process_run_result result;
    shell("echo out; echo err >&2; exit 3");
    shell("kill -9 $$");
    shell("kill -TERM $$");
    shell("cat; echo end");
    shell("printf '\\377'");
    shell("printf 'abc\\377' >&2");
    shell("head -c 300000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2");
    shell("sleep 3 & echo left behind");
    shell("trap");
    shell("ls /proc/self/fd | wc -l");
    run("missing", "no-such-program", NULL, 0);
    run("missing path", "./no-such-program", NULL, 0);
    run("no program", "a.txt", NULL, 0);
    run("not executable", "./a.txt", NULL, 0);
    run("directory", "/", NULL, 0);
    run("empty", "", NULL, 0);
    rt_text nul[] = { RT_TEXT("fine"), RT_TEXT("a\0b") };
    run("NUL", "echo", nul, 2);
    rt_text odd[] = { RT_TEXT(""), RT_TEXT("a b"), RT_TEXT("\303\251"), RT_TEXT("$HOME") };
    run("arguments", "echo", odd, 4);
    rt_text wrong[] = { RT_TEXT("a"), { (const uint8_t *)"\xff", 1 }, { NULL, 2 } };
    run("not UTF-8", "echo", wrong, 2);
    run("null item", "echo", wrong + 1, 2);
    run("null list", "echo", NULL, 2);
    rt_process_run(NULL, 1, NULL, 0, &result);
    print_run("null program", false, &result);
    NUMBER(rt_process_run(RT_STR("echo"), NULL, 0, NULL));
    NUMBER(rt_process_run(RT_STR("echo"), NULL, 0, (rt_process_run_result *)((char *)&result + 1)));
    NUMBER(rt_process_run_result_free(NULL));
    NUMBER(rt_process_run_result_free((rt_process_run_result *)((char *)&result + 1)));
    /* A set variable reaches the child; a blocked or ignored signal does not. */
    rt_env_set(RT_STR("TWIN"), RT_STR("inherited"));
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    signal(SIGPIPE, SIG_IGN);
    shell("echo $TWIN; grep -E 'SigBlk' /proc/self/status; yes | head -n 1");
    pthread_sigmask(SIG_UNBLOCK, &mask, NULL);
    struct rlimit old, none;
    getrlimit(RLIMIT_NOFILE, &old);
    none = old;
    none.rlim_cur = 4;
    setrlimit(RLIMIT_NOFILE, &none);
    shell("echo no descriptors");
    TEXT(rt_file_read_text(RT_STR("a.txt")));
    setrlimit(RLIMIT_NOFILE, &old);
    shell("echo again");
    signal(SIGCHLD, SIG_IGN);
    rt_process_run(RT_STR("true"), NULL, 0, &result);
    printf("children ignored: %d\n", rt_last_error_code());
    signal(SIGCHLD, SIG_DFL);
}

static void *in_thread(void *unused) {
    (void)unused;
    NUMBER(rt_last_error_code());
    NUMBER(rt_file_delete(RT_STR("no-thread")));
    return NULL;
}

static void errors(void) {
    for (int32_t code = -1; code < 64; code++) {
        rt_text name = rt_error_name(code);
        printf("%" PRId32 " %s %d\n", code, name.ptr ? (const char *)name.ptr : "", rt_last_error_code());
        rt_text_free(name);
    }
    rt_text name = rt_error_name(30);
    rt_list_text list = { (rt_text *)name.ptr, 1 };
    rt_bytes bytes = { (uint8_t *)name.ptr, 1 };
    rt_list_i64 numbers = { (int64_t *)name.ptr, 1 };
    printf("live %" PRIu64 "\n", rt_live_blocks());
    NUMBER(rt_list_text_free(list));
    NUMBER(rt_bytes_free(bytes));
    NUMBER(rt_list_i64_free(numbers));
    NUMBER(rt_text_free(name));
    NUMBER(rt_text_free(name));
    name.ptr++;
    NUMBER(rt_text_free(name));
    printf("live %" PRIu64 "\n", rt_live_blocks());
    rt_file_delete(RT_STR("no-main"));
    pthread_t thread;
    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
    print_error();
    rt_last_error_clear();
    print_error();
    NUMBER(rt_live_handles(-1));
    NUMBER(rt_live_handles(4095));
}

int main(int argc, char **argv) {
    if (argc != 2 || chdir(argv[1]) != 0) return 2;
    umask(022);
    bad_input();
    files();
    copies();
    large();
    locks();
    directories();
    environment();
    processes();
    errors();
    printf("left: %" PRIu64 " %" PRIu64 "\n", rt_live_blocks(), rt_live_handles(RT_KIND_FILE_LOCK));
    return 0;
}
