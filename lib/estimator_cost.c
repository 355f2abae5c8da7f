/* The cost model behind ICL_METHOD_AUTO, in floating-point operations at the rate of matrix products.
 *
 *     primal    n p^2/2 + p^3/3           10 p^2 bytes
 *     dual      2 n^2 d + n^3/3            8 n^2 bytes
 *     CG        steps 4 n d (d+1)         the rows
 *
 * Conjugate gradients win a factor (sqrt(c) - 1)/(sqrt(c) + 1) a step for a condition number c, so a tolerance takes
 * about sqrt(c)/2 ln(2/tolerance) of them. With the mean eigenvalue s of (d/n) F'F and r^2 = p/n, the preconditioned
 * normal equations have the spectrum of a Marchenko-Pastur sample plus the ridge, between (1-r)^2 s + lambda (lambda
 * alone for n < p) and (1+r)^2 s + lambda.
 *
 * The kernel equations have no such preconditioner. Queries and contexts are independent, so their spectrum, in units
 * of n/d, is that of n samples with the covariance Cq (x) Ch of eigenvalues s_ij = d a_i b_j. Its edges are the values
 * of
 *
 *     z(xi) = xi ((1/n) sum_ij s_ij/(s_ij + xi) - 1)
 *
 * at its stationary points, (1/n) sum_ij (s_ij/(s_ij + xi))^2 = 1, one at xi > 0, one at xi < -max s (Silverstein and
 * Choi, J. Multivariate Anal. 54 (1995) 295). Steps measured at d = 100 are within 3 % of what follows, for condition
 * numbers to 3000, and fewer where few eigenvalues are far above the others. */
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "estimator.h"

/* What the direct methods take beyond their flop, in units of what conjugate gradients do: the kernel for its
 * element-wise product, both for work of lower order that shows while d is small, and for what goes through the whole
 * matrix at the rate of memory (condition estimate, refinement), about 1000 flop an entry. Fitted to the table in
 * doc/benchmarks.md. */
static const double kernel_weight = 1.5, small_size = 10.0, entry_weight = 1000.0;
static const double with_probe = 2.2; /* two, whose tolerance has about 0.6 of the digits */
static const double tolerated = 1.25; /* for steps that were estimated too few */
static const double direct_bytes = 4294967296.0; /* AUTO makes no larger matrix */

static double trace(int64_t size, const double *matrix) {
  double sum = 0.0;
  for (int64_t i = 0; i < size; i++) sum += matrix[i * (size + 1)];
  return sum;
}

/* NAN for NAN, which fmax would not keep. */
static double steps_at(double condition, double tolerance) {
  double steps = 0.5 * sqrt(condition) * log(2.0 / tolerance);
  return steps < 8.0 ? 8.0 : steps;
}

/* s */
static double mean_eigenvalue(const icl__ridge_problem *problem) {
  double n = (double)problem->n, query = trace(problem->d, problem->query) / n;
  return (double)problem->d * query * (trace(problem->d + 1, problem->context) / n) / (double)problem->p;
}

static double primal_steps(const icl__ridge_problem *problem) {
  double r = sqrt((double)problem->p / (double)problem->n), s = mean_eigenvalue(problem);
  double least = (r < 1.0 ? (1.0 - r) * (1.0 - r) * s : 0.0) + problem->lambda;
  return steps_at(((1.0 + r) * (1.0 + r) * s + problem->lambda) / least, problem->tolerance);
}

icl_status icl__find_spectrum(icl__ridge_problem *problem) {
  int64_t d = problem->d, width = d + 1;
  double n = (double)problem->n, *work;
  if (problem->n >= problem->p) return ICL_OK;
  ICL__TRY(icl__new_doubles(width * width, &work));
  memcpy(work, problem->query, (size_t)(d * d) * sizeof *work);
  icl_status status = icl__eigenvalues(d, work, problem->query_values);
  memcpy(work, problem->context, (size_t)(width * width) * sizeof *work);
  if (!status) status = icl__eigenvalues(width, work, problem->context_values);
  icl__free(work);
  for (int64_t i = 0; i < d; i++) problem->query_values[i] = fmax(problem->query_values[i] / n, 0.0);
  for (int64_t i = 0; i < width; i++) problem->context_values[i] = fmax(problem->context_values[i] / n, 0.0);
  return status;
}

/* (1/n) sum_ij (s_ij/(s_ij + xi))^power */
static double resolvent_sum(const icl__ridge_problem *problem, double xi, int power) {
  double sum = 0.0;
  for (int64_t i = 0; i < problem->d; i++) {
    double factor = (double)problem->d * problem->query_values[i];
    for (int64_t j = 0; j <= problem->d; j++) {
      double s = factor * problem->context_values[j], share = s / (s + xi);
      sum += power == 2 ? share * share : share;
    }
  }
  return sum / (double)problem->n;
}

/* The lower edge (sign 1) or the upper one (sign -1) of the spectrum of the kernel. The stationary point is xi = t or
 * xi = -max s - t with t at most max s sqrt(p/n), where the sum has become 1 if all s are max s; and the sum falls with
 * t. A few digits of the edge are enough. */
static double kernel_edge(const icl__ridge_problem *problem, double sign) {
  double largest = (double)problem->d * problem->query_values[problem->d - 1] * problem->context_values[problem->d];
  double start = sign > 0.0 ? 0.0 : -largest;
  double high = log(largest * sqrt((double)problem->p / (double)problem->n)), low = high - 45.0; /* 1e-20 of it */
  while (high - low > 1e-2) {
    double middle = 0.5 * (low + high);
    if (resolvent_sum(problem, start + sign * exp(middle), 2) > 1.0) low = middle;
    else high = middle;
  }
  double xi = start + sign * exp(high);
  return xi * (resolvent_sum(problem, xi, 1) - 1.0);
}

static double least_of_kernel(const icl__ridge_problem *problem) {
  return fmax(kernel_edge(problem, 1.0), 0.0) + problem->lambda;
}

double icl__kernel_inverse(const icl__ridge_problem *problem) {
  return (double)problem->d / (double)problem->n / least_of_kernel(problem);
}

/* NAN where the moments are too large or too small for these products. */
static double dual_steps(const icl__ridge_problem *problem) {
  double least = least_of_kernel(problem);
  return steps_at((kernel_edge(problem, -1.0) + problem->lambda) / least, problem->tolerance);
}

/* The preconditioner leads out of the row space of F. Where F lacks rank, only the ridge takes that back: a residual
 * leaves an error of |residual|/mu, which is as good as ever where the ridge matters beside the data. */
int icl__ridge_matters(const icl__ridge_problem *problem) {
  return problem->lambda >= 1e-2 * mean_eigenvalue(problem);
}

int icl__cg_in_rows(const icl__ridge_problem *problem) {
  if (problem->n >= problem->p) return 0; /* K has a null space, and what is in it of y never fits */
  return !(icl__ridge_matters(problem) && primal_steps(problem) < dual_steps(problem));
}

int32_t icl__direct_method(const icl__ridge_problem *problem) {
  return problem->n < problem->p ? ICL_METHOD_DUAL : ICL_METHOD_PRIMAL;
}

int icl__direct_is_possible(const icl__ridge_problem *problem) {
  double n = (double)problem->n, p = (double)problem->p;
  return (problem->n < problem->p ? 8.0 * n * n : 10.0 * p * p) <= direct_bytes;
}

/* Of the direct method, in iterations of conjugate gradients. */
static double direct_cost(const icl__ridge_problem *problem) {
  double n = (double)problem->n, p = (double)problem->p, d = (double)problem->d;
  int dual = problem->n < problem->p;
  double direct = dual ? kernel_weight * (2.0 * n * n * d + n * n * n / 3.0) : n * p * p / 2.0 + p * p * p / 3.0;
  direct = direct * (1.0 + small_size / d) + entry_weight * (dual ? n * n : p * p);
  return direct / (4.0 * n * d * (d + 1.0));
}

int64_t icl__affordable_iterations(const icl__ridge_problem *problem) {
  double count = ceil(tolerated * direct_cost(problem));
  return count < (double)problem->max_iterations ? (int64_t)count : problem->max_iterations;
}

int32_t icl__choose_method(const icl__ridge_problem *problem) {
  double steps = icl__cg_in_rows(problem) ? dual_steps(problem) : primal_steps(problem);
  double passes = icl__ridge_matters(problem) || problem->spread ? steps : with_probe * steps;
  if (!icl__direct_is_possible(problem)) return ICL_METHOD_CG;
  if (!(steps <= (double)problem->max_iterations)) return icl__direct_method(problem);
  return passes < direct_cost(problem) ? ICL_METHOD_CG : icl__direct_method(problem);
}
