/* Grids of parameters, threads that go through them, and seeds of what is random at a point. */
#ifndef EXAMPLES_GRID_H
#define EXAMPLES_GRID_H

#include <stdint.h>

/* Point `index` of `count` that are evenly spaced, or whose logarithms are. The ends are exact, and so is 1 where it is
 * in the middle of the logarithms. */
double linear_point(double low, double high, int64_t count, int64_t index);
double logarithmic_point(double low, double high, int64_t count, int64_t index);

/* Seed number `index` of a family: those of one family differ for certain, two families share one with a chance of
 * 2^-64 a pair. With seed + index, runs with neighbouring seeds would be the same, shifted by one replicate. */
uint64_t family_seed(uint64_t seed, int64_t index);

/* Processors of this machine: the default of --threads. */
int64_t processors(void);

/* Calls `point` for 0 .. total - 1, `threads` at a time, with a count of `things` on standard error if that is a
 * terminal. */
void for_each_point(int64_t total, int64_t threads, const char *things, void (*point)(void *context, int64_t index),
                    void *context);

#endif
