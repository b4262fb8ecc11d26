/* Memory runs out: an error, never the end of the program.
 *
 * The address space of this process is bounded, so the address sanitizer, which reserves terabytes of it, cannot
 * watch. */
#define _GNU_SOURCE
#include "io_check.h"
#include "rt_process.h"

#include <sys/resource.h>

/* What the process may reserve, and what each case asks for, in bytes. */
#define ROOM (192l << 20)
#define LARGE (512l << 20)

static void make_sparse(const char *path) {
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && ftruncate(fileno(file), LARGE) == 0 && fclose(file) == 0);
}

static void case_files(void) {
    make_sparse("large");
    CHECK_TEXT_FAILS(rt_file_read_text(RT_STR("large")), OUT_OF_MEMORY);
    CHECK_MESSAGE("`large`");
    CHECK_BYTES_FAIL(rt_file_read_bytes(RT_STR("large")), OUT_OF_MEMORY);
    CHECK_BYTES_FAIL(rt_file_read_range(RT_STR("large"), 1, INT64_MAX), OUT_OF_MEMORY);
    CHECK_BYTES(rt_file_read_range(RT_STR("large"), LARGE - 2, INT64_MAX), "\0\0", 2);
    CHECK_BYTES_FAIL(rt_file_mmap_bytes(RT_STR("large")), OUT_OF_MEMORY);
    CHECK_TEXT_FAILS(rt_file_mmap_read_text(RT_STR("large")), OUT_OF_MEMORY);
    CHECK_LIST_FAILS(rt_file_read_lines(RT_STR("large")), OUT_OF_MEMORY);
}

static void case_many_short_lines(void) {
    /* The text fits, the list of its lines does not. */
    const size_t len = 16u << 20;
    char *text = malloc(len);
    CHECK(text != NULL);
    memset(text, '\n', len);
    CHECK(rt_file_write_text(RT_STR("lines"), (const uint8_t *)text, len));
    free(text);
    CHECK_LIST_FAILS(rt_file_read_lines(RT_STR("lines")), OUT_OF_MEMORY);
}

static void case_numbers(void) {
    /* One byte becomes eight. */
    FILE *file = fopen("numbers", "w");
    CHECK(file != NULL && ftruncate(fileno(file), 40l << 20) == 0 && fclose(file) == 0);
    CHECK_LIST_FAILS(rt_file_mmap_read_bytes(RT_STR("numbers")), OUT_OF_MEMORY);
}

static void case_endless_devices(void) {
    CHECK_BYTES_FAIL(rt_file_read_bytes(RT_STR("/dev/zero")), OUT_OF_MEMORY);
    CHECK_BYTES_FAIL(rt_file_read_range(RT_STR("/dev/zero"), 0, INT64_MAX), OUT_OF_MEMORY);
}

static void case_output_of_a_child(void) {
    rt_text args[] = {RT_TEXT("-c"), RT_TEXT("536870912"), RT_TEXT("/dev/zero")};
    rt_process_run_result result;
    CHECK_FAILS(rt_process_run(RT_STR("head"), args, 3, &result), false, OUT_OF_MEMORY);
    CHECK_MESSAGE("`head`");
    CHECK_TEXT_FAILS(rt_process_output(RT_STR("head"), args, 3), OUT_OF_MEMORY);
    /* And the library is as usable as before. */
    rt_text few[] = {RT_TEXT("few")};
    CHECK_TEXT(rt_process_output(RT_STR("echo"), few, 1), "few\n");
}

static const check_case cases[] = {
    CASE(files),           CASE(many_short_lines),      CASE(numbers),
    CASE(endless_devices), CASE(output_of_a_child),
};

int main(int argc, char **argv) {
    struct rlimit limit = {.rlim_cur = ROOM, .rlim_max = ROOM};
    if (setrlimit(RLIMIT_AS, &limit) != 0) {
        perror("setrlimit");
        return 1;
    }
    return check_main(cases, sizeof cases / sizeof cases[0], argc, argv);
}
