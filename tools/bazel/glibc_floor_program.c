/* What executables need besides glibc_floor.c, to run with a glibc that is older than the one they were linked with.
 *
 * An object of its own: a shared library has no start, and the linker takes an object out of an archive as a whole.
 */
#include <stddef.h>

typedef int main_function(int, char **, char **);
typedef void init_function(int, char **, char **);

/* Before 2.34 the start file handed the C library a function that runs the initializers of the program. The newer start
 * file hands it none, as a newer C library finds them itself; an older one would then run none. With a function given,
 * old and new call it, once (csu/libc-start.c). Linked with --wrap=__libc_start_main, see glibc_floor.bzl.
 */
int __real___libc_start_main(main_function *, int, char **, init_function *, void (*)(void), void (*)(void), void *);

extern init_function *__init_array_start[] __attribute__((visibility("hidden")));
extern init_function *__init_array_end[] __attribute__((visibility("hidden")));
extern void _init(void) __attribute__((visibility("hidden")));

/* As __libc_csu_init of 2.33 and before (csu/elf-init.c); the loader runs the .preinit_array of a program. */
static void run_initializers(int argc, char **argv, char **environment) {
    _init();
    for (init_function **init = __init_array_start; init != __init_array_end; init++) (*init)(argc, argv, environment);
}

int __wrap___libc_start_main(main_function *main, int argc, char **argv, init_function *init, void (*fini)(void),
                             void (*loader_fini)(void), void *stack_end) {
    return __real___libc_start_main(main, argc, argv, init ? init : run_initializers, fini, loader_fini, stack_end);
}

/* Newer headers give these names to the functions of C23, which differ in one thing: they read "0b101" as well. */
long old_strtol(const char *, char **, int) __asm__("strtol");
unsigned long old_strtoul(const char *, char **, int) __asm__("strtoul");
long long old_strtoll(const char *, char **, int) __asm__("strtoll");
unsigned long long old_strtoull(const char *, char **, int) __asm__("strtoull");

long __isoc23_strtol(const char *restrict text, char **restrict end, int base) {
    return old_strtol(text, end, base);
}

unsigned long __isoc23_strtoul(const char *restrict text, char **restrict end, int base) {
    return old_strtoul(text, end, base);
}

long long __isoc23_strtoll(const char *restrict text, char **restrict end, int base) {
    return old_strtoll(text, end, base);
}

unsigned long long __isoc23_strtoull(const char *restrict text, char **restrict end, int base) {
    return old_strtoull(text, end, base);
}
