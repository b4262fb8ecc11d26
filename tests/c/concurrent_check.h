/* Helpers of the tests of the concurrent module: threads of the program. */
#ifndef CONCURRENT_CHECK_H
#define CONCURRENT_CHECK_H

#include "check.h"
#include "clock.h"

#include <pthread.h>

/* How long what must not end is watched, in milliseconds. */
#define MOMENT 30

/* Runs `work` on `count` threads of the program, with their numbers from 0, until all end. */
static inline void on_threads(int count, void *(*work)(void *)) {
    pthread_t threads[64];
    for (intptr_t i = 0; i < count; i++) CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

#endif
