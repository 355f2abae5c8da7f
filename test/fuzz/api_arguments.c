/* The arguments of the target `api`: numbers from the input, and arrays that are judged after the call. */
#include "api.h"

enum { ARRAYS = 24 };

typedef enum { INPUT, FINITE_NUMBERS, NUMBERS, INTEGERS, CODES } array_kind;

static struct {
  void *bytes;
  int64_t count;
  array_kind kind; /* INPUT also of an output once it is checked */
} arrays[ARRAYS];
static int array_count;

/* What an output has before the call: a NaN, and integers that no function returns. */
static const uint64_t untouched_number = UINT64_C(0x7ff8fedcba987654);
static const int64_t untouched_integer = INT64_MIN + 77;
static const int32_t untouched_code = INT32_MIN + 77;

static const void *untouched(array_kind kind, size_t *size) {
  *size = kind == CODES ? sizeof(int32_t) : 8;
  return kind == CODES ? (const void *)&untouched_code : kind == INTEGERS ? (const void *)&untouched_integer :
                                                                            (const void *)&untouched_number;
}

static void *new_array(int64_t count, array_kind kind) {
  size_t size;
  const void *value = untouched(kind, &size);
  char *bytes = malloc((size_t)count * size);
  EXPECT(bytes && array_count < ARRAYS, "arrays of this program");
  for (int64_t i = 0; i < count; i++) memcpy(&bytes[i * (int64_t)size], value, size);
  arrays[array_count].bytes = bytes;
  arrays[array_count].count = count;
  arrays[array_count++].kind = kind;
  return bytes;
}

void free_arrays(void) {
  while (array_count) free(arrays[--array_count].bytes);
}

static void check_output(const char *name, int index, icl_status status) {
  size_t size;
  const void *value = untouched(arrays[index].kind, &size);
  for (int64_t i = 0; i < arrays[index].count; i++) {
    const char *entry = (const char *)arrays[index].bytes + i * (int64_t)size;
    int written = memcmp(entry, value, size) != 0;
    EXPECT(written == !status, "%s: %d, but output[%d] was %s", name, status, (int)i, written ? "written" : "not");
    if (status || arrays[index].kind > NUMBERS) continue;
    double number;
    memcpy(&number, entry, sizeof number);
    EXPECT(arrays[index].kind == NUMBERS ? !isnan(number) : isfinite(number), "%s: output[%d] is %g", name, (int)i,
           number);
  }
}

void judge_outputs(const char *name, icl_status status) {
  for (int i = 0; i < array_count; i++) {
    if (arrays[i].kind != INPUT) check_output(name, i, status);
    arrays[i].kind = INPUT;
  }
}

static void *optional_output(input *from, int64_t count, array_kind kind) {
  return take_byte(from) % 16 == 15 ? NULL : new_array(count, kind);
}

double *output(input *from, int64_t count) { return optional_output(from, count, FINITE_NUMBERS); }
double *output_infinite(input *from, int64_t count) { return optional_output(from, count, NUMBERS); }
int64_t *output_integers(input *from, int64_t count) { return optional_output(from, count, INTEGERS); }
int32_t *output_codes(input *from, int64_t count) { return optional_output(from, count, CODES); }

int64_t read_array_size(input *from, int most) {
  static const int64_t extreme[] = {0, -1, INT64_MAX, INT64_MIN};
  int byte = take_byte(from);
  return byte < 240 ? 1 + byte % most : extreme[byte % 4];
}

int64_t read_size(input *from, int most) {
  static const int64_t extreme[] = {0, -1, INT64_MAX, INT64_MIN, INT64_C(1) << 40, (INT64_C(1) << 53) + 1,
                                    INT64_MAX / 8, INT64_MAX / 16};
  int byte = take_byte(from);
  return byte < 240 ? 1 + byte % most : extreme[byte % 8];
}

int32_t read_code(input *from, int most) {
  int byte = take_byte(from);
  return byte < 248 ? 1 + byte % most : byte == 248 ? 0 : byte == 249 ? most + 1 : (int32_t)take(from, 4);
}

double read_number(input *from) {
  int byte = take_byte(from);
  if (byte < 192) return (byte + 1) / 32.0;
  if (byte < 240) return special_double(byte);
  return take_double(from);
}

uint64_t read_seed(input *from) { return take(from, take_byte(from) % 9); }

int64_t and_one(int64_t size) { return size == INT64_MAX ? size : size + 1; }

int64_t cells(int64_t a, int64_t b, int64_t c) {
  const int64_t most = 4096;
  int fits = a >= 1 && b >= 1 && c >= 1 && a <= most && b <= most && c <= most;
  return fits ? a * b * c : 1;
}

/* From a seed, on (-1, 1), all scaled alike; with up to three others among them. */
const double *read_numbers(input *from, int64_t count) {
  int options = take_byte(from);
  if (options >= 250) return NULL;
  double *numbers = new_array(count, INPUT), scale = options % 8 == 7 ? read_number(from) : 1.0;
  uint64_t state = take(from, 1);
  for (int64_t i = 0; i < count; i++) {
    numbers[i] = scale * ((double)(random_word(&state) >> 11) * 0x1p-52 - 1.0);
  }
  for (int i = 0; i < options / 8 % 4; i++) {
    int64_t at = (int64_t)(take(from, 2) % (uint64_t)count);
    numbers[at] = read_number(from);
  }
  return numbers;
}
