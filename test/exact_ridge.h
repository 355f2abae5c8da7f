/* Ridge regression on few rows in 128-bit arithmetic, by the singular values of the features: what an answer should be
 * and how far rounding alone may take it from there, also where the data are singular. */
#ifndef ICL_TEST_EXACT_RIDGE_H
#define ICL_TEST_EXACT_RIDGE_H

#include <float.h>

#include "support.h"

#ifdef __SIZEOF_FLOAT128__
__extension__ typedef __float128 quad;
#else
typedef long double quad;
#endif

enum { MOST_ROWS = 40, MOST_UNKNOWNS = 12 };

/* Rows of a dataset, and F = U S V' with V' in `right`: U S is what is left of F after rotating its columns. */
typedef struct {
  int64_t d, n, p;
  double query[MOST_ROWS * 3], context[MOST_ROWS * 4], target[MOST_ROWS];
  quad left[MOST_ROWS * MOST_UNKNOWNS];      /* n x p: columns s_j u_j */
  quad right[MOST_UNKNOWNS * MOST_UNKNOWNS]; /* p x p: columns v_j */
  quad singular[MOST_UNKNOWNS];
} exact_problem;

static inline quad quad_abs(quad x) { return x < 0 ? -x : x; }

/* The root of a double near x, in units that keep it one, and Newton's method for the other half of the digits. */
static inline quad quad_sqrt(quad x) {
  quad unit = 1;
  if (x <= 0) return 0;
  for (; x > (quad)0x1p1000; x *= (quad)0x1p-1000) unit *= (quad)0x1p500;
  for (; x < (quad)0x1p-1000; x *= (quad)0x1p1000) unit *= (quad)0x1p-500;
  quad root = sqrt((double)x);
  for (int step = 0; step < 2; step++) root = (root + x / root) / 2;
  return root * unit;
}

/* Makes columns i and j orthogonal; returns whether they were not. */
static inline int rotate_columns(exact_problem *s, int64_t i, int64_t j) {
  quad ii = 0, jj = 0, ij = 0;
  for (int64_t mu = 0; mu < s->n; mu++) {
    const quad *row = &s->left[mu * s->p];
    ii += row[i] * row[i];
    jj += row[j] * row[j];
    ij += row[i] * row[j];
  }
  if (quad_abs(ij) <= (quad)1e-32 * quad_sqrt(ii) * quad_sqrt(jj)) return 0;
  quad zeta = (jj - ii) / (2 * ij), root = quad_abs(zeta) > (quad)1e30L ? quad_abs(zeta) : quad_sqrt(1 + zeta * zeta);
  quad t = (zeta < 0 ? -1 : 1) / (quad_abs(zeta) + root), c = 1 / quad_sqrt(1 + t * t), sine = c * t;
  for (int64_t k = 0; k < s->n + s->p; k++) {
    quad *row = k < s->n ? &s->left[k * s->p] : &s->right[(k - s->n) * s->p];
    quad x = row[i], y = row[j];
    row[i] = c * x - sine * y;
    row[j] = sine * x + c * y;
  }
  return 1;
}

/* One-sided Jacobi rotations (Hestenes), which find small singular values to their own digits. */
static inline void decompose(exact_problem *s) {
  int64_t width = s->d + 1;
  s->p = s->d * width;
  memset(s->right, 0, sizeof s->right);
  for (int64_t j = 0; j < s->p; j++) s->right[j * (s->p + 1)] = 1;
  for (int64_t mu = 0; mu < s->n; mu++) {
    for (int64_t j = 0; j < s->p; j++) {
      s->left[mu * s->p + j] = (quad)s->query[mu * s->d + j / width] * s->context[mu * width + j % width];
    }
  }
  int rotated = 1;
  for (int sweep = 0; rotated && sweep < 60; sweep++) {
    rotated = 0;
    for (int64_t i = 0; i < s->p; i++) {
      for (int64_t j = i + 1; j < s->p; j++) rotated |= rotate_columns(s, i, j);
    }
  }
  for (int64_t j = 0; j < s->p; j++) {
    quad sum = 0;
    for (int64_t mu = 0; mu < s->n; mu++) sum += s->left[mu * s->p + j] * s->left[mu * s->p + j];
    s->singular[j] = quad_sqrt(sum);
  }
}

static inline quad largest_singular(const exact_problem *s) {
  quad largest = 0;
  for (int64_t j = 0; j < s->p; j++) largest = s->singular[j] > largest ? s->singular[j] : largest;
  return largest;
}

/* A singular value that is data, not rounding of a zero: doc/numerics.md, "The fit". */
static inline int is_kept(const exact_problem *s, int64_t j) {
  return s->singular[j] > largest_singular(s) * (quad)DBL_EPSILON * (s->n > s->p ? s->n : s->p);
}

static inline quad exact_weight(const exact_problem *s, double lambda) { return (quad)s->n / s->d * lambda; }

/* gamma = sum_j v_j s_j/(s_j^2 + mu) u_j'y. */
static inline void exact_gamma(const exact_problem *s, double lambda, quad *gamma) {
  quad mu = exact_weight(s, lambda);
  for (int64_t i = 0; i < s->p; i++) gamma[i] = 0;
  for (int64_t j = 0; j < s->p; j++) {
    quad product = 0;
    if (!is_kept(s, j)) continue;
    for (int64_t row = 0; row < s->n; row++) product += s->left[row * s->p + j] * s->target[row];
    product /= s->singular[j] * s->singular[j] + mu;
    for (int64_t i = 0; i < s->p; i++) gamma[i] += s->right[i * s->p + j] * product;
  }
}

static inline quad quad_norm(int64_t count, const quad *x) {
  quad sum = 0;
  for (int64_t i = 0; i < count; i++) sum += x[i] * x[i];
  return quad_sqrt(sum);
}

/* |y - F gamma| */
static inline quad exact_error(const exact_problem *s, const quad *gamma) {
  quad error[MOST_ROWS];
  for (int64_t row = 0; row < s->n; row++) {
    error[row] = s->target[row];
    for (int64_t j = 0; j < s->p; j++) {
      quad feature = (quad)s->query[row * s->d + j / (s->d + 1)] * s->context[row * (s->d + 1) + j % (s->d + 1)];
      error[row] -= feature * gamma[j];
    }
  }
  return quad_norm(s->n, error);
}

#endif
