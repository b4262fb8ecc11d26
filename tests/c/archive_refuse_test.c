/* What every function for archives refuses: archives beyond the limits, and what this module does not know. */
#define _GNU_SOURCE
#include "rt_archive.h"

#include "archive_check.h"

static const rt_archive_limits usual;

/* Unpacking `a` in each way fails with the error and leaves nothing. */
#define CHECK_UNPACKS_NOT(one, code)                                                         \
    do {                                                                                     \
        CHECK_FAILS(one(RT_STR("a"), RT_STR("out")), false, code);                           \
        CHECK_FAILS(rt_archive_extract(RT_STR("a"), RT_STR("out")), -1, code);               \
        CHECK_FAILS(rt_archive_extract_with(RT_STR("a"), RT_STR("out"), &usual), -1, code);  \
        CHECK(!is_there("out"));                                                             \
    } while (0)

/* Looking into `a` in each way fails with the error. */
#define CHECK_SHOWS_NOT(code)                                                                        \
    do {                                                                                             \
        CHECK_FAILS(rt_archive_list(RT_STR("a")).items == NULL, true, code);                         \
        CHECK_FAILS(rt_archive_list_with(RT_STR("a"), &usual).items == NULL, true, code);            \
        CHECK_FAILS(rt_archive_read(RT_STR("a"), RT_STR("x"), 100).ptr == NULL, true, code);         \
    } while (0)

static void case_tars_beyond_the_limits(void) {
    /* A name of 4 GiB, as its header says. */
    blob tar = {0};
    tar_header(&tar, "././@LongLink", 'L', NULL, UINT64_C(4) << 30);
    put_zeros(&tar, 4096);
    save(&tar, "a");
    CHECK_UNPACKS_NOT(rt_tar_extract, LIMIT_REACHED);
    CHECK_SHOWS_NOT(LIMIT_REACHED);
}

static void case_what_is_not_known(void) {
    static const char types[] = "346SZ";
    for (const char *type = types; *type; type++) {
        blob tar = {0};
        tar_entry(&tar, "x", *type, NULL, NULL);
        tar_end(&tar);
        save(&tar, "a");
        CHECK_UNPACKS_NOT(rt_tar_extract, UNSUPPORTED);
    }
    /* A file of 8 GiB has its size in a header of its own. */
    blob tar = {0};
    tar_entry(&tar, "pax", 'x', NULL, "19 size=8589934592\n");
    tar_entry(&tar, "x", '0', NULL, NULL);
    tar_end(&tar);
    save(&tar, "a");
    CHECK_UNPACKS_NOT(rt_tar_extract, UNSUPPORTED);
    CHECK_SHOWS_NOT(UNSUPPORTED);
    static const struct { uint32_t mode; uint16_t method, flags; } entries[] = {
        {0010644, 0, 0}, {0100644, 12, 0}, {0100644, 0, 1},
    };
    for (size_t i = 0; i < 3; i++) {
        blob zip = zip_of("x", entries[i].mode, entries[i].method, entries[i].flags, "content of it");
        save(&zip, "a");
        CHECK_UNPACKS_NOT(rt_zip_extract, UNSUPPORTED);
        if (i > 0) CHECK_FAILS(rt_archive_read(RT_STR("a"), RT_STR("x"), 100).ptr == NULL, true, UNSUPPORTED);
    }
}

static void case_streams_that_want_too_much_memory(void) {
    /* Frames with a window of 2 GiB, and a dictionary of nearly 4 GiB. */
    write_bytes("a", "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9);
    CHECK_FAILS(rt_zstd_decompress(RT_STR("a"), RT_STR("out")), false, LIMIT_REACHED);
    CHECK_FAILS(rt_zstd_decompress_with(RT_STR("a"), RT_STR("out"), 100), false, LIMIT_REACHED);
    blob xz = {0};
    put(&xz, "\xfd" "7zXZ\0\0\1", 8);
    put_number(&xz, crc32_of(xz.data + 6, 2), 4);
    static const uint8_t block[] = {2, 0, 0x21, 1, 40, 0, 0, 0};
    put(&xz, block, sizeof block);
    put_number(&xz, crc32_of(block, sizeof block), 4);
    put_zeros(&xz, 64);
    save(&xz, "a");
    CHECK_FAILS(rt_xz_decompress(RT_STR("a"), RT_STR("out")), false, LIMIT_REACHED);
    CHECK_FAILS(rt_xz_decompress_with(RT_STR("a"), RT_STR("out"), 100), false, LIMIT_REACHED);
    CHECK(!is_there("out"));
}

static const check_case cases[] = {
    CASE(tars_beyond_the_limits),
    CASE(what_is_not_known),
    CASE(streams_that_want_too_much_memory),
};

CHECK_MAIN(cases)
