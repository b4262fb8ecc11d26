/* Standard inputs and arguments that each function for lines must refuse. */
#define _GNU_SOURCE
#include "rt_cli.h"

#include "cli_check.h"

/* One line by each function; the third shows no prompt where there is no terminal. */
static void read_in_each_way(void) {
    int output = dup(1);
    CHECK(dup2(open("/dev/null", O_WRONLY), 1) == 1);
    report_line(rt_readline());
    report_line(rt_readline_with_prompt(RT_STR("name? ")));
    report_line(rt_password_read(RT_STR("password: ")));
    CHECK(dup2(output, 1) == 1);
}

static void case_lines_that_are_no_text(void) {
    with_input("\xff\na\xff\n\xc3", 6, read_in_each_way, "error4 error4 error4 ");
}

static void case_lines_that_are_too_long(void) {
    /* 16 MiB and a byte, three times. */
    size_t len = (16 << 20) + 2;
    char *lines = malloc(3 * len);
    memset(lines, 'x', 3 * len);
    for (int i = 1; i < 4; i++) lines[i * len - 1] = '\n';
    with_input(lines, 3 * len, read_in_each_way, "error12 error12 error12 ");
    free(lines);
}

static void case_nothing_there_yet(void) {
    int ends[2];
    CHECK(pipe2(ends, O_NONBLOCK) == 0);
    with_stdin(ends[0], read_in_each_way, "error41 error41 error41 ");
    close(ends[1]);
}

static void case_an_input_that_is_broken(void) {
    /* At the start of a process's memory there is nothing, which is an error when it is read. */
    with_stdin(open("/proc/self/mem", O_RDONLY), read_in_each_way, "error49 error49 error49 ");
}

static void read_with_prompt(void) { report_line(rt_readline_with_prompt(RT_STR("name? "))); }

static void case_ctrl_c_at_a_prompt(void) {
    static char shown[4096];
    const step steps[] = {{"name? ", "unfin\x03"}};
    at_terminal(steps, 1, read_with_prompt, "error37 ", shown, sizeof shown);
}

static void case_a_history_that_is_too_large(void) {
    FILE *file = fopen("history", "w");
    CHECK(file != NULL && ftruncate(fileno(file), (64 << 20) + 1) == 0 && fclose(file) == 0);
    CHECK_FAILS(rt_history_load(RT_STR("history")), false, LIMIT_REACHED);
}

/* In the environment of the child that gets such an argument. */
#define CHILD "CLI_REFUSE_CHILD"

static void case_arguments_that_are_no_text(void) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        setenv(CHILD, "1", 1);
        execl("/proc/self/exe", "cli_refuse", "arguments_that_are_no_text", "\xff", (char *)NULL);
        _exit(9);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
}

static const check_case cases[] = {
    CASE(lines_that_are_no_text),
    CASE(lines_that_are_too_long),
    CASE(nothing_there_yet),
    CASE(an_input_that_is_broken),
    CASE(ctrl_c_at_a_prompt),
    CASE(a_history_that_is_too_large),
    CASE(arguments_that_are_no_text),
};

int main(int argc, char **argv) {
    if (getenv(CHILD) == NULL) return check_main(cases, sizeof cases / sizeof cases[0], argc, argv);
    CHECK_FAILS(rt_cli_get_args().items == NULL, true, INVALID_UTF8);
    return check_failures == 0 ? 0 : 1;
}
