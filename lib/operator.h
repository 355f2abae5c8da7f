/* The map F from Gamma to predictions on rows, v_mu = q_mu' Gamma h_mu, and its adjoint F'a = sum_mu a_mu q_mu h_mu'.
 * */
#ifndef ICL_OPERATOR_H
#define ICL_OPERATOR_H

#include <stdint.h>

#include "rows.h"
#include "run.h"
#include "status.h"

/* prediction (n) = F gamma on one block of rows; work holds rows->n (d+1) doubles. */
void icl__block_predict(const icl__rows *rows, const double *gamma, double *work, double *prediction);

/* On all rows of a source, in blocks shared among own threads. The rows are divided into lanes, whose number and bounds
 * depend on n and d only, and blocks on d and the number of BLAS threads; each lane sums its blocks in order, and the
 * lanes are summed in order. So the bits depend neither on the number of threads nor on whether rows are stored or
 * drawn again at each pass. */
typedef struct {
  const icl__row_source *source;
  icl__progress *progress; /* weight units for each of icl__operator_lanes in a pass */
  int64_t weight;          /* 1; solvers that count otherwise set it to 0 */
  int64_t lanes, block;
  int64_t threads; /* own threads that pay here */
  int64_t scratch_size; /* doubles of scratch per worker */
  double *scratch;
  double *partial; /* lanes x (p + d^2 + (d+1)^2) */
} icl__operator;

icl_status icl__operator_create(const icl__row_source *source, icl__progress *progress, icl__operator *out);
void icl__operator_destroy(icl__operator *operator);

/* Units of progress in one pass over n rows. */
int64_t icl__operator_lanes(int64_t n);

/* values (n) = F gamma. */
icl_status icl__operator_predict(icl__operator *operator, const double *gamma, double *values);

/* gamma (p) = F'weights. */
icl_status icl__operator_adjoint(icl__operator *operator, const double *weights, double *gamma);

/* out (p) = F'F gamma, in one pass. */
icl_status icl__operator_normal(icl__operator *operator, const double *gamma, double *out);

/* gradient (p) = F'(y - F gamma) and residual (n, or NULL) = y - F gamma, in one pass. */
icl_status icl__operator_gradient(icl__operator *operator, const double *gamma, double *gradient, double *residual);

/* values (n) = the diagonal of FF', |q|^2 |h|^2. */
icl_status icl__operator_diagonal(icl__operator *operator, double *values);

/* One pass for what a solver starts from: query (d x d) = sum q q', context ((d+1) x (d+1)) = sum h h', right (p) = F'y
 * and target (n). Both matrices are full. */
icl_status icl__operator_moments(icl__operator *operator, double *query, double *context, double *right,
                                 double *target);

#endif
