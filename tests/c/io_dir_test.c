/* What the io module's functions about directories and patterns do, with good and bad input. */
#define _GNU_SOURCE
#include "io_check.h"

#include <pthread.h>

/* A name that is not UTF-8, and how it is shown. */
#define FOREIGN "bad\377name.txt"
#define FOREIGN_SHOWN "bad\xef\xbf\xbdname.txt"

static void case_dir_exists(void) {
    make_dir("dir");
    put("file", "hello");
    CHECK(symlink("dir", "good") == 0 && symlink("file", "other") == 0 && symlink("no", "dangling") == 0);
    CHECK(rt_dir_exists(RT_STR("dir")));
    CHECK(rt_dir_exists(RT_STR("dir/")));
    CHECK(rt_dir_exists(RT_STR("good")));
    CHECK_FAILS(rt_dir_exists(RT_STR("file")), false, OK);
    CHECK_FAILS(rt_dir_exists(RT_STR("other")), false, OK);
    CHECK_FAILS(rt_dir_exists(RT_STR("dangling")), false, OK);
    CHECK_FAILS(rt_dir_exists(RT_STR("missing")), false, OK);
    CHECK_FAILS(rt_dir_exists(RT_STR("")), false, OK);
    CHECK(symlink("loop", "loop") == 0);
    CHECK_FAILS(rt_dir_exists(RT_STR("loop/x")), false, TOO_MANY_LINKS);
    CHECK_FAILS(rt_dir_exists(RT_STR("a\0b")), false, INVALID_ARGUMENT);
}

static void case_dir_create(void) {
    put("file", "hello");
    CHECK(rt_dir_create(RT_STR("a"), false));
    CHECK_FAILS(rt_dir_create(RT_STR("a"), false), false, ALREADY_EXISTS);
    CHECK(rt_dir_create(RT_STR("a"), true));
    CHECK_FAILS(rt_dir_create(RT_STR("b/c"), false), false, NOT_FOUND);
    CHECK(rt_dir_create(RT_STR("b/c/../d"), true));
    CHECK(rt_dir_create_all(RT_STR("e/f/g/")));
    CHECK(rt_dir_create_all(RT_STR("e/f/g")));
    CHECK_TEXTS(rt_dir_walk(RT_STR(".")), "./a", "./b", "./b/c", "./b/d", "./e", "./e/f", "./e/f/g", "./file");
}

static void case_dir_create_failures(void) {
    put("file", "hello");
    CHECK_FAILS(rt_dir_create(RT_STR("file"), false), false, ALREADY_EXISTS);
    CHECK_FAILS(rt_dir_create(RT_STR("file"), true), false, ALREADY_EXISTS);
    CHECK_FAILS(rt_dir_create_all(RT_STR("file")), false, ALREADY_EXISTS);
    CHECK_FAILS(rt_dir_create(RT_STR("file/x"), false), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_dir_create_all(RT_STR("file/x/y")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_dir_create(RT_STR(""), false), false, NOT_FOUND);
    CHECK_FAILS(rt_dir_create(RT_STR(""), true), false, NOT_FOUND);
    CHECK_FAILS(rt_dir_create_all(RT_STR("")), false, NOT_FOUND);
    CHECK_FAILS(rt_dir_create_all(RT_STR("a\0b")), false, INVALID_ARGUMENT);
    char part[LONG_PART + 1] = {0};
    memset(part, 'x', LONG_PART);
    CHECK_FAILS(rt_dir_create_all(RT_CSTR(part)), false, NAME_TOO_LONG);
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "file");
}

static void case_dir_remove(void) {
    CHECK(rt_dir_create_all(RT_STR("a/b/c")));
    put("a/b/file", "hello");
    CHECK_FAILS(rt_dir_remove(RT_STR("a"), false), false, DIRECTORY_NOT_EMPTY);
    CHECK(rt_dir_remove(RT_STR("a/b/c"), false));
    CHECK(rt_dir_remove(RT_STR("a/b"), true));
    CHECK(rt_dir_remove_all(RT_STR("a/")));
    CHECK_NO_ITEMS(rt_dir_list(RT_STR(".")));
}

/* Neither links inside the tree nor a link in place of the tree lead the removal elsewhere. */
static void case_dir_remove_and_links(void) {
    CHECK(rt_dir_create_all(RT_STR("outside/sub")));
    put("outside/file", "kept");
    make_dir("tree");
    CHECK(symlink("../outside", "tree/dir") == 0 && symlink("../outside/file", "tree/file") == 0);
    CHECK(symlink(".", "tree/circle") == 0 && symlink("nowhere", "tree/dangling") == 0);
    CHECK(symlink("outside", "link") == 0);
    CHECK(rt_dir_remove_all(RT_STR("tree")));
    CHECK_FAILS(rt_dir_remove_all(RT_STR("link")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_dir_remove_all(RT_STR("link/")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_dir_remove(RT_STR("link"), true), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_dir_remove(RT_STR("link"), false), false, NOT_A_DIRECTORY);
    CHECK_CONTENT("outside/file", "kept");
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), "link", "outside");
}

static void case_dir_remove_failures(void) {
    make_dir("dir");
    put("dir/file", "kept");
    CHECK_FAILS(rt_dir_remove_all(RT_STR("missing")), false, NOT_FOUND);
    CHECK_FAILS(rt_dir_remove(RT_STR("missing"), false), false, NOT_FOUND);
    CHECK_FAILS(rt_dir_remove_all(RT_STR("")), false, NOT_FOUND);
    CHECK_FAILS(rt_dir_remove_all(RT_STR("dir/file")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_dir_remove(RT_STR("dir/file"), false), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_dir_remove_all(RT_STR(".")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_dir_remove_all(RT_STR("./")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_dir_remove_all(RT_STR("dir/.")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_dir_remove_all(RT_STR("dir/..//")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_dir_remove(RT_STR(".."), true), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_dir_remove_all(RT_STR("//")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_dir_remove_all(RT_STR("dir\0x")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_dir_remove(RT_STR("/proc/self/fd"), false), false, PERMISSION_DENIED);
    CHECK_CONTENT("dir/file", "kept");
}

static void case_dir_list(void) {
    CHECK_NO_ITEMS(rt_dir_list(RT_STR(".")));
    make_dir("b");
    put("a", "");
    put(".hidden", "");
    put("B", "");
    put("\xc3\xa4", "");
    put("a b\n", "");
    CHECK(symlink("nowhere", "link") == 0);
    CHECK_TEXTS(rt_dir_list(RT_STR(".")), ".hidden", "B", "a", "a b\n", "b", "link", "\xc3\xa4");
    CHECK(symlink("b", "to-b") == 0);
    CHECK_NO_ITEMS(rt_dir_list(RT_STR("to-b")));
    CHECK_LIST_FAILS(rt_dir_list(RT_STR("a")), NOT_A_DIRECTORY);
    CHECK_LIST_FAILS(rt_dir_list(RT_STR("missing")), NOT_FOUND);
    CHECK_LIST_FAILS(rt_dir_list(RT_STR("")), NOT_FOUND);
    CHECK_LIST_FAILS(rt_dir_list(RT_STR("a\0b")), INVALID_ARGUMENT);
}

static void case_dir_entries(void) {
    make_dir("dir");
    put("file", "");
    CHECK(symlink("dir", "link") == 0 && mkfifo("pipe", 0600) == 0);
    rt_list_dir_entry entries = rt_dir_entries(RT_STR("."));
    int32_t kinds[] = {RT_FILE_KIND_DIRECTORY, RT_FILE_KIND_REGULAR, RT_FILE_KIND_SYMLINK, RT_FILE_KIND_FIFO};
    CHECK_U64(entries.len, 4);
    for (uint64_t i = 0; i < entries.len; i++) CHECK_INT(entries.items[i].kind, kinds[i]);
    CHECK(entries.len == 4 && strcmp((const char *)entries.items[3].name.ptr, "pipe") == 0);
    CHECK(rt_list_dir_entry_free(entries));
    CHECK(rt_dir_entries(RT_STR("missing")).items == NULL);
    CHECK_ERROR(NOT_FOUND);
    CHECK(rt_dir_entries(RT_STR("file")).items == NULL);
    CHECK_ERROR(NOT_A_DIRECTORY);
}

static void case_many_entries(void) {
    char name[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "f%04d", i);
        put(name, "");
    }
    rt_list_text names = rt_dir_list(RT_STR("."));
    CHECK_U64(names.len, 5000);
    for (int i = 0; i < 5000 && names.len == 5000; i++) {
        snprintf(name, sizeof name, "f%04d", i);
        CHECK(memcmp(names.items[i].ptr, name, 5) == 0);
    }
    CHECK(rt_list_text_free(names));
}

static void case_names_that_are_not_utf8(void) {
    make_dir("d");
    put("d/" FOREIGN, "");
    put("d/good.txt", "");
    CHECK_LIST_FAILS(rt_dir_list(RT_STR("d")), INVALID_UTF8);
    CHECK_MESSAGE(FOREIGN_SHOWN);
    CHECK(rt_dir_entries(RT_STR("d")).items == NULL);
    CHECK_ERROR(INVALID_UTF8);
    CHECK_LIST_FAILS(rt_dir_walk(RT_STR("d")), INVALID_UTF8);
    CHECK_MESSAGE("d/" FOREIGN_SHOWN);
    CHECK_LIST_FAILS(rt_list_dir_recursive(RT_STR("d"), RT_STR("txt")), INVALID_UTF8);
    CHECK_LIST_FAILS(rt_glob(RT_STR("d/*.txt")), INVALID_UTF8);
    CHECK_MESSAGE("d/" FOREIGN_SHOWN);
    /* Where such a name does not belong into the result, it does no harm. */
    CHECK_NO_ITEMS(rt_list_dir_recursive(RT_STR("d"), RT_STR("c")));
    CHECK_TEXTS(rt_glob(RT_STR("d/g*.txt")), "d/good.txt");
    CHECK(rt_dir_remove_all(RT_STR("d")));
}

static void case_dir_walk(void) {
    CHECK(rt_dir_create_all(RT_STR("d/b/c")));
    make_dir("d/empty");
    put("d/b/c/file", "");
    put("d/b/z", "");
    put("d/b.txt", "");
    CHECK(symlink("..", "d/b/circle") == 0 && symlink("nowhere", "d/dangling") == 0 && symlink("d", "link") == 0);
    CHECK_TEXTS(rt_dir_walk(RT_STR("d")), "d/b", "d/b/c", "d/b/c/file", "d/b/circle", "d/b/z", "d/b.txt",
                "d/dangling", "d/empty");
    CHECK_TEXTS(rt_dir_walk(RT_STR("link/b/c/")), "link/b/c/file");
    CHECK_TEXTS(rt_dir_walk(RT_STR("./d/b/c")), "./d/b/c/file");
    CHECK_NO_ITEMS(rt_dir_walk(RT_STR("d/empty")));
    rt_list_text through_link = rt_dir_walk(RT_STR("link"));
    CHECK_U64(through_link.len, 8);
    CHECK(rt_list_text_free(through_link));
    CHECK_LIST_FAILS(rt_dir_walk(RT_STR("missing")), NOT_FOUND);
    CHECK_LIST_FAILS(rt_dir_walk(RT_STR("d/b.txt")), NOT_A_DIRECTORY);
    CHECK_LIST_FAILS(rt_dir_walk(RT_STR("d/dangling")), NOT_FOUND);
    CHECK_LIST_FAILS(rt_dir_walk(RT_STR("a\0b")), INVALID_ARGUMENT);
}

/* Lets the process have few files open. */
static bool limit_open_files(void) {
    struct rlimit limit = {64, 64};
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* Walking needs few open files however deep the tree is; removing it safely needs one for each level. */
static void use_few_files(void) {
    rt_list_text paths = rt_dir_walk(RT_STR("."));
    CHECK_U64(paths.len, 901);
    CHECK(rt_list_text_free(paths));
    CHECK_FAILS(rt_dir_remove_all(RT_STR("d")), false, TOO_MANY_FILES);
}

/* 900 directories in each other, with a file in the last one. */
static void make_deep_tree(void) {
    for (int i = 0; i < 900; i++) {
        make_dir("d");
        CHECK(chdir("d") == 0);
    }
    put("file", "");
    for (int i = 0; i < 900; i++) CHECK(chdir("..") == 0);
}

static void case_deep_tree(void) {
    make_deep_tree();
    in_child(limit_open_files, use_few_files);
    rt_list_text files = rt_list_dir_recursive(RT_STR("d"), RT_STR(""));
    CHECK(files.len == 1 && files.items[0].len == 2 * 900 + 4);
    CHECK(rt_list_text_free(files));
    CHECK(rt_dir_remove_all(RT_STR("d")));
}

static void *remove_deep_tree(void *is_removed) {
    *(bool *)is_removed = rt_dir_remove_all(RT_STR("d"));
    return NULL;
}

static void case_depth_uses_no_stack(void) {
    make_deep_tree();
    bool is_removed = false;
    pthread_attr_t small;
    pthread_t thread;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    CHECK(pthread_create(&thread, &small, remove_deep_tree, &is_removed) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
    CHECK(is_removed && access("d", F_OK) != 0);
}

static bool close_all_but_few_files(void) {
    struct rlimit limit = {3, 3};
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static void fail_without_files(void) {
    CHECK_LIST_FAILS(rt_dir_walk(RT_STR("d")), TOO_MANY_FILES);
    CHECK_LIST_FAILS(rt_dir_list(RT_STR("d")), TOO_MANY_FILES);
    CHECK_TEXT_FAILS(rt_temp_file_create(RT_STR("d"), RT_STR("a"), RT_STR("")), TOO_MANY_FILES);
    CHECK_FAILS(rt_file_atomic_write(RT_STR("d/new"), RT_STR("x")), false, TOO_MANY_FILES);
}

static void case_no_files_left(void) {
    make_dir("d");
    in_child(close_all_but_few_files, fail_without_files);
    CHECK_NO_ITEMS(rt_dir_list(RT_STR("d")));
}

/* A place whose path cannot be given back is refused before anything is made in it. */
static void case_temporary_in_a_nameless_place(void) {
    make_dir("bad\xff");
    CHECK(chdir("bad\xff") == 0);
    CHECK_TEXT_FAILS(rt_temp_file_create(RT_STR("."), RT_STR("a"), RT_STR("")), INVALID_UTF8);
    CHECK_TEXT_FAILS(rt_temp_dir_create(RT_STR("."), RT_STR("a")), INVALID_UTF8);
    CHECK_NO_ITEMS(rt_dir_list(RT_STR(".")));
    CHECK(chdir("..") == 0);
}

/* However many `**` reach a directory, it is looked into once for each. */
static void case_glob_of_many_depths(void) {
    for (int i = 0; i < 20; i++) {
        make_dir("d");
        CHECK(chdir("d") == 0);
    }
    for (int i = 0; i < 20; i++) CHECK(chdir("..") == 0);
    char pattern[1024] = "";
    for (int i = 0; i < 300; i++) strcat(pattern, "**/");
    strcat(pattern, "d");
    rt_list_text found = rt_glob((const uint8_t *)pattern, strlen(pattern));
    CHECK_U64(found.len, 20);
    CHECK(rt_list_text_free(found));
}

static void case_list_dir_recursive(void) {
    CHECK(rt_dir_create_all(RT_STR("d/sub.txt")));
    put("d/a.txt", "");
    put("d/b.tar.gz", "");
    put("d/.txt", "");
    put("d/noext", "");
    put("d/C.TXT", "");
    put("d/sub.txt/x.txt", "");
    CHECK(symlink("a.txt", "d/link.txt") == 0 && symlink("sub.txt", "d/dir.txt") == 0);
    CHECK(symlink("nowhere", "d/dangling.txt") == 0);
    CHECK_TEXTS(rt_list_dir_recursive(RT_STR("d"), RT_STR("txt")), "d/a.txt", "d/link.txt", "d/sub.txt/x.txt");
    CHECK_TEXTS(rt_list_dir_recursive(RT_STR("d"), RT_STR(".txt")), "d/a.txt", "d/link.txt", "d/sub.txt/x.txt");
    CHECK_TEXTS(rt_list_dir_recursive(RT_STR("d"), RT_STR("gz")), "d/b.tar.gz");
    CHECK_TEXTS(rt_list_dir_recursive(RT_STR("d"), RT_STR("tar.gz")), "d/b.tar.gz");
    CHECK_NO_ITEMS(rt_list_dir_recursive(RT_STR("d"), RT_STR("r.gz")));
    CHECK_TEXTS(rt_list_dir_recursive(RT_STR("d"), RT_STR("")), "d/.txt", "d/C.TXT", "d/a.txt", "d/b.tar.gz",
                "d/link.txt", "d/noext", "d/sub.txt/x.txt");
    CHECK_LIST_FAILS(rt_list_dir_recursive(RT_STR("missing"), RT_STR("txt")), NOT_FOUND);
    CHECK_LIST_FAILS(rt_list_dir_recursive(RT_STR("d/a.txt"), RT_STR("txt")), NOT_A_DIRECTORY);
}

static void case_glob(void) {
    CHECK(rt_dir_create_all(RT_STR("d/sub/deep")));
    put("d/a.txt", "");
    put("d/b.txt", "");
    put("d/.hidden.txt", "");
    put("d/sub/c.txt", "");
    put("d/sub/deep/e.txt", "");
    put("d/[x].c", "");
    CHECK(symlink("nowhere", "d/dangling.txt") == 0 && symlink("..", "d/sub/up") == 0);
    CHECK_TEXTS(rt_glob(RT_STR("d/?.txt")), "d/a.txt", "d/b.txt");
    CHECK_TEXTS(rt_glob(RT_STR("d/*.txt")), "d/.hidden.txt", "d/a.txt", "d/b.txt", "d/dangling.txt");
    CHECK_TEXTS(rt_glob(RT_STR("d/[!a].txt")), "d/b.txt");
    CHECK_TEXTS(rt_glob(RT_STR("./d/[a-c].txt")), "./d/a.txt", "./d/b.txt");
    CHECK_TEXTS(rt_glob(RT_STR("d/[[]x].c")), "d/[x].c");
    CHECK_TEXTS(rt_glob(RT_STR("**/[ce].txt")), "d/sub/c.txt", "d/sub/deep/e.txt");
    CHECK_TEXTS(rt_glob(RT_STR("d/sub/**")), "d/sub/c.txt", "d/sub/deep", "d/sub/deep/e.txt", "d/sub/up");
    CHECK_TEXTS(rt_glob(RT_STR("d/**/**/c.txt")), "d/sub/c.txt");
    CHECK_TEXTS(rt_glob(RT_STR("d/*/*/")), "d/sub/deep", "d/sub/up");
    CHECK_TEXTS(rt_glob(RT_STR("*/sub/up/a.*")), "d/sub/up/a.txt");
    CHECK_TEXTS(rt_glob(RT_STR("d/a.txt")), "d/a.txt");
    CHECK_TEXTS(rt_glob(RT_STR("d//sub/../*.c")), "d/sub/../[x].c");
    CHECK_TEXTS(rt_glob(RT_STR("/dev/nul[l]")), "/dev/null");
    CHECK_TEXTS(rt_glob(RT_STR("/")), "/");
    CHECK_TEXTS(rt_glob(RT_STR("*")), "d");
}

static void case_glob_without_matches(void) {
    put("file", "");
    CHECK_NO_ITEMS(rt_glob(RT_STR("")));
    CHECK_NO_ITEMS(rt_glob(RT_STR("*.none")));
    CHECK_NO_ITEMS(rt_glob(RT_STR("missing/*")));
    CHECK_NO_ITEMS(rt_glob(RT_STR("missing")));
    CHECK_NO_ITEMS(rt_glob(RT_STR("file/*")));
    CHECK_NO_ITEMS(rt_glob(RT_STR("*/file")));
    CHECK_NO_ITEMS(rt_glob(RT_STR("fil*/")));
}

static void case_glob_failures(void) {
    make_dir("dir");
    CHECK_LIST_FAILS(rt_glob(RT_STR("dir/[a")), PARSE);
    CHECK_MESSAGE("position 4");
    CHECK_LIST_FAILS(rt_glob(RT_STR("***")), PARSE);
    CHECK_MESSAGE("position 2");
    CHECK_LIST_FAILS(rt_glob(RT_STR("missing/a**")), PARSE);
    CHECK_LIST_FAILS(rt_glob(RT_STR("\xc3\xa4/\xc3\xa4[")), PARSE);
    CHECK_MESSAGE("position 3");
    CHECK_LIST_FAILS(rt_glob(RT_STR("*\0*")), INVALID_ARGUMENT);
    CHECK_LIST_FAILS(rt_glob(RT_STR("a\0b")), INVALID_ARGUMENT);
    CHECK_LIST_FAILS(rt_glob(RT_STR("*\xff")), INVALID_UTF8);
    CHECK(symlink("loop", "loop") == 0);
    CHECK_LIST_FAILS(rt_glob(RT_STR("loop/*")), TOO_MANY_LINKS);
}

static const check_case cases[] = {
    CASE(dir_exists),
    CASE(dir_create),
    CASE(dir_create_failures),
    CASE(dir_remove),
    CASE(dir_remove_and_links),
    CASE(dir_remove_failures),
    CASE(dir_list),
    CASE(dir_entries),
    CASE(many_entries),
    CASE(names_that_are_not_utf8),
    CASE(dir_walk),
    CASE(no_files_left),
    CASE(temporary_in_a_nameless_place),
    CASE(glob_of_many_depths),
    CASE(deep_tree),
    CASE(depth_uses_no_stack),
    CASE(list_dir_recursive),
    CASE(glob),
    CASE(glob_without_matches),
    CASE(glob_failures),
};

CHECK_MAIN(cases)
