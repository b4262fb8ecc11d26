/* What the functions of crypto do: published hash values, files of every size, and files that cannot be read. */
#define _GNU_SOURCE
#include "rt_crypto.h"

#include "crypto_check.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

#define SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA256_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA256_MILLION "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
#define SHA256_NUL "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138"
#define SHA256_BINARY "af9ceddc9d8b08ac09e1994bfd20459b5e377425df7354dfce3501992828a5b7"
#define TWO_BLOCKS "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"

static void write_file(const char *path, const void *data, size_t len) {
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    if (file == NULL) return;
    CHECK(fwrite(data, 1, len, file) == len);
    CHECK(fclose(file) == 0);
}

static void case_sha1_of_the_published_vectors(void) {
    CHECK_TEXT(rt_hash_sha1(RT_STR("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK_TEXT(rt_hash_sha1(RT_STR("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK_TEXT(rt_hash_sha1(RT_STR(TWO_BLOCKS)), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    uint8_t *text = million();
    CHECK_TEXT(rt_hash_sha1(text, MILLION), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    free(text);
    CHECK_ERROR(OK);
}

static void case_sha256_of_the_published_vectors(void) {
    CHECK_TEXT(rt_hash_sha256(RT_STR("")), SHA256_EMPTY);
    CHECK_TEXT(rt_hash_sha256(RT_STR("abc")), SHA256_ABC);
    CHECK_TEXT(rt_hash_sha256(RT_STR(TWO_BLOCKS)), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    uint8_t *text = million();
    CHECK_TEXT(rt_hash_sha256(text, MILLION), SHA256_MILLION);
    free(text);
    CHECK_ERROR(OK);
}

static void case_xxh3_of_the_published_vectors(void) {
    CHECK_U64(rt_hash_xxh3(RT_STR("")), UINT64_C(0x2d06800538d394c2));
    CHECK_U64(rt_hash_xxh3(RT_STR("abc")), UINT64_C(0x78af5f94892f3950));
    /* Each length class of the algorithm has its own code: the classes differ and one changed byte shows. */
    static const uint64_t lens[] = {1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 1024, 1025, MILLION};
    uint8_t *text = million();
    uint64_t previous = 0;
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        uint64_t hash = rt_hash_xxh3(text, lens[i]);
        CHECK(hash != previous);
        text[lens[i] - 1] = 'b';
        CHECK(rt_hash_xxh3(text, lens[i]) != hash);
        text[lens[i] - 1] = 'a';
        CHECK_U64(rt_hash_xxh3(text, lens[i]), hash);
        previous = hash;
    }
    free(text);
}

static void case_a_nul_byte_is_part_of_the_text(void) {
    CHECK_TEXT(rt_hash_sha256((const uint8_t *)"a\0b", 3), SHA256_NUL);
    CHECK(rt_hash_xxh3((const uint8_t *)"a\0b", 3) != rt_hash_xxh3((const uint8_t *)"a\0c", 3));
}

static void case_text_that_is_not_utf8_is_an_error(void) {
    const uint8_t bad[] = {0xff, 0xfe};
    CHECK_NO_TEXT(rt_hash_sha1(bad, sizeof bad));
    CHECK_ERROR(INVALID_UTF8);
    CHECK_NO_TEXT(rt_hash_sha256(bad, sizeof bad));
    CHECK_ERROR(INVALID_UTF8);
    CHECK_U64(rt_hash_xxh3(bad, sizeof bad), 0);
    CHECK_ERROR(INVALID_UTF8);
    CHECK_NO_TEXT(rt_hash_sha256(NULL, 1));
    CHECK_ERROR(NULL_POINTER);
    CHECK_TEXT(rt_hash_sha256(NULL, 0), SHA256_EMPTY);
}

/* The two names of the file hash. */
typedef rt_text (*file_hash)(const uint8_t *path, uint64_t path_len);
static const file_hash file_hashes[] = {rt_file_hash_sha256, rt_file_hash};

static void case_a_file_has_the_hash_of_its_bytes(void) {
    uint8_t *text = million();
    write_file("empty", "", 0);
    write_file("abc", "abc", 3);
    write_file("million", text, MILLION);
    write_file("binary", "\xff\x00\xfe", 3);
    /* One piece exactly, and one byte more. */
    write_file("piece", text, 65536);
    write_file("piece1", text, 65537);
    for (size_t i = 0; i < 2; i++) {
        CHECK_TEXT(file_hashes[i](RT_STR("empty")), SHA256_EMPTY);
        CHECK_TEXT(file_hashes[i](RT_STR("abc")), SHA256_ABC);
        CHECK_TEXT(file_hashes[i](RT_STR("million")), SHA256_MILLION);
        CHECK_TEXT(file_hashes[i](RT_STR("binary")), SHA256_BINARY);
        rt_text of_text = rt_hash_sha256(text, 65536);
        CHECK_TEXT(file_hashes[i](RT_STR("piece")), (const char *)of_text.ptr);
        rt_text_free(of_text);
        of_text = rt_hash_sha256(text, 65537);
        CHECK_TEXT(file_hashes[i](RT_STR("piece1")), (const char *)of_text.ptr);
        rt_text_free(of_text);
    }
    free(text);
}

static void case_a_file_is_found_through_a_link_and_any_name(void) {
    write_file("abc", "abc", 3);
    CHECK(symlink("abc", "link") == 0);
    CHECK_TEXT(rt_file_hash(RT_STR("link")), SHA256_ABC);
    CHECK(rename("abc", "a \n\xc3\xa9") == 0);
    CHECK_TEXT(rt_file_hash(RT_STR("a \n\xc3\xa9")), SHA256_ABC);
}

static void case_a_file_that_cannot_be_read_is_an_error(void) {
    char name[300];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    write_file("file", "abc", 3);
    CHECK(mkdir("dir", 0700) == 0);
    CHECK(symlink("loop", "loop") == 0);
    for (size_t i = 0; i < 2; i++) {
        CHECK_NO_TEXT(file_hashes[i](RT_STR("missing")));
        CHECK_ERROR(NOT_FOUND);
        CHECK_MESSAGE("missing");
        CHECK_NO_TEXT(file_hashes[i](RT_STR("")));
        CHECK_ERROR(NOT_FOUND);
        CHECK_NO_TEXT(file_hashes[i](RT_STR("dir")));
        CHECK_ERROR(IS_A_DIRECTORY);
        CHECK_NO_TEXT(file_hashes[i](RT_STR("file/below")));
        CHECK_ERROR(NOT_A_DIRECTORY);
        CHECK_NO_TEXT(file_hashes[i](RT_STR("loop")));
        CHECK_ERROR(TOO_MANY_LINKS);
        CHECK_NO_TEXT(file_hashes[i](RT_CSTR(name)));
        CHECK_ERROR(NAME_TOO_LONG);
        CHECK_NO_TEXT(file_hashes[i]((const uint8_t *)"a\0b", 3));
        CHECK_ERROR(INVALID_ARGUMENT);
    }
}

static void case_a_file_without_rights_is_an_error(void) {
    if (geteuid() == 0) return; /* The administrator may read everything. */
    write_file("secret", "abc", 3);
    CHECK(chmod("secret", 0) == 0);
    CHECK_NO_TEXT(rt_file_hash(RT_STR("secret")));
    CHECK_ERROR(PERMISSION_DENIED);
}

static void *write_pipe(void *path) {
    int pipe = open(path, O_WRONLY);
    /* Two writes, so that the reader sees a short read before the end. */
    if (pipe < 0 || write(pipe, "a", 1) != 1) return NULL;
    usleep(10000);
    if (write(pipe, "bc", 2) != 2) return NULL;
    close(pipe);
    return path;
}

static void case_a_pipe_is_read_to_its_end(void) {
    char path[] = "pipe";
    pthread_t writer;
    void *done = NULL;
    CHECK(mkfifo(path, 0600) == 0);
    CHECK(pthread_create(&writer, NULL, write_pipe, path) == 0);
    CHECK_TEXT(rt_file_hash(RT_STR("pipe")), SHA256_ABC);
    CHECK(pthread_join(writer, &done) == 0);
    CHECK(done == path);
}

static const check_case cases[] = {
    CASE(sha1_of_the_published_vectors),
    CASE(sha256_of_the_published_vectors),
    CASE(xxh3_of_the_published_vectors),
    CASE(a_nul_byte_is_part_of_the_text),
    CASE(text_that_is_not_utf8_is_an_error),
    CASE(a_file_has_the_hash_of_its_bytes),
    CASE(a_file_is_found_through_a_link_and_any_name),
    CASE(a_file_that_cannot_be_read_is_an_error),
    CASE(a_file_without_rights_is_an_error),
    CASE(a_pipe_is_read_to_its_end),
};

CHECK_MAIN(cases)
