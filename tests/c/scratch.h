/* A fresh directory for all that a program writes. It goes when the program ends, however that ends. */
#ifndef SCRATCH_H
#define SCRATCH_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include: scratch.h uses nftw"
#endif

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static inline int scratch_remove_one(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status, (void)type, (void)place;
    return remove(path);
}

/* Whether the last look at a tree met a directory that may not be read. */
static int scratch_is_locked;

static inline int scratch_unlock_one(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status, (void)place;
    if (type == FTW_DNR) scratch_is_locked = 1;
    if (type == FTW_D || type == FTW_DNR) (void)chmod(path, 0700);
    return 0;
}

/* Removes a directory with all in it, also what may not be read; 0 if it is gone. */
static inline int scratch_remove(const char *path) {
    /* What is in a directory that may not be read shows at the next look. */
    scratch_is_locked = 1;
    for (int looks = 0; looks < 16 && scratch_is_locked; looks++) {
        scratch_is_locked = 0;
        (void)nftw(path, scratch_unlock_one, 16, FTW_PHYS);
    }
    return nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What the process does that stays behind: when no other holds the pipe any more, it removes the directory. A signal
 * to all processes of a terminal does not end it. */
__attribute__((noreturn)) static inline void scratch_guard(const char *path, int pipe) {
    static const int passed_over[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    for (size_t at = 0; at < sizeof passed_over / sizeof passed_over[0]; at++) signal(passed_over[at], SIG_IGN);
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) dup2(null, fd);
    char byte;
    while (read(pipe, &byte, 1) > 0) continue;
    _exit(scratch_remove(path) == 0 ? 0 : 1);
}

/* Makes a directory `NAME.XXXXXX` among those for temporary files and enters it, or ends the program. */
static inline void scratch_enter(const char *name, char *path, size_t size) {
    const char *base = getenv("TEST_TMPDIR");
    if (!base) base = getenv("TMPDIR");
    snprintf(path, size, "%s/%s.XXXXXX", base ? base : "/tmp", name);
    int ends[2];
    if (!mkdtemp(path) || chdir(path) != 0 || !getcwd(path, size) || pipe2(ends, O_CLOEXEC) != 0) {
        perror(path);
        exit(2);
    }
    /* By way of a child, so that the program has no child that it does not know. */
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (fork() != 0) _exit(0);
        close(ends[1]);
        scratch_guard(path, ends[0]);
    }
    close(ends[0]);
    if (child < 0 || waitpid(child, NULL, 0) != child) perror("fork");
}

/* Leaves the directory and removes it. */
static inline void scratch_leave(const char *path) {
    if (chdir("/") != 0 || scratch_remove(path) != 0) perror(path);
}

#endif
