/* What the ridge solvers share. Data flow: estimator.c loads the rows and chooses; one solver finds Gamma from the
 * rows; estimator.c measures the result on the rows, trusting nothing of the solver. */
#ifndef ICL_ESTIMATOR_H
#define ICL_ESTIMATOR_H

#include <icltheory/estimator.h>

#include "operator.h"

/* min |y - F Gamma|^2 + mu |Gamma|^2 on rows in memory. */
typedef struct {
  icl__rows rows;
  int64_t p;  /* d (d+1) */
  double mu;  /* n lambda/d */
  int64_t max_iterations;
  double *work; /* icl__operator_work(d) */
} icl__ridge_problem;

typedef struct {
  double *gamma;      /* p */
  double *weights;    /* n: the dual's a, Gamma = F'a */
  int64_t iterations; /* steps of refinement */
  int accurate;       /* 0: the matrix is too near singular for Cholesky, and gamma is undefined */
} icl__ridge_solution;

/* The solvers. Progress: 2 icl__row_items(n) units for those by Cholesky; the other only asks whether to go on. */
icl_status icl__ridge_primal(const icl__ridge_problem *problem, icl__progress *progress, icl__ridge_solution *solution);
icl_status icl__ridge_dual(const icl__ridge_problem *problem, icl__progress *progress, icl__ridge_solution *solution);
icl_status icl__ridge_svd(const icl__ridge_problem *problem, icl__progress *progress, icl__ridge_solution *solution);

/* residual (n) = y - F gamma and gradient (p) = F' residual - mu gamma. */
void icl__ridge_gradient(const icl__ridge_problem *problem, const double *gamma, double *residual, double *gradient);

/* Whether Cholesky of a matrix with these 1-norms and this ridge in it, followed by refinement, gives every digit: see
 * the note in estimator.c. */
int icl__cholesky_accurate(int64_t n, double norm, double inverse_norm, double mu);

/* Iterative refinement of x (n numbers) under A x = b, A factored by Cholesky: `residual` writes b - A x, evaluated
 * from the data, to `correction`. Returns the number of corrections made. Stops when a correction no longer matters or
 * no longer shrinks. */
typedef void (*icl__residual_fn)(void *context, const double *x, double *correction);
int64_t icl__refine(int64_t n, const double *factor, icl__residual_fn residual, void *context, int64_t max_iterations,
                    double *x, double *correction);

#endif
