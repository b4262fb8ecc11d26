/* A program that was compiled against the old version of the module. */
#include <stdio.h>

#include "rt_link.h"

int main(void) {
    rt_word word;
    if (rt_link_length(RT_STR("abc")) != 3) return 1;
    if (!rt_link_double(RT_STR("abc"), &word)) return 1;
    printf("%s\n", (const char *)word.text.ptr);
    return rt_word_free(&word) && rt_live_blocks() == 0 ? 0 : 1;
}
