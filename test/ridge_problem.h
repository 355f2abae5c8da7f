/* Ridge problems written out: features and solutions in long double, to check a Gamma without the solver's help. */
#ifndef ICL_TEST_RIDGE_PROBLEM_H
#define ICL_TEST_RIDGE_PROBLEM_H

#include "support.h"

/* features: n x p. */
typedef struct {
  int64_t d, n, p;
  double *query, *context, *target;
  long double *features;
  icl_dataset *dataset;
} problem;

static inline problem problem_of(icl_dataset *dataset) {
  problem s = {.d = icl_dataset_dimension(dataset), .n = icl_dataset_size(dataset), .dataset = dataset};
  s.p = s.d * (s.d + 1);
  s.query = doubles(s.n * s.d);
  s.context = doubles(s.n * (s.d + 1));
  s.target = doubles(s.n);
  s.features = malloc((size_t)(s.n * s.p) * sizeof *s.features);
  OK(icl_dataset_copy_rows(dataset, 0, s.n, s.query, s.context, s.target));
  for (int64_t mu = 0; mu < s.n; mu++) {
    for (int64_t j = 0; j < s.p; j++) {
      s.features[mu * s.p + j] =
          (long double)s.query[mu * s.d + j / (s.d + 1)] * s.context[mu * (s.d + 1) + j % (s.d + 1)];
    }
  }
  return s;
}

static inline problem draw_problem(int64_t d, int64_t l, int64_t n, double rho) {
  icl_task_pool *pool;
  icl_dataset *dataset;
  OK(icl_task_pool_create(d, 2 * d, ICL_TASKS_GAUSSIAN, 11, &pool));
  OK(icl_dataset_create(pool, l, n, rho, 12, &dataset));
  icl_task_pool_destroy(pool);
  return problem_of(dataset);
}

static inline problem given_problem(int64_t d, int64_t n, const double *query, const double *context,
                                    const double *target) {
  icl_dataset *dataset;
  OK(icl_dataset_create_empty(d, &dataset));
  OK(icl_dataset_append_features(dataset, n, query, context, target));
  return problem_of(dataset);
}

static inline void problem_free(problem *s) {
  icl_dataset_destroy(s->dataset);
  free(s->query);
  free(s->context);
  free(s->target);
  free(s->features);
}

static inline double ridge_weight(const problem *s, double lambda) { return (double)s->n / (double)s->d * lambda; }

static inline void swap_rows(int64_t width, long double *a, long double *b) {
  for (int64_t j = 0; j < width; j++) {
    long double swap = a[j];
    a[j] = b[j];
    b[j] = swap;
  }
}

/* Gaussian elimination with pivoting in long double (64-bit mantissa); right is size x count, and becomes the answer.
 * */
static inline void solve_many(int64_t size, int64_t count, long double *matrix, long double *right) {
  for (int64_t column = 0; column < size; column++) {
    int64_t pivot = column;
    for (int64_t i = column + 1; i < size; i++) {
      if (fabsl(matrix[i * size + column]) > fabsl(matrix[pivot * size + column])) pivot = i;
    }
    swap_rows(size, &matrix[column * size], &matrix[pivot * size]);
    swap_rows(count, &right[column * count], &right[pivot * count]);
    for (int64_t i = column + 1; i < size; i++) {
      long double factor = matrix[i * size + column] / matrix[column * size + column];
      for (int64_t j = column; j < size; j++) matrix[i * size + j] -= factor * matrix[column * size + j];
      for (int64_t j = 0; j < count; j++) right[i * count + j] -= factor * right[column * count + j];
    }
  }
  for (int64_t i = size - 1; i >= 0; i--) {
    for (int64_t m = i + 1; m < size; m++) {
      for (int64_t j = 0; j < count; j++) right[i * count + j] -= matrix[i * size + m] * right[m * count + j];
    }
    for (int64_t j = 0; j < count; j++) right[i * count + j] /= matrix[i * size + i];
  }
}

static inline void solve_exactly(int64_t size, long double *matrix, long double *right) {
  solve_many(size, 1, matrix, right);
}

/* A = F'F + mu I, or the kernel FF' + mu I. */
static inline long double *equations(const problem *s, int kernel, double lambda) {
  int64_t size = kernel ? s->n : s->p, other = kernel ? s->p : s->n;
  int64_t step = kernel ? s->p : 1, inner = kernel ? 1 : s->p;
  long double *matrix = calloc((size_t)(size * size), sizeof *matrix);
  for (int64_t i = 0; i < size; i++) {
    for (int64_t j = 0; j <= i; j++) {
      long double sum = i == j ? (long double)ridge_weight(s, lambda) : 0.0L;
      for (int64_t m = 0; m < other; m++) {
        sum += s->features[i * step + m * inner] * s->features[j * step + m * inner];
      }
      matrix[i * size + j] = matrix[j * size + i] = sum;
    }
  }
  return matrix;
}

/* out (p) = F'x. */
static inline void adjoint(const problem *s, const long double *x, long double *out) {
  for (int64_t j = 0; j < s->p; j++) {
    out[j] = 0.0L;
    for (int64_t mu = 0; mu < s->n; mu++) out[j] += x[mu] * s->features[mu * s->p + j];
  }
}

/* The solution: of the normal equations, or for n < p of the kernel's, which are regular also for lambda = 0. */
static inline void reference(const problem *s, double lambda, double *gamma) {
  int kernel = s->n < s->p;
  int64_t largest = kernel ? s->p : s->n;
  long double *matrix = equations(s, kernel, lambda);
  long double *target = malloc((size_t)largest * sizeof *target), *right = malloc((size_t)s->p * sizeof *right);
  for (int64_t mu = 0; mu < s->n; mu++) target[mu] = s->target[mu];
  if (kernel) solve_exactly(s->n, matrix, target);
  adjoint(s, target, right);
  if (!kernel) solve_exactly(s->p, matrix, right);
  for (int64_t j = 0; j < s->p; j++) gamma[j] = (double)right[j];
  free(matrix);
  free(target);
  free(right);
}

static inline long double largest_row(int64_t size, const long double *matrix) {
  long double largest = 0.0L;
  for (int64_t i = 0; i < size; i++) {
    long double sum = 0.0L;
    for (int64_t j = 0; j < size; j++) sum += fabsl(matrix[i * size + j]);
    largest = fmaxl(largest, sum);
  }
  return largest;
}

/* |A|_1 |A^-1|_1 of the p x p or n x n matrix: at least the ratio of its extreme eigenvalues. */
static inline double condition(const problem *s, int kernel, double lambda) {
  int64_t size = kernel ? s->n : s->p;
  long double *matrix = equations(s, kernel, lambda), *inverse = calloc((size_t)(size * size), sizeof *inverse);
  long double norm = largest_row(size, matrix);
  for (int64_t i = 0; i < size; i++) inverse[i * (size + 1)] = 1.0L;
  solve_many(size, size, matrix, inverse);
  norm *= largest_row(size, inverse);
  free(matrix);
  free(inverse);
  return (double)norm;
}

/* errors (n) = y - F Gamma. */
static inline void training_errors(const problem *s, const double *gamma, long double *errors) {
  for (int64_t mu = 0; mu < s->n; mu++) {
    errors[mu] = s->target[mu];
    for (int64_t j = 0; j < s->p; j++) errors[mu] -= s->features[mu * s->p + j] * gamma[j];
  }
}

static inline long double long_norm(int64_t count, const long double *x) {
  long double sum = 0.0L;
  for (int64_t i = 0; i < count; i++) sum += x[i] * x[i];
  return sqrtl(sum);
}

/* |F'(y - F Gamma) - mu Gamma| / |F'y|. */
static inline double normal_residual(const problem *s, double lambda, const double *gamma) {
  long double *errors = malloc((size_t)s->n * sizeof *errors), *gradient = malloc((size_t)s->p * sizeof *gradient);
  training_errors(s, gamma, errors);
  adjoint(s, errors, gradient);
  for (int64_t j = 0; j < s->p; j++) gradient[j] -= (long double)ridge_weight(s, lambda) * gamma[j];
  long double size = long_norm(s->p, gradient);
  for (int64_t mu = 0; mu < s->n; mu++) errors[mu] = s->target[mu];
  adjoint(s, errors, gradient);
  long double scale = long_norm(s->p, gradient);
  free(errors);
  free(gradient);
  return (double)(size / scale);
}

/* |K a - y|/|y| for n < p, where Gamma = F'a determines a: FF'a = F Gamma. */
static inline double kernel_residual(const problem *s, double lambda, const double *gamma) {
  long double *errors = malloc((size_t)s->n * sizeof *errors), *weights = malloc((size_t)s->n * sizeof *weights);
  long double *matrix = equations(s, 1, 0.0), size = 0.0L, scale = 0.0L;
  training_errors(s, gamma, errors);
  for (int64_t mu = 0; mu < s->n; mu++) weights[mu] = s->target[mu] - errors[mu];
  solve_exactly(s->n, matrix, weights);
  for (int64_t mu = 0; mu < s->n; mu++) {
    long double error = errors[mu] - (long double)ridge_weight(s, lambda) * weights[mu];
    size += error * error;
    scale += (long double)s->target[mu] * s->target[mu];
  }
  free(errors);
  free(weights);
  free(matrix);
  return (double)sqrtl(size / scale);
}

static inline double norm(int64_t count, const double *x) {
  double sum = 0.0;
  for (int64_t i = 0; i < count; i++) sum += x[i] * x[i];
  return sqrt(sum);
}

static inline double distance(int64_t count, const double *x, const double *y) {
  double sum = 0.0;
  for (int64_t i = 0; i < count; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return sqrt(sum);
}

#endif
