/* Bayes ridge on a context in reduced form (F, b = F w + noise) [doc/baselines.md, eq. B8, B9]. Its error vector
 * what - w solves the least-squares problem
 *
 *     [ F       ]       [ noise         ]
 *     [ omega I ] v  ~  [ -omega w      ],      omega = sqrt(rho),
 *
 * whose factor R, R'R = F'F + rho I, comes from F by Householder reflections: the squares F'F are never formed. v is
 * linear in noise = sqrt(rho) z and w, so with E zz' = I, E ww' = W W' the mean of |v|^2 given F is the sum of squares
 *
 *     | R^-1 (Q'[ sqrt(rho) I  0; 0  -omega W ])_top |^2,     and for W = I simply |omega R^-1|^2 = rho tr (R'R)^-1.
 *
 * No term of either is a difference. For small rho the rows of omega I are small beside F's, and stay so: a reflection
 * changes a small row by small multiples of large ones, and rounds it relative to its own size. So the limit rho = 0 is
 * taken with an omega that is too small to be told from 0: omega^2 = 2^-1200 is lost beside the square of any singular
 * value of F above 2^-570, and underflows to the exact answer 0 where F has full rank; the right sides of the noise are
 * 0 there. */
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "baseline.h"
#include "blas.h"
#include "checked.h"
#include "context.h"
#include "tasks.h"
#include "testerror.h"

typedef struct {
  icl__sequence_law law;
  int64_t d, rank;
  double omega;
  const double *root; /* W, d x tasks; NULL: W = I */
  int64_t tasks, columns;
} ridge;

/* r (d x d, column-major) = F, with rows of 0 below. */
static void load_factor(const ridge *s, int64_t row, double *r, double *factor) {
  int64_t d = s->d;
  icl__context_factor(&s->law, row, factor);
  memset(r, 0, (size_t)(d * d) * sizeof *r);
  for (int64_t i = 0; i < s->rank; i++) {
    for (int64_t j = i; j < d; j++) r[j * d + i] = factor[i * d + j];
  }
}

/* |omega R^-1|^2 for R in column-major order, which is lost. */
static double isotropic_square(const ridge *s, double *r) {
  int64_t d = s->d;
  double sum = 0.0;
  icl__triangle_invert(d, r);
  for (int64_t j = 0; j < d; j++) {
    for (int64_t i = 0; i <= j; i++) sum += (s->omega * r[j * d + i]) * (s->omega * r[j * d + i]);
  }
  return sum;
}

/* The right sides: sqrt(rho) e_i over 0 for the noise, 0 over -omega W for the tasks. */
static void right_sides(const ridge *s, double *top, double *bottom) {
  int64_t d = s->d, noises = s->columns - s->tasks;
  memset(top, 0, (size_t)(d * s->columns) * sizeof *top);
  memset(bottom, 0, (size_t)(d * s->columns) * sizeof *bottom);
  for (int64_t i = 0; i < noises; i++) top[i * (d + 1)] = s->omega;
  for (int64_t j = 0; j < s->tasks; j++) {
    for (int64_t i = 0; i < d; i++) bottom[(noises + j) * d + i] = -s->omega * s->root[i * s->tasks + j];
  }
}

static double general_square(const ridge *s, const double *r, const double *reflectors, const double *work,
                             double *right) {
  int64_t size = s->d * s->columns;
  double sum = 0.0, *bottom = &right[size];
  right_sides(s, right, bottom);
  icl__qr_ridge_apply(s->d, s->columns, reflectors, work, right, bottom, &bottom[size]);
  icl__triangle_solve(ICL__PLAIN, s->d, s->columns, r, s->d, right);
  for (int64_t i = 0; i < size; i++) sum += right[i] * right[i];
  return sum;
}

static double ridge_excess(const void *predictor, int64_t row, double *scratch) {
  const ridge *s = predictor;
  int64_t d = s->d;
  double *r = scratch, *reflectors = &r[d * d], *work = &reflectors[d * d];
  double *right = &work[icl__qr_ridge_work(d)];
  load_factor(s, row, r, reflectors);
  icl__qr_ridge(d, s->omega, r, reflectors, work);
  return (s->root ? general_square(s, r, reflectors, work, right) : isotropic_square(s, r)) / (double)d;
}

icl_status icl_bayes_ridge_error(const icl_test_law *law, int64_t count, uint64_t seed, const icl_run *run,
                                 double *mean, double *standard_error) {
  int64_t elements;
  ICL__TRY(icl__check_pointer(law, "law"));
  ICL__TRY(icl__check_at_least(count, 2, "count"));
  ridge s = {.law = icl__test_law_sequences(law, seed), .d = icl__test_law_dimension(law)};
  icl__baseline baseline = {.law = &s.law, .excess = ridge_excess, .predictor = &s};
  s.rank = icl__context_rank(&s.law);
  s.omega = s.law.rho > 0.0 ? sqrt(s.law.rho) : 0x1p-600;
  if (s.law.pool->k || s.law.pool->root) { /* all other tasks are isotropic */
    s.root = icl__test_law_task_root(law, &s.tasks);
    s.columns = s.tasks + (s.law.rho > 0.0 ? s.rank : 0);
  }
  ICL__TRY(icl__check_product(s.d + 64, s.d + 2 * s.columns + 64, 2, "scratch memory", &elements));
  baseline.scratch_size = icl__whole_lines(2 * s.d * s.d + icl__qr_ridge_work(s.d) + s.columns * (2 * s.d + 32));
  baseline.operations = (double)s.d * (double)s.d * (2.0 * (double)s.d + 5.0 * (double)s.columns + 10.0);
  baseline.own_threads = 1;
  return icl__baseline_error(&baseline, count, run, mean, standard_error);
}
