/* Checks of arguments, done once, where a caller enters. Each failure names the argument, its value and what was
 * expected. */
#ifndef ICL_CHECKED_H
#define ICL_CHECKED_H

#include <stdint.h>

#include "status.h"

/* Not NULL. */
icl_status icl__check_pointer(const void *pointer, const char *name);
/* At least `least`. */
icl_status icl__check_at_least(int64_t value, int64_t least, const char *name);
/* A size: at least 1. */
icl_status icl__check_size(int64_t value, const char *name);
/* A finite number >= 0; a finite number > 0. */
icl_status icl__check_nonnegative(double value, const char *name);
icl_status icl__check_positive(double value, const char *name);
/* The same, or infinity. */
icl_status icl__check_nonnegative_or_infinite(double value, const char *name);
icl_status icl__check_positive_or_infinite(double value, const char *name);
/* An array without NaN and infinity. */
icl_status icl__check_finite(const double *array, int64_t count, const char *name);
/* sum |array[i]|: finite only if all numbers are, and mostly then. */
double icl__absolute_sum(int64_t count, const double *array);
/* Sets *product to a b c, all >= 1, which must count doubles that fit the address space. */
icl_status icl__check_product(int64_t a, int64_t b, int64_t c, const char *name, int64_t *product);
/* A token dimension: >= 1, d (d+1) countable, d + 1 within the BLAS integer. */
icl_status icl__check_dimension(int64_t d);

#endif
