/* Hostile archives: each is refused with a clear error, and leaves nothing: not in the destination, not outside. */
#define _GNU_SOURCE
#include "rt_archive.h"

#include "archive_check.h"

#include <linux/capability.h>
#include <sys/syscall.h>

/* Unpacks `a` into `in/out`, which must fail with the code and leave the directory as it was. */
#define REFUSED(code) refused(__LINE__, RT_ERROR_##code)

static void refused(int line, int32_t code) {
    int64_t count = rt_archive_extract(RT_STR("a"), RT_STR("in/out"));
    int32_t is = rt_last_error_code();
    if (count != -1 || is != code) {
        check_failures++;
        printf("%s:%d: %s: gives %" PRId64 " and error %" PRId32 ", not %" PRId32 "\n", __FILE__, line, check_name,
               count, is, code);
        check_print_error();
    }
    if (is_there("in")) check_failed(__FILE__, line, "something was left of the destination");
    /* A destination that is there keeps what it has and gets nothing. */
    CHECK(shell("mkdir -p here && echo kept > here/kept"));
    CHECK_INT(rt_archive_extract(RT_STR("a"), RT_STR("here")), -1);
    if (!shell("[ \"$(ls -A here)\" = kept ] && [ \"$(cat here/kept)\" = kept ]")) {
        check_failed(__FILE__, line, "the destination has changed");
    }
    if (is_there("outside") || is_there("../outside")) check_failed(__FILE__, line, "something is outside");
}

/* Entries of a tar that must be refused, one archive each. */
static const struct {
    const char *name;
    char type;
    const char *link;
    int32_t code;
} bad_entries[] = {
    {"/outside", '0', NULL, RT_ERROR_PERMISSION_DENIED},
    {"../outside", '0', NULL, RT_ERROR_PERMISSION_DENIED},
    {"a/../../outside", '0', NULL, RT_ERROR_PERMISSION_DENIED},
    {"a/..", '5', NULL, RT_ERROR_PERMISSION_DENIED},
    {"", '0', NULL, RT_ERROR_PERMISSION_DENIED},
    {".", '0', NULL, RT_ERROR_PERMISSION_DENIED},
    {"l", '2', "/etc/passwd", RT_ERROR_PERMISSION_DENIED},
    {"l", '2', "../outside", RT_ERROR_PERMISSION_DENIED},
    {"d/l", '2', "../../outside", RT_ERROR_PERMISSION_DENIED},
    {"d/l", '2', "x/../../../outside", RT_ERROR_PERMISSION_DENIED},
    {"d/l", '2', "../d/..", RT_ERROR_PERMISSION_DENIED},
    {"l", '2', "", RT_ERROR_PERMISSION_DENIED},
    {"h", '1', "/etc/passwd", RT_ERROR_PERMISSION_DENIED},
    {"h", '1', "../here/kept", RT_ERROR_PERMISSION_DENIED},
    {"h", '1', "h", RT_ERROR_PERMISSION_DENIED},
    {"h", '1', "missing", RT_ERROR_PERMISSION_DENIED},
    {"dev", '3', NULL, RT_ERROR_UNSUPPORTED},
    {"dev", '4', NULL, RT_ERROR_UNSUPPORTED},
    {"pipe", '6', NULL, RT_ERROR_UNSUPPORTED},
    {"sparse", 'S', NULL, RT_ERROR_UNSUPPORTED},
    {"odd", 'Z', NULL, RT_ERROR_UNSUPPORTED},
};

static void case_names_and_links_that_lead_out(void) {
    for (size_t i = 0; i < sizeof bad_entries / sizeof bad_entries[0]; i++) {
        blob tar = {0};
        tar_entry(&tar, "good", '0', NULL, "fine");
        tar_entry(&tar, bad_entries[i].name, bad_entries[i].type, bad_entries[i].link, NULL);
        tar_entry(&tar, "later", '0', NULL, "fine");
        tar_end(&tar);
        save(&tar, "a");
        refused(__LINE__, bad_entries[i].code);
        /* A list shows them. */
        rt_list_archive_entry list = rt_archive_list(RT_STR("a"));
        CHECK_U64(list.len, 3);
        CHECK(rt_list_archive_entry_free(list));
    }
    CHECK(!is_there("outside"));
}

/* Two entries of a tar that are harmless alone. */
static const struct {
    const char *first;
    char first_type;
    const char *first_link;
    const char *second;
    char second_type;
    const char *second_link;
} pairs[] = {
    {"l", '2', "d", "l/x", '0', NULL},           /* through a link */
    {"l", '2', ".", "l", '0', NULL},             /* over a link */
    {"f", '0', NULL, "f", '2', "d"},             /* a link over a file */
    {"l", '2', "d", "l", '5', NULL},             /* a directory over a link */
    {"f", '0', NULL, "f/x", '0', NULL},          /* below a file */
    {"d", '5', NULL, "d", '0', NULL},            /* a file over a directory */
    {"d/x", '0', NULL, "d", '2', "."},           /* a link over a directory that was made on the way */
    {"l", '2', "d", "h", '1', "l"},              /* a hard link to a link */
    {"d", '5', NULL, "h", '1', "d"},             /* a hard link to a directory */
    {"d/d/up", '2', "../..", "l", '2', "d/d/up/.."}, /* two links that lead out together */
    {"l", '2', "d", "l/../outside", '0', NULL},
};

static void case_entries_that_are_harmless_alone(void) {
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        blob tar = {0};
        tar_entry(&tar, pairs[i].first, pairs[i].first_type, pairs[i].first_link, NULL);
        tar_entry(&tar, pairs[i].second, pairs[i].second_type, pairs[i].second_link, NULL);
        tar_end(&tar);
        save(&tar, "a");
        REFUSED(PERMISSION_DENIED);
    }
}

static void case_links_that_stay_inside_are_made(void) {
    blob tar = {0};
    tar_entry(&tar, "d/e/up", '2', "../..", NULL);
    tar_entry(&tar, "d/e/side", '2', "../f/./x", NULL);
    tar_entry(&tar, "d/f/x", '0', NULL, "content");
    tar_entry(&tar, "top", '2', "d/e/up/d", NULL);
    tar_end(&tar);
    save(&tar, "a");
    CHECK_INT(rt_archive_extract(RT_STR("a"), RT_STR("out")), 4);
    CHECK_FILE("out/d/e/side", "content");
    CHECK_FILE("out/top/f/x", "content");
    CHECK_FILE("out/d/e/up/top/e/up/d/f/x", "content");
}

/* An archive with a file or a link whose name or target the entry before it, of a type of its own, replaces. */
static void save_renamed(const char *name, char type, const char *content, bool is_link) {
    blob tar = {0};
    tar_entry(&tar, name, type, NULL, content);
    if (is_link) tar_entry(&tar, "l", '2', "harmless", NULL);
    else tar_entry(&tar, "harmless", '0', NULL, "x");
    tar_end(&tar);
    save(&tar, "a");
}

static void case_long_names_are_bounded_and_checked(void) {
    save_renamed("././@LongLink", 'L', "../outside", false);
    REFUSED(PERMISSION_DENIED);
    save_renamed("././@LongLink", 'K', "/etc/passwd", true);
    REFUSED(PERMISSION_DENIED);
    save_renamed("pax", 'x', "19 path=../outside\n", false);
    REFUSED(PERMISSION_DENIED);
    save_renamed("pax", 'x', "23 linkpath=../outside\n", true);
    REFUSED(PERMISSION_DENIED);
    static const char *const bad_records[] = {
        "999 path=x\n", "8 path=x\n", "10 path=x", "8 path\n", "path=x\n", "-1 path=x\n", "3 a=b\n", "13 mtime=nan\n",
        "18446744073709551615 path=x\n", "10 path=x\n\n",
    };
    for (size_t i = 0; i < sizeof bad_records / sizeof bad_records[0]; i++) {
        save_renamed("pax", 'x', bad_records[i], false);
        REFUSED(PARSE);
    }
    blob tar = {0};
    tar_header(&tar, "././@LongLink", 'L', NULL, UINT64_C(4) << 30);
    put_zeros(&tar, 4096);
    save(&tar, "a");
    REFUSED(LIMIT_REACHED);
    /* A name of 4000 bytes is fine for tar and too long for the file system. */
    char name[4001];
    memset(name, 'n', 4000);
    name[4000] = 0;
    tar_entry(&tar, "././@LongLink", 'L', NULL, name);
    tar_entry(&tar, "short", '0', NULL, "x");
    tar_end(&tar);
    save(&tar, "a");
    REFUSED(NAME_TOO_LONG);
}

static void case_extensions_may_hold_newlines(void) {
    save_renamed("pax", 'x', "29 comment=a\n9 path=oops\n\n\nb\n14 path=a\nb\nc\n", false);
    CHECK_INT(rt_archive_extract(RT_STR("a"), RT_STR("out")), 1);
    CHECK_FILE("out/a\nb\nc", "x");
}

/* In a child without the rights of an administrator: unpacks `a` into `out`; the error. */
static int32_t extract_as_anybody(void) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct none[2] = {{0}};
        if (syscall(SYS_capset, &header, none) != 0) _exit(255);
        rt_archive_extract(RT_STR("a"), RT_STR("out"));
        _exit(rt_last_error_code());
    }
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void case_what_fails_at_the_last_step_changes_nothing(void) {
    CHECK(shell("mkdir -p out/closed && echo old > out/a && ln -s b out/l && chmod 555 out/closed"));
    blob tar = {0};
    tar_entry(&tar, "a", '0', NULL, "new");
    tar_entry(&tar, "b/c", '0', NULL, "new");
    tar_entry(&tar, "l", '0', NULL, "new");
    tar_entry(&tar, "z", '0', NULL, "new");
    tar_entry(&tar, "closed", '5', NULL, NULL);
    tar_entry(&tar, "m", '0', NULL, "new");
    tar_entry(&tar, "closed/x", '0', NULL, "new");
    tar_end(&tar);
    save(&tar, "a");
    CHECK_INT(extract_as_anybody(), RT_ERROR_PERMISSION_DENIED);
    CHECK(shell("[ \"$(ls -A out | tr '\\n' ' ')\" = 'a closed l ' ] && [ \"$(readlink out/l)\" = b ]"));
    CHECK_FILE("out/a", "old\n");
    CHECK(shell("chmod 755 out/closed"));
    CHECK_INT(extract_as_anybody(), RT_ERROR_OK);
    CHECK(shell("[ \"$(ls -A out | tr '\\n' ' ')\" = 'a b closed l m z ' ] && [ ! -L out/l ]"));
    CHECK_FILE("out/a", "new");
    CHECK_FILE("out/closed/x", "new");
}

static void case_directories_get_their_permissions_from_below(void) {
    blob tar = {0};
    tar_entry(&tar, "d/e", '5', NULL, NULL);
    tar_entry(&tar, "d/e/f", '0', NULL, "x");
    tar_entry(&tar, "d", '5', NULL, NULL);
    tar_entry(&tar, "d", '5', NULL, NULL);
    /* Nobody may enter `d`, which is named last, and twice. */
    for (size_t at = 3 * 512; at < tar.len; at += 512) {
        memcpy(tar.data + at + 100, "0000000", 8);
        tar_checksum(tar.data + at);
    }
    tar_end(&tar);
    save(&tar, "a");
    CHECK_INT(extract_as_anybody(), RT_ERROR_OK);
    struct stat info;
    CHECK(stat("out/d", &info) == 0 && (info.st_mode & 07777) == 0);
    CHECK(chmod("out/d", 0755) == 0);
    CHECK_FILE("out/d/e/f", "x");
}

static void case_zip_files_that_lead_out(void) {
    static const struct { const char *name; uint32_t mode; uint16_t method, flags; const char *content; int32_t code; }
        entries[] = {
            {"/outside", 0100644, 0, 0, "x", RT_ERROR_PERMISSION_DENIED},
            {"../outside", 0100644, 0, 0, "x", RT_ERROR_PERMISSION_DENIED},
            {"a/../../outside", 0100644, 0, 0, "x", RT_ERROR_PERMISSION_DENIED},
            {"l", 0120777, 0, 0, "/etc/passwd", RT_ERROR_PERMISSION_DENIED},
            {"l", 0120777, 0, 0, "../outside", RT_ERROR_PERMISSION_DENIED},
            {"pipe", 0010644, 0, 0, "", RT_ERROR_UNSUPPORTED},
            {"dev", 0060644, 0, 0, "", RT_ERROR_UNSUPPORTED},
            {"f", 0100644, 12, 0, "x", RT_ERROR_UNSUPPORTED}, /* bzip2 */
            {"f", 0100644, 0, 1, "xxxxxxxxxxxxx", RT_ERROR_UNSUPPORTED}, /* encrypted */
        };
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        blob zip = zip_of(entries[i].name, entries[i].mode, entries[i].method, entries[i].flags, entries[i].content);
        save(&zip, "a");
        refused(__LINE__, entries[i].code);
    }
    blob zip = zip_of("good", 0100640, 0, 0, "fine");
    save(&zip, "a");
    CHECK_INT(rt_archive_extract(RT_STR("a"), RT_STR("out")), 1);
    CHECK_FILE("out/good", "fine");
    /* One changed byte of content: the checksum is wrong. */
    zip = zip_of("good", 0100640, 0, 0, "fine");
    zip.data[34] ^= 1;
    save(&zip, "a");
    REFUSED(PARSE);
}

static void case_bombs_stop_at_the_limit(void) {
    static const char *const names[] = {"a.tar.gz", "a.tar.xz", "a.tar.zst", "a.zip"};
    rt_archive_limits limits = {.max_bytes = 1 << 20};
    CHECK(shell("mkdir tree && truncate -s 64M tree/zeros"));
    for (size_t i = 0; i < 4; i++) {
        CHECK(rt_archive_create(RT_CSTR(names[i]), RT_STR("tree"), RT_ARCHIVE_FORMAT_AUTO));
        CHECK_FAILS(rt_archive_extract_with(RT_CSTR(names[i]), RT_STR("out"), &limits), -1, LIMIT_REACHED);
        CHECK(!is_there("out"));
        CHECK(rt_archive_list_with(RT_CSTR(names[i]), &limits).items == NULL);
        CHECK_ERROR(LIMIT_REACHED);
        rt_archive_limits enough = {.max_bytes = 64 << 20, .max_entries = 1};
        CHECK_INT(rt_archive_extract_with(RT_CSTR(names[i]), RT_STR("out"), &enough), 1);
        CHECK(shell("cmp tree/zeros out/zeros && rm -r out"));
    }
    limits.max_bytes = -1;
    CHECK_FAILS(rt_archive_extract_with(RT_STR("a.zip"), RT_STR("out"), &limits), -1, OUT_OF_RANGE);
}

static void case_too_many_entries_stop_at_the_limit(void) {
    blob tar = {0};
    char name[32];
    for (int i = 0; i < 101; i++) {
        snprintf(name, sizeof name, "f%d", i);
        tar_entry(&tar, name, '0', NULL, "");
    }
    tar_end(&tar);
    save(&tar, "a");
    rt_archive_limits limits = {.max_entries = 100};
    CHECK_FAILS(rt_archive_extract_with(RT_STR("a"), RT_STR("out"), &limits), -1, LIMIT_REACHED);
    CHECK(!is_there("out"));
    limits.max_entries = 101;
    CHECK_INT(rt_archive_extract_with(RT_STR("a"), RT_STR("out"), &limits), 101);
    CHECK(rt_zip_create(RT_STR("b.zip"), RT_STR("out")));
    limits.max_entries = 100;
    CHECK_FAILS(rt_archive_extract_with(RT_STR("b.zip"), RT_STR("two"), &limits), -1, LIMIT_REACHED);
    CHECK(!is_there("two"));
    /* Headers without end, compressed to little: pax headers for nobody. */
    for (int i = 0; i < 200; i++) tar_entry(&tar, "pax", 'x', NULL, "9 a=bcde\n");
    tar_end(&tar);
    save(&tar, "a");
    CHECK_FAILS(rt_archive_extract_with(RT_STR("a"), RT_STR("two"), &limits), -1, LIMIT_REACHED);
}

static void case_implied_directories_and_long_names_are_bounded(void) {
    char name[2049];
    for (int i = 0; i < 2048; i += 2) memcpy(name + i, "d/", 2);
    name[2048] = 0;
    blob tar = {0};
    tar_entry(&tar, "././@LongLink", 'L', NULL, name);
    tar_entry(&tar, "short", '5', NULL, NULL);
    tar_end(&tar);
    save(&tar, "a");
    rt_archive_limits limits = {.max_entries = 1000};
    CHECK_FAILS(rt_archive_extract_with(RT_STR("a"), RT_STR("out"), &limits), -1, LIMIT_REACHED);
    CHECK(!is_there("out"));
    /* A megabyte for each name, compressed to nothing. */
    char *longest = malloc((1 << 20) + 1);
    memset(longest, 'n', 1 << 20);
    longest[1 << 20] = 0;
    tar_entry(&tar, "././@LongLink", 'L', NULL, longest);
    tar_entry(&tar, "short", '0', NULL, NULL);
    free(longest);
    FILE *file = fopen("b", "wb");
    for (int i = 0; i < 260; i++) CHECK(file != NULL && fwrite(tar.data, 1, tar.len, file) == tar.len);
    CHECK(fclose(file) == 0);
    free(tar.data);
    CHECK(rt_archive_list(RT_STR("b")).items == NULL);
    CHECK_ERROR(LIMIT_REACHED);
}

/* A name of an archive of each format. */
static const char *const packed_names[] = {"a.tar", "a.tar.gz", "a.tar.xz", "a.tar.zst", "a.zip"};

#define PACKED_MAX 16384

/* Packs `tree` into a file of this name, and gives its bytes, too: how many there are. */
static size_t pack_tree(const char *name, uint8_t data[PACKED_MAX]) {
    CHECK(rt_archive_create(RT_CSTR(name), RT_STR("tree"), RT_ARCHIVE_FORMAT_AUTO));
    FILE *file = fopen(name, "rb");
    CHECK(file != NULL);
    if (file == NULL) return 0;
    size_t len = fread(data, 1, PACKED_MAX, file);
    fclose(file);
    return len;
}

static void case_every_cut_is_an_error(void) {
    CHECK(shell("mkdir tree && seq 1 300 > tree/numbers && echo x > tree/x"));
    for (size_t i = 0; i < 5; i++) {
        uint8_t data[PACKED_MAX];
        size_t len = pack_tree(packed_names[i], data);
        /* The zeros at the end of a tar may be fewer than usual, so its cuts end before them. */
        size_t most = i == 0 ? len - 1024 : len;
        int failures = 0;
        for (size_t cut = 0; cut < most; cut += cut < 64 || most - cut < 64 ? 1 : 37) {
            write_bytes("a", data, cut);
            if (rt_archive_extract(RT_STR("a"), RT_STR("out")) != -1 || rt_last_error_code() != RT_ERROR_PARSE ||
                is_there("out")) {
                if (failures++ < 3) printf("    %s cut at %zu: error %d\n", packed_names[i], cut, rt_last_error_code());
                CHECK(shell("rm -rf out"));
            }
        }
        CHECK_INT(failures, 0);
    }
}

/* Bytes all over the archive changed in turn: an error or another content, never a crash, and all or nothing. */
static void case_changed_bytes_are_survived(void) {
    CHECK(shell("mkdir tree && seq 1 300 > tree/numbers && ln -s numbers tree/link"));
    for (size_t i = 0; i < 5; i++) {
        uint8_t data[PACKED_MAX];
        size_t len = pack_tree(packed_names[i], data);
        rt_archive_limits limits = {.max_bytes = 1 << 20, .max_entries = 100};
        for (size_t at = 0; at < len; at += len > 2000 ? 29 : 3) {
            data[at] ^= 0x41;
            write_bytes("a", data, len);
            data[at] ^= 0x41;
            bool is_whole = rt_archive_extract_with(RT_STR("a"), RT_STR("out"), &limits) >= 0;
            CHECK(is_whole == is_there("out"));
            CHECK(is_whole || rt_last_error_code() != RT_ERROR_PANIC);
            CHECK(!is_whole || rt_last_error_code() == RT_ERROR_OK);
            if (is_there("out")) check_remove_tree("out");
        }
    }
}

static const check_case cases[] = {
    CASE(names_and_links_that_lead_out),
    CASE(entries_that_are_harmless_alone),
    CASE(links_that_stay_inside_are_made),
    CASE(long_names_are_bounded_and_checked),
    CASE(extensions_may_hold_newlines),
    CASE(what_fails_at_the_last_step_changes_nothing),
    CASE(directories_get_their_permissions_from_below),
    CASE(zip_files_that_lead_out),
    CASE(bombs_stop_at_the_limit),
    CASE(too_many_entries_stop_at_the_limit),
    CASE(implied_directories_and_long_names_are_bounded),
    CASE(every_cut_is_an_error),
    CASE(changed_bytes_are_survived),
};

CHECK_MAIN(cases)
