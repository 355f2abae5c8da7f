/* The law of one pretraining or test sequence: its row (q, h, y) in O(d), and its tokens in O(l d). */
#ifndef ICL_SEQUENCE_H
#define ICL_SEQUENCE_H

#include <stdint.h>

#include "tasks.h"

/* Where rows come from. Row i depends on these and i only. */
typedef struct {
  const icl_task_pool *pool;
  int64_t l;
  double rho;
  uint64_t seed;
  uint64_t family; /* ICL__FAMILY_DATASET, _TEST or _FEATURES */
} icl__sequence_law;

/* Doubles of scratch memory that the functions below need. */
int64_t icl__sequence_scratch(int64_t d);

/* Row `row`: query d, context d + 1, one target. Returns the index of its task, -1 for a fresh one. */
int64_t icl__sequence_row(const icl__sequence_law *law, int64_t row, double *scratch, double *query, double *context,
                          double *target);

/* The context summary of row `row` alone, d + 1, with task `index` of the finite pool; -1: with the row's own task.
 * Returns the task, which points into the pool or into scratch. */
const double *icl__sequence_context(const icl__sequence_law *law, int64_t row, int64_t index, double *scratch,
                                    double *context);

/* The tokens of row `row`: x (l+1) x d, y l + 1. Their features are the row, to rounding. Returns as above. */
int64_t icl__sequence_tokens(const icl__sequence_law *law, int64_t row, double *scratch, double *x, double *y);

#endif
