/* Helpers of the tests of the archive module: hostile tars and ZIP files byte by byte, trees, and system tools. */
#ifndef ARCHIVE_CHECK_H
#define ARCHIVE_CHECK_H

#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* An archive that grows. */
typedef struct {
    uint8_t *data;
    size_t len;
} blob;

static inline void put(blob *target, const void *data, size_t len) {
    target->data = realloc(target->data, target->len + len + 1);
    memcpy(target->data + target->len, data, len);
    target->len += len;
}

static inline void put_zeros(blob *target, size_t len) {
    target->data = realloc(target->data, target->len + len + 1);
    memset(target->data + target->len, 0, len);
    target->len += len;
}

static inline void put_number(blob *target, uint64_t number, size_t len) {
    for (size_t i = 0; i < len; i++, number >>= 8) put(target, &(uint8_t){(uint8_t)number}, 1);
}

/* Gives a header of tar its right checksum. */
static inline void tar_checksum(uint8_t *block) {
    unsigned sum = 0;
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++) sum += block[i];
    snprintf((char *)block + 148, 8, "%06o", sum & 0777777);
}

/* A header of tar with a right checksum, for an entry of `size` bytes. */
static inline void tar_header(blob *tar, const char *name, char type, const char *link, uint64_t size) {
    char block[512] = {0};
    strncpy(block, name, 100);
    memcpy(block + 100, "0000644", 8);
    memcpy(block + 108, "0000000", 8);
    memcpy(block + 116, "0000000", 8);
    for (int at = 134; at >= 124; at--, size >>= 3) block[at] = (char)('0' + (size & 7));
    memcpy(block + 136, "14000000000", 12);
    block[156] = type;
    if (link != NULL) strncpy(block + 157, link, 100);
    memcpy(block + 257, "ustar\00000", 8);
    tar_checksum((uint8_t *)block);
    put(tar, block, sizeof block);
}

static inline void tar_entry(blob *tar, const char *name, char type, const char *link, const char *content) {
    size_t len = content == NULL ? 0 : strlen(content);
    tar_header(tar, name, type, link, len);
    if (len > 0) put(tar, content, len);
    put_zeros(tar, (512 - len % 512) % 512);
}

static inline void tar_end(blob *tar) { put_zeros(tar, 1024); }

static inline uint32_t crc32_of(const uint8_t *data, size_t len) {
    uint32_t crc = ~0u;
    for (size_t i = 0; i < len; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* One stored entry of a ZIP file, as local header or, with `offset` >= 0, as entry of the directory. */
static inline void zip_header(blob *zip, const char *name, uint32_t mode, uint16_t method, uint16_t flags, uint32_t crc,
                              uint32_t len, int64_t offset) {
    put(zip, offset < 0 ? "PK\3\4" : "PK\1\2", 4);
    if (offset >= 0) put_number(zip, 3 << 8 | 20, 2);
    put_number(zip, 20, 2);
    put_number(zip, flags, 2);
    put_number(zip, method, 2);
    put_number(zip, 0x00210000, 4); /* 1980-01-01 */
    put_number(zip, crc, 4);
    put_number(zip, len, 4);
    put_number(zip, len, 4);
    put_number(zip, strlen(name), 2);
    put_number(zip, 0, 2);
    if (offset >= 0) {
        put_number(zip, 0, 6);
        put_number(zip, (uint64_t)mode << 16, 4);
        put_number(zip, (uint64_t)offset, 4);
    }
    put(zip, name, strlen(name));
}

/* A ZIP file with one stored entry. */
static inline blob zip_of(const char *name, uint32_t mode, uint16_t method, uint16_t flags, const char *content) {
    blob zip = {0};
    uint32_t len = (uint32_t)strlen(content);
    uint32_t crc = crc32_of((const uint8_t *)content, len);
    zip_header(&zip, name, mode, method, flags, crc, len, -1);
    put(&zip, content, len);
    size_t directory = zip.len;
    zip_header(&zip, name, mode, method, flags, crc, len, 0);
    size_t end = zip.len;
    put(&zip, "PK\5\6", 4);
    put_number(&zip, 0, 4);
    put_number(&zip, 1, 2);
    put_number(&zip, 1, 2);
    put_number(&zip, end - directory, 4);
    put_number(&zip, directory, 4);
    put_number(&zip, 0, 2);
    return zip;
}

static inline void write_bytes(const char *path, const void *data, size_t len) {
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(data, 1, len, file) == len && fclose(file) == 0);
}

static inline void write_text(const char *path, const char *text) { write_bytes(path, text, strlen(text)); }

/* Writes a blob to a file and frees it. */
static inline void save(blob *made, const char *path) {
    write_bytes(path, made->data, made->len);
    free(made->data);
    *made = (blob){0};
}

/* The file holds the C string. */
#define CHECK_FILE(path, expected) check_file(__FILE__, __LINE__, path, expected)

static inline void check_file(const char *file, int line, const char *path, const char *expected) {
    char content[4096] = "";
    FILE *opened = fopen(path, "rb");
    size_t len = opened == NULL ? 0 : fread(content, 1, sizeof content - 1, opened);
    if (opened != NULL) fclose(opened);
    if (opened == NULL || strcmp(content, expected) != 0 || len != strlen(expected)) {
        check_failures++;
        printf("%s:%d: %s: %s holds \"%s\", not \"%s\"\n", file, line, check_name, path,
               opened == NULL ? "(nothing)" : content, expected);
    }
}

/* The path exists, a link counts as itself. */
static inline bool is_there(const char *path) {
    struct stat info;
    return lstat(path, &info) == 0;
}

/* Runs a line of the shell; true when it ends with 0. */
static inline bool shell(const char *line) {
    int status = system(line);
    if (status != 0) printf("    %s: %d\n", line, status);
    return status == 0;
}

/* A program of the system is there; says so when it is not. */
static inline bool has_program(const char *name) {
    char line[256];
    snprintf(line, sizeof line, "command -v %s >/dev/null", name);
    if (system(line) == 0) return true;
    printf("    %s: left out, this machine has no %s\n", check_name, name);
    return false;
}

/* A tree with everything that an archive keeps: an empty file, a large one, names, permissions, times, links. */
static inline void make_tree(const char *path) {
    char line[2048];
    snprintf(line, sizeof line,
             "mkdir -p %s/sub/deeper %s/empty && cd %s && : > none && echo text > sub/file && "
             "echo x > 'a name \n b' && seq 1 40000 > sub/deeper/many && chmod 640 sub/file && "
             "chmod 755 sub/deeper/many && ln -s sub/file link && ln -s ../file sub/deeper/up && "
             "ln -s nowhere dangling && chmod 750 empty && n=$(printf '%%0120d' 7) && mkdir -p long/$n && "
             "echo long > long/$n/$n && touch -h -d @1000000000 none sub/file sub/deeper/many 'a name \n b' && "
             "touch -d @1100000000 empty sub/deeper",
             path, path, path);
    CHECK(shell(line));
}

/* Two trees are the same: names, contents, permissions, times of files in seconds, targets of links. */
static inline void check_same_tree(const char *left, const char *right) {
    char line[1024];
    snprintf(line, sizeof line,
             "for d in %s %s; do (cd $d && "
             "find . -mindepth 1 -printf '%%y %%m %%p %%l\n' | sed 's/^l [0-9]*/l/' | sort; "
             "find . -type f -exec cksum {} + | sort; "
             "find . -type f -printf '%%p %%T@\n' | sed 's/[.][0-9]*$//' | sort) > $d.list; done; "
             "cmp %s.list %s.list && rm %s.list %s.list",
             left, right, left, right, left, right);
    CHECK(shell(line));
}

#endif
