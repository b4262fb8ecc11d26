/* Time in tests: a clock that only goes forward, a nap, and how long is long enough. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

/* A generous bound for what must end, in milliseconds, so that a slow machine changes nothing. */
#define SOON 20000

/* A clock that only goes forward. */
static inline int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void nap_ms(int64_t ms) {
    struct timespec nap = {ms / 1000, (ms % 1000) * 1000000};
    nanosleep(&nap, NULL);
}

#endif
