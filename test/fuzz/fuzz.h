/* What the fuzz targets share. A target reads its input as numbers, calls the library, and aborts where something does
 * not hold; libFuzzer then keeps the input. */
#ifndef ICL_TEST_FUZZ_H
#define ICL_TEST_FUZZ_H

#include <icltheory.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

/* EXPECT(condition, format, ...) */
#define EXPECT(condition, ...)                                          \
  do {                                                                  \
    if (!(condition)) {                                                 \
      fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition);   \
      fprintf(stderr, __VA_ARGS__);                                     \
      fputc('\n', stderr);                                              \
      abort();                                                          \
    }                                                                   \
  } while (0)

/* A call that succeeds whatever the input is. */
#define OK(call)                                                                        \
  do {                                                                                  \
    icl_status ok_status_ = (call);                                                     \
    EXPECT(ok_status_ == ICL_OK, "%s: %d, %s", #call, ok_status_, icl_last_error_message()); \
  } while (0)

/* What is left of an input; zeros follow its end. */
typedef struct {
  const uint8_t *at, *end;
} input;

uint64_t take(input *from, int width); /* little-endian */
int take_byte(input *from);
double take_double(input *from); /* any bit pattern */

/* Numbers for mutators; each call changes the state. */
uint64_t random_word(uint64_t *state);
int random_below(uint64_t *state, int bound);

/* Zeros, infinities, NaN, the largest and the smallest numbers, 1 and its neighbours, and the like. */
enum { SPECIAL_DOUBLES = 32 };
double special_double(int index); /* modulo SPECIAL_DOUBLES */

int same_bits(const void *a, const void *b, size_t doubles);

/* The program's one file in memory: its bytes, the path that opens it, and what has become of it. */
void memory_file(const uint8_t *bytes, size_t size);
const char *memory_file_path(void);
size_t memory_file_read(uint8_t *bytes, size_t most);

#endif
