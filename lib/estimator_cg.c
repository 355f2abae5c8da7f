/* Conjugate gradients on Gamma (n >= p) or on the weights of the rows (n < p). Nothing larger than the rows is stored.
 *
 * Primal: (F'F + mu I) Gamma = F'y. Queries and contexts are independent, so F'F is about n Cq (x) Ch with the second
 * moments Cq = Q'Q/n, Ch = H'H/n, and the resolvent (F'F + mu)^-1 is on average that of Cq (x) Ch at the effective
 * ridge xi: with eigenvalues s_ij = d a_i b_j of d Cq (x) Ch,
 *
 *     lambda = xi (1 - (1/n) sum_ij s_ij/(s_ij + xi))                                        [doc/theory.md, eq. 8]
 *
 * The preconditioner is (n/d)(s_ij + xi) in the eigenbasis: 4 d^3 flop an application, and what is left to the
 * iteration is the sampling fluctuation of F'F, of condition ((1 + r)/(1 - r))^2, r^2 = p/n, whatever the spectra of
 * Cq and Ch.
 *
 * Dual: K a = y with K = FF' + mu I, from a = 0 (or the caller's): Gamma = F'a is then in the row space of F, which
 * gives the solution of minimum norm for lambda = 0. Rows differ in size, so K is scaled by its diagonal |q|^2|h|^2 +
 * mu. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "conjugate_gradients.h"
#include "effective_ridge.h"
#include "estimator.h"
#include "estimator_probe.h"

/* The smallest true residual so far and the error |y - F Gamma| beside it. The iteration returns the solution of the
 * smallest, in the order evaluated, so at the end these are the norms of what it returns. */
typedef struct {
  double error, residual;
} best_measure;

static best_measure at_start(int64_t size, const double *x, const icl__ridge_problem *problem, double right) {
  if (icl__norm(size, x) > 0.0) return (best_measure){0.0, INFINITY}; /* to be evaluated */
  return (best_measure){icl__norm(problem->n, problem->target), right};
}

static void note_measure(best_measure *best, double error, double residual) {
  if (residual < best->residual) *best = (best_measure){error, residual};
}

static void give_measure(const best_measure *best, icl__ridge_solution *solution) {
  solution->measured = isfinite(best->residual);
  solution->error = best->error;
  solution->residual = best->residual;
}

/* Progress: all of it is the solution's where the ridge matters, as that hardly ever takes probes; spread features take
 * few. */
typedef struct {
  double begin, end;
} progress_share;

static progress_share solution_share(const icl__ridge_problem *problem) {
  return (progress_share){0.0, icl__ridge_matters(problem) ? 1.0 : problem->spread ? 0.9 : 0.45};
}

static icl_status report_share(const icl__ridge_problem *problem, progress_share share, double part) {
  return icl__ridge_progress(problem, share.begin + part * (share.end - share.begin));
}

/* Whether Gamma may be off by so much: 1e-4 of its norm at the usual tolerance. */
static int is_accepted(const icl__ridge_problem *problem, double off, const double *gamma) {
  return off <= 1e4 * fmax(problem->tolerance, 1e-8) * icl__norm(problem->p, gamma);
}

typedef struct {
  const icl__ridge_problem *problem;
  progress_share share;
  best_measure best;
  double *query_vectors;   /* d x d: row i is an eigenvector of Q'Q */
  double *context_vectors; /* (d+1) x (d+1) */
  double *inverse;         /* p: 1 over the preconditioner's eigenvalues */
  double *rotated;         /* p */
  double *error;           /* n: y - F Gamma */
} primal_system;

/* Eigenvectors of the second moments, which the problem keeps, and the preconditioner's spectrum. Eigenvalues below
 * 1000 p eps of the largest are mostly rounding: the data lack rank, or their columns differ by many orders of
 * magnitude. Then, and where products under- or overflow, *usable is 0. */
static icl_status prepare(primal_system *system, double *values, int *usable) {
  const icl__ridge_problem *problem = system->problem;
  int64_t d = problem->d, width = d + 1;
  double n = (double)problem->n, *query_values = values, *context_values = &values[d];
  double largest = 0.0, least = INFINITY;
  memcpy(system->query_vectors, problem->query, (size_t)(d * d) * sizeof(double));
  memcpy(system->context_vectors, problem->context, (size_t)(width * width) * sizeof(double));
  ICL__TRY(icl__eigen(d, system->query_vectors, query_values));
  ICL__TRY(icl__eigen(width, system->context_vectors, context_values));
  for (int64_t i = 0; i < d; i++) {
    for (int64_t j = 0; j < width; j++) {
      double s = (double)d * fmax(query_values[i] / n, 0.0) * fmax(context_values[j] / n, 0.0);
      system->inverse[i * width + j] = s;
      largest = fmax(largest, s);
      least = fmin(least, s);
    }
  }
  double xi = icl__sampled_effective_ridge(problem->n, problem->p, system->inverse, 1, problem->lambda).xi;
  *usable = least + xi > 1e3 * (double)problem->p * DBL_EPSILON * (largest + xi) && largest > 1e-200 && largest < 1e200;
  for (int64_t i = 0; i < problem->p; i++) system->inverse[i] = (double)d / n / (system->inverse[i] + xi);
  return ICL_OK;
}

/* V_q' ( (V_q X V_h') / eigenvalues ) V_h, eigenvectors in rows. */
static void precondition(void *context, const double *x, double *out) {
  const primal_system *system = context;
  int64_t d = system->problem->d, width = d + 1;
  icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, d, width, width, 1.0, x, system->context_vectors, 0.0, out);
  icl__gemm(ICL__PLAIN, ICL__PLAIN, d, width, d, 1.0, system->query_vectors, out, 0.0, system->rotated);
  for (int64_t i = 0; i < d * width; i++) system->rotated[i] *= system->inverse[i];
  icl__gemm(ICL__PLAIN, ICL__PLAIN, d, width, width, 1.0, system->rotated, system->context_vectors, 0.0, out);
  icl__gemm(ICL__TRANSPOSED, ICL__PLAIN, d, width, d, 1.0, system->query_vectors, out, 0.0, system->rotated);
  memcpy(out, system->rotated, (size_t)(d * width) * sizeof *out);
}

static icl_status apply_normal(void *context, const double *gamma, double *out) {
  const primal_system *system = context;
  ICL__TRY(icl__operator_normal(system->problem->operator, gamma, out));
  icl__axpy(system->problem->p, system->problem->mu, gamma, out);
  return ICL_OK;
}

static icl_status normal_residual(void *context, const double *gamma, double *out) {
  primal_system *system = context;
  const icl__ridge_problem *problem = system->problem;
  ICL__TRY(icl__ridge_gradient(problem, gamma, out, system->error));
  note_measure(&system->best, icl__norm(problem->n, system->error), icl__norm(problem->p, out));
  return ICL_OK;
}

static icl_status report_primal(void *context, double part) {
  const primal_system *system = context;
  return report_share(system->problem, system->share, part);
}

/* Gamma is off by |residual|/mu at most, and by about |residual| times the root mean square of 1/eigenvalue. Of spread
 * features these are the preconditioner's, to (1 - r)^2. Where F'y is rounding, the scale being larger, so is Gamma. */
static icl_status doubt_primal(primal_system *system, const icl__linear_system *equations, double scale,
                               const double *gamma, double *off) {
  const icl__ridge_problem *problem = system->problem;
  double p = (double)problem->p, r = fmin(sqrt(p / (double)problem->n), 1.0), growth, mean_inverse;
  int solved, rounding = scale == 0.0 || icl__norm(problem->p, problem->right) < scale;
  *off = rounding ? 0.0 : system->best.residual / problem->mu;
  if (!(system->best.residual <= problem->tolerance * scale) || is_accepted(problem, *off, gamma)) return ICL_OK;
  growth = icl__norm(problem->p, system->inverse) / sqrt(p) / (1.0 - r) / (1.0 - r);
  *off = system->best.residual * growth;
  if (problem->spread && is_accepted(problem, *off, gamma)) return ICL_OK;
  system->share = (progress_share){system->share.end, 1.0};
  ICL__TRY(icl__probe(equations, problem->cg_iterations, &solved, &growth, &mean_inverse));
  *off = solved ? system->best.residual * growth : INFINITY;
  return ICL_OK;
}

icl_status icl__ridge_cg_primal(icl__ridge_problem *problem, icl__ridge_solution *solution) {
  int64_t d = problem->d, width = d + 1, p = problem->p;
  double *memory, off;
  int usable = 0;
  ICL__TRY(icl__new_doubles(d * d + width * width + 8 * p + d + width + problem->n, &memory));
  primal_system system = {.problem = problem, .share = solution_share(problem), .query_vectors = memory};
  system.context_vectors = &memory[d * d];
  system.inverse = &system.context_vectors[width * width];
  system.rotated = &system.inverse[p];
  system.error = &system.rotated[p];
  double *work = &system.error[problem->n];
  icl_status status = icl__check_finite(problem->right, p, "sums over the rows of dataset");
  if (!status) status = prepare(&system, &work[6 * p], &usable);
  double scale = 0.0;
  if (!status) status = icl__normal_scale(problem, &scale);
  system.best = at_start(p, solution->gamma, problem, icl__norm(p, problem->right));
  off = scale == 0.0 ? 0.0 : INFINITY;
  if (!status && usable) {
    icl__linear_system equations = {p, &system, problem->right, apply_normal, normal_residual, precondition,
                                     report_primal};
    status = icl__conjugate_gradients(&equations, scale, problem->tolerance,
                                      problem->cg_iterations, work, solution->gamma, &solution->iterations);
    if (!status) status = doubt_primal(&system, &equations, scale, solution->gamma, &off);
  }
  icl__free(memory);
  solution->dual = 0;
  solution->accurate = is_accepted(problem, off, solution->gamma);
  give_measure(&system.best, solution);
  return status;
}

typedef struct {
  const icl__ridge_problem *problem;
  progress_share share;
  best_measure best;
  double *gamma;    /* p: F'a of whatever a is at hand */
  double *diagonal; /* n: of K */
} dual_system;

static icl_status apply_kernel(void *context, const double *weights, double *out) {
  const dual_system *system = context;
  ICL__TRY(icl__operator_adjoint(system->problem->operator, weights, system->gamma));
  ICL__TRY(icl__operator_predict(system->problem->operator, system->gamma, out));
  icl__axpy(system->problem->n, system->problem->mu, weights, out);
  return ICL_OK;
}

static icl_status kernel_residual(void *context, const double *weights, double *out) {
  dual_system *system = context;
  double error;
  ICL__TRY(icl__kernel_residual(system->problem, weights, system->gamma, out, &error));
  note_measure(&system->best, error, icl__norm(system->problem->n, out));
  return ICL_OK;
}

static void scale_rows(void *context, const double *x, double *out) {
  const dual_system *system = context;
  for (int64_t mu = 0; mu < system->problem->n; mu++) out[mu] = x[mu] / system->diagonal[mu];
}

static icl_status report_dual(void *context, double part) {
  const dual_system *system = context;
  return report_share(system->problem, system->share, part);
}

/* Gamma = F'a is off by |F'(K^-1 residual)|, at most the root of residual' K^-1 residual: |residual|/sqrt(mu) at most,
 * and about |residual| times the root mean of 1/eigenvalue. Overwrites F'a if it takes the probe. */
static icl_status doubt_dual(dual_system *system, const icl__linear_system *equations, const double *weights,
                             double *off) {
  const icl__ridge_problem *problem = system->problem;
  int solved;
  double growth, mean_inverse, scale = icl__norm(problem->n, problem->target);
  *off = scale == 0.0 ? 0.0 : system->best.residual / sqrt(problem->mu);
  if (!(system->best.residual <= problem->tolerance * scale)) return ICL_OK;
  if (is_accepted(problem, *off, system->gamma)) return ICL_OK;
  *off = system->best.residual * sqrt(icl__kernel_inverse(problem));
  if (problem->spread && is_accepted(problem, *off, system->gamma)) return ICL_OK;
  system->share = (progress_share){system->share.end, 1.0};
  ICL__TRY(icl__probe(equations, problem->cg_iterations, &solved, &growth, &mean_inverse));
  *off = solved ? system->best.residual * sqrt(mean_inverse) : INFINITY;
  return icl__operator_adjoint(problem->operator, weights, system->gamma);
}

icl_status icl__ridge_cg_dual(icl__ridge_problem *problem, icl__ridge_solution *solution) {
  int64_t n = problem->n;
  double *memory, off = INFINITY;
  ICL__TRY(icl__new_doubles(7 * n, &memory));
  double scale = icl__norm(n, problem->target);
  dual_system system = {problem, solution_share(problem), at_start(n, solution->weights, problem, scale),
                        solution->gamma, &memory[6 * n]};
  icl__linear_system equations = {n, &system, problem->target, apply_kernel, kernel_residual, scale_rows, report_dual};
  icl_status status = icl__operator_diagonal(problem->operator, system.diagonal);
  for (int64_t mu = 0; !status && mu < n; mu++) {
    system.diagonal[mu] += problem->mu;
    if (system.diagonal[mu] == 0.0) system.diagonal[mu] = 1.0; /* a row of zeros: its equation is 0 = 0 */
  }
  if (!status) {
    status = icl__conjugate_gradients(&equations, scale, problem->tolerance, problem->cg_iterations, memory,
                                      solution->weights, &solution->iterations);
  }
  if (!status) status = icl__operator_adjoint(problem->operator, solution->weights, solution->gamma);
  if (!status) status = doubt_dual(&system, &equations, solution->weights, &off);
  icl__free(memory);
  solution->dual = 1;
  solution->accurate = is_accepted(problem, off, solution->gamma);
  give_measure(&system.best, solution);
  return status;
}
