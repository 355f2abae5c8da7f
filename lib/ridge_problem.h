/* One ridge problem and its solution: what the solvers are given and what they give back. */
#ifndef ICL_RIDGE_PROBLEM_H
#define ICL_RIDGE_PROBLEM_H

#include "operator.h"
#include "ridge_matrix.h"

enum { ICL__RIDGE_UNITS = 1000 };

/* min |y - F Gamma|^2 + mu |Gamma|^2, and its first pass over the rows. */
typedef struct {
  icl__operator *operator;
  icl__progress *progress;
  int64_t window; /* units done when this ridge began: it has ICL__RIDGE_UNITS of them */
  int64_t d, n, p; /* p = d (d+1) */
  double lambda, mu; /* mu = n lambda/d */
  double tolerance;
  int64_t max_iterations;
  int64_t cg_iterations; /* those of conjugate gradients, fewer where the direct method would be done */
  int spread; /* the features are drawn from a law that spreads them in all directions, see is_spread */
  double *query;   /* d x d: sum q q' */
  double *context; /* (d+1) x (d+1): sum h h' */
  double *query_values, *context_values; /* d, d+1: their eigenvalues over n, for n < p */
  double *right;   /* p: F'y */
  double *target;  /* n: y */
  icl__ridge_matrix gram, kernel; /* made by the direct solvers when first needed, kept for the next ridge */
} icl__ridge_problem;

typedef struct {
  double *gamma;      /* p */
  double *weights;    /* n: the dual's a, Gamma = F'a */
  int dual;           /* gamma came from weights: |K a - y|/|y| is the measure of it */
  int64_t iterations; /* conjugate-gradient iterations, or steps of refinement */
  int accurate;       /* 0: the equations are too near singular for this solver, and gamma is undefined or doubtful */
  int measured;       /* the solver evaluated, from the rows and for this very solution, the two below */
  double error;       /* |y - F Gamma| */
  double residual;    /* |y - K a| for a dual solution, else |F'(y - F Gamma) - mu Gamma| */
} icl__ridge_solution;

/* Reports that this part of a ridge's solution is done, in [0, 1]. */
icl_status icl__ridge_progress(const icl__ridge_problem *problem, double part);

/* log2 of the largest |q| and of the largest |y||q||h| of a row; -INFINITY for 0. */
icl_status icl__ridge_sizes(const icl__ridge_problem *problem, double *query, double *product);

/* What the residual of the normal equations is compared with: |F'y|, but where that is nothing but rounding |F||y|. NAN
 * where residuals cannot be told from 0. */
icl_status icl__normal_scale(const icl__ridge_problem *problem, double *scale);

/* gradient (p) = F'(y - F gamma) - mu gamma; residual (n, or NULL) = y - F gamma. */
icl_status icl__ridge_gradient(const icl__ridge_problem *problem, const double *gamma, double *gradient,
                               double *residual);
/* residual (n) = y - K weights, gamma (p) = F'weights on the way; *error (or NULL) = |y - F gamma|. */
icl_status icl__kernel_residual(const icl__ridge_problem *problem, const double *weights, double *gamma,
                                double *residual, double *error);

#endif
