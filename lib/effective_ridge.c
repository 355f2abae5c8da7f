/* Where eigenvalues lie far from xi, the sum in the bracket 1 - (m/n) sum s/(s + xi) is close to an integer, and what
 * it differs by decides where the bracket is small. So the J of them above xi are counted in integers:
 *
 *     (n - m J)/n + (m/n) ( sum_{s > xi} xi/(s + xi) - sum_{s <= xi} s/(s + xi) ).
 *
 * Where it is positive the right side increases from 0, elsewhere it is not positive; so there is one root for lambda >
 * 0, and one for lambda = 0 if the bracket starts below 0. Newton's method in ln xi on ln(xi bracket/lambda), or on the
 * bracket, kept between bounds of the root. */
#include "effective_ridge.h"

#include <math.h>

typedef struct {
  int64_t n, count, m;
  const double *spectrum;
} sampled_equation;

/* The bracket, and its derivative with respect to ln xi, which is positive. */
static double bracket(const sampled_equation *equation, double xi, double *slope) {
  double sum = 0.0, derivative = 0.0, factor = (double)equation->m / (double)equation->n;
  int64_t above = 0;
  for (int64_t j = 0; j < equation->count; j++) {
    double total = equation->spectrum[j] + xi, share = xi / total, rest = equation->spectrum[j] / total;
    int large = equation->spectrum[j] > xi;
    above += large;
    sum += large ? share : -rest;
    derivative += share * rest;
  }
  *slope = factor * derivative;
  return (double)(equation->n - equation->m * above) / (double)equation->n + factor * sum;
}

icl__effective_ridge icl__sampled_effective_ridge(int64_t n, int64_t count, const double *spectrum, int64_t m,
                                                  double lambda) {
  sampled_equation equation = {n, count, m, spectrum};
  double lower = lambda, upper = INFINITY, slope, xi = lambda;
  if (lambda == 0.0 && n >= m * count) return (icl__effective_ridge){0.0, (double)(n - m * count) / (double)n};
  for (int64_t j = 0; j < count; j++) xi = fmax(xi, spectrum[j]);
  for (int step = 0; step < 2000; step++) {
    double value = bracket(&equation, xi, &slope), excess = xi * value - lambda, next = 0.0;
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
  return (icl__effective_ridge){xi, lambda / xi};
}
