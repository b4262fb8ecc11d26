/* Compression of files and bytes, and exchange with the system's own tar, gzip, xz, zip, unzip and zstd, both ways.
 *
 * A tool that the machine lacks is left out, and the test says so. To see that nothing is left out:
 * ./bazelw test //tests/c:archive_tools_test --test_output=all
 */
#define _GNU_SOURCE
#include "rt_archive.h"

#include "archive_check.h"

typedef bool (*transform)(const uint8_t *input, uint64_t input_len, const uint8_t *output, uint64_t output_len);
typedef bool (*bounded)(const uint8_t *input, uint64_t input_len, const uint8_t *output, uint64_t output_len,
                        int64_t most);
typedef rt_bytes (*pack_bytes)(const uint8_t *data, uint64_t data_len);
typedef rt_bytes (*unpack_bytes)(const uint8_t *data, uint64_t data_len, int64_t most);

static const struct {
    const char *program;
    const char *ending;
    transform compress, decompress;
    bounded leveled, limited;
    pack_bytes pack;
    unpack_bytes unpack;
} codecs[] = {
    {"gzip", "gz", rt_gzip_compress, rt_gzip_decompress, rt_gzip_compress_with, rt_gzip_decompress_with,
     rt_gzip_compress_bytes, rt_gzip_decompress_bytes},
    {"xz", "xz", rt_xz_compress, rt_xz_decompress, rt_xz_compress_with, rt_xz_decompress_with, rt_xz_compress_bytes,
     rt_xz_decompress_bytes},
    {"zstd", "zst", rt_zstd_compress, rt_zstd_decompress, NULL, rt_zstd_decompress_with, rt_zstd_compress_bytes,
     rt_zstd_decompress_bytes},
};
enum { CODECS = sizeof codecs / sizeof codecs[0] };

static void make_files(void) {
    CHECK(shell("seq 1 50000 > text && : > empty && printf x > one && head -c 300000 /dev/zero > zeros && "
                "awk 'BEGIN { srand(7); for (i = 0; i < 60000; i++) printf \"%c\", 1 + int(rand() * 120) }' > noise"));
}
static const char *const files[] = {"text", "empty", "one", "zeros", "noise"};
enum { FILES = sizeof files / sizeof files[0] };

static void case_files_come_back(void) {
    make_files();
    CHECK(shell("chmod 640 text && touch -d @1000000000 text"));
    for (size_t c = 0; c < CODECS; c++) {
        for (size_t f = 0; f < FILES; f++) {
            CHECK(codecs[c].compress(RT_CSTR(files[f]), RT_STR("packed")));
            CHECK(codecs[c].decompress(RT_STR("packed"), RT_STR("back")));
            char line[64];
            snprintf(line, sizeof line, "cmp %s back", files[f]);
            CHECK(shell(line));
        }
        struct stat packed;
        struct stat text;
        CHECK(codecs[c].compress(RT_STR("text"), RT_STR("packed")));
        CHECK(stat("packed", &packed) == 0 && stat("text", &text) == 0);
        CHECK(packed.st_size < text.st_size / 2);
        CHECK((packed.st_mode & 07777) == 0640 && packed.st_mtime == 1000000000);
        if (codecs[c].leveled == NULL) continue;
        for (int64_t level = 0; level <= 9; level++) {
            CHECK(codecs[c].leveled(RT_STR("text"), RT_STR("packed"), level));
            CHECK(codecs[c].decompress(RT_STR("packed"), RT_STR("back")) && shell("cmp text back"));
        }
        CHECK_FAILS(codecs[c].leveled(RT_STR("text"), RT_STR("packed"), 10), false, OUT_OF_RANGE);
        CHECK_FAILS(codecs[c].leveled(RT_STR("text"), RT_STR("packed"), -1), false, OUT_OF_RANGE);
    }
}

static void case_bytes_come_back(void) {
    uint8_t data[5000];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * i >> 3);
    for (size_t c = 0; c < CODECS; c++) {
        for (size_t len = 0; len <= sizeof data; len = len * 3 + 1) {
            rt_bytes packed = codecs[c].pack(data, len);
            CHECK_BYTES(codecs[c].unpack(packed.ptr, packed.len, 0), data, len);
            CHECK_BYTES(codecs[c].unpack(packed.ptr, packed.len, (int64_t)len + (len == 0)), data, len);
            if (len > 1) {
                CHECK(codecs[c].unpack(packed.ptr, packed.len, (int64_t)len - 1).ptr == NULL);
                CHECK_ERROR(LIMIT_REACHED);
            }
            /* Twice in a row is twice the data. */
            blob both = {0};
            put(&both, packed.ptr, packed.len);
            put(&both, packed.ptr, packed.len);
            rt_bytes twice = codecs[c].unpack(both.data, both.len, 0);
            CHECK(twice.len == 2 * len && memcmp(twice.ptr + len, data, len) == 0);
            rt_bytes_free(twice);
            free(both.data);
            int failures = 0;
            for (size_t cut = 0; cut < packed.len; cut++) {
                rt_bytes part = codecs[c].unpack(packed.ptr, cut, 0);
                if (part.ptr != NULL || rt_last_error_code() != RT_ERROR_PARSE) failures++;
                rt_bytes_free(part);
            }
            CHECK_INT(failures, 0);
            rt_bytes_free(packed);
        }
        CHECK(codecs[c].unpack(RT_STR("not compressed"), 0).ptr == NULL);
        CHECK_ERROR(PARSE);
        CHECK(codecs[c].unpack(NULL, 0, 0).ptr == NULL);
        CHECK_ERROR(PARSE);
        CHECK(codecs[c].unpack(RT_STR("x"), -1).ptr == NULL);
        CHECK_ERROR(OUT_OF_RANGE);
    }
}

static void case_damage_is_found_and_leaves_nothing(void) {
    CHECK(shell("seq 1 3000 > text && echo old > back"));
    for (size_t c = 0; c < CODECS; c++) {
        rt_bytes packed;
        FILE *file = fopen("text", "rb");
        uint8_t data[20000];
        size_t len = fread(data, 1, sizeof data, file);
        fclose(file);
        packed = codecs[c].pack(data, len);
        uint8_t *bent = malloc(packed.len);
        int unseen = 0;
        for (size_t at = 0; at < packed.len; at += at < 40 || packed.len - at < 40 ? 1 : 13) {
            memcpy(bent, packed.ptr, packed.len);
            bent[at] ^= 0x10;
            rt_bytes back = codecs[c].unpack(bent, packed.len, 1 << 20);
            /* What is given in spite of a changed byte is the same data: time and flags of gzip are not content. */
            if (back.ptr != NULL && (back.len != len || memcmp(back.ptr, data, len) != 0)) unseen++;
            CHECK(rt_last_error_code() != RT_ERROR_PANIC);
            rt_bytes_free(back);
        }
        CHECK_INT(unseen, 0);
        memcpy(bent, packed.ptr, packed.len);
        bent[packed.len / 2] ^= 0x10;
        write_bytes("packed", bent, packed.len);
        free(bent);
        rt_bytes_free(packed);
        CHECK_FAILS(codecs[c].decompress(RT_STR("packed"), RT_STR("back")), false, PARSE);
        CHECK_FILE("back", "old\n");
        CHECK_FAILS(codecs[c].decompress(RT_STR("packed"), RT_STR("fresh")), false, PARSE);
        CHECK(!is_there("fresh"));
        CHECK_FAILS(codecs[c].decompress(RT_STR("missing"), RT_STR("fresh")), false, NOT_FOUND);
        CHECK_FAILS(codecs[c].compress(RT_STR("."), RT_STR("fresh")), false, IS_A_DIRECTORY);
        CHECK_FAILS(codecs[c].compress(RT_STR("text"), RT_STR(".")), false, IS_A_DIRECTORY);
        CHECK_FAILS(codecs[c].compress(RT_STR("text"), RT_STR("missing/x")), false, NOT_FOUND);
    }
    CHECK(shell("[ \"$(ls -A | tr '\\n' ' ')\" = 'back packed text ' ]"));
}

static void case_a_bomb_stops_at_the_limit(void) {
    CHECK(shell("truncate -s 64M zeros"));
    for (size_t c = 0; c < CODECS; c++) {
        CHECK(codecs[c].compress(RT_STR("zeros"), RT_STR("packed")));
        CHECK_FAILS(codecs[c].limited(RT_STR("packed"), RT_STR("back"), 1 << 20), false, LIMIT_REACHED);
        CHECK(!is_there("back"));
        CHECK(codecs[c].limited(RT_STR("packed"), RT_STR("back"), 64 << 20) && shell("cmp zeros back && rm back"));
    }
}

static void case_the_programs_read_what_we_compress_and_we_what_they_do(void) {
    make_files();
    for (size_t c = 0; c < CODECS; c++) {
        if (!has_program(codecs[c].program)) continue;
        for (size_t f = 0; f < FILES; f++) {
            char line[256];
            CHECK(codecs[c].compress(RT_CSTR(files[f]), RT_STR("packed")));
            snprintf(line, sizeof line, "%s -dc < packed | cmp - %s", codecs[c].program, files[f]);
            CHECK(shell(line));
            snprintf(line, sizeof line, "%s -c < %s > packed", codecs[c].program, files[f]);
            CHECK(shell(line) && codecs[c].decompress(RT_STR("packed"), RT_STR("back")));
            snprintf(line, sizeof line, "cmp %s back", files[f]);
            CHECK(shell(line));
        }
    }
    if (has_program("xz")) {
        for (int level = 0; level <= 9; level++) {
            char line[64];
            snprintf(line, sizeof line, "xz -%d -c < text > packed", level);
            CHECK(shell(line) && rt_xz_decompress(RT_STR("packed"), RT_STR("back")) && shell("cmp text back"));
        }
        CHECK(shell("xz --check=sha256 -c < text > packed") && rt_xz_decompress(RT_STR("packed"), RT_STR("back")));
    }
    if (has_program("zstd")) {
        CHECK(shell("zstd -q -19 -c < text > packed") && rt_zstd_decompress(RT_STR("packed"), RT_STR("back")));
        CHECK(shell("cmp text back"));
    }
}

static void case_tar_reads_ours_and_we_read_its(void) {
    static const struct { const char *name, *option, *program; } forms[] = {
        {"t.tar", "", "tar"}, {"t.tar.gz", "-z", "gzip"}, {"t.tar.xz", "-J", "xz"}, {"t.tar.zst", "--zstd", "zstd"}};
    if (!has_program("tar")) return;
    make_tree("tree");
    for (size_t i = 0; i < 4; i++) {
        char line[256];
        if (!has_program(forms[i].program)) continue;
        CHECK(rt_archive_create(RT_CSTR(forms[i].name), RT_STR("tree"), RT_ARCHIVE_FORMAT_AUTO));
        snprintf(line, sizeof line, "mkdir theirs && tar %s -xpf %s -C theirs", forms[i].option, forms[i].name);
        CHECK(shell(line));
        check_same_tree("tree", "theirs");
        for (int form = 0; form < 3; form++) {
            static const char *const kinds[] = {"gnu", "posix", "ustar"};
            /* ustar has no room for the long name. */
            const char *leave = form == 2 ? "--exclude=long" : "";
            snprintf(line, sizeof line, "tar --format=%s %s %s -cf %s -C tree .", kinds[form], leave, forms[i].option,
                     forms[i].name);
            CHECK(shell(line));
            CHECK(rt_tar_extract(RT_CSTR(forms[i].name), RT_STR("ours")));
            CHECK_ERROR(OK);
            if (form == 2) CHECK(shell("cp -a tree/long ours/long"));
            check_same_tree("tree", "ours");
            CHECK(shell("rm -r ours"));
        }
        CHECK(shell("rm -r theirs"));
    }
}

static void case_zip_and_unzip_read_ours_and_we_read_theirs(void) {
    CHECK(shell("mkdir -p tree/sub && echo one > tree/a && seq 1 9999 > tree/sub/b && chmod 750 tree/sub/b && "
                "ln -s a tree/l && touch -d @1000000000 tree/a tree/sub/b"));
    if (has_program("unzip")) {
        CHECK(rt_zip_create(RT_STR("t.zip"), RT_STR("tree")));
        CHECK(shell("unzip -tq t.zip > listing && unzip -q t.zip -d theirs"));
        check_same_tree("tree", "theirs");
    }
    if (has_program("zip")) {
        CHECK(shell("cd tree && zip -qry ../z.zip ."));
        CHECK(rt_zip_extract(RT_STR("z.zip"), RT_STR("ours")));
        CHECK_ERROR(OK);
        check_same_tree("tree", "ours");
    }
}

static const check_case cases[] = {
    CASE(files_come_back),
    CASE(bytes_come_back),
    CASE(damage_is_found_and_leaves_nothing),
    CASE(a_bomb_stops_at_the_limit),
    CASE(the_programs_read_what_we_compress_and_we_what_they_do),
    CASE(tar_reads_ours_and_we_read_its),
    CASE(zip_and_unzip_read_ours_and_we_read_theirs),
};

CHECK_MAIN(cases)
