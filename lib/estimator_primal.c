/* Normal equations (F'F + mu I) Gamma = F'y.
 *
 * The Gram matrix has entries  G[(i,a),(j,b)] = sum_mu q_i q_j h_a h_b,  which depend on the unordered pairs {i,j} and
 * {a,b} only. So it is one product of half-vectorised outer products,
 *
 *     S[{i,j},{a,b}] = sum_mu (q q')_{ij} (h h')_{ab},     d(d+1)/2 x (d+1)(d+2)/2,
 *
 * at n p^2/2 flop, a quarter of forming F and multiplying it with itself. */
#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "estimator.h"

enum { BLOCK_ROWS = 128 };

static int64_t pairs(int64_t width) { return width * (width + 1) / 2; }

static int64_t pair_index(int64_t i, int64_t j) { return i >= j ? pairs(i) + j : pairs(j) + i; }

static void half_outer(int64_t width, const double *vector, double *out) {
  for (int64_t i = 0; i < width; i++) {
    for (int64_t j = 0; j <= i; j++) *out++ = vector[i] * vector[j];
  }
}

/* S, over blocks of rows. `work` holds BLOCK_ROWS half outer products of both kinds. */
static icl_status pair_moments(const icl__rows *rows, double *work, icl__progress *progress, double *moments) {
  int64_t d = rows->d, query_pairs = pairs(d), context_pairs = pairs(d + 1), reported = 0;
  double *contexts = &work[BLOCK_ROWS * query_pairs];
  for (int64_t first = 0; first < rows->n; first += BLOCK_ROWS) {
    int64_t count = rows->n - first < BLOCK_ROWS ? rows->n - first : BLOCK_ROWS;
    for (int64_t mu = 0; mu < count; mu++) {
      half_outer(d, &rows->query[(first + mu) * d], &work[mu * query_pairs]);
      half_outer(d + 1, &rows->context[(first + mu) * (d + 1)], &contexts[mu * context_pairs]);
    }
    icl__gemm(ICL__TRANSPOSED, ICL__PLAIN, query_pairs, context_pairs, count, 1.0, work, contexts, first ? 1.0 : 0.0,
              moments);
    int64_t finished = icl__row_items(first + count);
    ICL__TRY(icl__progress_add(progress, finished - reported));
    reported = finished;
  }
  return ICL_OK;
}

/* The lower triangle of G + mu I from S. */
static void expand(int64_t d, const double *moments, double mu, double *gram) {
  int64_t width = d + 1, p = d * width, context_pairs = pairs(width);
  for (int64_t i = 0; i < d; i++) {
    for (int64_t a = 0; a < width; a++) {
      double *row = &gram[(i * width + a) * p];
      for (int64_t j = 0; j <= i; j++) {
        const double *from = &moments[pair_index(i, j) * context_pairs];
        int64_t end = j < i ? width : a + 1;
        for (int64_t b = 0; b < end; b++) row[j * width + b] = from[pair_index(a, b)];
      }
      row[i * width + a] += mu;
    }
  }
}

static icl_status factor_gram(const icl__ridge_problem *problem, icl__progress *progress, double *gram,
                              double *norm, double *inverse_norm) {
  int64_t d = problem->rows.d, query_pairs = pairs(d), context_pairs = pairs(d + 1), elements;
  double *work;
  ICL__TRY(icl__check_product(query_pairs, context_pairs, 1, "the moments of pairs", &elements));
  ICL__TRY(icl__new_doubles(elements + BLOCK_ROWS * (query_pairs + context_pairs), &work));
  icl_status status = pair_moments(&problem->rows, &work[elements], progress, work);
  if (!status) expand(d, work, problem->mu, gram);
  icl__free(work);
  if (status) return status;
  return icl__cholesky(problem->p, gram, norm, inverse_norm);
}

typedef struct {
  const icl__ridge_problem *problem;
  double *residual; /* n */
} primal_residual;

static void normal_residual(void *context, const double *gamma, double *gradient) {
  const primal_residual *state = context;
  icl__ridge_gradient(state->problem, gamma, state->residual, gradient);
}

icl_status icl__ridge_primal(const icl__ridge_problem *problem, icl__progress *progress,
                             icl__ridge_solution *solution) {
  int64_t p = problem->p, n = problem->rows.n, elements;
  double *gram, norm = 0.0, inverse_norm = 0.0;
  solution->accurate = 0;
  if (problem->mu == 0.0 && n < p) return ICL_OK; /* the Gram matrix has rank n at most */
  ICL__TRY(icl__check_product(p, p, 1, "the normal equations", &elements));
  ICL__TRY(icl__new_doubles(elements + p, &gram));
  icl_status status = factor_gram(problem, progress, gram, &norm, &inverse_norm);
  if (!status && icl__cholesky_accurate(p, norm, inverse_norm, problem->mu)) {
    primal_residual state = {problem, solution->weights};
    for (int64_t i = 0; i < p; i++) solution->gamma[i] = 0.0;
    solution->iterations = icl__refine(p, gram, normal_residual, &state, problem->max_iterations, solution->gamma,
                                       &gram[elements]);
    solution->accurate = 1;
  }
  icl__free(gram);
  if (status) return status;
  return icl__progress_add(progress, icl__row_items(n));
}
