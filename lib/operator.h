/* The map F from Gamma to predictions on stored rows, v_mu = q_mu' Gamma h_mu, and its adjoint. */
#ifndef ICL_OPERATOR_H
#define ICL_OPERATOR_H

#include <stdint.h>

#include "rows.h"

/* Doubles of work memory that both functions need. */
int64_t icl__operator_work(int64_t d);

/* prediction (n) = F gamma. */
void icl__operator_predict(const icl__rows *rows, const double *gamma, double *work, double *prediction);

/* gamma (d x (d+1)) = F' weights = sum_mu weights_mu q_mu h_mu'. */
void icl__operator_adjoint(const icl__rows *rows, const double *weights, double *work, double *gamma);

#endif
