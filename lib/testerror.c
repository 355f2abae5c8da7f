/* The exact test error. Given the task w, with c = |w|^2/d + rho and z = [w; c], the context summary has
 *
 *     E[h|w] = z,    Cov[h|w] = (1/l) ( d c [I 0; 0 0] + [ww', 2 c w; 2 c w', 2 c^2] ),
 *
 * and the query is N(0, I/d), so with Gamma = [G g] and X = [I - G, -g]
 *
 *     e(Gamma) = rho + (1/d) E|w - Gamma h|^2 = rho + (1/d) tr(X S X') + (1/d) tr(Gamma N Gamma'),
 *
 * S = E[z z'] and N = E Cov[h|w] [doc/theory.md, eq. 7]. Against the textbook form c + tr(Gamma B Gamma')/d
 * - 2 tr(Gamma A')/d this has no subtraction, and none is left in its terms: S is held as a root, S = T T', so that
 * tr(X S X') = |X T|^2; and with R = E ww' = sum_i v_i u_i u_i'
 *
 *     l tr(Gamma N Gamma') = 2 |Gamma T|^2 + tr G (tr(R) I - R) G' + d rho |G|^2,
 *
 * where tr(R) I - R has the eigenvalue sum_{j != i} v_j on u_i and tr R on what is orthogonal to all u_i. Every moment
 * of the law follows from S:
 *     S = [R, E cw; ., E c^2],   E c = tr R/d + rho,   A = E[w h'] = the first d rows of S,   B = S + N. */
#include "testerror.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "rng.h"
#include "rows.h"
#include "score.h"
#include "summary_basis.h"
#include "tasks.h"

struct icl_test_law {
  int64_t d, l;
  double rho;
  icl_task_pool *pool; /* where sampled tasks come from */
  int64_t rank;
  double *root;   /* T, (d+1) x rank */
  double *second; /* S, (d+1) x (d+1) */
  double *noise;  /* N, (d+1) x (d+1) */
  double c;       /* E c */
  int64_t axis_count;
  double *axes;    /* u_i in columns, d x axis_count */
  double *weights; /* sum_{j != i} v_j, axis_count */
};

int64_t icl__test_law_dimension(const icl_test_law *law) { return law->d; }

void icl_test_law_destroy(icl_test_law *law) {
  if (!law) return;
  icl_task_pool_destroy(law->pool);
  icl__free(law->root);
  icl__free(law->second);
  icl__free(law->noise);
  icl__free(law->axes);
  icl__free(law->weights);
  icl__free(law);
}

icl__sequence_law icl__test_law_sequences(const icl_test_law *law, uint64_t seed) {
  return (icl__sequence_law){law->pool, law->l, law->rho, seed, ICL__FAMILY_TEST};
}

const double *icl__test_law_task_root(const icl_test_law *law, int64_t *rank) {
  *rank = law->rank;
  return law->root;
}

static icl_status check_law(int64_t l, double rho, const void *out) {
  ICL__TRY(icl__check_size(l, "l"));
  ICL__TRY(icl__check_nonnegative(rho, "rho"));
  return icl__check_pointer(out, "out");
}

/* A law with room for a root of this rank, all zero. Takes over one share of the pool, also when it fails. */
static icl_status new_law(icl_task_pool *pool, int64_t l, double rho, int64_t rank, icl_test_law **out) {
  icl_test_law *law;
  int64_t width = pool->d + 1, elements;
  icl_status status = icl__check_product(width, width, 1, "the moments", &elements);
  if (!status) status = icl__new(sizeof *law, &law);
  if (status) {
    icl_task_pool_destroy(pool);
    return status;
  }
  *law = (icl_test_law){.d = pool->d, .l = l, .rho = rho, .pool = pool, .rank = rank};
  status = icl__new_doubles(width * rank, &law->root);
  if (!status) status = icl__new_doubles(elements, &law->second);
  if (!status) status = icl__new_doubles(elements, &law->noise);
  if (status) {
    icl_test_law_destroy(law);
    return status;
  }
  memset(law->root, 0, (size_t)(width * rank) * sizeof *law->root);
  *out = law;
  return ICL_OK;
}

/* Axes and weights from the singular values of T's first d rows, W: R = W W'. The small ones are good relative to the
 * largest one there, so their squares to eps^2 of it; forming R first would leave eps. */
static icl_status find_axes(icl_test_law *law) {
  int64_t d = law->d, rank = law->rank, count = d < rank ? d : rank;
  double *memory = NULL, sum = 0.0;
  ICL__TRY(icl__new_doubles(d * rank + count + count * rank, &memory));
  double *values = &memory[d * rank];
  memcpy(memory, law->root, (size_t)(d * rank) * sizeof *memory);
  icl_status status = icl__new_doubles(d * count, &law->axes);
  if (!status) status = icl__new_doubles(count, &law->weights);
  if (!status) status = icl__svd(d, rank, memory, law->axes, values, &values[count]);
  if (!status) {
    law->axis_count = count;
    for (int64_t i = 0; i < count; i++) law->weights[i] = 0.0;
    for (int64_t i = 0; i < count; i++) { /* sums from the small end up to i, and from the large end down to it */
      law->weights[i] += sum;
      sum += values[i] * values[i];
    }
    sum = 0.0;
    for (int64_t i = count - 1; i >= 0; i--) {
      law->weights[i] += sum;
      sum += values[i] * values[i];
    }
  }
  icl__free(memory);
  return status;
}

/* Everything else from the root. On failure the law is destroyed. */
static icl_status finish(icl_test_law *law, icl_test_law **out) {
  int64_t d = law->d, width = d + 1;
  double l = (double)law->l, trace = 0.0;
  icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, width, width, law->rank, 1.0, law->root, law->root, 0.0, law->second);
  for (int64_t i = 0; i < d; i++) trace += law->second[i * width + i];
  law->c = trace / (double)d + law->rho;
  for (int64_t i = 0; i < width; i++) {
    for (int64_t j = 0; j < width; j++) {
      double factor = (i == d || j == d) ? 2.0 : 1.0;
      law->noise[i * width + j] = factor * law->second[i * width + j] / l;
    }
    if (i < d) law->noise[i * width + i] += (double)d * law->c / l;
  }
  icl_status status = ICL_OK;
  for (int64_t i = 0; i < width * width && !status; i++) {
    if (isfinite(law->second[i] + law->noise[i])) continue;
    status = icl__fail(ICL_ERR_NONFINITE, "the second moments of the context summary overflow at rho = %g and tasks of"
                       " |w|^2/d = %g", law->rho, trace / (double)d);
  }
  if (!status) status = find_axes(law);
  if (status) {
    icl_test_law_destroy(law);
    return status;
  }
  *out = law;
  return ICL_OK;
}

/* Fresh tasks have |w|^2/d of mean 1 and variance 2/d (Gaussian) or 0 (sphere), uncorrelated with w. */
icl_status icl_test_law_create_fresh(int64_t d, int64_t l, double rho, int32_t distribution, icl_test_law **out) {
  icl_task_pool *pool;
  icl_test_law *law;
  ICL__TRY(icl__check_dimension(d));
  ICL__TRY(check_law(l, rho, out));
  ICL__TRY(icl_task_pool_create_infinite(d, distribution, 0, &pool));
  ICL__TRY(new_law(pool, l, rho, d + 1, &law));
  double variance = distribution == ICL_TASKS_GAUSSIAN ? 2.0 / (double)d : 0.0;
  for (int64_t i = 0; i < d; i++) law->root[i * (d + 2)] = 1.0;
  law->root[d * (d + 2)] = sqrt((1.0 + rho) * (1.0 + rho) + variance);
  return finish(law, out);
}

static icl_status check_symmetric(int64_t d, const double *covariance) {
  double scale = 0.0;
  for (int64_t i = 0; i < d * d; i++) scale = fmax(scale, fabs(covariance[i]));
  for (int64_t i = 0; i < d; i++) {
    for (int64_t j = 0; j < i; j++) {
      if (fabs(covariance[i * d + j] - covariance[j * d + i]) <= 1e-12 * scale) continue;
      return icl__fail(ICL_ERR_DOMAIN, "covariance is not symmetric: entries (%" PRId64 ", %" PRId64 ") and its mirror"
                       " are %.17g and %.17g", i, j, covariance[i * d + j], covariance[j * d + i]);
    }
  }
  return ICL_OK;
}

/* The symmetric square root of a covariance, which unlike its eigenvectors does not depend on LAPACK's choices. */
static icl_status symmetric_root(int64_t d, const double *covariance, double *root) {
  double *vectors = NULL, *values = NULL;
  icl_status status = icl__new_doubles(2 * d * d, &vectors);
  if (!status) status = icl__new_doubles(d, &values);
  if (status) goto done;
  double *scaled = &vectors[d * d];
  memcpy(vectors, covariance, (size_t)(d * d) * sizeof *vectors);
  status = icl__eigen(d, vectors, values);
  if (status) goto done;
  double largest = fmax(fabs(values[d - 1]), fabs(values[0]));
  if (values[0] < -1e-12 * largest) {
    status = icl__fail(ICL_ERR_DOMAIN, "covariance has the eigenvalue %.17g; none below 0 was expected", values[0]);
    goto done;
  }
  for (int64_t j = 0; j < d; j++) {
    for (int64_t i = 0; i < d; i++) scaled[j * d + i] = sqrt(fmax(values[j], 0.0)) * vectors[j * d + i];
  }
  icl__gemm(ICL__TRANSPOSED, ICL__PLAIN, d, d, d, 1.0, vectors, scaled, 0.0, root);
done:
  icl__free(vectors);
  icl__free(values);
  return status;
}

/* sqrt(E c^2) = sqrt(mean^2 + 2 tr C^2/d^2), also where these squares are no normal numbers. */
static double root_of_moment(int64_t d, const double *covariance, double mean) {
  double width = (double)d, norm = 0.0, square = 0.0;
  for (int64_t i = 0; i < d * d; i++) square += covariance[i] * covariance[i];
  double moment = mean * mean + 2.0 * square / (width * width);
  if (mean * mean >= DBL_MIN && square >= DBL_MIN && moment <= DBL_MAX) return sqrt(moment);
  for (int64_t i = 0; i < d; i++) norm = hypot(norm, icl__norm(d, &covariance[i * d]));
  return hypot(mean, sqrt(2.0) / width * norm);
}

/* w ~ N(0, C): E c = tr C/d + rho, Var c = 2 tr C^2/d^2, E cw = 0. */
icl_status icl_test_law_create_gaussian(int64_t d, int64_t l, double rho, const double *covariance,
                                        icl_test_law **out) {
  icl_task_pool *pool;
  icl_test_law *law;
  double *root, trace = 0.0;
  ICL__TRY(icl__check_dimension(d));
  ICL__TRY(check_law(l, rho, out));
  ICL__TRY(icl__check_pointer(covariance, "covariance"));
  ICL__TRY(icl__check_finite(covariance, d * d, "covariance"));
  ICL__TRY(check_symmetric(d, covariance));
  ICL__TRY(icl__new_doubles(d * d, &root));
  icl_status status = symmetric_root(d, covariance, root);
  if (!status) status = icl__task_pool_create_structured(d, root, &pool);
  icl__free(root);
  if (status) return status;
  ICL__TRY(new_law(pool, l, rho, d + 1, &law));
  for (int64_t i = 0; i < d; i++) {
    memcpy(&law->root[i * (d + 1)], &pool->root[i * d], (size_t)d * sizeof *law->root);
    trace += covariance[i * (d + 1)];
  }
  law->root[d * (d + 2)] = root_of_moment(d, covariance, trace / (double)d + rho);
  return finish(law, out);
}

/* Entry of [w_j; c_j]/sqrt(k). */
static double pool_entry(const icl_task_pool *pool, double rho, int64_t task, int64_t i) {
  double value = i < pool->d ? pool->tasks[task * pool->d + i] : pool->norms[task] / (double)pool->d + rho;
  return value / sqrt((double)pool->k);
}

/* Up to d + 1 tasks: T has the columns [w_j; c_j]/sqrt(k). More: T = R' for the QR factorisation of T', by blocks. */
static icl_status pool_root(icl_test_law *law) {
  const icl_task_pool *pool = law->pool;
  int64_t width = law->d + 1, k = pool->k, block = width;
  double *chunk;
  if (law->rank == k) {
    for (int64_t i = 0; i < width; i++) {
      for (int64_t j = 0; j < k; j++) law->root[i * k + j] = pool_entry(pool, law->rho, j, i);
    }
    return ICL_OK;
  }
  ICL__TRY(icl__new_doubles(block * width, &chunk));
  icl_status status = ICL_OK;
  for (int64_t first = 0; !status && first < k; first += block) {
    int64_t count = k - first < block ? k - first : block;
    for (int64_t i = 0; i < width; i++) {
      for (int64_t j = 0; j < count; j++) chunk[i * count + j] = pool_entry(pool, law->rho, first + j, i);
    }
    /* The upper triangle in column-major order is R' in ours. */
    status = icl__qr_append(width, law->root, count, chunk);
  }
  icl__free(chunk);
  return status;
}

icl_status icl_test_law_create_pool(const icl_task_pool *pool, int64_t l, double rho, icl_test_law **out) {
  icl_test_law *law;
  ICL__TRY(icl__check_pointer(pool, "pool"));
  if (!pool->k) return icl_test_law_create_fresh(pool->d, l, rho, pool->distribution, out);
  ICL__TRY(check_law(l, rho, out));
  int64_t rank = pool->k < pool->d + 1 ? pool->k : pool->d + 1;
  ICL__TRY(new_law(icl__task_pool_share(pool), l, rho, rank, &law));
  icl_status status = pool_root(law);
  if (status) {
    icl_test_law_destroy(law);
    return status;
  }
  return finish(law, out);
}

static icl_status check_gamma(const icl_test_law *law, const double *gamma) {
  ICL__TRY(icl__check_pointer(law, "law"));
  ICL__TRY(icl__check_pointer(gamma, "gamma"));
  return icl__check_finite(gamma, law->d * (law->d + 1), "gamma");
}

static double sum_of_squares(int64_t count, const double *x) {
  double sum = 0.0;
  for (int64_t i = 0; i < count; i++) sum += x[i] * x[i];
  return sum;
}

/* l tr(Gamma N Gamma'); block (d x d) is G and is lost, product and work hold d (d+1) numbers. */
static double noise_term(const icl_test_law *law, const double *gamma, double *block, double *product, double *work) {
  int64_t d = law->d, count = law->axis_count;
  double trace = (double)d * (law->c - law->rho), sum = (double)d * law->rho * sum_of_squares(d * d, block);
  icl__gemm(ICL__PLAIN, ICL__PLAIN, d, law->rank, d + 1, 1.0, gamma, law->root, 0.0, work); /* Gamma T */
  sum += 2.0 * sum_of_squares(d * law->rank, work);
  icl__gemm(ICL__PLAIN, ICL__PLAIN, d, count, d, 1.0, block, law->axes, 0.0, product); /* G u_i */
  for (int64_t i = 0; i < d * count; i++) sum += law->weights[i % count] * product[i] * product[i];
  if (count < d) {
    icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, d, d, count, -1.0, product, law->axes, 1.0, block);
    sum += trace * sum_of_squares(d * d, block); /* what of G is orthogonal to every axis */
  }
  return sum;
}

icl_status icl_test_error(const icl_test_law *law, const double *gamma, double *error) {
  double *defect;
  ICL__TRY(check_gamma(law, gamma));
  ICL__TRY(icl__check_pointer(error, "error"));
  int64_t d = law->d, width = d + 1, size = d * width;
  ICL__TRY(icl__new_doubles(3 * size, &defect));
  double *product = &defect[size], *work = &product[size];
  for (int64_t i = 0; i < size; i++) defect[i] = -gamma[i];
  for (int64_t i = 0; i < d; i++) defect[i * (width + 1)] = 1.0 - gamma[i * (width + 1)];
  icl__gemm(ICL__PLAIN, ICL__PLAIN, d, law->rank, width, 1.0, defect, law->root, 0.0, product); /* X T */
  double bias = sum_of_squares(d * law->rank, product);
  for (int64_t i = 0; i < d; i++) memcpy(&defect[i * d], &gamma[i * width], (size_t)d * sizeof *defect); /* G */
  double noise = noise_term(law, gamma, defect, product, work) / (double)law->l;
  icl__free(defect);
  double value = law->rho + (bias + noise) / (double)d;
  if (!isfinite(value)) return icl__fail(ICL_ERR_NONFINITE, "gamma is so large that its test error overflows");
  *error = value;
  return ICL_OK;
}

icl_status icl_test_error_sampled(const icl_test_law *law, const double *gamma, int64_t count, uint64_t seed,
                                  const icl_run *run, double *mean, double *standard_error) {
  ICL__TRY(check_gamma(law, gamma));
  ICL__TRY(icl__check_at_least(count, 2, "count"));
  icl__sequence_law sequences = icl__test_law_sequences(law, seed);
  icl__row_source source = {.d = law->d, .n = count, .law = &sequences};
  icl__progress progress = icl__progress_begin(run, icl__row_items(count));
  return icl__source_error(&source, gamma, &progress, mean, standard_error);
}

icl_status icl_test_law_moments(const icl_test_law *law, double *A, double *B, double *c) {
  ICL__TRY(icl__check_pointer(law, "law"));
  int64_t width = law->d + 1;
  if (A) memcpy(A, law->second, (size_t)(law->d * width) * sizeof *A);
  if (B) {
    for (int64_t i = 0; i < width * width; i++) B[i] = law->second[i] + law->noise[i];
  }
  if (c) *c = law->c;
  return ICL_OK;
}

icl_status icl__test_law_check_moments(const icl_test_law *law) {
  int64_t width = law->d + 1;
  if (law->second[width * width - 1] >= DBL_MIN || icl__norm(width * law->rank, law->root) == 0.0) return ICL_OK;
  return icl__fail(ICL_ERR_NONFINITE, "the second moments of the context summary underflow at rho = %g and tasks of"
                   " |w|^2/d = %g", law->rho, law->c - law->rho);
}

int icl__test_law_is_diagonal(const icl_test_law *law) { return !law->pool->k && !law->pool->root; }

/* With c = |w|^2/d + rho and v = [u; s],
 *
 *     v'B v = (1 + 2/l) E (u.w + c s)^2 + (1/l) ( E |w|^2 |u|^2 - E (u.w)^2 + d rho |u|^2 ),
 *
 * where the last bracket is 0 if rho is 0 and all tasks lie along u, and then the first one if they are equal or 0. */
int icl__test_law_is_singular(const icl_test_law *law) {
  const icl_task_pool *pool = law->pool;
  int64_t first = 0, d = law->d;
  if (law->rho > 0.0 || !pool->k) return 0;
  while (first < pool->k - 1 && pool->norms[first] == 0.0) first++;
  for (int64_t j = first; j < pool->k; j++) {
    for (int64_t i = 0; pool->norms[j] > 0.0 && i < d; i++) {
      if (pool->tasks[j * d + i] != pool->tasks[first * d + i]) return 0;
    }
  }
  return 1;
}

double icl__test_law_root_factor(const icl_test_law *law) { return sqrt(1.0 + 2.0 / (double)law->l); }

/* K = (tr(R) I - R + d rho I)^1/2 from the axes, where it is sqrt(weight + d rho); elsewhere sqrt(tr R + d rho). */
icl_status icl__test_law_summary_root(const icl_test_law *law, double *root) {
  int64_t d = law->d, count = law->axis_count, rank = law->rank, columns = rank + d;
  double *memory, l = (double)law->l, noise = (double)d * law->rho, factor = icl__test_law_root_factor(law);
  double base = sqrt((double)d * law->c / l);
  ICL__TRY(icl__new_doubles(d * d + d * count, &memory));
  double *scaled = &memory[d * d];
  for (int64_t i = 0; i < d * d; i++) memory[i] = i % (d + 1) == 0 ? base : 0.0;
  for (int64_t i = 0; i < d * count; i++) {
    scaled[i] = law->axes[i] * (sqrt((law->weights[i % count] + noise) / l) - base);
  }
  icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, d, d, count, 1.0, scaled, law->axes, 1.0, memory);
  for (int64_t i = 0; i <= d; i++) {
    for (int64_t j = 0; j < rank; j++) root[i * columns + j] = factor * law->root[i * rank + j];
    for (int64_t j = 0; j < d; j++) root[i * columns + rank + j] = i < d ? memory[i * d + j] : 0.0;
  }
  icl__free(memory);
  return ICL_OK;
}

/* A (B + lambda)^-1 = E[w y'] (1 + lambda ridge)^-1 Y. Roots of the ridge are what a double holds surely. */
icl_status icl_test_law_optimal_gamma(const icl_test_law *law, double lambda, double *gamma) {
  icl__summary_basis basis;
  double *answer;
  ICL__TRY(icl__check_pointer(law, "law"));
  ICL__TRY(icl__check_nonnegative(lambda, "lambda"));
  ICL__TRY(icl__check_pointer(gamma, "gamma"));
  ICL__TRY(icl__test_law_check_moments(law));
  int64_t d = law->d, width = d + 1;
  ICL__TRY(icl__new_doubles(d * width, &answer));
  icl_status status = icl__summary_basis_create(law, lambda, &basis);
  if (!status) {
    for (int64_t j = 0; j < basis.rank; j++) {
      double length = basis.length[j], factor = 1.0 / (1.0 / length + lambda * length);
      for (int64_t i = 0; i < width; i++) basis.map[j * width + i] *= factor / length;
    }
    icl__gemm(ICL__PLAIN, ICL__PLAIN, d, width, basis.rank, 1.0, basis.cross, basis.map, 0.0, answer);
    icl__summary_basis_destroy(&basis);
    status = icl__check_finite(answer, d * width, "gamma");
  }
  if (!status) memcpy(gamma, answer, (size_t)(d * width) * sizeof *gamma);
  icl__free(answer);
  return status;
}
