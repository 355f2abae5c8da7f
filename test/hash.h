/* Bits of doubles as one number, for the tests of what is the same with every compiler. */
#ifndef ICL_TEST_HASH_H
#define ICL_TEST_HASH_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* FNV-1a over the bit patterns, least significant byte first whatever the machine's order. */
static inline uint64_t hash_doubles(int64_t count, const double *values) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (int64_t i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    for (int byte = 0; byte < 8; byte++) hash = (hash ^ ((bits >> (8 * byte)) & 0xff)) * UINT64_C(0x100000001b3);
  }
  return hash;
}

static inline void report(const char *name, int64_t number, int64_t count, const double *values) {
  printf("%s-%" PRId64 " %016" PRIx64 "\n", name, number, hash_doubles(count, values));
}

#endif
