/* Memory. The only file that allocates. */
#ifndef ICL_ALLOC_H
#define ICL_ALLOC_H

#include <stdint.h>

#include "status.h"

/* Sets *out to zeroed memory for one object of `bytes` bytes, or fails with ICL_ERR_MEMORY. Freed by icl__free. */
icl_status icl__new(int64_t bytes, void *out);

/* Sets *out to `count` doubles (uninitialised, 64-byte aligned), or fails with ICL_ERR_SIZE or ICL_ERR_MEMORY. */
icl_status icl__new_doubles(int64_t count, double **out);

/* Enlarges an array of doubles, keeping the first `used`; on failure *array stays as it was. */
icl_status icl__grow_doubles(double **array, int64_t used, int64_t count);

/* The next multiple of a cache line's doubles. The parts of several workers in one array are of such a size: so each
 * begins at the same alignment, on which the order of sums depends in some kernels of a BLAS, and with it the bits of a
 * result; and no two share a line. */
int64_t icl__whole_lines(int64_t count);

void icl__free(void *memory);

#endif
