#include "alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 }; /* a cache line, and the widest vector */

static icl_status out_of_memory(int64_t bytes) {
  return icl__fail(ICL_ERR_MEMORY, "out of memory: could not allocate %" PRId64 " bytes", bytes);
}

icl_status icl__new(int64_t bytes, void *out) {
  void *memory = (uint64_t)bytes <= SIZE_MAX ? calloc(1, (size_t)bytes) : NULL;
  if (!memory) return out_of_memory(bytes);
  memcpy(out, &memory, sizeof memory); /* out points to a pointer of some type */
  return ICL_OK;
}

icl_status icl__new_doubles(int64_t count, double **out) {
  if (count > (PTRDIFF_MAX - ALIGNMENT) / (int64_t)sizeof(double)) {
    return icl__fail(ICL_ERR_SIZE, "an array of %" PRId64 " doubles exceeds the address space", count);
  }
  /* Not aligned_alloc, whose sizes are multiples of the alignment: a checker would not see a step beyond the end. */
  int64_t bytes = (count ? count : 1) * (int64_t)sizeof(double);
  void *memory = NULL;
  if (posix_memalign(&memory, ALIGNMENT, (size_t)bytes)) return out_of_memory(bytes);
  *out = memory;
  return ICL_OK;
}

icl_status icl__grow_doubles(double **array, int64_t used, int64_t count) {
  double *larger = NULL;
  ICL__TRY(icl__new_doubles(count, &larger));
  /* No failure has the status ICL_OK. NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
  if (used) memcpy(larger, *array, (size_t)used * sizeof *larger);
  icl__free(*array);
  *array = larger;
  return ICL_OK;
}

int64_t icl__whole_lines(int64_t count) {
  enum { LINE = ALIGNMENT / sizeof(double) };
  return (count + LINE - 1) / LINE * LINE;
}

void icl__free(void *memory) { free(memory); }
