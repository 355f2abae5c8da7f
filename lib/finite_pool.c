/* Level (a): the asymptotic theory with the pool's own second moments in place of their limits [doc/finite.md, eq. F4
 * to F6]. In the coordinates of eq. F3, with p_j the ridge there and f_j = 1/(1 + xi p_j),
 *
 *     lambda = xi (1 - (d/n) sum_j f_j),     Gbar = A Y' diag(f) Y,
 *     e_IDG = e_IDG(Gbar)/(1 - (d/n) sum_j f_j^2),     spread = (e_IDG d/n) diag(f^2).
 *
 * The last bracket is taken as a sum of positive terms where it can be: f^2 = f - f (1 - f), so 1 - (d/n) sum f^2 =
 * lambda/xi + (d/n) sum f (1 - f). */
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "finite.h"
#include "testerror.h"

/* n - d rank */
static int64_t surplus(const icl__pretraining *fit, const icl__summary_basis *basis) {
  return fit->n - basis->d * basis->rank;
}

int icl__interpolates(const icl__pretraining *fit, const icl__summary_basis *basis) {
  return fit->lambda == 0.0 && surplus(fit, basis) < 0;
}

int icl__is_threshold(const icl__pretraining *fit, const icl__summary_basis *basis) {
  return fit->lambda == 0.0 && surplus(fit, basis) == 0;
}

icl__effective_ridge icl__pool_effective_ridge(const icl__pretraining *fit, const icl__summary_basis *basis) {
  return icl__sampled_effective_ridge(fit->n, basis->rank, basis->spectrum, basis->d, fit->lambda);
}

icl_status icl__finite_pool(const icl__pretraining *fit, const icl__summary_basis *basis, const icl_test_law *law,
                            icl__prediction *out) {
  int64_t d = basis->d, rank = basis->rank;
  icl__effective_ridge ridge = icl__pool_effective_ridge(fit, basis);
  double factor = (double)d / (double)fit->n, remaining = ridge.ratio, mean_error, *coefficients;
  ICL__TRY(icl__new_doubles(d * rank, &coefficients));
  memset(out->spread, 0, (size_t)(rank * rank) * sizeof *out->spread);
  for (int64_t j = 0; j < rank; j++) {
    double eigenvalue = basis->spectrum[j], f = eigenvalue / (eigenvalue + ridge.xi);
    for (int64_t i = 0; i < d; i++) coefficients[i * rank + j] = basis->cross[i * rank + j] * f;
    out->spread[j * (rank + 1)] = f * f;
    remaining += factor * f * (ridge.xi / (eigenvalue + ridge.xi));
  }
  icl__gemm(ICL__PLAIN, ICL__PLAIN, d, d + 1, rank, 1.0, coefficients, basis->map, 0.0, out->gamma);
  icl__free(coefficients);
  ICL__TRY(icl_test_error(law, out->gamma, &mean_error));
  for (int64_t j = 0; j < rank; j++) out->spread[j * (rank + 1)] *= mean_error / remaining * factor;
  return ICL_OK;
}
