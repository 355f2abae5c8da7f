/* Own threads: independent work items shared among them. */
#ifndef ICL_THREAD_H
#define ICL_THREAD_H

#include <stdint.h>

#include "run.h"

/* Does item `item` on behalf of worker `worker` (0 .. threads - 1, for scratch memory). Cannot fail: whatever it needs
 * is allocated before. What it writes depends on the item alone, never on the worker or the order. */
typedef void (*icl__work_fn)(void *context, int64_t item, int64_t worker);

/* Does items 0 .. count - 1, each worth `weight` units of progress. The calling thread works too, and reports.
 * ICL_ERR_CANCELED leaves some items undone; ICL_ERR_MEMORY: a thread could not be started. */
icl_status icl__parallel(icl__progress *progress, int64_t count, int64_t weight, icl__work_fn work, void *context);

/* The same, for items that take long: once none is left to be taken, the calling thread calls `wait`, which reports
 * until the others are done or told to stop. */
typedef void (*icl__wait_fn)(void *context);
icl_status icl__parallel_long(icl__progress *progress, int64_t count, int64_t weight, icl__work_fn work,
                              icl__wait_fn wait, void *context);

/* The number of workers icl__parallel uses for `count` items. */
int64_t icl__workers(const icl__progress *progress, int64_t count);

/* Where lane 0 .. lanes of n rows begins: n lane/lanes without the product, which may overflow. */
int64_t icl__lane_start(int64_t n, int64_t lanes, int64_t lane);

#endif
