/* The cost model behind ICL_METHOD_AUTO, in floating-point operations at the rate of matrix products.
 *
 *     primal    n p^2/2 + p^3/3           10 p^2 bytes
 *     dual      2 n^2 d + n^3/3            8 n^2 bytes
 *     CG        iterations 4 n d (d+1)     the rows
 *
 * Iterations: conjugate gradients win a factor (sqrt(c) - 1)/(sqrt(c) + 1) a step for a condition number c, so a
 * tolerance takes about sqrt(c)/2 ln(2/tolerance). The spectrum of a sample of n rows in p dimensions lies between
 * (1 - r)^2 and (1 + r)^2, r^2 = p/n or n/p (Marchenko and Pastur), plus the ridge over the mean eigenvalue s of d E[F'F]/n.
 * For n >= p the preconditioner has taken care of all else; for n < p the spread of the eigenvalues of the second
 * moments comes on top, sqrt(largest/mean) of it (measured: 2.2 to 3 where that is 2.3). */
#include <math.h>

#include "blas.h"
#include "estimator.h"

/* Flop of a solver that runs at half the rate of a large matrix product count twice. */
static const double cg_weight = 1.4, kernel_weight = 1.5;
static const double direct_bytes = 4294967296.0; /* AUTO does not make larger matrices while there is another way */

/* Largest eigenvalue of a symmetric positive semidefinite matrix over their mean, by the norm that bounds it. */
static double spread(int64_t size, const double *matrix) {
  double trace = 0.0, square = 0.0;
  for (int64_t i = 0; i < size; i++) trace += matrix[i * (size + 1)];
  for (int64_t i = 0; i < size * size; i++) square += matrix[i] * matrix[i];
  /* mean square of the eigenvalues over their squared mean: 1 for equal ones */
  return trace > 0.0 ? (double)size * square / (trace * trace) : 1.0;
}

static double iterations(const icl__ridge_problem *problem) {
  double n = (double)problem->n, p = (double)problem->p, d = (double)problem->d, trace_query = 0.0, trace_context = 0.0;
  for (int64_t i = 0; i < problem->d; i++) trace_query += problem->query[i * (problem->d + 1)];
  for (int64_t i = 0; i <= problem->d; i++) trace_context += problem->context[i * (problem->d + 2)];
  double mean = d * (trace_query / n) * (trace_context / n) / p; /* s */
  double ratio = sqrt(fmin(n, p) / fmax(n, p)), shift = mean > 0.0 ? problem->lambda / mean : 0.0;
  double width = sqrt(((1.0 + ratio) * (1.0 + ratio) + shift) / ((1.0 - ratio) * (1.0 - ratio) + shift));
  if (problem->n < problem->p) {
    width *= 1.0 + spread(problem->d, problem->query) * spread(problem->d + 1, problem->context);
  }
  return fmax(8.0, 0.5 * width * log(2.0 / problem->tolerance));
}

int32_t icl__choose_method(const icl__ridge_problem *problem) {
  double n = (double)problem->n, p = (double)problem->p, d = (double)problem->d;
  int dual = problem->n < problem->p;
  double direct = dual ? kernel_weight * (2.0 * n * n * d + n * n * n / 3.0) : n * p * p / 2.0 + p * p * p / 3.0;
  double bytes = dual ? 8.0 * n * n : 10.0 * p * p;
  double steps = iterations(problem), iterative = cg_weight * steps * 4.0 * n * d * (d + 1.0);
  int32_t method = dual ? ICL_METHOD_DUAL : ICL_METHOD_PRIMAL;
  /* Rows that were given may lack rank in ways that conjugate gradients on the normal equations do not notice. */
  int trusted = dual || problem->mu > 0.0 || problem->generated;
  if (!trusted || steps > (double)problem->max_iterations) return method;
  return iterative < direct || bytes > direct_bytes ? ICL_METHOD_CG : method;
}
