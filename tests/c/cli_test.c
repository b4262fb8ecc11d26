/* What lines, passwords, arguments and the end of a program do, without and with a terminal. */
#define _GNU_SOURCE
#include "rt_cli.h"

#include "cli_check.h"

#include <sys/file.h>
#include <sys/stat.h>

static char shown[1 << 16];

static void read_three(void) {
    for (int i = 0; i < 3; i++) report_line(rt_readline_with_prompt(RT_STR("fruit? ")));
}

static void case_lines_are_read_as_they_are(void) {
    with_input("plum\n\xc3\xa9\r\nlast", 13, read_three, "[plum][\xc3\xa9][last]");
    with_input("a\0b\n\n", 5, read_three, "[a][]none ");
    with_input("", 0, read_three, "none none none ");
    with_input("\n", 1, read_three, "[]none none ");
    with_input("\xff\nnext\n", 7, read_three, "error4 [next]none ");
}

static void read_long(void) {
    rt_text line = rt_readline();
    report("%" PRIu64 " ", line.len);
    rt_text_free(line);
    report_line(rt_readline());
    report_line(rt_readline());
}

static void case_a_line_has_a_limit(void) {
    const size_t most = 16 << 20;
    char *input = malloc(2 * most + 100);
    memset(input, 'x', 2 * most + 100);
    input[most] = '\n';
    input[2 * most + 50] = '\n';
    memcpy(input + 2 * most + 51, "next\n", 5);
    with_input(input, 2 * most + 56, read_long, "16777216 error12 [next]");
    free(input);
}

static void read_password(void) {
    report_line(rt_password_read(RT_STR("password: ")));
    report_line(rt_readline());
    report_line(rt_password_read(RT_STR("password: ")));
}

static void case_passwords_can_come_from_a_pipe(void) {
    with_input("s3cret\nplain\n", 13, read_password, "[s3cret][plain]none ");
}

static void case_lines_are_edited_in_a_terminal(void) {
    /* A typing error that is taken back, then the first line again from the history, with more. */
    const step steps[] = {{"fruit? ", "plux\x7fm\r"}, {"fruit? ", "pear\r"}, {"fruit? ", "\x1b[A\x1b[A!\r"}};
    at_terminal(steps, 3, read_three, "[plum][pear][plum!]", shown, sizeof shown);
}

static void read_default(void) {
    report_line(rt_readline());
    rt_list_text lines = rt_history_lines();
    report("%" PRIu64 " lines ", lines.len);
    rt_list_text_free(lines);
    report_line(rt_readline());
    report_line(rt_readline());
}

static void case_interrupt_and_end_are_told_apart(void) {
    const step steps[] = {{"> ", "fig\r"}, {"> ", "unfinished\x03"}, {"> ", "\x04"}};
    at_terminal(steps, 3, read_default, "[fig]1 lines error37 none ", shown, sizeof shown);
}

static void read_passwords(void) {
    struct termios before;
    struct termios after;
    CHECK(tcgetattr(0, &before) == 0);
    for (int i = 0; i < 4; i++) {
        report_line(rt_password_read(RT_STR("password: ")));
        CHECK(tcgetattr(0, &after) == 0);
        CHECK(before.c_lflag == after.c_lflag && (after.c_lflag & ECHO) != 0);
    }
}

static void case_passwords_are_not_shown(void) {
    const step steps[] = {
        {"password: ", "wrong\x15s3\xc3\xa9\x7f" "cret\r"},
        {"password: ", "never\x03"},
        {"password: ", "\x04"},
        {"password: ", "end\x04"},
    };
    at_terminal(steps, 4, read_passwords, "[s3cret]error37 none [end]", shown, sizeof shown);
    CHECK(strstr(shown, "cret") == NULL && strstr(shown, "wrong") == NULL && strstr(shown, "never") == NULL);
}

static void report_terminal(void) {
    rt_terminal_size_result size = {0};
    report("%d%d%d ", rt_terminal_is_input(), rt_terminal_is_output(), rt_terminal_is_error());
    if (rt_terminal_size(&size)) report("%" PRId64 "x%" PRId64, size.columns, size.rows);
}

static void case_a_terminal_is_known_with_its_size(void) {
    at_terminal(NULL, 0, report_terminal, "111 80x24", shown, sizeof shown);
    int before = dup(1);
    int nowhere = open("/dev/null", O_WRONLY);
    rt_terminal_size_result size;
    fflush(stdout);
    dup2(nowhere, 1);
    bool is_output = rt_terminal_is_output();
    bool has_size = rt_terminal_size(&size);
    int32_t code = rt_last_error_code();
    dup2(before, 1);
    CHECK(!is_output && !has_size);
    CHECK_INT(code, RT_ERROR_UNSUPPORTED);
    close(before);
    close(nowhere);
}

static void case_the_history_is_kept(void) {
    CHECK(rt_history_add(RT_STR("one")) && rt_history_add(RT_STR("two")));
    CHECK(!rt_history_add(RT_STR("two")) && !rt_history_add(RT_STR("")));
    CHECK_ERROR(OK);
    CHECK(rt_history_save(RT_STR("history")));
    struct stat info;
    CHECK(stat("history", &info) == 0);
    CHECK_INT(info.st_mode & 0077, 0);
    rt_history_clear();
    CHECK(rt_history_load(RT_STR("history")));
    rt_list_text lines = rt_history_lines();
    CHECK(lines.len == 2 && memcmp(lines.items[0].ptr, "one", 4) == 0 && memcmp(lines.items[1].ptr, "two", 4) == 0);
    CHECK(rt_list_text_free(lines));
    CHECK(rt_history_set_max(1));
    lines = rt_history_lines();
    CHECK(lines.len == 1 && memcmp(lines.items[0].ptr, "two", 4) == 0);
    CHECK(rt_list_text_free(lines));
    CHECK_FAILS(rt_history_set_max(-1), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_history_set_max(1000001), false, OUT_OF_RANGE);
    CHECK(rt_history_set_max(1000));
    rt_history_clear();
    CHECK(rt_history_save(RT_STR("history")));
    CHECK(rt_history_load(RT_STR("history")));
    lines = rt_history_lines();
    CHECK_U64(lines.len, 0);
    CHECK(rt_list_text_free(lines));
}

static void case_the_history_keeps_every_character(void) {
    CHECK(rt_history_add(RT_STR("a\nb")) && rt_history_add(RT_STR("c\\n\\")) && rt_history_add(RT_STR("gr\xc3\xbcn")));
    CHECK(rt_history_save(RT_STR("history")));
    rt_history_clear();
    CHECK(rt_history_load(RT_STR("history")));
    rt_list_text lines = rt_history_lines();
    CHECK(lines.len == 3 && memcmp(lines.items[0].ptr, "a\nb", 4) == 0);
    CHECK(lines.len == 3 && memcmp(lines.items[1].ptr, "c\\n\\", 5) == 0);
    CHECK(lines.len == 3 && memcmp(lines.items[2].ptr, "gr\xc3\xbcn", 6) == 0);
    CHECK(rt_list_text_free(lines));
    rt_history_clear();
}

static void case_a_locked_history_is_not_waited_for_for_ever(void) {
    CHECK(rt_history_add(RT_STR("one")) && rt_history_save(RT_STR("history")));
    int file = open("history", O_RDONLY);
    CHECK(file >= 0 && flock(file, LOCK_EX) == 0);
    CHECK_FAILS(rt_history_load(RT_STR("history")), false, TIMED_OUT);
    CHECK_MESSAGE("`history`");
    /* A save replaces the file and needs no lock of it. */
    CHECK(rt_history_save(RT_STR("history")));
    CHECK(rt_history_load(RT_STR("history")));
    CHECK(close(file) == 0);
    rt_history_clear();
}

static void case_a_history_leaves_links_and_pipes_what_they_are(void) {
    CHECK(rt_history_add(RT_STR("one")));
    CHECK(symlink("kept", "link") == 0 && rt_history_save(RT_STR("link")) && rt_history_save(RT_STR("link")));
    struct stat is;
    CHECK(lstat("link", &is) == 0 && S_ISLNK(is.st_mode));
    CHECK(lstat("kept", &is) == 0 && S_ISREG(is.st_mode) && (is.st_mode & 0777) == 0600);
    CHECK(mkfifo("pipe", 0600) == 0);
    int pipe = open("pipe", O_RDWR);
    CHECK(pipe >= 0 && rt_history_save(RT_STR("pipe")));
    char start[3];
    CHECK(read(pipe, start, 3) == 3 && memcmp(start, "#V2", 3) == 0);
    CHECK(close(pipe) == 0 && lstat("pipe", &is) == 0 && S_ISFIFO(is.st_mode));
    CHECK(remove("link") == 0 && remove("kept") == 0 && remove("pipe") == 0);
    rt_history_clear();
}

static void case_a_history_that_cannot_be_kept_is_an_error(void) {
    CHECK_FAILS(rt_history_load(RT_STR("missing")), false, NOT_FOUND);
    CHECK_FAILS(rt_history_save(RT_STR("missing/history")), false, NOT_FOUND);
    CHECK(mkdir("directory", 0700) == 0);
    CHECK_FAILS(rt_history_save(RT_STR("directory")), false, IS_A_DIRECTORY);
    CHECK(rmdir("directory") == 0);
    FILE *file = fopen("bad", "w");
    CHECK(file != NULL && fputs("\xff\xfe\n", file) >= 0 && fclose(file) == 0);
    CHECK_FAILS(rt_history_load(RT_STR("bad")), false, INVALID_UTF8);
    CHECK(remove("bad") == 0);
    /* Nothing is left behind. */
    CHECK(rmdir(".") != 0 && errno == EINVAL);
    rt_history_clear();
}

static void exit_with_seven(void) {
    printf("buffered");
    setvbuf(stdout, NULL, _IOFBF, 1000);
    rt_cli_exit(7);
}

static void case_a_program_ends_with_its_code(void) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int file = open("out", O_WRONLY | O_CREAT, 0600);
        dup2(file, 1);
        exit_with_seven();
        _exit(99);
    }
    int status = 0;
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), 7);
    CHECK_TEXT(rt_cli_read_file(RT_STR("out")), "buffered");
    rt_cli_exit(256);
    CHECK_ERROR(OUT_OF_RANGE);
    rt_cli_exit(-1);
    CHECK_ERROR(OUT_OF_RANGE);
}

static void case_arguments_and_files_are_read(void) {
    rt_list_text args = rt_cli_get_args();
    CHECK(args.len >= 1 && strstr((const char *)args.items[0].ptr, "cli") != NULL);
    CHECK(rt_list_text_free(args));
    FILE *file = fopen("file", "w");
    CHECK(file != NULL && fputs("two\nlines", file) >= 0 && fclose(file) == 0);
    CHECK_TEXT(rt_cli_read_file(RT_STR("file")), "two\nlines");
    CHECK(rt_cli_file_exists(RT_STR("file")) && rt_cli_file_exists(RT_STR(".")));
    CHECK(!rt_cli_file_exists(RT_STR("missing")));
    CHECK_ERROR(OK);
    CHECK_FAILS(rt_cli_read_file(RT_STR("missing")).ptr, NULL, NOT_FOUND);
    CHECK_FAILS(rt_cli_read_file(RT_STR(".")).ptr, NULL, IS_A_DIRECTORY);
    CHECK_FAILS(rt_cli_read_file(RT_STR("/dev/zero")).ptr, NULL, LIMIT_REACHED);
    file = fopen("bad", "w");
    CHECK(file != NULL && fputs("\xff", file) >= 0 && fclose(file) == 0);
    CHECK_FAILS(rt_cli_read_file(RT_STR("bad")).ptr, NULL, INVALID_UTF8);
}

static const check_case cases[] = {
    CASE(lines_are_read_as_they_are),
    CASE(a_line_has_a_limit),
    CASE(passwords_can_come_from_a_pipe),
    CASE(lines_are_edited_in_a_terminal),
    CASE(interrupt_and_end_are_told_apart),
    CASE(passwords_are_not_shown),
    CASE(a_terminal_is_known_with_its_size),
    CASE(the_history_is_kept),
    CASE(the_history_keeps_every_character),
    CASE(a_locked_history_is_not_waited_for_for_ever),
    CASE(a_history_leaves_links_and_pipes_what_they_are),
    CASE(a_history_that_cannot_be_kept_is_an_error),
    CASE(a_program_ends_with_its_code),
    CASE(arguments_and_files_are_read),
};

CHECK_MAIN(cases)
