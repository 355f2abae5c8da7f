/* Reads arrays of real numbers from NumPy's .npy files, a piece at a time.
 *
 * Of the file: "\x93NUMPY", two bytes of format version (1.0, 2.0 or 3.0), the length of the header (little-endian, two
 * bytes in version 1.0, four later), the header, the elements. The header is a Python dict such as
 *
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (400, 13, 6), }
 *
 * Float64 and float32 of either byte order are read on hosts of either byte order, in C order only. No length in the
 * file is believed: a file whose size contradicts its header is refused. */
#ifndef NPY_H
#define NPY_H

#include <stdint.h>
#include <stdio.h>

enum { NPY_MAX_RANK = 32, NPY_TEXT = 512 };

typedef struct {
  int rank;
  int64_t shape[NPY_MAX_RANK];
  int64_t left; /* elements not yet read */
  FILE *file;
  int bytes; /* of an element: 4 or 8 */
  int little_endian;
  char message[NPY_TEXT]; /* after a failure: what was found and what was expected, without the file's name */
} npy_reader;

/* Opens a file and reads its header. Returns 0, or -1 with reader->message set. npy_close is right after both. */
int npy_open(npy_reader *reader, const char *path);

/* Reads the next count elements. Returns 0, or -1 with reader->message set. */
int npy_read(npy_reader *reader, int64_t count, double *out);

/* Writes the shape as Python does, e.g. "(400, 13, 6)"; a long one is cut. */
void npy_format_shape(const npy_reader *reader, size_t size, char *text);

/* Closes the file. Right also for a reader of zeros, and twice. */
void npy_close(npy_reader *reader);

#endif
