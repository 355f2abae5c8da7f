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

void icl__free(void *memory);

#endif
