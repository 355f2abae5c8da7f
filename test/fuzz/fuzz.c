#include "fuzz.h"

#include <float.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory that a hostile size asks for is refused, as the system would, and is no finding. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1:max_allocation_size_mb=256"; }

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void) { return "print_stacktrace=1"; }

uint64_t take(input *from, int width) {
  uint64_t value = 0;
  for (int i = 0; i < width && from->at < from->end; i++) value |= (uint64_t)*from->at++ << (8 * i);
  return value;
}

int take_byte(input *from) { return (int)take(from, 1); }

double take_double(input *from) {
  uint64_t bits = take(from, 8);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

uint64_t random_word(uint64_t *state) {
  uint64_t word = *state += UINT64_C(0x9e3779b97f4a7c15);
  word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
  return word ^ word >> 31;
}

int random_below(uint64_t *state, int bound) { return (int)(random_word(state) % (uint64_t)bound); }

double special_double(int index) {
  static const double numbers[SPECIAL_DOUBLES] = {
    0.0, 1.0, INFINITY, 0.5, 2.0, 1.0 - DBL_EPSILON / 2, 1.0 + DBL_EPSILON, 0.25,
    1e-30, 1e30, 1e-9, 1e9, 0.1, 10.0, 1.0 / 3.0, 1.5,
    -0.0, NAN, -INFINITY, -1.0, DBL_MIN, DBL_TRUE_MIN, DBL_MAX, -DBL_MAX,
    1e-150, 1e150, 1e-300, 1e300, 0x1p52, 0x1p-52, 1e-16, 1e16};
  return numbers[(unsigned)index % SPECIAL_DOUBLES];
}

int same_bits(const void *a, const void *b, size_t doubles) { return !memcmp(a, b, doubles * sizeof(double)); }

/* Made at the first call, here as below. */
static int memory(void) {
  static int file = -1;
  if (file < 0) file = memfd_create("fuzz", 0);
  EXPECT(file >= 0, "memfd_create");
  return file;
}

void memory_file(const uint8_t *bytes, size_t size) {
  EXPECT(!ftruncate(memory(), 0), "ftruncate");
  EXPECT(pwrite(memory(), bytes, size, 0) == (ssize_t)size, "pwrite");
}

const char *memory_file_path(void) {
  static char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", memory());
  return path;
}

size_t memory_file_read(uint8_t *bytes, size_t most) {
  ssize_t count = pread(memory(), bytes, most, 0);
  EXPECT(count >= 0, "pread");
  return (size_t)count;
}
