/* Level (a): the asymptotic theory with the pool's own second moments in place of their limits [doc/finite.md, eq. F4
 * to F6]. In the coordinates of eq. F3, with p_j the ridge there and f_j = 1/(1 + xi p_j),
 *
 *     lambda = xi (1 - (d/n) sum_j f_j),     Gbar = A Y' diag(f) Y,
 *     e_IDG = e_IDG(Gbar)/(1 - (d/n) sum_j f_j^2),     spread = (e_IDG d/n) Y' diag(f^2) Y.
 *
 * Both brackets are taken as sums of positive terms where they can be: 1 - (d/n) sum f = (n - d rank)/n + (d/n) sum
 * (1 - f), and, f^2 = f - f (1 - f), 1 - (d/n) sum f^2 = lambda/xi + (d/n) sum f (1 - f). */
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "finite.h"
#include "testerror.h"

/* n - d rank, as a number; exact unless it is so large that one more or less does not matter. */
static double surplus(const icl__pretraining *fit, const icl__summary_basis *basis) {
  return (double)(fit->n - basis->d * basis->rank);
}

int icl__interpolates(const icl__pretraining *fit, const icl__summary_basis *basis) {
  return fit->lambda == 0.0 && surplus(fit, basis) < 0.0;
}

int icl__is_threshold(const icl__pretraining *fit, const icl__summary_basis *basis) {
  return fit->lambda == 0.0 && surplus(fit, basis) == 0.0;
}

/* The bracket 1 - (d/n) sum f, and its derivative with respect to ln xi, which is positive. */
static double bracket(const icl__pretraining *fit, const icl__summary_basis *basis, double xi, double *slope) {
  double sum = 0.0, derivative = 0.0, factor = (double)basis->d / (double)fit->n;
  for (int64_t j = 0; j < basis->rank; j++) {
    double product = xi * basis->ridge[j];
    sum += product / (1.0 + product);
    derivative += product / ((1.0 + product) * (1.0 + product));
  }
  *slope = factor * derivative;
  return surplus(fit, basis) / (double)fit->n + factor * sum;
}

/* lambda = xi bracket(xi), or bracket(xi) = 0: where the bracket is positive the right side increases from 0, elsewhere
 * it is not positive; so there is one root for lambda > 0, and one for lambda = 0 if the bracket starts below 0.
 * Newton's method in ln xi on ln(xi bracket/lambda), or on the bracket, kept inside its own bracket of the root. */
icl__pool_ridge icl__pool_effective_ridge(const icl__pretraining *fit, const icl__summary_basis *basis) {
  double lambda = fit->lambda, lower = lambda, upper = INFINITY, slope;
  if (lambda == 0.0 && surplus(fit, basis) >= 0.0) {
    return (icl__pool_ridge){0.0, surplus(fit, basis) / (double)fit->n};
  }
  double xi = fmax(lambda, 1.0 / basis->ridge[basis->rank - 1]);
  for (int step = 0; step < 2000; step++) {
    double value = bracket(fit, basis, xi, &slope);
    double excess = xi * value - lambda, next = 0.0;
    if (excess == 0.0) break;
    if (excess < 0.0) lower = xi;
    else upper = xi;
    double change = lambda > 0.0 ? -log(xi * value / lambda) / (1.0 + slope / value) : -value / slope;
    if (value > 0.0 || lambda == 0.0) next = xi * exp(fmax(-2.0, fmin(change, 2.0)));
    if (!(next > lower && next < upper)) {
      next = upper == INFINITY ? 8.0 * xi : lower == 0.0 ? xi / 8.0 : sqrt(lower) * sqrt(upper);
    }
    if (next <= lower || next >= upper || fabs(next - xi) <= 1e-15 * xi) break;
    xi = next;
  }
  return (icl__pool_ridge){xi, lambda / xi};
}

icl_status icl__finite_pool(const icl__pretraining *fit, const icl__summary_basis *basis, const icl_test_law *law,
                            icl__prediction *out) {
  int64_t d = basis->d, rank = basis->rank;
  icl__pool_ridge ridge = icl__pool_effective_ridge(fit, basis);
  double factor = (double)d / (double)fit->n, remaining = ridge.ratio, mean_error, *memory;
  ICL__TRY(icl__new_doubles(rank * (d + 1) + d * rank + rank * rank, &memory));
  double *coefficients = &memory[rank * (d + 1)], *moment = &coefficients[d * rank];
  memset(moment, 0, (size_t)(rank * rank) * sizeof *moment);
  for (int64_t j = 0; j < rank; j++) {
    double product = ridge.xi * basis->ridge[j], f = 1.0 / (1.0 + product);
    for (int64_t i = 0; i < d; i++) coefficients[i * rank + j] = basis->cross[i * rank + j] * f;
    moment[j * (rank + 1)] = f * f;
    remaining += factor * f * (product * f);
  }
  icl__prediction_set(basis, coefficients, moment, 0.0, memory, out);
  icl_status status = icl_test_error(law, out->gamma, &mean_error);
  /* spread = (1/d) factor' moment with factor' = d e_IDG d/n. */
  factor *= mean_error / remaining * (double)d;
  if (!status) icl__prediction_set(basis, coefficients, moment, factor, memory, out);
  icl__free(memory);
  return status;
}
