#include "npy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A header of real numbers takes some 100 bytes. The limit is the longest of version 1.0, so that the four length bytes
 * of the later versions cannot ask for gigabytes. */
enum { MAX_HEADER = 65535, STAGED = 32768 };

typedef struct {
  npy_reader *reader;
  const char *start, *at, *end;
} cursor;

typedef struct {
  const char *text;
  int length;
} span;

static int fail(npy_reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fail(npy_reader *reader, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reader->message, sizeof reader->message, format, arguments);
  va_end(arguments);
  /* File contents are quoted in messages; they must not drive the user's terminal. */
  for (char *c = reader->message; *c; c++) {
    if (*c < ' ' || *c > '~') *c = '?';
  }
  return -1;
}

static int fail_expected(const cursor *c, const char *expected) {
  if (c->at == c->end) return fail(c->reader, "the header ends where %s was expected", expected);
  return fail(c->reader, "byte %d of the header is '%c' (0x%02x); %s was expected", (int)(c->at - c->start), *c->at,
              (unsigned char)*c->at, expected);
}

static void skip_space(cursor *c) {
  while (c->at < c->end && memchr(" \t\r\n\f", *c->at, 5)) c->at++;
}

/* 1 if the next token is `wanted`, which is consumed then. */
static int take(cursor *c, char wanted) {
  skip_space(c);
  if (c->at == c->end || *c->at != wanted) return 0;
  c->at++;
  return 1;
}

static int take_word(cursor *c, const char *word) {
  size_t length = strlen(word);
  skip_space(c);
  if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0) return 0;
  c->at += length;
  return 1;
}

static int parse_string(cursor *c, const char *expected, span *string) {
  skip_space(c);
  if (c->at == c->end || (*c->at != '\'' && *c->at != '"')) return fail_expected(c, expected);
  char quote = *c->at++;
  string->text = c->at;
  /* No name or type of interest needs an escape, so a backslash is as wrong as a missing quote. */
  while (c->at < c->end && *c->at != quote && *c->at != '\\' && *c->at != '\n') c->at++;
  string->length = (int)(c->at - string->text);
  if (c->at == c->end || *c->at != quote) return fail_expected(c, "a closing quote");
  c->at++;
  return 0;
}

static int is(span string, const char *text) {
  return (size_t)string.length == strlen(text) && memcmp(string.text, text, strlen(text)) == 0;
}

static const char *kind_name(char kind) {
  switch (kind) {
    case 'O': return "Python objects";
    case 'i': case 'u': return "integers";
    case 'c': return "complex numbers";
    case 'b': case '?': return "booleans";
    case 'S': case 'U': case 'a': return "strings";
    case 'f': return "floats of another size";
    default: return "no real numbers";
  }
}

static int host_is_little_endian(void) {
  uint16_t word = 1;
  unsigned char first;
  memcpy(&first, &word, 1);
  return first == 1;
}

/* '=' is the reader's byte order, as for NumPy; '|' says that there is none, which is wrong for numbers of more than
 * one byte. NumPy writes neither. */
static int parse_descr(cursor *c) {
  span descr;
  skip_space(c);
  if (c->at < c->end && (*c->at == '[' || *c->at == '(')) {
    return fail(c->reader, "the dtype is structured (several fields); float64 or float32 was expected");
  }
  if (parse_string(c, "a dtype in quotes, such as '<f8',", &descr)) return -1;
  const char *text = descr.text;
  int ordered = descr.length > 0 && strchr("<>=|", *text) != NULL;
  span type = {text + ordered, descr.length - ordered};
  if (!is(type, "f8") && !is(type, "f4")) {
    return fail(c->reader, "the dtype is '%.*s' (%s); float64 or float32 was expected: in NumPy,"
                " numpy.save(file, array.astype(numpy.float64))", descr.length < 40 ? descr.length : 40, text,
                kind_name(type.length ? *type.text : ' '));
  }
  if (!ordered || *text == '|') {
    return fail(c->reader, "the dtype '%.*s' has no byte order; '<' or '>' was expected in front of %.*s",
                descr.length, text, type.length, type.text);
  }
  c->reader->bytes = type.text[1] - '0';
  c->reader->little_endian = *text == '<' || (*text == '=' && host_is_little_endian());
  return 0;
}

static int parse_order(cursor *c) {
  if (take_word(c, "False")) return 0;
  if (!take_word(c, "True")) return fail_expected(c, "True or False");
  return fail(c->reader, "the array is in Fortran order (fortran_order is True); C order was expected: in NumPy,"
              " numpy.save(file, numpy.ascontiguousarray(array))");
}

static int parse_size(cursor *c, int64_t *size) {
  int64_t value = 0;
  skip_space(c);
  const char *start = c->at;
  if (take(c, '-')) return fail(c->reader, "the shape has a negative size; positive ones were expected");
  for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
    int digit = *c->at - '0';
    if (value > (INT64_MAX - digit) / 10) return fail(c->reader, "the shape has a size beyond 64 bits");
    value = 10 * value + digit;
  }
  if (c->at == start) return fail_expected(c, "a size or the end of the shape");
  if (c->at < c->end && *c->at == 'L') c->at++; /* Python 2 on some systems */
  *size = value;
  return 0;
}

static int parse_shape(cursor *c) {
  npy_reader *reader = c->reader;
  int closed;
  if (!take(c, '(')) return fail_expected(c, "a shape such as (400, 13, 6)");
  for (closed = take(c, ')'); !closed;) {
    if (reader->rank == NPY_MAX_RANK) return fail(reader, "the shape has more than %d axes", NPY_MAX_RANK);
    if (parse_size(c, &reader->shape[reader->rank])) return -1;
    reader->rank++;
    int comma = take(c, ',');
    closed = take(c, ')');
    if (!comma && !closed) return fail_expected(c, "',' or ')'");
  }
  return 0;
}

/* The product of the shape. The number of bytes has to fit too. */
static int count_elements(npy_reader *reader) {
  char shape[NPY_TEXT / 2];
  int64_t elements = 1;
  npy_format_shape(reader, sizeof shape, shape);
  for (int axis = 0; axis < reader->rank; axis++) {
    int64_t size = reader->shape[axis];
    if (size == 0) return fail(reader, "the shape %s has a zero size; the array is empty", shape);
    if (elements > INT64_MAX / 16 / size) return fail(reader, "the shape %s has more elements than fit a file", shape);
    elements *= size;
  }
  reader->left = elements;
  return 0;
}

static int parse_entry(cursor *c, unsigned *seen) {
  static const char *const keys[] = {"descr", "fortran_order", "shape"};
  static int (*const parse[])(cursor *) = {parse_descr, parse_order, parse_shape};
  span key;
  if (parse_string(c, "a key in quotes", &key)) return -1;
  for (int index = 0; index < 3; index++) {
    if (!is(key, keys[index])) continue;
    if (*seen & 1u << index) return fail(c->reader, "the header has the key '%s' twice", keys[index]);
    *seen |= 1u << index;
    if (!take(c, ':')) return fail_expected(c, "':'");
    return parse[index](c);
  }
  return fail(c->reader, "the header has the key '%.*s'; 'descr', 'fortran_order' and 'shape' were expected",
              key.length < 40 ? key.length : 40, key.text);
}

static int parse_header(npy_reader *reader, const char *header, int length) {
  cursor c = {reader, header, header, header + length};
  unsigned seen = 0;
  int closed;
  if (!take(&c, '{')) return fail_expected(&c, "'{'");
  for (closed = take(&c, '}'); !closed;) {
    if (parse_entry(&c, &seen)) return -1;
    int comma = take(&c, ',');
    closed = take(&c, '}');
    if (!comma && !closed) return fail_expected(&c, "',' or '}'");
  }
  skip_space(&c);
  if (c.at < c.end) return fail_expected(&c, "nothing more");
  if (seen != 7) return fail(reader, "the header lacks 'descr', 'fortran_order' or 'shape'");
  return count_elements(reader);
}

/* `what` completes "truncated ...". */
static int read_bytes(npy_reader *reader, size_t count, void *bytes, const char *what) {
  size_t found = fread(bytes, 1, count, reader->file);
  if (found == count) return 0;
  if (ferror(reader->file)) return fail(reader, "cannot be read: %s", strerror(errno));
  return fail(reader, "truncated %s: %zu bytes instead of %zu", what, found, count);
}

static int read_header_length(npy_reader *reader, uint32_t *length) {
  static const char magic[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};
  unsigned char start[8], bytes[4] = {0};
  if (read_bytes(reader, sizeof start, start, "in its first bytes")) return -1;
  if (memcmp(start, magic, sizeof magic) != 0) {
    return fail(reader, "no .npy file: it does not begin with \\x93NUMPY (numpy.save writes such files)");
  }
  if (start[6] < 1 || start[6] > 3 || start[7] != 0) {
    return fail(reader, "format version %d.%d; 1.0, 2.0 or 3.0 was expected", start[6], start[7]);
  }
  if (read_bytes(reader, start[6] == 1 ? 2 : 4, bytes, "in the length of its header")) return -1;
  *length = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
  if (*length <= MAX_HEADER) return 0;
  return fail(reader, "a header of %" PRIu32 " bytes; at most %d were expected", *length, MAX_HEADER);
}

/* Where the size of the file is known, contradictions are found before anything is computed. */
static int check_file_size(npy_reader *reader) {
  struct stat status;
  char shape[NPY_TEXT / 2];
  if (fstat(fileno(reader->file), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  off_t header = ftello(reader->file);
  if (header < 0) return 0;
  int64_t found = (int64_t)(status.st_size - header), expected = reader->left * reader->bytes;
  if (found == expected) return 0;
  npy_format_shape(reader, sizeof shape, shape);
  return fail(reader, "%s: %" PRId64 " bytes after the header; the shape %s of %d-byte numbers needs %" PRId64,
              found < expected ? "truncated data" : "trailing bytes", found, shape, reader->bytes, expected);
}

int npy_open(npy_reader *reader, const char *path) {
  struct stat status;
  uint32_t length = 0;
  int result = -1;
  memset(reader, 0, sizeof *reader);
  reader->file = fopen(path, "rb");
  if (!reader->file) return fail(reader, "cannot be opened: %s", strerror(errno));
  if (fstat(fileno(reader->file), &status) == 0 && S_ISDIR(status.st_mode)) return fail(reader, "is a directory");
  if (read_header_length(reader, &length)) return -1;
  char *header = malloc(length + 1);
  if (!header) return fail(reader, "no memory for a header of %" PRIu32 " bytes", length);
  if (read_bytes(reader, length, header, "in its header")) goto cleanup;
  if (parse_header(reader, header, (int)length)) goto cleanup;
  result = check_file_size(reader);
cleanup:
  free(header);
  return result;
}

/* Built from shifts, so that the host's byte order does not matter. */
static double decode(const npy_reader *reader, const unsigned char *bytes) {
  uint64_t word = 0;
  for (int i = 0; i < reader->bytes; i++) {
    word = word << 8 | bytes[reader->little_endian ? reader->bytes - 1 - i : i];
  }
  if (reader->bytes == 8) {
    double number;
    memcpy(&number, &word, sizeof number);
    return number;
  }
  uint32_t half = (uint32_t)word;
  float number;
  memcpy(&number, &half, sizeof number);
  return (double)number;
}

int npy_read(npy_reader *reader, int64_t count, double *out) {
  unsigned char bytes[STAGED];
  const int64_t most = STAGED / reader->bytes;
  if (count > reader->left) return fail(reader, "%" PRId64 " elements are left, not %" PRId64, reader->left, count);
  while (count > 0) {
    int64_t part = count < most ? count : most;
    if (read_bytes(reader, (size_t)(part * reader->bytes), bytes, "data")) return -1;
    for (int64_t i = 0; i < part; i++) out[i] = decode(reader, &bytes[i * reader->bytes]);
    out += part;
    count -= part;
    reader->left -= part;
  }
  /* A pipe's size is not known beforehand. */
  if (reader->left == 0 && fgetc(reader->file) != EOF) return fail(reader, "trailing bytes after the last element");
  return 0;
}

void npy_format_shape(const npy_reader *reader, size_t size, char *text) {
  size_t used = 0;
  for (int axis = 0; axis < reader->rank && used < size; axis++) {
    used += (size_t)snprintf(text + used, size - used, "%s%" PRId64, axis ? ", " : "(", reader->shape[axis]);
  }
  if (used < size) snprintf(text + used, size - used, "%s", reader->rank == 0 ? "()" : reader->rank == 1 ? ",)" : ")");
}

void npy_close(npy_reader *reader) {
  if (reader->file) fclose(reader->file);
  reader->file = NULL;
}
