/* Archives: round trips of trees in every format, lists, single files, what is there already, failures on the way. */
#define _GNU_SOURCE
#include "rt_archive.h"

#include "archive_check.h"

#include <signal.h>
#include <sys/resource.h>

static const char *const names[] = {"t.tar", "t.tar.gz", "t.tgz", "t.tar.xz", "t.txz", "t.tar.zst", "t.tzst", "t.ZIP"};
static const rt_archive_format formats[] = {
    RT_ARCHIVE_FORMAT_TAR,    RT_ARCHIVE_FORMAT_TAR_GZIP, RT_ARCHIVE_FORMAT_TAR_GZIP, RT_ARCHIVE_FORMAT_TAR_XZ,
    RT_ARCHIVE_FORMAT_TAR_XZ, RT_ARCHIVE_FORMAT_TAR_ZSTD, RT_ARCHIVE_FORMAT_TAR_ZSTD, RT_ARCHIVE_FORMAT_ZIP,
};
enum { FORMATS = sizeof names / sizeof names[0] };

static void case_a_tree_comes_back_from_every_format(void) {
    make_tree("tree");
    for (size_t i = 0; i < FORMATS; i++) {
        CHECK(rt_archive_create(RT_CSTR(names[i]), RT_STR("tree"), RT_ARCHIVE_FORMAT_AUTO));
        CHECK_ERROR(OK);
        CHECK_INT(rt_archive_detect(RT_CSTR(names[i])), formats[i]);
        CHECK_INT(rt_archive_extract(RT_CSTR(names[i]), RT_STR("out/copy")), 13);
        CHECK_ERROR(OK);
        check_same_tree("tree", "out/copy");
        struct stat info;
        CHECK(stat("out/copy/sub/deeper", &info) == 0 && info.st_mtime == 1100000000);
        CHECK(shell("rm -r out"));
    }
    /* Equal trees give equal archives. */
    CHECK(rt_tar_create(RT_STR("again.tar"), RT_STR("tree")) && shell("cmp t.tar again.tar"));
    CHECK(rt_zip_create(RT_STR("again.zip"), RT_STR("tree")) && shell("cmp t.ZIP again.zip"));
    CHECK(rt_tar_extract(RT_STR("again.tar"), RT_STR("one")) && rt_zip_extract(RT_STR("again.zip"), RT_STR("two")));
    check_same_tree("one", "two");
}

static void case_an_empty_directory_makes_an_empty_archive(void) {
    CHECK(mkdir("nothing", 0700) == 0);
    for (size_t i = 0; i < FORMATS; i++) {
        CHECK(rt_archive_create(RT_CSTR(names[i]), RT_STR("nothing"), formats[i]));
        CHECK_INT(rt_archive_extract(RT_CSTR(names[i]), RT_STR("out")), 0);
        CHECK_ERROR(OK);
        CHECK(rmdir("out") == 0);
    }
}

static void case_a_list_says_what_is_in_it(void) {
    CHECK(shell("mkdir tree && cd tree && echo abc > f && chmod 640 f && touch -d @1000000000 f && mkdir d && "
                "ln -s f l"));
    for (size_t i = 0; i < FORMATS; i++) {
        CHECK(rt_archive_create(RT_CSTR(names[i]), RT_STR("tree"), RT_ARCHIVE_FORMAT_AUTO));
        rt_list_archive_entry list = rt_archive_list(RT_CSTR(names[i]));
        CHECK_U64(list.len, 3);
        if (list.len == 3) {
            CHECK(list.items[0].name.ptr[0] == 'd' && list.items[0].kind == RT_ARCHIVE_KIND_DIRECTORY);
            CHECK(strcmp((const char *)list.items[1].name.ptr, "f") == 0);
            CHECK_INT(list.items[1].kind, RT_ARCHIVE_KIND_FILE);
            CHECK_INT(list.items[1].size, 4);
            CHECK_INT(list.items[1].mode, 0640);
            CHECK_INT(list.items[1].modified, 1000000000);
            CHECK(list.items[1].link.ptr == NULL);
            CHECK_INT(list.items[2].kind, RT_ARCHIVE_KIND_SYMLINK);
            CHECK(list.items[2].link.ptr != NULL && strcmp((const char *)list.items[2].link.ptr, "f") == 0);
        }
        CHECK(rt_list_archive_entry_free(list));
        CHECK_BYTES(rt_archive_read(RT_CSTR(names[i]), RT_STR("f"), 0), "abc\n", 4);
        CHECK_BYTES(rt_archive_read(RT_CSTR(names[i]), RT_STR("./f"), 4), "abc\n", 4);
        CHECK(rt_archive_read(RT_CSTR(names[i]), RT_STR("f"), 3).ptr == NULL);
        CHECK_ERROR(LIMIT_REACHED);
        CHECK(rt_archive_read(RT_CSTR(names[i]), RT_STR("d"), 0).ptr == NULL);
        CHECK_ERROR(NOT_FOUND);
        CHECK(rt_archive_read(RT_CSTR(names[i]), RT_STR("../f"), 0).ptr == NULL);
        CHECK_ERROR(PERMISSION_DENIED);
    }
}

static void case_what_is_there_is_kept_or_replaced_as_a_whole(void) {
    CHECK(shell("mkdir -p tree/d && echo new > tree/f && echo new > tree/d/g && chmod 700 tree/d"));
    CHECK(rt_tar_create(RT_STR("t.tar"), RT_STR("tree")));
    CHECK(shell("mkdir -p out/d && echo old > out/f && echo old > out/d/h && chmod 755 out/d && echo safe > outside"));
    CHECK(rt_tar_extract(RT_STR("t.tar"), RT_STR("out")));
    CHECK_FILE("out/f", "new\n");
    CHECK_FILE("out/d/g", "new\n");
    CHECK_FILE("out/d/h", "old\n");
    CHECK(shell("[ $(stat -c %a out/d) = 755 ] && [ $(ls -A out | wc -l) = 2 ]"));
    /* A link in the place of a file is replaced, not followed. */
    CHECK(shell("rm out/f && ln -s ../outside out/f"));
    CHECK(rt_tar_extract(RT_STR("t.tar"), RT_STR("out")));
    CHECK_FILE("outside", "safe\n");
    CHECK_FILE("out/f", "new\n");
    /* A link in the place of a directory is not followed either: nothing is moved at all. */
    CHECK(shell("rm -r out && mkdir out elsewhere && ln -s ../elsewhere out/d"));
    CHECK(!rt_tar_extract(RT_STR("t.tar"), RT_STR("out")));
    CHECK_ERROR(NOT_A_DIRECTORY);
    CHECK(!is_there("elsewhere/g") && !is_there("out/f"));
    CHECK(shell("rm out/d && mkdir out/f"));
    CHECK(!rt_tar_extract(RT_STR("t.tar"), RT_STR("out")));
    CHECK_ERROR(IS_A_DIRECTORY);
    CHECK(!is_there("out/d"));
    CHECK(shell("[ $(ls -A out | wc -l) = 1 ]"));
}

static void case_bits_that_give_rights_are_not_kept(void) {
    blob tar = {0};
    tar_entry(&tar, "f", '0', NULL, "x");
    memcpy(tar.data + 100, "0007777", 8);
    /* The checksum grows by the difference of the digits. */
    unsigned sum = 0;
    memset(tar.data + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++) sum += tar.data[i];
    snprintf((char *)tar.data + 148, 8, "%06o", sum & 0777777);
    tar_end(&tar);
    save(&tar, "t.tar");
    CHECK(rt_tar_extract(RT_STR("t.tar"), RT_STR("out")));
    struct stat info;
    CHECK(stat("out/f", &info) == 0 && (info.st_mode & 07777) == 0777);
}

static void case_hard_links_come_back(void) {
    if (!has_program("tar")) return;
    CHECK(shell("mkdir -p tree/d && echo one > tree/a && ln tree/a tree/d/b && tar cf t.tar -C tree ."));
    CHECK(rt_tar_extract(RT_STR("t.tar"), RT_STR("out")));
    CHECK(shell("[ out/a -ef out/d/b ]"));
    CHECK_FILE("out/d/b", "one\n");
}

static void case_of_two_files_of_one_name_the_last_counts(void) {
    blob tar = {0};
    tar_entry(&tar, "f", '0', NULL, "first");
    tar_entry(&tar, "h", '1', "f", NULL);
    tar_entry(&tar, "./f", '0', NULL, "second");
    tar_entry(&tar, "d", '5', NULL, NULL);
    tar_entry(&tar, "d/", '5', NULL, NULL);
    tar_end(&tar);
    save(&tar, "t.tar");
    CHECK_INT(rt_archive_extract(RT_STR("t.tar"), RT_STR("out")), 5);
    CHECK_FILE("out/f", "second");
    CHECK_FILE("out/h", "first");
    CHECK_BYTES(rt_archive_read(RT_STR("t.tar"), RT_STR("f"), 0), "second", 6);
}

static void case_failures_of_making_leave_nothing(void) {
    CHECK(shell("mkdir tree && echo x > tree/f && mkfifo tree/pipe && echo old > old.tar"));
    CHECK(!rt_tar_create(RT_STR("old.tar"), RT_STR("tree")));
    CHECK_ERROR(UNSUPPORTED);
    CHECK_FILE("old.tar", "old\n");
    CHECK(unlink("tree/pipe") == 0);
    CHECK(!rt_tar_create(RT_STR("tree/t.tar"), RT_STR("tree")));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK(!rt_tar_create(RT_STR("t.tar"), RT_STR("missing")));
    CHECK_ERROR(NOT_FOUND);
    CHECK(!rt_tar_create(RT_STR("t.tar"), RT_STR("tree/f")));
    CHECK_ERROR(NOT_A_DIRECTORY);
    CHECK(!rt_tar_create(RT_STR("missing/t.tar"), RT_STR("tree")));
    CHECK_ERROR(NOT_FOUND);
    CHECK(!rt_tar_create(RT_STR("tree"), RT_STR("tree")));
    CHECK_ERROR(IS_A_DIRECTORY);
    CHECK(!rt_archive_create(RT_STR("t.rar"), RT_STR("tree"), RT_ARCHIVE_FORMAT_AUTO));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK(!rt_tar_create((const uint8_t *)"a\0b", 3, RT_STR("tree")));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK(shell("printf x > \"tree/$(printf '\\377')\""));
    CHECK(!rt_zip_create(RT_STR("t.zip"), RT_STR("tree")));
    CHECK_ERROR(INVALID_UTF8);
    CHECK(rt_tar_create(RT_STR("t.tar"), RT_STR("tree")) && rt_tar_extract(RT_STR("t.tar"), RT_STR("out")));
    CHECK(shell("[ -e \"out/$(printf '\\377')\" ] && rm -r out t.tar"));
    CHECK(shell("rm tree/?* && ln -s \"$(printf '\\377')\" tree/link"));
    CHECK(!rt_zip_create(RT_STR("t.zip"), RT_STR("tree")));
    CHECK_ERROR(INVALID_UTF8);
    CHECK(shell("[ \"$(ls -A | tr '\\n' ' ')\" = 'old.tar tree ' ]"));
}

static void case_a_pipe_is_not_replaced(void) {
    CHECK(shell("mkdir tree && echo x > tree/f && mkfifo pipe && ln -s pipe link && gzip -c tree/f > f.gz"));
    for (size_t i = 0; i < 2; i++) {
        const char *path = i == 0 ? "pipe" : "link";
        CHECK_FAILS(rt_tar_create(RT_CSTR(path), RT_STR("tree")), false, UNSUPPORTED);
        CHECK_FAILS(rt_gzip_compress(RT_STR("tree/f"), RT_CSTR(path)), false, UNSUPPORTED);
        CHECK_FAILS(rt_gzip_decompress(RT_STR("f.gz"), RT_CSTR(path)), false, UNSUPPORTED);
    }
    CHECK(shell("[ -p pipe ] && [ -L link ] && [ \"$(ls -A | tr '\\n' ' ')\" = 'f.gz link pipe tree ' ]"));
}

static void case_a_destination_that_cannot_be_is_an_error(void) {
    CHECK(shell("mkdir tree && echo x > tree/f && echo x > file"));
    CHECK(rt_tar_create(RT_STR("t.tar"), RT_STR("tree")));
    CHECK(!rt_tar_extract(RT_STR("t.tar"), RT_STR("file")));
    CHECK_ERROR(NOT_A_DIRECTORY);
    CHECK(!rt_tar_extract(RT_STR("t.tar"), RT_STR("file/below")));
    CHECK_ERROR(NOT_A_DIRECTORY);
    CHECK(!rt_tar_extract(RT_STR("t.tar"), NULL, 0));
    CHECK_ERROR(NOT_FOUND);
    CHECK(!rt_tar_extract(RT_STR("missing"), RT_STR("out")));
    CHECK_ERROR(NOT_FOUND);
    CHECK(!rt_tar_extract(RT_STR("tree"), RT_STR("out")));
    CHECK_ERROR(IS_A_DIRECTORY);
    CHECK(!rt_tar_extract(RT_STR("file"), RT_STR("out")));
    CHECK_ERROR(PARSE);
    CHECK(!is_there("out"));
    if (geteuid() == 0) return; /* The administrator may write everywhere. */
    CHECK(shell("mkdir -m 555 closed"));
    CHECK(!rt_tar_extract(RT_STR("t.tar"), RT_STR("closed")));
    CHECK_ERROR(PERMISSION_DENIED);
}

/* In a child whose files end at 64 KiB, which is what a full disk does in the middle of a write. */
static void on_a_full_disk(void) {
    struct rlimit limit = {65536, 65536};
    signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    for (size_t i = 0; i < FORMATS; i++) {
        CHECK_FAILS(rt_archive_extract(RT_CSTR(names[i]), RT_STR("out")), -1, FILE_TOO_LARGE);
        CHECK(!is_there("out"));
        CHECK_FAILS(rt_archive_create(RT_STR("made"), RT_STR("noise"), formats[i]), false, FILE_TOO_LARGE);
        CHECK(!is_there("made"));
    }
    CHECK_FAILS(rt_gzip_compress(RT_STR("noise/n"), RT_STR("made")), false, FILE_TOO_LARGE);
    CHECK_FAILS(rt_xz_compress(RT_STR("noise/n"), RT_STR("made")), false, FILE_TOO_LARGE);
    CHECK_FAILS(rt_zstd_compress(RT_STR("noise/n"), RT_STR("made")), false, FILE_TOO_LARGE);
    CHECK_FAILS(rt_gzip_decompress(RT_STR("packed"), RT_STR("made")), false, FILE_TOO_LARGE);
    CHECK(!is_there("made"));
}

static void case_a_full_disk_leaves_nothing(void) {
    CHECK(shell("mkdir tree noise && truncate -s 100000 tree/zeros && "
                "awk 'BEGIN { srand(7); for (i = 0; i < 300000; i++) "
                "printf \"%c\", 1 + int(rand() * 120) }' > noise/n"));
    for (size_t i = 0; i < FORMATS; i++) {
        CHECK(rt_archive_create(RT_CSTR(names[i]), RT_STR("tree"), RT_ARCHIVE_FORMAT_AUTO));
    }
    CHECK(rt_gzip_compress(RT_STR("tree/zeros"), RT_STR("packed")));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        /* A library does not speak for itself: nothing comes on standard error. */
        int words = open("words", O_RDWR | O_CREAT | O_TRUNC, 0600);
        int before = dup(2);
        CHECK(words >= 0 && dup2(words, 2) == 2);
        on_a_full_disk();
        struct stat said;
        CHECK(dup2(before, 2) == 2 && fstat(words, &said) == 0 && said.st_size == 0);
        fflush(stdout);
        _exit(check_failures > 100 ? 100 : check_failures);
    }
    int status = 0;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    check_failures += WEXITSTATUS(status);
    CHECK(shell("[ $(ls -A | wc -l) = 12 ]"));
}

static const check_case cases[] = {
    CASE(a_tree_comes_back_from_every_format),
    CASE(an_empty_directory_makes_an_empty_archive),
    CASE(a_list_says_what_is_in_it),
    CASE(what_is_there_is_kept_or_replaced_as_a_whole),
    CASE(bits_that_give_rights_are_not_kept),
    CASE(hard_links_come_back),
    CASE(of_two_files_of_one_name_the_last_counts),
    CASE(failures_of_making_leave_nothing),
    CASE(a_pipe_is_not_replaced),
    CASE(a_destination_that_cannot_be_is_an_error),
    CASE(a_full_disk_leaves_nothing),
};

CHECK_MAIN(cases)
