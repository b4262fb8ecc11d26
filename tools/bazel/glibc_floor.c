/* Functions of glibc that newer versions export and that older ones put into each program, over what older ones export.
 *
 * See glibc_floor.sh. The names and the numbers are those of glibc before 2.33 (sysdeps/unix/sysv/linux: bits/stat.h,
 * xstat.c, mknod.c).
 */
#define _GNU_SOURCE
#include <sys/stat.h>

#if defined(__x86_64__)
#define STAT_VERSION 1
#else
#define STAT_VERSION 0
#endif

int __xstat64(int version, const char *path, struct stat64 *out);
int __lxstat64(int version, const char *path, struct stat64 *out);
int __fxstat64(int version, int descriptor, struct stat64 *out);
int __fxstatat64(int version, int descriptor, const char *path, struct stat64 *out, int flags);

int stat64(const char *restrict path, struct stat64 *restrict out) {
    return __xstat64(STAT_VERSION, path, out);
}

int lstat64(const char *restrict path, struct stat64 *restrict out) {
    return __lxstat64(STAT_VERSION, path, out);
}

int fstat64(int descriptor, struct stat64 *out) {
    return __fxstat64(STAT_VERSION, descriptor, out);
}

int fstatat64(int descriptor, const char *restrict path, struct stat64 *restrict out, int flags) {
    return __fxstatat64(STAT_VERSION, descriptor, path, out, flags);
}

/* On 64-bit targets `struct stat` and `struct stat64` are one layout. */
int stat(const char *restrict path, struct stat *restrict out) {
    return __xstat64(STAT_VERSION, path, (struct stat64 *)out);
}

int lstat(const char *restrict path, struct stat *restrict out) {
    return __lxstat64(STAT_VERSION, path, (struct stat64 *)out);
}

int fstat(int descriptor, struct stat *out) {
    return __fxstat64(STAT_VERSION, descriptor, (struct stat64 *)out);
}

int fstatat(int descriptor, const char *restrict path, struct stat *restrict out, int flags) {
    return __fxstatat64(STAT_VERSION, descriptor, path, (struct stat64 *)out, flags);
}
