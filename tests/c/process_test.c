/* What running a program does: good and bad input of every function that waits for its child. */
#define _GNU_SOURCE
#include "rt_process.h"

#include "process_check.h"

#define MEGABYTE (1024u * 1024u)

static const rt_process_limits no_limits = {0};

static void write_file(const char *path, const char *text, mode_t mode) {
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
}

/* Running */

static void case_run_gives_both_streams_and_the_code(void) {
    rt_process_run_result result;
    CHECK(rt_process_run(RT_STR("sh"), SCRIPT("echo out; echo err >&2; exit 3"), &result));
    CHECK_ERROR(OK);
    CHECK_TEXT(result.out, "out\n");
    CHECK_TEXT(result.err, "err\n");
    CHECK_INT(result.code, 3);
    CHECK(rt_process_run(RT_STR("/bin/sh"), SCRIPT("exit 255"), &result));
    CHECK_INT(result.code, 255);
    CHECK(rt_process_run_result_free(&result));
}

static void case_arguments_arrive_as_they_are(void) {
    const rt_text args[] = {RT_TEXT("[%s]"), RT_TEXT("a b"), RT_TEXT(""), RT_TEXT("*"), RT_TEXT("'\"$HOME\\"),
                            RT_TEXT("gr\xc3\xbc\xc3\x9f\n")};
    CHECK_TEXT(rt_process_output(RT_STR("printf"), args, 6), "[a b][][*]['\"$HOME\\][gr\xc3\xbc\xc3\x9f\n]");
}

static void case_a_captured_child_has_an_empty_input(void) {
    CHECK_TEXT(rt_process_output(RT_STR("cat"), NULL, 0), "");
    CHECK_TEXT(rt_shell_output(RT_STR("cat")), "");
}

static void case_a_program_that_cannot_be_started_is_an_error(void) {
    rt_process_run_result result;
    write_file("plain", "text", 0644);
    write_file("orphan", "#!/no/such/interpreter\n", 0755);
    CHECK_FAILS(rt_process_run(RT_STR("no-such-program"), NULL, 0, &result), false, NOT_FOUND);
    CHECK_MESSAGE("no-such-program");
    CHECK(result.out.ptr == NULL && result.err.ptr == NULL && result.code == 0);
    CHECK_FAILS(rt_process_run(RT_STR("./orphan"), NULL, 0, &result), false, NOT_FOUND);
    CHECK_FAILS(rt_process_run(RT_STR("./plain"), NULL, 0, &result), false, PERMISSION_DENIED);
    CHECK_MESSAGE("./plain");
    CHECK_FAILS(rt_process_run(RT_STR("/"), NULL, 0, &result), false, PERMISSION_DENIED);
    CHECK_FAILS(rt_process_run(RT_STR("plain/x"), NULL, 0, &result), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_process_spawn(RT_STR("no-such-program"), NULL, 0), 0, NOT_FOUND);
    CHECK_NO_TEXT(rt_process_output(RT_STR("no-such-program"), NULL, 0));
    CHECK_ERROR(NOT_FOUND);
    CHECK(!has_children());
}

static void case_arguments_that_no_program_can_get_are_errors(void) {
    rt_process_run_result result;
    const rt_text args[] = {RT_TEXT("fine"), RT_TEXT("a\0b")};
    CHECK_FAILS(rt_process_run(RT_STR(""), NULL, 0, &result), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_process_run(RT_STR("a\0b"), NULL, 0, &result), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_process_run(RT_STR("echo"), args, 2, &result), false, INVALID_ARGUMENT);
    CHECK_MESSAGE("args[1]");
    CHECK_FAILS(rt_process_run(RT_STR("\xff"), NULL, 0, &result), false, INVALID_UTF8);
    CHECK_FAILS(rt_process_spawn(RT_STR(""), NULL, 0), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_process_spawn(RT_STR("echo"), args, 2), 0, INVALID_ARGUMENT);
}

static void case_output_that_is_no_text_is_an_error_of_the_text_forms(void) {
    rt_process_run_result result;
    CHECK_FAILS(rt_process_run(RT_STR("printf"), ARG("ab\\377"), &result), false,
                INVALID_UTF8);
    CHECK_MESSAGE("`printf`: standard output is not UTF-8 (byte 2); rt_process_run_bytes gives it as it is");
    CHECK_FAILS(rt_process_run(RT_STR("sh"), SCRIPT("printf '\\377' >&2"), &result), false, INVALID_UTF8);
    CHECK_MESSAGE("standard error");
    CHECK_NO_TEXT(rt_shell_output(RT_STR("printf '\\377'")));
    CHECK_ERROR(INVALID_UTF8);
}

static void case_a_signalled_child_has_code_128_and_the_signal(void) {
    rt_process_run_result text;
    CHECK(rt_process_run(RT_STR("sh"), SCRIPT("echo last words; kill -TERM $$"), &text));
    CHECK_INT(text.code, 128 + SIGTERM);
    CHECK_TEXT(text.out, "last words\n");
    CHECK(rt_process_run_result_free(&(rt_process_run_result){.err = text.err}));
    rt_process_result bytes;
    CHECK(rt_process_run_bytes(RT_STR("sh"), SCRIPT("kill -SEGV $$"), NULL, 0, NULL, 0, NULL, 0, &no_limits, &bytes));
    CHECK_INT(bytes.code, 128 + SIGSEGV);
    CHECK_INT(bytes.signal, SIGSEGV);
    CHECK(!bytes.timed_out);
    CHECK(rt_process_result_free(&bytes));
}

static void case_execute_native_takes_a_path(void) {
    rt_execute_native_result result;
    write_file("tool", "#!/bin/sh\necho \"tool $1\"\nexit 9\n", 0755);
    const rt_text args[] = {RT_TEXT("one")};
    CHECK(rt_execute_native(RT_STR("tool"), args, 1, SOON, &result));
    CHECK_INT(result.code, 9);
    CHECK_TEXT(result.out, "tool one\n");
    CHECK_TEXT(result.err, "");
    CHECK(rt_execute_native(RT_STR("/bin/sh"), SCRIPT("exit 1"), 0, &result));
    CHECK(rt_execute_native_result_free(&result));
    CHECK_FAILS(rt_execute_native(RT_STR("sh"), NULL, 0, SOON, &result), false, NOT_FOUND);
    CHECK_FAILS(rt_execute_native(RT_STR(""), NULL, 0, SOON, &result), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_execute_native(RT_STR("tool"), NULL, 0, -1, &result), false, OUT_OF_RANGE);
}

/* Pipes */

static void case_megabytes_on_every_stream_do_not_block(void) {
    uint64_t size = 8 * MEGABYTE;
    uint8_t *input = malloc(size);
    for (uint64_t i = 0; i < size; i++) input[i] = (uint8_t)(i * 31 >> 3);
    rt_process_result result;
    CHECK(rt_process_run_bytes(RT_STR("sh"),
                               SCRIPT("head -c 3000000 /dev/zero >&2; tee x; cat x; head -c 3000000 /dev/zero >&2"),
                               input, size, NULL, 0, NULL, 0, &no_limits, &result));
    CHECK_INT(result.code, 0);
    CHECK_U64(result.out.len, 2 * size);
    CHECK(result.out.len == 2 * size && memcmp(result.out.ptr + size, input, size) == 0);
    CHECK_U64(result.err.len, 6000000);
    CHECK(rt_process_result_free(&result));
    rt_process_run_result text;
    CHECK(rt_process_run(RT_STR("sh"), SCRIPT("head -c 4000000 /dev/zero | tr '\\0' a | tee /dev/stderr"), &text));
    CHECK_U64(text.out.len, 4000000);
    CHECK_U64(text.err.len, 4000000);
    CHECK(rt_process_run_result_free(&text));
    free(input);
}

static void case_a_child_need_not_read_its_input(void) {
    uint64_t size = 4 * MEGABYTE;
    uint8_t *input = calloc(size, 1);
    rt_process_result result;
    CHECK(rt_process_run_bytes(RT_STR("sh"), SCRIPT("exec 0<&-; echo done"), input, size, NULL, 0, NULL, 0, &no_limits,
                               &result));
    CHECK_BYTES(result.out, "done\n", 5);
    CHECK(rt_bytes_free(result.err));
    CHECK(rt_process_run_bytes(RT_STR("head"), ((const rt_text[]){RT_TEXT("-c"), RT_TEXT("3")}), 2, input, size, NULL,
                               0, NULL, 0, &no_limits, &result));
    CHECK_BYTES(result.out, "\0\0", 3);
    CHECK(rt_bytes_free(result.err));
    free(input);
}

static void case_a_child_may_close_its_output_early(void) {
    rt_process_run_result result;
    CHECK(rt_process_run(RT_STR("sh"), SCRIPT("echo x; exec >&- 2>&-; sleep 0.1; exit 4"), &result));
    CHECK_INT(result.code, 4);
    CHECK(rt_process_run_result_free(&result));
}

static void case_a_process_left_behind_does_not_hold_the_call(void) {
    int64_t start = now_ms();
    rt_process_run_result result;
    CHECK(rt_process_run(RT_STR("sh"), SCRIPT("sleep 60 & echo $!; exit 2"), &result));
    CHECK(now_ms() - start < SOON);
    CHECK_INT(result.code, 2);
    int64_t left = strtoll((const char *)result.out.ptr, NULL, 10);
    CHECK(left > 0 && !has_ended(left));
    kill((pid_t)left, SIGKILL);
    CHECK(rt_process_run_result_free(&result));
}

static void case_the_output_has_a_bound(void) {
    rt_process_limits limits = {.output_bytes = 100000};
    rt_process_result result;
    CHECK_FAILS(rt_process_run_bytes(RT_STR("yes"), NULL, 0, NULL, 0, NULL, 0, NULL, 0, &limits, &result), false,
                LIMIT_REACHED);
    CHECK_MESSAGE("100000");
    CHECK(!has_children());
    limits.output_bytes = 2;
    CHECK(rt_process_run_bytes(RT_STR("echo"), ARG("x"), NULL, 0, NULL, 0, NULL, 0, &limits,
                               &result));
    CHECK_U64(result.out.len, 2);
    CHECK(rt_process_result_free(&result));
}

/* Time and memory */

static void case_a_timeout_kills_and_tells_what_was_read(void) {
    bool told = false;
    /* On a machine too slow for the script to print anything the limit doubles. */
    for (int64_t timeout_ms = 200; !told && timeout_ms < SOON; timeout_ms *= 2) {
        rt_process_run_timeout_result result;
        int64_t start = now_ms();
        CHECK_FAILS(rt_process_run_timeout(RT_STR("sh"), SCRIPT("trap '' TERM; echo begun; while :; do sleep 60; done"),
                                           timeout_ms, &result),
                    false, TIMED_OUT);
        CHECK(now_ms() - start >= timeout_ms && now_ms() - start < timeout_ms + SOON);
        CHECK(result.out.ptr == NULL && result.err.ptr == NULL);
        rt_text message = rt_last_error_message();
        told = strstr((const char *)message.ptr, "6 bytes of standard output, ending with \"begun\"") != NULL;
        CHECK(strstr((const char *)message.ptr, "`sh`: still running after ") != NULL);
        CHECK(rt_text_free(message));
    }
    CHECK(told);
    CHECK(!has_children());
}

static void case_a_time_limit_that_suffices_changes_nothing(void) {
    rt_process_run_timeout_result result;
    CHECK(rt_process_run_timeout(RT_STR("sh"), SCRIPT("echo x; exit 5"), SOON, &result));
    CHECK_INT(result.code, 5);
    CHECK_TEXT(result.out, "x\n");
    CHECK_TEXT(result.err, "");
    CHECK(rt_process_run_timeout(RT_STR("sh"), SCRIPT("sleep 0.05"), 0, &result));
    CHECK(rt_process_run_timeout_result_free(&result));
    CHECK(rt_process_run_timeout(RT_STR("true"), NULL, 0, INT64_MAX, &result));
    CHECK(rt_process_run_timeout_result_free(&result));
    CHECK_FAILS(rt_process_run_timeout(RT_STR("true"), NULL, 0, -1, &result), false, OUT_OF_RANGE);
    CHECK_MESSAGE("timeout_ms");
}

/* Runs a script that prints a process id, with a time limit that it exceeds; gives that id. */
static int64_t pid_printed_before_timeout(const rt_text *args, uint64_t count) {
    int64_t pid = 0;
    /* On a machine too slow for the script to come that far the limit doubles. */
    for (int64_t timeout_ms = 100; pid == 0 && timeout_ms < 2 * SOON; timeout_ms *= 2) {
        const rt_process_limits limits = {.timeout_ms = timeout_ms};
        rt_process_result result;
        CHECK(rt_process_run_bytes(RT_STR("sh"), args, count, NULL, 0, NULL, 0, NULL, 0, &limits, &result));
        CHECK(result.timed_out);
        CHECK_INT(result.code, 128 + SIGKILL);
        CHECK_INT(result.signal, SIGKILL);
        if (result.out.len > 0) pid = strtoll((const char *)result.out.ptr, NULL, 10);
        CHECK(rt_process_result_free(&result));
    }
    return pid;
}

static void case_a_timeout_kills_grandchildren(void) {
    int64_t pid = pid_printed_before_timeout(SCRIPT("sh -c \"trap '' TERM HUP; sleep 60\" & echo $!; wait"));
    CHECK(pid > 0);
    CHECK(ends_soon(pid));
    CHECK(!has_children());
}

static void case_a_grandchild_in_another_group_does_not_hold_a_timeout(void) {
    int64_t start = now_ms();
    /* timeout(1) makes a process group of its own, and keeps the pipes open. */
    int64_t pid = pid_printed_before_timeout(SCRIPT("timeout 60 sleep 60 & sleep 0.05; echo $!; wait"));
    CHECK(pid > 0);
    CHECK(now_ms() - start < SOON);
    kill((pid_t)pid, SIGTERM);
    CHECK(ends_soon(pid));
}

static void case_memory_has_a_bound(void) {
    const rt_text args[] = {RT_TEXT("if=/dev/zero"), RT_TEXT("of=/dev/null"), RT_TEXT("bs=256M"), RT_TEXT("count=1")};
    rt_process_run_with_limits_result result;
    CHECK(rt_process_run_with_limits(RT_STR("dd"), args, 4, SOON, 128, &result));
    CHECK_INT(result.code, 1);
    CHECK_TEXT(result.out, "");
    CHECK_TEXT_HAS(result.err, "memory exhausted");
    CHECK(rt_process_run_with_limits(RT_STR("dd"), args, 4, 0, 0, &result));
    CHECK_INT(result.code, 0);
    CHECK(rt_process_run_with_limits_result_free(&result));
    CHECK(rt_process_run_with_limits(RT_STR("sh"), SCRIPT("ulimit -v"), 0, 100, &result));
    CHECK_TEXT(result.out, "102400\n");
    CHECK(rt_text_free(result.err));
    CHECK_FAILS(rt_process_run_with_limits(RT_STR("true"), NULL, 0, 0, -1, &result), false, OUT_OF_RANGE);
    CHECK_MESSAGE("memory_mb");
    CHECK_FAILS(rt_process_run_with_limits(RT_STR("true"), NULL, 0, 0, INT64_MAX, &result), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_process_run_with_limits(RT_STR("true"), NULL, 0, -1, 0, &result), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_process_run_with_limits(RT_STR("sleep"), ARG("60"), 50, 256, &result),
                false, TIMED_OUT);
}

/* Everything said */

static void case_directory_and_environment_can_be_set(void) {
    rt_process_result result;
    const rt_text env[] = {RT_TEXT("ONE=1=1"), RT_TEXT("EMPTY="), RT_TEXT("GONE")};
    mkdir("sub", 0755);
    write_file("sub/here", "", 0644);
    setenv("GONE", "still here", 1);
    CHECK(rt_process_run_bytes(RT_STR("sh"), SCRIPT("ls; echo $ONE ${EMPTY-unset} ${GONE-unset}"), NULL, 0,
                               RT_STR("sub"), env, 3, &no_limits, &result));
    CHECK_BYTES(result.out, "here\n1=1 unset\n", 15);
    CHECK(rt_bytes_free(result.err));
    CHECK(strcmp(getenv("GONE"), "still here") == 0);
    unsetenv("GONE");
}

static void case_bad_directories_environments_and_limits_are_errors(void) {
    rt_process_result result;
    rt_process_limits limits = {.output_bytes = -1};
    write_file("plain", "", 0644);
#define RUN_IN(cwd, env, count, limits) \
    rt_process_run_bytes(RT_STR("true"), NULL, 0, NULL, 0, cwd, env, count, limits, &result)
    CHECK_FAILS(RUN_IN(RT_STR("nowhere"), NULL, 0, &no_limits), false, NOT_FOUND);
    CHECK_MESSAGE("nowhere");
    CHECK_FAILS(RUN_IN(RT_STR("plain"), NULL, 0, &no_limits), false, NOT_A_DIRECTORY);
    CHECK_FAILS(RUN_IN(RT_STR(".\0"), NULL, 0, &no_limits), false, INVALID_ARGUMENT);
    const rt_text nameless[] = {RT_TEXT("A=1"), RT_TEXT("=x")};
    CHECK_FAILS(RUN_IN(RT_STR("."), nameless, 2, &no_limits), false, INVALID_ARGUMENT);
    CHECK_MESSAGE("env[1]");
    CHECK_FAILS(RUN_IN(RT_STR("."), NULL, 0, &limits), false, OUT_OF_RANGE);
    CHECK_MESSAGE("output_bytes");
    CHECK_FAILS(RUN_IN(RT_STR("."), NULL, 0, NULL), false, NULL_POINTER);
#undef RUN_IN
}

/* The shell */

static void case_shell_gives_the_exit_code(void) {
    CHECK_INT(rt_shell(RT_STR("true")), 0);
    CHECK_INT(rt_shell(RT_STR("test -e nothing || exit 42")), 42);
    CHECK_INT(rt_shell(RT_STR("kill -KILL $$")), 128 + SIGKILL);
    CHECK_INT(rt_shell(RT_STR("exec no-such-program 2>&-")), 127);
    CHECK_INT(rt_shell_exec(RT_STR("exit 3")), 3);
    CHECK_INT(rt_exec(RT_STR("echo text > made; exit 4")), 4);
    CHECK_ERROR(OK);
    CHECK_TEXT(rt_shell_output(RT_STR("cat made")), "text\n");
    CHECK_TEXT(rt_shell_output(RT_STR("-x 2>&-; echo still a line")), "still a line\n");
}

static void case_the_shell_gets_a_line(void) {
    CHECK_FAILS(rt_shell(RT_STR("")), -1, INVALID_ARGUMENT);
    CHECK_FAILS(rt_shell(RT_STR("echo \0")), -1, INVALID_ARGUMENT);
    CHECK_FAILS(rt_shell_exec(RT_STR("")), -1, INVALID_ARGUMENT);
    CHECK_FAILS(rt_exec(RT_STR("")), -1, INVALID_ARGUMENT);
    CHECK_FAILS(rt_exec(RT_STR("\xff")), -1, INVALID_UTF8);
    CHECK_NO_TEXT(rt_shell_output(RT_STR("")));
    CHECK_ERROR(INVALID_ARGUMENT);
}

static void case_output_gives_standard_output_only(void) {
    CHECK_TEXT(rt_process_output(RT_STR("sh"), SCRIPT("echo out; exec 2>&-; echo err >&2; exit 3")), "out\n");
    CHECK_ERROR(OK);
    CHECK_TEXT(rt_shell_output(RT_STR("exit 1")), "");
}

static const check_case cases[] = {
    CASE(run_gives_both_streams_and_the_code),
    CASE(arguments_arrive_as_they_are),
    CASE(a_captured_child_has_an_empty_input),
    CASE(a_program_that_cannot_be_started_is_an_error),
    CASE(arguments_that_no_program_can_get_are_errors),
    CASE(output_that_is_no_text_is_an_error_of_the_text_forms),
    CASE(a_signalled_child_has_code_128_and_the_signal),
    CASE(execute_native_takes_a_path),
    CASE(megabytes_on_every_stream_do_not_block),
    CASE(a_child_need_not_read_its_input),
    CASE(a_child_may_close_its_output_early),
    CASE(a_process_left_behind_does_not_hold_the_call),
    CASE(the_output_has_a_bound),
    CASE(a_timeout_kills_and_tells_what_was_read),
    CASE(a_time_limit_that_suffices_changes_nothing),
    CASE(a_timeout_kills_grandchildren),
    CASE(a_grandchild_in_another_group_does_not_hold_a_timeout),
    CASE(memory_has_a_bound),
    CASE(directory_and_environment_can_be_set),
    CASE(bad_directories_environments_and_limits_are_errors),
    CASE(shell_gives_the_exit_code),
    CASE(the_shell_gets_a_line),
    CASE(output_gives_standard_output_only),
};

CHECK_MAIN(cases)
