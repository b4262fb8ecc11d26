/* What the io module's functions about paths and temporary names do, with good and bad input. */
#define _GNU_SOURCE
#include "io_check.h"

/* A path and what is made of it. */
typedef struct {
    const char *path;
    const char *expected;
} path_case;

/* Calls a function of one path for each case of a table. */
#define CHECK_PATHS(function, ...)                                                 \
    do {                                                                           \
        static const path_case table[] = {__VA_ARGS__};                            \
        for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {              \
            CHECK_TEXT(function(RT_CSTR(table[i].path)), table[i].expected);       \
        }                                                                          \
    } while (0)

static void case_normalize(void) {
    CHECK_PATHS(rt_path_normalize, {"", "."}, {".", "."}, {"./", "."}, {"a", "a"}, {"a/", "a"}, {"a//b", "a/b"},
                {"./a/./b/.", "a/b"}, {"a/..", "."}, {"a/../b", "b"}, {"a/b/../../..", ".."}, {"..", ".."},
                {"../..", "../.."}, {"../a/../..", "../.."}, {"/", "/"}, {"//", "/"}, {"///a", "/a"}, {"/..", "/"},
                {"/../a", "/a"}, {"/a/../..", "/"}, {"/a/./b/../c/", "/a/c"}, {"...", "..."}, {"a/.../b", "a/.../b"},
                {"\xc3\xa4/../\xc3\xb6", "\xc3\xb6"}, {" ", " "});
    CHECK_TEXT_FAILS(rt_path_normalize(RT_STR("a\xff")), INVALID_UTF8);
}

static void case_join(void) {
    CHECK_TEXT(rt_path_join(RT_STR("a"), RT_STR("b")), "a/b");
    CHECK_TEXT(rt_path_join(RT_STR("a/"), RT_STR("b")), "a/b");
    CHECK_TEXT(rt_path_join(RT_STR("a"), RT_STR("/b")), "/b");
    CHECK_TEXT(rt_path_join(RT_STR("a"), RT_STR("../b")), "a/../b");
    CHECK_TEXT(rt_path_join(RT_STR(""), RT_STR("b")), "b");
    CHECK_TEXT(rt_path_join(RT_STR("a"), RT_STR("")), "a");
    CHECK_TEXT(rt_path_join(RT_STR("a/"), RT_STR("")), "a/");
    CHECK_TEXT(rt_path_join(RT_STR(""), RT_STR("")), "");
    CHECK_TEXT(rt_path_join(RT_STR("/"), RT_STR("b")), "/b");
    CHECK_TEXT_FAILS(rt_path_join(RT_STR("a"), RT_STR("\xff")), INVALID_UTF8);
}

static void case_absolute(void) {
    CHECK_PATHS(rt_path_absolute, {"/a", "/a"}, {"/a//b/./c", "/a/b/c"}, {"/a/../b", "/a/../b"}, {"/", "/"});
    char *cwd = getcwd(NULL, 0);
    char expected[4096];
    snprintf(expected, sizeof expected, "%s/x/../y", cwd);
    CHECK_TEXT(rt_path_absolute(RT_STR("./x/../y")), expected);
    CHECK_TEXT(rt_path_absolute(RT_STR(".")), cwd);
    CHECK_TEXT_FAILS(rt_path_absolute(RT_STR("")), INVALID_ARGUMENT);
    free(cwd);
}

static void case_absolute_without_a_current_directory(void) {
    make_dir("gone");
    CHECK(chdir("gone") == 0 && rmdir("../gone") == 0);
    CHECK_TEXT_FAILS(rt_path_absolute(RT_STR("a")), NOT_FOUND);
    CHECK_TEXT_FAILS(rt_env_cwd(), NOT_FOUND);
    CHECK_TEXT(rt_path_absolute(RT_STR("/a")), "/a");
}

static void case_canonical(void) {
    make_dir("dir");
    put("dir/file", "");
    CHECK(symlink("dir", "link") == 0 && symlink("loop", "loop") == 0 && symlink("no", "dangling") == 0);
    char *expected = realpath("dir/file", NULL);
    CHECK_TEXT(rt_path_canonical(RT_STR("link/../link//file")), expected);
    CHECK_TEXT_FAILS(rt_path_canonical(RT_STR("missing")), NOT_FOUND);
    CHECK_TEXT_FAILS(rt_path_canonical(RT_STR("dangling")), NOT_FOUND);
    CHECK_TEXT_FAILS(rt_path_canonical(RT_STR("dir/file/..")), NOT_A_DIRECTORY);
    CHECK_TEXT_FAILS(rt_path_canonical(RT_STR("loop")), TOO_MANY_LINKS);
    CHECK_TEXT_FAILS(rt_path_canonical(RT_STR("")), NOT_FOUND);
    CHECK_TEXT_FAILS(rt_path_canonical(RT_STR("a\0b")), INVALID_ARGUMENT);
    free(expected);
}

static void case_relative(void) {
    CHECK_TEXT(rt_path_relative(RT_STR("/a/b/c"), RT_STR("/a/b")), "c");
    CHECK_TEXT(rt_path_relative(RT_STR("/a"), RT_STR("/a/b/c")), "../..");
    CHECK_TEXT(rt_path_relative(RT_STR("/x/y"), RT_STR("/a/b")), "../../x/y");
    CHECK_TEXT(rt_path_relative(RT_STR("/a/./b/"), RT_STR("/a/c/../b")), ".");
    CHECK_TEXT(rt_path_relative(RT_STR("/"), RT_STR("/")), ".");
    CHECK_TEXT(rt_path_relative(RT_STR("/a"), RT_STR("/")), "a");
    CHECK_TEXT(rt_path_relative(RT_STR("/"), RT_STR("/a")), "..");
    CHECK_TEXT(rt_path_relative(RT_STR("a/b"), RT_STR("")), "a/b");
    CHECK_TEXT(rt_path_relative(RT_STR("."), RT_STR("a")), "..");
    CHECK_TEXT(rt_path_relative(RT_STR("../x"), RT_STR("../y")), "../x");
    CHECK_TEXT(rt_path_relative(RT_STR("../../x"), RT_STR("..")), "../x");
    CHECK_TEXT(rt_path_relative(RT_STR("../x"), RT_STR("a")), "../../x");
    CHECK_TEXT_FAILS(rt_path_relative(RT_STR("/a"), RT_STR("b")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_path_relative(RT_STR("a"), RT_STR("/b")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_path_relative(RT_STR("a"), RT_STR("../b")), INVALID_ARGUMENT);
    CHECK_MESSAGE("`../b`");
}

static void case_parts(void) {
    CHECK_PATHS(rt_path_parent, {"a/b", "a"}, {"/a/b", "/a"}, {"/a", "/"}, {"a", ""}, {"/", ""}, {"", ""},
                {"a/b/", "a"}, {"a/b//", "a"}, {"a//b", "a"}, {"a/.", ""}, {"..", ""}, {"a/..", "a"}, {".", ""});
    CHECK_PATHS(rt_path_filename, {"a/b.txt", "b.txt"}, {"b.txt", "b.txt"}, {"dir/", "dir"}, {"/", ""}, {"", ""},
                {"..", ""}, {"a/..", ""}, {".", ""}, {"a/.", "a"}, {".profile", ".profile"},
                {"a/\xc3\xa4", "\xc3\xa4"});
    CHECK_PATHS(rt_path_stem, {"a/b.txt", "b"}, {"a.tar.gz", "a.tar"}, {".profile", ".profile"}, {".a.b", ".a"},
                {"a.", "a"}, {"a", "a"}, {"dir.d/", "dir"}, {"..", ""}, {"/", ""}, {"", ""}, {"...", ".."});
    CHECK_PATHS(rt_path_extension, {"a/b.txt", "txt"}, {"a.tar.gz", "gz"}, {".profile", ""}, {".a.b", "b"}, {"a.", ""},
                {"a", ""}, {"dir.d/a", ""}, {"dir.d/", "d"}, {"..", ""}, {"/", ""}, {"", ""},
                {"a.\xc3\xa4", "\xc3\xa4"});
    CHECK_TEXT_FAILS(rt_path_parent(RT_STR("\xff/a")), INVALID_UTF8);
    CHECK_TEXT_FAILS(rt_path_filename(RT_STR("\xff")), INVALID_UTF8);
    CHECK_TEXT_FAILS(rt_path_stem(RT_STR("\xff")), INVALID_UTF8);
    CHECK_TEXT_FAILS(rt_path_extension(RT_STR("a.\xff")), INVALID_UTF8);
}

static void case_with_extension(void) {
    CHECK_TEXT(rt_path_with_extension(RT_STR("a.c"), RT_STR("o")), "a.o");
    CHECK_TEXT(rt_path_with_extension(RT_STR("a.c"), RT_STR(".o")), "a.o");
    CHECK_TEXT(rt_path_with_extension(RT_STR("d.d/a"), RT_STR("o")), "d.d/a.o");
    CHECK_TEXT(rt_path_with_extension(RT_STR("a.tar.gz"), RT_STR("zip")), "a.tar.zip");
    CHECK_TEXT(rt_path_with_extension(RT_STR("a.c"), RT_STR("")), "a");
    CHECK_TEXT(rt_path_with_extension(RT_STR(".profile"), RT_STR("bak")), ".profile.bak");
    CHECK_TEXT(rt_path_with_extension(RT_STR("a"), RT_STR("tar.gz")), "a.tar.gz");
    CHECK_TEXT_FAILS(rt_path_with_extension(RT_STR("a"), RT_STR("b/c")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_path_with_extension(RT_STR(""), RT_STR("c")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_path_with_extension(RT_STR("/"), RT_STR("c")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_path_with_extension(RT_STR("a/.."), RT_STR("c")), INVALID_ARGUMENT);
}

static void case_is_absolute(void) {
    CHECK(rt_path_is_absolute(RT_STR("/")));
    CHECK(rt_path_is_absolute(RT_STR("//a/..")));
    CHECK_FAILS(rt_path_is_absolute(RT_STR("")), false, OK);
    CHECK_FAILS(rt_path_is_absolute(RT_STR("a/")), false, OK);
    CHECK_FAILS(rt_path_is_absolute(RT_STR("\xff")), false, INVALID_UTF8);
}

/* The variable TMPDIR as it is, to be given back. */
static char *save_tmpdir(void) { return getenv("TMPDIR") == NULL ? NULL : strdup(getenv("TMPDIR")); }

static void restore_tmpdir(char *saved) {
    CHECK(saved == NULL ? unsetenv("TMPDIR") == 0 : setenv("TMPDIR", saved, 1) == 0);
    free(saved);
}

static void case_temp_dir(void) {
    char *saved = save_tmpdir();
    CHECK(rt_env_set(RT_STR("TMPDIR"), RT_STR("/some/where")));
    CHECK_TEXT(rt_temp_dir(), "/some/where");
    CHECK(rt_env_remove(RT_STR("TMPDIR")));
    CHECK_TEXT(rt_temp_dir(), "/tmp");
    CHECK(setenv("TMPDIR", "bad\377", 1) == 0);
    CHECK_TEXT_FAILS(rt_temp_dir(), INVALID_UTF8);
    CHECK_TEXT_FAILS(rt_temp_file_create(NULL, 0, RT_STR("a"), RT_STR("b")), INVALID_UTF8);
    restore_tmpdir(saved);
}

static void case_temp_file_create(void) {
    make_dir("dir");
    rt_text one = rt_temp_file_create(RT_STR("dir"), RT_STR("pre-"), RT_STR(".txt"));
    rt_text two = rt_temp_file_create(RT_STR("dir"), RT_STR("pre-"), RT_STR(".txt"));
    CHECK(one.ptr != NULL && two.ptr != NULL && strcmp((const char *)one.ptr, (const char *)two.ptr) != 0);
    rt_text name = rt_path_filename(one.ptr, one.len);
    CHECK(name.len == 14 && memcmp(name.ptr, "pre-", 4) == 0 && memcmp(name.ptr + 10, ".txt", 4) == 0);
    CHECK_INT(mode_of((const char *)one.ptr), 0600);
    CHECK_CONTENT((const char *)one.ptr, "");
    CHECK(rt_text_free(name));
    CHECK(rt_text_free(one));
    CHECK(rt_text_free(two));
    rt_list_text names = rt_dir_list(RT_STR("dir"));
    CHECK_U64(names.len, 2);
    CHECK(rt_list_text_free(names));
}

static void case_temp_names_in_the_default_directory(void) {
    char *saved = save_tmpdir();
    char *cwd = getcwd(NULL, 0);
    CHECK(rt_env_set(RT_STR("TMPDIR"), RT_CSTR(cwd)));
    /* No directory is the usual one, and an empty path is none at all. */
    CHECK_TEXT_FAILS(rt_temp_file_create(RT_STR(""), RT_STR("a"), RT_STR("b")), NOT_FOUND);
    CHECK_TEXT_FAILS(rt_temp_dir_create(RT_STR(""), RT_STR("a")), NOT_FOUND);
    rt_text file = rt_temp_file_create(NULL, 0, RT_STR(""), RT_STR(""));
    rt_text dir = rt_temp_dir_create(NULL, 0, RT_STR("work-"));
    CHECK(file.ptr != NULL && memcmp(file.ptr, cwd, strlen(cwd)) == 0 && file.len == strlen(cwd) + 7);
    CHECK(dir.ptr != NULL && memcmp(dir.ptr, cwd, strlen(cwd)) == 0 && dir.len == strlen(cwd) + 12);
    CHECK_INT(mode_of((const char *)dir.ptr), 0700);
    CHECK(rt_text_free(file));
    CHECK(rt_text_free(dir));
    restore_tmpdir(saved);
    free(cwd);
}

static void case_temp_failures(void) {
    put("file", "");
    char part[LONG_PART + 1] = {0};
    memset(part, 'x', LONG_PART);
    CHECK_TEXT_FAILS(rt_temp_file_create(RT_STR("missing"), RT_STR("a"), RT_STR("b")), NOT_FOUND);
    CHECK_TEXT_FAILS(rt_temp_file_create(RT_STR("file"), RT_STR("a"), RT_STR("b")), NOT_A_DIRECTORY);
    CHECK_TEXT_FAILS(rt_temp_file_create(RT_STR("."), RT_STR("../a"), RT_STR("b")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_temp_file_create(RT_STR("."), RT_STR("a"), RT_STR("/b")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_temp_file_create(RT_STR("."), RT_STR("a\0"), RT_STR("b")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_temp_file_create(RT_STR("a\0b"), RT_STR("a"), RT_STR("b")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_temp_file_create(RT_STR("."), RT_CSTR(part), RT_STR("b")), NAME_TOO_LONG);
    CHECK_TEXT_FAILS(rt_temp_dir_create(RT_STR("missing"), RT_STR("a")), NOT_FOUND);
    CHECK_TEXT_FAILS(rt_temp_dir_create(RT_STR("file"), RT_STR("a")), NOT_A_DIRECTORY);
    CHECK_TEXT_FAILS(rt_temp_dir_create(RT_STR("."), RT_STR("a/b")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_temp_dir_create(RT_STR("."), RT_CSTR(part)), NAME_TOO_LONG);
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "file");
}

static const check_case cases[] = {
    CASE(normalize),
    CASE(join),
    CASE(absolute),
    CASE(absolute_without_a_current_directory),
    CASE(canonical),
    CASE(relative),
    CASE(parts),
    CASE(with_extension),
    CASE(is_absolute),
    CASE(temp_dir),
    CASE(temp_file_create),
    CASE(temp_names_in_the_default_directory),
    CASE(temp_failures),
};

CHECK_MAIN(cases)
