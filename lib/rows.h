/* Rows (q, h, y), wherever they come from: drawn from a law when asked for, or stored. */
#ifndef ICL_ROWS_H
#define ICL_ROWS_H

#include <stdint.h>

#include "run.h"
#include "sequence.h"

/* count rows in memory. A view: it owns nothing. */
typedef struct {
  int64_t d, n;
  const double *query;   /* n x d */
  const double *context; /* n x (d+1) */
  const double *target;  /* n */
} icl__rows;

/* Where n rows come from. */
typedef struct {
  int64_t d, n;
  const icl__sequence_law *law; /* NULL: the rows are stored */
  icl__rows stored;
} icl__row_source;

enum { ICL__ITEM_ROWS = 64 }; /* rows in one item of parallel work */

/* Items of parallel work in n rows. */
int64_t icl__row_items(int64_t n);
/* Rows in item `item` of them. */
int64_t icl__rows_of_item(int64_t n, int64_t item);

/* Doubles of scratch memory that icl__source_rows needs for `count` rows of dimension d. */
int64_t icl__source_scratch(int64_t d, int64_t count);

/* Rows first .. first + count - 1: a view of the stored ones, or of scratch, into which they are drawn. */
icl__rows icl__source_rows(const icl__row_source *source, int64_t first, int64_t count, double *scratch);

/* Bytes of n rows in memory; INT64_MAX when that overflows. */
int64_t icl__source_bytes(const icl__row_source *source);

/* Draws all rows into *memory, which the caller frees, and makes the source one of stored rows. Progress:
 * icl__row_items(n) units. */
icl_status icl__source_load(icl__row_source *source, icl__progress *progress, double **memory);

#endif
