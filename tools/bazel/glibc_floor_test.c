/* A program that is linked with the floor and runs with this machine's glibc: what an old glibc would not do by itself
 * is done once. Prints nothing; the exit code says what is wrong.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int constructed;
static int argument_count;

__attribute__((constructor)) static void construct(int argc, char **argv, char **environment) {
    constructed++;
    argument_count = argv && environment ? argc : -1;
}

__attribute__((destructor)) static void destruct(void) {
    /* At the exit, once: a second time would be caught as well. */
    if (constructed++ != 1) _Exit(4);
}

int main(int argc, char **argv) {
    struct stat status;
    char *end;
    if (constructed != 1) return 1;
    if (argument_count != argc) return 2;
    if (strtol("0x10", &end, 0) != 16 || *end || strtoull("18446744073709551615", &end, 10) != ~0ull) return 3;
    return stat(argv[0], &status) == 0 && S_ISREG(status.st_mode) ? 0 : 5;
}
