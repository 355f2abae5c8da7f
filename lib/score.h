/* How well a Gamma predicts the rows of a source. */
#ifndef ICL_SCORE_H
#define ICL_SCORE_H

#include "rows.h"
#include "run.h"
#include "status.h"

/* Mean over all rows of (y - q' gamma h)^2 and its standard error; n >= 2 for the latter, and either may be NULL.
 * Progress:
 * icl__row_items(n) units. */
icl_status icl__source_error(const icl__row_source *source, const double *gamma, icl__progress *progress, double *mean,
                             double *standard_error);

#endif
