/* Contexts in reduced form: the moments of F'F are those of X'X, a Wishart matrix, for contexts shorter and longer than
 * the dimension; and dMMSE on them by its definition. */
#include "support.h"

#include "context.h"
#include "rng.h"

enum { D = 5, COUNT = 20000, WIDE = 71, TASKS = 300, CONTEXTS = 4 };

static icl__sequence_law law_of(icl_task_pool **pool, int64_t l, double rho) {
  OK(icl_task_pool_create_infinite(D, ICL_TASKS_GAUSSIAN, 0, pool));
  return (icl__sequence_law){*pool, l, rho, 77, ICL__FAMILY_TEST};
}

/* A running mean of one statistic, against its expectation. */
typedef struct {
  double sum, square;
} sample;

static void add(sample *s, double value) {
  s->sum += value;
  s->square += value * value;
}

static void agrees(const char *name, int64_t l, const sample *s, double expected) {
  double mean = s->sum / COUNT, error = sqrt((s->square / COUNT - mean * mean) / COUNT);
  /* 5 standard errors: P = 5.7e-7 for each of the 42 comparisons of this file. */
  ck_assert_msg(fabs(mean - expected) <= 5.0 * error + 1e-12 * fabs(expected), "%s, l = %d: %g +- %g, not %g", name,
                (int)l, mean, error, expected);
}

/* W = F'F, d x d. */
static void gram(int64_t rank, const double *factor, double W[D][D]) {
  for (int a = 0; a < D; a++) {
    for (int b = 0; b < D; b++) {
      W[a][b] = 0.0;
      for (int64_t i = 0; i < rank; i++) W[a][b] += factor[i * D + a] * factor[i * D + b];
    }
  }
}

/* With x_i ~ N(0, I/d): E W = (l/d) I, E W_aa^2 = (l^2 + 2 l)/d^2, E W_ab^2 = l/d^2, E W_aa W_bb = (l/d)^2, and
 * E (W^3)_aa = l (l^2 + 3 l (d + 1) + d^2 + 3 d + 4)/d^3. */
START_TEST(moments) {
  static const int64_t lengths[] = {1, 2, 4, 5, 6, 50};
  int64_t l = lengths[_i];
  double factor[D * D], W[D][D], ratio = (double)l / D, p = D, q = (double)l;
  sample first = {0}, last = {0}, cross = {0}, diagonal = {0}, off = {0}, far = {0}, cube = {0};
  icl_task_pool *pool;
  icl__sequence_law law = law_of(&pool, l, 0.0);
  ck_assert_int_eq(icl__context_rank(&law), l < D ? l : D);
  for (int64_t row = 0; row < COUNT; row++) {
    icl__context_factor(&law, row, factor);
    gram(icl__context_rank(&law), factor, W);
    double third = 0.0;
    for (int a = 0; a < D; a++) {
      for (int b = 0; b < D; b++) third += W[D - 2][a] * W[a][b] * W[b][D - 2];
    }
    add(&first, W[0][0]);
    add(&last, W[D - 1][D - 1]);
    add(&cross, W[1][1] * W[D - 1][D - 1]);
    add(&diagonal, W[D - 1][D - 1] * W[D - 1][D - 1]);
    add(&off, W[0][D - 1] * W[0][D - 1]);
    add(&far, W[D - 2][D - 1] * W[D - 2][D - 1]);
    add(&cube, third);
  }
  agrees("W_00", l, &first, ratio);
  agrees("W_44", l, &last, ratio);
  agrees("W_11 W_44", l, &cross, ratio * ratio);
  agrees("W_44^2", l, &diagonal, (q * q + 2.0 * q) / (p * p));
  agrees("W_04^2", l, &off, q / (p * p));
  agrees("W_34^2", l, &far, q / (p * p));
  agrees("(W^3)_33", l, &cube, q * (q * q + 3.0 * q * (p + 1.0) + p * p + 3.0 * p + 4.0) / (p * p * p));
  icl_task_pool_destroy(pool);
}
END_TEST

START_TEST(shape_and_noise) {
  double factor[D * D], noise[D];
  sample square = {0}, product = {0};
  icl_task_pool *pool;
  icl__sequence_law law = law_of(&pool, 40, 0.3);
  for (int64_t row = 0; row < COUNT; row++) {
    icl__context_noise(&law, row, noise);
    add(&square, noise[D - 1] * noise[D - 1]);
    add(&product, noise[0] * noise[D - 1]);
  }
  agrees("noise^2", 40, &square, 0.3);
  agrees("product of noises", 40, &product, 0.0);
  icl__context_factor(&law, 3, factor);
  for (int i = 0; i < D; i++) {
    for (int j = 0; j < i; j++) ck_assert(factor[i * D + j] == 0.0);
    ck_assert(factor[i * D + i] > 0.0);
  }
  icl_task_pool_destroy(pool);
}
END_TEST

/* The squared distance of the posterior mean from task w, from (F, b) by the definition. */
static double posterior_error(int64_t rank, const double *factor, const double *noise, double rho, const double *tasks,
                              const double *w) {
  double energies[TASKS], mean[WIDE] = {0}, least = INFINITY, total = 0.0, square = 0.0;
  for (int j = 0; j < TASKS; j++) {
    energies[j] = 0.0;
    for (int64_t i = 0; i < rank; i++) {
      double residual = noise[i]; /* b_i - (F w_j)_i, b = F w + noise */
      for (int a = 0; a < WIDE; a++) residual += factor[i * WIDE + a] * w[a];
      for (int a = 0; a < WIDE; a++) residual -= factor[i * WIDE + a] * tasks[j * WIDE + a];
      energies[j] += residual * residual;
    }
    least = fmin(least, energies[j]);
  }
  for (int j = 0; j < TASKS; j++) {
    double weight = exp(-(energies[j] - least) / (2.0 * rho));
    total += weight;
    for (int a = 0; a < WIDE; a++) mean[a] += weight * tasks[j * WIDE + a];
  }
  for (int a = 0; a < WIDE; a++) square += (mean[a] / total - w[a]) * (mean[a] / total - w[a]);
  return square / WIDE;
}

/* dMMSE on contexts of more rows than a panel has, with more tasks than a block: their differences are 0.2 in each
 * entry and the noise is such that the posterior is spread over many. */
START_TEST(dmmse_of_wide_contexts) {
  static const int64_t lengths[] = {1, 33, 70, 71, 200};
  double *tasks = doubles(TASKS * WIDE), *factor = doubles(WIDE * WIDE), noise[WIDE], truth[WIDE], rho = 0.3, mean;
  icl_task_pool *known, *single;
  icl_test_law *law;
  fill_pseudo(WIDE, truth, 5);
  for (int64_t i = 0; i < TASKS * WIDE; i++) tasks[i] = truth[i % WIDE] + 0.1 * pseudo((uint64_t)(1000 + i));
  OK(icl_task_pool_create_from(WIDE, TASKS, tasks, &known));
  OK(icl_task_pool_create_from(WIDE, 1, truth, &single));
  icl__sequence_law sequences = {single, lengths[_i], rho, 12, ICL__FAMILY_TEST};
  double expected = rho;
  for (int64_t row = 0; row < CONTEXTS; row++) {
    icl__context_factor(&sequences, row, factor);
    icl__context_noise(&sequences, row, noise);
    expected += posterior_error(icl__context_rank(&sequences), factor, noise, rho, tasks, truth) / CONTEXTS;
  }
  OK(icl_test_law_create_pool(single, lengths[_i], rho, &law));
  OK(icl_dmmse_error(known, law, CONTEXTS, 12, NULL, &mean, NULL));
  /* Sums of squares up to 500, by both ways to some 20 roundings. */
  CLOSE(mean - rho, expected - rho, 1e-11);
  ck_assert(mean - rho < 0.5 * 0.01 / 3.0); /* a single task would give 0.01/3 */
  icl_test_law_destroy(law);
  icl_task_pool_destroy(known);
  icl_task_pool_destroy(single);
  free(tasks);
  free(factor);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("context");
  TCase *c = tcase_create("context");
  tcase_add_loop_test(c, moments, 0, 6);
  tcase_add_test(c, shape_and_noise);
  tcase_add_loop_test(c, dmmse_of_wide_contexts, 0, 5);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
