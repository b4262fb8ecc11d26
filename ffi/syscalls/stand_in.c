/* What examples of the listed functions call and the minimal runtime does not have. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

bool rt_file_set_modified_micros(const uint8_t *path, uint64_t path_len, int64_t micros);

bool rt_file_set_modified_micros(const uint8_t *path, uint64_t path_len, int64_t micros) {
    char name[256];
    struct timespec time = { micros / 1000000, micros % 1000000 * 1000 };
    struct timespec times[] = { time, time };
    snprintf(name, sizeof name, "%.*s", (int)path_len, (const char *)path);
    return utimensat(AT_FDCWD, name, times, 0) == 0;
}
