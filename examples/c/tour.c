/* A tour of the runtime: files, a process with a time limit, errors, ownership.
 *
 * Inputs are borrowed for the call. Results belong to the caller and are freed once, by the function that their type
 * names. A call that fails gives `false`, -1 or a null pointer, and the thread's last error says why.
 */
#include "rt.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Prints why the last call failed: the code's number and name, and the message, which names function and subject. */
static void print_error(void) {
    int32_t code = rt_last_error_code();
    rt_text message = rt_last_error_message();
    rt_text name = rt_error_name(code);
    /* A NUL byte follows each owned text, so C can print it. */
    printf("  error %" PRId32 ", %s\n  %s\n", code, (const char *)name.ptr, (const char *)message.ptr);
    rt_text_free(name);
    rt_text_free(message);
}

/* Ends the tour when a call fails that must not. */
static void need(bool succeeded) {
    if (succeeded) return;
    print_error();
    exit(1);
}

/* Makes a new directory with a small garden in it and enters it; gives its path. */
static rt_text plant(void) {
    rt_text place = rt_temp_dir_create(NULL, 0, RT_STR("tour-"));
    need(place.ptr != NULL);
    need(rt_env_set_cwd(place.ptr, place.len));
    need(rt_dir_create_all(RT_STR("garden/beds")));
    need(rt_file_write_text(RT_STR("garden/beds/herbs.txt"), RT_STR("thyme\nbasil\nmint\n")));
    need(rt_file_write_text(RT_STR("garden/beds/roots.txt"), RT_STR("carrot\nbeet\n")));
    need(rt_file_write_text(RT_STR("garden/plan.txt"), RT_STR("dig\n")));
    return place;
}

/* Walks the directory. A list is one block: freeing it frees its items. */
static void walk(void) {
    puts("What is in the garden:");
    rt_list_text paths = rt_dir_walk(RT_STR("garden"));
    need(paths.items != NULL);
    for (uint64_t i = 0; i < paths.len; i++) {
        rt_text path = paths.items[i];
        const char *name = (const char *)path.ptr;
        if (rt_file_get_kind(path.ptr, path.len) == RT_FILE_KIND_DIRECTORY) {
            printf("  %s/\n", name);
        } else {
            printf("  %s, %" PRId64 " bytes\n", name, rt_file_size(path.ptr, path.len));
        }
    }
    need(rt_list_text_free(paths));
}

/* Replaces a file in one step: whoever reads it finds the old content or the new, never a part. */
static void change_plan(void) {
    puts("The plan, before and after:");
    rt_text before = rt_file_read_text(RT_STR("garden/plan.txt"));
    need(before.ptr != NULL);
    need(rt_file_atomic_write(RT_STR("garden/plan.txt"), RT_STR("dig, sow, water\n")));
    rt_text after = rt_file_read_text(RT_STR("garden/plan.txt"));
    need(after.ptr != NULL);
    printf("  %s  %s", (const char *)before.ptr, (const char *)after.ptr);
    need(rt_text_free(before));
    need(rt_text_free(after));
}

/* Runs a program that is done in time. A result of several values is a struct with a function that frees it. */
static void harvest(void) {
    puts("The harvest, sorted by the shell:");
    const rt_text args[] = {RT_TEXT("-c"), RT_TEXT("sort garden/beds/*.txt | paste -s -d ' ' -")};
    rt_process_run_timeout_result sorted;
    need(rt_process_run_timeout(RT_STR("sh"), args, 2, 10000, &sorted));
    printf("  %s  exit code %" PRId32 "\n", (const char *)sorted.out.ptr, sorted.code);
    need(rt_process_run_timeout_result_free(&sorted));
}

/* Three failures: each is a value and an error that can be told apart, none ends the program. */
static void fail(void) {
    puts("A program that takes too long:");
    const rt_text args[] = {RT_TEXT("60")};
    rt_process_run_timeout_result never;
    need(!rt_process_run_timeout(RT_STR("sleep"), args, 1, 100, &never));
    print_error();

    puts("A file that is not there:");
    need(rt_file_read_text(RT_STR("garden/weeds.txt")).ptr == NULL);
    print_error();

    puts("A text freed twice:");
    rt_text text = rt_file_read_text(RT_STR("garden/plan.txt"));
    need(rt_text_free(text));
    need(!rt_text_free(text));
    print_error();
}

int main(void) {
    rt_text place = plant();
    walk();
    change_plan();
    harvest();
    fail();
    need(rt_env_set_cwd(RT_STR("/")));
    need(rt_dir_remove_all(place.ptr, place.len));
    need(rt_text_free(place));
    printf("Results not freed: %" PRIu64 "\n", rt_live_blocks());
    return rt_live_blocks() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
