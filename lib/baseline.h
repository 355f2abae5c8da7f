/* Sampling the error of a predictor that sees one context at a time. */
#ifndef ICL_BASELINE_H
#define ICL_BASELINE_H

#include <icltheory/baseline.h>
#include <stdint.h>

#include "sequence.h"

/* A predictor: its error on context `row`, without the noise of the target. */
typedef struct {
  const icl__sequence_law *law;
  double (*excess)(const void *predictor, int64_t row, double *scratch);
  const void *predictor;
  int64_t scratch_size; /* doubles */
  double operations;    /* for one context, about */
  int own_threads;      /* whether own threads pay */
} icl__baseline;

/* The mean over contexts 0 .. count - 1 plus rho, and its standard error; either may be NULL. */
icl_status icl__baseline_error(const icl__baseline *baseline, int64_t count, const icl_run *run, double *mean,
                               double *standard_error);

#endif
