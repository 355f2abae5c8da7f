/* Scatter of values of any size: squares of deviations under- and overflow long before the deviations do. */
#ifndef ICL_DEVIATION_H
#define ICL_DEVIATION_H

#include <stdint.h>

/* The power of two that x >= 0 is 1 to 2 times; for 0 the least one. Dividing by it rounds nothing. */
double icl__power_below(double x);

/* sum_i (values[i] - center)^2 in units of *unit squared, the power of two below the largest deviation. */
double icl__squared_deviations(int64_t count, const double *values, double center, double *unit);

/* Of the mean of count >= 2 values: sqrt(sum_i (values[i] - mean)^2/(count (count - 1))). Not finite if a value is
 * not. */
double icl__standard_error(int64_t count, const double *values, double mean);

#endif
