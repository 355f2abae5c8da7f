/* Normal equations (F'F + mu I) Gamma = F'y.
 *
 * The Gram matrix has entries  G[(i,a),(j,b)] = sum_mu q_i q_j h_a h_b,  which depend on the unordered pairs {i,j} and
 * {a,b} only. So it is one product of half-vectorised outer products,
 *
 *     S[{i,j},{a,b}] = sum_mu (q q')_{ij} (h h')_{ab},     d(d+1)/2 x (d+1)(d+2)/2,
 *
 * at n p^2/2 flop, a quarter of forming F and multiplying it with itself. */
#include <stddef.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "estimator.h"

static int64_t pairs(int64_t width) { return width * (width + 1) / 2; }

static int64_t pair_index(int64_t i, int64_t j) { return i >= j ? pairs(i) + j : pairs(j) + i; }

static void half_outer(int64_t width, const double *vector, double *out) {
  for (int64_t i = 0; i < width; i++) {
    for (int64_t j = 0; j <= i; j++) *out++ = vector[i] * vector[j];
  }
}

/* S, over blocks of rows. `work` holds ICL__SOLVER_ROWS half outer products of both kinds and the rows' scratch. */
static icl_status pair_moments(const icl__ridge_problem *problem, double *work, double *moments) {
  int64_t d = problem->d, query_pairs = pairs(d), context_pairs = pairs(d + 1);
  double *contexts = &work[ICL__SOLVER_ROWS * query_pairs];
  double *scratch = &contexts[ICL__SOLVER_ROWS * context_pairs];
  for (int64_t first = 0; first < problem->n; first += ICL__SOLVER_ROWS) {
    int64_t count = problem->n - first < ICL__SOLVER_ROWS ? problem->n - first : ICL__SOLVER_ROWS;
    icl__rows rows = icl__source_rows(problem->operator->source, first, count, scratch);
    for (int64_t mu = 0; mu < count; mu++) {
      half_outer(d, &rows.query[mu * d], &work[mu * query_pairs]);
      half_outer(d + 1, &rows.context[mu * (d + 1)], &contexts[mu * context_pairs]);
    }
    icl__gemm(ICL__TRANSPOSED, ICL__PLAIN, query_pairs, context_pairs, count, 1.0, work, contexts, first ? 1.0 : 0.0,
              moments);
    ICL__TRY(icl__ridge_progress(problem, 0.5 * (double)(first + count) / (double)problem->n));
  }
  return ICL_OK;
}

/* The lower triangle of G from S. */
static void expand(int64_t d, const double *moments, double *gram) {
  int64_t width = d + 1, p = d * width, context_pairs = pairs(width);
  for (int64_t i = 0; i < d; i++) {
    for (int64_t a = 0; a < width; a++) {
      double *row = &gram[(i * width + a) * p];
      for (int64_t j = 0; j <= i; j++) {
        const double *from = &moments[pair_index(i, j) * context_pairs];
        int64_t end = j < i ? width : a + 1;
        for (int64_t b = 0; b < end; b++) row[j * width + b] = from[pair_index(a, b)];
      }
    }
  }
}

static icl_status fill_gram(const icl__ridge_problem *problem, icl__ridge_matrix *gram) {
  int64_t d = problem->d, query_pairs = pairs(d), context_pairs = pairs(d + 1), elements;
  double *work;
  ICL__TRY(icl__check_product(query_pairs, context_pairs, 1, "the moments of pairs", &elements));
  ICL__TRY(icl__new_doubles(elements + ICL__SOLVER_ROWS * (query_pairs + context_pairs) +
                            icl__source_scratch(d, ICL__SOLVER_ROWS), &work));
  icl_status status = pair_moments(problem, &work[elements], work);
  if (!status) status = icl__ridge_matrix_create(problem->p, gram);
  if (!status) {
    expand(d, work, gram->entries);
    icl__ridge_matrix_filled(gram);
  }
  icl__free(work);
  return status;
}

static icl_status normal_residual(void *context, const double *gamma, double *gradient) {
  return icl__ridge_gradient(context, gamma, gradient, NULL);
}

icl_status icl__ridge_primal(icl__ridge_problem *problem, icl__ridge_solution *solution) {
  int64_t p = problem->p;
  double *correction;
  solution->accurate = solution->dual = 0;
  if (problem->mu == 0.0 && problem->n < p) return ICL_OK; /* the Gram matrix has rank n at most */
  if (!problem->gram.entries) ICL__TRY(fill_gram(problem, &problem->gram));
  icl_status status = ICL_OK;
  if (!icl__ridge_matrix_factor(&problem->gram, problem->mu, &status)) return status;
  ICL__TRY(icl__new_doubles(p, &correction));
  memset(solution->gamma, 0, (size_t)p * sizeof *solution->gamma);
  status = icl__refine(&problem->gram, normal_residual, problem, problem->max_iterations,
                                  solution->gamma, correction, &solution->iterations);
  icl__free(correction);
  solution->accurate = icl__ridge_matrix_confirms(&problem->gram, solution->gamma);
  return status;
}
