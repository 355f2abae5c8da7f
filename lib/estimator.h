/* What the ridge solvers share. Data flow: estimator.c makes the problem and chooses; one solver finds Gamma;
 * estimator.c measures the result on the rows, unless the solver's last step was to do so. */
#ifndef ICL_ESTIMATOR_H
#define ICL_ESTIMATOR_H

#include <icltheory/estimator.h>

#include "ridge_problem.h"

/* What an estimator begins with. */
#define ICL__DEFAULT_TOLERANCE 1e-8
#define ICL__DEFAULT_ITERATIONS 1000

/* Takes the solution of ridge `index`; what it returns, if not ICL_OK, ends the fits. */
typedef icl_status (*icl__solved_fn)(void *context, int64_t index, const double *gamma, double relative_residual);

/* Fits each ridge to rows that were drawn, whether stored since or not. Rows, moments and matrices are shared, but
 * every ridge starts anew: each gamma is, to the bit, that of icl_estimator_fit on the dataset of these rows, of which
 * `law` is the law. */
icl_status icl__estimator_fit_each(icl_estimator *estimator, const icl__row_source *source,
                                   const icl__sequence_law *law, int64_t count, const double *lambda,
                                   const icl_run *run, icl__solved_fn solved, void *context);

/* The solvers. A gamma (or, for icl__ridge_cg_dual, weights) that is not zero on entry is where the iterative ones
 * start. */
icl_status icl__ridge_primal(icl__ridge_problem *problem, icl__ridge_solution *solution);
icl_status icl__ridge_dual(icl__ridge_problem *problem, icl__ridge_solution *solution);
icl_status icl__ridge_orthogonal(icl__ridge_problem *problem, icl__ridge_solution *solution);
icl_status icl__ridge_cg_primal(icl__ridge_problem *problem, icl__ridge_solution *solution);
icl_status icl__ridge_cg_dual(icl__ridge_problem *problem, icl__ridge_solution *solution);

/* The problem's eigenvalues from its moments, which the choice of a method needs where n < p. */
icl_status icl__find_spectrum(icl__ridge_problem *problem);
/* What AUTO stands for: the method of least estimated time, see estimator_cost.c. */
int32_t icl__choose_method(const icl__ridge_problem *problem);
/* PRIMAL or DUAL, whichever has the smaller matrix, and whether AUTO would make that matrix. */
int32_t icl__direct_method(const icl__ridge_problem *problem);
int icl__direct_is_possible(const icl__ridge_problem *problem);
/* Iterations of conjugate gradients that take about the direct method's time; at most max_iterations. */
int64_t icl__affordable_iterations(const icl__ridge_problem *problem);
/* A bound, about, on 1/eigenvalue of the kernel equations, from the moments. */
double icl__kernel_inverse(const icl__ridge_problem *problem);
/* Whether the ridge takes back whatever rounding, or a preconditioner, brings into a null space of the features. */
int icl__ridge_matters(const icl__ridge_problem *problem);
/* Whether conjugate gradients take fewer steps on the weights of the rows than on Gamma. */
int icl__cg_in_rows(const icl__ridge_problem *problem);

/* Rows at a time in solvers that go through them once. */
enum { ICL__SOLVER_ROWS = 128 };

#endif
