/* The reader of .npy files of the examples. An input is a byte of options and
 *
 * - the bytes of a file, given as a regular file and as a pipe; or
 * - the text of a header up to a zero, framed as a file with its magic and length, and the data behind it; or
 * - an array to be written and read back: rank, sizes and numbers of any bits.
 *
 * A reader never overruns, an answer is of the file's bytes, and a refusal has a message that a terminal can show. */
#include <ctype.h>
#include <math.h>
#include <unistd.h>

#include "fuzz.h"
#include "npy.h"

enum { MOST = 1 << 15, PIECE = 96 };

static void check_refusal(const npy_reader *reader) {
  EXPECT(reader->message[0] && strlen(reader->message) < NPY_TEXT, "no message");
  for (const char *c = reader->message; *c; c++) EXPECT(isprint((unsigned char)*c), "byte %d", *c);
}

static void check_shape(const npy_reader *reader) {
  int64_t elements = 1;
  EXPECT(reader->rank >= 0 && reader->rank <= NPY_MAX_RANK, "rank %d", reader->rank);
  for (int axis = 0; axis < reader->rank; axis++) {
    EXPECT(reader->shape[axis] > 0 && elements <= INT64_MAX / reader->shape[axis], "shape");
    elements *= reader->shape[axis];
  }
  EXPECT(reader->left == elements && (reader->bytes == 4 || reader->bytes == 8), "%d elements", (int)reader->left);
  for (size_t size = 1; size < 40; size += 13) {
    char *text = malloc(size);
    npy_format_shape(reader, size, text);
    EXPECT(strlen(text) < size && text[0] == (size > 1 ? '(' : '\0'), "%s", text);
    free(text);
  }
}

/* Everything in pieces; the numbers, or NULL after a refusal. */
static double *read_all(npy_reader *reader, int64_t *count) {
  int64_t room = MOST / reader->bytes, piece;
  double *numbers = malloc((size_t)(room + PIECE) * sizeof *numbers);
  for (*count = 0; reader->left > 0; *count += piece) {
    piece = reader->left < PIECE ? reader->left : PIECE;
    if (npy_read(reader, piece, &numbers[*count])) {
      check_refusal(reader);
      free(numbers);
      return NULL;
    }
    EXPECT(*count + piece <= room, "more elements than the file has bytes");
  }
  double beyond;
  EXPECT(npy_read(reader, 1, &beyond), "an element beyond the last");
  return numbers;
}

/* What a file's last bytes say as numbers of this kind. */
static void check_numbers(const npy_reader *reader, const uint8_t *end, int64_t count, const double *numbers) {
  const uint8_t *at = end - count * reader->bytes;
  for (int64_t i = 0; i < count; i++, at += reader->bytes) {
    uint8_t bytes[8];
    float half;
    double whole;
    for (int j = 0; j < reader->bytes; j++) bytes[j] = at[reader->little_endian ? j : reader->bytes - 1 - j];
    memcpy(&half, bytes, sizeof half); /* on a little-endian machine */
    if (reader->bytes == 4) whole = (double)half;
    else memcpy(&whole, bytes, sizeof whole);
    EXPECT(same_bits(&whole, &numbers[i], 1) || (isnan(whole) && isnan(numbers[i])), "element %d", (int)i);
  }
}

/* 1 if the file is accepted, and then its numbers are checked. */
static int read_path(const char *path, const uint8_t *file, size_t size) {
  npy_reader reader;
  int64_t count;
  double *numbers = NULL;
  if (npy_open(&reader, path)) {
    check_refusal(&reader);
  } else {
    check_shape(&reader);
    numbers = read_all(&reader, &count);
    if (numbers) check_numbers(&reader, file + size, count, numbers);
  }
  npy_close(&reader);
  npy_close(&reader);
  free(numbers);
  return numbers != NULL;
}

static int read_regular(const uint8_t *file, size_t size) {
  memory_file(file, size);
  return read_path(memory_file_path(), file, size);
}

/* A pipe holds the whole input, so that no second thread has to write it. */
static int read_pipe(const uint8_t *file, size_t size) {
  int ends[2];
  char path[32];
  EXPECT(!pipe(ends), "pipe");
  EXPECT(write(ends[1], file, size) == (ssize_t)size, "write");
  close(ends[1]);
  snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
  /* Opened again while this end still is: its last reader would take the bytes along. */
  int accepted = read_path(path, file, size);
  close(ends[0]);
  return accepted;
}

/* The size of a file of this header text and data. */
static size_t frame(int version, const char *text, size_t length, const uint8_t *data, size_t size, uint8_t *file) {
  size_t start = version == 1 ? 10 : 12;
  memcpy(file, "\x93NUMPY", 6);
  file[6] = (uint8_t)version;
  file[7] = 0;
  for (size_t i = 8; i < start; i++) file[i] = (uint8_t)(length >> (8 * (i - 8)));
  memcpy(&file[start], text, length);
  if (size) memcpy(&file[start + length], data, size);
  return start + length + size;
}

static void read_both(const uint8_t *file, size_t size) {
  int regular = read_regular(file, size), piped = read_pipe(file, size);
  EXPECT(regular == piped, "accepted as a regular file %d, as a pipe %d", regular, piped);
}

static void read_framed(int version, const uint8_t *data, size_t size) {
  static uint8_t file[MOST];
  const uint8_t *zero = memchr(data, 0, size);
  size_t length = zero ? (size_t)(zero - data) : size, skipped = zero ? length + 1 : length;
  read_both(file, frame(version, (const char *)data, length, data + skipped, size - skipped, file));
}

/* Up to five axes of one to four, as NumPy writes them, spaces and byte order included. */
static void round_trip(int options, const uint8_t *data, size_t size) {
  static uint8_t file[MOST];
  input from = {data, data + size};
  char text[256];
  int rank = take_byte(&from) % 6, used, width = options & 1 ? 8 : 4, big = options >> 1 & 1;
  size_t elements = 1;
  used = snprintf(text, sizeof text, "{'descr': '%cf%d', 'fortran_order': False, 'shape': (", big ? '>' : '<', width);
  for (int axis = 0; axis < rank; axis++) {
    int length = 1 + take_byte(&from) % 4;
    elements *= (size_t)length;
    used += snprintf(&text[used], sizeof text - (size_t)used, rank == 1 ? "%d," : axis ? ", %d" : "%d", length);
  }
  used += snprintf(&text[used], sizeof text - (size_t)used, "), }%*s\n", options >> 2 & 31, "");
  uint8_t *numbers = calloc(elements, (size_t)width);
  size_t left = (size_t)(from.end - from.at), bytes = elements * (size_t)width;
  memcpy(numbers, from.at, left < bytes ? left : bytes);
  size = frame(1 + options % 3, text, (size_t)used, numbers, bytes, file);
  free(numbers);
  EXPECT(read_regular(file, size), "refused: %s", text);
  EXPECT(read_pipe(file, size), "refused from a pipe: %s", text);
  memory_file(file, size - 1);
  EXPECT(!read_path(memory_file_path(), file, size - 1), "accepted without its last byte");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2 || size > MOST - 64) return 0;
  int options = data[1];
  switch (data[0] % 3) {
    case 0: read_both(data + 1, size - 1); break;
    case 1: read_framed(1 + options % 3, data + 2, size - 2); break;
    default: round_trip(options, data + 2, size - 2); break;
  }
  return 0;
}
