/* What the ridge solvers share. Data flow: estimator.c makes the problem and chooses; one solver finds Gamma;
 * estimator.c measures the result on the rows, trusting nothing of the solver. */
#ifndef ICL_ESTIMATOR_H
#define ICL_ESTIMATOR_H

#include <icltheory/estimator.h>

#include "operator.h"
#include "ridge_matrix.h"

/* min |y - F Gamma|^2 + mu |Gamma|^2, and its first pass over the rows. */
typedef struct {
  icl__operator *operator;
  icl__progress *progress;
  int64_t d, n, p; /* p = d (d+1) */
  double lambda, mu; /* mu = n lambda/d */
  double tolerance;
  int64_t max_iterations;
  int generated; /* rows are drawn: their features have full rank */
  double *query;   /* d x d: sum q q' */
  double *context; /* (d+1) x (d+1): sum h h' */
  double *right;   /* p: F'y */
  double *target;  /* n: y */
  icl__ridge_matrix gram, kernel; /* made by the direct solvers when first needed, kept for the next ridge */
} icl__ridge_problem;

typedef struct {
  double *gamma;      /* p */
  double *weights;    /* n: the dual's a, Gamma = F'a */
  int dual;           /* gamma came from weights: |K a - y|/|y| is the measure of it */
  int64_t iterations; /* conjugate-gradient iterations, or steps of refinement */
  int accurate;       /* 0: the matrix is too near singular for Cholesky, and gamma is undefined */
} icl__ridge_solution;

/* The solvers. A gamma (or, for icl__ridge_cg_dual, weights) that is not zero on entry is where the iterative ones
 * start. */
icl_status icl__ridge_primal(icl__ridge_problem *problem, icl__ridge_solution *solution);
icl_status icl__ridge_dual(icl__ridge_problem *problem, icl__ridge_solution *solution);
icl_status icl__ridge_svd(icl__ridge_problem *problem, icl__ridge_solution *solution);
icl_status icl__ridge_cg_primal(icl__ridge_problem *problem, icl__ridge_solution *solution);
icl_status icl__ridge_cg_dual(icl__ridge_problem *problem, icl__ridge_solution *solution);

/* What AUTO stands for: the method of least estimated time, see estimator_cost.c. */
int32_t icl__choose_method(const icl__ridge_problem *problem);
/* PRIMAL or DUAL, whichever has the smaller matrix, and whether AUTO would make that matrix. */
int32_t icl__direct_method(const icl__ridge_problem *problem);
int icl__direct_is_possible(const icl__ridge_problem *problem);
/* Whether conjugate gradients take fewer steps on the weights of the rows than on Gamma. */
int icl__cg_in_rows(const icl__ridge_problem *problem);

/* Rows at a time in solvers that go through them once. */
enum { ICL__SOLVER_ROWS = 128 };

/* gradient (p) = F'(y - F gamma) - mu gamma; residual (n, or NULL) = y - F gamma. */
icl_status icl__ridge_gradient(const icl__ridge_problem *problem, const double *gamma, double *gradient,
                               double *residual);
/* residual (n) = y - K weights, gamma (p) = F'weights on the way. */
icl_status icl__kernel_residual(const icl__ridge_problem *problem, const double *weights, double *gamma,
                                double *residual);

/* Whether Cholesky of a matrix with these 1-norms and this ridge in it, followed by refinement, gives every digit: see
 * the note in estimator.c. */
int icl__cholesky_accurate(int64_t n, double norm, double inverse_norm, double mu);

/* Iterative refinement of x (n numbers) under A x = b, A factored by Cholesky: `residual` writes b - A x, evaluated
 * from the data, to `correction`. Sets *iterations to the number of corrections tried. Stops when a correction no
 * longer matters or no longer shrinks. */
typedef icl_status (*icl__residual_fn)(void *context, const double *x, double *correction);
icl_status icl__refine(int64_t n, const double *factor, icl__residual_fn residual, void *context,
                       int64_t max_iterations, double *x, double *correction, int64_t *iterations);

#endif
