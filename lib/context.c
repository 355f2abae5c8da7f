/* The tokens of a context are an l x d matrix X of independent N(0, 1/d), its labels y = X w + eps. With X = Q F, Q of
 * m = min(l, d) orthonormal columns and F m x d upper trapezoidal,
 *
 *     sum_i (y_i - x_i.v)^2 = |b - F v|^2 + |y - Q b|^2,    b = Q'y = F w + Q'eps,
 *
 * for every v, and the last term does not depend on v: a posterior over tasks needs F and b only. The entries of
 * sqrt(d) F are independent (Bartlett): sqrt(chi^2_{l-i}) on the diagonal in row i = 0 .. m-1, N(0, 1) right of it. F
 * depends on X only and so does Q, hence Q'eps ~ N(0, rho I) is independent of F and w [doc/baselines.md, eq. B1 to
 * B3]. */
#include "context.h"

#include <math.h>

#include "rng.h"

static icl__stream stream_of(const icl__sequence_law *law, uint64_t role, int64_t row, int64_t item) {
  return (icl__stream){{law->seed, law->family | role}, {(uint64_t)row, (uint64_t)item, 0}};
}

int64_t icl__context_rank(const icl__sequence_law *law) { return law->l < law->pool->d ? law->l : law->pool->d; }

void icl__context_factor(const icl__sequence_law *law, int64_t row, double *factor) {
  int64_t d = law->pool->d, rank = icl__context_rank(law);
  double scale = 1.0 / sqrt((double)d);
  for (int64_t i = 0; i < rank; i++) {
    icl__stream diagonal = stream_of(law, ICL__ROLE_FACTOR_DIAGONAL, row, i);
    icl__stream right = stream_of(law, ICL__ROLE_FACTOR_ROW, row, i);
    double *line = &factor[i * d];
    for (int64_t j = 0; j < i; j++) line[j] = 0.0;
    line[i] = sqrt(icl__rng_chi_squared(&diagonal, law->l - i)) * scale;
    icl__rng_normals(&right, d - i - 1, &line[i + 1]);
    for (int64_t j = i + 1; j < d; j++) line[j] *= scale;
  }
}

void icl__context_noise(const icl__sequence_law *law, int64_t row, double *noise) {
  int64_t rank = icl__context_rank(law);
  double scale = sqrt(law->rho);
  icl__stream stream = stream_of(law, ICL__ROLE_RESPONSE, row, 0);
  icl__rng_normals(&stream, rank, noise);
  for (int64_t i = 0; i < rank; i++) noise[i] *= scale;
}
